//! Why a command about the ledger's key is refused.

use crate::text::LedgerKey;

rejections! {
    /// Why a command about the key of the checkpoints is refused.
    KeyRejection {}

    /// The key bears another name than the ledger.
    KeyOfAnother {
        /// The key.
        key: LedgerKey,
        /// The ledger's name.
        origin: String,
    } "key_of_another", "{key} is not a key of {origin}",
        "the name of a ledger's key is the ledger's origin";

    /// There is a key already.
    KeyRecorded {
        /// The one that is there.
        key: LedgerKey,
    } "key_recorded", "the ledger has the key {key} already",
        "`key rotate` puts another one in its place";

    /// There is none to put another one in the place of.
    NoKeyRecorded {
        /// The one that was given.
        key: LedgerKey,
    } "no_key_recorded", "the ledger has no key that {key} could take the place of",
        "`key init` records the first one";

    /// The key was used before.
    KeyUsed {
        /// The one that was given.
        key: LedgerKey,
    } "key_used", "{key} was a key of this ledger before",
        "a key that was given up does not come back; make a new one";
}
