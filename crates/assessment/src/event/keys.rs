//! The data of events about the key that signs the ledger's checkpoints.

use crate::text::LedgerKey;
use serde::{Deserialize, Serialize};

/// Data of [`Event::LedgerKeyRecorded`](super::Event::LedgerKeyRecorded).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKeyRecorded {
    /// The public key.
    pub key: LedgerKey,
}

/// Data of [`Event::LedgerKeyRotated`](super::Event::LedgerKeyRotated); the record bears the
/// signature of the key before, if whoever recorded it had that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKeyRotated {
    /// The public key from now on.
    pub key: LedgerKey,
    /// The one that it takes the place of.
    pub previous: LedgerKey,
}
