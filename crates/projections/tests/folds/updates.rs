//! Second publications: updates, withdrawals and reissues.
//!
//! Guards against the fear that a level is called published that is not, that what waits becomes
//! public with the next correction of a comma, or that a withdrawn rating goes on being shown.

use super::*;
use attempts::last_published;
use projections::{Fate, Flag};
use public::Public;
use steps::{Step, content};

const STEP: Step<'_> =
    Step { body: COUNTY, framework: "", on: "2025-03-03", scores: &[2], adjusted: None };

fn update(world: &mut World, step: Step<'_>) {
    let id = last_published(world, COUNTY).expect("published");
    step.go_on_to_the_end(world, id);
}

fn last(world: &World) -> assessment::PublicationId {
    let id = last_published(world, COUNTY).expect("published");
    world.state.assessments[&id].last_publication().expect("published")
}

fn withdraw(world: &mut World, on: &str) {
    let data = json!({
        "publication": last(world), "reason": "published_in_error", "withdrawn_on": on,
    });
    world.ask(&command("withdraw_publication", data, json!({})));
}

fn reissue(world: &mut World, on: &str) {
    let data = json!({
        "publication": last(world), "published_on": on, "reason": "after_withdrawal",
    });
    world.ask(&command("reissue_publication", data, json!({})));
}

fn written(world: &mut World, on: &str) {
    let id = last_published(world, COUNTY).expect("published");
    let data = json!({
        "assessment": id, "content": content(40), "section": "summary", "written_on": on,
    });
    world.ask(&command("write_draft", data, json!({})));
}

fn published_here(framework: &str) -> World {
    let step = Step { framework, on: "2025-02-03", scores: &[3], ..STEP };
    let mut world = attempts::prepared();
    while step.take(&mut world) {}
    world
}

fn of_public(world: &World) -> (Public, projections::Body) {
    let public = Public::of(world.in_force().into_iter().map(|(_, event)| event));
    let body = public.projections.bodies[&COUNTY.parse().expect("a code")].clone();
    (public, body)
}

#[test]
fn an_update_publishes_what_was_due() {
    let mut world = World::after([import(json!({})), review(json!({}))]);
    let healthier = format!("{HEALTHIER}: G > RI due");
    assert_eq!(world.history(HEALTHIER)[1], healthier);
    update(&mut world, STEP);
    assert_eq!(world.history(HEALTHIER)[1..], [format!("{HEALTHIER}: G > RI made")]);
    assert_eq!(world.history("overall")[1..], ["overall: G > RI made"]);
    let overall = &world.ratings(COUNTY)[0];
    assert_eq!(overall.published_rating, overall.rating);
    assert_eq!(overall.published_on.map(|on| on.to_string()), Some("2025-03-03".to_owned()));
    let moved = &world.rows[&COUNTY.parse().expect("a code")].transitions;
    let made = moved.iter().rfind(|it| it.subject == projections::Subject::Overall);
    let published_on = made.and_then(|it| it.published_on).map(|on| on.to_string());
    assert_eq!(published_on, Some("2025-03-03".to_owned()));
    // And a third one takes it back.
    world.ask(&review(json!({"reviewed_on": "2025-04-01", "score": 3})));
    update(&mut world, Step { on: "2025-04-02", scores: &[3], ..STEP });
    let moves = ["overall: - > G made", "overall: G > RI made", "overall: RI > G made"];
    assert_eq!(world.history("overall"), moves);
    let (public, body) = of_public(&world);
    let moves = public.rows[&body.facts.code].transitions.iter();
    let overall = moves.filter(|it| it.subject == projections::Subject::Overall).map(in_short);
    assert_eq!(
        overall.collect::<Vec<_>>(),
        ["overall: - > G made", "overall: G > RI made", "overall: RI > G made"]
    );
}

