//! Samples that were written into the journal around the rules, with every hash right.

use crate::common::*;
use crate::forge::{forge, records, rewrite};
use crate::{SECOND_READER, SEED, checked, commit, draw, drawn, last, sampled, seed};
use ledger::{At, Check, Damage, Error, Ledger, Options, Outcome, SampleFinding};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The ledger of [`sampled`] with a second reader's score and finding, and without what is derived.
fn honest() -> TempDir {
    static FILES: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let (dir, mut ledger) = sampled();
        let item = drawn(&ledger)[0];
        let position = item.position() as usize;
        let score = records(dir.path())[position]["data"]["score"].clone();
        let by = json!({ "by": SECOND_READER, "item": item, "sample": "2026-a" });
        let with = |further: Value| {
            let mut data = by.clone();
            data.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
            data
        };
        let scored = with(json!({ "score": score, "scored_on": "2026-05-17" }));
        let judged = with(json!({ "finding": "agree", "judged_on": "2026-05-17" }));
        let both =
            [submission("score_sample_item", &scored), submission("judge_sample_item", &judged)];
        record(&mut ledger, &both, &minute(63));
        let second = [commit(last(&ledger), json!({ "each": 2 })), seed("2026-b", "98765432")];
        record(&mut ledger, &second, &minute(64));
        drop(ledger);
        let mut files = files(dir.path());
        files.retain(|name, _| !name.starts_with("index/"));
        files
    });
    copy_of(files)
}

/// What the rules find wrong.
fn by_the_rules(dir: &Path) -> Vec<Damage> {
    let options = Options { checks: [Check::Decisions].into(), ..Options::default() };
    let findings = ledger::verify(dir, &options, &mut |_| {}).unwrap().findings;
    assert!(findings.iter().all(|it| it.check == "rules"), "{findings:?}");
    findings
}

fn findings(dir: &Path) -> Vec<SampleFinding> {
    checked(dir).into_iter().flat_map(|check| check.findings).collect()
}

/// Where the n-th record of a kind stands.
fn at(records: &[Value], kind: &str, nth: usize) -> usize {
    let mut found = records.iter().enumerate().filter(|(_, record)| record["kind"] == kind);
    found.nth(nth).unwrap().0
}

fn data<'a>(records: &'a mut [Value], kind: &str, nth: usize) -> &'a mut Value {
    let at = at(records, kind, nth);
    &mut records[at]["data"]
}

/// Dates the first record of a kind otherwise.
fn date(records: &mut [Value], kind: &str, member: &str, on: &str) {
    let at = at(records, kind, 0);
    (records[at]["data"][member], records[at]["occurred_on"]) = (json!(on), json!(on));
}

/// Puts a record before the one that it stands after; the times stay where they were.
fn exchange(records: &mut [Value], at: usize) {
    let times = [at - 1, at].map(|at| records[at]["recorded_at"].clone());
    records.swap(at - 1, at);
    for (at, time) in [at - 1, at].into_iter().zip(times) {
        records[at]["recorded_at"] = time;
    }
}

#[test]
fn an_honest_sample_is_found_to_be_one() {
    let dir = honest();
    assert_eq!(by_the_rules(dir.path()), []);
    assert_eq!(findings(dir.path()), []);
    forge(dir.path(), |_| {});
    assert_eq!(by_the_rules(dir.path()), [], "the forger is good at it");
    assert_eq!(findings(dir.path()), []);
}

