//! A witness: it cosigns checkpoints of logs that only grow (C2SP tlog-witness).
//!
//! ```text
//! <dir>/<log id>/checkpoint            the latest one cosigned: the log's lines, and ours
//!                lock                  held from looking at it until it is replaced
//!                refused-<size>-<8 hex>        one that the log signed and that does not fit
//!                refused-<size>-<8 hex>-held   what was cosigned before, and contradicts it
//! ```
//!
//! What stands under `<dir>` is the witness's memory: without it, it would cosign a second history.

use std::cmp::Ordering;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::{fmt, slice};

use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, log_id};
use crate::hash::to_hex;
use crate::note::{Algorithm, SigningKey, VerifierKey};
use crate::proof::ConsistencyProof;
use crate::tree::{Growing, MAX_PROOF};

/// The longest request that is read, in bytes: a checkpoint with a hundred signatures, and a proof.
pub const MAX_REQUEST: usize = 64 * 1024 + (MAX_PROOF + 1) * 45;

/// How many checkpoints are kept of each log that should never have been signed: a log that goes
/// wrong must not fill the disk.
const MAX_REFUSED: usize = 64;

/// The media type of the size in a conflict.
const SIZE: &str = "text/x.tlog.size";
const TEXT: &str = "text/plain; charset=utf-8";

/// A witness, with its key, the logs that it watches, and the directory of what it has cosigned.
///
/// Any number of them, in any number of processes, may share a directory and a key. The directory
/// MUST be on a disk that keeps what is synced, and MUST NOT be replaced by an older copy.
#[derive(Debug, Clone)]
pub struct Witness {
    dir: PathBuf,
    key: SigningKey,
    logs: Vec<VerifierKey>,
}

/// What is answered over HTTP, and what the operator should know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// What was asked about, if it is signed by a log that is watched.
    pub about: Option<Checkpoint>,
    /// Why the log is to be doubted.
    pub doubt: Option<Doubt>,
}

/// A log signed what does not fit what it signed before.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    /// What was cosigned before.
    pub held: Checkpoint,
    /// What was offered, signed by the log, and refused.
    pub offered: Checkpoint,
    /// Where what was offered is kept; nothing, if too much is kept already.
    pub kept: Option<PathBuf>,
}

/// A key was given for what it does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnfitKey {
    /// Cosignatures want a key of their own.
    #[error("`{0}` is not the key of a witness")]
    Witness(String),
    /// A checkpoint is signed with the key of a log.
    #[error("`{0}` is not the key of a log")]
    Log(String),
}

/// A witness could not look at what it has cosigned, or could not keep it. It has cosigned nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What it had cosigned is not as it was.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The system could not do it.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { held, offered, .. } = self;
        let origin = &held.origin;
        if held.size == offered.size {
            let (size, root, other) = (held.size, held.root, offered.root);
            return write!(
                f,
                "{origin} has signed two histories of size {size}: root {root} was cosigned here, \
                 and now it has signed root {other}"
            );
        }
        write!(
            f,
            "{origin} has signed size {}, and was not shown to have kept what was cosigned here at \
             size {}",
            offered.size, held.size
        )
    }
}

impl Witness {
    /// A witness of these logs; several keys of one log may have its name.
    ///
    /// # Errors
    ///
    /// [`UnfitKey`].
    pub fn new(dir: &Path, key: SigningKey, logs: Vec<VerifierKey>) -> Result<Self, UnfitKey> {
        if key.public().algorithm() != Algorithm::Cosignature {
            return Err(UnfitKey::Witness(key.public().to_string()));
        }
        if let Some(log) = logs.iter().find(|log| log.algorithm() != Algorithm::Note) {
            return Err(UnfitKey::Log(log.to_string()));
        }
        let mut once: Vec<VerifierKey> = Vec::new();
        for log in logs {
            if !once.contains(&log) {
                once.push(log);
            }
        }
        Ok(Self { dir: dir.to_owned(), key, logs: once })
    }

