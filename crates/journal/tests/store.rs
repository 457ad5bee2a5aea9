//! What every store must do, and what a store in files must do besides.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use common::{
    ORIGIN, SMALL, append, assert_sound, command, create, files, frame, lines, opening,
    record_text, segments, small, small_commands, verified,
};
use journal::{
    AppendError, Asked, Batch, Check, CreateError, Error, FileStore, Hash, Head, HeadState, Lines,
    Options, Place, Segment, Store, verify,
};
use tempfile::TempDir;

/// The conformance suite. `open` opens the same ledger again, which holds nothing but record 0.
mod conformance {
    use super::*;

    pub fn all<S: Store>(mut make: impl FnMut() -> Box<dyn FnMut() -> S>) {
        begins_with_record_0(&mut make()());
        gives_back_what_was_appended(&mut make());
        reads_from_any_position_to_a_fixed_end(&mut make()());
        finds_records_by_position_and_place(&mut make()());
        reads_from_a_known_place_to_a_fixed_end(&mut make()());
        refuses_a_batch_for_another_head(&mut make());
        appends_nothing_without_being_held(&mut make()());
        takes_an_empty_batch_for_what_it_is(&mut make()());
    }

    fn positions<S: Store>(store: &S, from: u64, end: &Head) -> Vec<u64> {
        let mut records = store.records(from, end).unwrap();
        let mut positions = Vec::new();
        while let Some(entry) = records.next().unwrap() {
            assert_eq!(store.line_at(entry.place).unwrap().line(), entry.line);
            positions.push(entry.record.position);
        }
        positions
    }

    fn begins_with_record_0<S: Store>(store: &mut S) {
        let end = store.head().unwrap();
        assert_eq!((end.head.position, end.beyond), (0, None));
        assert_eq!(store.hold().unwrap().head, end.head);
        assert_eq!(store.hold().unwrap().head, end.head, "held twice is held");
        store.release();
        store.release();
        assert_eq!(positions(store, 0, &end.head), [0]);
    }

    fn gives_back_what_was_appended<S: Store>(open: &mut dyn FnMut() -> S) {
        let mut store = open();
        let mut head = store.hold().unwrap().head;
        let mut written = Vec::new();
        for command in small_commands() {
            let mut batch = Batch::after(&head);
            batch.push(&command).unwrap();
            let appended = store.append(&batch).unwrap();
            head = appended.head;
            for encoded in batch.records() {
                let stored = store.line_at(appended.place_of(encoded.start)).unwrap();
                assert_eq!(stored.record().hash, encoded.hash);
            }
            written.extend_from_slice(batch.lines());
            assert_eq!(store.head().unwrap().head, head, "the writer sees what it wrote");
        }
        store.release();
        let store = open();
        assert_eq!(store.head().unwrap().head, head);
        let (mut lines, mut read) = (store.lines(1, &head).unwrap(), Vec::new());
        while let Some(line) = lines.next().unwrap() {
            read.extend_from_slice(line.bytes);
            read.push(b'\n');
        }
        assert_eq!(read, written);
        assert_eq!(positions(&store, 0, &head), (0..=9).collect::<Vec<_>>());
    }

    fn reads_from_any_position_to_a_fixed_end<S: Store>(store: &mut S) {
        let commands = small_commands();
        let early = append(store, &commands[..3]);
        let late = append(store, &commands[3..]);
        for from in 0..=9 {
            assert_eq!(positions(store, from, &late), (from..=9).collect::<Vec<_>>());
        }
        for from in 0..=4 {
            assert_eq!(positions(store, from, &early), (from..=4).collect::<Vec<_>>());
        }
        assert!(positions(store, 5, &early).is_empty());
        assert!(positions(store, 10, &late).is_empty());
        assert!(matches!(
            store.lines(11, &late).err(),
            Some(Error::NoSuchRecord { position: 11, end: 9 })
        ));
    }

    fn finds_records_by_position_and_place<S: Store>(store: &mut S) {
        let head = append(store, &small_commands());
        for position in 0..=9 {
            let stored = store.record_at(position, &head).unwrap();
            assert_eq!(stored.record().position, position);
            assert_eq!(store.line_at(stored.place()).unwrap(), stored);
        }
        assert!(matches!(store.record_at(10, &head), Err(Error::NoSuchRecord { .. })));
        assert_eq!(store.last(&head).unwrap(), store.record_at(9, &head).unwrap());
        let Place { segment, offset } = store.record_at(3, &head).unwrap().place();
        let inside = Place { segment, offset: offset + 1 };
        assert!(matches!(store.line_at(inside), Err(Error::Damaged(_))));
    }

