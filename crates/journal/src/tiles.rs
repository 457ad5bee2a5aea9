//! The tree as files that any web server can serve (C2SP tlog-tiles): which there are of a tree,
//! what they are called, and their bytes.
//!
//! ```text
//! tile   = hash × 256, or fewer in the last one of a level
//! hash   = of level 0, a leaf; of level L, the root of a full tile of level L - 1
//! bundle = (length of the line in 2 bytes, big-endian ‖ line) × as many as its tile has leaves
//!
//! tile/<L>/<N>      a full tile: N in groups of three digits, all but the last after an `x`
//! tile/<L>/<N>.p/<W>   one of W hashes
//! tile/entries/<N>[.p/<W>]   the lines to the leaves of tile/0/<N>[.p/<W>]
//! ```
//!
//! The tiles are `tlog_tiles`'s; its paths are those of Go's checksum database.

use std::ops::Range;

use tlog_tiles::tile;
use tlog_tiles::tlog::{self, HashReader, stored_hash_index, tree_hash};

use crate::record::MAX_LINE;
use crate::tree::{Hashes, TreeHash};

/// Two to this power is how many hashes a full tile has.
const HEIGHT: u8 = 8;

/// How many hashes a full tile has.
const FULL: u32 = 1 << HEIGHT;

// A line's length stands in two bytes.
const _: () = assert!(MAX_LINE <= u16::MAX as usize);

/// Consecutive hashes of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile(tile::Tile);

/// Why there are no bytes of a tile.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// The hashes cannot be read.
    #[error(transparent)]
    Unread(#[from] tlog::Error),
    /// The hashes are not those that the tree above them is made of.
    #[error("the hashes of {0} do not belong to the tree")]
    Foreign(String),
    /// The tree as a whole has another root.
    #[error("the tiles of {size} records have the root {found}, not {expected}")]
    Root {
        /// How many records the tree has.
        size: u64,
        /// The root that the tiles have.
        found: TreeHash,
        /// The root that they should have.
        expected: TreeHash,
    },
}

/// The tiles of a tree, the lowest level first. Of an older tree of the same log all full tiles
/// are among them.
pub fn tiles(size: u64) -> Vec<Tile> {
    tile::Tile::new_tiles(HEIGHT, 0, size).into_iter().map(Tile).collect()
}

impl Tile {
    /// Where it is served, relative to the log's address.
    pub fn path(&self) -> String {
        self.path_in(&self.level().to_string())
    }

    /// Where the lines of its leaves are served, if it is of leaves.
    pub fn entries_path(&self) -> Option<String> {
        (self.level() == 0).then(|| self.path_in("entries"))
    }

    fn path_in(&self, level: &str) -> String {
        let mut index = self.0.level_index();
        let mut path = format!("{:03}", index % 1000);
        while index >= 1000 {
            index /= 1000;
            path = format!("x{:03}/{path}", index % 1000);
        }
        let partial = if self.is_full() { String::new() } else { format!(".p/{}", self.width()) };
        format!("tile/{level}/{path}{partial}")
    }

    /// Its level: 0 for leaves.
    pub fn level(&self) -> u8 {
        self.0.level()
    }

    /// How many hashes it has.
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Whether it can have no more hashes than it has: then it is never another one.
    pub fn is_full(&self) -> bool {
        self.width() == FULL
    }

    /// Which of the hashes of its level it has: of level 0, the positions of records.
    pub fn range(&self) -> Range<u64> {
        let first = self.0.level_index() << HEIGHT;
        first..first + u64::from(self.width())
    }

    /// Its bytes. A full tile is compared with the hash that stands for it in the level above;
    /// [`check_edge`] compares what no full tile stands above.
    ///
    /// # Errors
    ///
    /// [`TileError`].
    pub fn bytes(&self, hashes: &impl Hashes) -> Result<Vec<u8>, TileError> {
        let bytes = self.0.read_data(hashes)?;
        if self.is_full() {
            let above = stored_hash_index(HEIGHT * (self.level() + 1), self.0.level_index());
            if hashes.read_hashes(&[above])? != [tile::Tile::subtree_hash(&bytes)] {
                return Err(TileError::Foreign(self.path()));
            }
        }
        Ok(bytes)
    }
}

/// The hashes of a tree, made of those that stand in tiles and of no other.
struct InTiles<'a, H>(&'a H);

impl<H: Hashes> HashReader for InTiles<'_, H> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TreeHash>, tlog::Error> {
        let hash = |index: &u64| {
            let tile = tile::Tile::from_index(HEIGHT, *index);
            tile.hash_at_index(&tile.read_data(self.0)?, *index)
        };
        indexes.iter().map(hash).collect()
    }
}

/// Checks that the last tiles of all levels make a root; with [`Tile::bytes`] of every full tile
/// this says that each hash in a tile is the tree's.
///
/// # Errors
///
/// [`TileError`].
pub fn check_edge(hashes: &impl Hashes, size: u64, expected: TreeHash) -> Result<(), TileError> {
    hashes.holds(size)?;
    let found = tree_hash(size, &InTiles(hashes))?;
    if found == expected { Ok(()) } else { Err(TileError::Root { size, found, expected }) }
}

/// Adds a record's line to a bundle.
///
/// # Panics
///
/// For a line that is longer than a record's.
pub fn push_entry(bundle: &mut Vec<u8>, line: &[u8]) {
    let length = u16::try_from(line.len()).expect("a record's line is at most 65,535 bytes");
    bundle.extend(length.to_be_bytes());
    bundle.extend(line);
}
