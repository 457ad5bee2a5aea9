//! The questions, each one word.

use super::{Asking, Audience, Format, audience, day, word};
use assessment::framework::OrganisationKind;
use assessment::{AssessmentId, FrameworkId};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};

/// Which rows are wanted.
#[derive(Debug, Clone, Args)]
pub struct Filters {
    /// Codes, names or unique beginnings of organisations
    #[arg(value_name = "ORGANISATION")]
    pub organisations: Vec<String>,
    /// local_authority or integrated_care_system
    #[arg(long, value_parser = word::<OrganisationKind>)]
    pub kind: Option<OrganisationKind>,
    /// The framework
    #[arg(long, value_name = "ID")]
    pub framework: Option<FrameworkId>,
    /// From this day on
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
    /// Up to this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<NaiveDate>,
}

/// `scores`.
#[derive(Debug, Args)]
pub struct Scores {
    /// The scores of evidence categories, from which those of statements are rolled up; a body
    /// is told its own, as in its draft and as published
    #[arg(long, conflicts_with_all = ["since", "until"])]
    pub categories: bool,
    /// The quality statement: id or name
    #[arg(long)]
    pub statement: Option<String>,
    /// The assessment (the current one, if not given)
    #[arg(long, value_name = "ID")]
    pub assessment: Option<AssessmentId>,
    #[command(flatten)]
    pub filters: Filters,
    #[command(flatten)]
    pub asking: Asking,
}

/// `transitions` and `reviewed`.
#[derive(Debug, Args)]
pub struct History {
    /// The quality statement: id or name
    #[arg(long)]
    pub statement: Option<String>,
    #[command(flatten)]
    pub filters: Filters,
    #[command(flatten)]
    pub asking: Asking,
}

/// `ratings`.
#[derive(Debug, Args)]
pub struct Ratings {
    /// Only this level
    #[arg(long, value_enum)]
    pub level: Option<RatingsLevel>,
    /// In which order
    #[arg(long, value_enum, default_value_t)]
    pub sort: Sort,
    /// The assessment (the current one, if not given)
    #[arg(long, value_name = "ID")]
    pub assessment: Option<AssessmentId>,
    #[command(flatten)]
    pub filters: Filters,
    #[command(flatten)]
    pub asking: Asking,
}

/// A level of `ratings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RatingsLevel {
    /// The body as a whole
    Overall,
    /// Its themes
    Theme,
}

/// An order of `ratings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Sort {
    /// By code of the organisation
    #[default]
    Code,
    /// By name
    Name,
    /// By score, highest first
    Score,
}

/// `log`.
#[derive(Debug, Args)]
pub struct Log {
    /// Code, name or unique beginning of an organisation
    pub organisation: Option<String>,
    /// Only records of this kind
    #[arg(long)]
    pub kind: Option<String>,
    /// Only what happened from this day on
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
    /// Only what happened up to this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<NaiveDate>,
    /// From this position on
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    pub from: u64,
    /// At most this many
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    #[command(flatten)]
    pub asking: Asking,
}

/// `show`.
#[derive(Debug, Args)]
pub struct ShowRecord {
    /// The record's position
    pub position: u64,
    /// Print the texts that it refers to as well, in a table
    #[arg(long)]
    pub texts: bool,
    /// Whose view: this is about the log itself, and answered to the regulator only
    #[arg(long, value_name = "WHO", value_parser = audience, default_value = "regulator")]
    #[arg(hide_default_value = true)]
    pub audience: Audience,
    /// How to print it; jsonl is the stored line byte for byte
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}
