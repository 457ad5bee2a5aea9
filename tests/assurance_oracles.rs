//! Guards the fear that our samples and figures are ours alone: packages from PyPI that others
//! wrote are given 1,000 random inputs of each kind and must come to the same, tickets to the last
//! digit and figures to 10⁻⁹.
//!
//! With `CI` or `PIPEROLL_LONG` set they are installed, once, into the build directory; where they
//! are not and cannot be had, it says so. (`irrCAC` needs a scipy that is built for Python 3.9 to
//! 3.12.)
#![allow(clippy::unwrap_used, reason = "what a test does not expect should stop it")]

mod venv;

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use assurance::{Bootstrap, Metric, Pairs, Ratings, Scale, Share, clopper_pearson, draw, drawn};
use serde_json::{Value, json};
use venv::Venv;

/// What is asked, in versions that were tried. `scipy` and `numpy` come with `irrCAC`.
static PACKAGES: Venv = Venv::new(
    "assurance_oracles",
    &["consistent_sampler==1.0.10", "irrCAC==0.4.4", "krippendorff==0.9.0"],
);

/// Answers a list of inputs, each with what is asked about it; null where there is no figure.
const ORACLE: &str = "\
import hashlib, json, math, sys, warnings
import krippendorff, numpy, pandas
from consistent_sampler import sampler
from irrCAC.raw import CAC
from scipy.stats import beta

warnings.simplefilter('ignore')

def figure(compute):
    try:
        found = float(compute())
    except (ValueError, ZeroDivisionError):
        return None
    return found if math.isfinite(found) else None

def sample(ids, seed, take):
    return [ticket[:2] for ticket in sampler(ids, seed=seed, take=take, digits=999)]

def coefficients(scale, units):
    read = numpy.array(units, dtype=float)
    found = [figure(lambda: krippendorff.alpha(read.T, value_domain=scale,
                                               level_of_measurement=metric))
             for metric in ('nominal', 'ordinal', 'interval')]
    return found + [cac(scale, units, weights, 'gwet') for weights in ('identity', 'quadratic')]

def cac(scale, units, weights, method):
    frame = pandas.DataFrame(units, dtype=float)
    categories = [float(category) for category in scale]
    rated = CAC(frame, weights=weights, categories=categories, digits=12)
    return figure(lambda: getattr(rated, method)()['est']['coefficient_value'])

def kappa(scale, pairs):
    return cac(scale, pairs, 'quadratic', 'conger')

def exact(errors, of, risk):
    low = beta.ppf(risk / 2, errors, of - errors + 1) if errors else 0.0
    high = beta.ppf(1 - risk / 2, errors + 1, of - errors) if errors < of else 1.0
    return [low, high]

def bootstrap(seed, replicates, values, risk):
    draws = [[drawn(seed, r, i, len(values)) for i in range(len(values))]
             for r in range(replicates)]
    means = [numpy.mean([values[unit] for unit in units]) for units in draws]
    return [draws, list(numpy.quantile(means, [risk / 2, 1 - risk / 2]))]

json.dump([globals()[name](*given) for name, *given in json.load(sys.stdin)], sys.stdout)
";

/// How many inputs of a kind.
const INPUTS: usize = 1_000;

/// How far a figure may be off.
const TOLERANCE: f64 = 1e-9;

