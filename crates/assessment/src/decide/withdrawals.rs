//! Withdrawing a publication, and publishing what takes its place.

use super::publications::{Release, publication};
use super::{Context, current_assessment, day, event, has_come, in_order};
use crate::PublicationId;
use crate::command::{ReissuePublication, WithdrawPublication};
use crate::event::{
    Event, PublicationReissued, PublicationWithdrawalReason, PublicationWithdrawn, ReissueReason,
    ReviewOutcome,
};
use crate::readiness::Occasion;
use crate::rejection::{AfterRejection, Rejection};
use crate::state::{Assessment, ProcessReviewState, State};

/// Also one that is history can be withdrawn: it still says something in public.
pub(super) fn withdraw(
    state: &State,
    command: &WithdrawPublication,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let WithdrawPublication { publication: id, reason, withdrawn_on, .. } = *command;
    let assessment = latest(state, id)?;
    if let Some(known) = assessment.withdrawal() {
        if (known.reason, known.withdrawn_on) == (reason, withdrawn_on) {
            return Ok(vec![]);
        }
        let on = known.withdrawn_on;
        return Err(AfterRejection::PublicationIsWithdrawn { publication: id, on }.into());
    }
    day(withdrawn_on)?;
    has_come(withdrawn_on, context)?;
    let published_on = assessment.published_on().unwrap_or(withdrawn_on);
    in_order(("the withdrawal", withdrawn_on), ("the publication", published_on))?;
    Ok(event(PublicationWithdrawn {
        by: command.by.unwrap_or(context.actor),
        publication: id,
        reason,
        text: command.text.clone(),
        withdrawn_on,
    }))
}

/// What takes the place of the latest publication, withdrawn or not; it is judged as an update.
pub(super) fn reissue(
    state: &State,
    command: &ReissuePublication,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let ReissuePublication { publication: replaces, published_on: on, reason, .. } = *command;
    latest(state, replaces)?;
    has_come(on, context)?;
    day(on)?;
    let assessment = replaces.assessment();
    check_reason(current_assessment(state, assessment)?, replaces, reason)?;
    let by = command.by.unwrap_or(context.actor);
    let release = Release { assessment, on, by, released: context.released };
    let made = publication(state, &release, Occasion::Reissue(reason))?;
    Ok(event(PublicationReissued { made, reason, replaces, text: command.text.clone() }))
}

/// The reason of a reissue must stand in the ledger: some of them open what an update keeps shut.
fn check_reason(
    assessment: &Assessment,
    publication: PublicationId,
    reason: ReissueReason,
) -> Result<(), Rejection> {
    let upheld = |review: &ProcessReviewState| {
        let outcome = review.decided.as_ref().map(|decided| decided.outcome);
        review.facts.publication == publication && outcome == Some(ReviewOutcome::Upheld)
    };
    let is_founded = match reason {
        ReissueReason::AfterWithdrawal => assessment.withdrawal().is_some(),
        ReissueReason::BasisStruckOut => !assessment.since.struck.is_empty(),
        ReissueReason::ProcessReview => assessment.process_reviews.iter().any(upheld),
        ReissueReason::ErrorInText => true,
    };
    if !is_founded {
        return Err(AfterRejection::ReissueUnfounded { publication, reason }.into());
    }
    let hidden = assessment.withdrawal().map(|withdrawal| withdrawal.reason);
    if hidden == Some(PublicationWithdrawalReason::NotToBePublic)
        && assessment.since.passages.is_empty()
    {
        return Err(AfterRejection::TextsUnchanged { publication }.into());
    }
    Ok(())
}

/// The assessment of a publication, which must be its latest one.
fn latest(state: &State, id: PublicationId) -> Result<&Assessment, Rejection> {
    let unknown = AfterRejection::PublicationUnknown { publication: id };
    let assessment = state.assessments.get(&id.assessment()).ok_or(unknown.clone())?;
    match assessment.last_publication() {
        Some(latest) if latest == id => Ok(assessment),
        Some(latest) if id.number() < latest.number() => {
            Err(AfterRejection::PublicationReplaced { publication: id, latest }.into())
        }
        _ => Err(unknown.into()),
    }
}
