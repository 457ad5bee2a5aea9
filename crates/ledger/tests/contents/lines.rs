//! Lines with texts: recorded once, and nothing is stored of what is not recorded.

use crate::common::code;
use crate::site::*;
use ledger::{Ledger, Mode, Outcome};
use serde_json::{Value, json};
use std::fs;

#[test]
fn what_is_tried_or_refused_stores_nothing() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    let before = (all_bytes(&site.config()), all_bytes(&site.ledger_dir().join("vault")));
    let tried = site.parse(&json!({ "kind": "submit_evidence", "data": evidence }));
    let outcome = site.submit(tried, Mode::DryRun).unwrap();
    assert!(matches!(outcome, Outcome::Recorded { .. }));
    let refused = site.evidence(MARK, json!({ "category": "hearsay" }));
    assert!(matches!(site.outcome("submit_evidence", refused), Outcome::Refused(_)));
    let after = (all_bytes(&site.config()), all_bytes(&site.ledger_dir().join("vault")));
    assert_eq!(before, after);
}

#[test]
fn the_same_line_is_recorded_once_and_another_text_is_another_line() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence.clone());
    let vault = all_bytes(&site.ledger_dir().join("vault")).len();
    assert!(matches!(
        site.outcome("submit_evidence", evidence.clone()),
        Outcome::AlreadyThere { position: Some(_) }
    ));
    assert_eq!(all_bytes(&site.ledger_dir().join("vault")).len(), vault);
    let other = site.evidence(&format!("{MARK}!"), json!({}));
    site.done("submit_evidence", other.clone());
    // Under one key, another text is another command.
    let line = |data: &Value| json!({ "command": "k1", "data": data, "kind": "submit_evidence" });
    let (first, second) = (line(&evidence), line(&other));
    for (line, recorded) in [(&first, true), (&first, false)] {
        let submission = site.parse(line);
        let outcome = site.submit(submission, Mode::Record).unwrap();
        assert_eq!(matches!(outcome, Outcome::Recorded { .. }), recorded, "{outcome:?}");
    }
    let submission = site.parse(&second);
    let outcome = site.submit(submission, Mode::Record).unwrap();
    assert!(matches!(outcome, Outcome::KeyReused { .. }), "{outcome:?}");
}

#[test]
fn a_reference_to_what_nobody_brings_is_not_recorded() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    let known = serde_json::to_value(&site.contents()[0]).unwrap();
    let mut unknown = known.clone();
    unknown["sealed"] = json!("0".repeat(64));
    // Neither content that is not there, nor content of another record: erasing the one would
    // erase the other.
    for content in [known, unknown] {
        let evidence = site.evidence("", json!({ "content": content, "method": "survey" }));
        let outcome = site.outcome("submit_evidence", evidence);
        assert!(matches!(outcome, Outcome::ContentMissing { .. }), "{outcome:?}");
    }
    assert_eq!(site.findings(), []);
}

#[test]
fn the_same_line_twice_in_one_file_is_recorded_once() {
    let mut site = Site::new();
    for key in [None, Some("k1")] {
        let mut line = json!({ "data": site.evidence(MARK, json!({})), "kind": "submit_evidence" });
        if let Some(key) = key {
            line["command"] = json!(key);
        }
        let lines = [site.parse(&line), site.parse(&line)];
        let outcomes = site.submit_all(&lines, Mode::Record).unwrap();
        assert!(matches!(outcomes[0], Outcome::Recorded { .. }), "{outcomes:?}");
        assert!(matches!(outcomes[1], Outcome::AlreadyThere { .. }), "{outcomes:?}");
    }
}

/// What a crash after the contents and before the record leaves, and the import that follows.
#[test]
fn a_line_whose_contents_were_stored_and_whose_record_was_not_is_recorded_once() {
    let mut site = Site::new();
    let line = json!({ "data": site.evidence(MARK, json!({})), "kind": "submit_evidence" });
    let submission = site.parse(&line);
    let before = all_bytes(&site.ledger_dir().join("journal"));
    assert!(matches!(site.submit(submission, Mode::Record), Ok(Outcome::Recorded { .. })));
    // The record goes, the contents stay.
    for (name, bytes) in &before {
        fs::write(site.ledger_dir().join("journal").join(name), bytes).unwrap();
    }
    fs::remove_file(site.ledger_dir().join("head")).unwrap();
    for derived in ["index", "tree"] {
        fs::remove_dir_all(site.ledger_dir().join(derived)).unwrap();
    }
    site.ledger = Ledger::open(&site.ledger_dir()).unwrap();
    site.ledger.keep_keys_in(&site.dir.path().join("config")).unwrap();
    for recorded in [true, false] {
        let submission = site.parse(&line);
        let outcome = site.submit(submission, Mode::Record).unwrap();
        assert_eq!(matches!(outcome, Outcome::Recorded { .. }), recorded, "{outcome:?}");
    }
    let verdict = site.verify();
    assert_eq!((verdict.findings, verdict.contents.unnamed.len()), (vec![], 0));
}

#[test]
fn one_line_that_cannot_be_done_here_stops_no_other() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    site.ledger.keep_keys_in(&site.dir.path().join("elsewhere")).unwrap();
    let body = |number| {
        json!({
            "code": code(number), "fictional": true, "kind": "local_authority", "name": "Body",
        })
    };
    let lines = [
        json!({ "data": body(2), "kind": "register_organisation" }),
        json!({ "data": erasure(), "kind": "erase_evidence" }),
        json!({ "data": body(3), "kind": "register_organisation" }),
    ]
    .map(|line| site.parse(&line));
    let outcomes = site.submit_all(&lines, Mode::Record).unwrap();
    let recorded = outcomes.iter().map(|it| matches!(it, Outcome::Recorded { .. }));
    assert_eq!(recorded.collect::<Vec<_>>(), [true, false, true]);
}
