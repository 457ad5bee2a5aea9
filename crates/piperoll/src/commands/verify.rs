//! `verify`: everything checked again, what was looked at, and the verdict.

mod coverage;

use super::Home;
use crate::cli::{Verify, VerifyFormat};
use crate::exit::{DAMAGED, Failure, Outcome, UNABLE, USAGE};
use crate::render::count;
use crate::world;
use coverage::Coverage;
use journal::SignedCheckpoint;
use journal::policy::Policy;
use journal::verify::{HeadState, Summary};
use ledger::{Check, Kept, Options, Sample, Verdict, Word};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

/// What somebody brings along from outside the ledger's directory.
struct Brought {
    against: Vec<Kept>,
    policy: Option<Policy>,
}

/// `verify`.
pub fn run(home: &Home, args: &Verify, out: &mut dyn Write) -> Outcome {
    super::only_for_the_regulator(args.audience, "checking the log")?;
    args.against.iter().try_for_each(|file| lies_outside(home, file))?;
    let brought = read(args).or_else(|failure| not_looked(failure, args.format, out))?;
    let options = options(home, args, &brought);
    let progress = world::progress("records");
    let looked =
        ledger::verify(&home.ledger, &options, &mut |position| progress.set_position(position));
    progress.finish_and_clear();
    let verdict = looked.or_else(|error| not_looked(error.into(), args.format, out))?;
    let coverage = Coverage { verdict: &verdict, options: &options };
    let printed = match args.format {
        VerifyFormat::Text => print(&coverage, out),
        VerifyFormat::Json => print_array(&objects(&coverage), out),
        VerifyFormat::Jsonl => print_lines(&objects(&coverage), out),
    };
    // What was found outranks a reader that went away.
    match verdict.word() {
        Word::Damaged => Err(Failure::said(DAMAGED)),
        Word::CouldNotCheck => Err(Failure::said(UNABLE)),
        Word::NotAnchored if args.require_anchor => {
            Err(Failure::new(DAMAGED, not_anchored(&verdict))
                .hint("without --require-anchor this is told and is no failure"))
        }
        Word::NotAnchored | Word::Verified => printed,
    }
}

/// Says that nothing came of it, in the place where the verdict would stand, and fails.
fn not_looked<T>(
    failure: Failure,
    format: VerifyFormat,
    out: &mut dyn Write,
) -> Result<T, Failure> {
    let word = match failure.code {
        DAMAGED => Word::Damaged,
        UNABLE => Word::CouldNotCheck,
        _ => return Err(failure),
    };
    let place = failure.place.iter().map(|place| format!("{place}: ")).collect::<String>();
    let sentence = format!("{word}: {place}{}", failure.cause);
    let summary = json!({
        "type": "summary", "verdict": word.to_string(), "sentence": sentence,
        "cause": failure.cause, "place": failure.place, "findings": 0, "anchors": [],
    });
    // Why it could not be looked at outranks a reader that went away.
    let _ = match format {
        VerifyFormat::Text => print_verdict(&sentence, out),
        VerifyFormat::Json => print_array(&[summary], out),
        VerifyFormat::Jsonl => print_lines(&[summary], out),
    };
    Err(failure)
}

/// What lies in the ledger's directory was written by whoever could write the rest of it.
fn lies_outside(home: &Home, file: &str) -> Outcome {
    match (home.ledger.canonicalize(), Path::new(file).canonicalize()) {
        (Ok(ledger), Ok(path)) if file != "-" && path.starts_with(&ledger) => {
            let cause = format!("{file} lies in the ledger's directory and vouches for nothing");
            Err(Failure::new(USAGE, cause)
                .hint("--against compares with a checkpoint that was kept elsewhere"))
        }
        _ => Ok(()),
    }
}

fn read(args: &Verify) -> Result<Brought, Failure> {
    let against = args.against.iter().map(|file| kept(file)).collect::<Result<Vec<_>, _>>()?;
    let policy = args.policy.as_deref().map(super::witness::policy).transpose()?;
    Ok(Brought { against, policy })
}

fn options<'a>(home: &'a Home, args: &Verify, brought: &'a Brought) -> Options<'a> {
    let Brought { against, policy } = brought;
    let mut checks: BTreeSet<Check> = args.check.iter().copied().chain([Check::Chain]).collect();
    if args.check.is_empty() {
        checks = Check::ALL.into();
    }
    // What was brought along is never left unread in silence.
    if !against.is_empty() || policy.is_some() || args.require_anchor {
        checks.insert(Check::Checkpoints);
    }
    let drawn = || {
        let mut seed = [0; 16];
        world::random(&mut seed);
        seed
    };
    let sample = args.sample.map(|share| Sample { share, seed: args.seed.unwrap_or_else(drawn) });
    let config = home.config.as_deref();
    Options { config, checks, since: args.since, sample, against, policy: policy.as_ref() }
}

/// A checkpoint that somebody kept.
fn kept(file: &str) -> Result<Kept, Failure> {
    let checkpoint = SignedCheckpoint::parse(&world::read_bytes(file)?).map_err(|error| {
        Failure::new(DAMAGED, error.to_string())
            .at(file.to_owned())
            .hint("`piperoll checkpoint > FILE` makes one; so does `proof`, at the end of its file")
    })?;
    Ok(Kept { name: file.to_owned(), checkpoint })
}

