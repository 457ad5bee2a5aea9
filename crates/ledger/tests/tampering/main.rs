//! The table of what somebody with access to a ledger's directory can do, and how it is found.
//!
//! Whatever is done: with a checkpoint that was kept outside it is damage, found by a check that is
//! named, at a record that is named; without one the verdict is never "verified" alone.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/forge.rs"]
mod forge;
mod site;

use common::{files, minute, record, review, submission, write_files};
use journal::Checkpoint;
use journal::note::{Algorithm, SigningKey};
use journal::tree::{Growing, leaf};
use ledger::{Damage, Error, Kept, KeyringError, Ledger, Options, Word, verify};
use serde_json::{Value, json};
use site::{ORIGIN, SEGMENT, Site, key, size};
use std::fs;
use tempfile::TempDir;

/// What a forger does to the list of records, all hashes being computed again afterwards.
type Forgery = (&'static str, fn(&mut Vec<Value>));

/// The record that the forgeries are about: after the first checkpoint, before the second.
const REVIEW: usize = 7;

const FORGERIES: [Forgery; 6] = [
    ("changed", |records| records[REVIEW]["data"]["score"] = json!(4)),
    ("dropped", |records| drop(records.remove(REVIEW))),
    ("inserted", |records| {
        let mut new = records[REVIEW].clone();
        new["command"] = json!("another-key");
        records.insert(REVIEW, new);
    }),
    ("reordered", |records| records.swap(REVIEW, REVIEW + 1)),
    ("duplicated", |records| {
        let again = records[REVIEW].clone();
        records.insert(REVIEW, again);
    }),
    ("changed in nothing but its salt", |records| {
        records[REVIEW]["salt"] = json!("00000000000000000000000000000000");
    }),
];

fn assert_found(
    findings: &[Damage],
    check: &str,
    positions: std::ops::RangeInclusive<u64>,
    what: &str,
) {
    let is_it = |it: &&Damage| it.check == check && positions.contains(&it.position);
    assert!(findings.iter().any(|it| is_it(&it)), "{what}: {findings:#?}");
}

#[test]
fn an_honest_ledger_is_verified_where_something_outside_vouches_for_it() {
    let site = Site::new();
    assert_eq!(site.with_outside_checkpoints().findings, []);
    assert_eq!(site.with_outside_checkpoints().word(), Word::Verified);
    assert_eq!(site.at_home().word(), Word::Verified);
    assert_eq!(site.alone().word(), Word::NotAnchored);
    site.open().unwrap();
}

#[test]
fn records_forged_with_all_hashes_computed_again_are_found_by_an_outside_checkpoint() {
    for (what, forgery) in FORGERIES {
        for signs in [false, true] {
            let site = Site::new();
            // What is put in may be told from what it is a copy of by the record after it only.
            let end = REVIEW as u64 + 1;
            let mut records = forge::records(&site.ledger());
            forgery(&mut records);
            site.rewrite(records);
            // With the tree left as it was, the first other record is named.
            let findings = site.with_outside_checkpoints().findings;
            assert_found(&findings, "tree", REVIEW as u64..=end, what);
            assert!(site.open().is_err(), "{what}");

            site.forget_what_is_derived();
            // Whoever has the log's key too leaves no contradiction inside the directory.
            if signs {
                site.sign_anew();
            }
            let findings = site.with_outside_checkpoints().findings;
            // From the first checkpoint on, which agrees, something is another, or missing.
            assert_found(&findings, "checkpoint", size(&site, 0)..=end, what);
            assert_found(&site.at_home().findings, "checkpoint", 0..=end, what);
            assert!(matches!(site.open(), Err(Error::SeenOther { .. } | Error::SeenMore { .. })));
            assert_ne!(site.alone().word(), Word::Verified, "{what}");
        }
    }
}

#[test]
fn records_forged_without_the_hashes_are_found_without_anything_from_outside() {
    type Change = (&'static str, fn(&mut Vec<String>));
    let changes: [Change; 5] = [
        ("changed", |lines| {
            lines[REVIEW] = lines[REVIEW].replacen("\"score\":3", "\"score\":4", 1)
        }),
        ("dropped", |lines| drop(lines.remove(REVIEW))),
        ("inserted", |lines| {
            let other = lines[2].clone();
            lines.insert(REVIEW, other);
        }),
        ("reordered", |lines| lines.swap(REVIEW, REVIEW + 1)),
        ("duplicated", |lines| {
            let again = lines[REVIEW].clone();
            lines.insert(REVIEW, again);
        }),
    ];
    for (what, change) in changes {
        let site = Site::new();
        site.forget_what_is_derived();
        let text = fs::read_to_string(site.ledger().join(SEGMENT)).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        fs::write(site.ledger().join(SEGMENT), lines.join("\n") + "\n").unwrap();
        let verdict = site.alone();
        assert_eq!(verdict.word(), Word::Damaged, "{what}");
        let chain = ["hash", "position", "previous", "version", "key", "parts"];
        let near = REVIEW as u64..=REVIEW as u64 + 1;
        let named = |it: &Damage| chain.contains(&it.check) && near.contains(&it.position);
        assert!(verdict.findings.iter().any(named), "{what}: {:#?}", verdict.findings);
    }
}

#[test]
fn the_last_records_cut_off_and_head_rewritten_to_match_are_missed() {
    for cut in 1..=3 {
        let site = Site::new();
        let mut records = forge::records(&site.ledger());
        records.truncate(records.len() - cut);
        let left = records.len() as u64;
        site.rewrite(records);
        assert_found(&site.alone().findings, "tree", left..=left, "the tree is left");
        site.forget_what_is_derived();
        assert_found(&site.alone().findings, "checkpoint", left..=left, "`checkpoint` is left");
        fs::remove_file(site.ledger().join("checkpoint")).unwrap();
        // Nothing in the directory can tell any more.
        assert_eq!(site.alone().word(), Word::NotAnchored);
        assert_found(&site.with_outside_checkpoints().findings, "checkpoint", left..=left, "cut");
        let Err(Error::SeenMore { records, seen, .. }) = site.open() else { panic!("{cut}") };
        assert_eq!((records, seen), (left, size(&site, 1)));
    }
}

/// As a whole: journal, `head`, tree, index and checkpoint of the same earlier moment.
#[test]
fn an_older_backup_that_was_restored_is_noticed_and_named() {
    let site = Site::new();
    let backup = files(&site.ledger());
    let mut ledger = site.open().unwrap();
    record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
    ledger.sign_checkpoint().unwrap();
    drop(ledger);
    fs::remove_dir_all(site.ledger()).unwrap();
    write_files(&site.ledger(), &backup);
    let (left, seen) = (size(&site, 1), size(&site, 1) + 1);
    let error = site.open().err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with(&format!("this ledger has {left} records, this machine has seen {seen}"))
    );
    assert_found(&site.at_home().findings, "checkpoint", left..=left, "restored");
    // An outsider with an older checkpoint cannot see it, and is told how far it vouches.
    assert_eq!(site.with_outside_checkpoints().word(), Word::Verified);
}

#[test]
fn the_segments_of_two_ledgers_exchanged_are_found() {
    let (one, other) = (Site::new(), Site::new());
    let mut records = forge::records(&other.ledger());
    records[0]["salt"] = json!("ffffffffffffffffffffffffffffffff");
    other.rewrite(records);
    fs::copy(other.ledger().join(SEGMENT), one.ledger().join(SEGMENT)).unwrap();
    assert_eq!(one.alone().word(), Word::Damaged);
    // With `head` and all that is derived exchanged too, it is another ledger, sound in itself.
    fs::copy(other.ledger().join("head"), one.ledger().join("head")).unwrap();
    one.forget_what_is_derived();
    one.sign_anew();
    assert_eq!(one.alone().word(), Word::NotAnchored);
    assert_found(&one.with_outside_checkpoints().findings, "checkpoint", 0..=0, "exchanged");
    assert!(matches!(one.open(), Err(Error::SeenOther { .. })));
}

#[test]
fn a_forged_checkpoint_is_found() {
    let another = SigningKey::new(ORIGIN, Algorithm::Note, &[8; 32]).unwrap();
    let stranger = SigningKey::new("example.net/other", Algorithm::Note, &[7; 32]).unwrap();
    for key in [another, stranger] {
        let site = Site::new();
        let honest = site.kept(1);
        let forged = Checkpoint { ..honest.checkpoint().clone() }.sign(&key);
        fs::write(site.ledger().join("checkpoint"), forged.to_bytes()).unwrap();
        assert_found(&site.alone().findings, "checkpoint", 0..=size(&site, 1), "forged");
        let mut ledger = site.open().unwrap();
        assert!(ledger.sign_checkpoint().is_err(), "nothing is signed beside a forgery");
        let kept = [Kept { name: "brought".to_owned(), checkpoint: forged }];
        let options = Options { against: &kept, ..Options::default() };
        fs::write(site.ledger().join("checkpoint"), honest.to_bytes()).unwrap();
        let verdict = verify(&site.ledger(), &options, &mut |_| {}).unwrap();
        assert_eq!(verdict.word(), Word::Damaged, "a forgery vouches for nothing");
    }
}

#[test]
fn a_checkpoint_rolled_back_is_found_where_the_later_one_was_signed() {
    let site = Site::new();
    fs::write(site.ledger().join("checkpoint"), &site.kept[0]).unwrap();
    assert_found(&site.at_home().findings, "checkpoint", 0..=size(&site, 0), "rolled back");
    assert_eq!(site.alone().word(), Word::NotAnchored);
}

/// The log's own key signs two roots for one size: the split view that checkpoints are kept for.
#[test]
fn another_root_for_the_same_size_is_found_and_nothing_is_signed_beside_it() {
    let site = Site::new();
    let honest = site.kept(1).checkpoint().clone();
    let other = Checkpoint { root: leaf(b"something else"), ..honest }.sign(&key());
    fs::write(site.ledger().join("checkpoint"), other.to_bytes()).unwrap();
    assert_found(&site.alone().findings, "checkpoint", 0..=size(&site, 1), "in the directory");
    let mut ledger = site.open().unwrap();
    record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
    let Err(Error::Journal(journal::Error::Damaged(finding))) = ledger.sign_checkpoint() else {
        panic!("two roots for one size")
    };
    assert_eq!(finding.check, journal::Check::Checkpoint);
    fs::write(site.ledger().join("checkpoint"), &site.kept[1]).unwrap();
    let kept = [Kept { name: "brought".to_owned(), checkpoint: other }];
    let options = Options { against: &kept, ..Options::default() };
    let findings = verify(&site.ledger(), &options, &mut |_| {}).unwrap().findings;
    assert_found(&findings, "checkpoint", 0..=size(&site, 1), "brought along");
}

/// Memory that fails, or whatever else writes other bytes than were hashed.
#[test]
fn a_bit_flipped_on_its_way_to_the_disk_is_never_signed() {
    for offset in [100, 400, 700] {
        let site = Site::new();
        let mut ledger = site.open().unwrap();
        let (position, _) =
            record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
        let path = site.ledger().join(SEGMENT);
        let mut bytes = fs::read(&path).unwrap();
        let start = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        bytes[start + offset] ^= 1;
        fs::write(&path, bytes).unwrap();
        let Err(Error::Journal(journal::Error::Damaged(finding))) = ledger.sign_checkpoint() else {
            panic!("a checkpoint of bytes that were never hashed")
        };
        assert_eq!(finding.position, position);
        let checkpoint = fs::read(site.ledger().join("checkpoint")).unwrap();
        assert_eq!(checkpoint, site.kept[1]);
    }
}

/// A record that was hashed and written, and then replaced by another sound one before anything
/// was signed: only the tree remembers.
#[test]
fn a_record_exchanged_before_it_was_signed_is_found_by_the_tree() {
    let site = Site::new();
    let mut ledger = site.open().unwrap();
    let (position, _) =
        record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
    drop(ledger);
    let mut records = forge::records(&site.ledger());
    records[position as usize]["data"]["score"] = json!(4);
    site.rewrite(records);
    assert_found(&site.at_home().findings, "tree", position..=position, "exchanged");
    assert!(matches!(
        site.open(),
        Err(Error::Journal(journal::Error::Damaged(finding))) if finding.position == position
    ));
}

#[test]
fn what_this_machine_keeps_is_not_overwritten_by_a_smaller_one() {
    let site = Site::new();
    let mut ledger = site.open().unwrap();
    let again = ledger.sign_checkpoint().unwrap();
    assert!(again.read_back.is_empty(), "nothing is new");
    assert_eq!(again.checkpoint.to_bytes(), site.kept[1]);
    record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
    let signed = ledger.sign_checkpoint().unwrap();
    assert_eq!(signed.read_back, 0..size(&site, 1) + 1, "all of it is read");
    assert_eq!(
        ledger.keyring().unwrap().seen().unwrap()[0].to_bytes(),
        signed.checkpoint.to_bytes()
    );
}

/// Bytes that went bad on the disk after they were covered once: a new checkpoint would vouch for
/// records that nobody can read any more.
#[test]
fn a_bit_flipped_in_an_old_record_keeps_anything_from_being_signed() {
    let site = Site::new();
    let mut ledger = site.open().unwrap();
    record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
    let path = site.ledger().join(SEGMENT);
    let mut bytes = fs::read(&path).unwrap();
    bytes[2000] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(ledger.sign_checkpoint(), Err(Error::Journal(journal::Error::Damaged(_)))));
    assert_eq!(fs::read(site.ledger().join("checkpoint")).unwrap(), site.kept[1]);
}

