//! `process-review …`: requests to look at whether the process was followed.

use super::draft::text;
use super::write::seal_needed;
use super::{Home, at, carry_out, only_for_the_regulator, open, state_of, told};
use crate::cli::{Asking, DecideProcessReview, Format, ProcessReview, RequestProcessReview, Words};
use crate::exit::{Failure, Outcome, REFUSED, USAGE};
use crate::render::{self, Column, Row, count, known};
use crate::world;
use assessment::event::{Declined, ProcessReviewRequested, ReviewGround, ReviewOutcome};
use assessment::state::ProcessReviewState;
use assessment::{Event, PartialDate, PersonId, PublicationId, command};
use ledger::{Ledger, NewContent};
use serde::Serialize;
use std::io::Write;

const WHAT: &str = "a request for a review of the rating process";

/// Carries out a command.
pub fn run(home: &Home, command: &ProcessReview, out: &mut dyn Write) -> Outcome {
    match command {
        ProcessReview::Request(args) => request(home, args, out),
        ProcessReview::Decide(args) => decide(home, args, out),
        ProcessReview::List { organisations, asking } => {
            only_for_the_regulator(asking.audience, WHAT)?;
            let (state, codes) = state_of(&mut open(home)?, at(asking), organisations)?;
            let assessments = codes.iter().flat_map(|code| state.assessments_of(*code));
            let all = assessments.flat_map(|(_, assessment)| assessment.process_reviews.iter());
            render::rows(out, asking.format, &all.map(row).collect::<Vec<_>>())
        }
        ProcessReview::Show { publication, asking } => show(home, *publication, asking, out),
    }
}

fn request(home: &Home, args: &RequestProcessReview, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let (content, words) = counted(&args.words)?;
    let command = command::RequestProcessReview {
        ground: args.ground,
        publication: args.publication,
        received_on: args.received_on.unwrap_or_else(|| world::now().day().into()),
        text: content.content.clone(),
        words,
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![content], out)? {
        let Event::ProcessReviewRequested(requested) = event else { continue };
        let words = count(requested.words, "word");
        match requested.declined {
            Some(declined) => {
                let is = told(&args.writing, "is", "would be");
                writeln!(out, "{words}; it {is} declined: {}", because(&requested, declined))?;
            }
            None => {
                let waits = told(&args.writing, "waits", "would wait");
                writeln!(out, "{words}; {}", in_time(&requested))?;
                writeln!(out, "it {waits} for a decision; until then a notice shows in public")?;
            }
        }
    }
    Ok(())
}

/// The request as it is sealed, and of how many words it is: what stands between white space.
fn counted(words: &Words) -> Result<(NewContent, u64), Failure> {
    let (text, name) = match (&words.text, &words.file) {
        (Some(text), _) => (text.clone(), None),
        (None, Some(file)) => (world::read(file)?, Some(file)),
        (None, None) => {
            return Err(Failure::new(USAGE, "a text is needed")
                .hint("give it with --text, or in a --file: its words are counted"));
        }
    };
    let media_type = name.filter(|file| *file != "-").map(|file| ledger::media_type_of(file));
    let media_type = media_type.unwrap_or_else(|| "text/plain".to_owned());
    let media_type = media_type.parse().expect("a guess among known types is one");
    let sealed = ledger::seal(text.as_bytes(), media_type, &mut world::random);
    let words = text.split_whitespace().count() as u64;
    Ok((sealed.map_err(ledger::Error::from)?, words))
}

fn in_time(requested: &ProcessReviewRequested) -> String {
    match requested.due_on {
        Some(due) => format!("in time until the end of {due}"),
        None => "the day of publication is not known, so there is no last day".to_owned(),
    }
}

fn because(requested: &ProcessReviewRequested, declined: Declined) -> String {
    match declined {
        Declined::NotOffered => "the framework has no such review".to_owned(),
        Declined::Late => format!("late, as the last day was {}", known(&requested.due_on)),
        Declined::TooLong => "too long".to_owned(),
        Declined::OtherGround => "made on another ground".to_owned(),
        Declined::Repeated => "there was a request about this publication before".to_owned(),
    }
}

fn decide(home: &Home, args: &DecideProcessReview, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let content = seal_needed(&args.words)?;
    let command = command::DecideProcessReview {
        by: args.by,
        decided_on: args.decided_on.unwrap_or_else(|| world::now().day().into()),
        outcome: args.outcome,
        publication: args.publication,
        text: content.content.clone(),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![content], out)? {
        let Event::ProcessReviewDecided(decided) = event else { continue };
        let is = told(&args.writing, "is", "would be");
        let (id, by) = (decided.publication, decided.by);
        match decided.outcome {
            ReviewOutcome::Upheld => {
                writeln!(out, "the request about {id} {is} upheld, by {by}")?;
                writeln!(out, "scores are reviewed again, whichever way they go: `score review`")?;
            }
            ReviewOutcome::NotUpheld => {
                writeln!(out, "the request about {id} {is} not upheld, by {by}")?;
            }
        }
    }
    Ok(())
}

