//! `score …`.

use super::write::seal;
use super::{Home, ask, carry_out, frameworks, open, organisation, statement, told};
use crate::cli::{Review, ScoreCommand, Writing};
use crate::exit::{Failure, Outcome};
use crate::render::known;
use crate::world;
use assessment::command::ReviewScore;
use assessment::event::ScoreReviewed;
use assessment::scoring::Score;
use assessment::{CategoryId, Event, OrganisationCode};
use ledger::{At, Ledger};
use projections::{Effect, Fact, Projections};
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &ScoreCommand, out: &mut dyn Write) -> Outcome {
    match command {
        ScoreCommand::Review(args) => review(home, args, out),
    }
}

fn review(home: &Home, args: &Review, out: &mut dyn Write) -> Outcome {
    let contents: Vec<_> = seal(&args.words)?.into_iter().collect();
    let mut ledger = open(home)?;
    let now = At::default();
    let organisation = organisation(&mut ledger, now, &args.organisation)?;
    let frameworks = frameworks(&mut ledger, now)?;
    let frameworks = frameworks.values().map(|adopted| &adopted.framework);
    let command = ReviewScore {
        assessment: args.assessment,
        by: args.by,
        category: args.category,
        comment: args.comment,
        correction: args.correction,
        evidence: args.evidence.clone(),
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
        text: contents.first().map(|new| new.content.clone()),
        was: args.was,
    };
    let mut before = projected(&mut ledger, organisation)?;
    for event in carry_out(&mut ledger, &args.writing, command, contents, out)? {
        tell(&args.writing, &mut before, &event, out)?;
    }
    Ok(())
}

/// What the records add up to, as far as a review of a body needs it.
fn projected(ledger: &mut Ledger, code: OrganisationCode) -> Result<Projections, Failure> {
    ask(ledger, At::default(), &|catalogue| {
        let body = catalogue.body(code)?.cloned();
        let bodies = body.map(|body| (code, body)).into_iter().collect();
        Ok(Projections { frameworks: catalogue.frameworks().clone(), bodies })
    })
}

/// Tells what a review changes: the score, and every level that it moves.
fn tell(
    writing: &Writing,
    before: &mut Projections,
    event: &Event,
    out: &mut dyn Write,
) -> Outcome {
    // Where it stands makes no difference to what it changes.
    let effects = before.apply(&Fact { position: 0, event });
    let Event::ScoreReviewed(event) = event else { return Ok(()) };
    let Some(body) = before.bodies.get(&event.assessment.organisation()) else { return Ok(()) };
    let (be, moves) = (told(writing, "", "would be "), told(writing, "", "would move "));
    if let Some(category) = event.category {
        let was = event.previous.map_or("not scored before".to_owned(), |it| format!("was {it}"));
        writeln!(out, "{}, {category}: {be}{} ({was})", event.statement, event.score)?;
    }
    for effect in effects {
        match effect {
            Effect::Reviewed(reviewed) => {
                let row = reviewed.row(body);
                let incomplete = told(writing, "not complete", "would not be complete");
                let score = row.score.map_or(incomplete.to_owned(), |score| format!("{be}{score}"));
                let outcome = known(&row.outcome.map(|it| it.as_str()));
                let (statement, on) = (row.statement, row.reviewed_on);
                writeln!(out, "{statement}: {score}, {outcome}; reviewed on {on}")?;
                if let Some(sum) = rolled_up(before, event) {
                    writeln!(out, "{statement}: {sum}")?;
                }
            }
            Effect::Moved(moved) => {
                let row = moved.row(body);
                let subject = row.subject.as_deref().unwrap_or("overall");
                let from = row.from.map_or("unrated", |rating| rating.as_str());
                let to = row.to.map_or("unrated", |rating| rating.as_str());
                let publication = row.publication.as_str();
                writeln!(out, "{subject}: {moves}{from} -> {to}, publication {publication}")?;
            }
            Effect::Settled(_) => {}
        }
    }
    Ok(())
}

/// How the scores of the categories add up, or which of them are missing.
fn rolled_up(after: &Projections, event: &ScoreReviewed) -> Option<String> {
    event.category?;
    let body = after.bodies.get(&event.assessment.organisation())?;
    let standing = body.standings.get(&event.assessment)?;
    let framework = &after.frameworks.get(&standing.framework)?.framework;
    let required = &framework.statement(event.statement)?.1.required_categories.value;
    let cell = standing.cells.iter().find(|cell| cell.statement == event.statement)?;
    let scored = |category: &CategoryId| cell.categories.get(category).map(|it| it.score);
    let missing = required.iter().filter(|it| scored(it).is_none()).map(CategoryId::as_str);
    let missing: Vec<&str> = missing.collect();
    if !missing.is_empty() {
        return Some(format!("not scored yet: {}", missing.join(", ")));
    }
    let scores: Vec<Score> = required.iter().filter_map(scored).collect();
    let percent = framework.scoring.roll_up(&scores).percent;
    let scores: Vec<String> = scores.iter().map(ToString::to_string).collect();
    Some(format!("{} of {} is {percent} %", scores.join(" + "), 4 * scores.len()))
}
