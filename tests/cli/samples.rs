//! Guards that nobody steers a sample, that a second reader sees nothing of the first decision, and
//! that what is told of a sample follows from its records alone.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::forge::{records, rewrite};
use crate::site::{Site, check};
use crate::story::{command, text};

#[path = "samples/answered.rs"]
mod answered;
#[path = "samples/publications.rs"]
mod publications;
#[path = "samples/read.rs"]
mod read;
#[path = "samples/redraw.rs"]
mod redraw;
#[path = "samples/sizes.rs"]
mod sizes;
#[path = "samples/verify.rs"]
mod verify;

const FORMATS: [&str; 5] = ["table", "plain", "json", "jsonl", "csv"];

/// The year of the samples that are committed to while the tests run, by London's clock.
pub fn this_year() -> String {
    today()[..4].to_owned()
}

/// The day on which the tests run, by London's clock.
pub fn today() -> String {
    ledger::Instant::from(chrono::Utc::now()).day().to_string()
}

/// The slip of 8 October in the ledger of every kind, sampled and read again.
pub fn quality() -> Vec<Value> {
    let sample = format!("{}-a", this_year());
    vec![
        command(
            "commit_sample",
            json!({
                "as_of": SLIP, "by": "p-040", "population": {
                    "assessor": "p-021", "framework": "la-2025", "from": "2025-10-08",
                    "of": "score_reviews", "statement": "assessing-needs", "to": "2025-10-08",
                },
                "seed_from": "dice, before two witnesses", "size": 1,
                "strata": ["statement", "framework"],
            }),
        ),
        command(
            "seed_sample",
            json!({
                "announced_on": today(), "by": "p-040", "sample": sample,
                "seed": "031415926535", "source": "dice",
            }),
        ),
        command("draw_sample", json!({ "by": "p-040", "sample": sample })),
        command(
            "score_sample_item",
            json!({
                "by": "p-051", "item": SLIP.to_string(), "sample": sample, "score": 3,
                "scored_on": today(),
            }),
        ),
        command(
            "judge_sample_item",
            json!({
                "by": "p-051", "class": "recorded_wrongly", "finding": "anomaly",
                "item": SLIP.to_string(), "judged_on": today(), "sample": sample,
                "text": text("anomaly"),
            }),
        ),
    ]
}

/// The record that changes a score after the panel's decision, in the ledger of every kind.
const SLIP: u64 = 46;

/// The ledger of the demo: 48 real authorities, and three invented ones that were reviewed.
fn demo() -> Site {
    let site = Site::new();
    let ran = site.run("demo tour");
    assert_eq!(ran.code, 0, "{ran:?}");
    for name in ["ledger", "config"] {
        fs::rename(site.path("tour").join(name), site.path(name)).unwrap();
    }
    site
}

