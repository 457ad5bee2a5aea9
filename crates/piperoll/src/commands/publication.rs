//! `publication …`.

use super::{ask, at, import, open, organisation};
use crate::cli::{Asking, ImportPublications, Publication};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row};
use crate::table::{self, Known, Refusal};
use crate::world;
use assessment::command::ImportPublication;
use assessment::event::{AssessmentKind, Programme};
use assessment::scoring::{Percent, Rating, Score};
use assessment::{
    AssessmentId, Command, FrameworkId, Name, OrganisationCode, PartialDate, PublicationId,
};
use ledger::Filter;
use projections::{Body, Flags, Standing};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Carries out a command.
pub fn run(dir: &Path, command: &Publication, out: &mut dyn Write) -> Outcome {
    match command {
        Publication::Import(args) => import_publications(dir, args, out),
        Publication::List { organisation, asking } => {
            let rows = rows(dir, organisation.as_deref(), asking)?;
            render::rows(out, asking.format, &rows)
        }
        Publication::Show { publication, asking } => show(dir, *publication, asking, out),
    }
}

fn import_publications(dir: &Path, args: &ImportPublications, out: &mut dyn Write) -> Outcome {
    let required = ["gss_code", "la_name", "programme", "overall_rating", "publication_month"];
    let input = world::open(&args.file)?;
    // By the rules, as a correction may be taken back and made again.
    let lines = table::read(input, &required, Known::ByRules, move |row| command(row, args))
        .map_err(|error| error.at(args.file.clone()))?;
    import::import(dir, &args.file, lines, &args.importing, out)
}

/// One row of a table of published assessments.
fn command(row: &table::Row<'_>, args: &ImportPublications) -> Result<Command, Refusal> {
    let columns = row.numbered("qs");
    let default = if columns == 17 { "ics-2023" } else { "la-2023" };
    let framework = args.framework.unwrap_or_else(|| {
        default.parse::<FrameworkId>().expect("the default frameworks have ids of the right form")
    });
    let programme = match row.get("programme") {
        Some("pilot") => Programme::Pilot,
        Some("formal") => Programme::Formal,
        other => {
            let found = other.unwrap_or_default();
            return Err((
                "bad_value",
                format!("column programme: `{found}` is not pilot or formal"),
            ));
        }
    };
    Ok(Command::from(ImportPublication {
        accept_disagreement: args.accept_disagreement,
        date: row.parse("publication_date")?,
        framework,
        month: row.need("publication_month")?,
        name: row.need("la_name")?,
        organisation: row.need("gss_code")?,
        partial: args.partial,
        programme,
        rating: row.need::<Rating>("overall_rating")?,
        replace: args.replace,
        score: row
            .parse::<u8>("overall_score_published")?
            .map(Percent::try_from)
            .transpose()
            .map_err(|error| ("bad_value", format!("column overall_score_published: {error}")))?,
        scores: scores(row, columns)?,
        source: row.parse("report_url")?,
    }))
}

/// The scores `qs1` to `qsN`: all of them or none.
fn scores(row: &table::Row<'_>, columns: usize) -> Result<Vec<Score>, Refusal> {
    let names: Vec<String> = (1..=columns).map(|number| format!("qs{number}")).collect();
    if names.iter().all(|name| row.get(name).is_none()) {
        return Ok(vec![]);
    }
    let score = |name: &String| {
        let number = row.need::<u8>(name)?;
        Score::try_from(number).map_err(|error| ("bad_value", format!("column {name}: {error}")))
    };
    names.iter().map(score).collect()
}

/// A publication, as it is listed.
#[derive(Debug, Clone, Serialize)]
struct PublicationRow {
    publication: PublicationId,
    organisation: OrganisationCode,
    name: Name,
    assessment: AssessmentId,
    framework: FrameworkId,
    kind: AssessmentKind,
    published_on: PartialDate,
    published_rating: &'static str,
    published_score: Option<Percent>,
    flags: String,
    position: u64,
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
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("publication", |row| row.publication.to_string()),
            Column::text("name", |row| row.name.to_string()),
            Column::left("kind", |row| row.kind.to_string()),
            Column::left("on", |row| row.published_on.to_string()),
            Column::text("rating", |row| match row.published_score {
                Some(score) => format!("{} {score} %", row.published_rating),
                None => row.published_rating.to_owned(),
            }),
            Column::left("flags", |row| row.flags.clone()),
        ]
    }
}

fn rows(dir: &Path, wanted: Option<&str>, asking: &Asking) -> Result<Vec<PublicationRow>, Failure> {
    let mut ledger = open(dir)?;
    let at = at(asking);
    let wanted = wanted.map(|text| organisation(&mut ledger, at, text)).transpose()?;
    let filter = Filter { organisations: wanted.into_iter().collect(), ..Filter::default() };
    let mut rows = ask(&mut ledger, at, &|catalogue| {
        catalogue.each_standing(&filter, |body, standing, _| row(body, standing))
    })?;
    rows.sort_by_key(|row| (row.published_on, row.position));
    Ok(rows)
}

fn row(body: &Body, standing: &Standing) -> Option<PublicationRow> {
    let published = standing.publication.as_ref()?;
    let flags: Flags = standing.flags(body);
    Some(PublicationRow {
        publication: published.publication,
        organisation: body.facts.code,
        name: body.facts.name.clone(),
        assessment: standing.assessment,
        framework: standing.framework,
        kind: standing.kind,
        published_on: published.on,
        published_rating: published.rating.as_str(),
        published_score: published.score,
        flags: flags.to_string(),
        position: published.position,
    })
}

fn show(dir: &Path, wanted: PublicationId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let rows = rows(dir, None, asking)?;
    let Some(row) = rows.iter().find(|row| row.publication == wanted) else {
        return Err(Failure::new(REFUSED, format!("no publication {wanted} is in the ledger"))
            .hint("`piperoll publication list` shows them"));
    };
    if asking.format != crate::cli::Format::Table {
        return render::rows(out, asking.format, std::slice::from_ref(row));
    }
    render::facts(
        out,
        &[
            ("publication", row.publication.to_string()),
            ("organisation", format!("{} ({})", row.name, row.organisation)),
            ("assessment", row.assessment.to_string()),
            ("framework", row.framework.to_string()),
            ("kind", row.kind.to_string()),
            ("published on", row.published_on.to_string()),
            ("rating", row.published_rating.to_owned()),
            ("score", row.published_score.map(|score| format!("{score} %")).unwrap_or_default()),
            ("flags", row.flags.clone()),
            ("record", format!("{0} (`piperoll show {0}`)", row.position)),
        ],
    )
}
