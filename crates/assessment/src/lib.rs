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
pub mod event;
mod evolve;
pub mod framework;
mod id;
mod readiness;
mod rejection;
pub mod scoring;
pub mod state;
mod text;
mod words;

pub use calendar::{Calendar, UnknownYear};
pub use command::Command;
pub use content::{Content, Digest, MediaType};
pub use date::{InvalidDate, PartialDate, Precision};
pub use decide::{Context, decide};
pub use event::Event;
pub use evolve::evolve;
pub use id::{
    AssessmentId, CategoryId, CommentId, EvidenceId, FrameworkId, InvalidId, OrganisationCode,
    PanelId, PersonId, PublicationId, RequestId, StatementId, ThemeId,
};
pub use readiness::{Need, Readiness, Stage, Warning, readiness, wanted_cells};
pub use rejection::{EvidenceRejection, Rejection, Rule, StepRejection};
pub use state::State;
pub use text::{InvalidText, Name, SourceUrl};
