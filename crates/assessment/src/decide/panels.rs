//! Calibration panels: convened, deciding, confirming.

use super::evidence::distinct;
use super::{Context, current_assessment, event, framework, has_come, in_order};
use crate::command::{Adjustment, ConfirmPanel, ConvenePanel, DecidePanel};
use crate::event::{
    Event, PanelConfirmed, PanelConvened, PanelDecided, PanelMember, PanelScore, PanelSide, Recusal,
};
use crate::framework::Framework;
use crate::readiness::counting_cells;
use crate::rejection::{AfterRejection, Rejection, StepRejection};
use crate::state::{Assessment, Cell, State};
use crate::{AssessmentId, PanelId, PartialDate, PersonId};

pub(super) fn convene(
    state: &State,
    command: &ConvenePanel,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let on = command.convened_on;
    has_come(on, context)?;
    let assessments = distinct(&command.assessments);
    if assessments.is_empty() {
        return Err(StepRejection::PanelWithoutAssessments {}.into());
    }
    for &id in &assessments {
        let assessment = calibrated_assessment(state, id, on)?;
        let opened_on = assessment.opened_on.unwrap_or(on);
        in_order(("the panel", on), ("the opening of the assessment", opened_on))?;
    }
    let members = &command.members;
    check_once(members.iter().map(|member| member.person))?;
    check_sides(members.iter())?;
    let recused = |&id: &AssessmentId| {
        let scorers = state.assessments[&id].all_scorers();
        let recused = members.iter().filter(move |member| scorers.contains(&member.person));
        recused.map(move |member| Recusal { assessment: id, person: member.person })
    };
    let so_far = state.panels.keys().filter(|panel| panel.year() == on.year()).count();
    Ok(event(PanelConvened {
        recused: assessments.iter().flat_map(recused).collect(),
        assessments,
        convened_on: on,
        members: members.clone(),
        panel: PanelId::derive(on.year(), so_far),
    }))
}

pub(super) fn decide(
    state: &State,
    command: &DecidePanel,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, on) = (command.assessment, command.decided_on);
    let assessment = calibrated_assessment(state, id, on)?;
    let panel = panel(state, command.panel, id)?;
    not_decided(id, assessment)?;
    let framework = framework(state, assessment.framework)?;
    let cells = cells(assessment, framework);
    if cells.is_empty() {
        return Err(Rejection::FrameworkWithoutScores { framework: framework.id });
    }
    let missing = cells.iter().find(|cell| !assessment.judged.contains_key(*cell));
    if let Some(&(statement, _)) = missing {
        return Err(StepRejection::ScoresIncomplete { assessment: id, statement }.into());
    }
    has_come(on, context)?;
    let what = ("the panel's decision", on);
    in_order(what, ("the convening of the panel", panel.convened_on))?;
    in_order(what, ("the latest score", latest(assessment, &cells).unwrap_or(on)))?;

    let sitting = sitting(panel, id, assessment, &command.members)?;
    check_adjustments(&command.adjustments, &cells)?;
    let adjustment = |cell: &Cell| command.adjustments.iter().find(|it| cell_of(it) == *cell);
    let scores = cells.iter().map(|cell| decided(cell, assessment, adjustment(cell))).collect();
    Ok(event(PanelDecided {
        assessment: id,
        decided_on: on,
        members: sitting.members,
        panel: command.panel,
        recused: sitting.recused,
        scores,
    }))
}

/// The panel that decided confirms, or one that was convened since: so many of the first may have
/// scored the assessment meanwhile that a side of it is missing.
pub(super) fn confirm(
    state: &State,
    command: &ConfirmPanel,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let (id, on) = (command.assessment, command.confirmed_on);
    let assessment = calibrated_assessment(state, id, on)?;
    let panel = panel(state, command.panel, id)?;
    let decision = assessment.panel.as_ref();
    let decision = decision.ok_or(StepRejection::PanelNotDecided { assessment: id })?;
    let framework = framework(state, assessment.framework)?;
    let unconfirmed = assessment.unconfirmed();
    let mut cells = cells(assessment, framework);
    cells.retain(|cell| unconfirmed.contains(cell));
    if cells.is_empty() {
        return Err(StepRejection::NothingToConfirm { assessment: id }.into());
    }
    has_come(on, context)?;
    let what = ("the confirmation", on);
    in_order(what, ("the convening of the panel", panel.convened_on))?;
    in_order(what, ("the panel's last word", decision.settled_on))?;
    in_order(what, ("the latest score", latest(assessment, &cells).unwrap_or(on)))?;

    let sitting = sitting(panel, id, assessment, &command.members)?;
    Ok(event(PanelConfirmed {
        assessment: id,
        confirmed_on: on,
        members: sitting.members,
        panel: command.panel,
        recused: sitting.recused,
        scores: cells.iter().map(|cell| decided(cell, assessment, None)).collect(),
    }))
}

