//! Histories changed without asking the rules, so that they tell of what the rules refuse.

use crate::Journal;
use crate::history::Seeded;
use assessment::event::*;
use assessment::framework::Framework;
use assessment::scoring::Rating;
use assessment::{AssessmentId, Event, PersonId};
use chrono::Days;
use serde_json::json;

const RATINGS: [Rating; 4] =
    [Rating::Inadequate, Rating::RequiresImprovement, Rating::Good, Rating::Outstanding];

/// The history with people swapped, days shifted, steps left out and ratings misstated.
pub fn changed(journal: Journal, seed: u64) -> Journal {
    let mut seeded = Seeded(seed ^ 0xf0_49ed);
    let end = journal.last().map_or(0, |(position, _)| position + 1);
    let mut changed: Journal = Vec::new();
    for (position, mut event) in journal {
        if seeded.below(8) == 0 {
            let left_out = matches!(
                event,
                Event::DraftConfirmed(_) | Event::Section50Notified(_) | Event::DraftShared(_)
            );
            if left_out {
                continue;
            }
        }
        if seeded.below(4) == 0 {
            change(&mut event, &mut seeded);
        }
        changed.push((position, event));
    }
    let more = conflicts(&changed, &mut seeded);
    changed.extend((end..).zip(more));
    changed
}

fn change(event: &mut Event, seeded: &mut Seeded) {
    let person = |name: &str| name.parse::<PersonId>().unwrap();
    let days = |count: usize| Days::new(count as u64);
    match event {
        Event::PanelDecided(it) => it.members.push(person("p-002")),
        Event::PanelConfirmed(it) => it.members.push(person("p-002")),
        Event::CommentResolved(it) => it.by = person("p-002"),
        Event::CommentSubmitted(it) => {
            let theme = &Framework::shipped("la-2023".parse().unwrap()).unwrap().scoring.themes[0];
            it.about = match seeded.below(3) {
                0 => CommentSubject::Theme(theme.id),
                1 => CommentSubject::Statement(theme.statements[0].id),
                _ => CommentSubject::Page(2),
            };
        }
        Event::ScoreReviewed(it) => {
            it.by = person(["p-002", "p-003", "p-101", "p-201"][seeded.below(4)]);
        }
        Event::PublicationMade(it) => {
            let on = it.published_on.first_day();
            it.published_on = match seeded.below(2) {
                0 => (on - days(seeded.below(14))).into(),
                _ => (on + days(seeded.below(300))).into(),
            };
            misstate(it, seeded);
        }
        Event::PublicationReissued(it) => misstate(&mut it.made, seeded),
        Event::DraftShared(it) => {
            it.due_on = (it.due_on.first_day() - days(seeded.below(12))).into();
        }
        Event::DraftExtended(it) => {
            it.due_on = (it.due_on.first_day() + days(seeded.below(12))).into();
        }
        Event::EvidenceSubmitted(it) => {
            it.collected_on = ["2022-11", "2023-01-31", "2023"][seeded.below(3)].parse().unwrap();
        }
        Event::Section50Notified(it) => {
            it.sent_on = (it.sent_on.first_day() + days(seeded.below(40))).into();
        }
        Event::PublicationImported(it) => it.rating = RATINGS[seeded.below(4)],
        _ => {}
    }
}

/// Another rating or percentage of the whole, another rating of a theme, or another score.
fn misstate(made: &mut PublicationMade, seeded: &mut Seeded) {
    if let Some(overall) = &mut made.overall {
        match seeded.below(3) {
            0 => overall.score = (overall.score.get() - 1).max(25).try_into().unwrap(),
            _ => overall.rating = RATINGS[seeded.below(4)],
        }
    }
    if let Some(theme) = made.themes.first_mut() {
        theme.rating = RATINGS[seeded.below(4)];
    }
    match (seeded.below(4), made.scores.last_mut()) {
        (0, Some(last)) => last.score = (1 + seeded.below(4) as u8).try_into().unwrap(),
        (1, Some(_)) => drop(made.scores.pop()),
        (2, Some(last)) => {
            let twice = *last;
            made.scores.push(twice);
        }
        _ => {}
    }
}

/// Two sources that state different values, of which one is used now and then.
fn conflicts(journal: &Journal, seeded: &mut Seeded) -> Vec<Event> {
    let imported = |event: &Event| match event {
        Event::PublicationImported(it) => Some(it.assessment),
        _ => None,
    };
    let ids: Vec<AssessmentId> = journal.iter().filter_map(|(_, it)| imported(it)).collect();
    let mut events = Vec::new();
    for id in ids {
        for _ in 0..seeded.below(3) {
            let rating = ["good", "outstanding"][seeded.below(2)];
            let mut data = json!({
                "a": {"source": "report", "value": {"rating": rating}}, "assessment": id,
                "b": {"source": "page", "value": "not_stated"}, "field": "overall_rating",
                "noted_on": "2025-11",
            });
            if seeded.below(2) == 0 {
                data["used"] = json!({"reason": "in_report", "value": "a"});
            }
            events.push(Event::decode("conflict_recorded", 1, &data.to_string()).unwrap());
        }
    }
    events
}
