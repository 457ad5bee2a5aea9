//! What second readers do with a sample, and what comes of it.
//!
//! Guards against the fear that somebody judges their own work, that a second score is made to
//! agree with the first, or that an anomaly is told away.

use super::samples::*;
use super::step_cases::*;
use super::*;
use assessment::ItemId;

#[test]
fn whoever_had_a_part_reads_nothing_again() {
    let team = json!({
        "assessment": ONE, "team": [{"person": "p-017", "role": "specialist_advisor"}],
    });
    let commented = shared().and(comment(json!({}))).and(resolve(json!({"by": "p-106"})));
    let known = commented.and(command("amend_assessment", team, json!({})));
    let of_panel = json!({"population": {"of": "panel_decisions"}, "size": 9});
    for further in [of_panel, json!({"size": 9})] {
        let known = drawn(known.clone(), further);
        let item = items(&known)[0];
        let read = known.clone().and(second_score(item, json!({})));
        for person in [SCORER, "p-101", "p-017", "p-106"] {
            let by = json!({"by": person});
            known.clone().when(second_score(item, by.clone())).refused("reader_involved");
            read.clone().when(judge(item, by)).refused("reader_involved");
        }
    }
}

/// Each score of a panel's record is an item of its own.
#[test]
fn a_panels_scores_are_drawn_one_by_one() {
    let of_panel = json!({"population": {"of": "panel_decisions"}, "size": 9});
    let known = drawn(calibrated(), of_panel);
    let decision = known.events.iter().position(|it| it.kind() == "panel_decided").expect("one");
    let mut ids: Vec<String> = items(&known).iter().map(ToString::to_string).collect();
    ids.sort();
    assert_eq!(ids, (1..=9).map(|number| format!("{decision}.{number}")).collect::<Vec<_>>());
    let whole = ItemId::record(decision as u64);
    known.clone().when(second_score(whole, json!({}))).refused("item_not_drawn");
    known.and(second_score(ItemId::within(decision as u64, 9), json!({})));
}

/// An import names nobody, and an erasure belongs to no assessment; who recorded it is known.
#[test]
fn what_names_no_assessor_is_judged_by_anybody_else() {
    let publications = json!({"population": {"of": "publications"}, "size": 1});
    let known = drawn(given([import(json!({}))]), publications);
    let item = items(&known)[0];
    let recorder = context().actor.to_string();
    known.clone().when(judge(item, json!({"by": recorder}))).refused("reader_involved");
    known.and(judge(item, json!({"by": SCORER})));
    let held = given([adopt(framework("la-2023")), authority(COUNTY), submit(json!({}))]);
    let erased = held.and(evidence::erase(json!({"authority": "p-301"})));
    let known = drawn(erased, json!({"population": {"of": "erasures"}, "size": 1}));
    let item = items(&known)[0];
    known.clone().when(judge(item, json!({"by": "p-301"}))).refused("reader_involved");
    known.clone().when(second_score(item, json!({}))).refused("not_a_score");
    known.and(judge(item, json!({})));
}

#[test]
fn nothing_is_read_before_the_draw_or_on_a_day_to_come() {
    let known = drawn(decided(), json!({}));
    let item = items(&known)[0];
    let read = known.clone().and(second_score(item, json!({})));
    for (day, code) in [("2026-05-16", "out_of_order"), ("2026-05-18", "date_in_future")] {
        known.clone().when(second_score(item, json!({"scored_on": day}))).refused(code);
        read.clone().when(judge(item, json!({"judged_on": day}))).refused(code);
    }
    // A month that the draw is in may be after it.
    known.and(second_score(item, json!({"scored_on": "2026-05"})));
}

/// A second score is given before the first is seen, so it is never changed afterwards.
#[test]
fn a_blind_score_is_given_first_and_once() {
    let known = drawn(decided(), json!({}));
    let item = items(&known)[0];
    known.clone().when(judge(item, json!({}))).refused("not_scored_yet");
    let known = known.and(second_score(item, json!({"score": 2})));
    let known = known.when(second_score(item, json!({"score": 2}))).quiet();
    for further in [json!({"score": 3}), json!({"by": "p-202", "score": 2})] {
        known.clone().when(second_score(item, further)).refused("item_scored");
    }
    let known = known.and(judge(item, anomaly()));
    known.when(second_score(item, json!({"score": 3}))).refused("item_scored");
}

