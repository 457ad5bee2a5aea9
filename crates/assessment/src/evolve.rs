//! What the rules know after an event.

use crate::AssessmentId;
use crate::event::*;
use crate::state::*;
use std::collections::{BTreeMap, BTreeSet};

/// The state after an event; it never fails and decides nothing.
///
/// An event about something that the state does not hold changes nothing: the state may be partial.
/// A strike-out notes what it took from a publication; the rest is [replayed](crate::replay)
/// without the void record.
pub fn evolve(mut state: State, event: &Event) -> State {
    match event {
        Event::LedgerOpened(event) => state.origin = Some(event.origin.clone()),
        Event::LedgerKeyRecorded(event) => state.ledger_keys.push(event.key.clone()),
        Event::LedgerKeyRotated(event) => state.ledger_keys.push(event.key.clone()),
        Event::FrameworkAdopted(adopted) => {
            state.frameworks.insert(adopted.framework.id, (*adopted.framework).clone());
            state.follow_sample(event);
        }
        Event::ProcessRevised(event) => {
            state.revisions.entry(event.framework).or_default().push(event.clone());
        }
        Event::PanelConvened(event) => {
            state.panels.insert(event.panel, event.clone());
        }
        Event::CalendarAdded(event) => state.calendar.add(event),
        Event::NationalReportPublished(event) => {
            state.national.insert(event.national, event.clone());
        }
        Event::SampleCommitted(_)
        | Event::SampleSeeded(_)
        | Event::SampleDrawn(_)
        | Event::SampleItemScored(_)
        | Event::SampleItemJudged(_) => state.follow_sample(event),
        Event::OrganisationRegistered(event) => {
            let organisation = Organisation {
                facts: event.clone(),
                successor: None,
                area: Vec::new(),
                attributed: BTreeSet::new(),
                finance: BTreeMap::new(),
            };
            state.organisations.insert(event.code, organisation);
        }
        Event::AssessmentOpened(event) => {
            let assessment = Assessment::new(event.framework, event.kind, Some(event.opened_on));
            state.assessments.insert(event.assessment, assessment);
        }
        Event::PublicationImported(event) => {
            let assessment = Assessment::new(event.framework, event.kind, None);
            state.assessments.entry(event.assessment).or_insert(assessment).take_import(event);
        }
        Event::EvidenceRequested(event) => {
            state.requests.insert(event.request, event.clone());
        }
        Event::EvidenceSubmitted(event) => {
            let evidence = Evidence { facts: event.clone(), withdrawn: None, erased: None };
            state.evidence.insert(event.evidence, evidence);
        }
        _ => state.follow(event),
    }
    state
}

impl State {
    /// Takes in an event about something that is there already, as far as this state holds it.
    fn follow(&mut self, event: &Event) {
        if let Some(id) = event.assessment()
            && self.assessments.contains_key(&id)
        {
            return self.follow_within(id, event);
        }
        match event {
            Event::EvidenceWithdrawn(event) => {
                if let Some(evidence) = self.evidence.get_mut(&event.evidence) {
                    evidence.withdrawn = Some(event.clone());
                }
            }
            Event::EvidenceErased(event) => {
                if let Some(evidence) = self.evidence.get_mut(&event.evidence) {
                    evidence.erased = Some(event.clone());
                }
            }
            _ => {
                let code = event.organisation();
                if let Some(body) = code.and_then(|code| self.organisations.get_mut(&code)) {
                    body.follow(event);
                }
            }
        }
    }

    /// Takes in an event within an assessment, with the duty that it raises.
    fn follow_within(&mut self, id: AssessmentId, event: &Event) {
        // Whether a panel was to sit on a publication is asked before it counts as made.
        let publishes = matches!(event, Event::PublicationMade(_) | Event::PublicationReissued(_));
        if publishes {
            self.note_duty(id, event);
        }
        if let Some(assessment) = self.assessments.get_mut(&id) {
            assessment.follow(event);
        }
        if !publishes {
            self.note_duty(id, event);
        }
    }
}

