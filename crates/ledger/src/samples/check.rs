//! Every sample computed again from the records before it: what it was committed to, whether its
//! seed can have steered it, and what that seed draws. Records that were written around the rules
//! are looked at like any others, in whatever order they stand.

use crate::decode::decode;
use crate::error::Error;
use crate::samples::decisions_upto;
use crate::time::Instant;
use crate::verify::command_of;
use crate::{At, Ledger};
use assessment::event::{Quota, SampleCommitted, SampleDrawn, SampleSeeded};
use assessment::sample::{Frame, SeedSource};
use assessment::{Context, Event, ItemId, PartialDate, SampleId, Seed, State, decide};
use chrono::NaiveDate;
use journal::{Head, Store};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What came of computing a sample again, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleCheck {
    /// The sample.
    pub sample: SampleId,
    /// The record that committed to it; none where a seed or a draw is of no sample.
    pub committed: Option<u64>,
    /// The record that gave its seed; none if it has none yet.
    pub seeded: Option<u64>,
    /// The record that drew it; none if it is not drawn yet.
    pub drawn: Option<u64>,
    /// How many items its population has, counted again; none where that cannot be counted.
    pub population: Option<u64>,
    /// How many items its seed draws, drawn again; none if it is not drawn yet.
    pub items: Option<u64>,
    /// What does not hold, step by step.
    pub findings: Vec<SampleFinding>,
}

/// Something about a sample that is not as it comes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleFinding {
    /// The record.
    pub position: u64,
    /// Which step of the sample it records.
    pub step: SampleStep,
    /// What does not hold, or cannot be read or computed.
    pub why: String,
}

/// A step of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleStep {
    /// Its commitment: population, strata, size.
    Commitment,
    /// Its seed.
    Seed,
    /// Its draw.
    Draw,
    /// What a second reader found, or whatever else stands in its stream.
    Reading,
}

/// The records of the steps of one sample, oldest first. By the rules there is one of each at most.
#[derive(Default)]
struct Steps {
    committed: Vec<(Stood, SampleCommitted)>,
    seeded: Vec<(Stood, SampleSeeded)>,
    drawn: Vec<(Stood, SampleDrawn)>,
    /// Those whose data have no meaning.
    meaningless: Vec<SampleFinding>,
}

/// Where a record stands, and the day of it.
#[derive(Clone, Copy)]
struct Stood {
    position: u64,
    day: NaiveDate,
}

/// The samples of a ledger.
#[derive(Default)]
struct Samples {
    steps: BTreeMap<SampleId, Steps>,
    /// Their ids in the order of their first records.
    order: Vec<SampleId>,
    /// Every seed with the record that gave it, oldest first.
    seeds: Vec<(u64, Seed)>,
}

impl Ledger {
    /// Computes every sample again that the ledger knew of at a time, in the order of their
    /// commitments.
    ///
    /// The journal is read once or twice for each, up to the record that its population is as of.
    pub fn verify_samples(&self, at: At) -> Result<Vec<SampleCheck>, Error> {
        let end = self.end_at(at)?;
        let samples = Samples::read(self.store(), &end)?;
        samples.order.iter().map(|id| samples.check(self.store(), &end, *id)).collect()
    }
}

impl SampleCheck {
    /// Whether everything holds that was recorded of it so far.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(
        &mut self,
        step: SampleStep,
        position: u64,
        what: &str,
        recorded: impl fmt::Display,
        found: impl fmt::Display,
    ) {
        let why = format!("{what} is {recorded}, and should be {found}");
        self.findings.push(SampleFinding { position, step, why });
    }

    /// Notes a difference, if there is one.
    fn compare<T: PartialEq + fmt::Display>(
        &mut self,
        step: SampleStep,
        position: u64,
        what: &str,
        (recorded, found): (T, T),
    ) {
        if recorded != found {
            self.find(step, position, what, recorded, found);
        }
    }

    /// Notes that a step was recorded more than once: the first counts.
    fn find_repeated<T>(&mut self, step: SampleStep, all: &[(Stood, T)]) {
        let Some(((first, _), others)) = all.split_first() else { return };
        for (stood, _) in others {
            let found = format!("the one of record {} alone", first.position);
            self.find(step, stood.position, step.as_str(), "another one", found);
        }
    }
}

