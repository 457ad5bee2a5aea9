//! A framework: themes, statements, bands and rules, as data with the source of each.
//!
//! The file is read into these types; what must hold beyond their shape is in [`check()`].

mod check;
mod limiter;
mod place;
mod process;
mod source;

pub use check::{Finding, Problem, check};
pub use limiter::{InvalidLimiter, Limiter};
pub use process::{Passage, Process, ProcessReview, Recipient, ReportSection, Section50, Step};
pub use source::{Basis, InvalidSourceKey, Origin, Source, SourceKey, Sourced};

use crate::scoring::{Band, Rounding};
use crate::{CategoryId, FrameworkId, PartialDate, StatementId, ThemeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One version of how one kind of body is assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Id of this version, such as `la-2023`.
    pub id: FrameworkId,
    /// What people call it.
    pub name: Sourced<String>,
    /// The kind of body that it assesses.
    pub kind: OrganisationKind,
    /// Whether it was approved, by whom and when.
    pub status: Sourced<Status>,
    /// From when assessments are made under it.
    pub valid_from: Sourced<PartialDate>,
    /// Until when, if that is known.
    #[serde(
        default,
        deserialize_with = "source::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_to: Option<Sourced<PartialDate>>,
    /// The phases of its use, in order.
    pub phases: Vec<Sourced<Phase>>,
    /// What becomes of scores; it never changes under an open assessment.
    pub scoring: Scoring,
    /// The steps to a publication; it may change under an open assessment.
    pub process: Process,
    /// Where the names and rules come from.
    #[serde(deserialize_with = "source::unique")]
    pub sources: BTreeMap<SourceKey, Source>,
}

/// The kind of an assessed body.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// A council with adult social care duties.
    LocalAuthority,
    /// An integrated care board with its integrated care partnership.
    IntegratedCareSystem,
}

/// Whether a framework was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// Interim or approved.
    pub state: Approval,
    /// Who approved it.
    #[serde(
        default,
        deserialize_with = "source::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub by: Option<String>,
    /// When it was approved.
    #[serde(
        default,
        deserialize_with = "source::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub on: Option<PartialDate>,
}

/// How far the approval of a framework has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// In use before it was approved.
    Interim,
    /// Approved.
    Approved,
}

/// A phase of a framework's use, with its dates as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Which phase it is.
    pub id: PhaseId,
    /// What people call it.
    pub name: String,
    /// When it began.
    #[serde(
        default,
        deserialize_with = "source::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<PartialDate>,
    /// When it ended.
    #[serde(
        default,
        deserialize_with = "source::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<PartialDate>,
    /// Within how many months of its start every body is to be assessed, if that is the aim.
    #[serde(
        default,
        deserialize_with = "source::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub aim_months: Option<u32>,
}

/// The phases that the regulator speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseId {
    /// The approach is developed and evidence gathered; nobody is rated.
    Preparation,
    /// A few bodies are assessed; ratings are indicative.
    Pilot,
    /// The first formal assessment of every body.
    Baseline,
    /// Assessment goes on from the baseline.
    Ongoing,
}

/// The part of a framework that says what becomes of scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// What an assessor scores.
    pub method: Sourced<Method>,
    /// Whether ratings are awarded.
    pub awards_ratings: Sourced<Awards>,
    /// When a rating may change.
    pub rating_changes: Sourced<RatingChanges>,
    /// How a percentage becomes a whole one.
    pub rounding: Sourced<Rounding>,
    /// What the overall percentage is computed from.
    pub overall_from: Sourced<OverallFrom>,
    /// Which percentages stand for which rating, lowest first; the same at every level.
    pub bands: Sourced<Vec<Band>>,
    /// Rules that cap a rating; in what is adopted, none.
    pub limiters: Sourced<Vec<Limiter>>,
    /// The levels whose score or rating is published.
    pub published_levels: Sourced<Vec<LevelKind>>,
    /// The evidence categories in use.
    pub categories: Vec<Category>,
    /// The themes, in the regulator's order.
    pub themes: Vec<Theme>,
}

/// What an assessor scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each evidence category of a statement (method A).
    Category,
    /// Each statement (method B).
    Statement,
    /// Nothing: ratings are judged without scores.
    None,
}

/// Whether ratings are awarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awards {
    /// Ratings are awarded.
    Yes,
    /// Ratings are only indicative.
    Indicative,
    /// No ratings.
    No,
}

/// When a rating may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatingChanges {
    /// Whenever a score is reviewed.
    AtAnyReview,
    /// Only when a comprehensive assessment is made.
    AtComprehensiveAssessment,
}

/// What the overall percentage is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverallFrom {
    /// All statement scores, equally weighted, whatever their theme.
    Statements,
}

/// A level at which there can be a score and a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelKind {
    /// The whole body.
    Overall,
    /// A theme.
    Theme,
    /// A quality statement.
    Statement,
}

/// A category that evidence is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Stable id.
    pub id: CategoryId,
    /// The regulator's name for it.
    pub name: Sourced<String>,
}

/// A theme: quality statements that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Stable id.
    pub id: ThemeId,
    /// The regulator's name for it.
    pub name: Sourced<String>,
    /// Its statements, in the regulator's order.
    pub statements: Vec<Statement>,
}

