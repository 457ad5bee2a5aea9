//! What is recorded is read back as it was: a record outlives every program that wrote it.
//!
//! Guards against a member that is written and not read, a reader that lets a doubtful record
//! pass, and a record that RFC 8785 or another language would write differently.

use super::*;
use assessment::event::DecodeError;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Commands about bodies, frameworks, imports and scores; each in the state that those before it
/// made.
fn first_commands() -> Vec<Command> {
    let full = json!({
        "aliases": ["Q99", "99X"], "as_at": "2025", "code": SYSTEM, "fictional": true,
        "kind": "integrated_care_system", "name": "Möckshire \u{1F6A2}", "name_basis": "derived",
        "official_name": "NHS Mockshire Integrated Care Board", "region": "North East",
    });
    let amend = json!({
        "code": SYSTEM, "name": "Mockshire", "official_name": "Mockshire ICB", "reason": "renamed",
        "region": "North-East",
    });
    let merge = json!({"into": CITY, "old": ["X99000004"], "on": "2023-04-01"});
    let join = json!({
        "authority": COUNTY, "from": "2022-07", "source": "https://example.org/a?b=%22",
        "system": SYSTEM,
    });
    let leave = json!({"authority": COUNTY, "system": SYSTEM, "to": "2024"});
    let none = json!({});
    let accepted = json!({"accept_disagreement": "sources_differ", "score": 65});
    let correcting = json!({
        "assessment": "X99000001-2024-b", "by": "p-017", "category": "processes",
        "correction": true, "reviewed_on": "2024-05-01", "role": "specialist_advisor",
    });
    vec![
        adopt(framework("la-2023")),
        adopt(framework("ics-2023")),
        adopt(framework("la-2025")),
        authority(COUNTY),
        authority(CITY),
        authority("X99000004"),
        command("register_organisation", full, none.clone()),
        command("amend_organisation", amend, none.clone()),
        command("succeed_organisations", merge, none.clone()),
        command("add_area_member", join, none.clone()),
        command("end_area_member", leave, none),
        open(json!({})),
        import(accepted),
        import(json!({"partial": true, "replace": "as_published", "scores": null})),
        review(json!({"was": null})),
        review(json!({"was": 3})),
        review(correcting),
    ]
}

/// Commands about plans and evidence, in the state that the first made; among them each with
/// every member that it can have.
fn commands_on_evidence() -> Vec<Command> {
    let team = json!([
        {"person": "p-017", "role": "assessor"}, {"person": "p-018", "role": "specialist_advisor"},
    ]);
    let plan = json!({
        "information_return_on": "2025-03-03", "notice_on": "2025-02",
        "site_visit_on": "2025-04-07", "team": team,
    });
    let planned = json!({
        "information_return_on": "2025-03-10", "notice_on": "2025-02-17",
        "site_visit_on": "2025-05-06", "team": [team[1]],
    });
    let on_plans = |mut further: Value| {
        further["assessment"] = json!("X99000001-2025-a");
        further
    };
    let full_request = json!({
        "collected_since": "2023", "of": CITY, "statements": ["safeguarding", "assessing-needs"],
    });
    let full = json!({
        "collected_on": "2024-02-12", "organisations": [COUNTY, SYSTEM, CITY],
        "origin": "requested", "request": "X99000001-q1", "sensitive": true,
        "statements": ["safeguarding"],
    });
    vec![
        open(json!({"framework": "la-2025", "opened_on": "2025"})),
        plans::amend(on_plans(plan)),
        plans::cancel(on_plans(json!({"cancelled_on": "2025-06", "text": content(11)}))),
        open(planned_opening(planned)),
        evidence::request(full_request),
        submit(full),
        submit(json!({"content": content(2)})),
        evidence::request(json!({})),
        take(json!({"evidence": ["X99000001-e1", "X99000001-e2"]})),
        reviews::score(json!({
            "by": "p-017", "evidence": ["X99000001-e2"], "role": "assessor", "text": content(12),
        })),
        evidence::withdraw(json!({"text": content(13)})),
        evidence::erase(json!({})),
    ]
}

fn planned_opening(mut plan: Value) -> Value {
    plan["framework"] = json!("la-2025");
    plan["opened_on"] = json!("2025-02-03");
    plan
}

