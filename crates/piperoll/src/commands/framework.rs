//! `framework …`.

use super::write::submit;
use super::{at, frameworks, open};
use crate::cli::{Asking, Format, Framework as Args, Writing};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::command::AdoptFramework;
use assessment::framework::{Basis, Framework, Sourced};
use assessment::{FrameworkId, PartialDate};
use projections::Adopted;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Carries out a command.
pub fn run(dir: &Path, command: &Args, out: &mut dyn Write) -> Outcome {
    match command {
        Args::Adopt { framework, on, writing } => adopt(dir, framework, *on, writing, out),
        Args::Check { framework } => check(framework, out),
        Args::List(args) => list(dir, &args.asking, out),
        Args::Show { framework, asking } => show(dir, *framework, asking, out),
    }
}

/// The text of a shipped framework, by its id, or of a file.
fn text(framework: &str) -> Result<String, Failure> {
    let shipped = framework.parse().ok().and_then(Framework::shipped_text);
    let read = || {
        world::read(framework).map_err(|failure| {
            failure.hint("name a file, or a shipped framework: `piperoll framework list`")
        })
    };
    shipped.map_or_else(read, |text| Ok(text.to_owned()))
}

fn adopt(
    dir: &Path,
    name: &str,
    on: Option<PartialDate>,
    writing: &Writing,
    out: &mut dyn Write,
) -> Outcome {
    let framework = Framework::parse(&text(name)?).map_err(|error| {
        Failure::new(REFUSED, error.to_string())
            .at(name)
            .hint("`piperoll framework check` lists everything that is wrong with it")
    })?;
    let adopted_on = on.unwrap_or_else(|| world::now().day().into());
    let command = AdoptFramework { adopted_on, framework: Box::new(framework) };
    submit(&mut open(dir)?, writing, command, out).map(drop)
}

/// Silence means that it is sound.
fn check(name: &str, out: &mut dyn Write) -> Outcome {
    let findings = assessment::framework::check(&text(name)?);
    let mut lines = findings.iter().map(|finding| writeln!(out, "{name}: {finding}"));
    let printed = lines.try_for_each(|line| line);
    if findings.is_empty() { Ok(printed?) } else { Err(Failure::said(REFUSED)) }
}

/// A framework, as it is listed.
#[derive(Debug, Clone, Serialize)]
struct FrameworkRow {
    framework: FrameworkId,
    name: String,
    kind: assessment::framework::OrganisationKind,
    method: assessment::framework::Method,
    statements: u64,
    valid_from: PartialDate,
    valid_to: Option<PartialDate>,
    adopted_on: Option<PartialDate>,
    scoring_digest: String,
    process_digest: String,
    position: Option<u64>,
}

impl Row for FrameworkRow {
    const HEADER: &'static [&'static str] = &[
        "framework",
        "name",
        "kind",
        "method",
        "statements",
        "valid_from",
        "valid_to",
        "adopted_on",
        "scoring_digest",
        "process_digest",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("framework", |row| row.framework.to_string()),
            Column::left("kind", |row| row.kind.to_string()),
            Column::right("statements", |row| row.statements.to_string()),
            Column::left("valid from", |row| row.valid_from.to_string()),
            Column::left("to", |row| known(&row.valid_to)),
            Column::left("adopted", |row| {
                row.adopted_on.map_or("no, shipped".to_owned(), |on| on.to_string())
            }),
        ]
    }
}

fn row(framework: &Framework, adopted: Option<&Adopted>) -> FrameworkRow {
    FrameworkRow {
        framework: framework.id,
        name: framework.name.value.clone(),
        kind: framework.kind,
        method: framework.scoring.method.value,
        statements: framework.statements().count() as u64,
        valid_from: framework.valid_from.value,
        valid_to: framework.valid_to.as_ref().map(|to| to.value),
        adopted_on: adopted.map(|adopted| adopted.adopted_on),
        scoring_digest: framework.scoring_digest(),
        process_digest: framework.process_digest(),
        position: adopted.map(|adopted| adopted.position),
    }
}

fn list(dir: &Path, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let adopted = frameworks(&mut open(dir)?, at(asking))?;
    let mut rows: Vec<FrameworkRow> =
        adopted.values().map(|adopted| row(&adopted.framework, Some(adopted))).collect();
    let shipped = Framework::all_shipped();
    let others = shipped.iter().filter(|framework| !adopted.contains_key(&framework.id));
    rows.extend(others.map(|framework| row(framework, None)));
    render::rows(out, asking.format, &rows)
}

