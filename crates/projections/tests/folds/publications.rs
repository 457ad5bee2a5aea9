//! Publications that follow, contradict or correct each other.

use super::*;

/// 22 of 36: 62 %, Requires improvement; [`HEALTHIER`] has 2.
const BELOW: [u8; 9] = [2, 2, 3, 3, 3, 2, 2, 3, 2];

fn below(further: Value) -> Command {
    let mut members = json!({"rating": "requires_improvement", "scores": BELOW});
    for (name, value) in further.as_object().expect("members are an object") {
        members[name] = value.clone();
    }
    import(members)
}

fn later(further: Value) -> Value {
    let mut members = json!({"date": "2025-03-10", "month": "2025-03"});
    for (name, value) in further.as_object().expect("members are an object") {
        members[name] = value.clone();
    }
    members
}

#[test]
fn a_disagreement_is_no_move_and_owes_nothing_until_a_record_moves_the_level() {
    let accepted = json!({"rating": "requires_improvement", "accept_disagreement": "as_published"});
    let mut world = World::after([import(accepted)]);
    assert_eq!(world.history("overall"), ["overall: - > RI made disagreement"]);
    let row = &world.ratings(COUNTY)[0];
    assert_eq!(row.rating.map(|rating| rating.as_str()), Some("Good"));
    assert_eq!(row.published_rating.map(|rating| rating.as_str()), Some("Requires improvement"));
    assert_eq!(row.flags.to_string(), "disagreement");
    // A review that leaves the computed level where it was.
    assert_eq!(world.moves(&review(json!({"score": 3}))), [""; 0]);
    // One that moves it to what was published: nothing was owed, so nothing is taken back.
    assert_eq!(world.moves(&review(json!({})))[0], "overall: G > RI none disagreement");
    // And one that moves it away: now it is owed.
    assert_eq!(world.moves(&review(json!({"score": 3})))[0], "overall: RI > G due disagreement");
}

/// The next publication moves the rating that the public saw, not the one it never saw.
#[test]
fn after_a_disagreement_the_next_publication_starts_from_what_was_published() {
    let accepted = || {
        let further = json!({
            "rating": "requires_improvement", "accept_disagreement": "as_published",
        });
        World::after([import(further)])
    };
    assert_eq!(accepted().moves(&import(later(json!({}))))[0], "overall: RI > G made");
    let mut world = accepted();
    world.ask(&below(later(json!({}))));
    assert_eq!(world.history("overall"), ["overall: - > RI made disagreement"]);
}

#[test]
fn a_partial_import_has_a_rating_and_no_figures() {
    let mut world = World::default();
    let partial = json!({"partial": true, "score": 64, "scores": null});
    assert_eq!(world.moves(&import(partial)), ["overall: - > G made partial"]);
    let row = &world.ratings(COUNTY)[0];
    assert_eq!((row.rating, row.score, row.band_half), (None, None, None));
    assert_eq!(row.published_rating.map(|rating| rating.as_str()), Some("Good"));
    assert_eq!(row.published_score.map(|score| score.get()), Some(64));
    assert_eq!((row.status.as_str(), row.flags.to_string().as_str()), ("awarded", "partial"));
    assert!(
        world.scores(COUNTY).iter().all(|row| row.score.is_none() && row.published_on.is_none())
    );
}

#[test]
fn a_partial_import_is_computed_once_every_cell_is_scored() {
    let partial = json!({"partial": true, "scores": null});
    let mut world = World::after([import(partial)]);
    let statements: Vec<String> =
        world.scores(COUNTY).iter().map(|row| row.statement.to_string()).collect();
    for (statement, score) in statements.iter().zip(BELOW) {
        assert_eq!(world.ratings(COUNTY)[0].rating, None);
        world.ask(&review(json!({"score": score, "statement": statement})));
    }
    assert_eq!(world.ratings(COUNTY)[0].rating.map(|r| r.as_str()), Some("Requires improvement"));
    assert_eq!(world.history("overall")[1..], ["overall: G > RI due partial"]);
    assert_eq!(
        world.history("assessing-needs"),
        ["assessing-needs: - > RI due partial"],
        "the public saw a score, but nobody here knows which"
    );
}

