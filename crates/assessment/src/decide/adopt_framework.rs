//! Taking a framework into use.

use super::{Context, event, has_come};
use crate::command::AdoptFramework;
use crate::event::{Event, FrameworkAdopted};
use crate::framework::Framework;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn decide(
    state: &State,
    command: &AdoptFramework,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let framework = &command.framework;
    if let Some(finding) = framework.findings().first() {
        let finding = finding.to_string();
        return Err(Rejection::FrameworkUnsound { framework: framework.id, finding });
    }
    // No fold and no reader of records applies one: a rating would be told otherwise than capped.
    if !framework.scoring.limiters.value.is_empty() {
        return Err(Rejection::FrameworkLimits { framework: framework.id });
    }
    has_come(command.adopted_on, context)?;
    if let Some(sample) = command.because {
        super::samples::check_answer(state, sample, command.adopted_on)?;
    }
    match state.frameworks.get(&framework.id) {
        Some(adopted) if adopted == framework.as_ref() => {
            if let Some(sample) = command.because {
                super::samples::check_known_answer(state, sample, framework.id)?;
            }
            Ok(vec![])
        }
        Some(_) => Err(Rejection::FrameworkExists { framework: framework.id }),
        None => Ok(event(FrameworkAdopted {
            adopted_on: command.adopted_on,
            because: command.because,
            process_digest: framework.process_digest(),
            reason: command.reason,
            scoring_digest: framework.scoring_digest(),
            framework: Box::new(Framework::clone(framework)),
            text: command.text.clone(),
        })),
    }
}
