//! Guards against an audit that is silent because it does not look, that finds what is not there,
//! or that names no record by which its finding could be proved.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::forge::{records, rewrite};
use crate::site::{PUBLISHED, Ran, Site, check};
use crate::story::AUTHORITY;

const CHECKS: [&str; 8] = [
    "panels",
    "comments",
    "windows",
    "moves",
    "section_50",
    "evidence_age",
    "conflicts",
    "disagreements",
];

type Row = BTreeMap<String, String>;

/// The counterexamples, as CSV has them; the exit code says whether there are any.
fn found(site: &Site, line: &str) -> Vec<Row> {
    let ran = site.run(&format!("{line} --format csv"));
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let rows: Vec<Row> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert_eq!(ran.code, i32::from(!rows.is_empty()), "{ran:?}");
    assert_eq!(ran.err, "", "{line}");
    rows
}

/// Exampleshire as imported and reviewed since, and Millbrook as published, by the rules.
fn kept() -> Site {
    let site = Site::with_exampleshire();
    site.ok("score review Exampleshire --statement assessing-needs --score 3 \
         --reason ongoing_review --by p-021 --date 2025-09-01");
    site.import(&AUTHORITY.published());
    site
}

/// The same, as somebody wrote it whom no rule stopped.
fn forged() -> Site {
    let site = kept();
    site.ok(
        "conflict record X99000001-2024-a --field overall_score --a 62 --source-a 'the report' \
         --b 61 --source-b 'a press release' --noted-on 2025-09-02",
    );
    let dir = site.path("ledger");
    let mut all = records(&dir);
    let update = update(&all);
    all.push(update);
    for record in &mut all {
        let kind = record["kind"].as_str().unwrap().to_owned();
        let data = &mut record["data"];
        match kind.as_str() {
            "panel_decided" => {
                // The scorer sits on the panel, and it decides a 1 that nobody is told of.
                data["members"].as_array_mut().unwrap().push(json!("p-021"));
                for score in data["scores"].as_array_mut().unwrap() {
                    if score["statement"] == "safeguarding" {
                        score["score"] = json!(1);
                    }
                }
            }
            "comment_resolved" => data["by"] = json!("p-021"),
            "publication_made" if data["assessment"] == "X99000011-2025-a" => {
                data["published_on"] = json!("2025-11-17");
                record["occurred_on"] = json!("2025-11-17");
            }
            "evidence_submitted" => data["collected_on"] = json!("2023-08"),
            "publication_imported" => data["rating"] = json!("good"),
            _ => {}
        }
    }
    rewrite(&dir, all);
    fs::remove_dir_all(dir.join("index")).unwrap();
    // Without the checkpoints that would tell of it.
    fs::remove_file(dir.join("checkpoint")).unwrap();
    fs::remove_dir_all(site.path("config")).unwrap();
    site
}

/// An update of Exampleshire that shows the new score and states a rating that it does not give.
fn update(all: &[Value]) -> Value {
    let of = |kind: &str, id: &str| {
        let mut found = all.iter().filter(|it| it["kind"] == kind);
        found.find(|it| it["data"]["assessment"] == id).unwrap().clone()
    };
    let import = of("publication_imported", "X99000001-2024-a");
    let mut update = of("publication_made", "X99000011-2025-a");
    update["stream"] = import["stream"].clone();
    update["recorded_at"] = all[all.len() - 1]["recorded_at"].clone();
    let data = &mut update["data"];
    data["assessment"] = json!("X99000001-2024-a");
    data["framework"] = json!("la-2023");
    data["overall"] = json!({"rating": "outstanding", "score": 64});
    data["publication"] = json!("X99000001-2024-a-p2");
    data["scores"] = import["data"]["scores"].clone();
    data["scores"][0]["score"] = json!(3);
    update
}

#[test]
fn where_all_holds_nothing_is_said() {
    let site = kept();
    let silent = |ran: Ran| (ran.code, ran.out + &ran.err);
    assert_eq!(silent(site.run("audit")), (0, String::new()));
    assert_eq!(silent(site.run("audit --format plain")), (0, String::new()));
    assert_eq!(silent(site.run("audit --format jsonl")), (0, String::new()));
    assert_eq!(silent(site.run("audit --format json")), (0, "[]\n".to_owned()));
    assert!(found(&site, "audit").is_empty());
    let published = Site::with_all_published();
    assert_eq!(silent(published.run("audit")), (0, String::new()));
}

