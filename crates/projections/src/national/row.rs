//! A row of `national`: what the results of one group come to.

use super::{Group, Shown};
use assessment::framework::{LevelKind, Method, OrganisationKind};
use assessment::scoring::Rating;
use assessment::{Name, OrganisationCode, PartialDate};
use chrono::NaiveDate;
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A row of `national`: one level and subject of one kind of body.
///
/// It is read back from released reports: what a later version adds must be optional.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NationalRow {
    /// What the bodies are.
    pub kind: OrganisationKind,
    /// Where they are.
    pub region: Place,
    /// Overall, theme or statement.
    pub level: LevelKind,
    /// The theme or the quality statement; none for overall.
    pub subject: Option<String>,
    /// What people call it.
    pub name: String,
    /// How many bodies have a published result.
    pub bodies: u64,
    /// How many are Outstanding; of a statement, are scored 4.
    pub outstanding: u64,
    /// How many are Good; of a statement, are scored 3.
    pub good: u64,
    /// How many require improvement; of a statement, are scored 2.
    pub requires_improvement: u64,
    /// How many are Inadequate; of a statement, are scored 1.
    pub inadequate: u64,
    /// Of how many the published percentage, or the score, is known.
    pub scored: u64,
    /// The mean of those: of percentages to one decimal, of scores to two.
    pub mean: Option<Mean>,
    /// Of how many it is known how near to another rating they are; none for a statement.
    pub near_judged: Option<u64>,
    /// How many one mark more on one statement would move up.
    pub near_up: Option<u64>,
    /// How many one mark less on one statement would move down.
    pub near_down: Option<u64>,
    /// The scoring methods that the results come from.
    pub methods: String,
    /// The day that `before` was.
    pub before_on: Option<PartialDate>,
    /// How many bodies had a published result before.
    pub before_bodies: Option<u64>,
    /// The mean before.
    pub before_mean: Option<Mean>,
    /// How many more bodies there are now.
    pub bodies_change: Option<i64>,
    /// How many more are Outstanding, or are scored 4.
    pub outstanding_change: Option<i64>,
    /// How many more are Good, or are scored 3.
    pub good_change: Option<i64>,
    /// How many more require improvement, or are scored 2.
    pub requires_improvement_change: Option<i64>,
    /// How many more are Inadequate, or are scored 1.
    pub inadequate_change: Option<i64>,
    /// How many bodies were assessed under another method then than now.
    pub other_method: Option<u64>,
    /// What a reader must know before comparing anything.
    pub flags: Cautions,
}

/// Where the bodies of a row are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Anywhere.
    All,
    /// In this region.
    Region(Name),
    /// Their region is not known.
    Unknown,
}

/// A mean of whole numbers, written exactly to so many decimals, a half rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mean {
    /// The sum.
    pub sum: u64,
    /// Of how many.
    pub count: u64,
    /// How many decimals are written.
    pub decimals: u32,
}

/// What a reader must know before comparing what is counted in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caution {
    /// Some of the bodies are invented.
    Fictional,
    /// Some of the ratings are indicative.
    Indicative,
    /// What was before comes from other scoring methods.
    MethodsChanged,
    /// The results come from several scoring methods.
    MixedMethods,
}

/// The cautions of a row: shown sorted, with a space between.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cautions(BTreeSet<Caution>);

type Results = BTreeMap<OrganisationCode, Shown>;

/// What some results come to.
pub(super) fn row(
    group: &Group,
    name: String,
    now: &Results,
    earlier: Option<(NaiveDate, &Results)>,
) -> NationalRow {
    let before = earlier.map(|(_, before)| before);
    let rated = |results: &Results, rating: Rating| {
        count(results.values().filter(|result| result.rating == Some(rating)))
    };
    let change = |of: &dyn Fn(&Results) -> u64| {
        before.map(|before| of(now).cast_signed() - of(before).cast_signed())
    };
    let rated_change = |rating: Rating| change(&|results| rated(results, rating));
    let judged: Vec<(bool, bool)> = now.values().filter_map(|result| result.near).collect();
    let near = |number: u64| Some(number).filter(|_| group.level != LevelKind::Statement);
    let mean = |results: &Results| mean(group.level, results);
    NationalRow {
        kind: group.kind,
        region: group.place.clone(),
        level: group.level,
        subject: group.subject.clone(),
        name,
        bodies: count(now.values()),
        outstanding: rated(now, Rating::Outstanding),
        good: rated(now, Rating::Good),
        requires_improvement: rated(now, Rating::RequiresImprovement),
        inadequate: rated(now, Rating::Inadequate),
        scored: count(now.values().filter(|result| result.value.is_some())),
        mean: mean(now),
        near_judged: near(count(judged.iter())),
        near_up: near(count(judged.iter().filter(|(up, _)| *up))),
        near_down: near(count(judged.iter().filter(|(_, down)| *down))),
        methods: methods(now).into_iter().collect::<Vec<_>>().join(","),
        before_on: earlier.map(|(day, _)| day.into()),
        before_bodies: before.map(|before| count(before.values())),
        before_mean: before.and_then(mean),
        bodies_change: change(&|results| count(results.values())),
        outstanding_change: rated_change(Rating::Outstanding),
        good_change: rated_change(Rating::Good),
        requires_improvement_change: rated_change(Rating::RequiresImprovement),
        inadequate_change: rated_change(Rating::Inadequate),
        other_method: before.map(|before| other_method(now, before)),
        flags: cautions(now, before),
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    items.count() as u64
}

fn mean(level: LevelKind, results: &Results) -> Option<Mean> {
    let values = || results.values().filter_map(|result| result.value);
    let decimals = if level == LevelKind::Statement { 2 } else { 1 };
    let (sum, count) = (values().map(u64::from).sum(), count(values()));
    (count > 0).then_some(Mean { sum, count, decimals })
}

/// How many bodies were assessed under another method then than now.
fn other_method(now: &Results, before: &Results) -> u64 {
    let is_other = |(code, result): &(&OrganisationCode, &Shown)| {
        before.get(*code).is_some_and(|before| before.method != result.method)
    };
    count(now.iter().filter(is_other))
}

fn methods(results: &Results) -> BTreeSet<&'static str> {
    let name = |method: Method| match method {
        Method::Category => "category",
        Method::Statement => "statement",
        Method::None => "none",
    };
    results.values().map(|result| name(result.method)).collect()
}

