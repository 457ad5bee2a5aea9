//! What must hold of every publication: first ones, updates, reissues.

use super::{Cell, Published, Seen, Watch};
use assessment::event::*;
use assessment::framework::{Framework, Method, RatingChanges, ReportSection};
use assessment::scoring::{Rating, Score};
use assessment::{AssessmentId, StatementId};
use std::collections::BTreeMap;

/// A publication that is looked at, with what was known before it.
struct Case<'a> {
    watch: &'a Watch,
    seen: &'a Seen,
    framework: &'a Framework,
    made: &'a PublicationMade,
    reason: Option<ReissueReason>,
    wrong: Vec<String>,
}

impl Watch {
    pub fn publish(&mut self, made: &PublicationMade, reissue: Option<&PublicationReissued>) {
        let id = made.assessment;
        let Some(seen) = self.assessments.get(&id) else {
            return self.wrong.push(format!("{id} was never opened"));
        };
        let framework = &self.frameworks[&seen.framework.expect("it is known")];
        let reason = reissue.map(|it| it.reason);
        let mut case = Case { watch: self, seen, framework, made, reason, wrong: vec![] };
        case.scores();
        case.comments_and_texts();
        match seen.published.last() {
            None => case.first(),
            Some(last) => case.next(last, reissue),
        }
        let wrong = case.wrong;
        self.wrong.extend(wrong.into_iter().map(|what| format!("{id} is published: {what}")));
        self.tally.publications += 1;
        self.tally.reissues += u64::from(reissue.is_some());
        let seen = self.assessments.get_mut(&id).expect("it was there");
        self.tally.updates += u64::from(!seen.published.is_empty() && reissue.is_none());
        seen.release(Published::of(made));
    }
}

