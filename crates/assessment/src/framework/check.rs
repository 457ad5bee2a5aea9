//! What must hold in a framework beyond its shape, and where it does not.

use super::place::{member, path_at};
use super::{Framework, Limiter, Method, ProcessReview, Scoring, Section50, Statement};
use crate::scoring::{Band, Percent, Rating, Score};
use crate::{CategoryId, PartialDate, StatementId, ThemeId};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A record's line has 65,535 bytes at most; the rest is room for what stands around it.
const MAX_BYTES: usize = 55_000;

/// Where the bands stand.
const BANDS: &str = "scoring.bands.value";

/// Where the limiters stand.
const LIMITERS: &str = "scoring.limiters.value";

/// One thing that is wrong with a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: a path such as `scoring.bands.value[1]`, or line and column with the path there.
    pub place: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a framework.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is not JSON, or not a framework: a missing id, an unknown policy, a float.
    #[error("{0}")]
    Unreadable(String),
    /// It would not fit a record.
    #[error("{0} bytes as canonical JSON, more than the {MAX_BYTES} that fit a record")]
    TooLong(usize),
    /// A text or list is empty that must not be.
    #[error("empty")]
    Empty,
    /// A text has a character that records do not hold.
    #[error("control character U+{:04X}, which records do not hold", u32::from(*.0))]
    ControlCharacter(char),
    /// A key is not among the sources.
    #[error("no source has the key `{0}`")]
    UnknownSource(String),
    /// An id is given twice.
    #[error("id `{0}` a second time")]
    DuplicateId(String),
    /// A list has an entry twice.
    #[error("`{0}` a second time")]
    Repeated(String),
    /// An end lies before its beginning.
    #[error("ends {to}, before it begins {from}")]
    EndsBeforeItBegins {
        /// When it begins.
        from: PartialDate,
        /// When it ends.
        to: PartialDate,
    },
    /// A name, variant or id means another statement already.
    #[error("`{spelling}` already means {other}")]
    AmbiguousName {
        /// The name, variant or id.
        spelling: String,
        /// What it means already.
        other: StatementId,
    },
    /// A required category is not among the categories.
    #[error("category `{0}` is not among the categories")]
    UnknownCategory(CategoryId),
    /// Categories are scored, but none is required, so there would always be enough evidence.
    #[error("no category is required, though the method scores categories")]
    NothingRequired,
    /// An exempt theme is not among the themes.
    #[error("theme `{0}` is not among the themes")]
    UnknownTheme(ThemeId),
    /// A number of days or words is 0.
    #[error("0, where at least 1 is needed")]
    Zero,
    /// A rating has no band.
    #[error("no band for {0}")]
    MissingBand(Rating),
    /// There are more bands than ratings.
    #[error("a band too many")]
    ExtraBand,
    /// A band is not for the rating that its place is for.
    #[error("a band for {found} where the one for {expected} belongs")]
    BandRating {
        /// The rating that it is for.
        found: Rating,
        /// The rating that belongs there.
        expected: Rating,
    },
    /// A band does not stand for the score that its place is for.
    #[error("score {found} where {expected} belongs")]
    BandScore {
        /// The score that it stands for.
        found: Score,
        /// The score that belongs there.
        expected: u8,
    },
    /// A band ends before it begins.
    #[error("the band runs from {from} to {to}")]
    BandReversed {
        /// Its lowest percentage.
        from: Percent,
        /// Its highest percentage.
        to: Percent,
    },
    /// A band begins no higher than the one before.
    #[error("the band begins at {from}, no higher than the one before, at {before}")]
    BandOrder {
        /// Where it begins.
        from: Percent,
        /// Where the one before begins.
        before: Percent,
    },
    /// Whole percentages that no band holds.
    #[error("no band holds {}", run(*.first, *.last))]
    Hole {
        /// The first of them.
        first: u8,
        /// The last of them.
        last: u8,
    },
    /// Whole percentages that two bands hold.
    #[error("{} also in another band", run(*.first, *.last))]
    Overlap {
        /// The first of them.
        first: u8,
        /// The last of them.
        last: u8,
    },
    /// A limiter caps what is not awarded.
    #[error("caps ratings, and none are awarded")]
    LimitsNothing,
    /// A limiter can never change a rating.
    #[error("can never act: with a score of {}, no level is rated better than {}",
        .0.score, .0.at_most)]
    LimiterIdle(Limiter),
    /// A limiter changes nothing beside another one.
    #[error("adds nothing to {LIMITERS}[{0}]")]
    LimiterImplied(usize),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// Everything that is wrong with the text of a framework; nothing if it is sound.
