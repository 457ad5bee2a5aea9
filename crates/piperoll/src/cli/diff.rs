//! `diff`.

use super::{Audience, Format, as_of, audience, day};
use chrono::NaiveDate;
use clap::Args;
use ledger::AsOf;

const VALUES: &str = "\
Compared are, of each body: that it is known; its rating and those of its themes, in force and as
published; of each quality statement the score in force (and the latest judgement, if that waits),
when it was last reviewed and when the score last changed; and everything that is due.

The cause is the smallest set of the records between with which the earlier ones come to the later
value. After ~ stands a set of which no record can be left out, where there were too many to rule
out that another set is smaller. What is due is judged on the day of each point, so a day that has
passed can be the cause.";

/// `diff`.
#[derive(Debug, Args)]
#[command(after_help = VALUES)]
pub struct Diff {
    /// The earlier point: a position, an instant, the end of a day in London, or the last record
    /// of a checkpoint in a file
    #[arg(value_parser = as_of)]
    pub from: AsOf,
    /// The later point, likewise
    #[arg(value_parser = as_of)]
    pub to: AsOf,
    /// Codes, names or unique beginnings of organisations
    #[arg(value_name = "ORGANISATION")]
    pub organisations: Vec<String>,
    /// What had happened by the end of this day, at both points
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Every question")]
    pub effective: Option<NaiveDate>,
    /// Whose view: this names records that are not published, for the regulator only
    #[arg(long, value_name = "WHO", value_parser = audience, default_value = "regulator")]
    #[arg(hide_default_value = true, help_heading = "Every question")]
    pub audience: Audience,
    /// How to print it
    #[arg(long, value_enum, default_value_t, help_heading = "Every question")]
    pub format: Format,
}
