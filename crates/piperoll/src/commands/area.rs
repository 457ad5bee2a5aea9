//! `area …`.

use super::write::submit;
use super::{Home, ask, at, import, open, organisation, placed};
use crate::cli::{Area, Asking};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row, known};
use crate::table::{self, Known};
use crate::world;
use assessment::command::{AddAreaMember, EndAreaMember};
use assessment::{Command, Name, OrganisationCode, PartialDate};
use ledger::At;
use projections::Body;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Area, out: &mut dyn Write) -> Outcome {
    let now = At::default();
    match command {
        Area::Import { file, importing } => {
            let required = ["system", "authority", "from"];
            let lines = table::read(world::open(file)?, &required, Known::ByRequest, |row| {
                Ok(Command::from(AddAreaMember {
                    authority: row.need("authority")?,
                    from: row.need("from")?,
                    source: row.parse("source")?,
                    system: row.need("system")?,
                }))
            })
            .map_err(|error| error.at(file.clone()))?;
            import::import(home, file, lines, importing, out)
        }
        Area::Add { system, authority, from, source, writing } => {
            let mut ledger = open(home)?;
            let command = AddAreaMember {
                authority: organisation(&mut ledger, now, authority)?,
                from: *from,
                source: source.clone(),
                system: organisation(&mut ledger, now, system)?,
            };
            submit(&mut ledger, writing, command, out).map(drop)
        }
        Area::End { system, authority, to, writing } => {
            let mut ledger = open(home)?;
            let command = EndAreaMember {
                authority: organisation(&mut ledger, now, authority)?,
                system: organisation(&mut ledger, now, system)?,
                to: *to,
            };
            submit(&mut ledger, writing, command, out).map(drop)
        }
        Area::List(args) => render::rows(out, args.asking.format, &rows(home, None, &args.asking)?),
        Area::Show { system, asking } => {
            render::rows(out, asking.format, &rows(home, Some(system), asking)?)
        }
    }
}

/// A membership, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AreaRow {
    system: OrganisationCode,
    system_name: Name,
    authority: OrganisationCode,
    authority_name: Option<Name>,
    from: PartialDate,
    to: Option<PartialDate>,
    position: Option<u64>,
}

impl Row for AreaRow {
    const HEADER: &'static [&'static str] =
        &["system", "system_name", "authority", "authority_name", "from", "to", "position"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::text("system", |row| row.system_name.to_string()),
            Column::text("authority", |row| known(&row.authority_name)),
            Column::left("from", |row| row.from.to_string()),
            Column::left("to", |row| known(&row.to)),
            Column::right("position", |row| known(&row.position)),
        ]
    }
}

fn rows(home: &Home, system: Option<&str>, asking: &Asking) -> Result<Vec<AreaRow>, Failure> {
    let mut ledger = open(home)?;
    let wanted = system.map(|text| organisation(&mut ledger, at(asking), text)).transpose()?;
    let bodies = ask(&mut ledger, at(asking), &|catalogue| catalogue.organisations())?;
    Ok(rows_of(asking, &bodies, wanted))
}

/// The memberships of one system, or of all of these bodies.
pub(super) fn rows_of(
    asking: &Asking,
    bodies: &[Body],
    wanted: Option<OrganisationCode>,
) -> Vec<AreaRow> {
    let names: BTreeMap<_, _> = bodies.iter().map(|b| (b.facts.code, &b.facts.name)).collect();
    let of = |body: &Body| {
        let facts = body.facts.clone();
        let row = |membership: &projections::Membership| AreaRow {
            system: facts.code,
            system_name: facts.name.clone(),
            authority: membership.authority,
            authority_name: names.get(&membership.authority).map(|name| (*name).clone()),
            from: membership.from,
            to: membership.to,
            position: placed(asking, membership.position),
        };
        body.area.iter().map(row).collect::<Vec<_>>()
    };
    let systems = bodies.iter().filter(|body| wanted.is_none_or(|code| code == body.facts.code));
    systems.flat_map(of).collect()
}
