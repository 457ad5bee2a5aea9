//! How well each name and rule is known, and where from.

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A name or a rule with how well it is known and where from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// How well it is known.
    pub basis: Basis,
    /// Where from: a key of [`Framework::sources`](super::Framework::sources).
    pub source: SourceKey,
    /// The name or rule itself.
    pub value: T,
}

/// How well something is known and where from, when it stands there by its place alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// How well it is known.
    pub basis: Basis,
    /// Where from: a key of [`Framework::sources`](super::Framework::sources).
    pub source: SourceKey,
}

/// How well a name or a rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The source says so.
    Stated,
    /// Worked out from what the source says or from published figures.
    Inferred,
    /// A default of ours that no source was found to confirm; the source says whence it was taken.
    Assumed,
}

/// Where something comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title, with what a reader needs to find it.
    pub title: String,
    /// Address, if it has one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A key of [`Framework::sources`](super::Framework::sources).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceKey(String);

/// A text that is not a source's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a source's key (a-z, 0-9 and _, a letter first)")]
pub struct InvalidSourceKey(pub String);

impl SourceKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SourceKey {
    type Error = InvalidSourceKey;

    /// Keys are names of JSON members, which in records are `[a-z][a-z0-9_]*`.
    fn try_from(text: String) -> Result<Self, InvalidSourceKey> {
        let valid = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if valid { Ok(Self(text)) } else { Err(InvalidSourceKey(text)) }
    }
}

impl From<SourceKey> for String {
    fn from(key: SourceKey) -> Self {
        key.0
    }
}

/// Reads what may be left out; a null, which records do not hold, is refused.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Reads the sources, and refuses a key that stands there twice instead of losing one of them.
pub(super) fn unique<'de, D>(deserializer: D) -> Result<BTreeMap<SourceKey, Source>, D::Error>
where
    D: Deserializer<'de>,
{
    struct Sources;
    impl<'de> Visitor<'de> for Sources {
        type Value = BTreeMap<SourceKey, Source>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a source for each key")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut sources = BTreeMap::new();
            while let Some(key) = map.next_key::<SourceKey>()? {
                if sources.contains_key(&key) {
                    return Err(de::Error::custom(format_args!("duplicate key `{}`", key.0)));
                }
                sources.insert(key, map.next_value()?);
            }
            Ok(sources)
        }
    }
    deserializer.deserialize_map(Sources)
}
