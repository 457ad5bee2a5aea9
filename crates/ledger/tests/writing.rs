//! The fear: something is recorded twice, on an old state, or not at all, and nobody is told.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use common::{
    answers, append_from_the_future, ask, assert_sound, begin, code, hide_guarded_panics, import,
    keyed, log, minute, record, register, review, submission, submit, try_answers, try_submit,
    with_caller,
};
use ledger::{At, Error, Ledger, Mode, Outcome, Submission, SubmissionError};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A ledger with one body, Exampleshire 1, as published; its last record is number 3.
fn begun() -> (TempDir, Ledger) {
    hide_guarded_panics();
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    let last = record(&mut ledger, &[register(1), import(1, "2024-05", "formal")], &minute(1)).1;
    assert_eq!(last, 3, "the opening, the body, the framework, the publication");
    (dir, ledger)
}

fn dry_run(ledger: &mut Ledger, submissions: &[Submission], now: &str) -> Vec<Outcome> {
    let tried = with_caller(now, false, |caller| ledger.submit(submissions, Mode::DryRun, caller));
    tried.unwrap().outcomes
}

/// Every member of every record, by position.
fn members(ledger: &Ledger) -> Vec<Value> {
    let parse = |line: &String| serde_json::from_str::<Value>(line).unwrap()["record"].take();
    log(ledger).iter().map(parse).collect()
}

/// Versions are gapless in each stream, and no key names two commands.
#[track_caller]
fn assert_gapless(ledger: &Ledger) {
    let (mut versions, mut keys) = (BTreeMap::new(), BTreeSet::new());
    for record in members(ledger) {
        let version: &mut u64 = versions.entry(record["stream"].to_string()).or_default();
        *version += 1;
        assert_eq!(record["version"], *version, "{record}");
        assert!(record["part"] != 1 || keys.insert(record["command"].to_string()), "{record}");
    }
    assert_sound(ledger.store().dir());
}

fn keyed_review(key: &str, score: u64) -> Submission {
    let data = json!({
        "organisation": code(1), "reason": "ongoing_review", "reviewed_on": "2026-05-17",
        "score": score, "statement": "safeguarding",
    });
    keyed(Some(key), "review_score", &data)
}

fn expecting(version: u64, key: &str) -> Submission {
    Submission { expected_version: Some(version), ..keyed_review(key, 3) }
}

fn recorded_at(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Recorded { positions, .. } => positions.start,
        other => panic!("not recorded: {other:?}"),
    }
}

fn reused(key: &str, position: u64) -> Outcome {
    Outcome::KeyReused { key: key.to_owned(), position: Some(position) }
}

fn already(position: u64) -> Outcome {
    Outcome::AlreadyThere { position: Some(position) }
}

#[test]
fn the_same_command_again_gets_its_first_position_and_another_one_is_refused() {
    let (dir, mut ledger) = begun();
    let first = submit(&mut ledger, &[keyed_review("k-1", 2)], &minute(2));
    assert_eq!(recorded_at(&first[0]), 4);
    let again = [keyed_review("k-1", 2), keyed_review("k-1", 3), keyed_review("k-2", 2)];
    let expected = |third| [already(4), reused("k-1", 4), third];
    let outcomes = submit(&mut ledger, &again, &minute(3));
    let third = outcomes[2].clone();
    assert_eq!(recorded_at(&third), 5, "the same request under another key is another command");
    assert_eq!(outcomes, expected(third));
    // By the same ledger, by one opened anew, after a rebuild, and without any index.
    assert_eq!(submit(&mut ledger, &again, &minute(4)), expected(already(5)));
    drop(ledger);
    let mut ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(submit(&mut ledger, &again, &minute(5)), expected(already(5)));
    ledger.rebuild(&mut |_| {}).unwrap();
    assert_eq!(submit(&mut ledger, &again, &minute(6)), expected(already(5)));
    drop(ledger);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(submit(&mut ledger, &again, &minute(7)), expected(already(5)));
    assert_eq!(log(&ledger).len(), 6);
    assert_gapless(&ledger);
}

#[test]
fn a_key_is_known_within_the_batch_that_brings_it() {
    let (_dir, mut ledger) = begun();
    let batch = [keyed_review("k-1", 2), keyed_review("k-1", 2), keyed_review("k-1", 4)];
    let outcomes = submit(&mut ledger, &batch, &minute(2));
    assert_eq!(outcomes[1..], [already(4), reused("k-1", 4)]);
    assert_eq!(log(&ledger).len(), 5);
}

