//! Striking out.
//!
//! Guards against the fear that a correction corrupts: that something rests on what is void, that
//! a strike-out leaves a trace in what counts, or that taking it back gives another past.

use super::step_cases::*;
use super::*;
use assessment::StrikeOuts;

fn strike(position: usize, further: Value) -> Command {
    let data = json!({
        "position": position, "reason": "wrong_entry", "struck_on": "2026-05-15",
    });
    command("strike_out", data, further)
}

/// Where the last record of a kind stands.
fn last(given: &Given, kind: &str) -> usize {
    let at = given.events.iter().rposition(|event| event.kind() == kind);
    at.unwrap_or_else(|| panic!("no {kind} happened"))
}

fn published() -> Given {
    shared().and(publish(json!({})))
}

/// A published authority whose first statement is reviewed to a 1 afterwards.
fn failing() -> Given {
    published().and(rescore(json!({"reviewed_on": "2026-05-13", "score": 1})))
}

fn letter(further: Value) -> Command {
    let data = json!({
        "assessment": ONE, "digest": "ab".repeat(32), "letter": "secretary_of_state",
        "sent_on": "2026-05-14",
    });
    command("notify_section_50", data, further)
}

fn area() -> Given {
    given([authority(COUNTY), system(SYSTEM)])
}

fn join(from: &str) -> Command {
    let data = json!({"authority": COUNTY, "from": from, "system": SYSTEM});
    command("add_area_member", data, json!({}))
}

#[test]
fn a_review_is_struck_out_as_if_it_had_never_been() {
    let known = failing();
    let at = last(&known, "score_reviewed");
    let void = known.clone().when(strike(at, json!({"by": "p-106"}))).then([event(
        "record_struck_out",
        json!({
            "assessment": ONE, "by": "p-106", "organisation": TOWN, "position": at,
            "reason": "wrong_entry", "struck": "score_reviewed", "struck_on": "2026-05-15",
        }),
    )]);
    assert_eq!(void.state, published().state);
    let undone = void.clone().and(strike(last(&void, "record_struck_out"), json!({})));
    assert_eq!(undone.state, known.state);
    // And void again, by striking out what brought it back.
    let again = undone.clone().and(strike(last(&undone, "record_struck_out"), json!({})));
    assert_eq!(again.state, void.state);
}

#[test]
fn a_duty_that_was_never_told_goes_with_the_record_that_raised_it() {
    let known = failing();
    assert_eq!(known.state.assessments[&ONE.parse().unwrap()].duty.statements.len(), 1);
    let void = known.clone().and(strike(last(&known, "score_reviewed"), json!({})));
    assert!(void.state.assessments[&ONE.parse().unwrap()].duty.statements.is_empty());
}

#[test]
fn what_a_publication_rests_on_can_be_struck_out() {
    let without_panel = with_scores(
        given(begun("la-2025")).and(revise("la-2025", &[NO_PANEL, NO_CHECK], json!({}))),
        &cells("la-2025"),
    );
    let known = with_drafts(without_panel).and(publish(json!({})));
    let void = known.clone().and(strike(last(&known, "score_reviewed"), json!({})));
    let assessment = &void.state.assessments[&ONE.parse().unwrap()];
    assert_eq!(assessment.judged.len(), 8);
    assert_eq!(assessment.publications.len(), 1, "what was published stays published");
    assert_eq!(assessment.since.struck.keys().collect::<Vec<_>>(), ["score_reviewed"]);
    let owed = assessment::due::owed(&void.state, TODAY.parse().unwrap());
    assert_eq!(owed.iter().map(|it| it.kind().as_str()).collect::<Vec<_>>(), ["publication"]);
    // Once it is struck out, what takes its place may be issued for that reason, and not before.
    let reissue = |given: Given| {
        given.when(command(
            "reissue_publication",
            json!({
                "publication": "X99000007-2026-a-p1", "published_on": "2026-05-16",
                "reason": "basis_struck_out",
            }),
            json!({}),
        ))
    };
    reissue(known).refused("reissue_unfounded");
    reissue(void).refused("evidence_insufficient");
}