/// Commands about what comes after a publication, in the state that all before them made.
fn commands_after(mut commands: Vec<Command>) -> Vec<Command> {
    let recorded = [section_50::commands(), process_reviews::commands(), conflicts::commands()];
    commands.extend(recorded.into_iter().flatten());
    let withdrawing = json!({
        "by": "p-107", "publication": "X99000007-2026-a-p1", "reason": "ordered",
        "text": content(15), "withdrawn_on": "2026-05-13",
    });
    let reissuing = json!({
        "by": "p-107", "publication": "X99000007-2026-a-p1", "published_on": "2026-05-14",
        "reason": "after_withdrawal", "text": content(16),
    });
    commands.push(command("withdraw_publication", withdrawing, json!({})));
    commands.push(command("reissue_publication", reissuing, json!({})));
    commands.push(rejections::national(json!({
        "by": "p-107", "statement": "safeguarding", "text": content(17),
        "theme": "ensuring-safety",
    })));
    commands.extend(ledger_keys::commands());
    commands = samples::commands_after(commands);
    commands.push(finance::record(json!({})));
    let last = given(commands.clone()).events.len() - 1;
    let void = json!({
        "by": "p-106", "position": last, "reason": "wrong_entry", "struck_on": "2026-05-15",
        "text": content(14),
    });
    commands.push(command("strike_out", void, json!({})));
    commands
}

/// A command of every kind, with every member that it can have; each in the state that those
/// before it made, so that together they record an event of every kind.
pub fn every_command() -> Vec<Command> {
    commands_after([first_commands(), commands_on_evidence(), step_cases::commands()].concat())
}

/// The same, and what is a command all the same, though it would be refused there.
fn commands_to_read() -> Vec<Command> {
    let following = json!({
        "by": "p-017", "comment": "X99000001-2024-a-c1", "correction": true, "role": "assessor",
        "text": content(12), "was": 2,
    });
    [every_command(), vec![reviews::score(following)]].concat()
}

fn every_event() -> Vec<Event> {
    let opened = json!({"created": "2026-05-17T09:30:00.000Z", "format": 1, "origin": "a.org/b"});
    let late = json!({
        "category": "outcomes", "collected_on": "2024", "content": content(1),
        "evidence": "X99000001-e1", "late": true, "method": "provider_ratings",
        "organisations": [COUNTY, CITY], "origin": "requested", "received_on": "2024-03",
        "request": "X99000001-q1", "sensitive": true, "setting": "on_site",
        "source": "care_providers", "statements": ["safeguarding", "assessing-needs"],
    });
    let following = json!({
        "assessment": "X99000001-2024-a", "basis": "category", "by": "p-017",
        "category": "processes", "comment": "X99000001-2024-a-c1", "correction": true,
        "evidence": ["X99000001-e1", "X99000002-e12"], "evidence_on": "2024-03-01",
        "previous": 2, "reason": "new_evidence", "reviewed_on": "2024-06-03", "role": "assessor",
        "score": 3, "statement": "assessing-needs", "text": content(2),
    });
    let mut events = given(every_command()).events;
    events.extend(step_cases::events());
    events.push(event("ledger_opened", opened));
    events.push(event("evidence_submitted", late));
    events.push(event("score_reviewed", following));
    events
}

/// Every value in a text of JSON, with its path.
fn walk<'a>(value: &'a Value, path: String, visit: &mut dyn FnMut(&str, &'a Value)) {
    visit(&path, value);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| walk(value, format!("{path}.{name}"), visit));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, format!("{path}[]"), visit)),
        _ => {}
    }
}

/// The same object, with a member that nobody knows beside the others at each depth.
fn with_strangers(value: &Value) -> Vec<Value> {
    fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.push(at.clone());
                members
                    .iter()
                    .for_each(|(name, value)| pointers(value, format!("{at}/{name}"), found));
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, item)| pointers(item, format!("{at}/{index}"), found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    pointers(value, String::new(), &mut found);
    let stranger = |pointer: &String| {
        // The keys of a framework's sources are names of its own.
        let open = pointer.ends_with("/sources");
        let mut changed = value.clone();
        changed.pointer_mut(pointer)?.as_object_mut()?.insert("stranger".to_owned(), json!(1));
        (!open).then_some(changed)
    };
    found.iter().filter_map(stranger).collect()
}

