//! The key of the checkpoints. The fears: another log's key is recorded, so that nobody can check
//! this one; a key is replaced in silence; one that was given up comes back.

use super::*;
use assessment::LedgerKey;

const ORIGIN: &str = "example.org/ledger";

/// A key's text; whether it is a key is no matter of the rules.
fn key(name: &str, letter: char) -> String {
    format!("{name}+0123abcd+{}", letter.to_string().repeat(44))
}

fn record(key: &str) -> Command {
    command("record_ledger_key", json!({ "key": key }), json!({}))
}

fn rotate(key: &str) -> Command {
    command("rotate_ledger_key", json!({ "key": key }), json!({}))
}

fn begun() -> Given {
    let opened = json!({"created": "2026-05-17T09:30:00.000Z", "format": 1, "origin": ORIGIN});
    Given::default().and_then(event("ledger_opened", opened))
}

/// One command each.
pub fn commands() -> Vec<Command> {
    vec![record(&key(ORIGIN, 'A')), rotate(&key(ORIGIN, 'B'))]
}

/// A refusal each, after what must have happened before it.
pub fn cases() -> Vec<When> {
    let known = begun().and(record(&key(ORIGIN, 'A')));
    let rotated = known.clone().and(rotate(&key(ORIGIN, 'B')));
    vec![
        begun().when(record(&key("example.net/other", 'A'))),
        known.clone().when(record(&key(ORIGIN, 'B'))),
        begun().when(rotate(&key(ORIGIN, 'B'))),
        rotated.when(rotate(&key(ORIGIN, 'A'))),
    ]
}

#[test]
fn a_key_is_recorded_once() {
    let first = key(ORIGIN, 'A');
    let recorded = event("ledger_key_recorded", json!({ "key": first }));
    let known = begun().when(record(&first)).then([recorded]);
    let known = known.when(record(&first)).quiet();
    known.clone().when(record(&key(ORIGIN, 'B'))).refused("key_recorded");
    let keys: Vec<&str> = known.state.ledger_keys.iter().map(LedgerKey::as_str).collect();
    assert_eq!(keys, [first.as_str()]);
}

#[test]
fn another_key_takes_its_place_and_none_comes_back() {
    let [first, second, third] = ['A', 'B', 'C'].map(|letter| key(ORIGIN, letter));
    begun().when(rotate(&second)).refused("no_key_recorded");
    let known = begun().and(record(&first));
    let rotated = event("ledger_key_rotated", json!({ "key": second, "previous": first }));
    let known = known.when(rotate(&second)).then([rotated]);
    known.clone().when(rotate(&second)).quiet();
    known.clone().when(rotate(&first)).refused("key_used");
    known.clone().when(record(&second)).quiet();
    known.clone().when(record(&first)).refused("key_recorded");
    let known = known.and(rotate(&third));
    let keys: Vec<&str> = known.state.ledger_keys.iter().map(LedgerKey::as_str).collect();
    assert_eq!(keys, [&first, &second, &third]);
}

#[test]
fn a_key_bears_the_name_of_the_ledger() {
    let other = key("example.net/other", 'A');
    begun().when(record(&other)).refused("key_of_another");
    begun().and(record(&key(ORIGIN, 'A'))).when(rotate(&other)).refused("key_of_another");
}