/// The commands of a transcript, with `a` and `b` for samples of this year.
fn transcript(site: &Site, lines: &[&str]) -> String {
    let year = this_year();
    let lines: Vec<String> = lines.iter().map(|line| line.replace("YEAR", &year)).collect();
    let text = site.transcript(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    ["a", "b", "c", "d", "e", "f"].iter().fold(text, |text, letter| {
        text.replace(&format!("{year}-{letter}"), &format!("YEAR-{letter}"))
    })
}

fn of_year(line: &str) -> String {
    line.replace("YEAR", &this_year())
}

/// Commits to a sample, seeds and draws it: its id, and its items.
pub fn draw(site: &Site, what: &str) -> (String, Vec<String>) {
    let id = site.ok(&format!("sample commit {what} --by p-040"));
    let id = id.split("sample/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    // The same in every year, and another one for each sample.
    let letter = id.bytes().last().unwrap();
    let seed = format!("27182818{}", letter - b'a');
    site.ok(&format!("sample seed {id} {seed} --source dice --by p-040"));
    site.ok(&format!("sample draw {id} --by p-040"));
    let rows = site.rows(&format!("sample show {id}"));
    (id, rows.into_iter().map(|row| row["item"].clone()).collect())
}

/// From nothing to a draw, with each step out of turn.
const DRAWN: &[&str] = &[
    "sample list",
    "sample seed YEAR-a 31415926535 --source dice",
    "sample commit score_reviews --size 4 --strata framework --to 2025-10 \
     --seed-from 'two dice, before two witnesses' --dry-run",
    "sample commit score_reviews --size 4 --strata framework --to 2025-10 \
     --seed-from 'two dice, before two witnesses'",
    "sample draw YEAR-a",
    "sample show YEAR-a",
    "sample summary YEAR-a",
    "sample blind YEAR-a 115",
    "sample judge YEAR-a 115 --score 3",
    "sample seed YEAR-a 31415926535 --source beacon",
    "sample seed YEAR-a 31415926535 --source dice --dry-run",
    "sample seed YEAR-a 31415926535 --source dice",
    "sample seed YEAR-a 31415926535 --source dice",
    "sample seed YEAR-a 31415926536 --source dice",
    "sample list",
    "sample draw YEAR-a --dry-run",
    "sample draw YEAR-a",
    "sample draw YEAR-a",
];

/// From a draw to the framework that it led to; 1 to 4 stand for the items.
const JUDGED: &[&str] = &[
    "sample judge YEAR-a ITEM1 --by p-051 --finding agree",
    "sample judge YEAR-a ITEM1 --by p-051 --score 3 --dry-run",
    "sample judge YEAR-a ITEM1 --by p-051 --score 3",
    "sample judge YEAR-a ITEM1 --by p-051 --score 3",
    "sample judge YEAR-a ITEM1 --by p-051 --score 2",
    "sample judge YEAR-a ITEM1 --by p-051 --finding adjacent",
    "sample judge YEAR-a ITEM1 --by p-051 --finding agree",
    "sample judge YEAR-a ITEM1 --by p-051 --finding agree",
    "sample judge YEAR-a ITEM2 --by p-051 --score 1",
    "framework adopt ics-2023 --because YEAR-a",
    "sample judge YEAR-a ITEM2 --by p-051 --finding adjacent",
    "sample judge YEAR-a ITEM2 --by p-051 --finding anomaly",
    "sample judge YEAR-a ITEM2 --by p-051 --finding agree --class not_supported --text 'No.'",
    "sample judge YEAR-a ITEM2 --by p-051 --finding anomaly --class not_supported \
     --text 'One focus group, not two.'",
    "sample summary YEAR-a",
    "sample list",
    "sample judge YEAR-a ITEM3 --by p-000 --score 3",
    "sample judge YEAR-a ITEM3 --by p-051 --score 2",
    "sample judge YEAR-a ITEM3 --by p-051 --finding adjacent",
    "sample judge YEAR-a ITEM4 --by p-051 --score 3",
    "sample judge YEAR-a ITEM4 --by p-051 --finding agree --text 'Well argued.'",
    "sample summary YEAR-a",
    "framework adopt ics-2023 --because sample/YEAR-a --dry-run",
    "framework adopt ics-2023 --because sample/YEAR-a",
    "sample list",
    "sample show YEAR-a",
    "sample verify",
    "sample verify YEAR-a --format json",
];

/// The whole way, each step out of turn refused.
#[test]
fn a_sample_goes_from_its_commitment_to_the_framework_that_it_led_to() {
    let site = demo();
    check("samples_drawn", &transcript(&site, DRAWN));
    let items = site.rows(&of_year("sample show YEAR-a"));
    let lines: Vec<String> = JUDGED
        .iter()
        .map(|line| {
            (1..).zip(&items).fold((*line).to_owned(), |line, (number, row)| {
                line.replace(&format!("ITEM{number}"), &row["item"])
            })
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check("samples_judged", &transcript(&site, &lines));
    let all = records(&site.path("ledger"));
    let adopted = all.last().unwrap();
    assert_eq!(adopted["kind"], "framework_adopted");
    assert_eq!(adopted["data"]["because"], json!(of_year("YEAR-a")));
    assert_eq!(adopted["data"]["reason"], "quality_assurance");
    let shown = site.ok("framework show ics-2023");
    assert!(shown.contains(&of_year(", quality_assurance, because of sample YEAR-a")), "{shown}");
    let public = site.ok("framework show ics-2023 --audience public");
    assert!(!public.contains("quality_assurance") && !public.contains("sample"), "{public}");
    assert_eq!(site.run("verify").code, 0);
}

/// What people are told of a population must be the bytes that its digest is of, its strata those
/// that other questions give, and no rate is given that would be one of nothing.
#[test]
fn publications_are_drawn_by_region_and_distance_to_a_threshold() {
    let site = demo();
    let bodies = site.rows("organisation list");
    let regions = ["North East", "London", "South 'West'"];
    for (body, region) in bodies.iter().zip(regions.iter().cycle()).take(30) {
        let args = ["organisation", "amend", &body["organisation"], "--region", region];
        let ran = site.piperoll(&[&args[..], &["--reason", "completed"]].concat(), "");
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let what = "publications --each 1 --strata region,threshold-distance";
    let (id, items) = draw(&site, what);
    let shown: Vec<Value> =
        serde_json::from_str(&site.ok(&format!("sample show {id} --format json"))).unwrap();
    let committed = &shown[0]["committed"];
    let quotas = committed["quotas"].as_array().unwrap();
    assert_eq!(quotas.len(), items.len());
    assert!(quotas.len() > 5, "{quotas:?}");
    let file = site.ok(&format!("sample show {id} --population"));
    assert_eq!(blake3::hash(file.as_bytes()).to_string(), committed["population_digest"]);
    assert_eq!(b3sum(&site, &file).unwrap_or_default().is_empty(), b3sum(&site, "").is_none());
    let strata: BTreeMap<&str, &str> =
        file.lines().map(|line| line.split_once('\t').unwrap()).collect();
    assert_eq!(strata.len() as u64, committed["population_size"].as_u64().unwrap());
    for quota in quotas {
        let of = strata.values().filter(|it| **it == quota["stratum"]).count();
        assert_eq!(json!(of), quota["of"], "{quota}");
    }
    strata_are_those_of_other_questions(&site, &strata);
    let summary = site.rows(&format!("sample summary {id}"));
    assert!(summary[0]["stratum"].is_empty() && summary[0]["left"] == items.len().to_string());
    for item in &items {
        site.ok(&format!("sample judge {id} {item} --finding agree --by p-051"));
    }
    let summary = site.rows(&format!("sample summary {id}"));
    assert_eq!(summary.len(), quotas.len() + 1);
    assert!(summary[0]["error_rate"].is_empty(), "drawn at different rates: {:?}", summary[0]);
    // One without an error: up to 1 − 0.025, exactly.
    for row in &summary[1..] {
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        assert_eq!(number("error_rate"), 0.0);
        assert_eq!((number("low"), number("high")), (0.0, 97.5));
    }
    let said = site.ok(&format!("sample summary {id}"));
    assert!(said.contains("No overall rate"), "{said}");
    site.ok("sample verify");
}

/// The stratum of an imported publication, from the list of bodies and their ratings.
fn strata_are_those_of_other_questions(site: &Site, strata: &BTreeMap<&str, &str>) {
    let regions: BTreeMap<String, String> = site
        .rows("organisation list")
        .into_iter()
        .map(|row| (row["organisation"].clone(), row["region"].clone()))
        .collect();
    let marks = |row: &BTreeMap<String, String>| {
        let of = |name: &str| row[name].parse::<u32>().ok();
        let nearest = of("marks_to_next_up").into_iter().chain(of("marks_to_next_down")).min();
        match nearest.unwrap() {
            1 => "1 mark",
            2 => "2 marks",
            _ => "3 marks or more",
        }
    };
    let ratings: BTreeMap<String, &str> = site
        .rows("ratings --level overall")
        .iter()
        .map(|row| (row["assessment"].clone(), marks(row)))
        .collect();
    let mut compared = 0;
    for row in site.rows("log --kind publication_imported") {
        let assessment = row["stream"].strip_prefix("assessment/").unwrap();
        // The invented ones were reviewed since.
        if !assessment.starts_with('E') {
            continue;
        }
        let Some(marks) = ratings.get(assessment) else { continue };
        let region = &regions[assessment.split('-').next().unwrap()];
        let region = if region.is_empty() { "none" } else { region };
        assert_eq!(strata[row["position"].as_str()], format!("{marks} / {region}"), "{row:?}");
        compared += 1;
    }
    assert_eq!(compared, 50);
}

/// What `b3sum` says of a file, where it is installed.
fn b3sum(site: &Site, text: &str) -> Option<String> {
    site.write("population", text);
    let ran = Command::new("b3sum").arg(site.path("population")).stdin(Stdio::null()).output();
    let said = String::from_utf8(ran.ok()?.stdout).unwrap();
    let hash = said.split_whitespace().next()?.to_owned();
    assert_eq!(hash, blake3::hash(text.as_bytes()).to_string());
    Some(hash)
}

/// Somebody who writes around the rules draws what they like; whoever computes it again finds it.
#[test]
fn a_draw_that_was_tampered_with_is_found() {
    let site = demo();
    let (id, items) = draw(&site, "score_reviews --size 4");
    let honest = site.ok("sample verify");
    assert!(honest.contains(" yes ") && honest.contains("draw of 4"), "{honest}");
    let dir = site.path("ledger");
    let mut all = records(&dir);
    let drawn = all.iter_mut().find(|it| it["kind"] == "sample_drawn").unwrap();
    let position = drawn["position"].clone();
    let other = (115..124).map(|at| at.to_string()).find(|at| !items.contains(at)).unwrap();
    drawn["data"]["items"][1] = json!(other);
    rewrite(&dir, all);
    fs::remove_dir_all(dir.join("index")).unwrap();
    fs::remove_file(dir.join("checkpoint")).unwrap();
    fs::remove_dir_all(site.path("config")).unwrap();
    let ran = site.run("sample verify");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains(" NO ") && ran.out.contains(&format!("record {position}, draw")));
    assert!(ran.err.starts_with(&format!("error: {id} does not hold\n")), "{ran:?}");
    for format in FORMATS {
        let ran = site.run(&format!("sample verify {id} --format {format}"));
        assert!(ran.code == 3 && ran.out.contains(&other), "{ran:?}");
    }
    assert_eq!(site.run("sample verify 1999-a").code, 1);
}

/// A population that was changed after the commitment is not printed as if it were the one that was
/// committed to, nor drawn from.
#[test]
fn a_population_that_was_changed_is_not_drawn_from() {
    let site = demo();
    let ran = site.ok("sample commit score_reviews --size 4");
    let id = ran.split("sample/").nth(1).unwrap().split_whitespace().next().unwrap();
    site.ok(&format!("sample seed {id} 27182818284590 --source dice"));
    let dir = site.path("ledger");
    let mut all = records(&dir);
    let commitment = all.iter_mut().find(|it| it["kind"] == "sample_committed").unwrap();
    commitment["data"]["as_of"] = json!(115);
    rewrite(&dir, all);
    fs::remove_dir_all(dir.join("index")).unwrap();
    fs::remove_file(dir.join("checkpoint")).unwrap();
    fs::remove_dir_all(site.path("config")).unwrap();
    assert!(site.run(&format!("sample draw {id}")).err.contains("[population_changed]"));
    let ran = site.run(&format!("sample show {id} --population"));
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{ran:?}");
    assert_eq!(site.run("sample verify").code, 3);
}

/// A seed is a text, not a number: what is taken from it, or added to it, draws something else.
#[test]
fn a_seed_is_taken_exactly_as_it_was_announced() {
    let site = demo();
    let commit = || site.ok("sample commit publications --size 3");
    let seed_of = |id: &str| -> String {
        let shown = site.ok(&format!("sample show {id} --format json"));
        let shown: Vec<Value> = serde_json::from_str(&shown).unwrap();
        shown[0]["seeded"]["seed"].as_str().unwrap().to_owned()
    };
    commit();
    let from_input = of_year("sample seed YEAR-a - --source dice");
    for (input, why) in [
        ("", "is not a seed"),
        ("\n", "is not a seed"),
        (" 12345678\n", "no space around it"),
        ("12345678 \n", "no space around it"),
        ("12345678\r\n", "is not a seed"),
        ("12345678\n12345678\n", "more than one line"),
        ("12345678\n\n", "more than one line"),
        ("1234567", "8 to 500 characters"),
        ("1234\u{7}5678", "is not a seed"),
        ("1234\u{1b}[2J5678", "is not a seed"),
    ] {
        let ran = site.run_with(&from_input, input);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{input:?}: {ran:?}");
        assert!(ran.err.contains(why) && ran.err.contains("the standard input"), "{ran:?}");
        assert!(!ran.err.contains(['\u{7}', '\r']) && !ran.err.contains("\u{1b}[2J"), "{ran:?}");
    }
    let long = "9".repeat(501);
    for wrong in [" 12345678", "1234\n5678", "", &long] {
        let id = of_year("YEAR-a");
        let ran = site.piperoll(&["sample", "seed", &id, wrong, "--source", "dice"], "");
        assert_eq!(ran.code, 2, "{wrong:?}: {ran:?}");
        assert!(ran.err.len() < 500, "{ran:?}");
    }
    let strange = "0001 e-2 «½» \"quoted\" 'x'  two spaces";
    let ran = site.run_with(&from_input, strange);
    assert!(ran.code == 1 && ran.err.contains("[dice_not_digits]"), "{ran:?}");
    assert!(ran.err.contains(&format!("`{strange}`")), "{ran:?}");
    let exact = format!("{}12", "0".repeat(30));
    assert_eq!(site.run_with(&from_input, &format!("{exact}\n")).code, 0);
    assert_eq!(seed_of(&of_year("YEAR-a")), exact);
    // What stood in the ledger before a commitment is no seed of it.
    commit();
    let again = site.run_with(&of_year("sample seed YEAR-b - --source dice"), &exact);
    assert!(again.code == 1 && again.err.contains("[seed_known]"), "{again:?}");
}

/// What nobody should be able to do, and what cannot be meant.
const REFUSED: &[&str] = &[
    "sample commit scores --size 3",
    "sample commit score_reviews",
    "sample commit score_reviews --size 3 --each 2",
    "sample commit score_reviews --confidence 95",
    "sample commit score_reviews --confidence 0 --tolerable-error 5",
    "sample commit score_reviews --confidence 95 --tolerable-error 100",
    "sample commit score_reviews --confidence 95 --tolerable-error 5.123",
    "sample commit score_reviews --confidence 95 --tolerable-error -1",
    "sample commit score_reviews --confidence 1e3 --tolerable-error 5",
    "sample commit score_reviews --confidence NaN --tolerable-error 5",
    "sample commit score_reviews --size 0",
    "sample commit score_reviews --size -1",
    "sample commit score_reviews --size 13",
    "sample commit score_reviews --size 18446744073709551615",
    "sample commit score_reviews --size 18446744073709551616",
    "sample commit score_reviews --each 18446744073709551615",
    "sample commit score_reviews --size 3 --strata region,region",
    "sample commit score_reviews --size 3 --strata weather",
    "sample commit publications --size 3 --strata statement",
    "sample commit score_reviews --size 3 --as-of 99999",
    "sample commit score_reviews --size 3 --as-of 0",
    "sample commit score_reviews --size 3 --as-of yesterday",
    "sample commit score_reviews --size 3 --statement 'The Weather'",
    "sample commit score_reviews --size 3 --region 'South \"West\"'",
    "sample commit score_reviews --size 3 --framework la-1999",
    "sample commit score_reviews --size 3 --from 2026-01-01 --to 2025-01-01",
    "sample commit score_reviews --size 3 --seed-from ' dice'",
    "sample commit score_reviews --size 3 --expect-version 3",
    "sample commit score_reviews --size 3 --actor Jane",
    "sample seed 1999-a 12345678 --source dice",
    "sample seed YEAR-a 12345678 --source weather",
    "sample seed YEAR-a 12345678",
    "sample seed YEAR 12345678 --source dice",
    "sample draw 1999-a",
    "sample show 1999-a",
    "sample show 1999-a --population",
    "sample show YEAR-a --population --format csv",
    "sample summary 1999-a",
    "sample verify 1999-a",
    "sample blind 1999-a 115",
    "sample blind YEAR-a 1",
    "sample blind YEAR-a 99999",
    "sample blind YEAR-a 115.1",
    "sample blind YEAR-a '../115'",
    "sample judge 1999-a 115 --score 3",
    "sample judge YEAR-a 1 --score 3",
    "sample judge YEAR-a 1 --finding agree",
    "sample judge YEAR-a 115",
    "sample judge YEAR-a 115 --score 5",
    "sample judge YEAR-a 115 --score 3 --finding agree",
    "sample judge YEAR-a 115 --score 3 --class not_supported",
    "sample judge YEAR-a 115 --score 3 --text 'Why.'",
    "sample judge YEAR-a 115 --finding maybe",
    "sample judge YEAR-a 115 --finding anomaly --class bad --text 'Why.'",
    "sample judge YEAR-a 115 --finding anomaly --class not_supported --file nowhere.txt",
    "sample list --audience public",
    "sample show YEAR-a --audience body=X99000003",
    "sample summary YEAR-a --audience public",
    "sample verify --audience public",
];

#[test]
fn what_is_no_sample_is_refused_with_its_reason() {
    let site = demo();
    draw(&site, "score_reviews --size 4");
    check("samples_refused", &transcript(&site, REFUSED));
}
