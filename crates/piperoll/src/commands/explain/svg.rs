//! A derivation as a drawing: SVG in whole numbers, the same bytes for the same derivation.

use super::words::{self, Branch};
use super::{Explained, RECORD};
use assessment::scoring::Score;
use maud::{Markup, html};
use projections::explain::{Arithmetic, Step};

/// How wide the drawing is, and where things stand in it.
const WIDTH: usize = 1120;
const MARGIN: usize = 16;
/// How high the heading and a line are, and how far each level is set in.
const HEAD: usize = 132;
const LINE: usize = 22;
const STEP: usize = 24;
/// How wide a letter is at most, so that no text leaves the drawing.
const LETTER: usize = 8;
/// The same in the title, and how far its lines stand apart.
const TITLE: usize = 12;
const APART: usize = 24;
/// The scale of percentages: from where on, and how wide one is.
const SCALE: (usize, usize) = (MARGIN, 10);
const TOP: usize = 66;

/// The scores, from 1. The colours are told apart with any colour blindness (ColorBrewer's RdYlBu),
/// and every score stands in figures as well.
const SHADES: [(&str, &str); 4] =
    [("#d7191c", "#fff"), ("#fdae61", "#000"), ("#abd9e9", "#000"), ("#2c7bb6", "#fff")];

/// A line of the drawing.
struct Line {
    depth: usize,
    score: Option<Score>,
    text: String,
    /// The line of the thing that this belongs to, where a connection begins.
    above: Option<usize>,
    /// Whether the text began on the line before.
    goes_on: GoesOn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum GoesOn {
    No,
    Yes,
}

/// The drawing: the percentage of the whole on the bands, and the tree below.
pub fn drawing(explained: &Explained) -> String {
    let root = words::branch(explained);
    let mut lines = Vec::new();
    lay(&mut lines, &root.below, 0, None);
    let letters = (WIDTH - 2 * MARGIN) / TITLE;
    let title = words::broken(&root.text, letters, letters);
    let records = records(explained);
    let lower = APART * (title.len() - 1);
    let height = lower + HEAD + LINE * (lines.len() + records.len()) + 2 * MARGIN;
    let described: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
            role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13" {
            title id="title" { (root.text.replace('\u{a0}', " ")) }
            desc id="desc" { (described.join("\n")) }
            rect width=(WIDTH) height=(height) fill="#fff" {}
            @for (index, line) in title.iter().enumerate() {
                text x=(MARGIN) y=(32 + APART * index) font-size="17" font-weight="bold" { (line) }
            }
            g transform={ "translate(0 " (lower) ")" } {
                @if let Some(sum) = whole(explained) { (scale(sum)) }
                @for (index, line) in lines.iter().enumerate() { (drawn(&lines, line, index)) }
                @for (index, record) in records.iter().enumerate() {
                    text y=(HEAD + LINE * (lines.len() + index + 1) + 16) { (record) }
                }
            }
        }
    };
    drawing.into_string() + "\n"
}

/// The first percentage: of the whole, or of the statement that was asked for.
fn whole(explained: &Explained) -> Option<&Arithmetic> {
    explained.derivation.root.nodes().into_iter().find_map(|node| match &node.step {
        Step::Percentage(sum) => Some(sum),
        _ => None,
    })
}

/// The scale from 0 to 100, the band that the percentage lies in, and the percentage.
fn scale(sum: &Arithmetic) -> Markup {
    let at = |percent: u8| SCALE.0 + SCALE.1 * usize::from(percent);
    let (from, to, percent) = (sum.from.get(), sum.to.get(), sum.percent.get());
    let (fill, _) = shade(sum.score);
    // A band begins after the last percentage of the one below.
    let (left, right) = (at(from - 1), at(to));
    html! {
        line x1=(at(0)) y1=(TOP + 12) x2=(at(100)) y2=(TOP + 12) stroke="#333" {}
        rect x=(left) y=(TOP) width=(right - left) height="24" fill=(fill) stroke="#333" {}
        line x1=(at(percent)) y1=(TOP - 8) x2=(at(percent)) y2=(TOP + 32) stroke="#000"
            stroke-width="3" {}
        text x=(at(percent)) y=(TOP - 12) text-anchor="middle" font-weight="bold" {
            (percent) " %"
        }
        text x=(left) y=(TOP + 42) text-anchor="middle" { (from) }
        text x=(right) y=(TOP + 42) text-anchor="middle" { (to) }
        text x=(at(0)) y=(TOP + 42) { "0" }
        text x=(at(100)) y=(TOP + 42) text-anchor="middle" { "100 %" }
    }
}

/// The records with what proves each, under their headings; nothing where none is named.
fn records(explained: &Explained) -> Vec<Markup> {
    let (rows, widths) = explained.records();
    if rows.is_empty() {
        return vec![];
    }
    let begins =
        |column: usize| MARGIN + STEP * column + LETTER * widths[..column].iter().sum::<usize>();
    let line = |cells: [String; 5]| {
        html! {
            @for (column, cell) in cells.iter().enumerate() { tspan x=(begins(column)) { (cell) } }
        }
    };
    std::iter::once(RECORD.map(str::to_owned)).chain(rows).map(line).collect()
}

fn lay(lines: &mut Vec<Line>, branches: &[Branch], depth: usize, above: Option<usize>) {
    for branch in branches {
        let own = lines.len();
        let room = WIDTH - 2 * MARGIN - STEP * (depth + 1);
        let letters = room / LETTER;
        for (index, text) in words::broken(&branch.text, letters, letters).into_iter().enumerate() {
            let goes_on = if index == 0 { GoesOn::No } else { GoesOn::Yes };
            let score = branch.score.filter(|_| goes_on == GoesOn::No);
            lines.push(Line { depth, score, text, above, goes_on });
        }
        lay(lines, &branch.below, depth + 1, Some(own));
    }
}

/// A line, and its connection to what it belongs to.
fn drawn(lines: &[Line], line: &Line, index: usize) -> Markup {
    let left = MARGIN + STEP * line.depth;
    let begins = left + if line.score.is_some() { 0 } else { 20 };
    let base = HEAD + LINE * index + 16;
    let middle = base - 5;
    html! {
        @if let (Some(above), GoesOn::No) = (line.above, line.goes_on) {
            @let from = MARGIN + STEP * lines[above].depth + 8;
            @let start = HEAD + LINE * above + LINE;
            path d={ "M" (from) " " (start) "V" (middle) "H" (begins) } fill="none" stroke="#888" {}
        }
        @if let Some(score) = line.score {
            @let (fill, ink) = shade(score);
            rect x=(left) y=(base - 14) width="18" height="18" fill=(fill) stroke="#333" {}
            text x=(left + 9) y=(base) text-anchor="middle" fill=(ink) { (score) }
        }
        text x=(left + 24) y=(base) { (line.text) }
    }
}

fn shade(score: Score) -> (&'static str, &'static str) {
    SHADES[usize::from(score.get() - 1)]
}
