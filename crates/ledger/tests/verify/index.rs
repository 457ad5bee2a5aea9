//! The index against the journal, of which a copy is looked at.

use crate::common::{copy_of, files, head_of, hide_guarded_panics, register, small, try_submit};
use crate::forge::forge;
use crate::{verify, verify_only};
use ledger::{Check, IndexState, Ledger};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;
use tempfile::TempDir;

fn look(dir: &Path) -> (IndexState, Vec<(&'static str, u64)>) {
    let verdict = verify_only(dir, &[Check::Index]);
    let found = verdict.findings.iter().map(|it| (it.check, it.position)).collect();
    (verdict.index, found)
}

/// A verification that changes what it verifies would be no witness.
#[test]
fn no_byte_and_no_time_of_the_ledger_changes() {
    let dir = small();
    let seen = |dir: &Path| -> BTreeMap<String, (Vec<u8>, SystemTime)> {
        let with_time = |(name, bytes): (String, Vec<u8>)| {
            let time = fs::metadata(dir.join(&name)).unwrap().modified().unwrap();
            (name, (bytes, time))
        };
        files(dir).into_iter().map(with_time).collect()
    };
    let before = seen(dir.path());
    assert!(before.keys().any(|name| name.starts_with("index/")), "there is one");
    let verdict = verify(dir.path());
    assert_eq!(verdict.index, IndexState::Agrees(head_of(dir.path()).position));
    assert_eq!(seen(dir.path()), before);
}

#[test]
fn what_is_missing_or_in_use_or_unreadable_is_no_damage() {
    hide_guarded_panics();
    let dir = small();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let minute = crate::common::minute(30);
    try_submit(&mut ledger, &[register(900)], &minute).unwrap();
    let (state, found) = look(dir.path());
    assert_eq!((state, found), (told("another process has it open"), vec![]));
    drop(ledger);
    assert!(matches!(look(dir.path()).0, IndexState::Agrees(_)));

    for entry in fs::read_dir(dir.path().join("index/rows")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::write(path, b"not what was written").unwrap();
        }
    }
    let (state, found) = look(dir.path());
    assert_eq!(found, []);
    assert!(matches!(&state, IndexState::NotCompared(why) if why.contains("cannot be read")));
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    assert_eq!(look(dir.path()), (IndexState::None, vec![]));
}

fn told(why: &str) -> IndexState {
    IndexState::NotCompared(why.to_owned())
}

/// The index remembers what had been read: a journal that was cut or rewritten differs from it,
/// though all its hashes are right.
#[test]
fn an_index_of_another_journal_is_a_finding() {
    let sound = small();
    let last = head_of(sound.path()).position;
    let all = files(sound.path());
    let rewritten = copy_of(&all);
    forge(rewritten.path(), |record| {
        if record["position"] == json!(last) {
            record["salt"] = json!("ff".repeat(16));
        }
    });
    let (state, found) = look(rewritten.path());
    assert_eq!((state, found), (IndexState::Disagrees(last), vec![("index", last)]));

    // Another ledger's index that reaches as far as this one's.
    let (other, longer) = (copy_of(&all), TempDir::new().unwrap());
    let index = |files: BTreeMap<String, Vec<u8>>| {
        files.into_iter().filter(|(name, _)| name.starts_with("index/")).collect()
    };
    let mut ledger = Ledger::open(other.path()).unwrap();
    try_submit(&mut ledger, &[register(901)], &crate::common::minute(31)).unwrap();
    drop(ledger);
    crate::common::write_files(longer.path(), &all);
    let index: BTreeMap<String, Vec<u8>> = index(files(other.path()));
    fs::remove_dir_all(longer.path().join("index")).unwrap();
    crate::common::write_files(longer.path(), &index);
    let (state, found) = look(longer.path());
    assert_eq!((state, found), (IndexState::Disagrees(last + 1), vec![("index", last + 1)]));
}
