//! Reading lines from segments in bounded memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::layout::{Layout, io_error, open_if_there};
use crate::fault::{Check, Finding};
use crate::head::Head;
use crate::record::MAX_LINE;
use crate::store::{Error, Line, Lines, Place, Segment};

/// Room for a few hundred records, and for the longest line with its newline.
const BUFFER: usize = 256 * 1024;

/// Room for most records, and so for one of them to be looked up in one read.
const FIRST_READ: usize = 1024;

/// Lines of one file. A line of any length is passed in this much memory.
#[derive(Debug)]
pub(crate) struct LineReader {
    file: File,
    buffer: Vec<u8>,
    /// How much of the buffer is filled.
    filled: usize,
    /// The last line in the buffer, and where the next one begins there.
    line: Range<usize>,
    next: usize,
    /// Where the buffer begins in the file, and where reading stops.
    base: u64,
    limit: u64,
    /// Where the last line begins in the file.
    at: u64,
}

/// What the reader came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A line with its newline.
    Line,
    /// Bytes without a newline, before the end of the file or the limit.
    Unended,
    /// More than [`MAX_LINE`] bytes before a newline; all of them were passed.
    TooLong,
    /// No more bytes.
    End,
}

impl LineReader {
    /// Reads from an offset up to a limit, both in bytes from the start of the file.
    pub fn new(mut file: File, from: u64, limit: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(from))?;
        let buffer = vec![0; BUFFER];
        Ok(Self { file, buffer, filled: 0, line: 0..0, next: 0, base: from, limit, at: from })
    }

    /// Goes on to the next line.
    pub fn advance(&mut self) -> io::Result<Step> {
        let mut searched = self.next;
        self.at = self.base + self.next as u64;
        loop {
            if let Some(i) = memchr::memchr(b'\n', &self.buffer[searched..self.filled]) {
                self.line = self.next..searched + i;
                self.next = searched + i + 1;
                return Ok(if self.line.len() > MAX_LINE { Step::TooLong } else { Step::Line });
            }
            let pending = self.filled - self.next;
            if pending > MAX_LINE {
                return self.pass_over();
            }
            // Filling moves what is pending to the start of the buffer.
            if !self.fill()? {
                self.line = self.next..self.filled;
                self.next = self.filled;
                return Ok(if pending == 0 { Step::End } else { Step::Unended });
            }
            searched = self.next + pending;
        }
    }

    /// The last line without its newline, unless it was too long.
    pub fn line(&self) -> &[u8] {
        &self.buffer[self.line.clone()]
    }

    /// Where the last line begins, in bytes from the start of the file.
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// Where the next line begins.
    pub const fn offset(&self) -> u64 {
        self.base + self.next as u64
    }

    /// Goes on to after the next newline, keeping nothing.
    fn pass_over(&mut self) -> io::Result<Step> {
        loop {
            self.line = 0..0;
            match memchr::memchr(b'\n', &self.buffer[self.next..self.filled]) {
                Some(i) => {
                    self.next += i + 1;
                    return Ok(Step::TooLong);
                }
                None => self.next = self.filled,
            }
            if !self.fill()? {
                return Ok(Step::TooLong);
            }
        }
    }

    /// Reads more; whether there was any.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.next..self.filled, 0);
        self.base += self.next as u64;
        self.filled -= self.next;
        self.next = 0;
        let left = self.limit.saturating_sub(self.base + self.filled as u64);
        let room = (BUFFER - self.filled).min(usize::try_from(left).unwrap_or(usize::MAX));
        loop {
            match self.file.read(&mut self.buffer[self.filled..self.filled + room]) {
                Ok(read) => {
                    self.filled += read;
                    return Ok(read > 0);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// Reads the line at an offset, and little more than it, and returns it without its newline;
/// `None` if no line of a record's length ends there.
pub(super) fn read_line(mut file: &File, offset: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    while line.len() <= MAX_LINE {
        let known = line.len();
        // Twice as much each time: a short line costs one short read, the longest one seven.
        let more = known.max(FIRST_READ);
        // Without room it would begin with a read of a few bytes.
        line.reserve(more);
        let read = file.take(more as u64).read_to_end(&mut line)?;
        if let Some(newline) = memchr::memchr(b'\n', &line[known..]) {
            line.truncate(known + newline);
            return Ok(Some(line).filter(|line| line.len() <= MAX_LINE));
        }
        if read < more {
            break;
        }
    }
    Ok(None)
}

/// Opens a segment at a place where a line should begin; `position` is what a finding names.
pub(super) fn open_at(layout: &Layout, place: Place, position: u64) -> Result<File, Error> {
    let Place { segment, offset } = place;
    let path = layout.segment(segment);
    let damaged = |check, why| Finding::in_segment(check, position, segment, offset, why);
    let Some(file) = open_if_there(&path)? else {
        return Err(damaged(Check::Segment, "this segment is not there").into());
    };
    let length = file.metadata().map_err(io_error("look at", &path))?.len();
    if offset > length {
        return Err(damaged(Check::Line, "the segment ends before this").into());
    }
    Ok(file)
}

/// Lines of a journal from a position up to a fixed end.
#[derive(Debug)]
pub struct FileLines {
    layout: Layout,
    /// The segments that are left, the next one last.
    segments: Vec<Segment>,
    open: Option<(Segment, LineReader)>,
    position: u64,
    end: Head,
}

impl FileLines {
    /// Counts lines from the beginning of the segment that the first one lies in.
    pub(super) fn from(layout: &Layout, from: u64, end: &Head) -> Result<Self, Error> {
        // It is the last segment that does not begin after the line; where there is no line to
        // come, nothing need be counted.
        let mut segments = layout.list()?.segments;
        segments.retain(|segment| segment.0 <= from && from <= end.position);
        let segment = segments.last().map_or(Segment(from), |last| (*last).min(end.segment));
        let place = Place { segment, offset: 0 };
        let mut lines = Self::at(layout, place, segment.0, end)?;
        // To skip is to count newlines; nothing is parsed.
        while lines.position < from {
            lines.advance()?;
        }
        Ok(lines)
    }

    /// Begins with the line at a place, taking it for the record at `position`.
    pub(super) fn at(
        layout: &Layout,
        place: Place,
        position: u64,
        end: &Head,
    ) -> Result<Self, Error> {
        if position > end.position.saturating_add(1) {
            return Err(Error::NoSuchRecord { position, end: end.position });
        }
        let mut segments = layout.list()?.segments;
        segments.retain(|segment| place.segment < *segment && *segment <= end.segment);
        segments.reverse();
        let mut lines = Self { layout: layout.clone(), segments, open: None, position, end: *end };
        if position <= end.position {
            lines.open = Some(lines.open_at(place)?);
        }
        Ok(lines)
    }

    /// Goes on to the next line; `false` after the end.
    fn advance(&mut self) -> Result<bool, Error> {
        if self.position > self.end.position {
            return Ok(false);
        }
        loop {
            if self.open.is_none() {
                self.open = Some(self.open_next()?);
            }
            let (segment, reader) = self.open.as_mut().expect("it was opened just above");
            let segment = *segment;
            let step = reader.advance();
            match step.map_err(|e| io_error("read", &self.layout.segment(segment))(e))? {
                Step::Line => {
                    let (is_last, offset) = (self.position == self.end.position, reader.offset());
                    if is_last != (segment == self.end.segment && offset == self.end.length) {
                        return Err(self.damaged(Check::Head, segment, offset, "another end"));
                    }
                    self.position += 1;
                    return Ok(true);
                }
                Step::End if segment != self.end.segment => self.open = None,
                Step::End => {
                    let offset = reader.offset();
                    return Err(self.damaged(
                        Check::Head,
                        segment,
                        offset,
                        "the journal ends here",
                    ));
                }
                Step::Unended | Step::TooLong => {
                    let (at, why) = (reader.at(), "a line that is too long or does not end");
                    return Err(self.damaged(Check::Line, segment, at, why));
                }
            }
        }
    }

    fn open_next(&mut self) -> Result<(Segment, LineReader), Error> {
        let Some(segment) = self.segments.pop().filter(|segment| segment.0 == self.position) else {
            let missing = Segment(self.position);
            return Err(self.damaged(Check::Segment, missing, 0, "this segment is not there"));
        };
        self.open_at(Place { segment, offset: 0 })
    }

    fn open_at(&self, place: Place) -> Result<(Segment, LineReader), Error> {
        let file = open_at(&self.layout, place, self.position)?;
        let is_last = place.segment == self.end.segment;
        let limit = if is_last { self.end.length } else { u64::MAX };
        let reader = LineReader::new(file, place.offset, limit);
        let path = self.layout.segment(place.segment);
        Ok((place.segment, reader.map_err(io_error("read", &path))?))
    }

    fn damaged(&self, check: Check, segment: Segment, offset: u64, why: &str) -> Error {
        Finding::in_segment(check, self.position, segment, offset, why).into()
    }
}

impl Lines for FileLines {
    fn next(&mut self) -> Result<Option<Line<'_>>, Error> {
        if !self.advance()? {
            return Ok(None);
        }
        let (segment, reader) = self.open.as_ref().expect("a line was just read from it");
        let place = Place { segment: *segment, offset: reader.at() };
        Ok(Some(Line { position: self.position - 1, place, bytes: reader.line() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Looks the second line up in a file of ten lines of this length: the line, and how much of
    /// the file was read for it.
    fn look_up(length: usize) -> (Option<Vec<u8>>, u64) {
        let mut file = tempfile::tempfile().expect("a file");
        let line = [vec![b'x'; length], b"\n".to_vec()].concat();
        file.write_all(&line.repeat(10)).expect("room for it");
        let offset = line.len() as u64;
        let found = read_line(&file, offset).expect("a file that can be read");
        (found, file.stream_position().expect("a place in the file") - offset)
    }

    #[test]
    fn a_line_of_any_length_is_looked_up_by_reading_no_more_than_twice_its_length() {
        for length in [0, 1, 700, 1023, 1024, 1025, 2047, 2048, 40_000, MAX_LINE - 1, MAX_LINE] {
            let (found, read) = look_up(length);
            assert_eq!(found, Some(vec![b'x'; length]), "{length}");
            assert!(read <= (2 * length as u64).max(1024), "{read} bytes read for {length}");
        }
        assert_eq!(look_up(MAX_LINE + 1).0, None);
        assert_eq!(look_up(4 * MAX_LINE).0, None);
    }
}
