//! What the index holds, and how a record enters it: projections, streams and keys.

use crate::decode::decode;
use crate::error::Error;
use crate::index::{Bookmark, Index, Unusable};
use crate::keys::{self, Key};
use crate::streams;
use assessment::{Event, OrganisationCode};
use chrono::NaiveDate;
use journal::{Entry, Head, Place, Records, Segment, Store};
use projections::{Body, Effect, Fact, Projections, Reviewed, Settled, Standing, Transition};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// Rows in one value of a list that grows with the journal: a few kilobytes.
const ROWS_PER_BLOCK: u64 = 64;
/// Records taken in between two commits, so that memory does not grow with the journal.
const RECORDS_PER_COMMIT: u64 = 20_000;

/// The projections and look-ups, with the index that keeps them.
pub struct Catalogue {
    pub(crate) index: Index,
    pub(crate) scope: Scope,
    pub(crate) projections: Projections,
    dirty: BTreeSet<OrganisationCode>,
    pub(crate) reviewed: Tails<Reviewed>,
    pub(crate) transitions: Tails<Transition>,
    streams: BTreeMap<String, Vec<Place>>,
    keys: Vec<Key>,
    /// The bodies with a strike-out that was not followed yet.
    pub(crate) struck: BTreeSet<OrganisationCode>,
}

/// Which records are taken in, and which rows are kept of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scope {
    /// Only what had happened by the end of this day.
    pub effective: Option<NaiveDate>,
    /// Keep reviews.
    pub reviewed: bool,
    /// Keep transitions.
    pub transitions: bool,
    /// Keep where the records of each stream and each command stand.
    pub lookups: bool,
    /// Whose view is projected.
    pub audience: Audience,
}

/// Who sees what: each audience has projections of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// The regulator, who sees everything.
    #[default]
    Regulator,
    /// Everybody: what was made public.
    Public,
}

