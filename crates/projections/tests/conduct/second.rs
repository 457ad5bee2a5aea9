//! The checks a second time and plainly: read off the list of events, with arithmetic of its own,
//! and nothing of the rules' state or of the projections.

#[path = "second/duties.rs"]
mod duties;
#[path = "second/moves.rs"]
mod moves;
#[path = "second/windows.rs"]
mod windows;

use assessment::event::*;
use assessment::framework::{Framework, Process, Recipient};
use assessment::{AssessmentId, Calendar, CategoryId, Event, PartialDate, PersonId, StatementId};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use projections::{Check, Measure};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A counterexample, without its sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub check: Check,
    pub assessment: String,
    pub subject: String,
    pub days_late: Option<u64>,
    pub positions: Vec<u64>,
}

/// The records in force, oldest first, each with its position.
pub type Records<'a> = [(u64, &'a Event)];

/// What is scored.
type Cell = (StatementId, Option<CategoryId>);

pub fn audit(journal: &Records<'_>, measure: &Measure) -> Vec<Line> {
    let records = &in_force(journal);
    let mut all = people(records);
    all.extend(windows::early(records));
    all.extend(moves::misstated(journal));
    all.extend(duties::late(records, measure.on));
    all.extend(evidence(records));
    all.extend(conflicts(records));
    all.extend(disagreements(records));
    all.sort();
    all
}

/// What no strike-out in force strikes: the last one is in force, and so on.
fn in_force<'a>(journal: &Records<'a>) -> Vec<(u64, &'a Event)> {
    let mut void = BTreeSet::new();
    for (at, event) in journal.iter().rev() {
        if let Event::RecordStruckOut(it) = event
            && !void.contains(at)
        {
            void.insert(it.position);
        }
    }
    journal.iter().filter(|(at, _)| !void.contains(at)).copied().collect()
}

fn line(check: Check, id: AssessmentId, subject: impl ToString, positions: Vec<u64>) -> Line {
    let (assessment, subject) = (id.to_string(), subject.to_string());
    Line { check, assessment, subject, days_late: None, positions }
}

fn framework(records: &Records<'_>, id: AssessmentId) -> &'static Framework {
    static ALL: LazyLock<Vec<Framework>> = LazyLock::new(Framework::all_shipped);
    let mut named = records.iter().filter_map(|(_, event)| match event {
        Event::AssessmentOpened(it) if it.assessment == id => Some(it.framework),
        Event::PublicationImported(it) if it.assessment == id => Some(it.framework),
        Event::ImportedPublicationReplaced(it) if it.import.assessment == id => {
            Some(it.import.framework)
        }
        _ => None,
    });
    let id = named.next_back().unwrap();
    ALL.iter().find(|framework| framework.id == id).unwrap()
}

fn made(event: &Event) -> Option<&PublicationMade> {
    match event {
        Event::PublicationMade(it) => Some(it),
        Event::PublicationReissued(it) => Some(&it.made),
        _ => None,
    }
}

fn import<'a>(records: &Records<'a>, id: AssessmentId) -> Option<(u64, &'a PublicationImported)> {
    let mut last = None;
    for (at, event) in records {
        match event {
            Event::PublicationImported(it) if it.assessment == id => last = Some((*at, it)),
            Event::ImportedPublicationReplaced(it) if it.import.assessment == id => {
                last = Some((*at, &it.import));
            }
            _ => {}
        }
    }
    last
}

fn assessments(records: &Records<'_>) -> BTreeSet<AssessmentId> {
    records.iter().filter_map(|(_, event)| event.assessment()).collect()
}

/// Who judged what they scored: on a panel, or by resolving a comment.
fn people(records: &Records<'_>) -> Vec<Line> {
    let mut all = Vec::new();
    for (at, event) in records {
        let (id, members, panel) = match event {
            Event::PanelDecided(it) => (it.assessment, it.members.clone(), it.panel),
            Event::PanelConfirmed(it) => (it.assessment, it.members.clone(), it.panel),
            Event::CommentResolved(it) => {
                let id = it.comment.assessment();
                let about = records.iter().find_map(|(_, event)| match event {
                    Event::CommentSubmitted(known) if known.comment == it.comment => {
                        Some(known.about)
                    }
                    _ => None,
                });
                let meant = meant(about.unwrap(), framework(records, id));
                let own = scored_by(records, it.by, id, *at, &meant);
                if own.len() > 1 {
                    all.push(line(Check::Comments, id, it.comment, own));
                }
                continue;
            }
            _ => continue,
        };
        let every = meant(CommentSubject::Page(1), framework(records, id));
        for member in members {
            let own = scored_by(records, member, id, *at, &every);
            if own.len() > 1 {
                all.push(line(Check::Panels, id, panel, own));
            }
        }
    }
    all
}