#[test]
fn what_others_rest_on_stays() {
    let known = calibrated();
    let refused = |given: &Given, at| {
        given.clone().when(strike(at, json!({}))).refused("rested_on").to_string()
    };
    let used = last(&known, "evidence_used");
    let reviews: Vec<String> = (0..known.events.len())
        .filter(|at| {
            let Event::ScoreReviewed(review) = &known.events[*at] else { return false };
            let Event::EvidenceUsed(used) = &known.events[last(&known, "evidence_used") - 3] else {
                return false;
            };
            review.evidence.contains(&used.evidence)
        })
        .map(|at| format!("{at} (score_reviewed)"))
        .collect();
    assert_eq!(reviews.len(), 9);
    let text = refused(&known, used - 3);
    assert!(text.ends_with(&reviews.join(", ")), "{text}");
    let panel = last(&known, "panel_decided");
    let text = refused(&known, last(&known, "score_reviewed"));
    assert!(text.ends_with(&format!(": {panel} (panel_decided)")), "{text}");

    // First the panel's decision, then the review: the latest first.
    let review = last(&known, "score_reviewed");
    let void = known.and(strike(panel, json!({}))).and(strike(review, json!({})));
    assert!(void.state.assessments[&ONE.parse().unwrap()].panel.is_none());
}

#[test]
fn a_letter_that_was_sent_holds_the_decision_it_tells_of() {
    let known = failing().and(letter(json!({})));
    let review = last(&known, "score_reviewed");
    let refusal = known.clone().when(strike(review, json!({}))).refused("rested_on");
    assert!(refusal.to_string().ends_with("(section_50_notified)"), "{refusal}");
    let never_sent = known.clone().and(strike(last(&known, "section_50_notified"), json!({})));
    let void = never_sent.clone().and(strike(review, json!({})));
    // The letter cannot come back without the decision.
    let undo = strike(last(&never_sent, "record_struck_out"), json!({}));
    let refusal = void.clone().when(undo).refused("rests_on_void");
    assert!(refusal.to_string().ends_with(&format!("record {review}, which is struck out")));
}

#[test]
fn nothing_comes_back_to_a_place_that_is_taken() {
    let known = area().and(join("2022-07-01"));
    let void = known.clone().and(strike(last(&known, "area_member_added"), json!({})));
    let undo = strike(last(&void, "record_struck_out"), json!({}));
    let taken = void.and(join("2022-08-01"));
    let by = last(&taken, "area_member_added");
    let refusal = taken.when(undo).refused("place_taken");
    assert!(refusal.to_string().ends_with(&format!("record {by} has taken its place")));
}

#[test]
fn nothing_comes_back_that_rests_on_what_is_void() {
    let known = given(begun("la-2025")).and(rescore(json!({})));
    let (used, review) = (last(&known, "evidence_used") - 3, last(&known, "score_reviewed"));
    let first = known.and(strike(review, json!({})));
    let undo = strike(last(&first, "record_struck_out"), json!({}));
    let refusal = first.and(strike(used, json!({}))).when(undo).refused("rests_on_void");
    assert!(refusal.to_string().contains(&format!("it rests on record {used}")), "{refusal}");
}

/// The panel would not have seen what comes back.
#[test]
fn nothing_comes_back_that_was_decided_without() {
    let known = scored().and(rescore(json!({"score": 1, "reviewed_on": "2026-03-03"})));
    let void = known.clone().and(strike(last(&known, "score_reviewed"), json!({})));
    let undo = strike(last(&void, "record_struck_out"), json!({}));
    let decided = void.and(convene(json!({}))).and(decide_panel(json!({})));
    decided.when(undo).refused("place_taken");
}

/// Without the panel's word, what it calibrated is no longer as it was published.
#[test]
fn a_publication_whose_calibration_is_void_is_due_and_the_panel_sits_again() {
    let known = published();
    let void = known.clone().and(strike(last(&known, "panel_decided"), json!({})));
    let owed = |given: &Given| {
        let owed = assessment::due::owed(&given.state, TODAY.parse().unwrap());
        owed.iter().map(|it| it.kind().as_str()).collect::<Vec<_>>()
    };
    assert_eq!((owed(&known), owed(&void)), (vec![], vec!["publication"]));
    let reissue = command(
        "reissue_publication",
        json!({
            "publication": "X99000007-2026-a-p1", "published_on": "2026-05-16",
            "reason": "basis_struck_out",
        }),
        json!({}),
    );
    void.clone().when(reissue.clone()).refused("panel_not_decided");
    let again = json!({"decided_on": "2026-05-15"});
    let done = void.and(decide_panel(again)).and(reissue);
    assert_eq!(owed(&done), [""; 0]);
}

