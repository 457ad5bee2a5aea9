//! The data of commands about frameworks, bodies, assessments, imports and scores.

use crate::content::Content;
use crate::event::{
    AdoptionReason, AssessmentKind, CorrectionReason, NameBasis, Programme, ReviewReason, Role,
    TeamMember,
};
use crate::framework::{Framework, OrganisationKind};
use crate::scoring::{Percent, Rating, Score};
use crate::text::{Name, SourceUrl};
use crate::{
    AssessmentId, CategoryId, CommentId, EvidenceId, FrameworkId, OrganisationCode, PartialDate,
    PersonId, SampleId, StatementId,
};
use serde::{Deserialize, Serialize};

/// Data of [`Command::AdoptFramework`](super::Command::AdoptFramework).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptFramework {
    /// From when on it is in use.
    pub adopted_on: PartialDate,
    /// The sample whose anomalies it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<SampleId>,
    /// The whole framework.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub framework: Box<Framework>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<AdoptionReason>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Command::RegisterOrganisation`](super::Command::RegisterOrganisation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterOrganisation {
    /// Other codes that it is known by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Name>,
    /// The date that the source of these facts is true for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_at: Option<PartialDate>,
    /// The code to find it by.
    pub code: OrganisationCode,
    /// Invented, for demonstration and training.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub fictional: bool,
    /// What it is.
    pub kind: OrganisationKind,
    /// The name to show.
    pub name: Name,
    /// Whether the name stands in the source (default) or was derived from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_basis: Option<NameBasis>,
    /// The name in law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official_name: Option<Name>,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Name>,
}

/// Data of [`Command::AmendOrganisation`](super::Command::AmendOrganisation): what is absent stays
/// as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendOrganisation {
    /// The organisation.
    pub code: OrganisationCode,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The name in law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official_name: Option<Name>,
    /// Why.
    pub reason: CorrectionReason,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Name>,
}

/// Data of [`Command::SucceedOrganisations`](super::Command::SucceedOrganisations).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SucceedOrganisations {
    /// The organisation that takes their place.
    pub into: OrganisationCode,
    /// The organisations that end.
    pub old: Vec<OrganisationCode>,
    /// The first day of the new order.
    pub on: PartialDate,
}

/// Data of [`Command::AddAreaMember`](super::Command::AddAreaMember).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAreaMember {
    /// The local authority.
    pub authority: OrganisationCode,
    /// The first day of its membership.
    pub from: PartialDate,
    /// Where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
    /// The integrated care system.
    pub system: OrganisationCode,
}

/// Data of [`Command::EndAreaMember`](super::Command::EndAreaMember).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAreaMember {
    /// The local authority.
    pub authority: OrganisationCode,
    /// The integrated care system.
    pub system: OrganisationCode,
    /// The last day of its membership.
    pub to: PartialDate,
}

/// Data of [`Command::OpenAssessment`](super::Command::OpenAssessment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAssessment {
    /// The framework that it is made under.
    pub framework: FrameworkId,
    /// When the information return is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information_return_on: Option<PartialDate>,
    /// What kind of assessment it is.
    pub kind: AssessmentKind,
    /// When the body was told, or will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_on: Option<PartialDate>,
    /// When it was opened.
    pub opened_on: PartialDate,
    /// Who is assessed.
    pub organisation: OrganisationCode,
    /// When the visit is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_visit_on: Option<PartialDate>,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<TeamMember>,
}

/// Data of [`Command::ImportPublication`](super::Command::ImportPublication): one row of a table of
/// published assessments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPublication {
    /// Take it as published although its scores give another result, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_disagreement: Option<CorrectionReason>,
    /// The exact day of publication, where a source states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<PartialDate>,
    /// The framework to read it under.
    pub framework: FrameworkId,
    /// The month of publication.
    pub month: PartialDate,
    /// The body's name, used where the ledger does not know the body yet.
    pub name: Name,
    /// Who was assessed.
    pub organisation: OrganisationCode,
    /// Take it although no score is known.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub partial: bool,
    /// Pilot or formal.
    pub programme: Programme,
    /// The overall rating as published.
    pub rating: Rating,
    /// Correct what was taken in before for this organisation, programme and month, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<CorrectionReason>,
    /// The overall score as published, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Percent>,
    /// The statement scores as published, in the framework's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<Score>,
    /// Where it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
}

/// Data of [`Command::ReviewScore`](super::Command::ReviewScore).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewScore {
    /// The assessment; if absent, the one of the organisation that was published last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// Who decided; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The evidence category, under a framework that scores categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// The accepted comment that it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<CommentId>,
    /// Record it although a later-dated review exists, which it corrects.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub correction: bool,
    /// The evidence that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
    /// Who was assessed.
    pub organisation: OrganisationCode,
    /// Why.
    pub reason: ReviewReason,
    /// When it was decided.
    pub reviewed_on: PartialDate,
    /// In which role; if absent, as an assessor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The score, perhaps the same as before.
    pub score: Score,
    /// The quality statement.
    pub statement: StatementId,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
    /// Refuse unless the score is still this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Score>,
}
