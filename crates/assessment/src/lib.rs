//! What may happen in an assessment, and why not.
//!
//! Pure: no I/O, no clock, no randomness, no environment, no floats.
#![allow(
    clippy::result_large_err,
    reason = "a refusal carries what it names, and ends the command"
)]

pub mod command;
mod date;
mod decide;
pub mod event;
pub mod framework;
mod id;
mod rejection;
pub mod scoring;
mod state;
mod text;

pub use command::Command;
pub use date::{InvalidDate, PartialDate, Precision};
pub use decide::{Context, decide};
pub use event::Event;
pub use id::{
    AssessmentId, CategoryId, FrameworkId, InvalidId, OrganisationCode, PersonId, PublicationId,
    StatementId, ThemeId,
};
pub use rejection::Rejection;
pub use state::{State, evolve};
pub use text::{InvalidText, Name, SourceUrl};
