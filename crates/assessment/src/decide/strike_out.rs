//! Striking out: which records can be made void, and when.

use super::{Context, event, has_come, in_order};
use crate::command::StrikeOut;
use crate::event::{Event, RecordStruckOut};
use crate::rejection::{AfterRejection, Rejection};
use crate::state::State;
use crate::strike_out::{CORRECTIONS, Correction, StrikeOuts};
use crate::{AssessmentId, PublicationId, StatementId};
use std::collections::{BTreeMap, BTreeSet};

/// The state must hold the records of the organisation that the void record is about.
pub(super) fn decide(
    state: &State,
    command: &StrikeOut,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let position = command.position;
    let unknown = AfterRejection::RecordUnknown { position };
    let struck = state.records.get(&position).ok_or(unknown.clone())?;
    let correction = CORRECTIONS.iter().find(|(kind, _)| *kind == struck.kind());
    if let Some((_, Correction::Other(instead))) = correction {
        let kind = struck.kind().to_owned();
        return Err(AfterRejection::KindNotStruckOut { position, kind, instead }.into());
    }
    let organisation = struck.organisation().ok_or(unknown)?;
    has_come(command.struck_on, context)?;
    let happened_on = struck.occurred_on().unwrap_or(command.struck_on);
    in_order(("the strike-out", command.struck_on), ("what it strikes out", happened_on))?;

    let records = || state.records.iter().map(|(position, event)| (*position, event));
    let mut strike_outs = StrikeOuts::among(records());
    let void = strike_outs.void();
    if let Some(&by) = void.get(&position) {
        return Err(AfterRejection::StruckOutAlready { position, by }.into());
    }
    let next = records().next_back().map_or(0, |(last, _)| last + 1);
    strike_outs.add(next, position);
    let history = History { state, before: void, after: strike_outs.void() };
    match struck {
        Event::RecordStruckOut(undone) => history.check_return(position, undone.position)?,
        _ => history.check_removal(position, struck)?,
    }
    Ok(event(RecordStruckOut {
        assessment: struck.assessment(),
        by: command.by.unwrap_or(context.actor),
        organisation,
        position,
        publication: resting(state, position, struck, &history.before),
        reason: command.reason,
        struck_on: command.struck_on,
        struck: struck.kind().to_owned(),
        text: command.text.clone(),
    }))
}

/// What a publication rests on: scores, their calibration, and the accuracy check.
const BASIS: [&str; 7] = [
    "score_reviewed",
    "panel_decided",
    "panel_confirmed",
    "comment_resolved",
    "draft_extended",
    "draft_confirmed",
    "record_struck_out",
];

/// The latest publication of the assessment, if it was made after a record that it rests on.
fn resting(
    state: &State,
    position: u64,
    struck: &Event,
    void: &BTreeMap<u64, u64>,
) -> Option<PublicationId> {
    let assessment = struck.assessment().filter(|_| BASIS.contains(&struck.kind()))?;
    let later = state.records.range(position + 1..).filter(|(at, _)| !void.contains_key(at));
    let made = later.rev().filter_map(|(_, event)| match event {
        Event::PublicationMade(made) => Some(made),
        Event::PublicationReissued(reissued) => Some(&reissued.made),
        _ => None,
    });
    let mut own = made.filter(|made| made.assessment == assessment);
    own.next().map(|made| made.publication)
}

/// The records of an organisation, and which of them are void before and after a strike-out.
struct History<'a> {
    state: &'a State,
    before: BTreeMap<u64, u64>,
    after: BTreeMap<u64, u64>,
}

