//! One record: what its line must look like, and what stands in it.
//!
//! ```text
//! {"hash":"<64 hex>","record":{…}}
//! 0       9         73        84  len-1
//! hash = BLAKE3-256(line[84 .. len-1])
//! ```
//!
//! The hash covers the bytes as they stand in the line; nothing is serialised again to check it.
//! A record is read here and written in [`crate::batch`], which reads back all that it writes.

use std::ops::Range;

use crate::canonical::{self, MAX_INTEGER, Member};
use crate::fault::{Check, Fault};
use crate::grammar;
use crate::hash::Hash;

pub use crate::grammar::is_key;

/// The longest line without its newline, in bytes: it must fit a tlog entry bundle.
pub const MAX_LINE: usize = 65_535;

/// The stream and kind of record 0, and the format that it must name.
pub const OPENING_STREAM: &str = "ledger";
/// The kind of record 0.
pub const OPENING_KIND: &str = "ledger_opened";
/// The format that this crate reads and writes.
pub const FORMAT: u64 = 1;

pub(crate) const BEFORE_HASH: &[u8] = b"{\"hash\":\"";
pub(crate) const BEFORE_RECORD: &[u8] = b"\",\"record\":";
const HASH: Range<usize> = 9..73;
const RECORD: usize = 84;

/// A record, borrowed from its line, every member of the right form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The hash of the record, as its line gives it.
    pub hash: Hash,
    /// Who recorded it: a pseudonym such as `p-017`.
    pub actor: &'a str,
    /// The reading of a clock that ran backwards, when `recorded_at` had to be raised.
    pub clock: Option<&'a str>,
    /// The idempotency key of the command that it came of.
    pub command: &'a str,
    /// What it says: the canonical JSON text of an object.
    pub data: &'a str,
    /// What kind of thing happened; `data` has the shape of this kind and `schema`.
    pub kind: &'a str,
    /// When it happened in the world: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub occurred_on: &'a str,
    /// Which of the command's records this is, from 1.
    pub part: u64,
    /// How many records came of the command.
    pub parts: u64,
    /// Where it stands in the ledger, from 0.
    pub position: u64,
    /// The hash of the record before; [`Hash::ZERO`] at position 0.
    pub previous: Hash,
    /// When it was recorded: UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    pub recorded_at: &'a str,
    /// The hash of the command as it was submitted.
    pub request: Hash,
    /// 16 random bytes in hex, so that the hash of an unpublished record tells nothing.
    pub salt: &'a str,
    /// The version of this kind's `data`, from 1.
    pub schema: u64,
    /// The signature over the command; only a first part may carry one.
    pub signature: Option<&'a str>,
    /// What it is about.
    pub stream: &'a str,
    /// Which record of its stream it is, from 1.
    pub version: u64,
}

/// Reads a line without its newline, and checks all that can be checked on the line alone:
/// frame, hash (computed anew), canonical form, and the names and types of the members.
///
/// # Errors
///
/// The first check that fails, in that order.
pub fn parse(line: &[u8]) -> Result<Record<'_>, Fault> {
    let (hash, record) = unframe(line)?;
    let actual = Hash::of(record);
    if actual != hash {
        let why = format!("the line says {hash}, its record hashes to {actual}");
        return Err(Fault::new(Check::Hash, HASH.start as u64, why));
    }
    read_members(hash, record)
}

/// Reads a line as [`parse`] does but takes its hash on trust.
///
/// # Errors
///
/// The first check that fails.
pub fn parse_trusted(line: &[u8]) -> Result<Record<'_>, Fault> {
    let (hash, record) = unframe(line)?;
    read_members(hash, record)
}

/// The hash that a line claims and the bytes that it should be the hash of.
fn unframe(line: &[u8]) -> Result<(Hash, &[u8]), Fault> {
    let fault = |offset: usize, why: &str| Fault::new(Check::Line, offset as u64, why);
    if line.len() > MAX_LINE {
        return Err(fault(MAX_LINE, "longer than 65535 bytes"));
    }
    if line.len() <= RECORD {
        return Err(fault(line.len(), "too short to be a record"));
    }
    if !line.starts_with(BEFORE_HASH) || line[HASH.end..RECORD] != *BEFORE_RECORD {
        return Err(fault(0, "does not begin with {\"hash\":\"<64 hex>\",\"record\":"));
    }
    let Some(hash) = Hash::from_hex(&line[HASH]) else {
        return Err(fault(HASH.start, "the hash is not 64 lower-case hex digits"));
    };
    let (record, end) = line[RECORD..].split_at(line.len() - RECORD - 1);
    if end != b"}" {
        return Err(fault(line.len() - 1, "does not end with }"));
    }
    if let Err(e) = std::str::from_utf8(record) {
        return Err(fault(RECORD + e.valid_up_to(), "not UTF-8"));
    }
    Ok((hash, record))
}

