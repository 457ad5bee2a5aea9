//! The data of events of quality assurance: samples, and what second readers found.

use crate::content::{Content, Digest};
use crate::sample::{
    AnomalyClass, Finding, PopulationQuery, SamplingMethod, SeedSource, Stratifier,
};
use crate::scoring::Score;
use crate::text::{Citation, Seed};
use crate::{ItemId, PartialDate, PersonId, SampleId};
use serde::{Deserialize, Serialize};

/// Data of [`Event::SampleCommitted`](super::Event::SampleCommitted): everything that a draw
/// depends on but the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleCommitted {
    /// The last record that the population is taken from.
    pub as_of: u64,
    /// Who decided on it.
    pub by: PersonId,
    /// When.
    pub committed_on: PartialDate,
    /// With which confidence a sample without errors shows that fewer than the tolerable share are
    /// in error, in hundredths of a per cent; where the size follows from that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u64>,
    /// How many of each stratum, where that was fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<u64>,
    /// How items are drawn.
    pub method: SamplingMethod,
    /// Which decisions are sampled.
    pub population: PopulationQuery,
    /// BLAKE3 of the population: a line for each item, with its id, a tab and its stratum.
    pub population_digest: Digest,
    /// How many items it has.
    pub population_size: u64,
    /// How many are drawn of each stratum, by its name.
    pub quotas: Vec<Quota>,
    /// The id that it got.
    pub sample: SampleId,
    /// Where the seed will come from, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_from: Option<Citation>,
    /// How many items are drawn.
    pub size: u64,
    /// By what the population is divided.
    pub strata: Vec<Stratifier>,
    /// The tolerable share of errors, in hundredths of a per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerable_error: Option<u64>,
}

/// How many items are drawn of a stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// How many there are.
    pub of: u64,
    /// How many are drawn.
    pub size: u64,
    /// The stratum.
    pub stratum: String,
}

/// Data of [`Event::SampleSeeded`](super::Event::SampleSeeded).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleSeeded {
    /// When the seed became known: rolled, or announced.
    pub announced_on: PartialDate,
    /// Who recorded it for the record.
    pub by: PersonId,
    /// The sample.
    pub sample: SampleId,
    /// The seed, exactly as it was announced.
    pub seed: Seed,
    /// Where it comes from.
    pub source: SeedSource,
}

/// Data of [`Event::SampleDrawn`](super::Event::SampleDrawn).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleDrawn {
    /// Who had it drawn.
    pub by: PersonId,
    /// When.
    pub drawn_on: PartialDate,
    /// What was drawn: the strata in the order of the quotas, in each the items in the order of
    /// their tickets.
    pub items: Vec<ItemId>,
    /// The sample.
    pub sample: SampleId,
}

/// Data of [`Event::SampleItemScored`](super::Event::SampleItemScored).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleItemScored {
    /// The second reader.
    pub by: PersonId,
    /// The item.
    pub item: ItemId,
    /// The sample.
    pub sample: SampleId,
    /// The score that the second reader gives, without having seen the first.
    pub score: Score,
    /// When.
    pub scored_on: PartialDate,
}

/// Data of [`Event::SampleItemJudged`](super::Event::SampleItemJudged). A later one of the same
/// item takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleItemJudged {
    /// The second reader.
    pub by: PersonId,
    /// What kind of anomaly it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<AnomalyClass>,
    /// What was found.
    pub finding: Finding,
    /// The item.
    pub item: ItemId,
    /// When.
    pub judged_on: PartialDate,
    /// The sample.
    pub sample: SampleId,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
}
