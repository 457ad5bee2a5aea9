//! Where content lies that must stay erasable: sealed, apart from the records that refer to it.
//!
//! A record holds a [`Reference`] and never the content. The formulas:
//!
//! ```text
//! commitment  = BLAKE3-256(salt ‖ clear bytes)                      salt: 32 random bytes
//! sealed file = nonce ‖ XChaCha20-Poly1305(key, nonce, aad = commitment, clear bytes)
//!                                              key: 32, nonce: 24 random bytes, for each item
//! digest      = BLAKE3-256(sealed file)
//! ```
//!
//! The sealed file is named by its digest, and so is the key file, which holds key and salt and
//! lies in another directory. Destroying the key file erases the content: every digest stays
//! good, and without the salt the commitment tells nothing, not even to whoever guesses.
//!
//! The files are read in this order: [`digest`](mod@digest) is what everything is named by,
//! [`seal`](mod@seal) how content is sealed and opened, [`secrets`] what a key file says,
//! [`files`] and [`keys`] where both lie on the disk.
//!
//! This crate never knows what the content is, and asks neither the clock, the environment nor a
//! source of randomness: random bytes are given to it. It never writes while it reads, and never
//! takes a failure of the disk for something that is missing.

mod cipher;
pub mod digest;
mod durable;
pub mod error;
pub mod files;
pub mod keys;
pub mod seal;
pub mod secrets;

pub use digest::{Digest, NotADigest};
pub use error::Error;
pub use files::Files;
pub use keys::Keys;
pub use seal::{
    MAX_LENGTH, OVERHEAD, OpenError, Randomness, Reference, SealError, Sealed, commits, open, seal,
};
pub use secrets::Secrets;
