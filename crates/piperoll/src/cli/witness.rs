//! Being a witness of other logs.

use super::Format;
use clap::{Args, Subcommand};
use journal::VerifierKey;
use journal::note::Algorithm;
use std::net::SocketAddr;

/// `witness …`.
#[derive(Debug, Subcommand)]
pub enum WitnessCommand {
    /// Cosign what other logs sign for as long as they only grow, over HTTP, until interrupted
    #[command(before_help = "Example: piperoll witness serve --name example.org/witness --policy \
        logs.policy")]
    #[command(after_help = SERVE)]
    Serve(ServeWitness),
    /// The logs that were cosigned here: the latest size, its root, and when
    #[command(before_help = "Example: piperoll witness list")]
    List(AskWitness),
    /// This witness's public key, and what it last cosigned of each log
    #[command(before_help = "Example: piperoll witness show")]
    Show(AskWitness),
}

const SERVE: &str = "\
The first thing it prints is its line for other people's policies; the address in it is the one
that it listens on. It speaks HTTP without TLS: put a reverse proxy before it, and give people that
address.
Its key and its memory are in `witness/` in the configuration directory. Never run it with an older
copy of them: it would have forgotten what it cosigned.";

/// `witness serve`.
#[derive(Debug, Args)]
pub struct ServeWitness {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The witness's name in the world; the key that is made at the first start bears it for good
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// The verifier key of a log to watch; may be repeated
    #[arg(long = "log", value_name = "KEY", value_parser = log_key)]
    #[arg(required_unless_present = "policy")]
    pub logs: Vec<VerifierKey>,
    /// A policy file (C2SP tlog-policy) whose logs to watch
    #[arg(long, value_name = "FILE")]
    pub policy: Option<String>,
}

/// `witness list` and `witness show`.
#[derive(Debug, Args)]
pub struct AskWitness {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

fn log_key(text: &str) -> Result<VerifierKey, String> {
    let key: VerifierKey =
        text.parse().map_err(|error: journal::note::KeyError| error.to_string())?;
    match key.algorithm() {
        Algorithm::Note => Ok(key),
        Algorithm::Cosignature => Err("it is the key of a witness, not of a log".to_owned()),
    }
}
