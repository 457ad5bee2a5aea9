//! What lies beside the journal: sealed contents, their keys, and released reports.

use super::Damage;
use super::sample::{Sample, pick};
use crate::contents::{Contents, digest};
use crate::error::Error;
use crate::national::{ReleasedNational, ReleasedWords};
use crate::released::{self, ReleasedFinance, ReleasedReport};
use assessment::event::{DraftWritten, FinanceRecorded, NationalReportPublished, PublicationMade};
use assessment::framework::Passage;
use assessment::{
    AssessmentId, Content, Digest, Event, EvidenceId, MediaType, OrganisationCode, StrikeOuts,
};
use journal::{Hash, Place, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use vault::Files;

/// What was looked at beside the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentSummary {
    /// How many contents the records name.
    pub contents: u64,
    /// How many of them were looked at: all, but where a sample or a part was asked for.
    pub checked: u64,
    /// How many of them were opened and are what was committed to.
    pub opened: u64,
    /// How many of them were not opened, as no keys of this ledger are here.
    pub without_keys: u64,
    /// What was erased, and by which record.
    pub erased: Vec<(EvidenceId, u64)>,
    /// How many released reports the records name.
    pub released: u64,
    /// How many of them were looked at.
    pub released_checked: u64,
    /// Sealed files, keys and released reports that no record names: of commands that were never
    /// recorded, or are being recorded at this moment.
    pub unnamed: Vec<PathBuf>,
}

/// What the records name. It grows with the number of contents, by about 150 bytes each.
#[derive(Default)]
pub(super) struct Named {
    /// The hash of record 0.
    pub(super) opening: Option<Hash>,
    contents: BTreeMap<Digest, NamedContent>,
    erased: BTreeMap<Digest, (EvidenceId, u64)>,
    drafts: BTreeMap<(AssessmentId, Passage, u64), Digest>,
    evidence: BTreeMap<EvidenceId, Digest>,
    /// Records that name what another one names, or erase what is not theirs.
    astray: Vec<Damage>,
    releases: Vec<(Stand, Box<PublicationMade>, Vec<ReleasedFinance>)>,
    national: Vec<(Stand, Box<NationalReportPublished>)>,
    /// The financial facts of each body, with where they stand.
    finance: BTreeMap<OrganisationCode, Vec<(u64, FinanceRecorded)>>,
    strike_outs: StrikeOuts,
}

struct NamedContent {
    commitment: Digest,
    length: u64,
    stand: Stand,
}

/// Where the record stands that names something.
#[derive(Clone, Copy)]
pub(super) struct Stand {
    pub(super) position: u64,
    pub(super) place: Place,
}

impl Stand {
    pub(super) fn damage(self, check: &'static str, why: String) -> Damage {
        let (file, offset) = (format!("journal/{}", self.place.segment), Some(self.place.offset));
        Damage { check, position: self.position, file, offset, why }
    }
}

impl Named {
    pub(super) fn take_in(&mut self, place: Place, record: &Record<'_>, event: &Event) {
        let stand = Stand { position: record.position, place };
        if record.position == 0 {
            self.opening = Some(record.hash);
        }
        for content in event.contents() {
            let (commitment, length) = (content.commitment, content.length);
            let named = NamedContent { commitment, length, stand };
            if let Some(known) = self.contents.get(&content.sealed) {
                let (sealed, position) = (content.sealed, known.stand.position);
                let why = format!("vault/{sealed} is the content of record {position}");
                self.astray.push(stand.damage("content", why));
            } else {
                self.contents.insert(content.sealed, named);
            }
        }
        match event {
            Event::EvidenceSubmitted(event) => {
                self.evidence.insert(event.evidence, event.content.sealed);
            }
            Event::EvidenceErased(event) => {
                if self.evidence.get(&event.evidence) != Some(&event.sealed) {
                    let (sealed, evidence) = (event.sealed, event.evidence);
                    let why = format!("vault/{sealed} is not the content of {evidence}");
                    self.astray.push(stand.damage("erasure", why));
                }
                self.erased.insert(event.sealed, (event.evidence, record.position));
            }
            Event::DraftWritten(DraftWritten { assessment, passage, version, content, .. }) => {
                self.drafts.insert((*assessment, *passage, *version), content.commitment);
            }
            Event::PublicationMade(event) => self.note_release(stand, event),
            Event::PublicationReissued(event) => self.note_release(stand, &event.made),
            Event::NationalReportPublished(event) => {
                self.national.push((stand, Box::new(event.clone())));
            }
            Event::FinanceRecorded(event) => {
                let years = self.finance.entry(event.organisation).or_default();
                years.push((record.position, event.clone()));
            }
            Event::RecordStruckOut(event) => self.strike_outs.add(record.position, event.position),
            _ => {}
        }
    }

