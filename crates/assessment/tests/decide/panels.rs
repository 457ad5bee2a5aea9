//! Calibration panels. The fears: somebody judges what they scored themselves; a panel of one side
//! passes for a calibration; a score counts that no panel has seen; what the scorer had given is
//! lost when a panel adjusts it.

use super::step_cases::*;
use super::*;

const STATEMENT: &str = "assessing-needs";

fn member(person: &str, side: &str) -> Value {
    json!({"person": person, "side": side})
}

fn convened() -> Given {
    scored().and(convene(json!({})))
}

fn adjust(score: u8) -> Value {
    json!({"reason": "consistency", "score": score, "statement": STATEMENT, "text": content(50)})
}

/// A later score for the first statement, by somebody who may be on the panel.
fn rescored(given: Given, by: &str) -> Given {
    given.and(rescore(json!({"by": by, "reviewed_on": "2026-04-23", "score": 2})))
}

#[test]
fn a_panel_is_convened_for_one_or_more_assessments() {
    let second = open(json!({
        "organisation": COUNTY, "framework": "la-2025", "opened_on": "2026-03-01",
    }));
    let known = scored().and(authority(COUNTY)).and(second);
    let members = json!([member("p-101", "internal"), member(SCORER, "external")]);
    let both = json!({
        "assessments": [ONE, "X99000001-2026-a", ONE], "members": members.clone(),
    });
    let expected = json!({
        "assessments": [ONE, "X99000001-2026-a"], "convened_on": "2026-03-09", "members": members,
        "panel": "2026-a", "recused": [{"assessment": ONE, "person": SCORER}],
    });
    let known = known.when(convene(both)).then([event("panel_convened", expected)]);
    // An assessment may wait for a second panel as long as none has decided on it.
    let recorded = known.when(convene(json!({"convened_on": "2026-04"}))).recorded();
    assert_eq!(recorded[0].1["panel"], "2026-b");
}

#[test]
fn panels_are_counted_by_year() {
    let early = open(json!({
        "organisation": COUNTY, "framework": "la-2025", "opened_on": "2025-03-01",
    }));
    let known = convened().and(authority(COUNTY)).and(early);
    let other = json!({"assessments": ["X99000001-2025-a"], "convened_on": "2025-12-01"});
    assert_eq!(known.when(convene(other)).recorded()[0].1["panel"], "2025-a");
}

#[test]
fn a_panel_has_two_sides_and_something_to_sit_on() {
    let known = scored();
    known.clone().when(convene(json!({"assessments": []}))).refused("panel_without_assessments");
    for (members, side) in [
        (json!([]), "internal"),
        (json!([member("p-101", "external"), member("p-102", "external")]), "internal"),
        (json!([member("p-101", "internal")]), "external"),
    ] {
        let refusal = known.clone().when(convene(json!({"members": members})));
        let refusal = refusal.refused("panel_one_sided");
        assert_eq!(refusal.to_string(), format!("no {side} member would decide"));
    }
    let twice = json!([member("p-101", "internal"), member("p-101", "external")]);
    known.clone().when(convene(json!({"members": twice}))).refused("panel_member_twice");
    known.clone().when(convene(json!({"convened_on": "2026-05-18"}))).refused("date_in_future");
    known.clone().when(convene(json!({"convened_on": "2026-02-01"}))).refused("out_of_order");
    known.clone().and(convene(json!({"convened_on": "2026-02"})));
    let missing = json!({"assessments": [ONE, "X99000007-2026-b"]});
    known.when(convene(missing)).refused("assessment_unknown");
}

#[test]
fn a_panel_sits_on_assessments_that_are_not_over() {
    // Another one may be needed to confirm what changed since the first decided.
    assert_eq!(calibrated().when(convene(json!({}))).recorded().len(), 1);
    let known = calibrated().and(cancel());
    let refusal = known.when(convene(json!({"convened_on": "2026-05-12"})));
    refusal.refused("assessment_cancelled");
}

