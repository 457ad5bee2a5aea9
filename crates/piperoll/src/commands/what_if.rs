//! `what-if`.

use super::{Home, at, frameworks, open, organisation};
use crate::cli::{Format, RatingsLevel, WhatIf as Args};
use crate::exit::{Failure, Outcome, REFUSED, USAGE};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::framework::{Framework, LevelKind};
use assessment::scoring::{Percent, Rating};
use assessment::{FrameworkId, OrganisationCode};
use journal::Store;
use ledger::{At, Audience, Catalogue, Ledger, Unusable};
use projections::{Body, Change, Seen, WhatIf, WhatIfRow, WhatIfTally};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// `what-if`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, &args.asking)?;
    let at = at(&args.asking);
    let asked = asked(&mut ledger, at, args)?;
    let wanted = wanted(&mut ledger, at, &asked, args)?;
    let mut rows =
        super::ask(&mut ledger, at, &|catalogue| answer(catalogue, &asked, &wanted, args.level))?;
    let tally = WhatIfTally::of(&rows);
    rows.retain(|row| args.all || row.differs());
    if at.audience == Audience::Regulator {
        prove(&ledger, at, &mut rows)?;
    }
    let is_table = args.asking.format == Format::Table;
    if is_table && !rows.is_empty() {
        writeln!(out, "WHAT IF {asked}: nothing of this is recorded")?;
    }
    render::rows(out, args.asking.format, &rows)?;
    if is_table {
        out.flush()?;
        say_obstacles(&rows);
        say(&tally);
    }
    Ok(())
}

impl Row for WhatIfRow {
    const HEADER: &'static [&'static str] = &[
        "what_if",
        "organisation",
        "name",
        "assessment",
        "level",
        "subject",
        "rating",
        "score",
        "what_if_rating",
        "what_if_score",
        "direction",
        "marks",
        "obstacle",
        "flags",
        "positions",
        "hashes",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::text("organisation", |row| match row.subject {
                None => row.name.to_string(),
                Some(theme) => format!("{}: {theme}", row.name),
            }),
            Column::text("rating", |row| rated(row.score, row.rating)),
            Column::text("what if", |row| match row.obstacle {
                Some(_) => "?".to_owned(),
                None => rated(row.what_if_score, row.what_if_rating),
            }),
            Column::right("marks", |row| known(&row.marks)),
            Column::text("flags", |row| row.flags.to_string()),
            Column::text("records", |row| render::runs(&row.positions)),
        ]
    }
}

/// A score and a rating: `38 Inadequate`.
fn rated(score: Option<Percent>, rating: Option<Rating>) -> String {
    let rating = rating.map_or("no rating", Rating::as_str);
    score.map_or(rating.to_owned(), |score| format!("{score} {rating}"))
}

/// The rows of every body that is wanted, and that has an assessment.
fn answer(
    catalogue: &mut Catalogue,
    asked: &WhatIf,
    wanted: &[OrganisationCode],
    level: Option<RatingsLevel>,
) -> Result<Vec<WhatIfRow>, Unusable> {
    let audience = catalogue.audience();
    let seen = match audience {
        Audience::Regulator => Seen::Judgements,
        Audience::Public => Seen::Publications,
    };
    let level = level.map(|level| match level {
        RatingsLevel::Overall => LevelKind::Overall,
        RatingsLevel::Theme => LevelKind::Theme,
    });
    let mut rows = Vec::new();
    for code in wanted {
        let Some(body) = catalogue.body(*code)?.cloned() else { continue };
        let Some(standing) = body.current() else { continue };
        let Some(own) = catalogue.frameworks().get(&standing.framework) else { continue };
        let own = &own.framework;
        let all = projections::what_if(&body, standing, own, asked, seen).into_iter();
        let is_told = |row: &WhatIfRow| {
            level.is_none_or(|level| level == row.level)
                && (audience == Audience::Regulator || own.publishes(row.level))
        };
        rows.extend(all.filter(is_told));
    }
    if audience == Audience::Public {
        // A position tells how much there is that is not public.
        rows.iter_mut().for_each(|row| row.positions.clear());
    }
    Ok(rows)
}

/// Puts to each row the hashes of its records.
fn prove(ledger: &Ledger, at: At, rows: &mut [WhatIfRow]) -> Outcome {
    let end = ledger.end_at(at)?;
    for row in rows {
        for position in &row.positions {
            let stored = ledger.store().record_at(*position, &end).map_err(ledger::Error::from)?;
            row.hashes.push(stored.record().hash.to_string());
        }
    }
    Ok(())
}

/// Why something of these rows cannot be computed, each reason once: it is too long for a column.
fn say_obstacles(rows: &[WhatIfRow]) {
    let mut obstacles: BTreeMap<String, u64> = BTreeMap::new();
    for obstacle in rows.iter().filter_map(|row| row.obstacle) {
        *obstacles.entry(obstacle.to_string()).or_default() += 1;
    }
    for (obstacle, ratings) in obstacles {
        world::say(format_args!("?, of {}: {obstacle}", render::count(ratings, "rating")));
    }
}

