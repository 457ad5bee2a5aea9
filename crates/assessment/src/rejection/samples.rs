//! Refusals about samples of quality assurance.

use crate::sample::{AnomalyClass, Finding, Population, Stratifier};
use crate::scoring::Score;
use crate::text::Seed;
use crate::{FrameworkId, ItemId, PartialDate, PersonId, SampleId};

rejections! {
    /// A step of quality assurance that the rules do not allow.
    SampleRejection {}

    /// The sample is not in the ledger.
    SampleUnknown {
        /// The sample.
        sample: SampleId,
    } "sample_unknown", "no sample {sample} is in this ledger",
        "`sample list` shows what there is; `sample commit` begins one";

    /// The population is to be taken from records that are not there.
    PopulationBeyondLedger {
        /// The last record that was asked for.
        as_of: u64,
    } "population_beyond_ledger", "the ledger has no record {as_of} to take a population from yet",
        "a population is taken from records that are there; `status` names the last one";

    /// There is nothing to draw from.
    PopulationEmpty {
        /// Of which kind.
        of: Population,
        /// The last record that was looked at.
        as_of: u64,
    } "population_empty",
        "no decision of the population `{of}` meets the conditions as of record {as_of}",
        "name fewer conditions, or another population";

    /// The size is said in no way, or in several.
    SizeNotClear {} "size_not_clear",
        "a sample needs a size, a size of each stratum, or a confidence with a tolerable error, \
         and only one of these",
        "--size N, --each N, or --confidence 95 --tolerable-error 5";

    /// The size of a sample is none that its population can have.
    SizeImpossible {
        /// The size.
        size: u64,
        /// The size of the population.
        population: u64,
    } "size_impossible", "a sample of {size} cannot be drawn from a population of {population}",
        "a sample has at least one item, and at most all that there are";

    /// A sample that one record cannot hold.
    SampleTooLarge {
        /// The size.
        size: u64,
        /// The largest.
        most: u64,
    } "sample_too_large", "a sample of {size} does not fit a record, which holds {most} items",
        "a smaller confidence or a larger tolerable error needs fewer; or sample part by part";

    /// A share that is none.
    ShareImpossible {
        /// What it is of.
        what: &'static str,
        /// The hundredths of a per cent.
        hundredths: u64,
    } "share_impossible",
        "the {what} of a sample cannot be {hundredths} hundredths of a per cent",
        "it is more than 0 % and less than 100 %, with at most two decimals";

    /// A population is divided by what its decisions do not have.
    StratumUnfit {
        /// By what.
        stratum: Stratifier,
        /// The population.
        of: Population,
    } "stratum_unfit", "the population `{of}` cannot be divided by {stratum}",
        "`sample commit --help` lists by what each population can be divided";

    /// The same division twice.
    StratumTwice {
        /// By what.
        stratum: Stratifier,
    } "stratum_twice", "the population is divided by {stratum} twice",
        "name each division once";

    /// The divisions stand in another order than that of the format.
    StrataOutOfOrder {
        /// What should come later.
        before: Stratifier,
        /// What should come first.
        stratum: Stratifier,
    } "strata_out_of_order", "{stratum} comes before {before} when a population is divided",
        "in the order of the format, as another order could give what is left over to others";

    /// A stratum of which nothing would be drawn.
    StratumLeftOut {
        /// The stratum.
        stratum: String,
        /// How many there are.
        strata: u64,
        /// How many items are drawn of all.
        size: u64,
    } "stratum_left_out",
        "of the stratum `{stratum}` nothing would be drawn: {size} items among {strata} strata",
        "divide by fewer things, draw more, or take a number of each stratum (--each)";

    /// More strata than one record can name.
    TooManyStrata {
        /// How many there would be.
        strata: u64,
        /// How many bytes the commitment would have.
        bytes: u64,
        /// The most bytes that it can have.
        most: u64,
    } "too_many_strata",
        "a commitment with {strata} strata has {bytes} bytes, and a record holds {most}",
        "divide the population by fewer things";

    /// The seed was recorded already.
    AlreadySeeded {
        /// The sample.
        sample: SampleId,
        /// Its seed.
        seed: Seed,
        /// When it became known.
        on: PartialDate,
    } "already_seeded", "sample {sample} has a seed already: `{seed}`, of {on}",
        "a seed cannot be chosen again; begin another sample if this one went wrong";

    /// The seed may have been known when the sample was committed to.
    SeedBeforeCommitment {
        /// The sample.
        sample: SampleId,
        /// When the seed became known.
        announced_on: PartialDate,
        /// When the sample was committed to.
        committed_on: PartialDate,
    } "seed_before_commitment",
        "a seed of {announced_on} may have been known when sample {sample} was committed to, \
         on {committed_on}",
        "roll dice after the commitment, or take what a beacon announces on a later day";

    /// Which beacon decides was not said beforehand.
    BeaconNotNamed {
        /// The sample.
        sample: SampleId,
    } "beacon_not_named",
        "sample {sample} was committed to without saying which value of which beacon will be its \
         seed",
        "roll dice, or begin another sample with --seed-from, such as 'first pulse of 1 June'";

    /// What dice showed was written with something between.
    DiceNotDigits {
        /// The seed.
        seed: Seed,
    } "dice_not_digits", "the seed `{seed}` of dice is not digits alone",
        "what was rolled, digit after digit and nothing between: 4166235126";

    /// The seed stood in the ledger when the sample was committed to.
    SeedKnown {
        /// The sample.
        sample: SampleId,
        /// The seed.
        seed: Seed,
    } "seed_known", "the seed `{seed}` was in the ledger before sample {sample} was committed to",
        "a seed that was known could have steered the sample; roll or take another";

    /// The sample has no seed yet.
    SeedMissing {
        /// The sample.
        sample: SampleId,
    } "seed_missing", "sample {sample} has no seed yet",
        "`sample seed` records it; only then can the sample be drawn";

    /// What would be drawn from is not what was committed to.
    PopulationChanged {
        /// The sample.
        sample: SampleId,
        /// How many items there are now.
        found: u64,
        /// How many there were.
        committed: u64,
    } "population_changed",
        "the population of sample {sample} is not the one that was committed to: {committed} \
         items then, {found} now, and not the same ones",
        "records were altered, or are read otherwise; `verify` and `sample verify` tell more";

    /// The sample is not drawn yet.
    NotDrawn {
        /// The sample.
        sample: SampleId,
    } "not_drawn", "sample {sample} is not drawn yet",
        "`sample seed` and `sample draw` come first";

    /// The item is not in the sample.
    ItemNotDrawn {
        /// The sample.
        sample: SampleId,
        /// The item.
        item: ItemId,
    } "item_not_drawn", "item {item} was not drawn for sample {sample}",
        "`sample show` lists what was drawn";

    /// A second reader has a part in what is read again.
    ReaderInvolved {
        /// The reader.
        person: PersonId,
        /// The item.
        item: ItemId,
    } "reader_involved", "{person} had a part in item {item}, or in its assessment",
        "a second reader had no part in it and did not record it; --by names another";

    /// An item that is no score.
    NotAScore {
        /// The item.
        item: ItemId,
        /// Of which kind it is.
        of: Population,
    } "not_a_score", "item {item} is of the population `{of}`, which has no scores",
        "`sample judge --finding` records at once what was found";

    /// The second reader's score was recorded already.
    ItemScored {
        /// The item.
        item: ItemId,
        /// The score.
        score: Score,
        /// When.
        on: PartialDate,
    } "item_scored", "item {item} was given a second score, {score}, on {on}",
        "a blind score is given once; the finding says what became of it";

    /// A second reader has read the item for another sample, and knows the first score.
    ReadBefore {
        /// The reader.
        person: PersonId,
        /// The item.
        item: ItemId,
        /// The other sample.
        other: SampleId,
    } "read_before", "{person} has scored {item} in sample {other}, and knows the first score",
        "let somebody else read it; `--by` names another";

    /// A finding before the second reader's score.
    NotScoredYet {
        /// The item.
        item: ItemId,
    } "not_scored_yet", "item {item} has no score of a second reader yet",
        "`sample judge --score` records it; then --finding says what was found";

    /// A finding of somebody else would take the place of another's.
    JudgedByAnother {
        /// The item.
        item: ItemId,
        /// Who judged it.
        judge: PersonId,
        /// When.
        on: PartialDate,
    } "judged_by_another", "{item} was judged by {judge} on {on}",
        "only who found it corrects a finding; a further opinion is another sample";

    /// The finding is not what the two scores say.
    FindingContradicts {
        /// The item.
        item: ItemId,
        /// The finding.
        finding: Finding,
        /// The first score.
        first: Score,
        /// The second reader's.
        second: Score,
    } "finding_contradicts",
        "item {item} was scored {first} and then {second}, which is not `{finding}`",
        "equal scores agree, scores one apart are adjacent, all others are an anomaly";

    /// A finding of scores that are not there.
    AdjacentWithoutScore {
        /// The item.
        item: ItemId,
    } "adjacent_without_score", "item {item} is no score, and so no other is adjacent to it",
        "of a decision without a score the finding is `agree` or `anomaly`";

    /// An anomaly that is not described.
    AnomalyNotDescribed {
        /// The item.
        item: ItemId,
    } "anomaly_not_described", "the anomaly of item {item} needs a class and a text",
        "--class says of which kind it is, --text why, in words";

    /// A class of anomaly where there is none.
    ClassWithoutAnomaly {
        /// The item.
        item: ItemId,
        /// The class.
        class: AnomalyClass,
    } "class_without_anomaly", "item {item} is given the class {class} and is no anomaly",
        "leave the class out, or record an anomaly";

    /// A framework that was adopted already is said to be an answer.
    AdoptedBefore {
        /// The sample.
        sample: SampleId,
        /// The framework.
        framework: FrameworkId,
    } "adopted_before",
        "framework {framework} is in this ledger already, and not because of sample {sample}",
        "what was found is answered by a framework that is adopted after it, with another id";

    /// A framework is adopted because of a sample in which nothing was found.
    NoAnomaly {
        /// The sample.
        sample: SampleId,
    } "no_anomaly", "no anomaly was found in sample {sample} that a framework could answer",
        "`sample summary` shows what was found";
}
