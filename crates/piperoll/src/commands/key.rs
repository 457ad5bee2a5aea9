//! `key`: the key that checkpoints are signed with. Its secret half never enters the ledger.

use super::{Home, at, checkpoint, open, write};
use crate::cli::{Format, GivenKey, Key, Show, Writing};
use crate::exit::{Failure, Outcome, REFUSED, UNABLE};
use crate::render::{self, Column, Row};
use crate::world;
use ::assessment::command::{RecordLedgerKey, RotateLedgerKey};
use journal::note::{Algorithm, SigningKey, VerifierKey};
use ledger::{
    At, Caller, Keyring, KeyringError, Ledger, LedgerKeys, Mode, Outcome as Became, Submission,
};
use serde::Serialize;
use std::io::Write;

/// Carries out a `key` command.
pub fn run(home: &Home, command: &Key, out: &mut dyn Write) -> Outcome {
    match command {
        Key::Init { writing } => init(&mut open(home)?, writing, out),
        Key::Rotate { lost, writing } => rotate(&mut open(home)?, *lost, writing, out),
        Key::List(show) => list(&mut open(home)?, show, out),
        Key::Show(show) => self::show(&mut open(home)?, show, out),
    }
}

/// Records the public key of the signing key that is here, after making one if there is none.
pub fn init(ledger: &mut Ledger, writing: &Writing, out: &mut dyn Write) -> Outcome {
    let keys = ledger.keys(At::default())?;
    let keyring = ledger.keyring()?.clone();
    if let Some(recorded) = keys.keys.last() {
        let key = here(&keyring, recorded)?;
        writeln!(out, "the ledger records this key already")?;
        return finish(ledger, key.public(), writing, out);
    }
    let found = found(&keyring, &keys.origin)?;
    let key = found.as_ref().map_or_else(|| new_key(&keys.origin), |key| Ok(key.clone()))?;
    let submission = write::submission(RecordLedgerKey { key: text(key.public()) }, writing)?;
    if found.is_none() {
        keep(ledger, &key, &submission, writing)?;
    }
    write::submit_this(ledger, writing, submission, out)?;
    finish(ledger, key.public(), writing, out)
}

fn rotate(ledger: &mut Ledger, lost: bool, writing: &Writing, out: &mut dyn Write) -> Outcome {
    let keys = ledger.keys(At::default())?;
    let keyring = ledger.keyring()?.clone();
    let old = match keys.keys.last() {
        Some(recorded) if !lost => Some(here(&keyring, recorded).map_err(not_to_sign_with)?),
        _ => None,
    };
    let key = new_key(&keys.origin)?;
    let public = key.public().clone();
    let submission = write::submission(RotateLedgerKey { key: text(&public) }, writing)?;
    let submission = match &old {
        Some(old) => submission.signed(old, &keys.origin),
        None => submission,
    };
    keep(ledger, &key, &submission, writing)?;
    write::submit_this(ledger, writing, submission, out)?;
    finish(ledger, &public, writing, out)?;
    if old.is_some() && !writing.dry_run {
        world::say("note: the old key is needed no more; whoever has it can sign as this ledger");
    }
    Ok(())
}

/// Keeps a new key, if what would record it is not refused: nobody wants a key that counts for
/// nothing.
fn keep(
    ledger: &mut Ledger,
    key: &SigningKey,
    submission: &Submission,
    writing: &Writing,
) -> Outcome {
    if writing.dry_run {
        return Ok(());
    }
    let mut caller = Caller {
        actor: writing.actor,
        now: &mut world::now,
        salt: &mut world::salt,
        accept_clock: writing.accept_clock,
    };
    let tried = ledger.submit(std::slice::from_ref(submission), Mode::DryRun, &mut caller)?;
    match tried.outcomes.as_slice() {
        [Became::Recorded { .. } | Became::AlreadyThere { .. }] => {}
        [refused] => return Err(write::refusal(refused)),
        _ => unreachable!("one outcome for one command"),
    }
    // Kept before it is recorded: if we crash in between, a key lies there that nobody uses.
    Ok(ledger.keyring()?.keep_key(key).map_err(ledger::Error::from)?)
}