/// An assessment that a panel has a say on: one that is open, or one that is published where the
/// process wants a panel for updates, or where the panel's word was struck out.
fn calibrated_assessment(
    state: &State,
    id: AssessmentId,
    on: PartialDate,
) -> Result<&Assessment, Rejection> {
    let assessment = current_assessment(state, id)?;
    let framework = assessment.framework;
    let process = state.process(&framework, on.first_day());
    let void = |kind| assessment.since.struck.contains_key(kind);
    let reopened = void("panel_decided") || void("panel_confirmed");
    if !assessment.is_open()
        && !reopened
        && process.is_some_and(|process| !process.panel.update.value)
    {
        return Err(AfterRejection::NotForUpdates { assessment: id, framework }.into());
    }
    Ok(assessment)
}

/// What a panel decides on: every score that counts.
fn cells(assessment: &Assessment, framework: &Framework) -> Vec<Cell> {
    let statements = framework.statements().map(|(_, statement)| statement.id);
    statements.flat_map(|it| counting_cells(assessment, framework, it)).collect()
}

/// The part of a panel that has a say on one assessment, and the part that has none.
struct Sitting {
    members: Vec<PersonId>,
    recused: Vec<PersonId>,
}

fn panel(state: &State, id: PanelId, before: AssessmentId) -> Result<&PanelConvened, Rejection> {
    let panel = state.panels.get(&id).ok_or(StepRejection::PanelUnknown { panel: id })?;
    if !panel.assessments.contains(&before) {
        return Err(StepRejection::NotBeforePanel { assessment: before, panel: id }.into());
    }
    Ok(panel)
}

fn not_decided(id: AssessmentId, assessment: &Assessment) -> Result<(), Rejection> {
    match &assessment.panel {
        Some(decision) => {
            Err(StepRejection::PanelDecided { assessment: id, panel: decision.panel }.into())
        }
        None => Ok(()),
    }
}

fn check_once(mut persons: impl Iterator<Item = PersonId>) -> Result<(), Rejection> {
    let mut seen = Vec::new();
    let twice = persons.find(|person| {
        let again = seen.contains(person);
        seen.push(*person);
        again
    });
    match twice {
        Some(person) => Err(StepRejection::PanelMemberTwice { person }.into()),
        None => Ok(()),
    }
}

/// A view from inside and one from outside: without either, it is no calibration.
fn check_sides<'a>(
    members: impl Iterator<Item = &'a PanelMember> + Clone,
) -> Result<(), Rejection> {
    for side in [PanelSide::Internal, PanelSide::External] {
        if members.clone().all(|member| member.side != side) {
            return Err(StepRejection::PanelOneSided { side }.into());
        }
    }
    Ok(())
}

/// Who decides: those who are named, or all who may. Who scored the assessment is looked up anew,
/// as members may have scored since the panel was convened.
fn sitting(
    panel: &PanelConvened,
    id: AssessmentId,
    assessment: &Assessment,
    named: &[PersonId],
) -> Result<Sitting, Rejection> {
    let scorers = assessment.all_scorers();
    for &person in named {
        if !panel.members.iter().any(|member| member.person == person) {
            return Err(StepRejection::NotOnPanel { person, panel: panel.panel }.into());
        }
        if scorers.contains(&person) {
            return Err(StepRejection::PanelRecused { person, assessment: id }.into());
        }
    }
    check_once(named.iter().copied())?;
    let is_recused = |member: &&PanelMember| scorers.contains(&member.person);
    let decides = |member: &&PanelMember| {
        !is_recused(member) && (named.is_empty() || named.contains(&member.person))
    };
    check_sides(panel.members.iter().filter(decides))?;
    let persons = |member: &PanelMember| member.person;
    Ok(Sitting {
        members: panel.members.iter().filter(decides).map(persons).collect(),
        recused: panel.members.iter().filter(is_recused).map(persons).collect(),
    })
}

fn check_adjustments(adjustments: &[Adjustment], cells: &[Cell]) -> Result<(), Rejection> {
    for (at, adjustment) in adjustments.iter().enumerate() {
        let (statement, cell) = (adjustment.statement, cell_of(adjustment));
        let why = if !cells.contains(&cell) {
            "is of a score that the framework does not have"
        } else if adjustments[..at].iter().any(|other| cell_of(other) == cell) {
            "is given twice"
        } else {
            continue;
        };
        return Err(StepRejection::AdjustmentUnclear { statement, why }.into());
    }
    Ok(())
}

fn cell_of(adjustment: &Adjustment) -> Cell {
    (adjustment.statement, adjustment.category)
}

/// A score as the panel leaves it; one that is "adjusted" to what it was is confirmed.
fn decided(cell: &Cell, assessment: &Assessment, adjustment: Option<&Adjustment>) -> PanelScore {
    let scored = assessment.judged[cell].score;
    let adjustment = adjustment.filter(|adjustment| adjustment.score != scored);
    PanelScore {
        category: cell.1,
        reason: adjustment.map(|adjustment| adjustment.reason),
        score: adjustment.map_or(scored, |adjustment| adjustment.score),
        scored,
        statement: cell.0,
        text: adjustment.map(|adjustment| adjustment.text.clone()),
    }
}

/// When the newest of these scores was decided: a panel cannot have seen it before.
fn latest(assessment: &Assessment, cells: &[Cell]) -> Option<PartialDate> {
    cells.iter().map(|cell| assessment.judged[cell].on).max()
}
