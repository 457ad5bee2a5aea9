//! `proof`: what can be checked by somebody who has the public key and nothing else.

mod check;

pub use check::verify;

use super::{Home, open};
use crate::cli::{Proof, ProveConsistency, ProveInclusion};
use crate::exit::{DAMAGED, Failure, Outcome, REFUSED, UNABLE};
use crate::render::count;
use crate::world;
use journal::proof::{ConsistencyProof, InclusionProof};
use journal::{
    Check, Checkpoint, Finding, Hashes as _, Head, SignedCheckpoint, Store as _, StoredTree,
    TreeHash,
};
use ledger::{At, Comparison, Ledger};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

/// Carries out a `proof` command.
pub fn run(home: &Home, command: &Proof, out: &mut dyn Write) -> Outcome {
    match command {
        Proof::Inclusion(args) => inclusion(&mut open(home)?, args, out),
        Proof::Consistency(args) => consistency(&mut open(home)?, args, out),
        Proof::Verify(args) => verify(args, out),
    }
}

fn inclusion(ledger: &mut Ledger, args: &ProveInclusion, out: &mut dyn Write) -> Outcome {
    let position = args.position;
    let (checkpoint, file) = match &args.checkpoint {
        Some(file) => (of_this_ledger(ledger, file)?, file.as_str()),
        None => (latest(ledger)?, LATEST),
    };
    // After the checkpoint: meanwhile records may come to it, and none may go.
    let head = ledger.end()?.head;
    let stored = ledger.store().record_at(position, &head)?;
    let tree = tree(ledger, &head)?;
    begins_with(ledger, &tree, &head, checkpoint.checkpoint(), file)?;
    let size = checkpoint.checkpoint().size;
    if position >= size {
        let of = count(size, "record");
        let hint = match &args.checkpoint {
            Some(_) => "leave --checkpoint out: the latest one may cover it",
            None => SIGN_ONE,
        };
        let cause = format!("{file} is of {of}, and record {position} is not among them");
        return Err(Failure::new(REFUSED, cause).hint(hint));
    }
    let hashes = tree.inclusion(position, size).map_err(|error| tree.error(&error))?;
    let extra = Some(stored.line().to_vec());
    let proof = InclusionProof { extra, index: position, hashes, checkpoint };
    // The root is right, so the record or a hash between them is not.
    proof.check(stored.line()).map_err(|_| of_another_tree(position))?;
    let name = format!("record-{position}.tlog-proof");
    let said = format!("record {position} of {}, {}", size, count_hashes(&proof.hashes));
    hand_over(args.file.as_deref().unwrap_or(&name), &proof.to_bytes(), &said, out)?;
    world::say(
        "note: it holds the whole record, published or not: give it to those who may see that",
    );
    Ok(())
}

fn consistency(ledger: &mut Ledger, args: &ProveConsistency, out: &mut dyn Write) -> Outcome {
    let old = of_this_ledger(ledger, &args.old)?;
    let old = old.checkpoint();
    let checkpoint = latest(ledger)?;
    let head = ledger.end()?.head;
    let tree = tree(ledger, &head)?;
    begins_with(ledger, &tree, &head, old, &args.old)?;
    begins_with(ledger, &tree, &head, checkpoint.checkpoint(), LATEST)?;
    let new = checkpoint.checkpoint().size;
    if old.size > new {
        let cause = format!("{} is newer than the latest checkpoint of this ledger", args.old);
        return Err(Failure::new(REFUSED, cause).hint(SIGN_ONE));
    }
    if old.size == 0 {
        let cause = format!("{} is of no records: everything begins with them", args.old);
        return Err(Failure::new(REFUSED, cause).hint("name a checkpoint of some records"));
    }
    let hashes = tree.consistency(old.size, new).map_err(|error| tree.error(&error))?;
    let proof = ConsistencyProof { old: old.size, hashes, checkpoint };
    // Both roots are right, so a hash between them is not.
    proof.check(old.root).map_err(|_| of_another_tree(new - 1))?;
    let name = format!("{}-{new}.consistency", old.size);
    let said = format!("from {} to {new} records, {}", old.size, count_hashes(&proof.hashes));
    hand_over(args.file.as_deref().unwrap_or(&name), &proof.to_bytes(), &said, out)
}

