//! What must never happen, worked out from the events alone and without the rules' own state.

use assessment::event::*;
use assessment::framework::{Framework, Passage, Recipient};
use assessment::scoring::Score;
use assessment::{
    AssessmentId, CategoryId, CommentId, Event, EvidenceId, FrameworkId, OrganisationCode,
    PartialDate, PersonId, StatementId,
};
use std::collections::{BTreeMap, BTreeSet};

type Cell = (StatementId, Option<CategoryId>);

#[derive(Default)]
pub struct Watch {
    frameworks: BTreeMap<FrameworkId, Framework>,
    assessments: BTreeMap<AssessmentId, Seen>,
    in_force: BTreeMap<EvidenceId, bool>,
    pub publications: u64,
    /// What happened and must not.
    pub wrong: Vec<String>,
}

#[derive(Default)]
struct Seen {
    framework: Option<FrameworkId>,
    organisation: Option<OrganisationCode>,
    over: bool,
    scores: BTreeMap<Cell, (Score, Vec<EvidenceId>)>,
    scorers: Vec<(StatementId, PersonId)>,
    /// Who decided or confirmed as a member of the panel.
    sat: BTreeSet<PersonId>,
    /// Who judged a comment on a quality statement.
    judged_comments: BTreeSet<(StatementId, PersonId)>,
    panel: Option<BTreeMap<Cell, Score>>,
    passages: BTreeSet<Passage>,
    windows: BTreeMap<Recipient, (PartialDate, bool)>,
    comments: BTreeMap<CommentId, (CommentSubmitted, bool)>,
}

impl Watch {
    pub fn see(&mut self, event: &Event) {
        match event {
            Event::FrameworkAdopted(event) => {
                self.frameworks.insert(event.framework.id, (*event.framework).clone());
            }
            Event::AssessmentOpened(event) => self.open(event),
            Event::EvidenceSubmitted(event) => {
                self.in_force.insert(event.evidence, true);
            }
            Event::EvidenceWithdrawn(event) => {
                self.in_force.insert(event.evidence, false);
            }
            Event::EvidenceErased(event) => {
                self.in_force.insert(event.evidence, false);
            }
            Event::PublicationMade(event) => self.publish(event),
            Event::CommentResolved(event) => self.resolve(event),
            _ => self.within(event),
        }
    }

    fn open(&mut self, event: &AssessmentOpened) {
        let twice = self.assessments.values().any(|seen| {
            !seen.over
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

    fn within(&mut self, event: &Event) {
        let Some(id) = event.assessment() else { return };
        let Some(seen) = self.assessments.get_mut(&id) else { return };
        match event {
            Event::AssessmentCancelled(_) => seen.over = true,
            Event::ScoreReviewed(event) => {
                if !seen.over && seen.sat.contains(&event.by) {
                    self.wrong.push(format!("{} scores {id}, on which they sat", event.by));
                }
                if !seen.over && seen.judged_comments.contains(&(event.statement, event.by)) {
                    let (by, statement) = (event.by, event.statement);
                    self.wrong.push(format!("{by} scores {statement}, on which they judged"));
                }
                let cell = (event.statement, event.category);
                seen.scores.insert(cell, (event.score, event.evidence.clone()));
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
            Event::DraftWritten(event) => {
                seen.passages.insert(event.passage);
            }
            Event::DraftShared(event) => {
                seen.windows.insert(event.recipient, (event.due_on, false));
            }
            Event::DraftExtended(event) => {
                seen.windows.insert(event.recipient, (event.due_on, false));
            }
            Event::DraftConfirmed(event) => {
                seen.windows.entry(event.recipient).and_modify(|window| window.1 = true);
            }
            Event::CommentSubmitted(event) => {
                seen.comments.insert(event.comment, (event.clone(), false));
            }
            _ => {}
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

    fn publish(&mut self, event: &PublicationMade) {
        let id = event.assessment;
        self.publications += 1;
        let Some(seen) = self.assessments.get_mut(&id) else {
            return self.wrong.push(format!("{id} was never opened"));
        };
        let mut wrong = |what: String| self.wrong.push(format!("{id} is published: {what}"));
        if seen.over {
            wrong("it was over".to_owned());
        }
        seen.over = true;
        let framework = &self.frameworks[&seen.framework.expect("it was opened")];
        for (_, statement) in framework.statements() {
            let required = &statement.required_categories.value;
            let by_category =
                framework.scoring.method.value == assessment::framework::Method::Category;
            let cells: Vec<Cell> = match by_category {
                true => required.iter().map(|it| (statement.id, Some(*it))).collect(),
                false => vec![(statement.id, None)],
            };
            for cell in cells {
                let Some((score, evidence)) = seen.scores.get(&cell) else {
                    wrong(format!("{cell:?} has no score"));
                    continue;
                };
                if !evidence.iter().any(|id| self.in_force.get(id) == Some(&true)) {
                    wrong(format!("{cell:?} rests on nothing"));
                }
                let panel = framework.process.panel.first_publication.value;
                let stands = seen.panel.as_ref().and_then(|panel| panel.get(&cell));
                if panel && stands != Some(score) {
                    wrong(format!("{cell:?} is {score}, and the panel stands by {stands:?}"));
                }
            }
        }
        for recipient in &framework.process.recipients.value {
            match seen.windows.get(recipient) {
                Some((_, true)) => {}
                Some((due_on, false)) if *due_on < event.published_on => {}
                window => wrong(format!("the time of {recipient} is {window:?}")),
            }
        }
        for (comment, (_, resolved)) in &seen.comments {
            if !resolved {
                wrong(format!("{comment} is open"));
            }
        }
        for passage in framework.process.passages(framework) {
            if !seen.passages.contains(&passage) {
                wrong(format!("{passage} was never written"));
            }
        }
    }
}

impl Seen {
    fn settle(&mut self, scores: &[PanelScore]) {
        for decided in scores {
            let cell = (decided.statement, decided.category);
            if let Some(panel) = &mut self.panel {
                panel.insert(cell, decided.score);
            }
            if let Some((score, _)) = self.scores.get_mut(&cell) {
                *score = decided.score;
            }
        }
    }
}

fn sits_on_own(seen: &Seen, members: &[PersonId], id: AssessmentId) -> Vec<String> {
    let scored = |member: &&PersonId| seen.scorers.iter().any(|(_, by)| by == *member);
    let own = members.iter().filter(scored);
    own.map(|member| format!("{member} sits on {id}, which they scored")).collect()
}
