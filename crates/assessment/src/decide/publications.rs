//! Publishing a report.

use super::{Context, event, framework, has_come, in_order, open_assessment};
use crate::command::MakePublication;
use crate::event::{
    CategoryScore, Event, PublicationMade, RatedScore, ReleasedPassage, StatementScore, ThemeScore,
};
use crate::framework::{Awards, Framework, LevelKind};
use crate::readiness::{Stage, readiness, wanted_cells};
use crate::rejection::{Rejection, StepRejection};
use crate::scoring::Score;
use crate::state::{Assessment, State};
use crate::{PartialDate, Precision, PublicationId, StatementId};

/// A first publication; what comes after it is decided on what has changed since.
pub(super) fn make(
    state: &State,
    command: &MakePublication,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, on) = (command.assessment, command.published_on);
    has_come(on, context)?;
    if on.precision() != Precision::Day {
        return Err(StepRejection::DayNotKnown { date: on }.into());
    }
    let assessment = open_assessment(state, id)?;
    let framework = framework(state, assessment.framework)?;
    let decided_on = assessment.panel.as_ref().map(|panel| panel.decided_on);
    let scored_on = assessment.judged.values().map(|judged| judged.on).max();
    check_order(assessment, on)?;
    let ready = readiness(state, id, on.first_day());
    if let Some(refusal) = ready.and_then(|ready| ready.refusal(id, Stage::Check)) {
        return Err(refusal);
    }
    let process = state.process(&framework.id, on.first_day()).expect("it was found just now");
    let version = |passage| assessment.drafts.get(&passage).map_or(0, |draft| draft.version);
    let passages = process.passages(framework).into_iter();
    let scores = scores(assessment, framework);
    Ok(event(PublicationMade {
        assessed_on: scored_on,
        assessment: id,
        by: command.by.unwrap_or(context.actor),
        categories: categories(assessment, framework),
        framework: framework.id,
        kind: assessment.kind,
        overall: rated(framework, &scores),
        passages: passages
            .map(|passage| ReleasedPassage { passage, version: version(passage) })
            .collect(),
        publication: PublicationId::derive(id, 1),
        published_on: on,
        rated_on: scored_on.max(decided_on),
        released: context.released,
        themes: themes(framework, &scores),
        scores,
    }))
}

/// A report is published on or after the day of everything that it rests on.
fn check_order(assessment: &Assessment, on: PartialDate) -> Result<(), Rejection> {
    let windows = || assessment.windows.values();
    let resolutions = assessment.comments.iter().filter_map(|comment| comment.resolved.as_ref());
    let settled_on = assessment.panel.as_ref().map(|panel| panel.settled_on);
    for (what, earlier) in [
        ("the opening of the assessment", assessment.opened_on),
        ("the panel's last word", settled_on),
        ("the latest score", assessment.judged.values().map(|judged| judged.on).max()),
        ("its newest passage", assessment.drafts.values().map(|draft| draft.written_on).max()),
        ("the sharing of the draft", windows().map(|window| window.shared_on).max()),
        ("a recipient's confirmation", windows().filter_map(|window| window.confirmed_on).max()),
        ("the resolution of a comment", resolutions.map(|it| it.resolved_on).max()),
    ] {
        in_order(("the publication", on), (what, earlier.unwrap_or(on)))?;
    }
    Ok(())
}

fn scores(assessment: &Assessment, framework: &Framework) -> Vec<StatementScore> {
    let score = |statement: StatementId| {
        let score = assessment.statement_score(framework, statement)?;
        Some(StatementScore { score, statement })
    };
    framework.statements().filter_map(|(_, statement)| score(statement.id)).collect()
}

fn categories(assessment: &Assessment, framework: &Framework) -> Vec<CategoryScore> {
    let score = |(statement, category)| {
        let judged = assessment.judged.get(&(statement, category))?;
        Some(CategoryScore { category: category?, score: judged.score, statement })
    };
    wanted_cells(framework).into_iter().filter_map(score).collect()
}

/// The score and rating of some statements; none where no ratings are awarded.
fn rated(framework: &Framework, scores: &[StatementScore]) -> Option<RatedScore> {
    if framework.scoring.awards_ratings.value == Awards::No || scores.is_empty() {
        return None;
    }
    let scores: Vec<Score> = scores.iter().map(|cell| cell.score).collect();
    let level = framework.scoring.level(&scores);
    Some(RatedScore { rating: level.rating, score: level.percent })
}

fn themes(framework: &Framework, scores: &[StatementScore]) -> Vec<ThemeScore> {
    if !framework.publishes(LevelKind::Theme) {
        return vec![];
    }
    let theme = |theme: &crate::framework::Theme| {
        let is_of =
            |cell: &&StatementScore| theme.statements.iter().any(|s| s.id == cell.statement);
        let own: Vec<StatementScore> = scores.iter().filter(is_of).copied().collect();
        let RatedScore { rating, score } = rated(framework, &own)?;
        Some(ThemeScore { rating, score, theme: theme.id })
    };
    framework.scoring.themes.iter().filter_map(theme).collect()
}
