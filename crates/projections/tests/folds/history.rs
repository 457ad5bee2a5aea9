//! The publications of a body.
//!
//! Guards against the fear that a withdrawn report disappears without a trace, or that ratings of
//! different methods are read as a trend.

use super::*;
use projections::{Fate, HistoryRow, Note};

fn history(world: &World) -> Vec<HistoryRow> {
    let body = &world.projections.bodies[&COUNTY.parse().expect("a code")];
    projections::history(body, &world.projections.frameworks)
}

#[test]
fn publications_are_told_in_order_with_what_became_of_each() {
    let later = json!({"date": "2025-02-03", "month": "2025-02", "framework": "la-2025"});
    let mut world = World::after([import(later), import(json!({}))]);
    world.ask(&command(
        "withdraw_publication",
        json!({
            "publication": "X99000001-2025-a-p1", "reason": "ordered", "withdrawn_on": "2025-03-01",
        }),
        json!({}),
    ));
    world.ask(&command(
        "reissue_publication",
        json!({
            "publication": "X99000001-2025-a-p1", "published_on": "2025-03-03",
            "reason": "after_withdrawal",
        }),
        json!({}),
    ));
    world.ask(&command(
        "write_draft",
        json!({
            "assessment": "X99000001-2025-a", "content": steps::content(40), "section": "summary",
            "written_on": "2025-03-03",
        }),
        json!({}),
    ));
    world.ask(&command(
        "reissue_publication",
        json!({
            "publication": "X99000001-2025-a-p2", "published_on": "2025-03-04",
            "reason": "error_in_text",
        }),
        json!({}),
    ));
    let rows = history(&world);
    let brief: Vec<_> = rows
        .iter()
        .map(|row| {
            let followed_by = row.followed_by.map(|it| it.to_string()).unwrap_or_default();
            (row.publication.to_string(), row.fate, followed_by, row.note)
        })
        .collect();
    let id = |text: &str| format!("{COUNTY}-{text}");
    assert_eq!(
        brief,
        [
            (id("2024-a-p1"), Fate::Superseded, id("2025-a-p1"), None),
            (id("2025-a-p1"), Fate::Withdrawn, id("2025-a-p2"), Some(Note::AnotherMethod)),
            (id("2025-a-p2"), Fate::Reissued, id("2025-a-p3"), None),
            (id("2025-a-p3"), Fate::Current, String::new(), None),
        ]
    );
    assert_eq!(rows[1].rating.map(|rating| rating.as_str()), Some("Good"), "as it was published");
    assert_eq!(rows[1].withdrawn_on.map(|on| on.to_string()), Some("2025-03-01".to_owned()));
    assert_eq!(rows[1].withdrawal_reason.map(|it| it.as_str()), Some("ordered"));
    assert_eq!(rows[2].reissue_reason.map(|it| it.as_str()), Some("after_withdrawal"));
}

/// A corrected import is the same publication, and what was published after it stands.
#[test]
fn a_correction_is_no_publication_of_its_own() {
    let mut world = World::after([import(json!({}))]);
    let below = json!({
        "rating": "requires_improvement", "scores": [2, 2, 3, 3, 3, 2, 2, 3, 2],
        "replace": "typing_error",
    });
    world.ask(&import(below));
    let rows = history(&world);
    assert_eq!((rows.len(), rows[0].fate), (1, Fate::Current));
    assert_eq!(rows[0].rating.map(|rating| rating.as_str()), Some("Requires improvement"));
}
