//! Submitting one typed command, and telling what became of it.

use crate::cli::{Words, Writing};
use crate::exit::{CONFLICT, Failure, REFUSED, UNABLE, USAGE};
use crate::{render, world};
use assessment::Command;
use journal::Beyond;
use ledger::{Caller, Ledger, Mode, NewContent, Outcome, Submission};
use std::io::Write;

/// Submits a command and prints what was recorded.
pub fn submit(
    ledger: &mut Ledger,
    writing: &Writing,
    command: impl Into<Command>,
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
    submit_with(ledger, writing, command, vec![], out)
}

/// Submits a command that refers to new contents, and prints what was recorded.
pub fn submit_with(
    ledger: &mut Ledger,
    writing: &Writing,
    command: impl Into<Command>,
    contents: Vec<NewContent>,
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
    submit_this(ledger, writing, submission(command, writing)?.with_contents(contents), out)
}

/// A typed command on its way into the ledger.
pub fn submission(command: impl Into<Command>, writing: &Writing) -> Result<Submission, Failure> {
    Submission::new(command.into(), writing.expect_version, Some(world::key()))
        .map_err(|error| Failure::new(REFUSED, error.to_string()))
}

/// Submits what was made ready, and prints what was recorded.
pub fn submit_this(
    ledger: &mut Ledger,
    writing: &Writing,
    submission: Submission,
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
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
                let ledger::Receipt { event, stream, version } = record;
                let kind = event.kind();
                writeln!(out, "{done} {position}  {kind}  {stream}  version {version}")?;
            }
        }
        Outcome::AlreadyThere { .. } => writeln!(out, "already there: nothing to record")?,
        Outcome::Refused(_)
        | Outcome::Unrecordable(_)
        | Outcome::ContentMissing { .. }
        | Outcome::NotHere { .. }
        | Outcome::KeyReused { .. }
        | Outcome::Conflict { .. } => {
            return Err(refusal(&outcome));
        }
    }
    Ok(outcome)
}

/// Seals what a person typed, or a file; nothing is stored before the command is recorded.
pub fn seal(words: &Words) -> Result<Option<NewContent>, Failure> {
    let (clear, media_type) = match (&words.text, &words.file) {
        (Some(text), _) => (text.clone().into_bytes(), "text/plain".to_owned()),
        (None, Some(file)) if file == "-" => (world::read_bytes(file)?, "text/plain".to_owned()),
        (None, Some(file)) => (world::read_bytes(file)?, ledger::media_type_of(file)),
        (None, None) => return Ok(None),
    };
    let media_type = media_type.parse().expect("a guess among known types is one");
    let sealed = ledger::seal(&clear, media_type, &mut world::random);
    Ok(Some(sealed.map_err(ledger::Error::from)?))
}

/// Seals what must be given.
pub fn seal_needed(words: &Words) -> Result<NewContent, Failure> {
    seal(words)?.ok_or_else(|| {
        Failure::new(USAGE, "a text is needed").hint("give it with --text, or in a --file")
    })
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
        Outcome::ContentMissing { sealed } => (
            "content_missing",
            format!("it refers to the content {sealed}, and does not bring it"),
            "give the text or the file itself: {\"text\":\"…\"} or {\"file\":\"…\"}",
        ),
        Outcome::NotHere { why } => (
            "not_here",
            why.clone(),
            "do it where the keys are: --config or PIPEROLL_CONFIG names their directory",
        ),
        Outcome::Recorded { .. } | Outcome::AlreadyThere { .. } => {
            unreachable!("what is recorded is no refusal")
        }
    }
}

/// Says what an outcome other than recorded means, with its code.
pub fn refusal(outcome: &Outcome) -> Failure {
    let (code, why, hint) = reason(outcome);
    let exit = match outcome {
        Outcome::Conflict { .. } => CONFLICT,
        Outcome::NotHere { .. } => {
            return Failure::new(UNABLE, format!("{why} [{code}]")).hint(hint);
        }
        _ => REFUSED,
    };
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
