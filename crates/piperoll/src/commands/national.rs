//! `national`.

use super::{Home, at, chart, day_of, frameworks, open, statement};
use crate::cli::{By, ChartFormat, Include, National as Args, Printed};
use crate::exit::{Failure, Outcome, REFUSED, USAGE};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::framework::{Framework, LevelKind, OrganisationKind};
use assessment::{Name, ThemeId};
use chrono::NaiveDate;
use ledger::{At, Ledger};
use projections::{Caution, Counting, Extra, Grouping, NationalRow, Place};
use std::collections::BTreeSet;
use std::io::Write;

/// `national`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    let asking = &args.asking;
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, asking)?;
    let counting = counting(&mut ledger, at(asking), args)?;
    let rows = count(&mut ledger, at(asking), &counting, args.change_since)?;
    let Some(format) = asking.format.of_rows() else {
        return Ok(write!(out, "{}", chart::svg(&rows))?);
    };
    render::rows(out, format, &rows)?;
    if asking.format == ChartFormat::Table && !rows.is_empty() {
        out.flush()?;
        say_how_to_read(&rows, args.change_since);
    }
    Ok(())
}

impl Row for NationalRow {
    const HEADER: &'static [&'static str] = &[
        "kind",
        "region",
        "level",
        "subject",
        "name",
        "bodies",
        "outstanding",
        "good",
        "requires_improvement",
        "inadequate",
        "scored",
        "mean",
        "near_judged",
        "near_up",
        "near_down",
        "methods",
        "before_on",
        "before_bodies",
        "before_mean",
        "bodies_change",
        "outstanding_change",
        "good_change",
        "requires_improvement_change",
        "inadequate_change",
        "other_method",
        "flags",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("subject", |row| row.subject.clone().unwrap_or("overall".to_owned())),
            Column::right("bodies", |row| changed(row.bodies, row.bodies_change)),
            Column::right("outst", |row| changed(row.outstanding, row.outstanding_change)),
            Column::right("good", |row| changed(row.good, row.good_change)),
            Column::right("r.i.", |row| {
                changed(row.requires_improvement, row.requires_improvement_change)
            }),
            Column::right("inad", |row| changed(row.inadequate, row.inadequate_change)),
            Column::right("mean", mean),
            Column::right("up", |row| known(&row.near_up)),
            Column::right("down", |row| known(&row.near_down)),
            Column::text("flags", |row| row.flags.to_string()),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(group(self))
    }
}

/// What rows have in common: what the bodies are, and where.
pub(super) fn group(row: &NationalRow) -> String {
    let kind = plural(row.kind);
    match &row.region {
        Place::All => kind.to_owned(),
        Place::Region(region) => format!("{kind}, {region}"),
        Place::Unknown => format!("{kind}, region not known"),
    }
}

/// What several bodies of a kind are called.
pub(crate) fn plural(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::LocalAuthority => "Local authorities",
        OrganisationKind::IntegratedCareSystem => "Integrated care systems",
    }
}

/// A count, and how much more that is than before: `29 (+5)`.
pub(super) fn changed(count: u64, change: Option<i64>) -> String {
    match change {
        None => count.to_string(),
        Some(0) => format!("{count} (0)"),
        Some(change) => format!("{count} ({change:+})"),
    }
}

/// A mean, and of how many it is, if that is not all: `55.5 (of 6)`.
pub(crate) fn mean(row: &NationalRow) -> String {
    match row.mean {
        Some(mean) if row.scored < row.bodies => format!("{mean} (of {})", row.scored),
        mean => known(&mean),
    }
}

/// What a caution means, for people.
pub(crate) fn meaning(caution: Caution) -> &'static str {
    match caution {
        Caution::Fictional => "some of the bodies are invented",
        Caution::Indicative => "some of the ratings are indicative, as those of pilots",
        Caution::MethodsChanged => {
            "then and now were scored by different methods; a difference need not be a change"
        }
        Caution::MixedMethods => {
            "scores given for statements and scores from evidence categories are counted together"
        }
    }
}

/// Each caution that a row has.
pub(crate) fn cautions(rows: &[NationalRow]) -> BTreeSet<Caution> {
    rows.iter().flat_map(|row| row.flags.iter()).collect()
}

