//! Guards that agreement is told of the pairs that there are and of no others, that anybody comes
//! to the same figures from them, and that nobody is blamed for what a few pairs happen to show.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use assurance::{Bootstrap, Pairs, Scale, Share, Statistic, compare};
use serde_json::{Value, json};

use crate::site::{Site, cell, check};
use crate::story::{AUTHORITY, command, text};

#[path = "agreement/drawing.rs"]
mod drawing;
#[path = "agreement/widths.rs"]
mod widths;

const FORMATS: [&str; 5] = ["table", "plain", "json", "jsonl", "csv"];
/// The framework of today, as if it had been valid for long.
const FRAMEWORK: &str = "la-2009";
const SEED: &str = "piperoll agreement";
const NAMES: [&str; 7] = ["exact", "adjacent", "shift", "alpha", "ac1", "ac2", "kappa"];
type Rows = Vec<BTreeMap<String, String>>;

/// An assessment as far as its panel: who scored what, and what the panel made of it, by statement
/// in the order of the framework.
pub struct Judged {
    pub number: usize,
    pub region: Option<&'static str>,
    pub assessor: &'static str,
    /// The day of its panel.
    pub on: String,
    pub scores: [(u8, u8); 9],
}

impl Judged {
    fn code(&self) -> String {
        format!("X9910{:04}", self.number)
    }

    /// Its commands; its panel is the `nth` of its year.
    fn lines(&self, nth: usize) -> Vec<Value> {
        let (code, year) = (self.code(), &self.on[..4]);
        let (id, day) = (format!("{code}-{year}-a"), self.on.as_str());
        let mut body = json!({
            "code": code, "fictional": true, "kind": "local_authority", "name": code,
        });
        if let Some(region) = self.region {
            body["region"] = json!(region);
        }
        let mut lines = vec![
            command("register_organisation", body),
            command(
                "open_assessment",
                json!({
                    "framework": FRAMEWORK, "kind": "baseline", "opened_on": day,
                    "organisation": code,
                }),
            ),
            command(
                "submit_evidence",
                json!({
                    "category": "processes", "collected_on": year, "content": text("evidence"),
                    "method": "interview", "organisations": [code], "origin": "collected",
                    "received_on": day, "setting": "on_site", "source": "partners",
                }),
            ),
            command(
                "use_evidence",
                json!({ "assessment": id, "evidence": [format!("{code}-e1")], "used_on": day }),
            ),
        ];
        let framework = AUTHORITY.framework();
        let mut adjustments = Vec::new();
        for ((_, statement), (first, second)) in framework.statements().zip(self.scores) {
            lines.push(command(
                "review_score",
                json!({
                    "assessment": id, "by": self.assessor, "evidence": [format!("{code}-e1")],
                    "organisation": code, "reason": "assessment", "reviewed_on": day,
                    "score": first, "statement": statement.id, "text": text("reason"),
                }),
            ));
            if first != second {
                adjustments.push(json!({
                    "reason": "consistency", "score": second, "statement": statement.id,
                    "text": text("adjustment"),
                }));
            }
        }
        let members = json!([
            { "person": "p-101", "side": "internal" }, { "person": "p-201", "side": "external" },
        ]);
        lines.push(command(
            "convene_panel",
            json!({ "assessments": [id], "convened_on": day, "members": members }),
        ));
        lines.push(command(
            "decide_panel",
            json!({
                "adjustments": adjustments, "assessment": id, "decided_on": day,
                "panel": format!("{year}-{}", letters(nth)),
            }),
        ));
        lines
    }
}

/// a, b … z, aa, ab …
fn letters(nth: usize) -> String {
    let letter = |at: usize| char::from(b'a' + (at % 26) as u8).to_string();
    if nth < 26 { letter(nth) } else { letters(nth / 26 - 1) + &letter(nth) }
}

/// A ledger with these assessments, each as far as its panel.
pub fn with(judged: &[Judged]) -> Site {
    let site = Site::begun();
    let mut adopt = AUTHORITY.begin()[0].clone();
    adopt["data"]["adopted_on"] = json!("2009-01");
    adopt["data"]["framework"]["id"] = json!(FRAMEWORK);
    adopt["data"]["framework"]["valid_from"]["value"] = json!("2009-01");
    let mut panels: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines = vec![adopt];
    for it in judged {
        let nth = panels.entry(&it.on[..4]).or_default();
        lines.extend(it.lines(*nth));
        *nth += 1;
    }
    site.import(&lines);
    site
}

