//! Guards that what is handed out of one body holds no text, no person and no other body, and that
//! its holder can prove later what was left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::site::{Site, check};
use crate::story::{AUTHORITY, MARK, NEIGHBOUR, SYSTEM};

/// An authority, its system and a neighbour, with evidence that is about all of them.
fn site() -> Site {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.import(&SYSTEM.published());
    site.import(&NEIGHBOUR.unpublished());
    site.ok("area add Vale Millbrook --from 2025-01-01");
    site.ok("evidence submit Millbrook Vale Northbrook --category processes --method documents \
         --origin collected --setting on_site --source partners --collected 2025-09 \
         --received 2025-12-01 --text 'Marigold again.'");
    site.ok("evidence request Vale --category processes --method documents --due 2026-01-26 --of \
         Millbrook --date 2025-12-03 --collected-since 2025-12-01 --text 'Marigold, please.'");
    site
}

/// The day in London on which the site was made.
fn today(site: &Site) -> String {
    site.rows("log --kind ledger_opened")[0]["occurred_on"].clone()
}

fn export(site: &Site, of: &str, more: &str) -> String {
    site.ok(&format!("export disclosure {of} --as-of {} {more}", today(site)))
}

fn files(site: &Site, dir: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(site.path(dir)).unwrap().map(Result::unwrap);
    let read = entries.map(|entry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read_to_string(entry.path()).unwrap())
    });
    read.collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every commitment that stands somewhere in a value.
fn commitments(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("commitment").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(commitments)).collect()
        }
        Value::Array(items) => items.iter().flat_map(commitments).collect(),
        _ => vec![],
    }
}

