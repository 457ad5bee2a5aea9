//! `publication import`.

use crate::cli::ImportPublications;
use crate::commands::{Home, import};
use crate::exit::Outcome;
use crate::table::{self, Known, Refusal};
use crate::world;
use assessment::command::ImportPublication;
use assessment::event::Programme;
use assessment::scoring::{Percent, Rating, Score};
use assessment::{Command, FrameworkId};
use std::io::Write;

/// Takes in a table of what was published before this ledger.
pub fn run(home: &Home, args: &ImportPublications, out: &mut dyn Write) -> Outcome {
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
