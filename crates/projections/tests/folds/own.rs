//! An assessment of this ledger, from its scores over the panel to its publication.
//!
//! Guards against the fear that a panel's score hides the scorer's, that a score looks newer than
//! the evidence behind it, or that a cancelled assessment stands for the published one.

use super::*;
use assessment::Need;
use assessment::event::PublicationMade;
use steps::{Step, content};

const NEEDS: &str = "assessing-needs";
const SCORED: Step<'_> =
    Step { body: COUNTY, framework: "la-2025", on: "2025-03-03", scores: &[3], adjusted: None };

fn before_panel(step: Step<'_>) -> World {
    let mut world = attempts::prepared();
    step.take_until(&mut world, |need| matches!(need, Need::Panel | Need::Draft { .. }));
    world
}

fn published(step: Step<'_>) -> World {
    let mut world = attempts::prepared();
    while step.take(&mut world) {}
    world
}

fn text(date: Option<assessment::PartialDate>) -> Option<String> {
    date.map(|date| date.to_string())
}

fn numbers(row: &ScoresRow) -> (Option<u8>, Option<u8>, Option<u8>) {
    let number = |score: Option<assessment::scoring::Score>| score.map(|score| score.get());
    (number(row.score), number(row.scorer_score), row.percent.map(|percent| percent.get()))
}

#[test]
fn a_panels_score_counts_and_the_scorers_own_stays_beside_it() {
    let mut world = before_panel(SCORED);
    Step { on: "2025-04-01", adjusted: Some(2), ..SCORED }.take(&mut world);
    let row = world.score(COUNTY, NEEDS);
    assert_eq!(numbers(&row), (Some(2), Some(3), None));
    assert_eq!(text(row.changed_on), Some("2025-04-01".to_owned()));
    assert_eq!(text(row.reviewed_on), Some("2025-03-03".to_owned()));
    assert_eq!(text(row.evidence_on), Some("2025-03-03".to_owned()));
    let confirmed = world.score(COUNTY, HEALTHIER);
    assert_eq!(numbers(&confirmed), (Some(3), None, None));
    assert_eq!(text(confirmed.changed_on), Some("2025-03-03".to_owned()));
    assert_eq!(row.position, confirmed.position, "the panel looked at both");
    // A panel reviews nothing, and before the first publication nothing moves.
    assert_eq!(world.reviewed(COUNTY).len(), 9);
    assert_eq!(world.history("overall"), [""; 0]);
    assert_eq!(world.ratings(COUNTY)[0].score.map(|score| score.get()), Some(73));

    let again = json!({
        "assessment": "X99000001-2025-a", "by": "p-002", "reviewed_on": "2025-04-02", "score": 2,
        "statement": NEEDS,
    });
    world.ask(&review(again));
    let row = world.score(COUNTY, NEEDS);
    assert_eq!((numbers(&row), row.evidence_on), ((Some(2), None, None), None));
}

#[test]
fn a_panel_adjusts_a_category_and_the_statement_follows() {
    // 10 of 16 is 63 %, Good; with one mark less it is 57 %, Requires improvement.
    let step = Step { framework: "la-2023", scores: &[2, 3, 3, 2], ..SCORED };
    let mut world = before_panel(step);
    assert_eq!(numbers(&world.score(COUNTY, NEEDS)), (Some(3), None, Some(63)));
    Step { on: "2025-04-01", adjusted: Some(1), ..step }.take(&mut world);
    let row = world.score(COUNTY, NEEDS);
    assert_eq!(numbers(&row), (Some(2), Some(3), Some(57)));
    assert_eq!(text(row.changed_on), Some("2025-04-01".to_owned()));
    assert_eq!(text(row.reviewed_on), Some("2025-03-03".to_owned()));
    assert_eq!(world.reviewed(COUNTY).len(), 36);
}

