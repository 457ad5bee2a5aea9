//! The recipe that every bundle brings along, run as it is written.

use super::{MADE, drop_record, files, holds, sum, write};
use crate::site::{Ran, Site};
use journal::note::Algorithm;
use journal::{Hash, SigningKey};
use ledger::bundle::Files;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Guards that the bundle can be checked by us alone: the recipe is run as it is written.
#[test]
fn the_recipe_shows_what_it_says_with_the_tools_of_debian() {
    if !tools() {
        return;
    }
    for (bundle, rating, report) in [
        ("york", "39 %, requires_improvement", "7. it was published before this ledger"),
        ("northbrook", "75 %, good", "7. the report is the one of the record"),
    ] {
        let site = Site::new();
        write(&site.path("bundle"), &files(&MADE.path(bundle)));
        let ran = recipe(&site.path("bundle"));
        assert_eq!(ran.code, 0, "{bundle}: {ran:?}");
        for said in ["1. ", "2. ", "3. ", "4. ", "5. ", "6. ", rating, report] {
            assert!(ran.out.contains(said), "{bundle}: {said}: {ran:?}");
        }
    }
}

/// A recipe that goes through whatever stands there would be worse than none.
#[test]
fn the_recipe_fails_where_a_record_was_changed() {
    if !tools() {
        return;
    }
    let good = files(&MADE.path("york"));
    let name = good.keys().rfind(|name| name.starts_with("records/")).unwrap();
    let line = String::from_utf8(good[name].clone()).unwrap();
    assert!(line.contains("\"score\":1,\"statement\":\"safeguarding\""), "{line}");
    let changed = line.replace(
        "\"score\":1,\"statement\":\"safeguarding\"",
        "\"score\":2,\"statement\":\"safeguarding\"",
    );
    let record = &changed[84..changed.len() - 1];
    let hashed = changed.replace(&line[9..73], &Hash::of(record.as_bytes()).to_string());
    for (line, last) in [(line, "7."), (changed, "1."), (hashed, "2.")] {
        let site = Site::new();
        let mut files = good.clone();
        files.insert(name.clone(), line.into_bytes());
        sum(&mut files);
        write(&site.path("bundle"), &files);
        let ran = recipe(&site.path("bundle"));
        assert_eq!(ran.code == 0, last == "7.", "{ran:?}");
        assert_eq!(last_step(&ran), last, "{ran:?}");
    }
}

/// What `bundle verify` refuses must not go through by hand, whoever made the sums.
#[test]
fn the_recipe_fails_where_something_was_left_out_or_replaced() {
    if !tools() {
        return;
    }
    // The small one, where it has what is to be left out.
    let (good, scored) = (files(&MADE.path("york")), files(&MADE.path("northbrook")));
    let log = String::from_utf8(good["log.vkey"].clone()).unwrap();
    let witness = SigningKey::new("example.net/w", Algorithm::Cosignature, &[7; 32]).unwrap();
    let policy = format!("log {log}witness w {}\nquorum ", witness.public());
    let without = |files: &Files, kind: &str| {
        let mut files = files.clone();
        drop_record(&mut files, kind);
        files
    };
    let with = |name: &str, text: &str| {
        let mut files = good.clone();
        files.insert(name.to_owned(), text.as_bytes().to_vec());
        sum(&mut files);
        files
    };
    for (last, files) in [
        ("4.", without(&scored, "panel_convened")),
        ("4.", without(&scored, "evidence_submitted")),
        ("4.", without(&good, "organisation_registered")),
        ("4.", without(&good, "framework_adopted")),
        ("7.", with("policy", &format!("{policy}none\n"))),
        ("3.", with("policy", &format!("{policy}w\n"))),
        ("3.", with("policy", &format!("{policy}none\nquorum none\n"))),
        ("3.", with("policy", &format!("log {log}"))),
        ("3.", with("policy", "log example.net/x+00000000+AA==\nquorum none\n")),
        ("", with("rating.jq", "{ same: true, derived: { scores: [] } }")),
        ("", with("streams.jq", "{ whole: true }")),
    ] {
        assert_eq!(holds(&files), last == "7.");
        let site = Site::new();
        write(&site.path("bundle"), &files);
        let ran = recipe(&site.path("bundle"));
        assert_eq!(last_step(&ran), last, "{ran:?}");
        assert_eq!(ran.code == 0, last == "7.", "{ran:?}");
    }
}

/// Runs the blocks of a recipe in one shell, as it says.
pub fn recipe(dir: &Path) -> Ran {
    let text = fs::read_to_string(dir.join("RECIPE.md")).unwrap();
    let mut script = String::new();
    let mut is_block = false;
    for line in text.lines() {
        match line {
            "```bash" => is_block = true,
            "```" => is_block = false,
            line if is_block => script.extend([line, "\n"]),
            _ => {}
        }
    }
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script]).current_dir(dir).env("LC_ALL", "C.UTF-8");
    let output = bash.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The last step that went through.
fn last_step(ran: &Ran) -> &str {
    let steps = ran.out.lines().filter(|line| line.as_bytes().get(1) == Some(&b'.'));
    steps.map(|line| &line[..2]).next_back().unwrap_or_default()
}

/// Whether the recipe's tools are here; where not, says which.
pub fn tools() -> bool {
    let is_there = |tool: &&str| {
        let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output();
        found.is_ok_and(|output| output.status.success())
    };
    let all = ["bash", "basenc", "b3sum", "jq", "openssl", "sha256sum"];
    let missing: Vec<_> = all.iter().filter(|tool| !is_there(tool)).collect();
    if !missing.is_empty() {
        println!("the recipe was not run: there is no {missing:?}");
    }
    missing.is_empty()
}
