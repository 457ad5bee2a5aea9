//! Canonical JSON: RFC 8785 narrowed to what a record may hold, written and checked.
//!
//! Names are `[a-z][a-z0-9_]*`; there are no `null`s and no floats; integers lie within
//! ±(2^53−1); strings hold no control characters but `\n`; values nest at most [`MAX_DEPTH`]
//! deep. Within that grammar RFC 8785 comes down to: no white space, names in byte order and
//! unique, integers in plain decimal, and of all escapes only `\"`, `\\` and `\n`.

use std::fmt::Write as _;

use serde_json::Value;

/// How many objects and arrays may be open at once, the outermost included.
pub const MAX_DEPTH: u32 = 32;

/// The largest integer, and the negative of the smallest: 2^53−1, exact in every JSON reader.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why a value has no canonical form, or why bytes are not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub struct NotCanonical {
    /// Where: a byte of the text checked, or of the text as it would have been written.
    pub offset: u64,
    /// What is wrong there.
    pub reason: Reason,
}

/// The ways in which JSON can fail to be canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// Not what JSON without white space may have here.
    #[error("a character that canonical JSON does not have here")]
    Syntax,
    /// The text ends in the middle of a value.
    #[error("the text ends too early")]
    Short,
    /// `null` stands nowhere in a record.
    #[error("null")]
    Null,
    /// A number with a fraction or an exponent.
    #[error("a number that is not an integer")]
    Float,
    /// A leading zero, or `-0`.
    #[error("an integer with a leading zero or as -0")]
    Zero,
    /// An integer outside ±(2^53−1).
    #[error("an integer outside ±(2^53−1)")]
    Range,
    /// A member's name is not `[a-z][a-z0-9_]*`.
    #[error("a member name that is not [a-z][a-z0-9_]*")]
    Name,
    /// A member's name is the same as the one before it, or should stand before it.
    #[error("a member name twice or out of order")]
    Order,
    /// A control character (U+0000–001F, U+007F–009F), raw or escaped; only `\n` is allowed.
    #[error("a control character")]
    Control,
    /// An escape other than `\"`, `\\` and `\n`.
    #[error("an escape that canonical JSON does not use")]
    Escape,
    /// More than [`MAX_DEPTH`] objects and arrays inside each other.
    #[error("nested more than 32 deep")]
    Depth,
}

/// Writes a value in canonical form.
///
/// # Errors
///
/// A value outside the grammar above has no canonical form.
pub fn to_canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::new();
    write_value(value, 0, &mut out)?;
    Ok(out)
}

/// Checks that bytes are the canonical form of a value, in one pass and without allocating.
///
/// # Errors
///
/// The first byte that no canonical text could have there.
pub fn check(bytes: &[u8]) -> Result<(), NotCanonical> {
    check_members(bytes, &mut |_| {})
}

/// A member of the outermost object, as it stands in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    pub name: &'a str,
    /// The text of the value, quotes and all.
    pub value: &'a str,
    /// Where the value begins in the text.
    pub offset: u64,
}

/// Does what [`check`] does and hands over the members of the outermost object as it passes
/// them, so that a record is taken apart in the same pass.
pub(crate) fn check_members<'a>(
    bytes: &'a [u8],
    on_member: &mut dyn FnMut(Member<'a>),
) -> Result<(), NotCanonical> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| NotCanonical { offset: e.valid_up_to() as u64, reason: Reason::Utf8 })?;
    let mut scan = Scan { text, at: 0 };
    match scan.peek() {
        Some(b'{') => scan.object(1, on_member)?,
        _ => scan.value(1)?,
    }
    if scan.at < bytes.len() { Err(scan.fault(Reason::Syntax)) } else { Ok(()) }
}

