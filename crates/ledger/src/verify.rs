//! Checking everything again: the bytes as the journal does, and then what they mean.

mod anchors;
mod bodies;
mod command;
mod contents;
mod index;
mod rules;
mod sample;

pub(crate) use command::command_of;
pub(crate) use rules::difference;

use crate::contents::Contents;
use crate::decode::decode;
use crate::error::Error;
use crate::questions::AsOf;
use crate::time::Instant;
use anchors::{Checkpoints, KeyLog};
use index::Soundness;
use journal::policy::Policy;
use journal::verify::{Asked, Summary, Watch};
use journal::{FileStore, Finding, Place, Record, Store};
use rules::{Turn, Walk};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

pub use anchors::{Anchored, Kept};
pub use contents::ContentSummary;
pub use index::IndexState;
pub use rules::Rederived;
pub use sample::{NotAShare, Sample, Share};

/// What can be checked, each by the name that it goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The journal: every byte, hash and link. The others rest on it, so it is always checked.
    Chain,
    /// What is kept of the Merkle tree is that of the records.
    Tree,
    /// Checkpoints, their signatures and keys, and what vouches for the ledger from outside.
    Checkpoints,
    /// Sealed files, their keys, and released reports.
    Contents,
    /// Every publication is what the rules give on the records before it.
    Publications,
    /// So is everything else that a rule decides.
    Decisions,
    /// A copy of the index holds what the journal gives.
    Index,
}

/// What was given is not the name of a check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a check ({list})", list = Check::ALL.map(Check::name).join(", "))]
pub struct NotACheck(String);

/// What is to be checked.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// Where this ledger's keys may lie: contents are opened with them.
    pub config: Option<&'a Path>,
    /// The checks that are made.
    pub checks: BTreeSet<Check>,
    /// From which record on, or recorded from when on, contents are opened and decisions made
    /// again. The journal is read whole all the same.
    pub since: Option<AsOf>,
    /// The share of contents and of decisions that is looked at.
    pub sample: Option<Sample>,
    /// Checkpoints that were kept elsewhere, to be compared.
    pub against: &'a [Kept],
    /// Whose cosignatures count.
    pub policy: Option<&'a Policy>,
}

/// What checking found.
#[derive(Debug)]
pub struct Verdict {
    /// What was looked at.
    pub summary: Summary,
    /// What was looked at beside the journal.
    pub contents: ContentSummary,
    /// The publications that were decided again.
    pub publications: Rederived,
    /// Everything else that was.
    pub decisions: Rederived,
    /// What came of looking at the index.
    pub index: IndexState,
    /// Everything that is damaged, in the order of the journal, and then of what lies beside it.
    pub findings: Vec<Damage>,
    /// Records of a kind and schema that this version does not know: their bytes were checked,
    /// and their meaning could not be.
    pub unknown: BTreeMap<(String, u64), Unknown>,
    /// What the checkpoints say, and what vouches for the ledger from outside.
    pub anchored: Anchored,
}

/// The verdict in one word, or three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Everything that was checked is sound, and something outside the directory vouches for it.
    Verified,
    /// It is sound in itself; a history written anew from end to end would be so too.
    NotAnchored,
    /// Something is not as it was recorded.
    Damaged,
    /// Nothing is damaged, and something could not be looked at.
    CouldNotCheck,
}

