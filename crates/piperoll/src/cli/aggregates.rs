//! The questions about all bodies together.

use super::{Asking, Words, Writing, day, word};
use assessment::framework::OrganisationKind;
use assessment::{FrameworkId, Name, PartialDate, PersonId};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use projections::Age;

/// `national`.
#[derive(Debug, Args)]
pub struct National {
    /// Only this quality statement: id or name
    #[arg(long, conflicts_with = "theme")]
    pub statement: Option<String>,
    /// Only this theme, where it is published, and its statements: id or name
    #[arg(long)]
    pub theme: Option<String>,
    /// local_authority or integrated_care_system
    #[arg(long, value_parser = word::<OrganisationKind>)]
    pub kind: Option<OrganisationKind>,
    /// Only the bodies of this region
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// One row for each of these; a body whose region is not known counts as `unknown`
    #[arg(long, value_enum)]
    pub by: Option<By>,
    /// What has changed since the end of this day; for a table, in brackets
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub change_since: Option<NaiveDate>,
    /// Count these too; may be repeated
    #[arg(long, value_enum, value_name = "WHAT")]
    pub include: Vec<Include>,
    #[command(flatten)]
    pub asking: Asking<ChartFormat>,
}

/// `publication make`.
#[derive(Debug, Args)]
pub struct MakePublication {
    /// The assessment: its id, or an organisation with one open assessment; for an update its id
    #[arg(required_unless_present = "national")]
    pub assessment: Option<String>,
    /// Who releases it (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    /// When (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    /// Instead, a report that counts what is published of all bodies today, without the rating of
    /// any single one; with --kind and --title, and its words in --text or --file
    #[arg(long, requires_all = ["kind", "title"], conflicts_with_all = ["assessment", "on"])]
    pub national: bool,
    /// Of a national report: local_authority or integrated_care_system
    #[arg(long, value_parser = word::<OrganisationKind>, requires = "national")]
    pub kind: Option<OrganisationKind>,
    /// Of a national report: what it is called
    #[arg(long, requires = "national")]
    pub title: Option<Name>,
    /// Of a national report: only this quality statement, id or name
    #[arg(long, requires = "national", conflicts_with = "theme")]
    pub statement: Option<String>,
    /// Of a national report: only this theme and its statements, id or name
    #[arg(long, requires = "national")]
    pub theme: Option<String>,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// What there is a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Each region
    Region,
}

/// What is left out unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Include {
    /// Indicative ratings, such as those of pilots
    Indicative,
    /// Bodies that are invented
    Fictional,
}

/// How data is printed, or drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ChartFormat {
    /// Aligned columns for people: the most useful ones
    #[default]
    Table,
    /// Every column, separated by tabs, no heading
    Plain,
    /// One JSON array of objects
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated with a heading
    Csv,
    /// A chart: a bar for each row, with its counts
    Svg,
}

/// `coverage`.
#[derive(Debug, Args)]
pub struct Coverage {
    /// local_authority or integrated_care_system
    #[arg(long, value_parser = word::<OrganisationKind>)]
    pub kind: Option<OrganisationKind>,
    /// How it stood, or will stand, at the end of this day (that of --as-of or today, if not given)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub on: Option<NaiveDate>,
    /// Count these too
    #[arg(long, value_enum, value_name = "WHAT")]
    pub include: Option<Invented>,
    #[command(flatten)]
    pub asking: Asking,
}

/// What is left out unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Invented {
    /// Bodies that are invented
    Fictional,
}

/// `stale`.
#[derive(Debug, Args)]
pub struct Stale {
    /// Codes, names or unique beginnings of organisations
    #[arg(value_name = "ORGANISATION")]
    pub organisations: Vec<String>,
    /// List what rests on evidence older than this: 24m, 2y or 90d
    #[arg(long, value_name = "AGE", value_parser = age)]
    #[arg(required_unless_present = "undated", conflicts_with = "undated")]
    pub older_than: Option<Age>,
    /// List instead what rests on evidence whose date is not known
    #[arg(long)]
    pub undated: bool,
    /// The day that ages are counted to (that of --as-of or today, if not given)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub on: Option<NaiveDate>,
    /// local_authority or integrated_care_system
    #[arg(long, value_parser = word::<OrganisationKind>)]
    pub kind: Option<OrganisationKind>,
    /// The framework
    #[arg(long, value_name = "ID")]
    pub framework: Option<FrameworkId>,
    #[command(flatten)]
    pub asking: Asking,
}

/// Reads an age: a whole number, and `d`, `m` or `y` for days, months or years.
pub(super) fn age(text: &str) -> Result<Age, String> {
    let read = || {
        let unit = text.chars().last()?;
        let digits = text.strip_suffix(unit)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse::<u32>().ok().filter(|number| is_number && *number > 0)?;
        match unit {
            'd' => Some(Age::Days(number)),
            'm' => Some(Age::Months(number)),
            'y' => number.checked_mul(12).map(Age::Months),
            _ => None,
        }
    };
    read().ok_or_else(|| format!("`{text}` is not an age (24m, 2y or 90d)"))
}

#[cfg(test)]
mod tests {
    use super::age;
    use projections::Age;

    /// A limit that is not understood must not be taken for another.
    #[test]
    fn an_age_is_a_number_and_a_unit() {
        assert_eq!(age("24m"), Ok(Age::Months(24)));
        assert_eq!(age("2y"), Ok(Age::Months(24)));
        assert_eq!(age("90d"), Ok(Age::Days(90)));
        for wrong in ["", "m", "24", "0m", "-1m", "+1m", "1.5y", "24 m", "24M", "2w", "٢y"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
        for wrong in ["4294967296d", "4294967295y"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
