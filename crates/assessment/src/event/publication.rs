//! The data of events at both ends of an assessment: its plan, and its publication.

use super::words;
use crate::content::{Content, Digest};
use crate::framework::Passage;
use crate::scoring::{Percent, Rating, Score};
use crate::{
    AssessmentId, CategoryId, FrameworkId, OrganisationCode, PartialDate, PersonId, PublicationId,
    StatementId, ThemeId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Data of [`Event::AssessmentAmended`](super::Event::AssessmentAmended): what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentAmended {
    /// The assessment.
    pub assessment: AssessmentId,
    /// When the information return is due or came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information_return_on: Option<PartialDate>,
    /// When the body was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_on: Option<PartialDate>,
    /// When the visit is or was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_visit_on: Option<PartialDate>,
    /// Everybody in the team, if that changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<TeamMember>,
}

/// Somebody in an assessment's team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamMember {
    /// Who.
    pub person: PersonId,
    /// In which role.
    pub role: super::Role,
}

/// Data of [`Event::AssessmentCancelled`](super::Event::AssessmentCancelled).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentCancelled {
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

/// Data of [`Event::PublicationMade`](super::Event::PublicationMade).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationMade {
    /// When evidence was last assessed: the date of the latest score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed_on: Option<PartialDate>,
    /// The assessment.
    pub assessment: AssessmentId,
    /// Who released it.
    pub by: PersonId,
    /// The evidence category scores that the statement scores were rolled up from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryScore>,
    /// The framework.
    pub framework: FrameworkId,
    /// What kind of assessment it was.
    pub kind: super::AssessmentKind,
    /// The overall score and rating; nothing where no ratings are awarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overall: Option<RatedScore>,
    /// The passages of the report, each in the version that was released.
    pub passages: Vec<ReleasedPassage>,
    /// The id that it got.
    pub publication: PublicationId,
    /// When.
    pub published_on: PartialDate,
    /// When ratings were last updated: the date of the latest score, or of the panel's decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_on: Option<PartialDate>,
    /// BLAKE3 of the released report, which lies in the clear under this name.
    pub released: Digest,
    /// The score of each quality statement.
    pub scores: Vec<super::StatementScore>,
    /// The score and rating of each theme, where the framework publishes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<ThemeScore>,
}

/// The score of an evidence category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryScore {
    /// The category.
    pub category: CategoryId,
    /// Its score.
    pub score: Score,
    /// The quality statement.
    pub statement: StatementId,
}

/// The score and rating of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeScore {
    /// Its rating.
    pub rating: Rating,
    /// Its score, in per cent.
    pub score: Percent,
    /// The theme.
    pub theme: ThemeId,
}

/// A passage of a report in the version that was released.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ReleasedPassage {
    /// Which passage.
    pub passage: Passage,
    /// In which version.
    pub version: u64,
}

/// A score in per cent and the rating that it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatedScore {
    /// The rating.
    pub rating: Rating,
    /// The score, in per cent.
    pub score: Percent,
}

impl PublicationMade {
    /// The organisation that it is about.
    pub fn organisation(&self) -> OrganisationCode {
        self.assessment.organisation()
    }
}

words! {
    /// Why an assessment is cancelled.
    CancellationReason {
        /// It should not have been opened.
        OpenedInError = "opened_in_error",
        /// It will be made at another time.
        Postponed = "postponed",
        /// The body has ended or changed.
        BodyChanged = "body_changed",
        /// The programme has changed.
        ProgrammeChanged = "programme_changed",
    }
}
