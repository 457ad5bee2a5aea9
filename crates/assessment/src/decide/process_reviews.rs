//! Reviews of the rating process: a request is recorded as it comes, and decided by others than
//! those who made the assessment.

use super::{Context, day, event, framework, has_come, in_order};
use crate::command::{DecideProcessReview, RequestProcessReview};
use crate::event::{Declined, Event, ProcessReviewDecided, ProcessReviewRequested, ReviewGround};
use crate::framework::ProcessReview;
use crate::rejection::{AfterRejection, Rejection, StepRejection};
use crate::state::{Assessment, ProcessReviewState, State};
use crate::{PartialDate, Precision, PublicationId};

/// What arrived is recorded, also where it is declined on arrival.
pub(super) fn request(
    state: &State,
    command: &RequestProcessReview,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (publication, on) = (command.publication, command.received_on);
    let (assessment, published_on) = published(state, publication)?;
    let framework = framework(state, assessment.framework)?;
    // What the publication gave a right to is not taken away by a later process.
    let process = state.process(&framework.id, published_on.first_day());
    let offer = process.unwrap_or(&framework.process).process_review.value;
    // The day of receipt decides whether it is in time.
    day(on)?;
    has_come(on, context)?;
    in_order(("the request", on), ("the publication", published_on))?;
    let due_on = due_on(state, offer, published_on)?;
    let arrived = ProcessReviewRequested {
        declined: declined(command, offer, due_on, assessment),
        due_on,
        ground: command.ground,
        publication,
        received_on: on,
        text: command.text.clone(),
        words: command.words,
    };
    let mut known = assessment.process_reviews.iter().map(|known| &known.facts);
    let is_known = known.any(|known| is_same(known, &arrived));
    if is_known { Ok(vec![]) } else { Ok(event(arrived)) }
}

pub(super) fn decide(
    state: &State,
    command: &DecideProcessReview,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (publication, by) = (command.publication, command.by.unwrap_or(context.actor));
    let (assessment, _) = published(state, publication)?;
    let request = request_about(assessment, publication)?;
    let decision = ProcessReviewDecided {
        by,
        decided_on: command.decided_on,
        outcome: command.outcome,
        publication,
        text: command.text.clone(),
    };
    if let Some(known) = &request.decided {
        if (known.outcome, known.by) == (decision.outcome, decision.by) {
            return Ok(vec![]);
        }
        let on = known.decided_on;
        return Err(AfterRejection::ProcessReviewDecided { publication, on }.into());
    }
    has_come(command.decided_on, context)?;
    let received_on = request.facts.received_on;
    in_order(("the decision", command.decided_on), ("the request", received_on))?;
    if assessment.involved.contains(&by) {
        let assessment = publication.assessment();
        return Err(AfterRejection::DecidedByInvolved { person: by, assessment }.into());
    }
    Ok(event(decision))
}

/// The assessment of a publication made here or imported, and when that publication was.
fn published(
    state: &State,
    publication: PublicationId,
) -> Result<(&Assessment, PartialDate), Rejection> {
    let found = || {
        let assessment = state.assessments.get(&publication.assessment())?;
        let mut here = assessment.publications.iter();
        let here = here.find(|made| made.publication == publication).map(|made| made.published_on);
        let import = assessment.import.as_ref().filter(|it| it.publication == publication);
        Some((assessment, here.or(import.map(|import| import.published_on()))?))
    };
    found().ok_or(AfterRejection::PublicationUnknown { publication }.into())
}

/// The last day for a request; none where no review is offered, or the day from which to count is
/// not known.
fn due_on(
    state: &State,
    offer: ProcessReview,
    published_on: PartialDate,
) -> Result<Option<PartialDate>, Rejection> {
    match (offer, published_on.precision()) {
        (ProcessReview::Offered { working_days, .. }, Precision::Day) => {
            let last_day = state.calendar.last_day(published_on.first_day(), working_days);
            let unknown = |year| StepRejection::CalendarUnknown { year };
            Ok(Some(last_day.map_err(|year| unknown(year.0))?.into()))
        }
        (ProcessReview::Offered { .. }, Precision::Month | Precision::Year)
        | (ProcessReview::NotOffered, _) => Ok(None),
    }
}

/// The first reason to decline it that applies.
fn declined(
    command: &RequestProcessReview,
    offer: ProcessReview,
    due_on: Option<PartialDate>,
    assessment: &Assessment,
) -> Option<Declined> {
    let ProcessReview::Offered { max_words, .. } = offer else {
        return Some(Declined::NotOffered);
    };
    let is_repeated = || accepted(assessment, command.publication).is_some();
    if due_on.is_some_and(|due_on| command.received_on > due_on) {
        Some(Declined::Late)
    } else if command.words > u64::from(max_words) {
        Some(Declined::TooLong)
    } else if command.ground != ReviewGround::ProcessNotFollowed {
        Some(Declined::OtherGround)
    } else if is_repeated() {
        Some(Declined::Repeated)
    } else {
        None
    }
}

/// The same text from the same hand, whatever became of it.
fn is_same(known: &ProcessReviewRequested, arrived: &ProcessReviewRequested) -> bool {
    let (declined, due_on) = (known.declined, known.due_on);
    *known == ProcessReviewRequested { declined, due_on, ..arrived.clone() }
}

/// The one request about a publication that was not declined.
fn accepted(assessment: &Assessment, publication: PublicationId) -> Option<&ProcessReviewState> {
    let mut requests = assessment.process_reviews.iter();
    requests.find(|it| it.facts.publication == publication && it.facts.declined.is_none())
}

fn request_about(
    assessment: &Assessment,
    publication: PublicationId,
) -> Result<&ProcessReviewState, Rejection> {
    if let Some(request) = accepted(assessment, publication) {
        return Ok(request);
    }
    let mut requests = assessment.process_reviews.iter().map(|it| &it.facts);
    let declined = requests.rfind(|it| it.publication == publication).and_then(|it| it.declined);
    Err(match declined {
        Some(declined) => AfterRejection::ProcessReviewDeclined { publication, declined },
        None => AfterRejection::NoProcessReview { publication },
    }
    .into())
}
