//! Timelines, held against a plain second implementation that knows the list of events alone.
//!
//! Guards against the fear that something happened and stands in no history, or twice; that a
//! review is called a change which changed nothing; and that the public reads of work in progress.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../assessment/tests/due/history.rs"]
mod history;
mod made;
mod second;

use assessment::framework::LevelKind;
use assessment::{Event, OrganisationCode, StrikeOuts};
use history::{History, first_day};
use projections::{
    Fact, Happening, Knowing, MAKES_PUBLIC, Occurrence, Projections, Timeline, timeline,
};
use second::Line;
use std::collections::{BTreeMap, BTreeSet};

const BODIES: [&str; 3] = ["X99000001", "X99000002", "X99000003"];

fn code(text: &str) -> OrganisationCode {
    text.parse().unwrap()
}

/// The records of a history, each as if it had been recorded on the first day.
fn occurrences(history: &History) -> Vec<Occurrence<'_>> {
    let void = StrikeOuts::among((0..).zip(&history.events)).void();
    let occurrence = |(position, event)| Occurrence {
        position,
        event,
        recorded_on: first_day(),
        void_by: void.get(&position).copied(),
    };
    (0..).zip(&history.events).map(occurrence).collect()
}

fn told(history: &History, body: &str, knowing: Knowing) -> Timeline {
    timeline(code(body), None, knowing, &occurrences(history)).unwrap()
}

fn line(it: &Happening) -> Line {
    Line {
        position: it.position.unwrap(),
        on: it.on,
        what: it.what.to_owned(),
        changed: it.outcome.map(|outcome| outcome.as_str() == "changed"),
        void_by: it.void_by,
    }
}

#[test]
fn each_record_of_a_body_happened_once_and_changed_what_it_changed() {
    let (mut words, mut outcomes) = (BTreeSet::new(), BTreeMap::new());
    for seed in 0..200 {
        let history = History::lived(seed, 60);
        for body in BODIES {
            let timeline = told(&history, body, Knowing::Everything);
            let lines: Vec<Line> = timeline.happenings.iter().map(line).collect();
            assert_eq!(lines, second::lines(&occurrences(&history), body), "seed {seed}, {body}");
            for it in &timeline.happenings {
                words.insert(it.what);
                *outcomes.entry(it.outcome.map(|it| it.as_str())).or_insert(0) += 1;
                assert!(!it.about.is_empty(), "seed {seed}: {it:?}");
                let says_so = it.detail.contains(", unchanged");
                let unchanged = it.outcome.is_some_and(|it| it.as_str() == "unchanged");
                assert_eq!(says_so, unchanged, "seed {seed}: {it:?}");
            }
        }
    }
    for word in ["submitted", "scored", "challenged", "decided", "published", "reviewed"] {
        assert!(words.contains(word), "{word} was never met: {words:?}");
    }
    assert!(outcomes.values().all(|met| *met > 100), "{outcomes:?}");
}

/// A comment that cannot be relied on must not read like one that can.
#[test]
fn a_late_or_unsupported_comment_is_marked() {
    let mut history = History::lived(3, 150);
    let comment = |event: &mut Event| match event {
        Event::CommentSubmitted(comment) => Some(comment.clone()),
        _ => None,
    };
    let told = |history: &History, id: &str| {
        let timelines = BODIES.map(|body| told(history, body, Knowing::Everything));
        let all = timelines.into_iter().flat_map(|it| it.happenings);
        all.filter(|it| it.what == "commented" && id.ends_with(&it.about)).collect::<Vec<_>>()
    };
    let first = history.events.iter_mut().find_map(comment).unwrap();
    for (late, unsupported) in [(false, false), (true, false), (false, true), (true, true)] {
        for event in &mut history.events {
            if let Event::CommentSubmitted(comment) = event
                && comment.comment == first.comment
            {
                (comment.late, comment.unsupported) = (late, unsupported);
            }
        }
        let happenings = told(&history, first.comment.as_str());
        let detail = &happenings[0].detail;
        assert_eq!(
            (detail.contains("; late"), detail.contains("; unsupported")),
            (late, unsupported)
        );
    }
}

