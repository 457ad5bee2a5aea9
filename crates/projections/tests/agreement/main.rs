//! Pairs of scores, from which agreement between readers is computed.
//!
//! Guards against the fear that a score is compared with another one than it was given for, that a
//! pair is counted twice or left out, that what was struck out still counts, or that a shift is put
//! down to somebody who did not score.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "the histories serve other tests too")]

#[path = "../../../assessment/tests/due/history.rs"]
mod history;

use assessment::event::{OrganisationAmended, PanelScore, SampleItemScored};
use assessment::sample::Stratifier;
use assessment::{AssessmentId, Event, ItemId, PartialDate, StrikeOuts};
use history::{History, Seeded};
use projections::{Between, Fact, ScorePair, score_pairs};
use std::collections::{BTreeMap, BTreeSet};

/// What is compared of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    item: String,
    position: u64,
    sample: String,
    scores: (u8, u8),
    assessor: String,
    by: Vec<String>,
    statement: String,
    region: String,
    quarter: String,
}

impl Line {
    fn of(pair: &ScorePair) -> Self {
        let value = |by| pair.decision.stratum(&[by]);
        Self {
            item: pair.decision.item.id.to_string(),
            position: pair.position,
            sample: pair.sample.map(|it| it.to_string()).unwrap_or_default(),
            scores: (pair.first.get(), pair.second.get()),
            assessor: value(Stratifier::Assessor),
            by: pair.by.iter().map(ToString::to_string).collect(),
            statement: value(Stratifier::Statement),
            region: value(Stratifier::Region),
            quarter: value(Stratifier::Quarter),
        }
    }
}

fn found(events: &[Event], between: Between) -> Vec<ScorePair> {
    let void = StrikeOuts::among((0..).zip(events)).void();
    let in_force = (0..).zip(events).filter(|(position, _)| !void.contains_key(position));
    score_pairs(between, None, in_force.map(|(position, event)| Fact { position, event }))
}

fn lines(events: &[Event], between: Between) -> Vec<Line> {
    found(events, between).iter().map(Line::of).collect()
}

/// A random history in which three people score, two regions are known, one of them only late, and
/// second readers score some of what was decided, some of it twice.
fn lived(seed: u64, turns: u64) -> Vec<Event> {
    let mut events = History::lived(seed, turns).events;
    for (nth, event) in events.iter_mut().enumerate() {
        match event {
            Event::OrganisationRegistered(it) if it.code.as_str().ends_with('1') => {
                it.region = Some("North".parse().unwrap());
            }
            Event::ScoreReviewed(it) => it.by = format!("p-00{}", 2 + nth % 3).parse().unwrap(),
            _ => {}
        }
    }
    events.push(Event::from(OrganisationAmended {
        aliases: vec![],
        code: "X99000002".parse().unwrap(),
        name: None,
        official_name: None,
        reason: assessment::event::CorrectionReason::SourceCorrected,
        region: Some("South".parse().unwrap()),
    }));
    let mut seeded = Seeded(seed);
    for (position, event) in (0..).zip(events.clone()) {
        let item = match event {
            Event::ScoreReviewed(_) => ItemId::record(position),
            Event::PanelDecided(_) => ItemId::within(position, 1),
            _ => continue,
        };
        for sample in ["2026-a", "2026-b", "2026-c"].into_iter().take(seeded.below(4)) {
            let scored_on = ["2026-03-31", "2026-04", "2026"][seeded.below(3)];
            events.push(Event::from(SampleItemScored {
                by: "p-051".parse().unwrap(),
                item,
                sample: sample.parse().unwrap(),
                score: u8::try_from(1 + seeded.below(4)).unwrap().try_into().unwrap(),
                scored_on: scored_on.parse().unwrap(),
            }));
        }
    }
    events
}

#[test]
fn pairs_are_what_plain_loops_find() {
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..30 {
        let events = lived(seed, 140);
        for last in [events.len() / 2, events.len()] {
            let events = &events[..last];
            let panels = lines(events, Between::ScorerPanel);
            assert_eq!(panels, second_panels(events), "seed {seed}, {last} records");
            let readers = lines(events, Between::ScorerReader);
            assert_eq!(readers, second_readers(events), "seed {seed}, {last} records");
            for line in panels.iter().chain(&readers) {
                let moved = line.scores.0.cmp(&line.scores.1);
                let seen = [format!("{moved:?}"), line.region.clone(), line.quarter.clone()];
                seen.into_iter().for_each(|it| *met.entry(it).or_default() += 1);
                *met.entry(line.assessor.clone()).or_default() += 1;
            }
            let read = readers.iter().map(|line| &line.item).collect::<BTreeSet<_>>().len();
            *met.entry("again".to_owned()).or_default() += readers.len() - read;
            *met.entry("panels".to_owned()).or_default() += panels.len();
        }
    }
    // A history in which nothing of a kind is met shows nothing of it.
    for kind in ["Less", "Greater", "Equal", "North", "South", "none", "p-002", "p-004", "2026-Q1"]
        .into_iter()
        .chain(["2026-Q2", "2026", "2025-Q2", "again", "panels"])
    {
        assert!(met.get(kind).is_some_and(|times| *times > 20), "{kind}: {met:?}");
    }
}

