//! The fold: one record after the other, in order.

use crate::body::{Body, Membership, Successor};
use crate::cell::View;
use crate::reviewed::{Outcome, Reviewed};
use crate::row::{Flag, Flags, Status};
use crate::standing::Standing;
use crate::transitions::{Cause, Moves, Ratings, Settled, Transition};
use assessment::event::{
    AssessmentKind, FrameworkAdopted, PanelScore, PublicationImported, PublicationMade,
    ScoreReviewed,
};
use assessment::framework::Framework;
use assessment::{AssessmentId, Event, FrameworkId, OrganisationCode, PartialDate};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A record, as projections see it.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    /// Where it stands in the journal.
    pub position: u64,
    /// What happened.
    pub event: &'a Event,
}

/// A framework, as this ledger adopted it.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopted {
    /// The framework.
    pub framework: Framework,
    /// From when on it was in use.
    pub adopted_on: PartialDate,
    /// BLAKE3 of its scoring part.
    pub scoring_digest: String,
    /// BLAKE3 of its process part.
    pub process_digest: String,
    /// The record that adopted it.
    pub position: u64,
}

/// What the records add up to, as far as it has been loaded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projections {
    /// The adopted frameworks.
    pub frameworks: BTreeMap<FrameworkId, Adopted>,
    /// The bodies.
    pub bodies: BTreeMap<OrganisationCode, Body>,
}

/// A row that grows with the journal, and so is not kept in a [`Body`].
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A review, after all that the body has had.
    Reviewed(Reviewed),
    /// A move, after all that the body has had.
    Moved(Transition),
    /// What became of an earlier move.
    Settled(Settled),
}

impl Fact<'_> {
    /// The organisation that it is about, if it is about one.
    pub fn organisation(&self) -> Option<OrganisationCode> {
        self.event.organisation()
    }

    /// Whether it had happened by the end of `day`; what only says what the world is like holds
    /// at any date.
    pub fn happened_by(&self, day: NaiveDate) -> bool {
        let dated = self.event.occurred_on().filter(|_| !self.event.is_reference());
        dated.is_none_or(|date| date.happened_by(day))
    }
}

impl Projections {
    /// Takes in the next record. The body that it is about must have been loaded, if there is one.
    ///
    /// A record about something unknown changes nothing: of a part of the journal (`--effective`)
    /// a review may be there without its assessment.
    pub fn apply(&mut self, fact: &Fact<'_>) -> Vec<Effect> {
        match fact.event {
            Event::LedgerOpened(_) => vec![],
            Event::FrameworkAdopted(event) => self.adopt(event, fact.position),
            Event::OrganisationRegistered(event) => {
                self.bodies.insert(event.code, Body::new(event.clone(), fact.position));
                vec![]
            }
            Event::PublicationImported(event) => {
                self.publish(Release::Imported(event), fact.position)
            }
            Event::ImportedPublicationReplaced(event) => {
                self.publish(Release::Imported(&event.import), fact.position)
            }
            Event::PublicationMade(event) => self.publish(Release::Made(event), fact.position),
            Event::ScoreReviewed(event) => self.review(event, fact.position),
            Event::PanelDecided(event) => {
                self.settle(event.assessment, &event.scores, event.decided_on, fact.position)
            }
            Event::PanelConfirmed(event) => {
                self.settle(event.assessment, &event.scores, event.confirmed_on, fact.position)
            }
            Event::AssessmentOpened(_)
            | Event::AssessmentCancelled(_)
            | Event::OrganisationAmended(_)
            | Event::OrganisationSucceeded(_)
            | Event::AreaMemberAdded(_)
            | Event::AreaMemberEnded(_) => self.describe(fact),
            Event::AssessmentAmended(_)
            | Event::EvidenceRequested(_)
            | Event::EvidenceSubmitted(_)
            | Event::EvidenceAttributed(_)
            | Event::EvidenceUsed(_)
            | Event::EvidenceWithdrawn(_)
            | Event::EvidenceErased(_)
            | Event::ProcessRevised(_)
            | Event::PanelConvened(_)
            | Event::DraftWritten(_)
            | Event::DraftShared(_)
            | Event::DraftExtended(_)
            | Event::DraftConfirmed(_)
            | Event::CommentSubmitted(_)
            | Event::CommentResolved(_)
            | Event::CalendarAdded(_) => vec![],
        }
    }