impl Case<'_> {
    fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    /// Every statement has a score, and the whole is what they add up to.
    fn scores(&mut self) {
        if self.seen.over {
            self.wrong("it was over");
        }
        let of = |it: &StatementScore| (it.statement, it.score);
        let scores: BTreeMap<StatementId, Score> = self.made.scores.iter().map(of).collect();
        for (_, statement) in self.framework.statements() {
            if !scores.contains_key(&statement.id) {
                self.wrong(format!("{} has no score", statement.id));
            }
        }
        let last = self.seen.published.last();
        let expected = match last.filter(|last| last.scores == scores) {
            Some(last) if last.overall.is_some() => last.overall,
            _ => Some(added_up(&self.made.scores)),
        };
        let overall = self.made.overall.map(|it| (it.score.get(), it.rating));
        if overall != expected {
            self.wrong(format!("the whole is {overall:?}, not {expected:?}"));
        }
    }

    fn comments_and_texts(&mut self) {
        for (comment, (_, resolved)) in &self.seen.comments {
            if !resolved {
                self.wrong.push(format!("{comment} is open"));
            }
        }
        for released in &self.made.passages {
            if self.seen.passages.get(&released.passage) != Some(&released.version) {
                self.wrong(format!("{} is not the last version", released.passage));
            }
        }
    }

    fn first(&mut self) {
        if self.reason.is_some() {
            self.wrong("it takes the place of nothing");
        }
        for (_, statement) in self.framework.statements() {
            for cell in self.required(statement.id) {
                self.rests(cell);
                self.confirmed(cell, self.framework.process.panel.first_publication.value);
            }
            self.is_what_was_judged(statement.id);
        }
        self.checked();
        for passage in self.framework.process.passages(self.framework) {
            if !self.made.passages.iter().any(|it| it.passage == passage) {
                self.wrong(format!("{passage} was never written"));
            }
        }
    }

    /// An update or a reissue, by what differs from the last publication.
    fn next(&mut self, last: &Published, reissue: Option<&PublicationReissued>) {
        self.takes_its_place(last, reissue);
        use ReissueReason::*;
        let corrects = matches!(self.reason, Some(BasisStruckOut | ProcessReview));
        let changes = self.framework.scoring.rating_changes.value;
        let waits = changes == RatingChanges::AtComprehensiveAssessment && !corrects;
        let mut moved = false;
        for score in &self.made.scores {
            let differs = last.scores.get(&score.statement) != Some(&score.score);
            moved |= differs;
            if waits && differs {
                self.wrong(format!("{} moved, and ratings wait", score.statement));
            }
            if !waits {
                self.is_what_was_judged(score.statement);
                self.judged_since(score.statement, &last.cells);
            }
            let told = self.seen.written.iter().any(|passage| {
                passage.section == ReportSection::StatementFindings
                    && passage.statement == Some(score.statement)
            });
            if differs && !told {
                self.wrong(format!("nothing tells why {} moved", score.statement));
            }
        }
        let rewritten = self.made.passages.iter().any(|it| {
            let before = last.passages.iter().find(|known| known.passage == it.passage);
            before.is_none_or(|before| before.version != it.version)
        });
        if moved || rewritten && self.reason != Some(ErrorInText) {
            self.checked();
        }
        for released in &last.passages {
            if !self.made.passages.iter().any(|it| it.passage == released.passage) {
                self.wrong(format!("{} is gone", released.passage));
            }
        }
        let since = &self.seen;
        if last.withdrawn.is_none() && since.judged.is_empty() && since.written.is_empty() {
            self.wrong("nothing is new");
        }
    }

    /// It stands in for the last publication, which is not history; what was withdrawn comes back
    /// only under its own name.
    fn takes_its_place(&mut self, last: &Published, reissue: Option<&PublicationReissued>) {
        let number = self.seen.published.len() as u64 + 1;
        if self.made.publication.number() != number {
            self.wrong(format!("{} is number {number}", self.made.publication));
        }
        match (reissue, last.withdrawn) {
            (None, Some(_)) => self.wrong("its last publication was withdrawn"),
            (Some(reissue), _) if reissue.replaces != last.publication => {
                self.wrong(format!("{} is not the last one", reissue.replaces));
            }
            _ => {}
        }
        // Nothing is struck out in these histories.
        let unfounded = match self.reason {
            Some(ReissueReason::AfterWithdrawal) => last.withdrawn.is_none(),
            Some(ReissueReason::BasisStruckOut) => true,
            _ => false,
        };
        if unfounded {
            self.wrong("nothing gives its reason");
        }
        let after = last.withdrawn.unwrap_or(last.on).max(last.on);
        if self.made.published_on.last_day() < after.first_day() {
            self.wrong(format!("it comes before {after}"));
        }
        if self.watch.is_history(self.made.assessment) {
            self.wrong("it is history");
        }
    }

    /// The cells that the framework wants for a statement.
    fn required(&self, statement: StatementId) -> Vec<Cell> {
        self.seen.required(self.framework, statement)
    }

    fn is_what_was_judged(&mut self, statement: StatementId) {
        let published = self.made.scores.iter().find(|it| it.statement == statement);
        let (published, judged) =
            (published.map(|it| it.score), self.seen.score(self.framework, statement));
        if published != judged {
            self.wrong(format!("{statement} is {published:?}, and was judged {judged:?}"));
        }
    }

    /// What was judged since the last publication, and counts, rests on something, unless it is
    /// what was published.
    fn judged_since(&mut self, statement: StatementId, before: &BTreeMap<Cell, Score>) {
        let required = self.required(statement);
        let all = required.iter().all(|cell| self.seen.scores.contains_key(cell));
        let counting = if all { required } else { vec![(statement, None)] };
        for cell in counting {
            if self.seen.judged.contains(&cell) {
                if self.seen.scores.get(&cell).map(|it| &it.score) != before.get(&cell) {
                    self.rests(cell);
                }
                self.confirmed(cell, self.framework.process.panel.update.value);
            }
        }
    }

    fn rests(&mut self, cell: Cell) {
        let in_force = |id| self.watch.in_force.get(id) == Some(&true);
        let rests = match self.seen.scores.get(&cell) {
            None => return self.wrong(format!("{cell:?} has no score")),
            Some(judged) => judged.imported || judged.evidence.iter().any(in_force),
        };
        if !rests {
            self.wrong(format!("{cell:?} rests on nothing"));
        }
    }

    fn confirmed(&mut self, cell: Cell, wanted: bool) {
        let score = self.seen.scores.get(&cell).map(|it| &it.score);
        let stands = self.seen.panel.as_ref().and_then(|panel| panel.get(&cell));
        if wanted && stands != score {
            self.wrong(format!("{cell:?} is {score:?}, and the panel stands by {stands:?}"));
        }
    }

    /// Everybody had the draft since the last publication, and their time is over.
    fn checked(&mut self) {
        for recipient in &self.framework.process.recipients.value {
            match self.seen.windows.get(recipient) {
                Some(window) if window.confirmed || window.due_on < self.made.published_on => {}
                window => self.wrong.push(format!("the time of {recipient} is {window:?}")),
            }
        }
    }
}