/// Why a catalogue cannot be used: the index failed, and another way can be tried, or the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The index failed.
    #[error(transparent)]
    Index(#[from] Unusable),
    /// The ledger did.
    #[error(transparent)]
    Ledger(#[from] Error),
}

/// The last block of each body's list, kept while it grows.
type Tails<T> = BTreeMap<OrganisationCode, (u64, Vec<T>)>;

impl Scope {
    /// Everything; what is kept in sled.
    pub const ALL: Self = Self {
        effective: None,
        reviewed: true,
        transitions: true,
        lookups: true,
        audience: Audience::Regulator,
    };
}

impl Catalogue {
    /// A catalogue over an index that is empty, or has been used with [`Scope::ALL`].
    pub fn new(index: Index, scope: Scope) -> Self {
        Self {
            index,
            scope,
            projections: Projections::default(),
            dirty: BTreeSet::new(),
            reviewed: BTreeMap::new(),
            transitions: BTreeMap::new(),
            streams: BTreeMap::new(),
            keys: Vec::new(),
            struck: BTreeSet::new(),
        }
    }

    /// The name and version of every projection, as the bookmark keeps them.
    pub fn versions() -> BTreeMap<String, u64> {
        projections::VERSIONS.iter().map(|(name, version)| ((*name).to_owned(), *version)).collect()
    }

    /// Takes in the journal from the bookmark to an end.
    ///
    /// Opening, catching up after an append, and rebuilding are this one function.
    pub fn catch_up(
        &mut self,
        store: &impl Store,
        end: &Head,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Trouble> {
        let bookmark = self.index.bookmark().cloned();
        if let Some(bookmark) = &bookmark {
            bookmark.reaches_no_further_than(end)?;
            if bookmark.position == end.position {
                bookmark.is_of(end.hash)?;
                return self.load_frameworks(store);
            }
        }
        let mut records = match &bookmark {
            Some(bookmark) => bookmark.records_after(store, end)?,
            None => store.records(0, end).map_err(Error::from)?,
        };
        self.load_frameworks(store)?;
        let mut last = None;
        let mut open = 0;
        while let Some(entry) = records.next().map_err(Error::from)? {
            let taken = (entry.record.position, entry.record.hash, entry.place);
            self.take_in(&entry)?;
            open += 1;
            last = Some(taken);
            if open == RECORDS_PER_COMMIT {
                self.commit(store, end, taken)?;
                progress(taken.0);
                open = 0;
            }
        }
        match last {
            Some(taken) if open > 0 => self.commit(store, end, taken),
            _ => Ok(()),
        }
    }

    fn take_in(&mut self, entry: &Entry<'_>) -> Result<(), Trouble> {
        let record = &entry.record;
        if self.scope.lookups {
            let places = self.streams.entry(record.stream.to_owned()).or_default();
            places.push(entry.place);
            if record.part == 1 {
                self.keys.push(Key::new(record.command, entry.place));
            }
        }
        let event = decode(record)?;
        let code = event.organisation();
        if code.is_none() {
            let place = streams::encode(&[entry.place]);
            self.index.put("common", &record.position.to_be_bytes(), place)?;
        }
        if let Some(code) = code {
            self.load(code)?;
        }
        self.note_strike_out(record.position, &event)?;
        self.project(record.position, &event)
    }

    /// Takes in the next record in force.
    pub(crate) fn project(&mut self, position: u64, event: &Event) -> Result<(), Trouble> {
        let fact = Fact { position: self.position(position), event };
        if self.scope.effective.is_some_and(|day| !fact.happened_by(day)) {
            return Ok(());
        }
        let effects = match self.scope.audience {
            Audience::Regulator => self.projections.apply(&fact),
            Audience::Public => self.projections.apply_public(&fact),
        };
        if let Some(code) = event.organisation() {
            self.dirty.insert(code);
            self.keep(code, effects)?;
        }
        Ok(())
    }

    /// A record's position, which tells the public how much there is that it does not see.
    fn position(&self, position: u64) -> u64 {
        match self.scope.audience {
            Audience::Regulator => position,
            Audience::Public => 0,
        }
    }

    /// Whose view is projected.
    pub fn audience(&self) -> Audience {
        self.scope.audience
    }

    /// A position as it is shown in a row.
    pub(crate) fn shown(&self, position: Option<u64>) -> Option<u64> {
        position.filter(|_| self.scope.audience == Audience::Regulator)
    }

    /// Adds what grows with the journal to the lists of a body.
    fn keep(&mut self, code: OrganisationCode, effects: Vec<Effect>) -> Result<(), Unusable> {
        let Some(body) = self.projections.bodies.get(&code) else { return Ok(()) };
        let moved = effects.iter().filter(|effect| matches!(effect, Effect::Moved(_))).count();
        let mut next_move = body.moves - moved as u64;
        let next_review = body.reviews.saturating_sub(1);
        for effect in effects {
            match effect {
                Effect::Reviewed(reviewed) if self.scope.reviewed => {
                    let tail = tail(&mut self.index, &mut self.reviewed, "reviewed", code);
                    push(&mut self.index, tail?, "reviewed", code, next_review, reviewed)?;
                }
                Effect::Moved(transition) if self.scope.transitions => {
                    let tail = tail(&mut self.index, &mut self.transitions, "transitions", code);
                    push(&mut self.index, tail?, "transitions", code, next_move, transition)?;
                    next_move += 1;
                }
                Effect::Settled(settled) if self.scope.transitions => self.settle(code, settled)?,
                Effect::Reviewed(_) | Effect::Moved(_) | Effect::Settled(_) => {}
            }
        }
        Ok(())
    }

    /// Settles the moves of a body that were open, from the first that may be meant.
    fn settle(&mut self, code: OrganisationCode, settled: Settled) -> Result<(), Unusable> {
        let (last, tail) = tail(&mut self.index, &mut self.transitions, "transitions", code)?;
        let section = format!("transitions/{code}");
        for block in settled.first / ROWS_PER_BLOCK..*last {
            let rows = read(&mut self.index, &section, &block_key(block))?;
            let mut rows: Vec<Transition> = rows.ok_or(Unusable::Broken)?;
            settle_rows(&mut rows, block, &settled);
            self.index.put(&section, &block_key(block), json(&rows))?;
        }
        settle_rows(tail, *last, &settled);
        Ok(())
    }

    fn commit(
        &mut self,
        store: &impl Store,
        end: &Head,
        taken: (u64, journal::Hash, Place),
    ) -> Result<(), Trouble> {
        for (stream, places) in std::mem::take(&mut self.streams) {
            streams::append(&mut self.index, &stream, &places)?;
        }
        keys::insert(&mut self.index, std::mem::take(&mut self.keys))?;
        self.flush()?;
        if !self.struck.is_empty() {
            self.follow_strike_outs(store, end, taken.0)?;
            self.flush()?;
        }
        self.index.commit(taken, Self::versions())?;
        Ok(())
    }

    /// Puts what changed into the index, to be kept with the next commit.
    fn flush(&mut self) -> Result<(), Unusable> {
        for code in std::mem::take(&mut self.dirty) {
            let Some(body) = self.projections.bodies.get(&code) else { continue };
            self.index.put("organisations", code.as_str().as_bytes(), json(body))?;
            for standing in body.standings.values() {
                let (section, key) = (format!("standing/{code}"), standing.assessment);
                self.index.put(&section, key.as_str().as_bytes(), json(standing))?;
            }
        }
        write_tails(&mut self.index, "reviewed", &mut self.reviewed)?;
        write_tails(&mut self.index, "transitions", &mut self.transitions)
    }

    /// The adopted frameworks, which every other record is read with.
    fn load_frameworks(&mut self, store: &impl Store) -> Result<(), Trouble> {
        if !self.projections.frameworks.is_empty() {
            return Ok(());
        }
        for place in self.common_places()? {
            let stored = store.line_at(place).map_err(Error::from)?;
            let record = stored.record();
            let event = decode(&record)?;
            self.projections.apply(&Fact { position: record.position, event: &event });
        }
        Ok(())
    }

    fn load(&mut self, code: OrganisationCode) -> Result<(), Unusable> {
        if self.projections.bodies.contains_key(&code) {
            return Ok(());
        }
        let key = code.as_str().as_bytes();
        let Some(mut body) = read::<Body>(&mut self.index, "organisations", key)? else {
            return Ok(());
        };
        for (_, standing) in self.index.section(&format!("standing/{code}"))? {
            let standing: Standing = parse(&standing)?;
            body.standings.insert(standing.assessment, standing);
        }
        self.projections.bodies.insert(code, body);
        Ok(())
    }

    /// Whether another process could use what this one keeps.
    pub fn is_kept(&self) -> bool {
        self.index.is_kept()
    }

    /// Up to where the journal has been taken in.
    pub fn bookmark(&self) -> Option<&Bookmark> {
        self.index.bookmark()
    }

    /// The adopted frameworks, by id.
    pub fn frameworks(&self) -> &BTreeMap<assessment::FrameworkId, projections::Adopted> {
        &self.projections.frameworks
    }

    /// Every organisation, by code, without its assessments.
    pub fn organisations(&mut self) -> Result<Vec<Body>, Unusable> {
        self.index.section("organisations")?.iter().map(|(_, body)| parse(body)).collect()
    }

    /// An organisation with its assessments.
    pub fn body(&mut self, code: OrganisationCode) -> Result<Option<&Body>, Unusable> {
        self.load(code)?;
        Ok(self.projections.bodies.get(&code))
    }

    /// The reviews of an organisation, oldest first.
    pub fn reviewed(&mut self, code: OrganisationCode) -> Result<Vec<Reviewed>, Unusable> {
        list(&mut self.index, &format!("reviewed/{code}"))
    }

    /// The moves of an organisation, oldest first.
    pub fn transitions(&mut self, code: OrganisationCode) -> Result<Vec<Transition>, Unusable> {
        list(&mut self.index, &format!("transitions/{code}"))
    }

    /// Where what every decision may need stands, in order: frameworks, their processes, panels,
    /// and the calendar.
    pub fn common_places(&mut self) -> Result<Vec<Place>, Unusable> {
        let rows = self.index.section("common")?;
        let places: Vec<Vec<Place>> =
            rows.iter().map(|(_, place)| streams::decode(place)).collect::<Result<_, _>>()?;
        Ok(places.concat())
    }

    /// Where the records about an organisation and its assessments stand, stream by stream.
    pub fn history(&mut self, code: OrganisationCode) -> Result<Vec<Place>, Unusable> {
        let mut places = self.stream(&format!("organisation/{code}"))?;
        for (assessment, _) in self.index.section(&format!("standing/{code}"))? {
            let assessment = String::from_utf8(assessment).map_err(|_| Unusable::Broken)?;
            places.extend(self.stream(&format!("assessment/{assessment}"))?);
        }
        Ok(places)
    }

    /// Where the records of a stream stand, oldest first.
    pub fn stream(&mut self, stream: &str) -> Result<Vec<Place>, Unusable> {
        streams::places(&mut self.index, stream)
    }

    /// The version of a stream: how many records it has.
    pub fn version(&mut self, stream: &str) -> Result<u64, Unusable> {
        streams::version(&mut self.index, stream)
    }

    /// Where commands stand that may have this key; the records themselves tell.
    pub fn command(&mut self, key: &str) -> Result<Vec<Place>, Unusable> {
        keys::find(&mut self.index, key)
    }
}

impl Bookmark {
    /// Whether the journal still has the record that was taken in last.
    pub(crate) fn check(&self, store: &impl Store, end: &Head) -> Result<(), Error> {
        self.reaches_no_further_than(end)?;
        self.is_of(store.record_at(self.position, end)?.record().hash)
    }

    /// The records after it: from where it lies, or, if it does not lie there, from where its
    /// position is. Of another journal, what the index says would be looked up in vain.
    fn records_after<S: Store>(&self, store: &S, end: &Head) -> Result<Records<S::Lines>, Error> {
        let place = Place { segment: Segment(self.place.0), offset: self.place.1 };
        if let Ok(mut records) = store.records_at(place, self.position, end)
            && records.next().is_ok_and(|it| it.is_some_and(|it| it.record.hash == self.hash))
        {
            return Ok(records);
        }
        let mut records = store.records(self.position, end)?;
        if let Some(entry) = records.next()? {
            self.is_of(entry.record.hash)?;
        }
        Ok(records)
    }

    fn reaches_no_further_than(&self, end: &Head) -> Result<(), Error> {
        let (last, seen) = (end.position, self.position);
        if seen > last { Err(Error::RecordsMissing { last, seen }) } else { Ok(()) }
    }

    fn is_of(&self, hash: journal::Hash) -> Result<(), Error> {
        let position = self.position;
        if self.hash == hash { Ok(()) } else { Err(Error::Rewritten { position }) }
    }
}

fn settle_rows(rows: &mut [Transition], block: u64, settled: &Settled) {
    let first = settled.first.saturating_sub(block * ROWS_PER_BLOCK);
    for row in rows.iter_mut().skip(first as usize) {
        row.settle(settled);
    }
}

/// The last block of a body's list, read when it is first needed.
fn tail<'a, T: DeserializeOwned>(
    index: &mut Index,
    tails: &'a mut Tails<T>,
    name: &str,
    code: OrganisationCode,
) -> Result<&'a mut (u64, Vec<T>), Unusable> {
    use std::collections::btree_map::Entry;
    match tails.entry(code) {
        Entry::Occupied(tail) => Ok(tail.into_mut()),
        Entry::Vacant(vacant) => {
            let last = index.at_or_below(&format!("{name}/{code}"), &block_key(u64::MAX))?;
            Ok(vacant.insert(match last {
                None => (0, Vec::new()),
                Some((key, rows)) => {
                    let block = key.try_into().map_err(|_| Unusable::Broken)?;
                    (u64::from_be_bytes(block), parse(&rows)?)
                }
            }))
        }
    }
}

