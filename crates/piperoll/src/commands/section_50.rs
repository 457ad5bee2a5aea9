//! `section-50 …`: the duty to tell of a local authority's failings.

use super::{Home, at, carry_out, only_for_the_regulator, open, organisation, state_of, told};
use crate::cli::{Asking, Format, LetterSent, NotifySection50, Section50};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::event::{Letter, Section50Notified};
use assessment::section_50::{Duty, before_this_ledger};
use assessment::state::Assessment;
use assessment::{
    AssessmentId, Digest, Event, Name, OrganisationCode, PartialDate, RaisedInError, State,
    StatementId, command, evolve,
};
use ledger::{At, Ledger};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

const WHAT: &str = "the duty of section 50";

/// Carries out a command.
pub fn run(home: &Home, command: &Section50, out: &mut dyn Write) -> Outcome {
    match command {
        Section50::Notify(args) => notify(home, args, out),
        Section50::List { organisations, asking } => list(home, organisations, asking, out),
        Section50::Show { assessment, asking } => show(home, assessment, asking, out),
    }
}

fn notify(home: &Home, args: &NotifySection50, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let id = with_duty(&mut ledger, At::default(), &args.assessment)?;
    let command = command::NotifySection50 {
        assessment: id,
        digest: digest(&args.what)?,
        letter: args.letter,
        sent_on: args.sent_on.unwrap_or_else(|| world::now().day().into()),
    };
    let mut state = ledger.state(At::default(), &|_| vec![id.organisation()])?;
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        if let Event::Section50Notified(sent) = &event {
            let names = told(&args.writing, "names", "would name");
            let (letter, statements) = (sent.letter.addressee(), ids(&sent.statements));
            writeln!(out, "the letter to the {letter} {names} {statements}")?;
        }
        state = evolve(state, &event);
        let owed = state.assessments.get(&id).map(|it| it.duty.owed()).unwrap_or_default();
        let be = told(&args.writing, "is", "would be");
        for (letter, since) in &owed {
            writeln!(out, "the letter to the {} {be} owed, since {since}", letter.addressee())?;
        }
        if owed.is_empty() {
            writeln!(out, "nothing more {be} owed")?;
        }
    }
    Ok(())
}

fn digest(what: &LetterSent) -> Result<Digest, Failure> {
    match (what.digest, &what.file) {
        (Some(digest), _) => Ok(digest),
        (None, file) => {
            let file = file.as_deref().expect("one of the two is required");
            let digest = vault::Digest::of(&world::read_bytes(file)?);
            Ok(Digest::from(*digest.as_bytes()))
        }
    }
}

/// The assessment that a person means: by its id, or by an organisation with one that has the duty.
fn with_duty(ledger: &mut Ledger, at: At, text: &str) -> Result<AssessmentId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let hint = "give an assessment's id, or an organisation with one that has the duty (`piperoll \
                section-50 list`)";
    let code = match organisation(ledger, at, text) {
        Err(failure) if failure.code == REFUSED && at.as_of.is_none() => {
            return Err(failure.hint(hint));
        }
        code => code?,
    };
    let state = ledger.state(at, &|_| vec![code])?;
    let all = state.assessments_of(code).filter(|(id, it)| !rows(&state, *id, it).is_empty());
    let all: Vec<AssessmentId> = all.map(|(id, _)| id).collect();
    match all.as_slice() {
        [one] => Ok(*one),
        [] => {
            let cause = format!("no assessment of {code} has a section 50 duty");
            Err(Failure::new(REFUSED, cause).hint(hint))
        }
        several => {
            let several: Vec<_> = several.iter().map(AssessmentId::as_str).collect();
            let cause = format!("`{text}` could be {}", several.join(", "));
            Err(Failure::new(REFUSED, cause).hint("give the id of one"))
        }
    }
}

/// The duty of an assessment, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DutyRow {
    assessment: AssessmentId,
    organisation: OrganisationCode,
    name: Option<Name>,
    statements: String,
    /// The first decision among its statements.
    decided_on: Option<PartialDate>,
    /// When the letter was sent, or that it is owed.
    secretary_of_state: Option<String>,
    chief_executive_and_director: Option<String>,
    status: &'static str,
    /// The strike-out by which it was raised in error.
    strike_out: Option<u64>,
}

