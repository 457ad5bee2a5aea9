//! Guards that the columns are those that were promised, and that every format, on a terminal or
//! piped, holds the same data.

use serde_json::Value;

use crate::site::{SEGMENT, Site, cell, row};
use crate::story::AUTHORITY;

const RATINGS: &str = "organisation,name,kind,framework,assessment,level,subject,status,rating,\
    score,published_rating,published_score,percent_to_next_up,percent_to_next_down,\
    marks_to_next_up,marks_to_next_down,band_half,reviewed_on,published_on,flags,position";
const SCORES: &str = "organisation,name,framework,assessment,statement,theme,score,percent,rating,\
    published_score,scorer_score,evidence_on,reviewed_on,changed_on,published_on,flags,position";
const TRANSITIONS: &str = "organisation,name,framework,level,subject,from,to,occurred_on,\
    publication,published_on,flags,position";
const REVIEWED: &str = "organisation,name,framework,statement,reviewed_on,score,outcome,by,flags,\
    position";

/// Every question that gives rows, with its promised heading where the issue states one.
const QUESTIONS: [(&str, Option<&str>); 11] = [
    ("ratings", Some(RATINGS)),
    ("scores", Some(SCORES)),
    ("transitions", Some(TRANSITIONS)),
    ("reviewed", Some(REVIEWED)),
    ("organisation list", None),
    ("organisation show 'Exampleton, North'", None),
    ("area list", None),
    ("assessment list", None),
    ("publication list", None),
    ("publication show X99000002-2024-a-p1", None),
    ("framework list", None),
];

/// Bodies with a comma in the name, in an area, reviewed, and one not published.
fn site() -> Site {
    let site = Site::with_exampleshire();
    site.register("X99000002", "Exampleton, North", "local_authority");
    site.register("X99000003", "Sample \"and\" Test", "integrated_care_system");
    site.publish(&row("X99000002", "Exampleton", "Good", "3,3,3,3,3,3,3,3,3"));
    site.ok("area add X99000003 X99000002 --from 2025-04");
    for (statement, score) in [("assessing-needs", 3), ("safeguarding", 3), ("safeguarding", 4)] {
        site.ok(&format!(
            "score review Exampleshire --statement {statement} --score {score} --date 2026-01-05 \
             --reason ongoing_review"
        ));
    }
    site
}

#[test]
fn headings_are_those_that_were_promised() {
    let site = site();
    for (question, heading) in QUESTIONS {
        let text = site.ok(&format!("{question} --format csv"));
        let first = text.lines().next().unwrap();
        if let Some(heading) = heading {
            assert_eq!(first, heading, "{question}");
        }
        let record = site.ok(&format!("{question} --format jsonl"));
        let record = record.lines().next().unwrap();
        let mut at = 0;
        for name in first.split(',') {
            let found = record[at..].find(&format!("\"{name}\":"));
            at += found.unwrap_or_else(|| panic!("{question}: {name} in its place in {record}"));
        }
    }
}

#[test]
fn every_format_holds_the_same_data() {
    let site = site();
    for (question, _) in QUESTIONS {
        holds_the_same_data(&site, question);
    }
}

/// Questions about work in progress.
const WORK: [&str; 13] = [
    "assessment list",
    "assessment show X99000011-2025-a",
    "assessment readiness Millbrook",
    "evidence list",
    "evidence list --requests",
    "evidence show X99000011-e1",
    "evidence show X99000011-q1",
    "scores --categories --assessment X99000011-2025-a",
    "calendar list",
    "panel list",
    "draft list Millbrook",
    "comment list Millbrook",
    "evidence list --audience body=X99000011",
];

#[test]
fn every_format_holds_the_same_work_in_progress() {
    let site = Site::begun();
    site.import(&AUTHORITY.unpublished());
    site.ok("evidence request Millbrook --category outcomes --method data --due 2025-12-01 \
         --date 2025-11-03 --text 'What became of people'");
    site.ok("comment submit Millbrook --from local_authority --kind a --page 2 \
         --received 2025-11-11 --text 'A comma, \"quoted\".'");
    for question in WORK {
        holds_the_same_data(&site, question);
    }
}

fn holds_the_same_data(site: &Site, question: &str) {
    let [csv, json, jsonl, plain] = ["csv", "json", "jsonl", "plain"]
        .map(|format| site.ok(&format!("{question} --format {format}")));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heading = reader.headers().unwrap().clone();
    let rows: Vec<Vec<String>> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert!(!rows.is_empty(), "{question}");

    let cells = |object: &Value| -> Vec<String> {
        assert_eq!(object.as_object().unwrap().len(), heading.len(), "{question}");
        heading.iter().map(|name| cell(&object[name])).collect()
    };
    let parsed: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(parsed.iter().map(cells).collect::<Vec<_>>(), rows, "{question}: json");
    let parsed = jsonl.lines().map(|line| cells(&serde_json::from_str(line).unwrap()));
    assert_eq!(parsed.collect::<Vec<_>>(), rows, "{question}: jsonl");
    let split = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(plain.lines().map(split).collect::<Vec<_>>(), rows, "{question}: plain");
}

