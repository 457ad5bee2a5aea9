//! Withdrawing a publication and issuing it again. The fears: something disappears from the page
//! and nobody can say when and why; what was withdrawn comes back by another way; two publications
//! of one assessment stand at a time; a reissue goes round the check that an update must pass.

use super::step_cases::*;
use super::updates::*;
use super::*;
use assessment::readiness;

const FIRST: &str = "X99000007-2026-a-p1";
const SECOND: &str = "X99000007-2026-a-p2";

pub fn withdraw(further: Value) -> Command {
    let data = json!({
        "publication": FIRST, "reason": "published_in_error", "withdrawn_on": "2026-05-04",
    });
    command("withdraw_publication", data, further)
}

pub fn reissue(further: Value) -> Command {
    let data = json!({
        "publication": FIRST, "published_on": "2026-05-13", "reason": "after_withdrawal",
    });
    command("reissue_publication", data, further)
}

fn withdrawn() -> Given {
    published().and(withdraw(json!({})))
}

fn because(reason: &str) -> Value {
    json!({"reason": reason})
}

/// A text of the report, put right.
fn corrected(given: Given) -> Given {
    given.and(write(json!({
        "content": content(150), "section": "summary", "written_on": "2026-05-04",
    })))
}

#[test]
fn a_withdrawal_says_who_when_and_why() {
    let expected = json!({
        "by": "p-001", "publication": FIRST, "reason": "not_to_be_public", "text": content(151),
        "withdrawn_on": "2026-05-04",
    });
    let given = json!({"reason": "not_to_be_public", "text": content(151)});
    let known = published().when(withdraw(given.clone()));
    let known = known.then([event("publication_withdrawn", expected)]);
    known.clone().when(withdraw(given.clone())).quiet();
    let by = json!({"by": "p-107"});
    assert_eq!(published().when(withdraw(by)).recorded()[0].1["by"], "p-107");
    // Otherwise, it is another decision.
    known.clone().when(withdraw(json!({}))).refused("publication_is_withdrawn");
    let later = json!({"reason": "not_to_be_public", "withdrawn_on": "2026-05-05"});
    let refusal = known.when(withdraw(later)).refused("publication_is_withdrawn");
    assert_eq!(refusal.to_string(), "X99000007-2026-a-p1 was withdrawn on 2026-05-04");
}

#[test]
fn a_withdrawal_is_on_a_day_after_the_publication() {
    let on = |date: &str| published().when(withdraw(json!({"withdrawn_on": date})));
    on("2026-05").refused("day_not_known");
    on("2026-05-18").refused("date_in_future");
    on("2026-04-21").refused("out_of_order");
    on("2026-04-22").recorded();
}

#[test]
fn only_the_latest_publication_is_withdrawn_or_issued_again() {
    let known = moved().and(update());
    let refusal = known.clone().when(withdraw(json!({}))).refused("publication_replaced");
    assert_eq!(refusal.to_string(), "X99000007-2026-a-p2 took the place of X99000007-2026-a-p1");
    known.clone().when(reissue(json!({}))).refused("publication_replaced");
    let second = json!({"publication": SECOND, "withdrawn_on": "2026-05-13"});
    known.clone().when(withdraw(second.clone())).recorded();
    // What took the place of something withdrawn can be withdrawn itself.
    let known = known.and(withdraw(second));
    let known = known.and(reissue(json!({"publication": SECOND})));
    let third = json!({"publication": "X99000007-2026-a-p3", "withdrawn_on": "2026-05-13"});
    known.clone().when(withdraw(third)).recorded();
    for unknown in ["X99000007-2026-a-p4", "X99000007-2026-b-p1"] {
        let unknown = json!({"publication": unknown});
        known.clone().when(withdraw(unknown.clone())).refused("publication_unknown");
        known.clone().when(reissue(unknown)).refused("publication_unknown");
    }
    shared().when(withdraw(json!({}))).refused("publication_unknown");
    shared().when(reissue(json!({}))).refused("publication_unknown");
}

