//! What holds from a date on: the process part of a framework, and the bank holidays.

use super::{Context, day, event, framework, has_come};
use crate::command::{AddCalendar, ReviseProcess};
use crate::event::{CalendarAdded, Event, ProcessRevised};
use crate::framework::Framework;
use crate::rejection::{Rejection, StepRejection};
use crate::state::State;
use crate::{PartialDate, Precision};
use std::collections::BTreeMap;

pub(super) fn revise_process(
    state: &State,
    command: &ReviseProcess,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    has_come(command.revised_on, context)?;
    day(command.from)?;
    let known = framework(state, command.framework)?;
    if state.process(&command.framework, command.from.first_day()) == Some(&*command.process) {
        return Ok(vec![]);
    }
    // The scoring part stays as it is, whatever is open under it.
    let revised = Framework { process: (*command.process).clone(), ..known.clone() };
    let law = command.process.section_50.value != known.process.section_50.value;
    let law = law.then(|| "section_50: it is the law's, not the process's, to change".to_owned());
    if let Some(finding) = revised.findings().first().map(ToString::to_string).or(law) {
        let framework = command.framework;
        return Err(StepRejection::ProcessUnsound { framework, finding }.into());
    }
    Ok(event(ProcessRevised {
        framework: command.framework,
        from: command.from,
        process: command.process.clone(),
        process_digest: revised.process_digest(),
        reason: command.reason,
        revised_on: command.revised_on,
        text: command.text.clone(),
    }))
}

pub(super) fn add(state: &State, command: &AddCalendar) -> Result<Vec<Event>, Rejection> {
    let year = command.year;
    // A year without a single bank holiday would make every deadline in it wrong.
    if command.days.is_empty() {
        return Err(StepRejection::NoBankHolidays { year }.into());
    }
    let of_year = |date: &PartialDate| date.precision() == Precision::Day && date.year() == year;
    if let Some(&date) = command.days.iter().find(|date| !of_year(date)) {
        return Err(StepRejection::DayOutsideYear { date, year }.into());
    }
    let calendar = &state.calendar;
    let is_known = |date: &PartialDate| calendar.days().any(|(day, _)| day == date.first_day());
    let new = command.days.iter().filter(|date| !is_known(date));
    let new: BTreeMap<_, _> = new.map(|date| (date.first_day(), *date)).collect();
    if new.is_empty() && calendar.years().any(|known| known == year) {
        return Ok(vec![]);
    }
    let (days, source) = (new.into_values().collect(), command.source.clone());
    Ok(event(CalendarAdded { days, source, year }))
}
