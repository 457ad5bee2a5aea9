//! Where rows become text: one row type, five formats, the same data in each.

use crate::cli::Format;
use crate::exit::Outcome;
use crate::world;
use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets,
};
use serde::Serialize;
use std::fmt::Display;
use std::io::Write;

/// A row that can be printed in every format.
pub trait Row: Serialize + Sized {
    /// The names of all columns, in order, as the row serialises.
    const HEADER: &'static [&'static str];

    /// The columns of a table for people: the most useful ones, some of them put together.
    fn columns() -> Vec<Column<Self>>;

    /// What consecutive rows have in common, to be said once above them.
    fn heading(&self) -> Option<String> {
        None
    }
}

/// A column of a table for people.
pub struct Column<R> {
    title: &'static str,
    text: fn(&R) -> String,
    alignment: CellAlignment,
    /// Where a text may be broken on a narrow terminal; nowhere, if there is no such place.
    wraps_at: Option<char>,
}

impl<R> Column<R> {
    /// A column of texts, broken between words where the terminal is too narrow.
    pub fn text(title: &'static str, text: fn(&R) -> String) -> Self {
        Self { title, text, alignment: CellAlignment::Left, wraps_at: Some(' ') }
    }

    /// A column of long ids, broken at hyphens and spaces where the terminal is too narrow.
    pub fn id(title: &'static str, text: fn(&R) -> String) -> Self {
        Self { title, text, alignment: CellAlignment::Left, wraps_at: Some(BREAK) }
    }

    /// A column of dates and words, which are never broken.
    pub fn left(title: &'static str, text: fn(&R) -> String) -> Self {
        Self { title, text, alignment: CellAlignment::Left, wraps_at: None }
    }

    /// A column of numbers, which are never broken.
    pub fn right(title: &'static str, text: fn(&R) -> String) -> Self {
        Self { title, text, alignment: CellAlignment::Right, wraps_at: None }
    }

    fn cell(&self, text: String) -> Cell {
        Cell::new(text).set_alignment(self.alignment)
    }

    /// What a space is written as: in an id too, it may be the end of a line.
    fn space(&self) -> &'static str {
        if self.wraps_at == Some(BREAK) { " \u{200b}" } else { " " }
    }

    /// A text with marks where it may be broken: in an id after hyphens, but not before a letter
    /// that stands alone, as in `2025-a-p1`.
    fn breakable(&self, text: &str) -> String {
        if self.wraps_at != Some(BREAK) {
            return text.to_owned();
        }
        let stands_alone = |rest: &str| {
            let mut next = rest.chars();
            next.next().is_some_and(char::is_alphabetic)
                && !next.next().is_some_and(char::is_alphabetic)
        };
        let (mut broken, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once('-') {
            broken.extend([before, "-"]);
            if !stands_alone(after) {
                broken.push(BREAK);
            }
            rest = after;
        }
        broken + rest
    }
}

/// Prints rows.
pub fn rows<R: Row>(out: &mut dyn Write, format: Format, rows: &[R]) -> Outcome {
    match format {
        Format::Table if rows.is_empty() => world::say("no rows"),
        Format::Table => writeln!(out, "{}", table(rows))?,
        Format::Plain => separated(out, rows, b'\t', csv::QuoteStyle::Never)?,
        Format::Csv => {
            writeln!(out, "{}", R::HEADER.join(","))?;
            separated(out, rows, b',', csv::QuoteStyle::Necessary)?;
        }
        Format::Json | Format::Jsonl => objects(out, format, rows)?,
    }
    Ok(())
}

/// Prints objects for programs: a line each, or all in one array.
pub fn objects<T: Serialize>(out: &mut dyn Write, format: Format, all: &[T]) -> Outcome {
    let lines: Vec<String> = all.iter().map(json).collect();
    match (format, lines.as_slice()) {
        (Format::Jsonl, lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}"))?,
        (_, []) => writeln!(out, "[]")?,
        (_, lines) => writeln!(out, "[\n{}\n]", lines.join(",\n"))?,
    }
    Ok(())
}

/// A value as one line of JSON.
pub fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("rows are texts, numbers and objects of these")
}

