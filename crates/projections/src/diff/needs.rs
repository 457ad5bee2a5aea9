//! What an item cannot do without: groups of later records, of each of which at least one is in
//! every set that gives the item its later value.
//!
//! Each group is argued from what the folds do: nothing has a value of a body that was never
//! registered, of an assessment that nothing began or under a framework that nobody adopted; a
//! score of a statement that had none comes from a review of it, and where categories are scored
//! from one of each; a date comes from a record of that date, or a strike-out brings an earlier one
//! back; and judgements of other statements alone do not make the level of a statement differ from
//! what was published.

use super::about::{begins, imports, judged, publishes};
use super::folds::Folds;
use super::{Item, Key, RatingValue, Value};
use assessment::due::Kind;
use assessment::event::ScoreReviewed;
use assessment::framework::Framework;
use assessment::state::Cell as Scored;
use assessment::{Event, FrameworkId, PartialDate, StatementId, wanted_cells};
use std::collections::BTreeSet;

/// What every set that gives an item its value has.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// At least one of each of these.
    groups: Vec<Vec<u64>>,
    /// All of these.
    pub(super) sure: BTreeSet<u64>,
    /// So many records at least.
    pub(super) at_least: usize,
}

impl Needs {
    fn of(mut groups: Vec<Vec<u64>>) -> Self {
        // All records together give the value, so they meet every need.
        debug_assert!(groups.iter().all(|group| !group.is_empty()), "a need that nothing can meet");
        // Of groups that have a record in common, one record may do for both.
        groups.sort_by_key(Vec::len);
        let mut counted: BTreeSet<u64> = BTreeSet::new();
        let mut at_least = 0;
        for group in &groups {
            if group.iter().all(|position| !counted.contains(position)) {
                counted.extend(group);
                at_least += 1;
            }
        }
        let single = groups.iter().filter(|group| group.len() == 1).flatten();
        Self { sure: single.copied().collect(), groups, at_least }
    }

    /// Whether a set has what is needed.
    pub(super) fn are_met_by(&self, set: &BTreeSet<u64>) -> bool {
        self.groups.iter().all(|group| group.iter().any(|position| set.contains(position)))
    }
}

/// What an item needs to get its later value; nothing, where that is that it is gone.
pub(super) fn needs(
    folds: &Folds<'_>,
    candidates: &[u64],
    key: &Key,
    target: Option<&Value>,
) -> Needs {
    let item = &key.1;
    let among = Among { folds, candidates };
    let Some(target) = target.filter(|_| !among.brings_something_back()) else {
        return Needs::default();
    };
    let mut groups = among.ground(item);
    match (item, target) {
        (Item::Score(statement), _) => groups.extend(among.reviews(|it| it == *statement)),
        (Item::Reviewed(statement), Value::On(on)) => {
            groups.extend(among.reviewed(*statement, *on));
        }
        (Item::Changed(statement), Value::On(on)) => groups.extend(among.changed(*statement, *on)),
        (Item::Rating(theme), Value::Rating(value)) => {
            if *value != (RatingValue { rating: None, percent: None, ..*value }) {
                let framework = among.framework();
                groups.extend(among.reviews(|statement| {
                    let of = framework.and_then(|framework| framework.statement(statement));
                    of.is_some_and(|(of, _)| theme.is_none_or(|theme| of.id == theme))
                }));
            }
            groups.extend(value.published_on.and_then(|on| among.published(on)));
        }
        (Item::Due(Kind::Publication, _), Value::Due { levels, .. }) => {
            let before = folds.before();
            let listed = match before.get(key) {
                Some(Value::Due { levels, .. }) => levels.as_slice(),
                _ => &[],
            };
            let new: Vec<&String> = levels.iter().filter(|it| !listed.contains(it)).collect();
            groups.extend(among.differing(&new));
        }
        _ => {}
    }
    Needs::of(groups)
}

/// The records that a set is chosen among.
struct Among<'f, 'a> {
    folds: &'f Folds<'a>,
    candidates: &'f [u64],
}