fn read_members(hash: Hash, record: &[u8]) -> Result<Record<'_>, Fault> {
    let mut members = Members::default();
    canonical::check_members(record, &mut |member| members.take(member)).map_err(|e| {
        Fault::new(Check::Canonical, RECORD as u64 + e.offset, e.reason.to_string())
    })?;
    if let Some(member) = members.unknown {
        let why = format!("{:?} is no member of a record", member.name);
        return Err(Fault::new(Check::Members, RECORD as u64 + member.offset, why));
    }
    let record = Record {
        hash,
        actor: members.text(ACTOR, grammar::is_actor)?,
        clock: members.optional(CLOCK, grammar::is_instant)?,
        command: members.text(COMMAND, grammar::is_key)?,
        data: members.object(DATA)?,
        kind: members.text(KIND, canonical::is_name)?,
        occurred_on: members.text(OCCURRED_ON, grammar::is_date)?,
        part: members.count(PART, 1)?,
        parts: members.count(PARTS, 1)?,
        position: members.count(POSITION, 0)?,
        previous: members.hash(PREVIOUS)?,
        recorded_at: members.text(RECORDED_AT, grammar::is_instant)?,
        request: members.hash(REQUEST)?,
        salt: members.text(SALT, |text| grammar::is_hex(text, 32))?,
        schema: members.count(SCHEMA, 1)?,
        signature: members.optional(SIGNATURE, grammar::is_signature)?,
        stream: members.text(STREAM, grammar::is_stream)?,
        version: members.count(VERSION, 1)?,
    };
    Ok(record)
}

/// The members of `record` in the order in which its canonical form has them.
const NAMES: [&str; 17] = [
    "actor",
    "clock",
    "command",
    "data",
    "kind",
    "occurred_on",
    "part",
    "parts",
    "position",
    "previous",
    "recorded_at",
    "request",
    "salt",
    "schema",
    "signature",
    "stream",
    "version",
];
const ACTOR: usize = 0;
const CLOCK: usize = 1;
const COMMAND: usize = 2;
const DATA: usize = 3;
const KIND: usize = 4;
const OCCURRED_ON: usize = 5;
const PART: usize = 6;
const PARTS: usize = 7;
const POSITION: usize = 8;
const PREVIOUS: usize = 9;
const RECORDED_AT: usize = 10;
const REQUEST: usize = 11;
const SALT: usize = 12;
const SCHEMA: usize = 13;
const SIGNATURE: usize = 14;
const STREAM: usize = 15;
const VERSION: usize = 16;

/// The members of one record as they were met, each in the place of its name.
#[derive(Default)]
struct Members<'a> {
    met: [Option<Member<'a>>; NAMES.len()],
    /// The place after the last one filled: canonical names come in the order of [`NAMES`].
    next: usize,
    unknown: Option<Member<'a>>,
}

impl<'a> Members<'a> {
    fn take(&mut self, member: Member<'a>) {
        match NAMES[self.next..].iter().position(|name| *name == member.name) {
            Some(ahead) => {
                self.met[self.next + ahead] = Some(member);
                self.next += ahead + 1;
            }
            None => self.unknown = self.unknown.or(Some(member)),
        }
    }

    fn get(&self, index: usize) -> Result<Member<'a>, Fault> {
        self.met[index].ok_or_else(|| {
            let why = format!("there is no member {:?}", NAMES[index]);
            Fault::new(Check::Members, RECORD as u64, why)
        })
    }

    fn text(&self, index: usize, is_valid: impl Fn(&str) -> bool) -> Result<&'a str, Fault> {
        let member = self.get(index)?;
        // No grammar of a record's own members allows a character that would be escaped, so
        // what stands between the quotes is the string itself.
        let text = member.value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        text.filter(|text| is_valid(text)).ok_or_else(|| bad(member))
    }

    fn optional(
        &self,
        index: usize,
        is_valid: impl Fn(&str) -> bool,
    ) -> Result<Option<&'a str>, Fault> {
        self.met[index].map(|_| self.text(index, is_valid)).transpose()
    }

    fn hash(&self, index: usize) -> Result<Hash, Fault> {
        let text = self.text(index, |text| grammar::is_hex(text, 64))?;
        Ok(Hash::from_hex(text.as_bytes()).expect("64 hex digits, as was just checked"))
    }

    fn count(&self, index: usize, least: u64) -> Result<u64, Fault> {
        let member = self.get(index)?;
        let number = member.value.parse().ok();
        number.filter(|n| (least..=MAX_INTEGER).contains(n)).ok_or_else(|| bad(member))
    }

    fn object(&self, index: usize) -> Result<&'a str, Fault> {
        let member = self.get(index)?;
        if member.value.starts_with('{') { Ok(member.value) } else { Err(bad(member)) }
    }
}

fn bad(member: Member<'_>) -> Fault {
    // A long value is not repeated whole in a message.
    let value: String = member.value.chars().take(80).collect();
    let why = format!("{} is not of its type: {value}", member.name);
    Fault::new(Check::Members, RECORD as u64 + member.offset, why)
}
