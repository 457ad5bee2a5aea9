//! Records that are void.
//!
//! Guards against the fear that a mistake goes on working after it was struck out, or that a rating
//! that lost its basis looks as if it still had one.

use super::*;
use after::{facts, finance};
use attempts::{BODIES, attempts};
use properties::lived;
use proptest::prelude::*;
use proptest::sample::Index;
use steps::Step;

/// The strike-out of a record, as it is recorded.
fn strike_out(world: &World, position: u64) -> Event {
    let struck = &world.events[usize::try_from(position).expect("a position")];
    let data = json!({
        "assessment": struck.assessment(), "by": "p-001", "organisation": struck.organisation(),
        "position": position, "reason": "wrong_entry", "struck": struck.kind(),
        "struck_on": "2026-05-17",
    });
    Event::decode("record_struck_out", 1, &without_null(data).to_string()).expect("an event")
}

fn without_null(mut data: Value) -> Value {
    data.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    data
}

/// The rules let it be struck out.
fn may_be_struck(world: &World, position: u64) -> bool {
    let mut tried = world.clone();
    tried.refusal(&strike(position)).is_none()
}

pub fn strike(position: u64) -> Command {
    let data = json!({"position": position, "reason": "wrong_entry", "struck_on": "2026-05-17"});
    command("strike_out", data, json!({}))
}

/// All that anybody is shown, and what the rules know.
fn told(world: &World) -> (&State, &Projections, &BTreeMap<OrganisationCode, MemoryRows>) {
    (&world.state, &world.projections, &world.rows)
}

fn rowless(
    mut rows: BTreeMap<OrganisationCode, MemoryRows>,
) -> BTreeMap<OrganisationCode, MemoryRows> {
    rows.retain(|_, rows| *rows != MemoryRows::default());
    rows
}

fn last_review(world: &World) -> u64 {
    let is_review = |(_, event): &(u64, &Event)| matches!(event, Event::ScoreReviewed(_));
    world.records().filter(is_review).last().expect("a review").0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// What was struck out of a random history, and back again.
    #[test]
    fn a_strike_out_and_its_undoing_are_as_if_nothing_had_been(
        attempts in attempts(), which in any::<Index>(),
    ) {
        let world = lived(&attempts);
        let in_force: Vec<u64> = world.in_force().into_iter().map(|(at, _)| at).collect();
        let (before, from) = in_force.split_at(which.index(in_force.len()));
        let mut nearest = from.iter().chain(before.iter().rev()).copied();
        let position = nearest.find(|position| may_be_struck(&world, *position));
        let Some(position) = position else { return Ok(()) };

        // As if the record had never been: those of before and after it are the same.
        let mut struck = world.clone();
        struck.record(strike_out(&world, position));
        let mut never = World { events: world.events.clone(), ..World::default() };
        let void = StrikeOuts::among(struck.records()).void();
        let left = world.records().filter(|(at, _)| !void.contains_key(at));
        let left: Vec<(u64, Event)> = left.map(|(at, event)| (at, event.clone())).collect();
        for (at, event) in &left {
            never.state = evolve(std::mem::take(&mut never.state), event);
            never.take_in(*at, event);
        }
        prop_assert_eq!(&struck.state, &never.state);
        prop_assert_eq!(&struck.projections, &never.projections);
        prop_assert_eq!(rowless(struck.rows.clone()), rowless(never.rows));

        // Undone, it is as if it had not been struck out.
        let mut back = struck.clone();
        back.record(strike_out(&struck, world.events.len() as u64));
        prop_assert_eq!(told(&back), told(&world));
    }

    /// A body that is forgotten and replayed alone shows what it showed.
    #[test]
    fn one_body_can_be_replayed_alone(attempts in attempts(), body in 0..3usize) {
        let world = lived(&attempts);
        let code: OrganisationCode = BODIES[body].parse().expect("a code");
        let mut again = world.clone();
        again.projections.forget(code);
        again.rows.remove(&code);
        for (position, event) in world.in_force() {
            if event.organisation() == Some(code) {
                again.take_in(position, event);
            }
        }
        prop_assert_eq!(&again.projections, &world.projections);
        prop_assert_eq!(rowless(again.rows), rowless(world.rows));
    }

    /// Financial facts are for information only.
    #[test]
    fn no_financial_fact_moves_a_row(
        attempts in attempts(),
        added in proptest::collection::vec((any::<Index>(), finance()), 1..20),
        removed in any::<Index>(),
    ) {
        let world = lived(&attempts);
        let without = stripped(&world.events, |_| false);
        let some = Index::index(&removed, 4);
        let kept = stripped(&world.events, |nth| nth % 4 == some);
        let mixed = inserted(&without.events, &added);
        for other in [&kept, &mixed, &without] {
            prop_assert_eq!(shown(other), shown(&without));
            prop_assert_eq!(public(other), public(&without));
            prop_assert_eq!(financeless(&other.state), financeless(&without.state));
        }
    }
}

