//! The steps of a derivation: what each of its nodes says.

use super::arithmetic::{Arithmetic, Distance};
use crate::history::Issue;
use crate::row::{Flags, Status};
use crate::scores::rating_in_words;
use assessment::event::{
    AdjustmentReason, AssessmentKind, CorrectionReason, LegalBasis, Programme, PublicationImported,
    PublicationMade, PublicationWithdrawalReason, ReissueReason, ReviewReason, Role,
    WithdrawalReason,
};
use assessment::framework::{Awards, Basis, LevelKind, Method, OverallFrom, RatingChanges};
use assessment::scoring::{Band, BandHalf, Percent, Rating, Rounding, Score};
use assessment::{
    AssessmentId, CategoryId, CommentId, Digest, EvidenceId, FrameworkId, Name, OrganisationCode,
    PanelId, PartialDate, PersonId, PublicationId, StatementId, ThemeId,
};
use serde::Serialize;

/// What a node of a derivation says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// What is explained: one assessment of a body.
    Assessment(Assessed),
    /// The rating of a level.
    Rating(Rated),
    /// A percentage, with how it is worked out.
    Percentage(Arithmetic),
    /// There is no percentage, as scores are missing.
    Incomplete(Incomplete),
    /// A score of a quality statement, or of one evidence category of it.
    Score(Scored),
    /// A later judgement, which waits for a comprehensive assessment.
    Waiting(Waiting),
    /// What a level comes to with the judgements that wait.
    Judged(Judged),
    /// A review of a score.
    Review(Review),
    /// What a panel decided on a score.
    Panel(Panel),
    /// A piece of evidence.
    Evidence(Evidence),
    /// What was published last.
    Publication(Issued),
    /// The framework, with the rules that count here.
    Framework(Rules),
}

/// One assessment of a body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessed {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// The assessment.
    pub assessment: AssessmentId,
    /// What kind of assessment it is.
    pub assessment_kind: AssessmentKind,
    /// The framework.
    pub framework: FrameworkId,
    /// What its ratings are worth.
    pub status: Status,
    /// When it was opened, if that is known.
    pub opened_on: Option<PartialDate>,
    /// When it was cancelled, if it was.
    pub cancelled_on: Option<PartialDate>,
    /// What a reader must know before relying on it.
    pub flags: Flags,
}

/// The rating of a level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rated {
    /// Overall or theme.
    pub level: LevelKind,
    /// The theme; none for overall.
    pub subject: Option<ThemeId>,
    /// The name of the theme.
    pub name: Option<String>,
    /// The rating that the scores in force give.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
    /// Their percentage.
    pub score: Option<Percent>,
    /// Where in its band that lies.
    pub band_half: Option<BandHalf>,
    /// The rating that the public last saw.
    #[serde(serialize_with = "rating_in_words")]
    pub published_rating: Option<Rating>,
    /// The percentage that the public last saw, where it is known.
    pub published_score: Option<Percent>,
    /// What the next rating up needs.
    pub up: Option<Distance>,
    /// What the next rating down needs.
    pub down: Option<Distance>,
}

/// That scores are missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incomplete {
    /// How many statements have a score.
    pub scored: u32,
    /// How many there are.
    pub statements: u32,
    /// Those without one.
    pub missing: Vec<StatementId>,
}

/// A score of a quality statement, or of one evidence category of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scored {
    /// The quality statement.
    pub statement: StatementId,
    /// The evidence category, if it is the score of one.
    pub category: Option<CategoryId>,
    /// The name of the statement, or of the category.
    pub name: String,
    /// The theme of a statement.
    pub theme: Option<ThemeId>,
    /// The score in force.
    pub score: Option<Score>,
    /// The rating that a statement's score stands for.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
    /// How the score came to be.
    pub given: Option<Given>,
    /// The score that the public last saw of a statement.
    pub published_score: Option<Score>,
    /// When a statement was last reviewed here.
    pub reviewed_on: Option<PartialDate>,
    /// When the newest evidence that it rests on was collected, where known.
    pub evidence_on: Option<PartialDate>,
    /// The categories that need a score before a statement gets one.
    pub missing: Vec<CategoryId>,
    /// What the next score up of a statement by category needs.
    pub up: Option<Distance>,
    /// What the next score down of a statement by category needs.
    pub down: Option<Distance>,
    /// What a reader must know before relying on it.
    pub flags: Flags,
}

/// How a score came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// A review gave it.
    Reviewed,
    /// A panel adjusted it.
    Adjusted,
    /// It is computed from the scores of evidence categories.
    Computed,
    /// It was taken in as it had been published before this ledger.
    Imported,
    /// It is read from what was published, as nothing else is public.
    Published,
}

/// A later judgement, which waits for a comprehensive assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The score as judged last.
    pub score: Score,
    /// The score in force meanwhile.
    pub in_force: Option<Score>,
}

/// What a level comes to with the judgements that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The points of the latest judgements.
    pub points: u32,
    /// Their percentage.
    pub percent: Percent,
    /// The rating that they give, if ratings are awarded.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
}

