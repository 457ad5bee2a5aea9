//! How a sample is divided among the strata of a population.

/// A sample of `size` in proportion to the strata: each gets its whole share, and what is left
/// goes to those with the largest remainders (Hamilton's method), the first of equal ones first.
///
/// A sample larger than the population is the population. A larger sample may give one stratum one
/// less, as everywhere where whole shares and largest remainders decide (the Alabama paradox).
pub fn proportional(size: u64, strata: &[u64]) -> Vec<u64> {
    let population: u64 = strata.iter().sum();
    let size = size.min(population);
    if population == 0 {
        return vec![0; strata.len()];
    }
    let shares = strata.iter().map(|of| u128::from(*of) * u128::from(size));
    let divided =
        shares.map(|share| (share / u128::from(population), share % u128::from(population)));
    let (mut whole, mut remainders) = (Vec::new(), Vec::new());
    for (index, (share, remainder)) in divided.enumerate() {
        whole.push(u64::try_from(share).expect("a share is no larger than the sample"));
        remainders.push((std::cmp::Reverse(remainder), index));
    }
    remainders.sort_unstable();
    let left = size - whole.iter().sum::<u64>();
    for (_, index) in remainders.into_iter().zip(0..left).map(|(it, _)| it) {
        whole[index] += 1;
    }
    whole
}

/// As many of each stratum, or all of a smaller one.
pub fn fixed(each: u64, strata: &[u64]) -> Vec<u64> {
    strata.iter().map(|of| each.min(*of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_shares_come_first_and_then_the_largest_remainders() {
        assert_eq!(proportional(10, &[50, 30, 20]), [5, 3, 2]);
        assert_eq!(proportional(5, &[50, 30, 20]), [3, 1, 1], "of 2.5 and 1.5 the first");
        assert_eq!(proportional(2, &[1, 1, 1]), [1, 1, 0]);
        assert_eq!(proportional(7, &[2, 0, 3]), [2, 0, 3], "no more than there are");
        assert_eq!(proportional(3, &[]), [0; 0]);
        assert_eq!(proportional(3, &[0, 0]), [0, 0]);
        let most = u64::MAX / 2;
        assert_eq!(proportional(most, &[most, most]), [most.div_ceil(2), most / 2]);
    }

    /// The paradox of the doc: one more in all is one less of the last.
    #[test]
    fn a_larger_sample_may_give_a_stratum_one_less() {
        assert_eq!(proportional(10, &[6, 6, 2]), [4, 4, 2]);
        assert_eq!(proportional(11, &[6, 6, 2]), [5, 5, 1]);
    }

    #[test]
    fn a_fixed_number_is_taken_of_each_or_all_there_are() {
        assert_eq!(fixed(5, &[50, 3, 0, 5]), [5, 3, 0, 5]);
        assert_eq!(fixed(0, &[50]), [0]);
    }

    proptest! {
        /// The fear: a stratum is looked at more or less than its size asks for.
        #[test]
        fn a_stratum_gets_its_share_to_within_one(
            strata in prop::collection::vec(0_u64..200, 1..12), size in 0_u64..1_500,
        ) {
            let population: u64 = strata.iter().sum();
            let taken = proportional(size, &strata);
            prop_assert_eq!(taken.len(), strata.len());
            prop_assert_eq!(taken.iter().sum::<u64>(), size.min(population));
            for (taken, of) in taken.iter().zip(&strata) {
                prop_assert!(taken <= of);
                let (share, taken) = (of * size.min(population), taken * population);
                prop_assert!(taken.abs_diff(share) < population || population == 0);
            }
            for (one, of_one) in taken.iter().zip(&strata) {
                for (other, of_other) in taken.iter().zip(&strata) {
                    prop_assert!(of_one <= of_other || one >= other, "the larger, the more");
                }
            }
        }
    }
}
