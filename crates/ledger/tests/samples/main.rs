//! Samples of decisions, through the whole ledger: committed to, seeded, drawn, judged, and
//! computed again.
//!
//! Guards against the fear that somebody steers what is looked at: by choosing among populations
//! or seeds, by recording something later, or by writing another draw into the journal; and that an
//! honest sample is called a forged one.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/forge.rs"]
mod forge;
mod forged;
#[path = "../contents/site.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod site;

use assessment::sample::{PopulationQuery, Stratifier};
use assessment::{Event, ItemId};
use common::*;
use ledger::{AsOf, At, Ledger, Mode, Outcome, SampleCheck, Submission};
use projections::frame;
use serde_json::{Value, json};
use site::Site;
use std::path::Path;
use tempfile::TempDir;

pub const SEED: &str = "31415926535897932384";
pub const SECOND_READER: &str = "p-300";

/// The reviews of scores up to a record, by statement.
pub fn commit(as_of: u64, further: Value) -> Submission {
    let mut data = json!({
        "as_of": as_of, "population": { "of": "score_reviews" }, "strata": ["statement"],
    });
    data.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    submission("commit_sample", &data)
}

pub fn seed(sample: &str, seed: &str) -> Submission {
    let data = json!({
        "announced_on": "2026-05-17", "sample": sample, "seed": seed, "source": "dice",
    });
    submission("seed_sample", &data)
}

pub fn draw(sample: &str) -> Submission {
    submission("draw_sample", &json!({ "sample": sample }))
}

fn score(item: ItemId, score: Value) -> Submission {
    let data = json!({
        "by": SECOND_READER, "item": item, "sample": "2026-a", "score": score,
        "scored_on": "2026-05-17",
    });
    submission("score_sample_item", &data)
}

fn judge(item: ItemId, finding: &str) -> Submission {
    let data = json!({
        "by": SECOND_READER, "finding": finding, "item": item, "judged_on": "2026-05-17",
        "sample": "2026-a",
    });
    submission("judge_sample_item", &data)
}

pub fn last(ledger: &Ledger) -> u64 {
    ledger.end().unwrap().head.position
}

fn query(data: Value) -> PopulationQuery {
    serde_json::from_value(data).unwrap()
}

fn reviews() -> PopulationQuery {
    query(json!({ "of": "score_reviews" }))
}

/// The events that a ledger holds, in order.
fn events(ledger: &Ledger) -> Vec<Event> {
    let gathered = ledger.gather(At::default(), &|_| true).unwrap();
    gathered.into_iter().map(|recorded| recorded.event).collect()
}

/// What was drawn last.
pub fn drawn(ledger: &Ledger) -> Vec<ItemId> {
    let drawn = events(ledger).into_iter().rev().find_map(|event| match event {
        Event::SampleDrawn(drawn) => Some(drawn.items),
        _ => None,
    });
    drawn.unwrap()
}

/// The small ledger with a sample of ten of its reviews.
pub fn sampled() -> (TempDir, Ledger) {
    let dir = small();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let as_of = last(&ledger);
    record(&mut ledger, &[commit(as_of, json!({ "size": 10 }))], &minute(60));
    record(&mut ledger, &[seed("2026-a", SEED)], &minute(61));
    record(&mut ledger, &[draw("2026-a")], &minute(62));
    (dir, ledger)
}

#[track_caller]
fn assert_refused(outcomes: &[Outcome], code: &str) {
    match outcomes {
        [Outcome::Refused(rejection)] => assert_eq!(rejection.code(), code),
        other => panic!("{code}: {other:?}"),
    }
}

#[track_caller]
fn assert_holds(ledger: &Ledger) -> Vec<SampleCheck> {
    let checks = ledger.verify_samples(At::default()).unwrap();
    assert!(checks.iter().all(SampleCheck::holds), "{checks:?}");
    checks
}

