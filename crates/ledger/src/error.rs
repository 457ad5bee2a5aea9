//! What can keep the ledger from answering.

/// Why the ledger could not do what it was asked; a refusal by a rule is not among it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal is damaged, or could not be read or written.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The journal could not be extended.
    #[error(transparent)]
    Append(#[from] journal::AppendError),
    /// A ledger could not be begun.
    #[error(transparent)]
    Create(#[from] journal::CreateError),
    /// A record of a kind or schema from a later version of this program.
    #[error("record {position} is a `{kind}` in schema {schema}, which this version does not know")]
    NewerRecord {
        /// Where it stands.
        position: u64,
        /// Its kind.
        kind: String,
        /// Its schema.
        schema: u64,
    },
    /// A record whose bytes verify and whose data do not have the shape of its kind.
    #[error("record {position}: {why}")]
    Meaningless {
        /// Where it stands.
        position: u64,
        /// What is wrong with its data.
        why: String,
    },
    /// The index has taken in more than the journal holds: records are missing.
    #[error("the journal ends with record {last}, and record {seen} had been read from it before")]
    RecordsMissing {
        /// The last record.
        last: u64,
        /// The last record that had been read.
        seen: u64,
    },
    /// The index was built from another record than the one that stands there.
    #[error("record {position} is not the one that had been read there before")]
    Rewritten {
        /// Where it stands.
        position: u64,
    },
    /// The clock is more than a day behind the last record.
    #[error("the clock says {now}, and the last record is of {last}")]
    ClockBehind {
        /// The reading of the clock.
        now: String,
        /// When the last record was recorded.
        last: String,
    },
    /// The name is none that a transparency log can go by.
    #[error("`{0}` cannot be the origin of a ledger")]
    NotAnOrigin(String),
    /// The clock gave something that is not an instant.
    #[error("`{0}` is not an instant (YYYY-MM-DDTHH:MM:SS.mmmZ)")]
    NotAnInstant(String),
    /// Nothing was known at the time that was asked about.
    #[error("nothing was known by {asked}{}", first.as_ref().map(|at| format!(
        ": record 0, the first, is of {at}"
    )).unwrap_or_default())]
    BeforeFirst {
        /// What was asked.
        asked: String,
        /// When the first record was recorded; not told to those who are told no such time.
        first: Option<String>,
    },
    /// The checkpoint that a question is as of is another ledger's.
    #[error("the checkpoint is of another ledger; this one is {origin}")]
    OtherLog {
        /// The name of this one.
        origin: String,
    },
    /// The checkpoint that a question is as of covers no record, so that nothing was known.
    #[error("the checkpoint covers no record")]
    CheckpointEmpty,
    /// The checkpoint that a question is as of covers more records than there are.
    #[error("the checkpoint is of {size} records, and there are {records}")]
    CheckpointLonger {
        /// How many it covers.
        size: u64,
        /// How many there are.
        records: u64,
    },
    /// The checkpoint that a question is as of covers other records.
    #[error("the first {size} records are not those of the checkpoint")]
    CheckpointDiffers {
        /// How many it covers.
        size: u64,
    },
    /// Content could not be opened or stored.
    #[error(transparent)]
    Content(#[from] crate::contents::ContentError),
    /// A time that would tell the public how much there is that is not published.
    #[error("the public and a body are answered as of a day, not of a position or an instant")]
    DatesOnly,
    /// A passage of a report is not text, though its record says so.
    #[error("{passage} of {assessment} is not UTF-8 text")]
    NotText {
        /// The assessment.
        assessment: assessment::AssessmentId,
        /// The passage.
        passage: String,
    },
    /// The words of a national report are not text, though its record says so.
    #[error("the words of the national report {national} are not UTF-8 text")]
    NationalNotText {
        /// The report.
        national: assessment::NationalId,
    },
    /// A key, or what is kept of the ledger outside of it, cannot be had.
    #[error(transparent)]
    Keyring(Box<crate::keyring::KeyringError>),
    /// This machine has signed a checkpoint of more records than there are.
    #[error("this ledger has {records} records, this machine has seen {seen}: {}", dir.display())]
    SeenMore {
        /// The ledger's directory.
        dir: std::path::PathBuf,
        /// How many records there are.
        records: u64,
        /// How many there were when the checkpoint was signed.
        seen: u64,
    },
    /// This machine has signed a checkpoint of other records than those that are here.
    #[error(
        "the first {seen} records are not those that this machine has seen: {}", dir.display()
    )]
    SeenOther {
        /// The ledger's directory.
        dir: std::path::PathBuf,
        /// How many records the checkpoint was of.
        seen: u64,
    },
    /// The directory of the index cannot be replaced.
    #[error("the index cannot be written: {0}")]
    Index(#[from] crate::index::Unusable),
}
