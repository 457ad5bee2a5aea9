//! Publications of before this ledger, whose moves are held against a list of what is due.

use super::*;
use assessment::event::FrameworkAdopted;
use serde_json::json;

/// Guards against the fear that only reports of this ledger are looked at: of a body that was
/// published before it, a move that nothing lists as due is found as well.
#[test]
fn what_moved_since_an_import_and_is_not_listed_is_found() {
    let framework = Framework::shipped("la-2023".parse().expect("an id")).expect("shipped");
    let ids: Vec<StatementId> = framework.statements().map(|(_, it)| it.id).collect();
    let scores: Vec<_> = ids.iter().map(|id| json!({"score": 3, "statement": id})).collect();
    let id = "X99000001-2025-a";
    let of = |kind: &str, schema, data: serde_json::Value| {
        Event::decode(kind, schema, &data.to_string()).expect("an event")
    };
    let import = json!({"assessment": id, "framework": "la-2023",
        "framework_basis": "inferred", "kind": "baseline", "kind_basis": "stated",
        "month": "2025-03", "organisation": "X99000001", "programme": "formal",
        "publication": format!("{id}-p1"), "rating": "outstanding", "scores": scores});
    let review = |index: usize, score: u8| {
        let data = json!({"assessment": id, "basis": "statement", "by": "p-017",
            "evidence": [], "reason": "ongoing_review", "reviewed_on": "2025-05-01",
            "role": "assessor", "score": score, "statement": ids[index]});
        of("score_reviewed", 2, data)
    };
    let mut events = vec![
        Event::FrameworkAdopted(FrameworkAdopted {
            because: None,
            adopted_on: "2025-01-01".parse().expect("a day"),
            process_digest: String::new(),
            reason: None,
            scoring_digest: String::new(),
            text: None,
            framework: Box::new(framework.clone()),
        }),
        of(
            "organisation_registered",
            1,
            json!({"code": "X99000001", "kind": "local_authority", "name": "Exampleshire",
                "name_basis": "stated"}),
        ),
        of("publication_imported", 1, import),
    ];
    let found = |events: &[Event]| -> Vec<(String, Vec<u64>)> {
        let records: Vec<(u64, &Event)> = (0..).zip(events).collect();
        let state = replay(records.iter().copied());
        let found = moved(&records, &state, &BTreeSet::new(), &BTreeMap::new());
        found.into_iter().map(|(_, it)| (it.subject, it.positions)).collect()
    };
    assert!(found(&events).is_empty(), "the rating was accepted as it was published");
    events.extend([review(0, 4), review(1, 2)]);
    let statements = |index: usize, position| (ids[index].to_string(), vec![2, position]);
    assert_eq!(found(&events), [statements(0, 3), statements(1, 4)], "Good by 27 of 36 still");
    events.extend((2..9).map(|index| review(index, 2)));
    let subjects = found(&events);
    assert_eq!((subjects.len(), subjects[0].0.as_str()), (10, "overall"));
}
