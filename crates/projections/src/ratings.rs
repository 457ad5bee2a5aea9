//! Ratings: of each body as a whole and of its themes, with the distance to the next one.

use crate::body::Body;
use crate::cell::View;
use crate::row::{Flag, Flags, Status, in_words};
use crate::scores::rating_in_words;
use crate::standing::{Standing, is_of};
use assessment::framework::{Framework, LevelKind, OrganisationKind, Theme};
use assessment::scoring::{BandHalf, Percent, Rating};
use assessment::{AssessmentId, FrameworkId, Name, OrganisationCode, PartialDate, ThemeId};
use serde::Serialize;

/// A row of `ratings`: one body as a whole, or one of its themes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatingsRow {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: OrganisationKind,
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// Overall or theme.
    pub level: LevelKind,
    /// The theme; none for overall.
    pub subject: Option<ThemeId>,
    /// What the rating is worth.
    pub status: Status,
    /// The current rating.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
    /// The current score, in per cent.
    pub score: Option<Percent>,
    /// The rating that the public last saw.
    #[serde(serialize_with = "rating_in_words")]
    pub published_rating: Option<Rating>,
    /// The score that the public last saw, in per cent, where it is known.
    pub published_score: Option<Percent>,
    /// The first percentage of the band above, minus the score.
    pub percent_to_next_up: Option<u8>,
    /// The score, minus the last percentage of the band below.
    pub percent_to_next_down: Option<u8>,
    /// How many single marks more on statements reach the band above.
    pub marks_to_next_up: Option<u32>,
    /// How many single marks less on statements reach the band below.
    pub marks_to_next_down: Option<u32>,
    /// Where in its band the score lies.
    pub band_half: Option<BandHalf>,
    /// When one of its statements was last reviewed here.
    pub reviewed_on: Option<PartialDate>,
    /// When it was last published; none if that was withdrawn.
    pub published_on: Option<PartialDate>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
    /// The record that caused it; none in what is public.
    pub position: Option<u64>,
}

/// The rows of one assessment: overall first, then each theme.
pub fn ratings(body: &Body, standing: &Standing, framework: &Framework) -> Vec<RatingsRow> {
    let themes = framework.scoring.themes.iter().map(Some);
    std::iter::once(None).chain(themes).map(|theme| row(body, standing, framework, theme)).collect()
}

fn row(
    body: &Body,
    standing: &Standing,
    framework: &Framework,
    theme: Option<&Theme>,
) -> RatingsRow {
    let scores = standing.complete(theme, View::InForce);
    let level = scores.as_deref().map(|scores| framework.scoring.level(scores));
    let rated = scores.as_deref().filter(|_| framework.awards_ratings());
    let distance = rated.map(|scores| framework.scoring.distance(scores));
    let published = standing.publication.as_ref();
    let of_theme = |theme: &Theme| published?.themes.get(&theme.id).copied();
    // As it was published: of a theme that may be unknown, as no table has the figures.
    let (published_rating, published_score) = match theme {
        None => (published.and_then(|it| it.rating), published.and_then(|it| it.score)),
        Some(theme) => of_theme(theme).map(|level| (level.rating, level.score)).unzip(),
    };
    let cells = || standing.cells.iter().filter(|cell| is_of(theme, cell.statement));
    let conflict = theme.is_none() && !standing.conflicts.is_empty();
    let touched = cells().map(|cell| cell.position).chain(published.map(|p| p.position)).max();
    RatingsRow {
        organisation: body.facts.code,
        name: body.facts.name.clone(),
        kind: body.facts.kind,
        framework: framework.id,
        assessment: standing.assessment,
        level: if theme.is_none() { LevelKind::Overall } else { LevelKind::Theme },
        subject: theme.map(|theme| theme.id),
        status: standing.status(framework),
        rating: level.filter(|_| rated.is_some()).map(|level| level.rating),
        score: level.map(|level| level.percent),
        published_rating,
        published_score,
        percent_to_next_up: distance.and_then(|distance| distance.percent_to_next_up),
        percent_to_next_down: distance.and_then(|distance| distance.percent_to_next_down),
        marks_to_next_up: distance.and_then(|distance| distance.marks_to_next_up),
        marks_to_next_down: distance.and_then(|distance| distance.marks_to_next_down),
        band_half: distance.map(|distance| distance.band_half),
        reviewed_on: cells().filter_map(|cell| cell.reviewed_on).max(),
        published_on: published.filter(|it| it.withdrawn_on.is_none()).map(|it| it.on),
        flags: standing
            .flags(body)
            .with(Flag::Conflict, conflict)
            .with(Flag::Waiting, cells().any(|cell| cell.waits())),
        position: Some(touched.unwrap_or(standing.position)),
    }
}
