//! The smallest set of records that gives an item its later value.
//!
//! Sets are tried by size, so the first that does it is a smallest one. What keeps that short: only
//! records that can touch the item are tried, and every set is skipped that lacks what the item
//! [cannot do without](super::needs). Where there are too many sets all the same, records are left
//! out of all that can touch it until none can be. The result is known to be a smallest set if it
//! is as small as what the item cannot do without.

use super::about::{About, publishes};
use super::folds::{Folds, Listed};
use super::needs::{Needs, needs};
use super::{Cause, Key, Size, Value};
use assessment::Event;
use std::collections::{BTreeMap, BTreeSet};

/// Of how many records every pair is tried.
const PAIRS_OF: usize = 64;
/// How many sets of records are tried for an item before records are left out instead: at least
/// every single one and every pair.
const SETS: usize = 2 * (1 + PAIRS_OF + PAIRS_OF * (PAIRS_OF - 1) / 2);

/// The cause of each difference.
pub(super) fn of_each(
    folds: &mut Folds<'_>,
    keys: &[&Key],
    after: &Listed,
) -> BTreeMap<Key, Cause> {
    let mut by_about: BTreeMap<About, Vec<&Key>> = BTreeMap::new();
    for key in keys {
        by_about.entry(About::of(key)).or_default().push(key);
    }
    // Ratings last: what caused their scores is where the search for their causes begins.
    let ratings = by_about.remove_entry(&About::Ratings);
    let mut causes: BTreeMap<Key, Cause> = BTreeMap::new();
    for (about, keys) in by_about.into_iter().chain(ratings) {
        let start: BTreeSet<u64> = match about {
            About::Ratings => causes.values().flat_map(|cause| &cause.records).copied().collect(),
            _ => BTreeSet::new(),
        };
        let mut search = Search::new(folds, about, start);
        for key in keys {
            let cause = search.cause(key, after.get(key));
            causes.insert(key.clone(), cause);
        }
    }
    causes
}

/// The search for the causes of items that the same records can touch.
struct Search<'f, 'a> {
    folds: &'f mut Folds<'a>,
    about: About,
    /// The records that can touch the items, oldest first.
    candidates: Vec<u64>,
    /// Those from which records are left out first.
    start: Vec<u64>,
    /// What sets came to.
    seen: BTreeMap<Vec<u64>, Listed>,
}

impl<'f, 'a> Search<'f, 'a> {
    fn new(folds: &'f mut Folds<'a>, about: About, start: BTreeSet<u64>) -> Self {
        let candidates: Vec<u64> = folds
            .later()
            .filter(|(_, event)| touches(folds, &about, event))
            .map(|(position, _)| position)
            .collect();
        let published = |position: &u64| publishes(folds.records[position]);
        let is_in = |position: &u64| start.contains(position) || published(position);
        let start = candidates.iter().copied().filter(is_in).collect();
        Self { folds, about, candidates, start, seen: BTreeMap::new() }
    }

    fn cause(&mut self, key: &Key, target: Option<&Value>) -> Cause {
        let needs = needs(self.folds, &self.candidates, key, target);
        let found = self.by_size(key, target, &needs);
        let (records, size) = match found {
            Some(records) => (records, Size::Smallest),
            None => {
                let records = self.by_leaving_out(key, target);
                let is_smallest = records.len() == needs.at_least;
                (records, if is_smallest { Size::Smallest } else { Size::Irreducible })
            }
        };
        Cause { records, size }
    }

    /// Whether the earlier records and these give the item its later value.
    fn gives(&mut self, set: &[u64], key: &Key, target: Option<&Value>) -> bool {
        if let Some(seen) = self.seen.get(set) {
            return seen.get(key) == target;
        }
        let listed = self.folds.with(&self.about, set);
        let gives = listed.get(key) == target;
        self.seen.insert(set.to_vec(), listed);
        gives
    }

    /// The first of the smallest sets, the one with the latest records first; none, if there are
    /// too many to try.
    fn by_size(&mut self, key: &Key, target: Option<&Value>, needs: &Needs) -> Option<Vec<u64>> {
        let is_open = |position: &&u64| !needs.sure.contains(position);
        let open: Vec<u64> = self.candidates.iter().rev().filter(is_open).copied().collect();
        let mut tried = 0;
        for size in needs.at_least..=self.candidates.len() {
            let further = size - needs.sure.len();
            tried += sets_of(further, open.len());
            if further > 1 && (open.len() > PAIRS_OF || tried > SETS) {
                return None;
            }
            let mut chosen = Combination::first(open.len(), further);
            while let Some(combination) = &mut chosen {
                let further = combination.0.iter().map(|index| open[*index]);
                let set: BTreeSet<u64> = needs.sure.iter().copied().chain(further).collect();
                if needs.are_met_by(&set) {
                    let set: Vec<u64> = set.into_iter().collect();
                    if self.gives(&set, key, target) {
                        return Some(set);
                    }
                }
                if !combination.advance(open.len()) {
                    chosen = None;
                }
            }
        }
        None
    }

    /// A set of which no record can be left out: first halves are, then ever smaller parts, the
    /// oldest first.
    fn by_leaving_out(&mut self, key: &Key, target: Option<&Value>) -> Vec<u64> {
        let mut set = self.start.clone();
        if !self.gives(&set, key, target) {
            set.clone_from(&self.candidates);
        }
        let mut part = set.len().div_ceil(2).max(1);
        loop {
            let before = set.len();
            let mut at = 0;
            while at < set.len() {
                let mut without = set.clone();
                without.drain(at..(at + part).min(set.len()));
                if self.gives(&without, key, target) {
                    set = without;
                } else {
                    at += part;
                }
            }
            if part == 1 && set.len() == before {
                return set;
            }
            part = (part / 2).max(1);
        }
    }
}

/// Whether a record can touch something: a strike-out can if what it strikes can, and if it says
/// that a publication is due again.
fn touches(folds: &Folds<'_>, about: &About, event: &Event) -> bool {
    match event {
        Event::RecordStruckOut(struck) => {
            let is_due_again = struck.publication.is_some() && about.is_an_update();
            let target = folds.records.get(&struck.position);
            is_due_again || target.is_some_and(|target| touches(folds, about, target))
        }
        _ => about.is_touched_by(event),
    }
}

/// How many sets of a size there are of a number of things.
fn sets_of(size: usize, of: usize) -> usize {
    if size > of {
        return 0;
    }
    let size = size.min(of - size);
    (1..=size).fold(1, |sets: usize, next| sets.saturating_mul(of - size + next) / next)
}

/// Some of a number of things, by their indices in order.
struct Combination(Vec<usize>);

impl Combination {
    /// The first one; none, if there are not so many things.
    fn first(of: usize, size: usize) -> Option<Self> {
        (size <= of).then(|| Self((0..size).collect()))
    }

    /// Goes on to the next one, in the order of the indices; false after the last.
    fn advance(&mut self, of: usize) -> bool {
        let size = self.0.len();
        let Some(at) = (0..size).rev().find(|at| self.0[*at] < of - size + at) else {
            return false;
        };
        let first = self.0[at] + 1;
        for (offset, index) in self.0[at..].iter_mut().enumerate() {
            *index = first + offset;
        }
        true
    }
}
