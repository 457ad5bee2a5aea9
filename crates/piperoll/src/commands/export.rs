//! `export`: what leaves the ledger as files.

mod about;
mod columns;
mod csv_files;
mod describe;
mod disclosure;
mod happenings;
mod jsonl;
mod records;
mod sqlite;
mod tables;
mod tiles;

use super::{Home, open};
use crate::cli::Export;
use crate::exit::Outcome;
use std::io::Write;

/// Carries out an `export` command.
pub fn run(home: &Home, command: &Export, out: &mut dyn Write) -> Outcome {
    match command {
        Export::Tiles(args) => tiles::run(&mut open(home)?, args, out),
        Export::Csv(args) => csv_files::run(&mut open(home)?, args, out),
        Export::Sqlite(args) => sqlite::run(&mut open(home)?, args, out),
        Export::Jsonl(args) => jsonl::run(&mut open(home)?, args, out),
        Export::Disclosure(args) => disclosure::run(&mut open(home)?, args, out),
    }
}
