//! The fear: something that was acknowledged is not as it was, and nobody notices.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use std::fs;
use std::path::Path;

use common::{
    ORIGIN, append, assert_sound, command, create, files, frame, lines, rechain, record_text,
    rewrite, segments, small, small_of, verified,
};
use journal::{
    Asked, Check, Error, FileStore, Finding, Head, HeadState, Options, Segment, Store, verify,
};

/// Runs the check and names the checks that found something, each with the record it names.
fn found(dir: &Path) -> Vec<(Check, u64)> {
    verified(dir).1.into_iter().map(|finding| (finding.check, finding.position)).collect()
}

/// Whether a finding names this record, or the one after it.
fn names(findings: &[Finding], record: u64) -> bool {
    findings.iter().any(|finding| (record..=record + 1).contains(&finding.position))
}

/// Calls for each byte of the journal: its file, its offset, the file's bytes, its record.
fn each_byte(dir: &Path, mut visit: impl FnMut(&str, usize, &[u8], u64)) {
    let mut record = 0;
    for (name, bytes) in segments(dir) {
        for (at, byte) in bytes.iter().enumerate() {
            visit(&name, at, &bytes, record);
            record += u64::from(*byte == b'\n');
        }
    }
}

#[test]
fn the_small_journal_is_sound_and_of_many_segments() {
    let dir = small();
    let summary = assert_sound(dir.path());
    assert_eq!((summary.records, summary.head), (10, HeadState::Agrees));
    assert!(summary.segments >= 3, "{}", summary.segments);
    assert_eq!(summary.first.unwrap().0, 0);
    assert_eq!(summary.last.unwrap().0, 9);
    assert_eq!((summary.beyond, summary.notes), (None, vec![]));
    let bytes: usize = segments(dir.path()).iter().map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(summary.bytes, bytes as u64);
}

#[test]
fn every_byte_changed_is_found_and_its_record_named() {
    let dir = small();
    each_byte(dir.path(), |name, at, bytes, record| {
        for value in [bytes[at] ^ 1, b'\n'] {
            let mut changed = bytes.to_vec();
            changed[at] = value;
            if changed == bytes {
                continue;
            }
            fs::write(dir.path().join(name), &changed).unwrap();
            let (_, findings) = verified(dir.path());
            assert!(names(&findings, record), "{name} {at} to {value}: {findings:?}");
            fs::write(dir.path().join(name), bytes).unwrap();
        }
    });
    assert_sound(dir.path());
}

#[test]
fn every_byte_taken_out_or_put_in_is_found_and_its_record_named() {
    let dir = small();
    let last = segments(dir.path()).pop().unwrap().0;
    each_byte(dir.path(), |name, at, bytes, record| {
        for put_in in [None, Some(b'\n')] {
            let mut changed = bytes.to_vec();
            match put_in {
                Some(byte) => changed.insert(at, byte),
                None => drop(changed.remove(at)),
            }
            if changed.starts_with(bytes) && name == last {
                // A newline before the last newline is a newline after it: beyond the end.
                continue;
            }
            fs::write(dir.path().join(name), &changed).unwrap();
            let (_, findings) = verified(dir.path());
            assert!(names(&findings, record), "{name} {at}, {put_in:?}: {findings:?}");
            fs::write(dir.path().join(name), bytes).unwrap();
        }
    });
    assert_sound(dir.path());
}

#[test]
fn every_cut_of_every_segment_is_found_and_its_record_named() {
    let dir = small();
    each_byte(dir.path(), |name, at, bytes, record| {
        fs::write(dir.path().join(name), &bytes[..at]).unwrap();
        let (_, findings) = verified(dir.path());
        assert!(names(&findings, record), "{name} cut at {at}: {findings:?}");
        fs::write(dir.path().join(name), bytes).unwrap();
    });
}

#[test]
fn bytes_added_to_a_segment_that_is_not_the_last_are_found() {
    let dir = small();
    let all = segments(dir.path());
    for (name, bytes) in &all[..all.len() - 1] {
        for more in [b"x".as_slice(), b"\n", b" "] {
            fs::write(dir.path().join(name), [bytes, more].concat()).unwrap();
            assert_ne!(found(dir.path()), [], "{name} with {more:?}");
            fs::write(dir.path().join(name), bytes).unwrap();
        }
    }
}