    /// The key that it cosigns with.
    pub const fn key(&self) -> &VerifierKey {
        self.key.public()
    }

    /// The keys of the logs that it watches.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// Answers `add-checkpoint`: cosigns what only grew since it was last asked, at a time in
    /// seconds since 1970.
    ///
    /// A cosignature MUST NOT leave before what it is of is on the disk, and of two requests at a
    /// time the second MUST be answered by what the first one left. Both hold when this returns.
    /// What is refused before the log's signature was checked tells nothing of what is kept here.
    ///
    /// # Errors
    ///
    /// [`Error`], after which nothing was cosigned: what is to be answered is 500.
    pub fn add_checkpoint(&self, body: &[u8], now: NonZeroU64) -> Result<Answer, Error> {
        let (request, lines) = match self.read_request(body) {
            Ok(read) => read,
            Err(refused) => return Ok(*refused),
        };
        let offered = request.checkpoint.checkpoint();
        let place = self.place(&offered.origin);
        create_dir(&place)?;
        // Two processes look and replace one after the other, never at once; so do two threads, as
        // each opens the file for itself.
        let _lock = lock(&place.join("lock"))?;
        let held = self.held(&offered.origin)?;
        let about = Some(offered.clone());
        if let Err(refusal) = judge(&request, held.as_ref().map(SignedCheckpoint::checkpoint)) {
            let size = held.as_ref().map_or(0, |held| held.checkpoint().size);
            let doubtful = held.filter(|it| is_doubtful(refusal, it.checkpoint(), offered));
            let doubt = doubtful.map(|held| keep_refused(&place, &held, offered, &lines));
            return Ok(Answer { about, doubt: doubt.transpose()?, ..refused(refusal, size) });
        }
        let cosignature = request.checkpoint.cosign(&self.key, now.get()).to_bytes();
        let cosigned = [lines, cosignature.clone()].concat();
        replace(&place.join("checkpoint"), &note(offered, &cosigned))?;
        // If we crash here, it is cosigned and nobody knows: the log asks again, is told this size,
        // and gets a cosignature of the same tree.
        Ok(Answer { about, ..answer(200, TEXT, cosignature) })
    }

