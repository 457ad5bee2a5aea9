//! `assessment show`.

use super::list::{AssessmentRow, rows};
use super::unknown;
use crate::cli::{Asking, Audience, Format};
use crate::commands::{Home, ask, at, open, opened};
use crate::exit::{Failure, Outcome};
use crate::render::{self, known};
use assessment::AssessmentId;
use ledger::{Filter, Ledger};
use std::io::Write;

/// Shows an assessment with its scores.
pub fn run(home: &Home, wanted: AssessmentId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let organisations = vec![wanted.organisation()];
    let filter = Filter { assessment: Some(wanted), organisations, ..Filter::default() };
    let rows = rows(&mut ledger, &filter, asking)?;
    let Some(row) = rows.first() else { return Err(unknown(wanted)) };
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &rows);
    }
    let scores = ask(&mut ledger, at(asking), &|catalogue| catalogue.scores(&filter))?;
    let cancelled = cancelled(&mut ledger, row, asking)?;
    facts(row, &cancelled, out)?;
    writeln!(out)?;
    render::rows(out, Format::Table, &scores)
}

fn facts(row: &AssessmentRow, cancelled: &Cancelled, out: &mut dyn Write) -> Outcome {
    let panel = row.panel.zip(row.panel_decided_on);
    let panel = panel.map(|(panel, on)| format!("{panel}, decided on {on}"));
    let comments = row.comments_open.zip(row.comments_resolved).filter(|it| *it != (0, 0));
    let comments = comments.map(|(open, resolved)| format!("{open} open, {resolved} resolved"));
    let evidence = row.evidence.filter(|used| *used > 0);
    let evidence = evidence.map(|used| render::count(used, "piece") + " used");
    let reviews = Some(&row.process_reviews).filter(|of| !of.is_empty());
    let waiting = reviews.map(|of| format!("of {} waits for a decision", of.replace(' ', ", ")));
    let facts = [
        ("assessment", row.assessment.to_string()),
        ("organisation", format!("{} ({})", row.name, row.organisation)),
        ("framework", row.framework.to_string()),
        ("kind", row.kind.to_string()),
        ("state", row.state.to_owned()),
        ("opened on", known(&row.opened_on)),
        ("notice on", known(&row.notice_on)),
        ("information return on", known(&row.information_return_on)),
        ("site visit on", known(&row.site_visit_on)),
        ("team", known(&row.team)),
        ("evidence", known(&evidence)),
        ("panel", known(&panel)),
        ("draft", known(&row.windows)),
        ("comments", known(&comments)),
        ("cancelled", cancelled.what.clone()),
        ("because", cancelled.words.clone()),
        ("publication", known(&row.publication)),
        ("published on", known(&row.published_on)),
        ("withdrawn on", known(&row.withdrawn_on)),
        ("process review", waiting.unwrap_or_default()),
        ("conflicts", row.conflicts.replace(' ', ", ")),
        ("section 50", known(&row.section_50)),
        ("current", if row.current { "yes" } else { "no" }.to_owned()),
        ("flags", row.flags.clone()),
        (
            "record",
            row.position.map(|at| format!("{at} (`piperoll show {at}`)")).unwrap_or_default(),
        ),
    ];
    // What is not known takes no room.
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    render::facts(out, &facts.collect::<Vec<_>>())
}

/// That it was cancelled, and why.
#[derive(Default)]
struct Cancelled {
    what: String,
    words: String,
}

fn cancelled(
    ledger: &mut Ledger,
    row: &AssessmentRow,
    asking: &Asking,
) -> Result<Cancelled, Failure> {
    if asking.audience != Audience::Regulator || row.cancelled_on.is_none() {
        return Ok(Cancelled::default());
    }
    let state = ledger.state(at(asking), &|_| vec![row.organisation])?;
    let event = state.assessments.get(&row.assessment).and_then(|it| it.cancelled.as_ref());
    let Some(event) = event else { return Ok(Cancelled::default()) };
    let words = event.text.as_ref().map(|text| opened(ledger, text)).transpose()?;
    let what = format!("{}, {}", event.cancelled_on, event.reason);
    Ok(Cancelled { what, words: words.unwrap_or_default() })
}
