//! A store in files: `journal/` with its segments, `head`, `lock`, `ledger.json` and `torn/`.
//!
//! What can go wrong between two steps of an append, and what is found afterwards:
//!
//! | it stops | on the disk | the next reader | the next writer |
//! |---|---|---|---|
//! | inside the lines | some of them | stops there, says so | moves them to `torn/` |
//! | before the sync | any part of them | keeps whole commands | too, moves the rest |
//! | before `head` | all lines, `head` lags | keeps them | too, writes `head` |
//! | inside `head` | one slot invalid | keeps them | too, writes `head` |
//! | after `head` | all of it | keeps them | goes on, the tree catches up |

pub(crate) mod create;
pub(crate) mod hashes;
pub(crate) mod layout;
pub(crate) mod lines;
pub(crate) mod look;
pub(crate) mod named;
pub(crate) mod tail;

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use self::hashes::Grower;
use self::layout::{Layout, io_error, sync_dir};
use self::lines::FileLines;
use self::look::Look;
use crate::batch::Batch;
use crate::checkpoint::SignedCheckpoint;
use crate::fault::{Check, Finding};
use crate::head::{Head, SLOT, Slot, Slots};
use crate::note::VerifierKey;
use crate::store::{AppendError, Appended, End, Error, Place, Segment, Store, Stored};
use crate::tree::{Hashes, leaf};

pub use create::CreateError;
pub use hashes::StoredTree;

/// How long a segment may grow before the next batch begins another one: 64 MiB.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// What may be chosen about a store in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long a segment may grow, in bytes; a batch that is longer gets one for itself.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: SEGMENT_BYTES }
    }
}

/// A ledger's journal in files.
///
/// Opening and reading write nothing and need no permission to write; any number of readers
/// and writers, in one process or many, may have the same directory open.
#[derive(Debug)]
pub struct FileStore {
    layout: Layout,
    options: Options,
    held: Option<Held>,
    /// The tree as it was after the last append.
    grower: Option<Grower>,
    is_poisoned: bool,
}

/// What a writer knows while it holds the lock. The lock falls with the file.
#[derive(Debug)]
struct Held {
    _lock: File,
    end: End,
}

