//! A history made by hand, for what seldom happens; and the order of what differs.

use super::{Points, exhaustive, named};
use crate::history::History;
use assessment::framework::Framework;
use assessment::{AssessmentId, Event};
use projections::diff::{Difference, Item, Size};
use serde_json::{Value, json};
use std::sync::LazyLock;

const BODY: &str = "X99000001";
const SYSTEM: &str = "X99000003";
const ID: &str = "X99000001-2025-a";

/// Where a difference belongs among those of all bodies, as far as statements are told.
pub fn place(it: &Difference) -> (String, Option<AssessmentId>, u8, usize) {
    static ALL: LazyLock<Vec<Framework>> = LazyLock::new(Framework::all_shipped);
    let own = if it.organisation.as_str() == SYSTEM { "ics-2023" } else { "la-2023" };
    let framework = ALL.iter().find(|framework| framework.id.as_str() == own).unwrap();
    let (kind, statement) = match &it.item {
        Item::Body => (0, None),
        Item::Rating(_) => (1, None),
        Item::Score(id) => (2, Some(id)),
        Item::Reviewed(id) => (3, Some(id)),
        Item::Changed(id) => (4, Some(id)),
        Item::Due(..) => (5, None),
    };
    let place =
        statement.and_then(|id| framework.statements().position(|(_, known)| known.id == *id));
    (it.organisation.to_string(), it.assessment, kind, place.unwrap_or_default())
}

fn add(history: &mut History, kind: &str, schema: u64, data: &Value) -> u64 {
    history.events.push(Event::decode(kind, schema, &data.to_string()).unwrap());
    history.events.len() as u64 - 1
}

/// Guards against a need that no set of records can meet, so that what is a smallest set is called
/// one of which none can be left out: two strike-outs together bring an earlier date back, and no
/// record between is of that date.
#[test]
fn what_two_strike_outs_bring_back_they_caused() {
    let mut history = History::lived(1, 0);
    let opened = json!({"assessment": ID, "framework": "la-2023", "kind": "baseline",
        "opened_on": "2025-01-06", "organisation": BODY});
    add(&mut history, "assessment_opened", 1, &opened);
    let review = |on: &str, score: u8| {
        json!({"assessment": ID, "basis": "statement", "by": "p-017", "evidence": [],
            "reason": "assessment", "reviewed_on": on, "role": "assessor", "score": score,
            "statement": "safeguarding"})
    };
    add(&mut history, "score_reviewed", 2, &review("2025-02-03", 2));
    let second = add(&mut history, "score_reviewed", 2, &review("2025-02-10", 3));
    let third = add(&mut history, "score_reviewed", 2, &review("2025-02-17", 4));
    let mut both: Vec<u64> = Vec::new();
    for position in [third, second] {
        let struck = json!({"assessment": ID, "by": "p-001", "organisation": BODY,
            "position": position, "reason": "wrong_entry", "struck": "score_reviewed",
            "struck_on": "2025-03-03"});
        both.push(add(&mut history, "record_struck_out", 1, &struck));
    }
    let day = "2025-03-03".parse().unwrap();
    let points = Points::new(&history, (third, both[1]), (day, day));
    let found = points.differences();
    let items: Vec<String> = found.iter().map(|it| named(it).2).collect();
    assert_eq!(items, ["score safeguarding", "reviewed safeguarding", "changed safeguarding"]);
    let smallest = exhaustive(&points, &found);
    for difference in &found {
        assert_eq!(smallest[&named(difference)], both);
        assert_eq!((&difference.cause.records, difference.cause.size), (&both, Size::Smallest));
    }
}
