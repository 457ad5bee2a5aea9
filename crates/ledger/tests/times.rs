//! The fear: a question about an earlier time is answered with what became known later, or
//! happened later, or with what another way of asking does not give.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use std::collections::BTreeMap;
use std::fs;

use assessment::{Event, OrganisationCode};
use chrono::NaiveDate;
use common::{
    Answers, STATEMENTS, answers, assert_sound, begin, code, files, hide_guarded_panics, import,
    instant, log, minute, record, register, review, small, submission, try_answers,
};
use journal::{Hash, Head, Segment};
use ledger::{AsOf, At, Error, Filter, Instant, Ledger, Submission, decode};
use projections::{Effect, Fact, Projections, Reviewed, Transition};
use serde_json::json;
use tempfile::TempDir;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn as_of(position: u64) -> At {
    At { as_of: Some(AsOf::Position(position)), ..At::default() }
}

fn by(instant: Instant) -> At {
    At { as_of: Some(AsOf::Instant(instant)), ..At::default() }
}

fn effective(day: NaiveDate) -> At {
    At { effective: Some(day), ..At::default() }
}

/// The small ledger, and then what else can happen to a body: a correction of what was published,
/// another framework, another name, an end.
fn eventful() -> (TempDir, Ledger) {
    hide_guarded_panics();
    let dir = small();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let data = json!({
        "framework": "la-2023", "month": "2024-05", "name": "Exampleshire 3", "partial": true,
        "organisation": code(3), "programme": "formal", "rating": "good",
        "replace": "source_corrected",
    });
    let amended = json!({"code": code(4), "name": "Exampleton", "reason": "typing_error"});
    let succeeded = json!({"into": code(7), "old": [code(6)], "on": "2026-04"});
    let framework = assessment::framework::Framework::shipped_text("la-2025".parse().unwrap());
    let framework: serde_json::Value = serde_json::from_str(framework.unwrap()).unwrap();
    let adopted = json!({"adopted_on": "2025", "framework": framework});
    let opened = json!({
        "framework": "la-2025", "kind": "comprehensive", "opened_on": "2026-01-05",
        "organisation": code(9),
    });
    let judged = json!({
        "assessment": format!("{}-2026-a", code(9)), "organisation": code(9),
        "reason": "assessment", "reviewed_on": "2026-02", "score": 3, "statement": "safeguarding",
    });
    let batch = [
        submission("import_publication", &data),
        submission("amend_organisation", &amended),
        submission("succeed_organisations", &succeeded),
        submission("adopt_framework", &adopted),
        submission("open_assessment", &opened),
        submission("review_score", &judged),
    ];
    record(&mut ledger, &batch, &minute(20));
    (dir, ledger)
}

/// The fold alone, one record after the other, without an index or blocks.
#[derive(Default)]
struct Oracle {
    projections: Projections,
    reviewed: BTreeMap<OrganisationCode, Vec<Reviewed>>,
    transitions: BTreeMap<OrganisationCode, Vec<Transition>>,
}

impl Oracle {
    fn apply(&mut self, line: &str, effective: Option<NaiveDate>) {
        let record = journal::parse(line.as_bytes()).unwrap();
        let event: Event = decode(&record).unwrap();
        let fact = Fact { position: record.position, event: &event };
        if effective.is_some_and(|day| !fact.happened_by(day)) {
            return;
        }
        for effect in self.projections.apply(&fact) {
            let code = fact.organisation().unwrap();
            let transitions = self.transitions.entry(code).or_default();
            match effect {
                Effect::Reviewed(review) => self.reviewed.entry(code).or_default().push(review),
                Effect::Moved(transition) => transitions.push(transition),
                Effect::Settled(settled) => {
                    let open = transitions.iter_mut().skip(settled.first as usize);
                    open.for_each(|transition| transition.settle(&settled));
                }
            }
        }
    }

    fn answers(&self) -> Answers {
        let text = |row: &dyn Fn() -> serde_json::Result<String>| row().unwrap();
        let (mut ratings, mut scores) = (Vec::new(), Vec::new());
        let (mut moves, mut reviews) = (Vec::new(), Vec::new());
        for (code, body) in &self.projections.bodies {
            for review in self.reviewed.get(code).into_iter().flatten() {
                let row = review.row(body);
                reviews.push((row.position, text(&|| serde_json::to_string(&row))));
            }
            for transition in self.transitions.get(code).into_iter().flatten() {
                let row = transition.row(body);
                moves.push((row.position, text(&|| serde_json::to_string(&row))));
            }
            let Some(standing) = body.current() else { continue };
            let framework = &self.projections.frameworks[&standing.framework].framework;
            for row in projections::ratings(body, standing, framework) {
                ratings.push(text(&|| serde_json::to_string(&row)));
            }
            for row in projections::scores(body, standing, framework) {
                scores.push(text(&|| serde_json::to_string(&row)));
            }
        }
        // Oldest record first; of one record, in the order in which it caused them.
        let sorted = |mut rows: Vec<(Option<u64>, String)>| {
            rows.sort_by_key(|(position, _)| *position);
            rows.into_iter().map(|(_, row)| row).collect()
        };
        let (moves, reviews) = (sorted(moves), sorted(reviews));
        Answers { ratings, scores, moves, reviews, histories: Vec::new() }
    }
}