impl History<'_> {
    /// A record that others in force rest on stays; a publication alone does not hold it: what was
    /// published on it is due again.
    fn check_removal(&self, position: u64, struck: &Event) -> Result<(), Rejection> {
        let mut by: BTreeSet<u64> = self.in_force_after(position);
        by.retain(|later| rests_on(&self.state.records[later], struck));
        by.extend(self.letters_without_duty());
        self.refuse_if_rested_on(position, by)
    }

    /// A record comes back only if nothing has taken its place since, and if what it rests on is
    /// in force.
    fn check_return(&self, strike_out: u64, struck: u64) -> Result<(), Rejection> {
        let Some(returning) = self.state.records.get(&struck) else { return Ok(()) };
        let taken = |later: &u64| self.state.records[later].slot() == returning.slot();
        if returning.slot().is_some()
            && let Some(by) = self.in_force_after(strike_out).into_iter().find(taken)
        {
            let position = strike_out;
            return Err(AfterRejection::PlaceTaken { position, struck, by }.into());
        }
        // What was decided since without it would have been decided on it.
        let unseen = |later: &u64| rests_on(&self.state.records[later], returning);
        if let Some(by) = self.in_force_after(strike_out).into_iter().find(unseen) {
            return Err(AfterRejection::PlaceTaken { position: strike_out, struck, by }.into());
        }
        let earlier = self.after.keys().filter(|void| **void < struck);
        let mut rested_on = earlier.filter_map(|void| Some((void, self.state.records.get(void)?)));
        if let Some((&on, _)) = rested_on.find(|(_, void)| rests_on(returning, void)) {
            return Err(AfterRejection::RestsOnVoid { position: struck, on }.into());
        }
        if let Event::RecordStruckOut(again) = returning {
            // A strike-out that comes back makes its record void again.
            return self.check_removal(again.position, &self.state.records[&again.position]);
        }
        let letters = self.letters_without_duty();
        if letters.contains(&struck) {
            let assessment = returning.assessment();
            let decides = |void: &&u64| {
                let void = &self.state.records[void];
                void.assessment() == assessment && !matches!(void, Event::RecordStruckOut(_))
            };
            let on = self.after.keys().rfind(decides).copied().unwrap_or(strike_out);
            return Err(AfterRejection::RestsOnVoid { position: struck, on }.into());
        }
        self.refuse_if_rested_on(struck, letters.into_iter().collect())
    }

    fn refuse_if_rested_on(&self, position: u64, by: BTreeSet<u64>) -> Result<(), Rejection> {
        if by.is_empty() {
            return Ok(());
        }
        let named = |at: &u64| format!("{at} ({})", self.state.records[at].kind());
        let by: Vec<String> = by.iter().map(named).collect();
        Err(AfterRejection::RestedOn { position, by: by.join(", ") }.into())
    }

    /// The records after one that are in force, and stay so.
    fn in_force_after(&self, position: u64) -> BTreeSet<u64> {
        let later = self.state.records.range(position + 1..).map(|(later, _)| *later);
        later.filter(|it| !self.before.contains_key(it) && !self.after.contains_key(it)).collect()
    }

    /// The letters of a section 50 notification that would name a statement without a duty.
    fn letters_without_duty(&self) -> Vec<u64> {
        let after = self.state.replayed(&self.after);
        let is_told = |assessment: AssessmentId, statement: &StatementId| {
            let assessment = after.assessments.get(&assessment);
            assessment.is_some_and(|it| it.duty.statements.contains_key(statement))
        };
        let mut without = Vec::new();
        for (position, event) in &self.state.records {
            if let Event::Section50Notified(letter) = event
                && !self.after.contains_key(position)
                && !letter.statements.iter().all(|it| is_told(letter.assessment, it))
            {
                without.push(*position);
            }
        }
        without
    }
}

/// Whether a later record rests on an earlier one: it could not have been made without it.
fn rests_on(later: &Event, earlier: &Event) -> bool {
    let same_assessment = later.assessment() == earlier.assessment();
    match (earlier, later) {
        (Event::EvidenceUsed(used), Event::ScoreReviewed(review)) => {
            same_assessment && review.evidence.contains(&used.evidence)
        }
        (Event::EvidenceAttributed(about), Event::EvidenceUsed(used)) => {
            about.evidence == used.evidence && later.organisation() == Some(about.organisation)
        }
        (Event::ScoreReviewed(review), Event::PanelDecided(decided)) => {
            let cell = (review.statement, review.category);
            same_assessment && decided.scores.iter().any(|it| (it.statement, it.category) == cell)
        }
        (Event::ScoreReviewed(review), Event::PanelConfirmed(confirmed)) => {
            let cell = (review.statement, review.category);
            same_assessment && confirmed.scores.iter().any(|it| (it.statement, it.category) == cell)
        }
        (Event::PanelDecided(_), Event::PanelConfirmed(_)) => same_assessment,
        (Event::CommentResolved(resolved), Event::ScoreReviewed(review)) => {
            review.comment == Some(resolved.comment)
        }
        (Event::DraftExtended(first), Event::DraftExtended(second)) => {
            same_assessment && first.recipient == second.recipient
        }
        (Event::ProcessReviewRequested(request), Event::ProcessReviewDecided(decided)) => {
            request.declined.is_none() && request.publication == decided.publication
        }
        (Event::AreaMemberAdded(added), Event::AreaMemberEnded(ended)) => {
            (added.system, added.authority) == (ended.system, ended.authority)
        }
        (Event::AreaMemberEnded(ended), Event::AreaMemberAdded(added)) => {
            (added.system, added.authority) == (ended.system, ended.authority)
        }
        _ => false,
    }
}
