//! The end of a journal: what `head` acknowledges, and what follows it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::layout::{Layout, io_error, open_if_there, sync_dir};
use super::lines::{LineReader, Step};
use crate::chain::Chain;
use crate::fault::{Check, Fault, Finding};
use crate::head::Head;
use crate::record::{self, MAX_LINE};
use crate::store::{Beyond, End, Error, Place, Segment, Stored};

/// Finds the end: the last whole command that verifies, at `head` or beyond it.
///
/// With `head` lost nothing tells what was acknowledged, so every byte must verify.
pub(crate) fn find_end(layout: &Layout, head: Option<&Head>) -> Result<End, Error> {
    let Some(head) = head else {
        let Tail { head, beyond } = Walk::from_start(layout)?.run()?;
        return match (head, beyond) {
            (_, Some(beyond)) => Err(beyond.fault.into()),
            (Some(head), None) => Ok(End { head, beyond: None }),
            (None, None) => Err(no_journal().into()),
        };
    };
    let record = acknowledged(layout, head)?;
    let Tail { head: found, beyond } = Walk::beyond(layout, head, &record)?.run()?;
    // An empty segment that nothing acknowledges is nothing, whatever its name.
    let beyond = beyond.filter(|beyond| beyond.bytes > 0);
    Ok(End { head: found.unwrap_or(*head), beyond })
}

/// The record of a head, checked to be the one that ends its segment's acknowledged part.
pub(crate) fn acknowledged(layout: &Layout, head: &Head) -> Result<Stored, Error> {
    let path = layout.segment(head.segment);
    let damaged = |check, offset, why: &str| {
        Error::from(Finding::in_segment(check, head.position, head.segment, offset, why))
    };
    let Some(mut file) = open_if_there(&path)? else {
        return Err(damaged(Check::Head, 0, "this segment is acknowledged and not there"));
    };
    let stray = |other: &&Segment| **other > head.segment && other.0 <= head.position;
    if let Some(stray) = layout.list()?.segments.iter().find(stray) {
        let why = format!("{stray} begins inside {}", head.segment);
        return Err(damaged(Check::Segment, 0, &why));
    }
    let length = file.metadata().map_err(io_error("look at", &path))?.len();
    if length < head.length {
        let why = format!("{} bytes are missing at the end", head.length - length);
        return Err(damaged(Check::Head, length, &why));
    }
    // The line before it ends with a newline too, unless it begins the segment.
    let from = head.length.saturating_sub(MAX_LINE as u64 + 2);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))
        .and_then(|_| file.take(head.length - from).read_to_end(&mut bytes))
        .map_err(io_error("read", &path))?;
    if bytes.pop() != Some(b'\n') {
        let at = head.length.saturating_sub(1);
        return Err(damaged(Check::Line, at, "the acknowledged part does not end in a newline"));
    }
    let start = memchr::memrchr(b'\n', &bytes).map_or(0, |newline| newline + 1);
    let place = Place { segment: head.segment, offset: from + start as u64 };
    let stored = Stored::new(place, Some(head.position), bytes.split_off(start))?;
    let record = stored.record();
    if record.part != record.parts {
        return Err(damaged(Check::Parts, place.offset, "a command is acknowledged in part"));
    }
    let hash = record.hash;
    if hash != head.hash {
        let why = format!("hash {hash} where {} is acknowledged", head.hash);
        return Err(damaged(Check::Head, place.offset, &why));
    }
    Ok(stored)
}

/// Moves what lies beyond the end into `torn/`, so that the journal ends with its last command.
pub(super) fn set_aside(layout: &Layout, end: &mut End) -> Result<(), Error> {
    let Some(beyond) = &mut end.beyond else { return Ok(()) };
    let torn = layout.torn();
    fs::create_dir_all(&torn).map_err(io_error("create", &torn))?;
    sync_dir(layout.dir())?;
    let cut = beyond.place;
    let mut later = layout.list()?.segments;
    later.retain(|segment| *segment > cut.segment);
    let path = layout.segment(cut.segment);
    if cut.offset > 0 {
        // Copied and synced before it is cut off: if we crash in between, it is there twice.
        let (aside, mut copy) = create_aside(layout, end.head.position + 1)?;
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let mut file = file.map_err(io_error("open", &path))?;
        file.seek(SeekFrom::Start(cut.offset)).map_err(io_error("read", &path))?;
        io::copy(&mut file, &mut copy)
            .and_then(|_| copy.sync_all())
            .map_err(io_error("write", &aside))?;
        sync_dir(&torn)?;
        file.set_len(cut.offset).and_then(|()| file.sync_all()).map_err(io_error("cut", &path))?;
        beyond.moved_to.push(aside);
    } else {
        later.insert(0, cut.segment);
    }
    for segment in later {
        let path = layout.segment(segment);
        let (aside, _) = create_aside(layout, end.head.position + 1)?;
        fs::rename(&path, &aside).map_err(io_error("move", &path))?;
        beyond.moved_to.push(aside);
    }
    sync_dir(&torn)?;
    sync_dir(&layout.journal())
}

/// Removes segments after the end: whatever held a byte was moved away, so they are empty. One is
/// left by a crash between making a segment and writing to it.
pub(super) fn remove_empty(layout: &Layout, end: &Head) -> Result<(), Error> {
    for segment in layout.list()?.segments {
        let path = layout.segment(segment);
        let length =
            || fs::metadata(&path).map(|file| file.len()).map_err(io_error("look at", &path));
        if segment > end.segment && length()? == 0 {
            fs::remove_file(&path).map_err(io_error("remove", &path))?;
            sync_dir(&layout.journal())?;
        }
    }
    Ok(())
}

