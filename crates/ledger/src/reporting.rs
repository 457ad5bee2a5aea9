//! Filling a report: from what is public, or from the state of the work at a moment.
//!
//! What is published is read from the public projection and the released texts, so that a report
//! is the same for everybody; a body and the regulator see in addition the scores of evidence
//! categories that were published with it. The draft that a body sees is the state in which it was
//! shared, folded from the body's own records: later work is not in it.

mod compose;
mod rules;
#[cfg(test)]
mod tests;

use self::compose::{Material, awards_ratings, report};
use crate::Ledger;
use crate::catalogue::{Audience, Catalogue, Scope};
use crate::contents::{ContentError, digest};
use crate::decode::decode;
use crate::error::Error;
use crate::questions::{At, Question};
use crate::released::ReleasedReport;
use crate::report::{
    Dates, EvidenceItem, EvidenceList, Notice, Overall, Report, SensitiveCount, State as Stage,
    Text,
};
use assessment::event::{
    AssessmentKind, DraftWritten, OrganisationRegistered, PublicationImported, PublicationMade,
    ThemeScore,
};
use assessment::framework::{self, Awards, Framework, LevelKind, Passage};
use assessment::scoring::Score;
use assessment::state::{Assessment, Cell};
use assessment::{
    AssessmentId, CategoryId, Event, PartialDate, State, StatementId, evolve, wanted_cells,
};
use chrono::NaiveDate;
use journal::Store;
use projections::{Published, Standing, Status};
use std::collections::BTreeMap;

/// Which report on an assessment is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The published one, as everybody may see it.
    Published,
    /// The published one with the scores of evidence categories, for its body and the regulator.
    PublishedWithCategories,
    /// The draft as it was last shared, for its body.
    SharedDraft,
    /// The draft as it stands, for the regulator; the day tells which process applies to it.
    Draft(NaiveDate),
}

impl Ledger {
    /// A report on an assessment; nothing if there is none of this kind.
    pub fn report(
        &mut self,
        at: At,
        assessment: AssessmentId,
        wanted: Wanted,
    ) -> Result<Option<Report>, Error> {
        match wanted {
            Wanted::Published | Wanted::PublishedWithCategories => {
                self.published_report(at, assessment, wanted)
            }
            Wanted::SharedDraft => match self.state_when_shared(at, assessment)? {
                Some((state, on)) => self.draft(&state, assessment, on.first_day(), Some(on)),
                None => Ok(None),
            },
            Wanted::Draft(day) => {
                let state = self.state(at, &|state| state.behind(assessment))?;
                self.draft(&state, assessment, day, None)
            }
        }
    }

    fn published_report(
        &mut self,
        at: At,
        id: AssessmentId,
        wanted: Wanted,
    ) -> Result<Option<Report>, Error> {
        let at = At { audience: Audience::Public, ..at };
        let public = self.public(at, id)?;
        let Some(Public { facts, framework, standing, published }) = public else {
            return Ok(None);
        };
        let Some(release) = self.release(at, id)? else { return Ok(None) };
        let (mut notices, mut texts, mut themes) = (vec![], vec![], vec![]);
        let (mut scores, mut dates, mut released) = (BTreeMap::new(), Dates::default(), None);
        match &release {
            Release::Imported(import) => notices = notices_of_import(import),
            Release::Made(made) => {
                texts = self.released_texts(made)?;
                themes.clone_from(&made.themes);
                (dates.assessed_on, dates.rated_on) = (made.assessed_on, made.rated_on);
                released = Some(made.released);
                if wanted == Wanted::PublishedWithCategories {
                    let categories = made.categories.iter();
                    scores
                        .extend(categories.map(|it| ((it.statement, Some(it.category)), it.score)));
                }
            }
        }
        let cells = || standing.cells.iter();
        scores.extend(cells().filter_map(|it| Some(((it.statement, None), it.published?))));
        let reviewed = cells().filter_map(|it| Some((it.statement, it.reviewed_on?)));
        let reviewed: BTreeMap<StatementId, PartialDate> = reviewed.collect();
        dates.reviewed_on = reviewed.values().max().copied();
        let (publication, published_on) = (published.publication, published.on);
        Ok(Some(report(Material {
            assessment: id,
            kind: standing.kind,
            stage: Stage::Published { publication, published_on, released },
            notices,
            status: standing.status(&framework),
            overall: published_overall(&framework, &published, complete(&framework, &scores)),
            dates,
            texts,
            scores,
            themes,
            reviewed,
            evidence: None,
            facts: &facts,
            framework: &framework,
        })))
    }

