//! The index: rows derived from the journal, kept in sled so that a question answers at once.
//!
//! The only file that names sled. Nothing here is a fact: whatever is wrong with the index, it is
//! thrown away and rebuilt from the journal. What sled gives back is never simply believed, since a
//! damaged sled store was seen to open without error and with fewer rows. So every row belongs to a
//! section, and a section has a digest:
//!
//! ```text
//! digest(section)  = XOR of BLAKE3(length of key ‖ key ‖ value) over its rows
//! digest(index)    = XOR of BLAKE3(length of name ‖ name ‖ digest(section)) over its sections
//! ```
//!
//! The bookmark holds the digest of the index, which is checked when it is opened; the digest of a
//! section is checked when the section is first used. XOR, as a row can then be changed without
//! reading the others; that nobody can forge it does not matter, as nobody has to: whoever can
//! write here can also write `index/` anew, and the journal still decides.
//!
//! ```text
//! index/lock     held for as long as somebody has the index open; never removed
//! index/rows/    sled's own files
//! ```
//!
//! Sled's lock lies on a file of its own, which goes when the index is made anew: without another
//! one a process could do that under the hands of a second.

use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use journal::{Hash, Place};

/// Up to where the index has taken the journal in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bookmark {
    /// Digest of all rows, in hex.
    pub digest: String,
    /// Hash of the last record taken in.
    pub hash: Hash,
    /// Its position.
    pub position: u64,
    /// Where its line begins: segment and offset.
    pub place: (u64, u64),
    /// The version of every projection that the rows come from.
    pub versions: BTreeMap<String, u64>,
}

/// Why there is no index to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is none yet.
    #[error("there is no index")]
    Missing,
    /// Another process has it open.
    #[error("another process uses the index")]
    Busy,
    /// It is not what was written, or sled cannot read it.
    #[error("the index is damaged")]
    Broken,
}

/// Rows by section and key, in sled or, where that cannot be had, in memory.
pub struct Index {
    rows: Rows,
    sections: BTreeMap<String, [u8; 32]>,
    checked: BTreeSet<String>,
    /// Rows that were set, or, where there is no value, removed.
    changed: Changes,
    bookmark: Option<Bookmark>,
}

enum Rows {
    Memory(BTreeMap<Vec<u8>, Vec<u8>>),
    Sled(Guarded),
}

/// A sled store whose panics are caught, closed before others may open it.
struct Guarded {
    db: Option<sled::Db>,
    _lock: File,
}

/// A row: key and value.
pub type KeyValue = (Vec<u8>, Vec<u8>);

/// What is to become of rows, by key: a value, or none any more.
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The key of the bookmark; sections have names, so no row has it.
const BOOKMARK: &[u8] = b"\0bookmark";
/// What the digests of sections are kept under.
const DIGESTS: &[u8] = b"\0digest\0";
/// Where sled keeps its files, and what keeps others out.
const ROWS: &str = "rows";
const LOCK: &str = "lock";
/// How often and how long to wait for sled to be done with closing.
const SLED_ATTEMPTS: u32 = 200;
const SLED_PAUSE: Duration = Duration::from_millis(5);

impl Index {
    /// An index in memory, empty.
    pub fn in_memory() -> Self {
        Self::empty(Rows::Memory(BTreeMap::new()))
    }

    /// Opens the index in `dir`, which must be one.
    pub fn open(dir: &Path) -> Result<Self, Unusable> {
        let rows = dir.join(ROWS);
        if !rows.is_dir() {
            return Err(Unusable::Missing);
        }
        let mut index = Self::empty(Rows::Sled(open_sled(&rows, lock(dir)?)?));
        index.load()?;
        Ok(index)
    }

