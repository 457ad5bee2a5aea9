//! `sample size`: the zero-error tables that auditors know, and their finite-population effect.

use super::percent;
use crate::cli::{Format, SampleSize};
use crate::exit::Outcome;
use crate::render::{self, Column, Row, grouped};
use assurance::{Bound, Share, binomial, hypergeometric, poisson};
use serde::Serialize;
use std::io::Write;

/// The tolerable errors of the tables, in hundredths of a per cent.
const USUAL: [u64; 5] = [100, 200, 300, 500, 1_000];

/// How many items are enough if none of them is in error.
#[derive(Debug, Clone, Serialize)]
struct SizeRow {
    confidence: String,
    tolerable_error: String,
    binomial: u64,
    poisson: u64,
    population: Option<u64>,
    hypergeometric: Option<u64>,
}

impl Row for SizeRow {
    const HEADER: &'static [&'static str] =
        &["confidence", "tolerable_error", "binomial", "poisson", "population", "hypergeometric"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::right("tolerable error", |row| format!("{} %", row.tolerable_error)),
            Column::right("binomial", |row| grouped(row.binomial)),
            Column::right("poisson", |row| grouped(row.poisson)),
            Column::right("hypergeometric", |row| row.hypergeometric.map_or_else(none, grouped)),
        ]
    }

    fn heading(&self) -> Option<String> {
        let population = self.population.map(grouped);
        let population = population.map(|it| format!(", from a population of {it}"));
        Some(format!("{} % confidence{}", self.confidence, population.unwrap_or_default()))
    }
}

fn none() -> String {
    "-".to_owned()
}

/// Prints the table, or the row that is asked for.
pub fn run(args: &SampleSize, out: &mut dyn Write) -> Outcome {
    let usual = || USUAL.into_iter().filter_map(Share::new).collect();
    let tolerable: Vec<Share> = args.tolerable_error.map_or_else(usual, |one| vec![one]);
    let row = |tolerable_error: Share| {
        let bound = Bound { confidence: args.confidence, tolerable_error };
        SizeRow {
            confidence: percent(args.confidence.hundredths()),
            tolerable_error: percent(tolerable_error.hundredths()),
            binomial: binomial(bound),
            poisson: poisson(bound),
            population: args.population,
            hypergeometric: args.population.map(|population| hypergeometric(population, bound)),
        }
    };
    let rows: Vec<SizeRow> = tolerable.into_iter().map(row).collect();
    render::rows(out, args.format, &rows)?;
    if args.format != Format::Table {
        return Ok(());
    }
    writeln!(out, "\nSo many items without an error show, with this confidence, that fewer than")?;
    writeln!(
        out,
        "the tolerable share of all are in error. One error found, and none of it holds."
    )?;
    match args.population {
        Some(_) => writeln!(out, "`sample commit` takes the hypergeometric size."),
        None => {
            writeln!(out, "Of a small population fewer are enough: --population N tells how many.")
        }
    }?;
    Ok(())
}
