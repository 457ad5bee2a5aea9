//! Reviewing a score: giving, changing or confirming it.

use super::comments::covers;
use super::evidence::{distinct, in_force};
use super::{Context, event, framework, has_come, in_order, live_assessment, organisation};
use crate::command::ReviewScore;
use crate::event::{CommentOutcome, Event, ReviewBasis, Role, ScoreReviewed};
use crate::framework::{Framework, Method, Statement};
use crate::rejection::{EvidenceRejection, Rejection, StepRejection};
use crate::scoring::Score;
use crate::state::{Assessment, State};
use crate::{AssessmentId, PartialDate, PersonId};

pub(super) fn decide(
    state: &State,
    command: &ReviewScore,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    check_body(state, command)?;
    let (id, assessment) = assessment(state, command)?;
    let framework = framework(state, assessment.framework)?;
    let basis = basis(command, assessment, framework)?;
    let latest = assessment.judged.get(&(command.statement, command.category));
    let previous = latest.map(|judged| judged.score);

    has_come(command.reviewed_on, context)?;
    check_order(command, assessment)?;
    check_was(command, previous)?;
    let evidence_on = check_evidence(state, command, id, assessment)?;
    check_comment(command, id, assessment)?;
    check_duties(command, command.by.unwrap_or(context.actor), id, assessment, framework)?;
    Ok(event(ScoreReviewed {
        assessment: id,
        basis,
        by: command.by.unwrap_or(context.actor),
        category: command.category,
        comment: command.comment,
        correction: command.correction,
        evidence: distinct(&command.evidence),
        evidence_on,
        previous,
        reason: command.reason,
        reviewed_on: command.reviewed_on,
        role: command.role.unwrap_or(Role::Assessor),
        score: command.score,
        statement: command.statement,
        text: command.text.clone(),
    }))
}

/// Until the publication, nobody scores what they have judged as a member of the panel, or on a
/// comment: they would have judged what they scored.
fn check_duties(
    command: &ReviewScore,
    person: PersonId,
    id: AssessmentId,
    assessment: &Assessment,
    framework: &Framework,
) -> Result<(), Rejection> {
    if !assessment.is_open() {
        return Ok(());
    }
    if assessment.panel.as_ref().is_some_and(|panel| panel.members.contains(&person)) {
        return Err(StepRejection::ScoredByPanel { person, assessment: id }.into());
    }
    let judged = assessment.comments.iter().find(|comment| {
        comment.resolved.as_ref().is_some_and(|resolved| resolved.by == person)
            && covers(&comment.facts.about, command.statement, framework)
    });
    match judged.map(|comment| comment.facts.comment) {
        Some(comment) => Err(StepRejection::ScoredByResolver { person, comment }.into()),
        None => Ok(()),
    }
}

/// A body that has ended is reviewed no more.
fn check_body(state: &State, command: &ReviewScore) -> Result<(), Rejection> {
    let code = command.organisation;
    match organisation(state, code)?.successor {
        Some(successor) if successor.on.first_day() <= command.reviewed_on.first_day() => {
            let (into, on) = (successor.into, successor.on);
            Err(Rejection::OrganisationEnded { code, into, on })
        }
        _ => Ok(()),
    }
}

fn assessment<'a>(
    state: &'a State,
    command: &ReviewScore,
) -> Result<(AssessmentId, &'a Assessment), Rejection> {
    let organisation = command.organisation;
    let id = match command.assessment {
        Some(id) => id,
        None => state
            .last_published(organisation)
            .ok_or(Rejection::NoPublishedAssessment { organisation })?,
    };
    if id.organisation() != organisation {
        return Err(Rejection::AssessmentUnknown { assessment: id, organisation });
    }
    Ok((id, live_assessment(state, id)?))
}