#[test]
fn a_key_of_a_refused_command_is_free() {
    let (_dir, mut ledger) = begun();
    let refused =
        Submission { key: "k-1".to_owned(), ..review(77, "safeguarding", 2, "2026-05-17") };
    let outcomes = submit(&mut ledger, &[refused, keyed_review("k-1", 2)], &minute(2));
    assert!(matches!(outcomes[0], Outcome::Refused(_)), "{outcomes:?}");
    assert_eq!(recorded_at(&outcomes[1]), 4);
}

#[test]
fn a_key_of_several_records_gives_the_first_of_them() {
    let dir = TempDir::new().unwrap();
    let mut ledger = begin(dir.path());
    let import = import(1, "2024-05", "formal");
    let outcomes = submit(&mut ledger, std::slice::from_ref(&import), &minute(1));
    let Outcome::Recorded { positions, records } = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!((positions.clone(), records.len()), (1..4, 3));
    assert_eq!(submit(&mut ledger, &[import], &minute(2)), [already(1)]);
}

#[test]
fn a_file_that_is_imported_twice_adds_nothing() {
    let (dir, mut ledger) = begun();
    let lines: Vec<Submission> = (10..40)
        .flat_map(|number| {
            let reviewed = review(number, "safeguarding", 1 + number % 4, "2026-05-16");
            [register(number), import(number, "2024-05", "formal"), reviewed]
        })
        .collect();
    let first = submit(&mut ledger, &lines, &minute(2));
    let before = log(&ledger);
    drop(ledger);
    let mut ledger = Ledger::open(dir.path()).unwrap();
    // In other batches than the first time.
    let mut again = Vec::new();
    for batch in lines.chunks(7) {
        again.extend(submit(&mut ledger, batch, &minute(3)));
    }
    let positions = first.iter().map(|outcome| already(recorded_at(outcome))).collect::<Vec<_>>();
    assert_eq!(again, positions);
    assert_eq!(log(&ledger), before);
}

#[test]
fn an_expected_version_that_is_not_there_is_a_conflict() {
    let (_dir, mut ledger) = begun();
    // The assessment has one record: its publication.
    let batch = [expecting(0, "a"), expecting(1, "b"), expecting(1, "c"), expecting(2, "d")];
    let outcomes = submit(&mut ledger, &batch, &minute(2));
    let conflict = |expected, found| Outcome::Conflict {
        stream: format!("assessment/{}-2024-a", code(1)),
        expected,
        found,
    };
    assert_eq!(outcomes[0], conflict(0, 1));
    assert_eq!(recorded_at(&outcomes[1]), 4);
    assert_eq!(outcomes[2], conflict(1, 2), "what the batch did before counts");
    assert_eq!(recorded_at(&outcomes[3]), 5);
    assert_eq!(submit(&mut ledger, &[expecting(9, "e")], &minute(3)), [conflict(9, 3)]);
    // A command that is there already is there whatever the version is by now.
    assert_eq!(submit(&mut ledger, &[expecting(1, "b")], &minute(3)), [already(4)]);
    assert_gapless(&ledger);
}

#[test]
fn a_dry_run_records_nothing_and_decides_on_what_it_tried_before() {
    let (dir, mut ledger) = begun();
    let before = common::files(&dir.path().join("journal"));
    let lines = [register(2), review(2, "safeguarding", 3, "2026-05-17"), register(2)];
    let tried = dry_run(&mut ledger, &lines, &minute(2));
    assert_eq!(recorded_at(&tried[0]), 4);
    assert!(matches!(&tried[1], Outcome::Refused(why) if why.code() == "no_published_assessment"));
    assert_eq!(tried[2], already(4));
    // The next batch of the same run knows the body.
    let tried =
        dry_run(&mut ledger, &[import(2, "2024-05", "formal"), lines[1].clone()], &minute(2));
    let Outcome::Recorded { records, .. } = &tried[0] else { panic!("{tried:?}") };
    assert_eq!(records.len(), 1, "the body need not be registered again");
    assert!(matches!(&tried[1], Outcome::Recorded { .. }), "{tried:?}");
    assert_eq!(common::files(&dir.path().join("journal")), before);
    // To record is another thing: what was only tried is no ground for it.
    let outcomes = submit(&mut ledger, &lines[..2], &minute(3));
    assert_eq!(recorded_at(&outcomes[0]), 4);
    assert!(matches!(outcomes[1], Outcome::Refused(_)), "{outcomes:?}");
    assert_eq!(log(&ledger).len(), 5);
    assert_gapless(&ledger);
}

