//! Whatever people do and in whatever order, the rows keep to what they promise.
//!
//! Guards against the sequence that nobody thought of: a review before a correction before another
//! publication, after which a level is owed that is not due, or due and not owed.

use super::*;
use oracle::{Expected, expected, rating_of};
use projections::{Body, Flag, Publication, Standing};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

const BODIES: [&str; 3] = [COUNTY, CITY, SYSTEM];

/// Something that somebody tries; the rules may refuse it.
#[derive(Debug, Clone)]
enum Attempt {
    Import {
        body: usize,
        direct: bool,
        month: u8,
        day: Option<u8>,
        programme: &'static str,
        scores: Vec<u8>,
        stated: Option<&'static str>,
        partial: bool,
        replace: bool,
    },
    Review {
        body: usize,
        assessment: Option<char>,
        statement: usize,
        score: u8,
        category: Option<u8>,
    },
    Open {
        body: usize,
        direct: bool,
    },
}

fn score() -> impl Strategy<Value = u8> {
    prop_oneof![4 => Just(2u8), 4 => Just(3u8), 1 => Just(1u8), 1 => Just(4u8)]
}

fn an_import() -> impl Strategy<Value = Attempt> {
    let day = proptest::option::of(1..=28u8);
    let programme = prop_oneof![3 => Just("formal"), 1 => Just("pilot")];
    let ratings = ["inadequate", "requires_improvement", "good", "outstanding"];
    let stated = proptest::option::weighted(0.1, proptest::sample::select(ratings.to_vec()));
    let scores = proptest::collection::vec(score(), 17);
    let rare = || proptest::bool::weighted(0.1);
    (0..3usize, any::<bool>(), 1..=3u8, day, programme, scores, stated, rare(), any::<bool>())
        .prop_map(|(body, direct, month, day, programme, scores, stated, partial, replace)| {
            Attempt::Import {
                body,
                direct,
                month,
                day,
                programme,
                scores,
                stated,
                partial,
                replace,
            }
        })
}

/// Reviews keep to a few statements, so that moves are taken back and made again.
fn a_review() -> impl Strategy<Value = Attempt> {
    let assessment = proptest::option::weighted(0.2, proptest::char::range('a', 'c'));
    let category = proptest::option::weighted(0.4, 0..6u8);
    (0..3usize, assessment, 0..3usize, score(), category).prop_map(
        |(body, assessment, statement, score, category)| Attempt::Review {
            body,
            assessment,
            statement,
            score,
            category,
        },
    )
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let opened =
        (0..3usize, any::<bool>()).prop_map(|(body, direct)| Attempt::Open { body, direct });
    let any = prop_oneof![3 => an_import(), 12 => a_review(), 1 => opened];
    proptest::collection::vec(any, 1..60)
}

fn framework_of(body: usize, direct: bool) -> &'static str {
    match (BODIES[body], direct) {
        (SYSTEM, _) => "ics-2023",
        (_, true) => "la-2025",
        (_, false) => "la-2023",
    }
}

