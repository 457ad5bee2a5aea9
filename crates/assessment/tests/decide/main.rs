//! The rules, one command at a time: given what happened, when somebody asks, then what comes of
//! it.
//!
//! Guards against the fear that a rule is written down and not kept: that the ledger takes a
//! decision it must refuse, refuses a fact it must record, or records the same fact twice. Every
//! command has three kinds of test: it does, it refuses, it stays quiet.

mod after_cases;
mod calendar;
mod codec;
mod comments;
mod conflicts;
mod drafts;
mod duties;
mod evidence;
mod finance;
mod imports;
mod ledger_keys;
mod opening;
mod organisations;
mod panels;
mod parts;
mod plans;
mod process_reviews;
mod publications;
mod rejections;
mod reviews;
mod sample_draws;
mod sample_readings;
mod samples;
mod section_50;
mod step_cases;
mod strike_outs;
mod update_imports;
mod updates;
mod withdrawals;

use assessment::{Command, Context, Event, Rejection, State, decide, evolve, replay};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The day on which every decision here is made.
const TODAY: &str = "2026-05-17";
/// Two authorities and a system; invented, as all that happens to them here is.
const COUNTY: &str = "X99000001";
const CITY: &str = "X99000002";
const SYSTEM: &str = "X99000003";
/// Nine scores that make 23 of 36: 64 %, Good, one mark above Requires improvement.
const GOOD: [u8; 9] = [2, 3, 3, 3, 3, 2, 2, 3, 2];

/// What has happened so far.
#[derive(Debug, Clone, Default)]
struct Given {
    state: State,
    events: Vec<Event>,
}

/// What came of a command.
#[derive(Debug)]
struct When {
    given: Given,
    command: Command,
    outcome: Result<Vec<Event>, Rejection>,
}

fn given(commands: impl IntoIterator<Item = Command>) -> Given {
    commands.into_iter().fold(Given::default(), Given::and)
}

impl Given {
    /// The same, and then what comes of a command, which must not be refused.
    fn and(self, command: Command) -> Self {
        let When { mut given, outcome, command } = self.when(command);
        let events = outcome.unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        for event in &events {
            given.state = evolve(given.state, event);
        }
        let struck = events.iter().any(|event| matches!(event, Event::RecordStruckOut(_)));
        given.events.extend(events);
        if struck {
            given.state = replay(given.records());
        }
        given
    }

    /// What happened, with the position of each record.
    fn records(&self) -> impl Iterator<Item = (u64, &Event)> + Clone {
        (0..).zip(&self.events)
    }

    /// The same, and then something that happened, however it came about.
    fn and_then(mut self, event: Event) -> Self {
        self.state = evolve(self.state, &event);
        self.events.push(event);
        self
    }

    fn when(mut self, command: Command) -> When {
        self.state.records = match &command {
            Command::StrikeOut(strike_out) => {
                let struck = self.events.get(strike_out.position as usize);
                let code = struck.and_then(Event::organisation);
                let own = self.records().filter(|(_, it)| it.organisation() == code);
                own.map(|(position, event)| (position, event.clone())).collect()
            }
            command => samples::item_of(&self, command),
        };
        // Everything is recorded by the same person.
        let is_item = !matches!(command, Command::StrikeOut(_)) && !self.state.records.is_empty();
        self.state.recorder = is_item.then_some(context().actor);
        self.state.population = samples::population(&self, &command);
        let outcome = decide(&self.state, &command, &context());
        When { given: self, command, outcome }
    }
}

impl When {
    #[track_caller]
    fn then(self, expected: impl IntoIterator<Item = Event>) -> Given {
        let expected: Vec<Event> = expected.into_iter().collect();
        assert_eq!(self.outcome.as_ref(), Ok(&expected));
        self.given.and(self.command)
    }

    #[track_caller]
    fn quiet(self) -> Given {
        self.then([])
    }

