//! The financial facts of a report as one table of words, the same in every format.

use crate::render::{self, grouped};
use assessment::event::Precept;
use ledger::report::{Finance, FinanceChange, FinanceYear};

/// What stands under the table: these figures are no ground for anything else in the report.
pub const NOTES: [&str; 2] = [
    "These figures are for information only: no score and no rating depends on them.",
    "All figures are approximate. A difference is the spend minus the budget.",
];

/// What stands where a draft has no financial facts yet.
pub const NOT_RECORDED: &str = "Not recorded yet.";

/// What stands in the place of a figure that is not known.
const NOT_KNOWN: &str = "Not known";

/// A minus sign, which is no hyphen.
const MINUS: char = '\u{2212}';

/// A table: what each column is, and the rows.
pub struct Table {
    /// The heading of each column; the first one is that of what the rows are about.
    pub columns: Vec<String>,
    /// What each row is about, and its other cells.
    pub rows: Vec<(&'static str, Vec<String>)>,
}

/// The years side by side, and what changed from the first to the last.
pub fn table(finance: &Finance) -> Table {
    let years = finance.years.iter().map(|year| year.year.to_string());
    let change = finance.change.as_ref();
    let changed = change.map(|change| format!("Change since {}", change.from));
    let columns = ["Figure".to_owned()].into_iter().chain(years).chain(changed).collect();
    let row = |what: &'static str,
               cell: &dyn Fn(&FinanceYear) -> String,
               of_change: &dyn Fn(&FinanceChange) -> String| {
        let cells = finance.years.iter().map(cell).chain(change.map(of_change));
        (what, cells.collect::<Vec<String>>())
    };
    let rows = vec![
        row("Total budget", &|it| money(it.total_budget_pence), &|it| more(it.total_budget_pence)),
        row("Total spend", &|it| money(it.total_spend_pence), &|it| more(it.total_spend_pence)),
        row("Difference in total", &|it| more(it.total_over_budget_pence), &|_| String::new()),
        row("Adult social care budget", &|it| money(it.care_budget_pence), &|it| {
            more(it.care_budget_pence)
        }),
        row("Adult social care spend", &|it| money(it.care_spend_pence), &|it| {
            more(it.care_spend_pence)
        }),
        row("Difference in adult social care", &|it| more(it.care_over_budget_pence), &|_| {
            String::new()
        }),
        row(
            "Adult social care's share of the total spend",
            &|it| known(it.care_share_permille, |share| format!("{} %", tenths(share))),
            &|it| known(it.care_share_permille, points),
        ),
        row("Full adult social care precept", &|it| known(it.precept, precept), &|_| String::new()),
        row("People in long-term support", &|it| people(it.people_long_term), &|it| {
            more_people(it.people_long_term)
        }),
        row("People in short-term support", &|it| people(it.people_short_term), &|it| {
            more_people(it.people_short_term)
        }),
    ];
    Table { columns, rows }
}

/// Where the figures of each year stand.
pub fn sources(finance: &Finance) -> Vec<String> {
    let source = |year: &FinanceYear| match &year.source {
        Some(source) => format!("Source for {}: {source}", year.year),
        None => format!("Source for {}: not stated", year.year),
    };
    finance.years.iter().map(source).collect()
}

fn known<T>(figure: Option<T>, words: impl Fn(T) -> String) -> String {
    figure.map_or_else(|| NOT_KNOWN.to_owned(), words)
}

fn money(pence: Option<u64>) -> String {
    known(pence, pounds)
}

fn more(pence: Option<i64>) -> String {
    known(pence, |pence| signed(pence, pounds))
}

fn people(number: Option<u64>) -> String {
    known(number, grouped)
}

fn more_people(number: Option<i64>) -> String {
    known(number, |number| signed(number, grouped))
}

fn points(permille: i64) -> String {
    let unit = if permille.unsigned_abs() == 10 { "point" } else { "points" };
    format!("{} percentage {unit}", signed(permille, tenths))
}

fn precept(precept: Precept) -> String {
    let words = match precept {
        Precept::Full => "Raised",
        Precept::NotFull => "Not raised",
    };
    words.to_owned()
}

/// Pounds, with pence only where there are any.
fn pounds(pence: u64) -> String {
    format!("£{}", render::pounds(pence))
}

fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// A difference with its sign; none of what is the same.
fn signed(number: i64, words: impl Fn(u64) -> String) -> String {
    let size = words(number.unsigned_abs());
    match number {
        0 => size,
        1.. => format!("+{size}"),
        _ => format!("{MINUS}{size}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pound lost in rounding, or a comma in the wrong place, makes another figure.
    #[test]
    fn money_is_exact_and_shows_pence_only_where_there_are_any() {
        for (pence, expected) in [
            (0, "£0"),
            (7, "£0.07"),
            (99_999, "£999.99"),
            (100_000, "£1,000"),
            (51_230_000_000, "£512,300,000"),
            (123_456_789, "£1,234,567.89"),
            (u64::MAX, "£184,467,440,737,095,516.15"),
        ] {
            assert_eq!(pounds(pence), expected);
        }
    }

    #[test]
    fn a_difference_has_its_sign() {
        for (pence, expected) in
            [(0, "£0"), (100, "+£1"), (-150, "−£1.50"), (i64::MIN, "−£92,233,720,368,547,758.08")]
        {
            assert_eq!(signed(pence, pounds), expected);
        }
        assert_eq!(points(-3), "−0.3 percentage points");
        assert_eq!(points(10), "+1.0 percentage point");
        assert_eq!(more_people(Some(-1_234)), "−1,234");
    }
}
