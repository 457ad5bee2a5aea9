//! What the same judgements would come to under other rules. Nothing of this is ever recorded.

mod change;
mod level;
mod marks;

pub use change::{Change, InvalidChange};
pub use level::Obstacle;

use crate::body::Body;
use crate::ratings::ratings;
use crate::row::{Flags, in_words};
use crate::scores::rating_in_words;
use crate::standing::Standing;
use assessment::framework::{Framework, LevelKind, OrganisationKind, Theme};
use assessment::scoring::{Percent, Rating};
use assessment::{AssessmentId, Name, OrganisationCode, ThemeId};
use level::{Judged, Sight};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

/// Other rules than those in use: another framework, or changes of single rules, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    framework: Option<Framework>,
    changes: Vec<Change>,
    /// In one line, as it marks every row.
    text: String,
}

/// Changes that are no other rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidWhatIf {
    /// Nothing is changed.
    Nothing,
    /// A rule is changed twice.
    Twice(Change),
}

/// Whose judgements are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// All that was judged, in categories too.
    Judgements,
    /// What was published, which is scores of statements.
    Publications,
}

/// Which way a rating would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To a better one.
    Up,
    /// To a worse one.
    Down,
    /// It would stay.
    None,
    /// There is none, and there would be one.
    Gained,
    /// There is one, and there would be none.
    Lost,
}

/// A row of `what-if`: one body as a whole, or one of its themes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhatIfRow {
    /// The other rules, which mark the row as what it is.
    pub what_if: String,
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// The assessment.
    pub assessment: AssessmentId,
    /// Overall or theme.
    pub level: LevelKind,
    /// The theme; none for overall.
    pub subject: Option<ThemeId>,
    /// The rating in force.
    #[serde(serialize_with = "rating_in_words")]
    pub rating: Option<Rating>,
    /// The score in force, in per cent.
    pub score: Option<Percent>,
    /// The rating under the other rules.
    #[serde(serialize_with = "rating_in_words")]
    pub what_if_rating: Option<Rating>,
    /// The score under the other rules, in per cent.
    pub what_if_score: Option<Percent>,
    /// Which way the rating would go; none where that cannot be computed.
    pub direction: Option<Direction>,
    /// How many single marks on statements would bring the rating back, or past where it is.
    pub marks: Option<u32>,
    /// Why it cannot be computed.
    pub obstacle: Option<Obstacle>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
    /// The records that gave the scores that are known, also those that wait and those of
    /// categories, or else the rating; none in what is public.
    #[serde(serialize_with = "listed")]
    pub positions: Vec<u64>,
    /// Their hashes, as far as whoever holds the records has put them to it.
    #[serde(serialize_with = "listed")]
    pub hashes: Vec<String>,
}

/// What rows come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WhatIfTally {
    /// Ratings that are there, or would be.
    pub ratings: u64,
    /// To a better one.
    pub up: u64,
    /// To a worse one.
    pub down: u64,
    /// There would be one where there is none.
    pub gained: u64,
    /// There would be none.
    pub lost: u64,
    /// Scores that would be others.
    pub scores: u64,
    /// Bodies of which some level cannot be computed.
    pub obstructed: u64,
}

impl WhatIf {
    /// Other rules: of another framework, if there is one, and then changed.
    pub fn new(
        framework: Option<Framework>,
        mut changes: Vec<Change>,
    ) -> Result<Self, InvalidWhatIf> {
        if framework.is_none() && changes.is_empty() {
            return Err(InvalidWhatIf::Nothing);
        }
        changes.sort_by_key(Change::order);
        match changes.windows(2).find(|pair| pair[0].order() == pair[1].order()) {
            Some(pair) => Err(InvalidWhatIf::Twice(pair[1].clone())),
            None => {
                let text = in_one_line(framework.as_ref(), &changes);
                Ok(Self { framework, changes, text })
            }
        }
    }

    /// The other framework, as it is before the changes.
    pub fn framework(&self) -> Option<&Framework> {
        self.framework.as_ref()
    }

    /// The changes of single rules.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether it says anything of bodies of this kind.
    pub fn concerns(&self, kind: OrganisationKind) -> bool {
        self.framework.as_ref().is_none_or(|framework| framework.kind == kind)
    }

    /// The rules for what is assessed under a framework.
    pub fn rules(&self, own: &Framework) -> Framework {
        let mut rules = self.framework.as_ref().unwrap_or(own).clone();
        self.changes.iter().for_each(|change| change.make_in(&mut rules));
        rules
    }
}

impl fmt::Display for WhatIf {
    /// The other rules in one line, always in the same order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for InvalidWhatIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no other rule is named"),
            Self::Twice(change) if matches!(change, Change::Limiter(_)) => {
                write!(f, "`{change}` is given twice")
            }
            Self::Twice(change) => write!(f, "{} is changed twice", change.rule()),
        }
    }
}

impl std::error::Error for InvalidWhatIf {}

impl Direction {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::None => "none",
            Self::Gained => "gained",
            Self::Lost => "lost",
        }
    }

    fn of(from: Option<Rating>, to: Option<Rating>) -> Self {
        match (from, to) {
            (Some(from), Some(to)) if from < to => Self::Up,
            (Some(from), Some(to)) if from > to => Self::Down,
            (None, Some(_)) => Self::Gained,
            (Some(_), None) => Self::Lost,
            (Some(_), Some(_)) | (None, None) => Self::None,
        }
    }
}

