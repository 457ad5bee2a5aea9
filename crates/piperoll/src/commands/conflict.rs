//! `conflict …`: where sources state different values.

use super::draft::statement_of;
use super::{Home, at, carry_out, open, organisation, state_of, told};
use crate::cli::{Asking, Conflict, Format, RecordConflict, score, word};
use crate::exit::{Failure, Outcome, REFUSED, USAGE};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::event::{
    ConflictField, ConflictReason, ConflictRecorded, Side, Stated, StatedValue, Used,
};
use assessment::scoring::{Percent, Rating};
use assessment::{
    AssessmentId, Citation, Event, Name, OrganisationCode, PartialDate, State, command,
};
use ledger::{At, Ledger};
use serde::Serialize;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Conflict, out: &mut dyn Write) -> Outcome {
    match command {
        Conflict::Record(args) => record(home, args, out),
        Conflict::List { organisations, asking } => {
            let (state, codes) = state_of(&mut open(home)?, at(asking), organisations)?;
            let assessments = codes.iter().flat_map(|code| state.assessments_of(*code));
            let rows = assessments.flat_map(|(_, assessment)| assessment.conflicts.values());
            render::rows(out, asking.format, &rows.map(|it| row(&state, it)).collect::<Vec<_>>())
        }
        Conflict::Show { assessment, asking } => show(home, assessment, asking, out),
    }
}

fn record(home: &Home, args: &RecordConflict, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let field = field(&mut ledger, &args.field)?;
    let stated = |text: &str, source: &Citation| {
        Ok::<_, Failure>(Stated { source: source.clone(), value: value(field, text)? })
    };
    let used = args.used.zip(args.reason);
    let command = command::RecordConflict {
        a: stated(&args.a, &args.source_a)?,
        assessment: published(&mut ledger, At::default(), &args.assessment)?,
        b: stated(&args.b, &args.source_b)?,
        field,
        noted_on: args.noted_on.unwrap_or_else(|| world::now().day().into()),
        used: used.map(|(value, reason)| Used { reason, value }),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        let Event::ConflictRecorded(conflict) = event else { continue };
        let (id, field) = (conflict.assessment, name(conflict.field));
        let (a, b) = (conflict.a.value, conflict.b.value);
        match &conflict.used {
            Some(used) => {
                let is = told(&args.writing, "is", "would be");
                let value = value_of(&conflict, used.value);
                writeln!(out, "{id}, {field}: {value} {is} used ({a} or {b}, {})", used.reason)?;
            }
            None => {
                let questions = match conflict.field {
                    ConflictField::Statement(_) => "`scores` and `ratings`",
                    _ => "`ratings`",
                };
                let carry = told(&args.writing, "carry", "would carry");
                let marked = format!("rows of {questions} {carry} the flag `conflict`");
                writeln!(out, "{id}, {field}: {a} or {b} is open; {marked}")?;
            }
        }
    }
    Ok(())
}

/// The assessment that a person means: by its id, or by an organisation, the one published last.
fn published(ledger: &mut Ledger, at: At, text: &str) -> Result<AssessmentId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let hint = "give an assessment's id (`piperoll assessment list`), or an organisation of which \
                one is published";
    let code = match organisation(ledger, at, text) {
        Err(failure) if failure.code == REFUSED && at.as_of.is_none() => {
            return Err(failure.hint(hint));
        }
        code => code?,
    };
    let state = ledger.state(at, &|_| vec![code])?;
    state
        .last_published(code)
        .ok_or_else(|| Failure::new(REFUSED, format!("nothing is published of {code}")).hint(hint))
}

/// The field that a person means; what is none of the whole is a quality statement.
fn field(ledger: &mut Ledger, text: &str) -> Result<ConflictField, Failure> {
    Ok(match text {
        "overall_rating" => ConflictField::OverallRating,
        "overall_score" => ConflictField::OverallScore,
        "publication_date" => ConflictField::PublicationDate,
        _ => ConflictField::Statement(statement_of(ledger, text)?),
    })
}

