//! `what-if`.

use super::{Asking, RatingsLevel, word};
use assessment::framework::OrganisationKind;
use clap::Args;
use projections::Change;

/// `what-if`.
#[derive(Debug, Args)]
pub struct WhatIf {
    /// Codes, names or unique beginnings of organisations
    #[arg(value_name = "ORGANISATION")]
    pub organisations: Vec<String>,
    /// The scoring of another framework, for the bodies of its kind: an id, a file, or - for the
    /// standard input
    #[arg(long, value_name = "FILE|ID", required_unless_present = "set")]
    pub framework: Option<String>,
    /// Another rule, in that framework or in those in use; may be repeated. rounding=floor,
    /// half_up or ceiling; bands=25-38,39-62,63-87,88-100, worst first;
    /// limiter=requires_improvement:1, for: no level with a statement scored 1 is rated better
    /// than that; required_categories=a,b
    #[arg(long, value_name = "RULE=VALUE")]
    pub set: Vec<Change>,
    /// Only this level
    #[arg(long, value_enum)]
    pub level: Option<RatingsLevel>,
    /// The ratings that would stay, too
    #[arg(long)]
    pub all: bool,
    /// local_authority or integrated_care_system
    #[arg(long, value_parser = word::<OrganisationKind>)]
    pub kind: Option<OrganisationKind>,
    #[command(flatten)]
    pub asking: Asking,
}
