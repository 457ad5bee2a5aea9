//! `organisation …`.

use super::write::submit;
use super::{Home, ask, at, import, open, organisation, placed};
use crate::cli::{Asking, Format, Importing, Organisation};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row, known};
use crate::table::{self, Known, Refusal};
use crate::world;
use assessment::command::{AmendOrganisation, RegisterOrganisation, SucceedOrganisations};
use assessment::event::NameBasis;
use assessment::framework::OrganisationKind;
use assessment::{Command, Name, OrganisationCode, PartialDate};
use ledger::At;
use projections::Body;
use serde::Serialize;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Organisation, out: &mut dyn Write) -> Outcome {
    match command {
        Organisation::Import { file, importing } => import_table(home, file, importing, out),
        Organisation::Register {
            code,
            name,
            kind,
            official_name,
            region,
            aliases,
            fictional,
            writing,
        } => {
            let command = RegisterOrganisation {
                aliases: aliases.clone(),
                as_at: None,
                code: *code,
                fictional: *fictional,
                kind: *kind,
                name: name.clone(),
                name_basis: None,
                official_name: official_name.clone(),
                region: region.clone(),
            };
            submit(&mut open(home)?, writing, command, out).map(drop)
        }
        Organisation::Amend {
            organisation: text,
            name,
            official_name,
            region,
            reason,
            writing,
        } => {
            let mut ledger = open(home)?;
            let command = AmendOrganisation {
                code: organisation(&mut ledger, At::default(), text)?,
                name: name.clone(),
                official_name: official_name.clone(),
                reason: *reason,
                region: region.clone(),
            };
            submit(&mut ledger, writing, command, out).map(drop)
        }
        Organisation::Succeed { old, into, on, writing } => {
            let mut ledger = open(home)?;
            let mut code = |text: &String| organisation(&mut ledger, At::default(), text);
            let old = old.iter().map(&mut code).collect::<Result<_, _>>()?;
            let command = SucceedOrganisations { into: code(into)?, old, on: *on };
            submit(&mut ledger, writing, command, out).map(drop)
        }
        Organisation::List { kind, asking } => list(home, *kind, asking, out),
        Organisation::Show { organisation, asking } => show(home, organisation, asking, out),
    }
}

/// A table of local authorities (`gss_code`) or of integrated care boards (`ons_code`).
fn import_table(home: &Home, file: &str, importing: &Importing, out: &mut dyn Write) -> Outcome {
    let lines = table::read(world::open(file)?, &["name"], Known::ByRequest, |row| {
        match row.get("ons_code") {
            Some(_) => board(row),
            None => authority(row),
        }
    })
    .map_err(|error| error.at(file.to_owned()))?;
    import::import(home, file, lines, importing, out)
}

fn authority(row: &table::Row<'_>) -> Result<Command, Refusal> {
    Ok(Command::from(RegisterOrganisation {
        aliases: row.parse("local_authority_code")?.into_iter().collect(),
        as_at: None,
        code: row.need("gss_code")?,
        fictional: false,
        kind: OrganisationKind::LocalAuthority,
        name: row.need("name")?,
        name_basis: None,
        official_name: row.parse("official_name")?,
        region: row.parse("region")?,
    }))
}

/// A system goes by its board's code.
fn board(row: &table::Row<'_>) -> Result<Command, Refusal> {
    let board: Name = row.need("name")?;
    let derived = Name::of_system(&board);
    Ok(Command::from(RegisterOrganisation {
        aliases: row.parse("ods_code")?.into_iter().collect(),
        as_at: row.parse("valid_as_at")?,
        code: row.need("ons_code")?,
        fictional: false,
        kind: OrganisationKind::IntegratedCareSystem,
        name_basis: derived.is_some().then_some(NameBasis::Derived),
        official_name: derived.is_some().then(|| board.clone()),
        name: derived.unwrap_or(board),
        region: row.parse("region")?,
    }))
}

/// An organisation, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct OrganisationRow {
    organisation: OrganisationCode,
    name: Name,
    kind: OrganisationKind,
    region: Option<Name>,
    official_name: Option<Name>,
    name_basis: NameBasis,
    aliases: String,
    succeeded_by: Option<OrganisationCode>,
    succeeded_on: Option<PartialDate>,
    flags: &'static str,
    position: Option<u64>,
}

impl Row for OrganisationRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "kind",
        "region",
        "official_name",
        "name_basis",
        "aliases",
        "succeeded_by",
        "succeeded_on",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("code", |row| row.organisation.to_string()),
            Column::text("name", |row| row.name.to_string()),
            Column::text("kind", |row| row.kind.to_string().replace('_', " ")),
            Column::text("region", |row| known(&row.region)),
            Column::text("aliases", |row| row.aliases.clone()),
            Column::left("flags", |row| row.flags.to_owned()),
        ]
    }
}

pub(super) fn row(asking: &Asking, body: &Body) -> OrganisationRow {
    let facts = &body.facts;
    let aliases: Vec<&str> = facts.aliases.iter().map(Name::as_str).collect();
    OrganisationRow {
        organisation: facts.code,
        name: facts.name.clone(),
        kind: facts.kind,
        region: facts.region.clone(),
        official_name: facts.official_name.clone(),
        name_basis: facts.name_basis,
        aliases: aliases.join(" "),
        succeeded_by: body.successor.map(|successor| successor.into),
        succeeded_on: body.successor.map(|successor| successor.on),
        flags: if facts.fictional { "fictional" } else { "" },
        position: placed(asking, body.position),
    }
}

fn list(
    home: &Home,
    kind: Option<OrganisationKind>,
    asking: &Asking,
    out: &mut dyn Write,
) -> Outcome {
    let bodies = ask(&mut open(home)?, at(asking), &|catalogue| catalogue.organisations())?;
    let wanted = bodies.iter().filter(|body| kind.is_none_or(|kind| kind == body.facts.kind));
    render::rows(out, asking.format, &wanted.map(|body| row(asking, body)).collect::<Vec<_>>())
}

fn show(home: &Home, text: &str, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let code = organisation(&mut ledger, at(asking), text)?;
    let body = ask(&mut ledger, at(asking), &|catalogue| Ok(catalogue.body(code)?.cloned()))?;
    let body =
        body.ok_or_else(|| Failure::from(ledger::NotFound::Unknown { text: text.into() }))?;
    let row = row(asking, &body);
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &[row]);
    }
    let name_basis = if row.name_basis == NameBasis::Derived { " (derived)" } else { "" };
    let assessments = body.standings.keys().map(ToString::to_string).collect::<Vec<_>>();
    let succeeded = body.successor.map(|by| format!("{} on {}", by.into, by.on));
    render::facts(
        out,
        &[
            ("code", row.organisation.to_string()),
            ("name", format!("{}{name_basis}", row.name)),
            ("official name", known(&row.official_name)),
            ("kind", row.kind.to_string()),
            ("region", known(&row.region)),
            ("aliases", row.aliases),
            ("flags", row.flags.to_owned()),
            ("succeeded by", succeeded.unwrap_or_default()),
            ("assessments", assessments.join(", ")),
            ("current", known(&body.current)),
            ("reviews", body.reviews.to_string()),
            (
                "record",
                row.position.map(|at| format!("{at} (`piperoll show {at}`)")).unwrap_or_default(),
            ),
        ],
    )
}
