//! Append, verify and rebuild on 100,000 records, beside a plain file that is written and synced in
//! the same batches; and the memory that they take.
//!
//! `cargo bench -p ledger` measures and prints the ratios, of the medians of the same run. With
//! another length, only what memory it takes: `PIPEROLL_BENCH_RECORDS=1000000 cargo bench -p ledger
//! -- memory`. `docs/performance.md` says what came of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode};
use journal::{Batch, FileStore, Head, NewCommand, NewRecord, Store};
use ledger::{Caller, Check, Ledger, Mode, Options, Outcome, Submission};
use serde_json::json;
use tempfile::TempDir;

/// Commands to a batch, and so to a sync.
const BATCH: u64 = 1_000;
const BODIES: u64 = 200;
const STATEMENTS: [&str; 4] = [
    "safeguarding",
    "assessing-needs",
    "equity-in-experience-and-outcomes",
    "governance-management-and-sustainability",
];
/// Set for a child whose memory is measured: what it does, and the ledger.
const ROLE: &str = "PIPEROLL_BENCH_CHILD";

/// How long each thing took, each time.
type Times = BTreeMap<&'static str, Vec<Duration>>;

fn main() {
    if let Ok(role) = std::env::var(ROLE) {
        return child(&role);
    }
    // Among the tests, nothing is measured.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let records = std::env::var("PIPEROLL_BENCH_RECORDS").ok();
    let records = records.map_or(100_000, |records| records.parse().expect("a number of records"));
    if !std::env::args().any(|argument| argument == "memory") {
        let mut times = Times::new();
        let mut criterion = Criterion::default().configure_from_args();
        measure(&mut criterion, records, &mut times);
        criterion.final_summary();
        print_ratios(records, &times);
    }
    print_memory(records);
}

fn measure(criterion: &mut Criterion, records: u64, times: &mut Times) {
    let mut group = criterion.benchmark_group("journal");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_secs(1));
    // One ledger to check, to rebuild, and to take lines and commands from.
    let whole = temporary();
    let mut filled = vec![fill(whole.path(), records)];
    // Three times, as ten would take minutes.
    filled.extend((0..2).map(|_| fill(temporary().path(), records)));
    times.insert("append to the ledger", filled);
    let mut bench = |name: &'static str, run: &mut dyn FnMut(&Path) -> Duration| {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let took: Vec<Duration> = (0..count).map(|_| run(whole.path())).collect();
                let total = took.iter().sum();
                times.entry(name).or_default().extend(took);
                total
            });
        });
    };
    bench("plain file", &mut |dir| plain_file(&batches_of_lines(dir)));
    bench("append to the journal", &mut |dir| append_to_journal(&batches_of_records(dir)));
    bench("verify", &mut |dir| timed(|| verify(dir)));
    bench("rebuild", &mut |dir| timed(|| rebuild(dir)));
}

