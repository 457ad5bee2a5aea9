//! Guards that a second reader sees nothing of the first decision, and that no more is said of a
//! sample than it shows.

use std::fs;

use serde_json::{Value, json};

use super::{FORMATS, demo, draw, today, transcript};
use crate::kinds::every_kind;
use crate::site::{Site, cell, check};
use crate::story::{AUTHORITY, MARK, command};

/// A ledger with a decision of every kind in it.
fn of_every_kind() -> Site {
    let site = Site::begun();
    site.import(&every_kind());
    site
}

/// Two ledgers that differ in what was decided, by whom and why, and in nothing else.
fn twins() -> [Site; 2] {
    let mut lines = [AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores()].concat();
    lines.extend(AUTHORITY.panel());
    let other = lines.clone().into_iter().map(|mut line| {
        let kind = line["kind"].clone();
        let data = &mut line["data"];
        match kind.as_str().unwrap() {
            "review_score" => {
                data["by"] = json!("p-022");
                data["role"] = json!("specialist_advisor");
                data["score"] = json!(1);
                data["text"] = json!({ "text": "Another reason." });
            }
            "decide_panel" => {
                data["adjustments"][0]["score"] = json!(4);
                data["adjustments"][0]["reason"] = json!("evidence");
                data["adjustments"][0]["text"] = json!({ "text": "Another view." });
            }
            _ => {}
        }
        line
    });
    [lines.clone(), other.collect()].map(|lines| {
        let site = Site::begun();
        site.import(&lines);
        site
    })
}

/// A second reader who could tell from anything what the first one decided would not be blind: so
/// nothing that is shown before the second score may differ where only the first decision does.
#[test]
fn what_is_read_blind_is_the_same_whatever_was_decided() {
    let sites = twins();
    let shown = sites.each_ref().map(|site| {
        let mut shown = Vec::new();
        for of in ["score_reviews", "panel_decisions"] {
            let (id, items) = draw(site, &format!("{of} --size 9 --strata statement"));
            shown.push(site.ok(&format!("sample draw {id}")));
            shown.push(site.ok(&format!("sample show {id} --population")));
            shown.extend(FORMATS[1..].iter().map(|format| {
                let all = site.ok(&format!("sample show {id} --format {format}"));
                all.split("\"records\":").next().unwrap().to_owned()
            }));
            for item in &items {
                let formats = if *item == items[0] { &FORMATS[..] } else { &FORMATS[..1] };
                for format in formats {
                    shown.push(site.ok(&format!("sample blind {id} {item} --format {format}")));
                }
                shown.push(
                    site.ok(&format!("sample judge {id} {item} --score 2 --by p-051 --dry-run")),
                );
            }
            let dir = format!("{of}-{}", items[0]);
            site.ok(&format!("sample blind {id} {} --out {dir}", items[0]));
            let mut files: Vec<_> = fs::read_dir(site.path(&dir)).unwrap().collect();
            files.sort_by_key(|file| file.as_ref().unwrap().path());
            for file in files {
                let path = file.unwrap().path();
                shown.push(path.file_name().unwrap().to_str().unwrap().to_owned());
                shown.push(fs::read_to_string(path).unwrap());
            }
        }
        shown
    });
    assert!(shown[0].len() > 50, "{}", shown[0].len());
    for (one, other) in shown[0].iter().zip(&shown[1]) {
        // Each piece of evidence is sealed anew; that its key is here is the same.
        assert_eq!(one, other);
        for private in ["p-021", "p-022", "reason", "score\"", "previous", "rating", "role", "by\""]
        {
            let is_known = private == "score\"" && one.contains("\"score_reviews\"");
            let of_show = one.contains("population_digest");
            assert!(is_known || of_show || !one.contains(private), "{private}: {one}");
        }
        assert!(!one.contains(&format!("adjustment: {MARK}")), "{one}");
    }
    assert!(shown[0].iter().any(|text| text.contains(&format!("evidence: {MARK}"))));
}

