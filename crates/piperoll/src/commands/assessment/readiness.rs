//! `assessment readiness`.

use super::unknown;
use crate::cli::{Asking, Format};
use crate::commands::{self, Home, at, only_for_the_regulator, open};
use crate::exit::Outcome;
use crate::render::{self, Column, Row};
use crate::world;
use assessment::state::Assessment;
use assessment::{AssessmentId, Need, Readiness, Stage, Warning, readiness};
use serde::Serialize;
use std::io::Write;

/// Lists what is missing for a publication, and what else should be known.
pub fn run(home: &Home, text: &str, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "what is missing for a publication")?;
    let mut ledger = open(home)?;
    let id = commands::assessment(&mut ledger, text)?;
    let state = ledger.state(at(asking), &|state| state.behind(id))?;
    let day = asking.effective.unwrap_or_else(|| world::now().day());
    let Some(found) = readiness(&state, id, day) else { return Err(unknown(id)) };
    // Nothing is missing from what will not be published.
    let later = state.last_published(id.organisation()).filter(|later| *later != id);
    let assessment = &state.assessments[&id];
    let later = later.filter(|_| assessment.published_on().is_some());
    let is_over = assessment.cancelled.is_some() || later.is_some();
    let rows = if is_over { vec![] } else { rows(id, &found) };
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &rows);
    }
    if !rows.is_empty() {
        render::rows(out, asking.format, &rows)?;
        out.flush()?;
    }
    world::say(conclusion(assessment, later, &found));
    Ok(())
}

/// Something that is missing, or should be known.
#[derive(Debug, Clone, Serialize)]
struct ReadinessRow {
    assessment: AssessmentId,
    /// The statement, theme or step that it is about.
    subject: String,
    state: &'static str,
    what: String,
    stage: Option<&'static str>,
}

impl Row for ReadinessRow {
    const HEADER: &'static [&'static str] = &["assessment", "subject", "state", "what", "stage"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("state", |row| row.state.to_owned()),
            Column::left("stage", |row| row.stage.unwrap_or_default().to_owned()),
            Column::text("what", |row| row.what.clone()),
        ]
    }
}

fn rows(assessment: AssessmentId, readiness: &Readiness) -> Vec<ReadinessRow> {
    let needs = readiness.needs.iter().map(|need| ReadinessRow {
        assessment,
        subject: subject(need),
        state: "missing",
        what: need.to_string(),
        stage: Some(stage(need.stage())),
    });
    let warnings = readiness.warnings.iter().map(|warning| {
        let (subject, state) = match warning {
            Warning::Section50 { statement } => (statement.to_string(), "warning"),
            Warning::NothingNew { publication } => (publication.to_string(), "information"),
            Warning::ChangedSinceSharing { recipient } => (recipient.to_string(), "warning"),
            Warning::AuthorityNotAssessed { organisation } => (organisation.to_string(), "warning"),
            Warning::AuthorityAssessed { organisation, .. } => {
                (organisation.to_string(), "information")
            }
        };
        ReadinessRow { assessment, subject, state, what: warning.to_string(), stage: None }
    });
    needs.chain(warnings).collect()
}

fn subject(need: &Need) -> String {
    match need {
        Need::Score { cell } | Need::Evidence { cell } | Need::Confirmation { cell } => {
            cell.0.to_string()
        }
        Need::Panel => "panel".to_owned(),
        Need::Draft { passage } => {
            let statement = passage.statement.map(|statement| statement.to_string());
            let theme = passage.theme.map(|theme| theme.to_string());
            statement.or(theme).unwrap_or_else(|| passage.section.to_string())
        }
        Need::Sharing { recipient } | Need::Window { recipient, .. } => recipient.to_string(),
        Need::Comment { comment } => comment.to_string(),
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Evidence => "evidence",
        Stage::Panel => "panel",
        Stage::Draft => "draft",
        Stage::Check => "check",
    }
}

fn conclusion(
    assessment: &Assessment,
    later: Option<AssessmentId>,
    readiness: &Readiness,
) -> String {
    if let Some(cancelled) = &assessment.cancelled {
        return format!("cancelled on {}", cancelled.cancelled_on);
    }
    if let Some(on) = assessment.published_on() {
        if let Some(later) = later {
            return format!("published on {on}; {later} was published after it");
        }
        let missing = match readiness.needs.len() {
            0 => "nothing is missing".to_owned(),
            missing => format!("{missing} missing"),
        };
        return match assessment.withdrawal() {
            Some(withdrawal) => {
                format!("withdrawn on {}; {missing} for a reissue", withdrawal.withdrawn_on)
            }
            None => format!("published on {on}; {missing} for an update"),
        };
    }
    match readiness.needs.len() {
        0 => "ready to publish".to_owned(),
        missing => format!("{missing} missing"),
    }
}
