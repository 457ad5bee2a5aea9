//! What is known of the samples of quality assurance.

use super::State;
use crate::event::*;
use crate::sample::Finding;
use crate::text::Seed;
use crate::{Event, FrameworkId, ItemId};
use std::collections::{BTreeMap, BTreeSet};

/// A sample of decisions, from its commitment on.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What was committed to.
    pub committed: SampleCommitted,
    /// The seeds of other samples that were recorded by then.
    pub known_seeds: BTreeSet<Seed>,
    /// The seed.
    pub seeded: Option<SampleSeeded>,
    /// What was drawn.
    pub drawn: Option<SampleDrawn>,
    /// The scores of second readers.
    pub scored: BTreeMap<ItemId, SampleItemScored>,
    /// What was found: the last word on each item.
    pub judged: BTreeMap<ItemId, SampleItemJudged>,
    /// What was found before, where a later word took its place; oldest first.
    pub corrected: Vec<SampleItemJudged>,
    /// The frameworks that were adopted because of it.
    pub answers: BTreeSet<FrameworkId>,
}

impl Sample {
    /// The items of which an anomaly was found.
    pub fn anomalies(&self) -> impl Iterator<Item = &SampleItemJudged> {
        self.judged.values().filter(|judged| judged.finding == Finding::Anomaly)
    }
}

impl State {
    /// Takes in an event of a sample, or of what became of it.
    pub(crate) fn follow_sample(&mut self, event: &Event) {
        let id = match event {
            Event::SampleCommitted(event) => return self.commit_sample(event),
            Event::SampleSeeded(event) => event.sample,
            Event::SampleDrawn(event) => event.sample,
            Event::SampleItemScored(event) => event.sample,
            Event::SampleItemJudged(event) => event.sample,
            Event::FrameworkAdopted(FrameworkAdopted { because: Some(sample), .. }) => *sample,
            _ => return,
        };
        let Some(sample) = self.samples.get_mut(&id) else { return };
        match event {
            Event::SampleSeeded(event) => sample.seeded = Some(event.clone()),
            Event::SampleDrawn(event) => sample.drawn = Some(event.clone()),
            Event::SampleItemScored(event) => {
                sample.scored.insert(event.item, event.clone());
            }
            Event::SampleItemJudged(event) => {
                sample.corrected.extend(sample.judged.insert(event.item, event.clone()));
            }
            Event::FrameworkAdopted(event) => {
                sample.answers.insert(event.framework.id);
            }
            _ => {}
        }
    }

    fn commit_sample(&mut self, event: &SampleCommitted) {
        let seeds = self.samples.values().filter_map(|it| it.seeded.as_ref());
        let sample = Sample {
            committed: event.clone(),
            known_seeds: seeds.map(|seeded| seeded.seed.clone()).collect(),
            seeded: None,
            drawn: None,
            scored: BTreeMap::new(),
            judged: BTreeMap::new(),
            corrected: Vec::new(),
            answers: BTreeSet::new(),
        };
        self.samples.insert(event.sample, sample);
    }
}