/// What a second reader gets of every population, also where a text cannot be had any more.
#[test]
fn every_kind_of_decision_can_be_read_again() {
    let site = of_every_kind();
    let mut lines = Vec::new();
    for of in [
        "accuracy_resolutions",
        "publications",
        "section-50-decisions",
        "erasures",
        "panel_decisions --statement Safeguarding",
    ] {
        let most = site.run(&format!("sample commit {of} --size 999")).err;
        let size = most.split("population of ").nth(1).unwrap().split_whitespace().next().unwrap();
        let (id, items) = draw(&site, &format!("{of} --size {size}"));
        for item in items {
            lines.push(format!("sample blind {id} {item}"));
        }
        lines.push(format!("sample show {id} --format csv"));
    }
    site.ok("evidence withdraw X99000011-e1 --reason duplicate --date 2026-01-11");
    let panels = lines.iter().rev().find(|line| line.starts_with("sample blind")).unwrap();
    lines.push(format!("{panels} --config nowhere"));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check("samples_blind", &transcript(&site, &lines));
}

/// What a comment says can only be judged beside the passage that it is about, as it stood then,
/// and beside what it brought, byte for byte; where that is lost, a reader must not take it for
/// nothing.
#[test]
fn a_comment_is_read_with_its_passage_and_what_it_brought() {
    let site = Site::begun();
    site.write("plan.pdf", b"%PDF-1.4 \x00\xff");
    let mut lines = AUTHORITY.published();
    for line in &mut lines {
        let data = &mut line["data"];
        if data["category"] == "staff-and-leader-feedback" && data["content"].is_object() {
            data["content"] = json!({ "file": "plan.pdf" });
        }
        if data["kind"] == "a" {
            data["about"] = json!({ "statement": "safeguarding" });
            data["evidence"] = json!(["X99000011-e2"]);
        }
    }
    site.import(&lines);
    let (id, items) = draw(&site, "accuracy_resolutions --size 1");
    let blind = format!("sample blind {id} {}", items[0]);
    let parts = site.rows(&blind);
    let of = |part: &str| parts.iter().find(|row| row["part"] == part).unwrap();
    assert!(of("comment")["text"].contains(&format!("comment: {MARK}")));
    assert_eq!(of("passage")["state"], "version 1");
    assert!(of("passage")["text"].contains(&format!("safeguarding: {MARK}")));
    assert!(of("evidence")["state"].starts_with("no text: application/pdf, 11 bytes"));
    assert!(parts.iter().all(|row| !row["text"].contains("resolution")), "{parts:?}");
    site.ok(&format!("{blind} --out to-read/one"));
    assert_eq!(site.read("to-read/one/X99000011-e2.pdf"), site.read("plan.pdf"));
    let again = site.run(&format!("{blind} --out to-read/one"));
    assert_eq!((again.code, again.out.as_str()), (1, ""), "{again:?}");
    for sealed in fs::read_dir(site.path("ledger/vault")).unwrap() {
        fs::remove_file(sealed.unwrap().path()).unwrap();
    }
    let lost = site.rows(&blind);
    let lost = lost.iter().filter(|row| row["state"].contains("not opened: "));
    assert_eq!(lost.count(), 3, "comment, passage and evidence");
}

/// Bytes are evidence: a table in an old encoding would be altered by reading it as text, and a
/// reader must be told that it is there.
#[test]
fn a_file_that_is_no_text_of_ours_is_handed_over_byte_for_byte() {
    let site = Site::begun();
    let bytes = b"council;\xa3\r\nMillbr\xf6ok;12\r\n\x00";
    site.write("old.csv", bytes);
    let mut lines = [AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores()].concat();
    for line in lines.iter_mut().filter(|line| line["kind"] == "submit_evidence") {
        line["data"]["content"] = json!({ "file": "old.csv" });
    }
    site.import(&lines);
    let (id, items) = draw(&site, "score_reviews --size 1");
    let blind = format!("sample blind {id} {}", items[0]);
    let row = site.rows(&blind).into_iter().find(|row| row["part"] == "evidence").unwrap();
    let told =
        format!("no text: application/octet-stream, {} bytes; --out has it as a file", bytes.len());
    assert!(row["state"].ends_with(&told), "{row:?}");
    assert_eq!(row["text"], "");
    site.ok(&format!("{blind} --out to-read"));
    assert_eq!(site.read(&format!("to-read/{}.bin", row["id"])), bytes);
}

