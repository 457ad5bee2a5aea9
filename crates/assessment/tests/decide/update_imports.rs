//! Updates of what was published before this ledger. The fears: it must be prepared anew though it
//! is published; an update of one statement changes the others; a rating changes because its scores
//! are added up again.

use super::step_cases::*;
use super::updates::*;
use super::*;
use assessment::Need;

/// An import of which every statement has the score that was published, under a framework.
fn imported(changes: &[(&str, Value)], further: Value) -> Given {
    let mut row = json!({"framework": LIVELY, "date": "2026-04-15", "month": "2026-04"});
    for (name, value) in further.as_object().expect("members are an object") {
        row[name] = value.clone();
    }
    let submit = submit(json!({"received_on": "2026-04-16"}));
    let take = take(json!({"assessment": OLD, "used_on": "2026-04-20"}));
    given([adopt(lively(changes)), authority(COUNTY), import(row), submit, take])
}

const OLD: &str = "X99000001-2026-a";

fn of_county(command: fn(Value) -> Command, further: Value) -> Command {
    let mut all = json!({"assessment": OLD});
    for (name, value) in further.as_object().expect("members are an object") {
        all[name] = value.clone();
    }
    command(all)
}

fn review_county(statement: &str, score: u8) -> Command {
    review(json!({
        "evidence": ["X99000001-e1"], "reviewed_on": "2026-04-23", "score": score,
        "statement": statement,
    }))
}

fn findings_on_county(statement: &str) -> Command {
    of_county(
        write,
        json!({
            "section": "statement_findings", "statement": statement, "written_on": "2026-04-24",
        }),
    )
}

#[test]
fn an_import_counts_as_met() {
    let known = imported(&[], json!({}));
    let of_it = |command, further| of_county(command, further);
    known.clone().when(of_it(publish, json!({}))).refused("nothing_to_publish");
    let known = known.and(review_county("assessing-needs", 4));
    let known = known.and(findings_on_county("assessing-needs"));
    let known = known.and(of_it(share, json!({"shared_on": "2026-04-27"})));
    let data = known.when(of_it(publish, json!({"published_on": "2026-05-13"}))).recorded();
    let data = &data[0].1;
    assert_eq!(data["publication"], "X99000001-2026-a-p2");
    // 23 were 64 %; 25 of 36 are 70.
    assert_eq!(data["overall"], json!({"rating": "good", "score": 70}));
    assert_eq!(data["passages"].as_array().expect("a list").len(), 1);
}

#[test]
fn an_import_without_scores_gets_them_before_its_update() {
    let bare = json!({"partial": true, "scores": null});
    let known = imported(&[], bare.clone()).and(review_county("assessing-needs", 3));
    let missing = needs(&known, OLD, "2026-05-13");
    assert_eq!(missing.iter().filter(|it| matches!(it, Need::Score { .. })).count(), 8);
    let make = || of_county(publish, json!({"published_on": "2026-05-13"}));
    known.clone().when(make()).refused("evidence_insufficient");
    let all = cells("la-2025");
    let known = all[1..].iter().fold(known, |known, (it, _)| known.and(review_county(it, 3)));
    let known = all.iter().fold(known, |known, (it, _)| known.and(findings_on_county(it)));
    let known = known.and(of_county(share, json!({"shared_on": "2026-04-27"})));
    let data = known.when(make()).recorded().remove(0).1;
    assert_eq!(data["overall"], json!({"rating": "good", "score": 75}));
    // Where ratings wait, they cannot come in by this way either.
    let waits = [(RATING_CHANGES, json!("at_comprehensive_assessment"))];
    let known = imported(&waits, bare).and(review_county("assessing-needs", 3));
    known.when(make()).refused("nothing_to_publish");
}

/// The first statement of an import under method A, with these scores for its categories.
fn by_category(scores: &[(&str, u8)]) -> Given {
    let old = framework("la-2023")["scoring"].clone();
    let changes = [
        ("/scoring/method/value", json!("category")),
        ("/scoring/themes", old["themes"].clone()),
        ("/scoring/categories", old["categories"].clone()),
        ("/process/report_sections/value", json!(["summary"])),
        (CHECK, json!(false)),
    ];
    let order = ["processes", "people-experience", "staff-and-leader-feedback", "partner-feedback"];
    let mut known = imported(&changes, json!({}));
    for (number, category) in (2..).zip(&order[1..]) {
        let further = json!({"category": category, "content": content(number)});
        known = known.and(submit(further)).and(take(json!({
            "assessment": OLD, "evidence": [format!("X99000001-e{number}")],
            "used_on": "2026-04-20",
        })));
    }
    for (category, score) in scores {
        let at = order.iter().position(|it| it == category).expect("a category") + 1;
        known = known.and(review(json!({
            "category": category, "evidence": [format!("X99000001-e{at}")],
            "reviewed_on": "2026-04-23", "score": score,
        })));
    }
    known
}

