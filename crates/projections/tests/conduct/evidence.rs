//! What a published score rests on: the reviews that came to it, and no others.

use crate::cases::{Case, statements};
use projections::Check;

const OLD: &str = "X99000001-e1";
const NEW: &str = "X99000001-e2";

/// Guards against a finding about evidence that the score was never given on, as what was judged
/// on it waits: the imported score is stated again.
#[test]
fn a_score_that_was_imported_rests_on_no_review_that_waits() {
    let mut case = Case::imported_under("la-2025", "good", [3; 9]);
    case.evidence(1, "2020");
    case.score_on("p-017", (statements()[0], 2, "2025-05-01"), &[OLD]);
    let same: Vec<(&str, u8)> = statements().into_iter().map(|it| (it, 3)).collect();
    case.publish(2, "2025-06-01", &same, "good");
    assert!(case.found(Check::EvidenceAge).is_empty());
}

/// Guards against a finding about the review before the one that a score came from, as that one
/// was struck out since.
#[test]
fn a_score_whose_review_was_struck_out_rests_on_none_before_it() {
    let mut case = Case::opened("la-2023");
    case.evidence(1, "2020");
    case.evidence(2, "2025-01-31");
    case.score_on("p-017", ("safeguarding", 2, "2025-02-03"), &[OLD]);
    let mut repeated = Case { journal: case.journal.clone() };
    let latest = case.score_on("p-017", ("safeguarding", 3, "2025-02-04"), &[NEW]);
    case.publish(1, "2025-06-01", &[("safeguarding", 3)], "good");
    case.strike(latest, "score_reviewed");
    assert!(case.found(Check::EvidenceAge).is_empty());

    // As long as a score is stated again, it rests on what it did; another one does not.
    let first = repeated.publish(1, "2025-06-01", &[("safeguarding", 2)], "good");
    repeated.score_on("p-017", ("safeguarding", 4, "2025-06-02"), &[]);
    let again = repeated.publish(2, "2025-06-03", &[("safeguarding", 2)], "good");
    repeated.publish(3, "2025-06-04", &[("safeguarding", 3)], "good");
    repeated.publish(4, "2025-06-05", &[("safeguarding", 2)], "good");
    let reports: Vec<Option<u64>> =
        repeated.positions(Check::EvidenceAge).iter().map(|it| it.last().copied()).collect();
    assert_eq!(reports, [Some(first), Some(again)]);
}