/// A comma is corrected; the score that waits for a comprehensive assessment goes on waiting.
#[test]
fn what_waits_goes_on_waiting_when_a_text_is_published_again() {
    let mut world = published_here("la-2025");
    world.ask(&review(json!({"reviewed_on": "2025-02-10", "score": 2})));
    let before = world.rows.clone();
    assert_eq!(world.history(HEALTHIER)[1..], [format!("{HEALTHIER}: G > RI waiting")]);
    written(&mut world, "2025-03-01");
    update(&mut world, STEP);
    assert_eq!(last(&world).number(), 2);
    assert_eq!(world.rows, before, "nothing moved");
    let row = world.score(COUNTY, HEALTHIER);
    assert_eq!(row.score, row.published_score);
    assert_eq!(row.flags.to_string(), "waiting");
    // What was judged comes out with a reissue that puts an unfair process right.
    let id = last_published(&world, COUNTY).expect("published");
    let evidence = world.state.assessments[&id].used.keys().next().copied();
    let again = json!({"reviewed_on": "2025-03-04", "score": 2, "evidence": [evidence]});
    world.ask(&review(again));
    let findings = json!({
        "assessment": id, "content": content(41), "section": "statement_findings",
        "statement": HEALTHIER, "written_on": "2025-03-04",
    });
    world.ask(&command("write_draft", findings, json!({})));
    for (kind, data) in [
        ("share_draft", json!({"assessment": id, "shared_on": "2025-03-05"})),
        (
            "confirm_draft",
            json!({
                "assessment": id, "confirmed_on": "2025-03-06", "recipient": "local_authority",
            }),
        ),
        (
            "request_process_review",
            json!({
                "ground": "process_not_followed", "publication": last(&world),
                "received_on": "2025-03-05", "text": steps::content(42), "words": 9,
            }),
        ),
        (
            "decide_process_review",
            json!({
                "by": "p-190", "decided_on": "2025-03-06", "outcome": "upheld",
                "publication": last(&world), "text": steps::content(43),
            }),
        ),
        (
            "reissue_publication",
            json!({
                "publication": last(&world), "published_on": "2025-03-07",
                "reason": "process_review",
            }),
        ),
    ] {
        world.ask(&command(kind, data, json!({})));
    }
    assert_eq!(world.history(HEALTHIER)[1..], [format!("{HEALTHIER}: G > RI made")]);
    let row = world.score(COUNTY, HEALTHIER);
    assert_eq!(row.score.map(|score| score.get()), Some(2));
    assert_eq!(row.changed_on.map(|on| on.to_string()), Some("2025-03-07".to_owned()));
    assert_eq!(row.flags.to_string(), "");
}

#[test]
fn a_withdrawn_publication_shows_no_rating_and_the_judgements_stay() {
    let mut world = published_here("la-2023");
    let code: OrganisationCode = COUNTY.parse().expect("a code");
    let moves = world.rows[&code].transitions.clone();
    withdraw(&mut world, "2025-02-20");
    let overall = &world.ratings(COUNTY)[0];
    assert!(overall.rating.is_some());
    assert_eq!(
        (overall.published_rating, overall.published_score, overall.published_on),
        (None, None, None)
    );
    assert_eq!(overall.status.as_str(), "unrated");
    assert_eq!(overall.flags.to_string(), "withdrawn");
    for row in world.scores(COUNTY) {
        assert!(row.score.is_some() && row.published_score.is_none());
        assert_eq!(row.flags.to_string(), "withdrawn");
    }
    let (public, body) = of_public(&world);
    let standing = body.current().expect("it still counts as published");
    let framework = &public.projections.frameworks[&standing.framework].framework;
    for row in projections::scores(&body, standing, framework) {
        assert_eq!((row.score, row.published_score), (None, None));
    }
    let ratings = projections::ratings(&body, standing, framework);
    assert!(ratings.iter().all(|row| (row.rating, row.published_rating) == (None, None)));

    reissue(&mut world, "2025-02-21");
    let overall = &world.ratings(COUNTY)[0];
    assert_eq!(overall.published_rating, overall.rating);
    assert_eq!((overall.status.as_str(), overall.flags.to_string()), ("awarded", String::new()));
    assert_eq!(world.rows[&code].transitions, moves, "it moves from what was published before");
    let standing = world.standing("X99000001-2025-a");
    let published = standing.publication.as_ref().expect("published");
    assert_eq!(
        published.replaces.map(|it| it.to_string()),
        Some(format!("{}-p1", standing.assessment))
    );
    let (public, body) = of_public(&world);
    let fates = projections::history(&body, &public.projections.frameworks);
    let fates: Vec<Fate> = fates.iter().map(|row| row.fate).collect();
    assert_eq!(fates, [Fate::Withdrawn, Fate::Current]);
}

