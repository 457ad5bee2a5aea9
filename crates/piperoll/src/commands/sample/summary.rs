//! `sample summary`: what was found, and what that says of the population.

use super::list::corrected;
use super::{in_words, items, known, percent, set};
use crate::cli::{Format, ShowSample};
use crate::commands::{Home, at, only_for_the_regulator, open};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, count, grouped};
use assessment::event::{Quota, SampleItemJudged};
use assessment::sample::{AnomalyClass, Finding};
use assessment::state::Sample;
use assessment::{ItemId, SampleId};
use assurance::{Share, clopper_pearson};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// The confidence of every interval, in hundredths of a per cent.
const CONFIDENCE: u64 = 9_500;

/// What was found in a sample as a whole, or in a stratum of it.
#[derive(Debug, Clone, Serialize)]
struct SummaryRow {
    sample: SampleId,
    stratum: Option<String>,
    population: u64,
    drawn: u64,
    judged: u64,
    left: u64,
    agree: u64,
    adjacent: u64,
    anomalies: u64,
    /// Anomalies that who found them found to be none.
    corrected: u64,
    /// Per cent of those that are judged; and with which interval, once all are.
    error_rate: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    classes: String,
}

impl Row for SummaryRow {
    const HEADER: &'static [&'static str] = &[
        "sample",
        "stratum",
        "population",
        "drawn",
        "judged",
        "left",
        "agree",
        "adjacent",
        "anomalies",
        "corrected",
        "error_rate",
        "low",
        "high",
        "classes",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("stratum", |row| row.stratum.clone().unwrap_or("all".to_owned())),
            Column::left("judged", |row| format!("{} of {}", row.judged, row.drawn)),
            Column::right("agree", |row| row.agree.to_string()),
            Column::right("adjacent", |row| row.adjacent.to_string()),
            Column::right("anomalies", |row| row.anomalies.to_string()),
            Column::right("error rate", |row| {
                row.error_rate.map_or_else(String::new, |rate| format!("{rate:.1} %"))
            }),
            Column::left("95 % interval", |row| match row.low.zip(row.high) {
                Some(_) if row.judged == row.population => "all were read".to_owned(),
                Some((low, high)) => format!("{low:.1} to {high:.1} %"),
                None => String::new(),
            }),
        ]
    }
}

impl SummaryRow {
    /// What was found of these items.
    fn of(sample: &Sample, stratum: Option<&str>, population: u64, items: &[ItemId]) -> Self {
        let judged: Vec<&SampleItemJudged> =
            items.iter().filter_map(|item| sample.judged.get(item)).collect();
        let found = |finding| judged.iter().filter(|it| it.finding == finding).count() as u64;
        let (drawn, judged_now) = (items.len() as u64, judged.len() as u64);
        Self {
            sample: sample.committed.sample,
            stratum: stratum.map(str::to_owned),
            population,
            drawn,
            judged: judged_now,
            left: drawn - judged_now,
            agree: found(Finding::Agree),
            adjacent: found(Finding::Adjacent),
            anomalies: found(Finding::Anomaly),
            corrected: corrected(sample).iter().filter(|it| items.contains(&it.item)).count()
                as u64,
            error_rate: None,
            low: None,
            high: None,
            classes: classes(&judged)
                .iter()
                .map(|(class, items)| format!("{class}:{}", items.len()))
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    /// The same with its error rate. There is no interval before all are judged: whoever judged
    /// some of them first could have chosen which.
    fn with_rate(mut self) -> Self {
        let hundredths = |share: f64| (share * 10_000.0).round() / 100.0;
        if self.judged > 0 {
            self.error_rate = Some(hundredths(self.anomalies as f64 / self.judged as f64));
        }
        if self.judged > 0 && self.left == 0 {
            let confidence = Share::new(CONFIDENCE).expect("it is less than all");
            let interval = clopper_pearson(self.anomalies, self.judged, confidence);
            (self.low, self.high) =
                (Some(hundredths(interval.low)), Some(hundredths(interval.high)));
        }
        self
    }

    /// Between which rates that of the whole lies for certain, where the interval goes beyond:
    /// these anomalies there are, and no others among what was read.
    fn certain(&self) -> Option<(f64, f64)> {
        let per_cent = |items: u64| items as f64 * 100.0 / self.population as f64;
        let unread = self.population - self.judged;
        let certain = (per_cent(self.anomalies), per_cent(self.anomalies + unread));
        let (low, high) = self.low.zip(self.high)?;
        (low < certain.0 || high > certain.1).then_some(certain)
    }
}

/// The anomalies of each class.
fn classes(judged: &[&SampleItemJudged]) -> BTreeMap<AnomalyClass, Vec<ItemId>> {
    let mut classes: BTreeMap<AnomalyClass, Vec<ItemId>> = BTreeMap::new();
    for it in judged {
        if let (Finding::Anomaly, Some(class)) = (it.finding, it.class) {
            classes.entry(class).or_default().push(it.item);
        }
    }
    classes
}

/// Sums up a sample.
pub fn run(home: &Home, args: &ShowSample, out: &mut dyn Write) -> Outcome {
    let (id, asking) = (args.sample, &args.asking);
    only_for_the_regulator(asking.audience, "a sample")?;
    let sample = known(&open(home)?.state(at(asking), &|_| vec![])?, id)?;
    let Some(drawn) = &sample.drawn else {
        return Err(Failure::new(REFUSED, format!("{id} is not drawn yet, so nothing is found"))
            .hint("`piperoll sample seed` and `piperoll sample draw` come first"));
    };
    let whole = SummaryRow::of(&sample, None, sample.committed.population_size, &drawn.items);
    let alike = is_drawn_alike(&sample);
    let mut rows = vec![if alike { whole.with_rate() } else { whole }];
    if sample.committed.quotas.len() > 1 && !items::hides_strata(&sample) {
        rows.extend(strata(&sample, &drawn.items));
    }
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &rows);
    }
    writeln!(out, "sample {id}: {}", in_words(&sample.committed.population))?;
    let (size, of) = (grouped(rows[0].drawn), grouped(rows[0].population));
    writeln!(out, "{size} of {of} drawn, {} left to judge\n", rows[0].left)?;
    render::rows(out, Format::Table, &rows)?;
    tell_classes(&sample, out)?;
    for line in remarks(&sample, &rows[0], alike) {
        writeln!(out)?;
        line.lines().try_for_each(|line| set(line, 0, out))?;
    }
    Ok(())
}

