//! Checkpoints: the one in the directory, those that were kept elsewhere, and the keys that they
//! are signed with.
//!
//! A journal that verifies in itself may have been written anew from end to end. Only what is kept
//! outside of its directory can tell: the last checkpoint that this machine signed, one that
//! somebody brings along, or the cosignatures of witnesses.

use super::Damage;
use crate::error::Error;
use crate::keyring::Keyring;
use assessment::{Event, LedgerKey};
use journal::checkpoint::CheckpointError;
use journal::note::VerifierKey;
use journal::policy::Policy;
use journal::verify::{Root, Summary};
use journal::{Checkpoint, Record, SignedCheckpoint};
use std::collections::BTreeSet;
use std::path::Path;

/// A checkpoint that somebody kept, and brings along to compare.
#[derive(Debug)]
pub struct Kept {
    /// Where it is from, in words.
    pub name: String,
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// What the checkpoints say.
#[derive(Debug, Clone, Default)]
pub struct Anchored {
    /// The latest checkpoint in the directory, by its size; it vouches for nothing by itself.
    pub latest: Option<u64>,
    /// The key that it is signed with, if it counts.
    pub key: Option<String>,
    /// Why the policy that was given is not satisfied.
    pub missed: Option<String>,
    /// What stands outside the directory and vouches for it, in words, each with how many records.
    pub anchors: Vec<(String, u64)>,
    /// What is worth knowing and no damage, one sentence each.
    pub notes: Vec<String>,
}

impl Anchored {
    /// How many records, from the first on, something outside vouches for.
    pub fn up_to(&self) -> Option<u64> {
        self.anchors.iter().map(|(_, size)| *size).max()
    }
}

/// What was found before the journal is walked through.
pub(super) struct Checkpoints {
    latest: Option<SignedCheckpoint>,
    /// Why the latest one cannot be read.
    broken: Option<String>,
    seen: Vec<SignedCheckpoint>,
    /// The last one that was signed may not have come into the directory.
    is_pending: bool,
    named_key: Option<String>,
}

/// The keys that the records name, in order.
#[derive(Default)]
pub(super) struct KeyLog {
    origin: String,
    /// Each with the position of its record.
    keys: Vec<(u64, VerifierKey)>,
    findings: Vec<Damage>,
    notes: Vec<String>,
}

impl KeyLog {
    pub(super) fn take_in(&mut self, record: &Record<'_>, event: &Event) {
        match event {
            Event::LedgerOpened(event) => self.origin.clone_from(&event.origin),
            Event::LedgerKeyRecorded(event) => {
                if !self.keys.is_empty() {
                    self.find(record.position, "it records a key where there is one".to_owned());
                }
                self.add(record.position, &event.key);
            }
            Event::LedgerKeyRotated(event) => {
                self.check_rotation(record, &event.previous);
                self.add(record.position, &event.key);
            }
            _ => {}
        }
    }

    /// A rotation names the key before, and is signed with it, unless that was lost.
    fn check_rotation(&mut self, record: &Record<'_>, previous: &LedgerKey) {
        let position = record.position;
        let Some((_, last)) = self.keys.last() else {
            return self.find(position, "it takes the place of a key that is not there".to_owned());
        };
        if last.to_string() != previous.as_str() {
            let why = format!("it takes the place of {previous}, and {last} is in force");
            return self.find(position, why);
        }
        match record.signature {
            Some(signature) if last.has_signed(&self.origin, record.request, signature) => {}
            Some(_) => self.find(position, format!("the signature of {last} does not hold")),
            None => self.notes.push(format!(
                "record {position} puts another key in the place of the one before, which did not \
                 sign it: ask why"
            )),
        }
    }

    fn add(&mut self, position: u64, key: &LedgerKey) {
        match key.as_str().parse::<VerifierKey>() {
            Ok(key) if self.origin.is_empty() || key.name() == self.origin => {
                self.keys.push((position, key))
            }
            Ok(key) => self.find(position, format!("{key} is a key of another log")),
            Err(error) => self.find(position, format!("{key}: {error}")),
        }
    }

    fn find(&mut self, position: u64, why: String) {
        let (file, offset) = ("journal".to_owned(), None);
        self.findings.push(Damage { check: "key_record", position, file, offset, why });
    }

