//! Limiters: rules that cap a rating.

use super::Scoring;
use crate::scoring::{Rating, Score};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};

/// A rule that caps a rating: a level with a statement scored `score` or less is rated `at_most`
/// at best.
///
/// No source states one, so no shipped framework has any and none can be adopted; `what-if` tells
/// what one would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limiter {
    /// The best rating that is left.
    #[serde(deserialize_with = "cap")]
    pub at_most: Rating,
    /// The highest score of a statement that has this effect.
    #[serde(deserialize_with = "trigger")]
    pub score: Score,
}

/// Values that make no limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLimiter {
    /// The best rating of all would cap nothing.
    #[error("outstanding is no cap: nothing is rated better")]
    NoCap,
    /// Under the best score of all, no score would avoid it.
    #[error("every score is 4 or less, so the limiter would always act")]
    EveryScore,
}

impl Limiter {
    /// A limiter.
    pub fn new(at_most: Rating, score: Score) -> Result<Self, InvalidLimiter> {
        Ok(Self { at_most: a_cap(at_most)?, score: a_trigger(score)? })
    }

    /// Whether one of these scores brings it into effect.
    pub fn acts_on(self, scores: &[Score]) -> bool {
        scores.iter().any(|score| *score <= self.score)
    }

    /// Whether it changes nothing where the other one is in force.
    pub(super) fn is_implied_by(self, other: Self) -> bool {
        other.at_most <= self.at_most && other.score >= self.score
    }
}

impl Scoring {
    /// The rating of a level with these statement scores, once the limiters are applied to what
    /// its percentage stands for.
    ///
    /// [`Scoring::level`] does not do so, and `what-if` alone asks for it: a framework with a
    /// limiter cannot be adopted, so wherever a rating is recorded or shown there is none to apply.
    /// Once records may hold one, its effect on distances and on what is owed must be decided too.
    pub fn limited(&self, rating: Rating, scores: &[Score]) -> Rating {
        let acting = self.limiters.value.iter().filter(|limiter| limiter.acts_on(scores));
        acting.map(|limiter| limiter.at_most).fold(rating, Rating::min)
    }

    /// Whether some scores of a level with so many statements let a limiter change its rating: the
    /// best of them are one that brings it into effect, and 4 everywhere else.
    pub(super) fn lets_act(&self, limiter: Limiter, items: u32) -> bool {
        let Some(others) = items.checked_sub(1) else { return false };
        let percent = self.percent(u32::from(limiter.score.get()) + 4 * others, items);
        // Bands with a hole are a finding of their own.
        let band = self.bands.value.iter().find(|band| band.holds(percent));
        band.is_none_or(|band| band.rating > limiter.at_most)
    }
}

fn a_cap(rating: Rating) -> Result<Rating, InvalidLimiter> {
    if rating == Rating::Outstanding { Err(InvalidLimiter::NoCap) } else { Ok(rating) }
}

fn a_trigger(score: Score) -> Result<Score, InvalidLimiter> {
    if score.get() == 4 { Err(InvalidLimiter::EveryScore) } else { Ok(score) }
}

/// Reads a cap where it stands, so that a file is told the line and column.
fn cap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rating, D::Error> {
    a_cap(Rating::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// Reads the score of a limiter, likewise.
fn trigger<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Score, D::Error> {
    a_trigger(Score::deserialize(deserializer)?).map_err(de::Error::custom)
}
