//! The published vectors, through the code that the program uses. They lie beside the project and
//! are no part of it: without them nothing runs here, and it is said so.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};
use journal::canonical::{Reason, check, to_canonical};
use journal::tree::{TreeHash, Unproved, check_consistency, check_inclusion, leaf};
use journal::{Hash, VerifierKey};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A folder of the vectors, if they are there.
fn vectors(folder: &str) -> Option<PathBuf> {
    let all = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors"));
    if !all.is_dir() {
        say(&format!("{folder}: nothing ran, as ../shared/vectors is not there"));
        return None;
    }
    Some(all.join(folder))
}

/// Says how many ran; not by `println!`, of which a test that passes shows nothing.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "vectors: {text}");
}

/// The files below a folder, by their path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(below) = folders.pop() {
        let mut any = false;
        for entry in fs::read_dir(&below).unwrap() {
            let path = entry.unwrap().path();
            any = true;
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
        assert!(any, "{} is empty", below.display());
    }
    files
}

fn parse<'a, T: Deserialize<'a>>(name: &Path, text: &'a str) -> T {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{}: {e}", name.display()))
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

/// How a hash in a file is read.
type Read = fn(&str) -> Result<TreeHash, Unproved>;

/// As it stands: what is not 32 bytes in base64 is no hash, and the proof is refused.
fn exact(text: &str) -> Result<TreeHash, Unproved> {
    TreeHash::parse_hash(text).map_err(|_| Unproved)
}

/// A text that stands where any hash would do ("don't care 1"), made into one, so that it is not
/// its length that is judged. Nothing at all stays nothing.
fn stretched(text: &str) -> Result<TreeHash, Unproved> {
    match exact(text) {
        Err(Unproved) if !text.is_empty() => Ok(leaf(text.as_bytes())),
        read => read,
    }
}

/// Vectors of one kind, each with what it says of itself.
trait Proof: for<'a> Deserialize<'a> {
    /// What it is, and whether it must hold.
    fn says(&self) -> (&str, bool);
    fn judge(&self, read: Read) -> Result<(), Unproved>;
}

impl Proof for Inclusion {
    fn says(&self) -> (&str, bool) {
        (&self.desc, !self.want_err)
    }

    fn judge(&self, read: Read) -> Result<(), Unproved> {
        let proof: Result<Vec<_>, _> = self.proof.iter().flatten().map(|it| read(it)).collect();
        let (root, leaf) = (read(&self.root)?, read(&self.leaf_hash)?);
        check_inclusion(&proof?, (self.tree_size, root), (self.leaf_idx, leaf))
    }
}

impl Proof for Consistency {
    fn says(&self) -> (&str, bool) {
        (&self.desc, !self.want_err)
    }

    fn judge(&self, read: Read) -> Result<(), Unproved> {
        let proof: Result<Vec<_>, _> = self.proof.iter().flatten().map(|it| read(it)).collect();
        let (old, new) = (read(&self.root1)?, read(&self.root2)?);
        check_consistency(&proof?, (self.size1, old), (self.size2, new))
    }
}

/// The proofs that hold elsewhere with roots of any length, and here only with such of 32 bytes.
const NO_HASHES: [&str; 1] = ["additional/sizes-are-equal-one-and-proof-is-empty.json"];

fn run<T: Proof>(folder: &Path, kind: &str) {
    let files = files(&folder.join(kind));
    let mut held = 0;
    for (name, text) in &files {
        let it: T = parse(name, text);
        let (desc, must_hold) = it.says();
        let what = format!("{kind}/{}: {desc}", name.display());
        assert_eq!(it.judge(stretched).is_ok(), must_hold, "{what}");
        let has_hashes = NO_HASHES.iter().all(|no| name != Path::new(no));
        let holds = it.judge(exact).is_ok();
        assert_eq!(holds, must_hold && has_hashes, "{what}");
        held += usize::from(holds);
    }
    let refused = files.len() - held;
    say(&format!("rfc6962/{kind}: {} ran, {held} held, {refused} were refused", files.len()));
    assert!(held > 0 && refused > 0, "{kind}: {held} held, {refused} were refused");
}

// A proof that other implementations refuse holds here, or the other way round.
#[test]
fn proofs_of_rfc_6962() {
    let Some(folder) = vectors("rfc6962") else { return };
    run::<Inclusion>(&folder, "inclusion");
    run::<Consistency>(&folder, "consistency");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ed25519 {
    number: u64,
    key: String,
    sig: String,
    msg: String,
    flags: Option<BTreeSet<String>>,
}

/// What a vector's flag means, and whether we refuse what has it. Two signatures of one message
/// that only their holder could have made are all right; what anybody can make of a signature, or
/// sign under a key that was chosen for it, is not.
const FLAGS: [(&str, bool, &str); 8] = [
    ("low_order_A", true, "the key is of small order: one signature is of nearly every message"),
    ("low_order_R", true, "R is of small order: no honest signer makes one"),
    ("non_canonical_A", true, "the key is not as RFC 8032 writes it: one key would have two ids"),
    ("non_canonical_R", true, "R is not as RFC 8032 writes it: anybody can rewrite it so"),
    ("low_order_residue", true, "it holds only times 8, and then not in every implementation"),
    ("reencoded_k", true, "it holds only if key and R are written anew before they are hashed"),
    ("low_order_component_A", false, "the key's holder chose it so; it holds without the 8"),
    ("low_order_component_R", false, "the key's holder chose it so; it holds without the 8"),
];

/// The combinations of flags that are accepted, with how many vectors have each.
const ACCEPTED: [(&[&str], usize); 3] = [
    (&[], 1),
    (&["low_order_component_A"], 7),
    (&["low_order_component_A", "low_order_component_R"], 35),
];

// A signature or a key holds here that is refused elsewhere, so that two people who check the
// same checkpoint disagree; or strictness is lost with a new version of a library.
#[test]
fn edge_cases_of_ed25519() {
    let Some(folder) = vectors("ed25519") else { return };
    let text = fs::read_to_string(folder.join("ed25519vectors.json")).unwrap();
    let vectors: Vec<Ed25519> = serde_json::from_str(&text).unwrap();
    // Of each combination of flags: how many ran, and how many were accepted.
    let mut found: BTreeMap<BTreeSet<&str>, (usize, usize)> = BTreeMap::new();
    for it in &vectors {
        let material = [vec![0x01], bytes(&it.key)].concat();
        let id = signed_note::key_id("example", &material);
        let key = format!("example+{id:08x}+{}", BASE64_STANDARD.encode(material));
        let key = key.parse::<VerifierKey>();
        let holds = key.is_ok_and(|key| key.verify(it.msg.as_bytes(), &bytes(&it.sig)));
        let flags: BTreeSet<&str> = it.flags.iter().flatten().map(String::as_str).collect();
        for flag in &flags {
            let known = FLAGS.iter().find(|(name, ..)| name == flag);
            let (_, refused, why) = known.unwrap_or_else(|| panic!("what is {flag}?"));
            assert!(!(holds && *refused), "{} holds, though {why}", it.number);
        }
        let refused = |flag: &&str| FLAGS.iter().any(|(name, refused, _)| name == flag && *refused);
        assert_eq!(holds, !flags.iter().any(refused), "{} {flags:?}", it.number);
        let (ran, accepted) = found.entry(flags).or_default();
        (*ran, *accepted) = (*ran + 1, *accepted + usize::from(holds));
    }
    let accepted: BTreeMap<_, _> =
        found.iter().filter(|(_, (_, accepted))| *accepted > 0).collect();
    let expected: BTreeMap<BTreeSet<&str>, usize> =
        ACCEPTED.iter().map(|(flags, count)| (flags.iter().copied().collect(), *count)).collect();
    let all = |(flags, (ran, accepted)): (_, &(usize, usize))| {
        assert_eq!(ran, accepted, "{flags:?}");
        (BTreeSet::clone(flags), *accepted)
    };
    assert_eq!(accepted.into_iter().map(all).collect::<BTreeMap<_, _>>(), expected);
    for (flag, ..) in FLAGS {
        assert!(found.keys().any(|flags| flags.contains(flag)), "{flag} was not tried");
    }
    let held: usize = expected.values().sum();
    say(&format!(
        "ed25519: {} ran in {} combinations of flags, {held} held, {} were refused",
        vectors.len(),
        found.len(),
        vectors.len() - held,
    ));
}

#[derive(Deserialize)]
struct Blake3 {
    cases: Vec<Blake3Case>,
}

#[derive(Deserialize)]
struct Blake3Case {
    input_len: usize,
    hash: String,
}

// Our hash is not the one that `b3sum` shows. The program hashes without a key, without a context
// and to 32 bytes: keyed hashes, derived keys and longer output are not used, and not tried.
#[test]
fn hashes_of_blake3() {
    let Some(folder) = vectors("blake3") else { return };
    let text = fs::read_to_string(folder.join("test_vectors.json")).unwrap();
    let vectors: Blake3 = serde_json::from_str(&text).unwrap();
    for case in &vectors.cases {
        let input: Vec<u8> = (0..=250).cycle().take(case.input_len).collect();
        let found = Hash::of(&input);
        assert_eq!(found.as_bytes()[..], bytes(&case.hash)[..32], "{} bytes", case.input_len);
        assert_eq!(found.to_string(), case.hash[..64]);
    }
    say(&format!("blake3: {} ran", vectors.cases.len()));
    assert!(!vectors.cases.is_empty());
}

/// What is said of each vector as a whole, how many values in it are reproduced to the byte, and
/// how many are refused, itself among them. A record holds no `null`, no number with a fraction or
/// an exponent, no control character but a newline, and no name but `[a-z][a-z0-9_]*`: every one
/// of these vectors was made to have such a thing.
const CANONICAL: [(&str, Reason, usize, usize); 6] = [
    ("arrays.json", Reason::Name, 3, 3),
    ("french.json", Reason::Name, 4, 1),
    ("structures.json", Reason::Name, 8, 6),
    ("unicode.json", Reason::Name, 1, 1),
    ("values.json", Reason::Null, 2, 10),
    ("weird.json", Reason::Name, 8, 2),
];

// Our canonical form is another than that of RFC 8785, so that nobody else can hash a record; or
// what it forbids a record to hold is let in.
#[test]
fn canonical_json_of_rfc_8785() {
    let Some(folder) = vectors("rfc8785") else { return };
    let inputs = files(&folder.join("input"));
    assert_eq!(inputs.len(), CANONICAL.len(), "a vector for each line of the table");
    let (mut reproduced, mut refused) = (0, 0);
    for (name, reason, expected_reproduced, expected_refused) in CANONICAL {
        let input: Value = parse(Path::new(name), &inputs[Path::new(name)]);
        let output = fs::read_to_string(folder.join("output").join(name)).unwrap();
        let hex = folder.join("outhex").join(name).with_extension("txt");
        assert_eq!(bytes(&fs::read_to_string(hex).unwrap()), output.as_bytes(), "{name}");
        assert_eq!(to_canonical(&input).unwrap_err().reason, reason, "{name}");
        let mut count = (0, 0);
        compare(name, &input, &output, &mut count);
        assert_eq!(count, (expected_reproduced, expected_refused), "{name}");
        (reproduced, refused) = (reproduced + count.0, refused + count.1);
    }
    say(&format!(
        "rfc8785: {} ran, none is within our grammar as a whole; of the values in them \
         {reproduced} were reproduced and {refused} refused",
        inputs.len()
    ));
    assert!(reproduced > 0 && refused > 0);
}

/// Compares a value, and each value in it, with its published form: reproduced to the byte and
/// taken, or refused for what stands in it.
fn compare(name: &str, input: &Value, output: &str, count: &mut (usize, usize)) {
    match to_canonical(input) {
        Ok(text) => {
            assert_eq!(text, output, "{name}");
            assert_eq!(check(output.as_bytes()), Ok(()), "{name}");
            count.0 += 1;
        }
        Err(error) => {
            assert!(is_outside(input, error.reason), "{name}: {error}: {output}");
            count.1 += 1;
        }
    }
    // The published form is judged alike, but that a whole number may have been written as 56.0.
    let read: Value = parse(Path::new(name), output);
    assert_eq!(check(output.as_bytes()).is_ok(), to_canonical(&read).is_ok(), "{name}: {output}");
    match input {
        Value::Array(items) => {
            let texts: Vec<&RawValue> = parse(Path::new(name), output);
            assert_eq!(items.len(), texts.len(), "{name}");
            for (item, text) in items.iter().zip(texts) {
                compare(name, item, text.get(), count);
            }
        }
        Value::Object(members) => {
            let texts: BTreeMap<String, &RawValue> = parse(Path::new(name), output);
            assert_eq!(members.len(), texts.len(), "{name}");
            for (member, value) in members {
                compare(name, value, texts[member].get(), count);
            }
        }
        _ => {}
    }
}

/// Whether a value has what the reason says, somewhere in it; found without the code under test.
fn is_outside(value: &Value, reason: Reason) -> bool {
    let is_name = |name: &str| {
        let mut chars = name.chars();
        let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        chars.next().is_some_and(|c| c.is_ascii_lowercase()) && chars.all(rest)
    };
    let here = match (reason, value) {
        (Reason::Null, Value::Null) => true,
        (Reason::Float, Value::Number(number)) => number.is_f64(),
        (Reason::Control, Value::String(text)) => text.chars().any(|c| c.is_control() && c != '\n'),
        (Reason::Name, Value::Object(members)) => !members.keys().all(|name| is_name(name)),
        _ => false,
    };
    let inner: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    };
    here || inner.into_iter().any(|value| is_outside(value, reason))
}
