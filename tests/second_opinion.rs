//! Guards that only our own program can say that a ledger is sound: `docs/verify.py`, which shares
//! no code with it, finds nothing in what it wrote, and finds whatever was changed afterwards.
//!
//! It needs `python3`, and for signatures its package `cryptography`; where they are not, it says
//! so. With `CI` or `PIPEROLL_LONG` set it also installs `blake3` from PyPI, to check every hash.
#![allow(clippy::unwrap_used, reason = "what a test does not expect should stop it")]

#[path = "../crates/ledger/tests/common/forge.rs"]
mod forge;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_piperoll");
const SEGMENT: &str = "ledger/journal/00000000000000000000.jsonl";
/// The line that is changed; its record has the same position.
const LINE: usize = 40;

/// A directory with a ledger in it, and a Python to check it with.
struct Bench {
    dir: TempDir,
    python: PathBuf,
}

/// How a run of the checker ended, and what it said.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
}

/// What was done to the lines of a journal.
type Change = fn(&mut Vec<String>);

impl Bench {
    /// A ledger with a checkpoint that was kept elsewhere. Nothing, where there is no Python.
    fn new() -> Option<Self> {
        let dir = TempDir::new().unwrap();
        if !runs(Path::new("python3"), "import json") {
            eprintln!("not checked a second time: there is no python3");
            return None;
        }
        let bench = Self { dir, python: PathBuf::from("python3") };
        bench.piperoll("init --origin example.org/ledger");
        bench.register(1..60);
        fs::copy(bench.path("ledger/checkpoint"), bench.path("kept")).unwrap();
        Some(bench)
    }

    /// The same, with a Python that can check every hash, where there is one or it may be had.
    fn with_hashes() -> Option<Self> {
        let mut bench = Self::new()?;
        if is_long() && !runs(&bench.python, "import blake3") {
            bench.python = with_blake3(bench.dir.path());
        }
        Some(bench)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn piperoll(&self, line: &str) -> String {
        let mut command = Command::new(PROGRAM);
        command.env_clear().env("PIPEROLL_ACTOR", "p-017").env("PIPEROLL_CONFIG", "config");
        command.current_dir(self.dir.path()).args(line.split_whitespace());
        let output = command.output().unwrap();
        assert!(output.status.success(), "piperoll {line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Imports so many bodies, which ends with a checkpoint.
    fn register(&self, numbers: std::ops::Range<u32>) {
        let mut commands = String::new();
        for number in numbers {
            let data = json!({
                "code": format!("X99{number:06}"), "fictional": true, "kind": "local_authority",
                "name": format!("Körper \"{number}\" \\ 日本"),
            });
            let command = json!({ "kind": "register_organisation", "data": data });
            writeln!(commands, "{command}").unwrap();
        }
        fs::write(self.path("commands.jsonl"), commands).unwrap();
        self.piperoll("import commands.jsonl");
    }

    /// Runs the checker in the directory.
    fn check(&self, line: &str) -> Ran {
        let mut command = Command::new(&self.python);
        command.current_dir(self.dir.path()).arg(checker()).args(line.split_whitespace());
        ran(&mut command)
    }

    /// The same, without any package beside Python itself.
    fn check_alone(&self, line: &str) -> Ran {
        let mut command = Command::new("python3");
        command.current_dir(self.dir.path()).args(["-I", "-S"]).arg(checker());
        ran(command.args(line.split_whitespace()))
    }

    /// Whether the Python has the package; where not, says what is not checked.
    fn has(&self, package: &str) -> bool {
        let has = runs(&self.python, &format!("import {package}"));
        if !has {
            eprintln!("not checked a second time: python3 has no package `{package}`");
        }
        has
    }

    /// Takes a copy of a directory's files, to put it back later.
    fn copy(&self, from: &str, to: &str) {
        drop(fs::remove_dir_all(self.path(to)));
        copy(&self.path(from), &self.path(to));
    }

    fn change_lines(&self, change: Change) {
        let text = fs::read_to_string(self.path(SEGMENT)).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        fs::write(self.path(SEGMENT), lines.join("\n") + "\n").unwrap();
    }

    fn flip(&self, file: &str, at: usize) {
        let mut bytes = fs::read(self.path(file)).unwrap();
        bytes[at] ^= 1;
        fs::write(self.path(file), bytes).unwrap();
    }
}

impl Ran {
    /// Damage, which is named like this and counted in the last line.
    fn assert_found(&self, what: &str) {
        assert_eq!(self.code, Some(3), "{what}: {}", self.out);
        let is_named = |line: &str| line.starts_with("finding: ") && line.contains(what);
        assert!(self.out.lines().any(is_named), "{what}: {}", self.out);
        assert!(self.out.lines().last().unwrap().starts_with("damaged: "), "{}", self.out);
    }

    /// No damage, and a last line that begins like this.
    fn assert_sound(&self, verdict: &str) {
        assert_eq!(self.code, Some(0), "{}", self.out);
        assert!(!self.out.contains("finding: "), "{}", self.out);
        assert!(self.out.lines().last().unwrap().starts_with(verdict), "{}", self.out);
    }

    /// No damage; a verdict only if the hashes could be computed.
    fn assert_sound_by_hashes(&self, verdict: &str, bench: &Bench) {
        if bench.has("blake3") { self.assert_sound(verdict) } else { self.assert_unsaid() }
    }

    /// No damage, and no verdict, as no hash was computed.
    fn assert_unsaid(&self) {
        assert_eq!(self.code, Some(5), "{}", self.out);
        assert!(!self.out.contains("finding: "), "{}", self.out);
        let last = "could not check: hashes (install the package `blake3`)";
        assert_eq!(self.out.lines().last(), Some(last), "{}", self.out);
    }
}

fn checker() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verify.py")
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let out = [output.stdout, output.stderr].concat();
    Ran { code: output.status.code(), out: String::from_utf8(out).unwrap() }
}

/// A Python of its own in the directory, with `blake3`.
fn with_blake3(dir: &Path) -> PathBuf {
    let (venv, python) = (dir.join("venv"), dir.join("venv/bin/python3"));
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--system-site-packages"]).arg(venv);
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "blake3"]);
    for command in [&mut make, &mut install] {
        let done = command.output().is_ok_and(|output| output.status.success());
        if !done {
            eprintln!("hashes not checked a second time: `blake3` cannot be installed");
            return PathBuf::from("python3");
        }
    }
    python
}

