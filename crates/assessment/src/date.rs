//! Days in the world, at the precision that is known: a year, a month or a day.

use chrono::{Datelike, NaiveDate};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A date as it is known: `2024`, `2024-05` or `2024-05-17`.
///
/// A coarse date is shown as it stands, sorts by its first day and counts as happened from its
/// last.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartialDate {
    first: NaiveDate,
    precision: Precision,
}

/// How much of a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// The day.
    Day,
}

/// A text that is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date (YYYY, YYYY-MM or YYYY-MM-DD)")]
pub struct InvalidDate(pub String);

impl PartialDate {
    /// The first day that it can mean.
    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    /// The last day that it can mean: from then on it counts as happened.
    pub fn last_day(self) -> NaiveDate {
        let next = match self.precision {
            Precision::Day => return self.first,
            Precision::Month if self.first.month() < 12 => {
                self.first.with_month(self.first.month() + 1)
            }
            Precision::Month | Precision::Year => {
                NaiveDate::from_ymd_opt(self.first.year() + 1, 1, 1)
            }
        };
        next.and_then(|day| day.pred_opt()).expect("years have four digits, far from chrono's ends")
    }

    /// How much of it is known.
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// The year, which is always known.
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// Whether it had happened by the end of `day`.
    pub fn happened_by(self, day: NaiveDate) -> bool {
        self.last_day() <= day
    }
}

impl From<NaiveDate> for PartialDate {
    fn from(first: NaiveDate) -> Self {
        Self { first, precision: Precision::Day }
    }
}

impl FromStr for PartialDate {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?;
            digits.parse::<u32>().ok()
        };
        let hyphen = |at: usize| (text.as_bytes()[at] == b'-').then_some(());
        let date = || {
            let (precision, month, day) = match text.len() {
                4 => (Precision::Year, 1, 1),
                7 => (Precision::Month, hyphen(4).and_then(|()| number(5..7))?, 1),
                10 => {
                    let month = hyphen(4).and_then(|()| number(5..7))?;
                    (Precision::Day, month, hyphen(7).and_then(|()| number(8..10))?)
                }
                _ => return None,
            };
            let year = number(0..4).filter(|year| (1000..=9998).contains(year))?;
            let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
            Some(Self { first, precision })
        };
        date().ok_or_else(|| InvalidDate(text.to_owned()))
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.first.year(), self.first.month(), self.first.day());
        match self.precision {
            Precision::Year => write!(f, "{year:04}"),
            Precision::Month => write!(f, "{year:04}-{month:02}"),
            Precision::Day => write!(f, "{year:04}-{month:02}-{day:02}"),
        }
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for PartialDate {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.first, self.precision).cmp(&(other.first, other.precision))
    }
}

impl PartialOrd for PartialDate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl schemars::JsonSchema for PartialDate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PartialDate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let pattern = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$";
        schemars::json_schema!({ "type": "string", "pattern": pattern })
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = PartialDate;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date (YYYY, YYYY-MM or YYYY-MM-DD)")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<PartialDate, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A financial year of English local government, from 1 April: `2024-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FinancialYear(u16);

/// A text that is not a financial year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a financial year (YYYY-YY, such as 2024-25)")]
pub struct InvalidFinancialYear(pub String);

impl FromStr for FinancialYear {
    type Err = InvalidFinancialYear;

    fn from_str(text: &str) -> Result<Self, InvalidFinancialYear> {
        let year = || {
            let (first, second) = text.split_once('-')?;
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let fits = first.len() == 4 && second.len() == 2 && digits == 6;
            let (first, second): (u16, u16) = (first.parse().ok()?, second.parse().ok()?);
            (fits && first >= 1000 && (first + 1) % 100 == second).then_some(Self(first))
        };
        year().ok_or_else(|| InvalidFinancialYear(text.to_owned()))
    }
}

impl fmt::Display for FinancialYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.0, (self.0 + 1) % 100))
    }
}

impl Serialize for FinancialYear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FinancialYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl schemars::JsonSchema for FinancialYear {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FinancialYear".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_coarse_date_is_shown_as_it_stands_and_ends_with_its_last_day() {
        for (text, last) in [
            ("2024", "2024-12-31"),
            ("2024-02", "2024-02-29"),
            ("2024-12", "2024-12-31"),
            ("2024-05-17", "2024-05-17"),
        ] {
            assert_eq!(date(text).to_string(), text);
            assert_eq!(date(text).last_day().to_string(), last);
        }
    }

    #[test]
    fn dates_sort_by_their_first_day() {
        let mut dates = ["2024-05-02", "2024-06", "2024-05", "2024", "2023-12-31"].map(date);
        dates.sort();
        assert_eq!(dates, ["2023-12-31", "2024", "2024-05", "2024-05-02", "2024-06"].map(date));
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for wrong in
            ["", "24", "2024-13", "2024-02-30", "2024-5-1", "2024/05", "2024-05-17T00", "０２４４"]
        {
            assert!(wrong.parse::<PartialDate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_financial_year_names_both_its_years() {
        for text in ["2024-25", "1999-00", "2009-10", "1000-01"] {
            assert_eq!(text.parse::<FinancialYear>().unwrap().to_string(), text);
        }
        let year = |text: &str| text.parse::<FinancialYear>().unwrap();
        assert!(year("1999-00") < year("2000-01"));
        for wrong in [
            "",
            "2024",
            "2024-24",
            "2024-26",
            "2024-2025",
            "24-25",
            "0999-00",
            "+024-25",
            "2024/25",
        ] {
            assert!(wrong.parse::<FinancialYear>().is_err(), "{wrong}");
        }
    }
}
