//! Evidence: the fear is that something that arrived is turned away, that a body is asked for what
//! is held already, and that a judgement rests on what is about somebody else, was withdrawn, or
//! was erased.

use super::*;

const ASSESSMENT: &str = "X99000001-2024-a";

/// A request of the county for documents of its own, wanted before [`submit`] brings some.
pub fn request(further: Value) -> Command {
    let data = json!({
        "category": "processes", "due_on": "2024-03-01", "method": "documents",
        "organisation": COUNTY, "requested_on": "2024-02-12", "what": content(9),
    });
    command("request_evidence", data, further)
}

pub fn withdraw(further: Value) -> Command {
    let data = json!({
        "evidence": "X99000001-e1", "reason": "duplicate", "withdrawn_on": "2024-04-02",
    });
    command("withdraw_evidence", data, further)
}

pub fn erase(further: Value) -> Command {
    let data = json!({
        "authority": "p-030", "erased_on": "2024-04-03", "evidence": "X99000001-e1",
        "legal_basis": "erasure_request",
    });
    command("erase_evidence", data, further)
}

/// Two authorities and a system, before any area is known.
fn known() -> Given {
    given([adopt(framework("la-2023")), authority(COUNTY), authority(CITY), system(SYSTEM)])
}

fn in_area(given: Given, authority: &str) -> Given {
    let data = json!({"authority": authority, "from": "2022-07-01", "system": SYSTEM});
    given.and(command("add_area_member", data, json!({})))
}

/// What a request, once made, is answered by.
#[track_caller]
fn answer(given: &Given, further: Value) -> Option<String> {
    let recorded = given.clone().when(request(further)).recorded();
    recorded[0].1.get("answered_by").map(|id| id.as_str().expect("an id").to_owned())
}

#[test]
fn a_request_says_what_is_wanted_of_whom_and_by_when() {
    let requested = json!({
        "category": "processes", "due_on": "2024-03-01", "method": "documents", "of": COUNTY,
        "organisation": COUNTY, "request": "X99000001-q1", "requested_on": "2024-02-12",
        "statements": [], "what": content(9),
    });
    let known =
        known().when(request(json!({}))).then([event("evidence_requested", requested.clone())]);
    // To ask again is another fact.
    let of_the_city = json!({
        "due_on": "2027-01", "of": CITY, "statements": ["safeguarding", "safeguarding"],
    });
    let recorded = known.when(request(of_the_city)).recorded();
    assert_eq!(recorded[0].1["request"], "X99000001-q2");
    assert_eq!(recorded[0].1["of"], CITY);
    assert_eq!(recorded[0].1["statements"], json!(["safeguarding"]));
}

#[test]
fn a_request_is_about_what_is_known_and_due_after_it_is_made() {
    let known = known();
    let refused = |further: Value, code: &str| known.clone().when(request(further)).refused(code);
    refused(json!({"organisation": "X99000006"}), "organisation_unknown");
    refused(json!({"of": "X99000006"}), "organisation_unknown");
    refused(json!({"category": "rumours"}), "category_unknown");
    refused(json!({"statements": ["safeguarding", "learning-culture"]}), "statement_not_in_use");
    refused(json!({"due_on": "2024-02-11"}), "due_before_request");
    refused(json!({"due_on": "2027", "requested_on": "2026-05-18"}), "date_in_future");
    for due_on in ["2024-02-12", "2024-02", "2024"] {
        known.clone().and(request(json!({"due_on": due_on})));
    }
    // A category that only another framework of the regulator uses.
    known.clone().and(request(json!({"category": "outcomes"})));
}

#[test]
fn nobody_is_asked_for_what_is_held_already() {
    let known = known().and(submit(json!({})));
    assert_eq!(answer(&known, json!({})).as_deref(), Some("X99000001-e1"));
    for other in [
        json!({"category": "partner-feedback"}),
        json!({"method": "data"}),
        json!({"organisation": CITY}),
        json!({"collected_since": "2024-03-02"}),
    ] {
        assert_eq!(answer(&known, other.clone()), None, "{other}");
    }
    // It is about whom it is asked of, though made for another.
    let for_the_city = json!({"of": COUNTY, "organisation": CITY});
    assert_eq!(answer(&known, for_the_city).as_deref(), Some("X99000001-e1"));
    let since = json!({"collected_since": "2024-03"});
    assert_eq!(answer(&known, since).as_deref(), Some("X99000001-e1"));
    let withdrawn = known.clone().and(withdraw(json!({})));
    assert_eq!(answer(&withdrawn, json!({})), None);
    assert_eq!(answer(&known.and(erase(json!({}))), json!({})), None);
}

