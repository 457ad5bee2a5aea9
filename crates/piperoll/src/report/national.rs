//! A report on all bodies together: counts of what was published, and the rating of no single one.

use super::commonmark::{escaped, written};
use super::passage;
use super::{MADE_BY, date};
use crate::commands::chart;
use crate::commands::national::{cautions, mean, meaning, plural};
use crate::render::known;
use assessment::event::NationalReportPublished;
use assessment::framework::LevelKind;
use ledger::report::Text;
use ledger::{ReleasedNational, ReleasedWords};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use projections::NationalRow;
use pulldown_cmark::HeadingLevel;
use std::fmt::Write;

const STYLE: &str = include_str!("report.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The columns of its table.
const COLUMNS: [&str; 9] = [
    "",
    "Bodies",
    "Outstanding",
    "Good",
    "Requires improvement",
    "Inadequate",
    "Mean",
    "Up",
    "Down",
];

/// What must be said of its figures.
const NOTES: [&str; 3] = [
    "Counted is what is published of each body's current assessment; indicative ratings and \
     invented bodies are left out, and rows of a single body.",
    "Of a quality statement, Outstanding counts the bodies with a score of 4, Good 3, Requires \
     improvement 2, Inadequate 1.",
    "Up, down: how many bodies one mark more, or less, on one statement would move to another \
     rating.",
];

/// The report as Markdown.
pub fn markdown(published: &NationalReportPublished, report: &ReleasedNational) -> String {
    let mut text = format!("# {}\n\n", escaped(report.title.as_str()));
    for line in subject(published) {
        let _ = writeln!(text, "{}  ", escaped(&line));
    }
    text.push('\n');
    if let Some(words) = &report.text {
        let _ = writeln!(
            text,
            "{}\n",
            written(&passage::events(&as_text(words), HeadingLevel::H1)).trim()
        );
    }
    let _ = writeln!(text, "| {} |", COLUMNS.join(" | "));
    let _ = writeln!(text, "|---|{}", "--:|".repeat(COLUMNS.len() - 1));
    for row in &report.rows {
        let cells = cells(row).map(|cell| escaped(&cell));
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
    for note in notes(report) {
        let _ = writeln!(text, "- {}", escaped(&note));
    }
    let _ = writeln!(text, "\n{MADE_BY}");
    text
}

/// The report as one HTML page, with the chart in it.
pub fn html(published: &NationalReportPublished, report: &ReleasedNational) -> String {
    let title = report.title.as_str();
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    @for line in subject(published) { p.subject { (line) } }
                }
                main {
                    @if let Some(words) = &report.text { (self::words(words)) }
                    (PreEscaped(chart::svg(&report.rows)))
                    (table(&report.rows))
                    ul { @for note in notes(report) { li { (note) } } }
                }
                footer { p { (MADE_BY) } }
            }
        }
    };
    page.into_string() + "\n"
}

fn words(words: &ReleasedWords) -> Markup {
    let mut markup = String::new();
    let events = passage::events(&as_text(words), HeadingLevel::H1);
    pulldown_cmark::html::push_html(&mut markup, events.into_iter());
    html! { section { (PreEscaped(markup)) } }
}

fn table(rows: &[NationalRow]) -> Markup {
    html! {
        table {
            thead { tr { @for column in COLUMNS { th scope="col" { (column) } } } }
            tbody {
                @for row in rows {
                    tr { @for cell in cells(row) { td { (cell) } } }
                }
            }
        }
    }
}

/// What it is about, and when it was published.
fn subject(published: &NationalReportPublished) -> Vec<String> {
    let about = published.statement.map(|it| format!("quality statement {it}"));
    let about = about.or(published.theme.map(|it| format!("theme {it}")));
    let kind = plural(published.kind);
    let about = about.map_or(kind.to_owned(), |about| format!("{kind}, {about}"));
    vec![about, format!("{}, published on {}", published.national, date(published.published_on))]
}

fn cells(row: &NationalRow) -> [String; 9] {
    let name =
        if row.level == LevelKind::Overall { "Overall".to_owned() } else { row.name.clone() };
    [
        name,
        row.bodies.to_string(),
        row.outstanding.to_string(),
        row.good.to_string(),
        row.requires_improvement.to_string(),
        row.inadequate.to_string(),
        mean(row),
        known(&row.near_up),
        known(&row.near_down),
    ]
}

fn notes(report: &ReleasedNational) -> Vec<String> {
    let notes = NOTES.iter().map(|note| (*note).to_owned());
    let cautions = cautions(&report.rows).into_iter();
    notes.chain(cautions.map(|caution| format!("{}.", meaning(caution)))).collect()
}

fn as_text(words: &ReleasedWords) -> Text {
    Text { media_type: words.media_type.clone(), text: words.text.clone() }
}
