//! Erasing: the key goes, every hash stays good, and what a crash cut short is finished.

use crate::common::code;
use crate::site::*;
use ledger::{ContentError, Mode, Outcome};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;

#[test]
fn what_is_missing_without_an_erasure_is_a_finding() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    let sealed = site.contents()[0].sealed.to_string();

    let key = key_of(&site, &sealed);
    let kept = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let [(check, why)] = site.findings().try_into().unwrap();
    assert!(check == "content_key" && why.contains("no record erases it"), "{why}");
    fs::write(&key, &kept[1..]).unwrap();
    let [(check, why)] = site.findings().try_into().unwrap();
    assert!(check == "content_key" && why.contains("damaged"), "{why}");
    fs::write(&key, kept).unwrap();
    assert_eq!(site.findings(), []);

    fs::remove_file(site.ledger_dir().join("vault").join(sealed)).unwrap();
    let [(check, why)] = site.findings().try_into().unwrap();
    assert!(check == "content" && why.contains("is missing"), "{why}");
}

#[test]
fn erasing_destroys_the_key_and_breaks_nothing() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    let content = site.contents().remove(0);
    assert_eq!(site.ledger.contents().open(&content).unwrap().clear, MARK.as_bytes());

    let erase = json!({
        "authority": "p-900", "erased_on": "2026-05-16", "evidence": format!("{}-e1", code(1)),
        "legal_basis": "erasure_request",
    });
    site.done("erase_evidence", erase.clone());
    let opened = site.ledger.contents().open(&content);
    assert!(matches!(opened, Err(ContentError::KeyMissing { .. })));
    let verdict = site.verify();
    assert_eq!(verdict.findings, []);
    let last = site.events().len() as u64 - 1;
    assert_eq!(verdict.contents.erased, [(format!("{}-e1", code(1)).parse().unwrap(), last)]);
    // What told which line of an import it had been is gone as well: it was a hash of the text.
    let keys = all_bytes(&site.config());
    assert_eq!(keys, BTreeMap::new());
    // Whoever erases may remove the sealed bytes too.
    fs::remove_file(site.ledger_dir().join("vault").join(content.sealed.to_string())).unwrap();
    assert_eq!(site.findings(), []);
    assert!(matches!(site.outcome("erase_evidence", erase), Outcome::AlreadyThere { .. }));
}

#[test]
fn an_erasure_that_a_crash_cut_short_is_found_and_finished() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    let sealed = site.contents()[0].sealed.to_string();
    let key = key_of(&site, &sealed);
    let kept = fs::read(&key).unwrap();
    let mut erase = json!({
        "authority": "p-900", "erased_on": "2026-05-16", "evidence": format!("{}-e1", code(1)),
        "legal_basis": "erasure_request",
    });
    site.done("erase_evidence", erase.clone());
    fs::write(&key, kept).unwrap();
    let [(check, why)] = site.findings().try_into().unwrap();
    assert!(check == "erasure" && why.contains("its key is still here"), "{why}");
    erase["erased_on"] = json!("2026-05-17");
    assert!(matches!(site.outcome("erase_evidence", erase), Outcome::AlreadyThere { .. }));
    assert!(!key.exists());
    assert_eq!(site.findings(), []);
}

#[test]
fn nothing_is_erased_where_the_key_is_not() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    site.ledger.keep_keys_in(&site.dir.path().join("elsewhere")).unwrap();
    let before = site.events().len();
    let erase = site.parse(&json!({ "kind": "erase_evidence", "data": {
        "authority": "p-900", "erased_on": "2026-05-16", "evidence": format!("{}-e1", code(1)),
        "legal_basis": "erasure_request",
    }}));
    let refused = site.submit(erase, Mode::Record).unwrap();
    assert!(matches!(refused, Outcome::NotHere { .. }), "{refused:?}");
    assert_eq!(site.events().len(), before);
}

#[test]
fn an_erasure_that_was_cut_short_between_zeros_and_removal_is_finished_too() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    let key = key_of(&site, &site.contents()[0].sealed.to_string());
    let length = fs::read(&key).unwrap().len();
    site.done("erase_evidence", erasure());
    fs::write(&key, vec![0; length]).unwrap();
    assert_eq!(site.findings()[0].0, "erasure");
    assert!(matches!(site.outcome("erase_evidence", erasure()), Outcome::AlreadyThere { .. }));
    assert_eq!(site.findings(), []);
}
