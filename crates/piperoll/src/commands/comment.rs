//! `comment …`.

use super::draft::{all_state, statement_of, text};
use super::write::seal_needed;
use super::{Home, at, carry_out, only_for_the_regulator, open, told};
use crate::cli::{About, Asking, Comment, Format, ResolveComment, SubmitComment};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::event::{
    CommentKind, CommentOutcome, CommentSubject, CommentSubmitted, ResolutionReason,
};
use assessment::framework::Recipient;
use assessment::{AssessmentId, CommentId, Event, PartialDate, PersonId, command, state};
use ledger::Ledger;
use serde::Serialize;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Comment, out: &mut dyn Write) -> Outcome {
    match command {
        Comment::Submit(args) => submit(home, args, out),
        Comment::Resolve(args) => resolve(home, args, out),
        Comment::List { assessment, asking } => list(home, assessment.as_deref(), asking, out),
        Comment::Show { comment, asking } => show(home, *comment, asking, out),
    }
}

fn submit(home: &Home, args: &SubmitComment, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let content = seal_needed(&args.words)?;
    let command = command::SubmitComment {
        about: subject(&mut ledger, &args.about)?,
        assessment: super::assessment(&mut ledger, &args.assessment)?,
        evidence: args.evidence.clone(),
        kind: args.kind,
        received_on: args.received_on.unwrap_or_else(|| world::now().day().into()),
        recipient: args.recipient,
        text: content.content.clone(),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![content], out)? {
        let Event::CommentSubmitted(comment) = event else { continue };
        let it = told(&args.writing, "comment", "it would be comment");
        writeln!(out, "{it} {}", comment.comment)?;
        if comment.late {
            let on = comment.received_on;
            writeln!(out, "late: {on} is after the last day; only more time could make up for it")?;
        }
        if comment.unsupported {
            writeln!(out, "unsupported: it names no evidence, so it cannot be accepted")?;
        }
    }
    Ok(())
}

fn subject(ledger: &mut Ledger, about: &About) -> Result<CommentSubject, Failure> {
    Ok(match (&about.statement, about.theme, about.page) {
        (Some(text), _, _) => CommentSubject::Statement(statement_of(ledger, text)?),
        (None, Some(theme), _) => CommentSubject::Theme(theme),
        (None, None, page) => CommentSubject::Page(page.unwrap_or_default()),
    })
}

fn resolve(home: &Home, args: &ResolveComment, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let content = seal_needed(&args.words)?;
    let command = command::ResolveComment {
        by: args.by,
        comment: args.comment,
        outcome: args.outcome,
        reason: args.reason,
        resolved_on: args.on.unwrap_or_else(|| world::now().day().into()),
        text: content.content.clone(),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![content], out)? {
        let Event::CommentResolved(resolved) = event else { continue };
        let (id, outcome, by) = (resolved.comment, in_words(resolved.outcome), resolved.by);
        let is = told(&args.writing, "is", "would be");
        writeln!(out, "{id} {is} {outcome}, by {by}")?;
        if resolved.outcome != CommentOutcome::NotAccepted {
            writeln!(out, "a score that follows from it names it: `score review --comment {id}`")?;
        }
    }
    Ok(())
}

fn in_words(outcome: CommentOutcome) -> String {
    match outcome {
        CommentOutcome::Accepted => "accepted",
        CommentOutcome::Partly => "partly accepted",
        CommentOutcome::NotAccepted => "not accepted",
    }
    .to_owned()
}

/// A comment, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CommentRow {
    comment: CommentId,
    assessment: AssessmentId,
    recipient: Recipient,
    kind: CommentKind,
    about: String,
    received_on: PartialDate,
    marks: String,
    evidence: String,
    outcome: Option<CommentOutcome>,
    reason: Option<ResolutionReason>,
    by: Option<PersonId>,
    resolved_on: Option<PartialDate>,
}

impl Row for CommentRow {
    const HEADER: &'static [&'static str] = &[
        "comment",
        "assessment",
        "recipient",
        "kind",
        "about",
        "received_on",
        "marks",
        "evidence",
        "outcome",
        "reason",
        "by",
        "resolved_on",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("comment", |row| row.comment.to_string()),
            Column::text("from", |row| row.recipient.as_str().replace('_', " ")),
            Column::left("kind", |row| row.kind.to_string()),
            Column::id("about", |row| row.about.clone()),
            Column::left("received", |row| row.received_on.to_string()),
            Column::text("state", |row| {
                let state = row.outcome.map_or("open".to_owned(), in_words);
                // In shorter words than the data have, for narrow terminals.
                let marks =
                    row.marks.replace("unsupported", "no evidence").replace("late ", "late, ");
                if marks.is_empty() { state } else { format!("{state}, {marks}") }
            }),
        ]
    }
}