///
/// What cannot be read at all is one finding, and hides what comes after it.
pub fn check(text: &str) -> Vec<Finding> {
    read(text).err().unwrap_or_default()
}

/// Reads a framework, or says everything that is wrong with it.
pub(super) fn read(text: &str) -> Result<Framework, Vec<Finding>> {
    let framework: Framework =
        serde_json::from_str(text).map_err(|error| vec![unreadable(text, &error)])?;
    let findings = findings(&framework);
    if findings.is_empty() { Ok(framework) } else { Err(findings) }
}

/// Everything that is wrong with a framework beyond its shape.
pub(super) fn findings(framework: &Framework) -> Vec<Finding> {
    let value = serde_json::to_value(framework).expect("a framework has only string keys");
    let mut findings = Findings(Vec::new());
    let length = value.to_string().len();
    if length > MAX_BYTES {
        findings.add("framework", Problem::TooLong(length));
    }
    check_values(&value, "", framework, &mut findings);
    check_dates(framework, &mut findings);
    check_bands(&framework.scoring, &mut findings);
    check_limiters(framework, &mut findings);
    check_statements(framework, &mut findings);
    check_process(framework, &mut findings);
    findings.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, place: impl Into<String>, problem: Problem) {
        self.0.push(Finding { place: place.into(), problem });
    }
}

fn unreadable(text: &str, error: &serde_json::Error) -> Finding {
    let (line, column) = (error.line(), error.column());
    let place = match path_at(text, line, column) {
        path if path.is_empty() => format!("line {line} column {column}"),
        path => format!("line {line} column {column} ({path})"),
    };
    let full = error.to_string();
    let suffix = format!(" at line {line} column {column}");
    let message = full.strip_suffix(&suffix).unwrap_or(&full).to_owned();
    Finding { place, problem: Problem::Unreadable(message) }
}

