//! The rows of a history, worked out from the list of events with simple loops.

use assessment::framework::Framework;
use assessment::{Event, PartialDate};
use projections::Occurrence;
use std::collections::BTreeMap;

/// What is compared of a happening.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub position: u64,
    pub on: PartialDate,
    pub what: String,
    /// Of a review in force.
    pub changed: Option<bool>,
    pub void_by: Option<u64>,
}

/// Every happening of a body, by date and then by position.
pub fn lines(records: &[Occurrence<'_>], body: &str) -> Vec<Line> {
    let mut scores = Scores::default();
    let mut lines = Vec::new();
    for record in records {
        let (event, is_void) = (record.event, record.void_by.is_some());
        let before = last_score(&scores, event);
        if !is_void {
            scores.take_in(event);
        }
        if !is_of(event, body) {
            continue;
        }
        let mut what = word(event.kind()).to_owned();
        let mut changed = None;
        if let Event::ScoreReviewed(review) = event {
            // What is void stands as it was recorded.
            let found = if is_void { review.previous.map(|score| score.get()) } else { before };
            what = if found.is_some() { "reviewed" } else { "scored" }.to_owned();
            changed = (!is_void).then(|| before != Some(review.score.get()));
        }
        lines.push(Line {
            position: record.position,
            on: event.occurred_on().unwrap_or(record.recorded_on.into()),
            what,
            changed,
            void_by: record.void_by,
        });
    }
    lines.sort_by_key(|line| (line.on.first_day(), line.position));
    lines
}

/// By its stream; a panel is of every body of whose assessments it judges one.
fn is_of(event: &Event, body: &str) -> bool {
    if let Event::PanelConvened(panel) = event {
        return panel.assessments.iter().any(|id| id.as_str().starts_with(&format!("{body}-")));
    }
    let stream = event.stream();
    stream == format!("organisation/{body}") || stream.starts_with(&format!("assessment/{body}-"))
}

fn word(kind: &str) -> &'static str {
    match kind {
        "organisation_registered" => "registered",
        "organisation_amended" => "amended",
        "organisation_succeeded" => "succeeded",
        "area_member_added" => "area begun",
        "area_member_ended" => "area ended",
        "assessment_opened" => "opened",
        "publication_imported" | "publication_made" => "published",
        "imported_publication_replaced" => "corrected",
        "assessment_amended" => "planned",
        "assessment_cancelled" => "cancelled",
        "evidence_requested" => "asked",
        "evidence_submitted" => "submitted",
        "evidence_attributed" => "attributed",
        "evidence_used" => "used",
        "evidence_withdrawn" | "publication_withdrawn" => "withdrawn",
        "evidence_erased" => "erased",
        "panel_convened" => "convened",
        "panel_decided" | "process_review_decided" => "decided",
        "panel_confirmed" | "draft_confirmed" => "confirmed",
        "draft_written" => "drafted",
        "draft_shared" => "shared",
        "draft_extended" => "extended",
        "comment_submitted" => "commented",
        "comment_resolved" => "resolved",
        "publication_reissued" => "reissued",
        "section_50_notified" => "notified",
        "process_review_requested" => "challenged",
        "finance_recorded" => "recorded",
        "conflict_recorded" => "disputed",
        "record_struck_out" => "struck out",
        _ => "",
    }
}

/// The last score of everything that is scored.
#[derive(Default)]
struct Scores {
    frameworks: BTreeMap<String, Framework>,
    assessments: BTreeMap<String, Assessment>,
}

#[derive(Default)]
struct Assessment {
    framework: String,
    publications: Vec<String>,
    statements: BTreeMap<String, Statement>,
}

#[derive(Default)]
struct Statement {
    whole: Option<u8>,
    /// It was judged here, so that no import takes its place.
    here: bool,
    categories: BTreeMap<String, u8>,
}

fn last_score(scores: &Scores, event: &Event) -> Option<u8> {
    let Event::ScoreReviewed(review) = event else { return None };
    let assessment = scores.assessments.get(review.assessment.as_str())?;
    let statement = assessment.statements.get(review.statement.as_str())?;
    match review.category {
        Some(category) => statement.categories.get(category.as_str()).copied(),
        None => statement.whole,
    }
}