/// What is asked of one framework and of all others makes the whole.
#[test]
fn frameworks_divide_the_pairs() {
    let mut met = BTreeSet::new();
    for seed in 0..8 {
        let events = lived(seed, 140);
        for between in [Between::ScorerPanel, Between::ScorerReader] {
            let all = found(&events, between);
            let mut parts = 0;
            for id in ["la-2023", "la-2025", "ics-2023"] {
                let facts = (0..).zip(&events).map(|(position, event)| Fact { position, event });
                let void = StrikeOuts::among((0..).zip(&events)).void();
                let in_force = facts.filter(|fact| !void.contains_key(&fact.position));
                let part = score_pairs(between, Some(id.parse().unwrap()), in_force);
                assert!(part.iter().all(|pair| all.contains(pair)));
                met.extend((!part.is_empty()).then_some(id));
                parts += part.len();
            }
            assert_eq!(parts, all.len(), "seed {seed}");
        }
    }
    assert_eq!(met.len(), 3, "{met:?}");
}

/// The fear: a mistake that was struck out still counts for or against somebody.
#[test]
fn what_is_struck_out_takes_its_pairs_with_it() {
    let (mut struck, mut taken_back) = (0, 0);
    for seed in 0..40 {
        let mut history = History::lived(seed, 140);
        let panel = |event: &Event| matches!(event, Event::PanelDecided(_));
        let Some(position) = history.events.iter().rposition(panel) else { continue };
        let item = format!("{position}.1");
        let has = |events: &[Event]| {
            lines(events, Between::ScorerPanel).iter().any(|line| line.item == item)
        };
        let (before, strike_out) = (has(&history.events), history.events.len());
        history.strike(position);
        // The rules may refuse either.
        let is_struck = before && history.events.len() > strike_out;
        assert_eq!(has(&history.events), before && !is_struck, "seed {seed}");
        if !is_struck {
            continue;
        }
        struck += 1;
        history.strike(strike_out);
        let is_back = history.events.len() > strike_out + 1;
        assert_eq!(has(&history.events), is_back, "seed {seed}");
        taken_back += usize::from(is_back);
    }
    assert!(struck > 3 && taken_back > 1, "{struck}, {taken_back}");
}

/// Voided by a strike-out that nothing voids: asked for each record anew.
fn is_void(events: &[Event], position: usize) -> bool {
    events.iter().enumerate().any(|(at, event)| match event {
        Event::RecordStruckOut(it) => it.position == position as u64 && !is_void(events, at),
        _ => false,
    })
}

fn second_panels(events: &[Event]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (position, event) in events.iter().enumerate() {
        let (assessment, members, scores, on) = match event {
            Event::PanelDecided(it) => (it.assessment, &it.members, &it.scores, it.decided_on),
            Event::PanelConfirmed(it) => (it.assessment, &it.members, &it.scores, it.confirmed_on),
            _ => continue,
        };
        if is_void(events, position) {
            continue;
        }
        for (number, score) in scores.iter().enumerate() {
            lines.push(Line {
                item: format!("{position}.{}", number + 1),
                position: position as u64,
                sample: String::new(),
                scores: (score.scored.get(), score.score.get()),
                assessor: scorer(&events[..position], events, assessment, score),
                by: members.iter().map(ToString::to_string).collect(),
                statement: score.statement.to_string(),
                region: region(events, assessment),
                quarter: quarter(on),
            });
        }
    }
    lines
}

fn second_readers(events: &[Event]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (position, event) in events.iter().enumerate() {
        let Event::SampleItemScored(reading) = event else { continue };
        let item = reading.item.to_string();
        let Ok(of) = item.parse::<usize>() else { continue };
        let Event::ScoreReviewed(review) = &events[of] else { panic!("it is a review") };
        if is_void(events, of) {
            continue;
        }
        lines.push(Line {
            item,
            position: position as u64,
            sample: reading.sample.to_string(),
            scores: (review.score.get(), reading.score.get()),
            assessor: review.by.to_string(),
            by: vec![reading.by.to_string()],
            statement: review.statement.to_string(),
            region: region(events, review.assessment),
            quarter: quarter(reading.scored_on),
        });
    }
    lines
}

/// Who scored last what a panel decides on: found by going back.
fn scorer(before: &[Event], all: &[Event], of: AssessmentId, score: &PanelScore) -> String {
    let found = before.iter().enumerate().rev().find_map(|(at, event)| match event {
        Event::ScoreReviewed(it) if it.assessment == of => {
            let same = (it.statement, it.category) == (score.statement, score.category);
            (same && !is_void(all, at)).then(|| it.by.to_string())
        }
        _ => None,
    });
    found.unwrap_or("none".to_owned())
}

fn region(events: &[Event], of: AssessmentId) -> String {
    let code = of.organisation();
    let found = events.iter().rev().find_map(|event| match event {
        Event::OrganisationAmended(it) if it.code == code => it.region.clone(),
        Event::OrganisationRegistered(it) if it.code == code => it.region.clone(),
        _ => None,
    });
    found.map_or("none".to_owned(), |region| region.as_str().to_owned())
}

/// From the text of a date.
fn quarter(on: PartialDate) -> String {
    let date = on.to_string();
    match date.get(5..7) {
        None => date,
        Some("01" | "02" | "03") => format!("{}-Q1", &date[..4]),
        Some("04" | "05" | "06") => format!("{}-Q2", &date[..4]),
        Some("07" | "08" | "09") => format!("{}-Q3", &date[..4]),
        Some(_) => format!("{}-Q4", &date[..4]),
    }
}
