//! `sample list`, and the records of samples.

use super::in_words;
use crate::cli::Asking;
use crate::commands::{Home, at, only_for_the_regulator, open};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row, grouped};
use assessment::event::SampleItemJudged;
use assessment::sample::{Finding, Population};
use assessment::state::Sample;
use assessment::{Event, FrameworkId, ItemId, PartialDate, SampleId, State, evolve};
use ledger::{At, Ledger, Recorded};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// What is recorded of samples, and of frameworks that were adopted because of one.
pub struct Known {
    /// The records, oldest first.
    pub records: Vec<Recorded>,
    /// What they add up to.
    pub samples: BTreeMap<SampleId, Sample>,
}

impl Known {
    /// Reads what a question at a time may see.
    pub fn of(ledger: &Ledger, at: At) -> Result<Self, Failure> {
        Ok(Self::among(ledger.gather(at, &|event| of_sample(event).is_some())?))
    }

    /// What these records say of samples.
    pub fn among(mut records: Vec<Recorded>) -> Self {
        records.retain(|it| of_sample(&it.event).is_some());
        let state = records.iter().map(|it| &it.event).fold(State::default(), evolve);
        Self { records, samples: state.samples }
    }
}

/// The sample that a record is about, if it is about one.
pub fn of_sample(event: &Event) -> Option<SampleId> {
    match event {
        Event::SampleCommitted(it) => Some(it.sample),
        Event::SampleSeeded(it) => Some(it.sample),
        Event::SampleDrawn(it) => Some(it.sample),
        Event::SampleItemScored(it) => Some(it.sample),
        Event::SampleItemJudged(it) => Some(it.sample),
        Event::FrameworkAdopted(it) => it.because,
        _ => None,
    }
}

/// A sample, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub struct SampleRow {
    sample: SampleId,
    committed_on: PartialDate,
    population: Population,
    which: String,
    as_of: u64,
    population_size: u64,
    size: u64,
    state: &'static str,
    judged: u64,
    anomalies: u64,
    /// Anomalies that who found them found to be none.
    corrected: u64,
    frameworks: String,
}

impl Row for SampleRow {
    const HEADER: &'static [&'static str] = &[
        "sample",
        "committed_on",
        "population",
        "which",
        "as_of",
        "population_size",
        "size",
        "state",
        "judged",
        "anomalies",
        "corrected",
        "frameworks",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("sample", |row| row.sample.to_string()),
            Column::text("of", |row| format!("{}\ncommitted {}", row.which, row.committed_on)),
            Column::left("size", |row| {
                format!("{} of {}", grouped(row.size), grouped(row.population_size))
            }),
            Column::text("state", |row| match row.state {
                "drawn" if row.judged > 0 => format!("{} of {} judged", row.judged, row.size),
                state => state.to_owned(),
            }),
            Column::left("anomalies", |row| match row.corrected {
                0 => row.anomalies.to_string(),
                corrected => format!("{} ({corrected} corrected)", row.anomalies),
            }),
            Column::text("framework", |row| row.frameworks.clone()),
        ]
    }
}

fn row(sample: &Sample) -> SampleRow {
    let committed = &sample.committed;
    let frameworks: Vec<&str> = sample.answers.iter().map(FrameworkId::as_str).collect();
    SampleRow {
        sample: committed.sample,
        committed_on: committed.committed_on,
        population: committed.population.of,
        which: in_words(&committed.population),
        as_of: committed.as_of,
        population_size: committed.population_size,
        size: committed.size,
        state: state(sample),
        judged: sample.judged.len() as u64,
        anomalies: sample.anomalies().count() as u64,
        corrected: corrected(sample).len() as u64,
        frameworks: frameworks.join(" "),
    }
}

/// The anomalies that are none any more: the item, and how it was found to be one last.
pub fn corrected(sample: &Sample) -> Vec<&SampleItemJudged> {
    let stood = |(item, now): (&ItemId, &SampleItemJudged)| {
        let is_meant = |it: &&SampleItemJudged| it.item == *item && it.finding == Finding::Anomaly;
        let before = sample.corrected.iter().rfind(is_meant);
        before.filter(|_| now.finding != Finding::Anomaly)
    };
    sample.judged.iter().filter_map(stood).collect()
}

/// How far a sample is.
pub fn state(sample: &Sample) -> &'static str {
    match (&sample.seeded, &sample.drawn) {
        (_, Some(drawn)) if sample.judged.len() >= drawn.items.len() => "complete",
        (_, Some(_)) => "drawn",
        (Some(_), None) => "seeded",
        (None, None) => "committed",
    }
}

/// The samples in the order of their commitment.
pub fn rows(known: &Known) -> Vec<SampleRow> {
    let committed = known.records.iter().filter_map(|it| match &it.event {
        Event::SampleCommitted(it) => known.samples.get(&it.sample),
        _ => None,
    });
    committed.map(row).collect()
}

/// Lists the samples.
pub fn run(home: &Home, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a sample")?;
    let known = Known::of(&open(home)?, at(asking))?;
    render::rows(out, asking.format, &rows(&known))
}