impl OrganisationRegistered {
    /// Takes over what an amendment changes.
    pub fn amend(&mut self, event: &OrganisationAmended) {
        if !event.aliases.is_empty() {
            self.aliases = event.aliases.clone();
        }
        if let Some(name) = &event.name {
            self.name = name.clone();
            self.name_basis = NameBasis::Stated;
        }
        if let Some(official_name) = &event.official_name {
            self.official_name = Some(official_name.clone());
        }
        if let Some(region) = &event.region {
            self.region = Some(region.clone());
        }
    }
}

impl Organisation {
    /// Takes in an event about the body, or, of a membership, about its area.
    fn follow(&mut self, event: &Event) {
        match event {
            Event::OrganisationAmended(event) => self.facts.amend(event),
            Event::OrganisationSucceeded(event) => {
                self.successor = Some(Successor { into: event.into, on: event.on });
            }
            Event::AreaMemberAdded(event) => {
                let (authority, from) = (event.authority, event.from);
                self.area.push(Membership { authority, from, to: None });
            }
            Event::AreaMemberEnded(event) => {
                let mut area = self.area.iter_mut();
                let is_open =
                    |it: &&mut Membership| it.authority == event.authority && it.to.is_none();
                if let Some(membership) = area.find(is_open) {
                    membership.to = Some(event.to);
                }
            }
            Event::EvidenceAttributed(event) => {
                self.attributed.insert(event.evidence);
            }
            Event::FinanceRecorded(event) => {
                self.finance.insert(event.year, event.clone());
            }
            _ => {}
        }
    }
}

impl Assessment {
    fn take_import(&mut self, import: &PublicationImported) {
        self.framework = import.framework;
        self.kind = import.kind;
        self.judged.retain(|_, judged| !judged.imported);
        for cell in &import.scores {
            let judged = Judged {
                score: cell.score,
                scored: cell.score,
                on: import.published_on(),
                by: None,
                imported: true,
                evidence: Vec::new(),
                evidence_on: None,
            };
            self.judged.entry((cell.statement, None)).or_insert(judged);
        }
        self.import = Some(import.clone());
    }

    /// Takes in an event within the assessment.
    fn follow(&mut self, event: &Event) {
        match event {
            Event::ImportedPublicationReplaced(event) => self.take_import(&event.import),
            Event::ScoreReviewed(event) => self.judge(event),
            Event::AssessmentAmended(event) => {
                self.involved.extend(event.team.iter().map(|member| member.person));
                self.plan.amend(event);
            }
            Event::AssessmentCancelled(event) => self.cancelled = Some(event.clone()),
            Event::EvidenceUsed(event) => {
                self.used.insert(event.evidence, event.clone());
            }
            Event::PanelDecided(event) => {
                self.panel = Some(Panel {
                    panel: event.panel,
                    decided_on: event.decided_on,
                    settled_on: event.decided_on,
                    members: event.members.clone(),
                    scores: BTreeMap::new(),
                });
                self.involved.extend(&event.members);
                self.settle(&event.scores);
            }
            Event::PanelConfirmed(event) => {
                self.involved.extend(&event.members);
                self.settle(&event.scores);
                if let Some(panel) = &mut self.panel {
                    panel.settled_on = event.confirmed_on;
                    panel.members.extend(&event.members);
                }
                self.change();
            }
            Event::DraftWritten(event) => {
                self.drafts.insert(event.passage, event.clone());
                self.since.passages.insert(event.passage);
                self.change();
            }
            _ => self.follow_check(event),
        }
    }

