//! Following strike-outs: what is void is left out, as if it had never been, by replaying the
//! records of the body that are in force.

use crate::catalogue::{Catalogue, Trouble};
use crate::decode::decode;
use crate::error::Error;
use crate::index::Unusable;
use crate::writer::Desk;
use assessment::{Event, OrganisationCode, State, StrikeOuts, evolve};
use journal::{Head, Place, Store};
use std::collections::BTreeMap;

/// Where the index keeps what each strike-out strikes, both by position.
const SECTION: &str = "struck_out";

impl Catalogue {
    /// Notes a strike-out, to be followed before what was taken in is kept.
    pub(crate) fn note_strike_out(&mut self, position: u64, event: &Event) -> Result<(), Unusable> {
        let Event::RecordStruckOut(struck) = event else { return Ok(()) };
        let target = struck.position.to_be_bytes().to_vec();
        self.index.put(SECTION, &position.to_be_bytes(), target)?;
        self.struck.insert(struck.organisation);
        Ok(())
    }

    /// The strike-outs that were taken in.
    pub fn strike_outs(&mut self) -> Result<StrikeOuts, Unusable> {
        let position = |bytes: Vec<u8>| -> Result<u64, Unusable> {
            bytes.try_into().map(u64::from_be_bytes).map_err(|_| Unusable::Broken)
        };
        let mut all = StrikeOuts::default();
        for (strike_out, struck) in self.index.section(SECTION)? {
            all.add(position(strike_out)?, position(struck)?);
        }
        Ok(all)
    }

    /// Projects the bodies anew that something was struck out of, up to the `last` record that was
    /// taken in. If this fails half-way, nothing of it is kept.
    pub(crate) fn follow_strike_outs(
        &mut self,
        store: &impl Store,
        end: &Head,
        last: u64,
    ) -> Result<(), Trouble> {
        let codes = std::mem::take(&mut self.struck);
        let void = self.strike_outs()?.void();
        if self.scope.lookups {
            for code in codes {
                let places = self.history_in_order(code)?;
                self.forget(code)?;
                for place in places {
                    let stored = store.line_at(place).map_err(Error::from)?;
                    self.project_anew(&void, stored.record().position, &decode(&stored.record())?)?;
                }
            }
            return Ok(());
        }
        for code in &codes {
            self.forget(*code)?;
        }
        // Nothing tells where their records are, so all are read.
        let mut records = store.records(0, end).map_err(Error::from)?;
        while let Some(entry) = records.next().map_err(Error::from)?
            && entry.record.position <= last
        {
            let event = decode(&entry.record)?;
            if event.organisation().is_some_and(|code| codes.contains(&code)) {
                self.project_anew(&void, entry.record.position, &event)?;
            }
        }
        Ok(())
    }

    /// Forgets all rows of a body.
    fn forget(&mut self, code: OrganisationCode) -> Result<(), Unusable> {
        self.projections.forget(code);
        self.reviewed.remove(&code);
        self.transitions.remove(&code);
        for section in ["standing", "reviewed", "transitions"] {
            self.index.clear(&format!("{section}/{code}"))?;
        }
        Ok(())
    }

    fn project_anew(
        &mut self,
        void: &BTreeMap<u64, u64>,
        position: u64,
        event: &Event,
    ) -> Result<(), Trouble> {
        if void.contains_key(&position) { Ok(()) } else { self.project(position, event) }
    }

    /// Where the records about an organisation stand, oldest first.
    fn history_in_order(&mut self, code: OrganisationCode) -> Result<Vec<Place>, Unusable> {
        let mut places = self.history(code)?;
        places.sort_unstable();
        Ok(places)
    }
}

impl Desk {
    /// Replays the body of which a record was just struck out, or brought back, if one was.
    pub(crate) fn follow_strike_out(
        &mut self,
        store: &impl Store,
        catalogue: &mut Catalogue,
    ) -> Result<(), Trouble> {
        let Some((_, Event::RecordStruckOut(struck))) = self.unstored.last() else { return Ok(()) };
        let code = struck.organisation;
        let records = self.records_of(store, catalogue, code)?;
        let void = StrikeOuts::among(records.iter().map(|(at, event)| (*at, event))).void();
        self.state.forget(code);
        self.state.records.clear();
        for (_, event) in records.iter().filter(|(position, _)| !void.contains_key(position)) {
            self.state = evolve(std::mem::take(&mut self.state), event);
        }
        Ok(())
    }
}

/// The state that records add up to: those in force, however late it is said which are void.
pub(crate) fn fold_in_force(
    read: impl Fn(&mut dyn FnMut(u64, &Event)) -> Result<(), Error>,
) -> Result<State, Error> {
    let take_in = |state: &mut State, _, event: &Event| {
        *state = evolve(std::mem::take(state), event);
    };
    in_force(read, State::default, take_in)
}

/// What records come to that are taken in one after the other: those in force, and no others.
///
/// Until the first strike-out nothing is void; from it on, what is void is known to the end, and
/// the fold begins anew.
pub(crate) fn in_force<T>(
    read: impl Fn(&mut dyn FnMut(u64, &Event)) -> Result<(), Error>,
    fresh: impl Fn() -> T,
    take_in: impl Fn(&mut T, u64, &Event),
) -> Result<T, Error> {
    let (mut folded, mut strike_outs) = (fresh(), StrikeOuts::default());
    read(&mut |position, event| {
        strike_outs.note(position, event);
        if strike_outs.is_empty() {
            take_in(&mut folded, position, event);
        }
    })?;
    if strike_outs.is_empty() {
        return Ok(folded);
    }
    let (void, mut folded) = (strike_outs.void(), fresh());
    read(&mut |position, event| {
        if !void.contains_key(&position) {
            take_in(&mut folded, position, event);
        }
    })?;
    Ok(folded)
}