/// Every check finds in a forged ledger what the rules would have refused, and names the records.
#[test]
fn what_the_rules_would_have_refused_is_found_with_its_records() {
    let site = forged();
    let rows = found(&site, "audit --on 2026-01-31");
    let names: BTreeSet<&str> = rows.iter().map(|row| row["check"].as_str()).collect();
    assert_eq!(names, BTreeSet::from(CHECKS));
    let all = records(&site.path("ledger"));
    let hashes: Vec<String> = site
        .lines()
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["hash"].as_str().unwrap().into())
        .collect();
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &rows {
        let positions: Vec<usize> =
            row["positions"].split(' ').map(|it| it.parse().unwrap()).collect();
        assert!(positions.is_sorted(), "{row:?}");
        let named: Vec<&str> = row["hashes"].split(' ').collect();
        let stored: Vec<&str> = positions.iter().map(|it| hashes[*it].as_str()).collect();
        assert_eq!(named, stored, "{row:?}");
        let own = kinds.entry(&row["check"]).or_default();
        own.extend(positions.iter().map(|it| all[*it]["kind"].as_str().unwrap()));
    }
    for (check, expected) in [
        ("panels", vec!["panel_decided", "score_reviewed"]),
        ("comments", vec!["comment_resolved", "score_reviewed"]),
        ("windows", vec!["draft_shared", "publication_made"]),
        (
            "moves",
            vec!["panel_decided", "publication_imported", "publication_made", "score_reviewed"],
        ),
        ("section_50", vec!["panel_decided"]),
        ("evidence_age", vec!["evidence_submitted", "publication_made", "score_reviewed"]),
        ("conflicts", vec!["conflict_recorded"]),
        ("disagreements", vec!["publication_imported"]),
    ] {
        assert_eq!(kinds[check].iter().copied().collect::<Vec<_>>(), expected, "{check}");
    }
    check("audit", &site.transcript(&["audit --on 2026-01-31 --older-than 2y"]));
    check(
        "audit_formats",
        &site.transcript(&[
            "audit --check windows,conflicts --format csv",
            "audit --check windows,conflicts --format json",
            "audit --check moves --format plain",
        ]),
    );
}

/// Each check can be asked for by itself, of one body, and as of then.
#[test]
fn an_audit_is_of_what_is_asked_about() {
    let site = forged();
    for name in CHECKS {
        let rows = found(&site, &format!("audit --check {name} --on 2026-01-31"));
        assert!(!rows.is_empty() && rows.iter().all(|row| row["check"] == name), "{name}");
    }
    let bodies = |line: &str| -> BTreeSet<String> {
        found(&site, line).into_iter().map(|row| row["name"].clone()).collect()
    };
    assert_eq!(bodies("audit Millbrook"), BTreeSet::from(["Millbrook".to_owned()]));
    assert_eq!(bodies("audit exampleshire"), BTreeSet::from(["Exampleshire".to_owned()]));
    assert_eq!(bodies("audit Millbrook Exampleshire").len(), 2);
    assert!(found(&site, "audit Millbrook --check conflicts").is_empty());
    // What had happened by then, and what was known then.
    let count = |line: &str| found(&site, line).len();
    assert_eq!(count("audit --check conflicts --effective 2025-09-01"), 0);
    assert_eq!(count("audit --check conflicts --effective 2025-09-02"), 1);
    assert_eq!(count("audit --check section_50 --on 2025-10-07"), 0);
    assert_eq!(count("audit --check section_50 --on 2025-10-08"), 2);
    let conflict = &found(&site, "audit --check conflicts")[0]["positions"];
    let before = conflict.parse::<u64>().unwrap() - 1;
    assert_eq!(count(&format!("audit --check conflicts --as-of {before}")), 0);
    assert_eq!(count(&format!("audit --check conflicts --as-of {conflict}")), 1);
    assert_eq!(count("audit --check evidence_age --older-than 3y"), 0);
}

/// Of a moment nothing is told of what came after it: not how late a letter is today.
#[test]
fn of_a_moment_what_is_late_is_late_on_its_day() {
    let site = forged();
    let dir = site.path("ledger");
    let mut all = records(&dir);
    for record in &mut all {
        record["recorded_at"] = json!("2026-01-31T12:00:00.000Z");
    }
    let last = all.len() - 1;
    rewrite(&dir, all);
    let of = |line: &str| -> Vec<Row> { found(&site, &format!("audit --check section_50 {line}")) };
    let then = of(&format!("--as-of {last}"));
    assert!(then.iter().all(|row| row["what"].contains("was not sent by 2026-01-31, 116 days")));
    assert_eq!((then.len(), &then), (2, &of("--on 2026-01-31")));
    assert_eq!(then, of("--effective 2026-01-31"));
    assert_ne!(then, of(""));
}

