//! The fear: what the ledger says it knew at some moment is not what the records up to then add up
//! to, because something was struck out, corrected or republished since; or one way of naming the
//! moment gives another answer than the next.
//!
//! Random histories are written as journals. At every record of each, what the ledger answers is
//! compared with the records up to it replayed in memory, in the plainest way.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]
#![allow(dead_code, reason = "the histories serve other tests too")]

mod common;
#[path = "common/forge.rs"]
mod forge;
#[path = "../../assessment/tests/due/history.rs"]
mod history;

use assessment::{Event, State, StrikeOuts, due, replay};
use chrono::{Days, NaiveDate};
use common::begin;
use forge::{records, rewrite};
use history::History;
use ledger::{AsOf, At, Catalogue, Filter, Instant, Ledger, Question, Scope, Unusable};
use projections::{Effect, Fact, Projections, Reviewed, Transition};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;
use tempfile::TempDir;

/// The rows of the four questions that are kept in the index, as text.
type Rows = [Vec<String>; 4];

#[test]
fn the_state_as_of_every_record_is_a_replay_of_the_records_up_to_it() {
    let (struck, published) = assert_every_record(0..50, 24);
    // Histories in which nothing of this happens show nothing.
    assert!(struck >= 10 && published >= 10, "{struck} strike-outs, {published} publications");
}

#[test]
#[ignore = "the long form: histories four times as long"]
fn the_state_as_of_every_record_of_long_histories_is_a_replay_of_the_records_up_to_it() {
    let (struck, published) = assert_every_record(1_000..1_050, 100);
    assert!(struck > 60 && published > 80, "{struck} strike-outs, {published} publications");
}

/// Compares at every record of some histories; how many strike-outs and publications they have.
fn assert_every_record(seeds: Range<u64>, turns: u64) -> (usize, usize) {
    let (mut struck, mut published) = (0, 0);
    for seed in seeds {
        let told = Told::new(seed, turns);
        let mut ledger = Ledger::open(told.dir.path()).unwrap();
        for position in 0..told.events.len() {
            let at = as_of(AsOf::Position(position as u64));
            let what = format!("seed {seed}, record {position}");
            told.assert_answers(&mut ledger, at, position, &what);
        }
        told.assert_answers(&mut ledger, At::default(), told.events.len() - 1, "now");
        struck += told.count("record_struck_out");
        published += told.count("publication_made") + told.count("publication_reissued");
    }
    (struck, published)
}

#[test]
fn both_times_together_are_a_replay_of_what_was_known_of_what_had_happened() {
    for seed in 100..110 {
        let told = Told::new(seed, 60);
        let mut ledger = Ledger::open(told.dir.path()).unwrap();
        let last = told.events.len() - 1;
        for (nth, position) in (last / 3..=last).step_by(7).enumerate() {
            let day = history::first_day() + Days::new(15 * nth as u64);
            let at = At { effective: Some(day), ..as_of(AsOf::Position(position as u64)) };
            told.assert_answers(&mut ledger, at, position, &format!("seed {seed}, {day}"));
        }
    }
}

#[test]
fn a_moment_can_be_named_by_position_instant_day_or_checkpoint() {
    let told = Told::new(7, 60);
    let mut ledger = Ledger::open(told.dir.path()).unwrap();
    let last = told.events.len() - 1;
    for position in [0, 9, last / 2, last] {
        let day = told.day(position);
        let end_of_day = (0..=last).rfind(|other| told.day(*other) <= day).unwrap();
        let known = told.recorded_at(position);
        let by_instant = (0..=last).rfind(|other| told.recorded_at(*other) <= known).unwrap();
        let instant = AsOf::Instant(Instant::parse(&known).unwrap());
        told.assert_answers(&mut ledger, as_of(instant), by_instant, &known);
        told.assert_answers(&mut ledger, as_of(AsOf::Day(day)), end_of_day, &day.to_string());
        let size = position as u64 + 1;
        let end = ledger.end_at(as_of(AsOf::Position(position as u64))).unwrap();
        let tree = ledger.store().tree(&end).unwrap();
        let root = journal::Hashes::root(&tree, size).unwrap();
        let checkpoint = journal::Checkpoint { origin: common::ORIGIN.to_owned(), size, root };
        let covered = AsOf::Checkpoint((&checkpoint).into());
        told.assert_answers(&mut ledger, as_of(covered), position, "a checkpoint");
    }
}

fn as_of(as_of: AsOf) -> At {
    At { as_of: Some(as_of), ..At::default() }
}

/// A random history, and a ledger that has it.
struct Told {
    dir: TempDir,
    events: Vec<Event>,
    records: Vec<Value>,
}

impl Told {
    fn new(seed: u64, turns: u64) -> Self {
        let dir = TempDir::new().unwrap();
        drop(begin(dir.path()));
        let mut all = records(dir.path());
        let opening = all[0].clone();
        for (nth, event) in History::lived(seed, turns).events.iter().enumerate() {
            all.push(record(&opening, nth, event));
        }
        rewrite(dir.path(), all.clone());
        let decode = |record: &Value| {
            let (kind, schema) = (record["kind"].as_str().unwrap(), record["schema"].as_u64());
            Event::decode(kind, schema.unwrap(), &record["data"].to_string()).unwrap()
        };
        let events = all.iter().map(decode).collect();
        Self { dir, events, records: all }
    }

