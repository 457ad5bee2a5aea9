//! `sample …`: samples of decisions that nobody can steer, and what second readers find.

mod blind;
pub mod items;
pub mod list;
mod show;
mod size;
mod summary;
mod verify;

use super::draft::statement_of;
use super::write::seal;
use super::{Home, carry_out, open, told};
use crate::cli::{CommitSample, DrawSample, JudgeSample, SampleCommand, SeedSample};
use crate::exit::{Failure, Outcome, REFUSED, USAGE};
use crate::render::{self, Column, Row, count, grouped};
use crate::world;
use assessment::command::{
    CommitSample as Commit, DrawSample as Draw, JudgeSampleItem, ScoreSampleItem,
    SeedSample as Seeding,
};
use assessment::event::{Quota, SampleCommitted, SampleItemJudged, SampleItemScored};
use assessment::sample::{Finding, PopulationQuery, SeedSource, WHOLE};
use assessment::state::Sample;
use assessment::{Event, InvalidText, SampleId, Seed, State, evolve};
use assurance::Share;
use ledger::{At, Ledger};
use serde::Serialize;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &SampleCommand, out: &mut dyn Write) -> Outcome {
    match command {
        SampleCommand::Commit(args) => commit(home, args, out),
        SampleCommand::Seed(args) => seed(home, args, out),
        SampleCommand::Draw(args) => draw(home, args, out),
        SampleCommand::Blind(args) => blind::run(home, args, out),
        SampleCommand::Judge(args) => match args.judgement.score {
            Some(score) => judge_blind(home, args, score, out),
            None => judge(home, args, out),
        },
        SampleCommand::Summary(args) => summary::run(home, args, out),
        SampleCommand::Verify { sample, asking } => verify::run(home, *sample, asking, out),
        SampleCommand::Size(args) => size::run(args, out),
        SampleCommand::List(args) => list::run(home, &args.asking, out),
        SampleCommand::Show { sample, population: true, asking } => {
            show::population(home, *sample, asking, out)
        }
        SampleCommand::Show { sample, population: false, asking } => {
            show::run(home, *sample, asking, out)
        }
    }
}

fn commit(home: &Home, args: &CommitSample, out: &mut dyn Write) -> Outcome {
    // They are typed in any order; the format has one.
    let mut strata = args.strata.clone();
    strata.sort_unstable();
    let mut ledger = open(home)?;
    let (which, size) = (&args.which, &args.size);
    let statement = which.statement.as_deref();
    let command = Commit {
        as_of: match args.as_of {
            Some(position) => position,
            None => ledger.end()?.head.position,
        },
        by: args.by,
        confidence: size.confidence.map(Share::hundredths),
        each: size.each,
        population: PopulationQuery {
            assessor: which.assessor,
            framework: which.framework,
            from: which.from,
            of: args.population,
            region: which.region.clone(),
            statement: statement.map(|text| statement_of(&mut ledger, text)).transpose()?,
            to: which.to,
        },
        seed_from: args.seed_from.clone(),
        size: size.size,
        strata,
        tolerable_error: size.tolerable_error.map(Share::hundredths),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        let Event::SampleCommitted(committed) = event else { continue };
        tell_commitment(&committed, told(&args.writing, "is", "would be"), out)?;
    }
    Ok(())
}

fn tell_commitment(committed: &SampleCommitted, is: &str, out: &mut dyn Write) -> Outcome {
    let id = committed.sample;
    let (size, of) = (grouped(committed.size), grouped(committed.population_size));
    let population = &committed.population;
    writeln!(out, "sample {id} {is} {size} of {of}: {}", in_words(population))?;
    writeln!(out, "population as of record {}, BLAKE3", committed.as_of)?;
    writeln!(out, "  {}", committed.population_digest)?;
    if committed.quotas.iter().any(|quota| quota.stratum != WHOLE) {
        let rows: Vec<_> = committed.quotas.iter().cloned().map(QuotaRow).collect();
        render::rows(out, crate::cli::Format::Table, &rows)?;
    }
    match &committed.seed_from {
        Some(from) => writeln!(out, "the seed comes from: {from}")?,
        None => writeln!(out, "the seed: dice from now on, or what a beacon announces later")?,
    }
    writeln!(
        out,
        "next: `piperoll checkpoint`, which proves that this stood here before the seed,"
    )?;
    Ok(writeln!(out, "and then `piperoll sample seed {id} SEED --source dice` (or beacon)")?)
}

/// How many are drawn of a stratum, as a commitment tells it.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
struct QuotaRow(Quota);

impl Row for QuotaRow {
    const HEADER: &'static [&'static str] = &["of", "size", "stratum"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("stratum", |row| row.0.stratum.clone()),
            Column::right("drawn", |row| grouped(row.0.size)),
            Column::right("of", |row| grouped(row.0.of)),
        ]
    }
}

