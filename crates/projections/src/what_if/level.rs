//! One level of one assessment under other rules: its scores first, then what they come to.

use super::Seen;
use crate::cell::{Cell, View};
use crate::standing::{Standing, is_of};
use assessment::framework::{Framework, Method, RatingChanges, Statement, Theme};
use assessment::scoring::{Percent, Rating, Score};
use assessment::{CategoryId, FrameworkId, StatementId, ThemeId};
use serde::{Serialize, Serializer};
use std::fmt;

/// Why a level cannot be computed under other rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// A statement was judged that the other framework does not have.
    Statement {
        /// The other framework.
        framework: FrameworkId,
        /// The statement.
        statement: StatementId,
    },
    /// The other framework has no such theme.
    Theme {
        /// The other framework.
        framework: FrameworkId,
        /// The theme.
        theme: ThemeId,
    },
    /// A statement has no score.
    Score(StatementId),
    /// A statement has no score in a category that would be required.
    Category {
        /// The statement.
        statement: StatementId,
        /// The category.
        category: CategoryId,
    },
    /// Ratings are judged without scores.
    Unscored(FrameworkId),
}

/// An assessment, seen under other rules.
pub(super) struct Sight<'a> {
    pub(super) standing: &'a Standing,
    pub(super) own: &'a Framework,
    pub(super) rules: &'a Framework,
    pub(super) seen: Seen,
}

/// What a level comes to.
pub(super) struct Judged {
    pub(super) scores: Vec<Score>,
    pub(super) percent: Percent,
    pub(super) rating: Option<Rating>,
}

impl Sight<'_> {
    /// What the whole, or a theme of the other framework, comes to.
    pub(super) fn judged(&self, theme: Option<&Theme>) -> Result<Judged, Obstacle> {
        let scoring = &self.rules.scoring;
        if scoring.method.value == Method::None {
            return Err(Obstacle::Unscored(self.rules.id));
        }
        let has = |cell: &&Cell| self.rules.statement(cell.statement).is_some();
        if let Some(cell) = self.standing.cells.iter().find(|cell| !has(cell)) {
            let (framework, statement) = (self.rules.id, cell.statement);
            return Err(Obstacle::Statement { framework, statement });
        }
        let statements = self.rules.statements().map(|(_, statement)| statement);
        let wanted = statements.filter(|statement| is_of(theme, statement.id));
        let scores: Vec<Score> =
            wanted.map(|statement| self.score(statement)).collect::<Result<_, _>>()?;
        let level = scoring.level(&scores);
        let rating = scoring.limited(level.rating, &scores);
        let rating = Some(rating).filter(|_| self.rules.awards_ratings());
        Ok(Judged { scores, percent: level.percent, rating })
    }

    /// The records that gave the scores that are known of a theme, or of the whole: those in force,
    /// those that wait, and those of categories, whichever of them count under the other rules.
    pub(super) fn positions(&self, theme: Option<&Theme>) -> Vec<u64> {
        let cells = self.standing.cells.iter().filter(|cell| is_of(theme, cell.statement));
        let given = |cell: &Cell| {
            let whole = [cell.in_force, cell.judged].into_iter().flatten();
            let parts = cell.categories.values().copied();
            whole.chain(parts).map(|judgement| judgement.position).collect::<Vec<_>>()
        };
        let mut all: Vec<u64> = cells.flat_map(given).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The score that a statement would have in force.
    ///
    /// Where a later judgement waits, it is the published one, as it is. Else it is that of the
    /// latest judgement: rolled up anew from its categories, where these are what is scored.
    fn score(&self, statement: &Statement) -> Result<Score, Obstacle> {
        let mut cells = self.standing.cells.iter();
        let none = Obstacle::Score(statement.id);
        let cell = cells.find(|cell| cell.statement == statement.id).ok_or(none)?;
        if let Some(waited_for) = self.waited_for(cell) {
            return waited_for.ok_or(none);
        }
        let scores_categories = self.rules.scoring.method.value == Method::Category;
        if self.seen == Seen::Judgements && scores_categories && !cell.categories.is_empty() {
            return self.rolled_up(cell, statement);
        }
        cell.view(View::Judged).ok_or(none)
    }

    /// The score in force of a statement whose later judgement would wait.
    fn waited_for(&self, cell: &Cell) -> Option<Option<Score>> {
        let changes = |framework: &Framework| framework.scoring.rating_changes.value;
        let (judged, published) = (cell.view(View::Judged), cell.view(View::Published));
        match (changes(self.own), changes(self.rules)) {
            (_, RatingChanges::AtAnyReview) => None,
            // It is known what is in force under this rule.
            (RatingChanges::AtComprehensiveAssessment, _) => cell.waits().then_some(cell.score()),
            // Of what was published without its scores, that score is not known.
            (RatingChanges::AtAnyReview, _) => {
                let is_published = self.standing.publication.is_some();
                (is_published && judged.is_some() && judged != published).then_some(published)
            }
        }
    }

    /// As it is rolled up when it is judged. Until the required categories are complete, a score
    /// that came from elsewhere stays; one that came from categories was of others than these.
    fn rolled_up(&self, cell: &Cell, statement: &Statement) -> Result<Score, Obstacle> {
        let mut scores = Vec::new();
        for category in &statement.required_categories.value {
            match cell.categories.get(category) {
                Some(judgement) => scores.push(judgement.score),
                None => return self.stays(cell, *category),
            }
        }
        Ok(self.rules.scoring.roll_up(&scores).score)
    }

    fn stays(&self, cell: &Cell, category: CategoryId) -> Result<Score, Obstacle> {
        let statement = cell.statement;
        let whole = cell.judged.filter(|judgement| judgement.percent.is_none());
        whole.map(|it| it.score).ok_or(Obstacle::Category { statement, category })
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement { framework, statement } => {
                write!(f, "{framework} has no statement {statement}")
            }
            Self::Theme { framework, theme } => write!(f, "{framework} has no theme {theme}"),
            Self::Score(statement) => write!(f, "{statement} has no score"),
            Self::Category { statement, category } => {
                write!(f, "{statement} has no score in {category}")
            }
            Self::Unscored(framework) => write!(f, "{framework} scores nothing"),
        }
    }
}

impl Serialize for Obstacle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
