//! How many items must be looked at: if no error is found in so many, then with that confidence
//! fewer than the tolerable share of the population are in error.
//!
//! In whole numbers, so that no rounding of a machine can make a sample smaller.

use num_bigint::BigUint;

/// A share in whole hundredths of a per cent: more than none, and less than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

/// What a sample without an error is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// With which confidence.
    pub confidence: Share,
    /// Which share in error would be too many.
    pub tolerable_error: Share,
}

/// A whole, in hundredths of a per cent.
const WHOLE: u32 = 10_000;

impl Share {
    /// A share of so many hundredths of a per cent, from 1 to 9,999.
    pub fn new(hundredths: u64) -> Option<Self> {
        let fits = (1..u64::from(WHOLE)).contains(&hundredths);
        fits.then(|| u32::try_from(hundredths).ok().map(Self)).flatten()
    }

    /// The hundredths of a per cent.
    pub fn hundredths(self) -> u64 {
        u64::from(self.0)
    }

    /// As a part of 1.
    fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// Half of the rest, as a part of 1: what a confidence leaves out on either side.
    pub(crate) fn tail(self) -> f64 {
        f64::from(WHOLE - self.0) / f64::from(2 * WHOLE)
    }
}

/// The smallest sample of a population, drawn without replacement, which is free of errors with a
/// chance of at most 1 − confidence if the tolerable share is in error.
///
/// With N in the population and D = ⌈N · tolerable⌉ in error, a sample of n misses them all with
/// C(N − D, n) ÷ C(N, n) = C(N − n, D) ÷ C(N, D): the product of (N − D − i) ÷ (N − i) for i from
/// 0 to n − 1, or of (N − n − i) ÷ (N − i) for i from 0 to D − 1.
pub fn hypergeometric(population: u64, bound: Bound) -> u64 {
    if population == 0 {
        return 0;
    }
    let errors =
        (u128::from(population) * u128::from(bound.tolerable_error.0)).div_ceil(u128::from(WHOLE));
    let errors = u64::try_from(errors).expect("a share of a population is no larger than it");
    let correct = population - errors;
    // A sample of more than all that is correct cannot miss all that is not: its chance is 0.
    let missed = |drawn| (correct - drawn, population - drawn);
    bound.smallest(missed, |size| {
        // The shorter product, of factors that end above the same number.
        let (left, factors) = (correct - size, size.min(errors));
        (product(left, left + factors), product(population - factors, population))
    })
}

/// The smallest size of a sample from a population without end: (1 − tolerable)ⁿ ≤ 1 − confidence.
pub fn binomial(bound: Bound) -> u64 {
    let (correct, whole) = (WHOLE - bound.tolerable_error.0, WHOLE);
    let missed = |_| (u64::from(correct), u64::from(whole));
    bound.smallest(missed, |size| {
        let size = u32::try_from(size).expect("risk and error are whole hundredths of a per cent");
        (BigUint::from(correct).pow(size), BigUint::from(whole).pow(size))
    })
}

/// The size in tables that count errors as rare: −ln(1 − confidence) ÷ tolerable, rounded up.
///
/// No two shares bring it nearer to a whole number than 0.000 007, so that a float is exact enough.
pub fn poisson(bound: Bound) -> u64 {
    let risk = f64::from(bound.risk()) / f64::from(WHOLE);
    (-risk.ln() / bound.tolerable_error.as_f64()).ceil() as u64
}

impl Bound {
    /// 1 − confidence, in hundredths of a per cent.
    fn risk(self) -> u32 {
        WHOLE - self.confidence.0
    }

    /// The smallest sample that misses every error seldom enough, from 1 on.
    ///
    /// With each item drawn the chance to miss them all shrinks by a fraction. It is followed as
    /// two whole numbers, rounded down and up; where the bound lies between them, which is nearly
    /// nowhere but where it is met to the last digit, the fraction of a size is taken as it is.
    fn smallest(
        self,
        fraction: impl Fn(u64) -> (u64, u64),
        exact: impl Fn(u64) -> (BigUint, BigUint),
    ) -> u64 {
        let [whole, risk] = [WHOLE, self.risk()].map(u128::from);
        let (mut low, mut high) = (ONE, ONE);
        let mut size = 0;
        loop {
            let (missed, all) = fraction(size);
            let [missed, all] = [missed, all].map(u128::from);
            low = low * missed / all;
            high = (high * missed).div_ceil(all);
            size += 1;
            if high * whole <= ONE * risk {
                return size;
            }
            if low * whole <= ONE * risk {
                let (missed, all) = exact(size);
                if missed * WHOLE <= all * self.risk() {
                    return size;
                }
            }
        }
    }
}