/// What is done to the records, what the sample computed again says first, and what the rules say.
type Forgery = (&'static str, fn(&mut Vec<Value>), &'static str, &'static str);

const DRAWS: [Forgery; 9] = [
    (
        "a draw of an earlier day",
        |all| date(all, "sample_drawn", "drawn_on", "2026-05-01"),
        "draw: drawn_on is 2026-05-01, and should be 2026-05-17",
        "drawn_on is ",
    ),
    (
        "an item that was not drawn",
        |all| {
            let kept = all[at(all, "score_reviewed", 3)]["position"].to_string();
            let items = &mut data(all, "sample_drawn", 0)["items"];
            assert!(!items.as_array().unwrap().contains(&json!(kept)));
            items[9] = json!(kept);
        },
        "draw: items[9] is ",
        "items[9] is ",
    ),
    (
        "another order",
        |all| data(all, "sample_drawn", 0)["items"].as_array_mut().unwrap().swap(2, 3),
        "draw: items[2] is ",
        "items[2] is ",
    ),
    (
        "an item less",
        |all| drop(data(all, "sample_drawn", 0)["items"].as_array_mut().unwrap().pop()),
        "draw: items is 9 long, and should be 10 long",
        "items has 9 items, and the rules give 10",
    ),
    (
        "another seed",
        |all| data(all, "sample_seeded", 0)["seed"] = json!("2718281828459045"),
        "draw: items[0] is ",
        "items[0] is ",
    ),
    (
        "a second draw",
        |all| {
            let at = at(all, "sample_drawn", 0);
            let mut again = all[at].clone();
            again["command"] = json!("again");
            again["data"]["items"].as_array_mut().unwrap().swap(0, 1);
            all.insert(at + 1, again);
        },
        "draw: draw is another one, and should be the one of record ",
        "was so already",
    ),
    (
        "a draw without a seed",
        |all| drop(all.remove(at(all, "sample_seeded", 0))),
        "draw: sample is 2026-a, and should be one that has a seed",
        "seed_missing",
    ),
    (
        "a draw before its seed",
        |all| {
            let at = at(all, "sample_drawn", 0);
            exchange(all, at);
        },
        "draw: position is ",
        "seed_missing",
    ),
    (
        "another population",
        |all| data(all, "score_reviewed", 5)["statement"] = json!("care-provision"),
        "commitment: population_digest is ",
        "population_digest is ",
    ),
];

const SEEDS: [Forgery; 9] = [
    (
        "a seed that the commitment tells",
        |all| data(all, "sample_committed", 0)["seed_from"] = json!(format!("dice: {SEED}")),
        "and should be one that the commitment itself did not tell",
        "seed_known",
    ),
    (
        "a seed of a day to come",
        |all| date(all, "sample_seeded", "announced_on", "2027-05-01"),
        "seed: announced_on is 2027-05-01, and should be 2026-05-17 or earlier",
        "date_in_future",
    ),
    (
        "a seed before the commitment",
        |all| {
            let at = at(all, "sample_seeded", 0);
            exchange(all, at);
        },
        "seed: position is ",
        "sample_unknown",
    ),
    (
        "a seed that was known",
        |all| data(all, "sample_seeded", 1)["seed"] = json!(SEED),
        "seed: seed is 31415926535897932384, and should be one that record ",
        "seed_known",
    ),
    (
        "dice that can be written in many ways",
        |all| data(all, "sample_seeded", 1)["seed"] = json!("4 1 6 6 2 3 5 1 2 6"),
        "seed: seed is 4 1 6 6 2 3 5 1 2 6, and should be nothing but digits",
        "dice_not_digits",
    ),
    (
        "dice that were rolled before",
        |all| date(all, "sample_seeded", "announced_on", "2026-05-16"),
        "seed: announced_on is 2026-05-16, and should be 2026-05-17 or later",
        "seed_before_commitment",
    ),
    (
        "a beacon of the same day",
        |all| data(all, "sample_seeded", 0)["source"] = json!("beacon"),
        "seed: announced_on is 2026-05-17, and should be after 2026-05-17",
        "seed_before_commitment",
    ),
    (
        "a second seed",
        |all| {
            let at = at(all, "sample_seeded", 1);
            let mut again = all[at].clone();
            again["command"] = json!("again");
            again["data"]["seed"] = json!("1618033988");
            all.push(again);
        },
        "seed: seed is another one, and should be the one of record ",
        "already_seeded",
    ),
    (
        "a seed of no sample",
        |all| {
            let at = at(all, "sample_seeded", 1);
            all[at]["data"]["sample"] = json!("2026-c");
            all[at]["stream"] = json!("sample/2026-c");
        },
        "seed: sample is 2026-c, and should be one that was committed to",
        "sample_unknown",
    ),
];

const COMMITMENTS: [Forgery; 8] = [
    (
        "another size",
        |all| data(all, "sample_committed", 0)["population_size"] = json!(149),
        "commitment: population_size is 149, and should be 148",
        "population_size is 149",
    ),
    (
        "another digest",
        |all| data(all, "sample_committed", 0)["population_digest"] = json!("0".repeat(64)),
        "commitment: population_digest is 0000",
        "population_digest is ",
    ),
    (
        "another quota",
        |all| data(all, "sample_committed", 1)["quotas"][1]["size"] = json!(3),
        "commitment: quotas[governance-management-and-sustainability] is 3 of ",
        "quotas[1].size is 3",
    ),
    (
        "another order of strata",
        |all| {
            let quotas = data(all, "sample_committed", 1)["quotas"].as_array_mut().unwrap();
            quotas.swap(0, 1);
        },
        "commitment: quotas is governance",
        "quotas[0].of is ",
    ),
    (
        "a stratum less",
        |all| drop(data(all, "sample_committed", 1)["quotas"].as_array_mut().unwrap().pop()),
        "commitment: quotas[safeguarding] is not there, and should be 2 of ",
        "quotas has 2 items",
    ),
    (
        "records that were to come",
        |all| {
            let at = at(all, "sample_committed", 1);
            all[at]["data"]["as_of"] = json!(at);
        },
        "commitment: as_of is ",
        "population_beyond_ledger",
    ),
    (
        "an earlier day",
        |all| date(all, "sample_committed", "committed_on", "2026-05-01"),
        "commitment: committed_on is 2026-05-01, and should be 2026-05-17",
        "committed_on is ",
    ),
    (
        "a confidence that gives another size",
        |all| {
            let data = data(all, "sample_committed", 0);
            (data["confidence"], data["tolerable_error"]) = (json!(9_500), json!(500));
        },
        "commitment: quotas[assessing-needs] is ",
        "quotas[0].size is ",
    ),
];

/// Whatever is written around the rules, both find it: the rules, and the sample computed again.
#[test]
fn what_was_tampered_with_is_found_twice() {
    let mut missed = Vec::new();
    for (what, forgery, computed, ruled) in DRAWS.into_iter().chain(SEEDS).chain(COMMITMENTS) {
        let dir = honest();
        let mut all = records(dir.path());
        forgery(&mut all);
        rewrite(dir.path(), all);
        let first = findings(dir.path()).into_iter().next();
        let all = records(dir.path());
        let kind = first.as_ref().map(|it| all[it.position as usize]["kind"].as_str().unwrap());
        let steps = ["sample_committed", "sample_seeded", "sample_drawn"];
        let text = first.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        if !text.contains(computed) || !kind.is_some_and(|kind| steps.contains(&kind)) {
            missed.push(format!("{what}: {text} of {kind:?}"));
        }
        let rules = by_the_rules(dir.path());
        if !rules.iter().any(|it| it.why.contains(ruled)) {
            missed.push(format!("{what}: {rules:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// What a second reader is said to have found must follow from what was scored first.
#[test]
fn a_second_reading_that_the_rules_refuse_is_found() {
    type Change = (&'static str, fn(&mut Vec<Value>));
    let changes: [Change; 4] = [
        ("finding_contradicts", |all| {
            let score = data(all, "sample_item_scored", 0);
            score["score"] = json!(if score["score"] == 1 { 2 } else { 1 });
        }),
        ("reader_involved", |all| data(all, "sample_item_scored", 0)["by"] = json!("p-017")),
        ("item_not_drawn", |all| data(all, "sample_item_judged", 0)["item"] = json!("1")),
        ("not_scored_yet", |all| drop(all.remove(at(all, "sample_item_scored", 0)))),
    ];
    for (code, change) in changes {
        let dir = honest();
        let mut all = records(dir.path());
        change(&mut all);
        rewrite(dir.path(), all);
        let rules = by_the_rules(dir.path());
        assert!(rules.iter().any(|it| it.why.contains(code)), "{code}: {rules:?}");
    }
}

/// Somebody who rewrites what was scored between commitment and draw has the draw refused.
#[test]
fn a_draw_from_another_population_than_was_committed_to_is_refused() {
    let dir = honest();
    let mut all = records(dir.path());
    data(&mut all, "score_reviewed", 5)["statement"] = json!("care-provision");
    rewrite(dir.path(), all);
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let outcomes = submit(&mut ledger, &[draw("2026-b")], &minute(70));
    match &outcomes[..] {
        [Outcome::Refused(rejection)] => assert_eq!(rejection.code(), "population_changed"),
        other => panic!("{other:?}"),
    }
    let honest = honest();
    let mut ledger = Ledger::open(honest.path()).unwrap();
    record(&mut ledger, &[draw("2026-b")], &minute(70));
    assert!(ledger.verify_samples(At::default()).unwrap().iter().all(|check| check.holds()));
    assert_eq!(drawn(&ledger).len(), 6);
}

/// Whoever makes one record of a sample meaningless, whatever it is, must not keep what became of
/// the others from being seen.
#[test]
fn a_record_that_cannot_be_read_is_a_finding_of_its_sample_alone() {
    for (kind, member, step) in [
        ("sample_committed", "quotas", "commitment"),
        ("sample_seeded", "seed", "seed"),
        ("sample_drawn", "items", "draw"),
        ("sample_item_scored", "score", "reading"),
        ("sample_item_judged", "finding", "reading"),
    ] {
        let dir = honest();
        let mut all = records(dir.path());
        let at = at(&all, kind, 0);
        all[at]["data"].as_object_mut().unwrap().remove(member);
        rewrite(dir.path(), all);
        let [first, second] = &checked(dir.path())[..] else { panic!("{kind}") };
        let found: Vec<String> = first.findings.iter().map(ToString::to_string).collect();
        let known = format!("record {at}, {step}: the data of a `{kind}` do not have its shape: ");
        assert!(found[0].starts_with(&known) && found[0].contains(member), "{found:?}");
        assert_eq!(found.len(), 1, "nothing is held against what cannot be computed again");
        assert!(first.committed.is_some() && first.seeded.is_some() && first.drawn.is_some());
        assert!(second.holds() && second.population.is_some(), "{second:?}");
    }
}

/// A record in the stream of a sample that is another sample's, or no sample's, is no step of it.
#[test]
fn a_record_of_another_stream_is_a_finding_where_it_stands() {
    let dir = honest();
    let mut all = records(dir.path());
    let at = at(&all, "sample_seeded", 1);
    all[at]["stream"] = json!("sample/2026-a");
    rewrite(dir.path(), all);
    let [first, second] = &checked(dir.path())[..] else { panic!("two samples") };
    let found = &first.findings[0];
    assert!(found.why.contains("the data belong to stream sample/2026-b"), "{found}");
    assert_eq!((first.findings.len(), second.holds(), second.seeded), (1, true, None));
}

/// A population rests on all records before, so one that nobody can read takes it away; from a
/// sample that was committed to before that record it takes nothing.
#[test]
fn a_population_that_cannot_be_counted_is_a_finding_of_its_sample_alone() {
    let dir = honest();
    let mut all = records(dir.path());
    let before = at(&all, "sample_committed", 1) - 1;
    let mut review = all[at(&all, "score_reviewed", 0)].clone();
    review["data"]["score"] = json!(9);
    review["recorded_at"] = all[before]["recorded_at"].clone();
    all.insert(before, review);
    rewrite(dir.path(), all);
    let [first, second] = &checked(dir.path())[..] else { panic!("two samples") };
    assert!(first.holds(), "{first:?}");
    let commitment = before + 2;
    assert_eq!((second.committed, second.population), (Some(commitment as u64), None));
    let found: Vec<String> = second.findings.iter().map(ToString::to_string).collect();
    let known = format!(
        "record {commitment}, commitment: its population cannot be counted: record {before}: "
    );
    assert!(found.len() == 1 && found[0].starts_with(&known), "{found:?}");
}

/// What could not be looked at is not said to be forged, nor to hold.
#[test]
fn what_cannot_be_looked_at_is_no_finding() {
    let dir = honest();
    let ledger = Ledger::open(dir.path()).unwrap();
    fs::remove_file(dir.path().join("head")).unwrap();
    fs::create_dir(dir.path().join("head")).unwrap();
    let looked = ledger.verify_samples(At::default());
    assert!(matches!(looked, Err(Error::Journal(journal::Error::Io { .. }))), "{looked:?}");
}

/// A journal that is damaged further on cannot be opened; what lies before is decided again all
/// the same.
#[test]
fn a_forged_draw_is_found_in_a_damaged_journal() {
    let dir = honest();
    let mut all = records(dir.path());
    data(&mut all, "sample_seeded", 0)["seed"] = json!("2718281828459045");
    let draw = at(&all, "sample_drawn", 0) as u64;
    rewrite(dir.path(), all);
    let segment = fs::read_dir(dir.path().join("journal")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&segment).unwrap();
    let end = bytes.len() - 20;
    bytes[end] ^= 1;
    fs::write(&segment, bytes).unwrap();
    assert!(Ledger::open(dir.path()).is_err());
    let options = Options { checks: [Check::Decisions].into(), ..Options::default() };
    let found = ledger::verify(dir.path(), &options, &mut |_| {}).unwrap().findings;
    let rules: Vec<&Damage> = found.iter().filter(|it| it.check == "rules").collect();
    assert_eq!(rules.iter().map(|it| it.position).collect::<Vec<_>>(), [draw], "{found:?}");
    assert!(found.len() > rules.len(), "the damage is found too");
}