/// A line that ends elsewhere than at the rating that the ledger gives shows a score of nobody.
#[test]
fn the_course_of_a_score_ends_at_the_score_in_force() {
    let mut met = 0;
    for seed in 0..60 {
        let history = History::lived(seed, 100);
        let mut projections = Projections::default();
        for it in occurrences(&history).iter().filter(|it| it.void_by.is_none()) {
            projections.apply(&Fact { position: it.position, event: it.event });
        }
        for body in BODIES {
            let timeline = told(&history, body, Knowing::Everything);
            let body = &projections.bodies[&code(body)];
            for course in &timeline.courses {
                let standing = &body.standings[&course.assessment];
                let framework = &projections.frameworks[&standing.framework].framework;
                let rows = projections::ratings(body, standing, framework);
                let overall = rows.iter().find(|row| row.level == LevelKind::Overall);
                let score = overall.and_then(|row| row.score);
                let last = course.steps.last().and_then(|step| step.percent);
                if score.is_some() {
                    assert_eq!(last, score, "seed {seed}: {course:?}");
                    met += 1;
                }
                let dates = course.steps.iter().map(|step| step.on);
                assert!(dates.is_sorted(), "seed {seed}: {course:?}");
                let steps = course.steps.windows(2);
                assert!(steps.into_iter().all(|two| two[0].percent != two[1].percent));
            }
        }
    }
    assert!(met > 100, "{met}");
}

/// Of two ledgers that differ in what is not public, the public reads the same history.
#[test]
fn the_public_reads_only_what_was_made_public() {
    let public = |event: &Event| MAKES_PUBLIC.iter().any(|(kind, _)| *kind == event.kind());
    let (mut published, mut reviewed) = (0, 0);
    for seed in 0..100 {
        let history = History::lived(seed, 100);
        let all = occurrences(&history);
        let few: Vec<Occurrence<'_>> = all.iter().copied().filter(|it| public(it.event)).collect();
        for body in BODIES {
            let of = |records| timeline(code(body), None, Knowing::WhatIsPublic, records).unwrap();
            let timeline = of(&all);
            assert_eq!(timeline, of(&few), "seed {seed}, {body}");
            for it in &timeline.happenings {
                let known = ["published", "reissued", "reviewed", "withdrawn"];
                assert!(known.contains(&it.what), "seed {seed}: {it:?}");
                assert_eq!((it.position, it.outcome, it.by.len()), (None, None, 0), "{it:?}");
            }
            published += timeline.happenings.iter().filter(|it| it.is_publication()).count();
            reviewed += timeline.happenings.iter().filter(|it| it.is_review()).count();
        }
    }
    assert!(published > 100 && reviewed > 30, "{published} {reviewed}");
}

/// What nobody can have known of by a day does not stand in the history up to that day; what it
/// says of the body still does.
#[test]
fn a_history_up_to_a_day_ends_there() {
    let history = History::lived(5, 60);
    let (mut kept, mut left) = (0, 0);
    for body in BODIES {
        let whole = told(&history, body, Knowing::Everything);
        let days: BTreeSet<_> = whole.happenings.iter().map(|it| it.on.last_day()).collect();
        for day in days {
            let mut until = whole.clone();
            until.end(day);
            let by_then: Vec<Happening> =
                whole.happenings.iter().filter(|it| it.on.last_day() <= day).cloned().collect();
            kept += by_then.len();
            left += whole.happenings.len() - by_then.len();
            assert_eq!(until, Timeline { happenings: by_then, ..whole.clone() });
        }
    }
    assert!(kept > 100 && left > 100, "{kept} {left}");
}

/// What belongs to another assessment is not taken for a part of this one.
#[test]
fn of_one_assessment_only_its_own_is_told() {
    for seed in 0..30 {
        let history = History::lived(seed, 60);
        let records = occurrences(&history);
        for body in BODIES {
            let whole = told(&history, body, Knowing::Everything);
            let ids: BTreeSet<_> = whole.happenings.iter().filter_map(|it| it.assessment).collect();
            for id in ids {
                let one = timeline(code(body), Some(id), Knowing::Everything, &records).unwrap();
                let positions = |it: &Timeline| -> BTreeSet<_> {
                    let own = it.happenings.iter().filter(|it| it.assessment == Some(id));
                    own.map(|it| it.position).collect()
                };
                assert!(positions(&one).is_superset(&positions(&whole)), "seed {seed}, {id}");
                assert!(one.happenings.iter().all(|it| it.assessment == Some(id)));
                assert!(one.courses.iter().all(|it| it.assessment == id));
            }
        }
    }
}
