//! Every byte of a ledger's journal checked again, and everything found reported.
//!
//! It streams: memory does not grow with the journal. It opens nothing for writing. After damage
//! it goes on with the next line, so that the extent of the damage is known at the end; one
//! damaged record may be found by more than one check.

mod tree;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

use self::tree::TreeCheck;
use self::whole::Whole;
use crate::chain::Chain;
use crate::checkpoint::SignedCheckpoint;
use crate::fault::{Check, Fault, Finding};
use crate::file::create::{self, check_is_ledger, opening_findings};
use crate::file::layout::{Layout, exists, io_error};
use crate::file::lines::{LineReader, Step};
use crate::file::look::Look;
use crate::file::{named, tail};
use crate::hash::Hash;
use crate::head::{Head, Slot, Slots};
use crate::record::{self, Record};
use crate::store::{Beyond, End, Error, Place, Segment};

pub use self::tree::{Root, TreeState};

/// How many fingerprints each of the two whole-ledger checks keeps at once: some 100 MB.
pub const BUDGET: usize = 2_000_000;

/// Is told of what is found, as it is found.
pub trait Watch {
    /// Something is damaged.
    fn finding(&mut self, finding: Finding);

    /// A record that verifies by itself, in the order of the journal, once each.
    fn record(&mut self, place: Place, record: &Record<'_>) {
        let _ = (place, record);
    }
}

impl Watch for Vec<Finding> {
    fn finding(&mut self, finding: Finding) {
        self.push(finding);
    }
}

/// What was looked at, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// How many records verify by themselves.
    pub records: u64,
    /// How many bytes of the journal were read.
    pub bytes: u64,
    /// How many segments were read.
    pub segments: u64,
    /// Position and hash of the first record that verifies by itself.
    pub first: Option<(u64, Hash)>,
    /// Position and hash of the last one.
    pub last: Option<(u64, Hash)>,
    /// What `head` says about the journal.
    pub head: HeadState,
    /// How what is kept of the tree stands to the journal.
    pub tree: TreeState,
    /// How many leaves the tree over the lines has, sound or not.
    pub tree_size: u64,
    /// The roots of the trees of the sizes that were wanted, as far as the journal reaches.
    pub roots: BTreeMap<u64, Root>,
    /// What follows the last whole command: no part of the ledger, and no damage.
    pub beyond: Option<Beyond>,
    /// How many findings were reported.
    pub findings: u64,
    /// How often the journal was read through.
    pub passes: u64,
    /// What is worth knowing and no damage, one sentence each.
    pub notes: Vec<String>,
}

/// How `head` and the journal stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadState {
    /// It names the last record.
    Agrees,
    /// The journal has whole commands after it: this many records.
    Lags(u64),
    /// It names something that is not there as it says; this is among the findings.
    Disagrees,
    /// Neither slot holds one, so every byte of the journal had to verify.
    Lost,
}

/// What is asked of a verification beyond what every one does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// How many fingerprints each of the whole-ledger checks keeps at once.
    pub budget: usize,
    /// The sizes of trees whose roots are wanted.
    pub sizes: BTreeSet<u64>,
}

impl Default for Asked {
    fn default() -> Self {
        Self { budget: BUDGET, sizes: BTreeSet::new() }
    }
}

/// Checks the whole journal in a ledger's directory.
///
/// # Errors
///
/// Only when it could not look: damage goes to `watch`.
pub fn verify(
    dir: impl AsRef<Path>,
    asked: &Asked,
    watch: &mut dyn Watch,
) -> Result<Summary, Error> {
    let layout = Layout::new(dir.as_ref());
    check_is_ledger(&layout)?;
    let (ledger_json, record_0): (Vec<_>, Vec<_>) =
        opening_findings(&layout)?.into_iter().partition(|f| f.check == Check::Ledger);
    let extent = Extent::fix(&layout)?;
    let tree = TreeCheck::new(&layout, &asked.sizes)?;
    let mut pass = Pass::new(&layout, &extent, asked.budget, tree, watch);
    ledger_json.into_iter().for_each(|finding| pass.report(finding));
    pass.first()?;
    pass.check_head();
    // What opening a ledger would find is found above too, where it stands in the journal. Should
    // it not be, as in a journal without segments, it is damage all the same.
    let otherwise = record_0.into_iter().chain(extent.damage.clone()).next();
    otherwise.filter(|_| pass.summary.findings == 0).into_iter().for_each(|f| pass.report(f));
    pass.check_tree();
    pass.further()?;
    Ok(pass.finish())
}

/// The origin that record 0 names, or else `ledger.json`; nothing, if neither can be read.
///
/// # Errors
///
/// Only when it could not look.
pub fn origin(dir: impl AsRef<Path>) -> Result<Option<String>, Error> {
    create::claimed_origin(&Layout::new(dir.as_ref()))
}

/// The latest checkpoint in a ledger's directory, as [`FileStore::checkpoint`] gives it.
///
/// # Errors
///
/// [`Error::Damaged`] when the file is no checkpoint.
///
/// [`FileStore::checkpoint`]: crate::FileStore::checkpoint
pub fn checkpoint(dir: impl AsRef<Path>) -> Result<Option<SignedCheckpoint>, Error> {
    named::read_checkpoint(&Layout::new(dir.as_ref()))
}

