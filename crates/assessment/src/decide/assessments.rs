//! Assessments: opened, planned, cancelled.

use super::{
    Context, event, framework, has_come, in_order, live_assessment, open_assessment,
    organisation_of_kind,
};
use crate::AssessmentId;
use crate::command::{AmendAssessment, CancelAssessment, OpenAssessment};
use crate::event::{AssessmentAmended, AssessmentCancelled, AssessmentOpened, Event, TeamMember};
use crate::rejection::{EvidenceRejection, Rejection};
use crate::state::{Plan, State};

pub(super) fn open(
    state: &State,
    command: &OpenAssessment,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let OpenAssessment { framework: id, kind, opened_on, organisation: code, .. } = *command;
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
    check_team(&command.team)?;
    let plan = planned(command);
    let mut assessments = state.assessments_of(code);
    if let Some((assessment, known)) =
        assessments.find(|(_, known)| known.framework == id && known.is_open())
    {
        let same = known.opened_on == Some(opened_on) && known.kind == kind;
        return match changes(assessment, &known.plan, &plan) {
            None if same => Ok(vec![]),
            _ => Err(EvidenceRejection::AssessmentOpen { assessment, framework: id }.into()),
        };
    }
    let assessment = state.next_assessment(code, opened_on.year());
    let opened =
        AssessmentOpened { assessment, framework: id, kind, opened_on, organisation: code };
    let mut events = event(opened);
    events.extend(changes(assessment, &Plan::default(), &plan).map(Event::from));
    Ok(events)
}

pub(super) fn amend(state: &State, command: &AmendAssessment) -> Result<Vec<Event>, Rejection> {
    let assessment = command.assessment;
    let known = &live_assessment(state, assessment)?.plan;
    let given = Plan {
        notice_on: command.notice_on,
        information_return_on: command.information_return_on,
        site_visit_on: command.site_visit_on,
        team: command.team.clone(),
    };
    if given == Plan::default() {
        return Err(EvidenceRejection::NothingToAmend { assessment }.into());
    }
    check_team(&given.team)?;
    Ok(changes(assessment, known, &given).map_or(vec![], event))
}

pub(super) fn cancel(
    state: &State,
    command: &CancelAssessment,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let CancelAssessment { assessment: id, cancelled_on, reason, .. } = *command;
    has_come(cancelled_on, context)?;
    if let Some(known) = state.assessments.get(&id).and_then(|known| known.cancelled.as_ref())
        && (known.cancelled_on, known.reason) == (cancelled_on, reason)
    {
        return Ok(vec![]);
    }
    let assessment = open_assessment(state, id)?;
    if let Some(opened_on) = assessment.opened_on {
        in_order(("the cancellation", cancelled_on), ("the opening", opened_on))?;
    }
    let text = command.text.clone();
    Ok(event(AssessmentCancelled { assessment: id, cancelled_on, reason, text }))
}

/// The plan that an assessment is opened with.
fn planned(command: &OpenAssessment) -> Plan {
    Plan {
        notice_on: command.notice_on,
        information_return_on: command.information_return_on,
        site_visit_on: command.site_visit_on,
        team: command.team.clone(),
    }
}

/// What of a given plan is not so already, if anything; what it does not say stays.
fn changes(assessment: AssessmentId, known: &Plan, given: &Plan) -> Option<AssessmentAmended> {
    let notice_on = given.notice_on.filter(|_| given.notice_on != known.notice_on);
    let information_return_on = given
        .information_return_on
        .filter(|_| given.information_return_on != known.information_return_on);
    let site_visit_on = given.site_visit_on.filter(|_| given.site_visit_on != known.site_visit_on);
    let team = if given.team == known.team { vec![] } else { given.team.clone() };
    let nothing = notice_on.or(information_return_on).or(site_visit_on).is_none();
    (!nothing || !team.is_empty()).then_some(AssessmentAmended {
        assessment,
        information_return_on,
        notice_on,
        site_visit_on,
        team,
    })
}

fn check_team(team: &[TeamMember]) -> Result<(), Rejection> {
    for (at, member) in team.iter().enumerate() {
        if team[..at].iter().any(|earlier| earlier.person == member.person) {
            return Err(EvidenceRejection::TeamMemberTwice { person: member.person }.into());
        }
    }
    Ok(())
}
