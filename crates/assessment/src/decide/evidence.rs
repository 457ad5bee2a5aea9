//! Evidence: asked for, entered, used, withdrawn, erased.

use super::{Context, current_assessment, event, has_come, in_order, organisation};
use crate::command::{
    EraseEvidence, RequestEvidence, SubmitEvidence, UseEvidence, WithdrawEvidence,
};
use crate::event::{
    Event, EvidenceAttributed, EvidenceErased, EvidenceRequested, EvidenceSubmitted, EvidenceUsed,
    EvidenceWithdrawn,
};
use crate::framework::Framework;
use crate::rejection::{EvidenceRejection, Rejection};
use crate::state::{Evidence, State};
use crate::{CategoryId, EvidenceId, OrganisationCode, RequestId, StatementId};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The evidence categories of the frameworks that come with the program.
static SHIPPED_CATEGORIES: LazyLock<BTreeSet<CategoryId>> = LazyLock::new(|| {
    let shipped = Framework::all_shipped();
    let categories = shipped.iter().flat_map(|framework| &framework.scoring.categories);
    categories.map(|category| category.id).collect()
});

pub(super) fn request(
    state: &State,
    command: &RequestEvidence,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let RequestEvidence { category, due_on, organisation: code, requested_on, .. } = *command;
    has_come(requested_on, context)?;
    let of = command.of.unwrap_or(code);
    organisation(state, code)?;
    organisation(state, of)?;
    check_category(state, category)?;
    check_statements(state, &command.statements)?;
    if due_on.last_day() < requested_on.first_day() {
        return Err(EvidenceRejection::DueBeforeRequest { due_on, requested_on }.into());
    }
    let so_far = state.requests.keys().filter(|id| id.organisation() == code).count();
    Ok(event(EvidenceRequested {
        answered_by: held(state, command, of),
        category,
        collected_since: command.collected_since,
        due_on,
        method: command.method,
        of,
        organisation: code,
        request: RequestId::derive(code, so_far + 1),
        requested_on,
        statements: distinct(&command.statements),
        what: command.what.clone(),
    }))
}

pub(super) fn submit(
    state: &State,
    command: &SubmitEvidence,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let SubmitEvidence { category, collected_on, received_on, .. } = *command;
    has_come(collected_on, context)?;
    has_come(received_on, context)?;
    let organisations = distinct(&command.organisations);
    let Some((&first, others)) = organisations.split_first() else {
        return Err(EvidenceRejection::OrganisationNotNamed {}.into());
    };
    if command.content.length == 0 {
        return Err(EvidenceRejection::EvidenceEmpty {}.into());
    }
    for &code in &organisations {
        organisation(state, code)?;
    }
    check_category(state, category)?;
    check_statements(state, &command.statements)?;
    in_order(("the receipt", received_on), ("the collection", collected_on))?;
    let request = answered(state, command)?;
    if already_entered(state, command, &organisations) {
        return Ok(vec![]);
    }

    let so_far = state.evidence.keys().filter(|id| id.organisation() == first).count();
    let evidence = EvidenceId::derive(first, so_far + 1);
    let mut events = event(EvidenceSubmitted {
        category,
        collected_on,
        content: command.content.clone(),
        evidence,
        late: request.is_some_and(|it| received_on.first_day() > it.due_on.last_day()),
        method: command.method,
        organisations: organisations.clone(),
        origin: command.origin,
        received_on,
        request: command.request,
        sensitive: command.sensitive,
        setting: command.setting,
        source: command.source,
        statements: distinct(&command.statements),
    });
    let attributed = others.iter().map(|&organisation| {
        Event::from(EvidenceAttributed { evidence, organisation, received_on })
    });
    events.extend(attributed);
    Ok(events)
}

pub(super) fn take_into_use(
    state: &State,
    command: &UseEvidence,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let UseEvidence { assessment: id, used_on, .. } = *command;
    has_come(used_on, context)?;
    let assessment = current_assessment(state, id)?;
    if let Some(opened_on) = assessment.opened_on {
        in_order(("the use", used_on), ("the opening of the assessment", opened_on))?;
    }
    if command.evidence.is_empty() {
        return Err(EvidenceRejection::NothingToUse {}.into());
    }
    let mut events = Vec::new();
    for evidence in distinct(&command.evidence) {
        let known = in_force(state, evidence)?;
        let facts = &known.facts;
        let organisation = id.organisation();
        if !is_about(state, known, organisation) {
            return Err(EvidenceRejection::EvidenceOfAnotherBody { evidence, organisation }.into());
        }
        if assessment.used.contains_key(&evidence) {
            continue;
        }
        in_order(("the use", used_on), ("the receipt", facts.received_on))?;
        let used = EvidenceUsed {
            assessment: id,
            category: facts.category,
            collected_on: facts.collected_on,
            evidence,
            method: facts.method,
            sensitive: facts.sensitive,
            statements: facts.statements.clone(),
            used_on,
        };
        events.push(used.into());
    }
    Ok(events)
}

pub(super) fn withdraw(
    state: &State,
    command: &WithdrawEvidence,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let WithdrawEvidence { evidence, reason, withdrawn_on, .. } = *command;
    has_come(withdrawn_on, context)?;
    let known = find(state, evidence)?;
    in_order(("the withdrawal", withdrawn_on), ("the receipt", known.facts.received_on))?;
    match &known.withdrawn {
        Some(earlier) if earlier.reason == reason => Ok(vec![]),
        Some(earlier) => {
            let on = earlier.withdrawn_on;
            Err(EvidenceRejection::EvidenceWithdrawn { evidence, on }.into())
        }
        None => {
            let text = command.text.clone();
            Ok(event(EvidenceWithdrawn { evidence, reason, text, withdrawn_on }))
        }
    }
}

