//! What was published before this ledger: the fear is that an import invents something (a day, a
//! score, a panel), swallows a row that contradicts itself, or overwrites one taken in before.

use super::*;

/// Nine scores that make 22 of 36: 62 %, Requires improvement.
const BELOW: [u8; 9] = [2, 3, 3, 3, 3, 2, 2, 2, 2];

#[test]
fn a_row_brings_its_framework_and_its_body_and_says_only_what_is_known() {
    let further = json!({"date": null, "score": null, "source": null});
    let recorded = given([]).when(import(further.clone())).recorded();
    let kinds: Vec<&str> = recorded.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, ["framework_adopted", "organisation_registered", "publication_imported"]);
    assert_eq!(recorded[0].1["adopted_on"], TODAY);
    assert_eq!(
        recorded[1].1,
        json!({
            "code": COUNTY, "kind": "local_authority", "name": "Exampleshire",
            "name_basis": "stated",
        })
    );
    let mut imported = recorded[2].1.clone();
    assert_eq!(imported["scores"].as_array().map(Vec::len), Some(9));
    assert_eq!(imported["scores"][0], json!({"score": 2, "statement": "assessing-needs"}));
    imported["scores"] = json!([]);
    assert_eq!(
        imported,
        json!({
            "assessment": "X99000001-2024-a", "framework": "la-2023",
            "framework_basis": "assumed", "kind": "baseline", "kind_basis": "assumed",
            "month": "2024-05", "organisation": COUNTY, "programme": "formal",
            "publication": "X99000001-2024-a-p1", "rating": "good", "scores": [],
        })
    );
    given([import(further.clone())]).when(import(further)).quiet();
}

#[test]
fn a_pilot_is_called_so_by_the_source() {
    let recorded = given([]).when(import(json!({"programme": "pilot"}))).recorded();
    assert_eq!(recorded[2].1["kind"], "pilot");
    assert_eq!(recorded[2].1["kind_basis"], "stated");
}

#[test]
fn the_same_row_again_is_already_there_and_another_content_is_refused() {
    let known = given([import(json!({}))]);
    let known = known.when(import(json!({}))).quiet();
    // Another spelling of the name is no other content: the body is known already.
    let known = known.when(import(json!({"name": "Exampleshire Council"}))).quiet();
    let refusal = known.when(import(json!({"scores": [3, 2, 3, 3, 3, 2, 2, 3, 2]})));
    let refusal = refusal.refused("publication_differs").to_string();
    assert!(refusal.ends_with("its score for assessing-needs is 2, not 3"), "{refusal}");
}

#[test]
fn another_programme_or_month_is_another_assessment() {
    let known = given([import(json!({}))])
        .and(import(json!({"programme": "pilot"})))
        .and(import(json!({"date": null, "month": "2023-11"})));
    let ids: Vec<String> = known.events[2..].iter().map(Event::stream).collect();
    let expected = ["X99000001-2024-a", "X99000001-2024-b", "X99000001-2023-a"];
    assert_eq!(ids, expected.map(|id| format!("assessment/{id}")));
}

#[test]
fn a_correction_is_a_later_record_of_the_whole() {
    let corrected = json!({"rating": "requires_improvement", "score": 62, "scores": BELOW});
    let mut replacing = corrected.clone();
    replacing["replace"] = json!("typing_error");
    let known = given([import(json!({}))]);
    known.clone().when(import(corrected.clone())).refused("publication_differs");
    let recorded = known.clone().when(import(replacing.clone())).recorded();
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0].0, "imported_publication_replaced");
    assert_eq!(recorded[0].1["reason"], "typing_error");
    assert_eq!(recorded[0].1["import"]["assessment"], "X99000001-2024-a");
    let known = known.and(import(replacing.clone()));
    let known = known.when(import(replacing)).quiet();
    let known = known.when(import(corrected)).quiet();
    known.when(import(json!({}))).refused("publication_differs");
}

#[test]
fn a_correction_may_name_another_framework_until_the_assessment_is_reviewed() {
    let other = || import(json!({"framework": "la-2025", "replace": "typing_error"}));
    let known = given([import(json!({}))]);
    known.clone().and(other());
    known.and(review(json!({}))).when(other()).refused("framework_kept");
}

#[test]
fn a_row_must_give_what_it_says() {
    let rating = json!({"rating": "outstanding", "score": null});
    let score = json!({"score": 63});
    let known = given([]);
    let refusal = known.clone().when(import(rating.clone())).refused("rating_disagrees");
    assert!(refusal.to_string().contains("Outstanding"), "{refusal}");
    known.clone().when(import(score.clone())).refused("score_disagrees");
    for mut row in [rating, score] {
        row["accept_disagreement"] = json!("as_published");
        let recorded = known.clone().when(import(row.clone())).recorded();
        assert_eq!(
            recorded[2].1["disagreement"],
            json!({"computed_rating": "good", "computed_score": 64, "reason": "as_published"})
        );
        given([import(row.clone())]).when(import(row)).quiet();
    }
    // Accepted in advance for a whole table, and not needed for this row.
    let row = json!({"accept_disagreement": "as_published"});
    assert!(known.when(import(row)).recorded()[2].1.get("disagreement").is_none());
}

#[test]
fn without_scores_a_row_is_taken_in_only_as_partial() {
    let bare = json!({"scores": null});
    let partial = json!({"scores": null, "partial": true});
    given([]).when(import(bare)).refused("scores_missing");
    let recorded = given([]).when(import(partial.clone())).recorded();
    assert_eq!(recorded[2].1["scores"], json!([]));
    let known = given([import(partial.clone())]);
    let known = known.when(import(partial)).quiet();
    // The scores became known: that is another content, and corrects.
    known.clone().when(import(json!({}))).refused("publication_differs");
    known.and(import(json!({"replace": "source_corrected"}))).when(import(json!({}))).quiet();
    // What has scores is no less whole for being allowed to have none.
    given([import(json!({"partial": true}))]).when(import(json!({}))).quiet();
}

#[test]
fn the_number_of_scores_is_that_of_the_framework() {
    for count in [1, 8, 10, 17] {
        let row = json!({"scores": vec![3; count]});
        given([]).when(import(row)).refused("wrong_number_of_scores");
    }
    let system = json!({
        "framework": "ics-2023", "organisation": SYSTEM, "scores": vec![3; 17], "score": 75,
    });
    assert_eq!(given([]).when(import(system)).recorded().len(), 3);
}

#[test]
fn a_month_stays_a_month_and_holds_its_day() {
    for month in ["2024", "2024-05-17"] {
        given([]).when(import(json!({"month": month}))).refused("not_a_month");
    }
    for date in ["2024-06-01", "2024-04-30", "2024-05", "2024"] {
        given([]).when(import(json!({"date": date}))).refused("date_outside_month");
    }
    let future = json!({"date": null, "month": "2026-06"});
    given([]).when(import(future)).refused("date_in_future");
    let tomorrow = json!({"date": "2026-05-18", "month": "2026-05"});
    given([]).when(import(tomorrow)).refused("date_in_future");
    given([import(json!({"date": null, "month": "2026-05"}))]);
}

#[test]
fn a_body_of_another_kind_or_an_unknown_framework_is_refused() {
    given([system(COUNTY)]).when(import(json!({}))).refused("wrong_kind");
    given([]).when(import(json!({"framework": "la-2099"}))).refused("framework_unknown");
}
