//! `calendar …`.

use super::{Home, at, carry_out, only_for_the_regulator, open, told};
use crate::cli::{Asking, Calendar as Args};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row};
use assessment::command::AddCalendar;
use assessment::{Calendar, Event, PartialDate};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Args, out: &mut dyn Write) -> Outcome {
    match command {
        Args::Add { year, days, source, writing } => {
            let command = AddCalendar { days: days.clone(), source: source.clone(), year: *year };
            for event in carry_out(&mut open(home)?, writing, command, vec![], out)? {
                if let Event::CalendarAdded(event) = event {
                    let are = told(writing, "are", "would be");
                    let days: Vec<_> = event.days.iter().map(ToString::to_string).collect();
                    let days = days.join(", ");
                    writeln!(out, "the bank holidays of {year} {are} known, with {days} added")?;
                }
            }
            Ok(())
        }
        Args::List { year, asking } => list(home, *year, asking, out),
    }
}

/// A bank holiday, as it is listed.
#[derive(Debug, Clone, Serialize)]
struct DayRow {
    day: PartialDate,
    weekday: String,
    name: String,
    /// Whether it came with the program.
    origin: &'static str,
}

impl Row for DayRow {
    const HEADER: &'static [&'static str] = &["day", "weekday", "name", "origin"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("day", |row| row.day.to_string()),
            Column::left("weekday", |row| row.weekday.clone()),
            Column::text("name", |row| row.name.clone()),
            Column::left("origin", |row| row.origin.to_owned()),
        ]
    }
}

fn list(home: &Home, year: Option<i32>, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "the calendar that deadlines are counted by")?;
    let calendar = open(home)?.state(at(asking), &|_| vec![])?.calendar;
    if let Some(year) = year.filter(|year| calendar.years().all(|known| known != *year)) {
        let years: Vec<_> = calendar.years().map(|year| year.to_string()).collect();
        let hint =
            format!("known are {}; `piperoll calendar add` takes in others", years.join(", "));
        return Err(
            Failure::new(REFUSED, format!("the bank holidays of {year} are not known")).hint(hint)
        );
    }
    let shipped = Calendar::shipped();
    let shipped: BTreeSet<NaiveDate> = shipped.days().map(|(day, _)| day).collect();
    let wanted = calendar.days().filter(|(day, _)| year.is_none_or(|year| day.year() == year));
    let rows: Vec<_> = wanted
        .map(|(day, name)| DayRow {
            day: day.into(),
            weekday: day.format("%A").to_string(),
            name: name.to_owned(),
            origin: if shipped.contains(&day) { "shipped" } else { "added" },
        })
        .collect();
    render::rows(out, asking.format, &rows)
}