const ALL_FOUR: [(&str, u8); 4] = [
    ("processes", 4),
    ("people-experience", 4),
    ("staff-and-leader-feedback", 4),
    ("partner-feedback", 4),
];

/// Under method A a statement of an import is scored whole until all its categories are.
#[test]
fn categories_are_published_once_they_add_up() {
    let make = || of_county(publish, json!({"published_on": "2026-05-13"}));
    let data = by_category(&ALL_FOUR[..3]).when(make()).recorded().remove(0).1;
    assert!(data.get("categories").is_none());
    assert_eq!(data["scores"][0]["score"], 2);
    let data = by_category(&ALL_FOUR).when(make()).recorded().remove(0).1;
    assert_eq!(data["categories"].as_array().expect("a list").len(), 4);
    assert_eq!(data["scores"][0]["score"], 4);
}

/// A category that moves within its statement's score is still not what was published.
#[test]
fn a_category_that_goes_back_is_published_as_a_change() {
    let lower = ("processes", 3);
    let scores: Vec<_> = ALL_FOUR.into_iter().chain([lower]).collect();
    let known = by_category(&scores).and(of_county(publish, json!({"published_on": "2026-05-13"})));
    let category = |data: &Value| {
        let all = data["categories"].as_array().expect("a list");
        let processes = all.iter().find(|it| it["category"] == "processes").expect("it is there");
        (processes["score"].clone(), data["scores"][0]["score"].clone())
    };
    let published = known.events.last().expect("the publication").encode();
    assert_eq!(category(&published), (json!(3), json!(4)));
    let again = || of_county(publish, json!({"published_on": "2026-05-14"}));
    known.clone().when(again()).refused("nothing_to_publish");
    let data = without(known, is_review).when(again()).recorded().remove(0).1;
    assert_eq!(category(&data), (json!(4), json!(4)));
}

#[test]
fn a_text_beside_an_import_needs_no_panel() {
    let known = imported(&[(PANEL, json!(true)), (CHECK, json!(false))], json!({}));
    let make = || of_county(publish, json!({"published_on": "2026-05-13"}));
    let text = of_county(write, json!({"section": "summary", "written_on": "2026-04-24"}));
    known.clone().and(text).when(make()).recorded();
    let known = known.and(review_county("assessing-needs", 2));
    known.when(make()).refused("panel_not_decided");
}

/// A text that is put right is no new rating.
#[test]
fn an_import_that_contradicts_itself_keeps_its_rating_until_a_score_moves() {
    let stated = json!({
        "accept_disagreement": "as_published", "rating": "requires_improvement", "score": 62,
    });
    let known = imported(&[(CHECK, json!(false))], stated);
    let summary = of_county(write, json!({"section": "summary", "written_on": "2026-04-24"}));
    let make = || of_county(publish, json!({"published_on": "2026-05-13"}));
    let data = known.clone().and(summary).when(make()).recorded().remove(0).1;
    assert_eq!(data["overall"], json!({"rating": "requires_improvement", "score": 62}));
    assert_eq!(data["rated_on"], "2026-04-15");
    let known = known.and(review_county("assessing-needs", 4));
    let known = known.and(findings_on_county("assessing-needs"));
    let data = known.when(make()).recorded().remove(0).1;
    assert_eq!(data["overall"], json!({"rating": "good", "score": 70}));
}

/// Of some only the word was published; the percentage is what its scores give.
#[test]
fn a_rating_that_was_stated_alone_stays_as_it_was_stated() {
    let stated = json!({
        "accept_disagreement": "as_published", "rating": "requires_improvement", "score": null,
    });
    let known = imported(&[(CHECK, json!(false))], stated);
    let summary = of_county(write, json!({"section": "summary", "written_on": "2026-04-24"}));
    let make = of_county(publish, json!({"published_on": "2026-05-13"}));
    let data = known.and(summary).when(make).recorded().remove(0).1;
    assert_eq!(data["overall"], json!({"rating": "requires_improvement", "score": 64}));
}

/// What a score goes back to may have been taken in, and so rests on nothing that is known here.
#[test]
fn a_score_that_goes_back_to_an_import_counts_as_met() {
    let known = imported(&[(CHECK, json!(false))], json!({}));
    let known = known.and(review_county("assessing-needs", 4));
    let known = known.and(findings_on_county("assessing-needs"));
    let known = known.and(of_county(publish, json!({"published_on": "2026-05-13"})));
    let known = without(known, is_review);
    let text = json!({
        "content": content(160), "section": "statement_findings",
        "statement": "assessing-needs", "written_on": "2026-05-13",
    });
    let later = || of_county(publish, json!({"published_on": "2026-05-14"}));
    known.clone().when(later()).refused("draft_incomplete");
    let data = known.and(of_county(write, text)).when(later()).recorded().remove(0).1;
    assert_eq!(data["scores"][0]["score"], 2);
    assert_eq!(data["overall"], json!({"rating": "good", "score": 64}));
}