/// What is known, or nothing.
pub fn known<T: Display>(value: &Option<T>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// A number of things: `1 record`, `2 records`.
pub fn count(number: u64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// A number with a comma before every third digit from the right.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

/// Positions in order, those after each other as a run: `3-5, 9`.
pub fn runs(positions: &[u64]) -> String {
    let runs = positions.chunk_by(|one, next| one + 1 == *next);
    let run = |run: &[u64]| match run {
        [first, .., last] if last - first > 1 => format!("{first}-{last}"),
        few => few.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    };
    runs.map(run).collect::<Vec<_>>().join(", ")
}

/// Pence as pounds; what is left over only where there is something.
pub fn pounds(pence: u64) -> String {
    match pence % 100 {
        0 => grouped(pence / 100),
        left => format!("{}.{left:02}", grouped(pence / 100)),
    }
}

/// A heading and values under each other, for one thing that is shown.
pub fn facts(out: &mut dyn Write, facts: &[(&str, String)]) -> Outcome {
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "{name:width$}  {value}")?;
    }
    Ok(())
}

fn separated<R: Row>(
    out: &mut dyn Write,
    rows: &[R],
    delimiter: u8,
    quotes: csv::QuoteStyle,
) -> Outcome {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .quote_style(quotes)
        .from_writer(out);
    for row in rows {
        writer.serialize(row).map_err(output_error)?;
    }
    writer.flush()?;
    Ok(())
}

/// Where an id may be broken without losing its hyphen; never printed.
const BREAK: char = '\u{200b}';
/// A space that is no place to break a line at; printed as a space.
const INDENT: &str = "\u{a0}";
/// Stands for a heading while the columns are laid out, as a heading is as wide as it is.
const HEADING: &str = "\u{200c}";

/// Of the writer of tables; a reader that went away must stay recognisable.
fn output_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

/// As wide as the terminal, if there is one; elsewhere as wide as it is.
fn table<R: Row>(rows: &[R]) -> String {
    let columns = R::columns();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = world::columns() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    let mut widest_word: Vec<usize> = columns.iter().map(|column| column.title.len()).collect();
    table.set_header(columns.iter().map(|column| column.cell(column.title.to_uppercase())));
    let mut headings: Vec<String> = Vec::new();
    for row in rows {
        let heading = row.heading();
        if let Some(heading) = heading.as_ref().filter(|it| headings.last() != Some(*it)) {
            table.add_row([HEADING]);
            headings.push(heading.clone());
        }
        let mut cells: Vec<String> = columns.iter().map(|column| (column.text)(row)).collect();
        for (index, cell) in cells.iter_mut().enumerate() {
            let indent = if index == 0 && heading.is_some() { "  " } else { "" };
            *cell = format!("{indent}{}", columns[index].breakable(cell));
            // An indent belongs to the word after it, however narrow the column is.
            *cell = cell.replace("  ", &INDENT.repeat(2));
            *cell = cell.replace(' ', columns[index].space());
            let words = cell.split(columns[index].wraps_at.unwrap_or('\n'));
            let widest = words.map(|word| word.chars().count()).max().unwrap_or_default();
            widest_word[index] = widest_word[index].max(widest);
        }
        table.add_row(columns.iter().zip(cells).map(|(column, cell)| column.cell(cell)));
    }
    let last = columns.len() - 1;
    for (index, (column, wanted)) in table.column_iter_mut().zip(&columns).enumerate() {
        let gap = if index == last { 0 } else { 2 };
        column.set_padding((0, gap));
        let widest = u16::try_from(widest_word[index]).unwrap_or(u16::MAX).saturating_add(gap);
        match wanted.wraps_at {
            Some(delimiter) => column
                .set_delimiter(delimiter)
                .set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(widest))),
            None => column.set_constraint(ColumnConstraint::ContentWidth),
        };
    }
    let mut headings = headings.into_iter();
    let lines = table.trim_fmt();
    let lines = lines.lines().map(|line| match line.trim() == HEADING {
        true => headings.next().unwrap_or_default(),
        false => line.replace(BREAK, "").replace(INDENT, " "),
    });
    lines.collect::<Vec<_>>().join("\n")
}
