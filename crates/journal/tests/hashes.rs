//! The fear: what is kept of the tree is not the tree of the records, and proofs are made of it,
//! or a journal that lost records looks whole beside it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use std::fs;
use std::path::Path;

use common::{
    append, assert_sound, command, create, files, lines, rechain, record_text, rewrite, small,
    small_commands, small_of, verified,
};
use journal::tree::{Growing, leaf};
use journal::{Check, Error, FileStore, Hashes, Options, Store, TreeHash, TreeState};
use tempfile::TempDir;

const TREE: &str = "tree/hashes";

fn kept(dir: &Path) -> Vec<u8> {
    fs::read(dir.join(TREE)).unwrap()
}

/// The hashes that belong to a journal, made of its lines and nothing else.
fn made_anew(dir: &Path) -> (Vec<u8>, TreeHash) {
    let mut growing = Growing::default();
    let hashes: Vec<_> =
        lines(dir).iter().flat_map(|line| growing.push(leaf(line))).flat_map(|it| it.0).collect();
    (hashes, growing.root())
}

fn store_of(dir: &Path) -> FileStore {
    FileStore::open(dir).unwrap()
}

fn root(dir: &Path) -> TreeHash {
    let store = store_of(dir);
    let end = store.head().unwrap().head;
    let tree = store.tree(&end).unwrap();
    tree.root(end.position + 1).unwrap()
}

