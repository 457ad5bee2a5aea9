//! How far any number of readers agree on the same units, beyond what chance would give.
//!
//! If all readers give one and the same value, Krippendorff's alpha is 0 ÷ 0: nothing varies, so
//! the ratings cannot show that readers tell units apart, and there is no alpha. Gwet's AC1 and
//! AC2 take the chance to agree from the spread of the ratings over the whole scale; there it is
//! nil, and both are 1.

use std::collections::BTreeSet;

use thiserror::Error;

/// The categories that a reader may give, at least two, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale(Vec<u8>);

/// What readers gave: for each unit, how many of them chose which category.
#[derive(Debug, Clone)]
pub struct Ratings {
    scale: Scale,
    /// For each unit one number for each category.
    counts: Vec<u32>,
}

/// How far apart two categories are, squared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Another category is another category.
    Nominal,
    /// By the ratings that lie between them.
    Ordinal,
    /// By the difference of their numbers.
    Interval,
}

/// A rating that is none of the scale's categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} is not on the scale")]
pub struct OffScale(pub u8);

/// Why there is no coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Undefined {
    /// No unit has two ratings to compare.
    #[error("nothing to compare")]
    NothingToCompare,
    /// All ratings that could be compared are the same, so that chance would agree as well.
    #[error("all ratings are the same")]
    NoVariation,
}

impl Scale {
    /// Nothing if there are fewer than two categories.
    pub fn new(categories: impl IntoIterator<Item = u8>) -> Option<Self> {
        let categories: BTreeSet<u8> = categories.into_iter().collect();
        (categories.len() > 1).then(|| Self(categories.into_iter().collect()))
    }

    /// The place of a category on the scale.
    pub(crate) fn place(&self, rating: u8) -> Result<usize, OffScale> {
        self.0.binary_search(&rating).map_err(|_| OffScale(rating))
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// The squared difference of two categories' numbers, by their places.
    fn squared(&self, one: usize, other: usize) -> f64 {
        f64::from(self.0[one].abs_diff(self.0[other])).powi(2)
    }
}

impl Ratings {
    /// One row a unit, one column a reader; nothing where a reader gave no rating.
    pub fn new<Row>(scale: &Scale, units: impl IntoIterator<Item = Row>) -> Result<Self, OffScale>
    where
        Row: IntoIterator<Item = Option<u8>>,
    {
        let mut counts = Vec::new();
        for unit in units {
            let start = counts.len();
            counts.resize(start + scale.len(), 0);
            for rating in unit.into_iter().flatten() {
                counts[start + scale.place(rating)?] += 1;
            }
        }
        Ok(Self { scale: scale.clone(), counts })
    }

    /// The number of units, also of those without a rating.
    pub fn units(&self) -> usize {
        self.counts.len() / self.scale.len()
    }

    /// The units at these indices, each as often as it is named.
    ///
    /// # Panics
    ///
    /// If there is no such unit.
    pub fn resample(&self, units: &[usize]) -> Self {
        let width = self.scale.len();
        let mut counts = Vec::with_capacity(units.len() * width);
        for unit in units {
            counts.extend_from_slice(&self.counts[unit * width..(unit + 1) * width]);
        }
        Self { scale: self.scale.clone(), counts }
    }

    /// Krippendorff's alpha.
    ///
    /// K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section E:
    ///
    /// α = 1 − (n − 1) · Σ oₖₗ δ²ₖₗ ÷ Σ nₖ nₗ δ²ₖₗ, both over the categories k < l, where
    /// oₖₗ = Σᵤ nᵤₖ nᵤₗ ÷ (mᵤ − 1) over the units with mᵤ ≥ 2 ratings, nᵤₖ of them k;
    /// nₖ = Σᵤ nᵤₖ over the same units, and n = Σ nₖ.
    pub fn alpha(&self, metric: Metric) -> Result<f64, Undefined> {
        let width = self.scale.len();
        let mut coincidences = vec![0.0; width * width];
        let mut totals = vec![0.0; width];
        for unit in self.compared() {
            let others = f64::from(unit.iter().sum::<u32>() - 1);
            for (k, l) in above_diagonal(width) {
                coincidences[k * width + l] += f64::from(unit[k]) * f64::from(unit[l]) / others;
            }
            for (total, count) in totals.iter_mut().zip(unit) {
                *total += f64::from(*count);
            }
        }
        match totals.iter().filter(|total| **total > 0.0).count() {
            0 => return Err(Undefined::NothingToCompare),
            1 => return Err(Undefined::NoVariation),
            _ => {}
        }
        let (mut observed, mut expected) = (0.0, 0.0);
        for (k, l) in above_diagonal(width) {
            let squared = self.distance(metric, &totals, k, l);
            observed += coincidences[k * width + l] * squared;
            expected += totals[k] * totals[l] * squared;
        }
        Ok(1.0 - (totals.iter().sum::<f64>() - 1.0) * observed / expected)
    }