    fn adopt(&mut self, event: &FrameworkAdopted, position: u64) -> Vec<Effect> {
        let adopted = Adopted {
            framework: (*event.framework).clone(),
            adopted_on: event.adopted_on,
            scoring_digest: event.scoring_digest.clone(),
            process_digest: event.process_digest.clone(),
            position,
        };
        self.frameworks.insert(event.framework.id, adopted);
        vec![]
    }

    /// What changes a body without touching a score.
    fn describe(&mut self, fact: &Fact<'_>) -> Vec<Effect> {
        let position = fact.position;
        let body = fact.organisation().and_then(|code| self.bodies.get_mut(&code));
        let Some(body) = body else { return vec![] };
        match fact.event {
            Event::OrganisationAmended(event) => body.facts.amend(event),
            Event::OrganisationSucceeded(event) => {
                body.successor = Some(Successor { into: event.into, on: event.on, position });
            }
            Event::AreaMemberAdded(event) => {
                let (authority, from) = (event.authority, event.from);
                body.area.push(Membership { authority, from, to: None, position });
            }
            Event::AreaMemberEnded(event) => {
                let mut area = body.area.iter_mut();
                let is_open =
                    |m: &&mut Membership| m.authority == event.authority && m.to.is_none();
                if let Some(membership) = area.find(is_open) {
                    (membership.to, membership.position) = (Some(event.to), position);
                }
            }
            Event::AssessmentOpened(event) => {
                let Some(adopted) = self.frameworks.get(&event.framework) else { return vec![] };
                let framework = &adopted.framework;
                let mut standing = Standing::new(event.assessment, framework, event.kind, position);
                standing.opened_on = Some(event.opened_on);
                body.standings.insert(event.assessment, standing);
                body.current = body.latest();
            }
            Event::AssessmentCancelled(event) => {
                if let Some(standing) = body.standings.get_mut(&event.assessment) {
                    standing.cancelled_on = Some(event.cancelled_on);
                }
                body.current = body.latest();
            }
            _ => {}
        }
        vec![]
    }

    fn publish(&mut self, release: Release<'_>, position: u64) -> Vec<Effect> {
        let id = release.assessment();
        let Some(body) = self.bodies.get_mut(&id.organisation()) else { return vec![] };
        let Some(adopted) = self.frameworks.get(&release.framework()) else { return vec![] };
        let was = Was::of(body, &self.frameworks);
        let framework = &adopted.framework;
        let fresh = || Standing::new(id, framework, release.kind(), position);
        let standing = body.standings.entry(id).or_insert_with(fresh);
        let corrects = release.is_imported() && standing.publication.is_some();
        match release {
            Release::Imported(import) => standing.import(import, framework, position),
            Release::Made(made) => standing.release(made, position),
        }
        body.current = body.latest();
        if ![was.current, body.current].contains(&Some(id)) {
            // Older than what is known: it goes into history and displaces nothing.
            return vec![];
        }
        let Some(standing) = body.current().cloned() else { return vec![] };
        let Some(adopted) = self.frameworks.get(&standing.framework) else { return vec![] };
        let framework = &adopted.framework;
        let flags = flags(body, &standing, framework).with(Flag::Corrected, corrects);
        let cause = Cause { standing: &standing, framework, flags, position };
        let moves = if corrects && was.current == body.current {
            body.moves_of_correction(&cause, &was.seen, &was.stood)
        } else if was.status == Some(standing.status(framework)) {
            body.moves_of_publication(&cause, &was.stood)
        } else {
            // An indicative rating is no award, so a formal one after it is the first.
            body.moves_of_publication(&cause, &Ratings::new())
        };
        effects(moves)
    }