    fn reads_from_a_known_place_to_a_fixed_end<S: Store>(store: &mut S) {
        let commands = small_commands();
        let early = append(store, &commands[..3]);
        let late = append(store, &commands[3..]);
        let place = |position| store.record_at(position, &late).unwrap().place();
        let positions = |from, end: &Head| {
            let mut records = store.records_at(place(from), from, end).unwrap();
            let mut positions = Vec::new();
            while let Some(entry) = records.next().unwrap() {
                assert_eq!(store.line_at(entry.place).unwrap().line(), entry.line);
                positions.push(entry.record.position);
            }
            positions
        };
        for from in 0..=9 {
            assert_eq!(positions(from, &late), (from..=9).collect::<Vec<_>>());
        }
        for from in 0..=4 {
            assert_eq!(positions(from, &early), (from..=4).collect::<Vec<_>>());
        }
        assert!(positions(5, &early).is_empty());
        let after = Place { segment: late.segment, offset: late.length };
        assert!(store.records_at(after, 10, &late).unwrap().next().unwrap().is_none());
        assert!(matches!(
            store.records_at(after, 11, &late).err(),
            Some(Error::NoSuchRecord { position: 11, end: 9 })
        ));

        let Place { segment, offset } = place(3);
        for (wrong, position) in [
            (place(3), 4),
            (place(4), 3),
            (place(9), 3),
            (Place { segment, offset: offset + 1 }, 3),
            (Place { segment, offset: u64::MAX }, 3),
            (Place { segment: Segment(99), offset: 0 }, 3),
        ] {
            let mut records = store.records_at(wrong, position, &late);
            let error = records.as_mut().map(|records| records.next().err());
            let is_damaged = matches!(error, Err(Error::Damaged(_)) | Ok(Some(Error::Damaged(_))));
            assert!(is_damaged, "{position} at {wrong:?}: {error:?}");
        }
        for nowhere in [u64::MAX, 1 << 40] {
            let nowhere = Place { segment, offset: nowhere };
            assert!(matches!(store.line_at(nowhere), Err(Error::Damaged(_))), "{nowhere:?}");
        }
    }

    fn refuses_a_batch_for_another_head<S: Store>(open: &mut dyn FnMut() -> S) {
        let (mut one, mut other) = (open(), open());
        let stale = one.head().unwrap().head;
        let actual = append(&mut other, &small_commands()[..1]);
        let mut batch = Batch::after(&stale);
        batch.push(&command("mine", 9, &[("a", 1)])).unwrap();
        one.hold().unwrap();
        match one.append(&batch) {
            Err(AppendError::Conflict { actual: found }) => assert_eq!(found, actual),
            other => panic!("{other:?}"),
        }
        // A conflict is no failure: the decision is made again on the actual head.
        let mut batch = Batch::after(&actual);
        batch.push(&command("mine", 9, &[("a", 2)])).unwrap();
        assert_eq!(one.append(&batch).unwrap().head.position, 2);
    }

    fn appends_nothing_without_being_held<S: Store>(store: &mut S) {
        let head = store.head().unwrap().head;
        let mut batch = Batch::after(&head);
        batch.push(&command("k", 9, &[("a", 1)])).unwrap();
        assert!(matches!(store.append(&batch), Err(AppendError::NotHeld)));
        assert_eq!(store.head().unwrap().head, head);
    }

    fn takes_an_empty_batch_for_what_it_is<S: Store>(store: &mut S) {
        let head = store.hold().unwrap().head;
        assert_eq!(store.append(&Batch::after(&head)).unwrap().head, head);
    }
}

#[test]
fn a_store_in_files_conforms() {
    for options in [Options::default(), SMALL, Options { segment_bytes: 1 }] {
        conformance::all(|| {
            let dir = TempDir::new().unwrap();
            drop(create(dir.path(), ORIGIN, options));
            Box::new(move || FileStore::open_with(dir.path(), options).unwrap())
        });
    }
}