impl FileStore {
    /// Opens a ledger's directory to read, and to write once it is [held](Store::hold).
    ///
    /// It looks at `ledger.json`, record 0, the record of `head` and what lies beyond it; the
    /// whole journal is [`crate::verify()`]'s work.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`] that says that this is no ledger, or none that can be read.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(dir, Options::default())
    }

    /// Opens a ledger's directory with other options than the default ones.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn open_with(dir: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let layout = Layout::new(dir.as_ref());
        create::check_opening(&layout)?;
        let store = Self { layout, options, held: None, grower: None, is_poisoned: false };
        store.end()?;
        Ok(store)
    }

    /// Begins a ledger: makes the directory, and in it a journal that holds record 0.
    ///
    /// An empty directory will do, and one in which an earlier creation was interrupted.
    ///
    /// # Errors
    ///
    /// A directory with something else in it, a batch that opens no ledger, or a failed write.
    pub fn create(dir: impl AsRef<Path>, opening: &Batch) -> Result<Self, CreateError> {
        create::create(&Layout::new(dir.as_ref()), opening)?;
        Ok(Self::open(dir)?)
    }

    /// The ledger's directory.
    pub fn dir(&self) -> &Path {
        self.layout.dir()
    }

    /// The tree over the records up to an end that [`head`](Store::head) or
    /// [`append`](Store::append) returned. What is not kept of it is computed from the lines.
    ///
    /// # Errors
    ///
    /// As for [`lines`](Store::lines).
    pub fn tree(&self, end: &Head) -> Result<StoredTree, Error> {
        let kept = StoredTree::kept(&self.layout, end.position + 1)?;
        let lines = self.lines(kept.size(), end)?;
        kept.take_in(lines)
    }

    /// The latest signed checkpoint; whose signatures hold is for who has the keys.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when the file is no checkpoint.
    pub fn checkpoint(&self) -> Result<Option<SignedCheckpoint>, Error> {
        named::read_checkpoint(&self.layout)
    }

    /// Puts a checkpoint in the place of the latest one.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn keep_checkpoint(&self, signed: &SignedCheckpoint) -> Result<(), Error> {
        named::write_checkpoint(&self.layout, signed)
    }

    /// The verifier key that `ledger.json` names, for people; the records decide.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn named_key(&self) -> Result<Option<String>, Error> {
        named::read_key(&self.layout)
    }

    /// Names a verifier key in `ledger.json`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], and [`Error::Damaged`] when the file is none that could be changed.
    pub fn name_key(&self, key: &VerifierKey) -> Result<(), Error> {
        named::write_key(&self.layout, key)
    }

    /// Finds the end, and refuses one that the tree has seen otherwise.
    fn end(&self) -> Result<End, Error> {
        // Before the end is looked for: meanwhile both may grow, and the tree never leads.
        let tree = StoredTree::kept(&self.layout, u64::MAX)?;
        let end = self.head()?;
        hashes::check_end(&tree, self, &end.head)?;
        Ok(end)
    }

    /// Makes the tree go on after a batch that was appended. It is derived: where it cannot be
    /// written it stays behind, and the next writer catches up.
    fn grow(&mut self, batch: &Batch, before: &Head) {
        let first = before.position + 1;
        let known = self.grower.take().filter(|grower| grower.size() == first);
        let behind = |size| self.lines(size, before);
        let Ok(mut grower) = known.map_or_else(|| Grower::new(&self.layout, behind), Ok) else {
            return;
        };
        let lines = batch.lines().split_inclusive(|byte| *byte == b'\n');
        let leaves = lines.map(|line| leaf(&line[..line.len() - 1]));
        self.grower = grower.push(leaves).is_ok().then_some(grower);
    }

    /// Writes the batch and makes it survive a power cut; the head after it.
    fn write(&self, batch: &Batch, head: &Head) -> Result<Appended, Error> {
        let length = batch.lines().len() as u64;
        let last = batch.records().last().expect("an empty batch is not written");
        let is_full = head.length.saturating_add(length) > self.options.segment_bytes;
        // A batch never spans two segments. The old one needs no sync: every append ended so.
        let place = if is_full {
            Place { segment: Segment(head.position + 1), offset: 0 }
        } else {
            Place { segment: head.segment, offset: head.length }
        };
        let path = self.layout.segment(place.segment);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(is_full).open(&path);
        let mut file = file.map_err(io_error("open", &path))?;
        // If we crash here, an empty segment may be left, which the next writer removes.
        file.seek(SeekFrom::Start(place.offset))
            .and_then(|_| file.write_all(batch.lines()))
            .map_err(io_error("write", &path))?;
        // If we crash here, any part of the lines may be there. None was acknowledged: whole
        // commands will be kept, the rest set aside.
        file.sync_data().map_err(io_error("sync", &path))?;
        if is_full {
            // If the power fails here, the new segment may be gone, whole.
            sync_dir(&self.layout.journal())?;
        }
        // From here on the batch survives a power cut. If we crash here, `head` lags behind it
        // and the next one to look finds the batch beyond `head`.
        let head = Head {
            hash: last.hash,
            length: place.offset + length,
            position: last.position,
            segment: place.segment,
        };
        write_head(&self.layout, &head)?;
        // If the power fails here, `head` may be back where it was; it never leads.
        Ok(Appended { head, place })
    }

    /// Takes the lock that keeps other writers out, waiting for it.
    fn lock(&self) -> Result<File, Error> {
        let path = self.layout.lock();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(io_error("open", &path))?;
        file.lock().map_err(io_error("lock", &path))?;
        Ok(file)
    }
}

impl Store for FileStore {
    type Lines = FileLines;

    fn head(&self) -> Result<End, Error> {
        if let Some(held) = &self.held {
            return Ok(held.end.clone());
        }
        // Keeps writers out until the end of this function, unless one is in already.
        let look = Look::at(&self.layout)?;
        let acknowledged = look.slots.newest();
        // Whole commands beyond `head` count even while somebody writes: they may stem from an
        // earlier writer that crashed, and a reader may have seen them before this one began.
        let mut end = tail::find_end(&self.layout, acknowledged)?;
        if acknowledged.is_some_and(|head| head.position < end.head.position) {
            // Perhaps not synced yet: what a reader has seen must not be gone after a power cut.
            let synced = tail::sync_beyond(&self.layout, acknowledged, &end.head);
            synced.or_else(allow_read_only)?;
        }
        if look.is_busy {
            // What does not verify yet is being written, for all that can be told.
            end.beyond = None;
        }
        Ok(end)
    }