fn damaged_tree(dir: &Path) -> u64 {
    match FileStore::open(dir) {
        Err(Error::Damaged(finding)) if finding.check == Check::Tree => finding.position,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_append_leaves_the_hashes_of_all_records_in_their_order() {
    let dir = small();
    assert_eq!(kept(dir.path()), made_anew(dir.path()).0);
    assert_eq!(root(dir.path()), made_anew(dir.path()).1);
    assert_eq!(assert_sound(dir.path()).tree, TreeState::Agrees);
}

#[test]
fn proofs_of_every_record_and_of_every_size_hold() {
    let dir = small();
    let store = store_of(dir.path());
    let end = store.head().unwrap().head;
    let tree = store.tree(&end).unwrap();
    let lines = lines(dir.path());
    for size in 1..=tree.size() {
        let root = tree.root(size).unwrap();
        for index in 0..size {
            let proof = tree.inclusion(index, size).unwrap();
            let leaf = (index, leaf(&lines[index as usize]));
            journal::tree::check_inclusion(&proof, (size, root), leaf).unwrap();
        }
        for old in 1..=size {
            let proof = tree.consistency(old, size).unwrap();
            let older = (old, tree.root(old).unwrap());
            journal::tree::check_consistency(&proof, older, (size, root)).unwrap();
        }
    }
    assert!(tree.root(tree.size() + 1).is_err(), "more than there is");
}

/// A crash, or whoever deletes what is derived, may leave any part of the file.
#[test]
fn whatever_is_left_of_the_file_the_next_append_completes_it() {
    let whole = kept(small().path());
    for length in 0..=whole.len() {
        let dir = small();
        fs::write(dir.path().join(TREE), &whole[..length]).unwrap();
        assert_eq!(root(dir.path()), made_anew(dir.path()).1, "{length} bytes left, read");
        append(&mut store_of(dir.path()), &[command("k-9", 9, &[("a", 5)])]);
        assert_eq!(kept(dir.path()), made_anew(dir.path()).0, "{length} bytes left, appended");
    }
    let dir = small();
    fs::remove_dir_all(dir.path().join("tree")).unwrap();
    assert_eq!(assert_sound(dir.path()).tree, TreeState::Missing);
    append(&mut store_of(dir.path()), &[command("k-9", 9, &[("a", 5)])]);
    assert_eq!(kept(dir.path()), made_anew(dir.path()).0);
}

/// After a power cut a file may be as long as it was, with zeros where nothing was written yet.
#[test]
fn zeros_at_the_end_are_no_hashes() {
    let whole = kept(small().path());
    for zeros in 1..=whole.len() / 32 {
        let dir = small();
        let mut bytes = whole.clone();
        let from = bytes.len() - 32 * zeros;
        bytes[from..].fill(0);
        fs::write(dir.path().join(TREE), &bytes).unwrap();
        assert_eq!(root(dir.path()), made_anew(dir.path()).1, "{zeros}");
        append(&mut store_of(dir.path()), &[command("k-9", 9, &[("a", 5)])]);
        assert_eq!(kept(dir.path()), made_anew(dir.path()).0, "{zeros}");
    }
}

#[test]
fn a_tree_that_cannot_be_written_keeps_nobody_from_appending() {
    let dir = TempDir::new().unwrap();
    let mut store = create(dir.path(), "example.org/ledger", Options::default());
    // Where it would be written there is no directory.
    fs::create_dir(dir.path().join("tree")).unwrap();
    std::os::unix::fs::symlink("nowhere/hashes", dir.path().join(TREE)).unwrap();
    append(&mut store, &small_commands());
    fs::remove_file(dir.path().join(TREE)).unwrap();
    assert_eq!(assert_sound(dir.path()).tree, TreeState::Missing);
    assert_eq!(root(dir.path()), made_anew(dir.path()).1);
}

#[test]
fn writers_in_turn_leave_one_tree() {
    let dir = TempDir::new().unwrap();
    let mut first = create(dir.path(), "example.org/ledger", Options::default());
    let mut second = store_of(dir.path());
    for n in 0_u32..20 {
        let store = if n % 3 == 0 { &mut first } else { &mut second };
        append(store, &[command(&format!("k-{n}"), 1, &[("a", u64::from(n) + 1)])]);
    }
    assert_eq!(kept(dir.path()), made_anew(dir.path()).0);
}

/// A segment and `head` of an older backup, and the tree that was not part of it.
#[test]
fn a_journal_that_lost_its_last_records_is_refused_and_the_first_of_them_named() {
    for left in 1..lines(small().path()).len() {
        let dir = small();
        let tree = kept(dir.path());
        let shorter: Vec<_> = lines(dir.path())[..left].to_vec();
        rewrite(dir.path(), &shorter);
        if FileStore::open(dir.path()).is_err() {
            // It ends inside a command, which is found without a tree.
            continue;
        }
        fs::create_dir_all(dir.path().join("tree")).unwrap();
        fs::write(dir.path().join(TREE), tree).unwrap();
        assert_eq!(damaged_tree(dir.path()), left as u64);
        let (summary, findings) = verified(dir.path());
        assert_eq!(summary.tree, TreeState::Disagrees);
        assert!(findings.iter().any(|it| (it.check, it.position) == (Check::Tree, left as u64)));
    }
}

/// All hashes recomputed after a change, so that nothing in the journal contradicts it.
#[test]
fn a_rewritten_journal_is_refused_and_the_first_other_record_named() {
    let number = lines(small().path()).len();
    for changed in 0..number {
        let dir = small();
        let tree = kept(dir.path());
        let mut records: Vec<String> = lines(dir.path()).iter().map(|it| record_text(it)).collect();
        records[changed] = records[changed].replace("\"actor\":\"p-", "\"actor\":\"p-9");
        rewrite(dir.path(), &rechain(&records));
        fs::create_dir_all(dir.path().join("tree")).unwrap();
        fs::write(dir.path().join(TREE), tree).unwrap();
        // Every record after the change is another one, as each holds the hash of the one before.
        assert_eq!(damaged_tree(dir.path()), number as u64 - 1);
        let (_, findings) = verified(dir.path());
        let found = findings.iter().find(|it| it.check == Check::Tree).unwrap();
        assert_eq!(found.position, changed as u64, "{found}");
    }
}

/// A record put in before the end, with all hashes recomputed: the journal is longer than the tree.
#[test]
fn a_record_inserted_is_refused_though_the_tree_only_seems_to_lag() {
    let dir = small();
    let tree = kept(dir.path());
    let mut records: Vec<String> = lines(dir.path()).iter().map(|it| record_text(it)).collect();
    let last = records.len() - 1;
    let new = records[last].replacen("\"command\":\"", "\"command\":\"x", 1);
    records.insert(last, new);
    let place = |position: usize| format!("\"position\":{position}");
    for at in [last, last + 1] {
        records[at] = records[at].replacen(&place(last), &place(at), 1);
    }
    rewrite(dir.path(), &rechain(&records));
    fs::create_dir_all(dir.path().join("tree")).unwrap();
    fs::write(dir.path().join(TREE), tree).unwrap();
    assert_eq!(damaged_tree(dir.path()), last as u64);
}

#[test]
fn every_bit_of_the_file_counts() {
    let whole = kept(small().path());
    for bit in (0..whole.len() * 8).step_by(7) {
        let dir = small();
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(dir.path().join(TREE), &bytes).unwrap();
        let (_, findings) = verified(dir.path());
        assert!(findings.iter().any(|it| it.check == Check::Tree), "bit {bit}: {findings:?}");
    }
}

#[test]
fn the_tree_of_another_ledger_is_found() {
    let dir = small();
    fs::write(dir.path().join(TREE), kept(small_of("example.net/another").path())).unwrap();
    assert_eq!(verified(dir.path()).1[0].check, Check::Tree);
    assert_eq!(damaged_tree(dir.path()), lines(dir.path()).len() as u64 - 1);
}

#[test]
fn reading_and_checking_write_nothing() {
    let dir = small();
    fs::write(dir.path().join(TREE), &kept(dir.path())[..32]).unwrap();
    let before = files(dir.path());
    root(dir.path());
    assert_eq!(assert_sound(dir.path()).tree, TreeState::Lags(lines(dir.path()).len() as u64 - 1));
    assert_eq!(files(dir.path()), before);
}
