//! Updates of what is published. The fears: a score is published again that nothing supports any
//! more; a body reads of a lower score without having been asked; what waits for a comprehensive
//! assessment leaks; what is history comes back as if it were today's.

use super::step_cases::*;
use super::*;
use assessment::{Need, readiness};

/// A framework like that of the day, under which a rating changes with any review.
pub const LIVELY: &str = "la-lively";
/// Where it says whether an update needs a panel or an accuracy check.
pub const PANEL: &str = "/process/panel/update/value";
pub const CHECK: &str = "/process/accuracy_check/update/value";
pub const RATING_CHANGES: &str = "/scoring/rating_changes/value";
const SECOND: &str = "X99000007-2026-a-p2";

/// The framework, changed further.
pub fn lively(changes: &[(&str, Value)]) -> Value {
    let mut file = framework("la-2025");
    file["id"] = json!(LIVELY);
    file["scoring"]["rating_changes"]["value"] = json!("at_any_review");
    for (pointer, value) in changes {
        *file.pointer_mut(pointer).expect("a member of the framework") = value.clone();
    }
    file
}

/// The assessment as it was published under that framework: every score is 3.
pub fn published_under(changes: &[(&str, Value)]) -> Given {
    let begun = begun("la-2025").into_iter().map(|command| match command {
        Command::AdoptFramework(_) => adopt(lively(changes)),
        Command::OpenAssessment(_) => open(json!({
            "framework": LIVELY, "opened_on": "2026-02-02", "organisation": TOWN,
        })),
        other => other,
    });
    let known = with_scores(given(begun), &cells("la-2025"));
    let known = with_drafts(known.and(convene(json!({}))).and(decide_panel(json!({}))));
    known.and(share(json!({}))).and(publish(json!({"published_on": "2026-04-22"})))
}

pub fn published() -> Given {
    published_under(&[])
}

/// A review of the first statement after the publication.
pub fn again(score: u8) -> Command {
    rescore(json!({"reviewed_on": "2026-04-23", "score": score, "text": content(140)}))
}

pub fn findings(statement: &str) -> Command {
    write(json!({
        "content": content(141), "section": "statement_findings", "statement": statement,
        "written_on": "2026-04-24",
    }))
}

/// The draft of the update; the time for comments ends with the 12th of May.
pub fn share_update() -> Command {
    share(json!({"shared_on": "2026-04-27"}))
}

pub fn update() -> Command {
    publish(json!({"published_on": "2026-05-13"}))
}

fn rewrite_summary() -> Command {
    write(json!({"content": content(142), "section": "summary", "written_on": "2026-04-24"}))
}

/// A score that moved, with all that its publication needs.
pub fn moved() -> Given {
    published().and(again(1)).and(findings("assessing-needs")).and(share_update())
}

pub fn needs(given: &Given, assessment: &str, on: &str) -> Vec<Need> {
    let (id, on) = (assessment.parse().expect("an id"), on.parse().expect("a day"));
    readiness(&given.state, id, on).expect("it is known").needs
}

/// The same without one of the events, as after a strike-out.
pub fn without(given: Given, is_struck: impl Fn(&Event) -> bool) -> Given {
    let at = given.events.iter().rposition(is_struck).expect("an event to strike out");
    let mut events = given.events;
    events.remove(at);
    events.into_iter().fold(Given::default(), Given::and_then)
}

pub fn is_review(event: &Event) -> bool {
    matches!(event, Event::ScoreReviewed(it) if it.statement.as_str() == "assessing-needs")
}

#[test]
fn an_update_publishes_what_changed_beside_what_stands() {
    let first = published().events.last().expect("the publication").encode();
    let recorded = moved().when(update()).recorded();
    let (kind, data) = &recorded[0];
    assert_eq!((recorded.len(), *kind), (1, "publication_made"));
    let mut expected = first;
    expected["publication"] = json!(SECOND);
    expected["published_on"] = json!("2026-05-13");
    expected["assessed_on"] = json!("2026-04-23");
    expected["rated_on"] = json!("2026-04-23");
    expected["scores"][0]["score"] = json!(1);
    // Eight times 3 and a 1 are 25 of 36.
    expected["overall"]["score"] = json!(70);
    let passages = expected["passages"].as_array_mut().expect("a list");
    let of_it = json!({"section": "statement_findings", "statement": "assessing-needs"});
    let passage = passages.iter_mut().find(|it| it["passage"] == of_it).expect("its findings");
    passage["version"] = json!(2);
    assert_eq!(*data, expected);
    assert!(needs(&moved(), ONE, "2026-05-13").is_empty());

    let third = json!({"published_on": "2026-05-14"});
    let known = moved().and(update());
    known.clone().when(publish(third.clone())).refused("nothing_to_publish");
    let known = known.and(rescore(json!({"reviewed_on": "2026-05-14", "score": 1})));
    assert_eq!(known.when(publish(third)).recorded()[0].1["publication"], "X99000007-2026-a-p3");
}

