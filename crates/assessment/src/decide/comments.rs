//! Factual accuracy comments: received, resolved.

use super::drafts::window;
use super::evidence::{distinct, is_about};
use super::{Context, day, event, framework, has_come, in_order, live_assessment};
use crate::command::{ResolveComment, SubmitComment};
use crate::event::{
    CommentKind, CommentOutcome, CommentResolved, CommentSubject, CommentSubmitted, Event,
};
use crate::framework::Framework;
use crate::rejection::{EvidenceRejection, Rejection, StepRejection};
use crate::state::{Assessment, Comment, State};
use crate::{AssessmentId, CommentId, EvidenceId, PersonId, StatementId};
use std::collections::BTreeSet;

/// A comment that arrived is recorded, also after its time or after the publication.
pub(super) fn submit(
    state: &State,
    command: &SubmitComment,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, on) = (command.assessment, command.received_on);
    let assessment = live_assessment(state, id)?;
    let window = window(assessment, id, command.recipient, on)?;
    check_subject(&command.about, framework(state, assessment.framework)?)?;
    let evidence = distinct(&command.evidence);
    if let Some(&evidence) = evidence.iter().find(|item| !state.evidence.contains_key(item)) {
        return Err(EvidenceRejection::EvidenceUnknown { evidence }.into());
    }
    // The day of receipt decides whether it is in time.
    day(on)?;
    has_come(on, context)?;
    in_order(("the comment", on), ("the draft", window.first_shared_on))?;
    let arrived = CommentSubmitted {
        about: command.about,
        assessment: id,
        comment: CommentId::derive(id, assessment.comments.len() + 1),
        kind: command.kind,
        late: on.last_day() > window.due_on.last_day(),
        received_on: on,
        recipient: command.recipient,
        text: command.text.clone(),
        unsupported: command.kind == CommentKind::B && !is_supported(state, &evidence, id),
        evidence,
    };
    let is_known = assessment.comments.iter().any(|known| is_same(&known.facts, &arrived));
    if is_known { Ok(vec![]) } else { Ok(event(arrived)) }
}

pub(super) fn resolve(
    state: &State,
    command: &ResolveComment,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, by) = (command.comment, command.by.unwrap_or(context.actor));
    let comment = state.comment(id).ok_or(StepRejection::CommentUnknown { comment: id })?;
    let assessment = live_assessment(state, id.assessment())?;
    let resolution = CommentResolved {
        by,
        comment: id,
        outcome: command.outcome,
        reason: command.reason,
        resolved_on: command.resolved_on,
        text: command.text.clone(),
    };
    if let Some(known) = &comment.resolved {
        let decision = |it: &CommentResolved| (it.outcome, it.reason, it.by);
        if decision(known) == decision(&resolution) {
            return Ok(vec![]);
        }
        return Err(StepRejection::CommentResolved { comment: id, outcome: known.outcome }.into());
    }
    has_come(command.resolved_on, context)?;
    let received_on = comment.facts.received_on;
    in_order(("the resolution", command.resolved_on), ("the comment", received_on))?;
    let framework = framework(state, assessment.framework)?;
    if scorers(&comment.facts.about, assessment, framework).contains(&by) {
        return Err(StepRejection::ResolvedByScorer { person: by, comment: id }.into());
    }
    match command.outcome {
        CommentOutcome::Accepted | CommentOutcome::Partly => {
            check_acceptable(state, comment, assessment)?;
        }
        CommentOutcome::NotAccepted => {}
    }
    Ok(event(resolution))
}

fn check_subject(about: &CommentSubject, framework: &Framework) -> Result<(), Rejection> {
    let id = framework.id;
    let themes = &framework.scoring.themes;
    match *about {
        CommentSubject::Page(0) => Err(StepRejection::PageUnknown {}.into()),
        CommentSubject::Statement(statement) if framework.statement(statement).is_none() => {
            Err(Rejection::StatementUnknown { statement, framework: id })
        }
        CommentSubject::Theme(theme) if themes.iter().all(|known| known.id != theme) => {
            Err(StepRejection::ThemeUnknown { theme, framework: id }.into())
        }
        CommentSubject::Page(_) | CommentSubject::Statement(_) | CommentSubject::Theme(_) => Ok(()),
    }
}

/// The same text from the same hand: sealed again, even the same words are another content.
fn is_same(known: &CommentSubmitted, arrived: &CommentSubmitted) -> bool {
    let (comment, late) = (known.comment, known.late);
    *known == CommentSubmitted { comment, late, ..arrived.clone() }
}

/// Whether some of this evidence may be relied on, and is about the body that was assessed.
fn is_supported(state: &State, evidence: &[EvidenceId], assessment: AssessmentId) -> bool {
    let known = evidence.iter().filter_map(|id| state.evidence.get(id));
    known.into_iter().any(|it| it.is_in_force() && is_about(state, it, assessment.organisation()))
}

/// Who has ever scored what a comment is about.
fn scorers(
    about: &CommentSubject,
    assessment: &Assessment,
    framework: &Framework,
) -> BTreeSet<PersonId> {
    let meant = assessment.scorers.iter().filter(|(id, _)| covers(about, **id, framework));
    meant.flat_map(|(_, scorers)| scorers).copied().collect()
}

/// Whether a comment may be about a quality statement; a page may hold anything of the report.
pub(super) fn covers(
    about: &CommentSubject,
    statement: StatementId,
    framework: &Framework,
) -> bool {
    match *about {
        CommentSubject::Page(_) => true,
        CommentSubject::Statement(id) => id == statement,
        CommentSubject::Theme(id) => {
            framework.statement(statement).is_some_and(|(theme, _)| theme.id == id)
        }
    }
}

/// Whether it was in time is judged by the last day as it is now: more time may have been given
/// after the comment arrived; and evidence may have been withdrawn since.
fn check_acceptable(
    state: &State,
    comment: &Comment,
    assessment: &Assessment,
) -> Result<(), Rejection> {
    let facts = &comment.facts;
    let comment = facts.comment;
    if facts.kind == CommentKind::B && !is_supported(state, &facts.evidence, facts.assessment) {
        return Err(StepRejection::CommentUnsupported { comment }.into());
    }
    let (received_on, recipient) = (facts.received_on, facts.recipient);
    let due_on = window(assessment, facts.assessment, recipient, received_on)?.due_on;
    if received_on.last_day() > due_on.last_day() {
        return Err(StepRejection::CommentLate { comment, received_on, due_on }.into());
    }
    Ok(())
}
