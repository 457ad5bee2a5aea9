//! The command line as a contract: exit codes, messages, columns, and what each command does,
//! asked of the program as people and scripts ask it.
#![allow(clippy::unwrap_used, reason = "what a test does not expect should stop it")]

#[path = "cli/damage.rs"]
mod damage;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/exits.rs"]
mod exits;
#[path = "cli/formats.rs"]
mod formats;
#[path = "cli/frameworks.rs"]
mod frameworks;
#[path = "cli/imports.rs"]
mod imports;
#[path = "cli/organisations.rs"]
mod organisations;
#[path = "cli/publications.rs"]
mod publications;
#[path = "cli/reviews.rs"]
mod reviews;
#[path = "cli/site.rs"]
mod site;
