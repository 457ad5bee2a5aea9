//! Recording a letter of a section 50 notification.

use super::{Context, day, event, has_come, in_order};
use crate::command::NotifySection50;
use crate::event::{Event, Section50Notified};
use crate::rejection::{AfterRejection, Rejection};
use crate::section_50::Duty;
use crate::state::State;

/// The duty outlives its assessment: also of one that was cancelled there is something to tell.
pub(super) fn notify(
    state: &State,
    command: &NotifySection50,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, on) = (command.assessment, command.sent_on);
    let organisation = id.organisation();
    let unknown = Rejection::AssessmentUnknown { assessment: id, organisation };
    let duty = &state.assessments.get(&id).ok_or(unknown)?.duty;
    if is_known(duty, command) {
        return Ok(vec![]);
    }
    let untold = duty.untold(command.letter);
    let Some(first) = untold.values().min() else {
        return Err(nothing_to_tell(duty, command).into());
    };
    let sent = day(on)?;
    has_come(on, context)?;
    in_order(("the letter", on), ("the first decision that it names", *first))?;
    // A letter cannot name what was decided after it.
    let named = untold.iter().filter(|(_, decided)| decided.first_day() <= sent);
    Ok(event(Section50Notified {
        assessment: id,
        digest: command.digest,
        letter: command.letter,
        sent_on: on,
        statements: named.map(|(statement, _)| *statement).collect(),
    }))
}

/// The very letter was recorded before, perhaps when it had less to name.
fn is_known(duty: &Duty, command: &NotifySection50) -> bool {
    let letter = (command.letter, command.digest, command.sent_on);
    duty.letters.iter().any(|sent| (sent.letter, sent.digest, sent.sent_on) == letter)
}

fn nothing_to_tell(duty: &Duty, command: &NotifySection50) -> AfterRejection {
    let (assessment, letter) = (command.assessment, command.letter);
    match duty.letters.iter().rfind(|sent| sent.letter == letter) {
        Some(sent) => {
            let (addressee, on) = (letter.addressee(), sent.sent_on);
            AfterRejection::LetterSent { assessment, addressee, on }
        }
        None => AfterRejection::NoSection50Duty { assessment },
    }
}
