//! Checks of conduct, held against a plain second implementation and against forged records.
//!
//! Guards against the fear that an auditor is told that all is well because the program trusts its
//! own rules: somebody judged what they scored, or a report came out too early, and the journal
//! was written by another program, or by an older one that allowed it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;
mod evidence;
mod forge;
#[path = "../../../assessment/tests/due/history.rs"]
mod history;
mod moves;
mod second;

use assessment::Event;
use chrono::NaiveDate;
use history::History;
use projections::{Age, Check, Finding, Measure, audit};
use second::Line;
use std::collections::BTreeMap;

/// Records with gaps between their positions: what is void points to positions, and something
/// may be left out.
type Journal = Vec<(u64, Event)>;

const TWO_YEARS: Age = Age::Months(24);

fn line(records: &[(u64, &Event)], finding: &Finding) -> Line {
    let Finding { check, assessment, subject, days_late, positions, .. } = finding.clone();
    let is_report = |position: &&u64| {
        let (_, event) = records.iter().find(|(at, _)| at == *position).unwrap();
        matches!(event, Event::PublicationMade(_) | Event::PublicationReissued(_))
    };
    // Which record moved a level is told by the projections, and shown in cases.
    let positions = match check {
        Check::Moves => positions.iter().filter(is_report).max().copied().into_iter().collect(),
        _ => positions,
    };
    Line { check, assessment: assessment.to_string(), subject, days_late, positions }
}

fn lines(records: &[(u64, &Event)], measure: &Measure) -> Vec<Line> {
    let all = Check::ALL.into_iter().flat_map(|check| audit(check, records, measure));
    let mut lines: Vec<Line> = all.map(|finding| line(records, &finding)).collect();
    lines.sort();
    lines
}

/// How many histories violate each check.
type Met = BTreeMap<Check, u64>;

fn compare(what: &str, journal: &Journal, on: NaiveDate, met: &mut Met) {
    let measure = Measure { on, older_than: TWO_YEARS };
    let all: Vec<(u64, &Event)> = journal.iter().map(|(at, event)| (*at, event)).collect();
    let found = lines(&all, &measure);
    let expected = second::audit(&all, &measure);
    assert_eq!(found, expected, "{what}");
    for check in Check::ALL {
        *met.entry(check).or_default() += u64::from(found.iter().any(|it| it.check == check));
    }
}

fn run(seeds: std::ops::Range<u64>, turns: u64) {
    let (mut lived, mut forged) = (Met::new(), Met::new());
    for seed in seeds {
        let history = History::lived(seed, turns);
        let journal: Journal = (0..).zip(history.events.iter().cloned()).collect();
        compare(&format!("seed {seed}"), &journal, history.today, &mut lived);
        let journal = forge::changed(journal, seed);
        compare(&format!("seed {seed}, forged"), &journal, history.today, &mut forged);
    }
    // What the rules refuse is found in no history that was lived under them.
    for refused in [Check::Panels, Check::Comments, Check::Windows, Check::Moves] {
        assert_eq!(lived[&refused], 0, "{refused}: {lived:?}");
    }
    for check in Check::ALL {
        assert!(forged[&check] >= 10, "{check}: {forged:?}");
    }
}

#[test]
fn the_checks_find_what_the_records_say() {
    run(0..200, 80);
}

#[test]
#[ignore = "the long form"]
fn the_checks_find_what_long_histories_say() {
    run(1_000..1_400, 200);
}