/// Of a month it is not known that it is after a day within it.
#[test]
fn what_may_have_been_collected_too_early_answers_nothing() {
    let known = known().and(submit(json!({"collected_on": "2024-02"})));
    assert_eq!(answer(&known, json!({"collected_since": "2024-02-02"})), None);
    for since in ["2024-02-01", "2024-02", "2024"] {
        assert!(answer(&known, json!({"collected_since": since})).is_some(), "{since}");
    }
}

#[test]
fn a_request_is_answered_only_by_what_bears_on_all_its_statements() {
    let both = json!({"statements": ["safeguarding", "assessing-needs"]});
    let one = submit(json!({"content": content(2), "statements": ["safeguarding"]}));
    let known = known().and(one);
    assert_eq!(answer(&known, json!({})).as_deref(), Some("X99000001-e1"));
    let on_one = json!({"statements": ["safeguarding"]});
    assert_eq!(answer(&known, on_one).as_deref(), Some("X99000001-e1"));
    assert_eq!(answer(&known, both.clone()), None);
    // What names no statement bears on any.
    let known = known.and(submit(json!({})));
    assert_eq!(answer(&known, both).as_deref(), Some("X99000001-e2"));
}

#[test]
fn the_newest_answers_also_when_it_was_entered_for_another_body() {
    let on = |code: &str, number: u8, on: &str| {
        let further = json!({
            "collected_on": on, "content": content(number), "organisations": [code, COUNTY],
        });
        submit(further)
    };
    let known = known().and(on(COUNTY, 1, "2024-02-20")).and(on(CITY, 2, "2024-02-21")).and(on(
        COUNTY,
        3,
        "2024-02-19",
    ));
    assert_eq!(answer(&known, json!({})).as_deref(), Some("X99000002-e1"));
    // Of two that were collected on the same day, the one with the higher number.
    let known = known.and(on(COUNTY, 4, "2024-02-21"));
    assert_eq!(answer(&known, json!({})).as_deref(), Some("X99000001-e3"));
}

#[test]
fn what_arrives_is_recorded_for_everybody_that_it_is_about() {
    let submitted = json!({
        "category": "people-experience", "collected_on": "2024-02", "content": content(1),
        "evidence": "X99000001-e1", "method": "focus_group",
        "organisations": [COUNTY, SYSTEM], "origin": "collected", "received_on": "2024-03-04",
        "sensitive": true, "setting": "both", "source": "unpaid_carers",
        "statements": ["safeguarding"],
    });
    let attributed = json!({
        "evidence": "X99000001-e1", "organisation": SYSTEM, "received_on": "2024-03-04",
    });
    let focus_group = |sensitive: bool| {
        submit(json!({
            "category": "people-experience", "collected_on": "2024-02", "method": "focus_group",
            "organisations": [COUNTY, SYSTEM, COUNTY, SYSTEM], "origin": "collected",
            "sensitive": sensitive, "setting": "both", "source": "unpaid_carers",
            "statements": ["safeguarding", "safeguarding"],
        }))
    };
    let known = known()
        .when(focus_group(true))
        .then([event("evidence_submitted", submitted), event("evidence_attributed", attributed)]);
    let known = known.when(focus_group(true)).quiet();
    // The same file, of which something else is said, is another fact.
    let recorded = known.clone().when(focus_group(false)).recorded();
    assert_eq!(recorded[0].1["evidence"], "X99000001-e2");
    // Another text of the same kind is another piece; each body counts its own.
    let recorded = known.clone().when(submit(json!({"content": content(2)}))).recorded();
    assert_eq!(recorded[0].1["evidence"], "X99000001-e2");
    let recorded = known.when(submit(json!({"organisations": [SYSTEM]}))).recorded();
    assert_eq!(recorded[0].1["evidence"], "X99000003-e1");
}

#[test]
fn evidence_is_about_somebody_known_and_has_come() {
    let known = known();
    let refused = |further: Value, code: &str| known.clone().when(submit(further)).refused(code);
    refused(json!({"organisations": []}), "organisation_not_named");
    refused(json!({"content": empty()}), "evidence_empty");
    refused(json!({"organisations": [COUNTY, "X99000006"]}), "organisation_unknown");
    refused(json!({"category": "rumours"}), "category_unknown");
    refused(json!({"statements": ["learning-culture"]}), "statement_not_in_use");
    refused(json!({"collected_on": "2026-05-18", "received_on": "2026"}), "date_in_future");
    refused(json!({"received_on": "2026-06"}), "date_in_future");
    refused(json!({"received_on": "2024-02-29"}), "out_of_order");
    let coarse = json!({"collected_on": "2024-03-31", "received_on": "2024-03"});
    known.clone().and(submit(coarse));
    // What a framework does not use is recorded all the same.
    known.clone().and(submit(json!({"category": "observation"})));
}

