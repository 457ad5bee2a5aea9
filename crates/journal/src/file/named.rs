//! Two small files that are replaced whole: `checkpoint`, and `ledger.json` with the key that
//! checkpoints are signed with.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use super::layout::{Layout, io_error, read_if_there, sync_dir};
use crate::canonical::to_canonical;
use crate::checkpoint::SignedCheckpoint;
use crate::fault::{Check, Finding};
use crate::note::VerifierKey;
use crate::store::Error;

/// Reads the latest signed checkpoint, unchecked.
pub(crate) fn read_checkpoint(layout: &Layout) -> Result<Option<SignedCheckpoint>, Error> {
    let Some(bytes) = read_if_there(&layout.checkpoint())? else { return Ok(None) };
    let parsed = SignedCheckpoint::parse(&bytes).map_err(|error| {
        Error::from(Finding::in_file(Check::Checkpoint, 0, "checkpoint", error.to_string()))
    });
    parsed.map(Some)
}

pub(super) fn write_checkpoint(layout: &Layout, signed: &SignedCheckpoint) -> Result<(), Error> {
    replace(layout.dir(), &layout.checkpoint(), &signed.to_bytes())
}

/// Reads the verifier key that `ledger.json` names, if it names one.
pub(crate) fn read_key(layout: &Layout) -> Result<Option<String>, Error> {
    let bytes = read_if_there(&layout.ledger_json())?.unwrap_or_default();
    let ledger = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    Ok(ledger.get("key").and_then(Value::as_str).map(str::to_owned))
}

pub(super) fn write_key(layout: &Layout, key: &VerifierKey) -> Result<(), Error> {
    let path = layout.ledger_json();
    let finding = |why: String| Error::from(Finding::in_file(Check::Ledger, 0, "ledger.json", why));
    let bytes = read_if_there(&path)?.unwrap_or_default();
    let mut ledger: Value =
        serde_json::from_slice(&bytes).map_err(|error| finding(error.to_string()))?;
    ledger["key"] = Value::String(key.to_string());
    let line = to_canonical(&ledger).map_err(|error| finding(error.to_string()))?;
    replace(layout.dir(), &path, format!("{line}\n").as_bytes())
}

/// Puts bytes in the place of a file: whoever looks finds the old ones or the new ones, whole,
/// also after a power cut.
fn replace(dir: &Path, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let new = path.with_extension("new");
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(io_error("write", &new))?;
    // If we crash here, the old file stands; the new one lies beside it until the next replaces it.
    fs::rename(&new, path).map_err(io_error("replace", path))?;
    sync_dir(dir)
}
