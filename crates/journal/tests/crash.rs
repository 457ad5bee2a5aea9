//! The fear: after a crash something acknowledged is gone, or something half-done counts.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use common::{
    ORIGIN, SMALL, append, assert_sound, command, create, files, opening, segments, small,
    small_commands, verified,
};
use journal::head::SLOT;
use journal::{Batch, End, Error, FileStore, Head, HeadState, Options, Place, Segment, Store};
use tempfile::TempDir;

/// The head that a directory's slots hold.
fn head_of(dir: &Path) -> Head {
    *journal::head::Slots::parse(&fs::read(dir.join("head")).unwrap()).newest().unwrap()
}

/// A batch of two commands, three records, for after the small ledger's end.
fn unacknowledged(head: &Head) -> Batch {
    let mut batch = Batch::after(head);
    batch.push(&command("k-6", 6, &[("a", 5)])).unwrap();
    batch.push(&command("k-7", 7, &[("a", 6), ("d", 1)])).unwrap();
    batch
}

/// Opens as a reader and checks: nothing is changed, and what is not kept is named.
fn look(dir: &Path, kept: u64, torn: u64) -> Head {
    let before = files(dir);
    let reader = FileStore::open_with(dir, SMALL).unwrap();
    let End { head, beyond } = reader.head().unwrap();
    assert_eq!(head.position, kept);
    assert_eq!(beyond.as_ref().map_or(0, |beyond| beyond.bytes), torn);
    let summary = assert_sound(dir);
    assert_eq!(summary.last.unwrap().0, kept);
    assert_eq!(summary.beyond, beyond);
    assert_eq!(files(dir), before, "readers change nothing");
    head
}

/// Opens as a reader, then as a writer, who appends one more command; and checks again.
fn recover(dir: &Path, kept: u64, torn: u64) {
    let before = files(dir);
    let head = look(dir, kept, torn);
    let mut writer = FileStore::open_with(dir, SMALL).unwrap();
    let end = writer.hold().unwrap();
    assert_eq!(end.head, head);
    let moved = end.beyond.map(|beyond| beyond.moved_to).unwrap_or_default();
    let bytes: Vec<u8> = moved.iter().flat_map(|path| fs::read(path).unwrap()).collect();
    assert_eq!(bytes.len() as u64, torn);
    // What was moved is what stood there, byte for byte.
    let all = |files: Vec<(String, Vec<u8>)>| files.into_iter().flat_map(|f| f.1).collect();
    let old: Vec<u8> = all(before.into_iter().filter(|f| f.0.starts_with("journal/")).collect());
    assert_eq!([all(segments(dir)), bytes].concat(), old);
    let mut batch = Batch::after(&end.head);
    batch.push(&command("k-9", 9, &[("e", 1)])).unwrap();
    writer.append(&batch).unwrap();
    writer.release();
    let summary = assert_sound(dir);
    assert_eq!((summary.records, summary.beyond), (kept + 2, None));
    assert_eq!(summary.head, HeadState::Agrees);
}

#[test]
fn every_cut_of_an_unacknowledged_batch_opens_and_keeps_whole_commands() {
    let head = head_of(small().path());
    let batch = unacknowledged(&head);
    let second = batch.records()[1].start as usize;
    for cut in 0..=batch.lines().len() {
        let dir = small();
        let path = dir.path().join("journal").join(head.segment.to_string());
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, [&bytes, &batch.lines()[..cut]].concat()).unwrap();
        let (kept, whole) = match cut {
            cut if cut == batch.lines().len() => (12, cut),
            cut if cut >= second => (10, second),
            _ => (9, 0),
        };
        // A writer syncs half a dozen times, so it does not come to every one of them.
        if cut % 7 == 0 || cut.abs_diff(second) < 3 || cut + 3 > batch.lines().len() {
            recover(dir.path(), kept, (cut - whole) as u64);
        } else {
            look(dir.path(), kept, (cut - whole) as u64);
        }
    }
}

#[test]
fn every_cut_of_an_unacknowledged_batch_in_a_new_segment_opens() {
    let head = head_of(small().path());
    let batch = unacknowledged(&head);
    let second = batch.records()[1].start as usize;
    for cut in (0..=batch.lines().len()).step_by(23).chain([second, batch.lines().len()]) {
        let dir = small();
        let path = dir.path().join("journal").join(Segment(10).to_string());
        fs::write(&path, &batch.lines()[..cut]).unwrap();
        let (kept, whole) = match cut {
            cut if cut == batch.lines().len() => (12, cut),
            cut if cut >= second => (10, second),
            _ => (9, 0),
        };
        recover(dir.path(), kept, (cut - whole) as u64);
    }
}

