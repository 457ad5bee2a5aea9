//! The data of events on the way from scores to a publication: panel, draft, accuracy check.

use super::words;
use crate::content::Content;
use crate::framework::{Passage, Process, Recipient};
use crate::scoring::Score;
use crate::text::SourceUrl;
use crate::{
    AssessmentId, CategoryId, CommentId, EvidenceId, FrameworkId, PanelId, PartialDate, PersonId,
    StatementId, ThemeId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Data of [`Event::ProcessRevised`](super::Event::ProcessRevised).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessRevised {
    /// The framework.
    pub framework: FrameworkId,
    /// From when on it applies, also to assessments that are open then.
    pub from: PartialDate,
    /// The whole process part; boxed, as it is far larger than most events.
    pub process: Box<Process>,
    /// BLAKE3 of its canonical JSON.
    pub process_digest: String,
    /// Why.
    pub reason: ProcessReason,
    /// When it was decided.
    pub revised_on: PartialDate,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Event::PanelConvened`](super::Event::PanelConvened).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelConvened {
    /// What it sits on.
    pub assessments: Vec<AssessmentId>,
    /// When.
    pub convened_on: PartialDate,
    /// Who sits on it.
    pub members: Vec<PanelMember>,
    /// The id that it got.
    pub panel: PanelId,
    /// Members who had scored one of the assessments by then, and so have no part in it.
    pub recused: Vec<Recusal>,
}

/// A member of a panel.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct PanelMember {
    /// Who.
    pub person: PersonId,
    /// From where.
    pub side: PanelSide,
}

/// A member who has no part in one assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recusal {
    /// The assessment.
    pub assessment: AssessmentId,
    /// Who scored it.
    pub person: PersonId,
}

/// Data of [`Event::PanelDecided`](super::Event::PanelDecided).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelDecided {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When.
    pub decided_on: PartialDate,
    /// The members who decided.
    pub members: Vec<PersonId>,
    /// The panel.
    pub panel: PanelId,
    /// The members who had no part, as they scored the assessment.
    pub recused: Vec<PersonId>,
    /// Every score, confirmed or adjusted.
    pub scores: Vec<PanelScore>,
}

/// A score as a panel leaves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelScore {
    /// The evidence category, where categories are scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// Why it was adjusted; nothing where it was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<AdjustmentReason>,
    /// What counts from then on.
    pub score: Score,
    /// The score that the panel found.
    pub scored: Score,
    /// The quality statement.
    pub statement: StatementId,
    /// Why it was adjusted, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Event::PanelConfirmed`](super::Event::PanelConfirmed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelConfirmed {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When.
    pub confirmed_on: PartialDate,
    /// The members who confirmed.
    pub members: Vec<PersonId>,
    /// The panel.
    pub panel: PanelId,
    /// The members who had no part, as they scored the assessment.
    pub recused: Vec<PersonId>,
    /// The scores that had changed since the panel's decision, as they stand now.
    pub scores: Vec<PanelScore>,
}

/// Data of [`Event::DraftWritten`](super::Event::DraftWritten).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftWritten {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The text.
    pub content: Content,
    /// Which part of the report it is.
    pub passage: Passage,
    /// Which version of this passage it is, from 1.
    pub version: u64,
    /// When it was written.
    pub written_on: PartialDate,
}

/// Data of [`Event::DraftShared`](super::Event::DraftShared).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftShared {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The last day on which comments are in time.
    pub due_on: PartialDate,
    /// Who got it.
    pub recipient: Recipient,
    /// The date of the email.
    pub shared_on: PartialDate,
}

