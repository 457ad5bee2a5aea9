//! Records, each with where it stands, who recorded it and when: for the questions that name what
//! an answer rests on.

use crate::{At, Error, Ledger};
use assessment::{Event, StrikeOuts};
use journal::{Hash, Record};
use serde::Serialize;

/// A record that a question may see.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Where it stands, and who recorded it when.
    pub stamp: Stamp,
    /// What happened.
    pub event: Event,
    /// The strike-out that makes it void, if one does: then it counts as if it had never been.
    pub void_by: Option<u64>,
}

/// What proves a record, and who recorded it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamp {
    /// Where it stands in the journal.
    pub position: u64,
    /// Its hash.
    pub hash: Hash,
    /// Who recorded it.
    pub actor: String,
    /// When.
    pub recorded_at: String,
}

impl Ledger {
    /// The records that a question at a time may see and that are wanted, oldest first.
    ///
    /// They are held in memory, so whoever asks about one body wants its records only.
    ///
    /// # Errors
    ///
    /// A ledger that cannot be read, and a time before its first record.
    pub fn gather(&self, at: At, wanted: &dyn Fn(&Event) -> bool) -> Result<Vec<Recorded>, Error> {
        let (mut all, mut strike_outs) = (Vec::new(), StrikeOuts::default());
        self.each(at, &mut |record, event| {
            strike_outs.note(record.position, &event);
            if wanted(&event) {
                all.push(Recorded { stamp: record.into(), event, void_by: None });
            }
        })?;
        let void = strike_outs.void();
        for recorded in &mut all {
            recorded.void_by = void.get(&recorded.stamp.position).copied();
        }
        Ok(all)
    }
}

impl From<&Record<'_>> for Stamp {
    fn from(record: &Record<'_>) -> Self {
        Self {
            position: record.position,
            hash: record.hash,
            actor: record.actor.to_owned(),
            recorded_at: record.recorded_at.to_owned(),
        }
    }
}
