//! How values on the command line are read.

use super::Audience;
use crate::world;
use assessment::scoring::Score;
use assessment::{PartialDate, Precision};
use chrono::NaiveDate;
use journal::SignedCheckpoint;
use ledger::AsOf;
use serde::de::DeserializeOwned;

/// Reads a word of a closed list, such as a reason, as it stands in records.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value = serde_json::Value::String(text.to_owned());
    // clap has said which value is wrong: what is left to say is which would be right.
    serde_json::from_value(value).map_err(|error| {
        let sentence = error.to_string();
        sentence.split_once(", ").map_or(sentence.clone(), |(_, expected)| expected.to_owned())
    })
}

/// Reads who a question is answered for.
pub(crate) fn audience(text: &str) -> Result<Audience, String> {
    match (text, text.strip_prefix("body=")) {
        ("regulator", _) => Ok(Audience::Regulator),
        ("public", _) => Ok(Audience::Public),
        (_, Some(code)) => code.parse().map(Audience::Body).map_err(|error| format!("{error}")),
        _ => Err(format!("`{text}` is not public, body=CODE or regulator")),
    }
}

/// Reads a day.
pub(crate) fn day(text: &str) -> Result<NaiveDate, String> {
    let date = text.parse::<PartialDate>().ok().filter(|it| it.precision() == Precision::Day);
    date.map(PartialDate::first_day).ok_or_else(|| match is_a_day(text) {
        true => format!("`{text}` is too far from today to be a date of anything here"),
        false => format!("`{text}` is not a date (2026-05-17)"),
    })
}

/// Whether a text is a day at all, however far away.
fn is_a_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<NaiveDate>().is_ok()
}

/// Reads a score.
pub(crate) fn score(text: &str) -> Result<Score, String> {
    let number = text.parse::<u8>().map_err(|_| format!("`{text}` is not a score (1, 2, 3 or 4)"));
    Score::try_from(number?).map_err(|error| error.to_string())
}

/// Digits alone are a position; a date means its end in London; what is neither of these nor an
/// instant is a file with a checkpoint.
pub(crate) fn as_of(text: &str) -> Result<AsOf, String> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map(AsOf::Position).map_err(|error| error.to_string());
    }
    if is_a_day(text) {
        return day(text).map(AsOf::Day);
    }
    if let Ok(instant) = ledger::Instant::parse(text) {
        return Ok(AsOf::Instant(instant));
    }
    let known = "a position, a date (2026-05-17), an instant (2026-05-17T09:30:00Z)";
    let read = std::fs::File::open(text).and_then(|mut file| world::read_whole(&mut file));
    let signed = read.map_err(|error| {
        format!("`{text}` is not {known} or a file with a checkpoint ({error})")
    })?;
    let signed =
        SignedCheckpoint::parse(&signed).map_err(|error| format!("it is a file, and {error}"))?;
    Ok(AsOf::Checkpoint(signed.checkpoint().into()))
}
