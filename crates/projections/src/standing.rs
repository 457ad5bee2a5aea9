//! How one assessment stands: its cells, and what was published of it.

use crate::body::Body;
use crate::cell::{Cell, Judgement, View};
use crate::row::{Flag, Flags, Status};
use crate::transitions::Subject;
use assessment::event::{
    AssessmentKind, PanelScore, PublicationImported, PublicationMade, RatedScore, ScoreReviewed,
};
use assessment::framework::{Awards, Framework, LevelKind, Method, RatingChanges, Theme};
use assessment::scoring::{Percent, Rating, Score};
use assessment::{AssessmentId, FrameworkId, PartialDate, PublicationId, StatementId, ThemeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How one assessment stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The framework that it is replayed under.
    pub framework: FrameworkId,
    /// What kind of assessment it is.
    pub kind: AssessmentKind,
    /// When it was opened, if that is known.
    pub opened_on: Option<PartialDate>,
    /// When it was cancelled, if it was.
    pub cancelled_on: Option<PartialDate>,
    /// What was published of it last.
    pub publication: Option<Published>,
    /// One cell for each quality statement, in the framework's order.
    pub cells: Vec<Cell>,
    /// The record that began it.
    pub position: u64,
}

/// What the public last saw of an assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The publication.
    pub publication: PublicationId,
    /// When.
    pub on: PartialDate,
    /// The overall rating, as published; none where no ratings are awarded.
    pub rating: Option<Rating>,
    /// The overall score, as published, where it is known.
    pub score: Option<Percent>,
    /// The rating and score of each theme, as published, where they are known.
    pub themes: BTreeMap<ThemeId, RatedScore>,
    /// The published scores give another rating or score.
    pub disagreement: bool,
    /// The record that says so.
    pub position: u64,
}

impl Standing {
    pub(crate) fn new(
        assessment: AssessmentId,
        framework: &Framework,
        kind: AssessmentKind,
        position: u64,
    ) -> Self {
        let cells = framework.statements().map(|(_, statement)| Cell::new(statement.id, position));
        Self {
            assessment,
            framework: framework.id,
            kind,
            opened_on: None,
            cancelled_on: None,
            publication: None,
            cells: cells.collect(),
            position,
        }
    }

    /// Takes in what was published before this ledger; what was reviewed here since stays.
    pub(crate) fn import(
        &mut self,
        import: &PublicationImported,
        framework: &Framework,
        position: u64,
    ) {
        if self.framework != import.framework {
            let fresh = Self::new(self.assessment, framework, import.kind, self.position);
            *self = fresh;
        }
        self.kind = import.kind;
        let only_as_published = changes_only_at_comprehensive_assessment(framework);
        for cell in &mut self.cells {
            let mut scores = import.scores.iter();
            cell.published = scores.find(|s| s.statement == cell.statement).map(|s| s.score);
            let published = cell.published.map(|score| Judgement::published(score, position));
            if !cell.judged_here {
                (cell.judged, cell.position) = (published, position);
            }
            if cell.view(View::Judged) == cell.published {
                cell.in_force = cell.judged;
            } else if only_as_published {
                cell.in_force = published;
            }
        }
        self.publication = Some(Published {
            publication: import.publication,
            on: import.published_on(),
            rating: Some(import.rating),
            score: import.score,
            themes: BTreeMap::new(),
            disagreement: import.disagreement.is_some(),
            position,
        });
    }