    /// Notes a release, with the financial facts that were known of the body then.
    fn note_release(&mut self, stand: Stand, made: &PublicationMade) {
        let void = self.strike_outs.void();
        let known = self.finance.get(&made.assessment.organisation()).into_iter().flatten();
        let in_force = known.filter(|(position, _)| !void.contains_key(position));
        let years = in_force.map(|(_, facts)| (facts.year, facts.clone())).collect();
        self.releases.push((stand, Box::new(made.clone()), released::finance(&years)));
    }

    /// Checks what is named against what lies there: of the records that were asked about those
    /// in the sample.
    pub(super) fn check(
        &self,
        beside: &Contents,
        is_asked: &dyn Fn(u64) -> bool,
        sample: Option<Sample>,
        findings: &mut Vec<Damage>,
    ) -> Result<ContentSummary, Error> {
        findings.extend(self.astray.iter().cloned());
        let mut summary = ContentSummary {
            contents: self.contents.len() as u64,
            released: (self.releases.len() + self.national.len()) as u64,
            erased: self.erased.values().copied().collect(),
            ..ContentSummary::default()
        };
        summary.erased.sort_by_key(|(_, position)| *position);
        let positions = self.contents.values().map(|named| named.stand.position);
        let picked = pick(sample, positions.filter(|at| is_asked(*at)).collect());
        let is_picked = |named: &NamedContent| picked.contains(&named.stand.position);
        for (sealed, named) in self.contents.iter().filter(|(_, named)| is_picked(named)) {
            summary.checked += 1;
            let is_whole = self.check_sealed(*sealed, named, beside, findings)?;
            self.check_key(*sealed, named, is_whole, beside, &mut summary, findings)?;
        }
        self.check_released(beside, is_asked, sample, &mut summary, findings)?;
        summary.unnamed = self.unnamed(beside)?;
        Ok(summary)
    }

    fn check_released(
        &self,
        beside: &Contents,
        is_asked: &dyn Fn(u64) -> bool,
        sample: Option<Sample>,
        summary: &mut ContentSummary,
        findings: &mut Vec<Damage>,
    ) -> Result<(), Error> {
        let stands = self.releases.iter().map(|(stand, ..)| stand);
        let stands = stands.chain(self.national.iter().map(|(stand, _)| stand));
        let positions = stands.map(|stand| stand.position).filter(|at| is_asked(*at));
        let picked = pick(sample, positions.collect());
        summary.released_checked = picked.len() as u64;
        for (stand, made, finance) in &self.releases {
            if picked.contains(&stand.position)
                && let Err(why) = self.check_release(made, finance, beside)?
            {
                findings.push(stand.damage("publication", why));
            }
        }
        for (stand, published) in &self.national {
            if picked.contains(&stand.position)
                && let Err(why) = check_national(published, beside)?
            {
                findings.push(stand.damage("publication", why));
            }
        }
        Ok(())
    }

    /// What lies there of commands that were never recorded.
    fn unnamed(&self, beside: &Contents) -> Result<Vec<PathBuf>, Error> {
        let contents = self.contents.keys().map(|sealed| digest(*sealed));
        let contents: BTreeSet<vault::Digest> = contents.collect();
        let released = self.releases.iter().map(|(_, made, _)| made.released);
        let released = released.chain(self.national.iter().map(|(_, it)| it.released));
        let released: BTreeSet<vault::Digest> = released.map(digest).collect();
        let mut all = Vec::new();
        for (files, named) in [(beside.sealed(), &contents), (beside.released(), &released)] {
            let unnamed = files.list().map_err(error)?.into_iter();
            all.extend(unnamed.filter(|it| !named.contains(it)).map(|it| files.path(&it)));
        }
        if let Some(keys) = beside.keys()? {
            let unnamed = Files::new(keys.dir()).list().map_err(error)?.into_iter();
            all.extend(unnamed.filter(|it| !contents.contains(it)).map(|it| keys.path(&it)));
        }
        Ok(all)
    }

    /// Whether the sealed file is there and is the one that was recorded.
    fn check_sealed(
        &self,
        sealed: Digest,
        named: &NamedContent,
        beside: &Contents,
        findings: &mut Vec<Damage>,
    ) -> Result<bool, Error> {
        let why = match beside.sealed().check(&digest(sealed)) {
            Ok(Some(length)) if length == named.length + vault::OVERHEAD => return Ok(true),
            Ok(Some(length)) => {
                let expected = named.length + vault::OVERHEAD;
                format!("vault/{sealed} has {length} bytes, not {expected}")
            }
            // Whoever erases may remove the sealed file too.
            Ok(None) if self.erased.contains_key(&sealed) => return Ok(false),
            Ok(None) => format!("vault/{sealed} is missing, and no record erases it"),
            Err(vault::Error::Damaged { found, .. }) => {
                format!("vault/{sealed} is damaged: it has the digest {found}")
            }
            Err(other) => return Err(error(other)),
        };
        findings.push(named.stand.damage("content", why));
        Ok(false)
    }