#[test]
fn what_was_published_before_this_ledger_can_be_withdrawn_too() {
    let of_it = json!({"publication": "X99000001-2024-a-p1"});
    let known = given([import(json!({}))]);
    let known = known.and(withdraw(of_it.clone()));
    let data = known.when(reissue(of_it)).recorded().remove(0).1;
    assert_eq!(data["replaces"], "X99000001-2024-a-p1");
    assert_eq!(data["made"]["publication"], "X99000001-2024-a-p2");
    assert_eq!(data["made"]["overall"], json!({"rating": "good", "score": 64}));
    assert_eq!(data["made"]["scores"].as_array().expect("a list").len(), 9);
    // History as well: it still says something in public.
    let later = import(json!({"date": "2025-05-19", "month": "2025-05"}));
    let known = given([import(json!({})), later]);
    let of_it = json!({"publication": "X99000001-2024-a-p1"});
    let known = known.and(withdraw(of_it.clone()));
    known.when(reissue(of_it)).refused("assessment_superseded");
}

/// Withdrawn is not unpublished: nothing is prepared for a first time again.
#[test]
fn what_was_withdrawn_comes_back_only_as_a_reissue() {
    let known = withdrawn();
    known.clone().when(update()).refused("publication_is_withdrawn");
    known.clone().and(again(3)).when(update()).refused("publication_is_withdrawn");
    known.clone().when(cancel()).refused("assessment_published");
    let assessment = &known.state.assessments[&ONE.parse().expect("an id")];
    assert!(!assessment.is_open() && assessment.withdrawal().is_some());
    let known = known.and(reissue(json!({})));
    let assessment = &known.state.assessments[&ONE.parse().expect("an id")];
    assert!(assessment.withdrawal().is_none());
    let later = json!({"published_on": "2026-05-14"});
    known.clone().when(publish(later.clone())).refused("nothing_to_publish");
    let known = known.and(rescore(json!({"reviewed_on": "2026-05-14"})));
    assert_eq!(known.when(publish(later)).recorded()[0].1["publication"], "X99000007-2026-a-p3");
}

#[test]
fn a_reissue_is_a_whole_publication_that_names_what_it_replaces() {
    let first = published().events.last().expect("the publication").encode();
    let mut made = first;
    made["publication"] = json!(SECOND);
    made["published_on"] = json!("2026-05-13");
    made["by"] = json!("p-107");
    let expected = json!({
        "made": made, "reason": "after_withdrawal", "replaces": FIRST, "text": content(152),
    });
    let given = json!({"by": "p-107", "text": content(152)});
    withdrawn().when(reissue(given)).then([event("publication_reissued", expected)]);
}

#[test]
fn what_was_not_withdrawn_is_issued_again_only_with_a_change() {
    published().when(reissue(because("error_in_text"))).refused("nothing_to_publish");
    corrected(published()).when(reissue(because("error_in_text"))).recorded();
}

/// A published report whose process review was upheld.
fn upheld(known: Given) -> Given {
    let request = json!({
        "ground": "process_not_followed", "publication": FIRST, "received_on": "2026-05-04",
        "text": content(160), "words": 20,
    });
    let decide = json!({
        "by": "p-190", "decided_on": "2026-05-04", "outcome": "upheld", "publication": FIRST,
        "text": content(161),
    });
    known.and(command("request_process_review", request, json!({}))).and(command(
        "decide_process_review",
        decide,
        json!({}),
    ))
}

/// Some reasons open what an update keeps shut: they must stand in the ledger.
#[test]
fn the_reason_of_a_reissue_is_one_that_the_ledger_knows() {
    for reason in ["after_withdrawal", "basis_struck_out", "process_review"] {
        corrected(published()).when(reissue(because(reason))).refused("reissue_unfounded");
    }
    corrected(upheld(published()))
        .when(reissue(because("process_review")))
        .refused("draft_not_shared");
    let declined = json!({
        "ground": "other", "publication": FIRST, "received_on": "2026-05-04",
        "text": content(162), "words": 20,
    });
    let known = published().and(command("request_process_review", declined, json!({})));
    corrected(known).when(reissue(because("process_review"))).refused("reissue_unfounded");
}

