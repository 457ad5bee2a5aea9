//! `due`.

mod ical;

use super::{Home, ask, day_of, only_for_the_regulator, open, organisation, write};
use crate::cli::{Due, DueFormat, Format};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::due::{self, Kind, Level, Matter, Owed};
use assessment::{AssessmentId, EvidenceId, Name, OrganisationCode, PartialDate, State};
use chrono::NaiveDate;
use ledger::{At, Ledger};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::Write;

/// Lists what is owed, and by when.
pub fn run(home: &Home, args: &Due, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(args.audience, "what is owed")?;
    let mut ledger = open(home)?;
    write::say_set_aside(ledger.end()?.beyond.as_ref());
    let today = world::now().day();
    let at = At { as_of: args.as_of, ..At::default() };
    let on = args.on.map_or_else(|| day_of(&ledger, at), Ok)?;
    // Of an earlier day, what has happened since is left out; of today and later, all counts.
    let effective = Some(on).filter(|on| *on < today);
    let at = At { effective, ..at };
    let wanted = wanted(&mut ledger, at, &args.organisations)?;
    let state = ledger.state(at, &|state| reach(state, &wanted))?;
    let mut owed = due::owed(&state, on);
    owed.retain(|it| wanted.contains(&it.organisation));
    owed.retain(|it| args.only.is_empty() || args.only.contains(&it.kind()));
    let rows: Vec<DueRow> = owed.iter().map(|it| row(&state, it, on)).collect();
    let format = match args.format {
        DueFormat::Table => Format::Table,
        DueFormat::Plain => Format::Plain,
        DueFormat::Json => Format::Json,
        DueFormat::Jsonl => Format::Jsonl,
        DueFormat::Csv => Format::Csv,
        DueFormat::Ical => return ical::feed(&ledger, at, &rows, out),
    };
    render::rows(out, format, &rows)
}

/// The organisations that are asked about: those that are named, or all.
fn wanted(
    ledger: &mut Ledger,
    at: At,
    named: &[String],
) -> Result<BTreeSet<OrganisationCode>, Failure> {
    if named.is_empty() {
        let bodies = ask(ledger, at, &|catalogue| catalogue.organisations())?;
        return Ok(bodies.iter().map(|body| body.facts.code).collect());
    }
    named.iter().map(|text| organisation(ledger, at, text)).collect()
}

/// These organisations, those who were asked for evidence for them, and those whose evidence is
/// about one of these too: it may have come under their code.
fn reach(state: &State, wanted: &BTreeSet<OrganisationCode>) -> Vec<OrganisationCode> {
    let requests = state.requests.values().filter(|it| wanted.contains(&it.organisation));
    let asked: BTreeSet<OrganisationCode> =
        wanted.iter().copied().chain(requests.map(|request| request.of)).collect();
    let known = asked.iter().filter_map(|code| state.organisations.get(code));
    let owners = known.flat_map(|it| it.attributed.iter().map(EvidenceId::organisation));
    asked.iter().copied().chain(owners).collect()
}

/// Something that is owed, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DueRow {
    due_on: Option<PartialDate>,
    days_overdue: Option<u64>,
    kind: Kind,
    organisation: OrganisationCode,
    name: Name,
    assessment: Option<AssessmentId>,
    /// The letter, publication, comment, recipient or request.
    subject: Option<String>,
    /// The levels that differ, or the statements that a letter must name.
    levels: String,
    /// Who was asked for evidence.
    asked: Option<OrganisationCode>,
    since: PartialDate,
}

impl Row for DueRow {
    const HEADER: &'static [&'static str] = &[
        "due_on",
        "days_overdue",
        "kind",
        "organisation",
        "name",
        "assessment",
        "subject",
        "levels",
        "asked",
        "since",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("due", |row| known(&row.due_on)),
            Column::right("days over", |row| known(&row.days_overdue)),
            Column::text("kind", |row| row.kind.as_str().replace('_', " ")),
            Column::text("organisation", |row| row.name.to_string()),
            Column::text("what", |row| {
                let subject = row.subject.as_deref().unwrap_or_default().replace('_', " ");
                let asked = row.asked.map(|code| format!("of {code}")).unwrap_or_default();
                let words = [subject, row.levels.clone(), asked];
                words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
            }),
            Column::left("since", |row| row.since.to_string()),
        ]
    }
}

pub(super) fn row(state: &State, owed: &Owed, on: NaiveDate) -> DueRow {
    let (mut subject, mut levels, mut asked) = (None, String::new(), None);
    match &owed.matter {
        Matter::Publication { levels: differing, .. } => {
            levels = listed(differing.iter().map(|level| match level {
                Level::Overall => "overall".to_owned(),
                Level::Theme(theme) => theme.to_string(),
                Level::Statement(statement) => statement.to_string(),
            }));
        }
        Matter::Reissue { publication } | Matter::ProcessReview { publication } => {
            subject = Some(publication.to_string());
        }
        Matter::Section50 { letter, statements, .. } => {
            subject = Some(letter.to_string());
            levels = listed(statements);
        }
        Matter::Comment { comment } => subject = Some(comment.to_string()),
        Matter::Window { recipient, .. } => subject = Some(recipient.to_string()),
        Matter::EvidenceRequest { request, of } => {
            (subject, asked) = (Some(request.to_string()), Some(*of));
        }
    }
    DueRow {
        due_on: owed.due_on,
        days_overdue: owed.days_overdue(on),
        kind: owed.kind(),
        organisation: owed.organisation,
        name: state.organisations[&owed.organisation].facts.name.clone(),
        assessment: owed.assessment(),
        subject,
        levels,
        asked,
        since: owed.since,
    }
}

fn listed(all: impl IntoIterator<Item = impl Display>) -> String {
    all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" ")
}
