//! `publication …`.

use super::{Home, ask, at, carry_out, import, open, organisation, placed, told};
use crate::cli::{Asking, Format, ImportPublications, Publication, Writing};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use crate::table::{self, Known, Refusal};
use crate::world;
use assessment::command::{ImportPublication, MakePublication};
use assessment::event::{AssessmentKind, Programme, PublicationImported, PublicationMade};
use assessment::scoring::{Percent, Rating, Score};
use assessment::{
    AssessmentId, Command, Digest, Event, FrameworkId, Name, OrganisationCode, PartialDate,
    PersonId, PublicationId, SourceUrl,
};
use ledger::{Filter, Ledger};
use projections::{Body, Flags, Standing};
use serde::Serialize;
use std::io::Write;
use std::ops::ControlFlow;

/// Carries out a command.
pub fn run(home: &Home, command: &Publication, out: &mut dyn Write) -> Outcome {
    match command {
        Publication::Import(args) => import_publications(home, args, out),
        Publication::Make { assessment, by, on, writing } => {
            make(home, assessment, *by, *on, writing, out)
        }
        Publication::List { organisation, asking } => {
            let rows = rows(&mut open(home)?, organisation.as_deref(), asking)?;
            render::rows(out, asking.format, &rows)
        }
        Publication::Show { publication, asking } => show(home, *publication, asking, out),
    }
}

fn make(
    home: &Home,
    assessment: &str,
    by: Option<PersonId>,
    on: Option<PartialDate>,
    writing: &Writing,
    out: &mut dyn Write,
) -> Outcome {
    let mut ledger = open(home)?;
    let command = MakePublication {
        assessment: super::assessment(&mut ledger, assessment)?,
        by,
        published_on: on.unwrap_or_else(|| world::now().day().into()),
    };
    for event in carry_out(&mut ledger, writing, command, vec![], out)? {
        let Event::PublicationMade(made) = event else { continue };
        let rated = made.overall.map(|it| format!("{}, {} %", it.rating, it.score));
        let rated = rated.unwrap_or("no rating is awarded".to_owned());
        let done = told(writing, "published", "would be published");
        writeln!(out, "{}: {rated}; {done} on {}", made.publication, made.published_on)?;
        if !writing.dry_run {
            writeln!(out, "released as publications/{}", made.released)?;
            writeln!(out, "`piperoll report {}` prints the report", made.assessment)?;
        }
    }
    Ok(())
}

fn import_publications(home: &Home, args: &ImportPublications, out: &mut dyn Write) -> Outcome {
    let required = ["gss_code", "la_name", "programme", "overall_rating", "publication_month"];
    let input = world::open(&args.file)?;
    // By the rules, as a correction may be taken back and made again.
    let lines = table::read(input, &required, Known::ByRules, move |row| command(row, args))
        .map_err(|error| error.at(args.file.clone()))?;
    import::import(home, &args.file, lines, &args.importing, out)
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
    position: Option<u64>,
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
            Column::left("on", |row| row.published_on.to_string()),
            Column::text("rating", |row| match row.published_score {
                Some(score) => format!("{} {score} %", row.published_rating),
                None => row.published_rating.to_owned(),
            }),
            // Together, as each by itself would be too wide for a terminal of 80 columns.
            Column::text("kind, flags", |row| format!("{} {}", row.kind, row.flags)),
        ]
    }
}

fn rows(
    ledger: &mut Ledger,
    wanted: Option<&str>,
    asking: &Asking,
) -> Result<Vec<PublicationRow>, Failure> {
    let at = at(asking);
    let wanted = wanted.map(|text| organisation(ledger, at, text)).transpose()?;
    let filter = Filter { organisations: wanted.into_iter().collect(), ..Filter::default() };
    let mut rows = ask(ledger, at, &|catalogue| {
        catalogue.each_standing(&filter, |body, standing, _| row(body, standing, asking))
    })?;
    rows.sort_by_key(|row| (row.published_on, row.position));
    Ok(rows)
}

fn row(body: &Body, standing: &Standing, asking: &Asking) -> Option<PublicationRow> {
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
        published_rating: published.rating.map_or("", |rating| rating.as_str()),
        published_score: published.score,
        flags: flags.to_string(),
        position: placed(asking, published.position),
    })
}

fn show(home: &Home, wanted: PublicationId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let rows = rows(&mut ledger, None, asking)?;
    let Some(row) = rows.iter().find(|row| row.publication == wanted) else {
        return Err(Failure::new(REFUSED, format!("no publication {wanted} is in the ledger"))
            .hint("`piperoll publication list` shows them"));
    };
    let record = record(&mut ledger, row, asking)?;
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &[Whole::of(row, &record)]);
    }
    let position = row.position.map(|at| format!("{at} (`piperoll show {at}`)"));
    let score = row.published_score.map(|score| format!("{score} %"));
    let general = [
        ("publication", row.publication.to_string()),
        ("organisation", format!("{} ({})", row.name, row.organisation)),
        ("assessment", row.assessment.to_string()),
        ("framework", row.framework.to_string()),
        ("kind", row.kind.to_string()),
        ("published on", row.published_on.to_string()),
        ("rating", row.published_rating.to_owned()),
        ("score", score.unwrap_or_default()),
    ];
    let special = match &record {
        Record::None => vec![],
        Record::Imported(import) => imported(import),
        Record::Made(made) => self::made(made),
    };
    let last = [("flags", row.flags.clone()), ("record", known(&position))];
    render::facts(out, &[&general[..], &special, &last].concat())
}