#[test]
fn a_missing_segment_is_found() {
    let names: Vec<_> = segments(small().path()).into_iter().map(|(name, _)| name).collect();
    for name in names {
        let dir = small();
        fs::remove_file(dir.path().join(&name)).unwrap();
        let first: u64 = name["journal/".len()..][..20].parse().unwrap();
        assert!(found(dir.path()).iter().any(|(_, position)| *position == first), "{name}");
    }
}

#[test]
fn a_journal_without_segments_is_found_even_with_head_lost() {
    let dir = small();
    for (name, _) in segments(dir.path()) {
        fs::remove_file(dir.path().join(name)).unwrap();
    }
    assert!(!found(dir.path()).is_empty());
    fs::remove_dir_all(dir.path().join("tree")).unwrap();
    fs::remove_file(dir.path().join("head")).unwrap();
    assert_eq!(found(dir.path()), [(Check::Segment, 0)]);
    fs::remove_dir(dir.path().join("journal")).unwrap();
    assert_eq!(found(dir.path()), [(Check::Segment, 0)]);
}

/// Right checksums and names prove nothing: anybody can compute and choose them.
#[test]
fn numbers_that_no_journal_reaches_are_found_and_never_counted_on_from() {
    let last = 9_007_199_254_740_991;
    let head = |position, length, segment| {
        let hash = journal::Hash::of(b"x");
        Head { hash, length, position, segment: Segment(segment) }
    };
    for (position, length, segment) in [
        (u64::MAX, 700, 0),
        (u64::MAX, u64::MAX, u64::MAX),
        (u64::MAX - 1, 700, last),
        (last, u64::MAX, 0),
        (last, last, last),
        (last + 1, 700, last + 1),
        (9, 0, 0),
    ] {
        let head = head(position, length, segment);
        let dir = small();
        let own = fs::read(dir.path().join("head")).unwrap();
        for slots in [[head.to_slot().as_slice(), &own[512..]].concat(), head.to_slot().to_vec()] {
            fs::write(dir.path().join("head"), slots).unwrap();
            // Whether it is damage or a slot that does not count; it must not panic.
            let (summary, findings) = verified(dir.path());
            let opened = FileStore::open(dir.path()).and_then(|store| store.head());
            assert_eq!(opened.is_err(), !findings.is_empty(), "{head:?}: {opened:?}");
            assert!(summary.records == 10, "{head:?}");
        }
    }
    for first in [u64::MAX, u64::MAX - 1, last + 1] {
        let name = format!("{first:020}.jsonl");
        let dir = small();
        fs::write(dir.path().join("journal").join(&name), "stray\n").unwrap();
        let note = format!("journal/{name} is no segment");
        assert_eq!(assert_sound(dir.path()).notes, [note.as_str()]);
        fs::remove_file(dir.path().join("head")).unwrap();
        assert_eq!(assert_sound(dir.path()).notes, [note]);
        assert_eq!(FileStore::open(dir.path()).unwrap().head().unwrap().head.position, 9);
    }
    // The last name that a segment may have.
    let dir = small();
    fs::write(dir.path().join("journal").join(Segment(last).to_string()), "x\ny\n").unwrap();
    assert_eq!(assert_sound(dir.path()).beyond.unwrap().bytes, 4);
    fs::remove_file(dir.path().join("head")).unwrap();
    let (segment, line) = ((Check::Segment, 10), (Check::Line, last));
    assert_eq!(found(dir.path()), [segment, line, (Check::Line, last + 1)]);
}

#[test]
fn with_head_lost_an_empty_segment_is_found_where_none_can_begin() {
    let dir = small();
    let empty = dir.path().join("journal").join(Segment(50).to_string());
    fs::write(&empty, "").unwrap();
    assert_sound(dir.path());
    assert_eq!(FileStore::open(dir.path()).unwrap().head().unwrap().head.position, 9);
    fs::remove_file(dir.path().join("head")).unwrap();
    assert_eq!(found(dir.path()), [(Check::Segment, 10)]);
    match FileStore::open(dir.path()) {
        Err(Error::Damaged(f)) => assert_eq!((f.check, f.position), (Check::Segment, 10)),
        other => panic!("{other:?}"),
    }
    // One that bears the right name was made by a writer who did not come to write to it.
    fs::rename(&empty, empty.with_file_name(Segment(10).to_string())).unwrap();
    assert_sound(dir.path());
    assert_eq!(FileStore::open(dir.path()).unwrap().head().unwrap().head.position, 9);
}

