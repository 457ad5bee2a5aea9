//! Which file lies where in a ledger's directory.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::head::Slots;
use crate::store::{Error, Segment};

/// A ledger's directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    dir: PathBuf,
}

/// What lies in `journal/`.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The segments, in order.
    pub segments: Vec<Segment>,
    /// The names of whatever else lies there, in order.
    pub strays: Vec<String>,
}

impl Layout {
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// For people: what record 0 says.
    pub fn ledger_json(&self) -> PathBuf {
        self.dir.join("ledger.json")
    }

    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    pub fn segment(&self, segment: Segment) -> PathBuf {
        self.journal().join(segment.to_string())
    }

    pub fn head(&self) -> PathBuf {
        self.dir.join("head")
    }

    pub fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// The latest signed checkpoint.
    pub fn checkpoint(&self) -> PathBuf {
        self.dir.join("checkpoint")
    }

    /// What is derived from the journal to prove what stands in it.
    pub fn tree(&self) -> PathBuf {
        self.dir.join("tree")
    }

    pub fn hashes(&self) -> PathBuf {
        self.tree().join("hashes")
    }

    /// What was cut off a torn tail.
    pub fn torn(&self) -> PathBuf {
        self.dir.join("torn")
    }

    /// Stands here for as long as a creation has not come to its end.
    pub fn creating(&self) -> PathBuf {
        self.dir.join("creating")
    }

    /// Lists `journal/`; a directory that is not there is empty.
    pub fn list(&self) -> Result<Listing, Error> {
        let journal = self.journal();
        let mut listing = Listing::default();
        let entries = match fs::read_dir(&journal) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(listing),
            entries => entries.map_err(io_error("list", &journal))?,
        };
        for entry in entries {
            let entry = entry.map_err(io_error("list", &journal))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            match name.parse() {
                Ok(segment) => listing.segments.push(segment),
                Err(_) => listing.strays.push(name),
            }
        }
        listing.segments.sort_unstable();
        listing.strays.sort_unstable();
        Ok(listing)
    }

    /// The slots of `head`; a file that is not there has two empty ones.
    pub fn slots(&self) -> Result<Slots, Error> {
        let bytes = read_if_there(&self.head())?.unwrap_or_default();
        Ok(Slots::parse(&bytes))
    }
}

/// Puts what was to be done and where into an error of the system's.
pub(crate) fn io_error<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl Fn(io::Error) -> Error + 'a {
    move |source| Error::Io { doing, path: path.to_owned(), source }
}

/// Whether there is such a file or directory; not being allowed to look is an error.
pub(crate) fn exists(path: &Path) -> Result<bool, Error> {
    path.try_exists().map_err(io_error("look at", path))
}

/// Reads a file whole; `None` if there is none.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(io_error("read", path)(e)),
    }
}

/// Opens a file to read; `None` if there is none.
pub(crate) fn open_if_there(path: &Path) -> Result<Option<File>, Error> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(io_error("open", path)(e)),
    }
}

/// Makes the entries of a directory survive a power cut.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io_error("sync", dir))
}
