//! The two checks that need the whole ledger, in bounded memory.
//!
//! Keys must be unique and versions gapless per stream, whatever lies in between. Each check
//! keeps 128 bits of BLAKE3 for every key or stream whose fingerprint falls into a window. A
//! window that fills up is narrowed; what falls above it is looked at in a further pass. Two
//! different names with one fingerprint do not occur: finding a pair would take 2^64 attempts.

use std::collections::BTreeMap;

use crate::fault::{Check, Fault};
use crate::record::Record;
use crate::store::Place;

/// Keys with the position that they were met at, and streams with their last version.
pub(super) struct Whole {
    keys: Window,
    streams: Window,
    /// Records were lost before, so a gap between versions is explained already.
    pub is_damaged: bool,
}

impl Whole {
    pub fn new(budget: usize) -> Self {
        Self { keys: Window::new(budget), streams: Window::new(budget), is_damaged: false }
    }

    /// Takes the next record; what it has against it.
    pub fn take(&mut self, place: Place, record: &Record<'_>) -> [Option<Fault>; 2] {
        [self.take_key(place, record), self.take_version(place, record)]
    }

    /// Goes on to what was left out; `false` when nothing was.
    pub fn begin_pass(&mut self) -> bool {
        // Both, whatever the first one says.
        self.keys.advance() | self.streams.advance()
    }

    fn take_key(&mut self, place: Place, record: &Record<'_>) -> Option<Fault> {
        if record.part != 1 {
            return None;
        }
        let first = *self.keys.get_or_insert(record.command, record.position, place)?;
        let is_again = first != record.position && self.keys.is_news(record.command, place);
        is_again.then(|| {
            let why = format!("{} is the key of record {first} already", record.command);
            Fault::new(Check::Key, 0, why)
        })
    }

    fn take_version(&mut self, place: Place, record: &Record<'_>) -> Option<Fault> {
        let last = self.streams.get_or_insert(record.stream, 0, place)?;
        let expected = *last + 1;
        *last = record.version;
        let is_explained = self.is_damaged && record.version > expected;
        let is_wrong = record.version != expected && !is_explained;
        (is_wrong && self.streams.is_news(record.stream, place)).then(|| {
            let Record { stream, version, .. } = record;
            let why = format!("version {version} of {stream} where {expected} was expected");
            Fault::new(Check::Version, 0, why)
        })
    }
}

/// Numbers by fingerprint, for the fingerprints that begin with `from` to `to`.
struct Window {
    budget: usize,
    from: u64,
    to: u64,
    numbers: BTreeMap<[u8; 16], u64>,
    is_done: bool,
    /// What was given up: from, to, and the place up to which it had been looked at.
    given_up: Vec<(u64, u64, Place)>,
}

impl Window {
    fn new(budget: usize) -> Self {
        let (numbers, given_up) = (BTreeMap::new(), Vec::new());
        Self { budget, from: 0, to: u64::MAX, numbers, is_done: false, given_up }
    }

    /// The number of a name; `None` when it falls outside the window.
    fn get_or_insert(&mut self, name: &str, number: u64, place: Place) -> Option<&mut u64> {
        let (fingerprint, start) = fingerprint(name);
        if self.is_done || !(self.from..=self.to).contains(&start) {
            return None;
        }
        self.numbers.entry(fingerprint).or_insert(number);
        while self.numbers.len() > self.budget && self.from < self.to {
            self.narrow(place);
        }
        self.numbers.get_mut(&fingerprint)
    }

    /// Whether what is found about this name here was not found in an earlier pass.
    fn is_news(&self, name: &str, place: Place) -> bool {
        let (_, start) = fingerprint(name);
        let seen = |(from, to, until): &(u64, u64, Place)| {
            (*from..=*to).contains(&start) && place < *until
        };
        !self.given_up.iter().any(seen)
    }

    /// Gives up the upper quarter.
    fn narrow(&mut self, place: Place) {
        let to = self.to - (self.to - self.from).div_ceil(4);
        self.given_up.push((to + 1, self.to, place));
        self.to = to;
        let mut above = [0; 16];
        above[..8].copy_from_slice(&(to + 1).to_be_bytes());
        self.numbers.split_off(&above);
    }

    /// Begins the window after this one; `false` if this one reached the top.
    fn advance(&mut self) -> bool {
        self.numbers.clear();
        self.is_done |= self.to == u64::MAX;
        if !self.is_done {
            (self.from, self.to) = (self.to + 1, u64::MAX);
        }
        !self.is_done
    }
}

/// The first 16 bytes of a name's hash, and the first 8 of them as a number.
fn fingerprint(name: &str) -> ([u8; 16], u64) {
    let hash = blake3::hash(name.as_bytes());
    let fingerprint = *hash.as_bytes().first_chunk::<16>().expect("a hash has 32 bytes");
    let start = *fingerprint.first_chunk().expect("a fingerprint has 16 bytes");
    (fingerprint, u64::from_be_bytes(start))
}
