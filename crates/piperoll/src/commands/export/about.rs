//! What an export rests on: which ledger, as of which record, on which day, for whom.

use super::tables::{self, Table};
use crate::cli::{Audience, View};
use crate::commands;
use crate::exit::{Failure, Outcome, REFUSED, UNABLE};
use chrono::NaiveDate;
use journal::{Head, Store as _};
use ledger::{AsOf, Instant, Ledger};
use serde_json::{Map, Value, json};

/// All tables of a view, and what they rest on.
pub struct Taken {
    /// What they rest on.
    pub about: About,
    /// The tables, but for the records.
    pub tables: Vec<Table>,
    /// The last record that they rest on, for whoever may know of it.
    pub end: Option<Head>,
}

/// What an export rests on.
pub struct About {
    origin: String,
    /// The last record, with when it was recorded; the public is not told.
    last: Option<(Head, String)>,
    /// The day that it was asked as of, if it was a day.
    as_of: Option<NaiveDate>,
    effective: Option<NaiveDate>,
    on: NaiveDate,
}

/// How often the tables are taken again, if records come meanwhile.
const ATTEMPTS: usize = 3;

impl Taken {
    /// Takes all tables of a view at once: no record comes between two of them.
    pub fn of(ledger: &mut Ledger, view: &View) -> Result<Self, Failure> {
        no_body_of_its_own(view.audience)?;
        commands::say_set_aside(ledger, &view.asking())?;
        let at = commands::at(&view.asking());
        for _ in 0..ATTEMPTS {
            let before = ledger.end_at(at)?;
            let taken = Self::now(ledger, view)?;
            if ledger.end_at(at)? == before {
                return Ok(taken);
            }
        }
        Err(Failure::new(UNABLE, "records came in while the tables were taken")
            .hint("try again, or give --as-of"))
    }

    fn now(ledger: &mut Ledger, view: &View) -> Result<Self, Failure> {
        let asking = &view.asking();
        let end = ledger.end_at(commands::at(asking))?;
        let last = ledger.store().record_at(end.position, &end).map_err(ledger::Error::from)?;
        let recorded_at = last.record().recorded_at.to_owned();
        let regulator = view.audience == Audience::Regulator;
        // The day of the last record tells the public when something was recorded.
        let as_of = match view.as_of {
            Some(AsOf::Day(day)) => Some(day),
            _ => None,
        };
        let day = match view.effective.or(as_of) {
            None if regulator => Some(Instant::parse(&recorded_at)?.day()),
            day => day,
        };
        let (tables, on) = tables::all(ledger, asking, day)?;
        let about = About {
            origin: ledger.origin()?,
            last: regulator.then_some((end, recorded_at)),
            as_of,
            effective: view.effective,
            on,
        };
        Ok(Self { about, tables, end: regulator.then_some(end) })
    }
}

impl About {
    /// What it rests on, as names and values.
    pub fn facts(&self) -> Map<String, Value> {
        let mut facts = tables::object([
            ("audience", json!(if self.last.is_some() { "regulator" } else { "public" })),
            ("on", json!(self.on.to_string())),
            ("origin", json!(self.origin)),
            ("program", json!(concat!("piperoll ", env!("CARGO_PKG_VERSION")))),
        ]);
        for (name, day) in [("as_of", self.as_of), ("effective", self.effective)] {
            if let Some(day) = day {
                facts.insert(name.to_owned(), json!(day.to_string()));
            }
        }
        if let Some((head, recorded_at)) = &self.last {
            facts.insert("position".to_owned(), json!(head.position));
            facts.insert("hash".to_owned(), json!(head.hash));
            facts.insert("recorded_at".to_owned(), json!(recorded_at));
        }
        facts
    }

    /// The same in a sentence.
    pub fn sentence(&self) -> String {
        let Self { origin, on, .. } = self;
        let happened = self.effective.map(|day| format!(", of what had happened by {day}"));
        let happened = happened.unwrap_or_default();
        let known = self.as_of.map(|day| format!(", as they were at the end of {day}"));
        let known = known.unwrap_or_default();
        match &self.last {
            Some((head, at)) => format!(
                "The tables of the ledger {origin} up to record {}, of {at} ({}){known}{happened}; \
                 what is due, stale and covered is as on {on}.",
                head.position, head.hash
            ),
            None => format!(
                "The tables that the ledger {origin} shows the public{known}{happened}; what is \
                 covered is as on {on}."
            ),
        }
    }
}

fn no_body_of_its_own(audience: Audience) -> Outcome {
    let Audience::Body(code) = audience else { return Ok(()) };
    let cause = format!("refused: there is no export for {code} alone [not_for_audience]");
    Err(Failure::new(REFUSED, cause)
        .hint("--audience public; `export disclosure` tells what is known of one body"))
}
