//! Samples of quality assurance: their populations, and whether each is as it should be.

mod check;

pub use check::{SampleCheck, SampleFinding, SampleStep};

use crate::decode::decode;
use crate::struck::in_force;
use crate::{Error, Ledger};
use assessment::Event;
use assessment::sample::PopulationQuery;
use journal::{Head, Store};
use projections::{Decision, Decisions, Fact};

impl Ledger {
    /// The decisions that are meant as of a record, which must be there.
    ///
    /// They are held in memory, as is a population that is committed to or drawn.
    pub fn decisions(&self, as_of: u64, query: &PopulationQuery) -> Result<Vec<Decision>, Error> {
        let end = self.end()?.head;
        if as_of > end.position {
            let (position, end) = (as_of, end.position);
            return Err(journal::Error::NoSuchRecord { position, end }.into());
        }
        Ok(decisions_upto(self.store(), &end, as_of, query)?.known().collect())
    }
}

/// The decisions that are meant as of a record that is stored.
pub(crate) fn decisions_upto(
    store: &impl Store,
    end: &Head,
    as_of: u64,
    query: &PopulationQuery,
) -> Result<Decisions, Error> {
    let read = |visit: &mut dyn FnMut(u64, &Event)| {
        let mut records = store.records(0, end)?;
        while let Some(entry) = records.next()?
            && entry.record.position <= as_of
        {
            // What is of a sample is no decision, and changes none.
            if !entry.record.stream.starts_with("sample/") {
                visit(entry.record.position, &decode(&entry.record)?);
            }
        }
        Ok(())
    };
    decisions_among(read, query)
}

/// The decisions that are meant among records, of which those count that are in force by then.
pub(crate) fn decisions_among(
    read: impl Fn(&mut dyn FnMut(u64, &Event)) -> Result<(), Error>,
    query: &PopulationQuery,
) -> Result<Decisions, Error> {
    let take_in = |decisions: &mut Decisions, position, event: &Event| {
        decisions.take_in(&Fact { position, event });
    };
    in_force(read, || Decisions::new(query), take_in)
}
