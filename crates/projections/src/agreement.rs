//! Scores that two readers gave the same evidence, one after the other: what is known of how far
//! they agree.

use crate::decisions::{Decision, Decisions};
use crate::fold::Fact;
use assessment::event::SampleItemScored;
use assessment::sample::{Population, PopulationQuery};
use assessment::scoring::Score;
use assessment::{Event, FrameworkId, ItemId, PersonId, SampleId};
use std::collections::BTreeMap;

/// Who gave the first score, and who the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Who scored, and the panel that decided on that score or confirmed it.
    ScorerPanel,
    /// Who scored, and a second reader who scored the same review blind, as an item of a sample.
    ScorerReader,
}

/// Two scores for the same evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorePair {
    /// What was scored twice, who scored it first, and where; dated by the second score.
    pub decision: Decision,
    /// The score that was given first.
    pub first: Score,
    /// The score that was given second.
    pub second: Score,
    /// Who gave the second.
    pub by: Vec<PersonId>,
    /// The record with the second score.
    pub position: u64,
    /// The sample that it was drawn in, where a second reader scored it.
    pub sample: Option<SampleId>,
}

/// The pairs among some records in force, in the order of the second scores.
///
/// A review that was drawn in several samples is as many pairs: each was read for itself.
pub fn score_pairs<'a>(
    between: Between,
    framework: Option<FrameworkId>,
    in_force: impl IntoIterator<Item = Fact<'a>>,
) -> Vec<ScorePair> {
    let of = match between {
        Between::ScorerPanel => Population::PanelDecisions,
        Between::ScorerReader => Population::ScoreReviews,
    };
    let all_of = PopulationQuery {
        assessor: None,
        framework,
        from: None,
        of,
        region: None,
        statement: None,
        to: None,
    };
    let (mut decisions, mut readings) = (Decisions::new(&all_of), Vec::new());
    for fact in in_force {
        decisions.take_in(&fact);
        if let Event::SampleItemScored(reading) = fact.event {
            readings.push((fact.position, reading));
        }
    }
    match between {
        Between::ScorerPanel => decisions.known().filter_map(settled).collect(),
        Between::ScorerReader => read_again(decisions.known(), &readings),
    }
}

/// What a panel found, and what it made of that.
fn settled(decision: Decision) -> Option<ScorePair> {
    let (first, second) = decision.item.found.zip(decision.item.score)?;
    let (position, by) = (decision.item.id.position(), decision.item.by.clone());
    Some(ScorePair { decision, first, second, by, position, sample: None })
}

/// Each blind score with the review that it is of, if that is in force.
fn read_again(
    reviews: impl Iterator<Item = Decision>,
    readings: &[(u64, &SampleItemScored)],
) -> Vec<ScorePair> {
    let reviews: BTreeMap<ItemId, Decision> = reviews.map(|it| (it.item.id, it)).collect();
    let pair = |&(position, reading): &(u64, &SampleItemScored)| {
        // An item of a panel's decision has an id of its own, and is no review.
        let mut decision = reviews.get(&reading.item)?.clone();
        let first = decision.item.score?;
        decision.item.on = reading.scored_on;
        let (second, by, sample) = (reading.score, vec![reading.by], Some(reading.sample));
        Some(ScorePair { decision, first, second, by, position, sample })
    };
    readings.iter().filter_map(pair).collect()
}
