//! What people may try once something is published.

use super::*;
use attempts::{BODIES, last_published};
use proptest::prelude::*;
use steps::content;

/// What is struck out besides judgements.
const STRUCK: [&str; 8] = [
    "conflict_recorded",
    "draft_confirmed",
    "draft_extended",
    "evidence_withdrawn",
    "finance_recorded",
    "process_review_decided",
    "process_review_requested",
    "record_struck_out",
];

/// Something that comes after a publication; the rules may refuse it.
#[derive(Debug, Clone)]
pub enum After {
    Withdraw {
        body: usize,
    },
    Reissue {
        body: usize,
        reason: &'static str,
    },
    RequestReview {
        body: usize,
        words: u64,
    },
    DecideReview {
        body: usize,
    },
    Conflict {
        body: usize,
        statement: Option<u8>,
        used: bool,
    },
    Letter {
        body: usize,
        director: bool,
    },
    Finance {
        body: usize,
        year: u8,
        spend: u64,
    },
    /// Of the judgements, or of what comes after them, the nth from the last.
    StrikeOut {
        judgement: bool,
        back: usize,
    },
}

pub fn after_a_publication() -> impl Strategy<Value = After> {
    let body = || 0..3usize;
    let reasons = ["after_withdrawal", "error_in_text", "basis_struck_out", "process_review"];
    let reason = proptest::sample::select(reasons.to_vec());
    let statement = proptest::option::of(0..3u8);
    prop_oneof![
        2 => body().prop_map(|body| After::Withdraw { body }),
        8 => (body(), reason).prop_map(|(body, reason)| After::Reissue { body, reason }),
        2 => (body(), prop_oneof![Just(100u64), Just(501u64)])
            .prop_map(|(body, words)| After::RequestReview { body, words }),
        3 => body().prop_map(|body| After::DecideReview { body }),
        2 => (body(), statement, any::<bool>())
            .prop_map(|(body, statement, used)| After::Conflict { body, statement, used }),
        1 => (body(), any::<bool>())
            .prop_map(|(body, director)| After::Letter { body, director }),
        2 => finance().prop_map(|(body, year, spend)| After::Finance { body, year, spend }),
        4 => (any::<bool>(), 0..6usize)
            .prop_map(|(judgement, back)| After::StrikeOut { judgement, back }),
    ]
}

pub fn finance() -> impl Strategy<Value = (usize, u8, u64)> {
    (0..2usize, 20..25u8, any::<u32>().prop_map(u64::from))
}

/// Tries it, dated on a day. A refusal is an answer like any other: nothing happens.
pub fn after(world: &mut World, attempt: &After, on: &str) {
    if let Some(command) = of(world, attempt, on) {
        let _ = world.refusal(&command);
    }
}

fn of(world: &World, attempt: &After, on: &str) -> Option<Command> {
    let publication = |body: usize| {
        let id = last_published(world, BODIES[body])?;
        world.state.assessments[&id].last_publication()
    };
    let (kind, data) = match attempt {
        After::Withdraw { body } => (
            "withdraw_publication",
            json!({
                "publication": publication(*body)?, "reason": "published_in_error",
                "withdrawn_on": on,
            }),
        ),
        After::Reissue { body, reason } => (
            "reissue_publication",
            json!({"publication": publication(*body)?, "published_on": on, "reason": reason}),
        ),
        After::RequestReview { body, words } => (
            "request_process_review",
            json!({
                "ground": "process_not_followed", "publication": publication(*body)?,
                "received_on": on, "text": content(3), "words": words,
            }),
        ),
        After::DecideReview { body } => (
            "decide_process_review",
            json!({
                "by": "p-030", "decided_on": on, "outcome": "not_upheld",
                "publication": publication(*body)?, "text": content(4),
            }),
        ),
        After::Conflict { body, statement, used } => (
            "record_conflict",
            conflict(world, last_published(world, BODIES[*body])?, *statement, *used, on)?,
        ),
        After::Letter { body, director } => {
            let letter =
                if *director { "chief_executive_and_director" } else { "secretary_of_state" };
            (
                "notify_section_50",
                json!({
                    "assessment": last_published(world, BODIES[*body])?, "digest": "ab".repeat(32),
                    "letter": letter, "sent_on": on,
                }),
            )
        }
        After::Finance { body, year, spend } => return Some(facts(*body, *year, *spend)),
        After::StrikeOut { judgement, back } => {
            let is_meant = |(_, event): &(u64, &Event)| match event {
                Event::ScoreReviewed(_) | Event::PanelDecided(_) | Event::PanelConfirmed(_) => {
                    *judgement
                }
                event => !*judgement && STRUCK.contains(&event.kind()),
            };
            let position = world.in_force().into_iter().rev().filter(is_meant).nth(*back)?.0;
            ("strike_out", json!({"position": position, "reason": "wrong_entry", "struck_on": on}))
        }
    };
    Some(command(kind, data, json!({})))
}

/// Two sources disagree about a statement, or about the date, which nobody can settle here.
fn conflict(
    world: &World,
    id: AssessmentId,
    statement: Option<u8>,
    used: bool,
    on: &str,
) -> Option<Value> {
    let assessment = &world.state.assessments[&id];
    let framework = &world.state.frameworks[&assessment.framework];
    let stated = |value: Value| json!({"source": "the report, page 1", "value": value});
    let reason = used.then(|| json!({"reason": "in_report", "value": "a"}));
    let (field, a) = match statement {
        Some(nth) => {
            let (_, statement) = framework.statements().nth(usize::from(nth))?;
            let score = assessment.published_score(statement.id)?;
            (json!({"statement": statement.id}), json!({"score": score}))
        }
        None => (json!("publication_date"), json!({"date": assessment.published_on()?})),
    };
    Some(json!({
        "a": stated(a), "assessment": id, "b": stated(json!("not_stated")), "field": field,
        "noted_on": on, "used": reason,
    }))
}

/// What was spent in a year.
pub fn facts(body: usize, year: u8, spend: u64) -> Command {
    let year = format!("20{year:02}-{:02}", year + 1);
    let data = json!({
        "facts": {"care_spend_pence": spend}, "organisation": BODIES[body], "year": year,
    });
    command("record_finance", data, json!({}))
}