#[test]
fn a_batch_never_spans_two_segments_and_one_that_is_too_long_gets_its_own() {
    let dir = TempDir::new().unwrap();
    let mut store = create(dir.path(), ORIGIN, Options { segment_bytes: 1 });
    append(&mut store, &small_commands());
    let names: Vec<_> = segments(dir.path()).into_iter().map(|(name, _)| name).collect();
    let firsts = [0, 1, 2, 4, 5, 7].map(|first| format!("journal/{first:020}.jsonl"));
    assert_eq!(names, firsts);
    assert_eq!(assert_sound(dir.path()).segments, 6);
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let dir = TempDir::new().unwrap();
    drop(create(dir.path(), ORIGIN, SMALL));
    let write = |name: &'static str| {
        let dir = dir.path().to_owned();
        move || {
            let mut store = FileStore::open_with(dir, SMALL).unwrap();
            for n in 1..=25 {
                let head = store.hold().unwrap().head;
                let mut batch = Batch::after(&head);
                let key = format!("{name}-{n}");
                // Who comes second must not be earlier: here all are recorded at once.
                batch.push(&command(&key, 1, &[(name, n)])).unwrap();
                store.append(&batch).unwrap();
                store.release();
            }
        }
    };
    let read = || {
        let mut seen = 0;
        while seen < 50 {
            let store = FileStore::open(dir.path()).unwrap();
            let head = store.head().unwrap().head;
            assert!(head.position >= seen, "{} was seen, now {}", seen, head.position);
            let mut records = store.records(0, &head).unwrap();
            while records.next().unwrap().is_some() {}
            seen = head.position;
        }
    };
    thread::scope(|scope| {
        scope.spawn(write("one"));
        scope.spawn(write("two"));
        scope.spawn(read);
    });
    assert_eq!(assert_sound(dir.path()).records, 51);
    let keys: BTreeSet<_> =
        lines(dir.path()).iter().map(|l| journal::parse(l).unwrap().command.to_owned()).collect();
    assert_eq!(keys.len(), 51);
}

#[test]
fn after_a_failed_write_nothing_more_is_acknowledged_until_it_is_opened_anew() {
    let dir = TempDir::new().unwrap();
    let mut store = create(dir.path(), ORIGIN, Options { segment_bytes: 1 });
    let head = store.hold().unwrap().head;
    // Something stands where the next segment must be made.
    let next = dir.path().join("journal").join(Segment(1).to_string());
    fs::create_dir(&next).unwrap();
    let mut batch = Batch::after(&head);
    batch.push(&command("k-1", 1, &[("a", 1)])).unwrap();
    let failed = store.append(&batch).unwrap_err();
    assert!(matches!(failed, AppendError::Store(Error::Io { .. })), "{failed}");
    fs::remove_dir(&next).unwrap();
    assert!(matches!(store.append(&batch), Err(AppendError::Store(Error::Poisoned))));
    store.release();
    assert!(matches!(store.hold(), Err(Error::Poisoned)));
    let mut store = FileStore::open(dir.path()).unwrap();
    assert_eq!(store.hold().unwrap().head, head);
    store.append(&batch).unwrap();
    store.release();
    assert_sound(dir.path());
}

#[test]
fn a_writer_that_holds_the_lock_does_not_keep_readers_waiting() {
    let dir = small();
    let mut store = FileStore::open(dir.path()).unwrap();
    let head = store.hold().unwrap().head;
    let reader = FileStore::open(dir.path()).unwrap();
    assert_eq!(reader.head().unwrap().head, head);
    let summary = assert_sound(dir.path());
    assert_eq!(summary.notes, ["somebody is writing: there may be more by now"]);
}

