//! Guards that whoever says that the process was not followed is heard in time, once, and by
//! somebody who had no part in it; and that what comes too late is recorded all the same.

use crate::site::{Site, check, row};
use crate::story::AUTHORITY;

const P1: &str = "X99000011-2025-a-p1";

/// Millbrook, published on 20 November 2025: a review may be asked for until 11 December.
fn published() -> Site {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site
}

fn request(on: &str, rest: &str) -> String {
    format!("process-review request {P1} --ground process_not_followed --received-on {on} {rest}")
}

#[test]
fn a_request_in_time_waits_until_somebody_else_has_decided() {
    let site = published();
    site.write("request.md", "We were **never** shown\nthe draft.\n");
    let decide = |by: &str| {
        format!(
            "process-review decide {P1} --outcome upheld --text 'The draft went astray.' \
             --by {by} --decided-on 2025-12-15"
        )
    };
    let asked = request("2025-12-11", "--file request.md");
    let text = site.transcript(&[
        &format!("{asked} --dry-run"),
        &asked,
        "process-review list",
        "ratings --level overall --audience public",
        "assessment show X99000011-2025-a",
        &decide("p-021"),
        &decide("p-101"),
        &decide("p-031"),
        &decide("p-017"),
        &format!("{} --dry-run", decide("p-040")),
        &decide("p-040"),
        &decide("p-040"),
        &decide("p-041"),
        "process-review list Millbrook",
        "process-review list --format csv",
        &format!("process-review show {P1}"),
        "ratings --level overall --audience public",
    ]);
    check("process_reviews_decided", &text);
    let shown = site.ok(&format!("process-review show {P1} --format jsonl"));
    assert!(shown.contains("We were **never** shown"), "{shown}");
    // What was asked for stands in no record.
    assert!(site.lines().iter().all(|line| !line.contains("never")));
}

#[test]
fn what_is_late_long_on_another_ground_or_repeated_is_recorded_and_declined() {
    let site = published();
    let long = |words: usize| vec!["word"; words].join(" \n");
    site.write("501.txt", long(501));
    site.write("500.txt", long(500));
    let text = site.transcript(&[
        &request("2025-12-12", "--text 'A day late.'"),
        &request("2025-12-01", "--file 501.txt"),
        &request("2025-12-01", "--text 'It should be a 3.'")
            .replace("process_not_followed", "other"),
        &format!("process-review decide {P1} --outcome upheld --text Yes --by p-040"),
        &request("2025-12-02", "--file 500.txt"),
        &request("2025-12-03", "--text 'Once more.'"),
        "process-review list",
        "ratings --level overall --audience public",
    ]);
    check("process_reviews_declined", &text);
    let texts = site.rows(&format!("process-review show {P1}"));
    assert_eq!((texts.len(), texts[2]["text"].as_str()), (5, "It should be a 3."));
    let rows = site.rows("process-review list");
    let states: Vec<&str> = rows.iter().map(|row| row["state"].as_str()).collect();
    assert_eq!(states, ["declined", "declined", "declined", "waiting", "declined"]);
    // Nothing of a request that was declined is public.
    site.ok(&format!(
        "process-review decide {P1} --outcome not_upheld --text No --by p-040 \
         --decided-on 2025-12-15"
    ));
    let public = site.ok("ratings --audience public --format csv");
    assert!(!public.contains("process_review"), "{public}");
}

/// A month is no day to count from, and so nothing from it can be late.
#[test]
fn of_an_imported_publication_whose_day_is_not_known_there_is_no_last_day() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    let scores = "2,2,2,2,2,3,3,3,3";
    site.publish(&row("X99000001", "Exampleshire", "Requires improvement", scores));
    let text = site.transcript(&[
        "process-review request X99000001-2024-a-p1 --ground process_not_followed \
         --text 'Nobody came.' --received-on 2026-05-01",
        "process-review list --format jsonl",
        "process-review list",
    ]);
    check("process_reviews_no_day", &text);
}

#[test]
fn a_request_that_cannot_be_is_refused() {
    let site = published();
    site.write("bytes.bin", [0xff, 0xfe, 0x00]);
    let text = site.transcript(&[
        &request("2025-12-01", ""),
        &request("2025-12-01", "--file bytes.bin"),
        &request("2025-12", "--text x"),
        &request("2025-11-19", "--text x"),
        &request("2999-12-01", "--text x"),
        &request("2025-12-01", "--text x").replace("-p1", "-p2"),
        &request("2025-12-01", "--text x").replace("-p1", ""),
        &request("2025-12-01", "--text x").replace("process_not_followed", "unfair"),
        &format!("process-review decide {P1} --outcome upheld --text Yes --by p-040"),
        &format!("process-review decide {P1} --outcome upheld --by p-040"),
        &format!("process-review decide {P1} --outcome maybe --text Yes --by p-040"),
        &format!("process-review show {P1}"),
        "process-review list --audience public",
        &format!("process-review show {P1} --audience body=X99000011"),
        "process-review list Nowhere",
    ]);
    check("process_reviews_refused", &text);
    assert!(site.rows("process-review list").is_empty());
}
