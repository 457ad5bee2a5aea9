//! Submitting one typed command, and telling what became of it.

use crate::cli::Writing;
use crate::exit::{CONFLICT, Failure, REFUSED};
use crate::{render, world};
use assessment::Command;
use journal::Beyond;
use ledger::{Caller, Ledger, Mode, Outcome, Submission};
use std::io::Write;

/// Submits a command and prints what was recorded.
pub fn submit(
    ledger: &mut Ledger,
    writing: &Writing,
    command: impl Into<Command>,
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
    let submission = Submission::new(command.into(), writing.expect_version, Some(world::key()))
        .map_err(|error| Failure::new(REFUSED, error.to_string()))?;
    let mut caller = Caller {
        actor: writing.actor,
        now: &mut world::now,
        salt: &mut world::salt,
        accept_clock: writing.accept_clock,
    };
    let mode = if writing.dry_run { Mode::DryRun } else { Mode::Record };
    let submitted = ledger.submit(&[submission], mode, &mut caller)?;
    say_set_aside(submitted.set_aside.as_ref());
    let outcome = submitted.outcomes.into_iter().next().expect("one outcome for one command");
    match &outcome {
        Outcome::Recorded { positions, records } => {
            let done = if writing.dry_run { "would record" } else { "recorded" };
            for (position, record) in positions.clone().zip(records) {
                let ledger::Receipt { kind, stream, version } = record;
                writeln!(out, "{done} {position}  {kind}  {stream}  version {version}")?;
            }
        }
        Outcome::AlreadyThere { .. } => writeln!(out, "already there: nothing to record")?,
        Outcome::Refused(_)
        | Outcome::Unrecordable(_)
        | Outcome::KeyReused { .. }
        | Outcome::Conflict { .. } => {
            return Err(refusal(&outcome));
        }
    }
    Ok(outcome)
}

/// The code, the sentence and the hint of an outcome other than recorded.
pub fn reason(outcome: &Outcome) -> (&'static str, String, &'static str) {
    match outcome {
        Outcome::Refused(rejection) => (rejection.code(), rejection.to_string(), rejection.hint()),
        Outcome::KeyReused { key, position } => {
            let place = position.map_or("another line".to_owned(), |at| format!("record {at}"));
            let why = format!("the key {key} is that of {place}, which asks for something else");
            let hint = "give every command a key of its own, and the same one only to repeat it";
            ("command_reused", why, hint)
        }
        Outcome::Conflict { stream, expected, found } => (
            "version_conflict",
            format!("{stream} has version {found}, not {expected}"),
            "look at what is new (`piperoll log`), and submit it again",
        ),
        Outcome::Unrecordable(error) => (
            "unrecordable",
            format!("what would come of it cannot be a record: {error}"),
            "a record is one line of at most 65,535 bytes; see docs/format.md",
        ),
        Outcome::Recorded { .. } | Outcome::AlreadyThere { .. } => {
            unreachable!("what is recorded is no refusal")
        }
    }
}

/// Says what an outcome other than recorded means, with its code.
pub fn refusal(outcome: &Outcome) -> Failure {
    let (code, why, hint) = reason(outcome);
    let exit = if matches!(outcome, Outcome::Conflict { .. }) { CONFLICT } else { REFUSED };
    Failure::new(exit, format!("refused: {why} [{code}]")).hint(hint)
}

/// Says what was found after the last whole command.
pub fn say_set_aside(beyond: Option<&Beyond>) {
    let Some(beyond) = beyond else { return };
    let moved: Vec<String> =
        beyond.moved_to.iter().map(|path| path.display().to_string()).collect();
    world::say(format_args!(
        "note: {} after the last whole command ({} byte {}), never acknowledged{}",
        render::count(beyond.bytes, "byte"),
        beyond.place.segment,
        beyond.place.offset,
        if moved.is_empty() {
            ", left where they are".to_owned()
        } else {
            format!(", moved to {}", moved.join(", "))
        }
    ));
}