/// An attacker who mends the one hash of the tree that is compared with the end of the journal.
#[test]
fn a_rewritten_journal_with_its_last_leaf_mended_is_refused_at_the_next_opening() {
    let site = Site::new();
    let mut ledger = site.open().unwrap();
    let (last, _) = record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
    drop(ledger);
    let mut records = forge::records(&site.ledger());
    records[REVIEW]["data"]["score"] = json!(4);
    site.rewrite(records);
    let journal = fs::read(site.ledger().join(SEGMENT)).unwrap();
    let line = journal.split(|byte| *byte == b'\n').nth(last as usize).unwrap();
    let mut tree = fs::read(site.ledger().join("tree/hashes")).unwrap();
    let at = 32 * (last + last / 2 + last / 4 + last / 8) as usize;
    tree[at..at + 32].copy_from_slice(&leaf(line).0);
    fs::write(site.ledger().join("tree/hashes"), tree).unwrap();
    assert!(matches!(
        site.open(),
        Err(Error::Journal(journal::Error::Damaged(finding))) if finding.position + 1 == last
    ));
}

/// A kill after the new checkpoint was kept outside, and before it came into the directory.
#[test]
fn a_checkpoint_on_its_way_into_the_directory_is_no_rollback() {
    let site = Site::new();
    let mut ledger = site.open().unwrap();
    record(&mut ledger, &[review(1, "safeguarding", 2, "2025-02-02")], &minute(9));
    let signed = ledger.sign_checkpoint().unwrap().checkpoint;
    let id = key().public().id();
    ledger.keyring().unwrap().keep_seen(&signed, id).unwrap();
    fs::write(site.ledger().join("checkpoint"), &site.kept[1]).unwrap();
    let verdict = site.at_home();
    assert_eq!((verdict.word(), verdict.findings.as_slice()), (Word::Verified, &[][..]));
    assert!(verdict.anchored.notes.iter().any(|note| note.contains("mends it")));
    // The next one is the same, and settles it: from then on an older one was put there.
    let again = ledger.sign_checkpoint().unwrap().checkpoint;
    assert_eq!(again.to_bytes(), signed.to_bytes());
    assert_eq!(site.at_home().anchored.notes, [""; 0]);
    fs::write(site.ledger().join("checkpoint"), &site.kept[1]).unwrap();
    assert_eq!(site.at_home().word(), Word::Damaged);
}

