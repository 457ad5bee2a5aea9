//! The national view: what was published of all bodies, counted by level, subject and region.
//!
//! Only what was published is counted, never work in progress: the overall rating, theme ratings
//! and statement scores as the public last saw them, each body by its current assessment.

mod row;

pub use row::{Caution, Cautions, Mean, NationalRow, Place};

use crate::body::Body;
use crate::fold::Adopted;
use crate::row::Status;
use crate::standing::{Published, Standing};
use assessment::framework::{Framework, LevelKind, Method, OrganisationKind, Theme};
use assessment::scoring::{Rating, Score};
use assessment::{FrameworkId, Name, OrganisationCode, StatementId, ThemeId};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What is left out of a count unless it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extra {
    /// Ratings of pilots, and others that are only indicative.
    Indicative,
    /// Bodies that are invented.
    Fictional,
}

/// Which rows there are of a kind of body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// One for each level and subject.
    Together,
    /// One for each region as well.
    ByRegion,
}

/// What is counted; what is absent does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    /// The day that the count is for: a body that has ended by then is left out.
    pub on: NaiveDate,
    /// Bodies of this kind.
    pub kind: Option<OrganisationKind>,
    /// Bodies of this region.
    pub region: Option<Name>,
    /// Only this quality statement.
    pub statement: Option<StatementId>,
    /// Only this theme, where it is published, and its statements.
    pub theme: Option<ThemeId>,
    /// One row for all regions, or one for each.
    pub grouping: Grouping,
    /// What is counted besides awarded ratings of real bodies.
    pub include: BTreeSet<Extra>,
}

/// Published results, sorted by what they are of.
#[derive(Debug, Clone, PartialEq)]
pub struct National {
    counting: Counting,
    groups: BTreeMap<Group, BTreeMap<OrganisationCode, Shown>>,
}

/// What the results of a row have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    kind: OrganisationKind,
    place: Place,
    level: LevelKind,
    subject: Option<String>,
}

/// What was published of one body at one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    /// The rating, or what a statement's score stands for.
    rating: Option<Rating>,
    /// The percentage, or a statement's score.
    value: Option<u8>,
    /// Whether one mark up, or down, on one statement would move the rating, where that is known.
    near: Option<(bool, bool)>,
    method: Method,
    indicative: bool,
    fictional: bool,
}

impl National {
    /// A count of nothing yet.
    pub fn new(counting: Counting) -> Self {
        Self { counting, groups: BTreeMap::new() }
    }

    /// Counts a body, if it is one of those that are counted.
    pub fn add(&mut self, body: &Body, frameworks: &BTreeMap<FrameworkId, Adopted>) {
        let Some(standing) = body.current().filter(|_| self.counting.wants(body)) else { return };
        let Some(published) = &standing.publication else { return };
        let Some(Adopted { framework, .. }) = frameworks.get(&standing.framework) else { return };
        let indicative = standing.status(framework) == Status::Indicative;
        if indicative && !self.counting.include.contains(&Extra::Indicative) {
            return;
        }
        let place = self.counting.place(body);
        for (level, subject, result) in results(body, standing, published, framework) {
            if self.counting.wants_subject(framework, level, subject.as_deref()) {
                let (kind, place) = (body.facts.kind, place.clone());
                let group = self.groups.entry(Group { kind, place, level, subject });
                group.or_default().insert(body.facts.code, Shown { indicative, ..result });
            }
        }
    }

    /// The rows, with what has changed since an earlier count: by kind and region, the whole
    /// first, then themes and statements in the order of the newest framework that has them.
    pub fn rows(
        &self,
        before: Option<&Self>,
        frameworks: &BTreeMap<FrameworkId, Adopted>,
    ) -> Vec<NationalRow> {
        let earlier = before.into_iter().flat_map(|before| before.groups.keys());
        let mut groups: Vec<&Group> =
            self.groups.keys().chain(earlier).collect::<BTreeSet<_>>().into_iter().collect();
        let subjects = Subjects::of(frameworks);
        groups.sort_by_key(|it| (it.kind, &it.place, it.level, subjects.rank(it)));
        let nothing = BTreeMap::new();
        let row = |group: &Group| {
            let now = self.groups.get(group).unwrap_or(&nothing);
            let was = before
                .map(|before| (before.counting.on, before.groups.get(group).unwrap_or(&nothing)));
            row::row(group, subjects.name(group), now, was)
        };
        groups.into_iter().map(row).collect()
    }
}

impl Counting {
    fn wants(&self, body: &Body) -> bool {
        let facts = &body.facts;
        goes_on(body, self.on)
            && self.kind.is_none_or(|kind| kind == facts.kind)
            && (self.region.is_none() || self.region == facts.region)
            && (!facts.fictional || self.include.contains(&Extra::Fictional))
    }

    /// A statement belongs to a theme as the framework of the assessment has it.
    fn wants_subject(&self, framework: &Framework, level: LevelKind, id: Option<&str>) -> bool {
        let is = |wanted: &str| id == Some(wanted);
        if let Some(statement) = self.statement {
            return level == LevelKind::Statement && is(statement.as_str());
        }
        let Some(wanted) = self.theme else { return true };
        match level {
            LevelKind::Overall => false,
            LevelKind::Theme => is(wanted.as_str()),
            LevelKind::Statement => {
                framework.statements().any(|(theme, it)| theme.id == wanted && is(it.id.as_str()))
            }
        }
    }

