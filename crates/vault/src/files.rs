//! Files in one directory, each named by the digest of its bytes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::durable::{self, Access};
use crate::error::{Error, if_there, io_error};

/// Files by their digest in one directory: sealed ones, or those that were released in the clear.
#[derive(Debug, Clone)]
pub struct Files {
    dir: PathBuf,
}

impl Files {
    /// The files in this directory, which need not be there yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The directory that they are in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the file of this digest lies.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        durable::path(&self.dir, digest)
    }

    /// Writes files that are not there yet, and gives the digest of each.
    ///
    /// All of them are on the disk when this returns. If it fails, or if we crash in it, each file
    /// is there whole or not at all. A file that is there and damaged stays as it is: an error.
    /// Only one may put the same bytes at a time.
    pub fn put(&self, contents: &[&[u8]]) -> Result<Vec<Digest>, Error> {
        let digests: Vec<Digest> = contents.iter().map(|bytes| Digest::of(bytes)).collect();
        if digests.is_empty() {
            return Ok(digests);
        }
        durable::create_dir(&self.dir, Access::Usual)?;
        for (digest, bytes) in digests.iter().zip(contents) {
            if self.check(digest)?.is_none() {
                durable::write(&self.dir, digest, bytes, Access::Usual)?;
            }
        }
        // Also when all were there: whoever wrote them may have crashed before this line.
        durable::sync_dir(&self.dir)?;
        Ok(digests)
    }

    /// Reads a file whole and checks it; `None` if it is not there.
    pub fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path(digest);
        let Some(bytes) = if_there(fs::read(&path)).map_err(io_error("read", &path))? else {
            return Ok(None);
        };
        match Digest::of(&bytes) {
            found if found == *digest => Ok(Some(bytes)),
            found => Err(Error::Damaged { path, found }),
        }
    }

    /// Checks a file in bounded memory, and gives its length; `None` if it is not there.
    pub fn check(&self, digest: &Digest) -> Result<Option<u64>, Error> {
        let path = self.path(digest);
        let Some(file) = if_there(File::open(&path)).map_err(io_error("open", &path))? else {
            return Ok(None);
        };
        match Digest::of_reader(file).map_err(io_error("read", &path))? {
            (found, length) if found == *digest => Ok(Some(length)),
            (found, _) => Err(Error::Damaged { path, found }),
        }
    }

    /// Whether there is a file of that name, sound or damaged.
    pub fn contains(&self, digest: &Digest) -> Result<bool, Error> {
        let path = self.path(digest);
        path.try_exists().map_err(io_error("look at", &path))
    }

    /// The digests by which files are named here, sorted; other names are passed over.
    pub fn list(&self) -> Result<Vec<Digest>, Error> {
        let failed = io_error("list", &self.dir);
        let Some(entries) = if_there(fs::read_dir(&self.dir)).map_err(&failed)? else {
            return Ok(Vec::new());
        };
        let mut digests = Vec::new();
        for entry in entries {
            let name = entry.map_err(&failed)?.file_name();
            digests.extend(name.to_str().and_then(|name| name.parse::<Digest>().ok()));
        }
        digests.sort_unstable();
        Ok(digests)
    }
}