/// What was recorded of a publication.
enum Record {
    None,
    Imported(Box<PublicationImported>),
    Made(Box<PublicationMade>),
}

/// The latest record of a publication; each kind that is looked for is public as a whole.
fn record(ledger: &mut Ledger, row: &PublicationRow, asking: &Asking) -> Result<Record, Failure> {
    const KINDS: [&str; 3] =
        ["publication_imported", "imported_publication_replaced", "publication_made"];
    let end = ledger.end_at(at(asking))?;
    let mut events = Vec::new();
    ledger.read_history(row.organisation, 0, &end, &mut |entry| {
        if KINDS.contains(&entry.record.kind) {
            events.push(ledger::decode(&entry.record));
        }
        ControlFlow::Continue(())
    })?;
    let mut latest = Record::None;
    for event in events {
        let event = event?;
        let days = event.occurred_on().zip(asking.effective);
        if days.is_some_and(|(on, day)| !on.happened_by(day)) {
            continue;
        }
        let found = match event {
            Event::PublicationImported(import) => Record::Imported(Box::new(import)),
            Event::ImportedPublicationReplaced(event) => Record::Imported(Box::new(event.import)),
            Event::PublicationMade(made) => Record::Made(Box::new(made)),
            _ => continue,
        };
        if found.publication() == Some(row.publication) {
            latest = found;
        }
    }
    Ok(latest)
}

impl Record {
    fn publication(&self) -> Option<PublicationId> {
        match self {
            Self::None => None,
            Self::Imported(import) => Some(import.publication),
            Self::Made(made) => Some(made.publication),
        }
    }
}

fn imported(import: &PublicationImported) -> Vec<(&'static str, String)> {
    vec![
        ("taken in", "as published before this ledger".to_owned()),
        ("source", known(&import.source)),
        ("statements", statements(import.scores.len())),
    ]
}

fn made(made: &PublicationMade) -> Vec<(&'static str, String)> {
    let themes = made.themes.iter();
    let themes = themes.map(|it| format!("{} {}, {} %", it.theme, it.rating, it.score));
    vec![
        ("themes", themes.collect::<Vec<_>>().join("; ")),
        ("statements", statements(made.scores.len())),
        ("assessed on", known(&made.assessed_on)),
        ("rated on", known(&made.rated_on)),
        ("passages", passages(made).len().to_string()),
        ("released", format!("publications/{}", made.released)),
        ("report", format!("`piperoll report {}`", made.assessment)),
    ]
}

fn statements(scores: usize) -> String {
    if scores == 0 { "no scores known".to_owned() } else { format!("{scores} scores") }
}

fn passages(made: &PublicationMade) -> Vec<String> {
    // How many versions there were is nobody's business but the regulator's, who asks `draft list`.
    made.passages.iter().map(|it| it.passage.to_string()).collect()
}

/// A publication with all that is recorded of it, as it is shown to programs.
#[derive(Debug, Clone, Serialize)]
struct Whole {
    publication: PublicationId,
    organisation: OrganisationCode,
    name: Name,
    assessment: AssessmentId,
    framework: FrameworkId,
    kind: AssessmentKind,
    published_on: PartialDate,
    published_rating: &'static str,
    published_score: Option<Percent>,
    source: Option<SourceUrl>,
    assessed_on: Option<PartialDate>,
    rated_on: Option<PartialDate>,
    passages: String,
    released: Option<Digest>,
    flags: String,
    position: Option<u64>,
}

impl Whole {
    fn of(row: &PublicationRow, record: &Record) -> Self {
        let (source, made) = match record {
            Record::None => (None, None),
            Record::Imported(import) => (import.source.clone(), None),
            Record::Made(made) => (None, Some(made)),
        };
        Self {
            publication: row.publication,
            organisation: row.organisation,
            name: row.name.clone(),
            assessment: row.assessment,
            framework: row.framework,
            kind: row.kind,
            published_on: row.published_on,
            published_rating: row.published_rating,
            published_score: row.published_score,
            source,
            assessed_on: made.and_then(|made| made.assessed_on),
            rated_on: made.and_then(|made| made.rated_on),
            passages: made.map(|made| passages(made).join("; ")).unwrap_or_default(),
            released: made.map(|made| made.released),
            flags: row.flags.clone(),
            position: row.position,
        }
    }
}

impl Row for Whole {
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
        "source",
        "assessed_on",
        "rated_on",
        "passages",
        "released",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![Column::left("publication", |row| row.publication.to_string())]
    }
}
