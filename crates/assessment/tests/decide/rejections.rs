//! Every refusal that there is, each with a case that reproduces it.
//!
//! Guards against a refusal that nobody has seen: one that no command can bring about, or whose
//! words do not tell what to do. A new code without a case fails here.

use super::*;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A framework that awards ratings and scores nothing.
pub fn unscored() -> Value {
    let mut plain = framework("la-2025");
    plain["id"] = json!("la-plain");
    plain["scoring"]["method"]["value"] = json!("none");
    plain["scoring"]["bands"]["value"] = json!([]);
    plain
}

/// A framework in which nothing with a 1 in it is Good.
fn limited() -> Value {
    let mut limited = framework("la-2025");
    limited["id"] = json!("la-limited");
    limited["scoring"]["limiters"]["value"] =
        json!([{"at_most": "requires_improvement", "score": 1}]);
    limited
}

fn merge(old: Value, into: &str) -> Command {
    let data = json!({"into": into, "old": old, "on": "2023-04-01"});
    command("succeed_organisations", data, json!({}))
}

fn join(system: &str, from: &str) -> Command {
    let data = json!({"authority": COUNTY, "from": from, "system": system});
    command("add_area_member", data, json!({}))
}

fn leave(to: &str) -> Command {
    let data = json!({"authority": COUNTY, "system": SYSTEM, "to": to});
    command("end_area_member", data, json!({}))
}

fn of_bodies() -> Vec<When> {
    let amend = json!({"code": COUNTY, "reason": "renamed"});
    let area = given([authority(COUNTY), system(SYSTEM)]);
    vec![
        given([]).when(merge(json!([COUNTY]), CITY)),
        given([authority(COUNTY)]).when(system(COUNTY)),
        area.clone().when(join(COUNTY, "2022-07-01")),
        given([authority(COUNTY), authority(CITY), authority("X99000005")])
            .and(merge(json!([COUNTY]), CITY))
            .when(merge(json!([COUNTY]), "X99000005")),
        given([authority(CITY)]).when(merge(json!([CITY]), CITY)),
        given([authority(CITY)]).when(merge(json!([]), CITY)),
        given([authority(COUNTY)]).when(command("amend_organisation", amend, json!({}))),
        area.clone().and(join(SYSTEM, "2022-07-01")).when(join(SYSTEM, "2023")),
        area.clone().when(leave("2024-03-31")),
        area.and(join(SYSTEM, "2022-07-01")).when(leave("2022-06-30")),
    ]
}

fn of_frameworks_and_assessments() -> Vec<When> {
    let mut other = framework("la-2023");
    other["name"]["value"] = json!("Another name");
    let mut hole = framework("la-2023");
    hole["scoring"]["bands"]["value"][1]["to"] = json!(61);
    let known = given([adopt(framework("la-2023")), authority(COUNTY)]);
    vec![
        given([]).when(import(json!({"framework": "la-2099"}))),
        known.clone().when(adopt(other)),
        given([]).when(adopt(hole)),
        given([]).when(adopt(limited())),
        known.clone().when(open(json!({"opened_on": "2023-03"}))),
        given([adopt(unscored())]).when(import(json!({"framework": "la-plain"}))),
        known.when(open(json!({"opened_on": "2026-05-18"}))),
    ]
}

fn of_publications() -> Vec<When> {
    let known = given([import(json!({}))]);
    let other_framework = json!({"framework": "la-2025", "replace": "typing_error"});
    vec![
        given([]).when(import(json!({"month": "2024"}))),
        given([]).when(import(json!({"date": "2024-06-01"}))),
        given([]).when(import(json!({"scores": null}))),
        given([]).when(import(json!({"scores": vec![3; 17]}))),
        given([]).when(import(json!({"rating": "requires_improvement"}))),
        given([]).when(import(json!({"score": 65}))),
        known.clone().when(import(json!({"scores": [3, 2, 3, 3, 3, 2, 2, 3, 2]}))),
        known.clone().when(import(json!({"source": null}))),
        known.and(review(json!({}))).when(import(other_framework)),
    ]
}

fn of_reviews() -> Vec<When> {
    let known = given([import(json!({}))]);
    let begun = given([adopt(framework("la-2023")), authority(COUNTY)]).and(open(json!({})));
    let direct = given([import(json!({"framework": "la-2025"}))]);
    let open_one = json!({"assessment": "X99000001-2024-a"});
    let before_opening = json!({
        "assessment": "X99000001-2024-a", "category": "processes", "reviewed_on": "2024-01-31",
    });
    vec![
        known.clone().when(review(json!({"assessment": "X99000001-2024-b"}))),
        begun.clone().when(review(json!({}))),
        known.clone().when(review(json!({"statement": "freedom-to-speak-up"}))),
        known.clone().when(review(json!({"category": "outcomes"}))),
        begun.clone().when(review(open_one)),
        direct.when(review(json!({"category": "processes"}))),
        known.clone().when(review(json!({"was": 4}))),
        known.when(review(json!({"reviewed_on": "2024-05-16"}))),
        begun.when(review(before_opening)),
    ]
}