/// The verifier key that `ledger.json` names, if it names one.
///
/// # Errors
///
/// Only when it could not look.
pub fn named_key(dir: impl AsRef<Path>) -> Result<Option<String>, Error> {
    named::read_key(&Layout::new(dir.as_ref()))
}

/// Which bytes are to be checked, fixed once, as a reader's end is.
struct Extent {
    slots: Slots,
    /// Each segment with the length up to which it is read.
    segments: Vec<(Segment, u64)>,
    /// The end that the journal must have; `None` with `head` lost.
    end: Option<End>,
    /// Why the end could not be found at `head`.
    damage: Option<Finding>,
    notes: Vec<String>,
}

impl Extent {
    fn fix(layout: &Layout) -> Result<Self, Error> {
        // Keeps writers out until the end of this function, unless one is in already.
        let look = Look::at(layout)?;
        let slots = look.slots;
        let mut notes = Vec::new();
        for (i, slot) in slots.0.iter().enumerate() {
            if *slot == Slot::Invalid {
                notes.push(format!("slot {i} of head is not valid"));
            }
        }
        let (mut end, mut damage) = (None, None);
        if let Some(head) = slots.newest() {
            match tail::find_end(layout, Some(head)) {
                Ok(found) => end = Some(found),
                Err(Error::Damaged(finding)) => {
                    notes.push("what lies beyond head was not looked at".to_owned());
                    end = Some(End { head: *head, beyond: None });
                    damage = Some(*finding);
                }
                Err(e) => return Err(e),
            }
        }
        if look.is_busy {
            notes.push("somebody is writing: there may be more by now".to_owned());
            // What does not verify yet is being written, for all that can be told.
            end = end.map(|end| End { beyond: None, ..end });
        }
        // Listed last, so that it has every segment up to the end.
        let listing = layout.list()?;
        notes.extend(listing.strays.iter().map(|name| format!("journal/{name} is no segment")));
        if exists(&layout.creating())? {
            notes.push("creating is left over, and this is a ledger: it may be deleted".to_owned());
        }
        let last = end.as_ref().map(|end| end.head);
        let is_inside = |segment: &Segment| last.is_none_or(|last| *segment <= last.segment);
        let mut segments = Vec::new();
        for segment in listing.segments.into_iter().filter(is_inside) {
            let path = layout.segment(segment);
            let length = fs::metadata(&path).map_err(io_error("look at", &path))?.len();
            let limit = last.filter(|last| segment == last.segment).map(|last| last.length);
            segments.push((segment, limit.map_or(length, |limit| limit.min(length))));
        }
        Ok(Self { slots, segments, end, damage, notes })
    }
}

/// The walk through the journal, once or more.
struct Pass<'a> {
    layout: &'a Layout,
    extent: &'a Extent,
    watch: &'a mut dyn Watch,
    chain: Chain,
    whole: Whole,
    tree: TreeCheck,
    /// The line before could not be read, so its number of records is a guess.
    is_after_bad_line: bool,
    summary: Summary,
}

/// A line, or what stands where one should.
enum Seen<'a> {
    Line(&'a [u8]),
    Bad(Fault),
}

impl<'a> Pass<'a> {
    fn new(
        layout: &'a Layout,
        extent: &'a Extent,
        budget: usize,
        tree: TreeCheck,
        watch: &'a mut dyn Watch,
    ) -> Self {
        let summary = Summary {
            records: 0,
            bytes: 0,
            segments: 0,
            first: None,
            last: None,
            head: HeadState::Lost,
            tree: TreeState::Missing,
            tree_size: 0,
            roots: BTreeMap::new(),
            beyond: extent.end.as_ref().and_then(|end| end.beyond.clone()),
            findings: 0,
            passes: 1,
            notes: extent.notes.clone(),
        };
        let (chain, whole) = (Chain::start(), Whole::new(budget));
        Self { layout, extent, watch, chain, whole, tree, is_after_bad_line: false, summary }
    }

    fn report(&mut self, finding: Finding) {
        self.summary.findings += 1;
        self.watch.finding(finding);
    }

    /// Reads everything and checks everything.
    fn first(&mut self) -> Result<(), Error> {
        let extent = self.extent;
        for (segment, length) in &extent.segments {
            self.begin_segment(*segment);
            self.summary.segments += 1;
            self.summary.bytes = self.summary.bytes.saturating_add(*length);
            each_line(self.layout, *segment, *length, &mut |place, seen| {
                let line = match seen {
                    Seen::Bad(fault) => {
                        self.take_bad(place, fault);
                        &[]
                    }
                    Seen::Line(line) => {
                        match record::parse(line) {
                            Ok(record) => self.take(place, &record),
                            Err(fault) => self.take_bad(place, fault),
                        }
                        line
                    }
                };
                self.tree.take(line)?;
                self.tree.note_root(self.chain.is_whole());
                Ok(())
            })?;
        }
        if let Some(fault) = self.chain.unfinished() {
            let (segment, offset) = extent.segments.last().copied().unwrap_or_default();
            self.report(fault.at(self.chain.next(), Place { segment, offset }));
        }
        Ok(())
    }