#[test]
fn a_formal_rating_after_an_indicative_one_is_a_first_award() {
    let pilot = json!({"date": "2023-11-17", "month": "2023-11", "programme": "pilot"});
    let mut world = World::after([import(pilot)]);
    assert_eq!(world.ratings(COUNTY)[0].status.as_str(), "indicative");
    assert_eq!(world.moves(&review(json!({})))[0], "overall: G > RI due indicative");
    let moves = world.moves(&below(json!({})));
    assert_eq!(moves.len(), 1 + 4 + 9);
    assert!(moves.iter().all(|line| line.contains(": - > ")), "{moves:?}");
    assert_eq!(world.ratings(COUNTY)[0].status.as_str(), "awarded");
    // What was owed under the pilot has been answered.
    assert_eq!(
        world.history("overall"),
        [
            "overall: - > G made indicative",
            "overall: G > RI made indicative",
            "overall: - > RI made"
        ]
    );
}

#[test]
fn an_older_publication_displaces_nothing() {
    let mut world = World::after([import(json!({})), review(json!({}))]);
    let before = (world.ratings(COUNTY), world.scores(COUNTY), world.history("overall"));
    for programme in ["pilot", "formal"] {
        let older = json!({"date": null, "month": "2023-11", "programme": programme});
        assert_eq!(world.moves(&below(older)), [""; 0]);
    }
    let after = (world.ratings(COUNTY), world.scores(COUNTY), world.history("overall"));
    assert_eq!(after, before);
    assert_eq!(world.standing("X99000001-2023-a").cells.len(), 9);
}

#[test]
fn a_newer_publication_says_what_moved() {
    let mut world = World::after([import(json!({}))]);
    let expected = [
        "overall: G > RI made".to_owned(),
        "working-with-people: G > RI none".to_owned(),
        format!("{HEALTHIER}: G > RI made"),
    ];
    assert_eq!(world.moves(&below(later(json!({})))), expected);
    assert_eq!(world.ratings(COUNTY)[0].assessment.as_str(), "X99000001-2025-a");
}

#[test]
fn a_newer_publication_answers_what_was_owed() {
    let mut seen = World::after([import(json!({})), review(json!({}))]);
    assert_eq!(seen.moves(&below(later(json!({})))), [""; 0], "moved when it was reviewed");
    assert_eq!(seen.history("overall"), ["overall: - > G made", "overall: G > RI made"]);
    let transitions = &seen.rows[&COUNTY.parse().expect("a code")].transitions;
    let published_on = transitions.last().expect("a move").published_on;
    assert_eq!(published_on.map(|on| on.to_string()), Some("2025-03-10".to_owned()));

    let mut dropped = World::after([import(json!({})), review(json!({}))]);
    assert_eq!(dropped.moves(&import(later(json!({}))))[0], "overall: RI > G made");
    assert_eq!(dropped.history("overall")[1], "overall: G > RI none reverted");
}

/// The same move must not be told twice, once as waiting and once as made.
#[test]
fn a_comprehensive_assessment_publishes_what_waited() {
    let here = json!({"framework": "la-2025"});
    let mut world = World::after([import(here.clone()), review(json!({}))]);
    assert_eq!(world.moves(&below(later(here))), [""; 0]);
    assert_eq!(world.history("overall"), ["overall: - > G made", "overall: G > RI made"]);
    assert_eq!(world.ratings(COUNTY)[0].flags.to_string(), "");
}

#[test]
fn a_corrected_import_corrects_what_was_never_reviewed() {
    let mut world = World::after([import(json!({}))]);
    let moves = world.moves(&below(json!({"replace": "typing_error"})));
    assert_eq!(moves[0], "overall: G > RI made corrected");
    assert_eq!(moves[2], format!("{HEALTHIER}: G > RI made corrected"));
    assert_eq!(moves.len(), 3);
    let row = &world.ratings(COUNTY)[0];
    assert_eq!(row.rating, row.published_rating);
    assert_eq!(world.score(COUNTY, HEALTHIER).score.map(|score| score.get()), Some(2));
}

