//! All that happened to a body, in the order of its dates in the world: what was submitted, scored,
//! challenged, decided, published and reviewed; and how its overall score moved with that.

mod words;

use crate::cell::View;
use crate::disclosed::Disclosures;
use crate::fold::{Effect, Fact, Projections};
use crate::history::{HistoryRow, history};
use crate::reviewed::Outcome;
use assessment::event::{OrganisationRegistered, ScoreReviewed};
use assessment::scoring::{Band, Percent, Score};
use assessment::{
    AssessmentId, Event, FrameworkId, OrganisationCode, PartialDate, PersonId, PublicationId,
};
use chrono::NaiveDate;
use std::cmp::Ordering;
use std::collections::BTreeMap;
pub(crate) use words::about_what;
use words::{Words, fate, rated, short, spaced};

/// A record, as a timeline takes it in.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence<'a> {
    /// Where it stands in the journal.
    pub position: u64,
    /// What happened.
    pub event: &'a Event,
    /// The day of recording, to which is put down what has no date of its own.
    pub recorded_on: NaiveDate,
    /// The strike-out that makes it void, if one does.
    pub void_by: Option<u64>,
}

/// Of whose knowledge a timeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowing {
    /// Of every record.
    Everything,
    /// Of what was published, and of reviews that are public.
    WhatIsPublic,
}

/// All that happened to a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// What is known of the body.
    pub facts: OrganisationRegistered,
    /// What happened, oldest first.
    pub happenings: Vec<Happening>,
    /// How the overall score of each assessment moved, by assessment.
    pub courses: Vec<Course>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// When, as precisely as it is known.
    pub on: PartialDate,
    /// What, in a word.
    pub what: &'static str,
    /// What it is about: a statement, a piece of evidence, a comment, a publication …
    pub about: String,
    /// More of it, in words.
    pub detail: String,
    /// The assessment that it belongs to.
    pub assessment: Option<AssessmentId>,
    /// Of a review in force: whether it changed the score.
    pub outcome: Option<Outcome>,
    /// The overall score of the assessment in force after it, in per cent.
    pub overall: Option<Percent>,
    /// Who decided it, where the record says so.
    pub by: Vec<PersonId>,
    /// The strike-out that makes it void, if one does.
    pub void_by: Option<u64>,
    /// The record; none in what is public.
    pub position: Option<u64>,
}

/// How the overall score of an assessment moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The assessment.
    pub assessment: AssessmentId,
    /// Its framework.
    pub framework: FrameworkId,
    /// The framework's bands.
    pub bands: Vec<Band>,
    /// From when on it was what.
    pub steps: Vec<Step>,
    /// When another assessment took its place, or it was cancelled, if that happened.
    pub until: Option<PartialDate>,
}

/// From when on an overall score was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// From when on.
    pub on: PartialDate,
    /// In per cent; none where it went.
    pub percent: Option<Percent>,
}