/// A review of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// The score that it gave.
    pub score: Score,
    /// The score before, if there was one.
    pub previous: Option<Score>,
    /// Who decided.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// When.
    pub reviewed_on: PartialDate,
    /// Why.
    pub reason: ReviewReason,
    /// The accepted comment that it follows from.
    pub comment: Option<CommentId>,
    /// The evidence that it rests on.
    pub evidence: Vec<EvidenceId>,
}

/// What a panel decided on a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Panel {
    /// The panel.
    pub panel: PanelId,
    /// The members who decided.
    pub members: Vec<PersonId>,
    /// When.
    pub decided_on: PartialDate,
    /// The score that it found.
    pub scored: Score,
    /// The score from then on.
    pub score: Score,
    /// Why it was adjusted; nothing where it was confirmed.
    pub reason: Option<AdjustmentReason>,
}

/// A piece of evidence, by its commitment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Its evidence category.
    pub category: Option<CategoryId>,
    /// Salted BLAKE3 commitment to it.
    pub commitment: Option<Digest>,
    /// BLAKE3 of the sealed file that holds it.
    pub sealed: Option<Digest>,
    /// When it was collected.
    pub collected_on: Option<PartialDate>,
    /// When it arrived.
    pub received_on: Option<PartialDate>,
    /// When it was withdrawn, if it was.
    pub withdrawn_on: Option<PartialDate>,
    /// Why it was.
    pub withdrawal_reason: Option<WithdrawalReason>,
    /// When its content was erased, if it was.
    pub erased_on: Option<PartialDate>,
    /// On what ground in law.
    pub legal_basis: Option<LegalBasis>,
}

/// What was published last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// The publication.
    pub publication: PublicationId,
    /// When.
    pub published_on: PartialDate,
    /// The overall rating, as published.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
    /// The overall percentage, as published, where it is known.
    pub score: Option<Percent>,
    /// The rating that the published scores give, where that or the percentage is another.
    #[serde(serialize_with = "rating_in_words")]
    pub computed_rating: Option<Rating>,
    /// The percentage that they give.
    pub computed_score: Option<Percent>,
    /// What it took the place of, if it was issued again.
    pub replaces: Option<PublicationId>,
    /// Why it was.
    pub reissue_reason: Option<ReissueReason>,
    /// When it was withdrawn, if it was.
    pub withdrawn_on: Option<PartialDate>,
    /// Why it was.
    pub withdrawal_reason: Option<PublicationWithdrawalReason>,
    /// Who released it, if it was published here.
    pub by: Option<PersonId>,
    /// BLAKE3 of the released report, if it was published here.
    pub released: Option<Digest>,
    /// What the import states, if it was published before this ledger.
    pub import: Option<Import>,
}

/// What the import of a publication states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// Where it was published, if known.
    pub source: Option<String>,
    /// The programme that the source names.
    pub programme: Programme,
    /// On what it rests that this framework applies.
    pub framework_basis: Basis,
    /// Why a difference between the rating and its scores is taken as it was published.
    pub disagreement: Option<CorrectionReason>,
    /// Why what had been taken in first was replaced, if it was.
    pub corrected: Option<CorrectionReason>,
}

/// The framework, with the rules that count here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rules {
    /// The framework.
    pub framework: FrameworkId,
    /// What people call it.
    pub name: String,
    /// From when on it was in use in this ledger.
    pub adopted_on: PartialDate,
    /// BLAKE3 of its scoring part.
    pub scoring_digest: String,
    /// What is scored.
    pub method: Rule<Method>,
    /// Whether ratings are awarded.
    pub awards_ratings: Rule<Awards>,
    /// How a percentage becomes a whole one.
    pub rounding: Rule<Rounding>,
    /// When a rating may change.
    pub rating_changes: Rule<RatingChanges>,
    /// What the overall percentage is computed from.
    pub overall_from: Rule<OverallFrom>,
    /// Which percentages stand for which rating.
    pub bands: Rule<Vec<Band>>,
}

/// A rule with how well it is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule<T> {
    /// The rule.
    pub value: T,
    /// How well it is known.
    pub basis: Basis,
    /// Where from: a key of the framework's sources.
    pub source: String,
    /// Title of that source.
    pub title: Option<String>,
}

impl Issued {
    pub(super) fn new(issue: &Issue) -> Self {
        Self {
            publication: issue.publication,
            published_on: issue.on,
            rating: issue.rating,
            score: issue.score,
            computed_rating: None,
            computed_score: None,
            replaces: issue.reissue.map(|reissue| reissue.replaces),
            reissue_reason: issue.reissue.map(|reissue| reissue.reason),
            withdrawn_on: issue.withdrawn.map(|withdrawn| withdrawn.on),
            withdrawal_reason: issue.withdrawn.map(|withdrawn| withdrawn.reason),
            by: None,
            released: None,
            import: None,
        }
    }

    /// Takes in what the record of a publication of this ledger says.
    pub(super) fn note(&mut self, made: &PublicationMade) {
        (self.by, self.released) = (Some(made.by), Some(made.released));
    }
}

impl From<&PublicationImported> for Import {
    fn from(import: &PublicationImported) -> Self {
        Self {
            source: import.source.as_ref().map(|source| source.as_str().to_owned()),
            programme: import.programme,
            framework_basis: import.framework_basis,
            disagreement: import.disagreement.map(|accepted| accepted.reason),
            corrected: None,
        }
    }
}
