//! `diff`.

mod values;

use super::{Home, ask, day_of, may_bear_on, only_for_the_regulator, open, organisation, write};
use crate::cli::{Diff as Args, Format};
use crate::exit::{Failure, Outcome, USAGE};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::{AssessmentId, Event, Name, OrganisationCode, PartialDate};
use journal::Hash;
use ledger::{At, Ledger, Recorded};
use projections::diff::{Difference, Item, Size, Span, Value, differences};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// `diff`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(args.audience, "what differs in the ledger's knowledge")?;
    let mut ledger = open(home)?;
    write::say_set_aside(ledger.end()?.beyond.as_ref());
    let to = At { as_of: Some(args.to), effective: args.effective, ..At::default() };
    let span = span(&ledger, At { as_of: Some(args.from), ..to }, to)?;
    let bodies = ask(&mut ledger, to, &|catalogue| catalogue.organisations())?;
    let names = bodies.into_iter().map(|body| (body.facts.code, body.facts.name));
    let named = args.organisations.iter().map(|text| organisation(&mut ledger, to, text));
    let named: BTreeSet<OrganisationCode> = named.collect::<Result<_, _>>()?;
    let recorded = ledger.gather(to, &|event| may_bear_on(event, &named))?;
    let records: Vec<(u64, &Event)> =
        recorded.iter().map(|it| (it.stamp.position, &it.event)).collect();
    let mut found = differences(&records, span);
    found.retain(|it| named.is_empty() || named.contains(&it.organisation));
    let said = Said { names: names.collect(), recorded: &recorded };
    print(out, args.format, &found, &said)
}

/// The two points. What is known at the later one must hold all that is known at the earlier one.
fn span(ledger: &Ledger, from: At, to: At) -> Result<Span, Failure> {
    let (first, last) = (ledger.end_at(from)?.position, ledger.end_at(to)?.position);
    let (from_day, to_day) = (day_of(ledger, from)?, day_of(ledger, to)?);
    if (first, from_day) > (last, to_day) || from_day > to_day {
        let cause =
            format!("FROM (record {first}, {from_day}) comes after TO (record {last}, {to_day})");
        return Err(Failure::new(USAGE, cause).hint("name the earlier of the two points first"));
    }
    Ok(Span { from: first, from_day, to_day })
}

/// What is said of the bodies and records that differences name.
struct Said<'a> {
    names: BTreeMap<OrganisationCode, Name>,
    /// Oldest first.
    recorded: &'a [Recorded],
}

impl<'a> Said<'a> {
    fn name(&self, code: OrganisationCode) -> Option<Name> {
        self.names.get(&code).cloned()
    }

    fn record(&self, position: u64) -> &'a Recorded {
        let found = self.recorded.binary_search_by_key(&position, |it| it.stamp.position);
        &self.recorded[found.expect("a cause is one of the records that were given")]
    }
}

fn print(out: &mut dyn Write, format: Format, found: &[Difference], said: &Said<'_>) -> Outcome {
    match format {
        // Of an empty difference there is nothing to say.
        Format::Table if found.is_empty() => Ok(()),
        Format::Json | Format::Jsonl => {
            let rows: Vec<Detailed> = found.iter().map(|it| detailed(it, said)).collect();
            render::objects(out, format, &rows)
        }
        Format::Table | Format::Plain | Format::Csv => {
            let rows: Vec<DiffRow> = found.iter().map(|it| row(it, said)).collect();
            render::rows(out, format, &rows)?;
            if format == Format::Table && rows.iter().any(|row| row.size == IRREDUCIBLE) {
                out.flush()?;
                world::say(
                    "~: none of these records can be left out; that another set is smaller was \
                     not ruled out",
                );
            }
            Ok(())
        }
    }
}

const IRREDUCIBLE: &str = Size::Irreducible.as_str();

/// Something that differs, as it is listed.
#[derive(Debug, Clone, Serialize)]
struct DiffRow {
    organisation: OrganisationCode,
    name: Option<Name>,
    /// The assessment, where that is not the one that counts.
    assessment: Option<AssessmentId>,
    item: &'static str,
    /// The theme, the quality statement, or what is due of what.
    subject: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// The positions of the records that caused it.
    records: String,
    #[serde(skip)]
    positions: Vec<u64>,
    /// Whether it is a smallest set, or one of which no record can be left out.
    size: &'static str,
}