impl SampleStep {
    /// Its name in data: `commitment`, `seed`, `draw` or `reading`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commitment => "commitment",
            Self::Seed => "seed",
            Self::Draw => "draw",
            Self::Reading => "reading",
        }
    }

    /// The step that a kind of record is.
    fn of_kind(kind: &str) -> Self {
        match kind {
            "sample_committed" => Self::Commitment,
            "sample_seeded" => Self::Seed,
            "sample_drawn" => Self::Draw,
            _ => Self::Reading,
        }
    }
}

impl Steps {
    /// The first record of a step, whatever its data are.
    fn first<T>(&self, step: SampleStep, all: &[(Stood, T)]) -> Option<u64> {
        let read = all.iter().map(|(stood, _)| stood.position);
        let meaningless = self.meaningless.iter().filter(|it| it.step == step);
        read.chain(meaningless.map(|it| it.position)).min()
    }
}

impl fmt::Display for SampleFinding {
    /// `record 120, draw: items[2] is 45, and should be 52`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, step, why } = self;
        write!(f, "record {position}, {}: {why}", step.as_str())
    }
}

impl Samples {
    fn read(store: &impl Store, end: &Head) -> Result<Self, Error> {
        let mut samples = Self::default();
        let mut records = store.records(0, end)?;
        while let Some(entry) = records.next()? {
            let record = &entry.record;
            // Of all records few are of samples, and no others need to be understood here.
            if let Some(id) = record.stream.strip_prefix("sample/") {
                let day = Instant::parse(record.recorded_at)?.day();
                let stood = Stood { position: record.position, day };
                match (decode(record), id.parse()) {
                    (Ok(event), _) => samples.take_in(stood, event),
                    // Whoever makes one record meaningless must not hide what became of others.
                    (Err(Error::Meaningless { position, why }), Ok(id)) => {
                        let step = SampleStep::of_kind(record.kind);
                        let finding = SampleFinding { position, step, why };
                        samples.of(id).meaningless.push(finding);
                    }
                    (Err(error), _) => return Err(error),
                }
            }
        }
        Ok(samples)
    }

    fn take_in(&mut self, stood: Stood, event: Event) {
        match event {
            Event::SampleCommitted(it) => self.of(it.sample).committed.push((stood, it)),
            Event::SampleSeeded(it) => {
                self.seeds.push((stood.position, it.seed.clone()));
                self.of(it.sample).seeded.push((stood, it));
            }
            Event::SampleDrawn(it) => self.of(it.sample).drawn.push((stood, it)),
            _ => {}
        }
    }

    fn of(&mut self, id: SampleId) -> &mut Steps {
        if !self.steps.contains_key(&id) {
            self.order.push(id);
        }
        self.steps.entry(id).or_default()
    }

