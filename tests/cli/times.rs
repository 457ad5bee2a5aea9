//! Guards that every question can be asked as of every kind of moment, that they agree about which
//! moment it is, and that a checkpoint of something else is never taken for one of this ledger.

use std::fs;

use crate::forge;
use crate::site::{Site, check};
use crate::story::AUTHORITY;

/// Every question and list that the ledger answers; what takes the name of a thing has one.
const QUESTIONS: [&str; 31] = [
    "scores",
    "scores --categories",
    "ratings",
    "transitions",
    "reviewed",
    "due",
    "history Millbrook",
    "explain Millbrook --format json",
    "what-if --set rounding=floor --all",
    "audit",
    "national --include fictional",
    "coverage --include fictional",
    "stale --undated",
    "log",
    "report X99000011-2025-a --draft --format json",
    "framework list",
    "framework show la-2025",
    "organisation list",
    "organisation show Millbrook",
    "area list",
    "assessment list",
    "assessment show X99000011-2025-a",
    "assessment readiness X99000011-2025-a",
    "evidence list",
    "panel list",
    "draft list X99000011-2025-a",
    "comment list X99000011-2025-a",
    "publication list",
    "conflict list",
    "section-50 list",
    "process-review list",
];

#[test]
fn a_moment_is_the_same_by_position_by_checkpoint_and_by_instant() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.write("then.checkpoint", site.read("ledger/checkpoint"));
    let records = site.ok("log --format jsonl").lines().count();
    let last: serde_json::Value =
        serde_json::from_str(site.ok("log --format jsonl").lines().last().unwrap()).unwrap();
    let instant = last["record"]["recorded_at"].as_str().unwrap().to_owned();
    let before: Vec<_> = QUESTIONS.iter().map(|question| site.run(question)).collect();
    site.ok("score review Millbrook --statement safeguarding --score 1 --reason ongoing_review");
    site.ok("organisation amend Millbrook --name Otherton --reason typing_error");
    for (question, before) in QUESTIONS.iter().zip(before) {
        for then in [format!("{}", records - 1), "then.checkpoint".to_owned(), instant.clone()] {
            let line = format!("{question} --as-of {then}");
            let ran = site.run(&line);
            assert_eq!((ran.code, &ran.out), (before.code, &before.out), "{line}: {}", ran.err);
        }
    }
}

#[test]
fn a_checkpoint_of_something_else_is_refused_and_says_of_what() {
    let site = Site::with_exampleshire();
    site.write("then.checkpoint", site.read("ledger/checkpoint"));
    let other = Site::begun();
    other.ok("--ledger another init --origin example.org/another");
    site.write("another.checkpoint", other.read("another/checkpoint"));
    // Of the same name, and longer than this one; or of as many other records.
    let text = String::from_utf8(site.read("then.checkpoint")).unwrap();
    let size = text.lines().nth(1).unwrap();
    let longer = text.replacen(&format!("\n{size}\n"), "\n9999\n", 1);
    site.write("longer.checkpoint", longer);
    let shorter = text.replacen(&format!("\n{size}\n"), "\n2\n", 1);
    site.write("shorter.checkpoint", shorter);
    site.write("nothing.checkpoint", "");
    site.write("words.checkpoint", "not a checkpoint at all\n");
    site.write("bytes.checkpoint", [0xff, 0xfe, 0x00]);
    fs::create_dir(site.path("directory.checkpoint")).unwrap();
    check(
        "times_refused",
        &site.transcript(&[
            "ratings --as-of another.checkpoint",
            "ratings --as-of longer.checkpoint",
            "ratings --as-of shorter.checkpoint",
            "ratings --as-of nothing.checkpoint",
            "ratings --as-of words.checkpoint",
            "ratings --as-of bytes.checkpoint",
            "ratings --as-of directory.checkpoint",
            "ratings --as-of there-is-none.checkpoint",
            "ratings --as-of ''",
            "ratings --as-of 99999999999999999999",
            "ratings --as-of /dev/zero",
            "ratings --as-of 9999-12-31",
            "ratings --effective 9999-12-31",
            "ratings --as-of then.checkpoint --audience public",
        ]),
    );
}

/// Who holds the disk can write all anew; then what a checkpoint covered is not there any more.
#[test]
fn a_checkpoint_of_what_was_rewritten_is_damage() {
    let site = Site::with_exampleshire();
    site.write("then.checkpoint", site.read("ledger/checkpoint"));
    forge::forge(&site.path("ledger"), |record| {
        if record["kind"] == "organisation_registered" {
            record["data"]["name"] = "Forgedshire".into();
        }
    });
    fs::remove_dir_all(site.path("ledger/index")).unwrap();
    fs::remove_file(site.path("ledger/checkpoint")).unwrap();
    let ran = site.run("ratings --as-of then.checkpoint --config elsewhere");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("are not those of the checkpoint"), "{ran:?}");
}
