//! Checking everything again: the bytes as the journal does, and then what they mean.

use crate::catalogue::decode;
use crate::error::Error;
use journal::verify::{Summary, Watch};
use journal::{Finding, Place, Record};
use std::collections::BTreeMap;
use std::path::Path;

/// What checking found.
#[derive(Debug)]
pub struct Verdict {
    /// What was looked at.
    pub summary: Summary,
    /// Everything that is damaged, in the order of the journal.
    pub findings: Vec<Damage>,
    /// Records of a kind and schema that this version does not know: their bytes were checked,
    /// and their meaning could not be.
    pub unknown: BTreeMap<(String, u64), Unknown>,
}

/// Something that is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {position}, {file} byte {offset}: {check}: {why}")]
pub struct Damage {
    /// The check that fails, by its word: one of the journal's, or `data`.
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

/// Checks every record of the ledger in a directory, and changes nothing.
///
/// # Errors
///
/// Only when it could not look: damage is a finding.
pub fn verify(dir: &Path, progress: &mut dyn FnMut(u64)) -> Result<Verdict, Error> {
    let mut reader = Reader { findings: Vec::new(), unknown: BTreeMap::new(), progress };
    let summary = journal::verify(dir, &mut reader)?;
    Ok(Verdict { summary, findings: reader.findings, unknown: reader.unknown })
}

struct Reader<'a> {
    findings: Vec<Damage>,
    unknown: BTreeMap<(String, u64), Unknown>,
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
            Ok(_) => {}
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