/// The same with values and records in parts, for programs.
#[derive(Debug, Clone, Serialize)]
struct Detailed {
    organisation: OrganisationCode,
    name: Option<Name>,
    assessment: Option<AssessmentId>,
    item: &'static str,
    subject: Option<String>,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
    records: Vec<CauseRow>,
    size: &'static str,
}

/// A record that caused a difference.
#[derive(Debug, Clone, Serialize)]
struct CauseRow {
    position: u64,
    hash: Hash,
    kind: &'static str,
    actor: String,
    recorded_at: String,
    occurred_on: Option<PartialDate>,
}

impl Row for DiffRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "assessment",
        "item",
        "subject",
        "before",
        "after",
        "records",
        "size",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("item", |row| row.item.to_owned()),
            Column::id("of", of),
            Column::text("before", |row| known(&row.before)),
            Column::text("after", |row| row.after.clone().unwrap_or("gone".to_owned())),
            Column::text("records", |row| match (row.positions.as_slice(), row.size) {
                ([], _) => "a day passed".to_owned(),
                (_, IRREDUCIBLE) => format!("~{}", render::runs(&row.positions)),
                _ => render::runs(&row.positions),
            }),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, {}", known(&self.name), self.organisation))
    }
}

/// What it is of; and in which assessment, where that is not the one that counts.
fn of(row: &DiffRow) -> String {
    let whole = if row.item == "rating" { "overall" } else { "" };
    let subject = row.subject.as_deref().unwrap_or(whole);
    match &row.assessment {
        Some(assessment) => format!("{subject} in {}", within(row, assessment.as_str())),
        None => subject.split(' ').map(|id| within(row, id)).collect::<Vec<_>>().join(" "),
    }
}

/// An id without that of the body, which stands above.
fn within(row: &DiffRow, id: &str) -> String {
    id.strip_prefix(&format!("{}-", row.organisation)).unwrap_or(id).to_owned()
}

fn row(it: &Difference, said: &Said<'_>) -> DiffRow {
    let (item, subject) = item(&it.item);
    let records = it.cause.records.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    DiffRow {
        organisation: it.organisation,
        name: said.name(it.organisation),
        assessment: it.assessment,
        item,
        subject,
        before: it.before.as_ref().map(values::text),
        after: it.after.as_ref().map(values::text),
        records,
        positions: it.cause.records.clone(),
        size: it.cause.size.as_str(),
    }
}

fn detailed(it: &Difference, said: &Said<'_>) -> Detailed {
    let (item, subject) = item(&it.item);
    let in_parts = |value: &Value| values::in_parts(&it.item, value);
    let cause = |position: &u64| {
        let Recorded { stamp, event, .. } = said.record(*position);
        CauseRow {
            position: stamp.position,
            hash: stamp.hash,
            kind: event.kind(),
            actor: stamp.actor.clone(),
            recorded_at: stamp.recorded_at.clone(),
            occurred_on: event.occurred_on(),
        }
    };
    Detailed {
        organisation: it.organisation,
        name: said.name(it.organisation),
        assessment: it.assessment,
        item,
        subject,
        before: it.before.as_ref().map(in_parts),
        after: it.after.as_ref().map(in_parts),
        records: it.cause.records.iter().map(cause).collect(),
        size: it.cause.size.as_str(),
    }
}

/// What kind of item it is, and of what.
fn item(item: &Item) -> (&'static str, Option<String>) {
    match item {
        Item::Body => ("body", None),
        Item::Rating(theme) => ("rating", theme.map(|theme| theme.to_string())),
        Item::Score(statement) => ("score", Some(statement.to_string())),
        Item::Reviewed(statement) => ("reviewed", Some(statement.to_string())),
        Item::Changed(statement) => ("changed", Some(statement.to_string())),
        Item::Due(kind, subject) => ("due", Some(format!("{kind} {subject}"))),
    }
}
