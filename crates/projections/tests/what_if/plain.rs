//! Percentages, bands, limiters and marks a second time: in plain numbers, and by trying all.

use std::collections::BTreeSet;

const RATINGS: [&str; 4] = ["Inadequate", "Requires improvement", "Good", "Outstanding"];

/// Rules, in plain values.
#[derive(Clone, Default)]
pub struct Rules {
    /// The shipped framework that takes the place of the own one.
    pub framework: Option<&'static str>,
    pub rounding: &'static str,
    /// The highest percentage of each rating.
    pub tops: [u64; 4],
    pub caps: Vec<Cap>,
    pub required: Option<Vec<&'static str>>,
}

/// A level with a score this low is rated no better than this: 0 is the worst.
#[derive(Clone)]
pub struct Cap {
    pub rating: usize,
    pub score: usize,
}

/// How many statements of a level score 1, 2, 3 and 4: all that its rating depends on.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level([u64; 4]);

impl Level {
    pub fn add(&mut self, score: u64) {
        self.0[score as usize - 1] += 1;
    }

    pub fn percent(&self, rules: &Rules) -> u8 {
        let (mut points, mut most) = (0, 0);
        for (score, count) in (1..).zip(self.0) {
            (points, most) = (points + 100 * score * count, most + 4 * count);
        }
        let fits = |whole: &u64| match rules.rounding {
            "ceiling" => whole * most >= points,
            "floor" => (whole + 1) * most > points,
            "half_up" => (2 * whole + 1) * most > 2 * points,
            other => panic!("{other}"),
        };
        (25..=100).find(fits).unwrap() as u8
    }

    pub fn rating(&self, rules: &Rules) -> &'static str {
        RATINGS[self.rated(rules)]
    }

    /// The place of its rating among all, from 0, the worst.
    pub fn rated(&self, rules: &Rules) -> usize {
        let percent = u64::from(self.percent(rules));
        let mut rating = rules.tops.iter().position(|top| percent <= *top).unwrap();
        for cap in &rules.caps {
            if self.0[..cap.score].iter().any(|count| *count > 0) {
                rating = rating.min(cap.rating);
            }
        }
        rating
    }

    /// The fewest single marks, up or down, to a level that is rated so or beyond: by trying all.
    pub fn back_to(&self, rating: Option<&str>, rules: &Rules) -> Option<u32> {
        let wanted = RATINGS.iter().position(|known| Some(*known) == rating)?;
        let now = self.rated(rules);
        if now == wanted {
            return None;
        }
        let is_back = |level: &Level| match now < wanted {
            true => level.rated(rules) >= wanted,
            false => level.rated(rules) <= wanted,
        };
        let (mut edge, mut seen) = (vec![self.clone()], BTreeSet::from([self.clone()]));
        for marks in 0.. {
            if edge.iter().any(is_back) {
                return Some(marks);
            }
            let mut further = Vec::new();
            for level in &edge {
                for (from, to) in [(0, 1), (1, 2), (2, 3), (1, 0), (2, 1), (3, 2)] {
                    let mut next = level.clone();
                    if next.0[from] > 0 {
                        next.0[from] -= 1;
                        next.0[to] += 1;
                        if seen.insert(next.clone()) {
                            further.push(next);
                        }
                    }
                }
            }
            edge = further;
            assert!(!edge.is_empty(), "nothing leads back");
        }
        None
    }
}