/// Which decisions are meant, in words.
fn in_words(query: &PopulationQuery) -> String {
    let said = [
        query.statement.map(|it| format!("on {it}")),
        query.framework.map(|it| format!("under {it}")),
        query.region.as_ref().map(|it| format!("in {it}")),
        query.assessor.map(|it| format!("by {it}")),
        query.from.map(|it| format!("from {it}")),
        query.to.map(|it| format!("to {it}")),
    ];
    let of = query.of.as_str().replace('_', " ").replace("section 50", "section-50");
    std::iter::once(of).chain(said.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}

fn seed(home: &Home, args: &SeedSample, out: &mut dyn Write) -> Outcome {
    let command = Seeding {
        announced_on: args.on.unwrap_or_else(|| world::now().day().into()),
        by: args.by,
        sample: args.sample,
        seed: seed_text(&args.seed)?,
        source: args.source,
    };
    let mut ledger = open(home)?;
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        let Event::SampleSeeded(seeded) = event else { continue };
        let (id, is) = (seeded.sample, told(&args.writing, "is", "would be"));
        let from = match seeded.source {
            SeedSource::Dice => "rolled",
            SeedSource::Beacon => "announced",
        };
        writeln!(
            out,
            "the seed of {id} {is} `{}`, {from} on {}",
            seeded.seed, seeded.announced_on
        )?;
        writeln!(out, "next: `piperoll sample draw {id}`")?;
    }
    Ok(())
}

/// The seed as it was typed, or the one line of the standard input: nothing is taken from it but
/// the end of the line.
fn seed_text(typed: &str) -> Result<Seed, Failure> {
    let (text, place) = match typed {
        "-" => (world::read("-")?, "the standard input"),
        typed => (typed.to_owned(), "SEED"),
    };
    let line = text.strip_suffix('\n').unwrap_or(&text);
    if line.contains('\n') {
        return Err(Failure::new(USAGE, "the seed has more than one line").at(place).hint(HINT));
    }
    line.parse().map_err(|InvalidText { expected, .. }| {
        let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        let mut text: String = line.chars().take(60).map(shown).collect();
        if line.chars().nth(60).is_some() {
            text.push('…');
        }
        Failure::new(USAGE, format!("`{text}` is not {expected}")).at(place).hint(HINT)
    })
}

const HINT: &str = "give it exactly as it was announced, on one line; nothing is trimmed";

fn draw(home: &Home, args: &DrawSample, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let command = Draw { by: args.by, sample: args.sample };
    let events = carry_out(&mut ledger, &args.writing, command, vec![], out)?;
    let sample = after(&mut ledger, args.sample, &events)?;
    let rows: Vec<_> = items::rows(&mut ledger, &sample)?.into_iter().map(items::Drawn).collect();
    render::rows(out, crate::cli::Format::Table, &rows)?;
    if let Some(first) = sample.drawn.iter().flat_map(|drawn| &drawn.items).next() {
        writeln!(out, "next: a second reader, `piperoll sample blind {} {first}`", args.sample)?;
    }
    Ok(())
}

/// A score that is given blind; only once it is recorded is the first one told.
fn judge_blind(
    home: &Home,
    args: &JudgeSample,
    score: assessment::scoring::Score,
    out: &mut dyn Write,
) -> Outcome {
    if args.words.text.is_some() || args.words.file.is_some() {
        return Err(Failure::new(USAGE, "a text goes with a finding, not with a blind score")
            .hint("record the score, then `--finding` with the text"));
    }
    let mut ledger = open(home)?;
    let command = ScoreSampleItem {
        by: args.by,
        item: args.item,
        sample: args.sample,
        score,
        scored_on: args.on.unwrap_or_else(|| world::now().day().into()),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        let Event::SampleItemScored(scored) = event else { continue };
        if args.writing.dry_run {
            writeln!(out, "what the first score was is told once the second is recorded")?;
            continue;
        }
        tell_both(&mut ledger, &scored, out)?;
    }
    Ok(())
}

fn tell_both(ledger: &mut Ledger, scored: &SampleItemScored, out: &mut dyn Write) -> Outcome {
    let SampleItemScored { item, sample: id, score: second, .. } = *scored;
    let sample = known(&ledger.state(At::default(), &|_| vec![])?, id)?;
    let found = items::decisions(ledger, sample.committed.population.of, &[item])?;
    let Some(first) = found.get(&item).and_then(|it| it.item.score) else { return Ok(()) };
    let (apart, finding) = match first.get().abs_diff(second.get()) {
        0 => ("they are equal", "agree"),
        1 => ("they are one apart", "adjacent"),
        2 => ("they are two apart", ANOMALY),
        _ => ("they are three apart", ANOMALY),
    };
    writeln!(out, "{item} has a second score of {second}; the first was {first}: {apart}")?;
    Ok(writeln!(out, "next: `piperoll sample judge {id} {item} --finding {finding}`")?)
}

const ANOMALY: &str = "anomaly --class CLASS --text WHY";