/// The command of an attempt; `turn` dates it, so that reviews come after each other.
fn of(attempt: &Attempt, turn: usize) -> Command {
    match attempt {
        Attempt::Import {
            body,
            direct,
            month,
            day,
            programme,
            scores,
            stated,
            partial,
            replace,
        } => {
            let count = if BODIES[*body] == SYSTEM { 17 } else { 9 };
            let computed = rating_of(&scores[..count]).to_lowercase().replace(' ', "_");
            let month = format!("2024-{month:02}");
            let mut members = json!({
                "date": day.map(|day| format!("{month}-{day:02}")),
                "framework": framework_of(*body, *direct), "month": month,
                "organisation": BODIES[*body], "programme": programme,
                "rating": stated.map_or(computed, str::to_owned), "scores": scores[..count],
            });
            if stated.is_some() {
                members["accept_disagreement"] = json!("as_published");
            }
            if *partial {
                (members["partial"], members["scores"]) = (json!(true), Value::Null);
            }
            if *replace {
                members["replace"] = json!("typing_error");
            }
            import(members)
        }
        Attempt::Review { body, assessment, statement, score, category } => {
            // Of one theme in both kinds of framework, as far as both have them.
            let statements =
                [HEALTHIER, "equity-in-experience-and-outcomes", "partnerships-and-communities"];
            let categories = [
                "people-experience",
                "staff-and-leader-feedback",
                "partner-feedback",
                "processes",
                "observation",
                "outcomes",
            ];
            review(json!({
                "assessment": assessment.map(|letter| format!("{}-2024-{letter}", BODIES[*body])),
                "category": category.map(|category| categories[usize::from(category)]),
                "organisation": BODIES[*body], "score": score, "statement": statements[*statement],
                "reviewed_on": format!("2025-{:02}-{:02}", 1 + turn / 28, 1 + turn % 28),
            }))
        }
        Attempt::Open { body, direct } => command(
            "open_assessment",
            json!({
                "framework": framework_of(*body, *direct), "kind": "baseline",
                "opened_on": "2025", "organisation": BODIES[*body],
            }),
            json!({}),
        ),
    }
}

fn lived(attempts: &[Attempt]) -> World {
    let mut world = World::default();
    for (turn, attempt) in attempts.iter().enumerate() {
        // A refusal is an answer like any other: nothing happens.
        let _ = world.refusal(&of(attempt, turn));
    }
    world
}

fn replayed(events: &[Event]) -> World {
    let mut world = World::default();
    events.iter().for_each(|event| world.record(event.clone()));
    world
}

fn stored<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).expect("rows are JSON");
    serde_json::from_str(&text).expect("rows are read back")
}

/// The same world after the program ended and began again: frameworks are read from the journal,
/// bodies, assessments and rows from where they were kept.
fn restarted(world: &World) -> World {
    let mut again = World { state: world.state.clone(), ..World::default() };
    for (position, event) in world.events.iter().enumerate() {
        if matches!(event, Event::FrameworkAdopted(_)) {
            again.projections.apply(&Fact { position: position as u64, event });
        }
    }
    for (code, body) in &world.projections.bodies {
        let mut read: Body = stored(body);
        let standings = body.standings.iter();
        read.standings =
            standings.map(|(id, standing)| (*id, stored::<Standing>(standing))).collect();
        again.projections.bodies.insert(*code, read);
    }
    for (code, rows) in &world.rows {
        let (reviewed, transitions) = (stored(&rows.reviewed), stored(&rows.transitions));
        again.rows.insert(*code, MemoryRows { reviewed, transitions });
    }
    again.events = world.events.clone();
    again
}

/// The levels whose publication is in this state.
fn open_levels(rows: &MemoryRows, publication: Publication) -> std::collections::BTreeSet<String> {
    let open = rows.transitions.iter().filter(|moved| moved.publication == publication);
    open.map(|moved| moved.subject.id().unwrap_or_else(|| "overall".to_owned())).collect()
}

fn check_rows(world: &World, code: OrganisationCode, expected: &Expected) {
    let (body, standing) = world.current(code.as_str());
    assert_eq!(standing.assessment, expected.assessment);
    let by_rule = if expected.waits { &expected.seen } else { &expected.judged };
    for row in projections::ratings(body, standing, world.framework(standing)) {
        let level = row.subject.map_or("overall".to_owned(), |theme| theme.to_string());
        let agreed = expected.import.disagreement.is_none() && !expected.import.scores.is_empty();
        if agreed || !expected.waits {
            let rating = row.rating.map(|rating| rating.as_str());
            assert_eq!(rating, by_rule.get(&level).copied(), "{level}");
        }
    }
    for row in projections::scores(body, standing, world.framework(standing)) {
        let statement = row.statement.as_str();
        assert_eq!(row.rating.map(|r| r.as_str()), by_rule.get(statement).copied(), "{statement}");
        assert_eq!(row.published_score.is_some(), expected.seen.contains_key(statement));
    }
}

