//! A change of one rule, as people write it: `rounding=floor`.

use assessment::framework::{Framework, Limiter, Method};
use assessment::scoring::{Band, Percent, Rating, Rounding, Score};
use assessment::{CategoryId, InvalidId};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as Unread, StrDeserializer};
use std::fmt;
use std::str::FromStr;

/// Another rule than the one in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `rounding=floor`: how a percentage becomes a whole one.
    Rounding(Rounding),
    /// `bands=25-38,39-62,63-87,88-100`: which percentages stand for which rating, worst first.
    Bands(Vec<Band>),
    /// `limiter=requires_improvement:1`: one limiter more.
    Limiter(Limiter),
    /// `required_categories=a,b`: the categories that every statement needs a score in.
    RequiredCategories(Vec<CategoryId>),
}

/// A text that is not a change of a rule: what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidChange(String);

/// The rules that can be changed, and an example of each.
const KNOWN: &str = "rounding=floor, bands=25-38,39-62,63-87,88-100, \
                     limiter=requires_improvement:1, \
                     required_categories=people-experience,processes";

impl Change {
    /// The rule that it changes.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Rounding(_) => "rounding",
            Self::Bands(_) => "bands",
            Self::Limiter(_) => "limiter",
            Self::RequiredCategories(_) => "required_categories",
        }
    }

    /// Makes it in a framework.
    pub(super) fn make_in(&self, framework: &mut Framework) {
        let scoring = &mut framework.scoring;
        match self {
            Self::Rounding(rounding) => scoring.rounding.value = *rounding,
            Self::Bands(bands) => scoring.bands.value.clone_from(bands),
            Self::Limiter(limiter) => scoring.limiters.value.push(*limiter),
            // Of a framework that scores statements, none is asked for.
            Self::RequiredCategories(_) if scoring.method.value != Method::Category => {}
            Self::RequiredCategories(categories) => {
                let themes = scoring.themes.iter_mut();
                for statement in themes.flat_map(|theme| &mut theme.statements) {
                    statement.required_categories.value.clone_from(categories);
                }
            }
        }
    }

    /// Where it stands among others: by rule, and limiters by what they do.
    pub(super) fn order(&self) -> (u8, Option<Limiter>) {
        match self {
            Self::Rounding(_) => (0, None),
            Self::Bands(_) => (1, None),
            Self::Limiter(limiter) => (2, Some(*limiter)),
            Self::RequiredCategories(_) => (3, None),
        }
    }
}

impl FromStr for Change {
    type Err = InvalidChange;

    fn from_str(text: &str) -> Result<Self, InvalidChange> {
        let wrong = |why: String| InvalidChange(why);
        let Some((rule, value)) = text.split_once('=') else {
            return Err(wrong(format!("no rule and value, such as {KNOWN}")));
        };
        match rule {
            "rounding" => word(value).map(Self::Rounding),
            "bands" => bands(value).map(Self::Bands),
            "limiter" => limiter(value).map(Self::Limiter),
            "required_categories" => categories(value).map(Self::RequiredCategories),
            _ => return Err(wrong(format!("no such rule; there are {KNOWN}"))),
        }
        .map_err(|why| wrong(format!("{rule}: {why}")))
    }
}

impl fmt::Display for Change {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.rule())?;
        match self {
            Self::Rounding(Rounding::Ceiling) => f.write_str("ceiling"),
            Self::Rounding(Rounding::Floor) => f.write_str("floor"),
            Self::Rounding(Rounding::HalfUp) => f.write_str("half_up"),
            Self::Bands(bands) => {
                let runs = bands.iter().map(|band| format!("{}-{}", band.from, band.to));
                f.write_str(&runs.collect::<Vec<_>>().join(","))
            }
            Self::Limiter(limiter) => {
                let cap = limiter.at_most.as_str().to_lowercase().replace(' ', "_");
                write!(f, "{cap}:{}", limiter.score)
            }
            Self::RequiredCategories(categories) => {
                let ids: Vec<&str> = categories.iter().map(CategoryId::as_str).collect();
                f.write_str(&ids.join(","))
            }
        }
    }
}

impl fmt::Display for InvalidChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidChange {}

/// A word as it stands in frameworks.
fn word<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, String> {
    let word: StrDeserializer<'de, Unread> = text.into_deserializer();
    // What was given is said where it was given; what is left to say is what would be right. That
    // comes last, as what was given may hold anything.
    T::deserialize(word).map_err(|error| {
        let sentence = error.to_string();
        let expected = sentence.rsplit_once(", expected ").map(|(_, it)| format!("expected {it}"));
        expected.unwrap_or(sentence)
    })
}

/// Four runs of whole percentages, without a hole and without one in two bands.
fn bands(text: &str) -> Result<Vec<Band>, String> {
    let runs: Vec<&str> = text.split(',').collect();
    if runs.len() != Rating::ALL.len() {
        let found = runs.len();
        return Err(format!(
            "four runs of percentages are needed, worst first, and here are {found}"
        ));
    }
    let band = |((run, rating), score): ((&str, Rating), u8)| {
        let (from, to) =
            run.split_once('-').ok_or_else(|| format!("`{}` is no run (39-62)", short(run)))?;
        let score = Score::try_from(score).expect("there are as many ratings as scores");
        Ok(Band { rating, from: percent(from)?, to: percent(to)?, score })
    };
    let bands: Vec<Band> =
        runs.into_iter().zip(Rating::ALL).zip(1..).map(band).collect::<Result<_, String>>()?;
    // What a framework's own bands must be is known there; any sound one will do for it.
    let mut framework = Framework::all_shipped().swap_remove(0);
    framework.scoring.bands.value.clone_from(&bands);
    match framework.findings().first() {
        Some(finding) => Err(finding.problem.to_string()),
        None => Ok(bands),
    }
}

fn percent(text: &str) -> Result<Percent, String> {
    let number =
        text.parse::<u8>().map_err(|_| format!("`{}` is not a percentage", short(text)))?;
    Percent::try_from(number).map_err(|error| error.to_string())
}

/// The best rating that is left, and the highest score that has this effect.
fn limiter(text: &str) -> Result<Limiter, String> {
    let Some((cap, score)) = text.split_once(':') else {
        return Err(format!("`{}` is no rating and score (requires_improvement:1)", short(text)));
    };
    let at_most: Rating = word(cap)?;
    let number = score.parse::<u8>();
    let number = number.map_err(|_| format!("`{}` is not a score (1, 2 or 3)", short(score)))?;
    let score = Score::try_from(number).map_err(|error| error.to_string())?;
    Limiter::new(at_most, score).map_err(|error| error.to_string())
}

fn categories(text: &str) -> Result<Vec<CategoryId>, String> {
    let mut all: Vec<CategoryId> = Vec::new();
    for id in text.split(',') {
        let wrong = |error: InvalidId| format!("`{}` is not {}", short(id), error.expected);
        let category: CategoryId = id.parse().map_err(wrong)?;
        if all.contains(&category) {
            return Err(format!("`{category}` a second time"));
        }
        all.push(category);
    }
    Ok(all)
}

/// The beginning of a text that may be of any length.
fn short(text: &str) -> String {
    const SHOWN: usize = 40;
    let first: String = text.chars().take(SHOWN).collect();
    if first.len() < text.len() { format!("{first}…") } else { first }
}
