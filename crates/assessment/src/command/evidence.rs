//! The data of commands about an assessment's plan and its evidence.

use crate::content::Content;
use crate::event::{
    CancellationReason, EvidenceMethod, EvidenceOrigin, EvidenceSetting, EvidenceSource,
    LegalBasis, TeamMember, WithdrawalReason,
};
use crate::{
    AssessmentId, CategoryId, EvidenceId, OrganisationCode, PartialDate, PersonId, RequestId,
    StatementId,
};
use serde::{Deserialize, Serialize};

/// Data of [`Command::RequestEvidence`](super::Command::RequestEvidence).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestEvidence {
    /// The evidence category.
    pub category: CategoryId,
    /// What was collected before this does not answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_since: Option<PartialDate>,
    /// By when it is wanted.
    pub due_on: PartialDate,
    /// How it is to be gathered.
    pub method: EvidenceMethod,
    /// Who is asked; if absent, the organisation itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<OrganisationCode>,
    /// For whose assessment it is asked.
    pub organisation: OrganisationCode,
    /// When it was made.
    pub requested_on: PartialDate,
    /// The quality statements that it bears on; none means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<StatementId>,
    /// What is asked for, in words.
    pub what: Content,
}

/// Data of [`Command::SubmitEvidence`](super::Command::SubmitEvidence).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitEvidence {
    /// The evidence category.
    pub category: CategoryId,
    /// When it was collected, or the time that it tells of.
    pub collected_on: PartialDate,
    /// The evidence itself.
    pub content: Content,
    /// How it was gathered.
    pub method: EvidenceMethod,
    /// Everybody that it is about; the first gives it its id.
    pub organisations: Vec<OrganisationCode>,
    /// Whether it was there, was asked for, or was gathered.
    pub origin: EvidenceOrigin,
    /// When it arrived.
    pub received_on: PartialDate,
    /// The request that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// It holds what people said in confidence.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub sensitive: bool,
    /// Where it was gathered.
    pub setting: EvidenceSetting,
    /// Who it came from.
    pub source: EvidenceSource,
    /// The quality statements that it bears on; none means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<StatementId>,
}

/// Data of [`Command::UseEvidence`](super::Command::UseEvidence).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseEvidence {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The evidence.
    pub evidence: Vec<EvidenceId>,
    /// From when on it is used.
    pub used_on: PartialDate,
}

/// Data of [`Command::WithdrawEvidence`](super::Command::WithdrawEvidence).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawEvidence {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Why.
    pub reason: WithdrawalReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
    /// When.
    pub withdrawn_on: PartialDate,
}

/// Data of [`Command::EraseEvidence`](super::Command::EraseEvidence).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseEvidence {
    /// Who ordered it.
    pub authority: PersonId,
    /// When.
    pub erased_on: PartialDate,
    /// The evidence.
    pub evidence: EvidenceId,
    /// On what ground in law.
    pub legal_basis: LegalBasis,
}

/// Data of [`Command::AmendAssessment`](super::Command::AmendAssessment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendAssessment {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When the information return is due or came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information_return_on: Option<PartialDate>,
    /// When the body was told, or will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_on: Option<PartialDate>,
    /// When the visit is or was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_visit_on: Option<PartialDate>,
    /// Everybody in the team; if absent, it stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<TeamMember>,
}

/// Data of [`Command::CancelAssessment`](super::Command::CancelAssessment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelAssessment {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When.
    pub cancelled_on: PartialDate,
    /// Why.
    pub reason: CancellationReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}
