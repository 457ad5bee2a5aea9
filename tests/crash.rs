//! The fear: after a crash something acknowledged is gone, the ledger needs help to open, or
//! somebody saw a record that was gone later.
//!
//! Children of this test append, open and rebuild, are killed (SIGKILL) at any moment, and are
//! followed by others on the same ledger. What they were told was recorded they write down; a
//! reader beside them writes down what it saw. The short form kills 50 times; for more:
//! `PIPEROLL_KILLS=2000 cargo test -p piperoll --test crash --release -- --ignored`.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

#[path = "../crates/ledger/tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use assessment::framework::Framework;
use common::{
    Seeded, answers, assert_sound, begin, code, hide_guarded_panics, import, keyed, minute, record,
    register, submit, try_answers,
};
use journal::Hash;
use ledger::{AsOf, At, Ledger, Options, Outcome};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Set for a child: the ledger, the file to write acknowledgements to, its seed, and how often it
/// writes before it ends, or 0 for ever.
const ROLE: &str = "PIPEROLL_CRASH_CHILD";
const BODIES: u64 = 8;
/// How many imports with texts are killed, and how many texts each holds.
const KILLED_IMPORTS: u64 = 12;
const TEXTS: u64 = 40;

/// What the children were told, and what the readers saw.
#[derive(Default)]
struct Known {
    /// Where each command was recorded.
    commands: BTreeMap<String, u64>,
    /// The hash of the record at a position, from heads.
    hashes: BTreeMap<u64, Hash>,
}

fn new_ledger() -> TempDir {
    hide_guarded_panics();
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(&dir.path().join("ledger"));
    for number in 0..BODIES {
        let batch = [register(number), import(number, "2024-05", "formal")];
        record(&mut ledger, &batch, &minute(1));
    }
    dir
}

fn spawn(dir: &Path, seed: u64, times: u64) -> Child {
    let acks = dir.join(format!("acks-{seed}"));
    let role = [&dir.join("ledger"), &acks].map(|path| path.to_string_lossy().into_owned());
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(ROLE, format!("{}\n{}\n{seed}\n{times}", role[0], role[1]))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Not a test: what runs in a child.
#[test]
fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    hide_guarded_panics();
    let role: Vec<&str> = role.lines().collect();
    let (dir, acks) = (PathBuf::from(role[0]), PathBuf::from(role[1]));
    let (seed, times): (u64, u64) = (role[2].parse().unwrap(), role[3].parse().unwrap());
    let mut acks = OpenOptions::new().create(true).append(true).open(acks).unwrap();
    let mut seeded = Seeded(seed);
    let mut ledger = Ledger::open(&dir).unwrap();
    for turn in (1..).take_while(|turn| times == 0 || *turn <= times) {
        match seeded.below(8) {
            0 => ledger = Ledger::open(&dir).unwrap(),
            // Another child may have the index; then there is nothing to rebuild.
            1 => drop(ledger.rebuild(&mut |_| {})),
            2 => drop(try_answers(&mut ledger, At::default()).unwrap()),
            _ => {}
        }
        append(&mut ledger, &mut seeded, &format!("{seed}-{turn}"), &mut acks);
    }
}

fn append(ledger: &mut Ledger, seeded: &mut Seeded, name: &str, acks: &mut fs::File) {
    let statements = ["safeguarding", "assessing-needs"];
    let batch: Vec<_> = (0..1 + seeded.below(20))
        .map(|nth| {
            let data = json!({
                "organisation": code(seeded.next() % BODIES), "reason": "ongoing_review",
                "reviewed_on": "2026-05-17", "score": 1 + seeded.next() % 4,
                "statement": statements[seeded.below(2)],
            });
            keyed(Some(&format!("{name}-{nth}")), "review_score", &data)
        })
        .collect();
    let outcomes = submit(ledger, &batch, &minute(2));
    let mut told = String::new();
    for (submission, outcome) in batch.iter().zip(outcomes) {
        let Outcome::Recorded { positions, .. } = outcome else { panic!("{outcome:?}") };
        told += &format!("{} {}\n", submission.key, positions.start);
    }
    // One write, so that it is told whole; nothing here survives a power cut, and need not.
    acks.write_all(told.as_bytes()).unwrap();
}

/// Everything that all children of this ledger were told.
fn read_acks(dir: &Path, known: &mut Known) {
    for (name, text) in common::files(dir) {
        if !name.starts_with("acks-") {
            continue;
        }
        for line in String::from_utf8(text).unwrap().lines() {
            let (key, position) = line.split_once(' ').unwrap();
            known.commands.insert(key.to_owned(), position.parse().unwrap());
        }
    }
}

