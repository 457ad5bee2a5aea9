//! Questions: about what, as of when, and the rows that answer them.

use crate::Ledger;
use crate::catalogue::{Audience, Catalogue, Scope};
use crate::checkpoints::Comparison;
use crate::decode::decode;
use crate::error::Error;
use crate::index::Unusable;
use crate::time::Instant;
use assessment::framework::{Framework, OrganisationKind};
use assessment::{AssessmentId, Event, FrameworkId, OrganisationCode, PartialDate, StatementId};
use chrono::NaiveDate;
use itertools::Itertools;
use journal::{Checkpoint, Hash, Head, Store, TreeHash};
use projections::{Body, HistoryRow, RatingsRow, ReviewedRow, ScoresRow, Standing, TransitionsRow};

/// The two times of a question, and whose view it asks for; by default what the regulator sees now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At {
    /// What the ledger knew then.
    pub as_of: Option<AsOf>,
    /// What had happened by the end of this day.
    pub effective: Option<NaiveDate>,
    /// Who asks.
    pub audience: Audience,
    /// Whose view is wanted, if it is not one's own: the regulator may look at what is public.
    pub view: Option<Audience>,
}

/// Up to where the ledger is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Up to this record.
    Position(u64),
    /// Up to what was recorded by then.
    Instant(Instant),
    /// Up to what was recorded by the end of that day in London.
    Day(NaiveDate),
    /// Up to the last record that a checkpoint of this ledger covers.
    Checkpoint(Covered),
}

/// The records that a checkpoint covers: whose, how many, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// BLAKE3 of the ledger's name, so that this stays small.
    origin: Hash,
    size: u64,
    root: [u8; 32],
}

impl Covered {
    /// How many records.
    pub fn size(self) -> u64 {
        self.size
    }
}

impl From<&Checkpoint> for Covered {
    fn from(checkpoint: &Checkpoint) -> Self {
        let origin = Hash::of(checkpoint.origin.as_bytes());
        Self { origin, size: checkpoint.size, root: checkpoint.root.0 }
    }
}

/// A question: what it needs, and how it is answered.
pub struct Question<'a, T> {
    /// What must be kept while the journal is folded.
    pub scope: Scope,
    /// Answers it.
    pub answer: &'a dyn Fn(&mut Catalogue) -> Result<T, Unusable>,
}

/// Which rows are wanted; what is absent does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// These organisations; all, if none is named.
    pub organisations: Vec<OrganisationCode>,
    /// Bodies of this kind.
    pub kind: Option<OrganisationKind>,
    /// Under this framework.
    pub framework: Option<FrameworkId>,
    /// This assessment, current or not.
    pub assessment: Option<AssessmentId>,
    /// This quality statement.
    pub statement: Option<StatementId>,
    /// From this day on.
    pub since: Option<NaiveDate>,
    /// Up to this day.
    pub until: Option<NaiveDate>,
}

/// A text that does not name one organisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// It names none.
    #[error("no organisation has the code or name `{text}`")]
    Unknown {
        /// What was given.
        text: String,
    },
    /// It could mean several.
    #[error("`{text}` could be {}", some_of(candidates))]
    Ambiguous {
        /// What was given.
        text: String,
        /// Which it could mean, each with its code.
        candidates: Vec<String>,
    },
}

/// The first few, as nobody reads on.
fn some_of(candidates: &[String]) -> String {
    const SHOWN: usize = 8;
    let first = candidates[..candidates.len().min(SHOWN)].join(", ");
    match candidates.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{first} and {more} more"),
        _ => first,
    }
}

impl At {
    /// Whose view it is.
    pub(crate) fn view(self) -> Audience {
        self.view.unwrap_or(self.audience)
    }

    /// The same moment, as the public sees it.
    pub fn in_public(self) -> Self {
        Self { view: Some(Audience::Public), ..self }
    }
}

impl Filter {
    fn wants(&self, body: &Body) -> bool {
        (self.organisations.is_empty() || self.organisations.contains(&body.facts.code))
            && self.kind.is_none_or(|kind| kind == body.facts.kind)
    }

