//! How scores become percentages and percentages become ratings, in integers only.
//!
//! Which bands and which rounding is the framework's to say; see `docs/frameworks.md`.

use crate::framework::Scoring;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A score: 1 significant shortfalls, 2 some shortfalls, 3 good standard, 4 exceptional standard.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(inline, extend("minimum" = 1, "maximum" = 4))]
pub struct Score(u8);

/// A number that is not a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a score (1, 2, 3 or 4)")]
pub struct InvalidScore(pub u8);

/// A whole percentage of the marks that can be had: 25 (every score is 1) to 100.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(inline, extend("minimum" = 25, "maximum" = 100))]
pub struct Percent(u8);

/// A number that is not a percentage that scores can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a percentage of scores (25 to 100)")]
pub struct InvalidPercent(pub u8);

/// A rating, from worst to best.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// Inadequate.
    Inadequate,
    /// Requires improvement.
    RequiresImprovement,
    /// Good.
    Good,
    /// Outstanding.
    Outstanding,
}

/// A text that is not a rating.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rating (Outstanding, Good, Requires improvement or Inadequate)")]
pub struct InvalidRating(pub String);

/// How a percentage becomes a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Up to the next whole percentage.
    Ceiling,
    /// Down to the last whole percentage.
    Floor,
    /// To the nearest whole percentage, from a half up.
    HalfUp,
}

/// The percentages that stand for a rating, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The rating.
    pub rating: Rating,
    /// Its lowest whole percentage.
    pub from: Percent,
    /// Its highest whole percentage.
    pub to: Percent,
    /// The score that a statement in this band has.
    pub score: Score,
}

/// What the category scores of a statement come to (method A).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolledUp {
    /// Their percentage.
    pub percent: Percent,
    /// The statement's rating.
    pub rating: Rating,
    /// The statement's score.
    pub score: Score,
}

/// What the statement scores of a theme, or of a whole body, come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The sum of the scores.
    pub points: u32,
    /// How many scores there are.
    pub items: u32,
    /// Their percentage.
    pub percent: Percent,
    /// The rating.
    pub rating: Rating,
}

/// How far a level is from the ratings next to its own; nothing at the ends of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distance {
    /// The first percentage of the band above, minus this one.
    pub percent_to_next_up: Option<u8>,
    /// This percentage, minus the last one of the band below.
    pub percent_to_next_down: Option<u8>,
    /// How many single marks more on statements reach the band above.
    pub marks_to_next_up: Option<u32>,
    /// How many single marks less on statements reach the band below.
    pub marks_to_next_down: Option<u32>,
    /// Where in its band it lies.
    pub band_half: BandHalf,
}

/// Where in its band a percentage lies, by the band's exact middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BandHalf {
    /// Above the middle.
    Upper,
    /// Below the middle.
    Lower,
    /// On the middle.
    Midpoint,
}

impl Scoring {
    /// The percentage of `points` marks on `items` scores.
    ///
    /// percent = 100 · points ÷ (4 · items), made whole by the framework's rounding.
    ///
    /// The quotient is the regulator's own ("How we determine ratings"). The regulator states no
    /// rounding: ceiling is inferred, as the only rule that fits every overall score published.
    ///
    /// # Panics
    /// If there are no scores, or no scores of 1 to 4 give these points.
    pub fn percent(&self, points: u32, items: u32) -> Percent {
        let (marks, most) = (100 * u64::from(points), 4 * u64::from(items));
        assert!(items > 0 && (items..=4 * items).contains(&points), "{points} of {items} scores");
        let whole = match self.rounding.value {
            Rounding::Ceiling => marks.div_ceil(most),
            Rounding::Floor => marks / most,
            Rounding::HalfUp => (2 * marks + most) / (2 * most),
        };
        Percent(u8::try_from(whole).expect("points are at most 4 times the items"))
    }

    /// The band that holds a percentage.
    ///
    /// # Panics
    /// If the framework has no bands; `framework::check` sees that one with scores has no hole.
    pub fn band(&self, percent: Percent) -> &Band {
        let mut bands = self.bands.value.iter();
        bands.find(|band| band.holds(percent)).expect("checked bands hold every percentage")
    }

    /// The rating that a single statement's score stands for.
    ///
    /// # Panics
    /// If the framework has no bands, as [`Scoring::band`].
    pub fn rating(&self, score: Score) -> Rating {
        let mut bands = self.bands.value.iter();
        bands.find(|band| band.score == score).expect("checked bands have every score").rating
    }

