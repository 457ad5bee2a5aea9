//! Frameworks and assessments: an assessment is replayed for ever under the framework that it
//! names, so neither may change once it is there.

use super::*;

#[test]
fn a_framework_is_adopted_once_and_whole() {
    let recorded = given([]).when(adopt(framework("la-2025"))).recorded();
    let (kind, data) = &recorded[0];
    assert_eq!(*kind, "framework_adopted");
    assert_eq!(data["framework"], framework("la-2025"));
    assert_eq!(data["adopted_on"], "2023-12");
    for digest in ["process_digest", "scoring_digest"] {
        assert_eq!(data[digest].as_str().map(str::len), Some(64), "{digest}");
    }
    given([adopt(framework("la-2025"))]).when(adopt(framework("la-2025"))).quiet();
}

#[test]
fn an_adopted_framework_never_changes() {
    let mut changed = framework("la-2025");
    changed["name"]["value"] = json!("Another name");
    given([adopt(framework("la-2025"))]).when(adopt(changed)).refused("framework_exists");
}

#[test]
fn an_unsound_framework_is_refused_at_its_first_finding() {
    let mut hole = framework("la-2025");
    hole["scoring"]["bands"]["value"][1]["to"] = json!(61);
    let refusal = given([]).when(adopt(hole)).refused("framework_unsound").to_string();
    assert!(refusal.contains("scoring.bands"), "{refusal}");
}

#[test]
fn an_assessment_is_opened_once() {
    let known = given([adopt(framework("la-2023")), authority(COUNTY)]);
    let opened = json!({
        "assessment": "X99000001-2024-a", "framework": "la-2023", "kind": "baseline",
        "opened_on": "2024-02-01", "organisation": COUNTY,
    });
    let known = known.when(open(json!({}))).then([event("assessment_opened", opened)]);
    let known = known.when(open(json!({}))).quiet();
    let known = known.and(plans::cancel(json!({})));
    let second = known.when(open(json!({"kind": "pilot"}))).recorded();
    assert_eq!(second[0].1["assessment"], "X99000001-2024-b");
}

#[test]
fn ids_count_within_one_body_and_year() {
    let known = given([adopt(framework("la-2023")), authority(COUNTY), authority(CITY)])
        .and(open(json!({})))
        .and(open(json!({"organisation": CITY})))
        .and(plans::cancel(json!({})))
        .and(open(json!({"opened_on": "2025-01"})))
        .and(import(json!({})));
    let begun = ["assessment_opened", "publication_imported"];
    let begun = known.events.iter().filter(|event| begun.contains(&event.kind()));
    let ids: Vec<String> = begun.map(Event::stream).collect();
    let expected = ["X99000001-2024-a", "X99000002-2024-a", "X99000001-2025-a", "X99000001-2024-b"];
    assert_eq!(ids, expected.map(|id| format!("assessment/{id}")));
}

#[test]
fn an_assessment_is_of_a_body_under_a_framework_in_force() {
    let known = given([adopt(framework("la-2023")), authority(COUNTY), system(SYSTEM)]);
    known.clone().when(open(json!({"framework": "la-2025"}))).refused("framework_unknown");
    known.clone().when(open(json!({"organisation": CITY}))).refused("organisation_unknown");
    known.clone().when(open(json!({"organisation": SYSTEM}))).refused("wrong_kind");
    known.clone().when(open(json!({"opened_on": "2026-05-18"}))).refused("date_in_future");
    for before_or_after in ["2023-03-31", "2026-01-01"] {
        let opened_on = json!({"opened_on": before_or_after});
        known.clone().when(open(opened_on)).refused("framework_not_in_force");
    }
    for within in ["2023-04-01", "2023", "2025-12-31"] {
        known.clone().and(open(json!({"opened_on": within})));
    }
}
