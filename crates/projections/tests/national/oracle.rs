//! The same counts, worked out a second time and in another way: straight from what was published,
//! with arithmetic and bands of its own.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What was published of one body.
#[derive(Debug, Clone)]
struct Sample {
    is_system: bool,
    region: Option<&'static str>,
    fictional: bool,
    pilot: bool,
    scores: Vec<u8>,
    scored: bool,
    stated: Option<usize>,
    percent: bool,
}

const RATINGS: [&str; 4] = ["inadequate", "requires_improvement", "good", "outstanding"];

fn sample() -> impl Strategy<Value = Sample> {
    let region = proptest::sample::select(vec![None, Some("North"), Some("South")]);
    let score = prop_oneof![4 => Just(2u8), 4 => Just(3u8), 1 => Just(1u8), 1 => Just(4u8)];
    let rare = || proptest::bool::weighted(0.15);
    let stated = proptest::option::weighted(0.15, 0..4usize);
    let scores = proptest::collection::vec(score, 17);
    (any::<bool>(), region, rare(), rare(), scores, proptest::bool::weighted(0.85), stated, rare())
        .prop_map(|(is_system, region, fictional, pilot, mut scores, scored, stated, percent)| {
            scores.truncate(if is_system { 17 } else { 9 });
            Sample { is_system, region, fictional, pilot, scores, scored, stated, percent }
        })
}

impl Sample {
    /// 25 · points ÷ items, rounded up: the smallest whole number that is not less.
    fn percent_of(points: u32, items: u32) -> u32 {
        (25..=100).find(|whole| whole * items >= 25 * points).expect("at most 100")
    }

    fn rating_of(points: u32, items: u32) -> usize {
        match Self::percent_of(points, items) {
            0..39 => 0,
            39..63 => 1,
            63..88 => 2,
            _ => 3,
        }
    }

    fn points(&self) -> (u32, u32) {
        (self.scores.iter().map(|score| u32::from(*score)).sum(), self.scores.len() as u32)
    }

    fn rating(&self) -> usize {
        let (points, items) = self.points();
        self.stated.unwrap_or(Self::rating_of(points, items))
    }

    /// Tries a mark on every statement in turn.
    fn moves(&self, by: i32) -> bool {
        (0..self.scores.len()).any(|index| {
            let mut scores: Vec<i32> = self.scores.iter().map(|score| i32::from(*score)).collect();
            scores[index] += by;
            let points = u32::try_from(scores.iter().sum::<i32>()).expect("points");
            let is_score = (1..=4).contains(&scores[index]);
            is_score && Self::rating_of(points, scores.len() as u32) != self.rating()
        })
    }

    fn is_judged(&self) -> bool {
        let (points, items) = self.points();
        self.scored && Self::rating_of(points, items) == self.rating()
    }

    fn record(&self, world: &mut World, code: &str) {
        let (kind, framework) = match self.is_system {
            true => ("integrated_care_system", "ics-2023"),
            false => ("local_authority", "la-2023"),
        };
        let body = json!({ "fictional": self.fictional, "kind": kind, "region": self.region });
        world.register(code, body);
        let (points, items) = self.points();
        let percent = self.percent.then(|| Self::percent_of(points, items));
        let programme = if self.pilot { ("pilot", "pilot") } else { ("baseline", "formal") };
        let import = json!({
            "framework": framework, "kind": programme.0, "programme": programme.1,
            "rating": RATINGS[self.rating()], "score": percent,
        });
        let scores = if self.scored { &self.scores[..] } else { &[] };
        world.import(code, scores, import);
    }
}

/// The figures of a row, in the order of its columns.
type Figures = (u64, [u64; 4], u64, Option<String>, Option<(u64, u64, u64)>);

/// Some results: ratings from worst to best, and values.
fn figures(ratings: &[usize], values: &[u32], decimals: u32) -> Figures {
    let of = |rating: usize| ratings.iter().filter(|known| **known == rating).count() as u64;
    let number = values.len() as u32;
    // By long division, with one digit more than is shown.
    let mean = (number > 0).then(|| {
        let scale = 10u32.pow(decimals + 1);
        let long = values.iter().sum::<u32>() * scale / number;
        let shown = long / 10 + u32::from(long % 10 >= 5);
        let (whole, part) = (shown / (scale / 10), shown % (scale / 10));
        format!("{whole}.{part:0width$}", width = decimals as usize)
    });
    let counts = [of(3), of(2), of(1), of(0)];
    (ratings.len() as u64, counts, u64::from(number), mean, None)
}