fn show(dir: &Path, id: FrameworkId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    // A shipped framework can be read about before there is any ledger.
    let adopted = match ledger::Ledger::open(dir) {
        Ok(mut ledger) => frameworks(&mut ledger, at(asking))?.remove(&id),
        Err(ledger::Error::Journal(journal::Error::NotALedger(_))) => None,
        Err(error) => return Err(error.into()),
    };
    let shipped = Framework::shipped(id);
    let Some(framework) = adopted.as_ref().map(|adopted| &adopted.framework).or(shipped.as_ref())
    else {
        return Err(unknown(id));
    };
    match asking.format {
        Format::Table => print(out, framework, adopted.as_ref()),
        Format::Json | Format::Jsonl => Ok(writeln!(out, "{}", render::json(framework))?),
        Format::Csv | Format::Plain => {
            render::rows(out, asking.format, &[row(framework, adopted.as_ref())])
        }
    }
}

/// There is no such framework.
pub fn unknown(id: FrameworkId) -> Failure {
    Failure::new(REFUSED, format!("no framework {id} is adopted or shipped"))
        .hint("`piperoll framework list` shows them")
}

fn print(out: &mut dyn Write, framework: &Framework, adopted: Option<&Adopted>) -> Outcome {
    let (scoring, process) = (&framework.scoring, &framework.process);
    let adopted = adopted.map(|by| format!("on {} by record {}", by.adopted_on, by.position));
    let valid_to = framework.valid_to.as_ref().map(|to| format!(" to {}", to.value));
    render::facts(
        out,
        &[
            ("framework", format!("{}: {}", framework.id, framework.name.value)),
            ("kind", framework.kind.to_string()),
            ("status", rule(&framework.status)),
            ("valid", format!("{}{}", framework.valid_from.value, valid_to.unwrap_or_default())),
            ("adopted", adopted.unwrap_or("no; shipped with the program".to_owned())),
            ("method", rule(&scoring.method)),
            ("awards ratings", rule(&scoring.awards_ratings)),
            ("rating changes", rule(&scoring.rating_changes)),
            ("rounding", rule(&scoring.rounding)),
            ("overall from", rule(&scoring.overall_from)),
            ("limiters", rule(&scoring.limiters)),
            ("published", rule(&scoring.published_levels)),
            ("section 50", rule(&process.section_50)),
            ("recipients", rule(&process.recipients)),
            ("accuracy days", rule(&process.accuracy_working_days)),
            ("scoring digest", framework.scoring_digest()),
            ("process digest", framework.process_digest()),
        ],
    )?;
    writeln!(out, "\nbands ({})", basis(scoring.bands.basis))?;
    for band in &scoring.bands.value {
        let (from, to, score) = (band.from, band.to, band.score);
        writeln!(
            out,
            "  {:21}{from:>3} to {to:>3} %   stands for a score of {score}",
            band.rating
        )?;
    }
    writeln!(out, "\nevidence categories")?;
    for category in &scoring.categories {
        writeln!(out, "  {:27}{}", category.id, category.name.value)?;
    }
    for theme in &scoring.themes {
        writeln!(out, "\n{} ({})", theme.name.value, theme.id)?;
        for statement in &theme.statements {
            let unverified = if statement.is_unverified() { "  [name unverified]" } else { "" };
            writeln!(out, "  {}{unverified}", statement.name.value)?;
            writeln!(out, "      {}", statement.id)?;
            let required = &statement.required_categories.value;
            if (1..scoring.categories.len()).contains(&required.len()) {
                let required: Vec<_> = required.iter().map(ToString::to_string).collect();
                writeln!(out, "      needs {}", required.join(", "))?;
            }
        }
    }
    Ok(())
}

/// A rule with how well it is known.
fn rule<T: Serialize>(rule: &Sourced<T>) -> String {
    let value = render::json(&rule.value).replace('"', "");
    format!("{value} ({}, {})", basis(rule.basis), rule.source.as_str())
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "stated",
        Basis::Inferred => "inferred",
        Basis::Assumed => "assumed",
    }
}
