//! `sample show`.

use super::items::{self, ItemRow};
use super::list::{self, Known, of_sample};
use super::{in_words, percent, unknown};
use crate::cli::{Asking, Format};
use crate::commands::{Home, at, harmless, only_for_the_regulator, open, opened};
use crate::exit::{DAMAGED, Failure, Outcome};
use crate::render::{self, grouped, known};
use assessment::event::{SampleCommitted, SampleDrawn, SampleItemJudged, SampleSeeded};
use assessment::sample::Stratifier;
use assessment::state::Sample;
use assessment::{FrameworkId, SampleId};
use journal::Hash;
use ledger::{Ledger, Recorded};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// A record of a sample.
#[derive(Debug, Clone, Serialize)]
struct RecordRow {
    position: u64,
    kind: &'static str,
    actor: String,
    recorded_at: String,
    hash: Hash,
}

/// A sample with everything that is recorded of it.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    sample: SampleId,
    state: &'static str,
    committed: &'a SampleCommitted,
    seeded: Option<&'a SampleSeeded>,
    drawn: Option<&'a SampleDrawn>,
    items: Vec<ItemRow>,
    /// What was found before a later word took its place.
    corrected: &'a [SampleItemJudged],
    frameworks: &'a BTreeSet<FrameworkId>,
    records: Vec<RecordRow>,
}

/// Prints the population that was committed to, byte for byte what its digest is of.
pub fn population(home: &Home, id: SampleId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a sample")?;
    let ledger = open(home)?;
    let all = Known::of(&ledger, at(asking))?;
    let committed = &all.samples.get(&id).ok_or_else(|| unknown(id))?.committed;
    let decisions = ledger.decisions(committed.as_of, &committed.population)?;
    let frame = projections::frame(&decisions, &committed.strata);
    let (found, digest) = (frame.digest(), committed.population_digest);
    if found != digest {
        let cause = format!("the population of {id} has the digest {found}, not {digest}");
        return Err(Failure::new(DAMAGED, cause)
            .at(format!("what {id} was committed to, as of record {}", committed.as_of))
            .hint("`piperoll sample verify` says what does not hold"));
    }
    Ok(frame.0.iter().try_for_each(|unit| writeln!(out, "{unit}"))?)
}

/// Shows a sample.
pub fn run(home: &Home, id: SampleId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a sample")?;
    let mut ledger = open(home)?;
    let all = Known::of(&ledger, at(asking))?;
    let sample = all.samples.get(&id).ok_or_else(|| unknown(id))?;
    let items = items::rows(&mut ledger, sample)?;
    let of_this = all.records.iter().filter(|it| of_sample(&it.event) == Some(id));
    let shown = Shown {
        sample: id,
        state: list::state(sample),
        committed: &sample.committed,
        seeded: sample.seeded.as_ref(),
        drawn: sample.drawn.as_ref(),
        items,
        corrected: &sample.corrected,
        frameworks: &sample.answers,
        records: of_this.map(record).collect(),
    };
    match asking.format {
        Format::Json | Format::Jsonl => render::objects(out, asking.format, &[shown]),
        Format::Csv | Format::Plain => render::rows(out, asking.format, &shown.items),
        Format::Table => print(&ledger, sample, &shown, out),
    }
}

fn record(recorded: &Recorded) -> RecordRow {
    RecordRow {
        position: recorded.stamp.position,
        kind: recorded.event.kind(),
        actor: recorded.stamp.actor.clone(),
        recorded_at: recorded.stamp.recorded_at.clone(),
        hash: recorded.stamp.hash,
    }
}

fn print(ledger: &Ledger, sample: &Sample, shown: &Shown<'_>, out: &mut dyn Write) -> Outcome {
    let committed = &sample.committed;
    let seeded =
        shown.seeded.map(|it| format!("{}, on {}, by {}", it.source, it.announced_on, it.by));
    let drawn =
        shown.drawn.map(|it| format!("on {}, by {}: {}", it.drawn_on, it.by, committed.method));
    let frameworks: Vec<&str> = shown.frameworks.iter().map(FrameworkId::as_str).collect();
    let strata: Vec<&str> = committed.strata.iter().map(|it| Stratifier::as_str(*it)).collect();
    let (size, of) = (grouped(committed.size), grouped(committed.population_size));
    render::facts(
        out,
        &[
            ("sample", shown.sample.to_string()),
            ("of", in_words(&committed.population)),
            ("state", shown.state.to_owned()),
            ("size", format!("{size} of {of}{}", reckoned(committed))),
            ("divided by", strata.join(", ")),
            ("as of", format!("record {}", committed.as_of)),
            ("committed", format!("on {}, by {}", committed.committed_on, committed.by)),
            ("digest", committed.population_digest.to_string()),
            ("seed from", known(&committed.seed_from)),
            ("seed", shown.seeded.map(|it| it.seed.to_string()).unwrap_or_default()),
            ("seeded", known(&seeded)),
            ("drawn", known(&drawn)),
            ("led to", frameworks.join(", ")),
        ],
    )?;
    if !shown.items.is_empty() {
        writeln!(out)?;
        render::rows(out, Format::Table, &shown.items)?;
    }
    if items::hides_strata(sample) {
        writeln!(out, "\nthe strata tell of scores: shown once every item has its blind score")?;
    }
    findings(ledger, sample, out)?;
    writeln!(out)?;
    for it in &shown.records {
        let RecordRow { position, kind, actor, recorded_at, hash } = it;
        writeln!(out, "record {position}  {kind}  {actor}  {recorded_at}\n  {hash}")?;
    }
    let id = shown.sample;
    Ok(writeln!(out, "\ncheck: piperoll sample show {id} --population | b3sum")?)
}

/// How the size came about.
fn reckoned(committed: &SampleCommitted) -> String {
    if let Some(each) = committed.each {
        return format!(", {} of each stratum", grouped(each));
    }
    match (committed.confidence, committed.tolerable_error) {
        (Some(confidence), Some(tolerable)) => format!(
            ", by {} % confidence and {} % tolerable error",
            percent(confidence),
            percent(tolerable)
        ),
        _ => String::new(),
    }
}

/// What was found in the second reader's own words, and what took its place.
fn findings(ledger: &Ledger, sample: &Sample, out: &mut dyn Write) -> Outcome {
    for (item, now) in &sample.judged {
        let before = sample.corrected.iter().filter(|it| it.item == *item);
        let all = before.map(|it| (it, ", corrected since")).chain([(now, "")]);
        for (judged, corrected) in all {
            let SampleItemJudged { by, judged_on, class, finding, text, .. } = judged;
            if text.is_none() && corrected.is_empty() {
                continue;
            }
            let class = class.map(|class| format!(", {class}")).unwrap_or_default();
            writeln!(out, "\n{item}: {finding}{class}, by {by} on {judged_on}{corrected}")?;
            if let Some(text) = text {
                writeln!(out, "{}", harmless(&opened(ledger, text)?).trim_end())?;
            }
        }
    }
    Ok(())
}