    /// What the public sees of a published assessment.
    fn public(&mut self, at: At, id: AssessmentId) -> Result<Option<Public>, Error> {
        let answer = |catalogue: &mut Catalogue| {
            let body = catalogue.body(id.organisation())?.cloned();
            let known = body.and_then(|body| {
                let standing = body.standings.get(&id)?.clone();
                let published = standing.publication.clone()?;
                let framework = catalogue.frameworks().get(&standing.framework)?.framework.clone();
                Some(Public { facts: body.facts, framework, standing, published })
            });
            Ok(known)
        };
        self.ask(at, &Question { scope: Scope::default(), answer: &answer })
    }

    /// The record of the latest publication of an assessment.
    fn release(&self, at: At, id: AssessmentId) -> Result<Option<Release>, Error> {
        let stream = format!("assessment/{id}");
        let mut latest = None;
        let end = self.end_at(at)?;
        let mut records = self.store().records(0, &end)?;
        while let Some(entry) = records.next()? {
            let record = &entry.record;
            if record.stream != stream || !PUBLISHES.contains(&record.kind) {
                continue;
            }
            let event = decode(record)?;
            let days = event.occurred_on().zip(at.effective);
            if days.is_some_and(|(on, day)| !on.happened_by(day)) {
                continue;
            }
            latest = match event {
                Event::PublicationImported(it) => Some(Release::Imported(Box::new(it))),
                Event::ImportedPublicationReplaced(it) => {
                    Some(Release::Imported(Box::new(it.import)))
                }
                Event::PublicationMade(it) => Some(Release::Made(Box::new(it))),
                _ => latest,
            };
        }
        Ok(latest)
    }

    /// The texts that a publication released, checked against the digest in its record.
    fn released_texts(
        &self,
        made: &PublicationMade,
    ) -> Result<Vec<(Passage, Option<Text>)>, Error> {
        let (files, name) = (self.contents().released(), digest(made.released));
        let bytes = files.get(&name).map_err(ContentError::from)?;
        let path = || files.path(&name);
        let bytes = bytes.ok_or_else(|| ContentError::Missing { path: path() })?;
        let report = serde_json::from_slice::<ReleasedReport>(&bytes).ok();
        let is_meant = |report: &ReleasedReport| report.publication == made.publication;
        let Some(report) = report.filter(is_meant) else {
            // Said without its record's position, which is not for everybody.
            let publication = made.publication;
            return Err(ContentError::OtherReport { path: path(), publication }.into());
        };
        let text = |it: crate::ReleasedText| {
            (it.passage, Some(Text { media_type: it.media_type, text: it.text }))
        };
        Ok(report.texts.into_iter().map(text).collect())
    }

    /// What was known of a body, from its own records and the common ones, when the draft of an
    /// assessment was shared with it last; and when that was.
    fn state_when_shared(
        &self,
        at: At,
        id: AssessmentId,
    ) -> Result<Option<(State, PartialDate)>, Error> {
        let (mut state, mut shared) = (State::default(), None);
        self.fold(at, &mut |event| {
            if event.organisation().is_some_and(|of| of != id.organisation()) {
                return;
            }
            state = evolve(std::mem::take(&mut state), event);
            if let Event::DraftShared(event) = event
                && event.assessment == id
            {
                shared = Some((state.clone(), event.shared_on));
            }
        })?;
        Ok(shared)
    }

