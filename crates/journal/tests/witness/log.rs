//! Logs of made-up records, and a witness to ask.

use std::num::NonZeroU64;
use std::path::Path;

use journal::note::Algorithm;
use journal::tree::{Growing, leaf};
use journal::witness::{Answer, Witness};
use journal::{
    Checkpoint, ConsistencyProof, Hashes, SignedCheckpoint, SigningKey, TreeHash, VerifierKey,
};
use tlog_tiles::tlog::{self, HashReader};

pub const ORIGIN: &str = "example.org/ledger";
pub const OTHER: &str = "example.org/other";
pub const NOW: NonZeroU64 = NonZeroU64::new(1_800_000_000).unwrap();

/// A log of made-up records, all hashes of which are held.
pub struct Log {
    pub key: SigningKey,
    pub tree: Growing,
    pub hashes: Vec<TreeHash>,
}

impl HashReader for Log {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TreeHash>, tlog::Error> {
        Ok(indexes.iter().map(|index| self.hashes[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Hashes for Log {
    fn size(&self) -> u64 {
        self.tree.size()
    }
}

impl Log {
    /// A log with so many records that are named after its history.
    pub fn new(origin: &str, history: &str, size: u64) -> Self {
        let key = SigningKey::new(origin, Algorithm::Note, &[7; 32]).unwrap();
        let mut log = Self { key, tree: Growing::default(), hashes: Vec::new() };
        log.grow(history, size);
        log
    }

    pub fn grow(&mut self, history: &str, by: u64) {
        for _ in 0..by {
            let line = format!("{history} {}", self.tree.size());
            self.hashes.extend(self.tree.push(leaf(line.as_bytes())));
        }
    }

    pub fn key(&self) -> VerifierKey {
        self.key.public().clone()
    }

    pub fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        let origin = self.key.public().name().to_owned();
        Checkpoint { origin, size, root: self.root(size).unwrap() }.sign(&self.key)
    }

    pub fn request(&self, old: u64, size: u64) -> Vec<u8> {
        let hashes = self.consistency(old, size).unwrap();
        ConsistencyProof { old, hashes, checkpoint: self.checkpoint(size) }.to_bytes()
    }

    /// The same with another proof and other signatures.
    pub fn request_with(old: u64, hashes: Vec<TreeHash>, checkpoint: SignedCheckpoint) -> Vec<u8> {
        ConsistencyProof { old, hashes, checkpoint }.to_bytes()
    }
}

pub fn witness_key() -> SigningKey {
    SigningKey::new("example.net/witness", Algorithm::Cosignature, &[9; 32]).unwrap()
}

pub fn witness(dir: &Path, logs: &[&Log]) -> Witness {
    let logs = logs.iter().map(|log| log.key()).collect();
    Witness::new(dir, witness_key(), logs).unwrap()
}

pub fn ask(witness: &Witness, request: &[u8]) -> Answer {
    witness.add_checkpoint(request, NOW).unwrap()
}

pub fn status(witness: &Witness, request: &[u8]) -> u16 {
    ask(witness, request).status
}

/// What the witness last cosigned: size and root.
pub fn held(witness: &Witness, origin: &str) -> Option<(u64, TreeHash)> {
    let held = witness.held(origin).unwrap()?;
    Some((held.checkpoint().size, held.checkpoint().root))
}
