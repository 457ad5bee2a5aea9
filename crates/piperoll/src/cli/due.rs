//! `due`.

use super::{Audience, as_of, audience, day, word};
use assessment::due::Kind;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use ledger::AsOf;

/// `due`.
#[derive(Debug, Args)]
pub struct Due {
    /// Codes, names or unique beginnings of organisations
    #[arg(value_name = "ORGANISATION")]
    pub organisations: Vec<String>,
    /// On which day (that of --as-of or today, if not given); of an earlier one, what had happened
    /// by its end counts
    #[arg(long, visible_alias = "effective", value_name = "DATE", value_parser = day)]
    pub on: Option<NaiveDate>,
    /// Only these kinds, separated by commas: publication, reissue, section_50, comment, window,
    /// process_review, evidence_request
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = word::<Kind>)]
    pub only: Vec<Kind>,
    /// What the ledger knew: up to a position, an instant, the end of a day in London, or the
    /// last record of a checkpoint in a file
    #[arg(long, value_name = "WHEN", value_parser = as_of, help_heading = "Every question")]
    pub as_of: Option<AsOf>,
    /// Whose view: this is about work in progress, and answered to the regulator only
    #[arg(long, value_name = "WHO", value_parser = audience, default_value = "regulator")]
    #[arg(hide_default_value = true, help_heading = "Every question")]
    pub audience: Audience,
    /// How to print it
    #[arg(long, value_enum, default_value_t, help_heading = "Every question")]
    pub format: DueFormat,
}

/// How what is owed is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DueFormat {
    /// Aligned columns for people: the most useful ones
    #[default]
    Table,
    /// Every column, separated by tabs, no heading
    Plain,
    /// One JSON array of objects
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated with a heading
    Csv,
    /// A calendar feed (iCalendar): one all-day event each
    Ical,
}