    /// Answers a monitor, who asks by a log's id for what was last cosigned of it.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn checkpoint(&self, id: &str) -> Result<Answer, Error> {
        // Only ids of known logs become part of a path.
        let log = self.logs.iter().find(|log| log_id(log.name()) == id);
        let held = match log {
            Some(log) => self.held(log.name())?,
            None => None,
        };
        Ok(match held {
            Some(held) => answer(200, TEXT, held.to_bytes()),
            None => told(404, "nothing was cosigned here of a log with this id"),
        })
    }

    /// What it has last cosigned of a log.
    ///
    /// # Errors
    ///
    /// [`Error`]: what is damaged MUST NOT be taken for what was never there.
    pub fn held(&self, origin: &str) -> Result<Option<SignedCheckpoint>, Error> {
        let path = self.place(origin).join("checkpoint");
        let Some((held, _)) = self.read_held(&path)? else { return Ok(None) };
        let damaged = |why: String| Error::Damaged { path: path.clone(), why };
        let found = &held.checkpoint().origin;
        if found != origin {
            return Err(damaged(format!("it is of {found}, not of {origin}")));
        }
        self.verified(&held).map_err(|error| {
            damaged(format!(
                "{error} (if the log has another key now, name its old one too until something \
                 that it signed with the new one is cosigned)"
            ))
        })?;
        Ok(Some(held))
    }

    /// What it has last cosigned of every log, watched now or before, with the time of that.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn all_held(&self) -> Result<Vec<(SignedCheckpoint, u64)>, Error> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(io_error("list", &self.dir))? {
            let place = entry.map_err(io_error("list", &self.dir))?.path();
            if !place.is_dir() {
                continue;
            }
            let path = place.join("checkpoint");
            let Some((held, time)) = self.read_held(&path)? else { continue };
            if self.place(&held.checkpoint().origin) != place {
                return Err(Error::Damaged { path, why: "it is of another log".to_owned() });
            }
            all.push((held, time));
        }
        all.sort_by(|(one, _), (other, _)| one.checkpoint().origin.cmp(&other.checkpoint().origin));
        Ok(all)
    }

    /// Reads what it has cosigned itself, and when.
    fn read_held(&self, path: &Path) -> Result<Option<(SignedCheckpoint, u64)>, Error> {
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(io_error("read", path))?,
        };
        let damaged = |why: String| Error::Damaged { path: path.to_owned(), why };
        let held = SignedCheckpoint::parse(&bytes).map_err(|error| damaged(error.to_string()))?;
        let key = self.key();
        let own = held.cosigned_by(slice::from_ref(key));
        match own.map_err(|error| damaged(error.to_string()))?.first() {
            Some(own) => Ok(Some((held, own.time))),
            None => Err(damaged(format!("{}+{:08x} did not cosign it", key.name(), key.id()))),
        }
    }

    /// Reads a request as far as that takes nothing that is kept here: what it asks for, and the
    /// log's signature lines, which hold. What is refused comes as its answer.
    fn read_request(&self, body: &[u8]) -> Result<(ConsistencyProof, Vec<u8>), Box<Answer>> {
        let refuse = |status, why: &str| Box::new(told(status, why));
        if body.len() > MAX_REQUEST {
            return Err(refuse(413, "the request is too long"));
        }
        let request =
            ConsistencyProof::parse(body).map_err(|error| refuse(400, &error.to_string()))?;
        let offered = request.checkpoint.checkpoint();
        if !self.logs.iter().any(|log| log.name() == offered.origin) {
            return Err(refuse(404, "this log is not watched here"));
        }
        let lines = self.verified(&request.checkpoint);
        let lines = lines.map_err(|error| refuse(403, &error.to_string()))?;
        if request.old > offered.size {
            let (old, size) = (request.old, offered.size);
            let why = format!("the old size {old} is larger than the checkpoint's, {size}");
            return Err(Box::new(Answer { about: Some(offered.clone()), ..told(400, &why) }));
        }
        Ok((request, lines))
    }

    /// The signature lines of the log that a checkpoint names, which hold: one of each key, and at
    /// least one. Lines of others are left out, as nobody has checked them.
    fn verified(&self, signed: &SignedCheckpoint) -> Result<Vec<u8>, CheckpointError> {
        let mut lines = Vec::new();
        let mut unsigned = None;
        let origin = &signed.checkpoint().origin;
        for key in self.logs.iter().filter(|log| log.name() == origin) {
            match signed.check(key) {
                Ok(()) => {
                    let line = signed.lines_of(slice::from_ref(key)).into_iter().next();
                    lines.extend(line.expect("a key that signed has a line").to_bytes());
                }
                Err(error @ CheckpointError::Unsigned { .. }) => unsigned = Some(error),
                Err(error) => return Err(error),
            }
        }
        match unsigned {
            Some(error) if lines.is_empty() => Err(error),
            _ => Ok(lines),
        }
    }

    fn place(&self, origin: &str) -> PathBuf {
        self.dir.join(log_id(origin))
    }
}

/// Why a request is not cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// It goes on from another size than the one that is held.
    Conflict,
    /// It does not show that the log only grew.
    Unproved,
}

/// Whether a request may be cosigned, asked in the order of the specification.
fn judge(request: &ConsistencyProof, held: Option<&Checkpoint>) -> Result<(), Refusal> {
    let offered = request.checkpoint.checkpoint();
    if request.old != held.map_or(0, |held| held.size) {
        return Err(Refusal::Conflict);
    }
    if offered.size == 0 && offered.root != Growing::default().root() {
        return Err(Refusal::Unproved);
    }
    let is_shown = match held.filter(|held| held.size > 0) {
        Some(held) => request.check(held.root).is_ok(),
        // Every tree begins with the empty one: there is nothing to prove, nor may anything be.
        None => request.hashes.is_empty(),
    };
    if is_shown { Ok(()) } else { Err(Refusal::Unproved) }
}

