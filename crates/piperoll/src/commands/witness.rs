//! `witness …`: this program as a witness of other logs, and asking others to be one of this.

pub mod ask;
mod key;
mod serve;

use super::Home;
use crate::cli::{AskWitness, Format, ServeWitness, WitnessCommand};
use crate::exit::{DAMAGED, Failure, Outcome, REFUSED, UNABLE, USAGE};
use crate::render::{self, Column, Row};
use crate::world;
use chrono::{DateTime, SecondsFormat};
use journal::policy::{Policy, PolicyError};
use journal::witness::{Error, Witness};
use journal::{SignedCheckpoint, SigningKey, VerifierKey};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Carries out a command.
pub fn run(home: &Home, command: &WitnessCommand, out: &mut dyn Write) -> Outcome {
    match command {
        WitnessCommand::Serve(args) => serve(home, args, out),
        WitnessCommand::List(args) => list(home, args, out),
        WitnessCommand::Show(args) => show(home, args, out),
    }
}

/// Reads a policy file.
pub fn policy(file: &str) -> Result<Policy, Failure> {
    Policy::parse(&world::read_bytes(file)?).map_err(|error| {
        let PolicyError { line, why } = error;
        Failure::new(REFUSED, format!("not a policy: {why}"))
            .at(format!("{file} line {line}"))
            .hint(
                "lines are `log KEY`, `witness NAME KEY [URL]`, `group NAME any|all|COUNT \
                   MEMBER...` and one `quorum NAME|none`",
            )
    })
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let cause = error.to_string();
        match error {
            Error::Damaged { .. } => Self::new(DAMAGED, cause).hint(
                "restore the newest file that is whole; an older one may cosign a second history",
            ),
            Error::Io { source, .. } => Self::new(UNABLE, format!("{cause}: {source}"))
                .hint("is the configuration directory writable?"),
        }
    }
}

fn serve(home: &Home, args: &ServeWitness, out: &mut dyn Write) -> Outcome {
    let mut logs = args.logs.clone();
    if let Some(file) = &args.policy {
        logs.extend(policy(file)?.logs().iter().map(|log| log.key.clone()));
    }
    if logs.is_empty() {
        return Err(Failure::new(USAGE, "there is no log to watch")
            .hint("name one with --log KEY, or a policy that has lines `log KEY`"));
    }
    let dir = dir(home)?;
    let key = key::load_or_make(&dir, &args.name)?;
    serve::run(args.listen, begun(&dir, key, logs)?, out)
}

/// What was last cosigned of a log, as it is listed.
#[derive(Debug, Serialize)]
struct Cosigned {
    log: String,
    size: u64,
    root: String,
    cosigned_at: String,
}

impl Row for Cosigned {
    const HEADER: &'static [&'static str] = &["log", "size", "root", "cosigned_at"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::right("size", |row| row.size.to_string()),
            Column::left("root", |row| row.root.clone()),
            Column::left("cosigned at", |row| row.cosigned_at.clone()),
        ]
    }

    /// On a line of its own: names are long, and so is a root.
    fn heading(&self) -> Option<String> {
        Some(self.log.clone())
    }
}

fn list(home: &Home, args: &AskWitness, out: &mut dyn Write) -> Outcome {
    let (_, rows) = cosigned(home)?;
    render::rows(out, args.format, &rows)
}

fn show(home: &Home, args: &AskWitness, out: &mut dyn Write) -> Outcome {
    let (key, rows) = cosigned(home)?;
    match args.format {
        Format::Json | Format::Jsonl => {
            let name = key.name();
            let witness = serde_json::json!({ "name": name, "key": key.to_string(), "logs": rows });
            writeln!(out, "{witness}")?;
        }
        Format::Plain | Format::Csv => writeln!(out, "{key}")?,
        Format::Table => {
            writeln!(out, "{key}\n")?;
            render::rows(out, args.format, &rows)?;
        }
    }
    Ok(())
}

fn cosigned(home: &Home) -> Result<(VerifierKey, Vec<Cosigned>), Failure> {
    let dir = dir(home)?;
    let key = key::load(&dir)?.ok_or_else(|| {
        Failure::new(REFUSED, format!("no witness was ever begun in {}", dir.display()))
            .hint("`piperoll witness serve` begins one; --config names another directory")
    })?;
    let witness = begun(&dir, key, Vec::new())?;
    let held = witness.all_held()?.into_iter().map(|(held, time)| row(&held, time));
    Ok((witness.key().clone(), held.collect()))
}

fn row(held: &SignedCheckpoint, time: u64) -> Cosigned {
    let held = held.checkpoint();
    let time = i64::try_from(time).ok().and_then(|time| DateTime::from_timestamp(time, 0));
    Cosigned {
        log: held.origin.clone(),
        size: held.size,
        root: held.root.to_string(),
        cosigned_at: render::known(&time.map(|it| it.to_rfc3339_opts(SecondsFormat::Secs, true))),
    }
}

fn begun(dir: &Path, key: SigningKey, logs: Vec<VerifierKey>) -> Result<Witness, Failure> {
    Witness::new(dir, key, logs).map_err(|error| {
        Failure::new(UNABLE, error.to_string())
            .at(dir.join("key").display().to_string())
            .hint("restore the witness's own key from a copy")
    })
}

fn dir(home: &Home) -> Result<PathBuf, Failure> {
    let config = home.config.as_ref().ok_or_else(|| {
        Failure::new(UNABLE, "there is no directory for the witness's key and memory")
            .hint("name one with --config or PIPEROLL_CONFIG")
    })?;
    Ok(config.join("witness"))
}
