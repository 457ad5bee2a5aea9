//! `assessment list`.

use super::named;
use crate::cli::{Asking, Audience};
use crate::commands::{Home, ask, at, conflict, open, organisation, placed, section_50};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row};
use assessment::event::AssessmentKind;
use assessment::framework::Recipient;
use assessment::state::{Assessment, Window};
use assessment::{
    AssessmentId, FrameworkId, Name, OrganisationCode, PanelId, PartialDate, PublicationId, State,
};
use ledger::{Filter, Ledger};
use projections::{Body, Standing};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// Lists assessments: to the regulator all of them, to others what is published.
pub fn run(home: &Home, wanted: Option<&str>, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let wanted = wanted.map(|text| organisation(&mut ledger, at(asking), text)).transpose()?;
    let filter = Filter { organisations: wanted.into_iter().collect(), ..Filter::default() };
    render::rows(out, asking.format, &rows(&mut ledger, &filter, asking)?)
}

/// An assessment, as it is listed; how far its work is, for the regulator alone.
#[derive(Debug, Clone, Serialize)]
pub(in crate::commands) struct AssessmentRow {
    pub(super) assessment: AssessmentId,
    pub(super) organisation: OrganisationCode,
    pub(super) name: Name,
    pub(super) framework: FrameworkId,
    pub(super) kind: AssessmentKind,
    pub(super) state: &'static str,
    pub(super) opened_on: Option<PartialDate>,
    pub(super) cancelled_on: Option<PartialDate>,
    pub(super) publication: Option<PublicationId>,
    pub(super) published_on: Option<PartialDate>,
    pub(super) withdrawn_on: Option<PartialDate>,
    pub(super) current: bool,
    pub(super) notice_on: Option<PartialDate>,
    pub(super) information_return_on: Option<PartialDate>,
    pub(super) site_visit_on: Option<PartialDate>,
    pub(super) team: Option<String>,
    pub(super) evidence: Option<u64>,
    pub(super) panel: Option<PanelId>,
    pub(super) panel_decided_on: Option<PartialDate>,
    pub(super) windows: Option<String>,
    pub(super) comments_open: Option<u64>,
    pub(super) comments_resolved: Option<u64>,
    pub(super) section_50: Option<String>,
    pub(super) process_reviews: String,
    pub(super) conflicts: String,
    pub(super) flags: String,
    pub(super) position: Option<u64>,
}

impl Row for AssessmentRow {
    const HEADER: &'static [&'static str] = &[
        "assessment",
        "organisation",
        "name",
        "framework",
        "kind",
        "state",
        "opened_on",
        "cancelled_on",
        "publication",
        "published_on",
        "withdrawn_on",
        "current",
        "notice_on",
        "information_return_on",
        "site_visit_on",
        "team",
        "evidence",
        "panel",
        "panel_decided_on",
        "windows",
        "comments_open",
        "comments_resolved",
        "section_50",
        "process_reviews",
        "conflicts",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("assessment", |row| row.assessment.to_string()),
            Column::text("name", |row| row.name.to_string()),
            Column::left("framework", |row| row.framework.to_string()),
            Column::left("kind", |row| row.kind.to_string()),
            Column::text("state", |row| {
                let current = if row.current { " current" } else { "" };
                if let Some(on) = row.withdrawn_on {
                    return format!("withdrawn {on}{current}");
                }
                match (row.published_on, row.cancelled_on, row.opened_on) {
                    (Some(on), _, _) => format!("published {on}{current}"),
                    (None, Some(on), _) => format!("cancelled {on}"),
                    (None, None, Some(on)) => format!("opened {on}"),
                    (None, None, None) => String::new(),
                }
            }),
            Column::text("flags", |row| row.flags.clone()),
        ]
    }
}