#[test]
fn where_nothing_has_changed_there_is_nothing_to_publish() {
    let known = published();
    known.clone().when(update()).refused("nothing_to_publish");
    known.clone().when(share_update()).refused("nothing_to_publish");
    // More evidence alone changes nothing.
    let further = json!({
        "content": content(143), "organisations": [TOWN], "received_on": "2026-04-23",
    });
    let known = known.and(submit(further));
    let newest = format!("{TOWN}-e{}", known.state.evidence.len());
    let taken = take(json!({"assessment": ONE, "evidence": [newest], "used_on": "2026-04-23"}));
    known.and(taken).when(update()).refused("nothing_to_publish");
}

/// The page says when evidence was last assessed; the ratings are as old as they were.
#[test]
fn a_review_that_moves_nothing_is_published_without_steps() {
    let data = published().and(again(3)).when(update()).recorded().remove(0).1;
    assert_eq!(
        (&data["assessed_on"], &data["rated_on"]),
        (&json!("2026-04-23"), &json!("2026-03-16"))
    );
    assert_eq!(data["overall"]["score"], 75);
}

#[test]
fn what_changed_rests_on_evidence_in_force_and_the_rest_counts_as_met() {
    let bare =
        |score: u8| rescore(json!({"evidence": null, "reviewed_on": "2026-04-23", "score": score}));
    published().and(bare(3)).when(update()).recorded();
    let refusal = published().and(bare(2)).when(update()).refused("evidence_insufficient");
    assert_eq!(
        refusal.to_string(),
        "X99000007-2026-a has not enough evidence: 1 missing, first no evidence behind the score \
         for assessing-needs"
    );
    let withdraw = json!({
        "evidence": "X99000007-e1", "reason": "inaccurate", "withdrawn_on": "2026-05-05",
    });
    let withdraw = command("withdraw_evidence", withdraw, json!({}));
    moved().and(withdraw.clone()).when(update()).refused("evidence_insufficient");
    // All other scores rest on it too, and are published as they were.
    let other = rescore(json!({"evidence": [format!("{TOWN}-e2")], "reviewed_on": "2026-04-23"}));
    published().and(other).and(withdraw).when(update()).recorded();
}

#[test]
fn a_score_that_moved_is_told_of_and_checked() {
    let known = published().and(again(1));
    let refusal = known.clone().when(update()).refused("draft_incomplete");
    assert_eq!(
        refusal.to_string(),
        "the report on X99000007-2026-a lacks 1 of its passages, first statement_findings of \
         assessing-needs"
    );
    known.clone().when(share_update()).refused("draft_incomplete");
    let known = known.and(findings("safeguarding"));
    known.clone().when(share_update()).refused("draft_incomplete");
    let known = known.and(findings("assessing-needs"));
    known.clone().when(update()).refused("draft_not_shared");
    let known = known.and(share_update());
    known.clone().when(publish(json!({"published_on": "2026-05-12"}))).refused("window_open");
    let said = json!({"received_on": "2026-05-06", "text": content(144)});
    known.and(comment(said)).when(update()).refused("comment_open");
}

/// The check of the first publication is over; it says nothing about what came after.
#[test]
fn each_update_has_a_check_of_its_own() {
    let known = moved().and(update());
    let known = known.and(rescore(json!({"reviewed_on": "2026-05-14", "score": 3})));
    let later = json!({
        "content": content(145), "section": "statement_findings",
        "statement": "assessing-needs", "written_on": "2026-05-14",
    });
    let on = |date: &str| publish(json!({"published_on": date}));
    let stale = known.clone().when(on("2026-05-15")).refused("draft_incomplete");
    assert!(stale.to_string().ends_with("statement_findings of assessing-needs"));
    let known = known.and(write(later));
    known.clone().when(on("2026-05-15")).refused("draft_not_shared");
    let known = known.and(share(json!({"shared_on": "2026-05-14"})));
    known.clone().when(on("2026-05-15")).refused("window_open");
    let known = known.and(confirm_draft(json!({"confirmed_on": "2026-05-15"})));
    known.when(on("2026-05-15")).recorded();
}

