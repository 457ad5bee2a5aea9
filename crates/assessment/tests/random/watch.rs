//! What must never happen, worked out from the events alone and without the rules' own state.

mod release;

use crate::Tally;
use assessment::event::*;
use assessment::framework::{Framework, Passage, Recipient};
use assessment::scoring::{Rating, Score};
use assessment::{
    AssessmentId, CategoryId, CommentId, Event, EvidenceId, FrameworkId, OrganisationCode,
    PartialDate, PersonId, PublicationId, StatementId,
};
use std::collections::{BTreeMap, BTreeSet};

type Cell = (StatementId, Option<CategoryId>);

#[derive(Default)]
pub struct Watch {
    frameworks: BTreeMap<FrameworkId, Framework>,
    assessments: BTreeMap<AssessmentId, Seen>,
    in_force: BTreeMap<EvidenceId, bool>,
    /// How often something was published and withdrawn.
    pub tally: Tally,
    /// What happened and must not.
    pub wrong: Vec<String>,
}

#[derive(Default)]
struct Seen {
    framework: Option<FrameworkId>,
    organisation: Option<OrganisationCode>,
    over: bool,
    scores: BTreeMap<Cell, Given>,
    scorers: Vec<(StatementId, PersonId)>,
    /// Who decided or confirmed as a member of the panel.
    sat: BTreeSet<PersonId>,
    /// Who judged a comment on a quality statement.
    judged_comments: BTreeSet<(StatementId, PersonId)>,
    panel: Option<BTreeMap<Cell, Score>>,
    passages: BTreeMap<Passage, u64>,
    comments: BTreeMap<CommentId, (CommentSubmitted, bool)>,
    published: Vec<Published>,
    /// What was judged, written and shared since the last publication.
    judged: BTreeSet<Cell>,
    written: BTreeSet<Passage>,
    windows: BTreeMap<Recipient, Time>,
}

/// A score, and what it rests on.
struct Given {
    score: Score,
    evidence: Vec<EvidenceId>,
    imported: bool,
}

/// The time for comments of a recipient.
#[derive(Debug)]
struct Time {
    first_shared_on: PartialDate,
    due_on: PartialDate,
    confirmed: bool,
}

/// What was published, here or before.
struct Published {
    publication: PublicationId,
    on: PartialDate,
    scores: BTreeMap<StatementId, Score>,
    /// The same, and those of evidence categories.
    cells: BTreeMap<Cell, Score>,
    overall: Option<(u8, Rating)>,
    passages: Vec<ReleasedPassage>,
    withdrawn: Option<PartialDate>,
}

impl Watch {
    pub fn see(&mut self, event: &Event) {
        self.prepares(event);
        match event {
            Event::FrameworkAdopted(event) => {
                self.frameworks.insert(event.framework.id, (*event.framework).clone());
            }
            Event::AssessmentOpened(event) => self.open(event),
            Event::PublicationImported(event) => self.import(event),
            Event::EvidenceSubmitted(event) => {
                self.in_force.insert(event.evidence, true);
            }
            Event::EvidenceWithdrawn(event) => {
                self.in_force.insert(event.evidence, false);
            }
            Event::EvidenceErased(event) => {
                self.in_force.insert(event.evidence, false);
            }
            Event::PublicationMade(made) => self.publish(made, None),
            Event::PublicationReissued(event) => self.publish(&event.made, Some(event)),
            Event::PublicationWithdrawn(event) => self.withdraw(event),
            Event::CommentResolved(event) => self.resolve(event),
            _ => self.within(event),
        }
    }

    fn open(&mut self, event: &AssessmentOpened) {
        let twice = self.assessments.values().any(|seen| {
            seen.is_open()
                && seen.framework == Some(event.framework)
                && seen.organisation == Some(event.organisation)
        });
        if twice {
            self.wrong.push(format!("{} is open beside another", event.assessment));
        }
        let (framework, organisation) = (Some(event.framework), Some(event.organisation));
        let seen = Seen { framework, organisation, ..Seen::default() };
        self.assessments.insert(event.assessment, seen);
    }

    fn import(&mut self, event: &PublicationImported) {
        let (framework, organisation) = (Some(event.framework), Some(event.organisation));
        let mut seen = Seen { framework, organisation, ..Seen::default() };
        for cell in &event.scores {
            let given = Given { score: cell.score, evidence: vec![], imported: true };
            seen.scores.insert((cell.statement, None), given);
        }
        seen.release(Published::imported(event));
        self.assessments.insert(event.assessment, seen);
    }

    fn withdraw(&mut self, event: &PublicationWithdrawn) {
        self.tally.withdrawals += 1;
        let seen = self.assessments.get_mut(&event.publication.assessment());
        let Some(last) = seen.and_then(|seen| seen.published.last_mut()) else {
            return self.wrong.push(format!("{} was never published", event.publication));
        };
        if last.publication != event.publication || last.withdrawn.is_some() {
            self.wrong.push(format!("{} does not stand", event.publication));
        }
        if event.withdrawn_on.last_day() < last.on.first_day() {
            self.wrong.push(format!("{} is withdrawn before it came", event.publication));
        }
        last.withdrawn = Some(event.withdrawn_on);
    }

