//! Where files are put that leave the ledger: written beside their place, and put there whole.
//!
//! Nothing is replaced but what may be. It is not synced: what a power cut takes is made again.

use crate::exit::{Failure, INTERRUPTED, Outcome, REFUSED, UNABLE, USAGE};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// A directory or file that is not in its place yet. What is left half done is removed, also where
/// somebody interrupts the program.
pub struct Place {
    target: PathBuf,
    /// Where it is written: beside, as renaming works within a file system only.
    new: PathBuf,
    /// Where what was there goes, until what is new is in its place.
    old: PathBuf,
}

/// What is half done in this process.
static HALF_DONE: Mutex<Vec<HalfDone>> = Mutex::new(Vec::new());

/// What is removed of a place unless it is finished.
struct HalfDone {
    new: PathBuf,
    /// The directories that it was the first to need, innermost first.
    above: Vec<PathBuf>,
}

impl Place {
    /// A place for a directory: a new one, an empty one, or one that may be replaced.
    pub fn of_directory(
        target: &Path,
        may_be_replaced: &dyn Fn(&Path) -> Outcome,
    ) -> Result<Self, Failure> {
        let place = Self::beside(target)?;
        if let Some(found) = place.found()? {
            if !found.is_dir() {
                return Err(Failure::new(UNABLE, format!("{} is no directory", target.display()))
                    .hint("name a directory, or nothing that is there"));
            }
            let mut within = fs::read_dir(target).map_err(|it| unable("read", target, &it))?;
            if within.next().is_some() {
                may_be_replaced(target)?;
            }
        }
        fs::create_dir(&place.new).map_err(|error| unable("write", target, &error))?;
        Ok(place)
    }

    /// A place for a directory that replaces nothing.
    pub fn of_new_directory(target: &Path) -> Result<Self, Failure> {
        Self::of_directory(target, &|dir| Err(taken(dir, "not empty")))
    }

    /// A place for a file: a new one, or one that may be replaced.
    pub fn of_file(
        target: &Path,
        may_be_replaced: &dyn Fn(&Path) -> Outcome,
    ) -> Result<Self, Failure> {
        let place = Self::beside(target)?;
        if let Some(found) = place.found()? {
            if !found.is_file() {
                let is = if found.is_dir() { "a directory" } else { "no file" };
                return Err(Failure::new(UNABLE, format!("{} is {is}", target.display()))
                    .hint("name a file, or nothing that is there"));
            }
            may_be_replaced(target)?;
        }
        // Also so that where nothing can be written is found before all is folded.
        File::create_new(&place.new).map_err(|error| unable("write", target, &error))?;
        Ok(place)
    }

    /// A place for a file that replaces nothing.
    pub fn of_new_file(target: &Path) -> Result<Self, Failure> {
        Self::of_file(target, &|file| Err(taken(file, "somebody's file")))
    }

    fn beside(target: &Path) -> Result<Self, Failure> {
        let name = name_of(target)?;
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let named = parent.ancestors().filter(|dir| *dir != Path::new(""));
        let above = named.take_while(|dir| !dir.exists()).map(Path::to_owned).collect();
        let beside = |what: &str| parent.join(format!(".{name}.{}.{what}", std::process::id()));
        let place = Self { target: target.to_owned(), new: beside("new"), old: beside("old") };
        place.begin(above);
        fs::create_dir_all(parent).map_err(|error| unable("make", parent, &error))?;
        Ok(place)
    }

    /// Sees to it that an interruption leaves nothing of it.
    fn begin(&self, above: Vec<PathBuf>) {
        static WATCH: Once = Once::new();
        // Whoever lets the program ignore interruptions has that ignored as before.
        WATCH.call_once(|| drop(ctrlc::try_set_handler(interrupted)));
        half_done().push(HalfDone { new: self.new.clone(), above });
    }

