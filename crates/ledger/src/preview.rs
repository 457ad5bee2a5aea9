//! What a strike-out would change: the body as it is, beside the body without the record.

use crate::decode::decode;
use crate::error::Error;
use crate::questions::{At, Question};
use crate::{Catalogue, Ledger, Scope};
use assessment::due::{Matter, owed};
use assessment::{
    Event, OrganisationCode, RaisedInError, State, StrikeOuts, evolve, raised_in_error,
};
use chrono::NaiveDate;
use journal::{Place, Store};
use projections::{Effect, Fact, Projections, Transition};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something that a strike-out changes, as it is and as it would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// A score, a rating, a move, a review, or what is owed.
    pub what: &'static str,
    /// Of what: a quality statement, a level, a publication.
    pub subject: String,
    /// As it is.
    pub before: Option<String>,
    /// As it would be.
    pub after: Option<String>,
}

impl Ledger {
    /// The strike-outs that a question at a time may know of.
    pub fn strike_outs(&mut self, at: At) -> Result<StrikeOuts, Error> {
        let scope = Scope::default();
        self.ask(at, &Question { scope, answer: &Catalogue::strike_outs })
    }

    /// What striking out a record changes, as of a day: scores, ratings, moves, reviews, and what
    /// is owed. Nothing if there is no such record about a body.
    pub fn preview(&mut self, position: u64, today: NaiveDate) -> Result<Vec<Change>, Error> {
        let end = self.end()?.head;
        if position > end.position {
            return Ok(vec![]);
        }
        let struck = decode(&self.store().record_at(position, &end)?.record())?;
        let Some(code) = struck.organisation() else { return Ok(vec![]) };
        let records = self.records_of(code)?;
        let mut strike_outs = StrikeOuts::among(records.iter().map(|(at, event)| (*at, event)));
        let before = Picture::of(&records, &strike_outs, code, today);
        strike_outs.add(end.position + 1, position);
        let after = Picture::of(&records, &strike_outs, code, today);
        Ok(before.changes(&after))
    }

    /// The duties of section 50 that were raised in error: by records that are struck out.
    pub fn raised_in_error(&self, at: At) -> Result<Vec<RaisedInError>, Error> {
        let mut struck = BTreeSet::new();
        self.fold(at, &mut |_, event| {
            if let Event::RecordStruckOut(event) = event {
                struck.insert(event.organisation);
            }
        })?;
        if struck.is_empty() {
            return Ok(vec![]);
        }
        let mut common = Vec::new();
        let mut bodies: BTreeMap<OrganisationCode, Vec<(u64, Event)>> = BTreeMap::new();
        self.fold(at, &mut |position, event| match event.organisation() {
            None => common.push((position, event.clone())),
            Some(code) if struck.contains(&code) => {
                bodies.entry(code).or_default().push((position, event.clone()));
            }
            Some(_) => {}
        })?;
        let of = |own: &Vec<(u64, Event)>| {
            raised_in_error(common.iter().chain(own).map(|(at, event)| (*at, event)))
        };
        Ok(bodies.values().flat_map(of).collect())
    }

    /// The records of a body and those that every decision may need, by position.
    fn records_of(&mut self, code: OrganisationCode) -> Result<BTreeMap<u64, Event>, Error> {
        let places = |catalogue: &mut Catalogue| -> Result<Vec<Place>, crate::Unusable> {
            Ok([catalogue.common_places()?, catalogue.history(code)?].concat())
        };
        let places = self.ask(At::default(), &Question { scope: Scope::ALL, answer: &places })?;
        let mut records = BTreeMap::new();
        for place in places {
            let stored = self.store().line_at(place)?;
            records.insert(stored.record().position, decode(&stored.record())?);
        }
        Ok(records)
    }
}