    /// The assessment whose rows are wanted: the one that was named, or else the current one.
    fn standing<'a>(&self, body: &'a Body) -> Option<&'a Standing> {
        let standing = match &self.assessment {
            Some(assessment) => body.standings.get(assessment),
            None => body.current(),
        }?;
        self.framework.is_none_or(|framework| framework == standing.framework).then_some(standing)
    }

    /// Whether a date that is known lies between the days; one that is not lies between any.
    fn dated(&self, date: Option<PartialDate>) -> bool {
        let (since, until) = (self.since, self.until);
        match date {
            Some(date) => {
                since.is_none_or(|since| date.last_day() >= since)
                    && until.is_none_or(|until| date.first_day() <= until)
            }
            None => since.is_none() && until.is_none(),
        }
    }
}

impl Catalogue {
    /// The organisation that a person means: by code, alias or name, or the unique beginning of
    /// one, in any case.
    pub fn resolve(&mut self, text: &str) -> Result<Result<OrganisationCode, NotFound>, Unusable> {
        let wanted = text.trim().to_lowercase();
        let bodies = self.organisations()?;
        let spellings = |body: &Body| {
            let facts = &body.facts;
            let names = [Some(&facts.name), facts.official_name.as_ref()].into_iter().flatten();
            let names = names.chain(&facts.aliases).map(|name| name.as_str().to_lowercase());
            names.chain([facts.code.as_str().to_lowercase()]).collect::<Vec<_>>()
        };
        // A code means its body, whatever else may be known by the same letters.
        let by_code = |body: &&Body| body.facts.code.as_str().to_lowercase() == wanted;
        if let Some(body) = bodies.iter().find(by_code) {
            return Ok(Ok(body.facts.code));
        }
        let exact = |body: &&Body| spellings(body).contains(&wanted);
        let begins = |body: &&Body| spellings(body).iter().any(|s| s.starts_with(&wanted));
        let mut found: Vec<&Body> = bodies.iter().filter(exact).collect();
        if found.is_empty() && !wanted.is_empty() {
            found = bodies.iter().filter(begins).collect();
        }
        Ok(match found.as_slice() {
            [] => Err(NotFound::Unknown { text: text.to_owned() }),
            [one] => Ok(one.facts.code),
            several => {
                let named = |body: &&Body| format!("{} ({})", body.facts.name, body.facts.code);
                let candidates = several.iter().map(named).collect();
                Err(NotFound::Ambiguous { text: text.to_owned(), candidates })
            }
        })
    }

    /// The rows of `ratings`, by code of the body.
    pub fn ratings(&mut self, filter: &Filter) -> Result<Vec<RatingsRow>, Unusable> {
        let audience = self.audience();
        let rows = self.rows(filter, |body, standing, framework| {
            let mut rows = projections::ratings(body, standing, framework);
            // The public could work others out, but only these were published.
            rows.retain(|row| audience == Audience::Regulator || framework.publishes(row.level));
            rows
        })?;
        let mut rows: Vec<RatingsRow> =
            rows.into_iter().filter(|row| filter.dated(row.published_on)).collect();
        rows.iter_mut().for_each(|row| row.position = self.shown(row.position));
        Ok(rows)
    }

    /// The rows of `scores`, by code of the body and in the framework's order.
    pub fn scores(&mut self, filter: &Filter) -> Result<Vec<ScoresRow>, Unusable> {
        let rows = self.rows(filter, |body, standing, framework| {
            projections::scores(body, standing, framework)
        })?;
        let wanted = |row: &ScoresRow| {
            filter.statement.is_none_or(|statement| statement == row.statement)
                && filter.dated(row.reviewed_on.or(row.published_on))
        };
        let mut rows: Vec<ScoresRow> = rows.into_iter().filter(wanted).collect();
        rows.iter_mut().for_each(|row| row.position = self.shown(row.position));
        Ok(rows)
    }

