//! `export jsonl`.

use super::about::Taken;
use super::describe::{self, DATAPACKAGE, Form};
use super::records;
use super::tables::{RECORDS, Table};
use crate::cli::ExportJsonl;
use crate::exit::Outcome;
use crate::place::Place;
use crate::render::{self, count};
use ledger::Ledger;
use serde_json::{Map, Value};
use std::io::Write;

/// Writes each table as lines of JSON, and the records as they are stored.
pub fn run(ledger: &mut Ledger, args: &ExportJsonl, out: &mut dyn Write) -> Outcome {
    let place = Place::of_directory(&args.dir, &describe::is_of_an_export)?;
    let taken = Taken::of(ledger, &args.view)?;
    let stored = Table::empty(RECORDS, &["hash", "record"]);
    let mut all: Vec<&Table> = taken.tables.iter().collect();
    let mut receipt = Vec::new();
    let failed = |error: std::io::Error| place.unwritten(&error);
    for table in &taken.tables {
        let mut file = place.create(&Form::Jsonl.file(table))?;
        for row in &table.rows {
            writeln!(file, "{}", object(table, row)).map_err(failed)?;
        }
        file.flush().map_err(failed)?;
        receipt.push((Form::Jsonl.file(table), table.rows.len() as u64));
    }
    if let Some(end) = &taken.end {
        let name = Form::Jsonl.file(&stored);
        let mut file = place.create(&name)?;
        let rows = records::each(ledger, end, &mut |entry| {
            file.write_all(entry.line).and_then(|()| file.write_all(b"\n")).map_err(failed)
        })?;
        file.flush().map_err(failed)?;
        all.push(&stored);
        receipt.push((name, rows));
    }
    place.write(DATAPACKAGE, &describe::datapackage(&taken.about, &all, Form::Jsonl))?;
    place.finish()?;
    for (name, rows) in receipt {
        writeln!(out, "{}: {}", args.dir.join(name).display(), count(rows, "row"))?;
    }
    Ok(())
}

/// A row with its members in the order of the columns, as the question prints it.
fn object(table: &Table, row: &Map<String, Value>) -> String {
    let members = table.columns.iter().map(|column| {
        let value = row.get(column.name).unwrap_or(&Value::Null);
        format!("{}:{}", render::json(&column.name), render::json(value))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}