/// A statement must not seem to have changed because its categories were entered one by one.
#[test]
fn what_a_panel_takes_from_one_category_and_gives_to_another_changes_nothing() {
    let mut world = before_panel(Step { framework: "la-2023", scores: &[2, 3, 3, 2], ..SCORED });
    let members =
        json!([{"person": "p-010", "side": "internal"}, {"person": "p-011", "side": "external"}]);
    world.ask(&command(
        "convene_panel",
        json!({
            "assessments": ["X99000001-2025-a"], "convened_on": "2025-04-01", "members": members,
        }),
        json!({}),
    ));
    let adjust = |category: &str, score: u8| {
        json!({
            "category": category, "reason": "evidence", "score": score, "statement": NEEDS,
            "text": content(1),
        })
    };
    world.ask(&command(
        "decide_panel",
        json!({
            "adjustments": [adjust("people-experience", 1), adjust("processes", 3)],
            "assessment": "X99000001-2025-a", "decided_on": "2025-04-01", "panel": "2025-a",
        }),
        json!({}),
    ));
    let row = world.score(COUNTY, NEEDS);
    assert_eq!(numbers(&row), (Some(3), None, Some(63)));
    assert_eq!(text(row.changed_on), Some("2025-03-03".to_owned()));
}

/// Of several categories the newest evidence counts; an older piece entered later does not.
#[test]
fn a_score_is_as_old_as_the_newest_evidence_behind_it() {
    let step = Step { framework: "la-2023", ..SCORED };
    let mut world = before_panel(step);
    assert_eq!(text(world.score(COUNTY, NEEDS).evidence_on), Some("2025-03-03".to_owned()));
    world.ask(&command(
        "submit_evidence",
        json!({
            "category": "processes", "collected_on": "2025-01", "content": content(200),
            "method": "documents", "organisations": [COUNTY], "origin": "held",
            "received_on": "2025-03-05", "setting": "off_site", "source": "assessed_body",
        }),
        json!({}),
    ));
    let evidence = world.state.evidence_of(COUNTY.parse().expect("a code")).len();
    let evidence = json!([format!("{COUNTY}-e{evidence}")]);
    world.ask(&command(
        "use_evidence",
        json!({
            "assessment": "X99000001-2025-a", "evidence": evidence, "used_on": "2025-03-05",
        }),
        json!({}),
    ));
    let of = |category: &str, evidence: Value| {
        review(json!({
            "assessment": "X99000001-2025-a", "category": category, "evidence": evidence,
            "reviewed_on": "2025-03-06", "score": 3, "statement": NEEDS,
        }))
    };
    world.ask(&of("processes", evidence));
    assert_eq!(text(world.score(COUNTY, NEEDS).evidence_on), Some("2025-03-03".to_owned()));
    for category in ["people-experience", "staff-and-leader-feedback", "partner-feedback"] {
        world.ask(&of(category, json!([])));
    }
    assert_eq!(text(world.score(COUNTY, NEEDS).evidence_on), Some("2025-01".to_owned()));
}

/// What waits is not in force, so its evidence is not that of the score shown.
#[test]
fn the_evidence_shown_is_that_of_the_score_in_force() {
    let mut world = published(SCORED);
    world.ask(&review(json!({"reviewed_on": "2025-06-02", "score": 2})));
    let row = world.score(COUNTY, HEALTHIER);
    assert_eq!((row.flags.to_string().as_str(), numbers(&row).0), ("waiting", Some(3)));
    assert_eq!(text(row.evidence_on), Some("2025-03-03".to_owned()));
    world.ask(&review(json!({"reviewed_on": "2025-06-03", "score": 3})));
    assert_eq!(world.score(COUNTY, HEALTHIER).evidence_on, None);
}

#[test]
fn a_first_publication_makes_every_published_level_public() {
    let world = published(Step { body: SYSTEM, framework: "ics-2023", ..SCORED });
    let moves = &world.rows[&SYSTEM.parse().expect("a code")].transitions;
    assert_eq!(moves.len(), 1 + 3 + 17);
    assert_eq!(in_short(&moves[0]), "overall: - > G made");
    assert!(moves.iter().all(|moved| in_short(moved).ends_with(": - > G made")));
    for row in world.ratings(SYSTEM) {
        assert_eq!(row.status.as_str(), "awarded");
        assert_eq!(row.published_rating.map(|rating| rating.as_str()), Some("Good"));
        assert_eq!((row.published_rating, row.published_score), (row.rating, row.score));
        assert_eq!(text(row.published_on), Some("2025-03-03".to_owned()));
    }
    assert!(world.scores(SYSTEM).iter().all(|row| row.published_score == row.score));
}

