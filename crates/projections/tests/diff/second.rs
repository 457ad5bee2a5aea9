//! A plain second implementation of what has a value in a state of knowledge: the rules' state,
//! record by record, and loops over the statements of the framework.

use super::Named;
use assessment::due::{Level, Matter, owed};
use assessment::framework::{Framework, RatingChanges};
use assessment::scoring::{Percent, Rating, Score};
use assessment::state::Assessment;
use assessment::{AssessmentId, Event, PartialDate, State, StatementId, StrikeOuts, evolve};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that has a value.
pub struct Items {
    pub values: BTreeMap<Named, String>,
    /// The assessments that count.
    pub counts: BTreeSet<String>,
}

pub fn score(in_force: Option<Score>, waits: Option<Score>) -> String {
    format!("{in_force:?}, waits {waits:?}")
}

pub fn rating(
    in_force: InForce,
    published: (Option<Rating>, Option<Percent>, Option<PartialDate>),
) -> String {
    format!("{in_force:?}, published {published:?}")
}

pub fn due(levels: &[String], since: PartialDate, due_on: Option<PartialDate>) -> String {
    format!("{levels:?} since {since} by {due_on:?}")
}

/// What is not in the state of an assessment.
#[derive(Default)]
struct Kept {
    begun_at: u64,
    in_force: BTreeMap<StatementId, Score>,
    changed_on: BTreeMap<StatementId, PartialDate>,
    reviewed_on: BTreeMap<StatementId, PartialDate>,
}

/// A rating and a percentage.
type InForce = (Option<Rating>, Option<Percent>);

type All = BTreeMap<AssessmentId, Kept>;

pub fn items(records: &[(u64, &Event)], on: NaiveDate) -> Items {
    let void = StrikeOuts::among(records.iter().copied()).void();
    let (mut state, mut kept) = (State::default(), All::new());
    for (position, event) in records {
        if void.contains_key(position) {
            continue;
        }
        let was_published = |id: AssessmentId| {
            state.assessments.get(&id).is_some_and(|it| it.published_on().is_some())
        };
        let was_published = event.assessment().is_some_and(was_published);
        state = evolve(state, event);
        follow(&state, &mut kept, *position, event, was_published);
    }
    let mut items = Items { values: BTreeMap::new(), counts: BTreeSet::new() };
    for code in state.organisations.keys() {
        items.values.insert((code.to_string(), None, "body".to_owned()), "known".to_owned());
        let own = || state.assessments_of(*code).filter(|(id, _)| kept.contains_key(id));
        let open = own().filter(|(_, it)| it.is_open());
        let opened = open.max_by_key(|(id, it)| (it.opened_on, kept[id].begun_at));
        let current = state.last_published(*code).or(opened.map(|(id, _)| id));
        items.counts.extend(current.map(|id| id.to_string()));
        for (id, assessment) in own() {
            let values = of_assessment(&state, assessment, &kept[&id]);
            for (what, value) in values {
                let key = |of| (code.to_string(), of, what.clone());
                items.values.insert(key(Some(id.to_string())), value.clone());
                if current == Some(id) {
                    items.values.insert(key(None), value);
                }
            }
        }
    }
    for one in owed(&state, on) {
        let (subject, levels) = subject(&one.matter);
        let what = format!("due {} {subject}", one.kind());
        let value = due(&levels, one.since, one.due_on);
        items.values.insert((one.organisation.to_string(), None, what), value);
    }
    items
}

/// Follows what is in force, and since when: a review, a panel or a publication puts the latest
/// judgement in force, unless it has to wait for another assessment.
fn follow(state: &State, all: &mut All, position: u64, event: &Event, was_published: bool) {
    let Some(id) = event.assessment() else { return };
    let Some(assessment) = state.assessments.get(&id) else { return };
    let Some(framework) = state.frameworks.get(&assessment.framework) else { return };
    if !state.organisations.contains_key(&id.organisation()) {
        return;
    }
    let begins = matches!(
        event,
        Event::AssessmentOpened(_)
            | Event::PublicationImported(_)
            | Event::ImportedPublicationReplaced(_)
            | Event::PublicationMade(_)
            | Event::PublicationReissued(_)
    );
    if !begins && !all.contains_key(&id) {
        return;
    }
    let kept = all.entry(id).or_insert_with(|| Kept { begun_at: position, ..Kept::default() });
    let waits = framework.scoring.rating_changes.value == RatingChanges::AtComprehensiveAssessment;
    let imports =
        matches!(event, Event::PublicationImported(_) | Event::ImportedPublicationReplaced(_));
    let judges = matches!(
        event,
        Event::ScoreReviewed(_) | Event::PanelDecided(_) | Event::PanelConfirmed(_)
    );
    let publishes = matches!(event, Event::PublicationMade(_) | Event::PublicationReissued(_));
    for (_, statement) in framework.statements() {
        let judged = assessment.statement_score(framework, statement.id);
        let published = assessment.published_score(statement.id);
        let before = kept.in_force.get(&statement.id).copied();
        let counts = match event {
            _ if imports && assessment.publications.is_empty() && waits => published,
            _ if imports && (!waits || judged == published) => judged,
            _ if judges && (!(was_published && waits) || judged == published) => judged,
            _ if publishes && judged == published => judged,
            _ => before,
        };
        if counts != before && !imports {
            kept.changed_on.insert(statement.id, event.occurred_on().unwrap());
        }
        match counts {
            Some(score) => kept.in_force.insert(statement.id, score),
            None => kept.in_force.remove(&statement.id),
        };
    }
    if let Event::ScoreReviewed(review) = event {
        let known = kept.reviewed_on.get(&review.statement);
        if review.correction || known.is_none_or(|known| *known <= review.reviewed_on) {
            kept.reviewed_on.insert(review.statement, review.reviewed_on);
        }
    }
}

