//! Why a command is refused: each refusal has a stable code, a sentence and a hint.

use crate::event::Programme;
use crate::framework::OrganisationKind;
use crate::scoring::{Percent, Rating, Score};
use crate::{AssessmentId, CategoryId, FrameworkId, OrganisationCode, PartialDate, StatementId};
use chrono::NaiveDate;

/// A rule, as it is explained to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The code of its refusal: stable, for programs.
    pub code: &'static str,
    /// When it refuses.
    pub when: &'static str,
    /// The sentence of its refusal; what stands in braces is filled in.
    pub sentence: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

/// Defines an enum of refusals: variant, code, sentence, hint; and those of other enums in it.
macro_rules! rejections {
    ($(#[$enum_doc:meta])* $name:ident { $($(#[$inner_doc:meta])* $inner:ident($wrapped:ident),)* }
     $(#[doc = $doc:literal] $variant:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
     } $code:literal, $sentence:literal, $hint:literal;)*) => {
        $(#[$enum_doc])*
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $($(#[$inner_doc])* #[error(transparent)] $inner(#[from] $wrapped),)*
            $(#[doc = $doc] #[error($sentence)] $variant { $($(#[$field_doc])* $field: $type),* },)*
        }

        impl $name {
            /// Every rule that refuses, in the order in which they are explained.
            pub fn rules() -> Vec<$crate::rejection::Rule> {
                let own = [$($crate::rejection::Rule {
                    code: $code,
                    when: $doc,
                    sentence: $sentence,
                    hint: $hint,
                }),*];
                #[allow(unused_mut, reason = "most enums have no others in them")]
                let mut all = own.to_vec();
                $(all.extend($wrapped::rules());)*
                all
            }

            /// The code: stable, for programs.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$inner(inner) => inner.code(),)*
                    $(Self::$variant { .. } => $code,)*
                }
            }

            /// What to do about it.
            pub fn hint(&self) -> &'static str {
                match self {
                    $(Self::$inner(inner) => inner.hint(),)*
                    $(Self::$variant { .. } => $hint,)*
                }
            }
        }
    };
}

mod after;
mod evidence;
mod keys;
mod samples;
mod steps;

pub use after::AfterRejection;
pub use evidence::EvidenceRejection;
pub use keys::KeyRejection;
pub use samples::SampleRejection;
pub use steps::StepRejection;

