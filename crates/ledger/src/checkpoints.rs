//! Checkpoints of this ledger: signed after reading back, never against one that was signed before.

use crate::keyring::{Keyring, KeyringError};
use crate::{At, Error, Ledger};
use journal::checkpoint::CheckpointError;
use journal::note::{SigningKey, VerifierKey};
use journal::tree::{Growing, leaf};
use journal::{
    Check, Checkpoint, FileStore, Finding, Hashes as _, Head, Lines as _, SignedCheckpoint, Store,
    StoredTree, TreeHash,
};
use std::ops::Range;

/// A checkpoint of this ledger, and what came before it was signed.
#[derive(Debug)]
pub struct Signed {
    /// The checkpoint, with the cosignatures that it has already.
    pub checkpoint: SignedCheckpoint,
    /// The records that were read back from the disk for it; none where it had been signed before.
    pub read_back: Range<u64>,
}

/// How a checkpoint stands to the records that are here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Comparison {
    /// It is of the first of them.
    Agrees,
    /// It is of more than there are.
    Longer,
    /// It is of others; those that are here have this root.
    Differs(TreeHash),
}

/// What a ledger's own records say of the key of its checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerKeys {
    /// The ledger's name in the world.
    pub origin: String,
    /// The keys, the one in force last.
    pub keys: Vec<VerifierKey>,
}

impl Ledger {
    /// The keys that the ledger recorded up to a time.
    ///
    /// # Errors
    ///
    /// A ledger that cannot be read, or that records what is no key.
    pub fn keys(&mut self, at: At) -> Result<LedgerKeys, Error> {
        let state = self.state(at, &|_| vec![])?;
        let origin = state.origin.unwrap_or_default();
        let key = |key: &assessment::LedgerKey| {
            key.as_str().parse().map_err(|error: journal::note::KeyError| {
                let (path, why) = (self.store.dir().join("journal"), error.to_string());
                Error::from(KeyringError::NotAKey { path, why })
            })
        };
        let keys = state.ledger_keys.iter().map(key).collect::<Result<_, _>>()?;
        Ok(LedgerKeys { origin, keys })
    }

    /// Signs a checkpoint of all records that there are.
    ///
    /// All of them are read back from the disk, re-hashed and chained, and put into a tree anew:
    /// what is signed is what is stored.
    ///
    /// # Errors
    ///
    /// A key that is not here, and whatever contradicts what was signed before.
    pub fn sign_checkpoint(&mut self) -> Result<Signed, Error> {
        // Nobody appends, signs or puts another key in the place of this one meanwhile.
        let end = self.store.hold()?;
        let signed = self.sign_held(&end.head);
        self.store.release();
        signed
    }

    fn sign_held(&mut self, head: &Head) -> Result<Signed, Error> {
        let keys = self.keys(At::default())?;
        let key = self.signing_key(&keys)?;
        let (keyring, id) = (self.keyring()?, key.public().id());
        let tree = self.store.tree(head)?;
        let seen = last_seen(keyring.seen()?, &self.store, head, &tree)?;
        if let Some(latest) = self.store.checkpoint()? {
            let compared = compare(&self.store, head, &tree, latest.checkpoint())?;
            check_latest(&latest, &keys, compared)?;
            if latest.checkpoint().size == tree.size() && latest.check(key.public()).is_ok() {
                keyring.keep_seen(&latest, id)?;
                keyring.settle(id)?;
                return Ok(Signed { checkpoint: latest, read_back: 0..0 });
            }
        }
        let root = read_back(&self.store, head, &tree, seen.as_ref())?;
        let checkpoint = Checkpoint { origin: keys.origin, size: tree.size(), root };
        let signed = checkpoint.sign(&key);
        // Kept outside before anybody can have it. If we crash before it lies in the directory too,
        // what is noted outside tells that this was not done by somebody else.
        keyring.keep_seen(&signed, id)?;
        self.store.keep_checkpoint(&signed)?;
        keyring.settle(id)?;
        Ok(Signed { checkpoint: signed, read_back: 0..tree.size() })
    }

