//! The publications of a body: every one, in order of its date, with what became of it.

use crate::body::Body;
use crate::fold::Adopted;
use crate::row::{Flag, Flags, in_words};
use crate::scores::rating_in_words;
use crate::standing::Standing;
use assessment::event::{
    AssessmentKind, PublicationImported, PublicationMade, PublicationReissued,
    PublicationWithdrawalReason, PublicationWithdrawn, ReissueReason,
};
use assessment::framework::Method;
use assessment::scoring::{Percent, Rating};
use assessment::{AssessmentId, FrameworkId, Name, OrganisationCode, PartialDate, PublicationId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A publication of an assessment, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// The publication.
    pub publication: PublicationId,
    /// When it was published.
    pub on: PartialDate,
    /// What kind of assessment it was.
    pub kind: AssessmentKind,
    /// The overall rating, as published.
    pub rating: Option<Rating>,
    /// The overall score, as published, where it is known.
    pub score: Option<Percent>,
    /// What it took the place of, if it was issued again.
    pub reissue: Option<Reissue>,
    /// That it was withdrawn.
    pub withdrawn: Option<Withdrawal>,
    /// The record that says so.
    pub position: u64,
}

/// That a publication took the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reissue {
    /// The other.
    pub replaces: PublicationId,
    /// Why.
    pub reason: ReissueReason,
}

/// That a publication was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// When.
    pub on: PartialDate,
    /// Why.
    pub reason: PublicationWithdrawalReason,
}

/// What became of a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is what is published now.
    Current,
    /// Another was issued in its place.
    Reissued,
    /// A later one followed it.
    Superseded,
    /// It was withdrawn.
    Withdrawn,
}

/// A row of `history`: one publication.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryRow {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// When it was published.
    pub published_on: PartialDate,
    /// The publication.
    pub publication: PublicationId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// What kind of assessment it was.
    pub kind: AssessmentKind,
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// What its scores are given for.
    pub method: Method,
    /// The overall rating, as published.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
    /// The overall score, as published, in per cent, where it is known.
    pub score: Option<Percent>,
    /// What became of it.
    pub fate: Fate,
    /// The publication that took its place, or followed it.
    pub followed_by: Option<PublicationId>,
    /// When it was withdrawn.
    pub withdrawn_on: Option<PartialDate>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<PublicationWithdrawalReason>,
    /// Why it took the place of the one before.
    pub reissue_reason: Option<ReissueReason>,
    /// What a reader must know before comparing it with the row before.
    pub note: Option<Note>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
    /// The record that made it; none in what is public.
    pub position: Option<u64>,
}

/// What a reader must know before comparing a publication with the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// The scores were given otherwise.
    #[serde(rename = "another method: not to be compared")]
    AnotherMethod,
}

/// The publications of a body, oldest first; of those of one day the one recorded later is later,
/// as far as the ids tell.
pub fn history(body: &Body, frameworks: &BTreeMap<FrameworkId, Adopted>) -> Vec<HistoryRow> {
    let known = |standing: &&Standing| frameworks.contains_key(&standing.framework);
    let mut issues: Vec<(&Standing, &Issue)> = Vec::new();
    for standing in body.standings.values().filter(known) {
        issues.extend(standing.publications.iter().map(|issue| (standing, issue)));
    }
    issues.sort_by_key(|(standing, issue)| {
        (issue.on, standing.assessment.recording_order(), issue.publication.number())
    });
    let mut rows = Vec::new();
    let mut before: Option<Method> = None;
    for (at, (standing, issue)) in issues.iter().enumerate() {
        let method = frameworks[&standing.framework].framework.scoring.method.value;
        let next = issues.get(at + 1).map(|(_, next)| next.publication);
        let takes_place =
            |it: &&Issue| it.reissue.is_some_and(|of| of.replaces == issue.publication);
        let reissue = standing.publications.iter().find(takes_place).map(|it| it.publication);
        let fate = match (issue.withdrawn, reissue, next) {
            (Some(_), _, _) => Fate::Withdrawn,
            (None, Some(_), _) => Fate::Reissued,
            (None, None, Some(_)) => Fate::Superseded,
            (None, None, None) => Fate::Current,
        };
        let another = before.is_some_and(|before| before != method);
        before = Some(method);
        rows.push(HistoryRow {
            organisation: body.facts.code,
            name: body.facts.name.clone(),
            published_on: issue.on,
            publication: issue.publication,
            assessment: standing.assessment,
            kind: issue.kind,
            framework: standing.framework,
            method,
            rating: issue.rating,
            score: issue.score,
            fate,
            followed_by: reissue.or(next),
            withdrawn_on: issue.withdrawn.map(|withdrawn| withdrawn.on),
            withdrawal_reason: issue.withdrawn.map(|withdrawn| withdrawn.reason),
            reissue_reason: issue.reissue.map(|reissue| reissue.reason),
            note: another.then_some(Note::AnotherMethod),
            flags: Flags::default().with(Flag::Fictional, body.facts.fictional),
            position: Some(issue.position),
        });
    }
    rows
}

impl Issue {
    pub(crate) fn imported(import: &PublicationImported, position: u64) -> Self {
        Self {
            publication: import.publication,
            on: import.published_on(),
            kind: import.kind,
            rating: Some(import.rating),
            score: import.score,
            reissue: None,
            withdrawn: None,
            position,
        }
    }

    pub(crate) fn made(made: &PublicationMade, reissue: Option<Reissue>, position: u64) -> Self {
        Self {
            publication: made.publication,
            on: made.published_on,
            kind: made.kind,
            rating: made.overall.map(|overall| overall.rating),
            score: made.overall.map(|overall| overall.score),
            reissue,
            withdrawn: None,
            position,
        }
    }
}

impl From<&PublicationReissued> for Reissue {
    fn from(event: &PublicationReissued) -> Self {
        Self { replaces: event.replaces, reason: event.reason }
    }
}

impl From<&PublicationWithdrawn> for Withdrawal {
    fn from(event: &PublicationWithdrawn) -> Self {
        Self { on: event.withdrawn_on, reason: event.reason }
    }
}

impl Fate {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Reissued => "reissued",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Note {
    /// The note, as it is read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AnotherMethod => "another method: not to be compared",
        }
    }
}
