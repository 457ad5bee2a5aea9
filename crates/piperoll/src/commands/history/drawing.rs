//! A history as a drawing: the overall score against the bands, a mark for each review and a flag
//! for each publication. SVG in whole numbers, the same bytes for the same history.

use assessment::PartialDate;
use assessment::scoring::{Band, Percent, Rating};
use chrono::NaiveDate;
use maud::{Markup, html};
use projections::{Course, Happening, Outcome, Timeline};

/// How wide the drawing is, and where the plot stands in it.
const WIDTH: i64 = 960;
const MARGIN: i64 = 16;
const LEFT: i64 = 64;
const RIGHT: i64 = 800;
const TOP: i64 = 112;
/// The lowest percentage that there is, as every score is 1 at least.
const LOWEST: i64 = 25;
/// How high a per cent is.
const UNIT: i64 = 4;
const BOTTOM: i64 = TOP + (100 - LOWEST) * UNIT;
/// Where the marks of reviews begin, how far they stand apart, and how many under each other.
const MARKS: i64 = BOTTOM + 40;
const APART: i64 = 9;
const DEEP: usize = 8;
/// How wide a date or an id is, and how wide a percentage, at most.
const LABEL: i64 = 84;
const FIGURE: i64 = 44;

/// The ratings, each with its colour: those of the national chart, told apart with any colour
/// blindness (ColorBrewer's RdYlBu), and made paler so that the line stands out.
const SHADES: [(Rating, &str); 4] = [
    (Rating::Outstanding, "#9dc6e0"),
    (Rating::Good, "#d5ecf4"),
    (Rating::RequiresImprovement, "#fed9b0"),
    (Rating::Inadequate, "#ee9fa0"),
];

/// The drawing.
pub fn svg(timeline: &Timeline) -> String {
    let facts = &timeline.facts;
    let fictional = if facts.fictional { " (fictional)" } else { "" };
    let title = format!("{}{fictional}: overall score and reviews", facts.name);
    let scale = Scale::of(timeline);
    let marks = marks(timeline, &scale);
    let deep = marks.iter().map(|mark| mark.y).max().unwrap_or(MARKS);
    let notes = notes(timeline);
    let height = deep + APART + 22 * (notes.len() as i64 + 1);
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
            role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13" {
            title id="title" { (title) }
            desc id="desc" { (description(timeline)) }
            rect width=(WIDTH) height=(height) fill="#fff" {}
            text x=(MARGIN) y="32" font-size="20" font-weight="bold" { (title) }
            (bands(timeline))
            (axis(&scale))
            (flags(timeline, &scale))
            @for course in &timeline.courses { (line(course, &scale)) }
            @for mark in &marks { (mark.drawn()) }
            @for (index, note) in notes.iter().enumerate() {
                text x=(MARGIN) y=(deep + APART + 22 * (index as i64 + 1)) font-size="12" { (note) }
            }
        }
    };
    drawing.into_string() + "\n"
}

/// Where a day stands: from the first that something is drawn of to the last.
struct Scale {
    days: Option<(NaiveDate, NaiveDate)>,
}

impl Scale {
    fn of(timeline: &Timeline) -> Self {
        let marked = timeline.happenings.iter().filter(|it| it.is_review() || it.is_publication());
        let steps = timeline.courses.iter().flat_map(|course| &course.steps).map(|step| step.on);
        let days: Vec<NaiveDate> =
            marked.map(|it| it.on).chain(steps).map(PartialDate::first_day).collect();
        Self { days: days.iter().min().copied().zip(days.iter().max().copied()) }
    }

    fn x(&self, on: NaiveDate) -> i64 {
        let Some((first, last)) = self.days else { return LEFT };
        let (all, before) = ((last - first).num_days().max(1), (on - first).num_days());
        LEFT + (RIGHT - LEFT) * before / all
    }
}

fn y(percent: Percent) -> i64 {
    TOP + (100 - i64::from(percent.get())) * UNIT
}