#[test]
fn a_passage_that_changed_is_checked_where_the_framework_says_so() {
    let known = published().and(rewrite_summary());
    known.clone().when(update()).refused("draft_not_shared");
    let data = known.and(share_update()).when(update()).recorded().remove(0).1;
    assert_eq!(data["passages"][0], json!({"passage": {"section": "summary"}, "version": 2}));
    assert_eq!((&data["rated_on"], &data["overall"]["score"]), (&json!("2026-03-16"), &json!(75)));
    let unchecked = published_under(&[(CHECK, json!(false))]);
    unchecked.clone().and(rewrite_summary()).when(update()).recorded();
    let known = unchecked.and(again(1));
    known.clone().when(update()).refused("draft_incomplete");
    known.and(findings("assessing-needs")).when(update()).recorded();
}

#[test]
fn a_panel_confirms_an_update_where_the_framework_wants_one() {
    let known = published_under(&[(PANEL, json!(true))]).and(again(1));
    let known = known.and(findings("assessing-needs"));
    known.clone().when(update()).refused("panel_not_confirmed");
    known.clone().when(share_update()).refused("panel_not_confirmed");
    let known = known.and(confirm_panel(json!({"confirmed_on": "2026-04-24"})));
    known.and(share_update()).when(update()).recorded();
    // A changed text is nothing for a panel.
    let known = published_under(&[(PANEL, json!(true))]).and(rewrite_summary());
    known.and(share_update()).when(update()).recorded();
}

/// Another part of the process may want a panel from a later day on.
#[test]
fn what_was_published_without_a_panel_may_need_one_for_its_update() {
    let changes = [("/process/panel/first_publication/value", json!(false)), (PANEL, json!(true))];
    let known = published_under(&changes);
    let known = without(known, |event| matches!(event, Event::PanelDecided(_)));
    let known = known.and(again(1)).and(findings("assessing-needs"));
    known.clone().when(update()).refused("panel_not_decided");
    let decided = json!({"decided_on": "2026-04-24"});
    let known = known.and(decide_panel(decided));
    known.and(share_update()).when(update()).recorded();
}

#[test]
fn what_waits_for_a_comprehensive_assessment_stays_unseen() {
    let known = published_under(&[(RATING_CHANGES, json!("at_comprehensive_assessment"))]);
    let first = known.events.last().expect("the publication").encode();
    let known = known.and(rescore(json!({
        "evidence": null, "reviewed_on": "2026-04-23", "score": 1,
    })));
    assert!(needs(&known, ONE, "2026-05-13").is_empty());
    // That it was assessed again is told by the review's date alone, and only if that is public.
    known.clone().when(update()).refused("nothing_to_publish");
    let texts = json!({"content": content(146), "section": "summary", "written_on": "2026-05-13"});
    let known = known.and(write(texts)).and(share(json!({"shared_on": "2026-05-13"})));
    let known = known.and(confirm_draft(json!({"confirmed_on": "2026-05-14"})));
    let data = known.when(publish(json!({"published_on": "2026-05-14"}))).recorded().remove(0).1;
    for member in ["scores", "overall", "assessed_on", "rated_on"] {
        assert_eq!(data[member], first[member], "{member}");
    }
}

/// The first publication of a new assessment shows all of it.
#[test]
fn a_new_assessment_publishes_what_waited() {
    let known = shared().and(publish(json!({"published_on": "2026-04-22"})));
    let second = json!({
        "framework": "la-2025", "kind": "comprehensive", "opened_on": "2026-04-22",
        "organisation": TOWN,
    });
    let other = "X99000007-2026-b";
    let take = json!({
        "assessment": other, "evidence": [format!("{TOWN}-e1")], "used_on": "2026-04-22",
    });
    let none = [NO_PANEL, NO_CHECK, ("/report_sections/value", json!(["summary"]))];
    let mut known = known
        .and(revise("la-2025", &none, json!({"from": "2026-04-22"})))
        .and(open(second))
        .and(command("use_evidence", take, json!({})));
    for (statement, _) in cells("la-2025") {
        let low = json!({
            "assessment": other, "reviewed_on": "2026-04-23", "score": 1, "statement": statement,
        });
        known = known.and(rescore(low));
    }
    let text = json!({"assessment": other, "section": "summary", "written_on": "2026-04-24"});
    let known = known.and(write(text));
    let data = known.clone().when(publish(json!({"assessment": other}))).recorded().remove(0).1;
    assert_eq!(data["overall"], json!({"rating": "inadequate", "score": 25}));
    assert_eq!(data["publication"], "X99000007-2026-b-p1");
    // And what was published before it is history.
    let known = known.and(publish(json!({"assessment": other})));
    known.when(update()).refused("assessment_superseded");
}

