//! Putting a report together, in the order of its framework.

use super::rules::rules;
use crate::report::{
    CategoryScore, Dates, EvidenceList, Finance, FrameworkTitle, Notice, Overall, Report, Section,
    State as Stage, Statement, Text, Theme,
};
use assessment::event::{AssessmentKind, OrganisationRegistered, ThemeScore};
use assessment::framework::{self, Awards, Basis, Framework, Passage};
use assessment::scoring::Score;
use assessment::state::Cell;
use assessment::{AssessmentId, PartialDate, StatementId};
use projections::Status;
use std::collections::BTreeMap;

/// What a report is put together from.
pub(super) struct Material<'a> {
    pub(super) facts: &'a OrganisationRegistered,
    pub(super) framework: &'a Framework,
    pub(super) assessment: AssessmentId,
    pub(super) kind: AssessmentKind,
    pub(super) stage: Stage,
    pub(super) notices: Vec<Notice>,
    pub(super) status: Status,
    pub(super) overall: Option<Overall>,
    pub(super) dates: Dates,
    /// The passages in the order of the report.
    pub(super) texts: Vec<(Passage, Option<Text>)>,
    pub(super) scores: BTreeMap<Cell, Score>,
    pub(super) themes: Vec<ThemeScore>,
    pub(super) reviewed: BTreeMap<StatementId, PartialDate>,
    pub(super) finance: Option<Finance>,
    pub(super) evidence: Option<EvidenceList>,
}

/// Puts a report together.
pub(super) fn report(material: Material<'_>) -> Report {
    let Material { facts, framework, .. } = material;
    let is_whole = |passage: &Passage| passage.theme.is_none() && passage.statement.is_none();
    let whole = material.texts.iter().filter(|(passage, _)| is_whole(passage));
    Report {
        title: facts.name.clone(),
        code: facts.code,
        kind: facts.kind,
        fictional: facts.fictional,
        assessment: material.assessment,
        assessment_kind: material.kind,
        framework: FrameworkTitle { id: framework.id, name: framework.name.value.clone() },
        sections: whole
            .map(|(passage, text)| Section { section: passage.section, text: text.clone() })
            .collect(),
        themes: framework.scoring.themes.iter().map(|it| theme(&material, it)).collect(),
        rules: rules(framework),
        state: material.stage,
        notices: material.notices,
        status: material.status,
        overall: material.overall,
        dates: material.dates,
        finance: material.finance,
        evidence: material.evidence,
    }
}

fn theme(material: &Material<'_>, theme: &framework::Theme) -> Theme {
    let level = material.themes.iter().find(|it| it.theme == theme.id);
    let findings = material.texts.iter().find(|(passage, _)| passage.theme == Some(theme.id));
    Theme {
        id: theme.id,
        name: theme.name.value.clone(),
        unverified: theme.name.basis == Basis::Assumed,
        rating: level.map(|level| level.rating),
        score: level.map(|level| level.score),
        findings: findings.and_then(|(_, text)| text.clone()),
        statements: theme.statements.iter().map(|it| statement(material, it)).collect(),
    }
}

fn statement(material: &Material<'_>, statement: &framework::Statement) -> Statement {
    let scoring = &material.framework.scoring;
    let score = material.scores.get(&(statement.id, None)).copied();
    let rated = score.filter(|_| awards_ratings(material.framework));
    let mut texts = material.texts.iter();
    let findings = texts.find(|(passage, _)| passage.statement == Some(statement.id));
    let category = |category: &framework::Category| {
        let score = *material.scores.get(&(statement.id, Some(category.id)))?;
        Some(CategoryScore { category: category.id, name: category.name.value.clone(), score })
    };
    Statement {
        id: statement.id,
        name: statement.name.value.clone(),
        unverified: statement.is_unverified(),
        score,
        rating: rated.map(|score| scoring.rating(score)),
        reviewed_on: material.reviewed.get(&statement.id).copied(),
        categories: scoring.categories.iter().filter_map(category).collect(),
        findings: findings.and_then(|(_, text)| text.clone()),
    }
}

/// Whether a framework awards ratings, formal or indicative.
pub(super) fn awards_ratings(framework: &Framework) -> bool {
    framework.scoring.awards_ratings.value != Awards::No
}