#[test]
fn a_decision_names_every_score_confirmed_or_adjusted() {
    let recorded = convened().when(decide_panel(json!({"adjustments": [adjust(2)]}))).recorded();
    let (kind, data) = &recorded[0];
    assert_eq!(*kind, "panel_decided");
    assert_eq!(data["members"], json!(["p-101", "p-102", "p-103", "p-104"]));
    assert_eq!(data["recused"], json!([]));
    let scores = data["scores"].as_array().expect("a list");
    let order = cells("la-2025").into_iter().map(|(statement, _)| json!(statement));
    assert!(scores.iter().map(|score| score["statement"].clone()).eq(order));
    let adjusted = json!({
        "reason": "consistency", "score": 2, "scored": 3, "statement": STATEMENT,
        "text": content(50),
    });
    assert_eq!(scores[0], adjusted);
    let confirmed = json!({
        "score": 3, "scored": 3, "statement": "supporting-people-to-live-healthier-lives",
    });
    assert_eq!(scores[1], confirmed);
}

#[test]
fn the_adjusted_score_counts_and_the_scorers_own_stays_beside_it() {
    let known = convened().and(decide_panel(json!({"adjustments": [adjust(2)]})));
    let assessment = &known.state.assessments[&ONE.parse().expect("an id")];
    let judged = &assessment.judged[&(STATEMENT.parse().expect("an id"), None)];
    assert_eq!((judged.score.get(), judged.scored.get()), (2, 3));
    assert!(assessment.unconfirmed().is_empty());
}

#[test]
fn an_adjustment_to_the_same_score_is_a_confirmation() {
    let recorded = convened().when(decide_panel(json!({"adjustments": [adjust(3)]}))).recorded();
    assert_eq!(
        recorded[0].1["scores"][0],
        json!({"score": 3, "scored": 3, "statement": STATEMENT})
    );
}

#[test]
fn an_adjustment_is_of_a_score_that_counts_and_given_once() {
    let known = convened();
    let adjusting = |adjustments: Value| decide_panel(json!({"adjustments": adjustments}));
    let why = |refused: When| refused.refused("adjustment_unclear").to_string();
    assert_eq!(
        why(known.clone().when(adjusting(json!([adjust(2), adjust(4)])))),
        "the adjustment of assessing-needs is given twice"
    );
    let mut by_category = adjust(2);
    by_category["category"] = json!("processes");
    assert_eq!(
        why(known.when(adjusting(json!([by_category])))),
        "the adjustment of assessing-needs is of a score that the framework does not have"
    );
}

#[test]
fn under_method_a_a_panel_decides_on_the_required_categories() {
    let all = cells(METHOD_A);
    let known = with_scores(given(begun(METHOD_A)), &all[1..]).and(convene(json!({})));
    let refusal = known.clone().when(decide_panel(json!({}))).refused("scores_incomplete");
    assert_eq!(refusal.to_string(), "X99000007-2026-a has no complete score for assessing-needs");
    let known = with_scores(known, &all[..1]);
    let whole = adjust(2);
    known.clone().when(decide_panel(json!({"adjustments": [whole]}))).refused("adjustment_unclear");
    let mut of_category = adjust(2);
    of_category["category"] = json!("processes");
    let recorded = known.when(decide_panel(json!({"adjustments": [of_category]}))).recorded();
    let scores = recorded[0].1["scores"].as_array().expect("a list");
    assert_eq!(scores.len(), 36);
    let adjusted: Vec<&Value> = scores.iter().filter(|it| it.get("reason").is_some()).collect();
    assert_eq!(adjusted[0]["category"], "processes");
    assert_eq!(adjusted.len(), 1);
}

#[test]
fn a_framework_without_scores_leaves_a_panel_nothing_to_decide() {
    let mut plain = rejections::unscored();
    plain["id"] = json!("la-plain");
    let begin = json!({
        "framework": "la-plain", "opened_on": "2026-02-02", "organisation": TOWN,
    });
    let known = given([adopt(plain), authority(TOWN), open(begin), convene(json!({}))]);
    known.when(decide_panel(json!({}))).refused("framework_without_scores");
}

#[test]
fn who_scored_has_no_part_even_if_they_scored_after_the_panel_was_convened() {
    let members = json!([
        member("p-101", "internal"),
        member("p-102", "external"),
        member("p-103", "internal"),
    ]);
    let known = scored().and(convene(json!({"members": members})));
    let late_scorer = json!({"by": "p-103", "reviewed_on": "2026-03-10"});
    let known = known.and(rescore(late_scorer));
    known.clone().when(decide_panel(json!({"members": ["p-103"]}))).refused("panel_recused");
    let recorded = known.clone().when(decide_panel(json!({}))).recorded();
    assert_eq!(recorded[0].1["members"], json!(["p-101", "p-102"]));
    assert_eq!(recorded[0].1["recused"], json!(["p-103"]));
    // With the only external member recused, nobody from outside is left.
    let known = known.and(rescore(json!({"by": "p-102", "reviewed_on": "2026-03-10"})));
    let refusal = known.when(decide_panel(json!({}))).refused("panel_one_sided");
    assert_eq!(refusal.to_string(), "no external member would decide");
}

