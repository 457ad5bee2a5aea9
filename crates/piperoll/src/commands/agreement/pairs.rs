//! The pairs themselves, so that any other program can compute the figures again.

use crate::cli::Agreement as Args;
use crate::render::{Column, Row, known};
use assessment::sample::Stratifier;
use assessment::{
    AssessmentId, CategoryId, FrameworkId, ItemId, Name, OrganisationCode, PartialDate, PersonId,
    SampleId, StatementId,
};
use clap::ValueEnum;
use projections::ScorePair;
use serde::Serialize;

/// Two scores for the same evidence.
#[derive(Debug, Clone, Serialize)]
pub struct PairRow {
    between: String,
    /// What was scored twice: the review, or the score of a panel's decision.
    item: ItemId,
    /// The record with the second score.
    position: u64,
    sample: Option<SampleId>,
    organisation: OrganisationCode,
    assessment: Option<AssessmentId>,
    framework: Option<FrameworkId>,
    statement: Option<StatementId>,
    category: Option<CategoryId>,
    /// Who gave the first score.
    assessor: Option<PersonId>,
    region: Option<Name>,
    quarter: String,
    /// When the second score was given, and by whom.
    on: PartialDate,
    by: String,
    first: u8,
    second: u8,
}

impl PairRow {
    /// A pair, as it is printed.
    pub fn of(args: &Args, pair: &ScorePair) -> Self {
        let decision = &pair.decision;
        let by: Vec<String> = pair.by.iter().map(ToString::to_string).collect();
        Self {
            between: between(args),
            item: decision.item.id,
            position: pair.position,
            sample: pair.sample,
            organisation: decision.organisation,
            assessment: decision.assessment,
            framework: decision.framework,
            statement: decision.item.cell.map(|(statement, _)| statement),
            category: decision.item.cell.and_then(|(_, category)| category),
            assessor: decision.assessor,
            region: decision.region.clone(),
            quarter: decision.stratum(&[Stratifier::Quarter]),
            on: decision.item.on,
            by: by.join(" "),
            first: pair.first.get(),
            second: pair.second.get(),
        }
    }
}

/// The word for whose scores are compared.
pub fn between(args: &Args) -> String {
    let value = args.between.to_possible_value().expect("none of them is hidden");
    value.get_name().to_owned()
}

impl Row for PairRow {
    const HEADER: &'static [&'static str] = &[
        "between",
        "item",
        "position",
        "sample",
        "organisation",
        "assessment",
        "framework",
        "statement",
        "category",
        "assessor",
        "region",
        "quarter",
        "on",
        "by",
        "first",
        "second",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("item", |row| row.item.to_string()),
            Column::id("statement", |row| match (row.statement, row.category) {
                (Some(statement), Some(category)) => format!("{statement},\n{category}"),
                (statement, _) => known(&statement),
            }),
            Column::left("assessor", |row| known(&row.assessor)),
            Column::right("first", |row| row.first.to_string()),
            Column::right("second", |row| row.second.to_string()),
        ]
    }

    fn heading(&self) -> Option<String> {
        // One panel, or one reader on one day, gave the second scores of many.
        let second = format!("second by {} on {}", self.by, self.on);
        Some(self.assessment.map_or(second.clone(), |id| format!("{id}, {second}")))
    }
}