/// What a strike-out may change of a body, by what it is.
struct Picture(BTreeMap<(&'static str, String), String>);

impl Picture {
    fn of(
        records: &BTreeMap<u64, Event>,
        strike_outs: &StrikeOuts,
        code: OrganisationCode,
        today: NaiveDate,
    ) -> Self {
        let void = strike_outs.void();
        let (mut projections, mut state) = (Projections::default(), State::default());
        let mut effects = Vec::new();
        for (position, event) in records.iter().filter(|(at, _)| !void.contains_key(at)) {
            effects.extend(projections.apply(&Fact { position: *position, event }));
            state = evolve(state, event);
        }
        let mut picture = Self(BTreeMap::new());
        picture.standing(&projections, code);
        picture.effects(effects);
        for owed in owed(&state, today) {
            picture.note("owed", subject(&owed.matter), format!("since {}", owed.since));
        }
        picture
    }

    fn note(&mut self, what: &'static str, subject: String, value: String) {
        self.0.insert((what, subject), value);
    }

    /// Scores and ratings of every assessment.
    fn standing(&mut self, projections: &Projections, code: OrganisationCode) {
        let Some(body) = projections.bodies.get(&code) else { return };
        for standing in body.standings.values() {
            let Some(adopted) = projections.frameworks.get(&standing.framework) else { continue };
            let (framework, assessment) = (&adopted.framework, standing.assessment);
            for row in projections::scores(body, standing, framework) {
                let subject = format!("{} in {assessment}", row.statement);
                let score = row.score.map(|score| score.to_string());
                self.note("score", subject, score.unwrap_or_default());
            }
            for row in projections::ratings(body, standing, framework) {
                let of = row.subject.map_or("overall".to_owned(), |theme| theme.to_string());
                let rating = row.rating.map_or("unrated", |rating| rating.as_str()).to_owned();
                let score = row.score.map(|score| format!(" {score} %")).unwrap_or_default();
                self.note("rating", format!("{of} in {assessment}"), rating + &score);
            }
        }
    }

    /// Moves as they were settled, and reviews.
    fn effects(&mut self, effects: Vec<Effect>) {
        let mut moves: Vec<Transition> = Vec::new();
        for effect in effects {
            match effect {
                Effect::Moved(moved) => moves.push(moved),
                Effect::Settled(settled) => {
                    let open = moves.iter_mut().skip(settled.first as usize);
                    open.for_each(|moved| moved.settle(&settled));
                }
                Effect::Reviewed(reviewed) => {
                    let subject = format!("{} by record {}", reviewed.statement, reviewed.position);
                    self.note("review", subject, format!("reviewed on {}", reviewed.reviewed_on));
                }
            }
        }
        for moved in moves {
            let of = moved.subject.id().unwrap_or_else(|| "overall".to_owned());
            let from = moved.from.map_or("unrated", |rating| rating.as_str());
            let way = format!("{from} -> {}", moved.to.as_str());
            let publication = format!("publication {}", moved.publication.as_str());
            self.note("move", format!("{of} {way} by record {}", moved.position), publication);
        }
    }

    fn value(&self, key: &(&'static str, String)) -> Option<String> {
        self.0.get(key).cloned().filter(|value| !value.is_empty())
    }

    /// What is not the same in another picture.
    fn changes(&self, after: &Self) -> Vec<Change> {
        let keys: BTreeSet<_> = self.0.keys().chain(after.0.keys()).collect();
        let change = |key: &(&'static str, String)| {
            let (before, after) = (self.value(key), after.value(key));
            let (what, subject) = key.clone();
            (before != after).then_some(Change { what, subject, before, after })
        };
        keys.into_iter().filter_map(change).collect()
    }
}

fn subject(matter: &Matter) -> String {
    match matter {
        Matter::Publication { assessment, .. } => format!("publication of {assessment}"),
        Matter::Reissue { publication } => format!("reissue of {publication}"),
        Matter::Section50 { assessment, letter, .. } => {
            format!("section 50 letter about {assessment} to the {}", letter.addressee())
        }
        Matter::Comment { comment } => format!("resolution of {comment}"),
        Matter::Window { assessment, recipient } => {
            format!("window of {recipient} for {assessment}")
        }
        Matter::ProcessReview { publication } => format!("process review of {publication}"),
        Matter::EvidenceRequest { request, .. } => format!("answer to {request}"),
    }
}