#[test]
fn those_who_are_named_decide() {
    let known = convened();
    let by = |members: Value| decide_panel(json!({"members": members}));
    let recorded = known.clone().when(by(json!(["p-104", "p-101"]))).recorded();
    assert_eq!(recorded[0].1["members"], json!(["p-101", "p-104"]));
    known.clone().when(by(json!(["p-101", "p-105"]))).refused("not_on_panel");
    known.clone().when(by(json!(["p-101", "p-104", "p-101"]))).refused("panel_member_twice");
    known.when(by(json!(["p-101", "p-103"]))).refused("panel_one_sided");
}

#[test]
fn a_panel_decides_once_on_what_it_sits_on_in_the_order_of_things() {
    let known = convened();
    known.clone().when(decide_panel(json!({"panel": "2026-b"}))).refused("panel_unknown");
    let second = open(json!({
        "organisation": COUNTY, "framework": "la-2025", "opened_on": "2026-02-01",
    }));
    let elsewhere = known.clone().and(authority(COUNTY)).and(second);
    let of_it = json!({"assessment": "X99000001-2026-a"});
    elsewhere.when(decide_panel(of_it)).refused("not_before_panel");

    let on = |date: &str| decide_panel(json!({"decided_on": date}));
    known.clone().when(on("2026-03-08")).refused("out_of_order");
    known.clone().when(on("2026-05-18")).refused("date_in_future");
    let later = known.and(rescore(json!({"reviewed_on": "2026-03-17"})));
    let refusal = later.clone().when(on("2026-03-16")).refused("out_of_order");
    assert_eq!(
        refusal.to_string(),
        "the panel's decision is dated 2026-03-16, before the latest score of 2026-03-17"
    );
    let known = later.and(on("2026-03-17"));
    known.clone().when(on("2026-03-17")).refused("panel_decided");
    // Nor does a second panel that had been convened meanwhile.
    let known = scored().and(convene(json!({}))).and(convene(json!({})));
    let known = known.and(decide_panel(json!({"panel": "2026-b"})));
    known.when(decide_panel(json!({}))).refused("panel_decided");
}

#[test]
fn a_score_that_changed_is_confirmed_as_it_stands() {
    let known = rescored(calibrated(), SCORER);
    let recorded = known.clone().when(confirm_panel(json!({}))).recorded();
    let expected = json!({
        "assessment": ONE, "confirmed_on": "2026-04-28",
        "members": ["p-101", "p-102", "p-103", "p-104"], "panel": "2026-a", "recused": [],
        "scores": [{"score": 2, "scored": 2, "statement": STATEMENT}],
    });
    assert_eq!(recorded, [("panel_confirmed", expected)]);
    let known = known.and(confirm_panel(json!({})));
    known.clone().when(confirm_panel(json!({}))).refused("nothing_to_confirm");
    // Changed back, it is confirmed again, and not before the last time.
    let known = known.and(rescore(json!({"reviewed_on": "2026-04-24"})));
    let earlier = json!({"confirmed_on": "2026-04-27"});
    known.clone().when(confirm_panel(earlier)).refused("out_of_order");
    known.when(confirm_panel(json!({}))).recorded();
}

#[test]
fn a_review_that_keeps_what_the_panel_left_needs_no_confirmation() {
    let known = calibrated().and(rescore(json!({"reviewed_on": "2026-04-23"})));
    known.when(confirm_panel(json!({}))).refused("nothing_to_confirm");
    // The adjusted score, not the scorer's own, is what the panel left.
    let known = convened().and(decide_panel(json!({"adjustments": [adjust(2)]})));
    let known = known.and(rescore(json!({"reviewed_on": "2026-04-23", "score": 3})));
    assert_eq!(known.when(confirm_panel(json!({}))).recorded().len(), 1);
}

#[test]
fn who_scored_since_the_decision_confirms_nothing() {
    let three = json!({"members": ["p-101", "p-102", "p-104"]});
    let known = rescored(convened().and(decide_panel(three)), "p-103");
    known.clone().when(confirm_panel(json!({"members": ["p-103"]}))).refused("panel_recused");
    let recorded = known.when(confirm_panel(json!({}))).recorded();
    assert_eq!(recorded[0].1["members"], json!(["p-101", "p-102", "p-104"]));
    assert_eq!(recorded[0].1["recused"], json!(["p-103"]));
}