/// The rows that are wanted: what is public is read from its own projection, and all else from
/// the state that the rules see.
pub(in crate::commands) fn rows(
    ledger: &mut Ledger,
    filter: &Filter,
    asking: &Asking,
) -> Result<Vec<AssessmentRow>, Failure> {
    let mut rows = ask(ledger, at(asking), &|catalogue| {
        catalogue.each_standing(filter, |body, standing, _| {
            filter
                .assessment
                .is_none_or(|wanted| wanted == standing.assessment)
                .then(|| public(asking, body, standing))
        })
    })?;
    if asking.audience == Audience::Regulator {
        let codes: Vec<_> = rows.iter().map(|row| row.organisation).collect();
        let state = ledger.state(at(asking), &|_| codes.clone())?;
        rows.iter_mut().for_each(|row| complete(row, &state));
    }
    Ok(rows)
}

/// What is known of it without its work.
fn public(asking: &Asking, body: &Body, standing: &Standing) -> AssessmentRow {
    let published = standing.publication.as_ref();
    AssessmentRow {
        assessment: standing.assessment,
        organisation: body.facts.code,
        name: body.facts.name.clone(),
        framework: standing.framework,
        kind: standing.kind,
        state: match (published, standing.cancelled_on) {
            (Some(published), _) if published.withdrawn_on.is_some() => "withdrawn",
            (Some(_), _) => "published",
            (None, Some(_)) => "cancelled",
            (None, None) => "open",
        },
        opened_on: standing.opened_on,
        cancelled_on: standing.cancelled_on,
        publication: published.map(|published| published.publication),
        published_on: published.map(|published| published.on),
        withdrawn_on: published.and_then(|published| published.withdrawn_on),
        current: body.current == Some(standing.assessment),
        notice_on: None,
        information_return_on: None,
        site_visit_on: None,
        team: None,
        evidence: None,
        panel: None,
        panel_decided_on: None,
        windows: None,
        comments_open: None,
        comments_resolved: None,
        section_50: None,
        process_reviews: joined(&standing.process_reviews, ToString::to_string),
        conflicts: joined(&standing.conflicts, |field| conflict::name(*field)),
        flags: standing.flags(body).to_string(),
        position: placed(asking, standing.position),
    }
}

/// Adds how far its work is.
fn complete(row: &mut AssessmentRow, state: &State) {
    let Some(known) = state.assessments.get(&row.assessment) else { return };
    let (plan, panel) = (&known.plan, known.panel.as_ref());
    let resolved = known.comments.iter().filter(|comment| comment.resolved.is_some()).count();
    row.notice_on = plan.notice_on;
    row.information_return_on = plan.information_return_on;
    row.site_visit_on = plan.site_visit_on;
    row.team = (!plan.team.is_empty()).then(|| named(&plan.team));
    row.evidence = Some(known.used.len() as u64);
    row.panel = panel.map(|panel| panel.panel);
    row.panel_decided_on = panel.map(|panel| panel.decided_on);
    row.windows = windows(known);
    row.comments_open = Some((known.comments.len() - resolved) as u64);
    row.comments_resolved = Some(resolved as u64);
    row.section_50 = section_50::status(state, row.assessment, known);
}

/// Which of them there are, in one text.
fn joined<T>(all: &BTreeSet<T>, name: impl Fn(&T) -> String) -> String {
    all.iter().map(name).collect::<Vec<_>>().join(" ")
}

/// The time for comments of everybody who has the draft, in words; or who had that of the last
/// publication, until the next one is shared.
fn windows(assessment: &Assessment) -> Option<String> {
    let window = |(recipient, window): (&Recipient, &Window)| {
        let confirmed = window.confirmed_on.map(|on| format!(" confirmed {on}"));
        let (shared, due) = (window.shared_on, window.due_on);
        format!("{recipient} shared {shared} due {due}{}", confirmed.unwrap_or_default())
    };
    let (now, past) = (&assessment.windows, &assessment.past_windows);
    let all = if now.is_empty() { past } else { now };
    let all: Vec<_> = all.iter().map(window).collect();
    (!all.is_empty()).then(|| all.join(", "))
}