fn of_plans() -> Vec<When> {
    let known = given([adopt(framework("la-2023")), authority(COUNTY), open(json!({}))]);
    let assessor = json!({"person": "p-017", "role": "assessor"});
    let twice = json!({"team": [assessor, {"person": "p-017", "role": "specialist_advisor"}]});
    vec![
        known.clone().when(open(json!({"kind": "pilot"}))),
        known.clone().and(plans::cancel(json!({}))).when(plans::amend(json!({}))),
        given([import(json!({}))]).when(plans::cancel(json!({}))),
        known.clone().when(plans::amend(json!({"site_visit_on": null}))),
        known.clone().when(plans::amend(twice)),
        known.when(plans::cancel(json!({"cancelled_on": "2024-01-31"}))),
    ]
}

fn of_evidence() -> Vec<When> {
    let known = given([adopt(framework("la-2023")), authority(COUNTY), authority(CITY)]);
    let asked = known.clone().and(evidence::request(json!({})));
    let of_the_city = json!({"organisations": [CITY], "request": "X99000001-q1"});
    let held = known.clone().and(submit(json!({}))).and(open(json!({})));
    vec![
        held.clone().when(take(json!({"evidence": ["X99000001-e2"]}))),
        known.clone().when(submit(json!({"category": "rumours"}))),
        known.clone().when(submit(json!({"statements": ["learning-culture"]}))),
        known.clone().when(submit(json!({"organisations": []}))),
        known.clone().when(submit(json!({"content": empty()}))),
        known.clone().when(submit(json!({"request": "X99000001-q1"}))),
        asked.when(submit(of_the_city)),
        known.when(evidence::request(json!({"due_on": "2024-02-11"}))),
        held.clone().when(take(json!({"evidence": []}))),
        held.clone().and(evidence::withdraw(json!({}))).when(take(json!({}))),
        held.clone().and(evidence::erase(json!({}))).when(take(json!({}))),
        held.and(submit(json!({"organisations": [CITY]})))
            .when(take(json!({"evidence": ["X99000002-e1"]}))),
    ]
}

fn of_scores_on_evidence() -> Vec<When> {
    let on_safeguarding = json!({"content": content(2), "statements": ["safeguarding"]});
    let held = given([adopt(framework("la-2023")), authority(COUNTY), open(json!({}))])
        .and(submit(json!({})))
        .and(submit(on_safeguarding));
    let used = held.clone().and(take(json!({"evidence": ["X99000001-e1", "X99000001-e2"]})));
    let score = |further: Value| reviews::score(further);
    vec![
        held.when(score(json!({}))),
        used.clone().when(score(json!({"category": "partner-feedback"}))),
        used.clone().when(score(json!({"evidence": ["X99000001-e2"]}))),
        used.when(score(json!({"comment": "X99000001-2023-a-c1"}))),
    ]
}

/// A report on all authorities.
pub fn national(further: Value) -> Command {
    let data = json!({"kind": "local_authority", "title": "Safeguarding in 2026"});
    command("publish_national_report", data, further)
}

fn of_national_reports() -> Vec<When> {
    let known = given([adopt(framework("la-2023"))]);
    vec![known.when(national(json!({"statement": "learning-culture"})))]
}

/// A command for every refusal, on what happened before it.
pub fn refused() -> Vec<When> {
    let cases = [of_bodies(), of_frameworks_and_assessments(), of_publications(), of_reviews()];
    let further = [of_plans(), of_evidence(), of_scores_on_evidence(), step_cases::cases()];
    let after = [
        section_50::cases(),
        process_reviews::cases(),
        finance::cases(),
        conflicts::cases(),
        after_cases::cases(),
        of_national_reports(),
        strike_outs::cases(),
        ledger_keys::cases(),
        samples::cases(),
    ];
    cases.into_iter().chain(further).chain(after).flatten().collect()
}

fn cases() -> Vec<Rejection> {
    let cases = refused().into_iter();
    cases.map(|case| case.outcome.expect_err("every case is refused")).collect()
}

#[test]
fn every_code_has_a_case_and_a_code_of_its_own() {
    let rules = Rejection::rules();
    let all: BTreeSet<&str> = rules.iter().map(|rule| rule.code).collect();
    assert_eq!(all.len(), rules.len(), "a code twice");
    let shown: BTreeSet<&str> = cases().iter().map(Rejection::code).collect();
    assert_eq!(shown, all);
    for code in all {
        let valid = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        assert!(code.bytes().all(valid), "{code}");
    }
}

#[test]
fn every_rule_is_told_as_its_refusals_are() {
    let rules = Rejection::rules();
    for refusal in cases() {
        let rule = rules.iter().find(|rule| rule.code == refusal.code()).expect("its rule");
        assert_eq!(rule.hint, refusal.hint());
        let start = rule.sentence.split('{').next().expect("a text before what is filled in");
        assert!(refusal.to_string().starts_with(start), "{refusal}");
    }
    for rule in rules {
        assert!(rule.when.trim().ends_with('.'), "{}", rule.code);
        assert!(!rule.hint.ends_with('.') && !rule.sentence.ends_with('.'), "{}", rule.code);
        assert!(!rule.hint.contains('{'), "{}: nothing is filled in there", rule.code);
    }
}

#[test]
fn every_refusal_reads_well() {
    let mut text = String::new();
    for refusal in cases() {
        let (code, hint) = (refusal.code(), refusal.hint());
        writeln!(text, "{code}\n  {refusal}\n  hint: {hint}").expect("a string takes all");
    }
    insta::assert_snapshot!(text);
}
