//! Publishing a report: for the first time, or what has changed since.

use super::{Context, current_assessment, day, event, framework, has_come, in_order};
use crate::command::MakePublication;
use crate::event::{
    CategoryScore, Event, PublicationMade, RatedScore, ReleasedPassage, StatementScore, ThemeScore,
};
use crate::framework::{Awards, Framework, LevelKind};
use crate::readiness::{Changes, Occasion, Stage, counting_cells, readiness_for};
use crate::rejection::{AfterRejection, Rejection};
use crate::scoring::{Level, Score};
use crate::state::{Assessment, State};
use crate::{AssessmentId, Digest, PartialDate, PersonId, PublicationId, StatementId};

/// The first publication of an assessment, or an update of what is published.
pub(super) fn make(
    state: &State,
    command: &MakePublication,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let on = command.published_on;
    has_come(on, context)?;
    day(on)?;
    let assessment = current_assessment(state, command.assessment)?;
    if let Some(withdrawal) = assessment.withdrawal() {
        let (publication, on) = (withdrawal.publication, withdrawal.withdrawn_on);
        return Err(AfterRejection::PublicationIsWithdrawn { publication, on }.into());
    }
    let by = command.by.unwrap_or(context.actor);
    let release = Release { assessment: command.assessment, on, by, released: context.released };
    Ok(event(publication(state, &release, Occasion::Publication)?))
}

/// What is to be published when, and who releases it.
pub(super) struct Release {
    pub(super) assessment: AssessmentId,
    pub(super) on: PartialDate,
    pub(super) by: PersonId,
    pub(super) released: Digest,
}

/// A publication of what stands now, if it may be published. The assessment is known.
pub(super) fn publication(
    state: &State,
    release: &Release,
    occasion: Occasion,
) -> Result<PublicationMade, Rejection> {
    let Release { assessment: id, on, by, released } = *release;
    let assessment = &state.assessments[&id];
    let framework = framework(state, assessment.framework)?;
    check_changed(id, assessment, framework, occasion)?;
    check_order(assessment, on)?;
    let ready = readiness_for(state, id, on.first_day(), occasion);
    if let Some(refusal) = ready.and_then(|ready| ready.refusal(id, Stage::Check)) {
        return Err(refusal);
    }
    let process = state.process(&framework.id, on.first_day()).expect("it was found just now");
    let version = |passage| Some(assessment.drafts.get(&passage)?.version);
    let passages = process.passages(framework).into_iter();
    let passages = passages
        .filter_map(|passage| Some(ReleasedPassage { passage, version: version(passage)? }));
    let Rated { assessed_on, categories, overall, rated_on, scores, themes } =
        rated(assessment, framework, occasion);
    let number = assessment.last_publication().map_or(0, |latest| latest.number());
    Ok(PublicationMade {
        assessed_on,
        assessment: id,
        by,
        categories,
        framework: framework.id,
        kind: assessment.kind,
        overall,
        passages: passages.collect(),
        publication: PublicationId::derive(id, number + 1),
        published_on: on,
        rated_on,
        released,
        scores,
        themes,
    })
}

/// An update publishes something new. What was withdrawn may be published again as it was.
pub(super) fn check_changed(
    id: AssessmentId,
    assessment: &Assessment,
    framework: &Framework,
    occasion: Occasion,
) -> Result<(), Rejection> {
    let Some(publication) = assessment.last_publication() else { return Ok(()) };
    let changes = Changes::since_publication(assessment, framework, occasion);
    if assessment.withdrawal().is_none() && changes.is_nothing() {
        return Err(AfterRejection::NothingToPublish { assessment: id, publication }.into());
    }
    Ok(())
}

