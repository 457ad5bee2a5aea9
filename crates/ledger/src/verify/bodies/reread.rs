//! Reading records again that were verified a moment ago, also in a journal that a store would not
//! open for the damage that comes later.

use crate::decode::decode;
use crate::error::Error;
use assessment::{Event, PersonId};
use journal::record::MAX_LINE;
use journal::{Place, Segment};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// The segments that were read so far.
pub(super) struct Reread {
    dir: PathBuf,
    segments: Vec<Segment>,
}

/// A record, read again.
pub(super) struct Again {
    pub(super) place: Place,
    pub(super) position: u64,
    /// Who recorded it.
    pub(super) actor: Option<PersonId>,
    pub(super) event: Event,
}

impl Reread {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), segments: Vec::new() }
    }

    /// Notes where a record stands that can be read again.
    pub(super) fn note(&mut self, place: Place) {
        if self.segments.last() != Some(&place.segment) {
            self.segments.push(place.segment);
        }
    }

    /// Reads one record again.
    pub(super) fn read(&self, place: Place) -> Result<Again, Error> {
        let mut found = None;
        self.each_of(place, &mut |again| {
            found = Some(again);
            ControlFlow::Break(())
        })?;
        found.ok_or_else(|| changed(place, "no line begins here"))
    }

    /// Reads all records again up to one that was noted, oldest first.
    pub(super) fn each_upto(&self, last: u64, visit: &mut dyn FnMut(&Again)) -> Result<(), Error> {
        for segment in self.segments.iter().filter(|segment| segment.0 <= last) {
            self.each_of(Place { segment: *segment, offset: 0 }, &mut |again| {
                if again.position > last {
                    return ControlFlow::Break(());
                }
                visit(&again);
                if again.position < last {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            })?;
        }
        Ok(())
    }

    /// Reads the records of a segment from a place on.
    fn each_of(
        &self,
        mut place: Place,
        visit: &mut dyn FnMut(Again) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let path = self.dir.join("journal").join(place.segment.to_string());
        let failed = |doing| {
            let path = path.clone();
            move |source| journal::Error::Io { doing, path, source }
        };
        let mut file = File::open(&path).map_err(failed("open"))?;
        file.seek(SeekFrom::Start(place.offset)).map_err(failed("read"))?;
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut rest = reader.by_ref().take(MAX_LINE as u64 + 1);
            let length = rest.read_until(b'\n', &mut line).map_err(failed("read"))?;
            if length == 0 {
                return Ok(());
            }
            let record = journal::parse(line.strip_suffix(b"\n").unwrap_or(&line));
            let record = record.map_err(|fault| changed(place, &fault.to_string()))?;
            let (position, actor) = (record.position, record.actor.parse().ok());
            let event = decode(&record)?;
            if visit(Again { place, position, actor, event }).is_break() {
                return Ok(());
            }
            place.offset += length as u64;
        }
    }
}

fn changed(place: Place, why: &str) -> Error {
    let Place { segment, offset } = place;
    let why = format!("byte {offset} of {segment} has changed since: {why}");
    Error::Meaningless { position: segment.0, why }
}