/// A row's kind, region and subject, with its figures.
type Expected = BTreeMap<(bool, Option<&'static str>, String), Figures>;

fn expected(samples: &[Sample], include: &[Extra], by_region: bool) -> Expected {
    let counts = |sample: &&Sample| {
        (!sample.fictional || include.contains(&Extra::Fictional))
            && (!sample.pilot || include.contains(&Extra::Indicative))
    };
    let mut groups: BTreeMap<(bool, Option<&'static str>), Vec<&Sample>> = BTreeMap::new();
    for sample in samples.iter().filter(counts) {
        let region = if by_region { Some(sample.region.unwrap_or("unknown")) } else { None };
        groups.entry((sample.is_system, region)).or_default().push(sample);
    }
    let mut expected = BTreeMap::new();
    for ((is_system, region), samples) in groups {
        let ratings: Vec<usize> = samples.iter().map(|sample| sample.rating()).collect();
        let stated = samples.iter().filter(|sample| sample.percent).map(|sample| sample.points());
        let percents: Vec<u32> =
            stated.map(|(points, items)| Sample::percent_of(points, items)).collect();
        let judged: Vec<_> = samples.iter().filter(|sample| sample.is_judged()).collect();
        let near = |by| judged.iter().filter(|sample| sample.moves(by)).count() as u64;
        let mut overall = figures(&ratings, &percents, 1);
        overall.4 = Some((judged.len() as u64, near(1), near(-1)));
        expected.insert((is_system, region, "overall".to_owned()), overall);
        let id = if is_system { "ics-2023" } else { "la-2023" };
        let framework = Framework::shipped(id.parse().expect("an id")).expect("shipped");
        for (index, (_, statement)) in framework.statements().enumerate() {
            let scored = samples.iter().filter(|sample| sample.scored);
            let scores: Vec<u32> = scored.map(|sample| u32::from(sample.scores[index])).collect();
            let ratings: Vec<usize> = scores.iter().map(|score| *score as usize - 1).collect();
            if !scores.is_empty() {
                let figures = figures(&ratings, &scores, 2);
                expected.insert((is_system, region, statement.id.to_string()), figures);
            }
        }
    }
    expected
}

fn found(rows: &[NationalRow]) -> Expected {
    let row = |row: &NationalRow| {
        let region = match serde_json::to_value(&row.region).expect("a word").as_str() {
            None => None,
            Some("North") => Some("North"),
            Some("South") => Some("South"),
            Some(_) => Some("unknown"),
        };
        let subject = row.subject.clone().unwrap_or("overall".to_owned());
        let key = (row.kind.as_str() == "integrated_care_system", region, subject);
        let counts = [row.outstanding, row.good, row.requires_improvement, row.inadequate];
        let near = row.near_judged.zip(row.near_up).zip(row.near_down);
        let near = near.map(|((judged, up), down)| (judged, up, down));
        let mean = row.mean.map(|mean| mean.to_string());
        (key, (row.bodies, counts, row.scored, mean, near))
    };
    rows.iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_counts_are_those_of_what_was_published(
        samples in proptest::collection::vec(sample(), 0..12),
        indicative in any::<bool>(),
        fictional in any::<bool>(),
        by_region in any::<bool>(),
    ) {
        let mut world = World::new();
        for (index, sample) in samples.iter().enumerate() {
            sample.record(&mut world, &format!("X99{index:06}"));
        }
        let wanted = [(indicative, Extra::Indicative), (fictional, Extra::Fictional)];
        let include: Vec<Extra> =
            wanted.into_iter().filter(|(wanted, _)| *wanted).map(|(_, extra)| extra).collect();
        let counting = Counting {
            grouping: if by_region { Grouping::ByRegion } else { Grouping::Together },
            include: include.iter().copied().collect(),
            ..everything()
        };
        let rows = world.rows(&counting);
        let found = found(&rows);
        prop_assert_eq!(found.len(), rows.len());
        prop_assert_eq!(found, expected(&samples, &include, by_region));
    }
}