    /// Rolls the category scores of one statement up into its score (method A).
    ///
    /// The percentage of the category scores lies in a band, and the band has a score
    /// (62.5 → 63 → 3, 87.5 → 88 → 4).
    ///
    /// # Panics
    /// If there are no scores.
    pub fn roll_up(&self, categories: &[Score]) -> RolledUp {
        let (points, items) = sum(categories);
        let percent = self.percent(points, items);
        let band = self.band(percent);
        RolledUp { percent, rating: band.rating, score: band.score }
    }

    /// Computes a theme or the overall level from statement scores, all weighted equally.
    ///
    /// For a local authority the overall level is stated so; for a system, and for the theme
    /// scores of one, it is assumed.
    ///
    /// # Panics
    /// If there are no scores.
    pub fn level(&self, scores: &[Score]) -> Level {
        let (points, items) = sum(scores);
        let percent = self.percent(points, items);
        Level { points, items, percent, rating: self.band(percent).rating }
    }

    /// How far the level of these statement scores is from the ratings next to its own.
    ///
    /// # Panics
    /// If there are no scores.
    pub fn distance(&self, scores: &[Score]) -> Distance {
        let Level { points, items, percent, .. } = self.level(scores);
        let band = self.band(percent);
        let above = self.bands.value.iter().find(|other| other.from > band.to);
        let below = self.bands.value.iter().rfind(|other| other.to < band.from);
        // A mark moves the sum by one, whichever statement has it; so it is enough to count on.
        let up = |above: &Band| {
            (points..=4 * items).position(|sum| self.percent(sum, items) >= above.from)
        };
        let down = |below: &Band| {
            (items..=points).rev().position(|sum| self.percent(sum, items) <= below.to)
        };
        let marks = |steps: usize| u32::try_from(steps).expect("fewer steps than points");
        Distance {
            percent_to_next_up: above.map(|above| above.from.0 - percent.0),
            percent_to_next_down: below.map(|below| percent.0 - below.to.0),
            marks_to_next_up: above.and_then(up).map(marks),
            marks_to_next_down: below.and_then(down).map(marks),
            band_half: band.half(percent),
        }
    }
}

impl Band {
    /// Whether a percentage lies in this band.
    pub fn holds(&self, percent: Percent) -> bool {
        (self.from..=self.to).contains(&percent)
    }

    /// In which half of this band a percentage lies.
    ///
    /// The middle is (from + to) ÷ 2, compared at twice its size to stay whole. The split is
    /// ours: the regulator says "nearer the upper or lower threshold" and no more.
    pub fn half(&self, percent: Percent) -> BandHalf {
        let middle = u16::from(self.from.0) + u16::from(self.to.0);
        match (2 * u16::from(percent.0)).cmp(&middle) {
            std::cmp::Ordering::Greater => BandHalf::Upper,
            std::cmp::Ordering::Less => BandHalf::Lower,
            std::cmp::Ordering::Equal => BandHalf::Midpoint,
        }
    }
}

impl Score {
    /// The score as a number, 1 to 4.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Score {
    type Error = InvalidScore;

    fn try_from(number: u8) -> Result<Self, InvalidScore> {
        (1..=4).contains(&number).then_some(Self(number)).ok_or(InvalidScore(number))
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Percent {
    /// Every score is 1, of 4.
    pub const LOWEST: u8 = 25;

    /// Every score is 4.
    pub const HIGHEST: u8 = 100;

    /// The percentage as a number, 25 to 100.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Percent {
    type Error = InvalidPercent;

    fn try_from(number: u8) -> Result<Self, InvalidPercent> {
        (Self::LOWEST..=Self::HIGHEST)
            .contains(&number)
            .then_some(Self(number))
            .ok_or(InvalidPercent(number))
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Rating {
    /// All ratings, from worst to best.
    pub const ALL: [Self; 4] =
        [Self::Inadequate, Self::RequiresImprovement, Self::Good, Self::Outstanding];

    /// The regulator's words for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inadequate => "Inadequate",
            Self::RequiresImprovement => "Requires improvement",
            Self::Good => "Good",
            Self::Outstanding => "Outstanding",
        }
    }
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Rating {
    type Err = InvalidRating;

    fn from_str(text: &str) -> Result<Self, InvalidRating> {
        let mut all = Self::ALL.into_iter();
        all.find(|rating| rating.as_str() == text).ok_or_else(|| InvalidRating(text.to_owned()))
    }
}

impl BandHalf {
    /// Its name in data: `upper`, `lower` or `midpoint`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Midpoint => "midpoint",
        }
    }
}

impl fmt::Display for BandHalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The sum of some scores, and how many they are.
fn sum(scores: &[Score]) -> (u32, u32) {
    let points = scores.iter().map(|score| u32::from(score.0)).sum();
    (points, u32::try_from(scores.len()).expect("a framework has far fewer statements"))
}
