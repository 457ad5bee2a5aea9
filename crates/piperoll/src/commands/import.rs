//! Taking in many commands: in batches, each refused line named, none of them stopping the others.

use super::write::{reason, say_set_aside};
use super::{Home, checkpoint, open};
use crate::cli::{Import, Importing};
use crate::exit::{Failure, REFUSED, UNABLE, USAGE};
use crate::{render, table, world};
use assessment::Command;
use ledger::{Caller, Contents, Intake, Ledger, Mode, Outcome, Submission, SubmissionError};
use std::collections::BTreeSet;
use std::io::{BufRead, Write};

/// Commands that are synced together.
const BATCH: usize = 1_000;

/// A line of a file, read as a command or not.
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The command, or the code and the sentence of why it is none.
    pub submission: Result<Submission, (&'static str, String)>,
}

/// What became of a file.
#[derive(Debug, Default)]
struct Tally {
    recorded: u64,
    records: u64,
    already_there: u64,
    refused: u64,
}

/// `import`.
pub fn run(home: &Home, args: &Import, out: &mut dyn Write) -> crate::exit::Outcome {
    let is_table = args.file.ends_with(".csv");
    match &args.kind {
        Some(kind) if !Command::KINDS.contains(&kind.as_str()) => {
            Err(Failure::new(USAGE, format!("`{kind}` is not a command"))
                .hint(format!("commands are {}", Command::KINDS.join(", "))))
        }
        Some(kind) => {
            let contents = open(home)?.contents().clone();
            let lines = table::commands(world::open(&args.file)?, kind, contents)
                .map_err(|error| error.at(args.file.clone()))?;
            import(home, &args.file, lines, &args.importing, out)
        }
        None if is_table => Err(Failure::new(USAGE, "a table holds one kind of command")
            .hint("name it with --kind, such as --kind review_score")),
        None => {
            let lines = json_lines(&args.file, open(home)?.contents().clone())?;
            import(home, &args.file, lines, &args.importing, out)
        }
    }
}

/// Takes in the lines of a file.
pub fn import(
    home: &Home,
    file: &str,
    lines: impl Iterator<Item = Result<Line, Failure>>,
    importing: &Importing,
    out: &mut dyn Write,
) -> crate::exit::Outcome {
    let (ledger, tally, hinted) = (open(home)?, Tally::default(), BTreeSet::new());
    let mut importer = Importer { ledger, file, importing, tally, hinted };
    let progress = world::progress("commands");
    let stopped = importer.take_in_all(lines, &progress);
    progress.finish_and_clear();
    // However it ended, what was taken in is told, and covered by a checkpoint.
    let told = importer.summarise(out);
    if importer.tally.records > 0 && !importing.dry_run {
        checkpoint::after(&mut importer.ledger, out)?;
    }
    match stopped {
        Err(failure) => Err(failure.at(file.to_owned())),
        Ok(()) if importer.tally.refused > 0 => Err(Failure::said(REFUSED)),
        Ok(()) => told,
    }
}

struct Importer<'a> {
    ledger: Ledger,
    file: &'a str,
    importing: &'a Importing,
    tally: Tally,
    /// The codes whose hint has been given: once is enough.
    hinted: BTreeSet<String>,
}