    /// The secret key to the public one that the ledger records.
    fn signing_key(&self, keys: &LedgerKeys) -> Result<SigningKey, Error> {
        let keyring = self.keyring()?;
        let recorded = keys.keys.last().ok_or(KeyringError::NotRecorded)?;
        match keyring.key(recorded.id())? {
            Some(key) if key.public() == recorded => Ok(key),
            _ => {
                let (key, dir) = (recorded.to_string(), keyring.dir().to_owned());
                Err(KeyringError::Missing { key, dir }.into())
            }
        }
    }

    /// The latest checkpoint in the ledger's directory, if it is one of this ledger's.
    ///
    /// # Errors
    ///
    /// A file that is no checkpoint, or is not signed with a key of the ledger.
    pub fn latest_checkpoint(&mut self) -> Result<Option<SignedCheckpoint>, Error> {
        let Some(latest) = self.store.checkpoint()? else { return Ok(None) };
        let keys = self.keys(At::default())?;
        check_signature(&latest, &keys)?;
        Ok(Some(latest))
    }

    /// Compares a checkpoint with the records up to an end, and the [tree](FileStore::tree) over
    /// them.
    ///
    /// # Errors
    ///
    /// A ledger that cannot be read, or whose tree is not that of its records.
    pub fn compare(
        &self,
        head: &Head,
        tree: &StoredTree,
        checkpoint: &Checkpoint,
    ) -> Result<Comparison, Error> {
        compare(&self.store, head, tree, checkpoint)
    }

    /// Adds cosignatures to the latest checkpoint, if it is still the one that they are of.
    ///
    /// # Errors
    ///
    /// What keeps it from being written.
    pub fn add_cosignatures(&mut self, cosigned: &SignedCheckpoint) -> Result<(), Error> {
        self.store.hold()?;
        let latest = self.store.checkpoint();
        let kept = latest.and_then(|latest| match latest {
            Some(latest) if latest.checkpoint() == cosigned.checkpoint() => {
                self.store.keep_checkpoint(&latest.with(cosigned.lines()))
            }
            _ => Ok(()),
        });
        self.store.release();
        Ok(kept?)
    }

    /// Where the keys are that this ledger is signed with.
    ///
    /// # Errors
    ///
    /// No directory was named that they could lie in.
    pub fn keyring(&self) -> Result<&Keyring, Error> {
        self.keyring.as_ref().ok_or_else(|| KeyringError::NoDirectory.into())
    }

    /// Compares the ledger with the last checkpoint that this machine signed of it.
    pub(crate) fn check_seen(&self) -> Result<(), Error> {
        let Some(keyring) = &self.keyring else { return Ok(()) };
        // Before the end is looked for: what is signed meanwhile is of more than that.
        let seen = keyring.seen()?;
        if !seen.is_empty() {
            let head = self.store.head()?.head;
            last_seen(seen, &self.store, &head, &self.store.tree(&head)?)?;
        }
        Ok(())
    }
}

/// Compares a checkpoint with the records up to an end and the tree over them.
fn compare(
    store: &FileStore,
    head: &Head,
    tree: &StoredTree,
    checkpoint: &Checkpoint,
) -> Result<Comparison, Error> {
    let Checkpoint { size, root: expected, .. } = checkpoint;
    if *size > tree.size() {
        return Ok(Comparison::Longer);
    }
    if tree.root(*size).map_err(|error| tree.error(&error))? == *expected {
        return Ok(Comparison::Agrees);
    }
    // What is kept of the tree is derived, and may be what is wrong: the lines decide.
    let mut growing = Growing::default();
    let mut lines = store.lines(0, head)?;
    while growing.size() < *size
        && let Some(line) = lines.next()?
    {
        growing.push(leaf(line.bytes));
    }
    match growing.root() {
        found if found == *expected => {
            let why = "it is not the tree of the records: delete `tree/`, which is derived";
            Err(damaged(Check::Tree, size.saturating_sub(1), StoredTree::FILE, why.to_owned()))
        }
        found => Ok(Comparison::Differs(found)),
    }
}

