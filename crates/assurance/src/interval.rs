//! What a sample leaves open: intervals for a share, and for any statistic.

use std::num::NonZeroU32;

use sha2::{Digest, Sha256};
use statrs::function::beta::beta_reg;
use thiserror::Error;

use crate::size::Share;

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How a statistic is computed again and again, on units drawn with replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap<'a> {
    /// The text that decides what is drawn.
    pub seed: &'a str,
    /// How often it is computed again.
    pub replicates: NonZeroU32,
    /// The share of the replicates that lies within the interval.
    pub confidence: Share,
}

/// Why there is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoInterval {
    /// Too many replicates have no figure. See [`Bootstrap::intervals`].
    #[error("no figure in {undefined} of {replicates} replicates")]
    Undefined {
        /// How many have none.
        undefined: u32,
        /// Of how many.
        replicates: NonZeroU32,
    },
}

/// One replicate in so many may be undefined.
const ONE_UNDEFINED_IN: u32 = 20;

/// How many draws a hash is cut into.
const DRAWS_OF_A_HASH: usize = 4;

/// The exact interval for the share in error of which `errors` were found among `of`.
///
/// C. J. Clopper and E. S. Pearson (1934), Biometrika 26(4). With x errors of n and risk
/// ρ = 1 − confidence, the ends are the quantiles ρ ÷ 2 of Beta(x, n − x + 1), and 1 − ρ ÷ 2 of
/// Beta(x + 1, n − x); 0 for x = 0, and 1 for x = n. They agree with `scipy.stats.beta.ppf` to
/// 10⁻⁹ for up to 100,000 items.
///
/// # Panics
///
/// If there are more errors than items.
pub fn clopper_pearson(errors: u64, of: u64, confidence: Share) -> Interval {
    let correct = of.checked_sub(errors).expect("an error is one of the items");
    let half = confidence.tail();
    let (errors, correct) = (errors as f64, correct as f64);
    let low = if errors > 0.0 { quantile(half, errors, correct + 1.0) } else { 0.0 };
    // Beta(a, b) mirrored is Beta(b, a); so the small tail is never taken from 1.
    let high = if correct > 0.0 { 1.0 - quantile(half, correct, errors + 1.0) } else { 1.0 };
    Interval { low, high }
}

/// Where Beta(a, b) has that share below it, by halving until no float lies between.
fn quantile(share: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if beta_reg(a, b, middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
}

impl Bootstrap<'_> {
    /// The percentile intervals of statistics that are computed from the same draws.
    ///
    /// A statistic is given the indices of as many units as there are, as [`drawn`]. From the
    /// figures that it gives, ascending, x₀ to xₘ₋₁, the ends are taken at the places
    /// (m − 1) ρ ÷ 2 and (m − 1)(1 − ρ ÷ 2), ρ = 1 − confidence, between two figures in proportion
    /// (as `numpy.quantile` does).
    ///
    /// Replicates without a figure are left out. If they are more than one in twenty, there is no
    /// interval: what is left out is not any replicate, but those where the draw happened to vary
    /// least. What the units do not show, no replicate shows: where all are alike, the interval has
    /// no width, and still means only these units.
    pub fn intervals<const K: usize>(
        &self,
        units: usize,
        mut statistics: impl FnMut(&[usize]) -> [Option<f64>; K],
    ) -> [Result<Interval, NoInterval>; K] {
        let mut figures = [const { Vec::new() }; K];
        for replicate in 0..self.replicates.get() {
            let given = statistics(&drawn(self.seed, replicate, units));
            for (figures, figure) in figures.iter_mut().zip(given) {
                figures.extend(figure);
            }
        }
        figures.map(|figures| self.ends(figures))
    }

    fn ends(&self, mut figures: Vec<f64>) -> Result<Interval, NoInterval> {
        let replicates = self.replicates;
        let defined = u32::try_from(figures.len()).expect("a replicate gives one figure");
        let undefined = replicates.get() - defined;
        if undefined > replicates.get() / ONE_UNDEFINED_IN {
            return Err(NoInterval::Undefined { undefined, replicates });
        }
        figures.sort_unstable_by(f64::total_cmp);
        let half = self.confidence.tail();
        Ok(Interval { low: between(&figures, half), high: between(&figures, 1.0 - half) })
    }
}