    /// Takes in a publication of this ledger: what was published is what counts from then on. It
    /// is what was judged, unless the records of that are not among those that are folded.
    pub(crate) fn release(&mut self, made: &PublicationMade, position: u64) {
        self.kind = made.kind;
        let differs = |known: Option<Judgement>, score: Score| {
            known.is_none_or(|judgement| judgement.score != score)
        };
        for scored in &made.categories {
            let category = Some(scored.category);
            if let Some(cell) = self.cell_mut(scored.statement)
                && differs(cell.latest(category), scored.score)
            {
                cell.enter(category, Judgement::published(scored.score, position));
            }
        }
        for scored in &made.scores {
            let Some(cell) = self.cell_mut(scored.statement) else { continue };
            cell.published = Some(scored.score);
            if differs(cell.judged, scored.score) {
                cell.enter(None, Judgement::published(scored.score, position));
                cell.position = position;
            }
            cell.in_force = cell.judged;
        }
        let themes = made.themes.iter();
        self.publication = Some(Published {
            publication: made.publication,
            on: made.published_on,
            rating: made.overall.map(|overall| overall.rating),
            score: made.overall.map(|overall| overall.score),
            themes: themes
                .map(|it| (it.theme, RatedScore { rating: it.rating, score: it.score }))
                .collect(),
            disagreement: false,
            position,
        });
    }

    /// Takes in a review; what it says of the cell before and after.
    pub(crate) fn review(
        &mut self,
        event: &ScoreReviewed,
        framework: &Framework,
        position: u64,
    ) -> Option<Review> {
        let waits = self.waits(framework);
        let statement = framework.statement(event.statement)?.1;
        let cell = self.cell_mut(event.statement)?;
        let before = cell.latest(event.category).map(|judgement| judgement.score);
        cell.enter(event.category, Judgement::reviewed(event, position));
        if event.category.is_some() {
            cell.roll_up(framework, statement);
        }
        if !waits || !cell.waits() {
            cell.put_in_force(event.reviewed_on);
        }
        cell.mark(event, position);
        let changed = before != Some(event.score);
        Some(Review { score: cell.view(View::Judged), changed })
    }

    /// Takes over the scores as a panel leaves them, and then looks at each statement once: what
    /// its categories come to in between is nobody's judgement.
    pub(crate) fn settle(
        &mut self,
        scores: &[PanelScore],
        on: PartialDate,
        framework: &Framework,
        position: u64,
    ) {
        let waits = self.waits(framework);
        for decided in scores {
            if let Some(cell) = self.cell_mut(decided.statement) {
                let known = cell.latest(decided.category);
                cell.enter(decided.category, Judgement::settled(known, decided, position));
                cell.position = position;
            }
        }
        for (_, statement) in framework.statements() {
            let mut decided = scores.iter().filter(|decided| decided.statement == statement.id);
            let Some(first) = decided.next() else { continue };
            let Some(cell) = self.cell_mut(statement.id) else { continue };
            if first.category.is_some() {
                cell.roll_up(framework, statement);
            }
            if !waits || !cell.waits() {
                cell.put_in_force(on);
            }
        }
    }

    pub(crate) fn cell_mut(&mut self, statement: StatementId) -> Option<&mut Cell> {
        self.cells.iter_mut().find(|cell| cell.statement == statement)
    }

    /// Whether what is judged now waits: once something is published, some frameworks change a
    /// rating only at a comprehensive assessment, which is another assessment than this.
    pub(crate) fn waits(&self, framework: &Framework) -> bool {
        self.publication.is_some() && changes_only_at_comprehensive_assessment(framework)
    }

    /// The rating that stands until something moves it: what was published, and what has been
    /// judged here since. That the published scores give another overall rating is no move.
    pub(crate) fn stood(&self, framework: &Framework) -> BTreeMap<Subject, Rating> {
        let mut ratings = self.ratings(framework, View::Published);
        let judged = self.ratings(framework, View::Judged).into_iter();
        ratings
            .extend(judged.filter(|(subject, to)| !self.is_as_imported(framework, *subject, *to)));
        ratings
    }

    /// Whether this rating is just what the published scores give for the whole.
    pub(crate) fn is_as_imported(
        &self,
        framework: &Framework,
        subject: Subject,
        to: Rating,
    ) -> bool {
        let computed =
            || Some(framework.scoring.level(&self.complete(None, View::Published)?).rating);
        subject == Subject::Overall && computed() == Some(to)
    }

