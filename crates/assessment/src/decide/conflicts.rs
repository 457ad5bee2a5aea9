//! Recording that two sources state different values for a field of an assessment.

use super::{Context, event, framework, has_come, in_order};
use crate::command::RecordConflict;
use crate::event::{ConflictField, ConflictRecorded, Event, Side, StatedValue};
use crate::rejection::{AfterRejection, Rejection};
use crate::state::{Assessment, State};
use crate::{AssessmentId, PartialDate};

pub(super) fn record(
    state: &State,
    command: &RecordConflict,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let RecordConflict { a, assessment: id, b, field, noted_on, used } = command;
    let (assessment, published_on) = published(state, *id)?;
    if let ConflictField::Statement(statement) = *field
        && framework(state, assessment.framework)?.statement(statement).is_none()
    {
        let framework = assessment.framework;
        return Err(AfterRejection::FieldUnknown { statement, framework }.into());
    }
    check_kind(*field, a.value)?;
    check_kind(*field, b.value)?;
    if agree(a.value, b.value) {
        return Err(AfterRejection::NoConflict { assessment: *id }.into());
    }
    has_come(*noted_on, context)?;
    in_order(("the conflict", *noted_on), ("the publication", published_on))?;
    match used.as_ref().map(|used| used.value) {
        Some(Side::A) => check_used(assessment, *field, a.value)?,
        Some(Side::B) => check_used(assessment, *field, b.value)?,
        None => {}
    }
    let recorded = ConflictRecorded {
        a: a.clone(),
        assessment: *id,
        b: b.clone(),
        field: *field,
        noted_on: *noted_on,
        used: used.clone(),
    };
    // Noted on another day, it is still the same conflict.
    let known = assessment.conflicts.get(field);
    let is_same = |known: &ConflictRecorded| {
        *known == ConflictRecorded { noted_on: known.noted_on, ..recorded.clone() }
    };
    if known.is_some_and(is_same) { Ok(vec![]) } else { Ok(event(recorded)) }
}

/// An assessment of which something is published, and since when.
fn published(state: &State, id: AssessmentId) -> Result<(&Assessment, PartialDate), Rejection> {
    let organisation = id.organisation();
    let unknown = Rejection::AssessmentUnknown { assessment: id, organisation };
    let assessment = state.assessments.get(&id).ok_or(unknown)?;
    let here = assessment.publications.iter().map(|made| made.published_on);
    let import = assessment.import.iter().map(|import| import.published_on());
    let first = here.chain(import).min();
    first.map(|on| (assessment, on)).ok_or(AfterRejection::NotPublished { assessment: id }.into())
}

fn check_kind(field: ConflictField, value: StatedValue) -> Result<(), Rejection> {
    let (fits, expected) = match field {
        ConflictField::OverallRating => (matches!(value, StatedValue::Rating(_)), "a rating"),
        ConflictField::OverallScore => {
            (matches!(value, StatedValue::Percent(_)), "an overall score in per cent")
        }
        ConflictField::PublicationDate => {
            (matches!(value, StatedValue::Date(_)), "a date of publication")
        }
        ConflictField::Statement(_) => {
            (matches!(value, StatedValue::Score(_)), "a score of a statement")
        }
    };
    if fits || value == StatedValue::NotStated {
        return Ok(());
    }
    Err(AfterRejection::ValueOfAnotherField { value, expected }.into())
}

/// Whether two values can both be right: a month, and a day in it.
fn agree(one: StatedValue, other: StatedValue) -> bool {
    match (one, other) {
        (StatedValue::Date(one), StatedValue::Date(other)) => {
            let within = |inner: PartialDate, outer: PartialDate| {
                outer.first_day() <= inner.first_day() && inner.last_day() <= outer.last_day()
            };
            within(one, other) || within(other, one)
        }
        _ => one == other,
    }
}

/// What is said to be used is what the ledger has, as it was taken in or as it was published last.
fn check_used(
    assessment: &Assessment,
    field: ConflictField,
    value: StatedValue,
) -> Result<(), Rejection> {
    let here = published_here(assessment, field);
    let imported = imported(assessment, field);
    let mut known = here.into_iter().chain(imported);
    match here.or(imported) {
        Some(found) if !known.any(|known| agree(known, value)) => {
            Err(AfterRejection::ValueNotUsed { value, found }.into())
        }
        _ => Ok(()),
    }
}

fn published_here(assessment: &Assessment, field: ConflictField) -> Option<StatedValue> {
    let made = assessment.publications.last()?;
    Some(match field {
        ConflictField::OverallRating => StatedValue::Rating(made.overall?.rating),
        ConflictField::OverallScore => StatedValue::Percent(made.overall?.score),
        ConflictField::PublicationDate => StatedValue::Date(made.published_on),
        ConflictField::Statement(statement) => {
            let score = made.scores.iter().find(|cell| cell.statement == statement)?;
            StatedValue::Score(score.score)
        }
    })
}

fn imported(assessment: &Assessment, field: ConflictField) -> Option<StatedValue> {
    let import = assessment.import.as_ref()?;
    Some(match field {
        ConflictField::OverallRating => StatedValue::Rating(import.rating),
        ConflictField::OverallScore => StatedValue::Percent(import.score?),
        ConflictField::PublicationDate => StatedValue::Date(import.published_on()),
        ConflictField::Statement(statement) => {
            let score = import.scores.iter().find(|cell| cell.statement == statement)?;
            StatedValue::Score(score.score)
        }
    })
}