/// Struck out one after the other, or given back: each duty is closed by what took it.
#[test]
fn a_duty_raised_in_error_is_closed_by_what_took_it() {
    let known = scored().and(rescore(json!({"score": 1, "reviewed_on": "2026-03-03"})));
    let known = known.and(convene(json!({}))).and(decide_panel(json!({})));
    let (panel, review) = (last(&known, "panel_decided"), last(&known, "score_reviewed"));
    let void = known.clone().and(strike(panel, json!({})));
    let by = void.events.len() as u64 - 1;
    let closed = |given: &Given| {
        let all = assessment::raised_in_error(given.records());
        all.iter().map(|it| (it.statement.to_string(), it.by)).collect::<Vec<_>>()
    };
    assert_eq!(closed(&known), []);
    assert_eq!(closed(&void), [("assessing-needs".to_owned(), by)]);
    let both = void.clone().and(strike(review, json!({})));
    assert_eq!(closed(&both), [("assessing-needs".to_owned(), by)]);
    let undone = void.and(strike(by as usize, json!({})));
    assert_eq!(closed(&undone), []);
}

/// Refusals that nobody else brings about.
pub fn cases() -> Vec<When> {
    let known = failing();
    let review = last(&known, "score_reviewed");
    let void = known.clone().and(strike(review, json!({})));
    let joined = area().and(join("2022-07-01"));
    let left = joined.clone().and(strike(last(&joined, "area_member_added"), json!({})));
    let undo = strike(last(&left, "record_struck_out"), json!({}));
    let used = given(begun("la-2025")).and(rescore(json!({})));
    let (use_of_it, reviewed) = (last(&used, "evidence_used") - 3, last(&used, "score_reviewed"));
    let unscored = used.clone().and(strike(reviewed, json!({})));
    let undo_review = strike(last(&unscored, "record_struck_out"), json!({}));
    vec![
        known.clone().when(strike(9_999, json!({}))),
        known.clone().when(strike(last(&known, "publication_made"), json!({}))),
        void.when(strike(review, json!({}))),
        used.when(strike(use_of_it, json!({}))),
        left.and(join("2022-08-01")).when(undo),
        unscored.and(strike(use_of_it, json!({}))).when(undo_review),
    ]
}

/// A kind that nobody thought of could be struck out, or could not.
#[test]
fn every_kind_has_its_correction() {
    let corrections = assessment::CORRECTIONS.iter().map(|(kind, _)| *kind);
    let corrections: std::collections::BTreeSet<&str> = corrections.collect();
    assert_eq!(corrections, Event::KINDS.iter().copied().collect());
}

/// A long story: whatever can be struck out of it is gone without a trace, and comes back whole.
#[test]
fn a_strike_out_and_its_undoing_are_as_if_nothing_had_been() {
    let mut story = given(commands());
    for further in [
        json!({"reviewed_on": "2026-05-13", "score": 1}),
        json!({"reviewed_on": "2026-05-14", "score": 4}),
    ] {
        story = story.and(score(&cells(METHOD_A)[0], further));
    }
    story = story.and(system(SYSTEM)).and(authority(COUNTY)).and(join("2022-07-01"));
    let end = json!({"authority": COUNTY, "system": SYSTEM, "to": "2023-07-01"});
    story = story.and(command("end_area_member", end, json!({}))).and(join("2024-01-01"));
    let (mut struck, mut kinds) = (0, std::collections::BTreeSet::new());
    for at in 0..story.events.len() {
        let attempt = story.clone().when(strike(at, json!({})));
        if attempt.outcome.is_err() {
            continue;
        }
        let void = story.clone().and(strike(at, json!({})));
        let without = story.records().filter(|(position, _)| *position != at as u64);
        let mut state = void.state.clone();
        // What it took from a publication is all that it leaves.
        state.assessments.values_mut().for_each(|it| it.since.struck.clear());
        assert_eq!(state, replay(without), "without {at}");
        assert_eq!(StrikeOuts::among(void.records()).void().len(), 1);
        let undone = void.clone().and(strike(void.events.len() - 1, json!({})));
        assert_eq!(undone.state, story.state, "{at} undone");
        kinds.insert(story.events[at].kind());
        struck += 1;
    }
    assert!(struck >= 7, "{struck}");
    for kind in ["score_reviewed", "panel_confirmed", "draft_confirmed", "draft_extended"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
}
