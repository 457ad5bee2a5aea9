//! Transitions: every move of a statement, a theme or the whole from one rating to another, and
//! whether the public has seen it.

use crate::body::Body;
use crate::cell::View;
use crate::row::{Flag, Flags, in_words};
use crate::scores::rating_in_words;
use crate::standing::{Standing, publishes};
use assessment::framework::{Framework, LevelKind};
use assessment::scoring::Rating;
use assessment::{FrameworkId, Name, OrganisationCode, PartialDate, StatementId, ThemeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What has a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The body as a whole.
    Overall,
    /// A theme.
    Theme(ThemeId),
    /// A quality statement.
    Statement(StatementId),
}

/// Whether the public has seen a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publication {
    /// It was published.
    Made,
    /// It must be published.
    Due,
    /// The framework allows the move only at a comprehensive assessment.
    Waiting,
    /// Nothing is owed: the framework does not publish this level, or the move was taken back.
    None,
}

/// A move, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// What moved.
    pub subject: Subject,
    /// The rating before; none for a first award.
    pub from: Option<Rating>,
    /// The rating from then on.
    pub to: Rating,
    /// When.
    pub occurred_on: PartialDate,
    /// Whether the public has seen it.
    pub publication: Publication,
    /// When it did.
    pub published_on: Option<PartialDate>,
    /// What a reader must know before relying on it.
    pub flags: Flags,
    /// The record that moved it.
    pub position: u64,
}

/// What became of the moves of a subject that were open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// What had moved.
    pub subject: Subject,
    /// The first of the body's moves, from 0, that may be meant.
    pub first: u64,
    /// The rating that the public sees now, and since when: a move to it is published.
    pub seen: Option<(Rating, PartialDate)>,
    /// What becomes of a move to another rating.
    pub others: Others,
}

/// What becomes of open moves to a rating that is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They stay open.
    StayOpen,
    /// They were taken back.
    Reverted,
}

/// A subject with moves that are not published yet and may still be. One for each subject, however
/// often it moves, so that a body stays small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Open {
    pub(crate) subject: Subject,
    /// The first of its moves that may be open.
    pub(crate) first: u64,
    /// Where its last move led.
    pub(crate) to: Rating,
}

/// A row of `transitions`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TransitionsRow {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// Overall, theme or statement.
    pub level: LevelKind,
    /// The theme or statement; none for overall.
    pub subject: Option<String>,
    /// The rating before; none for a first award.
    #[serde(serialize_with = "rating_in_words")]
    pub from: Option<Rating>,
    /// The rating from then on.
    #[serde(serialize_with = "rating_in_words")]
    pub to: Option<Rating>,
    /// When.
    pub occurred_on: PartialDate,
    /// Whether the public has seen it.
    pub publication: Publication,
    /// When it did.
    pub published_on: Option<PartialDate>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
    /// The record that moved it; none in what is public.
    pub position: Option<u64>,
}

impl Publication {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Due => "due",
            Self::Waiting => "waiting",
            Self::None => "none",
        }
    }
}

impl Subject {
    /// The level that it belongs to.
    pub fn level(self) -> LevelKind {
        match self {
            Self::Overall => LevelKind::Overall,
            Self::Theme(_) => LevelKind::Theme,
            Self::Statement(_) => LevelKind::Statement,
        }
    }

    /// Its stable id; none for overall.
    pub fn id(self) -> Option<String> {
        match self {
            Self::Overall => None,
            Self::Theme(theme) => Some(theme.to_string()),
            Self::Statement(statement) => Some(statement.to_string()),
        }
    }
}

impl Transition {
    /// The same move, once it is known what became of those that were open.
    pub fn settle(&mut self, settled: &Settled) {
        let is_open = matches!(self.publication, Publication::Due | Publication::Waiting);
        if !is_open || self.subject != settled.subject {
            return;
        }
        match (settled.seen, settled.others) {
            (Some((rating, on)), _) if rating == self.to => {
                (self.publication, self.published_on) = (Publication::Made, Some(on));
            }
            (_, Others::StayOpen) => {}
            (_, Others::Reverted) => {
                self.publication = Publication::None;
                self.flags = std::mem::take(&mut self.flags).with(Flag::Reverted, true);
            }
        }
    }

    /// The row that shows it.
    pub fn row(&self, body: &Body) -> TransitionsRow {
        TransitionsRow {
            organisation: body.facts.code,
            name: body.facts.name.clone(),
            framework: self.framework,
            level: self.subject.level(),
            subject: self.subject.id(),
            from: self.from,
            to: Some(self.to),
            occurred_on: self.occurred_on,
            publication: self.publication,
            published_on: self.published_on,
            flags: self.flags.clone().with(Flag::Fictional, body.facts.fictional),
            position: Some(self.position),
        }
    }
}

