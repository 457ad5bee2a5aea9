//! `assessment …`.

use super::write::submit;
use super::{ask, at, open, organisation};
use crate::cli::{Asking, Assessment, Format};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::command::OpenAssessment;
use assessment::event::AssessmentKind;
use assessment::{AssessmentId, FrameworkId, Name, OrganisationCode, PartialDate, PublicationId};
use ledger::{At, Filter};
use projections::{Body, Standing};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Carries out a command.
pub fn run(dir: &Path, command: &Assessment, out: &mut dyn Write) -> Outcome {
    match command {
        Assessment::Open { organisation: text, framework, kind, on, writing } => {
            let mut ledger = open(dir)?;
            let command = OpenAssessment {
                framework: *framework,
                kind: *kind,
                opened_on: on.unwrap_or_else(|| world::now().day().into()),
                organisation: organisation(&mut ledger, At::default(), text)?,
            };
            submit(&mut ledger, writing, command, out).map(drop)
        }
        Assessment::List { organisation, asking } => {
            render::rows(out, asking.format, &rows(dir, organisation.as_deref(), asking)?)
        }
        Assessment::Show { assessment, asking } => show(dir, *assessment, asking, out),
    }
}

/// An assessment, as it is listed.
#[derive(Debug, Clone, Serialize)]
struct AssessmentRow {
    assessment: AssessmentId,
    organisation: OrganisationCode,
    name: Name,
    framework: FrameworkId,
    kind: AssessmentKind,
    opened_on: Option<PartialDate>,
    publication: Option<PublicationId>,
    published_on: Option<PartialDate>,
    current: bool,
    flags: String,
    position: u64,
}

impl Row for AssessmentRow {
    const HEADER: &'static [&'static str] = &[
        "assessment",
        "organisation",
        "name",
        "framework",
        "kind",
        "opened_on",
        "publication",
        "published_on",
        "current",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("assessment", |row| row.assessment.to_string()),
            Column::text("name", |row| row.name.to_string()),
            Column::left("framework", |row| row.framework.to_string()),
            Column::left("kind", |row| row.kind.to_string()),
            Column::text("state", |row| match (row.published_on, row.opened_on, row.current) {
                (Some(on), _, true) => format!("published {on} current"),
                (Some(on), _, false) => format!("published {on}"),
                (None, Some(on), _) => format!("opened {on}"),
                (None, None, _) => String::new(),
            }),
            Column::text("flags", |row| row.flags.clone()),
        ]
    }
}

fn row(body: &Body, standing: &Standing) -> AssessmentRow {
    let published = standing.publication.as_ref();
    AssessmentRow {
        assessment: standing.assessment,
        organisation: body.facts.code,
        name: body.facts.name.clone(),
        framework: standing.framework,
        kind: standing.kind,
        opened_on: standing.opened_on,
        publication: published.map(|published| published.publication),
        published_on: published.map(|published| published.on),
        current: body.current == Some(standing.assessment),
        flags: standing.flags(body).to_string(),
        position: standing.position,
    }
}

fn rows(dir: &Path, wanted: Option<&str>, asking: &Asking) -> Result<Vec<AssessmentRow>, Failure> {
    let mut ledger = open(dir)?;
    let at = at(asking);
    let wanted = wanted.map(|text| organisation(&mut ledger, at, text)).transpose()?;
    let filter = Filter { organisations: wanted.into_iter().collect(), ..Filter::default() };
    ask(&mut ledger, at, &|catalogue| {
        catalogue.each_standing(&filter, |body, standing, _| Some(row(body, standing)))
    })
}

/// There is no such assessment.
pub fn unknown(id: AssessmentId) -> Failure {
    Failure::new(REFUSED, format!("no assessment {id} is in the ledger"))
        .hint("`piperoll assessment list` shows them")
}

fn show(dir: &Path, wanted: AssessmentId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(dir)?;
    let filter = Filter { assessment: Some(wanted), ..Filter::default() };
    let (rows, scores) = ask(&mut ledger, at(asking), &|catalogue| {
        let row = |body: &Body, standing: &Standing, _: &_| {
            (standing.assessment == wanted).then(|| row(body, standing))
        };
        Ok((catalogue.each_standing(&filter, row)?, catalogue.scores(&filter)?))
    })?;
    let Some(row) = rows.first() else {
        return Err(unknown(wanted));
    };
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &rows);
    }
    render::facts(
        out,
        &[
            ("assessment", row.assessment.to_string()),
            ("organisation", format!("{} ({})", row.name, row.organisation)),
            ("framework", row.framework.to_string()),
            ("kind", row.kind.to_string()),
            ("opened on", known(&row.opened_on)),
            ("publication", known(&row.publication)),
            ("published on", known(&row.published_on)),
            ("current", if row.current { "yes" } else { "no" }.to_owned()),
            ("flags", row.flags.clone()),
            ("record", format!("{0} (`piperoll show {0}`)", row.position)),
        ],
    )?;
    writeln!(out)?;
    render::rows(out, Format::Table, &scores)
}
