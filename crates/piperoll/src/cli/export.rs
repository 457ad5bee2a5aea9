//! What leaves the ledger as files.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `export …`.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// The hashes up to the latest checkpoint, in files that any web server can serve (C2SP
    /// tlog-tiles)
    ///
    /// Writes `checkpoint`, `tile/...` and `log.vkey`. What an earlier export wrote is not written
    /// again. A hash tells nothing of an unpublished record: all of it is safe to publish, without
    /// --entries.
    #[command(before_help = "Example: piperoll export tiles ./public")]
    Tiles(ExportTiles),
}

/// `export tiles`.
#[derive(Debug, Args)]
pub struct ExportTiles {
    /// The directory to write to
    pub dir: PathBuf,
    /// Write the records too, also unpublished ones: for auditors, never for the public
    #[arg(long)]
    pub entries: bool,
}