/// What a record did to the levels of a body.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    pub(crate) moved: Vec<Transition>,
    pub(crate) settled: Vec<Settled>,
}

/// The record that moves levels, and the assessment as it stands after it.
pub(crate) struct Cause<'a> {
    pub(crate) standing: &'a Standing,
    pub(crate) framework: &'a Framework,
    pub(crate) flags: Flags,
    pub(crate) position: u64,
}

/// Ratings, by what has them.
pub(crate) type Ratings = BTreeMap<Subject, Rating>;

impl Cause<'_> {
    fn seen(&self) -> Ratings {
        self.standing.ratings(self.framework, View::Published)
    }

    fn judged(&self) -> Ratings {
        self.standing.ratings(self.framework, View::Judged)
    }

    /// A move that the public has not seen.
    fn unseen(
        &self,
        subject: Subject,
        (from, to): (Option<Rating>, Rating),
        occurred_on: PartialDate,
        publication: Publication,
    ) -> Transition {
        Transition {
            framework: self.standing.framework,
            subject,
            from,
            to,
            occurred_on,
            publication,
            published_on: None,
            flags: self.flags.clone(),
            position: self.position,
        }
    }
}

impl Body {
    /// The moves that a review made: `before` it, by the latest judgements, and after it.
    ///
    /// At a level that the framework publishes, a publication is due (or waits) while the rating
    /// differs from the one that the public last saw; once it does not, nothing is owed any more
    /// for the moves that led there and back.
    pub(crate) fn moves_of_review(
        &mut self,
        cause: &Cause<'_>,
        before: &Ratings,
        occurred_on: PartialDate,
    ) -> Moves {
        let seen = cause.seen();
        let mut moves = Moves::default();
        for (subject, to) in cause.judged() {
            // Where nothing could be computed before, what was published is what it moved from.
            let from = before.get(&subject).or(seen.get(&subject)).copied();
            if from != Some(to) {
                self.judge(cause, subject, (from, to), occurred_on, &mut moves);
            }
        }
        self.moves += moves.moved.len() as u64;
        moves
    }

    /// The moves of a publication that is now the latest: `before` it, and what the public sees
    /// from then on. It answers everything that was owed.
    pub(crate) fn moves_of_publication(&mut self, cause: &Cause<'_>, before: &Ratings) -> Moves {
        let seen = cause.seen();
        let mut moves = Moves::default();
        for open in std::mem::take(&mut self.open) {
            moves.settled.push(open.settled(cause, Others::Reverted));
        }
        publish(cause, before, &mut moves);
        self.judge_again(cause, &seen, &mut moves);
        self.moves += moves.moved.len() as u64;
        moves
    }

    /// The moves of a publication that follows another one of the same assessment: what the public
    /// had `seen` before it, and what `stood`. It answers what was owed, but not what goes on
    /// waiting, nor what was judged otherwise once a basis of it was struck out.
    pub(crate) fn moves_of_update(
        &mut self,
        cause: &Cause<'_>,
        seen: &Ratings,
        stood: &Ratings,
    ) -> Moves {
        let (seen_now, judged_now) = (cause.seen(), cause.judged());
        let (mut before, mut stands) = (stood.clone(), seen_now.clone());
        let mut moves = Moves::default();
        let mut open = std::mem::take(&mut self.open);
        for (subject, to) in judged_now {
            let owed = |open: &Open| (open.subject, open.to) == (subject, to);
            let moved_there = stood.get(&subject) == Some(&to) && seen.get(&subject) != Some(&to);
            let is_unseen = moved_there || open.iter().any(owed);
            if seen_now.get(&subject) == Some(&to) || !is_unseen {
                continue;
            }
            // The level has moved there, and stays, whatever the public sees.
            stands.insert(subject, to);
            let shown = if publishes(cause.framework, subject) { seen } else { &seen_now };
            match shown.get(&subject) {
                Some(shown) => before.insert(subject, *shown),
                None => before.remove(&subject),
            };
            self.open.extend(open.extract_if(.., |open| owed(open)));
        }
        let stay = self.open.iter().map(|open| open.settled(cause, Others::StayOpen));
        let answered = open.iter().map(|open| open.settled(cause, Others::Reverted));
        moves.settled.extend(stay.chain(answered));
        publish(cause, &before, &mut moves);
        self.judge_again(cause, &stands, &mut moves);
        self.moves += moves.moved.len() as u64;
        moves
    }

