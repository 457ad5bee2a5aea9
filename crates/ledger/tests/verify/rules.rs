//! What was recorded against the rules, with every hash right.

use crate::common::{append_from_the_future, code, copy_of, files};
use crate::forge::{forge, records, rewrite};
use crate::site::Site;
use crate::{history, told, verify, verify_only};
use ledger::{Check, Ledger, Word};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The ledger of [`history`] without its index, made once.
fn forged(change: impl FnMut(&mut Value)) -> TempDir {
    let copy = honest();
    forge(copy.path(), change);
    copy
}

fn honest() -> TempDir {
    static FILES: OnceLock<std::collections::BTreeMap<String, Vec<u8>>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let site = history();
        let dir = site.ledger_dir();
        drop(site.ledger);
        let mut files = files(&dir);
        files.retain(|name, _| !name.starts_with("index/"));
        files
    });
    copy_of(files)
}

/// Changes the n-th record of a kind.
fn nth(kind: &'static str, n: usize, change: impl Fn(&mut Value)) -> impl FnMut(&mut Value) {
    let mut seen = 0;
    move |record| {
        if record["kind"] == kind {
            if seen == n {
                change(&mut record["data"]);
            }
            seen += 1;
        }
    }
}

#[test]
fn an_honest_ledger_is_what_the_rules_give() {
    let dir = honest();
    let verdict = verify(dir.path());
    assert_eq!(verdict.findings, []);
    assert_eq!(verdict.word(), Word::NotAnchored, "nothing outside vouches for it yet");
    let (publications, decisions) = (verdict.publications, verdict.decisions);
    assert_eq!((publications.recorded, publications.rederived), (5, 5));
    assert_eq!(decisions.rederived, decisions.recorded);
    let commands = records(dir.path()).iter().filter(|it| it["part"] == 1).count() as u64;
    // All but the opening.
    assert_eq!(publications.recorded + decisions.recorded, commands - 1);
}

/// The forger must be good at it, or the tests below would find bad hashes and nothing else.
#[test]
fn a_journal_written_anew_has_all_its_hashes_right() {
    let dir = forged(|_| {});
    assert_eq!(verify(dir.path()).findings, []);
    let before = fs::read_dir(dir.path().join("journal")).unwrap().count();
    assert_eq!(before, 1);
}

/// A publication that is made to say something else, and what names it.
#[test]
fn a_publication_with_another_score_or_rating_is_named() {
    type Change = (&'static str, usize, fn(&mut Value), &'static str);
    let changes: [Change; 11] = [
        (
            "publication_made",
            0,
            |it| it["scores"][8]["score"] = json!(4),
            "scores[learning-improvement-and-innovation].score is 4,",
        ),
        (
            "publication_made",
            0,
            |it| it["overall"]["rating"] = json!("outstanding"),
            "overall.rating is `outstanding`, and the rules give `good`",
        ),
        ("publication_made", 0, |it| it["overall"]["score"] = json!(90), "overall.score is 90,"),
        (
            "publication_made",
            0,
            |it| {
                it["passages"].as_array_mut().unwrap().pop();
            },
            "passages has 17 items, and the rules give 18",
        ),
        (
            "publication_made",
            1,
            |it| it["passages"][0]["version"] = json!(1),
            "passages[0].version",
        ),
        (
            "publication_made",
            1,
            |it| it["scores"][4]["score"] = json!(1),
            "scores[partnerships-and-communities].score is 1,",
        ),
        ("publication_made", 1, |it| it["rated_on"] = json!("2026-05-01"), "rated_on is"),
        ("publication_made", 1, |it| it["assessed_on"] = json!("2026-05-01"), "assessed_on is"),
        (
            "publication_reissued",
            0,
            |it| it["made"]["overall"]["rating"] = json!("outstanding"),
            "made.overall.rating is `outstanding`",
        ),
        (
            "publication_reissued",
            0,
            |it| it["reason"] = json!("process_review"),
            "the rules refuse it (reissue_unfounded)",
        ),
        (
            "publication_imported",
            0,
            |it| it["rating"] = json!("outstanding"),
            "the rules refuse it (rating_disagrees)",
        ),
    ];
    for (kind, n, change, expected) in changes {
        let dir = forged(nth(kind, n, change));
        let found = told(&verify_only(dir.path(), &[Check::Publications]), dir.path());
        let (check, of, why) = found.first().unwrap_or_else(|| panic!("{expected}: nothing found"));
        assert_eq!((check.as_str(), of.as_str()), ("rules", kind), "{found:?}");
        assert!(why.contains(expected), "{expected}: {why}");
    }
}

