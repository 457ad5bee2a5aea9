//! What only this crate may ask: the clock, randomness, the terminal.

use crate::exit::{Failure, UNABLE};
use chrono::Utc;
use etcetera::BaseStrategy;
use ledger::Instant;
use std::fmt::Display;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

/// Reads the clock.
pub fn now() -> Instant {
    Instant::from(Utc::now())
}

/// Draws the salt of a record.
pub fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    random(&mut salt);
    salt
}

/// Fills bytes with randomness.
pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system has a source of randomness");
}

/// The directory of what is the user's and not the ledger's: the one that was named, or the
/// system's place for a program's settings.
pub fn config(named: Option<&Path>) -> Option<PathBuf> {
    let own = || Some(etcetera::choose_base_strategy().ok()?.config_dir().join("piperoll"));
    named.map(Path::to_owned).or_else(own)
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

/// Whether the person at the terminal agrees; where nobody is there to be asked, it is agreed.
pub fn agrees(question: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    let _ = write!(anstream::stderr(), "{question} [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.map_err(|error| Failure::new(UNABLE, format!("cannot read the answer: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
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

/// The most that is read whole: more than the largest content that can be sealed, and an end to
/// what has none, such as `/dev/zero`.
const MOST: u64 = 128 * 1024 * 1024;

/// Reads a file whole, or the standard input for `-`.
pub fn read(file: &str) -> Result<String, Failure> {
    String::from_utf8(read_bytes(file)?).map_err(|_| {
        Failure::new(UNABLE, format!("cannot read {file}: it is not UTF-8 text"))
            .hint("name a file that is UTF-8 text, or - for the standard input")
    })
}

/// Reads the bytes of a file whole, or of the standard input for `-`.
pub fn read_bytes(file: &str) -> Result<Vec<u8>, Failure> {
    let read = match file {
        "-" => read_whole(&mut std::io::stdin()),
        _ => std::fs::File::open(file).and_then(|mut opened| read_whole(&mut opened)),
    };
    read.map_err(|error| {
        Failure::new(UNABLE, format!("cannot read {file}: {error}"))
            .hint("name a file that is there, or - for the standard input")
    })
}

/// Reads all that there is, if there is an end to it.
pub fn read_whole(from: &mut dyn Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        let why = "it has more than 128 MiB";
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
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
