//! Working days in England: weekends and bank holidays are none.

use crate::PartialDate;
use crate::event::CalendarAdded;
use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The bank holidays of England, as far as they are known: whole years at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeSet<i32>,
    /// The days, with their names where they have one.
    days: BTreeMap<NaiveDate, String>,
}

/// A year whose bank holidays are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bank holidays of {0} are not known")]
pub struct UnknownYear(pub i32);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "source")]
    _source: String,
    years: BTreeSet<i32>,
    days: Vec<ShippedDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShippedDay {
    date: PartialDate,
    name: String,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::shipped()
    }
}

impl Calendar {
    /// The years that come with the program, from the government's list.
    pub fn shipped() -> Self {
        let text = include_str!("../data/bank_holidays.json");
        let shipped: Shipped = serde_json::from_str(text).expect("a test reads the shipped list");
        let days = shipped.days.into_iter().map(|day| (day.date.first_day(), day.name));
        Self { years: shipped.years, days: days.collect() }
    }

    /// Takes over the bank holidays of a year.
    pub(crate) fn add(&mut self, event: &CalendarAdded) {
        self.years.insert(event.year);
        for day in &event.days {
            self.days.entry(day.first_day()).or_default();
        }
    }

    /// The years whose bank holidays are all known.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.iter().copied()
    }

    /// Every known bank holiday, with its name where it has one.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.days.iter().map(|(day, name)| (*day, name.as_str()))
    }

    /// The last day of a window of working days: the day after `from` is the first that may count,
    /// and the window closes at the end of the last.
    pub fn last_day(&self, from: NaiveDate, working_days: u32) -> Result<NaiveDate, UnknownYear> {
        let mut day = from;
        let mut left = working_days;
        while left > 0 {
            day = day.succ_opt().expect("years have four digits, far from chrono's end");
            if self.is_working_day(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    fn is_working_day(&self, day: NaiveDate) -> Result<bool, UnknownYear> {
        if !self.years.contains(&day.year()) {
            return Err(UnknownYear(day.year()));
        }
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        Ok(!weekend && !self.days.contains_key(&day))
    }
}
