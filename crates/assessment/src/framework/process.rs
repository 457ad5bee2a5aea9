//! The part of a framework that says which steps lead to a publication.

use super::Sourced;
use crate::ThemeId;
use serde::{Deserialize, Serialize};

/// The part of a framework that says which steps lead to a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Whether a calibration panel must have decided.
    pub panel: Step,
    /// Whether a factual accuracy check must be over.
    pub accuracy_check: Step,
    /// How many working days the accuracy check lasts.
    pub accuracy_working_days: Sourced<u32>,
    /// Who gets the draft, each with a due date of its own.
    pub recipients: Sourced<Vec<Recipient>>,
    /// Whether the Secretary of State must be told of a score of 1.
    pub section_50: Sourced<Section50>,
    /// Whether the body can ask for a review of the rating process.
    pub process_review: Sourced<ProcessReview>,
    /// The sections of a report, in order.
    pub report_sections: Sourced<Vec<ReportSection>>,
}

/// Whether a step is needed before a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Whether before the first publication of an assessment.
    pub first_publication: Sourced<bool>,
    /// Whether before each later one, for what has changed.
    pub update: Sourced<bool>,
}

/// Who gets a draft report for the factual accuracy check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The local authority.
    LocalAuthority,
    /// The integrated care board (ICB).
    IntegratedCareBoard,
    /// The integrated care partnership (ICP).
    IntegratedCarePartnership,
}

/// The duty under section 50 of the Health and Social Care Act 2008.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Section50 {
    /// It has no such duty.
    NotApplicable,
    /// A statement that scores 1 raises it.
    Applies {
        /// The themes whose statements do not.
        exempt_themes: Vec<ThemeId>,
    },
}

/// The request to look again at whether the rating process was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ProcessReview {
    /// It cannot be asked for.
    NotOffered,
    /// It can be asked for once.
    Offered {
        /// Within how many working days of publication.
        working_days: u32,
        /// In at most how many words.
        max_words: u32,
    },
}

/// A section of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportSection {
    /// The key features of the body, in short.
    Summary,
    /// What people said of their experience, and how it was used.
    PeoplesExperiences,
    /// Areas of strength and good practice.
    Strengths,
    /// Areas that need to improve.
    Improvements,
    /// Whether a local authority is moving in the right direction.
    DirectionOfTravel,
    /// The progress of an integrated care system.
    Progress,
    /// Findings for each theme.
    ThemeFindings,
    /// Findings for each quality statement.
    StatementFindings,
    /// The overall rating and score.
    OverallRating,
    /// The score of each theme.
    ThemeScores,
    /// The score of each quality statement.
    StatementScores,
    /// When evidence was last assessed and ratings last updated.
    Dates,
    /// Budget, spend and people supported, for information only.
    FinancialFacts,
}