/// Something that is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {position}, {file}{}: {check}: {why}", byte(*offset))]
pub struct Damage {
    /// The check that fails, by its word: one of the journal's, `data`, `rules`, `index`, or one
    /// of what lies beside the journal: `content`, `content_key`, `erasure`, `publication`.
    pub check: &'static str,
    /// The record.
    pub position: u64,
    /// The file or directory, relative to the ledger's.
    pub file: String,
    /// Where in the file, in bytes from its start, if that is known.
    pub offset: Option<u64>,
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

/// Checks every record of the ledger in a directory and, as far as it is asked for, what lies
/// beside it; changes nothing, and opens nothing there for writing.
///
/// # Errors
///
/// Only when it could not look: damage is a finding.
pub fn verify(
    dir: &Path,
    options: &Options<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verdict, Error> {
    let verdict = look(dir, options, progress)?;
    // An erasure destroys its key after its record: one that was recorded since looks like damage.
    let beside = |it: &Damage| matches!(it.check, "content" | "content_key");
    let end = FileStore::open(dir).and_then(|store| store.head());
    let has_grown =
        end.is_ok_and(|end| Some(end.head.position) > verdict.summary.last.map(|it| it.0));
    if has_grown && verdict.findings.iter().any(beside) {
        return look(dir, options, progress);
    }
    Ok(verdict)
}

impl Check {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Chain,
        Self::Tree,
        Self::Checkpoints,
        Self::Contents,
        Self::Publications,
        Self::Decisions,
        Self::Index,
    ];

    /// The name that it goes by; never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Tree => "tree",
            Self::Checkpoints => "checkpoints",
            Self::Contents => "contents",
            Self::Publications => "publications",
            Self::Decisions => "decisions",
            Self::Index => "index",
        }
    }
}

impl FromStr for Check {
    type Err = NotACheck;

    fn from_str(text: &str) -> Result<Self, NotACheck> {
        let found = Self::ALL.into_iter().find(|check| check.name() == text);
        found.ok_or_else(|| NotACheck(text.to_owned()))
    }
}

impl Default for Options<'_> {
    /// Everything is checked, without the keys of contents.
    fn default() -> Self {
        let checks = Check::ALL.into();
        Self { config: None, checks, since: None, sample: None, against: &[], policy: None }
    }
}

impl Verdict {
    /// The verdict. Damage outranks what could not be looked at.
    pub fn word(&self) -> Word {
        if !self.findings.is_empty() {
            Word::Damaged
        } else if !self.unknown.is_empty() {
            Word::CouldNotCheck
        } else if self.anchored.anchors.is_empty() || self.anchored.missed.is_some() {
            Word::NotAnchored
        } else {
            Word::Verified
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verified => "verified",
            Self::NotAnchored => "verified, not anchored",
            Self::Damaged => "damaged",
            Self::CouldNotCheck => "could not check",
        })
    }
}

fn look(
    dir: &Path,
    options: &Options<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verdict, Error> {
    let Options { checks, since, sample, .. } = options;
    let checkpoints = Checkpoints::gather(dir, options.config)?;
    let asked = Asked { sizes: checkpoints.sizes(options.against), ..Asked::default() };
    let mut reader = Reader::new(dir, options, progress);
    let summary = journal::verify(dir, &asked, &mut reader)?;
    let Reader { mut findings, unknown, named, keys, mut walk, first, trouble, .. } = reader;
    if let Some(error) = trouble {
        return Err(error);
    }
    if let Some(pickers) = walk.missed() {
        // So small a sample that nothing was in it: one item is looked at all the same.
        let mut again = Reader::new(dir, options, progress);
        again.walk.pickers = pickers;
        journal::verify(dir, &Asked::default(), &mut again)?;
        walk = again.walk;
    }
    // The tree is derived: whatever is kept of it, the journal can be folded.
    let is_sound = findings.iter().all(|it| it.check == journal::Check::Tree.name());
    let soundness = match (is_sound, unknown.is_empty()) {
        (true, true) => Soundness::Sound,
        (true, false) => Soundness::Unknown,
        (false, _) => Soundness::Damaged,
    };
    let mut contents = ContentSummary::default();
    if checks.contains(&Check::Contents) {
        let mut beside = Contents::of(dir);
        if let (Some(config), Some(opening)) = (options.config, named.opening) {
            beside.keep_keys_in(config, opening);
        }
        let is_asked = |position| since.is_none() || first.is_some_and(|first| position >= first);
        contents = named.check(&beside, &is_asked, *sample, &mut findings)?;
    }
    let Walk { tallies: [publications, decisions], findings: by_rules, .. } = walk;
    // A released report that is missing may have been found beside the journal already.
    let new = by_rules.into_iter().filter(|it| !findings.contains(it)).collect::<Vec<_>>();
    findings.extend(new);
    let index = match checks.contains(&Check::Index) {
        true => index::look(dir, soundness, &mut findings, progress)?,
        false => IndexState::NotLookedAt,
    };
    let mut anchored = Anchored::default();
    if checks.contains(&Check::Checkpoints) {
        let beside = (options.against, options.policy);
        anchored = checkpoints.check(keys, &summary, beside, &mut findings);
    }
    if !checks.contains(&Check::Tree) {
        findings.retain(|it| it.check != Check::Tree.name());
    }
    Ok(Verdict { summary, contents, publications, decisions, index, findings, unknown, anchored })
}

struct Reader<'a> {
    findings: Vec<Damage>,
    unknown: BTreeMap<(String, u64), Unknown>,
    named: contents::Named,
    keys: KeyLog,
    walk: Walk,
    decides: bool,
    since: Option<AsOf>,
    /// The first record that was asked about.
    first: Option<u64>,
    /// What kept a record from being taken in, and is no damage.
    trouble: Option<Error>,
    progress: &'a mut dyn FnMut(u64),
}

