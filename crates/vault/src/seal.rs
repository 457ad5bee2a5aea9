//! Sealing content, opening it again, and checking that it is what was committed to.

use zeroize::Zeroize;

use crate::cipher::{NONCE, TAG, decrypt, encrypt};
use crate::digest::Digest;
use crate::secrets::Secrets;

/// How many bytes content may have: 64 MiB.
pub const MAX_LENGTH: u64 = 64 * 1024 * 1024;

/// How many bytes a sealed file has more than its content: the nonce before, the tag after it.
pub const OVERHEAD: u64 = (NONCE + TAG) as u64;

/// What a record may hold of content: enough to find it and to check it, too little to learn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The salted commitment to the clear bytes.
    pub commitment: Digest,
    /// How many clear bytes there are.
    pub length: u64,
    /// The digest of the sealed file, which is its name and that of its key.
    pub sealed: Digest,
}

/// The random bytes that sealing takes; drawn for one item and never used again.
pub struct Randomness {
    /// Encrypts the content.
    pub key: [u8; 32],
    /// Stands in front of the sealed file.
    pub nonce: [u8; NONCE],
    /// Keeps the commitment from being guessed.
    pub salt: [u8; 32],
}

/// Content that was sealed: what is recorded, what is kept, and what is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// For the record.
    pub reference: Reference,
    /// For the sealed file.
    pub bytes: Vec<u8>,
    /// For the key file.
    pub secrets: Secrets,
}

/// Why content was not sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is too much of it.
    #[error("content of {length} bytes is too long: at most {MAX_LENGTH} can be sealed")]
    TooLong {
        /// How many bytes were given.
        length: u64,
    },
}

/// Why content was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The sealed bytes are others than those that were recorded.
    #[error("the sealed bytes have the digest {found}, not {expected}")]
    SealedDiffers {
        /// The digest in the reference.
        expected: Digest,
        /// The digest of the sealed bytes.
        found: Digest,
    },
    /// The key does not belong to these bytes, or the commitment does not.
    #[error("{sealed} cannot be decrypted with this key under its commitment")]
    CannotDecrypt {
        /// The digest of the sealed bytes.
        sealed: Digest,
    },
    /// The content has another length than the one that was recorded.
    #[error("the content has {found} bytes, not {expected}")]
    LengthDiffers {
        /// The length in the reference.
        expected: u64,
        /// The length of the content.
        found: u64,
    },
    /// The content, with this salt, is not what was committed to.
    #[error("the content has the commitment {found}, not {expected}")]
    CommitmentDiffers {
        /// The commitment in the reference.
        expected: Digest,
        /// The commitment to the content with this salt.
        found: Digest,
    },
}

/// Seals content with these random bytes.
///
/// Sealed file: `nonce ‖ XChaCha20-Poly1305(key, nonce, aad = commitment, clear)`. With the
/// commitment as the additional data, a sealed file opens under the record that it was made for
/// and under no other.
pub fn seal(clear: &[u8], randomness: Randomness) -> Result<Sealed, SealError> {
    let length = clear.len() as u64;
    check_length(length)?;
    let Randomness { key, nonce, salt } = &randomness;
    let commitment = commitment(salt, clear);
    let hidden = encrypt(key, nonce, commitment.as_bytes(), clear);
    let bytes = [nonce.as_slice(), &hidden].concat();
    let reference = Reference { commitment, length, sealed: Digest::of(&bytes) };
    Ok(Sealed { reference, bytes, secrets: Secrets::new(*key, *salt) })
}

/// Opens a sealed file, and checks it against the reference in every respect.
pub fn open(reference: &Reference, sealed: &[u8], secrets: &Secrets) -> Result<Vec<u8>, OpenError> {
    let Reference { commitment: expected, length, sealed: digest } = *reference;
    let found = Digest::of(sealed);
    if found != digest {
        return Err(OpenError::SealedDiffers { expected: digest, found });
    }
    let clear = sealed
        .split_first_chunk()
        .and_then(|(nonce, hidden)| decrypt(secrets.key(), nonce, expected.as_bytes(), hidden))
        .ok_or(OpenError::CannotDecrypt { sealed: digest })?;
    let found = clear.len() as u64;
    if found != length {
        return Err(OpenError::LengthDiffers { expected: length, found });
    }
    let found = commitment(secrets.salt(), &clear);
    if found != expected {
        return Err(OpenError::CommitmentDiffers { expected, found });
    }
    Ok(clear)
}

/// Whether the commitment is to this content with this salt.
pub fn commits(to: &Digest, salt: &[u8; 32], clear: &[u8]) -> bool {
    commitment(salt, clear) == *to
}

fn check_length(length: u64) -> Result<(), SealError> {
    if length > MAX_LENGTH { Err(SealError::TooLong { length }) } else { Ok(()) }
}

/// `BLAKE3-256(salt ‖ clear)`; the salt has a fixed length, so nothing can move between the two.
fn commitment(salt: &[u8; 32], clear: &[u8]) -> Digest {
    Digest::of_joined(salt, clear)
}

impl Drop for Randomness {
    fn drop(&mut self) {
        self.key.zeroize();
        self.salt.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fear: the longest content that the format allows is refused, or a longer one is not.
    #[test]
    fn the_limit_is_the_longest_that_is_sealed() {
        assert_eq!(check_length(67_108_864), Ok(()));
        assert_eq!(check_length(67_108_865), Err(SealError::TooLong { length: 67_108_865 }));
    }
}
