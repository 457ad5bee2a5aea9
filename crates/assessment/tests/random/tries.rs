//! What is tried: often the next step that is missing, and often anything at all.

mod after;

use crate::Seeded;
use assessment::framework::Framework;
use assessment::state::{Assessment, State};
use assessment::{AssessmentId, Command, Need, readiness, wanted_cells};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

const AUTHORITIES: [&str; 2] = ["X99000001", "X99000002"];
const SYSTEM: &str = "X99000003";
const BODIES: [&str; 3] = ["X99000001", "X99000002", "X99000003"];
const PEOPLE: [&str; 6] = ["p-011", "p-012", "p-013", "p-101", "p-102", "p-201"];
const CATEGORIES: [&str; 3] = ["processes", "people-experience", "outcomes"];

/// A framework under which ratings change with any review, and a panel confirms each change.
const STRICT: &str = "la-strict";

/// The ledger that every history begins with: two authorities, their system, four frameworks.
pub fn beginning() -> Vec<Command> {
    let mut commands = Vec::new();
    for id in ["la-2023", "la-2025", STRICT, "ics-2023"] {
        let shipped = if id == STRICT { "la-2025" } else { id };
        let text = Framework::shipped_text(shipped.parse().unwrap()).unwrap();
        let mut framework: Value = serde_json::from_str(text).unwrap();
        if id == STRICT {
            framework["id"] = json!(id);
            framework["scoring"]["rating_changes"]["value"] = json!("at_any_review");
            framework["process"]["panel"]["update"]["value"] = json!(true);
        }
        let data = json!({ "adopted_on": "2025-01-01", "framework": framework });
        commands.push(made("adopt_framework", data));
    }
    for code in BODIES {
        let kind = if code == SYSTEM { "integrated_care_system" } else { "local_authority" };
        let data = json!({ "code": code, "kind": kind, "name": format!("Body {code}") });
        commands.push(made("register_organisation", data));
    }
    for authority in AUTHORITIES {
        let data = json!({ "authority": authority, "from": "2025-01-01", "system": SYSTEM });
        commands.push(made("add_area_member", data));
    }
    commands
}

