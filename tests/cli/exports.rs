//! Guards the fear that an export says something else than the questions do, tells the public what
//! is not public, or puts itself in the place of what is not its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::audiences;
use crate::samples;
use crate::site::{Site, check};
use crate::story::command;

/// What a table holds, and the question that prints the same; `{}` stands for the day.
const QUESTIONS: [(&str, &str); 23] = [
    ("organisations", "organisation list"),
    ("areas", "area list"),
    ("frameworks", "framework list"),
    ("assessments", "assessment list"),
    ("ratings", "ratings"),
    ("scores", "scores"),
    ("category_scores", "scores --categories"),
    ("transitions", "transitions"),
    ("reviewed", "reviewed"),
    ("national", "national --effective {}"),
    ("coverage", "coverage --on {}"),
    ("conflicts", "conflict list"),
    ("due", "due --on {}"),
    ("evidence", "evidence list"),
    ("evidence_requests", "evidence list --requests"),
    ("panels", "panel list"),
    ("panel_scores", "panel show 2025-a"),
    ("comments", "comment list"),
    ("finance", "finance list Northbrook"),
    ("section_50", "section-50 list"),
    ("process_reviews", "process-review list"),
    ("calendar", "calendar list"),
    ("samples", "sample list"),
];

/// The demo, with figures, a request for evidence and a review that was asked for; and a day on
/// which the ledger was asked.
fn demo() -> (Site, String) {
    let site = Site::new();
    site.ok("demo tour");
    fs::rename(site.path("tour/ledger"), site.path("ledger")).unwrap();
    fs::rename(site.path("tour/config"), site.path("config")).unwrap();
    site.ok("finance record Northbrook --year 2024-25 --total-budget 512,300,000");
    site.ok("finance record Northbrook --year 2025-26 --total-budget 500,000,000");
    site.ok("process-review request X99000003-2025-a-p1 --ground process_not_followed \
         --text 'Nobody asked us.' --received-on 2025-11-20");
    site.ok("evidence request Northbrook --category processes --method documents \
         --due 2026-02-20 --date 2026-02-03 --text 'All that is new.'");
    site.ok("conflict record York --field safeguarding --a 3 --source-a 'the report' --b 2 \
         --source-b 'a press release' --noted-on 2026-01-05");
    site.register("X99000009", "Samplevale", "integrated_care_system");
    site.ok("area add Samplevale York --from 2025-01-01");
    let (sample, items) = samples::draw(&site, "score_reviews --size 3 --strata framework");
    let judge = format!("sample judge {sample} {} --by p-051", items[0]);
    site.ok(&format!("{judge} --score 2"));
    site.ok(&format!("{judge} --finding anomaly --class not_supported --text 'One group.'"));
    site.ok("export csv csv");
    let day = json_of(&site, "csv/datapackage.json")["piperoll"]["on"].as_str().unwrap().to_owned();
    (site, day)
}

fn json_of(site: &Site, file: &str) -> Value {
    serde_json::from_slice(&site.read(file)).unwrap()
}