impl Watch {
    /// Whether another assessment of the body was published later.
    pub fn is_history(&self, id: AssessmentId) -> bool {
        let on = |seen: &Seen| Some(seen.published.last()?.on);
        let Some(own) = self.assessments.get(&id).and_then(on) else { return false };
        let others = self
            .assessments
            .iter()
            .filter(|(other, _)| **other != id && other.organisation() == id.organisation());
        others.filter_map(|(_, seen)| on(seen)).any(|other| other.first_day() > own.last_day())
    }
}

impl Seen {
    /// What was published, or taken in as published, is where the next one starts from.
    pub fn release(&mut self, published: Published) {
        self.published.push(published);
        self.windows.clear();
        self.judged.clear();
        self.written.clear();
    }

    fn required(&self, framework: &Framework, statement: StatementId) -> Vec<Cell> {
        let known = framework.statement(statement).expect("it is in the framework").1;
        match framework.scoring.method.value {
            Method::Category => {
                let required = known.required_categories.value.iter();
                required.map(|it| (statement, Some(*it))).collect()
            }
            _ => vec![(statement, None)],
        }
    }

    /// Category scores of a statement count together, or not at all.
    fn score(&self, framework: &Framework, statement: StatementId) -> Option<Score> {
        let score = |cell: &Cell| self.scores.get(cell).map(|it| it.score);
        let all: Option<Vec<Score>> =
            self.required(framework, statement).iter().map(score).collect();
        match all {
            Some(all) if all.len() > 1 => {
                let (percent, _) = percent_of(&all);
                let band = [39, 63, 88].iter().filter(|from| percent >= **from).count();
                Some(Score::try_from(1 + band as u8).expect("a score"))
            }
            Some(all) => all.first().copied(),
            None => score(&(statement, None)),
        }
    }
}

impl Published {
    fn of(made: &PublicationMade) -> Self {
        Self {
            publication: made.publication,
            on: made.published_on,
            scores: made.scores.iter().map(|it| (it.statement, it.score)).collect(),
            cells: {
                let statements = made.scores.iter().map(|it| ((it.statement, None), it.score));
                let categories = made.categories.iter();
                let categories = categories.map(|it| ((it.statement, Some(it.category)), it.score));
                statements.chain(categories).collect()
            },
            overall: made.overall.map(|it| (it.score.get(), it.rating)),
            passages: made.passages.clone(),
            withdrawn: None,
        }
    }

    pub fn imported(import: &PublicationImported) -> Self {
        let percent = import.score.map(|score| score.get());
        Self {
            publication: import.publication,
            on: import.published_on(),
            scores: import.scores.iter().map(|it| (it.statement, it.score)).collect(),
            cells: import.scores.iter().map(|it| ((it.statement, None), it.score)).collect(),
            overall: percent.map(|percent| (percent, import.rating)),
            passages: vec![],
            withdrawn: None,
        }
    }
}

fn added_up(scores: &[StatementScore]) -> (u8, Rating) {
    let scores: Vec<Score> = scores.iter().map(|it| it.score).collect();
    percent_of(&scores)
}

/// 100 times the marks by the most that there could be, rounded up, with its rating.
fn percent_of(scores: &[Score]) -> (u8, Rating) {
    let marks: usize = scores.iter().map(|score| usize::from(score.get())).sum();
    let most = 4 * scores.len().max(1);
    let percent = (100 * marks).div_ceil(most);
    let rating = match percent {
        ..39 => Rating::Inadequate,
        39..63 => Rating::RequiresImprovement,
        63..88 => Rating::Good,
        _ => Rating::Outstanding,
    };
    (percent as u8, rating)
}
