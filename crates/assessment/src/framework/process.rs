//! The part of a framework that says which steps lead to a publication.

use super::{Framework, Sourced};
use crate::words::words;
use crate::{StatementId, ThemeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

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

words! {
    /// Who gets a draft report for the factual accuracy check.
    Recipient {
        /// The local authority.
        LocalAuthority = "local_authority",
        /// The integrated care board (ICB).
        IntegratedCareBoard = "integrated_care_board",
        /// The integrated care partnership (ICP).
        IntegratedCarePartnership = "integrated_care_partnership",
    }
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

words! {
    /// A section of a report.
    ReportSection {
        /// The key features of the body, in short.
        Summary = "summary",
        /// What people said of their experience, and how it was used.
        PeoplesExperiences = "peoples_experiences",
        /// Areas of strength and good practice.
        Strengths = "strengths",
        /// Areas that need to improve.
        Improvements = "improvements",
        /// Whether a local authority is moving in the right direction.
        DirectionOfTravel = "direction_of_travel",
        /// The progress of an integrated care system.
        Progress = "progress",
        /// Findings for each theme.
        ThemeFindings = "theme_findings",
        /// Findings for each quality statement.
        StatementFindings = "statement_findings",
        /// The overall rating and score.
        OverallRating = "overall_rating",
        /// The score of each theme.
        ThemeScores = "theme_scores",
        /// The score of each quality statement.
        StatementScores = "statement_scores",
        /// When evidence was last assessed and ratings last updated.
        Dates = "dates",
        /// Budget, spend and people supported, for information only.
        FinancialFacts = "financial_facts",
    }
}

/// A passage of a report that people write: a section, or one theme or statement of it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// The section.
    pub section: ReportSection,
    /// The quality statement that the findings are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementId>,
    /// The theme that the findings are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<ThemeId>,
}

impl ReportSection {
    /// Whether people write it; the others are computed.
    pub fn is_written(self) -> bool {
        match self {
            Self::Summary
            | Self::PeoplesExperiences
            | Self::Strengths
            | Self::Improvements
            | Self::DirectionOfTravel
            | Self::Progress
            | Self::ThemeFindings
            | Self::StatementFindings => true,
            Self::OverallRating
            | Self::ThemeScores
            | Self::StatementScores
            | Self::Dates
            | Self::FinancialFacts => false,
        }
    }
}

impl Process {
    /// Every passage that a report has, in its order.
    pub fn passages(&self, framework: &Framework) -> Vec<Passage> {
        let mut all = Vec::new();
        let written = self.report_sections.value.iter().filter(|section| section.is_written());
        for &section in written {
            let whole = Passage { section, statement: None, theme: None };
            match section {
                ReportSection::ThemeFindings => {
                    let themes = framework.scoring.themes.iter();
                    all.extend(themes.map(|theme| Passage { theme: Some(theme.id), ..whole }));
                }
                ReportSection::StatementFindings => {
                    let statements = framework.statements();
                    all.extend(
                        statements.map(|(_, it)| Passage { statement: Some(it.id), ..whole }),
                    );
                }
                _ => all.push(whole),
            }
        }
        all
    }
}

impl fmt::Display for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let theme = self.theme.as_ref().map(ThemeId::as_str);
        match self.statement.as_ref().map(StatementId::as_str).or(theme) {
            Some(subject) => write!(f, "{} of {subject}", self.section),
            None => write!(f, "{}", self.section),
        }
    }
}