fn of_assessment(state: &State, assessment: &Assessment, kept: &Kept) -> BTreeMap<String, String> {
    let framework = &state.frameworks[&assessment.framework];
    let mut values = BTreeMap::new();
    for (_, statement) in framework.statements() {
        let id = statement.id;
        let in_force = kept.in_force.get(&id).copied();
        let judged = assessment.statement_score(framework, id);
        let waits = judged.filter(|_| judged != in_force);
        if in_force.or(waits).is_some() {
            values.insert(format!("score {id}"), score(in_force, waits));
        }
        if let Some(on) = kept.reviewed_on.get(&id) {
            values.insert(format!("reviewed {id}"), on.to_string());
        }
        if let Some(on) = kept.changed_on.get(&id) {
            values.insert(format!("changed {id}"), on.to_string());
        }
    }
    for (name, in_force) in ratings(framework, kept) {
        let published = published(assessment, &name);
        if in_force != (None, None) || published != (None, None, None) {
            values.insert(format!("rating {name}"), rating(in_force, published));
        }
    }
    values
}

/// The whole and each theme: the rating and percentage in force.
fn ratings(framework: &Framework, kept: &Kept) -> Vec<(String, InForce)> {
    let themes = framework.scoring.themes.iter().map(|theme| Some(theme.id));
    let mut all = Vec::new();
    for theme in [None].into_iter().chain(themes) {
        let own = framework.statements().filter(|(of, _)| theme.is_none_or(|it| it == of.id));
        let scores: Option<Vec<Score>> =
            own.map(|(_, statement)| kept.in_force.get(&statement.id).copied()).collect();
        let level = scores.filter(|it| !it.is_empty()).map(|it| framework.scoring.level(&it));
        let rating = level.map(|it| it.rating).filter(|_| framework.awards_ratings());
        let name = theme.map_or("overall".to_owned(), |theme| theme.to_string());
        all.push((name, (rating, level.map(|it| it.percent))));
    }
    all
}

/// The rating, the percentage and the day of the last publication, unless it was withdrawn.
fn published(
    assessment: &Assessment,
    name: &str,
) -> (Option<Rating>, Option<Percent>, Option<PartialDate>) {
    if assessment.withdrawal().is_some() {
        return (None, None, None);
    }
    let on = assessment.published_on();
    match (assessment.publications.last(), &assessment.import) {
        (Some(made), _) if name == "overall" => {
            (made.overall.map(|it| it.rating), made.overall.map(|it| it.score), on)
        }
        (Some(made), _) => {
            let of_theme = made.themes.iter().find(|it| it.theme.as_str() == name);
            (of_theme.map(|it| it.rating), of_theme.map(|it| it.score), on)
        }
        (None, Some(import)) if name == "overall" => (Some(import.rating), import.score, on),
        _ => (None, None, on),
    }
}

fn subject(matter: &Matter) -> (String, Vec<String>) {
    let level = |level: &Level| match level {
        Level::Overall => "overall".to_owned(),
        Level::Theme(theme) => theme.to_string(),
        Level::Statement(statement) => statement.to_string(),
    };
    match matter {
        Matter::Publication { assessment, levels } => {
            (assessment.to_string(), levels.iter().map(level).collect())
        }
        Matter::Reissue { publication } | Matter::ProcessReview { publication } => {
            (publication.to_string(), vec![])
        }
        Matter::Section50 { assessment, letter, statements } => {
            let statements = statements.iter().map(ToString::to_string).collect();
            (format!("{assessment} {letter}"), statements)
        }
        Matter::Comment { comment } => (comment.to_string(), vec![]),
        Matter::Window { assessment, recipient } => (format!("{assessment} {recipient}"), vec![]),
        Matter::EvidenceRequest { request, .. } => (request.to_string(), vec![]),
    }
}
