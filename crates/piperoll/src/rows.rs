//! The rows of the questions, as they are printed.

use crate::render::{Column, Row, known};
use assessment::Name;
use projections::{Flag, Flags, RatingsRow, ReviewedRow, ScoresRow, Status, TransitionsRow};

impl Row for RatingsRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "kind",
        "framework",
        "assessment",
        "level",
        "subject",
        "status",
        "rating",
        "score",
        "published_rating",
        "published_score",
        "percent_to_next_up",
        "percent_to_next_down",
        "marks_to_next_up",
        "marks_to_next_down",
        "band_half",
        "reviewed_on",
        "published_on",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::text("organisation", |row| match row.subject {
                None => row.name.to_string(),
                Some(theme) => format!("{}: {theme}", row.name),
            }),
            Column::text("rating", |row| known(&row.rating.or(row.published_rating))),
            Column::right("score", |row| known(&row.score)),
            Column::right("up", |row| distance('+', row.percent_to_next_up, row.marks_to_next_up)),
            Column::right("down", |row| {
                distance('-', row.percent_to_next_down, row.marks_to_next_down)
            }),
            Column::left("half", |row| known(&row.band_half)),
            Column::text("flags", |row| match row.status {
                Status::Awarded => row.flags.to_string(),
                status => format!("{} {}", status.as_str(), row.flags).trim().to_owned(),
            }),
        ]
    }
}

impl Row for ScoresRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "framework",
        "assessment",
        "statement",
        "theme",
        "score",
        "percent",
        "rating",
        "published_score",
        "scorer_score",
        "evidence_on",
        "reviewed_on",
        "changed_on",
        "published_on",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("statement", |row| row.statement.to_string()),
            Column::right("score", |row| known(&row.score)),
            Column::right("public", |row| known(&row.published_score)),
            Column::left("reviewed", |row| known(&row.reviewed_on)),
            Column::left("changed", |row| known(&row.changed_on)),
            Column::text("flags", |row| other_flags(&row.flags)),
        ]
    }

    fn heading(&self) -> Option<String> {
        let published =
            self.published_on.map_or("not published".to_owned(), |on| format!("published {on}"));
        Some(format!("{}, {}, {published}", body(&self.name, &self.flags), self.assessment))
    }
}

impl Row for TransitionsRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "framework",
        "level",
        "subject",
        "from",
        "to",
        "occurred_on",
        "publication",
        "published_on",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("level", |row| row.subject.clone().unwrap_or("overall".to_owned())),
            Column::text("from", |row| known(&row.from)),
            Column::text("to", |row| known(&row.to)),
            Column::left("on", |row| row.occurred_on.to_string()),
            Column::left("public", |row| row.publication.as_str().to_owned()),
            Column::text("flags", |row| other_flags(&row.flags)),
            Column::right("record", |row| known(&row.position)),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(body(&self.name, &self.flags))
    }
}

impl Row for ReviewedRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "framework",
        "statement",
        "reviewed_on",
        "score",
        "outcome",
        "by",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("statement", |row| row.statement.to_string()),
            Column::left("on", |row| row.reviewed_on.to_string()),
            Column::right("score", |row| known(&row.score)),
            Column::left("outcome", |row| known(&row.outcome.map(|it| it.as_str()))),
            Column::left("by", |row| known(&row.by)),
            Column::text("flags", |row| other_flags(&row.flags)),
            Column::right("record", |row| known(&row.position)),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(body(&self.name, &self.flags))
    }
}

/// A body above its rows; that it is invented is said there.
pub fn body(name: &Name, flags: &Flags) -> String {
    let fictional = if flags.contains(Flag::Fictional) { " (fictional)" } else { "" };
    format!("{name}{fictional}")
}

fn other_flags(flags: &Flags) -> String {
    flags.clone().without(Flag::Fictional).to_string()
}

/// The distance to a threshold: in per cent, and how many marks on statements that takes.
fn distance(sign: char, percent: Option<u8>, marks: Option<u32>) -> String {
    match (percent, marks) {
        (Some(percent), Some(marks)) => format!("{sign}{percent} ({marks})"),
        _ => String::new(),
    }
}