impl WhatIfRow {
    /// Whether the rating in force would be another, or cannot be told.
    pub fn differs(&self) -> bool {
        match self.direction {
            Some(direction) => direction != Direction::None,
            None => self.rating.is_some(),
        }
    }
}

impl WhatIfTally {
    /// What these rows come to, whichever of them are shown.
    pub fn of(rows: &[WhatIfRow]) -> Self {
        let mut tally = Self::default();
        let mut obstructed = BTreeSet::new();
        for row in rows {
            if row.rating.is_some() || row.what_if_rating.is_some() {
                tally.ratings += 1;
            }
            match row.direction {
                Some(Direction::Up) => tally.up += 1,
                Some(Direction::Down) => tally.down += 1,
                Some(Direction::Gained) => tally.gained += 1,
                Some(Direction::Lost) => tally.lost += 1,
                Some(Direction::None) => {}
                None => drop(obstructed.insert(row.organisation)),
            }
            let moved = row.score.zip(row.what_if_score).is_some_and(|(is, other)| is != other);
            tally.scores += u64::from(moved);
        }
        tally.obstructed = obstructed.len() as u64;
        tally
    }

    /// How many ratings would be others.
    pub fn flips(&self) -> u64 {
        self.up + self.down + self.gained + self.lost
    }
}

/// The rows of one assessment: overall first, then each theme, then those that only the other
/// framework has.
pub fn what_if(
    body: &Body,
    standing: &Standing,
    own: &Framework,
    asked: &WhatIf,
    seen: Seen,
) -> Vec<WhatIfRow> {
    let rules = &asked.rules(own);
    let sight = Sight { standing, own, rules, seen };
    let themes = |framework: &Framework| -> Vec<ThemeId> {
        framework.scoring.themes.iter().map(|theme| theme.id).collect()
    };
    let known = themes(own);
    let mut rows: Vec<WhatIfRow> = Vec::new();
    for row in ratings(body, standing, own) {
        let mut now = blank(body, standing, asked);
        (now.level, now.subject, now.flags) = (row.level, row.subject, row.flags);
        // Of what was published without its scores, the rating is all that is known.
        now.rating = row.rating.or(row.published_rating);
        now.score = row.score.or(row.published_score);
        now.positions.extend(row.position);
        rows.push(under(&sight, now));
    }
    for theme in themes(rules).into_iter().filter(|theme| !known.contains(theme)) {
        let now = blank(body, standing, asked);
        let flags = standing.flags(body);
        let now = WhatIfRow { level: LevelKind::Theme, subject: Some(theme), flags, ..now };
        rows.push(under(&sight, now));
    }
    rows
}

/// Other rules in one line. A framework that is not as shipped is told by its scoring part too,
/// since a file may bear any id.
fn in_one_line(framework: Option<&Framework>, changes: &[Change]) -> String {
    let framework = framework.map(|other| {
        let is_shipped = Framework::shipped(other.id).is_some_and(|it| it.scoring == other.scoring);
        match is_shipped {
            true => format!("framework={}", other.id),
            false => format!("framework={}:{}", other.id, &other.scoring_digest()[..12]),
        }
    });
    let changes = changes.iter().map(ToString::to_string);
    framework.into_iter().chain(changes).collect::<Vec<_>>().join(" ")
}

/// A row that says nothing yet.
fn blank(body: &Body, standing: &Standing, asked: &WhatIf) -> WhatIfRow {
    WhatIfRow {
        what_if: asked.to_string(),
        organisation: body.facts.code,
        name: body.facts.name.clone(),
        assessment: standing.assessment,
        level: LevelKind::Overall,
        subject: None,
        rating: None,
        score: None,
        what_if_rating: None,
        what_if_score: None,
        direction: None,
        marks: None,
        obstacle: None,
        flags: Flags::default(),
        positions: Vec::new(),
        hashes: Vec::new(),
    }
}

/// The row, with what its level comes to under the other rules.
fn under(sight: &Sight<'_>, now: WhatIfRow) -> WhatIfRow {
    let theme = |framework: &'_ Framework| -> Option<Theme> {
        let mut themes = framework.scoring.themes.iter();
        themes.find(|theme| Some(theme.id) == now.subject).cloned()
    };
    let given = sight.positions(theme(sight.own).or_else(|| theme(sight.rules)).as_ref());
    // Where nothing gave a score, the record that the rating in force comes from is left.
    let positions = if given.is_empty() { now.positions.clone() } else { given };
    let judged: Result<Judged, Obstacle> = match now.subject {
        None => sight.judged(None),
        Some(id) => match theme(sight.rules) {
            Some(theme) => sight.judged(Some(&theme)),
            None => Err(Obstacle::Theme { framework: sight.rules.id, theme: id }),
        },
    };
    match judged {
        Err(obstacle) => WhatIfRow { obstacle: Some(obstacle), positions, ..now },
        Ok(judged) => {
            let direction = Direction::of(now.rating, judged.rating);
            let flip = now.rating.zip(judged.rating).filter(|(is, other)| is != other);
            let back = |(is, other)| marks::back(&sight.rules.scoring, &judged.scores, other, is);
            WhatIfRow {
                what_if_rating: judged.rating,
                what_if_score: Some(judged.percent),
                direction: Some(direction),
                marks: flip.and_then(back),
                positions,
                ..now
            }
        }
    }
}

/// Serialises as words with a space between, as a column holds one value.
fn listed<T: fmt::Display, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let words: Vec<String> = list.iter().map(ToString::to_string).collect();
    serializer.serialize_str(&words.join(" "))
}