/// Numbers that are the same on every run (Steele, Lea and Flood's SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `low` up to `high`.
    fn roll(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.next() as usize % of.len()]
    }

    /// In so many of a hundred throws.
    fn chance(&mut self, per_cent: u64) -> bool {
        self.roll(1, 100) <= per_cent
    }

    /// An id as ours, or as anybody's.
    fn id(&mut self) -> String {
        let number = self.roll(0, 99_999);
        match self.roll(0, 5) {
            0 => number.to_string(),
            1 => format!("{number}.{}", self.roll(1, 12)),
            2 => format!("E0600{:04}-20{}-a-p1", number % 10_000, self.roll(10, 99)),
            3 => {
                format!("{} {number}: Säule «{}»\t", self.pick(&["Żółć", "城市", "🦉"]), number / 7)
            }
            4 => format!("{number:0>40}"),
            _ => (0..self.roll(0, 9)).map(|_| self.letter()).collect(),
        }
    }

    fn letter(&mut self) -> char {
        let code = u32::try_from(self.roll(0, 0x2_ffff)).unwrap();
        char::from_u32(code).unwrap_or('\u{fffd}')
    }

    /// A seed as dice or a beacon give it, or any text.
    fn seed(&mut self) -> String {
        match self.roll(0, 3) {
            0 => (0..20).map(|_| self.roll(0, 9).to_string()).collect(),
            1 => (0..8).map(|_| format!("{:016X}", self.next())).collect(),
            2 => (0..6).map(|_| self.roll(1, 6).to_string()).collect::<Vec<_>>().join(" "),
            _ => (0..self.roll(0, 12)).map(|_| self.letter()).collect(),
        }
    }

    fn scale(&mut self) -> &'static [u8] {
        self.pick(&[&[1, 2, 3, 4][..], &[1, 2, 3, 4], &[0, 1], &[1, 2, 3, 4, 5], &[1, 2, 4, 9]])
    }

    /// What readers gave who now and then slip, and now and then all but never do.
    fn units(&mut self, scale: &[u8], readers: u64) -> Vec<Vec<Option<u8>>> {
        let (slips, missing) = (self.pick(&[0, 10, 30, 100]), self.pick(&[0, 0, 20, 60]));
        let one_value = self.chance(10);
        let mut units = Vec::new();
        for _ in 0..self.roll(2, 40) {
            let truth = if one_value { scale[1] } else { self.pick(scale) };
            let mut unit = Vec::new();
            for _ in 0..readers {
                let read = if self.chance(slips) { self.pick(scale) } else { truth };
                unit.push((!self.chance(missing)).then_some(read));
            }
            units.push(unit);
        }
        units
    }

    fn confidence(&mut self) -> Share {
        let hundredths = self.roll(1, 99_99);
        Share::new(self.pick(&[90_00, 95_00, 99_00, 99_99, hundredths])).unwrap()
    }
}

/// What Python answers to such questions, in one process; nothing where it cannot be asked.
fn ask(questions: &[Value]) -> Option<Vec<Value>> {
    let python = PACKAGES.path()?.join("bin/python3");
    let output = assert_cmd::Command::new(python)
        .args(["-X", "utf8", "-c", &format!("{}\n{ORACLE}", documented())])
        .write_stdin(serde_json::to_vec(questions).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), questions.len());
    Some(answers)
}

/// The lines of Python that the doc of `drawn` gives to whoever wants to draw again.
fn documented() -> String {
    let source = include_str!("../crates/assurance/src/interval.rs");
    let lines = source.lines().skip_while(|line| !line.starts_with("/// def drawn"));
    let lines = lines.take_while(|line| !line.starts_with("/// ```"));
    lines.map(|line| format!("{}\n", line.strip_prefix("/// ").unwrap())).collect()
}

/// Whether both have no figure, or the same.
fn same(ours: Option<f64>, theirs: &Value) -> bool {
    match (ours, theirs.as_f64()) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < TOLERANCE,
        (ours, theirs) => ours.is_none() && theirs.is_none(),
    }
}

