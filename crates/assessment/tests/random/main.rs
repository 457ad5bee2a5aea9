//! Random histories: whoever tries whatever in whatever order, what must never happen does not.
//!
//! Guards against the fear that two rules which each keep their promise break it together: that
//! something is published without enough evidence, without the panel, within somebody's time for
//! comments or over an open comment; that somebody judges what they scored; that what was published
//! changes by itself, or comes back after it was withdrawn or became history. What is checked is
//! worked out from the events alone, by the plain second implementation in `watch.rs`.
//!
//! The short form runs here; the long one, a million commands, with `just long`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod tries;
mod watch;

use assessment::{
    Command, Context, Digest, Event, Rejection, Stage, State, decide, evolve, readiness,
};
use chrono::{Days, NaiveDate};
use tries::Tries;
use watch::Watch;

/// A seeded source of numbers (SplitMix64), so that a failure can be met again.
pub(crate) struct Seeded(pub u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// What came of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    recorded: u64,
    refused: u64,
    publications: u64,
    updates: u64,
    reissues: u64,
    withdrawals: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.recorded += other.recorded;
        self.refused += other.refused;
        self.publications += other.publications;
        self.updates += other.updates;
        self.reissues += other.reissues;
        self.withdrawals += other.withdrawals;
    }
}

/// Tries this many commands, one after the other, on what came of those before.
fn run(seed: u64, commands: u64) -> Tally {
    let mut seeded = Seeded(seed);
    let mut today: NaiveDate = "2025-05-01".parse().unwrap();
    let (mut state, mut watch, mut tally) = (State::default(), Watch::default(), Tally::default());
    let mut tries = Tries::default();
    for command in tries::beginning() {
        (state, _) = step(state, &command, today, &mut watch);
    }
    for nth in 0..commands {
        // Time passes, but the calendar ends: a history begins anew before it does.
        if seeded.one_in(12) {
            today = today + Days::new(seeded.below(4) as u64);
        }
        if today > "2027-09-01".parse().unwrap() {
            today = "2025-05-01".parse().unwrap();
            tally.add(&watch.tally);
            (state, watch) = (State::default(), Watch::default());
            for command in tries::beginning() {
                (state, _) = step(state, &command, today, &mut watch);
            }
        }
        let command = tries.next(&state, today, &mut seeded);
        let recorded;
        (state, recorded) = step(state, &command, today, &mut watch);
        if recorded {
            tally.recorded += 1
        } else {
            tally.refused += 1
        }
        assert!(watch.wrong.is_empty(), "seed {seed}, command {nth}: {:?}", watch.wrong);
    }
    tally.add(&watch.tally);
    tally
}

fn step(mut state: State, command: &Command, today: NaiveDate, watch: &mut Watch) -> (State, bool) {
    let actor = "p-001".parse().unwrap();
    let context = Context { actor, today, released: Digest::from([0; 32]) };
    let outcome = decide(&state, command, &context);
    told_before(&state, command, &outcome);
    match outcome {
        Err(_) => (state, false),
        Ok(events) => {
            for event in &events {
                watch.see(event);
                state = evolve(state, event);
            }
            (state, !events.is_empty())
        }
    }
}

/// What `readiness` lists is what holds a publication up, and nothing else does but its dates.
fn told_before(state: &State, command: &Command, outcome: &Result<Vec<Event>, Rejection>) {
    let Command::MakePublication(command) = command else { return };
    let (id, on) = (command.assessment, command.published_on.first_day());
    let ready = readiness(state, id, on).unwrap();
    let refusal = ready.refusal(id, Stage::Check);
    match outcome {
        Ok(_) => assert!(refusal.is_none(), "{id} was published with {refusal:?}"),
        Err(Rejection::Step(_)) => assert_eq!(outcome.as_ref().err(), refusal.as_ref()),
        Err(_) => {}
    }
}

#[test]
fn what_must_never_happen_does_not() {
    let mut all = Tally::default();
    (0..20).for_each(|seed| all.add(&run(seed, 1_500)));
    // A run in which nothing is reached shows nothing.
    assert!(all.publications >= 20, "{all:?}");
    assert!(all.updates >= 20 && all.reissues >= 20 && all.withdrawals >= 20, "{all:?}");
    assert!(all.refused >= 3_000 && all.recorded >= 9_000, "{all:?}");
}

#[test]
#[ignore = "the long form: a million commands"]
fn what_must_never_happen_does_not_in_a_million_commands() {
    let mut all = Tally::default();
    (1_000..1_200).for_each(|seed| all.add(&run(seed, 5_000)));
    assert!(all.publications >= 1_000 && all.updates >= 1_000, "{all:?}");
}
