//! Populations of decisions, which quality assurance draws from.
//!
//! Guards against the fear that a decision is left out of a population, or counted twice; that it
//! is divided by something that was not known yet; or that a population that somebody committed to
//! comes out otherwise later, so that no draw can be checked any more.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "the histories serve other tests too")]

#[path = "../../../assessment/tests/due/history.rs"]
mod history;
mod second;

use assessment::event::{EvidenceErased, LegalBasis, OrganisationAmended};
use assessment::sample::{Item, Population, PopulationQuery, Stratifier};
use assessment::{Event, ItemId, StrikeOuts};
use history::History;
use projections::{Decision, Decisions, Fact, frame};
use std::collections::{BTreeMap, BTreeSet};

const POPULATIONS: [Population; 6] = [
    Population::ScoreReviews,
    Population::PanelDecisions,
    Population::AccuracyResolutions,
    Population::Publications,
    Population::Section50Decisions,
    Population::Erasures,
];
const STRATIFIERS: [Stratifier; 7] = [
    Stratifier::Rating,
    Stratifier::ThresholdDistance,
    Stratifier::Statement,
    Stratifier::Assessor,
    Stratifier::Region,
    Stratifier::Framework,
    Stratifier::Quarter,
];
const REGIONS: [&str; 2] = ["North", "South"];

/// The decisions that are meant as of the last of these records: of those in force by then.
fn decided(events: &[Event], query: &PopulationQuery) -> Vec<Decision> {
    let void = StrikeOuts::among((0..).zip(events)).void();
    let mut decisions = Decisions::new(query);
    for (position, event) in (0..).zip(events) {
        if !void.contains_key(&position) {
            decisions.take_in(&Fact { position, event });
        }
    }
    decisions.known().collect()
}

fn all_of(of: Population) -> PopulationQuery {
    PopulationQuery {
        assessor: None,
        framework: None,
        from: None,
        of,
        region: None,
        statement: None,
        to: None,
    }
}

/// A random history in which several people score, evidence is erased, and regions are known, one
/// of them only from some record on.
fn lived(seed: u64, turns: u64) -> Vec<Event> {
    let mut events = History::lived(seed, turns).events;
    let half = events.len() / 2;
    for (nth, event) in events.iter_mut().enumerate() {
        match event {
            Event::OrganisationRegistered(it) if it.code.as_str().ends_with('1') => {
                it.region = Some(REGIONS[0].parse().unwrap());
            }
            Event::ScoreReviewed(it) => it.by = format!("p-00{}", 2 + nth % 3).parse().unwrap(),
            Event::EvidenceWithdrawn(it) => {
                *event = Event::from(EvidenceErased {
                    authority: "p-009".parse().unwrap(),
                    erased_on: it.withdrawn_on,
                    evidence: it.evidence,
                    legal_basis: LegalBasis::CourtOrder,
                    sealed: [7; 32].into(),
                });
            }
            // What nobody needs afterwards, so that no position is another.
            Event::EvidenceRequested(it) if nth > half => {
                *event = Event::from(OrganisationAmended {
                    aliases: vec![],
                    code: it.organisation,
                    name: None,
                    official_name: None,
                    reason: assessment::event::CorrectionReason::SourceCorrected,
                    region: Some(REGIONS[1].parse().unwrap()),
                });
            }
            _ => {}
        }
    }
    events
}

/// Queries by each condition alone, and by some together.
fn queries(of: Population) -> Vec<PopulationQuery> {
    let all = || all_of(of);
    let statement = Some("safeguarding".parse().unwrap());
    let date = |text: &str| Some(text.parse().unwrap());
    vec![
        all(),
        PopulationQuery { assessor: Some("p-003".parse().unwrap()), ..all() },
        PopulationQuery { framework: Some("la-2025".parse().unwrap()), ..all() },
        PopulationQuery { region: Some(REGIONS[1].parse().unwrap()), ..all() },
        PopulationQuery { statement, ..all() },
        PopulationQuery { from: date("2025-03"), ..all() },
        PopulationQuery { to: date("2025-03"), ..all() },
        PopulationQuery { from: date("2025-02-10"), to: date("2025"), statement, ..all() },
    ]
}

#[test]
fn populations_are_what_plain_loops_find() {
    let (mut met, mut strata) = (BTreeMap::new(), BTreeSet::new());
    for seed in 0..24 {
        let events = lived(seed, 140);
        for last in [events.len() / 2, events.len()] {
            let events = &events[..last];
            let second = second::Second::of(events);
            for of in POPULATIONS {
                for (nth, query) in queries(of).iter().enumerate() {
                    let found: Vec<second::Line> =
                        decided(events, query).iter().map(second::Line::of).collect();
                    let expected = second.lines(query);
                    assert_eq!(found, expected, "seed {seed}, {last} records, {query:?}");
                    *met.entry((of.as_str(), nth)).or_insert(0) += found.len();
                    strata.extend(found.into_iter().flat_map(|line| line.strata));
                }
            }
        }
    }
    // A history in which nothing of a kind is met shows nothing of it.
    for of in POPULATIONS {
        let all = met[&(of.as_str(), 0)];
        assert!(all > 20, "{}: {all}", of.as_str());
    }
    let scored = (1..=7).all(|nth| met[&("score_reviews", nth)] > 20);
    assert!(scored && met[&("panel_decisions", 1)] > 20, "{met:?}");
    for known in ["none", "Good", "1 mark", "2 marks", "3 marks or more", "2025-Q2", "p-004"] {
        assert!(strata.contains(known), "{known}: {strata:?}");
    }
}