    fn check(&self, store: &impl Store, end: &Head, id: SampleId) -> Result<SampleCheck, Error> {
        let steps = &self.steps[&id];
        let mut check = SampleCheck {
            sample: id,
            committed: steps.first(SampleStep::Commitment, &steps.committed),
            seeded: steps.first(SampleStep::Seed, &steps.seeded),
            drawn: steps.first(SampleStep::Draw, &steps.drawn),
            population: None,
            items: None,
            findings: steps.meaningless.clone(),
        };
        // The rules are asked how many are drawn, and so the population lies where they look.
        let mut state = State::default();
        if let Some((stood, committed)) = steps.committed.first() {
            match frame(store, end, *stood, committed) {
                Ok(frame) => {
                    state.population = frame;
                    check_commitment(&mut check, *stood, committed, &state);
                }
                Err(error @ Error::Meaningless { .. }) => {
                    let (position, step) = (stood.position, SampleStep::Commitment);
                    let why = format!("its population cannot be counted: {error}");
                    check.findings.push(SampleFinding { position, step, why });
                }
                Err(error) => return Err(error),
            }
        }
        check.population = state.population.as_ref().map(Frame::size);
        check.find_repeated(SampleStep::Commitment, &steps.committed);
        if let Some((stood, seeded)) = steps.seeded.first() {
            self.check_seed(&mut check, *stood, seeded, steps.committed.first());
        }
        check.find_repeated(SampleStep::Seed, &steps.seeded);
        if let Some((stood, drawn)) = steps.drawn.first() {
            let seeded = steps.seeded.first().map(|(_, seeded)| seeded);
            let quotas = steps.committed.first().map(|(_, committed)| &committed.quotas[..]);
            let again = state.population.zip(quotas).zip(seeded);
            let again = again.map(|((frame, quotas), it)| frame.draw(quotas, it.seed.as_str()));
            check.items = again.as_ref().map(|items| items.len() as u64);
            check_draw(&mut check, *stood, drawn, again.as_deref());
        }
        check.find_repeated(SampleStep::Draw, &steps.drawn);
        Ok(check)
    }

    /// A seed must have come after the commitment, and nobody may have known it before.
    fn check_seed(
        &self,
        check: &mut SampleCheck,
        stood: Stood,
        seeded: &SampleSeeded,
        commitment: Option<&(Stood, SampleCommitted)>,
    ) {
        let (step, at) = (SampleStep::Seed, stood.position);
        let Some((committed, promised)) = commitment else {
            if check.committed.is_none() {
                check.find(step, at, "sample", check.sample, "one that was committed to");
            }
            return;
        };
        let before = committed.position;
        if at < before {
            check.find(step, at, "position", at, format!("after record {before}"));
        }
        let mut known = self.seeds.iter().filter(|(known, _)| *known < before && *known != at);
        if let Some((known, _)) = known.find(|(_, seed)| seed.is_like(&seeded.seed)) {
            let found = format!("one that record {known} had not told before the commitment");
            check.find(step, at, "seed", &seeded.seed, found);
        }
        if promised.seed_from.as_ref().is_some_and(|it| seeded.seed.is_in(it.as_str())) {
            let found = "one that the commitment itself did not tell";
            check.find(step, at, "seed", &seeded.seed, found);
        }
        // By the day on which it was recorded that there is a sample: that one was not made up.
        let (announced, committed_on) = (seeded.announced_on, committed.day);
        let first = announced.first_day();
        if first > stood.day {
            let found = format!("{} or earlier, when it was recorded", stood.day);
            check.find(step, at, "announced_on", announced, found);
        }
        match seeded.source {
            SeedSource::Dice if first < committed_on => {
                check.find(step, at, "announced_on", announced, format!("{committed_on} or later"));
            }
            SeedSource::Beacon if first <= committed_on => {
                check.find(step, at, "announced_on", announced, format!("after {committed_on}"));
            }
            SeedSource::Beacon if promised.seed_from.is_none() => {
                check.find(step, at, "source", seeded.source, "one that was said beforehand");
            }
            _ => {}
        }
        if seeded.source == SeedSource::Dice && !seeded.seed.is_digits() {
            check.find(step, at, "seed", &seeded.seed, "nothing but digits, as dice give them");
        }
    }
}

/// The population of a sample, computed again; nothing if no record before its commitment tells.
fn frame(
    store: &impl Store,
    end: &Head,
    stood: Stood,
    committed: &SampleCommitted,
) -> Result<Option<Frame>, Error> {
    if committed.as_of >= stood.position {
        return Ok(None);
    }
    let decisions = decisions_upto(store, end, committed.as_of, &committed.population)?;
    Ok(Some(projections::frame(decisions.known(), &committed.strata)))
}

