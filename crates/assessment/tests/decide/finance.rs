//! Financial facts of a local authority. The fears: a figure moves a score, or stands in the way
//! of a decision; a share is computed wrongly; nothing at all is recorded as if it were something.

use super::step_cases::*;
use super::*;
use assessment::event::FinancialFacts;
use proptest::prelude::*;

/// A year, with every figure that it can have.
pub fn record(further: Value) -> Command {
    let data = json!({
        "facts": {
            "care_budget_pence": 24_510_000_000_u64, "care_spend_pence": 25_700_000_000_u64,
            "people_long_term": 8_400, "people_short_term": 1_250, "precept": "full",
            "total_budget_pence": 61_000_000_000_u64, "total_spend_pence": 62_900_000_000_u64,
        },
        "organisation": COUNTY, "source": "https://example.org/accounts", "year": "2024-25",
    });
    command("record_finance", data, further)
}

/// A refusal each, after what must have happened before it.
pub fn cases() -> Vec<When> {
    vec![given([authority(COUNTY)]).when(record(json!({"facts": {}})))]
}

#[test]
fn a_year_is_recorded_and_replaced() {
    let known = given([authority(COUNTY)]);
    let recorded = record(json!({})).encode();
    let known = known.when(record(json!({}))).then([event("finance_recorded", recorded)]);
    let known = known.when(record(json!({}))).quiet();
    // Without its source it says nothing new; with another one it does.
    let known = known.when(record(json!({"source": null}))).quiet();
    known.clone().when(record(json!({"source": "https://example.org/other"}))).recorded_once();
    let known = known.and(record(json!({"facts": {"people_long_term": 8_500}})));
    let known = known.and(record(json!({"year": "2023-24"})));
    let finance = &known.state.organisations[&COUNTY.parse().expect("a code")].finance;
    let years: Vec<String> = finance.keys().map(ToString::to_string).collect();
    assert_eq!(years, ["2023-24", "2024-25"]);
    let last = finance.values().next_back().expect("two");
    assert_eq!(
        last.facts,
        FinancialFacts { people_long_term: Some(8_500), ..FinancialFacts::default() }
    );
}

#[test]
fn figures_are_those_of_a_local_authority_and_at_least_one() {
    given([]).when(record(json!({}))).refused("organisation_unknown");
    given([system(COUNTY)]).when(record(json!({}))).refused("wrong_kind");
    given([authority(COUNTY)]).when(record(json!({"facts": {}}))).refused("no_facts");
    let precept = json!({"facts": {"precept": "not_full"}});
    given([authority(COUNTY)]).when(record(precept)).recorded_once();
}

#[test]
fn a_share_needs_both_figures_and_is_rounded_half_up() {
    let share = |care: Option<u64>, total: Option<u64>| {
        let facts = FinancialFacts {
            care_spend_pence: care,
            total_spend_pence: total,
            ..FinancialFacts::default()
        };
        facts.care_share_permille()
    };
    assert_eq!(share(None, Some(5)), None);
    assert_eq!(share(Some(5), None), None);
    assert_eq!(share(Some(5), Some(0)), None);
    assert_eq!(share(Some(0), Some(5)), Some(0));
    assert_eq!(share(Some(25_700_000_000), Some(62_900_000_000)), Some(409));
    // 0.05 % lies in the middle of two tenths, and 0.04999 % below it.
    assert_eq!(share(Some(1), Some(2_000)), Some(1));
    assert_eq!(share(Some(4_999), Some(10_000_000)), Some(0));
    assert_eq!(share(Some(3), Some(2)), Some(1_500));
}

const GREATEST: u64 = (1 << 53) - 1;

/// A year of figures, or of none.
fn any_facts() -> impl Strategy<Value = Value> {
    let figure = || prop::option::of(0..=GREATEST);
    (figure(), figure(), prop::option::of(0..100_000u64), "20[12][0-9]").prop_map(
        |(care, total, people, first)| {
            let second = (first.parse::<u32>().expect("a year") + 1) % 100;
            let mut facts = json!({});
            for (name, figure) in [
                ("care_spend_pence", care),
                ("total_spend_pence", total),
                ("people_long_term", people),
            ] {
                if let Some(figure) = figure {
                    facts[name] = json!(figure);
                }
            }
            json!({"facts": facts, "organisation": TOWN, "year": format!("{first}-{second:02}")})
        },
    )
}

proptest! {
    /// The share is at most half a tenth away from the exact one, and at a half it is the greater.
    #[test]
    fn a_share_is_the_nearest_tenth(care in 0..=GREATEST, total in 1..=GREATEST, near in 0..3u64) {
        let care = if near == 0 { care.min(total) } else { care };
        let facts = FinancialFacts {
            care_spend_pence: Some(care),
            total_spend_pence: Some(total),
            ..FinancialFacts::default()
        };
        let share = u128::from(facts.care_share_permille().expect("both are known"));
        // share − ½ ≤ 1000 · care ÷ total < share + ½, times 2 · total.
        let exact = 2_000 * u128::from(care);
        let total = u128::from(total);
        prop_assert!(2 * share * total <= exact + total);
        prop_assert!(exact < (2 * share + 1) * total);
    }

    /// The same history with figures in it and without them comes to the same, refusals too.
    #[test]
    fn no_figure_moves_a_score(
        figures in prop::collection::vec((0..70usize, any_facts()), 1..12),
        scores in prop::collection::vec(1..=4u8, 9),
    ) {
        let low = cells("la-2025").into_iter().zip(scores);
        let history = begun("la-2025").into_iter()
            .chain(low.map(|(cell, given)| score(&cell, json!({"score": given}))))
            .chain([convene(json!({})), decide_panel(json!({}))])
            .chain(passages("la-2025").into_iter().map(write))
            .chain([share(json!({})), publish(json!({})), rescore(json!({
                "by": "p-201", "reviewed_on": "2026-05-13", "score": 1,
            }))]);
        let (mut with, mut without) = (Given::default(), Given::default());
        for (at, command) in history.enumerate() {
            for (_, facts) in figures.iter().filter(|(when, _)| *when == at) {
                let recorded = decide(&with.state, &record(facts.clone()), &context());
                with = recorded.unwrap_or_default().into_iter().fold(with, Given::and_then);
            }
            let outcome = decide(&without.state, &command, &context());
            prop_assert_eq!(&decide(&with.state, &command, &context()), &outcome);
            for event in outcome.unwrap_or_default() {
                with = with.and_then(event.clone());
                without = without.and_then(event);
            }
        }
        prop_assert_eq!(with.state.assessments, without.state.assessments);
    }
}
