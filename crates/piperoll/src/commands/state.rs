//! The ledger as a whole: init, status, verify, rebuild.

use super::write::say_set_aside;
use super::{ask, at, open};
use crate::cli::{Format, Init, Show, Verify, VerifyFormat};
use crate::exit::{DAMAGED, Failure, Outcome, UNABLE};
use crate::render::{self, Column, Row, count};
use crate::world;
use journal::verify::{HeadState, Summary};
use ledger::{Caller, Ledger, Unusable, Verdict};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// `init`.
pub fn init(dir: &Path, args: &Init, out: &mut dyn Write) -> Outcome {
    let mut caller = Caller {
        actor: args.actor,
        now: &mut world::now,
        salt: &mut world::salt,
        accept_clock: false,
    };
    Ledger::init(dir, &args.origin, &mut caller)?;
    writeln!(out, "began the ledger {} in {}", args.origin, dir.display())?;
    Ok(())
}

#[derive(Serialize)]
struct Status {
    ledger: String,
    origin: String,
    created: String,
    records: u64,
    last_recorded_at: String,
    last_hash: String,
    organisations: u64,
    assessments: u64,
    frameworks: String,
    index: String,
    next: String,
}

/// `status`.
pub fn status(dir: &Path, args: &Show, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(dir)?;
    let index = index_state(&ledger)?;
    let end = ledger.end()?;
    say_set_aside(end.beyond.as_ref());
    let head = ledger.end_at(at(&args.asking))?;
    let first = journal::Store::record_at(ledger.store(), 0, &head)?;
    let last = journal::Store::record_at(ledger.store(), head.position, &head)?;
    let opening: serde_json::Value =
        serde_json::from_str(first.record().data).expect("a record's data is JSON");
    let text = |name: &str| opening[name].as_str().unwrap_or_default().to_owned();
    let (bodies, frameworks) = ask(&mut ledger, at(&args.asking), &|catalogue| {
        let mut bodies = Vec::new();
        for body in catalogue.organisations()? {
            bodies.extend(catalogue.body(body.facts.code)?.cloned());
        }
        let frameworks: Vec<_> = catalogue.frameworks().keys().map(ToString::to_string).collect();
        Ok((bodies, frameworks.join(" ")))
    })?;
    let assessments: usize = bodies.iter().map(|body| body.standings.len()).sum();
    let status = Status {
        ledger: dir.display().to_string(),
        origin: text("origin"),
        created: text("created"),
        records: head.position + 1,
        last_recorded_at: last.record().recorded_at.to_owned(),
        last_hash: head.hash.to_string(),
        organisations: bodies.len() as u64,
        assessments: assessments as u64,
        frameworks,
        index,
        next: next_command(bodies.len(), assessments).to_owned(),
    };
    print_status(&status, args.asking.format, out)
}

impl Row for Status {
    const HEADER: &'static [&'static str] = &[
        "ledger",
        "origin",
        "created",
        "records",
        "last_recorded_at",
        "last_hash",
        "organisations",
        "assessments",
        "frameworks",
        "index",
        "next",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![]
    }
}

fn print_status(status: &Status, format: Format, out: &mut dyn Write) -> Outcome {
    match format {
        Format::Table => {}
        Format::Json | Format::Jsonl => return Ok(writeln!(out, "{}", render::json(status))?),
        Format::Csv | Format::Plain => {
            return render::rows(out, format, std::slice::from_ref(status));
        }
    }
    let last = status.records - 1;
    render::facts(
        out,
        &[
            ("ledger", format!("{} ({})", status.ledger, status.origin)),
            ("created", status.created.clone()),
            ("records", format!("{}, the last at {}", status.records, status.last_recorded_at)),
            ("head", format!("record {last}, hash {}", status.last_hash)),
            ("organisations", status.organisations.to_string()),
            ("assessments", status.assessments.to_string()),
            ("frameworks", status.frameworks.clone()),
            ("index", status.index.clone()),
            ("next", status.next.clone()),
        ],
    )
}

fn index_state(ledger: &Ledger) -> Result<String, Failure> {
    let head = ledger.end()?.head;
    Ok(match ledger.index_state() {
        Ok(bookmark) if bookmark.position == head.position => "in step".to_owned(),
        Ok(bookmark) if bookmark.position < head.position => {
            let behind = count(head.position - bookmark.position, "record");
            format!("{behind} behind; questions catch up")
        }
        Ok(bookmark) => format!("ahead of the journal: it has seen record {}", bookmark.position),
        Err(Unusable::Missing) => {
            "none; questions read the journal, the next write makes one".into()
        }
        Err(Unusable::Busy) => "in use by another process; questions read the journal".into(),
        Err(Unusable::Broken) => {
            "damaged; questions read the journal, `piperoll rebuild` makes it anew".into()
        }
    })
}

fn next_command(organisations: usize, assessments: usize) -> &'static str {
    match (organisations, assessments) {
        (0, _) => "piperoll publication import FILE.csv, or piperoll organisation import FILE.csv",
        (_, 0) => "piperoll publication import FILE.csv, or piperoll assessment open",
        _ => "piperoll ratings --level overall",
    }
}

