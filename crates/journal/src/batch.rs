//! How records are made: commands encoded, hashed and chained, ready to be appended.

use std::ops::Range;

use crate::canonical::push_string;
use crate::chain::Chain;
use crate::fault::Fault;
use crate::hash::{Hash, to_hex};
use crate::head::Head;
use crate::record::{self, BEFORE_HASH, BEFORE_RECORD, Record};

/// One command with the records that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommand {
    /// Who records it.
    pub actor: String,
    /// The reading of a clock that ran backwards, when `recorded_at` had to be raised.
    pub clock: Option<String>,
    /// Its idempotency key.
    pub command: String,
    /// When it is recorded: UTC, 24 characters, not before the last record's.
    pub recorded_at: String,
    /// The hash of the command as it was submitted.
    pub request: Hash,
    /// The signature over the command.
    pub signature: Option<String>,
    /// What came of it: at least one record.
    pub records: Vec<NewRecord>,
}

/// One record to be, without what it shares with its command and what its place gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// The canonical JSON text of an object: see [`crate::canonical::to_canonical`].
    pub data: String,
    /// What kind of thing happened.
    pub kind: String,
    /// When it happened: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub occurred_on: String,
    /// 16 bytes that nobody can guess.
    pub salt: [u8; 16],
    /// The version of this kind's `data`, from 1.
    pub schema: u64,
    /// What it is about.
    pub stream: String,
    /// Which record of its stream it is, from 1.
    pub version: u64,
}

/// A command that cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Nothing came of it.
    #[error("a command without records")]
    Empty,
    /// One of its records would not verify.
    #[error("part {part}: {fault}")]
    Fault {
        /// Which record, from 1.
        part: u64,
        /// Why it would not.
        fault: Fault,
    },
    /// `data` is more than one JSON value.
    #[error("part {part}: data is not one JSON object")]
    Data {
        /// Which record, from 1.
        part: u64,
    },
}

/// A record of a batch: where it stands, and the hash that it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoded {
    /// Its position in the ledger.
    pub position: u64,
    /// Its hash.
    pub hash: Hash,
    /// Where its line begins in the batch, in bytes.
    pub start: u64,
}

/// Whole commands, encoded to stand after one head and nowhere else.
///
/// What is pushed has been read back with [`record::parse`] and [`Chain::take`]: a batch holds no
/// line that would not verify. Only the whole ledger could tell that versions go on and keys are
/// new, and only the record of the head (see [`Store::last`](crate::Store::last)) that the first
/// `recorded_at` is not too early; that is for whoever decides.
#[derive(Debug, Clone)]
pub struct Batch {
    after: Option<Head>,
    previous: Hash,
    chain: Chain,
    lines: Vec<u8>,
    records: Vec<Encoded>,
}

impl Batch {
    /// An empty batch to stand after this head.
    pub fn after(head: &Head) -> Self {
        Self { chain: Chain::after_head(head), ..Self::new(Some(*head), head.hash) }
    }

    /// An empty batch to begin a ledger.
    pub fn opening() -> Self {
        Self::new(None, Hash::ZERO)
    }

    fn new(after: Option<Head>, previous: Hash) -> Self {
        let chain = Chain::start();
        Self { after, previous, chain, lines: Vec::new(), records: Vec::new() }
    }

    /// Adds a command whole, and returns the positions that its records got.
    ///
    /// # Errors
    ///
    /// A command that would not verify; the batch is then as it was before.
    pub fn push(&mut self, command: &NewCommand) -> Result<Range<u64>, EncodeError> {
        if command.records.is_empty() {
            return Err(EncodeError::Empty);
        }
        let before = (self.lines.len(), self.records.len(), self.previous, self.chain.clone());
        let first = self.chain.next();
        for part in 1..=command.records.len() {
            if let Err(e) = self.push_part(command, part) {
                self.lines.truncate(before.0);
                self.records.truncate(before.1);
                (self.previous, self.chain) = (before.2, before.3);
                return Err(e);
            }
        }
        Ok(first..self.chain.next())
    }

    /// The head that the batch must stand after; `None` begins a ledger.
    pub const fn expected(&self) -> Option<&Head> {
        self.after.as_ref()
    }

    /// The lines, each with its newline.
    pub fn lines(&self) -> &[u8] {
        &self.lines
    }

    /// The records in order.
    pub fn records(&self) -> &[Encoded] {
        &self.records
    }

    /// Whether nothing was pushed.
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    fn push_part(&mut self, command: &NewCommand, part: usize) -> Result<(), EncodeError> {
        let start = self.lines.len();
        let new = &command.records[part - 1];
        let part = part as u64;
        encode(command, new, part, self.chain.next(), self.previous, &mut self.lines);
        // Read back, so that nothing is ever written that would not verify.
        let fault = |fault| EncodeError::Fault { part, fault };
        let line = &self.lines[start..self.lines.len() - 1];
        let record = record::parse(line).map_err(fault)?;
        if record.data != new.data {
            return Err(EncodeError::Data { part });
        }
        self.chain.take(&record).map_err(fault)?;
        self.previous = record.hash;
        let Record { position, hash, .. } = record;
        self.records.push(Encoded { position, hash, start: start as u64 });
        Ok(())
    }
}

/// Writes one line with its newline, in the order of the canonical form.
fn encode(
    command: &NewCommand,
    new: &NewRecord,
    part: u64,
    position: u64,
    previous: Hash,
    out: &mut Vec<u8>,
) {
    let mut record = String::with_capacity(512 + new.data.len());
    let mut member = |name: &str, value: Value<'_>| {
        record.push(if record.is_empty() { '{' } else { ',' });
        record.push('"');
        record.push_str(name);
        record.push_str("\":");
        match value {
            // Quotes and backslashes are escaped and anything else that does not belong is
            // found on reading back, so no text can pass for more than one member.
            Value::Text(text) => push_string(text, &mut record),
            Value::Number(number) => record.push_str(&number.to_string()),
            Value::Json(json) => record.push_str(json),
        }
    };
    member("actor", Value::Text(&command.actor));
    if let Some(clock) = &command.clock {
        member("clock", Value::Text(clock));
    }
    member("command", Value::Text(&command.command));
    member("data", Value::Json(&new.data));
    member("kind", Value::Text(&new.kind));
    member("occurred_on", Value::Text(&new.occurred_on));
    member("part", Value::Number(part));
    member("parts", Value::Number(command.records.len() as u64));
    member("position", Value::Number(position));
    member("previous", Value::Text(&previous.to_string()));
    member("recorded_at", Value::Text(&command.recorded_at));
    member("request", Value::Text(&command.request.to_string()));
    member("salt", Value::Text(&to_hex(&new.salt)));
    member("schema", Value::Number(new.schema));
    if let (1, Some(signature)) = (part, &command.signature) {
        member("signature", Value::Text(signature));
    }
    member("stream", Value::Text(&new.stream));
    member("version", Value::Number(new.version));
    record.push('}');

    // hash = BLAKE3-256(the bytes of the value of "record")
    out.extend_from_slice(BEFORE_HASH);
    out.extend_from_slice(Hash::of(record.as_bytes()).to_string().as_bytes());
    out.extend_from_slice(BEFORE_RECORD);
    out.extend_from_slice(record.as_bytes());
    out.extend_from_slice(b"}\n");
}

enum Value<'a> {
    Text(&'a str),
    Number(u64),
    Json(&'a str),
}
