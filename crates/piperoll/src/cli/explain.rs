//! `explain`.

use super::Asking;
use assessment::AssessmentId;
use clap::{Args, ValueEnum};

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Code, name or a unique beginning of an organisation
    pub organisation: String,
    /// Only the score of this quality statement, by id or name
    #[arg(long, value_name = "STATEMENT")]
    pub statement: Option<String>,
    /// An assessment by its id, instead of the current one
    #[arg(long, value_name = "ID")]
    pub assessment: Option<AssessmentId>,
    #[command(flatten)]
    pub asking: Asking<ExplainFormat>,
}

/// How a derivation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// A tree for people, each thing above what it rests on
    Tree,
    /// One JSON object, nested in the same way
    Json,
    /// W3C PROV-JSON: what was derived from what, and who did it
    Prov,
    /// The tree as a drawing
    Svg,
}
