//! A report on an assessed body, as plain data: what a reader sees of it, in every format.
//!
//! Whatever the reader may not see is not in it: it is left out before, never by a format.

mod finance;

pub use crate::released::ReleasedFinance;
pub use finance::{Finance, FinanceChange, FinanceYear};

use assessment::event::{AssessmentKind, EvidenceMethod};
use assessment::framework::{Basis, OrganisationKind, ReportSection};
use assessment::scoring::{BandHalf, Percent, Rating, Score};
use assessment::{
    AssessmentId, CategoryId, Digest, FrameworkId, MediaType, Name, OrganisationCode, PartialDate,
    PublicationId, StatementId, ThemeId,
};
use projections::{Status, Withdrawal};
use serde::{Serialize, Serializer};

/// Who reads a published report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Everybody.
    Public,
    /// The body that it is about, which sees the scores of evidence categories too.
    Body,
    /// The regulator, who also sees the texts of a report that must not be public.
    Regulator,
}

/// A report on an assessed body, as one audience may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Name of the body.
    pub title: Name,
    /// Its code.
    pub code: OrganisationCode,
    /// What it is.
    pub kind: OrganisationKind,
    /// Whether it is invented.
    pub fictional: bool,
    /// The assessment.
    pub assessment: AssessmentId,
    /// What the assessment was for.
    pub assessment_kind: AssessmentKind,
    /// The framework of the assessment.
    pub framework: FrameworkTitle,
    /// A draft, or published.
    pub state: State,
    /// What a reader must know first, such as what took the place of this publication.
    pub notices: Vec<Notice>,
    /// What the rating is worth; of a draft, what it will be worth once it is published.
    pub status: Status,
    /// The overall rating; none where none is awarded, or as long as a score is missing.
    pub overall: Option<Overall>,
    /// When evidence was assessed, and ratings updated.
    pub dates: Dates,
    /// The written sections about the whole body, in the framework's order.
    pub sections: Vec<Section>,
    /// The themes, in the framework's order.
    pub themes: Vec<Theme>,
    /// Financial facts, where the framework has them in the report; in what is published, only
    /// where there were some.
    pub finance: Option<Finance>,
    /// The evidence used; only in drafts.
    pub evidence: Option<EvidenceList>,
    /// How scores became ratings, and how well each rule is known.
    pub rules: Vec<Rule>,
}

/// A framework, as a report names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrameworkTitle {
    /// Its id.
    pub id: FrameworkId,
    /// What people call it.
    pub name: String,
}

/// Whether a report is a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is not for publication.
    Draft {
        /// When it was shared in this form; none for a draft as it stands now.
        as_shared_on: Option<PartialDate>,
    },
    /// It was published.
    Published {
        /// The publication.
        publication: PublicationId,
        /// When.
        published_on: PartialDate,
        /// BLAKE3 of what was released; none of a publication from before the ledger.
        released: Option<Digest>,
        /// That it was withdrawn: its rating does not count any more.
        withdrawn: Option<Withdrawal>,
    },
}

/// What a reader must know before the report itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Since when, if it has a date.
    pub on: Option<PartialDate>,
    /// A sentence.
    pub text: String,
}

/// The overall rating and where in its band it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Overall {
    /// The rating.
    #[serde(serialize_with = "in_words")]
    pub rating: Rating,
    /// The score, in per cent; none of a publication from before the ledger that does not state it.
    pub score: Option<Percent>,
    /// The first percentage of the band above, minus the score.
    pub percent_to_next_up: Option<u8>,
    /// The score, minus the last percentage of the band below.
    pub percent_to_next_down: Option<u8>,
    /// How many single marks more on statements reach the band above.
    pub marks_to_next_up: Option<u32>,
    /// How many single marks less on statements reach the band below.
    pub marks_to_next_down: Option<u32>,
    /// Where in its band the score lies, if that is known.
    pub band_half: Option<BandHalf>,
}

/// The dates that a report must be clear about, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Dates {
    /// When evidence was last assessed.
    pub assessed_on: Option<PartialDate>,
    /// When ratings were last updated.
    pub rated_on: Option<PartialDate>,
    /// The latest review of a statement that this reader may know of.
    pub reviewed_on: Option<PartialDate>,
}

/// A written section about the whole body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Which one.
    pub section: ReportSection,
    /// Its text, once it is written.
    pub text: Option<Text>,
}

/// A text that people wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// What it is: `text/markdown` is read as such, anything else as plain text.
    pub media_type: MediaType,
    /// The text.
    pub text: String,
}

/// A theme and its statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Theme {
    /// Its id.
    pub id: ThemeId,
    /// Its name.
    pub name: String,
    /// Whether no source confirms the name.
    pub unverified: bool,
    /// Its rating, where the framework publishes one for themes.
    #[serde(serialize_with = "known_in_words")]
    pub rating: Option<Rating>,
    /// Its score in per cent, where the framework publishes one for themes.
    pub score: Option<Percent>,
    /// The findings, once they are written.
    pub findings: Option<Text>,
    /// Its statements, in the framework's order.
    pub statements: Vec<Statement>,
}

/// A quality statement: its score and the findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Its id.
    pub id: StatementId,
    /// Its name.
    pub name: String,
    /// Whether no source confirms the name.
    pub unverified: bool,
    /// Its score.
    pub score: Option<Score>,
    /// The rating that its score stands for, where ratings are awarded.
    #[serde(serialize_with = "known_in_words")]
    pub rating: Option<Rating>,
    /// The "reviewed on" marker: when its score was last reviewed, changed or not.
    pub reviewed_on: Option<PartialDate>,
    /// The evidence category scores behind its score; never for the public.
    pub categories: Vec<CategoryScore>,
    /// The findings, once they are written.
    pub findings: Option<Text>,
}

/// The score of an evidence category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryScore {
    /// The category.
    pub category: CategoryId,
    /// Its name.
    pub name: String,
    /// Its score.
    pub score: Score,
}

/// The evidence that an assessment used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceList {
    /// What may be listed.
    pub items: Vec<EvidenceItem>,
    /// How much there is that may only be counted.
    pub sensitive: Vec<SensitiveCount>,
}

/// A piece of evidence, as far as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceItem {
    /// The evidence category.
    pub category: CategoryId,
    /// The category's name.
    pub name: String,
    /// How it was gathered.
    pub method: EvidenceMethod,
    /// When it was collected.
    pub collected_on: PartialDate,
}

/// How many pieces of evidence of a category hold what people said in confidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SensitiveCount {
    /// The evidence category.
    pub category: CategoryId,
    /// The category's name.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// A rule that the ratings came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// What it is about, in words.
    pub rule: String,
    /// What it says, in words.
    pub value: String,
    /// How well it is known.
    pub basis: Basis,
    /// Title of where it comes from.
    pub source: String,
}

/// Serialises a rating in the regulator's words, as every other answer has it.
fn in_words<S: Serializer>(rating: &Rating, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rating.as_str())
}

fn known_in_words<S: Serializer>(
    rating: &Option<Rating>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    rating.map(Rating::as_str).serialize(serializer)
}
