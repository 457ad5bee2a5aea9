//! `stale`.

use super::{Home, at, day_of, only_for_the_regulator, open, organisation};
use crate::cli::Stale as Args;
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row, known};
use crate::rows;
use crate::world;
use ledger::{At, Filter, Ledger};
use projections::{Flag, StaleRow, Staleness};
use std::io::Write;

/// `stale`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(args.asking.audience, "the date of evidence")?;
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, &args.asking)?;
    let at = At { effective: args.asking.effective.or(args.on), ..at(&args.asking) };
    let filter = filter(&mut ledger, at, args)?;
    let on = args.on.map_or_else(|| day_of(&ledger, at), Ok)?;
    let all = super::ask(&mut ledger, at, &|catalogue| catalogue.evidence_ages(&filter, on))?;
    let undated = all.iter().filter(|row| row.undated > 0).count() as u64;
    let wanted = args.older_than.map_or(Staleness::Undated, Staleness::OlderThan);
    render::rows(out, args.asking.format, &projections::stale(all, wanted, on))?;
    if undated > 0 && args.older_than.is_some() {
        out.flush()?;
        // Said in every format: whoever counts rows must know that these are apart.
        let rest = match undated {
            1 => "1 rating or score".to_owned(),
            several => format!("{several} ratings and scores"),
        };
        world::say(format_args!("the evidence of {rest} has no known date: --undated lists them"));
    }
    Ok(())
}

impl Row for StaleRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "level",
        "statement",
        "evidence_on",
        "age_months",
        "undated",
        "reviewed_on",
        "published_on",
        "flags",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("evidence", |row| known(&row.evidence_on)),
            Column::right("months", |row| known(&row.age_months)),
            Column::text("organisation", |row| rows::body(&row.name, &row.flags)),
            Column::id("level", |row| {
                row.statement.map_or("overall".to_owned(), |statement| statement.to_string())
            }),
            Column::left("reviewed", |row| known(&row.reviewed_on)),
            Column::left("published", |row| known(&row.published_on)),
            Column::text("flags", |row| row.flags.clone().without(Flag::Fictional).to_string()),
        ]
    }
}

/// Turns what a person typed into what is meant.
fn filter(ledger: &mut Ledger, at: At, args: &Args) -> Result<Filter, Failure> {
    let organisations = args.organisations.iter();
    let organisations =
        organisations.map(|text| organisation(ledger, at, text)).collect::<Result<_, _>>()?;
    if let Some(id) = args.framework
        && assessment::framework::Framework::shipped(id).is_none()
        && !super::frameworks(ledger, at)?.contains_key(&id)
    {
        return Err(super::framework::unknown(id));
    }
    Ok(Filter { organisations, kind: args.kind, framework: args.framework, ..Filter::default() })
}
