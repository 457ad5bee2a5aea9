//! `agreement`: how far readers agree.

use super::{Asking, Printed, word};
use assessment::framework::OrganisationKind;
use assessment::sample::Stratifier;
use assessment::{FrameworkId, Seed};
use assurance::{FEWEST_PAIRS, Statistic};
use clap::{Args, ValueEnum};

/// The seed that is used if none is given: anybody gets the same intervals again.
pub const FIXED_SEED: &str = "piperoll agreement";

/// `agreement`.
#[derive(Debug, Args)]
#[command(after_help = explained())]
pub struct Agreement {
    /// Whose scores are compared
    #[arg(long, value_enum, value_name = "WHO", default_value_t)]
    pub between: AgreementBetween,
    /// A row for each of these as well
    #[arg(long, value_enum, value_name = "WHAT")]
    pub by: Option<AgreementBy>,
    /// Only scores under this framework
    #[arg(long, value_name = "ID")]
    pub framework: Option<FrameworkId>,
    /// Only bodies of this kind: local_authority or integrated_care_system
    #[arg(long, value_parser = word::<OrganisationKind>)]
    pub kind: Option<OrganisationKind>,
    /// Instead of figures, the pairs of scores that they are computed from
    #[arg(long, conflicts_with_all = ["by", "seed", "replicates", "statistic"])]
    pub pairs: bool,
    /// The text that decides what the bootstrap draws: 8 to 500 characters
    #[arg(long, value_name = "TEXT", default_value = FIXED_SEED)]
    pub seed: Seed,
    /// How often the bootstrap draws: 100 to 100000 times
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub replicates: u32,
    /// Of a drawing: show this, instead of ac2 and alpha
    #[arg(long, value_name = "NAME", value_parser = statistic)]
    pub statistic: Option<Statistic>,
    #[command(flatten)]
    pub asking: Asking<AgreementFormat>,
}

/// Whose scores are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum AgreementBetween {
    /// Each score that a panel decided on or confirmed, and what the panel made of it
    #[default]
    ScorerPanel,
    /// Each review of a score that was drawn in a sample, and the blind score of its second reader;
    /// drawn in several samples, it counts in each
    ScorerReader,
}

/// What there is a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AgreementBy {
    /// Each person who gave the first score
    Assessor,
    /// Each quality statement
    Statement,
    /// Each region; that of a body whose region is not known is `none`
    Region,
    /// Each quarter in which the second score was given; a date that tells none counts as its year
    Quarter,
}

/// How agreement is printed, or drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum AgreementFormat {
    /// Aligned columns for people: the most useful figures, a line for each group
    #[default]
    Table,
    /// Every column, separated by tabs, no heading
    Plain,
    /// One JSON array of objects, one for each figure
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated with a heading
    Csv,
    /// A drawing: figures and intervals over time, by quarter
    Svg,
}

impl Printed for AgreementFormat {
    const DEFAULT: &'static str = "table";
}

impl AgreementBy {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        self.stratifier().as_str()
    }

    /// By what decisions are divided.
    pub fn stratifier(self) -> Stratifier {
        match self {
            Self::Assessor => Stratifier::Assessor,
            Self::Statement => Stratifier::Statement,
            Self::Region => Stratifier::Region,
            Self::Quarter => Stratifier::Quarter,
        }
    }
}

/// The name of a statistic, where it is short, and its definition.
pub fn named(statistic: Statistic) -> (&'static str, &'static str) {
    match statistic {
        Statistic::Exact => ("exact", "share of pairs that are equal"),
        Statistic::Adjacent => ("adjacent", "share of pairs at most 1 apart"),
        Statistic::Shift => ("shift", "mean of second less first score"),
        Statistic::Alpha => ("alpha", "Krippendorff's alpha, ordinal"),
        Statistic::Ac1 => ("ac1", "Gwet's AC1, scores 1 to 4"),
        Statistic::Ac2 => ("ac2", "Gwet's AC2, quadratic weights, scores 1 to 4"),
        Statistic::Kappa => ("kappa", "Cohen's kappa, quadratic weights"),
    }
}

fn statistic(text: &str) -> Result<Statistic, String> {
    let found = Statistic::ALL.into_iter().find(|it| named(*it).0 == text);
    found.ok_or_else(|| {
        let names: Vec<&str> = Statistic::ALL.iter().map(|it| named(*it).0).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// What the figures are, for the help.
fn explained() -> String {
    let mut text = "Figures:\n".to_owned();
    for statistic in Statistic::ALL {
        let (name, definition) = named(statistic);
        text += &format!("  {name:8}  {definition}\n");
    }
    text + &format!(
        "\nEach has a 95 % interval: a percentile bootstrap over the pairs of its group, in the
order of --pairs, with the same seed for every group. A table rounds to 3 digits
after the point, other formats to 12. Of fewer than {FEWEST_PAIRS} pairs no figure is given."
    )
}
