//! `publication list`.

use crate::cli::Asking;
use crate::commands::{Home, ask, at, open, organisation, placed};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row};
use assessment::event::{AssessmentKind, PublicationWithdrawalReason, ReissueReason};
use assessment::scoring::Percent;
use assessment::{AssessmentId, FrameworkId, Name, OrganisationCode, PartialDate, PublicationId};
use ledger::{Filter, Ledger};
use projections::{Body, Flag, Flags, Issue, Standing};
use serde::Serialize;
use std::io::Write;

/// Lists publications, also those that were withdrawn or replaced.
pub fn run(home: &Home, wanted: Option<&str>, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let wanted = wanted.map(|text| organisation(&mut ledger, at(asking), text)).transpose()?;
    render::rows(out, asking.format, &rows(&mut ledger, wanted, asking)?)
}

/// A publication, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PublicationRow {
    pub(super) publication: PublicationId,
    pub(super) organisation: OrganisationCode,
    pub(super) name: Name,
    pub(super) assessment: AssessmentId,
    pub(super) framework: FrameworkId,
    pub(super) kind: AssessmentKind,
    pub(super) published_on: PartialDate,
    pub(super) published_rating: &'static str,
    pub(super) published_score: Option<Percent>,
    pub(super) replaces: Option<PublicationId>,
    pub(super) reissue_reason: Option<ReissueReason>,
    pub(super) withdrawn_on: Option<PartialDate>,
    pub(super) withdrawal_reason: Option<PublicationWithdrawalReason>,
    pub(super) flags: String,
    pub(super) position: Option<u64>,
}

impl Row for PublicationRow {
    const HEADER: &'static [&'static str] = &[
        "publication",
        "organisation",
        "name",
        "assessment",
        "framework",
        "kind",
        "published_on",
        "published_rating",
        "published_score",
        "replaces",
        "reissue_reason",
        "withdrawn_on",
        "withdrawal_reason",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("publication", |row| row.publication.to_string()),
            Column::text("name", |row| row.name.to_string()),
            Column::left("on", |row| row.published_on.to_string()),
            Column::text("rating", |row| match row.published_score {
                Some(score) => format!("{} {score} %", row.published_rating),
                None => row.published_rating.to_owned(),
            }),
            // Together, as each by itself would be too wide for a terminal of 80 columns.
            Column::text("kind, flags", |row| {
                let number = |it: PublicationId| format!(" for p{}", it.number());
                let reissue = row.replaces.map(number).unwrap_or_default();
                let on = row.withdrawn_on.map(|on| format!(" {on}")).unwrap_or_default();
                let flags = row.flags.replace("withdrawn", &format!("withdrawn{on}"));
                format!("{}{reissue} {flags}", row.kind)
            }),
        ]
    }
}

/// The publications of a body, or of all, oldest first.
pub(super) fn rows(
    ledger: &mut Ledger,
    wanted: Option<OrganisationCode>,
    asking: &Asking,
) -> Result<Vec<PublicationRow>, Failure> {
    let filter = Filter { organisations: wanted.into_iter().collect(), ..Filter::default() };
    let rows = ask(ledger, at(asking), &|catalogue| {
        catalogue.each_standing(&filter, |body, standing, _| {
            let issues = standing.publications.iter();
            Some(issues.map(|it| row(body, standing, it, asking)).collect::<Vec<_>>())
        })
    })?;
    let mut rows: Vec<_> = rows.into_iter().flatten().collect();
    rows.sort_by_key(|row| (row.published_on, row.position));
    Ok(rows)
}

fn row(body: &Body, standing: &Standing, issue: &Issue, asking: &Asking) -> PublicationRow {
    let last = standing.publications.last().map(|last| last.publication);
    let flags: Flags = match last == Some(issue.publication) {
        true => standing.flags(body),
        false => Flags::default()
            .with(Flag::Fictional, body.facts.fictional)
            .with(Flag::Withdrawn, issue.withdrawn.is_some()),
    };
    PublicationRow {
        publication: issue.publication,
        organisation: body.facts.code,
        name: body.facts.name.clone(),
        assessment: standing.assessment,
        framework: standing.framework,
        kind: issue.kind,
        published_on: issue.on,
        published_rating: issue.rating.map_or("", |rating| rating.as_str()),
        published_score: issue.score,
        replaces: issue.reissue.map(|reissue| reissue.replaces),
        reissue_reason: issue.reissue.map(|reissue| reissue.reason),
        withdrawn_on: issue.withdrawn.map(|withdrawn| withdrawn.on),
        withdrawal_reason: issue.withdrawn.map(|withdrawn| withdrawn.reason),
        flags: flags.to_string(),
        position: placed(asking, issue.position),
    }
}