#[test]
fn what_is_refused_stops_nothing_and_leaves_nothing() {
    let (_dir, mut ledger) = begun();
    let batch = [
        review(77, "safeguarding", 3, "2026-05-17"),
        review(1, "safeguarding", 3, "2026-05-16"),
        review(1, "safeguarding", 3, "2026-05-15"),
        review(1, "safeguarding", 3, "2026-05-18"),
        review(1, "governance-management-and-sustainability", 3, "2026-05-17"),
    ];
    let outcomes = submit(&mut ledger, &batch, &minute(2));
    let codes = outcomes.iter().map(|outcome| match outcome {
        Outcome::Refused(why) => why.code().to_owned(),
        outcome => recorded_at(outcome).to_string(),
    });
    let codes: Vec<_> = codes.collect();
    assert_eq!(codes[1], "4");
    assert_eq!(codes[4], "5");
    assert_eq!(codes.iter().filter(|code| code.parse::<u64>().is_err()).count(), 3, "{codes:?}");
    assert_gapless(&ledger);
    // And a batch of which nothing is recorded is no batch.
    let outcomes = submit(&mut ledger, &batch[..1], &minute(3));
    assert!(matches!(outcomes[0], Outcome::Refused(_)));
    assert_eq!(log(&ledger).len(), 6);
}

#[test]
fn a_clock_that_ran_backwards_is_raised_and_its_reading_kept() {
    let (_dir, mut ledger) = begun();
    let late = "2026-05-16T23:30:00.500Z";
    record(&mut ledger, &[keyed_review("a", 2)], &minute(9));
    // The day of the record is the one that counts, so the review of the 17th has come.
    record(&mut ledger, &[keyed_review("b", 3)], late);
    record(&mut ledger, &[keyed_review("c", 4)], &minute(10));
    let members = members(&ledger);
    let times = |at: usize| (members[at]["recorded_at"].clone(), members[at].get("clock").cloned());
    assert_eq!(times(4), (minute(9).into(), None));
    assert_eq!(times(5), (minute(9).into(), Some(late.into())));
    assert_eq!(times(6), (minute(10).into(), None));
    assert_gapless(&ledger);
}

