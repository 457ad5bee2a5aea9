//! What was published of an assessment, and the report on it.
//!
//! It is put together from records that make something public, and from the texts that were
//! released; what else is known of the assessment is not looked at. So a report that a later one
//! took the place of, or that was withdrawn, can still be read as it was.

use super::compose::{Material, awards_ratings, report};
use super::{complete, notices, overall, status};
use crate::Ledger;
use crate::catalogue::{Catalogue, Scope};
use crate::contents::{ContentError, digest};
use crate::error::Error;
use crate::questions::{At, Question};
use crate::released::{ReleasedReport, ReleasedText};
use crate::report::{Dates, Finance, Overall, Reader, Report, State as Stage, Text};
use assessment::event::{
    AssessmentKind, ConflictField, ConflictRecorded, OrganisationRegistered,
    ProcessReviewRequested, PublicationImported, PublicationMade, PublicationWithdrawalReason,
    PublicationWithdrawn,
};
use assessment::framework::{Framework, Passage};
use assessment::scoring::{Percent, Rating, Score};
use assessment::state::Cell;
use assessment::{
    AssessmentId, Event, FrameworkId, PartialDate, PublicationId, StatementId, StrikeOuts,
};
use projections::{Reissue, Withdrawal};
use std::collections::BTreeMap;

/// What was published of an assessment, and what became of it.
#[derive(Default)]
pub(super) struct Releases {
    /// The publications, in order of recording.
    pub(super) all: Vec<Release>,
    /// Those that were taken back.
    pub(super) withdrawn: BTreeMap<PublicationId, PublicationWithdrawn>,
    /// The requests for a review of the rating process that wait for a decision.
    pub(super) pending: Vec<ProcessReviewRequested>,
    /// Where sources disagree: what was recorded last of each field.
    pub(super) conflicts: BTreeMap<ConflictField, ConflictRecorded>,
}

/// A publication, from before this ledger or its own.
pub(super) struct Release {
    pub(super) what: What,
    /// What it took the place of, and why.
    pub(super) reissue: Option<Reissue>,
}

/// What the record of a publication says.
pub(super) enum What {
    Imported(Box<PublicationImported>),
    Made(Box<PublicationMade>),
}

/// What everybody may know of a body beside its publications.
struct Public {
    facts: OrganisationRegistered,
    framework: Framework,
    reviewed: BTreeMap<StatementId, PartialDate>,
}

impl Ledger {
    /// A published report: this publication, or else the latest of the assessment.
    pub(super) fn published_report(
        &mut self,
        at: At,
        id: AssessmentId,
        publication: Option<PublicationId>,
        reader: Reader,
    ) -> Result<Option<Report>, Error> {
        let at = at.in_public();
        let releases = self.releases(at, id)?;
        let Some(release) = releases.find(publication) else { return Ok(None) };
        let public = self.public(at, id, release.framework())?;
        let Some(Public { facts, framework, reviewed }) = public else { return Ok(None) };
        // A review since is about what is published now.
        let reviewed = if releases.is_latest(release) { reviewed } else { BTreeMap::new() };
        let mut scores: BTreeMap<Cell, Score> = release.scores().collect();
        if reader != Reader::Public {
            scores.extend(release.categories());
        }
        let (mut texts, mut finance) = (vec![], None);
        let (mut themes, mut dates, mut released) = (vec![], Dates::default(), None);
        if let What::Made(made) = &release.what {
            if releases.withheld(release, reader).is_none() {
                let report = self.released(made)?;
                finance = (!report.finance.is_empty()).then(|| Finance::new(&report.finance));
                texts = report.texts.into_iter().map(text).collect();
            }
            themes.clone_from(&made.themes);
            (dates.assessed_on, dates.rated_on) = (made.assessed_on, made.rated_on);
            released = Some(made.released);
        }
        dates.reviewed_on = reviewed.values().max().copied();
        Ok(Some(report(Material {
            assessment: id,
            kind: release.kind(),
            stage: Stage::Published {
                publication: release.publication(),
                published_on: release.published_on(),
                released,
                withdrawn: releases.withdrawal(release),
            },
            notices: notices::published(&releases, release, &framework, reader),
            status: status(&framework, release.kind()),
            overall: published_overall(&framework, release, complete(&framework, &scores)),
            dates,
            texts,
            scores,
            themes,
            reviewed,
            finance,
            evidence: None,
            facts: &facts,
            framework: &framework,
        })))
    }

