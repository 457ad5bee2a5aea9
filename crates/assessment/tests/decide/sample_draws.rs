//! Draws, against a second sampler that was written from `docs/format.md` alone.
//!
//! Guards against the fear that what is drawn is not what everybody else would draw, and that some
//! order of steps draws from a population that nobody committed to, or with a seed that was known.

use super::*;
use assessment::sample::{Frame, SeedSource, Unit};
use assessment::{ItemId, SampleId};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const FORMAT: &str = include_str!("../../../../docs/format.md");

/// The ticket of an item: the digits of a hash, the last one first, and at least 64 of them.
fn ticket(seed: &str, item: &str) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
    let inner = hex(&Sha256::digest(seed));
    let mut number = Sha256::digest(inner + item).to_vec();
    let mut digits = String::new();
    while number.iter().any(|byte| *byte > 0) {
        // Long division by ten leaves the last digit.
        let left = number.iter_mut().fold(0_u32, |left, byte| {
            let value = left * 256 + u32::from(*byte);
            *byte = (value / 10) as u8;
            value % 10
        });
        digits.push(char::from_digit(left, 10).expect("less than ten"));
    }
    format!("{digits:0<64}")
}

/// What is drawn of lines `item TAB stratum` by quotas.
fn plain_draw(lines: &[String], quotas: &[(String, u64)], seed: &str) -> Vec<String> {
    let mut drawn = Vec::new();
    for (stratum, size) in quotas {
        let own = lines.iter().filter_map(|line| line.strip_suffix(&format!("\t{stratum}")));
        let mut tickets: Vec<(String, &str)> = own.map(|item| (ticket(seed, item), item)).collect();
        tickets.sort();
        drawn.extend(tickets.iter().take(*size as usize).map(|(_, item)| (*item).to_owned()));
    }
    drawn
}

fn lines(frame: &Frame) -> Vec<String> {
    frame.0.iter().map(|unit| format!("{}\t{}", unit.item, unit.stratum)).collect()
}

/// What somebody tries; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Try {
    Commit { frame: usize, size: Value, day: u64 },
    Seed { sample: usize, seed: usize, source: &'static str, days_ago: u64 },
    Draw { sample: usize, tampered: Option<usize> },
}

const SEEDS: [&str; 8] = [
    "31415926",
    "3 1 4 1 5 9 2 6",
    "00000000",
    "000000000",
    "27182818",
    "16180339",
    "14142135",
    "Ünïcödé-seed",
];

fn any_frame() -> impl Strategy<Value = Frame> {
    let stratum = prop::sample::select(&["Good", "p-017 / 2026-Q2", "ä"][..]);
    prop::collection::btree_map((1..400_u64, 0..4_u64), stratum, 1..60).prop_map(|units| {
        let unit = |((position, number), stratum): ((u64, u64), &str)| {
            let item = match number {
                0 => ItemId::record(position),
                number => ItemId::within(position, number),
            };
            Unit { item, stratum: stratum.to_owned() }
        };
        Frame(units.into_iter().map(unit).collect())
    })
}

fn any_size() -> impl Strategy<Value = Value> {
    let share = 1..9_999_u64;
    prop_oneof![
        (0..30_u64).prop_map(|size| json!({ "size": size })),
        (0..30_u64).prop_map(|each| json!({ "each": each })),
        (share.clone(), share).prop_map(|(confidence, tolerable)| {
            json!({"confidence": confidence, "tolerable_error": tolerable})
        }),
    ]
}

fn any_try() -> impl Strategy<Value = Try> {
    let commit = (any::<usize>(), any_size(), 0..2_u64)
        .prop_map(|(frame, size, day)| Try::Commit { frame, size, day });
    let source = prop::sample::select(&["dice", "beacon"][..]);
    let seed = (any::<usize>(), 0..SEEDS.len(), source, 0..3_u64)
        .prop_map(|(sample, seed, source, days_ago)| Try::Seed { sample, seed, source, days_ago });
    let draw = (any::<usize>(), prop::option::weighted(0.3, any::<usize>()))
        .prop_map(|(sample, tampered)| Try::Draw { sample, tampered });
    prop_oneof![2 => commit, 3 => seed, 3 => draw]
}

/// A ledger with samples only, and what an onlooker has seen of them.
#[derive(Default)]
struct World {
    state: State,
    frames: Vec<Frame>,
    today: NaiveDate,
    seen: BTreeMap<SampleId, Seen>,
    seeds: Vec<String>,
}

