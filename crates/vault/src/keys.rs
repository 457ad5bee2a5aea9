//! Key files in one directory, outside of what they open, each named by the digest of that.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::durable::{self, Access};
use crate::error::{Error, if_there, io_error};
use crate::secrets::{FILE_LENGTH, Secrets};

/// Keys by the digest of the sealed file that they open, in one directory.
#[derive(Debug, Clone)]
pub struct Keys {
    dir: PathBuf,
}

impl Keys {
    /// The keys in this directory, which need not be there yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The directory that they are in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the key of this sealed file lies.
    pub fn path(&self, sealed: &Digest) -> PathBuf {
        durable::path(&self.dir, sealed)
    }

    /// Whether the directory is there; where it is not, no key can be called missing.
    pub fn exists(&self) -> Result<bool, Error> {
        self.dir.try_exists().map_err(io_error("look at", &self.dir))
    }

    /// Writes keys that are not there yet, readable by their owner alone.
    ///
    /// All of them are on the disk when this returns. Put keys before what they open: a key
    /// without content is harmless, content without a key is lost. Another key that is there
    /// already is never overwritten: an error. Only one may put keys of the same file at a time.
    pub fn put(&self, keys: &[(Digest, &Secrets)]) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        durable::create_dir(&self.dir, Access::Owner)?;
        for (sealed, secrets) in keys {
            match self.get(sealed)? {
                Some(there) if there == **secrets => {}
                Some(_) => return Err(Error::OtherKey(self.path(sealed))),
                None => {
                    let text = secrets.encode();
                    durable::write(&self.dir, sealed, text.as_bytes(), Access::Owner)?;
                }
            }
        }
        // Also when all were there: whoever wrote them may have crashed before this line.
        durable::sync_dir(&self.dir)
    }

    /// Reads a key; `None` if it is not there. What is there and is no key file is an error.
    pub fn get(&self, sealed: &Digest) -> Result<Option<Secrets>, Error> {
        let path = self.path(sealed);
        let Some(file) = if_there(File::open(&path)).map_err(io_error("open", &path))? else {
            return Ok(None);
        };
        // One byte more than a key file has, to see that it ends; and room for it from the start,
        // or growing would leave copies behind.
        let most = FILE_LENGTH + 1;
        let mut bytes = Zeroizing::new(Vec::with_capacity(most));
        let read = file.take(most as u64).read_to_end(&mut bytes);
        read.map_err(io_error("read", &path))?;
        Secrets::parse(&bytes).map(Some).ok_or(Error::NotAKey(path))
    }

    /// Destroys a key, and so erases what it opens; false if there was none.
    ///
    /// The file's bytes are overwritten with zeros and synced, then the file is removed. After
    /// this nothing gives the key through the file system, not even after a power cut. It is no
    /// promise about the medium: flash memory and file systems that copy on write or keep a
    /// journal or snapshots may hold the old bytes for a time, and backups hold theirs. Against
    /// whoever searches these, the disk must be encrypted, and the backups must forget as well.
    pub fn destroy(&self, sealed: &Digest) -> Result<bool, Error> {
        let mut found = false;
        // A crash in `put` may have left the key beside its place, as good as in it.
        for path in [durable::unfinished_path(&self.dir, sealed), self.path(sealed)] {
            let erased = if_there(erase(&path)).map_err(io_error("destroy", &path))?;
            found |= erased.is_some();
        }
        if found {
            durable::sync_dir(&self.dir)?;
        }
        Ok(found)
    }
}

/// Overwrites a file with zeros, and removes it.
fn erase(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.flush()?;
    file.sync_all()?;
    // If we crash here, a file of zeros is left: no key for `get`, and this can be done again.
    fs::remove_file(path)
}