/// What the rows come to: also those that are not shown.
fn say(tally: &WhatIfTally) {
    let number = |number: u64, one: &str, several: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {several}"),
    };
    let flips = number(tally.flips(), "rating", "ratings");
    let flip = if tally.flips() == 1 { "flips" } else { "flip" };
    let mut ways = vec![format!("{} up", tally.up), format!("{} down", tally.down)];
    let others = [(tally.gained, "gained"), (tally.lost, "lost")].into_iter();
    ways.extend(others.filter(|(it, _)| *it > 0).map(|(it, way)| format!("{it} {way}")));
    world::say(format_args!(
        "what if: {flips} of {} {flip}: {}; {}",
        tally.ratings,
        ways.join(", "),
        number(tally.scores, "score moves", "scores move"),
    ));
    if tally.obstructed > 0 {
        let bodies = number(tally.obstructed, "body", "bodies");
        world::say(format_args!("what if: {bodies} cannot be computed"));
    }
}

/// The other rules that are asked about.
fn asked(ledger: &mut Ledger, at: At, args: &Args) -> Result<WhatIf, Failure> {
    let other = args.framework.as_deref().map(|name| framework(ledger, at, name)).transpose()?;
    let asked = WhatIf::new(other, args.set.clone()).map_err(|error| {
        Failure::new(USAGE, error.to_string()).hint("give each rule once, in --set")
    })?;
    check_categories(ledger, at, &asked)?;
    Ok(asked)
}

/// A framework by its id, adopted or shipped, or from a file.
fn framework(ledger: &mut Ledger, at: At, name: &str) -> Result<Framework, Failure> {
    let id = name.parse::<FrameworkId>().ok();
    if let Some(id) = id {
        let adopted = frameworks(ledger, at)?.remove(&id).map(|adopted| adopted.framework);
        if let Some(framework) = adopted.or_else(|| Framework::shipped(id)) {
            return Ok(framework);
        }
    }
    let text = world::read(name).map_err(|failure| match id {
        Some(id) if !std::path::Path::new(name).exists() => super::framework::unknown(id),
        _ => failure.hint("name a file, or a framework: `piperoll framework list`"),
    })?;
    Framework::parse(&text).map_err(|error| {
        Failure::new(REFUSED, error.to_string())
            .at(name)
            .hint("`piperoll framework check` lists everything that is wrong with it")
    })
}

/// A category that none of the frameworks has was mistyped: asked for all the same, it would make
/// every body one that cannot be computed.
fn check_categories(ledger: &mut Ledger, at: At, asked: &WhatIf) -> Outcome {
    let in_use = match asked.framework() {
        Some(framework) => vec![framework.clone()],
        None => frameworks(ledger, at)?.into_values().map(|adopted| adopted.framework).collect(),
    };
    let categories = in_use.iter().flat_map(|framework| &framework.scoring.categories);
    let known: BTreeSet<_> = categories.map(|category| category.id).collect();
    let required = asked.changes().iter().flat_map(|change| match change {
        Change::RequiredCategories(categories) => categories.as_slice(),
        Change::Rounding(_) | Change::Bands(_) | Change::Limiter(_) => &[],
    });
    match required.into_iter().find(|id| !known.contains(id)) {
        None => Ok(()),
        Some(id) => {
            let known: Vec<&str> = known.iter().map(|id| id.as_str()).collect();
            let hint = match known.as_slice() {
                [] => "no framework is adopted yet: name one with --framework".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            Err(Failure::new(REFUSED, format!("no evidence category is called `{id}`")).hint(hint))
        }
    }
}

/// The bodies that are asked about: those that were named, or all, as far as the other framework
/// is for their kind.
fn wanted(
    ledger: &mut Ledger,
    at: At,
    asked: &WhatIf,
    args: &Args,
) -> Result<Vec<OrganisationCode>, Failure> {
    let other = asked.framework().map(|framework| (framework.id, framework.kind));
    if let (Some((id, kind)), Some(wanted)) = (other, args.kind)
        && kind != wanted
    {
        let cause = format!("{id} is for bodies of kind {kind}, and --kind is {wanted}");
        return Err(Failure::new(USAGE, cause).hint("leave --kind out, or name its own"));
    }
    let named = args.organisations.iter();
    let named: Vec<OrganisationCode> =
        named.map(|text| organisation(ledger, at, text)).collect::<Result<_, _>>()?;
    let bodies = super::ask(ledger, at, &|catalogue| catalogue.organisations())?;
    let of_other_kind =
        |body: &&Body| named.contains(&body.facts.code) && !asked.concerns(body.facts.kind);
    if let (Some((id, needed)), Some(body)) = (other, bodies.iter().find(of_other_kind)) {
        let (code, kind) = (body.facts.code, body.facts.kind);
        let cause = format!("{code} is of kind {kind}, and {id} is for {needed}");
        return Err(Failure::new(REFUSED, cause).hint("each framework is for one kind of body"));
    }
    let is_wanted = |body: &&Body| {
        (named.is_empty() || named.contains(&body.facts.code))
            && args.kind.is_none_or(|kind| kind == body.facts.kind)
            && asked.concerns(body.facts.kind)
    };
    Ok(bodies.iter().filter(is_wanted).map(|body| body.facts.code).collect())
}
