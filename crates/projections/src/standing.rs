//! How one assessment stands: its cells, and what was published of it.

use crate::body::Body;
use crate::cell::{Cell, Judgement, View};
use crate::history::{Issue, Reissue};
use crate::row::{Flag, Flags, Status};
use crate::transitions::Subject;
use assessment::event::{
    AssessmentKind, ConflictField, PanelScore, PublicationImported, PublicationMade,
    PublicationWithdrawn, RatedScore, ScoreReviewed,
};
use assessment::framework::{Awards, Framework, LevelKind, RatingChanges, Statement, Theme};
use assessment::scoring::{Level, Percent, Rating, Score};
use assessment::{AssessmentId, FrameworkId, PartialDate, PublicationId, StatementId, ThemeId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// What was published of it last, also if that was withdrawn.
    pub publication: Option<Published>,
    /// All that was published of it, oldest first.
    pub publications: Vec<Issue>,
    /// Its publications whose rating process is to be reviewed.
    pub process_reviews: BTreeSet<PublicationId>,
    /// What sources disagree about, where it is open which is right.
    pub conflicts: BTreeSet<ConflictField>,
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
    /// The overall rating, as published; none where no ratings are awarded, or it was withdrawn.
    pub rating: Option<Rating>,
    /// The overall score, as published, where it is known.
    pub score: Option<Percent>,
    /// The rating and score of each theme, as published, where they are known.
    pub themes: BTreeMap<ThemeId, RatedScore>,
    /// The published scores give another rating or score.
    pub disagreement: bool,
    /// When it was withdrawn, if it was.
    pub withdrawn_on: Option<PartialDate>,
    /// What it took the place of, if it was issued again.
    pub replaces: Option<PublicationId>,
    /// The record that published or withdrew it.
    pub position: u64,
}

