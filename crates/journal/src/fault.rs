//! What a check can find: which check, where, and why.

use std::fmt;

use crate::store::{Place, Segment};

/// The checks that a ledger's bytes must pass, each by the word that it goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// A line has the fixed frame, is UTF-8, ends in a newline and is not too long.
    Line,
    /// `hash` is the BLAKE3 hash of the bytes of `record`.
    Hash,
    /// The bytes of `record` are canonical JSON.
    Canonical,
    /// The members of `record` are those of the format, each of its type.
    Members,
    /// Positions count from 0 without a gap.
    Position,
    /// `previous` is the hash of the record before.
    Previous,
    /// Versions count from 1 without a gap within each stream.
    Version,
    /// The records of a command are whole, consecutive and agree with each other.
    Parts,
    /// `recorded_at` is never earlier than that of the record before.
    Time,
    /// An idempotency key belongs to one command in the whole ledger.
    Key,
    /// Record 0 opens a ledger of this format.
    Opening,
    /// `ledger.json` repeats what record 0 says.
    Ledger,
    /// Segments are named by their first positions and follow each other.
    Segment,
    /// The journal reaches as far as `head` says that it was acknowledged, and ends so.
    Head,
    /// The tree's hashes are those of the records.
    Tree,
    /// A checkpoint is signed, and is of the records that are here.
    Checkpoint,
}

impl Check {
    /// The word that the check goes by in messages and in the manual; never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Hash => "hash",
            Self::Canonical => "canonical",
            Self::Members => "members",
            Self::Position => "position",
            Self::Previous => "previous",
            Self::Version => "version",
            Self::Parts => "parts",
            Self::Time => "time",
            Self::Key => "key",
            Self::Opening => "opening",
            Self::Ledger => "ledger",
            Self::Segment => "segment",
            Self::Head => "head",
            Self::Tree => "tree",
            Self::Checkpoint => "checkpoint",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What one line has against it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {why}")]
pub struct Fault {
    /// The check that it fails.
    pub check: Check,
    /// Where in the line, in bytes from its start.
    pub offset: u64,
    /// What is wrong, with the offending value.
    pub why: String,
}

impl Fault {
    pub(crate) fn new(check: Check, offset: u64, why: impl Into<String>) -> Self {
        Self { check, offset, why: why.into() }
    }

    /// The fault as a finding about the record at `position`, whose line begins at `place`.
    pub(crate) fn at(self, position: u64, place: Place) -> Finding {
        let offset = place.offset + self.offset;
        Finding::in_segment(self.check, position, place.segment, offset, self.why)
    }
}

/// Damage: something that is not as it was acknowledged, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {position}, {file} byte {offset}: {check}: {why}")]
pub struct Finding {
    /// The check that fails.
    pub check: Check,
    /// The record concerned: its position, or the one that should stand there.
    pub position: u64,
    /// The file, relative to the ledger's directory, with `/` between its parts.
    pub file: String,
    /// Where in the file, in bytes from its start.
    pub offset: u64,
    /// What is wrong, with the offending value.
    pub why: String,
}

impl Finding {
    pub(crate) fn in_segment(
        check: Check,
        position: u64,
        segment: Segment,
        offset: u64,
        why: impl Into<String>,
    ) -> Self {
        Self { check, position, file: format!("journal/{segment}"), offset, why: why.into() }
    }

    pub(crate) fn in_file(check: Check, position: u64, file: &str, why: impl Into<String>) -> Self {
        Self { check, position, file: file.to_owned(), offset: 0, why: why.into() }
    }
}
