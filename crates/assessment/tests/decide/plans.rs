//! The plan of an assessment and its end without a publication: the fear is an amendment that
//! forgets what was known, one assessment that is made twice at once, and a published one that is
//! cancelled away.

use super::*;

const ASSESSMENT: &str = "X99000001-2024-a";

/// The day of the visit becomes known.
pub fn amend(further: Value) -> Command {
    let data = json!({"assessment": ASSESSMENT, "site_visit_on": "2024-03-18"});
    command("amend_assessment", data, further)
}

pub fn cancel(further: Value) -> Command {
    let data = json!({
        "assessment": ASSESSMENT, "cancelled_on": "2024-02-20", "reason": "postponed",
    });
    command("cancel_assessment", data, further)
}

fn known() -> Given {
    given([adopt(framework("la-2023")), authority(COUNTY)])
}

fn opened() -> Given {
    known().and(open(json!({})))
}

fn team() -> Value {
    json!([
        {"person": "p-017", "role": "assessor"}, {"person": "p-018", "role": "specialist_advisor"},
    ])
}

/// A plan that lies ahead of the day of the decision.
fn plan() -> Value {
    json!({
        "information_return_on": "2026-06-15", "notice_on": "2026-06", "site_visit_on": "2026-07",
        "team": team(),
    })
}

#[test]
fn a_plan_may_come_with_the_opening_and_lie_ahead() {
    let mut amended = plan();
    amended["assessment"] = json!(ASSESSMENT);
    let opened = json!({
        "assessment": ASSESSMENT, "framework": "la-2023", "kind": "baseline",
        "opened_on": "2024-02-01", "organisation": COUNTY,
    });
    let known = known()
        .when(open(plan()))
        .then([event("assessment_opened", opened), event("assessment_amended", amended)]);
    let known = known.when(open(plan())).quiet();
    // What the command does not say stays as it is.
    let known = known.when(open(json!({}))).quiet();
    known.clone().when(open(json!({"notice_on": "2026-05"}))).refused("assessment_open");
    known.when(open(json!({"team": [team()[0]]}))).refused("assessment_open");
}

#[test]
fn one_assessment_of_a_body_under_a_framework_is_open() {
    let known = opened();
    let refusal = known.clone().when(open(json!({"opened_on": "2024-02-02"})));
    let refusal = refusal.refused("assessment_open").to_string();
    assert_eq!(refusal, "X99000001-2024-a is open under la-2023 already");
    known.clone().when(open(json!({"kind": "pilot"}))).refused("assessment_open");
    // Another body, another framework, and one that was cancelled stand in nobody's way.
    known.clone().and(authority(CITY)).and(open(json!({"organisation": CITY})));
    let other = json!({"framework": "la-2025", "opened_on": "2025-02"});
    known.clone().and(adopt(framework("la-2025"))).and(open(other));
    let again = known.and(cancel(json!({}))).when(open(json!({}))).recorded();
    assert_eq!(again[0].1["assessment"], "X99000001-2024-b");
    // What was published before this ledger is not open.
    given([import(json!({}))]).and(open(json!({})));
}

#[test]
fn an_amendment_records_what_changes_and_nothing_else() {
    let visit = json!({"assessment": ASSESSMENT, "site_visit_on": "2024-03-18"});
    let known = opened().when(amend(json!({}))).then([event("assessment_amended", visit)]);
    let known = known.when(amend(json!({}))).quiet();
    let further = json!({"notice_on": "2024-02-05", "team": team()});
    let added = json!({"assessment": ASSESSMENT, "notice_on": "2024-02-05", "team": team()});
    let known = known.when(amend(further)).then([event("assessment_amended", added)]);
    let plan = &known.state.assessments[&ASSESSMENT.parse().expect("an id")].plan;
    assert_eq!(plan.site_visit_on.map(|on| on.to_string()), Some("2024-03-18".to_owned()));
    // The team is given as a whole: who is not named any more has left it.
    let smaller = amend(json!({"site_visit_on": null, "team": [team()[1]]}));
    let known = known.and(smaller);
    let plan = &known.state.assessments[&ASSESSMENT.parse().expect("an id")].plan;
    assert_eq!(plan.team.len(), 1);
}

#[test]
fn an_amendment_says_something_of_an_assessment_that_goes_on() {
    let known = opened();
    known
        .clone()
        .when(amend(json!({"site_visit_on": null})))
        .refused("nothing_to_amend_assessment");
    let unknown = json!({"assessment": "X99000001-2024-b"});
    known.clone().when(amend(unknown)).refused("assessment_unknown");
    let twice = json!([team()[0], {"person": "p-017", "role": "specialist_advisor"}]);
    known.clone().when(amend(json!({"team": twice}))).refused("team_member_twice");
    let cancelled = known.and(cancel(json!({})));
    cancelled.when(amend(json!({}))).refused("assessment_cancelled");
    let twice = json!([team()[1], team()[0], team()[1]]);
    super::plans::known().when(open(json!({"team": twice}))).refused("team_member_twice");
}

/// When a visit was is a fact, which may become known late.
#[test]
fn a_published_assessment_is_still_amended() {
    given([import(json!({}))]).when(amend(json!({}))).recorded();
}

#[test]
fn an_assessment_is_cancelled_once_and_its_evidence_stays() {
    let cancelled = json!({
        "assessment": ASSESSMENT, "cancelled_on": "2024-03-20", "reason": "body_changed",
        "text": content(3),
    });
    let ending = || {
        let further = json!({"cancelled_on": "2024-03-20", "reason": "body_changed"});
        command("cancel_assessment", further, json!({"assessment": ASSESSMENT, "text": content(3)}))
    };
    let known = opened()
        .and(submit(json!({})))
        .and(take(json!({})))
        .when(ending())
        .then([event("assessment_cancelled", cancelled)]);
    let known = known.when(ending()).quiet();
    // The same in other words is no other cancellation; another day or reason is.
    let known =
        known.when(cancel(json!({"cancelled_on": "2024-03-20", "reason": "body_changed"}))).quiet();
    let other = cancel(json!({"cancelled_on": "2024-03-20"}));
    known.clone().when(other).refused("assessment_cancelled");
    let again = open(json!({"opened_on": "2024-03-21"}));
    let used = json!({"assessment": "X99000001-2024-b", "used_on": "2024-03-22"});
    known.and(again).when(take(used)).recorded();
}

#[test]
fn what_is_published_or_lies_ahead_is_not_cancelled() {
    given([import(json!({}))]).when(cancel(json!({}))).refused("assessment_published");
    let known = opened();
    known.clone().when(cancel(json!({"cancelled_on": "2026-05-18"}))).refused("date_in_future");
    known.clone().when(cancel(json!({"cancelled_on": "2024-01-31"}))).refused("out_of_order");
    // As far as a coarse date tells, it may have been later in that month.
    known.clone().and(cancel(json!({"cancelled_on": "2024-02"})));
    let unknown = json!({"assessment": "X99000002-2024-a"});
    known.when(cancel(unknown)).refused("assessment_unknown");
}

#[test]
fn a_cancelled_assessment_is_worked_on_no_more() {
    let cancelled = opened().and(submit(json!({}))).and(cancel(json!({"cancelled_on": "2024-03"})));
    cancelled.clone().when(take(json!({}))).refused("assessment_cancelled");
    let score = json!({"assessment": ASSESSMENT, "category": "processes"});
    cancelled.when(review(score)).refused("assessment_cancelled");
}
