//! Whether a released report is the one of its record.

use super::rating::Published;
use crate::released::{self, ReleasedFinance, ReleasedReport};
use assessment::event::PublicationMade;
use assessment::framework::Passage;
use assessment::{Digest, Event, StrikeOuts, replay};
use std::collections::BTreeMap;

impl Published<'_> {
    /// Whether a released report is the one of this publication, and its texts are the drafts that
    /// were recorded.
    pub(super) fn check_report(&self, bytes: &[u8], made: &PublicationMade) -> Result<(), String> {
        let report: ReleasedReport =
            serde_json::from_slice(bytes).map_err(|error| format!("it is no report: {error}"))?;
        if (report.assessment, report.publication) != (made.assessment, made.publication) {
            return Err(format!("it is the report of {}", report.publication));
        }
        if !report.texts.iter().map(|it| it.passage).eq(made.passages.iter().map(|it| it.passage)) {
            return Err("it has other passages than its record".to_owned());
        }
        let drafts = self.drafts(made);
        for (text, released) in report.texts.iter().zip(&made.passages) {
            let (passage, version) = (released.passage, released.version);
            if drafts.get(&(passage, version)) != Some(&text.commitment) || !text.is_committed_to()
            {
                return Err(format!("{passage} is not version {version} that was recorded"));
            }
        }
        match report.finance == self.finance(made) {
            true => Ok(()),
            false => Err("it has other financial facts than were recorded".to_owned()),
        }
    }

    /// The commitment of each draft, by passage and version.
    fn drafts(&self, made: &PublicationMade) -> BTreeMap<(Passage, u64), Digest> {
        let drafts = self.before.iter().filter_map(|(_, event)| match event {
            Event::DraftWritten(draft) if draft.assessment == made.assessment => {
                Some(((draft.passage, draft.version), draft.content.commitment))
            }
            _ => None,
        });
        drafts.collect()
    }

    /// The financial facts that were known then, if the process has them in reports.
    fn finance(&self, made: &PublicationMade) -> Vec<ReleasedFinance> {
        let state = replay(self.before.iter().copied());
        let process = state.process(&made.framework, made.published_on.first_day());
        if !process.is_some_and(released::has_finance) {
            return vec![];
        }
        let void = StrikeOuts::among(self.before.iter().copied()).void();
        let in_force = self.before.iter().filter(|(position, _)| !void.contains_key(position));
        let years = in_force.filter_map(|(_, event)| match event {
            Event::FinanceRecorded(facts) => Some((facts.year, facts.clone())),
            _ => None,
        });
        released::finance(&years.collect())
    }
}
