//! `verify`.

use super::{Audience, as_of, audience};
use clap::{Args, ValueEnum};
use ledger::{AsOf, Check, Share};

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Only these checks, separated by commas: chain, tree, checkpoints, contents,
    /// publications, decisions, index;
    /// the chain is always checked, as the others rest on it, and checkpoints are with
    /// --against, --policy and --require-anchor
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub check: Vec<Check>,
    /// Open contents and decide again only from this record on: a position, an instant, or the
    /// beginning of a day in London; the journal is read whole all the same
    #[arg(long, value_name = "WHEN", value_parser = as_of)]
    pub since: Option<AsOf>,
    /// Open contents and decide again only for this share, chosen by chance (0.01% to 100%)
    #[arg(long, value_name = "SHARE")]
    pub sample: Option<Share>,
    /// What chose an earlier sample, to look at the same one again: 32 hex digits
    #[arg(long, value_name = "HEX", value_parser = seed, requires = "sample")]
    pub seed: Option<[u8; 16]>,
    /// Compare with this checkpoint, which was kept elsewhere; may be repeated
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Vec<String>,
    /// A file that says which witnesses are trusted (C2SP tlog-policy): their cosignatures of the
    /// latest checkpoint vouch for the ledger
    #[arg(long, value_name = "FILE")]
    pub policy: Option<String>,
    /// Fail unless something outside the ledger's directory vouches for it
    #[arg(long)]
    pub require_anchor: bool,
    /// Whose view: this is about the log itself, and answered to the regulator only
    #[arg(long, value_name = "WHO", value_parser = audience, default_value = "regulator")]
    #[arg(hide_default_value = true)]
    pub audience: Audience,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: VerifyFormat,
}

/// How the result of a verification is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum VerifyFormat {
    /// For people
    #[default]
    Text,
    /// One JSON array of objects: each finding, and a summary last
    Json,
    /// One JSON object a line: each finding, and a summary last
    Jsonl,
}

/// Reads the seed of a sample.
fn seed(text: &str) -> Result<[u8; 16], String> {
    let wrong = || format!("`{text}` is not a seed (32 hex digits)");
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(wrong()) };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::seed;

    /// A seed that is read otherwise than it was printed would choose another sample.
    #[test]
    fn a_seed_is_read_as_it_is_printed() {
        let text = "000102030405060708090a0b0c0d0eff";
        let bytes = seed(text).unwrap();
        let again: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(again, text);
        for wrong in ["", "00", &text[1..], &format!("{text}00"), &text.replace('f', "g")] {
            assert!(seed(wrong).is_err(), "{wrong}");
        }
    }
}