#[test]
fn a_sample_is_what_its_seed_draws_from_its_population() {
    let (dir, ledger) = sampled();
    let Some(Event::SampleCommitted(committed)) =
        events(&ledger).into_iter().rfind(|event| matches!(event, Event::SampleCommitted(_)))
    else {
        panic!("it was committed to");
    };
    let decisions = ledger.decisions(committed.as_of, &reviews()).unwrap();
    let is_review = |event: &&Event| matches!(event, Event::ScoreReviewed(_));
    let reviewed = events(&ledger).iter().filter(is_review).count();
    assert_eq!((decisions.len(), reviewed), (148, 148));
    let frame = frame(&decisions, &[Stratifier::Statement]);
    assert_eq!(committed.population_digest, frame.digest());
    let strata = frame.strata();
    let quotas: Vec<(&str, u64)> =
        committed.quotas.iter().map(|quota| (quota.stratum.as_str(), quota.of)).collect();
    let sizes: Vec<(&str, u64)> =
        strata.iter().map(|(stratum, items)| (*stratum, items.len() as u64)).collect();
    assert_eq!(quotas, sizes);
    // Each stratum by itself, with the sampler alone.
    let mut expected = Vec::new();
    for quota in &committed.quotas {
        let ids: Vec<String> =
            strata[quota.stratum.as_str()].iter().map(ToString::to_string).collect();
        let one = tickets_in_order(&ids, SEED);
        expected.extend(one.into_iter().take(quota.size as usize));
    }
    let items: Vec<String> = drawn(&ledger).iter().map(ToString::to_string).collect();
    assert_eq!(items, expected);
    let checks = assert_holds(&ledger);
    assert_eq!(checks.len(), 1);
    assert_eq!((checks[0].population, checks[0].items), (Some(148), Some(10)));
    drop(ledger);
    assert_sound(dir.path());
}

/// All ids in the order of their tickets, by the published rule of the sampler: SHA-256 of the
/// seed's SHA-256 in hex and the id, as a decimal number read backwards.
fn tickets_in_order(ids: &[String], seed: &str) -> Vec<String> {
    use sha2::{Digest, Sha256};
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let seed = hex(&Sha256::digest(seed.as_bytes()));
    let number = |id: &String| {
        // Long division by ten gives the last digit first, which is the order that counts.
        let mut rest: Vec<u32> =
            Sha256::digest(format!("{seed}{id}")).iter().map(|byte| u32::from(*byte)).collect();
        let mut digits = Vec::new();
        while rest.iter().any(|byte| *byte > 0) {
            let mut carry = 0;
            for byte in &mut rest {
                let value = carry * 256 + *byte;
                (*byte, carry) = (value / 10, value % 10);
            }
            digits.push(carry);
        }
        digits
    };
    let mut all = ids.to_vec();
    all.sort_by_key(number);
    all
}

/// A second reader's score and finding are decided on the record that is read again, which lies
/// anywhere; and a restart or a rebuilt index changes nothing.
#[test]
fn what_was_drawn_is_judged() {
    let (dir, mut ledger) = sampled();
    let items = drawn(&ledger);
    let first = |item: &ItemId| match &events(&ledger)[item.position() as usize] {
        Event::ScoreReviewed(review) => review.score,
        other => panic!("{other:?}"),
    };
    let scores: Vec<_> = items.iter().map(first).collect();
    assert_refused(
        &submit(&mut ledger, &[judge(items[0], "agree")], &minute(63)),
        "not_scored_yet",
    );
    let mut both = Vec::new();
    for (item, first) in items.iter().zip(&scores).take(4) {
        both.extend([score(*item, json!(first)), judge(*item, "agree")]);
    }
    record(&mut ledger, &both, &minute(64));
    let other = if scores[4].get() > 1 { scores[4].get() - 1 } else { 2 };
    drop(ledger);
    let mut ledger = Ledger::open(dir.path()).unwrap();
    record(&mut ledger, &[score(items[4], json!(other)), judge(items[4], "adjacent")], &minute(65));
    ledger.rebuild(&mut |_| {}).unwrap();
    let state = ledger.state(At::default(), &|_| vec![]).unwrap();
    let sample = &state.samples[&"2026-a".parse().unwrap()];
    assert_eq!((sample.scored.len(), sample.judged.len()), (5, 5));
    let own = submission(
        "score_sample_item",
        &json!({
            "by": "p-017", "item": items[5], "sample": "2026-a", "score": 2,
            "scored_on": "2026-05-17",
        }),
    );
    assert_refused(&submit(&mut ledger, &[own], &minute(66)), "reader_involved");
    // An item that is in no sample, and one that is not there at all.
    let none = [ItemId::record(last(&ledger)), ItemId::record(10_000)];
    for item in none {
        let asked = submit(&mut ledger, &[score(item, json!(2))], &minute(66));
        assert_refused(&asked, "item_not_drawn");
    }
    assert_holds(&ledger);
    drop(ledger);
    assert_sound(dir.path());
}

