//! Checkpoints: which records there are, in three lines that anybody can keep (C2SP
//! tlog-checkpoint).
//!
//! ```text
//! text       = origin U+000A  size U+000A  base64(root) U+000A
//! checkpoint = text  U+000A  one signature line or more
//! ```
//!
//! There are no extension lines: of those that exist, implementations sign different bytes.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use signed_note::{Note, NoteError, Signature};

use crate::canonical::MAX_INTEGER;
use crate::chain::is_origin;
use crate::hash::to_hex;
use crate::note::{Algorithm, SigningKey, VerifierKey};
use crate::tree::TreeHash;

/// The longest checkpoint that is read, in bytes: a hundred signatures fit.
const MAX_BYTES: usize = 64 * 1024;

/// A tree by its size and root, of the log that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The log's name in the world.
    pub origin: String,
    /// How many records there are.
    pub size: u64,
    /// The root hash of the tree over them.
    pub root: TreeHash,
}

/// A checkpoint with its signatures, as parsed: which of them hold is for who has the keys.
#[derive(Debug)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
    /// The signature lines of the note, which it gives to nobody who has no key.
    lines: Vec<Signature>,
}

/// A cosignature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's key.
    pub key: VerifierKey,
    /// When the witness looked, in seconds since 1970, as it says itself.
    pub time: u64,
}

/// Why a checkpoint does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not a checkpoint.
    #[error("not a checkpoint: {0}")]
    Malformed(&'static str),
    /// It is another log's.
    #[error("it is of {found}, not of {expected}")]
    Origin {
        /// The origin that it names.
        found: String,
        /// The log that it was looked at for.
        expected: String,
    },
    /// The log's key did not sign it.
    #[error("it is not signed by {name}+{id:08x}")]
    Unsigned {
        /// The name of the key.
        name: String,
        /// Its id.
        id: u32,
    },
    /// A line says that a key signed it, and that key did not.
    #[error("the signature of {name}+{id:08x} does not hold")]
    Forged {
        /// The name of the key.
        name: String,
        /// Its id.
        id: u32,
    },
}

/// By which name a witness and a configuration directory know a log: `SHA-256(origin)` in hex.
pub fn log_id(origin: &str) -> String {
    to_hex(&Sha256::digest(origin.as_bytes()))
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the text of a note; the inverse of [`text`](Self::text), to the byte.
    fn parse(text: &[u8]) -> Result<Self, CheckpointError> {
        let parsed = tlog_tiles::Checkpoint::from_bytes(text)
            .map_err(|_| CheckpointError::Malformed("it has no origin, size and root"))?;
        let origin = parsed.origin().to_owned();
        let checkpoint = Self { origin, size: parsed.size(), root: *parsed.hash() };
        if !is_origin(&checkpoint.origin) {
            return Err(CheckpointError::Malformed("its origin is not the name of a log"));
        }
        if checkpoint.size > MAX_INTEGER {
            return Err(CheckpointError::Malformed("its size is more than any log has"));
        }
        if checkpoint.text().as_bytes() != text {
            return Err(CheckpointError::Malformed("it has more than origin, size and root"));
        }
        Ok(checkpoint)
    }

    /// Signs it with the log's key.
    pub fn sign(self, key: &SigningKey) -> SignedCheckpoint {
        let text = self.text();
        let signature = key.sign_note(text.as_bytes(), 0);
        SignedCheckpoint::new(self, vec![signature])
    }
}

impl SignedCheckpoint {
    fn new(checkpoint: Checkpoint, lines: Vec<Signature>) -> Self {
        let note = Note::new(checkpoint.text().as_bytes(), &lines);
        Self { checkpoint, note: note.expect("its text is that of a note"), lines }
    }

