//! The Merkle tree over the records (RFC 6962), and the proofs that are made of it.
//!
//! ```text
//! leaf = SHA-256(0x00 ‖ line)            the whole line of a record, without its newline
//! node = SHA-256(0x01 ‖ left ‖ right)
//! root of nothing = SHA-256("")
//! ```
//!
//! The hashes of complete subtrees are kept in the order in which they become known: each leaf is
//! followed by the nodes that it completes, the lowest first. The mathematics is `tlog_tiles`'s.

use std::collections::BTreeMap;

use tlog_tiles::tlog::{
    self, HashReader, check_record, check_tree, prove_record, prove_tree, record_hash,
    stored_hash_count, stored_hash_index, stored_hashes_for_record_hash, sub_tree_index, tree_hash,
};

use crate::canonical::MAX_INTEGER;

pub use tlog_tiles::tlog::Hash as TreeHash;

/// How many hashes a proof can have at most: the levels of the largest tree.
pub const MAX_PROOF: usize = 63;

/// A proof does not hold, whatever the reason: a wrong hash, length, size or root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not hold")]
pub struct Unproved;

/// The hash of a record's line, without its newline.
pub fn leaf(line: &[u8]) -> TreeHash {
    record_hash(line)
}

/// A tree that grows leaf by leaf, of which only the right edge is held.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    size: u64,
    /// The roots of the complete subtrees that the tree consists of, by stored index.
    edge: Edge,
}

#[derive(Debug, Clone, Default)]
struct Edge(BTreeMap<u64, TreeHash>);

impl HashReader for Edge {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TreeHash>, tlog::Error> {
        let hash = |index| self.0.get(index).copied().ok_or(tlog::Error::IndexesNotInTree);
        indexes.iter().map(hash).collect()
    }
}

impl Growing {
    /// A tree of this size that goes on, of the hashes that are kept of it.
    ///
    /// # Errors
    ///
    /// What keeps the hashes from being read.
    pub fn resume(size: u64, stored: &impl HashReader) -> Result<Self, tlog::Error> {
        let indexes = sub_tree_index(0, size, Vec::new());
        let hashes = stored.read_hashes(&indexes)?;
        Ok(Self { size, edge: Edge(indexes.into_iter().zip(hashes).collect()) })
    }

    /// How many leaves it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; what is to be kept: its hash, and those of the subtrees that it completes.
    pub fn push(&mut self, leaf: TreeHash) -> Vec<TreeHash> {
        let first = stored_hash_index(0, self.size);
        let hashes = stored_hashes_for_record_hash(self.size, leaf, &self.edge);
        let hashes = hashes.expect("the edge holds every subtree that a leaf can complete");
        self.edge.0.extend((first..).zip(hashes.iter().copied()));
        self.size += 1;
        let kept = sub_tree_index(0, self.size, Vec::new());
        self.edge.0.retain(|index, _| kept.contains(index));
        hashes
    }

    /// The root hash.
    pub fn root(&self) -> TreeHash {
        tree_hash(self.size, &self.edge).expect("the edge holds what the root is made of")
    }
}

/// The hashes of a tree, wherever they are kept.
pub trait Hashes: HashReader + Sized {
    /// How many leaves there are.
    fn size(&self) -> u64;

    /// The root of the tree of the first leaves.
    ///
    /// # Errors
    ///
    /// More leaves than there are, or hashes that cannot be read.
    fn root(&self, size: u64) -> Result<TreeHash, tlog::Error> {
        self.holds(size)?;
        tree_hash(size, self)
    }

    /// The hash of a leaf.
    ///
    /// # Errors
    ///
    /// As for [`root`](Self::root).
    fn leaf(&self, index: u64) -> Result<TreeHash, tlog::Error> {
        self.holds(index.saturating_add(1))?;
        Ok(self.read_hashes(&[stored_hash_index(0, index)])?[0])
    }

    /// That a leaf is in the tree of the first leaves: its sibling first, the root's child last.
    ///
    /// # Errors
    ///
    /// As for [`root`](Self::root).
    fn inclusion(&self, index: u64, size: u64) -> Result<Vec<TreeHash>, tlog::Error> {
        self.holds(size)?;
        prove_record(size, index, self)
    }

    /// That the tree of the first `old` leaves is where the tree of the first `new` ones begins;
    /// without hashes for the empty tree, with which everything begins.
    ///
    /// # Errors
    ///
    /// As for [`root`](Self::root).
    fn consistency(&self, old: u64, new: u64) -> Result<Vec<TreeHash>, tlog::Error> {
        self.holds(new)?;
        if old == 0 { Ok(Vec::new()) } else { prove_tree(new, old, self) }
    }

    /// Refuses a tree that is larger than this one.
    ///
    /// # Errors
    ///
    /// More leaves than there are.
    fn holds(&self, size: u64) -> Result<(), tlog::Error> {
        if size <= self.size() { Ok(()) } else { Err(tlog::Error::IndexesNotInTree) }
    }
}

/// How many hashes are kept of a tree of this size.
pub(crate) fn kept(size: u64) -> u64 {
    stored_hash_count(size)
}

/// Checks that a leaf is in a tree.
///
/// # Errors
///
/// [`Unproved`].
pub fn check_inclusion(
    proof: &[TreeHash],
    (size, root): (u64, TreeHash),
    (index, leaf): (u64, TreeHash),
) -> Result<(), Unproved> {
    if proof.len() > MAX_PROOF || size > MAX_INTEGER {
        return Err(Unproved);
    }
    check_record(&proof.to_vec(), size, root, index, leaf).map_err(|_| Unproved)
}

/// Checks that a tree begins with an older one. Of the empty tree nothing can be proved; who takes
/// it for the beginning of every tree, as a witness does, does so before asking.
///
/// # Errors
///
/// [`Unproved`].
pub fn check_consistency(
    proof: &[TreeHash],
    (old_size, old_root): (u64, TreeHash),
    (new_size, new_root): (u64, TreeHash),
) -> Result<(), Unproved> {
    if proof.len() > MAX_PROOF || new_size > MAX_INTEGER {
        return Err(Unproved);
    }
    check_tree(&proof.to_vec(), new_size, new_root, old_size, old_root).map_err(|_| Unproved)
}
