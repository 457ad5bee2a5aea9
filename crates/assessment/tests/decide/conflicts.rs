//! Two sources that state different values. The fears: a disagreement is settled in silence; a
//! value is said to be used that the ledger does not use; two dates that can both be right are
//! called a conflict.

use super::step_cases::*;
use super::*;

/// The import that scores 2 for the first statement, Good with 64 %, on the 17th of May 2024.
const KNOWN: &str = "X99000001-2024-a";

fn disagree(further: Value) -> Command {
    let data = json!({
        "a": {"source": "the report", "value": {"score": 2}}, "assessment": KNOWN,
        "b": {"source": "the press release", "value": {"score": 3}},
        "field": {"statement": "assessing-needs"}, "noted_on": "2024-09-02",
    });
    command("record_conflict", data, further)
}

fn between(field: Value, a: Value, b: Value) -> Command {
    disagree(json!({
        "a": {"source": "the report", "value": a}, "b": {"source": "a newspaper", "value": b},
        "field": field,
    }))
}

fn using(side: &str, command: Command) -> Command {
    let mut data = command.encode();
    data["used"] = json!({"reason": "in_report", "value": side});
    Command::decode("record_conflict", &data.to_string()).expect("a command")
}

fn known() -> Given {
    given([import(json!({}))])
}

impl When {
    /// One record came of it: what is quiet is no record.
    #[track_caller]
    pub fn recorded_once(self) {
        assert_eq!(self.recorded().len(), 1);
    }
}

/// A refusal each, after what must have happened before it.
pub fn cases() -> Vec<When> {
    let opened = given([adopt(framework("la-2023")), authority(COUNTY), open(json!({}))]);
    let elsewhere = json!({"statement": "learning-culture"});
    vec![
        opened.when(disagree(json!({}))),
        known().when(between(json!("overall_rating"), json!({"score": 3}), json!("not_stated"))),
        known().when(between(
            json!("overall_score"),
            json!({"percent": 64}),
            json!({"percent": 64}),
        )),
        known().when(using("b", disagree(json!({})))),
        known().when(disagree(json!({"field": elsewhere}))),
    ]
}

/// The command, with every member and kind of value that it can have.
pub fn commands() -> Vec<Command> {
    let about = |command: Command| {
        let mut data = command.encode();
        data["assessment"] = json!("X99000010-2024-a");
        Command::decode("record_conflict", &data.to_string()).expect("a command")
    };
    let rating = between(json!("overall_rating"), json!({"rating": "good"}), json!("not_stated"));
    let percent = between(json!("overall_score"), json!({"percent": 62}), json!({"percent": 64}));
    let date =
        between(json!("publication_date"), json!({"date": "2024-05"}), json!({"date": "2024-06"}));
    vec![
        import(json!({"organisation": "X99000010"})),
        about(using("a", disagree(json!({})))),
        about(using("a", rating)),
        about(using("b", percent)),
        about(date),
    ]
}

#[test]
fn a_conflict_stands_open_until_a_value_is_used() {
    let open = event("conflict_recorded", disagree(json!({})).encode());
    let known = known().when(disagree(json!({}))).then([open]);
    let known = known.when(disagree(json!({}))).quiet();
    // Noted again on another day, it is the same one.
    let known = known.when(disagree(json!({"noted_on": "2024-09-03"}))).quiet();
    let held = |known: &Given| {
        let conflicts = known.state.assessments[&KNOWN.parse().expect("an id")].conflicts.clone();
        assert_eq!(conflicts.len(), 1);
        conflicts.into_values().next().expect("one").is_unresolved()
    };
    assert!(held(&known));
    let settled = using("a", disagree(json!({"noted_on": "2024-10-01"})));
    let recorded = settled.encode();
    assert_eq!(recorded["used"], json!({"reason": "in_report", "value": "a"}));
    let known = known.when(settled).then([event("conflict_recorded", recorded)]);
    assert!(!held(&known));
    // A further source opens it again.
    let third = json!({"b": {"source": "a newspaper", "value": {"score": 4}}});
    assert!(held(&known.and(disagree(third))));
}

