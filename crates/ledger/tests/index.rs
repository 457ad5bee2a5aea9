//! The fear: a damaged index changes an answer or, worse, a fact.
//!
//! Whatever happens to the files of `index/`, every question is answered as from the journal alone,
//! and what is written afterwards gets the right versions and no key twice.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{
    Answers, Seeded, answers, append_from_the_future, assert_sound, begin, copy_of, files, head_of,
    hide_guarded_panics, import, log, minute, record, register, review, small, small_batches,
    submit, try_answers, try_submit, write_files,
};
use journal::{Hash, Head, Segment};
use ledger::{AsOf, At, Catalogue, Error, Ledger, Outcome, Question, Scope, Unusable};
use tempfile::TempDir;

type Files = BTreeMap<String, Vec<u8>>;

/// A ledger with an index in step, and what it must answer.
struct Sound {
    files: Files,
    answers: Answers,
    log: Vec<String>,
}

impl Sound {
    fn new() -> Self {
        hide_guarded_panics();
        let dir = small();
        let mut ledger = Ledger::open(dir.path()).unwrap();
        let last = ledger.end().unwrap().head.position;
        // Asked as of the last record it is folded from the journal, without the index.
        let at = At { as_of: Some(AsOf::Position(last)), ..At::default() };
        let (mut answers, log) = (answers(&mut ledger, at), log(&ledger));
        drop(ledger);
        fs::remove_dir_all(dir.path().join("index")).unwrap();
        let mut ledger = Ledger::open(dir.path()).unwrap();
        answers.histories = try_answers(&mut ledger, At::default()).unwrap().histories;
        assert!(log.len() > 180 && answers.reviews.len() > 100 && answers.moves.len() > 50);
        assert!(answers.histories.len() > 10);
        Self { files: files(small().path()), answers, log }
    }

    /// The names of the index's files.
    fn index(&self) -> Vec<&String> {
        let names: Vec<_> = self.files.keys().filter(|name| name.starts_with("index/")).collect();
        assert!(names.len() > 2, "sled keeps several files: {names:?}");
        names
    }

    /// A copy with something done to it.
    fn with(&self, damage: impl FnOnce(&Path)) -> TempDir {
        let dir = copy_of(&self.files);
        damage(dir.path());
        dir
    }

    /// Asks and writes, each with a ledger that is opened anew, as commands of the program do.
    #[track_caller]
    fn assert_unharmed(&self, dir: &Path, what: &str) {
        let mut reader = Ledger::open(dir).unwrap();
        assert_eq!(answers(&mut reader, At::default()), self.answers, "{what}: asked");
        assert_eq!(log(&reader), self.log, "{what}: log");
        drop(reader);
        self.assert_writes(dir, what);
        let mut reader = Ledger::open(dir).unwrap();
        let last = reader.end().unwrap().head.position;
        let at = At { as_of: Some(AsOf::Position(last)), ..At::default() };
        let mut folded = answers(&mut reader, at);
        let indexed = answers(&mut reader, At::default());
        folded.histories.clone_from(&indexed.histories);
        assert_eq!(indexed, folded, "{what}: asked after writing");
        assert_eq!(log(&reader)[..self.log.len()], self.log, "{what}: log after writing");
        assert_sound(dir);
    }

    /// Repeats commands, and records a new one in a stream that is there.
    #[track_caller]
    fn assert_writes(&self, dir: &Path, what: &str) {
        let mut writer = Ledger::open(dir).unwrap();
        let repeated: Vec<_> = small_batches().into_iter().flatten().step_by(9).collect();
        for outcome in submit(&mut writer, &repeated, &minute(30)) {
            let Outcome::AlreadyThere { position: Some(position) } = outcome else {
                // What had come to nothing is not known by its key.
                assert!(matches!(outcome, Outcome::Refused(_)), "{what}: {outcome:?}");
                continue;
            };
            assert!(position < self.log.len() as u64, "{what}");
        }
        assert_eq!(log(&writer), self.log, "{what}: repeated commands record nothing");
        let stream = "\"stream\":\"assessment/X99000005-2024-a\"";
        let version = self.log.iter().filter(|line| line.contains(stream)).count() as u64;
        let new = review(5, "equity-in-experience-and-outcomes", 3, "2026-05-17");
        let outcomes = submit(&mut writer, &[new], &minute(31));
        let [Outcome::Recorded { positions, records }] = outcomes.as_slice() else {
            panic!("{what}: {outcomes:?}")
        };
        assert_eq!(positions.start, self.log.len() as u64, "{what}");
        assert_eq!(records[0].version, version + 1, "{what}");
    }
}