#[test]
fn what_was_asked_for_is_recorded_also_when_it_comes_late() {
    let known = known().and(request(json!({})));
    let answering = |received_on: &str| {
        let further = json!({
            "collected_on": "2024-02-20", "received_on": received_on, "request": "X99000001-q1",
        });
        known.clone().when(submit(further)).recorded()
    };
    assert_eq!(answering("2024-03-02")[0].1["late"], true);
    // The day by which it was wanted is in time, and a month in which that day lies may be.
    for in_time in ["2024-03-01", "2024-03"] {
        assert!(answering(in_time)[0].1.get("late").is_none(), "{in_time}");
    }
    // Nothing is late that nobody asked for.
    let recorded = known.clone().when(submit(json!({"origin": "requested"}))).recorded();
    assert!(recorded[0].1.get("late").is_none());
}

#[test]
fn an_answer_is_about_whom_the_request_was_for_or_of() {
    let known = known().and(request(json!({"of": CITY})));
    let answering = |further: Value| {
        let mut members = further.as_object().cloned().expect("an object");
        members.entry("request").or_insert(json!("X99000001-q1"));
        submit(Value::Object(members))
    };
    for organisations in [json!([COUNTY]), json!([CITY]), json!([SYSTEM, CITY])] {
        known.clone().and(answering(json!({"organisations": organisations})));
    }
    let of_another = answering(json!({"organisations": [SYSTEM]}));
    known.clone().when(of_another).refused("request_of_another_body");
    let unknown = answering(json!({"request": "X99000001-q2"}));
    known.clone().when(unknown).refused("request_unknown");
    let before = answering(json!({"collected_on": "2024-02-11", "received_on": "2024-02-11"}));
    known.when(before).refused("out_of_order");
}

#[test]
fn an_assessment_uses_evidence_once_and_knows_what_it_is() {
    let used = json!({
        "assessment": ASSESSMENT, "category": "processes", "collected_on": "2024-03-01",
        "evidence": "X99000001-e1", "method": "documents", "sensitive": true,
        "statements": ["safeguarding"], "used_on": "2024-03-05",
    });
    let known = known()
        .and(open(json!({})))
        .and(submit(json!({"sensitive": true, "statements": ["safeguarding"]})))
        .when(take(json!({})))
        .then([event("evidence_used", used)]);
    let known = known.when(take(json!({"used_on": "2024-03-06"}))).quiet();
    let known = known.and(submit(json!({"content": content(2)})));
    let both = json!({"evidence": ["X99000001-e1", "X99000001-e2", "X99000001-e2"]});
    let recorded = known.clone().when(take(both.clone())).recorded();
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0].1["evidence"], "X99000001-e2");
    known.and(take(both.clone())).when(take(both)).quiet();
}

#[test]
fn only_what_may_be_relied_on_is_used() {
    let known = known().and(open(json!({}))).and(submit(json!({})));
    let refused = |further: Value, code: &str| known.clone().when(take(further)).refused(code);
    refused(json!({"evidence": []}), "nothing_to_use");
    refused(json!({"evidence": ["X99000001-e1", "X99000001-e2"]}), "evidence_unknown");
    refused(json!({"assessment": "X99000001-2024-b"}), "assessment_unknown");
    refused(json!({"used_on": "2026-05-18"}), "date_in_future");
    refused(json!({"used_on": "2024-03-03"}), "out_of_order");
    refused(json!({"used_on": "2024-01"}), "out_of_order");
    known.clone().and(withdraw(json!({}))).when(take(json!({}))).refused("evidence_withdrawn");
    known.clone().and(erase(json!({}))).when(take(json!({}))).refused("evidence_erased");
    // What was held before the assessment began is used from its opening on.
    let held = json!({"collected_on": "2023", "content": content(2), "received_on": "2023-12"});
    let early = |used_on: &str| take(json!({"evidence": ["X99000001-e2"], "used_on": used_on}));
    let held = known.clone().and(submit(held));
    held.clone().when(early("2024-01-31")).refused("out_of_order");
    held.and(early("2024-02-01"));
    // What was withdrawn is not taken into use again either.
    let used = known.clone().and(take(json!({})));
    used.and(withdraw(json!({}))).when(take(json!({}))).refused("evidence_withdrawn");
}

/// A published assessment is reviewed, which needs evidence.
#[test]
fn a_published_assessment_goes_on_using_evidence() {
    let known = given([import(json!({}))]).and(submit(json!({})));
    known.when(take(json!({}))).recorded();
}

