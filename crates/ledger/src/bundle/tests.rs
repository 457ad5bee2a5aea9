//! Decision bundles of random histories: what a bundle takes along is enough to decide on its
//! publication again, and the recipe's `rating.jq`, which shares no code with the rules, comes to
//! what was published.
//!
//! Guards against a bundle that leaves out what the rating rests on, so that it would hold for the
//! demo and for nothing else; and against a recipe that only knows the simplest publications.
#![allow(clippy::unwrap_used, reason = "what a test does not expect should stop it")]

#[path = "../../../assessment/tests/due/history.rs"]
#[allow(dead_code, reason = "other tests ask more of it")]
mod history;

use super::choice::{Choice, PublishedAs};
use super::rating::Published;
use assessment::Event;
use history::History;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// How many publications of each kind are given to `jq`: each costs a process.
const WITH_JQ: u32 = 10;

#[test]
fn a_publication_is_derived_from_what_its_bundle_takes() {
    let mut met = BTreeMap::<&str, u32>::new();
    (0..60).for_each(|seed| check_all(seed, 400, WITH_JQ, &mut met));
    for kind in ["publication_made", "publication_reissued", "publication_imported"] {
        assert!(met.get(kind).is_some_and(|number| *number > 10), "{kind}: {met:?}");
    }
}

#[test]
#[ignore = "the long form: every publication goes through `jq`"]
fn every_publication_is_derived_from_what_its_bundle_takes() {
    let mut met = BTreeMap::new();
    (1_000..1_300).for_each(|seed| check_all(seed, 400, u32::MAX, &mut met));
}

/// Checks every publication of a history.
fn check_all(seed: u64, turns: u64, with_jq: u32, met: &mut BTreeMap<&str, u32>) {
    let history = History::lived(seed, turns);
    for (at, event) in history.events.iter().enumerate() {
        let Some(published) = PublishedAs::of(event) else { continue };
        let taken = taken(&history, at, published);
        let before = taken.iter().copied().take_while(|(position, _)| *position < at as u64);
        let before = before.collect();
        let again = Published { event, actor: "p-001", today: history.today, before };
        let derived = again.derive();
        assert!(derived.is_ok(), "seed {seed}, record {at}: {derived:?}\n{event:?}");
        let counted = again.count_windows();
        assert!(counted.is_ok(), "seed {seed}, record {at}: {counted:?}");
        let number = met.entry(event.kind()).or_default();
        *number += 1;
        if *number <= with_jq {
            check_with_jq(&taken, at, published, seed);
        }
    }
}

/// The records that a bundle takes, found as a bundle finds them.
fn taken<'a>(history: &'a History, at: usize, as_what: PublishedAs<'_>) -> Vec<(u64, &'a Event)> {
    let known: Vec<(u64, &Event)> = (0..).zip(&history.events[..=at]).collect();
    let stream = history.events[at].stream();
    let own: Vec<_> = known.iter().filter(|it| it.1.stream() == stream).copied().collect();
    let mut choice = Choice::of(as_what.publication(), own.into_iter()).unwrap();
    assert_eq!(choice.position(), at as u64);
    known.into_iter().filter(|(position, event)| choice.takes(*position, event)).collect()
}

/// The recipe's program comes to what was published, and to something else if a score is another.
fn check_with_jq(taken: &[(u64, &Event)], at: usize, published: PublishedAs<'_>, seed: u64) {
    let record = |(position, event): &(u64, &Event)| {
        let (kind, stream, data) = (event.kind(), event.stream(), event.encode());
        json!({ "record": { "position": position, "kind": kind, "stream": stream, "data": data } })
    };
    let mut records: Vec<Value> = taken.iter().map(record).collect();
    let framework = taken.iter().find_map(|(_, event)| match event {
        Event::FrameworkAdopted(it) if it.framework.id == published.framework() => {
            Some(event.encode()["framework"].take())
        }
        _ => None,
    });
    let framework = framework.unwrap();
    let label = json!({ "position": at, "publication": published.publication() });
    let Some(found) = jq(&records, &label, &framework) else { return };
    assert_eq!(found["same"], true, "seed {seed}, record {at}: {found:#}");
    let PublishedAs::Made(_) = published else { return };
    let data = &mut records.last_mut().unwrap()["record"]["data"];
    let made = if data["made"].is_object() { &mut data["made"] } else { data };
    let score = made["scores"][0]["score"].as_u64().unwrap();
    made["scores"][0]["score"] = json!(score % 4 + 1);
    let found = jq(&records, &label, &framework).unwrap();
    assert_eq!(found["same"], false, "seed {seed}, record {at}: {found:#}");
}

/// Runs `rating.jq`; nothing where there is no `jq`.
fn jq(records: &[Value], label: &Value, framework: &Value) -> Option<Value> {
    let dir = tempfile::tempdir().unwrap();
    for (name, value) in [("label", label), ("framework", framework)] {
        std::fs::write(dir.path().join(name), value.to_string()).unwrap();
    }
    let records: String = records.iter().map(|it| format!("{it}\n")).collect();
    std::fs::write(dir.path().join("records"), records).unwrap();
    std::fs::write(dir.path().join("rating.jq"), include_str!("rating.jq")).unwrap();
    let mut command = Command::new("jq");
    command.args(["-s", "--slurpfile", "bundle", "label", "--slurpfile", "framework", "framework"]);
    command.args(["-f", "rating.jq", "records"]).current_dir(dir.path()).stderr(Stdio::piped());
    let Ok(output) = command.output() else {
        eprintln!("the recipe's program was not run: there is no jq");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
