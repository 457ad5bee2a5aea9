//! Decision bundles.

use super::GivenKey;
use super::proof::given_key;
use assessment::PublicationId;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `bundle …`.
#[derive(Debug, Subcommand)]
pub enum Bundle {
    /// Put together everything that a published rating rests on: it holds whole records, also
    /// unpublished ones
    #[command(before_help = "Example: piperoll bundle make E06000014-2025-a-p1 york.tar")]
    Make(MakeBundle),
    /// Check a bundle: no ledger is looked at, and nothing is unpacked
    #[command(before_help = "Example: piperoll bundle verify york.tar --key @log.vkey")]
    Verify(VerifyBundle),
}

/// `bundle make`.
#[derive(Debug, Args)]
pub struct MakeBundle {
    /// The publication
    pub publication: PublicationId,
    /// The directory to write, or the tar, by a name that ends in .tar; by default a directory
    /// with the name of the publication
    pub target: Option<PathBuf>,
    /// Take along the cosignatures of the witnesses that this file names, and the file itself
    /// (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<String>,
}

/// `bundle verify`.
#[derive(Debug, Args)]
pub struct VerifyBundle {
    /// The bundle: a directory, or a tar
    pub bundle: PathBuf,
    /// The public key of the log, or @FILE for a file with it; may be repeated. Without it, the
    /// bundle's own key is believed
    #[arg(long = "key", value_name = "KEY", value_parser = given_key)]
    pub keys: Vec<GivenKey>,
    /// A file that says which witnesses you trust, and how many of them are needed (C2SP
    /// tlog-policy)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: BundleFormat,
}

/// How it is printed what a bundle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum BundleFormat {
    /// For people
    #[default]
    Table,
    /// One JSON object
    Json,
}
