//! Random histories through the rules: what is missing is often done, and often anything at all.

#[path = "history/steps.rs"]
mod steps;

use assessment::framework::Framework;
use assessment::state::{Assessment, Cell};
use assessment::{
    AssessmentId, Command, Context, Event, Need, State, decide, evolve, readiness, replay,
};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

const BODIES: [&str; 3] = ["X99000001", "X99000002", "X99000003"];
const SYSTEM: &str = BODIES[2];
/// Few, so that moves are taken back and made again; one is of Leadership.
const STATEMENTS: [&str; 4] = [
    "supporting-people-to-live-healthier-lives",
    "equity-in-experience-and-outcomes",
    "safeguarding",
    "governance-management-and-sustainability",
];

/// A seeded source of numbers (SplitMix64), so that a failure can be met again.
pub struct Seeded(pub u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Everything that has happened, and the day on which it is told.
pub struct History {
    pub events: Vec<Event>,
    pub today: NaiveDate,
    state: State,
    seeded: Seeded,
    contents: u64,
}

/// The day on which every history begins.
pub fn first_day() -> NaiveDate {
    "2025-01-06".parse().unwrap()
}

impl History {
    pub fn lived(seed: u64, turns: u64) -> Self {
        let mut history = Self {
            events: vec![],
            today: first_day(),
            state: State::default(),
            seeded: Seeded(seed),
            contents: 0,
        };
        history.begin();
        for _ in 0..turns {
            history.today = history.today + Days::new(history.seeded.below(5) as u64);
            history.turn();
        }
        history
    }

    fn begin(&mut self) {
        for id in ["la-2023", "la-2025", "ics-2023"] {
            let text = Framework::shipped_text(id.parse().unwrap()).unwrap();
            let framework: Value = serde_json::from_str(text).unwrap();
            let data = json!({"adopted_on": "2025-01-01", "framework": framework});
            self.ask("adopt_framework", data);
        }
        for code in BODIES {
            let kind = if code == SYSTEM { "integrated_care_system" } else { "local_authority" };
            let data = json!({"code": code, "kind": kind, "name": format!("Body {code}")});
            self.ask("register_organisation", data);
        }
    }

    /// Tries something. A refusal is an answer like any other: nothing happens.
    fn ask(&mut self, kind: &str, mut data: Value) {
        data.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let command = Command::decode(kind, &data.to_string());
        let command = command.unwrap_or_else(|error| panic!("{kind}: {error}: {data}"));
        let (actor, today) = ("p-001".parse().unwrap(), self.today);
        let context = Context { actor, today, released: [0; 32].into() };
        let Ok(events) = decide(&self.state, &command, &context) else { return };
        for event in events {
            let strikes = matches!(event, Event::RecordStruckOut(_));
            self.state = evolve(std::mem::take(&mut self.state), &event);
            self.events.push(event);
            if strikes {
                self.state = replay((0..).zip(&self.events));
            }
        }
    }

    fn turn(&mut self) {
        let ids: Vec<AssessmentId> = self.state.assessments.keys().copied().collect();
        if ids.is_empty() || self.seeded.one_in(15) {
            return if self.seeded.one_in(3) { self.open() } else { self.import() };
        }
        let body = *self.seeded.of(&BODIES);
        let last = self.state.last_published(body.parse().unwrap());
        let id = last.filter(|_| !self.seeded.one_in(3)).unwrap_or(*self.seeded.of(&ids));
        match self.seeded.below(36) {
            0..=9 => self.advance(id),
            10..=17 => self.review(id),
            18 | 19 => self.comment(id),
            20 => self.resolve(id),
            21..=23 => self.evidence(body),
            24 | 33 => self.letter(),
            25 | 26 => self.after_publication(id),
            27 => self.process_review(id),
            28 | 29 => self.strike_out(),
            30 => self.window(id),
            31 => self.cancel(),
            32 if self.seeded.one_in(6) => self.end_panels(),
            _ => self.share(id),
        }
    }

    /// Now, seldom a little earlier, and seldom known no better than by its month.
    fn day(&mut self) -> String {
        let earlier = Days::new(self.seeded.below(9) as u64);
        let day = if self.seeded.one_in(4) { self.today - earlier } else { self.today };
        if self.seeded.one_in(9) { day.format("%Y-%m").to_string() } else { day.to_string() }
    }

    fn content(&mut self) -> Value {
        self.contents += 1;
        let digest = format!("{:064x}", self.contents);
        json!({
            "commitment": digest, "length": 9, "media_type": "text/plain", "sealed": digest,
        })
    }

    fn score(&mut self) -> u8 {
        *self.seeded.of(&[1, 2, 2, 2, 3, 3, 3, 4])
    }

    fn framework_of(&mut self, body: &str) -> &'static str {
        const OF_AUTHORITIES: [&str; 3] = ["la-2023", "la-2023", "la-2025"];
        let framework = *self.seeded.of(&OF_AUTHORITIES);
        if body == SYSTEM { "ics-2023" } else { framework }
    }

    fn open(&mut self) {
        let body = *self.seeded.of(&BODIES);
        let (framework, opened_on) = (self.framework_of(body), self.day());
        let kind = *self.seeded.of(&["baseline", "comprehensive", "pilot"]);
        self.ask(
            "open_assessment",
            json!({
                "framework": framework, "kind": kind, "opened_on": opened_on, "organisation": body,
            }),
        );
    }

    fn import(&mut self) {
        let body = *self.seeded.of(&BODIES);
        let count = if body == SYSTEM { 17 } else { 9 };
        let scores: Vec<u8> = (0..count).map(|_| self.score()).collect();
        let month = self.today.format("%Y-%m").to_string();
        let date = self.seeded.one_in(2).then(|| self.today.to_string());
        let partial = self.seeded.one_in(6);
        let framework = self.framework_of(body);
        let programme = *self.seeded.of(&["formal", "formal", "pilot"]);
        let rating = *self.seeded.of(&["good", "requires_improvement"]);
        let replace = self.seeded.one_in(2).then_some("typing_error");
        self.ask(
            "import_publication",
            json!({
                "accept_disagreement": "as_published", "date": date, "framework": framework,
                "month": month, "name": format!("Body {body}"), "organisation": body,
                "partial": partial, "programme": programme,
                "rating": rating,
                "replace": replace,
                "scores": (!partial).then_some(scores),
            }),
        );
    }

    /// Does all that is missing at the next step to a publication, of a first one or a later one.
    fn advance(&mut self, id: AssessmentId) {
        let Some(ready) = readiness(&self.state, id, self.today) else { return };
        let mut needs = ready.needs.into_iter();
        let Some(first) = needs.next() else { return self.publish(id) };
        let stage = first.stage();
        let all = std::iter::once(first).chain(needs.filter(|need| need.stage() == stage));
        for need in all.collect::<Vec<_>>() {
            match need {
                Need::Score { cell } | Need::Evidence { cell } => self.score_cell(id, cell),
                Need::Panel => self.panel(id),
                Need::Confirmation { .. } => {
                    let panel = self.assessment(id).panel.as_ref().map(|it| it.panel);
                    let data = json!({
                        "assessment": id, "confirmed_on": self.today.to_string(), "panel": panel,
                    });
                    self.ask("confirm_panel", data);
                }
                Need::Draft { passage } => {
                    let mut data = serde_json::to_value(passage).unwrap();
                    data["assessment"] = json!(id);
                    data["content"] = self.content();
                    data["written_on"] = json!(self.today.to_string());
                    self.ask("write_draft", data);
                }
                Need::Sharing { .. } => self.share(id),
                Need::Window { recipient, .. } if self.seeded.one_in(3) => {
                    let data = json!({
                        "assessment": id, "confirmed_on": self.today.to_string(),
                        "recipient": recipient,
                    });
                    self.ask("confirm_draft", data);
                }
                Need::Window { .. } => {}
                Need::Comment { .. } => self.resolve(id),
            }
        }
    }

    fn assessment(&self, id: AssessmentId) -> &Assessment {
        &self.state.assessments[&id]
    }

    fn publish(&mut self, id: AssessmentId) {
        let data = json!({"assessment": id, "published_on": self.today.to_string()});
        self.ask("make_publication", data);
    }

    fn share(&mut self, id: AssessmentId) {
        let data = json!({"assessment": id, "shared_on": self.today.to_string()});
        self.ask("share_draft", data);
    }

    /// A score with the evidence that it needs, which is entered and used first.
    fn score_cell(&mut self, id: AssessmentId, (statement, category): Cell) {
        let kind = category.map_or("processes".to_owned(), |category| category.to_string());
        let usable = |state: &State| {
            let used = state.assessments[&id].used.values();
            let mut used = used.filter(|it| it.category.as_str() == kind);
            used.find(|it| state.evidence.get(&it.evidence).is_some_and(|it| it.is_in_force()))
                .map(|it| it.evidence)
        };
        let today = self.today.to_string();
        if usable(&self.state).is_none() {
            let content = self.content();
            self.ask(
                "submit_evidence",
                json!({
                    "category": kind, "collected_on": "2024-12", "content": content,
                    "method": "interview", "organisations": [id.organisation()],
                    "origin": "collected", "received_on": today, "setting": "on_site",
                    "source": "partners",
                }),
            );
            let evidence = self.state.evidence_of(id.organisation());
            let newest = evidence.last().map(|it| it.facts.evidence);
            let data = json!({"assessment": id, "evidence": [newest], "used_on": today});
            self.ask("use_evidence", data);
        }
        let (evidence, score) = (usable(&self.state), self.score());
        self.ask(
            "review_score",
            json!({
                "assessment": id, "by": "p-002", "category": category,
                "evidence": evidence.into_iter().collect::<Vec<_>>(),
                "organisation": id.organisation(), "reason": "assessment", "reviewed_on": today,
                "score": score, "statement": statement,
            }),
        );
    }

    /// A review of one of a few statements, on whatever day, with or without evidence.
    fn review(&mut self, id: AssessmentId) {
        let statement = *self.seeded.of(&STATEMENTS);
        let categories = ["people-experience", "staff-and-leader-feedback", "processes"];
        let category = self.seeded.one_in(3).then(|| *self.seeded.of(&categories));
        if self.seeded.one_in(3) {
            let category = category.map(|category| category.parse().unwrap());
            return self.score_cell(id, (statement.parse().unwrap(), category));
        }
        let (score, reviewed_on) = (self.score(), self.day());
        let correction = self.seeded.one_in(4);
        self.ask(
            "review_score",
            json!({
                "assessment": id, "by": "p-002", "category": category,
                "correction": correction, "organisation": id.organisation(),
                "reason": "ongoing_review", "reviewed_on": reviewed_on, "score": score,
                "statement": statement,
            }),
        );
    }

    fn panel(&mut self, id: AssessmentId) {
        let today = self.today.to_string();
        let members = json!([
            {"person": "p-101", "side": "internal"}, {"person": "p-201", "side": "external"},
        ]);
        let data = json!({"assessments": [id], "convened_on": today, "members": members});
        self.ask("convene_panel", data);
        let mut panels = self.state.panels.values();
        let panel = panels.rfind(|panel| panel.assessments.contains(&id)).map(|it| it.panel);
        let Some(panel) = panel else { return };
        let (score, text) = (self.score(), self.content());
        let framework = &self.state.frameworks[&self.assessment(id).framework];
        let (statement, category) = assessment::wanted_cells(framework)[0];
        let adjustment = json!({
            "category": category, "reason": "evidence", "score": score, "statement": statement,
            "text": text,
        });
        let mut data = json!({"assessment": id, "decided_on": today, "panel": panel});
        if self.seeded.one_in(2) {
            let mut adjustment = adjustment;
            adjustment.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            data["adjustments"] = json!([adjustment]);
        }
        self.ask("decide_panel", data);
    }
}