impl<'a> Reader<'a> {
    fn new(dir: &Path, options: &Options<'_>, progress: &'a mut dyn FnMut(u64)) -> Self {
        let Options { checks, since, sample, .. } = options;
        Self {
            findings: Vec::new(),
            unknown: BTreeMap::new(),
            named: contents::Named::default(),
            keys: KeyLog::default(),
            walk: Walk::new(dir, checks, *sample),
            decides: [Check::Publications, Check::Decisions].iter().any(|it| checks.contains(it)),
            since: *since,
            first: None,
            trouble: None,
            progress,
        }
    }

    /// Whether a record is among those that were asked about.
    fn turn(&mut self, record: &Record<'_>) -> Turn {
        let Some(since) = self.since else { return Turn::Asked };
        let recorded_at = || Instant::parse(record.recorded_at);
        let is_asked = match since {
            AsOf::Position(position) => record.position >= position,
            AsOf::Day(day) => recorded_at().is_ok_and(|at| at.day() >= day),
            AsOf::Instant(instant) => recorded_at().is_ok_and(|at| at >= instant),
            // Whoever has a checkpoint has checked what it covers.
            AsOf::Checkpoint(covered) => record.position >= covered.size(),
        };
        if is_asked {
            self.first.get_or_insert(record.position);
        }
        if self.first.is_some() { Turn::Asked } else { Turn::Before }
    }
}

impl Watch for Reader<'_> {
    fn finding(&mut self, finding: Finding) {
        let Finding { check, position, file, offset, why } = finding;
        if leaves_a_gap(check) {
            self.walk.halt(position, "is damaged");
        }
        let offset = Some(offset);
        self.findings.push(Damage { check: check.name(), position, file, offset, why });
    }

    fn record(&mut self, place: Place, record: &Record<'_>) {
        (self.progress)(record.position);
        let turn = self.turn(record);
        match decode(record) {
            Ok(event) => {
                self.named.take_in(place, record, &event);
                self.keys.take_in(record, &event);
                if self.decides {
                    let taken = self.walk.take_in(place, record, turn, event);
                    self.trouble = self.trouble.take().or(taken.err());
                }
            }
            Err(Error::NewerRecord { position, kind, schema }) => {
                self.walk.halt(position, "is newer than this program");
                let unknown = Unknown { first: position, records: 0 };
                self.unknown.entry((kind, schema)).or_insert(unknown).records += 1;
            }
            Err(Error::Meaningless { position, why }) => {
                self.walk.halt(position, "is damaged");
                let (file, offset) = (format!("journal/{}", place.segment), Some(place.offset));
                self.findings.push(Damage { check: "data", position, file, offset, why });
            }
            Err(_) => unreachable!("decoding a record that was read touches nothing else"),
        }
    }
}

/// Whether a record is missing or cannot be read where this is found, so that nobody knows on what
/// the rules decided after it.
fn leaves_a_gap(check: journal::Check) -> bool {
    use journal::Check::*;
    matches!(check, Line | Hash | Canonical | Members | Position | Parts | Segment)
}

fn byte(offset: Option<u64>) -> String {
    offset.map_or(String::new(), |offset| format!(" byte {offset}"))
}