/// Whether a test may take long, and fetch a package.
fn is_long() -> bool {
    ["CI", "PIPEROLL_LONG"].iter().any(|name| std::env::var_os(name).is_some())
}

fn runs(python: &Path, code: &str) -> bool {
    let output = Command::new(python).args(["-c", code]).output();
    output.is_ok_and(|output| output.status.success())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_checker_can_be_read_in_one_sitting() {
    let text = fs::read_to_string(checker()).unwrap();
    assert!(text.lines().count() <= 250, "{} lines", text.lines().count());
    let wide = text.lines().find(|line| line.chars().count() > 100);
    assert_eq!(wide, None);
}

#[test]
fn a_sound_ledger_is_found_sound() {
    let Some(bench) = Bench::with_hashes() else { return };
    let hashes = if bench.has("blake3") { "checked: hash" } else { "NOT CHECKED: hash" };
    let ran = bench.check("ledger");
    ran.assert_sound_by_hashes("verified, not anchored: ", &bench);
    assert!(ran.out.contains(hashes), "{}", ran.out);
    bench.check("ledger --against kept").assert_sound("verified, as in kept: ");

    // The ledger grew since, under another key: each checkpoint is held against the key of its
    // time, and with the key given against that one.
    let key = bench.piperoll("key show --format jsonl");
    bench.piperoll("key rotate");
    bench.piperoll("checkpoint");
    bench.register(60..70);
    let ran = bench.check("ledger --against kept");
    ran.assert_sound_by_hashes("verified, as in kept: ", &bench);
    assert!(ran.out.contains("checked: tree"), "{}", ran.out);
    if bench.has("cryptography") {
        assert_eq!(ran.out.matches("checked: signature: ").count(), 2, "{}", ran.out);
    }
    let old = vkey(&key);
    bench.check(&format!("ledger --key {old}")).assert_found("ledger/checkpoint: signature: ");
}

/// The verifier key somewhere in a text.
fn vkey(text: &str) -> &str {
    let start = text.find("example.org/ledger+").unwrap();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "./+=".contains(c);
    let end = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
    &text[start..start + end]
}

#[test]
fn every_change_of_a_line_is_named_with_its_position() {
    let Some(bench) = Bench::new() else { return };
    bench.copy("ledger", "good");
    let changes: [(Change, &str); 8] = [
        (|lines| drop(lines.remove(LINE)), "record 40: position: "),
        (|lines| lines.swap(LINE, LINE + 1), "record 40: position: "),
        (|lines| lines.insert(LINE, lines[LINE].clone()), "record 41: position: "),
        (|lines| lines.insert(LINE, lines[7].clone()), "record 40: key: "),
        (|lines| lines[LINE] = reordered(&lines[LINE]), "record 40: canonical: "),
        (|lines| lines[LINE] = lines[LINE].replace(r#"a":{"#, r#"a":{ "#), "record 40: canonical"),
        (|lines| lines[LINE].truncate(200), "record 40: line: "),
        (
            |lines| lines[LINE] = lines[LINE].replace(r#""part":1"#, r#""part":2"#),
            "record 40: parts",
        ),
    ];
    for (change, what) in changes {
        bench.change_lines(change);
        bench.check("ledger --against kept").assert_found(what);
        // Without anything to hold it against, the lines alone tell.
        fs::remove_file(bench.path("ledger/checkpoint")).unwrap();
        fs::remove_dir_all(bench.path("ledger/tree")).unwrap();
        bench.check("ledger").assert_found(what);
        bench.copy("good", "ledger");
    }
}

/// The line with the first two members of its record the other way round.
fn reordered(line: &str) -> String {
    let (frame, record) = line.split_at(r#"{"hash":"","record":{"#.len() + 64);
    let mut members = record.splitn(3, ',');
    let (first, second) = (members.next().unwrap(), members.next().unwrap());
    format!("{frame}{second},{first},{}", members.next().unwrap())
}

#[test]
fn a_changed_byte_is_found_by_the_hash_and_by_the_tree() {
    let Some(bench) = Bench::with_hashes() else { return };
    let salted: Change = |lines| {
        let at = lines[LINE].find(r#""salt":""#).unwrap() + 8;
        let digit = if lines[LINE].as_bytes()[at] == b'0' { "1" } else { "0" };
        lines[LINE].replace_range(at..=at, digit);
    };
    bench.change_lines(salted);
    let ran = bench.check("ledger --against kept");
    ran.assert_found("ledger/checkpoint: checkpoint: ");
    ran.assert_found("kept: checkpoint: ");
    ran.assert_found("tree/hashes: tree: ");
    if bench.has("blake3") {
        ran.assert_found("record 40: hash: ");
    }
}

/// A record that is changed, with everything taken away that only repeats it, has a wrong hash and
/// nothing else: who computes no hash must not call it verified.
#[test]
fn without_hashes_only_a_checkpoint_of_all_records_verifies() {
    let Some(bench) = Bench::with_hashes() else { return };
    bench.check_alone("ledger").assert_unsaid();
    bench.check_alone("ledger --against kept").assert_sound("verified, as in kept: ");
    bench.piperoll("export tiles public");
    bench.piperoll("export tiles all --entries");
    bench.check_alone("--tiles public").assert_sound("verified, not anchored: ");
    bench.check_alone("--tiles all").assert_unsaid();
    bench.check_alone("--tiles all --against kept").assert_sound("verified, as in kept: ");

    // What was recorded after it was kept, it says nothing of.
    bench.register(60..62);
    bench.check_alone("ledger --against kept").assert_unsaid();
    bench.change_lines(|lines| {
        lines[LINE] = lines[LINE].replace(r#""actor":"p-017""#, r#""actor":"p-666""#);
    });
    fs::remove_file(bench.path("ledger/checkpoint")).unwrap();
    fs::remove_dir_all(bench.path("ledger/tree")).unwrap();
    bench.check_alone("ledger").assert_unsaid();
    bench.check_alone("ledger --against kept").assert_found("kept: checkpoint: ");
    if bench.has("blake3") {
        bench.check("ledger").assert_found("record 40: hash: ");
    }
}

#[test]
fn what_was_written_anew_or_cut_off_is_found_by_a_checkpoint_kept_elsewhere() {
    let Some(bench) = Bench::new() else { return };
    bench.copy("ledger", "good");
    let forgeries: [fn(&Path); 2] = [
        |dir| forge::forge(dir, |record| record["actor"] = json!("p-666")),
        |dir| {
            let records = forge::records(dir);
            forge::rewrite(dir, records[..records.len() - 3].to_vec());
        },
    ];
    for forgery in forgeries {
        forgery(&bench.path("ledger"));
        // The forger takes the tree away; one that is put back tells of it.
        bench.copy("good/tree", "ledger/tree");
        let ran = bench.check("ledger --against kept");
        ran.assert_found("tree/hashes: tree: ");
        ran.assert_found("kept: checkpoint: ");
        // Who can write in the directory takes these along; then nothing else can tell.
        fs::remove_file(bench.path("ledger/checkpoint")).unwrap();
        fs::remove_dir_all(bench.path("ledger/tree")).unwrap();
        bench.check("ledger").assert_sound_by_hashes("verified, not anchored: ", &bench);
        bench.check("ledger --against kept").assert_found("kept: checkpoint: ");
        bench.copy("good", "ledger");
    }
    // Only the tail is gone, and `head` is not.
    bench.change_lines(|lines| lines.truncate(LINE));
    bench.check("ledger").assert_found("the end: head: ");
}

#[test]
fn a_forged_or_older_checkpoint_is_found() {
    let Some(bench) = Bench::new() else { return };
    bench.register(60..70);
    let newer = fs::read_to_string(bench.path("ledger/checkpoint")).unwrap();
    fs::write(bench.path("newer"), &newer).unwrap();
    let write = |text: &str| fs::write(bench.path("ledger/checkpoint"), text).unwrap();
    let lines: Vec<&str> = newer.lines().collect();
    let older = fs::read_to_string(bench.path("kept")).unwrap();

    write(&older);
    bench.check("ledger --against newer").assert_found("ledger/checkpoint: checkpoint: is older");
    write(&newer.replace(lines[2], older.lines().nth(2).unwrap()));
    bench.check("ledger").assert_found("ledger/checkpoint: checkpoint: ");
    write(&newer.replacen("example.org", "example.net", 1));
    bench.check("ledger").assert_found("ledger/checkpoint: checkpoint: ");
    write(&newer.replace("\n\n", "\nan extension\n\n"));
    bench.check("ledger").assert_found("ledger/checkpoint: checkpoint: is no checkpoint");
    let number: u64 = lines[1].parse().unwrap();
    write(&newer.replacen(lines[1], &(number + 1).to_string(), 1));
    bench.check("ledger").assert_found("ledger/checkpoint: checkpoint: ");
    if bench.has("cryptography") {
        // The last bytes of a signature in base64, before its padding and the newline.
        let mut forged = newer.clone();
        let at = newer.len() - 10;
        forged.replace_range(at..=at, if &newer[at..=at] == "A" { "B" } else { "A" });
        write(&forged);
        bench.check("ledger").assert_found("ledger/checkpoint: signature: ");
    }
    fs::write(bench.path("ledger/ledger.json"), "{}\n").unwrap();
    bench.check("ledger").assert_found("ledger.json: ledger: ");
}

#[test]
fn what_is_beyond_head_is_no_damage_and_what_is_no_ledger_is_said_to_be_none() {
    let Some(bench) = Bench::new() else { return };
    let mut journal = fs::read(bench.path(SEGMENT)).unwrap();
    journal.extend_from_slice(br#"{"hash":"torn"#);
    fs::write(bench.path(SEGMENT), journal).unwrap();
    let ran = bench.check("ledger --against kept");
    ran.assert_sound("verified, as in kept: ");
    assert!(ran.out.contains("note: "), "{}", ran.out);
    // With `head` lost every byte must hold.
    fs::remove_file(bench.path("ledger/head")).unwrap();
    bench.check("ledger --against kept").assert_found(": line: ");

    for line in ["nowhere", "config", "ledger --against nowhere", "--tiles ledger/journal"] {
        let ran = bench.check(line);
        assert_eq!(ran.code, Some(5), "{line}: {}", ran.out);
        assert!(ran.out.starts_with("could not check: "), "{line}: {}", ran.out);
    }
    assert_eq!(bench.check("").code, Some(2));
    assert_eq!(bench.check("ledger --key example.org/ledger").code, Some(2));
}

#[test]
fn exported_tiles_are_checked_and_what_was_changed_in_them_is_named() {
    let Some(bench) = Bench::new() else { return };
    bench.piperoll("export tiles public");
    bench.check("--tiles public --against kept").assert_sound("verified, as in kept: ");
    bench.register(60..600);
    // The export goes on beside what it wrote before.
    bench.piperoll("export tiles public");
    bench.check("--tiles public --against kept").assert_sound("verified, as in kept: ");
    bench.piperoll("export tiles all --entries");
    let ran = bench.check("--tiles all --against ledger/checkpoint");
    ran.assert_sound("verified, as in ledger/checkpoint: ");
    assert!(ran.out.contains("checked: entries"), "{}", ran.out);

    bench.copy("all", "good");
    for (file, at, what) in [
        ("all/tile/0/000", 33, "tile/1/000: tile: "),
        ("all/tile/1/000.p/2", 5, "tile/1/000: tile: "),
        ("all/tile/0/001", 0, "all/checkpoint: checkpoint: "),
        ("all/tile/entries/001", 900, "is not the leaf in tile/0/001"),
        ("all/checkpoint", 25, "all/checkpoint: checkpoint: "),
    ] {
        bench.flip(file, at);
        bench.check("--tiles all").assert_found(what);
        bench.copy("good", "all");
    }
    for file in ["tile/0/001", "tile/1/000.p/2", "tile/entries/000"] {
        fs::remove_file(bench.path("all").join(file)).unwrap();
        let ran = bench.check("--tiles all");
        assert_eq!(ran.code, Some(3), "{file}: {}", ran.out);
        bench.copy("good", "all");
    }
    fs::copy(bench.path("kept"), bench.path("all/checkpoint")).unwrap();
    bench.check("--tiles all --against ledger/checkpoint").assert_found("is older than ");
}
