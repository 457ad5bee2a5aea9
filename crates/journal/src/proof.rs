//! Proofs as files that stand for themselves: C2SP tlog-proof, and the body of a request to a
//! witness (C2SP tlog-witness), which proves that a log only grew.

use std::fmt::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::canonical::MAX_INTEGER;
use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::tree::{MAX_PROOF, TreeHash, Unproved, check_consistency, check_inclusion, leaf};

/// The first line of a proof of inclusion.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The longest line that is read: the longest record in base64, with its name.
const MAX_LINE: usize = 100_000;

/// That a record is in a log: a `.tlog-proof`.
#[derive(Debug)]
pub struct InclusionProof {
    /// The record's line, without its newline; not authenticated before the proof is checked.
    pub extra: Option<Vec<u8>>,
    /// The position of the record.
    pub index: u64,
    /// The sibling of the leaf first, the root's child last.
    pub hashes: Vec<TreeHash>,
    /// The checkpoint of the tree that it is in.
    pub checkpoint: SignedCheckpoint,
}

/// That a log only grew since an older checkpoint: a `.consistency`, or what a witness is sent.
#[derive(Debug)]
pub struct ConsistencyProof {
    /// How many records the older checkpoint had.
    pub old: u64,
    /// The proof, in the order of RFC 6962.
    pub hashes: Vec<TreeHash>,
    /// The newer checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// What was given is not a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It does not have the form of one.
    #[error("line {line}: {why}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The checkpoint in it is none.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl InclusionProof {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = &self.extra {
            let _ = writeln!(text, "extra {}", BASE64_STANDARD.encode(extra));
        }
        let _ = writeln!(text, "index {}", self.index);
        finish(text, &self.hashes, &self.checkpoint)
    }

    /// Reads the bytes of a file, and checks nothing that it says.
    ///
    /// # Errors
    ///
    /// [`ProofError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let mut lines = Lines { rest: bytes, number: 0 };
        if lines.next()? != HEADER {
            return Err(lines.wrong("it does not begin with `c2sp.org/tlog-proof@v1`"));
        }
        let mut line = lines.next()?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            let decoded = BASE64_STANDARD.decode(encoded);
            extra = Some(decoded.map_err(|_| lines.wrong("`extra` is not followed by base64"))?);
            line = lines.next()?;
        }
        let index = line.strip_prefix("index ").and_then(number);
        let index = index.ok_or_else(|| lines.wrong("`index` with a position belongs here"))?;
        let (hashes, checkpoint) = lines.finish()?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    /// Checks that this line is the record that it proves. That the checkpoint is the log's is
    /// checked by [`SignedCheckpoint::check`].
    ///
    /// # Errors
    ///
    /// [`Unproved`].
    pub fn check(&self, line: &[u8]) -> Result<(), Unproved> {
        let tree = self.checkpoint.checkpoint();
        check_inclusion(&self.hashes, (tree.size, tree.root), (self.index, leaf(line)))
    }
}

impl ConsistencyProof {
    /// The bytes of the file, or of the request.
    pub fn to_bytes(&self) -> Vec<u8> {
        finish(format!("old {}\n", self.old), &self.hashes, &self.checkpoint)
    }

    /// Reads the bytes of a file or a request, and checks nothing that it says.
    ///
    /// # Errors
    ///
    /// [`ProofError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let mut lines = Lines { rest: bytes, number: 0 };
        let old = lines.next()?.strip_prefix("old ").and_then(number);
        let old = old.ok_or_else(|| lines.wrong("`old` with a size belongs here"))?;
        let (hashes, checkpoint) = lines.finish()?;
        Ok(Self { old, hashes, checkpoint })
    }

    /// Checks that the newer checkpoint's tree begins with the tree of this root and the old size.
    /// That the checkpoint is the log's is checked by [`SignedCheckpoint::check`].
    ///
    /// # Errors
    ///
    /// [`Unproved`], also for an old size of zero.
    pub fn check(&self, old_root: TreeHash) -> Result<(), Unproved> {
        let new = self.checkpoint.checkpoint();
        check_consistency(&self.hashes, (self.old, old_root), (new.size, new.root))
    }
}

fn finish(mut text: String, hashes: &[TreeHash], checkpoint: &SignedCheckpoint) -> Vec<u8> {
    for hash in hashes {
        let _ = writeln!(text, "{hash}");
    }
    text.push('\n');
    [text.into_bytes(), checkpoint.to_bytes()].concat()
}

/// A decimal without leading zeros.
fn number(text: &str) -> Option<u64> {
    let number = text.parse().ok().filter(|number| *number <= MAX_INTEGER)?;
    // Compared, as a number's parser also takes a sign and leading zeros.
    (u64::to_string(&number) == text).then_some(number)
}

struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<&'a str, ProofError> {
        self.number += 1;
        let end = self.rest.iter().take(MAX_LINE).position(|byte| *byte == b'\n');
        let end = end.ok_or_else(|| self.wrong("it does not end, or is too long"))?;
        let line = std::str::from_utf8(&self.rest[..end]);
        let line = line.map_err(|_| self.wrong("it is not text"))?;
        self.rest = &self.rest[end + 1..];
        Ok(line)
    }

    fn wrong(&self, why: &'static str) -> ProofError {
        ProofError::Malformed { line: self.number, why }
    }

    /// The hashes up to an empty line, and the checkpoint after it.
    fn finish(mut self) -> Result<(Vec<TreeHash>, SignedCheckpoint), ProofError> {
        let mut hashes = Vec::new();
        loop {
            let line = self.next()?;
            if line.is_empty() {
                return Ok((hashes, SignedCheckpoint::parse(self.rest)?));
            }
            let hash = TreeHash::parse_hash(line);
            hashes.push(hash.map_err(|_| self.wrong("it is not a hash in base64"))?);
            if hashes.len() > MAX_PROOF {
                return Err(self.wrong("a proof has at most 63 hashes"));
            }
        }
    }
}