    /// The draft as a state has it; nothing if the state does not hold the assessment, or it was
    /// published before the ledger was kept.
    fn draft(
        &self,
        state: &State,
        id: AssessmentId,
        day: NaiveDate,
        as_shared_on: Option<PartialDate>,
    ) -> Result<Option<Report>, Error> {
        let assessment = state.assessments.get(&id).filter(|it| it.import.is_none());
        let Some(assessment) = assessment else { return Ok(None) };
        let body = state.organisations.get(&id.organisation());
        let framework = state.frameworks.get(&assessment.framework);
        let process = state.process(&assessment.framework, day);
        let (Some(body), Some(framework), Some(process)) = (body, framework, process) else {
            return Ok(None);
        };
        let mut texts = Vec::new();
        for passage in process.passages(framework) {
            let draft = assessment.drafts.get(&passage);
            texts.push((passage, draft.map(|draft| self.open_draft(draft)).transpose()?));
        }
        let scores = scores(assessment, framework);
        let overall = complete(framework, &scores).and_then(|all| overall(framework, &all));
        Ok(Some(report(Material {
            assessment: id,
            kind: assessment.kind,
            stage: Stage::Draft { as_shared_on },
            notices: notice_of_end(assessment),
            status: status(framework, assessment.kind),
            overall,
            dates: dates(assessment),
            texts,
            themes: themes(framework, &scores),
            scores,
            reviewed: BTreeMap::new(),
            evidence: Some(evidence(state, assessment, framework)),
            facts: &body.facts,
            framework,
        })))
    }

    fn open_draft(&self, draft: &DraftWritten) -> Result<Text, Error> {
        let opened = self.contents().open(&draft.content)?;
        let (assessment, passage) = (draft.assessment, draft.passage.to_string());
        let text = String::from_utf8(opened.clear);
        let text = text.map_err(|_| Error::NotText { assessment, passage })?;
        Ok(Text { media_type: draft.content.media_type.clone(), text })
    }
}

/// The kinds of records that say what was published.
const PUBLISHES: [&str; 3] =
    ["publication_imported", "imported_publication_replaced", "publication_made"];

/// What the public sees of a published assessment.
struct Public {
    facts: OrganisationRegistered,
    framework: Framework,
    standing: Standing,
    published: Published,
}

/// A publication, from before this ledger or its own.
enum Release {
    Imported(Box<PublicationImported>),
    Made(Box<PublicationMade>),
}

/// The score of every quality statement, in order; nothing if one has none.
fn complete(framework: &Framework, scores: &BTreeMap<Cell, Score>) -> Option<Vec<Score>> {
    let all = framework.statements().map(|(_, it)| scores.get(&(it.id, None)).copied());
    all.collect::<Option<Vec<Score>>>().filter(|all| !all.is_empty())
}

/// The overall rating that scores come to, and where in its band that lies.
fn overall(framework: &Framework, scores: &[Score]) -> Option<Overall> {
    if !awards_ratings(framework) {
        return None;
    }
    let (level, distance) = (framework.scoring.level(scores), framework.scoring.distance(scores));
    Some(Overall {
        rating: level.rating,
        score: Some(level.percent),
        percent_to_next_up: distance.percent_to_next_up,
        percent_to_next_down: distance.percent_to_next_down,
        marks_to_next_up: distance.marks_to_next_up,
        marks_to_next_down: distance.marks_to_next_down,
        band_half: Some(distance.band_half),
    })
}

/// The overall rating as it was published. How far others are is told where the scores come to it.
fn published_overall(
    framework: &Framework,
    published: &Published,
    scores: Option<Vec<Score>>,
) -> Option<Overall> {
    let rating = published.rating?;
    let computed = scores.and_then(|scores| overall(framework, &scores));
    let is_as_published = |it: &Overall| {
        it.rating == rating && (published.score.is_none() || published.score == it.score)
    };
    if let Some(computed) = computed.filter(is_as_published) {
        return Some(computed);
    }
    let half = |score| framework.scoring.band(score).half(score);
    Some(Overall {
        rating,
        score: published.score,
        percent_to_next_up: None,
        percent_to_next_down: None,
        marks_to_next_up: None,
        marks_to_next_down: None,
        band_half: published.score.map(half),
    })
}

