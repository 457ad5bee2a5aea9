//! `agreement`.

mod drawing;
mod figures;
mod pairs;

use super::{Home, ask, at, only_for_the_regulator, open, say_set_aside};
use crate::cli::{
    Agreement as Args, AgreementBetween, AgreementBy, AgreementFormat, Format, Printed,
};
use crate::exit::{Failure, Outcome, USAGE};
use crate::render::{self, count};
use crate::world;
use assessment::framework::Framework;
use assessment::{ItemId, OrganisationCode};
use assurance::{Bootstrap, FEWEST_PAIRS, Share, Statistic};
use figures::{AgreementRow, CONFIDENCE, Group};
use ledger::{At, Ledger};
use pairs::PairRow;
use projections::{Between, Fact, ScorePair};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::num::NonZeroU32;

/// `agreement`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    let asking = &args.asking;
    only_for_the_regulator(asking.audience, "how far readers agree")?;
    let by = grouping(args)?;
    let mut ledger = open(home)?;
    say_set_aside(&ledger, asking)?;
    let pairs = known_pairs(&mut ledger, at(asking), args)?;
    let groups = if args.pairs { vec![] } else { figures::groups(&pairs, by, &bootstrap(args)) };
    match asking.format.of_rows() {
        None => write!(out, "{}", drawing::svg(args, &groups))?,
        Some(format) if args.pairs => {
            let rows: Vec<PairRow> = pairs.iter().map(|pair| PairRow::of(args, pair)).collect();
            render::rows(out, format, &rows)?;
        }
        Some(Format::Table) => {
            // A line for each group, as a person reads them.
            let rows = groups.iter().map(|group| AgreementRow::of(args, group, Statistic::Ac2));
            render::rows(out, Format::Table, &rows.collect::<Vec<_>>())?;
        }
        Some(format) => {
            let figures = |group| Statistic::ALL.map(|it| AgreementRow::of(args, group, it));
            let rows: Vec<AgreementRow<'_>> = groups.iter().flat_map(figures).collect();
            render::rows(out, format, &rows)?;
        }
    }
    out.flush()?;
    remark(args, &pairs, &groups);
    Ok(())
}

/// By what there are rows: a drawing is over time.
fn grouping(args: &Args) -> Result<Option<AgreementBy>, Failure> {
    let refused = |cause: String, hint: &str| Err(Failure::new(USAGE, cause).hint(hint));
    match (args.asking.format, args.by) {
        (AgreementFormat::Svg, _) if args.pairs => refused(
            "pairs cannot be drawn".to_owned(),
            "leave --pairs out, or choose another --format than svg",
        ),
        (AgreementFormat::Svg, None | Some(AgreementBy::Quarter)) => Ok(Some(AgreementBy::Quarter)),
        (AgreementFormat::Svg, Some(by)) => refused(
            format!("a drawing is over time, and not by {}", by.as_str()),
            "use --by quarter, or another --format than svg",
        ),
        (_, _) if args.statistic.is_some() => refused(
            "--statistic chooses what is drawn".to_owned(),
            "add --format svg; every other format has all figures",
        ),
        (_, by) => Ok(by),
    }
}

/// The pairs that a question at a time may see, in the order of the second scores.
fn known_pairs(ledger: &mut Ledger, at: At, args: &Args) -> Result<Vec<ScorePair>, Failure> {
    if let Some(id) = args.framework
        && Framework::shipped(id).is_none()
        && !super::frameworks(ledger, at)?.contains_key(&id)
    {
        return Err(super::framework::unknown(id));
    }
    let records = ledger.gather(at, &|_| true)?;
    let in_force = records.iter().filter(|it| it.void_by.is_none());
    let facts = in_force.map(|it| Fact { position: it.stamp.position, event: &it.event });
    let between = match args.between {
        AgreementBetween::ScorerPanel => Between::ScorerPanel,
        AgreementBetween::ScorerReader => Between::ScorerReader,
    };
    let mut pairs = projections::score_pairs(between, args.framework, facts);
    if let Some(kind) = args.kind {
        let bodies = ask(ledger, at, &|catalogue| catalogue.organisations())?;
        let of_kind = bodies.into_iter().filter(|body| body.facts.kind == kind);
        let of_kind: BTreeSet<OrganisationCode> = of_kind.map(|body| body.facts.code).collect();
        pairs.retain(|pair| of_kind.contains(&pair.decision.organisation));
    }
    Ok(pairs)
}

