//! `audit`.

use super::aggregates::age;
use super::{Audience, Format, as_of, audience, day, word};
use chrono::NaiveDate;
use clap::Args;
use ledger::AsOf;
use projections::{Age, Check};

/// `audit`.
#[derive(Debug, Args)]
#[command(after_help = checks())]
pub struct Audit {
    /// Codes, names or unique beginnings of organisations
    #[arg(value_name = "ORGANISATION")]
    pub organisations: Vec<String>,
    /// Only these checks, separated by commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = word::<Check>)]
    pub check: Vec<Check>,
    /// How old the newest evidence behind a score may be when it is published: 24m, 2y or 90d
    #[arg(long, value_name = "AGE", value_parser = age, default_value = "24m")]
    pub older_than: Age,
    /// The day up to which what is not done counts as late (that of --as-of or today, if not
    /// given); of an earlier one, what had happened by its end counts
    #[arg(long, visible_alias = "effective", value_name = "DATE", value_parser = day)]
    pub on: Option<NaiveDate>,
    /// What the ledger knew: up to a position, an instant, the end of a day in London, or the
    /// last record of a checkpoint in a file
    #[arg(long, value_name = "WHEN", value_parser = as_of, help_heading = "Every question")]
    pub as_of: Option<AsOf>,
    /// Whose view: this is about who did what, and answered to the regulator only
    #[arg(long, value_name = "WHO", value_parser = audience, default_value = "regulator")]
    #[arg(hide_default_value = true, help_heading = "Every question")]
    pub audience: Audience,
    /// How to print it
    #[arg(long, value_enum, default_value_t, help_heading = "Every question")]
    pub format: Format,
}

/// Every check with what holds and why it matters, for the help.
fn checks() -> String {
    let mut text = "Checks; each prints its counterexamples, with the records that contradict \
                    each other:\n"
        .to_owned();
    for check in Check::ALL {
        let lines = wrapped(&format!("{}. {}", capital(check.sentence()), check.reason()));
        text += &format!("\n  {check}\n{lines}");
    }
    text + "\nWithout a counterexample nothing is printed and the exit code is 0; with one it is 1."
}

fn capital(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// Lines that fit any terminal, as a text after the options is printed as it stands.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 72;
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
            lines += &format!("      {line}\n");
            line.clear();
        }
        line += if line.is_empty() { "" } else { " " };
        line += word;
    }
    format!("{lines}      {line}\n")
}
