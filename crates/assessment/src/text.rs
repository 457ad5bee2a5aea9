//! The few texts that may stand in a record: names and addresses, never what a person said.

use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer};
use std::fmt;
use std::str::FromStr;

/// A name as somebody else writes it: one line, at most 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Name(String);

/// Where something is said, so that it can be found: one line, at most 300 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Citation(String);

/// The address of a source on the web.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct SourceUrl(String);

/// A public key of a ledger's checkpoints, as tools for signed notes write it: the ledger's origin,
/// `+`, eight hex digits, `+`, base64. Whether it is a key is for whoever checks signatures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct LedgerKey(String);

/// A seed as it was announced: one line of 8 to 500 characters, kept exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Seed(String);

/// A text that cannot be what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidText {
    /// What was given.
    pub text: String,
    /// What would have been right, in words.
    pub expected: &'static str,
}

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Name {
    /// The name of a system, which goes by its board's name without the words that all boards
    /// share; nothing if it has none of them.
    pub fn of_system(board: &Self) -> Option<Self> {
        let short = board.0.strip_prefix("NHS ").unwrap_or(&board.0);
        let short = short.strip_suffix(" Integrated Care Board").unwrap_or(short);
        (short != board.0).then(|| short.parse().ok()).flatten()
    }
}

impl SourceUrl {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let fits = !text.is_empty() && text.chars().count() <= 200 && text.trim() == text;
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            let expected = "a name (one line of 1 to 200 characters, no space around it)";
            Err(InvalidText { text: text.to_owned(), expected })
        }
    }
}

impl Citation {
    /// The citation as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Citation {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let fits = !text.is_empty() && text.chars().count() <= 300 && text.trim() == text;
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            let expected = "a citation (one line of 1 to 300 characters, no space around it)";
            Err(InvalidText { text: text.to_owned(), expected })
        }
    }
}

impl Seed {
    /// The seed as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is ASCII digits alone, so that there is one way to write it.
    pub fn is_digits(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether both are the same but for spaces, signs and capital letters: who knows the one
    /// knows the other.
    pub fn is_like(&self, other: &Self) -> bool {
        // Of what has no letters and digits, such as faces of dice, everything counts.
        let (own, others) = (core(&self.0), core(&other.0));
        if own.is_empty() { self == other } else { own == others }
    }

    /// Whether a text tells it, whatever stands around it or between.
    pub fn is_in(&self, text: &str) -> bool {
        let own = core(&self.0);
        if own.is_empty() { text.contains(&self.0) } else { core(text).contains(&own) }
    }
}

/// A text without what can be written in several ways: spaces, signs and capital letters.
fn core(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl FromStr for Seed {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let fits = (8..=500).contains(&text.chars().count()) && text.trim() == text;
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            let expected = "a seed (one line of 8 to 500 characters, no space around it)";
            Err(InvalidText { text: text.to_owned(), expected })
        }
    }
}

impl LedgerKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that it signs under.
    pub fn name(&self) -> &str {
        self.0.split_once('+').map_or(&self.0, |(name, _)| name)
    }
}

impl FromStr for LedgerKey {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let parts: Vec<&str> = text.splitn(3, '+').collect();
        let fits = match parts.as_slice() {
            [name, id, key] => {
                let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
                let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
                !name.is_empty()
                    && name.len() <= 300
                    && !name.chars().any(|c| c.is_whitespace() || c.is_control())
                    && id.len() == 8
                    && id.bytes().all(is_hex)
                    && key.len() == 44
                    && key.bytes().all(is_base64)
            }
            _ => false,
        };
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            let expected = "a verifier key (name+8 hex digits+base64 of 33 bytes)";
            Err(InvalidText { text: text.to_owned(), expected })
        }
    }
}

impl FromStr for SourceUrl {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let fits = rest.is_some_and(|rest| !rest.is_empty()) && text.len() <= 500;
        if fits && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            let expected = "a web address (http:// or https://, at most 500 characters, no space)";
            Err(InvalidText { text: text.to_owned(), expected })
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Citation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for LedgerKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for SourceUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_to_their_form() {
        assert!("King's Lynn & West Norfolk".parse::<Name>().is_ok());
        for wrong in ["", " York", "York\n", "a\u{85}b", &"x".repeat(201)] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong:?}");
        }
        let cited = "cqc.org.uk press release (22 May 2025), page 2";
        assert_eq!(cited.parse::<Citation>().unwrap().as_str(), cited);
        assert!("x".repeat(300).parse::<Citation>().is_ok());
        for wrong in ["", " a", "a ", "a\nb", &"x".repeat(301)] {
            assert!(wrong.parse::<Citation>().is_err(), "{wrong:?}");
        }
        for right in ["3 1 4 1 5 9 2 6", "0x9f86d081884c7d65"] {
            assert_eq!(right.parse::<Seed>().unwrap().as_str(), right);
        }
        let seed = |text: &str| text.parse::<Seed>().unwrap();
        assert!(seed("0x9F86 D081").is_like(&seed("0x9f86d081")));
        assert!(!seed("01234567").is_like(&seed("012345678")));
        assert!(
            seed("55556666").is_in("dice: 5555-6666, rolled") && seed("⚀⚁⚂⚃⚄⚅⚀⚁").is_in("⚀⚁⚂⚃⚄⚅⚀⚁")
        );
        assert!(!seed("55556666").is_in("dice: 5555, then 666"));
        assert!(seed("01234567") != seed("1234567 0"), "zeros are kept");
        for wrong in ["", "1234567", " 12345678", "12345678\n", "1234\t5678", &"9".repeat(501)] {
            assert!(wrong.parse::<Seed>().is_err(), "{wrong:?}");
        }
        let known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(known.parse::<LedgerKey>().unwrap().name(), "PeterNeumann");
        for wrong in ["", "a+b", &known[1..][11..], &known.to_uppercase(), &known[..60]] {
            assert!(wrong.parse::<LedgerKey>().is_err(), "{wrong:?}");
        }
        assert!("https://example.org/a?b=c".parse::<SourceUrl>().is_ok());
        for wrong in ["", "https://", "example.org", "javascript:alert(1)", "https://a b"] {
            assert!(wrong.parse::<SourceUrl>().is_err(), "{wrong:?}");
        }
    }
}
