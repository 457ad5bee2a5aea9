//! Histories made by hand, for what seldom happens.

use super::{code, told};
use crate::history::History;
use assessment::Event;
use assessment::framework::Framework;
use projections::Knowing;
use serde_json::{Value, json};

const BODY: &str = "X99000001";
const ID: &str = "X99000001-2025-a";

fn scored() -> History {
    let mut history = History::lived(1, 0);
    let opened = json!({"assessment": ID, "framework": "la-2023", "kind": "baseline",
        "opened_on": "2025-01-06", "organisation": BODY});
    add(&mut history, "assessment_opened", 1, &opened);
    let framework = Framework::shipped("la-2023".parse().unwrap()).unwrap();
    for (_, statement) in framework.statements() {
        let review = json!({"assessment": ID, "basis": "statement", "by": "p-017",
            "evidence": [], "reason": "assessment", "reviewed_on": "2025-02-03",
            "role": "assessor", "score": 3, "statement": statement.id});
        add(&mut history, "score_reviewed", 2, &review);
    }
    history
}

fn add(history: &mut History, kind: &str, schema: u64, data: &Value) {
    history.events.push(Event::decode(kind, schema, &data.to_string()).unwrap());
}

/// Guards against a score that is in force for ever, as nothing followed a cancelled assessment.
#[test]
fn the_score_of_a_cancelled_assessment_is_in_force_no_more() {
    let mut history = scored();
    let until = |history: &History| {
        let timeline = told(history, BODY, Knowing::Everything);
        assert_eq!(timeline.facts.code, code(BODY));
        let [course] = timeline.courses.as_slice() else { panic!("{:?}", timeline.courses) };
        assert_eq!(course.steps.len(), 1);
        course.until.map(|on| on.to_string())
    };
    assert_eq!(until(&history), None);
    let cancelled = json!({"assessment": ID, "cancelled_on": "2025-03-05", "reason": "postponed"});
    add(&mut history, "assessment_cancelled", 1, &cancelled);
    assert_eq!(until(&history).as_deref(), Some("2025-03-05"));
}

/// Guards against a detail that begins with what parts it from the one before.
#[test]
fn a_publication_without_a_rating_tells_what_became_of_it() {
    let mut history = scored();
    let made = json!({"assessment": ID, "by": "p-900", "framework": "la-2023", "kind": "baseline",
        "passages": [], "publication": format!("{ID}-p1"), "published_on": "2025-06-20",
        "released": "0".repeat(63) + "1", "scores": []});
    add(&mut history, "publication_made", 1, &made);
    let timeline = told(&history, BODY, Knowing::Everything);
    let published = timeline.happenings.iter().find(|it| it.is_publication()).unwrap();
    assert_eq!(published.detail, "current");
}
