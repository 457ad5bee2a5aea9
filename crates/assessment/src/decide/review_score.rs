//! Reviewing a score: giving, changing or confirming it.

use super::{Context, event, framework, has_come, organisation};
use crate::AssessmentId;
use crate::command::ReviewScore;
use crate::event::{Event, ReviewBasis, Role, ScoreReviewed};
use crate::framework::{Framework, Method, Statement};
use crate::rejection::Rejection;
use crate::scoring::Score;
use crate::state::{Assessment, State};

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
    Ok(event(ScoreReviewed {
        assessment: id,
        basis,
        by: command.by.unwrap_or(context.actor),
        category: command.category,
        correction: command.correction,
        previous,
        reason: command.reason,
        reviewed_on: command.reviewed_on,
        role: command.role.unwrap_or(Role::Assessor),
        score: command.score,
        statement: command.statement,
    }))
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
    match state.assessments.get(&id) {
        Some(assessment) if id.organisation() == organisation => Ok((id, assessment)),
        _ => Err(Rejection::AssessmentUnknown { assessment: id, organisation }),
    }
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
