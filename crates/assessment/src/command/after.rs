//! The data of commands after a publication.

use crate::content::{Content, Digest};
use crate::date::FinancialYear;
use crate::event::{
    ConflictField, FinancialFacts, Letter, PublicationWithdrawalReason, ReissueReason,
    ReviewGround, ReviewOutcome, Stated, StrikeOutReason, Used,
};
use crate::text::SourceUrl;
use crate::{AssessmentId, OrganisationCode, PartialDate, PersonId, PublicationId};
use serde::{Deserialize, Serialize};

/// Data of [`Command::WithdrawPublication`](super::Command::WithdrawPublication).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawPublication {
    /// Who decides it; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The publication.
    pub publication: PublicationId,
    /// Why.
    pub reason: PublicationWithdrawalReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
    /// When.
    pub withdrawn_on: PartialDate,
}

/// Data of [`Command::ReissuePublication`](super::Command::ReissuePublication).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReissuePublication {
    /// Who releases it; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The publication whose place it takes: the latest of its assessment.
    pub publication: PublicationId,
    /// When.
    pub published_on: PartialDate,
    /// Why.
    pub reason: ReissueReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Command::NotifySection50`](super::Command::NotifySection50).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifySection50 {
    /// The assessment.
    pub assessment: AssessmentId,
    /// BLAKE3 of the letter.
    pub digest: Digest,
    /// Which of the two letters.
    pub letter: Letter,
    /// When it was sent.
    pub sent_on: PartialDate,
}

/// Data of [`Command::RequestProcessReview`](super::Command::RequestProcessReview).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestProcessReview {
    /// On what ground it is made.
    pub ground: ReviewGround,
    /// The publication that it is about.
    pub publication: PublicationId,
    /// When it was received, which counts.
    pub received_on: PartialDate,
    /// The request.
    pub text: Content,
    /// Of how many words it is.
    pub words: u64,
}

/// Data of [`Command::DecideProcessReview`](super::Command::DecideProcessReview).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideProcessReview {
    /// Who decides; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// When.
    pub decided_on: PartialDate,
    /// What is decided.
    pub outcome: ReviewOutcome,
    /// The publication that the request is about.
    pub publication: PublicationId,
    /// Why, in words.
    pub text: Content,
}

/// Data of [`Command::RecordFinance`](super::Command::RecordFinance).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFinance {
    /// What is known of the year.
    pub facts: FinancialFacts,
    /// The local authority.
    pub organisation: OrganisationCode,
    /// Where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
    /// The financial year.
    pub year: FinancialYear,
}

/// Data of [`Command::StrikeOut`](super::Command::StrikeOut).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrikeOut {
    /// Who decides it; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The record.
    pub position: u64,
    /// Why.
    pub reason: StrikeOutReason,
    /// When.
    pub struck_on: PartialDate,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Command::RecordConflict`](super::Command::RecordConflict).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConflict {
    /// What one source says.
    pub a: Stated,
    /// The assessment.
    pub assessment: AssessmentId,
    /// What another source says.
    pub b: Stated,
    /// Which field of it they speak of.
    pub field: ConflictField,
    /// When the conflict was found, or decided.
    pub noted_on: PartialDate,
    /// Which of them is used, and why; absent while that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Used>,
}
