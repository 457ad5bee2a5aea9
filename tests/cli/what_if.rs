//! Guards against the fear that a supposition is taken for a fact: that an answer to `what-if` is
//! wrong, is not marked as one, or finds its way into the records.

use crate::site::{HEADER, Ran, SEGMENT, Site, check};
use plain::{Cap, Level, Rules};
use serde_json::Value;
use std::collections::BTreeMap;

#[path = "../../crates/projections/tests/what_if/plain.rs"]
#[allow(dead_code, reason = "of it, only what is said of levels is needed here")]
mod plain;

const LA_2023: &str = include_str!("../../crates/assessment/frameworks/la-2023.json");
const FORMATS: [&str; 5] = ["table", "plain", "json", "jsonl", "csv"];
const RATINGS: [&str; 4] = ["Inadequate", "Requires improvement", "Good", "Outstanding"];

/// The themes, each with the columns of its statements.
const THEMES: [(&str, std::ops::RangeInclusive<usize>); 5] = [
    ("", 1..=9),
    ("working-with-people", 1..=3),
    ("providing-support", 4..=5),
    ("ensuring-safety", 6..=7),
    ("leadership", 8..=9),
];

type Row = BTreeMap<String, String>;

/// What was really published, row by row.
fn published(site: &Site) -> Vec<Row> {
    let text = site.read("published.csv");
    csv::Reader::from_reader(text.as_slice()).deserialize().collect::<Result<_, _>>().unwrap()
}

fn level(row: &Row, columns: std::ops::RangeInclusive<usize>) -> Level {
    let mut level = Level::default();
    columns.for_each(|column| level.add(row[&format!("qs{column}")].parse().unwrap()));
    level
}

fn direction(from: usize, to: usize) -> &'static str {
    match from.cmp(&to) {
        std::cmp::Ordering::Less => "up",
        std::cmp::Ordering::Greater => "down",
        std::cmp::Ordering::Equal => "none",
    }
}

