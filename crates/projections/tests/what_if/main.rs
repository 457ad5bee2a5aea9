//! What the same judgements come to under other rules, held against a second computation: read off
//! the list of events, with arithmetic, bands and limiters of its own.
//!
//! Guards against the fear that an auditor is told that a rating hangs on a rule when it does not,
//! or that it is safe when it is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../assessment/tests/due/history.rs"]
mod history;
mod plain;
mod second;

use assessment::framework::Framework;
use assessment::scoring::Rating;
use assessment::{Event, StrikeOuts};
use history::History;
use plain::{Cap, Rules};
use projections::{Change, Direction, Fact, InvalidWhatIf, Projections, Seen, WhatIf, WhatIfRow};
use second::Second;
use std::collections::BTreeMap;

fn shipped(id: &str) -> Framework {
    Framework::shipped(id.parse().unwrap()).unwrap()
}

fn changes(texts: &[&str]) -> Vec<Change> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// The records in force.
fn in_force(history: &History) -> Vec<(u64, &Event)> {
    let void = StrikeOuts::among((0..).zip(&history.events)).void();
    (0..).zip(&history.events).filter(|(position, _)| !void.contains_key(position)).collect()
}

fn folded(records: &[(u64, &Event)]) -> Projections {
    let mut projections = Projections::default();
    for (position, event) in records {
        projections.apply(&Fact { position: *position, event });
    }
    projections
}

/// Other rules, as they are asked about and as the second computation knows them.
fn all_rules() -> Vec<(WhatIf, Rules)> {
    let plain = Rules { rounding: "ceiling", tops: [38, 62, 87, 100], ..Rules::default() };
    let of = |framework: Option<&'static str>, set: &[&str], rules: &Rules| {
        let asked = WhatIf::new(framework.map(shipped), changes(set)).unwrap();
        (asked, Rules { framework, ..rules.clone() })
    };
    let cap = |rating, score| Cap { rating, score };
    let set = |rules: Rules, set: &[&str]| of(None, set, &rules);
    vec![
        set(plain.clone(), &["rounding=ceiling"]),
        set(Rules { rounding: "floor", ..plain.clone() }, &["rounding=floor"]),
        set(Rules { rounding: "half_up", ..plain.clone() }, &["rounding=half_up"]),
        set(
            Rules { tops: [45, 60, 80, 100], ..plain.clone() },
            &["bands=25-45,46-60,61-80,81-100"],
        ),
        set(Rules { caps: vec![cap(1, 1)], ..plain.clone() }, &["limiter=requires_improvement:1"]),
        set(
            Rules { rounding: "floor", caps: vec![cap(0, 1), cap(2, 2)], ..plain.clone() },
            &["limiter=good:2", "rounding=floor", "limiter=inadequate:1"],
        ),
        set(
            Rules { required: Some(vec!["processes"]), ..plain.clone() },
            &["required_categories=processes"],
        ),
        set(
            Rules {
                rounding: "half_up",
                required: Some(vec!["people-experience", "partner-feedback"]),
                ..plain.clone()
            },
            &["required_categories=people-experience,partner-feedback", "rounding=half_up"],
        ),
        of(Some("la-2023"), &[], &plain),
        of(Some("la-2025"), &[], &plain),
        of(
            Some("la-2025"),
            &["limiter=requires_improvement:2"],
            &Rules { caps: vec![cap(1, 2)], ..plain.clone() },
        ),
    ]
}

fn name(rating: Option<Rating>) -> Option<&'static str> {
    rating.map(Rating::as_str)
}

/// What of a row was computed.
fn computed(row: &WhatIfRow) -> Option<(&'static str, u8)> {
    name(row.what_if_rating).zip(row.what_if_score.map(|score| score.get()))
}

