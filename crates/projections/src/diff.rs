//! What differs between two states of knowledge, and the smallest set of records that caused it.
//!
//! The two states are those of the records up to one position, and of those up to a later one, each
//! judged on a day: what is due differs from day to day although nothing is recorded.
//!
//! What is compared, of each body: that it is there; the rating of the whole and of each theme, in
//! force and as published; of each quality statement the score in force, the latest judgement if
//! that waits, when it was last reviewed and when the score last changed; and each thing that is
//! due, with what it is about, since when, and its last day. Of the body's assessments that is the
//! one that counts at each point; any other is compared by itself, unless it counts at one of the
//! two.
//!
//! The cause of a difference is the smallest set of the records between with which the earlier
//! records, in order and with strike-outs followed, come to the value that the later state has, on
//! the later day; of sets of one size the one with the latest records. Where a day has passed and
//! no record was needed, it is empty. Without the record that began an assessment, those that
//! publish it count for nothing, and a strike-out strikes nothing that is not in the set.

mod about;
mod cause;
mod folds;
mod needs;

use assessment::due::Kind;
use assessment::event::EvidenceSubmitted;
use assessment::framework::Framework;
use assessment::scoring::{Percent, Rating, Score};
use assessment::{AssessmentId, Event, EvidenceId, OrganisationCode, PartialDate};
use assessment::{StatementId, ThemeId};
use chrono::NaiveDate;
use folds::Folds;
use std::collections::{BTreeMap, BTreeSet};

/// Between what states of knowledge differences are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The last record of the earlier one; the later one has all records.
    pub from: u64,
    /// The day on which the earlier one is judged.
    pub from_day: NaiveDate,
    /// The day on which the later one is judged.
    pub to_day: NaiveDate,
}

/// Something that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Of which body.
    pub organisation: OrganisationCode,
    /// Of which assessment, where that is not the one that counts at either point.
    pub assessment: Option<AssessmentId>,
    /// What.
    pub item: Item,
    /// Its earlier value; none, if it was not there.
    pub before: Option<Value>,
    /// Its later value; none, if it is not there any more.
    pub after: Option<Value>,
    /// The records that caused it.
    pub cause: Cause,
}

/// What has a value in a state of knowledge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The body itself.
    Body,
    /// The rating of a theme, or of the whole.
    Rating(Option<ThemeId>),
    /// The score of a quality statement.
    Score(StatementId),
    /// When a quality statement was last reviewed.
    Reviewed(StatementId),
    /// When the score of a quality statement last changed.
    Changed(StatementId),
    /// What is due, by its kind and what it is about.
    Due(Kind, String),
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The body is known.
    Known,
    /// A rating.
    Rating(RatingValue),
    /// A score.
    Score {
        /// The one in force.
        in_force: Option<Score>,
        /// The latest judgement, if that waits.
        waits: Option<Score>,
    },
    /// A date.
    On(PartialDate),
    /// Something that is due.
    Due {
        /// The levels that differ, or the statements that a letter must name.
        levels: Vec<String>,
        /// Since when.
        since: PartialDate,
        /// The last day for it, if there is one.
        due_on: Option<PartialDate>,
    },
}

/// A rating, in force and as published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatingValue {
    /// In force; none, if no ratings are awarded or a score is missing.
    pub rating: Option<Rating>,
    /// The percentage in force.
    pub percent: Option<Percent>,
    /// As the public last saw it.
    pub published_rating: Option<Rating>,
    /// The percentage that the public last saw, where it is known.
    pub published_percent: Option<Percent>,
    /// When it was published.
    pub published_on: Option<PartialDate>,
}

/// The records that caused a difference, by position, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Their positions; none, if a day that has passed is the cause.
    pub records: Vec<u64>,
    /// What is known of the set.
    pub size: Size,
}

/// What is known of the size of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// No smaller set does it.
    Smallest,
    /// None of its records can be left out; that another set is smaller was not ruled out, as there
    /// were too many to try.
    Irreducible,
}

impl Size {
    /// Its name in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Smallest => "smallest",
            Self::Irreducible => "irreducible",
        }
    }
}

/// What is compared: an item, and of which assessment if that is not the one that counts.
pub(crate) type Key = (Option<AssessmentId>, Item);

/// Everything that differs, by organisation, in the order in which things are listed elsewhere.
///
/// The records are all up to the later point, oldest first, void or not.
pub fn differences(records: &[(u64, &Event)], span: Span) -> Vec<Difference> {
    let mut all = Vec::new();
    for (code, own) in by_body(records) {
        let has_new = own.last().is_some_and(|(position, _)| *position > span.from);
        if has_new || span.from_day != span.to_day {
            all.extend(of_body(Folds::new(code, own, span)));
        }
    }
    all
}

