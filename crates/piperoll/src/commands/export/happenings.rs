//! What happened to bodies, from records that were read once: the rows of `history`.

use crate::commands::history::{HappeningRow, occurrence, row};
use crate::exit::Failure;
use assessment::OrganisationCode;
use chrono::NaiveDate;
use ledger::Recorded;
use projections::{Knowing, Occurrence};

/// What happened to each of some bodies, of whom and of nobody the records are.
pub fn rows(
    records: &[Recorded],
    codes: impl IntoIterator<Item = OrganisationCode>,
    knowing: Knowing,
    effective: Option<NaiveDate>,
) -> Result<Vec<HappeningRow>, Failure> {
    let stamped = records.iter().map(|it| (it.stamp.position, it.stamp.clone()));
    let stamps = stamped.collect();
    let occurrences = records.iter().map(occurrence).collect::<Result<Vec<_>, Failure>>()?;
    let mut rows = Vec::new();
    for code in codes {
        let is_about = |it: &&Occurrence<'_>| it.event.organisation().is_none_or(|of| of == code);
        let about: Vec<_> = occurrences.iter().filter(is_about).copied().collect();
        let timeline = projections::timeline(code, None, knowing, &about);
        let mut timeline = timeline.expect("its registration is among its records");
        effective.into_iter().for_each(|day| timeline.end(day));
        rows.extend(timeline.happenings.iter().map(|it| row(&timeline, it, &stamps)));
    }
    Ok(rows)
}
