//! Guards that frameworks are data: checked with the place of what is wrong, adopted whole, shown
//! with what they rest on.

use std::fs;

use serde_json::json;

use crate::forge;
use crate::site::{Site, check};

const LA_2023: &str = include_str!("../../crates/assessment/frameworks/la-2023.json");

#[test]
fn what_is_sound_is_passed_in_silence() {
    let site = Site::new();
    site.write("mine.json", LA_2023);
    for name in ["la-2023", "la-2025", "ics-2023", "mine.json"] {
        let ran = site.run(&format!("framework check {name}"));
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{name}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let site = Site::begun();
    site.write("hole.json", changed("\"from\": 39", "\"from\": 40"));
    site.write("overlap.json", changed("\"from\": 39", "\"from\": 38"));
    site.write("policy.json", changed("\"ceiling\"", "\"optimism\""));
    site.write("no-id.json", changed("\"id\": \"assessing-needs\",", ""));
    site.write("twice.json", changed("\"id\": \"safeguarding\"", "\"id\": \"assessing-needs\""));
    site.write("text.json", "no framework");
    let names = ["hole", "overlap", "policy", "no-id", "twice", "text"];
    let checks = names.map(|name| format!("framework check {name}.json"));
    let adopts = ["hole", "no-id"].map(|name| format!("framework adopt {name}.json"));
    let lines: Vec<&str> = checks.iter().chain(&adopts).map(String::as_str).collect();
    check("frameworks_unsound", &site.transcript(&lines));
}

#[test]
fn a_framework_is_adopted_once_and_never_changes() {
    let site = Site::begun();
    site.write(
        "other.json",
        changed("\"from\": 39, \"to\": 62", "\"from\": 39, \"to\": 60")
            .replace("\"from\": 63, \"to\": 87", "\"from\": 61, \"to\": 87"),
    );
    let text = site.transcript(&[
        "framework list",
        "framework adopt la-2023 --date 2024-01-01 --dry-run",
        "framework adopt la-2023 --date 2024-01-01",
        "framework adopt la-2023 --date 2025-01-01",
        "framework adopt other.json --date 2024-01-01",
        "framework adopt la-2025 --date 2999-01-01",
        "framework list",
        "framework list --as-of 0 --format csv",
        "log --kind framework_adopted --format plain",
    ]);
    // The log's line begins with the position and the instant of recording.
    check("frameworks_adopt", &text.replace(&key(&site), "<key>"));
}

/// The key that was drawn for the last command.
fn key(site: &Site) -> String {
    site.rows("log").pop().unwrap()["command"].clone()
}

#[test]
fn a_framework_is_shown_with_what_its_rules_rest_on() {
    let site = Site::new();
    let shown = site.ok("framework show ics-2023");
    let unverified = shown.lines().filter(|line| line.ends_with("[name unverified]")).count();
    assert_eq!(unverified, 8);
    check(
        "frameworks_show",
        &site.transcript(&["framework show la-2025", "framework show ics-2023"]),
    );
    let json: serde_json::Value =
        serde_json::from_str(&site.ok("framework show la-2023 --format json")).unwrap();
    assert_eq!(json, serde_json::from_str::<serde_json::Value>(LA_2023).unwrap());
}

/// The framework with one word in it changed.
fn changed(from: &str, to: &str) -> String {
    assert!(LA_2023.contains(from), "{from}");
    LA_2023.replacen(from, to, 1)
}

/// No projection applies a limiter, so one in a record would say what is not so.
#[test]
fn a_limiter_that_was_slipped_into_a_record_is_found() {
    let site = Site::with_exampleshire();
    forge::forge(&site.path("ledger"), |record| {
        if record["kind"] == "framework_adopted" {
            let limiter = json!({"at_most": "requires_improvement", "score": 1});
            let scoring = &mut record["data"]["framework"]["scoring"];
            scoring["limiters"]["value"] = json!([limiter]);
            // Who knows the format gets the digest right as well.
            let digest = blake3::hash(&serde_json_canonicalizer::to_vec(scoring).unwrap());
            record["data"]["scoring_digest"] = json!(digest.to_hex().as_str());
        }
    });
    fs::remove_dir_all(site.path("ledger/index")).unwrap();
    fs::remove_file(site.path("ledger/checkpoint")).unwrap();
    let ran = site.run("verify --config elsewhere");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("framework.scoring.limiters.value"), "{ran:?}");
}
