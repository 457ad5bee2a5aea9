//! What is owed as a calendar feed (RFC 5545).
//!
//! A feed is carried to places that nobody here knows of: it says what is to be done for whom, and
//! no statement, score or text.

use super::DueRow;
use crate::exit::Outcome;
use assessment::due::Kind;
use chrono::{DateTime, Utc};
use icalendar::{Calendar, Class, Component, Event, EventLike};
use journal::Store;
use ledger::{At, Ledger};
use std::io::Write;

/// Writes one all-day event for each row.
///
/// No clock goes in: an event is as old as the last record, so the same ledger gives the same
/// bytes.
pub fn feed(ledger: &Ledger, at: At, rows: &[DueRow], out: &mut dyn Write) -> Outcome {
    let end = ledger.end_at(at)?;
    let origin = ledger.origin()?;
    let last = ledger.store().record_at(end.position, &end)?;
    let recorded_at = DateTime::parse_from_rfc3339(last.record().recorded_at)
        .expect("a record whose time has another form is damage, and is not read");
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0"));
    calendar.append_property(("PRODID", "-//Piperoll//due//EN"));
    for row in rows {
        calendar.push(event(row, &origin, recorded_at.to_utc()));
    }
    write!(out, "{calendar}")?;
    Ok(())
}

fn event(row: &DueRow, origin: &str, recorded_at: DateTime<Utc>) -> Event {
    // What has no last day stands on the day since when it is owed, and says so. A coarse date
    // begins with its first day and is over with its last.
    let (day, when) = match row.due_on {
        Some(due_on) => (due_on.last_day(), format!("due {due_on}")),
        None => (row.since.first_day(), format!("no deadline, owed since {}", row.since)),
    };
    Event::new()
        .uid(&uid(row, origin))
        .timestamp(recorded_at)
        .summary(&format!("{}, {}: {when}", row.name, what(row)))
        // Without an end, an event on a date lasts that day.
        .starts(day)
        .class(Class::Confidential)
        .add_property("TRANSP", "TRANSPARENT")
        .done()
}

/// The same for the same thing, however often it is asked for and whatever becomes known of it.
fn uid(row: &DueRow, origin: &str) -> String {
    let assessment = row.assessment.map(|id| id.to_string());
    let named = match row.kind {
        Kind::Publication => vec![assessment],
        Kind::Section50 | Kind::Window => vec![assessment, row.subject.clone()],
        Kind::Reissue | Kind::Comment | Kind::ProcessReview | Kind::EvidenceRequest => {
            vec![row.subject.clone()]
        }
    };
    let named: Vec<String> = named.into_iter().flatten().collect();
    format!("{}-{}@{origin}", row.kind, named.join("-"))
}

fn what(row: &DueRow) -> String {
    let subject = row.subject.as_deref().unwrap_or_default();
    let assessment = row.assessment.map(|id| id.to_string()).unwrap_or_default();
    match row.kind {
        Kind::Publication => format!("publish an update of {assessment}"),
        Kind::Reissue => format!("issue {subject} again, which was withdrawn"),
        Kind::Section50 => {
            let letter = subject.replace('_', " ");
            format!("send the section 50 letter to the {letter} ({assessment})")
        }
        Kind::Comment => format!("resolve comment {subject}"),
        Kind::Window => {
            let recipient = subject.replace('_', " ");
            format!("last day for comments of the {recipient} ({assessment})")
        }
        Kind::ProcessReview => format!("decide on the review of the rating process of {subject}"),
        Kind::EvidenceRequest => format!("evidence request {subject} is not answered"),
    }
}
