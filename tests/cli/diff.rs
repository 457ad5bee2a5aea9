//! Guards against an auditor who is shown a change that the questions do not show, is not shown one
//! that they do, or is sent to a record that caused nothing; and against a comparison of points
//! that nobody meant.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::site::{Site, cell, check};
use crate::story::{command, text};

/// What something is: the body, what it is, and of what.
type Key = (String, String, String);

/// A ledger with Exampleshire (records up to 4), and what came of it since.
fn site() -> Site {
    let site = Site::with_exampleshire();
    site.write("then.checkpoint", site.ok("checkpoint"));
    site.ok("score review Exampleshire --statement safeguarding --score 4 \
         --reason ongoing_review --by p-021 --date 2025-09-01");
    site.ok("score review Exampleshire --statement assessing-needs --score 3 \
         --reason ongoing_review --by p-021 --date 2025-09-02");
    site.register("X99000002", "Samplebridge", "local_authority");
    site.import(&[command(
        "request_evidence",
        json!({
            "category": "outcomes", "due_on": "2098-05-01", "method": "data",
            "organisation": "X99000002", "requested_on": "2025-09-15", "what": text("request"),
        }),
    )]);
    site
}

#[test]
fn what_differs_is_listed_with_its_cause() {
    let site = site();
    check(
        "diff",
        &site.transcript(&[
            "log",
            "diff then.checkpoint 8",
            "diff 5 6 --format csv",
            "diff 5 6 --format plain",
            "diff 6 6",
            "diff 6 6 --format json",
            "diff 6 6 --format jsonl",
            "diff 6 6 --format csv",
            "diff 4 8 Samplebridge --format jsonl",
            "diff 4 8 exam",
            "diff 4 8 --effective 2025-09-01",
            "diff 4 8 --effective 2024-01-01",
            "diff 7 2090-01-01T00:00:00Z",
            "diff 7 2099-12-31",
            "diff 2098-01-01 2098-12-31",
        ]),
    );
}

/// A strike-out is a cause like any other; and what is struck out between two points has never
/// been the cause of anything.
#[test]
fn what_is_struck_out_causes_nothing() {
    let site = site();
    site.ok("strike-out 5 --reason wrong_entry --by p-021");
    check("diff_struck", &site.transcript(&["diff 8 9", "diff 4 9 Exampleshire"]));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let site = site();
    site.write("binary", [0xff, 0xfe, 0x00]);
    check(
        "diff_refused",
        &site.transcript(&[
            "diff 6 5",
            "diff 2099-12-31 2099-01-01",
            "diff 8 then.checkpoint",
            "diff 4",
            "diff 4 99",
            "diff 4 99999999999999999999999",
            "diff 4 -1",
            "diff '' 4",
            "diff 2020-01-01 4",
            "diff 2026-02-30 4",
            "diff binary 4",
            "diff ledger 4",
            "diff ../../nowhere 4",
            "diff 'a'\t4",
            "diff row.csv 4",
            "diff 4 6 Nowhere",
            "diff 4 6 ''",
            "diff 4 6 --effective 2025-09",
            "diff 4 6 --as-of 5",
            "diff 4 6 --format svg",
            "diff 4 6 --audience public",
            "diff 4 6 --audience body=X99000001",
        ]),
    );
}

/// The demo, in a directory of its own.
fn demo() -> Site {
    let site = Site::new();
    site.ok("demo demo");
    site
}

fn at(question: &str) -> String {
    format!("--ledger demo/ledger --config demo/config {question}")
}

