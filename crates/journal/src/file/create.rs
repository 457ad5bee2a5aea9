//! Beginning a ledger, and telling whether a directory is one.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::layout::{Layout, Listing, exists, io_error, open_if_there, read_if_there, sync_dir};
use super::lines::{open_at, read_line};
use super::write_head;
use crate::batch::Batch;
use crate::canonical;
use crate::chain::Opening;
use crate::fault::{Check, Fault, Finding};
use crate::head::Head;
use crate::record::{self, FORMAT, MAX_LINE};
use crate::store::{Error, Place, Segment};

/// Why a ledger was not begun.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is one already.
    #[error("there is a ledger already: {}", .0.display())]
    Exists(PathBuf),
    /// The directory holds something that is not a ledger's.
    #[error("the directory is not empty: {}", .0.display())]
    NotEmpty(PathBuf),
    /// The batch does not begin a ledger, or does more than that.
    #[error("the batch does not consist of record 0")]
    NotAnOpening,
    /// The system could not do it.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Says to whoever looks what an interrupted creation left behind.
const CREATING: &str = "A ledger was being created here, and it was interrupted. Create it again \
                        in the same place. Should the journal hold more than one record, this \
                        file was brought back after that, and may be deleted.\n";

/// Makes the files of a new ledger; `creating` stands there until all of them are on the disk.
pub(super) fn create(layout: &Layout, opening: &Batch) -> Result<(), CreateError> {
    let first = opening.lines().split(|byte| *byte == b'\n').next().unwrap_or_default();
    let record = record::parse(first).map_err(|_| CreateError::NotAnOpening)?;
    // More than record 0 could not be told from a ledger that somebody wrote to.
    if opening.expected().is_some() || opening.records().len() != 1 {
        return Err(CreateError::NotAnOpening);
    }
    let dir = layout.dir();
    fs::create_dir_all(dir).map_err(io_error("create", dir))?;
    refuse_other_files(layout)?;
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(layout.lock());
    let lock = lock.map_err(io_error("open", &layout.lock()))?;
    lock.lock().map_err(io_error("lock", &layout.lock()))?;
    // Looked at once more under the lock: of two who create at once, the second finds a ledger.
    refuse_other_files(layout)?;
    // If we crash from here on, `creating` tells that nothing that lies here was acknowledged.
    write_synced(&layout.creating(), CREATING.as_bytes())?;
    sync_dir(dir)?;
    remove_remains(layout)?;

    let journal = layout.journal();
    fs::create_dir_all(&journal).map_err(io_error("create", &journal))?;
    let segment = Segment(0);
    write_synced(&layout.segment(segment), opening.lines())?;
    sync_dir(&journal)?;
    let last = opening.records().last().expect("record 0 is in it, as was just checked");
    let length = opening.lines().len() as u64;
    let head = Head { hash: last.hash, length, position: last.position, segment };
    write_head(layout, &head)?;
    write_synced(&layout.ledger_json(), format!("{}\n", record.data).as_bytes())?;
    sync_dir(dir)?;
    // The ledger is whole, and on the disk. If we crash before the next line has reached it,
    // creating it again begins anew; nobody was told yet that it exists.
    fs::remove_file(layout.creating()).map_err(io_error("remove", &layout.creating()))?;
    sync_dir(dir)?;
    // The directory's own name; where its parent cannot be opened, nothing can be done.
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    let _ = sync_dir(parent.unwrap_or(Path::new(".")));
    Ok(())
}

/// Whether the directory is a ledger that this program can read, going by `ledger.json` and
/// record 0.
pub(super) fn check_opening(layout: &Layout) -> Result<(), Error> {
    check_is_ledger(layout)?;
    match opening_findings(layout)?.into_iter().next() {
        Some(finding) => Err(finding.into()),
        None => Ok(()),
    }
}

/// Whether the directory is a ledger at all, sound or damaged.
pub(crate) fn check_is_ledger(layout: &Layout) -> Result<(), Error> {
    if is_unfinished(layout)? {
        return Err(Error::Unfinished(layout.dir().to_owned()));
    }
    if !exists(&layout.ledger_json())? && !exists(&layout.journal())? {
        return Err(Error::NotALedger(layout.dir().to_owned()));
    }
    Ok(())
}

/// What is wrong with `ledger.json` and record 0, the latter first.
pub(crate) fn opening_findings(layout: &Layout) -> Result<Vec<Finding>, Error> {
    let claimed = read_ledger_json(read_if_there(&layout.ledger_json())?.as_deref());
    let recorded = read_record_0(layout)?;
    // Record 0 keeps its form in every format and decides: neither a changed digit in
    // `ledger.json` nor a damaged record must pass for a newer format.
    if let (Ok(claimed), Ok(Opening { format: found, .. })) = (&claimed, &recorded)
        && *found > FORMAT
        && claimed.format == *found
    {
        return Err(Error::NewerFormat { found: *found, known: FORMAT });
    }
    Ok(match (claimed, recorded) {
        (Ok(claimed), Ok(recorded)) => compare(&claimed, &recorded).err().into_iter().collect(),
        (Ok(_), Err(finding)) => vec![finding],
        (Err(why), Ok(_)) => vec![ledger_finding(&why)],
        (Err(why), Err(finding)) => vec![finding, ledger_finding(&why)],
    })
}

