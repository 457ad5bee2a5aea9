//! `scores --categories`: the scores of evidence categories.

use super::{Home, ask, at, only_for_the_regulator, only_of_itself, open};
use crate::cli::{Audience, Scores};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row, known};
use crate::rows::body;
use assessment::framework::Framework;
use assessment::state::Assessment;
use assessment::{AssessmentId, OrganisationCode};
use ledger::{At, Filter, Ledger};
use projections::{
    Body, CategoryScoresRow, Disclosures, Standing, category_scores, disclosed_scores,
};
use std::io::Write;

impl Row for CategoryScoresRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "framework",
        "assessment",
        "statement",
        "category",
        "score",
        "scorer_score",
        "draft_score",
        "published_score",
        "reviewed_on",
        "evidence",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("statement", |row| row.statement.to_string()),
            Column::id("category", |row| known(&row.category)),
            Column::right("score", |row| known(&row.score)),
            Column::right("own", |row| known(&row.scorer_score)),
            Column::right("draft", |row| known(&row.draft_score)),
            Column::right("public", |row| known(&row.published_score)),
            Column::left("reviewed", |row| known(&row.reviewed_on)),
            Column::right("pieces", |row| known(&row.evidence)),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, {}", body(&self.name, &self.flags), self.assessment))
    }
}

/// Lists them: to the regulator as they count now, to a body as it was told of its own.
pub fn run(home: &Home, args: &Scores, out: &mut dyn Write) -> Outcome {
    let asking = &args.asking;
    if asking.audience == Audience::Public {
        only_for_the_regulator(asking.audience, "what evidence categories score")?;
    }
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, asking)?;
    let filter = super::questions::scores_filter(&mut ledger, args)?;
    let mut rows = match asking.audience {
        Audience::Body(code) => {
            only_of_itself(&mut ledger, at(asking), code, &args.filters.organisations)?;
            of_the_body(&mut ledger, at(asking), &filter, args.assessment, code)?
        }
        Audience::Regulator | Audience::Public => of_all(&mut ledger, at(asking), &filter)?,
    };
    rows.retain(|row| filter.statement.is_none_or(|statement| statement == row.statement));
    render::rows(out, asking.format, &rows)
}

/// The scores of every body that is wanted, in force now.
pub(super) fn of_all(
    ledger: &mut Ledger,
    at: At,
    filter: &Filter,
) -> Result<Vec<CategoryScoresRow>, Failure> {
    let wanted = |body: &Body, standing: &Standing, framework: &Framework| {
        let meant = filter.assessment.or(body.current);
        let is_wanted = meant == Some(standing.assessment)
            && filter.framework.is_none_or(|wanted| wanted == framework.id);
        is_wanted.then(|| (body.clone(), standing.clone(), framework.clone()))
    };
    let standings = ask(ledger, at, &|catalogue| catalogue.each_standing(filter, wanted))?;
    let codes: Vec<_> = standings.iter().map(|(body, ..)| body.facts.code).collect();
    let state = ledger.state(at, &|_| codes.clone())?;
    let mut rows = Vec::new();
    for (body, standing, framework) in &standings {
        let code = body.facts.code;
        // Reading the journal for what a body was told takes long: not for one that was told
        // nothing.
        let mut assessments = state.assessments_of(code);
        let disclosures = if assessments.any(|(_, it)| was_told(it)) {
            ledger.disclosures(at, code)?
        } else {
            Disclosures::new(code)
        };
        rows.extend(category_scores(body, standing, framework, &state, &disclosures));
    }
    Ok(rows)
}

fn was_told(assessment: &Assessment) -> bool {
    !assessment.windows.is_empty() || !assessment.publications.is_empty()
}

/// The scores that a body was told of its own assessments.
fn of_the_body(
    ledger: &mut Ledger,
    at: At,
    filter: &Filter,
    wanted: Option<AssessmentId>,
    code: OrganisationCode,
) -> Result<Vec<CategoryScoresRow>, Failure> {
    let disclosures = ledger.disclosures(at, code)?;
    if let Some(id) = wanted.filter(|id| disclosures.told(*id).is_none()) {
        return Err(super::assessment::unknown(id));
    }
    let kind = ask(ledger, at, &|catalogue| Ok(catalogue.body(code)?.map(|body| body.facts.kind)))?;
    if filter.kind.is_some() && filter.kind != kind {
        return Ok(vec![]);
    }
    let told = disclosures.assessments().map(|(id, _)| id);
    let told = told.filter(|id| wanted.is_none_or(|wanted| wanted == *id));
    let mut rows: Vec<_> = told.flat_map(|id| disclosed_scores(&disclosures, id)).collect();
    rows.retain(|row| filter.framework.is_none_or(|wanted| wanted == row.framework));
    Ok(rows)
}