#[test]
fn a_corrected_import_keeps_the_reviews_and_what_is_due() {
    let mut world = World::after([import(json!({})), review(json!({}))]);
    let source = json!({"replace": "source_corrected", "source": "https://example.org/report"});
    assert_eq!(world.moves(&import(source)), [""; 0]);
    assert_eq!(world.history("overall")[1], "overall: G > RI due");
    assert_eq!(world.score(COUNTY, HEALTHIER).score.map(|score| score.get()), Some(2));
    assert_eq!(world.reviewed(COUNTY).len(), 1);
}

#[test]
fn a_correction_to_what_was_reviewed_leaves_nothing_due() {
    // Two unseen moves of the statement; the second is what had been published all along.
    let mut world = World::after([import(json!({}))]);
    world.ask(&review(json!({"score": 1})));
    world.ask(&review(json!({})));
    world.ask(&below(json!({"replace": "typing_error"})));
    assert_eq!(
        world.history(HEALTHIER),
        ["- > G made", "G > I none reverted", "I > RI made", "G > RI made corrected"]
            .map(|moved| format!("{HEALTHIER}: {moved}"))
    );
    assert!(world.history("overall").iter().all(|line| !line.contains("due")));
}

/// Reviewed and confirmed, and then it turns out that another score had been published.
#[test]
fn a_correction_away_from_what_was_reviewed_is_due() {
    let mut world = World::after([import(json!({})), review(json!({"score": 3}))]);
    world.ask(&below(json!({"replace": "typing_error"})));
    assert_eq!(
        world.history(HEALTHIER)[1..],
        ["G > RI made corrected", "RI > G due corrected"]
            .map(|moved| format!("{HEALTHIER}: {moved}"))
    );
    assert_eq!(world.history("overall").last().expect("a move"), "overall: RI > G due corrected");
    let row = &world.ratings(COUNTY)[0];
    assert_eq!(row.rating.map(|rating| rating.as_str()), Some("Good"));
    let transitions = &world.rows[&COUNTY.parse().expect("a code")].transitions;
    assert_eq!(transitions.last().expect("a move").occurred_on.to_string(), "2024-06-03");
}

/// One category score is no judgement of the statement.
#[test]
fn a_correction_reaches_a_cell_whose_categories_are_incomplete() {
    let category = json!({"category": "processes", "score": 3});
    let mut world = World::after([import(json!({})), review(category)]);
    world.ask(&below(json!({"replace": "typing_error"})));
    let cell = world.score(COUNTY, HEALTHIER);
    assert_eq!(cell.score.map(|score| score.get()), Some(2));
    assert_eq!(cell.score, cell.published_score);
}

/// What waits is not in force, so what is in force is what was published.
#[test]
fn a_correction_reaches_the_score_in_force_while_a_review_waits() {
    let here = json!({"framework": "la-2025"});
    let mut world = World::after([import(here), review(json!({"score": 4}))]);
    world.ask(&below(json!({"framework": "la-2025", "replace": "typing_error"})));
    let cell = world.score(COUNTY, HEALTHIER);
    assert_eq!(cell.score.map(|score| score.get()), Some(2));
    assert_eq!(cell.flags.to_string(), "waiting");
    let row = &world.ratings(COUNTY)[0];
    assert_eq!(row.rating, row.published_rating);
}

/// Two publications of one month, and the corrected day changes which of them is the later.
#[test]
fn a_corrected_day_can_change_which_publication_counts() {
    let mut world = World::after([
        import(json!({"date": "2024-05-10"})),
        below(json!({"date": "2024-05-20", "programme": "pilot"})),
    ]);
    assert_eq!(world.ratings(COUNTY)[0].status.as_str(), "indicative");
    let moves = world.moves(&below(json!({
        "date": "2024-05-03", "programme": "pilot", "replace": "source_corrected",
    })));
    assert_eq!(moves[0], "overall: - > G made corrected");
    assert_eq!(world.ratings(COUNTY)[0].status.as_str(), "awarded");
}
