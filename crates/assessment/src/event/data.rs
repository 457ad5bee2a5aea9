//! The data of each kind of event; members stand in the order of their names, as in a record.

use crate::content::Content;
use crate::framework::{Basis, Framework, OrganisationKind};
use crate::scoring::{Percent, Rating, Score};
use crate::text::{Name, SourceUrl};
use crate::words::words;
use crate::{
    AssessmentId, CategoryId, CommentId, EvidenceId, FrameworkId, OrganisationCode, PartialDate,
    PersonId, PublicationId, SampleId, StatementId,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Data of [`Event::LedgerOpened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerOpened {
    /// When, as an instant in UTC.
    pub created: String,
    /// Version of the format of the whole ledger.
    pub format: u64,
    /// The ledger's name in the world, usable as the origin of a transparency log.
    pub origin: String,
}

/// Data of [`Event::FrameworkAdopted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameworkAdopted {
    /// From when on it was in use in this ledger.
    pub adopted_on: PartialDate,
    /// The sample whose anomalies it answers, if it answers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<SampleId>,
    /// The framework itself; boxed, as it is far larger than any other event.
    pub framework: Box<Framework>,
    /// BLAKE3 of the canonical JSON of its process part.
    pub process_digest: String,
    /// Why, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<AdoptionReason>,
    /// BLAKE3 of the canonical JSON of its scoring part.
    pub scoring_digest: String,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Event::FrameworkAdopted`] in its first schema, which had no reason.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstFrameworkAdopted {
    adopted_on: PartialDate,
    framework: Box<Framework>,
    process_digest: String,
    scoring_digest: String,
}

impl From<FirstFrameworkAdopted> for FrameworkAdopted {
    fn from(first: FirstFrameworkAdopted) -> Self {
        Self {
            adopted_on: first.adopted_on,
            because: None,
            framework: first.framework,
            process_digest: first.process_digest,
            reason: None,
            scoring_digest: first.scoring_digest,
            text: None,
        }
    }
}

/// Data of [`Event::FrameworkAdopted`] in its second schema, which named no sample.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondFrameworkAdopted {
    adopted_on: PartialDate,
    framework: Box<Framework>,
    process_digest: String,
    reason: Option<AdoptionReason>,
    scoring_digest: String,
    text: Option<Content>,
}

impl From<SecondFrameworkAdopted> for FrameworkAdopted {
    fn from(second: SecondFrameworkAdopted) -> Self {
        Self {
            adopted_on: second.adopted_on,
            because: None,
            framework: second.framework,
            process_digest: second.process_digest,
            reason: second.reason,
            scoring_digest: second.scoring_digest,
            text: second.text,
        }
    }
}

/// Data of [`Event::OrganisationRegistered`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationRegistered {
    /// Other codes that it is known by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Name>,
    /// The date that the source of these facts is true for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_at: Option<PartialDate>,
    /// The code that it is found by.
    pub code: OrganisationCode,
    /// Invented, for demonstration and training.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub fictional: bool,
    /// What it is.
    pub kind: OrganisationKind,
    /// The name to show.
    pub name: Name,
    /// Whether the name stands in the source or was derived from it.
    pub name_basis: NameBasis,
    /// The name in law, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official_name: Option<Name>,
    /// The region, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Name>,
}

/// Where a name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameBasis {
    /// As the source has it.
    Stated,
    /// Shortened from a longer name in the source.
    Derived,
}

/// Data of [`Event::OrganisationAmended`]: what is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationAmended {
    /// All its other codes, if they change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Name>,
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

/// Data of [`Event::OrganisationSucceeded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationSucceeded {
    /// The organisation that ended.
    pub code: OrganisationCode,
    /// The one that took its place.
    pub into: OrganisationCode,
    /// The first day of the new order.
    pub on: PartialDate,
}

/// Data of [`Event::AreaMemberAdded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaMemberAdded {
    /// The local authority.
    pub authority: OrganisationCode,
    /// The first day of its membership.
    pub from: PartialDate,
    /// Where that is said, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
    /// The integrated care system.
    pub system: OrganisationCode,
}

/// Data of [`Event::AreaMemberEnded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaMemberEnded {
    /// The local authority.
    pub authority: OrganisationCode,
    /// The integrated care system.
    pub system: OrganisationCode,
    /// The last day of its membership.
    pub to: PartialDate,
}

/// Data of [`Event::AssessmentOpened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentOpened {
    /// The id that it got.
    pub assessment: AssessmentId,
    /// The framework that it is replayed under, for ever.
    pub framework: FrameworkId,
    /// What kind of assessment it is.
    pub kind: AssessmentKind,
    /// When it was opened.
    pub opened_on: PartialDate,
    /// Who is assessed.
    pub organisation: OrganisationCode,
}

/// What an assessment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssessmentKind {
    /// A trial of the method; its rating is indicative.
    Pilot,
    /// The first formal assessment.
    Baseline,
    /// A later assessment of every quality statement.
    Comprehensive,
    /// A later assessment of some quality statements.
    Focused,
}