/// Everything that the questions answer as of a record, by what it is.
fn answered(site: &Site, position: u64) -> BTreeMap<Key, String> {
    let rows = |question: &str| site.rows(&at(&format!("{question} --as-of {position}")));
    let mut all = BTreeMap::new();
    let mut add = |row: &BTreeMap<String, String>, what: &str, of: &str, value: Vec<&str>| {
        if value.iter().any(|part| !part.is_empty()) {
            let key = (row["organisation"].clone(), what.to_owned(), of.to_owned());
            all.insert(key, value.join("|"));
        }
    };
    for row in rows("scores") {
        // What waits has no column.
        let waits = if row["flags"].contains("waiting") { "waits" } else { "" };
        add(&row, "waits", &row["statement"], vec![waits]);
        for (what, column) in
            [("score", "score"), ("reviewed", "reviewed_on"), ("changed", "changed_on")]
        {
            add(&row, what, &row["statement"], vec![&row[column]]);
        }
    }
    let columns = ["rating", "score", "published_rating", "published_score", "published_on"];
    for row in rows("ratings") {
        let value = columns.map(|column| row[column].as_str()).to_vec();
        add(&row, "rating", &row["subject"], value);
    }
    for row in rows("due") {
        let (kind, subject) = (row["kind"].as_str(), row["subject"].as_str());
        let of = match kind {
            "publication" => row["assessment"].clone(),
            "section_50" | "window" => format!("{} {subject}", row["assessment"]),
            _ => subject.to_owned(),
        };
        let value = vec![row["levels"].as_str(), row["since"].as_str(), row["due_on"].as_str()];
        add(&row, "due", &format!("{kind} {of}"), value);
    }
    for row in rows("organisation list") {
        add(&row, "body", "", vec!["true"]);
    }
    all
}

/// A value in the same words.
fn value(item: &str, value: &Value) -> Option<String> {
    let columns: &[&str] = match item {
        "body" => &["known"],
        "rating" => &["rating", "score", "published_rating", "published_score", "published_on"],
        "score" => &["score"],
        "reviewed" => &["reviewed_on"],
        "changed" => &["changed_on"],
        "due" => {
            let levels: Vec<String> = value["levels"].as_array()?.iter().map(cell).collect();
            let (since, due_on) = (cell(&value["since"]), cell(&value["due_on"]));
            return Some(format!("{}|{since}|{due_on}", levels.join(" ")));
        }
        other => panic!("{other}"),
    };
    let parts: Vec<String> = columns.iter().map(|column| cell(&value[column])).collect();
    (!value.is_null()).then(|| parts.join("|"))
}

#[test]
fn what_differs_is_what_the_questions_answer_at_both_points() {
    let site = demo();
    let lines = site.read("demo/ledger/journal/00000000000000000000.jsonl");
    let lines = String::from_utf8(lines).unwrap();
    let hashes: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["hash"].clone())
        .collect();
    let last = hashes.len() as u64 - 1;
    let mut found = 0;
    for (from, to) in [(0, last), (2, 40), (60, 103), (98, 120), (110, last), (140, last)] {
        let (before, after) = (answered(&site, from), answered(&site, to));
        let text = site.ok(&at(&format!("diff {from} {to} --format json")));
        let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut said = BTreeMap::new();
        for row in &rows {
            // Work beside the assessment that counts stands in no answer that names none.
            assert!(row["assessment"].is_null(), "{row}");
            let item = row["item"].as_str().unwrap();
            let key = (cell(&row["organisation"]), item.to_owned(), cell(&row["subject"]));
            let waits = |value: &Value| {
                let waits = item == "score" && !value["waiting"].is_null();
                waits.then(|| "waits".to_owned())
            };
            let pairs = [
                (key.1.clone(), value(item, &row["before"]), value(item, &row["after"])),
                ("waits".to_owned(), waits(&row["before"]), waits(&row["after"])),
            ];
            for (what, before, after) in pairs.into_iter().filter(|(_, a, b)| a != b) {
                said.insert((key.0.clone(), what, key.2.clone()), (before, after));
            }
            let records = row["records"].as_array().unwrap();
            assert!(!records.is_empty(), "no day has passed: {row}");
            for record in records {
                let position = record["position"].as_u64().unwrap();
                assert!(from < position && position <= to, "{row}");
                assert_eq!(record["hash"], hashes[position as usize], "{row}");
            }
        }
        let keys = before.keys().chain(after.keys()).cloned();
        let pairs = keys.map(|key| {
            let pair = (before.get(&key).cloned(), after.get(&key).cloned());
            (key, pair)
        });
        let expected: BTreeMap<Key, _> =
            pairs.filter(|(_, (before, after))| before != after).collect();
        assert_eq!(said, expected, "from {from} to {to}");
        found += said.len();
    }
    assert!(found > 500, "{found}");
}
