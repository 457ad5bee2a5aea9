//! What the records add up to, through the rules and the fold together: a command is decided, its
//! events are folded, and the rows are what a person would see.
//!
//! Guards against the fear that a rating on the screen is not the one that the records give, that
//! a publication is owed and nobody is told, or that a body is told of one that is not owed.

mod after;
mod attempts;
mod disclosed;
mod history;
mod oracle;
mod own;
mod properties;
mod public;
mod publications;
mod published;
mod reviews;
mod steps;
mod struck;
mod updates;

use assessment::{AssessmentId, Command, Context, Event, OrganisationCode, Rejection, State};
use assessment::{StrikeOuts, decide, evolve, framework::Framework, replay};
use projections::{Effect, Fact, Projections, RatingsRow, Reviewed, ScoresRow, Transition};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const COUNTY: &str = "X99000001";
const CITY: &str = "X99000002";
const SYSTEM: &str = "X99000003";
/// Nine scores that make 23 of 36: 64 %, Good, one mark above Requires improvement.
const GOOD: [u8; 9] = [2, 3, 3, 3, 3, 2, 2, 3, 2];
/// The second of nine statements: 3 in [`GOOD`], and one mark less moves its theme and the whole.
const HEALTHIER: &str = "supporting-people-to-live-healthier-lives";

/// The lists that grow with the journal, as a store keeps them.
#[derive(Debug, Clone, Default, PartialEq)]
struct MemoryRows {
    reviewed: Vec<Reviewed>,
    transitions: Vec<Transition>,
}

impl MemoryRows {
    fn keep(&mut self, effect: Effect) {
        match effect {
            Effect::Reviewed(reviewed) => self.reviewed.push(reviewed),
            Effect::Moved(transition) => self.transitions.push(transition),
            Effect::Settled(settled) => {
                let first = usize::try_from(settled.first).expect("a few moves");
                self.transitions[first..].iter_mut().for_each(|moved| moved.settle(&settled));
            }
        }
    }
}

/// A ledger in memory.
#[derive(Debug, Clone, Default)]
struct World {
    state: State,
    projections: Projections,
    rows: BTreeMap<OrganisationCode, MemoryRows>,
    events: Vec<Event>,
}

impl World {
    fn after(commands: impl IntoIterator<Item = Command>) -> Self {
        let mut world = Self::default();
        commands.into_iter().for_each(|command| world.ask(&command));
        world
    }

    fn ask(&mut self, command: &Command) {
        if let Some(refusal) = self.refusal(command) {
            panic!("{command:?}: {refusal}");
        }
    }

    /// Records what comes of a command, or tells why nothing does.
    fn refusal(&mut self, command: &Command) -> Option<Rejection> {
        let context = Context {
            actor: "p-001".parse().expect("a person"),
            released: [0; 32].into(),
            today: "2026-05-17".parse().expect("a day"),
        };
        if let Command::StrikeOut(_) = command {
            self.state.records = self.records().map(|(at, event)| (at, event.clone())).collect();
        }
        let decided = decide(&self.state, command, &context);
        self.state.records.clear();
        match decided {
            Ok(events) => events.into_iter().for_each(|event| self.record(event)),
            Err(refusal) => return Some(refusal),
        }
        None
    }

    fn record(&mut self, event: Event) {
        let is_strike_out = matches!(event, Event::RecordStruckOut(_));
        self.state = evolve(std::mem::take(&mut self.state), &event);
        self.take_in(self.events.len() as u64, &event);
        self.events.push(event);
        if is_strike_out {
            *self = Self::of_all(std::mem::take(&mut self.events));
        }
    }

    fn take_in(&mut self, position: u64, event: &Event) {
        let fact = Fact { position, event };
        let effects = self.projections.apply(&fact);
        if let Some(code) = fact.organisation() {
            let rows = self.rows.entry(code).or_default();
            effects.into_iter().for_each(|effect| rows.keep(effect));
        }
    }

    /// What these records add up to: those in force, each with its position.
    fn of_all(events: Vec<Event>) -> Self {
        let mut world = Self { events, ..Self::default() };
        world.state = replay(world.records().collect::<Vec<_>>());
        let in_force: Vec<(u64, Event)> =
            world.in_force().into_iter().map(|(at, event)| (at, event.clone())).collect();
        in_force.iter().for_each(|(position, event)| world.take_in(*position, event));
        world
    }

    fn records(&self) -> impl Iterator<Item = (u64, &Event)> + Clone {
        (0..).zip(&self.events)
    }

    /// The records that are not void, as a ledger folds them.
    fn in_force(&self) -> Vec<(u64, &Event)> {
        let void = StrikeOuts::among(self.records()).void();
        self.records().filter(|(position, _)| !void.contains_key(position)).collect()
    }

