//! Which records a publication rests on.
//!
//! The same choice is made from the whole ledger when a bundle is made, and from the records of a
//! bundle when it is checked: so none is in it that does not belong there.

use assessment::event::{PublicationImported, PublicationMade, RecordStruckOut};
use assessment::{AssessmentId, Event, EvidenceId, FrameworkId, PanelId, PublicationId};
use std::collections::BTreeSet;

/// The stream of the bank holidays that were added.
pub(super) const CALENDAR: &str = "calendar/england";

/// What a publication rests on, by the records of its assessment.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    position: u64,
    assessment: AssessmentId,
    framework: FrameworkId,
    /// The evidence that the records of the assessment name.
    pub(super) evidence: BTreeSet<EvidenceId>,
    /// The panels that they name.
    pub(super) panels: BTreeSet<PanelId>,
    is_import: bool,
    /// A deadline is counted in working days.
    pub(super) has_deadline: bool,
    /// What was taken so far.
    taken: BTreeSet<u64>,
}

/// A publication, as it came into the ledger.
#[derive(Debug, Clone, Copy)]
pub(super) enum PublishedAs<'a> {
    /// It was made here.
    Made(&'a PublicationMade),
    /// It was made before this ledger.
    Imported(&'a PublicationImported),
}

impl<'a> PublishedAs<'a> {
    /// What an event publishes, if it does.
    pub(super) fn of(event: &'a Event) -> Option<Self> {
        match event {
            Event::PublicationMade(made) => Some(Self::Made(made)),
            Event::PublicationReissued(reissued) => Some(Self::Made(&reissued.made)),
            Event::PublicationImported(import) => Some(Self::Imported(import)),
            Event::ImportedPublicationReplaced(replaced) => Some(Self::Imported(&replaced.import)),
            _ => None,
        }
    }

    /// The publication.
    pub(super) fn publication(self) -> PublicationId {
        match self {
            Self::Made(made) => made.publication,
            Self::Imported(import) => import.publication,
        }
    }

    pub(super) fn framework(self) -> FrameworkId {
        match self {
            Self::Made(made) => made.framework,
            Self::Imported(import) => import.framework,
        }
    }
}

impl Choice {
    /// The choice for a publication, by the records of its assessment, oldest first.
    pub(super) fn of<'a>(
        publication: PublicationId,
        stream: impl Iterator<Item = (u64, &'a Event)> + Clone,
    ) -> Option<Self> {
        let published = |(position, event)| Some((position, PublishedAs::of(event)?));
        // What was imported may have been replaced: what counts is what was said last.
        let (position, published) = stream
            .clone()
            .filter_map(published)
            .filter(|it| it.1.publication() == publication)
            .last()?;
        let mut choice = Self {
            position,
            assessment: publication.assessment(),
            framework: published.framework(),
            evidence: BTreeSet::new(),
            panels: BTreeSet::new(),
            is_import: matches!(published, PublishedAs::Imported(_)),
            has_deadline: false,
            taken: BTreeSet::new(),
        };
        for (_, event) in stream.take_while(|(at, _)| *at <= position) {
            match event {
                Event::EvidenceUsed(event) => drop(choice.evidence.insert(event.evidence)),
                Event::ScoreReviewed(event) => choice.evidence.extend(&event.evidence),
                Event::CommentSubmitted(event) => choice.evidence.extend(&event.evidence),
                Event::PanelDecided(event) => drop(choice.panels.insert(event.panel)),
                Event::PanelConfirmed(event) => drop(choice.panels.insert(event.panel)),
                Event::DraftShared(_) | Event::DraftExtended(_) => choice.has_deadline = true,
                _ => {}
            }
        }
        Some(choice)
    }

    /// The position of the publication's record.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Whether the next record belongs to it; asked of one after the other, from the first on.
    pub(super) fn takes(&mut self, position: u64, event: &Event) -> bool {
        let takes = self.is_wanted(position, event);
        if takes {
            self.taken.insert(position);
        }
        takes
    }

    fn is_wanted(&self, position: u64, event: &Event) -> bool {
        let organisation = self.assessment.organisation();
        match event {
            // Up to the last one that the checkpoint covers, as the last one signed it.
            Event::LedgerOpened(_) | Event::LedgerKeyRecorded(_) | Event::LedgerKeyRotated(_) => {
                true
            }
            _ if position > self.position => false,
            _ if event.assessment() == Some(self.assessment) => true,
            Event::FrameworkAdopted(event) => event.framework.id == self.framework,
            Event::ProcessRevised(event) => event.framework == self.framework,
            Event::OrganisationRegistered(event) => event.code == organisation,
            Event::OrganisationAmended(event) => event.code == organisation,
            Event::PanelConvened(event) => self.panels.contains(&event.panel),
            Event::EvidenceSubmitted(event) => self.evidence.contains(&event.evidence),
            Event::EvidenceAttributed(event) => self.evidence.contains(&event.evidence),
            Event::EvidenceWithdrawn(event) => self.evidence.contains(&event.evidence),
            Event::EvidenceErased(event) => self.evidence.contains(&event.evidence),
            Event::CalendarAdded(_) => self.has_deadline,
            Event::FinanceRecorded(event) => event.organisation == organisation && !self.is_import,
            Event::RecordStruckOut(RecordStruckOut { position, .. }) => {
                self.taken.contains(position)
            }
            _ => false,
        }
    }

    /// The streams of which nothing may be left out before the publication. Nothing tells whether
    /// the last records of one are missing, but for the assessment's, which end with it, and those
    /// of the key, which signed.
    pub(super) fn whole_streams(&self) -> Vec<String> {
        let panels = self.panels.iter().map(|panel| format!("panel/{panel}"));
        let mut all = vec![
            format!("assessment/{}", self.assessment),
            format!("framework/{}", self.framework),
            "key/ledger".to_owned(),
            "ledger".to_owned(),
        ];
        all.extend(self.has_deadline.then(|| CALENDAR.to_owned()));
        all.extend(panels);
        all
    }
}