#[test]
fn what_is_history_is_not_worked_on() {
    let later = json!({
        "date": "2026-05-14", "framework": LIVELY, "month": "2026-05", "organisation": TOWN,
    });
    let known = moved().and(import(later));
    let take = json!({
        "assessment": ONE, "evidence": [format!("{TOWN}-e1")], "used_on": "2026-05-14",
    });
    let convening = json!({"convened_on": "2026-05-14"});
    for command in [
        publish(json!({"published_on": "2026-05-15"})),
        rewrite_summary(),
        share_update(),
        extend(json!({"due_on": "2026-06-30"})),
        convene(convening),
        decide_panel(json!({})),
        confirm_panel(json!({})),
        command("use_evidence", take, json!({})),
    ] {
        let refusal = known.clone().when(command).refused("assessment_superseded");
        let history = "X99000007-2026-a is history: X99000007-2026-b was published after it";
        assert_eq!(refusal.to_string(), history);
    }
    // What arrives is still recorded.
    known.clone().and(comment(json!({"received_on": "2026-05-14"})));
    known.and(confirm_draft(json!({"confirmed_on": "2026-05-14"})));
}

/// What was published earlier and is entered later displaces nothing.
#[test]
fn an_older_import_leaves_the_newer_publication_as_it_is() {
    let older = json!({"framework": LIVELY, "organisation": TOWN});
    moved().and(import(older)).when(update()).recorded();
}

#[test]
fn an_update_is_dated_by_a_day_after_what_it_rests_on() {
    let on = |date: &str| publish(json!({"published_on": date}));
    moved().when(on("2026-05")).refused("day_not_known");
    moved().when(on("2026-05-18")).refused("date_in_future");
    let refusal = published().and(again(3)).when(on("2026-04-21")).refused("out_of_order");
    assert_eq!(
        refusal.to_string(),
        "the publication is dated 2026-04-21, before the last publication of 2026-04-22"
    );
    published().and(again(3)).when(on("2026-04-22")).refused("out_of_order");
    published().and(again(3)).when(on("2026-04-23")).recorded();
    // Neither is a draft of it older than what it is to change.
    let early = json!({
        "content": content(147), "section": "summary", "written_on": "2026-04-21",
    });
    published().when(write(early)).refused("out_of_order");
    let known = published().and(again(3));
    known.clone().when(share(json!({"shared_on": "2026-04-21"}))).refused("out_of_order");
    known.and(share(json!({"shared_on": "2026-04-22"})));
}

/// What is published rests on a score that is there: struck out, it must be given anew.
#[test]
fn a_score_whose_judgement_was_struck_out_is_given_anew() {
    let known = without(published(), is_review);
    assert!(matches!(
        needs(&known, ONE, "2026-05-13")[..],
        [Need::Score { .. }, Need::Draft { .. }, Need::Sharing { .. }]
    ));
    known.clone().when(update()).refused("evidence_insufficient");
    let again = known.and(again(3));
    // It is what was published, so nothing is to be told or checked.
    again.when(update()).recorded();
}

/// What a score goes back to may have lost its evidence meanwhile.
#[test]
fn a_score_that_goes_back_rests_on_evidence_as_any_other() {
    let other = json!({
        "evidence": [format!("{TOWN}-e2")], "reviewed_on": "2026-04-23", "score": 1,
    });
    let known = published().and(rescore(other)).and(findings("assessing-needs"));
    let withdraw = json!({
        "evidence": format!("{TOWN}-e1"), "reason": "inaccurate", "withdrawn_on": "2026-05-05",
    });
    let known = known.and(share_update()).and(command("withdraw_evidence", withdraw, json!({})));
    let known = without(known.and(update()), is_review);
    let later = publish(json!({"published_on": "2026-05-14"}));
    let refusal = known.when(later).refused("evidence_insufficient");
    let first = "1 missing, first no evidence behind the score for assessing-needs";
    assert!(refusal.to_string().ends_with(first), "{refusal}");
}

/// What a struck-out judgement had changed goes back to what was before it.
#[test]
fn a_score_that_goes_back_is_published_as_a_change() {
    let known = without(moved().and(update()), is_review);
    let later = publish(json!({"published_on": "2026-05-14"}));
    known.clone().when(later.clone()).refused("draft_incomplete");
    let text = json!({
        "content": content(148), "section": "statement_findings",
        "statement": "assessing-needs", "written_on": "2026-05-13",
    });
    let known = known.and(write(text)).and(share(json!({"shared_on": "2026-05-13"})));
    let known = known.and(confirm_draft(json!({"confirmed_on": "2026-05-14"})));
    assert_eq!(known.when(later).recorded()[0].1["scores"][0]["score"], 3);
    // Also a passage: it was published, and the report cannot do without.
    let written = |event: &Event| matches!(event, Event::DraftWritten(it) if it.version == 1);
    let known = without(published(), written).and(again(3));
    known.when(update()).refused("draft_incomplete");
}
