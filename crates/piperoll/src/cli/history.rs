//! `history`.

use super::Asking;
use clap::Args;

/// `history`.
#[derive(Debug, Args)]
pub struct BodyHistory {
    /// Code, name or a unique beginning of an organisation
    pub organisation: String,
    #[command(flatten)]
    pub asking: Asking,
}