/// The bands that the scores lie in: those of the assessment that was published last.
fn bands(timeline: &Timeline) -> Markup {
    let of_last = timeline.courses.last().map(|course| course.bands.as_slice());
    html! {
        @for band in of_last.unwrap_or_default() {
            @let (top, bottom) = edges(band);
            @let fill = SHADES.iter().find(|(rating, _)| *rating == band.rating);
            rect class="band" x=(LEFT) y=(top) width=(RIGHT - LEFT) height=(bottom - top)
                fill=(fill.map_or("#eee", |(_, fill)| fill)) {}
            text x=(RIGHT + 8) y=((top + bottom) / 2 + 4) { (band.rating) }
            text x=(LEFT - 8) y=(bottom) text-anchor="end" font-size="11" { (band.from) " %" }
        }
        @if timeline.courses.iter().all(|course| course.steps.is_empty()) {
            text x=(LEFT) y=(TOP - UNIT) { (NO_SCORE) }
        }
    }
}

/// Where a band begins and ends: each ends where the next one begins.
fn edges(band: &Band) -> (i64, i64) {
    let top = if band.to.get() == 100 { TOP } else { y(band.to) - UNIT };
    (top, y(band.from))
}

const NO_SCORE: &str = "No overall score is known.";

/// The first and the last day, and each year between them where there is room.
fn axis(scale: &Scale) -> Markup {
    let Some((first, last)) = scale.days else { return html! {} };
    let years = chrono::Datelike::year(&first) + 1..=chrono::Datelike::year(&last);
    let begun = years.filter_map(|year| NaiveDate::from_ymd_opt(year, 1, 1));
    let mut taken = LEFT;
    let mut labels = vec![(LEFT, "start", first.to_string())];
    for day in begun {
        let x = scale.x(day);
        if x - taken >= LABEL && (last == first || RIGHT - x >= LABEL) {
            labels.push((x, "middle", day.format("%Y").to_string()));
            taken = x;
        }
    }
    if first != last {
        labels.push((RIGHT, "end", last.to_string()));
    }
    html! {
        line x1=(LEFT) y1=(BOTTOM) x2=(RIGHT) y2=(BOTTOM) stroke="#333" {}
        @for (x, anchor, label) in labels {
            line x1=(x) y1=(BOTTOM) x2=(x) y2=(BOTTOM + 5) stroke="#333" {}
            text x=(x) y=(BOTTOM + 19) text-anchor=(anchor) font-size="11" { (label) }
        }
    }
}

/// A flag for each publication, in three rows, so that those of near days can be read.
fn flags(timeline: &Timeline, scale: &Scale) -> Markup {
    let published = timeline.happenings.iter().filter(|it| it.is_publication());
    html! {
        @for (index, it) in published.enumerate() {
            @let x = scale.x(it.on.first_day());
            @let top = 48 + 18 * (index as i64 % 3);
            g class="publication" {
                line x1=(x) y1=(top) x2=(x) y2=(BOTTOM) stroke="#333" stroke-dasharray="2 3" {}
                @if x + LABEL > WIDTH - MARGIN {
                    path d={ "M" (x) " " (top) "l-9 5l9 5z" } {}
                    text x=(x - 13) y=(top + 9) text-anchor="end" font-size="11" { (it.about) }
                } @else {
                    path d={ "M" (x) " " (top) "l9 5l-9 5z" } {}
                    text x=(x + 13) y=(top + 9) font-size="11" { (it.about) }
                }
            }
        }
    }
}

