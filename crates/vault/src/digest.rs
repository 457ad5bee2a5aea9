//! BLAKE3-256 digests, by which everything here is named, and hex.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// A BLAKE3-256 digest; written and read as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// What was given is not 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a digest of 64 lower-case hex digits: {0:?}")]
pub struct NotADigest(pub String);

impl Digest {
    /// Digests these bytes: `BLAKE3-256(bytes)`, unkeyed.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The 32 bytes of the digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Digests two byte strings as if they were one: `BLAKE3-256(first ‖ second)`.
    pub(crate) fn of_joined(first: &[u8], second: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        Self(*hasher.update(first).update(second).finalize().as_bytes())
    }

    /// Digests whatever is left to read, in bounded memory; also how many bytes that was.
    pub(crate) fn of_reader(reader: impl Read) -> io::Result<(Self, u64)> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(reader)?;
        Ok((Self(*hasher.finalize().as_bytes()), hasher.count()))
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hex = String::with_capacity(64);
        push_hex(&mut hex, &self.0);
        f.pad(&hex)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let mut bytes = [0; 32];
        match read_hex(&mut bytes, text.as_bytes()) {
            Some(()) => Ok(Self(bytes)),
            None => Err(NotADigest(text.to_owned())),
        }
    }
}

/// Appends bytes as lower-case hex.
pub(crate) fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}

/// Fills bytes from exactly as many pairs of lower-case hex digits.
pub(crate) fn read_hex(bytes: &mut [u8], hex: &[u8]) -> Option<()> {
    if hex.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(())
}

fn digit(hex: u8) -> Option<u8> {
    match hex {
        b'0'..=b'9' => Some(hex - b'0'),
        b'a'..=b'f' => Some(hex - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fear: one digest is written in two ways, and two files pass for different ones.
    #[test]
    fn a_digest_is_written_in_one_way_only() {
        let digest = Digest::of(b"");
        // The digest of no bytes, as the paper on BLAKE3 and `b3sum` give it.
        let hex = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(digest.to_string(), hex);
        assert_eq!(hex.parse(), Ok(digest));
        let spaced = format!(" {hex}");
        let longer = format!("{hex}00");
        for wrong in ["", &hex[1..], &hex[2..], &hex.to_uppercase(), &spaced, &longer] {
            assert_eq!(wrong.parse::<Digest>(), Err(NotADigest(wrong.to_owned())));
        }
    }

    /// The fear: what is digested piece by piece has another digest than the whole.
    #[test]
    fn pieces_and_streams_have_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
        let whole = Digest::of(&bytes);
        assert_eq!(Digest::of_joined(&bytes[..32], &bytes[32..]), whole);
        assert_eq!(Digest::of_reader(bytes.as_slice()).unwrap(), (whole, 200_000));
    }
}