fn bootstrap(args: &Args) -> Bootstrap<'_> {
    Bootstrap {
        seed: args.seed.as_str(),
        replicates: NonZeroU32::new(args.replicates).expect("at least 100 are asked for"),
        confidence: Share::new(CONFIDENCE * 100).expect("it is less than all"),
    }
}

/// The first reader and the second, in words.
fn readers(args: &Args) -> (&'static str, &'static str) {
    match args.between {
        AgreementBetween::ScorerPanel => ("scorer", "panel"),
        AgreementBetween::ScorerReader => ("scorer", "second reader"),
    }
}

/// What is to be known when the figures are read.
fn remark(args: &Args, pairs: &[ScorePair], groups: &[Group]) {
    let (_, second) = readers(args);
    if pairs.is_empty() {
        world::say(match args.between {
            AgreementBetween::ScorerPanel => {
                "no pairs: each score that a panel decides on makes one (`piperoll panel decide`)"
            }
            AgreementBetween::ScorerReader => {
                "no pairs: each blind score of a review that was drawn in a sample makes one\n\
                 (`piperoll sample judge --score`)"
            }
        });
        return;
    }
    let again = drawn_again(pairs);
    if again > 0 {
        let (reviews, were) = (count(again, "review"), if again == 1 { "was" } else { "were" });
        world::say(format_args!(
            "{reviews} {were} drawn in several samples: each reading is a pair"
        ));
    }
    if args.pairs || args.asking.format != AgreementFormat::Table {
        return;
    }
    if groups.iter().any(|group| group.figures.is_ok()) {
        world::say("exact, adj.: share of pairs that are equal, or at most 1 apart");
        world::say(format_args!(
            "shift: above 0 where the {second} marks up; in brackets: 95 % intervals"
        ));
    } else {
        let fewest = count(FEWEST_PAIRS as u64, "pair");
        world::say(format_args!("figures are given from {fewest} on: fewer would mislead"));
    }
    say_who_marks_up(second, groups);
}

/// How many reviews were read in more than one sample.
fn drawn_again(pairs: &[ScorePair]) -> u64 {
    let mut times: BTreeMap<ItemId, usize> = BTreeMap::new();
    for pair in pairs {
        *times.entry(pair.decision.item.id).or_default() += 1;
    }
    times.values().filter(|times| **times > 1).count() as u64
}

/// A shift, where the interval leaves no doubt of its direction.
fn say_who_marks_up(second: &str, groups: &[Group]) {
    let mut named = 0;
    for group in groups {
        let Some((shift, interval)) = group.shift() else { continue };
        let (way, from, to) = if interval.low > 0.0 {
            ("up", interval.low, interval.high)
        } else if interval.high < 0.0 {
            ("down", -interval.high, -interval.low)
        } else {
            continue;
        };
        let [by, from, to] = [shift.abs(), from, to].map(figures::rounded);
        let marks = format!("the {second} marks {way} by {by} points on average ({from} to {to})");
        let name = &group.name;
        match name.chars().count() + marks.len() {
            _ if groups.len() == 1 => world::say(marks),
            // A colon and a space more would be too long for a line.
            79.. => world::say(format_args!("{name}:\n  {marks}")),
            _ => world::say(format_args!("{name}: {marks}")),
        }
        named += usize::from(group.by.is_some());
    }
    if named > 0 {
        world::say("of 20 groups without a shift, about 1 shows one by chance");
    }
}