#[test]
fn without_an_index_nothing_changes() {
    let sound = Sound::new();
    sound.assert_unharmed(sound.with(|_| {}).path(), "untouched");
    let dir = sound.with(|dir| fs::remove_dir_all(dir.join("index")).unwrap());
    sound.assert_unharmed(dir.path(), "no index");
    let dir = sound.with(|dir| {
        fs::remove_dir_all(dir.join("index")).unwrap();
        fs::write(dir.join("index"), "a file where the directory was").unwrap();
    });
    sound.assert_unharmed(dir.path(), "a file in its place");
}

#[test]
fn any_file_of_the_index_may_be_missing_rubbish_zero_or_empty() {
    let sound = Sound::new();
    let mut seeded = Seeded(1);
    for name in sound.index() {
        let length = sound.files[name].len();
        let rubbish: Vec<u8> = (0..length.max(4_096)).map(|_| seeded.next() as u8).collect();
        let dir = sound.with(|dir| fs::remove_file(dir.join(name)).unwrap());
        sound.assert_unharmed(dir.path(), &format!("{name} is missing"));
        for (what, bytes) in [
            ("rubbish", rubbish),
            ("zeros", vec![0; length]),
            ("ones", vec![0xFF; length]),
            ("empty", Vec::new()),
        ] {
            let dir = sound.with(|dir| fs::write(dir.join(name), &bytes).unwrap());
            sound.assert_unharmed(dir.path(), &format!("{name} is {what}"));
        }
    }
    let dir = sound.with(|dir| {
        for name in sound.index() {
            let rubbish: Vec<u8> = (0..9_000).map(|_| seeded.next() as u8).collect();
            fs::write(dir.join(name), rubbish).unwrap();
        }
    });
    sound.assert_unharmed(dir.path(), "all files are rubbish");
}

#[test]
fn any_file_of_the_index_may_be_cut_short_or_grow() {
    let sound = Sound::new();
    let mut seeded = Seeded(2);
    for name in sound.index() {
        let bytes = &sound.files[name];
        let mut cuts = vec![1, 11, 12, 13, 20, bytes.len() / 2, bytes.len().saturating_sub(1)];
        cuts.extend((0..8).map(|_| seeded.below(bytes.len().max(1))));
        for cut in cuts.into_iter().filter(|cut| *cut < bytes.len()) {
            let dir = sound.with(|dir| fs::write(dir.join(name), &bytes[..cut]).unwrap());
            sound.assert_unharmed(dir.path(), &format!("{name} ends at {cut}"));
        }
        let tail: Vec<u8> = (0..70_000).map(|_| seeded.next() as u8).collect();
        let dir = sound.with(|dir| fs::write(dir.join(name), [bytes, &tail[..]].concat()).unwrap());
        sound.assert_unharmed(dir.path(), &format!("{name} has grown"));
    }
}

#[test]
fn any_bit_of_the_index_may_flip() {
    let sound = Sound::new();
    let mut seeded = Seeded(3);
    for name in sound.index() {
        let bytes = &sound.files[name];
        // What was never written is zero; most flips go where something stands.
        let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        let flips = if used.len() > 10_000 { 110 } else { 30 };
        for nth in 0..flips.min(used.len()) {
            let at = if nth % 8 == 7 {
                seeded.below(bytes.len())
            } else {
                used[seeded.below(used.len())]
            };
            let bit = 1 << seeded.below(8);
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            let dir = sound.with(|dir| fs::write(dir.join(name), &changed).unwrap());
            sound.assert_unharmed(dir.path(), &format!("{name} byte {at} bit {bit}"));
        }
    }
}

#[test]
fn what_sled_leaves_half_written_does_no_harm() {
    let sound = Sound::new();
    for bytes in [b"".as_slice(), b"half", &[0xA5; 5_000]] {
        for name in ["snap.0000000000009999.generating", "snap.FFFFFFFFFFFFFFFF", "snap.zzz"] {
            let dir =
                sound.with(|dir| fs::write(dir.join("index/rows").join(name), bytes).unwrap());
            sound.assert_unharmed(dir.path(), name);
        }
    }
    let dir = sound.with(|dir| fs::create_dir_all(dir.join("index/rows/blobs/1")).unwrap());
    sound.assert_unharmed(dir.path(), "a directory where a blob would be");
}

