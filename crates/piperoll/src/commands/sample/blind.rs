//! `sample blind`: what a second reader needs, without what the first one decided.
//!
//! What is told is put together from what is asked about: body, framework, statement, evidence.
//! No record is printed, so that no member of one slips through. Of a publication nothing has to
//! be kept back: what was decided is that this was published.

mod parts;
mod publication;

use super::items::{self, Decided};
use super::{known, set};
use crate::cli::{BlindSample, Format};
use crate::commands::{Home, open};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::place::Place;
use crate::render;
use assessment::sample::Population;
use assessment::{ItemId, SampleId};
use ledger::At;
use parts::{Part, Reading};
use publication::PUBLICATION;
use std::io::Write;

/// Prints what a second reader needs, or writes it into a directory.
pub fn run(home: &Home, args: &BlindSample, out: &mut dyn Write) -> Outcome {
    let (id, item) = (args.sample, args.item);
    let mut ledger = open(home)?;
    let sample = known(&ledger.state(At::default(), &|_| vec![])?, id)?;
    let of = sample.committed.population.of;
    let is_drawn = sample.drawn.iter().any(|drawn| drawn.items.contains(&item));
    let ids: &[ItemId] = if is_drawn { &[item] } else { &[] };
    let Some(decided) = items::decisions(&mut ledger, of, ids)?.remove(&item) else {
        return Err(Failure::new(REFUSED, format!("{item} was not drawn for {id}"))
            .hint(format!("`piperoll sample show {id}` lists what was drawn")));
    };
    let reading = Reading::of(&mut ledger, id, &decided)?;
    match &args.out {
        Some(dir) => {
            let place = Place::of_new_directory(dir)?;
            let mut text = Vec::new();
            print(id, of, &decided, &reading, &mut text)?;
            place.write("item.txt", &text)?;
            for (name, clear) in &reading.files {
                place.write(name, clear)?;
            }
            place.finish()?;
            let files = render::count(reading.files.len() as u64 + 1, "file");
            Ok(writeln!(out, "{}: {files}, of item {item} of {id}", dir.display())?)
        }
        None if args.format == Format::Table => print(id, of, &decided, &reading, out),
        None => render::rows(out, args.format, &reading.parts),
    }
}

fn print(
    id: SampleId,
    of: Population,
    decided: &Decided,
    reading: &Reading,
    out: &mut dyn Write,
) -> Outcome {
    let (item, on) = (decided.item.id, decided.item.on);
    writeln!(out, "item {item} of sample {id}: {}, of {on}\n", what(of))?;
    let name = |part: &Part| part.part.len();
    let width = reading.parts.iter().map(name).max().unwrap_or_default();
    for part in &reading.parts {
        let Part { part: what, id, name, state, .. } = part;
        let said = [id, name, state].into_iter().flatten();
        let said: Vec<&str> = said.map(String::as_str).collect();
        let mut lines = Vec::new();
        set(&said.join(", "), width + 2, &mut lines)?;
        let lines = String::from_utf8_lossy(&lines);
        write!(out, "{what:width$}{}", lines.get(width..).unwrap_or("\n"))?;
        let dates = [("collected", part.collected_on), ("received", part.received_on)];
        let dates = dates.into_iter().filter_map(|(what, on)| Some(format!("{what} {}", on?)));
        let about = part.category.iter().map(ToString::to_string).chain(dates);
        let about = about.collect::<Vec<_>>().join(", ");
        if !about.is_empty() {
            writeln!(out, "{:width$}  {about}", "")?;
        }
        if let Some(text) = &part.text {
            text.lines().try_for_each(|line| set(line, width + 2, out))?;
        }
    }
    let publication = reading.parts.iter().find(|part| part.part == PUBLICATION);
    next(id, of, item, publication.and_then(|part| part.id.as_deref()), out)
}

fn next(
    id: SampleId,
    of: Population,
    item: ItemId,
    publication: Option<&str>,
    out: &mut dyn Write,
) -> Outcome {
    writeln!(out)?;
    if of.is_scored() {
        return Ok(writeln!(out, "next: `piperoll sample judge {id} {item} --score N`")?);
    }
    let position = item.position();
    match publication {
        Some(publication) => writeln!(out, "the report: `piperoll report {publication}`")?,
        None => writeln!(
            out,
            "what was decided: `piperoll show {position} --texts`, once you know your mind"
        )?,
    }
    Ok(writeln!(out, "next: `piperoll sample judge {id} {item} --finding agree` (or anomaly)")?)
}

/// What a decision is, in words.
fn what(of: Population) -> &'static str {
    match of {
        Population::ScoreReviews => "a review",
        Population::PanelDecisions => "a panel's decision",
        Population::AccuracyResolutions => "what became of a comment",
        Population::Publications => "a publication",
        Population::Section50Decisions => "a letter under section 50",
        Population::Erasures => "an erasure",
    }
}