#[test]
fn a_conflict_is_about_something_that_is_published() {
    let opened = given([adopt(framework("la-2023")), authority(COUNTY), open(json!({}))]);
    opened.when(disagree(json!({}))).refused("not_published");
    let other = json!({"assessment": "X99000001-2024-b"});
    known().when(disagree(other)).refused("assessment_unknown");
    let elsewhere = json!({"field": {"statement": "learning-culture"}});
    known().when(disagree(elsewhere)).refused("field_unknown");
    known().when(disagree(json!({"noted_on": "2024-05-16"}))).refused("out_of_order");
    known().when(disagree(json!({"noted_on": "2026-05-18"}))).refused("date_in_future");
}

#[test]
fn each_field_has_values_of_its_own_kind() {
    let values = [
        json!({"score": 3}),
        json!({"rating": "good"}),
        json!({"percent": 70}),
        json!({"date": "2024-07-01"}),
    ];
    let fields = [
        json!({"statement": "safeguarding"}),
        json!("overall_rating"),
        json!("overall_score"),
        json!("publication_date"),
    ];
    for (at, field) in fields.iter().enumerate() {
        for (other, value) in values.iter().enumerate() {
            let one = between(field.clone(), value.clone(), json!("not_stated"));
            let two = between(field.clone(), json!("not_stated"), value.clone());
            if at == other {
                known().when(one).recorded_once();
                known().when(two).recorded_once();
            } else {
                known().when(one).refused("value_of_another_field");
                known().when(two).refused("value_of_another_field");
            }
        }
    }
    let nothing = between(fields[0].clone(), json!("not_stated"), json!("not_stated"));
    known().when(nothing).refused("no_conflict");
    let same = between(fields[0].clone(), json!({"score": 3}), json!({"score": 3}));
    known().when(same).refused("no_conflict");
}

#[test]
fn a_month_and_a_day_in_it_can_both_be_right() {
    let dates = |one: &str, other: &str| {
        between(json!("publication_date"), json!({"date": one}), json!({"date": other}))
    };
    known().when(dates("2024-05", "2024-05-17")).refused("no_conflict");
    known().when(dates("2024-05-17", "2024")).refused("no_conflict");
    known().when(dates("2024-05-17", "2024-06")).recorded_once();
    // The ledger has the day: the month that holds it is no other value, the next day is.
    known().when(using("a", dates("2024-05", "2024-06"))).recorded_once();
    known().when(using("a", dates("2024-05-18", "2024-06"))).refused("value_not_used");
    // It has only the month: any day of it will do.
    let month = given([import(json!({"date": null}))]);
    month.clone().when(using("a", dates("2024-05-18", "2024-06"))).recorded_once();
    month.when(using("b", dates("2024-05-18", "2024-06"))).refused("value_not_used");
}

#[test]
fn what_is_used_is_what_the_ledger_has() {
    let refused = |command: Command| {
        let refusal = known().when(using("b", command.clone())).refused("value_not_used");
        known().when(using("a", command)).recorded_once();
        refusal.to_string()
    };
    let field = json!({"statement": "assessing-needs"});
    assert_eq!(
        refused(between(field.clone(), json!({"score": 2}), json!({"score": 3}))),
        "3 is said to be used, and the ledger has 2"
    );
    refused(between(json!("overall_rating"), json!({"rating": "good"}), json!("not_stated")));
    refused(between(json!("overall_score"), json!({"percent": 64}), json!({"percent": 65})));
    // Nothing contradicts a value of which the ledger has none.
    let bare = given([import(json!({"partial": true, "score": null, "scores": null}))]);
    let percent = between(json!("overall_score"), json!({"percent": 64}), json!("not_stated"));
    bare.clone().when(using("a", percent.clone())).recorded_once();
    bare.clone().when(using("b", percent)).recorded_once();
    let score = between(field, json!({"score": 4}), json!({"score": 3}));
    bare.when(using("a", score)).recorded_once();
}

#[test]
fn what_is_published_here_is_what_the_ledger_has() {
    let published = shared().and(publish(json!({})));
    let about = |command: Command, side: &str| {
        let mut data = using(side, command).encode();
        data["assessment"] = json!(ONE);
        data["noted_on"] = json!("2026-05-13");
        published.clone().when(Command::decode("record_conflict", &data.to_string()).expect("one"))
    };
    for (field, right, wrong) in [
        (json!({"statement": "safeguarding"}), json!({"score": 3}), json!({"score": 2})),
        (json!("overall_rating"), json!({"rating": "good"}), json!({"rating": "inadequate"})),
        (json!("overall_score"), json!({"percent": 75}), json!({"percent": 76})),
        (json!("publication_date"), json!({"date": "2026-05-12"}), json!({"date": "2026-05-11"})),
    ] {
        let conflict = between(field, right, wrong);
        about(conflict.clone(), "a").recorded_once();
        about(conflict, "b").refused("value_not_used");
    }
}