#[test]
fn names_with_commas_and_quotes_come_through() {
    let site = site();
    let names: Vec<String> =
        site.rows("organisation list").iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["Exampleshire", "Exampleton, North", "Sample \"and\" Test"]);
    let csv = site.ok("organisation list --format csv");
    assert!(csv.contains("X99000002,\"Exampleton, North\",local_authority,"), "{csv}");
    assert!(csv.contains("X99000003,\"Sample \"\"and\"\" Test\","), "{csv}");
    let ran = site.piperoll(&["ratings", "Exampleton, North", "--format", "plain"], "");
    assert_eq!(ran.out.lines().count(), 5, "{ran:?}");
    let ran = site.piperoll(&["ratings", "Sample \"and\" Test"], "");
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", "no rows\n"));
}

#[test]
fn no_rows_are_still_an_answer() {
    let site = Site::begun();
    for (question, heading) in &QUESTIONS[..4] {
        let heading = format!("{}\n", heading.unwrap());
        let formats = [("csv", heading.as_str()), ("json", "[]\n"), ("jsonl", ""), ("plain", "")];
        for (format, expected) in formats {
            assert_eq!(site.ok(&format!("{question} --format {format}")), expected, "{question}");
        }
    }
}

#[test]
fn the_log_is_the_stored_lines() {
    let site = site();
    let stored = String::from_utf8(site.read(SEGMENT)).unwrap();
    assert_eq!(site.ok("log --format jsonl"), stored);
    let lines: Vec<&str> = stored.lines().collect();
    for (position, line) in lines.iter().enumerate() {
        assert_eq!(site.ok(&format!("show {position} --format jsonl")), format!("{line}\n"));
    }
    let array: Vec<Value> = serde_json::from_str(&site.ok("log --format json")).unwrap();
    assert_eq!(array.len(), lines.len());
    let rows = site.rows("log");
    for ((object, row), line) in array.iter().zip(&rows).zip(&lines) {
        assert_eq!(object, &serde_json::from_str::<Value>(line).unwrap());
        for name in ["position", "recorded_at", "kind", "stream", "version", "actor", "command"] {
            assert_eq!(row[name], cell(&object["record"][name]), "{line}");
        }
        assert_eq!(row["hash"], cell(&object["hash"]));
    }
    let plain = site.ok("log --format plain");
    let plain: Vec<&str> = plain.lines().collect();
    assert_eq!(plain[3], rows_as_csv(&site)[3].replace(',', "\t"));
    assert_eq!(site.ok("log --kind nothing_of_ours --format json"), "[]\n");
}

fn rows_as_csv(site: &Site) -> Vec<String> {
    site.ok("log --format csv").lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_log_can_be_cut_to_what_is_wanted() {
    let site = site();
    let positions = |line: &str| -> Vec<u64> {
        site.rows(line).iter().map(|row| row["position"].parse().unwrap()).collect()
    };
    assert_eq!(positions("log"), (0..12).collect::<Vec<_>>());
    assert_eq!(positions("log --from 9"), [9, 10, 11]);
    assert_eq!(positions("log -n 2"), [0, 1]);
    assert_eq!(positions("log --as-of 4 --from 3"), [3, 4]);
    assert_eq!(positions("log --kind score_reviewed"), [9, 10, 11]);
    assert_eq!(positions("log Exampleshire"), [2, 4, 9, 10, 11]);
    assert_eq!(positions("log Exampleshire --from 5 -n 1"), [9]);
    assert_eq!(positions("log --since 2026-01-05 --until 2026-01-05"), [9, 10, 11]);
}

#[test]
fn filters_leave_what_was_asked_for() {
    let site = site();
    let count = |line: &str| site.rows(line).len();
    assert_eq!(count("scores"), 18);
    assert_eq!(count("scores Exampleshire"), 9);
    assert_eq!(count("scores Exampleshire 'Exampleton, North'"), 18);
    assert_eq!(count("scores --statement safeguarding"), 2);
    assert_eq!(count("scores --statement 'Learning, improvement and innovation'"), 2);
    assert_eq!(count("scores --since 2026-01-01"), 2);
    assert_eq!(count("scores --framework la-2023"), 18);
    assert_eq!(count("scores --framework la-2025"), 0);
    assert_eq!(count("scores --kind integrated_care_system"), 0);
    assert_eq!(count("scores --assessment X99000001-2024-a"), 9);
    assert_eq!(count("ratings --level overall"), 2);
    assert_eq!(count("ratings --level theme"), 8);
    assert_eq!(count("reviewed"), 3);
    assert_eq!(count("reviewed --until 2026-01-04"), 0);
    assert_eq!(count("reviewed --effective 2026-01-04"), 0);
    assert_eq!(count("reviewed --as-of 9"), 1);
    let sorted = |by: &str| -> Vec<String> {
        let rows = site.rows(&format!("ratings --level overall --sort {by}"));
        rows.iter().map(|row| row["organisation"].clone()).collect()
    };
    assert_eq!(sorted("score"), ["X99000002", "X99000001"]);
    assert_eq!(sorted("code"), ["X99000001", "X99000002"]);
}