#[test]
fn a_digit_changed_in_what_is_kept_outside_accuses_nobody() {
    let site = Site::new();
    let keyring = site.open().unwrap().keyring().unwrap().dir().to_owned();
    let path = keyring.join(format!("{:08x}.checkpoint", key().public().id()));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\n9\n", "\n90\n", 1)).unwrap();
    assert!(matches!(
        site.open(),
        Err(Error::Keyring(error)) if matches!(*error, KeyringError::NotACheckpoint(_))
    ));
}

/// Half a command, signed for: whoever reads up to there sees what nobody ever decided.
#[test]
fn a_checkpoint_inside_a_command_is_found() {
    let site = Site::new();
    let records = forge::records(&site.ledger());
    let inside = records.iter().position(|record| record["part"] != record["parts"]).unwrap();
    let journal = fs::read(site.ledger().join(SEGMENT)).unwrap();
    let mut growing = Growing::default();
    for line in journal.split(|byte| *byte == b'\n').take(inside + 1) {
        growing.push(leaf(line));
    }
    let (size, root) = (growing.size(), growing.root());
    let half = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&key());
    let kept = [Kept { name: "brought".to_owned(), checkpoint: half }];
    let options = Options { against: &kept, ..Options::default() };
    let findings = verify(&site.ledger(), &options, &mut |_| {}).unwrap().findings;
    assert_found(&findings, "checkpoint", size - 1..=size - 1, "inside a command");
    assert!(findings[0].why.contains("inside a command"), "{findings:?}");
}

/// A rotation that the key before did not sign, though it says so.
#[test]
fn a_forged_signature_of_a_rotation_is_found() {
    let site = Site::new();
    let mut ledger = site.open().unwrap();
    let next = SigningKey::new(ORIGIN, Algorithm::Note, &[9; 32]).unwrap();
    let rotation = submission("rotate_ledger_key", &json!({ "key": next.public().to_string() }));
    for (signer, is_sound) in [(key(), true), (next.clone(), false)] {
        let dir = TempDir::new().unwrap();
        write_files(dir.path(), &files(&site.ledger()));
        let mut ledger = Ledger::open(dir.path()).unwrap();
        let signed = rotation.clone().signed(&signer, ORIGIN);
        let (position, _) = record(&mut ledger, &[signed], &minute(9));
        let found = verify(dir.path(), &Options::default(), &mut |_| {}).unwrap().findings;
        match is_sound {
            true => assert_eq!(found, []),
            false => assert_found(&found, "key_record", position..=position, "forged"),
        }
    }
    record(&mut ledger, &[rotation], &minute(9));
    let verdict = site.alone();
    assert_eq!(verdict.findings, []);
    assert!(verdict.anchored.notes.iter().any(|note| note.contains("did not sign it")));
}