rejections! {
    /// A decision that the rules do not allow; nothing is recorded.
    Rejection {
        /// About evidence and an assessment's plan.
        Evidence(EvidenceRejection),
        /// About the steps from scores to a publication.
        Step(StepRejection),
        /// About what comes after a publication.
        After(AfterRejection),
        /// About the key of the checkpoints.
        Key(KeyRejection),
        /// About samples of quality assurance.
        Sample(SampleRejection),
    }

    /// The organisation is not in the ledger.
    OrganisationUnknown {
        /// The code that was given.
        code: OrganisationCode,
    } "organisation_unknown", "no organisation {code} is registered",
        "`organisation list` shows what is there; `organisation register` adds one";

    /// The code is taken by an organisation with other facts.
    OrganisationExists {
        /// The code that was given.
        code: OrganisationCode,
        /// What differs, with both values.
        difference: String,
    } "organisation_exists", "{code} is registered already, and {difference}",
        "`organisation amend` corrects what is recorded";

    /// An organisation of another kind was needed.
    WrongKind {
        /// The organisation.
        code: OrganisationCode,
        /// What it is.
        found: OrganisationKind,
        /// What was needed.
        needed: OrganisationKind,
    } "wrong_kind", "{code} is of kind {found}, and this needs {needed}",
        "`organisation show` tells what a body is; each framework is for one kind";

    /// The organisation has ended.
    OrganisationEnded {
        /// The organisation.
        code: OrganisationCode,
        /// Its successor.
        into: OrganisationCode,
        /// The first day of the new order.
        on: PartialDate,
    } "organisation_ended", "{code} was succeeded by {into} on {on}",
        "use the successor, or a date before that";

    /// An organisation cannot succeed itself.
    SucceedsItself {
        /// The organisation.
        code: OrganisationCode,
    } "succeeds_itself", "{code} cannot be merged into itself",
        "name the new organisation with --into";

    /// Nothing to merge was named.
    NothingToSucceed {} "nothing_to_succeed", "no organisation was named that ends",
        "name at least one organisation before --into";

    /// An amendment without any change.
    NothingToAmend {
        /// The organisation.
        code: OrganisationCode,
    } "nothing_to_amend", "no new value was given for {code}",
        "give at least one of --name, --official-name and --region";

    /// The authority is in the system's area already.
    AreaMemberExists {
        /// The system.
        system: OrganisationCode,
        /// The authority.
        authority: OrganisationCode,
        /// Since when.
        from: PartialDate,
    } "area_member_exists", "{authority} is in the area of {system} since {from}",
        "`area end` ends a membership; `area show` lists them with their dates";

    /// The authority is not in the system's area.
    AreaMemberUnknown {
        /// The system.
        system: OrganisationCode,
        /// The authority.
        authority: OrganisationCode,
    } "area_member_unknown", "{authority} has no open membership in the area of {system}",
        "`area show` lists the memberships with their dates";

    /// A membership cannot end before it began.
    AreaEndsBeforeStart {
        /// The first day.
        from: PartialDate,
        /// The last day that was given.
        to: PartialDate,
    } "area_ends_before_start", "the membership began on {from} and cannot end on {to}",
        "give a last day on or after the first";

    /// The framework is neither in the ledger nor shipped.
    FrameworkUnknown {
        /// The id that was given.
        framework: FrameworkId,
    } "framework_unknown", "no framework {framework} is in this ledger",
        "`framework list` shows the adopted and the shipped ones; `framework adopt` adds one";

    /// The id is taken by a framework with another content.
    FrameworkExists {
        /// The id that was given.
        framework: FrameworkId,
    } "framework_exists", "{framework} is adopted already, with another content",
        "a framework never changes once adopted: give the new version an id of its own";

    /// The framework contradicts itself.
    FrameworkUnsound {
        /// The id that was given.
        framework: FrameworkId,
        /// The first thing that is wrong, with its place.
        finding: String,
    } "framework_unsound", "{framework} cannot be used: {finding}",
        "`framework check` lists everything that is wrong with it";

    /// The framework caps ratings by a limiter, which no record can hold yet.
    FrameworkLimits {
        /// The id that was given.
        framework: FrameworkId,
    } "framework_limits", "{framework} caps ratings by a limiter, which records do not know yet",
        "`what-if --framework FILE` tells what it would change; without its limiters it is adopted";

    /// The framework was not in force on that day.
    FrameworkNotInForce {
        /// The framework.
        framework: FrameworkId,
        /// The day that was given.
        on: PartialDate,
    } "framework_not_in_force", "{framework} was not in force on {on}",
        "`framework show` tells its dates";

    /// The framework has no scores.
    FrameworkWithoutScores {
        /// The framework.
        framework: FrameworkId,
    } "framework_without_scores", "{framework} awards no scores",
        "`framework show` tells how a framework is scored";

    /// The assessment is not in the ledger, or not of this organisation.
    AssessmentUnknown {
        /// The id that was given.
        assessment: AssessmentId,
        /// The organisation that was given.
        organisation: OrganisationCode,
    } "assessment_unknown", "{organisation} has no assessment {assessment}",
        "`assessment list` shows the assessments of an organisation";

    /// No published assessment to take by default.
    NoPublishedAssessment {
        /// The organisation.
        organisation: OrganisationCode,
    } "no_published_assessment", "{organisation} has no published assessment",
        "name the assessment with --assessment; `assessment list` shows what is open";

    /// The framework has no such statement.
    StatementUnknown {
        /// The id that was given.
        statement: StatementId,
        /// The framework of the assessment.
        framework: FrameworkId,
    } "statement_unknown", "{framework} has no quality statement {statement}",
        "`framework show` lists the statements with their ids";

    /// The framework does not score the statement in this category.
    CategoryNotUsed {
        /// The id that was given.
        category: CategoryId,
        /// The statement.
        statement: StatementId,
        /// The framework of the assessment.
        framework: FrameworkId,
    } "category_not_used", "{framework} does not score {statement} in the category {category}",
        "`framework show` lists the categories of each statement";

    /// The framework scores categories, and the cell has or must have category scores.
    ScoredByCategory {
        /// The statement.
        statement: StatementId,
        /// The framework of the assessment.
        framework: FrameworkId,
    } "scored_by_category", "{framework} scores {statement} by evidence category",
        "name the evidence category with --category";

    /// The framework scores statements directly.
    ScoredByStatement {
        /// The statement.
        statement: StatementId,
        /// The framework of the assessment.
        framework: FrameworkId,
    } "scored_by_statement", "{framework} scores {statement} as a whole, not by category",
        "leave --category out";

    /// The score is no longer the one that was seen.
    ScoreChanged {
        /// The statement.
        statement: StatementId,
        /// The score that was expected.
        was: Score,
        /// The score that is there, in words.
        found: String,
    } "score_changed", "the score of {statement} is {found}, not {was}",
        "look at the newer review (`reviewed`) before deciding again";

    /// A later review exists.
    ReviewBeforeLatest {
        /// The statement.
        statement: StatementId,
        /// The date that was given.
        reviewed_on: PartialDate,
        /// The date of the latest judgement.
        latest: PartialDate,
    } "review_before_latest",
        "the review of {statement} is dated {reviewed_on}, before the latest of {latest}",
        "give --correction if it corrects that one";

    /// A review before its assessment.
    ReviewBeforeOpening {
        /// The date that was given.
        reviewed_on: PartialDate,
        /// When the assessment was opened.
        opened_on: PartialDate,
    } "review_before_opening",
        "the review is dated {reviewed_on}, before the assessment was opened on {opened_on}",
        "check the date, and the assessment that is meant";

    /// Something that has not happened yet.
    DateInFuture {
        /// The date that was given.
        date: PartialDate,
        /// Today, in London.
        today: NaiveDate,
    } "date_in_future", "{date} has not come yet (today is {today})",
        "only what has happened can be recorded";

    /// The precision of a date is not the one that is needed.
    NotAMonth {
        /// The date that was given.
        date: PartialDate,
    } "not_a_month", "the month of publication is {date}, which is not a month",
        "write it as YYYY-MM";

    /// The day of publication is not in the month of publication.
    DateOutsideMonth {
        /// The day.
        date: PartialDate,
        /// The month.
        month: PartialDate,
    } "date_outside_month", "the day of publication, {date}, is not in its month, {month}",
        "correct the one or the other";

    /// A row without scores.
    ScoresMissing {
        /// How many the framework needs.
        needed: u64,
    } "scores_missing", "the row has a rating and none of its {needed} scores",
        "--partial takes rows without scores; nothing is computed for them";

    /// A row with another number of scores than the framework has statements.
    WrongNumberOfScores {
        /// How many there are.
        found: u64,
        /// How many the framework needs.
        needed: u64,
        /// The framework.
        framework: FrameworkId,
    } "wrong_number_of_scores",
        "the row has {found} scores, and {framework} has {needed} statements",
        "--framework names the framework of the table; nine columns are la-…, seventeen ics-…";

    /// The scores give another rating.
    RatingDisagrees {
        /// As published.
        stated: Rating,
        /// What the scores give.
        computed: Rating,
        /// The percentage behind it.
        percent: Percent,
    } "rating_disagrees",
        "the published rating is {stated}, and the scores give {computed} ({percent} %)",
        "check the row; --accept-disagreement REASON records it as published";

    /// The scores give another overall score.
    ScoreDisagrees {
        /// As published.
        stated: Percent,
        /// What the scores give.
        computed: Percent,
    } "score_disagrees",
        "the published overall score is {stated} %, and the scores give {computed} %",
        "check the row; --accept-disagreement REASON records it as published";

    /// A publication of the same key with another content.
    PublicationDiffers {
        /// The organisation.
        organisation: OrganisationCode,
        /// The programme.
        programme: Programme,
        /// The month.
        month: PartialDate,
        /// What differs, with both values.
        difference: String,
    } "publication_differs",
        "{organisation}, {programme}, {month} was taken in already, and {difference}",
        "--replace REASON corrects it by a later record";

    /// A corrected publication under another framework than its assessment was reviewed under.
    FrameworkKept {
        /// The assessment.
        assessment: AssessmentId,
        /// The framework that it has.
        framework: FrameworkId,
        /// The framework that was given.
        given: FrameworkId,
    } "framework_kept",
        "{assessment} has been reviewed under {framework} and cannot be read under {given} now",
        "leave --framework as it was; a correction changes what was published, not its reading";
}
