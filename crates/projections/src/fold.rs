//! The fold: one record after the other, in order.

use crate::body::{Body, Membership, Successor};
use crate::cell::View;
use crate::history::Reissue;
use crate::reviewed::{Outcome, Reviewed};
use crate::row::{Flag, Flags, Status};
use crate::standing::{Reading, Standing};
use crate::transitions::{Cause, Moves, Ratings, Settled, Transition};
use assessment::event::{
    AdoptionReason, AssessmentKind, FrameworkAdopted, PanelScore, PublicationImported,
    PublicationMade, ScoreReviewed,
};
use assessment::framework::{Framework, Method};
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
    /// Why it was taken into use, where that was said.
    pub reason: Option<AdoptionReason>,
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
    ///
    /// Nor does a strike-out: what is void counts as if it had never been, so whoever holds
    /// projections [forgets](Self::forget) the body and replays what is in force.
    pub fn apply(&mut self, fact: &Fact<'_>) -> Vec<Effect> {
        self.take_in(fact, Reading::Judgements)
    }

    /// Forgets a body, so that it can be replayed.
    pub fn forget(&mut self, code: OrganisationCode) {
        self.bodies.remove(&code);
    }

    pub(crate) fn take_in(&mut self, fact: &Fact<'_>, reading: Reading) -> Vec<Effect> {
        match fact.event {
            Event::LedgerOpened(_) => vec![],
            Event::FrameworkAdopted(event) => self.adopt(event, fact.position),
            Event::OrganisationRegistered(event) => {
                self.bodies.insert(event.code, Body::new(event.clone(), fact.position));
                vec![]
            }
            Event::PublicationImported(event) => {
                self.publish(Release::Imported(event), fact.position, reading)
            }
            Event::ImportedPublicationReplaced(event) => {
                self.publish(Release::Imported(&event.import), fact.position, reading)
            }
            Event::PublicationMade(event) => {
                self.publish(Release::Made(event, None), fact.position, reading)
            }
            Event::PublicationReissued(event) => {
                let release = Release::Made(&event.made, Some(event.into()));
                self.publish(release, fact.position, reading)
            }
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
            Event::PublicationWithdrawn(_)
            | Event::ProcessReviewRequested(_)
            | Event::ProcessReviewDecided(_)
            | Event::ConflictRecorded(_) => self.remark(fact, reading),
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
            | Event::CalendarAdded(_)
            | Event::Section50Notified(_)
            | Event::FinanceRecorded(_)
            | Event::RecordStruckOut(_)
            | Event::NationalReportPublished(_)
            | Event::SampleCommitted(_)
            | Event::SampleSeeded(_)
            | Event::SampleDrawn(_)
            | Event::SampleItemScored(_)
            | Event::SampleItemJudged(_)
            | Event::LedgerKeyRecorded(_)
            | Event::LedgerKeyRotated(_) => vec![],
        }
    }

    fn adopt(&mut self, event: &FrameworkAdopted, position: u64) -> Vec<Effect> {
        let adopted = Adopted {
            framework: (*event.framework).clone(),
            adopted_on: event.adopted_on,
            reason: event.reason,
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

    /// What is said of something that was published, and moves no level: what was withdrawn is
    /// still where the next one moves from.
    fn remark(&mut self, fact: &Fact<'_>, reading: Reading) -> Vec<Effect> {
        let body = fact.organisation().and_then(|code| self.bodies.get_mut(&code));
        let standing = body
            .zip(fact.event.assessment())
            .and_then(|(body, assessment)| body.standings.get_mut(&assessment));
        let Some(standing) = standing else { return vec![] };
        match fact.event {
            Event::PublicationWithdrawn(event) => standing.withdraw(event, fact.position, reading),
            Event::ProcessReviewRequested(event) if event.declined.is_none() => {
                standing.process_reviews.insert(event.publication);
            }
            Event::ProcessReviewDecided(event) => {
                standing.process_reviews.remove(&event.publication);
            }
            Event::ConflictRecorded(event) if event.is_unresolved() => {
                standing.conflicts.insert(event.field);
            }
            Event::ConflictRecorded(event) => {
                standing.conflicts.remove(&event.field);
            }
            _ => {}
        }
        vec![]
    }

    fn publish(&mut self, release: Release<'_>, position: u64, reading: Reading) -> Vec<Effect> {
        let id = release.assessment();
        let Some(body) = self.bodies.get_mut(&id.organisation()) else { return vec![] };
        let Some(adopted) = self.frameworks.get(&release.framework_in(body)) else { return vec![] };
        let was = Was::of(body, &self.frameworks);
        let framework = &adopted.framework;
        let fresh = || Standing::new(id, framework, release.kind(), position);
        let standing = body.standings.entry(id).or_insert_with(fresh);
        let corrects = release.is_imported() && standing.publication.is_some();
        match release {
            Release::Imported(import) => standing.import(import, framework, position, reading),
            Release::Made(made, reissue) => {
                standing.release(made, reissue, framework, position);
                if reading == Reading::Publications {
                    standing.believe(made, position);
                }
            }
        }
        body.current = body.latest();
        if ![was.current, body.current].contains(&Some(id)) {
            // Older than what is known: it goes into history and displaces nothing.
            return vec![];
        }
        let Some(standing) = body.current().cloned() else { return vec![] };
        let Some(adopted) = self.frameworks.get(&standing.framework) else { return vec![] };
        let framework = &adopted.framework;
        let compares = was.worth == Some(standing.worth(framework));
        let other_method = was.method.is_some_and(|it| it != framework.scoring.method.value);
        let flags = flags(body, &standing, framework)
            .with(Flag::Corrected, corrects)
            .with(Flag::OtherMethod, compares && other_method);
        let cause = Cause { standing: &standing, framework, flags, position };
        let moves = if corrects && was.current == body.current {
            body.moves_of_correction(&cause, &was.seen, &was.stood)
        } else if was.current == Some(id) && compares {
            body.moves_of_update(&cause, &was.seen, &was.stood)
        } else if compares {
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
        let by = (&before, event.reviewed_on);
        let moves = moved_by(body, event.assessment, framework, by, position);
        [vec![Effect::Reviewed(reviewed)], moves].concat()
    }

    /// What a panel makes of a published assessment moves its levels, like a review.
    fn settle(
        &mut self,
        assessment: AssessmentId,
        scores: &[PanelScore],
        on: PartialDate,
        position: u64,
    ) -> Vec<Effect> {
        let body = self.bodies.get_mut(&assessment.organisation());
        let Some(body) = body else { return vec![] };
        let Some(standing) = body.standings.get_mut(&assessment) else { return vec![] };
        let Some(adopted) = self.frameworks.get(&standing.framework) else { return vec![] };
        let framework = &adopted.framework;
        let before = standing.ratings(framework, View::Judged);
        standing.settle(scores, on, framework, position);
        moved_by(body, assessment, framework, (&before, on), position)
    }
}

/// A publication: from before this ledger, or its own.
#[derive(Clone, Copy)]
enum Release<'a> {
    Imported(&'a PublicationImported),
    Made(&'a PublicationMade, Option<Reissue>),
}

impl Release<'_> {
    fn assessment(self) -> AssessmentId {
        match self {
            Self::Imported(import) => import.assessment,
            Self::Made(made, _) => made.assessment,
        }
    }

    /// The framework that it is taken in under. What followed an import stays under its own,
    /// whatever the import turns out to have been.
    fn framework_in(self, body: &Body) -> FrameworkId {
        match self {
            Self::Made(made, _) => made.framework,
            Self::Imported(import) => {
                let standing = body.standings.get(&import.assessment);
                let followed = standing.filter(|it| it.goes_beyond(import.publication));
                followed.map_or(import.framework, |it| it.framework)
            }
        }
    }

    fn kind(self) -> AssessmentKind {
        match self {
            Self::Imported(import) => import.kind,
            Self::Made(made, _) => made.kind,
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
    worth: Option<Status>,
    method: Option<Method>,
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
            worth: Some(standing.worth(framework)),
            method: Some(framework.scoring.method.value),
            seen: standing.ratings(framework, View::Published),
            stood: standing.stood(framework),
        }
    }
}

/// What a reader must know of every move of an assessment.
fn flags(body: &Body, standing: &Standing, framework: &Framework) -> Flags {
    let indicative = standing.worth(framework) == Status::Indicative;
    standing.lasting_flags(body).with(Flag::Indicative, indicative)
}

/// The moves of a later judgement: `before` it, and of which day. Before the first publication
/// scores are work in progress, and history moves nothing.
fn moved_by(
    body: &mut Body,
    assessment: AssessmentId,
    framework: &Framework,
    (before, on): (&Ratings, PartialDate),
    position: u64,
) -> Vec<Effect> {
    let Some(standing) = body.standings.get(&assessment).cloned() else { return vec![] };
    if standing.publication.is_none() || body.current != Some(assessment) {
        return vec![];
    }
    let flags = flags(body, &standing, framework);
    let cause = Cause { standing: &standing, framework, flags, position };
    effects(body.moves_of_review(&cause, before, on))
}

fn effects(moves: Moves) -> Vec<Effect> {
    let settled = moves.settled.into_iter().map(Effect::Settled);
    settled.chain(moves.moved.into_iter().map(Effect::Moved)).collect()
}
