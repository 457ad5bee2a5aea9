//! References to content: what a record may hold of evidence and of free text.

use serde::de::{self, Deserialize, Deserializer};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

use crate::text::InvalidText;

/// A reference to content that lies sealed beside the ledger and can be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a content: {\"text\":…} or {\"file\":…}")]
#[schemars(extend("x-content" = true))]
pub struct Content {
    /// Salted BLAKE3 commitment to the clear bytes.
    pub commitment: Digest,
    /// Length of the clear bytes.
    pub length: u64,
    /// What the clear bytes are.
    pub media_type: MediaType,
    /// BLAKE3 of the sealed file, by which it is found.
    pub sealed: Digest,
}

/// A BLAKE3-256 hash, as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// What bytes are, such as `text/plain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MediaType(String);

impl Digest {
    /// The bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Digest {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let lower = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let hash = lower.then(|| blake3::Hash::from_hex(text).ok()).flatten();
        hash.map(|hash| Self(hash.into())).ok_or_else(|| InvalidText {
            text: text.to_owned(),
            expected: "a digest (64 lower-case hex digits)",
        })
    }
}

impl FromStr for MediaType {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let is_token = |part: &str| {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b);
            !part.is_empty() && part.bytes().all(allowed)
        };
        let parts = text.split_once('/');
        if text.len() <= 127 && parts.is_some_and(|(a, b)| is_token(a) && is_token(b)) {
            Ok(Self(text.to_owned()))
        } else {
            let expected = "a media type (text/plain, application/pdf)";
            Err(InvalidText { text: text.to_owned(), expected })
        }
    }
}

impl MediaType {
    /// The media type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(blake3::Hash::from(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Defines the schema of a text of a certain form.
macro_rules! text_schema {
    ($name:ident, $pattern:literal) => {
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

text_schema!(Digest, "^[0-9a-f]{64}$");
text_schema!(MediaType, "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_and_media_types_keep_to_their_form() {
        let hex = "0".repeat(60) + "9abc";
        assert_eq!(hex.parse::<Digest>().unwrap().to_string(), hex);
        for wrong in ["", "9abc", &"A".repeat(64), &"0".repeat(65)] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
        assert!("application/vnd.ms-excel".parse::<MediaType>().is_ok());
        for wrong in ["", "text", "text/", "a/b/c", "text/plain; charset=utf-8"] {
            assert!(wrong.parse::<MediaType>().is_err(), "{wrong}");
        }
    }
}
