//! The house style, as far as a program can see it: sizes, dependency arrows, and what a crate must
//! never name.

#![allow(clippy::unwrap_used, reason = "a test that cannot look has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES_OF_FILE: usize = 500;
const MAX_LINES_OF_FUNCTION: usize = 70;
const MAX_COLUMNS: usize = 100;

/// Which of our crates a crate may use, and nothing else: the arrows of the architecture.
const ARROWS: [(&str, &[&str]); 7] = [
    ("assurance", &[]),
    ("assessment", &["assurance"]),
    ("projections", &["assessment"]),
    ("journal", &[]),
    ("vault", &[]),
    ("ledger", &["assessment", "journal", "projections", "vault"]),
    ("piperoll", &["assessment", "assurance", "journal", "ledger", "projections", "vault"]),
];

/// Packages that only some crates may use: (package, the crates that may).
const RESERVED: [(&str, &[&str]); 19] = [
    ("sled", &["ledger"]),
    ("chacha20poly1305", &["vault"]),
    ("maud", &["piperoll"]),
    ("pulldown-cmark", &["piperoll"]),
    ("clap", &["piperoll"]),
    ("anstream", &["piperoll"]),
    ("indicatif", &["piperoll"]),
    ("comfy-table", &["piperoll"]),
    ("terminal_size", &["piperoll"]),
    ("getrandom", &["piperoll"]),
    ("axum", &["piperoll"]),
    ("hyper", &["piperoll"]),
    ("hyper-util", &["piperoll"]),
    ("tokio", &["piperoll"]),
    ("ureq", &["piperoll"]),
    ("rusqlite", &["piperoll"]),
    ("tar", &["piperoll"]),
    ("num-bigint", &["assurance"]),
    ("statrs", &["assurance"]),
];

/// Words that the sources of a crate must not contain: (crate, words, why).
const BANNED: [(&str, &[&str], &str); 6] = [
    (
        "assessment",
        &["f32", "f64", "HashMap", "HashSet", "SystemTime", "std::fs", "std::env", "std::io"],
        "rules are pure, and no float touches a score",
    ),
    (
        "projections",
        &["f32", "f64", "HashMap", "HashSet", "SystemTime", "std::fs", "std::env", "std::io"],
        "projections are pure folds",
    ),
    (
        "assurance",
        &["HashMap", "HashSet", "SystemTime", "std::fs", "std::env", "std::io"],
        "whoever draws or computes again gets the same",
    ),
    (
        "journal",
        &[
            "assessment",
            "organisation",
            "rating",
            "score",
            "statement",
            "sled",
            "SystemTime",
            "std::env",
        ],
        "the journal knows no domain word, and asks for no time",
    ),
    (
        "vault",
        &[
            "assessment",
            "organisation",
            "rating",
            "score",
            "statement",
            "evidence",
            "SystemTime",
            "std::env",
            "getrandom",
        ],
        "the vault knows no domain word, and asks for neither time nor randomness",
    ),
    ("ledger", &["SystemTime", "Utc::now", "Instant::now", "std::env", "println!"], "no terminal"),
];

#[test]
fn files_functions_and_lines_are_short() {
    let mut wrong = Vec::new();
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > MAX_LINES_OF_FILE {
            wrong.push(format!("{}: {} lines", file.display(), lines.len()));
        }
        for (number, line) in lines.iter().enumerate() {
            if line.chars().count() > MAX_COLUMNS {
                wrong.push(format!("{}:{}: too wide", file.display(), number + 1));
            }
        }
        for (number, length) in functions(&lines) {
            if length > MAX_LINES_OF_FUNCTION {
                wrong.push(format!("{}:{number}: a function of {length} lines", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_depend_on_each_other_only_along_the_arrows() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into();
    let crates: BTreeSet<String> = crates().collect();
    assert_eq!(crates, arrows.keys().map(|name| (*name).to_owned()).collect());
    for (name, allowed) in arrows {
        let used = dependencies(name);
        for ours in used.iter().filter(|package| crates.contains(*package)) {
            assert!(allowed.contains(&ours.as_str()), "{name} must not use {ours}");
        }
        for (package, may) in RESERVED {
            let uses = used.contains(package);
            assert!(!uses || may.contains(&name), "{name} must not use {package}");
        }
    }
}

#[test]
fn crates_never_name_what_they_must_not_know() {
    for (name, words, why) in BANNED {
        for file in rust_files(&root().join("crates").join(name).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            for word in words {
                let found = text.lines().position(|line| names(line, word));
                let line = found.unwrap_or_default() + 1;
                assert!(found.is_none(), "{}:{line}: `{word}`: {why}", file.display());
            }
        }
    }
}

#[test]
fn one_file_names_sled() {
    let named = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        text.lines().any(|line| line.contains("sled::"))
    };
    let all = rust_files(&root().join("crates"));
    let naming: Vec<PathBuf> = all.into_iter().filter(named).collect();
    assert_eq!(naming, [root().join("crates/ledger/src/index.rs")]);
}

#[test]
fn no_package_puts_json_out_of_order() {
    // Canonical JSON and every digest of it rest on maps that sort their names.
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let uses_order =
        |block: &str| block.contains("name = \"serde_json\"") && block.contains("\"indexmap\"");
    assert!(!lock.split("\n\n").any(uses_order), "serde_json's preserve_order is on");
}

/// Whether a line of code, comments included, has the word as a word of its own.
fn names(line: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        !is_part(line[..at].chars().next_back()) && !is_part(line[at + word.len()..].chars().next())
    })
}

/// The functions with a body in a formatted file: the line that each begins in, and its length.
fn functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let before_name = code.split("fn ").next().unwrap_or_default();
        let words = ["pub", "pub(crate)", "pub(super)", "const", "unsafe", "async", ""];
        let is_function =
            code.contains("fn ") && before_name.split(' ').all(|word| words.contains(&word));
        let indent = " ".repeat(line.len() - code.len());
        let (end, declared) = (format!("{indent}}}"), format!("{indent}fn"));
        if !is_function || line.ends_with(';') || line.ends_with('}') {
            continue;
        }
        // A declaration over several lines ends before the next one begins.
        let rest = &lines[start + 1..];
        let length = rest.iter().take_while(|line| **line != end && !line.starts_with(&declared));
        found.push((start + 1, length.count() + 2));
    }
    found
}

/// The names under `[dependencies]`.
fn dependencies(name: &str) -> BTreeSet<String> {
    let manifest = root().join("crates").join(name).join("Cargo.toml");
    let text = fs::read_to_string(manifest).unwrap();
    let section = text.split("[dependencies]").nth(1).unwrap();
    let section = section.split("\n[").next().unwrap();
    let lines = section.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split(['.', ' ', '=']).next().unwrap().to_owned()).collect()
}

fn crates() -> impl Iterator<Item = String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap())
}

fn sources() -> Vec<PathBuf> {
    let mut files = rust_files(&root().join("crates"));
    files.extend(rust_files(&root().join("tests")));
    files
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