fn timed(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

/// On the disk that the project lies on: `/tmp` may be memory.
fn temporary() -> TempDir {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(dir).expect("the target directory can be written");
    TempDir::new_in(dir).expect("the target directory can be written")
}

fn print_ratios(records: u64, times: &Times) {
    let median = |times: &Vec<Duration>| {
        let mut times = times.clone();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    };
    let Some(plain) = times.get("plain file").map(median) else { return };
    println!("\n| {records} records | seconds | records/s | times the plain file |");
    println!("|---|---|---|---|");
    for (name, times) in times {
        let took = median(times);
        let (rate, ratio) = (records as f64 / took, took / plain);
        println!("| {name} | {took:.3} | {rate:.0} | {ratio:.1} |");
    }
}

// What is measured.

/// Writes the same bytes in the same batches, and syncs each.
fn plain_file(batches: &[Vec<u8>]) -> Duration {
    let dir = temporary();
    let mut file = File::create(dir.path().join("plain")).expect("a new file");
    timed(|| {
        for batch in batches {
            file.write_all(batch).and_then(|()| file.sync_data()).expect("the disk has room");
        }
    })
}

/// Encodes, hashes, chains and appends records that are decided already.
fn append_to_journal(batches: &[Vec<NewCommand>]) -> Duration {
    let dir = temporary();
    let (opening, rest) = batches.split_first().expect("the first batch opens the ledger");
    let mut first = Batch::opening();
    first.push(&opening[0]).expect("it was recorded before");
    let mut store = FileStore::create(dir.path(), &first).expect("an empty directory");
    let mut head: Head = store.hold().expect("nobody else has it").head;
    timed(|| {
        for commands in rest {
            let mut batch = Batch::after(&head);
            for command in commands {
                batch.push(command).expect("it was recorded before");
            }
            head = store.append(&batch).expect("the disk has room").head;
        }
    })
}

/// Does what `piperoll import` does: decides, appends, and keeps the index in step.
fn fill(dir: &Path, records: u64) -> Duration {
    let now = ledger::Instant::parse("2026-05-17T09:00:00.000Z").expect("an instant");
    let mut salt = 0_u128;
    let mut caller = Caller {
        actor: "p-000".parse().expect("a person"),
        now: &mut || now,
        salt: &mut || {
            salt += 1;
            salt.to_be_bytes()
        },
        accept_clock: false,
    };
    let mut ledger = Ledger::init(dir, "example.org/bench", &mut caller).expect("a new ledger");
    let bodies: Vec<Submission> = (0..BODIES).flat_map(body).collect();
    ledger.submit(&bodies, Mode::Record, &mut caller).expect("bodies are recorded");
    let first = ledger.end().expect("an end").head.position + 1;
    let mut took = Duration::ZERO;
    for batch in 0..(records - first).div_ceil(BATCH) {
        let reviews = (batch * BATCH..((batch + 1) * BATCH).min(records - first)).map(review);
        let reviews: Vec<Submission> = reviews.collect();
        took += timed(|| {
            let submitted = ledger.submit(&reviews, Mode::Record, &mut caller);
            let outcomes = submitted.expect("the disk has room").outcomes;
            let is_recorded = |outcome: &Outcome| matches!(outcome, Outcome::Recorded { .. });
            assert!(outcomes.iter().all(is_recorded), "{:?}", outcomes[0]);
        });
    }
    took
}

fn verify(dir: &Path) {
    let checks = [Check::Chain, Check::Contents].into();
    let options = Options { checks, ..Options::default() };
    let verdict = ledger::verify(dir, &options, &mut |_| {}).expect("it can be looked at");
    assert!(verdict.findings.is_empty() && verdict.unknown.is_empty());
    black_box(verdict);
}

fn rebuild(dir: &Path) {
    let mut ledger = Ledger::open(dir).expect("a ledger");
    black_box(ledger.rebuild(&mut |_| {}).expect("it can be rebuilt"));
}

// What it is measured on: fictional bodies, and their reviews.

fn submission(kind: &str, data: serde_json::Value) -> Submission {
    let text = json!({ "data": data, "kind": kind }).to_string();
    Submission::parse(&text).expect("a command of this version")
}

fn code(body: u64) -> String {
    format!("X99{:06}", body % BODIES)
}

fn body(number: u64) -> [Submission; 2] {
    let registered = json!({
        "code": code(number), "fictional": true, "kind": "local_authority",
        "name": format!("Exampleshire {number}"),
    });
    let published = json!({
        "framework": "la-2023", "month": "2024-05", "name": format!("Exampleshire {number}"),
        "organisation": code(number), "programme": "formal", "rating": "good", "score": 64,
        "scores": [2, 3, 3, 3, 3, 2, 2, 3, 2],
    });
    [submission("register_organisation", registered), submission("import_publication", published)]
}

/// Reviews that change something as often as not.
fn review(number: u64) -> Submission {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let data = json!({
        "organisation": code(number), "reason": "ongoing_review", "reviewed_on": "2026-05-17",
        "score": 2 + mixed % 2, "statement": STATEMENTS[(mixed / 7 % 4) as usize],
    });
    let mut submission = submission("review_score", data);
    submission.key = format!("review-{number}");
    submission
}

/// The lines of a ledger in batches as they were synced.
fn batches_of_lines(dir: &Path) -> Vec<Vec<u8>> {
    let mut batches = vec![Vec::new()];
    let mut count = 0;
    each_record(dir, &mut |line, _| {
        if count == BATCH {
            batches.push(Vec::new());
            count = 0;
        }
        let batch = batches.last_mut().expect("there is one from the beginning");
        batch.extend_from_slice(line);
        batch.push(b'\n');
        count += 1;
    });
    batches
}

/// The commands of a ledger again: its opening, and the rest in batches.
fn batches_of_records(dir: &Path) -> Vec<Vec<NewCommand>> {
    let mut batches: Vec<Vec<NewCommand>> = Vec::new();
    each_record(dir, &mut |_, record| {
        let new = NewRecord {
            data: record.data.to_owned(),
            kind: record.kind.to_owned(),
            occurred_on: record.occurred_on.to_owned(),
            salt: [7; 16],
            schema: record.schema,
            stream: record.stream.to_owned(),
            version: record.version,
        };
        let is_full = |batch: &Vec<NewCommand>| batch.len() as u64 == BATCH;
        if record.part == 1 {
            if record.position < 2 || batches.last().is_some_and(is_full) {
                batches.push(Vec::new());
            }
            let command = NewCommand {
                actor: record.actor.to_owned(),
                clock: None,
                command: record.command.to_owned(),
                recorded_at: record.recorded_at.to_owned(),
                request: record.request,
                signature: None,
                records: Vec::new(),
            };
            batches.last_mut().expect("record 0 made one").push(command);
        }
        let batch = batches.last_mut().expect("record 0 made one");
        batch.last_mut().expect("part 1 made one").records.push(new);
    });
    batches
}

fn each_record(dir: &Path, visit: &mut dyn FnMut(&[u8], &journal::Record<'_>)) {
    let ledger = Ledger::open(dir).expect("a ledger");
    let end = ledger.end().expect("an end").head;
    let read = ledger.read(0, &end, &mut |entry| {
        visit(entry.line, &entry.record);
        std::ops::ControlFlow::Continue(())
    });
    read.expect("the ledger is whole");
}

// What memory it takes: each in a process of its own, by the peak that the system counted.

fn print_memory(records: u64) {
    let dir = temporary();
    let run = |role: &str| {
        let program = std::env::current_exe().expect("this program");
        let role = format!("{role}\n{records}\n{}", dir.path().display());
        let output = Command::new(program).env(ROLE, role).output().expect("this program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a line of text")
    };
    println!("\n| {records} records | peak memory (VmHWM) | seconds, once |");
    println!("|---|---|---|");
    for role in ["open", "fill", "verify", "rebuild", "ask the index", "ask the journal"] {
        print!("{}", run(role));
    }
    let size = |path: &str| size(&dir.path().join(path));
    let (journal, index) = (size("journal"), size("index"));
    println!("\njournal: {} bytes a record; index: {}", journal / records, index / records);
}

fn child(role: &str) {
    let parts: Vec<&str> = role.lines().collect();
    let [role, records, dir] = parts.as_slice() else { panic!("a role has three lines: {role}") };
    let (records, dir) = (records.parse().expect("a number"), Path::new(dir));
    let took = timed(|| match *role {
        // What the program takes for itself.
        "open" => {}
        "fill" => drop(fill(dir, records)),
        "verify" => verify(dir),
        "rebuild" => rebuild(dir),
        "ask the index" => ask(dir, ledger::At::default()),
        "ask the journal" => {
            let as_of = Some(ledger::AsOf::Position(records - 1));
            ask(dir, ledger::At { as_of, ..ledger::At::default() });
        }
        role => panic!("no such role: {role}"),
    });
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.map_or("not known here", str::trim);
    println!("| {role} | {peak} | {:.3} |", took.as_secs_f64());
}

fn ask(dir: &Path, at: ledger::At) {
    let filter = ledger::Filter::default();
    let question = ledger::Question {
        scope: ledger::Scope::default(),
        answer: &|catalogue| catalogue.ratings(&filter),
    };
    let rows = Ledger::open(dir).and_then(|mut ledger| ledger.ask(at, &question));
    assert!(!rows.expect("it answers").is_empty());
}

fn size(path: &Path) -> u64 {
    if !path.is_dir() {
        return path.metadata().map_or(0, |file| file.len());
    }
    let entries = fs::read_dir(path).expect("a directory that was just written");
    entries.map(|entry| size(&entry.expect("an entry").path())).sum()
}