    fn releases(&self, at: At, id: AssessmentId) -> Result<Releases, Error> {
        let (mut records, mut strike_outs) = (Vec::new(), StrikeOuts::default());
        self.fold(at, &mut |position, event| {
            strike_outs.note(position, event);
            if event.assessment() == Some(id) {
                records.push((position, event.clone()));
            }
        })?;
        let (mut releases, void) = (Releases::default(), strike_outs.void());
        for (position, event) in records {
            if !void.contains_key(&position) {
                releases.take_in(event);
            }
        }
        Ok(releases)
    }

    fn public(
        &mut self,
        at: At,
        id: AssessmentId,
        framework: FrameworkId,
    ) -> Result<Option<Public>, Error> {
        let answer = |catalogue: &mut Catalogue| {
            let body = catalogue.body(id.organisation())?.cloned();
            let framework = catalogue.frameworks().get(&framework);
            Ok(body.zip(framework).map(|(body, adopted)| {
                let cells = body.standings.get(&id).into_iter().flat_map(|it| &it.cells);
                let reviewed = cells.filter_map(|it| Some((it.statement, it.reviewed_on?)));
                let (facts, framework) = (body.facts.clone(), adopted.framework.clone());
                Public { facts, framework, reviewed: reviewed.collect() }
            }))
        };
        self.ask(at, &Question { scope: Scope::default(), answer: &answer })
    }

    /// What a publication released, checked against the digest in its record.
    fn released(&self, made: &PublicationMade) -> Result<ReleasedReport, Error> {
        let (files, name) = (self.contents().released(), digest(made.released));
        let bytes = files.get(&name).map_err(ContentError::from)?;
        let path = || files.path(&name);
        let bytes = bytes.ok_or_else(|| ContentError::Missing { path: path() })?;
        let report = serde_json::from_slice::<ReleasedReport>(&bytes).ok();
        let is_meant = |report: &ReleasedReport| report.publication == made.publication;
        let publication = made.publication;
        // Said without its record's position, which is not for everybody.
        let other = || ContentError::OtherReport { path: path(), publication };
        Ok(report.filter(is_meant).ok_or_else(other)?)
    }
}

impl Releases {
    /// Takes in the next record of the assessment that is in force; only what makes something
    /// public is looked at.
    fn take_in(&mut self, event: Event) {
        match event {
            Event::PublicationImported(it) => self.import(it),
            Event::ImportedPublicationReplaced(it) => self.import(it.import),
            Event::PublicationMade(it) => {
                self.all.push(Release { what: What::Made(Box::new(it)), reissue: None });
            }
            Event::PublicationReissued(it) => {
                let reissue = Some(Reissue { replaces: it.replaces, reason: it.reason });
                self.all.push(Release { what: What::Made(Box::new(it.made)), reissue });
            }
            Event::PublicationWithdrawn(it) => {
                self.withdrawn.insert(it.publication, it);
            }
            Event::ProcessReviewRequested(it) if it.declined.is_none() => self.pending.push(it),
            Event::ProcessReviewDecided(decided) => {
                self.pending.retain(|it| it.publication != decided.publication);
            }
            Event::ConflictRecorded(it) => {
                self.conflicts.insert(it.field, it);
            }
            _ => {}
        }
    }

    /// Takes in an import; a corrected one takes the place of the first.
    fn import(&mut self, import: PublicationImported) {
        let publication = import.publication;
        let what = What::Imported(Box::new(import));
        match self.all.iter_mut().find(|it| it.publication() == publication) {
            Some(known) => known.what = what,
            None => self.all.push(Release { what, reissue: None }),
        }
    }

