//! Nothing was published before the accuracy check was over.

use super::{Check, Finding, Records, released, walk};
use assessment::event::{PublicationMade, ReissueReason, StatementScore};
use assessment::framework::Recipient;
use assessment::state::Assessment;
use assessment::{AssessmentId, Event, PartialDate, State, StatementId};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The time for comments of a recipient, with the records that it comes from.
struct Window {
    /// The date of the first email.
    begun_on: PartialDate,
    /// The last day.
    until: NaiveDate,
    /// When the recipient said that there is nothing (more) to say.
    confirmed_on: Option<PartialDate>,
    /// The sharing of the draft, and what gave more time.
    positions: Vec<u64>,
}

type Windows = BTreeMap<(AssessmentId, Recipient), Window>;

/// One finding for each recipient whose time was not over when something was published that they
/// had to see first.
pub(super) fn check(records: &Records<'_>) -> Vec<Finding> {
    let (mut windows, mut found) = (Windows::new(), Vec::new());
    walk(records, &mut |state, position, event| {
        follow(&mut windows, state, position, event);
        let Some(made) = released(event) else { return };
        for recipient in recipients(state, event, made) {
            let window = windows.get(&(made.assessment, recipient));
            found.extend(finding(made, recipient, window, position));
        }
        // What is published next has an accuracy check of its own.
        windows.retain(|(id, _), _| *id != made.assessment);
    });
    found
}

fn follow(windows: &mut Windows, state: &State, position: u64, event: &Event) {
    match event {
        Event::DraftShared(shared) => {
            let key = (shared.assessment, shared.recipient);
            let stated = shared.due_on.last_day();
            let given = given(state, shared.assessment, shared.shared_on);
            let until = given.map_or(stated, |given| given.max(stated));
            let known = windows.get(&key);
            // Sharing it again takes none of the time away that was given before.
            let longer = known.filter(|known| known.until > until);
            let before = longer.map(|known| known.positions.clone()).unwrap_or_default();
            let window = Window {
                begun_on: known.map_or(shared.shared_on, |known| known.begun_on),
                until: longer.map_or(until, |known| known.until),
                confirmed_on: None,
                positions: [before, vec![position]].concat(),
            };
            windows.insert(key, window);
        }
        Event::DraftExtended(extended) => {
            if let Some(window) = windows.get_mut(&(extended.assessment, extended.recipient)) {
                window.until = window.until.max(extended.due_on.last_day());
                window.confirmed_on = None;
                window.positions.push(position);
            }
        }
        Event::DraftConfirmed(confirmed) => {
            let on = confirmed.confirmed_on;
            let window = windows.get_mut(&(confirmed.assessment, confirmed.recipient));
            // One of a day before the draft was shared is about an earlier draft.
            if let Some(window) = window.filter(|it| it.begun_on.first_day() <= on.last_day()) {
                window.confirmed_on = Some(on);
            }
        }
        _ => {}
    }
}

/// The last day that the process gives: a record may state an earlier one.
fn given(state: &State, id: AssessmentId, shared_on: PartialDate) -> Option<NaiveDate> {
    let framework = state.assessments.get(&id)?.framework;
    let email = shared_on.first_day();
    let process = state.process(&framework, email)?;
    state.calendar.last_day(email, process.accuracy_working_days.value).ok()
}

/// Who had to see what is published before it was; nobody where the process wants no check.
fn recipients(state: &State, event: &Event, made: &PublicationMade) -> Vec<Recipient> {
    let Some(assessment) = state.assessments.get(&made.assessment) else { return vec![] };
    let on = made.published_on.first_day();
    let Some(process) = state.process(&assessment.framework, on) else { return vec![] };
    let step = &process.accuracy_check;
    let is_wanted = match assessment.published_on() {
        None => step.first_publication.value,
        Some(_) => step.update.value && is_new(assessment, event, made),
    };
    if is_wanted { process.recipients.value.clone() } else { vec![] }
}

/// Whether an update says something that the body has not seen: other scores, or other words. An
/// error in the text alone is put right without.
fn is_new(assessment: &Assessment, event: &Event, made: &PublicationMade) -> bool {
    let before = match (assessment.publications.last(), &assessment.import) {
        (Some(last), _) => last.scores.as_slice(),
        (None, Some(import)) => import.scores.as_slice(),
        (None, None) => &[],
    };
    let corrects_text = matches!(
        event, Event::PublicationReissued(it) if it.reason == ReissueReason::ErrorInText
    );
    by_statement(before) != by_statement(&made.scores)
        || !corrects_text && !assessment.since.passages.is_empty()
}

fn by_statement(scores: &[StatementScore]) -> BTreeMap<StatementId, u8> {
    scores.iter().map(|cell| (cell.statement, cell.score.get())).collect()
}

/// Nothing, if the time was over or the recipient had nothing more to say. What is dated by its
/// month may have happened on its last day.
fn finding(
    made: &PublicationMade,
    recipient: Recipient,
    window: Option<&Window>,
    position: u64,
) -> Option<Finding> {
    let (publication, on) = (made.publication, made.published_on);
    let day = on.last_day();
    let who = recipient.as_str().replace('_', " ");
    let why = match window {
        None => format!("its draft was not shared with the {who}"),
        Some(window) if window.until < day => return None,
        Some(window) if window.confirmed_on.is_some_and(|it| it.last_day() <= day) => return None,
        Some(window) => format!("the {who} could comment until the end of {}", window.until),
    };
    let shared = window.map(|window| window.positions.clone()).unwrap_or_default();
    Some(Finding {
        check: Check::Windows,
        organisation: made.assessment.organisation(),
        assessment: made.assessment,
        subject: recipient.to_string(),
        what: format!("{publication} was published on {on}, and {why}"),
        days_late: None,
        positions: [shared, vec![position]].concat(),
    })
}
