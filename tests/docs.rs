//! Every example in the README and the guides is run as it stands, in the ledger of the demo.
//!
//! In a ```` ```console ```` block a line `$ …` is a command; what follows is what it prints, with
//! `[..]` for part of a line and `...` for any lines; `? N` right after it is its exit code.

#![allow(clippy::unwrap_used, reason = "a test that cannot look has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Example {
    command: String,
    exit_code: i32,
    output: String,
}

#[test]
fn examples_in_the_docs_do_what_they_say() {
    let mut documents = vec![root().join("README.md")];
    let guides = fs::read_dir(root().join("docs/guides")).unwrap();
    documents.extend(guides.map(|entry| entry.unwrap().path()));
    for document in documents {
        let dir = tempfile::tempdir().unwrap();
        let ran = shell(dir.path(), "piperoll demo demo && cp demo/published.csv .");
        assert!(ran.status.success(), "the demo fails");
        for example in examples(&fs::read_to_string(&document).unwrap()) {
            check(&document, dir.path(), &example);
        }
    }
}

fn check(document: &Path, dir: &Path, example: &Example) {
    let Example { command, exit_code, output } = example;
    let missing = ["jq", "b3sum"].into_iter().find(|tool| {
        command.contains(tool) && !shell(dir, &format!("command -v {tool}")).status.success()
    });
    if let Some(tool) = missing {
        println!("{}: not run, as {tool} is not installed: {command}", document.display());
        return;
    }
    let ran = shell(dir, &format!("({command}) 2>&1"));
    let printed = String::from_utf8(ran.stdout).unwrap();
    // The explanation of a table's columns goes to the standard error, and is not repeated.
    let legend = "up, down: per cent to the next rating (and marks on statements)\n";
    let printed = printed.replace(legend, "");
    assert_eq!(ran.status.code(), Some(*exit_code), "{}: {command}", document.display());
    println!("{}: {command}", document.display());
    snapbox::assert_data_eq!(printed.trim_end(), output.trim_end().to_owned());
}

fn shell(dir: &Path, script: &str) -> std::process::Output {
    let program = Path::new(env!("CARGO_BIN_EXE_piperoll"));
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).current_dir(dir);
    command.env("PATH", format!("{}:{path}", program.parent().unwrap().display()));
    command.env("PIPEROLL_LEDGER", "demo/ledger").env("PIPEROLL_CONFIG", "demo/config");
    command.env("PIPEROLL_ACTOR", "p-000").output().unwrap()
}

fn examples(text: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut is_console = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        } else if let (true, Some(command)) = (is_console, line.strip_prefix("$ ")) {
            let command = command.to_owned();
            found.push(Example { command, exit_code: 0, output: String::new() });
        } else if let (true, Some(example)) = (is_console, found.last_mut()) {
            match line.strip_prefix("? ") {
                Some(code) => example.exit_code = code.parse().unwrap(),
                None => example.output.extend([line, "\n"]),
            }
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
