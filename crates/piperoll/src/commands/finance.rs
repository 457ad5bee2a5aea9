//! `finance …`: years of a local authority in figures, for information only.

use super::{Home, at, carry_out, only_for_the_regulator, open, organisation, told};
use crate::cli::{Asking, Finance, Format, RecordFinance};
use crate::exit::Outcome;
use crate::render::{self, Column, Row, grouped, known, pounds};
use crate::world;
use assessment::event::{FinanceRecorded, FinancialFacts, Precept};
use assessment::{Event, FinancialYear, Name, OrganisationCode, SourceUrl, command};
use ledger::At;
use serde::Serialize;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Finance, out: &mut dyn Write) -> Outcome {
    match command {
        Finance::Record(args) => record(home, args, out),
        Finance::List { organisation, asking } => list(home, organisation, asking, out),
    }
}

fn record(home: &Home, args: &RecordFinance, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let command = command::RecordFinance {
        facts: args.figures.facts(),
        organisation: organisation(&mut ledger, At::default(), &args.organisation)?,
        source: args.source.clone(),
        year: args.year,
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        let Event::FinanceRecorded(event) = event else { continue };
        let is = told(&args.writing, "is", "would be");
        let (code, year) = (event.organisation, event.year);
        writeln!(out, "what is known of {code} in {year} {is}:")?;
        render::facts(out, &figures(&event.facts))?;
        writeln!(out, "for information only: no score depends on it")?;
    }
    Ok(())
}

/// The figures of a year, in words; what is not known is empty.
fn figures(facts: &FinancialFacts) -> [(&'static str, String); 10] {
    let amount = |pence: Option<u64>| known(&pence.map(pounds));
    let people = |number: Option<u64>| known(&number.map(grouped));
    let difference = |spend, budget| known(&over(spend, budget).map(signed_pounds));
    [
        ("total budget", amount(facts.total_budget_pence)),
        ("total spend", amount(facts.total_spend_pence)),
        ("total over", difference(facts.total_spend_pence, facts.total_budget_pence)),
        ("care budget", amount(facts.care_budget_pence)),
        ("care spend", amount(facts.care_spend_pence)),
        ("care over", difference(facts.care_spend_pence, facts.care_budget_pence)),
        ("care share", known(&facts.care_share_permille().map(percent))),
        ("precept", known(&facts.precept.map(precept))),
        ("long-term people", people(facts.people_long_term)),
        ("short-term people", people(facts.people_short_term)),
    ]
}

/// A year with its differences, as data.
#[derive(Debug, Clone, Serialize)]
pub(super) struct YearRow {
    organisation: OrganisationCode,
    name: Name,
    year: FinancialYear,
    total_budget_pence: Option<u64>,
    total_spend_pence: Option<u64>,
    /// Spend less budget.
    total_over_pence: Option<i64>,
    care_budget_pence: Option<u64>,
    care_spend_pence: Option<u64>,
    care_over_pence: Option<i64>,
    care_share_permille: Option<u64>,
    precept: Option<Precept>,
    people_long_term: Option<u64>,
    people_short_term: Option<u64>,
    /// The year before that is known, and what is more or less than in it.
    changed_since: Option<FinancialYear>,
    total_spend_change_pence: Option<i64>,
    care_spend_change_pence: Option<i64>,
    people_long_term_change: Option<i64>,
    people_short_term_change: Option<i64>,
    source: Option<SourceUrl>,
}

impl Row for YearRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "year",
        "total_budget_pence",
        "total_spend_pence",
        "total_over_pence",
        "care_budget_pence",
        "care_spend_pence",
        "care_over_pence",
        "care_share_permille",
        "precept",
        "people_long_term",
        "people_short_term",
        "changed_since",
        "total_spend_change_pence",
        "care_spend_change_pence",
        "people_long_term_change",
        "people_short_term_change",
        "source",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![Column::left("year", |row| row.year.to_string())]
    }
}

/// The years of a body in order, each with what changed since the one before.
pub(super) fn year_rows(name: &Name, years: &[&FinanceRecorded]) -> Vec<YearRow> {
    let before = std::iter::once(None).chain(years.iter().copied().map(Some));
    years.iter().zip(before).map(|(of, before)| year_row(name, of, before)).collect()
}

fn year_row(name: &Name, of: &FinanceRecorded, before: Option<&FinanceRecorded>) -> YearRow {
    let changed_since = before.map(|before| before.year);
    let (facts, before) = (of.facts, before.map(|before| before.facts).unwrap_or_default());
    YearRow {
        organisation: of.organisation,
        name: name.clone(),
        year: of.year,
        total_budget_pence: facts.total_budget_pence,
        total_spend_pence: facts.total_spend_pence,
        total_over_pence: over(facts.total_spend_pence, facts.total_budget_pence),
        care_budget_pence: facts.care_budget_pence,
        care_spend_pence: facts.care_spend_pence,
        care_over_pence: over(facts.care_spend_pence, facts.care_budget_pence),
        care_share_permille: facts.care_share_permille(),
        precept: facts.precept,
        people_long_term: facts.people_long_term,
        people_short_term: facts.people_short_term,
        changed_since,
        total_spend_change_pence: over(facts.total_spend_pence, before.total_spend_pence),
        care_spend_change_pence: over(facts.care_spend_pence, before.care_spend_pence),
        people_long_term_change: over(facts.people_long_term, before.people_long_term),
        people_short_term_change: over(facts.people_short_term, before.people_short_term),
        source: of.source.clone(),
    }
}

