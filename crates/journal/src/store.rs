//! What keeps a journal: a few operations, and what each MUST do.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::batch::Batch;
use crate::canonical::MAX_INTEGER;
use crate::chain::Chain;
use crate::fault::{Check, Fault, Finding};
use crate::head::Head;
use crate::record::{self, Record};

/// Keeps the lines of one ledger, in order and for good. A store always holds record 0.
///
/// Whoever decides on what is stored does so between [`hold`](Self::hold) and
/// [`release`](Self::release), on the head that `hold` returned; a store that cannot keep others
/// out meanwhile answers [`AppendError::Conflict`], and the decision is made again. What every
/// store MUST pass is written down once more in `tests/store.rs`, generic over this trait.
pub trait Store {
    /// Lines from a position on; MUST NOT need memory that grows with their number.
    type Lines: Lines;

    /// Fixes the end up to which a reader may read.
    ///
    /// MUST return the last record of a whole command, and MUST NOT return one that could be
    /// gone later, or for the next reader, even after a power cut. It may belong to a batch that
    /// is still being appended. MUST NOT wait for a writer unless nothing else can tell the end.
    /// MUST NOT write.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when what was acknowledged is not there as it was.
    fn head(&self) -> Result<End, Error>;

    /// Becomes the only writer, waiting for another one, and returns the head to decide on.
    ///
    /// MUST put whatever was never acknowledged out of the way first, without destroying it.
    /// A store that is held already stays so.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] as for [`head`](Self::head), and then MUST NOT change anything;
    /// [`Error::Poisoned`] after a failed append.
    fn hold(&mut self) -> Result<End, Error>;

    /// Appends a batch after the head that it was made for.
    ///
    /// MUST NOT return before all of it would survive a power cut; if it does not return, or
    /// fails, whole commands from its beginning may stay, and nothing else. After a failed write
    /// or sync it MUST refuse to append until it is opened anew, as nobody knows then what the
    /// disk holds.
    ///
    /// # Errors
    ///
    /// [`AppendError::Conflict`] when the head is another one, [`AppendError::NotHeld`] without
    /// a `hold`, and whatever keeps the bytes from being stored.
    fn append(&mut self, batch: &Batch) -> Result<Appended, AppendError>;

    /// Lets other writers in; nothing happens if the store is not held.
    fn release(&mut self);

    /// The lines from a position up to an end that [`head`](Self::head) or
    /// [`append`](Self::append) returned; none for the position after that end. It may count
    /// lines up to the first one, so whoever knows its place asks [`lines_at`](Self::lines_at).
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchRecord`] for a position beyond that, [`Error::Damaged`] when the journal
    /// does not reach as far.
    fn lines(&self, from: u64, end: &Head) -> Result<Self::Lines, Error>;

    /// The lines from the one at a place on, as [`lines`](Self::lines) gives them; that line is
    /// taken for the record at `position`, which is for whoever parses it to check.
    ///
    /// MUST NOT read what stands before the place.
    ///
    /// # Errors
    ///
    /// As for [`lines`](Self::lines).
    fn lines_at(&self, place: Place, position: u64, end: &Head) -> Result<Self::Lines, Error>;

    /// The line at a place, its bytes checked by [`record::parse`].
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when no record begins at that place.
    fn line_at(&self, place: Place) -> Result<Stored, Error>;

    /// The records from a position up to an end, each one parsed, re-hashed and chained.
    ///
    /// `previous` of the first one is checked only at position 0: whoever remembers the hash of
    /// the record before compares it.
    ///
    /// # Errors
    ///
    /// As for [`lines`](Self::lines).
    fn records(&self, from: u64, end: &Head) -> Result<Records<Self::Lines>, Error> {
        let lines = self.lines(from, end)?;
        Ok(Records { lines, chain: Chain::resume(from), end: *end })
    }

    /// The records from the one at a place on, as [`records`](Self::records) gives them, without
    /// counting lines up to it.
    ///
    /// Whether the record there has this position is checked when it is read: another one, or
    /// none, is [`Error::Damaged`].
    ///
    /// # Errors
    ///
    /// As for [`lines`](Self::lines).
    fn records_at(
        &self,
        place: Place,
        position: u64,
        end: &Head,
    ) -> Result<Records<Self::Lines>, Error> {
        let lines = self.lines_at(place, position, end)?;
        Ok(Records { lines, chain: Chain::resume(position), end: *end })
    }

    /// The record of a head, without counting lines up to it.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when another record stands there.
    fn last(&self, head: &Head) -> Result<Stored, Error>;

    /// The record at a position; it counts lines from the beginning of the segment, so whoever
    /// knows its place asks [`line_at`](Self::line_at).
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchRecord`] when it lies beyond the end, [`Error::Damaged`] when another
    /// record stands there.
    fn record_at(&self, position: u64, end: &Head) -> Result<Stored, Error> {
        let mut lines = self.lines(position, end)?;
        let Some(line) = lines.next()? else {
            return Err(Error::NoSuchRecord { position, end: end.position });
        };
        Stored::new(line.place, Some(position), line.bytes.to_vec())
    }
}

/// Lines one by one, each borrowed until the next is asked for.
pub trait Lines {
    /// The next line; `None` after the end.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when the lines stop before the end that was fixed, or one does not
    /// end; [`Error::Io`] when they cannot be read.
    fn next(&mut self) -> Result<Option<Line<'_>>, Error>;
}

/// A line, unparsed.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The position that its record must have, counted from where reading began.
    pub position: u64,
    /// Where it begins.
    pub place: Place,
    /// Its bytes without the newline; at most [`record::MAX_LINE`].
    pub bytes: &'a [u8],
}

/// Records one by one, each checked against the ones before; see [`Store::records`].
#[derive(Debug)]
pub struct Records<L> {
    lines: L,
    chain: Chain,
    end: Head,
}

