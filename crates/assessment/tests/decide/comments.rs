//! Factual accuracy comments. The fears: a comment that arrived is not recorded, because of its day
//! or because it brings nothing; one is judged by whoever it criticises; something is accepted that
//! the rules do not let count; the day of typing decides instead of the day of receipt.

use super::step_cases::*;
use super::*;

fn first() -> String {
    format!("{ONE}-c1")
}

/// A shared draft with one comment.
fn with(further: Value) -> Given {
    shared().and(comment(further))
}

fn outcome(outcome: &str) -> Command {
    resolve(json!({"outcome": outcome}))
}

#[test]
fn a_comment_is_recorded_as_it_came() {
    let evidence = format!("{TOWN}-e2");
    let further = json!({
        "about": {"theme": "leadership"}, "evidence": [evidence, evidence], "kind": "b",
    });
    let expected = json!({
        "about": {"theme": "leadership"}, "assessment": ONE, "comment": first(),
        "evidence": [evidence], "kind": "b", "received_on": "2026-04-14",
        "recipient": "local_authority", "text": content(120),
    });
    let known =
        shared().when(comment(further.clone())).then([event("comment_submitted", expected)]);
    // The same sealed text is the same comment; another one has the next number.
    known.clone().when(comment(further)).quiet();
    let recorded = known.when(comment(json!({"text": content(121)}))).recorded();
    assert_eq!(recorded[0].1["comment"], format!("{ONE}-c2"));
}

#[test]
fn a_comment_is_about_something_in_the_report() {
    let about = |subject: Value| shared().when(comment(json!({"about": subject})));
    assert_eq!(about(json!({"page": 1})).recorded()[0].1["about"], json!({"page": 1}));
    about(json!({"page": 0})).refused("page_unknown");
    about(json!({"statement": "learning-culture"})).refused("statement_unknown");
    about(json!({"theme": "quality-and-safety"})).refused("theme_unknown");
    let missing = json!({"kind": "b", "evidence": ["X99000007-e9"]});
    shared().when(comment(missing)).refused("evidence_unknown");
}

#[test]
fn what_is_late_or_unsupported_is_recorded_and_marked() {
    let marks = |further: Value| {
        let data = shared().when(comment(further)).recorded().remove(0).1;
        (data.get("late").cloned(), data.get("unsupported").cloned())
    };
    let yes = Some(json!(true));
    assert_eq!(marks(json!({"received_on": "2026-04-21"})), (None, None));
    assert_eq!(marks(json!({"received_on": "2026-04-22"})), (yes.clone(), None));
    assert_eq!(marks(json!({"kind": "b"})), (None, yes.clone()));
    assert_eq!(marks(json!({"kind": "c"})), (None, None));
    let both = json!({"kind": "b", "received_on": "2026-05-01"});
    assert_eq!(marks(both), (yes.clone(), yes));
    // What may or may not have been in time is asked about.
    shared().when(comment(json!({"received_on": "2026-04"}))).refused("day_not_known");
}

#[test]
fn a_comment_comes_from_somebody_who_had_the_draft() {
    let other = json!({"recipient": "integrated_care_board"});
    shared().when(comment(other)).refused("draft_not_shared");
    with_drafts(calibrated()).when(comment(json!({}))).refused("draft_not_shared");
    let on = |date: &str| shared().when(comment(json!({"received_on": date})));
    on("2026-04-06").refused("out_of_order");
    on("2026-05-18").refused("date_in_future");
    on("2026-04-07").recorded();
}

/// The day of receipt counts: typed in after the draft was shared again, it answers the first one.
#[test]
fn a_comment_on_an_earlier_sharing_is_still_recorded() {
    let known = shared().and(share(json!({"shared_on": "2026-05-06"})));
    known.clone().when(comment(json!({}))).recorded();
    known.when(comment(json!({"received_on": "2026-04-06"}))).refused("out_of_order");
}

