//! Guards the exit codes, and that every error says what is wrong, where, and what to do.

use std::process::{Command, Stdio};

use crate::site::{PROGRAM, Site, check};

#[test]
fn what_is_no_ledger_cannot_be_looked_at() {
    let site = Site::new();
    site.write("text.txt", "no ledger");
    let text = site.transcript(&[
        "status",
        "ratings",
        "verify",
        "rebuild",
        "log",
        "--ledger text.txt status",
        "score review York --statement safeguarding --score 3 --reason ongoing_review",
        "import text.txt",
        "init --origin example.org/ledger --ledger .",
        "init --origin example.org/ledger",
        "init --origin example.org/ledger",
    ]);
    check("exits_no_ledger", &text);
}

#[test]
fn an_origin_is_one_that_a_transparency_log_can_have() {
    let site = Site::new();
    let text = site.transcript(&[
        "init",
        "init --origin ''",
        "init --origin 'two words'",
        "init --origin example.org/a+b",
        "init --origin https://example.org/ledger",
    ]);
    check("exits_origin", &text);
    assert!(!site.path("ledger").exists(), "a refused origin begins nothing");
}

#[test]
fn nobody_writes_without_a_name() {
    let site = Site::with_exampleshire();
    let review = "score review Exampleshire --statement safeguarding --score 3 \
                  --reason ongoing_review";
    let records = site.lines().len();
    for actor in ["Jane", "p-", "P-017", "p-0 17", ""] {
        let ran = site.run(&format!("{review} --actor '{actor}'"));
        assert_eq!(ran.code, 2, "{actor}: {ran:?}");
    }
    let mut anonymous = assert_cmd::Command::new(PROGRAM);
    anonymous.env_clear().current_dir(site.path("")).args(review.split_whitespace());
    anonymous.assert().code(2);
    assert_eq!(site.lines().len(), records, "nothing was recorded");
    let text = site.transcript(&[&format!("{review} --actor Jane"), "frobnicate"]);
    check("exits_usage", &text);
}

#[test]
fn what_is_not_understood_is_usage() {
    let site = Site::with_exampleshire();
    let text = site.transcript(&[
        "ratings --as-of yesterday",
        "ratings --as-of 2026-13-01",
        "ratings --effective soon",
        "ratings --kind parish",
        "ratings --format xml",
        "score review Exampleshire --statement safeguarding --score 5 --reason ongoing_review",
        "score review Exampleshire --statement safeguarding --score 3 --reason because",
        "import rows.csv",
        "import rows.csv --kind score_reviewed",
        "import row.csv --kind review_score",
        "organisation import row.csv",
    ]);
    check("exits_not_understood", &text);
}

#[test]
fn an_unknown_or_ambiguous_name_is_refused_with_what_it_could_be() {
    let site = Site::with_exampleshire();
    site.register("X99000002", "Examplesea", "local_authority");
    let text = site.transcript(&[
        "scores Nowhere",
        "scores example",
        "scores X9900000",
        "scores ''",
        "scores --statement weather",
        "scores --framework la-1999",
        "scores --assessment X99000001-1999-a",
        "framework show la-1999",
        "framework adopt la-1999",
        "assessment show X99000001-1999-a",
        "publication show X99000001-1999-a-p1",
        "assessment open Exampleshire --framework la-1999 --kind baseline --date 2026-01-01",
        "score review Exampleshire --statement weather --score 3 --reason ongoing_review",
        "score review Exampleshire --statement 'The weather' --score 3 --reason ongoing_review",
        "show 99",
        "log --from 99",
        "log --from 99 --format json",
        "ratings --as-of 99",
        "ratings --as-of 2020-01-01",
        "ratings --as-of 2020-01-01T12:00:00Z",
    ]);
    check("exits_unknown", &text);
}

#[test]
fn a_version_that_is_no_longer_the_one_expected_is_a_conflict() {
    let site = Site::with_exampleshire();
    let review = "score review Exampleshire --statement safeguarding --score 3 \
                  --date 2026-01-05 --reason ongoing_review --expect-version";
    let text = site.transcript(&[
        &format!("{review} 7"),
        &format!("{review} 1"),
        &format!("{review} 1"),
        "organisation amend Exampleshire --region North --reason completed --expect-version 0",
    ]);
    check("exits_conflict", &text);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let site = Site::with_all_published();
    for line in ["log", "log --format jsonl", "ratings", "scores --format csv", "verify", "man -h"]
    {
        for both in [false, true] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = Command::new(PROGRAM);
            command.env_clear().current_dir(site.path("")).args(line.split_whitespace());
            // As after `2>&1 | head`, where messages have nowhere to go either.
            let said = if both { writer.try_clone().unwrap().into() } else { Stdio::piped() };
            let output = command.stdout(writer).stderr(said).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(0), "{line}, {both}: {said}");
            assert!(!said.contains("error"), "{line}: {said}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_from_one_that_is_refused() {
    let site = Site::begun();
    site.write("latin.jsonl", b"\xff\xfe\n");
    site.write("latin.csv", b"gss_code,name\nX99000009,\xff\xfe\n");
    let text = site.transcript(&[
        "import nothing.jsonl",
        "import latin.jsonl",
        "organisation import nothing.csv",
        "organisation import latin.csv",
        "publication import ledger",
        "framework check nothing.json",
    ]);
    check("exits_unreadable", &text);
}

#[test]
fn words_on_the_command_line_outrank_the_environment() {
    let site = Site::begun();
    let mut elsewhere = assert_cmd::Command::new(PROGRAM);
    elsewhere.env_clear().env("PIPEROLL_LEDGER", site.path("ledger")).current_dir("/");
    elsewhere.arg("status").assert().code(0);
    elsewhere.args(["--ledger", "/nowhere"]).assert().code(5);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask_for_it() {
    let site = Site::new();
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = assert_cmd::Command::new(PROGRAM);
        command.env_clear().envs(variables.iter().copied()).current_dir(site.path(""));
        command.arg("status").output().unwrap().stderr.contains(&b'\x1b')
    };
    assert!(!coloured(&[]), "a pipe is no terminal");
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}
