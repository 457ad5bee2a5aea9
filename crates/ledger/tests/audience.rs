//! What the public is answered, through the whole ledger.
//!
//! Guards against the fear that a page tells something of what was not published, or that it tells
//! how much of that there is.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use common::{begin, code, import, minute, record, register, review};
use ledger::{AsOf, At, Audience, Error, Filter, Ledger, Question, Scope};
use serde_json::Value;
use tempfile::TempDir;

fn public() -> At {
    At { audience: Audience::Public, ..At::default() }
}

/// Every row that the public is answered with, as text.
fn pages(ledger: &mut Ledger, at: At) -> Vec<String> {
    let filter = Filter::default();
    let scope = Scope { reviewed: true, transitions: true, ..Scope::default() };
    let text = |rows: Vec<Value>| rows.iter().map(Value::to_string).collect::<Vec<_>>();
    let answer = |catalogue: &mut ledger::Catalogue| {
        let mut all = Vec::new();
        all.extend(catalogue.ratings(&filter)?.iter().map(value));
        all.extend(catalogue.scores(&filter)?.iter().map(value));
        all.extend(catalogue.moves(&filter)?.iter().map(value));
        all.extend(catalogue.reviews(&filter)?.iter().map(value));
        Ok(all)
    };
    text(ledger.ask(at, &Question { scope, answer: &answer }).unwrap())
}

fn value<T: serde::Serialize>(row: &T) -> Value {
    serde_json::to_value(row).unwrap()
}

fn published() -> (TempDir, Ledger) {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    let known = [register(1), import(1, "2024-05", "formal"), register(2)];
    record(&mut ledger, &known, &minute(1));
    (dir, ledger)
}

#[test]
fn a_review_that_moves_what_is_published_is_not_there_and_one_that_does_not_is_a_date() {
    let (_dir, mut ledger) = published();
    let before = pages(&mut ledger, public());
    assert!(!before.is_empty());
    let (_other, mut other) = published();
    // The published score of safeguarding is not 1 in any of the rows that are copied.
    record(&mut ledger, &[review(1, "safeguarding", 1, "2025-01-01")], &minute(2));
    assert_eq!(pages(&mut ledger, public()), before);

    let scores = |ledger: &mut Ledger| {
        let filter = Filter::default();
        let answer = |catalogue: &mut ledger::Catalogue| catalogue.scores(&filter);
        let scope = Scope::default();
        let rows = ledger.ask(public(), &Question { scope, answer: &answer }).unwrap();
        rows.into_iter().find(|row| row.statement.as_str() == "safeguarding").unwrap()
    };
    let same = u64::from(scores(&mut ledger).published_score.unwrap().get());
    for ledger in [&mut ledger, &mut other] {
        record(ledger, &[review(1, "safeguarding", same, "2025-02-02")], &minute(3));
        assert_eq!(scores(ledger).reviewed_on, Some("2025-02-02".parse().unwrap()));
    }
    assert_eq!(pages(&mut ledger, public()), pages(&mut other, public()));
}

#[test]
fn no_position_and_nobody_stands_in_a_public_row() {
    let (_dir, mut ledger) = published();
    let reviews = [
        review(1, "safeguarding", 1, "2025-01-01"),
        review(1, "assessing-needs", 2, "2025-01-02"),
        review(1, "assessing-needs", 3, "2025-01-03"),
    ];
    record(&mut ledger, &reviews, &minute(2));
    for row in pages(&mut ledger, public()) {
        let row: Value = serde_json::from_str(&row).unwrap();
        assert_eq!(row["position"], Value::Null, "{row}");
        assert!(row.get("by").is_none_or(Value::is_null), "{row}");
        assert!(!row.to_string().contains("p-0"), "{row}");
    }
}

#[test]
fn the_public_asks_about_days_only() {
    let (_dir, mut ledger) = published();
    let at = |as_of| At { as_of: Some(as_of), ..public() };
    let now = common::instant(&minute(1));
    for as_of in [AsOf::Position(1), AsOf::Instant(now)] {
        let filter = Filter::default();
        let answer = |catalogue: &mut ledger::Catalogue| catalogue.ratings(&filter);
        let question = Question { scope: Scope::default(), answer: &answer };
        let refused = ledger.ask(at(as_of), &question);
        assert!(matches!(refused, Err(Error::DatesOnly)), "{refused:?}");
    }
    let day = AsOf::Day("2026-05-17".parse().unwrap());
    assert_eq!(pages(&mut ledger, at(day)), pages(&mut ledger, public()));
}

#[test]
fn a_level_that_is_not_published_is_not_there() {
    let (_dir, mut ledger) = published();
    // An authority's themes have no published score or rating.
    let rows = pages(&mut ledger, public());
    assert!(rows.iter().all(|row| !row.contains("\"level\":\"theme\"")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("\"level\":\"overall\"")));
}

#[test]
fn what_is_not_published_is_not_there() {
    let (_dir, mut ledger) = published();
    let rows = pages(&mut ledger, public());
    assert!(rows.iter().all(|row| !row.contains(&code(2))), "a body without a publication");
}