#[test]
fn rubbish_in_several_files_is_set_aside_and_never_overwrites_what_was() {
    let dir = small();
    for round in 1..=2 {
        let head = head_of(dir.path());
        let path = dir.path().join("journal").join(head.segment.to_string());
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, [bytes.as_slice(), b"rubbish"].concat()).unwrap();
        for later in [20, 30] {
            let later = dir.path().join("journal").join(Segment(later).to_string());
            fs::write(later, "more rubbish\n").unwrap();
        }
        let mut store = FileStore::open(dir.path()).unwrap();
        let beyond = store.hold().unwrap().beyond.unwrap();
        assert_eq!((beyond.bytes, beyond.moved_to.len()), (7 + 13 + 13, 3));
        assert_eq!(beyond.place, Place { segment: head.segment, offset: head.length });
        let name = |n: u32| PathBuf::from(format!("torn/{:020}-{n}", 10));
        let expected: Vec<_> =
            (3 * round - 2..=3 * round).map(|n| dir.path().join(name(n))).collect();
        assert_eq!(beyond.moved_to, expected);
        store.release();
        assert_sound(dir.path());
    }
    assert_eq!(files(dir.path()).keys().filter(|name| name.starts_with("torn/")).count(), 6);
}

#[test]
fn an_unacknowledged_batch_with_any_byte_changed_opens() {
    let head = head_of(small().path());
    let batch = unacknowledged(&head);
    for at in (0..batch.lines().len()).step_by(17) {
        let dir = small();
        let path = dir.path().join("journal").join(head.segment.to_string());
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(batch.lines());
        let length = bytes.len();
        bytes[length - batch.lines().len() + at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let second = batch.records()[1].start as usize;
        let (kept, whole) = if at < second { (9, 0) } else { (10, second) };
        recover(dir.path(), kept, (batch.lines().len() - whole) as u64);
    }
}

#[test]
fn either_slot_of_head_may_be_lost_or_damaged() {
    let good = fs::read(small().path().join("head")).unwrap();
    for slot in 0..2 {
        for rubbish in [b"\0".as_slice(), b"x", b"{", b" "] {
            let dir = small();
            let mut bytes = good.clone();
            bytes[slot * SLOT..][..SLOT].copy_from_slice(&rubbish.repeat(SLOT));
            fs::write(dir.path().join("head"), &bytes).unwrap();
            let (summary, findings) = verified(dir.path());
            assert_eq!((summary.records, findings), (10, vec![]));
            assert_eq!(summary.notes, [format!("slot {slot} of head is not valid")]);
            recover(dir.path(), 9, 0);
        }
    }
    for cut in (0..good.len()).step_by(13).chain([SLOT - 1, SLOT, SLOT + 1, good.len() - 1]) {
        let dir = small();
        fs::write(dir.path().join("head"), &good[..cut]).unwrap();
        recover(dir.path(), 9, 0);
    }
}

/// With no head that counts a torn tail is damage, so the first one must be on the disk at once.
/// What is synced only the system can tell: asked by `strace`, where it is installed.
#[test]
fn a_head_where_none_was_before_is_synced_with_its_directory() {
    const NAME: &str = "a_head_where_none_was_before_is_synced_with_its_directory";
    const DIR: &str = "JOURNAL_TEST_TRACED_DIR";
    if let Some(dir) = env::var_os(DIR) {
        // This is the run that is traced.
        let mut batch = Batch::opening();
        batch.push(&opening(ORIGIN)).unwrap();
        let store = FileStore::open(&dir).or_else(|_| FileStore::create(&dir, &batch));
        store.unwrap().hold().unwrap();
        return;
    }
    let dir = TempDir::new().unwrap();
    let ledger = fs::canonicalize(dir.path()).unwrap().join("ledger");
    let (trace, head) = (dir.path().join("trace"), ledger.join("head"));
    let lose: [fn(&Path); 4] = [
        |_| {}, // there is no ledger yet
        |head| fs::remove_file(head).unwrap(),
        |head| fs::write(head, "").unwrap(),
        |head| fs::write(head, "x".repeat(2 * SLOT)).unwrap(),
    ];
    for (case, lose) in lose.iter().enumerate() {
        lose(&head);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-y", "-e", "trace=fsync", "-o"]).arg(&trace);
        strace.arg(env::current_exe().unwrap()).args(["--exact", NAME]).env(DIR, &ledger);
        if !strace.output().is_ok_and(|output| output.status.success()) {
            return;
        }
        let trace = fs::read_to_string(&trace).unwrap();
        let file = trace.find(&format!("<{}>) ", head.display()));
        let dir = trace.rfind(&format!("<{}>) ", ledger.display()));
        assert!(file.is_some() && file < dir, "case {case}: {trace}");
    }
}

#[test]
fn with_head_lost_every_byte_must_verify() {
    let lose: [fn(&Path); 3] = [
        |path| fs::remove_file(path).unwrap(),
        |path| fs::write(path, "").unwrap(),
        |path| fs::write(path, "x".repeat(2 * SLOT)).unwrap(),
    ];
    for lose in lose {
        let dir = small();
        lose(&dir.path().join("head"));
        assert_eq!(assert_sound(dir.path()).head, HeadState::Lost);
        recover(dir.path(), 9, 0);

        let dir = small();
        lose(&dir.path().join("head"));
        let (name, bytes) = segments(dir.path()).pop().unwrap();
        for cut in [1, 20, 700] {
            fs::write(dir.path().join(&name), &bytes[..bytes.len() - cut]).unwrap();
            let before = files(dir.path());
            assert!(matches!(FileStore::open(dir.path()), Err(Error::Damaged(_))), "{cut}");
            assert!(!verified(dir.path()).1.is_empty(), "{cut}");
            assert_eq!(files(dir.path()), before);
        }
    }
}

#[test]
fn a_head_that_lags_is_caught_up_with() {
    for behind in 1..=5 {
        let dir = TempDir::new().unwrap();
        let mut store = create(dir.path(), ORIGIN, SMALL);
        let commands = small_commands();
        let (early, late) = commands.split_at(commands.len() - behind);
        append(&mut store, early);
        let old = fs::read(dir.path().join("head")).unwrap();
        let from = head_of(dir.path()).position;
        append(&mut store, late);
        fs::write(dir.path().join("head"), &old).unwrap();
        assert_eq!(assert_sound(dir.path()).head, HeadState::Lags(9 - from));
        recover(dir.path(), 9, 0);
    }
}

/// A writer crashed before it wrote `head`; a reader saw its records; then another writer takes
/// the lock, and has not come to write `head` either.
#[test]
fn what_one_reader_has_seen_the_next_one_sees_although_somebody_writes() {
    let dir = TempDir::new().unwrap();
    let mut store = create(dir.path(), ORIGIN, SMALL);
    append(&mut store, &small_commands()[..2]);
    let old = fs::read(dir.path().join("head")).unwrap();
    let seen = append(&mut store, &small_commands()[2..]);
    fs::write(dir.path().join("head"), &old).unwrap();
    let path = dir.path().join("journal").join(seen.segment.to_string());
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, [bytes.as_slice(), b"{\"hash\":"].concat()).unwrap();
    assert_eq!(store.head().unwrap().head, seen);
    assert_eq!(store.head().unwrap().beyond.unwrap().bytes, 8);

    let lock = fs::File::open(dir.path().join("lock")).unwrap();
    lock.lock().unwrap();
    // What does not verify yet may be on its way, so it is not reported as set aside.
    assert_eq!(store.head().unwrap(), End { head: seen, beyond: None });
    let summary = assert_sound(dir.path());
    assert_eq!((summary.last, summary.beyond), (Some((9, seen.hash)), None));
}

