//! Every example in the README and the guides is run as it stands, in the ledger of the demo.
//!
//! In a ```` ```console ```` block a line `$ …` is a command; what follows is what it prints, with
//! `[..]` for part of a line and `...` for any lines; `? N` right after it is its exit code.

#![allow(clippy::unwrap_used, reason = "a test that cannot look has failed")]

use assessment::{Correction, Rule};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands before the rules in docs/rules.md.
const RULES: &str = "\
# Rules

Every rule that can refuse a decision, with the code of its refusal, which never changes; and what
makes something public. This page is written by a test from the rules themselves: `UPDATE_DOCS=1
cargo test -p piperoll --test docs` takes over a change.

Rules refuse *decisions*. What arrived is recorded and marked, even if it is late or unsupported: it
just cannot be relied on. A refusal records nothing, and `piperoll` ends with exit code 1. What the
rules leave open, and how it was read, stands in
[decision 9](decisions/0009-readings-of-the-workflow.md), and for what comes after a publication in
[decision 10](decisions/0010-after-a-publication.md).
";

/// What stands before the list of what makes something public.
const PUBLIC: &str = "
## What makes something public

The records of these kinds are the only input of what the public is answered; nothing else is
looked at ([decision 7](decisions/0007-what-is-public-is-folded-apart.md)). No position, hash, count
or time of recording goes with it.

| kind of record | what of it is public |
|---|---|
";

/// What stands before the list of what corrects an erroneous record.
const CORRECTIONS: &str = "
## What corrects an erroneous record

Nothing is ever removed. A record that `strike-out` makes void stays where it is and counts as if
it had never been ([decision 11](decisions/0011-striking-out.md)); one that later records rest on is
not struck out before them.

| kind of record | what corrects it |
|---|---|
";

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

#[test]
fn the_rules_are_explained_as_they_are() {
    let mut text = RULES.to_owned();
    text.push_str(PUBLIC);
    for (kind, what) in projections::MAKES_PUBLIC {
        text.push_str(&format!("| `{kind}` | {what} |\n"));
    }
    text.push_str(CORRECTIONS);
    for (kind, correction) in assessment::CORRECTIONS {
        let correction = match correction {
            Correction::StrikeOut => "`strike-out`",
            Correction::Other(instead) => instead,
        };
        text.push_str(&format!("| `{kind}` | {correction} |\n"));
    }
    text.push_str("\n## Refusals\n");
    for rule in assessment::Rejection::rules() {
        let Rule { code, when, sentence, hint } = rule;
        let (when, hint) = (when.trim(), hint.trim());
        text.push_str(&format!("\n### {code}\n\n{when}\n\n- says: {sentence}\n- hint: {hint}\n"));
    }
    let file = root().join("docs/rules.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let differing = known.lines().zip(text.lines()).find(|(known, said)| known != said);
    assert!(known == text, "docs/rules.md is not what the rules say, first at {differing:?}");
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
