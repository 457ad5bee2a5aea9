//! Names of things: short, readable, and checked once, where text becomes a value.

use arrayvec::ArrayString;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A text that is not an id of the kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    /// What was given.
    pub text: String,
    /// What would have been right, in words.
    pub expected: &'static str,
}

/// Defines an id: a copyable inline string whose form is checked when it is made.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $capacity:literal, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ArrayString<$capacity>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&[u8]) -> bool = $valid;
                match ArrayString::from(text) {
                    Ok(inline) if valid(text.as_bytes()) => Ok(Self(inline)),
                    _ => Err(InvalidId { text: text.to_owned(), expected: $expected }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $expected })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

id!(
    /// Code of an organisation: an ONS code such as `E06000014`.
    OrganisationCode, 16,
    "an organisation's code (3 to 16 capital letters and digits, a letter first)",
    is_code
);

id!(
    /// Id of an assessment: organisation, year, and a letter in order of recording
    /// (`E06000014-2025-a`).
    AssessmentId, 32,
    "an assessment's id (organisation, year and letters: E06000014-2025-a)",
    is_assessment_id
);

id!(
    /// Id of a publication: its assessment's id and `-p1`, `-p2` in order of recording.
    PublicationId, 40,
    "a publication's id (assessment and number: E06000014-2025-a-p1)",
    |text| is_numbered(text, b"-p", is_assessment_id)
);

id!(
    /// Id of a piece of evidence: the organisation that it was first entered for, and `-e1`,
    /// `-e2` in order of recording (`E06000014-e12`).
    EvidenceId, 24,
    "a piece of evidence's id (organisation and number: E06000014-e12)",
    |text| is_numbered(text, b"-e", is_code)
);

id!(
    /// Id of a request for evidence: the organisation that it was made for, and `-q1`, `-q2` in
    /// order of recording.
    RequestId, 24,
    "a request's id (organisation and number: E06000014-q3)",
    |text| is_numbered(text, b"-q", is_code)
);

id!(
    /// Id of a factual accuracy comment: its assessment's id and `-c1`, `-c2` in order of
    /// recording.
    CommentId, 40,
    "a comment's id (assessment and number: E06000014-2025-a-c4)",
    |text| is_numbered(text, b"-c", is_assessment_id)
);

id!(
    /// Id of a calibration panel: the year in which it was convened, and a letter in order of
    /// recording (`2026-a`).
    PanelId, 12, "a panel's id (year and letters: 2026-a)", is_year_and_letters
);

id!(
    /// Id of a report on all bodies together: the year in which it was published, and a letter in
    /// order of recording (`2026-a`).
    NationalId, 12, "a national report's id (year and letters: 2026-a)", is_year_and_letters
);

id!(
    /// Id of a sample of decisions: the year in which it was committed to, and a letter in order
    /// of recording (`2026-a`).
    SampleId, 12, "a sample's id (year and letters: 2026-a)", is_year_and_letters
);

id!(
    /// Id of a decision that can be drawn: the position of its record (`109`); of a panel's
    /// decision on one score, a dot and the score's number in the record, from 1 (`109.3`).
    ItemId, 24, "an item's id (a position, of a panel's score with its number: 109, 109.3)",
    is_item
);

id!(
    /// Id of a framework version, such as `la-2023`.
    FrameworkId, 32,
    "a framework's id (lower-case letters, digits and hyphens, a letter first)",
    is_slug
);

id!(
    /// Stable id of a theme within its framework.
    ThemeId, 64,
    "a theme's id (lower-case letters, digits and hyphens, a letter first)",
    is_slug
);

id!(
    /// Stable id of a quality statement, never its wording.
    StatementId, 64,
    "a quality statement's id (lower-case letters, digits and hyphens, a letter first)",
    is_slug
);

id!(
    /// Id of an evidence category.
    CategoryId, 32,
    "an evidence category's id (lower-case letters, digits and hyphens, a letter first)",
    is_slug
);

id!(
    /// A person: one pseudonym for life, never a name, never with a role in it.
    PersonId, 14,
    "a person's pseudonym (p- and 1 to 12 digits: p-017)",
    |text| (3..=14).contains(&text.len())
        && text.starts_with(b"p-")
        && text[2..].iter().all(u8::is_ascii_digit)
);

impl AssessmentId {
    /// The id of the `ordinal`-th (from 0) assessment of an organisation in a year.
    pub fn derive(organisation: OrganisationCode, year: i32, ordinal: usize) -> Self {
        format!("{organisation}-{year}-{}", letters(ordinal))
            .parse()
            .expect("a code of 16, a year of 4 and a few letters fit 32 bytes")
    }