    /// The rows of `transitions`, oldest record first; for the public, in the order of its dates.
    pub fn moves(&mut self, filter: &Filter) -> Result<Vec<TransitionsRow>, Unusable> {
        let mut lists = Vec::new();
        for body in self.wanted(filter)? {
            let moves = self.transitions(body.facts.code)?;
            lists.push(moves.iter().map(|transition| transition.row(&body)).collect::<Vec<_>>());
        }
        let statement = filter.statement.map(|statement| statement.to_string());
        let wanted = |row: &TransitionsRow| {
            filter.framework.is_none_or(|framework| framework == row.framework)
                && statement.as_ref().is_none_or(|wanted| row.subject.as_ref() == Some(wanted))
                && filter.dated(Some(row.occurred_on))
        };
        let merged = lists.into_iter().kmerge_by(|a, b| a.position <= b.position);
        let mut rows: Vec<TransitionsRow> = merged.filter(wanted).collect();
        if self.audience() == Audience::Public {
            rows.retain(|row| row.publication == projections::Publication::Made);
            rows.sort_by_key(|row| (row.occurred_on, row.organisation));
        }
        rows.iter_mut().for_each(|row| row.position = self.shown(row.position));
        Ok(rows)
    }

    /// The rows of `reviewed`, oldest record first; for the public, in the order of its dates.
    pub fn reviews(&mut self, filter: &Filter) -> Result<Vec<ReviewedRow>, Unusable> {
        let mut lists = Vec::new();
        for body in self.wanted(filter)? {
            let reviews = self.reviewed(body.facts.code)?;
            lists.push(reviews.iter().map(|review| review.row(&body)).collect::<Vec<_>>());
        }
        let wanted = |row: &ReviewedRow| {
            filter.framework.is_none_or(|framework| framework == row.framework)
                && filter.statement.is_none_or(|statement| statement == row.statement)
                && filter.dated(Some(row.reviewed_on))
        };
        let merged = lists.into_iter().kmerge_by(|a, b| a.position <= b.position);
        let mut rows: Vec<ReviewedRow> = merged.filter(wanted).collect();
        if self.audience() == Audience::Public {
            rows.sort_by_key(|row| (row.reviewed_on, row.organisation, row.statement));
        }
        rows.iter_mut().for_each(|row| row.position = self.shown(row.position));
        Ok(rows)
    }

    /// The rows of `history`: the publications of a body, oldest first.
    pub fn publications(&mut self, code: OrganisationCode) -> Result<Vec<HistoryRow>, Unusable> {
        let Some(body) = self.body(code)?.cloned() else { return Ok(vec![]) };
        let mut rows = projections::history(&body, self.frameworks());
        rows.iter_mut().for_each(|row| row.position = self.shown(row.position));
        Ok(rows)
    }

    /// Something of every assessment of the bodies that are wanted, by code, then by assessment.
    pub fn each_standing<R>(
        &mut self,
        filter: &Filter,
        row: impl Fn(&Body, &Standing, &Framework) -> Option<R>,
    ) -> Result<Vec<R>, Unusable> {
        let mut all = Vec::new();
        for body in self.wanted(filter)? {
            let code = body.facts.code;
            let Some(body) = self.body(code)?.cloned() else { continue };
            for standing in body.standings.values() {
                if let Some(adopted) = self.frameworks().get(&standing.framework) {
                    all.extend(row(&body, standing, &adopted.framework));
                }
            }
        }
        Ok(all)
    }

    fn wanted(&mut self, filter: &Filter) -> Result<Vec<Body>, Unusable> {
        Ok(self.organisations()?.into_iter().filter(|body| filter.wants(body)).collect())
    }

    fn rows<R>(
        &mut self,
        filter: &Filter,
        rows: impl Fn(&Body, &Standing, &Framework) -> Vec<R>,
    ) -> Result<Vec<R>, Unusable> {
        let mut all = Vec::new();
        for body in self.wanted(filter)? {
            let code = body.facts.code;
            let Some(body) = self.body(code)?.cloned() else { continue };
            let Some(standing) = filter.standing(&body) else { continue };
            if let Some(adopted) = self.frameworks().get(&standing.framework) {
                all.extend(rows(&body, standing, &adopted.framework));
            }
        }
        Ok(all)
    }
}