/// What is recorded after a record, void or voiding, back-dated or not, is not known as of it.
#[test]
fn later_records_never_change_a_population() {
    let mut struck = 0;
    for seed in 100..112 {
        let mut history = History::lived(seed, 80);
        let before = history.events.clone();
        let then: Vec<_> = POPULATIONS.map(|of| decided(&before, &all_of(of))).into();
        for position in (0..before.len()).rev().step_by(3) {
            history.strike(position);
        }
        struck += history.events.len() - before.len();
        assert_eq!(history.events[..before.len()], before, "records stay as they are");
        let again = |of| decided(&history.events[..before.len()], &all_of(of));
        assert_eq!(POPULATIONS.map(again).to_vec(), then, "seed {seed}");
        let reviews = all_of(Population::ScoreReviews);
        let (now, then) = (decided(&history.events, &reviews), &then[0]);
        assert!(now.len() <= then.len(), "what is void now was decided all the same");
    }
    assert!(struck > 40, "{struck}");
}

/// A decision whose strike-out is struck out counts again.
#[test]
fn what_is_void_as_of_a_record_is_in_no_population() {
    let reviews = all_of(Population::ScoreReviews);
    let mut history = History::lived(3, 120);
    let is_review = |event: &Event| matches!(event, Event::ScoreReviewed(_));
    let position = history.events.iter().rposition(is_review).unwrap();
    let item = ItemId::record(position as u64);
    let has = |events: &[Event]| decided(events, &reviews).iter().any(|it| it.item.id == item);
    assert!(has(&history.events));
    let strike_out = history.events.len();
    history.strike(position);
    assert_eq!(history.events.len(), strike_out + 1, "it was struck out");
    assert!(!has(&history.events));
    history.strike(strike_out);
    assert_eq!(history.events.len(), strike_out + 2, "that was taken back");
    assert!(has(&history.events));
}

fn decision(on: &str) -> Decision {
    Decision {
        item: Item {
            id: ItemId::within(109, 3),
            cell: Some(("safeguarding".parse().unwrap(), None)),
            score: Some(3.try_into().unwrap()),
            found: None,
            by: vec![],
            on: on.parse().unwrap(),
        },
        organisation: "X99000001".parse().unwrap(),
        assessment: Some("X99000001-2025-a".parse().unwrap()),
        framework: Some("la-2023".parse().unwrap()),
        region: Some("Yorkshire and The Humber".parse().unwrap()),
        assessor: Some("p-017".parse().unwrap()),
        rating: Some(assessment::scoring::Rating::RequiresImprovement),
        marks: Some(1),
    }
}

/// These texts are hashed into digests that were committed to: none may ever be another.
#[test]
fn strata_are_written_as_they_were_ever_written() {
    use Stratifier::*;
    let known = decision("2025-05-17");
    let texts = STRATIFIERS.map(|by| known.stratum(&[by]));
    let stated = [
        "Requires improvement",
        "1 mark",
        "safeguarding",
        "p-017",
        "Yorkshire and The Humber",
        "la-2023",
        "2025-Q2",
    ];
    assert_eq!(texts, stated);
    assert_eq!(known.stratum(&[]), "all");
    assert_eq!(known.stratum(&[Quarter, Rating]), "2025-Q2 / Requires improvement");
    assert_eq!(known.stratum(&[Rating, Quarter]), "Requires improvement / 2025-Q2");
    let marks = |marks| Decision { marks, ..known.clone() }.stratum(&[ThresholdDistance]);
    let texts = [Some(2), Some(3), Some(9), None].map(marks);
    assert_eq!(texts, ["2 marks", "3 marks or more", "3 marks or more", "none"]);
    let on = |on| decision(on).stratum(&[Quarter]);
    let texts = ["2025-01-01", "2025-03-31", "2025-06", "2025-10-01", "2025-12", "2025"].map(on);
    assert_eq!(texts, ["2025-Q1", "2025-Q1", "2025-Q2", "2025-Q4", "2025-Q4", "2025"]);
    let mut unknown = Decision {
        framework: None,
        region: None,
        assessor: None,
        rating: None,
        marks: None,
        ..known.clone()
    };
    unknown.item.cell = None;
    let all = [Rating, ThresholdDistance, Statement, Assessor, Region, Framework];
    assert_eq!(unknown.stratum(&all), "none / none / none / none / none / none");
    let frame = frame([&known, &unknown], &[Rating, Quarter]);
    let lines: Vec<String> = frame.0.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["109.3\tRequires improvement / 2025-Q2", "109.3\tnone / 2025-Q2"]);
}

/// A date that is known by its month or year is within a time only where all of it is.
#[test]
fn a_coarse_date_is_within_where_it_lies_wholly() {
    let mut events = lived(1, 60);
    let is_review = |event: &&mut Event| matches!(event, Event::ScoreReviewed(_));
    let Some(Event::ScoreReviewed(review)) = events.iter_mut().rfind(is_review) else {
        panic!("somebody scored something");
    };
    review.reviewed_on = "2025-03".parse().unwrap();
    let position = events.iter().rposition(|event| matches!(event, Event::ScoreReviewed(_)));
    let item = ItemId::record(position.unwrap() as u64);
    let is_within = |from: &str, to: &str| {
        let (from, to) = (from.parse().ok(), to.parse().ok());
        let query = PopulationQuery { from, to, ..all_of(Population::ScoreReviews) };
        decided(&events, &query).iter().any(|it| it.item.id == item)
    };
    for (from, to, within) in [
        ("2025-03", "2025-03", true),
        ("2025-03-01", "2025-03-31", true),
        ("2025", "2025", true),
        ("2025-03-02", "", false),
        ("", "2025-03-30", false),
        ("2025-04", "", false),
        ("2025-03-01", "", true),
        ("", "2025-03-31", true),
    ] {
        assert_eq!(is_within(from, to), within, "{from}..{to}");
    }
}
