//! What opens a sealed file and shows that it is what was committed to, and its file.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::digest::{push_hex, read_hex};

/// The key of one sealed file and the salt of its commitment; overwritten in memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    key: [u8; 32],
    salt: [u8; 32],
}

/// How many bytes a key file has.
pub(crate) const FILE_LENGTH: usize = BEFORE_KEY.len() + 64 + BETWEEN.len() + 64 + AFTER_SALT.len();

const BEFORE_KEY: &str = "{\"key\":\"";
const BETWEEN: &str = "\",\"salt\":\"";
const AFTER_SALT: &str = "\"}\n";

impl Secrets {
    /// Keeps a key and a salt, both random.
    pub const fn new(key: [u8; 32], salt: [u8; 32]) -> Self {
        Self { key, salt }
    }

    /// The salt, which whoever checks a commitment to text that was released must be given.
    pub const fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    pub(crate) const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The bytes of the key file: `{"key":"<64 hex>","salt":"<64 hex>"}` and a newline.
    pub(crate) fn encode(&self) -> Zeroizing<String> {
        // With all its room from the start, or growing would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(FILE_LENGTH));
        text.push_str(BEFORE_KEY);
        push_hex(&mut text, &self.key);
        text.push_str(BETWEEN);
        push_hex(&mut text, &self.salt);
        text.push_str(AFTER_SALT);
        text
    }

    /// Reads a key file; `None` for any byte that [`Self::encode`] would not have written.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(BEFORE_KEY.as_bytes())?;
        let (key, rest) = rest.split_at_checked(64)?;
        let rest = rest.strip_prefix(BETWEEN.as_bytes())?;
        let (salt, rest) = rest.split_at_checked(64)?;
        if rest != AFTER_SALT.as_bytes() {
            return None;
        }
        let mut secrets = Self::new([0; 32], [0; 32]);
        read_hex(&mut secrets.key, key)?;
        read_hex(&mut secrets.salt, salt)?;
        Some(secrets)
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.key.zeroize();
        self.salt.zeroize();
    }
}

/// Says that there are secrets, and never which.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new([0xab; 32], [0x01; 32])
    }

    /// The fear: a key is written so that nobody, not even this program, can read it again.
    #[test]
    fn a_key_file_is_one_line_and_reads_back() {
        let (key, salt) = ("ab".repeat(32), "01".repeat(32));
        let text = secrets().encode();
        assert_eq!(*text, format!("{{\"key\":\"{key}\",\"salt\":\"{salt}\"}}\n"));
        assert_eq!(text.len(), FILE_LENGTH);
        assert_eq!(Secrets::parse(text.as_bytes()), Some(secrets()));
    }

    /// The fear: a damaged key file is read as some other key.
    #[test]
    fn whatever_is_not_a_key_file_is_refused() {
        let text = secrets().encode();
        for end in 0..text.len() {
            assert_eq!(Secrets::parse(&text.as_bytes()[..end]), None, "cut at {end}");
        }
        for (at, bit) in (0..text.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let read = Secrets::parse(&bytes);
            // It may have become another digit; then it is another key, which opens nothing.
            assert!(read.is_none_or(|read| read != secrets()), "bit {bit} of byte {at}");
        }
        let upper = text.replace("abab", "ABAB");
        for wrong in [&upper, &format!("{}\n", *text), &text.replace(",", ", ")] {
            assert_eq!(Secrets::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(Secrets::parse(&[0; FILE_LENGTH]), None);
    }

    /// The fear: a key gets into a log.
    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(format!("{:?}", secrets()), "Secrets { .. }");
    }
}