fn print(coverage: &Coverage<'_>, out: &mut dyn Write) -> Outcome {
    let Coverage { verdict, .. } = coverage;
    for finding in &verdict.findings {
        print_wrapped("damaged", &finding.to_string(), out)?;
    }
    for ((kind, schema), unknown) in &verdict.unknown {
        let records = count(unknown.records, "record");
        let from = unknown.first;
        let what = format!("{records} of kind `{kind}` in schema {schema}, from {from} on");
        print_wrapped("unknown", &what, out)?;
    }
    for note in notes(&verdict.summary) {
        print_wrapped("note", &note, out)?;
    }
    for (label, what) in coverage.part() {
        print_wrapped(label, &what, out)?;
    }
    for (check, lines) in coverage.lines() {
        for (index, line) in lines.iter().enumerate() {
            print_wrapped(if index == 0 { check.name() } else { "" }, line, out)?;
        }
    }
    for path in coverage.unnamed().unwrap_or_default() {
        writeln!(out, "{:14}{}", "", path.display())?;
    }
    for (index, what) in coverage.not_checked().iter().enumerate() {
        print_wrapped(if index == 0 { "not checked" } else { "" }, what, out)?;
    }
    if let Some((position, hash)) = verdict.summary.last {
        writeln!(out, "{:14}record {position}", "last")?;
        writeln!(out, "{:14}{hash}", "")?;
    }
    print_verdict(&in_words(coverage), out)
}

/// The verdict, which begins its line, in 80 columns.
fn print_verdict(sentence: &str, out: &mut dyn Write) -> Outcome {
    Ok(writeln!(out, "{}", wrapped(sentence, 78).join("\n  "))?)
}

/// A label and a sentence beside it, in 80 columns.
fn print_wrapped(label: &str, sentence: &str, out: &mut dyn Write) -> Outcome {
    for (index, line) in wrapped(sentence, 66).iter().enumerate() {
        writeln!(out, "{:14}{line}", if index == 0 { label } else { "" })?;
    }
    Ok(())
}

/// The lines of a sentence, each as long as its words allow.
fn wrapped(sentence: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= columns {
            *last += &format!(" {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
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

/// The verdict, its word first.
fn in_words(coverage: &Coverage<'_>) -> String {
    let Coverage { verdict, .. } = coverage;
    let word = verdict.word();
    match word {
        Word::Verified => format!("{word}: {}", anchored(coverage)),
        Word::NotAnchored => format!("{word}: {}", not_anchored(verdict)),
        Word::Damaged => format!("{word}: {}", count(verdict.findings.len() as u64, "finding")),
        Word::CouldNotCheck => {
            let unknown = verdict.unknown.values().map(|unknown| unknown.records).sum();
            format!("{word} what {} say: newer than this", count(unknown, "record"))
        }
    }
}

/// Why nothing outside counts, or that there is nothing.
fn not_anchored(verdict: &Verdict) -> String {
    let missed = verdict.anchored.missed.clone();
    missed.unwrap_or_else(|| "nothing outside this directory vouches for it".to_owned())
}

/// Up to where something outside vouches for the ledger.
fn anchored(coverage: &Coverage<'_>) -> String {
    let Coverage { verdict, .. } = coverage;
    let (size, records) = (verdict.anchored.up_to().unwrap_or(0), verdict.summary.tree_size);
    let anchored = format!("anchored by {}", count(coverage.anchors().len() as u64, "checkpoint"));
    match records - size {
        0 => format!("{anchored}, up to the last record"),
        rest => {
            let rest = count(rest, "record");
            format!("{anchored}, up to record {}; not the last {rest}", size - 1)
        }
    }
}

/// One JSON object a line: findings, unknown kinds, and the summary, always and last.
fn print_lines(objects: &[Value], out: &mut dyn Write) -> Outcome {
    objects.iter().try_for_each(|object| Ok(writeln!(out, "{object}")?))
}

/// The same as one array.
fn print_array(objects: &[Value], out: &mut dyn Write) -> Outcome {
    let objects: Vec<String> = objects.iter().map(Value::to_string).collect();
    Ok(writeln!(out, "[\n{}\n]", objects.join(",\n"))?)
}

fn objects(coverage: &Coverage<'_>) -> Vec<Value> {
    let Coverage { verdict, options } = coverage;
    let findings = verdict.findings.iter().map(|finding| {
        json!({
            "type": "finding", "check": finding.check, "position": finding.position,
            "file": finding.file, "offset": finding.offset, "why": finding.why,
        })
    });
    let unknown = verdict.unknown.iter().map(|((kind, schema), unknown)| {
        json!({
            "type": "unknown", "kind": kind, "schema": schema,
            "first": unknown.first, "records": unknown.records,
        })
    });
    let summary = &verdict.summary;
    let last = summary.last.map(|(position, hash)| json!({ "position": position, "hash": hash }));
    let sample = options.sample.as_ref();
    let sample =
        sample.map(|it| json!({ "share": it.share.to_string(), "seed": it.seed_in_hex() }));
    let line = json!({
        "type": "summary", "verdict": verdict.word().to_string(), "sentence": in_words(coverage),
        "findings": verdict.findings.len(), "anchors": coverage.anchors_in_json(),
        "records": summary.records, "bytes": summary.bytes, "segments": summary.segments,
        "last": last, "notes": notes(summary), "sample": sample,
        "since": coverage.since(), "coverage": coverage.in_json(),
        "not_checked": coverage.not_checked(),
    });
    findings.chain(unknown).chain([line]).collect()
}