/// Whether the framework lets the score be given at this level.
fn basis(
    command: &ReviewScore,
    assessment: &Assessment,
    framework: &Framework,
) -> Result<ReviewBasis, Rejection> {
    let (id, statement) = (framework.id, command.statement);
    let found = framework.statements().find(|(_, known)| known.id == statement);
    let Some((_, known)) = found else {
        return Err(Rejection::StatementUnknown { statement, framework: id });
    };
    match (framework.scoring.method.value, command.category) {
        (Method::None, _) => Err(Rejection::FrameworkWithoutScores { framework: id }),
        (Method::Statement, None) => Ok(ReviewBasis::Statement),
        (Method::Statement, Some(_)) => {
            Err(Rejection::ScoredByStatement { statement, framework: id })
        }
        (Method::Category, Some(category)) => {
            if known.required_categories.value.contains(&category) {
                Ok(ReviewBasis::Category)
            } else {
                Err(Rejection::CategoryNotUsed { category, statement, framework: id })
            }
        }
        // What was published came without category scores; until they exist, there is nothing
        // else to review than the statement.
        (Method::Category, None) if assessment.import.is_some() && !rolls_up(assessment, known) => {
            Ok(ReviewBasis::StatementWithoutCategories)
        }
        (Method::Category, None) => Err(Rejection::ScoredByCategory { statement, framework: id }),
    }
}

fn rolls_up(assessment: &Assessment, statement: &Statement) -> bool {
    let mut required = statement.required_categories.value.iter();
    required.all(|category| assessment.judged.contains_key(&(statement.id, Some(*category))))
}

fn check_order(command: &ReviewScore, assessment: &Assessment) -> Result<(), Rejection> {
    let (statement, reviewed_on) = (command.statement, command.reviewed_on);
    if let Some(opened_on) = assessment.opened_on
        && reviewed_on.first_day() < opened_on.first_day()
    {
        return Err(Rejection::ReviewBeforeOpening { reviewed_on, opened_on });
    }
    // A category's score also comes after what was judged, or published, of the whole statement;
    // between categories there is no order.
    let latest = [None, command.category]
        .iter()
        .filter_map(|category| Some(assessment.judged.get(&(statement, *category))?.on))
        .max();
    match latest {
        Some(latest) if reviewed_on.first_day() < latest.first_day() && !command.correction => {
            Err(Rejection::ReviewBeforeLatest { statement, reviewed_on, latest })
        }
        _ => Ok(()),
    }
}

fn check_was(command: &ReviewScore, previous: Option<Score>) -> Result<(), Rejection> {
    match command.was {
        Some(was) if previous != Some(was) => {
            let found = previous.map_or("not given yet".to_owned(), |score| score.to_string());
            Err(Rejection::ScoreChanged { statement: command.statement, was, found })
        }
        _ => Ok(()),
    }
}

/// A score may rest on what the assessment uses, as far as it can be relied on and is about what
/// is scored. When the newest of it was collected, if it rests on any.
fn check_evidence(
    state: &State,
    command: &ReviewScore,
    id: AssessmentId,
    assessment: &Assessment,
) -> Result<Option<PartialDate>, Rejection> {
    let mut newest = None;
    for &evidence in &command.evidence {
        let known = in_force(state, evidence)?;
        let Some(used) = assessment.used.get(&evidence) else {
            return Err(EvidenceRejection::EvidenceNotUsed { evidence, assessment: id }.into());
        };
        let (found, statement) = (known.facts.category, command.statement);
        if let Some(category) = command.category
            && category != found
        {
            let refusal =
                EvidenceRejection::EvidenceOfAnotherCategory { evidence, found, category };
            return Err(refusal.into());
        }
        if !known.bears_on(statement) {
            return Err(EvidenceRejection::EvidenceNotOnStatement { evidence, statement }.into());
        }
        in_order(("the review", command.reviewed_on), ("the use of its evidence", used.used_on))?;
        newest = newest.max(Some(known.facts.collected_on));
    }
    Ok(newest)
}

/// A score follows from a comment only if that was accepted, at least in part.
fn check_comment(
    command: &ReviewScore,
    id: AssessmentId,
    assessment: &Assessment,
) -> Result<(), Rejection> {
    let Some(comment) = command.comment else { return Ok(()) };
    let not_accepted = StepRejection::CommentNotAccepted { comment, assessment: id };
    if comment.assessment() != id {
        return Err(not_accepted.into());
    }
    let known = assessment.comments.iter().find(|known| known.facts.comment == comment);
    let known = known.ok_or(StepRejection::CommentUnknown { comment })?;
    match &known.resolved {
        Some(resolved) if resolved.outcome != CommentOutcome::NotAccepted => in_order(
            ("the review", command.reviewed_on),
            ("the resolution of the comment", resolved.resolved_on),
        ),
        _ => Err(not_accepted.into()),
    }
}
