//! What the rows of all projections have in common.

use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

/// What a reader must know of a row before relying on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Sources state different values, and it is open which is right.
    Conflict,
    /// What had been imported was corrected.
    Corrected,
    /// The published scores give another rating or overall score than was published.
    Disagreement,
    /// The body is invented.
    Fictional,
    /// The rating is indicative, of a pilot.
    Indicative,
    /// The ratings before and after come from different methods of scoring: a difference between
    /// them need not be a change.
    OtherMethod,
    /// The rating is known and its scores are not.
    Partial,
    /// A review of the rating process was asked for, and is not decided.
    ProcessReview,
    /// The move was taken back before it was published.
    Reverted,
    /// A later judgement waits for a comprehensive assessment.
    Waiting,
    /// The latest publication was withdrawn, so nothing is published.
    Withdrawn,
}

/// The flags of a row: shown sorted, with a space between.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Flags(BTreeSet<Flag>);

/// What a rating is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A formal rating.
    Awarded,
    /// The rating of a pilot, or under a framework whose ratings are indicative.
    Indicative,
    /// No rating has been awarded.
    Unrated,
}

impl Flag {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Corrected => "corrected",
            Self::Disagreement => "disagreement",
            Self::Fictional => "fictional",
            Self::Indicative => "indicative",
            Self::OtherMethod => "other_method",
            Self::Partial => "partial",
            Self::ProcessReview => "process_review",
            Self::Reverted => "reverted",
            Self::Waiting => "waiting",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Flags {
    /// These flags and another.
    pub fn with(mut self, flag: Flag, wanted: bool) -> Self {
        if wanted {
            self.0.insert(flag);
        }
        self
    }

    /// These flags but one.
    pub fn without(mut self, flag: Flag) -> Self {
        self.0.remove(&flag);
        self
    }

    /// Whether a flag is among them.
    pub fn contains(&self, flag: Flag) -> bool {
        self.0.contains(&flag)
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|flag| flag.as_str()).collect();
        f.pad(&names.join(" "))
    }
}

impl Status {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Awarded => "awarded",
            Self::Indicative => "indicative",
            Self::Unrated => "unrated",
        }
    }
}

/// Serialises as the words that stand in a column, not as a list.
pub(crate) fn in_words<S: Serializer>(flags: &Flags, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(flags)
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}
