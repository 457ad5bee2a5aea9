//! Which records can touch what, and which it cannot do without.

use super::{Item, Key};
use assessment::due::Kind;
use assessment::event::PanelScore;
use assessment::{Event, FrameworkId, StatementId};

/// What is looked at of a body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// Everything.
    Everything,
    /// The body itself.
    Body,
    /// The dates and the score of a quality statement.
    Statement(StatementId),
    /// The ratings.
    Ratings,
    /// What is due, by its kind and what it is about.
    Due(Kind, String),
}

impl About {
    /// What has to be looked at for an item.
    pub(super) fn of((_, item): &Key) -> Self {
        match item {
            Item::Body => Self::Body,
            Item::Rating(_) => Self::Ratings,
            Item::Score(id) | Item::Reviewed(id) | Item::Changed(id) => Self::Statement(*id),
            Item::Due(kind, subject) => Self::Due(*kind, subject.clone()),
        }
    }

    /// Whether it is that a publication is due, which a strike-out may say.
    pub(super) fn is_an_update(&self) -> bool {
        matches!(self, Self::Everything | Self::Due(Kind::Publication, _))
    }

    /// Whether a record can make a difference to it; a strike-out can if what it strikes can.
    pub(super) fn is_touched_by(&self, event: &Event) -> bool {
        match self {
            Self::Everything => true,
            Self::Body => matches!(event, Event::OrganisationRegistered(_)),
            Self::Statement(statement) => {
                is_of_scores(event) && judged(event).is_none_or(|all| all.contains(statement))
            }
            Self::Ratings => is_of_scores(event),
            Self::Due(kind, subject) => is_of_duty(*kind, subject, event),
        }
    }
}

/// The framework that a record names.
pub(super) fn framework(event: &Event) -> Option<FrameworkId> {
    match event {
        Event::AssessmentOpened(event) => Some(event.framework),
        Event::PublicationImported(event) => Some(event.framework),
        Event::ImportedPublicationReplaced(event) => Some(event.import.framework),
        Event::PublicationMade(event) => Some(event.framework),
        Event::PublicationReissued(event) => Some(event.made.framework),
        _ => None,
    }
}

/// Whether a record publishes something.
pub(super) fn publishes(event: &Event) -> bool {
    matches!(
        event,
        Event::PublicationImported(_)
            | Event::ImportedPublicationReplaced(_)
            | Event::PublicationMade(_)
            | Event::PublicationReissued(_)
    )
}

/// Whether a record begins an assessment.
pub(super) fn begins(event: &Event) -> bool {
    matches!(event, Event::AssessmentOpened(_) | Event::PublicationImported(_))
}

/// Whether a record takes in scores from before this ledger.
pub(super) fn imports(event: &Event) -> bool {
    matches!(event, Event::PublicationImported(_) | Event::ImportedPublicationReplaced(_))
}

/// Whether the fold of scores and ratings heeds a record at all.
fn is_of_scores(event: &Event) -> bool {
    is_of_levels(event) || matches!(event, Event::AssessmentCancelled(_))
}

/// Whether a record says which levels there are, as judged or as published.
fn is_of_levels(event: &Event) -> bool {
    begins(event)
        || publishes(event)
        || matches!(
            event,
            Event::FrameworkAdopted(_)
                | Event::OrganisationRegistered(_)
                | Event::ScoreReviewed(_)
                | Event::PanelDecided(_)
                | Event::PanelConfirmed(_)
                | Event::PublicationWithdrawn(_)
        )
}

/// The quality statements that a record judges; nothing, if it is no judgement of some.
pub(super) fn judged(event: &Event) -> Option<Vec<StatementId>> {
    let all = |scores: &[PanelScore]| scores.iter().map(|score| score.statement).collect();
    match event {
        Event::ScoreReviewed(event) => Some(vec![event.statement]),
        Event::PanelDecided(event) => Some(all(&event.scores)),
        Event::PanelConfirmed(event) => Some(all(&event.scores)),
        _ => None,
    }
}

/// Whether a record can make a difference to what is due.
fn is_of_duty(kind: Kind, subject: &str, event: &Event) -> bool {
    let is_within =
        || begins(event) || publishes(event) || matches!(event, Event::AssessmentCancelled(_));
    match kind {
        Kind::Publication | Kind::Reissue => is_of_levels(event),
        Kind::Section50 => is_of_levels(event) || matches!(event, Event::Section50Notified(_)),
        Kind::Comment => match event {
            Event::CommentSubmitted(event) => event.comment.as_str() == subject,
            Event::CommentResolved(event) => event.comment.as_str() == subject,
            _ => is_within(),
        },
        Kind::Window => {
            let of_window = matches!(
                event,
                Event::DraftShared(_) | Event::DraftExtended(_) | Event::DraftConfirmed(_)
            );
            of_window || is_within()
        }
        Kind::ProcessReview => match event {
            Event::ProcessReviewRequested(event) => event.publication.as_str() == subject,
            Event::ProcessReviewDecided(event) => event.publication.as_str() == subject,
            _ => is_within(),
        },
        Kind::EvidenceRequest => match event {
            Event::EvidenceRequested(event) => event.request.as_str() == subject,
            Event::EvidenceSubmitted(event) => {
                event.request.is_some_and(|request| request.as_str() == subject)
            }
            _ => matches!(event, Event::EvidenceWithdrawn(_) | Event::EvidenceErased(_)),
        },
    }
}