impl<'a> Among<'_, 'a> {
    fn events(&self) -> impl Iterator<Item = (u64, &'a Event)> {
        self.candidates.iter().map(|position| (*position, self.folds.records[position]))
    }

    fn those(&self, wanted: impl Fn(&Event) -> bool) -> Vec<u64> {
        self.events().filter(|(_, event)| wanted(event)).map(|(position, _)| position).collect()
    }

    /// Whether a strike-out is struck out, so that an earlier record may count again: then it
    /// could be any of these that gives a value. So it is with what was published: no rule lets it
    /// be struck out, but a journal may have been written by another program.
    fn brings_something_back(&self) -> bool {
        self.events().any(|(_, event)| match event {
            Event::RecordStruckOut(struck) => {
                let target = self.folds.records.get(&struck.position);
                target.is_some_and(|target| strikes_out(target) || publishes(target))
            }
            _ => false,
        })
    }

    /// The body, an assessment of it, and its framework.
    fn ground(&self, item: &Item) -> Vec<Vec<u64>> {
        let known = &self.folds.known;
        let (projections, state) = (&known.projections, &known.state);
        let body = projections.bodies.get(&self.folds.code);
        let (needs_body, needs_framework) = match item {
            Item::Due(kind, _) => (
                matches!(kind, Kind::Publication | Kind::Reissue),
                matches!(kind, Kind::Publication | Kind::Section50),
            ),
            _ => (true, !matches!(item, Item::Body)),
        };
        let needs_assessment = match item {
            Item::Body | Item::Due(Kind::EvidenceRequest, _) => false,
            Item::Due(..) => state.assessments.is_empty(),
            _ => body.is_none_or(|body| body.standings.is_empty()),
        };
        let mut groups = Vec::new();
        if body.is_none() && needs_body {
            groups.push(self.those(|event| matches!(event, Event::OrganisationRegistered(_))));
        }
        if needs_assessment {
            groups.push(self.those(|event| {
                let is_begun = |id| self.folds.begun.contains(&id);
                begins(event) || publishes(event) && !event.assessment().is_some_and(is_begun)
            }));
            if let Some(id) = self.one_framework().filter(|_| needs_framework)
                && !projections.frameworks.contains_key(&id)
            {
                groups.push(self.those(|event| adopts(event, id).is_some()));
            }
        }
        groups
    }

    /// The framework of all assessments, if there is only one.
    fn one_framework(&self) -> Option<FrameworkId> {
        let bodies = self.folds.known.projections.bodies.values();
        let known = bodies.flat_map(|body| body.standings.values()).map(|it| it.framework);
        let named = self.events().filter_map(|(_, event)| super::about::framework(event));
        let all: BTreeSet<FrameworkId> = known.chain(named).collect();
        all.first().copied().filter(|_| all.len() == 1)
    }

    fn framework(&self) -> Option<&Framework> {
        let id = self.one_framework()?;
        let known = self.folds.known.projections.frameworks.get(&id);
        let adopted = || self.events().find_map(|(_, event)| adopts(event, id));
        known.map(|known| &known.framework).or_else(adopted)
    }

    /// The reviews of each statement, or of each of its categories, that nothing is judged of yet.
    fn reviews(&self, wanted: impl Fn(StatementId) -> bool) -> Vec<Vec<u64>> {
        let Some(framework) = self.framework() else { return vec![] };
        if self.events().any(|(_, event)| imports(event)) {
            return vec![];
        }
        let cells = wanted_cells(framework).into_iter().filter(|(statement, category)| {
            wanted(*statement) && self.is_unjudged((*statement, *category))
        });
        let is_whole = |statement: StatementId| {
            let mut reviews = self.events().filter_map(|(_, event)| review(event));
            reviews.any(|it| it.statement == statement && it.category.is_none())
        };
        let reviews = cells.map(|(statement, category)| {
            // Whoever judges the whole needs no categories.
            let category = category.filter(|_| !is_whole(statement));
            self.those(|event| {
                review(event).is_some_and(|it| {
                    it.statement == statement && category.is_none_or(|_| it.category == category)
                })
            })
        });
        reviews.collect()
    }

    /// Whether no assessment has a score of a statement, nor one of the category.
    fn is_unjudged(&self, (statement, category): Scored) -> bool {
        self.cells(statement).all(|cell| {
            cell.judged.is_none()
                && cell.in_force.is_none()
                && category.is_none_or(|category| !cell.categories.contains_key(&category))
        })
    }

    fn reviewed(&self, statement: StatementId, on: PartialDate) -> Option<Vec<u64>> {
        let is_new = self.cells(statement).all(|cell| cell.reviewed_on != Some(on));
        let is_of_then = |it: &ScoreReviewed| it.statement == statement && it.reviewed_on == on;
        is_new.then(|| {
            self.those(|event| strikes_out(event) || review(event).is_some_and(is_of_then))
        })
    }

    fn changed(&self, statement: StatementId, on: PartialDate) -> Option<Vec<u64>> {
        let is_new = self.cells(statement).all(|cell| cell.changed_on != Some(on));
        is_new.then(|| self.those(|event| strikes_out(event) || event.occurred_on() == Some(on)))
    }

    fn published(&self, on: PartialDate) -> Option<Vec<u64>> {
        let bodies = self.folds.known.projections.bodies.values();
        let standings = bodies.flat_map(|body| body.standings.values());
        let is_new = standings.filter_map(|it| it.publication.as_ref()).all(|known| known.on != on);
        let is_of_then = |event: &Event| publishes(event) && event.occurred_on() == Some(on);
        is_new.then(|| self.those(is_of_then))
    }

    /// For each statement whose level differs now, what is no judgement of other statements alone.
    fn differing(&self, levels: &[&String]) -> Vec<Vec<u64>> {
        let statements = self.framework().into_iter().flat_map(Framework::statements);
        let ids = statements.map(|(_, statement)| statement.id);
        let named = ids.filter(|id| levels.iter().any(|level| *level == id.as_str()));
        let concerns = |id: StatementId| {
            self.those(|event| judged(event).is_none_or(|judged| judged.contains(&id)))
        };
        named.map(concerns).collect()
    }

    fn cells(&self, statement: StatementId) -> impl Iterator<Item = &crate::cell::Cell> {
        let bodies = self.folds.known.projections.bodies.values();
        let cells = bodies.flat_map(|body| body.standings.values()).flat_map(|it| &it.cells);
        cells.filter(move |cell| cell.statement == statement)
    }
}

fn review(event: &Event) -> Option<&ScoreReviewed> {
    match event {
        Event::ScoreReviewed(event) => Some(event),
        _ => None,
    }
}

fn strikes_out(event: &Event) -> bool {
    matches!(event, Event::RecordStruckOut(_))
}

/// The framework that a record adopts, if it is this one.
fn adopts(event: &Event, id: FrameworkId) -> Option<&Framework> {
    match event {
        Event::FrameworkAdopted(adopted) if adopted.framework.id == id => Some(&adopted.framework),
        _ => None,
    }
}