fn strata(sample: &Sample, items: &[ItemId]) -> Vec<SummaryRow> {
    let mut by_stratum: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
    for (item, stratum) in items.iter().zip(items::strata(sample)) {
        by_stratum.entry(stratum).or_default().push(*item);
    }
    let row = |quota: &Quota| {
        let items = by_stratum.remove(quota.stratum.as_str()).unwrap_or_default();
        SummaryRow::of(sample, Some(&quota.stratum), quota.of, &items).with_rate()
    };
    sample.committed.quotas.iter().map(row).collect()
}

/// Whether an item stands for about as many decisions in every stratum, for no more than twice as
/// many as in another.
fn is_drawn_alike(sample: &Sample) -> bool {
    let quotas = &sample.committed.quotas;
    let stands_for = |it: &Quota, other: &Quota| {
        u128::from(it.of) * u128::from(other.size) <= 2 * u128::from(other.of) * u128::from(it.size)
    };
    quotas.iter().all(|it| quotas.iter().all(|other| stands_for(it, other)))
}

fn tell_classes(sample: &Sample, out: &mut dyn Write) -> Outcome {
    let judged: Vec<&SampleItemJudged> = sample.anomalies().collect();
    if !judged.is_empty() {
        writeln!(out)?;
    }
    for (class, items) in classes(&judged) {
        let items: Vec<&str> = items.iter().map(ItemId::as_str).collect();
        let said = count(items.len() as u64, "item");
        writeln!(out, "anomaly {class}: {said} ({})", items.join(", "))?;
    }
    Ok(())
}

/// What is to be known when these figures are read.
fn remarks(sample: &Sample, whole: &SummaryRow, alike: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if !alike {
        remarks.push(
            "No overall rate: the strata were drawn at different rates, so that an item of one \
             stands for more than twice as many decisions as an item of another."
                .to_owned(),
        );
    }
    if whole.left > 0 {
        remarks.push(format!(
            "{} left: rates are of those judged so far, and there is no interval until all are.",
            count(whole.left, "item")
        ));
    }
    if alike && let Some((low, high)) = whole.certain() {
        remarks.push(format!(
            "The interval is Clopper and Pearson's; what was read leaves {low:.1} to {high:.1} %."
        ));
    }
    remarks.extend(corrected(sample).into_iter().map(taken_back));
    remarks.extend(alike.then(|| supported(sample, whole)).flatten());
    remarks
}

/// An anomaly that is none any more.
fn taken_back(found: &SampleItemJudged) -> String {
    let SampleItemJudged { item, by, judged_on, class, .. } = found;
    let class = render::known(class);
    format!("{item} was found to be an anomaly ({class}) by {by} on {judged_on}, and corrected.")
}

/// Whether the sample shows what its size was reckoned for.
fn supported(sample: &Sample, whole: &SummaryRow) -> Option<String> {
    let committed = &sample.committed;
    let (confidence, tolerable) = committed.confidence.zip(committed.tolerable_error)?;
    let (confidence, tolerable) = (percent(confidence), percent(tolerable));
    let all = grouped(committed.population_size);
    let claim = format!(
        "with {confidence} % confidence, fewer than {tolerable} % of the {all} are in error"
    );
    Some(match (whole.left, whole.anomalies) {
        (0, 0) if committed.quotas.len() > 1 => format!(
            "It supports this: {claim}. (The size was reckoned for a draw from the whole; drawn by \
             strata in proportion, that holds nearly.)"
        ),
        (0, 0) => format!("It supports this: {claim}."),
        (_, 0) => format!("It does not support this yet, as not all is judged: {claim}."),
        (_, anomalies) => format!(
            "It does not support this, as its size allows for no anomaly, and there {}: {claim}.",
            if anomalies == 1 { "is 1".to_owned() } else { format!("are {anomalies}") }
        ),
    })
}
