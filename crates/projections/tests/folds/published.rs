//! What was published comes out as it went in.

use super::*;
use assessment::scoring::Rating;

const PUBLISHED: &str = include_str!("../../../assessment/tests/tables/published.csv");

struct Row {
    code: &'static str,
    rating: Rating,
    score: Option<u8>,
    scores: Vec<u8>,
}

fn published() -> Vec<Row> {
    let lines = PUBLISHED.lines().filter(|line| !line.starts_with('#')).skip(1);
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split(',').collect();
        Row {
            code: cells[0],
            rating: cells[1].parse().expect("a rating"),
            score: cells[2].parse().ok(),
            scores: cells[3].bytes().map(|digit| digit - b'0').collect(),
        }
    };
    lines.map(row).collect()
}

#[test]
fn every_published_rating_and_score_comes_out_as_published() {
    let rows = published();
    assert_eq!(rows.len(), 50);
    let world = World::after(rows.iter().map(|row| {
        let score = row.score.map_or(Value::Null, |score| json!(score));
        import(json!({
            "organisation": row.code, "rating": row.rating, "score": score, "scores": row.scores,
        }))
    }));
    for row in rows {
        let overall = &world.ratings(row.code)[0];
        assert_eq!(overall.rating, Some(row.rating), "{}", row.code);
        assert_eq!(overall.published_rating, overall.rating, "{}", row.code);
        let published_score = overall.published_score.map(|score| score.get());
        assert_eq!(published_score, row.score, "{}", row.code);
        if row.score.is_some() {
            assert_eq!(overall.score, overall.published_score, "{}", row.code);
        }
        assert_eq!(overall.status.as_str(), "awarded");
        assert_eq!(overall.flags.to_string(), "");
        for (cell, given) in world.scores(row.code).iter().zip(row.scores) {
            assert_eq!(cell.score.map(|score| score.get()), Some(given));
            assert_eq!(cell.published_score, cell.score);
            assert_eq!((cell.reviewed_on, cell.changed_on), (None, None));
        }
    }
}

#[test]
fn a_first_award_comes_from_nothing_and_a_theme_of_an_authority_is_not_published() {
    let mut world = World::default();
    let moves = world.moves(&import(json!({})));
    assert_eq!(moves.len(), 1 + 4 + 9);
    assert_eq!(moves[0], "overall: - > G made");
    assert_eq!(moves[4], "working-with-people: - > G none");
    assert_eq!(moves[5], "assessing-needs: - > RI made");
    let unseen = moves.iter().filter(|line| line.ends_with("none")).count();
    assert_eq!(unseen, 4);
    for moved in &world.rows[&COUNTY.parse().expect("a code")].transitions {
        assert_eq!(moved.occurred_on.to_string(), "2024-05-17");
        let published = moved.publication == projections::Publication::Made;
        assert_eq!(moved.published_on, published.then_some(moved.occurred_on));
    }
}

#[test]
fn a_theme_of_a_system_is_published() {
    let mut world = World::default();
    let moves = world.moves(&import_system());
    assert_eq!(moves.len(), 1 + 3 + 17);
    assert!(moves.iter().all(|line| line.ends_with(": - > G made")), "{moves:?}");
}

#[test]
fn a_rating_row_tells_how_far_the_next_one_is() {
    let world = World::after([import(json!({"date": null}))]);
    let rows = world.ratings(COUNTY);
    let levels: Vec<&str> = rows.iter().map(|row| row.level.as_str()).collect();
    assert_eq!(levels, ["overall", "theme", "theme", "theme", "theme"]);
    let overall = &rows[0];
    assert_eq!(overall.score.map(|score| score.get()), Some(64));
    assert_eq!((overall.percent_to_next_up, overall.percent_to_next_down), (Some(24), Some(2)));
    assert_eq!((overall.marks_to_next_up, overall.marks_to_next_down), (Some(9), Some(1)));
    assert_eq!(overall.band_half.map(|half| half.as_str()), Some("lower"));
    assert_eq!(overall.published_on.map(|on| on.to_string()), Some("2024-05".to_owned()));
    assert_eq!((overall.published_score, overall.reviewed_on), (None, None));
    assert_eq!(overall.position, Some(2));
}

/// Amending a body, or a merger, changes what is shown of it and no score.
#[test]
fn what_is_known_of_a_body_shows_in_every_row() {
    let mut world = World::after([import(json!({}))]);
    let data = json!({"code": COUNTY, "name": "Exampleshire Council", "reason": "renamed"});
    let moves = world.moves(&command("amend_organisation", data, json!({})));
    assert_eq!(moves, [""; 0]);
    assert_eq!(world.ratings(COUNTY)[0].name.as_str(), "Exampleshire Council");
    assert_eq!(world.scores(COUNTY)[8].name.as_str(), "Exampleshire Council");
}

#[test]
fn an_invented_body_is_shown_as_invented_everywhere() {
    let data = json!({
        "code": "X99000009", "fictional": true, "kind": "local_authority", "name": "Exampleshire",
    });
    let here = json!({"organisation": "X99000009"});
    let world = World::after([
        command("register_organisation", data, json!({})),
        import(here.clone()),
        review(here),
    ]);
    let body = world.current("X99000009").0;
    let rows = &world.rows[&body.facts.code];
    let fictional = |flags: String| assert!(flags.contains("fictional"), "{flags:?}");
    world.ratings("X99000009").iter().for_each(|row| fictional(row.flags.to_string()));
    world.scores("X99000009").iter().for_each(|row| fictional(row.flags.to_string()));
    rows.reviewed.iter().for_each(|row| fictional(row.row(body).flags.to_string()));
    rows.transitions.iter().for_each(|row| fictional(row.row(body).flags.to_string()));
}

/// Scores from evidence categories and scores given for statements are not the same thing: a move
/// from one to the other must say so, wherever it is listed.
#[test]
fn a_move_between_methods_says_so() {
    let mut world = World::after([import(json!({}))]);
    let mut of = |month: &str, framework: &str| {
        let mut scores = GOOD;
        scores[0] = if framework == "la-2025" { 1 } else { 4 };
        let date = format!("{month}-10");
        world.moves(&import(json!({
            "date": date, "framework": framework, "month": month, "rating": "requires_improvement",
            "score": null, "scores": scores, "accept_disagreement": "as_published",
        })))
    };
    let same = of("2024-09", "la-2023");
    assert!(!same.is_empty() && same.iter().all(|it| !it.contains("other_method")), "{same:?}");
    let other = of("2025-09", "la-2025");
    assert!(!other.is_empty() && other.iter().all(|it| it.contains("other_method")), "{other:?}");
}