#[test]
fn a_segment_of_another_ledger_is_found() {
    let (one, other) = (small(), small_of("example.org/other"));
    for (name, _) in segments(one.path()) {
        let dir = small();
        fs::copy(other.path().join(&name), dir.path().join(&name)).unwrap();
        assert_ne!(found(dir.path()), [], "{name}");
    }
}

#[test]
fn another_ledger_json_is_found() {
    let (dir, other) = (small(), small_of("example.org/other"));
    let path = dir.path().join("ledger.json");
    let own = fs::read(&path).unwrap();
    fs::copy(other.path().join("ledger.json"), &path).unwrap();
    assert_eq!(found(dir.path()), [(Check::Ledger, 0)]);
    fs::remove_file(&path).unwrap();
    assert_eq!(found(dir.path()), [(Check::Ledger, 0)]);
    for at in 0..own.len() {
        let mut changed = own.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert_eq!(found(dir.path()), [(Check::Ledger, 0)], "byte {at}");
        fs::write(&path, &own[..at]).unwrap();
        assert_eq!(found(dir.path()), [(Check::Ledger, 0)], "cut at {at}");
    }
    // A member that is added later is none of this crate's business.
    let more = String::from_utf8(own).unwrap().replace("}\n", ",\"public_key\":\"x\"}\n");
    fs::write(&path, more).unwrap();
    assert_eq!(found(dir.path()), []);
}

