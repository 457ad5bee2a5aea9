//! What every question takes: its two times, whose view, and how the answer is printed.

use super::{ChartFormat, ExplainFormat, HistoryFormat, ReportFormat, as_of, audience, day};
use assessment::OrganisationCode;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use ledger::AsOf;

/// What every question takes; those that draw or nest have formats of their own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Every question")]
pub struct Asking<F: Printed = Format> {
    /// What the ledger knew: up to a position, an instant, the end of a day in London, or the
    /// last record of a checkpoint in a file
    #[arg(long, value_name = "WHEN", value_parser = as_of)]
    pub as_of: Option<AsOf>,
    /// What had happened by the end of this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub effective: Option<NaiveDate>,
    /// Whose view: public, body=CODE (the public's and its own), or regulator
    #[arg(long, value_name = "WHO", value_parser = audience, default_value = "regulator")]
    #[arg(hide_default_value = true)]
    pub audience: Audience,
    /// How to print it
    #[arg(long, value_enum, default_value = F::DEFAULT)]
    pub format: F,
}

/// The formats of a question.
pub trait Printed: ValueEnum + Send + Sync + 'static {
    /// The name of the one that is used if none is asked for.
    const DEFAULT: &'static str;

    /// How rows are printed, where it prints rows: it then has the name of such a format.
    fn of_rows(&self) -> Option<Format> {
        let value = self.to_possible_value()?;
        Format::from_str(value.get_name(), false).ok()
    }
}

impl Printed for Format {
    const DEFAULT: &'static str = "table";
}

impl Printed for ChartFormat {
    const DEFAULT: &'static str = "table";
}

impl Printed for HistoryFormat {
    const DEFAULT: &'static str = "table";
}

impl Printed for ExplainFormat {
    const DEFAULT: &'static str = "tree";
}

impl Printed for ReportFormat {
    const DEFAULT: &'static str = "md";
}

/// Who a question is answered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The regulator, who sees everything.
    Regulator,
    /// Everybody.
    Public,
    /// An assessed body: what everybody sees, and what it was told of itself.
    Body(OrganisationCode),
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
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
}