    /// The key that checkpoints of this size are signed with.
    fn in_force(&self, size: u64) -> Option<&VerifierKey> {
        let before = self.keys.iter().rev().find(|(position, _)| *position < size);
        before.map(|(_, key)| key)
    }
}

impl Checkpoints {
    /// Gathers what lies in the directory and what this machine has seen of it.
    pub(super) fn gather(dir: &Path, config: Option<&Path>) -> Result<Self, Error> {
        let origin = journal::verify::origin(dir)?;
        let keyring = config.zip(origin).map(|(config, origin)| Keyring::of(config, &origin));
        // First what was signed, then where it is written to: what is signed meanwhile is larger.
        let (mut seen, mut is_pending) = (Vec::new(), false);
        if let Some(keyring) = keyring {
            seen = keyring.seen()?;
            is_pending = keyring.is_pending()?;
        }
        let (latest, broken) = match journal::verify::checkpoint(dir) {
            Ok(latest) => (latest, None),
            Err(journal::Error::Damaged(finding)) => (None, Some(finding.why)),
            Err(error) => return Err(error.into()),
        };
        let named_key = journal::verify::named_key(dir)?;
        Ok(Self { latest, broken, seen, is_pending, named_key })
    }

    /// The sizes whose roots the walk is to note.
    pub(super) fn sizes(&self, against: &[Kept]) -> BTreeSet<u64> {
        let kept = against.iter().map(|kept| &kept.checkpoint);
        let all = self.latest.iter().chain(&self.seen).chain(kept);
        all.map(|signed| signed.checkpoint().size).collect()
    }

    /// Compares all of them with the records.
    pub(super) fn check(
        &self,
        log: KeyLog,
        summary: &Summary,
        (against, policy): (&[Kept], Option<&Policy>),
        findings: &mut Vec<Damage>,
    ) -> Anchored {
        let mut anchored = Anchored { notes: log.notes.clone(), ..Anchored::default() };
        findings.extend(log.findings.iter().cloned());
        self.check_named_key(&log, &mut anchored, findings);
        let outside = self.seen.iter().chain(against.iter().map(|kept| &kept.checkpoint));
        let agrees = |it: &&SignedCheckpoint| {
            let Checkpoint { size, root, .. } = it.checkpoint();
            summary.roots.get(size).is_some_and(|of| of.hash == *root)
        };
        let agreed = outside.filter(agrees).map(|it| it.checkpoint().size).collect();
        let records = Records { log: &log, summary, agreed };
        if let Some(why) = &self.broken {
            findings.push(of_checkpoint("checkpoint", 0, why.clone()));
        }
        if let Some(latest) = &self.latest {
            anchored.latest = Some(latest.checkpoint().size);
            match records.check("checkpoint", latest) {
                Ok(key) => anchored.key = Some(key.to_string()),
                Err(damage) => findings.push(damage),
            }
        }
        if let Some(policy) = policy {
            self.judge(policy, &log, &mut anchored, findings);
        }
        for seen in &self.seen {
            let size = seen.checkpoint().size;
            match records.check(SEEN, seen) {
                Ok(_) => anchored.anchors.push((SEEN.to_owned(), size)),
                Err(damage) => findings.push(damage),
            }
            self.check_rolled_back(size, &mut anchored, findings);
        }
        for Kept { name, checkpoint } in against {
            match records.check(name, checkpoint) {
                Ok(_) => anchored.anchors.push((name.clone(), checkpoint.checkpoint().size)),
                Err(damage) => findings.push(damage),
            }
        }
        anchored
    }

    /// The latest checkpoint is the last one that was signed, or that one is still on its way.
    fn check_rolled_back(&self, seen: u64, anchored: &mut Anchored, findings: &mut Vec<Damage>) {
        let latest = self.latest.as_ref().map_or(0, |latest| latest.checkpoint().size);
        if latest >= seen || self.broken.is_some() {
            return;
        }
        let why = format!("it is of {latest} records, and this machine signed one of {seen}");
        match self.is_pending {
            true => anchored.notes.push(format!(
                "{why}, which did not come to be written here: `piperoll checkpoint` mends it"
            )),
            false => {
                findings.push(of_checkpoint("checkpoint", latest, format!("{why}: rolled back")))
            }
        }
    }

