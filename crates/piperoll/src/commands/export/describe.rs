//! What describes an export to programs that are not ours: a Frictionless data package, and CSVW
//! (W3C Tabular Metadata).

use super::about::About;
use super::columns::{Column, DATE, HASH, Kind, Presence};
use super::csv_files::Texts;
use super::tables::Table;
use crate::exit::Outcome;
use crate::place::{taken, unable};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The Frictionless description.
pub const DATAPACKAGE: &str = "datapackage.json";
/// The CSVW description.
pub const CSVW: &str = "csv-metadata.json";
/// The names by which an export is known again.
const NAMES: [&str; 2] = ["piperoll-export-csv", "piperoll-export-jsonl"];

/// Whether a directory may be replaced: it holds just what its description names, and that is ours.
pub fn is_of_an_export(dir: &Path) -> Outcome {
    let mut there = BTreeSet::new();
    for entry in fs::read_dir(dir).map_err(|error| unable("read", dir, &error))? {
        let entry = entry.map_err(|error| unable("read", dir, &error))?;
        there.insert(entry.file_name().to_string_lossy().into_owned());
    }
    let description = dir.join(DATAPACKAGE);
    let is_file = fs::symlink_metadata(&description).is_ok_and(|found| found.is_file());
    // To read a pipe would be to wait for whoever writes to it.
    let description = if is_file { fs::read(description) } else { Ok(vec![]) };
    let description = description.unwrap_or_default();
    let description: Value = serde_json::from_slice(&description).unwrap_or_default();
    if !description["name"].as_str().is_some_and(|name| NAMES.contains(&name)) {
        return Err(taken(dir, "not what an earlier export wrote"));
    }
    let resources = description["resources"].as_array().into_iter().flatten();
    let named = resources.filter_map(|resource| resource["path"].as_str());
    let named: BTreeSet<&str> = named.chain([DATAPACKAGE, CSVW]).collect();
    match there.iter().find(|name| !named.contains(name.as_str())) {
        Some(name) => Err(taken(&dir.join(name), "not what an earlier export wrote")),
        None => Ok(()),
    }
}

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As CSV.
    Csv(Texts),
    /// As lines of JSON.
    Jsonl,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Csv(_) => NAMES[0],
            Self::Jsonl => NAMES[1],
        }
    }

    /// The name of a table's file.
    pub fn file(self, table: &Table) -> String {
        let ending = if self == Self::Jsonl { "jsonl" } else { "csv" };
        format!("{}.{ending}", table.shape.name)
    }

    /// What was done to texts that a spreadsheet would take for formulas; none reads JSON lines.
    fn formulas(self) -> &'static str {
        match self {
            Self::Csv(Texts::Defused) => {
                " A text that begins with =, +, -, @ (also in full width), a tab or the end of a \
                 line has an apostrophe before it, which is not part of it, so that no spreadsheet \
                 takes it for a formula (--excel-safe)."
            }
            Self::Csv(Texts::AsTheyAre) => {
                " Texts are as they are recorded: one that begins with = may be taken for a \
                 formula by a spreadsheet (--excel-safe was not given)."
            }
            Self::Jsonl => "",
        }
    }
}

/// `datapackage.json`.
pub fn datapackage(about: &About, tables: &[&Table], form: Form) -> Vec<u8> {
    let resources: Vec<Value> = tables.iter().map(|table| resource(table, form)).collect();
    let mut facts = about.facts();
    if let Form::Csv(texts) = form {
        facts.insert("excel_safe".to_owned(), json!(texts == Texts::Defused));
    }
    pretty(&json!({
        "description": about.sentence() + form.formulas(),
        "name": form.name(),
        "piperoll": facts,
        "profile": "data-package",
        "resources": resources,
        "title": "An assessment ledger, as tables",
    }))
}