fn made(kind: &str, data: Value) -> Command {
    Command::decode(kind, &data.to_string()).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

#[derive(Default)]
pub struct Tries {
    contents: u64,
}

impl Tries {
    /// A command that may be refused.
    pub fn next(&mut self, state: &State, today: NaiveDate, seeded: &mut Seeded) -> Command {
        let open: Vec<AssessmentId> =
            state.assessments.iter().filter(|(_, it)| it.is_open()).map(|(id, _)| *id).collect();
        let all: Vec<AssessmentId> = state.assessments.keys().copied().collect();
        if all.is_empty() || seeded.one_in(60) {
            return self.open(today, seeded);
        }
        if seeded.one_in(150) {
            return self.import(today, seeded);
        }
        let try_on = |from: &[AssessmentId], seeded: &mut Seeded| *seeded.of(from);
        if seeded.one_in(4) {
            let id = try_on(&all, seeded);
            return self.anything(state, id, today, seeded);
        }
        let published = BODIES.map(|body| state.last_published(body.parse().unwrap()));
        let published: Vec<AssessmentId> = published.into_iter().flatten().collect();
        if open.is_empty() && published.is_empty() {
            return self.open(today, seeded);
        }
        if open.is_empty() || !published.is_empty() && seeded.one_in(2) {
            let id = try_on(&published[..1 + seeded.below(published.len())], seeded);
            return self.afterwards(state, id, today, seeded);
        }
        // Most of the time, on what is nearest to its end.
        let id = if seeded.one_in(3) { try_on(&open, seeded) } else { open[0] };
        self.missing(state, id, today, seeded)
    }

    fn content(&mut self) -> Value {
        self.contents += 1;
        let digest = format!("{:064x}", self.contents);
        json!({
            "commitment": digest, "length": self.contents, "media_type": "text/plain",
            "sealed": digest,
        })
    }

    /// A day about now, seldom ahead.
    fn day(&self, today: NaiveDate, seeded: &mut Seeded) -> String {
        let days = Days::new(seeded.below(3) as u64);
        let day = if seeded.one_in(40) { today + days } else { today - days };
        if seeded.one_in(4) { day.to_string() } else { today.to_string() }
    }

    fn open(&mut self, today: NaiveDate, seeded: &mut Seeded) -> Command {
        let body = *seeded.of(&BODIES);
        let framework = match body == SYSTEM {
            true => "ics-2023",
            false => *seeded.of(&["la-2025", STRICT, "la-2023"]),
        };
        made(
            "open_assessment",
            json!({
                "framework": framework, "kind": "baseline", "opened_on": self.day(today, seeded),
                "organisation": body,
            }),
        )
    }

    /// The command that supplies the first thing that is missing for a publication.
    fn missing(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let ready = readiness(state, id, today).expect("the assessment is there");
        let assessment = &state.assessments[&id];
        match ready.needs.first() {
            Some(Need::Score { cell } | Need::Evidence { cell }) => {
                let (statement, category) = (cell.0.to_string(), cell.1.map(|it| it.to_string()));
                self.score(state, id, assessment, (statement, category), today, seeded)
            }
            Some(Need::Panel) => self.panel(state, id, today, seeded),
            Some(Need::Confirmation { .. }) => made(
                "confirm_panel",
                json!({
                    "assessment": id, "confirmed_on": self.day(today, seeded),
                    "panel": assessment.panel.as_ref().map(|it| it.panel.to_string()),
                }),
            ),
            Some(Need::Draft { passage }) => {
                let mut data = serde_json::to_value(passage).unwrap();
                data["assessment"] = json!(id);
                data["content"] = self.content();
                data["written_on"] = json!(self.day(today, seeded));
                made("write_draft", data)
            }
            Some(Need::Sharing { .. }) => made(
                "share_draft",
                json!({
                    "assessment": id, "shared_on": self.day(today, seeded),
                }),
            ),
            Some(Need::Window { recipient, .. }) if seeded.one_in(3) => made(
                "confirm_draft",
                json!({
                    "assessment": id, "confirmed_on": self.day(today, seeded),
                    "recipient": recipient,
                }),
            ),
            Some(Need::Window { .. }) => self.comment(state, id, today, seeded),
            Some(Need::Comment { comment }) => self.resolve(&comment.to_string(), today, seeded),
            None if assessment.withdrawal().is_some() => self.reissue(state, id, today, seeded),
            // Published, and nothing is missing: something new, or it is published.
            None if !assessment.is_open() && seeded.one_in(2) => {
                let framework = &state.frameworks[&assessment.framework];
                let cells = wanted_cells(framework);
                let (statement, category) = seeded.of(&cells);
                let cell = (statement.to_string(), category.map(|it| it.to_string()));
                self.score(state, id, assessment, cell, today, seeded)
            }
            None => self.publish(id, today, seeded),
        }
    }

    /// Any step on any assessment, in order or not.
    fn anything(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let assessment = &state.assessments[&id];
        let framework = &state.frameworks[&assessment.framework];
        let statements: Vec<String> =
            framework.statements().map(|(_, it)| it.id.to_string()).collect();
        let evidence: Vec<String> = state.evidence.keys().map(ToString::to_string).collect();
        match seeded.below(13) {
            9 => self.passage(state, id, today, seeded),
            10 => self.withdraw(state, id, today, seeded),
            11 => self.reissue(state, id, today, seeded),
            12 => made(
                "share_draft",
                json!({ "assessment": id, "shared_on": self.day(today, seeded) }),
            ),
            0 | 1 => {
                let category = seeded.of(&CATEGORIES).to_string();
                let statement = seeded.of(&statements).clone();
                let category = (!seeded.one_in(2)).then_some(category);
                self.score(state, id, assessment, (statement, category), today, seeded)
            }
            2 => self.panel(state, id, today, seeded),
            3 => self.comment(state, id, today, seeded),
            4 => {
                let number = seeded.below(4) + 1;
                self.resolve(&format!("{id}-c{number}"), today, seeded)
            }
            5 => self.publish(id, today, seeded),
            6 if !evidence.is_empty() && seeded.one_in(3) => made(
                "withdraw_evidence",
                json!({
                    "evidence": seeded.of(&evidence), "reason": "inaccurate",
                    "withdrawn_on": self.day(today, seeded),
                }),
            ),
            7 if !evidence.is_empty() && seeded.one_in(6) => made(
                "erase_evidence",
                json!({
                    "authority": "p-900", "erased_on": self.day(today, seeded),
                    "evidence": seeded.of(&evidence), "legal_basis": "erasure_request",
                }),
            ),
            8 if seeded.one_in(8) => made(
                "cancel_assessment",
                json!({
                    "assessment": id, "cancelled_on": self.day(today, seeded),
                    "reason": "postponed",
                }),
            ),
            _ => {
                let recipient = *seeded.of(&framework.process.recipients.value);
                let until = today + Days::new(seeded.below(20) as u64);
                made(
                    "extend_draft",
                    json!({
                        "assessment": id, "due_on": until.to_string(),
                        "extended_on": self.day(today, seeded),
                        "granted_by": "p-900", "reason": "exceptional", "recipient": recipient,
                    }),
                )
            }
        }
    }

    /// A score that rests on evidence in use; the evidence first, where there is none.
    fn score(
        &mut self,
        state: &State,
        id: AssessmentId,
        assessment: &Assessment,
        (statement, category): (String, Option<String>),
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let kind = category.clone().unwrap_or("processes".to_owned());
        let in_force = |evidence: &&assessment::EvidenceId| {
            state.evidence.get(*evidence).is_some_and(|it| it.is_in_force())
        };
        let of_kind = |evidence: &&assessment::EvidenceId| {
            category.is_none() || assessment.used[*evidence].category.as_str() == kind
        };
        let usable = assessment.used.keys().filter(in_force).find(of_kind);
        let Some(evidence) = usable.filter(|_| !seeded.one_in(30)) else {
            return self.evidence(state, id, &kind, today, seeded);
        };
        let mut data = json!({
            "assessment": id, "by": seeded.of(&PEOPLE[..4]), "organisation": id.organisation(),
            "reason": "assessment", "reviewed_on": self.day(today, seeded),
            "score": 1 + seeded.below(4), "statement": statement, "text": self.content(),
        });
        if !seeded.one_in(30) {
            data["evidence"] = json!([evidence]);
        }
        if let Some(category) = category {
            data["category"] = json!(category);
        }
        made("review_score", data)
    }

    /// Evidence that is taken into use, or entered where there is none of that kind to take.
    fn evidence(
        &mut self,
        state: &State,
        id: AssessmentId,
        category: &str,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let assessment = &state.assessments[&id];
        let mut unused = state.evidence.values().filter(|it| {
            it.is_in_force()
                && it.facts.category.as_str() == category
                && it.facts.organisations.contains(&id.organisation())
                && !assessment.used.contains_key(&it.facts.evidence)
        });
        if let Some(evidence) = unused.next() {
            return made(
                "use_evidence",
                json!({
                    "assessment": id, "evidence": [evidence.facts.evidence],
                    "used_on": today.to_string(),
                }),
            );
        }
        let other = *seeded.of(&BODIES);
        let own = id.organisation().to_string();
        let organisations = if other == own { vec![own] } else { vec![own, other.to_owned()] };
        made(
            "submit_evidence",
            json!({
                "category": category, "collected_on": "2025-04", "content": self.content(),
                "method": "interview", "organisations": organisations, "origin": "collected",
                "received_on": today.to_string(), "setting": "on_site", "source": "partners",
            }),
        )
    }

    fn panel(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let mut convened = state.panels.values().filter(|panel| panel.assessments.contains(&id));
        match convened.next_back() {
            Some(panel) if !seeded.one_in(5) => {
                let mut data = json!({
                    "assessment": id, "decided_on": self.day(today, seeded),
                    "panel": panel.panel,
                });
                if seeded.one_in(2) {
                    let adjustment = json!({
                        "reason": "evidence", "score": 1 + seeded.below(4),
                        "statement": "safeguarding", "text": self.content(),
                    });
                    data["adjustments"] = json!([adjustment]);
                }
                if seeded.one_in(6) {
                    data["members"] = json!([seeded.of(&PEOPLE), seeded.of(&PEOPLE)]);
                }
                made("decide_panel", data)
            }
            _ => {
                let mut members = vec![
                    json!({ "person": "p-301", "side": "internal" }),
                    json!({ "person": seeded.of(&PEOPLE), "side": "internal" }),
                    json!({ "person": "p-401", "side": "external" }),
                ];
                members.truncate(1 + seeded.below(12).min(2));
                made(
                    "convene_panel",
                    json!({
                        "assessments": [id], "convened_on": self.day(today, seeded),
                        "members": members,
                    }),
                )
            }
        }
    }

    fn comment(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let assessment = &state.assessments[&id];
        let framework = &state.frameworks[&assessment.framework];
        let about = match seeded.below(3) {
            0 => json!({ "page": 1 + seeded.below(3) }),
            1 => json!({ "theme": framework.scoring.themes[0].id }),
            _ => json!({ "statement": framework.scoring.themes[0].statements[0].id }),
        };
        let mut data = json!({
            "about": about, "assessment": id, "kind": seeded.of(&["a", "b", "c"]),
            "received_on": self.day(today, seeded),
            "recipient": seeded.of(&framework.process.recipients.value), "text": self.content(),
        });
        if let Some(evidence) = assessment.used.keys().next().filter(|_| seeded.one_in(2)) {
            data["evidence"] = json!([evidence]);
        }
        made("submit_comment", data)
    }

    fn resolve(&mut self, comment: &str, today: NaiveDate, seeded: &mut Seeded) -> Command {
        made(
            "resolve_comment",
            json!({
                "by": seeded.of(&PEOPLE), "comment": comment,
                "outcome": seeded.of(&["accepted", "partly", "not_accepted", "not_accepted"]),
                "reason": "evidence_supports", "resolved_on": self.day(today, seeded),
                "text": self.content(),
            }),
        )
    }

    fn publish(&mut self, id: AssessmentId, today: NaiveDate, seeded: &mut Seeded) -> Command {
        made(
            "make_publication",
            json!({
                "assessment": id, "published_on": self.day(today, seeded),
            }),
        )
    }
}
