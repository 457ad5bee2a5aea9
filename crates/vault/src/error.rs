//! What can keep files and keys from being read and written.

use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Digest;

/// Why a file or a key could not be read, written or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes of a file are not those that it is named by.
    #[error("damaged: {} has the digest {found}", path.display())]
    Damaged {
        /// The file, whose name is the digest that it should have.
        path: PathBuf,
        /// The digest of its bytes.
        found: Digest,
    },
    /// A file in a key's place is not a key file.
    #[error("not a key file: {}", .0.display())]
    NotAKey(PathBuf),
    /// A key file with other secrets is there; overwriting it would erase what it opens.
    #[error("another key is there already: {}", .0.display())]
    OtherKey(PathBuf),
    /// The system could not do it.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Puts what was to be done and where into an error of the system's.
pub(crate) fn io_error<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl Fn(io::Error) -> Error + 'a {
    move |source| Error::Io { doing, path: path.to_owned(), source }
}

/// Takes what is not there for `None`, and nothing else.
pub(crate) fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}
