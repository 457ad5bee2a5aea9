//! Recording financial facts of a local authority: for information, and no rule looks at them.

use super::{event, organisation_of_kind};
use crate::command::RecordFinance;
use crate::event::{Event, FinanceRecorded, FinancialFacts};
use crate::framework::OrganisationKind;
use crate::rejection::{AfterRejection, Rejection};
use crate::state::State;

pub(super) fn record(state: &State, command: &RecordFinance) -> Result<Vec<Event>, Rejection> {
    let RecordFinance { facts, organisation, source, year } = command;
    let body = organisation_of_kind(state, *organisation, OrganisationKind::LocalAuthority)?;
    if *facts == FinancialFacts::default() {
        return Err(AfterRejection::NoFacts { organisation: *organisation }.into());
    }
    let says_the_same = |known: &FinanceRecorded| {
        known.facts == *facts && (source.is_none() || known.source == *source)
    };
    if body.finance.get(year).is_some_and(says_the_same) {
        return Ok(vec![]);
    }
    Ok(event(FinanceRecorded {
        facts: *facts,
        organisation: *organisation,
        source: source.clone(),
        year: *year,
    }))
}