/// The conflicts that were found between published sources.
fn what_was_found() -> [Value; 4] {
    let league = "alxtrnr league table, scraped from the CQC report 2025-10-03";
    [
        json!({
            "a": {
                "source": "cqc.org.uk windsormaidenhead-1124-summary (report; overall 62 = 22/36 \
                           agrees with 3)",
                "value": {"score": 3},
            },
            "assessment": "E06000040-2024-a",
            "b": {"source": "cqc.org.uk press release", "value": {"score": 2}},
            "field": {"statement": "learning-improvement-and-innovation"},
            "used": {"reason": "figures_agree", "value": "a"},
        }),
        json!({
            "a": {"source": league, "value": {"score": 2}}, "assessment": "E06000007-2025-a",
            "b": {
                "source": "londonhomecare.net copy of CQC press release 2025-05-22",
                "value": {"score": 3},
            },
            "field": {"statement": "care-provision-integration-and-continuity"},
        }),
        json!({
            "a": {"source": "cqc.org.uk press release", "value": {"rating": "good"}},
            "assessment": "E06000047-2024-a",
            "b": {"source": "alxtrnr league table", "value": "not_stated"},
            "field": "overall_rating", "used": {"reason": "copy_wrong", "value": "a"},
        }),
        json!({
            "a": {
                "source": "opencouncil.network/meetings/73647", "value": {"date": "2025-05-16"},
            },
            "assessment": "E10000016-2025-a",
            "b": {
                "source": "londonhomecare.net copy of CQC press release",
                "value": {"date": "2025-05-23"},
            },
            "field": "publication_date", "used": {"reason": "in_report", "value": "a"},
        }),
    ]
}

/// What two sources say of four authorities, as it was found, and what was made of it.
#[test]
fn the_conflicts_that_were_found_can_be_said() {
    let taken_in = |code: &str, name: &str, rating: &str, scores: [u8; 9], further: Value| {
        let mut data = json!({
            "date": null, "name": name, "organisation": code, "rating": rating, "score": null,
            "scores": scores,
        });
        data.as_object_mut().expect("one").extend(further.as_object().expect("one").clone());
        import(data)
    };
    let poor = "requires_improvement";
    let (windsor, warrington) = ([3, 3, 2, 2, 2, 3, 2, 2, 3], [2, 3, 2, 2, 3, 2, 1, 2, 2]);
    let (durham, kent) = ([2, 3, 2, 3, 3, 3, 2, 3, 3], [2, 2, 3, 2, 2, 2, 2, 2, 3]);
    let of_windsor = json!({"date": "2024-11-08", "month": "2024-11", "score": 62});
    let of_kent = json!({"date": "2025-05-16", "month": "2025-05"});
    let known = given([
        taken_in("E06000040", "Windsor and Maidenhead", poor, windsor, of_windsor),
        taken_in("E06000007", "Warrington", poor, warrington, json!({"month": "2025-05"})),
        taken_in("E06000047", "County Durham", "good", durham, json!({"month": "2024-08"})),
        taken_in("E10000016", "Kent", poor, kent, of_kent),
    ]);
    let rows = what_was_found();
    let known = rows.into_iter().fold(known, |known, mut row| {
        row["noted_on"] = json!("2025-11-03");
        let used = row["used"].clone();
        let recorded = known.clone().when(disagree(row.clone())).recorded();
        assert_eq!((recorded.len(), recorded[0].0), (1, "conflict_recorded"));
        assert_eq!(recorded[0].1.get("used"), Some(&used).filter(|used| !used.is_null()));
        // The other side of it is not what the ledger uses.
        row["used"] = json!({"reason": "later", "value": "b"});
        known.clone().when(disagree(row.clone())).refused("value_not_used");
        row["used"] = used;
        known.and(disagree(row))
    });
    let open = known.state.assessments.iter().filter(|(_, assessment)| {
        assessment.conflicts.values().any(|conflict| conflict.is_unresolved())
    });
    let open: Vec<String> = open.map(|(id, _)| id.to_string()).collect();
    assert_eq!(open, ["E06000007-2025-a"]);
}
