//! The ledger as a whole: init, status, rebuild.

use super::write::say_set_aside;
use super::{Home, ask, at, open};
use crate::cli::{Format, Init, Show, Writing};
use crate::exit::{Failure, Outcome, UNABLE};
use crate::render::{self, Column, Row, count};
use crate::world;
use ledger::{At, Caller, Keyring, Ledger, Unusable};
use serde::Serialize;
use std::io::Write;

/// `init`.
pub fn init(home: &Home, args: &Init, out: &mut dyn Write) -> Outcome {
    if let Some(config) = &home.config {
        refuse_second_log(&Keyring::of(config, &args.origin), &args.origin)?;
    }
    let mut caller = Caller {
        actor: args.actor,
        now: &mut world::now,
        salt: &mut world::salt,
        accept_clock: false,
    };
    Ledger::init(&home.ledger, &args.origin, &mut caller)?;
    writeln!(out, "began the ledger {} in {}", args.origin, home.ledger.display())?;
    // If it ends here, the ledger has no key, and `key init` gives it one.
    if home.config.is_none() {
        world::say("note: no key: no directory for it; `piperoll key init --config DIR` makes one");
        return Ok(());
    }
    let writing =
        Writing { actor: args.actor, dry_run: false, expect_version: None, accept_clock: false };
    super::key::init(&mut open(home)?, &writing, out)
        .map_err(|failure| failure.hint("the ledger is there; `piperoll key init` goes on"))
}

/// Refuses to begin another log under a name that checkpoints were signed for here: whoever keeps
/// one of them would find that the log was rewritten.
fn refuse_second_log(keyring: &Keyring, origin: &str) -> Outcome {
    let seen = keyring.seen().map_err(ledger::Error::from)?;
    match seen.iter().map(|signed| signed.checkpoint().size).max() {
        None => Ok(()),
        Some(size) => {
            let records = count(size, "record");
            let cause = format!(
                "there is a ledger {origin} already: this machine has signed a \
                                 checkpoint of {records}"
            );
            Err(Failure::new(UNABLE, cause).at(keyring.dir().display().to_string()).hint(
                "name another origin; if that ledger is given up for good, move this directory \
                 away",
            ))
        }
    }
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
    checkpoint: String,
    next: String,
}

/// `status`.
pub fn status(home: &Home, args: &Show, out: &mut dyn Write) -> Outcome {
    super::only_for_the_regulator(args.asking.audience, "the state of the log")?;
    let mut ledger = open(home)?;
    let end = ledger.end()?;
    let index = index_state(&ledger)?;
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
        ledger: home.ledger.display().to_string(),
        origin: text("origin"),
        created: text("created"),
        records: head.position + 1,
        last_recorded_at: last.record().recorded_at.to_owned(),
        last_hash: head.hash.to_string(),
        organisations: bodies.len() as u64,
        assessments: assessments as u64,
        frameworks,
        index,
        checkpoint: checkpoint_state(&mut ledger, end.head.position + 1)?,
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
        "checkpoint",
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
            ("checkpoint", status.checkpoint.clone()),
            ("next", status.next.clone()),
        ],
    )
}

fn index_state(ledger: &Ledger) -> Result<String, Failure> {
    // The index first, then the end: whatever it has taken in is acknowledged by then.
    let index = ledger.index_state();
    let head = ledger.end()?.head;
    Ok(match index {
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
            "cannot be read or written; questions read the journal, the next write mends it".into()
        }
    })
}

/// What the latest checkpoint covers of the records that there are.
fn checkpoint_state(ledger: &mut Ledger, records: u64) -> Result<String, Failure> {
    let signed = match ledger.latest_checkpoint() {
        Err(ledger::Error::Journal(journal::Error::Damaged(_))) => {
            return Ok("not one of this ledger: `piperoll verify` tells more".to_owned());
        }
        signed => signed?,
    };
    let keys = ledger.keys(At::default())?.keys;
    Ok(match signed.map(|signed| signed.checkpoint().size) {
        Some(size) if size >= records => "of all records".to_owned(),
        Some(size) => format!("of all but the last {}", count(records - size, "record")),
        None if keys.is_empty() => "none, and no key; `piperoll key init` makes one".to_owned(),
        None => "none; `piperoll checkpoint` signs one".to_owned(),
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
pub fn rebuild(home: &Home, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
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
        Some(before) if before.position < after.position => {
            let (position, behind) = (before.position, after.position - before.position);
            writeln!(
                out,
                "the index that was there had come to record {position}, {behind} before"
            )?;
        }
        Some(before) => {
            writeln!(out, "the index that was there before had the digest {}", before.digest)?;
        }
        None => writeln!(out, "there was no index that could be read before")?,
    }
    Ok(())
}
