//! What may happen in an assessment, and why not.
//!
//! Pure: no I/O, no clock, no randomness, no environment, no floats.
#![allow(
    clippy::result_large_err,
    reason = "a refusal carries what it names, and ends the command"
)]

mod calendar;
pub mod command;
mod content;
mod date;
mod decide;
pub mod due;
pub mod event;
mod evolve;
pub mod framework;
mod id;
mod readiness;
mod rejection;
pub mod sample;
pub mod scoring;
pub mod section_50;
pub mod state;
mod strike_out;
mod text;
mod words;

pub use calendar::{Calendar, UnknownYear};
pub use command::Command;
pub use content::{Content, Digest, MediaType};
pub use date::{FinancialYear, InvalidDate, InvalidFinancialYear, PartialDate, Precision};
pub use decide::{Context, decide};
pub use event::Event;
pub use evolve::evolve;
pub use id::{
    AssessmentId, CategoryId, CommentId, EvidenceId, FrameworkId, InvalidId, ItemId, NationalId,
    OrganisationCode, PanelId, PersonId, PublicationId, RequestId, SampleId, StatementId, ThemeId,
};
pub use readiness::{Need, Readiness, Stage, Warning, readiness, wanted_cells};
pub use rejection::{
    AfterRejection, EvidenceRejection, Rejection, Rule, SampleRejection, StepRejection,
};
pub use state::State;
pub use strike_out::{
    CORRECTIONS, Correction, RaisedInError, Replay, StrikeOuts, raised_in_error, replay,
};
pub use text::{Citation, InvalidText, LedgerKey, Name, Seed, SourceUrl};
