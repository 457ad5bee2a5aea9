//! What is kept of a log outside its directory, so that it shows whether that was rewritten:
//!
//! ```text
//! <config>/keys/<SHA-256 of the origin>/<key id>.key         the signing key, mode 0600
//! <config>/keys/<SHA-256 of the origin>/<key id>.checkpoint  the last checkpoint signed with it
//! <config>/keys/<SHA-256 of the origin>/<key id>.pending     there while that is on its way into
//!                                                            the ledger's directory
//! ```
//!
//! A key is made once and never overwritten. Of two ledgers of one origin only one can be the log:
//! they share these files, and the second one is noticed.

use crate::error::Error;
use journal::checkpoint::{SignedCheckpoint, log_id};
use journal::note::{KeyError, SigningKey};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The keys of one log, and the last checkpoints signed with them.
#[derive(Debug, Clone)]
pub struct Keyring {
    dir: PathBuf,
}

/// Why a key or a checkpoint that is kept outside cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// No directory was named that they could lie in.
    #[error("no directory for keys was named")]
    NoDirectory,
    /// The ledger records no key to sign with.
    #[error("this ledger records no key to sign with")]
    NotRecorded,
    /// The key that the ledger records is not here.
    #[error("the signing key of {key} is not in {}", dir.display())]
    Missing {
        /// The public key.
        key: String,
        /// Where it should be.
        dir: PathBuf,
    },
    /// There are several keys, and the ledger records none that would say which one counts.
    #[error("there are several signing keys in {}", .0.display())]
    Several(PathBuf),
    /// Others than its owner may read a key.
    #[error("others may read the signing key {}", .0.display())]
    Exposed(PathBuf),
    /// A file is not a key of this log.
    #[error("{} is not a signing key of this ledger: {why}", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file is not a checkpoint.
    #[error("{} is not a checkpoint of this ledger", .0.display())]
    NotACheckpoint(PathBuf),
    /// The system could not do it.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Keyring {
    /// What is kept of the log of this origin in a configuration directory.
    pub fn of(config: &Path, origin: &str) -> Self {
        Self { dir: config.join("keys").join(log_id(origin)) }
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The signing key with this id.
    pub fn key(&self, id: u32) -> Result<Option<SigningKey>, KeyringError> {
        let path = self.dir.join(format!("{id:08x}.key"));
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(io_error("read", &path))?,
        };
        let mode = fs::metadata(&path).map_err(io_error("look at", &path))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyringError::Exposed(path));
        }
        let key = text.trim_end().parse::<SigningKey>();
        match key.map_err(|error: KeyError| error.to_string()) {
            Ok(key) if key.public().id() == id => Ok(Some(key)),
            Ok(key) => {
                let why = format!("it has the id {:08x}", key.public().id());
                Err(KeyringError::NotAKey { path, why })
            }
            Err(why) => Err(KeyringError::NotAKey { path, why }),
        }
    }

    /// The signing key, if there is one and no more.
    pub fn only_key(&self) -> Result<Option<SigningKey>, KeyringError> {
        let ids = self.ids("key")?;
        match ids.as_slice() {
            [] => Ok(None),
            [id] => self.key(*id),
            _ => Err(KeyringError::Several(self.dir.clone())),
        }
    }

    /// Keeps a new key; one that is there is never overwritten.
    pub fn keep_key(&self, key: &SigningKey) -> Result<(), KeyringError> {
        let path = self.dir.join(format!("{:08x}.key", key.public().id()));
        let mut made = DirBuilder::new();
        made.recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(io_error("create", &self.dir))?;
        let new = path.with_extension("key.new");
        if_there(fs::remove_file(&new)).map_err(io_error("remove", &new))?;
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new);
        let written = file.and_then(|mut file| {
            writeln!(file, "{}", key.to_secret_text())?;
            file.sync_all()
        });
        written.map_err(io_error("write", &new))?;
        // A link takes the place of nothing. If we crash before it, no key has the name of one.
        fs::hard_link(&new, &path).map_err(io_error("write", &path))?;
        fs::remove_file(&new).map_err(io_error("remove", &new))?;
        self.sync()
    }

    /// The last checkpoints that were signed here, one for each key.
    pub fn seen(&self) -> Result<Vec<SignedCheckpoint>, KeyringError> {
        let mut seen = Vec::new();
        for id in self.ids("checkpoint")? {
            let path = self.dir.join(format!("{id:08x}.checkpoint"));
            let bytes = fs::read(&path).map_err(io_error("read", &path))?;
            let signed = SignedCheckpoint::parse(&bytes).ok();
            let signed = signed.filter(|it| log_id(&it.checkpoint().origin) == self.name());
            // Where the key is here, a digit changed in it is found, and accuses nobody.
            let key = self.key(id).ok().flatten();
            let holds = |it: &SignedCheckpoint| {
                key.as_ref().is_none_or(|key| it.check(key.public()).is_ok())
            };
            match signed.filter(holds) {
                Some(signed) => seen.push(signed),
                None => return Err(KeyringError::NotACheckpoint(path)),
            }
        }
        Ok(seen)
    }

    /// Keeps a checkpoint as the last one that was signed with a key, and notes that it is on its
    /// way into the ledger's directory, until [`settle`](Self::settle).
    pub fn keep_seen(&self, signed: &SignedCheckpoint, id: u32) -> Result<(), KeyringError> {
        let pending = self.pending(id);
        File::create(&pending).map_err(io_error("write", &pending))?;
        self.sync()?;
        let path = self.dir.join(format!("{id:08x}.checkpoint"));
        let new = path.with_extension("checkpoint.new");
        let written = File::create(&new).and_then(|mut file| {
            file.write_all(&signed.to_bytes())?;
            file.sync_all()
        });
        written.map_err(io_error("write", &new))?;
        fs::rename(&new, &path).map_err(io_error("replace", &path))?;
        self.sync()
    }

    /// Notes that the last checkpoint signed with a key lies in the ledger's directory.
    pub fn settle(&self, id: u32) -> Result<(), KeyringError> {
        let pending = self.pending(id);
        if_there(fs::remove_file(&pending)).map_err(io_error("remove", &pending))
    }

    /// Whether a checkpoint was being written into the ledger's directory when something stopped.
    pub fn is_pending(&self) -> Result<bool, KeyringError> {
        Ok(!self.ids("pending")?.is_empty())
    }

    fn pending(&self, id: u32) -> PathBuf {
        self.dir.join(format!("{id:08x}.pending"))
    }

    fn name(&self) -> String {
        self.dir.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The ids of the files with this ending, in order.
    fn ids(&self, ending: &str) -> Result<Vec<u32>, KeyringError> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io_error("list", &self.dir))?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry.map_err(io_error("list", &self.dir))?.file_name();
            let name = name.to_string_lossy();
            let id = name.split_once('.').filter(|(id, rest)| *rest == ending && id.len() == 8);
            ids.extend(id.and_then(|(id, _)| u32::from_str_radix(id, 16).ok()));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    fn sync(&self) -> Result<(), KeyringError> {
        let synced = File::open(&self.dir).and_then(|dir| dir.sync_all());
        synced.map_err(io_error("sync", &self.dir))
    }
}

impl From<KeyringError> for Error {
    fn from(error: KeyringError) -> Self {
        Self::Keyring(Box::new(error))
    }
}

/// Takes a file that is not there for one that was removed.
fn if_there(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn io_error<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> KeyringError + 'a {
    move |source| KeyringError::Io { doing, path: path.to_owned(), source }
}