#[test]
fn every_row_is_what_a_second_computation_gives() {
    let (rules, mut met) = (all_rules(), BTreeMap::<&str, u64>::new());
    for seed in 0..200 {
        let history = History::lived(seed, 60);
        let records = in_force(&history);
        let projections = folded(&records);
        for body in projections.bodies.values() {
            for standing in body.standings.values() {
                let own = &projections.frameworks[&standing.framework].framework;
                let second = Second::of(&records, standing.assessment, own);
                for (asked, plain) in rules.iter().filter(|(it, _)| it.concerns(own.kind)) {
                    let rows = projections::what_if(body, standing, own, asked, Seen::Judgements);
                    assert_eq!(rows.len(), 1 + own.scoring.themes.len());
                    for row in rows {
                        let at = format!("seed {seed}, {asked}: {row:?}");
                        let expected = second.level(row.subject, plain);
                        let level =
                            expected.as_ref().map(|it| (it.rating(plain), it.percent(plain)));
                        assert_eq!(computed(&row), level, "{at}");
                        assert_eq!(row.obstacle.is_some(), level.is_none(), "{at}");
                        let marks = expected.and_then(|it| it.back_to(name(row.rating), plain));
                        assert_eq!(row.marks, marks, "{at}");
                        *met.entry(row.direction.map_or("obstacle", Direction::as_str))
                            .or_default() += 1;
                        *met.entry(if marks > Some(1) { "several" } else { "few" }).or_default() +=
                            1;
                    }
                }
            }
        }
    }
    for kind in ["up", "down", "none", "obstacle", "several"] {
        assert!(met.get(kind).is_some_and(|count| *count >= 20), "{kind}: {met:?}");
    }
}

/// Were the rules in use asked about and something else answered, no other answer could be
/// believed.
#[test]
fn the_rules_in_use_change_nothing() {
    for seed in 200..230 {
        let history = History::lived(seed, 60);
        let projections = folded(&in_force(&history));
        for body in projections.bodies.values() {
            for standing in body.standings.values() {
                let own = &projections.frameworks[&standing.framework].framework;
                let asked = [
                    WhatIf::new(Some(own.clone()), vec![]).unwrap(),
                    WhatIf::new(None, changes(&["rounding=ceiling"])).unwrap(),
                ];
                for asked in asked {
                    let rows = projections::what_if(body, standing, own, &asked, Seen::Judgements);
                    let ratings = projections::ratings(body, standing, own);
                    for (row, is) in rows.iter().zip(&ratings) {
                        assert_eq!(row.what_if_rating, is.rating, "seed {seed}: {row:?}");
                        assert_eq!(row.what_if_score, is.score, "seed {seed}: {row:?}");
                        assert_eq!(row.marks, None);
                    }
                }
            }
        }
    }
}

/// Category scores are not public: what the public is told must not hang on them.
#[test]
fn what_the_public_is_told_hangs_on_no_category_score() {
    let asked = WhatIf::new(None, changes(&["required_categories=processes"])).unwrap();
    let mut compared = 0;
    for seed in 0..40 {
        let history = History::lived(seed, 60);
        let mut projections = Projections::default();
        for (position, event) in in_force(&history) {
            projections.apply_public(&Fact { position, event });
        }
        for body in projections.bodies.values() {
            let Some(standing) = body.current() else { continue };
            let own = &projections.frameworks[&standing.framework].framework;
            let ratings = projections::ratings(body, standing, own);
            let rows = projections::what_if(body, standing, own, &asked, Seen::Publications);
            for (row, is) in rows.iter().zip(&ratings) {
                assert_eq!(row.what_if_rating, is.rating, "seed {seed}: {row:?}");
                compared += u64::from(is.rating.is_some());
            }
        }
    }
    assert!(compared >= 100, "{compared}");
}

#[test]
fn a_change_is_written_as_it_is_read() {
    for text in [
        "rounding=floor",
        "rounding=half_up",
        "rounding=ceiling",
        "bands=25-38,39-62,63-87,88-100",
        "limiter=inadequate:3",
        "limiter=requires_improvement:1",
        "limiter=good:2",
        "required_categories=processes,people-experience",
    ] {
        assert_eq!(text.parse::<Change>().unwrap().to_string(), text);
    }
    let asked = changes(&["limiter=good:1", "required_categories=processes", "rounding=floor"]);
    let asked = WhatIf::new(Some(shipped("la-2023")), asked).unwrap();
    let text = "framework=la-2023 rounding=floor limiter=good:1 required_categories=processes";
    assert_eq!(asked.to_string(), text);
}