/// What a chance of 1 is followed as: times any factor it fits its type.
const ONE: u128 = 1 << 64;

/// The product of the whole numbers above `low`, up to `high`.
fn product(low: u64, high: u64) -> BigUint {
    (low + 1..=high).fold(BigUint::from(1_u8), |product, factor| product * factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(hundredths: u32) -> Share {
        Share::new(hundredths.into()).unwrap()
    }

    fn bound(confidence: u32, tolerable_error: u32) -> Bound {
        Bound { confidence: share(confidence), tolerable_error: share(tolerable_error) }
    }

    #[test]
    fn a_share_is_more_than_none_and_less_than_all() {
        assert_eq!((Share::new(0), Share::new(10_000)), (None, None));
        assert_eq!((share(1).hundredths(), share(9_999).hundredths()), (1, 9_999));
        assert_eq!((share(95_00).as_f64(), share(95_00).tail()), (0.95, 0.025));
    }

    /// The fear: an auditor looks our size up and finds another one.
    #[test]
    fn without_an_error_expected_the_sizes_are_those_of_audit_tables() {
        // Confidence and tolerable error; the binomial size, and the Poisson one.
        for (confidence, tolerable, known) in [
            (95_00, 1_00, (299, 300)),
            (95_00, 2_00, (149, 150)),
            (95_00, 3_00, (99, 100)),
            (95_00, 4_00, (74, 75)),
            (95_00, 5_00, (59, 60)),
            (95_00, 6_00, (49, 50)),
            (95_00, 7_00, (42, 43)),
            (95_00, 8_00, (36, 38)),
            (95_00, 9_00, (32, 34)),
            (95_00, 10_00, (29, 30)),
            (95_00, 15_00, (19, 20)),
            (95_00, 20_00, (14, 15)),
            (90_00, 1_00, (230, 231)),
            (90_00, 5_00, (45, 47)),
            (90_00, 10_00, (22, 24)),
            (99_00, 1_00, (459, 461)),
            (99_00, 5_00, (90, 93)),
        ] {
            let bound = bound(confidence, tolerable);
            assert_eq!((binomial(bound), poisson(bound)), known, "{bound:?}");
        }
    }

    /// Cannon and Roe's workbook (Livestock Disease Surveys, table 1) has 399 of 1,600 at 99 % and
    /// 1 %. `n.freedom` of the R package RSurveillance approximates, and is 0 to 2 above.
    #[test]
    fn in_small_populations_the_sizes_are_those_of_published_tables() {
        assert_eq!(hypergeometric(1_600, bound(99_00, 1_00)), 399);
        for (population, size, approximate) in [
            (100, 95, 95),
            (500, 225, 226),
            (1_000, 258, 259),
            (5_000, 290, 291),
            (10_000, 294, 296),
        ] {
            assert_eq!(hypergeometric(population, bound(95_00, 1_00)), size, "of {population}");
            assert!((size..=size + 2).contains(&approximate));
        }
        for (population, at_5, at_10) in [(20, 19, 16), (50, 31, 22), (100, 45, 25), (500, 56, 28)]
        {
            assert_eq!(hypergeometric(population, bound(95_00, 5_00)), at_5, "of {population}");
            assert_eq!(hypergeometric(population, bound(95_00, 10_00)), at_10, "of {population}");
        }
        // One more item in error may be tolerated, and then fewer are enough.
        assert_eq!(hypergeometric(200, bound(95_00, 1_00)), 155);
        assert_eq!(hypergeometric(201, bound(95_00, 1_00)), 127);
        assert_eq!(hypergeometric(0, bound(95_00, 1_00)), 0);
    }

    /// Every sample there is: the first items are in error, and a bit is an item.
    #[test]
    fn the_size_is_the_first_at_which_few_enough_of_all_samples_miss() {
        for (population, confidence, tolerable) in (1..=12_u32)
            .flat_map(|of| [50_00, 80_00, 95_00, 99_99].map(move |confidence| (of, confidence)))
            .flat_map(|(of, confidence)| [1, 10_00, 25_00, 90_00].map(|it| (of, confidence, it)))
        {
            let errors = (1 << (population * tolerable).div_ceil(WHOLE)) - 1;
            let enough = |size: u32| {
                let samples = (0..1_u32 << population).filter(|it| it.count_ones() == size);
                let (all, missed) = samples.fold((0, 0), |(all, missed), sample| {
                    (all + 1, missed + u32::from(sample & errors == 0))
                });
                missed * WHOLE <= all * (WHOLE - confidence)
            };
            let size = (0..=population).find(|size| enough(*size)).unwrap();
            let found = hypergeometric(population.into(), bound(confidence, tolerable));
            assert_eq!(found, size.into(), "{population} {confidence} {tolerable}");
        }
    }

    /// The fear: a large register makes it sit and count.
    #[test]
    fn the_hardest_bounds_are_met_too() {
        // Both bounds are easily recomputed: (999,900 − i) ÷ (1,000,000 − i), and 0.9999ⁿ.
        assert_eq!(hypergeometric(1_000_000, bound(95_00, 1)), 29_512);
        assert_eq!(binomial(bound(95_00, 1)), 29_956);
        assert_eq!(hypergeometric(1_000_000, bound(99_99, 99_99)), 1);
        // Of so many it is as of a population without end.
        assert_eq!(binomial(bound(99_99, 1)), 92_099);
        for population in [(1 << 53) - 1, u64::MAX] {
            assert_eq!(hypergeometric(population, bound(99_99, 1)), 92_099);
        }
    }

    /// The fear: what is met to the last digit is rounded away, and one more is looked at.
    #[test]
    fn a_bound_that_is_met_exactly_is_met() {
        // One of N is in error, and n miss it with N − n of N.
        for confidence in [1, 33_33, 50_00, 95_00, 99_99] {
            assert_eq!(hypergeometric(10_000, bound(confidence, 1)), confidence.into());
        }
        assert_eq!(hypergeometric(5_000, bound(99_98, 1)), 4_999);
        assert_eq!(hypergeometric(5_000, bound(99_99, 1)), 5_000);
        // 1/2 of 1/2, and 1/10 of 1/10 of 1/10.
        assert_eq!(binomial(bound(75_00, 50_00)), 2);
        assert_eq!(binomial(bound(99_90, 90_00)), 3);
    }

    /// One after the other, as the formula stands.
    fn step_by_step(population: u64, bound: Bound) -> u64 {
        let tolerable = u128::from(bound.tolerable_error.hundredths());
        let errors = (u128::from(population) * tolerable).div_ceil(WHOLE.into());
        let errors = u64::try_from(errors).unwrap();
        let (mut missed, mut all) = (BigUint::from(WHOLE), BigUint::from(bound.risk()));
        let mut size = 0;
        while missed > all {
            missed *= (population - errors).saturating_sub(size);
            all *= population - size;
            size += 1;
        }
        size
    }

    proptest! {
        /// The fear: what is followed in rounded numbers is not what the formula gives.
        #[test]
        fn the_size_is_that_of_the_formula(
            population in 1_u64..3_000, confidence in 1_u32..10_000, tolerable in 1_u32..10_000,
            large in 3_000..u64::MAX, common in 50_u32..10_000,
        ) {
            let small = bound(confidence, tolerable);
            prop_assert_eq!(hypergeometric(population, small), step_by_step(population, small));
            let bound = bound(confidence, common);
            prop_assert_eq!(hypergeometric(large, bound), step_by_step(large, bound));
        }

        /// The fear: who asks for more certainty is given a smaller sample.
        #[test]
        fn more_certainty_never_takes_fewer(
            population in 1_u64..3_000,
            (low, high) in (5_000_u32..9_990, 1_u32..10),
            (small, large) in (100_u32..5_000, 1_u32..4_000),
        ) {
            let (less, more) = (bound(low, small), bound(low + high, small));
            let coarse = bound(low, small + large);
            let sizes =
                |bound| [hypergeometric(population, bound), binomial(bound), poisson(bound)];
            for (size, (more, coarse)) in
                sizes(less).into_iter().zip(sizes(more).into_iter().zip(sizes(coarse)))
            {
                prop_assert!(coarse <= size && size <= more);
            }
            let [finite, binomial, poisson] = sizes(less);
            prop_assert!(finite <= population && finite <= binomial && binomial <= poisson);
        }
    }
}
