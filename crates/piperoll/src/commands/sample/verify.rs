//! `sample verify`: every sample computed again from the records.

use super::{set, unknown};
use crate::cli::{Asking, Format};
use crate::commands::{Home, at, only_for_the_regulator, open};
use crate::exit::{DAMAGED, Failure, Outcome};
use crate::render::{self, Column, Row, count, grouped, runs};
use assessment::SampleId;
use ledger::{SampleCheck, SampleFinding};
use serde::{Serialize, Serializer};
use std::io::Write;

/// What came of computing a sample again.
#[derive(Debug, Clone, Serialize)]
struct VerifyRow {
    sample: SampleId,
    holds: bool,
    committed: Option<u64>,
    seeded: Option<u64>,
    drawn: Option<u64>,
    population: Option<u64>,
    items: Option<u64>,
    #[serde(serialize_with = "in_a_line")]
    findings: Vec<SampleFinding>,
}

impl Row for VerifyRow {
    const HEADER: &'static [&'static str] =
        &["sample", "holds", "committed", "seeded", "drawn", "population", "items", "findings"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("sample", |row| row.sample.to_string()),
            Column::left("holds", |row| if row.holds { "yes" } else { "NO" }.to_owned()),
            Column::text("computed again", |row| match row.holds {
                true => row.steps().join(", "),
                // Each is a sentence, and stands below the table.
                false => count(row.findings.len() as u64, "finding"),
            }),
            Column::left("records", |row| {
                let records: Vec<u64> =
                    [row.committed, row.seeded, row.drawn].into_iter().flatten().collect();
                runs(&records)
            }),
        ]
    }
}

impl VerifyRow {
    fn of(check: &SampleCheck) -> Self {
        Self {
            sample: check.sample,
            holds: check.holds(),
            committed: check.committed,
            seeded: check.seeded,
            drawn: check.drawn,
            population: check.population,
            items: check.items,
            findings: check.findings.clone(),
        }
    }

    /// What there was to be computed.
    fn steps(&self) -> Vec<String> {
        let steps = [
            self.population.map(|size| format!("population of {}", grouped(size))),
            self.seeded.map(|_| "seed".to_owned()),
            self.items.map(|items| format!("draw of {}", grouped(items))),
        ];
        steps.into_iter().flatten().collect()
    }
}

/// What does not hold, as one value.
fn in_a_line<S: Serializer>(findings: &[SampleFinding], serializer: S) -> Result<S::Ok, S::Error> {
    let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
    serializer.serialize_str(&all.join("; "))
}

/// Prints a line for each sample; that one does not hold is damage.
pub fn run(home: &Home, wanted: Option<SampleId>, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a sample")?;
    let mut checks = open(home)?.verify_samples(at(asking))?;
    if let Some(id) = wanted {
        checks.retain(|check| check.sample == id);
        if checks.is_empty() {
            return Err(unknown(id));
        }
    }
    let rows: Vec<VerifyRow> = checks.iter().map(VerifyRow::of).collect();
    render::rows(out, asking.format, &rows)?;
    let damaged: Vec<&str> =
        rows.iter().filter(|row| !row.holds).map(|row| row.sample.as_str()).collect();
    if damaged.is_empty() {
        return Ok(());
    }
    if asking.format == Format::Table {
        writeln!(out)?;
        for row in &rows {
            let of = |finding| format!("{}, {finding}", row.sample);
            row.findings.iter().try_for_each(|finding| set(&of(finding), 0, out))?;
        }
    }
    out.flush()?;
    let does = if damaged.len() == 1 { "does" } else { "do" };
    Err(Failure::new(DAMAGED, format!("{} {does} not hold", damaged.join(", ")))
        .hint("records were altered, or written around the rules; `piperoll verify` looks closer"))
}
