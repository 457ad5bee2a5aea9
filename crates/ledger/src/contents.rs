//! Content that must stay erasable: sealed on its way in, opened for who holds the keys.
//!
//! ```text
//! vault/<digest>                       sealed content, in the ledger's directory
//! publications/<digest>                released reports, in the clear, there too
//! <config>/contents/<ledger>/<digest>  the key and the salt of each sealed file
//! <config>/contents/<ledger>/submissions/<digest>
//!                                      which contents a line of an import became
//! ```
//!
//! `<ledger>` is the first half of the hash of record 0, which no other ledger has.

use assessment::{Content, Digest, MediaType, PublicationId};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use vault::{Files, Keys, Randomness, Reference, Sealed};

/// Where the contents of a ledger lie, and where their keys.
#[derive(Debug, Clone)]
pub struct Contents {
    sealed: Files,
    released: Files,
    keys: Option<Keys>,
}

/// Content that was sealed and is not stored yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewContent {
    /// What a record may hold of it.
    pub content: Content,
    sealed: Sealed,
}

/// Why content cannot be opened or stored.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// No directory was named that keys could lie in.
    #[error("no directory for keys was named")]
    NoKeys,
    /// The key is not here.
    #[error("the key of {} is not in {}", .sealed, .dir.display())]
    KeyMissing {
        /// The sealed file.
        sealed: Digest,
        /// Where keys lie.
        dir: PathBuf,
    },
    /// A sealed file or a released report is not there.
    #[error("{} is missing", .path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A released file is whole, and is not the report that its record names.
    #[error("{} is not the report of {publication}", .path.display())]
    OtherReport {
        /// Where it lies.
        path: PathBuf,
        /// What it should be the report of.
        publication: PublicationId,
    },
    /// A released file is whole, and is not the national report that its record names.
    #[error("{} is not the national report {national}", .path.display())]
    OtherNational {
        /// Where it lies.
        path: PathBuf,
        /// Which report it should be.
        national: assessment::NationalId,
    },
    /// The content is not what the record says.
    #[error("the sealed file {sealed} is not the content of its record: {why}")]
    Differs {
        /// The sealed file.
        sealed: Digest,
        /// What is wrong.
        why: vault::OpenError,
    },
    /// The content is longer than can be sealed.
    #[error(transparent)]
    TooLong(#[from] vault::SealError),
    /// A file could not be read or written, or is damaged.
    #[error(transparent)]
    Vault(#[from] vault::Error),
}

/// Seals content; nothing is stored before a command that refers to it is recorded.
///
/// What is said to be a text and is not UTF-8 is kept as bytes: whoever opens it could not read it
/// as what it is said to be.
pub fn seal(
    clear: &[u8],
    media_type: MediaType,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<NewContent, ContentError> {
    let is_text = media_type.as_str().starts_with("text/");
    let media_type = match is_text && std::str::from_utf8(clear).is_err() {
        true => "application/octet-stream".parse().expect("it is a media type"),
        false => media_type,
    };
    let mut randomness = Randomness { key: [0; 32], nonce: [0; 24], salt: [0; 32] };
    random(&mut randomness.key);
    random(&mut randomness.nonce);
    random(&mut randomness.salt);
    let sealed = vault::seal(clear, randomness)?;
    let Reference { commitment, length, sealed: digest } = sealed.reference;
    let content = Content {
        commitment: (*commitment.as_bytes()).into(),
        length,
        media_type,
        sealed: (*digest.as_bytes()).into(),
    };
    Ok(NewContent { content, sealed })
}

impl NewContent {
    /// The clear bytes again, for what is put together before it is stored.
    pub(crate) fn open(&self) -> Result<Opened, ContentError> {
        let clear = vault::open(&self.sealed.reference, &self.sealed.bytes, &self.sealed.secrets);
        let clear = clear.expect("it was sealed here with these secrets");
        Ok(Opened { clear, salt: *self.sealed.secrets.salt() })
    }
}

/// Content that was opened and checked.
pub struct Opened {
    /// The clear bytes.
    pub clear: Vec<u8>,
    /// The salt of its commitment, which proves that these are the bytes once it is told.
    pub salt: [u8; 32],
}

impl Contents {
    pub(crate) fn of(dir: &Path) -> Self {
        let (sealed, released) = (dir.join("vault"), dir.join("publications"));
        Self { sealed: Files::new(sealed), released: Files::new(released), keys: None }
    }

    pub(crate) fn keep_keys_in(&mut self, config: &Path, opening: journal::Hash) {
        let ledger = &opening.to_string()[..32];
        self.keys = Some(Keys::new(config.join("contents").join(ledger)));
    }

    /// The sealed files.
    pub fn sealed(&self) -> &Files {
        &self.sealed
    }

    /// The released reports.
    pub fn released(&self) -> &Files {
        &self.released
    }

    /// The keys, if this ledger's are here.
    pub fn keys(&self) -> Result<Option<&Keys>, ContentError> {
        match &self.keys {
            Some(keys) if keys.exists()? => Ok(Some(keys)),
            _ => Ok(None),
        }
    }

    /// Opens content and checks it against what its record says.
    pub fn open(&self, content: &Content) -> Result<Opened, ContentError> {
        let keys = self.keys.as_ref().ok_or(ContentError::NoKeys)?;
        let reference = reference(content);
        let missing =
            || ContentError::KeyMissing { sealed: content.sealed, dir: keys.dir().to_owned() };
        let secrets = keys.get(&reference.sealed)?.ok_or_else(missing)?;
        let path = || self.sealed.path(&reference.sealed);
        let sealed = self.sealed.get(&reference.sealed)?;
        let sealed = sealed.ok_or_else(|| ContentError::Missing { path: path() })?;
        let clear = vault::open(&reference, &sealed, &secrets)
            .map_err(|why| ContentError::Differs { sealed: content.sealed, why })?;
        Ok(Opened { clear, salt: *secrets.salt() })
    }

    /// Whether the key of this content is here.
    pub(crate) fn has_key(&self, sealed: Digest) -> Result<bool, ContentError> {
        let Some(keys) = &self.keys else { return Ok(false) };
        // A file that is no key may be what a crash left of one that was being destroyed.
        match keys.get(&digest(sealed)) {
            Err(vault::Error::NotAKey(_)) => Ok(true),
            key => Ok(key?.is_some()),
        }
    }

    /// Stores what is about to be recorded: keys first, then what they open. If we crash before
    /// the record is there, they are of no use and do no harm.
    pub(crate) fn put(
        &self,
        contents: &[&NewContent],
        released: &[&[u8]],
    ) -> Result<(), ContentError> {
        if !contents.is_empty() {
            let keys = self.keys.as_ref().ok_or(ContentError::NoKeys)?;
            let secrets =
                contents.iter().map(|it| (it.sealed.reference.sealed, &it.sealed.secrets));
            keys.put(&secrets.collect::<Vec<_>>())?;
            let bytes = contents.iter().map(|it| it.sealed.bytes.as_slice());
            self.sealed.put(&bytes.collect::<Vec<_>>())?;
        }
        if !released.is_empty() {
            self.released.put(released)?;
        }
        Ok(())
    }

    /// Destroys the key of content whose erasure is recorded, and what told which line of an
    /// import it had been, as that is a hash of its text.
    pub(crate) fn destroy(&self, sealed: Digest) -> Result<(), ContentError> {
        let keys = self.keys.as_ref().ok_or(ContentError::NoKeys)?;
        for (path, contents) in self.submissions()? {
            if contents.is_empty() || contents.iter().any(|content| content.sealed == sealed) {
                std::fs::remove_file(&path).map_err(|error| io("remove", &path, error))?;
            }
        }
        keys.destroy(&digest(sealed))?;
        Ok(())
    }

    /// The contents that the same line of an import became before.
    pub(crate) fn recall(&self, line: &vault::Digest) -> Result<Vec<Content>, ContentError> {
        let Some(path) = self.submission_path(line) else { return Ok(vec![]) };
        match std::fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(vec![]),
            Err(error) => Err(io("read", &path, error)),
        }
    }

    /// Content that was stored before, to be brought again; nothing if a part of it is gone.
    pub(crate) fn again(&self, content: &Content) -> Result<Option<NewContent>, ContentError> {
        let Some(keys) = &self.keys else { return Ok(None) };
        let reference = reference(content);
        let parts = keys.get(&reference.sealed)?.zip(self.sealed.get(&reference.sealed)?);
        Ok(parts.map(|(secrets, bytes)| NewContent {
            content: content.clone(),
            sealed: Sealed { reference, bytes, secrets },
        }))
    }

    /// Keeps which contents a line of an import became. What is lost of this in a power cut costs
    /// no more than that importing the same line again records it again.
    pub(crate) fn remember(
        &self,
        line: &vault::Digest,
        contents: &[Content],
    ) -> Result<(), ContentError> {
        let Some(path) = self.submission_path(line) else { return Ok(()) };
        let dir = path.parent().expect("the path was put together from its directory");
        std::fs::create_dir_all(dir).map_err(|error| io("create", dir, error))?;
        let bytes = serde_json::to_vec(contents).expect("references are texts and numbers");
        std::fs::write(&path, bytes).map_err(|error| io("write", &path, error))
    }

    fn submission_path(&self, line: &vault::Digest) -> Option<PathBuf> {
        Some(self.keys.as_ref()?.dir().join("submissions").join(line.to_string()))
    }

    fn submissions(&self) -> Result<BTreeMap<PathBuf, Vec<Content>>, ContentError> {
        let mut all = BTreeMap::new();
        let Some(keys) = &self.keys else { return Ok(all) };
        let dir = keys.dir().join("submissions");
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(all),
            Err(error) => return Err(io("list", &dir, error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| io("list", &dir, error))?.path();
            let bytes = std::fs::read(&path).map_err(|error| io("read", &path, error))?;
            all.insert(path, serde_json::from_slice(&bytes).unwrap_or_default());
        }
        Ok(all)
    }
}

/// What the vault needs of a reference.
pub(crate) fn reference(content: &Content) -> Reference {
    let (commitment, sealed) = (digest(content.commitment), digest(content.sealed));
    Reference { commitment, length: content.length, sealed }
}

/// The same digest, in the vault's type.
pub(crate) fn digest(digest: Digest) -> vault::Digest {
    (*digest.as_bytes()).into()
}

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> ContentError {
    vault::Error::Io { doing, path: path.to_owned(), source }.into()
}
