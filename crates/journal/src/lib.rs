//! Where the records lie, how they are hashed and chained, and how that is checked.
//!
//! The bytes are those of `docs/format.md`. The files are read in this order: [`canonical`] says
//! which JSON may be recorded, [`record`] what one line is, [`batch`] how lines are made,
//! [`chain`] what holds between them, [`head`] how far they are acknowledged, [`store`] what
//! keeps them, [`file`](mod@file) how files do, and [`verify`](mod@verify) how all of it is
//! checked again.
//!
//! This crate knows no word of what is recorded, and asks neither the clock, the environment nor
//! a source of randomness: times, keys and salts are given to it.

pub mod batch;
pub mod canonical;
pub mod chain;
pub mod checkpoint;
pub mod fault;
pub mod file;
mod grammar;
pub mod hash;
pub mod head;
pub mod note;
pub mod policy;
pub mod proof;
pub mod record;
pub mod store;
pub mod tiles;
pub mod tree;
pub mod verify;
pub mod witness;

pub use batch::{Batch, EncodeError, Encoded, NewCommand, NewRecord};
pub use chain::Chain;
pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use fault::{Check, Fault, Finding};
pub use file::{CreateError, FileStore, Options, StoredTree};
pub use hash::Hash;
pub use head::Head;
pub use note::{SigningKey, VerifierKey};
pub use proof::{ConsistencyProof, InclusionProof};
pub use record::{Record, parse};
pub use store::{
    AppendError, Appended, Beyond, End, Entry, Error, Line, Lines, Place, Records, Segment, Store,
    Stored,
};
pub use tree::{Hashes, TreeHash};
pub use verify::{Asked, HeadState, Summary, TreeState, Watch, verify};