/// Trying, and doing all in one batch, must come to the same as one step after the other.
#[test]
fn a_batch_and_a_trial_come_to_the_same() {
    let (_dir, ledger) = sampled();
    let dir = small();
    let mut together = Ledger::open(dir.path()).unwrap();
    let as_of = last(&together);
    let all = [commit(as_of, json!({ "size": 10 })), seed("2026-a", SEED), draw("2026-a")];
    let tried =
        with_caller(&minute(60), false, |caller| together.submit(&all, Mode::DryRun, caller));
    let tried = tried.unwrap().outcomes;
    assert_eq!(last(&together), as_of);
    record(&mut together, &all, &minute(60));
    assert_eq!(drawn(&together), drawn(&ledger));
    let Some(Outcome::Recorded { records, .. }) = tried.last() else { panic!("{tried:?}") };
    match &records[0].event {
        Event::SampleDrawn(tried) => assert_eq!(tried.items, drawn(&ledger)),
        other => panic!("{other:?}"),
    }
}

/// A population is of what is stored: what somebody is about to record could be chosen for it.
#[test]
fn a_population_ends_with_a_record_that_is_there() {
    let dir = small();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let as_of = last(&ledger) + 1;
    let asked = [register(900), commit(as_of, json!({ "size": 10 }))];
    let outcomes = submit(&mut ledger, &asked, &minute(60));
    assert_refused(&outcomes[1..], "population_beyond_ledger");
    assert!(ledger.decisions(as_of + 1, &reviews()).is_err());
    let nobody = json!({ "population": { "assessor": "p-999", "of": "score_reviews" }, "size": 1 });
    let outcomes = submit(&mut ledger, &[commit(as_of, nobody)], &minute(61));
    assert_refused(&outcomes, "population_empty");
    // As of the opening there is nothing at all.
    assert_eq!(ledger.decisions(0, &reviews()).unwrap(), []);
    assert_refused(&submit(&mut ledger, &[draw("2026-a")], &minute(62)), "sample_unknown");
}

/// Whoever knows the seed could record something, void something, or correct a body, to have the
/// population come out otherwise.
#[test]
fn nothing_recorded_later_changes_a_population_or_its_draw() {
    let (_dir, honest) = sampled();
    let dir = small();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let as_of = last(&ledger);
    let before = ledger.decisions(as_of, &reviews()).unwrap();
    let earlier = ledger.decisions(as_of / 2, &reviews()).unwrap();
    record(&mut ledger, &[commit(as_of, json!({ "size": 10 }))], &minute(60));
    record(&mut ledger, &[seed("2026-a", SEED)], &minute(61));
    let strike = |item: &projections::Decision| {
        let position = item.item.id.position();
        let data = json!({
            "position": position, "reason": "wrong_entry", "struck_on": "2026-05-17",
        });
        submission("strike_out", &data)
    };
    let mut later: Vec<Submission> = before.iter().step_by(2).map(strike).collect();
    later.push(review(1, "safeguarding", 4, "2026-05-01"));
    later.push(import(30, "2023-01", "formal"));
    let amended = json!({ "code": code(3), "reason": "completed", "region": "Elsewhere" });
    later.push(submission("amend_organisation", &amended));
    let outcomes = submit(&mut ledger, &later, &minute(61));
    let recorded = outcomes.iter().filter(|it| matches!(it, Outcome::Recorded { .. })).count();
    assert!(recorded > 70, "{outcomes:?}");
    assert_eq!(ledger.decisions(as_of, &reviews()).unwrap(), before);
    assert_eq!(ledger.decisions(as_of / 2, &reviews()).unwrap(), earlier);
    let now = ledger.decisions(last(&ledger), &reviews()).unwrap();
    assert!(now.len() < before.len());
    record(&mut ledger, &[draw("2026-a")], &minute(62));
    assert_eq!(drawn(&ledger), drawn(&honest));
    assert_holds(&ledger);
    drop(ledger);
    assert_sound(dir.path());
}