/// The fear: another tool draws another sample from the same list and the same seed.
#[test]
fn draws_are_those_of_consistent_sampler() {
    let mut dice = Dice(1);
    let (mut questions, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..INPUTS {
        let ids: BTreeSet<String> = (0..dice.roll(0, 60)).map(|_| dice.id()).collect();
        let (seed, take) = (dice.seed(), dice.roll(0, 70));
        let tickets = draw(ids.iter().map(String::as_str), &seed, take as usize);
        let tickets: Vec<_> = tickets.iter().map(|it| json!([it.number, it.id])).collect();
        ours.push(Value::Array(tickets));
        questions.push(json!(["sample", ids, seed, take]));
    }
    let Some(theirs) = ask(&questions) else { return };
    for (ours, (theirs, question)) in ours.iter().zip(theirs.iter().zip(questions)) {
        assert_eq!(ours, theirs, "{question}");
    }
}

/// The fear: the figures of a published agreement are not what anybody else computes.
#[test]
fn coefficients_are_those_of_krippendorff_and_irrcac() {
    let mut dice = Dice(2);
    let (mut questions, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..INPUTS {
        let (scale, readers) = (dice.scale(), dice.roll(2, 5));
        let mut units = dice.units(scale, readers);
        // `irrCAC` divides by the units with any rating less one.
        units[..2].fill(vec![Some(scale[1]); readers as usize]);
        let read =
            Ratings::new(&Scale::new(scale.iter().copied()).unwrap(), units.clone()).unwrap();
        ours.push([
            read.alpha(Metric::Nominal).ok(),
            read.alpha(Metric::Ordinal).ok(),
            read.alpha(Metric::Interval).ok(),
            read.ac1().ok(),
            read.ac2().ok(),
        ]);
        questions.push(json!(["coefficients", scale, units]));
    }
    let undefined = ours.iter().filter(|ours| ours[0].is_none()).count();
    assert!((10..300).contains(&undefined), "{undefined} without variation");
    let Some(theirs) = ask(&questions) else { return };
    for (ours, (theirs, question)) in ours.iter().zip(theirs.iter().zip(questions)) {
        for (at, ours) in ours.iter().enumerate() {
            assert!(
                same(*ours, &theirs[at]),
                "{ours:?}, not {}, the {at}. of {question}",
                theirs[at]
            );
        }
    }
}

/// Cohen's is the kappa of Conger for two readers; units that one of them left out are no pairs.
#[test]
fn kappa_is_that_of_irrcac() {
    let mut dice = Dice(3);
    let (mut questions, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..INPUTS {
        let scale = dice.scale();
        let units = dice.units(scale, 2).into_iter();
        let pairs = units.filter_map(|unit| Some((unit[0]?, unit[1]?)));
        // `irrCAC` divides by the pairs less one.
        let pairs: Vec<(u8, u8)> = pairs.chain([(scale[1], scale[1]); 2]).collect();
        let read = Pairs::new(&Scale::new(scale.iter().copied()).unwrap(), pairs.clone()).unwrap();
        ours.push(read.kappa().ok());
        questions.push(json!(["kappa", scale, pairs]));
    }
    let undefined = ours.iter().filter(|ours| ours.is_none()).count();
    assert!((10..300).contains(&undefined), "{undefined} without variation");
    let Some(theirs) = ask(&questions) else { return };
    for (ours, (theirs, question)) in ours.iter().zip(theirs.iter().zip(questions)) {
        assert!(same(*ours, theirs), "{ours:?}, not {theirs}, of {question}");
    }
}

/// The fear: an error rate is said to be surer than the sample makes it.
#[test]
fn exact_intervals_are_those_of_scipy() {
    let mut dice = Dice(4);
    let (mut questions, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..INPUTS {
        let most = dice.pick(&[1, 10, 60, 300, 3_000, 30_000, 100_000]);
        let of = dice.roll(1, most);
        let few = dice.roll(0, of.min(5));
        let any = dice.roll(0, of);
        let (errors, confidence) = (dice.pick(&[few, of - few, any]), dice.confidence());
        let found = clopper_pearson(errors, of, confidence);
        ours.push([Some(found.low), Some(found.high)]);
        questions.push(json!(["exact", errors, of, risk(confidence)]));
    }
    let Some(theirs) = ask(&questions) else { return };
    for (ours, (theirs, question)) in ours.iter().zip(theirs.iter().zip(questions)) {
        let alike = same(ours[0], &theirs[0]) && same(ours[1], &theirs[1]);
        assert!(alike, "{ours:?}, not {theirs}, of {question}");
    }
}

/// The fear: our interval depends on a draw that nobody can repeat.
#[test]
fn bootstraps_are_drawn_by_the_documented_lines_of_python() {
    let mut dice = Dice(5);
    let (mut questions, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..INPUTS {
        let (seed, confidence) = (dice.seed(), dice.confidence());
        let replicates = u32::try_from(dice.roll(1, 20)).unwrap();
        let values: Vec<f64> = (0..dice.roll(1, 30)).map(|_| dice.roll(1, 4) as f64).collect();
        let units = values.len();
        let mean = |units: &[usize]| {
            Some(units.iter().map(|unit| values[*unit]).sum::<f64>() / units.len() as f64)
        };
        let plan =
            Bootstrap { seed: &seed, replicates: NonZeroU32::new(replicates).unwrap(), confidence };
        let draws: Vec<_> =
            (0..replicates).map(|replicate| drawn(&seed, replicate, units)).collect();
        let [interval] = plan.intervals(units, |units| [mean(units)]);
        ours.push((json!(draws), interval.unwrap()));
        questions.push(json!(["bootstrap", seed, replicates, values, risk(confidence)]));
    }
    let Some(theirs) = ask(&questions) else { return };
    for ((draws, ends), (theirs, question)) in ours.iter().zip(theirs.iter().zip(questions)) {
        assert_eq!(*draws, theirs[0], "{question}");
        let alike = same(Some(ends.low), &theirs[1][0]) && same(Some(ends.high), &theirs[1][1]);
        assert!(alike, "{ends:?}, not {}, of {question}", theirs[1]);
    }
}

/// What a confidence leaves to 1.
fn risk(confidence: Share) -> f64 {
    (10_000 - confidence.hundredths()) as f64 / 10_000.0
}