/// `rebuild`.
pub fn rebuild(dir: &Path, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(dir)?;
    let progress = world::progress("records");
    let rebuilt = ledger.rebuild(&mut |position| progress.set_position(position))?;
    progress.finish_and_clear();
    let after = &rebuilt.after;
    writeln!(out, "rebuilt the index from {} records", after.position + 1)?;
    writeln!(out, "digest {}", after.digest)?;
    match &rebuilt.before {
        Some(before) if before == after => {
            writeln!(out, "identical to the index that was there before")?;
        }
        Some(before) if before.position < after.position => writeln!(
            out,
            "the index that was there before had only come to record {}",
            before.position
        )?,
        Some(before) if before.position > after.position => writeln!(
            out,
            "the index that was there before had come to record {}: records are missing since",
            before.position
        )?,
        Some(before) => {
            writeln!(out, "the index that was there before had the digest {}", before.digest)?;
        }
        None => writeln!(out, "there was no index that could be read before")?,
    }
    Ok(())
}

/// `verify`.
pub fn verify(dir: &Path, args: &Verify, out: &mut dyn Write) -> Outcome {
    let progress = world::progress("records");
    let verdict = ledger::verify(dir, &mut |position| progress.set_position(position))?;
    progress.finish_and_clear();
    match args.format {
        VerifyFormat::Text => print_verdict(&verdict, out)?,
        VerifyFormat::Jsonl => print_verdict_lines(&verdict, out)?,
    }
    // Damage outranks what could not be looked at.
    if !verdict.findings.is_empty() {
        return Err(Failure::said(DAMAGED));
    }
    if !verdict.unknown.is_empty() {
        return Err(Failure::said(UNABLE));
    }
    Ok(())
}

fn print_verdict(verdict: &Verdict, out: &mut dyn Write) -> Outcome {
    let summary = &verdict.summary;
    for finding in &verdict.findings {
        writeln!(out, "damaged  {finding}")?;
    }
    for (position, unknown) in &verdict.unknown {
        writeln!(out, "unknown  record {position}: {unknown}; its bytes were checked")?;
    }
    for note in notes(summary) {
        writeln!(out, "note     {note}")?;
    }
    writeln!(
        out,
        "checked  {}, {}, {}",
        count(summary.records, "record"),
        count(summary.bytes, "byte"),
        count(summary.segments, "segment")
    )?;
    for what in CHECKED {
        writeln!(out, "         {what}")?;
    }
    for (index, what) in NOT_CHECKED.iter().enumerate() {
        writeln!(out, "{:9}{what}", if index == 0 { "not" } else { "" })?;
    }
    if let Some((position, hash)) = summary.last {
        writeln!(out, "last     record {position}, hash {hash}")?;
    }
    writeln!(out, "{}", verdict_words(verdict))?;
    Ok(())
}

/// What is checked; the words are those of the findings.
const CHECKED: [&str; 2] = [
    "line, hash, canonical form, members, position, previous, version, parts,",
    "time, key, opening, ledger.json, segments, head, and the shape of the data",
];
const NOT_CHECKED: [&str; 2] = [
    "the index, which is derived (`piperoll rebuild` compares it)",
    "whether records were cut off the end and `head` rewritten to match",
];

fn notes(summary: &Summary) -> Vec<String> {
    let mut notes = summary.notes.clone();
    if let HeadState::Lags(records) = summary.head {
        notes.push(format!("`head` lags behind the journal by {records} records, all whole"));
    }
    if summary.head == HeadState::Lost {
        notes.push("`head` is lost: every byte of the journal had to verify".to_owned());
    }
    if let Some(beyond) = &summary.beyond {
        notes.push(format!(
            "{} from {} byte {} on, never acknowledged and no part of the ledger: \
             {}",
            count(beyond.bytes, "byte"),
            beyond.place.segment,
            beyond.place.offset,
            beyond.fault.why
        ));
    }
    notes
}

fn verdict_words(verdict: &Verdict) -> String {
    match (verdict.findings.len(), verdict.unknown.len()) {
        (0, 0) => "verified".to_owned(),
        (0, 1) => "could not check what 1 record means: it needs a newer piperoll".to_owned(),
        (0, n) => format!("could not check what {n} records mean: they need a newer piperoll"),
        (1, _) => "damaged: 1 finding".to_owned(),
        (n, _) => format!("damaged: {n} findings"),
    }
}

fn print_verdict_lines(verdict: &Verdict, out: &mut dyn Write) -> Outcome {
    use serde_json::json;
    for finding in &verdict.findings {
        writeln!(out, "{}", json!({ "type": "finding", "finding": finding.to_string() }))?;
    }
    for (position, unknown) in &verdict.unknown {
        let what = json!({ "type": "unknown", "position": position, "kind": unknown.to_string() });
        writeln!(out, "{what}")?;
    }
    let summary = &verdict.summary;
    let last = summary.last.map(|(position, hash)| json!({ "position": position, "hash": hash }));
    let what = json!({
        "type": "summary", "records": summary.records, "bytes": summary.bytes,
        "segments": summary.segments, "last": last, "notes": notes(summary),
        "findings": verdict.findings.len(), "unknown": verdict.unknown.len(),
        "checked": CHECKED, "not": NOT_CHECKED, "verdict": verdict_words(verdict),
    });
    writeln!(out, "{what}")?;
    Ok(())
}