    fn check_key(
        &self,
        sealed: Digest,
        named: &NamedContent,
        is_whole: bool,
        beside: &Contents,
        summary: &mut ContentSummary,
        findings: &mut Vec<Damage>,
    ) -> Result<(), Error> {
        let Some(keys) = beside.keys()? else {
            summary.without_keys += u64::from(!self.erased.contains_key(&sealed));
            return Ok(());
        };
        let key = keys.get(&digest(sealed));
        if let Some((evidence, position)) = self.erased.get(&sealed) {
            if !matches!(key, Ok(None)) {
                let why = format!(
                    "record {position} erases {evidence}, and its key is still here: `evidence \
                     erase` again destroys it"
                );
                findings.push(named.stand.damage("erasure", why));
            }
            return Ok(());
        }
        let why = match key {
            Ok(Some(_)) if !is_whole => return Ok(()),
            Ok(Some(_)) => match beside.open(&named.content(sealed)) {
                Ok(_) => {
                    summary.opened += 1;
                    return Ok(());
                }
                Err(error) => error.to_string(),
            },
            Ok(None) => format!("the key of vault/{sealed} is missing, and no record erases it"),
            Err(vault::Error::NotAKey(_)) => format!("the key of vault/{sealed} is damaged"),
            Err(other) => return Err(error(other)),
        };
        findings.push(named.stand.damage("content_key", why));
        Ok(())
    }

    /// Whether a released report is the one that was published, and its texts the drafts that
    /// were recorded.
    fn check_release(
        &self,
        made: &PublicationMade,
        finance: &[ReleasedFinance],
        beside: &Contents,
    ) -> Result<Result<(), String>, Error> {
        let name = format!("publications/{}", made.released);
        let bytes = match released_file(made.released, beside)? {
            Ok(bytes) => bytes,
            Err(why) => return Ok(Err(why)),
        };
        let Ok(report) = serde_json::from_slice::<ReleasedReport>(&bytes) else {
            return Ok(Err(format!("{name} is not a released report")));
        };
        if (report.assessment, report.publication) != (made.assessment, made.publication) {
            return Ok(Err(format!("{name} is the report of {}", report.publication)));
        }
        if !report.finance.is_empty() && report.finance != finance {
            return Ok(Err(format!("{name} has other financial facts than were recorded")));
        }
        if !report.texts.iter().map(|it| it.passage).eq(made.passages.iter().map(|it| it.passage)) {
            return Ok(Err(format!("{name} has other passages than its record")));
        }
        for (text, released) in report.texts.iter().zip(&made.passages) {
            let draft = self.drafts.get(&(made.assessment, released.passage, released.version));
            if draft != Some(&text.commitment) || !text.is_committed_to() {
                let (passage, version) = (released.passage, released.version);
                return Ok(Err(format!(
                    "{name}: {passage} is not version {version} of the draft that was recorded"
                )));
            }
        }
        Ok(Ok(()))
    }
}

/// Whether a released report on all bodies is the one that was published, and its words those that
/// were recorded.
fn check_national(
    published: &NationalReportPublished,
    beside: &Contents,
) -> Result<Result<(), String>, Error> {
    let name = format!("publications/{}", published.released);
    let bytes = match released_file(published.released, beside)? {
        Ok(bytes) => bytes,
        Err(why) => return Ok(Err(why)),
    };
    let Ok(report) = serde_json::from_slice::<ReleasedNational>(&bytes) else {
        return Ok(Err(format!("{name} is not a released national report")));
    };
    if (report.national, &report.title) != (published.national, &published.title) {
        return Ok(Err(format!("{name} is the national report {}", report.national)));
    }
    let recorded = published.text.as_ref().map(|content| content.commitment);
    let released = report.text.as_ref().map(|words| words.commitment);
    let is_committed_to = report.text.as_ref().is_none_or(ReleasedWords::is_committed_to);
    if released != recorded || !is_committed_to {
        return Ok(Err(format!("{name}: its words are not those that were recorded")));
    }
    Ok(Ok(()))
}

/// The bytes of a released report, or what is wrong with them.
pub(super) fn released_file(
    released: Digest,
    beside: &Contents,
) -> Result<Result<Vec<u8>, String>, Error> {
    let name = format!("publications/{released}");
    match beside.released().get(&digest(released)) {
        Ok(Some(bytes)) => Ok(Ok(bytes)),
        Ok(None) => Ok(Err(format!("{name} is missing"))),
        Err(vault::Error::Damaged { found, .. }) => {
            Ok(Err(format!("{name} is damaged: it has the digest {found}")))
        }
        Err(other) => Err(error(other)),
    }
}

impl NamedContent {
    fn content(&self, sealed: Digest) -> Content {
        let (commitment, length) = (self.commitment, self.length);
        let media_type: MediaType = "application/octet-stream".parse().expect("it is one");
        Content { commitment, length, media_type, sealed }
    }
}

fn error(error: vault::Error) -> Error {
    Error::Content(error.into())
}
