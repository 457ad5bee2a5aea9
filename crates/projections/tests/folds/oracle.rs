//! What the records add up to, worked out a second time and in another way: from all events of a
//! body at once, with arithmetic and bands of its own.

use super::*;
use assessment::event::PublicationImported;
use assessment::framework::{LevelKind, RatingChanges};
use std::collections::BTreeSet;

/// A level: `overall`, or the id of a theme or statement.
pub type Levels = BTreeMap<String, &'static str>;

/// The latest published assessment of a body.
pub struct Expected {
    pub assessment: AssessmentId,
    pub import: PublicationImported,
    /// By the latest judgements.
    pub judged: Levels,
    /// By what the public last saw.
    pub seen: Levels,
    /// The levels at which a publication is owed, but for the whole under a disagreement.
    pub owed: BTreeSet<String>,
    pub waits: bool,
}

pub fn rating(points: u64, items: u64) -> &'static str {
    // 25 · points ÷ items, rounded up: the smallest whole number that is not less.
    let percent = (25..=100).find(|whole| whole * items >= 25 * points).expect("at most 100");
    match percent {
        0..39 => "Inadequate",
        39..63 => "Requires improvement",
        63..88 => "Good",
        _ => "Outstanding",
    }
}

pub fn rating_of(scores: &[u8]) -> &'static str {
    rating(scores.iter().map(|score| u64::from(*score)).sum(), scores.len() as u64)
}

/// The assessment of a body that was published last, if any was.
pub fn expected(world: &World, code: OrganisationCode) -> Option<Expected> {
    let import = latest_import(&world.events, code)?;
    let framework = &world.projections.frameworks[&import.framework].framework;
    let published: BTreeMap<String, u8> =
        import.scores.iter().map(|cell| (cell.statement.to_string(), cell.score.get())).collect();
    let mut judged = published.clone();
    judged.extend(judgements(&world.events, import.assessment, framework));
    let (judged, mut seen) = (levels(framework, &judged), levels(framework, &published));
    seen.insert("overall".to_owned(), import.rating.as_str());
    let shown = |level: &str| {
        framework.publishes(match level {
            "overall" => LevelKind::Overall,
            id if framework.scoring.themes.iter().any(|theme| theme.id.as_str() == id) => {
                LevelKind::Theme
            }
            _ => LevelKind::Statement,
        })
    };
    let owed = judged.iter().filter(|(level, rating)| seen.get(*level) != Some(rating));
    let owed = owed.map(|(level, _)| level.clone()).filter(|level| shown(level)).collect();
    let changes = framework.scoring.rating_changes.value;
    let waits = changes == RatingChanges::AtComprehensiveAssessment;
    Some(Expected { assessment: import.assessment, import, judged, seen, owed, waits })
}

fn latest_import(events: &[Event], code: OrganisationCode) -> Option<PublicationImported> {
    let mut imports: Vec<PublicationImported> = Vec::new();
    for event in events {
        match event {
            Event::PublicationImported(event) if event.organisation == code => {
                imports.push(event.clone());
            }
            Event::ImportedPublicationReplaced(event) if event.import.organisation == code => {
                let is_meant =
                    |known: &&mut PublicationImported| known.assessment == event.import.assessment;
                *imports.iter_mut().find(is_meant).expect("imported before") = event.import.clone();
            }
            _ => {}
        }
    }
    // The last of those that are equal: the one recorded later.
    imports.into_iter().max_by_key(|import| import.date.unwrap_or(import.month))
}

/// The latest judgement of each statement that was judged here as a whole.
fn judgements(
    events: &[Event],
    assessment: AssessmentId,
    framework: &Framework,
) -> BTreeMap<String, u8> {
    let mut categories: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut judged = BTreeMap::new();
    for event in events {
        let Event::ScoreReviewed(event) = event else { continue };
        if event.assessment != assessment {
            continue;
        }
        let statement = event.statement.to_string();
        let Some(category) = event.category else {
            judged.insert(statement, event.score.get());
            continue;
        };
        let score = u64::from(event.score.get());
        categories.insert((statement.clone(), category.to_string()), score);
        let known = framework.statement(event.statement).expect("a statement").1;
        let required = known.required_categories.value.iter();
        let scores: Option<Vec<u64>> = required
            .map(|id| categories.get(&(statement.clone(), id.to_string())).copied())
            .collect();
        if let Some(scores) = scores {
            let whole = match rating(scores.iter().sum(), scores.len() as u64) {
                "Inadequate" => 1,
                "Requires improvement" => 2,
                "Good" => 3,
                _ => 4,
            };
            judged.insert(statement, whole);
        }
    }
    judged
}

/// The rating of every level whose statements all have a score.
fn levels(framework: &Framework, scores: &BTreeMap<String, u8>) -> Levels {
    let mut parts: BTreeMap<String, Vec<Option<u8>>> = BTreeMap::new();
    for (theme, statement) in framework.statements() {
        let score = scores.get(statement.id.as_str()).copied();
        for level in ["overall", theme.id.as_str(), statement.id.as_str()] {
            parts.entry(level.to_owned()).or_default().push(score);
        }
    }
    let rated = |(level, parts): (String, Vec<Option<u8>>)| {
        let scores: Vec<u8> = parts.into_iter().collect::<Option<_>>()?;
        Some((level, rating_of(&scores)))
    };
    parts.into_iter().filter_map(rated).collect()
}
