//! Populations, worked out from the list of events with simple loops. Scores are those of the
//! rows that everybody is shown; what they make of a rating is tried mark by mark.

use assessment::event::PanelScore;
use assessment::sample::{Population, PopulationQuery};
use assessment::scoring::Score;
use assessment::{AssessmentId, Event, PartialDate, StrikeOuts};
use projections::{Decision, Fact, Projections};
use std::collections::BTreeMap;

/// What is compared of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub item: String,
    pub body: String,
    /// By each stratifier, in the order of their names.
    pub strata: Vec<String>,
}

impl Line {
    pub fn of(decision: &Decision) -> Self {
        Self {
            item: decision.item.id.to_string(),
            body: decision.organisation.to_string(),
            strata: crate::STRATIFIERS.map(|by| decision.stratum(&[by])).to_vec(),
        }
    }
}

/// A decision as its record states it.
struct Found {
    item: String,
    body: String,
    assessment: Option<AssessmentId>,
    statement: Option<String>,
    assessor: Option<String>,
    on: PartialDate,
}

/// Some records, as far as they are in force, and what they add up to.
pub struct Second<'a> {
    events: Vec<(u64, &'a Event)>,
    known: Known,
}

impl<'a> Second<'a> {
    pub fn of(events: &'a [Event]) -> Self {
        let events = in_force(events);
        let known = Known::of(&events);
        Self { events, known }
    }

    pub fn lines(&self, query: &PopulationQuery) -> Vec<Line> {
        let all = found(&self.events, query.of).into_iter();
        all.filter_map(|found| line(found, &self.known, query)).collect()
    }
}

/// What is compared of a decision, if it is meant.
fn line(found: Found, known: &Known, query: &PopulationQuery) -> Option<Line> {
    let framework = found.assessment.and_then(|id| known.frameworks.get(&id).cloned());
    let region = known.regions.get(&found.body).cloned();
    let wants =
        |wanted: Option<String>, found: &Option<String>| wanted.is_none() || wanted == *found;
    let early = query.from.is_some_and(|from| found.on.first_day() < from.first_day());
    let late = query.to.is_some_and(|to| found.on.last_day() > to.last_day());
    if early
        || late
        || !wants(query.assessor.map(|it| it.to_string()), &found.assessor)
        || !wants(query.framework.map(|it| it.to_string()), &framework)
        || !wants(query.region.as_ref().map(|it| it.as_str().to_owned()), &region)
        || !wants(query.statement.map(|it| it.to_string()), &found.statement)
    {
        return None;
    }
    let rated = found.assessment.and_then(|id| known.rated.get(&id).cloned());
    let (rating, marks) = rated.unzip();
    let marks = marks.flatten().map(|marks| match marks {
        1 => "1 mark".to_owned(),
        2 => "2 marks".to_owned(),
        _ => "3 marks or more".to_owned(),
    });
    let all = [
        rating,
        marks,
        found.statement,
        found.assessor,
        region,
        framework,
        Some(quarter(&found.on.to_string())),
    ];
    let strata = all.map(|value| value.unwrap_or("none".to_owned())).to_vec();
    Some(Line { item: found.item, body: found.body, strata })
}

/// Voided by a strike-out that nothing voids: asked for each record anew.
fn in_force(events: &[Event]) -> Vec<(u64, &Event)> {
    fn is_void(events: &[Event], position: usize) -> bool {
        events.iter().enumerate().any(|(at, event)| match event {
            Event::RecordStruckOut(it) => it.position == position as u64 && !is_void(events, at),
            _ => false,
        })
    }
    let kept = events.iter().enumerate().filter(|(at, _)| !is_void(events, *at));
    let kept: Vec<(u64, &Event)> = kept.map(|(at, event)| (at as u64, event)).collect();
    assert_eq!(kept.len() + StrikeOuts::among((0..).zip(events)).void().len(), events.len());
    kept
}

/// Every decision of a kind, in order.
fn found(events: &[(u64, &Event)], of: Population) -> Vec<Found> {
    let mut found = Vec::new();
    for (nth, (position, event)) in events.iter().enumerate() {
        let mut whole = |on: PartialDate, by: Option<String>, statement: Option<String>| {
            found.push(Found {
                item: position.to_string(),
                body: event.organisation().unwrap().to_string(),
                assessment: event.assessment(),
                statement,
                assessor: by,
                on,
            });
        };
        let panel = match (of.as_str(), event) {
            ("score_reviews", Event::ScoreReviewed(it)) => {
                whole(it.reviewed_on, Some(it.by.to_string()), Some(it.statement.to_string()));
                continue;
            }
            ("accuracy_resolutions", Event::CommentResolved(it)) => {
                whole(it.resolved_on, Some(it.by.to_string()), None);
                continue;
            }
            ("publications", Event::PublicationMade(it)) => {
                whole(it.published_on, Some(it.by.to_string()), None);
                continue;
            }
            ("publications", Event::PublicationReissued(it)) => {
                whole(it.made.published_on, Some(it.made.by.to_string()), None);
                continue;
            }
            ("publications", Event::PublicationImported(it)) => {
                whole(it.date.unwrap_or(it.month), None, None);
                continue;
            }
            ("publications", Event::ImportedPublicationReplaced(it)) => {
                whole(it.import.date.unwrap_or(it.import.month), None, None);
                continue;
            }
            ("section_50_decisions", Event::Section50Notified(it)) => {
                whole(it.sent_on, None, None);
                continue;
            }
            ("erasures", Event::EvidenceErased(it)) => {
                whole(it.erased_on, Some(it.authority.to_string()), None);
                continue;
            }
            ("panel_decisions", Event::PanelDecided(it)) => (&it.scores, it.decided_on),
            ("panel_decisions", Event::PanelConfirmed(it)) => (&it.scores, it.confirmed_on),
            _ => continue,
        };
        for (number, score) in panel.0.iter().enumerate() {
            found.push(Found {
                item: format!("{position}.{}", number + 1),
                body: event.organisation().unwrap().to_string(),
                assessment: event.assessment(),
                statement: Some(score.statement.to_string()),
                assessor: scorer(&events[..nth], event.assessment(), score),
                on: panel.1,
            });
        }
    }
    found
}