/// A figure of the last two years, for people.
#[derive(Debug, Clone, Serialize)]
struct FigureRow {
    figure: &'static str,
    before: String,
    last: String,
    change: String,
}

impl Row for FigureRow {
    const HEADER: &'static [&'static str] = &["figure", "before", "last", "change"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("figure", |row| row.figure.to_owned()),
            Column::right("before", |row| row.before.clone()),
            Column::right("last", |row| row.last.clone()),
            Column::right("change", |row| row.change.clone()),
        ]
    }
}

fn list(home: &Home, text: &str, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a financial fact")?;
    let mut ledger = open(home)?;
    let code = organisation(&mut ledger, at(asking), text)?;
    let state = ledger.state(at(asking), &|_| vec![code])?;
    let Some(body) = state.organisations.get(&code) else { return Ok(()) };
    let years: Vec<&FinanceRecorded> = body.finance.values().collect();
    let rows = year_rows(&body.facts.name, &years);
    if asking.format != Format::Table || rows.is_empty() {
        return render::rows(out, asking.format, &rows);
    }
    let shown = &rows[rows.len().saturating_sub(2)..];
    render::rows(out, Format::Table, &side_by_side(&years[years.len() - shown.len()..]))?;
    let sources = shown.iter().filter_map(|row| Some((row.year, row.source.as_ref()?)));
    for (year, source) in sources {
        writeln!(out, "{year}: {source}")?;
    }
    out.flush()?;
    let more = rows.len() - shown.len();
    if more > 0 {
        world::say(format_args!(
            "{} before: `--format csv` gives every year",
            render::count(more as u64, "year")
        ));
    }
    world::say("pounds; approximate, and for information only: no score depends on it");
    Ok(())
}

/// One or two years under each other's names, and what changed.
fn side_by_side(years: &[&FinanceRecorded]) -> Vec<FigureRow> {
    let (last, before) = match years {
        [before, last] => (*last, Some(*before)),
        [last] => (*last, None),
        _ => return vec![],
    };
    let old = before.map(|before| before.facts).unwrap_or_default();
    let changes = changes(&old, &last.facts);
    let heads = FigureRow {
        figure: "financial year",
        before: before.map_or(String::new(), |before| before.year.to_string()),
        last: last.year.to_string(),
        change: String::new(),
    };
    let rows = figures(&old).into_iter().zip(figures(&last.facts)).zip(changes);
    let rows = rows.map(|(((figure, before), (_, last)), change)| {
        let is_known = |text: String| if text.is_empty() { "not known".to_owned() } else { text };
        let has_before = !heads.before.is_empty();
        let before = if has_before { is_known(before) } else { before };
        FigureRow { figure, before, last: is_known(last), change }
    });
    [heads.clone()].into_iter().chain(rows).collect()
}

/// What changed from one year to the next, in the order of [`figures`].
fn changes(old: &FinancialFacts, new: &FinancialFacts) -> [String; 10] {
    let amount = |new, old| known(&over(new, old).map(signed_pounds));
    let people = |new, old| known(&over(new, old).map(signed));
    [
        amount(new.total_budget_pence, old.total_budget_pence),
        amount(new.total_spend_pence, old.total_spend_pence),
        String::new(),
        amount(new.care_budget_pence, old.care_budget_pence),
        amount(new.care_spend_pence, old.care_spend_pence),
        String::new(),
        String::new(),
        String::new(),
        people(new.people_long_term, old.people_long_term),
        people(new.people_short_term, old.people_short_term),
    ]
}

/// How much one figure is over another, where both are known.
fn over(figure: Option<u64>, other: Option<u64>) -> Option<i64> {
    let signed = |figure: u64| i64::try_from(figure).ok();
    signed(figure?)?.checked_sub(signed(other?)?)
}

fn precept(precept: Precept) -> &'static str {
    match precept {
        Precept::Full => "full",
        Precept::NotFull => "not full",
    }
}

/// Tenths of a per cent as a percentage.
fn percent(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

fn signed_pounds(pence: i64) -> String {
    with_sign(pence, pounds)
}

fn signed(number: i64) -> String {
    with_sign(number, grouped)
}

fn with_sign(number: i64, show: fn(u64) -> String) -> String {
    let sign = match number {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", show(number.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::{grouped, percent, pounds, signed_pounds};

    /// A comma in the wrong place, or a lost nought, would show a tenth of it.
    #[test]
    fn figures_are_shown_as_they_are() {
        for (number, expected) in
            [(0, "0"), (12, "12"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), expected);
        }
        assert_eq!(pounds(123_456_700), "1,234,567");
        assert_eq!(pounds(123_456_707), "1,234,567.07");
        assert_eq!(signed_pounds(-5), "-0.05");
        assert_eq!(signed_pounds(100), "+1");
        assert_eq!(signed_pounds(0), "0");
        assert_eq!(percent(7), "0.7 %");
        assert_eq!(percent(375), "37.5 %");
    }
}