/// A value as the field holds it.
fn value(field: ConflictField, text: &str) -> Result<StatedValue, Failure> {
    if text == "not_stated" {
        return Ok(StatedValue::NotStated);
    }
    let (value, expected) = match field {
        ConflictField::OverallRating => {
            let rating = text.parse::<Rating>().ok().or_else(|| word(text).ok());
            (rating.map(StatedValue::Rating), "a rating (Good)")
        }
        ConflictField::OverallScore => {
            let percent = text.parse::<u8>().ok().and_then(|it| Percent::try_from(it).ok());
            (percent.map(StatedValue::Percent), "a percentage (62)")
        }
        ConflictField::PublicationDate => {
            (text.parse().ok().map(StatedValue::Date), "a date (2025-05, 2025-05-16)")
        }
        ConflictField::Statement(_) => {
            (score(text).ok().map(StatedValue::Score), "a score (1, 2, 3 or 4)")
        }
    };
    let hint = format!("of {}, a source states {expected} or not_stated", name(field));
    value.ok_or_else(|| Failure::new(USAGE, format!("`{text}` is not {expected}")).hint(hint))
}

/// A conflict, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ConflictRow {
    organisation: OrganisationCode,
    name: Option<Name>,
    assessment: AssessmentId,
    field: String,
    value_a: String,
    source_a: Citation,
    value_b: String,
    source_b: Citation,
    used: Option<Side>,
    reason: Option<ConflictReason>,
    noted_on: PartialDate,
}

impl Row for ConflictRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "assessment",
        "field",
        "value_a",
        "source_a",
        "value_b",
        "source_b",
        "used",
        "reason",
        "noted_on",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("field", |row| row.field.clone()),
            Column::text("a", |row| row.value_a.replace('_', " ")),
            Column::text("b", |row| row.value_b.replace('_', " ")),
            Column::text("used", |row| match (row.used, row.reason) {
                (Some(side), Some(reason)) => format!("{side}: {reason}").replace('_', " "),
                _ => "open".to_owned(),
            }),
            Column::left("noted", |row| row.noted_on.to_string()),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, {}", known(&self.name), self.assessment))
    }
}

pub(super) fn row(state: &State, conflict: &ConflictRecorded) -> ConflictRow {
    let code = conflict.assessment.organisation();
    ConflictRow {
        organisation: code,
        name: state.organisations.get(&code).map(|body| body.facts.name.clone()),
        assessment: conflict.assessment,
        field: name(conflict.field),
        value_a: in_data(conflict.a.value),
        source_a: conflict.a.source.clone(),
        value_b: in_data(conflict.b.value),
        source_b: conflict.b.source.clone(),
        used: conflict.used.as_ref().map(|used| used.value),
        reason: conflict.used.as_ref().map(|used| used.reason),
        noted_on: conflict.noted_on,
    }
}

/// A field by its name on the command line and in data.
pub fn name(field: ConflictField) -> String {
    match field {
        ConflictField::OverallRating => "overall_rating".to_owned(),
        ConflictField::OverallScore => "overall_score".to_owned(),
        ConflictField::PublicationDate => "publication_date".to_owned(),
        ConflictField::Statement(statement) => statement.to_string(),
    }
}

fn in_data(value: StatedValue) -> String {
    if value == StatedValue::NotStated { "not_stated".to_owned() } else { value.to_string() }
}

fn value_of(conflict: &ConflictRecorded, side: Side) -> StatedValue {
    match side {
        Side::A => conflict.a.value,
        Side::B => conflict.b.value,
    }
}

fn show(home: &Home, text: &str, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let id = published(&mut ledger, at(asking), text)?;
    let state = ledger.state(at(asking), &|_| vec![id.organisation()])?;
    // That there is one which is not published is not for everybody to know.
    let assessment = state.assessments.get(&id).filter(|it| it.published_on().is_some());
    let Some(assessment) = assessment else { return Err(super::assessment::unknown(id)) };
    let rows: Vec<_> = assessment.conflicts.values().map(|it| row(&state, it)).collect();
    if asking.format != Format::Table || rows.is_empty() {
        return render::rows(out, asking.format, &rows);
    }
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        facts(row, out)?;
    }
    Ok(())
}

fn facts(row: &ConflictRow, out: &mut dyn Write) -> Outcome {
    let said = |value: &str, source: &Citation| format!("{}  ({source})", value.replace('_', " "));
    let used = row.used.map(|side| side.to_string());
    render::facts(
        out,
        &[
            ("assessment", row.assessment.to_string()),
            ("organisation", format!("{} ({})", known(&row.name), row.organisation)),
            ("field", row.field.clone()),
            ("a", said(&row.value_a, &row.source_a)),
            ("b", said(&row.value_b, &row.source_b)),
            ("used", used.unwrap_or_else(|| "open".to_owned())),
            ("because", known(&row.reason)),
            ("noted on", row.noted_on.to_string()),
        ],
    )
}
