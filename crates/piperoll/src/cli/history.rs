//! `history`.

use super::Asking;
use assessment::AssessmentId;
use clap::{Args, ValueEnum};

/// `history`.
#[derive(Debug, Args)]
pub struct BodyHistory {
    /// Code, name or a unique beginning of an organisation
    pub organisation: String,
    /// Only what belongs to this assessment
    #[arg(long, value_name = "ID")]
    pub assessment: Option<AssessmentId>,
    #[command(flatten)]
    pub asking: Asking<HistoryFormat>,
}

/// How a history is printed, written or drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum HistoryFormat {
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
    /// A page with a table for each assessment
    Markdown,
    /// A drawing: the overall score against the bands, with a mark for each review
    Svg,
}