/// The cells of a CSV file, its heading first.
fn cells(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    let cells = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
    reader.records().map(|row| cells(row.unwrap())).collect()
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let named = entries.map(|it| (it.file_name().into_string().unwrap(), it.path()));
    named.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

fn database(site: &Site, file: &str) -> Connection {
    Connection::open_with_flags(site.path(file), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// The data rows of a file under other tests' heads, by the names of its columns.
fn by_name(text: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text).deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn every_table_is_what_the_question_prints_in_all_three_forms() {
    let (site, day) = demo();
    site.ok("export jsonl jsonl");
    site.ok("export sqlite ledger.db");
    let database = database(&site, "ledger.db");
    for (table, question) in QUESTIONS {
        let question = question.replace("{}", &day);
        let exported = site.read(&format!("csv/{table}.csv"));
        let asked = site.ok(&format!("{question} --format csv"));
        assert_eq!(cells(&exported), cells(asked.as_bytes()), "{table}");
        let lines = String::from_utf8(site.read(&format!("jsonl/{table}.jsonl"))).unwrap();
        assert_eq!(lines, site.ok(&format!("{question} --format jsonl")), "{table}");
        assert!(exported.ends_with(b"\r\n"), "{table}");
        assert!(cells(&exported).len() > 1, "{table} has nothing to compare");
    }
    for file in files(&site.path("csv")).keys().filter_map(|name| name.strip_suffix(".csv")) {
        let count = format!("SELECT count(*) FROM {file}");
        let count: i64 = database.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, cells(&site.read(&format!("csv/{file}.csv"))).len() as i64 - 1, "{file}");
    }
    let sample = samples::this_year() + "-a";
    let shown = site.ok(&format!("sample show {sample} --format csv"));
    assert_eq!(cells(&site.read("csv/sample_items.csv")), cells(shown.as_bytes()));
    // What no question prints in just these rows.
    let happened = by_name(&site.read("csv/history.csv"));
    let mut codes: Vec<&String> = happened.iter().map(|row| &row["organisation"]).collect();
    codes.dedup();
    assert!(codes.len() > 40 && codes.is_sorted());
    for code in ["E06000014", "X99000001", "X99000009"] {
        let of_one = happened.iter().filter(|row| row["organisation"] == code);
        let of_one: Vec<_> = of_one.cloned().collect();
        assert_eq!(of_one, site.rows(&format!("history {code}")), "{code}");
    }
    let stale = by_name(&site.read("csv/stale.csv"));
    let undated: Vec<_> = stale.into_iter().filter(|row| row["undated"] != "0").collect();
    assert_eq!(undated, site.rows(&format!("stale --undated --on {day}")));
    let mut publications: Vec<String> = by_name(&site.read("csv/publications.csv"))
        .into_iter()
        .map(|row| row["publication"].clone())
        .collect();
    let mut listed: Vec<String> =
        site.rows("publication list").into_iter().map(|row| row["publication"].clone()).collect();
    publications.sort();
    listed.sort();
    assert_eq!(publications, listed);
}

#[test]
fn the_records_are_the_stored_ones_up_to_the_asked_point() {
    let site = Site::with_exampleshire();
    let lines = site.lines();
    site.ok("export jsonl all");
    assert_eq!(site.read("all/records.jsonl"), (lines.join("\n") + "\n").into_bytes());
    site.ok("export jsonl some --as-of 2");
    assert_eq!(site.read("some/records.jsonl"), (lines[..3].join("\n") + "\n").into_bytes());
    let about = &json_of(&site, "some/datapackage.json")["piperoll"];
    assert_eq!((&about["position"], &about["origin"]), (&2.into(), &"example.org/ledger".into()));
    assert!(lines[2].contains(about["hash"].as_str().unwrap()));

    site.ok("export csv csv");
    site.ok("export sqlite ledger.db");
    let database = database(&site, "ledger.db");
    for (row, line) in by_name(&site.read("csv/records.csv")).iter().zip(&lines) {
        let stored: Value = serde_json::from_str(line).unwrap();
        let data: Value = serde_json::from_str(&row["data"]).unwrap();
        assert_eq!(data, stored["record"]["data"]);
        assert_eq!(row["hash"], stored["hash"]);
        for name in ["kind", "stream", "actor", "recorded_at", "occurred_on", "command"] {
            assert_eq!(row[name], stored["record"][name]);
        }
    }
    // The data are JSON to SQL, and a mark that nobody else gives a database is in its header.
    let origin = "SELECT json_extract(data, '$.origin') FROM records WHERE position = 0";
    let origin: String = database.query_row(origin, [], |row| row.get(0)).unwrap();
    assert_eq!(origin, "example.org/ledger");
    let broken = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(database.query_row(broken, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

/// Whoever has the table only must be able to tell that a row is the record that was hashed.
#[test]
fn the_hash_of_a_record_can_be_had_from_its_row() {
    let site = Site::with_exampleshire();
    site.ok("export csv csv");
    let rows = by_name(&site.read("csv/records.csv"));
    assert_eq!(rows.len(), site.lines().len());
    for row in rows {
        let mut record = serde_json::Map::new();
        for (name, cell) in row.iter().filter(|(name, cell)| *name != "hash" && !cell.is_empty()) {
            let value = match name.as_str() {
                "part" | "parts" | "position" | "schema" | "version" | "data" => {
                    serde_json::from_str(cell).unwrap()
                }
                _ => Value::String(cell.clone()),
            };
            record.insert(name.clone(), value);
        }
        let canonical = serde_json_canonicalizer::to_vec(&record).unwrap();
        assert_eq!(blake3::hash(&canonical).to_string(), row["hash"], "{}", row["position"]);
    }
}

/// What is void, and what is written and not published, can be looked up without the records.
#[test]
fn strike_outs_and_drafts_are_tables_of_their_own() {
    let site = audiences::site(&|site, place| {
        audiences::quiet(site, place);
        audiences::busy(site, place);
    });
    let logged = site.rows("log --kind record_struck_out");
    let drafted = site.rows("log --kind draft_written");
    site.ok("export csv csv");
    let struck = by_name(&site.read("csv/strike_outs.csv"));
    let positions = |rows: &[BTreeMap<String, String>]| -> Vec<String> {
        rows.iter().map(|row| row["position"].clone()).collect()
    };
    assert_eq!(positions(&struck), positions(&logged));
    let drafts = by_name(&site.read("csv/drafts.csv"));
    assert!(!drafts.is_empty() && drafts.len() <= drafted.len());
    let lists = site.rows("draft list");
    for row in lists.into_iter().filter(|row| !row["version"].is_empty()) {
        assert!(drafts.contains(&row), "{row:?}");
    }
}

/// One cause has one answer: a name that cannot be told of is a wrong use.
#[test]
fn a_place_that_is_not_utf_8_is_refused_alike_by_every_export() {
    use std::os::unix::ffi::OsStrExt;
    let site = Site::with_exampleshire();
    let today = site.rows("log --kind ledger_opened")[0]["occurred_on"].clone();
    let name = std::ffi::OsStr::from_bytes(b"out\xff");
    for words in [
        &["csv"][..],
        &["sqlite"],
        &["jsonl"],
        &["tiles"],
        &["disclosure", "Exampleshire", "--as-of", &today],
        &["disclosure", "Exampleshire", "out", "--as-of", &today, "--openings"],
    ] {
        let mut command = assert_cmd::Command::new(crate::site::PROGRAM);
        command.env_clear().env("PIPEROLL_CONFIG", "config").current_dir(site.path(""));
        let output = command.arg("export").args(words).arg(name).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains("is not UTF-8"), "{words:?}: {said}");
    }
    assert!(!site.path("out").exists());
}

/// A text from elsewhere must come back as it is; where somebody asks, it must not be run.
#[test]
fn hostile_names_come_back_and_are_defused_only_when_asked() {
    let site = Site::begun();
    let names = [
        "=HYPERLINK(\"http://x\")",
        "+1 Council",
        "-1 Council",
        "@SUM(A1)",
        "Say \"hello\", friend",
        "Körper 🏛 日本",
    ];
    for (number, name) in names.iter().enumerate() {
        let data = json!({
            "code": format!("X9900000{number}"), "fictional": true, "kind": "local_authority",
            "name": name,
        });
        site.import(&[command("register_organisation", data)]);
    }
    let exported = |dir: &str| -> Vec<String> {
        let rows = by_name(&site.read(&format!("{dir}/organisations.csv")));
        rows.into_iter().map(|row| row["name"].clone()).collect()
    };
    site.ok("export csv plain");
    assert_eq!(exported("plain"), names);
    site.ok("export csv safe --excel-safe");
    let defused = names.iter().enumerate().map(|(number, name)| match number {
        0..4 => format!("'{name}"),
        _ => (*name).to_owned(),
    });
    assert_eq!(exported("safe"), defused.collect::<Vec<_>>());
    for (dir, safe, said) in [("plain", false, "was not given"), ("safe", true, "apostrophe")] {
        assert_eq!(
            json_of(&site, &format!("{dir}/datapackage.json"))["piperoll"]["excel_safe"],
            safe
        );
        for file in ["datapackage.json", "csv-metadata.json"] {
            let text = String::from_utf8(site.read(&format!("{dir}/{file}"))).unwrap();
            assert!(text.contains(said), "{dir}/{file}");
        }
    }
    site.ok("export sqlite ledger.db");
    let database = database(&site, "ledger.db");
    let mut select = database.prepare("SELECT name FROM organisations").unwrap();
    let stored: Vec<String> =
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(stored, names);
}

#[test]
fn the_same_ledger_gives_the_same_bytes_and_an_earlier_export_is_replaced_whole() {
    let site = Site::with_exampleshire();
    site.ok("export csv one");
    site.ok("export csv two");
    assert_eq!(files(&site.path("one")), files(&site.path("two")));
    site.ok("export sqlite one.db");
    site.ok("export sqlite two.db");
    assert_eq!(site.read("one.db"), site.read("two.db"));

    site.register("X99000002", "Samplebridge", "local_authority");
    for line in ["export csv one", "export jsonl one", "export jsonl one", "export sqlite one.db"] {
        site.ok(line);
    }
    assert!(!site.path("one/organisations.csv").exists());
    let organisations = String::from_utf8(site.read("one/organisations.jsonl")).unwrap();
    assert!(organisations.contains("Samplebridge"));
    assert_ne!(site.read("one.db"), site.read("two.db"));
    // Nothing is left beside.
    let beside: Vec<_> =
        files_and_dirs(&site).into_iter().filter(|it| it.starts_with('.')).collect();
    assert!(beside.is_empty(), "{beside:?}");
}

fn files_and_dirs(site: &Site) -> Vec<String> {
    let entries = fs::read_dir(site.path("")).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[test]
fn nothing_is_put_in_the_place_of_what_no_export_wrote() {
    let site = Site::with_exampleshire();
    site.write("file", "mine");
    fs::create_dir(site.path("mine")).unwrap();
    site.write("mine/thesis.txt", "ten years of work");
    site.ok("export csv csv");
    site.write("csv/notes.txt", "ten more");
    fs::create_dir(site.path("other")).unwrap();
    site.write("other/datapackage.json", "{\"name\":\"mine\",\"resources\":[]}");
    fs::create_dir(site.path("empty")).unwrap();
    std::os::unix::fs::symlink("mine", site.path("link")).unwrap();
    let before = site.files();
    check(
        "exports_places",
        &site.transcript(&[
            "export csv file",
            "export csv mine",
            "export csv csv",
            "export csv other",
            "export csv link",
            "export csv ledger",
            "export csv ..",
            "export csv .",
            "export csv file/below",
            "export jsonl mine",
            "export sqlite file",
            "export sqlite mine",
            "export sqlite link",
            "export csv new --as-of 99",
            "export csv new --audience body=X99000001",
            "export csv new --audience public --as-of 2",
        ]),
    );
    let changed = site.files();
    let differing: Vec<_> =
        changed.iter().filter(|(path, it)| before.get(*path) != Some(it)).collect();
    // The directory itself was written to and cleaned up again.
    assert!(
        differing.iter().all(|(path, _)| path.ends_with("index") || path.is_dir()),
        "{differing:?}"
    );
    site.ok("export csv empty");
}

/// Whoever has an export must be able to tell what it rests on, and what was done to it.
#[test]
fn an_export_says_its_days_and_what_was_done_to_texts() {
    let site = Site::with_exampleshire();
    let times = "--as-of 2999-01-01 --effective 2025-01-31";
    for audience in ["public", "regulator"] {
        site.ok(&format!("export csv csv {times} --audience {audience}"));
        let package = json_of(&site, "csv/datapackage.json");
        assert_eq!(package["piperoll"]["as_of"], "2999-01-01");
        let description = package["description"].as_str().unwrap();
        assert!(description.contains(", as they were at the end of 2999-01-01"), "{description}");
    }
    site.ok("export jsonl jsonl");
    let package = json_of(&site, "jsonl/datapackage.json");
    assert_eq!(
        (&package["piperoll"]["excel_safe"], &package["piperoll"]["as_of"]),
        (&json!(null), &json!(null))
    );
    assert!(!package["description"].as_str().unwrap().contains("formula"), "{package}");
}

/// Whoever compares two ledgers' public exports must not find what is not public.
#[test]
fn an_export_for_the_public_tells_nothing_that_is_not_public() {
    let bare = audiences::site(&audiences::quiet);
    let full = audiences::site(&|site, place| {
        audiences::quiet(site, place);
        audiences::busy(site, place);
    });
    for site in [&bare, &full] {
        site.ok("export csv csv --audience public");
        site.ok("export jsonl jsonl --audience public");
        site.ok("export sqlite ledger.db --audience public");
        site.ok("export csv then --audience public --effective 2025-11-30 --as-of 2099-12-31");
    }
    for dir in ["csv", "jsonl", "then"] {
        assert_eq!(files(&bare.path(dir)), files(&full.path(dir)), "{dir}");
    }
    assert_eq!(bare.read("ledger.db"), full.read("ledger.db"));
    let tables: Vec<String> = files(&bare.path("csv")).into_keys().collect();
    check("exports_public", &tables.join("\n"));
    // It is not that nothing is said.
    assert!(String::from_utf8(bare.read("csv/ratings.csv")).unwrap().contains("Millbrook"));
    let about = json_of(&bare, "csv/datapackage.json")["piperoll"].clone();
    assert_eq!((&about["position"], &about["hash"]), (&Value::Null, &Value::Null));
    for (name, bytes) in files(&bare.path("csv")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("p-0"), "{name} names somebody");
    }
}

/// What a table and its columns mean stands in the docs as it does beside the tables.
#[test]
fn the_docs_describe_every_table_and_column() {
    let site = Site::begun();
    site.ok("export csv csv");
    let mut text = String::new();
    for table in json_of(&site, "csv/datapackage.json")["resources"].as_array().unwrap() {
        let (name, meaning) =
            (table["name"].as_str().unwrap(), table["description"].as_str().unwrap());
        text += &format!(
            "\n### {name}\n\n{meaning}\n\n| column | type | what it means |\n|---|---|---|\n"
        );
        for field in table["schema"]["fields"].as_array().unwrap() {
            let kind = match field["constraints"]["pattern"].as_str() {
                Some(pattern) if pattern.starts_with("[0-9]{4}") => "date",
                Some(_) => "hash",
                None => field["type"].as_str().unwrap(),
            };
            let name = field["name"].as_str().unwrap();
            let always = field["constraints"]["required"] == true;
            let kind = if always { kind.to_owned() } else { format!("{kind}?") };
            text += &format!("| {name} | {kind} | {} |\n", field["description"].as_str().unwrap());
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/exports.md");
    let known = fs::read_to_string(&file).unwrap();
    let (head, tables) = known.split_once("\n## The tables\n").unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, format!("{head}\n## The tables\n{text}")).unwrap();
        return;
    }
    assert!(tables == text, "docs/exports.md is old: UPDATE_DOCS=1 takes over a change");
}
