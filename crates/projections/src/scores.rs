//! Scores: the current and the published score of each cell, with the dates that they rest on.

use crate::body::Body;
use crate::cell::Cell;
use crate::row::{Flag, Flags, in_words};
use crate::standing::{Standing, theme_of};
use assessment::event::ConflictField;
use assessment::framework::Framework;
use assessment::scoring::{Percent, Rating, Score};
use assessment::{
    AssessmentId, FrameworkId, Name, OrganisationCode, PartialDate, StatementId, ThemeId,
};
use serde::Serialize;

/// A row of `scores`: one quality statement of one body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoresRow {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The quality statement.
    pub statement: StatementId,
    /// Its theme.
    pub theme: ThemeId,
    /// The current score.
    pub score: Option<Score>,
    /// The percentage of its category scores, where it has been rolled up from them.
    pub percent: Option<Percent>,
    /// The rating that the score stands for.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
    /// The score that the public last saw.
    pub published_score: Option<Score>,
    /// The scorer's own score, where a panel adjusted it.
    pub scorer_score: Option<Score>,
    /// The date of the newest evidence that the score rests on, where known.
    pub evidence_on: Option<PartialDate>,
    /// When it was last reviewed here, changed or not.
    pub reviewed_on: Option<PartialDate>,
    /// When the score last changed here.
    pub changed_on: Option<PartialDate>,
    /// When it was last published.
    pub published_on: Option<PartialDate>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
    /// The record that caused it; none in what is public.
    pub position: Option<u64>,
}

/// The rows of one assessment, in the framework's order.
pub fn scores(body: &Body, standing: &Standing, framework: &Framework) -> Vec<ScoresRow> {
    let published_on = standing.publication.as_ref().map(|published| published.on);
    let conflict = |cell: &Cell| ConflictField::Statement(cell.statement);
    let row = |cell: &Cell| {
        let rated = cell.score().filter(|_| framework.awards_ratings());
        Some(ScoresRow {
            organisation: body.facts.code,
            name: body.facts.name.clone(),
            framework: framework.id,
            assessment: standing.assessment,
            statement: cell.statement,
            theme: theme_of(framework, cell.statement)?,
            score: cell.score(),
            percent: cell.in_force.and_then(|judgement| judgement.percent),
            rating: rated.map(|score| framework.scoring.rating(score)),
            published_score: cell.published,
            scorer_score: cell.in_force.and_then(|judgement| judgement.scorer_score()),
            evidence_on: cell.in_force.and_then(|judgement| judgement.evidence_on),
            reviewed_on: cell.reviewed_on,
            changed_on: cell.changed_on,
            published_on: published_on.filter(|_| cell.published.is_some()),
            flags: standing
                .flags(body)
                .with(Flag::Conflict, standing.conflicts.contains(&conflict(cell)))
                .with(Flag::Waiting, cell.waits()),
            position: Some(cell.position),
        })
    };
    standing.cells.iter().filter_map(row).collect()
}

/// Serialises as the regulator's words, not as the name in records.
pub(crate) fn rating_in_words<S: serde::Serializer>(
    rating: &Option<Rating>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    rating.map(Rating::as_str).serialize(serializer)
}
