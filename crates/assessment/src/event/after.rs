//! The data of events after a publication: duties, reviews of the process, corrections, and what
//! is known of a body beside its assessment.

use super::words;
use crate::content::{Content, Digest};
use crate::date::FinancialYear;
use crate::scoring::{Percent, Rating, Score};
use crate::text::{Citation, SourceUrl};
use crate::{AssessmentId, OrganisationCode, PartialDate, PersonId, PublicationId, StatementId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Data of [`Event::PublicationWithdrawn`](super::Event::PublicationWithdrawn).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationWithdrawn {
    /// Who decided it.
    pub by: PersonId,
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

/// Data of [`Event::PublicationReissued`](super::Event::PublicationReissued).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationReissued {
    /// What is published now, whole.
    pub made: super::PublicationMade,
    /// Why.
    pub reason: ReissueReason,
    /// What it takes the place of.
    pub replaces: PublicationId,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Event::Section50Notified`](super::Event::Section50Notified).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section50Notified {
    /// The assessment.
    pub assessment: AssessmentId,
    /// BLAKE3 of the letter.
    pub digest: Digest,
    /// Which of the two letters.
    pub letter: Letter,
    /// When it was sent.
    pub sent_on: PartialDate,
    /// The quality statements that it names: those of the duty that were decided by then and that
    /// no such letter named before.
    pub statements: Vec<StatementId>,
}

/// Data of [`Event::ProcessReviewRequested`](super::Event::ProcessReviewRequested).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessReviewRequested {
    /// That it was declined on arrival, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Declined>,
    /// The last day on which it could be made; absent where the day of publication is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<PartialDate>,
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

/// Data of [`Event::ProcessReviewDecided`](super::Event::ProcessReviewDecided).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessReviewDecided {
    /// Who decided: nobody who had a part in the assessment.
    pub by: PersonId,
    /// When.
    pub decided_on: PartialDate,
    /// What was decided.
    pub outcome: ReviewOutcome,
    /// The publication that the request is about.
    pub publication: PublicationId,
    /// Why, in words.
    pub text: Content,
}

/// Data of [`Event::FinanceRecorded`](super::Event::FinanceRecorded).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinanceRecorded {
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

/// A year of a local authority in figures; what is absent is not known.
///
/// All are approximate, and for information only: no score depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinancialFacts {
    /// What was to be spent on adult social care, in pence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care_budget_pence: Option<u64>,
    /// What was spent on adult social care, in pence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care_spend_pence: Option<u64>,
    /// People in long-term support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_long_term: Option<u64>,
    /// People in short-term support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_short_term: Option<u64>,
    /// Whether the full adult social care precept was raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precept: Option<Precept>,
    /// What was to be spent on everything, in pence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_budget_pence: Option<u64>,
    /// What was spent on everything, in pence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_spend_pence: Option<u64>,
}

/// Data of [`Event::RecordStruckOut`](super::Event::RecordStruckOut).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordStruckOut {
    /// The assessment that the void record is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// Who decided it.
    pub by: PersonId,
    /// The organisation that the void record is about.
    pub organisation: OrganisationCode,
    /// The record that is void from now on.
    pub position: u64,
    /// The latest publication of the assessment, where it was made after that record and so rests
    /// on it: it is due again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<PublicationId>,
    /// Why.
    pub reason: StrikeOutReason,
    /// When.
    pub struck_on: PartialDate,
    /// The kind of that record.
    pub struck: String,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}

/// Data of [`Event::ConflictRecorded`](super::Event::ConflictRecorded).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConflictRecorded {
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

/// What a source states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// Which source, so that it can be found.
    pub source: Citation,
    /// What it states.
    pub value: StatedValue,
}

/// Which value is used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Used {
    /// Why that one.
    pub reason: ConflictReason,
    /// Whose value.
    pub value: Side,
}

/// A field of an assessment that sources can disagree about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ConflictField {
    /// The overall rating.
    OverallRating,
    /// The overall score, in per cent.
    OverallScore,
    /// The date of publication.
    PublicationDate,
    /// The score of a quality statement.
    Statement(StatementId),
}

/// A value as a source states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StatedValue {
    /// A date.
    Date(PartialDate),
    /// That there is none.
    NotStated,
    /// A percentage.
    Percent(Percent),
    /// A rating.
    Rating(Rating),
    /// A score.
    Score(Score),
}

words! {
    /// Why a publication is withdrawn.
    PublicationWithdrawalReason {
        /// It should not have been published, or not then.
        PublishedInError = "published_in_error",
        /// It says something that must not be public; its texts are shown no more.
        NotToBePublic = "not_to_be_public",
        /// What it rests on was struck out.
        BasisStruckOut = "basis_struck_out",
        /// A review found that the process was not followed.
        ProcessReview = "process_review",
        /// A court, or another authority, orders it.
        Ordered = "ordered",
    }
}

words! {
    /// Why a publication is issued again.
    ReissueReason {
        /// It was withdrawn, and is put right.
        AfterWithdrawal = "after_withdrawal",
        /// An error in the text.
        ErrorInText = "error_in_text",
        /// What it rested on was struck out.
        BasisStruckOut = "basis_struck_out",
        /// A review found that the process was not followed.
        ProcessReview = "process_review",
    }
}

words! {
    /// One of the two letters of a section 50 notification.
    Letter {
        /// To the Secretary of State.
        SecretaryOfState = "secretary_of_state",
        /// To the chief executive and the director of adult social services.
        ChiefExecutiveAndDirector = "chief_executive_and_director",
    }
}

words! {
    /// On what ground a review of the rating process is asked for.
    ReviewGround {
        /// That the process was not followed.
        ProcessNotFollowed = "process_not_followed",
        /// Another one, such as that the judgement is wrong.
        Other = "other",
    }
}

words! {
    /// Why a request for a review of the rating process is declined on arrival.
    Declined {
        /// The framework offers no such review.
        NotOffered = "not_offered",
        /// It came after the last day.
        Late = "late",
        /// It is longer than it may be.
        TooLong = "too_long",
        /// It is made on another ground than that the process was not followed.
        OtherGround = "other_ground",
        /// There was a request about this publication before.
        Repeated = "repeated",
    }
}

words! {
    /// What a review of the rating process found.
    ReviewOutcome {
        /// The process was not followed: scores are reviewed again, whichever way they go.
        Upheld = "upheld",
        /// The process was followed.
        NotUpheld = "not_upheld",
    }
}

words! {
    /// Whether a local authority raised the full adult social care precept.
    Precept {
        /// In full.
        Full = "full",
        /// Not in full, or not at all.
        NotFull = "not_full",
    }
}

words! {
    /// Why a record is struck out.
    StrikeOutReason {
        /// It is about another body or another assessment.
        WrongBody = "wrong_body",
        /// It says something else than what happened.
        WrongEntry = "wrong_entry",
        /// The same was recorded twice.
        Duplicate = "duplicate",
        /// What it says did not happen.
        NeverHappened = "never_happened",
        /// It was a trial or an exercise.
        Trial = "trial",
        /// Quality assurance found it wrong.
        QualityAssurance = "quality_assurance",
    }
}

words! {
    /// One of the two sources of a conflict.
    Side {
        /// The first.
        A = "a",
        /// The second.
        B = "b",
    }
}

words! {
    /// Why one of two values is used.
    ConflictReason {
        /// The other published figures agree with it.
        FiguresAgree = "figures_agree",
        /// It stands in the published report itself.
        InReport = "in_report",
        /// The other source copied it wrongly, or left it out.
        CopyWrong = "copy_wrong",
        /// It is the later word of the same source.
        Later = "later",
        /// The body or the regulator confirmed it.
        Confirmed = "confirmed",
    }
}

impl std::fmt::Display for StatedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{date}"),
            Self::NotStated => write!(f, "not stated"),
            Self::Percent(percent) => write!(f, "{percent}"),
            Self::Rating(rating) => write!(f, "{rating}"),
            Self::Score(score) => write!(f, "{score}"),
        }
    }
}

impl Letter {
    /// To whom it goes, in words.
    pub fn addressee(self) -> &'static str {
        match self {
            Self::SecretaryOfState => "Secretary of State",
            Self::ChiefExecutiveAndDirector => "chief executive and the director",
        }
    }
}

impl FinancialFacts {
    /// Adult social care's share of all spending, in tenths of a per cent, rounded half up;
    /// nothing unless both are known and something was spent.
    pub fn care_share_permille(&self) -> Option<u64> {
        let (care, total) = (self.care_spend_pence?, self.total_spend_pence?);
        if total == 0 {
            return None;
        }
        let (care, total) = (u128::from(care), u128::from(total));
        u64::try_from((2000 * care + total) / (2 * total)).ok()
    }
}

impl ConflictRecorded {
    /// Whether it is still open which value is right.
    pub fn is_unresolved(&self) -> bool {
        self.used.is_none()
    }
}
