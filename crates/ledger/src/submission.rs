//! A command as it is submitted, and what became of it.

use assessment::command::CommandError;
use assessment::{Command, Rejection};
use journal::canonical::{NotCanonical, to_canonical};
use journal::{EncodeError, Hash};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::ops::Range;

/// A command on its way into the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The idempotency key.
    pub key: String,
    /// Hash of what was asked for, without the key.
    pub request: Hash,
    /// Refuse unless the stream has this version.
    pub expected_version: Option<u64>,
    /// What is asked for.
    pub command: Command,
}

/// A text that is not a submission.
#[derive(Debug, thiserror::Error)]
pub enum SubmissionError {
    /// Not one JSON object of the right members.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The command or its data are something else than an object.
    #[error("a command is one JSON object with `kind` and `data`, and `data` is an object")]
    NotAnObject,
    /// No such command, or its data do not have its shape.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The JSON holds something that no record may hold.
    #[error("{0}")]
    NotCanonical(#[from] NotCanonical),
    /// The idempotency key has a form that no record may have.
    #[error("`{0}` cannot be a command's key (1 to 128 of A-Z a-z 0-9 . _ : / -)")]
    Key(String),
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is recorded (or, tried only, would be), at these positions.
    Recorded {
        /// Where its records stand.
        positions: Range<u64>,
        /// What they say, in order.
        records: Vec<Receipt>,
    },
    /// It had been recorded before, or what it asks for is so already.
    AlreadyThere {
        /// Where its first record stands, if it was this very command.
        position: Option<u64>,
    },
    /// The rules do not allow it.
    Refused(Rejection),
    /// What would come of it cannot be a record, as one that is too long.
    Unrecordable(EncodeError),
    /// Its key belongs to another command.
    KeyReused {
        /// The key.
        key: String,
        /// Where the other command's first record stands, unless that was only tried.
        position: Option<u64>,
    },
    /// The stream does not have the version that was expected.
    Conflict {
        /// The stream.
        stream: String,
        /// The version that was expected.
        expected: u64,
        /// The version that it has.
        found: u64,
    },
}

/// A record that came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What happened.
    pub kind: &'static str,
    /// What it is about.
    pub stream: String,
    /// Which record of its stream it is.
    pub version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw<'a> {
    command: Option<String>,
    #[serde(borrow)]
    data: &'a RawValue,
    expected_version: Option<u64>,
    kind: String,
}

impl Submission {
    /// Reads a submission; without a key of its own it gets the hash of what it asks for, so that
    /// the same line is recorded once however often it is submitted.
    pub fn parse(text: &str) -> Result<Self, SubmissionError> {
        // What may not stand in a record, such as null, is not accepted in a command either.
        let value: Value = serde_json::from_str(text)?;
        to_canonical(&value)?;
        if !value.is_object() || !value["data"].is_object() {
            return Err(SubmissionError::NotAnObject);
        }
        // Read from the text, as a `Value` has lost a member that stands there twice.
        let raw: Raw<'_> = serde_json::from_str(text)?;
        let command = Command::decode(&raw.kind, raw.data.get())?;
        let data = serde_json::from_str(raw.data.get())?;
        let request = request(&raw.kind, data, raw.expected_version)?;
        let key = raw.command.unwrap_or_else(|| request.to_string());
        if !journal::record::is_key(&key) {
            return Err(SubmissionError::Key(key));
        }
        Ok(Self { key, request, expected_version: raw.expected_version, command })
    }

    /// A command that was made here, under a key that was drawn for it, or under the hash of what
    /// it asks for.
    pub fn new(
        command: Command,
        expected_version: Option<u64>,
        key: Option<String>,
    ) -> Result<Self, SubmissionError> {
        let request = request(command.kind(), command.encode(), expected_version)?;
        let key = key.unwrap_or_else(|| request.to_string());
        Ok(Self { key, request, expected_version, command })
    }
}

/// request = BLAKE3(RFC 8785 of {"data":…,"expected_version":…,"kind":…})
fn request(kind: &str, data: Value, expected_version: Option<u64>) -> Result<Hash, NotCanonical> {
    let mut submitted = json!({ "data": data, "kind": kind });
    if let Some(version) = expected_version {
        submitted["expected_version"] = version.into();
    }
    Ok(Hash::of(to_canonical(&submitted)?.as_bytes()))
}
