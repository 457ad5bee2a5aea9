//! Checking everything again: the bytes as the journal does, and then what they mean.

use crate::catalogue::decode;
use crate::error::Error;
use assessment::event::DecodeError;
use journal::verify::{Summary, Watch};
use journal::{Finding, Place, Record};
use std::path::Path;

/// What checking found.
#[derive(Debug)]
pub struct Verdict {
    /// What was looked at.
    pub summary: Summary,
    /// Everything that is damaged, in the order of the journal.
    pub findings: Vec<Damage>,
    /// Records of a kind or schema that this version does not know: their bytes were checked, and
    /// their meaning could not be.
    pub unknown: Vec<(u64, DecodeError)>,
}

/// Something that is damaged.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// In the bytes.
    #[error(transparent)]
    Bytes(#[from] Finding),
    /// In what they say.
    #[error("record {position}, {file} byte {offset}: data: {source}")]
    Meaning {
        /// The record.
        position: u64,
        /// The file, relative to the ledger's directory.
        file: String,
        /// Where its line begins.
        offset: u64,
        /// What is wrong with its data.
        source: DecodeError,
    },
}

impl Verdict {
    /// Whether nothing is damaged and everything could be looked at.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.unknown.is_empty()
    }
}

/// Checks every record of the ledger in a directory, and changes nothing.
///
/// # Errors
///
/// Only when it could not look: damage is a finding.
pub fn verify(dir: &Path, progress: &mut dyn FnMut(u64)) -> Result<Verdict, Error> {
    let mut reader = Reader { findings: Vec::new(), unknown: Vec::new(), progress };
    let summary = journal::verify(dir, &mut reader)?;
    Ok(Verdict { summary, findings: reader.findings, unknown: reader.unknown })
}

struct Reader<'a> {
    findings: Vec<Damage>,
    unknown: Vec<(u64, DecodeError)>,
    progress: &'a mut dyn FnMut(u64),
}

impl Watch for Reader<'_> {
    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding.into());
    }

    fn record(&mut self, place: Place, record: &Record<'_>) {
        (self.progress)(record.position);
        match decode(record) {
            Ok(_) => {}
            Err(Error::NewerRecord { position, kind, schema }) => {
                self.unknown.push((position, DecodeError::Unknown { kind, schema }));
            }
            Err(Error::Meaningless { position, source }) => {
                let (file, offset) = (format!("journal/{}", place.segment), place.offset);
                self.findings.push(Damage::Meaning { position, file, offset, source });
            }
            Err(_) => unreachable!("decoding a record that was read touches nothing else"),
        }
    }
}