impl Ledger {
    /// The ledger's name in the world, from its first record.
    pub fn origin(&self) -> Result<String, Error> {
        let opening = self.store().record_at(0, &self.end()?.head)?;
        match decode(&opening.record())? {
            Event::LedgerOpened(opened) => Ok(opened.origin),
            _ => {
                let why = "the first record does not open a ledger".to_owned();
                Err(Error::Meaningless { position: 0, why })
            }
        }
    }

    /// The last record that a question as of then may see.
    pub fn end_at(&self, at: At) -> Result<Head, Error> {
        let end = self.end()?.head;
        match at.as_of {
            None => Ok(end),
            Some(AsOf::Day(day)) => self.head_by(Instant::end_of(day), at.audience, &end),
            Some(_) if at.audience != Audience::Regulator => Err(Error::DatesOnly),
            Some(AsOf::Position(position)) => self.head_at(position, &end),
            Some(AsOf::Instant(instant)) => self.head_by(instant, at.audience, &end),
            Some(AsOf::Checkpoint(covered)) => self.head_of(covered, &end),
        }
    }

    /// The day that a question as of then belongs to: the one that was named, or that of the last
    /// record that it may see; none for what is asked as of now.
    pub fn day_at(&self, at: At) -> Result<Option<NaiveDate>, Error> {
        match at.as_of {
            None => Ok(None),
            Some(AsOf::Day(day)) => Ok(Some(day)),
            Some(AsOf::Instant(instant)) => Ok(Some(instant.day())),
            Some(AsOf::Position(_) | AsOf::Checkpoint(_)) => {
                let end = self.end_at(at)?;
                let last = self.store().record_at(end.position, &end)?;
                Ok(Some(Instant::parse(last.record().recorded_at)?.day()))
            }
        }
    }

    /// The last record of a checkpoint, which must be of this ledger and of records that are here.
    fn head_of(&self, covered: Covered, end: &Head) -> Result<Head, Error> {
        let origin = self.origin()?;
        if Hash::of(origin.as_bytes()) != covered.origin {
            return Err(Error::OtherLog { origin });
        }
        let (size, root) = (covered.size, TreeHash(covered.root));
        let checkpoint = Checkpoint { origin, size, root };
        match self.compare(end, &self.store().tree(end)?, &checkpoint)? {
            Comparison::Agrees => {}
            Comparison::Longer => {
                let records = end.position + 1;
                return Err(Error::CheckpointLonger { size, records });
            }
            Comparison::Differs(_) => return Err(Error::CheckpointDiffers { size }),
        }
        let last = size.checked_sub(1).ok_or(Error::CheckpointEmpty)?;
        self.head_at(last, end)
    }

    fn head_at(&self, position: u64, end: &Head) -> Result<Head, Error> {
        let stored = self.store().record_at(position, end)?;
        let (record, place) = (stored.record(), stored.place());
        let length = place.offset + stored.line().len() as u64 + 1;
        Ok(Head { hash: record.hash, length, position, segment: place.segment })
    }

    /// Instants of recording never go back, so the last one by then can be halved towards.
    fn head_by(&self, instant: Instant, audience: Audience, end: &Head) -> Result<Head, Error> {
        let recorded_at = |position| -> Result<String, Error> {
            Ok(self.store().record_at(position, end)?.record().recorded_at.to_owned())
        };
        let first = recorded_at(0)?;
        if Instant::parse(&first)? > instant {
            let first = (audience == Audience::Regulator).then_some(first);
            return Err(Error::BeforeFirst { asked: instant.to_string(), first });
        }
        let (mut known, mut unknown) = (0, end.position + 1);
        while unknown - known > 1 {
            let middle = known + (unknown - known) / 2;
            if Instant::parse(&recorded_at(middle)?)? <= instant {
                known = middle;
            } else {
                unknown = middle;
            }
        }
        self.head_at(known, end)
    }
}
