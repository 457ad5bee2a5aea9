//! Reports on all bodies together, as they are released.
//!
//! Guards against the fear that such a report counts something else than what was published by
//! then, shows the rating of a single body, or can be exchanged unnoticed.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use common::*;
use ledger::{At, Audience, Ledger, Submission};
use serde_json::json;
use std::fs;
use tempfile::TempDir;

/// A publication of a body that is not invented: of such alone is counted.
fn published(code: &str) -> Submission {
    let data = json!({
        "framework": "la-2023", "month": "2024-05", "name": format!("Body {code}"),
        "organisation": code, "programme": "formal", "rating": "good",
        "scores": [3, 3, 3, 3, 3, 3, 3, 3, 3],
    });
    submission("import_publication", &data)
}

fn report(title: &str) -> Submission {
    let data = json!({ "kind": "local_authority", "title": title });
    submission("publish_national_report", &data)
}

fn bodies(ledger: &mut Ledger, id: &str) -> Vec<u64> {
    let public = At { audience: Audience::Public, ..At::default() };
    let (_, released) = ledger.national_report(public, id.parse().unwrap()).unwrap().unwrap();
    released.rows.iter().map(|row| row.bodies).collect()
}

#[test]
fn what_comes_before_it_in_a_batch_is_counted_and_what_comes_after_is_not() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    let batch = [
        published("E06000001"),
        published("E06000002"),
        report("Two"),
        published("E06000003"),
        report("Three"),
    ];
    record(&mut ledger, &batch, &minute(1));
    // The whole and nine statements.
    assert_eq!(bodies(&mut ledger, "2026-a"), [2; 10]);
    assert_eq!(bodies(&mut ledger, "2026-b"), [3; 10]);
    assert_sound(dir.path());
}

#[test]
fn a_row_of_one_body_would_be_its_rating() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    record(&mut ledger, &[published("E06000001"), report("One")], &minute(1));
    assert_eq!(bodies(&mut ledger, "2026-a"), [0; 0]);
}

#[test]
fn a_released_report_that_was_exchanged_is_found() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    let batch = [published("E06000001"), published("E06000002"), report("Two")];
    record(&mut ledger, &batch, &minute(1));
    drop(ledger);
    let released: Vec<_> = fs::read_dir(dir.path().join("publications")).unwrap().collect();
    let [file] = released.as_slice() else { panic!("one report was released") };
    let path = file.as_ref().unwrap().path();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"good\":2", "\"good\":1")).unwrap();
    let verdict = ledger::verify(dir.path(), &ledger::Options::default(), &mut |_| {}).unwrap();
    let checks: Vec<_> = verdict.findings.iter().map(|finding| finding.check).collect();
    assert_eq!(checks, ["publication"]);
    fs::remove_file(&path).unwrap();
    let verdict = ledger::verify(dir.path(), &ledger::Options::default(), &mut |_| {}).unwrap();
    assert_eq!(verdict.findings.len(), 1);
    assert!(verdict.findings[0].why.ends_with("is missing"));
}
