//! `sample …`: what quality assurance draws, and what it finds.

use super::{Asking, Format, Show, Words, Writing, score, word};
use assessment::sample::{AnomalyClass, Finding, Population, SeedSource, Stratifier};
use assessment::scoring::Score;
use assessment::{Citation, FrameworkId, ItemId, Name, PartialDate, PersonId, SampleId};
use assurance::Share;
use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args, Subcommand};
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// `sample …`.
#[derive(Debug, Subcommand)]
pub enum SampleCommand {
    /// Settle what is sampled, before anybody can know what will be drawn
    #[command(before_help = "Example: piperoll sample commit score_reviews --size 20 \
            --strata region,statement --seed-from 'dice, 24 November' --actor p-040")]
    Commit(CommitSample),
    /// Record the seed, once dice are rolled or a beacon has announced it
    #[command(before_help = "Example: piperoll sample seed 2026-a 314159265358979 --source dice \
            --actor p-040")]
    Seed(SeedSample),
    /// Draw: what is drawn follows from the population and the seed
    #[command(before_help = "Example: piperoll sample draw 2026-a --actor p-040")]
    Draw(DrawSample),
    /// What a second reader needs to judge an item again, without what the first one decided
    #[command(before_help = "Example: piperoll sample blind 2026-a 109 --out ./to-read")]
    Blind(BlindSample),
    /// Record what a second reader found: of a score first a blind score, then the finding
    #[command(before_help = "Example: piperoll sample judge 2026-a 109 --score 3 --actor p-051")]
    Judge(JudgeSample),
    /// What was found in a sample, and what that says of its population
    #[command(before_help = "Example: piperoll sample summary 2026-a")]
    Summary(ShowSample),
    /// Check every sample, or one: its population, its seed and its draw, computed again
    #[command(before_help = "Example: piperoll sample verify")]
    Verify {
        /// The sample (all, if not given)
        #[arg(value_parser = sample)]
        sample: Option<SampleId>,
        #[command(flatten)]
        asking: Asking,
    },
    /// How many items a sample needs if it is to have no error; needs no ledger
    #[command(before_help = "Example: piperoll sample size --population 250")]
    Size(SampleSize),
    /// The samples, and what became of each
    #[command(before_help = "Example: piperoll sample list")]
    List(Show),
    /// One sample: what was committed, drawn and found, and the records that say so
    #[command(before_help = "Example: piperoll sample show 2026-a")]
    Show {
        /// The sample
        #[arg(value_parser = sample)]
        sample: SampleId,
        /// Print its population, byte for byte what its digest is of (for `b3sum`)
        #[arg(long, conflicts_with_all = ["format", "as_of", "effective"])]
        population: bool,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `sample commit`.
#[derive(Debug, Args)]
pub struct CommitSample {
    /// Of which decisions: score_reviews, panel_decisions, accuracy_resolutions, publications,
    /// section_50_decisions or erasures
    #[arg(value_parser = hyphened::<Population>)]
    pub population: Population,
    #[command(flatten)]
    pub size: HowMany,
    /// By what the population is divided: rating, threshold_distance, statement, assessor,
    /// region, framework or quarter; several with commas between them. Only scores and panel
    /// decisions have a statement; section 50 decisions have no assessor; erasures have no
    /// rating, threshold_distance or framework
    #[arg(long, value_delimiter = ',', value_parser = hyphened::<Stratifier>)]
    pub strata: Vec<Stratifier>,
    #[command(flatten)]
    pub which: Which,
    /// The last record that the population is taken from (the last one there is, if not given)
    #[arg(long, value_name = "POSITION", value_parser = recordable())]
    pub as_of: Option<u64>,
    /// Where the seed will come from, in a few words
    #[arg(long, value_name = "TEXT")]
    pub seed_from: Option<Citation>,
    /// Who decides on it (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    #[command(flatten)]
    pub writing: Writing,
}

/// How many items are drawn: in one of three ways.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group(ArgGroup::new("how_many").required(true).args(["size", "each", "confidence"])))]
pub struct HowMany {
    /// How many items, in proportion to the strata
    #[arg(long, value_name = "N", value_parser = recordable())]
    pub size: Option<u64>,
    /// How many items of each stratum
    #[arg(long, value_name = "N", value_parser = recordable())]
    pub each: Option<u64>,
    /// In per cent: as many as it takes to be so sure, if no item is in error…
    #[arg(long, value_name = "PERCENT", value_parser = share, allow_negative_numbers = true)]
    #[arg(requires = "tolerable_error")]
    pub confidence: Option<Share>,
    /// In per cent: …that fewer than this are in error
    #[arg(long, value_name = "PERCENT", value_parser = share, allow_negative_numbers = true)]
    #[arg(requires = "confidence", conflicts_with_all = ["size", "each"])]
    pub tolerable_error: Option<Share>,
}

/// Which of the decisions are meant (all, if nothing is given).
#[derive(Debug, Args)]
pub struct Which {
    /// Under which framework
    #[arg(long, value_name = "ID")]
    pub framework: Option<FrameworkId>,
    /// Of bodies in which region
    #[arg(long)]
    pub region: Option<Name>,
    /// On which quality statement: id or name
    #[arg(long)]
    pub statement: Option<String>,
    /// By whom; of a panel's decision, who had scored
    #[arg(long, value_name = "PERSON")]
    pub assessor: Option<PersonId>,
    /// The first day on which they were decided
    #[arg(long, value_name = "DATE")]
    pub from: Option<PartialDate>,
    /// The last day on which they were decided
    #[arg(long, value_name = "DATE")]
    pub to: Option<PartialDate>,
}

/// `sample seed`.
#[derive(Debug, Args)]
pub struct SeedSample {
    /// The sample
    #[arg(value_parser = sample)]
    pub sample: SampleId,
    /// The seed exactly as it was announced, 8 to 500 characters; or - for one line of the standard
    /// input
    pub seed: String,
    /// Where it comes from: dice (rolled before witnesses, on the day of the commitment or later)
    /// or beacon (announced to everybody, on a later day)
    #[arg(long, value_parser = word::<SeedSource>)]
    pub source: SeedSource,
    /// When it was rolled or announced (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub on: Option<PartialDate>,
    /// Who answers for it (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `sample draw`.
#[derive(Debug, Args)]
pub struct DrawSample {
    /// The sample
    #[arg(value_parser = sample)]
    pub sample: SampleId,
    /// Who has it drawn (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `sample blind`.
#[derive(Debug, Args)]
pub struct BlindSample {
    /// The sample
    #[arg(value_parser = sample)]
    pub sample: SampleId,
    /// The item, as `sample show` lists it
    pub item: ItemId,
    /// Write it all into a new directory, each piece of evidence in a file of its own
    #[arg(long, value_name = "DIR", conflicts_with = "format")]
    pub out: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// `sample judge`.
#[derive(Debug, Args)]
pub struct JudgeSample {
    /// The sample
    #[arg(value_parser = sample)]
    pub sample: SampleId,
    /// The item, as `sample show` lists it
    pub item: ItemId,
    #[command(flatten)]
    pub judgement: Judgement,
    /// Of an anomaly: not_supported, evidence_overlooked, evidence_unfit, method_misapplied,
    /// process_not_followed, reasons_insufficient or recorded_wrongly
    #[arg(long, value_parser = hyphened::<AnomalyClass>, conflicts_with = "score")]
    pub class: Option<AnomalyClass>,
    #[command(flatten)]
    pub words: Words,
    /// When (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub on: Option<PartialDate>,
    /// Who read it again (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    #[command(flatten)]
    pub writing: Writing,
}

/// A blind score, or what was found.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Judgement {
    /// The score that the second reader gives without having seen the first, 1 to 4
    #[arg(long, value_parser = score)]
    pub score: Option<Score>,
    /// What was found: agree (it is right), adjacent (one apart, within judgement) or anomaly
    #[arg(long, value_parser = word::<Finding>)]
    pub finding: Option<Finding>,
}

/// `sample summary`.
#[derive(Debug, Args)]
pub struct ShowSample {
    /// The sample
    #[arg(value_parser = sample)]
    pub sample: SampleId,
    #[command(flatten)]
    pub asking: Asking,
}

/// `sample size`.
#[derive(Debug, Args)]
pub struct SampleSize {
    /// How many decisions there are to draw from
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub population: Option<u64>,
    /// In per cent: how sure it is to be
    #[arg(long, value_name = "PERCENT", value_parser = share, allow_negative_numbers = true)]
    #[arg(default_value = "95")]
    pub confidence: Share,
    /// In per cent: the share in error that would be too many (1, 2, 3, 5 and 10, if not given)
    #[arg(long, value_name = "PERCENT", value_parser = share, allow_negative_numbers = true)]
    pub tolerable_error: Option<Share>,
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
}

/// Reads a sample's id, which may stand as its stream does: `2026-a` or `sample/2026-a`.
pub(crate) fn sample(text: &str) -> Result<SampleId, String> {
    let id = text.strip_prefix("sample/").unwrap_or(text);
    id.parse().map_err(|error: assessment::InvalidId| error.to_string())
}

/// Reads a word of a closed list, with hyphens where records have underscores.
fn hyphened<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    word(&text.replace('-', "_"))
}

/// A number that a record can hold: JSON is exact up to 2^53 − 1 only.
fn recordable() -> RangedU64ValueParser {
    clap::value_parser!(u64).range(..1 << 53)
}

/// Reads a share in per cent: 95, 99.5 or 0.25.
fn share(text: &str) -> Result<Share, String> {
    hundredths(text).and_then(Share::new).ok_or_else(|| {
        "more than 0 and less than 100, with at most two decimals: 95, 99.5".to_owned()
    })
}

/// The hundredths of a per cent, where a text is digits with at most two decimals.
fn hundredths(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "00"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(decimals) || whole.len() > 3 || decimals.len() > 2 {
        return None;
    }
    format!("{whole}{decimals:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{sample, share};

    /// What goes into a record must be the share that was typed, to the last hundredth: a float
    /// would make 99.99 another number, and 1e3 one at all.
    #[test]
    fn shares_are_read_exactly() {
        let read = |text| share(text).map(assurance::Share::hundredths);
        for (text, hundredths) in [
            ("95", 9_500),
            ("99.5", 9_950),
            ("99.99", 9_999),
            ("5", 500),
            ("0.01", 1),
            ("05.10", 510),
            ("1.0", 100),
        ] {
            assert_eq!(read(text), Ok(hundredths), "{text}");
        }
        for wrong in [
            "",
            "0",
            "0.00",
            "100",
            "100.00",
            "101",
            "5.123",
            "-1",
            "+5",
            "1e3",
            "NaN",
            "inf",
            "5%",
            "5.",
            ".5",
            "5,5",
            " 5",
            "5 ",
            "٥",
            "1.2.3",
            "99999999999999999999",
            "0x10",
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }

    /// A stream's name is what the log shows, and the id what the list shows.
    #[test]
    fn a_sample_is_named_by_its_id_or_its_stream() {
        assert_eq!(sample("sample/2026-a"), sample("2026-a"));
        for wrong in ["", "sample/", "2026", "panel/2026-a", "sample/sample/2026-a", "2026-A"] {
            assert!(sample(wrong).is_err(), "{wrong}");
        }
    }
}
