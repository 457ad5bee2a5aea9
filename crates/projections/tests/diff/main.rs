//! What differs between two states of knowledge, and why: held against a plain second
//! implementation that knows the rules' state and the events alone, and against every set of
//! records that could have been the cause.
//!
//! Guards against the fear that an auditor is shown a change that was none, is not shown one, or is
//! sent to a record that had nothing to do with it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../assessment/tests/due/history.rs"]
mod history;
mod made;
mod second;

use assessment::Event;
use chrono::{Days, NaiveDate};
use history::{History, Seeded};
use projections::diff::{Difference, Item, RatingValue, Size, Span, Value, differences};
use second::{Items, items};
use std::collections::{BTreeMap, BTreeSet};

/// A body, the assessment if it is not the one that counts, and what of it.
type Named = (String, Option<String>, String);

/// Two points of a history.
struct Points<'a> {
    records: Vec<(u64, &'a Event)>,
    span: Span,
}

impl<'a> Points<'a> {
    fn new(history: &'a History, (from, to): (u64, u64), days: (NaiveDate, NaiveDate)) -> Self {
        let records = (0..=to).zip(&history.events).collect();
        Self { records, span: Span { from, from_day: days.0, to_day: days.1 } }
    }

    fn earlier(&self) -> Vec<(u64, &'a Event)> {
        self.with(&[])
    }

    /// The earlier records, and these of the later ones.
    fn with(&self, chosen: &[u64]) -> Vec<(u64, &'a Event)> {
        let is_in = |(position, _): &&(u64, &Event)| {
            *position <= self.span.from || chosen.contains(position)
        };
        self.records.iter().filter(is_in).copied().collect()
    }

    fn later(&self) -> Vec<u64> {
        let later = self.records.iter().filter(|(position, _)| *position > self.span.from);
        later.map(|(position, _)| *position).collect()
    }

    fn differences(&self) -> Vec<Difference> {
        differences(&self.records, self.span)
    }

    /// What differs, by the second implementation.
    fn expected(&self) -> BTreeMap<Named, (Option<String>, Option<String>)> {
        let before = items(&self.earlier(), self.span.from_day);
        let after = items(&self.records, self.span.to_day);
        let counts: BTreeSet<&String> = before.counts.iter().chain(&after.counts).collect();
        let keys: BTreeSet<&Named> = before.values.keys().chain(after.values.keys()).collect();
        let pair = |key: &Named| (before.values.get(key).cloned(), after.values.get(key).cloned());
        let own = keys.into_iter().filter(|(_, of, _)| of.iter().all(|of| !counts.contains(of)));
        let all = own.map(|key| (key.clone(), pair(key)));
        all.filter(|(_, (before, after))| before != after).collect()
    }
}

fn named(difference: &Difference) -> Named {
    let item = match &difference.item {
        Item::Body => "body".to_owned(),
        Item::Rating(None) => "rating overall".to_owned(),
        Item::Rating(Some(theme)) => format!("rating {theme}"),
        Item::Score(statement) => format!("score {statement}"),
        Item::Reviewed(statement) => format!("reviewed {statement}"),
        Item::Changed(statement) => format!("changed {statement}"),
        Item::Due(kind, subject) => format!("due {kind} {subject}"),
    };
    let of = difference.assessment.map(|of| of.to_string());
    (difference.organisation.to_string(), of, item)
}

fn text(value: &Value) -> String {
    match value {
        Value::Known => "known".to_owned(),
        Value::Rating(RatingValue {
            rating,
            percent,
            published_rating,
            published_percent,
            published_on,
        }) => second::rating(
            (*rating, *percent),
            (*published_rating, *published_percent, *published_on),
        ),
        Value::Score { in_force, waits } => second::score(*in_force, *waits),
        Value::On(date) => date.to_string(),
        Value::Due { levels, since, due_on } => second::due(levels, *since, *due_on),
    }
}

fn value_of(items: &Items, key: &Named) -> Option<String> {
    items.values.get(key).cloned()
}

/// Two days of a history, the second no earlier.
fn days(history: &History, seeded: &mut Seeded) -> (NaiveDate, NaiveDate) {
    let length = (history.today - history::first_day()).num_days() + 10;
    let from = history::first_day() + Days::new(seeded.below(length as usize) as u64);
    let further = if seeded.below(2) == 0 { 0 } else { seeded.below(40) as u64 };
    (from, from + Days::new(further))
}

fn two_points(history: &History, seeded: &mut Seeded) -> (u64, u64) {
    let from = seeded.below(history.events.len() - 1);
    let to = from + seeded.below(history.events.len() - from);
    (from as u64, to as u64)
}

#[test]
fn what_differs_is_what_two_folds_say() {
    let mut met: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..200 {
        let history = History::lived(seed, 50);
        let mut seeded = Seeded(seed ^ 0xd1ff);
        let (points, days) = (two_points(&history, &mut seeded), days(&history, &mut seeded));
        let points = Points::new(&history, points, days);
        let found = points.differences();
        let pairs: BTreeMap<Named, _> = found
            .iter()
            .map(|it| (named(it), (it.before.as_ref().map(text), it.after.as_ref().map(text))))
            .collect();
        assert_eq!(pairs.len(), found.len(), "seed {seed}: each is listed once");
        assert_eq!(pairs, points.expected(), "seed {seed}, {:?}", points.span);
        assert!(found.is_sorted_by_key(made::place), "seed {seed}: in the framework's order");
        // Some of them, from the first to the last: to look at one takes many folds.
        found.iter().step_by(found.len() / 6 + 1).for_each(|it| is_a_cause(&points, it, seed));
        for difference in &found {
            let kind = named(difference).2.split(' ').next().unwrap().to_owned();
            *met.entry(kind).or_default() += 1;
        }
    }
    for kind in ["body", "rating", "score", "reviewed", "changed", "due"] {
        assert!(met.get(kind).is_some_and(|count| *count >= 10), "{kind}: {met:?}");
    }
}

