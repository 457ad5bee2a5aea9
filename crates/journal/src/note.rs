//! Keys, and the signatures of notes: C2SP signed-note and cosignature/v1.
//!
//! ```text
//! key id        = SHA-256(name ‖ U+000A ‖ algorithm ‖ public key)[..4]
//! verifier key  = name "+" hex(key id) "+" base64(algorithm ‖ public key)
//! signing key   = "PRIVATE+KEY+" name "+" hex(key id) "+" base64(algorithm ‖ seed)
//! signature     = base64(key id ‖ Ed25519(text))                              algorithm 0x01
//! cosignature   = base64(key id ‖ time ‖ Ed25519("cosignature/v1\ntime " time "\n" text))   0x04
//! ```
//!
//! A command may be signed too; its signature stands in the first of its records:
//!
//! ```text
//! text      = "piperoll command v1" U+000A  origin U+000A  hex(request) U+000A
//! signature = base64(key id ‖ Ed25519(text))
//! ```
//!
//! Notes are parsed by `signed_note`; its own verifier knows the first algorithm only, so the keys
//! are ours. Signatures are checked with the strict rules of `ed25519-dalek`: the scalar is
//! reduced, the key and the point R are written as RFC 8032 writes them and neither is of small
//! order, and there is no cofactor, so that of one message under one key nobody but the holder
//! makes a second signature. A part of small order in the key or in R is let be, as only the holder
//! can have put it there.

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine};
use ed25519_dalek::{SIGNATURE_LENGTH, Signature, Signer};
use signed_note::is_key_name_valid;

pub use signed_note::Signature as SignatureLine;

use crate::hash::Hash;

/// The bytes of a time in a cosignature: seconds since 1970, big-endian.
const TIME: usize = 8;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// The text of a note: algorithm 0x01.
    Note,
    /// A checkpoint of another's, with the time of looking at it: cosignature/v1, algorithm 0x04.
    Cosignature,
}

/// A public key with the name that it signs under.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    key: ed25519_dalek::VerifyingKey,
}

/// A secret key with the name that it signs under; printed only by [`SigningKey::to_secret_text`].
#[derive(Clone)]
pub struct SigningKey {
    public: VerifierKey,
    key: ed25519_dalek::SigningKey,
}

/// What was given is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It does not have the form of one.
    #[error("not a key of the form {0}")]
    Form(&'static str),
    /// Its name is empty, or holds white space or `+`.
    #[error("`{0}` cannot be the name of a key")]
    Name(String),
    /// It is of an algorithm that is not known here.
    #[error("algorithm {0:#04x} is not known (known are 0x01 and 0x04)")]
    Algorithm(u8),
    /// Its public key is no point of the curve, not as RFC 8032 writes it, or of small order.
    #[error("not a public key of Ed25519, or a weak one")]
    Point,
    /// Its id is not that of its name and public key.
    #[error("the key id is {found:08x} where name and key have {expected:08x}")]
    Id {
        /// The id that stands there.
        found: u32,
        /// The id that belongs there.
        expected: u32,
    },
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Self::Note => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, KeyError> {
        match byte {
            0x01 => Ok(Self::Note),
            0x04 => Ok(Self::Cosignature),
            other => Err(KeyError::Algorithm(other)),
        }
    }
}

impl VerifierKey {
    fn new(
        name: &str,
        algorithm: Algorithm,
        key: ed25519_dalek::VerifyingKey,
    ) -> Result<Self, KeyError> {
        if !is_key_name_valid(name) || name.chars().any(char::is_control) {
            return Err(KeyError::Name(name.to_owned()));
        }
        // RFC 8032 writes a point in one way, so that a key has one text and one id.
        let is_canonical = key.to_edwards().compress().as_bytes() == key.as_bytes();
        if key.is_weak() || !is_canonical {
            return Err(KeyError::Point);
        }
        Ok(Self { name: name.to_owned(), algorithm, key })
    }

    /// The name that it signs under: of a log's key its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key itself, which two names may share.
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The id by which a signature line names it.
    pub fn id(&self) -> u32 {
        signed_note::key_id(&self.name, &self.encoded())
    }

    fn encoded(&self) -> Vec<u8> {
        [&[self.algorithm.byte()], self.key.as_bytes().as_slice()].concat()
    }

    /// Whether this is its signature of a text, as the bytes after the key id in a signature line.
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = self.split(signature) else { return false };
        let message = time.map_or_else(|| text.to_vec(), |time| cosigned(time, text));
        self.key.verify_strict(&message, &signature).is_ok()
    }

    /// Whether this is its signature of a command of a log, as it stands in a record.
    pub fn has_signed(&self, origin: &str, request: Hash, signature: &str) -> bool {
        let signature = BASE64_STANDARD.decode(signature).unwrap_or_default();
        match signature.split_first_chunk() {
            Some((id, signature)) if *id == self.id().to_be_bytes() => {
                self.verify(command_text(origin, request).as_bytes(), signature)
            }
            _ => false,
        }
    }

    /// The time that a cosignature of this key names, in seconds since 1970, unchecked.
    pub fn time_of(&self, signature: &[u8]) -> Option<u64> {
        self.split(signature)?.0
    }

    fn split(&self, signature: &[u8]) -> Option<(Option<u64>, Signature)> {
        let (time, signature) = match self.algorithm {
            Algorithm::Note => (None, signature),
            Algorithm::Cosignature => {
                let (time, signature) = signature.split_first_chunk::<TIME>()?;
                (Some(u64::from_be_bytes(*time)), signature)
            }
        };
        let signature: [u8; SIGNATURE_LENGTH] = signature.try_into().ok()?;
        Some((time, Signature::from_bytes(&signature)))
    }
}

