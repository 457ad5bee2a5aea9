//! Agreement over time as a drawing: a mark with its interval for each quarter. SVG in whole
//! numbers, the same bytes for the same figures.

use super::figures::Group;
use super::readers;
use crate::cli::{Agreement as Args, named};
use crate::render::{count, grouped};
use assurance::{FEWEST_PAIRS, Interval, Statistic};
use maud::{Markup, html};

/// How wide the drawing is, and where the plot stands in it.
const WIDTH: i64 = 960;
const MARGIN: i64 = 16;
const LEFT: i64 = 72;
const RIGHT: i64 = 920;
const TOP: i64 = 84;
const BOTTOM: i64 = 404;
/// Under the plot: the marks of quarters with too few pairs, how many there are, and the quarters.
const FEW: i64 = BOTTOM + 18;
const COUNTS: i64 = BOTTOM + 42;
const QUARTERS: i64 = BOTTOM + 64;
/// How high a line of notes is.
const LINE: i64 = 20;
/// How wide a small letter is, with the space to the next.
const LETTER: i64 = 7;
/// How far two marks of a quarter stand to either side.
const ASIDE: i64 = 4;

/// The drawing of these groups, all pairs first and then those of each quarter.
pub fn svg(args: &Args, groups: &[Group]) -> String {
    let shown = args.statistic.map_or(vec![Statistic::Ac2, Statistic::Alpha], |it| vec![it]);
    let plot = Plot::of(groups, &shown);
    let notes = notes(args, &plot);
    let height = QUARTERS + LINE * (notes.len() as i64 + 1);
    let (first, second) = readers(args);
    let title = format!("Agreement of {first} and {second}, by quarter");
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
            role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13" {
            title id="title" { (title) }
            desc id="desc" { (description(args, groups, &plot)) }
            rect width=(WIDTH) height=(height) fill="#fff" {}
            text x=(MARGIN) y="32" font-size="20" font-weight="bold" { (title) }
            (legend(&shown))
            (plot.axes())
            @for (at, statistic) in shown.iter().enumerate() { (plot.series(*statistic, at)) }
            (plot.counts())
            @for (index, note) in notes.iter().enumerate() {
                text x=(MARGIN) y=(QUARTERS + LINE * (index as i64 + 1) + 8) font-size="12" {
                    (note)
                }
            }
        }
    };
    drawing.into_string() + "\n"
}

/// What is drawn, and the place of everything in it.
struct Plot<'a> {
    /// The quarters with pairs, each with the number of quarters since the year 0.
    quarters: Vec<(i64, &'a Group)>,
    /// The pairs whose quarter is not known.
    undated: usize,
    /// The lower and the upper end of the scale, in fourths.
    scale: (i64, i64),
    shown: Vec<Statistic>,
}

impl<'a> Plot<'a> {
    fn of(groups: &'a [Group], shown: &[Statistic]) -> Self {
        let divided = || groups.iter().filter(|group| group.by.is_some());
        let quarters: Vec<(i64, &Group)> =
            divided().filter_map(|group| Some((number(&group.name)?, group))).collect();
        let undated = divided().filter(|group| number(&group.name).is_none());
        Self {
            scale: scale(quarters.iter().map(|(_, group)| *group), shown),
            undated: undated.map(|group| group.pairs).sum(),
            shown: shown.to_vec(),
            quarters,
        }
    }

    fn x(&self, quarter: i64) -> i64 {
        let first = self.quarters.first().map_or(quarter, |(first, _)| *first);
        let last = self.quarters.last().map_or(quarter, |(last, _)| *last);
        // The middle of its part of the axis.
        LEFT + (RIGHT - LEFT) * (2 * (quarter - first) + 1) / (2 * (last - first + 1))
    }

    fn y(&self, value: f64) -> i64 {
        let (low, high) = self.scale;
        let share = (value * 4.0 - low as f64) / (high - low) as f64;
        BOTTOM - (share * (BOTTOM - TOP) as f64).round() as i64
    }

    /// The scale with its lines, and as many quarters as there is room for.
    fn axes(&self) -> Markup {
        let (low, high) = self.scale;
        let step = if high - low > 6 { 2 } else { 1 };
        let lines = (low..=high).filter(|fourth| fourth % step == 0);
        let mut room = Room(0);
        html! {
            @for fourth in lines {
                @let value = fourth as f64 / 4.0;
                @let stroke = if fourth == 0 { "#333" } else { "#ddd" };
                line x1=(LEFT) y1=(self.y(value)) x2=(RIGHT) y2=(self.y(value)) stroke=(stroke) {}
                text x=(LEFT - 8) y=(self.y(value) + 4) text-anchor="end" font-size="11" {
                    (format!("{value:.2}"))
                }
            }
            line x1=(LEFT) y1=(BOTTOM) x2=(RIGHT) y2=(BOTTOM) stroke="#333" {}
            @for (quarter, group) in &self.quarters {
                @let x = self.x(*quarter);
                line x1=(x) y1=(BOTTOM) x2=(x) y2=(BOTTOM + 5) stroke="#333" {}
                (room.label(x, QUARTERS, &group.name))
            }
            @if self.quarters.is_empty() {
                text x=(LEFT + 8) y=(TOP + 24) { "There is no pair whose quarter is known." }
            }
        }
    }