/// What the scores of an assessment are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// From the judgements; what was published stands beside them.
    Judgements,
    /// From what was published, as nothing else may be known.
    Publications,
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
            publications: Vec::new(),
            process_reviews: BTreeSet::new(),
            conflicts: BTreeSet::new(),
            cells: cells.collect(),
            position,
        }
    }

    /// Takes in what was published before this ledger; what was reviewed here since stays. If
    /// something was published here after it, only its place in history is corrected, and what
    /// was never judged otherwise.
    pub(crate) fn import(
        &mut self,
        import: &PublicationImported,
        framework: &Framework,
        position: u64,
        reading: Reading,
    ) {
        let issue = Issue::imported(import, position);
        let mut issues = self.publications.iter_mut();
        let withdrawn = match issues.find(|it| it.publication == issue.publication) {
            Some(known) => {
                *known = Issue { withdrawn: known.withdrawn, ..issue };
                known.withdrawn
            }
            None => {
                self.publications.push(issue);
                None
            }
        };
        let is_latest = !self.goes_beyond(import.publication);
        if is_latest {
            if self.framework != import.framework {
                self.framework = framework.id;
                let fresh = |(_, it): (_, &Statement)| Cell::new(it.id, self.position);
                self.cells = framework.statements().map(fresh).collect();
            }
            self.kind = import.kind;
            self.publication = Some(Published {
                publication: import.publication,
                on: import.published_on(),
                rating: Some(import.rating),
                score: import.score,
                themes: BTreeMap::new(),
                disagreement: import.disagreement.is_some(),
                withdrawn_on: None,
                replaces: None,
                position,
            });
        }
        let is_known = reading == Reading::Judgements || (is_latest && withdrawn.is_none());
        let only_as_published = changes_only_at_comprehensive_assessment(framework);
        for cell in &mut self.cells {
            let mut scores = import.scores.iter();
            let score = scores.find(|it| it.statement == cell.statement).map(|it| it.score);
            if is_latest {
                cell.publish(score);
            }
            let published = score.map(|score| Judgement::published(score, position));
            if is_known && !cell.judged_here {
                (cell.judged, cell.position) = (published, position);
            }
            if !is_known {
                continue;
            } else if !only_as_published || cell.view(View::Judged) == cell.published {
                cell.in_force = cell.judged;
            } else if is_latest {
                cell.in_force = published;
            }
        }
        if let Some(withdrawal) = withdrawn.filter(|_| is_latest) {
            self.take_back(withdrawal.on, position);
        }
    }

    /// Whether something was published after this publication.
    pub(crate) fn goes_beyond(&self, publication: PublicationId) -> bool {
        self.publications.last().is_some_and(|last| last.publication != publication)
    }

    /// Takes in a publication of this ledger. It changes no judgement: where what it rested on was
    /// struck out since, it goes on to say what is judged otherwise, or not at all.
    pub(crate) fn release(
        &mut self,
        made: &PublicationMade,
        reissue: Option<Reissue>,
        framework: &Framework,
        position: u64,
    ) {
        self.kind = made.kind;
        self.publications.push(Issue::made(made, reissue, position));
        for cell in &mut self.cells {
            let mut scores = made.scores.iter();
            cell.publish(scores.find(|it| it.statement == cell.statement).map(|it| it.score));
            if cell.is_as_published() {
                cell.put_in_force(made.published_on);
            }
        }
        let scores = self.complete(None, View::Published).filter(|_| framework.awards_ratings());
        let computed = scores.map(|scores| framework.scoring.level(&scores));
        let is_other = |(stated, computed): (RatedScore, Level)| {
            (stated.rating, stated.score) != (computed.rating, computed.percent)
        };
        let themes = made.themes.iter();
        self.publication = Some(Published {
            publication: made.publication,
            on: made.published_on,
            rating: made.overall.map(|overall| overall.rating),
            score: made.overall.map(|overall| overall.score),
            themes: themes
                .map(|it| (it.theme, RatedScore { rating: it.rating, score: it.score }))
                .collect(),
            disagreement: made.overall.zip(computed).is_some_and(is_other),
            withdrawn_on: None,
            replaces: reissue.map(|reissue| reissue.replaces),
            position,
        });
    }

    /// Takes the published scores for judgements, where nothing else may be known.
    pub(crate) fn believe(&mut self, made: &PublicationMade, position: u64) {
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
        for cell in &mut self.cells {
            match cell.published {
                Some(score) if differs(cell.judged, score) => {
                    cell.enter(None, Judgement::published(score, position));
                    cell.position = position;
                }
                Some(_) => {}
                None => cell.judged = None,
            }
            cell.in_force = cell.judged;
        }
    }

    /// Takes in that a publication was withdrawn: nothing is published then until it is issued
    /// again, whatever else is judged.
    pub(crate) fn withdraw(
        &mut self,
        event: &PublicationWithdrawn,
        position: u64,
        reading: Reading,
    ) {
        let mut issues = self.publications.iter_mut();
        if let Some(issue) = issues.find(|it| it.publication == event.publication) {
            issue.withdrawn = Some(event.into());
        }
        let is_meant = |it: &Published| it.publication == event.publication;
        if !self.publication.as_ref().is_some_and(is_meant) {
            return;
        }
        self.take_back(event.withdrawn_on, position);
        if reading == Reading::Publications {
            self.cells.iter_mut().for_each(|cell| (cell.judged, cell.in_force) = (None, None));
        }
    }

    /// What was published last is published no more. That its rating was not what its scores give
    /// is still to be known of what moves from it.
    fn take_back(&mut self, on: PartialDate, position: u64) {
        self.cells.iter_mut().for_each(Cell::withdraw);
        if let Some(published) = &mut self.publication {
            (published.rating, published.score) = (None, None);
            published.themes.clear();
            (published.withdrawn_on, published.position) = (Some(on), position);
        }
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
        if !waits || cell.is_as_published() {
            cell.put_in_force(event.reviewed_on);
        }
        cell.mark(event, position);
        let changed = before != Some(event.score);
        Some(Review { score: cell.view(View::Judged), changed })
    }

    /// Takes over the scores as a panel leaves them, and then looks at each statement once: what
    /// its categories come to in between is nobody's judgement. It judges what somebody scored:
    /// where that was struck out, nothing is left to judge.
    pub(crate) fn settle(
        &mut self,
        scores: &[PanelScore],
        on: PartialDate,
        framework: &Framework,
        position: u64,
    ) {
        let waits = self.waits(framework);
        for decided in scores {
            let Some(cell) = self.cell_mut(decided.statement) else { continue };
            cell.position = position;
            if let Some(known) = cell.latest(decided.category) {
                cell.enter(decided.category, known.settled(decided, position));
            }
        }
        for (_, statement) in framework.statements() {
            let mut decided = scores.iter().filter(|decided| decided.statement == statement.id);
            let Some(first) = decided.next() else { continue };
            let Some(cell) = self.cell_mut(statement.id) else { continue };
            if first.category.is_some() {
                cell.roll_up(framework, statement);
            }
            if !waits || cell.is_as_published() {
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
        if !framework.awards_ratings() {
            return ratings;
        }
        let level = |theme: Option<&Theme>| {
            let scores = self.complete(theme, view)?;
            Some(framework.scoring.level(&scores).rating)
        };
        // What was published of the whole is what was stated, even if its scores say otherwise.
        let overall = match view {
            View::Published => self.publications.last().and_then(|issue| issue.rating),
            View::InForce | View::Judged => level(None),
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

    /// What its ratings are worth; nothing while what was published is withdrawn.
    pub fn status(&self, framework: &Framework) -> Status {
        if self.is_withdrawn() { Status::Unrated } else { self.worth(framework) }
    }

    /// What its ratings were worth when they were published last.
    pub(crate) fn worth(&self, framework: &Framework) -> Status {
        match (framework.scoring.awards_ratings.value, &self.publication) {
            (Awards::No, _) | (_, None) => Status::Unrated,
            (Awards::Indicative, _) => Status::Indicative,
            (Awards::Yes, _) if self.kind == AssessmentKind::Pilot => Status::Indicative,
            (Awards::Yes, _) => Status::Awarded,
        }
    }

    /// Whether what was published last was withdrawn, and nothing took its place.
    pub fn is_withdrawn(&self) -> bool {
        self.publication.as_ref().is_some_and(|published| published.withdrawn_on.is_some())
    }

    /// The flags that every row about it carries.
    pub fn flags(&self, body: &Body) -> Flags {
        self.lasting_flags(body)
            .with(Flag::ProcessReview, !self.process_reviews.is_empty())
            .with(Flag::Withdrawn, self.is_withdrawn())
    }

    /// Those that go with what it was at a moment, and so with a move.
    pub(crate) fn lasting_flags(&self, body: &Body) -> Flags {
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
