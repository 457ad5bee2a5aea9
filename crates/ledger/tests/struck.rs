//! Strike-outs, through the whole ledger.
//!
//! Guards against the fear that what is void still counts somewhere: in an index that was kept, in
//! another process, in a batch, at another time, or before the public; and that taking a strike-out
//! back gives another past than the one that was.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use common::*;
use ledger::{AsOf, At, Audience, Ledger, Mode, Outcome, Submission};
use serde_json::json;
use tempfile::TempDir;

fn strike(position: u64) -> Submission {
    let data = json!({
        "position": position, "reason": "wrong_entry", "struck_on": "2026-05-17",
    });
    submission("strike_out", &data)
}

fn at(position: u64) -> At {
    At { as_of: Some(AsOf::Position(position)), ..At::default() }
}

/// Answers without what tells where a record stands.
fn without_histories(ledger: &mut Ledger, at: At) -> Answers {
    Answers { histories: vec![], ..answers(ledger, at) }
}

/// Every review in the small ledger, by position.
fn reviews(ledger: &Ledger) -> Vec<u64> {
    let lines = log(ledger);
    let is_review = |line: &&String| line.contains(r#""kind":"score_reviewed""#);
    let position = |line: &String| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["record"]["position"].as_u64().unwrap()
    };
    lines.iter().filter(is_review).map(position).collect()
}

/// The index that was kept, a fold without it, and a rebuilt one must tell the same.
#[track_caller]
fn assert_of_one_mind(dir: &TempDir, now: &Answers) {
    let mut kept = Ledger::open(dir.path()).unwrap();
    let end = kept.end().unwrap().head.position;
    assert_eq!(&without_histories(&mut kept, At::default()), now, "another process");
    assert_eq!(&without_histories(&mut kept, at(end)), now, "a fold of the journal");
    let rebuilt = kept.rebuild(&mut |_| {}).unwrap();
    let digest = |bookmark: ledger::Bookmark| bookmark.digest;
    assert_eq!(rebuilt.before.map(digest), Some(rebuilt.after.digest), "the rows, byte by byte");
    assert_eq!(&without_histories(&mut kept, At::default()), now, "a rebuilt index");
    drop(kept);
    assert_sound(dir.path());
}

#[test]
fn what_is_void_counts_nowhere_and_comes_back_whole() {
    let dir = small();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let before = without_histories(&mut ledger, At::default());
    let all = reviews(&ledger);
    let last = ledger.end().unwrap().head.position;
    let (first, _) =
        record(&mut ledger, &all.iter().map(|at| strike(*at)).collect::<Vec<_>>(), &minute(60));
    let void = without_histories(&mut ledger, At::default());
    assert!(void.reviews.is_empty() && !before.reviews.is_empty(), "{:?}", void.reviews);
    assert_ne!(void.scores, before.scores);
    assert_of_one_mind(&dir, &void);
    assert_eq!(without_histories(&mut ledger, at(last)), before, "what was known before");

    let mut ledger = Ledger::open(dir.path()).unwrap();
    let undone: Vec<_> = (first..first + all.len() as u64).rev().map(strike).collect();
    record(&mut ledger, &undone, &minute(61));
    let after = without_histories(&mut ledger, At::default());
    assert_eq!(after, before, "as if nothing had been");
    assert_of_one_mind(&dir, &after);
}

/// A strike-out of some reviews must leave what a ledger without them would have; only positions
/// tell which of the two it is.
#[test]
fn it_is_as_if_the_record_had_never_been() {
    let build = |without: Option<usize>| {
        let dir = TempDir::new().unwrap();
        let mut ledger = begin(dir.path());
        let known = [register(1), import(1, "2024-05", "formal")];
        record(&mut ledger, &known, &minute(1));
        let scores = [(2_u64, "2025-01-01"), (1, "2025-01-02"), (4, "2025-01-03")];
        let mut positions = vec![];
        for (nth, (score, on)) in scores.into_iter().enumerate() {
            if without != Some(nth) {
                let reviewed = [review(1, "safeguarding", score, on)];
                positions.push(record(&mut ledger, &reviewed, &minute(2 + nth as u64)).0);
            }
        }
        (dir, ledger, positions)
    };
    let plain = |ledger: &mut Ledger| {
        let all = without_histories(ledger, At::default());
        let strip = |row: &String| {
            let mut row: serde_json::Value = serde_json::from_str(row).unwrap();
            row.as_object_mut().unwrap().remove("position");
            row.to_string()
        };
        [all.ratings, all.scores, all.moves, all.reviews]
            .concat()
            .iter()
            .map(strip)
            .collect::<Vec<_>>()
    };
    for nth in 0..3 {
        let (_dir, mut without, _) = build(Some(nth));
        let (_other, mut struck, positions) = build(None);
        record(&mut struck, &[strike(positions[nth])], &minute(9));
        assert_eq!(plain(&mut struck), plain(&mut without), "review {nth}");
    }
}

