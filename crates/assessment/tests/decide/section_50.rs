//! The duty of section 50. The fears: a 1 that was decided and that nobody hears of; a duty that a
//! better score wipes out, or that a letter closes which could not know of it; and one that is
//! raised by what nobody here decided: a provisional score, a pilot, a score that was taken in as
//! published.

use super::step_cases::*;
use super::*;
use assessment::section_50::{Duty, before_this_ledger};

/// The authority whose published assessment is reviewed in the examples, and that assessment.
const BOROUGH: &str = "X99000008";
const OTHER: &str = "X99000008-2024-a";
pub const TO_STATE: &str = "secretary_of_state";
pub const TO_CHIEF: &str = "chief_executive_and_director";

pub fn notify(further: Value) -> Command {
    let data = json!({
        "assessment": OTHER, "digest": "5a".repeat(32), "letter": TO_STATE,
        "sent_on": "2024-06-10",
    });
    command("notify_section_50", data, further)
}

fn taken_in(further: Value) -> Command {
    let mut data = json!({"organisation": BOROUGH});
    data.as_object_mut().expect("an object").extend(further.as_object().expect("one").clone());
    import(data)
}

/// A review after the publication that finds a 1.
fn find(statement: &str, on: &str) -> Command {
    let data = json!({"reviewed_on": on, "score": 1, "statement": statement});
    again(data)
}

fn again(further: Value) -> Command {
    let mut data = json!({"organisation": BOROUGH});
    data.as_object_mut().expect("an object").extend(further.as_object().expect("one").clone());
    review(data)
}

fn found() -> Given {
    given([taken_in(json!({})), find("safeguarding", "2024-06-03")])
}

pub fn duty(given: &Given, id: &str) -> Duty {
    given.state.assessments[&id.parse().expect("an id")].duty.clone()
}

/// The statements of a duty, each with the day of its decision.
fn told(given: &Given, id: &str) -> Vec<String> {
    let statements = duty(given, id).statements;
    statements.iter().map(|(statement, on)| format!("{statement} {on}")).collect()
}

/// A refusal each, after what must have happened before it.
pub fn cases() -> Vec<When> {
    let sent = found().and(notify(json!({})));
    vec![
        given([taken_in(json!({}))]).when(notify(json!({}))),
        sent.when(notify(json!({"sent_on": "2024-06-11"}))),
    ]
}

/// The command, with what must happen before it.
pub fn commands() -> Vec<Command> {
    vec![taken_in(json!({})), find("safeguarding", "2024-06-03"), notify(json!({}))]
}

#[test]
fn a_provisional_one_raises_nothing_and_the_panels_does() {
    let low = rescore(json!({"reviewed_on": "2026-03-03", "score": 1}));
    let known = scored().and(low).and(convene(json!({})));
    assert!(told(&known, ONE).is_empty());
    let lead = json!({
        "reason": "evidence", "score": 1, "statement": "learning-improvement-and-innovation",
        "text": content(60),
    });
    let adjusted = json!({
        "reason": "evidence", "score": 1, "statement": "safeguarding", "text": content(61),
    });
    let known = known.and(decide_panel(json!({"adjustments": [lead, adjusted]})));
    assert_eq!(told(&known, ONE), ["assessing-needs 2026-03-16", "safeguarding 2026-03-16"]);
    // A change is provisional again until the panel has confirmed it.
    let later = score(
        &("partnerships-and-communities".to_owned(), None),
        json!({"reviewed_on": "2026-04-23", "score": 1}),
    );
    let known = known.and(later);
    assert_eq!(told(&known, ONE).len(), 2);
    let known = known.and(confirm_panel(json!({})));
    assert_eq!(told(&known, ONE)[1], "partnerships-and-communities 2026-04-28");
    assert_eq!(told(&known, ONE).len(), 3);
}

#[test]
fn without_a_panel_the_publication_decides() {
    let low = rescore(json!({"reviewed_on": "2026-03-03", "score": 1}));
    let known = scored().and(low).and(revise("la-2025", &[NO_PANEL, NO_CHECK], json!({})));
    let known = with_drafts(known);
    assert!(told(&known, ONE).is_empty());
    let known = known.and(publish(json!({})));
    assert_eq!(told(&known, ONE), ["assessing-needs 2026-05-12"]);
}

#[test]
fn what_was_published_before_this_ledger_is_not_known_and_not_owed() {
    let ones = json!({
        "accept_disagreement": "as_published", "scores": [1, 3, 3, 3, 3, 3, 3, 1, 3],
    });
    let known = given([taken_in(ones)]);
    let id = OTHER.parse().expect("an id");
    let listed = |given: &Given| {
        let assessment = &given.state.assessments[&id];
        before_this_ledger(assessment, &given.state.frameworks[&assessment.framework])
    };
    let ids =
        |all: Vec<assessment::StatementId>| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(duty(&known, OTHER).owed().is_empty());
    assert_eq!(ids(listed(&known)), ["assessing-needs"]);
    // What is decided of another statement does not touch it, nor does a single category of it:
    // the published score stands until every category has one.
    let known = known.and(find("safeguarding", "2024-06-03"));
    let category = |category: &str| again(json!({"category": category, "score": 1}));
    let known = ["people-experience", "partner-feedback", "processes"]
        .into_iter()
        .fold(known, |known, it| known.and(category(it)));
    assert_eq!(told(&known, OTHER), ["safeguarding 2024-06-03"]);
    let whole = known.clone().and(category("staff-and-leader-feedback"));
    assert_eq!(told(&whole, OTHER), ["assessing-needs 2024-06-03", "safeguarding 2024-06-03"]);
    // That it was a 1 when it was taken in stays true beside it.
    assert_eq!(ids(listed(&whole)), ["assessing-needs"]);
    // A review that finds the 1 again has decided it here.
    let confirmed = given([taken_in(json!({
        "accept_disagreement": "as_published", "scores": [1, 3, 3, 3, 3, 3, 3, 1, 3],
    }))])
    .and(find("assessing-needs", "2024-06-04"));
    assert_eq!(told(&confirmed, OTHER), ["assessing-needs 2024-06-04"]);
}

