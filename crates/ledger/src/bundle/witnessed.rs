//! The signatures of a checkpoint that can be checked with what is in the bundle.

use journal::policy::Policy;
use journal::{SignedCheckpoint, VerifierKey};

/// The same checkpoint with the signature of the log and of the witnesses that a policy knows, and
/// no other: a line that nobody can check would be one that anybody can change.
pub(super) fn only_known(
    signed: &SignedCheckpoint,
    log: &VerifierKey,
    policy: Option<&Policy>,
) -> Option<SignedCheckpoint> {
    let witnesses = policy.iter().flat_map(|policy| policy.witnesses()).map(|it| &it.key);
    let text = signed.checkpoint().text();
    let mut bytes = format!("{text}\n").into_bytes();
    for key in [log].into_iter().chain(witnesses) {
        // Of several lines of one key the last one: the latest of a witness that looked again.
        if let Some(line) = signed.lines_of(std::slice::from_ref(key)).pop() {
            bytes.extend(line.to_bytes());
        }
    }
    SignedCheckpoint::parse(&bytes).ok()
}