/// What an onlooker knows of a sample: its frame, its quotas, and what came after.
struct Seen {
    frame: usize,
    quotas: Vec<(String, u64)>,
    committed_on: NaiveDate,
    is_named: bool,
    known_seeds: Vec<String>,
    seed: Option<String>,
    drawn: bool,
}

impl World {
    fn decide(&mut self, kind: &str, data: Value, population: Option<Frame>) -> Vec<Event> {
        self.state.population = population;
        let context = Context { today: self.today, ..context() };
        let events = decide(&self.state, &command(kind, data, json!({})), &context);
        let events = events.unwrap_or_default();
        for event in &events {
            self.state = evolve(std::mem::take(&mut self.state), event);
        }
        events
    }

    fn id(&self, nth: usize) -> String {
        let known: Vec<&SampleId> = self.seen.keys().collect();
        // Often one that is there, sometimes the next.
        known.get(nth % (known.len() + 1)).map_or("2026-zz".to_owned(), ToString::to_string)
    }

    fn try_it(&mut self, what: Try) {
        match what {
            Try::Commit { frame, size, day } => self.commit(frame % self.frames.len(), size, day),
            Try::Seed { sample, seed, source, days_ago } => {
                let on = self.today - Days::new(days_ago);
                let data = json!({
                    "announced_on": on.to_string(), "sample": self.id(sample), "seed": SEEDS[seed],
                    "source": source,
                });
                for event in self.decide("seed_sample", data, None) {
                    self.see_seed(&event);
                }
            }
            Try::Draw { sample, tampered } => {
                let id = self.id(sample);
                let own = id.parse().ok().and_then(|id: SampleId| self.seen.get(&id));
                let mut frame = own.map(|seen| self.frames[seen.frame].clone()).unwrap_or_default();
                if let Some(how) = tampered {
                    tamper(&mut frame, how);
                }
                for event in
                    self.decide("draw_sample", json!({ "sample": id }), Some(frame.clone()))
                {
                    self.see_draw(&event, &frame);
                }
            }
        }
    }

    fn commit(&mut self, frame: usize, size: Value, days: u64) {
        self.today = self.today + Days::new(days);
        let mut data = json!({"as_of": frame, "population": {"of": "score_reviews"}});
        if days == 0 {
            data["seed_from"] = json!("the first pulse of tomorrow");
        }
        data.as_object_mut().expect("an object").extend(size.as_object().expect("one").clone());
        let population = self.frames[frame].clone();
        for event in self.decide("commit_sample", data, Some(population.clone())) {
            let Event::SampleCommitted(it) = event else { panic!("{event:?}") };
            let digest = blake3::hash((lines(&population).join("\n") + "\n").as_bytes());
            assert_eq!(it.population_digest.to_string(), digest.to_string());
            assert_eq!(it.quotas.iter().map(|quota| quota.size).sum::<u64>(), it.size);
            assert_eq!(it.quotas.iter().map(|quota| quota.of).sum::<u64>(), it.population_size);
            assert!((1..=it.population_size).contains(&it.size));
            assert!(it.quotas.iter().all(|quota| quota.size <= quota.of));
            let seen = Seen {
                frame,
                quotas: it.quotas.into_iter().map(|quota| (quota.stratum, quota.size)).collect(),
                committed_on: self.today,
                is_named: it.seed_from.is_some(),
                known_seeds: self.seeds.clone(),
                seed: None,
                drawn: false,
            };
            assert!(self.seen.insert(it.sample, seen).is_none(), "an id twice");
        }
    }

    fn see_seed(&mut self, event: &Event) {
        let Event::SampleSeeded(it) = event else { panic!("{event:?}") };
        let sample = self.seen.get_mut(&it.sample).expect("it was committed to");
        let digits: String = it.seed.as_str().chars().filter(|c| *c != ' ').collect();
        assert!(sample.seed.is_none() && !sample.known_seeds.contains(&digits));
        let is_rolled = it.seed.as_str().bytes().all(|byte| byte.is_ascii_digit());
        assert!(it.source == SeedSource::Beacon || is_rolled, "one of many ways to write it");
        let announced = it.announced_on.first_day();
        let days = if it.source == SeedSource::Beacon { 1 } else { 0 };
        assert!(it.source == SeedSource::Dice || sample.is_named, "a beacon of many");
        assert!(announced >= sample.committed_on + Days::new(days) && announced <= self.today);
        sample.seed = Some(it.seed.as_str().to_owned());
        self.seeds.push(digits);
    }

