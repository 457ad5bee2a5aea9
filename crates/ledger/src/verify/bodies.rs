//! The state that the rules had at each record, body by body.
//!
//! Rules count and search in what they are given, so each decision is given the bodies that it
//! needs and no others, as it was when it was made. Beside the state, 16 bytes are kept of each
//! record: where it stands, as a strike-out replays its body.

use crate::decode::decode;
use crate::error::Error;
use assessment::event::OrganisationRegistered;
use assessment::{Command, Event, OrganisationCode, State, StrikeOuts, evolve};
use journal::Place;
use journal::record::MAX_LINE;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The bodies of a ledger as its records leave them, and what every decision may need.
pub(super) struct Bodies {
    dir: PathBuf,
    common: State,
    bodies: BTreeMap<OrganisationCode, Body>,
}

#[derive(Default)]
struct Body {
    /// Only what is the body's own.
    state: State,
    places: Vec<Place>,
}

impl Bodies {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), common: State::default(), bodies: BTreeMap::new() }
    }

    /// What is known of a body.
    pub(super) fn facts(&self, code: OrganisationCode) -> Option<&OrganisationRegistered> {
        let body = self.bodies.get(&code)?;
        body.state.organisations.get(&code).map(|organisation| &organisation.facts)
    }

    /// Looks at the state that a decision is made on; `about` is what its record says that it is
    /// about.
    pub(super) fn with_state<T>(
        &mut self,
        command: &Command,
        about: Option<OrganisationCode>,
        look: impl FnOnce(&State) -> T,
    ) -> Result<T, Error> {
        if let (Command::StrikeOut(_), Some(code)) = (command, about) {
            // Of a record of another body nothing is found there, and so the rules refuse it.
            self.common.records = self.records_of(code)?.into_iter().collect();
        }
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

    /// Takes in the next record. After a strike-out, the records of its body that are in force are
    /// told, as they are replayed.
    pub(super) fn take_in(
        &mut self,
        place: Place,
        event: &Event,
    ) -> Result<Option<Vec<(u64, Event)>>, Error> {
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
        places.map(|place| self.read(*place)).collect()
    }

    /// Reads a record again, also in a journal that a store would not open for its damage.
    fn read(&self, place: Place) -> Result<(u64, Event), Error> {
        let path = self.dir.join("journal").join(place.segment.to_string());
        let failed = |doing| {
            let path = path.clone();
            move |source| journal::Error::Io { doing, path, source }
        };
        let mut file = File::open(&path).map_err(failed("open"))?;
        file.seek(SeekFrom::Start(place.offset)).map_err(failed("read"))?;
        let mut line = Vec::new();
        let mut reader = BufReader::new(file.take(MAX_LINE as u64 + 1));
        reader.read_until(b'\n', &mut line).map_err(failed("read"))?;
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let record = journal::parse(line).map_err(|fault| Error::Meaningless {
            position: place.segment.0,
            why: format!("byte {} of {} has changed since: {fault}", place.offset, place.segment),
        })?;
        Ok((record.position, decode(&record)?))
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