impl Scores {
    fn take_in(&mut self, event: &Event) {
        let id = event.assessment().map(|id| id.to_string()).unwrap_or_default();
        match event {
            Event::FrameworkAdopted(event) => {
                let framework = (*event.framework).clone();
                self.frameworks.insert(framework.id.to_string(), framework);
            }
            Event::AssessmentOpened(event) => {
                let assessment = self.assessments.entry(id).or_default();
                assessment.framework = event.framework.to_string();
            }
            Event::PublicationImported(import) => self.import(import),
            Event::ImportedPublicationReplaced(event) => self.import(&event.import),
            Event::PublicationMade(made) => {
                let assessment = self.assessments.entry(id).or_default();
                assessment.publications.push(made.publication.to_string());
            }
            Event::PublicationReissued(event) => {
                let assessment = self.assessments.entry(id).or_default();
                assessment.publications.push(event.made.publication.to_string());
            }
            Event::ScoreReviewed(review) => {
                let category = review.category.map(|category| category.to_string());
                let statement = review.statement.to_string();
                self.enter(&id, &statement, category.as_deref(), review.score.get());
                self.roll_up(&id, &statement, category.is_some());
            }
            Event::PanelDecided(event) => self.settle(&id, &event.scores),
            Event::PanelConfirmed(event) => self.settle(&id, &event.scores),
            _ => {}
        }
    }

    fn import(&mut self, import: &assessment::event::PublicationImported) {
        let assessment = self.assessments.entry(import.assessment.to_string()).or_default();
        let (publication, framework) =
            (import.publication.to_string(), import.framework.to_string());
        if !assessment.publications.contains(&publication) {
            assessment.publications.push(publication.clone());
        }
        let is_last = assessment.publications.last() == Some(&publication);
        if is_last && assessment.framework != framework {
            assessment.statements.clear();
            assessment.framework = framework;
        }
        let known = &self.frameworks[&assessment.framework];
        for (_, statement) in known.statements() {
            let given = import.scores.iter().find(|score| score.statement == statement.id);
            let cell = assessment.statements.entry(statement.id.to_string()).or_default();
            if !cell.here {
                cell.whole = given.map(|given| given.score.get());
            }
        }
    }

    fn enter(&mut self, id: &str, statement: &str, category: Option<&str>, score: u8) {
        let Some(assessment) = self.assessments.get_mut(id) else { return };
        let cell = assessment.statements.entry(statement.to_owned()).or_default();
        match category {
            Some(category) => {
                cell.categories.insert(category.to_owned(), score);
            }
            None => (cell.whole, cell.here) = (Some(score), true),
        }
    }

    /// Once every required category is scored, they make the statement's score.
    fn roll_up(&mut self, id: &str, statement: &str, by_category: bool) {
        let Some(assessment) = self.assessments.get_mut(id).filter(|_| by_category) else { return };
        let framework = &self.frameworks[&assessment.framework];
        let known = framework.statement(statement.parse().unwrap()).unwrap().1;
        let cell = assessment.statements.get_mut(statement).unwrap();
        let (mut sum, mut items) = (0, 0);
        for category in &known.required_categories.value {
            let Some(score) = cell.categories.get(category.as_str()) else { return };
            (sum, items) = (sum + u32::from(*score), items + 1);
        }
        if items > 0 {
            // 25 · sum ÷ items, rounded up.
            let percent = (25..=100).find(|whole| whole * items >= 25 * sum).unwrap();
            let score = match percent {
                0..39 => 1,
                39..63 => 2,
                63..88 => 3,
                _ => 4,
            };
            (cell.whole, cell.here) = (Some(score), true);
        }
    }

    /// A panel judges what somebody scored: what was not, or is void, it does not score.
    fn settle(&mut self, id: &str, scores: &[assessment::event::PanelScore]) {
        let mut touched = Vec::new();
        for decided in scores {
            let statement = decided.statement.to_string();
            let category = decided.category.map(|category| category.to_string());
            let known = self.assessments.get(id).and_then(|it| it.statements.get(&statement));
            let known = known.and_then(|cell| match &category {
                Some(category) => cell.categories.get(category).copied(),
                None => cell.whole,
            });
            if known.is_some() {
                self.enter(id, &statement, category.as_deref(), decided.score.get());
            }
            touched.push((statement, category.is_some()));
        }
        for (statement, by_category) in touched {
            let is_known = |it: &Assessment| it.statements.contains_key(&statement);
            if self.assessments.get(id).is_some_and(is_known) {
                self.roll_up(id, &statement, by_category);
            }
        }
    }
}