#[test]
fn reading_writes_nothing() {
    let dir = small();
    fs::remove_file(dir.path().join("lock")).unwrap();
    let stamps = |dir: &Path| {
        let modified = |name: &String| fs::metadata(dir.join(name)).unwrap().modified().unwrap();
        files(dir).into_iter().map(|(name, bytes)| (modified(&name), name, bytes)).collect()
    };
    let before: Vec<_> = stamps(dir.path());
    let mut permissions = fs::metadata(dir.path()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(dir.path(), permissions.clone()).unwrap();
    let store = FileStore::open(dir.path()).unwrap();
    let head = store.head().unwrap().head;
    let mut records = store.records(0, &head).unwrap();
    while records.next().unwrap().is_some() {}
    assert_sound(dir.path());
    let after: Vec<_> = stamps(dir.path());
    assert_eq!(after, before);
}

#[test]
fn a_reader_meets_damage_where_it_is() {
    let dir = small();
    let (name, bytes) = segments(dir.path()).remove(1);
    let mut changed = bytes.clone();
    changed[200] ^= 1;
    fs::write(dir.path().join(&name), &changed).unwrap();
    // Opening looks at the first record and the last, so it is a reader who finds it.
    let store = FileStore::open(dir.path()).unwrap();
    let head = store.head().unwrap().head;
    let first: u64 = name["journal/".len()..][..20].parse().unwrap();
    let mut records = store.records(0, &head).unwrap();
    for _ in 0..first {
        records.next().unwrap().unwrap();
    }
    match records.next() {
        Err(Error::Damaged(finding)) => {
            assert_eq!((finding.check, finding.position), (Check::Hash, first));
            assert_eq!(finding.file, name);
        }
        other => panic!("{other:?}"),
    }
    // A segment that is cut short ends where the next one does not begin.
    let cut = memchr::memchr(b'\n', &bytes).unwrap() + 1;
    fs::write(dir.path().join(&name), &bytes[..cut]).unwrap();
    let mut lines = store.lines(0, &head).unwrap();
    let error = loop {
        match lines.next() {
            Ok(line) => assert!(line.is_some(), "the end was reached"),
            Err(e) => break e,
        }
    };
    assert!(matches!(error, Error::Damaged(_)), "{error}");
}

#[test]
fn what_is_no_ledger_is_told_apart_from_one_that_is_damaged_or_newer() {
    let dir = TempDir::new().unwrap();
    let missing = dir.path().join("missing");
    assert!(matches!(FileStore::open(&missing), Err(Error::NotALedger(path)) if path == missing));
    assert!(matches!(FileStore::open(dir.path()), Err(Error::NotALedger(_))));
    let dir = small();
    fs::write(dir.path().join("ledger.json"), "{}\n").unwrap();
    assert!(
        matches!(FileStore::open(dir.path()), Err(Error::Damaged(f)) if f.check == Check::Ledger)
    );

    // A ledger of a later format: record 0 says so, and what follows nobody here can know.
    let dir = small();
    let later = |text: &str| text.replacen("\"format\":1", "\"format\":2", 1);
    let claimed = fs::read_to_string(dir.path().join("ledger.json")).unwrap();
    fs::write(dir.path().join("ledger.json"), later(&claimed)).unwrap();
    let line = frame(&later(&record_text(&lines(dir.path())[0])));
    let first = dir.path().join("journal").join(Segment(0).to_string());
    fs::write(&first, [line.as_slice(), b"\nnew\n"].concat()).unwrap();
    let newer = FileStore::open(dir.path()).unwrap_err();
    assert!(matches!(newer, Error::NewerFormat { found: 2, known: 1 }), "{newer}");
    assert!(matches!(
        verify(dir.path(), &Asked::default(), &mut Vec::new()),
        Err(Error::NewerFormat { .. })
    ));

    // A record 0 that is damaged must not pass for one that is newer.
    for damaged in [b"new".to_vec(), [b" ", line.as_slice()].concat(), line[..400].to_vec()] {
        fs::write(&first, [&damaged, b"\n".as_slice()].concat()).unwrap();
        let error = FileStore::open(dir.path()).unwrap_err();
        assert!(matches!(error, Error::Damaged(_)), "{error}");
        assert_ne!(verified(dir.path()).1, []);
    }
}

#[test]
fn a_ledger_is_begun_once_and_only_where_there_is_room() {
    let mut batch = Batch::opening();
    batch.push(&opening(ORIGIN)).unwrap();
    let dir = small();
    let again = FileStore::create(dir.path(), &batch).unwrap_err();
    assert!(matches!(again, CreateError::Exists(_)), "{again}");
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    let occupied = FileStore::create(dir.path(), &batch).unwrap_err();
    assert!(matches!(occupied, CreateError::NotEmpty(_)), "{occupied}");
    assert_eq!(files(dir.path()).len(), 1);
    let head = Head { hash: Hash::ZERO, length: 1, position: 4, segment: Segment(0) };
    let mut other = Batch::after(&head);
    other.push(&command("k", 1, &[("a", 1)])).unwrap();
    let none = TempDir::new().unwrap();
    let refused = FileStore::create(none.path(), &other).unwrap_err();
    assert!(matches!(refused, CreateError::NotAnOpening), "{refused}");
    let mut wrong = Batch::opening();
    assert!(wrong.push(&command("k", 1, &[("a", 1)])).is_err());
    assert!(matches!(FileStore::create(none.path(), &wrong), Err(CreateError::NotAnOpening)));
}

#[test]
fn a_creation_that_was_interrupted_says_so_and_can_be_done_again() {
    let mut batch = Batch::opening();
    batch.push(&opening(ORIGIN)).unwrap();
    let whole = TempDir::new().unwrap();
    FileStore::create(whole.path(), &batch).unwrap();
    let left: Vec<_> = files(whole.path()).into_iter().collect();
    for made in 0..=left.len() {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("creating"), "").unwrap();
        fs::create_dir(dir.path().join("journal")).unwrap();
        for (name, bytes) in &left[..made] {
            fs::write(dir.path().join(name), &bytes[..bytes.len() / 2]).unwrap();
        }
        let open = FileStore::open(dir.path()).unwrap_err();
        assert!(matches!(open, Error::Unfinished(_)), "{open}");
        FileStore::create(dir.path(), &batch).unwrap();
        assert_eq!(files(dir.path()), files(whole.path()));
        assert_eq!(assert_sound(dir.path()).head, HeadState::Agrees);
    }
}