fn say_how_to_read(rows: &[NationalRow], change_since: Option<NaiveDate>) {
    if rows.iter().any(|row| row.level == LevelKind::Statement) {
        world::say("outst, good, r.i., inad of a statement: bodies with scores 4, 3, 2 and 1");
    }
    if rows.iter().any(|row| row.near_judged.is_some()) {
        world::say("up, down: bodies that one mark more, or less, on one statement would move");
    }
    if let Some(day) = change_since {
        world::say(format_args!("in brackets: the change since {day}"));
    }
    let other = rows.iter().filter_map(|row| row.other_method).max().unwrap_or(0);
    if other > 0 {
        let bodies = if other == 1 { "1 body was" } else { &format!("{other} bodies were") };
        world::say(format_args!("{bodies} assessed under another method then than now"));
    }
    for caution in cautions(rows) {
        world::say(format_args!("{}: {}", caution.as_str(), meaning(caution)));
    }
}

/// Counts now, and before, if that is asked for.
fn count(
    ledger: &mut Ledger,
    now: At,
    counting: &Counting,
    change_since: Option<NaiveDate>,
) -> Result<Vec<NationalRow>, Failure> {
    let before = match change_since {
        Some(day) if day >= counting.on => {
            let cause = format!("--change-since {day} is not before {}", counting.on);
            return Err(Failure::new(USAGE, cause).hint("give an earlier day"));
        }
        Some(day) => {
            let then = At { effective: Some(day), ..now };
            let counting = Counting { on: day, ..counting.clone() };
            Some(super::ask(ledger, then, &|catalogue| catalogue.national(counting.clone()))?)
        }
        None => None,
    };
    super::ask(ledger, now, &|catalogue| catalogue.national_rows(counting.clone(), before.as_ref()))
}

/// Turns what a person typed into what is counted.
fn counting(ledger: &mut Ledger, at: At, args: &Args) -> Result<Counting, Failure> {
    let known = frameworks(ledger, at)?;
    let known = || known.values().map(|adopted| &adopted.framework);
    let region = args.region.as_deref().map(|text| region(ledger, at, text)).transpose()?;
    let extra = |include: &Include| match include {
        Include::Indicative => Extra::Indicative,
        Include::Fictional => Extra::Fictional,
    };
    Ok(Counting {
        on: day_of(ledger, at)?,
        kind: args.kind,
        region,
        statement: args.statement.as_deref().map(|text| statement(known(), text)).transpose()?,
        theme: args.theme.as_deref().map(|text| theme(known(), text)).transpose()?,
        grouping: match args.by {
            Some(By::Region) => Grouping::ByRegion,
            None => Grouping::Together,
        },
        include: args.include.iter().map(extra).collect(),
    })
}

/// The theme that a person means, in any of these frameworks.
pub(super) fn theme<'a>(
    frameworks: impl Iterator<Item = &'a Framework>,
    text: &str,
) -> Result<ThemeId, Failure> {
    let wanted = text.trim().to_lowercase();
    let mut themes = frameworks.flat_map(|framework| &framework.scoring.themes);
    let found = themes.find(|theme| {
        [theme.id.as_str(), theme.name.value.as_str()].iter().any(|it| it.to_lowercase() == wanted)
    });
    found.map(|theme| theme.id).ok_or_else(|| {
        Failure::new(REFUSED, format!("no theme is called `{text}`"))
            .hint("`piperoll framework show la-2023` lists ids and names")
    })
}

/// The region that a person means: one that some organisation is in.
fn region(ledger: &mut Ledger, at: At, text: &str) -> Result<Name, Failure> {
    let bodies = super::ask(ledger, at, &|catalogue| catalogue.organisations())?;
    let regions: BTreeSet<Name> = bodies.into_iter().filter_map(|body| body.facts.region).collect();
    let wanted = text.trim().to_lowercase();
    let hint = match regions.iter().map(Name::as_str).collect::<Vec<_>>() {
        names if names.is_empty() => {
            "no organisation's region is known; `piperoll organisation amend` records it".to_owned()
        }
        names => format!("known are {}", names.join(", ")),
    };
    let found = regions.into_iter().find(|region| region.as_str().to_lowercase() == wanted);
    found.ok_or_else(|| {
        Failure::new(REFUSED, format!("no organisation is in a region `{text}`")).hint(hint)
    })
}
