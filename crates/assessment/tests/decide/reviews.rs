//! Reviews of scores: the fear is a judgement that nobody may make, at a level that the framework
//! does not score, on a score that was changed meanwhile, or before one that counts already.

use super::*;

const CATEGORIES: [&str; 4] =
    ["people-experience", "staff-and-leader-feedback", "partner-feedback", "processes"];

fn imported(further: Value) -> Given {
    given([import(further)])
}

fn opened(framework_id: &str, on: &str) -> Given {
    given([adopt(framework(framework_id)), authority(COUNTY)])
        .and(open(json!({"framework": framework_id, "opened_on": on})))
}

/// Every category of a statement but the last `left_out`, scored.
fn with_categories(given: Given, left_out: usize, further: Value) -> Given {
    CATEGORIES[..4 - left_out].iter().fold(given, |given, category| {
        let mut members = further.clone();
        members["category"] = json!(category);
        given.and(review(members))
    })
}

#[test]
fn a_review_says_what_was_before_and_who_decided() {
    let reviewed = json!({
        "assessment": "X99000001-2024-a", "basis": "statement_without_categories", "by": "p-001",
        "previous": 2, "reason": "ongoing_review", "reviewed_on": "2024-06-03",
        "role": "assessor", "score": 3, "statement": "assessing-needs",
    });
    let known =
        imported(json!({})).when(review(json!({}))).then([event("score_reviewed", reviewed)]);
    let named = json!({"by": "p-017", "role": "specialist_advisor", "reviewed_on": "2024-06-04"});
    let recorded = known.when(review(named)).recorded();
    assert_eq!(recorded[0].1["by"], "p-017");
    assert_eq!(recorded[0].1["role"], "specialist_advisor");
    assert_eq!(recorded[0].1["previous"], 3);
}

/// The body must be able to say when it was reviewed, also when nothing changed.
#[test]
fn the_same_score_again_is_a_review() {
    let again = || review(json!({"score": 2}));
    let known = imported(json!({})).and(again());
    assert_eq!(known.when(again()).recorded().len(), 1);
}

#[test]
fn by_default_the_assessment_published_last_is_meant() {
    let known = imported(json!({}))
        .and(import(json!({"programme": "pilot", "date": null, "month": "2023-11"})))
        .and(open(json!({})));
    let recorded = known.clone().when(review(json!({}))).recorded();
    assert_eq!(recorded[0].1["assessment"], "X99000001-2024-a");
    // Of two published on the same day, the one recorded later.
    let known = known.and(import(json!({"programme": "pilot"})));
    let recorded = known.when(review(json!({}))).recorded();
    assert_eq!(recorded[0].1["assessment"], "X99000001-2024-c");
}

#[test]
fn the_assessment_must_be_there_and_of_this_body() {
    let known = imported(json!({})).and(authority(CITY));
    let city = json!({"organisation": CITY});
    known.clone().when(review(city)).refused("no_published_assessment");
    let of_another = json!({"organisation": CITY, "assessment": "X99000001-2024-a"});
    known.clone().when(review(of_another)).refused("assessment_unknown");
    known
        .clone()
        .when(review(json!({"assessment": "X99000001-2024-b"})))
        .refused("assessment_unknown");
    known.when(review(json!({"organisation": "X99000006"}))).refused("organisation_unknown");
}

#[test]
fn a_score_that_changed_meanwhile_is_not_decided_again_unseen() {
    let known = imported(json!({}));
    known.clone().when(review(json!({"was": 2}))).recorded();
    let refusal = known.clone().when(review(json!({"was": 3}))).refused("score_changed");
    assert_eq!(refusal.to_string(), "the score of assessing-needs is 2, not 3");
    let refusal = known.and(review(json!({}))).when(review(json!({"was": 2})));
    assert_eq!(
        refusal.refused("score_changed").to_string(),
        "the score of assessing-needs is 3, not 2"
    );
    let refusal = opened("la-2025", "2025-02")
        .when(review(json!({
            "assessment": "X99000001-2025-a", "reviewed_on": "2025-03-01", "was": 2,
        })))
        .refused("score_changed");
    assert_eq!(refusal.to_string(), "the score of assessing-needs is not given yet, not 2");
}

#[test]
fn a_review_comes_after_the_latest_unless_it_corrects_it() {
    let known = imported(json!({})).and(review(json!({"reviewed_on": "2024-06-03"})));
    known.clone().and(review(json!({"reviewed_on": "2024-06-03"})));
    let earlier = json!({"reviewed_on": "2024-06-02"});
    known.clone().when(review(earlier)).refused("review_before_latest");
    // A coarse date sorts by its first day.
    known.clone().when(review(json!({"reviewed_on": "2024-06"}))).refused("review_before_latest");
    // What was published counts as a judgement of its day; where only the month is known, of its
    // first.
    let before_publication = json!({"reviewed_on": "2024-05-16"});
    let refused = imported(json!({})).when(review(before_publication.clone()));
    refused.refused("review_before_latest");
    imported(json!({"date": null})).and(review(before_publication));
    // Another statement has its own order.
    known.clone().and(review(json!({"reviewed_on": "2024-05-20", "statement": "safeguarding"})));

    let correcting = json!({"reviewed_on": "2024-06-02", "correction": true});
    let recorded = known.clone().when(review(correcting.clone())).recorded();
    assert_eq!(recorded[0].1["correction"], true);
    // The corrected one counts no more: what is current is decided by position.
    known.and(review(correcting)).and(review(json!({"reviewed_on": "2024-06-02"})));
}