pub(super) fn erase(
    state: &State,
    command: &EraseEvidence,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let EraseEvidence { authority, erased_on, evidence, legal_basis } = *command;
    has_come(erased_on, context)?;
    let known = find(state, evidence)?;
    in_order(("the erasure", erased_on), ("the receipt", known.facts.received_on))?;
    if known.erased.is_some() {
        return Ok(vec![]);
    }
    let sealed = known.facts.content.sealed;
    Ok(event(EvidenceErased { authority, erased_on, evidence, legal_basis, sealed }))
}

/// A piece of evidence that a judgement may rest on.
pub(super) fn in_force(state: &State, evidence: EvidenceId) -> Result<&Evidence, Rejection> {
    let known = find(state, evidence)?;
    if let Some(withdrawn) = &known.withdrawn {
        let on = withdrawn.withdrawn_on;
        return Err(EvidenceRejection::EvidenceWithdrawn { evidence, on }.into());
    }
    if let Some(erased) = &known.erased {
        let on = erased.erased_on;
        return Err(EvidenceRejection::EvidenceErased { evidence, on }.into());
    }
    Ok(known)
}

/// Each one once, in the order in which they were given.
pub(super) fn distinct<T: Copy + PartialEq>(given: &[T]) -> Vec<T> {
    let mut kept = Vec::new();
    for one in given {
        if !kept.contains(one) {
            kept.push(*one);
        }
    }
    kept
}

fn find(state: &State, evidence: EvidenceId) -> Result<&Evidence, Rejection> {
    let unknown = EvidenceRejection::EvidenceUnknown { evidence };
    state.evidence.get(&evidence).ok_or(unknown.into())
}

/// A category that an adopted framework does not use is good for evidence, as long as the
/// regulator has it at all.
fn check_category(state: &State, category: CategoryId) -> Result<(), Rejection> {
    let mut adopted = state.frameworks.values().flat_map(|it| &it.scoring.categories);
    if adopted.any(|known| known.id == category) || SHIPPED_CATEGORIES.contains(&category) {
        return Ok(());
    }
    Err(EvidenceRejection::CategoryUnknown { category }.into())
}

pub(super) fn check_statements(state: &State, statements: &[StatementId]) -> Result<(), Rejection> {
    let is_known = |id| state.frameworks.values().any(|it| it.statement(id).is_some());
    match statements.iter().find(|id| !is_known(**id)) {
        Some(&statement) => Err(EvidenceRejection::StatementNotInUse { statement }.into()),
        None => Ok(()),
    }
}

/// The newest evidence that is held already and answers a request.
fn held(state: &State, request: &RequestEvidence, of: OrganisationCode) -> Option<EvidenceId> {
    let answers = |evidence: &&Evidence| {
        let facts = &evidence.facts;
        let is_about = |code| facts.organisations.contains(&code);
        // A coarse date counts from its first day: what may have been collected earlier does not
        // answer.
        let since = request.collected_since.map(|since| since.first_day());
        evidence.is_in_force()
            && (is_about(request.organisation) || is_about(of))
            && (facts.category, facts.method) == (request.category, request.method)
            && since.is_none_or(|since| facts.collected_on.first_day() >= since)
            && request.statements.iter().all(|&statement| evidence.bears_on(statement))
    };
    let held = state.evidence.values().filter(answers);
    let newest = held.max_by_key(|evidence| {
        let id = evidence.facts.evidence;
        (evidence.facts.collected_on, id.number(), id)
    });
    newest.map(|evidence| evidence.facts.evidence)
}

/// The request that a piece of evidence answers, if it names one.
fn answered<'a>(
    state: &'a State,
    command: &SubmitEvidence,
) -> Result<Option<&'a EvidenceRequested>, Rejection> {
    let Some(id) = command.request else { return Ok(None) };
    let unknown = EvidenceRejection::RequestUnknown { request: id };
    let request = state.requests.get(&id).ok_or(unknown)?;
    if ![request.organisation, request.of].iter().any(|it| command.organisations.contains(it)) {
        return Err(EvidenceRejection::RequestOfAnotherBody { request: id }.into());
    }
    in_order(("the receipt", command.received_on), ("the request", request.requested_on))?;
    Ok(Some(request))
}

/// Whether the very same was entered already: the same sealed file, with all that is said of it.
fn already_entered(
    state: &State,
    command: &SubmitEvidence,
    organisations: &[OrganisationCode],
) -> bool {
    state.evidence.values().map(|known| &known.facts).any(|known| {
        known.content == command.content
            && known.organisations == organisations
            && known.statements == distinct(&command.statements)
            && (known.category, known.collected_on) == (command.category, command.collected_on)
            && (known.method, known.origin) == (command.method, command.origin)
            && (known.received_on, known.request) == (command.received_on, command.request)
            && (known.setting, known.source) == (command.setting, command.source)
            && known.sensitive == command.sensitive
    })
}

/// Whether evidence is about a body, or about one whose area and its own overlap: a system and
/// the authorities that are or were in its area.
pub(super) fn is_about(state: &State, evidence: &Evidence, assessed: OrganisationCode) -> bool {
    let in_area = |system: OrganisationCode, authority: OrganisationCode| {
        let area = state.organisations.get(&system).into_iter().flat_map(|it| &it.area);
        area.into_iter().any(|membership| membership.authority == authority)
    };
    evidence
        .facts
        .organisations
        .iter()
        .any(|&about| about == assessed || in_area(assessed, about) || in_area(about, assessed))
}
