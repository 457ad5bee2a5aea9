//! The national view as a chart: SVG, drawn in whole numbers, the same bytes for the same rows.

use super::national::{cautions, changed, group, mean, meaning};
use crate::render::known;
use assessment::framework::LevelKind;
use maud::{Markup, html};
use projections::NationalRow;

/// How wide the drawing is, and where things stand in it: the bars from the left and how wide they
/// are, and the right edge of each column of figures.
const WIDTH: u64 = 1210;
const MARGIN: u64 = 16;
const BAR: (u64, u64) = (340, 340);
const COUNTS: [u64; 4] = [780, 868, 956, 1044];
const BODIES: u64 = 1114;
const MEAN: u64 = 1194;
/// How high the heading and a line are.
const HEAD: u64 = 120;
const LINE: u64 = 26;
/// How wide a digit is, at least.
const DIGIT: u64 = 8;

/// The ratings, best first. The colours are told apart with any colour blindness (ColorBrewer's
/// RdYlBu), and every count stands in figures as well.
const SHADES: [Shade; 4] = [
    Shade { name: ["", "Outstanding"], score: "score 4", fill: "#2c7bb6", ink: "#fff" },
    Shade { name: ["", "Good"], score: "score 3", fill: "#abd9e9", ink: "#000" },
    Shade { name: ["Requires", "improvement"], score: "score 2", fill: "#fdae61", ink: "#000" },
    Shade { name: ["", "Inadequate"], score: "score 1", fill: "#d7191c", ink: "#fff" },
];

/// How a rating is shown: its name in two lines, the score that counts as it, its colour, and the
/// colour of text on that.
struct Shade {
    name: [&'static str; 2],
    score: &'static str,
    fill: &'static str,
    ink: &'static str,
}

/// A chart of the rows: a bar for each, divided by ratings, and its figures beside it.
pub fn svg(rows: &[NationalRow]) -> String {
    let lines = lines(rows);
    let notes = notes(rows);
    let height = HEAD + LINE * (lines.len() + notes.len()) as u64 + 2 * MARGIN;
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
            role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13" {
            title id="title" { (TITLE) }
            desc id="desc" { (description(rows)) }
            rect width=(WIDTH) height=(height) fill="#fff" {}
            (head())
            @for (index, line) in lines.iter().enumerate() {
                @let top = HEAD + LINE * index as u64;
                @match line {
                    Line::Group(name) => {
                        (text(MARGIN, top, &html! { tspan font-weight="bold" { (name) } }))
                    }
                    Line::Row(row) => (bar(row, top)),
                }
            }
            @for (index, note) in notes.iter().enumerate() {
                @let top = HEAD + LINE * (lines.len() + index) as u64 + MARGIN;
                (text(MARGIN, top, &html! { tspan font-size="12" { (note) } }))
            }
        }
    };
    drawing.into_string() + "\n"
}

const TITLE: &str = "Published ratings and scores";

/// What stands under each other.
enum Line<'a> {
    /// What the rows after it have in common.
    Group(String),
    Row(&'a NationalRow),
}

fn lines(rows: &[NationalRow]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let heading = group(row);
        if index == 0 || group(&rows[index - 1]) != heading {
            lines.push(Line::Group(heading));
        }
        lines.push(Line::Row(row));
    }
    lines
}

fn notes(rows: &[NationalRow]) -> Vec<String> {
    if rows.is_empty() {
        return vec!["Nothing is published that was asked for.".to_owned()];
    }
    let mut notes = vec![
        "The whole and themes by rating, with the mean percentage where it is published; \
         statements by score, with the mean score."
            .to_owned(),
    ];
    for row in rows.iter().filter(|row| row.level == LevelKind::Overall) {
        let [judged, up, down] = [row.near_judged, row.near_up, row.near_down].map(|it| known(&it));
        notes.push(format!(
            "{}: of {judged} bodies, one mark more on one statement would move {up} up; one mark \
             less, {down} down.",
            group(row)
        ));
    }
    if let Some(day) = rows.iter().find_map(|row| row.before_on) {
        notes.push(format!("In brackets: the change since {day}."));
    }
    notes.extend(cautions(rows).into_iter().map(|caution| format!("* {}.", meaning(caution))));
    notes
}