    /// Makes an empty index in `dir`, whatever was there before.
    pub fn create(dir: &Path) -> Result<Self, Unusable> {
        std::fs::create_dir_all(dir).map_err(|_| Unusable::Broken)?;
        let (rows, lock) = (dir.join(ROWS), lock(dir)?);
        match std::fs::remove_dir_all(&rows) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Unusable::Broken),
            _ => Ok(Self::empty(Rows::Sled(open_sled(&rows, lock)?))),
        }
    }

    /// Whether another process could use what this one keeps.
    pub fn is_kept(&self) -> bool {
        matches!(self.rows, Rows::Sled(_))
    }

    /// Up to where it has taken the journal in; nothing for an empty one.
    pub fn bookmark(&self) -> Option<&Bookmark> {
        self.bookmark.as_ref()
    }

    /// The value of a row.
    pub fn get(&mut self, section: &str, key: &[u8]) -> Result<Option<Vec<u8>>, Unusable> {
        self.check(section)?;
        let key = row_key(section, key);
        match self.changed.get(&key) {
            Some(change) => Ok(change.clone()),
            None => self.rows.get(&key),
        }
    }

    /// The row with the greatest key that is not above `key`.
    pub fn at_or_below(&mut self, section: &str, key: &[u8]) -> Result<Option<KeyValue>, Unusable> {
        self.check(section)?;
        let (first, last) = (row_key(section, b""), row_key(section, key));
        let mut changed = self.changed.range(first.clone()..=last.clone());
        if changed.clone().any(|(_, change)| change.is_none()) {
            let rows = self.section(section)?.into_iter();
            return Ok(rows.rev().find(|(found, _)| found.as_slice() <= key));
        }
        let changed = changed.next_back();
        let changed = changed.and_then(|(key, change)| Some((key.clone(), change.clone()?)));
        let kept = self.rows.last_in(&first, &last)?;
        // Where both have the row, the changed one counts.
        let found = match (changed, kept) {
            (Some(changed), Some(kept)) if kept.0 > changed.0 => Some(kept),
            (changed, kept) => changed.or(kept),
        };
        Ok(found.map(|(key, value)| (key[first.len()..].to_vec(), value)))
    }

    /// All rows of a section, by key.
    pub fn section(&mut self, section: &str) -> Result<Vec<KeyValue>, Unusable> {
        self.check(section)?;
        let first = row_key(section, b"");
        let mut rows: BTreeMap<Vec<u8>, Vec<u8>> = self.rows.under(&first)?.into_iter().collect();
        let changed = self.changed.range(first.clone()..);
        let changed = changed.take_while(|(key, _)| key.starts_with(&first));
        for (key, change) in changed {
            match change {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        Ok(rows.into_iter().map(|(key, value)| (key[first.len()..].to_vec(), value)).collect())
    }

    /// The names of all sections that have rows and begin so.
    pub fn sections(&self, prefix: &str) -> Vec<String> {
        let from = self.sections.range(prefix.to_owned()..);
        from.map(|(name, _)| name.clone()).take_while(|name| name.starts_with(prefix)).collect()
    }

    /// Sets a row; kept with the next [`Index::commit`].
    pub fn put(&mut self, section: &str, key: &[u8], value: Vec<u8>) -> Result<(), Unusable> {
        let before = self.get(section, key)?;
        if before.as_ref() == Some(&value) {
            return Ok(());
        }
        let key = row_key(section, key);
        let digest = self.sections.entry(section.to_owned()).or_default();
        if let Some(before) = before {
            xor(digest, &row_digest(&key, &before));
        }
        xor(digest, &row_digest(&key, &value));
        self.changed.insert(key, Some(value));
        Ok(())
    }

    /// Removes all rows of a section; so with the next [`Index::commit`].
    pub fn clear(&mut self, section: &str) -> Result<(), Unusable> {
        for (key, _) in self.section(section)? {
            self.changed.insert(row_key(section, &key), None);
        }
        self.sections.remove(section);
        Ok(())
    }

    /// Keeps what was set, with how far the journal has been taken in: all of it or nothing.
    pub fn commit(
        &mut self,
        (position, hash, place): (u64, Hash, Place),
        versions: BTreeMap<String, u64>,
    ) -> Result<(), Unusable> {
        let place = (place.segment.0, place.offset);
        let bookmark = Bookmark { digest: self.digest(), hash, position, place, versions };
        let mut rows = std::mem::take(&mut self.changed);
        let touched: BTreeSet<&str> = rows.keys().filter_map(|key| section_of(key)).collect();
        let digest = |name: &str| self.sections.get(name).map(|digest| digest.to_vec());
        let digests: Changes = touched
            .into_iter()
            .map(|name| ([DIGESTS, name.as_bytes()].concat(), digest(name)))
            .collect();
        rows.extend(digests);
        let text = serde_json::to_vec(&bookmark).expect("a bookmark is texts and integers");
        rows.insert(BOOKMARK.to_vec(), Some(text));
        self.rows.apply(rows)?;
        self.bookmark = Some(bookmark);
        Ok(())
    }

    /// Checks every row that there is.
    pub fn check_all(&mut self) -> Result<(), Unusable> {
        self.sections("").iter().try_for_each(|section| self.check(section))
    }

    fn empty(rows: Rows) -> Self {
        Self {
            rows,
            sections: BTreeMap::new(),
            checked: BTreeSet::new(),
            changed: BTreeMap::new(),
            bookmark: None,
        }
    }

    /// Reads the bookmark and the digests of the sections, and checks the one against the others.
    fn load(&mut self) -> Result<(), Unusable> {
        let Some(bookmark) = self.rows.get(BOOKMARK)? else { return Err(Unusable::Broken) };
        let bookmark: Bookmark = serde_json::from_slice(&bookmark).map_err(|_| Unusable::Broken)?;
        for (key, digest) in self.rows.under(DIGESTS)? {
            let name = std::str::from_utf8(&key[DIGESTS.len()..]).map_err(|_| Unusable::Broken)?;
            let digest = digest.try_into().map_err(|_| Unusable::Broken)?;
            self.sections.insert(name.to_owned(), digest);
        }
        if self.digest() != bookmark.digest {
            return Err(Unusable::Broken);
        }
        self.bookmark = Some(bookmark);
        Ok(())
    }

    fn digest(&self) -> String {
        let mut digest = [0; 32];
        for (name, section) in &self.sections {
            xor(&mut digest, &row_digest(name.as_bytes(), section));
        }
        blake3::Hash::from(digest).to_hex().to_string()
    }

    /// Checks a section's rows against its digest, the first time that it is used.
    fn check(&mut self, section: &str) -> Result<(), Unusable> {
        if matches!(self.rows, Rows::Memory(_)) || self.checked.contains(section) {
            return Ok(());
        }
        let mut digest = [0; 32];
        for (key, value) in self.rows.under(&row_key(section, b""))? {
            xor(&mut digest, &row_digest(&key, &value));
        }
        if digest != self.sections.get(section).copied().unwrap_or_default() {
            return Err(Unusable::Broken);
        }
        self.checked.insert(section.to_owned());
        Ok(())
    }
}

impl Rows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unusable> {
        match self {
            Self::Memory(rows) => Ok(rows.get(key).cloned()),
            Self::Sled(store) => store.ask(|db| Ok(db.get(key)?.map(|value| value.to_vec()))),
        }
    }

    fn last_in(&self, first: &[u8], last: &[u8]) -> Result<Option<KeyValue>, Unusable> {
        match self {
            Self::Memory(rows) => {
                let found = rows.range(first.to_vec()..=last.to_vec()).next_back();
                Ok(found.map(|(key, value)| (key.clone(), value.clone())))
            }
            Self::Sled(store) => store.ask(|db| {
                let found = db.range(first..=last).next_back().transpose()?;
                Ok(found.map(|(key, value)| (key.to_vec(), value.to_vec())))
            }),
        }
    }

    fn under(&self, prefix: &[u8]) -> Result<Vec<KeyValue>, Unusable> {
        match self {
            Self::Memory(rows) => {
                let rows = rows.range(prefix.to_vec()..);
                let rows = rows.take_while(|(key, _)| key.starts_with(prefix));
                Ok(rows.map(|(key, value)| (key.clone(), value.clone())).collect())
            }
            Self::Sled(store) => store.ask(|db| {
                let rows = db.scan_prefix(prefix);
                rows.map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec()))).collect()
            }),
        }
    }

    fn apply(&mut self, changed: Changes) -> Result<(), Unusable> {
        match self {
            Self::Memory(rows) => {
                for (key, change) in changed {
                    match change {
                        Some(value) => rows.insert(key, value),
                        None => rows.remove(&key),
                    };
                }
                Ok(())
            }
            Self::Sled(store) => store.ask(|db| {
                let mut batch = sled::Batch::default();
                for (key, change) in changed {
                    match change {
                        Some(value) => batch.insert(key, value),
                        None => batch.remove(key),
                    }
                }
                db.apply_batch(batch)
            }),
        }
    }
}

