//! What is tried after a publication.

use super::{AUTHORITIES, STRICT, Tries, made};
use crate::Seeded;
use assessment::state::State;
use assessment::{AssessmentId, Command};
use chrono::NaiveDate;
use serde_json::json;

const REASONS: [&str; 4] =
    ["after_withdrawal", "error_in_text", "basis_struck_out", "process_review"];

impl Tries {
    pub(super) fn import(&mut self, today: NaiveDate, seeded: &mut Seeded) -> Command {
        let mut data = json!({
            "framework": seeded.of(&["la-2025", STRICT, "la-2023"]),
            "month": today.format("%Y-%m").to_string(), "name": "Body",
            "organisation": seeded.of(&AUTHORITIES), "programme": seeded.of(&["formal", "pilot"]),
            "rating": "good", "score": 64, "scores": [2, 3, 3, 3, 3, 2, 2, 3, 2],
        });
        if seeded.one_in(2) {
            data["date"] = json!(today.to_string());
        }
        match seeded.below(4) {
            0 => {
                data["scores"] = json!([]);
                data["partial"] = json!(true);
            }
            1 => {
                data["rating"] = json!("requires_improvement");
                data["score"] = json!(62);
                data["accept_disagreement"] = json!("as_published");
            }
            _ => {}
        }
        made("import_publication", data)
    }

    /// What may come after a publication: mostly a review, and what its publication needs.
    pub(super) fn afterwards(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        match seeded.below(14) {
            0 => self.anything(state, id, today, seeded),
            1 => self.passage(state, id, today, seeded),
            2 if seeded.one_in(3) => self.withdraw(state, id, today, seeded),
            3 if seeded.one_in(3) => self.reissue(state, id, today, seeded),
            4 => self.comment(state, id, today, seeded),
            _ => self.missing(state, id, today, seeded),
        }
    }

    pub(super) fn withdraw(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let data = json!({
            "publication": self.publication(state, id, seeded), "reason": "ordered",
            "withdrawn_on": self.day(today, seeded),
        });
        made("withdraw_publication", data)
    }

    pub(super) fn reissue(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let data = json!({
            "publication": self.publication(state, id, seeded),
            "published_on": self.day(today, seeded), "reason": seeded.of(&REASONS),
        });
        made("reissue_publication", data)
    }

    /// The last publication, seldom another number.
    fn publication(&self, state: &State, id: AssessmentId, seeded: &mut Seeded) -> String {
        let last = state.assessments[&id].last_publication();
        match last.filter(|_| !seeded.one_in(6)) {
            Some(last) => last.to_string(),
            None => format!("{id}-p{}", 1 + seeded.below(3)),
        }
    }

    /// Any passage, written anew.
    pub(super) fn passage(
        &mut self,
        state: &State,
        id: AssessmentId,
        today: NaiveDate,
        seeded: &mut Seeded,
    ) -> Command {
        let framework = &state.frameworks[&state.assessments[&id].framework];
        let passages = framework.process.passages(framework);
        let mut data = serde_json::to_value(seeded.of(&passages)).unwrap();
        data["assessment"] = json!(id);
        data["content"] = self.content();
        data["written_on"] = json!(self.day(today, seeded));
        made("write_draft", data)
    }
}
