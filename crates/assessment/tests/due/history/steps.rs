//! What happens beside the way to a publication, and after it.

use super::{BODIES, History};
use assessment::event::{Letter, StrikeOutReason};
use assessment::framework::Framework;
use assessment::{AssessmentId, Event, OrganisationCode};
use chrono::Days;
use serde_json::json;

const REASONS: [StrikeOutReason; 2] = [StrikeOutReason::WrongEntry, StrikeOutReason::Trial];

impl History {
    pub(super) fn comment(&mut self, id: AssessmentId) {
        let windows = &self.assessment(id).windows;
        let Some(recipient) = windows.keys().next().copied() else { return };
        let (received_on, text) = (self.today.to_string(), self.content());
        self.ask(
            "submit_comment",
            json!({
                "about": {"page": 1}, "assessment": id, "kind": "a", "received_on": received_on,
                "recipient": recipient, "text": text,
            }),
        );
    }

    pub(super) fn resolve(&mut self, id: AssessmentId) {
        let comments: Vec<_> =
            self.assessment(id).comments.iter().map(|it| it.facts.comment).collect();
        if comments.is_empty() {
            return;
        }
        let (comment, on) = (*self.seeded.of(&comments), self.day());
        let text = self.content();
        self.ask(
            "resolve_comment",
            json!({
                "by": "p-003", "comment": comment, "outcome": "not_accepted",
                "reason": "out_of_scope", "resolved_on": on, "text": text,
            }),
        );
    }

    /// A request, or evidence that may answer one, or the end of such evidence.
    pub(super) fn evidence(&mut self, body: &str) {
        let requests: Vec<_> = self.state.requests.values().cloned().collect();
        let pieces: Vec<_> = self.state.evidence.keys().copied().collect();
        let (day, content) = (self.day(), self.content());
        match self.seeded.below(5) {
            0 | 1 => {
                let until = self.today + Days::new(self.seeded.below(30) as u64);
                let exact = if self.seeded.one_in(4) { "%Y-%m" } else { "%Y-%m-%d" };
                let of = *self.seeded.of(&BODIES);
                self.ask(
                    "request_evidence",
                    json!({
                        "category": "outcomes", "collected_since": self.today.to_string(),
                        "due_on": until.format(exact).to_string(), "method": "data", "of": of,
                        "organisation": body, "requested_on": day, "what": content,
                    }),
                );
            }
            2 | 3 if !requests.is_empty() => {
                let request = self.seeded.of(&requests);
                self.ask(
                    "submit_evidence",
                    json!({
                        "category": "outcomes", "collected_on": "2024-12", "content": content,
                        "method": "data", "organisations": [request.of], "origin": "requested",
                        "received_on": day, "request": request.request, "setting": "off_site",
                        "source": "assessed_body",
                    }),
                );
            }
            _ if !pieces.is_empty() => {
                let evidence = *self.seeded.of(&pieces);
                let data = json!({
                    "evidence": evidence, "reason": "inaccurate", "withdrawn_on": day,
                });
                self.ask("withdraw_evidence", data);
            }
            _ => {}
        }
    }

    /// A letter about whatever assessment has something to tell.
    pub(super) fn letter(&mut self) {
        let owing = self.state.assessments.iter().filter(|(_, it)| !it.duty.owed().is_empty());
        let owing: Vec<AssessmentId> = owing.map(|(id, _)| *id).collect();
        if owing.is_empty() {
            return;
        }
        let id = *self.seeded.of(&owing);
        let letters = [Letter::SecretaryOfState, Letter::ChiefExecutiveAndDirector];
        let letter = *self.seeded.of(&letters);
        self.contents += 1;
        let digest = format!("{:064x}", self.contents);
        let data = json!({
            "assessment": id, "digest": digest, "letter": letter,
            "sent_on": self.today.to_string(),
        });
        self.ask("notify_section_50", data);
    }

