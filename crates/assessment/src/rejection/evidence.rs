//! Refusals about evidence and an assessment's plan.

use crate::{
    AssessmentId, CategoryId, EvidenceId, FrameworkId, OrganisationCode, PartialDate, PersonId,
    RequestId, StatementId,
};

rejections! {
    /// A decision on evidence or an assessment's plan that the rules do not allow.
    EvidenceRejection {}

    /// An assessment of that organisation under that framework is open already.
    AssessmentOpen {
        /// The assessment.
        assessment: AssessmentId,
        /// The framework.
        framework: FrameworkId,
    } "assessment_open",
        "{assessment} is open under {framework} already",
        "publish or cancel it first; `assessment list` shows what is open";

    /// The assessment was cancelled.
    AssessmentCancelled {
        /// The assessment.
        assessment: AssessmentId,
        /// When.
        on: PartialDate,
    } "assessment_cancelled",
        "{assessment} was cancelled on {on}",
        "open another one; its evidence stays with the organisation";

    /// The assessment has been published.
    AssessmentPublished {
        /// The assessment.
        assessment: AssessmentId,
        /// When.
        on: PartialDate,
    } "assessment_published",
        "{assessment} was published on {on}",
        "what is published is reviewed (`score review`), not prepared again";

    /// An amendment without any change.
    NothingToAmend {
        /// The assessment.
        assessment: AssessmentId,
    } "nothing_to_amend_assessment",
        "no new value was given for {assessment}",
        "give at least one of --notice, --information-return, --site-visit and --team";

    /// Somebody is named twice in a team.
    TeamMemberTwice {
        /// Who.
        person: PersonId,
    } "team_member_twice",
        "{person} is named twice in the team",
        "name everybody in the team once, in one role";

    /// Something is dated before what it follows.
    OutOfOrder {
        /// What is dated so, in words.
        what: &'static str,
        /// The date that was given.
        date: PartialDate,
        /// What it follows, in words.
        after: &'static str,
        /// The date of that.
        earlier: PartialDate,
    } "out_of_order",
        "{what} is dated {date}, before {after} of {earlier}",
        "check the date, and the id that is meant";

    /// The evidence is not in the ledger.
    EvidenceUnknown {
        /// The evidence.
        evidence: EvidenceId,
    } "evidence_unknown",
        "no evidence {evidence} is in the ledger",
        "`evidence list` shows what is there";

    /// No framework knows the evidence category.
    CategoryUnknown {
        /// The id that was given.
        category: CategoryId,
    } "category_unknown",
        "no framework has an evidence category {category}",
        "`framework show` lists the categories with their ids";

    /// No adopted framework has the quality statement.
    StatementNotInUse {
        /// The id that was given.
        statement: StatementId,
    } "statement_not_in_use",
        "no framework in this ledger has a quality statement {statement}",
        "`framework show` lists the statements with their ids";

    /// Evidence without anybody that it is about.
    OrganisationNotNamed {
    } "organisation_not_named",
        "nobody was named that the evidence is about",
        "name at least one organisation";

    /// Evidence without any content.
    EvidenceEmpty {} "evidence_empty", "the evidence has no content",
        "give a text that says something, or a file that is not empty";

    /// The request is not in the ledger.
    RequestUnknown {
        /// The id that was given.
        request: RequestId,
    } "request_unknown",
        "no request {request} is in the ledger",
        "`evidence list --requests` shows what was asked for";

    /// The request was made neither for nor of anybody that the evidence is about.
    RequestOfAnotherBody {
        /// The request.
        request: RequestId,
    } "request_of_another_body",
        "{request} was made neither for nor of anybody that the evidence is about",
        "name a request of one of these bodies, or all whom the evidence is about";

    /// A request that wants an answer before it is made.
    DueBeforeRequest {
        /// By when it is wanted.
        due_on: PartialDate,
        /// When it is made.
        requested_on: PartialDate,
    } "due_before_request",
        "it is wanted by {due_on}, before it is made on {requested_on}",
        "give a day on or after that of the request";

    /// No evidence was named.
    NothingToUse {
    } "nothing_to_use",
        "no evidence was named",
        "name at least one piece of evidence; `evidence list` shows them";

    /// The evidence is not relied on any more.
    EvidenceWithdrawn {
        /// The evidence.
        evidence: EvidenceId,
        /// When.
        on: PartialDate,
    } "evidence_withdrawn",
        "{evidence} was withdrawn on {on}",
        "name other evidence; `evidence list` shows what may be relied on";

    /// The content of the evidence was erased.
    EvidenceErased {
        /// The evidence.
        evidence: EvidenceId,
        /// When.
        on: PartialDate,
    } "evidence_erased",
        "the content of {evidence} was erased on {on}",
        "name other evidence; nobody could check a judgement that rests on this";

    /// The evidence is about somebody else.
    EvidenceOfAnotherBody {
        /// The evidence.
        evidence: EvidenceId,
        /// Who is assessed.
        organisation: OrganisationCode,
    } "evidence_of_another_body",
        "{evidence} is neither about {organisation} nor about a body of its area",
        "`evidence show` tells whom it is about; `area show` lists an area";

    /// The assessment does not use the evidence.
    EvidenceNotUsed {
        /// The evidence.
        evidence: EvidenceId,
        /// The assessment.
        assessment: AssessmentId,
    } "evidence_not_used",
        "{assessment} does not use {evidence}",
        "`evidence use` takes it into the assessment";

    /// The evidence belongs to another category than the score.
    EvidenceOfAnotherCategory {
        /// The evidence.
        evidence: EvidenceId,
        /// Its category.
        found: CategoryId,
        /// The category of the score.
        category: CategoryId,
    } "evidence_of_another_category",
        "{evidence} is of the category {found}, and the score is for {category}",
        "score the category that the evidence belongs to, or name other evidence";

    /// The evidence does not bear on the quality statement.
    EvidenceNotOnStatement {
        /// The evidence.
        evidence: EvidenceId,
        /// The quality statement.
        statement: StatementId,
    } "evidence_not_on_statement",
        "{evidence} does not bear on {statement}",
        "`evidence show` tells which statements it bears on";
}