    /// Whether something of a body was ever struck out.
    fn is_struck(&self, code: OrganisationCode) -> bool {
        let strikes = |event: &Event| matches!(event, Event::RecordStruckOut(_));
        self.events.iter().any(|event| strikes(event) && event.organisation() == Some(code))
    }

    /// The moves that a command makes, as `level or subject: from > to publication flags`.
    fn moves(&mut self, command: &Command) -> Vec<String> {
        let code = command.organisations(&self.state)[0];
        let so_far = self.rows.get(&code).map_or(0, |rows| rows.transitions.len());
        self.ask(command);
        self.rows[&code].transitions[so_far..].iter().map(in_short).collect()
    }

    /// Every move of a subject so far, in the same form.
    fn history(&self, subject: &str) -> Vec<String> {
        let all = self.rows.values().flat_map(|rows| &rows.transitions).map(in_short);
        all.filter(|line| line.starts_with(&format!("{subject}:"))).collect()
    }

    fn ratings(&self, code: &str) -> Vec<RatingsRow> {
        let (body, standing) = self.current(code);
        projections::ratings(body, standing, self.framework(standing))
    }

    fn scores(&self, code: &str) -> Vec<ScoresRow> {
        let (body, standing) = self.current(code);
        projections::scores(body, standing, self.framework(standing))
    }

    fn score(&self, code: &str, statement: &str) -> ScoresRow {
        let mut rows = self.scores(code).into_iter();
        rows.find(|row| row.statement.as_str() == statement).expect("a statement")
    }

    fn current(&self, code: &str) -> (&projections::Body, &projections::Standing) {
        let body = &self.projections.bodies[&code.parse().expect("a code")];
        (body, body.current().expect("an assessment"))
    }

    fn standing(&self, assessment: &str) -> &projections::Standing {
        let assessment: AssessmentId = assessment.parse().expect("an id");
        &self.projections.bodies[&assessment.organisation()].standings[&assessment]
    }

    fn framework(&self, standing: &projections::Standing) -> &Framework {
        &self.projections.frameworks[&standing.framework].framework
    }

    fn reviewed(&self, code: &str) -> &[Reviewed] {
        &self.rows[&code.parse::<OrganisationCode>().expect("a code")].reviewed
    }

    fn outcomes(&self, code: &str) -> Vec<&'static str> {
        let outcomes = self.reviewed(code).iter().filter_map(|review| review.outcome);
        outcomes.map(|outcome| outcome.as_str()).collect()
    }
}

fn in_short(moved: &Transition) -> String {
    let rating = |rating: assessment::scoring::Rating| match rating.as_str() {
        "Requires improvement" => "RI".to_owned(),
        word => word[..1].to_owned(),
    };
    let subject = moved.subject.id().unwrap_or_else(|| moved.subject.level().to_string());
    let (from, to) = (moved.from.map_or("-".to_owned(), rating), rating(moved.to));
    let publication = moved.publication.as_str();
    format!("{subject}: {from} > {to} {publication} {}", moved.flags).trim_end().to_owned()
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

fn import(further: Value) -> Command {
    let data = json!({
        "date": "2024-05-17", "framework": "la-2023", "month": "2024-05", "name": "Exampleshire",
        "organisation": COUNTY, "programme": "formal", "rating": "good", "scores": GOOD,
    });
    command("import_publication", data, further)
}

/// All seventeen statements scored 3, which makes every level Good at 75 %.
fn import_system() -> Command {
    import(json!({"framework": "ics-2023", "organisation": SYSTEM, "scores": vec![3; 17]}))
}

fn open(further: Value) -> [Command; 3] {
    let id = further.get("framework").cloned().unwrap_or(json!("la-2023"));
    let text = Framework::shipped_text(id.as_str().expect("an id").parse().expect("an id"));
    let framework: Value = serde_json::from_str(text.expect("shipped")).expect("JSON");
    let adopt = json!({"adopted_on": "2023-12", "framework": framework});
    let body = json!({"code": COUNTY, "kind": "local_authority", "name": "Exampleshire"});
    let data = json!({
        "framework": "la-2023", "kind": "baseline", "opened_on": "2025-02-01",
        "organisation": COUNTY,
    });
    [
        command("adopt_framework", adopt, json!({})),
        command("register_organisation", body, json!({})),
        command("open_assessment", data, further),
    ]
}

/// A review that takes a mark from [`HEALTHIER`], unless told otherwise.
fn review(further: Value) -> Command {
    let data = json!({
        "organisation": COUNTY, "reason": "ongoing_review", "reviewed_on": "2024-06-03",
        "score": 2, "statement": HEALTHIER,
    });
    command("review_score", data, further)
}
