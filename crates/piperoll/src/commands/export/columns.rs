//! What each column means: its type and a sentence, for whoever reads the tables without us.

mod meanings;

use Kind::OneOf;
use meanings::{COMMON, OWN};

/// A column of a table that is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    /// Whether every cell holds something.
    pub presence: Presence,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// An id, a code, or several with a space between.
    Id,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A date, as precise as it is known: a year, a month or a day.
    Date,
    /// An instant, in UTC.
    Instant,
    /// A whole number.
    Count,
    /// One of the whole numbers between these.
    Between(u64, u64),
    /// A number with decimals.
    Decimal,
    /// True or false.
    Flag,
    /// 64 hex digits.
    Hash,
    /// A text that is JSON.
    Json,
}

/// Whether a cell may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Every cell holds something.
    Always,
    /// What is not known is empty.
    Maybe,
}

/// What a column of a table means: as it is said of the table, or else of all tables.
pub fn column(table: &str, name: &'static str) -> Column {
    let own = OWN.iter().filter(|(of, _)| *of == table).flat_map(|(_, entries)| *entries);
    let entry = own.chain(COMMON).find(|entry| entry.0 == name);
    let (name, kind, presence, meaning) =
        *entry.expect("every column is described: a test sees to it");
    Column { name, kind, presence, meaning }
}

type Entry = (&'static str, Kind, Presence, &'static str);

/// The form of a date, as precise as it is known.
pub const DATE: &str = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?";
/// The form of a hash.
pub const HASH: &str = "[0-9a-f]{64}";

const RATING: Kind = OneOf(&["Inadequate", "Requires improvement", "Good", "Outstanding"]);
const SCORE: Kind = Kind::Between(1, 4);
const PERCENT: Kind = Kind::Between(0, 100);
const LEVEL: Kind = OneOf(&["overall", "theme", "statement"]);
const BODY_KIND: Kind = OneOf(&["local_authority", "integrated_care_system"]);
const ASSESSMENT_KIND: Kind = OneOf(&["pilot", "baseline", "comprehensive", "focused"]);

const METHOD: Kind = OneOf(&["category", "statement", "none"]);
const STATUS: Kind = OneOf(&["awarded", "indicative", "unrated"]);
const MOVE: Kind = OneOf(&["made", "due", "waiting", "none"]);
const FATE: Kind = OneOf(&["current", "reissued", "superseded", "withdrawn"]);
const AIM: Kind = OneOf(&["not_begun", "on_the_way", "met", "met_late", "overdue"]);
const COMMENT: Kind = OneOf(&["a", "b", "c"]);
const SETTING: Kind = OneOf(&["on_site", "off_site", "both"]);
const ORIGIN: Kind = OneOf(&["held", "requested", "collected"]);
const PRECEPT: Kind = OneOf(&["full", "not_full"]);
const POPULATION: Kind = OneOf(&[
    "score_reviews",
    "panel_decisions",
    "accuracy_resolutions",
    "publications",
    "section_50_decisions",
    "erasures",
]);
const SAMPLE: Kind = OneOf(&["committed", "seeded", "drawn", "complete"]);
const FINDING: Kind = OneOf(&["agree", "adjacent", "anomaly"]);
const ANOMALY: Kind = OneOf(&[
    "not_supported",
    "evidence_overlooked",
    "evidence_unfit",
    "method_misapplied",
    "process_not_followed",
    "reasons_insufficient",
    "recorded_wrongly",
]);

#[cfg(test)]
mod tests {
    use super::*;
    use assessment::event::{
        AssessmentKind, CommentKind, EvidenceOrigin, EvidenceSetting, Precept,
    };
    use assessment::framework::{LevelKind, Method, OrganisationKind};
    use assessment::sample::{AnomalyClass, Finding, Population};
    use projections::{Fate, Publication, Status};
    use serde::de::DeserializeOwned;

    /// The words that a type is read from: it names them when it is given another.
    fn words<T: DeserializeOwned>() -> Vec<String> {
        let Err(error) = serde_json::from_str::<T>("\"?\"") else { return vec![] };
        let sentence = error.to_string();
        let (_, expected) = sentence.split_once("expected").unwrap();
        expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// A word that is not listed would make a sound export fail its own description.
    #[test]
    fn every_word_that_a_column_may_hold_is_listed() {
        for (kind, expected) in [
            (LEVEL, words::<LevelKind>()),
            (BODY_KIND, words::<OrganisationKind>()),
            (ASSESSMENT_KIND, words::<AssessmentKind>()),
            (METHOD, words::<Method>()),
            (STATUS, words::<Status>()),
            (MOVE, words::<Publication>()),
            (FATE, words::<Fate>()),
            (COMMENT, words::<CommentKind>()),
            (SETTING, words::<EvidenceSetting>()),
            (ORIGIN, words::<EvidenceOrigin>()),
            (PRECEPT, words::<Precept>()),
            (POPULATION, words::<Population>()),
            (FINDING, words::<Finding>()),
            (ANOMALY, words::<AnomalyClass>()),
        ] {
            assert!(!expected.is_empty());
            assert!(matches!(kind, OneOf(words) if words == expected), "{kind:?}: {expected:?}");
        }
    }
}