/// The rating of a body, and how near it is to another one, follow from its scores: who is still
/// to give one must not read them from the heading that an item stands under.
#[test]
fn strata_that_tell_of_scores_are_kept_back_until_all_are_given() {
    let site = demo();
    for (strata, reader) in [("rating", "p-051"), ("statement,threshold-distance", "p-052")] {
        let of = format!("score_reviews --each 1 --strata {strata}");
        let (id, items) = draw(&site, &of);
        let tables = || {
            let show = site.ok(&format!("sample show {id}"));
            let (_, table) = show.split_once("\nITEM").unwrap();
            let table = table.split("\nrecord ").next().unwrap().to_owned();
            [table, site.ok(&format!("sample draw {id} --by p-040"))]
        };
        let shown = || site.rows(&format!("sample show {id}"));
        let tells = |text: &String| ["Good", "Requires", "mark"].iter().any(|it| text.contains(it));
        for item in &items {
            assert!(!tables().iter().any(tells), "{item}: {:?}", tables());
            assert!(shown().iter().all(|row| row["stratum"].is_empty()), "{:?}", shown());
            let json = site.ok(&format!("sample show {id} --format json"));
            let json: Value = serde_json::from_str(&json).unwrap();
            let mut rows = json[0]["items"].as_array().unwrap().iter();
            assert!(rows.all(|row| row["stratum"].is_null()), "{json}");
            site.ok(&format!("sample judge {id} {item} --score 2 --by {reader}"));
        }
        assert!(tables().iter().all(tells), "{:?}", tables());
        assert!(shown().iter().all(|row| tells(&row["stratum"])));
    }
    // Nobody gives a score to a publication, and what says nothing of scores is always told.
    for of in ["publications --strata rating", "score_reviews --strata region"] {
        let (id, _) = draw(&site, &format!("{of} --each 1"));
        let rows = site.rows(&format!("sample show {id}"));
        assert!(rows.iter().all(|row| !row["stratum"].is_empty()), "{of}: {rows:?}");
    }
}

/// A table that is wider than a page is broken by whatever shows it, and read wrongly.
#[test]
fn the_items_of_a_sample_fit_a_line() {
    for site in [demo(), of_every_kind()] {
        for of in [
            "score_reviews --strata region",
            "panel_decisions --strata statement",
            "publications --strata rating,threshold-distance",
            "section_50_decisions",
            "accuracy_resolutions",
        ] {
            let most = site.run(&format!("sample commit {of} --size 999")).err;
            let Some(size) = most.split("population of ").nth(1) else { continue };
            let size = size.split_whitespace().next().unwrap();
            let (id, _) = draw(&site, &format!("{of} --size {size}"));
            let shown = site.ok(&format!("sample show {id}"));
            let wide = shown.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{of}: {shown}");
            assert!(shown.contains("\nITEM"), "{of}");
        }
    }
}

/// Whoever may try a score and its finding together learns the first score, and may then record
/// the second that agrees with it.
#[test]
fn a_score_that_is_only_tried_tells_nothing_of_the_first() {
    let site = demo();
    let (id, items) = draw(&site, "score_reviews --size 2 --to 2025-10");
    let lines = |finding: &str| {
        let item = &items[0];
        let by = json!({ "by": "p-051", "item": item, "sample": id });
        let with = |further: Value| {
            let mut data = by.as_object().unwrap().clone();
            data.extend(further.as_object().unwrap().clone());
            Value::Object(data)
        };
        let scored = with(json!({ "score": 3, "scored_on": today() }));
        let judged = with(json!({ "finding": finding, "judged_on": today() }));
        let lines = [command("score_sample_item", scored), command("judge_sample_item", judged)];
        lines.map(|line| format!("{line}\n")).concat()
    };
    for finding in ["agree", "adjacent"] {
        let ran = site.run_with("import - --dry-run --actor p-051", &lines(finding));
        assert!(ran.code == 1 && ran.err.contains("refused [not_scored_yet]"), "{ran:?}");
        assert!(!ran.err.contains("scored 3") && ran.out.contains("1 would be"), "{ran:?}");
    }
    // Recorded, the score stands, whatever is found.
    let ran = site.run_with("import - --actor p-051", &lines("adjacent"));
    assert!(ran.err.contains("[finding_contradicts]") && ran.out.contains("1 recorded"), "{ran:?}");
    assert!(site.run(&format!("sample judge {id} {} --score 2 --by p-051", items[0])).code == 1);
}

