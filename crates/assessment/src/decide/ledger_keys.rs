//! The public key of the checkpoints: recorded once, and rotated.
//!
//! Whether somebody holds the secret key to it, and whether a rotation is signed, are no matters
//! of these rules: they know no cryptography.

use super::event;
use crate::command::{RecordLedgerKey, RotateLedgerKey};
use crate::event::{Event, LedgerKeyRecorded, LedgerKeyRotated};
use crate::rejection::{KeyRejection, Rejection};
use crate::state::State;
use crate::text::LedgerKey;

pub(super) fn record(state: &State, command: &RecordLedgerKey) -> Result<Vec<Event>, Rejection> {
    of_this_ledger(state, &command.key)?;
    match state.ledger_keys.last() {
        None => Ok(event(LedgerKeyRecorded { key: command.key.clone() })),
        Some(known) if *known == command.key => Ok(vec![]),
        Some(known) => Err(KeyRejection::KeyRecorded { key: known.clone() }.into()),
    }
}

pub(super) fn rotate(state: &State, command: &RotateLedgerKey) -> Result<Vec<Event>, Rejection> {
    of_this_ledger(state, &command.key)?;
    let Some(previous) = state.ledger_keys.last() else {
        return Err(KeyRejection::NoKeyRecorded { key: command.key.clone() }.into());
    };
    if *previous == command.key {
        return Ok(vec![]);
    }
    // A key that was given up must not come back: whoever gave it up no longer trusts it.
    if state.ledger_keys.contains(&command.key) {
        return Err(KeyRejection::KeyUsed { key: command.key.clone() }.into());
    }
    let previous = previous.clone();
    Ok(event(LedgerKeyRotated { key: command.key.clone(), previous }))
}

fn of_this_ledger(state: &State, key: &LedgerKey) -> Result<(), Rejection> {
    match &state.origin {
        Some(origin) if key.name() != origin => {
            let (key, origin) = (key.clone(), origin.clone());
            Err(KeyRejection::KeyOfAnother { key, origin }.into())
        }
        _ => Ok(()),
    }
}