/// A request, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RequestRow {
    publication: PublicationId,
    ground: ReviewGround,
    received_on: PartialDate,
    due_on: Option<PartialDate>,
    words: u64,
    state: &'static str,
    declined: Option<Declined>,
    outcome: Option<ReviewOutcome>,
    decided_on: Option<PartialDate>,
    by: Option<PersonId>,
}

impl Row for RequestRow {
    const HEADER: &'static [&'static str] = &[
        "publication",
        "ground",
        "received_on",
        "due_on",
        "words",
        "state",
        "declined",
        "outcome",
        "decided_on",
        "by",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("publication", |row| row.publication.to_string()),
            Column::left("received", |row| row.received_on.to_string()),
            Column::left("last day", |row| known(&row.due_on)),
            Column::right("words", |row| row.words.to_string()),
            Column::text("state", standing),
        ]
    }
}

pub(super) fn row(request: &ProcessReviewState) -> RequestRow {
    let (facts, decided) = (&request.facts, request.decided.as_ref());
    RequestRow {
        publication: facts.publication,
        ground: facts.ground,
        received_on: facts.received_on,
        due_on: facts.due_on,
        words: facts.words,
        state: match (facts.declined, decided) {
            (Some(_), _) => "declined",
            (None, Some(_)) => "decided",
            (None, None) => "waiting",
        },
        declined: facts.declined,
        outcome: decided.map(|decided| decided.outcome),
        decided_on: decided.map(|decided| decided.decided_on),
        by: decided.map(|decided| decided.by),
    }
}

/// What became of it, in words.
fn standing(row: &RequestRow) -> String {
    let standing = match (row.declined, row.outcome, row.decided_on) {
        (Some(declined), _, _) => format!("declined: {declined}"),
        (None, Some(outcome), Some(on)) => format!("{outcome} {on}"),
        _ => row.state.to_owned(),
    };
    standing.replace('_', " ")
}

/// The texts of a request and of what was decided on it.
#[derive(Debug, Clone, Serialize)]
struct TextRow {
    publication: PublicationId,
    received_on: PartialDate,
    text: String,
    decision: Option<String>,
}

impl Row for TextRow {
    const HEADER: &'static [&'static str] = &["publication", "received_on", "text", "decision"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::text("text", |row| row.text.clone()),
            Column::text("decision", |row| known(&row.decision)),
        ]
    }
}

fn show(home: &Home, wanted: PublicationId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, WHAT)?;
    let mut ledger = open(home)?;
    let state = ledger.state(at(asking), &|_| vec![wanted.organisation()])?;
    let all = state.assessments.get(&wanted.assessment()).map(|it| it.process_reviews.as_slice());
    let all = all.unwrap_or_default().iter().filter(|it| it.facts.publication == wanted);
    let all: Vec<&ProcessReviewState> = all.collect();
    if all.is_empty() {
        let cause = format!("no review of the rating process of {wanted} was asked for");
        return Err(
            Failure::new(REFUSED, cause).hint("`piperoll process-review list` shows the requests")
        );
    }
    let mut rows = Vec::new();
    for request in &all {
        rows.push(texts(&ledger, request, asking.format)?);
    }
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &rows);
    }
    for (index, (request, texts)) in all.iter().zip(&rows).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        facts(&row(request), out)?;
        writeln!(out, "\n{}", texts.text.trim_end())?;
        if let Some(decision) = &texts.decision {
            writeln!(out, "\ndecided:\n{}", decision.trim_end())?;
        }
    }
    Ok(())
}

fn texts(
    ledger: &Ledger,
    request: &ProcessReviewState,
    format: Format,
) -> Result<TextRow, Failure> {
    let decided = request.decided.as_ref();
    Ok(TextRow {
        publication: request.facts.publication,
        received_on: request.facts.received_on,
        text: text(ledger, &request.facts.text, format)?,
        decision: decided.map(|decided| text(ledger, &decided.text, format)).transpose()?,
    })
}

fn facts(row: &RequestRow, out: &mut dyn Write) -> Outcome {
    render::facts(
        out,
        &[
            ("publication", row.publication.to_string()),
            ("ground", row.ground.to_string()),
            ("received on", row.received_on.to_string()),
            ("last day", known(&row.due_on)),
            ("words", row.words.to_string()),
            ("state", standing(row)),
            ("by", known(&row.by)),
        ],
    )
}