/// The origin that record 0 names, or else `ledger.json`.
pub(crate) fn claimed_origin(layout: &Layout) -> Result<Option<String>, Error> {
    let recorded = read_record_0(layout)?.ok();
    let claimed = || read_ledger_json(read_if_there(&layout.ledger_json()).ok()?.as_deref()).ok();
    Ok(recorded.or_else(claimed).map(|opening| opening.origin))
}

/// Whether `ledger.json` says what record 0 says.
fn compare(claimed: &Opening, recorded: &Opening) -> Result<(), Finding> {
    if claimed == recorded {
        return Ok(());
    }
    let why = format!(
        "says created {}, format {}, origin {}; record 0 says created {}, format {}, origin {}",
        claimed.created,
        claimed.format,
        claimed.origin,
        recorded.created,
        recorded.format,
        recorded.origin
    );
    Err(ledger_finding(&why))
}

fn ledger_finding(why: &str) -> Finding {
    Finding::in_file(Check::Ledger, 0, "ledger.json", why)
}

fn read_ledger_json(bytes: Option<&[u8]>) -> Result<Opening, String> {
    let line = bytes.ok_or("the file is not there")?;
    let line = line.strip_suffix(b"\n").ok_or("it does not end in a newline")?;
    canonical::check(line).map_err(|e| format!("not canonical: {e}"))?;
    Opening::read(&String::from_utf8_lossy(line))
}

/// What record 0 says; as a finding whatever keeps it from being read.
fn read_record_0(layout: &Layout) -> Result<Result<Opening, Finding>, Error> {
    let place = Place::default();
    let file = match open_at(layout, place, 0) {
        Err(Error::Damaged(finding)) => return Ok(Err(*finding)),
        file => file?,
    };
    let path = layout.segment(place.segment);
    let line = read_line(&file, place.offset).map_err(io_error("read", &path))?;
    let line = line.ok_or_else(|| Fault::new(Check::Line, 0, "record 0 does not end"));
    let opening = line.and_then(|line| {
        let record = record::parse(&line)?;
        Opening::read(record.data).map_err(|why| Fault::new(Check::Opening, 0, why))
    });
    Ok(opening.map_err(|fault| fault.at(0, place)))
}

/// Whether `creating` stands there, and beside it no more than an interrupted creation leaves.
///
/// A power cut may bring `creating` back after records were acknowledged, and so may whoever
/// copies files about: with anything after record 0, the directory is a ledger all the same.
fn is_unfinished(layout: &Layout) -> Result<bool, Error> {
    if !exists(&layout.creating())? {
        return Ok(false);
    }
    let Listing { segments, strays } = layout.list()?;
    let is_later = |segment: &Segment| *segment > Segment(0);
    let is_acknowledged = layout.slots()?.newest().is_some_and(|head| head.position > 0);
    if is_acknowledged || !strays.is_empty() || segments.iter().any(is_later) {
        return Ok(false);
    }
    let path = layout.segment(Segment(0));
    let Some(file) = open_if_there(&path)? else { return Ok(true) };
    let mut bytes = Vec::new();
    let read = file.take(MAX_LINE as u64 + 2).read_to_end(&mut bytes);
    read.map_err(io_error("read", &path))?;
    let is_line = memchr::memchr(b'\n', &bytes).is_none_or(|newline| newline + 1 == bytes.len());
    Ok(is_line && bytes.len() <= MAX_LINE + 1)
}

/// Refuses a directory that holds a ledger, or anything that a creation does not leave behind.
fn refuse_other_files(layout: &Layout) -> Result<(), CreateError> {
    if is_unfinished(layout)? {
        return Ok(());
    }
    let dir = layout.dir();
    if exists(&layout.ledger_json())? || exists(&layout.journal())? {
        return Err(CreateError::Exists(dir.to_owned()));
    }
    for entry in fs::read_dir(dir).map_err(io_error("list", dir))? {
        let entry = entry.map_err(io_error("list", dir))?;
        if entry.path() != layout.lock() {
            return Err(CreateError::NotEmpty(dir.to_owned()));
        }
    }
    Ok(())
}

/// Removes what an interrupted creation left, and only what a creation makes.
fn remove_remains(layout: &Layout) -> Result<(), Error> {
    for path in [layout.segment(Segment(0)), layout.head(), layout.ledger_json()] {
        if exists(&path)? {
            fs::remove_file(&path).map_err(io_error("remove", &path))?;
        }
    }
    Ok(())
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(io_error("write", path))
}
