//! The financial facts of a local authority, as a report shows them: side by side, with what
//! differs. Nothing of a report's scores and ratings comes from here.

use crate::released::ReleasedFinance;
use assessment::event::Precept;
use assessment::{FinancialYear, SourceUrl};
use serde::Serialize;

/// Financial facts, for information only; all of them are approximate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finance {
    /// The years, oldest first; none where nothing is recorded, which only a draft says.
    pub years: Vec<FinanceYear>,
    /// What changed from the first of the years to the last.
    pub change: Option<FinanceChange>,
}

/// A financial year; what is absent is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FinanceYear {
    /// Which one.
    pub year: FinancialYear,
    /// Where the figures stand.
    pub source: Option<SourceUrl>,
    /// What was to be spent on everything, in pence.
    pub total_budget_pence: Option<u64>,
    /// What was spent on everything, in pence.
    pub total_spend_pence: Option<u64>,
    /// The spend on everything minus its budget, in pence.
    pub total_over_budget_pence: Option<i64>,
    /// What was to be spent on adult social care, in pence.
    pub care_budget_pence: Option<u64>,
    /// What was spent on adult social care, in pence.
    pub care_spend_pence: Option<u64>,
    /// The spend on adult social care minus its budget, in pence.
    pub care_over_budget_pence: Option<i64>,
    /// Adult social care's share of all spending, in tenths of a per cent.
    pub care_share_permille: Option<u64>,
    /// Whether the full adult social care precept was raised.
    pub precept: Option<Precept>,
    /// People in long-term support.
    pub people_long_term: Option<u64>,
    /// People in short-term support.
    pub people_short_term: Option<u64>,
}

/// What changed from one financial year to another; what is absent is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FinanceChange {
    /// The earlier year.
    pub from: FinancialYear,
    /// The later year.
    pub to: FinancialYear,
    /// Of what was to be spent on everything, in pence.
    pub total_budget_pence: Option<i64>,
    /// Of what was spent on everything, in pence.
    pub total_spend_pence: Option<i64>,
    /// Of what was to be spent on adult social care, in pence.
    pub care_budget_pence: Option<i64>,
    /// Of what was spent on adult social care, in pence.
    pub care_spend_pence: Option<i64>,
    /// Of adult social care's share of all spending, in tenths of a percentage point.
    pub care_share_permille: Option<i64>,
    /// Of the people in long-term support.
    pub people_long_term: Option<i64>,
    /// Of the people in short-term support.
    pub people_short_term: Option<i64>,
}

impl Finance {
    /// What is known of some years, oldest first, with what differs.
    pub fn new(known: &[ReleasedFinance]) -> Self {
        let years: Vec<FinanceYear> = known.iter().map(FinanceYear::new).collect();
        let change = match years.as_slice() {
            [first, .., last] => Some(FinanceChange::between(first, last)),
            _ => None,
        };
        Self { years, change }
    }
}

impl FinanceYear {
    fn new(known: &ReleasedFinance) -> Self {
        let ReleasedFinance { facts, source, year } = known;
        Self {
            year: *year,
            source: source.clone(),
            total_budget_pence: facts.total_budget_pence,
            total_spend_pence: facts.total_spend_pence,
            total_over_budget_pence: minus(facts.total_spend_pence, facts.total_budget_pence),
            care_budget_pence: facts.care_budget_pence,
            care_spend_pence: facts.care_spend_pence,
            care_over_budget_pence: minus(facts.care_spend_pence, facts.care_budget_pence),
            care_share_permille: facts.care_share_permille(),
            precept: facts.precept,
            people_long_term: facts.people_long_term,
            people_short_term: facts.people_short_term,
        }
    }
}

impl FinanceChange {
    fn between(from: &FinanceYear, to: &FinanceYear) -> Self {
        Self {
            from: from.year,
            to: to.year,
            total_budget_pence: minus(to.total_budget_pence, from.total_budget_pence),
            total_spend_pence: minus(to.total_spend_pence, from.total_spend_pence),
            care_budget_pence: minus(to.care_budget_pence, from.care_budget_pence),
            care_spend_pence: minus(to.care_spend_pence, from.care_spend_pence),
            care_share_permille: minus(to.care_share_permille, from.care_share_permille),
            people_long_term: minus(to.people_long_term, from.people_long_term),
            people_short_term: minus(to.people_short_term, from.people_short_term),
        }
    }
}

/// The difference, where both are known.
fn minus(a: Option<u64>, b: Option<u64>) -> Option<i64> {
    i64::try_from(i128::from(a?) - i128::from(b?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use assessment::event::FinancialFacts;

    fn year(year: &str, facts: FinancialFacts) -> ReleasedFinance {
        ReleasedFinance { facts, source: None, year: year.parse().unwrap() }
    }

    /// A figure made up for one that is missing would be read as a cut, or as a rise.
    #[test]
    fn what_is_not_known_gives_no_difference() {
        let first = FinancialFacts {
            care_budget_pence: Some(50_000),
            care_spend_pence: Some(50_001),
            total_spend_pence: Some(200_000),
            people_long_term: Some(7),
            ..FinancialFacts::default()
        };
        let last = FinancialFacts { care_spend_pence: Some(40_000), ..first };
        let last = FinancialFacts { people_long_term: None, total_budget_pence: Some(1), ..last };
        let finance = Finance::new(&[year("2023-24", first), year("2024-25", last)]);
        let [first, last] = finance.years.as_slice() else { panic!("{finance:?}") };
        assert_eq!((first.care_over_budget_pence, first.total_over_budget_pence), (Some(1), None));
        assert_eq!(last.care_over_budget_pence, Some(-10_000));
        assert_eq!((first.care_share_permille, last.care_share_permille), (Some(250), Some(200)));
        let change = finance.change.unwrap();
        assert_eq!((change.from, change.to), (first.year, last.year));
        assert_eq!(change.care_spend_pence, Some(-10_001));
        assert_eq!((change.care_budget_pence, change.care_share_permille), (Some(0), Some(-50)));
        assert_eq!((change.total_budget_pence, change.people_long_term), (None, None));
    }

    #[test]
    fn one_year_has_nothing_to_change_from() {
        assert_eq!(Finance::new(&[year("2024-25", FinancialFacts::default())]).change, None);
        assert_eq!(Finance::new(&[]), Finance { years: vec![], change: None });
    }

    /// No figure that a record can hold may overflow.
    #[test]
    fn the_largest_figures_have_a_difference() {
        let most = FinancialFacts { total_spend_pence: Some((1 << 53) - 1), ..Default::default() };
        let least = FinancialFacts { total_spend_pence: Some(0), ..Default::default() };
        let finance = Finance::new(&[year("2023-24", most), year("2024-25", least)]);
        assert_eq!(finance.change.unwrap().total_spend_pence, Some(1 - (1 << 53)));
    }
}
