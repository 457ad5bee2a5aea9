//! Refusals about what comes after a publication.

use crate::event::{Declined, ReissueReason, StatedValue};
use crate::framework::OrganisationKind;
use crate::{
    AssessmentId, FrameworkId, OrganisationCode, PartialDate, PersonId, PublicationId, StatementId,
};

rejections! {
    /// A step after a publication that the rules do not allow.
    AfterRejection {}

    /// Work on an assessment whose place another one has taken.
    AssessmentSuperseded {
        /// The assessment.
        assessment: AssessmentId,
        /// The one that was published since.
        by: AssessmentId,
    } "assessment_superseded",
        "{assessment} is history: {by} was published after it",
        "an update is made in the assessment that was published last; `publication list` shows it";

    /// A published report is changed in a way that the process does not have.
    NotForUpdates {
        /// The assessment.
        assessment: AssessmentId,
        /// The framework.
        framework: FrameworkId,
    } "not_for_updates",
        "{assessment} is published, and {framework} wants no panel for an update",
        "review the score; `publication make` publishes the update";

    /// There is nothing new to publish.
    NothingToPublish {
        /// The assessment.
        assessment: AssessmentId,
        /// Its latest publication.
        publication: PublicationId,
    } "nothing_to_publish",
        "nothing in {assessment} has changed since {publication}",
        "`due` lists what must be published; a review that changes nothing needs no publication";

    /// What was withdrawn is put right under its own name.
    PublicationIsWithdrawn {
        /// The publication.
        publication: PublicationId,
        /// When it was withdrawn.
        on: PartialDate,
    } "publication_is_withdrawn",
        "{publication} was withdrawn on {on}",
        "`publication reissue` publishes what takes its place";

    /// No such publication is there.
    PublicationUnknown {
        /// The publication.
        publication: PublicationId,
    } "publication_unknown",
        "no publication {publication} is in the ledger",
        "`publication list` shows what there is";

    /// Only the latest publication of an assessment stands.
    PublicationReplaced {
        /// The publication.
        publication: PublicationId,
        /// The latest one.
        latest: PublicationId,
    } "publication_replaced",
        "{latest} took the place of {publication}",
        "name the latest publication; `publication list` shows them all";

    /// The reason of a reissue is none that the ledger knows of.
    ReissueUnfounded {
        /// The publication.
        publication: PublicationId,
        /// The reason.
        reason: ReissueReason,
    } "reissue_unfounded",
        "nothing in the ledger gives the reason {reason} for a reissue of {publication}",
        "a withdrawal, a strike-out behind it, or an upheld process review must be recorded first";

    /// What must not be public would be public again.
    TextsUnchanged {
        /// The publication.
        publication: PublicationId,
    } "texts_unchanged",
        "{publication} was withdrawn for what it says, and none of its texts was written anew",
        "`draft write` writes the passage that must not be public anew";

    /// There is no duty to notify.
    NoSection50Duty {
        /// The assessment.
        assessment: AssessmentId,
    } "no_section_50_duty",
        "{assessment} has no section 50 duty",
        "the duty arises when a 1 outside the exempt themes is decided; `section-50 list` shows it";

    /// The letter was recorded already.
    LetterSent {
        /// The assessment.
        assessment: AssessmentId,
        /// To whom it went.
        addressee: &'static str,
        /// When it was sent.
        on: PartialDate,
    } "letter_sent",
        "the letter to the {addressee} about {assessment} was sent on {on}",
        "if that was recorded in error, strike the record out first";

    /// No request waits for a decision.
    NoProcessReview {
        /// The publication.
        publication: PublicationId,
    } "no_process_review",
        "no review of the rating process of {publication} waits for a decision",
        "`process-review list` shows the requests";

    /// The request was declined on arrival.
    ProcessReviewDeclined {
        /// The publication.
        publication: PublicationId,
        /// Why.
        declined: Declined,
    } "process_review_declined",
        "the request about {publication} was declined on arrival ({declined})",
        "`process-review list` shows the requests";

    /// It was decided before, otherwise.
    ProcessReviewDecided {
        /// The publication.
        publication: PublicationId,
        /// When.
        on: PartialDate,
    } "process_review_decided",
        "the review of the rating process of {publication} was decided on {on}",
        "if that was recorded in error, strike the record out first";

    /// Somebody decides on their own work.
    DecidedByInvolved {
        /// Who.
        person: PersonId,
        /// The assessment.
        assessment: AssessmentId,
    } "decided_by_involved",
        "{person} had a part in {assessment} and cannot review its process",
        "somebody who did not score, calibrate, resolve, release or make it decides";

    /// A year without a figure.
    NoFacts {
        /// The body.
        organisation: OrganisationCode,
    } "no_facts",
        "no figure was given for {organisation}",
        "give at least one, such as --total-budget";

    /// The record is not there, or is about no body.
    RecordUnknown {
        /// The position.
        position: u64,
    } "record_unknown",
        "there is no record {position} about a body",
        "`log` shows the records with their positions; what is about no body is not struck out";

    /// Records of this kind are corrected otherwise.
    KindNotStruckOut {
        /// The position.
        position: u64,
        /// The record's kind.
        kind: String,
        /// What corrects it.
        instead: &'static str,
    } "kind_not_struck_out",
        "record {position} (`{kind}`) is not struck out: {instead}",
        "docs/rules.md lists what corrects a record of each kind";

    /// It is void already.
    StruckOutAlready {
        /// The position.
        position: u64,
        /// The record that struck it out.
        by: u64,
    } "struck_out_already",
        "record {position} was struck out by record {by}",
        "striking out the strike-out brings it back";

    /// Other records rest on it.
    RestedOn {
        /// The position.
        position: u64,
        /// The records that rest on it, by position.
        by: String,
    } "rested_on",
        "record {position} cannot be struck out, as others rest on it: {by}",
        "strike those out first, the latest first, if they are in error too";

    /// Something else was recorded in its place since.
    PlaceTaken {
        /// The strike-out.
        position: u64,
        /// The record that it struck out.
        struck: u64,
        /// What was recorded since.
        by: u64,
    } "place_taken",
        "record {struck} cannot come back: record {by} has taken its place",
        "strike out what took its place first, if that is in error";

    /// What it rests on is void.
    RestsOnVoid {
        /// The record that is to come back.
        position: u64,
        /// What it rests on.
        on: u64,
    } "rests_on_void",
        "record {position} cannot come back: it rests on record {on}, which is struck out",
        "bring back what it rests on first";

    /// It was not published, so no two sources can state it.
    NotPublished {
        /// The assessment.
        assessment: AssessmentId,
    } "not_published",
        "nothing of {assessment} is published",
        "`publication list` shows what is";

    /// The value is none that the field can have.
    ValueOfAnotherField {
        /// The value.
        value: StatedValue,
        /// What the field holds.
        expected: &'static str,
    } "value_of_another_field",
        "{value} is not {expected}",
        "a statement has a score, overall_rating a rating, overall_score a percentage, \
         publication_date a date";

    /// What the sources state is the same, or a month and a day of it.
    NoConflict {
        /// The assessment.
        assessment: AssessmentId,
    } "no_conflict",
        "the sources do not contradict each other about {assessment}",
        "a conflict is between two values that cannot both be right";

    /// The ledger uses another value.
    ValueNotUsed {
        /// The value that is said to be used.
        value: StatedValue,
        /// The value that is in the ledger.
        found: StatedValue,
    } "value_not_used",
        "{value} is said to be used, and the ledger has {found}",
        "`publication import` with a replacing row corrects what was taken in";

    /// No framework of that kind has what a national report is about.
    NothingOfKind {
        /// The kind of bodies.
        kind: OrganisationKind,
    } "nothing_of_kind",
        "no framework for bodies of kind {kind} that was adopted has this theme or statement",
        "`framework list` shows the frameworks, `framework show` what is in one";

    /// A quality statement that the framework does not have.
    FieldUnknown {
        /// The statement.
        statement: StatementId,
        /// The framework.
        framework: FrameworkId,
    } "field_unknown",
        "{framework} has no quality statement {statement}",
        "`framework show` lists the statements";
}
