//! Scores and what they rest on, worked out a second time: one loop over the records of one
//! assessment, with arithmetic and bands of its own.

use assessment::event::{PanelScore, PublicationImported, PublicationMade};
use assessment::framework::{Framework, RatingChanges};
use assessment::{AssessmentId, CategoryId, Event, StatementId};
use std::collections::{BTreeMap, BTreeSet};

/// A score, where it stands, and the reviews and panel decisions that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub score: u8,
    pub positions: BTreeSet<u64>,
    pub trail: Vec<u64>,
    /// The import that it began with, if it did not begin with a review.
    import: Option<u64>,
    /// Each category with its own, where it was computed from these.
    pub parts: Vec<(CategoryId, Known)>,
}

/// What is known of a statement.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub categories: BTreeMap<CategoryId, Known>,
    pub judged: Option<Known>,
    pub in_force: Option<Known>,
    judged_here: bool,
    published: Option<u8>,
}

/// An assessment.
#[derive(Debug, Clone)]
pub struct Assessment {
    pub framework: Framework,
    pub cells: BTreeMap<StatementId, Cell>,
    /// The latest publication, with its withdrawal.
    pub published: Vec<u64>,
    last: String,
    only_as_published: bool,
}

pub fn percent(points: u32, items: u32) -> u32 {
    // 25 · points ÷ items, rounded up: the smallest whole number that is not less.
    (25..=100).find(|whole| whole * items >= 25 * points).unwrap()
}

pub fn rating(percent: u32) -> (&'static str, u8) {
    match percent {
        0..39 => ("Inadequate", 1),
        39..63 => ("Requires improvement", 2),
        63..88 => ("Good", 3),
        _ => ("Outstanding", 4),
    }
}

/// The assessments of these records, which are those in force.
pub fn assessments(records: &[(u64, &Event)]) -> BTreeMap<AssessmentId, Assessment> {
    let mut frameworks = BTreeMap::new();
    let mut all: BTreeMap<AssessmentId, Assessment> = BTreeMap::new();
    for (position, event) in records {
        let begun = match event {
            Event::FrameworkAdopted(event) => {
                frameworks.insert(event.framework.id, (*event.framework).clone());
                None
            }
            Event::AssessmentOpened(event) => Some((event.assessment, event.framework)),
            Event::PublicationImported(event) => Some((event.assessment, event.framework)),
            Event::ImportedPublicationReplaced(event) => {
                Some((event.import.assessment, event.import.framework))
            }
            _ => None,
        };
        if let Some((id, framework)) = begun {
            let framework: &Framework = &frameworks[&framework];
            let known = all.entry(id).or_insert_with(|| Assessment::of(framework));
            let is_first = known.last.is_empty() || known.last.ends_with("-p1");
            if known.framework.id != framework.id && is_first {
                let (published, last) = (known.published.clone(), known.last.clone());
                *known = Assessment { published, last, ..Assessment::of(framework) };
            }
        }
        if let Some(known) = event.assessment().and_then(|id| all.get_mut(&id)) {
            known.take_in(*position, event);
        }
    }
    all
}

impl Assessment {
    fn of(framework: &Framework) -> Self {
        let cells = framework.statements().map(|(_, it)| (it.id, Cell::default())).collect();
        let changes = framework.scoring.rating_changes.value;
        Self {
            framework: framework.clone(),
            cells,
            published: vec![],
            last: String::new(),
            only_as_published: changes == RatingChanges::AtComprehensiveAssessment,
        }
    }

    fn take_in(&mut self, position: u64, event: &Event) {
        match event {
            Event::PublicationImported(event) => self.import(position, event),
            Event::ImportedPublicationReplaced(event) => self.import(position, &event.import),
            Event::PublicationMade(event) => self.publish(position, event),
            Event::PublicationReissued(event) => self.publish(position, &event.made),
            Event::PublicationWithdrawn(event) if event.publication.as_str() == self.last => {
                self.published.truncate(1);
                self.published.push(position);
            }
            Event::ScoreReviewed(event) => {
                let known = Known::reviewed(event.score.get(), position);
                self.enter(event.statement, event.category, known);
                self.roll_up(event.statement, event.category);
            }
            Event::PanelDecided(event) => self.settle(position, &event.scores),
            Event::PanelConfirmed(event) => self.settle(position, &event.scores),
            _ => {}
        }
    }

