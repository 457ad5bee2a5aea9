//! Whether a copy of the index holds what the journal gives.
//!
//! Opening sled writes, so the index is copied, file by file, and the copy is opened. A second one
//! is built from the journal beside it, up to the same record, and the digests are compared. An
//! index that cannot be used is no damage: nobody reads it, and the next writer builds it anew.

use super::Damage;
use crate::catalogue::{Catalogue, Scope, Trouble};
use crate::error::Error;
use crate::index::{Bookmark, Index, Unusable};
use journal::{FileStore, Head, Store};
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What came of looking at the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexState {
    /// It was not asked about.
    NotLookedAt,
    /// There is none.
    None,
    /// It holds what the journal gives, up to this record.
    Agrees(u64),
    /// It holds something else; this is among the findings.
    Disagrees(u64),
    /// It could not be compared, and why; that is no damage.
    NotCompared(String),
}

/// Looks at a copy of the index, of a journal that was found so.
pub(super) fn look(
    dir: &Path,
    journal: Soundness,
    findings: &mut Vec<Damage>,
    progress: &mut dyn FnMut(u64),
) -> Result<IndexState, Error> {
    let copy = match copy_of(&dir.join("index")) {
        Ok(Some(copy)) => copy,
        Ok(None) => return Ok(IndexState::None),
        Err(why) => return Ok(IndexState::NotCompared(why)),
    };
    let bookmark = match open(&copy.path().join("index")) {
        Ok(bookmark) => bookmark,
        Err(Unusable::Missing) => return Ok(IndexState::None),
        Err(Unusable::Busy) => return Ok(not_compared("the copy of it is in use")),
        Err(Unusable::Broken) => {
            return Ok(not_compared("it cannot be read: the next write builds it anew"));
        }
    };
    match journal {
        Soundness::Sound => {}
        Soundness::Damaged => return Ok(not_compared("the journal is damaged")),
        Soundness::Unknown => {
            return Ok(not_compared("the journal has records that are newer than this program"));
        }
    }
    if bookmark.versions != Catalogue::versions() {
        return Ok(not_compared("another version of the program built it"));
    }
    compare(dir, &copy.path().join("rebuilt"), &bookmark, findings, progress)
}

/// How the journal was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Soundness {
    /// It verifies, and can be folded.
    Sound,
    /// It does not.
    Damaged,
    /// It holds records that this version does not know.
    Unknown,
}

fn compare(
    dir: &Path,
    scratch: &Path,
    bookmark: &Bookmark,
    findings: &mut Vec<Damage>,
    progress: &mut dyn FnMut(u64),
) -> Result<IndexState, Error> {
    let store = match FileStore::open(dir) {
        // What is damaged has been found, and is more than the index.
        Err(journal::Error::Damaged(_)) => return Ok(not_compared("the journal is damaged")),
        opened => opened?,
    };
    let end = store.head()?.head;
    match bookmark.check(&store, &end) {
        Ok(()) => {}
        Err(error @ (Error::RecordsMissing { .. } | Error::Rewritten { .. })) => {
            findings.push(damage(bookmark.position, error.to_string()));
            return Ok(IndexState::Disagrees(bookmark.position));
        }
        Err(error) => return Err(error),
    }
    let stored = store.record_at(bookmark.position, &end)?;
    let head = Head {
        hash: bookmark.hash,
        length: stored.place().offset + stored.line().len() as u64 + 1,
        position: bookmark.position,
        segment: stored.place().segment,
    };
    let no_room = |_| not_compared("no other one could be built beside the copy");
    let mut rebuilt = match Index::create(scratch) {
        Ok(empty) => Catalogue::new(empty, Scope::ALL),
        Err(error) => return Ok(no_room(error)),
    };
    match rebuilt.catch_up(&store, &head, progress) {
        Ok(()) => {}
        Err(Trouble::Ledger(error)) => return Err(error),
        Err(Trouble::Index(error)) => return Ok(no_room(error)),
    }
    if rebuilt.bookmark().is_some_and(|rebuilt| rebuilt.digest == bookmark.digest) {
        return Ok(IndexState::Agrees(bookmark.position));
    }
    let why = "its rows are not those that the journal gives: answers may be wrong until `index/` \
               is deleted, or `piperoll rebuild` is run";
    findings.push(damage(bookmark.position, why.to_owned()));
    Ok(IndexState::Disagrees(bookmark.position))
}

