//! Publishing a report. The fears: something is published before there is enough evidence, before
//! the panel has decided, while somebody may still comment, or with a comment nobody has answered;
//! what is recorded as published is not what the scores give.

use super::step_cases::*;
use super::*;

/// A system under a framework that scores statements, ready but for the check of its draft.
fn system_ready() -> Given {
    let mut plain = framework("ics-2023");
    plain["id"] = json!("ics-example");
    plain["scoring"]["method"]["value"] = json!("statement");
    plain["process"]["report_sections"]["value"] = json!(["summary", "theme_scores"]);
    let submit = json!({
        "category": "processes", "collected_on": "2026-01", "content": content(1),
        "method": "documents", "organisations": [TOWN], "origin": "held",
        "received_on": "2026-02-10", "setting": "off_site", "source": "assessed_body",
    });
    let take = json!({
        "assessment": ONE, "evidence": ["X99000007-e1"], "used_on": "2026-02-16",
    });
    let begin = json!({
        "framework": "ics-example", "kind": "pilot", "opened_on": "2026-02-02",
        "organisation": TOWN,
    });
    let mut statements: Vec<(String, Option<String>)> =
        cells("ics-2023").into_iter().map(|(statement, _)| (statement, None)).collect();
    statements.dedup();
    let known = given([adopt(plain), system(TOWN), open(begin)])
        .and(command("submit_evidence", submit, json!({})))
        .and(command("use_evidence", take, json!({})))
        .and(write(json!({"section": "summary"})));
    with_scores(known, &statements)
}

fn to(recipient: &str) -> Value {
    json!({"recipient": recipient})
}

fn on(date: &str) -> Command {
    publish(json!({"published_on": date}))
}

#[test]
fn a_publication_records_what_was_released() {
    let rewritten = json!({
        "section": "summary", "content": content(101), "written_on": "2026-03-21",
    });
    let known = with_drafts(calibrated()).and(write(rewritten)).and(share(json!({})));
    let recorded = known.clone().when(publish(json!({}))).recorded();
    let (kind, data) = &recorded[0];
    assert_eq!((recorded.len(), *kind), (1, "publication_made"));
    let scores: Vec<Value> = cells("la-2025")
        .iter()
        .map(|(statement, _)| json!({"score": 3, "statement": statement}))
        .collect();
    let released: Vec<Value> = passages("la-2025")
        .into_iter()
        .map(|passage| {
            let version = if passage["section"] == "summary" { 2 } else { 1 };
            json!({"passage": passage, "version": version})
        })
        .collect();
    let expected = json!({
        "assessed_on": "2026-03-02", "assessment": ONE, "by": "p-001", "framework": "la-2025",
        "kind": "baseline", "overall": {"rating": "good", "score": 75}, "passages": released,
        "publication": "X99000007-2026-a-p1", "published_on": "2026-05-12",
        "rated_on": "2026-03-16", "released": "0".repeat(64), "scores": scores,
    });
    assert_eq!(*data, expected);
    let by = json!({"by": "p-107"});
    assert_eq!(known.clone().when(publish(by)).recorded()[0].1["by"], "p-107");
    known.and(publish(json!({}))).when(publish(json!({}))).refused("nothing_to_publish");
}

/// The panel's score counts, not the scorer's own.
#[test]
fn an_adjusted_score_is_what_is_published() {
    let lower = |statement: &str| {
        json!({
            "reason": "evidence", "score": 1, "statement": statement, "text": content(60),
        })
    };
    let cells = cells("la-2025");
    let adjustments: Vec<Value> = cells[..6].iter().map(|(it, _)| lower(it)).collect();
    let known = scored().and(convene(json!({})));
    let known = known.and(decide_panel(json!({"adjustments": adjustments})));
    let known = with_drafts(known).and(share(json!({})));
    let data = known.when(publish(json!({}))).recorded().remove(0).1;
    // Six times 1 and three times 3 are 15 of 36.
    assert_eq!(data["overall"], json!({"rating": "requires_improvement", "score": 42}));
    assert_eq!(data["scores"][0]["score"], 1);
}

#[test]
fn under_method_a_the_categories_are_published_beside_what_they_add_up_to() {
    let events = given(commands()).events;
    let data = events.last().expect("the publication").encode();
    assert_eq!(data["categories"].as_array().expect("a list").len(), 36);
    let first =
        json!({"category": "people-experience", "score": 4, "statement": "assessing-needs"});
    assert_eq!(data["categories"][0], first);
    // 4, 3, 3 and, adjusted, 2 are 12 of 16: 75 %.
    assert_eq!(data["scores"][0], json!({"score": 3, "statement": "assessing-needs"}));
    assert_eq!(data["assessed_on"], "2026-04-27");
}

