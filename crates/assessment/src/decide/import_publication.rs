//! Taking in what was published before this ledger: what is known, and nothing more.

use super::{Context, has_come, organisation_of_kind};
use crate::command::ImportPublication;
use crate::event::*;
use crate::framework::{Basis, Framework, Method, OrganisationKind};
use crate::rejection::Rejection;
use crate::scoring::Score;
use crate::state::State;
use crate::text::Name;
use crate::{AssessmentId, FrameworkId, PartialDate, Precision, PublicationId};

pub(super) fn decide(
    state: &State,
    command: &ImportPublication,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let mut events = Vec::new();
    let framework = framework(state, command, context, &mut events)?;
    check_dates(command, context)?;
    register(state, command, &framework, &mut events)?;
    let scores = scores(command, &framework)?;
    let disagreement = disagreement(command, &framework)?;

    let known = state.assessments_of(command.organisation).find_map(|(id, assessment)| {
        let import = assessment.import.as_ref()?;
        let same_key = (import.programme, import.month) == (command.programme, command.month);
        same_key.then_some((id, import))
    });
    let assessment = match known {
        Some((id, _)) => id,
        None => state.next_assessment(command.organisation, command.month.year()),
    };
    let import = imported(command, assessment, scores, disagreement);
    match (known, command.replace) {
        (None, _) => events.push(import.into()),
        (Some((_, known)), _) if *known == import => return Ok(vec![]),
        (Some((id, known)), Some(reason)) => {
            keeps_framework(state, id, known.framework, command.framework)?;
            events.push(ImportedPublicationReplaced { import, reason }.into());
        }
        (Some((_, known)), None) => {
            return Err(Rejection::PublicationDiffers {
                organisation: command.organisation,
                programme: command.programme,
                month: command.month,
                difference: difference(known, &import),
            });
        }
    }
    Ok(events)
}

/// The framework to read the row under; one that comes with the program is adopted on the way.
fn framework(
    state: &State,
    command: &ImportPublication,
    context: &Context,
    events: &mut Vec<Event>,
) -> Result<Framework, Rejection> {
    if let Some(framework) = state.frameworks.get(&command.framework) {
        return Ok(framework.clone());
    }
    let framework = Framework::shipped(command.framework)
        .ok_or(Rejection::FrameworkUnknown { framework: command.framework })?;
    let adopted = FrameworkAdopted {
        because: None,
        adopted_on: context.today.into(),
        process_digest: framework.process_digest(),
        reason: None,
        scoring_digest: framework.scoring_digest(),
        text: None,
        framework: Box::new(framework.clone()),
    };
    events.push(adopted.into());
    Ok(framework)
}

fn check_dates(command: &ImportPublication, context: &Context) -> Result<(), Rejection> {
    let month = command.month;
    if month.precision() != Precision::Month {
        return Err(Rejection::NotAMonth { date: month });
    }
    let within = |date: PartialDate| {
        date.precision() == Precision::Day
            && (month.first_day()..=month.last_day()).contains(&date.first_day())
    };
    if let Some(date) = command.date
        && !within(date)
    {
        return Err(Rejection::DateOutsideMonth { date, month });
    }
    has_come(command.date.unwrap_or(month), context)
}

fn register(
    state: &State,
    command: &ImportPublication,
    framework: &Framework,
    events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    let code = command.organisation;
    if state.organisations.contains_key(&code) {
        return organisation_of_kind(state, code, framework.kind).map(|_| ());
    }
    let is_system = framework.kind == OrganisationKind::IntegratedCareSystem;
    let derived = Name::of_system(&command.name).filter(|_| is_system);
    let registered = OrganisationRegistered {
        aliases: vec![],
        as_at: None,
        code,
        fictional: false,
        kind: framework.kind,
        official_name: derived.is_some().then(|| command.name.clone()),
        name_basis: if derived.is_some() { NameBasis::Derived } else { NameBasis::Stated },
        name: derived.unwrap_or_else(|| command.name.clone()),
        region: None,
    };
    events.push(registered.into());
    Ok(())
}