    /// Reads a checkpoint without looking whether anybody signed it.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        if bytes.len() > MAX_BYTES {
            return Err(CheckpointError::Malformed("it is too long"));
        }
        let malformed = |_| CheckpointError::Malformed("it is not a signed note");
        let note = Note::from_bytes(bytes).map_err(malformed)?;
        let lines = bytes.get(note.text().len() + 1..).unwrap_or_default();
        let lines = parse_lines(lines).map_err(malformed)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note, lines })
    }

    /// The bytes that are kept and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }

    /// What it says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Checks that it is of the log with this key, and signed with it.
    ///
    /// # Errors
    ///
    /// Another origin, no line of this key, or one that does not hold.
    pub fn check(&self, key: &VerifierKey) -> Result<(), CheckpointError> {
        let (name, id) = (key.name().to_owned(), key.id());
        if self.checkpoint.origin != name {
            let found = self.checkpoint.origin.clone();
            return Err(CheckpointError::Origin { found, expected: name });
        }
        match self.signatures_of(key)?.is_empty() || key.algorithm() != Algorithm::Note {
            true => Err(CheckpointError::Unsigned { name, id }),
            false => Ok(()),
        }
    }

    /// Which of these keys of a log, the one in force last, signed it.
    ///
    /// # Errors
    ///
    /// A line of one of them that does not hold; else why the one in force did not sign it.
    pub fn signer<'a>(&self, keys: &'a [VerifierKey]) -> Result<&'a VerifierKey, CheckpointError> {
        let mut why = None;
        for key in keys.iter().rev() {
            match self.check(key) {
                Ok(()) => return Ok(key),
                Err(error @ CheckpointError::Forged { .. }) => return Err(error),
                Err(error) => why = why.or(Some(error)),
            }
        }
        Err(why.unwrap_or(CheckpointError::Malformed("there is no key to check it with")))
    }

    /// The cosignatures of these witnesses, at most one of each public key, as no name is signed;
    /// of several the latest. Lines of others are passed over.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Forged`] for a line of one of these keys that does not hold.
    pub fn cosigned_by(&self, witnesses: &[VerifierKey]) -> Result<Vec<Cosigned>, CheckpointError> {
        let mut cosigned: BTreeMap<_, Cosigned> = BTreeMap::new();
        for key in witnesses.iter().filter(|key| key.algorithm() == Algorithm::Cosignature) {
            let times = self.signatures_of(key)?;
            let times = times.iter().filter_map(|it| key.time_of(it.signature()));
            if let Some(time) = times.max() {
                let it = Cosigned { key: key.clone(), time };
                cosigned.entry(*key.public_key()).or_insert(it);
            }
        }
        Ok(cosigned.into_values().collect())
    }

    /// The lines of a key, all of which hold. `Note::verify` would look at the first one only.
    fn signatures_of(&self, key: &VerifierKey) -> Result<Vec<&Signature>, CheckpointError> {
        let is_its = |it: &&Signature| it.name() == key.name() && it.id() == key.id();
        let lines: Vec<_> = self.lines.iter().filter(is_its).collect();
        match lines.iter().all(|it| key.verify(self.note.text(), it.signature())) {
            true => Ok(lines),
            false => Err(CheckpointError::Forged { name: key.name().to_owned(), id: key.id() }),
        }
    }

    /// The same checkpoint with further signature lines, each in place of what is there of the same
    /// key: a witness that is asked every hour must not make it too long to be read.
    pub fn with(&self, lines: &[Signature]) -> Self {
        let mut all = self.lines.clone();
        for line in lines {
            let is_same = |it: &&mut Signature| it.name() == line.name() && it.id() == line.id();
            match all.iter_mut().find(is_same) {
                Some(before) => *before = line.clone(),
                None => all.push(line.clone()),
            }
        }
        Self::new(self.checkpoint.clone(), all)
    }

    /// The signature lines that say that these keys made them, whether they hold or not.
    pub fn lines_of(&self, keys: &[VerifierKey]) -> Vec<Signature> {
        let known =
            |it: &&Signature| keys.iter().any(|key| key.name() == it.name() && key.id() == it.id());
        self.lines.iter().filter(known).cloned().collect()
    }

    /// The signature lines, whether they hold or not.
    pub fn lines(&self) -> &[Signature] {
        &self.lines
    }

    /// The cosignature of a witness that has looked at it, made at a time in seconds since 1970.
    pub fn cosign(&self, key: &SigningKey, time: u64) -> Signature {
        key.sign_note(self.note.text(), time)
    }
}

/// Reads signature lines that came without a note.
///
/// # Errors
///
/// What is no such line.
pub fn parse_lines(bytes: &[u8]) -> Result<Vec<Signature>, NoteError> {
    let lines = bytes.strip_suffix(b"\n").ok_or(NoteError::MalformedNote)?;
    lines.split(|byte| *byte == b'\n').map(Signature::from_bytes).collect()
}
