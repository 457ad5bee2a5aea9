//! Writing files that are whole and on the disk, or not there at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::error::{Error, if_there, io_error};

/// Who may read what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever the system's defaults let.
    Usual,
    /// The owner alone: mode 0600, directories 0700; on unix.
    Owner,
}

/// The place of a file in its directory: its digest is its name.
pub fn path(dir: &Path, digest: &Digest) -> PathBuf {
    dir.join(digest.to_string())
}

/// Where a file is written before it gets its name; never taken for content, by its form.
pub fn unfinished_path(dir: &Path, digest: &Digest) -> PathBuf {
    dir.join(format!(".{digest}.new"))
}

/// Makes a directory, with those above it, unless it is there.
pub fn create_dir(dir: &Path, access: Access) -> Result<(), Error> {
    if dir.try_exists().map_err(io_error("look at", dir))? {
        return Ok(());
    }
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        create_dir(above, access)?;
    }
    match dir_builder(access).create(dir) {
        // Someone else was quicker, or the last part of the path is `..`.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        created => created.map_err(io_error("create", dir))?,
    }
    sync_dir(above.unwrap_or(Path::new(".")))
}

/// Writes a file under its digest's name; durable once the directory is synced too.
///
/// Only one may write the file of one digest at a time.
pub fn write(dir: &Path, digest: &Digest, bytes: &[u8], access: Access) -> Result<(), Error> {
    let unfinished = unfinished_path(dir, digest);
    // An earlier attempt may have left it: it is of no use, as nobody knows how far it is synced.
    let removed = if_there(fs::remove_file(&unfinished));
    removed.map_err(io_error("remove", &unfinished))?;
    let written = write_synced(&unfinished, bytes, access);
    // If we crash here, the file lies there under no name that counts.
    let placed = written.and_then(|()| fs::rename(&unfinished, path(dir, digest)));
    placed.map_err(|e| {
        // Best effort, as this is no worse than a crash: a full disk should not stay full of it.
        let _ = fs::remove_file(&unfinished);
        io_error("write", &path(dir, digest))(e)
    })
}

/// Makes the entries of a directory survive a power cut.
pub fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io_error("sync", dir))
}

fn write_synced(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut file = new_file(access).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// How a file is created that must not be there yet; it never has a wider mode, not for a moment.
#[cfg_attr(not(unix), allow(unused, reason = "there are no modes"))]
fn new_file(access: Access) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options
}

#[cfg_attr(not(unix), allow(unused, reason = "there are no modes"))]
fn dir_builder(access: Access) -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    builder
}
