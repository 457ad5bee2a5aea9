//! Decisions on a part of the state: a ledger loads only the history of the bodies that a command
//! names. The fear is a rule that looks further than its command says, and so decides one way in a
//! small ledger and another way in a large one.
//!
//! The sequences here also try what evidence is for: nothing is scored on what may not be relied
//! on, in whatever order things happen.

use super::*;
use assessment::OrganisationCode;
use assessment::state::Evidence;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What a ledger would load for a command, of all that happened.
fn part(given: &Given, command: &Command) -> State {
    let mut loaded: BTreeSet<OrganisationCode> = BTreeSet::new();
    loop {
        let is_loaded =
            |(_, it): &(u64, &Event)| it.organisation().is_none_or(|it| loaded.contains(&it));
        let records: Vec<(u64, &Event)> = given.records().filter(is_loaded).collect();
        let mut state = replay(records.iter().copied());
        state.records = given.state.records.clone();
        (state.recorder, state.population) = (given.state.recorder, given.state.population.clone());
        let known = loaded.len();
        loaded.extend(command.organisations(&state));
        if loaded.len() == known {
            return state;
        }
    }
}

#[track_caller]
fn same_on_a_part(case: &When) {
    let part = part(&case.given, &case.command);
    let outcome = decide(&part, &case.command, &context());
    assert_eq!(outcome, case.outcome, "{:?}", case.command);
}

#[test]
fn a_part_of_the_state_decides_as_the_whole() {
    let mut known = given([]);
    for command in codec::every_command() {
        let case = known.clone().when(command.clone());
        same_on_a_part(&case);
        known = known.and(command);
    }
}

#[test]
fn a_part_of_the_state_refuses_as_the_whole() {
    rejections::refused().iter().for_each(same_on_a_part);
}

const BODIES: [&str; 3] = [COUNTY, CITY, SYSTEM];
const CATEGORIES: [&str; 2] = ["processes", "outcomes"];

fn body() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&BODIES[..])
}

fn piece() -> impl Strategy<Value = String> {
    (body(), 1..4u8).prop_map(|(body, number)| format!("{body}-e{number}"))
}

fn assessment() -> impl Strategy<Value = String> {
    (body(), "[ab]").prop_map(|(body, letter)| format!("{body}-2024-{letter}"))
}

/// Something about evidence that somebody might ask for, most of it possible at some time.
fn any_command() -> impl Strategy<Value = Command> {
    let opening = body().prop_map(|body| {
        let framework = if body == SYSTEM { "ics-2023" } else { "la-2023" };
        open(json!({"framework": framework, "organisation": body}))
    });
    let cancelling = assessment().prop_map(|id| plans::cancel(json!({"assessment": id})));
    let joining = prop::sample::select(&[COUNTY, CITY][..]).prop_map(|authority| {
        let data = json!({"authority": authority, "from": "2022-07", "system": SYSTEM});
        command("add_area_member", data, json!({}))
    });
    let submitting =
        (prop::collection::vec(body(), 1..3), prop::sample::select(&CATEGORIES[..]), 0..200u8)
            .prop_map(|(bodies, category, number)| {
                let content = content(number);
                submit(json!({"category": category, "content": content, "organisations": bodies}))
            });
    let asking = (body(), body(), prop::sample::select(&CATEGORIES[..])).prop_map(
        |(organisation, of, category)| {
            evidence::request(json!({"category": category, "of": of, "organisation": organisation}))
        },
    );
    let using = (assessment(), prop::collection::vec(piece(), 1..3))
        .prop_map(|(id, pieces)| take(json!({"assessment": id, "evidence": pieces})));
    let scoring =
        (assessment(), piece(), prop::sample::select(&CATEGORIES[..])).prop_map(|scored| {
            let (id, piece, category) = scored;
            reviews::score(json!({
                "assessment": id, "category": category, "evidence": [piece],
                "organisation": id.split('-').next(), "statement": "safeguarding",
            }))
        });
    let withdrawing = piece().prop_map(|id| evidence::withdraw(json!({"evidence": id})));
    let erasing = piece().prop_map(|id| evidence::erase(json!({"evidence": id})));
    prop_oneof![
        2 => opening, 1 => cancelling, 1 => joining, 4 => submitting, 2 => asking, 4 => using,
        4 => scoring, 1 => withdrawing, 1 => erasing,
    ]
}

/// What must hold of an event at the time when it happens, told by the state before it.
fn check(state: &State, event: &Event) {
    let may_be_relied_on = |id| state.evidence.get(id).is_some_and(Evidence::is_in_force);
    match event {
        Event::AssessmentOpened(opened) => {
            let mut others = state.assessments_of(opened.organisation);
            assert!(others.all(|(_, it)| !it.is_open() || it.framework != opened.framework));
        }
        Event::EvidenceRequested(asked) => {
            let held: Vec<&Evidence> =
                state.evidence.values().filter(|it| it.is_in_force()).collect();
            let about = |it: &&&Evidence| {
                let about = &it.facts.organisations;
                about.contains(&asked.organisation) || about.contains(&asked.of)
            };
            let answers =
                held.iter().filter(about).filter(|it| it.facts.category == asked.category);
            let answers: Vec<_> = answers.map(|it| it.facts.evidence).collect();
            assert_eq!(asked.answered_by.is_some(), !answers.is_empty());
            assert!(asked.answered_by.is_none_or(|id| answers.contains(&id)));
        }
        Event::EvidenceSubmitted(it) => assert!(!state.evidence.contains_key(&it.evidence)),
        Event::EvidenceUsed(used) => {
            assert!(may_be_relied_on(&used.evidence));
            assert!(state.assessments[&used.assessment].cancelled.is_none());
        }
        Event::ScoreReviewed(review) => {
            let assessment = &state.assessments[&review.assessment];
            assert!(assessment.cancelled.is_none());
            for id in &review.evidence {
                assert!(may_be_relied_on(id) && assessment.used.contains_key(id));
                assert_eq!(Some(state.evidence[id].facts.category), review.category);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn evidence_keeps_its_rules_in_any_order(
        commands in prop::collection::vec(any_command(), 1..60),
    ) {
        let mut known = given([
            adopt(framework("la-2023")), adopt(framework("ics-2023")), authority(COUNTY),
            authority(CITY), system(SYSTEM),
        ]);
        for command in commands {
            let case = known.clone().when(command);
            same_on_a_part(&case);
            if let Ok(events) = case.outcome {
                for event in events {
                    check(&known.state, &event);
                    known = known.and_then(event);
                }
            }
        }
    }
}
