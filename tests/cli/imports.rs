//! Guards that any command can come from a file, once however often it is submitted, and that a
//! line that is refused is named and stops nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::kinds::{DRAWN, every_kind};
use crate::site::{Site, check};

fn review(score: u8) -> Value {
    json!({ "kind": "review_score", "data": {
        "organisation": "X99000001", "statement": "safeguarding", "score": score,
        "reviewed_on": "2026-01-05", "reason": "ongoing_review" } })
}

/// Submissions about bodies and their scores, in an order in which each is allowed.
fn corpus() -> Vec<Value> {
    let body = |code: &str, name: &str, kind: &str| {
        json!({ "kind": "register_organisation", "data": {
            "code": code, "name": name, "kind": kind, "fictional": true } })
    };
    let framework: Value =
        serde_json::from_str(include_str!("../../crates/assessment/frameworks/la-2025.json"))
            .unwrap();
    let member = json!({ "authority": "X99000001", "system": "X99000003", "from": "2025-04-01" });
    let ended = json!({ "authority": "X99000001", "system": "X99000003", "to": "2025-09-30" });
    vec![
        body("X99000001", "Exampleshire", "local_authority"),
        body("X99000002", "Samplebridge", "local_authority"),
        body("X99000003", "Sample System", "integrated_care_system"),
        json!({ "kind": "adopt_framework", "data": {
            "adopted_on": "2026-01-01", "framework": framework } }),
        json!({ "kind": "amend_organisation", "data": {
            "code": "X99000001", "region": "North", "reason": "completed" } }),
        json!({ "kind": "add_area_member", "data": member }),
        json!({ "kind": "end_area_member", "data": ended }),
        json!({ "kind": "import_publication", "data": {
            "organisation": "X99000001", "name": "Exampleshire", "framework": "la-2023",
            "programme": "formal", "month": "2024-08", "rating": "requires_improvement",
            "scores": [2, 2, 2, 2, 2, 3, 3, 3, 3] } }),
        review(3),
        json!({ "kind": "open_assessment", "data": {
            "organisation": "X99000002", "framework": "la-2025", "kind": "comprehensive",
            "opened_on": "2026-01-06" }, "command": "opening-1", "expected_version": 1 }),
        json!({ "kind": "succeed_organisations", "data": {
            "old": ["X99000002"], "into": "X99000001", "on": "2026-02-01" } }),
    ]
}