/// The figures of real reports, misstated in places, against an independent sum over the table.
#[test]
fn disagreements_of_published_figures_are_those_of_the_table() {
    let ratings = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
    let (mut table, mut expected) = (Vec::new(), BTreeMap::new());
    for (index, line) in PUBLISHED.lines().enumerate() {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if index == 0 {
            table.push(line.to_owned());
            continue;
        }
        if index % 7 == 0 {
            cells[3] = ratings[index % 4].to_owned();
        }
        if index % 5 == 0 {
            cells[4] = (40 + index % 9).to_string();
        }
        let sum: u32 = cells[5..14].iter().map(|cell| cell.parse::<u32>().unwrap()).sum();
        let percent = (100 * sum).div_ceil(36);
        let computed = match percent {
            0..39 => ratings[0],
            39..63 => ratings[1],
            63..88 => ratings[2],
            _ => ratings[3],
        };
        if cells[3] != computed {
            expected.insert((cells[0].clone(), cells[14].clone()), "overall_rating");
        } else if !cells[4].is_empty() && cells[4] != percent.to_string() {
            expected.insert((cells[0].clone(), cells[14].clone()), "overall_score");
        }
        table.push(cells.join(","));
    }
    assert!(expected.len() >= 10, "{expected:?}");
    let site = Site::begun();
    site.write("published.csv", table.join("\n") + "\n");
    site.ok("publication import published.csv --accept-disagreement as_published");
    let months: BTreeMap<String, String> = records(&site.path("ledger"))
        .iter()
        .filter(|record| record["kind"] == "publication_imported")
        .map(|record| (record["position"].to_string(), record["data"]["month"].clone()))
        .map(|(position, month)| (position, month.as_str().unwrap().to_owned()))
        .collect();
    let rows = found(&site, "audit");
    let told: BTreeMap<(String, String), &str> = rows
        .iter()
        .map(|row| {
            assert_eq!(row["check"], "disagreements");
            let month = months[&row["positions"]].clone();
            ((row["organisation"].clone(), month), row["subject"].as_str())
        })
        .collect();
    assert_eq!(told, expected);
    // And none of them in what was really published.
    assert!(found(&Site::with_all_published(), "audit --check disagreements").is_empty());
}

/// The same conflicts as are listed as open.
#[test]
fn open_conflicts_are_those_of_the_list() {
    let site = Site::with_all_published();
    for line in [
        "Warrington --field 'Care provision, integration and continuity' --a 2 \
         --source-a 'league table' --b 3 --source-b 'press release'",
        "'County Durham' --field overall_rating --a Good --source-a 'press release' \
         --b not_stated --source-b 'league table' --use a --reason copy_wrong",
        "Kent --field publication_date --a 2025-05-16 --source-a 'a meeting' --b 2025-05-23 \
         --source-b 'press release'",
    ] {
        site.ok(&format!("conflict record {line} --noted-on 2026-05-01"));
    }
    let listed: BTreeSet<String> = site
        .rows("conflict list")
        .into_iter()
        .filter(|row| row["used"].is_empty())
        .map(|row| row["assessment"].clone())
        .collect();
    let told: BTreeSet<String> =
        found(&site, "audit").into_iter().map(|row| row["assessment"].clone()).collect();
    assert_eq!(told, listed);
    assert_eq!(told.len(), 2);
}

#[test]
fn what_is_not_understood_is_not_answered() {
    let site = Site::with_exampleshire();
    check(
        "audit_refused",
        &site.transcript(&[
            "audit --check letters",
            "audit --check panels,,windows",
            "audit --check 'panels\twindows'",
            "audit Nowhere",
            "audit ''",
            "audit '../Exampleshire'",
            "audit --older-than 24",
            "audit --older-than -1m",
            "audit --older-than 99999999999999999999d",
            "audit --on 2025-11",
            "audit --as-of 99",
            "audit --as-of nowhere.checkpoint",
            "audit --audience public",
            "audit --audience body=X99000001",
            "audit --format svg",
        ]),
    );
    assert_eq!(site.run("audit --older-than 4294967295m").code, 0, "older than all dates");
}
