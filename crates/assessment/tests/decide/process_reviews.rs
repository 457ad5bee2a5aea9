//! Reviews of the rating process. The fears: a request that came in time is turned away, or a late
//! one taken, over a bank holiday; one that cannot be taken leaves no trace; somebody decides on
//! their own work.

use super::step_cases::*;
use super::*;
use assessment::PartialDate;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;

/// The publication that is made here, on Tuesday the 12th of May 2026.
const P1: &str = "X99000007-2026-a-p1";
/// One that was taken in, of Friday the 17th of May 2024: fifteen working days later it is the
/// 10th of June.
const BEFORE: &str = "X99000001-2024-a-p1";

fn ask(further: Value) -> Command {
    let data = json!({
        "ground": "process_not_followed", "publication": BEFORE, "received_on": "2024-06-03",
        "text": content(150), "words": 500,
    });
    command("request_process_review", data, further)
}

fn answer(further: Value) -> Command {
    let data = json!({
        "by": "p-201", "decided_on": "2024-07-01", "outcome": "not_upheld", "publication": BEFORE,
        "text": content(151),
    });
    command("decide_process_review", data, further)
}

fn taken_in() -> Given {
    given([import(json!({}))])
}

fn asked() -> Given {
    taken_in().and(ask(json!({})))
}

/// What was recorded of a request: why it was declined, and its last day.
fn arrival(case: When) -> (Value, Value) {
    let recorded = case.recorded();
    assert_eq!((recorded.len(), recorded[0].0), (1, "process_review_requested"));
    let data = &recorded[0].1;
    (data["declined"].clone(), data["due_on"].clone())
}

/// An assessment in which many had a part: published, with a comment that was resolved.
fn published() -> Given {
    let team = json!({
        "assessment": ONE, "team": [{"person": "p-017", "role": "assessor"}],
    });
    let panel = json!({
        "members": [
            {"person": "p-101", "side": "internal"}, {"person": "p-102", "side": "external"},
            {"person": "p-103", "side": "internal"}, {"person": SCORER, "side": "internal"},
        ],
    });
    let known = with_drafts(scored().and(convene(panel)).and(decide_panel(json!({}))));
    let known = known.and(command("amend_assessment", team, json!({})));
    let known = known.and(share(json!({}))).and(comment(json!({})));
    let known = known.and(resolve(json!({"by": "p-106"})));
    known.and(publish(json!({"by": "p-107"})))
}

/// A refusal each, after what must have happened before it.
pub fn cases() -> Vec<When> {
    let late = json!({"received_on": "2024-06-11"});
    let of_ours = json!({"publication": P1, "received_on": "2026-05-13"});
    let on_own_work = json!({
        "by": SCORER, "decided_on": "2026-05-14", "publication": P1,
    });
    vec![
        given([]).when(ask(json!({}))),
        taken_in().when(answer(json!({}))),
        taken_in().and(ask(late)).when(answer(json!({}))),
        asked().and(answer(json!({}))).when(answer(json!({"outcome": "upheld"}))),
        published().and(ask(of_ours)).when(answer(on_own_work)),
    ]
}

/// The commands, each with every member that it can have, after what must happen before them.
pub fn commands() -> Vec<Command> {
    vec![import(json!({"month": "2024-04", "date": "2024-04-12", "organisation": "X99000009"}))]
        .into_iter()
        .chain([
            ask(json!({"publication": "X99000009-2024-a-p1", "received_on": "2024-04-15"})),
            answer(json!({"publication": "X99000009-2024-a-p1"})),
        ])
        .collect()
}

#[test]
fn a_request_is_recorded_with_its_last_day_and_once() {
    let arrived = event(
        "process_review_requested",
        json!({
            "due_on": "2024-06-10", "ground": "process_not_followed", "publication": BEFORE,
            "received_on": "2024-06-03", "text": content(150), "words": 500,
        }),
    );
    let known = taken_in().when(ask(json!({}))).then([arrived]);
    let state = &known.state.assessments[&"X99000001-2024-a".parse().expect("an id")];
    assert!(state.process_reviews[0].is_pending());
    known.when(ask(json!({}))).quiet();
}

#[test]
fn what_cannot_be_taken_is_recorded_and_declined() {
    let known = taken_in();
    let declined = |known: &Given, further: Value| arrival(known.clone().when(ask(further))).0;
    assert_eq!(declined(&known, json!({"received_on": "2024-06-11"})), "late");
    assert_eq!(declined(&known, json!({"words": 501})), "too_long");
    assert_eq!(declined(&known, json!({"ground": "other"})), "other_ground");
    let known = known.and(ask(json!({})));
    let again = json!({"received_on": "2024-06-04", "text": content(152)});
    assert_eq!(declined(&known, again.clone()), "repeated");
    // The first reason that applies, in this order.
    let all = json!({
        "ground": "other", "received_on": "2024-06-11", "text": content(152), "words": 501,
    });
    assert_eq!(declined(&known, all), "late");
    let two = json!({"ground": "other", "text": content(152), "words": 501});
    assert_eq!(declined(&known, two), "too_long");
    let other = json!({"ground": "other", "text": content(152)});
    assert_eq!(declined(&known, other), "other_ground");
    // Also when the first was decided; a request that was declined stands in nobody's way.
    assert_eq!(declined(&known.and(answer(json!({}))), again), "repeated");
    let known = taken_in().and(ask(json!({"words": 501, "text": content(152)})));
    assert_eq!(declined(&known, json!({})), Value::Null);
}