fn scores(
    command: &ImportPublication,
    framework: &Framework,
) -> Result<Vec<StatementScore>, Rejection> {
    let statements: Vec<_> = framework.statements().map(|(_, statement)| statement.id).collect();
    let (found, needed) = (command.scores.len() as u64, statements.len() as u64);
    if found == 0 && command.partial {
        return Ok(vec![]);
    }
    if framework.scoring.method.value == Method::None {
        return Err(Rejection::FrameworkWithoutScores { framework: framework.id });
    }
    if found == 0 {
        return Err(Rejection::ScoresMissing { needed });
    }
    if found != needed {
        return Err(Rejection::WrongNumberOfScores { found, needed, framework: framework.id });
    }
    let pairs = statements.into_iter().zip(&command.scores);
    Ok(pairs.map(|(statement, &score)| StatementScore { score, statement }).collect())
}

/// What the scores give instead of what was published, if that was accepted.
fn disagreement(
    command: &ImportPublication,
    framework: &Framework,
) -> Result<Option<Disagreement>, Rejection> {
    if command.scores.is_empty() {
        return Ok(None);
    }
    let computed = framework.scoring.level(&command.scores);
    let refusal = if computed.rating != command.rating {
        let (stated, percent) = (command.rating, computed.percent);
        Rejection::RatingDisagrees { stated, computed: computed.rating, percent }
    } else {
        match command.score {
            Some(stated) if stated != computed.percent => {
                Rejection::ScoreDisagrees { stated, computed: computed.percent }
            }
            _ => return Ok(None),
        }
    };
    let reason = command.accept_disagreement.ok_or(refusal)?;
    Ok(Some(Disagreement {
        computed_rating: computed.rating,
        computed_score: computed.percent,
        reason,
    }))
}

/// An assessment is replayed for ever under the framework that it was reviewed under.
fn keeps_framework(
    state: &State,
    assessment: AssessmentId,
    framework: FrameworkId,
    given: FrameworkId,
) -> Result<(), Rejection> {
    let known = &state.assessments[&assessment];
    let here =
        known.judged.values().any(|judged| !judged.imported) || !known.publications.is_empty();
    if framework != given && here {
        return Err(Rejection::FrameworkKept { assessment, framework, given });
    }
    Ok(())
}

fn imported(
    command: &ImportPublication,
    assessment: AssessmentId,
    scores: Vec<StatementScore>,
    disagreement: Option<Disagreement>,
) -> PublicationImported {
    // The source calls a pilot a pilot; that "formal" was each body's baseline is our reading.
    let (kind, kind_basis) = match command.programme {
        Programme::Pilot => (AssessmentKind::Pilot, Basis::Stated),
        Programme::Formal => (AssessmentKind::Baseline, Basis::Assumed),
    };
    PublicationImported {
        assessment,
        date: command.date,
        disagreement,
        framework: command.framework,
        framework_basis: Basis::Assumed,
        kind,
        kind_basis,
        month: command.month,
        organisation: command.organisation,
        programme: command.programme,
        publication: PublicationId::derive(assessment, 1),
        rating: command.rating,
        score: command.score,
        scores,
        source: command.source.clone(),
    }
}

/// The first fact that differs, in words with both values; scores by their statement.
fn difference(known: &PublicationImported, given: &PublicationImported) -> String {
    let score = |import: &PublicationImported, at: usize| -> Option<Score> {
        import.scores.get(at).map(|cell| cell.score)
    };
    let differing = (0..known.scores.len().min(given.scores.len()))
        .find(|&at| known.scores[at] != given.scores[at]);
    if let Some(at) = differing
        && let (Some(there), Some(here)) = (score(known, at), score(given, at))
    {
        let statement = known.scores[at].statement;
        return format!("its score for {statement} is {there}, not {here}");
    }
    let known = serde_json::to_value(known).expect("imports are texts, integers and lists");
    let given = serde_json::to_value(given).expect("imports are texts, integers and lists");
    super::difference(&known, &given).unwrap_or_else(|| "differs".to_owned())
}