#[test]
fn pilots_systems_and_leadership_raise_none() {
    let pilot =
        given([taken_in(json!({"programme": "pilot"})), find("safeguarding", "2024-06-03")]);
    assert!(told(&pilot, OTHER).is_empty());
    let system = json!({"framework": "ics-2023", "scores": vec![3; 17], "score": 75});
    let system = given([taken_in(system), find("safeguarding", "2024-06-03")]);
    assert!(told(&system, OTHER).is_empty());
    let governance = find("governance-management-and-sustainability", "2024-06-03");
    assert!(told(&given([taken_in(json!({})), governance]), OTHER).is_empty());
}

#[test]
fn a_new_judgement_never_erases_it() {
    let better = again(json!({
        "reviewed_on": "2024-07-01", "score": 4, "statement": "safeguarding",
    }));
    let known = found().and(better).and(find("safeguarding", "2024-08-01"));
    assert_eq!(told(&known, OTHER), ["safeguarding 2024-06-03"]);
    // A review that is recorded later and was made earlier is the first decision.
    let earlier = again(json!({
        "correction": true, "reviewed_on": "2024-05-20", "score": 1, "statement": "safeguarding",
    }));
    assert_eq!(told(&known.and(earlier), OTHER), ["safeguarding 2024-05-20"]);
}

#[test]
fn two_letters_are_owed_and_each_names_what_is_untold() {
    let letter = |further: Value| notify(further);
    let since = |given: &Given| {
        let owed = duty(given, OTHER).owed();
        owed.iter().map(|(letter, since)| format!("{letter} {since}")).collect::<Vec<_>>()
    };
    let known = found();
    assert_eq!(since(&known), [format!("{TO_STATE} 2024-06-03"), format!("{TO_CHIEF} 2024-06-03")]);
    let first = event(
        "section_50_notified",
        json!({
            "assessment": OTHER, "digest": "5a".repeat(32), "letter": TO_STATE,
            "sent_on": "2024-06-10", "statements": ["safeguarding"],
        }),
    );
    let known = known.when(letter(json!({}))).then([first]);
    let known = known.when(letter(json!({}))).quiet();
    assert_eq!(since(&known), [format!("{TO_CHIEF} 2024-06-03")]);
    let chief = json!({"digest": "5b".repeat(32), "letter": TO_CHIEF});
    let known = known.and(letter(chief.clone()));
    assert!(since(&known).is_empty());
    let refusal = known.clone().when(letter(json!({"digest": "5c".repeat(32)})));
    let refusal = refusal.refused("letter_sent").to_string();
    assert!(refusal.ends_with("2024-06-10"), "{refusal}");
    // A further 1 is told of in further letters; the old one, entered again, is the old one.
    let known = known.and(find("partnerships-and-communities", "2024-07-01"));
    let known = known.when(letter(json!({}))).quiet();
    assert_eq!(since(&known), [format!("{TO_STATE} 2024-07-01"), format!("{TO_CHIEF} 2024-07-01")]);
    let further = json!({"digest": "5d".repeat(32), "sent_on": "2024-07-02"});
    let recorded = known.when(letter(further)).recorded();
    assert_eq!(recorded[0].1["statements"], json!(["partnerships-and-communities"]));
}

#[test]
fn a_letter_tells_of_nothing_that_was_decided_after_it() {
    let known = found().and(find("partnerships-and-communities", "2024-06-20"));
    let named = |on: &str| {
        let recorded = known.clone().when(notify(json!({"sent_on": on}))).recorded();
        recorded[0].1["statements"].clone()
    };
    let both = json!(["partnerships-and-communities", "safeguarding"]);
    assert_eq!(named("2024-06-03"), json!(["safeguarding"]));
    assert_eq!(named("2024-06-19"), json!(["safeguarding"]));
    assert_eq!(named("2024-06-20"), both);
    known.clone().when(notify(json!({"sent_on": "2024-06-02"}))).refused("out_of_order");
    known.clone().when(notify(json!({"sent_on": "2024-06"}))).refused("day_not_known");
    known.clone().when(notify(json!({"sent_on": "2026-05-18"}))).refused("date_in_future");
    known
        .clone()
        .and(notify(json!({})))
        .when(notify(json!({"digest": "5c".repeat(32)})))
        .refused("out_of_order");
    known.when(notify(json!({"assessment": "X99000008-2024-b"}))).refused("assessment_unknown");
}

/// What a panel decided does not become untrue when the assessment is given up.
#[test]
fn the_duty_outlives_its_assessment() {
    let adjusted = json!({
        "reason": "evidence", "score": 1, "statement": "safeguarding", "text": content(61),
    });
    let known = scored().and(convene(json!({}))).and(decide_panel(json!({
        "adjustments": [adjusted],
    })));
    let known = known.and(cancel());
    known.when(notify(json!({"assessment": ONE, "sent_on": "2026-05-12"}))).recorded_once();
}