#[test]
fn every_event_is_read_back() {
    let mut kinds = BTreeSet::new();
    for event in every_event() {
        let data = event.encode().to_string();
        let read = Event::decode(event.kind(), event.schema(), &data).expect("what was written");
        assert_eq!(read, event);
        kinds.insert(event.kind());
    }
    assert_eq!(kinds, Event::KINDS.iter().copied().collect(), "an event without an example");
}

#[test]
fn every_command_is_read_back() {
    let mut kinds = BTreeSet::new();
    for command in commands_to_read() {
        let data = command.encode().to_string();
        assert_eq!(Command::decode(command.kind(), &data).expect("what was written"), command);
        kinds.insert(command.kind());
    }
    assert_eq!(kinds, Command::KINDS.iter().copied().collect(), "a command without an example");
}

#[test]
fn unknown_members_are_refused_at_every_depth() {
    for event in every_event() {
        for data in with_strangers(&event.encode()) {
            let read = Event::decode(event.kind(), event.schema(), &data.to_string());
            assert!(read.is_err(), "{data}");
        }
    }
    for command in commands_to_read() {
        for data in with_strangers(&command.encode()) {
            assert!(Command::decode(command.kind(), &data.to_string()).is_err(), "{data}");
        }
    }
}

#[test]
fn a_member_given_twice_is_refused() {
    // The second stands first, so that the one that counts in most readers is the true one.
    let doubled = |data: &Value| -> Vec<String> {
        let members = data.as_object().expect("data are an object");
        let text = data.to_string();
        let again =
            |(name, value): (&String, &Value)| format!("{{\"{name}\":{value},{}", &text[1..]);
        members.iter().map(again).collect()
    };
    for event in every_event() {
        for data in doubled(&event.encode()) {
            assert!(Event::decode(event.kind(), event.schema(), &data).is_err(), "{data}");
        }
    }
    for command in commands_to_read() {
        for data in doubled(&command.encode()) {
            assert!(Command::decode(command.kind(), &data).is_err(), "{data}");
        }
    }
}

#[test]
fn no_event_holds_what_a_record_must_not() {
    for event in every_event() {
        let data = event.encode();
        let mut visit = |path: &str, value: &Value| match value {
            Value::Null => panic!("{path} is null"),
            Value::Number(number) => {
                let whole = number.as_i64().expect("whole numbers");
                assert!(whole.unsigned_abs() < 1 << 53, "{path}: {whole}");
            }
            Value::String(text) => {
                let control = |c: char| c.is_control() && c != '\n';
                assert!(!text.contains(control), "{path}: {text:?}");
            }
            Value::Object(members) => {
                for name in members.keys() {
                    let valid = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                    assert!(name.as_bytes()[0].is_ascii_lowercase() && name.bytes().all(valid));
                }
            }
            Value::Bool(_) | Value::Array(_) => {}
        };
        walk(&data, event.kind().to_owned(), &mut visit);
        assert!(data.to_string().len() < 60_000, "{} does not fit a record", event.kind());
    }
}

/// Whoever checks or copies sealed files asks the events for them: none may be left out.
#[test]
fn every_content_that_an_event_refers_to_is_listed() {
    for event in every_event() {
        let mut found = 0;
        walk(&event.encode(), String::new(), &mut |path, _| {
            found += usize::from(path.ends_with(".commitment"));
        });
        assert_eq!(event.contents().len(), found, "{}", event.kind());
    }
}

