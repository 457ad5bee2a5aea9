//! `strike-out`: an erroneous record is made void by a later one.

use super::write::seal;
use super::{Home, carry_out, open};
use crate::cli::{Format, StrikeOut, Writing};
use crate::exit::Outcome;
use crate::render::{self, Column, Row};
use crate::world;
use assessment::command;
use ledger::Change;
use std::io::Write;

/// Lists what a strike-out changes, and records it.
pub fn run(home: &Home, args: &StrikeOut, out: &mut dyn Write) -> Outcome {
    let contents: Vec<_> = seal(&args.words)?.into_iter().collect();
    let mut ledger = open(home)?;
    let today = world::now().day();
    let changes = ledger.preview(args.position, today)?;
    let command = command::StrikeOut {
        by: args.by,
        position: args.position,
        reason: args.reason,
        struck_on: args.struck_on.unwrap_or_else(|| today.into()),
        text: contents.first().map(|new| new.content.clone()),
    };
    // Whether it may be struck out is asked first; then what it changes is listed, and only then it
    // is recorded.
    let trial = Writing { dry_run: true, ..args.writing.clone() };
    let mut receipts = Vec::new();
    carry_out(&mut ledger, &trial, command.clone(), contents.clone(), &mut receipts)?;
    if changes.is_empty() {
        writeln!(out, "no score, rating, move or duty changes")?;
    } else {
        render::rows(out, Format::Table, &changes)?;
    }
    out.flush()?;
    if args.writing.dry_run {
        out.write_all(&receipts)?;
        return Ok(());
    }
    if !args.yes && !world::agrees(&format!("strike out record {}?", args.position))? {
        world::say("nothing is recorded");
        return Ok(());
    }
    carry_out(&mut ledger, &args.writing, command, contents, out)?;
    Ok(())
}

impl Row for Change {
    const HEADER: &'static [&'static str] = &["what", "subject", "before", "after"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("changes", |row| row.what.to_owned()),
            Column::text("of", |row| row.subject.clone()),
            Column::text("from", |row| or_none(&row.before)),
            Column::text("to", |row| or_none(&row.after)),
        ]
    }
}

fn or_none(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "none".to_owned())
}
