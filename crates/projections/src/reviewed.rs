//! "Reviewed on" markers: every review of a score, changed or not.

use crate::body::Body;
use crate::row::{Flag, Flags, in_words};
use assessment::scoring::Score;
use assessment::{FrameworkId, Name, OrganisationCode, PartialDate, PersonId, StatementId};
use serde::{Deserialize, Serialize};

/// A review, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// The quality statement.
    pub statement: StatementId,
    /// When.
    pub reviewed_on: PartialDate,
    /// The statement's score as judged then; none while category scores are missing.
    pub score: Option<Score>,
    /// Whether the score that was reviewed is another now; none in what is public.
    pub outcome: Option<Outcome>,
    /// Who decided; nobody in what is public.
    pub by: Option<PersonId>,
    /// The record.
    pub position: u64,
}

/// Whether a review changed the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did, or gave the first.
    Changed,
    /// It confirmed what was there.
    Unchanged,
}

/// A row of `reviewed`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReviewedRow {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// The quality statement.
    pub statement: StatementId,
    /// When.
    pub reviewed_on: PartialDate,
    /// The statement's score as judged then.
    pub score: Option<Score>,
    /// Whether the score that was reviewed is another now.
    pub outcome: Option<Outcome>,
    /// Who decided.
    pub by: Option<PersonId>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
    /// The record; none in what is public.
    pub position: Option<u64>,
}

impl Outcome {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

impl Reviewed {
    /// The row that shows it.
    pub fn row(&self, body: &Body) -> ReviewedRow {
        ReviewedRow {
            organisation: body.facts.code,
            name: body.facts.name.clone(),
            framework: self.framework,
            statement: self.statement,
            reviewed_on: self.reviewed_on,
            score: self.score,
            outcome: self.outcome,
            by: self.by,
            flags: Flags::default().with(Flag::Fictional, body.facts.fictional),
            position: Some(self.position),
        }
    }
}