impl Row for DutyRow {
    const HEADER: &'static [&'static str] = &[
        "assessment",
        "organisation",
        "name",
        "statements",
        "decided_on",
        "secretary_of_state",
        "chief_executive_and_director",
        "status",
        "strike_out",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("statements", |row| row.statements.replace(' ', ", ")),
            Column::left("decided", |row| known(&row.decided_on)),
            Column::text("minister", |row| known(&row.secretary_of_state)),
            Column::text("authority", |row| known(&row.chief_executive_and_director)),
            Column::text("status", in_full),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, {}", known(&self.name), self.assessment))
    }
}

fn list(home: &Home, wanted: &[String], asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, WHAT)?;
    let mut ledger = open(home)?;
    let (state, codes) = state_of(&mut ledger, at(asking), wanted)?;
    let errors = ledger.raised_in_error(at(asking))?;
    let rows = all_rows(&state, &codes, &errors);
    let asks = rows.iter().any(|row| row.secretary_of_state.is_some());
    render::rows(out, asking.format, &rows)?;
    if asking.format == Format::Table && asks {
        out.flush()?;
        world::say(
            "minister: the letter to the Secretary of State; authority: the one to its chief \
             executive and director of adult social services",
        );
    }
    Ok(())
}

/// The duties of these bodies, also those that were raised in error.
pub(super) fn all_rows(
    state: &State,
    codes: &BTreeSet<OrganisationCode>,
    errors: &[RaisedInError],
) -> Vec<DutyRow> {
    let all = codes.iter().flat_map(|code| state.assessments_of(*code));
    all.flat_map(|(id, it)| [rows(state, id, it), void(state, id, errors)].concat()).collect()
}

/// What must be told of an assessment, and apart from it what was published before this ledger.
fn rows(state: &State, id: AssessmentId, assessment: &Assessment) -> Vec<DutyRow> {
    let code = id.organisation();
    let row = DutyRow {
        assessment: id,
        organisation: code,
        name: state.organisations.get(&code).map(|body| body.facts.name.clone()),
        statements: String::new(),
        decided_on: None,
        secretary_of_state: None,
        chief_executive_and_director: None,
        status: "before this ledger: not known",
        strike_out: None,
    };
    let duty = &assessment.duty;
    let raised = (!duty.statements.is_empty()).then(|| DutyRow {
        statements: ids(duty.statements.keys()).replace(',', ""),
        decided_on: duty.statements.values().min().copied(),
        secretary_of_state: Some(letter(duty, Letter::SecretaryOfState)),
        chief_executive_and_director: Some(letter(duty, Letter::ChiefExecutiveAndDirector)),
        status: if duty.owed().is_empty() { "notified" } else { "owed" },
        ..row.clone()
    });
    let framework = state.frameworks.get(&assessment.framework);
    let before = framework.map(|framework| before_this_ledger(assessment, framework));
    let before = before.filter(|statements| !statements.is_empty());
    let before =
        before.map(|statements| DutyRow { statements: ids(&statements).replace(',', ""), ..row });
    raised.into_iter().chain(before).collect()
}

/// What was to be told of an assessment by a judgement that was struck out: one row a strike-out.
fn void(state: &State, id: AssessmentId, errors: &[RaisedInError]) -> Vec<DutyRow> {
    let code = id.organisation();
    let mut all: BTreeMap<u64, Vec<&RaisedInError>> = BTreeMap::new();
    for error in errors.iter().filter(|error| error.assessment == id) {
        all.entry(error.by).or_default().push(error);
    }
    let row = |(by, errors): (u64, Vec<&RaisedInError>)| DutyRow {
        assessment: id,
        organisation: code,
        name: state.organisations.get(&code).map(|body| body.facts.name.clone()),
        statements: ids(errors.iter().map(|error| &error.statement)).replace(',', ""),
        decided_on: errors.iter().map(|error| error.decided_on).min(),
        secretary_of_state: None,
        chief_executive_and_director: None,
        status: "raised in error",
        strike_out: Some(by),
    };
    all.into_iter().map(row).collect()
}

/// The status, with the strike-out that explains it.
fn in_full(row: &DutyRow) -> String {
    let by = row.strike_out.map(|by| format!(" by record {by}"));
    format!("{}{}", row.status, by.unwrap_or_default())
}

/// How the duty of an assessment stands, if it has one.
pub fn status(state: &State, id: AssessmentId, assessment: &Assessment) -> Option<String> {
    let all = rows(state, id, assessment);
    let all = all.iter().map(|row| format!("{} ({})", row.status, row.statements));
    Some(all.collect::<Vec<_>>().join("; ")).filter(|status| !status.is_empty())
}