    #[track_caller]
    fn refused(self, code: &str) -> Rejection {
        let refusal = self.outcome.expect_err("this must be refused");
        assert_eq!(refusal.code(), code, "{refusal}");
        refusal
    }

    /// What was recorded, as it stands in the record.
    #[track_caller]
    fn recorded(self) -> Vec<(&'static str, Value)> {
        let events = self.outcome.unwrap_or_else(|refusal| panic!("{refusal}"));
        events.iter().map(|event| (event.kind(), event.encode())).collect()
    }
}

fn context() -> Context {
    let actor = "p-001".parse().expect("a person");
    Context { actor, released: [0; 32].into(), today: TODAY.parse().expect("a day") }
}

/// A command, as it is submitted; further members replace those of `data`, `null` removes one.
fn command(kind: &str, mut data: Value, further: Value) -> Command {
    let members = data.as_object_mut().expect("data are an object");
    for (name, value) in further.as_object().expect("members are an object") {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    Command::decode(kind, &data.to_string()).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// An event, as it is recorded in the newest schema of its kind.
fn event(kind: &str, data: Value) -> Event {
    let schema = match kind {
        "framework_adopted" => 3,
        "score_reviewed" => 2,
        _ => 1,
    };
    Event::decode(kind, schema, &data.to_string()).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// A reference to a made-up text; another number, another text.
fn content(number: u8) -> Value {
    json!({
        "commitment": format!("{number:02x}").repeat(32), "length": 1000 + u64::from(number),
        "media_type": "text/plain", "sealed": format!("{:02x}", !number).repeat(32),
    })
}

/// A reference to content of no length.
fn empty() -> Value {
    let mut content = content(9);
    content["length"] = json!(0);
    content
}

/// A shipped framework's file, to be adopted as it is or changed.
fn framework(id: &str) -> Value {
    let text = assessment::framework::Framework::shipped_text(id.parse().expect("an id"));
    serde_json::from_str(text.expect("shipped")).expect("a framework is JSON")
}

fn adopt(framework: Value) -> Command {
    command("adopt_framework", json!({"adopted_on": "2023-12", "framework": framework}), json!({}))
}

fn register(code: &str, kind: &str) -> Command {
    let data = json!({"code": code, "kind": kind, "name": format!("Body {code}")});
    command("register_organisation", data, json!({}))
}

fn authority(code: &str) -> Command {
    register(code, "local_authority")
}

fn system(code: &str) -> Command {
    register(code, "integrated_care_system")
}

fn open(further: Value) -> Command {
    let data = json!({
        "framework": "la-2023", "kind": "baseline", "opened_on": "2024-02-01",
        "organisation": COUNTY,
    });
    command("open_assessment", data, further)
}

fn import(further: Value) -> Command {
    let data = json!({
        "date": "2024-05-17", "framework": "la-2023", "month": "2024-05", "name": "Exampleshire",
        "organisation": COUNTY, "programme": "formal", "rating": "good", "score": 64,
        "scores": GOOD, "source": "https://example.org/report",
    });
    command("import_publication", data, further)
}

/// A review of the first statement, which scores 2 in [`GOOD`].
fn review(further: Value) -> Command {
    let data = json!({
        "organisation": COUNTY, "reason": "ongoing_review", "reviewed_on": "2024-06-03",
        "score": 3, "statement": "assessing-needs",
    });
    command("review_score", data, further)
}

/// A document of the county's own, which bears on any statement.
fn submit(further: Value) -> Command {
    let data = json!({
        "category": "processes", "collected_on": "2024-03-01", "content": content(1),
        "method": "documents", "organisations": [COUNTY], "origin": "held",
        "received_on": "2024-03-04", "setting": "off_site", "source": "assessed_body",
    });
    command("submit_evidence", data, further)
}

/// The first piece of evidence, used in the first assessment of 2024.
fn take(further: Value) -> Command {
    let data = json!({
        "assessment": "X99000001-2024-a", "evidence": ["X99000001-e1"], "used_on": "2024-03-05",
    });
    command("use_evidence", data, further)
}