/// The first score is a 3.
#[test]
fn a_finding_says_what_the_scores_say() {
    let known = drawn(decided(), json!({}));
    let item = items(&known)[0];
    for (score, allowed) in
        [(1, &[][..]), (2, &["adjacent"][..]), (3, &["agree"][..]), (4, &["adjacent"][..])]
    {
        let known = known.clone().and(second_score(item, json!({"score": score})));
        for finding in ["agree", "adjacent"] {
            let judged = known.clone().when(judge(item, json!({"finding": finding})));
            match allowed.contains(&finding) {
                true => assert!(judged.outcome.is_ok_and(|events| events.len() == 1)),
                false => assert_eq!(judged.refused("finding_contradicts").code().len(), 19),
            }
        }
        // Whatever the scores are, something else may be wrong.
        known.and(judge(item, anomaly()));
    }
}

#[test]
fn an_anomaly_is_described() {
    let known = read_again();
    let item = items(&known)[0];
    let refused = |further: Value, code: &str| {
        known.clone().when(judge(item, further)).refused(code);
    };
    refused(json!({"finding": "anomaly"}), "anomaly_not_described");
    refused(json!({"finding": "anomaly", "text": content(1)}), "anomaly_not_described");
    let no_words = json!({"class": "not_supported", "finding": "anomaly", "text": empty()});
    refused(no_words, "anomaly_not_described");
    refused(json!({"class": "not_supported"}), "class_without_anomaly");
    known.clone().and(judge(item, json!({"text": content(1)})));
}

/// What was found may turn out otherwise for who found it; both findings stay, and the last one
/// counts.
#[test]
fn a_finding_is_corrected_by_a_later_one() {
    let known = read_again();
    let item = items(&known)[0];
    let known = known.and(judge(item, anomaly()));
    let known = known.when(judge(item, anomaly())).quiet();
    assert_eq!(sample(&known).anomalies().count(), 1);
    known.clone().when(judge(item, json!({"by": "p-202"}))).refused("judged_by_another");
    let known = known.and(judge(item, json!({"text": content(71)})));
    assert_eq!(sample(&known).anomalies().count(), 0);
    let findings = known.events.iter().filter(|it| it.kind() == "sample_item_judged");
    assert_eq!(findings.count(), 2);
    let [corrected] = &sample(&known).corrected[..] else { panic!("one stood before") };
    assert_eq!((corrected.item, corrected.finding.as_str()), (item, "anomaly"));
}

/// A framework that is said to answer a sample answers something that was found in it, before.
#[test]
fn a_framework_answers_an_anomaly() {
    let known = read_again();
    let item = items(&known)[0];
    let adopt = |given: &Given, on: &str| {
        let data = json!({
            "adopted_on": on, "because": "2026-a", "framework": framework("la-2023"),
        });
        given.clone().when(command("adopt_framework", data, json!({})))
    };
    adopt(&decided(), TODAY).refused("sample_unknown");
    adopt(&known, TODAY).refused("no_anomaly");
    let found = known.and(judge(item, anomaly()));
    adopt(&found, "2026-05-16").refused("out_of_order");
    let recorded = adopt(&found, TODAY).recorded();
    assert_eq!((recorded[0].0, &recorded[0].1["because"]), ("framework_adopted", &json!("2026-a")));
    adopt(&found.clone().and(judge(item, json!({}))), TODAY).refused("no_anomaly");
    // Said twice it is the same; what was there before is no answer.
    let data =
        |id: &str| json!({"adopted_on": TODAY, "because": "2026-a", "framework": framework(id)});
    let adopted = |id: &str| command("adopt_framework", data(id), json!({}));
    found.clone().and(adopted("la-2023")).when(adopted("la-2023")).quiet();
    found.when(adopted("la-2025")).refused("adopted_before");
}
