//! Folds of one body: of the earlier records, with any set of the later ones.

use super::about::{About, begins, publishes};
use super::{Item, Key, RatingValue, Span, Value};
use crate::body::Body;
use crate::cell::Cell;
use crate::fold::{Fact, Projections};
use crate::ratings::ratings;
use crate::standing::Standing;
use assessment::due::{Level, Matter, Owed, owed};
use assessment::{AssessmentId, Event, OrganisationCode, State, StatementId, StrikeOuts, evolve};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One body's records, with what the earlier ones add up to.
pub(super) struct Folds<'a> {
    pub(super) code: OrganisationCode,
    pub(super) span: Span,
    /// All its records, by position.
    pub(super) records: BTreeMap<u64, &'a Event>,
    /// What the earlier ones add up to.
    pub(super) known: World,
    void: BTreeMap<u64, u64>,
    /// The assessments whose beginning is among the records.
    pub(super) begun: BTreeSet<AssessmentId>,
    /// Where a set is folded; between two folds its frameworks are those of `known`.
    work: World,
}

/// What some records add up to, for the rows and for the rules.
#[derive(Clone, Default)]
pub(super) struct World {
    pub(super) projections: Projections,
    pub(super) state: State,
}

/// Everything that has a value in a state of knowledge, in order.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The assessment that counts.
    pub(super) counts: Option<AssessmentId>,
    pub(super) values: Vec<(Key, Value)>,
}

impl Listed {
    pub(super) fn get(&self, key: &Key) -> Option<&Value> {
        self.values.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }
}

impl<'a> Folds<'a> {
    pub(super) fn new(code: OrganisationCode, records: Vec<(u64, &'a Event)>, span: Span) -> Self {
        let records: BTreeMap<u64, &Event> = records.into_iter().collect();
        let earlier = || records.range(..=span.from).map(|(position, event)| (*position, *event));
        let void = StrikeOuts::among(earlier()).void();
        let begun = records.values().filter(|event| begins(event));
        let begun: BTreeSet<_> = begun.filter_map(|event| event.assessment()).collect();
        let mut known = World::default();
        for (position, event) in earlier().filter(|(position, _)| !void.contains_key(position)) {
            known.take_in(&About::Everything, &begun, position, event);
        }
        Self { code, span, records, work: known.clone(), known, void, begun }
    }

    /// The records between, oldest first.
    pub(super) fn later(&self) -> impl Iterator<Item = (u64, &'a Event)> {
        self.records.range(self.span.from + 1..).map(|(position, event)| (*position, *event))
    }

    /// The earlier state.
    pub(super) fn before(&self) -> Listed {
        self.known.listed(&About::Everything, self.code, self.span.from_day)
    }

    /// The later state.
    pub(super) fn after(&mut self) -> Listed {
        let all: Vec<u64> = self.later().map(|(position, _)| position).collect();
        self.with(&About::Everything, &all)
    }

    /// What the earlier records and these of the later ones add up to on the later day.
    pub(super) fn with(&mut self, about: &About, chosen: &[u64]) -> Listed {
        let events = || chosen.iter().map(|position| (*position, self.records[position]));
        let earlier = self.records.range(..=self.span.from);
        let strikes = events().any(|(_, event)| matches!(event, Event::RecordStruckOut(_)));
        let void = match strikes {
            true => StrikeOuts::among(earlier.map(|(at, it)| (*at, *it)).chain(events())).void(),
            false => self.void.clone(),
        };
        let is_as_known = void.range(..=self.span.from).eq(self.void.range(..=self.span.from));
        if !is_as_known {
            // Something of the earlier records is void now, or no more.
            let mut world = World::default();
            let earlier = self.records.range(..=self.span.from).map(|(at, it)| (*at, *it));
            for (position, event) in earlier.chain(events()) {
                if !void.contains_key(&position) {
                    world.take_in(about, &self.begun, position, event);
                }
            }
            return world.listed(about, self.code, self.span.to_day);
        }
        self.work.begin_again(about, &self.known);
        let mut adopted = false;
        for position in chosen.iter().filter(|position| !void.contains_key(position)) {
            let event = self.records[position];
            adopted |= matches!(event, Event::FrameworkAdopted(_));
            self.work.take_in(about, &self.begun, *position, event);
        }
        let listed = self.work.listed(about, self.code, self.span.to_day);
        if adopted {
            self.work.projections.frameworks.clone_from(&self.known.projections.frameworks);
            self.work.state.frameworks.clone_from(&self.known.state.frameworks);
        }
        listed
    }
}

impl About {
    /// Whether it is read from the rules' state.
    fn is_due(&self) -> bool {
        matches!(self, Self::Everything | Self::Due(..))
    }

    /// Whether it is read from the rows.
    fn is_projected(&self) -> bool {
        !matches!(self, Self::Due(..))
    }
}

impl World {
    /// Takes in a record, as far as it is needed.
    fn take_in(
        &mut self,
        about: &About,
        begun: &BTreeSet<AssessmentId>,
        position: u64,
        event: &Event,
    ) {
        if about.is_projected() && !self.lacks_beginning(begun, event) {
            self.projections.apply(&Fact { position, event });
        }
        if about.is_due() {
            self.state = evolve(std::mem::take(&mut self.state), event);
        }
    }