    /// Gwet's AC1: every disagreement counts the same.
    pub fn ac1(&self) -> Result<f64, Undefined> {
        self.gwet(|_, _| 0.0)
    }

    /// Gwet's AC2 with quadratic weights: 1 − (k − l)² ÷ (largest − smallest category)².
    pub fn ac2(&self) -> Result<f64, Undefined> {
        let widest = self.scale.squared(0, self.scale.len() - 1);
        self.gwet(|k, l| 1.0 - self.scale.squared(k, l) / widest)
    }

    /// K. L. Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, chapter 5; ratings
    /// that are missing as there, and in the package `irrCAC`:
    ///
    /// (pₐ − pₑ) ÷ (1 − pₑ), where
    /// pₐ = the mean of Σₖ rᵢₖ (Σₗ wₖₗ rᵢₗ − 1) ÷ rᵢ(rᵢ − 1) over the units with rᵢ ≥ 2 ratings,
    /// rᵢₖ of them k; pₑ = Σₖₗ wₖₗ ÷ q(q − 1) · Σₖ πₖ(1 − πₖ), q being the number of categories;
    /// πₖ = the mean of rᵢₖ ÷ rᵢ over the units with any rating.
    ///
    /// The weight of a category with itself is 1. The farthest two weigh 0, hence pₑ < 1.
    fn gwet(&self, weight: impl Fn(usize, usize) -> f64) -> Result<f64, Undefined> {
        let width = self.scale.len();
        let weights = self.weights(weight);
        let (mut agreed, mut compared, mut rated) = (0.0, 0.0, 0.0);
        let mut shares = vec![0.0; width];
        for unit in self.rated() {
            let ratings = f64::from(unit.iter().sum::<u32>());
            rated += 1.0;
            for (share, count) in shares.iter_mut().zip(unit) {
                *share += f64::from(*count) / ratings;
            }
        }
        for unit in self.compared() {
            let ratings = f64::from(unit.iter().sum::<u32>());
            let mut pairs = 0.0;
            for (k, weights) in weights.chunks(width).enumerate() {
                let alike: f64 = weights.iter().zip(unit).map(|(w, n)| w * f64::from(*n)).sum();
                pairs += f64::from(unit[k]) * (alike - 1.0);
            }
            agreed += pairs / (ratings * (ratings - 1.0));
            compared += 1.0;
        }
        if compared == 0.0 {
            return Err(Undefined::NothingToCompare);
        }
        let spread: f64 = shares.iter().map(|share| share / rated * (1.0 - share / rated)).sum();
        let categories = width as f64;
        let by_chance = weights.iter().sum::<f64>() / (categories * (categories - 1.0)) * spread;
        Ok((agreed / compared - by_chance) / (1.0 - by_chance))
    }

    fn weights(&self, apart: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let width = self.scale.len();
        let of =
            |at: usize| if at / width == at % width { 1.0 } else { apart(at / width, at % width) };
        (0..width * width).map(of).collect()
    }

    /// δ²ₖₗ of two categories k < l. Ordinal: (nₖ + … + nₗ − (nₖ + nₗ) ÷ 2)².
    fn distance(&self, metric: Metric, totals: &[f64], k: usize, l: usize) -> f64 {
        match metric {
            Metric::Nominal => 1.0,
            Metric::Ordinal => {
                let between: f64 = totals[k..=l].iter().sum();
                (between - (totals[k] + totals[l]) / 2.0).powi(2)
            }
            Metric::Interval => self.scale.squared(k, l),
        }
    }