/// What must hold of every member, wherever it stands.
fn check_values(value: &Value, path: &str, framework: &Framework, findings: &mut Findings) {
    match value {
        Value::String(text) if text.trim().is_empty() => findings.add(path, Problem::Empty),
        Value::String(text) => {
            if let Some(control) = text.chars().find(|c| c.is_control()) {
                findings.add(path, Problem::ControlCharacter(control));
            }
        }
        Value::Array(items) => {
            check_repetition(items, path, findings);
            for (index, item) in items.iter().enumerate() {
                check_values(item, &format!("{path}[{index}]"), framework, findings);
            }
        }
        Value::Object(members) => {
            if let (Some(_), Some(Value::String(key))) =
                (members.get("basis"), members.get("source"))
                && !framework.sources.keys().any(|known| known.as_str() == key)
            {
                findings.add(member(path, "source"), Problem::UnknownSource(key.clone()));
            }
            for (name, value) in members {
                check_values(value, &member(path, name), framework, findings);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// No list names anything twice, neither a plain text nor the id of an object.
fn check_repetition(items: &[Value], path: &str, findings: &mut Findings) {
    let id = |item: &Value| {
        item.get("id")
            .or_else(|| item.pointer("/value/id"))
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    for (index, item) in items.iter().enumerate() {
        let place = format!("{path}[{index}]");
        match (item, id(item)) {
            (Value::String(text), _) if items[..index].contains(item) => {
                findings.add(place, Problem::Repeated(text.clone()));
            }
            (_, Some(own))
                if items[..index].iter().any(|other| id(other).as_ref() == Some(&own)) =>
            {
                findings.add(place, Problem::DuplicateId(own));
            }
            _ => {}
        }
    }
}

fn check_dates(framework: &Framework, findings: &mut Findings) {
    let mut in_order = |place: String, from: PartialDate, to: Option<PartialDate>| match to {
        Some(to) if to.last_day() < from.first_day() => {
            findings.add(place, Problem::EndsBeforeItBegins { from, to });
        }
        _ => {}
    };
    let valid_to = framework.valid_to.as_ref().map(|to| to.value);
    in_order("valid_to".to_owned(), framework.valid_from.value, valid_to);
    for (index, phase) in framework.phases.iter().enumerate() {
        if let Some(from) = phase.value.from {
            in_order(format!("phases[{index}].value.to"), from, phase.value.to);
        }
    }
}

/// Every whole percentage lies in one band, and bands, ratings and scores rise together.
fn check_bands(scoring: &Scoring, findings: &mut Findings) {
    let bands = &scoring.bands.value;
    if bands.is_empty() && scoring.method.value == Method::None {
        return;
    }
    for (index, band) in bands.iter().enumerate() {
        check_band(band, index, bands, findings);
    }
    for rating in Rating::ALL.iter().skip(bands.len()) {
        findings.add(BANDS, Problem::MissingBand(*rating));
    }
    check_coverage(bands, findings);
}

fn check_band(band: &Band, index: usize, bands: &[Band], findings: &mut Findings) {
    let place = format!("{BANDS}[{index}]");
    let Some((&expected, score)) = Rating::ALL.iter().zip(1..).nth(index) else {
        return findings.add(place, Problem::ExtraBand);
    };
    if band.rating != expected {
        findings.add(place.clone(), Problem::BandRating { found: band.rating, expected });
    }
    if band.score.get() != score {
        findings.add(place.clone(), Problem::BandScore { found: band.score, expected: score });
    }
    if band.from > band.to {
        findings.add(place.clone(), Problem::BandReversed { from: band.from, to: band.to });
    }
    match index.checked_sub(1).and_then(|before| bands.get(before)) {
        Some(before) if band.from <= before.from => {
            findings.add(place, Problem::BandOrder { from: band.from, before: before.from });
        }
        _ => {}
    }
}

/// Every limiter changes the rating of some level, with some scores.
fn check_limiters(framework: &Framework, findings: &mut Findings) {
    let limiters = &framework.scoring.limiters.value;
    for (index, &limiter) in limiters.iter().enumerate() {
        let stronger = |(at, other): &(usize, &Limiter)| {
            // Of two that do the same, the first counts.
            *at != index
                && limiter.is_implied_by(**other)
                && (*at < index || !other.is_implied_by(limiter))
        };
        let problem = if !framework.awards_ratings() {
            Problem::LimitsNothing
        } else if !can_act(framework, limiter) {
            Problem::LimiterIdle(limiter)
        } else if let Some((at, _)) = limiters.iter().enumerate().find(stronger) {
            Problem::LimiterImplied(at)
        } else {
            continue;
        };
        findings.add(format!("{LIMITERS}[{index}]"), problem);
    }
}

/// Whether a limiter can change the rating of the whole or of a theme.
fn can_act(framework: &Framework, limiter: Limiter) -> bool {
    let themes = framework.scoring.themes.iter().map(|theme| theme.statements.len());
    let mut levels = themes.chain([framework.statements().count()]);
    let items = |level| u32::try_from(level).expect("a framework fits a record");
    levels.any(|level| framework.scoring.lets_act(limiter, items(level)))
}

/// What is amiss with a percentage: bands are named by their index.
#[derive(PartialEq)]
enum Amiss {
    InNone { next: Option<usize> },
    InTwo { first: usize, second: usize },
}

/// Looks at every percentage that rounding can give, and reports each run that is amiss once.
fn check_coverage(bands: &[Band], findings: &mut Findings) {
    let mut first = Percent::LOWEST;
    for last in Percent::LOWEST..=Percent::HIGHEST {
        let here = amiss(last, bands);
        if last < Percent::HIGHEST && amiss(last + 1, bands) == here {
            continue;
        }
        match here {
            Some(Amiss::InNone { next: Some(next) }) => {
                findings.add(format!("{BANDS}[{next}]"), Problem::Hole { first, last });
            }
            Some(Amiss::InNone { next: None }) => {
                findings.add(BANDS, Problem::Hole { first, last });
            }
            Some(Amiss::InTwo { second, .. }) => {
                findings.add(format!("{BANDS}[{second}]"), Problem::Overlap { first, last });
            }
            None => {}
        }
        first = last + 1;
    }
}

fn amiss(percent: u8, bands: &[Band]) -> Option<Amiss> {
    let percent = Percent::try_from(percent).expect("the range is that of a percentage");
    let mut holders = (0..bands.len()).filter(|index| bands[*index].holds(percent));
    match (holders.next(), holders.next()) {
        (Some(first), Some(second)) => Some(Amiss::InTwo { first, second }),
        (Some(_), None) => None,
        (None, _) => Some(Amiss::InNone { next: bands.iter().position(|b| b.from > percent) }),
    }
}

fn check_statements(framework: &Framework, findings: &mut Findings) {
    if framework.scoring.themes.is_empty() {
        findings.add("scoring.themes", Problem::Empty);
    }
    let mut themes = BTreeMap::new();
    let mut spellings = BTreeMap::new();
    for (at, theme) in framework.scoring.themes.iter().enumerate() {
        let list = format!("scoring.themes[{at}].statements");
        if theme.statements.is_empty() {
            findings.add(list.clone(), Problem::Empty);
        }
        for (index, statement) in theme.statements.iter().enumerate() {
            let place = format!("{list}[{index}]");
            // Within one theme, that is found as in any list.
            if *themes.entry(statement.id).or_insert(at) != at {
                findings.add(place.clone(), Problem::DuplicateId(statement.id.to_string()));
            }
            check_spellings(statement, &place, &mut spellings, findings);
            check_required(statement, &place, &framework.scoring, findings);
        }
    }
}

/// What a person types, or a file is headed by, means one statement at most.
fn check_spellings(
    statement: &Statement,
    place: &str,
    seen: &mut BTreeMap<String, StatementId>,
    findings: &mut Findings,
) {
    for spelling in statement.spellings() {
        match seen.insert(spelling.to_lowercase(), statement.id) {
            Some(other) if other != statement.id => {
                let spelling = spelling.to_owned();
                findings.add(place, Problem::AmbiguousName { spelling, other });
            }
            _ => {}
        }
    }
}

fn check_required(statement: &Statement, place: &str, scoring: &Scoring, findings: &mut Findings) {
    let place = format!("{place}.required_categories.value");
    let required = &statement.required_categories.value;
    if required.is_empty() && scoring.method.value == Method::Category {
        findings.add(place.clone(), Problem::NothingRequired);
    }
    for (index, id) in required.iter().enumerate() {
        if !scoring.categories.iter().any(|category| category.id == *id) {
            findings.add(format!("{place}[{index}]"), Problem::UnknownCategory(*id));
        }
    }
}

fn check_process(framework: &Framework, findings: &mut Findings) {
    let process = &framework.process;
    let check = &process.accuracy_check;
    let checked = check.first_publication.value || check.update.value;
    if checked && process.accuracy_working_days.value == 0 {
        findings.add("process.accuracy_working_days.value", Problem::Zero);
    }
    if checked && process.recipients.value.is_empty() {
        findings.add("process.recipients.value", Problem::Empty);
    }
    if let ProcessReview::Offered { working_days, max_words } = process.process_review.value {
        let place = "process.process_review.value.offered";
        for (name, number) in [("working_days", working_days), ("max_words", max_words)] {
            if number == 0 {
                findings.add(member(place, name), Problem::Zero);
            }
        }
    }
    if let Section50::Applies { exempt_themes } = &process.section_50.value {
        let place = "process.section_50.value.applies.exempt_themes";
        for (index, id) in exempt_themes.iter().enumerate() {
            if !framework.scoring.themes.iter().any(|theme| theme.id == *id) {
                findings.add(format!("{place}[{index}]"), Problem::UnknownTheme(*id));
            }
        }
    }
}

/// Percentages one after the other, as a message names them.
fn run(first: u8, last: u8) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}