/// The indices that a replicate draws: as many as there are units, each below that number.
///
/// Draw i of replicate r, both from 0, is the (i mod 4)-th of the four 64-bit numbers, the most
/// significant byte first, in the SHA-256 of `seed:r:b` with b = ⌊i ÷ 4⌋, modulo the units. In
/// Python:
///
/// ```text
/// def drawn(seed, r, i, units):
///     block = hashlib.sha256(f"{seed}:{r}:{i // 4}".encode()).digest()
///     return int.from_bytes(block[i % 4 * 8:][:8], "big") % units
/// ```
///
/// Some units come up more often than others because 2⁶⁴ is no multiple of their number: with a
/// million of them by less than one part in 10¹³.
pub fn drawn(seed: &str, replicate: u32, units: usize) -> Vec<usize> {
    let mut drawn = Vec::with_capacity(units);
    for block in 0..units.div_ceil(DRAWS_OF_A_HASH) {
        let hash = Sha256::digest(format!("{seed}:{replicate}:{block}"));
        for number in hash.chunks_exact(size_of::<u64>()) {
            let number = u64::from_be_bytes(number.try_into().expect("a chunk is eight bytes"));
            drawn.push((number % units as u64) as usize);
        }
    }
    drawn.truncate(units);
    drawn
}