fn push<T: Serialize>(
    index: &mut Index,
    (block, rows): &mut (u64, Vec<T>),
    name: &str,
    code: OrganisationCode,
    at: u64,
    row: T,
) -> Result<(), Unusable> {
    if at / ROWS_PER_BLOCK != *block {
        index.put(&format!("{name}/{code}"), &block_key(*block), json(rows))?;
        (*block, *rows) = (at / ROWS_PER_BLOCK, Vec::new());
    }
    // The list is as long as the body says, or it is not the body's.
    if rows.len() as u64 != at % ROWS_PER_BLOCK {
        return Err(Unusable::Broken);
    }
    rows.push(row);
    Ok(())
}

fn write_tails<T: Serialize>(
    index: &mut Index,
    name: &str,
    tails: &mut Tails<T>,
) -> Result<(), Unusable> {
    for (code, (block, rows)) in std::mem::take(tails) {
        if !rows.is_empty() {
            index.put(&format!("{name}/{code}"), &block_key(block), json(&rows))?;
        }
    }
    Ok(())
}

fn list<T: DeserializeOwned>(index: &mut Index, section: &str) -> Result<Vec<T>, Unusable> {
    let mut all = Vec::new();
    for (_, rows) in index.section(section)? {
        all.extend(parse::<Vec<T>>(&rows)?);
    }
    Ok(all)
}

fn read<T: DeserializeOwned>(
    index: &mut Index,
    section: &str,
    key: &[u8],
) -> Result<Option<T>, Unusable> {
    index.get(section, key)?.map(|value| parse(&value)).transpose()
}

fn parse<T: DeserializeOwned>(value: &[u8]) -> Result<T, Unusable> {
    serde_json::from_slice(value).map_err(|_| Unusable::Broken)
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("rows are texts, integers, lists and objects of these")
}

fn block_key(block: u64) -> [u8; 8] {
    block.to_be_bytes()
}
