//! Keys and checkpoints.

use super::{Show, Writing};
use clap::{Args, Subcommand};

/// `key …`.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make the key that checkpoints are signed with, or use the one that is here, and record its
    /// public half; `init` does this too
    #[command(before_help = "Example: piperoll key init --actor p-001")]
    Init {
        #[command(flatten)]
        writing: Writing,
    },
    /// Put a new key in the place of the old one, which signs that
    #[command(before_help = "Example: piperoll key rotate --actor p-001")]
    Rotate {
        /// The old key is lost: record the new one without its signature
        #[arg(long)]
        lost: bool,
        #[command(flatten)]
        writing: Writing,
    },
    /// The keys that the ledger records, and which of them are here
    #[command(before_help = "Example: piperoll key list")]
    List(Show),
    /// The public key in force, as other programs take it
    #[command(before_help = "Example: piperoll key show > log.vkey")]
    Show(Show),
}

/// `checkpoint`.
#[derive(Debug, Args)]
pub struct SignCheckpoint {
    /// A file that says who the witnesses are and how many of them are needed (C2SP tlog-policy);
    /// each that has an address is asked for a cosignature
    #[arg(long, value_name = "FILE")]
    pub policy: Option<String>,
    /// Ask the witness at this address, and not those in the policy; may be repeated
    #[arg(long = "witness", value_name = "URL", requires = "policy")]
    pub witnesses: Vec<String>,
    /// How many seconds a witness may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "policy")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
}