    /// Whether an event publishes an assessment whose beginning is known and was left out: the rows
    /// would have it begin there, as they must where nothing else is known of it.
    fn lacks_beginning(&self, begun: &BTreeSet<AssessmentId>, event: &Event) -> bool {
        let Some(id) = event.assessment().filter(|id| publishes(event) && begun.contains(id))
        else {
            return false;
        };
        let body = self.projections.bodies.get(&id.organisation());
        !begins(event) && body.is_none_or(|body| !body.standings.contains_key(&id))
    }

    /// Takes over another one, but for the frameworks, which are the same.
    fn begin_again(&mut self, about: &About, known: &Self) {
        if about.is_projected() {
            self.projections.bodies.clone_from(&known.projections.bodies);
        }
        if about.is_due() {
            let (state, known) = (&mut self.state, &known.state);
            state.organisations.clone_from(&known.organisations);
            state.assessments.clone_from(&known.assessments);
            state.evidence.clone_from(&known.evidence);
            state.requests.clone_from(&known.requests);
        }
    }

    fn listed(&self, about: &About, code: OrganisationCode, on: NaiveDate) -> Listed {
        let mut listed = Listed::default();
        if let Some(body) = self.projections.bodies.get(&code).filter(|_| about.is_projected()) {
            listed.counts = body.current;
            listed.values.push(((None, Item::Body), Value::Known));
            let current = body.current().map(|standing| (None, standing));
            let each = body.standings.values().map(|it| (Some(it.assessment), it));
            for (of, standing) in current.into_iter().chain(each) {
                listed.values.extend(self.of_standing(about, body, of, standing));
            }
        }
        if about.is_due() {
            let all = owed(&self.state, on);
            let own = all.iter().filter(|owed| owed.organisation == code);
            listed.values.extend(own.map(due));
        }
        listed
    }

    fn of_standing(
        &self,
        about: &About,
        body: &Body,
        of: Option<AssessmentId>,
        standing: &Standing,
    ) -> Vec<(Key, Value)> {
        let mut values = Vec::new();
        if matches!(about, About::Everything | About::Ratings)
            && let Some(adopted) = self.projections.frameworks.get(&standing.framework)
        {
            let rows = ratings(body, standing, &adopted.framework);
            values.extend(rows.into_iter().filter_map(|row| {
                let value = RatingValue {
                    rating: row.rating,
                    percent: row.score,
                    published_rating: row.published_rating,
                    published_percent: row.published_score,
                    published_on: row.published_on,
                };
                let is_there = value != RatingValue::NONE;
                is_there.then_some(((of, Item::Rating(row.subject)), Value::Rating(value)))
            }));
        }
        let is_meant = |cell: &&Cell| match about {
            About::Everything => true,
            About::Statement(statement) => cell.statement == *statement,
            _ => false,
        };
        let kinds: [Read; 3] = [score, reviewed, changed];
        for kind in kinds {
            let all = standing.cells.iter().filter(is_meant).filter_map(kind);
            values.extend(all.map(|(item, value)| ((of, item), value)));
        }
        values
    }
}

/// Reads what has a value of a quality statement.
type Read = fn(&Cell) -> Option<(Item, Value)>;

impl RatingValue {
    const NONE: Self = Self {
        rating: None,
        percent: None,
        published_rating: None,
        published_percent: None,
        published_on: None,
    };
}

fn score(cell: &Cell) -> Option<(Item, Value)> {
    let judged = cell.judged.map(|judgement| judgement.score);
    let (in_force, waits) = (cell.score(), judged.filter(|_| cell.waits()));
    let value = Value::Score { in_force, waits };
    in_force.or(waits).map(|_| (Item::Score(cell.statement), value))
}

fn reviewed(cell: &Cell) -> Option<(Item, Value)> {
    Some((Item::Reviewed(cell.statement), Value::On(cell.reviewed_on?)))
}

fn changed(cell: &Cell) -> Option<(Item, Value)> {
    Some((Item::Changed(cell.statement), Value::On(cell.changed_on?)))
}

fn due(owed: &Owed) -> (Key, Value) {
    let named = |all: &[StatementId]| all.iter().map(ToString::to_string).collect();
    let (subject, levels) = match &owed.matter {
        Matter::Publication { assessment, levels } => {
            let levels = levels.iter().map(|level| match level {
                Level::Overall => "overall".to_owned(),
                Level::Theme(theme) => theme.to_string(),
                Level::Statement(statement) => statement.to_string(),
            });
            (assessment.to_string(), levels.collect())
        }
        Matter::Reissue { publication } | Matter::ProcessReview { publication } => {
            (publication.to_string(), vec![])
        }
        Matter::Section50 { assessment, letter, statements } => {
            (format!("{assessment} {letter}"), named(statements))
        }
        Matter::Comment { comment } => (comment.to_string(), vec![]),
        Matter::Window { assessment, recipient } => (format!("{assessment} {recipient}"), vec![]),
        Matter::EvidenceRequest { request, .. } => (request.to_string(), vec![]),
    };
    let value = Value::Due { levels, since: owed.since, due_on: owed.due_on };
    ((None, Item::Due(owed.kind(), subject)), value)
}