#[test]
fn each_recipient_of_a_systems_draft_has_its_say() {
    let known = system_ready();
    known.clone().when(publish(json!({}))).refused("draft_not_shared");
    let known = known.and(share(json!({"shared_on": "2026-05-06"})));
    known.clone().when(publish(json!({}))).refused("window_open");
    let confirm = |recipient: &str| {
        let mut further = to(recipient);
        further["confirmed_on"] = json!("2026-05-08");
        confirm_draft(further)
    };
    let known = known.and(confirm("integrated_care_board"));
    let refusal = known.clone().when(publish(json!({}))).refused("window_open");
    assert_eq!(
        refusal.to_string(),
        "integrated_care_partnership may comment until the end of 2026-05-20"
    );
    let known = known.and(confirm("integrated_care_partnership"));
    let data = known.when(publish(json!({}))).recorded().remove(0).1;
    assert_eq!(data["themes"].as_array().expect("a list").len(), 3);
    let theme = json!({"rating": "good", "score": 75, "theme": "quality-and-safety"});
    assert_eq!(data["themes"][0], theme);
    assert_eq!(data["passages"], json!([{"passage": {"section": "summary"}, "version": 1}]));
    assert_eq!(data["kind"], "pilot");
}

#[test]
fn nothing_is_published_before_every_step_is_done() {
    let refused = |given: Given, code: &str| {
        given.when(publish(json!({}))).refused(code);
    };
    refused(given(begun("la-2025")), "evidence_insufficient");
    refused(scored(), "panel_not_decided");
    refused(calibrated(), "draft_incomplete");
    refused(with_drafts(calibrated()), "draft_not_shared");
    refused(shared().and(comment(json!({}))), "comment_open");
    let changed = rescore(json!({"reviewed_on": "2026-05-05", "score": 2}));
    refused(shared().and(changed), "panel_not_confirmed");
    let withdrawn = json!({
        "evidence": "X99000007-e1", "reason": "inaccurate", "withdrawn_on": "2026-05-05",
    });
    let known = shared().and(command("withdraw_evidence", withdrawn, json!({})));
    refused(known, "evidence_insufficient");
}

#[test]
fn the_last_day_for_comments_is_not_yet_a_day_of_publication() {
    shared().when(on("2026-04-21")).refused("window_open");
    shared().when(on("2026-04-22")).recorded();
    // Unless there are none.
    shared().and(confirm_draft(json!({}))).when(on("2026-04-15")).recorded();
}

#[test]
fn a_step_that_the_process_does_not_want_holds_nothing_up() {
    let known = with_drafts(scored()).and(revise("la-2025", &[NO_PANEL], json!({})));
    known.and(share(json!({}))).when(publish(json!({}))).recorded();
    let known = with_drafts(calibrated()).and(revise("la-2025", &[NO_CHECK], json!({})));
    known.when(publish(json!({}))).recorded();
    // From its date on, and not before.
    let ahead = json!({"from": "2026-05-13"});
    let known = with_drafts(calibrated()).and(revise("la-2025", &[NO_CHECK], ahead));
    known.clone().when(on("2026-05-12")).refused("draft_not_shared");
    known.when(on("2026-05-13")).recorded();
}

#[test]
fn a_publication_is_dated_by_a_day_after_what_it_rests_on() {
    shared().when(on("2026-05-18")).refused("date_in_future");
    shared().when(on("2026-05")).refused("day_not_known");
    shared().when(on("2026-02-01")).refused("out_of_order");
    shared().when(on("2026-03-15")).refused("out_of_order");
    let confirmed = shared().and(confirm_draft(json!({})));
    confirmed.when(on("2026-04-14")).refused("out_of_order");
    let resolved = shared().and(comment(json!({}))).and(resolve(json!({
        "resolved_on": "2026-05-04",
    })));
    resolved.clone().when(on("2026-05-03")).refused("out_of_order");
    resolved.when(on("2026-05-04")).recorded();
    let changed = rescore(json!({"reviewed_on": "2026-04-24", "score": 2}));
    let known = shared().and(changed).and(confirm_panel(json!({})));
    known.clone().when(on("2026-04-27")).refused("out_of_order");
    known.when(on("2026-04-28")).recorded();
}

#[test]
fn what_was_cancelled_or_never_opened_is_not_published() {
    shared().and(cancel()).when(publish(json!({}))).refused("assessment_cancelled");
    given([]).when(publish(json!({}))).refused("assessment_unknown");
}

#[test]
fn where_no_ratings_are_awarded_scores_are_published_without() {
    let mut silent = framework("la-2025");
    silent["id"] = json!("la-silent");
    silent["scoring"]["awards_ratings"]["value"] = json!("no");
    silent["process"]["accuracy_check"]["first_publication"]["value"] = json!(false);
    silent["process"]["panel"]["first_publication"]["value"] = json!(false);
    silent["process"]["report_sections"]["value"] = json!(["summary"]);
    let commands = begun("la-2025").into_iter().skip(1).map(|command| match command {
        Command::OpenAssessment(_) => open(json!({
            "framework": "la-silent", "opened_on": "2026-02-02", "organisation": TOWN,
        })),
        other => other,
    });
    let known = with_scores(given([adopt(silent)].into_iter().chain(commands)), &cells("la-2025"));
    let known = known.and(write(json!({"section": "summary"})));
    let data = known.when(publish(json!({}))).recorded().remove(0).1;
    assert!(data.get("overall").is_none());
    assert_eq!(data["scores"].as_array().expect("a list").len(), 9);
    assert_eq!(data["rated_on"], "2026-03-02");
}
