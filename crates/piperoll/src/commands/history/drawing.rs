//! A history as a drawing: the overall score against the bands, a mark for each review and a flag
//! for each publication. SVG in whole numbers, the same bytes for the same history.

use crate::commands::explain::broken;
use crate::render::count;
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
/// Where the marks of reviews begin, how far they stand apart, how many under each other before
/// the next column is begun, and which column is the last.
const MARKS: i64 = BOTTOM + 40;
const APART: i64 = 9;
const DEEP: usize = 8;
const LAST: usize = ((WIDTH - MARGIN - LEFT) / APART) as usize;
/// How many letters of the heading fit a line.
const LETTERS: usize = ((WIDTH - 2 * MARGIN) / 14) as usize;
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
    let heading = broken(&title, LETTERS, LETTERS);
    let lower = 26 * (heading.len() as i64 - 1);
    let height = lower + deep + APART + 22 * (notes.len() as i64 + 1);
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
            role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13" {
            title id="title" { (title) }
            desc id="desc" { (description(timeline)) }
            rect width=(WIDTH) height=(height) fill="#fff" {}
            @for (y, line) in (32..).step_by(26).zip(&heading) {
                text x=(MARGIN) y=(y) font-size="20" font-weight="bold" { (line) }
            }
            g transform={ "translate(0 " (lower) ")" } {
                (bands(timeline))
                (axis(&scale))
                (flags(timeline, &scale))
                @for course in &timeline.courses { (line(course, &scale)) }
                @for mark in &marks { (mark.drawn()) }
                @for (y, note) in (deep + APART + 22..).step_by(22).zip(&notes) {
                    text x=(MARGIN) y=(y) font-size="12" { (note) }
                }
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

/// The course whose bands are drawn: of the last assessment that has a score, or of the last one.
fn banded(timeline: &Timeline) -> Option<&Course> {
    let scored = timeline.courses.iter().rfind(|course| !course.steps.is_empty());
    scored.or(timeline.courses.last())
}

/// The bands that the scores lie in.
fn bands(timeline: &Timeline) -> Markup {
    let of_last = banded(timeline).map(|course| course.bands.as_slice());
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
/// took the place of this one, or this one was cancelled.
fn line(course: &Course, scale: &Scale) -> Markup {
    let end = |next: Option<PartialDate>| match next.or(course.until) {
        // The day of the next assessment may lie beyond what is drawn of this one.
        Some(next) => scale.x(next.first_day()).min(RIGHT),
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
    /// None where that is not public.
    outcome: Option<Outcome>,
}

impl Mark {
    fn drawn(&self) -> Markup {
        let (class, fill) = match self.outcome {
            Some(Outcome::Changed) => ("changed", "#000"),
            Some(Outcome::Unchanged) => ("unchanged", "#fff"),
            None => ("review", "#999"),
        };
        html! {
            circle class=(class) cx=(self.x) cy=(self.y) r="3" fill=(fill) stroke="#000" {}
        }
    }
}

/// The marks, those of one day under each other, and on as far as there is room; then deeper.
fn marks(timeline: &Timeline, scale: &Scale) -> Vec<Mark> {
    let mut columns = [0; LAST + 1];
    let mut marks = Vec::new();
    for review in reviews(timeline) {
        let from = (scale.x(review.on.first_day()) - LEFT) / APART;
        let from = usize::try_from(from).unwrap_or_default().min(LAST);
        let nearest = (from..=LAST).min_by_key(|column| columns[*column] / DEEP);
        let column = nearest.expect("the last column is one of them");
        let (x, y) = (LEFT + column as i64 * APART, MARKS + columns[column] as i64 * APART);
        columns[column] += 1;
        marks.push(Mark { x, y, outcome: review.outcome });
    }
    marks
}

fn reviews(timeline: &Timeline) -> impl Iterator<Item = &Happening> {
    timeline.happenings.iter().filter(|it| it.is_review())
}

/// How many reviews changed a score, and how many did not; none where that is not public.
fn outcomes(timeline: &Timeline) -> Option<(usize, usize)> {
    let outcomes: Vec<Outcome> = reviews(timeline).map(|it| it.outcome).collect::<Option<_>>()?;
    let changed = outcomes.iter().filter(|it| **it == Outcome::Changed).count();
    (!outcomes.is_empty()).then_some((changed, outcomes.len() - changed))
}

fn notes(timeline: &Timeline) -> Vec<String> {
    let mut notes = vec![
        "The line is the overall score in force, in per cent; a flag stands for a publication."
            .to_owned(),
        match outcomes(timeline) {
            Some(_) => {
                "A mark stands for a review: filled where it changed the score, hollow where \
                 nothing changed."
            }
            None => "A mark stands for a review.",
        }
        .to_owned(),
    ];
    let drawn = banded(timeline);
    let others = |drawn: &&Course| timeline.courses.iter().any(|it| it.bands != drawn.bands);
    if let Some(drawn) = drawn.filter(others) {
        notes.push(format!("The bands are those of {}.", drawn.framework));
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
    let flags = timeline.happenings.iter().filter(|it| it.is_publication()).map(published);
    let lines = timeline.courses.iter().filter(|it| !it.steps.is_empty()).map(moved);
    let counted = match outcomes(timeline) {
        Some((changed, not)) => {
            format!("Reviews: {changed} changed a score, {not} changed nothing.")
        }
        None => format!("{}.", count(reviews(timeline).count() as u64, "review")),
    };
    flags.chain(lines).chain([counted]).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use assessment::Event;
    use assessment::framework::Framework;
    use projections::Step;
    use serde_json::json;

    /// Guards against a score on the bands of an assessment that was only opened, or on none.
    #[test]
    fn the_bands_are_those_of_the_last_assessment_with_a_score() {
        let data = json!({"code": "X99000001", "kind": "local_authority", "name": "Exampleshire",
            "name_basis": "stated"});
        let event = Event::decode("organisation_registered", 1, &data.to_string());
        let Ok(Event::OrganisationRegistered(facts)) = event else { panic!("{event:?}") };
        let course = |id: &str, bands: Vec<Band>, steps: Vec<Step>| Course {
            assessment: id.parse().expect("an id"),
            framework: "la-2023".parse().expect("an id"),
            bands,
            steps,
            until: None,
        };
        let framework = Framework::shipped("la-2023".parse().expect("an id")).expect("shipped");
        let on = "2025-06-20".parse().expect("a day");
        let step = Step { on, percent: Some(Percent::try_from(75).expect("a percentage")) };
        let scored = course("X99000001-2025-a", framework.scoring.bands.value, vec![step]);
        let opened = course("X99000001-2025-b", vec![], vec![]);
        let timeline = Timeline { facts, happenings: vec![], courses: vec![scored, opened] };
        let drawn = svg(&timeline);
        assert_eq!(drawn.matches("class=\"band\"").count(), 4, "{drawn}");
    }
}