/// What is void by the time of the commitment is in no population, also when it was stored long
/// before; another process without an index tells the same.
#[test]
fn what_is_void_by_then_is_left_out() {
    let dir = small();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let before = ledger.decisions(last(&ledger), &reviews()).unwrap();
    let data = json!({
        "position": before[7].item.id.position(), "reason": "duplicate", "struck_on": "2026-05-17",
    });
    record(&mut ledger, &[submission("strike_out", &data)], &minute(59));
    let as_of = last(&ledger);
    let after = ledger.decisions(as_of, &reviews()).unwrap();
    let ids = |all: &[projections::Decision]| all.iter().map(|it| it.item.id).collect::<Vec<_>>();
    let mut expected = ids(&before);
    expected.remove(7);
    assert_eq!(ids(&after), expected);
    drop(ledger);
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let all = [commit(as_of, json!({ "size": 147 })), seed("2026-a", SEED), draw("2026-a")];
    record(&mut ledger, &all, &minute(60));
    let mut items = drawn(&ledger);
    items.sort_by_key(ItemId::position);
    assert_eq!(items, expected, "all of them");
    assert_holds(&ledger);
}

/// A sample that is on its way is checked as far as it has come, and says how far.
#[test]
fn of_a_sample_on_its_way_it_is_told_how_far_it_has_come() {
    let (_dir, ledger) = sampled();
    let end = last(&ledger);
    let at = |position| At { as_of: Some(AsOf::Position(position)), ..At::default() };
    type Steps = (Option<u64>, Option<u64>, Option<u64>, Option<u64>);
    let steps = |position| -> Vec<Steps> {
        let checks = ledger.verify_samples(at(position)).unwrap();
        assert!(checks.iter().all(SampleCheck::holds), "{checks:?}");
        checks.into_iter().map(|it| (it.committed, it.seeded, it.drawn, it.items)).collect()
    };
    assert_eq!(steps(end - 3), []);
    assert_eq!(steps(end - 2), [(Some(end - 2), None, None, None)]);
    assert_eq!(steps(end - 1), [(Some(end - 2), Some(end - 1), None, None)]);
    assert_eq!(steps(end), [(Some(end - 2), Some(end - 1), Some(end), Some(10))]);
}

/// A panel's record holds many decisions; what a second reader says of one is sealed.
#[test]
fn a_panels_scores_are_items_of_their_own() {
    let mut site = Site::new();
    site.publish();
    let as_of = site.events().len() - 1;
    let population = json!({ "of": "panel_decisions" });
    let panel = site.ledger.decisions(as_of as u64, &query(population.clone())).unwrap();
    assert_eq!(panel.len(), 9);
    assert!(panel.iter().all(|it| it.assessor.unwrap().as_str() == "p-020"), "{panel:?}");
    let strata = ["rating", "threshold_distance", "assessor"];
    site.done(
        "commit_sample",
        json!({ "as_of": as_of, "population": population, "size": 3, "strata": strata }),
    );
    site.done(
        "seed_sample",
        json!({
            "announced_on": "2026-05-17", "sample": "2026-a", "seed": SEED, "source": "dice",
        }),
    );
    site.done("draw_sample", json!({ "sample": "2026-a" }));
    let item = drawn(&site.ledger)[0];
    let by = json!({ "by": SECOND_READER, "item": item, "sample": "2026-a" });
    let with = |further: Value| {
        let mut data = by.clone();
        data.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        data
    };
    site.done("score_sample_item", with(json!({ "score": 1, "scored_on": "2026-05-17" })));
    let anomaly = json!({
        "class": "not_supported", "finding": "anomaly", "judged_on": "2026-05-17",
        "text": { "text": "Nothing carries it." },
    });
    site.done("judge_sample_item", with(anomaly));
    assert_eq!(site.findings(), []);
    let checks = assert_holds(&site.ledger);
    assert_eq!((checks[0].population, checks[0].items), (Some(9), Some(3)));
}

/// What this file's checks find in a directory.
pub fn checked(dir: &Path) -> Vec<SampleCheck> {
    Ledger::open(dir).unwrap().verify_samples(At::default()).unwrap()
}