    fn hold(&mut self) -> Result<End, Error> {
        if self.is_poisoned {
            return Err(Error::Poisoned);
        }
        if let Some(held) = &self.held {
            return Ok(held.end.clone());
        }
        let lock = self.lock()?;
        let slots = self.layout.slots()?;
        let mut end = tail::find_end(&self.layout, slots.newest())?;
        let tree = StoredTree::kept(&self.layout, u64::MAX)?;
        hashes::check_end(&tree, self, &end.head)?;
        tail::set_aside(&self.layout, &mut end)?;
        tail::remove_empty(&self.layout, &end.head)?;
        if slots.newest() != Some(&end.head) {
            // Whole commands that another writer did not get to acknowledge are kept; they
            // must survive a power cut before `head` says so.
            tail::sync_beyond(&self.layout, slots.newest(), &end.head)?;
            write_head(&self.layout, &end.head)?;
        }
        self.held = Some(Held { _lock: lock, end: end.clone() });
        Ok(end)
    }

    fn append(&mut self, batch: &Batch) -> Result<Appended, AppendError> {
        if self.is_poisoned {
            return Err(Error::Poisoned.into());
        }
        let Some(Held { end, .. }) = &self.held else { return Err(AppendError::NotHeld) };
        let head = end.head;
        if batch.expected() != Some(&head) {
            return Err(AppendError::Conflict { actual: head });
        }
        if batch.is_empty() {
            let place = Place { segment: head.segment, offset: head.length };
            return Ok(Appended { head, place });
        }
        let written = self.write(batch, &head);
        match &written {
            Ok(appended) => {
                let held = self.held.as_mut().expect("it was held a moment ago");
                held.end = End { head: appended.head, beyond: None };
                self.grow(batch, &head);
            }
            // After a failed sync the system may take the lines for written though they are
            // not: nothing here can be trusted until it is read anew.
            Err(_) => self.is_poisoned = true,
        }
        Ok(written?)
    }

    fn release(&mut self) {
        self.held = None;
    }

    fn last(&self, head: &Head) -> Result<Stored, Error> {
        tail::acknowledged(&self.layout, head)
    }

    fn lines(&self, from: u64, end: &Head) -> Result<FileLines, Error> {
        FileLines::from(&self.layout, from, end)
    }

    fn lines_at(&self, place: Place, position: u64, end: &Head) -> Result<FileLines, Error> {
        FileLines::at(&self.layout, place, position, end)
    }

    fn line_at(&self, place: Place) -> Result<Stored, Error> {
        let Place { segment, offset } = place;
        let file = lines::open_at(&self.layout, place, segment.0)?;
        let path = self.layout.segment(segment);
        let line = lines::read_line(&file, offset).map_err(io_error("read", &path))?;
        let why = "no line begins and ends here";
        let damaged = || Finding::in_segment(Check::Line, segment.0, segment, offset, why);
        Stored::new(place, None, line.ok_or_else(damaged)?)
    }
}

/// Takes a failed sync for none where nothing can be waiting to be written.
fn allow_read_only(error: Error) -> Result<(), Error> {
    use std::io::ErrorKind::{InvalidInput, PermissionDenied, ReadOnlyFilesystem, Unsupported};
    match &error {
        Error::Io { source, .. } => match source.kind() {
            InvalidInput | PermissionDenied | ReadOnlyFilesystem | Unsupported => Ok(()),
            _ => Err(error),
        },
        _ => Err(error),
    }
}

/// Writes the head into the slot that does not hold the one that counts; synced only if there is
/// no such slot.
fn write_head(layout: &Layout, head: &Head) -> Result<(), Error> {
    let path = layout.head();
    let slots = layout.slots()?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let mut file = file.map_err(io_error("open", &path))?;
    if slots == Slots::default() {
        let empty = [Slot::EMPTY, Slot::EMPTY].concat();
        file.write_all(&empty).map_err(io_error("write", &path))?;
    }
    file.seek(SeekFrom::Start((slots.spare() * SLOT) as u64))
        .and_then(|_| file.write_all(&head.to_slot()))
        .map_err(io_error("write", &path))?;
    if slots.newest().is_none() {
        // A head that lags does no harm, but with none that counts a torn tail is damage: the
        // first one must be there after a power cut.
        file.sync_all().map_err(io_error("sync", &path))?;
        sync_dir(layout.dir())?;
    }
    Ok(())
}