fn of_body(mut folds: Folds<'_>) -> Vec<Difference> {
    let before = folds.before();
    let after = folds.after();
    let counts: BTreeSet<AssessmentId> = before.counts.into_iter().chain(after.counts).collect();
    let listed = after.values.iter().chain(&before.values).map(|(key, _)| key);
    let mut keys: Vec<&Key> = Vec::new();
    let mut met = BTreeSet::new();
    for key in listed.filter(|(of, _)| of.is_none_or(|of| !counts.contains(&of))) {
        if before.get(key) != after.get(key) && met.insert(key) {
            keys.push(key);
        }
    }
    let adopted = folds.records.values().filter_map(|event| match event {
        Event::FrameworkAdopted(adopted) => Some(adopted.framework.as_ref()),
        _ => None,
    });
    let frameworks: Vec<&Framework> = adopted.collect();
    keys.sort_by_cached_key(|(of, item)| (*of, rank(item), place(item, &frameworks)));
    let mut causes = cause::of_each(&mut folds, &keys, &after);
    let difference = |key: &Key| Difference {
        organisation: folds.code,
        assessment: key.0,
        item: key.1.clone(),
        before: before.get(key).cloned(),
        after: after.get(key).cloned(),
        cause: causes.remove(key).expect("a cause was looked for of every key"),
    };
    keys.into_iter().map(difference).collect()
}

/// The order of kinds of items.
fn rank(item: &Item) -> u8 {
    match item {
        Item::Body => 0,
        Item::Rating(None) => 1,
        Item::Rating(Some(_)) => 2,
        Item::Score(_) => 3,
        Item::Reviewed(_) => 4,
        Item::Changed(_) => 5,
        Item::Due(..) => 6,
    }
}

/// The order of themes and of quality statements, which is the framework's. What is due stays as
/// it is listed, and what is due no more comes after it.
fn place(item: &Item, frameworks: &[&Framework]) -> usize {
    let mut all = frameworks.iter().flat_map(|framework| framework.statements());
    let place = match item {
        Item::Rating(Some(id)) => all.position(|(theme, _)| theme.id == *id),
        Item::Score(id) | Item::Reviewed(id) | Item::Changed(id) => {
            all.position(|(_, statement)| statement.id == *id)
        }
        Item::Body | Item::Rating(None) | Item::Due(..) => None,
    };
    place.unwrap_or_default()
}

/// The records that can touch each body: its own, the adoptions of frameworks, and, as they answer
/// its requests, those of evidence that another body entered.
fn by_body<'a>(records: &[(u64, &'a Event)]) -> BTreeMap<OrganisationCode, Vec<(u64, &'a Event)>> {
    let (mut all, mut common) = (BTreeMap::<_, Vec<(u64, &Event)>>::new(), Vec::new());
    let mut answers: BTreeMap<EvidenceId, OrganisationCode> = BTreeMap::new();
    let mut further: BTreeMap<u64, OrganisationCode> = BTreeMap::new();
    for (position, event) in records {
        let Some(own) = event.organisation() else {
            if matches!(event, Event::FrameworkAdopted(_)) {
                common.push((*position, *event));
            }
            continue;
        };
        let other = match event {
            Event::EvidenceSubmitted(EvidenceSubmitted { request, evidence, .. }) => {
                let of = request.map(|request| request.organisation());
                answers.extend(of.map(|of| (*evidence, of)));
                of
            }
            Event::EvidenceWithdrawn(event) => answers.get(&event.evidence).copied(),
            Event::EvidenceErased(event) => answers.get(&event.evidence).copied(),
            Event::RecordStruckOut(event) => further.get(&event.position).copied(),
            _ => None,
        };
        all.entry(own).or_default().push((*position, *event));
        if let Some(other) = other.filter(|other| *other != own) {
            further.insert(*position, other);
            all.entry(other).or_default().push((*position, *event));
        }
    }
    for own in all.values_mut() {
        let named: BTreeSet<_> = own.iter().filter_map(|(_, it)| about::framework(it)).collect();
        let adopts = |event: &Event| {
            matches!(event, Event::FrameworkAdopted(adopted)
            if named.contains(&adopted.framework.id))
        };
        own.extend(common.iter().filter(|(_, event)| adopts(event)));
        own.sort_by_key(|(position, _)| *position);
    }
    all
}