pub(super) fn row(comment: &state::Comment) -> CommentRow {
    let (facts, resolved) = (&comment.facts, comment.resolved.as_ref());
    let evidence = facts.evidence.iter().map(ToString::to_string);
    CommentRow {
        comment: facts.comment,
        assessment: facts.assessment,
        recipient: facts.recipient,
        kind: facts.kind,
        about: match facts.about {
            CommentSubject::Page(page) => format!("page {page}"),
            CommentSubject::Statement(statement) => statement.to_string(),
            CommentSubject::Theme(theme) => format!("theme {theme}"),
        },
        received_on: facts.received_on,
        marks: marks(facts).join(" "),
        evidence: evidence.collect::<Vec<_>>().join(" "),
        outcome: resolved.map(|resolved| resolved.outcome),
        reason: resolved.map(|resolved| resolved.reason),
        by: resolved.map(|resolved| resolved.by),
        resolved_on: resolved.map(|resolved| resolved.resolved_on),
    }
}

fn marks(facts: &CommentSubmitted) -> Vec<&'static str> {
    let all = [(facts.late, "late"), (facts.unsupported, "unsupported")];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| mark).collect()
}

fn list(home: &Home, wanted: Option<&str>, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a comment")?;
    let mut ledger = open(home)?;
    let at = at(asking);
    let rows: Vec<CommentRow> = match wanted {
        Some(text) => {
            let id = super::assessment(&mut ledger, text)?;
            let state = ledger.state(at, &|_| vec![id.organisation()])?;
            let Some(assessment) = state.assessments.get(&id) else {
                return Err(super::assessment::unknown(id));
            };
            assessment.comments.iter().map(row).collect()
        }
        None => {
            let state = all_state(&mut ledger, at)?;
            state.assessments.values().flat_map(|it| it.comments.iter().map(row)).collect()
        }
    };
    render::rows(out, asking.format, &rows)
}

/// The texts of a comment and of what was decided on it.
#[derive(Debug, Clone, Serialize)]
struct TextRow {
    comment: CommentId,
    text: String,
    resolution: Option<String>,
}

impl Row for TextRow {
    const HEADER: &'static [&'static str] = &["comment", "text", "resolution"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::text("text", |row| row.text.clone()),
            Column::text("resolution", |row| known(&row.resolution)),
        ]
    }
}

fn show(home: &Home, id: CommentId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a comment")?;
    let mut ledger = open(home)?;
    let state = ledger.state(at(asking), &|_| vec![id.assessment().organisation()])?;
    let comments = state.assessments.get(&id.assessment()).map(|it| it.comments.as_slice());
    let mut comments = comments.unwrap_or_default().iter();
    let Some(comment) = comments.find(|comment| comment.facts.comment == id) else {
        return Err(Failure::new(REFUSED, format!("no comment {id} is in the ledger"))
            .hint("`piperoll comment list` shows them"));
    };
    if asking.format == Format::Table {
        facts(&row(comment), out)?;
    }
    let row = TextRow {
        comment: id,
        text: text(&ledger, &comment.facts.text, asking.format)?,
        resolution: match &comment.resolved {
            Some(resolved) => Some(text(&ledger, &resolved.text, asking.format)?),
            None => None,
        },
    };
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &[row]);
    }
    writeln!(out, "\n{}", row.text.trim_end())?;
    if let Some(resolution) = &row.resolution {
        writeln!(out, "\nresolved:\n{}", resolution.trim_end())?;
    }
    Ok(())
}

fn facts(row: &CommentRow, out: &mut dyn Write) -> Outcome {
    let says = match row.kind {
        CommentKind::A => "a typographical or numerical error",
        CommentKind::B => "information is inaccurate",
        CommentKind::C => "information was left out",
    };
    render::facts(
        out,
        &[
            ("comment", row.comment.to_string()),
            ("assessment", row.assessment.to_string()),
            ("from", row.recipient.to_string()),
            ("kind", format!("{}: {says}", row.kind)),
            ("about", row.about.clone()),
            ("received on", row.received_on.to_string()),
            ("marks", row.marks.replace(' ', ", ")),
            ("evidence", row.evidence.replace(' ', ", ")),
            ("outcome", row.outcome.map_or("not resolved".to_owned(), in_words)),
            ("reason", known(&row.reason)),
            ("by", known(&row.by)),
            ("resolved on", known(&row.resolved_on)),
        ],
    )
}
