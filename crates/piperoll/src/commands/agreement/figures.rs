//! The figures of each group of pairs, and how they are printed.

use super::pairs::between;
use crate::cli::{Agreement as Args, AgreementBy, named};
use crate::render::{Column, Row};
use assurance::{Bootstrap, Figure, Interval, Pairs, Scale, Statistic, TooFew, compare};
use projections::ScorePair;
use serde::Serialize;
use std::collections::BTreeMap;

/// The confidence of every interval, in per cent.
pub const CONFIDENCE: u64 = 95;

/// The pairs that have something in common, and what is said of them.
pub struct Group {
    /// What they have in common; nothing of all pairs.
    pub by: Option<AgreementBy>,
    /// Its name.
    pub name: String,
    /// How many pairs there are.
    pub pairs: usize,
    /// What is said, in the order of [`Statistic::ALL`].
    pub figures: Result<[Figure; 7], TooFew>,
}

/// All pairs, then each group by its name; nothing where there are none.
pub fn groups(
    pairs: &[ScorePair],
    by: Option<AgreementBy>,
    bootstrap: &Bootstrap<'_>,
) -> Vec<Group> {
    if pairs.is_empty() {
        return vec![];
    }
    let mut divided: BTreeMap<String, Vec<(u8, u8)>> = BTreeMap::new();
    let scores = |pair: &ScorePair| (pair.first.get(), pair.second.get());
    for (by, pair) in by.into_iter().flat_map(|by| pairs.iter().map(move |pair| (by, pair))) {
        divided.entry(pair.decision.stratum(&[by.stratifier()])).or_default().push(scores(pair));
    }
    let scale = Scale::new(1..=4).expect("four scores are more than one");
    let group = |by, name: String, pairs: Vec<(u8, u8)>| {
        let pairs = Pairs::new(&scale, pairs).expect("every score is from 1 to 4");
        Group { by, name, pairs: pairs.len(), figures: compare(&pairs, bootstrap) }
    };
    let all = group(None, "all".to_owned(), pairs.iter().map(scores).collect());
    let divided = divided.into_iter().map(|(name, pairs)| group(by, name, pairs));
    std::iter::once(all).chain(divided).collect()
}

impl Group {
    /// One of the figures, where there are enough pairs.
    pub fn figure(&self, statistic: Statistic) -> Option<&Figure> {
        self.figures.as_ref().ok()?.iter().find(|figure| figure.statistic == statistic)
    }

    /// How much higher the second score is, and within which interval.
    pub fn shift(&self) -> Option<(f64, Interval)> {
        let figure = self.figure(Statistic::Shift)?;
        figure.value.ok().zip(figure.interval.ok())
    }

    /// A figure with its interval, or why there is none, for people.
    pub fn with_interval(&self, statistic: Statistic) -> String {
        let Some(figure) = self.figure(statistic) else { return String::new() };
        match (figure.value, figure.interval) {
            (Err(_), _) => "all alike".to_owned(),
            (Ok(value), Err(_)) => format!("{} (no interval)", rounded(value)),
            (Ok(value), Ok(Interval { low, high })) => {
                // No place to break a line at: the interval stays whole.
                format!("{} [{},\u{a0}{}]", rounded(value), rounded(low), rounded(high))
            }
        }
    }

    fn value(&self, statistic: Statistic) -> Option<f64> {
        self.figure(statistic)?.value.ok()
    }
}

/// A figure as people read it; what is as good as 0 has no sign.
pub fn rounded(value: f64) -> String {
    let text = format!("{value:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text }
}

/// A figure with more digits than anybody needs, so that it can be compared, and without those in
/// which only the order of a sum shows.
fn exact(value: f64) -> f64 {
    const DIGITS: f64 = 1e12;
    // Adding 0 takes the sign from -0.
    (value * DIGITS).round() / DIGITS + 0.0
}

/// One figure of a group.
#[derive(Serialize)]
pub struct AgreementRow<'a> {
    between: String,
    by: Option<&'static str>,
    group: &'a str,
    pairs: u64,
    statistic: &'static str,
    definition: &'static str,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// Why there is no value, or no interval.
    why_not: Option<String>,
    seed: &'a str,
    replicates: u32,
    confidence: u64,
    /// For people, all figures of a group stand in one line.
    #[serde(skip)]
    whole: &'a Group,
}

impl<'a> AgreementRow<'a> {
    /// A figure, as it is printed.
    pub fn of(args: &'a Args, group: &'a Group, statistic: Statistic) -> Self {
        let (statistic_name, definition) = named(statistic);
        let figure = group.figure(statistic);
        let interval = figure.and_then(|figure| figure.interval.ok());
        let why_not = match (&group.figures, figure) {
            (Err(too_few), _) => Some(too_few.to_string()),
            (_, Some(Figure { value: Err(why), .. })) => Some(why.to_string()),
            (_, Some(Figure { interval: Err(why), .. })) => Some(why.to_string()),
            _ => None,
        };
        let value = group.value(statistic);
        // An interval around nothing would be read as one around something.
        let interval = interval.filter(|_| value.is_some());
        Self {
            between: between(args),
            by: group.by.map(AgreementBy::as_str),
            group: &group.name,
            pairs: group.pairs as u64,
            statistic: statistic_name,
            definition,
            value: value.map(exact),
            low: interval.map(|it| exact(it.low)),
            high: interval.map(|it| exact(it.high)),
            why_not,
            seed: args.seed.as_str(),
            replicates: args.replicates,
            confidence: CONFIDENCE,
            whole: group,
        }
    }
}

impl Row for AgreementRow<'_> {
    const HEADER: &'static [&'static str] = &[
        "between",
        "by",
        "group",
        "pairs",
        "statistic",
        "definition",
        "value",
        "low",
        "high",
        "why_not",
        "seed",
        "replicates",
        "confidence",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("group", |row| row.group.to_owned()),
            Column::right("pairs", |row| row.pairs.to_string()),
            Column::right("exact", |row| row.short(Statistic::Exact)),
            Column::right("adj.", |row| row.short(Statistic::Adjacent)),
            Column::right("shift", |row| match row.whole.value(Statistic::Shift) {
                Some(shift) if rounded(shift) != "0.000" => format!("{shift:+.3}"),
                _ => row.short(Statistic::Shift),
            }),
            Column::text("AC2", |row| match &row.whole.figures {
                Ok(_) => row.whole.with_interval(Statistic::Ac2),
                Err(too_few) => too_few.to_string(),
            }),
            Column::text("alpha", |row| row.whole.with_interval(Statistic::Alpha)),
        ]
    }
}

impl AgreementRow<'_> {
    fn short(&self, statistic: Statistic) -> String {
        self.whole.value(statistic).map(rounded).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{exact, rounded};

    /// The fear: a figure that says "marks down by nothing".
    #[test]
    fn nothing_has_no_sign() {
        assert_eq!(
            [-0.000_4, -0.0, 0.000_4, -0.000_6].map(rounded),
            ["0.000", "0.000", "0.000", "-0.001"]
        );
        assert!(exact(-0.0).is_sign_positive() && exact(-1e-14).is_sign_positive());
        assert_eq!(exact(0.806_721_419_941_315_3), 0.806_721_419_941);
    }
}