/// Compares what was committed to with the population, and with what the rules make of that: which
/// strata it has, and how many of each are drawn.
fn check_commitment(
    check: &mut SampleCheck,
    stood: Stood,
    committed: &SampleCommitted,
    state: &State,
) {
    let (step, at) = (SampleStep::Commitment, stood.position);
    let day = PartialDate::from(stood.day);
    check.compare(step, at, "committed_on", (committed.committed_on, day));
    let Some(frame) = &state.population else {
        return check.find(step, at, "as_of", committed.as_of, format!("less than {at}"));
    };
    check.compare(step, at, "population_size", (committed.population_size, frame.size()));
    check.compare(step, at, "population_digest", (committed.population_digest, frame.digest()));
    let command = command_of(&[committed.clone().into()], |_| None);
    let command = command.expect("a commitment has a command").expect("and it is put together");
    let context = Context { actor: committed.by, today: stood.day, released: [0; 32].into() };
    match decide(state, &command, &context).as_deref() {
        Ok([Event::SampleCommitted(again)]) => {
            compare_quotas(check, at, &committed.quotas, &again.quotas);
            check.compare(step, at, "size", (committed.size, again.size));
        }
        Ok(_) => unreachable!("a commitment is one record"),
        Err(rejection) => {
            let found = format!("none: {rejection}");
            check.find(step, at, "sample", check.sample, found);
        }
    }
}

fn compare_quotas(check: &mut SampleCheck, at: u64, recorded: &[Quota], again: &[Quota]) {
    let step = SampleStep::Commitment;
    let by_stratum = |quotas: &[Quota]| -> BTreeMap<String, String> {
        let text = |quota: &Quota| format!("{} of {}", quota.size, quota.of);
        quotas.iter().map(|quota| (quota.stratum.clone(), text(quota))).collect()
    };
    let (before, after) = (by_stratum(recorded), by_stratum(again));
    let strata: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let none = "not there".to_owned();
    for stratum in strata {
        let text = |quotas: &BTreeMap<String, String>| quotas.get(stratum).unwrap_or(&none).clone();
        check.compare(step, at, &format!("quotas[{stratum}]"), (text(&before), text(&after)));
    }
    if before == after && recorded != again {
        // The order is part of what is drawn.
        let names = |quotas: &[Quota]| {
            quotas.iter().map(|quota| quota.stratum.clone()).collect::<Vec<_>>().join(", ")
        };
        check.find(step, at, "quotas", names(recorded), names(again));
    }
}

/// Compares a draw with what the commitment and the seed give.
fn check_draw(
    check: &mut SampleCheck,
    stood: Stood,
    drawn: &SampleDrawn,
    again: Option<&[ItemId]>,
) {
    let (step, at) = (SampleStep::Draw, stood.position);
    check.compare(step, at, "drawn_on", (drawn.drawn_on, PartialDate::from(stood.day)));
    let steps = [(check.committed, "that was committed to"), (check.seeded, "that has a seed")];
    for (before, which) in steps {
        match before {
            None => check.find(step, at, "sample", check.sample, format!("one {which}")),
            Some(before) if at < before => {
                check.find(step, at, "position", at, format!("after record {before}"));
            }
            Some(_) => {}
        }
    }
    let Some(again) = again else { return };
    let count = |items: usize| format!("{items} long");
    check.compare(step, at, "items", (count(drawn.items.len()), count(again.len())));
    // The first other one says enough: with another seed all would be others.
    let mut pairs = drawn.items.iter().zip(again).enumerate();
    if let Some((nth, (recorded, found))) = pairs.find(|(_, (recorded, found))| recorded != found) {
        check.find(step, at, &format!("items[{nth}]"), recorded, found);
    }
}