#[test]
fn a_system_and_the_authorities_of_its_area_use_the_same_evidence() {
    let known = known()
        .and(adopt(framework("ics-2023")))
        .and(open(json!({})))
        .and(open(json!({"framework": "ics-2023", "organisation": SYSTEM})))
        .and(submit(json!({})))
        .and(submit(json!({"organisations": [SYSTEM]})))
        .and(submit(json!({"organisations": [CITY]})));
    let in_the_system =
        |id: &str| take(json!({"assessment": "X99000003-2024-a", "evidence": [id]}));
    let in_the_county = |id: &str| take(json!({"evidence": [id]}));
    known.clone().and(in_the_system("X99000003-e1"));
    known.clone().when(in_the_system("X99000001-e1")).refused("evidence_of_another_body");
    known.clone().when(in_the_county("X99000003-e1")).refused("evidence_of_another_body");
    let known = in_area(in_area(known, COUNTY), CITY);
    // Whoever has left the area may still have been in it at the time of the evidence.
    let leave = json!({"authority": COUNTY, "system": SYSTEM, "to": "2024-03-31"});
    let known = known.and(command("end_area_member", leave, json!({})));
    known.clone().and(in_the_system("X99000001-e1")).and(in_the_system("X99000002-e1"));
    known.clone().and(in_the_county("X99000003-e1"));
    // Neighbours in one area are not assessed on each other's evidence.
    known.clone().when(in_the_county("X99000002-e1")).refused("evidence_of_another_body");
    let shared = submit(json!({"content": content(2), "organisations": [CITY, COUNTY]}));
    known.clone().and(shared).and(in_the_county("X99000002-e2"));
    // One that is about the system too, though it was entered for a neighbour.
    let shared = submit(json!({"content": content(2), "organisations": [CITY, SYSTEM]}));
    known.and(shared).and(in_the_county("X99000002-e2"));
}

/// A decision is made on a part of the state: what a use needs to know must be named in advance.
#[test]
fn a_use_asks_for_everybody_whom_the_evidence_is_about() {
    let known = known().and(submit(json!({"organisations": [CITY, SYSTEM]})));
    let needed = take(json!({"evidence": ["X99000002-e1"]})).organisations(&known.state);
    for code in [COUNTY, CITY, SYSTEM] {
        assert!(needed.contains(&code.parse().expect("a code")), "{code}");
    }
}

#[test]
fn evidence_is_withdrawn_once() {
    let withdrawn = json!({
        "evidence": "X99000001-e1", "reason": "consent_withdrawn", "text": content(4),
        "withdrawn_on": "2024-04-02",
    });
    let taken_back = || withdraw(json!({"reason": "consent_withdrawn", "text": content(4)}));
    let known = known().and(submit(json!({})));
    let known = known.when(taken_back()).then([event("evidence_withdrawn", withdrawn)]);
    let known = known.when(taken_back()).quiet();
    known.clone().when(withdraw(json!({}))).refused("evidence_withdrawn");
    known.and(erase(json!({})));
}

#[test]
fn evidence_is_withdrawn_after_it_came() {
    let known = known().and(submit(json!({})));
    let refused = |further: Value, code: &str| known.clone().when(withdraw(further)).refused(code);
    refused(json!({"evidence": "X99000001-e2"}), "evidence_unknown");
    refused(json!({"withdrawn_on": "2024-03-03"}), "out_of_order");
    refused(json!({"withdrawn_on": "2026-05-18"}), "date_in_future");
    // What was erased may still be told to be wrong.
    known.clone().and(erase(json!({}))).and(withdraw(json!({})));
}

#[test]
fn an_erasure_names_the_sealed_file_and_happens_once() {
    let erased = json!({
        "authority": "p-030", "erased_on": "2024-04-03", "evidence": "X99000001-e1",
        "legal_basis": "erasure_request", "sealed": content(1)["sealed"],
    });
    let known = known().and(submit(json!({})));
    let known = known.when(erase(json!({}))).then([event("evidence_erased", erased)]);
    let known = known.when(erase(json!({}))).quiet();
    // The key is gone, whoever else orders it.
    let known = known.when(erase(json!({"legal_basis": "court_order"}))).quiet();
    known.when(submit(json!({}))).quiet();
}

#[test]
fn an_erasure_is_of_what_came() {
    let known = known().and(submit(json!({})));
    let refused = |further: Value, code: &str| known.clone().when(erase(further)).refused(code);
    refused(json!({"evidence": "X99000001-e2"}), "evidence_unknown");
    refused(json!({"erased_on": "2024-03-03"}), "out_of_order");
    refused(json!({"erased_on": "2026-05-18"}), "date_in_future");
}
