//! The data of commands of quality assurance.

use crate::content::Content;
use crate::sample::{AnomalyClass, Finding, PopulationQuery, SeedSource, Stratifier};
use crate::scoring::Score;
use crate::text::{Citation, Seed};
use crate::{ItemId, PartialDate, PersonId, SampleId};
use serde::{Deserialize, Serialize};

/// Data of [`Command::CommitSample`](super::Command::CommitSample): the size is stated, follows
/// from a confidence and a tolerable error, or is so many of each stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitSample {
    /// The last record that the population is taken from.
    pub as_of: u64,
    /// Who decides on it; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// In hundredths of a per cent (95 % is 9500): with a tolerable error, the smallest size by
    /// which a sample without errors shows that fewer are in error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u64>,
    /// How many of each stratum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<u64>,
    /// Which decisions are sampled.
    pub population: PopulationQuery,
    /// Where the seed will come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_from: Option<Citation>,
    /// How many items are drawn, in proportion to the strata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// By what the population is divided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<Stratifier>,
    /// The tolerable share of errors, in hundredths of a per cent (5 % is 500).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerable_error: Option<u64>,
}

/// Data of [`Command::SeedSample`](super::Command::SeedSample).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeedSample {
    /// When the seed became known: rolled, or announced.
    pub announced_on: PartialDate,
    /// Who answers for it; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The sample.
    pub sample: SampleId,
    /// The seed, exactly as it was announced.
    pub seed: Seed,
    /// Where it comes from.
    pub source: SeedSource,
}

/// Data of [`Command::DrawSample`](super::Command::DrawSample): what is drawn follows from the
/// commitment and the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawSample {
    /// Who has it drawn; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The sample.
    pub sample: SampleId,
}

/// Data of [`Command::ScoreSampleItem`](super::Command::ScoreSampleItem).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreSampleItem {
    /// The second reader; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The item.
    pub item: ItemId,
    /// The sample.
    pub sample: SampleId,
    /// The score that the second reader gives, without having seen the first.
    pub score: Score,
    /// When.
    pub scored_on: PartialDate,
}

/// Data of [`Command::JudgeSampleItem`](super::Command::JudgeSampleItem).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeSampleItem {
    /// The second reader; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
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