    /// What is there; a link is nothing that an export wrote.
    fn found(&self) -> Result<Option<fs::Metadata>, Failure> {
        match fs::symlink_metadata(&self.target) {
            Ok(found) if found.is_symlink() => Err(taken(&self.target, "a link")),
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unable("look at", &self.target, &error)),
        }
    }

    /// Where it is written meanwhile.
    pub fn path(&self) -> &Path {
        &self.new
    }

    /// Begins a file in the directory, or in one below it.
    pub fn create(&self, name: &str) -> Result<BufWriter<File>, Failure> {
        let path = self.new.join(name);
        let parent = path.parent().expect("it is below the directory");
        if !parent.is_dir() {
            // Not those above it: what an interruption removes does not come back.
            fs::create_dir(parent).map_err(|error| unable("make", parent, &error))?;
        }
        let file = File::create_new(&path).map_err(|error| unable("create", &path, &error))?;
        Ok(BufWriter::new(file))
    }

    /// Writes a file into the directory.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Outcome {
        let mut file = self.create(name)?;
        file.write_all(bytes).and_then(|()| file.flush()).map_err(|error| self.unwritten(&error))
    }

    /// What was not written, and why.
    pub fn unwritten(&self, error: &io::Error) -> Failure {
        unable("write", &self.target, error)
    }

    /// Puts it in its place. If we crash between the two, what was there has the name `.….old`.
    pub fn finish(self) -> Outcome {
        // An interruption waits until one or the other is in its place.
        let mut half_done = half_done();
        let finished = self.put();
        if finished.is_ok() {
            half_done.retain(|it| it.new != self.new);
        }
        drop(half_done);
        finished
    }

    fn put(&self) -> Outcome {
        let failed = |error: io::Error| unable("write", &self.target, &error);
        let replaces = self.target.is_dir();
        if replaces {
            fs::rename(&self.target, &self.old).map_err(failed)?;
        }
        if let Err(error) = fs::rename(&self.new, &self.target) {
            if replaces {
                fs::rename(&self.old, &self.target).map_err(failed)?;
            }
            return Err(failed(error));
        }
        if replaces {
            fs::remove_dir_all(&self.old).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut half_done = half_done();
        half_done.extract_if(.., |it| it.new == self.new).for_each(|it| it.remove());
    }
}

impl HalfDone {
    /// What cannot be removed harms nobody; nor does a directory that somebody else uses meanwhile.
    fn remove(&self) {
        let _ = if self.new.is_dir() {
            fs::remove_dir_all(&self.new)
        } else {
            fs::remove_file(&self.new)
        };
        self.above.iter().for_each(|dir| drop(fs::remove_dir(dir)));
    }
}

fn half_done() -> MutexGuard<'static, Vec<HalfDone>> {
    HALF_DONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the program, as an interruption does, with nothing half done left.
fn interrupted() {
    let half_done = half_done();
    half_done.iter().for_each(HalfDone::remove);
    // Once more, as a file may have come into a directory that was being removed.
    half_done.iter().for_each(HalfDone::remove);
    std::process::exit(INTERRUPTED.into());
}

/// The name of what is written.
pub fn name_of(target: &Path) -> Result<&str, Failure> {
    in_utf8(target)?.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        let cause = format!("`{}` does not end in a name", target.display());
        Failure::new(USAGE, cause).hint("give what is written a name, in UTF-8")
    })
}

/// A path that can be told of as it is.
pub fn in_utf8(path: &Path) -> Result<&Path, Failure> {
    match path.to_str() {
        Some(_) => Ok(path),
        None => Err(Failure::new(USAGE, format!("`{}` is not UTF-8", path.display()))
            .hint("give what is written a name, in UTF-8")),
    }
}

/// The refusal to replace what is there.
pub fn taken(path: &Path, what: &str) -> Failure {
    let cause = format!("{} is there, and is {what}: it is not replaced", path.display());
    Failure::new(REFUSED, cause).hint("name another place; nothing was written")
}

/// What could not be done there.
pub fn unable(doing: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(UNABLE, format!("cannot {doing} {}: {error}", path.display()))
        .hint("name a place that can be written to and has room")
}