    /// Reads again what the whole-ledger checks did not have the room for.
    fn further(&mut self) -> Result<(), Error> {
        let extent = self.extent;
        while self.whole.begin_pass() {
            self.summary.passes += 1;
            for (segment, length) in &extent.segments {
                each_line(self.layout, *segment, *length, &mut |place, seen| {
                    if let Seen::Line(line) = seen
                        && let Ok(record) = record::parse_trusted(line)
                    {
                        self.take_whole(place, &record);
                    }
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    fn begin_segment(&mut self, segment: Segment) {
        let position = self.chain.next();
        if let Some(fault) = self.chain.unfinished() {
            self.report(fault.at(position, Place { segment, offset: 0 }));
        }
        if segment.0 != position {
            let why = format!("begins where record {position} was expected");
            self.report(Finding::in_segment(Check::Segment, position, segment, 0, why));
            self.chain.skip_to(segment.0);
            self.whole.is_damaged = true;
        }
        self.is_after_bad_line = false;
    }

    fn take_bad(&mut self, place: Place, fault: Fault) {
        let position = self.chain.next();
        self.report(fault.at(position, place));
        self.chain.skip_to(position + 1);
        self.is_after_bad_line = true;
        self.whole.is_damaged = true;
    }

    fn take(&mut self, place: Place, record: &Record<'_>) {
        let expected = self.chain.next();
        // A newline added or lost makes two bad lines of one record, or one of two.
        if self.is_after_bad_line && record.position.abs_diff(expected) <= 1 {
            self.chain.skip_to(record.position);
        }
        self.is_after_bad_line = false;
        let mut faults = Vec::new();
        self.chain.take_all(record, &mut |fault| faults.push(fault));
        for fault in faults {
            let is_gap = fault.check == Check::Position;
            self.whole.is_damaged |= is_gap;
            self.report(fault.at(if is_gap { expected } else { record.position }, place));
        }
        self.take_whole(place, record);
        self.watch.record(place, record);
        self.summary.records += 1;
        self.summary.first = self.summary.first.or(Some((record.position, record.hash)));
        self.summary.last = Some((record.position, record.hash));
    }

    fn take_whole(&mut self, place: Place, record: &Record<'_>) {
        for fault in self.whole.take(place, record).into_iter().flatten() {
            self.report(fault.at(record.position, place));
        }
    }

    fn check_tree(&mut self) {
        let (state, finding) = self.tree.finish();
        self.summary.tree = state;
        self.summary.tree_size = self.tree.size();
        self.summary.roots = std::mem::take(&mut self.tree.roots);
        finding.into_iter().for_each(|finding| self.report(finding));
    }

    /// Compares the journal's end with what `head` acknowledges.
    fn check_head(&mut self) {
        let extent = self.extent;
        let Some(End { head: end, .. }) = &extent.end else { return };
        let found = self.chain.next();
        if self.summary.last == Some((end.position, end.hash)) && !self.is_after_bad_line {
            let acknowledged = extent.slots.newest().map_or(0, |head| head.position);
            self.summary.head = match end.position - acknowledged {
                0 => HeadState::Agrees,
                records => HeadState::Lags(records),
            };
        } else {
            self.summary.head = HeadState::Disagrees;
            // A last line that is damaged has been reported for what it is.
            if !self.is_after_bad_line || found != end.position + 1 {
                self.report(end_finding(end, found));
            }
        }
    }

    fn finish(self) -> Summary {
        self.summary
    }
}

fn end_finding(end: &Head, found: u64) -> Finding {
    let why = format!(
        "acknowledged are the records up to {} with hash {}; the journal that is here {}",
        end.position,
        end.hash,
        match found {
            0 => "is empty".to_owned(),
            n if n == end.position + 1 => "ends with another hash".to_owned(),
            n => format!("ends with record {}", n - 1),
        }
    );
    let position = found.min(end.position);
    Finding::in_segment(Check::Head, position, end.segment, end.length, why)
}

/// Reads a segment line by line up to a length.
fn each_line(
    layout: &Layout,
    segment: Segment,
    length: u64,
    visit: &mut dyn FnMut(Place, Seen<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let path = layout.segment(segment);
    let read = io_error("read", &path);
    let file = File::open(&path).map_err(io_error("open", &path))?;
    let mut reader = LineReader::new(file, 0, length).map_err(&read)?;
    loop {
        let step = reader.advance().map_err(&read)?;
        let place = Place { segment, offset: reader.at() };
        let bad = |why| Seen::Bad(Fault::new(Check::Line, 0, why));
        match step {
            Step::End => return Ok(()),
            Step::Line => visit(place, Seen::Line(reader.line()))?,
            Step::Unended => visit(place, bad("does not end in a newline"))?,
            Step::TooLong => visit(place, bad("longer than 65535 bytes"))?,
        }
    }
}
