//! What comes after a publication, as lines of commands, one of each kind.

use serde_json::{Value, json};

use crate::story::{AUTHORITY, command, text};

/// A year in figures, which record 7 of the ledger tells of.
pub fn finance() -> Vec<Value> {
    vec![command(
        "record_finance",
        json!({
            "facts": {
                "care_budget_pence": 15_000_000_000_u64, "care_spend_pence": 15_120_000_050_u64,
                "people_long_term": 4210, "people_short_term": 1900, "precept": "not_full",
                "total_budget_pence": 51_230_000_000_u64, "total_spend_pence": 52_000_000_005_u64,
            },
            "organisation": AUTHORITY.code, "source": "https://example.org/2324",
            "year": "2023-24",
        }),
    )]
}

/// Whether the process was followed.
pub fn reviewed_process() -> Vec<Value> {
    let publication = format!("{}-p1", AUTHORITY.assessment());
    vec![
        command(
            "request_process_review",
            json!({
                "ground": "process_not_followed", "publication": publication,
                "received_on": "2025-12-01", "text": text("request"), "words": 6,
            }),
        ),
        command(
            "decide_process_review",
            json!({
                "by": "p-040", "decided_on": "2025-12-15", "outcome": "not_upheld",
                "publication": publication, "text": text("decision"),
            }),
        ),
    ]
}

/// A failing after the publication, and the letter about it.
pub fn duty() -> Vec<Value> {
    vec![
        command(
            "review_score",
            json!({
                "assessment": AUTHORITY.assessment(), "by": "p-021",
                "evidence": [format!("{}-e1", AUTHORITY.code)], "organisation": AUTHORITY.code,
                "reason": "ongoing_review", "reviewed_on": "2026-01-05", "score": 1,
                "statement": "safeguarding", "text": text("failing"),
            }),
        ),
        command(
            "notify_section_50",
            json!({
                "assessment": AUTHORITY.assessment(), "digest": DIGEST,
                "letter": "secretary_of_state", "sent_on": "2026-01-06",
            }),
        ),
    ]
}

/// The digest of nothing.
const DIGEST: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

/// What was published is taken back and issued again, where sources differ, and what all bodies
/// come to.
pub fn corrections() -> Vec<Value> {
    let publication = format!("{}-p1", AUTHORITY.assessment());
    vec![
        command(
            "withdraw_publication",
            json!({
                "by": "p-030", "publication": publication, "reason": "ordered",
                "text": text("order"), "withdrawn_on": "2026-01-07",
            }),
        ),
        command(
            "reissue_publication",
            json!({
                "by": "p-030", "publication": publication, "published_on": "2026-01-08",
                "reason": "after_withdrawal", "text": text("repair"),
            }),
        ),
        command(
            "record_conflict",
            json!({
                "a": { "source": "the report, page 12", "value": { "score": 3 } },
                "assessment": "X99000001-2024-a",
                "b": { "source": "a press release", "value": "not_stated" },
                "field": { "statement": "safeguarding" }, "noted_on": "2026-01-09",
                "used": { "reason": "in_report", "value": "a" },
            }),
        ),
        command(
            "publish_national_report",
            json!({
                "by": "p-030", "kind": "local_authority", "statement": "safeguarding",
                "text": text("country"), "title": "Safeguarding in England",
            }),
        ),
        command(
            "strike_out",
            json!({
                "by": "p-003", "position": 8, "reason": "wrong_entry", "struck_on": "2026-01-10",
                "text": text("other year"),
            }),
        ),
    ]
}
