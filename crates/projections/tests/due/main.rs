//! What is owed, held against the moves that are shown: the two are computed apart.
//!
//! Guards against the fear that a move of a published level ends nowhere: that it is neither
//! published nor taken back, does not wait, and stands in no list of what is due; or that a
//! publication is asked for which nobody could see a reason for.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../assessment/tests/due/history.rs"]
mod history;

use assessment::due::{Level, Matter, owed};
use assessment::{Event, OrganisationCode, StrikeOuts, replay};
use history::History;
use projections::{Effect, Fact, Flag, Projections, Publication, Subject, Transition};
use std::collections::{BTreeMap, BTreeSet};

/// The moves of each body, as a store keeps them.
type Moves = BTreeMap<OrganisationCode, Vec<Transition>>;

/// What the records in force add up to.
fn folded(history: &History) -> (Projections, Moves) {
    let void = StrikeOuts::among((0..).zip(&history.events)).void();
    let (mut projections, mut moves) = (Projections::default(), Moves::new());
    for (position, event) in (0..).zip(&history.events) {
        if void.contains_key(&position) {
            continue;
        }
        let fact = Fact { position, event };
        let effects = projections.apply(&fact);
        let Some(code) = fact.organisation() else { continue };
        let own = moves.entry(code).or_default();
        for effect in effects {
            match effect {
                Effect::Moved(moved) => own.push(moved),
                Effect::Settled(settled) => {
                    let first = usize::try_from(settled.first).unwrap();
                    own[first..].iter_mut().for_each(|moved| moved.settle(&settled));
                }
                Effect::Reviewed(_) => {}
            }
        }
    }
    (projections, moves)
}

fn subject(level: &Level) -> Subject {
    match level {
        Level::Overall => Subject::Overall,
        Level::Theme(theme) => Subject::Theme(*theme),
        Level::Statement(statement) => Subject::Statement(*statement),
    }
}

/// What is owed of each body: the levels of an update, and whether another report is to be issued.
fn asked_for(history: &History) -> BTreeMap<OrganisationCode, (BTreeSet<Subject>, bool)> {
    let state = replay((0..).zip(&history.events));
    let mut all: BTreeMap<OrganisationCode, (BTreeSet<Subject>, bool)> = BTreeMap::new();
    for one in owed(&state, history.today) {
        let own = all.entry(one.organisation).or_default();
        match one.matter {
            Matter::Publication { levels, .. } => own.0.extend(levels.iter().map(subject)),
            Matter::Reissue { .. } => own.1 = true,
            _ => {}
        }
    }
    all
}

#[test]
fn every_move_of_a_published_level_is_seen_or_taken_back_or_waits_or_is_owed() {
    let mut met: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..40 {
        let history = History::lived(seed, 150);
        let (projections, moves) = folded(&history);
        let asked_for = asked_for(&history);
        for (code, moves) in &moves {
            let none = (BTreeSet::new(), false);
            let (levels, reissue) = asked_for.get(code).unwrap_or(&none);
            let current = projections.bodies[code].current();
            // What an import says of the whole beside its scores is compared in its own tests.
            let disagrees = current
                .and_then(|standing| standing.publication.as_ref())
                .is_some_and(|published| published.disagreement);
            let compared = |subject: Subject| !(disagrees && subject == Subject::Overall);
            for moved in moves {
                let framework = &projections.frameworks[&moved.framework].framework;
                if !framework.publishes(moved.subject.level()) || !compared(moved.subject) {
                    continue;
                }
                let ends = match moved.publication {
                    Publication::Made | Publication::Waiting => true,
                    Publication::None => {
                        moved.flags.contains(Flag::Reverted)
                            || moved.flags.contains(Flag::Disagreement)
                            || is_without_a_report(&history, *code, moved.position)
                    }
                    Publication::Due => *reissue || levels.contains(&moved.subject),
                };
                assert!(ends, "seed {seed}, {code}: {moved:?} {levels:?}");
                *met.entry(moved.publication.as_str()).or_default() += 1;
            }
            // And nothing is asked for that did not move, or lost what it rested on.
            for asked in levels.iter().filter(|subject| compared(**subject)) {
                let last = moves.iter().rfind(|moved| moved.subject == *asked);
                let due = last.is_some_and(|moved| moved.publication == Publication::Due);
                let gone = current.is_some_and(|standing| lost(standing, *asked));
                assert!(due || gone, "seed {seed}, {code}: {asked:?} is owed after {last:?}");
            }
        }
    }
    for publication in ["made", "due", "waiting", "none"] {
        assert!(met.get(publication).is_some_and(|count| *count >= 10), "{publication}: {met:?}");
    }
}

/// Whether a record came while the last report of a body was withdrawn: then there is nothing to
/// update, and the next report shows what has moved.
fn is_without_a_report(history: &History, code: OrganisationCode, position: u64) -> bool {
    let void = StrikeOuts::among((0..).zip(&history.events)).void();
    let before = (0..position).zip(&history.events);
    let own = before.filter(|(at, it)| it.organisation() == Some(code) && !void.contains_key(at));
    let mut withdrawn = false;
    for (_, event) in own {
        match event {
            Event::PublicationWithdrawn(_) => withdrawn = true,
            Event::PublicationMade(_)
            | Event::PublicationReissued(_)
            | Event::PublicationImported(_) => withdrawn = false,
            _ => {}
        }
    }
    withdrawn
}

/// Whether a published statement, or one of the whole or of its theme, has no score any more.
fn lost(standing: &projections::Standing, subject: Subject) -> bool {
    standing.cells.iter().any(|cell| {
        let within = match subject {
            Subject::Statement(statement) => cell.statement == statement,
            Subject::Overall | Subject::Theme(_) => true,
        };
        within && cell.judged.is_none() && cell.published.is_some()
    })
}