/// Data of [`Event::PublicationImported`]: what was published, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationImported {
    /// The id that the assessment got.
    pub assessment: AssessmentId,
    /// The exact day of publication, where a source states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<PartialDate>,
    /// What the scores give instead, where that differs and was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disagreement: Option<Disagreement>,
    /// The framework that it is read under.
    pub framework: FrameworkId,
    /// On what that rests: the published data do not name the method.
    pub framework_basis: Basis,
    /// What kind of assessment it was.
    pub kind: AssessmentKind,
    /// On what that rests.
    pub kind_basis: Basis,
    /// The month of publication.
    pub month: PartialDate,
    /// Who was assessed.
    pub organisation: OrganisationCode,
    /// Pilot or formal, as the source says.
    pub programme: Programme,
    /// The id that the publication got.
    pub publication: PublicationId,
    /// The overall rating as published.
    pub rating: Rating,
    /// The overall score as published, in per cent, where a source states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Percent>,
    /// The statement scores as published, in the framework's order; none in a partial import.
    pub scores: Vec<StatementScore>,
    /// Where it was published, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
}

/// The programme under which a published assessment was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Programme {
    /// The pilots of 2023, with indicative ratings.
    Pilot,
    /// The formal assessments since.
    Formal,
}

/// The score of one quality statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementScore {
    /// The score.
    pub score: Score,
    /// The quality statement.
    pub statement: StatementId,
}

/// A difference between what was published and what its scores give, accepted as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// The rating that the scores give.
    pub computed_rating: Rating,
    /// The overall score that they give, in per cent.
    pub computed_score: Percent,
    /// Why it is taken as published.
    pub reason: CorrectionReason,
}

/// Data of [`Event::ImportedPublicationReplaced`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedPublicationReplaced {
    /// What stands now, whole.
    pub import: PublicationImported,
    /// Why.
    pub reason: CorrectionReason,
}

/// Data of [`Event::ScoreReviewed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreReviewed {
    /// The assessment that the score belongs to.
    pub assessment: AssessmentId,
    /// At which level the judgement was made.
    pub basis: ReviewBasis,
    /// Who decided.
    pub by: PersonId,
    /// The evidence category, when that is what was scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// The accepted comment that it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<CommentId>,
    /// Corrects a review that was dated later.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub correction: bool,
    /// The evidence that the score rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
    /// When the newest of it was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_on: Option<PartialDate>,
    /// The score before, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Score>,
    /// Why.
    pub reason: ReviewReason,
    /// When it was decided.
    pub reviewed_on: PartialDate,
    /// In which role.
    pub role: Role,
    /// The score from then on, perhaps the same as before.
    pub score: Score,
    /// The quality statement.
    pub statement: StatementId,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Event::ScoreReviewed`] in its first schema, which had no evidence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstScoreReviewed {
    assessment: AssessmentId,
    basis: ReviewBasis,
    by: PersonId,
    category: Option<CategoryId>,
    #[serde(default)]
    correction: bool,
    previous: Option<Score>,
    reason: ReviewReason,
    reviewed_on: PartialDate,
    role: Role,
    score: Score,
    statement: StatementId,
}

impl From<FirstScoreReviewed> for ScoreReviewed {
    fn from(first: FirstScoreReviewed) -> Self {
        Self {
            assessment: first.assessment,
            basis: first.basis,
            by: first.by,
            category: first.category,
            comment: None,
            correction: first.correction,
            evidence: Vec::new(),
            evidence_on: None,
            previous: first.previous,
            reason: first.reason,
            reviewed_on: first.reviewed_on,
            role: first.role,
            score: first.score,
            statement: first.statement,
            text: None,
        }
    }
}

/// The level at which a judgement was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewBasis {
    /// An evidence category was scored, as the framework says (method A).
    Category,
    /// A quality statement was scored, as the framework says (method B).
    Statement,
    /// A quality statement was scored although the framework scores categories, because the
    /// assessment came into the ledger without any.
    StatementWithoutCategories,
}

/// The role in which somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Collects evidence and scores.
    Assessor,
    /// Advises with clinical or professional knowledge.
    SpecialistAdvisor,
}

/// Why a score was reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// The assessment's own scoring.
    Assessment,
    /// A review that was due.
    OngoingReview,
    /// Evidence that was not there before.
    NewEvidence,
    /// The score had been entered wrongly.
    TypingError,
    /// A source corrected itself.
    SourceCorrected,
}

/// Why something that was recorded is corrected, or taken as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionReason {
    /// It had been entered wrongly.
    TypingError,
    /// The source corrected itself.
    SourceCorrected,
    /// Two sources say different things.
    SourcesDiffer,
    /// The source is taken as it was published.
    AsPublished,
    /// The body was renamed.
    Renamed,
    /// More became known than had been recorded.
    Completed,
}

impl AssessmentKind {
    /// Its name in records and in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pilot => "pilot",
            Self::Baseline => "baseline",
            Self::Comprehensive => "comprehensive",
            Self::Focused => "focused",
        }
    }
}

impl fmt::Display for AssessmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Programme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pilot => "pilot",
            Self::Formal => "formal",
        })
    }
}

impl PublicationImported {
    /// The day of publication, or the month where the day is not known.
    pub fn published_on(&self) -> PartialDate {
        self.date.unwrap_or(self.month)
    }
}

words! {
    /// Why a framework, or another version of one, is taken into use.
    AdoptionReason {
        /// It is the first one for these bodies.
        FirstUse = "first_use",
        /// The method changes.
        MethodChanged = "method_changed",
        /// The regulator's guidance changed.
        GuidanceChanged = "guidance_changed",
        /// Quality assurance found that it should.
        QualityAssurance = "quality_assurance",
    }
}