/// Nine assessments: p-021 mostly scores as the panel does, and p-022 marks up two of three
/// statements.
fn judged() -> Vec<Judged> {
    const FOUND: [u8; 9] = [3, 2, 3, 1, 2, 3, 2, 3, 2];
    let of = |number: usize| {
        let score = |at: usize| {
            let turn = at + number;
            let marked_up = match number % 4 {
                0 => turn.is_multiple_of(9),
                2 => false,
                _ => !turn.is_multiple_of(3),
            };
            (FOUND[turn % 9] + u8::from(marked_up), FOUND[turn % 9])
        };
        let month = ["2025-03", "2025-06", "2025-08"][number / 4];
        Judged {
            number,
            region: [Some("North"), Some("South"), None][number / 4],
            assessor: ["p-021", "p-022"][number % 2],
            on: format!("{month}-{:02}", 10 + number),
            scores: std::array::from_fn(score),
        }
    };
    (0..9).map(of).collect()
}

fn figure<'a>(rows: &'a Rows, group: &str, statistic: &str) -> &'a BTreeMap<String, String> {
    let is_it =
        |row: &&BTreeMap<String, String>| row["group"] == group && row["statistic"] == statistic;
    rows.iter().find(is_it).unwrap_or_else(|| panic!("{group}, {statistic}: {rows:?}"))
}

fn value(rows: &Rows, group: &str, statistic: &str) -> f64 {
    figure(rows, group, statistic)["value"].parse().unwrap()
}

#[test]
fn a_table_shows_who_marks_up_and_leaves_out_what_few_pairs_would_show() {
    let site = with(&judged());
    let text = site.transcript(&[
        "agreement",
        "agreement --by assessor --replicates 100",
        "agreement --by quarter --framework la-2009 --kind local_authority --replicates 100",
        "agreement --by region --effective 2025-03-31 --replicates 100",
        "agreement --by statement --replicates 100",
        "agreement --framework la-2025",
        "agreement --kind integrated_care_system --by region",
        "agreement --between scorer-reader",
        "agreement --between scorer-reader --pairs --format json",
    ]);
    check("agreement", &text);
}

/// The pairs, by hand from what was entered.
#[test]
fn pairs_are_those_that_were_entered() {
    let judged = judged();
    let site = with(&judged);
    let framework = AUTHORITY.framework();
    let statements: Vec<String> =
        framework.statements().map(|(_, statement)| statement.id.to_string()).collect();
    let mut entered = Vec::new();
    for it in &judged {
        for (statement, (first, second)) in statements.iter().zip(it.scores) {
            let quarter = ["2025-Q1", "2025-Q2", "2025-Q3"][it.number / 4];
            let values = [it.assessor, statement, it.region.unwrap_or_default(), quarter];
            entered.push((values.map(str::to_owned), [first, second].map(|it| it.to_string())));
        }
    }
    let rows = site.rows("agreement --pairs");
    let found = rows.iter().map(|row| {
        let values = ["assessor", "statement", "region", "quarter"].map(|name| row[name].clone());
        (values, ["first", "second"].map(|name| row[name].clone()))
    });
    assert_eq!(found.collect::<Vec<_>>(), entered);
    // Each is found again in the log, under its number.
    for (nth, row) in rows.iter().enumerate() {
        assert_eq!(row["item"], format!("{}.{}", row["position"], nth % 9 + 1));
    }
    let decided = site.rows("log --kind panel_decided");
    let positions: BTreeSet<&String> = rows.iter().map(|row| &row["position"]).collect();
    assert_eq!(positions, decided.iter().map(|row| &row["position"]).collect());
}

