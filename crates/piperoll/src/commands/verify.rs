//! `verify`: every byte checked again, and everything found printed.

use super::Home;
use crate::cli::{Verify, VerifyFormat};
use crate::exit::{DAMAGED, Failure, Outcome, UNABLE};
use crate::render::count;
use crate::world;
use journal::verify::{HeadState, Summary};
use ledger::{ContentSummary, Verdict};
use serde_json::json;
use std::io::Write;

/// What is checked; the words are those of the findings.
const CHECKED: [&str; 19] = [
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
    "content",
    "content_key",
    "erasure",
    "publication",
];

/// What is not, one sentence each.
const NOT_CHECKED: [&str; 4] = [
    "whether the rules allowed what is recorded",
    "whether the whole chain was written anew, `head` with it",
    "whether records were cut off the end, `head` with them",
    "the index, which is derived (`piperoll rebuild` compares it)",
];

/// `verify`.
pub fn run(home: &Home, args: &Verify, out: &mut dyn Write) -> Outcome {
    super::only_for_the_regulator(args.audience, "checking the log")?;
    let progress = world::progress("records");
    let verdict = ledger::verify(&home.ledger, home.config.as_deref(), &mut |position| {
        progress.set_position(position)
    })?;
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
    for line in contents(&verdict.contents) {
        writeln!(out, "content  {line}")?;
    }
    let (records, bytes) = (count(summary.records, "record"), count(summary.bytes, "byte"));
    let segments = count(summary.segments, "segment");
    writeln!(out, "checked  {records}, {bytes}, {segments}")?;
    let checked: Vec<String> = CHECKED.chunks(8).map(|words| words.join(", ")).collect();
    writeln!(out, "         {}", checked.join(",\n         "))?;
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

/// What was looked at beside the journal, in sentences.
fn contents(contents: &ContentSummary) -> Vec<String> {
    let mut lines = Vec::new();
    if contents.contents > 0 {
        let opened = contents.opened;
        lines.push(format!("{} checked, {opened} opened", count(contents.contents, "content")));
    }
    if contents.without_keys > 0 {
        let closed = count(contents.without_keys, "content");
        lines.push(format!("{closed} not opened: no keys here"));
    }
    if !contents.erased.is_empty() {
        let by: Vec<String> = contents.erased.iter().map(|it| it.1.to_string()).collect();
        let records = if by.len() == 1 { "record" } else { "records" };
        lines.push(format!("{} erased, by {records} {}", by.len(), by.join(", ")));
    }
    if contents.released > 0 {
        let drafts = if contents.released == 1 { "its draft" } else { "their drafts" };
        lines.push(format!("{} checked against {drafts}", count(contents.released, "report")));
    }
    if !contents.unnamed.is_empty() {
        let files = count(contents.unnamed.len() as u64, "file");
        lines.push(format!("{files} named by no record: of commands that were never recorded;"));
        lines.push("while nobody writes, they may be deleted:".to_owned());
        lines.extend(contents.unnamed.iter().map(|path| path.display().to_string()));
    }
    lines
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
    let erased = verdict.contents.erased.iter();
    let erased: Vec<_> =
        erased.map(|(id, record)| json!({ "evidence": id, "record": record })).collect();
    let line = json!({
        "type": "summary", "records": summary.records, "bytes": summary.bytes,
        "segments": summary.segments, "last": last, "notes": notes(summary),
        "contents": verdict.contents.contents, "opened": verdict.contents.opened,
        "without_keys": verdict.contents.without_keys, "released": verdict.contents.released,
        "unnamed": verdict.contents.unnamed, "erased": erased,
        "findings": verdict.findings.len(), "checked": CHECKED, "not": NOT_CHECKED,
        "verdict": in_words(verdict),
    });
    Ok(writeln!(out, "{line}")?)
}