impl SigningKey {
    /// Makes a key of 32 random bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`] for what cannot be the name of a key.
    pub fn new(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self { public: VerifierKey::new(name, algorithm, key.verifying_key())?, key })
    }

    /// The public key.
    pub const fn public(&self) -> &VerifierKey {
        &self.public
    }

    /// Signs a text: the bytes after the key id in a signature line. `time` is what a cosignature
    /// says of when; other signatures have none.
    fn sign(&self, text: &[u8], time: u64) -> Vec<u8> {
        match self.public.algorithm {
            Algorithm::Note => self.key.sign(text).to_bytes().to_vec(),
            Algorithm::Cosignature => {
                let signature = self.key.sign(&cosigned(time, text)).to_bytes();
                [time.to_be_bytes().as_slice(), &signature].concat()
            }
        }
    }

    /// The signature of the text of a note, made at a time in seconds since 1970; only a
    /// cosignature says when.
    pub fn sign_note(&self, text: &[u8], time: u64) -> signed_note::Signature {
        let signature = self.sign(text, time);
        let (name, id) = (self.public.name.clone(), self.public.id());
        signed_note::Signature::new(name, id, signature).expect("the name of a key is valid")
    }

    /// The signature of a command of a log, as it stands in a record.
    pub fn sign_command(&self, origin: &str, request: Hash) -> String {
        let signature = self.sign(command_text(origin, request).as_bytes(), 0);
        BASE64_STANDARD.encode([&self.public.id().to_be_bytes(), signature.as_slice()].concat())
    }

    /// The secret, as it stands in a file that only its owner may read.
    pub fn to_secret_text(&self) -> String {
        let VerifierKey { name, algorithm, .. } = &self.public;
        let secret = [&[algorithm.byte()], self.key.to_bytes().as_slice()].concat();
        let secret = BASE64_STANDARD.encode(secret);
        format!("{PRIVATE}{name}+{:08x}+{secret}", self.public.id())
    }
}

const PRIVATE: &str = "PRIVATE+KEY+";

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = BASE64_STANDARD.encode(self.encoded());
        write!(f, "{}+{:08x}+{key}", self.name, self.id())
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        const FORM: &str = "name+8 hex digits+base64";
        let (name, id, algorithm, key) = parts(text, FORM)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Point)?;
        let key = Self::new(name, algorithm, key)?;
        key.has_id(id)?;
        Ok(key)
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        const FORM: &str = "PRIVATE+KEY+name+8 hex digits+base64";
        let text = text.strip_prefix(PRIVATE).ok_or(KeyError::Form(FORM))?;
        let (name, id, algorithm, seed) = parts(text, FORM)?;
        let key = Self::new(name, algorithm, &seed)?;
        key.public.has_id(id)?;
        Ok(key)
    }
}

impl VerifierKey {
    fn has_id(&self, found: u32) -> Result<(), KeyError> {
        let expected = self.id();
        if found == expected { Ok(()) } else { Err(KeyError::Id { found, expected }) }
    }
}

/// Name, id, algorithm and the 32 bytes of a key.
fn parts<'a>(
    text: &'a str,
    form: &'static str,
) -> Result<(&'a str, u32, Algorithm, [u8; 32]), KeyError> {
    let (name, id, material) = split(text).ok_or(KeyError::Form(form))?;
    let (algorithm, key) = material.split_first().ok_or(KeyError::Form(form))?;
    // The algorithm first: keys of another one have another length.
    let algorithm = Algorithm::from_byte(*algorithm)?;
    let key = key.try_into().map_err(|_| KeyError::Form(form))?;
    Ok((name, id, algorithm, key))
}

/// What stands between the plus signs, decoded; the id in lower-case hex only.
fn split(text: &str) -> Option<(&str, u32, Vec<u8>)> {
    let (name, rest) = text.split_once('+')?;
    let (id, material) = rest.split_once('+')?;
    let is_id = id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| is_id)?;
    Some((name, id, BASE64_STANDARD.decode(material).ok()?))
}

/// What the signature of a command signs; no checkpoint begins so.
fn command_text(origin: &str, request: Hash) -> String {
    format!("piperoll command v1\n{origin}\n{request}\n")
}

/// What a cosignature signs.
fn cosigned(time: u64, text: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {time}\n").as_bytes(), text].concat()
}