    /// Takes the last publication back, or puts another in its place.
    pub(super) fn after_publication(&mut self, id: AssessmentId) {
        let Some(publication) = self.assessment(id).last_publication() else { return };
        let today = self.today.to_string();
        if self.assessment(id).withdrawal().is_none() && self.seeded.one_in(2) {
            let data = json!({
                "publication": publication, "reason": "published_in_error", "withdrawn_on": today,
            });
            return self.ask("withdraw_publication", data);
        }
        let data = json!({
            "publication": publication, "published_on": today, "reason": "error_in_text",
        });
        self.ask("reissue_publication", data);
    }

    pub(super) fn process_review(&mut self, id: AssessmentId) {
        let Some(publication) = self.assessment(id).last_publication() else { return };
        let (text, on) = (self.content(), self.today.to_string());
        let pending = self.assessment(id).process_reviews.iter().any(|it| it.is_pending());
        if pending && self.seeded.one_in(3) {
            let data = json!({
                "by": "p-900", "decided_on": on, "outcome": "upheld", "publication": publication,
                "text": text,
            });
            return self.ask("decide_process_review", data);
        }
        let words = *self.seeded.of(&[100, 400, 501]);
        let data = json!({
            "ground": "process_not_followed", "publication": publication, "received_on": on,
            "text": text, "words": words,
        });
        self.ask("request_process_review", data);
    }

    /// Voids one of the latest records, or brings a void one back, as far as the rules let it.
    pub(super) fn strike_out(&mut self) {
        let position = self.events.len() - 1 - self.seeded.below(self.events.len().min(60));
        let strikes =
            |(at, event): (usize, &Event)| matches!(event, Event::RecordStruckOut(_)).then_some(at);
        let earlier = self.events.iter().enumerate().rev().find_map(strikes);
        let position = earlier.filter(|_| self.seeded.one_in(4)).unwrap_or(position);
        self.strike(position);
    }

    /// Voids a record, or brings back what it voids, as far as the rules let it.
    pub fn strike(&mut self, position: usize) {
        let of: Option<OrganisationCode> = self.events[position].organisation();
        let own = (0..).zip(&self.events).filter(|(_, event)| event.organisation() == of);
        self.state.records = own.map(|(position, event)| (position, event.clone())).collect();
        let reason = *self.seeded.of(&REASONS);
        let data = json!({
            "position": position, "reason": reason, "struck_on": self.today.to_string(),
        });
        self.ask("strike_out", data);
        self.state.records.clear();
    }

    /// More time for somebody, or nothing more to say.
    pub(super) fn window(&mut self, id: AssessmentId) {
        let Some(recipient) = self.assessment(id).windows.keys().next().copied() else { return };
        let today = self.today.to_string();
        if self.seeded.one_in(2) {
            let data = json!({"assessment": id, "confirmed_on": today, "recipient": recipient});
            return self.ask("confirm_draft", data);
        }
        let until = self.today + Days::new(self.seeded.below(30) as u64);
        self.ask(
            "extend_draft",
            json!({
                "assessment": id, "due_on": until.to_string(), "extended_on": today,
                "granted_by": "p-900", "reason": "exceptional", "recipient": recipient,
            }),
        );
    }

    pub(super) fn cancel(&mut self) {
        let open = self.state.assessments.iter().filter(|(_, it)| it.is_open());
        let open: Vec<AssessmentId> = open.map(|(id, _)| *id).collect();
        if open.is_empty() || !self.seeded.one_in(3) {
            return;
        }
        let (id, on) = (*self.seeded.of(&open), self.day());
        let data = json!({"assessment": id, "cancelled_on": on, "reason": "postponed"});
        self.ask("cancel_assessment", data);
    }

    /// Panels were an extra step for a time.
    pub(super) fn end_panels(&mut self) {
        let mut process = Framework::shipped("la-2023".parse().unwrap()).unwrap().process;
        process.panel.first_publication.value = false;
        let (from, text) = (self.day(), self.content());
        self.ask(
            "revise_process",
            json!({
                "framework": "la-2023", "from": from, "process": process,
                "reason": "temporary_step_ended", "revised_on": self.today.to_string(),
                "text": text,
            }),
        );
    }
}
