//! The data of commands on the way from scores to a publication.

use crate::content::Content;
use crate::event::{
    AdjustmentReason, CommentKind, CommentOutcome, CommentSubject, ExtensionReason, PanelMember,
    ProcessReason, ResolutionReason,
};
use crate::framework::{Process, Recipient, ReportSection};
use crate::scoring::Score;
use crate::text::SourceUrl;
use crate::{
    AssessmentId, CategoryId, CommentId, EvidenceId, FrameworkId, PanelId, PartialDate, PersonId,
    StatementId, ThemeId,
};
use serde::{Deserialize, Serialize};

/// Data of [`Command::ReviseProcess`](super::Command::ReviseProcess).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviseProcess {
    /// The framework.
    pub framework: FrameworkId,
    /// From when on it applies, also to assessments that are open then.
    pub from: PartialDate,
    /// The whole process part.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub process: Box<Process>,
    /// Why.
    pub reason: ProcessReason,
    /// When it was decided.
    pub revised_on: PartialDate,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Command::ConvenePanel`](super::Command::ConvenePanel).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvenePanel {
    /// What it sits on.
    pub assessments: Vec<AssessmentId>,
    /// When.
    pub convened_on: PartialDate,
    /// Who sits on it.
    pub members: Vec<PanelMember>,
}

/// Data of [`Command::DecidePanel`](super::Command::DecidePanel).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecidePanel {
    /// What the panel changes; every other score it confirms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// The assessment.
    pub assessment: AssessmentId,
    /// When.
    pub decided_on: PartialDate,
    /// The members who decided; if absent, all who may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<PersonId>,
    /// The panel.
    pub panel: PanelId,
}

/// Data of [`Command::ConfirmPanel`](super::Command::ConfirmPanel).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPanel {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When.
    pub confirmed_on: PartialDate,
    /// The members who confirm; if absent, all who may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<PersonId>,
    /// The panel.
    pub panel: PanelId,
}

/// Data of [`Command::WriteDraft`](super::Command::WriteDraft).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteDraft {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The text.
    pub content: Content,
    /// The section of the report.
    pub section: ReportSection,
    /// The quality statement that the findings are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementId>,
    /// The theme that the findings are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<ThemeId>,
    /// When it was written.
    pub written_on: PartialDate,
}

/// Data of [`Command::ShareDraft`](super::Command::ShareDraft).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareDraft {
    /// The assessment.
    pub assessment: AssessmentId,
    /// Who gets it; if absent, everybody whom the framework names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Recipient>,
    /// The date of the email.
    pub shared_on: PartialDate,
}

/// Data of [`Command::ExtendDraft`](super::Command::ExtendDraft).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendDraft {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The last day on which comments are in time then.
    pub due_on: PartialDate,
    /// When that was decided.
    pub extended_on: PartialDate,
    /// Who granted it.
    pub granted_by: PersonId,
    /// Why.
    pub reason: ExtensionReason,
    /// Whose window it is.
    pub recipient: Recipient,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Command::ConfirmDraft`](super::Command::ConfirmDraft).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmDraft {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When that was received.
    pub confirmed_on: PartialDate,
    /// Who has no (further) comments.
    pub recipient: Recipient,
}

/// Data of [`Command::SubmitComment`](super::Command::SubmitComment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitComment {
    /// What it is about.
    pub about: CommentSubject,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The evidence that supports it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
    /// What it says.
    pub kind: CommentKind,
    /// When it was received, which counts.
    pub received_on: PartialDate,
    /// Who made it.
    pub recipient: Recipient,
    /// Its text.
    pub text: Content,
}

/// Data of [`Command::ResolveComment`](super::Command::ResolveComment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveComment {
    /// Who decided; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
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

/// Data of [`Command::AddCalendar`](super::Command::AddCalendar).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCalendar {
    /// The bank holidays of that year.
    pub days: Vec<PartialDate>,
    /// Where that is said.
    pub source: SourceUrl,
    /// The year.
    pub year: i32,
}

/// Data of [`Command::MakePublication`](super::Command::MakePublication).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakePublication {
    /// The assessment.
    pub assessment: AssessmentId,
    /// Who releases it; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// When.
    pub published_on: PartialDate,
}

/// A score that a panel changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// The evidence category, where categories are scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// Why.
    pub reason: AdjustmentReason,
    /// What counts from then on.
    pub score: Score,
    /// The quality statement.
    pub statement: StatementId,
    /// Why, in words.
    pub text: Content,
}