fn cautions(now: &Results, before: Option<&Results>) -> Cautions {
    let of_both = || now.values().chain(before.into_iter().flat_map(|before| before.values()));
    let changed = before.is_some_and(|before| {
        let both_known = !now.is_empty() && !before.is_empty();
        both_known && (methods(now) != methods(before) || other_method(now, before) > 0)
    });
    let cautions = [
        (Caution::Fictional, of_both().any(|result| result.fictional)),
        (Caution::Indicative, of_both().any(|result| result.indicative)),
        (Caution::MethodsChanged, changed),
        (Caution::MixedMethods, methods(now).len() > 1),
    ];
    Cautions(cautions.into_iter().filter(|(_, is_so)| *is_so).map(|(it, _)| it).collect())
}

impl Caution {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fictional => "fictional",
            Self::Indicative => "indicative",
            Self::MethodsChanged => "methods_changed",
            Self::MixedMethods => "mixed_methods",
        }
    }
}

impl Cautions {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Caution> {
        self.0.iter().copied()
    }
}

impl fmt::Display for Cautions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Caution::as_str).collect();
        f.pad(&names.join(" "))
    }
}

impl<'de> Deserialize<'de> for Cautions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = [
            Caution::Fictional,
            Caution::Indicative,
            Caution::MethodsChanged,
            Caution::MixedMethods,
        ];
        let text = String::deserialize(deserializer)?;
        let caution = |word: &str| {
            let known = all.into_iter().find(|caution| caution.as_str() == word);
            known.ok_or_else(|| de::Error::custom(format_args!("unknown caution `{word}`")))
        };
        Ok(Self(text.split_whitespace().map(caution).collect::<Result<_, _>>()?))
    }
}

impl Serialize for Cautions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Mean {
    /// In units of the last decimal, a half rounded up: (2·10^d·sum + count) ÷ 2·count.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.pow(self.decimals);
        let rounded = (2 * scale * self.sum + self.count) / (2 * self.count);
        let width = usize::try_from(self.decimals).expect("a few decimals");
        f.pad(&format!("{}.{:0width$}", rounded / scale, rounded % scale))
    }
}

impl Serialize for Mean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mean {
    /// As it is written: what it was the mean of is not, so it is taken for that of its own units.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let written = || {
            let (whole, rest) = text.split_once('.')?;
            let decimals = u32::try_from(rest.len()).ok().filter(|it| (1..=4).contains(it))?;
            let sum = format!("{whole}{rest}").parse().ok()?;
            Some(Self { sum, count: 10_u64.pow(decimals), decimals })
        };
        written().ok_or_else(|| de::Error::custom(format_args!("`{text}` is not a mean")))
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<Name>::deserialize(deserializer)? {
            None => Self::All,
            Some(name) if name.as_str() == "unknown" => Self::Unknown,
            Some(name) => Self::Region(name),
        })
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_none(),
            Self::Region(region) => region.serialize(serializer),
            Self::Unknown => "unknown".serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mean;

    /// A mean that is printed otherwise than it is by hand would be taken for an error in the
    /// scores.
    #[test]
    fn a_mean_is_exact_and_a_half_is_rounded_up() {
        let written = |sum, count, decimals| Mean { sum, count, decimals }.to_string();
        assert_eq!(written(108, 48, 2), "2.25");
        assert_eq!(written(8, 3, 2), "2.67");
        assert_eq!(written(201, 200, 2), "1.01", "1.005");
        assert_eq!(written(333, 6, 1), "55.5");
        assert_eq!(written(4, 1, 2), "4.00");
        assert_eq!(written(1999, 20, 1), "100.0", "99.95");
    }
}
