//! The state that the rules had at each record, body by body.
//!
//! Rules count and search in what they are given, so each decision is given the bodies that it
//! needs and no others, as it was when it was made. Beside the state, 16 bytes are kept of each
//! record: where it stands, as a strike-out replays its body. The population of a sample is read
//! from the journal again, and held for that decision only.

mod reread;

use super::contents::Stand;
use crate::error::Error;
use crate::samples::decisions_among;
use assessment::event::{OrganisationRegistered, SampleDrawn};
use assessment::sample::{Frame, PopulationQuery, Stratifier};
use assessment::{Command, Event, ItemId, OrganisationCode, State, StrikeOuts, evolve};
use journal::Place;
use reread::Reread;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The bodies of a ledger as its records leave them, and what every decision may need.
pub(super) struct Bodies {
    journal: Reread,
    common: State,
    bodies: BTreeMap<OrganisationCode, Body>,
    /// Where the items of samples stand that were drawn.
    drawn: BTreeMap<u64, Place>,
}

#[derive(Default)]
struct Body {
    /// Only what is the body's own.
    state: State,
    places: Vec<Place>,
}

impl Bodies {
    pub(super) fn new(dir: &Path) -> Self {
        let (common, bodies) = (State::default(), BTreeMap::new());
        Self { journal: Reread::new(dir), common, bodies, drawn: BTreeMap::new() }
    }

    /// What is known of a body.
    pub(super) fn facts(&self, code: OrganisationCode) -> Option<&OrganisationRegistered> {
        let body = self.bodies.get(&code)?;
        body.state.organisations.get(&code).map(|organisation| &organisation.facts)
    }

    /// Looks at the state that a decision is made on, of which this came at this position.
    pub(super) fn with_state<T>(
        &mut self,
        command: &Command,
        (position, event): (u64, &Event),
        look: impl FnOnce(&State) -> T,
    ) -> Result<T, Error> {
        self.take_up_records(command, (position, event))?;
        let mut state = std::mem::take(&mut self.common);
        let mut loaded = BTreeSet::new();
        loop {
            let mut wanted = command.organisations(&state);
            wanted.retain(|code| !loaded.contains(code));
            if wanted.is_empty() {
                break;
            }
            for code in wanted {
                if loaded.insert(code)
                    && let Some(body) = self.bodies.get_mut(&code)
                {
                    lend(&mut body.state, &mut state);
                }
            }
        }
        let seen = look(&state);
        state.records.clear();
        (state.recorder, state.population) = (None, None);
        for code in &loaded {
            if let Some(body) = self.bodies.get_mut(code) {
                match loaded.len() {
                    1 => lend_all_back(&mut state, &mut body.state),
                    _ => lend_back(&mut state, *code, &mut body.state),
                }
            }
        }
        self.common = state;
        Ok(seen)
    }

    /// Takes up what else a decision is made on: records, or the population of a sample.
    fn take_up_records(
        &mut self,
        command: &Command,
        (position, event): (u64, &Event),
    ) -> Result<(), Error> {
        match command {
            // Of a record of another body nothing is found there, and so the rules refuse it.
            Command::StrikeOut(_) => {
                let code = event.organisation();
                let records = code.map(|code| self.records_of(code)).transpose()?;
                self.common.records = records.unwrap_or_default().into_iter().collect();
            }
            Command::CommitSample(it) if it.as_of < position => {
                self.common.population = Some(self.frame(it.as_of, &it.population, &it.strata)?);
            }
            Command::DrawSample(it) => {
                let sample = self.common.samples.get(&it.sample);
                let committed = sample.map(|sample| &sample.committed);
                let committed = committed.filter(|committed| committed.as_of < position);
                self.common.population = committed
                    .map(|it| self.frame(it.as_of, &it.population, &it.strata))
                    .transpose()?;
            }
            Command::ScoreSampleItem(it) => self.take_up_item(it.item)?,
            Command::JudgeSampleItem(it) => self.take_up_item(it.item)?,
            _ => {}
        }
        Ok(())
    }

