//! Bodies, their mergers, and the areas of systems.

use super::{Context, event, has_come, organisation, organisation_of_kind};
use crate::command::{
    AddAreaMember, AmendOrganisation, EndAreaMember, RegisterOrganisation, SucceedOrganisations,
};
use crate::event::*;
use crate::framework::OrganisationKind;
use crate::rejection::Rejection;
use crate::state::State;
use crate::text::Name;

pub(super) fn register(
    state: &State,
    command: &RegisterOrganisation,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    if let Some(as_at) = command.as_at {
        has_come(as_at, context)?;
    }
    let facts = OrganisationRegistered {
        aliases: command.aliases.clone(),
        as_at: command.as_at,
        code: command.code,
        fictional: command.fictional,
        kind: command.kind,
        name: command.name.clone(),
        name_basis: command.name_basis.unwrap_or(NameBasis::Stated),
        official_name: command.official_name.clone(),
        region: command.region.clone(),
    };
    let Some(known) = state.organisations.get(&command.code) else { return Ok(event(facts)) };
    if known.facts == facts {
        return Ok(vec![]);
    }
    // A body that an import made known by its name alone is completed, not contradicted.
    let known = &known.facts;
    let completion = OrganisationAmended {
        aliases: if known.aliases.is_empty() { facts.aliases.clone() } else { vec![] },
        code: command.code,
        name: None,
        official_name: missing(&known.official_name, &facts.official_name),
        reason: CorrectionReason::Completed,
        region: missing(&known.region, &facts.region),
    };
    let mut completed = known.clone();
    completed.amend(&completion);
    // How and when another source knows the same facts contradicts nothing.
    let facts =
        OrganisationRegistered { as_at: known.as_at, name_basis: known.name_basis, ..facts };
    match difference(&completed, &facts) {
        Some(difference) => Err(Rejection::OrganisationExists { code: command.code, difference }),
        None if completed == *known => Ok(vec![]),
        None => Ok(event(completion)),
    }
}

/// What is given where nothing is known.
fn missing(known: &Option<Name>, given: &Option<Name>) -> Option<Name> {
    if known.is_none() { given.clone() } else { None }
}

pub(super) fn amend(state: &State, command: &AmendOrganisation) -> Result<Vec<Event>, Rejection> {
    let known = &organisation(state, command.code)?.facts;
    let amendment = OrganisationAmended {
        aliases: vec![],
        code: command.code,
        name: command.name.clone(),
        official_name: command.official_name.clone(),
        reason: command.reason,
        region: command.region.clone(),
    };
    let values = [&amendment.name, &amendment.official_name, &amendment.region];
    if values.iter().all(|value| value.is_none()) {
        return Err(Rejection::NothingToAmend { code: command.code });
    }
    let mut amended = known.clone();
    amended.amend(&amendment);
    if amended == *known { Ok(vec![]) } else { Ok(event(amendment)) }
}

pub(super) fn succeed(
    state: &State,
    command: &SucceedOrganisations,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    has_come(command.on, context)?;
    if command.old.is_empty() {
        return Err(Rejection::NothingToSucceed {});
    }
    let successor = organisation(state, command.into)?;
    if let Some(ended) = successor.successor {
        let (code, into, on) = (command.into, ended.into, ended.on);
        return Err(Rejection::OrganisationEnded { code, into, on });
    }
    let kind = successor.facts.kind;
    let mut events = Vec::new();
    for (at, &code) in command.old.iter().enumerate() {
        if command.old[..at].contains(&code) {
            continue;
        }
        if code == command.into {
            return Err(Rejection::SucceedsItself { code });
        }
        match organisation_of_kind(state, code, kind)?.successor {
            None => {
                let (into, on) = (command.into, command.on);
                events.push(OrganisationSucceeded { code, into, on }.into());
            }
            Some(known) if (known.into, known.on) == (command.into, command.on) => {}
            Some(known) => {
                return Err(Rejection::OrganisationEnded { code, into: known.into, on: known.on });
            }
        }
    }
    Ok(events)
}

pub(super) fn add_area_member(
    state: &State,
    command: &AddAreaMember,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    has_come(command.from, context)?;
    let AddAreaMember { authority, from, system, .. } = *command;
    organisation_of_kind(state, authority, OrganisationKind::LocalAuthority)?;
    let area = &organisation_of_kind(state, system, OrganisationKind::IntegratedCareSystem)?.area;
    let overlapping = area.iter().find(|known| {
        known.authority == authority && known.to.is_none_or(|to| to.last_day() >= from.first_day())
    });
    match overlapping {
        None => {
            Ok(event(AreaMemberAdded { authority, from, source: command.source.clone(), system }))
        }
        Some(known) if known.from == from => Ok(vec![]),
        Some(known) => Err(Rejection::AreaMemberExists { system, authority, from: known.from }),
    }
}

pub(super) fn end_area_member(
    state: &State,
    command: &EndAreaMember,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    has_come(command.to, context)?;
    let EndAreaMember { authority, system, to } = *command;
    let area = &organisation_of_kind(state, system, OrganisationKind::IntegratedCareSystem)?.area;
    let memberships = || area.iter().filter(|known| known.authority == authority);
    match memberships().find(|known| known.to.is_none()) {
        Some(open) if to.last_day() < open.from.first_day() => {
            Err(Rejection::AreaEndsBeforeStart { from: open.from, to })
        }
        Some(_) => Ok(event(AreaMemberEnded { authority, system, to })),
        None if memberships().any(|known| known.to == Some(to)) => Ok(vec![]),
        None => Err(Rejection::AreaMemberUnknown { system, authority }),
    }
}

/// The first fact that differs, in words with both values.
fn difference(known: &OrganisationRegistered, given: &OrganisationRegistered) -> Option<String> {
    let known = serde_json::to_value(known).expect("facts are texts and lists of these");
    let given = serde_json::to_value(given).expect("facts are texts and lists of these");
    super::difference(&known, &given)
}