#[test]
fn an_index_without_rows_is_not_an_empty_ledger() {
    let sound = Sound::new();
    // A rebuild that could not take in the journal leaves a new store without a commit.
    let other = TempDir::new().unwrap();
    drop(begin(other.path()));
    append_from_the_future(other.path(), "from_the_future", 1, "{}", &minute(1));
    let mut ledger = Ledger::open(other.path()).unwrap();
    ledger.rebuild(&mut |_| {}).unwrap_err();
    drop(ledger);
    let empty = files(&other.path().join("index/rows"));
    let dir = sound.with(|dir| {
        fs::remove_dir_all(dir.join("index/rows")).unwrap();
        write_files(&dir.join("index/rows"), &empty);
    });
    let ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(ledger.index_state(), Err(Unusable::Broken));
    drop(ledger);
    sound.assert_unharmed(dir.path(), "an empty store");
}

#[test]
fn an_index_of_an_older_state_is_caught_up() {
    let sound = Sound::new();
    let young = TempDir::new().unwrap();
    let mut ledger = begin(young.path());
    let mut states = Vec::new();
    for (number, batch) in small_batches().iter().enumerate() {
        submit(&mut ledger, batch, &minute(number as u64 + 1));
        drop(ledger);
        states.push(index_of(young.path()));
        ledger = Ledger::open(young.path()).unwrap();
    }
    assert_eq!(log(&ledger), sound.log, "the same commands, clock and salts make the same journal");
    for (number, index) in states.iter().enumerate() {
        let dir = sound.with(|dir| {
            fs::remove_dir_all(dir.join("index")).unwrap();
            write_files(dir, index);
        });
        sound.assert_unharmed(dir.path(), &format!("the index after batch {number}"));
    }
    // Files of two states in one directory are neither.
    for name in states[2].keys().filter(|name| sound.files.contains_key(*name)) {
        let dir = sound.with(|dir| fs::write(dir.join(name), &states[2][name]).unwrap());
        sound.assert_unharmed(dir.path(), &format!("{name} of an older state"));
    }
}

fn index_of(dir: &Path) -> Files {
    files(dir).into_iter().filter(|(name, _)| name.starts_with("index/")).collect()
}

#[test]
fn a_rebuild_gives_the_same_rows_as_taking_in_batch_after_batch() {
    let sound = Sound::new();
    let dir = sound.with(|_| {});
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let rebuilt = ledger.rebuild(&mut |_| {}).unwrap();
    assert_eq!(rebuilt.before, Some(rebuilt.after.clone()));
    assert_eq!(rebuilt.after.position + 1, sound.log.len() as u64);
    assert_eq!(ledger.index_state(), Ok(rebuilt.after));
}

#[test]
fn an_index_of_another_ledger_is_told_and_answers_nothing() {
    let sound = Sound::new();
    let other = TempDir::new().unwrap();
    let mut ledger = begin(other.path());
    record(&mut ledger, &[register(900), import(900, "2024-05", "formal")], &minute(1));
    drop(ledger);
    let foreign = index_of(other.path());
    let dir = sound.with(|dir| {
        fs::remove_dir_all(dir.join("index")).unwrap();
        write_files(dir, &foreign);
    });
    // It has seen records that are not these: whether the index was exchanged or the journal
    // cannot be told, so nobody is to go on without having looked.
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let told = |error| assert!(matches!(error, Error::Rewritten { .. }), "{error:?}");
    told(try_answers(&mut ledger, At::default()).unwrap_err());
    told(try_submit(&mut ledger, &[register(901)], &minute(40)).unwrap_err());
    assert_eq!(log(&ledger), sound.log);
    // The index is evidence, and not rebuilt away; whoever has looked may delete it.
    told(ledger.rebuild(&mut |_| {}).unwrap_err());
    drop(ledger);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    sound.assert_unharmed(dir.path(), "rebuilt");
}

/// Cuts a ledger's journal and its head back to a record, as whoever hides records would.
fn cut_back(dir: &Path, last: u64) {
    let path = dir.join("journal").join(Segment(0).to_string());
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.split_inclusive('\n').take(last as usize + 1).collect();
    let text = kept.concat();
    fs::write(&path, &text).unwrap();
    let hash: Hash = kept[last as usize][9..73].parse().unwrap();
    let head = Head { hash, length: text.len() as u64, position: last, segment: Segment(0) };
    fs::write(dir.join("head"), head.to_slot()).unwrap();
    // The tree would tell as well; here it is the index that remembers.
    fs::remove_dir_all(dir.join("tree")).unwrap();
}