/// The figure at that share of the way from the first to the last.
fn between(ascending: &[f64], share: f64) -> f64 {
    let place = (ascending.len() - 1) as f64 * share;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    ascending[below] + (ascending[above] - ascending[below]) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(hundredths: u64) -> Share {
        Share::new(hundredths).unwrap()
    }

    fn near(found: Interval, low: f64, high: f64) {
        let apart = (found.low - low).abs().max((found.high - high).abs());
        assert!(apart < 1e-11, "{found:?} instead of {low} to {high}");
    }

    const fn bootstrap(replicates: u32, confidence: Share) -> Bootstrap<'static> {
        let replicates = NonZeroU32::new(replicates).expect("a test takes some");
        Bootstrap { seed: "314159", replicates, confidence }
    }

    /// The interval of one statistic.
    fn alone(
        plan: &Bootstrap<'_>,
        units: usize,
        mut statistic: impl FnMut(&[usize]) -> Option<f64>,
    ) -> Result<Interval, NoInterval> {
        let [interval] = plan.intervals(units, |drawn| [statistic(drawn)]);
        interval
    }

    /// The figures of `scipy.stats.beta.ppf`.
    #[test]
    fn the_exact_interval_is_as_others_give_it() {
        let found = clopper_pearson(1, 10, share(95_00));
        near(found, 0.002_528_578_544_461_784_8, 0.445_016_117_028_195_4);
        let found = clopper_pearson(3, 59, share(95_00));
        near(found, 0.010_611_280_323_879_806, 0.141_487_239_474_255_9);
        let found = clopper_pearson(7, 300, share(95_00));
        near(found, 0.009_431_502_061_794_628, 0.047_482_565_029_781_855);
    }

    /// The fear: no error found is reported as no error there.
    #[test]
    fn none_and_all_have_one_open_end() {
        for of in [1, 2, 10, 59, 300, 20_000] {
            // What is left with all the risk in one tail: (ρ ÷ 2)^(1 ÷ n).
            let end = 0.025_f64.powf(1.0 / of as f64);
            near(clopper_pearson(0, of, share(95_00)), 0.0, 1.0 - end);
            near(clopper_pearson(of, of, share(95_00)), end, 1.0);
            assert_eq!(clopper_pearson(0, of, share(95_00)).low, 0.0);
            assert_eq!(clopper_pearson(of, of, share(95_00)).high, 1.0);
        }
        let nothing_seen = clopper_pearson(0, 0, share(95_00));
        assert_eq!((nothing_seen.low, nothing_seen.high), (0.0, 1.0));
    }

    #[test]
    fn the_interval_of_errors_mirrors_that_of_the_others_and_grows_with_confidence() {
        for (errors, of) in [(1, 3), (2, 40), (30, 59), (299, 300)] {
            let (found, other) = (
                clopper_pearson(errors, of, share(90_00)),
                clopper_pearson(of - errors, of, share(90_00)),
            );
            near(found, 1.0 - other.high, 1.0 - other.low);
            let wider = clopper_pearson(errors, of, share(99_00));
            assert!(wider.low < found.low && found.high < wider.high, "{errors} of {of}");
            let rate = errors as f64 / of as f64;
            assert!(found.low < rate && rate < found.high, "{errors} of {of}");
        }
    }

    #[test]
    #[should_panic = "an error is one of the items"]
    fn more_errors_than_items_are_a_mistake() {
        clopper_pearson(3, 2, share(95_00));
    }

    /// The fear: nobody else can draw what we drew. The lines of Python in the doc gave these.
    #[test]
    fn the_draws_are_those_of_the_documented_lines() {
        assert_eq!(drawn("314159", 0, 10), [9, 5, 4, 5, 9, 3, 0, 6, 6, 4]);
        assert_eq!(drawn("314159", 7, 10), [4, 9, 6, 2, 4, 1, 0, 6, 9, 1]);
        assert_eq!(drawn("314159", 0, 1), [0]);
        assert_eq!(drawn("314159", 0, 0), []);
    }

    /// The draws of the documented lines, and `numpy.quantile`, gave these.
    #[test]
    fn the_interval_lies_between_the_quantiles() {
        let values = [1.0, 7.0, 2.0, 9.0, 4.0, 30.0, 5.0, 2.0, 8.0, 11.0];
        let mean = |units: &[usize]| {
            Some(units.iter().map(|unit| values[*unit]).sum::<f64>() / units.len() as f64)
        };
        near(alone(&bootstrap(1_000, share(95_00)), 10, mean).unwrap(), 3.8, 13.7);
        near(alone(&bootstrap(1_000, share(90_00)), 10, mean).unwrap(), 4.3, 12.9);
        assert_eq!((between(&[1.0, 2.0, 4.0], 0.75), between(&[7.0], 0.975)), (3.0, 7.0));
    }

    /// The fear: where a figure is mostly undefined, an interval of the lucky draws.
    #[test]
    fn too_many_draws_without_a_figure_leave_no_interval() {
        let plan = bootstrap(100, share(95_00));
        let undefined_in = |undefined: u32| {
            let mut asked = 0;
            alone(&plan, 10, |_| {
                asked += 1;
                (asked > undefined).then_some(f64::from(asked))
            })
        };
        near(undefined_in(0).unwrap(), 3.475, 97.525);
        near(undefined_in(5).unwrap(), 8.35, 97.65);
        let error = undefined_in(6).unwrap_err();
        assert_eq!(error, NoInterval::Undefined { undefined: 6, replicates: plan.replicates });
        assert_eq!(error.to_string(), "no figure in 6 of 100 replicates");
        assert!(alone(&bootstrap(1, share(95_00)), 10, |_| None).is_err());
    }

    /// The fear: two figures of one table rest on different draws.
    #[test]
    fn statistics_are_computed_from_the_same_draws() {
        let plan = bootstrap(50, share(80_00));
        let first = |units: &[usize]| Some(units[0] as f64);
        let last = |units: &[usize]| Some(units[units.len() - 1] as f64);
        let both = plan.intervals(30, |units| [first(units), last(units)]);
        assert_eq!(both, [alone(&plan, 30, first), alone(&plan, 30, last)]);
        assert_ne!(both[0], both[1]);
    }
}