#[test]
fn a_theme_of_an_authority_is_published_with_no_figure() {
    let world = published(SCORED);
    let rows = world.ratings(COUNTY);
    assert_eq!(rows[0].published_score.map(|score| score.get()), Some(75));
    assert!(
        rows[1..].iter().all(|row| (row.published_rating, row.published_score) == (None, None))
    );
    assert_eq!(world.history("working-with-people"), ["working-with-people: - > G none"]);
}

#[test]
fn after_its_publication_an_assessment_is_reviewed_like_an_imported_one() {
    let mut world = published(Step { framework: "la-2023", ..SCORED });
    let of = |score: u8| {
        review(json!({
            "category": "processes", "reviewed_on": "2025-06-02", "score": score,
        }))
    };
    // 10 of 16 is 63 %, Good; 9 of 16 is not reached by one category.
    assert_eq!(world.moves(&of(1)), [""; 0]);
    let staff = json!({"category": "partner-feedback", "reviewed_on": "2025-06-02", "score": 2});
    assert_eq!(world.moves(&review(staff)), [format!("{HEALTHIER}: G > RI due")]);
    assert_eq!(numbers(&world.score(COUNTY, HEALTHIER)), (Some(2), None, Some(57)));
}

#[test]
fn a_later_assessment_moves_what_was_published_before() {
    let mut world = attempts::prepared();
    world.ask(&import(json!({"framework": "la-2025"})));
    world.ask(&review(json!({"score": 2})));
    while (Step { scores: &[2, 2, 3, 3, 3, 2, 2, 3, 2], ..SCORED }).take(&mut world) {}
    // What waited was published with it; nothing else moved.
    let expected = ["overall: - > G made", "overall: G > RI made"];
    assert_eq!(world.history("overall"), expected);
    assert_eq!(world.ratings(COUNTY)[0].assessment.as_str(), "X99000001-2025-a");
    assert_eq!(world.ratings(COUNTY)[0].flags.to_string(), "");
}

#[test]
fn a_cancelled_assessment_stands_for_nothing() {
    let cancel = |id: &str| {
        let data = json!({"assessment": id, "cancelled_on": "2025-03-12", "reason": "postponed"});
        command("cancel_assessment", data, json!({}))
    };
    let mut world = before_panel(SCORED);
    assert_eq!(world.moves(&cancel("X99000001-2025-a")), [""; 0]);
    let body = &world.projections.bodies[&COUNTY.parse().expect("a code")];
    assert_eq!(body.current(), None);
    assert_eq!(
        text(world.standing("X99000001-2025-a").cancelled_on),
        Some("2025-03-12".to_owned())
    );
    Step { on: "2025-03-12", ..SCORED }.take(&mut world);
    assert_eq!(world.current(COUNTY).1.assessment.as_str(), "X99000001-2025-b");
    world.ask(&cancel("X99000001-2025-b"));
    world.ask(&import(json!({})));
    assert_eq!(world.current(COUNTY).1.assessment.as_str(), "X99000001-2024-a");
}

/// Of what was published on judgements that are void it is still known what was published.
#[test]
fn a_publication_stands_by_itself() {
    for framework in ["la-2023", "la-2025"] {
        let whole = published(Step { framework, scores: &[2, 3, 3, 2], ..SCORED });
        let made = whole.events.iter().find(|it| matches!(it, Event::PublicationMade(_)));
        let Some(Event::PublicationMade(PublicationMade { scores, .. })) = made else {
            panic!("it was published")
        };
        let leads_there = |event: &&Event| {
            !matches!(
                event,
                Event::AssessmentOpened(_) | Event::ScoreReviewed(_) | Event::PanelDecided(_)
            )
        };
        let mut part = World::default();
        whole.events.iter().filter(leads_there).for_each(|event| part.record(event.clone()));
        assert_eq!(part.rows[&COUNTY.parse().expect("a code")].transitions.len(), 1 + 4 + 9);
        for (row, published) in part.scores(COUNTY).iter().zip(scores) {
            assert_eq!(row.published_score, Some(published.score));
            assert_eq!((row.score, row.scorer_score), (None, None));
            assert_eq!((row.reviewed_on, row.changed_on, row.evidence_on), (None, None, None));
        }
        let levels = |world: &World| -> Vec<_> {
            let rows = world.ratings(COUNTY).into_iter();
            rows.map(|row| (row.published_rating, row.published_score)).collect()
        };
        assert_eq!(levels(&part), levels(&whole));
    }
}