#[test]
fn records_that_are_missing_are_told_and_never_rebuilt_away() {
    let sound = Sound::new();
    let seen = sound.log.len() as u64 - 1;
    // Whole commands: the last records are reviews, of one record each.
    for last in [seen - 1, seen - 30] {
        let dir = sound.with(|dir| cut_back(dir, last));
        let verdict = ledger::verify(dir.path(), &ledger::Options::default(), &mut |_| {}).unwrap();
        let found: Vec<_> = verdict.findings.iter().map(|it| (it.check, it.position)).collect();
        assert_eq!(found, [("index", seen)], "the journal alone is sound");
        let before = files(dir.path());
        let mut ledger = Ledger::open(dir.path()).unwrap();
        let told = |error| match error {
            Error::RecordsMissing { last: l, seen: s } => assert_eq!((l, s), (last, seen)),
            error => panic!("{error:?}"),
        };
        told(try_answers(&mut ledger, At::default()).unwrap_err());
        told(try_submit(&mut ledger, &[register(901)], &minute(40)).unwrap_err());
        drop(ledger);
        let mut again = Ledger::open(dir.path()).unwrap();
        told(try_submit(&mut again, &[register(901)], &minute(40)).unwrap_err());
        told(try_answers(&mut again, At::default()).unwrap_err());
        drop(again);
        let is_fact = |name: &String| name.starts_with("journal/");
        let facts = |files: Files| files.into_iter().filter(|(n, _)| is_fact(n)).collect::<Files>();
        assert_eq!(facts(files(dir.path())), facts(before), "nothing was recorded");
        assert_eq!(Ledger::open(dir.path()).unwrap().index_state().unwrap().position, seen);
        told(Ledger::open(dir.path()).unwrap().rebuild(&mut |_| {}).unwrap_err());
        assert_eq!(Ledger::open(dir.path()).unwrap().index_state().unwrap().position, seen);
    }
}

#[test]
fn a_journal_that_was_rewritten_is_told_and_never_rebuilt_away() {
    let sound = Sound::new();
    let seen = sound.log.len() as u64 - 1;
    for more in [0, 1] {
        // The same length or longer, with another end.
        let dir = sound.with(|dir| cut_back(dir, seen - 1));
        let index = index_of(dir.path());
        fs::remove_dir_all(dir.path().join("index")).unwrap();
        let mut ledger = Ledger::open(dir.path()).unwrap();
        for number in 0..=more {
            record(&mut ledger, &[register(800 + number)], &minute(20));
        }
        drop(ledger);
        assert_sound(dir.path());
        assert_eq!(head_of(dir.path()).position, seen + more);
        fs::remove_dir_all(dir.path().join("index")).unwrap();
        write_files(dir.path(), &index);
        for _ in 0..2 {
            let mut ledger = Ledger::open(dir.path()).unwrap();
            let told = |error| match error {
                Error::Rewritten { position } => assert_eq!(position, seen),
                error => panic!("{error:?}"),
            };
            told(try_answers(&mut ledger, At::default()).unwrap_err());
            told(try_submit(&mut ledger, &[register(901)], &minute(40)).unwrap_err());
        }
        assert_eq!(head_of(dir.path()).position, seen + more);
    }
}

#[test]
fn an_index_that_another_has_open_is_left_alone() {
    let sound = Sound::new();
    let dir = sound.with(|_| {});
    let mut first = Ledger::open(dir.path()).unwrap();
    assert_eq!(answers(&mut first, At::default()), sound.answers);
    // Whoever has asked keeps the index, unless what it reads goes on to somebody slow.
    let question: &dyn Fn(&mut Catalogue) -> _ = &|catalogue| catalogue.organisations();
    first.ask(At::default(), &Question { scope: Scope::ALL, answer: question }).unwrap();
    let held = index_of(dir.path());
    let mut second = Ledger::open(dir.path()).unwrap();
    assert_eq!(second.index_state(), Err(Unusable::Busy));
    assert_eq!(answers(&mut second, At::default()).ratings, sound.answers.ratings);
    assert!(matches!(second.rebuild(&mut |_| {}), Err(Error::Index(Unusable::Busy))));
    record(&mut second, &[register(901)], &minute(40));
    assert_eq!(index_of(dir.path()), held, "neither read from nor made anew");
    assert_eq!(answers(&mut first, At::default()), answers(&mut second, At::default()));
}