#[test]
fn a_review_is_not_before_its_opening_and_not_in_the_future() {
    let known = opened("la-2025", "2025-02-01");
    let on = |date: &str| review(json!({"assessment": "X99000001-2025-a", "reviewed_on": date}));
    known.clone().when(on("2025-01-31")).refused("review_before_opening");
    known.clone().when(on("2026-05-18")).refused("date_in_future");
    known.and(on("2025-02-01")).and(on(TODAY));
}

#[test]
fn method_b_scores_statements() {
    let known = opened("la-2025", "2025-02");
    let of = |further: Value| {
        let base = json!({"assessment": "X99000001-2025-a", "reviewed_on": "2025-03-01"});
        let mut members = base.as_object().cloned().expect("an object");
        members.extend(further.as_object().cloned().expect("an object"));
        review(Value::Object(members))
    };
    assert_eq!(known.clone().when(of(json!({}))).recorded()[0].1["basis"], "statement");
    known.clone().when(of(json!({"category": "processes"}))).refused("scored_by_statement");
    known.when(of(json!({"statement": "learning-culture"}))).refused("statement_unknown");
}

#[test]
fn method_a_scores_categories() {
    let known = opened("la-2023", "2024-02");
    let of =
        |category: Value| review(json!({"assessment": "X99000001-2024-a", "category": category}));
    let recorded = known.clone().when(of(json!("processes"))).recorded();
    assert_eq!(recorded[0].1["basis"], "category");
    assert_eq!(recorded[0].1["category"], "processes");
    // An assessment begun here has category scores or none.
    known.clone().when(of(Value::Null)).refused("scored_by_category");
    known.when(of(json!("outcomes"))).refused("category_not_used");
}

#[test]
fn an_imported_cell_takes_statement_reviews_until_its_categories_are_complete() {
    let known = with_categories(imported(json!({})), 1, json!({}));
    let recorded = known.clone().when(review(json!({"score": 2}))).recorded();
    assert_eq!(recorded[0].1["basis"], "statement_without_categories");
    let complete = known.and(review(json!({"category": "processes"})));
    complete.clone().when(review(json!({}))).refused("scored_by_category");
    // Another cell of the same assessment is still without.
    complete.clone().and(review(json!({"statement": "safeguarding"})));
    complete.and(review(json!({"category": "processes", "score": 4})));
}

#[test]
fn a_category_has_its_own_score_and_order_but_comes_after_what_was_published() {
    let known = with_categories(imported(json!({})), 3, json!({"score": 4}));
    let first = json!({"category": "people-experience", "was": 4});
    assert_eq!(known.clone().when(review(first)).recorded()[0].1["previous"], 4);
    let next = |date: &str| review(json!({"category": "processes", "reviewed_on": date}));
    let recorded = known.clone().when(next("2024-05-20")).recorded();
    assert!(recorded[0].1.get("previous").is_none());
    known.when(next("2024-05-16")).refused("review_before_latest");
}

#[test]
fn a_corrected_import_takes_the_place_of_what_it_corrects_and_of_no_review() {
    let corrected = json!({
        "rating": "requires_improvement", "score": 62, "scores": [1, 3, 3, 3, 3, 1, 2, 3, 3],
        "replace": "typing_error",
    });
    let known = imported(json!({})).and(review(json!({}))).and(import(corrected));
    known.clone().and(review(json!({"was": 3})));
    known.and(review(json!({"statement": "safe-systems-pathways-and-transitions", "was": 1})));
}

#[test]
fn a_framework_without_scores_takes_none() {
    let known = given([adopt(rejections::unscored()), authority(COUNTY)])
        .and(open(json!({"framework": "la-plain", "opened_on": "2025-02"})));
    let of = json!({"assessment": "X99000001-2025-a", "reviewed_on": "2025-03"});
    known.when(review(of)).refused("framework_without_scores");
}

/// A score of the county's processes that rests on its first piece of evidence.
pub fn score(further: Value) -> Command {
    let data = json!({
        "assessment": "X99000001-2024-a", "category": "processes", "evidence": ["X99000001-e1"],
        "organisation": COUNTY, "reason": "assessment", "reviewed_on": "2024-06-03", "score": 3,
        "statement": "assessing-needs",
    });
    command("review_score", data, further)
}