    /// The organisation that was assessed.
    pub fn organisation(&self) -> OrganisationCode {
        let end = self.as_str().find('-').expect("the form of an assessment's id has hyphens");
        self.as_str()[..end].parse().expect("the form of an assessment's id starts with a code")
    }

    /// A key that sorts the assessments of one organisation: by year, then in order of recording.
    pub fn recording_order(&self) -> (i32, usize, &str) {
        let letters = self.as_str().rsplit('-').next().unwrap_or_default();
        (self.year(), letters.len(), letters)
    }

    /// The year in the id.
    pub fn year(&self) -> i32 {
        let mut parts = self.as_str().split('-').skip(1);
        let year = parts.next().expect("the form of an assessment's id has a year");
        year.parse().expect("the year of an assessment's id is digits")
    }
}

impl PublicationId {
    /// The assessment that it publishes.
    pub fn assessment(&self) -> AssessmentId {
        let end = self.as_str().rfind("-p").expect("the form of a publication's id has the mark");
        self.as_str()[..end].parse().expect("the form of a publication's id starts with its owner")
    }

    /// The organisation that it is about.
    pub fn organisation(&self) -> OrganisationCode {
        self.assessment().organisation()
    }

    /// The number, from 1, which it is sorted by.
    pub fn number(&self) -> u64 {
        let end = self.as_str().rfind("-p").expect("the form of a publication's id has the mark");
        self.as_str()[end + 2..].parse().expect("the form of a publication's id ends in a number")
    }

    /// The id of the `number`-th (from 1) publication of an assessment.
    pub fn derive(assessment: AssessmentId, number: u64) -> Self {
        format!("{assessment}-p{number}")
            .parse()
            .expect("an assessment's id and a number below 100,000 fit 40 bytes")
    }
}

/// Defines what the ids of things that are numbered within another thing have in common.
macro_rules! numbered {
    ($name:ident, $of:ident, $owner:ident, $mark:literal) => {
        impl $name {
            #[doc = concat!("The id of the `number`-th (from 1) of this ", stringify!($owner), ".")]
            pub fn derive($owner: $of, number: usize) -> Self {
                format!("{}{}{number}", $owner, $mark)
                    .parse()
                    .expect("the longest owner and a number below 100,000 fit")
            }

            #[doc = concat!("The ", stringify!($owner), " that it is numbered within.")]
            pub fn $owner(&self) -> $of {
                let end = self.as_str().rfind($mark).expect("its form has the mark");
                self.as_str()[..end].parse().expect("its form starts with its owner")
            }

            /// The number, from 1, which it is sorted by.
            pub fn number(&self) -> u32 {
                let end = self.as_str().rfind($mark).expect("its form has the mark");
                self.as_str()[end + $mark.len()..].parse().expect("its form ends with a number")
            }
        }
    };
}

numbered!(EvidenceId, OrganisationCode, organisation, "-e");
numbered!(RequestId, OrganisationCode, organisation, "-q");
numbered!(CommentId, AssessmentId, assessment, "-c");

/// Defines what the ids of things that are lettered within a year have in common.
macro_rules! lettered {
    ($name:ident) => {
        impl $name {
            /// The id of the `ordinal`-th (from 0) of a year.
            pub fn derive(year: i32, ordinal: usize) -> Self {
                format!("{year}-{}", letters(ordinal))
                    .parse()
                    .expect("a year and a few letters fit")
            }

            /// The year in the id.
            pub fn year(&self) -> i32 {
                self.as_str()[..4].parse().expect("its form starts with a year")
            }
        }
    };
}

lettered!(PanelId);
lettered!(NationalId);
lettered!(SampleId);

impl ItemId {
    /// The id of a record that is an item as a whole.
    pub fn record(position: u64) -> Self {
        position.to_string().parse().expect("a position is at most 20 digits")
    }

    /// The id of the `number`-th (from 1) score of a record.
    pub fn within(position: u64, number: u64) -> Self {
        format!("{position}.{number}").parse().expect("a record holds fewer than 10,000 scores")
    }

    /// The position of its record.
    pub fn position(&self) -> u64 {
        let position = self.as_str().split('.').next().unwrap_or_default();
        position.parse().expect("its form starts with a position")
    }
}

