//! Guards against a duty that stands in no list, a list of what is long done, and a calendar that
//! other programs cannot read or that tells them more than they may know.

use std::collections::{BTreeMap, BTreeSet};

use icalendar::{Calendar, Component};
use serde_json::json;

use crate::site::{Site, check};
use crate::story::{AUTHORITY, MARK, command, text};

const LONG_NAME: &str =
    "Bwrdeistref Sirol Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, Ynys Môn";

/// Exampleshire with a 1 that nobody was told of, and Millbrook in its accuracy check, with a
/// comment and with evidence that did not come.
fn site() -> Site {
    let site = Site::with_exampleshire();
    site.ok("score review Exampleshire --statement safeguarding --score 1 \
         --reason ongoing_review --by p-021 --date 2025-09-01");
    let story = AUTHORITY;
    let steps = [story.begin(), story.evidence(), story.scores(), story.panel(), story.drafts()];
    site.import(&steps.concat());
    site.import(&[command(
        "request_evidence",
        json!({
            "category": "outcomes", "due_on": "2025-10-10", "method": "data", "of": "X99000001",
            "organisation": "X99000011", "requested_on": "2025-09-15", "what": text("request"),
        }),
    )]);
    site.ok("draft share Millbrook --date 2025-11-03");
    site.ok("comment submit Millbrook --from local_authority --kind a --page 1 \
         --received 2025-11-05 --text 'It is 31, not 13.'");
    site
}

#[test]
fn what_is_owed_is_listed_with_its_day() {
    let site = site();
    check(
        "due",
        &site.transcript(&[
            "due --on 2025-11-10",
            "due Exampleshire --on 2025-11-10",
            "due --only window,comment --on 2025-11-10 --format csv",
            "due --only evidence_request --on 2025-11-10 --format json",
            "due --on 2025-08-31",
        ]),
    );
}

#[test]
fn what_is_not_understood_is_not_answered() {
    let site = Site::with_exampleshire();
    check(
        "due_refused",
        &site.transcript(&[
            "due Nowhere",
            "due --only letters",
            "due --on 2025-11",
            "due --audience public",
            "due --audience body=X99000001",
            "due --format ics",
            "due --as-of 99",
        ]),
    );
}

/// Of a day in the past only what had happened by its end, and what is over is not shown.
#[test]
fn each_day_has_its_own_answer() {
    let site = site();
    let kinds = |on: &str| -> Vec<String> {
        let rows = site.rows(&format!("due Millbrook --on {on}"));
        rows.into_iter().map(|row| row["kind"].clone()).collect()
    };
    assert!(kinds("2025-10-10").is_empty());
    assert_eq!(kinds("2025-10-11"), ["evidence_request"]);
    assert_eq!(kinds("2025-11-04"), ["evidence_request", "window"]);
    assert_eq!(kinds("2025-11-05"), ["evidence_request", "window", "comment"]);
    assert_eq!(kinds("2025-11-17"), ["evidence_request", "window", "comment"]);
    assert_eq!(kinds("2025-11-18"), ["evidence_request", "comment"]);
    site.ok("comment resolve X99000011-2025-a-c1 --outcome accepted --reason draft_wrong \
         --text 'Two digits were swapped.' --by p-031 --date 2025-11-12");
    assert_eq!(kinds("2025-11-11"), ["evidence_request", "window", "comment"]);
    assert_eq!(kinds("2025-11-12"), ["evidence_request", "window"]);
}

/// Evidence may come under the code of whoever was asked; it answers all the same, whoever is
/// looked at.
#[test]
fn evidence_answers_wherever_it_was_entered() {
    let site = site();
    let owed = || site.rows("due Millbrook --only evidence_request").len();
    assert_eq!(owed(), 1);
    site.import(&[command(
        "submit_evidence",
        json!({
            "category": "outcomes", "collected_on": "2025-10", "content": text("figures"),
            "method": "data", "organisations": ["X99000001"], "origin": "requested",
            "received_on": "2025-11-20", "request": "X99000011-q1", "setting": "off_site",
            "source": "assessed_body",
        }),
    )]);
    assert_eq!(owed(), 0);
    assert_eq!(site.rows("due Millbrook --on 2025-11-19 --only evidence_request").len(), 1);
}

/// RFC 5545: lines of at most 75 octets that end with CRLF; an all-day event needs no end.
#[test]
fn the_calendar_is_one_that_others_can_read() {
    let site = site();
    site.register("X99000031", LONG_NAME, "local_authority");
    site.import(&[command(
        "request_evidence",
        json!({
            "category": "outcomes", "due_on": "2025-10", "method": "data",
            "organisation": "X99000031", "requested_on": "2025-09-15", "what": text("request"),
        }),
    )]);
    let feed = "due --on 2025-11-10 --format ical";
    let text = site.ok(feed);
    assert_eq!(site.ok(feed), text, "the same ledger gives the same bytes");
    for line in text.split_inclusive('\n') {
        let line = line.strip_suffix("\r\n").expect("every line ends with CRLF");
        assert!(line.len() <= 75 && !line.contains('\r'), "{line}");
    }
    assert!(text.contains("\r\n "), "a long line is folded");
    for secret in [MARK, "safeguarding", "31, not 13", "\"score\""] {
        assert!(!text.contains(secret), "{secret}");
    }

    let calendar: Calendar = text.parse().unwrap();
    let events: BTreeMap<&str, _> =
        calendar.events().map(|event| (event.get_uid().unwrap(), event)).collect();
    let rows = site.rows("due --on 2025-11-10");
    assert_eq!(events.len(), rows.len(), "each has an id of its own");
    let days: BTreeSet<&str> =
        events.values().map(|event| event.property_value("DTSTART").unwrap()).collect();
    // Of October, the last day; what has no deadline, on the day since when it is owed.
    let expected = ["20250901", "20251010", "20251031", "20251105", "20251117"];
    assert_eq!(days, BTreeSet::from(expected));
    for event in events.values() {
        assert_eq!(event.property_value("DTEND"), None);
        assert_eq!(event.properties()["DTSTART"].params()["VALUE"].value(), "DATE");
    }
    let comment = events["comment-X99000011-2025-a-c1@example.org/ledger"].get_summary().unwrap();
    assert_eq!(
        comment,
        "Millbrook, resolve comment X99000011-2025-a-c1: no deadline, owed since 2025-11-05"
    );
    let long = events["evidence_request-X99000031-q1@example.org/ledger"].get_summary().unwrap();
    assert!(long.starts_with(LONG_NAME), "{long}");
}