/// A history with only those of its financial facts, counted, that are kept.
fn stripped(events: &[Event], keep: impl Fn(usize) -> bool) -> World {
    let void = StrikeOuts::among((0..).zip(events)).void();
    let mut nth = 0;
    let in_force = (0..).zip(events).filter(|(position, _)| !void.contains_key(position));
    let events = in_force.map(|(_, event)| event).filter(|event| match event {
        Event::FinanceRecorded(_) => {
            nth += 1;
            keep(nth)
        }
        // What was struck out is left out with its strike-out, as positions change.
        Event::RecordStruckOut(_) => false,
        _ => true,
    });
    World::of_all(events.cloned().collect())
}

fn inserted(events: &[Event], added: &[(Index, (usize, u8, u64))]) -> World {
    let mut all = Vec::new();
    for (at, event) in events.iter().enumerate() {
        for (_, (body, year, spend)) in
            added.iter().filter(|(place, _)| place.index(events.len()) == at)
        {
            let Command::RecordFinance(command) = facts(*body, *year, *spend) else { continue };
            let data = without_null(serde_json::to_value(command).expect("JSON")).to_string();
            all.push(Event::decode("finance_recorded", 1, &data).expect("an event"));
        }
        all.push(event.clone());
    }
    World::of_all(all)
}

/// Every row of every view, without the positions.
fn shown(world: &World) -> Vec<Value> {
    let mut all = Vec::new();
    for (code, body) in &world.projections.bodies {
        for standing in body.standings.values() {
            let framework = world.framework(standing);
            all.extend(bare(projections::ratings(body, standing, framework)));
            all.extend(bare(projections::scores(body, standing, framework)));
        }
        let rows = world.rows.get(code).cloned().unwrap_or_default();
        all.extend(bare(rows.reviewed.iter().map(|review| review.row(body)).collect()));
        all.extend(bare(rows.transitions.iter().map(|moved| moved.row(body)).collect()));
        all.extend(bare(projections::history(body, &world.projections.frameworks)));
    }
    all
}

fn public(world: &World) -> Vec<Value> {
    super::public::Public::of(world.in_force().into_iter().map(|(_, event)| event)).shown()
}

fn bare<T: serde::Serialize>(rows: Vec<T>) -> Vec<Value> {
    let row = |row: T| {
        let mut row = serde_json::to_value(row).expect("rows are JSON");
        row["position"] = Value::Null;
        row
    };
    rows.into_iter().map(row).collect()
}

fn financeless(state: &State) -> State {
    let mut state = state.clone();
    state.organisations.values_mut().for_each(|body| body.finance.clear());
    state
}

/// A published authority, every category with these scores in turn.
fn published(scores: &[u8]) -> World {
    let step =
        Step { body: COUNTY, framework: "la-2023", on: "2025-03-03", scores, adjusted: None };
    let mut world = attempts::prepared();
    while step.take(&mut world) {}
    world
}