    fn recorded_at(&self, position: usize) -> String {
        self.records[position]["recorded_at"].as_str().unwrap().to_owned()
    }

    fn day(&self, position: usize) -> NaiveDate {
        Instant::parse(&self.recorded_at(position)).unwrap().day()
    }

    fn count(&self, kind: &str) -> usize {
        self.events.iter().filter(|event| event.kind() == kind).count()
    }

    /// The records up to one that had happened by a day, in force.
    fn known(&self, last: usize, effective: Option<NaiveDate>) -> Vec<(u64, &Event)> {
        let upto = (0..).zip(&self.events[..=last]);
        let has_happened = |(position, event): &(u64, &Event)| {
            let fact = Fact { position: *position, event };
            effective.is_none_or(|day| fact.happened_by(day))
        };
        let seen: Vec<(u64, &Event)> = upto.filter(has_happened).collect();
        let void = StrikeOuts::among(seen.clone()).void();
        seen.into_iter().filter(|(position, _)| !void.contains_key(position)).collect()
    }

    #[track_caller]
    fn assert_answers(&self, ledger: &mut Ledger, at: At, last: usize, what: &str) {
        let known = self.known(last, at.effective);
        let all = |state: &State| state.organisations.keys().copied().collect();
        let (state, replayed) = (ledger.state(at, &all).unwrap(), replay(known.clone()));
        assert_eq!(state, replayed, "{what}");
        let today = self.day(last);
        assert_eq!(due::owed(&state, today), due::owed(&replayed, today), "{what}");
        assert_eq!(asked(ledger, at), folded(&known), "{what}");
        let gathered = ledger.gather(at, &|_| true).unwrap().into_iter();
        let gathered: Vec<(u64, Event)> = gathered
            .filter(|recorded| recorded.void_by.is_none())
            .map(|recorded| (recorded.stamp.position, recorded.event))
            .collect();
        let known: Vec<(u64, Event)> =
            known.into_iter().map(|(position, event)| (position, event.clone())).collect();
        assert_eq!(gathered, known, "{what}");
    }
}

/// A record like the first one, of an event; a few on each day from the day after that one.
fn record(opening: &Value, nth: usize, event: &Event) -> Value {
    let begun = Instant::parse(opening["recorded_at"].as_str().unwrap()).unwrap();
    let day = begun.day() + Days::new(1 + nth as u64 / 3);
    let mut data = event.encode();
    if let Event::RecordStruckOut(struck) = event {
        // The history counts from its own first event, which stands after the opening.
        data["position"] = json!(struck.position + 1);
    }
    let mut record = opening.clone();
    record["command"] = json!(format!("command-{nth}"));
    record["data"] = data;
    record["kind"] = json!(event.kind());
    record["occurred_on"] = json!(event.occurred_on().map_or(day.to_string(), |on| on.to_string()));
    record["recorded_at"] = json!(format!("{day}T{:02}:30:00.000Z", 9 + nth % 3));
    record["schema"] = json!(event.schema());
    record["stream"] = json!(event.stream());
    record
}

fn asked(ledger: &mut Ledger, at: At) -> Rows {
    let every = Filter::default();
    let answer = |catalogue: &mut Catalogue| -> Result<Rows, Unusable> {
        Ok([
            lines(&catalogue.ratings(&every)?),
            lines(&catalogue.scores(&every)?),
            lines(&catalogue.moves(&every)?),
            lines(&catalogue.reviews(&every)?),
        ])
    };
    ledger.ask(at, &Question { scope: Scope::ALL, answer: &answer }).unwrap()
}

/// The same rows from a fold of records in force, one after the other, with no index.
fn folded(known: &[(u64, &Event)]) -> Rows {
    let mut projections = Projections::default();
    let mut reviewed: BTreeMap<_, Vec<Reviewed>> = BTreeMap::new();
    let mut moves: BTreeMap<_, Vec<Transition>> = BTreeMap::new();
    for (position, event) in known {
        let fact = Fact { position: *position, event };
        for effect in projections.apply(&fact) {
            let code = fact.organisation().unwrap();
            let moves = moves.entry(code).or_default();
            match effect {
                Effect::Reviewed(review) => reviewed.entry(code).or_default().push(review),
                Effect::Moved(moved) => moves.push(moved),
                Effect::Settled(settled) => {
                    let open = moves.iter_mut().skip(settled.first as usize);
                    open.for_each(|moved| moved.settle(&settled));
                }
            }
        }
    }
    let (mut ratings, mut scores, mut moved, mut reviews) = (vec![], vec![], vec![], vec![]);
    for (code, body) in &projections.bodies {
        moved.extend(moves.get(code).into_iter().flatten().map(|it| it.row(body)));
        reviews.extend(reviewed.get(code).into_iter().flatten().map(|it| it.row(body)));
        let Some(standing) = body.current() else { continue };
        let framework = &projections.frameworks[&standing.framework].framework;
        ratings.extend(projections::ratings(body, standing, framework));
        scores.extend(projections::scores(body, standing, framework));
    }
    moved.sort_by_key(|row| row.position);
    reviews.sort_by_key(|row| row.position);
    [lines(&ratings), lines(&scores), lines(&moved), lines(&reviews)]
}

fn lines<T: serde::Serialize>(rows: &[T]) -> Vec<String> {
    rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect()
}