#[test]
fn a_decision_rests_on_what_is_in_force() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    let known =
        [register(1), import(1, "2024-05", "formal"), review(1, "safeguarding", 1, "2026-01-05")];
    let (_, position) = record(&mut ledger, &known, &minute(1));
    // Another process has the record in mind when it is struck out here.
    let mut other = Ledger::open(dir.path()).unwrap();
    let try_earlier = review(1, "safeguarding", 3, "2026-01-01");
    let refused = |outcomes: &[Outcome]| match outcomes {
        [Outcome::Refused(rejection)] => rejection.code() == "review_before_latest",
        _ => false,
    };
    let tried = with_caller(&minute(2), false, |caller| {
        other.submit(std::slice::from_ref(&try_earlier), Mode::DryRun, caller).unwrap()
    });
    assert!(refused(&tried.outcomes), "{tried:?}");
    record(&mut ledger, &[strike(position)], &minute(3));
    // Without the review of the fifth, one of the first is in order.
    record(&mut other, &[try_earlier], &minute(4));
    assert_sound(dir.path());
}

/// What is struck out within a batch was not stored when that was decided.
#[test]
fn a_record_can_be_struck_out_in_its_own_batch() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    record(&mut ledger, &[register(1), import(1, "2024-05", "formal")], &minute(1));
    let next = ledger.end().unwrap().head.position + 1;
    let other = json!({"position": next, "reason": "duplicate", "struck_on": "2026-05-17"});
    let again = submission("strike_out", &other);
    let batch = [
        review(1, "safeguarding", 1, "2026-01-05"),
        strike(next),
        review(1, "safeguarding", 3, "2026-01-01"),
        again,
        strike(next + 9),
    ];
    let outcomes = submit(&mut ledger, &batch, &minute(2));
    let code = |outcome: &Outcome| match outcome {
        Outcome::Recorded { .. } => "recorded",
        Outcome::Refused(rejection) => rejection.code(),
        other => panic!("{other:?}"),
    };
    let codes: Vec<_> = outcomes.iter().map(code).collect();
    let expected = ["recorded", "recorded", "recorded", "struck_out_already", "record_unknown"];
    assert_eq!(codes, expected);
    let now = without_histories(&mut ledger, At::default());
    assert_eq!(now.reviews.len(), 1);
    assert_of_one_mind(&dir, &now);
}

/// The public saw the date of a review that was made in error: it must go, and nothing else.
#[test]
fn a_void_review_shows_no_date_to_the_public() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    record(&mut ledger, &[register(1), import(1, "2024-05", "formal")], &minute(1));
    let public = At { audience: Audience::Public, ..At::default() };
    let before = without_histories(&mut ledger, public);
    let score = |score| review(1, "safeguarding", score, "2025-01-01");
    let mut shown = vec![];
    for nth in 1..=4 {
        let (position, _) = record(&mut ledger, &[score(nth)], &minute(1 + nth));
        shown.push(without_histories(&mut ledger, public));
        record(&mut ledger, &[strike(position)], &minute(1 + nth));
        assert_eq!(without_histories(&mut ledger, public), before, "score {nth}");
    }
    assert_eq!(shown.iter().filter(|pages| **pages != before).count(), 1, "one score is public");
}

#[test]
fn what_a_strike_out_changes_is_told_before() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    record(&mut ledger, &[register(1), import(1, "2024-05", "formal")], &minute(1));
    let today = "2026-05-17".parse().unwrap();
    let (position, _) =
        record(&mut ledger, &[review(1, "safeguarding", 1, "2026-01-05")], &minute(2));
    let changes = ledger.preview(position, today).unwrap();
    let told: Vec<_> =
        changes.iter().map(|change| (change.what, change.subject.as_str())).collect();
    for (what, subject) in [
        ("score", "safeguarding in X99000001-2024-a"),
        ("owed", "publication of X99000001-2024-a"),
        ("owed", "section 50 letter about X99000001-2024-a to the Secretary of State"),
    ] {
        assert!(told.contains(&(what, subject)), "{told:?}");
    }
    record(&mut ledger, &[strike(position)], &minute(3));
    let raised = ledger.raised_in_error(At::default()).unwrap();
    let raised: Vec<_> = raised.iter().map(|it| (it.statement.as_str(), it.by)).collect();
    assert_eq!(raised, [("safeguarding", position + 1)]);
    assert!(ledger.raised_in_error(at(position)).unwrap().is_empty(), "not known then");
}