/// Looks at the end again and again, as readers in other processes would, until it is told to stop.
fn watch(dir: &Path, stop: &AtomicBool) -> BTreeMap<u64, Hash> {
    let mut seen = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let ledger = Ledger::open(dir).unwrap();
        let head = ledger.end().unwrap().head;
        if let Some(before) = seen.insert(head.position, head.hash) {
            assert_eq!(before, head.hash, "record {} was another one", head.position);
        }
        let last = seen.last_key_value().unwrap();
        assert_eq!(*last.0, head.position, "an end that was seen is gone");
        // What is read up to the end that was fixed is there, whatever is written meanwhile.
        let mut position = head.position.saturating_sub(30);
        let read = ledger.read(position, &head, &mut |entry| {
            assert_eq!(entry.record.position, position);
            seen.insert(position, entry.record.hash);
            position += 1;
            ControlFlow::Continue(())
        });
        read.unwrap();
        assert_eq!(position, head.position + 1);
        std::thread::sleep(Duration::from_millis(3));
    }
    seen
}

/// Opens without help: all that was told and seen is there, and everything verifies.
fn check(dir: &Path, known: &Known) {
    let path = dir.join("ledger");
    assert_sound(&path);
    let mut ledger = Ledger::open(&path).unwrap();
    let end = ledger.end().unwrap().head;
    let (mut found, mut commands) = (0, BTreeMap::new());
    ledger
        .read(0, &end, &mut |entry| {
            let record = &entry.record;
            if let Some(hash) = known.hashes.get(&record.position) {
                assert_eq!(*hash, record.hash, "record {} was seen otherwise", record.position);
                found += 1;
            }
            if record.part == 1 {
                commands.insert(record.command.to_owned(), record.position);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(found, known.hashes.len(), "records that were seen are gone");
    for (key, position) in &known.commands {
        assert_eq!(commands.get(key), Some(position), "{key} was acknowledged");
    }
    let mut indexed = answers(&mut ledger, At::default());
    let at = At { as_of: Some(AsOf::Position(end.position)), ..At::default() };
    let mut folded = answers(&mut ledger, at);
    (indexed.histories, folded.histories) = Default::default();
    assert_eq!(indexed, folded, "the index says what the journal says");
}

/// Kills children at random, a dozen to a ledger, every third time two at once.
fn kill(times: u64) {
    let mut acknowledged = 0;
    for first in (0..times).step_by(12) {
        let dir = new_ledger();
        let mut known = Known::default();
        let (path, stop) = (dir.path().join("ledger"), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| watch(&path, &stop));
            // Whatever fails here, the reader must be told, or the scope would never end.
            let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for nth in first..times.min(first + 12) {
                    let mut seeded = Seeded(nth);
                    let writers = if nth % 3 == 2 { 2 } else { 1 };
                    let children = (0..writers).map(|n| spawn(dir.path(), nth * 10 + n, 0));
                    let mut children: Vec<Child> = children.collect();
                    std::thread::sleep(Duration::from_millis(20 + seeded.next() % 250));
                    for child in &mut children {
                        // One that has ended by itself has failed.
                        assert!(child.try_wait().unwrap().is_none(), "child {nth} ended");
                        child.kill().unwrap();
                    }
                    for child in &mut children {
                        child.wait().unwrap();
                    }
                    read_acks(dir.path(), &mut known);
                    check(dir.path(), &known);
                }
            }));
            stop.store(true, Ordering::Relaxed);
            known.hashes = reader.join().unwrap();
            killed.unwrap_or_else(|failure| std::panic::resume_unwind(failure));
        });
        check(dir.path(), &known);
        // Whoever comes next goes on.
        assert!(spawn(dir.path(), 999_999, 3).wait().unwrap().success());
        read_acks(dir.path(), &mut known);
        check(dir.path(), &known);
        acknowledged += known.commands.len();
    }
    assert!(acknowledged as u64 > times, "children were killed before they did anything");
}

#[test]
fn a_child_may_be_killed_at_any_moment() {
    kill(50);
}

#[test]
#[ignore = "takes minutes; PIPEROLL_KILLS says how often it kills"]
fn a_child_may_be_killed_at_very_many_moments() {
    let times = std::env::var("PIPEROLL_KILLS").map_or(600, |times| times.parse().unwrap());
    kill(times);
}

