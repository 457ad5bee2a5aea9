//! Nobody judged as a member of a panel what they scored.

use super::{Check, Finding, Records, own_work, reviews, scored_in_words, with_reviews};
use assessment::{AssessmentId, Event, PanelId, PartialDate, PersonId};

/// A decision of a panel, or its confirmation.
struct Sitting<'a> {
    panel: PanelId,
    assessment: AssessmentId,
    members: &'a [PersonId],
    did: &'static str,
    on: PartialDate,
}

/// One finding for each member of each sitting who had scored the assessment by then, or did so
/// before it was published.
pub(super) fn check(records: &Records<'_>) -> Vec<Finding> {
    let reviews = reviews(records);
    let mut found = Vec::new();
    for (position, event) in records {
        let Some(sitting) = sitting(event) else { continue };
        for &person in sitting.members {
            let whose = (person, sitting.assessment);
            let own = own_work(&reviews, whose, *position, |_| true);
            if own.is_empty() {
                continue;
            }
            let scored = scored_in_words(person, &own);
            let Sitting { panel, assessment, did, on, .. } = sitting;
            found.push(Finding {
                check: Check::Panels,
                organisation: assessment.organisation(),
                assessment,
                subject: panel.to_string(),
                what: format!("{scored}, and {did} on {on} as a member of panel {panel}"),
                days_late: None,
                positions: with_reviews(&own, *position),
            });
        }
    }
    found
}

/// Only who is named as having decided: members who were recused had no part.
fn sitting(event: &Event) -> Option<Sitting<'_>> {
    match event {
        Event::PanelDecided(it) => Some(Sitting {
            panel: it.panel,
            assessment: it.assessment,
            members: &it.members,
            did: "decided",
            on: it.decided_on,
        }),
        Event::PanelConfirmed(it) => Some(Sitting {
            panel: it.panel,
            assessment: it.assessment,
            members: &it.members,
            did: "confirmed",
            on: it.confirmed_on,
        }),
        _ => None,
    }
}