/// What the latest checkpoint is called where files are named.
pub(super) const LATEST: &str = "the latest checkpoint";

pub(super) const SIGN_ONE: &str = "`piperoll checkpoint` signs one of all records that there are";

/// The latest checkpoint that lies with the ledger.
pub(super) fn latest(ledger: &mut Ledger) -> Result<SignedCheckpoint, Failure> {
    ledger.latest_checkpoint()?.ok_or_else(|| {
        Failure::new(REFUSED, "no checkpoint of this ledger was signed yet").hint(SIGN_ONE)
    })
}

/// The tree over all records that there are.
pub(super) fn tree(ledger: &Ledger, head: &Head) -> Result<StoredTree, Failure> {
    Ok(ledger.store().tree(head)?)
}

/// Reads a checkpoint that one of the ledger's keys signed.
fn of_this_ledger(ledger: &mut Ledger, file: &str) -> Result<SignedCheckpoint, Failure> {
    let keys = ledger.keys(At::default())?.keys;
    let signed = SignedCheckpoint::parse(&world::read_bytes(file)?);
    signed.and_then(|signed| signed.signer(&keys).map(drop).map(|()| signed)).map_err(|error| {
        Failure::new(REFUSED, format!("{file} is no checkpoint of this ledger: {error}"))
            .hint("`piperoll checkpoint` prints them, `piperoll key list` lists the keys")
    })
}

/// Refuses a checkpoint of records that this ledger does not begin with.
pub(super) fn begins_with(
    ledger: &Ledger,
    tree: &StoredTree,
    head: &Head,
    checkpoint: &Checkpoint,
    file: &str,
) -> Outcome {
    let Checkpoint { size, root, .. } = checkpoint;
    let of = count(*size, "record");
    let here = match ledger.compare(head, tree, checkpoint)? {
        Comparison::Agrees => return Ok(()),
        Comparison::Longer => format!("{} here", count(tree.size(), "record")),
        Comparison::Differs(found) => format!("the first {of} here: root {found}"),
    };
    let cause = format!("this ledger does not begin with the {of} of {file}");
    Err(Failure::new(DAMAGED, cause).at(format!("{here}; in {file}: root {root}")).hint(
        "records were changed or are missing: keep both checkpoints, which prove it, and see what \
         `piperoll verify` says",
    ))
}

/// What is kept of the tree is not of these records.
pub(super) fn damaged_tree(position: u64, why: String) -> Failure {
    let (check, file) = (Check::Tree, StoredTree::FILE.to_owned());
    journal::Error::from(Finding { check, position, file, offset: 0, why }).into()
}

fn of_another_tree(position: u64) -> Failure {
    let why = "it is not the tree of the records: delete `tree/`, which is derived";
    damaged_tree(position, why.to_owned())
}

fn count_hashes(hashes: &[TreeHash]) -> String {
    match hashes.len() {
        1 => "1 hash".to_owned(),
        n => format!("{n} hashes"),
    }
}

/// Writes a proof to the standard output, or to a file that is not there yet.
fn hand_over(file: &str, bytes: &[u8], said: &str, out: &mut dyn Write) -> Outcome {
    if file == "-" {
        return Ok(out.write_all(bytes)?);
    }
    let written = OpenOptions::new().write(true).create_new(true).open(file);
    written.and_then(|mut opened| opened.write_all(bytes)).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AlreadyExists => "name a file that is not there yet: nothing is overwritten",
            _ => "name a file in a directory that can be written to",
        };
        Failure::new(UNABLE, format!("cannot write {file}: {error}")).hint(hint)
    })?;
    Ok(writeln!(out, "{file}: {said}")?)
}
