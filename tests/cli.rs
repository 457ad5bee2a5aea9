//! The command line as a contract: exit codes, messages, columns, and what each command does,
//! asked of the program as people and scripts ask it.
#![allow(clippy::unwrap_used, reason = "what a test does not expect should stop it")]

#[path = "cli/aftermath.rs"]
mod aftermath;
#[path = "cli/agreement.rs"]
mod agreement;
#[path = "cli/assessments.rs"]
mod assessments;
#[path = "cli/audiences.rs"]
mod audiences;
#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/bundle.rs"]
mod bundle;
#[path = "cli/calendar.rs"]
mod calendar;
#[path = "cli/categories.rs"]
mod categories;
#[path = "cli/checkpoints.rs"]
mod checkpoints;
#[path = "cli/comments.rs"]
mod comments;
#[path = "cli/conflicts.rs"]
mod conflicts;
#[path = "cli/coverage.rs"]
mod coverage;
#[path = "cli/damage.rs"]
mod damage;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/disclosure.rs"]
mod disclosure;
#[path = "cli/drafts.rs"]
mod drafts;
#[path = "cli/due.rs"]
mod due;
#[path = "cli/evidence.rs"]
mod evidence;
#[path = "cli/exits.rs"]
mod exits;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/exports.rs"]
mod exports;
#[path = "cli/finance.rs"]
mod finance;
#[path = "../crates/ledger/tests/common/forge.rs"]
mod forge;
#[path = "cli/formats.rs"]
mod formats;
#[path = "cli/frameworks.rs"]
mod frameworks;
#[path = "cli/half_done.rs"]
mod half_done;
#[path = "cli/history.rs"]
mod history;
#[path = "cli/imports.rs"]
mod imports;
#[path = "cli/keys.rs"]
mod keys;
#[path = "cli/kinds.rs"]
mod kinds;
#[path = "cli/national.rs"]
mod national;
#[path = "cli/organisations.rs"]
mod organisations;
#[path = "cli/panels.rs"]
mod panels;
#[path = "cli/process_reviews.rs"]
mod process_reviews;
#[path = "cli/proofs.rs"]
mod proofs;
#[path = "cli/publications.rs"]
mod publications;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/reviews.rs"]
mod reviews;
#[path = "cli/samples.rs"]
mod samples;
#[path = "cli/section_50.rs"]
mod section_50;
#[path = "cli/site.rs"]
mod site;
#[path = "cli/stale.rs"]
mod stale;
#[path = "cli/story.rs"]
mod story;
#[path = "cli/strike_outs.rs"]
mod strike_outs;
#[path = "cli/tiles.rs"]
mod tiles;
#[path = "cli/times.rs"]
mod times;
#[path = "cli/verify.rs"]
mod verify;
#[path = "cli/what_if.rs"]
mod what_if;
#[path = "cli/withdrawals.rs"]
mod withdrawals;
#[path = "cli/witness.rs"]
mod witness;
#[path = "cli/writes.rs"]
mod writes;
