//! Rivest's consistent sampler, without replacement: each id gets a ticket number from the seed
//! and itself alone, and the smallest numbers are drawn. As in `consistent_sampler` (PyPI).

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// An id with its ticket number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket<'a> {
    /// A number between 0 and 1, as text: `0.` and all its digits.
    pub number: String,
    /// The id.
    pub id: &'a str,
}

/// The first `take` of these ids in the order of their tickets. The ids must be distinct.
///
/// The order of two ids never depends on which others there are, so that the draw of a part is the
/// draw of the whole with the rest left out.
pub fn draw<'a>(
    ids: impl IntoIterator<Item = &'a str>,
    seed: &str,
    take: usize,
) -> Vec<Ticket<'a>> {
    let seed = hex(seed.as_bytes());
    let mut tickets: Vec<Ticket<'a>> =
        ids.into_iter().map(|id| Ticket { number: number(&seed, id), id }).collect();
    tickets.sort_unstable();
    tickets.truncate(take);
    tickets
}

/// SHA-256 of the hex digits of the seed's SHA-256 and the id, as a decimal number of at least 64
/// digits, written backwards: so the digits that count most are those without a bias.
fn number(seed: &str, id: &str) -> String {
    let hash = Sha256::digest(format!("{seed}{id}"));
    let digits = format!("{:0>64}", BigUint::from_bytes_be(&hash).to_str_radix(10));
    format!("0.{}", digits.chars().rev().collect::<String>())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The examples in the documentation of `consistent_sampler` 1.0.10.
    #[test]
    fn tickets_are_those_of_the_published_examples() {
        let number = &draw(["AB-130"], "01382438112797316654", 1)[0].number;
        let known =
            "0.26299714122838008416507544297546663599715395525154425586041245287750224561854";
        assert_eq!(number, known);
        let drawn = draw(["ab-1", "ab-2", "cd-1", "ef-3"], "314159", 4);
        let ids: Vec<&str> = drawn.iter().map(|ticket| ticket.id).collect();
        assert_eq!(ids, ["cd-1", "ef-3", "ab-1", "ab-2"]);
        assert!(drawn[2].number.starts_with("0.9098039269"));
    }

    #[test]
    fn no_more_are_drawn_than_there_are() {
        assert_eq!(draw([], "314159", 3), []);
        assert_eq!(draw(["b", "a"], "314159", 3).len(), 2);
        assert_eq!(draw(["b", "a"], "314159", 0), []);
    }

    proptest! {
        /// The fear: whoever lists the population can steer the draw by the order of his list.
        #[test]
        fn the_order_of_the_list_does_not_count(
            ids in prop::collection::btree_set("[a-z0-9.-]{1,6}", 1..30),
            seed: String,
            take in 0_usize..40,
        ) {
            let listed = draw(ids.iter().map(String::as_str), &seed, take);
            prop_assert_eq!(&listed, &draw(ids.iter().rev().map(String::as_str), &seed, take));
            prop_assert_eq!(listed.len(), take.min(ids.len()));
            prop_assert!(listed.is_sorted());
        }

        /// The fear: a stratum drawn by itself is another one than in the whole.
        #[test]
        fn the_draw_of_a_part_is_the_whole_with_the_rest_left_out(
            ids in prop::collection::btree_map("[a-z0-9.-]{1,6}", any::<bool>(), 1..30),
            seed: String,
        ) {
            let part = ids.iter().filter(|(_, kept)| **kept).map(|(id, _)| id.as_str());
            let mut whole = draw(ids.keys().map(String::as_str), &seed, ids.len());
            whole.retain(|ticket| ids[ticket.id]);
            prop_assert_eq!(draw(part, &seed, ids.len()), whole);
        }
    }
}