fn meant(about: CommentSubject, framework: &Framework) -> Vec<StatementId> {
    let mut all = Vec::new();
    for theme in &framework.scoring.themes {
        for statement in &theme.statements {
            let wanted = match about {
                CommentSubject::Page(_) => true,
                CommentSubject::Statement(id) => id == statement.id,
                CommentSubject::Theme(id) => id == theme.id,
            };
            if wanted {
                all.push(statement.id);
            }
        }
    }
    all
}

/// The judging record, and what the judge scored before it, or after it until a publication.
fn scored_by(
    records: &Records<'_>,
    person: PersonId,
    id: AssessmentId,
    judged_at: u64,
    meant: &[StatementId],
) -> Vec<u64> {
    let mut positions = Vec::new();
    let mut published = false;
    for (at, event) in records {
        if *at == judged_at {
            positions.push(*at);
        }
        match event {
            Event::PublicationImported(it) => published |= it.assessment == id,
            Event::ScoreReviewed(it) if it.assessment == id && it.by == person => {
                if meant.contains(&it.statement) && (*at < judged_at || !published) {
                    positions.push(*at);
                }
            }
            event => published |= made(event).is_some_and(|made| made.assessment == id),
        }
    }
    positions
}

/// The latest score of every cell, with the record of its review.
fn given(records: &Records<'_>, id: AssessmentId) -> BTreeMap<Cell, (u8, u64)> {
    let mut all: BTreeMap<Cell, (u8, u64)> = BTreeMap::new();
    for (at, event) in records {
        let panel = match event {
            Event::ScoreReviewed(it) if it.assessment == id => {
                all.insert((it.statement, it.category), (it.score.get(), *at));
                continue;
            }
            Event::PanelDecided(it) if it.assessment == id => &it.scores,
            Event::PanelConfirmed(it) if it.assessment == id => &it.scores,
            _ => continue,
        };
        for decided in panel {
            if let Some(known) = all.get_mut(&(decided.statement, decided.category)) {
                known.0 = decided.score.get();
            }
        }
    }
    all
}

/// What the score of a statement comes from: its categories, once they all have a score.
fn counting(
    framework: &Framework,
    given: &BTreeMap<Cell, (u8, u64)>,
    statement: StatementId,
) -> Vec<Cell> {
    let required = &framework.statement(statement).unwrap().1.required_categories.value;
    let by_category = framework.id.as_str() != "la-2025";
    let parts: Vec<Cell> = required.iter().map(|it| (statement, Some(*it))).collect();
    let complete = by_category && parts.iter().all(|part| given.contains_key(part));
    if complete { parts } else { vec![(statement, None)] }
}

/// The scores of the statements by the latest judgements.
fn current(records: &Records<'_>, id: AssessmentId) -> BTreeMap<StatementId, u8> {
    let (framework, given) = (framework(records, id), given(records, id));
    let mut scores = BTreeMap::new();
    if let Some((_, import)) = import(records, id) {
        scores.extend(import.scores.iter().map(|it| (it.statement, it.score.get())));
    }
    for (_, statement) in framework.statements() {
        let cells = counting(framework, &given, statement.id);
        let known: Vec<u8> = cells.iter().filter_map(|it| Some(given.get(it)?.0)).collect();
        match (known.as_slice(), cells[0].1) {
            ([], _) => {}
            ([whole, ..], None) => {
                scores.insert(statement.id, *whole);
            }
            (parts, Some(_)) => {
                let rating = rating(parts);
                let all = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
                let score = all.iter().position(|it| *it == rating).unwrap() + 1;
                scores.insert(statement.id, u8::try_from(score).unwrap());
            }
        }
    }
    scores
}

/// The smallest whole percentage that is not less than the marks.
fn percent(scores: &[u8]) -> u32 {
    let points: u32 = scores.iter().map(|score| u32::from(*score)).sum();
    (25 * points).div_ceil(u32::try_from(scores.len()).unwrap())
}

fn rating(scores: &[u8]) -> &'static str {
    match percent(scores) {
        0..39 => "Inadequate",
        39..63 => "Requires improvement",
        63..88 => "Good",
        _ => "Outstanding",
    }
}