/// What must not be public is not published again as it was.
#[test]
fn what_must_not_be_public_is_written_anew() {
    let hidden = || published().and(withdraw(json!({"reason": "not_to_be_public"})));
    hidden().when(reissue(because("after_withdrawal"))).refused("texts_unchanged");
    corrected(hidden()).when(reissue(because("after_withdrawal"))).refused("draft_not_shared");
}

/// Otherwise every change of a report would be called an error in its text.
#[test]
fn only_an_error_in_the_text_needs_no_check() {
    for (reason, known) in
        [("after_withdrawal", withdrawn()), ("process_review", upheld(published()))]
    {
        let known = corrected(known);
        known.clone().when(reissue(because(reason))).refused("draft_not_shared");
        let known = known.and(share(json!({"shared_on": "2026-05-05"})));
        known.clone().when(reissue(because(reason))).refused("window_open");
        let known = known.and(confirm_draft(json!({"confirmed_on": "2026-05-06"})));
        known.when(reissue(because(reason))).recorded();
    }
    let known = corrected(published()).and(again(1)).and(findings("assessing-needs"));
    let error = || reissue(because("error_in_text"));
    known.clone().when(error()).refused("draft_not_shared");
    known.and(share(json!({"shared_on": "2026-05-05"}))).when(error()).refused("window_open");
}

#[test]
fn a_reissue_is_judged_as_an_update() {
    withdrawn().and(again(1)).when(reissue(json!({}))).refused("draft_incomplete");
    let bare = rescore(json!({"evidence": null, "reviewed_on": "2026-04-23", "score": 2}));
    withdrawn().and(bare).when(reissue(json!({}))).refused("evidence_insufficient");
    let known = withdrawn().and(comment(json!({"received_on": "2026-04-30"})));
    known.when(reissue(json!({}))).refused("comment_open");
    let on = |date: &str| withdrawn().when(reissue(json!({"published_on": date})));
    on("2026-05").refused("day_not_known");
    on("2026-05-18").refused("date_in_future");
    let refusal = on("2026-05-03").refused("out_of_order");
    assert_eq!(
        refusal.to_string(),
        "the publication is dated 2026-05-03, before the withdrawal of 2026-05-04"
    );
    on("2026-05-04").recorded();
}

/// Where ratings change only at a comprehensive assessment, an error is still put right, and what
/// an unfair process led to.
#[test]
fn a_correction_does_not_wait_for_a_comprehensive_assessment() {
    let waits = [("/scoring/rating_changes/value", json!("at_comprehensive_assessment"))];
    let changed =
        |known: Given| known.and(again(1)).and(findings("assessing-needs")).and(share_update());
    let published_score = |known: Given, reason: &str| {
        let data = changed(known).when(reissue(because(reason))).recorded().remove(0).1;
        data["made"]["scores"][0]["score"].clone()
    };
    let known = || published_under(&waits);
    assert_eq!(published_score(known().and(withdraw(json!({}))), "after_withdrawal"), 3);
    assert_eq!(published_score(known(), "error_in_text"), 3);
    assert_eq!(published_score(upheld(known()), "process_review"), 1);
}

/// What may be published is what `readiness` says, also while a withdrawal stands.
#[test]
fn a_withdrawal_leaves_what_is_needed_as_it_is() {
    let id = ONE.parse().expect("an id");
    let on = "2026-05-13".parse().expect("a day");
    let needs = |given: Given| readiness(&given.state, id, on).expect("it is known").needs;
    assert_eq!(needs(withdrawn()), needs(published()));
    assert_eq!(needs(withdrawn().and(again(1))), needs(published().and(again(1))));
}
