//! Every move of a published level is published or due.

use super::{Check, Finding, Records, released, walk};
use crate::fold::{Effect, Fact, Projections};
use crate::transitions::Subject;
use assessment::due::{self, Level, Matter};
use assessment::event::PublicationMade;
use assessment::framework::{Framework, RatingChanges, Theme};
use assessment::scoring::{Rating, Score};
use assessment::state::Assessment;
use assessment::{AssessmentId, Event, OrganisationCode, State};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What is listed as due of a body: levels to update, or the whole report.
#[derive(Default)]
struct Listed {
    levels: BTreeSet<Subject>,
    whole: bool,
}

/// What is known of reports and of the moves of levels.
#[derive(Default)]
struct Traces {
    projections: Projections,
    /// The record that moved each level of a body to each rating last.
    moved: BTreeMap<(OrganisationCode, Subject, Rating), u64>,
    /// The record that published the last report of each assessment.
    published: BTreeMap<AssessmentId, u64>,
    /// The assessments whose last report states what was imported.
    as_imported: BTreeSet<AssessmentId>,
}

/// One finding for each published level of a body that its last report states otherwise than its
/// latest judgements come to, and that is neither due nor waits.
///
/// What an import states is no report of this ledger: where it differs from what is judged, that
/// is due, or was published so.
pub(super) fn check(records: &Records<'_>, on: NaiveDate) -> Vec<Finding> {
    let mut traces = Traces::default();
    let state = walk(records, &mut |state, position, event| traces.follow(state, position, event));
    let listed = listed(&state, on);
    let mut found = Vec::new();
    for organisation in state.organisations.keys() {
        let Some(id) = state.last_published(*organisation) else { continue };
        let assessment = &state.assessments[&id];
        let Some(made) = assessment.publications.last() else { continue };
        let Some(framework) = state.frameworks.get(&assessment.framework) else { continue };
        let nothing = Listed::default();
        let listed = listed.get(organisation).unwrap_or(&nothing);
        let waits = RatingChanges::AtComprehensiveAssessment;
        if listed.whole || framework.scoring.rating_changes.value == waits {
            continue;
        }
        for subject in subjects(framework) {
            let Some(judged) = judged(assessment, framework, subject) else { continue };
            let stated = stated(made, framework, subject);
            // That an import gives another overall rating than its scores is no move, nor is it
            // where it was published again so.
            let as_imported = subject == Subject::Overall && traces.as_imported.contains(&id);
            if Some(judged) != stated && !listed.levels.contains(&subject) && !as_imported {
                found.push(finding(made, &traces, (subject, judged, stated)));
            }
        }
    }
    found
}

/// The rating that a report states of a level.
fn stated(made: &PublicationMade, framework: &Framework, subject: Subject) -> Option<Rating> {
    match subject {
        Subject::Overall => made.overall.map(|overall| overall.rating),
        Subject::Theme(id) => {
            made.themes.iter().find(|theme| theme.theme == id).map(|theme| theme.rating)
        }
        Subject::Statement(id) => {
            let shown = made.scores.iter().find(|cell| cell.statement == id)?;
            Some(framework.scoring.rating(shown.score))
        }
    }
}

/// The levels that a framework publishes with a rating.
fn subjects(framework: &Framework) -> Vec<Subject> {
    if !framework.awards_ratings() {
        return vec![];
    }
    let themes = framework.scoring.themes.iter().map(|theme| Subject::Theme(theme.id));
    let statements = framework.statements().map(|(_, it)| Subject::Statement(it.id));
    let all = [Subject::Overall].into_iter().chain(themes).chain(statements);
    all.filter(|subject| framework.publishes(subject.level())).collect()
}

/// The rating of a level by the latest judgements, where every statement of it has one.
fn judged(assessment: &Assessment, framework: &Framework, subject: Subject) -> Option<Rating> {
    let score = |statement| assessment.statement_score(framework, statement);
    if let Subject::Statement(statement) = subject {
        return Some(framework.scoring.rating(score(statement)?));
    }
    let is_within = |theme: &Theme| match subject {
        Subject::Theme(id) => theme.id == id,
        Subject::Overall | Subject::Statement(_) => true,
    };
    let statements = framework.statements().filter(|(theme, _)| is_within(theme));
    let scores: Option<Vec<Score>> = statements.map(|(_, it)| score(it.id)).collect();
    let scores = scores.filter(|scores| !scores.is_empty())?;
    Some(framework.scoring.level(&scores).rating)
}

/// What stands in the list of what is due.
fn listed(state: &State, on: NaiveDate) -> BTreeMap<OrganisationCode, Listed> {
    let mut all: BTreeMap<OrganisationCode, Listed> = BTreeMap::new();
    for owed in due::owed(state, on) {
        let own = all.entry(owed.organisation).or_default();
        match owed.matter {
            Matter::Publication { levels, .. } => {
                own.levels.extend(levels.iter().map(|level| match level {
                    Level::Overall => Subject::Overall,
                    Level::Theme(theme) => Subject::Theme(*theme),
                    Level::Statement(statement) => Subject::Statement(*statement),
                }));
            }
            Matter::Reissue { .. } => own.whole = true,
            _ => {}
        }
    }
    all
}

impl Traces {
    fn follow(&mut self, state: &State, position: u64, event: &Event) {
        let fact = Fact { position, event };
        for effect in self.projections.apply(&fact) {
            if let (Effect::Moved(moved), Some(code)) = (effect, fact.organisation()) {
                self.moved.insert((code, moved.subject, moved.to), position);
            }
        }
        let Some(made) = released(event) else { return };
        let id = made.assessment;
        self.published.insert(id, position);
        if self.repeats_import(state.assessments.get(&id), made) {
            self.as_imported.insert(id);
        } else {
            self.as_imported.remove(&id);
        }
    }

    /// Whether a report states what the import before it did, perhaps by way of other reports.
    fn repeats_import(&self, assessment: Option<&Assessment>, made: &PublicationMade) -> bool {
        let Some(assessment) = assessment else { return false };
        let now = (made.overall.map(|overall| overall.rating), &made.scores);
        match (assessment.publications.last(), &assessment.import) {
            (Some(last), _) => {
                let same = (last.overall.map(|overall| overall.rating), &last.scores) == now;
                same && self.as_imported.contains(&made.assessment)
            }
            (None, Some(import)) => (Some(import.rating), &import.scores) == now,
            (None, None) => false,
        }
    }
}

fn finding(
    made: &PublicationMade,
    traces: &Traces,
    (subject, judged, stated): (Subject, Rating, Option<Rating>),
) -> Finding {
    let (assessment, organisation) = (made.assessment, made.organisation());
    let moved = traces.moved.get(&(organisation, subject, judged));
    let published = traces.published.get(&assessment);
    let positions: BTreeSet<u64> = moved.into_iter().chain(published).copied().collect();
    let subject = subject.id().unwrap_or_else(|| "overall".to_owned());
    let (publication, on) = (made.publication, made.published_on);
    let stated = stated.map_or("nothing of it".to_owned(), |rating| format!("{rating}"));
    Finding {
        check: Check::Moves,
        organisation,
        assessment,
        what: format!(
            "{subject} is judged {judged}, {publication} of {on} states {stated}, and no update \
             is listed as due"
        ),
        subject,
        days_late: None,
        positions: positions.into_iter().collect(),
    }
}
