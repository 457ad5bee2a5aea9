//! Content beside the journal: sealed, opened, erased, released, and checked by everybody.
//!
//! Guards against the fear that what people said in confidence can be read, guessed or dug out of a
//! copy of the ledger, that erasing it breaks a proof, or that a text is lost or exchanged and
//! nobody notices.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

#[path = "../common/mod.rs"]
mod common;
mod erasure;
mod lines;
mod site;

use crate::site::*;
use common::{code, copy_of};
use ledger::{At, ContentError, Ledger, Options, verify};
use serde_json::json;
use std::fs;

#[test]
fn no_text_stands_in_any_byte_of_the_ledger_but_what_was_released() {
    let mut site = Site::new();
    site.publish();
    drop(site.ledger);
    for (name, bytes) in all_bytes(&site.dir.path().join("ledger")) {
        let released = name.starts_with("publications/");
        assert_eq!(holds(&bytes, MARK), released, "{name}");
    }
}

#[test]
fn what_was_published_is_the_draft_that_was_recorded() {
    let mut site = Site::new();
    site.publish();
    let verdict = site.verify();
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.contents.opened, verdict.contents.released), (29, 1));
    assert_eq!(verdict.contents.contents, 29, "evidence, 9 reasons, an adjustment, 18 passages");

    // Whoever releases another text than the draft is found out.
    let released = site.ledger_dir().join("publications");
    let file = fs::read_dir(&released).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("summary", "Summary", 1)).unwrap();
    let [(check, why)] = site.findings().try_into().unwrap();
    assert!(check == "publication" && why.contains("is damaged"), "{why}");
    fs::remove_file(&file).unwrap();
    let [(check, why)] = site.findings().try_into().unwrap();
    assert!(check == "publication" && why.contains("is missing"), "{why}");
}

/// Financial facts stand in the clear in a released report, where a figure is quickly changed.
#[test]
fn a_figure_that_is_changed_after_its_release_is_found() {
    let mut site = Site::new();
    let facts = json!({
        "facts": { "care_spend_pence": 18_100_000_000_u64 }, "organisation": code(1),
        "year": "2024-25",
    });
    site.done("record_finance", facts);
    site.publish();
    assert_eq!(site.findings(), []);
    let released = site.ledger_dir().join("publications");
    let file = fs::read_dir(&released).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&file).unwrap();
    let finance = r#""finance":[{"facts":{"care_spend_pence":18100000000},"year":"2024-25"}],"#;
    assert!(text.contains(finance), "{text}");
    fs::write(&file, text.replacen("18100000000", "18100000001", 1)).unwrap();
    let [(check, why)] = site.findings().try_into().unwrap();
    assert!(check == "publication" && why.contains("is damaged"), "{why}");
}

#[test]
fn a_copy_without_keys_opens_nothing_and_checks_every_sealed_byte() {
    let mut site = Site::new();
    site.publish();
    let copy = copy_of(&all_bytes(&site.ledger_dir()));
    for config in [None, Some(site.dir.path().join("elsewhere"))] {
        let options = Options { config: config.as_deref(), ..Options::default() };
        let verdict = verify(copy.path(), &options, &mut |_| {}).unwrap();
        assert_eq!(verdict.findings, []);
        assert_eq!((verdict.contents.opened, verdict.contents.without_keys), (0, 29));
    }
    let ledger = Ledger::open(copy.path()).unwrap();
    let opened = ledger.contents().open(&site.contents()[0]);
    assert!(matches!(opened, Err(ContentError::NoKeys)));

    let vault = copy.path().join("vault");
    for entry in fs::read_dir(&vault).unwrap() {
        let path = entry.unwrap().path();
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        for wrong in [changed, whole[..whole.len() - 1].to_vec()] {
            fs::write(&path, wrong).unwrap();
            let verdict = verify(copy.path(), &Options::default(), &mut |_| {}).unwrap();
            assert_eq!(verdict.findings.len(), 1, "{}", path.display());
            assert_eq!(verdict.findings[0].check, "content");
        }
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn a_text_that_is_none_is_kept_as_bytes() {
    let mut site = Site::new();
    let file = site.dir.path().join("notes.txt");
    fs::write(&file, b"caf\xe9").unwrap();
    let evidence = site.evidence("", json!({ "content": { "file": file } }));
    site.done("submit_evidence", evidence);
    let content = site.contents().remove(0);
    assert_eq!(content.media_type.as_str(), "application/octet-stream");
    assert_eq!(site.ledger.contents().open(&content).unwrap().clear, b"caf\xe9");
}

#[test]
fn contents_that_no_record_names_do_no_harm_and_are_counted() {
    let mut site = Site::new();
    let evidence = site.evidence(MARK, json!({}));
    site.done("submit_evidence", evidence);
    let stray = b"left by a crash before its record";
    let name = vault::Digest::of(stray).to_string();
    fs::write(site.ledger_dir().join("vault").join(name), stray).unwrap();
    let verdict = site.verify();
    assert_eq!((verdict.findings, verdict.contents.unnamed.len()), (vec![], 1));
}

#[test]
fn work_in_progress_reads_the_same_from_the_index_and_from_the_journal() {
    let mut site = Site::new();
    site.publish();
    let id = format!("{}-2026-a", code(1)).parse().unwrap();
    let wanted = |state: &assessment::State| state.behind(id);
    let by_index = site.ledger.state(At::default(), &wanted).unwrap();
    let effective = Some("2026-05-17".parse().unwrap());
    let by_journal = site.ledger.state(At { effective, ..At::default() }, &wanted).unwrap();
    assert_eq!(by_index, by_journal);
    assert!(by_index.assessments.contains_key(&id));
}