/// Who scored last what a panel decides on: found by going back.
fn scorer(
    before: &[(u64, &Event)],
    assessment: Option<AssessmentId>,
    score: &PanelScore,
) -> Option<String> {
    before.iter().rev().find_map(|(_, event)| match event {
        Event::ScoreReviewed(it)
            if Some(it.assessment) == assessment
                && it.statement == score.statement
                && it.category == score.category =>
        {
            Some(it.by.to_string())
        }
        _ => None,
    })
}

/// What is known of bodies and assessments by the last record.
#[derive(Default)]
struct Known {
    regions: BTreeMap<String, String>,
    frameworks: BTreeMap<AssessmentId, String>,
    /// The overall rating of each assessment that has one, and the marks to another.
    rated: BTreeMap<AssessmentId, (String, Option<u32>)>,
}

impl Known {
    fn of(events: &[(u64, &Event)]) -> Self {
        let mut known = Self::default();
        let mut publications: BTreeMap<AssessmentId, Vec<String>> = BTreeMap::new();
        let mut projections = Projections::default();
        for (position, event) in events {
            projections.apply(&Fact { position: *position, event });
            let import = match event {
                Event::OrganisationRegistered(it) => {
                    let region = it.region.as_ref().map(|it| it.as_str().to_owned());
                    known.regions.extend(region.map(|region| (it.code.to_string(), region)));
                    continue;
                }
                Event::OrganisationAmended(it) => {
                    let region = it.region.as_ref().map(|it| it.as_str().to_owned());
                    known.regions.extend(region.map(|region| (it.code.to_string(), region)));
                    continue;
                }
                Event::AssessmentOpened(it) => {
                    known.frameworks.insert(it.assessment, it.framework.to_string());
                    continue;
                }
                Event::PublicationMade(it) => {
                    publications.entry(it.assessment).or_default().push(it.publication.to_string());
                    continue;
                }
                Event::PublicationReissued(it) => {
                    let all = publications.entry(it.made.assessment).or_default();
                    all.push(it.made.publication.to_string());
                    continue;
                }
                Event::PublicationImported(it) => it,
                Event::ImportedPublicationReplaced(it) => &it.import,
                _ => continue,
            };
            let all = publications.entry(import.assessment).or_default();
            let publication = import.publication.to_string();
            if !all.contains(&publication) {
                all.push(publication.clone());
            }
            if all.last() == Some(&publication) {
                known.frameworks.insert(import.assessment, import.framework.to_string());
            }
        }
        known.rate(&projections);
        known
    }

    fn rate(&mut self, projections: &Projections) {
        for body in projections.bodies.values() {
            for (id, standing) in &body.standings {
                let framework = &projections.frameworks[&standing.framework].framework;
                let rows = projections::scores(body, standing, framework);
                let scores: Vec<u8> =
                    rows.iter().filter_map(|row| row.score).map(Score::get).collect();
                if scores.len() < rows.len() || !framework.awards_ratings() {
                    continue;
                }
                let rating = |scores: &[u8]| {
                    let scores: Vec<Score> =
                        scores.iter().map(|score| Score::try_from(*score).unwrap()).collect();
                    framework.scoring.level(&scores).rating
                };
                let here = rating(&scores);
                let ways: [fn(&mut [u8]) -> bool; 2] = [one_more, one_less];
                let marks = ways.map(|step| {
                    let (mut tried, mut marks) = (scores.clone(), 0);
                    while step(&mut tried) {
                        marks += 1;
                        if rating(&tried) != here {
                            return Some(marks);
                        }
                    }
                    None
                });
                let marks = marks.into_iter().flatten().min();
                self.rated.insert(*id, (here.to_string(), marks));
            }
        }
    }
}

fn one_more(scores: &mut [u8]) -> bool {
    let score = scores.iter_mut().find(|score| **score < 4);
    score.map(|score| *score += 1).is_some()
}

fn one_less(scores: &mut [u8]) -> bool {
    let score = scores.iter_mut().find(|score| **score > 1);
    score.map(|score| *score -= 1).is_some()
}

/// From the text of a date.
fn quarter(date: &str) -> String {
    match date.get(5..7) {
        None => date.to_owned(),
        Some("01" | "02" | "03") => format!("{}-Q1", &date[..4]),
        Some("04" | "05" | "06") => format!("{}-Q2", &date[..4]),
        Some("07" | "08" | "09") => format!("{}-Q3", &date[..4]),
        Some(_) => format!("{}-Q4", &date[..4]),
    }
}
