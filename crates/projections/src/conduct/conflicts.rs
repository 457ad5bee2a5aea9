//! No conflict between sources is open.

use super::{Check, Finding, Records};
use assessment::event::{ConflictField, ConflictRecorded};
use assessment::{AssessmentId, Event};
use std::collections::BTreeMap;

/// One finding for each field of an assessment of which it was last recorded that it is open.
pub(super) fn check(records: &Records<'_>) -> Vec<Finding> {
    let mut last: BTreeMap<(AssessmentId, ConflictField), (u64, &ConflictRecorded)> =
        BTreeMap::new();
    for (position, event) in records {
        if let Event::ConflictRecorded(conflict) = event {
            last.insert((conflict.assessment, conflict.field), (*position, conflict));
        }
    }
    let open = last.into_values().filter(|(_, conflict)| conflict.is_unresolved());
    open.map(|(position, conflict)| finding(position, conflict)).collect()
}

fn finding(position: u64, conflict: &ConflictRecorded) -> Finding {
    let ConflictRecorded { a, b, assessment, field, noted_on, .. } = conflict;
    let stated = format!("{} ({}) or {} ({})", a.value, a.source, b.value, b.source);
    Finding {
        check: Check::Conflicts,
        organisation: assessment.organisation(),
        assessment: *assessment,
        subject: name(*field),
        what: format!("{stated} is open since {noted_on}"),
        days_late: None,
        positions: vec![position],
    }
}

fn name(field: ConflictField) -> String {
    match field {
        ConflictField::OverallRating => "overall_rating".to_owned(),
        ConflictField::OverallScore => "overall_score".to_owned(),
        ConflictField::PublicationDate => "publication_date".to_owned(),
        ConflictField::Statement(statement) => statement.to_string(),
    }
}