fn resource(table: &Table, form: Form) -> Value {
    let mut schema = json!({
        "fields": table.columns.iter().map(field).collect::<Vec<_>>(),
        "missingValues": [""],
    });
    if let Some(key) = key(table) {
        schema["primaryKey"] = json!(key);
    }
    let foreign: Vec<Value> = table.references().map(|(column, parent)| {
        json!({ "fields": [column], "reference": { "fields": [column], "resource": parent } })
    }).collect();
    if !foreign.is_empty() {
        schema["foreignKeys"] = json!(foreign);
    }
    let mut resource = json!({
        "description": format!("{}.", table.shape.meaning),
        "encoding": "utf-8",
        "format": "jsonl",
        "mediatype": "application/jsonl",
        "name": table.shape.name,
        "path": form.file(table),
        "schema": schema,
    });
    if form == Form::Jsonl {
        resource["dialect"] = json!({ "json": { "keyed": true } });
    } else {
        resource["dialect"] = json!({ "csv": { "lineTerminator": "\r\n" }, "header": true });
        resource["format"] = json!("csv");
        resource["mediatype"] = json!("text/csv");
    }
    resource
}

fn field(column: &Column) -> Value {
    let mut constraints = Map::new();
    if column.presence == Presence::Always {
        constraints.insert("required".to_owned(), json!(true));
    }
    let kind = match column.kind {
        Kind::Text | Kind::Id => "string",
        Kind::OneOf(words) => {
            constraints.insert("enum".to_owned(), json!(words));
            "string"
        }
        Kind::Date => {
            constraints.insert("pattern".to_owned(), json!(DATE));
            "string"
        }
        Kind::Hash => {
            constraints.insert("pattern".to_owned(), json!(HASH));
            "string"
        }
        Kind::Instant => "datetime",
        Kind::Count => "integer",
        Kind::Between(least, most) => {
            constraints.insert("minimum".to_owned(), json!(least));
            constraints.insert("maximum".to_owned(), json!(most));
            "integer"
        }
        Kind::Decimal => "number",
        Kind::Flag => "boolean",
        Kind::Json => "object",
    };
    let mut field = json!({
        "description": format!("{}.", column.meaning),
        "name": column.name,
        "type": kind,
    });
    if !constraints.is_empty() {
        field["constraints"] = Value::Object(constraints);
    }
    field
}

/// `csv-metadata.json`.
pub fn csvw(about: &About, tables: &[&Table], form: Form) -> Vec<u8> {
    let described: Vec<Value> = tables.iter().map(|table| described(table, form)).collect();
    pretty(&json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
        "dc:description": about.sentence() + form.formulas(),
        "dc:title": "An assessment ledger, as tables",
        "dialect": {
            "delimiter": ",",
            "doubleQuote": true,
            "encoding": "utf-8",
            "header": true,
            "lineTerminators": ["\r\n"],
            "quoteChar": "\"",
        },
        "tables": described,
    }))
}

fn described(table: &Table, form: Form) -> Value {
    let mut schema =
        json!({ "columns": table.columns.iter().map(csvw_column).collect::<Vec<_>>() });
    if let Some(key) = key(table) {
        schema["primaryKey"] = json!(key);
    }
    let foreign: Vec<Value> = table
        .references()
        .map(|(column, parent)| {
            let reference =
                json!({ "columnReference": column, "resource": format!("{parent}.csv") });
            json!({ "columnReference": column, "reference": reference })
        })
        .collect();
    if !foreign.is_empty() {
        schema["foreignKeys"] = json!(foreign);
    }
    json!({
        "dc:description": format!("{}.", table.shape.meaning),
        "tableSchema": schema,
        "url": form.file(table),
    })
}

fn csvw_column(column: &Column) -> Value {
    let datatype = match column.kind {
        Kind::Text | Kind::Id => json!("string"),
        Kind::OneOf(words) => json!({ "base": "string", "format": words.join("|") }),
        Kind::Date => json!({ "base": "string", "format": DATE }),
        Kind::Hash => json!({ "base": "string", "format": HASH }),
        Kind::Instant => json!("dateTime"),
        Kind::Count => json!("integer"),
        Kind::Between(least, most) => {
            json!({ "base": "integer", "maximum": most, "minimum": least })
        }
        Kind::Decimal => json!("decimal"),
        Kind::Flag => json!("boolean"),
        Kind::Json => json!("json"),
    };
    json!({
        "datatype": datatype,
        "dc:description": format!("{}.", column.meaning),
        "name": column.name,
        "required": column.presence == Presence::Always,
        "titles": column.name,
    })
}

/// The columns that tell one row from every other, where all of them are there.
pub fn key(table: &Table) -> Option<&'static [&'static str]> {
    let key = table.shape.key;
    let is_there = |name: &&str| table.columns.iter().any(|column| column.name == *name);
    (!key.is_empty() && key.iter().all(is_there)).then_some(key)
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
