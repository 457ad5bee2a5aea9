//! After publication: a review that moves a published level must be published, and nothing else.

use super::*;

const CATEGORIES: [&str; 4] =
    ["people-experience", "staff-and-leader-feedback", "partner-feedback", "processes"];

fn overall(world: &World) -> (Option<String>, Option<u8>) {
    let row = &world.ratings(COUNTY)[0];
    (row.rating.map(|rating| rating.to_string()), row.score.map(|score| score.get()))
}

#[test]
fn a_review_that_changes_nothing_leaves_a_marker_and_no_move() {
    let mut world = World::after([import(json!({}))]);
    assert_eq!(world.moves(&review(json!({"score": 3}))), [""; 0]);
    let row = world.reviewed(COUNTY)[0].row(world.current(COUNTY).0);
    assert_eq!(row.outcome.map(|outcome| outcome.as_str()), Some("unchanged"));
    assert_eq!(row.score.map(|score| score.get()), Some(3));
    assert_eq!((row.by, row.position), (Some("p-001".parse().expect("a person")), Some(3)));
    let cell = world.score(COUNTY, HEALTHIER);
    assert_eq!(cell.reviewed_on.map(|on| on.to_string()), Some("2024-06-03".to_owned()));
    assert_eq!(cell.changed_on, None);
    assert_eq!(world.ratings(COUNTY)[0].reviewed_on, cell.reviewed_on);
}

#[test]
fn a_move_of_a_published_level_is_due() {
    let mut world = World::after([import(json!({}))]);
    let expected = [
        "overall: G > RI due".to_owned(),
        "working-with-people: G > RI none".to_owned(),
        format!("{HEALTHIER}: G > RI due"),
    ];
    assert_eq!(world.moves(&review(json!({}))), expected);
    assert_eq!(overall(&world), (Some("Requires improvement".to_owned()), Some(62)));
    let cell = world.score(COUNTY, HEALTHIER);
    assert_eq!(cell.score.map(|score| score.get()), Some(2));
    assert_eq!(cell.published_score.map(|score| score.get()), Some(3));
    assert_eq!(cell.changed_on.map(|on| on.to_string()), Some("2024-06-03".to_owned()));
    let row = &world.ratings(COUNTY)[0];
    assert_eq!(row.published_rating.map(|rating| rating.as_str()), Some("Good"));
    assert_eq!(world.outcomes(COUNTY), ["changed"]);
}

#[test]
fn a_move_taken_back_before_it_was_published_is_history() {
    let mut world = World::after([import(json!({})), review(json!({}))]);
    let expected = [
        "overall: RI > G none reverted".to_owned(),
        "working-with-people: RI > G none".to_owned(),
        format!("{HEALTHIER}: RI > G none reverted"),
    ];
    assert_eq!(world.moves(&review(json!({"score": 3}))), expected);
    assert_eq!(
        world.history("overall"),
        ["overall: - > G made", "overall: G > RI none reverted", "overall: RI > G none reverted"]
    );
    // And what is moved again is due again.
    world.ask(&review(json!({})));
    assert_eq!(world.history("overall").last().expect("a move"), "overall: G > RI due");
}

#[test]
fn several_unseen_moves_are_all_taken_back_together() {
    let mut world = World::after([import(json!({}))]);
    for score in [4, 1, 3] {
        world.ask(&review(json!({"score": score})));
    }
    let moves = ["- > G made", "G > O none reverted", "O > I none reverted", "I > G none reverted"];
    assert_eq!(world.history(HEALTHIER), moves.map(|moved| format!("{HEALTHIER}: {moved}")));
}

#[test]
fn where_only_a_comprehensive_assessment_moves_a_rating_a_review_waits() {
    let mut world = World::after([import(json!({"framework": "la-2025"}))]);
    let before = (world.ratings(COUNTY), world.scores(COUNTY));
    let expected = [
        "overall: G > RI waiting".to_owned(),
        "working-with-people: G > RI none".to_owned(),
        format!("{HEALTHIER}: G > RI waiting"),
    ];
    assert_eq!(world.moves(&review(json!({}))), expected);
    let (ratings, scores) = (world.ratings(COUNTY), world.scores(COUNTY));
    for (row, before) in ratings.iter().zip(&before.0) {
        assert_eq!((row.rating, row.score), (before.rating, before.score));
    }
    assert_eq!(ratings[0].flags.to_string(), "waiting");
    assert_eq!(ratings[1].flags.to_string(), "waiting");
    assert_eq!(ratings[2].flags.to_string(), "");
    assert_eq!((scores[1].score, scores[1].changed_on), (before.1[1].score, None));
    assert_eq!(scores[1].flags.to_string(), "waiting");
    assert_eq!(world.reviewed(COUNTY)[0].score.map(|score| score.get()), Some(2));

    world.ask(&review(json!({"score": 3})));
    assert_eq!(world.history("overall")[1], "overall: G > RI none reverted");
    assert_eq!(world.ratings(COUNTY)[0].flags.to_string(), "");
}