/// Whether a pseudonym stands in a text: `p-` and a digit.
fn names_somebody(text: &str) -> bool {
    text.match_indices("p-").any(|(at, _)| {
        let before = text[..at].chars().next_back();
        text[at + 2..].starts_with(|c: char| c.is_ascii_digit())
            && !before.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

#[test]
fn what_is_handed_out_holds_no_text_no_person_and_no_other_body() {
    let site = site();
    let bodies = [("Millbrook", AUTHORITY), ("Vale", SYSTEM), ("Northbrook", NEIGHBOUR)];
    for (name, story) in &bodies {
        export(&site, name, name);
        let files = files(&site, name);
        let expected = [
            "disclosure.json",
            "history.csv",
            "publications.csv",
            "ratings.csv",
            "records.jsonl",
            "scores.csv",
        ];
        assert_eq!(files.keys().collect::<Vec<_>>(), expected);
        for (file, text) in &files {
            assert!(!text.contains(MARK), "{name}, {file}: {text}");
            assert!(!names_somebody(text), "{name}, {file}: {text}");
            for (_, other) in bodies.iter().filter(|(_, other)| other.code != story.code) {
                assert!(!text.contains(other.code), "{name}, {file}: {text}");
            }
        }
        let records = lines(&files["records.jsonl"]);
        let positions: Vec<&Value> = records.iter().map(|line| &line["position"]).collect();
        // The log has its own records; a panel that judged it belongs to no body alone, and what is
        // attributed to it came for another.
        let own = site.rows(&format!("log {name}")).len();
        let of_kind = |kind: &str| records.iter().filter(|line| line["kind"] == kind).count();
        let (panels, attributed) = (of_kind("panel_convened"), of_kind("evidence_attributed"));
        assert_eq!(positions.len(), own + panels + attributed, "{name}");
        assert_eq!(attributed, usize::from(*name != "Millbrook"), "{name}");
        let history = site.rows(&format!("history {name}"));
        let told: Vec<BTreeMap<String, String>> =
            csv::Reader::from_reader(files["history.csv"].as_bytes())
                .deserialize()
                .collect::<Result<_, _>>()
                .unwrap();
        assert_eq!(told.len(), history.len(), "{name}");
        for (told, row) in told.iter().zip(&history) {
            assert_eq!((&told["by"], &told["hash"]), (&String::new(), &row["hash"]));
            let is_left_out = told["about"] == "(left out)" || told["detail"] == "(left out)";
            assert!(is_left_out || told["detail"] == row["detail"], "{told:?}");
        }
        assert_eq!(panels, usize::from(!story.panel.is_empty()), "{name}");
        let about: Value = serde_json::from_str(&files["disclosure.json"]).unwrap();
        assert_eq!(about["records"], positions.len());
        let texts = records.iter().flat_map(commitments).count();
        assert_eq!(about["left_out"]["texts"], texts, "{name}");
        let left_out = |what: &str| {
            files["records.jsonl"].matches(&format!("{{\"omitted\":\"{what}\"}}")).count()
        };
        assert_eq!(about["left_out"]["persons"], left_out("person"));
        assert_eq!(about["left_out"]["organisations"], left_out("organisation"));
        assert!(texts > 10 && left_out("person") > 10 && left_out("organisation") > 0, "{name}");
    }
}

#[test]
fn the_receipt_says_what_was_left_out_and_for_whom_it_is() {
    let site = site();
    let day = today(&site);
    let text = site.transcript(&[
        &format!("export disclosure Millbrook --as-of {day} out --openings openings.jsonl"),
        &format!("export disclosure X99000013 --as-of {day}"),
    ]);
    let mut text = text;
    for file in ["disclosure.json", "publications.csv", "ratings.csv"] {
        // The end of a day in London is another instant in summer.
        let file_text = files(&site, "out")[file].clone();
        let lines = file_text.lines().filter(|line| !line.contains("recorded_until"));
        text += &format!("{file}\n{}\n\n", lines.collect::<Vec<_>>().join("\n"));
    }
    assert!(site.path(&format!("X99000013-{day}")).is_dir());
    check("disclosure", &text);
}

/// Who said something about a body, and about whom else, is told in the words of a source.
#[test]
fn sources_in_somebodys_words_are_not_handed_out() {
    let site = site();
    site.register("E06000014", "York", "local_authority");
    for (field, a, b) in [
        ("overall_rating", "the report by Jane Doe", "internal memo of p-021 about E06000014"),
        ("safeguarding", "https://example.org/jane-doe", "Marigold-phone-call"),
    ] {
        let first = if field == "safeguarding" { "3" } else { "Good" };
        site.ok(&format!(
            "conflict record Millbrook --field {field} --a {first} --source-a '{a}' \
             --b not_stated --source-b '{b}' --noted-on 2026-01-05"
        ));
    }
    site.ok("finance record Millbrook --year 2024-25 --total-budget 512,300,000 \
         --source https://example.org/accounts");
    let receipt = export(&site, "Millbrook", "out --openings openings.jsonl");
    assert!(receipt.contains("4 citations"), "{receipt}");
    for entry in fs::read_dir(site.path("out")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for words in ["Jane", "jane", "Doe", "memo", "p-021", "E06000014", MARK] {
            let found = bytes.windows(words.len()).any(|it| it == words.as_bytes());
            assert!(!found, "{words} is handed out");
        }
    }
    let records = lines(&files(&site, "out")["records.jsonl"]);
    let of_kind = |kind: &str| records.iter().find(|it| it["kind"] == kind).unwrap().clone();
    let conflict = of_kind("conflict_recorded");
    assert_eq!(conflict["data"]["a"]["source"]["omitted"], "citation");
    assert_eq!(conflict["data"]["a"]["value"]["rating"], "good");
    assert_eq!(of_kind("finance_recorded")["data"]["source"], "https://example.org/accounts");
    let about: Value = serde_json::from_str(&files(&site, "out")["disclosure.json"]).unwrap();
    assert_eq!(about["left_out"]["citations"], 4);
    let of_bodies = of_kind("organisation_registered");
    assert_eq!(of_bodies["data"]["name"], "Millbrook");
}

/// Where people spoke in confidence, when, and of what can tell the body who they were.
#[test]
fn of_sensitive_evidence_nothing_is_handed_out_but_that_it_is_there() {
    let site = site();
    site.ok("evidence withdraw X99000011-e1 --reason inaccurate --date 2026-01-13");
    let receipt = export(&site, "Millbrook", "out");
    let files = files(&site, "out");
    let records = lines(&files["records.jsonl"]);
    let is_sensitive = |it: &&Value| it["data"]["sensitive"] == true;
    let own: Vec<&Value> = records
        .iter()
        .filter(|it| is_sensitive(it) || it["data"]["evidence"] == "X99000011-e1")
        .collect();
    let kinds: Vec<&str> = own.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["evidence_submitted", "evidence_used", "evidence_withdrawn"]);
    let omitted = serde_json::json!({ "omitted": "sensitive" });
    for record in own {
        for (name, value) in record["data"].as_object().unwrap() {
            let told = ["assessment", "category", "content", "evidence", "organisations"];
            let is_told = told.contains(&name.as_str()) || name == "sensitive";
            assert_eq!(*value != omitted, is_told, "{record}");
        }
    }
    let review = records.iter().find(|it| it["kind"] == "score_reviewed").unwrap();
    assert_eq!(review["data"]["evidence"], serde_json::json!([omitted]));
    let told: Vec<BTreeMap<String, String>> =
        csv::Reader::from_reader(files["history.csv"].as_bytes())
            .deserialize()
            .collect::<Result<_, _>>()
            .unwrap();
    let blank: Vec<&str> =
        told.iter().filter(|row| row["about"] == "e1").map(|row| &*row["detail"]).collect();
    assert_eq!(blank, ["(left out)"; 3]);
    let about: Value = serde_json::from_str(&files["disclosure.json"]).unwrap();
    let count = files["records.jsonl"].matches("{\"omitted\":\"sensitive\"}").count();
    assert_eq!(about["left_out"]["sensitive"], count);
    assert!(receipt.contains(&format!("sensitive evidence in {count} places")), "{receipt}");
    // What is not sensitive is handed out as before.
    assert!(records.iter().any(|it| it["data"]["method"] == "interview"), "{records:?}");
}

/// What was held about a body could never be shown if it had come for another.
#[test]
fn evidence_that_is_attributed_to_a_body_is_among_its_records_and_openings() {
    let site = site();
    export(&site, "Northbrook", "out --openings openings.jsonl");
    let openings = lines(&String::from_utf8(site.read("openings.jsonl")).unwrap());
    let records = lines(&files(&site, "out")["records.jsonl"]);
    let attributed = records.iter().find(|it| it["kind"] == "evidence_attributed").unwrap();
    assert_eq!(attributed["data"]["evidence"]["omitted"], "organisation");
    let submitted = records
        .iter()
        .find(|it| it["kind"] == "evidence_submitted" && !it["data"]["evidence"].is_string())
        .unwrap();
    let omitted = serde_json::json!({ "omitted": "organisation" });
    let expected = serde_json::json!([omitted, omitted, "X99000013"]);
    assert_eq!(submitted["data"]["organisations"], expected);
    let opening = openings.iter().find(|it| it["position"] == submitted["position"]).unwrap();
    assert_eq!(opening["commitment"], submitted["data"]["content"]["commitment"]);
    let salt = bytes(opening["salt"].as_str().unwrap());
    assert_eq!(b3sum(&[&salt, "Marigold again.".as_bytes()].concat()), opening["commitment"]);
    // Not what came for another body alone.
    assert!(records.iter().all(|it| it["data"]["what"].get("commitment").is_none()
        || it["data"]["organisation"] == "X99000013"));

    // An attribution that is void makes nothing the body's.
    let row = site.rows("log Northbrook --kind evidence_attributed").pop().unwrap();
    site.ok(&format!("strike-out {} --reason wrong_body --yes", row["position"]));
    export(&site, "Northbrook", "void");
    let records = lines(&files(&site, "void")["records.jsonl"]);
    assert!(records.iter().all(|it| it["position"] != submitted["position"]));
}

/// BLAKE3 by a program that is not ours, where it is installed.
fn b3sum(bytes: &[u8]) -> String {
    let program = Command::new("b3sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut program) = program else {
        println!("b3sum is not installed: a crate says what the hash is");
        return blake3::hash(bytes).to_string();
    };
    program.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = program.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// An omission that nobody can open later would be a hole that anything fits into.
#[test]
fn the_holder_opens_a_text_with_its_salt_and_no_other_text_opens_it() {
    let site = site();
    export(&site, "Millbrook", "out --openings openings.jsonl");
    let mode = fs::metadata(site.path("openings.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let openings = lines(&String::from_utf8(site.read("openings.jsonl")).unwrap());
    let handed_out = lines(&files(&site, "out")["records.jsonl"]);
    let left_out: BTreeSet<String> = handed_out.iter().flat_map(commitments).collect();
    let opened: BTreeSet<String> = openings.iter().flat_map(commitments).collect();
    assert_eq!(left_out, opened);

    let clear = site.ok("evidence show X99000011-e2 --content");
    let submitted = site.rows("log Millbrook --kind evidence_submitted");
    let opening = openings.iter().find(|it| it["position"] == position(&submitted[1])).unwrap();
    let salt = bytes(opening["salt"].as_str().unwrap());
    assert_eq!(b3sum(&[&salt, clear.as_bytes()].concat()), opening["commitment"]);
    let changed = clear.replace(MARK, "Marigolds");
    assert_ne!(b3sum(&[&salt, changed.as_bytes()].concat()), opening["commitment"]);
    assert_eq!(opening["length"], clear.len());
}

fn position(row: &BTreeMap<String, String>) -> u64 {
    row["position"].parse().unwrap()
}

/// A person or a body that was left out is shown by the record's own line, and by no other.
#[test]
fn the_line_of_a_record_opens_what_was_left_out_of_it() {
    let site = site();
    export(&site, "Millbrook", "out");
    let stored = site.lines();
    let handed_out = lines(&files(&site, "out")["records.jsonl"]);
    for record in &handed_out {
        let line = &stored[usize::try_from(record["position"].as_u64().unwrap()).unwrap()];
        let whole = &line[84..line.len() - 1];
        assert_eq!(record["hash"], blake3::hash(whole.as_bytes()).to_string());
    }
    let reviewed = handed_out.iter().find(|record| record["kind"] == "score_reviewed").unwrap();
    assert_eq!(reviewed["data"]["by"]["omitted"], "person");
    let line = &stored[usize::try_from(reviewed["position"].as_u64().unwrap()).unwrap()];
    let (whole, other) =
        (&line[84..line.len() - 1], line[84..line.len() - 1].replace("p-021", "p-022"));
    assert_eq!(b3sum(whole.as_bytes()), reviewed["hash"]);
    assert_ne!(b3sum(other.as_bytes()), reviewed["hash"]);
}

/// What was erased by law is opened by nobody; what is void is handed out as void.
#[test]
fn what_is_erased_or_void_is_handed_out_as_that() {
    let site = site();
    site.ok("evidence erase X99000011-e1 --basis court_order --authority p-003 --date 2026-01-07");
    site.ok(
        "score review Millbrook --role assessor --by p-021 --reason ongoing_review --statement \
         safeguarding --score 2 --date 2026-01-12",
    );
    let struck = site.rows("log Millbrook --kind score_reviewed").pop().unwrap();
    site.ok(&format!("strike-out {} --reason trial --yes", struck["position"]));
    let receipt = export(&site, "Millbrook", "out --openings openings.jsonl");
    let openings = lines(&String::from_utf8(site.read("openings.jsonl")).unwrap());
    let handed_out = lines(&files(&site, "out")["records.jsonl"]);
    let texts = handed_out.iter().flat_map(commitments).count();
    assert_eq!(openings.len(), texts - 1);
    assert!(receipt.contains(&format!("{} of {texts} texts", texts - 1)), "{receipt}");
    let void: Vec<&Value> =
        handed_out.iter().filter(|it| it.get("struck_out_by").is_some()).collect();
    assert_eq!(void.len(), 1);
    assert_eq!(void[0]["position"], position(&struck));
}

#[test]
fn a_disclosure_is_written_whole_or_not_at_all() {
    let site = site();
    let day = today(&site);
    fs::create_dir(site.path("full")).unwrap();
    site.write("full/mine.txt", "mine");
    site.write("file", "mine");
    std::os::unix::fs::symlink("full", site.path("link")).unwrap();
    fs::create_dir(site.path("empty")).unwrap();
    std::os::unix::fs::symlink("empty", site.path("link-to-empty")).unwrap();
    let before = site.files();
    let export = format!("export disclosure Millbrook --as-of {day}");
    let text = site.transcript(&[
        &format!("{export} full"),
        &format!("{export} file"),
        &format!("{export} link"),
        &format!("{export} .."),
        &format!("{export} file/within"),
        &format!("{export} out --openings file"),
        &format!("{export} out --openings out/openings.jsonl"),
        &format!("{export} out --openings ./missing/../out/openings.jsonl"),
        &format!("{export} empty --openings link-to-empty/openings.jsonl"),
        &format!("{export} out --openings missing/openings.jsonl"),
        &format!("{export} out --openings openings.jsonl --config nowhere"),
        &export.replace("Millbrook", "Nowhere"),
        &export.replace("Millbrook", "''"),
        "export disclosure Millbrook --as-of 2020-01-01 out",
        "export disclosure Millbrook --as-of 3 out",
        "export disclosure Millbrook --as-of 2999-01-01 out",
        "export disclosure Millbrook out",
    ]);
    check("disclosure_refused", &text);
    let mut after = site.files();
    // The index may have been looked into, and what holds no file of ours is left as it was.
    after.retain(|path, _| !path.components().any(|part| part.as_os_str() == "index"));
    let names = |files: &BTreeMap<_, _>| -> BTreeSet<std::path::PathBuf> {
        files.keys().cloned().collect()
    };
    assert!(names(&before).is_superset(&names(&after)));
    for inside in ["out/openings.jsonl", "empty/openings.jsonl"] {
        let inside = site.path(inside).display().to_string();
        let dir = inside.rsplit('/').nth(1).unwrap();
        let ran = site.run(&format!("{export} {dir} --openings {inside}"));
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains("would lie in what is handed out"), "{ran:?}");
    }

    site.ok(&format!("{export} empty"));
    let (empty, out) = (files(&site, "empty"), {
        site.ok(&format!("{export} out"));
        files(&site, "out")
    });
    assert_eq!(empty, out, "the same ledger and date give the same bytes");
}