/// The bookmark of a copy every row of which is what was written.
fn open(copy: &Path) -> Result<Bookmark, Unusable> {
    let mut index = Index::open(copy)?;
    index.check_all()?;
    index.bookmark().cloned().ok_or(Unusable::Broken)
}

/// A copy of the index in a directory of its own, made while nobody has it open.
fn copy_of(index: &Path) -> Result<Option<tempfile::TempDir>, String> {
    if !index.is_dir() {
        return Ok(None);
    }
    // Locked to be read, which writes nothing; without the file nobody can have it open.
    let lock = match File::open(index.join("lock")) {
        Ok(lock) => Some(lock),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock_shared) {
        return Err("another process has it open".to_owned());
    }
    let copied = private_dir().and_then(|copy| {
        copy_dir(index, &copy.path().join("index"))?;
        Ok(copy)
    });
    copied.map(Some).map_err(|error| format!("it cannot be copied: {error}"))
}

/// A directory that nobody else may look into: an index holds what is not published, and a copy
/// stays behind where the program is killed.
fn private_dir() -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("piperoll-verify-").permissions(fs::Permissions::from_mode(0o700)).tempdir()
}

fn copy_dir(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_dir(&from, &to)?;
        } else {
            // Read and written, as a copy with its permissions may not be opened for writing.
            io::copy(&mut File::open(&from)?, &mut File::create(&to)?)?;
        }
    }
    Ok(())
}

fn not_compared(why: &str) -> IndexState {
    IndexState::NotCompared(why.to_owned())
}

fn damage(position: u64, why: String) -> Damage {
    Damage { check: "index", position, file: "index/".to_owned(), offset: None, why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;
    use crate::{Caller, Ledger, Mode, Submission};

    /// The rows of what is not published must be nobody else's to read, whatever the umask.
    #[test]
    fn a_copy_of_the_index_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("index")).unwrap();
        let copy = copy_of(&dir.path().join("index")).unwrap().unwrap();
        let mode = fs::metadata(copy.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    /// A row that was changed with all digests to match is what no other check would find.
    #[test]
    fn a_row_that_the_journal_does_not_give_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let now = Instant::parse("2026-05-17T09:00:00.000Z").unwrap();
        let mut caller = Caller {
            actor: "p-017".parse().unwrap(),
            now: &mut || now,
            salt: &mut || [7; 16],
            accept_clock: false,
        };
        let mut ledger = Ledger::init(dir.path(), "example.org/ledger", &mut caller).unwrap();
        let register = r#"{"data":{"code":"X99000001","kind":"local_authority","name":"Anyshire"},
                           "kind":"register_organisation"}"#;
        let submission = Submission::parse(register).unwrap();
        ledger.submit(&[submission], Mode::Record, &mut caller).unwrap();
        drop(ledger);
        let looked = |findings: &mut Vec<Damage>| {
            look(dir.path(), Soundness::Sound, findings, &mut |_| {}).unwrap()
        };
        let mut findings = Vec::new();
        let IndexState::Agrees(last) = looked(&mut findings) else { panic!("{findings:?}") };
        assert_eq!(findings, []);

        let mut index = Index::open(&dir.path().join("index")).unwrap();
        let bookmark = index.bookmark().cloned().unwrap();
        let (key, row) = index.section("organisations").unwrap().remove(0);
        let row = String::from_utf8(row).unwrap().replace("Anyshire", "Wellshire");
        index.put("organisations", &key, row.into_bytes()).unwrap();
        let segment = journal::Segment(bookmark.place.0);
        let place = journal::Place { segment, offset: bookmark.place.1 };
        index.commit((last, bookmark.hash, place), bookmark.versions).unwrap();
        drop(index);
        assert_eq!(looked(&mut findings), IndexState::Disagrees(last));
        let [found] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!((found.check, found.position), ("index", last));
        assert!(found.why.contains("its rows are not those that the journal gives"));
    }
}
