//! What holds between one record and the next.

use serde_json::Value;

use crate::fault::{Check, Fault};
use crate::grammar;
use crate::hash::Hash;
use crate::head::Head;
use crate::record::{FORMAT, OPENING_KIND, OPENING_STREAM, Record};

/// The end of a journal, as far as the next record depends on it.
///
/// It takes records in order and checks position, `previous`, time and parts; its size does not
/// grow with their number. Versions and idempotency keys need the whole ledger:
/// [`crate::verify()`] checks those.
#[derive(Debug, Clone)]
pub struct Chain {
    next: u64,
    /// `None`: not known, and so not checked on the next record.
    previous: Option<Hash>,
    /// Empty: not known, and no instant is smaller.
    recorded_at: String,
    command: Command,
}

#[derive(Debug, Clone)]
enum Command {
    /// The last command is whole; the next record begins one.
    Whole,
    /// The start lies somewhere inside a command, or after damage.
    Unknown,
    /// Some of the parts have been seen.
    Open(Box<Shared>),
}

/// What the parts of a command share, and how many have been seen.
#[derive(Debug, Clone)]
struct Shared {
    actor: String,
    clock: Option<String>,
    command: String,
    part: u64,
    parts: u64,
    recorded_at: String,
    request: Hash,
}

impl Chain {
    /// The chain before record 0.
    pub const fn start() -> Self {
        Self {
            next: 0,
            previous: Some(Hash::ZERO),
            recorded_at: String::new(),
            command: Command::Whole,
        }
    }

    /// A chain that goes on at a position, with nothing known of what stands before it.
    pub const fn resume(position: u64) -> Self {
        if position == 0 {
            return Self::start();
        }
        Self {
            next: position,
            previous: None,
            recorded_at: String::new(),
            command: Command::Unknown,
        }
    }

    /// The chain after this record, which ends its command.
    pub fn after(record: &Record<'_>) -> Self {
        Self {
            next: record.position + 1,
            previous: Some(record.hash),
            recorded_at: record.recorded_at.to_owned(),
            command: Command::Whole,
        }
    }

    /// The chain after the record of a head, which ends its command; its time is not known.
    pub const fn after_head(head: &Head) -> Self {
        Self {
            next: head.position.saturating_add(1),
            previous: Some(head.hash),
            recorded_at: String::new(),
            command: Command::Whole,
        }
    }

    /// The position that the next record must have.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Whether no command is open: all parts that the last one announced have been seen.
    pub const fn is_whole(&self) -> bool {
        !matches!(self.command, Command::Open(_))
    }

    /// The fault of a journal that ends here although a command is open.
    pub fn unfinished(&self) -> Option<Fault> {
        match &self.command {
            Command::Open(open) => Some(fault(
                Check::Parts,
                format!("command {} ends with part {} of {}", open.command, open.part, open.parts),
            )),
            Command::Whole | Command::Unknown => None,
        }
    }

    /// Takes the next record.
    ///
    /// # Errors
    ///
    /// The first fault between it and the records before; the chain then goes on after it.
    pub fn take(&mut self, record: &Record<'_>) -> Result<(), Fault> {
        let mut first = None;
        self.take_all(record, &mut |fault| first = first.take().or(Some(fault)));
        first.map_or(Ok(()), Err)
    }

    /// Takes the next record and reports every fault between it and the records before; the
    /// chain then goes on after it, wherever it stands.
    pub fn take_all(&mut self, record: &Record<'_>, report: &mut dyn FnMut(Fault)) {
        if record.position != self.next {
            let why = format!("position {} where {} was expected", record.position, self.next);
            report(fault(Check::Position, why));
        }
        if let Some(previous) = self.previous
            && record.previous != previous
        {
            let why = format!(
                "previous is {}, but the record before has the hash {previous}",
                record.previous
            );
            report(fault(Check::Previous, why));
        }
        if record.recorded_at < self.recorded_at.as_str() {
            let why = format!(
                "recorded at {}, before the {} of an earlier record",
                record.recorded_at, self.recorded_at
            );
            report(fault(Check::Time, why));
        }
        self.take_part(record, report);
        if self.next == 0
            && let Err(fault) = Opening::of(record)
        {
            report(fault);
        }
        self.next = record.position.saturating_add(1);
        self.previous = Some(record.hash);
        if record.recorded_at > self.recorded_at.as_str() {
            self.recorded_at.clear();
            self.recorded_at.push_str(record.recorded_at);
        }
    }

