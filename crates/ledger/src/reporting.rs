//! Filling a report: from what is public, or from the state of the work at a moment.
//!
//! What is published is read from the public projection and the released texts, so that a report
//! is the same for everybody; a body and the regulator see in addition the scores of evidence
//! categories that were published with it. The draft that a body sees is the state in which it was
//! shared, folded from the body's own records: later work is not in it.

mod compose;
mod notices;
mod published;
mod rules;
#[cfg(test)]
mod tests;

use self::compose::{Material, awards_ratings, report};
use crate::Ledger;
use crate::error::Error;
use crate::questions::At;
use crate::released;
use crate::report::{
    Dates, EvidenceItem, EvidenceList, Finance, Overall, Reader, Report, SensitiveCount,
    State as Stage, Text,
};
use assessment::event::{AssessmentKind, DraftWritten, ThemeScore};
use assessment::framework::{self, Awards, Framework, LevelKind, RatingChanges};
use assessment::scoring::Score;
use assessment::state::{Assessment, Cell};
use assessment::{
    AssessmentId, CategoryId, Event, PartialDate, PublicationId, State, StrikeOuts, replay,
    wanted_cells,
};
use chrono::NaiveDate;
use projections::Status;
use std::collections::BTreeMap;

/// Which report on an assessment is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A published one.
    Published {
        /// Which publication; the latest, if none is named.
        publication: Option<PublicationId>,
        /// For whom.
        reader: Reader,
    },
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
            Wanted::Published { publication, reader } => {
                self.published_report(at, assessment, publication, reader)
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

    /// What was known of a body, from its own records and the common ones, when the draft of an
    /// assessment was shared with it last; and when that was. What a body was told stays told, so
    /// what was struck out later is still there.
    fn state_when_shared(
        &self,
        at: At,
        id: AssessmentId,
    ) -> Result<Option<(State, PartialDate)>, Error> {
        let (mut records, mut strike_outs) = (Vec::new(), StrikeOuts::default());
        self.fold(at, &mut |position, event| {
            if event.organisation().is_none_or(|of| of == id.organisation()) {
                strike_outs.note(position, event);
                records.push((position, event.clone()));
            }
        })?;
        let void = strike_outs.void();
        let shared_on = |(position, event): &(u64, Event)| match event {
            Event::DraftShared(event) if event.assessment == id && !void.contains_key(position) => {
                Some(event.shared_on)
            }
            _ => None,
        };
        let last = records.iter().rposition(|record| shared_on(record).is_some());
        Ok(last.and_then(|last| {
            let by_then = records[..=last].iter().map(|(position, event)| (*position, event));
            Some((replay(by_then), shared_on(&records[last])?))
        }))
    }

    /// The draft as a state has it; nothing if the state does not hold the assessment, or it was
    /// published before the ledger was kept and nothing was written here since.
    fn draft(
        &self,
        state: &State,
        id: AssessmentId,
        day: NaiveDate,
        as_shared_on: Option<PartialDate>,
    ) -> Result<Option<Report>, Error> {
        let has_draft = |it: &&Assessment| it.import.is_none() || !it.drafts.is_empty();
        let assessment = state.assessments.get(&id).filter(has_draft);
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
        let scores = match waits(assessment, framework) {
            true => published_scores(assessment),
            false => scores(assessment, framework),
        };
        let finance = || Finance::new(&released::finance(&body.finance));
        let overall = complete(framework, &scores).and_then(|all| overall(framework, &all));
        Ok(Some(report(Material {
            assessment: id,
            kind: assessment.kind,
            stage: Stage::Draft { as_shared_on },
            notices: notices::draft(assessment),
            status: status(framework, assessment.kind),
            overall,
            dates: dates(assessment),
            texts,
            themes: themes(framework, &scores),
            scores,
            reviewed: BTreeMap::new(),
            finance: released::has_finance(process).then(finance),
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

/// What a rating is worth, or will be once it is published.
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

/// Whether what is judged now waits for another assessment, so that the next publication says
/// again what the last one said.
fn waits(assessment: &Assessment, framework: &Framework) -> bool {
    let only_then =
        framework.scoring.rating_changes.value == RatingChanges::AtComprehensiveAssessment;
    only_then && assessment.published_on().is_some()
}

/// The scores as they were published last.
fn published_scores(assessment: &Assessment) -> BTreeMap<Cell, Score> {
    let made = assessment.publications.last();
    let statements = made.map(|made| &made.scores);
    let statements = statements.or(assessment.import.as_ref().map(|import| &import.scores));
    let statements = statements.into_iter().flatten().map(|it| ((it.statement, None), it.score));
    let categories = made.into_iter().flat_map(|made| &made.categories);
    let categories = categories.map(|it| ((it.statement, Some(it.category)), it.score));
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
