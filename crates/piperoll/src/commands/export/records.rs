//! The records as a table, read one by one, as there may be more than memory holds.

use super::tables::{RECORDS, Table, json, object};
use crate::exit::{Failure, Outcome};
use crate::world;
use journal::{Entry, Head, Record};
use ledger::Ledger;
use serde_json::{Map, Value};
use std::ops::ControlFlow;

/// The table without its rows.
pub fn table() -> Table {
    let header = [
        "position",
        "hash",
        "kind",
        "schema",
        "stream",
        "version",
        "actor",
        "recorded_at",
        "occurred_on",
        "command",
        "part",
        "parts",
        "previous",
        "request",
        "salt",
        "clock",
        "signature",
        "data",
    ];
    Table::empty(RECORDS, &header)
}

/// A record as a row.
pub fn row(record: &Record<'_>) -> Map<String, Value> {
    object([
        ("position", json(record.position)),
        ("hash", json(record.hash)),
        ("kind", json(record.kind)),
        ("schema", json(record.schema)),
        ("stream", json(record.stream)),
        ("version", json(record.version)),
        ("actor", json(record.actor)),
        ("recorded_at", json(record.recorded_at)),
        ("occurred_on", json(record.occurred_on)),
        ("command", json(record.command)),
        ("part", json(record.part)),
        ("parts", json(record.parts)),
        ("previous", json(record.previous)),
        ("request", json(record.request)),
        ("salt", json(record.salt)),
        ("clock", json(record.clock)),
        ("signature", json(record.signature)),
        ("data", json(record.data)),
    ])
}

/// Does something with each record up to an end; how many there were.
pub fn each(
    ledger: &Ledger,
    end: &Head,
    act: &mut dyn FnMut(&Entry<'_>) -> Outcome,
) -> Result<u64, Failure> {
    let progress = world::progress("records");
    let mut done = Ok(());
    ledger.read(0, end, &mut |entry| {
        done = act(entry);
        progress.inc(1);
        if done.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    progress.finish_and_clear();
    done.map(|()| end.position + 1)
}
