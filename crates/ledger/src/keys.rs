//! Which idempotency keys are taken: fingerprints in sorted rows.
//!
//! A row holds all fingerprints that begin with the same bits. Once there are too many it is split
//! in two by the next bit, so that the rows depend on the keys alone, whatever order they came in.
//! A fingerprint is 64 bits of BLAKE3 of a key: two keys may share one, and the record tells.

use crate::index::{Index, Unusable};
use crate::streams;
use journal::Place;

/// Few, as fingerprints fall anywhere: a commit of new keys writes about as many rows anew.
const KEYS_PER_ROW: usize = 64;
/// Bits that choose the section; a section's first row begins with them.
const SECTION_BITS: u32 = 6;
const BYTES_PER_KEY: usize = 24;

/// A key's fingerprint, and where the first record of its command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    fingerprint: u64,
    place: Place,
}

/// The keys whose fingerprints begin with the same bits.
struct Row {
    bits: u32,
    first: u64,
    keys: Vec<Key>,
}

impl Key {
    /// A key, and where the first record of its command stands.
    pub fn new(key: &str, place: Place) -> Self {
        Self { fingerprint: fingerprint(key), place }
    }
}

/// Adds keys.
pub fn insert(index: &mut Index, mut keys: Vec<Key>) -> Result<(), Unusable> {
    keys.sort_unstable();
    let mut rest = keys.as_slice();
    while let Some(next) = rest.first() {
        let mut row = row_of(index, next.fingerprint)?;
        let within = rest.partition_point(|key| row.holds(key.fingerprint));
        row.keys.extend_from_slice(&rest[..within]);
        row.keys.sort_unstable();
        rest = &rest[within..];
        row.write(index)?;
    }
    Ok(())
}

/// Where commands stand that may have this key.
pub fn find(index: &mut Index, key: &str) -> Result<Vec<Place>, Unusable> {
    let fingerprint = fingerprint(key);
    let row = row_of(index, fingerprint)?;
    let found = row.keys.iter().filter(|key| key.fingerprint == fingerprint);
    Ok(found.map(|key| key.place).collect())
}

/// The row that a fingerprint belongs to; a section without rows has one in the making.
fn row_of(index: &mut Index, fingerprint: u64) -> Result<Row, Unusable> {
    let found = index.at_or_below(&section(fingerprint), &fingerprint.to_be_bytes())?;
    let Some((first, bytes)) = found else {
        let first = fingerprint & !(u64::MAX >> SECTION_BITS);
        return Ok(Row { bits: SECTION_BITS, first, keys: Vec::new() });
    };
    let first = u64::from_be_bytes(first.try_into().map_err(|_| Unusable::Broken)?);
    let row = Row::decode(first, &bytes)?;
    if row.holds(fingerprint) { Ok(row) } else { Err(Unusable::Broken) }
}

impl Row {
    fn holds(&self, fingerprint: u64) -> bool {
        self.bits == 0 || (fingerprint ^ self.first) >> (64 - self.bits) == 0
    }

    fn write(self, index: &mut Index) -> Result<(), Unusable> {
        if self.keys.len() <= KEYS_PER_ROW || self.bits == 63 {
            let (section, key) = (section(self.first), self.first.to_be_bytes());
            return index.put(&section, &key, self.encode());
        }
        let bits = self.bits + 1;
        let middle = self.first | 1 << (64 - bits);
        let (mut lower, mut upper) = (self.keys, Vec::new());
        upper.extend(lower.extract_if(.., |key| key.fingerprint >= middle));
        Self { bits, first: self.first, keys: lower }.write(index)?;
        Self { bits, first: middle, keys: upper }.write(index)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![self.bits as u8];
        for key in &self.keys {
            bytes.extend(key.fingerprint.to_be_bytes());
            bytes.extend(streams::encode(&[key.place]));
        }
        bytes
    }

    fn decode(first: u64, bytes: &[u8]) -> Result<Self, Unusable> {
        let (bits, rest) = bytes.split_first().ok_or(Unusable::Broken)?;
        let (keys, []) = rest.as_chunks::<BYTES_PER_KEY>() else {
            return Err(Unusable::Broken);
        };
        let key = |bytes: &[u8; BYTES_PER_KEY]| {
            let fingerprint = bytes[..8].try_into().map_err(|_| Unusable::Broken)?;
            let place = streams::decode(&bytes[8..])?[0];
            Ok(Key { fingerprint: u64::from_be_bytes(fingerprint), place })
        };
        let keys = keys.iter().map(key).collect::<Result<_, Unusable>>()?;
        Ok(Self { bits: u32::from(*bits).min(63), first, keys })
    }
}

fn fingerprint(key: &str) -> u64 {
    let hash = blake3::hash(key.as_bytes());
    let bytes = hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes");
    u64::from_be_bytes(bytes)
}

fn section(fingerprint: u64) -> String {
    format!("keys/{:02}", fingerprint >> (64 - SECTION_BITS))
}
