//! What the records add up to, worked out a second time and in another way: from all events of a
//! body at once, with arithmetic and bands of its own.

use super::*;
use assessment::event::{PanelScore, PublicationImported, PublicationMade, StatementScore};
use assessment::framework::{LevelKind, RatingChanges};
use assessment::{CategoryId, FrameworkId, PartialDate, StatementId};
use std::collections::BTreeSet;

/// A level: `overall`, or the id of a theme or statement.
pub type Levels = BTreeMap<String, &'static str>;

/// The latest published assessment of a body.
pub struct Expected {
    pub release: Release,
    /// By the latest judgements.
    pub judged: Levels,
    /// By what the public last saw.
    pub seen: Levels,
    /// The levels at which a publication is owed, but for the whole under a disagreement.
    pub owed: BTreeSet<String>,
    pub waits: bool,
}

/// What was published last, imported or here.
#[derive(Clone)]
pub struct Release {
    pub assessment: AssessmentId,
    pub scored: bool,
    pub disagrees: bool,
    /// It was withdrawn, and nothing took its place.
    pub withdrawn: bool,
    on: PartialDate,
    rating: &'static str,
    scores: BTreeMap<String, u8>,
    framework: FrameworkId,
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
    let events: Vec<&Event> = world.in_force().into_iter().map(|(_, event)| event).collect();
    let release = latest(&events, code)?;
    let framework = &world.projections.frameworks[&release.framework].framework;
    let mut judged = imported_scores(&events, release.assessment);
    judged.extend(judgements(&events, release.assessment, framework));
    let (judged, mut seen) = (levels(framework, &judged), levels(framework, &release.scores));
    seen.insert("overall".to_owned(), release.rating);
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
    Some(Expected { release, judged, seen, owed, waits })
}

fn latest(events: &[&Event], code: OrganisationCode) -> Option<Release> {
    let mut releases: Vec<Release> = Vec::new();
    for event in events.iter().filter(|event| event.organisation() == Some(code)) {
        match *event {
            Event::PublicationImported(event) => releases.push(imported(event)),
            Event::ImportedPublicationReplaced(event) => {
                let is_meant = |known: &&mut Release| known.assessment == event.import.assessment;
                let known = releases.iter_mut().find(is_meant).expect("imported before");
                *known = Release { withdrawn: known.withdrawn, ..imported(&event.import) };
            }
            Event::PublicationMade(event) => releases.push(made(event)),
            Event::PublicationReissued(event) => releases.push(made(&event.made)),
            Event::PublicationWithdrawn(event) => {
                let of = event.publication.assessment();
                let is_meant = |known: &&mut Release| known.assessment == of;
                releases.iter_mut().rfind(is_meant).expect("published before").withdrawn = true;
            }
            _ => {}
        }
    }
    // The last of those that are equal: the one recorded later.
    releases.into_iter().max_by_key(|release| release.on)
}

fn made(event: &PublicationMade) -> Release {
    let overall = event.overall.expect("these frameworks award ratings").rating.as_str();
    let scores: Vec<u8> = event.scores.iter().map(|cell| cell.score.get()).collect();
    Release {
        assessment: event.assessment,
        scored: true,
        disagrees: rating_of(&scores) != overall,
        withdrawn: false,
        on: event.published_on,
        rating: overall,
        scores: in_order(&event.scores),
        framework: event.framework,
    }
}

/// The scores that came with an import, as it stands corrected.
fn imported_scores(events: &[&Event], assessment: AssessmentId) -> BTreeMap<String, u8> {
    let import = |event: &&Event| match *event {
        Event::PublicationImported(event) => Some((event.assessment, in_order(&event.scores))),
        Event::ImportedPublicationReplaced(event) => {
            Some((event.import.assessment, in_order(&event.import.scores)))
        }
        _ => None,
    };
    let mut imports = events.iter().filter_map(import);
    imports.rfind(|(of, _)| *of == assessment).map(|(_, scores)| scores).unwrap_or_default()
}

fn imported(event: &PublicationImported) -> Release {
    Release {
        assessment: event.assessment,
        scored: !event.scores.is_empty(),
        disagrees: event.disagreement.is_some(),
        withdrawn: false,
        on: event.date.unwrap_or(event.month),
        rating: event.rating.as_str(),
        scores: in_order(&event.scores),
        framework: event.framework,
    }
}

fn in_order(scores: &[StatementScore]) -> BTreeMap<String, u8> {
    scores.iter().map(|cell| (cell.statement.to_string(), cell.score.get())).collect()
}

/// The latest judgement of each statement that was judged here as a whole.
fn judgements(
    events: &[&Event],
    assessment: AssessmentId,
    framework: &Framework,
) -> BTreeMap<String, u8> {
    let mut categories: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut judged = BTreeMap::new();
    for (statement, category, score) in given(events, assessment) {
        let Some(category) = category else {
            judged.insert(statement.to_string(), score);
            continue;
        };
        categories.insert((statement.to_string(), category.to_string()), u64::from(score));
        let known = framework.statement(statement).expect("a statement").1;
        let required = known.required_categories.value.iter();
        let scores: Option<Vec<u64>> = required
            .map(|id| categories.get(&(statement.to_string(), id.to_string())).copied())
            .collect();
        if let Some(scores) = scores {
            let whole = match rating(scores.iter().sum(), scores.len() as u64) {
                "Inadequate" => 1,
                "Requires improvement" => 2,
                "Good" => 3,
                _ => 4,
            };
            judged.insert(statement.to_string(), whole);
        }
    }
    judged
}

/// Every score that somebody gave in an assessment, a scorer or a panel, oldest first.
fn given(
    events: &[&Event],
    assessment: AssessmentId,
) -> Vec<(StatementId, Option<CategoryId>, u8)> {
    let mut all = Vec::new();
    let own = |event: &&&Event| event.assessment() == Some(assessment);
    let panel = |it: &PanelScore| (it.statement, it.category, it.score.get());
    for event in events.iter().filter(own) {
        match *event {
            Event::ScoreReviewed(it) => all.push((it.statement, it.category, it.score.get())),
            Event::PanelDecided(event) => all.extend(event.scores.iter().map(panel)),
            Event::PanelConfirmed(event) => all.extend(event.scores.iter().map(panel)),
            _ => {}
        }
    }
    all
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
