//! `history`.

mod drawing;
mod page;
mod publications;

use super::{Home, assessment, at, open, organisation, say_set_aside};
use crate::cli::{Audience, BodyHistory as Args, HistoryFormat, Printed};
use crate::exit::{Failure, Outcome};
use crate::render::{self, Column, Row};
use crate::rows;
use ::assessment::{AssessmentId, Name, OrganisationCode, PartialDate};
use ledger::{At, Instant, Ledger, Recorded, Stamp};
use projections::{Flag, Flags, Happening, Knowing, Occurrence, Outcome as Review, Timeline};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// `history`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    let asking = &args.asking;
    let mut ledger = open(home)?;
    say_set_aside(&ledger, asking)?;
    let code = organisation(&mut ledger, at(asking), &args.organisation)?;
    let (timeline, stamps) = told(&ledger, code, args, at(asking))?;
    let rows: Vec<_> = timeline.happenings.iter().map(|it| row(&timeline, it, &stamps)).collect();
    match (asking.format.of_rows(), asking.format) {
        (Some(format), _) => render::rows(out, format, &rows),
        (None, HistoryFormat::Svg) => Ok(write!(out, "{}", drawing::svg(&timeline))?),
        (None, _) => Ok(write!(out, "{}", page::markdown(&timeline, &rows))?),
    }
}

/// What happened, as far as who asks may know it, and what proves each record.
fn told(
    ledger: &Ledger,
    code: OrganisationCode,
    args: &Args,
    at: At,
) -> Result<(Timeline, BTreeMap<u64, Stamp>), Failure> {
    let recorded =
        ledger.gather(at, &|event| event.organisation().is_none_or(|about| about == code))?;
    let knowing = match args.asking.audience {
        Audience::Regulator => Knowing::Everything,
        Audience::Public | Audience::Body(_) => Knowing::WhatIsPublic,
    };
    let records = recorded.iter().map(occurrence).collect::<Result<Vec<_>, Failure>>()?;
    let timeline = projections::timeline(code, args.assessment, knowing, &records);
    let mut timeline = timeline.expect("its registration is among its records");
    if args.asking.audience == Audience::Body(code) {
        timeline.tell(&ledger.disclosures(at, code)?, args.assessment);
    }
    if let Some(id) = args.assessment.filter(|_| timeline.happenings.is_empty()) {
        if at.effective.is_none() {
            return Err(assessment::not_of(&timeline.facts, id));
        }
        // Nothing of it had happened by the day; it may be one of the body all the same.
        told(ledger, code, args, At { effective: None, ..at })?;
    }
    at.effective.into_iter().for_each(|day| timeline.end(day));
    let stamps = recorded.into_iter().map(|it| (it.stamp.position, it.stamp)).collect();
    Ok((timeline, stamps))
}

/// A record, as a timeline takes it in.
pub(super) fn occurrence(recorded: &Recorded) -> Result<Occurrence<'_>, Failure> {
    Ok(Occurrence {
        position: recorded.stamp.position,
        event: &recorded.event,
        recorded_on: Instant::parse(&recorded.stamp.recorded_at)?.day(),
        void_by: recorded.void_by,
    })
}

/// A row of `history`: one thing that happened.
#[derive(Debug, Clone, Serialize)]
pub(super) struct HappeningRow {
    organisation: OrganisationCode,
    name: Name,
    on: PartialDate,
    what: &'static str,
    pub(super) about: String,
    pub(super) detail: String,
    assessment: Option<AssessmentId>,
    /// Of a review: whether it changed the score.
    outcome: Option<Review>,
    /// The overall score of the assessment in force after it, in per cent.
    overall_score: Option<u8>,
    /// Who decided it, or else recorded it.
    pub(super) by: String,
    struck_out_by: Option<u64>,
    #[serde(serialize_with = "in_words")]
    flags: Flags,
    recorded_at: Option<String>,
    position: Option<u64>,
    hash: Option<String>,
}

impl Row for HappeningRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "on",
        "what",
        "about",
        "detail",
        "assessment",
        "outcome",
        "overall_score",
        "by",
        "struck_out_by",
        "flags",
        "recorded_at",
        "position",
        "hash",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("on", |row| row.on.to_string()),
            Column::left("of", |row| row.assessment.map(|id| within(row, id)).unwrap_or_default()),
            Column::left("what", |row| row.what.to_owned()),
            Column::id("about", |row| row.about.clone()),
            Column::text("detail", HappeningRow::marked),
            Column::right("record", |row| render::known(&row.position)),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, {}", rows::body(&self.name, &self.flags), self.organisation))
    }
}

impl HappeningRow {
    /// What it says; of what is void, that it is.
    fn marked(&self) -> String {
        let void = self.struck_out_by.map(|by| format!("struck out by record {by}"));
        let detail = Some(self.detail.clone()).filter(|detail| !detail.is_empty());
        detail.into_iter().chain(void).collect::<Vec<_>>().join("; ")
    }
}

/// A happening with what proves its record.
pub(super) fn row(
    timeline: &Timeline,
    it: &Happening,
    stamps: &BTreeMap<u64, Stamp>,
) -> HappeningRow {
    let stamp = it.position.and_then(|position| stamps.get(&position));
    let by: Vec<String> = it.by.iter().map(ToString::to_string).collect();
    let recorded_by = stamp.filter(|_| by.is_empty()).map(|stamp| stamp.actor.clone());
    HappeningRow {
        organisation: timeline.facts.code,
        name: timeline.facts.name.clone(),
        on: it.on,
        what: it.what,
        about: it.about.clone(),
        detail: it.detail.clone(),
        assessment: it.assessment,
        outcome: it.outcome,
        overall_score: it.overall.map(|percent| percent.get()),
        by: by.into_iter().chain(recorded_by).collect::<Vec<_>>().join(" "),
        struck_out_by: it.void_by,
        flags: Flags::default().with(Flag::Fictional, timeline.facts.fictional),
        recorded_at: stamp.map(|stamp| stamp.recorded_at.clone()),
        position: it.position,
        hash: stamp.map(|stamp| stamp.hash.to_string()),
    }
}

/// An assessment's id without that of the body, which stands above.
fn within(row: &HappeningRow, id: AssessmentId) -> String {
    let body = format!("{}-", row.organisation);
    id.as_str().strip_prefix(&body).unwrap_or(id.as_str()).to_owned()
}

fn in_words<S: serde::Serializer>(flags: &Flags, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&flags.to_string())
}