fn is_code(text: &[u8]) -> bool {
    (3..=16).contains(&text.len())
        && text[0].is_ascii_uppercase()
        && text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// An owner of the right form, a mark, and a number that counts from 1.
fn is_numbered(text: &[u8], mark: &[u8], is_owner: fn(&[u8]) -> bool) -> bool {
    let at = text.windows(mark.len()).rposition(|part| part == mark);
    at.is_some_and(|at| is_owner(&text[..at]) && is_counting_number(&text[at + mark.len()..]))
}

fn is_letters(text: &[u8]) -> bool {
    (1..=4).contains(&text.len()) && text.iter().all(u8::is_ascii_lowercase)
}

fn is_year_and_letters(text: &[u8]) -> bool {
    text.len() > 5
        && text[4] == b'-'
        && text[..4].iter().all(u8::is_ascii_digit)
        && is_letters(&text[5..])
}

fn is_slug(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_lowercase)
        && text.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

fn is_assessment_id(text: &[u8]) -> bool {
    let mut parts = text.split(|b| *b == b'-');
    let (Some(code), Some(year), Some(letters), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    is_code(code) && year.len() == 4 && year.iter().all(u8::is_ascii_digit) && is_letters(letters)
}

/// A position of at most 19 digits, and for a score in it a dot and its number: a record holds
/// fewer than 10,000 scores.
fn is_item(text: &[u8]) -> bool {
    let is_number = |text: &[u8]| text.iter().all(u8::is_ascii_digit) && !text.is_empty();
    let is_position =
        |text: &[u8]| is_number(text) && text.len() <= 19 && (text[0] != b'0' || text.len() == 1);
    match text.iter().position(|byte| *byte == b'.') {
        Some(dot) => {
            is_position(&text[..dot])
                && is_counting_number(&text[dot + 1..])
                && text.len() - dot <= 5
        }
        None => is_position(text),
    }
}

fn is_counting_number(text: &[u8]) -> bool {
    (1..=5).contains(&text.len()) && text[0] != b'0' && text.iter().all(u8::is_ascii_digit)
}

/// 0 is `a`, 25 is `z`, 26 is `aa`, 27 is `ab`: every string of letters once, shortest first.
fn letters(mut ordinal: usize) -> String {
    let mut reversed = Vec::new();
    loop {
        reversed.push(b"abcdefghijklmnopqrstuvwxyz"[ordinal % 26] as char);
        if ordinal < 26 {
            return reversed.iter().rev().collect();
        }
        ordinal = ordinal / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_to_their_form() {
        let code: OrganisationCode = "E06000014".parse().unwrap();
        let first = AssessmentId::derive(code, 2025, 0);
        assert_eq!(first.as_str(), "E06000014-2025-a");
        assert_eq!(first.organisation(), code);
        assert_eq!(first.year(), 2025);
        assert_eq!(PublicationId::derive(first, 2).as_str(), "E06000014-2025-a-p2");
        for wrong in ["", "e06000014", "E0", "E06000014-2025", "E 6000014", "E0600001400000000"] {
            assert!(wrong.parse::<OrganisationCode>().is_err(), "{wrong}");
        }
        for wrong in ["E06000014-2025-A", "E06000014-25-a", "E06000014-2025-", "E06000014-2025-a-b"]
        {
            assert!(wrong.parse::<AssessmentId>().is_err(), "{wrong}");
        }
        for wrong in ["E06000014-2025-a", "E06000014-2025-a-p0", "E06000014-2025-a-p", "-p1"] {
            assert!(wrong.parse::<PublicationId>().is_err(), "{wrong}");
        }
        let item = EvidenceId::derive(code, 12);
        assert_eq!(
            (item.as_str(), item.organisation(), item.number()),
            ("E06000014-e12", code, 12)
        );
        let comment = CommentId::derive(first, 3);
        assert_eq!((comment.as_str(), comment.assessment()), ("E06000014-2025-a-c3", first));
        assert_eq!(PanelId::derive(2026, 1).as_str(), "2026-b");
        for wrong in ["E06000014-e0", "E06000014-q1", "-e1", "E06000014-e", "E06000014-e1e2"] {
            assert!(wrong.parse::<EvidenceId>().is_err(), "{wrong}");
        }
        for wrong in ["2026", "2026-", "2026-1", "26-a", "2026-abcde"] {
            assert!(wrong.parse::<PanelId>().is_err(), "{wrong}");
        }
        let item = ItemId::within(109, 3);
        assert_eq!((item.as_str(), item.position()), ("109.3", 109));
        assert_eq!(ItemId::record(0).position(), 0);
        for wrong in ["", "09", "1.", ".1", "1.0", "1.2.3", "1.10000", "-1", "99999999999999999999"]
        {
            assert!(wrong.parse::<ItemId>().is_err(), "{wrong}");
        }
        for wrong in ["p-", "p-1a", "Jane", "p017", "assessor-1", "p-1234567890123"] {
            assert!(wrong.parse::<PersonId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn letters_count_on_after_z() {
        let some: Vec<String> = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(letters).into();
        assert_eq!(some, ["a", "b", "z", "aa", "ab", "az", "ba", "zz", "aaa"]);
    }
}