#[test]
fn a_theme_of_a_system_that_moves_is_due() {
    let mut world = World::after([import_system()]);
    let mut all = Vec::new();
    // Integration has three statements: 9 of 12 is Good, 7 of 12 is not.
    for (statement, score) in [
        ("safe-systems-pathways-and-transitions", 2),
        ("how-staff-teams-and-services-work-together", 2),
    ] {
        let further = json!({"organisation": SYSTEM, "score": score, "statement": statement});
        all.extend(world.moves(&review(further)));
    }
    assert_eq!(
        all,
        [
            "safe-systems-pathways-and-transitions: G > RI due",
            "integration: G > RI due",
            "how-staff-teams-and-services-work-together: G > RI due",
        ]
    );
}

#[test]
fn before_its_publication_an_assessment_is_work_in_progress() {
    let mut world = World::after(open(json!({"framework": "la-2025"})));
    let statements: Vec<String> =
        world.scores(COUNTY).iter().map(|row| row.statement.to_string()).collect();
    for statement in &statements {
        assert_eq!(overall(&world), (None, None));
        let moves = world.moves(&review(json!({
            "assessment": "X99000001-2025-a", "reviewed_on": "2025-03", "score": 3,
            "statement": statement,
        })));
        assert_eq!(moves, [""; 0]);
    }
    assert_eq!(overall(&world), (Some("Good".to_owned()), Some(75)));
    let row = &world.ratings(COUNTY)[0];
    assert_eq!((row.status.as_str(), row.published_rating), ("unrated", None));
    assert_eq!(row.flags.to_string(), "");
    assert_eq!(world.reviewed(COUNTY).len(), 9);
}

#[test]
fn category_scores_count_once_all_of_them_are_there() {
    let mut world = World::after(open(json!({})));
    let of = |category: &str, score: u8| {
        review(json!({
            "assessment": "X99000001-2025-a", "category": category, "reviewed_on": "2025-03",
            "score": score,
        }))
    };
    for (category, score) in CATEGORIES.iter().zip([2, 3, 3]) {
        world.ask(&of(category, score));
        let cell = world.score(COUNTY, HEALTHIER);
        assert_eq!((cell.score, cell.percent), (None, None));
    }
    world.ask(&of("processes", 2));
    // 10 of 16 is 62.5 %, which is 63 %, which is Good.
    let cell = world.score(COUNTY, HEALTHIER);
    assert_eq!(cell.percent.map(|percent| percent.get()), Some(63));
    assert_eq!(cell.score.map(|score| score.get()), Some(3));
    assert_eq!(cell.rating.map(|rating| rating.as_str()), Some("Good"));
    // The percentage can move within the level: the category that was reviewed has changed.
    world.ask(&of("processes", 4));
    assert_eq!(world.score(COUNTY, HEALTHIER).percent.map(|percent| percent.get()), Some(75));
    world.ask(&of("processes", 4));
    assert_eq!(
        world.outcomes(COUNTY),
        ["changed", "changed", "changed", "changed", "changed", "unchanged"]
    );
}

#[test]
fn an_imported_score_stays_until_its_categories_are_complete() {
    let mut world = World::after([import(json!({}))]);
    for category in &CATEGORIES[..3] {
        assert_eq!(world.moves(&review(json!({"category": category}))), [""; 0]);
        assert_eq!(world.score(COUNTY, HEALTHIER).score.map(|score| score.get()), Some(3));
    }
    let moves = world.moves(&review(json!({"category": "processes"})));
    assert_eq!(moves[0], "overall: G > RI due");
    assert_eq!(world.score(COUNTY, HEALTHIER).percent.map(|percent| percent.get()), Some(50));
}

#[test]
fn a_review_in_an_older_assessment_is_history_and_moves_nothing() {
    let mut world = World::after([
        import(json!({})),
        import(json!({"date": null, "month": "2023-11", "programme": "pilot"})),
    ]);
    let before = world.ratings(COUNTY);
    let moves = world.moves(&review(json!({"assessment": "X99000001-2023-a"})));
    assert_eq!(moves, [""; 0]);
    assert_eq!(world.ratings(COUNTY), before);
    assert_eq!(world.reviewed(COUNTY).len(), 1);
}

/// A newer assessment that is only open displaces nothing that the public sees.
#[test]
fn an_opened_assessment_does_not_stand_for_the_published_one() {
    let mut world = World::after([import(json!({}))]);
    let [_, _, open] = open(json!({}));
    let before = world.ratings(COUNTY);
    assert_eq!(world.moves(&open), [""; 0]);
    assert_eq!(world.ratings(COUNTY), before);
}
