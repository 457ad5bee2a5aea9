//! What a score rests on: the records that gave it, one after the other.

use super::Node;
use super::step::{Evidence, Given, Panel, Review, Step};
use crate::cell::Judgement;
use crate::fold::Fact;
use assessment::event::{PanelScore, ScoreReviewed};
use assessment::scoring::Score;
use assessment::{
    AssessmentId, CategoryId, Event, EvidenceId, PanelId, PartialDate, PersonId, StatementId,
};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

/// What has a score: a quality statement, or one evidence category of it.
pub(super) type Cell = (StatementId, Option<CategoryId>);

/// The records that an assessment rests on, in force, by position.
pub(super) struct Records<'a> {
    events: BTreeMap<u64, &'a Event>,
    assessment: AssessmentId,
    /// The record that began the assessment: what says something of it before is not followed.
    began: u64,
}

/// What a score rests on.
pub(super) struct Ground {
    pub(super) given: Given,
    /// The records that state it.
    pub(super) positions: Vec<u64>,
    /// The reviews and panel decisions that led there, oldest first.
    pub(super) from: Vec<Node>,
}

/// A record that gave a score, or decided on one.
struct Entry<'a> {
    position: u64,
    what: Entered<'a>,
}

enum Entered<'a> {
    Review(&'a ScoreReviewed),
    Panel(Sitting<'a>, &'a PanelScore),
}

/// A panel's decision, or that it confirmed what had changed since.
struct Sitting<'a> {
    panel: PanelId,
    members: &'a [PersonId],
    on: PartialDate,
}

impl<'a> Records<'a> {
    pub(super) fn new(facts: &[Fact<'a>], assessment: AssessmentId, began: u64) -> Self {
        let events = facts.iter().map(|fact| (fact.position, fact.event)).collect();
        Self { events, assessment, began }
    }

    /// A record's position, as a list: empty where nothing is known of it, as of what is public.
    pub(super) fn stated(&self, position: u64) -> Vec<u64> {
        self.events.contains_key(&position).then_some(position).into_iter().collect()
    }

    /// A record.
    pub(super) fn event(&self, position: u64) -> Option<&'a Event> {
        self.events.get(&position).copied()
    }

    /// The last record that is meant.
    pub(super) fn last(&self, is_meant: impl Fn(&Event) -> bool) -> Option<(u64, &'a Event)> {
        let mut events = self.events.iter().rev();
        events.find(|(_, event)| is_meant(event)).map(|(position, event)| (*position, *event))
    }

    /// A piece of evidence: what the records say of it, and where this assessment uses it.
    fn evidence(&self, id: EvidenceId) -> Node {
        let mut evidence = Evidence::unknown(id);
        let mut positions = Vec::new();
        for (position, event) in &self.events {
            if evidence.note(event) || is_use(event, self.assessment, id) {
                positions.push(*position);
            }
        }
        Node { step: Step::Evidence(evidence), positions, from: vec![] }
    }

    /// What a judgement rests on: the last review before it, and the panel decisions since that
    /// adjusted or confirmed it.
    pub(super) fn ground(&self, cell: Cell, judgement: Judgement) -> Option<Ground> {
        let at = judgement.position;
        let given = match self.event(at)? {
            Event::ScoreReviewed(_) => Given::Reviewed,
            Event::PanelDecided(_) | Event::PanelConfirmed(_) => Given::Adjusted,
            event if is_import(event, self.assessment) => Given::Imported,
            _ => return None,
        };
        let entries = self.entries(cell);
        let reviewed = entries.iter().rposition(|it| it.position <= at && it.is_review());
        let mut positions = vec![at];
        let first = match reviewed {
            Some(index) => index,
            None => {
                let import = self.import_by(at);
                positions.extend(import.filter(|import| *import != at));
                let since = import.unwrap_or(self.began);
                entries.partition_point(|it| it.position <= since)
            }
        };
        let is_later = |it: &&Entry<'_>| it.position > at && !it.confirms(judgement.score);
        let led = entries[first..].iter().take_while(|it| !is_later(it));
        positions.sort_unstable();
        Some(Ground { given, positions, from: led.map(|it| self.node(it)).collect() })
    }

    /// How a score stood once a record was taken in: the judgement that counted then.
    pub(super) fn judged_at(&self, cell: Cell, at: u64) -> Option<Judgement> {
        let mut judged: Option<Judgement> = None;
        for entry in self.entries(cell).into_iter().take_while(|entry| entry.position <= at) {
            judged = match (entry.what, judged) {
                (Entered::Review(event), _) => Some(Judgement::reviewed(event, entry.position)),
                (Entered::Panel(_, score), Some(known)) => {
                    Some(known.settled(score, entry.position))
                }
                (Entered::Panel(..), None) => None,
            };
        }
        judged
    }