/// The fear: a figure that nobody else comes to.
#[test]
fn figures_follow_from_the_pairs_and_the_seed() {
    let site = with(&judged());
    let pairs = site.rows("agreement --pairs");
    for (by, seed, replicates) in [
        ("assessor", SEED, 200),
        ("statement", "another seed", 100),
        ("region", SEED, 100),
        ("quarter", SEED, 100),
    ] {
        let line = format!("agreement --by {by} --seed '{seed}' --replicates {replicates}");
        let rows = site.rows(&line);
        let mut divided: BTreeMap<String, Vec<(u8, u8)>> = BTreeMap::new();
        for pair in &pairs {
            let name = if pair[by].is_empty() { "none" } else { &pair[by] };
            let scores = (pair["first"].parse().unwrap(), pair["second"].parse().unwrap());
            divided.entry("all".to_owned()).or_default().push(scores);
            divided.entry(name.to_owned()).or_default().push(scores);
        }
        assert_eq!(rows.len(), 7 * divided.len());
        let confidence = Share::new(95_00).unwrap();
        let replicates = NonZeroU32::new(replicates).unwrap();
        for (group, scores) in &divided {
            let scale = Scale::new(1..=4).unwrap();
            let pairs = Pairs::new(&scale, scores.iter().copied()).unwrap();
            let known = compare(&pairs, &Bootstrap { seed, replicates, confidence });
            for (name, statistic) in NAMES.into_iter().zip(Statistic::ALL) {
                let row = figure(&rows, group, name);
                assert_eq!(row["pairs"], scores.len().to_string());
                assert_eq!((&*row["seed"], &*row["confidence"]), (seed, "95"));
                let figure =
                    known.map(|all| *all.iter().find(|it| it.statistic == statistic).unwrap());
                let [value, low, high] = match figure {
                    Err(_) => [None; 3],
                    Ok(it) => [
                        it.value.ok(),
                        it.interval.ok().map(|it| it.low),
                        it.interval.ok().map(|it| it.high),
                    ],
                };
                for (column, known) in [("value", value), ("low", low), ("high", high)] {
                    let given: Option<f64> = row[column].parse().ok();
                    assert_eq!(given.is_some(), known.is_some(), "{row:?}");
                    let apart = given.unwrap_or_default() - known.unwrap_or_default();
                    assert!(apart.abs() < 1e-12, "{row:?}");
                }
                assert_eq!(row["why_not"].is_empty(), low.is_some(), "{row:?}");
            }
        }
    }
}

/// By hand: what a person can count.
#[test]
fn whoever_marks_up_is_found() {
    let judged = judged();
    let site = with(&judged);
    let rows = site.rows("agreement --by assessor");
    for assessor in ["p-021", "p-022"] {
        let of = judged.iter().filter(|it| it.assessor == assessor);
        let pairs: Vec<(u8, u8)> = of.flat_map(|it| it.scores).collect();
        let count = |of: &dyn Fn(i16) -> i16| -> f64 {
            let all = pairs.iter().map(|(first, second)| i16::from(*second) - i16::from(*first));
            f64::from(all.map(of).sum::<i16>()) / pairs.len() as f64
        };
        let known = [
            ("exact", count(&|shift| i16::from(shift == 0))),
            ("adjacent", count(&|shift| i16::from(shift.abs() < 2))),
            ("shift", count(&|shift| shift)),
        ];
        for (name, known) in known {
            assert!((value(&rows, assessor, name) - known).abs() < 1e-11, "{assessor} {name}");
        }
    }
    assert!(value(&rows, "p-022", "shift") < -0.6 && value(&rows, "p-021", "shift") > -0.1);
    let said = site.run("agreement --by assessor").err;
    assert!(said.contains("p-022: the panel marks down by 0.667 points on average"), "{said}");
    assert!(!said.contains("p-021:"), "{said}");
}

/// What was not known then, had not happened by then, or is void, counts for nobody.
#[test]
fn what_is_void_or_later_makes_no_pair() {
    let site = with(&judged());
    let decided = site.rows("log --kind panel_decided");
    let pairs = |line: &str| site.rows(&format!("agreement --pairs {line}")).len();
    let positions: Vec<u64> = decided.iter().map(|row| row["position"].parse().unwrap()).collect();
    assert_eq!(pairs(""), 81);
    for (nth, position) in positions.iter().enumerate() {
        assert_eq!(pairs(&format!("--as-of {position}")), 9 * (nth + 1));
        assert_eq!(pairs(&format!("--as-of {}", position - 1)), 9 * nth);
    }
    assert_eq!(pairs("--effective 2025-03-12"), 27);
    assert_eq!(pairs("--effective 2025-01-01"), 0);
    let struck = positions[3];
    let before = site.ok("log").lines().count();
    site.ok(&format!("strike-out {struck} --reason wrong_entry --yes"));
    assert_eq!(pairs(""), 72);
    let rows = site.rows("agreement --pairs");
    assert!(rows.iter().all(|row| row["position"] != struck.to_string()));
    assert_eq!(pairs(&format!("--as-of {}", before - 2)), 81, "it was not void then");
    assert_eq!(value(&site.rows("agreement"), "all", "exact"), {
        let equal = rows.iter().filter(|row| row["first"] == row["second"]).count();
        (equal as f64 / 72.0 * 1e12).round() / 1e12
    });
}