/// Published scores whose newest evidence is more than two years old.
fn evidence(records: &Records<'_>) -> Vec<Line> {
    let mut all = Vec::new();
    for (index, (at, event)) in records.iter().enumerate() {
        let Some(report) = made(event) else { continue };
        let id = report.assessment;
        for shown in &report.scores {
            let Some(basis) = basis(records, index, id, shown.statement) else { continue };
            let dates = basis.iter().flat_map(|review| dates(&records[..index], *review));
            let newest = dates.max_by_key(|(day, of)| (*day, *of.last().unwrap()));
            let Some((day, mut positions)) = newest else { continue };
            let last = day.checked_add_months(Months::new(24)).unwrap();
            let late = (report.published_on.first_day() - last).num_days();
            if late > 0 {
                positions.push(*at);
                positions.sort();
                let found = line(Check::EvidenceAge, id, shown.statement, positions);
                all.push(Line { days_late: u64::try_from(late).ok(), ..found });
            }
        }
    }
    all
}

/// The reviews behind a published score: those that came to it at this report, or at the last one
/// before it at which some did, if every report since then shows that same score.
fn basis(
    records: &Records<'_>,
    index: usize,
    id: AssessmentId,
    statement: StatementId,
) -> Option<Vec<u64>> {
    let mut wanted = None;
    for at in (0..=index).rev() {
        let Some(report) = made(records[at].1).filter(|made| made.assessment == id) else {
            continue;
        };
        let before = &records[..at];
        let shown = report.scores.iter().find(|it| it.statement == statement);
        let Some(shown) = shown else { continue };
        if *wanted.get_or_insert(shown.score) != shown.score {
            return None;
        }
        let given = given(before, id);
        let cells = counting(framework(before, id), &given, statement);
        let reviews: Vec<u64> = cells.iter().filter_map(|it| Some(given.get(it)?.1)).collect();
        if current(before, id).get(&statement) == Some(&shown.score.get()) {
            return Some(reviews);
        }
    }
    None
}

/// The dates of the evidence that a review names, as far as it is still relied on.
fn dates(before: &Records<'_>, review: u64) -> Vec<(NaiveDate, Vec<u64>)> {
    let (_, event) = before.iter().find(|(at, _)| *at == review).unwrap();
    let Event::ScoreReviewed(scored) = event else { panic!("not a review: {event:?}") };
    if scored.evidence.is_empty() {
        return scored.evidence_on.map(|on| (on.last_day(), vec![review])).into_iter().collect();
    }
    let mut all = Vec::new();
    for (at, event) in before {
        match event {
            Event::EvidenceSubmitted(it) if scored.evidence.contains(&it.evidence) => {
                let mut positions = vec![*at, review];
                positions.sort();
                all.push((it.evidence, it.collected_on.last_day(), positions));
            }
            Event::EvidenceWithdrawn(it) => all.retain(|(id, _, _)| *id != it.evidence),
            Event::EvidenceErased(it) => all.retain(|(id, _, _)| *id != it.evidence),
            _ => {}
        }
    }
    all.into_iter().map(|(_, day, positions)| (day, positions)).collect()
}

fn conflicts(records: &Records<'_>) -> Vec<Line> {
    let mut all = Vec::new();
    for (at, event) in records {
        let Event::ConflictRecorded(it) = event else { continue };
        let later = records.iter().any(|(later, event)| match event {
            Event::ConflictRecorded(other) => {
                later > at && (other.assessment, other.field) == (it.assessment, it.field)
            }
            _ => false,
        });
        if !later && it.used.is_none() {
            let subject = match it.field {
                ConflictField::OverallRating => "overall_rating".to_owned(),
                ConflictField::OverallScore => "overall_score".to_owned(),
                ConflictField::PublicationDate => "publication_date".to_owned(),
                ConflictField::Statement(statement) => statement.to_string(),
            };
            all.push(line(Check::Conflicts, it.assessment, subject, vec![*at]));
        }
    }
    all
}

fn disagreements(records: &Records<'_>) -> Vec<Line> {
    let mut all = Vec::new();
    for id in assessments(records) {
        let Some((at, import)) = import(records, id) else { continue };
        if import.scores.is_empty() {
            continue;
        }
        let scores: Vec<u8> = import.scores.iter().map(|it| it.score.get()).collect();
        let other_score =
            import.score.is_some_and(|stated| u32::from(stated.get()) != percent(&scores));
        if import.rating.to_string() != rating(&scores) {
            all.push(line(Check::Disagreements, id, "overall_rating", vec![at]));
        } else if other_score {
            all.push(line(Check::Disagreements, id, "overall_score", vec![at]));
        }
    }
    all
}