#[test]
fn a_comment_may_arrive_after_the_publication() {
    let known = shared().and(publish(json!({})));
    let late = json!({"received_on": "2026-05-13"});
    let known = known.and(comment(late));
    known.clone().when(outcome("accepted")).refused("out_of_order");
    let on_receipt = json!({"outcome": "not_accepted", "resolved_on": "2026-05-14"});
    known.when(resolve(on_receipt)).recorded();
}

/// Each draft has its own last day, by which a comment on it is judged whenever it is typed in.
#[test]
fn a_comment_is_judged_by_the_time_of_the_draft_that_it_answers() {
    let known = updates::moved();
    let late = |given: &Given, date: &str| {
        let data = given.clone().when(comment(json!({"received_on": date}))).recorded().remove(0).1;
        data.get("late").cloned()
    };
    assert_eq!(late(&known, "2026-04-21"), None);
    assert_eq!(late(&known, "2026-04-22"), Some(json!(true)));
    assert_eq!(late(&known, "2026-04-27"), None);
    assert_eq!(late(&known, "2026-05-12"), None);
    assert_eq!(late(&known, "2026-05-13"), Some(json!(true)));
    let known = known.and(comment(json!({"received_on": "2026-04-22"})));
    let accept = || resolve(json!({"outcome": "accepted", "resolved_on": "2026-05-05"}));
    let refusal = known.when(accept()).refused("comment_late");
    let words = "was received on 2026-04-22, after 2026-04-21, and cannot be accepted";
    assert!(refusal.to_string().ends_with(words), "{refusal}");
    let known = updates::moved().and(comment(json!({"received_on": "2026-05-04"})));
    known.when(accept()).recorded();
}

#[test]
fn a_comment_is_resolved_once() {
    let resolved = json!({
        "by": "p-001", "comment": first(), "outcome": "accepted", "reason": "draft_wrong",
        "resolved_on": "2026-04-22", "text": content(121),
    });
    let known =
        with(json!({})).when(resolve(json!({}))).then([event("comment_resolved", resolved)]);
    known.clone().when(resolve(json!({}))).quiet();
    known.clone().when(resolve(json!({"resolved_on": "2026-04-23"}))).quiet();
    for otherwise in [
        json!({"outcome": "not_accepted"}),
        json!({"reason": "evidence_supports"}),
        json!({"by": "p-106"}),
    ] {
        known.clone().when(resolve(otherwise)).refused("comment_resolved");
    }
}

#[test]
fn a_comment_is_resolved_after_it_came() {
    let known = with(json!({}));
    let on = |date: &str| known.clone().when(resolve(json!({"resolved_on": date})));
    on("2026-04-13").refused("out_of_order");
    on("2026-05-18").refused("date_in_future");
    on("2026-04-14").recorded();
    shared().when(resolve(json!({}))).refused("comment_unknown");
    let elsewhere = json!({"comment": "X99000007-2026-b-c1"});
    known.clone().when(resolve(elsewhere)).refused("comment_unknown");
}

#[test]
fn nobody_decides_on_a_comment_about_what_they_scored() {
    // Another statement of the theme, and one of another theme, by two further scorers.
    let cells = cells("la-2025");
    let by = |at: usize, person: &str| {
        let further = json!({"by": person, "reviewed_on": "2026-03-03"});
        score(&cells[at], further)
    };
    let known = scored().and(by(1, "p-003")).and(by(8, "p-004"));
    let known = known.and(convene(json!({}))).and(decide_panel(json!({})));
    let known = with_drafts(known).and(share(json!({})));
    let decide = |about: Value, person: &str| {
        let known = known.clone().and(comment(json!({"about": about})));
        known.when(resolve(json!({"by": person})))
    };
    let statement = json!({"statement": "assessing-needs"});
    decide(statement.clone(), SCORER).refused("resolved_by_scorer");
    decide(statement, "p-003").recorded();
    let theme = json!({"theme": "working-with-people"});
    decide(theme.clone(), "p-003").refused("resolved_by_scorer");
    decide(theme, "p-004").recorded();
    let page = json!({"page": 3});
    for scorer in [SCORER, "p-003", "p-004"] {
        decide(page.clone(), scorer).refused("resolved_by_scorer");
    }
    decide(page, "p-101").recorded();
}

