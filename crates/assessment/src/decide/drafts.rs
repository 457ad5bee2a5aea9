//! The draft report: written, shared, extended, confirmed.

use super::publications::check_changed;
use super::{
    Context, current_assessment, day, event, framework, has_come, in_order, live_assessment,
};
use crate::command::{ConfirmDraft, ExtendDraft, ShareDraft, WriteDraft};
use crate::event::{DraftConfirmed, DraftExtended, DraftShared, DraftWritten, Event};
use crate::framework::{Framework, Passage, Process, Recipient};
use crate::readiness::{Occasion, Stage, readiness};
use crate::rejection::{Rejection, StepRejection};
use crate::state::{Assessment, State, Window};
use crate::{AssessmentId, PartialDate};
use chrono::NaiveDate;

/// What a passage of a report may be, as a report in HTML or Markdown is put together from it.
pub(super) const TEXTS: [&str; 2] = ["text/plain", "text/markdown"];

pub(super) fn write(
    state: &State,
    command: &WriteDraft,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, on) = (command.assessment, command.written_on);
    let assessment = current_assessment(state, id)?;
    let (framework, process) = process(state, assessment, on)?;
    let WriteDraft { section, statement, theme, .. } = *command;
    let passage = Passage { section, statement, theme };
    if !process.passages(framework).contains(&passage) {
        let framework = framework.id;
        return Err(StepRejection::PassageNotInReport { passage, framework }.into());
    }
    let media_type = &command.content.media_type;
    if command.content.length == 0 {
        return Err(StepRejection::DraftEmpty { passage }.into());
    }
    if !TEXTS.contains(&media_type.as_str()) {
        return Err(StepRejection::DraftNotText { media_type: media_type.clone() }.into());
    }
    has_come(on, context)?;
    let what = ("the passage", on);
    in_order(what, ("the opening of the assessment", assessment.opened_on.unwrap_or(on)))?;
    in_order(what, ("the last publication", assessment.published_on().unwrap_or(on)))?;
    let version = match assessment.drafts.get(&passage) {
        Some(latest) if latest.content == command.content => return Ok(vec![]),
        Some(latest) => {
            in_order(what, ("its last version", latest.written_on))?;
            latest.version + 1
        }
        None => 1,
    };
    let content = command.content.clone();
    Ok(event(DraftWritten { assessment: id, content, passage, version, written_on: on }))
}

pub(super) fn share(
    state: &State,
    command: &ShareDraft,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, on) = (command.assessment, command.shared_on);
    let assessment = current_assessment(state, id)?;
    let email = day(on)?;
    has_come(on, context)?;
    let (framework, process) = process(state, assessment, on)?;
    let recipients = recipients(command, framework, process)?;
    // A body checks the report as it would be published: new, whole, scored, and calibrated.
    check_changed(id, assessment, framework, Occasion::Publication)?;
    let ready = readiness(state, id, email);
    if let Some(refusal) = ready.and_then(|ready| ready.refusal(id, Stage::Draft)) {
        return Err(refusal);
    }
    let written_on = assessment.drafts.values().map(|draft| draft.written_on).max();
    in_order(("the draft", on), ("its newest passage", written_on.unwrap_or(on)))?;
    let settled_on = assessment.panel.as_ref().map(|panel| panel.settled_on);
    in_order(("the draft", on), ("the panel's last word", settled_on.unwrap_or(on)))?;
    let published_on = assessment.published_on().unwrap_or(on);
    in_order(("the draft", on), ("the last publication", published_on))?;

    let working_days = process.accuracy_working_days.value;
    let last_day = state.calendar.last_day(email, working_days);
    let last_day =
        last_day.map_err(|unknown| StepRejection::CalendarUnknown { year: unknown.0 })?;
    let mut events = Vec::new();
    for recipient in recipients {
        let known = assessment.windows.get(&recipient);
        events.push(sharing(id, recipient, (on, last_day), known)?.into());
    }
    Ok(events)
}

pub(super) fn extend(
    state: &State,
    command: &ExtendDraft,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, recipient) = (command.assessment, command.recipient);
    let assessment = current_assessment(state, id)?;
    let window = assessment.windows.get(&recipient);
    let window = window.ok_or(StepRejection::DraftNotShared { assessment: id, recipient })?;
    if day(command.due_on)? <= window.due_on.last_day() {
        let (due_on, known) = (command.due_on, window.due_on);
        return Err(StepRejection::ExtensionNotLater { due_on, known }.into());
    }
    has_come(command.extended_on, context)?;
    in_order(("the extension", command.extended_on), ("the draft", window.shared_on))?;
    Ok(event(DraftExtended {
        assessment: id,
        due_on: command.due_on,
        extended_on: command.extended_on,
        granted_by: command.granted_by,
        previous_due_on: window.due_on,
        reason: command.reason,
        recipient,
        text: command.text.clone(),
    }))
}

pub(super) fn confirm(
    state: &State,
    command: &ConfirmDraft,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let ConfirmDraft { assessment, confirmed_on, recipient } = *command;
    let known = live_assessment(state, assessment)?;
    let window = window(known, assessment, recipient, confirmed_on)?;
    day(confirmed_on)?;
    has_come(confirmed_on, context)?;
    in_order(("the confirmation", confirmed_on), ("the draft", window.shared_on))?;
    match window.confirmed_on {
        Some(_) => Ok(vec![]),
        None => Ok(event(DraftConfirmed { assessment, confirmed_on, recipient })),
    }
}

/// The time for comments that something of a recipient belongs to, by the day on which it came.
pub(super) fn window(
    assessment: &Assessment,
    id: AssessmentId,
    recipient: Recipient,
    on: PartialDate,
) -> Result<&Window, Rejection> {
    let window = assessment.window(recipient, on);
    window.ok_or_else(|| StepRejection::DraftNotShared { assessment: id, recipient }.into())
}

/// The framework of an assessment, and the process part of it that applies on a day.
fn process<'a>(
    state: &'a State,
    assessment: &Assessment,
    on: PartialDate,
) -> Result<(&'a Framework, &'a Process), Rejection> {
    let framework = framework(state, assessment.framework)?;
    let revised = state.process(&framework.id, on.first_day());
    Ok((framework, revised.unwrap_or(&framework.process)))
}

/// Who gets the draft: those who are given, or all that the process names.
fn recipients(
    command: &ShareDraft,
    framework: &Framework,
    process: &Process,
) -> Result<Vec<Recipient>, Rejection> {
    let named = &process.recipients.value;
    if named.is_empty() {
        return Err(StepRejection::NoRecipients { framework: framework.id }.into());
    }
    if let Some(&recipient) = command.recipients.iter().find(|given| !named.contains(given)) {
        let framework = framework.id;
        return Err(StepRejection::RecipientNotNamed { recipient, framework }.into());
    }
    let is_meant = |recipient: &&Recipient| {
        command.recipients.is_empty() || command.recipients.contains(recipient)
    };
    Ok(named.iter().filter(is_meant).copied().collect())
}

/// Sharing again, perhaps what was written anew on the same day, starts the time anew, and takes
/// none away that was granted before.
fn sharing(
    assessment: AssessmentId,
    recipient: Recipient,
    (shared_on, last_day): (PartialDate, NaiveDate),
    known: Option<&Window>,
) -> Result<DraftShared, Rejection> {
    let mut due_on = PartialDate::from(last_day);
    if let Some(known) = known {
        in_order(("the draft", shared_on), ("its last sharing", known.shared_on))?;
        due_on = due_on.max(known.due_on);
    }
    Ok(DraftShared { assessment, due_on, recipient, shared_on })
}