/// Whether a refused checkpoint makes its log doubtful: another root for the same size always does,
/// a larger tree only where the proof was asked for from what is held.
fn is_doubtful(refusal: Refusal, held: &Checkpoint, offered: &Checkpoint) -> bool {
    match offered.size.cmp(&held.size) {
        Ordering::Equal => offered.root != held.root,
        Ordering::Greater => refusal == Refusal::Unproved && held.size > 0,
        Ordering::Less => false,
    }
}

/// Keeps what a log should not have signed, with what was cosigned before: either alone accuses
/// nobody.
fn keep_refused(
    place: &Path,
    held: &SignedCheckpoint,
    offered: &Checkpoint,
    lines: &[u8],
) -> Result<Doubt, Error> {
    let name = format!("refused-{}-{}", offered.size, to_hex(&offered.root.0[..4]));
    let path = place.join(&name);
    let doubt = Doubt {
        held: held.checkpoint().clone(),
        offered: offered.clone(),
        kept: Some(path.clone()),
    };
    let entries = fs::read_dir(place).and_then(|entries| {
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<io::Result<Vec<String>>>()
    });
    let entries = entries.map_err(io_error("list", place))?;
    if entries.contains(&name) {
        return Ok(doubt);
    }
    let kept = entries.iter().filter(|it| it.starts_with("refused-") && !it.ends_with("-held"));
    // A larger checkpoint with a wrong proof may come from anybody who has seen it: it must not use
    // up the room for what only the log itself can have made.
    let room = if offered.size == held.checkpoint().size { MAX_REFUSED } else { MAX_REFUSED / 2 };
    if kept.count() >= room {
        return Ok(Doubt { kept: None, ..doubt });
    }
    replace(&place.join(format!("{name}-held")), &held.to_bytes())?;
    // If we crash here, the same request is refused again, and kept then.
    replace(&path, &note(offered, lines))?;
    Ok(doubt)
}

fn note(checkpoint: &Checkpoint, lines: &[u8]) -> Vec<u8> {
    [checkpoint.text().as_bytes(), b"\n", lines].concat()
}

fn answer(status: u16, content_type: &'static str, body: Vec<u8>) -> Answer {
    Answer { status, content_type, body, about: None, doubt: None }
}

fn told(status: u16, why: &str) -> Answer {
    answer(status, TEXT, format!("{why}\n").into_bytes())
}

fn refused(refusal: Refusal, size: u64) -> Answer {
    match refusal {
        Refusal::Conflict => answer(409, SIZE, format!("{size}\n").into_bytes()),
        Refusal::Unproved => told(422, "it was not shown that the log only grew"),
    }
}

/// Waits until nobody else holds the lock; it is let go when the file is closed.
fn lock(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(io_error("open", path))?;
    file.lock().map_err(io_error("lock", path))?;
    Ok(file)
}

/// Replaces a file by one that is whole and on the disk, or leaves it as it is.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut unfinished = path.to_owned();
    unfinished.add_extension("new");
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(io_error("write", &unfinished))?;
    // If we crash here, what stood there before still stands there, and is what counts: nothing
    // newer was answered.
    fs::rename(&unfinished, path).map_err(io_error("replace", path))?;
    sync_dir(path.parent().expect("a file is in a directory"))
}

/// Makes a directory with those above it, so that a power cut does not take it back.
fn create_dir(dir: &Path) -> Result<(), Error> {
    if dir.try_exists().map_err(io_error("look at", dir))? {
        return Ok(());
    }
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        create_dir(above)?;
    }
    match fs::create_dir(dir) {
        // Another one was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => created.map_err(io_error("create", dir))?,
    }
    sync_dir(above.unwrap_or(Path::new(".")))
}

fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io_error("sync", dir))
}

fn io_error<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + 'a {
    move |source| Error::Io { doing, path: path.to_owned(), source }
}