/// Otherwise they would have judged what they scored, only in another order.
#[test]
fn who_decided_on_a_comment_does_not_score_what_it_is_about() {
    let known = shared().and(comment(json!({"about": {"theme": "working-with-people"}})));
    let known = known.and(resolve(json!({})));
    let by = |person: &str, statement: &str| {
        rescore(json!({"by": person, "reviewed_on": "2026-04-27", "statement": statement}))
    };
    known.clone().when(by("p-001", "assessing-needs")).refused("scored_by_resolver");
    known.clone().when(by("p-001", "safeguarding")).recorded();
    known.when(by("p-009", "assessing-needs")).recorded();
}

#[test]
fn only_evidence_that_may_be_relied_on_supports_a_comment() {
    let b = |evidence: &str| comment(json!({"kind": "b", "evidence": [evidence]}));
    let own = format!("{TOWN}-e1");
    let known = shared().and(b(&own));
    let accept = || resolve(json!({"outcome": "accepted"}));
    known.clone().when(accept()).recorded();
    let withdraw = json!({
        "evidence": own, "reason": "inaccurate", "withdrawn_on": "2026-04-21",
    });
    let withdrawn = known.and(command("withdraw_evidence", withdraw, json!({})));
    withdrawn.clone().when(accept()).refused("comment_unsupported");
    let data = withdrawn.when(b(&own)).recorded().remove(0).1;
    assert_eq!(data["unsupported"], true);
}

/// By default whoever records it decides, who may be the scorer.
#[test]
fn whoever_records_a_resolution_decides_it_unless_it_says_otherwise() {
    let known = scored().and(rescore(json!({"by": "p-001", "reviewed_on": "2026-03-03"})));
    let known = known.and(convene(json!({}))).and(decide_panel(json!({})));
    let known = with_drafts(known).and(share(json!({}))).and(comment(json!({})));
    known.when(resolve(json!({}))).refused("resolved_by_scorer");
}

#[test]
fn inaccuracy_without_evidence_cannot_be_accepted() {
    let known = with(json!({"kind": "b"}));
    for accepting in ["accepted", "partly"] {
        known.clone().when(outcome(accepting)).refused("comment_unsupported");
    }
    known.when(outcome("not_accepted")).recorded();
    let supported = json!({"kind": "b", "evidence": [format!("{TOWN}-e1")]});
    with(supported).when(outcome("accepted")).recorded();
    with(json!({"kind": "c"})).when(outcome("partly")).recorded();
}

#[test]
fn what_came_late_cannot_be_accepted_unless_more_time_was_given() {
    let known = with(json!({"received_on": "2026-04-22"}));
    for accepting in ["accepted", "partly"] {
        let refusal = known.clone().when(outcome(accepting)).refused("comment_late");
        assert_eq!(
            refusal.to_string(),
            "X99000007-2026-a-c1 was received on 2026-04-22, after 2026-04-21, and cannot be \
             accepted"
        );
    }
    known.clone().when(outcome("not_accepted")).recorded();
    known.and(extend(json!({"extended_on": "2026-04-22"}))).when(outcome("accepted")).recorded();
}

/// The way of a comment into the score: accepted, reviewed by whoever scores, confirmed by the
/// panel.
#[test]
fn an_accepted_comment_leads_to_a_review_that_names_it() {
    let known = with(json!({})).and(resolve(json!({})));
    let following = json!({"comment": first(), "reviewed_on": "2026-04-23", "score": 2});
    let known = known.and(rescore(following));
    known.clone().when(publish(json!({}))).refused("panel_not_confirmed");
    known.and(confirm_panel(json!({}))).when(publish(json!({}))).recorded();
    let open = json!({"comment": first(), "reviewed_on": "2026-04-23"});
    with(json!({})).when(rescore(open)).refused("comment_not_accepted");
}

#[test]
fn a_cancelled_assessment_takes_no_comments() {
    let known = with(json!({})).and(cancel());
    known.clone().when(comment(json!({"text": content(122)}))).refused("assessment_cancelled");
    known.when(resolve(json!({}))).refused("assessment_cancelled");
}