fn lines(submissions: &[Value]) -> String {
    submissions.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_file_twice_is_recorded_once() {
    let site = Site::begun();
    site.write("commands.jsonl", lines(&corpus()));
    let first = site.run("import commands.jsonl");
    assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
    // The framework that the publication is read under is adopted on the way.
    let said = "commands.jsonl: 11 recorded (12 records), 0 already there, 0 refused\n\
                signed a checkpoint of 14 records\n";
    assert_eq!(first.out, said);
    let stored = site.lines();
    let again = site.ok("import commands.jsonl");
    assert_eq!(again, "commands.jsonl: 0 recorded (0 records), 11 already there, 0 refused\n");
    let piped = site.run_with("import -", &lines(&corpus()));
    assert_eq!(piped.out, "-: 0 recorded (0 records), 11 already there, 0 refused\n");
    assert_eq!(site.lines(), stored);
    assert!(site.ok("verify").contains("\nverified"));
}

#[test]
fn a_line_without_a_key_goes_by_the_hash_of_what_it_asks_for() {
    let site = Site::with_exampleshire();
    site.ok_with("import -", &lines(&[review(3)]));
    let record: Value = serde_json::from_str(site.lines().last().unwrap()).unwrap();
    assert_eq!(record["record"]["command"], record["record"]["request"]);
    let canonical = serde_json_canonicalizer::to_string(&review(3)).unwrap();
    let request = blake3::hash(canonical.as_bytes()).to_hex().to_string();
    assert_eq!(record["record"]["request"], request);
    // In another order and with spaces it asks for the same.
    let spaced = serde_json::to_string_pretty(&review(3)).unwrap().replace('\n', " ");
    let ran = site.run_with("import -", &spaced);
    assert_eq!(ran.out, "-: 0 recorded (0 records), 1 already there, 0 refused\n");
}

#[test]
fn a_key_is_for_one_command() {
    let site = Site::with_exampleshire();
    let keyed = |score: u8, key: &str| {
        let mut line = review(score);
        line["command"] = key.into();
        line
    };
    site.write("one.jsonl", lines(&[keyed(3, "visit-1"), keyed(3, "visit-2")]));
    site.write("other.jsonl", lines(&[keyed(4, "visit-1"), keyed(3, "not a key")]));
    site.write("within.jsonl", lines(&[keyed(2, "visit-3"), keyed(4, "visit-3")]));
    let text = site.transcript(&[
        "import one.jsonl",
        "import one.jsonl",
        "import other.jsonl",
        "import within.jsonl",
        "import within.jsonl --dry-run",
        "reviewed",
    ]);
    check("imports_keys", &text);
}

#[test]
fn a_line_that_is_no_command_is_named_and_the_others_go_in() {
    let site = Site::with_exampleshire();
    let good = review(3).to_string();
    let bad = [
        "not JSON".to_owned(),
        good.replace("review_score", "change_score"),
        good.replace("\"score\":3", "\"score\":null"),
        good.replace("\"score\":3", "\"score\":5"),
        good.replace("\"score\":3", "\"score\":3.0"),
        good.replace("\"score\":3", "\"score\":3,\"score\":4"),
        good.replace("\"score\":3", "\"score\":3,\"mood\":\"good\""),
        good.replace("\"score\":3,", ""),
        good.replace("\"kind\"", "\"comment\":\"x\",\"kind\""),
        good.replace("\"kind\"", "\"kind\":\"review_score\",\"kind\""),
        good.replace("\"score\":3", "\"score\":3,\"was\":null"),
        good.replace("2026-01-05", "2026-02-30"),
        good.replace("2026-01-05", "2999-01-01"),
        good.replace("\"kind\"", "\"expected_version\":9,\"kind\""),
    ];
    site.write("lines.jsonl", format!("{}\n\n{good}\n", bad.join("\n")));
    let text = site.transcript(&["import lines.jsonl", "import lines.jsonl --dry-run"]);
    check("imports_bad_lines", &text);
    assert_eq!(site.rows("reviewed").len(), 1);
}

/// A list could be read as the members in their order, and a null as one that is not there; the
/// format knows neither.
#[test]
fn a_command_is_an_object_without_nulls() {
    let site = Site::with_exampleshire();
    let good = review(3).to_string();
    let data = r#""data":["la-2023","baseline","2024-05-01","X99000001"],"kind":"open_assessment""#;
    let bad = [
        good.replace("\"kind\"", "\"command\":null,\"kind\""),
        good.replace("\"kind\"", "\"expected_version\":null,\"kind\""),
        format!("{{{data}}}"),
        format!("[\"key-1\",{},1,\"review_score\"]", review(3)["data"]),
    ];
    let before = site.lines();
    for line in &bad {
        let ran = site.run_with("import -", line);
        assert_eq!(ran.code, 1, "{line}: {ran:?}");
        assert!(ran.err.contains("refused [malformed]"), "{line}: {ran:?}");
    }
    assert_eq!(site.lines(), before);
}

#[test]
fn an_import_can_stop_at_the_first_refusal() {
    let site = Site::with_exampleshire();
    let bad = "no command".to_owned();
    let text = [review(2).to_string(), bad, review(4).to_string()].join("\n");
    let ran = site.run_with("import - --stop-on-refusal", &text);
    assert_eq!(ran.code, 1);
    let told = "-: 1 recorded (1 record), 0 already there, 1 refused\n";
    assert_eq!(ran.out, format!("{told}signed a checkpoint of 6 records\n"));
}

#[test]
fn a_dry_run_tells_what_would_come_of_the_lines_together() {
    let site = Site::begun();
    let before = site.lines();
    let ran = site.run_with("import - --dry-run", &lines(&corpus()));
    let said = "-: 11 would be recorded (12 records), 0 already there, 0 refused\n";
    assert_eq!((ran.code, ran.out.as_str()), (0, said), "{ran:?}");
    assert_eq!(site.lines(), before);
}

#[test]
fn reviews_can_come_from_a_spreadsheet() {
    let site = Site::with_exampleshire();
    site.write(
        "reviews.csv",
        "organisation,statement,score,reviewed_on,reason,correction,was\r\n\
         X99000001,safeguarding,3,2026-01-05,ongoing_review,,\r\n\
         X99000001,safeguarding,4,2026-01-06,ongoing_review,,3\r\n\
         X99000001,safeguarding,2,2026-01-05,typing_error,true,4\r\n\
         X99000001,safeguarding,good,2026-01-07,ongoing_review,,\r\n\
         X99000001,safeguarding,3,2026-01-07,ongoing_review,perhaps,\r\n\
         X99000001,safeguarding,,2026-01-07,ongoing_review,,\r\n\
         X99000001,safeguarding,3,2026-01-07,ongoing_review,,4\r\n",
    );
    site.write("unknown.csv", "organisation,mood\nX99000001,good\n");
    let text = site.transcript(&[
        "import reviews.csv",
        "import reviews.csv --kind review_score",
        "import reviews.csv --kind review_score",
        "import unknown.csv --kind review_score",
        "reviewed",
    ]);
    check("imports_spreadsheet", &text);
}

#[test]
fn lists_come_from_a_cell_between_semicolons() {
    let site = Site::with_exampleshire();
    site.register("X99000002", "Samplebridge", "local_authority");
    site.register("X99000004", "Testford", "local_authority");
    site.write("merge.csv", "old,into,on\nX99000002; X99000004,X99000001,2026-02-01\n");
    site.ok("import merge.csv --kind succeed_organisations");
    let ended = site.rows("organisation list");
    let into: Vec<&str> = ended.iter().map(|row| row["succeeded_by"].as_str()).collect();
    assert_eq!(into, ["", "X99000001", "X99000001"]);
}

/// A piece of evidence of a body that the ledger knows.
fn evidence(content: &Value) -> Value {
    json!({ "kind": "submit_evidence", "data": {
        "category": "processes", "collected_on": "2025-08", "content": content,
        "method": "documents", "organisations": ["X99000001"], "origin": "held",
        "received_on": "2025-09-02", "setting": "off_site", "source": "regulator" } })
}

/// What is sealed is sealed with a salt drawn by chance, and must be known again all the same.
#[test]
fn a_line_with_a_text_or_a_file_twice_is_recorded_once() {
    let site = Site::with_exampleshire();
    site.write("notes.txt", "What was noted.");
    let file = evidence(&json!({ "file": "notes.txt" }));
    let mut keyed = evidence(&json!({ "text": "Said.", "media_type": "text/markdown" }));
    keyed["command"] = json!("visit-7");
    site.write("lines.jsonl", lines(&[evidence(&json!({ "text": "Said." })), file, keyed]));
    let heading = "category,collected_on,content,method,organisations,origin,received_on,setting,\
        source\nprocesses,2025-08";
    let rest = "data,X99000001,held,2025-09-02,off_site,regulator\n";
    site.write("rows.csv", format!("{heading},@notes.txt,{rest}"));
    let table = "import rows.csv --kind submit_evidence";
    let mut text = site.transcript(&[
        "import lines.jsonl",
        "import lines.jsonl",
        "import lines.jsonl --dry-run",
        table,
        table,
        "evidence list --format csv",
    ]);
    let recorded = site.lines();
    // Where the keys are not, the same text cannot be known again.
    text += &site.transcript(&["import lines.jsonl --config elsewhere --dry-run"]);
    assert_eq!(site.lines(), recorded);
    // The same name with another content is something else.
    site.write("notes.txt", "What was noted later.");
    text += &site.transcript(&["import lines.jsonl", table]);
    check("imports_contents", &text);
}

#[test]
fn a_content_that_is_not_there_is_no_content() {
    let site = Site::with_exampleshire();
    let hash = "0".repeat(64);
    let reference = json!({
        "commitment": hash, "length": 5, "media_type": "text/plain", "sealed": hash,
    });
    let contents = [
        json!({ "file": "nothing.pdf" }),
        json!({ "file": "ledger" }),
        json!({ "text": "Said.", "file": "row.csv" }),
        json!({ "text": 7 }),
        json!({ "text": "Said.", "media_type": "words" }),
        json!({}),
        json!("Said."),
        reference,
    ];
    let bad: Vec<Value> = contents.iter().map(evidence).collect();
    site.write("lines.jsonl", lines(&bad));
    let before = site.files();
    check("imports_no_contents", &site.transcript(&["import lines.jsonl"]));
    assert_eq!(site.rows("evidence list").len(), 0);
    let vault = |files: &std::collections::BTreeMap<std::path::PathBuf, _>| {
        files.keys().filter(|path| path.iter().any(|part| part == "vault")).count()
    };
    assert_eq!(vault(&site.files()), vault(&before), "nothing is sealed for a refused line");
}

#[test]
fn the_schema_closes_every_command() {
    let site = Site::new();
    let schema: Value = serde_json::from_str(&site.ok("schema commands")).unwrap();
    let mut kinds: BTreeSet<&str> = corpus_kinds(&schema["oneOf"], "/properties/kind/const");
    for kind in DRAWN {
        assert!(kinds.remove(kind), "{kind}");
    }
    let corpus = Value::from(every_kind());
    assert_eq!(kinds, corpus_kinds(&corpus, "/kind"));
    for submission in schema["oneOf"].as_array().unwrap() {
        assert_eq!(submission["additionalProperties"], false, "{submission}");
    }
    for line in corpus.as_array().unwrap() {
        let data = &schema["$defs"][line["kind"].as_str().unwrap()];
        assert_eq!(data["additionalProperties"], false, "{data}");
        let given = line["data"].as_object().unwrap();
        for name in given.keys() {
            assert!(data["properties"].get(name).is_some(), "{name} in {data}");
        }
        for needed in data["required"].as_array().unwrap() {
            assert!(given.contains_key(needed.as_str().unwrap()), "{needed} in {line}");
        }
    }
    references_resolve(&schema, &schema);
}

fn corpus_kinds<'a>(list: &'a Value, pointer: &str) -> BTreeSet<&'a str> {
    let list = list.as_array().unwrap().iter();
    list.map(|item| item.pointer(pointer).unwrap().as_str().unwrap()).collect()
}

/// Whatever is referred to stands in the schema itself.
fn references_resolve(schema: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let target = schema.pointer(reference.trim_start_matches('#'));
                assert!(target.is_some(), "{reference}");
            }
            members.values().for_each(|member| references_resolve(schema, member));
        }
        Value::Array(items) => items.iter().for_each(|item| references_resolve(schema, item)),
        _ => {}
    }
}
