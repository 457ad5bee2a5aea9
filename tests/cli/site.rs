//! A directory to try the program in, and what it said and wrote there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_piperoll");

/// What was really published: 50 rows.
pub const PUBLISHED: &str = include_str!("../../crates/piperoll/data/published_assessments.csv");

pub const HEADER: &str = "gss_code,la_name,programme,overall_rating,overall_score_published,\
    qs1,qs2,qs3,qs4,qs5,qs6,qs7,qs8,qs9,publication_month,publication_date,report_url";

/// The scores that were published for Brent in August 2024: 22 of 36, one mark below Good.
pub const BRENT: &str = "2,2,2,2,2,3,3,3,3";

/// Where the first segment lies.
pub const SEGMENT: &str = "ledger/journal/00000000000000000000.jsonl";

/// An empty directory, which is where the program is run.
pub struct Site {
    dir: TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Site {
    pub fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    /// With a ledger that holds nothing yet.
    pub fn begun() -> Self {
        let site = Self::new();
        site.ok("init --origin example.org/ledger");
        site
    }

    /// With a ledger that holds Exampleshire, as published with the scores of Brent.
    pub fn with_exampleshire() -> Self {
        let site = Self::begun();
        site.register("X99000001", "Exampleshire", "local_authority");
        site.publish(&row("X99000001", "Exampleshire", "Requires improvement", BRENT));
        site
    }

    /// With a ledger that holds everything that was really published.
    pub fn with_all_published() -> Self {
        let site = Self::begun();
        site.write("published.csv", PUBLISHED);
        site.ok("publication import published.csv");
        site
    }

    pub fn register(&self, code: &str, name: &str, kind: &str) {
        let fixed = ["organisation", "register", code, "--name", name, "--kind", kind];
        let ran = self.piperoll(&[&fixed[..], &["--fictional"]].concat(), "");
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    /// Takes in one row as published.
    pub fn publish(&self, row: &str) {
        self.write("row.csv", format!("{HEADER}\n{row}\n"));
        self.ok("publication import row.csv");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// The stored lines of the first segment, which is the only one of a small ledger.
    pub fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.read(SEGMENT)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Runs a command, written as one would type it.
    pub fn run(&self, line: &str) -> Ran {
        self.run_with(line, "")
    }

    /// The same, with this on the standard input.
    pub fn run_with(&self, line: &str, input: &str) -> Ran {
        let words = words(line);
        self.piperoll(&words.iter().map(String::as_str).collect::<Vec<_>>(), input)
    }

    /// Runs a command that must do what it is asked; what it wrote to the standard output.
    pub fn ok(&self, line: &str) -> String {
        self.ok_with(line, "")
    }

    /// The same, with this on the standard input.
    pub fn ok_with(&self, line: &str, input: &str) -> String {
        let ran = self.run_with(line, input);
        assert_eq!(ran.code, 0, "piperoll {line}: {ran:?}");
        ran.out
    }

    /// The rows of a question, as CSV has them: each by the names of its columns.
    pub fn rows(&self, line: &str) -> Vec<BTreeMap<String, String>> {
        let text = self.ok(&format!("{line} --format csv"));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().collect::<Result<_, _>>().unwrap()
    }

    /// What people see of some commands: `! ` marks the standard error, `=>` the exit code.
    pub fn transcript(&self, lines: &[&str]) -> String {
        let mut text = String::new();
        for line in lines {
            let ran = self.run(line);
            let said = ran.err.lines().map(|line| format!("! {line}\n"));
            text += &format!("$ piperoll {line}\n{}{}", ran.out, said.collect::<String>());
            text += &format!("=> {}\n\n", ran.code);
        }
        text
    }

    pub fn piperoll(&self, args: &[&str], input: &str) -> Ran {
        let mut command = assert_cmd::Command::new(PROGRAM);
        command.env_clear().env("PIPEROLL_ACTOR", "p-017").env("PIPEROLL_CONFIG", "config");
        command.current_dir(self.dir.path());
        let output = command.args(args).write_stdin(input).output().unwrap();
        Ran {
            code: output.status.code().expect("the program was not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Every file with its bytes and the time of its last change.
    pub fn files(&self) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        let mut files = BTreeMap::new();
        collect(self.dir.path(), &mut files);
        files
    }
}

/// A row of a table of published assessments, without what is rarely known.
pub fn row(code: &str, name: &str, rating: &str, scores: &str) -> String {
    format!("{code},{name},formal,{rating},,{scores},2024-08,,")
}

/// Holds a text against the one that was accepted before.
pub fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, redacted(text)));
}

/// A value of JSON as a cell of CSV has it.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The text with hashes, keys, signatures and instants made alike.
fn redacted(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut result = String::new();
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let hex = rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
            if hex >= 32 {
                result += if hex == 64 { "<hash>" } else { "<hex>" };
                rest = &rest[hex..];
            } else if let Some(after) = after_key(rest) {
                result += "+<key>";
                rest = after;
            } else if let Some(after) = after_base64(rest) {
                result += "<base64>";
                rest = after;
            } else if let Some(after) = after_instant(rest) {
                result += "<instant>";
                rest = after;
            } else {
                result.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        let result = today().iter().fold(result, |line, day| line.replace(day, "<today>   "));
        result.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What comes after the id and the base64 of a verifier key: `+72f2b953+AXBns…`.
fn after_key(text: &str) -> Option<&str> {
    let (id, rest) = text.strip_prefix('+')?.split_at_checked(8)?;
    let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    after_base64(rest.strip_prefix('+')?).filter(|_| id.bytes().all(is_hex))
}

/// What comes after a hash or a signature in base64: no word or path is so long and has capitals.
fn after_base64(text: &str) -> Option<&str> {
    let is_of_it = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let length = text.bytes().take_while(|b| is_of_it(b)).count();
    let (base64, after) = text.split_at(length);
    (length >= 44 && base64.bytes().any(|b| b.is_ascii_uppercase())).then_some(after)
}

/// The days that it may be where the program was run, in UTC and in London.
fn today() -> [String; 2] {
    let now = chrono::Utc::now();
    [now, now + chrono::TimeDelta::hours(1)].map(|at| at.format("%Y-%m-%d").to_string())
}

/// What comes after `2026-05-17T09:30:00.000Z`, if the text begins like this.
fn after_instant(text: &str) -> Option<&str> {
    let form = "dddd-dd-ddTdd:dd:dd.dddZ";
    let (instant, after) = text.split_at_checked(form.len())?;
    // The end of a day is asked about, and never the time of a record.
    let matches = |(f, c): (char, char)| if f == 'd' { c.is_ascii_digit() } else { f == c };
    (form.chars().zip(instant.chars()).all(matches) && !instant.ends_with("23:59:59.999Z"))
        .then_some(after)
}

/// Splits a line as a shell does, as far as that is needed: spaces, and single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn collect(dir: &Path, files: &mut BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let changed = fs::metadata(&path).unwrap().modified().unwrap();
        if path.is_dir() {
            collect(&path, files);
            files.insert(path, (vec![], changed));
        } else {
            files.insert(path.clone(), (fs::read(&path).unwrap(), changed));
        }
    }
}
