//! Checking everything again: the bytes as the journal does, and then what they mean.

mod contents;

use crate::contents::Contents;
use crate::decode::decode;
use crate::error::Error;
use journal::verify::{Summary, Watch};
use journal::{FileStore, Finding, Place, Record, Store};
use std::collections::BTreeMap;
use std::path::Path;

pub use contents::ContentSummary;

/// What checking found.
#[derive(Debug)]
pub struct Verdict {
    /// What was looked at.
    pub summary: Summary,
    /// What was looked at beside the journal.
    pub contents: ContentSummary,
    /// Everything that is damaged, in the order of the journal, and then of what lies beside it.
    pub findings: Vec<Damage>,
    /// Records of a kind and schema that this version does not know: their bytes were checked,
    /// and their meaning could not be.
    pub unknown: BTreeMap<(String, u64), Unknown>,
}

/// Something that is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {position}, {file} byte {offset}: {check}: {why}")]
pub struct Damage {
    /// The check that fails, by its word: one of the journal's, `data`, or one of what lies beside
    /// the journal: `content`, `content_key`, `erasure`,
    /// `publication`.
    pub check: &'static str,
    /// The record.
    pub position: u64,
    /// The file, relative to the ledger's directory.
    pub file: String,
    /// Where in the file, in bytes from its start.
    pub offset: u64,
    /// What is wrong, with the offending value.
    pub why: String,
}

/// The records of a kind and schema that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// The first of them.
    pub first: u64,
    /// How many there are.
    pub records: u64,
}

/// Checks every record of the ledger in a directory and every content that lies beside it, and
/// changes nothing. Contents are opened where this ledger's keys are in `config`.
///
/// # Errors
///
/// Only when it could not look: damage is a finding.
pub fn verify(
    dir: &Path,
    config: Option<&Path>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verdict, Error> {
    let verdict = look(dir, config, progress)?;
    // An erasure destroys its key after its record: one that was recorded since looks like damage.
    let beside = |it: &Damage| matches!(it.check, "content" | "content_key");
    let end = FileStore::open(dir).and_then(|store| store.head());
    let has_grown =
        end.is_ok_and(|end| Some(end.head.position) > verdict.summary.last.map(|it| it.0));
    if has_grown && verdict.findings.iter().any(beside) {
        return look(dir, config, progress);
    }
    Ok(verdict)
}

fn look(
    dir: &Path,
    config: Option<&Path>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verdict, Error> {
    let named = contents::Named::default();
    let mut reader = Reader { findings: Vec::new(), unknown: BTreeMap::new(), named, progress };
    let summary = journal::verify(dir, &mut reader)?;
    let Reader { mut findings, unknown, named, .. } = reader;
    let mut beside = Contents::of(dir);
    if let (Some(config), Some(opening)) = (config, named.opening) {
        beside.keep_keys_in(config, opening);
    }
    let contents = named.check(&beside, &mut findings)?;
    Ok(Verdict { summary, contents, findings, unknown })
}

struct Reader<'a> {
    findings: Vec<Damage>,
    unknown: BTreeMap<(String, u64), Unknown>,
    named: contents::Named,
    progress: &'a mut dyn FnMut(u64),
}

impl Watch for Reader<'_> {
    fn finding(&mut self, finding: Finding) {
        let Finding { check, position, file, offset, why } = finding;
        self.findings.push(Damage { check: check.name(), position, file, offset, why });
    }

    fn record(&mut self, place: Place, record: &Record<'_>) {
        (self.progress)(record.position);
        match decode(record) {
            Ok(event) => self.named.take_in(place, record, &event),
            Err(Error::NewerRecord { position, kind, schema }) => {
                let unknown = Unknown { first: position, records: 0 };
                self.unknown.entry((kind, schema)).or_insert(unknown).records += 1;
            }
            Err(Error::Meaningless { position, why }) => {
                let (file, offset) = (format!("journal/{}", place.segment), place.offset);
                self.findings.push(Damage { check: "data", position, file, offset, why });
            }
            Err(_) => unreachable!("decoding a record that was read touches nothing else"),
        }
    }
}