    /// How many pairs each quarter has; of one with too few that is all there is to see.
    fn counts(&self) -> Markup {
        let mut room = Room(LEFT - LETTER);
        html! {
            text x=(LEFT - 8) y=(COUNTS) text-anchor="end" font-size="11" { "pairs" }
            @for (quarter, group) in &self.quarters {
                @let x = self.x(*quarter);
                @if let Err(too_few) = &group.figures {
                    circle class="few" cx=(x) cy=(FEW) r="5" fill="none" stroke="#333" {
                        title { (group.name) ": " (too_few) }
                    }
                }
                (room.label(x, COUNTS, &group.pairs.to_string()))
            }
        }
    }

    /// The marks of a statistic; those of quarters that follow each other joined by a line.
    fn series(&self, statistic: Statistic, at: usize) -> Markup {
        let aside = if self.shown.len() > 1 { [-ASIDE, ASIDE][at.min(1)] } else { 0 };
        let values = self.quarters.iter().filter_map(|(quarter, group)| {
            let figure = group.figure(statistic)?;
            Some((*quarter, *group, figure.value.ok()?, figure.interval.ok()))
        });
        let values: Vec<(i64, &Group, f64, Option<Interval>)> = values.collect();
        let style = &STYLES[at.min(1)];
        let place = |quarter, value| (self.x(quarter) + aside, self.y(value));
        let joined = values.windows(2).filter(|pair| pair[0].0 + 1 == pair[1].0);
        html! {
            g class=(named(statistic).0) stroke=(style.colour) fill=(style.colour) {
                @for pair in joined {
                    @let ((x1, y1), (x2, y2)) =
                        (place(pair[0].0, pair[0].2), place(pair[1].0, pair[1].2));
                    line x1=(x1) y1=(y1) x2=(x2) y2=(y2) stroke-width="1" opacity="0.5" {}
                }
                @for (quarter, group, value, interval) in &values {
                    @let (x, y) = place(*quarter, *value);
                    @if let Some(Interval { low, high }) = interval {
                        line class="interval" x1=(x) y1=(self.y(*low)) x2=(x) y2=(self.y(*high))
                            stroke-width="2" stroke-dasharray=(style.dashes) {}
                    }
                    (style.mark(x, y, &format!("{}: {}", group.name, told(group, statistic))))
                }
            }
        }
    }
}

/// What tells the series apart, also without colour.
struct Style {
    colour: &'static str,
    dashes: &'static str,
    shape: Shape,
}

enum Shape {
    Circle,
    Diamond,
}

const STYLES: [Style; 2] = [
    Style { colour: "#1f5a92", dashes: "none", shape: Shape::Circle },
    Style { colour: "#b35806", dashes: "3 2", shape: Shape::Diamond },
];

impl Style {
    fn mark(&self, x: i64, y: i64, title: &str) -> Markup {
        html! {
            @match self.shape {
                Shape::Circle => circle class="mark" cx=(x) cy=(y) r="4" { title { (title) } },
                Shape::Diamond => path class="mark" d={ "M" (x) " " (y - 5) "l5 5l-5 5l-5 -5z" } {
                    title { (title) }
                },
            }
        }
    }
}

/// Up to where a row of labels is taken.
struct Room(i64);

impl Room {
    /// A label in the middle of its place, if it does not touch the one before.
    fn label(&mut self, x: i64, y: i64, text: &str) -> Markup {
        let half = LETTER * text.len() as i64 / 2;
        if x - half < self.0 {
            return html! {};
        }
        self.0 = x + half;
        html! { text x=(x) y=(y) text-anchor="middle" font-size="11" { (text) } }
    }
}

/// From the least that must be seen to the most, in fourths, and at least what is always shown.
fn scale<'a>(groups: impl Iterator<Item = &'a Group>, shown: &[Statistic]) -> (i64, i64) {
    let (mut low, mut high) = if shown == [Statistic::Shift] { (-0.5, 0.5) } else { (0.0, 1.0) };
    for figure in groups.flat_map(|group| shown.iter().filter_map(|it| group.figure(*it))) {
        let ends = figure.interval.iter().flat_map(|it| [it.low, it.high]);
        for value in ends.chain(figure.value.ok()) {
            (low, high) = (f64::min(low, value), f64::max(high, value));
        }
    }
    // Whole halves; a figure as good as 1 needs no more room than 1.
    const AS_GOOD_AS: f64 = 1e-9;
    let low = (low * 2.0 + AS_GOOD_AS).floor() as i64;
    let high = (high * 2.0 - AS_GOOD_AS).ceil() as i64;
    (2 * low, 2 * high)
}

