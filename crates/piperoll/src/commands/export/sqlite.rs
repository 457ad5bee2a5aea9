//! `export sqlite`.

use super::about::Taken;
use super::columns::{Column, Kind, Presence};
use super::describe::key;
use super::records;
use super::tables::Table;
use crate::cli::ExportSqlite;
use crate::exit::{Failure, Outcome, UNABLE};
use crate::place::{Place, taken, unable};
use crate::render::count;
use ledger::Ledger;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, Statement, params_from_iter};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// By which a database is known again as an export of ours: "PRLL".
const APPLICATION: i32 = 0x5052_4c4c;

/// Writes each table into a database.
pub fn run(ledger: &mut Ledger, args: &ExportSqlite, out: &mut dyn Write) -> Outcome {
    let place = Place::of_file(&args.file, &is_of_an_export)?;
    let taken = Taken::of(ledger, &args.view)?;
    let receipt = fill(ledger, &place, &taken)?;
    place.finish()?;
    writeln!(out, "{}", args.file.display())?;
    for (name, rows) in receipt {
        writeln!(out, "{name}: {}", count(rows, "row"))?;
    }
    Ok(())
}

fn fill(
    ledger: &Ledger,
    place: &Place,
    taken: &Taken,
) -> Result<Vec<(&'static str, u64)>, Failure> {
    let unwritten = |error: rusqlite::Error| unwritten(&error);
    let database = Connection::open(place.path()).map_err(unwritten)?;
    // Nobody else knows of the file yet, and what a crash leaves of it is thrown away.
    let begin = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;";
    let begin = format!("{begin} PRAGMA application_id = {APPLICATION}; BEGIN;");
    database.execute_batch(&begin).map_err(unwritten)?;
    let mut receipt = Vec::new();
    for table in &taken.tables {
        let mut insert = create(&database, table).map_err(unwritten)?;
        for row in &table.rows {
            insert.execute(params_from_iter(cells(table, row))).map_err(unwritten)?;
        }
        receipt.push((table.shape.name, table.rows.len() as u64));
    }
    if let Some(end) = &taken.end {
        let table = records::table();
        let mut insert = create(&database, &table).map_err(unwritten)?;
        let rows = records::each(ledger, end, &mut |entry| {
            let row = records::row(&entry.record);
            insert.execute(params_from_iter(cells(&table, &row))).map_err(unwritten)?;
            Ok(())
        })?;
        receipt.push((table.shape.name, rows));
    }
    let mut about = database
        .execute_batch("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT")
        .and_then(|()| database.prepare("INSERT INTO about VALUES (?, ?)"))
        .map_err(unwritten)?;
    for (name, value) in taken.about.facts() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        about.execute([name, value]).map_err(unwritten)?;
    }
    drop(about);
    database.execute_batch("COMMIT").map_err(unwritten)?;
    database.close().map_err(|(_, error)| unwritten(error))?;
    Ok(receipt)
}

/// Makes a table with its indices; what puts a row into it.
fn create<'a>(database: &'a Connection, table: &Table) -> rusqlite::Result<Statement<'a>> {
    let name = table.shape.name;
    let mut parts: Vec<String> = table.columns.iter().map(definition).collect();
    parts.extend(key(table).map(|key| format!("PRIMARY KEY ({})", quoted(key))));
    parts.extend(
        table.references().map(|(column, parent)| {
            format!("FOREIGN KEY ({column}) REFERENCES {parent} ({column})")
        }),
    );
    database
        .execute_batch(&format!("CREATE TABLE {name} (\n  {}\n) STRICT", parts.join(",\n  ")))?;
    for column in ["organisation", "position"] {
        let is_first = key(table).is_some_and(|key| key[0] == column);
        if !is_first && table.columns.iter().any(|it| it.name == column) {
            let index = format!("CREATE INDEX {name}_{column} ON {name} ({column})");
            database.execute_batch(&index)?;
        }
    }
    let marks = vec!["?"; table.columns.len()].join(", ");
    database.prepare(&format!("INSERT INTO {name} VALUES ({marks})"))
}

/// A column; its name may be a word of SQL.
fn definition(column: &Column) -> String {
    let kind = match column.kind {
        Kind::Count | Kind::Between(..) | Kind::Flag => "INTEGER",
        Kind::Decimal => "REAL",
        _ => "TEXT",
    };
    let presence = if column.presence == Presence::Always { " NOT NULL" } else { "" };
    format!("\"{}\" {kind}{presence}", column.name)
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// A row in the order of the columns. SQLite makes a number of a text in a column of numbers.
fn cells(table: &Table, row: &Map<String, Value>) -> Vec<Cell> {
    let cell = |column: &Column| match row.get(column.name) {
        None | Some(Value::Null) => Cell::Null,
        Some(Value::Bool(flag)) => Cell::Integer(i64::from(*flag)),
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(number) => Cell::Integer(number),
            None => Cell::Text(number.to_string()),
        },
        Some(other) => Cell::Text(other.to_string()),
    };
    table.columns.iter().map(cell).collect()
}

/// Whether a file is a database with our mark, which stands in its header.
fn is_of_an_export(path: &Path) -> Outcome {
    let mut header = Vec::new();
    let read = File::open(path).and_then(|file| file.take(72).read_to_end(&mut header));
    read.map_err(|error| unable("read", path, &error))?;
    let is_ours = header.starts_with(b"SQLite format 3\0")
        && header.get(68..72) == Some(&APPLICATION.to_be_bytes());
    if is_ours { Ok(()) } else { Err(taken(path, "no earlier export")) }
}

fn unwritten(error: &rusqlite::Error) -> Failure {
    Failure::new(UNABLE, format!("the database cannot be written: {error}"))
        .hint("name a place that can be written to and has room")
}