    fn entries(&self, cell: Cell) -> Vec<Entry<'a>> {
        let since = self.events.range((Excluded(self.began), Unbounded));
        since.filter_map(|(position, event)| self.entry(*position, event, cell)).collect()
    }

    fn entry(&self, position: u64, event: &'a Event, cell: Cell) -> Option<Entry<'a>> {
        if event.assessment() != Some(self.assessment) {
            return None;
        }
        let (sitting, scores) = match event {
            Event::ScoreReviewed(event) => {
                let what = Entered::Review(event);
                return ((event.statement, event.category) == cell)
                    .then_some(Entry { position, what });
            }
            Event::PanelDecided(it) => {
                (Sitting { panel: it.panel, members: &it.members, on: it.decided_on }, &it.scores)
            }
            Event::PanelConfirmed(it) => {
                (Sitting { panel: it.panel, members: &it.members, on: it.confirmed_on }, &it.scores)
            }
            _ => return None,
        };
        let score = scores.iter().find(|score| (score.statement, score.category) == cell)?;
        Some(Entry { position, what: Entered::Panel(sitting, score) })
    }

    /// The last import of the assessment up to a record.
    fn import_by(&self, position: u64) -> Option<u64> {
        let mut before = self.events.range((Unbounded, Included(position))).rev();
        before.find(|(_, event)| is_import(event, self.assessment)).map(|(position, _)| *position)
    }

    fn node(&self, entry: &Entry<'_>) -> Node {
        let positions = vec![entry.position];
        match &entry.what {
            Entered::Review(event) => {
                let from = event.evidence.iter().map(|id| self.evidence(*id)).collect();
                Node { step: Step::Review((*event).into()), positions, from }
            }
            Entered::Panel(sitting, score) => {
                let step = Step::Panel(Panel {
                    panel: sitting.panel,
                    members: sitting.members.to_vec(),
                    decided_on: sitting.on,
                    scored: score.scored,
                    score: score.score,
                    reason: score.reason,
                });
                Node { step, positions, from: vec![] }
            }
        }
    }
}

impl Entry<'_> {
    fn is_review(&self) -> bool {
        matches!(self.what, Entered::Review(_))
    }

    /// Whether a panel left this score as it was.
    fn confirms(&self, known: Score) -> bool {
        matches!(self.what, Entered::Panel(_, score) if score.score == known)
    }
}

impl From<&ScoreReviewed> for Review {
    fn from(event: &ScoreReviewed) -> Self {
        Self {
            score: event.score,
            previous: event.previous,
            by: event.by,
            role: event.role,
            reviewed_on: event.reviewed_on,
            reason: event.reason,
            comment: event.comment,
            evidence: event.evidence.clone(),
        }
    }
}

impl Evidence {
    /// A review may name what is known of no record here, of a question about an earlier day.
    fn unknown(evidence: EvidenceId) -> Self {
        Self {
            evidence,
            category: None,
            commitment: None,
            sealed: None,
            collected_on: None,
            received_on: None,
            withdrawn_on: None,
            withdrawal_reason: None,
            erased_on: None,
            legal_basis: None,
        }
    }

    /// Takes in what a record says of it; whether it says something.
    fn note(&mut self, event: &Event) -> bool {
        match event {
            Event::EvidenceSubmitted(it) if it.evidence == self.evidence => {
                self.category = Some(it.category);
                self.commitment = Some(it.content.commitment);
                self.sealed = Some(it.content.sealed);
                (self.collected_on, self.received_on) =
                    (Some(it.collected_on), Some(it.received_on));
            }
            Event::EvidenceWithdrawn(it) if it.evidence == self.evidence => {
                (self.withdrawn_on, self.withdrawal_reason) =
                    (Some(it.withdrawn_on), Some(it.reason));
            }
            Event::EvidenceErased(it) if it.evidence == self.evidence => {
                (self.erased_on, self.legal_basis) = (Some(it.erased_on), Some(it.legal_basis));
            }
            _ => return false,
        }
        true
    }
}

fn is_import(event: &Event, assessment: AssessmentId) -> bool {
    matches!(event, Event::PublicationImported(_) | Event::ImportedPublicationReplaced(_))
        && event.assessment() == Some(assessment)
}

fn is_use(event: &Event, assessment: AssessmentId, id: EvidenceId) -> bool {
    matches!(event, Event::EvidenceUsed(it) if (it.assessment, it.evidence) == (assessment, id))
}