    /// The population of a sample as of a record.
    fn frame(
        &self,
        as_of: u64,
        query: &PopulationQuery,
        strata: &[Stratifier],
    ) -> Result<Frame, Error> {
        let read = |visit: &mut dyn FnMut(u64, &Event)| {
            self.journal.each_upto(as_of, &mut |again| visit(again.position, &again.event))
        };
        Ok(projections::frame(decisions_among(read, query)?.known(), strata))
    }

    /// Of what was not drawn nothing is found, and so the rules refuse it.
    fn take_up_item(&mut self, item: ItemId) -> Result<(), Error> {
        if let Some(place) = self.drawn.get(&item.position()) {
            let again = self.journal.read(*place)?;
            self.common.records.insert(again.position, again.event);
            self.common.recorder = again.actor;
        }
        Ok(())
    }

    /// Notes where the items of a sample stand, as they are read again when they are judged.
    fn note_drawn(&mut self, drawn: &SampleDrawn, position: u64) -> Result<(), Error> {
        let items = drawn.items.iter().map(ItemId::position);
        let items: BTreeSet<u64> = items.filter(|item| *item < position).collect();
        let Some(last) = items.last().copied() else { return Ok(()) };
        let Self { journal, drawn, .. } = self;
        journal.each_upto(last, &mut |again| {
            if items.contains(&again.position) {
                drawn.insert(again.position, again.place);
            }
        })
    }

    /// Takes in the next record. After a strike-out, the records of its body that are in force are
    /// told, as they are replayed.
    pub(super) fn take_in(
        &mut self,
        Stand { position, place }: Stand,
        event: &Event,
    ) -> Result<Option<Vec<(u64, Event)>>, Error> {
        self.journal.note(place);
        if let Event::SampleDrawn(drawn) = event {
            self.note_drawn(drawn, position)?;
        }
        let Some(code) = event.organisation() else {
            self.common = evolve(std::mem::take(&mut self.common), event);
            return Ok(None);
        };
        let body = self.bodies.entry(code).or_default();
        body.places.push(place);
        if !matches!(event, Event::RecordStruckOut(_)) {
            self.evolve(code, std::iter::once(event));
            return Ok(None);
        }
        let records = self.records_of(code)?;
        let void = StrikeOuts::among(records.iter().map(|(at, event)| (*at, event))).void();
        let in_force = records.into_iter().filter(|(position, _)| !void.contains_key(position));
        let in_force: Vec<(u64, Event)> = in_force.collect();
        self.bodies.entry(code).or_default().state = State::default();
        self.evolve(code, in_force.iter().map(|(_, event)| event));
        Ok(Some(in_force))
    }

    /// Takes in records of a body.
    fn evolve<'a>(&mut self, code: OrganisationCode, events: impl Iterator<Item = &'a Event>) {
        let body = self.bodies.entry(code).or_default();
        let mut state = std::mem::take(&mut self.common);
        lend(&mut body.state, &mut state);
        state = events.fold(state, evolve);
        lend_all_back(&mut state, &mut body.state);
        self.common = state;
    }

    fn records_of(&self, code: OrganisationCode) -> Result<Vec<(u64, Event)>, Error> {
        let places = self.bodies.get(&code).into_iter().flat_map(|body| &body.places);
        let again = places.map(|place| self.journal.read(*place));
        again.map(|again| again.map(|again| (again.position, again.event))).collect()
    }
}

/// Moves what is a body's own into the state that is looked at.
fn lend(own: &mut State, state: &mut State) {
    state.organisations.append(&mut own.organisations);
    state.assessments.append(&mut own.assessments);
    state.evidence.append(&mut own.evidence);
    state.requests.append(&mut own.requests);
}

/// Moves it back, where only one body was lent.
fn lend_all_back(state: &mut State, own: &mut State) {
    lend(state, own);
}

/// Moves it back, where several were.
fn lend_back(state: &mut State, code: OrganisationCode, own: &mut State) {
    own.organisations.extend(state.organisations.remove_entry(&code));
    let assessments = state.assessments.extract_if(.., |id, _| id.organisation() == code);
    own.assessments.extend(assessments);
    own.evidence.extend(state.evidence.extract_if(.., |id, _| id.organisation() == code));
    own.requests.extend(state.requests.extract_if(.., |id, _| id.organisation() == code));
}