impl Importer<'_> {
    fn take_in_all(
        &mut self,
        lines: impl Iterator<Item = Result<Line, Failure>>,
        progress: &indicatif::ProgressBar,
    ) -> crate::exit::Outcome {
        // To stop at a refusal, no later line may be decided with it.
        let size = if self.importing.stop_on_refusal { 1 } else { BATCH };
        let mut batch = Vec::with_capacity(size);
        for line in lines {
            match line {
                Ok(line) => batch.push(line),
                Err(failure) => return self.take_in(&mut batch).and(Err(failure)),
            }
            if batch.len() == size {
                self.take_in(&mut batch)?;
                progress.inc(size as u64);
                if self.importing.stop_on_refusal && self.tally.refused > 0 {
                    return Ok(());
                }
            }
        }
        self.take_in(&mut batch)
    }

    fn take_in(&mut self, batch: &mut Vec<Line>) -> crate::exit::Outcome {
        let lines = std::mem::take(batch);
        if lines.is_empty() {
            return Ok(());
        }
        let mut numbers = Vec::new();
        let mut submissions = Vec::new();
        let mut refused = Vec::new();
        for line in lines {
            match line.submission {
                Ok(submission) => {
                    numbers.push(line.number);
                    submissions.push(submission);
                }
                Err((code, why)) => refused.push((line.number, code, why, "")),
            }
        }
        let mut caller = Caller {
            actor: self.importing.actor,
            now: &mut world::now,
            salt: &mut world::salt,
            accept_clock: self.importing.accept_clock,
        };
        let mode = if self.importing.dry_run { Mode::DryRun } else { Mode::Record };
        let submitted = self.ledger.submit(&submissions, mode, &mut caller)?;
        say_set_aside(submitted.set_aside.as_ref());
        for (number, outcome) in numbers.into_iter().zip(&submitted.outcomes) {
            match outcome {
                Outcome::Recorded { records, .. } => {
                    self.tally.recorded += 1;
                    self.tally.records += records.len() as u64;
                }
                Outcome::AlreadyThere { .. } => self.tally.already_there += 1,
                Outcome::Refused(_)
                | Outcome::Unrecordable(_)
                | Outcome::ContentMissing { .. }
                | Outcome::NotHere { .. }
                | Outcome::KeyReused { .. }
                | Outcome::Conflict { .. } => {
                    let (code, why, hint) = reason(outcome);
                    refused.push((number, code, why, hint));
                }
            }
        }
        // Whatever refused them, they are told in the order in which they stand in the file.
        refused.sort_by_key(|(number, ..)| *number);
        for (number, code, why, hint) in refused {
            self.refuse(number, code, &why, hint);
        }
        Ok(())
    }

    fn refuse(&mut self, number: u64, code: &str, why: &str, hint: &str) {
        self.tally.refused += 1;
        world::say(format_args!("{}:{number}: refused [{code}]: {why}", self.file));
        if !hint.is_empty() && self.hinted.insert(code.to_owned()) {
            world::say(format_args!(" hint: {hint}"));
        }
    }

    fn summarise(&self, out: &mut dyn Write) -> crate::exit::Outcome {
        let Tally { recorded, records, already_there, refused } = &self.tally;
        let done = if self.importing.dry_run { "would be recorded" } else { "recorded" };
        writeln!(
            out,
            "{}: {recorded} {done} ({}), {already_there} already there, {refused} refused",
            self.file,
            render::count(*records, "record"),
        )?;
        Ok(())
    }
}

/// The lines of a JSONL file; empty ones are passed over.
fn json_lines(
    file: &str,
    contents: Contents,
) -> Result<impl Iterator<Item = Result<Line, Failure>>, Failure> {
    let lines = world::open(file)?.split(b'\n').zip(1..);
    let is_empty = |line: &std::io::Result<Vec<u8>>| {
        line.as_ref().is_ok_and(|bytes| bytes.trim_ascii().is_empty())
    };
    Ok(lines.filter(move |(line, _)| !is_empty(line)).map(move |(line, number)| {
        let bytes = line.map_err(|error| {
            Failure::new(UNABLE, format!("line {number} cannot be read: {error}"))
                .hint("the lines before it were taken in; take the file in again once it can")
        })?;
        let submission = submission(&bytes, &contents).map_err(|why| ("malformed", why));
        Ok(Line { number, submission })
    }))
}

fn submission(line: &[u8], contents: &Contents) -> Result<Submission, String> {
    let text = std::str::from_utf8(line).map_err(|error| {
        format!("not UTF-8 from byte {} of the line on", error.valid_up_to() + 1)
    })?;
    let mut intake = Intake { contents, random: &mut world::random };
    intake.parse(text).map_err(|error| malformed(&error))
}

/// What is wrong with a line; where in it, if that is counted from its start.
fn malformed(error: &SubmissionError) -> String {
    match error {
        SubmissionError::Json(_) => error.to_string().replace("at line 1 column", "at column"),
        // Columns in `data` count from where it begins.
        SubmissionError::Command(_) => table::without_place(&error.to_string()),
        _ => error.to_string(),
    }
}
