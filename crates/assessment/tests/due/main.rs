//! What is owed, held against a plain second implementation that knows the events alone.
//!
//! Guards against the fear that something is owed and in no list: a letter that nobody sends, a
//! changed rating that nobody publishes, a comment that nobody answers; or that the list is full of
//! what is done, so that nobody reads it any more.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;
mod history;
mod second;

use assessment::due::{Kind, Level, Matter, Owed, owed};
use assessment::event::Letter;
use assessment::{Event, State, StrikeOuts, evolve, raised_in_error, replay};
use chrono::{Days, NaiveDate};
use history::{History, Seeded};
use second::Line;
use std::collections::{BTreeMap, BTreeSet};

/// The records that had happened by the end of a day, and what is known of the world at any time.
fn happened(events: &[Event], on: NaiveDate) -> Vec<(u64, &Event)> {
    let by_then = |event: &Event| {
        let dated = event.occurred_on().filter(|_| !event.is_reference());
        dated.is_none_or(|date| date.happened_by(on))
    };
    (0..).zip(events).filter(|(_, event)| by_then(event)).collect()
}

/// What is owed, in words.
fn lines(owed: &[Owed]) -> Vec<Line> {
    owed.iter().map(line).collect()
}

fn line(owed: &Owed) -> Line {
    let subject = match &owed.matter {
        Matter::Publication { levels, .. } => {
            levels.iter().map(level).collect::<Vec<_>>().join(" ")
        }
        Matter::Reissue { publication } | Matter::ProcessReview { publication } => {
            publication.to_string()
        }
        Matter::Section50 { letter, statements, .. } => {
            let mut words = vec![letter.to_string()];
            words.extend(statements.iter().map(ToString::to_string));
            words.join(" ")
        }
        Matter::Comment { comment } => comment.to_string(),
        Matter::Window { recipient, .. } => recipient.to_string(),
        Matter::EvidenceRequest { request, of } => format!("{request} of {of}"),
    };
    Line {
        kind: owed.kind(),
        organisation: owed.organisation.to_string(),
        assessment: owed.assessment().map(|id| id.to_string()),
        subject,
        since: owed.since,
        due_on: owed.due_on,
    }
}

fn level(level: &Level) -> String {
    match level {
        Level::Overall => "overall".to_owned(),
        Level::Theme(theme) => theme.to_string(),
        Level::Statement(statement) => statement.to_string(),
    }
}

/// How often each kind of thing was met: a run in which nothing is owed shows nothing.
type Met = BTreeMap<Kind, u64>;

fn run(seed: u64, turns: u64, met: &mut Met) {
    let history = History::lived(seed, turns);
    let mut seeded = Seeded(seed ^ 0x5eed);
    let days = (history.today - history::first_day()).num_days() + 20;
    let mut days: Vec<NaiveDate> = (0..6)
        .map(|_| history::first_day() + Days::new(seeded.below(days as usize) as u64))
        .collect();
    days.push(history.today);
    for on in days {
        let records = happened(&history.events, on);
        let state = replay(records.iter().copied());
        let owed = owed(&state, on);
        let expected = second::owed(&records, on);
        assert_eq!(lines(&owed), expected, "seed {seed}, on {on}");
        for one in &owed {
            *met.entry(one.kind()).or_default() += 1;
            let is_late = one.due_on.is_some_and(|due_on| due_on.last_day() < on);
            assert_eq!(one.days_overdue(on).is_some(), is_late, "seed {seed}, on {on}: {one:?}");
        }
    }
    // Of today everything that is known counts, also what is dated no more exactly than "May".
    let all: Vec<(u64, &Event)> = (0..).zip(&history.events).collect();
    let state = replay(all.iter().copied());
    assert_eq!(
        lines(&owed(&state, history.today)),
        second::owed(&all, history.today),
        "seed {seed}, of all that is known"
    );
}

#[test]
fn what_is_owed_on_any_day_is_what_the_records_say() {
    let mut met = Met::new();
    (0..24).for_each(|seed| run(seed, 150, &mut met));
    for kind in [
        Kind::Publication,
        Kind::Reissue,
        Kind::Section50,
        Kind::Comment,
        Kind::Window,
        Kind::ProcessReview,
        Kind::EvidenceRequest,
    ] {
        assert!(met.get(&kind).is_some_and(|count| *count >= 10), "{kind}: {met:?}");
    }
}

#[test]
#[ignore = "the long form"]
fn what_is_owed_on_any_day_is_what_the_records_say_in_long_histories() {
    let mut met = Met::new();
    (1_000..3_000).for_each(|seed| run(seed, 250, &mut met));
}