/// Whether a text is a member's name, `[a-z][a-z0-9_]*`.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn write_value(value: &Value, depth: u32, out: &mut String) -> Result<(), NotCanonical> {
    let fault = |out: &String, reason| NotCanonical { offset: out.len() as u64, reason };
    match value {
        Value::Null => return Err(fault(out, Reason::Null)),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => {
            let integer = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
            let integer = integer.ok_or_else(|| fault(out, Reason::Float))?;
            if integer.unsigned_abs() > u128::from(MAX_INTEGER) {
                return Err(fault(out, Reason::Range));
            }
            write!(out, "{integer}").expect("writing to a String does not fail");
        }
        Value::String(text) => write_string(text, out)?,
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => {
            return Err(fault(out, Reason::Depth));
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                write_value(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            // Sorted here: whether serde_json's map keeps its names in order depends on a
            // feature that any crate in the build may switch on.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (i, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                if !is_name(name) {
                    return Err(fault(out, Reason::Name));
                }
                write!(out, "\"{name}\":").expect("writing to a String does not fail");
                write_value(value, depth + 1, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_string(text: &str, out: &mut String) -> Result<(), NotCanonical> {
    let start = out.len();
    push_string(text, out);
    match out[start..].find(|c: char| c.is_control()) {
        Some(at) => Err(NotCanonical { offset: (start + at) as u64, reason: Reason::Control }),
        None => Ok(()),
    }
}

/// Writes a string; control characters that no canonical text may hold are left for [`check`].
pub(crate) fn push_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The bytes that stand for themselves in a string, whatever follows them.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = !matches!(byte as u8, 0..=0x1f | b'"' | b'\\' | 0x7f | 0xc2);
        byte += 1;
    }
    plain
};

/// A place in a text that is being checked.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, reason: Reason) -> NotCanonical {
        let reason = if self.at >= self.text.len() { Reason::Short } else { reason };
        NotCanonical { offset: self.at as u64, reason }
    }

    fn expect(&mut self, wanted: u8) -> Result<(), NotCanonical> {
        if self.peek() != Some(wanted) {
            return Err(self.fault(Reason::Syntax));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: u32) -> Result<(), NotCanonical> {
        match self.peek() {
            Some(b'{') => self.object(depth, &mut |_| {}),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.integer(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => Err(self.fault(Reason::Null)),
            _ => Err(self.fault(Reason::Syntax)),
        }
    }

    fn object(
        &mut self,
        depth: u32,
        on_member: &mut dyn FnMut(Member<'a>),
    ) -> Result<(), NotCanonical> {
        if depth > MAX_DEPTH {
            return Err(self.fault(Reason::Depth));
        }
        self.expect(b'{')?;
        let mut before = "";
        while self.peek() != Some(b'}') {
            if !before.is_empty() {
                self.expect(b',')?;
            }
            let start = self.at;
            let name = self.name()?;
            // Names are ASCII, so byte order is the UTF-16 order that RFC 8785 asks for.
            if name <= before {
                return Err(NotCanonical { offset: start as u64, reason: Reason::Order });
            }
            before = name;
            self.expect(b':')?;
            let start = self.at;
            self.value(depth + 1)?;
            let value = &self.text[start..self.at];
            on_member(Member { name, value, offset: start as u64 });
        }
        self.expect(b'}')
    }

    fn array(&mut self, depth: u32) -> Result<(), NotCanonical> {
        if depth > MAX_DEPTH {
            return Err(self.fault(Reason::Depth));
        }
        self.expect(b'[')?;
        let first = self.at;
        while self.peek() != Some(b']') {
            if self.at != first {
                self.expect(b',')?;
            }
            self.value(depth + 1)?;
        }
        self.expect(b']')
    }

    fn name(&mut self) -> Result<&'a str, NotCanonical> {
        self.expect(b'"')?;
        let start = self.at;
        while matches!(self.peek(), Some(b'a'..=b'z' | b'0'..=b'9' | b'_')) {
            self.at += 1;
        }
        let name = &self.text[start..self.at];
        if self.peek() != Some(b'"') {
            return Err(self.fault(Reason::Name));
        }
        if !is_name(name) {
            return Err(NotCanonical { offset: start as u64, reason: Reason::Name });
        }
        self.at += 1;
        Ok(name)
    }

    fn string(&mut self) -> Result<(), NotCanonical> {
        self.expect(b'"')?;
        let bytes = self.text.as_bytes();
        loop {
            while self.peek().is_some_and(|byte| PLAIN[usize::from(byte)]) {
                self.at += 1;
            }
            match (self.peek(), bytes.get(self.at + 1)) {
                (Some(b'"'), _) => break,
                (Some(b'\\'), Some(b'"' | b'\\' | b'n')) => self.at += 2,
                (Some(b'\\'), _) => return Err(self.fault(Reason::Escape)),
                // U+0080–009F are C2 80 – C2 9F in UTF-8.
                (Some(0..=0x1f | 0x7f), _) | (Some(0xc2), Some(0x80..=0x9f)) => {
                    return Err(self.fault(Reason::Control));
                }
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(self.fault(Reason::Short)),
            }
        }
        self.expect(b'"')
    }

    fn integer(&mut self) -> Result<(), NotCanonical> {
        let start = self.at;
        let fault = |reason| Err(NotCanonical { offset: start as u64, reason });
        self.at += usize::from(self.peek() == Some(b'-'));
        let digits = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return fault(Reason::Float);
        }
        match &self.text[digits..self.at] {
            "" => Err(self.fault(Reason::Syntax)),
            "0" if digits == start => Ok(()),
            text if text.starts_with('0') => fault(Reason::Zero),
            text if text.parse().is_ok_and(|n: u64| n <= MAX_INTEGER) => Ok(()),
            _ => fault(Reason::Range),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), NotCanonical> {
        word.bytes().try_for_each(|byte| self.expect(byte))
    }
}
