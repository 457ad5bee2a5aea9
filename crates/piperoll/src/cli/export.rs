//! What leaves the ledger as files.

use super::{Asking, Audience, Format, as_of, audience, day};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::AsOf;
use std::path::PathBuf;

/// `export …`.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// The hashes up to the latest checkpoint, in files that any web server can serve (C2SP
    /// tlog-tiles)
    ///
    /// Writes `checkpoint`, `tile/...` and `log.vkey`. What an earlier export wrote is not written
    /// again. A hash tells nothing of an unpublished record: all of it is safe to publish, without
    /// --entries.
    #[command(before_help = "Example: piperoll export tiles ./public")]
    Tiles(ExportTiles),
    /// Every table as CSV (RFC 4180), described for CSVW and for Frictionless
    ///
    /// Writes a file for each table, `csv-metadata.json` and `datapackage.json`. A directory that
    /// an earlier export wrote is replaced whole; nothing else is. The same ledger gives the same
    /// bytes.
    #[command(before_help = "Example: piperoll export csv ./tables --excel-safe")]
    Csv(ExportCsv),
    /// Every table in one SQLite database, for SQL and for datasette
    ///
    /// A file that an earlier export wrote is replaced whole; nothing else is.
    #[command(before_help = "Example: piperoll export sqlite ledger.db")]
    Sqlite(ExportSqlite),
    /// Every table as one JSON object a line, and the records as they are stored
    ///
    /// `records.jsonl` has the stored lines, byte for byte. A directory that an earlier export
    /// wrote is replaced whole; nothing else is.
    #[command(before_help = "Example: piperoll export jsonl ./tables")]
    Jsonl(ExportJsonl),
    /// What was known of one body on a date, for an information request: texts, persons and other
    /// bodies left out, each so that it can be shown later what it was
    ///
    /// Writes `records.jsonl`, `scores.csv`, `ratings.csv`, `publications.csv`, `history.csv` and
    /// `disclosure.json`, which says how an omission is opened. It holds what is not published: it
    /// is for whom the regulator decides to hand it to.
    #[command(before_help = "Example: piperoll export disclosure York --as-of 2026-05-31 ./york")]
    Disclosure(ExportDisclosure),
}

/// `export tiles`.
#[derive(Debug, Args)]
pub struct ExportTiles {
    /// The directory to write to
    pub dir: PathBuf,
    /// Write the records too, also unpublished ones: for auditors, never for the public
    #[arg(long)]
    pub entries: bool,
}

/// `export csv`.
#[derive(Debug, Args)]
pub struct ExportCsv {
    /// The directory to write: a new one, or one that an earlier export wrote
    pub dir: PathBuf,
    /// Put an apostrophe before each text that a spreadsheet would take for a formula
    #[arg(long)]
    pub excel_safe: bool,
    #[command(flatten)]
    pub view: View,
}

/// `export sqlite`.
#[derive(Debug, Args)]
pub struct ExportSqlite {
    /// The database to write: a new file, or one that an earlier export wrote
    pub file: PathBuf,
    #[command(flatten)]
    pub view: View,
}

/// `export jsonl`.
#[derive(Debug, Args)]
pub struct ExportJsonl {
    /// The directory to write: a new one, or one that an earlier export wrote
    pub dir: PathBuf,
    #[command(flatten)]
    pub view: View,
}

/// What every export of tables takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Every export of tables")]
pub struct View {
    /// What the ledger knew: up to a position, an instant, the end of a day in London, or the
    /// last record of a checkpoint in a file
    #[arg(long, value_name = "WHEN", value_parser = as_of)]
    pub as_of: Option<AsOf>,
    /// What had happened by the end of this day. What is due, stale and covered is as on this day,
    /// too; else as on the day of --as-of, if it is one; else on that of the last record, or for
    /// the public of the last publication
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub effective: Option<NaiveDate>,
    /// Whose view: public (the tables that the public may ask for) or regulator
    #[arg(long, value_name = "WHO", value_parser = audience, default_value = "regulator")]
    #[arg(hide_default_value = true)]
    pub audience: Audience,
}

impl View {
    /// The same view, as a question takes it.
    pub fn asking(&self) -> Asking {
        let Self { as_of, effective, audience } = *self;
        Asking { as_of, effective, audience, format: Format::Csv }
    }
}

/// `export disclosure`.
#[derive(Debug, Args)]
pub struct ExportDisclosure {
    /// Code, name or a unique beginning of an organisation
    pub organisation: String,
    /// The directory to write, which is new (the code and the date, if not given)
    pub dir: Option<PathBuf>,
    /// What the ledger knew at the end of this day in London
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: NaiveDate,
    /// Write to this new file what opens the texts that are left out: it stays with the holder
    #[arg(long, value_name = "FILE")]
    pub openings: Option<PathBuf>,
}
