//! The duty of section 50 of the Health and Social Care Act 2008: to tell of a local authority's
//! failings.
//!
//! It arises when a score of 1 outside the exempt themes is *decided*: by the panel, without a
//! panel at publication, after publication with the review. There is one duty for each assessment,
//! naming its statements; pilots have none. A new judgement never erases it.

use crate::event::{
    AssessmentKind, Event, Letter, PanelConfirmed, PanelDecided, Section50Notified,
};
use crate::framework::{Framework, Section50};
use crate::readiness::{counting_cells, wanted_cells};
use crate::state::{Assessment, Cell, State};
use crate::{AssessmentId, PartialDate, StatementId};
use std::collections::{BTreeMap, BTreeSet};

/// What must be told of an assessment, and what was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Duty {
    /// The quality statements that were decided to be a 1, with the day of the first decision.
    pub statements: BTreeMap<StatementId, PartialDate>,
    /// The letters that were sent, oldest first.
    pub letters: Vec<Section50Notified>,
}

impl Duty {
    /// The statements that no such letter names yet, with the day of their decision.
    pub fn untold(&self, letter: Letter) -> BTreeMap<StatementId, PartialDate> {
        let told = |statement: &StatementId| {
            let mut letters = self.letters.iter().filter(|sent| sent.letter == letter);
            letters.any(|sent| sent.statements.contains(statement))
        };
        self.statements.iter().filter(|(it, _)| !told(it)).map(|(it, on)| (*it, *on)).collect()
    }

    /// The letters that are owed, each with the first day since when.
    pub fn owed(&self) -> Vec<(Letter, PartialDate)> {
        let letters = [Letter::SecretaryOfState, Letter::ChiefExecutiveAndDirector];
        let since = |letter| self.untold(letter).into_values().min();
        letters.into_iter().filter_map(|letter| Some((letter, since(letter)?))).collect()
    }
}

/// The statements with a score of 1 that raise the duty once that is decided.
pub(crate) fn ones(assessment: &Assessment, framework: &Framework) -> Vec<StatementId> {
    let is_one = |statement: &StatementId| {
        let score = assessment.statement_score(framework, *statement);
        score.is_some_and(|score| score.get() == 1)
    };
    let mut raising = raising(assessment.kind, framework);
    raising.retain(is_one);
    raising
}

/// The statements of an import that were published as a 1: whether anybody was told was before
/// this ledger, and is not known.
pub fn before_this_ledger(assessment: &Assessment, framework: &Framework) -> Vec<StatementId> {
    let Some(import) = &assessment.import else { return vec![] };
    let mut raising = raising(assessment.kind, framework);
    raising.retain(|statement| {
        let mut scores = import.scores.iter();
        scores.any(|cell| cell.statement == *statement && cell.score.get() == 1)
    });
    raising
}

/// The statements that can raise the duty. It is the law's: no revision of a process changes it.
fn raising(kind: AssessmentKind, framework: &Framework) -> Vec<StatementId> {
    match &framework.process.section_50.value {
        Section50::Applies { exempt_themes } if kind != AssessmentKind::Pilot => framework
            .statements()
            .filter(|(theme, _)| !exempt_themes.contains(&theme.id))
            .map(|(_, statement)| statement.id)
            .collect(),
        Section50::Applies { .. } | Section50::NotApplicable => vec![],
    }
}

impl State {
    /// Notes the duty that an event raises: the assessment has taken it in, unless it publishes.
    pub(crate) fn note_duty(&mut self, id: AssessmentId, event: &Event) {
        let Some(assessment) = self.assessments.get(&id) else { return };
        let Some(framework) = self.frameworks.get(&assessment.framework) else { return };
        let Some(on) = event.occurred_on() else { return };
        let is_published = assessment.published_on().is_some();
        // A cell that does not count yet decides nothing: of an import, the statement has the score
        // that was published until every category has one.
        let counts = |cell: &Cell| counting_cells(assessment, framework, cell.0).contains(cell);
        let cells: Vec<Cell> = match event {
            Event::PanelDecided(PanelDecided { scores, .. })
            | Event::PanelConfirmed(PanelConfirmed { scores, .. }) => {
                scores.iter().map(|score| (score.statement, score.category)).collect()
            }
            Event::ScoreReviewed(review) if is_published => {
                vec![(review.statement, review.category)]
            }
            // What a later publication brings was decided before, by review or panel; of a first
            // one, what no panel stands by is decided with it.
            Event::PublicationMade(_) if !is_published => {
                let stands_by = |cell: &Cell| {
                    let judged = assessment.judged.get(cell).map(|judged| judged.score);
                    let panel = assessment.panel.as_ref();
                    panel.is_some_and(|panel| panel.scores.get(cell).copied() == judged)
                };
                wanted_cells(framework).into_iter().filter(|cell| !stands_by(cell)).collect()
            }
            _ => return,
        };
        let decided: BTreeSet<StatementId> =
            cells.into_iter().filter(counts).map(|(statement, _)| statement).collect();
        let mut ones = ones(assessment, framework);
        ones.retain(|statement| decided.contains(statement));
        let Some(assessment) = self.assessments.get_mut(&id) else { return };
        for statement in ones {
            let first = assessment.duty.statements.entry(statement).or_insert(on);
            *first = on.min(*first);
        }
    }
}