#[test]
fn where_the_framework_offers_none_it_is_declined() {
    let system = json!({"framework": "ics-2023", "scores": vec![3; 17], "score": 75});
    let known = given([import(system)]);
    let late = json!({"received_on": "2025-06-11", "words": 900});
    assert_eq!(arrival(known.when(ask(late))), (json!("not_offered"), Value::Null));
    // What the publication gave a right to stays, whatever the process says later.
    let none = ("/process_review/value", json!("not_offered"));
    let revised = |from: &str| {
        let dates = json!({"from": from, "revised_on": from});
        taken_in().and(revise("la-2023", std::slice::from_ref(&none), dates))
    };
    let due = json!("2024-06-10");
    assert_eq!(arrival(revised("2024-05-20").when(ask(json!({})))), (Value::Null, due));
    let before = revised("2024-05-17").when(ask(json!({})));
    assert_eq!(arrival(before), (json!("not_offered"), Value::Null));
}

/// Fifteen working days over Christmas, Easter and the May holidays, counted by hand.
#[test]
fn the_last_day_is_counted_in_working_days() {
    for (published, last) in [
        ("2023-12-08", "2024-01-03"),
        ("2024-03-15", "2024-04-09"),
        ("2024-05-17", "2024-06-10"),
        ("2024-12-12", "2025-01-07"),
        ("2025-04-11", "2025-05-07"),
        ("2025-06-02", "2025-06-23"),
        ("2025-08-22", "2025-09-15"),
        ("2025-12-08", "2025-12-31"),
        ("2025-12-15", "2026-01-08"),
        ("2025-12-20", "2026-01-14"),
        ("2025-12-25", "2026-01-19"),
        ("2026-03-20", "2026-04-14"),
    ] {
        let known = given([import(json!({"date": published, "month": published[..7]}))]);
        let last: NaiveDate = last.parse().expect("a day");
        let publication = format!("X99000001-{}-a-p1", &published[..4]);
        let on = |day: NaiveDate| {
            let received = json!({"publication": publication, "received_on": day.to_string()});
            arrival(known.clone().when(ask(received)))
        };
        let due = json!(last.to_string());
        assert_eq!(on(last - Days::new(1)), (Value::Null, due.clone()), "{published}");
        assert_eq!(on(last), (Value::Null, due.clone()), "{published}");
        assert_eq!(on(last + Days::new(1)), (json!("late"), due), "{published}");
    }
}

/// Where the day of publication is not known, no request is late.
#[test]
fn no_deadline_is_made_up() {
    let known = given([import(json!({"date": null}))]);
    let received = json!({"received_on": "2026-05-17"});
    assert_eq!(arrival(known.clone().when(ask(received))), (Value::Null, Value::Null));
    // Perhaps it was published on the last day of that month, but not after the request.
    let early = json!({"received_on": "2024-05-01"});
    assert_eq!(arrival(known.clone().when(ask(early))), (Value::Null, Value::Null));
    known.when(ask(json!({"received_on": "2024-04-30"}))).refused("out_of_order");
    // Nor are bank holidays that nobody knows.
    let far = ("/process_review/value", json!({"offered": {"max_words": 1, "working_days": 999}}));
    let dates = json!({"from": "2024-05-01", "revised_on": "2024-05-01"});
    let known = taken_in().and(revise("la-2023", &[far], dates));
    known.when(ask(json!({}))).refused("calendar_unknown");
}

#[test]
fn a_request_is_about_a_publication_that_was_there_on_a_day() {
    let known = taken_in();
    let other = json!({"publication": "X99000001-2024-a-p2"});
    known.clone().when(ask(other)).refused("publication_unknown");
    known.clone().when(ask(json!({"received_on": "2024-06"}))).refused("day_not_known");
    known.clone().when(ask(json!({"received_on": "2024-05-16"}))).refused("out_of_order");
    known.when(ask(json!({"received_on": "2026-05-18"}))).refused("date_in_future");
}

/// The deadline is that of the publication which the request names, not of the last one, and a
/// request about the one is none about the other.
#[test]
fn each_publication_has_a_request_of_its_own() {
    let withdrawal = json!({
        "publication": P1, "reason": "ordered", "withdrawn_on": "2026-05-13",
    });
    let again = json!({
        "publication": P1, "published_on": "2026-05-14", "reason": "after_withdrawal",
    });
    let known = published()
        .and(command("withdraw_publication", withdrawal, json!({})))
        .and(command("reissue_publication", again, json!({})));
    let about = |number: u8| {
        let publication = format!("{ONE}-p{number}");
        ask(json!({"publication": publication, "received_on": "2026-05-15"}))
    };
    let second = (Value::Null, json!("2026-06-05"));
    assert_eq!(arrival(known.clone().when(about(2))), second);
    let known = known.and(about(1));
    assert_eq!(arrival(known.clone().when(about(2))), second);
    let answer = |number: u8| {
        let publication = format!("{ONE}-p{number}");
        answer(json!({"decided_on": "2026-05-16", "publication": publication}))
    };
    known.clone().when(answer(2)).refused("no_process_review");
    known.when(answer(1)).recorded_once();
}