/// A report is published on or after the day of everything that it rests on.
fn check_order(assessment: &Assessment, on: PartialDate) -> Result<(), Rejection> {
    let windows = || assessment.windows.values();
    let resolutions = assessment.comments.iter().filter_map(|comment| comment.resolved.as_ref());
    let settled_on = assessment.panel.as_ref().map(|panel| panel.settled_on);
    let withdrawn_on = assessment.withdrawal().map(|withdrawal| withdrawal.withdrawn_on);
    for (what, earlier) in [
        ("the opening of the assessment", assessment.opened_on),
        ("the last publication", assessment.published_on()),
        ("the withdrawal", withdrawn_on),
        ("the panel's last word", settled_on),
        ("the latest score", scored_on(assessment)),
        ("its newest passage", assessment.drafts.values().map(|draft| draft.written_on).max()),
        ("the sharing of the draft", windows().map(|window| window.shared_on).max()),
        ("a recipient's confirmation", windows().filter_map(|window| window.confirmed_on).max()),
        ("the resolution of a comment", resolutions.map(|it| it.resolved_on).max()),
    ] {
        in_order(("the publication", on), (what, earlier.unwrap_or(on)))?;
    }
    Ok(())
}

/// The scores of a publication, and what they add up to.
struct Rated {
    assessed_on: Option<PartialDate>,
    categories: Vec<CategoryScore>,
    overall: Option<RatedScore>,
    rated_on: Option<PartialDate>,
    scores: Vec<StatementScore>,
    themes: Vec<ThemeScore>,
}

/// What is published of the scores: those of now, or those of the last publication again.
fn rated(assessment: &Assessment, framework: &Framework, occasion: Occasion) -> Rated {
    let categories = categories(assessment, framework);
    let scores = scores(assessment, framework);
    match published(assessment, framework) {
        Some(published) if occasion.repeats_scores(framework) => published,
        // Without another score there is no other rating, also where the one that was published
        // before this ledger is not what its scores give.
        Some(published) if published.scores == scores => {
            Rated { assessed_on: scored_on(assessment), categories, ..published }
        }
        _ => {
            let decided_on = assessment.panel.as_ref().map(|panel| panel.decided_on);
            Rated {
                assessed_on: scored_on(assessment),
                categories,
                overall: level(framework, &scores),
                rated_on: scored_on(assessment).max(decided_on),
                themes: themes(framework, &scores),
                scores,
            }
        }
    }
}

/// What was published last.
fn published(assessment: &Assessment, framework: &Framework) -> Option<Rated> {
    if let Some(made) = assessment.publications.last() {
        return Some(Rated {
            assessed_on: made.assessed_on,
            categories: made.categories.clone(),
            overall: made.overall,
            rated_on: made.rated_on,
            scores: made.scores.clone(),
            themes: made.themes.clone(),
        });
    }
    let import = assessment.import.as_ref()?;
    let computed = level(framework, &import.scores).map(|level| level.score);
    let percent = import.score.or(computed);
    Some(Rated {
        assessed_on: Some(import.published_on()),
        categories: vec![],
        overall: percent.map(|score| RatedScore { rating: import.rating, score }),
        rated_on: Some(import.published_on()),
        scores: import.scores.clone(),
        themes: themes(framework, &import.scores),
    })
}

/// When evidence was last assessed.
fn scored_on(assessment: &Assessment) -> Option<PartialDate> {
    assessment.judged.values().map(|judged| judged.on).max()
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
    let statements = framework.statements().map(|(_, statement)| statement.id);
    let cells = statements.flat_map(|it| counting_cells(assessment, framework, it));
    cells.filter_map(score).collect()
}

/// The score and rating of some statements; none where no ratings are awarded.
fn level(framework: &Framework, scores: &[StatementScore]) -> Option<RatedScore> {
    if framework.scoring.awards_ratings.value == Awards::No || scores.is_empty() {
        return None;
    }
    let scores: Vec<Score> = scores.iter().map(|cell| cell.score).collect();
    let Level { percent, rating, .. } = framework.scoring.level(&scores);
    Some(RatedScore { rating, score: percent })
}

fn themes(framework: &Framework, scores: &[StatementScore]) -> Vec<ThemeScore> {
    if !framework.publishes(LevelKind::Theme) {
        return vec![];
    }
    let theme = |theme: &crate::framework::Theme| {
        let is_of =
            |cell: &&StatementScore| theme.statements.iter().any(|s| s.id == cell.statement);
        let own: Vec<StatementScore> = scores.iter().filter(is_of).copied().collect();
        let RatedScore { rating, score } = level(framework, &own)?;
        Some(ThemeScore { rating, score, theme: theme.id })
    };
    framework.scoring.themes.iter().filter_map(theme).collect()
}