/// Draws a sample of reviews, and has these scores given blind, in turn: the items.
fn read_blind(site: &Site, size: usize, reader: &str, scores: &[u8]) -> Vec<String> {
    let said = site.ok(&format!("sample commit score_reviews --size {size} --by p-040"));
    let id = said.split("sample/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    site.ok(&format!("sample seed {id} 2718281828{size} --source dice --by p-040"));
    site.ok(&format!("sample draw {id} --by p-040"));
    let items: Vec<String> = site
        .rows(&format!("sample show {id}"))
        .into_iter()
        .map(|row| row["item"].clone())
        .collect();
    let read = items.iter().zip(scores.iter().cycle()).map(|(item, score)| {
        command(
            "score_sample_item",
            json!({
                "by": reader, "item": item, "sample": id, "score": score,
                "scored_on": crate::samples::today(),
            }),
        )
    });
    site.import(&read.collect::<Vec<_>>());
    items
}

/// A second reader is compared with the review, not with what a panel made of it.
#[test]
fn second_readers_are_compared_with_the_reviews_that_they_read() {
    let site = with(&judged());
    let reviews: BTreeMap<String, Value> = site
        .lines()
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["record"].take())
        .filter(|record| record["kind"] == "score_reviewed")
        .map(|record| (record["position"].to_string(), record["data"].clone()))
        .collect();
    let items = read_blind(&site, 30, "p-051", &[3, 2, 4]);
    let rows = site.rows("agreement --between scorer-reader --pairs");
    assert_eq!(rows.iter().map(|row| row["item"].clone()).collect::<Vec<_>>(), items);
    for (row, score) in rows.iter().zip(["3", "2", "4"].iter().cycle()) {
        let review = &reviews[&row["item"]];
        assert_eq!(json!(row["assessor"]), review["by"]);
        assert_eq!(json!(row["statement"]), review["statement"]);
        assert_eq!(row["first"], review["score"].to_string());
        assert_eq!((&row["second"], &*row["by"]), (&(*score).to_owned(), "p-051"));
        assert_eq!(row["on"], crate::samples::today());
    }
    let figures = site.rows("agreement --between scorer-reader --by assessor");
    assert_eq!(figure(&figures, "all", "ac2")["pairs"], "30");
    // Another sample that happens to have the same reviews in it reads them again.
    let again = read_blind(&site, 81, "p-052", &[1]);
    let rows = site.rows("agreement --between scorer-reader --pairs");
    assert_eq!(rows.len(), 111);
    let twice = again.iter().filter(|item| items.contains(item)).count();
    assert_eq!(twice, 30);
    let said = site.run("agreement --between scorer-reader");
    assert!(said.err.contains("30 reviews were drawn in several samples"), "{said:?}");
    assert!(said.err.contains("the second reader marks down by 1."), "{said:?}");
    // A review that is struck out was never there to be read.
    let before = rows.iter().filter(|row| row["item"] == items[0]).count();
    assert_eq!(before, 2);
    // The panel's decision rests on it, and goes first.
    let decided = site.rows("log --kind panel_decided");
    let positions = decided.iter().map(|row| row["position"].parse::<u64>().unwrap());
    let panel = positions.filter(|at| *at > items[0].parse().unwrap()).min().unwrap();
    site.ok(&format!("strike-out {panel} --reason wrong_entry --yes"));
    assert_eq!(site.rows("agreement --between scorer-reader --pairs"), rows);
    site.ok(&format!("strike-out {} --reason wrong_entry --yes", items[0]));
    let rows = site.rows("agreement --between scorer-reader --pairs");
    assert!(rows.len() == 109 && rows.iter().all(|row| row["item"] != items[0]));
}