/// Data of [`Event::DraftExtended`](super::Event::DraftExtended).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftExtended {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The last day on which comments are in time now.
    pub due_on: PartialDate,
    /// When that was decided.
    pub extended_on: PartialDate,
    /// Who granted it.
    pub granted_by: PersonId,
    /// The last day before.
    pub previous_due_on: PartialDate,
    /// Why.
    pub reason: ExtensionReason,
    /// Whose window it is.
    pub recipient: Recipient,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Event::DraftConfirmed`](super::Event::DraftConfirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftConfirmed {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When that was received.
    pub confirmed_on: PartialDate,
    /// Who has no (further) comments.
    pub recipient: Recipient,
}

/// Data of [`Event::CommentSubmitted`](super::Event::CommentSubmitted).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommentSubmitted {
    /// What it is about.
    pub about: CommentSubject,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The id that it got.
    pub comment: CommentId,
    /// The evidence that supports it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
    /// What it says.
    pub kind: CommentKind,
    /// It came after the last day.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub late: bool,
    /// When it was received, which counts.
    pub received_on: PartialDate,
    /// Who made it.
    pub recipient: Recipient,
    /// Its text.
    pub text: Content,
    /// It says that information is inaccurate, and brings no evidence.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub unsupported: bool,
}

/// What a comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CommentSubject {
    /// A page of the draft, from 1.
    Page(u32),
    /// A quality statement.
    Statement(StatementId),
    /// A theme.
    Theme(ThemeId),
}

/// Data of [`Event::CommentResolved`](super::Event::CommentResolved).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommentResolved {
    /// Who decided.
    pub by: PersonId,
    /// The comment.
    pub comment: CommentId,
    /// What was decided.
    pub outcome: CommentOutcome,
    /// Why.
    pub reason: ResolutionReason,
    /// When.
    pub resolved_on: PartialDate,
    /// Why, in words.
    pub text: Content,
}

/// Data of [`Event::CalendarAdded`](super::Event::CalendarAdded).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarAdded {
    /// The bank holidays of that year, beyond those that were known.
    pub days: Vec<PartialDate>,
    /// Where that is said.
    pub source: SourceUrl,
    /// The year, which is known as a whole from then on.
    pub year: i32,
}

words! {
    /// Where a panel's member comes from.
    PanelSide {
        /// From the regulator.
        Internal = "internal",
        /// From outside.
        External = "external",
    }
}

words! {
    /// Why a panel adjusts a score.
    AdjustmentReason {
        /// Others were scored otherwise on like evidence.
        Consistency = "consistency",
        /// The evidence supports another score.
        Evidence = "evidence",
        /// The method was not applied as written.
        Method = "method",
    }
}

words! {
    /// Why the process part of a framework changes.
    ProcessReason {
        /// A step that was temporary ends.
        TemporaryStepEnded = "temporary_step_ended",
        /// A temporary step begins.
        TemporaryStepBegun = "temporary_step_begun",
        /// The regulator's guidance changed.
        GuidanceChanged = "guidance_changed",
        /// Quality assurance found that it should.
        QualityAssurance = "quality_assurance",
    }
}

words! {
    /// Why more time is given for comments.
    ExtensionReason {
        /// Something that nobody could help.
        Exceptional = "exceptional",
        /// The draft did not reach them in time.
        SharedLate = "shared_late",
        /// A bank holiday was announced after the draft was shared.
        BankHoliday = "bank_holiday",
    }
}

words! {
    /// What a factual accuracy comment says.
    CommentKind {
        /// A typographical or numerical error.
        A = "a",
        /// Information that contributed to a judgement is inaccurate.
        B = "b",
        /// Information was left out.
        C = "c",
    }
}

words! {
    /// What becomes of a comment.
    CommentOutcome {
        /// The report is changed accordingly.
        Accepted = "accepted",
        /// It is changed in part.
        Partly = "partly",
        /// It stays.
        NotAccepted = "not_accepted",
    }
}

words! {
    /// Why a comment is resolved as it is.
    ResolutionReason {
        /// The draft was wrong.
        DraftWrong = "draft_wrong",
        /// The evidence supports the comment.
        EvidenceSupports = "evidence_supports",
        /// The evidence does not support the comment.
        EvidenceDoesNotSupport = "evidence_does_not_support",
        /// It is not about the position at the time of the assessment.
        AfterTheAssessment = "after_the_assessment",
        /// It is not about accuracy or completeness.
        OutOfScope = "out_of_scope",
        /// It came too late.
        Late = "late",
        /// It came without the evidence that it needs.
        Unsupported = "unsupported",
    }
}