/// The records that are named give the value that is said, and none of them can be left out.
fn is_a_cause(points: &Points<'_>, difference: &Difference, seed: u64) {
    let key = named(difference);
    let target = difference.after.as_ref().map(text);
    let gives =
        |chosen: &[u64]| value_of(&items(&points.with(chosen), points.span.to_day), &key) == target;
    let cause = &difference.cause.records;
    assert!(gives(cause), "seed {seed}: {key:?} does not come from {cause:?}");
    for left_out in cause {
        let without: Vec<u64> = cause.iter().copied().filter(|it| it != left_out).collect();
        assert!(!gives(&without), "seed {seed}: {key:?} comes from {without:?} too");
    }
}

/// Every set of so many of these, the one with the latest first.
fn sets_of(size: usize, latest_first: &[u64]) -> Vec<Vec<u64>> {
    if size == 0 {
        return vec![vec![]];
    }
    let with = |(index, first): (usize, &u64)| {
        let rest = sets_of(size - 1, &latest_first[index + 1..]);
        rest.into_iter().map(|set| [vec![*first], set].concat()).collect::<Vec<_>>()
    };
    latest_first.iter().enumerate().flat_map(with).collect()
}

/// The first set, by size and then the latest, that gives each of these its later value.
fn exhaustive(points: &Points<'_>, found: &[Difference]) -> BTreeMap<Named, Vec<u64>> {
    let mut latest_first = points.later();
    latest_first.reverse();
    let mut causes: BTreeMap<Named, Vec<u64>> = BTreeMap::new();
    for size in 0..=latest_first.len() {
        for mut set in sets_of(size, &latest_first) {
            if causes.len() == found.len() {
                return causes;
            }
            set.sort_unstable();
            let items = items(&points.with(&set), points.span.to_day);
            for difference in found {
                let key = named(difference);
                let target = difference.after.as_ref().map(text);
                if value_of(&items, &key) == target {
                    causes.entry(key).or_insert_with(|| set.clone());
                }
            }
        }
    }
    causes
}

/// Guards against a search that passes over a set: because it thinks a record cannot matter, or
/// that another one must be there.
fn is_the_smallest(seeds: std::ops::Range<u64>, longest: usize) -> BTreeMap<usize, u64> {
    let mut sizes = BTreeMap::new();
    for seed in seeds {
        let history = History::lived(seed, 70);
        let mut seeded = Seeded(seed ^ 0x5e7);
        for _ in 0..2 {
            let last = history.events.len() - 1;
            let from = if seeded.below(6) == 0 { seeded.below(6) } else { seeded.below(last) };
            let to = (from + 1 + seeded.below(longest)).min(last);
            let days = days(&history, &mut seeded);
            let points = Points::new(&history, (from as u64, to as u64), days);
            let found = points.differences();
            let expected = exhaustive(&points, &found);
            for difference in &found {
                let (key, cause) = (named(difference), &difference.cause);
                assert_eq!(cause.records, expected[&key], "seed {seed}, {key:?}");
                assert_eq!(cause.size, Size::Smallest, "seed {seed}, {key:?}");
                *sizes.entry(cause.records.len()).or_default() += 1;
            }
        }
    }
    sizes
}

#[test]
fn no_smaller_set_of_records_does_it() {
    let sizes = is_the_smallest(0..200, 7);
    assert!([0, 1, 2].iter().all(|size| sizes.contains_key(size)), "{sizes:?}");
}

#[test]
#[ignore = "the long form"]
fn no_smaller_set_of_many_records_does_it() {
    is_the_smallest(1000..1200, 10);
}

/// Guards against a difference of a point from itself, which nothing can have caused.
#[test]
fn nothing_differs_from_itself() {
    for seed in 0..30 {
        let history = History::lived(seed, 50);
        let mut seeded = Seeded(seed);
        let (_, at) = two_points(&history, &mut seeded);
        let (day, _) = days(&history, &mut seeded);
        let points = Points::new(&history, (at, at), (day, day));
        assert_eq!(points.differences(), vec![], "seed {seed}");
    }
}

/// Guards against a change that is seen over a year and in none of its months.
#[test]
fn what_differs_over_a_way_differs_on_a_part_of_it() {
    let mut met = 0;
    for seed in 0..40 {
        let history = History::lived(seed, 50);
        let mut seeded = Seeded(seed ^ 0xc0);
        let (from, to) = two_points(&history, &mut seeded);
        let between = from + seeded.below((to - from + 1) as usize) as u64;
        let (first, last) = days(&history, &mut seeded);
        let found = |points, days| -> BTreeSet<Named> {
            let found = Points::new(&history, points, days).differences();
            // Which assessment counts differs from part to part, and so which stands by itself.
            found.iter().filter(|it| it.assessment.is_none()).map(named).collect()
        };
        let whole = found((from, to), (first, last));
        let parts = &found((from, between), (first, first)) | &found((between, to), (first, last));
        assert!(whole.is_subset(&parts), "seed {seed}: {:?}", &whole - &parts);
        met += whole.len();
    }
    assert!(met >= 100, "{met}");
}
