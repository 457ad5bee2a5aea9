//! `export csv`.

use super::about::Taken;
use super::columns::Kind;
use super::describe::{self, CSVW, DATAPACKAGE, Form};
use super::records;
use super::tables::Table;
use crate::cli::ExportCsv;
use crate::exit::{Failure, Outcome};
use crate::place::Place;
use crate::render::count;
use ledger::Ledger;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// What spreadsheets take for the beginning of a formula (OWASP, CSV injection), some of them also
/// in its full width.
const BEGIN_FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Writes each table as CSV, and what describes them.
pub fn run(ledger: &mut Ledger, args: &ExportCsv, out: &mut dyn Write) -> Outcome {
    let place = Place::of_directory(&args.dir, &describe::is_of_an_export)?;
    let taken = Taken::of(ledger, &args.view)?;
    let text = if args.excel_safe { Texts::Defused } else { Texts::AsTheyAre };
    let form = Form::Csv(text);
    let mut receipt = Vec::new();
    let mut all: Vec<&Table> = taken.tables.iter().collect();
    for table in &taken.tables {
        let mut file = Csv::begin(&place, table, text)?;
        for row in &table.rows {
            file.row(row)?;
        }
        file.finish()?;
        receipt.push((form.file(table), table.rows.len() as u64));
    }
    let records = records::table();
    if let Some(end) = &taken.end {
        let mut file = Csv::begin(&place, &records, text)?;
        let rows = records::each(ledger, end, &mut |entry| file.row(&records::row(&entry.record)))?;
        file.finish()?;
        all.push(&records);
        receipt.push((form.file(&records), rows));
    }
    place.write(DATAPACKAGE, &describe::datapackage(&taken.about, &all, form))?;
    place.write(CSVW, &describe::csvw(&taken.about, &all, form))?;
    place.finish()?;
    for (name, rows) in receipt {
        writeln!(out, "{}: {}", args.dir.join(name).display(), count(rows, "row"))?;
    }
    Ok(())
}

/// What becomes of a text that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// Nothing.
    AsTheyAre,
    /// It gets an apostrophe before it.
    Defused,
}

impl Texts {
    fn cell(self, kind: Kind, value: &Value) -> String {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let is_a_text = value.is_string() && kind != Kind::Decimal;
        match self {
            Self::Defused if is_a_text && text.starts_with(BEGIN_FORMULAS) => format!("'{text}"),
            Self::Defused | Self::AsTheyAre => text,
        }
    }
}

/// A file of rows, as it is written.
struct Csv<'a> {
    place: &'a Place,
    table: &'a Table,
    texts: Texts,
    writer: csv::Writer<BufWriter<File>>,
}

impl<'a> Csv<'a> {
    fn begin(place: &'a Place, table: &'a Table, texts: Texts) -> Result<Self, Failure> {
        let file = place.create(&Form::Csv(texts).file(table))?;
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::CRLF).quote_style(csv::QuoteStyle::Necessary);
        let mut writer = builder.from_writer(file);
        let names = table.columns.iter().map(|column| column.name);
        writer.write_record(names).map_err(|error| place.unwritten(&io::Error::from(error)))?;
        Ok(Self { place, table, texts, writer })
    }

    fn row(&mut self, row: &Map<String, Value>) -> Outcome {
        let cells =
            self.table.columns.iter().map(|column| {
                row.get(column.name).map(|value| self.texts.cell(column.kind, value))
            });
        let cells = cells.map(Option::unwrap_or_default);
        let written = self.writer.write_record(cells);
        written.map_err(|error| self.place.unwritten(&io::Error::from(error)))
    }

    fn finish(mut self) -> Outcome {
        self.writer.flush().map_err(|error| self.place.unwritten(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A text that begins a formula is run by whoever opens the table.
    #[test]
    fn whatever_begins_a_formula_is_defused() {
        for begins in BEGIN_FORMULAS {
            let text = format!("{begins}1+1");
            let cell = |texts: Texts, kind| texts.cell(kind, &json!(text));
            assert_eq!(cell(Texts::Defused, Kind::Text), format!("'{text}"));
            assert_eq!(cell(Texts::AsTheyAre, Kind::Text), text);
            assert_eq!(cell(Texts::Defused, Kind::Decimal), text);
        }
        assert_eq!(Texts::Defused.cell(Kind::Text, &json!("1=1")), "1=1");
        assert!("\n＝＠".chars().all(|c| BEGIN_FORMULAS.contains(&c)));
    }
}
