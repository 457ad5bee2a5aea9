//! Decision bundles: everything from which a published rating is derived again with no ledger and
//! none of our programs (`docs/format.md`, section 11).
//!
//! Here a bundle is bytes by name. Whether they lie in a directory or in a tar is for whoever
//! hands it over.

mod check;
mod choice;
mod files;
mod rating;
mod report;
#[cfg(test)]
mod tests;
mod witnessed;

pub use check::{Checked, Finding, Given, Report, check};

use crate::{Error, Ledger, decode};
use assessment::{Event, PublicationId};
use choice::{Choice, PublishedAs};
use journal::policy::{Policy, PolicyError};
use journal::{Check, Entry, Head, InclusionProof, SignedCheckpoint, Store as _, StoredTree};
use journal::{Hashes as _, VerifierKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the form of bundles that this program makes and checks. Whoever changes a byte
/// of what is made of the same records raises it.
pub const FORMAT: u64 = 1;

/// How many files a bundle has at most.
pub const MAX_FILES: usize = 20_000;

/// How many bytes all its files have together at most.
pub const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// The files of a bundle by their names, in the order of a tar.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What a bundle says that it is: `bundle.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The version of its form.
    pub format: u64,
    /// The log that its records are of.
    pub origin: String,
    /// The position of the publication's record.
    pub position: u64,
    /// The publication.
    pub publication: PublicationId,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// No record is of such a publication.
    #[error("there is no publication `{0}`")]
    Unknown(PublicationId),
    /// No checkpoint was signed.
    #[error("no checkpoint of this ledger was signed yet")]
    NoCheckpoint,
    /// The latest checkpoint ends before the publication.
    #[error("the latest checkpoint is of {size} records, and the publication is record {position}")]
    NotCovered {
        /// The position of the publication.
        position: u64,
        /// How many records the checkpoint is of.
        size: u64,
    },
    /// What was given is no policy.
    #[error("not a policy: {0}")]
    Policy(#[from] PolicyError),
    /// The policy does not take the checkpoint.
    #[error("the latest checkpoint is not what the policy asks for: {0}")]
    Missed(String),
    /// The released report is not there.
    #[error("publications/{0} is missing")]
    NotReleased(assessment::Digest),
    /// More than a bundle may have.
    #[error("it would have {files} files of {bytes} bytes, which is more than a bundle may have")]
    TooLarge {
        /// How many files.
        files: usize,
        /// How many bytes.
        bytes: u64,
    },
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] Error),
}

impl Ledger {
    /// Makes the bundle of a publication. Cosignatures are taken along with the policy by which
    /// each of them can be checked.
    ///
    /// # Errors
    ///
    /// [`BundleError`].
    pub fn bundle(
        &mut self,
        publication: PublicationId,
        policy: Option<&[u8]>,
    ) -> Result<Files, BundleError> {
        let signed = self.latest_checkpoint()?.ok_or(BundleError::NoCheckpoint)?;
        // After the checkpoint: meanwhile records may come to it, and none may go.
        let head = self.end()?.head;
        let size = signed.checkpoint().size;
        let choice = self.choose(publication, &head)?;
        if choice.position() >= size {
            return Err(BundleError::NotCovered { position: choice.position(), size });
        }
        let key = self.signer(&signed)?;
        let parsed = policy.map(Policy::parse).transpose()?;
        if let Some(policy) = &parsed {
            let judgement = policy.judge(&signed);
            let judgement = judgement.map_err(|error| BundleError::Missed(error.to_string()))?;
            if !judgement.is_accepted() {
                return Err(BundleError::Missed(judgement.to_string()));
            }
        }
        let signed = witnessed::only_known(&signed, &key, parsed.as_ref());
        let signed = signed.ok_or(BundleError::NoCheckpoint)?;
        let mut files = self.records(choice, &head, &signed)?;
        files.insert(files::CHECKPOINT.to_owned(), signed.to_bytes());
        files.extend(policy.map(|policy| (files::POLICY.to_owned(), policy.to_vec())));
        files::complete(&mut files, publication);
        let bytes = files.values().map(|bytes| bytes.len() as u64).sum();
        match files.len() > MAX_FILES || bytes > MAX_BYTES {
            true => Err(BundleError::TooLarge { files: files.len(), bytes }),
            false => Ok(files),
        }
    }

    /// Which records a bundle is made of, by those of the publication's assessment.
    fn choose(&self, publication: PublicationId, head: &Head) -> Result<Choice, BundleError> {
        let stream = format!("assessment/{}", publication.assessment());
        let mut own = Vec::new();
        let mut records = self.store().records(0, head).map_err(Error::from)?;
        while let Some(Entry { record, .. }) = records.next().map_err(Error::from)? {
            if record.stream == stream {
                own.push((record.position, decode(&record)?));
            }
        }
        let own = own.iter().map(|(position, event)| (*position, event));
        Choice::of(publication, own).ok_or(BundleError::Unknown(publication))
    }

    /// The key that signed the latest checkpoint.
    fn signer(&mut self, signed: &SignedCheckpoint) -> Result<VerifierKey, BundleError> {
        let keys = self.keys(crate::At::default())?.keys;
        // The latest checkpoint was found to be signed by one of them.
        signed.signer(&keys).cloned().map_err(|_| BundleError::NoCheckpoint)
    }

    /// The chosen records with their proofs, and the released report.
    fn records(
        &self,
        mut choice: Choice,
        head: &Head,
        signed: &SignedCheckpoint,
    ) -> Result<Files, BundleError> {
        let tree = self.store().tree(head).map_err(Error::from)?;
        let mut files = Files::new();
        let mut records = self.store().records(0, head).map_err(Error::from)?;
        while let Some(Entry { record, line, .. }) = records.next().map_err(Error::from)? {
            let position = record.position;
            if position >= signed.checkpoint().size {
                break;
            }
            let event = decode(&record)?;
            if !choice.takes(position, &event) {
                continue;
            }
            let proof = prove(&tree, signed, position, line)?;
            files.insert(files::proof(position), proof.to_bytes());
            files.insert(files::record(position), line.to_vec());
            if let (true, Some(made)) = (position == choice.position(), made(&event)) {
                let digest = crate::contents::digest(made.released);
                let report = self.contents().released().get(&digest);
                let report = report.map_err(|error| Error::Content(error.into()))?;
                let report = report.ok_or(BundleError::NotReleased(made.released))?;
                files.insert(files::released(made.released), report);
            }
        }
        Ok(files)
    }
}

fn made(event: &Event) -> Option<&assessment::event::PublicationMade> {
    match PublishedAs::of(event)? {
        PublishedAs::Made(made) => Some(made),
        PublishedAs::Imported(_) => None,
    }
}

/// Proves that a record is among those that were signed for.
fn prove(
    tree: &StoredTree,
    signed: &SignedCheckpoint,
    position: u64,
    line: &[u8],
) -> Result<InclusionProof, Error> {
    let size = signed.checkpoint().size;
    let hashes = tree.inclusion(position, size).map_err(|error| tree.error(&error))?;
    let (extra, checkpoint) = (Some(line.to_vec()), signed.with(&[]));
    let proof = InclusionProof { extra, index: position, hashes, checkpoint };
    proof.check(line).map_err(|_| {
        let (check, file) = (Check::Tree, StoredTree::FILE.to_owned());
        let why = "it does not lead from the record to the latest checkpoint".to_owned();
        journal::Error::from(journal::Finding { check, position, file, offset: 0, why })
    })?;
    Ok(proof)
}