/// When a letter was sent last, or that it is owed.
fn letter(duty: &Duty, letter: Letter) -> String {
    if !duty.untold(letter).is_empty() {
        return "owed".to_owned();
    }
    let mut sent = duty.letters.iter().rev().filter(|sent| sent.letter == letter);
    known(&sent.next().map(|sent| sent.sent_on))
}

fn ids<'a>(statements: impl IntoIterator<Item = &'a StatementId>) -> String {
    statements.into_iter().map(StatementId::as_str).collect::<Vec<_>>().join(", ")
}

/// One quality statement of a duty.
#[derive(Debug, Clone, Serialize)]
struct StatementRow {
    assessment: AssessmentId,
    statement: StatementId,
    decided_on: PartialDate,
    secretary_of_state_on: Option<PartialDate>,
    secretary_of_state_digest: Option<Digest>,
    chief_executive_and_director_on: Option<PartialDate>,
    chief_executive_and_director_digest: Option<Digest>,
}

impl Row for StatementRow {
    const HEADER: &'static [&'static str] = &[
        "assessment",
        "statement",
        "decided_on",
        "secretary_of_state_on",
        "secretary_of_state_digest",
        "chief_executive_and_director_on",
        "chief_executive_and_director_digest",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("statement", |row| row.statement.to_string()),
            Column::left("decided", |row| row.decided_on.to_string()),
            Column::left("minister", |row| sent_or_owed(row.secretary_of_state_on)),
            Column::left("authority", |row| sent_or_owed(row.chief_executive_and_director_on)),
        ]
    }
}

fn sent_or_owed(on: Option<PartialDate>) -> String {
    on.map_or("owed".to_owned(), |on| on.to_string())
}

fn show(home: &Home, text: &str, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, WHAT)?;
    let mut ledger = open(home)?;
    let id = with_duty(&mut ledger, at(asking), text)?;
    let state = ledger.state(at(asking), &|_| vec![id.organisation()])?;
    let Some(assessment) = state.assessments.get(&id) else {
        return Err(super::assessment::unknown(id));
    };
    let duty = &assessment.duty;
    let statements: Vec<_> =
        duty.statements.iter().map(|(it, on)| statement_row(id, duty, *it, *on)).collect();
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &statements);
    }
    let errors = ledger.raised_in_error(at(asking))?;
    let listed = [rows(&state, id, assessment), void(&state, id, &errors)].concat();
    if listed.is_empty() {
        world::say(format_args!("{id} has no section 50 duty"));
        return Ok(());
    }
    for (index, row) in listed.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        facts(row, duty, out)?;
    }
    if !statements.is_empty() {
        writeln!(out)?;
        render::rows(out, Format::Table, &statements)?;
    }
    Ok(())
}

fn statement_row(
    assessment: AssessmentId,
    duty: &Duty,
    statement: StatementId,
    decided_on: PartialDate,
) -> StatementRow {
    let letter = |letter: Letter| -> Option<&Section50Notified> {
        let mut all = duty.letters.iter().filter(|sent| sent.letter == letter);
        all.find(|sent| sent.statements.contains(&statement))
    };
    let minister = letter(Letter::SecretaryOfState);
    let authority = letter(Letter::ChiefExecutiveAndDirector);
    StatementRow {
        assessment,
        statement,
        decided_on,
        secretary_of_state_on: minister.map(|sent| sent.sent_on),
        secretary_of_state_digest: minister.map(|sent| sent.digest),
        chief_executive_and_director_on: authority.map(|sent| sent.sent_on),
        chief_executive_and_director_digest: authority.map(|sent| sent.digest),
    }
}

fn facts(row: &DutyRow, duty: &Duty, out: &mut dyn Write) -> Outcome {
    let mut facts = vec![
        ("assessment", row.assessment.to_string()),
        ("organisation", format!("{} ({})", known(&row.name), row.organisation)),
        ("status", in_full(row)),
        ("statements", row.statements.replace(' ', ", ")),
    ];
    let letters = duty.letters.iter().filter(|_| row.secretary_of_state.is_some());
    for sent in letters {
        facts.push((
            "letter",
            format!("to the {}, sent on {}", sent.letter.addressee(), sent.sent_on),
        ));
        facts.push(("its digest", sent.digest.to_string()));
    }
    render::facts(out, &facts)
}
