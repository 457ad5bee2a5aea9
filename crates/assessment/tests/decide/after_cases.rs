//! Refusals of updates, withdrawals and reissues, each with a case that reproduces it.

use super::step_cases::*;
use super::updates::{LIVELY, again, moved, published, update};
use super::withdrawals::{reissue, withdraw};
use super::*;

/// A case of every refusal of an update, a withdrawal or a reissue.
pub fn cases() -> Vec<When> {
    let later = json!({
        "date": "2026-05-14", "framework": LIVELY, "month": "2026-05", "organisation": TOWN,
    });
    vec![
        moved().and(import(later)).when(update()),
        published().and(again(1)).when(confirm_panel(json!({}))),
        published().when(update()),
        published().and(withdraw(json!({}))).when(update()),
        published().when(withdraw(json!({"publication": "X99000007-2026-a-p2"}))),
        moved().and(update()).when(reissue(json!({}))),
        published().when(reissue(json!({"reason": "after_withdrawal"}))),
        published()
            .and(withdraw(json!({"reason": "not_to_be_public"})))
            .when(reissue(json!({"reason": "after_withdrawal"}))),
    ]
}