/// The overall score in force: it stays until the next step, and ends where another assessment
/// took the place of this one.
fn line(course: &Course, scale: &Scale) -> Markup {
    let end = |next: Option<PartialDate>| match next.or(course.until) {
        Some(next) => scale.x(next.first_day()),
        None => RIGHT,
    };
    let (mut path, mut is_drawn) = (String::new(), false);
    let mut figures: Vec<(i64, i64, Percent)> = Vec::new();
    for (index, step) in course.steps.iter().enumerate() {
        let x = scale.x(step.on.first_day());
        let next = course.steps.get(index + 1).map(|next| next.on);
        if let Some(percent) = step.percent {
            let y = y(percent);
            path += &if is_drawn { format!("V{y}") } else { format!("M{x} {y}") };
            path += &format!("H{}", end(next).max(x));
            // Of two that are too near, the later one is what counts on.
            figures.retain(|(before, ..)| x - before >= FIGURE);
            figures.push((x, y, percent));
        }
        is_drawn = step.percent.is_some();
    }
    html! {
        @if !path.is_empty() {
            path class="score" d=(path) fill="none" stroke="#000" stroke-width="3"
                stroke-linecap="square" {}
        }
        @for (x, y, percent) in figures {
            @if x + FIGURE > RIGHT {
                text x=(x - 4) y=(y - 6) text-anchor="end" font-weight="bold" { (percent) " %" }
            } @else {
                text x=(x + 4) y=(y - 6) font-weight="bold" { (percent) " %" }
            }
        }
    }
}

/// The mark of a review: filled, where it changed a score.
struct Mark {
    x: i64,
    y: i64,
    filled: bool,
}

impl Mark {
    fn drawn(&self) -> Markup {
        let (class, fill) = if self.filled { ("changed", "#000") } else { ("unchanged", "#fff") };
        html! {
            circle class=(class) cx=(self.x) cy=(self.y) r="3" fill=(fill) stroke="#000" {}
        }
    }
}

/// The marks, those of one day under each other, and on as far as there is room.
fn marks(timeline: &Timeline, scale: &Scale) -> Vec<Mark> {
    let mut columns: Vec<usize> = Vec::new();
    let mut marks = Vec::new();
    for review in timeline.happenings.iter().filter(|it| it.is_review()) {
        let from = (scale.x(review.on.first_day()) - LEFT) / APART;
        let mut column = usize::try_from(from).unwrap_or_default();
        while columns.get(column).is_some_and(|deep| *deep == DEEP) {
            column += 1;
        }
        columns.resize(columns.len().max(column + 1), 0);
        let (x, y) = (LEFT + column as i64 * APART, MARKS + columns[column] as i64 * APART);
        columns[column] += 1;
        marks.push(Mark { x, y, filled: review.outcome == Some(Outcome::Changed) });
    }
    marks
}

fn notes(timeline: &Timeline) -> Vec<String> {
    let mut notes = vec![
        "The line is the overall score in force, in per cent; a flag stands for a publication."
            .to_owned(),
        "A mark stands for a review: filled where it changed the score, hollow where nothing \
         changed."
            .to_owned(),
    ];
    let bands = timeline.courses.last().map(|course| &course.bands);
    if timeline.courses.iter().any(|course| Some(&course.bands) != bands) {
        let of = timeline.courses.last().map(|course| course.framework.to_string());
        notes.push(format!("The bands are those of {}.", of.unwrap_or_default()));
    }
    notes
}

/// Everything that is drawn, in words.
fn description(timeline: &Timeline) -> String {
    let published = |it: &Happening| format!("{}: {} {}, {}.", it.on, it.about, it.what, it.detail);
    let moved = |course: &Course| {
        let steps = course.steps.iter().map(|step| match step.percent {
            Some(percent) => format!("{percent} % from {}", step.on),
            None => format!("none from {}", step.on),
        });
        format!("{}: {}.", course.assessment, steps.collect::<Vec<_>>().join(", "))
    };
    let reviews = |filled: bool| {
        let reviews = timeline.happenings.iter().filter(|it| it.is_review());
        reviews.filter(|it| (it.outcome == Some(Outcome::Changed)) == filled).count()
    };
    let flags = timeline.happenings.iter().filter(|it| it.is_publication()).map(published);
    let lines = timeline.courses.iter().filter(|it| !it.steps.is_empty()).map(moved);
    let counted =
        format!("Reviews: {} changed a score, {} changed nothing.", reviews(true), reviews(false));
    flags.chain(lines).chain([counted]).collect::<Vec<_>>().join("\n")
}
