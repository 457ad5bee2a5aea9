//! The data of commands about the key that signs the ledger's checkpoints.

use crate::text::LedgerKey;
use serde::{Deserialize, Serialize};

/// Data of [`Command::RecordLedgerKey`](super::Command::RecordLedgerKey).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordLedgerKey {
    /// The public key: `name+8 hex digits+base64`, its name the origin of the ledger.
    pub key: LedgerKey,
}

/// Data of [`Command::RotateLedgerKey`](super::Command::RotateLedgerKey).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateLedgerKey {
    /// The public key from now on.
    pub key: LedgerKey,
}
