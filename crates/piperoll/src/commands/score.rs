//! `score …`.

use super::write::submit;
use super::{frameworks, open, organisation, statement};
use crate::cli::{Review, ScoreCommand};
use crate::exit::Outcome;
use crate::world;
use assessment::command::ReviewScore;
use ledger::{At, Filter, Ledger, Question, Scope};
use std::io::Write;
use std::ops::Range;
use std::path::Path;

/// Carries out a command.
pub fn run(dir: &Path, command: &ScoreCommand, out: &mut dyn Write) -> Outcome {
    match command {
        ScoreCommand::Review(args) => review(dir, args, out),
    }
}

fn review(dir: &Path, args: &Review, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(dir)?;
    let now = At::default();
    let organisation = organisation(&mut ledger, now, &args.organisation)?;
    let frameworks = frameworks(&mut ledger, now)?;
    let frameworks = frameworks.values().map(|adopted| &adopted.framework);
    let command = ReviewScore {
        assessment: args.assessment,
        by: args.by,
        category: args.category,
        correction: args.correction,
        organisation,
        reason: args.reason,
        reviewed_on: args.on.unwrap_or_else(|| world::now().day().into()),
        role: args.role,
        score: args.score,
        // An id that no framework knows is the rules' to refuse.
        statement: match args.statement.parse() {
            Ok(id) => id,
            Err(_) => statement(frameworks, &args.statement)?,
        },
        was: args.was,
    };
    let outcome = submit(&mut ledger, &args.writing, command, out)?;
    match outcome {
        ledger::Outcome::Recorded { positions, .. } if !args.writing.dry_run => {
            tell(&mut ledger, organisation, positions, out)
        }
        _ => Ok(()),
    }
}

/// Tells what the review changed: the score, and every level that it moved.
fn tell(
    ledger: &mut Ledger,
    organisation: assessment::OrganisationCode,
    positions: Range<u64>,
    out: &mut dyn Write,
) -> Outcome {
    let filter = Filter { organisations: vec![organisation], ..Filter::default() };
    let scope = Scope { reviewed: true, transitions: true, ..super::BODIES };
    let answer = |catalogue: &mut ledger::Catalogue| {
        Ok((catalogue.reviews(&filter)?, catalogue.moves(&filter)?))
    };
    let (reviews, moves) = ledger.ask(At::default(), &Question { scope, answer: &answer })?;
    for review in reviews.iter().filter(|review| positions.contains(&review.position)) {
        let score = review.score.map_or("not complete".to_owned(), |score| score.to_string());
        let (statement, outcome) = (review.statement, review.outcome.as_str());
        writeln!(out, "{statement}: {score}, {outcome}; reviewed on {}", review.reviewed_on)?;
    }
    for row in moves.iter().filter(|row| positions.contains(&row.position)) {
        let subject = row.subject.as_deref().unwrap_or("overall");
        let from = row.from.map_or("unrated", |rating| rating.as_str());
        let to = row.to.map_or("unrated", |rating| rating.as_str());
        writeln!(out, "{subject}: {from} -> {to}, publication {}", row.publication.as_str())?;
    }
    Ok(())
}