    fn place(&self, body: &Body) -> Place {
        match (&self.region, self.grouping, &body.facts.region) {
            (None, Grouping::Together, _) => Place::All,
            (_, _, Some(region)) => Place::Region(region.clone()),
            (_, _, None) => Place::Unknown,
        }
    }
}

/// Whether a body has not ended by a day.
pub(crate) fn goes_on(body: &Body, on: NaiveDate) -> bool {
    body.successor.is_none_or(|successor| !successor.on.happened_by(on))
}

/// What was published of a body, at the levels that its framework publishes.
fn results(
    body: &Body,
    standing: &Standing,
    published: &Published,
    framework: &Framework,
) -> Vec<(LevelKind, Option<String>, Shown)> {
    let fictional = body.facts.fictional;
    let method = framework.scoring.method.value;
    let nothing =
        Shown { rating: None, value: None, near: None, method, indicative: false, fictional };
    let rated = |theme: Option<&Theme>, rating: Option<Rating>, percent: Option<u8>| {
        let near = near(standing, framework, theme, rating);
        Shown { rating, value: percent, near, ..nothing }
    };
    let mut results = Vec::new();
    let overall = (published.rating, published.score.map(|percent| percent.get()));
    if overall.0.is_some() && framework.publishes(LevelKind::Overall) {
        results.push((LevelKind::Overall, None, rated(None, overall.0, overall.1)));
    }
    let themes = framework.scoring.themes.iter();
    for theme in themes.filter(|_| framework.publishes(LevelKind::Theme)) {
        let Some(level) = published.themes.get(&theme.id) else { continue };
        let result = rated(Some(theme), Some(level.rating), Some(level.score.get()));
        results.push((LevelKind::Theme, Some(theme.id.to_string()), result));
    }
    let cells = standing.cells.iter();
    for cell in cells.filter(|_| framework.publishes(LevelKind::Statement)) {
        let Some(score) = cell.published else { continue };
        let (rating, value) = (Some(stands_for(score)), Some(score.get()));
        let result = Shown { rating, value, ..nothing };
        results.push((LevelKind::Statement, Some(cell.statement.to_string()), result));
    }
    results
}

/// The rating under which a statement's score is counted: 4 Outstanding, 3 Good, 2 Requires
/// improvement, 1 Inadequate. It is the score that is counted, also where no ratings are awarded.
fn stands_for(score: Score) -> Rating {
    Rating::ALL[usize::from(score.get()) - 1]
}

/// Whether one mark more, or less, on one statement would move a rating. It is only known where
/// every published score is, and where they give the rating that was published.
fn near(
    standing: &Standing,
    framework: &Framework,
    theme: Option<&Theme>,
    rating: Option<Rating>,
) -> Option<(bool, bool)> {
    let of_theme = |statement: StatementId| {
        theme.is_none_or(|theme| theme.statements.iter().any(|known| known.id == statement))
    };
    let cells = standing.cells.iter().filter(|cell| of_theme(cell.statement));
    let scores: Vec<Score> = cells.map(|cell| cell.published).collect::<Option<_>>()?;
    if scores.is_empty() || !framework.awards_ratings() {
        return None;
    }
    let agrees = Some(framework.scoring.level(&scores).rating) == rating;
    let distance = agrees.then(|| framework.scoring.distance(&scores))?;
    Some((distance.marks_to_next_up == Some(1), distance.marks_to_next_down == Some(1)))
}

/// The order and the names of what there can be rows of: those of the newest framework that has
/// it.
struct Subjects(BTreeMap<(OrganisationKind, LevelKind, String), (usize, String)>);

impl Subjects {
    fn of(frameworks: &BTreeMap<FrameworkId, Adopted>) -> Self {
        let mut known = BTreeMap::new();
        for framework in newest_first(frameworks) {
            let theme =
                |theme: &Theme| (LevelKind::Theme, theme.id.to_string(), theme.name.value.clone());
            let themes = framework.scoring.themes.iter().map(theme);
            let statements = framework
                .statements()
                .map(|(_, it)| (LevelKind::Statement, it.id.to_string(), it.name.value.clone()));
            for (level, id, name) in themes.chain(statements) {
                let rank = known.len();
                known.entry((framework.kind, level, id)).or_insert((rank, name));
            }
        }
        Self(known)
    }

    fn get(&self, group: &Group) -> Option<&(usize, String)> {
        self.0.get(&(group.kind, group.level, group.subject.clone()?))
    }

    fn rank(&self, group: &Group) -> usize {
        self.get(group).map_or(0, |(rank, _)| *rank)
    }

    fn name(&self, group: &Group) -> String {
        self.get(group).map_or("Overall".to_owned(), |(_, name)| name.clone())
    }
}

/// The adopted frameworks, the one that is valid from latest first.
pub(crate) fn newest_first(frameworks: &BTreeMap<FrameworkId, Adopted>) -> Vec<&Framework> {
    let mut all: Vec<&Framework> = frameworks.values().map(|it| &it.framework).collect();
    all.sort_by_key(|framework| std::cmp::Reverse((framework.valid_from.value, framework.id)));
    all
}
