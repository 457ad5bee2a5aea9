//! A ledger of invented bodies and the means to ask it everything, shared by the tests.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Once, OnceLock};

use journal::{Batch, FileStore, Hash, Head, NewCommand, NewRecord, Store};
use ledger::{
    At, Caller, Catalogue, Error, Filter, Instant, Ledger, Mode, Outcome, Question, Scope,
    Submission,
};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const ORIGIN: &str = "example.org/ledger";
/// When the ledger is begun; each batch of the small one follows a minute later.
pub const BEGUN: &str = "2026-05-17T09:00:00.000Z";
/// Scores as they were really published, of which the invented bodies have copies.
const PUBLISHED: &str = include_str!("../../../assessment/tests/tables/published.csv");
pub const STATEMENTS: [&str; 3] =
    ["assessing-needs", "safeguarding", "governance-management-and-sustainability"];
const BATCHES: u64 = 6;
const BODIES: u64 = 24;

/// A seeded source of numbers (SplitMix64), so that a failure can be met again.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

pub fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// The minute after the beginning.
pub fn minute(number: u64) -> String {
    format!("2026-05-17T{:02}:{:02}:00.000Z", 9 + number / 60, number % 60)
}

/// A fictional body's code.
pub fn code(number: u64) -> String {
    format!("X99{number:06}")
}

pub fn submission(kind: &str, data: &Value) -> Submission {
    keyed(None, kind, data)
}

/// A submission under a key of its own.
pub fn keyed(key: Option<&str>, kind: &str, data: &Value) -> Submission {
    let mut object = json!({ "data": data, "kind": kind });
    if let Some(key) = key {
        object["command"] = key.into();
    }
    Submission::parse(&object.to_string()).unwrap()
}

pub fn register(number: u64) -> Submission {
    let (code, name) = (code(number), format!("Exampleshire {number}"));
    let data = json!({
        "code": code, "fictional": true, "kind": "local_authority", "name": name,
    });
    submission("register_organisation", &data)
}

/// What was published of an invented body: the rating and the scores of a real row.
pub fn import(number: u64, month: &str, programme: &str) -> Submission {
    let rows: Vec<&str> = PUBLISHED.lines().filter(|line| line.starts_with('E')).collect();
    let row: Vec<&str> = rows[number as usize % rows.len()].split(',').collect();
    let [_, rating, _, scores] = row.as_slice() else { panic!("a row has four columns: {row:?}") };
    let scores: Vec<u64> = scores.bytes().map(|digit| u64::from(digit - b'0')).collect();
    let data = json!({
        "framework": "la-2023", "month": month, "name": format!("Exampleshire {number}"),
        "organisation": code(number), "programme": programme,
        "rating": rating.to_lowercase().replace(' ', "_"), "scores": scores,
    });
    submission("import_publication", &data)
}

pub fn review(number: u64, statement: &str, score: u64, on: &str) -> Submission {
    let data = json!({
        "organisation": code(number), "reason": "ongoing_review", "reviewed_on": on,
        "score": score, "statement": statement,
    });
    submission("review_score", &data)
}

pub fn begin(dir: &Path) -> Ledger {
    with_caller(BEGUN, false, |caller| Ledger::init(dir, ORIGIN, caller)).unwrap()
}