fn check_owed(rows: &MemoryRows, expected: &Expected) {
    let (mut due, mut waiting) =
        (open_levels(rows, Publication::Due), open_levels(rows, Publication::Waiting));
    let mut owed = expected.owed.clone();
    if expected.import.disagreement.is_some() {
        // Owed only once a later record has moved the level; its own tests show that.
        for levels in [&mut due, &mut waiting, &mut owed] {
            levels.remove("overall");
        }
    }
    if expected.import.scores.is_empty() {
        // Nobody knows what the public saw of them.
        for levels in [&mut due, &mut waiting, &mut owed] {
            levels.retain(|level| expected.seen.contains_key(level));
        }
    }
    let (open, closed) = if expected.waits { (waiting, due) } else { (due, waiting) };
    assert_eq!(open, owed);
    assert!(closed.is_empty(), "{closed:?}");
}

fn check_moves(world: &World, code: OrganisationCode, rows: &MemoryRows) {
    for moved in &rows.transitions {
        assert_ne!(moved.from, Some(moved.to));
        let framework = &world.projections.frameworks[&moved.framework].framework;
        let settled_otherwise =
            moved.flags.contains(Flag::Reverted) || moved.flags.contains(Flag::Disagreement);
        match (moved.publication, framework.publishes(moved.subject.level())) {
            (Publication::None, shown) => assert!(!shown || settled_otherwise, "{moved:?}"),
            (_, shown) => assert!(shown, "{moved:?}"),
        }
        assert_eq!(moved.published_on.is_some(), moved.publication == Publication::Made);
    }
    let plain = world.events.iter().all(|event| match event {
        Event::PublicationImported(event) if event.organisation == code => {
            event.disagreement.is_none() && !event.scores.is_empty()
        }
        Event::ImportedPublicationReplaced(event) => event.import.organisation != code,
        _ => true,
    });
    // Where nothing is corrected, each move begins where the one before it ended.
    let mut stands = BTreeMap::new();
    for moved in rows.transitions.iter().filter(|_| plain) {
        let before = stands.insert(moved.subject, moved.to);
        assert!(moved.from.is_none() || moved.from == before, "{moved:?} after {before:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_rows_are_what_the_records_add_up_to(attempts in attempts()) {
        let world = lived(&attempts);
        for (code, body) in &world.projections.bodies {
            let rows = &world.rows[code];
            let is_review = |event: &&Event| {
                matches!(event, Event::ScoreReviewed(e) if e.assessment.organisation() == *code)
            };
            let reviews = world.events.iter().filter(is_review).count();
            prop_assert_eq!(rows.reviewed.len(), reviews);
            prop_assert_eq!(body.reviews, reviews as u64);
            prop_assert_eq!(body.moves, rows.transitions.len() as u64);
            check_moves(&world, *code, rows);
            if let Some(expected) = expected(&world, *code) {
                check_rows(&world, *code, &expected);
                check_owed(rows, &expected);
            }
        }
    }

    #[test]
    fn a_replay_gives_the_same_rows_and_a_restart_does_not_show(
        attempts in attempts(), cut in any::<proptest::sample::Index>(),
    ) {
        let world = lived(&attempts);
        let again = replayed(&world.events);
        prop_assert_eq!(&again.rows, &world.rows);
        prop_assert_eq!(&again.projections, &world.projections);
        let cut = cut.index(world.events.len() + 1);
        let mut cut_short = restarted(&replayed(&world.events[..cut]));
        world.events[cut..].iter().for_each(|event| cut_short.record(event.clone()));
        prop_assert_eq!(&cut_short.rows, &world.rows);
        prop_assert_eq!(&cut_short.projections, &world.projections);
    }
}
