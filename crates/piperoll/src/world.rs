//! What only this crate may ask: the clock, randomness, the terminal.

use crate::exit::{Failure, UNABLE};
use chrono::Utc;
use ledger::Instant;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// Reads the clock.
pub fn now() -> Instant {
    Instant::from(Utc::now())
}

/// Draws the salt of a record.
pub fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).expect("the system has a source of randomness");
    salt
}

/// Draws a command's key: 32 hex digits.
pub fn key() -> String {
    salt().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How many columns the terminal has; nothing if the output goes elsewhere.
pub fn columns() -> Option<u16> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0)
}

/// Says something on the standard error; that nobody listens any more is no failure.
pub fn say(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Shows progress on the standard error, if that is a terminal.
pub fn progress(what: &'static str) -> indicatif::ProgressBar {
    if !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let style = indicatif::ProgressStyle::with_template("{spinner} {msg} {human_pos} {elapsed}");
    indicatif::ProgressBar::no_length()
        .with_style(style.expect("the template is right"))
        .with_message(what)
}

/// Reads a file whole, or the standard input for `-`.
pub fn read(file: &str) -> Result<String, Failure> {
    let read = match file {
        "-" => std::io::read_to_string(std::io::stdin()),
        _ => std::fs::read_to_string(file),
    };
    read.map_err(|error| {
        Failure::new(UNABLE, format!("cannot read {file}: {error}"))
            .hint("name a file that is there and is UTF-8 text, or - for the standard input")
    })
}

/// Opens a file to read on, or the standard input for `-`.
pub fn open(file: &str) -> Result<Box<dyn std::io::BufRead>, Failure> {
    match file {
        "-" => Ok(Box::new(std::io::BufReader::new(std::io::stdin()))),
        _ => match std::fs::File::open(file) {
            Ok(opened) => Ok(Box::new(std::io::BufReader::new(opened))),
            Err(error) => Err(Failure::new(UNABLE, format!("cannot read {file}: {error}"))
                .hint("name a file that is there, or - for the standard input")),
        },
    }
}