#[test]
fn a_clock_more_than_a_day_behind_is_refused_unless_it_is_accepted() {
    let (_dir, mut ledger) = begun();
    record(&mut ledger, &[keyed_review("a", 2)], "2026-05-18T09:00:00.000Z");
    // A day is not more than a day.
    record(&mut ledger, &[keyed_review("b", 3)], "2026-05-17T09:00:00.000Z");
    let behind = "2026-05-17T08:59:59.999Z";
    match try_submit(&mut ledger, &[keyed_review("c", 4)], behind) {
        Err(Error::ClockBehind { now, last }) => {
            assert_eq!((now.as_str(), last.as_str()), (behind, "2026-05-18T09:00:00.000Z"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(log(&ledger).len(), 6);
    let accepted = with_caller(behind, true, |caller| {
        ledger.submit(&[keyed_review("c", 4)], Mode::Record, caller).unwrap().outcomes
    });
    assert_eq!(recorded_at(&accepted[0]), 6);
    let last = members(&ledger).pop().unwrap();
    assert_eq!(
        (&last["recorded_at"], &last["clock"]),
        (&members(&ledger)[5]["recorded_at"], &behind.into())
    );
    assert_gapless(&ledger);
}

#[test]
fn a_clock_that_was_only_read_moves_no_time() {
    let (_dir, mut ledger) = begun();
    // Refused, tried and failed: none of it is recorded, so none of it is the last record.
    submit(&mut ledger, &[review(77, "safeguarding", 3, "2026-05-17")], "2027-01-01T00:00:00.000Z");
    dry_run(&mut ledger, &[keyed_review("a", 2)], "2027-01-02T00:00:00.000Z");
    record(&mut ledger, &[keyed_review("b", 3)], &minute(2));
    let last = members(&ledger).pop().unwrap();
    assert_eq!((&last["recorded_at"], last.get("clock")), (&minute(2).into(), None));
}

#[test]
fn a_batch_of_a_thousand_is_recorded_whole() {
    let (dir, mut ledger) = begun();
    let batch: Vec<_> = (0..1_000).map(|n| keyed_review(&format!("k-{n}"), 1 + n % 4)).collect();
    assert_eq!(record(&mut ledger, &batch, &minute(2)), (4, 1_003));
    let reviews = answers(&mut ledger, At::default()).reviews;
    assert_eq!(reviews.len(), 1_000);
    assert_gapless(&ledger);
    drop(ledger);
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let again = submit(&mut ledger, &batch, &minute(3));
    assert!(again.iter().enumerate().all(|(n, outcome)| *outcome == already(n as u64 + 4)));
    assert_eq!(answers(&mut ledger, At::default()).reviews, reviews);
}

#[test]
fn two_who_write_in_turn_lose_nothing() {
    let (dir, mut first) = begun();
    let mut second = Ledger::open(dir.path()).unwrap();
    for turn in 0..12 {
        let (writer, other) =
            if turn % 2 == 0 { (&mut first, &mut second) } else { (&mut second, &mut first) };
        let batch = [keyed_review(&format!("t-{turn}"), 1 + turn % 4), register(100 + turn)];
        record(writer, &batch, &minute(2 + turn));
        let outcomes = submit(other, &batch, &minute(2 + turn));
        assert_eq!(outcomes, [already(4 + 2 * turn), already(5 + 2 * turn)]);
        assert_eq!(answers(writer, At::default()), answers(other, At::default()));
    }
    assert_eq!(log(&first).len(), 4 + 24);
    assert_gapless(&second);
    drop((first, second));
    let mut anew = Ledger::open(dir.path()).unwrap();
    let position = anew.end().unwrap().head.position;
    let organisations = ask(&mut anew, At::default(), &|catalogue| catalogue.organisations());
    assert_eq!((position, organisations.unwrap().len()), (27, 13));
}

#[test]
fn two_who_write_at_once_lose_nothing() {
    let (dir, ledger) = begun();
    drop(ledger);
    std::thread::scope(|scope| {
        for writer in 0..2_u64 {
            let dir = dir.path();
            scope.spawn(move || {
                for turn in 0..15 {
                    let mut ledger = Ledger::open(dir).unwrap();
                    let key = format!("w-{writer}-{turn}");
                    let batch = [keyed_review(&key, 1 + turn % 4), keyed_review("both", 2)];
                    let outcomes = submit(&mut ledger, &batch, &minute(2));
                    assert!(matches!(outcomes[0], Outcome::Recorded { .. }), "{outcomes:?}");
                }
            });
        }
    });
    let ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(log(&ledger).len(), 4 + 30 + 1);
    assert_gapless(&ledger);
}

#[test]
fn a_record_from_a_later_version_stops_whatever_folds_or_writes() {
    for (kind, schema) in [("from_the_future", 1), ("score_reviewed", 3)] {
        let (dir, mut ledger) = begun();
        append_from_the_future(dir.path(), kind, schema, r#"{"what":"ever"}"#, &minute(2));
        let told = |error| match error {
            Error::NewerRecord { position, kind: k, schema: s } => {
                assert_eq!((position, k.as_str(), s), (4, kind, schema));
            }
            error => panic!("{error:?}"),
        };
        // By the ledger that was open, and by one that is opened then.
        for _ in 0..2 {
            told(try_answers(&mut ledger, At::default()).unwrap_err());
            told(try_submit(&mut ledger, &[register(2)], &minute(3)).unwrap_err());
            drop(ledger);
            ledger = Ledger::open(dir.path()).unwrap();
        }
        told(ledger.rebuild(&mut |_| {}).unwrap_err());
        assert_eq!(log(&ledger).len(), 5, "the log shows every line");
        let verdict = ledger::verify(dir.path(), &ledger::Options::default(), &mut |_| {}).unwrap();
        assert!(verdict.findings.is_empty(), "{verdict:?}");
        let unknown =
            BTreeMap::from([((kind.to_owned(), schema), ledger::Unknown { first: 4, records: 1 })]);
        assert_eq!(verdict.unknown, unknown);
        // As of before, it answers.
        let at = At { as_of: Some(ledger::AsOf::Position(3)), ..At::default() };
        assert!(!answers(&mut ledger, at).ratings.is_empty());
    }
}

#[test]
fn a_record_whose_data_mean_nothing_is_found_by_whoever_reads_it() {
    let (dir, mut ledger) = begun();
    append_from_the_future(dir.path(), "score_reviewed", 1, r#"{"score":"lots"}"#, &minute(2));
    let meaningless = |error| assert!(matches!(error, Error::Meaningless { position: 4, .. }));
    meaningless(try_answers(&mut ledger, At::default()).unwrap_err());
    meaningless(try_submit(&mut ledger, &[register(2)], &minute(3)).unwrap_err());
    let verdict = ledger::verify(dir.path(), &ledger::Options::default(), &mut |_| {}).unwrap();
    let [damage] = verdict.findings.as_slice() else { panic!("{verdict:?}") };
    assert!(damage.to_string().starts_with("record 4, journal/"), "{damage}");
}

#[test]
fn what_is_no_submission_is_told_apart() {
    let parse = Submission::parse;
    let json = |text| assert!(matches!(parse(text), Err(SubmissionError::Json(_))), "{text}");
    json("");
    for text in ["[]", r#"{"kind":"review_score"}"#, r#"{"kind":"review_score","data":[]}"#] {
        assert!(matches!(parse(text), Err(SubmissionError::NotAnObject)), "{text}");
    }
    json(r#"{"kind":"review_score","data":{},"date":"today"}"#);
    json(r#"{"kind":"review_score","kind":"review_score","data":{}}"#);
    let unknown = parse(r#"{"kind":"forget_everything","data":{}}"#);
    assert!(matches!(unknown, Err(SubmissionError::Command(_))), "{unknown:?}");
    let data = register(1).command.encode();
    let key = |key: &str| {
        parse(&json!({"command": key, "data": data, "kind": "register_organisation"}).to_string())
    };
    for wrong in ["", "a key", "schlüssel", &"x".repeat(129), "a\nb"] {
        assert!(matches!(key(wrong), Err(SubmissionError::Key(_))), "{wrong:?}");
    }
    assert!(key(&"x".repeat(128)).is_ok());
    // The request is what is asked for, whatever its key and the order of its members.
    let one = submission("register_organisation", &data);
    assert_eq!(one.request, key("k-1").unwrap().request);
    assert_eq!(one.key, one.request.to_string());
}

/// The bytes may verify and the record still say what it cannot: forged by hand, or by a bug.
#[test]
fn data_that_do_not_fit_their_record_are_damage() {
    let review = json!({
        "assessment": "X99000001-2024-a", "basis": "statement", "by": "p-017",
        "reason": "ongoing_review", "reviewed_on": "2026-05-17", "role": "assessor", "score": 4,
        "statement": "safeguarding",
    });
    let review = review.to_string();
    let (dir, mut ledger) = begun();
    append_from_the_future(dir.path(), "score_reviewed", 1, &review, &minute(2));
    let error = try_answers(&mut ledger, At::default()).unwrap_err();
    assert!(error.to_string().contains("belong to stream assessment/X99000001"), "{error}");
    let verdict = ledger::verify(dir.path(), &ledger::Options::default(), &mut |_| {}).unwrap();
    let [damage] = verdict.findings.as_slice() else { panic!("{verdict:?}") };
    assert_eq!((damage.check, damage.position), ("data", 4));
}

/// One line that cannot be a record must not take the others with it.
#[test]
fn a_command_that_is_too_long_for_a_record_is_an_outcome_of_its_own() {
    let (_dir, mut ledger) = begun();
    let aliases: Vec<String> = (0..400).map(|n| format!("{n:0>180}")).collect();
    let data = json!({
        "aliases": aliases, "code": "X99000077", "kind": "local_authority", "name": "Longshire",
    });
    let long = json!({ "kind": "register_organisation", "data": data }).to_string();
    let batch = [register(2), Submission::parse(&long).unwrap(), register(3)];
    let outcomes = try_submit(&mut ledger, &batch, &minute(2)).unwrap();
    assert!(matches!(outcomes[0], Outcome::Recorded { .. }), "{outcomes:?}");
    assert!(matches!(outcomes[1], Outcome::Unrecordable(_)), "{outcomes:?}");
    assert!(matches!(outcomes[2], Outcome::Recorded { .. }), "{outcomes:?}");
}