    /// The units with a rating.
    fn rated(&self) -> impl Iterator<Item = &[u32]> {
        self.counts.chunks(self.scale.len()).filter(|unit| unit.iter().sum::<u32>() > 0)
    }

    /// The units with at least two ratings.
    fn compared(&self) -> impl Iterator<Item = &[u32]> {
        self.rated().filter(|unit| unit.iter().sum::<u32>() > 1)
    }
}

/// The places k < l of a square table.
fn above_diagonal(width: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..width).flat_map(move |k| (k + 1..width).map(move |l| (k, l)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratings(scale: std::ops::RangeInclusive<u8>, units: &[&[u8]]) -> Ratings {
        let units = units.iter().map(|unit| unit.iter().map(|rating| Some(*rating)));
        Ratings::new(&Scale::new(scale).unwrap(), units).unwrap()
    }

    /// Readers as columns of text, `.` where one gave nothing.
    fn readers(scale: std::ops::RangeInclusive<u8>, readers: &[&str]) -> Ratings {
        let digit = |of: &str, unit: usize| {
            of.chars().nth(unit).unwrap().to_digit(10).map(|digit| u8::try_from(digit).unwrap())
        };
        let units = (0..readers[0].len()).map(|unit| readers.iter().map(move |of| digit(of, unit)));
        Ratings::new(&Scale::new(scale).unwrap(), units).unwrap()
    }

    fn near(found: Result<f64, Undefined>, known: f64) {
        let found = found.unwrap();
        assert!((found - known).abs() < 1e-11, "{found} instead of {known}");
    }

    /// Krippendorff's three observers and fifteen units.
    const OBSERVERS: [&str; 3] = [".....34121133.3", "1.213343.......", "..21344.21133.4"];

    /// Gwet's four raters and twelve subjects.
    const RATERS: [&str; 4] = ["123321412...", "1233224125..", ".33323422513", "12332441251."];

    /// The fear: figures that nobody else's program gives.
    #[test]
    fn alpha_is_that_of_the_published_example() {
        let observed = readers(1..=4, &OBSERVERS);
        assert_eq!(observed.units(), 15);
        near(observed.alpha(Metric::Nominal), 0.691_358_024_691_358);
        near(observed.alpha(Metric::Ordinal), 0.806_721_419_941_315_3);
        near(observed.alpha(Metric::Interval), 0.810_844_892_812_105_9);
    }

    #[test]
    fn the_four_raters_are_those_of_the_handbook() {
        let rated = readers(1..=5, &RATERS);
        near(rated.ac1(), 0.775_444_068_127);
        near(rated.ac2(), 0.914_000_723_552);
        near(rated.alpha(Metric::Nominal), 0.743_421_052_631_579);
        near(rated.alpha(Metric::Ordinal), 0.815_387_503_754_881_4);
        near(rated.alpha(Metric::Interval), 0.849_107_142_857_142_8);
    }

    /// The fear: a category that nobody happened to choose is taken for one that nobody could.
    #[test]
    fn a_category_that_nobody_chose_is_on_the_scale() {
        let (used, whole) = (readers(1..=5, &RATERS), readers(1..=6, &RATERS));
        near(whole.ac1(), 0.785_526_781_226);
        near(whole.ac2(), 0.947_407_789_8);
        for metric in [Metric::Nominal, Metric::Ordinal, Metric::Interval] {
            near(whole.alpha(metric), used.alpha(metric).unwrap());
        }
    }

    #[test]
    fn categories_may_lie_unevenly() {
        let scale = Scale::new([7, 1, 2, 1]).unwrap();
        let units = [[1, 2], [2, 2], [7, 7], [1, 7]].map(|unit| unit.map(Some));
        let rated = Ratings::new(&scale, units).unwrap();
        // By hand: n = 8, n₁ = 2, n₂ = 3, n₇ = 3; o₁₂ = 1, o₁₇ = 1; δ² = 1, 36, 25.
        near(rated.alpha(Metric::Interval), 1.0 - 7.0 * 37.0 / (6.0 + 6.0 * 36.0 + 9.0 * 25.0));
        // The weights 35/36, 0 and 11/36 apart; π = 2/8, 3/8, 3/8.
        let by_chance = (3.0 + 2.0 * 46.0 / 36.0) / 6.0 * (0.25 * 0.75 + 0.375 * 0.625 * 2.0);
        let agreed = (1.0 + 1.0 + 35.0 / 36.0) / 4.0;
        near(rated.ac2(), (agreed - by_chance) / (1.0 - by_chance));
    }

    /// The fear: not-a-number in a report.
    #[test]
    fn what_cannot_be_told_has_a_reason() {
        let metrics = [Metric::Nominal, Metric::Ordinal, Metric::Interval];
        for nothing in [ratings(1..=4, &[]), ratings(1..=4, &[&[], &[1], &[4]])] {
            for metric in metrics {
                assert_eq!(nothing.alpha(metric), Err(Undefined::NothingToCompare));
            }
            assert_eq!(nothing.ac1(), Err(Undefined::NothingToCompare));
            assert_eq!(nothing.ac2(), Err(Undefined::NothingToCompare));
        }
        let same = ratings(1..=4, &[&[3, 3], &[3, 3, 3], &[2]]);
        for metric in metrics {
            assert_eq!(same.alpha(metric), Err(Undefined::NoVariation), "a lone 2 is no pair");
        }
        let same = ratings(1..=4, &[&[3, 3], &[3, 3, 3]]);
        assert_eq!((same.ac1(), same.ac2()), (Ok(1.0), Ok(1.0)), "nothing happens by chance");
    }

    #[test]
    fn a_scale_has_two_categories_and_no_rating_is_off_it() {
        assert_eq!(Scale::new([3, 3]), None);
        let scale = Scale::new(1..=4).unwrap();
        let units = [[Some(1), None], [None, Some(5)]];
        let error = Ratings::new(&scale, units).unwrap_err();
        assert_eq!((error, error.to_string()), (OffScale(5), "5 is not on the scale".to_owned()));
    }

    #[test]
    fn a_unit_is_drawn_again_as_often_as_it_is_named() {
        let all = ratings(1..=4, &[&[1, 2], &[3, 3], &[4]]);
        let again = all.resample(&[2, 0, 0]);
        assert_eq!(again.counts, ratings(1..=4, &[&[4], &[1, 2], &[1, 2]]).counts);
    }

    proptest! {
        /// The fear: the order of units or readers tells on the figure.
        #[test]
        fn neither_order_counts(
            units in prop::collection::vec(prop::collection::vec(1_u8..=4, 0..5), 1..30),
        ) {
            let turned: Vec<Vec<u8>> =
                units.iter().rev().map(|unit| unit.iter().rev().copied().collect()).collect();
            let of = |units: &[Vec<u8>]| {
                let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
                let rated = ratings(1..=4, &units);
                [rated.alpha(Metric::Ordinal), rated.ac1(), rated.ac2()]
            };
            for (found, turned) in of(&units).into_iter().zip(of(&turned)) {
                match (found, turned) {
                    (Ok(found), Ok(turned)) => prop_assert!((found - turned).abs() < 1e-12),
                    (found, turned) => prop_assert_eq!(found, turned),
                }
            }
        }

        #[test]
        fn readers_who_always_agree_have_1_and_nobody_has_more(
            units in prop::collection::vec((1_u8..=4, 1_u8..=4), 2..30),
        ) {
            let agreed: Vec<[u8; 3]> = units.iter().map(|(one, _)| [*one; 3]).collect();
            let agreed: Vec<&[u8]> = agreed.iter().map(<[u8; 3]>::as_slice).collect();
            let read: Vec<[u8; 2]> = units.iter().map(|(one, other)| [*one, *other]).collect();
            let read: Vec<&[u8]> = read.iter().map(<[u8; 2]>::as_slice).collect();
            let of = |units: &[&[u8]]| {
                let rated = ratings(1..=4, units);
                [rated.alpha(Metric::Ordinal), rated.ac1(), rated.ac2()]
            };
            for found in of(&agreed).into_iter().flatten() {
                prop_assert!((found - 1.0).abs() < 1e-12);
            }
            for found in of(&read).into_iter().flatten() {
                prop_assert!(found.is_finite() && found <= 1.0 + 1e-12);
            }
        }
    }
}
