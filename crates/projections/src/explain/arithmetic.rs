//! The arithmetic of a level, written out, and what another rating would need.

use assessment::framework::{RatingChanges, Scoring};
use assessment::scoring::{Percent, Rating, Rounding, Score};
use serde::{Serialize, Serializer};
use std::fmt;

/// How a percentage is worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arithmetic {
    /// What the scores are of.
    pub of: Of,
    /// The scores, each by the id of what it is of.
    pub scores: Vec<Part>,
    /// Their sum.
    pub points: u32,
    /// How many they are.
    pub items: u32,
    /// The most points that so many can have.
    pub most: u32,
    /// 100 · points ÷ most, as it is.
    pub quotient: Quotient,
    /// How that is made whole.
    pub rounding: Rounding,
    /// The whole percentage.
    pub percent: Percent,
    /// The rating of the band that it lies in.
    #[serde(serialize_with = "in_words")]
    pub rating: Rating,
    /// The lowest percentage of that band; under another name in data, where `from` is what a step
    /// rests on.
    #[serde(rename = "band_from")]
    pub from: Percent,
    /// Its highest.
    #[serde(rename = "band_to")]
    pub to: Percent,
    /// The score that a statement in that band has.
    pub score: Score,
}

/// What scores are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// Of quality statements.
    Statements,
    /// Of the evidence categories of one statement.
    Categories,
}

/// One of the scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The quality statement or evidence category.
    pub of: String,
    /// Its score.
    pub score: Score,
}

/// An exact quotient, in its lowest terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quotient {
    /// What is divided.
    pub numerator: u32,
    /// By what.
    pub denominator: u32,
    /// With two decimals; more would follow, unless they are exact.
    pub decimals: String,
    /// Whether more decimals would follow.
    pub decimals_are: Decimals,
}

/// Whether two decimals are all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decimals {
    /// They are all.
    Exact,
    /// What would follow is left out.
    CutOff,
}

/// What another rating would need: the next one that single marks reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Distance {
    /// The rating.
    #[serde(serialize_with = "in_words")]
    pub rating: Rating,
    /// The score that a statement of it has.
    pub score: Score,
    /// The percentage that the rating begins at, or on the way down ends at.
    pub percent: Percent,
    /// How many per cent that is away.
    pub percent_away: u8,
    /// How many points there would be.
    pub points: u32,
    /// How many points, of one mark each, must come or go.
    pub marks: u32,
    /// On which statements or categories a mark can come or go.
    pub on: Vec<String>,
    /// When it would count: of what is published some frameworks change nothing before the next
    /// comprehensive assessment.
    pub changes: RatingChanges,
}

/// Which way a score goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

impl Arithmetic {
    /// The arithmetic of these scores; there must be at least one.
    pub(super) fn new(scoring: &Scoring, of: Of, scores: Vec<Part>) -> Self {
        let level = scoring.level(&scores.iter().map(|part| part.score).collect::<Vec<_>>());
        let band = scoring.band(level.percent);
        Self {
            of,
            scores,
            points: level.points,
            items: level.items,
            most: 4 * level.items,
            quotient: Quotient::new(100 * level.points, 4 * level.items),
            rounding: scoring.rounding.value,
            percent: level.percent,
            rating: band.rating,
            from: band.from,
            to: band.to,
            score: band.score,
        }
    }

    /// What the next rating that way needs; none at the end of the scale.
    pub(super) fn distance(
        &self,
        scoring: &Scoring,
        way: Way,
        changes: RatingChanges,
    ) -> Option<Distance> {
        let here = scoring.band(self.percent);
        let after = |marks: u32| match way {
            Way::Up => (self.points + marks <= self.most).then(|| self.points + marks),
            Way::Down => (self.points >= self.items + marks).then(|| self.points - marks),
        };
        let next = |marks: u32| {
            let band = scoring.band(scoring.percent(after(marks)?, self.items));
            (band != here).then_some((marks, band))
        };
        let (marks, band) = (1..=self.most).find_map(next)?;
        let percent = match way {
            Way::Up => band.from,
            Way::Down => band.to,
        };
        let can = |part: &&Part| match way {
            Way::Up => part.score.get() < 4,
            Way::Down => part.score.get() > 1,
        };
        Some(Distance {
            rating: band.rating,
            score: band.score,
            percent,
            percent_away: percent.get().abs_diff(self.percent.get()),
            points: after(marks)?,
            marks,
            on: self.scores.iter().filter(can).map(|part| part.of.clone()).collect(),
            changes,
        })
    }
}

impl Quotient {
    /// numerator ÷ denominator, as it is; the decimals by long division, in whole numbers.
    fn new(numerator: u32, denominator: u32) -> Self {
        let hundredths = 100 * u64::from(numerator) / u64::from(denominator);
        let left = 100 * u64::from(numerator) % u64::from(denominator);
        let common = common_divisor(numerator, denominator);
        Self {
            numerator: numerator / common,
            denominator: denominator / common,
            decimals: format!("{}.{:02}", hundredths / 100, hundredths % 100),
            decimals_are: if left == 0 { Decimals::Exact } else { Decimals::CutOff },
        }
    }
}

impl fmt::Display for Quotient {
    /// `350/9 = 38.88…`, or `75` where it is whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            return write!(f, "{}", self.numerator);
        }
        let more = if self.decimals_are == Decimals::CutOff { "…" } else { "" };
        write!(f, "{}/{} = {}{more}", self.numerator, self.denominator, self.decimals)
    }
}

/// Euclid's.
fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// Serialises as the regulator's words, not as the name in records.
fn in_words<S: Serializer>(rating: &Rating, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rating.as_str())
}