/// A quality statement: what a body is judged on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Stable id, the same wherever the statement is the same.
    pub id: StatementId,
    /// The regulator's name for it.
    pub name: Sourced<String>,
    /// How well it is known to belong to its theme.
    pub placement: Origin,
    /// Other spellings that are accepted.
    pub variants: Vec<Sourced<String>>,
    /// The categories that need a score before there is enough evidence.
    pub required_categories: Sourced<Vec<CategoryId>>,
    /// The wording that begins with "We", where it is known in full.
    #[serde(
        default,
        deserialize_with = "source::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub we_statement: Option<Sourced<String>>,
}

/// A framework that is not one: what is wrong with it, at least one finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a sound framework: {}", listed(.findings))]
pub struct FrameworkError {
    /// Everything that was found, in the order of the file.
    pub findings: Vec<Finding>,
}

/// The frameworks that come with the program, oldest first.
const SHIPPED: [(&str, &str); 3] = [
    ("la-2023", include_str!("../frameworks/la-2023.json")),
    ("ics-2023", include_str!("../frameworks/ics-2023.json")),
    ("la-2025", include_str!("../frameworks/la-2025.json")),
];

impl Framework {
    /// Reads a framework from JSON; every finding of [`check()`] refuses it.
    pub fn parse(json: &str) -> Result<Self, FrameworkError> {
        check::read(json).map_err(|findings| FrameworkError { findings })
    }

    /// Everything that is wrong with this framework beyond its shape; nothing if it is sound.
    pub fn findings(&self) -> Vec<Finding> {
        check::findings(self)
    }

    /// The framework of this id that comes with the program.
    pub fn shipped(id: FrameworkId) -> Option<Self> {
        Self::shipped_text(id).map(read_shipped)
    }

    /// All frameworks that come with the program, oldest first.
    pub fn all_shipped() -> Vec<Self> {
        SHIPPED.iter().map(|(_, text)| read_shipped(text)).collect()
    }

    /// The file of a framework that comes with the program.
    pub fn shipped_text(id: FrameworkId) -> Option<&'static str> {
        SHIPPED.iter().find(|(shipped, _)| *shipped == id.as_str()).map(|(_, text)| *text)
    }

    /// All statements with their themes, in the regulator's order: the first is `qs1`.
    pub fn statements(&self) -> impl Iterator<Item = (&Theme, &Statement)> {
        let themes = self.scoring.themes.iter();
        themes.flat_map(|theme| theme.statements.iter().map(move |statement| (theme, statement)))
    }

    /// The statement of this id, with its theme.
    pub fn statement(&self, id: StatementId) -> Option<(&Theme, &Statement)> {
        self.statements().find(|(_, statement)| statement.id == id)
    }

    /// The statement that a person means: its id, its name or an accepted variant, in any case.
    pub fn find_statement(&self, text: &str) -> Option<StatementId> {
        let wanted = text.trim().to_lowercase();
        let is_meant = |statement: &Statement| {
            statement.spellings().any(|spelling| spelling.to_lowercase() == wanted)
        };
        self.statements().map(|(_, statement)| statement).find(|s| is_meant(s)).map(|s| s.id)
    }

    /// BLAKE3 of the scoring part, as `jq -cjS .scoring FILE | b3sum` prints it.
    pub fn scoring_digest(&self) -> String {
        digest(&self.scoring)
    }

    /// BLAKE3 of the process part, as `jq -cjS .process FILE | b3sum` prints it.
    pub fn process_digest(&self) -> String {
        digest(&self.process)
    }

    /// Whether ratings are computed from scores, formal or indicative.
    pub fn awards_ratings(&self) -> bool {
        self.scoring.awards_ratings.value != Awards::No && self.scoring.method.value != Method::None
    }

    /// Whether a score or rating of this level is published.
    pub fn publishes(&self, level: LevelKind) -> bool {
        self.scoring.published_levels.value.contains(&level)
    }
}

impl Statement {
    /// Whether its name is not confirmed by any source, and must be shown so.
    pub fn is_unverified(&self) -> bool {
        self.name.basis == Basis::Assumed
    }

    /// Everything that it may be called: its id, its name and the accepted variants.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        let variants = self.variants.iter().map(|variant| variant.value.as_str());
        [self.id.as_str(), self.name.value.as_str()].into_iter().chain(variants)
    }
}

impl OrganisationKind {
    /// Its name in records and in data: `local_authority` or `integrated_care_system`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LocalAuthority => "local_authority",
            Self::IntegratedCareSystem => "integrated_care_system",
        }
    }
}

impl fmt::Display for OrganisationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl LevelKind {
    /// Its name in records and in data: `overall`, `theme` or `statement`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overall => "overall",
            Self::Theme => "theme",
            Self::Statement => "statement",
        }
    }
}

impl fmt::Display for LevelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// BLAKE3 of canonical JSON: no white space, names sorted, as RFC 8785 has it.
///
/// A `Value` sorts its names, and a framework holds no floats and no control characters, in
/// which RFC 8785 and `serde_json` differ.
fn digest<T: Serialize>(part: &T) -> String {
    let value = serde_json::to_value(part).expect("a framework has only string keys");
    blake3::hash(value.to_string().as_bytes()).to_hex().to_string()
}

fn read_shipped(text: &str) -> Framework {
    Framework::parse(text).expect("a test reads every framework that is shipped")
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
