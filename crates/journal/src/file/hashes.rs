//! `tree/hashes`: the hashes of the tree in stored order, 32 bytes each; derived from the journal.
//!
//! It is written after `head` and never synced for its own sake. So it may lag behind the journal,
//! and whoever needs more reads the lines; it never leads, and one that does tells that records
//! are missing.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use tlog_tiles::tlog::{self, HASH_SIZE, HashReader};

use super::layout::{Layout, io_error, open_if_there};
use super::lines::FileLines;
use crate::fault::{Check, Finding};
use crate::head::Head;
use crate::store::{Error, Lines, Store};
use crate::tree::{Growing, Hashes, TreeHash, kept, leaf};

/// How many bytes of hashes are gathered before they are written.
const GATHERED: usize = 256 * 1024;

/// The tree over the records up to an end: what is kept of it, and the rest computed.
#[derive(Debug)]
pub struct StoredTree {
    path: PathBuf,
    /// What is kept, and of how many leaves.
    kept: Option<(File, u64)>,
    /// The hashes that follow, of lines that were read.
    rest: Vec<TreeHash>,
    size: u64,
}

/// What a writer knows of the tree between one append and the next.
#[derive(Debug)]
pub(super) struct Grower {
    file: File,
    growing: Growing,
}

impl StoredTree {
    /// What is kept, up to this many leaves.
    pub(crate) fn kept(layout: &Layout, most: u64) -> Result<Self, Error> {
        let path = layout.hashes();
        let Some(file) = open_if_there(&path)? else {
            return Ok(Self { path, kept: None, rest: Vec::new(), size: 0 });
        };
        let length = file.metadata().map_err(io_error("look at", &path))?.len();
        let mut tree = Self { path, kept: None, rest: Vec::new(), size: 0 };
        tree.size = leaves(length / HASH_SIZE as u64);
        tree.kept = Some((file, tree.size));
        // What a power cut left of the file's end may be zeros, which no hash consists of.
        while tree.size > 0 && tree.read(kept(tree.size) - 1)? == TreeHash::default() {
            tree.size -= 1;
        }
        tree.size = tree.size.min(most);
        tree.kept = tree.kept.map(|(file, _)| (file, tree.size));
        Ok(tree)
    }

    /// Takes in further lines, which are not kept.
    pub(super) fn take_in(mut self, mut lines: impl Lines) -> Result<Self, Error> {
        let mut growing = self.growing()?;
        while let Some(line) = lines.next()? {
            self.rest.extend(growing.push(leaf(line.bytes)));
        }
        self.size = growing.size();
        Ok(self)
    }

    /// The tree as it goes on after what is here.
    pub(crate) fn growing(&self) -> Result<Growing, Error> {
        Growing::resume(self.size, self).map_err(|error| self.error(&error))
    }

    /// Where it is kept, relative to the ledger's directory.
    pub const FILE: &str = "tree/hashes";

    /// Of hashes that should be there, why they are not to be had: the disk.
    pub fn error(&self, error: &tlog::Error) -> Error {
        let source = io::Error::other(error.to_string());
        Error::Io { doing: "read", path: self.path.clone(), source }
    }

    fn read(&self, index: u64) -> Result<TreeHash, Error> {
        let hash = self.read_hashes(&[index]).map_err(|error| self.error(&error))?;
        Ok(hash[0])
    }
}

impl HashReader for StoredTree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TreeHash>, tlog::Error> {
        let first = self.kept.as_ref().map_or(0, |(_, leaves)| kept(*leaves));
        let read = |index: &u64| match &self.kept {
            Some((file, _)) if *index < first => {
                let mut hash = TreeHash::default();
                let read = file.read_exact_at(&mut hash.0, index * HASH_SIZE as u64);
                read.map_err(|error| tlog::Error::InvalidInput(error.to_string()))?;
                Ok(hash)
            }
            _ => {
                let hash = self.rest.get((index - first) as usize).copied();
                hash.ok_or(tlog::Error::IndexesNotInTree)
            }
        };
        indexes.iter().map(read).collect()
    }
}

impl Hashes for StoredTree {
    fn size(&self) -> u64 {
        self.size
    }
}

/// Refuses a journal that the tree has seen more of, or another record of at its own end: `known`
/// is what was kept of the tree before the end was looked for.
pub(super) fn check_end(known: &StoredTree, store: &impl Store, end: &Head) -> Result<(), Error> {
    let damaged = |position, why: String| {
        Error::from(Finding::in_file(Check::Tree, position, StoredTree::FILE, why))
    };
    let size = end.position + 1;
    if known.size > size {
        let why = format!("the tree has {} records, the journal {size}", known.size);
        return Err(damaged(size, format!("{why}: records are missing")));
    }
    let Some(position) = known.size.checked_sub(1) else { return Ok(()) };
    // Where the tree lags, which is rare, its last record is looked for.
    let record = match position == end.position {
        true => store.last(end)?,
        false => store.record_at(position, end)?,
    };
    match known.leaf(position).map_err(|error| known.error(&error))? == leaf(record.line()) {
        true => Ok(()),
        false => {
            let why = "the tree has another record there, or was damaged".to_owned();
            Err(damaged(position, why))
        }
    }
}

impl Grower {
    /// Makes the tree go on after what is kept of it, and after the lines that it lags behind.
    pub(super) fn new(
        layout: &Layout,
        behind: impl Fn(u64) -> Result<FileLines, Error>,
    ) -> Result<Self, Error> {
        let dir = layout.tree();
        fs::create_dir_all(&dir).map_err(io_error("create", &dir))?;
        let kept = StoredTree::kept(layout, u64::MAX)?;
        let path = layout.hashes();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(io_error("open", &path))?;
        let mut grower = Self { file, growing: kept.growing()? };
        let mut lines = behind(grower.growing.size())?;
        let mut gathered = Vec::new();
        while let Some(line) = lines.next()? {
            gathered.push(leaf(line.bytes));
            if gathered.len() * HASH_SIZE >= GATHERED {
                grower.push(gathered.drain(..)).map_err(io_error("write", &path))?;
            }
        }
        grower.push(gathered.into_iter()).map_err(io_error("write", &path))?;
        Ok(grower)
    }

    /// How many leaves are kept.
    pub(super) const fn size(&self) -> u64 {
        self.growing.size()
    }

    /// Adds leaves. If we crash here, a part of them may be there, and the next writer goes on
    /// after what is whole.
    pub(super) fn push(&mut self, leaves: impl Iterator<Item = TreeHash>) -> io::Result<()> {
        let at = kept(self.growing.size()) * HASH_SIZE as u64;
        let hashes: Vec<u8> =
            leaves.flat_map(|leaf| self.growing.push(leaf)).flat_map(|it| it.0).collect();
        self.file.write_all_at(&hashes, at)
    }
}

/// How many leaves a tree has of which this many hashes are kept, or more.
fn leaves(hashes: u64) -> u64 {
    // Between one and two hashes are kept for each leaf.
    let (mut low, mut high) = (hashes / 2, hashes);
    while low < high {
        let middle = high - (high - low) / 2;
        if kept(middle) <= hashes { low = middle } else { high = middle - 1 }
    }
    low
}