#[test]
fn every_format_holds_the_same_figures() {
    let site = with(&judged());
    for question in ["agreement --by quarter", "agreement --by assessor", "agreement --pairs"] {
        let [_, plain, json, jsonl, csv] =
            FORMATS.map(|format| site.ok(&format!("{question} --format {format}")));
        let heading: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let rows: Vec<Vec<String>> = reader.deserialize().collect::<Result<_, _>>().unwrap();
        let cells = |object: &Value| -> Vec<String> {
            assert_eq!(object.as_object().unwrap().len(), heading.len());
            heading.iter().map(|name| cell(&object[*name])).collect()
        };
        let parsed: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed.iter().map(cells).collect::<Vec<_>>(), rows, "{question}");
        let lines: Vec<Value> =
            jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, parsed);
        let plain: Vec<Vec<&str>> = plain.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!(plain, rows);
        assert!(!csv.contains("NaN") && !csv.contains("inf") && !csv.contains(",-0,"), "{csv}");
        assert!(!csv.contains(",-0.0,"), "{csv}");
    }
}

/// One wrong figure in a table, and nobody trusts the rest.
#[test]
fn scores_that_never_vary_have_no_alpha_and_say_so() {
    let same = |number| Judged {
        number,
        region: None,
        assessor: "p-021",
        on: "2025-03-10".to_owned(),
        scores: [(3, 3); 9],
    };
    let site = with(&[same(0), same(1), same(2)]);
    let rows = site.rows("agreement");
    for name in ["alpha", "kappa"] {
        let row = figure(&rows, "all", name);
        assert_eq!((&*row["value"], &*row["low"]), ("", ""), "{row:?}");
        assert_eq!(row["why_not"], "all ratings are the same");
    }
    for (name, known) in [("exact", 1.0), ("adjacent", 1.0), ("shift", 0.0), ("ac1", 1.0)] {
        let row = figure(&rows, "all", name);
        assert_eq!(value(&rows, "all", name), known);
        assert_eq!(row["low"], row["high"], "{row:?}");
    }
    check("agreement_alike", &site.transcript(&["agreement"]));
}

/// The demo has two panels at most, and no sample.
#[test]
fn a_small_ledger_says_that_it_is_small() {
    let site = Site::new();
    let ran = site.run("demo tour");
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = site.transcript(&[
        "agreement --ledger tour/ledger --by assessor",
        "agreement --ledger tour/ledger --between scorer-reader --by quarter",
        "agreement --ledger tour/ledger --between scorer-reader --format csv",
        "agreement --ledger tour/ledger --between scorer-reader --format json",
    ]);
    check("agreement_demo", &text);
}

/// What cannot be meant, and what nobody else is told.
#[test]
fn what_cannot_be_asked_is_refused() {
    let site = with(&judged()[..2]);
    let long = format!("agreement --seed {}", "9".repeat(501));
    let text = site.transcript(&[
        "agreement --by weather",
        "agreement --between panel-scorer",
        "agreement --seed short",
        "agreement --seed ' spaced out '",
        "agreement --replicates 0",
        "agreement --replicates 99",
        "agreement --replicates 100001",
        "agreement --replicates 18446744073709551616",
        "agreement --replicates -1",
        "agreement --replicates many",
        "agreement --framework la-1999",
        "agreement --kind parish",
        "agreement --pairs --by region",
        "agreement --pairs --format svg",
        "agreement --by assessor --format svg",
        "agreement --statistic ac2",
        "agreement --statistic mean --format svg",
        "agreement --as-of 99999",
        "agreement --audience public",
        "agreement --audience body=X99100000 --pairs",
        &long,
    ]);
    check("agreement_refused", &text.replace(&"9".repeat(501), "9…"));
    for seed in ["1234\u{1b}[2J5678", "1234\u{7}5678", "1234\n5678", "1234\r5678"] {
        let ran = site.piperoll(&["agreement", "--seed", seed], "");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    }
    // Any other text is one, and stands in the answer as it was given.
    let seed = "0001 «½» \"quoted\" 'x' <b>, =1+1";
    let ran = site.piperoll(&["agreement", "--seed", seed, "--format", "csv"], "");
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let rows: Rows = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert!(rows.len() == 7 && rows.iter().all(|row| row["seed"] == seed), "{ran:?}");
}
