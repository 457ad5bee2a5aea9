//! Proofs, as files.

use clap::{Args, Subcommand, ValueEnum};
use journal::VerifierKey;

/// `proof …`.
#[derive(Debug, Subcommand)]
pub enum Proof {
    /// Prove that a record is in the ledger: writes a file that holds the whole record, for who
    /// may see it
    #[command(before_help = "Example: piperoll proof inclusion 41")]
    Inclusion(ProveInclusion),
    /// Prove that the ledger only grew since a checkpoint that somebody kept
    #[command(before_help = "Example: piperoll proof consistency 2026-05-17.checkpoint")]
    Consistency(ProveConsistency),
    /// Check a proof with the public key alone; no ledger is looked at
    #[command(before_help = "Example: piperoll proof verify record-41.tlog-proof --key @log.vkey")]
    Verify(VerifyProof),
}

/// `proof inclusion`.
#[derive(Debug, Args)]
pub struct ProveInclusion {
    /// The position of the record
    pub position: u64,
    /// The file to write, or - for the standard output; record-POSITION.tlog-proof by default
    pub file: Option<String>,
    /// The checkpoint that it is proved for; by default the latest one of the ledger
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<String>,
}

/// `proof consistency`.
#[derive(Debug, Args)]
pub struct ProveConsistency {
    /// The older checkpoint of this ledger, or - for the standard input
    pub old: String,
    /// The file to write, or - for the standard output; OLD-NEW.consistency by default, after the
    /// two sizes
    pub file: Option<String>,
}

/// `proof verify`.
#[derive(Debug, Args)]
pub struct VerifyProof {
    /// The proof, or - for the standard input
    pub file: String,
    /// The public key of the log, or @FILE for a file with it; may be repeated, as for a log whose
    /// key was replaced
    #[arg(long = "key", value_name = "KEY", value_parser = given_key, required = true)]
    pub keys: Vec<GivenKey>,
    /// The older checkpoint, which a proof of consistency is of
    #[arg(long, value_name = "FILE")]
    pub against: Option<String>,
    /// A file that says which witnesses you trust, and how many of them are needed (C2SP
    /// tlog-policy)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ProofFormat,
}

/// A public key, or where it stands.
#[derive(Debug, Clone)]
pub enum GivenKey {
    /// The key itself.
    Key(VerifierKey),
    /// A file that holds nothing else.
    File(String),
}

/// How it is printed what a proof shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProofFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// Reads a public key, or the name of a file with one.
pub(super) fn given_key(text: &str) -> Result<GivenKey, String> {
    match text.strip_prefix('@') {
        Some(file) => Ok(GivenKey::File(file.to_owned())),
        None => text.parse().map(GivenKey::Key).map_err(|error| {
            format!("{error}; a public key is one line, as `piperoll key show` prints it")
        }),
    }
}
