//! `audit`.

use super::{Home, ask, day_of, may_bear_on, only_for_the_regulator, open, organisation, write};
use crate::cli::{Audit as Args, Format};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::{AssessmentId, Event, Name, OrganisationCode};
use ledger::{At, Ledger, Recorded, Stamp};
use projections::{Check, Finding, Measure};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// `audit`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(args.audience, "who did what")?;
    let mut ledger = open(home)?;
    write::say_set_aside(ledger.end()?.beyond.as_ref());
    let today = world::now().day();
    let at = At { as_of: args.as_of, ..At::default() };
    let on = args.on.map_or_else(|| day_of(&ledger, at), Ok)?;
    // Of an earlier day, what has happened since is left out; of today and later, all counts.
    let at = At { effective: Some(on).filter(|on| *on < today), ..at };
    let named = args.organisations.iter();
    let named: BTreeSet<OrganisationCode> =
        named.map(|text| organisation(&mut ledger, at, text)).collect::<Result<_, _>>()?;
    let records = ledger.gather(at, &|event| may_bear_on(event, &named))?;
    let measure = Measure { on, older_than: args.older_than };
    let found = findings(&records, args, &measure, &named);
    print(&mut ledger, at, (&records, &found), args.format, out)?;
    if found.is_empty() { Ok(()) } else { Err(Failure::said(REFUSED)) }
}

fn findings(
    records: &[Recorded],
    args: &Args,
    measure: &Measure,
    named: &BTreeSet<OrganisationCode>,
) -> Vec<Finding> {
    let all: Vec<(u64, &Event)> =
        records.iter().map(|recorded| (recorded.stamp.position, &recorded.event)).collect();
    let wanted = |check: &Check| args.check.is_empty() || args.check.contains(check);
    let checks = Check::ALL.into_iter().filter(wanted);
    let found = checks.flat_map(|check| projections::audit(check, &all, measure));
    found.filter(|it| named.is_empty() || named.contains(&it.organisation)).collect()
}

/// Nothing found is nothing said; what a program reads is a whole document all the same.
fn print(
    ledger: &mut Ledger,
    at: At,
    (records, found): (&[Recorded], &[Finding]),
    format: Format,
    out: &mut dyn Write,
) -> Outcome {
    if found.is_empty() && format == Format::Table {
        return Ok(());
    }
    let bodies = ask(ledger, at, &|catalogue| catalogue.organisations())?;
    let names = bodies.into_iter().map(|body| (body.facts.code, body.facts.name));
    let names: BTreeMap<OrganisationCode, Name> = names.collect();
    let rows = found.iter().map(|finding| AuditRow::of(finding, &names, records));
    let rows: Vec<AuditRow<'_>> = rows.collect();
    match format {
        Format::Json | Format::Jsonl => render::objects(out, format, &rows)?,
        Format::Table | Format::Plain | Format::Csv => {
            let rows: Vec<FlatRow<'_>> = rows.into_iter().map(FlatRow::from).collect();
            render::rows(out, format, &rows)?;
        }
    }
    Ok(())
}

/// A counterexample, with the records that contradict each other.
#[derive(Debug, Clone, Serialize)]
struct AuditRow<'a> {
    check: Check,
    organisation: OrganisationCode,
    name: Option<&'a Name>,
    assessment: AssessmentId,
    subject: &'a str,
    what: &'a str,
    days_late: Option<u64>,
    records: Vec<&'a Stamp>,
}

/// The same where a row is flat: positions and hashes each in one column.
#[derive(Debug, Clone, Serialize)]
struct FlatRow<'a> {
    check: Check,
    organisation: OrganisationCode,
    name: Option<&'a Name>,
    assessment: AssessmentId,
    subject: &'a str,
    what: &'a str,
    days_late: Option<u64>,
    positions: String,
    hashes: String,
}

impl<'a> AuditRow<'a> {
    fn of(
        finding: &'a Finding,
        names: &'a BTreeMap<OrganisationCode, Name>,
        records: &'a [Recorded],
    ) -> Self {
        let stamp = |position: &u64| {
            let found = records.binary_search_by_key(position, |it| it.stamp.position).ok()?;
            Some(&records[found].stamp)
        };
        Self {
            check: finding.check,
            organisation: finding.organisation,
            name: names.get(&finding.organisation),
            assessment: finding.assessment,
            subject: &finding.subject,
            what: &finding.what,
            days_late: finding.days_late,
            records: finding.positions.iter().filter_map(stamp).collect(),
        }
    }
}

impl<'a> From<AuditRow<'a>> for FlatRow<'a> {
    fn from(row: AuditRow<'a>) -> Self {
        let joined = |text: fn(&Stamp) -> String| {
            row.records.iter().map(|stamp| text(stamp)).collect::<Vec<_>>().join(" ")
        };
        Self {
            check: row.check,
            organisation: row.organisation,
            name: row.name,
            assessment: row.assessment,
            subject: row.subject,
            what: row.what,
            days_late: row.days_late,
            positions: joined(|stamp| stamp.position.to_string()),
            hashes: joined(|stamp| stamp.hash.to_string()),
        }
    }
}

impl Row for FlatRow<'_> {
    const HEADER: &'static [&'static str] = &[
        "check",
        "organisation",
        "name",
        "assessment",
        "subject",
        "what",
        "days_late",
        "positions",
        "hashes",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::text("organisation", |row| match row.name {
                Some(name) => name.to_string(),
                None => row.organisation.to_string(),
            }),
            Column::text("what", |row| row.what.to_owned()),
            Column::right("days", |row| known(&row.days_late)),
            Column::text("records", |row| shortened(&row.positions)),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}: {}; found:", self.check, self.check.sentence()))
    }
}

/// The first few positions, and the last: the record that judges is the later one.
fn shortened(positions: &str) -> String {
    const SHOWN: usize = 4;
    let all: Vec<&str> = positions.split(' ').collect();
    match all.len() {
        0..=SHOWN => positions.to_owned(),
        many => format!("{} … {}", all[..SHOWN - 1].join(" "), all[many - 1]),
    }
}