/// Otherwise they would have judged what they scored, only in another order.
#[test]
fn who_decided_does_not_score_until_it_is_published() {
    let by = |person: &str| rescore(json!({"by": person, "reviewed_on": "2026-04-23"}));
    calibrated().when(by("p-103")).refused("scored_by_panel");
    let confirmed = rescored(calibrated(), SCORER).and(confirm_panel(json!({})));
    confirmed.clone().when(by("p-101")).refused("scored_by_panel");
    confirmed.when(by("p-002")).recorded();
    // After the publication it is an ongoing review like any other.
    let published = shared().and(publish(json!({})));
    published.when(rescore(json!({"by": "p-103", "reviewed_on": "2026-05-17"}))).recorded();
}

#[test]
fn a_panel_that_sits_on_it_confirms_after_the_change() {
    convened().when(confirm_panel(json!({}))).refused("panel_not_decided");
    let known = rescored(calibrated(), SCORER);
    known.clone().when(confirm_panel(json!({"panel": "2026-b"}))).refused("panel_unknown");
    let on = |date: &str| confirm_panel(json!({"confirmed_on": date}));
    known.clone().when(on("2026-04-22")).refused("out_of_order");
    known.clone().when(on("2026-05-18")).refused("date_in_future");
    known.and(on("2026-04-23"));

    let two = scored().and(convene(json!({}))).and(convene(json!({})));
    let known = rescored(two.and(decide_panel(json!({}))), SCORER);
    let recorded = known.when(confirm_panel(json!({"panel": "2026-b"}))).recorded();
    assert_eq!(recorded[0].1["panel"], "2026-b");
}

#[test]
fn a_panel_has_nothing_to_say_on_what_is_over() {
    let cancelled = calibrated().and(cancel());
    cancelled.clone().when(convene(json!({}))).refused("assessment_cancelled");
    cancelled.clone().when(decide_panel(json!({}))).refused("assessment_cancelled");
    cancelled.when(confirm_panel(json!({}))).refused("assessment_cancelled");
}

#[test]
fn an_update_has_no_panel_unless_the_process_of_the_day_wants_one() {
    let published = shared().and(publish(json!({"published_on": "2026-04-22"})));
    for command in [convene(json!({})), decide_panel(json!({})), confirm_panel(json!({}))] {
        let refusal = published.clone().when(command).refused("not_for_updates");
        let words = "X99000007-2026-a is published, and la-2025 wants no panel for an update";
        assert_eq!(refusal.to_string(), words);
    }
    let imported = given([import(json!({}))]);
    let of_it = json!({"assessments": ["X99000001-2024-a"]});
    imported.when(convene(of_it)).refused("not_for_updates");

    let wanted = ("/panel/update/value", json!(true));
    let from = json!({"from": "2026-04-27"});
    let known = rescored(published, SCORER).and(revise("la-2025", &[wanted], from));
    let on = |date: &str| json!({"confirmed_on": date});
    known.clone().when(confirm_panel(on("2026-04-26"))).refused("not_for_updates");
    let recorded = known.clone().when(confirm_panel(on("2026-04-27"))).recorded();
    let expected = json!([{"score": 2, "scored": 2, "statement": STATEMENT}]);
    assert_eq!(recorded[0].1["scores"], expected);
    known.clone().when(decide_panel(json!({"decided_on": "2026-04-27"}))).refused("panel_decided");
    // Another panel may be needed, as some of the first have scored meanwhile.
    known.when(convene(json!({"convened_on": "2026-04-28"}))).recorded();
}

/// Of an import the panel sits on the statements as they were published.
#[test]
fn a_panel_on_an_import_decides_on_what_was_published() {
    let mut wanting = framework("la-2023");
    wanting["id"] = json!("la-wanting");
    wanting["process"]["panel"]["update"]["value"] = json!(true);
    let id = "X99000001-2024-a";
    let known = given([adopt(wanting), import(json!({"framework": "la-wanting"}))]);
    let known = known.and(convene(json!({"assessments": [id]})));
    let recorded = known.when(decide_panel(json!({"assessment": id}))).recorded();
    let scores: Vec<u64> = recorded[0].1["scores"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["score"].as_u64().expect("a score"))
        .collect();
    assert_eq!(scores, GOOD.map(u64::from));
}
