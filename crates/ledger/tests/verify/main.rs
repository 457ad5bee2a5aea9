//! Verification of what the records mean: every publication and decision made again, and the index
//! held against the journal.
//!
//! Guards against the fear that somebody changes a score or a rating, computes every hash anew, and
//! nobody notices; and that an honest ledger is called damaged.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/forge.rs"]
mod forge;
mod index;
mod parts;
mod rules;
#[path = "../contents/site.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod site;

use common::code;
use ledger::{Check, Options, Verdict};
use serde_json::json;
use site::Site;
use std::path::Path;

/// A body from evidence to publication, an update of it, a withdrawal with what took its place,
/// and strike-outs in between: everything that a state rests on.
pub fn history() -> Site {
    let mut site = Site::new();
    let early = json!({
        "framework": "la-2023", "month": "2024-05", "name": "Elsewhere", "organisation": code(2),
        "programme": "formal", "rating": "good", "scores": [3, 3, 3, 3, 3, 3, 3, 3, 3],
    });
    site.done("import_publication", early.clone());
    site.publish();
    let id = format!("{}-2026-a", code(1));
    let evidence = format!("{}-e1", code(1));
    let review = |score: u64, on: &str| {
        json!({
            "assessment": id, "by": "p-020", "evidence": [evidence], "organisation": code(1),
            "reason": "ongoing_review", "reviewed_on": on, "score": score,
            "statement": "safeguarding",
        })
    };
    site.done("review_score", review(1, "2026-05-12"));
    let wrong = site.events().len() - 1;
    let (reason, on) = ("wrong_entry", "2026-05-13");
    let strike = |at: usize| json!({ "position": at, "reason": reason, "struck_on": on });
    site.done("strike_out", strike(wrong));
    site.done("review_score", review(3, "2026-05-13"));
    let draft = json!({
        "assessment": id, "content": { "text": "Anew." }, "section": "summary",
        "written_on": "2026-05-14",
    });
    site.done("write_draft", draft);
    site.done("share_draft", json!({ "assessment": id, "shared_on": "2026-05-14" }));
    let confirmed = json!({
        "assessment": id, "confirmed_on": "2026-05-15", "recipient": "local_authority",
    });
    site.done("confirm_draft", confirmed);
    site.done("make_publication", json!({ "assessment": id, "published_on": "2026-05-15" }));
    let withdrawal = json!({
        "publication": format!("{id}-p2"), "reason": "ordered", "withdrawn_on": "2026-05-16",
    });
    site.done("withdraw_publication", withdrawal);
    let reissue = json!({
        "publication": format!("{id}-p2"), "published_on": "2026-05-16",
        "reason": "after_withdrawal",
    });
    site.done("reissue_publication", reissue);
    let mut replaced = early;
    replaced["scores"] = json!([3, 3, 3, 3, 3, 3, 3, 3, 2]);
    replaced["replace"] = json!("source_corrected");
    site.done("import_publication", replaced);
    site
}

/// Everything that a verification without keys finds.
pub fn verify(dir: &Path) -> Verdict {
    ledger::verify(dir, &Options::default(), &mut |_| {}).unwrap()
}

/// What these checks find.
pub fn verify_only(dir: &Path, checks: &[Check]) -> Verdict {
    let checks = checks.iter().copied().collect();
    ledger::verify(dir, &Options { checks, ..Options::default() }, &mut |_| {}).unwrap()
}

/// The findings: the check, the kind of the record, and why.
pub fn told(verdict: &Verdict, dir: &Path) -> Vec<(String, String, String)> {
    let records = forge::records(dir);
    let told = verdict.findings.iter().map(|finding| {
        let kind = records[finding.position as usize]["kind"].as_str().unwrap();
        (finding.check.to_owned(), kind.to_owned(), finding.why.clone())
    });
    told.collect()
}
