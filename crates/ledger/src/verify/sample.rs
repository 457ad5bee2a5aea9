//! Looking at a share only, chosen so that nobody can steer or guess what is looked at.
//!
//! ```text
//! rank(position) = the first 8 bytes of BLAKE3(seed ‖ position in 8 bytes), as a number
//! looked at      = rank · 10,000 < share in hundredths of a per cent · 2^64
//! ```
//!
//! The seed is drawn by whoever verifies, after everything was written; with it, the same items
//! are chosen again. Where none is, the one with the lowest rank is looked at all the same.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Hundredths of a per cent in the whole.
const WHOLE: u32 = 10_000;

/// A share, from 0.01 % to 100 %, in hundredths of a per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

/// What was given is not a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a share (0.01% to 100%)")]
pub struct NotAShare(String);

/// Which share is looked at, and what chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How much is looked at.
    pub share: Share,
    /// Drawn anew for each verification, or given to repeat one.
    pub seed: [u8; 16],
}

/// Which items are looked at, out of those that come by one after the other.
#[derive(Debug, Clone)]
pub(super) enum Picker {
    /// All of them.
    All,
    /// Those in a sample; kept is, as long as there is none, the one with the lowest rank.
    Sampled { sample: Sample, lowest: Option<(u64, u64)>, has_picked: bool },
    /// This one.
    Only(u64),
}

impl FromStr for Share {
    type Err = NotAShare;

    fn from_str(text: &str) -> Result<Self, NotAShare> {
        let wrong = || NotAShare(text.to_owned());
        let number = text.strip_suffix('%').ok_or_else(wrong)?.trim_end();
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |digits: &str| {
            (1..=3).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
        };
        if !is_number(whole) || !is_number(part) || part.len() > 2 {
            return Err(wrong());
        }
        let part = format!("{part:0<2}");
        let read = |digits: &str| digits.parse::<u32>().map_err(|_| wrong());
        match read(whole)? * 100 + read(&part)? {
            share @ 1..=WHOLE => Ok(Self(share)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole} %"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{} %", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02} %"),
        }
    }
}

impl Sample {
    /// The seed in hex, as it is given to repeat a verification.
    pub fn seed_in_hex(&self) -> String {
        self.seed.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn rank(&self, position: u64) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed).update(&position.to_be_bytes());
        let hash = hasher.finalize();
        let first = hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes");
        u64::from_be_bytes(first)
    }

    fn chooses(&self, rank: u64) -> bool {
        u128::from(rank) * u128::from(WHOLE) < u128::from(self.share.0) << 64
    }
}

impl Picker {
    pub(super) fn new(sample: Option<Sample>) -> Self {
        match sample {
            None => Self::All,
            Some(sample) => Self::Sampled { sample, lowest: None, has_picked: false },
        }
    }

    /// The same, before anything came by.
    pub(super) fn anew(&self) -> Self {
        match self {
            Self::Sampled { sample, .. } => Self::new(Some(*sample)),
            Self::All | Self::Only(_) => self.clone(),
        }
    }

    /// Whether the next item is looked at.
    pub(super) fn picks(&mut self, position: u64) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => *only == position,
            Self::Sampled { sample, lowest, has_picked } => {
                let rank = sample.rank(position);
                let picks = sample.chooses(rank);
                *has_picked |= picks;
                *lowest = Some(lowest.map_or((rank, position), |it| it.min((rank, position))));
                picks
            }
        }
    }

    /// The one to look at, where some came by and none was picked.
    pub(super) fn missed(&self) -> Option<Self> {
        match self {
            Self::Sampled { lowest: Some((_, position)), has_picked: false, .. } => {
                Some(Self::Only(*position))
            }
            _ => None,
        }
    }
}

/// Which of these positions are looked at: at least one, if there is any.
pub(super) fn pick(sample: Option<Sample>, positions: BTreeSet<u64>) -> BTreeSet<u64> {
    let Some(sample) = sample else { return positions };
    let lowest = positions.iter().copied().min_by_key(|position| sample.rank(*position));
    let mut picked = positions;
    picked.retain(|position| sample.chooses(sample.rank(*position)));
    if picked.is_empty() {
        picked.extend(lowest);
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(share: &str, seed: u8) -> Option<Sample> {
        Some(Sample { share: share.parse().unwrap(), seed: [seed; 16] })
    }

    /// A share that is read wrongly would say that more was looked at than was.
    #[test]
    fn a_share_is_read_exactly_or_not_at_all() {
        let shares = ["100%", "5%", "0.01%", "12.5%", "7.05 %"].map(|it| it.parse::<Share>());
        let shown = shares.map(|it| it.unwrap().to_string());
        assert_eq!(shown, ["100 %", "5 %", "0.01 %", "12.5 %", "7.05 %"]);
        for wrong in
            ["0%", "0.00%", "100.01%", "101%", "5", "", "%", "-5%", "+5%", "1e1%", "0.001%", ".5%"]
        {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }

    /// Of 10,000 items 5 % are 500, give or take some twenty; another seed chooses others.
    #[test]
    fn the_share_that_is_chosen_is_the_one_that_was_asked_for() {
        let all = || (0..10_000).collect::<BTreeSet<u64>>();
        let (one, other) = (pick(sample("5%", 1), all()), pick(sample("5%", 2), all()));
        for chosen in [&one, &other] {
            assert!((400..600).contains(&chosen.len()), "{}", chosen.len());
        }
        assert!(one.intersection(&other).count() < 60);
        assert_eq!(pick(sample("5%", 1), all()), one, "the same seed, the same items");
        assert_eq!(pick(sample("100%", 3), all()), all());
        assert_eq!(pick(None, all()), all());
    }

    /// A sample that looks at nothing would still be called verified.
    #[test]
    fn something_is_always_looked_at() {
        for seed in 0..100 {
            let positions = BTreeSet::from([3, 5, 8]);
            let picked = pick(sample("0.01%", seed), positions.clone());
            assert_eq!(picked.len(), 1);
            let mut picker = Picker::new(sample("0.01%", seed));
            let pass = |picker: &mut Picker| -> BTreeSet<u64> {
                positions.iter().copied().filter(|position| picker.picks(*position)).collect()
            };
            let mut one_by_one = pass(&mut picker);
            if let Some(mut again) = picker.missed() {
                assert!(one_by_one.is_empty());
                one_by_one = pass(&mut again);
            }
            assert_eq!(one_by_one, picked);
        }
    }
}