    fn find(&self, publication: Option<PublicationId>) -> Option<&Release> {
        match publication {
            Some(wanted) => self.all.iter().find(|it| it.publication() == wanted),
            None => self.all.last(),
        }
    }

    pub(super) fn is_latest(&self, release: &Release) -> bool {
        self.all.last().is_some_and(|last| last.publication() == release.publication())
    }

    /// The publications from this one on, itself first.
    fn from<'a>(&'a self, release: &Release) -> impl Iterator<Item = &'a Release> {
        let publication = release.publication();
        self.all.iter().skip_while(move |it| it.publication() != publication)
    }

    pub(super) fn withdrawal(&self, release: &Release) -> Option<Withdrawal> {
        let withdrawn = self.withdrawn.get(&release.publication())?;
        Some(Withdrawal { on: withdrawn.withdrawn_on, reason: withdrawn.reason })
    }

    /// The publication for whose sake this one's texts are kept from a reader. An earlier report
    /// may well say the same as the one that must not be public.
    pub(super) fn withheld(&self, release: &Release, reader: Reader) -> Option<PublicationId> {
        let must_not_be_public = |it: &&Release| {
            let withdrawal = self.withdrawal(it);
            withdrawal.is_some_and(|it| it.reason == PublicationWithdrawalReason::NotToBePublic)
        };
        let sake = self.from(release).find(must_not_be_public).map(Release::publication);
        sake.filter(|_| reader != Reader::Regulator)
    }
}

impl Release {
    pub(super) fn publication(&self) -> PublicationId {
        match &self.what {
            What::Imported(import) => import.publication,
            What::Made(made) => made.publication,
        }
    }

    pub(super) fn published_on(&self) -> PartialDate {
        match &self.what {
            What::Imported(import) => import.published_on(),
            What::Made(made) => made.published_on,
        }
    }

    fn framework(&self) -> FrameworkId {
        match &self.what {
            What::Imported(import) => import.framework,
            What::Made(made) => made.framework,
        }
    }

    fn kind(&self) -> AssessmentKind {
        match &self.what {
            What::Imported(import) => import.kind,
            What::Made(made) => made.kind,
        }
    }

    /// The overall rating and score, as they were published.
    fn overall(&self) -> Option<(Rating, Option<Percent>)> {
        match &self.what {
            What::Imported(import) => Some((import.rating, import.score)),
            What::Made(made) => made.overall.map(|overall| (overall.rating, Some(overall.score))),
        }
    }

    /// The scores of quality statements.
    fn scores(&self) -> impl Iterator<Item = (Cell, Score)> {
        let scores = match &self.what {
            What::Imported(import) => &import.scores,
            What::Made(made) => &made.scores,
        };
        scores.iter().map(|it| ((it.statement, None), it.score))
    }

    /// The scores of evidence categories, which are not for everybody.
    fn categories(&self) -> impl Iterator<Item = (Cell, Score)> {
        let categories = match &self.what {
            What::Imported(_) => &[][..],
            What::Made(made) => &made.categories,
        };
        categories.iter().map(|it| ((it.statement, Some(it.category)), it.score))
    }
}

fn text(released: ReleasedText) -> (Passage, Option<Text>) {
    let ReleasedText { media_type, passage, text, .. } = released;
    (passage, Some(Text { media_type, text }))
}

/// The overall rating as it was published. How far others are is told where the scores come to it.
fn published_overall(
    framework: &Framework,
    release: &Release,
    scores: Option<Vec<Score>>,
) -> Option<Overall> {
    let (rating, score) = release.overall().filter(|_| awards_ratings(framework))?;
    let computed = scores.and_then(|scores| overall(framework, &scores));
    let is_as_published =
        |it: &Overall| it.rating == rating && (score.is_none() || score == it.score);
    if let Some(computed) = computed.filter(is_as_published) {
        return Some(computed);
    }
    let half = |score| framework.scoring.band(score).half(score);
    Some(Overall {
        rating,
        score,
        percent_to_next_up: None,
        percent_to_next_down: None,
        marks_to_next_up: None,
        marks_to_next_down: None,
        band_half: score.map(half),
    })
}