    fn see_draw(&mut self, event: &Event, frame: &Frame) {
        let Event::SampleDrawn(it) = event else { panic!("{event:?}") };
        let sample = self.seen.get_mut(&it.sample).expect("it was committed to");
        assert!(!sample.drawn, "drawn twice");
        assert_eq!(frame, &self.frames[sample.frame], "drawn from another population");
        let seed = sample.seed.as_ref().expect("a draw has a seed");
        let drawn: Vec<String> = it.items.iter().map(ToString::to_string).collect();
        assert_eq!(drawn, plain_draw(&lines(frame), &sample.quotas, seed));
        sample.drawn = true;
    }
}

/// Leaves an item out, moves one, puts one in another stratum, or adds one.
fn tamper(frame: &mut Frame, how: usize) {
    if frame.0.is_empty() {
        return;
    }
    let at = (how / 4) % frame.0.len();
    match how % 4 {
        0 => drop(frame.0.remove(at)),
        1 => frame.0.rotate_left(1),
        2 => frame.0[at].stratum.push('x'),
        _ => frame.0.push(Unit { item: ItemId::record(9_999), stratum: "Good".to_owned() }),
    }
}

proptest! {
    #[test]
    fn nobody_steers_a_sample_in_any_order(
        frames in prop::collection::vec(any_frame(), 1..4),
        tries in prop::collection::vec(any_try(), 1..60),
    ) {
        let today = TODAY.parse().expect("a day");
        let mut world = World { frames, today, ..World::default() };
        tries.into_iter().for_each(|it| world.try_it(it));
    }
}

/// Random tries that never come as far as a draw would show nothing.
#[test]
fn a_tampered_population_is_not_drawn_from() {
    let units = (1..=20).map(|at| Unit { item: ItemId::record(at), stratum: "all".to_owned() });
    for how in 0..80 {
        let today = TODAY.parse().expect("a day");
        let frames = vec![Frame(units.clone().collect())];
        let mut world = World { frames, today, ..World::default() };
        world.try_it(Try::Commit { frame: 0, size: json!({"size": 5}), day: 0 });
        world.try_it(Try::Seed { sample: 0, seed: 0, source: "dice", days_ago: 0 });
        world.try_it(Try::Draw { sample: 0, tampered: Some(how) });
        assert!(world.seen.values().all(|seen| seen.seed.is_some() && !seen.drawn), "{how}");
        world.try_it(Try::Draw { sample: 0, tampered: None });
        assert!(world.seen.values().all(|seen| seen.drawn), "{how}");
    }
}

/// The lines of a block of the page, after the line that ends with these words.
fn block(after: &str) -> Vec<String> {
    let lines = FORMAT.lines().skip_while(|line| !line.ends_with(after)).skip(1);
    let inside = lines.skip_while(|line| !line.starts_with("```")).skip(1);
    inside.take_while(|line| !line.starts_with("```")).map(str::to_owned).collect()
}

/// Whoever draws again by the page that describes it must come to what was drawn.
#[test]
fn the_example_of_a_draw_is_real() {
    let population = block("the population file of a ledger is");
    let unit = |line: &String| {
        let (item, stratum) = line.split_once('\t').expect("a tab");
        Unit { item: item.parse().expect("an id"), stratum: stratum.to_owned() }
    };
    let frame = Frame(population.iter().map(unit).collect());
    assert!(FORMAT.contains(&frame.digest().to_string()), "{}", frame.digest());
    let [seed] = &block("and its seed is")[..] else { panic!("one seed") };
    let strata = frame.strata();
    let quotas: Vec<Value> = strata
        .iter()
        .map(|(stratum, items)| json!({"of": items.len(), "size": 2, "stratum": stratum}))
        .collect();
    let parsed = quotas.iter().map(|it| serde_json::from_value(it.clone()).expect("a quota"));
    let drawn = frame.draw(&parsed.collect::<Vec<_>>(), seed);
    let line = json!({"items": drawn, "quotas": quotas}).to_string();
    assert!(FORMAT.lines().any(|it| it == line), "{line}");
    let known = (quotas.iter().map(|it| (it["stratum"].as_str().expect("a text").to_owned(), 2)))
        .collect::<Vec<_>>();
    let plain = plain_draw(&population, &known, seed);
    assert_eq!(plain, drawn.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert!(FORMAT.contains(&format!("0.{}", ticket(seed, plain[0].as_str()))), "{plain:?}");
}
