//! Building the index from the journal, and comparing it with the one that was there.

use crate::Ledger;
use crate::catalogue::{Catalogue, Scope, Trouble};
use crate::error::Error;
use crate::index::{Bookmark, Index, Unusable};
use journal::Store;

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// The index before, if there was one that could be read.
    pub before: Option<Bookmark>,
    /// The index now.
    pub after: Bookmark,
}

impl Ledger {
    /// Throws the index away and builds it from the journal.
    ///
    /// # Errors
    ///
    /// [`Error::RecordsMissing`] and [`Error::Rewritten`] when the index had been built from
    /// another journal than this one: it is evidence then, and stays.
    pub fn rebuild(&mut self, progress: &mut dyn FnMut(u64)) -> Result<Rebuilt, Error> {
        self.catalogue = None;
        let before = match Index::open(&self.index_dir) {
            Ok(mut index) => {
                let head = self.store.head()?.head;
                if let Some(bookmark) = index.bookmark() {
                    bookmark.check(&self.store, &head)?;
                }
                // Rows that are not what was written are nothing to compare with.
                index.check_all().is_ok().then(|| index.bookmark().cloned()).flatten()
            }
            Err(Unusable::Busy) => return Err(Error::Index(Unusable::Busy)),
            Err(Unusable::Missing | Unusable::Broken) => None,
        };
        let end = self.store.head()?;
        let mut catalogue = Catalogue::new(Index::create(&self.index_dir)?, Scope::ALL);
        match catalogue.catch_up(&self.store, &end.head, progress) {
            Ok(()) => {}
            Err(Trouble::Ledger(error)) => return Err(error),
            Err(Trouble::Index(error)) => return Err(Error::Index(error)),
        }
        let after = catalogue.bookmark().cloned().ok_or(Error::Index(Unusable::Broken))?;
        Ok(Rebuilt { before, after })
    }
}