/// A record with the line that it was read from.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Where the line begins.
    pub place: Place,
    /// The line without its newline.
    pub line: &'a [u8],
    /// What stands in it.
    pub record: Record<'a>,
}

impl<L: Lines> Records<L> {
    /// The next record; `None` after the end.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] at the first record that does not verify or does not follow the one
    /// before; [`Error::Io`] when the lines cannot be read.
    #[expect(clippy::should_implement_trait, reason = "an iterator's items cannot borrow from it")]
    pub fn next(&mut self) -> Result<Option<Entry<'_>>, Error> {
        let Some(Line { position, place, bytes }) = self.lines.next()? else { return Ok(None) };
        let damaged = |fault: Fault| Error::from(fault.at(position, place));
        let record = record::parse(bytes).map_err(damaged)?;
        self.chain.take(&record).map_err(damaged)?;
        if position == self.end.position && record.hash != self.end.hash {
            let why = format!("hash {} where {} is acknowledged", record.hash, self.end.hash);
            return Err(damaged(Fault::new(Check::Head, 0, why)));
        }
        Ok(Some(Entry { place, line: bytes, record }))
    }
}

/// A line that was looked up and has passed [`record::parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    place: Place,
    line: Vec<u8>,
}

impl Stored {
    /// Keeps a line if it verifies by itself and, where that is known, has this position.
    pub(crate) fn new(place: Place, position: Option<u64>, line: Vec<u8>) -> Result<Self, Error> {
        let at = position.unwrap_or(place.segment.0);
        let record = record::parse(&line).map_err(|fault| fault.at(at, place))?;
        if position.is_some_and(|position| position != record.position) {
            let why = format!("position {} where {at} was expected", record.position);
            return Err(Fault::new(Check::Position, 0, why).at(at, place).into());
        }
        Ok(Self { place, line })
    }

    /// Where the line begins.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The line without its newline.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// What stands in the line.
    pub fn record(&self) -> Record<'_> {
        record::parse_trusted(&self.line).expect("the line has been parsed before it was kept")
    }
}

/// A segment of the journal, by the position of its first record.
///
/// Written and read as its file's name: the position in 20 digits, and `.jsonl`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment(pub u64);

/// What was given is not the name of a segment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a segment's name of 20 digits and .jsonl: {0:?}")]
pub struct NotASegment(pub String);

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}.jsonl", self.0)
    }
}

impl FromStr for Segment {
    type Err = NotASegment;

    fn from_str(text: &str) -> Result<Self, NotASegment> {
        let digits = text.strip_suffix(".jsonl").filter(|digits| digits.len() == 20);
        let first = digits.and_then(|digits| digits.parse().ok());
        // No record has a higher position. Compared, as a number's parser also takes a sign.
        let is_name = |first: &Self| first.0 <= MAX_INTEGER && first.to_string() == text;
        first.map(Self).filter(is_name).ok_or_else(|| NotASegment(text.to_owned()))
    }
}

impl Serialize for Segment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Segment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a line begins: 16 bytes that an index can keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The segment.
    pub segment: Segment,
    /// The offset in the segment, in bytes.
    pub offset: u64,
}

/// The end that was fixed for a reader, or that a writer decides on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The last record of the ledger.
    pub head: Head,
    /// What follows it and is no part of the ledger.
    pub beyond: Option<Beyond>,
}

/// Bytes after the last whole command: never acknowledged, and no part of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// Where they begin, or began.
    pub place: Place,
    /// How many there are, in all files.
    pub bytes: u64,
    /// Why they are not taken.
    pub fault: Finding,
    /// Where a writer moved them, one file for each segment; empty if they stand where they stood.
    pub moved_to: Vec<PathBuf>,
}

/// What an append did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The new head.
    pub head: Head,
    /// Where the batch begins; its records stand at their `start` from here.
    pub place: Place,
}

impl Appended {
    /// Where the record that begins `start` bytes into the batch now stands.
    pub const fn place_of(&self, start: u64) -> Place {
        Place { segment: self.place.segment, offset: self.place.offset + start }
    }
}

/// Why a store could not answer: damage, or no way to look; never the one for the other.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing here says that it is a ledger.
    #[error("not a ledger: {}", .0.display())]
    NotALedger(PathBuf),
    /// A ledger was begun here, and its creation did not come to an end.
    #[error("the creation of this ledger was interrupted: {}", .0.display())]
    Unfinished(PathBuf),
    /// The ledger follows a format that this program does not know.
    #[error("format {found} is newer than this program, which knows format {known}")]
    NewerFormat {
        /// The format that the ledger says it follows.
        found: u64,
        /// The newest format known here.
        known: u64,
    },
    /// Something that was acknowledged is not as it was.
    #[error("damaged: {0}")]
    Damaged(Box<Finding>),
    /// There is no record at that position.
    #[error("no record {position}: the last one is {end}")]
    NoSuchRecord {
        /// The position asked for.
        position: u64,
        /// The last position.
        end: u64,
    },
    /// An earlier append failed, and nobody knows what the disk holds until it is opened anew.
    #[error("an earlier write failed; open the ledger anew")]
    Poisoned,
    /// The system could not do it.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl From<Finding> for Error {
    fn from(finding: Finding) -> Self {
        Self::Damaged(Box::new(finding))
    }
}

/// Why a batch was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// It was made for another head; decide again on this one.
    #[error("the ledger has grown to record {} meanwhile", actual.position)]
    Conflict {
        /// The head as it is.
        actual: Head,
    },
    /// Nobody held the store for writing.
    #[error("the store is not held for writing")]
    NotHeld,
    /// The store could not append it.
    #[error(transparent)]
    Store(#[from] Error),
}
