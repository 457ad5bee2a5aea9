//! Refusals about the steps from scores to a publication.

use crate::content::MediaType;
use crate::event::{CommentOutcome, PanelSide};
use crate::framework::{Passage, Recipient};
use crate::{
    AssessmentId, CommentId, FrameworkId, PanelId, PartialDate, PersonId, StatementId, ThemeId,
};

rejections! {
    /// A step on the way to a publication that the rules do not allow.
    StepRejection {}

    /// The process part contradicts itself.
    ProcessUnsound {
        /// The framework.
        framework: FrameworkId,
        /// The first thing that is wrong, with its place.
        finding: String,
    } "process_unsound",
        "the process of {framework} cannot be revised to this: {finding}",
        "`framework check` lists everything that is wrong with a framework";

    /// A panel that sits on nothing.
    PanelWithoutAssessments {
    } "panel_without_assessments",
        "no assessment was named that the panel sits on",
        "name at least one assessment";

    /// A panel, or those of it who decide, without internal or without external members.
    PanelOneSided {
        /// The side that is missing.
        side: PanelSide,
    } "panel_one_sided",
        "no {side} member would decide",
        "a panel decides with internal and external members who did not score the assessment";

    /// Somebody is named twice.
    PanelMemberTwice {
        /// Who.
        person: PersonId,
    } "panel_member_twice",
        "{person} is named twice",
        "name every member once";

    /// The panel is not in the ledger.
    PanelUnknown {
        /// The panel.
        panel: PanelId,
    } "panel_unknown",
        "no panel {panel} is in the ledger",
        "`panel list` shows what there is";

    /// The panel does not sit on the assessment.
    NotBeforePanel {
        /// The assessment.
        assessment: AssessmentId,
        /// The panel.
        panel: PanelId,
    } "not_before_panel",
        "panel {panel} does not sit on {assessment}",
        "`panel show` lists what a panel sits on";

    /// Somebody decides who is not on the panel.
    NotOnPanel {
        /// Who.
        person: PersonId,
        /// The panel.
        panel: PanelId,
    } "not_on_panel",
        "{person} is not a member of panel {panel}",
        "`panel show` lists the members";

    /// Somebody decides on what they scored.
    PanelRecused {
        /// Who.
        person: PersonId,
        /// The assessment.
        assessment: AssessmentId,
    } "panel_recused",
        "{person} scored {assessment} and has no part in the panel's decision on it",
        "leave them out: whoever scored an assessment is recused from it";

    /// Somebody scores what they judged as a member of the panel.
    ScoredByPanel {
        /// Who.
        person: PersonId,
        /// The assessment.
        assessment: AssessmentId,
    } "scored_by_panel",
        "{person} decided on {assessment} as a member of the panel and cannot score it",
        "somebody who was not among those who decided scores it; the panel confirms it then";

    /// Somebody scores what they judged a comment on.
    ScoredByResolver {
        /// Who.
        person: PersonId,
        /// The comment.
        comment: CommentId,
    } "scored_by_resolver",
        "{person} decided on {comment}, which is about this, and cannot score it",
        "somebody who did not decide on a comment on it scores it";

    /// A panel has decided on the assessment already.
    PanelDecided {
        /// The assessment.
        assessment: AssessmentId,
        /// The panel.
        panel: PanelId,
    } "panel_decided",
        "panel {panel} has decided on {assessment} already",
        "`panel confirm` confirms scores that changed since then";

    /// No panel has decided on the assessment.
    PanelNotDecided {
        /// The assessment.
        assessment: AssessmentId,
    } "panel_not_decided",
        "no panel has decided on {assessment}",
        "`panel convene` and `panel decide`; `assessment readiness` tells what is missing";

    /// Scores changed since the panel's decision.
    PanelNotConfirmed {
        /// The assessment.
        assessment: AssessmentId,
        /// The first quality statement.
        statement: StatementId,
    } "panel_not_confirmed",
        "the score of {statement} in {assessment} changed since the panel's decision",
        "`panel confirm` confirms it";

    /// No score changed since the panel's decision.
    NothingToConfirm {
        /// The assessment.
        assessment: AssessmentId,
    } "nothing_to_confirm",
        "no score of {assessment} changed since the panel's decision",
        "the panel's decision stands as it is";

    /// Not every score that the framework wants has been given.
    ScoresIncomplete {
        /// The assessment.
        assessment: AssessmentId,
        /// The first quality statement without.
        statement: StatementId,
    } "scores_incomplete",
        "{assessment} has no complete score for {statement}",
        "`assessment readiness` lists what is missing";

    /// A score that is not there is adjusted, or one is adjusted twice.
    AdjustmentUnclear {
        /// The quality statement.
        statement: StatementId,
        /// What is wrong, in words.
        why: &'static str,
    } "adjustment_unclear",
        "the adjustment of {statement} {why}",
        "adjust a score that was given, and each one once";

    /// The report has no such passage.
    PassageNotInReport {
        /// What was given.
        passage: Passage,
        /// The framework.
        framework: FrameworkId,
    } "passage_not_in_report",
        "a report under {framework} has no {passage}",
        "theme findings take --theme, statement findings --statement; `framework show` lists them";

    /// A draft that is not text.
    DraftNotText {
        /// What was given.
        media_type: MediaType,
    } "draft_not_text",
        "a passage of a report cannot be {media_type}",
        "write it as text/plain or text/markdown";

    /// A passage without a word.
    DraftEmpty {
        /// Which one.
        passage: Passage,
    } "draft_empty", "nothing is written in {passage}",
        "give a text that says something";

    /// Passages of the report are missing.
    DraftIncomplete {
        /// The assessment.
        assessment: AssessmentId,
        /// How many.
        missing: u64,
        /// The first of them.
        first: Passage,
    } "draft_incomplete",
        "the report on {assessment} lacks {missing} of its passages, first {first}",
        "`draft write` writes them; `assessment readiness` lists what is missing";

    /// The framework does not name the recipient.
    RecipientNotNamed {
        /// The recipient.
        recipient: Recipient,
        /// The framework.
        framework: FrameworkId,
    } "recipient_not_named",
        "{framework} does not send its draft to {recipient}",
        "`framework show` lists who gets the draft";

    /// Nobody is there to share a draft with.
    NoRecipients {
        /// The framework.
        framework: FrameworkId,
    } "no_recipients",
        "{framework} names nobody who gets a draft",
        "`framework show` lists who gets the draft";

    /// The draft was not shared with the recipient.
    DraftNotShared {
        /// The assessment.
        assessment: AssessmentId,
        /// The recipient.
        recipient: Recipient,
    } "draft_not_shared",
        "the draft of {assessment} was not shared with {recipient}",
        "`draft share` shares it";

    /// A deadline starts with a date whose day is not known.
    DayNotKnown {
        /// The date that was given.
        date: PartialDate,
    } "day_not_known",
        "{date} names no day, and a deadline is counted from a day",
        "write it as YYYY-MM-DD";

    /// The bank holidays of a year are not known.
    CalendarUnknown {
        /// The year.
        year: i32,
    } "calendar_unknown",
        "the bank holidays of {year} are not known",
        "`calendar add` makes them known";

    /// A year without bank holidays.
    NoBankHolidays {
        /// The year.
        year: i32,
    } "no_bank_holidays",
        "no bank holiday of {year} was given",
        "give every bank holiday of the year: with the first of them, the year is known as a whole";

    /// A bank holiday of another year.
    DayOutsideYear {
        /// The day that was given.
        date: PartialDate,
        /// The year.
        year: i32,
    } "day_outside_year",
        "{date} is not a day of {year}",
        "give the days of one year at a time, as YYYY-MM-DD";

    /// More time that is not more.
    ExtensionNotLater {
        /// The day that was given.
        due_on: PartialDate,
        /// The last day as it is.
        known: PartialDate,
    } "extension_not_later",
        "comments are in time until {known} already, and {due_on} is not later",
        "give a later day";

    /// The framework has no such theme.
    ThemeUnknown {
        /// The id that was given.
        theme: ThemeId,
        /// The framework.
        framework: FrameworkId,
    } "theme_unknown",
        "{framework} has no theme {theme}",
        "`framework show` lists the themes with their ids";

    /// A page that no draft has.
    PageUnknown {
    } "page_unknown",
        "a draft has no page 0",
        "pages count from 1";

    /// The comment is not in the ledger.
    CommentUnknown {
        /// The comment.
        comment: CommentId,
    } "comment_unknown",
        "no comment {comment} is in the ledger",
        "`comment list` shows what was received";

    /// The comment was resolved otherwise.
    CommentResolved {
        /// The comment.
        comment: CommentId,
        /// How.
        outcome: CommentOutcome,
    } "comment_resolved",
        "{comment} was resolved already: {outcome}",
        "a resolution stands; a score that it led to can be reviewed";

    /// Inaccuracy is claimed without evidence.
    CommentUnsupported {
        /// The comment.
        comment: CommentId,
    } "comment_unsupported",
        "{comment} brings no evidence and cannot be accepted",
        "`evidence submit` enters what came with it, and a new comment names it";

    /// The comment came after the last day.
    CommentLate {
        /// The comment.
        comment: CommentId,
        /// When it was received.
        received_on: PartialDate,
        /// The last day.
        due_on: PartialDate,
    } "comment_late",
        "{comment} was received on {received_on}, after {due_on}, and cannot be accepted",
        "`draft extend` gives more time, if that was granted";

    /// Somebody judges a comment on what they scored.
    ResolvedByScorer {
        /// Who.
        person: PersonId,
        /// The comment.
        comment: CommentId,
    } "resolved_by_scorer",
        "{person} scored what {comment} is about and cannot decide on it",
        "somebody who did not score the point decides";

    /// A review that follows from a comment that was not accepted.
    CommentNotAccepted {
        /// The comment.
        comment: CommentId,
        /// The assessment.
        assessment: AssessmentId,
    } "comment_not_accepted",
        "{comment} was not accepted for {assessment}",
        "a score follows from an accepted comment on the same assessment, or from none";

    /// There is not enough evidence.
    EvidenceInsufficient {
        /// The assessment.
        assessment: AssessmentId,
        /// How much is missing.
        missing: u64,
        /// The first thing that is missing, in words.
        first: String,
    } "evidence_insufficient",
        "{assessment} has not enough evidence: {missing} missing, first {first}",
        "`assessment readiness` lists what is missing";

    /// The time for comments is not over.
    WindowOpen {
        /// The recipient.
        recipient: Recipient,
        /// The last day.
        due_on: PartialDate,
    } "window_open",
        "{recipient} may comment until the end of {due_on}",
        "wait, or record with `draft confirm` that there are no comments";

    /// A comment is not resolved.
    CommentOpen {
        /// The comment.
        comment: CommentId,
    } "comment_open",
        "{comment} is not resolved",
        "`comment resolve` resolves it";
}