/// A size that is too small would let a sample claim what it does not show. The sizes are those of
/// published audit tables.
#[test]
fn sizes_are_those_of_published_tables() {
    let site = Site::new();
    let lines = [
        "sample size",
        "sample size --population 250",
        "sample size --population 1 --tolerable-error 99.99",
        "sample size --confidence 90 --tolerable-error 2.5 --format json",
        "sample size --population 18446744073709551615 --tolerable-error 5 --format csv",
        "sample size --population 0",
    ];
    check("samples_size", &site.transcript(&lines));
    let size = |line: &str| site.rows(&format!("sample size {line}"))[0].clone();
    let one = size("--tolerable-error 1");
    assert_eq!((&*one["binomial"], &*one["poisson"]), ("299", "300"));
    let five = size("--tolerable-error 5 --population 10000000");
    assert_eq!((&*five["binomial"], &*five["poisson"]), ("59", "60"));
    assert_eq!(five["hypergeometric"], "59");
    assert_eq!(size("--tolerable-error 5 --population 20")["hypergeometric"], "19");
}

/// A sample that was sized to show something says whether it does.
#[test]
fn what_a_size_was_reckoned_for_is_said_or_denied() {
    let site = of_every_kind();
    let bound = "--confidence 95 --tolerable-error 30";
    let (id, items) = draw(&site, &format!("panel_decisions {bound}"));
    let said = || site.ok(&format!("sample summary {id}")).replace('\n', " ");
    let claim = format!("with 95 % confidence, fewer than 30 % of the {} are in error", 10);
    assert!(
        said().contains(&format!("It does not support this yet, as not all is judged: {claim}"))
    );
    let (last, others) = items.split_last().unwrap();
    for item in others {
        site.ok(&format!("sample judge {id} {item} --score 3 --by p-051"));
        let rows = site.rows(&format!("sample show {id}"));
        let first = rows.iter().find(|row| row["item"] == *item).unwrap()["first"].clone();
        let finding = match first.as_str() {
            "3" => "agree",
            "2" | "4" => "adjacent",
            other => panic!("{item}: {other}"),
        };
        site.ok(&format!("sample judge {id} {item} --finding {finding} --by p-051"));
    }
    site.ok(&format!("sample judge {id} {last} --score 1 --by p-051"));
    let judge = format!("sample judge {id} {last} --by p-051 --finding anomaly --class");
    site.ok(&format!("{judge} evidence_overlooked --text 'There was more.'"));
    assert!(said().contains(&format!("there is 1: {claim}")), "{}", said());
    let (id, items) = draw(&site, &format!("publications {bound}"));
    for item in &items {
        site.ok(&format!("sample judge {id} {item} --finding agree --by p-051"));
    }
    let said = site.ok(&format!("sample summary {id}"));
    assert!(said.contains("It supports this: with 95 % confidence"), "{said}");
}

/// A terminal and a pipe, and all formats, say the same.
#[test]
fn every_format_holds_the_same_of_a_sample() {
    let site = of_every_kind();
    let (id, items) = draw(&site, "score_reviews --each 1 --strata statement");
    site.ok(&format!("sample judge {id} {} --score 3 --by p-051", items[0]));
    for question in
        ["list", &format!("summary {id}"), "verify", &format!("blind {id} {}", items[0])]
    {
        let [csv, json, jsonl, plain] = ["csv", "json", "jsonl", "plain"]
            .map(|format| site.ok(&format!("sample {question} --format {format}")));
        let rows = site.rows(&format!("sample {question}"));
        let parsed: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed.len(), rows.len(), "{question}");
        for (object, row) in parsed.iter().zip(&rows) {
            for (name, value) in row {
                assert_eq!(&cell(&object[name]), value, "{question}: {name}");
            }
        }
        assert_eq!(jsonl.lines().count(), rows.len(), "{question}");
        let heading = csv.lines().next().unwrap().split(',').count();
        assert!(plain.lines().next().unwrap().split('\t').count() == heading, "{question}");
    }
}