/// Everything that the chart shows, in words.
fn description(rows: &[NationalRow]) -> String {
    let sentence = |row: &NationalRow| {
        let counts = SHADES.iter().zip(counts(row));
        let counts: Vec<String> = counts
            .map(|(shade, (count, change))| {
                let name = match row.level {
                    LevelKind::Statement => shade.score.to_owned(),
                    LevelKind::Overall | LevelKind::Theme => shade.name.join(" ").trim().to_owned(),
                };
                format!("{name}: {}", changed(count, change))
            })
            .collect();
        let mean = row.mean.map(|_| format!("; mean {}", mean(row))).unwrap_or_default();
        let bodies = changed(row.bodies, row.bodies_change);
        format!("{}, {}: bodies: {bodies}; {}{mean}.", group(row), row.name, counts.join(", "))
    };
    rows.iter().map(sentence).chain(notes(rows)).collect::<Vec<_>>().join("\n")
}

/// The title, and above the columns what they are; the colours are explained there.
fn head() -> Markup {
    html! {
        text x=(MARGIN) y="32" font-size="20" font-weight="bold" { (TITLE) }
        @for (Shade { name, score, fill, .. }, right) in SHADES.iter().zip(COUNTS) {
            rect x=(right - 14) y="44" width="14" height="14" fill=(fill) stroke="#333" {}
            (figure(right, 74, name[0]))
            (figure(right, 89, name[1]))
            (figure(right, 104, score))
        }
        (figure(BODIES, 104, "bodies"))
        (figure(MEAN, 104, "mean"))
    }
}

fn bar(row: &NationalRow, top: u64) -> Markup {
    let counts = counts(row);
    let star = if row.flags.iter().next().is_some() { " *" } else { "" };
    let baseline = top + 17;
    html! {
        (text(MARGIN + 12, top, &html! { (row.name) (star) }))
        @for (segment, shade) in segments(counts.map(|(count, _)| count)).iter().zip(SHADES) {
            @if segment.width > 0 {
                rect x=(segment.x) y=(top + 3) width=(segment.width) height=(LINE - 6)
                    fill=(shade.fill) stroke="#333" {}
                @let digits = segment.count.to_string();
                @if segment.width > DIGIT * (digits.len() as u64 + 1) {
                    text x=(segment.x + segment.width / 2) y=(baseline) fill=(shade.ink)
                        text-anchor="middle" { (digits) }
                }
            }
        }
        @for ((count, change), right) in counts.iter().zip(COUNTS) {
            (figure(right, baseline, &changed(*count, *change)))
        }
        (figure(BODIES, baseline, &changed(row.bodies, row.bodies_change)))
        (figure(MEAN, baseline, &mean(row)))
    }
}

/// The four counts of a row with their changes, best first.
fn counts(row: &NationalRow) -> [(u64, Option<i64>); 4] {
    [
        (row.outstanding, row.outstanding_change),
        (row.good, row.good_change),
        (row.requires_improvement, row.requires_improvement_change),
        (row.inadequate, row.inadequate_change),
    ]
}

/// A part of a bar.
struct Segment {
    x: u64,
    width: u64,
    count: u64,
}

/// The parts of a bar, without a gap: each ends where its share, and those before it, end.
fn segments(counts: [u64; 4]) -> [Segment; 4] {
    let (left, width) = BAR;
    let all: u64 = counts.iter().sum();
    let mut before = 0;
    counts.map(|count| {
        let end = |sum: u64| (width * sum).checked_div(all).unwrap_or(0);
        let x = left + end(before);
        before += count;
        Segment { x, width: left + end(before) - x, count }
    })
}

fn text(x: u64, top: u64, content: &Markup) -> Markup {
    html! { text x=(x) y=(top + 17) { (content) } }
}

fn figure(right: u64, baseline: u64, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            text x=(right) y=(baseline) text-anchor="end" { (text) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BAR, segments};

    /// A bar that is shorter than its counts, or has a gap, would show shares that are not so.
    #[test]
    fn the_parts_of_a_bar_fill_it() {
        for counts in [[0, 15, 30, 3], [1, 1, 1, 0], [0, 0, 0, 7], [1, 996, 2, 1]] {
            let parts = segments(counts);
            let mut at = BAR.0;
            for part in &parts {
                assert_eq!(part.x, at, "{counts:?}");
                at += part.width;
            }
            assert_eq!(at, BAR.0 + BAR.1, "{counts:?}");
        }
        assert!(segments([0; 4]).iter().all(|part| part.width == 0));
    }
}
