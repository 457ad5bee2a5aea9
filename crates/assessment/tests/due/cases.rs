//! What is owed in the cases that people will ask about, one by one.

use super::{lines, second::Line};
use assessment::due::{Kind, owed};
use assessment::{Command, Context, Event, State, decide, evolve};
use chrono::NaiveDate;
use serde_json::{Value, json};

const COUNTY: &str = "X99000001";
const FIRST: &str = "assessing-needs";
const HEALTHIER: &str = "supporting-people-to-live-healthier-lives";
/// 23 of 36: 64 %, Good, one mark above Requires improvement.
const GOOD: [u8; 9] = [2, 3, 3, 3, 3, 2, 2, 3, 2];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn after(commands: impl IntoIterator<Item = (&'static str, Value)>) -> State {
    commands.into_iter().fold(State::default(), |state, (kind, data)| {
        let command = Command::decode(kind, &data.to_string()).unwrap();
        let (actor, today) = ("p-001".parse().unwrap(), day("2026-05-17"));
        let context = Context { actor, today, released: [0; 32].into() };
        let events = decide(&state, &command, &context).unwrap();
        events.iter().fold(state, evolve)
    })
}

fn import(framework: &str, rating: &str, scores: Option<[u8; 9]>) -> (&'static str, Value) {
    let mut data = json!({
        "accept_disagreement": "as_published", "date": "2024-05-17", "framework": framework,
        "month": "2024-05", "name": "Exampleshire", "organisation": COUNTY,
        "partial": scores.is_none(), "programme": "formal", "rating": rating,
    });
    if let Some(scores) = scores {
        data["scores"] = json!(scores);
    }
    ("import_publication", data)
}

fn review(statement: &str, score: u8, on: &str) -> (&'static str, Value) {
    let data = json!({
        "correction": true, "organisation": COUNTY, "reason": "ongoing_review",
        "reviewed_on": on, "score": score, "statement": statement,
    });
    ("review_score", data)
}

fn request(due_on: &str) -> (&'static str, Value) {
    let content = json!({
        "commitment": "11".repeat(32), "length": 9, "media_type": "text/plain",
        "sealed": "22".repeat(32),
    });
    let data = json!({
        "category": "outcomes", "due_on": due_on, "method": "data", "organisation": COUNTY,
        "requested_on": "2025-01-06", "what": content,
    });
    ("request_evidence", data)
}

fn on(state: &State, day_of: &str) -> Vec<Line> {
    lines(&owed(state, day(day_of)))
}

/// Kind, subject and since, of everything that is owed.
fn short(state: &State) -> Vec<(Kind, String, String)> {
    let all = on(state, "2026-05-17").into_iter();
    all.map(|it| (it.kind, it.subject, it.since.to_string())).collect()
}

/// That a move is owed after it was taken back, or is not while it stands.
#[test]
fn an_update_is_owed_while_a_published_level_has_another_rating() {
    let import = || import("la-2023", "good", Some(GOOD));
    assert_eq!(short(&after([import()])), []);
    let moved = after([import(), review(HEALTHIER, 2, "2024-06-03")]);
    let levels = format!("overall {HEALTHIER}");
    assert_eq!(short(&moved), [(Kind::Publication, levels.clone(), "2024-06-03".to_owned())]);
    let back = [import(), review(HEALTHIER, 2, "2024-06-03"), review(HEALTHIER, 3, "2024-07-01")];
    assert_eq!(short(&after(back)), []);
    // Two levels, each with a review of its own: since the earlier of them.
    let two = [import(), review(HEALTHIER, 2, "2024-08-05"), review(FIRST, 1, "2024-07-01")];
    let owed = short(&after(two));
    let letters = owed.iter().filter(|(kind, ..)| *kind == Kind::Section50).count();
    assert_eq!(letters, 2, "{owed:?}");
    let levels = format!("overall {FIRST} {HEALTHIER}");
    assert!(owed.contains(&(Kind::Publication, levels, "2024-07-01".to_owned())), "{owed:?}");
    // Entered late: it cannot have been owed before the report was there.
    let late = after([import(), review(HEALTHIER, 2, "2024-04-01")]);
    assert_eq!(short(&late)[0].2, "2024-05-17");
}

/// That what waits for a comprehensive assessment is asked for at once.
#[test]
fn nothing_is_owed_where_ratings_wait_for_a_comprehensive_assessment() {
    let state = after([import("la-2025", "good", Some(GOOD)), review(HEALTHIER, 2, "2024-06-03")]);
    assert_eq!(short(&state), []);
}

/// That a rating which never fitted its scores is taken for a move.
#[test]
fn a_stated_rating_that_disagrees_with_its_scores_is_no_difference() {
    let stated = || import("la-2023", "requires_improvement", Some(GOOD));
    assert_eq!(short(&after([stated()])), []);
    let statement = [(Kind::Publication, HEALTHIER.to_owned(), "2024-06-03".to_owned())];
    // From 23 to 22: what was stated is reached, and the statement alone is owed.
    assert_eq!(short(&after([stated(), review(HEALTHIER, 2, "2024-06-03")])), statement);
    // Of a report whose scores are not known, the whole is compared once every score is.
    let partial = import("la-2023", "good", None);
    assert_eq!(short(&after([partial, review(HEALTHIER, 2, "2024-06-03")])), statement);
}

/// That a rating stays published although nothing supports it any more, and nobody is told.
#[test]
fn what_lost_its_basis_is_owed_since_it_was_published() {
    let import = import("la-2023", "good", Some(GOOD));
    let mut state = after([import]);
    let scores: Vec<Value> = state.frameworks[&"la-2023".parse().unwrap()]
        .statements()
        .map(|(_, it)| json!({"score": 3, "statement": it.id}))
        .collect();
    let id = "X99000001-2025-a";
    for (kind, data) in [
        (
            "assessment_opened",
            json!({
                "assessment": id, "framework": "la-2023", "kind": "baseline",
                "opened_on": "2025-01-06", "organisation": COUNTY,
            }),
        ),
        (
            "publication_made",
            json!({
                "assessment": id, "by": "p-001", "framework": "la-2023", "kind": "baseline",
                "overall": {"rating": "good", "score": 75}, "passages": [],
                "publication": format!("{id}-p1"), "published_on": "2025-09-01",
                "released": "00".repeat(32), "scores": scores,
            }),
        ),
    ] {
        state = evolve(state, &Event::decode(kind, 1, &data.to_string()).unwrap());
    }
    let owed = short(&state);
    assert_eq!((owed.len(), owed[0].0, owed[0].2.as_str()), (1, Kind::Publication, "2025-09-01"));
    assert_eq!(owed[0].1.split(' ').count(), 10, "the whole and nine statements: {owed:?}");
}

/// That a request is called late on its last day, or one with a coarse date never.
#[test]
fn a_request_is_overdue_from_the_day_after_its_last_day() {
    let state =
        after([import("la-2023", "good", Some(GOOD)), request("2025-02"), request("2025-02-10")]);
    assert_eq!(on(&state, "2025-02-10"), []);
    let first = owed(&state, day("2025-02-11"));
    assert_eq!((first.len(), first[0].days_overdue(day("2025-02-11"))), (1, Some(1)));
    assert_eq!(on(&state, "2025-02-28").len(), 1);
    let both = owed(&state, day("2025-03-02"));
    let days: Vec<_> = both.iter().map(|it| it.days_overdue(day("2025-03-02"))).collect();
    assert_eq!(days, [Some(2), Some(20)], "a coarse date sorts by its first day");
}