    /// The moves of a correction of the latest publication: what the public had `seen`, and what
    /// `stood` before it. What was owed still is, unless the public had seen it all along.
    pub(crate) fn moves_of_correction(
        &mut self,
        cause: &Cause<'_>,
        seen: &Ratings,
        stood: &Ratings,
    ) -> Moves {
        let (seen_now, judged_now) = (cause.seen(), cause.judged());
        let mut moves = Moves::default();
        for open in std::mem::take(&mut self.open) {
            let (seen, judged) = (seen_now.get(&open.subject), judged_now.get(&open.subject));
            let reached = judged == seen && judged == Some(&open.to);
            if judged.is_none() || reached {
                moves.settled.push(open.settled(cause, Others::Reverted));
            } else {
                moves.settled.push(open.settled(cause, Others::StayOpen));
                self.open.push(open);
            }
        }
        publish(cause, seen, &mut moves);
        // Where each level stands before the judgements are looked at again: at the last move
        // that is owed, else at what the public sees now, if that moved, else where it stood.
        let mut stands = stood.clone();
        stands.extend(moves.moved.iter().map(|moved| (moved.subject, moved.to)));
        stands.extend(self.open.iter().map(|open| (open.subject, open.to)));
        self.judge_again(cause, &stands, &mut moves);
        self.moves += moves.moved.len() as u64;
        moves
    }

    /// The moves from where levels stand to what is judged here, when what was published of them
    /// is another than was known.
    fn judge_again(&mut self, cause: &Cause<'_>, stands: &Ratings, moves: &mut Moves) {
        let Some(published) = &cause.standing.publication else { return };
        let seen = cause.seen();
        for (subject, to) in cause.judged() {
            let from = stands.get(&subject).copied();
            // That the published scores give another rating than was published is no move.
            let as_imported = cause.standing.is_as_imported(cause.framework, subject, to)
                && seen.get(&subject) != Some(&to);
            if from == Some(to) || as_imported {
                continue;
            }
            // A basis that was struck out was reviewed before it was published.
            let reviewed_on = cause.standing.reviewed_on(cause.framework, subject);
            let occurred_on = reviewed_on.max(Some(published.on)).unwrap_or(published.on);
            self.judge(cause, subject, (from, to), occurred_on, moves);
        }
    }

    /// One move of the latest judgement: owed, taken back, or of a level that is not published.
    fn judge(
        &mut self,
        cause: &Cause<'_>,
        subject: Subject,
        (from, to): (Option<Rating>, Rating),
        occurred_on: PartialDate,
        moves: &mut Moves,
    ) {
        let mut publication = Publication::None;
        let mut taken_back = false;
        if cause.seen().get(&subject) == Some(&to) {
            let closed = self.open.extract_if(.., |open| open.subject == subject).next();
            taken_back = closed.is_some();
            let none_seen =
                |open: Open| Settled { seen: None, ..open.settled(cause, Others::Reverted) };
            moves.settled.extend(closed.map(none_seen));
        } else if publishes(cause.framework, subject) {
            let waits = cause.standing.waits(cause.framework);
            publication = if waits { Publication::Waiting } else { Publication::Due };
            let first = self.moves + moves.moved.len() as u64;
            match self.open.iter_mut().find(|open| open.subject == subject) {
                Some(open) => open.to = to,
                None => self.open.push(Open { subject, first, to }),
            }
        }
        let mut moved = cause.unseen(subject, (from, to), occurred_on, publication);
        moved.flags = moved.flags.with(Flag::Reverted, taken_back);
        moves.moved.push(moved);
    }
}

impl Open {
    fn settled(self, cause: &Cause<'_>, others: Others) -> Settled {
        let on = cause.standing.publication.as_ref().map(|published| published.on);
        let seen = cause.seen().get(&self.subject).copied().zip(on);
        Settled { subject: self.subject, first: self.first, seen, others }
    }
}

/// The moves that the public sees in a publication.
fn publish(cause: &Cause<'_>, before: &Ratings, moves: &mut Moves) {
    let Some(published) = &cause.standing.publication else { return };
    for (subject, to) in cause.seen() {
        let from = before.get(&subject).copied();
        if from == Some(to) {
            continue;
        }
        let mut moved = cause.unseen(subject, (from, to), published.on, Publication::None);
        if publishes(cause.framework, subject) {
            (moved.publication, moved.published_on) = (Publication::Made, Some(published.on));
        }
        moves.moved.push(moved);
    }
}
