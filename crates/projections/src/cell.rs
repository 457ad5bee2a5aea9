//! One quality statement in one assessment: what was judged of it, what is in force, and what the
//! public last saw.

use assessment::event::{PanelScore, ScoreReviewed};
use assessment::framework::{Framework, Statement};
use assessment::scoring::{Percent, Score};
use assessment::{CategoryId, PartialDate, StatementId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One quality statement in one assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The quality statement.
    pub statement: StatementId,
    /// The latest judgement of each evidence category.
    pub categories: BTreeMap<CategoryId, Judgement>,
    /// The latest judgement of the whole statement, given or rolled up.
    pub judged: Option<Judgement>,
    /// It was judged here, not imported, so that a corrected import does not take its place.
    pub judged_here: bool,
    /// The judgement in force: the latest, unless that waits.
    pub in_force: Option<Judgement>,
    /// The score that the public last saw; none if that was withdrawn.
    pub published: Option<Score>,
    /// The score in the latest publication, if that was withdrawn.
    pub(crate) withdrawn: Option<Score>,
    /// The date of the latest review.
    pub reviewed_on: Option<PartialDate>,
    /// When the score in force became what it is, if that was here.
    pub changed_on: Option<PartialDate>,
    /// The record that touched it last.
    pub position: u64,
}

/// What was judged of a quality statement, or of one evidence category of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The score that counts.
    pub score: Score,
    /// The scorer's own, which a panel may have adjusted.
    pub scored: Score,
    /// The percentage of the category scores, where it was rolled up from them.
    pub percent: Option<Percent>,
    /// When the newest evidence that it rests on was collected, where known.
    pub evidence_on: Option<PartialDate>,
    /// The record that gave it.
    pub position: u64,
}

/// Which of a cell's scores are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Those in force.
    InForce,
    /// The latest judgements, also those that wait.
    Judged,
    /// Those that the public last saw, also if that was withdrawn since: what moves is told from
    /// there.
    Published,
}

impl Cell {
    pub(crate) fn new(statement: StatementId, position: u64) -> Self {
        Self {
            statement,
            categories: BTreeMap::new(),
            judged: None,
            judged_here: false,
            in_force: None,
            published: None,
            withdrawn: None,
            reviewed_on: None,
            changed_on: None,
            position,
        }
    }

    /// The score in force.
    pub fn score(&self) -> Option<Score> {
        self.view(View::InForce)
    }

    pub(crate) fn view(&self, view: View) -> Option<Score> {
        match view {
            View::InForce => self.in_force.map(|judgement| judgement.score),
            View::Judged => self.judged.map(|judgement| judgement.score),
            View::Published => self.published.or(self.withdrawn),
        }
    }

    /// Whether a later judgement than the one in force waits.
    pub fn waits(&self) -> bool {
        self.view(View::Judged) != self.view(View::InForce)
    }

    /// Whether it was judged last as it was published, so that there is nothing to wait for.
    pub(crate) fn is_as_published(&self) -> bool {
        self.view(View::Judged) == self.view(View::Published)
    }

    /// What was judged last of the whole, or of one category.
    pub(crate) fn latest(&self, category: Option<CategoryId>) -> Option<Judgement> {
        match category {
            None => self.judged,
            Some(category) => self.categories.get(&category).copied(),
        }
    }

    /// Enters a judgement of the whole, or of one category.
    pub(crate) fn enter(&mut self, category: Option<CategoryId>, judgement: Judgement) {
        match category {
            None => (self.judged, self.judged_here) = (Some(judgement), true),
            Some(category) => {
                self.categories.insert(category, judgement);
            }
        }
    }

    /// Rolls the category scores up. Until the required set is complete, a cell keeps what it had.
    pub(crate) fn roll_up(&mut self, framework: &Framework, statement: &Statement) {
        let required = statement.required_categories.value.iter();
        let categories: Option<Vec<Judgement>> =
            required.map(|category| self.categories.get(category).copied()).collect();
        let Some(categories) = categories.filter(|categories| !categories.is_empty()) else {
            return;
        };
        let rolled_up = |score: fn(&Judgement) -> Score| {
            let scores: Vec<Score> = categories.iter().map(score).collect();
            framework.scoring.roll_up(&scores)
        };
        let counts = rolled_up(|judgement| judgement.score);
        let judgement = Judgement {
            score: counts.score,
            scored: rolled_up(|judgement| judgement.scored).score,
            percent: Some(counts.percent),
            evidence_on: categories.iter().filter_map(|judgement| judgement.evidence_on).max(),
            position: categories.iter().map(|judgement| judgement.position).max().unwrap_or(0),
        };
        (self.judged, self.judged_here) = (Some(judgement), true);
    }

    /// Puts the latest judgement, of this date, in force.
    pub(crate) fn put_in_force(&mut self, on: PartialDate) {
        if self.waits() {
            self.changed_on = Some(on);
        }
        self.in_force = self.judged;
    }

    /// Takes in the score of the latest publication, if there is one.
    pub(crate) fn publish(&mut self, score: Option<Score>) {
        (self.published, self.withdrawn) = (score, None);
    }

    /// Takes in that the latest publication was withdrawn.
    pub(crate) fn withdraw(&mut self) {
        self.withdrawn = self.published.take().or(self.withdrawn);
    }

    /// Notes the date of a review. Of several categories the latest counts, whichever was recorded
    /// last.
    pub(crate) fn mark(&mut self, event: &ScoreReviewed, position: u64) {
        let later = |known: &PartialDate| !event.correction && *known > event.reviewed_on;
        self.reviewed_on = self.reviewed_on.filter(later).or(Some(event.reviewed_on));
        self.position = position;
    }
}

impl Judgement {
    /// A score as it was published: that is all that is known of it.
    pub(crate) fn published(score: Score, position: u64) -> Self {
        Self { score, scored: score, percent: None, evidence_on: None, position }
    }

    pub(crate) fn reviewed(event: &ScoreReviewed, position: u64) -> Self {
        let evidence_on = event.evidence_on;
        Self { evidence_on, ..Self::published(event.score, position) }
    }

    /// As a panel leaves it: the score that counts may be another, the scorer's own stays.
    pub(crate) fn settled(self, panel: &PanelScore, position: u64) -> Self {
        if self.score == panel.score {
            return self;
        }
        Self { score: panel.score, position, ..self }
    }

    /// The scorer's own score, where a panel adjusted it.
    pub fn scorer_score(&self) -> Option<Score> {
        Some(self.scored).filter(|scored| *scored != self.score)
    }
}