#[test]
fn a_decision_is_recorded_and_once() {
    let decided = json!({
        "by": "p-201", "decided_on": "2024-07-01", "outcome": "not_upheld", "publication": BEFORE,
        "text": content(151),
    });
    let decided = event("process_review_decided", decided);
    let known = asked().when(answer(json!({}))).then([decided]);
    let known = known.when(answer(json!({}))).quiet();
    let state = &known.state.assessments[&"X99000001-2024-a".parse().expect("an id")];
    assert!(!state.process_reviews[0].is_pending());
    let other = json!({"outcome": "upheld"});
    let refusal = known.clone().when(answer(other)).refused("process_review_decided");
    assert!(refusal.to_string().ends_with("was decided on 2024-07-01"), "{refusal}");
    known.when(answer(json!({"by": "p-202"}))).refused("process_review_decided");
    let by_the_actor = asked().when(answer(json!({"by": null, "outcome": "upheld"}))).recorded();
    assert_eq!(by_the_actor[0].1["by"], "p-001");
}

#[test]
fn only_what_waits_is_decided() {
    let unknown = json!({"publication": "X99000001-2024-a-p2"});
    asked().when(answer(unknown)).refused("publication_unknown");
    taken_in().when(answer(json!({}))).refused("no_process_review");
    let long = taken_in().and(ask(json!({"words": 501})));
    let refusal = long.clone().when(answer(json!({}))).refused("process_review_declined");
    assert!(refusal.to_string().contains("too_long"), "{refusal}");
    // The one that was taken is decided, whatever was declined beside it.
    let known = long.and(ask(json!({"text": content(152)})));
    let known = known.and(ask(json!({"text": content(153)})));
    known.when(answer(json!({}))).recorded_once();
    asked().when(answer(json!({"decided_on": "2024-06-02"}))).refused("out_of_order");
    asked().when(answer(json!({"decided_on": "2026-05-18"}))).refused("date_in_future");
}

#[test]
fn nobody_decides_on_their_own_work() {
    let known = published().and(ask(json!({"publication": P1, "received_on": "2026-05-13"})));
    let by = |person: &str| {
        let further = json!({"by": person, "decided_on": "2026-05-14", "publication": P1});
        known.clone().when(answer(further))
    };
    // The team, a scorer, both sides of the panel, who resolved the comment, who released it.
    for person in ["p-017", SCORER, "p-101", "p-102", "p-106", "p-107"] {
        by(person).refused("decided_by_involved");
    }
    by("p-201").recorded_once();
}

/// The bank holidays of the years that are tried here, once more.
const HOLIDAYS: [&str; 25] = [
    "2024-01-01",
    "2024-03-29",
    "2024-04-01",
    "2024-05-06",
    "2024-05-27",
    "2024-08-26",
    "2024-12-25",
    "2024-12-26",
    "2025-01-01",
    "2025-04-18",
    "2025-04-21",
    "2025-05-05",
    "2025-05-26",
    "2025-08-25",
    "2025-12-25",
    "2025-12-26",
    "2026-01-01",
    "2026-04-03",
    "2026-04-06",
    "2026-05-04",
    "2026-05-25",
    "2026-08-31",
    "2026-12-25",
    "2026-12-28",
    "2027-01-01",
];

/// How many working days lie after one day and up to another.
fn working_days(after: NaiveDate, up_to: NaiveDate) -> usize {
    let days = after.iter_days().skip(1).take_while(|day| *day <= up_to);
    let works = |day: &NaiveDate| {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            && !HOLIDAYS.contains(&day.to_string().as_str())
    };
    days.filter(works).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A request is late on the day after the fifteenth working day, and on no day before.
    #[test]
    fn fifteen_working_days_are_fifteen_working_days(at in 0..850u64, waited in 0..45u64) {
        let first: NaiveDate = "2024-01-01".parse().expect("a day");
        let today: PartialDate = TODAY.parse().expect("a day");
        let published = first + Days::new(at);
        let received = (published + Days::new(waited)).min(today.first_day());
        let known = given([import(json!({
            "date": published.to_string(), "month": published.to_string()[..7],
        }))]);
        let (declined, due) = arrival(known.when(ask(json!({
            "publication": format!("X99000001-{}-a-p1", published.year()),
            "received_on": received.to_string(),
        }))));
        let before = working_days(published, received.pred_opt().expect("a day"));
        prop_assert_eq!(declined == "late", before >= 15);
        let due: NaiveDate = due.as_str().expect("a day").parse().expect("a day");
        prop_assert_eq!(working_days(published, due), 15);
        prop_assert_eq!(working_days(due.pred_opt().expect("a day"), due), 1);
    }
}
