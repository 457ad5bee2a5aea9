//! `verify`: every byte checked again, and everything found printed.

use crate::cli::{Verify, VerifyFormat};
use crate::exit::{DAMAGED, Failure, Outcome, UNABLE};
use crate::render::count;
use crate::world;
use journal::verify::{HeadState, Summary};
use ledger::Verdict;
use serde_json::json;
use std::io::Write;
use std::path::Path;

/// What is checked; the words are those of the findings.
const CHECKED: [&str; 15] = [
    "line",
    "hash",
    "canonical",
    "members",
    "position",
    "previous",
    "version",
    "parts",
    "time",
    "key",
    "opening",
    "ledger",
    "segment",
    "head",
    "data",
];

/// What is not, one sentence each.
const NOT_CHECKED: [&str; 4] = [
    "whether the rules allowed what is recorded",
    "whether the whole chain was written anew, `head` with it",
    "whether records were cut off the end, `head` with them",
    "the index, which is derived (`piperoll rebuild` compares it)",
];

/// `verify`.
pub fn run(dir: &Path, args: &Verify, out: &mut dyn Write) -> Outcome {
    let progress = world::progress("records");
    let verdict = ledger::verify(dir, &mut |position| progress.set_position(position))?;
    progress.finish_and_clear();
    let printed = match args.format {
        VerifyFormat::Text => print(&verdict, out),
        VerifyFormat::Jsonl => print_lines(&verdict, out),
    };
    // Damage outranks what could not be looked at, and either one a reader that went away.
    match (verdict.findings.is_empty(), verdict.unknown.is_empty()) {
        (false, _) => Err(Failure::said(DAMAGED)),
        (true, false) => Err(Failure::said(UNABLE)),
        (true, true) => printed,
    }
}

fn print(verdict: &Verdict, out: &mut dyn Write) -> Outcome {
    let summary = &verdict.summary;
    for finding in &verdict.findings {
        writeln!(out, "damaged  {finding}")?;
    }
    for ((kind, schema), unknown) in &verdict.unknown {
        let records = count(unknown.records, "record");
        let from = unknown.first;
        writeln!(out, "unknown  {records} of kind `{kind}` in schema {schema}, from {from} on")?;
    }
    for note in notes(summary) {
        writeln!(out, "note     {note}")?;
    }
    let (records, bytes) = (count(summary.records, "record"), count(summary.bytes, "byte"));
    let segments = count(summary.segments, "segment");
    writeln!(out, "checked  {records}, {bytes}, {segments}")?;
    for words in CHECKED.chunks(8) {
        writeln!(out, "         {}", words.join(", "))?;
    }
    for (index, what) in NOT_CHECKED.iter().enumerate() {
        writeln!(out, "{:9}{what}", if index == 0 { "not" } else { "" })?;
    }
    if let Some((position, hash)) = summary.last {
        writeln!(out, "last     record {position}")?;
        writeln!(out, "         {hash}")?;
    }
    Ok(writeln!(out, "{}", in_words(verdict))?)
}

fn notes(summary: &Summary) -> Vec<String> {
    let mut notes = summary.notes.clone();
    if let HeadState::Lags(records) = summary.head {
        let behind = count(records, "whole record");
        notes.push(format!("`head` lags behind the journal by {behind}"));
    }
    if summary.head == HeadState::Lost {
        notes.push("`head` is lost: every byte of the journal had to verify".to_owned());
    }
    if let Some(beyond) = &summary.beyond {
        notes.push(format!(
            "{} from {} byte {} on, never acknowledged and no part of the ledger: {}",
            count(beyond.bytes, "byte"),
            beyond.place.segment,
            beyond.place.offset,
            beyond.fault.why
        ));
    }
    notes
}

fn in_words(verdict: &Verdict) -> String {
    let unknown = verdict.unknown.values().map(|unknown| unknown.records).sum();
    match (verdict.findings.len() as u64, unknown) {
        (0, 0) => "verified".to_owned(),
        (0, n) => format!("could not check what {} say: newer than this", count(n, "record")),
        (n, _) => format!("damaged: {}", count(n, "finding")),
    }
}

/// One JSON object a line: findings, unknown kinds, and the summary, always and last.
fn print_lines(verdict: &Verdict, out: &mut dyn Write) -> Outcome {
    for finding in &verdict.findings {
        let line = json!({
            "type": "finding", "check": finding.check, "position": finding.position,
            "file": finding.file, "offset": finding.offset, "why": finding.why,
        });
        writeln!(out, "{line}")?;
    }
    for ((kind, schema), unknown) in &verdict.unknown {
        let line = json!({
            "type": "unknown", "kind": kind, "schema": schema,
            "first": unknown.first, "records": unknown.records,
        });
        writeln!(out, "{line}")?;
    }
    let summary = &verdict.summary;
    let last = summary.last.map(|(position, hash)| json!({ "position": position, "hash": hash }));
    let line = json!({
        "type": "summary", "records": summary.records, "bytes": summary.bytes,
        "segments": summary.segments, "last": last, "notes": notes(summary),
        "findings": verdict.findings.len(), "checked": CHECKED, "not": NOT_CHECKED,
        "verdict": in_words(verdict),
    });
    Ok(writeln!(out, "{line}")?)
}