/// A move that was due when the publication was withdrawn is made by the reissue, and only once.
#[test]
fn a_reissue_makes_the_moves_that_were_due() {
    let mut world = World::after([import(json!({})), review(json!({"evidence": []}))]);
    withdraw(&mut world, "2024-06-10");
    assert_eq!(world.history("overall")[1..], ["overall: G > RI due"]);
    assert!(world.score(COUNTY, HEALTHIER).flags.contains(Flag::Withdrawn));
    let id = last_published(&world, COUNTY).expect("published");
    // The needs of an update are those of the reissue.
    let on = "2025-03-03".parse().expect("a day");
    for _ in 0..20 {
        if !assessment::readiness(&world.state, id, on).expect("known").needs.is_empty() {
            STEP.go_on(&mut world, id);
        }
    }
    reissue(&mut world, "2025-03-03");
    assert_eq!(world.history("overall")[1..], ["overall: G > RI made"]);
    let (public, body) = of_public(&world);
    let moves = public.rows[&body.facts.code].transitions.iter();
    let overall: Vec<String> =
        moves.filter(|it| it.subject == projections::Subject::Overall).map(in_short).collect();
    assert_eq!(overall, ["overall: - > G made", "overall: G > RI made"]);
}

/// Two sources, one statement: whoever reads its row must know, and whoever reads the rating.
#[test]
fn an_open_conflict_flags_its_statement_and_the_whole_until_it_is_decided() {
    let mut world = World::after([import(json!({}))]);
    let record = |used: Value| {
        command(
            "record_conflict",
            json!({
                "a": {"source": "the report", "value": {"score": 3}},
                "assessment": "X99000001-2024-a",
                "b": {"source": "the press release", "value": {"score": 2}},
                "field": {"statement": HEALTHIER}, "noted_on": "2024-06-01",
            }),
            json!({"used": used}),
        )
    };
    world.ask(&record(Value::Null));
    let flagged = |world: &World| -> Vec<String> {
        let rows = world.scores(COUNTY).into_iter();
        rows.filter(|row| row.flags.contains(Flag::Conflict))
            .map(|row| row.statement.to_string())
            .collect()
    };
    assert_eq!(flagged(&world), [HEALTHIER]);
    let ratings = world.ratings(COUNTY);
    assert_eq!(ratings[0].flags.to_string(), "conflict");
    assert!(ratings[1..].iter().all(|row| row.flags.to_string().is_empty()));
    assert!(of_public(&world).1.current().is_some_and(|it| it.conflicts.len() == 1));
    world.ask(&record(json!({"reason": "in_report", "value": "a"})));
    assert_eq!(flagged(&world), [""; 0]);
    assert_eq!(world.ratings(COUNTY)[0].flags.to_string(), "");
}

#[test]
fn a_review_of_the_process_shows_while_it_waits_unless_it_was_declined() {
    let mut world = published_here("la-2023");
    let request = |ground: &str, on: &str| {
        command(
            "request_process_review",
            json!({
                "ground": ground, "publication": "X99000001-2025-a-p1", "received_on": on,
                "text": content(3), "words": 100,
            }),
            json!({}),
        )
    };
    world.ask(&request("other", "2025-02-05"));
    assert_eq!(world.ratings(COUNTY)[0].flags.to_string(), "");
    assert!(of_public(&world).1.current().is_some_and(|it| it.process_reviews.is_empty()));
    world.ask(&request("process_not_followed", "2025-02-06"));
    assert!(world.ratings(COUNTY).iter().all(|row| row.flags.to_string() == "process_review"));
    assert!(world.scores(COUNTY).iter().all(|row| row.flags.to_string() == "process_review"));
    assert!(of_public(&world).1.current().is_some_and(|it| it.process_reviews.len() == 1));
    // A move that is made meanwhile does not say so for ever.
    let first = json!({"category": "processes", "reviewed_on": "2025-02-07", "score": 1});
    let second = json!({"category": "partner-feedback", "reviewed_on": "2025-02-07", "score": 2});
    world.ask(&review(first));
    assert_eq!(world.moves(&review(second)), [format!("{HEALTHIER}: G > RI due")]);
    world.ask(&command(
        "decide_process_review",
        json!({
            "by": "p-030", "decided_on": "2025-02-20", "outcome": "upheld",
            "publication": "X99000001-2025-a-p1", "text": content(4),
        }),
        json!({}),
    ));
    assert_eq!(world.ratings(COUNTY)[0].flags.to_string(), "");
    assert!(of_public(&world).1.current().is_some_and(|it| it.process_reviews.is_empty()));
}