/// The rules in use, and others as they are asked about.
fn rules() -> (Rules, Vec<(&'static str, Rules)>) {
    let own = Rules { rounding: "ceiling", tops: [38, 62, 87, 100], ..Rules::default() };
    let cap = |rating, score| Cap { rating, score };
    let others = vec![
        ("--set rounding=floor", Rules { rounding: "floor", ..own.clone() }),
        ("--set rounding=half_up", Rules { rounding: "half_up", ..own.clone() }),
        ("--framework la-2025", own.clone()),
        ("--set limiter=requires_improvement:1", Rules { caps: vec![cap(1, 1)], ..own.clone() }),
        ("--set limiter=requires_improvement:2", Rules { caps: vec![cap(1, 2)], ..own.clone() }),
        (
            "--set limiter=good:3 --set bands=25-44,45-55,56-80,81-100 --set rounding=half_up",
            Rules {
                rounding: "half_up",
                tops: [44, 55, 80, 100],
                caps: vec![cap(2, 3)],
                ..own.clone()
            },
        ),
    ];
    (own, others)
}

#[test]
fn every_published_rating_is_computed_as_plain_loops_over_the_table_do() {
    let site = Site::with_all_published();
    let (own, others) = rules();
    let published = published(&site);
    for (asked, other) in others {
        let rows = site.rows(&format!("what-if {asked} --all"));
        assert_eq!(rows.len(), published.len() * THEMES.len());
        let mut flips = 0;
        for row in &published {
            for (theme, columns) in THEMES {
                let level = level(row, columns);
                let is_meant = |known: &&Row| {
                    known["organisation"] == row["gss_code"] && known["subject"] == theme
                };
                let found = rows.iter().find(is_meant).unwrap();
                let (from, to) = (level.rated(&own), level.rated(&other));
                let marks = level.back_to(Some(RATINGS[from]), &other);
                let expected = [
                    RATINGS[from].to_owned(),
                    level.percent(&own).to_string(),
                    RATINGS[to].to_owned(),
                    level.percent(&other).to_string(),
                    direction(from, to).to_owned(),
                    marks.map(|marks| marks.to_string()).unwrap_or_default(),
                ];
                let names =
                    ["rating", "score", "what_if_rating", "what_if_score", "direction", "marks"];
                assert_eq!(names.map(|name| found[name].clone()), expected, "{asked}: {found:?}");
                flips += usize::from(from != to);
            }
        }
        assert_eq!(site.rows(&format!("what-if {asked}")).len(), flips, "{asked}");
    }
}

/// Exampleshire, published under `la-2023`, with one score raised since.
fn reviewed() -> Site {
    let site = Site::with_exampleshire();
    site.ok("score review Exampleshire --statement assessing-needs --score 3 --date 2025-06-02 \
         --reason ongoing_review");
    site
}

#[test]
fn what_people_ask() {
    let site = Site::with_all_published();
    let text = site.transcript(&[
        "what-if --set rounding=floor --level overall",
        "what-if --set rounding=half_up --level overall",
        "what-if --set rounding=half_up Kent Warrington York --all --level overall",
        "what-if --set limiter=requires_improvement:1",
        "what-if --set limiter=requires_improvement:1 York Warrington --all --level overall",
        "what-if York --set rounding=floor --format csv",
        "what-if York --set rounding=floor --format json",
        "what-if York --set rounding=floor --audience public --format jsonl",
        "what-if York --set rounding=floor --audience body=E06000014",
        "what-if York --set rounding=floor --as-of 50",
        "what-if York --set rounding=floor --effective 2025-06-30",
        "what-if --set rounding=floor --level theme --kind integrated_care_system",
    ]);
    check("what_if", &text);
    let site = reviewed();
    let text = site.transcript(&[
        "what-if Exampleshire --framework la-2025",
        "what-if Exampleshire --framework la-2025 --all",
        "what-if Exampleshire --framework la-2023",
        "what-if Exampleshire --framework la-2025 --audience public",
        "what-if Exampleshire --framework la-2025 --set bands=25-38,39-61,62-87,88-100",
        "what-if Exampleshire --framework ics-2023",
        "what-if --framework ics-2023",
    ]);
    check("what_if_frameworks", &text);
}

/// The shipped framework with something else in it, under an id of its own.
fn framework(change: &dyn Fn(&mut Value)) -> String {
    let mut framework: Value = serde_json::from_str(LA_2023).unwrap();
    framework["id"] = "la-mine".into();
    change(&mut framework);
    framework.to_string()
}

fn limited() -> String {
    framework(&|it| {
        let limiter = serde_json::json!({ "at_most": "requires_improvement", "score": 2 });
        it["scoring"]["limiters"]["value"] = serde_json::json!([limiter]);
    })
}

#[test]
fn a_framework_with_a_limiter_can_be_asked_about_and_never_adopted() {
    let site = Site::with_all_published();
    site.write("limited.json", limited());
    let idle =
        serde_json::json!([{ "at_most": "good", "score": 1 }, { "at_most": "good", "score": 2 }]);
    site.write("idle.json", framework(&|it| it["scoring"]["limiters"]["value"] = idle.clone()));
    site.write(
        "outstanding.json",
        limited().replace("{\"at_most\":\"requires_improvement\"", "{\"at_most\":\"outstanding\""),
    );
    let text = site.transcript(&[
        "framework check limited.json",
        "framework check idle.json",
        "framework check outstanding.json",
        "what-if Darlington Essex --framework limited.json",
        "framework adopt limited.json",
    ]);
    check("what_if_limiter", &text);
    let line = format!(
        "{{\"kind\":\"adopt_framework\",\"data\":{{\"adopted_on\":\"2025-01-01\",\
         \"framework\":{}}}}}\n",
        limited()
    );
    let ran = site.run_with("import -", &line);
    assert!(ran.code == 1 && ran.err.contains("[framework_limits]"), "{ran:?}");
}

/// A rating whose scores nobody knows.
const PARTIAL: &str = "X99000002,Samplebridge,formal,Good,,,,,,,,,,,2025-09,,";

#[test]
fn a_body_that_cannot_be_computed_is_named_with_the_reason() {
    let site = reviewed();
    site.register("X99000002", "Samplebridge", "local_authority");
    let fewer = |it: &mut Value| drop(it["scoring"]["themes"].as_array_mut().unwrap().remove(2));
    site.write("fewer.json", framework(&fewer));
    site.write("later.csv", format!("{HEADER}\n{PARTIAL}\n"));
    site.ok("publication import later.csv --partial");
    let text = site.transcript(&[
        "what-if --framework fewer.json",
        "what-if --framework fewer.json --format csv",
        "what-if Samplebridge --set rounding=floor",
        "what-if Samplebridge --set rounding=floor --audience public",
    ]);
    check("what_if_obstacles", &text);
}

/// What must be refused, each with its exit code and a word of why.
const HOSTILE: [(&str, i32, &str); 24] = [
    ("what-if", 2, "--framework <FILE|ID>"),
    ("what-if --set ''", 2, "no rule and value"),
    ("what-if --set rounding", 2, "no rule and value"),
    ("what-if --set colour=red", 2, "no such rule"),
    ("what-if --set rounding=sideways", 2, "expected one of"),
    ("what-if --set rounding=floor --set rounding=floor", 2, "rounding is changed twice"),
    ("what-if --set bands=25-38,39-62,64-87,88-100", 2, "no band holds 63"),
    ("what-if --set bands=25-38,38-62,63-87,88-100", 2, "38 also in another band"),
    ("what-if --set bands=99999999999999999999", 2, "four runs"),
    ("what-if --set limiter=good:5", 2, "`5` is not a score"),
    ("what-if --set limiter=outstanding:1", 2, "nothing is rated better"),
    ("what-if --set required_categories=", 2, "required_categories"),
    ("what-if --set required_categories=rumours", 1, "no evidence category"),
    ("what-if --framework nothing.json", 5, "cannot read nothing.json"),
    ("what-if --framework la-2099", 1, "la-2099"),
    ("what-if --framework ''", 5, "cannot read"),
    ("what-if --framework ledger", 5, "cannot read ledger"),
    ("what-if --framework ../../../../../etc/../nothing", 5, "cannot read"),
    ("what-if --framework text.json", 1, "not a sound framework"),
    ("what-if --framework latin.json", 5, "UTF-8"),
    ("what-if --framework -", 1, "not a sound framework"),
    ("what-if Nowhere --set rounding=floor", 1, "no organisation"),
    ("what-if --framework la-2025 --kind integrated_care_system", 2, "--kind"),
    ("what-if --set rounding=floor --as-of 999999", 1, "999999"),
];

#[test]
fn what_makes_no_sense_is_refused_with_its_cause() {
    let site = Site::with_exampleshire();
    site.write("text.json", "no framework");
    site.write("latin.json", [b'{', 0xe9, b'}']);
    for (line, code, said) in HOSTILE {
        let Ran { code: ended, out, err } = site.run(line);
        assert_eq!((ended, out.as_str()), (code, ""), "{line}: {err}");
        assert!(err.contains(said), "{line}: {err}");
    }
    let huge = "x".repeat(100_000);
    for rule in ["", "rounding=", "bands=", "limiter=", "required_categories="] {
        let ran = site.piperoll(&["what-if", "--set", &format!("{rule}{huge}")], "");
        assert_eq!(ran.code, 2, "{rule}");
    }
    for name in ["a\nb", "a\tb", "\"", "*"] {
        let ran = site.piperoll(&["what-if", "--framework", name], "");
        assert_eq!(ran.code, 5, "{name}: {ran:?}");
    }
    let ran = site.run_with("what-if --framework -", &limited());
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn every_format_is_marked_and_holds_the_same() {
    let site = reviewed();
    let line = "what-if --framework la-2025 --set rounding=half_up --all";
    let rows = site.rows(line);
    let json: Vec<BTreeMap<String, Value>> =
        serde_json::from_str(&site.ok(&format!("{line} --format json"))).unwrap();
    let cells = |row: &BTreeMap<String, Value>| -> Row {
        row.iter().map(|(name, value)| (name.clone(), crate::site::cell(value))).collect()
    };
    assert_eq!(json.iter().map(cells).collect::<Vec<_>>(), rows);
    let jsonl = site.ok(&format!("{line} --format jsonl"));
    let jsonl = jsonl.lines().map(|line| cells(&serde_json::from_str(line).unwrap()));
    assert_eq!(jsonl.collect::<Vec<_>>(), rows);
    for row in &rows {
        assert_eq!(row["what_if"], "framework=la-2025 rounding=half_up");
    }
    let plain = site.ok(&format!("{line} --format plain"));
    assert_eq!(plain.lines().count(), rows.len());
    assert!(plain.lines().all(|line| line.starts_with("framework=la-2025 rounding=half_up\t")));
    let table = site.ok(&format!("{line} --format table"));
    let heading = "WHAT IF framework=la-2025 rounding=half_up: nothing of this is recorded\n";
    assert!(table.starts_with(heading), "{table}");
    // And what it rests on can be proved: each record that is named has that hash.
    let (positions, hashes) = (&rows[0]["positions"], &rows[0]["hashes"]);
    assert!(positions.split(' ').count() > 1);
    for (position, hash) in positions.split(' ').zip(hashes.split(' ')) {
        let record = site.ok(&format!("show {position} --format json"));
        assert!(record.contains(hash) && hash.len() == 64, "{record}");
    }
}

#[test]
fn nothing_of_it_is_ever_recorded() {
    let site = reviewed();
    let before = site.read(SEGMENT);
    for format in FORMATS {
        let line = format!("what-if --framework la-2025 --format {format} --all");
        let ran = site.run(&line);
        assert_eq!(ran.code, 0, "{ran:?}");
        for import in [
            "import -",
            "import - --kind review_score",
            "import - --kind import_publication",
            "publication import -",
            "organisation import -",
        ] {
            let refused = site.run_with(import, &ran.out);
            assert!([1, 2].contains(&refused.code), "{format} into {import}: {refused:?}");
        }
    }
    assert_eq!(site.read(SEGMENT), before);
}