/// Tells all that happened to a body, or to one assessment of it, from the records that are about
/// it and those that belong to nobody, in the order of recording; nothing, if it is not among them.
///
/// Each record about the body is one happening, also one that is void: it is history. What counts
/// is told from those in force.
pub fn timeline(
    code: OrganisationCode,
    wanted: Option<AssessmentId>,
    knowing: Knowing,
    records: &[Occurrence<'_>],
) -> Option<Timeline> {
    let mut telling = Telling::new(code, wanted, knowing);
    records.iter().for_each(|record| telling.take_in(record));
    let Telling { projections, mut happenings, issued, courses, .. } = telling;
    let body = projections.bodies.get(&code)?;
    let publications = history(body, &projections.frameworks);
    for (index, id) in issued {
        let row = publications.iter().find(|row| row.publication == id);
        let detail = &mut happenings[index].detail;
        let said = Some(std::mem::take(detail)).filter(|said| !said.is_empty());
        *detail = said.into_iter().chain(row.map(fate)).collect::<Vec<_>>().join("; ");
    }
    if knowing == Knowing::WhatIsPublic {
        happenings.extend(publications.iter().flat_map(in_public));
    }
    let mut courses: Vec<Course> = courses.into_values().collect();
    for course in &mut courses {
        let followed = followed_on(course.assessment, &publications);
        let standing = body.standings.get(&course.assessment);
        let cancelled = standing.and_then(|standing| standing.cancelled_on);
        course.until = followed.into_iter().chain(cancelled).min();
    }
    if wanted.is_some() {
        happenings.retain(|it| it.assessment == wanted);
        courses.retain(|it| Some(it.assessment) == wanted);
    }
    happenings.sort_by(in_order);
    Some(Timeline { facts: body.facts.clone(), happenings, courses })
}

impl Timeline {
    /// Leaves out what is put down to a later day than this: the day of recording of what has no
    /// date of its own.
    pub fn end(&mut self, day: NaiveDate) {
        self.happenings.retain(|it| it.on.happened_by(day));
    }

    /// Adds what the body was told beyond what is public: the draft that was shared with it last.
    pub fn tell(&mut self, disclosures: &Disclosures, wanted: Option<AssessmentId>) {
        for (id, told) in disclosures.assessments() {
            let Some(shared) = told.shared.as_ref().filter(|_| wanted.is_none_or(|it| it == id))
            else {
                continue;
            };
            let overall = shared.overall.and_then(|it| rated(Some(it.rating), Some(it.score)));
            let detail = overall.unwrap_or_default();
            let draft = Happening::public(shared.on, id, words::SHARED, "draft".to_owned());
            self.happenings.push(Happening { detail, ..draft });
        }
        self.happenings.sort_by(in_order);
    }
}

/// By date, and of one day by position. What is public has none: there it is in the order of what
/// it says, as that of recording would tell something.
fn in_order(a: &Happening, b: &Happening) -> Ordering {
    let key = |it: &Happening| (it.on.first_day(), it.position);
    let said = |it: &Happening| (it.assessment, it.what, it.about.clone(), it.on);
    key(a).cmp(&key(b)).then_with(|| said(a).cmp(&said(b)))
}

/// What has been taken in.
struct Telling {
    code: OrganisationCode,
    wanted: Option<AssessmentId>,
    knowing: Knowing,
    projections: Projections,
    happenings: Vec<Happening>,
    /// The happenings that are publications, to which it is added what became of them.
    issued: Vec<(usize, PublicationId)>,
    courses: BTreeMap<AssessmentId, Course>,
}

impl Telling {
    fn new(code: OrganisationCode, wanted: Option<AssessmentId>, knowing: Knowing) -> Self {
        Self {
            code,
            wanted,
            knowing,
            projections: Projections::default(),
            happenings: vec![],
            issued: vec![],
            courses: BTreeMap::new(),
        }
    }

    fn take_in(&mut self, record: &Occurrence<'_>) {
        let event = record.event;
        if event.organisation().is_some_and(|of| of != self.code) {
            return;
        }
        let fact = Fact { position: record.position, event };
        let before = self.score_before(event);
        let effects = match (record.void_by, self.knowing) {
            (Some(_), _) => vec![],
            (None, Knowing::Everything) => self.projections.apply(&fact),
            (None, Knowing::WhatIsPublic) => self.projections.apply_public(&fact),
        };
        let reviewed = effects.iter().find_map(|effect| match effect {
            Effect::Reviewed(reviewed) => Some(reviewed),
            Effect::Moved(_) | Effect::Settled(_) => None,
        });
        let outcome = reviewed.and_then(|reviewed| reviewed.outcome);
        let on = event.occurred_on().unwrap_or_else(|| record.recorded_on.into());
        let assessment = self.assessment_of(event);
        let overall = assessment.and_then(|id| self.overall(id));
        if record.void_by.is_none() {
            assessment.into_iter().for_each(|id| self.step(id, on, overall));
        }
        match (self.knowing, event) {
            (Knowing::Everything, _) => {
                let Some(words) = Words::of(event, self.code, assessment) else { return };
                let words = match (event, outcome) {
                    (Event::ScoreReviewed(event), Some(outcome)) => {
                        words.judged(event, before, outcome, self.waits(event))
                    }
                    _ => words,
                };
                self.note_issue(record);
                self.happenings.push(Happening {
                    on,
                    what: words.what,
                    about: words.about,
                    detail: words.detail,
                    assessment,
                    outcome,
                    overall,
                    by: words.by,
                    void_by: record.void_by,
                    position: Some(record.position),
                });
            }
            (Knowing::WhatIsPublic, Event::ScoreReviewed(event)) if reviewed.is_some() => {
                let about = event.statement.to_string();
                self.happenings.push(Happening::public(
                    on,
                    event.assessment,
                    words::REVIEWED,
                    about,
                ));
            }
            (Knowing::WhatIsPublic, _) => {}
        }
    }

    /// The assessment that a record belongs to: of a panel's, the one that is wanted, or the first
    /// of the body's.
    fn assessment_of(&self, event: &Event) -> Option<AssessmentId> {
        let Event::PanelConvened(panel) = event else { return event.assessment() };
        let own = || panel.assessments.iter().filter(|id| id.organisation() == self.code).copied();
        own().find(|id| Some(*id) == self.wanted).or_else(|| own().next())
    }

    /// The score that a review finds, of the statement or of one category of it.
    fn score_before(&self, event: &Event) -> Option<Score> {
        let Event::ScoreReviewed(event) = event else { return None };
        let standing = self.projections.bodies.get(&self.code)?.standings.get(&event.assessment)?;
        let cell = standing.cells.iter().find(|cell| cell.statement == event.statement)?;
        cell.latest(event.category).map(|judgement| judgement.score)
    }

    fn waits(&self, event: &ScoreReviewed) -> bool {
        let body = self.projections.bodies.get(&self.code);
        let standing = body.and_then(|body| body.standings.get(&event.assessment));
        let mut cells = standing.into_iter().flat_map(|standing| &standing.cells);
        cells.any(|cell| cell.statement == event.statement && cell.waits())
    }

    /// The overall score in force: what the scores come to, or as it was published without them.
    fn overall(&self, id: AssessmentId) -> Option<Percent> {
        let standing = self.projections.bodies.get(&self.code)?.standings.get(&id)?;
        let framework = &self.projections.frameworks.get(&standing.framework)?.framework;
        if !framework.awards_ratings() {
            return None;
        }
        match standing.complete(None, View::InForce) {
            Some(scores) => Some(framework.scoring.level(&scores).percent),
            None => standing.publication.as_ref().and_then(|published| published.score),
        }
    }

    /// Notes an overall score that is another than before. One that a record of an earlier date
    /// brings is in force from the last step on: the course goes in the order of recording.
    fn step(&mut self, id: AssessmentId, on: PartialDate, percent: Option<Percent>) {
        let body = self.projections.bodies.get(&self.code);
        let Some(standing) = body.and_then(|body| body.standings.get(&id)) else { return };
        let Some(adopted) = self.projections.frameworks.get(&standing.framework) else { return };
        let course = self.courses.entry(id).or_insert_with(|| Course {
            assessment: id,
            framework: standing.framework,
            bands: vec![],
            steps: vec![],
            until: None,
        });
        course.framework = standing.framework;
        course.bands.clone_from(&adopted.framework.scoring.bands.value);
        let last = course.steps.last().copied();
        if last.and_then(|last| last.percent) != percent {
            let on = last.map_or(on, |last| last.on.max(on));
            course.steps.push(Step { on, percent });
        }
    }

    fn note_issue(&mut self, record: &Occurrence<'_>) {
        let id = match record.event {
            Event::PublicationImported(event) => event.publication,
            Event::PublicationMade(event) => event.publication,
            Event::PublicationReissued(event) => event.made.publication,
            _ => return,
        };
        if record.void_by.is_none() {
            self.issued.push((self.happenings.len(), id));
        }
    }
}

impl Happening {
    /// Whether it is a review, or the first score; in force, as what is void counts for nothing.
    pub fn is_review(&self) -> bool {
        // What of a review is public says nothing of its outcome.
        let is_known = self.outcome.is_some() || self.position.is_none();
        matches!(self.what, words::REVIEWED | words::SCORED) && is_known
    }

    /// Whether it is a publication, in force.
    pub fn is_publication(&self) -> bool {
        matches!(self.what, words::PUBLISHED | words::REISSUED) && self.void_by.is_none()
    }

    fn public(
        on: PartialDate,
        assessment: AssessmentId,
        what: &'static str,
        about: String,
    ) -> Self {
        Self {
            on,
            what,
            about,
            detail: String::new(),
            assessment: Some(assessment),
            outcome: None,
            overall: None,
            by: vec![],
            void_by: None,
            position: None,
        }
    }
}

/// What the public knows of a publication: that it was made, and that it was taken back.
fn in_public(row: &HistoryRow) -> Vec<Happening> {
    let about = short(row.organisation, row.publication);
    let what = if row.reissue_reason.is_some() { words::REISSUED } else { words::PUBLISHED };
    let reason = row.reissue_reason.map(|reason| spaced(reason.as_str()));
    let detail = rated(row.rating, row.score).into_iter().chain(reason).chain([fate(row)]);
    let made = Happening {
        detail: detail.collect::<Vec<_>>().join("; "),
        overall: row.score,
        ..Happening::public(row.published_on, row.assessment, what, about.clone())
    };
    let withdrawn = row.withdrawn_on.map(|on| Happening {
        detail: row.withdrawal_reason.map(|it| spaced(it.as_str())).unwrap_or_default(),
        ..Happening::public(on, row.assessment, words::WITHDRAWN, about)
    });
    std::iter::once(made).chain(withdrawn).collect()
}

/// When the publication of another assessment followed the last one of this.
fn followed_on(id: AssessmentId, publications: &[HistoryRow]) -> Option<PartialDate> {
    let last = publications.iter().rposition(|row| row.assessment == id)?;
    publications.get(last + 1).map(|next| next.published_on)
}
