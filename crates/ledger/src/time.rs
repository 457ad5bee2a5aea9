//! Instants of recording, and the days of London that they fall on.

use crate::error::Error;
use chrono::{
    DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, SubsecRound, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Europe::London;

/// When something is recorded, to the millisecond; written as records have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// Reads an instant as a record has it, or in any other form of RFC 3339.
    pub fn parse(text: &str) -> Result<Self, Error> {
        DateTime::parse_from_rfc3339(text)
            .map(|instant| Self(instant.to_utc()))
            .map_err(|_| Error::NotAnInstant(text.to_owned()))
    }

    /// The last instant of a day in London.
    pub fn end_of(day: NaiveDate) -> Self {
        let next = (day + Days::new(1)).and_time(NaiveTime::MIN);
        // London's clocks change at one in the morning, so every midnight there happens once.
        let midnight = London.from_local_datetime(&next).earliest();
        let midnight = midnight.expect("no midnight in London is left out").to_utc();
        Self(midnight - TimeDelta::milliseconds(1))
    }

    /// The day in London.
    pub fn day(self) -> NaiveDate {
        self.0.with_timezone(&London).date_naive()
    }

    /// Whether it lies more than a day before another.
    pub fn is_a_day_before(self, other: Self) -> bool {
        other.0 - self.0 > TimeDelta::days(1)
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.trunc_subsecs(3))
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_when_it_ends_in_london() {
        for (day, end) in [
            ("2026-01-15", "2026-01-15T23:59:59.999Z"),
            ("2026-06-15", "2026-06-15T22:59:59.999Z"),
            // The clocks go forward on the 29th of March and back on the 25th of October.
            ("2026-03-28", "2026-03-28T23:59:59.999Z"),
            ("2026-03-29", "2026-03-29T22:59:59.999Z"),
            ("2026-10-25", "2026-10-25T23:59:59.999Z"),
        ] {
            let day: NaiveDate = day.parse().unwrap();
            assert_eq!(Instant::end_of(day).to_string(), end);
            assert_eq!(Instant::end_of(day).day(), day);
        }
    }
}
