//! What the rules need to know: the state that decisions are made on, folded from the events.

use crate::event::*;
use crate::framework::Framework;
use crate::scoring::Score;
use crate::{AssessmentId, CategoryId, FrameworkId, OrganisationCode, PartialDate, StatementId};
use std::collections::BTreeMap;

/// The state that decisions are made on; it may hold only the part that a decision needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    pub(crate) frameworks: BTreeMap<FrameworkId, Framework>,
    pub(crate) organisations: BTreeMap<OrganisationCode, Organisation>,
    pub(crate) assessments: BTreeMap<AssessmentId, Assessment>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Organisation {
    pub(crate) facts: OrganisationRegistered,
    pub(crate) successor: Option<Successor>,
    /// Memberships of a system's area, in order of recording.
    pub(crate) area: Vec<Membership>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Successor {
    pub(crate) into: OrganisationCode,
    pub(crate) on: PartialDate,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Membership {
    pub(crate) authority: OrganisationCode,
    pub(crate) from: PartialDate,
    pub(crate) to: Option<PartialDate>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assessment {
    pub(crate) framework: FrameworkId,
    pub(crate) kind: AssessmentKind,
    pub(crate) opened_on: Option<PartialDate>,
    pub(crate) import: Option<PublicationImported>,
    pub(crate) judged: BTreeMap<(StatementId, Option<CategoryId>), Judged>,
}

/// The latest judgement, by order of recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Judged {
    pub(crate) score: Score,
    pub(crate) on: PartialDate,
    /// It came with the import, so that a corrected import takes its place.
    pub(crate) imported: bool,
}

impl State {
    /// The assessment of an organisation that was published last, which a review is about unless
    /// it says otherwise. Of two published at the same time the one recorded later counts.
    pub fn last_published(&self, organisation: OrganisationCode) -> Option<AssessmentId> {
        self.assessments_of(organisation)
            .filter_map(|(id, assessment)| Some((assessment.import.as_ref()?.published_on(), id)))
            .max_by(|(on, id), (other_on, other)| {
                (on, id.recording_order()).cmp(&(other_on, other.recording_order()))
            })
            .map(|(_, id)| id)
    }

    /// The id that the next assessment of an organisation gets in a year.
    pub(crate) fn next_assessment(
        &self,
        organisation: OrganisationCode,
        year: i32,
    ) -> AssessmentId {
        let so_far = self.assessments_of(organisation).filter(|(id, _)| id.year() == year).count();
        AssessmentId::derive(organisation, year, so_far)
    }

    pub(crate) fn assessments_of(
        &self,
        organisation: OrganisationCode,
    ) -> impl Iterator<Item = (AssessmentId, &Assessment)> {
        let first = AssessmentId::derive(organisation, 1000, 0);
        self.assessments
            .range(first..)
            .take_while(move |(id, _)| id.organisation() == organisation)
            .map(|(id, assessment)| (*id, assessment))
    }
}

/// The state after an event; it never fails and decides nothing.
///
/// An event about something that the state does not hold changes nothing: the state may be partial.
pub fn evolve(mut state: State, event: &Event) -> State {
    match event {
        Event::LedgerOpened(_) => {}
        Event::FrameworkAdopted(event) => {
            state.frameworks.insert(event.framework.id, (*event.framework).clone());
        }
        Event::OrganisationRegistered(event) => {
            let organisation =
                Organisation { facts: event.clone(), successor: None, area: Vec::new() };
            state.organisations.insert(event.code, organisation);
        }
        Event::OrganisationAmended(event) => {
            if let Some(organisation) = state.organisations.get_mut(&event.code) {
                organisation.facts.amend(event);
            }
        }
        Event::OrganisationSucceeded(event) => {
            if let Some(organisation) = state.organisations.get_mut(&event.code) {
                organisation.successor = Some(Successor { into: event.into, on: event.on });
            }
        }
        Event::AreaMemberAdded(event) => {
            if let Some(system) = state.organisations.get_mut(&event.system) {
                let (authority, from) = (event.authority, event.from);
                system.area.push(Membership { authority, from, to: None });
            }
        }
        Event::AreaMemberEnded(event) => {
            if let Some(system) = state.organisations.get_mut(&event.system)
                && let Some(membership) = system.open_membership(event.authority)
            {
                membership.to = Some(event.to);
            }
        }
        Event::AssessmentOpened(event) => {
            let assessment = Assessment {
                framework: event.framework,
                kind: event.kind,
                opened_on: Some(event.opened_on),
                import: None,
                judged: BTreeMap::new(),
            };
            state.assessments.insert(event.assessment, assessment);
        }
        Event::PublicationImported(event) => {
            let assessment = Assessment {
                framework: event.framework,
                kind: event.kind,
                opened_on: None,
                import: None,
                judged: BTreeMap::new(),
            };
            state.assessments.entry(event.assessment).or_insert(assessment).take_import(event);
        }
        Event::ImportedPublicationReplaced(event) => {
            if let Some(assessment) = state.assessments.get_mut(&event.import.assessment) {
                assessment.take_import(&event.import);
            }
        }
        Event::ScoreReviewed(event) => {
            if let Some(assessment) = state.assessments.get_mut(&event.assessment) {
                let judged = Judged { score: event.score, on: event.reviewed_on, imported: false };
                assessment.judged.insert((event.statement, event.category), judged);
            }
        }
    }
    state
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
    pub(crate) fn open_membership(
        &mut self,
        authority: OrganisationCode,
    ) -> Option<&mut Membership> {
        self.area
            .iter_mut()
            .find(|membership| membership.authority == authority && membership.to.is_none())
    }
}

impl Assessment {
    fn take_import(&mut self, import: &PublicationImported) {
        self.framework = import.framework;
        self.kind = import.kind;
        self.judged.retain(|_, judged| !judged.imported);
        for cell in &import.scores {
            let judged = Judged { score: cell.score, on: import.published_on(), imported: true };
            self.judged.entry((cell.statement, None)).or_insert(judged);
        }
        self.import = Some(import.clone());
    }
}