/// The fear: a power cut, or whoever copies files about, brings `creating` back into a ledger
/// that holds records, and beginning it again destroys them.
#[test]
fn a_ledger_with_records_is_one_although_creating_stands_there() {
    let mut batch = Batch::opening();
    batch.push(&opening(ORIGIN)).unwrap();
    let lose_head: fn(&Path) = |dir| fs::remove_file(dir.join("head")).unwrap();
    let one_more: fn(&Path) = |dir| {
        fs::remove_dir_all(dir).unwrap();
        append(&mut create(dir, ORIGIN, Options::default()), &small_commands()[..1]);
    };
    let changes: [&[fn(&Path)]; 4] = [&[], &[lose_head], &[one_more], &[one_more, lose_head]];
    for changes in changes {
        let dir = small();
        changes.iter().for_each(|change| change(dir.path()));
        fs::write(dir.path().join("creating"), "").unwrap();
        let before = files(dir.path());
        let again = FileStore::create(dir.path(), &batch).unwrap_err();
        assert!(matches!(again, CreateError::Exists(_)), "{again}");
        assert_eq!(files(dir.path()), before);
        let store = FileStore::open(dir.path()).unwrap();
        assert!(store.head().unwrap().head.position > 0);
        let summary = assert_sound(dir.path());
        let note = "creating is left over, and this is a ledger: it may be deleted";
        assert_eq!(summary.notes, [note]);
    }
}

#[test]
fn what_no_creation_leaves_behind_is_not_taken_for_its_remains() {
    let mut batch = Batch::opening();
    batch.push(&opening(ORIGIN)).unwrap();
    let whole = TempDir::new().unwrap();
    FileStore::create(whole.path(), &batch).unwrap();
    let first = format!("journal/{}", Segment(0));
    let line = fs::read(whole.path().join(&first)).unwrap();
    let head = fs::read(small().path().join("head")).unwrap();
    let others: [(&str, Vec<u8>); 6] = [
        (&first, [line.as_slice(), b"{"].concat()),
        (&first, [line.as_slice(), line.as_slice()].concat()),
        (&first, vec![b'x'; 65_537]),
        ("journal/00000000000000000001.jsonl", Vec::new()),
        ("journal/notes.txt", b"mine".to_vec()),
        ("head", head),
    ];
    for (name, bytes) in others {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("journal")).unwrap();
        fs::write(dir.path().join("creating"), "").unwrap();
        fs::write(dir.path().join(name), bytes).unwrap();
        let before = files(dir.path());
        let again = FileStore::create(dir.path(), &batch).unwrap_err();
        assert!(matches!(again, CreateError::Exists(_)), "{name}: {again}");
        let open = FileStore::open(dir.path());
        assert!(!matches!(open, Err(Error::Unfinished(_))), "{name}: {open:?}");
        assert_eq!(files(dir.path()), before, "{name}");
    }
    let mut long = Batch::opening();
    long.push(&opening(ORIGIN)).unwrap();
    long.push(&command("k", 1, &[("a", 1)])).unwrap();
    let none = TempDir::new().unwrap();
    assert!(matches!(FileStore::create(none.path(), &long), Err(CreateError::NotAnOpening)));
}
