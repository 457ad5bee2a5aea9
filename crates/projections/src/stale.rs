//! Stale: how old the evidence is that current ratings and scores rest on.

use crate::body::Body;
use crate::cell::Cell;
use crate::national::goes_on;
use crate::row::{Flag, Flags, Status, in_words};
use crate::standing::Standing;
use assessment::framework::{Framework, LevelKind};
use assessment::{Name, OrganisationCode, PartialDate, StatementId};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Serialize;

/// A row of `stale`: a published body as a whole, or one of its quality statements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StaleRow {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// Overall or statement.
    pub level: LevelKind,
    /// The quality statement; none for overall.
    pub statement: Option<StatementId>,
    /// The date of the newest evidence that the score in force rests on; of the whole, the oldest
    /// such date of its statements. None where it is not known.
    pub evidence_on: Option<PartialDate>,
    /// For how many whole months the evidence has been there.
    pub age_months: Option<u32>,
    /// Of how many statements the date is not known.
    pub undated: u64,
    /// When it was last reviewed here.
    pub reviewed_on: Option<PartialDate>,
    /// When it was last published.
    pub published_on: Option<PartialDate>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
}

/// An age, as people state a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// In days.
    Days(u32),
    /// In calendar months.
    Months(u32),
}

/// Which rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staleness {
    /// The evidence is older than this.
    OlderThan(Age),
    /// The date of some evidence is not known.
    Undated,
}

/// The rows of the current assessment of a body, the whole first: none if it was never published,
/// as it has no rating then, or has ended.
pub fn evidence_ages(
    body: &Body,
    standing: &Standing,
    framework: &Framework,
    on: NaiveDate,
) -> Vec<StaleRow> {
    let Some(published) = standing.publication.as_ref().filter(|_| goes_on(body, on)) else {
        return vec![];
    };
    let indicative = standing.status(framework) == Status::Indicative;
    let flags = standing.flags(body).with(Flag::Indicative, indicative);
    let row = |statement: Option<StatementId>, cells: &[&Cell]| {
        let dates = cells.iter().map(|cell| evidence_on(cell));
        // A date that may be any of a month or a year counts by its last day, so that nothing is
        // called older than it may be.
        let oldest = dates.clone().flatten().min_by_key(|date| date.last_day());
        StaleRow {
            organisation: body.facts.code,
            name: body.facts.name.clone(),
            level: statement.map_or(LevelKind::Overall, |_| LevelKind::Statement),
            statement,
            evidence_on: oldest,
            age_months: oldest.map(|date| whole_months(date.last_day(), on)),
            undated: dates.filter(Option::is_none).count() as u64,
            reviewed_on: cells.iter().filter_map(|cell| cell.reviewed_on).max(),
            published_on: Some(published.on).filter(|_| published.withdrawn_on.is_none()),
            flags: flags.clone().with(Flag::Waiting, cells.iter().any(|cell| cell.waits())),
        }
    };
    let scored = standing.cells.iter().filter(|cell| cell.in_force.is_some());
    let statements = scored.map(|cell| row(Some(cell.statement), &[cell]));
    let all: Vec<&Cell> = standing.cells.iter().collect();
    std::iter::once(row(None, &all)).chain(statements).collect()
}

/// The wanted rows, oldest evidence first.
pub fn stale(mut rows: Vec<StaleRow>, wanted: Staleness, on: NaiveDate) -> Vec<StaleRow> {
    let evidence_until = |row: &StaleRow| row.evidence_on.map(PartialDate::last_day);
    rows.retain(|row| match wanted {
        Staleness::OlderThan(age) => evidence_until(row).is_some_and(|day| age.is_over(day, on)),
        Staleness::Undated => row.undated > 0,
    });
    if let Staleness::OlderThan(_) = wanted {
        rows.sort_by_key(evidence_until);
    }
    rows
}

impl Age {
    /// Whether what began on a day is older than this on another.
    fn is_over(self, from: NaiveDate, on: NaiveDate) -> bool {
        self.last_day(from).is_some_and(|until| until < on)
    }

    /// The last day on which what began on a day is not older than this; none beyond all dates.
    pub(crate) fn last_day(self, from: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(days) => from.checked_add_days(Days::new(days.into())),
            Self::Months(months) => from.checked_add_months(Months::new(months)),
        }
    }
}

fn evidence_on(cell: &Cell) -> Option<PartialDate> {
    cell.in_force.and_then(|judgement| judgement.evidence_on)
}

/// How many whole months lie between two days.
fn whole_months(from: NaiveDate, on: NaiveDate) -> u32 {
    let number = |day: NaiveDate| 12 * day.year() + day.month0().cast_signed();
    let months = u32::try_from(number(on) - number(from)).unwrap_or(0);
    let is_whole = from.checked_add_months(Months::new(months)).is_some_and(|then| then <= on);
    if is_whole { months } else { months.saturating_sub(1) }
}

#[cfg(test)]
mod tests {
    use super::{Age, whole_months};
    use chrono::NaiveDate;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Counted a day off, evidence would be called stale that is not, or the other way round.
    #[test]
    fn an_age_is_over_on_the_day_after() {
        let over = |age: Age, from, on| age.is_over(day(from), day(on));
        assert!(!over(Age::Months(24), "2024-05-17", "2026-05-17"));
        assert!(over(Age::Months(24), "2024-05-17", "2026-05-18"));
        assert!(!over(Age::Months(1), "2024-01-31", "2024-02-29"));
        assert!(over(Age::Months(1), "2024-01-31", "2024-03-01"));
        assert!(!over(Age::Days(90), "2026-01-01", "2026-04-01"));
        assert!(over(Age::Days(90), "2026-01-01", "2026-04-02"));
        assert!(!over(Age::Months(u32::MAX), "2024-05-17", "2026-05-18"), "beyond all dates");
    }

    #[test]
    fn months_are_counted_when_they_are_whole() {
        for (from, on, months) in [
            ("2024-05-17", "2026-05-16", 23),
            ("2024-05-17", "2026-05-17", 24),
            ("2024-01-31", "2024-02-29", 1),
            ("2024-01-31", "2024-02-28", 0),
            ("2026-05-17", "2026-05-01", 0),
            ("2026-05-17", "2024-05-01", 0),
        ] {
            assert_eq!(whole_months(day(from), day(on)), months, "{from} to {on}");
        }
    }
}
