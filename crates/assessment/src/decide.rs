//! Where it is decided what may happen: one file a command.

mod adopt_framework;
mod import_publication;
mod open_assessment;
mod organisations;
mod review_score;

use crate::command::Command;
use crate::event::Event;
use crate::framework::{Framework, OrganisationKind};
use crate::rejection::Rejection;
use crate::state::{Organisation, State};
use crate::{FrameworkId, OrganisationCode, PartialDate, PersonId};
use chrono::NaiveDate;
use serde_json::Value;

/// What a decision needs from outside, given to it so that it can be made again.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// Who asks.
    pub actor: PersonId,
    /// The day in London.
    pub today: NaiveDate,
}

/// What happens because of a command, or why it may not.
///
/// No event means that what is asked for is so already. The state must hold every organisation
/// that [`Command::organisations`] names, with its assessments, and every adopted framework.
pub fn decide(
    state: &State,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::AdoptFramework(command) => adopt_framework::decide(state, command, context),
        Command::RegisterOrganisation(command) => organisations::register(state, command, context),
        Command::AmendOrganisation(command) => organisations::amend(state, command),
        Command::SucceedOrganisations(command) => organisations::succeed(state, command, context),
        Command::AddAreaMember(command) => organisations::add_area_member(state, command, context),
        Command::EndAreaMember(command) => organisations::end_area_member(state, command, context),
        Command::OpenAssessment(command) => open_assessment::decide(state, command, context),
        Command::ImportPublication(command) => import_publication::decide(state, command, context),
        Command::ReviewScore(command) => review_score::decide(state, command, context),
    }
}

/// One event, or none where there is nothing to record.
fn event(event: impl Into<Event>) -> Vec<Event> {
    vec![event.into()]
}

fn has_come(date: PartialDate, context: &Context) -> Result<(), Rejection> {
    if date.first_day() > context.today {
        return Err(Rejection::DateInFuture { date, today: context.today });
    }
    Ok(())
}

fn organisation(state: &State, code: OrganisationCode) -> Result<&Organisation, Rejection> {
    state.organisations.get(&code).ok_or(Rejection::OrganisationUnknown { code })
}

fn organisation_of_kind(
    state: &State,
    code: OrganisationCode,
    needed: OrganisationKind,
) -> Result<&Organisation, Rejection> {
    let organisation = organisation(state, code)?;
    let found = organisation.facts.kind;
    if found != needed {
        return Err(Rejection::WrongKind { code, found, needed });
    }
    Ok(organisation)
}

fn framework(state: &State, framework: FrameworkId) -> Result<&Framework, Rejection> {
    state.frameworks.get(&framework).ok_or(Rejection::FrameworkUnknown { framework })
}

/// The first member in which two objects differ, in words with both values.
fn difference(known: &Value, given: &Value) -> Option<String> {
    let (known, given) = (known.as_object()?, given.as_object()?);
    let member = known.keys().chain(given.keys()).find(|key| known.get(*key) != given.get(*key))?;
    let (there, here) = (known.get(member), given.get(member));
    let within = there.zip(here).and_then(|(there, here)| difference(there, here));
    Some(match within {
        Some(within) => format!("{within} ({member})"),
        None => format!("its {member} is {}, not {}", in_words(there), in_words(here)),
    })
}

fn in_words(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let items = items.iter().map(|item| in_words(Some(item)));
            items.collect::<Vec<_>>().join(", ")
        }
        Some(Value::Array(items)) => format!("a list of {}", items.len()),
        Some(Value::Object(members)) => {
            let members = members.iter();
            let members = members.map(|(name, value)| format!("{name} {}", in_words(Some(value))));
            members.collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}
