//! The way of an assessment from its opening to its publication, one step at a time, through the
//! rules: what is missing says what is done next.

use super::*;
use assessment::framework::Passage;
use assessment::state::{Assessment, Cell};
use assessment::{CategoryId, EvidenceId, Need, readiness};

/// A step that is taken on a day.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    pub body: &'a str,
    pub framework: &'a str,
    pub on: &'a str,
    /// The scores that are given, one cell after the other, and again from the first.
    pub scores: &'a [u8],
    /// What the panel makes of the first cell, if that is to be another score.
    pub adjusted: Option<u8>,
}

impl Step<'_> {
    /// Takes the next step; whether the assessment is still open after it.
    pub fn take(&self, world: &mut World) -> bool {
        let Some(id) = self.open(world) else {
            self.ask(
                world,
                "open_assessment",
                json!({
                    "framework": self.framework, "kind": "baseline", "opened_on": self.on,
                    "organisation": self.body,
                }),
            );
            return true;
        };
        self.go_on(world, id)
    }

    /// Takes all steps to a publication of an assessment.
    pub fn go_on_to_the_end(&self, world: &mut World, id: AssessmentId) {
        let on = self.on.parse().expect("a day");
        for _ in 0..20 {
            if !self.go_on(world, id) {
                return;
            }
        }
        panic!("{:?}", readiness(&world.state, id, on));
    }

    /// Takes the next step to a publication of an assessment; whether there are more to come.
    pub fn go_on(&self, world: &mut World, id: AssessmentId) -> bool {
        let on = self.on.parse().expect("a day");
        let needs = readiness(&world.state, id, on).expect("it is known").needs;
        match needs.first() {
            None => {
                let data = json!({"assessment": id, "published_on": self.on});
                self.ask(world, "make_publication", data);
                return false;
            }
            Some(Need::Score { .. } | Need::Evidence { .. }) => self.score(world, id, &needs),
            Some(Need::Panel) => self.sit(world, id),
            Some(Need::Confirmation { .. }) => {
                let panel = assessment(world, id).panel.as_ref().expect("it has decided").panel;
                let data = json!({"assessment": id, "confirmed_on": self.on, "panel": panel});
                self.ask(world, "confirm_panel", data);
            }
            Some(Need::Draft { .. }) => needs.iter().for_each(|need| {
                if let Need::Draft { passage } = need {
                    self.write(world, id, *passage);
                }
            }),
            Some(Need::Sharing { .. }) => {
                self.ask(world, "share_draft", json!({"assessment": id, "shared_on": self.on}));
            }
            Some(Need::Window { recipient, .. }) => {
                let data = json!({
                    "assessment": id, "confirmed_on": self.on, "recipient": recipient,
                });
                self.ask(world, "confirm_draft", data);
            }
            Some(Need::Comment { comment }) => self.ask(
                world,
                "resolve_comment",
                json!({
                    "by": "p-003", "comment": comment, "outcome": "not_accepted",
                    "reason": "out_of_scope", "resolved_on": self.on, "text": content(5),
                }),
            ),
        }
        true
    }

    /// Takes steps until the next one would be this need, or the publication.
    pub fn take_until(&self, world: &mut World, stop: fn(&Need) -> bool) {
        let on = self.on.parse().expect("a day");
        self.take(world);
        let id = self.open(world).expect("opened just now");
        while let Some(need) = readiness(&world.state, id, on).expect("known").needs.first()
            && !stop(need)
        {
            self.take(world);
        }
    }

    /// The open assessment of the body under the framework.
    fn open(&self, world: &World) -> Option<AssessmentId> {
        let framework = self.framework.parse().expect("an id");
        let is_meant = |it: &Assessment| it.is_open() && it.framework == framework;
        let mut all = world.state.assessments_of(self.body.parse().expect("a code"));
        all.find(|(_, assessment)| is_meant(assessment)).map(|(id, _)| id)
    }

    /// A refusal is an answer like any other: then nothing happens.
    fn ask(&self, world: &mut World, kind: &str, data: Value) {
        let _ = world.refusal(&command(kind, data, json!({})));
    }

    fn score(&self, world: &mut World, id: AssessmentId, needs: &[Need]) {
        let cells = needs.iter().filter_map(|need| match need {
            Need::Score { cell } | Need::Evidence { cell } => Some(*cell),
            _ => None,
        });
        for (turn, (statement, category)) in cells.enumerate() {
            let evidence = self.evidence(world, id, (statement, category));
            self.ask(
                world,
                "review_score",
                json!({
                    "assessment": id, "by": "p-002", "category": category, "evidence": [evidence],
                    "organisation": self.body, "reason": "assessment", "reviewed_on": self.on,
                    "score": self.scores[turn % self.scores.len()], "statement": statement,
                }),
            );
        }
    }

    /// Evidence that a score may rest on, entered and used if there is none.
    fn evidence(&self, world: &mut World, id: AssessmentId, cell: Cell) -> EvidenceId {
        let category: CategoryId = cell.1.unwrap_or("processes".parse().expect("an id"));
        let found = |world: &World| {
            let own = world.state.evidence_of(id.organisation()).into_iter();
            let mut own = own.filter(|it| it.is_in_force() && it.facts.category == category);
            own.find(|it| it.facts.received_on.to_string() == self.on).map(|it| it.facts.evidence)
        };
        let evidence = found(world).unwrap_or_else(|| {
            self.ask(
                world,
                "submit_evidence",
                json!({
                    "category": category, "collected_on": self.on,
                    "content": content(world.state.evidence.len() as u8), "method": "interview",
                    "organisations": [self.body], "origin": "collected", "received_on": self.on,
                    "sensitive": category.as_str() == "people-experience", "setting": "on_site",
                    "source": "staff_and_leaders",
                }),
            );
            found(world).expect("entered just now")
        });
        if !assessment(world, id).used.contains_key(&evidence) {
            let data = json!({"assessment": id, "evidence": [evidence], "used_on": self.on});
            self.ask(world, "use_evidence", data);
        }
        evidence
    }

    fn sit(&self, world: &mut World, id: AssessmentId) {
        self.ask(world, "convene_panel", json!({
            "assessments": [id], "convened_on": self.on,
            "members": [
                {"person": "p-010", "side": "internal"}, {"person": "p-011", "side": "external"},
            ],
        }));
        let framework = &world.state.frameworks[&assessment(world, id).framework];
        let (statement, category) = assessment::wanted_cells(framework)[0];
        let adjustments: Vec<Value> = self
            .adjusted
            .iter()
            .map(|score| {
                json!({
                    "category": category, "reason": "consistency", "score": score,
                    "statement": statement, "text": content(7),
                })
            })
            .collect();
        let mut panels = world.state.panels.values();
        let panel = panels.find(|panel| panel.assessments.contains(&id)).map(|it| it.panel);
        let Some(panel) = panel else { return };
        self.ask(
            world,
            "decide_panel",
            json!({
                "adjustments": adjustments, "assessment": id, "decided_on": self.on, "panel": panel,
            }),
        );
    }

    fn write(&self, world: &mut World, id: AssessmentId, passage: Passage) {
        // The same text again would change nothing.
        let text = if assessment(world, id).publications.is_empty() {
            9
        } else {
            u8::try_from(world.events.len() % 100).expect("less than a hundred") + 100
        };
        self.ask(
            world,
            "write_draft",
            json!({
                "assessment": id, "content": content(text), "section": passage.section,
                "statement": passage.statement, "theme": passage.theme, "written_on": self.on,
            }),
        );
    }
}

/// A reference to a made-up text; another number, another text.
pub fn content(number: u8) -> Value {
    json!({
        "commitment": format!("{number:02x}").repeat(32), "length": 1000,
        "media_type": "text/plain", "sealed": format!("{:02x}", !number).repeat(32),
    })
}

fn assessment(world: &World, id: AssessmentId) -> &Assessment {
    &world.state.assessments[&id]
}
