//! What a decision needs beside bodies: records themselves, and the population of a sample.

use crate::Mode;
use crate::catalogue::{Catalogue, Trouble};
use crate::decode::decode;
use crate::error::Error;
use crate::samples::decisions_upto;
use crate::writer::Desk;
use assessment::sample::{Frame, PopulationQuery, Stratifier};
use assessment::{Command, Event, ItemId, OrganisationCode, Rejection, SampleRejection, State};
use journal::Store;
use std::collections::BTreeMap;

impl Desk {
    /// Takes up the records that a decision is about: of a strike-out those of the body, of an item
    /// of a sample the item's own; and the population of a sample.
    pub(crate) fn take_up_records(
        &mut self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        command: &Command,
    ) -> Result<(), Trouble> {
        self.state.records.clear();
        (self.state.recorder, self.state.population) = (None, None);
        match command {
            Command::StrikeOut(command) => {
                let Some(code) = self.body_of(store, command.position)? else { return Ok(()) };
                self.state.records = self.records_of(store, catalogue, code)?;
            }
            Command::CommitSample(it) => {
                self.state.population = self.frame(store, it.as_of, &it.population, &it.strata)?;
            }
            Command::DrawSample(it) => {
                let Some(sample) = self.state.samples.get(&it.sample) else { return Ok(()) };
                let it = &sample.committed;
                self.state.population = self.frame(store, it.as_of, &it.population, &it.strata)?;
            }
            Command::ScoreSampleItem(it) => self.take_up_item(store, it.item)?,
            Command::JudgeSampleItem(it) => self.take_up_item(store, it.item)?,
            _ => {}
        }
        Ok(())
    }

    /// The population of a sample as of a record; nothing if that is not stored yet.
    fn frame(
        &self,
        store: &impl Store,
        as_of: u64,
        query: &PopulationQuery,
        strata: &[Stratifier],
    ) -> Result<Option<Frame>, Error> {
        let (head, _) = self.head.expect("a desk is sat down at before it is decided at");
        if as_of > head.position {
            return Ok(None);
        }
        let decisions = decisions_upto(store, &head, as_of, query)?;
        Ok(Some(projections::frame(decisions.known(), strata)))
    }

    /// What is not stored yet can be in no sample, and is not found.
    fn take_up_item(&mut self, store: &impl Store, item: ItemId) -> Result<(), Error> {
        let (head, _) = self.head.expect("a desk is sat down at before it is decided at");
        let position = item.position();
        if position <= head.position {
            let stored = store.record_at(position, &head)?;
            self.state.records.insert(position, decode(&stored.record())?);
            self.state.recorder = stored.record().actor.parse().ok();
        }
        Ok(())
    }

    /// What decisions are made on, as far as it has been loaded.
    pub(crate) fn into_state(self) -> State {
        self.state
    }

    /// Where a blind score is tried only, every finding on it is: whether it fits the first score
    /// would tell that to who can still give another second one.
    pub(crate) fn told_too_early(&self, mode: Mode, command: &Command) -> Option<Rejection> {
        let (Mode::DryRun, Command::JudgeSampleItem(judge)) = (mode, command) else { return None };
        let meant = (judge.sample, judge.item);
        let is_meant = |event: &Event| match event {
            Event::SampleItemScored(scored) => (scored.sample, scored.item) == meant,
            _ => false,
        };
        let item = judge.item;
        let is_tried = self.unstored.iter().any(|(_, event)| is_meant(event));
        is_tried.then(|| SampleRejection::NotScoredYet { item }.into())
    }

    /// The body that a record is about, stored or not yet.
    fn body_of(
        &self,
        store: &impl Store,
        position: u64,
    ) -> Result<Option<OrganisationCode>, Trouble> {
        if let Some((_, event)) = self.unstored.iter().find(|(known, _)| *known == position) {
            return Ok(event.organisation());
        }
        let (head, _) = self.head.expect("a desk is sat down at before it is decided at");
        if position > head.position {
            return Ok(None);
        }
        let stored = store.record_at(position, &head).map_err(Error::from)?;
        Ok(decode(&stored.record())?.organisation())
    }

    /// The records of a body by position, in force or not, those not stored yet last.
    pub(crate) fn records_of(
        &self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        code: OrganisationCode,
    ) -> Result<BTreeMap<u64, Event>, Trouble> {
        let mut records = BTreeMap::new();
        for place in catalogue.history(code)? {
            let stored = store.line_at(place).map_err(Error::from)?;
            records.insert(stored.record().position, decode(&stored.record())?);
        }
        let unstored = self.unstored.iter().filter(|(_, it)| it.organisation() == Some(code));
        records.extend(unstored.cloned());
        Ok(records)
    }
}