    /// Takes in an event of the accuracy check.
    fn follow_check(&mut self, event: &Event) {
        match event {
            Event::DraftShared(event) => {
                let (shared_on, due_on) = (event.shared_on, event.due_on);
                let before = self.windows.get(&event.recipient);
                let first_shared_on = before.map_or(shared_on, |window| window.first_shared_on);
                let window = Window {
                    first_shared_on,
                    shared_on,
                    due_on,
                    confirmed_on: None,
                    changed_since: false,
                };
                self.windows.insert(event.recipient, window);
            }
            Event::DraftExtended(event) => {
                if let Some(window) = self.windows.get_mut(&event.recipient) {
                    (window.due_on, window.confirmed_on) = (event.due_on, None);
                }
            }
            Event::DraftConfirmed(event) => {
                let (recipient, on) = (event.recipient, event.confirmed_on);
                let now = self.windows.get_mut(&recipient).filter(|it| it.has_begun(on));
                if let Some(window) = now.or(self.past_windows.get_mut(&recipient)) {
                    window.confirmed_on = Some(on);
                }
            }
            Event::CommentSubmitted(event) => {
                self.comments.push(Comment { facts: event.clone(), resolved: None });
            }
            Event::CommentResolved(event) => {
                let mut comments = self.comments.iter_mut();
                if let Some(comment) = comments.find(|it| it.facts.comment == event.comment) {
                    comment.resolved = Some(event.clone());
                    self.involved.insert(event.by);
                }
            }
            _ => self.follow_publication(event),
        }
    }

    /// Takes in a publication, or what comes after one.
    fn follow_publication(&mut self, event: &Event) {
        match event {
            Event::PublicationMade(event) => self.publish(event),
            Event::PublicationReissued(event) => {
                self.publish(&event.made);
                self.reissues.insert(event.made.publication, event.clone());
            }
            Event::RecordStruckOut(event)
                if event.publication.is_some() && event.publication == self.last_publication() =>
            {
                let first = self.since.struck.entry(event.struck.clone());
                first.or_insert(event.struck_on);
            }
            Event::PublicationWithdrawn(event) => {
                self.withdrawn.insert(event.publication, event.clone());
            }
            Event::Section50Notified(event) => self.duty.letters.push(event.clone()),
            Event::ProcessReviewRequested(event) => {
                let facts = event.clone();
                self.process_reviews.push(ProcessReviewState { facts, decided: None });
            }
            Event::ProcessReviewDecided(event) => {
                let mut requests = self.process_reviews.iter_mut();
                let is_meant = |it: &&mut ProcessReviewState| {
                    it.facts.publication == event.publication && it.facts.declined.is_none()
                };
                if let Some(request) = requests.find(is_meant) {
                    request.decided = Some(event.clone());
                }
            }
            Event::ConflictRecorded(event) => {
                self.conflicts.insert(event.field, event.clone());
            }
            _ => {}
        }
    }

    fn judge(&mut self, event: &ScoreReviewed) {
        let judged = Judged {
            score: event.score,
            scored: event.score,
            on: event.reviewed_on,
            by: Some(event.by),
            imported: false,
            evidence: event.evidence.clone(),
            evidence_on: event.evidence_on,
        };
        self.judged.insert((event.statement, event.category), judged);
        self.since.cells.insert((event.statement, event.category));
        self.involved.insert(event.by);
        self.scorers.entry(event.statement).or_default().insert(event.by);
        self.change();
    }

    /// What comes after a publication is judged on what changes from then on, with an accuracy
    /// check of its own.
    fn publish(&mut self, made: &PublicationMade) {
        self.publications.push(made.clone());
        self.involved.insert(made.by);
        self.past_windows.append(&mut self.windows);
        self.since = Since::default();
    }

    /// Notes that what was shared is not what stands now.
    fn change(&mut self) {
        for window in self.windows.values_mut() {
            window.changed_since = true;
        }
    }

    /// Takes over the scores as a panel leaves them; the scorer's own stay beside them.
    fn settle(&mut self, scores: &[PanelScore]) {
        for decided in scores {
            let cell = (decided.statement, decided.category);
            self.since.cells.insert(cell);
            if let Some(judged) = self.judged.get_mut(&cell) {
                judged.score = decided.score;
            }
            if let Some(panel) = &mut self.panel {
                panel.scores.insert(cell, decided.score);
            }
        }
    }
}

impl Plan {
    fn amend(&mut self, event: &AssessmentAmended) {
        self.notice_on = event.notice_on.or(self.notice_on);
        self.information_return_on = event.information_return_on.or(self.information_return_on);
        self.site_visit_on = event.site_visit_on.or(self.site_visit_on);
        if !event.team.is_empty() {
            self.team = event.team.clone();
        }
    }
}