#[test]
fn a_writer_changes_nothing_where_it_finds_damage() {
    let dir = small();
    let mut store = FileStore::open(dir.path()).unwrap();
    let (name, bytes) = segments(dir.path()).pop().unwrap();
    for cut in 1..bytes.len() {
        fs::write(dir.path().join(&name), &bytes[..bytes.len() - cut]).unwrap();
        let before = files(dir.path());
        assert!(matches!(store.hold(), Err(Error::Damaged(_))), "{cut}");
        assert!(matches!(FileStore::open(dir.path()), Err(Error::Damaged(_))), "{cut}");
        assert_eq!(files(dir.path()), before);
    }
    fs::write(dir.path().join(&name), &bytes).unwrap();
    assert_eq!(store.hold().unwrap().head.position, 9);
}

#[test]
fn a_segment_that_was_made_and_not_written_to_is_cleared_away() {
    let dir = small();
    fs::write(dir.path().join("journal").join(Segment(10).to_string()), "").unwrap();
    assert_eq!(assert_sound(dir.path()).beyond, None);
    recover(dir.path(), 9, 0);
    let big = Options::default();
    let mut store = FileStore::open_with(dir.path(), big).unwrap();
    append(&mut store, &[command("k-10", 10, &[("e", 2)])]);
    assert_sound(dir.path());
}