    fn import(&mut self, position: u64, import: &PublicationImported) {
        let id = import.publication.to_string();
        let is_latest = self.last.is_empty() || self.last == id;
        if is_latest {
            let withdrawn = self.published.get(1).copied();
            self.published = [Some(position), withdrawn].into_iter().flatten().collect();
            self.last = id;
        }
        for (statement, cell) in &mut self.cells {
            let score = import.scores.iter().find(|it| it.statement == *statement);
            let score = score.map(|it| it.score.get());
            let known = score.map(|score| Known::imported(score, position));
            if is_latest {
                cell.published = score;
            }
            if !cell.judged_here {
                cell.judged = known.clone();
            }
            if !self.only_as_published || cell.as_published() {
                cell.in_force = cell.judged.clone();
            } else if is_latest {
                cell.in_force = known;
            }
        }
    }

    fn publish(&mut self, position: u64, made: &PublicationMade) {
        (self.published, self.last) = (vec![position], made.publication.to_string());
        for (statement, cell) in &mut self.cells {
            let score = made.scores.iter().find(|it| it.statement == *statement);
            cell.published = score.map(|it| it.score.get());
            if cell.as_published() {
                cell.in_force = cell.judged.clone();
            }
        }
    }

    fn settle(&mut self, position: u64, scores: &[PanelScore]) {
        for decided in scores {
            let cell = self.cells.get_mut(&decided.statement).unwrap();
            let known = match decided.category {
                Some(category) => cell.categories.get(&category).cloned(),
                None => cell.judged.clone(),
            };
            let Some(mut known) = known else { continue };
            known.trail.push(position);
            if known.score != decided.score.get() {
                // An import that was adjusted still says what it was.
                known.positions = known.import.into_iter().chain([position]).collect();
                known.score = decided.score.get();
            }
            self.enter(decided.statement, decided.category, known);
        }
        for decided in scores {
            self.roll_up(decided.statement, decided.category);
        }
    }

    fn enter(&mut self, statement: StatementId, category: Option<CategoryId>, known: Known) {
        let cell = self.cells.get_mut(&statement).unwrap();
        match category {
            Some(category) => drop(cell.categories.insert(category, known)),
            None => (cell.judged, cell.judged_here) = (Some(known), true),
        }
    }

    fn roll_up(&mut self, statement: StatementId, category: Option<CategoryId>) {
        let is_published = !self.published.is_empty();
        let required = &self.framework.statement(statement).unwrap().1.required_categories.value;
        let cell = self.cells.get_mut(&statement).unwrap();
        if category.is_some() && required.iter().all(|it| cell.categories.contains_key(it)) {
            let parts: Vec<(CategoryId, Known)> =
                required.iter().map(|it| (*it, cell.categories[it].clone())).collect();
            let points = parts.iter().map(|(_, part)| u32::from(part.score)).sum();
            let score = rating(percent(points, u32::try_from(parts.len()).unwrap())).1;
            let positions = parts.iter().flat_map(|(_, part)| part.positions.clone()).collect();
            cell.judged = Some(Known { score, positions, trail: vec![], import: None, parts });
            cell.judged_here = true;
        }
        if !(self.only_as_published && is_published) || cell.as_published() {
            cell.in_force = cell.judged.clone();
        } else if let (Some(judged), Some(in_force)) = (&cell.judged, &mut cell.in_force) {
            // What confirms the judgement in force is told of that one too.
            let own = in_force.trail.len().min(judged.trail.len());
            let is_same = judged.positions == in_force.positions
                && judged.trail[..own] == in_force.trail[..own];
            if is_same {
                in_force.trail = judged.trail.clone();
            }
        }
    }
}

impl Known {
    fn reviewed(score: u8, position: u64) -> Self {
        let (positions, trail) = (BTreeSet::from([position]), vec![position]);
        Self { score, positions, trail, import: None, parts: vec![] }
    }

    fn imported(score: u8, position: u64) -> Self {
        let (positions, import) = (BTreeSet::from([position]), Some(position));
        Self { score, positions, trail: vec![], import, parts: vec![] }
    }
}

impl Cell {
    fn as_published(&self) -> bool {
        self.judged.as_ref().map(|known| known.score) == self.published
    }
}
