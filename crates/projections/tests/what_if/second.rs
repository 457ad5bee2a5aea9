//! The second computation: simple loops over the events of one assessment.

use crate::plain::{Level, Rules};
use assessment::event::{PanelScore, PublicationImported, StatementScore};
use assessment::framework::Framework;
use assessment::{AssessmentId, Event, ThemeId};
use std::collections::{BTreeMap, BTreeSet};

/// One assessment, as its events tell.
pub struct Second {
    own: String,
    /// Statements in order, with their themes.
    statements: Vec<(ThemeId, String)>,
    required: Vec<String>,
    published: BTreeMap<String, u64>,
    judged: BTreeMap<String, u64>,
    /// Whose score was rolled up from categories.
    rolled_up: BTreeSet<String>,
    /// Judged here, so that an import does not change it.
    here: BTreeSet<String>,
    categories: BTreeMap<(String, String), u64>,
    /// The publications so far, by their ids.
    issued: Vec<String>,
}

impl Second {
    pub fn of(records: &[(u64, &Event)], id: AssessmentId, own: &Framework) -> Self {
        let first = own.statements().next().unwrap().1;
        let required = first.required_categories.value.iter();
        let statements = own.statements().map(|(theme, it)| (theme.id, it.id.to_string()));
        let mut second = Self {
            own: own.id.to_string(),
            statements: statements.collect(),
            required: required.map(ToString::to_string).collect(),
            published: BTreeMap::new(),
            judged: BTreeMap::new(),
            rolled_up: BTreeSet::new(),
            here: BTreeSet::new(),
            categories: BTreeMap::new(),
            issued: Vec::new(),
        };
        for (_, event) in records.iter().filter(|(_, event)| event.assessment() == Some(id)) {
            second.take_in(event);
        }
        second
    }

    fn take_in(&mut self, event: &Event) {
        match event {
            Event::PublicationImported(event) => self.import(event),
            Event::ImportedPublicationReplaced(event) => self.import(&event.import),
            Event::PublicationMade(event) => {
                self.publish(&event.publication.to_string(), &event.scores);
            }
            Event::PublicationReissued(event) => {
                self.publish(&event.made.publication.to_string(), &event.made.scores);
            }
            Event::ScoreReviewed(event) => {
                let (statement, score) = (event.statement.to_string(), event.score.get().into());
                self.judge(&statement, event.category.map(|it| it.to_string()), score);
                if event.category.is_some() {
                    self.roll_up(&statement);
                }
            }
            Event::PanelDecided(event) => self.settle(&event.scores),
            Event::PanelConfirmed(event) => self.settle(&event.scores),
            _ => {}
        }
    }

    /// What is corrected displaces nothing that was published or judged here since.
    fn import(&mut self, import: &PublicationImported) {
        let id = import.publication.to_string();
        if self.issued.last().is_none_or(|last| *last == id) {
            self.publish(&id, &import.scores);
        }
        for (_, statement) in &self.statements {
            if self.here.contains(statement) {
                continue;
            }
            self.judged.remove(statement);
            for score in import.scores.iter().filter(|it| it.statement.as_str() == statement) {
                self.judged.insert(statement.clone(), score.score.get().into());
            }
        }
    }

    fn publish(&mut self, id: &str, scores: &[StatementScore]) {
        if self.issued.last().map(String::as_str) != Some(id) {
            self.issued.push(id.to_owned());
        }
        self.published.clear();
        for score in scores {
            self.published.insert(score.statement.to_string(), score.score.get().into());
        }
    }

    fn judge(&mut self, statement: &str, category: Option<String>, score: u64) {
        match category {
            Some(category) => drop(self.categories.insert((statement.to_owned(), category), score)),
            None => {
                self.judged.insert(statement.to_owned(), score);
                self.here.insert(statement.to_owned());
                self.rolled_up.remove(statement);
            }
        }
    }

    /// A panel judges what somebody scored.
    fn settle(&mut self, scores: &[PanelScore]) {
        for decided in scores {
            let statement = decided.statement.to_string();
            let category = decided.category.map(|it| it.to_string());
            let is_known = match &category {
                Some(id) => self.categories.contains_key(&(statement.clone(), id.clone())),
                None => self.judged.contains_key(&statement),
            };
            if is_known {
                self.judge(&statement, category, decided.score.get().into());
            }
        }
        for decided in scores.iter().filter(|decided| decided.category.is_some()) {
            self.roll_up(decided.statement.as_str());
        }
    }

    fn roll_up(&mut self, statement: &str) {
        let plain = Rules { rounding: "ceiling", tops: [38, 62, 87, 100], ..Rules::default() };
        if let Some(score) = self.categories_come_to(statement, &self.required, &plain) {
            self.judged.insert(statement.to_owned(), score);
            self.here.insert(statement.to_owned());
            self.rolled_up.insert(statement.to_owned());
        }
    }

    fn categories_come_to(
        &self,
        statement: &str,
        required: &[String],
        rules: &Rules,
    ) -> Option<u64> {
        let mut level = Level::default();
        for category in required {
            let score = self.categories.get(&(statement.to_owned(), category.clone()))?;
            level.add(*score);
        }
        // A statement is not limited: limiters speak of levels.
        let rules = Rules { caps: vec![], ..rules.clone() };
        Some(level.rated(&rules) as u64 + 1).filter(|_| !required.is_empty())
    }

    /// What the whole, or a theme, has under other rules; none if a statement has no score.
    pub fn level(&self, theme: Option<ThemeId>, rules: &Rules) -> Option<Level> {
        let mut level = Level::default();
        for (of, statement) in &self.statements {
            if theme.is_none_or(|theme| theme == *of) {
                level.add(self.score(statement, rules)?);
            }
        }
        Some(level)
    }

    fn score(&self, statement: &str, rules: &Rules) -> Option<u64> {
        let framework = rules.framework.unwrap_or(&self.own);
        let judged = self.judged.get(statement).copied();
        let published = self.published.get(statement).copied();
        if framework == "la-2025" {
            // Once it is published, a later judgement waits for the next assessment.
            return if self.issued.is_empty() { judged } else { judged.and(published) };
        }
        let has_categories = self.categories.keys().any(|(of, _)| of == statement);
        if !has_categories {
            return judged;
        }
        let required = match &rules.required {
            Some(required) => required.iter().map(|it| (*it).to_owned()).collect(),
            None => self.required.clone(),
        };
        let anew = self.categories_come_to(statement, &required, rules);
        anew.or(judged.filter(|_| !self.rolled_up.contains(statement)))
    }
}
