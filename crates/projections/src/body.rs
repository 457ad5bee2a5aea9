//! One assessed body: what is known of it, and the assessments that it has had.

use crate::standing::Standing;
use crate::transitions::Open;
use assessment::event::OrganisationRegistered;
use assessment::{AssessmentId, OrganisationCode, PartialDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All that is projected of one organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// What is known of it.
    pub facts: OrganisationRegistered,
    /// The record that registered it.
    pub position: u64,
    /// What took its place, if it has ended.
    pub successor: Option<Successor>,
    /// The memberships of a system's area, in order of recording.
    pub area: Vec<Membership>,
    /// The assessment whose scores and ratings are the current ones.
    pub current: Option<AssessmentId>,
    /// How many reviews there have been, in all assessments.
    pub reviews: u64,
    /// How many moves of a level there have been.
    pub moves: u64,
    /// What has moves that are not published yet and may still be.
    pub(crate) open: Vec<Open>,
    /// Its assessments; kept apart, so that each stays a small value.
    #[serde(skip)]
    pub standings: BTreeMap<AssessmentId, Standing>,
}

/// What took the place of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// The new body.
    pub into: OrganisationCode,
    /// The first day of the new order.
    pub on: PartialDate,
    /// The record that says so.
    pub position: u64,
}

/// The membership of an authority in a system's area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The authority.
    pub authority: OrganisationCode,
    /// Its first day.
    pub from: PartialDate,
    /// Its last day, if it has ended.
    pub to: Option<PartialDate>,
    /// The record that began or ended it last.
    pub position: u64,
}

impl Body {
    pub(crate) fn new(facts: OrganisationRegistered, position: u64) -> Self {
        Self {
            facts,
            position,
            successor: None,
            area: Vec::new(),
            current: None,
            reviews: 0,
            moves: 0,
            open: Vec::new(),
            standings: BTreeMap::new(),
        }
    }

    /// The assessment whose scores and ratings are the current ones.
    pub fn current(&self) -> Option<&Standing> {
        self.standings.get(self.current.as_ref()?)
    }

    /// The assessment published last; none of them published, the one opened last. One that was
    /// cancelled is neither.
    ///
    /// Between assessments the date of publication decides, and the order of recording only where
    /// it is the same: what is older than what is known goes into history. That order is read from
    /// the id, which is as public as the publication.
    pub(crate) fn latest(&self) -> Option<AssessmentId> {
        let standings = || self.standings.values().filter(|it| it.cancelled_on.is_none());
        let published = standings().filter_map(|it| Some((it.publication.as_ref()?.on, it)));
        let last = published.max_by(|(on, it), (other_on, other)| {
            let (order, other_order) =
                (it.assessment.recording_order(), other.assessment.recording_order());
            (on, order).cmp(&(other_on, other_order))
        });
        let opened = || standings().max_by_key(|it| (it.opened_on, it.position, it.assessment));
        last.map(|(_, it)| it).or_else(opened).map(|it| it.assessment)
    }
}