#[test]
fn kinds_are_what_happened_and_commands_what_to_do() {
    let past = ["opened", "adopted", "registered", "amended", "succeeded", "added", "ended"];
    let further = ["imported", "replaced", "reviewed", "cancelled", "requested", "submitted"];
    let on_evidence = ["attributed", "used", "withdrawn", "erased"];
    let steps = ["revised", "convened", "decided", "confirmed", "written", "shared", "extended"];
    let after = ["resolved", "made", "published", "reissued", "notified", "recorded", "struck"];
    let last = ["rotated", "committed", "seeded", "drawn", "scored", "judged"];
    let past = [&past[..], &further, &on_evidence, &steps, &after, &last].concat();
    let is_name = |kind: &str| {
        kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    for kind in Event::KINDS {
        let verb = kind.trim_end_matches("_out").rsplit('_').next().expect("a word");
        assert!(past.contains(&verb), "{kind}");
        assert!(is_name(kind), "{kind}");
    }
    let imperative =
        ["adopt", "register", "amend", "succeed", "add", "end", "open", "import", "review"];
    let on_evidence = ["cancel", "request", "submit", "use", "withdraw", "erase"];
    let steps = ["revise", "convene", "decide", "confirm", "write", "share", "extend"];
    let after = ["resolve", "make", "publish", "reissue", "notify", "record", "strike", "rotate"];
    let samples = ["commit", "seed", "draw", "score", "judge"];
    let imperative = [&imperative[..], &on_evidence, &steps, &after, &samples].concat();
    for kind in Command::KINDS {
        let verb = kind.split('_').next().expect("a word");
        assert!(imperative.contains(&verb), "{kind}");
    }
}

#[test]
fn a_kind_or_schema_of_a_later_version_is_told_from_damage() {
    let unknown = Event::decode("score_struck_out", 1, "{}").expect_err("not known");
    assert_eq!(
        unknown.to_string(),
        "kind `score_struck_out` in schema 1 is not known to this version"
    );
    let later = Event::decode("score_reviewed", 3, "{}").expect_err("not known");
    assert_eq!(later.to_string(), "kind `score_reviewed` in schema 3 is not known to this version");
    let later = Event::decode("evidence_used", 2, "{}").expect_err("not known");
    assert_eq!(later.to_string(), "kind `evidence_used` in schema 2 is not known to this version");
    for schema in [1, 2] {
        let damaged = Event::decode("score_reviewed", schema, "{}").expect_err("not whole");
        let start = "the data of a `score_reviewed` do not have its shape: missing field";
        assert!(damaged.to_string().starts_with(start), "{damaged}");
    }
    let unknown = Command::decode("set_score", "{}").expect_err("not known");
    assert_eq!(unknown.to_string(), "`set_score` is not a command");
}

/// The fixture is a record of the first schema, byte for byte: it must be read for ever.
#[test]
fn a_review_from_before_evidence_is_read_as_one_without() {
    let first = concat!(
        r#"{"assessment":"X99000001-2024-b","basis":"category","by":"p-017","#,
        r#""category":"processes","correction":true,"previous":3,"reason":"ongoing_review","#,
        r#""reviewed_on":"2024-05-01","role":"specialist_advisor","score":3,"#,
        r#""statement":"assessing-needs"}"#,
    );
    let read = Event::decode("score_reviewed", 1, first).expect("an old record");
    assert_eq!(read.schema(), 2);
    assert_eq!(read.encode().to_string(), first);
    assert!(read.contents().is_empty());
    let shortest = concat!(
        r#"{"assessment":"X99000001-2024-b","basis":"statement","by":"p-1","reason":"assessment","#,
        r#""reviewed_on":"2024","role":"assessor","score":1,"statement":"safeguarding"}"#,
    );
    let read = Event::decode("score_reviewed", 1, shortest).expect("an old record");
    assert_eq!(read.encode().to_string(), shortest);
    // What the first schema did not have, it does not have now.
    for later in [
        ("comment", json!("X99000001-2024-b-c1")),
        ("evidence", json!(["X99000001-e1"])),
        ("evidence_on", json!("2024")),
        ("text", content(1)),
    ] {
        let mut data: Value = serde_json::from_str(first).expect("JSON");
        data[later.0] = later.1;
        let read = Event::decode("score_reviewed", 1, &data.to_string());
        assert!(matches!(read, Err(DecodeError::Malformed { .. })), "{}", later.0);
        Event::decode("score_reviewed", 2, &data.to_string()).expect("the second schema has it");
    }
}

/// The same of a framework that was adopted before reasons were kept, and of one that was adopted
/// before there were samples: the fixture is the data of a record of the second schema.
#[test]
fn an_adoption_of_an_older_schema_is_read_as_it_is() {
    let text = include_str!("data/framework_adopted-2.json").trim_end();
    let read = Event::decode("framework_adopted", 2, text).expect("an old record");
    assert_eq!((read.schema(), read.encode().to_string()), (3, text.to_owned()));
    let mut data: Value = serde_json::from_str(text).expect("JSON");
    let malformed = |schema, data: &Value| {
        let read = Event::decode("framework_adopted", schema, &data.to_string());
        assert!(matches!(read, Err(DecodeError::Malformed { .. })), "schema {schema}");
    };
    malformed(1, &data);
    data["because"] = json!("2026-a");
    malformed(2, &data);
    Event::decode("framework_adopted", 3, &data.to_string()).expect("the third schema has it");
    let members = data.as_object_mut().expect("an object");
    members.retain(|name, _| !["because", "reason", "text"].contains(&name.as_str()));
    let read = Event::decode("framework_adopted", 1, &data.to_string()).expect("an old record");
    assert_eq!((read.schema(), read.encode()), (3, data));
}

#[test]
fn every_command_has_a_schema_that_names_its_members() {
    let schemas = Command::schemas();
    let kinds: Vec<&str> = schemas.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, Command::KINDS);
    for command in commands_to_read() {
        let (_, schema) = schemas.iter().find(|(kind, _)| *kind == command.kind()).expect("one");
        let schema = serde_json::to_value(schema).expect("a schema is JSON");
        for name in command.encode().as_object().expect("an object").keys() {
            let known = schema["properties"].get(name);
            assert!(known.is_some(), "{}: {name}", command.kind());
        }
    }
}