    /// Goes on at a position after something that could not be read.
    pub(crate) fn skip_to(&mut self, position: u64) {
        self.next = position;
        self.previous = None;
        self.command = Command::Unknown;
    }

    fn take_part(&mut self, record: &Record<'_>, report: &mut dyn FnMut(Fault)) {
        let Record { part, parts, .. } = *record;
        if part > parts {
            report(fault(Check::Parts, format!("part {part} of {parts}")));
        }
        if part > 1 && record.signature.is_some() {
            let why = format!("part {part} carries a signature, as only part 1 may");
            report(fault(Check::Parts, why));
        }
        match &mut self.command {
            Command::Open(open) if part == open.part + 1 && open.is_shared_by(record) => {
                open.part = part;
            }
            Command::Open(open) => {
                let why = format!(
                    "part {part} of {parts} of command {} where part {} of {} of command {} was \
                     expected, by the same actor, with the same request, recorded_at and clock",
                    record.command,
                    open.part + 1,
                    open.parts,
                    open.command
                );
                report(fault(Check::Parts, why));
                self.command = Command::Unknown;
            }
            Command::Whole if part != 1 => {
                let why = format!("part {part} of {parts} where a command begins");
                report(fault(Check::Parts, why));
                self.command = Command::Unknown;
            }
            Command::Whole | Command::Unknown => {}
        }
        match &self.command {
            Command::Open(open) if open.part < open.parts => {}
            Command::Whole | Command::Unknown if part < parts => {
                self.command = Command::Open(Box::new(Shared::of(record)));
            }
            _ => self.command = Command::Whole,
        }
    }
}

impl Shared {
    fn of(record: &Record<'_>) -> Self {
        Self {
            actor: record.actor.to_owned(),
            clock: record.clock.map(str::to_owned),
            command: record.command.to_owned(),
            part: record.part,
            parts: record.parts,
            recorded_at: record.recorded_at.to_owned(),
            request: record.request,
        }
    }

    fn is_shared_by(&self, record: &Record<'_>) -> bool {
        self.actor == record.actor
            && self.clock.as_deref() == record.clock
            && self.command == record.command
            && self.parts == record.parts
            && self.recorded_at == record.recorded_at
            && self.request == record.request
    }
}

/// What record 0 says of its ledger, and what `ledger.json` repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// When the ledger was created: UTC, 24 characters.
    pub created: String,
    /// The format that its bytes follow.
    pub format: u64,
    /// The name that it goes by among logs.
    pub origin: String,
}

impl Opening {
    /// What this record says, if it is one that opens a ledger.
    ///
    /// # Errors
    ///
    /// What keeps it from opening a ledger of this format.
    pub fn of(record: &Record<'_>) -> Result<Self, Fault> {
        if (record.stream, record.kind) != (OPENING_STREAM, OPENING_KIND) {
            let why = format!(
                "record 0 is {} in stream {}, not {OPENING_KIND} in stream {OPENING_STREAM}",
                record.kind, record.stream
            );
            return Err(fault(Check::Opening, why));
        }
        let opening = Self::read(record.data).map_err(|why| fault(Check::Opening, why))?;
        if opening.format != FORMAT {
            return Err(fault(Check::Opening, format!("format {}", opening.format)));
        }
        Ok(opening)
    }

    /// Reads the three members from a JSON object; other members may stand beside them.
    pub(crate) fn read(data: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(data).map_err(|e| e.to_string())?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let created = text("created").filter(|text| grammar::is_instant(text));
        let origin = text("origin").filter(|text| is_origin(text));
        Ok(Self {
            created: created.ok_or("created is not an instant")?,
            format: value.get("format").and_then(Value::as_u64).ok_or("format is no number")?,
            origin: origin.ok_or("origin is empty or has white space, + or a scheme in it")?,
        })
    }
}

/// Whether a name can be the origin of a log, as C2SP wants it: not empty, no white space, no `+`,
/// no scheme.
pub fn is_origin(text: &str) -> bool {
    let is_wrong = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !text.is_empty() && !text.contains(is_wrong) && !text.contains("://")
}

fn fault(check: Check, why: impl Into<String>) -> Fault {
    Fault::new(check, 0, why)
}