fn judge(home: &Home, args: &JudgeSample, out: &mut dyn Write) -> Outcome {
    let finding = args.judgement.finding.expect("without a score, there is a finding");
    let contents: Vec<_> = seal(&args.words)?.into_iter().collect();
    let command = JudgeSampleItem {
        by: args.by,
        class: args.class,
        finding,
        item: args.item,
        judged_on: args.on.unwrap_or_else(|| world::now().day().into()),
        sample: args.sample,
        text: contents.first().map(|new| new.content.clone()),
    };
    let mut ledger = open(home)?;
    let events = carry_out(&mut ledger, &args.writing, command, contents, out)?;
    for event in &events {
        let Event::SampleItemJudged(judged) = event else { continue };
        let sample = after(&mut ledger, args.sample, &events)?;
        tell_finding(&sample, judged, told(&args.writing, "is", "would be"), out)?;
    }
    Ok(())
}

fn tell_finding(
    sample: &Sample,
    judged: &SampleItemJudged,
    is: &str,
    out: &mut dyn Write,
) -> Outcome {
    let found = match judged.finding {
        Finding::Agree => "right".to_owned(),
        Finding::Adjacent => "adjacent, within judgement".to_owned(),
        Finding::Anomaly => format!("an anomaly ({})", render::known(&judged.class)),
    };
    writeln!(out, "{} {is} {found}", judged.item)?;
    let id = sample.committed.sample;
    let drawn = sample.drawn.iter().flat_map(|drawn| &drawn.items);
    let left: Vec<_> = drawn.filter(|item| !sample.judged.contains_key(item)).collect();
    match left.as_slice() {
        [] => writeln!(out, "every item is judged: `piperoll sample summary {id}`")?,
        [next, ..] => {
            let left = count(left.len() as u64, "item");
            writeln!(out, "{left} left; next: `piperoll sample blind {id} {next}`")?;
        }
    }
    Ok(())
}

/// A sample as it is after these events, which may only have been tried.
fn after(ledger: &mut Ledger, id: SampleId, events: &[Event]) -> Result<Sample, Failure> {
    let state = ledger.state(At::default(), &|_| vec![])?;
    // What is taken in twice changes nothing.
    known(&events.iter().fold(state, evolve), id)
}

/// A sample that there is.
fn known(state: &State, id: SampleId) -> Result<Sample, Failure> {
    state.samples.get(&id).cloned().ok_or_else(|| unknown(id))
}

/// There is no such sample.
fn unknown(id: SampleId) -> Failure {
    Failure::new(REFUSED, format!("no sample {id} is in the ledger"))
        .hint("`piperoll sample list` shows them; `piperoll sample commit` begins one")
}

/// A line of a text, set in; broken between words where it is long.
fn set(line: &str, indent: usize, out: &mut dyn Write) -> Outcome {
    let mut rest = line.trim_end();
    let most = 80 - indent;
    while rest.chars().count() > most {
        let end = rest.char_indices().nth(most).map_or(rest.len(), |(at, _)| at);
        let at = match rest[end..].starts_with(' ') {
            true => Some(end),
            false => rest[..end].rfind(' ').or_else(|| rest.find(' ')),
        };
        let Some(at) = at.filter(|at| !rest[..*at].trim().is_empty()) else { break };
        let (first, after) = rest.split_at(at);
        writeln!(out, "{:indent$}{}", "", first.trim_end())?;
        rest = after.trim_start();
    }
    Ok(writeln!(out, "{}", format!("{:indent$}{rest}", "").trim_end())?)
}

/// A share in per cent, as people type it: 95, 99.5.
fn percent(hundredths: u64) -> String {
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => whole.to_string(),
        (whole, left) => format!("{whole}.{left:02}").trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{percent, set};

    /// A text comes from anybody: wherever it is broken, no letter is lost, and none cut in two.
    #[test]
    fn a_line_is_broken_between_words_and_nowhere_else() {
        let printed = |line: &str, indent| {
            let mut out = Vec::new();
            set(line, indent, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let words = "zwölf Bücher über Prüfung – ".repeat(9);
        for indent in 0..30 {
            let lines = printed(&words, indent);
            assert!(lines.lines().all(|line| line.chars().count() <= 80), "{lines}");
            assert!(lines.lines().all(|line| line.starts_with(&" ".repeat(indent))), "{lines}");
            let read: Vec<&str> = lines.split_whitespace().collect();
            assert_eq!(read.join(" "), words.trim_end());
        }
        let long = "ü".repeat(200);
        assert_eq!(printed(&long, 2), format!("  {long}\n"));
        assert_eq!(printed(&format!("{long} x"), 0), format!("{long}\nx\n"));
        assert_eq!(printed("", 4), "\n");
    }

    #[test]
    fn a_share_is_written_as_it_is_typed() {
        let all = [(9_500, "95"), (9_950, "99.5"), (1, "0.01"), (1_000, "10"), (505, "5.05")];
        for (hundredths, text) in all {
            assert_eq!(percent(hundredths), text);
        }
    }
}