impl Guarded {
    fn ask<T>(&self, question: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Result<T, Unusable> {
        let db = self.db.as_ref().expect("the store is there until it is dropped");
        guarded(|| question(db)).and_then(|answer| answer.map_err(|_| Unusable::Broken))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let db = self.db.take();
        // A store that cannot be closed is found broken when it is opened next.
        let _ = guarded(|| drop(db));
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic in this thread now would be sled's, is caught, and must not be shown.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs what may panic in sled; a panic means that the index is broken.
fn guarded<T>(action: impl FnOnce() -> T) -> Result<T, Unusable> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(action));
    GUARDED.set(before);
    result.map_err(|_| Unusable::Broken)
}

/// Keeps others out of the index for as long as the file is open.
fn lock(dir: &Path) -> Result<File, Unusable> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(LOCK));
    let file = file.map_err(|_| Unusable::Broken)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Unusable::Busy),
        // A file system without locks has sled's own to rely on, or none.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn open_sled(dir: &Path, lock: File) -> Result<Guarded, Unusable> {
    // Nothing is flushed by the clock: what a crash loses here is caught up from the journal.
    let config = sled::Config::new().path(dir).flush_every_ms(None).cache_capacity(64 << 20);
    // Nobody else has the index: if sled's own file is locked, a thread of sled in this process is
    // not done with closing it.
    for _ in 0..SLED_ATTEMPTS {
        match guarded(|| config.open())? {
            Ok(db) => return Ok(Guarded { db: Some(db), _lock: lock }),
            Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(SLED_PAUSE);
            }
            Err(_) => return Err(Unusable::Broken),
        }
    }
    Err(Unusable::Busy)
}

fn row_key(section: &str, key: &[u8]) -> Vec<u8> {
    [section.as_bytes(), b"\0", key].concat()
}

fn section_of(key: &[u8]) -> Option<&str> {
    let end = key.iter().position(|byte| *byte == 0)?;
    std::str::from_utf8(&key[..end]).ok()
}

fn row_digest(key: &[u8], value: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(key.len() as u64).to_be_bytes()).update(key).update(value);
    *hasher.finalize().as_bytes()
}

fn xor(digest: &mut [u8; 32], other: &[u8; 32]) {
    for (byte, other) in digest.iter_mut().zip(other) {
        *byte ^= other;
    }
}