/// The duty of section 50 stands until both letters are sent, whatever is judged in between, or
/// until the record that raised it is void.
#[test]
fn every_section_50_duty_stands_until_both_letters_are_sent() {
    let (mut raised, mut told) = (0, 0);
    for seed in 0..16 {
        let history = History::lived(seed, 150);
        let mut state = State::default();
        let mut duties: BTreeMap<String, BTreeSet<Letter>> = BTreeMap::new();
        for (at, event) in history.events.iter().enumerate() {
            if matches!(event, Event::RecordStruckOut(_)) {
                state = replay((0..).zip(&history.events[..=at]));
                // What is void raised nothing; what is in force again raised it as before.
                duties.clear();
            } else {
                state = evolve(state, event);
            }
            if let Event::Section50Notified(event) = event {
                duties.entry(event.assessment.to_string()).or_default().remove(&event.letter);
                told += 1;
            }
            let standing: BTreeMap<String, BTreeSet<Letter>> = standing(&state, history.today);
            for (assessment, letters) in &mut duties {
                let now = standing.get(assessment).cloned().unwrap_or_default();
                assert!(letters.is_subset(&now), "seed {seed}, record {at}: {letters:?} {now:?}");
            }
            raised += standing.len().saturating_sub(duties.len());
            duties.extend(standing);
        }
        let void = StrikeOuts::among((0..).zip(&history.events)).void();
        let owed = second::duties(&history.events, &void);
        assert_eq!(standing(&state, history.today), owed, "seed {seed}");
    }
    assert!(raised >= 5 && told >= 5, "{raised} raised, {told} told");
}

/// A duty that was there once stands, or is closed by a strike-out in force that was recorded after
/// it: none just disappears, however much is struck out and given back.
#[test]
fn a_duty_that_stands_no_more_was_raised_in_error() {
    let mut closed_in_all = 0;
    for seed in 0..16 {
        let mut history = History::lived(seed, 150);
        strike_what_decided(&mut history);
        let (mut state, mut ever) = (State::default(), BTreeMap::new());
        for (at, event) in history.events.iter().enumerate() {
            let strikes = matches!(event, Event::RecordStruckOut(_));
            let known = || (0..).zip(&history.events[..=at]);
            state = if strikes { replay(known()) } else { evolve(state, event) };
            for (id, assessment) in &state.assessments {
                for statement in assessment.duty.statements.keys() {
                    ever.entry((*id, *statement)).or_insert(at as u64);
                }
            }
            if !strikes && at + 1 < history.events.len() {
                continue;
            }
            let void = StrikeOuts::among(known()).void();
            let closed = raised_in_error(known()).into_iter();
            let closed: BTreeMap<_, _> =
                closed.map(|it| ((it.assessment, it.statement), it.by)).collect();
            for ((id, statement), raised) in &ever {
                let stands = state.assessments[id].duty.statements.contains_key(statement);
                let by = closed.get(&(*id, *statement)).copied();
                let what = format!("seed {seed}, record {at}: {id} {statement}, closed by {by:?}");
                assert_ne!(stands, by.is_some(), "{what}");
                assert!(by.is_none_or(|by| by > *raised && !void.contains_key(&by)), "{what}");
                closed_in_all += u64::from(by.is_some());
            }
        }
    }
    assert!(closed_in_all >= 20, "{closed_in_all}");
}

/// Strikes out decisions, the latest first, and gives every third of them back.
fn strike_what_decided(history: &mut History) {
    let decides = |event: &Event| match event {
        Event::ScoreReviewed(review) => review.score.get() == 1,
        event => matches!(event, Event::PanelDecided(_) | Event::PanelConfirmed(_)),
    };
    for at in (0..history.events.len()).rev().filter(|at| at % 4 != 0) {
        let so_far = history.events.len();
        if decides(&history.events[at]) {
            history.strike(at);
        }
        if history.events.len() > so_far && at % 3 == 0 {
            history.strike(so_far);
        }
    }
}

/// The letters that are owed of each assessment.
fn standing(state: &State, on: NaiveDate) -> BTreeMap<String, BTreeSet<Letter>> {
    let mut all: BTreeMap<String, BTreeSet<Letter>> = BTreeMap::new();
    for one in owed(state, on) {
        if let Matter::Section50 { assessment, letter, .. } = one.matter {
            all.entry(assessment.to_string()).or_default().insert(letter);
        }
    }
    all
}
