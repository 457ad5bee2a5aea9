//! What can have happened: the facts that the ledger records.
//!
//! An event is the `data` of a record; its name in snake case is the record's `kind`. The shape of
//! a recorded kind never changes: a new shape is a new `schema`, and the old one is upcast here.

mod data;

pub use data::*;

use crate::PartialDate;

/// Why the `data` of a record cannot be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A kind or schema from a later version of this program.
    #[error("kind `{kind}` in schema {schema} is not known to this version")]
    Unknown {
        /// The record's kind.
        kind: String,
        /// The record's schema.
        schema: u64,
    },
    /// The data do not have the shape of their kind.
    #[error("the data of a `{kind}` do not have its shape: {source}")]
    Malformed {
        /// The record's kind.
        kind: &'static str,
        /// What is wrong with them.
        source: serde_json::Error,
    },
}

/// Defines [`Event`]: one variant a kind, named alike.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $kind:literal,)*) => {
        /// A fact, as recorded.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $variant($variant),)*
        }

        impl Event {
            /// Every kind that this program knows.
            pub const KINDS: &[&str] = &[$($kind),*];

            /// The record's `kind`.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }

            /// The record's `data`.
            pub fn encode(&self) -> serde_json::Value {
                let data = match self { $(Self::$variant(data) => serde_json::to_value(data),)* };
                data.expect("events hold only texts, integers, lists and objects of these")
            }

            /// Reads the `data` of a record, as JSON text, back; the inverse of [`Event::encode`].
            pub fn decode(kind: &str, schema: u64, data: &str) -> Result<Self, DecodeError> {
                match (kind, schema) {
                    $(($kind, 1) => serde_json::from_str(data)
                        .map(Self::$variant)
                        .map_err(|source| DecodeError::Malformed { kind: $kind, source }),)*
                    _ => Err(DecodeError::Unknown { kind: kind.to_owned(), schema }),
                }
            }
        }

        $(impl From<$variant> for Event {
            fn from(data: $variant) -> Self {
                Self::$variant(data)
            }
        })*
    };
}

events! {
    /// The ledger came into being; always and only at position 0.
    LedgerOpened = "ledger_opened",
    /// A framework came into use, recorded whole.
    FrameworkAdopted = "framework_adopted",
    /// A body that can be assessed became known.
    OrganisationRegistered = "organisation_registered",
    /// What is known of a body was corrected.
    OrganisationAmended = "organisation_amended",
    /// A body was merged into another.
    OrganisationSucceeded = "organisation_succeeded",
    /// An authority became part of a system's area.
    AreaMemberAdded = "area_member_added",
    /// An authority left a system's area.
    AreaMemberEnded = "area_member_ended",
    /// An assessment began.
    AssessmentOpened = "assessment_opened",
    /// A publication from before this ledger was taken in.
    PublicationImported = "publication_imported",
    /// What had been taken in of such a publication was corrected.
    ImportedPublicationReplaced = "imported_publication_replaced",
    /// A score was reviewed: given, changed or confirmed.
    ScoreReviewed = "score_reviewed",
}

impl Event {
    /// Version of the shape of this kind's data.
    pub fn schema(&self) -> u64 {
        1
    }

    /// The stream that it belongs to.
    pub fn stream(&self) -> String {
        match self {
            Self::LedgerOpened(_) => "ledger".to_owned(),
            Self::FrameworkAdopted(event) => format!("framework/{}", event.framework.id),
            Self::OrganisationRegistered(event) => format!("organisation/{}", event.code),
            Self::OrganisationAmended(event) => format!("organisation/{}", event.code),
            Self::OrganisationSucceeded(event) => format!("organisation/{}", event.code),
            Self::AreaMemberAdded(event) => format!("organisation/{}", event.system),
            Self::AreaMemberEnded(event) => format!("organisation/{}", event.system),
            Self::AssessmentOpened(event) => format!("assessment/{}", event.assessment),
            Self::PublicationImported(event) => format!("assessment/{}", event.assessment),
            Self::ImportedPublicationReplaced(event) => {
                format!("assessment/{}", event.import.assessment)
            }
            Self::ScoreReviewed(event) => format!("assessment/{}", event.assessment),
        }
    }

    /// When it happened in the world; nothing for what is known of the world at any date, and so
    /// is put down to the day of recording.
    pub fn occurred_on(&self) -> Option<PartialDate> {
        match self {
            Self::LedgerOpened(_)
            | Self::OrganisationRegistered(_)
            | Self::OrganisationAmended(_) => None,
            Self::FrameworkAdopted(event) => Some(event.adopted_on),
            Self::OrganisationSucceeded(event) => Some(event.on),
            Self::AreaMemberAdded(event) => Some(event.from),
            Self::AreaMemberEnded(event) => Some(event.to),
            Self::AssessmentOpened(event) => Some(event.opened_on),
            Self::PublicationImported(event) => Some(event.published_on()),
            Self::ImportedPublicationReplaced(event) => Some(event.import.published_on()),
            Self::ScoreReviewed(event) => Some(event.reviewed_on),
        }
    }

    /// Whether it says what the world is like rather than what happened in it, so that a question
    /// about an earlier day (`--effective`) still takes it into account: names, regions and the
    /// text of frameworks.
    pub fn is_reference(&self) -> bool {
        match self {
            Self::LedgerOpened(_)
            | Self::FrameworkAdopted(_)
            | Self::OrganisationRegistered(_)
            | Self::OrganisationAmended(_) => true,
            Self::OrganisationSucceeded(_)
            | Self::AreaMemberAdded(_)
            | Self::AreaMemberEnded(_)
            | Self::AssessmentOpened(_)
            | Self::PublicationImported(_)
            | Self::ImportedPublicationReplaced(_)
            | Self::ScoreReviewed(_) => false,
        }
    }
}
