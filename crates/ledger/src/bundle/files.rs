//! The names of a bundle's files, and those files that are made of the others.

use super::choice::PublishedAs;
use super::{FORMAT, Files, Label};
use crate::decode;
use assessment::{Digest, Event, PublicationId};
use base64::prelude::{BASE64_STANDARD, Engine};
use journal::{VerifierKey, record};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

pub(super) const LABEL: &str = "bundle.json";
pub(super) const CHECKPOINT: &str = "checkpoint";
pub(super) const FRAMEWORK: &str = "framework.json";
pub(super) const PEM: &str = "log.pem";
pub(super) const KEY: &str = "log.vkey";
pub(super) const POLICY: &str = "policy";
pub(super) const SUMS: &str = "SHA256SUMS";

/// Files that are the same in every bundle of this format.
const FIXED: [(&str, &str); 3] = [
    ("RECIPE.md", include_str!("RECIPE.md")),
    ("rating.jq", include_str!("rating.jq")),
    ("streams.jq", include_str!("streams.jq")),
];

/// How an Ed25519 public key begins in DER (RFC 8410): 12 bytes, so 16 characters of base64.
const SPKI: &str = "MCowBQYDK2VwAyEA";

/// The name of a record's file.
pub(super) fn record(position: u64) -> String {
    format!("records/{position:020}.json")
}

/// The name of the file with a record's proof.
pub(super) fn proof(position: u64) -> String {
    format!("proofs/{position:020}.tlog-proof")
}

/// The name of the released report.
pub(super) fn released(digest: Digest) -> String {
    format!("released/{digest}")
}

/// The position in the name of a record's file.
pub(super) fn position(name: &str) -> Option<u64> {
    let position = name.strip_prefix("records/")?.strip_suffix(".json")?.parse().ok()?;
    (record(position) == name).then_some(position)
}

/// The records among some files, in the order of their positions, unchecked.
pub(super) fn records(files: &Files) -> impl Iterator<Item = (u64, &[u8])> {
    files.iter().filter_map(|(name, bytes)| Some((position(name)?, bytes.as_slice())))
}

/// Adds what is made of the records, as far as it can be made of them; the sums last.
pub(super) fn complete(files: &mut Files, publication: PublicationId) {
    let made = made(files, publication);
    files.extend(made);
    let sums = sums(files);
    files.insert(SUMS.to_owned(), sums);
}

/// What is made of the records, but for the sums.
pub(super) fn made(files: &Files, publication: PublicationId) -> Files {
    let fixed = FIXED.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    let mut made: Files = fixed.collect();
    let (mut origin, mut position, mut framework) = (String::new(), 0, Value::Null);
    for (_, line) in records(files) {
        let Ok(record) = record::parse_trusted(line) else { continue };
        let Ok(event) = decode(&record) else { continue };
        match &event {
            Event::LedgerOpened(opened) => origin.clone_from(&opened.origin),
            Event::FrameworkAdopted(_) => framework = event.encode()["framework"].take(),
            Event::LedgerKeyRecorded(recorded) => made.extend(keys(recorded.key.as_str())),
            Event::LedgerKeyRotated(rotated) => made.extend(keys(rotated.key.as_str())),
            event => {
                let published = PublishedAs::of(event).map(PublishedAs::publication);
                if published == Some(publication) {
                    position = record.position;
                }
            }
        }
    }
    let label = Label { format: FORMAT, origin, position, publication };
    let label = serde_json::to_string(&label).expect("a label is texts and numbers");
    made.insert(LABEL.to_owned(), format!("{label}\n").into_bytes());
    made.insert(FRAMEWORK.to_owned(), format!("{framework}\n").into_bytes());
    made
}

/// A line for each file but itself, as `sha256sum` prints it.
pub(super) fn sums(files: &Files) -> Vec<u8> {
    let mut sums = String::new();
    for (name, bytes) in files.iter().filter(|(name, _)| *name != SUMS) {
        let _ = writeln!(sums, "{}  {name}", sha256(bytes));
    }
    sums.into_bytes()
}

/// SHA-256, in hex.
fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// A public key, as other programs for logs read it and as `openssl` does.
fn keys(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![(KEY.to_owned(), format!("{text}\n").into_bytes())];
    if let Ok(key) = text.parse::<VerifierKey>() {
        let key = BASE64_STANDARD.encode(key.public_key());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{SPKI}{key}\n-----END PUBLIC KEY-----\n");
        files.push((PEM.to_owned(), pem.into_bytes()));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that was changed and its sum was not would stop everybody who follows the recipe.
    #[test]
    fn the_recipe_names_the_sums_of_its_programs() {
        let [(_, recipe), programs @ ..] = FIXED;
        for (name, text) in programs {
            let sum = format!("{}  {name}", sha256(text.as_bytes()));
            assert!(recipe.lines().any(|line| line == sum), "{sum}");
        }
    }
}
