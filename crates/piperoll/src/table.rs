//! Tables that people bring, read row by row into commands.

use crate::commands::import::Line;
use crate::exit::{Failure, UNABLE, USAGE};
use crate::world;
use assessment::Command;
use csv::StringRecord;
use ledger::{Contents, Intake, Submission};
use serde_json::{Map, Value, json};
use std::io::BufRead;

/// A row of a table, by the names of its columns.
pub struct Row<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
}

/// Why a row is no command: a code and a sentence.
pub type Refusal = (&'static str, String);

impl Row<'_> {
    /// The cell of a column, without space around it; nothing if it is empty or not there.
    pub fn get(&self, column: &str) -> Option<&str> {
        let index = self.header.iter().position(|name| name.trim() == column)?;
        self.record.get(index).map(str::trim).filter(|text| !text.is_empty())
    }

    /// How many columns are named like this and numbered from 1.
    pub fn numbered(&self, name: &str) -> usize {
        let is_there = |number: &usize| {
            self.header.iter().any(|column| column.trim() == format!("{name}{number}"))
        };
        (1..).take_while(is_there).count()
    }

    /// The cell of a column, read as what it must be.
    pub fn parse<T: std::str::FromStr<Err: ToString>>(
        &self,
        column: &str,
    ) -> Result<Option<T>, Refusal> {
        let parsed = self.get(column).map(str::parse::<T>).transpose();
        parsed.map_err(|error| ("bad_value", format!("column {column}: {}", error.to_string())))
    }

    /// The cell of a column that must not be empty.
    pub fn need<T: std::str::FromStr<Err: ToString>>(&self, column: &str) -> Result<T, Refusal> {
        self.parse(column)?.ok_or_else(|| ("bad_value", format!("column {column} is empty")))
    }
}

/// What tells whether a row was taken in before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The hash of what it asks for is its key: the same row is recorded once.
    ByRequest,
    /// What the ledger holds now: a key is drawn, and the rules compare.
    ByRules,
}

/// The heading of a table, and its rows as commands.
pub fn read<'a, F>(
    input: Box<dyn BufRead>,
    required: &[&str],
    known: Known,
    read: F,
) -> Result<impl Iterator<Item = Result<Line, Failure>> + use<'a, F>, Failure>
where
    F: Fn(&Row<'_>) -> Result<Command, Refusal> + 'a,
{
    read_submissions(input, required, move |row| {
        let key = (known == Known::ByRules).then(world::key);
        let command = read(row)?;
        Submission::new(command, None, key).map_err(|error| ("malformed", error.to_string()))
    })
}

/// The heading of a table, and its rows as submissions.
fn read_submissions<'a, F>(
    input: Box<dyn BufRead>,
    required: &[&str],
    read: F,
) -> Result<impl Iterator<Item = Result<Line, Failure>> + use<'a, F>, Failure>
where
    F: Fn(&Row<'_>) -> Result<Submission, Refusal> + 'a,
{
    // A carriage return before the newline is space around the last cell: taken for an end of line
    // by itself, it would put the numbers of the lines out.
    let newline = csv::Terminator::Any(b'\n');
    let mut reader =
        csv::ReaderBuilder::new().terminator(newline).flexible(true).from_reader(input);
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    // A spreadsheet may put a byte order mark before the first name.
    let header: StringRecord =
        header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
    let missing: Vec<&str> =
        required.iter().copied().filter(|name| header.iter().all(|h| h.trim() != *name)).collect();
    if !missing.is_empty() {
        return Err(Failure::new(USAGE, format!("the table has no column {}", missing.join(", ")))
            .hint(format!("its heading is {}", header.iter().collect::<Vec<_>>().join(","))));
    }
    Ok(reader.into_records().enumerate().filter_map(move |(index, record)| {
        let line = |position: Option<&csv::Position>| {
            position.map_or(index as u64 + 2, csv::Position::line)
        };
        let record = match record {
            Ok(record) => record,
            Err(error) if error.is_io_error() => return Some(Err(unreadable(&error))),
            Err(error) => {
                let submission = Err(("malformed", malformed(&error)));
                return Some(Ok(Line { number: line(error.position()), submission }));
            }
        };
        let (columns, expected) = (record.len(), header.len());
        if columns == 1 && record.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        let number = line(record.position());
        let submission = match columns == expected {
            true => read(&Row { header: &header, record: &record }),
            false => Err((
                "malformed",
                format!("the row has {columns} columns, and the heading has {expected}"),
            )),
        };
        Some(Ok(Line { number, submission }))
    }))
}

/// Rows whose columns are the members of one command's `data`, in the types of its schema.
pub fn commands(
    input: Box<dyn BufRead>,
    kind: &str,
    contents: Contents,
) -> Result<impl Iterator<Item = Result<Line, Failure>> + use<>, Failure> {
    let schemas = Command::schemas();
    let (kind, schema) =
        schemas.into_iter().find(|(name, _)| *name == kind).expect("the kind was looked up before");
    let schema = schema.to_value();
    read_submissions(input, &[], move |row| {
        let mut data = Map::new();
        for name in row.header {
            if let Some(text) = row.get(name.trim()) {
                let value =
                    typed(&schema["properties"][name.trim()], text).map_err(|expected| {
                        ("bad_value", format!("column {}: `{text}` is not {expected}", name.trim()))
                    })?;
                data.insert(name.trim().to_owned(), value);
            }
        }
        let submitted = json!({ "data": data, "kind": kind }).to_string();
        let mut intake = Intake { contents: &contents, random: &mut world::random };
        intake.parse(&submitted).map_err(|error| ("malformed", without_place(&error.to_string())))
    })
}

/// What is wrong with a row, in words of a table.
fn malformed(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => {
            format!("the cell in column {} is not UTF-8", err.field() + 1)
        }
        _ => error.to_string(),
    }
}

/// The sentence without a place in JSON that nobody has before them.
pub fn without_place(sentence: &str) -> String {
    sentence.split(" at line ").next().unwrap_or_default().to_owned()
}

/// A cell in the type that a schema asks for; the values of a list stand between semicolons, and
/// what has members of its own is JSON.
fn typed(schema: &Value, text: &str) -> Result<Value, &'static str> {
    let is = |wanted: &str| match &schema["type"] {
        Value::String(name) => name == wanted,
        Value::Array(names) => names.iter().any(|name| name == wanted),
        _ => false,
    };
    let schema_text = schema.to_string();
    if schema_text.contains("#/$defs/Content") {
        // A text as it stands, or a file by its name; a text that begins with @ has two of them.
        Ok(match (text.strip_prefix("@@"), text.strip_prefix('@')) {
            (Some(_), Some(text)) => json!({ "text": text }),
            (_, Some(file)) => json!({ "file": file }),
            (_, None) => json!({ "text": text }),
        })
    } else if is("object") || schema_text.contains("#/$defs/") && text.starts_with(['{', '[']) {
        serde_json::from_str(text).map_err(|_| "JSON")
    } else if is("integer") {
        text.parse::<i64>().map(Value::from).map_err(|_| "a whole number")
    } else if is("boolean") {
        text.parse::<bool>().map(Value::from).map_err(|_| "true or false")
    } else if is("array") {
        text.split(';').map(|item| typed(&schema["items"], item.trim())).collect()
    } else {
        Ok(Value::from(text))
    }
}

fn unreadable(error: &csv::Error) -> Failure {
    Failure::new(UNABLE, format!("the table cannot be read: {error}"))
        .hint("save it as CSV in UTF-8, with a heading")
}
