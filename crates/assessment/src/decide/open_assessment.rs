//! Opening an assessment.

use super::{Context, event, framework, has_come, organisation_of_kind};
use crate::command::OpenAssessment;
use crate::event::{AssessmentOpened, Event};
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn decide(
    state: &State,
    command: &OpenAssessment,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let OpenAssessment { framework: id, kind, opened_on, organisation: code } = *command;
    has_come(opened_on, context)?;
    let framework = framework(state, id)?;
    let organisation = organisation_of_kind(state, code, framework.kind)?;
    if let Some(successor) = organisation.successor
        && successor.on.first_day() <= opened_on.first_day()
    {
        let (into, on) = (successor.into, successor.on);
        return Err(Rejection::OrganisationEnded { code, into, on });
    }
    let valid_to = framework.valid_to.as_ref().map(|to| to.value.last_day());
    if opened_on.last_day() < framework.valid_from.value.first_day()
        || valid_to.is_some_and(|last| last < opened_on.first_day())
    {
        return Err(Rejection::FrameworkNotInForce { framework: id, on: opened_on });
    }
    let same = state.assessments_of(code).any(|(_, known)| {
        known.opened_on == Some(opened_on) && known.kind == kind && known.framework == id
    });
    if same {
        return Ok(vec![]);
    }
    let assessment = state.next_assessment(code, opened_on.year());
    Ok(event(AssessmentOpened { assessment, framework: id, kind, opened_on, organisation: code }))
}