/// Three pieces of evidence, two of them in use: one bears on any statement, one on safeguarding.
fn with_evidence(known: Given) -> Given {
    let on_safeguarding = json!({
        "collected_on": "2024-02-20", "content": content(2), "statements": ["safeguarding"],
    });
    known
        .and(submit(json!({})))
        .and(submit(on_safeguarding))
        .and(submit(json!({"content": content(3)})))
        .and(take(json!({"evidence": ["X99000001-e1", "X99000001-e2"]})))
}

#[test]
fn a_score_names_the_evidence_that_it_rests_on_and_its_date() {
    let known = with_evidence(opened("la-2023", "2024-02-01"));
    let on_both = json!({
        "evidence": ["X99000001-e2", "X99000001-e1", "X99000001-e2"], "statement": "safeguarding",
        "text": content(5),
    });
    let recorded = known.clone().when(score(on_both)).recorded();
    assert_eq!(recorded[0].1["evidence"], json!(["X99000001-e2", "X99000001-e1"]));
    assert_eq!(recorded[0].1["evidence_on"], "2024-03-01");
    assert_eq!(recorded[0].1["text"], content(5));
    // A score without any is recorded; it is not sufficient for a publication.
    let recorded = known.when(score(json!({"evidence": []}))).recorded();
    assert!(recorded[0].1.get("evidence_on").is_none() && recorded[0].1.get("evidence").is_none());
}

#[test]
fn a_score_rests_on_nothing_that_the_assessment_does_not_use() {
    let known = with_evidence(opened("la-2023", "2024-02-01"));
    let refused = |further: Value, code: &str| known.clone().when(score(further)).refused(code);
    refused(json!({"evidence": ["X99000001-e1", "X99000001-e3"]}), "evidence_not_used");
    refused(json!({"evidence": ["X99000001-e4"]}), "evidence_unknown");
    refused(json!({"category": "partner-feedback"}), "evidence_of_another_category");
    refused(json!({"evidence": ["X99000001-e2"]}), "evidence_not_on_statement");
    refused(json!({"reviewed_on": "2024-03-04"}), "out_of_order");
    let withdrawn = known.clone().and(evidence::withdraw(json!({})));
    withdrawn.when(score(json!({}))).refused("evidence_withdrawn");
    let erased = known.clone().and(evidence::erase(json!({})));
    erased.when(score(json!({}))).refused("evidence_erased");
    // What is not used there is not used in an assessment that was imported either.
    let imported = imported(json!({})).and(submit(json!({})));
    imported.clone().when(score(json!({}))).refused("evidence_not_used");
    imported.and(take(json!({}))).and(score(json!({})));
}

/// Statements are scored on evidence of every category.
#[test]
fn a_statement_rests_on_evidence_of_any_category() {
    let known = opened("la-2025", "2025-02")
        .and(submit(json!({"category": "outcomes"})))
        .and(take(json!({"assessment": "X99000001-2025-a", "used_on": "2025-03"})));
    let further = json!({
        "assessment": "X99000001-2025-a", "category": null, "reviewed_on": "2025-03-01",
    });
    known.when(score(further)).recorded();
}

/// Evidence in a category that the framework does not use may be used; a score in it may not be
/// given.
#[test]
fn a_category_that_is_not_used_gets_no_score_whatever_the_evidence() {
    let known = opened("la-2023", "2024-02-01")
        .and(submit(json!({"category": "outcomes"})))
        .and(take(json!({})));
    known.when(score(json!({"category": "outcomes"}))).refused("category_not_used");
}

#[test]
fn a_score_follows_only_from_a_comment_that_was_accepted() {
    let id = "X99000001-2024-a-c1";
    let submitted = event(
        "comment_submitted",
        json!({
            "about": {"page": 3}, "assessment": "X99000001-2024-a", "comment": id, "kind": "c",
            "received_on": "2024-05-20", "recipient": "local_authority", "text": content(6),
        }),
    );
    let resolved = |outcome: &str| {
        let data = json!({
            "by": "p-020", "comment": id, "outcome": outcome, "reason": "draft_wrong",
            "resolved_on": "2024-06-02", "text": content(7),
        });
        event("comment_resolved", data)
    };
    let follows = || score(json!({"comment": id}));
    let known = with_evidence(opened("la-2023", "2024-02-01"));
    known.clone().when(follows()).refused("comment_unknown");
    let elsewhere = score(json!({"comment": "X99000001-2024-b-c1"}));
    known.clone().when(elsewhere).refused("comment_not_accepted");
    let known = known.and_then(submitted);
    known.clone().when(follows()).refused("comment_not_accepted");
    let not_accepted = known.clone().and_then(resolved("not_accepted"));
    not_accepted.when(follows()).refused("comment_not_accepted");
    for outcome in ["accepted", "partly"] {
        let known = known.clone().and_then(resolved(outcome));
        assert_eq!(known.clone().when(follows()).recorded()[0].1["comment"], id);
        let before = score(json!({"comment": id, "reviewed_on": "2024-06-01"}));
        known.when(before).refused("out_of_order");
    }
}