    fn review(&mut self, event: &ScoreReviewed, position: u64) -> Vec<Effect> {
        let body = self.bodies.get_mut(&event.assessment.organisation());
        let Some(body) = body else { return vec![] };
        let Some(standing) = body.standings.get_mut(&event.assessment) else { return vec![] };
        let Some(adopted) = self.frameworks.get(&standing.framework) else { return vec![] };
        let framework = &adopted.framework;
        let before = standing.ratings(framework, View::Judged);
        let Some(review) = standing.review(event, framework, position) else { return vec![] };
        let reviewed = Reviewed {
            framework: framework.id,
            statement: event.statement,
            reviewed_on: event.reviewed_on,
            score: review.score,
            outcome: Some(if review.changed { Outcome::Changed } else { Outcome::Unchanged }),
            by: Some(event.by),
            position,
        };
        body.reviews += 1;
        let mut all = vec![Effect::Reviewed(reviewed)];
        // Before the first publication scores are work in progress, and history moves nothing.
        if standing.publication.is_some() && body.current == Some(event.assessment) {
            let standing = standing.clone();
            let flags = flags(body, &standing, framework);
            let cause = Cause { standing: &standing, framework, flags, position };
            all.extend(effects(body.moves_of_review(&cause, &before, event.reviewed_on)));
        }
        all
    }

    /// A panel sits on an assessment only before its first publication, so it moves nothing.
    fn settle(
        &mut self,
        assessment: AssessmentId,
        scores: &[PanelScore],
        on: PartialDate,
        position: u64,
    ) -> Vec<Effect> {
        let body = self.bodies.get_mut(&assessment.organisation());
        let standing = body.and_then(|body| body.standings.get_mut(&assessment));
        let Some(standing) = standing else { return vec![] };
        if let Some(adopted) = self.frameworks.get(&standing.framework) {
            standing.settle(scores, on, &adopted.framework, position);
        }
        vec![]
    }
}

/// A publication: from before this ledger, or its own.
#[derive(Clone, Copy)]
enum Release<'a> {
    Imported(&'a PublicationImported),
    Made(&'a PublicationMade),
}

impl Release<'_> {
    fn assessment(self) -> AssessmentId {
        match self {
            Self::Imported(import) => import.assessment,
            Self::Made(made) => made.assessment,
        }
    }

    fn framework(self) -> FrameworkId {
        match self {
            Self::Imported(import) => import.framework,
            Self::Made(made) => made.framework,
        }
    }

    fn kind(self) -> AssessmentKind {
        match self {
            Self::Imported(import) => import.kind,
            Self::Made(made) => made.kind,
        }
    }

    fn is_imported(self) -> bool {
        matches!(self, Self::Imported(_))
    }
}

/// How the current assessment of a body stood before a publication, once it was published itself.
#[derive(Default)]
struct Was {
    current: Option<AssessmentId>,
    status: Option<Status>,
    seen: Ratings,
    stood: Ratings,
}

impl Was {
    fn of(body: &Body, frameworks: &BTreeMap<FrameworkId, Adopted>) -> Self {
        let published = body.current().filter(|standing| standing.publication.is_some());
        let adopted = published.and_then(|standing| frameworks.get(&standing.framework));
        let (Some(standing), Some(Adopted { framework, .. })) = (published, adopted) else {
            return Self::default();
        };
        Self {
            current: Some(standing.assessment),
            status: Some(standing.status(framework)),
            seen: standing.ratings(framework, View::Published),
            stood: standing.stood(framework),
        }
    }
}

/// What a reader must know of every move of an assessment.
fn flags(body: &Body, standing: &Standing, framework: &Framework) -> Flags {
    let indicative = standing.status(framework) == Status::Indicative;
    standing.flags(body).with(Flag::Indicative, indicative)
}

fn effects(moves: Moves) -> Vec<Effect> {
    let settled = moves.settled.into_iter().map(Effect::Settled);
    settled.chain(moves.moved.into_iter().map(Effect::Moved)).collect()
}