fn notices_of_import(import: &PublicationImported) -> Vec<Notice> {
    let source = import.source.as_ref().map(|source| format!(" It is at {source}"));
    let mut texts = vec![format!(
        "This was published before the ledger was kept, which does not hold its text.{}",
        source.unwrap_or_default()
    )];
    if import.scores.is_empty() {
        texts.push("The scores of its quality statements are not known.".to_owned());
    }
    if let Some(disagreement) = &import.disagreement {
        let (rating, score) = (disagreement.computed_rating, disagreement.computed_score);
        texts.push(format!(
            "It was published as {}, and its scores give {rating}, {score} %.",
            import.rating
        ));
    }
    texts.into_iter().map(|text| Notice { on: None, text }).collect()
}

fn notice_of_end(assessment: &Assessment) -> Vec<Notice> {
    let cancelled = assessment.cancelled.as_ref().map(|cancelled| Notice {
        on: Some(cancelled.cancelled_on),
        text: "The assessment was cancelled.".to_owned(),
    });
    cancelled.into_iter().collect()
}

/// What a rating will be worth once it is published.
fn status(framework: &Framework, kind: AssessmentKind) -> Status {
    match framework.scoring.awards_ratings.value {
        Awards::No => Status::Unrated,
        Awards::Indicative => Status::Indicative,
        Awards::Yes if kind == AssessmentKind::Pilot => Status::Indicative,
        Awards::Yes => Status::Awarded,
    }
}

/// The scores as they count at a moment: of statements, and of the categories that are wanted.
fn scores(assessment: &Assessment, framework: &Framework) -> BTreeMap<Cell, Score> {
    let categories = wanted_cells(framework).into_iter().filter(|cell| cell.1.is_some());
    let categories =
        categories.filter_map(|cell| Some((cell, assessment.judged.get(&cell)?.score)));
    let statements = framework.statements().filter_map(|(_, statement)| {
        let score = assessment.statement_score(framework, statement.id)?;
        Some(((statement.id, None), score))
    });
    statements.chain(categories).collect()
}

/// The level of each theme, where the framework publishes such and every statement has a score.
fn themes(framework: &Framework, scores: &BTreeMap<Cell, Score>) -> Vec<ThemeScore> {
    if !framework.publishes(LevelKind::Theme) || !awards_ratings(framework) {
        return vec![];
    }
    let level = |theme: &framework::Theme| {
        let own = theme.statements.iter().map(|it| scores.get(&(it.id, None)).copied());
        let own = own.collect::<Option<Vec<Score>>>().filter(|own| !own.is_empty())?;
        let level = framework.scoring.level(&own);
        Some(ThemeScore { rating: level.rating, score: level.percent, theme: theme.id })
    };
    framework.scoring.themes.iter().filter_map(level).collect()
}

/// The dates as a publication would have them.
fn dates(assessment: &Assessment) -> Dates {
    let assessed_on = assessment.judged.values().map(|judged| judged.on).max();
    let decided_on = assessment.panel.as_ref().map(|panel| panel.decided_on);
    Dates { assessed_on, rated_on: assessed_on.max(decided_on), reviewed_on: None }
}

/// The evidence used, but for what is known not to be relied on any more.
fn evidence(state: &State, assessment: &Assessment, framework: &Framework) -> EvidenceList {
    let name = |id: CategoryId| {
        let category = framework.scoring.categories.iter().find(|category| category.id == id);
        category.map_or(id.to_string(), |category| category.name.value.clone())
    };
    let (mut items, mut sensitive) = (Vec::new(), BTreeMap::new());
    for used in assessment.used.values() {
        if state.evidence.get(&used.evidence).is_some_and(|it| !it.is_in_force()) {
            continue;
        }
        let category = used.category;
        if used.sensitive {
            *sensitive.entry(category).or_insert(0) += 1;
        } else {
            let (method, collected_on) = (used.method, used.collected_on);
            items.push(EvidenceItem { category, name: name(category), method, collected_on });
        }
    }
    items.sort_by_key(|item| (item.category, item.method, item.collected_on));
    let count = |(category, count)| SensitiveCount { category, name: name(category), count };
    EvidenceList { items, sensitive: sensitive.into_iter().map(count).collect() }
}
