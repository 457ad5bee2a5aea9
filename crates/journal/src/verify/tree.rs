//! The tree made anew of every line, compared with what is kept of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Read};

use crate::fault::{Check, Finding};
use crate::file::hashes::StoredTree;
use crate::file::layout::{Layout, io_error, open_if_there};
use crate::store::Error;
use crate::tree::{Growing, Hashes, TreeHash, leaf};

/// How the tree that is kept and the journal stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeState {
    /// Every hash is that of its records.
    Agrees,
    /// Nothing is kept of it: it is derived, and the next append makes it anew.
    Missing,
    /// What is kept agrees, and the journal has this many records more.
    Lags(u64),
    /// It is another journal's, or damaged; this is among the findings.
    Disagrees,
}

/// The root of the tree of the first records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Root {
    /// The root hash.
    pub hash: TreeHash,
    /// A command ends there, so that a checkpoint may.
    pub ends_command: bool,
}

pub(super) struct TreeCheck {
    growing: Growing,
    stored: Option<BufReader<File>>,
    layout: Layout,
    /// How many leaves the kept hashes reach to.
    kept: u64,
    /// The first record whose hashes are kept otherwise, and how many such records there are.
    differing: Option<(u64, u64)>,
    wanted: BTreeSet<u64>,
    pub(super) roots: BTreeMap<u64, Root>,
}

impl TreeCheck {
    pub fn new(layout: &Layout, wanted: &BTreeSet<u64>) -> Result<Self, Error> {
        Ok(Self {
            growing: Growing::default(),
            stored: open_if_there(&layout.hashes())?.map(BufReader::new),
            layout: layout.clone(),
            kept: StoredTree::kept(layout, u64::MAX)?.size(),
            differing: None,
            wanted: wanted.clone(),
            roots: BTreeMap::new(),
        })
    }

    /// How many lines were taken.
    pub fn size(&self) -> u64 {
        self.growing.size()
    }

    /// Takes the next line, whether it verifies by itself or not.
    pub fn take(&mut self, line: &[u8]) -> Result<(), Error> {
        let position = self.growing.size();
        let hashes = self.growing.push(leaf(line));
        let Some(stored) = self.stored.as_mut().filter(|_| position < self.kept) else {
            return Ok(());
        };
        let mut is_same = true;
        for hash in hashes {
            let mut kept = TreeHash::default();
            let read = stored.read_exact(&mut kept.0);
            read.map_err(io_error("read", &self.layout.hashes()))?;
            is_same &= kept == hash;
        }
        if !is_same {
            let (first, records) = self.differing.unwrap_or((position, 0));
            self.differing = Some((first, records + 1));
        }
        Ok(())
    }

    /// Notes the root after a line, if it is wanted.
    pub fn note_root(&mut self, ends_command: bool) {
        let size = self.growing.size();
        if self.wanted.contains(&size) {
            self.roots.insert(size, Root { hash: self.growing.root(), ends_command });
        }
    }

    /// What came of it, after the last line.
    pub fn finish(&self) -> (TreeState, Option<Finding>) {
        let size = self.growing.size();
        let finding = |position, why: String| {
            let finding = Finding::in_file(Check::Tree, position, StoredTree::FILE, why);
            (TreeState::Disagrees, Some(finding))
        };
        match (&self.stored, self.differing) {
            (None, _) => (TreeState::Missing, None),
            (_, Some((first, 1))) => finding(first, "another record was hashed there".to_owned()),
            (_, Some((first, records))) => {
                finding(first, format!("other records were hashed from there on, {records} in all"))
            }
            (Some(_), None) if self.kept > size => {
                let why = format!("the tree has {} records, the journal {size}", self.kept);
                finding(size, format!("{why}: records are missing"))
            }
            (Some(_), None) if self.kept < size => (TreeState::Lags(size - self.kept), None),
            (Some(_), None) => (TreeState::Agrees, None),
        }
    }
}
