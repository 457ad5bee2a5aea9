//! Nothing was imported whose figures disagree.

use super::{Check, Finding, Records};
use assessment::event::PublicationImported;
use assessment::framework::Framework;
use assessment::scoring::Score;
use assessment::{AssessmentId, Event, FrameworkId};
use std::collections::BTreeMap;

/// One finding for each import, as it stands after all corrections, that states another rating or
/// overall score than its own scores give, whether or not that was marked.
pub(super) fn check(records: &Records<'_>) -> Vec<Finding> {
    let mut frameworks: BTreeMap<FrameworkId, &Framework> = BTreeMap::new();
    let mut last: BTreeMap<AssessmentId, (u64, &PublicationImported)> = BTreeMap::new();
    for (position, event) in records {
        match event {
            Event::FrameworkAdopted(adopted) => {
                frameworks.insert(adopted.framework.id, &adopted.framework);
            }
            Event::PublicationImported(import) => {
                last.insert(import.assessment, (*position, import));
            }
            Event::ImportedPublicationReplaced(replaced) => {
                last.insert(replaced.import.assessment, (*position, &replaced.import));
            }
            _ => {}
        }
    }
    let finding = |(position, import): (u64, &PublicationImported)| {
        finding(position, import, frameworks.get(&import.framework)?)
    };
    last.into_values().filter_map(finding).collect()
}

/// Nothing, if they agree, or if no scores are known that could say otherwise, or none give a
/// rating: a record made by hand may state both all the same.
fn finding(position: u64, import: &PublicationImported, framework: &Framework) -> Option<Finding> {
    let given = |(_, known): (_, &assessment::framework::Statement)| {
        let mut scores = import.scores.iter();
        scores.find(|cell| cell.statement == known.id).map(|cell| cell.score)
    };
    let scores: Vec<Score> = framework.statements().map(given).collect::<Option<_>>()?;
    if scores.is_empty() || !framework.awards_ratings() {
        return None;
    }
    let computed = framework.scoring.level(&scores);
    let other_rating = import.rating != computed.rating;
    let other_score = import.score.is_some_and(|stated| stated != computed.percent);
    if !other_rating && !other_score {
        return None;
    }
    let stated = match import.score {
        Some(score) => format!("{}, {score} %", import.rating),
        None => import.rating.to_string(),
    };
    let (on, publication) = (import.published_on(), import.publication);
    let computed = format!("{}, {} %", computed.rating, computed.percent);
    Some(Finding {
        check: Check::Disagreements,
        organisation: import.assessment.organisation(),
        assessment: import.assessment,
        subject: if other_rating { "overall_rating" } else { "overall_score" }.to_owned(),
        what: format!("{publication} states {stated} (published {on}); its scores give {computed}"),
        days_late: None,
        positions: vec![position],
    })
}