/// Calls with a clock that stands still and salts that are counted.
pub fn with_caller<T>(now: &str, accept_clock: bool, act: impl FnOnce(&mut Caller<'_>) -> T) -> T {
    let now = instant(now);
    let mut drawn = 0_u8;
    let mut salt = || {
        drawn = drawn.wrapping_add(1);
        [drawn; 16]
    };
    let actor = "p-017".parse().unwrap();
    act(&mut Caller { actor, now: &mut || now, salt: &mut salt, accept_clock })
}

pub fn try_submit(
    ledger: &mut Ledger,
    submissions: &[Submission],
    now: &str,
) -> Result<Vec<Outcome>, Error> {
    let submitted =
        with_caller(now, false, |caller| ledger.submit(submissions, Mode::Record, caller));
    Ok(submitted?.outcomes)
}

#[track_caller]
pub fn submit(ledger: &mut Ledger, submissions: &[Submission], now: &str) -> Vec<Outcome> {
    try_submit(ledger, submissions, now).unwrap()
}

/// Submits what must be recorded, and returns the positions of the first and the last record.
#[track_caller]
pub fn record(ledger: &mut Ledger, submissions: &[Submission], now: &str) -> (u64, u64) {
    let outcomes = submit(ledger, submissions, now);
    let mut positions = outcomes.iter().map(|outcome| match outcome {
        Outcome::Recorded { positions, .. } => positions.clone(),
        other => panic!("not recorded: {other:?}"),
    });
    let first = positions.next().unwrap();
    let last = positions.next_back().unwrap_or(first.clone());
    (first.start, last.end - 1)
}

/// The batches of the small ledger: bodies, what was published of them, and reviews.
pub fn small_batches() -> Vec<Vec<Submission>> {
    let mut seeded = Seeded(7);
    let mut batches = Vec::new();
    for batch in 0..BATCHES {
        let mut submissions = Vec::new();
        for number in (0..BODIES).filter(|number| number % BATCHES == batch) {
            submissions.push(register(number));
            submissions.push(import(number, "2024-05", "formal"));
            if number % 5 == 0 {
                submissions.push(import(number, "2023-11", "pilot"));
            }
        }
        for nth in 0..25 {
            let known = (0..BODIES).filter(|number| number % BATCHES <= batch).collect::<Vec<_>>();
            let number = known[seeded.below(known.len())];
            let statement = STATEMENTS[seeded.below(STATEMENTS.len())];
            let score = 1 + seeded.next() % 4;
            let on = format!("2025-{:02}-{:02}", 1 + batch, 1 + nth / 2);
            submissions.push(review(number, statement, score, &on));
        }
        batches.push(submissions);
    }
    batches
}

/// A ledger of some two hundred records, with an index that is in step.
pub fn small() -> TempDir {
    // Made once, as making it takes syncs.
    static FILES: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    copy_of(FILES.get_or_init(|| {
        let dir = TempDir::new().unwrap();
        let mut ledger = begin(dir.path());
        for (number, batch) in small_batches().iter().enumerate() {
            submit(&mut ledger, batch, &minute(number as u64 + 1));
        }
        drop(ledger);
        files(dir.path())
    }))
}

/// Writes a directory's files anew, unsynced.
pub fn copy_of(files: &BTreeMap<String, Vec<u8>>) -> TempDir {
    let dir = TempDir::new().unwrap();
    write_files(dir.path(), files);
    dir
}

pub fn write_files(dir: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Each file of a directory with its bytes, by its path from there.
pub fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Everything that the ledger can be asked about itself, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    pub ratings: Vec<String>,
    pub scores: Vec<String>,
    pub moves: Vec<String>,
    pub reviews: Vec<String>,
    pub histories: Vec<String>,
}

fn text<T: serde::Serialize>(rows: Vec<T>) -> Vec<String> {
    rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect()
}

/// Asks one question; everything that it could need is kept while folding.
pub fn ask<T>(
    ledger: &mut Ledger,
    at: At,
    answer: &dyn Fn(&mut Catalogue) -> Result<T, ledger::Unusable>,
) -> Result<T, Error> {
    ledger.ask(at, &Question { scope: Scope::ALL, answer })
}

/// Asks all questions.
pub fn try_answers(ledger: &mut Ledger, at: At) -> Result<Answers, Error> {
    let every = Filter::default();
    let mut answers = ask(ledger, at, &|catalogue| {
        Ok(Answers {
            ratings: text(catalogue.ratings(&every)?),
            scores: text(catalogue.scores(&every)?),
            moves: text(catalogue.moves(&every)?),
            reviews: text(catalogue.reviews(&every)?),
            histories: Vec::new(),
        })
    })?;
    let end = ledger.end_at(at)?;
    for number in [0, 5, 23] {
        let code = code(number).parse().unwrap();
        ledger.read_history(code, 0, &end, &mut |entry| {
            if entry.record.stream.contains(&code.to_string()) {
                answers.histories.push(String::from_utf8(entry.line.to_vec()).unwrap());
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok(answers)
}

#[track_caller]
pub fn answers(ledger: &mut Ledger, at: At) -> Answers {
    try_answers(ledger, at).unwrap()
}

/// Every stored line in order.
pub fn log(ledger: &Ledger) -> Vec<String> {
    let mut lines = Vec::new();
    let end = ledger.end().unwrap().head;
    ledger
        .read(0, &end, &mut |entry| {
            lines.push(String::from_utf8(entry.line.to_vec()).unwrap());
            ControlFlow::Continue(())
        })
        .unwrap();
    lines
}

#[track_caller]
pub fn assert_sound(dir: &Path) {
    let verdict = ledger::verify(dir, &ledger::Options::default(), &mut |_| {}).unwrap();
    assert!(verdict.findings.is_empty() && verdict.unknown.is_empty(), "{verdict:?}");
}

/// Records what no command of this version comes to, as a later version would.
pub fn append_from_the_future(dir: &Path, kind: &str, schema: u64, data: &str, now: &str) {
    let mut store = FileStore::open(dir).unwrap();
    let head = store.hold().unwrap().head;
    let mut batch = Batch::after(&head);
    let record = NewRecord {
        data: data.to_owned(),
        kind: kind.to_owned(),
        occurred_on: "2026-05-17".to_owned(),
        salt: [9; 16],
        schema,
        stream: format!("organisation/{}", code(990)),
        version: 1,
    };
    let command = NewCommand {
        actor: "p-017".to_owned(),
        clock: None,
        command: format!("{kind}-{schema}"),
        recorded_at: now.to_owned(),
        request: Hash::of(kind.as_bytes()),
        signature: None,
        records: vec![record],
    };
    batch.push(&command).unwrap();
    store.append(&batch).unwrap();
}

pub fn head_of(dir: &Path) -> Head {
    FileStore::open(dir).unwrap().head().unwrap().head
}

/// Keeps panics of the index, which are caught, from being printed.
pub fn hide_guarded_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !ledger::is_guarded() {
                shown(panic);
            }
        }));
    });
}
