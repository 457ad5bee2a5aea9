//! How far two readers agree, who both rated every unit.

use crate::agreement::{OffScale, Ratings, Scale, Undefined};

/// What a first and a second reader gave each unit.
#[derive(Debug, Clone)]
pub struct Pairs {
    scale: Scale,
    pairs: Vec<(u8, u8)>,
}

impl Pairs {
    /// The first reader's rating and the second's, of each unit.
    pub fn new(scale: &Scale, pairs: impl IntoIterator<Item = (u8, u8)>) -> Result<Self, OffScale> {
        let pairs: Vec<(u8, u8)> = pairs.into_iter().collect();
        for (first, second) in &pairs {
            scale.place(*first)?;
            scale.place(*second)?;
        }
        Ok(Self { scale: scale.clone(), pairs })
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The pairs at these indices, each as often as it is named.
    ///
    /// # Panics
    ///
    /// If there is no such pair.
    pub fn resample(&self, units: &[usize]) -> Self {
        let pairs = units.iter().map(|unit| self.pairs[*unit]).collect();
        Self { scale: self.scale.clone(), pairs }
    }

    /// The same, as ratings by two readers of whom none comes first.
    pub fn ratings(&self) -> Ratings {
        let units = self.pairs.iter().map(|(first, second)| [Some(*first), Some(*second)]);
        Ratings::new(&self.scale, units).expect("the ratings of pairs are on their scale")
    }

    /// The share of pairs that are equal.
    pub fn exact(&self) -> Result<f64, Undefined> {
        self.mean(|first, second| i64::from(first == second))
    }

    /// The share of pairs that are at most one apart.
    pub fn adjacent(&self) -> Result<f64, Undefined> {
        self.mean(|first, second| i64::from(first.abs_diff(second) <= 1))
    }

    /// The mean of second − first: above nothing, the second reader marks up.
    pub fn shift(&self) -> Result<f64, Undefined> {
        self.mean(|first, second| i64::from(second) - i64::from(first))
    }

    /// Cohen's kappa with quadratic weights.
    ///
    /// J. Cohen (1968), Weighted kappa, Psychological Bulletin 70(4), formula 2, with weights of
    /// disagreement v = (difference)²: κ = 1 − Σ v pₒ ÷ Σ v p꜀. With n pairs (aᵢ, bᵢ), of which
    /// chance pairs every aᵢ with every bⱼ:
    ///
    /// κ = 1 − n Σᵢ (aᵢ − bᵢ)² ÷ Σᵢⱼ (aᵢ − bⱼ)², where Σᵢⱼ = n Σ a² + n Σ b² − 2 Σ a Σ b.
    ///
    /// Where both readers gave one and the same value all the time, it is 0 ÷ 0.
    pub fn kappa(&self) -> Result<f64, Undefined> {
        let sum = |of: &dyn Fn(i64, i64) -> i64| -> i64 {
            self.pairs.iter().map(|(first, second)| of((*first).into(), (*second).into())).sum()
        };
        if self.pairs.is_empty() {
            return Err(Undefined::NothingToCompare);
        }
        let pairs = sum(&|_, _| 1);
        let observed = pairs * sum(&|first, second| (first - second).pow(2));
        let squares = sum(&|first, second| first.pow(2) + second.pow(2));
        let expected = pairs * squares - 2 * sum(&|first, _| first) * sum(&|_, second| second);
        if expected == 0 {
            return Err(Undefined::NoVariation);
        }
        Ok(1.0 - observed as f64 / expected as f64)
    }

    fn mean(&self, of: impl Fn(u8, u8) -> i64) -> Result<f64, Undefined> {
        if self.pairs.is_empty() {
            return Err(Undefined::NothingToCompare);
        }
        let sum: i64 = self.pairs.iter().map(|(first, second)| of(*first, *second)).sum();
        Ok(sum as f64 / self.pairs.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Metric;
    use proptest::prelude::*;

    fn pairs(pairs: &[(u8, u8)]) -> Pairs {
        Pairs::new(&Scale::new(1..=4).unwrap(), pairs.iter().copied()).unwrap()
    }

    /// The fear: the wrong reader is said to mark up.
    #[test]
    fn the_shift_is_the_second_reader_s() {
        let read = pairs(&[(1, 2), (2, 2), (3, 1), (2, 4), (3, 4)]);
        assert_eq!(read.exact(), Ok(0.2));
        assert_eq!(read.adjacent(), Ok(0.6));
        assert_eq!(read.shift(), Ok(0.4));
        assert_eq!(read.resample(&[2, 2]).shift(), Ok(-2.0));
        assert_eq!(read.resample(&[2, 2]).len(), 2);
    }

    #[test]
    fn kappa_is_as_reckoned_by_hand() {
        // n Σ(a − b)² = 4; nΣa² + nΣb² − 2ΣaΣb = 4·30 + 4·37 − 2·10·11 = 48.
        assert_eq!(pairs(&[(1, 1), (2, 2), (3, 4), (4, 4)]).kappa(), Ok(1.0 - 4.0 / 48.0));
    }

    /// The fear: who gives every body a 3 is said to agree better than chance, as most are a 3.
    #[test]
    fn kappa_is_0_where_one_reader_always_gives_the_same() {
        let read = [(3, 3), (3, 3), (3, 3), (3, 4), (3, 1)];
        assert_eq!(pairs(&read).kappa(), Ok(0.0));
        assert_eq!(pairs(&read.map(|(one, other)| (other, one))).kappa(), Ok(0.0));
    }

    /// The fear: not-a-number in a report.
    #[test]
    fn what_cannot_be_told_has_a_reason() {
        let none = pairs(&[]);
        assert!(none.is_empty());
        for found in [none.exact(), none.adjacent(), none.shift(), none.kappa()] {
            assert_eq!(found, Err(Undefined::NothingToCompare));
        }
        let same = pairs(&[(3, 3), (3, 3)]);
        assert_eq!(same.kappa(), Err(Undefined::NoVariation));
        assert_eq!(same.exact(), Ok(1.0));
        assert_eq!(pairs(&[(3, 4), (3, 4)]).kappa(), Ok(0.0), "each reader always gives the same");
        let scale = Scale::new(1..=4).unwrap();
        assert_eq!(Pairs::new(&scale, [(1, 1), (4, 0)]).unwrap_err(), OffScale(0));
        assert_eq!(Pairs::new(&scale, [(9, 1)]).unwrap_err(), OffScale(9));
    }

    /// Cohen's formula 1, in agreement: (pₒ − p꜀) ÷ (1 − p꜀) with weights 1 − (difference ÷ 3)².
    fn kappa_of_agreement(pairs: &[(u8, u8)]) -> f64 {
        let weight = |one: u8, other: u8| 1.0 - (f64::from(one.abs_diff(other)) / 3.0).powi(2);
        let count = pairs.len() as f64;
        let observed: f64 = pairs.iter().map(|(one, other)| weight(*one, *other)).sum();
        let firsts = pairs.iter().map(|(first, _)| *first);
        let expected: f64 = firsts
            .flat_map(|first| pairs.iter().map(move |(_, second)| weight(first, *second)))
            .sum();
        (observed / count - expected / count.powi(2)) / (1.0 - expected / count.powi(2))
    }

    proptest! {
        #[test]
        fn both_formulas_of_cohen_agree(
            read in prop::collection::vec((1_u8..=4, 1_u8..=4), 1..40),
        ) {
            if let Ok(kappa) = pairs(&read).kappa() {
                prop_assert!((kappa - kappa_of_agreement(&read)).abs() < 1e-9);
            }
        }

        /// The fear: the same pairs give one figure here and another as ratings.
        #[test]
        fn pairs_are_ratings_by_two(
            read in prop::collection::vec((1_u8..=4, 1_u8..=4), 1..40),
        ) {
            let read = pairs(&read);
            let turned = read.pairs.iter().map(|(one, other)| (*other, *one));
            let turned = pairs(&turned.collect::<Vec<_>>());
            prop_assert_eq!(read.shift(), turned.shift().map(|shift| -shift));
            prop_assert_eq!(read.kappa(), turned.kappa());
            let (metric, all) = (Metric::Nominal, read.ratings());
            prop_assert_eq!(all.alpha(metric), turned.ratings().alpha(metric));
            prop_assert_eq!(all.units(), read.len());
        }
    }
}