    /// History is not worked on, and a panel sits on an update only where that is wanted.
    fn prepares(&mut self, event: &Event) {
        let (works, panel) = match event {
            Event::PanelConvened(event) => (event.assessments.clone(), true),
            Event::PanelDecided(event) => (vec![event.assessment], true),
            Event::PanelConfirmed(event) => (vec![event.assessment], true),
            Event::EvidenceUsed(event) => (vec![event.assessment], false),
            Event::DraftWritten(event) => (vec![event.assessment], false),
            Event::DraftShared(event) => (vec![event.assessment], false),
            Event::DraftExtended(event) => (vec![event.assessment], false),
            _ => return,
        };
        for id in works {
            let Some(seen) = self.assessments.get(&id) else { continue };
            let framework = &self.frameworks[&seen.framework.expect("it is known")];
            if self.is_history(id) {
                self.wrong.push(format!("{id} is history, and {} is recorded", event.kind()));
            }
            if panel && !seen.published.is_empty() && !framework.process.panel.update.value {
                self.wrong.push(format!("{id} is published, and {} is recorded", event.kind()));
            }
        }
    }

    fn within(&mut self, event: &Event) {
        let Some(id) = event.assessment() else { return };
        let Some(seen) = self.assessments.get_mut(&id) else { return };
        match event {
            Event::AssessmentCancelled(_) => seen.over = true,
            Event::ScoreReviewed(event) => {
                if seen.is_open() && seen.sat.contains(&event.by) {
                    self.wrong.push(format!("{} scores {id}, on which they sat", event.by));
                }
                if seen.is_open() && seen.judged_comments.contains(&(event.statement, event.by)) {
                    let (by, statement) = (event.by, event.statement);
                    self.wrong.push(format!("{by} scores {statement}, on which they judged"));
                }
                let cell = (event.statement, event.category);
                let (score, evidence) = (event.score, event.evidence.clone());
                seen.scores.insert(cell, Given { score, evidence, imported: false });
                seen.judged.insert(cell);
                seen.scorers.push((event.statement, event.by));
            }
            Event::PanelDecided(event) => {
                self.wrong.extend(sits_on_own(seen, &event.members, id));
                seen.sat.extend(&event.members);
                seen.panel = Some(BTreeMap::new());
                seen.settle(&event.scores);
            }
            Event::PanelConfirmed(event) => {
                self.wrong.extend(sits_on_own(seen, &event.members, id));
                seen.sat.extend(&event.members);
                seen.settle(&event.scores);
            }
            Event::CommentSubmitted(event) => {
                seen.comments.insert(event.comment, (event.clone(), false));
            }
            _ => seen.draft(event),
        }
    }

    fn resolve(&mut self, event: &CommentResolved) {
        let Some(seen) = self.assessments.get_mut(&event.comment.assessment()) else { return };
        let Some((comment, resolved)) = seen.comments.get_mut(&event.comment) else {
            return self.wrong.push(format!("{} was never received", event.comment));
        };
        *resolved = true;
        if let CommentSubject::Statement(statement) = comment.about {
            seen.judged_comments.insert((statement, event.by));
        }
        let is_scorer = seen.scorers.iter().any(|(statement, by)| {
            *by == event.by
                && match comment.about {
                    CommentSubject::Page(_) => true,
                    CommentSubject::Statement(about) => about == *statement,
                    CommentSubject::Theme(theme) => {
                        let framework = &self.frameworks[&seen.framework.expect("it was opened")];
                        framework.statement(*statement).is_some_and(|(own, _)| own.id == theme)
                    }
                }
        });
        if is_scorer {
            self.wrong.push(format!("{} is resolved by its scorer {}", event.comment, event.by));
        }
        let accepted = event.outcome != CommentOutcome::NotAccepted;
        let in_force = |id: &EvidenceId| self.in_force.get(id) == Some(&true);
        if accepted && comment.kind == CommentKind::B && !comment.evidence.iter().any(in_force) {
            self.wrong.push(format!("{} is accepted without evidence", event.comment));
        }
    }
}

impl Seen {
    fn is_open(&self) -> bool {
        !self.over && self.published.is_empty()
    }

    fn draft(&mut self, event: &Event) {
        match event {
            Event::DraftWritten(event) => {
                self.passages.insert(event.passage, event.version);
                self.written.insert(event.passage);
            }
            Event::DraftShared(event) => {
                let before = self.windows.get(&event.recipient);
                let first_shared_on = before.map_or(event.shared_on, |time| time.first_shared_on);
                let time = Time { first_shared_on, due_on: event.due_on, confirmed: false };
                self.windows.insert(event.recipient, time);
            }
            Event::DraftExtended(event) => {
                self.windows.entry(event.recipient).and_modify(|time| {
                    (time.due_on, time.confirmed) = (event.due_on, false);
                });
            }
            Event::DraftConfirmed(event) => {
                // What was said before this draft was there, was said of another.
                let time = self.windows.get_mut(&event.recipient);
                if let Some(time) = time.filter(|it| it.first_shared_on <= event.confirmed_on) {
                    time.confirmed = true;
                }
            }
            _ => {}
        }
    }

    fn settle(&mut self, scores: &[PanelScore]) {
        for decided in scores {
            let cell = (decided.statement, decided.category);
            if let Some(panel) = &mut self.panel {
                panel.insert(cell, decided.score);
            }
            if let Some(given) = self.scores.get_mut(&cell) {
                given.score = decided.score;
            }
            self.judged.insert(cell);
        }
    }
}

fn sits_on_own(seen: &Seen, members: &[PersonId], id: AssessmentId) -> Vec<String> {
    let scored = |member: &&PersonId| seen.scorers.iter().any(|(_, by)| by == *member);
    let own = members.iter().filter(scored);
    own.map(|member| format!("{member} sits on {id}, which they scored")).collect()
}