/// Rewrites the small journal with changed lines and says what is found.
fn after_rewriting(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<(Check, u64)> {
    let dir = small();
    let mut changed = lines(dir.path());
    change(&mut changed);
    rewrite(dir.path(), &changed);
    found(dir.path())
}

/// The same for whoever also recomputes all hashes, so that only the records' sense can tell.
fn after_forging(change: impl FnOnce(&mut Vec<String>)) -> Vec<(Check, u64)> {
    after_rewriting(|lines| {
        let mut records: Vec<_> = lines.iter().map(|line| record_text(line)).collect();
        change(&mut records);
        *lines = rechain(&records);
    })
}

#[test]
fn rewriting_nothing_is_sound() {
    assert_eq!(after_rewriting(|_| {}), []);
    assert_eq!(after_forging(|_| {}), []);
}

#[test]
fn a_record_dropped_repeated_or_moved_is_found() {
    let dropped = after_rewriting(|lines| drop(lines.remove(4)));
    assert!(dropped.contains(&(Check::Position, 4)), "{dropped:?}");
    assert!(dropped.contains(&(Check::Previous, 5)), "{dropped:?}");
    let repeated = after_rewriting(|lines| lines.insert(4, lines[4].clone()));
    assert!(repeated.contains(&(Check::Position, 5)), "{repeated:?}");
    let moved = after_rewriting(|lines| lines.swap(4, 5));
    assert!(moved.contains(&(Check::Position, 4)), "{moved:?}");
    let first = after_rewriting(|lines| drop(lines.remove(0)));
    assert!(first.contains(&(Check::Position, 0)), "{first:?}");
}

#[test]
fn a_changed_record_with_its_hash_recomputed_is_found_by_the_next() {
    let change =
        |line: &[u8]| frame(&record_text(line).replacen("\"number\":1", "\"number\":7", 1));
    assert_eq!(after_rewriting(|l| l[1] = change(&l[1])), [(Check::Previous, 2)]);
}

#[test]
fn a_whole_journal_recomputed_is_found_by_head() {
    let dir = small();
    let head = fs::read(dir.path().join("head")).unwrap();
    let change = |record: &String| record.replacen("\"number\":1", "\"number\":7", 1);
    for (name, bytes) in segments(dir.path()) {
        // Every segment keeps its name and length, so that nothing but the hash differs.
        let all: Vec<_> = lines(dir.path()).iter().map(|line| record_text(line)).collect();
        let all: Vec<u8> =
            rechain(&all.iter().map(change).collect::<Vec<_>>()).join(b"\n".as_slice());
        let from = segments(dir.path())
            .iter()
            .take_while(|(other, _)| *other != name)
            .map(|(_, bytes)| bytes.len())
            .sum::<usize>();
        let all = [all, b"\n".to_vec()].concat();
        fs::write(dir.path().join(&name), &all[from..from + bytes.len()]).unwrap();
    }
    assert_eq!(fs::read(dir.path().join("head")).unwrap(), head);
    assert!(found(dir.path()).contains(&(Check::Head, 9)));
}

#[test]
fn a_line_that_is_not_canonical_is_found_though_all_hashes_fit() {
    let forge = |from: &str, to: &str| after_forging(|r| r[3] = r[3].replacen(from, to, 1));
    assert_eq!(forge("\"part\":", "\"part\": "), [(Check::Canonical, 3)]);
    assert_eq!(forge("\"part\":", "\"part\":1,\"part\":"), [(Check::Canonical, 3)]);
    assert_eq!(forge("\"number\":1", "\"number\":1.0"), [(Check::Canonical, 3)]);
    assert_eq!(forge("\"number\":1", "\"number\":1,\"number\":1"), [(Check::Canonical, 3)]);
    assert_eq!(forge("\"number\":1", "\"number\":1,\"other\":null"), [(Check::Canonical, 3)]);
    assert_eq!(forge("€", "\\u20ac"), [(Check::Canonical, 3)]);
    assert_eq!(forge("\"schema\":1", "\"schema\":1,\"zone\":1"), [(Check::Canonical, 3)]);
    assert_eq!(forge("\"schema\":1", "\"schema\":\"1\""), [(Check::Members, 3)]);
    assert_eq!(forge("\"schema\":1,", ""), [(Check::Members, 3)]);
}

#[test]
fn parts_that_do_not_belong_together_are_found() {
    // Records 2 and 3 are parts 1 and 2 of 2 of one command.
    let forge = |from: &str, to: &str| after_forging(|r| r[3] = r[3].replacen(from, to, 1));
    assert_eq!(forge("\"part\":2,\"parts\":2", "\"part\":1,\"parts\":1")[0], (Check::Parts, 3));
    assert_eq!(forge("p-017", "p-018"), [(Check::Parts, 3)]);
    assert_eq!(forge("\"command\":\"k-2\"", "\"command\":\"k-x\""), [(Check::Parts, 3)]);
    assert_eq!(forge("09:00:02.000Z", "09:00:02.001Z"), [(Check::Parts, 3)]);
    assert_eq!(forge("\"parts\":2", "\"parts\":3"), [(Check::Parts, 3), (Check::Parts, 4)]);
    assert_eq!(forge("\"stream\"", "\"signature\":\"c2ln\",\"stream\""), [(Check::Parts, 3)]);
    let alone = after_forging(|r| r[1] = r[1].replacen("\"parts\":1", "\"parts\":2", 1));
    assert_eq!(alone, [(Check::Parts, 2)]);
    let beyond = after_forging(|r| r[1] = r[1].replacen("\"part\":1", "\"part\":2", 1));
    assert_eq!(beyond, [(Check::Parts, 1), (Check::Parts, 1)]);
}

#[test]
fn a_command_cut_short_at_the_acknowledged_end_is_found() {
    let cut = after_rewriting(|lines| drop(lines.pop()));
    assert_eq!(cut, [(Check::Parts, 9)]);
}

#[test]
fn a_missing_part_is_found_though_all_hashes_and_positions_fit() {
    let missing = after_forging(|records| {
        records.remove(3);
        for (position, record) in records.iter_mut().enumerate().skip(3) {
            let old = format!("\"position\":{},", position + 1);
            *record = record.replacen(&old, &format!("\"position\":{position},"), 1);
        }
    });
    assert_eq!(missing[0], (Check::Parts, 3));
    assert!(missing.contains(&(Check::Version, 3)), "{missing:?}");
}

#[test]
fn a_version_left_out_is_found() {
    let gap = after_forging(|r| r[4] = r[4].replacen("\"version\":2", "\"version\":3", 1));
    assert_eq!(gap, [(Check::Version, 4), (Check::Version, 7)]);
}

#[test]
fn a_key_used_twice_is_found() {
    let again = after_forging(|r| r[4] = r[4].replacen("k-3", "k-1", 1));
    // The note in its data is the first to be replaced only if it stood before the key.
    assert_eq!(again, [(Check::Key, 4)]);
}

#[test]
fn a_time_that_runs_backwards_is_found() {
    let back = after_forging(|r| {
        r[4] = r[4].replacen(
            "\"recorded_at\":\"2026-05-17T09:00:03",
            "\"recorded_at\":\"2026-05-17T09:00:01",
            1,
        );
    });
    assert_eq!(back, [(Check::Time, 4)]);
}

#[test]
fn a_first_record_that_opens_no_ledger_is_found() {
    let forge = |from: &str, to: &str| after_forging(|r| r[0] = r[0].replacen(from, to, 1));
    assert_eq!(forge("ledger_opened", "thing_noted"), [(Check::Opening, 0)]);
    assert_eq!(forge("\"stream\":\"ledger\"", "\"stream\":\"a/b\""), [(Check::Opening, 0)]);
    assert_eq!(forge("\"format\":1", "\"format\":2")[0], (Check::Ledger, 0));
    assert_eq!(forge("example.org/ledger", "example.org/other"), [(Check::Ledger, 0)]);
    assert_eq!(forge("example.org/ledger", "a b").last(), Some(&(Check::Opening, 0)));
}

#[test]
fn a_line_longer_than_any_record_is_passed_over_in_bounded_memory() {
    let long = after_rewriting(|lines| lines[4] = vec![b'x'; 1_000_000]);
    assert_eq!(long[0], (Check::Line, 4));
    assert!(!long.contains(&(Check::Position, 5)), "{long:?}");
}

#[test]
fn all_damage_is_reported_and_not_only_the_first() {
    let found = after_rewriting(|lines| {
        lines[2][100] ^= 1;
        lines[5].insert(90, b' ');
        lines[8] = b"{}".to_vec();
    });
    assert_eq!(found, [(Check::Hash, 2), (Check::Hash, 5), (Check::Line, 8)]);
}

#[test]
fn the_whole_ledger_checks_find_the_same_with_room_for_one_name_at_a_time() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut store = create(dir.path(), ORIGIN, Options { segment_bytes: 20_000 });
    let commands: Vec<_> = (1..60)
        .map(|n| command(&format!("k-{n}"), n, &[(&format!("s{}", n % 7), u64::from(n / 7) + 1)]))
        .map(|mut command| {
            // Streams count from 1: the first of stream 0 comes at 7.
            let record = &mut command.records[0];
            record.version -= u64::from(record.stream == "thing/s0");
            command
        })
        .collect();
    append(&mut store, &commands);
    let mut forged: Vec<_> = lines(dir.path()).iter().map(|line| record_text(line)).collect();
    for (at, key) in [(20, "k-3"), (40, "k-3"), (50, "k-7")] {
        let own = format!("\"command\":\"k-{at}\"");
        forged[at] = forged[at].replacen(&own, &format!("\"command\":\"{key}\""), 1);
    }
    forged[30] = forged[30].replacen("\"version\":5", "\"version\":9", 1);
    rewrite(dir.path(), &rechain(&forged));
    let at_once = {
        let (summary, mut findings) = verified(dir.path());
        assert_eq!(summary.passes, 1);
        findings.sort_by_key(|finding| (finding.check, finding.position));
        findings
    };
    assert_eq!(at_once.len(), 5, "{at_once:?}");
    for budget in [1, 2, 5, 30] {
        let mut findings = Vec::new();
        let summary =
            verify(dir.path(), &Asked { budget, ..Asked::default() }, &mut findings).unwrap();
        findings.sort_by_key(|finding| (finding.check, finding.position));
        assert_eq!(findings, at_once, "with room for {budget}");
        assert!(summary.passes > 1);
    }
}

#[test]
fn verify_changes_nothing_even_when_it_finds_damage() {
    let dir = small();
    let (name, mut bytes) = segments(dir.path()).remove(1);
    bytes[200] ^= 1;
    fs::write(dir.path().join(name), bytes).unwrap();
    let before = files(dir.path());
    assert_ne!(found(dir.path()), []);
    assert_eq!(files(dir.path()), before);
}