#[track_caller]
fn assert_same(mut asked: Answers, oracle: &Oracle, what: &str) {
    asked.histories.clear();
    assert_eq!(asked, oracle.answers(), "{what}");
}

#[test]
fn as_of_every_position_is_the_fold_of_the_records_up_to_it() {
    let (_dir, mut ledger) = eventful();
    let mut oracle = Oracle::default();
    for (position, line) in log(&ledger).iter().enumerate() {
        oracle.apply(line, None);
        let asked = answers(&mut ledger, as_of(position as u64));
        assert_same(asked, &oracle, &format!("as of {position}"));
    }
    // What the index has now is the same.
    assert_same(answers(&mut ledger, At::default()), &oracle, "now");
    let last = log(&ledger).len() as u64 - 1;
    match try_answers(&mut ledger, as_of(last + 1)) {
        Err(Error::Journal(journal::Error::NoSuchRecord { position, end })) => {
            assert_eq!((position, end), (last + 1, last));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn long_lists_are_the_same_from_their_blocks() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    record(&mut ledger, &[register(1), register(2)], &minute(1));
    let mut oracle = Oracle::default();
    let mut taken = 0;
    for batch in 0..9_u64 {
        // A publication, and its correction, say what has become of moves in earlier blocks.
        let mut corrected = import(1, &format!("2025-{:02}", 1 + batch / 3), "formal").command;
        if let assessment::Command::ImportPublication(import) = &mut corrected {
            let scores: Vec<u64> = (0..9).map(|nth| 2 + (nth + batch) % 2).collect();
            import.scores = serde_json::from_value(json!(scores)).unwrap();
            import.replace = Some(assessment::event::CorrectionReason::SourceCorrected);
            import.accept_disagreement = import.replace;
        }
        let mut submissions =
            vec![Submission::new(corrected, None, Some(format!("p-{batch}"))).unwrap()];
        for nth in 0..61 {
            let score = 1 + (nth * 7 + batch) % 4;
            let mut review = review(1, STATEMENTS[nth as usize % 3], score, "2026-05-17");
            review.key = format!("k-{batch}-{nth}");
            submissions.push(review);
        }
        record(&mut ledger, &submissions, &minute(2 + batch));
        let lines = log(&ledger);
        lines[taken..].iter().for_each(|line| oracle.apply(line, None));
        taken = lines.len();
        assert_same(answers(&mut ledger, At::default()), &oracle, &format!("after {batch}"));
    }
    let settled = |moves: &[Transition]| moves[..64].iter().any(|m| m.published_on.is_some());
    let code = code(1).parse().unwrap();
    assert!(oracle.reviewed[&code].len() > 512 && oracle.transitions[&code].len() > 512);
    assert!(settled(&oracle.transitions[&code]));
    assert_same(answers(&mut ledger, as_of(taken as u64 - 1)), &oracle, "folded");
    let before = ledger.rebuild(&mut |_| {}).unwrap();
    assert_eq!(before.before, Some(before.after));
    assert_same(answers(&mut ledger, At::default()), &oracle, "rebuilt");
}

#[test]
fn as_of_a_position_is_what_a_ledger_that_ended_there_says() {
    let (dir, mut ledger) = eventful();
    let lines = log(&ledger);
    for last in (0..lines.len()).step_by(13).chain([lines.len() - 1]) {
        let record = journal::parse(lines[last].as_bytes()).unwrap();
        if record.part != record.parts {
            continue;
        }
        let prefix = TempDir::new().unwrap();
        fs::create_dir(prefix.path().join("journal")).unwrap();
        fs::copy(dir.path().join("ledger.json"), prefix.path().join("ledger.json")).unwrap();
        let text: String = lines[..=last].iter().map(|line| format!("{line}\n")).collect();
        let segment = Segment(0);
        fs::write(prefix.path().join("journal").join(segment.to_string()), &text).unwrap();
        let hash: Hash = record.hash;
        let head = Head { hash, length: text.len() as u64, position: last as u64, segment };
        fs::write(prefix.path().join("head"), head.to_slot()).unwrap();
        assert_sound(prefix.path());
        let mut ended = Ledger::open(prefix.path()).unwrap();
        let mut folded = answers(&mut ended, At::default());
        let mut asked = answers(&mut ledger, as_of(last as u64));
        // Without an index the history is the whole log; the test of the index compares it.
        (folded.histories, asked.histories) = Default::default();
        assert_eq!(asked, folded, "as of {last}");
        // And with an index, made by a rebuild.
        ended.rebuild(&mut |_| {}).unwrap();
        let mut indexed = answers(&mut ended, At::default());
        assert_eq!(indexed.histories, answers(&mut ledger, as_of(last as u64)).histories);
        indexed.histories.clear();
        assert_eq!(indexed, folded, "indexed as of {last}");
    }
}

#[test]
fn effective_leaves_out_what_had_not_happened() {
    let (_dir, mut ledger) = eventful();
    let lines = log(&ledger);
    let days = [
        "2000-01-01",
        "2023-11-29",
        "2023-11-30",
        "2024-05-30",
        "2024-05-31",
        "2025-01-01",
        "2025-03-09",
        "2025-06-20",
        "2025-12-31",
        "2026-02-27",
        "2026-02-28",
        "2026-05-17",
        "2030-01-01",
    ];
    for day in days.map(day) {
        for last in [lines.len() - 1, lines.len() / 2, 7, 0] {
            let mut oracle = Oracle::default();
            lines[..=last].iter().for_each(|line| oracle.apply(line, Some(day)));
            let at = At { effective: Some(day), ..as_of(last as u64) };
            assert_same(answers(&mut ledger, at), &oracle, &format!("{day}, as of {last}"));
        }
    }
    let far = answers(&mut ledger, effective(day("2030-01-01")));
    assert_eq!(far, answers(&mut ledger, At::default()));
}

/// A body whose publication is known to the month, reviewed on a day, in a month and in a year.
fn coarse() -> (TempDir, Ledger) {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    record(&mut ledger, &[register(1), import(1, "2024-05", "formal")], &minute(1));
    let on = |statement, date| review(1, statement, 3, date);
    record(&mut ledger, &[on("safeguarding", "2024-06-10")], &minute(2));
    record(&mut ledger, &[on("assessing-needs", "2024-07")], &minute(3));
    record(&mut ledger, &[on("governance-management-and-sustainability", "2025")], &minute(4));
    (dir, ledger)
}

fn count(ledger: &mut Ledger, at: At) -> (usize, usize) {
    let answers = answers(ledger, at);
    (answers.ratings.len().min(1), answers.reviews.len())
}

#[test]
fn a_coarse_date_counts_from_its_last_day() {
    let (_dir, mut ledger) = coarse();
    for (date, expected) in [
        ("2024-05-01", (0, 0)),
        ("2024-05-30", (0, 0)),
        ("2024-05-31", (1, 0)),
        ("2024-06-09", (1, 0)),
        ("2024-06-10", (1, 1)),
        ("2024-07-30", (1, 1)),
        ("2024-07-31", (1, 2)),
        ("2025-01-01", (1, 2)),
        ("2025-12-30", (1, 2)),
        ("2025-12-31", (1, 3)),
    ] {
        assert_eq!(count(&mut ledger, effective(day(date))), expected, "{date}");
    }
}

#[test]
fn both_times_hold_at_once() {
    let (_dir, mut ledger) = coarse();
    // Records: 1 the body, 2 the framework, 3 the publication, 4 to 6 the reviews.
    for (position, date, expected) in [
        (6, "2024-07-31", (1, 2)),
        (5, "2025-12-31", (1, 2)),
        (4, "2025-12-31", (1, 1)),
        (4, "2024-06-09", (1, 0)),
        (3, "2025-12-31", (1, 0)),
        (3, "2024-05-30", (0, 0)),
        (2, "2025-12-31", (0, 0)),
        (0, "2025-12-31", (0, 0)),
    ] {
        let at = At { effective: Some(day(date)), ..as_of(position) };
        assert_eq!(count(&mut ledger, at), expected, "{date} as of {position}");
        let instant = At { effective: Some(day(date)), ..by(instant("2026-05-17T09:03:59.999Z")) };
        let until = At { effective: Some(day(date)), ..as_of(5) };
        assert_eq!(answers(&mut ledger, instant), answers(&mut ledger, until));
    }
}

#[test]
fn a_day_of_recording_ends_when_it_ends_in_london() {
    let dir = TempDir::new().unwrap();
    let recorded = [
        "2026-03-28T23:59:59.999Z",
        // The clocks go forward at one in the morning of the 29th of March.
        "2026-03-29T00:00:00.000Z",
        "2026-03-29T22:59:59.999Z",
        "2026-03-29T23:00:00.000Z",
        "2026-06-15T22:59:59.999Z",
        "2026-06-15T23:00:00.000Z",
        // And back at two in the morning of the 25th of October.
        "2026-10-24T22:59:59.999Z",
        "2026-10-24T23:00:00.000Z",
        "2026-10-25T23:59:59.999Z",
        "2026-10-26T00:00:00.000Z",
    ];
    let mut ledger = common::with_caller("2026-03-28T12:00:00.000Z", false, |caller| {
        Ledger::init(dir.path(), common::ORIGIN, caller).unwrap()
    });
    for (number, now) in recorded.iter().enumerate() {
        let first = record(&mut ledger, &[register(number as u64)], now).0;
        assert_eq!(first, number as u64 + 1);
    }
    for (date, position) in [
        ("2026-03-28", 1),
        ("2026-03-29", 3),
        ("2026-03-30", 4),
        ("2026-06-14", 4),
        ("2026-06-15", 5),
        ("2026-06-16", 6),
        ("2026-10-23", 6),
        ("2026-10-24", 7),
        ("2026-10-25", 9),
        ("2026-10-26", 10),
        ("2027-01-01", 10),
    ] {
        let at = by(Instant::end_of(day(date)));
        assert_eq!(ledger.end_at(at).unwrap().position, position, "{date}");
        assert_eq!(answers(&mut ledger, at), answers(&mut ledger, as_of(position)), "{date}");
    }
    match ledger.end_at(by(Instant::end_of(day("2026-03-27")))) {
        Err(Error::BeforeFirst { asked, first }) => {
            assert_eq!(asked, "2026-03-27T23:59:59.999Z");
            assert_eq!(first.as_deref(), Some("2026-03-28T12:00:00.000Z"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_instant_is_known_from_its_own_millisecond_on() {
    let (_dir, ledger) = coarse();
    for (text, position) in [
        (common::BEGUN, 0),
        ("2026-05-17T09:00:59.999Z", 0),
        // A batch has one instant, and all of its records are known from it on.
        ("2026-05-17T09:01:00.000Z", 3),
        ("2026-05-17T10:01:59.999+01:00", 3),
        ("2026-05-17T10:02:00.000+01:00", 4),
        ("2026-05-17T09:03:00.000Z", 5),
        ("2026-05-17T09:03:59.999Z", 5),
        ("2026-05-17T09:04:00.000Z", 6),
        ("2099-01-01T00:00:00.000Z", 6),
    ] {
        assert_eq!(ledger.end_at(by(instant(text))).unwrap().position, position, "{text}");
    }
    for before in
        ["2026-05-17T08:59:59.999Z", "2026-05-17T09:59:59.999+01:00", "1999-01-01T00:00:00Z"]
    {
        let end = ledger.end_at(by(instant(before)));
        assert!(matches!(end, Err(Error::BeforeFirst { .. })), "{before}: {end:?}");
    }
}

#[test]
fn a_filter_chooses_the_same_rows_from_the_index_and_from_the_journal() {
    let (dir, mut ledger) = eventful();
    let last = ledger.end().unwrap().head.position;
    let organisations = vec![code(3).parse().unwrap(), code(9).parse().unwrap()];
    let filters = [
        Filter { organisations, ..Filter::default() },
        Filter { framework: Some("la-2025".parse().unwrap()), ..Filter::default() },
        Filter { statement: Some("safeguarding".parse().unwrap()), ..Filter::default() },
        Filter {
            assessment: Some(format!("{}-2023-a", code(5)).parse().unwrap()),
            ..Filter::default()
        },
        Filter {
            since: Some(day("2025-03-01")),
            until: Some(day("2025-04-15")),
            ..Filter::default()
        },
    ];
    let before = files(&dir.path().join("journal"));
    for filter in filters {
        let mut rows = |at| {
            common::ask(&mut ledger, at, &|catalogue| {
                let ratings = serde_json::to_string(&catalogue.ratings(&filter)?);
                let scores = serde_json::to_string(&catalogue.scores(&filter)?);
                let moves = serde_json::to_string(&catalogue.moves(&filter)?);
                let reviews = serde_json::to_string(&catalogue.reviews(&filter)?);
                Ok([ratings, scores, moves, reviews].map(Result::unwrap))
            })
            .unwrap()
        };
        let indexed = rows(At::default());
        assert_eq!(indexed, rows(as_of(last)), "{filter:?}");
        assert!(indexed.iter().any(|rows| rows != "[]"), "{filter:?}");
    }
    assert_eq!(files(&dir.path().join("journal")), before, "to ask is to record nothing");
}