/// Names the key where people look for it, and signs a checkpoint with it.
fn finish(
    ledger: &mut Ledger,
    public: &VerifierKey,
    writing: &Writing,
    out: &mut dyn Write,
) -> Outcome {
    if writing.dry_run {
        return Ok(());
    }
    // If we crash before this, `ledger.json` names none or the one before, and `key init` mends it.
    ledger.store().name_key(public).map_err(ledger::Error::from)?;
    writeln!(out, "{public}")?;
    world::say(format_args!(
        "this is the public key: give it to whoever is to check this ledger\n\
         the secret one is in {}",
        ledger.keyring()?.dir().display()
    ));
    checkpoint::after(ledger, out)
}

/// The secret key to a recorded one.
fn here(keyring: &Keyring, recorded: &VerifierKey) -> Result<SigningKey, KeyringError> {
    let found = keyring.key(recorded.id())?;
    found.filter(|key| key.public() == recorded).ok_or_else(|| {
        let (key, dir) = (recorded.to_string(), keyring.dir().to_owned());
        KeyringError::Missing { key, dir }
    })
}

/// Why the old key does not sign the new one; only one that is lost can be done without.
fn not_to_sign_with(error: KeyringError) -> Failure {
    let is_missing = matches!(error, KeyringError::Missing { .. });
    let failure = Failure::from(error);
    match is_missing {
        true => failure.hint("bring it here; if it is lost, --lost records the new one unsigned"),
        false => failure,
    }
}

/// The key that is here already, though nothing records it.
fn found(keyring: &Keyring, origin: &str) -> Result<Option<SigningKey>, Failure> {
    let key = keyring.only_key()?;
    if key.as_ref().is_some_and(|key| key.public().name() != origin) {
        let cause = format!("the key in {} is of another log", keyring.dir().display());
        return Err(Failure::new(UNABLE, cause).hint("move it away"));
    }
    Ok(key)
}

fn new_key(origin: &str) -> Result<SigningKey, Failure> {
    let mut seed = [0; 32];
    world::random(&mut seed);
    SigningKey::new(origin, Algorithm::Note, &seed).map_err(|error| {
        Failure::new(REFUSED, error.to_string()).hint("the origin of this ledger names no log")
    })
}

fn text(key: &VerifierKey) -> ::assessment::LedgerKey {
    key.to_string().parse().expect("a verifier key has the form of one")
}

#[derive(Serialize)]
struct Listed {
    key: String,
    in_force: bool,
    here: bool,
}

impl Row for Listed {
    const HEADER: &'static [&'static str] = &["key", "in_force", "here"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("in force", |row| yes(row.in_force)),
            Column::left("here", |row| yes(row.here)),
        ]
    }

    /// Whole, on a line of its own: it is as wide as a terminal.
    fn heading(&self) -> Option<String> {
        Some(self.key.clone())
    }
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn list(ledger: &mut Ledger, show: &Show, out: &mut dyn Write) -> Outcome {
    super::only_for_the_regulator(show.asking.audience, "the list of keys")?;
    let LedgerKeys { keys, .. } = ledger.keys(at(&show.asking))?;
    let keyring = ledger.keyring().ok();
    let last = keys.last().cloned();
    let listed = keys.iter().map(|key| Listed {
        key: key.to_string(),
        in_force: Some(key) == last.as_ref(),
        here: keyring.is_some_and(|keyring| here(keyring, key).is_ok()),
    });
    render::rows(out, show.asking.format, &listed.collect::<Vec<_>>())
}

fn show(ledger: &mut Ledger, show: &Show, out: &mut dyn Write) -> Outcome {
    let LedgerKeys { keys, .. } = ledger.keys(at(&show.asking))?;
    let key = keys.last().ok_or_else(|| ledger::Error::from(KeyringError::NotRecorded))?;
    match show.asking.format {
        Format::Json | Format::Jsonl => {
            let id = format!("{:08x}", key.id());
            let key = serde_json::json!({ "id": id, "key": key.to_string(), "name": key.name() });
            writeln!(out, "{key}")?;
        }
        Format::Table | Format::Plain | Format::Csv => writeln!(out, "{key}")?,
    }
    Ok(())
}

/// The key that a person gave, or that the file holds which they named.
pub(super) fn given(key: &GivenKey) -> Result<VerifierKey, Failure> {
    match key {
        GivenKey::Key(key) => Ok(key.clone()),
        GivenKey::File(file) => world::read(file)?.trim_end().parse().map_err(|error| {
            Failure::new(REFUSED, format!("{file} holds no public key: {error}"))
                .hint("a public key is one line, as `piperoll key show` prints it")
        }),
    }
}