#[test]
fn a_move_that_was_struck_out_is_gone_and_another_one_counts() {
    let mut world = World::after([import(json!({})), review(json!({}))]);
    assert_eq!(world.history(HEALTHIER).len(), 2);
    world.ask(&strike(last_review(&world)));
    assert_eq!(world.history(HEALTHIER), [format!("{HEALTHIER}: - > G made")]);
    assert_eq!(world.reviewed(COUNTY), []);
    assert_eq!(world.score(COUNTY, HEALTHIER).score.map(|score| score.get()), Some(3));
    world.ask(&strike(world.events.len() as u64 - 1));
    assert_eq!(world.history(HEALTHIER)[1], format!("{HEALTHIER}: G > RI due"));
}

/// An update published 2 and its only basis is void: 3, as imported, counts, and must be published.
#[test]
fn what_was_published_on_a_void_basis_is_due_again() {
    let mut world = World::after([import(json!({}))]);
    let step = Step { body: COUNTY, framework: "", on: "2025-03-03", scores: &[2], adjusted: None };
    world.ask(&review(json!({})));
    let id = attempts::last_published(&world, COUNTY).expect("imported");
    step.go_on_to_the_end(&mut world, id);
    assert_eq!(world.history(HEALTHIER)[1..], [format!("{HEALTHIER}: G > RI made")]);
    for position in world
        .records()
        .filter(|(_, event)| matches!(event, Event::ScoreReviewed(_)))
        .map(|(position, _)| position)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        world.ask(&strike(position));
    }
    let row = world.score(COUNTY, HEALTHIER);
    let number = |score: Option<assessment::scoring::Score>| score.map(|score| score.get());
    assert_eq!((number(row.score), number(row.published_score)), (Some(3), Some(2)));
    let moves = ["- > G made", "G > RI made", "RI > G due"];
    assert_eq!(world.history(HEALTHIER), moves.map(|moved| format!("{HEALTHIER}: {moved}")));
    let moved = world.rows[&COUNTY.parse().expect("a code")].transitions.last();
    assert_eq!(moved.expect("a move").occurred_on.to_string(), "2025-03-03");
}

/// Nothing is judged any more of a statement, and of what it is part of; the rest stands.
#[test]
fn a_published_score_without_any_basis_has_no_score_now() {
    let mut world = published(&[3]);
    let panel = |(_, event): &(u64, &Event)| matches!(event, Event::PanelDecided(_));
    let panel = world.records().find(panel).expect("a panel").0;
    world.ask(&strike(panel));
    world.ask(&strike(last_review(&world)));
    let rows = world.scores(COUNTY);
    let (last, others) = rows.split_last().expect("nine");
    assert_eq!((last.score, last.published_score.map(|score| score.get())), (None, Some(3)));
    assert!(others.iter().all(|row| row.score == row.published_score));
    let overall = &world.ratings(COUNTY)[0];
    assert_eq!((overall.rating, overall.score), (None, None));
    assert!(overall.published_rating.is_some());
}

/// The judgement of before counts again, though not as if it had been owed before the publication.
#[test]
fn an_earlier_judgement_that_counts_again_moves_with_the_publication() {
    let step =
        Step { body: COUNTY, framework: "la-2025", on: "2025-03-03", scores: &[2], adjusted: None };
    let mut world = attempts::prepared();
    step.take_until(&mut world, |need| matches!(need, assessment::Need::Panel));
    let id = "X99000001-2025-a".parse().expect("an id");
    let evidence = world.state.assessments[&id].used.keys().next().copied();
    let again = json!({
        "assessment": id, "by": "p-002", "evidence": [evidence], "reviewed_on": "2025-03-05",
        "score": 3,
    });
    world.ask(&review(again));
    while (Step { on: "2025-03-10", ..step }).take(&mut world) {}
    let panel = |(_, event): &(u64, &Event)| matches!(event, Event::PanelDecided(_));
    let panel = world.records().find(panel).expect("a panel").0;
    world.ask(&strike(panel));
    world.ask(&strike(last_review(&world)));
    let moves = ["- > G made", "G > RI waiting"].map(|moved| format!("{HEALTHIER}: {moved}"));
    assert_eq!(world.history(HEALTHIER), moves);
    let moved = world.rows[&COUNTY.parse().expect("a code")].transitions.last();
    assert_eq!(moved.expect("a move").occurred_on.to_string(), "2025-03-10");
}