/// Makes commands that were found beyond `head` survive a power cut.
pub(super) fn sync_beyond(layout: &Layout, head: Option<&Head>, end: &Head) -> Result<(), Error> {
    let first = head.map_or(Segment(0), |head| head.segment);
    for segment in layout.list()?.segments {
        if (first..=end.segment).contains(&segment) {
            let path = layout.segment(segment);
            let synced = File::open(&path).and_then(|file| file.sync_data());
            synced.map_err(io_error("sync", &path))?;
        }
    }
    sync_dir(&layout.journal())
}

/// A new file in `torn/`, by the position that was not kept and the first number that is free.
fn create_aside(layout: &Layout, position: u64) -> Result<(PathBuf, File), Error> {
    for number in 1_u64.. {
        let path = layout.torn().join(format!("{position:020}-{number}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            file => return Ok((path.clone(), file.map_err(io_error("create", &path))?)),
        }
    }
    unreachable!("a directory does not hold 2^64 files")
}

fn no_journal() -> Finding {
    Finding::in_segment(Check::Segment, 0, Segment(0), 0, "the journal is empty")
}

/// A walk over lines that may or may not verify, to the last whole command that does.
struct Walk<'a> {
    layout: &'a Layout,
    chain: Chain,
    /// The segments that are left, the next one last.
    segments: Vec<Segment>,
    /// Where the last whole command ends.
    end: Place,
    head: Option<Head>,
}

/// Where a walk came to its end.
struct Tail {
    /// The last record of the last whole command that was met.
    head: Option<Head>,
    beyond: Option<Beyond>,
}

impl<'a> Walk<'a> {
    fn from_start(layout: &'a Layout) -> Result<Self, Error> {
        let mut segments = layout.list()?.segments;
        segments.reverse();
        Ok(Self { layout, chain: Chain::start(), segments, end: Place::default(), head: None })
    }

    fn beyond(layout: &'a Layout, head: &Head, record: &Stored) -> Result<Self, Error> {
        let mut segments = layout.list()?.segments;
        segments.retain(|segment| *segment >= head.segment);
        segments.reverse();
        let end = Place { segment: head.segment, offset: head.length };
        let chain = Chain::after(&record.record());
        Ok(Self { layout, chain, segments, end, head: None })
    }

    fn run(mut self) -> Result<Tail, Error> {
        let mut from = self.end.offset;
        let mut fault = None;
        while let (None, Some(segment)) = (&fault, self.segments.pop()) {
            fault = self.segment(segment, from)?;
            from = 0;
        }
        let unfinished = self.chain.unfinished();
        let fault = fault.or(unfinished.map(|fault| fault.at(self.chain.next(), self.end)));
        let beyond = fault.map(|fault| self.measure(fault)).transpose()?;
        Ok(Tail { head: self.head, beyond })
    }

    /// Walks through a segment; the fault that ends the walk, if there is one.
    fn segment(&mut self, segment: Segment, from: u64) -> Result<Option<Finding>, Error> {
        let position = self.chain.next();
        if from == 0 && segment.0 != position {
            let why = format!("the segment does not begin with record {position}");
            return Ok(Some(Finding::in_segment(Check::Segment, position, segment, 0, why)));
        }
        if from == 0 && !self.chain.is_whole() {
            let why = "the command before does not end in its segment";
            return Ok(Some(Finding::in_segment(Check::Parts, position, segment, 0, why)));
        }
        let path = self.layout.segment(segment);
        // Beyond `head` a writer may clear a segment away while a reader looks.
        let Some(file) = open_if_there(&path)? else { return Ok(None) };
        let read = io_error("read", &path);
        let mut reader = LineReader::new(file, from, u64::MAX).map_err(&read)?;
        loop {
            let position = self.chain.next();
            let step = reader.advance().map_err(&read)?;
            let place = Place { segment, offset: reader.at() };
            let fault = match step {
                Step::End => return Ok(None),
                Step::Line => self.take(segment, reader.line(), reader.offset()),
                Step::Unended => Err(Fault::new(Check::Line, 0, "the line does not end")),
                Step::TooLong => Err(Fault::new(Check::Line, 0, "longer than 65535 bytes")),
            };
            if let Err(fault) = fault {
                return Ok(Some(fault.at(position, place)));
            }
        }
    }

    fn take(&mut self, segment: Segment, line: &[u8], length: u64) -> Result<(), Fault> {
        let record = record::parse(line)?;
        self.chain.take(&record)?;
        if self.chain.is_whole() {
            self.end = Place { segment, offset: length };
            let (hash, position) = (record.hash, record.position);
            self.head = Some(Head { hash, length, position, segment });
        }
        Ok(())
    }

    /// Counts what lies after the end, in this segment and all later ones.
    fn measure(&self, fault: Finding) -> Result<Beyond, Error> {
        let mut place = self.end;
        let mut bytes = 0;
        for segment in self.layout.list()?.segments {
            if segment < self.end.segment {
                continue;
            }
            let path = self.layout.segment(segment);
            let Some(file) = open_if_there(&path)? else { continue };
            let length = file.metadata().map_err(io_error("look at", &path))?.len();
            let from = if segment == self.end.segment { self.end.offset } else { 0 };
            let rest = length.saturating_sub(from);
            if bytes == 0 && rest > 0 {
                place = Place { segment, offset: from };
            }
            bytes = rest.saturating_add(bytes);
        }
        Ok(Beyond { place, bytes, fault, moved_to: Vec::new() })
    }
}