    /// The date of the latest review of a subject.
    pub(crate) fn reviewed_on(
        &self,
        framework: &Framework,
        subject: Subject,
    ) -> Option<PartialDate> {
        let is_meant = |cell: &&Cell| match subject {
            Subject::Overall => true,
            Subject::Theme(theme) => theme_of(framework, cell.statement) == Some(theme),
            Subject::Statement(statement) => cell.statement == statement,
        };
        self.cells.iter().filter(is_meant).filter_map(|cell| cell.reviewed_on).max()
    }

    /// The scores of a theme's statements, or of all; none unless every statement has one.
    pub(crate) fn complete(&self, theme: Option<&Theme>, view: View) -> Option<Vec<Score>> {
        let cells = self.cells.iter().filter(|cell| is_of(theme, cell.statement));
        let scores: Vec<Score> = cells.map(|cell| cell.view(view)).collect::<Option<_>>()?;
        (!scores.is_empty()).then_some(scores)
    }

    /// The rating of every subject that has one, in the order overall, themes, statements.
    pub(crate) fn ratings(&self, framework: &Framework, view: View) -> BTreeMap<Subject, Rating> {
        let mut ratings = BTreeMap::new();
        if !awards_ratings(framework) {
            return ratings;
        }
        let level = |theme: Option<&Theme>| {
            let scores = self.complete(theme, view)?;
            Some(framework.scoring.level(&scores).rating)
        };
        // What was published of the whole is what was stated, even if its scores say otherwise.
        let overall = match (&self.publication, view) {
            (Some(published), View::Published) => published.rating,
            _ => level(None),
        };
        ratings.extend(overall.map(|rating| (Subject::Overall, rating)));
        for theme in &framework.scoring.themes {
            ratings.extend(level(Some(theme)).map(|rating| (Subject::Theme(theme.id), rating)));
        }
        for cell in &self.cells {
            let rating = cell.view(view).map(|score| framework.scoring.rating(score));
            ratings.extend(rating.map(|rating| (Subject::Statement(cell.statement), rating)));
        }
        ratings
    }

    /// What its ratings are worth.
    pub fn status(&self, framework: &Framework) -> Status {
        match (framework.scoring.awards_ratings.value, &self.publication) {
            (Awards::No, _) | (_, None) => Status::Unrated,
            (Awards::Indicative, _) => Status::Indicative,
            (Awards::Yes, _) if self.kind == AssessmentKind::Pilot => Status::Indicative,
            (Awards::Yes, _) => Status::Awarded,
        }
    }

    /// The flags that every row about it carries.
    pub fn flags(&self, body: &Body) -> Flags {
        let published = self.publication.as_ref();
        let rated = published.is_some_and(|published| published.rating.is_some());
        let unscored = self.cells.iter().all(|cell| cell.published.is_none());
        Flags::default()
            .with(Flag::Fictional, body.facts.fictional)
            .with(Flag::Disagreement, published.is_some_and(|published| published.disagreement))
            .with(Flag::Partial, rated && unscored)
    }
}

/// What a review did to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Review {
    /// The cell's score as judged then; none while category scores are missing.
    pub(crate) score: Option<Score>,
    /// Whether the score that was reviewed, of a category or of the statement, is another now.
    pub(crate) changed: bool,
}

fn changes_only_at_comprehensive_assessment(framework: &Framework) -> bool {
    framework.scoring.rating_changes.value == RatingChanges::AtComprehensiveAssessment
}

pub(crate) fn awards_ratings(framework: &Framework) -> bool {
    framework.scoring.awards_ratings.value != Awards::No
        && framework.scoring.method.value != Method::None
}

pub(crate) fn theme_of(framework: &Framework, statement: StatementId) -> Option<ThemeId> {
    framework.statement(statement).map(|(theme, _)| theme.id)
}

pub(crate) fn is_of(theme: Option<&Theme>, statement: StatementId) -> bool {
    theme.is_none_or(|theme| theme.statements.iter().any(|known| known.id == statement))
}

pub(crate) fn publishes(framework: &Framework, subject: Subject) -> bool {
    framework.publishes(match subject {
        Subject::Overall => LevelKind::Overall,
        Subject::Theme(_) => LevelKind::Theme,
        Subject::Statement(_) => LevelKind::Statement,
    })
}