#[test]
fn two_processes_that_append_at_once_lose_nothing() {
    let dir = new_ledger();
    let (path, stop) = (dir.path().join("ledger"), AtomicBool::new(false));
    let mut known = Known::default();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| watch(&path, &stop));
        let children = [1, 2, 3].map(|seed| spawn(dir.path(), seed, 25));
        let ended = children.map(|mut child| child.wait().unwrap().success());
        stop.store(true, Ordering::Relaxed);
        known.hashes = reader.join().unwrap();
        assert_eq!(ended, [true; 3]);
    });
    read_acks(dir.path(), &mut known);
    let batches = known.commands.keys().filter(|key| key.ends_with("-0")).count();
    assert_eq!(batches, 75, "every batch of every process was acknowledged");
    check(dir.path(), &known);
}

#[test]
fn an_import_that_is_killed_is_finished_by_the_same_command() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("ledger");
    drop(begin(&path));
    let lines: Vec<String> = (0..6_000)
        .map(|number| {
            let data = register(number).command.encode();
            json!({"data": data, "kind": "register_organisation"}).to_string()
        })
        .collect();
    let file = dir.path().join("commands.jsonl");
    fs::write(&file, lines.join("\n")).unwrap();
    let import = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_piperoll"));
        command.arg("--ledger").arg(&path).arg("import").arg(&file);
        command.args(["--actor", "p-017"]).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut seeded = Seeded(4);
    for _ in 0..6 {
        let mut child = import().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(50 + seeded.next() % 400));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_sound(&path);
    }
    assert!(import().status().unwrap().success());
    assert!(import().status().unwrap().success(), "and again, which adds nothing");
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(common::log(&ledger).len(), 6_001);
    assert_sound(&path);
}

/// Keys, sealed files, the memory of which line became which contents, records: whichever of them
/// was written last, no record may name a content that is not there.
#[test]
fn an_import_of_texts_that_is_killed_loses_no_text_and_is_finished_by_the_same_command() {
    let dir = TempDir::new().unwrap();
    let (path, config) = (dir.path().join("ledger"), dir.path().join("config"));
    let mut ledger = begin(&path);
    let bodies: Vec<_> = (0..BODIES).map(register).collect();
    record(&mut ledger, &bodies, &minute(1));
    let framework = Framework::shipped_text("la-2023".parse().unwrap()).unwrap();
    let framework: Value = serde_json::from_str(framework).unwrap();
    let adoption = json!({ "adopted_on": "2025-01", "framework": framework });
    record(&mut ledger, &[keyed(None, "adopt_framework", &adoption)], &minute(2));
    let before = common::log(&ledger).len() as u64;
    drop(ledger);
    let opened = || {
        let options = Options { config: Some(&config), ..Options::default() };
        let verdict = ledger::verify(&path, &options, &mut |_| {}).unwrap();
        assert!(verdict.findings.is_empty() && verdict.unknown.is_empty(), "{verdict:?}");
        assert_eq!(verdict.contents.opened, verdict.contents.contents, "{:?}", verdict.contents);
        verdict.contents.opened
    };
    let mut seeded = Seeded(5);
    let mut cut_short = 0;
    for nth in 0..KILLED_IMPORTS {
        let file = dir.path().join(format!("{nth}.jsonl"));
        fs::write(&file, texts(nth)).unwrap();
        let import = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_piperoll"));
            command.arg("--ledger").arg(&path).arg("--config").arg(&config);
            command.arg("import").arg(&file).args(["--actor", "p-017"]);
            // Every other time each line by itself, so that some are recorded and some are not.
            command.args((nth % 2 == 1).then_some("--stop-on-refusal"));
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let mut child = import().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + seeded.next() % 500));
        child.kill().unwrap();
        child.wait().unwrap();
        cut_short += u64::from(opened() < (nth + 1) * TEXTS);
        assert!(import().status().unwrap().success());
        assert!(import().status().unwrap().success(), "and again, which adds nothing");
        let records = common::log(&Ledger::open(&path).unwrap()).len() as u64;
        assert_eq!((records, opened()), (before + (nth + 1) * TEXTS, (nth + 1) * TEXTS));
    }
    assert!(cut_short > 0, "every import was done before it was killed");
}

/// Lines of an import, each with a text of its own.
fn texts(import: u64) -> String {
    let line = |number: u64| {
        let data = json!({
            "category": "processes", "collected_on": "2025-08",
            "content": { "text": format!("Text {number} of import {import}, in no record.") },
            "method": "documents", "organisations": [code(number % BODIES)],
            "origin": "held", "received_on": "2025-09-02", "setting": "off_site",
            "source": "assessed_body",
        });
        json!({ "data": data, "kind": "submit_evidence" }).to_string() + "\n"
    };
    (0..TEXTS).map(line).collect()
}