/// The largest checkpoint that this machine signed of a ledger, where the ledger still begins so.
///
/// What is kept of the tree has to have its root, and its last leaf has to be that of the record:
/// in its line stands the hash of the one before, so that no earlier one can have been exchanged,
/// with all hashes computed again, without this one being another.
fn last_seen(
    seen: Vec<SignedCheckpoint>,
    store: &FileStore,
    head: &Head,
    tree: &StoredTree,
) -> Result<Option<Checkpoint>, Error> {
    let mut largest: Option<Checkpoint> = None;
    for signed in seen {
        let seen = signed.checkpoint().clone();
        let dir = store.dir().to_owned();
        match compare(store, head, tree, &seen)? {
            Comparison::Agrees => {}
            Comparison::Longer => {
                return Err(Error::SeenMore { dir, records: tree.size(), seen: seen.size });
            }
            Comparison::Differs(_) => return Err(Error::SeenOther { dir, seen: seen.size }),
        }
        largest = largest.into_iter().chain([seen]).max_by_key(|it| it.size);
    }
    if let Some(position) = largest.as_ref().and_then(|it| it.size.checked_sub(1)) {
        let record = store.record_at(position, head)?;
        if tree.leaf(position).map_err(|error| tree.error(&error))? != leaf(record.line()) {
            let why = "another record was hashed there when it was appended";
            return Err(damaged(Check::Tree, position, StoredTree::FILE, why.to_owned()));
        }
    }
    Ok(largest)
}

/// The root of the tree over all records, made of what stands on the disk and compared with what
/// was hashed when it was appended.
fn read_back(
    store: &FileStore,
    head: &Head,
    tree: &StoredTree,
    seen: Option<&Checkpoint>,
) -> Result<TreeHash, Error> {
    let mut growing = Growing::default();
    let mut records = store.records(0, head)?;
    while let Some(entry) = records.next()? {
        let (position, leaf) = (entry.record.position, leaf(entry.line));
        if tree.leaf(position).map_err(|error| tree.error(&error))? != leaf {
            let why = "another record was hashed there when it was appended";
            return Err(damaged(Check::Tree, position, StoredTree::FILE, why.to_owned()));
        }
        growing.push(leaf);
        let is_seen = seen.filter(|seen| seen.size == growing.size());
        if is_seen.is_some_and(|seen| seen.root != growing.root()) {
            let dir = store.dir().to_owned();
            return Err(Error::SeenOther { dir, seen: growing.size() });
        }
    }
    Ok(growing.root())
}

/// Refuses to go on where the directory's latest checkpoint is not of these records.
fn check_latest(
    latest: &SignedCheckpoint,
    keys: &LedgerKeys,
    compared: Comparison,
) -> Result<(), Error> {
    check_signature(latest, keys)?;
    let size = latest.checkpoint().size;
    let of_checkpoint =
        |why| Err(damaged(Check::Checkpoint, size.saturating_sub(1), "checkpoint", why));
    match compared {
        Comparison::Agrees => Ok(()),
        Comparison::Longer => {
            of_checkpoint(format!("it is of {size} records, and some of them are missing"))
        }
        Comparison::Differs(found) => {
            of_checkpoint(format!("the first {size} records have another root, {found}"))
        }
    }
}

/// Refuses a checkpoint that no key of the ledger signed.
fn check_signature(latest: &SignedCheckpoint, keys: &LedgerKeys) -> Result<(), Error> {
    let why = |error: CheckpointError| error.to_string();
    let signer = latest.signer(&keys.keys).map_err(why);
    signer.map(drop).map_err(|why| damaged(Check::Checkpoint, 0, "checkpoint", why))
}

fn damaged(check: Check, position: u64, file: &str, why: String) -> Error {
    let file = file.to_owned();
    journal::Error::from(Finding { check, position, file, offset: 0, why }).into()
}