#[test]
fn a_framework_that_is_not_as_shipped_is_told_by_its_content() {
    let mut mine = shipped("la-2023");
    mine.scoring.limiters.value =
        vec![assessment::framework::Limiter::new(Rating::Good, 1.try_into().unwrap()).unwrap()];
    let digest = mine.scoring_digest();
    let asked = WhatIf::new(Some(mine), vec![]).unwrap();
    assert_eq!(asked.to_string(), format!("framework=la-2023:{}", &digest[..12]));
}

#[test]
fn nothing_and_the_same_rule_twice_are_no_other_rules() {
    assert_eq!(WhatIf::new(None, vec![]), Err(InvalidWhatIf::Nothing));
    for (set, message) in [
        (["rounding=floor", "rounding=ceiling"], "rounding is changed twice"),
        (["limiter=good:1", "limiter=good:1"], "`limiter=good:1` is given twice"),
    ] {
        let error = WhatIf::new(None, changes(&set)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    assert!(WhatIf::new(None, changes(&["limiter=good:1", "limiter=good:2"])).is_ok());
}

#[test]
fn a_text_that_is_no_change_is_refused_with_what_would_be_one() {
    let long = "x".repeat(100_000);
    for (text, said) in [
        ("", "no rule and value, such as rounding=floor"),
        ("rounding", "no rule and value, such as rounding=floor"),
        ("colour=red", "no such rule; there are rounding=floor"),
        ("rounding=", "rounding: expected one of `ceiling`, `floor`, `half_up`"),
        ("rounding=Floor", "rounding: expected one of"),
        ("bands=", "bands: four runs of percentages are needed, worst first, and here are 1"),
        ("bands=25-38,39-62,64-87,88-100", "bands: no band holds 63"),
        ("bands=25-38,38-62,63-87,88-100", "bands: 38 also in another band"),
        ("bands=25-38,39-62,63-87,88-101", "bands: `101` is not a percentage"),
        ("bands=25-38,39-62,63-87,88-999", "bands: `999` is not a percentage"),
        ("bands=25-38,39-62,63-87,88", "bands: `88` is no run (39-62)"),
        ("bands=88-100,63-87,39-62,25-38", "bands: "),
        ("limiter=good", "limiter: `good` is no rating and score"),
        ("limiter=good:5", "limiter: `5` is not a score (1, 2, 3 or 4)"),
        ("limiter=good:x", "limiter: `x` is not a score (1, 2 or 3)"),
        ("limiter=good:4", "limiter: every score is 4 or less"),
        ("limiter=outstanding:1", "limiter: outstanding is no cap"),
        ("limiter=great:1", "limiter: expected one of `inadequate`"),
        ("required_categories=", "required_categories: `` is not "),
        ("required_categories=a,a", "required_categories: `a` a second time"),
        (&format!("required_categories={long}"), "required_categories: `xxxx"),
        (&format!("limiter={long}"), "limiter: `xxxx"),
        (&long, "no rule and value"),
    ] {
        let error = text.parse::<Change>().unwrap_err().to_string();
        assert!(error.starts_with(said), "{text}: {error}");
        assert!(error.len() < 400, "{error}");
    }
}

/// Guards against a refusal that takes a part of what was given for what would be right.
#[test]
fn a_word_with_a_comma_is_refused_like_any_other() {
    let refusal = |text: &str| text.parse::<Change>().unwrap_err().to_string();
    let other = refusal("rounding=up");
    assert!(other.starts_with("rounding: expected one of"), "{other}");
    for text in ["rounding=floor, up", "rounding=floor, expected up"] {
        assert_eq!(refusal(text), other);
    }
}
