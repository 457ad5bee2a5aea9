//! Nothing was published on old evidence.

use super::{Check, Finding, Records, behind, days_after, framework, released, walk};
use crate::stale::Age;
use assessment::event::{PublicationMade, ScoreReviewed};
use assessment::framework::Framework;
use assessment::scoring::Score;
use assessment::state::{Assessment, Cell};
use assessment::{AssessmentId, Event, EvidenceId, PartialDate, StatementId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What the records say of evidence and of what was scored on it.
#[derive(Default)]
struct Known {
    /// The evidence that may be relied on: when it was collected, and the record that says so.
    evidence: BTreeMap<EvidenceId, (PartialDate, u64)>,
    /// The latest review of each cell.
    latest: BTreeMap<(AssessmentId, Cell), Basis>,
    /// The published score of a statement, with the reviews that it rests on; where an update
    /// repeats it, those of before.
    published: BTreeMap<(AssessmentId, StatementId), (Score, Vec<Basis>)>,
}

/// What a score rests on.
#[derive(Clone)]
struct Basis {
    position: u64,
    evidence: Vec<EvidenceId>,
    /// What the review says of its age, for where it names none.
    evidence_on: Option<PartialDate>,
}

/// One finding for each score of a publication whose newest evidence was older than that.
pub(super) fn check(records: &Records<'_>, older_than: Age) -> Vec<Finding> {
    let (mut known, mut found) = (Known::default(), Vec::new());
    walk(records, &mut |state, position, event| {
        known.follow(position, event);
        let Some(made) = released(event) else { return };
        let Some(framework) = framework(state, made.assessment) else { return };
        let assessment = &state.assessments[&made.assessment];
        for cell in &made.scores {
            known.publish(assessment, framework, (made.assessment, cell.statement), cell.score);
            let newest = known.newest((made.assessment, cell.statement));
            if let Some(newest) = newest {
                found.extend(finding(made, cell.statement, (newest, position), older_than));
            }
        }
    });
    found
}

impl Known {
    fn follow(&mut self, position: u64, event: &Event) {
        match event {
            Event::EvidenceSubmitted(it) => {
                self.evidence.insert(it.evidence, (it.collected_on, position));
            }
            Event::EvidenceWithdrawn(it) => {
                self.evidence.remove(&it.evidence);
            }
            Event::EvidenceErased(it) => {
                self.evidence.remove(&it.evidence);
            }
            Event::ScoreReviewed(review) => {
                let cell = (review.statement, review.category);
                self.latest.insert((review.assessment, cell), Basis::of(review, position));
            }
            _ => {}
        }
    }

    /// Notes what a published score rests on: the latest reviews if they come to it, or else what
    /// it rested on before. What an import gave, or what was struck out since, is none of these.
    fn publish(
        &mut self,
        assessment: &Assessment,
        framework: &Framework,
        (id, statement): (AssessmentId, StatementId),
        score: Score,
    ) {
        if assessment.statement_score(framework, statement) != Some(score) {
            let is_repeated = self.published.get(&(id, statement)).is_some_and(|it| it.0 == score);
            if !is_repeated {
                self.published.remove(&(id, statement));
            }
            return;
        }
        let cells = behind(assessment, framework, statement).into_iter();
        let latest = cells.filter_map(|cell| self.latest.get(&(id, cell)).cloned());
        let latest = latest.collect();
        self.published.insert((id, statement), (score, latest));
    }

    /// The newest evidence behind a published score, by its last day, with the records that say so.
    fn newest(&self, key: (AssessmentId, StatementId)) -> Option<(PartialDate, BTreeSet<u64>)> {
        let behind = self.published.get(&key)?.1.iter();
        let dated = behind.flat_map(|basis| basis.dated(self));
        dated.max_by_key(|(on, positions)| (on.last_day(), positions.last().copied()))
    }
}

impl Basis {
    fn of(review: &ScoreReviewed, position: u64) -> Self {
        let (evidence, evidence_on) = (review.evidence.clone(), review.evidence_on);
        Self { position, evidence, evidence_on }
    }

    /// The dates of what it rests on, each with the records that say so.
    fn dated(&self, known: &Known) -> Vec<(PartialDate, BTreeSet<u64>)> {
        let position = self.position;
        if self.evidence.is_empty() {
            return self
                .evidence_on
                .map(|on| (on, BTreeSet::from([position])))
                .into_iter()
                .collect();
        }
        let collected = self.evidence.iter().filter_map(|id| known.evidence.get(id));
        collected.map(|(on, record)| (*on, BTreeSet::from([*record, position]))).collect()
    }
}

fn finding(
    made: &PublicationMade,
    statement: StatementId,
    ((collected_on, mut positions), position): ((PartialDate, BTreeSet<u64>), u64),
    older_than: Age,
) -> Option<Finding> {
    let (publication, on) = (made.publication, made.published_on);
    let last_day = older_than.last_day(collected_on.last_day())?;
    let days = days_after(last_day, on.first_day())?;
    positions.insert(position);
    Some(Finding {
        check: Check::EvidenceAge,
        organisation: made.assessment.organisation(),
        assessment: made.assessment,
        subject: statement.to_string(),
        what: format!(
            "{publication} of {on} rests for {statement} on evidence of {collected_on}, older than \
             {older_than}"
        ),
        days_late: Some(days),
        positions: positions.into_iter().collect(),
    })
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => write!(f, "1 day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Months(1) => write!(f, "1 month"),
            Self::Months(months) => write!(f, "{months} months"),
        }
    }
}
