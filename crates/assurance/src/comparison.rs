//! Everything that is said about two readers at once, and when it is not said.

use thiserror::Error;

use crate::agreement::{Metric, Ratings, Undefined};
use crate::interval::{Bootstrap, Interval, NoInterval};
use crate::pairs::Pairs;

/// The fewest pairs for which a figure is given.
///
/// Readers who differ in one of seven units show no difference at all in 20 pairs with a chance of
/// (6 ÷ 7)²⁰ < 5 %, and a bootstrap of what shows none has no width: with fewer pairs even the
/// interval would mislead. Every pair weighs up to five points in a share of 20.
pub const FEWEST_PAIRS: usize = 20;

/// Instead of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too few ({pairs} of {FEWEST_PAIRS})")]
pub struct TooFew {
    /// How many pairs there are.
    pub pairs: usize,
}

/// What is said about two readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// The share of pairs that are equal.
    Exact,
    /// The share of pairs at most one apart.
    Adjacent,
    /// The mean of second − first.
    Shift,
    /// Krippendorff's alpha, ordinal.
    Alpha,
    /// Gwet's AC1.
    Ac1,
    /// Gwet's AC2, with quadratic weights.
    Ac2,
    /// Cohen's kappa, with quadratic weights.
    Kappa,
}

/// A statistic with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Which one.
    pub statistic: Statistic,
    /// What it is.
    pub value: Result<f64, Undefined>,
    /// Its bootstrap interval over the pairs.
    pub interval: Result<Interval, NoInterval>,
}

impl Statistic {
    /// All of them, as they are shown.
    pub const ALL: [Self; 7] =
        [Self::Exact, Self::Adjacent, Self::Shift, Self::Alpha, Self::Ac1, Self::Ac2, Self::Kappa];
}

/// Refuses to say anything about fewer than [`FEWEST_PAIRS`].
pub fn enough(pairs: usize) -> Result<(), TooFew> {
    if pairs < FEWEST_PAIRS { Err(TooFew { pairs }) } else { Ok(()) }
}

/// All statistics of these pairs, in the order of [`Statistic::ALL`], each with its interval from
/// the same draws; nothing if there are too few.
pub fn compare(pairs: &Pairs, bootstrap: &Bootstrap) -> Result<[Figure; 7], TooFew> {
    enough(pairs.len())?;
    let ratings = pairs.ratings();
    let intervals = bootstrap.intervals(pairs.len(), |drawn| {
        all(&pairs.resample(drawn), &ratings.resample(drawn)).map(Result::ok)
    });
    let mut found = all(pairs, &ratings).into_iter().zip(intervals);
    Ok(Statistic::ALL.map(|statistic| {
        let (value, interval) = found.next().expect("there is one of each statistic");
        Figure { statistic, value, interval }
    }))
}

/// In the order of [`Statistic::ALL`]; the ratings are those of the pairs.
fn all(pairs: &Pairs, ratings: &Ratings) -> [Result<f64, Undefined>; 7] {
    Statistic::ALL.map(|statistic| match statistic {
        Statistic::Exact => pairs.exact(),
        Statistic::Adjacent => pairs.adjacent(),
        Statistic::Shift => pairs.shift(),
        Statistic::Alpha => ratings.alpha(Metric::Ordinal),
        Statistic::Ac1 => ratings.ac1(),
        Statistic::Ac2 => ratings.ac2(),
        Statistic::Kappa => pairs.kappa(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Scale;
    use crate::size::Share;
    use std::num::NonZeroU32;

    fn pairs(of: &[(u8, u8)], times: usize) -> Pairs {
        Pairs::new(&Scale::new(1..=4).unwrap(), of.repeat(times)).unwrap()
    }

    fn compared(of: &[(u8, u8)], times: usize) -> [Figure; 7] {
        let confidence = Share::new(95_00).unwrap();
        let replicates = NonZeroU32::new(200).unwrap();
        compare(&pairs(of, times), &Bootstrap { seed: "6 2 5", replicates, confidence }).unwrap()
    }

    /// The fear: a figure from a handful of pairs that someone acts on.
    #[test]
    fn too_few_pairs_give_their_number_instead_of_a_figure() {
        assert_eq!(enough(20), Ok(()));
        assert_eq!(enough(19).unwrap_err().to_string(), "too few (19 of 20)");
        let plan = Bootstrap {
            seed: "6 2 5",
            replicates: NonZeroU32::MIN,
            confidence: Share::new(95_00).unwrap(),
        };
        assert_eq!(compare(&pairs(&[(1, 1)], 19), &plan), Err(TooFew { pairs: 19 }));
        assert!((6.0_f64 / 7.0).powi(FEWEST_PAIRS as i32) < 0.05, "the reason given");
    }

    #[test]
    fn every_figure_lies_within_its_interval() {
        let read = [(1, 2), (2, 2), (3, 3), (4, 4), (3, 2), (2, 2)];
        let figures = compared(&read, 10);
        assert_eq!(figures.map(|figure| figure.statistic), Statistic::ALL);
        for figure in figures {
            let (value, interval) = (figure.value.unwrap(), figure.interval.unwrap());
            assert!(interval.low < interval.high || figure.statistic == Statistic::Adjacent);
            assert!(interval.low <= value && value <= interval.high, "{figure:?}");
        }
        let all = pairs(&read, 10);
        let by_name =
            |statistic| figures.iter().find(|it| it.statistic == statistic).unwrap().value;
        assert_eq!(by_name(Statistic::Exact), all.exact());
        assert_eq!(by_name(Statistic::Adjacent), all.adjacent());
        assert_eq!(by_name(Statistic::Shift), all.shift());
        assert_eq!(by_name(Statistic::Alpha), all.ratings().alpha(Metric::Ordinal));
        assert_eq!(by_name(Statistic::Ac1), all.ratings().ac1());
        assert_eq!(by_name(Statistic::Ac2), all.ratings().ac2());
        assert_eq!(by_name(Statistic::Kappa), all.kappa());
    }

    /// The fear: an interval for an alpha that most draws do not have.
    #[test]
    fn nearly_no_variation_leaves_a_value_without_an_interval() {
        let mut read = vec![(3, 3); 24];
        read.push((3, 4));
        for figure in compared(&read, 1) {
            let bare = matches!(figure.statistic, Statistic::Alpha | Statistic::Kappa);
            assert!(figure.value.is_ok(), "{figure:?}");
            assert_eq!(figure.interval.is_err(), bare, "{figure:?}");
        }
    }
}