/// What a publication rests on is changed, so that it no longer follows.
#[test]
fn a_publication_that_no_longer_follows_is_named_with_its_publication() {
    let last = |dir: &Path| {
        let found = told(&verify_only(dir, &[Check::Publications]), dir);
        found.into_iter().map(|(_, kind, why)| (kind, why)).collect::<Vec<_>>()
    };
    // The panel's word on safeguarding was a 2.
    let adjusted = |it: &mut Value| {
        let scores = it["scores"].as_array_mut().unwrap();
        let changed = scores.iter_mut().find(|it| it["statement"] == "safeguarding").unwrap();
        changed["score"] = json!(4);
    };
    let dir = forged(nth("panel_decided", 0, adjusted));
    let found = last(dir.path());
    assert_eq!(found[0].0, "publication_made", "{found:?}");
    assert!(found[0].1.contains("overall.score is 73, and the rules give 78"), "{found:?}");

    // A score with all that was decided on it: only what was published does not follow.
    let dir = forged(|record| {
        let kind = record["kind"].as_str().unwrap().to_owned();
        let data = &mut record["data"];
        let is_meant = |it: &Value| it["statement"] == "assessing-needs";
        match kind.as_str() {
            "score_reviewed" if is_meant(data) => data["score"] = json!(4),
            "panel_decided" => {
                let scores = data["scores"].as_array_mut().unwrap();
                let score = scores.iter_mut().find(|it| is_meant(it)).unwrap();
                (score["scored"], score["score"]) = (json!(4), json!(4));
            }
            _ => {}
        }
    });
    let found = told(&verify(dir.path()), dir.path());
    let [(check, kind, why)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((check.as_str(), kind.as_str()), ("rules", "publication_made"));
    assert!(why.contains("overall.score is 73, and the rules give 75"), "{why}");

    // A strike-out that was dropped brings back what it had made void: later, it was due again.
    let dir = honest();
    let mut kept = records(dir.path());
    kept.retain(|record| record["kind"] != "record_struck_out");
    rewrite(dir.path(), kept);
    let found = told(&verify(dir.path()), dir.path());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1, "score_reviewed");
    assert!(found[0].2.contains("previous is 2, and the rules give 1"), "{found:?}");
}

/// Other decisions than publications are made again too.
#[test]
fn a_decision_that_the_rules_would_not_have_made_is_named() {
    type Change = (&'static str, usize, fn(&mut Value), &'static str);
    let changes: [Change; 8] = [
        ("score_reviewed", 2, |it| it["previous"] = json!(4), "previous is 4, and the rules give"),
        ("score_reviewed", 2, |it| it["by"] = json!("p-101"), ""),
        (
            "score_reviewed",
            0,
            |it| it["evidence_on"] = json!("2026-05"),
            "evidence_on is `2026-05`",
        ),
        (
            "panel_decided",
            0,
            |it| it["scores"][0]["scored"] = json!(1),
            "scores[assessing-needs].scored is 1",
        ),
        ("panel_decided", 0, |it| it["recused"] = json!(["p-101"]), "recused"),
        ("draft_shared", 0, |it| it["due_on"] = json!("2026-05-06"), "due_on is `2026-05-06`"),
        ("draft_written", 0, |it| it["version"] = json!(3), "version is 3, and the rules give 1"),
        ("evidence_used", 0, |it| it["method"] = json!("survey"), "method is `survey`"),
    ];
    for (kind, n, change, expected) in changes {
        let dir = forged(nth(kind, n, change));
        let verdict = verify_only(dir.path(), &[Check::Publications, Check::Decisions]);
        let found = told(&verdict, dir.path());
        assert!(!found.is_empty(), "{kind}: {expected}");
        assert!(found.iter().all(|(check, ..)| check == "rules"), "{found:?}");
        if !expected.is_empty() {
            assert_eq!(found[0].1, kind, "{found:?}");
            assert!(found[0].2.contains(expected), "{expected}: {found:?}");
        }
    }
}

