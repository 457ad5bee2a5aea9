//! The hashes of a tree in the order in which they are kept, in memory.

use journal::tree::{Hashes, TreeHash};
use tlog_tiles::tlog::{self, HashReader};

#[derive(Clone, Default)]
pub struct Kept {
    pub size: u64,
    pub hashes: Vec<TreeHash>,
}

impl HashReader for Kept {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TreeHash>, tlog::Error> {
        let hash = |index: &u64| self.hashes.get(usize::try_from(*index).unwrap()).copied();
        let hash = |index| hash(index).ok_or(tlog::Error::IndexesNotInTree);
        indexes.iter().map(hash).collect()
    }
}

impl Hashes for Kept {
    fn size(&self) -> u64 {
        self.size
    }
}
