//! Whatever people do and in whatever order, the rows keep to what they promise.
//!
//! Guards against the sequence that nobody thought of: a review before a correction before another
//! publication, after which a level is owed that is not due, or due and not owed.

use super::*;
use attempts::{Attempt, attempt, attempts};
use oracle::{Expected, expected};
use projections::{Body, Flag, Publication, Standing};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Whether nothing that was judged in an assessment is void.
fn is_whole(world: &World, assessment: AssessmentId) -> bool {
    let judges = |event: &Event| {
        matches!(event, Event::ScoreReviewed(_) | Event::PanelDecided(_) | Event::PanelConfirmed(_))
            && event.assessment() == Some(assessment)
    };
    let all = world.events.iter().filter(|event| judges(event)).count();
    all == world.in_force().iter().filter(|(_, event)| judges(event)).count()
}

pub fn lived(tried: &[Attempt]) -> World {
    let mut world = attempts::prepared();
    for (turn, tried) in tried.iter().enumerate() {
        attempt(&mut world, tried, turn);
    }
    world
}

fn replayed(events: &[Event]) -> World {
    World::of_all(events.to_vec())
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
    assert_eq!(standing.assessment, expected.release.assessment);
    // What waits is not in force; where the basis of what was published is void, nothing is.
    let known = !expected.waits || is_whole(world, standing.assessment);
    let by_rule = if expected.waits { &expected.seen } else { &expected.judged };
    for row in projections::ratings(body, standing, world.framework(standing)) {
        let level = row.subject.map_or("overall".to_owned(), |theme| theme.to_string());
        let agreed = !expected.release.disagrees && expected.release.scored;
        if agreed && known || !expected.waits {
            let rating = row.rating.map(|rating| rating.as_str());
            assert_eq!(rating, by_rule.get(&level).copied(), "{level}");
        }
    }
    for row in projections::scores(body, standing, world.framework(standing)) {
        let statement = row.statement.as_str();
        let rating = row.rating.map(|rating| rating.as_str());
        assert!(!known || rating == by_rule.get(statement).copied(), "{statement}: {rating:?}");
        let shown = expected.seen.contains_key(statement) && !expected.release.withdrawn;
        assert_eq!(row.published_score.is_some(), shown);
        assert_eq!(row.flags.contains(Flag::Withdrawn), expected.release.withdrawn);
    }
}

fn check_owed(rows: &MemoryRows, expected: &Expected) {
    let (mut due, mut waiting) =
        (open_levels(rows, Publication::Due), open_levels(rows, Publication::Waiting));
    let mut owed = expected.owed.clone();
    if expected.release.disagrees {
        // Owed only once a later record has moved the level; its own tests show that.
        for levels in [&mut due, &mut waiting, &mut owed] {
            levels.remove("overall");
        }
    }
    if !expected.release.scored {
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
    let plain = !world.is_struck(code)
        && world.events.iter().all(|event| match event {
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
            let in_force = world.in_force();
            let reviews = in_force.iter().map(|(_, event)| *event).filter(is_review).count();
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