#[test]
fn a_record_that_was_dropped_put_in_or_moved_is_noticed() {
    let at = |records: &[Value], kind: &str| records.iter().position(|it| it["kind"] == kind);
    type Change = (&'static str, fn(&mut Vec<Value>, usize));
    let changes: [Change; 3] = [
        ("dropped", |records, at| {
            records.remove(at);
        }),
        ("duplicated", |records, at| {
            let mut again = records[at].clone();
            again["command"] = json!("another");
            records.insert(at, again);
        }),
        ("moved", |records, at| records.swap(at, at + 1)),
    ];
    for kind in ["panel_decided", "draft_shared", "evidence_used", "panel_convened"] {
        for (what, change) in changes {
            // After the panel comes a draft, which could as well have been written before.
            if (kind, what) == ("panel_decided", "moved") {
                continue;
            }
            let dir = honest();
            let mut all = records(dir.path());
            let at = at(&all, kind).unwrap();
            change(&mut all, at);
            rewrite(dir.path(), all);
            let found = verify_only(dir.path(), &[Check::Publications, Check::Decisions]).findings;
            assert!(found.iter().any(|it| it.check == "rules"), "{kind} {what}");
        }
    }
}

/// A forger may write any history at all: each must come to a verdict, and none to a panic.
#[test]
fn no_history_keeps_the_verification_from_its_verdict() {
    let all = records(honest().path());
    let last = all.len() - 1;
    for at in 1..last {
        for change in ["dropped", "moved to the end", "twice"] {
            let mut records = all.clone();
            let record = records.remove(at);
            match change {
                "dropped" => {}
                "twice" => (at..=at + 1).for_each(|at| records.insert(at, record.clone())),
                _ => records.push(record),
            }
            let dir = honest();
            rewrite(dir.path(), records);
            let verdict = verify_only(dir.path(), &[Check::Publications, Check::Decisions]);
            let count = verdict.publications.recorded + verdict.decisions.recorded;
            assert!(count > 0, "record {at} {change}");
        }
    }
}

/// Rows of a national report that were changed, with the file and its digest to match.
#[test]
fn a_national_report_is_counted_again() {
    let (dir, body) = (TempDir::new().unwrap(), |n: u64| format!("E0600000{n}"));
    let mut ledger = crate::common::begin(dir.path());
    let published = |n: u64| {
        let data = json!({
            "framework": "la-2023", "month": "2024-05", "name": format!("Body {n}"),
            "organisation": body(n), "programme": "formal", "rating": "good",
            "scores": [3, 3, 3, 3, 3, 3, 3, 3, 3],
        });
        crate::common::submission("import_publication", &data)
    };
    let report = json!({ "kind": "local_authority", "title": "Two" });
    let report = crate::common::submission("publish_national_report", &report);
    let batch = [published(1), published(2), report, published(3)];
    crate::common::record(&mut ledger, &batch, &crate::common::minute(1));
    drop(ledger);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    assert_eq!(verify(dir.path()).findings, []);

    let released = dir.path().join("publications");
    let old: PathBuf = fs::read_dir(&released).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&old).unwrap().replacen("\"bodies\":2", "\"bodies\":3", 1);
    let digest = vault::Digest::of(text.as_bytes()).to_string();
    fs::write(released.join(&digest), text).unwrap();
    let to = digest.clone();
    forge(
        dir.path(),
        nth("national_report_published", 0, move |it| it["released"] = json!(to.clone())),
    );
    let found = told(&verify(dir.path()), dir.path());
    let [(check, kind, why)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((check.as_str(), kind.as_str()), ("rules", "national_report_published"));
    assert!(why.contains(&digest) && why.contains("bodies is 3, and the rules give 2"), "{why}");
    fs::remove_file(released.join(&digest)).unwrap();
    let found = told(&verify(dir.path()), dir.path());
    assert_eq!(found.len(), 1, "said once, though two checks see it: {found:?}");
    let alone = verify_only(dir.path(), &[Check::Publications]);
    assert!(alone.findings[0].why.ends_with("is missing"), "{:?}", alone.findings);
}

/// After a record that cannot be read nobody knows what a decision was made on.
#[test]
fn what_stands_after_damage_is_not_called_damaged_for_it() {
    let dir = honest();
    let path = dir.path().join("journal/00000000000000000000.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let at = text.find(r#""kind":"panel_decided""#).unwrap();
    let mut bytes = text.into_bytes();
    bytes[at + 3] = b'x';
    fs::write(&path, bytes).unwrap();
    let verdict = verify(dir.path());
    assert_eq!(verdict.word(), Word::Damaged);
    assert!(verdict.findings.iter().all(|it| it.check != "rules"), "{:?}", verdict.findings);
    let tally = verdict.publications;
    assert_eq!((tally.recorded, tally.rederived, tally.after_halt), (5, 1, 4));
    let (position, _) = tally.halt.unwrap();
    let damaged = |record: &Value| record["kind"] == "panel_decided";
    assert_eq!(position, records(honest().path()).iter().position(damaged).unwrap() as u64);
}

#[test]
fn what_a_later_version_recorded_is_not_decided_on() {
    let dir = TempDir::new().unwrap();
    let mut ledger = crate::common::begin(dir.path());
    let (one, two) = (crate::common::register(1), crate::common::register(2));
    crate::common::record(&mut ledger, &[one], &crate::common::minute(1));
    drop(ledger);
    append_from_the_future(dir.path(), "moon_landed", 1, "{}", &crate::common::minute(2));
    let verdict = verify(dir.path());
    assert_eq!((verdict.word(), verdict.findings.len()), (Word::CouldNotCheck, 0));
    assert_eq!((verdict.decisions.recorded, verdict.decisions.rederived), (1, 1));
    let refused = crate::common::try_submit(
        &mut Ledger::open(dir.path()).unwrap(),
        &[two],
        &crate::common::minute(3),
    );
    assert!(refused.is_err(), "nothing is recorded on what is not known");
}

/// Whoever forges a record chooses its schema too: an older one must be no way past the rules.
#[test]
fn data_in_an_older_schema_are_decided_again() {
    let site = reviewed();
    let dir = site.ledger_dir();
    drop(site.ledger);
    fs::remove_dir_all(dir.join("index")).unwrap();
    let first = |record: &mut Value| {
        if ["score_reviewed", "framework_adopted"].contains(&record["kind"].as_str().unwrap()) {
            record["schema"] = json!(1);
        }
    };
    forge(&dir, first);
    let verdict = verify(&dir);
    assert_eq!(verdict.findings, [], "an honest record of that schema is one");
    assert_eq!(verdict.decisions.rederived, verdict.decisions.recorded);

    type Change = (&'static str, fn(&mut Value), &'static str);
    let changes: [Change; 5] = [
        ("score_reviewed", |it| it["previous"] = json!(2), "previous is 2, and the rules give 3"),
        ("score_reviewed", |it| it["basis"] = json!("category"), "basis is `category`"),
        ("score_reviewed", |it| it["reviewed_on"] = json!("2023-01-05"), "the rules refuse it"),
        (
            "score_reviewed",
            |it| it["assessment"] = json!("X99000003-2024-a"),
            "the rules refuse it",
        ),
        ("framework_adopted", |it| it["adopted_on"] = json!("2027"), "the rules refuse it"),
    ];
    let honest = files(&dir);
    for (kind, change, expected) in changes {
        let copy = copy_of(&honest);
        forge(copy.path(), |record| {
            if record["kind"] == kind {
                change(&mut record["data"]);
                fit(record);
            }
        });
        let found = told(&verify(copy.path()), copy.path());
        let of_rules = found.iter().find(|(check, of, _)| check == "rules" && of == kind);
        let (.., why) = of_rules.unwrap_or_else(|| panic!("{expected}: {found:?}"));
        assert!(why.contains(expected), "{expected}: {why}");
    }
}

/// A body as published, and a score of it that was reviewed without evidence, as records of the
/// first schema were.
fn reviewed() -> Site {
    let mut site = Site::new();
    let import = json!({
        "framework": "la-2023", "month": "2024-05", "name": "Elsewhere", "organisation": code(2),
        "programme": "formal", "rating": "good", "scores": [3, 3, 3, 3, 3, 3, 3, 3, 3],
    });
    site.done("import_publication", import);
    let review = json!({
        "organisation": code(2), "reason": "ongoing_review", "reviewed_on": "2026-01-05",
        "score": 1, "statement": "safeguarding",
    });
    site.done("review_score", review);
    site
}

/// Makes a record fit its data, as a forger would.
fn fit(record: &mut Value) {
    let data = record["data"].clone();
    for date in ["reviewed_on", "adopted_on"] {
        if let Some(date) = data.get(date) {
            record["occurred_on"] = date.clone();
        }
    }
    if let Some(assessment) = data.get("assessment") {
        record["stream"] = json!(format!("assessment/{}", assessment.as_str().unwrap()));
    }
}