/// A decided event, once it has happened, is not decided again: the same command is quiet or
/// refused, but for what is a fact each time that it is done.
#[test]
fn what_has_happened_is_not_decided_again() {
    let mut known = given([]);
    for command in every_command() {
        known = known.and(command.clone());
        let again = known.clone().when(command.clone());
        match &command {
            Command::ReviewScore(_)
            | Command::RequestEvidence(_)
            | Command::PublishNationalReport(_)
            | Command::CommitSample(_) => {
                assert!(again.outcome.is_ok_and(|events| events.len() == 1), "{command:?}");
            }
            Command::ConvenePanel(_) | Command::SubmitComment(_) | Command::ShareDraft(_) => {
                assert!(again.outcome.is_ok(), "{command:?}");
            }
            Command::DecidePanel(_)
            | Command::ConfirmPanel(_)
            | Command::ExtendDraft(_)
            | Command::MakePublication(_)
            | Command::ReissuePublication(_)
            | Command::StrikeOut(_) => {
                assert!(again.outcome.unwrap_or_default().is_empty(), "{command:?}");
            }
            _ => assert!(again.outcome.is_ok_and(|events| events.is_empty()), "{command:?}"),
        }
    }
}

proptest! {
    #[test]
    fn any_review_is_read_back(
        score in 1..=4u8, previous in proptest::option::of(1..=4u8), correction in any::<bool>(),
        year in 1000..9999u32, month in 1..=12u32, person in 0..1_000_000u64,
    ) {
        let mut data = json!({
            "assessment": "X99000001-2024-a", "basis": "statement", "by": format!("p-{person}"),
            "reason": "new_evidence", "reviewed_on": format!("{year}-{month:02}"),
            "role": "assessor", "score": score, "statement": "safeguarding",
        });
        if let Some(previous) = previous {
            data["previous"] = json!(previous);
        }
        if correction {
            data["correction"] = json!(true);
        }
        prop_assert_eq!(event("score_reviewed", data.clone()).encode(), data);
    }

    /// A name goes through the ledger as it was written, whatever its letters.
    #[test]
    fn any_name_is_read_back_or_refused(name in "\\PC{0,12}|.{0,12}") {
        let data = json!({
            "code": COUNTY, "kind": "local_authority", "name": name, "name_basis": "stated",
        });
        match Event::decode("organisation_registered", 1, &data.to_string()) {
            Ok(event) => prop_assert_eq!(event.encode(), data),
            Err(_) => prop_assert!(
                name.is_empty() || name.trim() != name || name.chars().any(char::is_control)
            ),
        }
    }
}
