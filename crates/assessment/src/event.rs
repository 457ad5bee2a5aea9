//! What can have happened: the facts that the ledger records.
//!
//! An event is the `data` of a record; its name in snake case is the record's `kind`. The shape of
//! a recorded kind never changes: a new shape is a new `schema`, and the old one is upcast here.

mod after;
mod data;
mod evidence;
mod keys;
mod national;
mod publication;
mod samples;
mod steps;

pub use after::*;
pub use data::*;
pub use evidence::*;
pub use keys::*;
pub use national::*;
pub use publication::*;
pub use samples::*;
pub use steps::*;

use crate::content::Content;
use crate::words::words;
use crate::{AssessmentId, OrganisationCode, PartialDate};

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

/// The newest schema of a kind: 1, unless another one is given.
macro_rules! newest {
    () => {
        1
    };
    ($schema:literal) => {
        $schema
    };
}

/// Defines [`Event`]: one variant a kind, named alike.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $kind:literal
        $(in schema $schema:literal, upcast from $($old:literal $older:ident),+)?;)*) => {
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

            /// Version of the shape of this kind's data.
            pub fn schema(&self) -> u64 {
                match self { $(Self::$variant(_) => newest!($($schema)?),)* }
            }

            /// The record's `data`.
            pub fn encode(&self) -> serde_json::Value {
                let data = match self { $(Self::$variant(data) => serde_json::to_value(data),)* };
                data.expect("events hold only texts, integers, lists and objects of these")
            }

            /// Reads the `data` of a record, as JSON text, back; the inverse of [`Event::encode`].
            pub fn decode(kind: &str, schema: u64, data: &str) -> Result<Self, DecodeError> {
                let malformed = |kind| move |source| DecodeError::Malformed { kind, source };
                match (kind, schema) {
                    $($($(($kind, $old) => serde_json::from_str::<$older>(data)
                        .map(|older| Self::$variant(older.into()))
                        .map_err(malformed($kind)),)+)?)*
                    $(($kind, newest!($($schema)?)) => serde_json::from_str(data)
                        .map(Self::$variant)
                        .map_err(malformed($kind)),)*
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
    LedgerOpened = "ledger_opened";
    /// A framework came into use, recorded whole.
    FrameworkAdopted = "framework_adopted" in schema 3,
        upcast from 1 FirstFrameworkAdopted, 2 SecondFrameworkAdopted;
    /// A body that can be assessed became known.
    OrganisationRegistered = "organisation_registered";
    /// What is known of a body was corrected.
    OrganisationAmended = "organisation_amended";
    /// A body was merged into another.
    OrganisationSucceeded = "organisation_succeeded";
    /// An authority became part of a system's area.
    AreaMemberAdded = "area_member_added";
    /// An authority left a system's area.
    AreaMemberEnded = "area_member_ended";
    /// An assessment began.
    AssessmentOpened = "assessment_opened";
    /// A publication from before this ledger was taken in.
    PublicationImported = "publication_imported";
    /// What had been taken in of such a publication was corrected.
    ImportedPublicationReplaced = "imported_publication_replaced";
    /// A score was reviewed: given, changed or confirmed.
    ScoreReviewed = "score_reviewed" in schema 2, upcast from 1 FirstScoreReviewed;
    /// What was planned for an assessment, or its team, became known or changed.
    AssessmentAmended = "assessment_amended";
    /// An assessment ended without a publication.
    AssessmentCancelled = "assessment_cancelled";
    /// Evidence was asked for.
    EvidenceRequested = "evidence_requested";
    /// Evidence arrived.
    EvidenceSubmitted = "evidence_submitted";
    /// A piece of evidence is about a further body.
    EvidenceAttributed = "evidence_attributed";
    /// An assessment uses a piece of evidence.
    EvidenceUsed = "evidence_used";
    /// A piece of evidence is not relied on any more.
    EvidenceWithdrawn = "evidence_withdrawn";
    /// The content of a piece of evidence was erased: its key is destroyed.
    EvidenceErased = "evidence_erased";
    /// The process part of a framework changed from a date on.
    ProcessRevised = "process_revised";
    /// A calibration panel was convened.
    PanelConvened = "panel_convened";
    /// A panel decided on the scores of an assessment.
    PanelDecided = "panel_decided";
    /// A panel confirmed scores that had changed since its decision.
    PanelConfirmed = "panel_confirmed";
    /// A passage of a draft report was written.
    DraftWritten = "draft_written";
    /// A draft report was shared for the factual accuracy check.
    DraftShared = "draft_shared";
    /// A recipient got more time for comments.
    DraftExtended = "draft_extended";
    /// A recipient has no (further) comments.
    DraftConfirmed = "draft_confirmed";
    /// A factual accuracy comment arrived.
    CommentSubmitted = "comment_submitted";
    /// It was decided what becomes of a comment.
    CommentResolved = "comment_resolved";
    /// The bank holidays of a year became known.
    CalendarAdded = "calendar_added";
    /// A report was published.
    PublicationMade = "publication_made";
    /// A publication was taken back.
    PublicationWithdrawn = "publication_withdrawn";
    /// A report took the place of another.
    PublicationReissued = "publication_reissued";
    /// A letter of a section 50 notification was sent.
    Section50Notified = "section_50_notified";
    /// A review of the rating process was asked for.
    ProcessReviewRequested = "process_review_requested";
    /// It was decided whether the rating process was followed.
    ProcessReviewDecided = "process_review_decided";
    /// Financial facts of a year became known.
    FinanceRecorded = "finance_recorded";
    /// Two sources were found to state different values.
    ConflictRecorded = "conflict_recorded";
    /// An erroneous record was made void.
    RecordStruckOut = "record_struck_out";
    /// A report on all bodies together was published.
    NationalReportPublished = "national_report_published";
    /// The public key became known that the ledger's checkpoints are signed with.
    LedgerKeyRecorded = "ledger_key_recorded";
    /// Another key took its place.
    LedgerKeyRotated = "ledger_key_rotated";
    /// It was settled what is sampled, before anybody could know what would be drawn.
    SampleCommitted = "sample_committed";
    /// The seed of a sample became known.
    SampleSeeded = "sample_seeded";
    /// The sample was drawn.
    SampleDrawn = "sample_drawn";
    /// A second reader scored an item of a sample without knowing its score.
    SampleItemScored = "sample_item_scored";
    /// It was found whether an item of a sample is right.
    SampleItemJudged = "sample_item_judged";
}

impl Event {
    /// The stream that it belongs to.
    pub fn stream(&self) -> String {
        match self {
            Self::LedgerOpened(_) => "ledger".to_owned(),
            Self::FrameworkAdopted(event) => format!("framework/{}", event.framework.id),
            Self::ProcessRevised(event) => format!("framework/{}", event.framework),
            Self::PanelConvened(event) => format!("panel/{}", event.panel),
            Self::CalendarAdded(_) => "calendar/england".to_owned(),
            Self::NationalReportPublished(event) => format!("national/{}", event.national),
            Self::LedgerKeyRecorded(_) | Self::LedgerKeyRotated(_) => "key/ledger".to_owned(),
            Self::SampleCommitted(event) => format!("sample/{}", event.sample),
            Self::SampleSeeded(event) => format!("sample/{}", event.sample),
            Self::SampleDrawn(event) => format!("sample/{}", event.sample),
            Self::SampleItemScored(event) => format!("sample/{}", event.sample),
            Self::SampleItemJudged(event) => format!("sample/{}", event.sample),
            _ => match (self.assessment(), self.organisation()) {
                (Some(assessment), _) => format!("assessment/{assessment}"),
                (None, Some(organisation)) => format!("organisation/{organisation}"),
                (None, None) => unreachable!("every other event is about an organisation"),
            },
        }
    }

    /// The organisation that it is about; none for what every decision may need: frameworks with
    /// their processes, panels, the calendar, and samples.
    pub fn organisation(&self) -> Option<OrganisationCode> {
        match self {
            Self::OrganisationRegistered(event) => Some(event.code),
            Self::OrganisationAmended(event) => Some(event.code),
            Self::OrganisationSucceeded(event) => Some(event.code),
            Self::AreaMemberAdded(event) => Some(event.system),
            Self::AreaMemberEnded(event) => Some(event.system),
            Self::EvidenceRequested(event) => Some(event.organisation),
            Self::EvidenceSubmitted(event) => Some(event.evidence.organisation()),
            Self::EvidenceAttributed(event) => Some(event.organisation),
            Self::EvidenceWithdrawn(event) => Some(event.evidence.organisation()),
            Self::EvidenceErased(event) => Some(event.evidence.organisation()),
            Self::FinanceRecorded(event) => Some(event.organisation),
            Self::RecordStruckOut(event) => Some(event.organisation),
            _ => self.assessment().map(|assessment| assessment.organisation()),
        }
    }

    /// The assessment that it is about, if it is about one.
    pub fn assessment(&self) -> Option<AssessmentId> {
        match self {
            Self::AssessmentOpened(event) => Some(event.assessment),
            Self::PublicationImported(event) => Some(event.assessment),
            Self::ImportedPublicationReplaced(event) => Some(event.import.assessment),
            Self::ScoreReviewed(event) => Some(event.assessment),
            Self::AssessmentAmended(event) => Some(event.assessment),
            Self::AssessmentCancelled(event) => Some(event.assessment),
            Self::EvidenceUsed(event) => Some(event.assessment),
            Self::PanelDecided(event) => Some(event.assessment),
            Self::PanelConfirmed(event) => Some(event.assessment),
            Self::DraftWritten(event) => Some(event.assessment),
            Self::DraftShared(event) => Some(event.assessment),
            Self::DraftExtended(event) => Some(event.assessment),
            Self::DraftConfirmed(event) => Some(event.assessment),
            Self::CommentSubmitted(event) => Some(event.assessment),
            Self::CommentResolved(event) => Some(event.comment.assessment()),
            Self::PublicationMade(event) => Some(event.assessment),
            Self::PublicationWithdrawn(event) => Some(event.publication.assessment()),
            Self::PublicationReissued(event) => Some(event.made.assessment),
            Self::Section50Notified(event) => Some(event.assessment),
            Self::ProcessReviewRequested(event) => Some(event.publication.assessment()),
            Self::ProcessReviewDecided(event) => Some(event.publication.assessment()),
            Self::ConflictRecorded(event) => Some(event.assessment),
            Self::RecordStruckOut(event) => event.assessment,
            _ => None,
        }
    }

    /// The contents that it refers to, which lie sealed beside the ledger.
    pub fn contents(&self) -> Vec<&Content> {
        match self {
            Self::FrameworkAdopted(event) => event.text.iter().collect(),
            Self::ScoreReviewed(event) => event.text.iter().collect(),
            Self::AssessmentCancelled(event) => event.text.iter().collect(),
            Self::EvidenceRequested(event) => vec![&event.what],
            Self::EvidenceSubmitted(event) => vec![&event.content],
            Self::EvidenceWithdrawn(event) => event.text.iter().collect(),
            Self::ProcessRevised(event) => event.text.iter().collect(),
            Self::PanelDecided(event) => texts(&event.scores),
            Self::PanelConfirmed(event) => texts(&event.scores),
            Self::DraftWritten(event) => vec![&event.content],
            Self::DraftExtended(event) => event.text.iter().collect(),
            Self::CommentSubmitted(event) => vec![&event.text],
            Self::CommentResolved(event) => vec![&event.text],
            Self::PublicationWithdrawn(event) => event.text.iter().collect(),
            Self::PublicationReissued(event) => event.text.iter().collect(),
            Self::ProcessReviewRequested(event) => vec![&event.text],
            Self::ProcessReviewDecided(event) => vec![&event.text],
            Self::RecordStruckOut(event) => event.text.iter().collect(),
            Self::NationalReportPublished(event) => event.text.iter().collect(),
            Self::SampleItemJudged(event) => event.text.iter().collect(),
            Self::LedgerOpened(_)
            | Self::OrganisationRegistered(_)
            | Self::OrganisationAmended(_)
            | Self::OrganisationSucceeded(_)
            | Self::AreaMemberAdded(_)
            | Self::AreaMemberEnded(_)
            | Self::AssessmentOpened(_)
            | Self::PublicationImported(_)
            | Self::ImportedPublicationReplaced(_)
            | Self::AssessmentAmended(_)
            | Self::EvidenceAttributed(_)
            | Self::EvidenceUsed(_)
            | Self::EvidenceErased(_)
            | Self::PanelConvened(_)
            | Self::DraftShared(_)
            | Self::DraftConfirmed(_)
            | Self::CalendarAdded(_)
            | Self::PublicationMade(_)
            | Self::Section50Notified(_)
            | Self::FinanceRecorded(_)
            | Self::ConflictRecorded(_)
            | Self::LedgerKeyRecorded(_)
            | Self::LedgerKeyRotated(_)
            | Self::SampleCommitted(_)
            | Self::SampleSeeded(_)
            | Self::SampleDrawn(_)
            | Self::SampleItemScored(_) => vec![],
        }
    }

    /// When it happened in the world; nothing for what is known of the world at any date, and so
    /// is put down to the day of recording.
    pub fn occurred_on(&self) -> Option<PartialDate> {
        match self {
            Self::LedgerOpened(_)
            | Self::OrganisationRegistered(_)
            | Self::OrganisationAmended(_)
            | Self::AssessmentAmended(_)
            | Self::CalendarAdded(_)
            | Self::FinanceRecorded(_)
            | Self::LedgerKeyRecorded(_)
            | Self::LedgerKeyRotated(_) => None,
            Self::FrameworkAdopted(event) => Some(event.adopted_on),
            Self::OrganisationSucceeded(event) => Some(event.on),
            Self::AreaMemberAdded(event) => Some(event.from),
            Self::AreaMemberEnded(event) => Some(event.to),
            Self::AssessmentOpened(event) => Some(event.opened_on),
            Self::PublicationImported(event) => Some(event.published_on()),
            Self::ImportedPublicationReplaced(event) => Some(event.import.published_on()),
            Self::ScoreReviewed(event) => Some(event.reviewed_on),
            Self::AssessmentCancelled(event) => Some(event.cancelled_on),
            Self::EvidenceRequested(event) => Some(event.requested_on),
            Self::EvidenceSubmitted(event) => Some(event.received_on),
            Self::EvidenceAttributed(event) => Some(event.received_on),
            Self::EvidenceUsed(event) => Some(event.used_on),
            Self::EvidenceWithdrawn(event) => Some(event.withdrawn_on),
            Self::EvidenceErased(event) => Some(event.erased_on),
            Self::ProcessRevised(event) => Some(event.revised_on),
            Self::PanelConvened(event) => Some(event.convened_on),
            Self::PanelDecided(event) => Some(event.decided_on),
            Self::PanelConfirmed(event) => Some(event.confirmed_on),
            Self::DraftWritten(event) => Some(event.written_on),
            Self::DraftShared(event) => Some(event.shared_on),
            Self::DraftExtended(event) => Some(event.extended_on),
            Self::DraftConfirmed(event) => Some(event.confirmed_on),
            Self::CommentSubmitted(event) => Some(event.received_on),
            Self::CommentResolved(event) => Some(event.resolved_on),
            Self::PublicationMade(event) => Some(event.published_on),
            Self::PublicationWithdrawn(event) => Some(event.withdrawn_on),
            Self::PublicationReissued(event) => Some(event.made.published_on),
            Self::Section50Notified(event) => Some(event.sent_on),
            Self::ProcessReviewRequested(event) => Some(event.received_on),
            Self::ProcessReviewDecided(event) => Some(event.decided_on),
            Self::ConflictRecorded(event) => Some(event.noted_on),
            Self::RecordStruckOut(event) => Some(event.struck_on),
            Self::NationalReportPublished(event) => Some(event.published_on),
            Self::SampleCommitted(event) => Some(event.committed_on),
            Self::SampleSeeded(event) => Some(event.announced_on),
            Self::SampleDrawn(event) => Some(event.drawn_on),
            Self::SampleItemScored(event) => Some(event.scored_on),
            Self::SampleItemJudged(event) => Some(event.judged_on),
        }
    }

    /// Whether it says what the world is like rather than what happened in it, so that a question
    /// about an earlier day (`--effective`) still takes it into account: names, regions, the text
    /// of frameworks, and that a record was never true.
    pub fn is_reference(&self) -> bool {
        matches!(
            self,
            Self::LedgerOpened(_)
                | Self::FrameworkAdopted(_)
                | Self::OrganisationRegistered(_)
                | Self::OrganisationAmended(_)
                | Self::CalendarAdded(_)
                | Self::RecordStruckOut(_)
                | Self::LedgerKeyRecorded(_)
                | Self::LedgerKeyRotated(_)
        )
    }
}

fn texts(scores: &[PanelScore]) -> Vec<&Content> {
    scores.iter().filter_map(|score| score.text.as_ref()).collect()
}

fn is_false(value: &bool) -> bool {
    !value
}