    /// Whether enough witnesses have cosigned the latest checkpoint, who are outside by nature.
    fn judge(
        &self,
        policy: &Policy,
        log: &KeyLog,
        anchored: &mut Anchored,
        findings: &mut Vec<Damage>,
    ) {
        let Some(latest) = self.latest.as_ref().filter(|_| anchored.key.is_some()) else {
            anchored.missed = Some("there is no checkpoint for the policy to judge".to_owned());
            return;
        };
        let size = latest.checkpoint().size;
        match policy.judge(latest) {
            Ok(judgement) if !judgement.is_accepted() => {
                anchored.missed = Some(judgement.to_string());
            }
            // The key of the log alone, known from elsewhere, vouches for no history.
            Ok(judgement) if judgement.cosigned.is_empty() => {
                anchored.notes.push(judgement.to_string());
            }
            Ok(judgement) => anchored.anchors.push((judgement.to_string(), size)),
            Err(CheckpointError::Unsigned { .. } | CheckpointError::Origin { .. })
                if policy
                    .logs()
                    .iter()
                    .any(|it| log.keys.iter().any(|(_, key)| *key == it.key)) =>
            {
                let now = log.in_force(size).map(ToString::to_string).unwrap_or_default();
                anchored.missed =
                    Some(format!("the policy names a key that was replaced by {now}"));
            }
            Err(error) => findings.push(of_checkpoint("checkpoint", size, error.to_string())),
        }
    }

    /// `ledger.json` is for people: another key than the records name would send them astray.
    fn check_named_key(&self, log: &KeyLog, anchored: &mut Anchored, findings: &mut Vec<Damage>) {
        let Some(named) = &self.named_key else {
            if !log.keys.is_empty() {
                anchored.notes.push("ledger.json names no key; `key init` mends it".to_owned());
            }
            return;
        };
        match log.keys.iter().rposition(|(_, key)| key.to_string() == *named) {
            Some(at) if at + 1 == log.keys.len() => {}
            Some(_) => anchored.notes.push(
                "ledger.json names a key that is no longer in force; `key init` mends it"
                    .to_owned(),
            ),
            None => {
                let why = format!("it names the key {named}, which no record does");
                let (file, offset) = ("ledger.json".to_owned(), None);
                findings.push(Damage { check: "ledger", position: 0, file, offset, why });
            }
        }
    }
}

const SEEN: &str = "the last checkpoint that this machine signed";

/// The records, as a checkpoint is compared with them.
struct Records<'a> {
    log: &'a KeyLog,
    summary: &'a Summary,
    /// The sizes of checkpoints from outside that are of these records: what differs from another
    /// one stands after them.
    agreed: BTreeSet<u64>,
}

impl Records<'_> {
    /// Whether a checkpoint is signed with the ledger's key and is of these records.
    fn check(&self, name: &str, signed: &SignedCheckpoint) -> Result<&VerifierKey, Damage> {
        let Checkpoint { size, root, .. } = signed.checkpoint();
        let Some(key) = self.log.in_force(*size) else {
            let why = "no record before its size names the key that it is signed with".to_owned();
            return Err(of_checkpoint(name, *size, why));
        };
        signed.check(key).map_err(|error| of_checkpoint(name, *size, error.to_string()))?;
        match self.summary.roots.get(size) {
            None => {
                let records = self.summary.tree_size;
                let why = format!("it is of {size} records, and there are {records}");
                Err(of_checkpoint(name, records, format!("{why}: records are missing")))
            }
            Some(Root { hash, .. }) if hash != root => {
                let first = self.agreed.range(..size).next_back().copied().unwrap_or(0);
                let last = size.saturating_sub(1);
                let why = format!("the first {size} records have the root {hash}, and not {root}");
                let why = format!("{why}: of the records {first} to {last}, one is another");
                Err(of_checkpoint(name, first, why))
            }
            Some(Root { ends_command: false, .. }) => {
                let why = "it ends inside a command".to_owned();
                Err(of_checkpoint(name, size.saturating_sub(1), why))
            }
            Some(_) => Ok(key),
        }
    }
}

fn of_checkpoint(file: &str, position: u64, why: String) -> Damage {
    Damage { check: "checkpoint", position, file: file.to_owned(), offset: None, why }
}