/// How many quarters there were before it since the year 0; none for a year.
fn number(name: &str) -> Option<i64> {
    let (year, quarter) = name.split_once("-Q")?;
    Some(year.parse::<i64>().ok()? * 4 + quarter.parse::<i64>().ok()? - 1)
}

fn legend(shown: &[Statistic]) -> Markup {
    html! {
        @for (at, (statistic, style)) in shown.iter().zip(&STYLES).enumerate() {
            @let x = LEFT + 424 * at as i64;
            @let (name, definition) = named(*statistic);
            g stroke=(style.colour) fill=(style.colour) {
                (style.mark(x + ASIDE, 58, definition))
            }
            text x=(x + 16) y="62" { (name) ": " (definition) }
        }
    }
}

fn notes(args: &Args, plot: &Plot<'_>) -> Vec<String> {
    let replicates = grouped(args.replicates.into());
    let mut notes = vec![format!(
        "Each mark is a quarter in which the second score was given; its bar, the 95 % interval of \
         {replicates} bootstrap replicates."
    )];
    if plot.quarters.iter().any(|(_, group)| group.figures.is_err()) {
        notes.push(format!(
            "A hollow mark under the plot: fewer than {FEWEST_PAIRS} pairs, and so no figure."
        ));
    }
    let without = |statistic: &Statistic| {
        let figures = plot.quarters.iter().filter_map(|(_, group)| group.figure(*statistic));
        figures.filter(|figure| figure.value.is_err()).count() as u64
    };
    for statistic in plot.shown.iter().filter(|it| without(it) > 0) {
        let (quarters, name) = (count(without(statistic), "quarter"), named(*statistic).0);
        notes.push(format!("No {name} in {quarters}: all scores are the same."));
    }
    if plot.undated > 0 {
        let pairs = count(plot.undated as u64, "pair");
        notes.push(format!("Left out, as the date does not tell the quarter: {pairs}."));
    }
    if plot.shown.contains(&Statistic::Shift) {
        notes.push(format!("Above 0, the {} marks up.", readers(args).1));
    }
    let framework = args.framework.map(|id| format!("Only scores under {id}."));
    let kind = args.kind.map(|kind| format!("Only bodies of kind {}.", kind.as_str()));
    notes.into_iter().chain(framework).chain(kind).collect()
}

/// A figure with its interval in words, or why there is none.
fn told(group: &Group, statistic: Statistic) -> String {
    format!("{} {}", named(statistic).0, group.with_interval(statistic).replace('\u{a0}', " "))
}

/// Everything that is drawn, in words.
fn description(args: &Args, groups: &[Group], plot: &Plot<'_>) -> String {
    let sentence = |group: &Group| {
        let pairs = count(group.pairs as u64, "pair");
        let told = match &group.figures {
            Err(too_few) => too_few.to_string(),
            Ok(_) => {
                let told = plot.shown.iter().map(|statistic| told(group, *statistic));
                told.collect::<Vec<_>>().join(", ")
            }
        };
        format!("{}: {pairs}: {told}.", group.name)
    };
    let seed = format!("Seed of the intervals: {}.", args.seed.as_str());
    let sentences = groups.iter().map(sentence).chain(notes(args, plot)).chain([seed]);
    sentences.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{LEFT, Plot, RIGHT, number};
    use crate::cli::AgreementBy;
    use crate::commands::agreement::figures::Group;
    use assurance::{Statistic, TooFew};

    /// The fear: quarters of a long time, or one alone, stand beside the plot.
    #[test]
    fn every_quarter_stands_within_the_plot() {
        let group = |name: &str| Group {
            by: Some(AgreementBy::Quarter),
            name: name.to_owned(),
            pairs: 7,
            figures: Err(TooFew { pairs: 7 }),
        };
        for names in [&["2025-Q2"][..], &["1900-Q1", "2025-Q2", "2026-Q4"], &["2025", "2025-Q1"]] {
            let groups: Vec<Group> = names.iter().map(|name| group(name)).collect();
            let plot = Plot::of(&groups, &[Statistic::Ac2]);
            assert!(plot.quarters.iter().all(|(it, _)| (LEFT..RIGHT).contains(&plot.x(*it))));
            assert_eq!(plot.undated, if names[0] == "2025" { 7 } else { 0 });
        }
        assert_eq!(number("2025-Q1").unwrap() - number("2024-Q4").unwrap(), 1);
        assert_eq!(number("2025"), None);
    }
}
