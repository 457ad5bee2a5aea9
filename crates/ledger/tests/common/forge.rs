//! A forger: whoever can write in the ledger's directory can write the whole journal anew, with
//! every hash computed again. What such a one cannot do is what the checks are for.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use journal::canonical::to_canonical;
use journal::{Hash, Head, Segment};
use serde_json::{Value, json};

/// Every record of a ledger as JSON, in order: what stands under `record` in its line.
pub fn records(dir: &Path) -> Vec<Value> {
    let mut segments = segments(dir);
    segments.sort();
    let text: String = segments.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let record = |line: &str| serde_json::from_str::<Value>(line).unwrap()["record"].take();
    text.lines().map(record).collect()
}

/// Changes each record as it is told to, and writes the journal and `head` anew with hashes that
/// are right, as [`rewrite`] does.
pub fn forge(dir: &Path, mut change: impl FnMut(&mut Value)) {
    let mut records = records(dir);
    records.iter_mut().for_each(&mut change);
    rewrite(dir, records);
}

/// Writes a journal of these records, as [`records`] gives them, in one segment: hashes, positions
/// and versions are made to fit, whatever was dropped, put in, or put elsewhere.
///
/// `tree/` would tell of it and may be missing, so it goes; `index/` and checkpoints are left.
pub fn rewrite(dir: &Path, records: Vec<Value>) {
    let mut versions: BTreeMap<String, u64> = BTreeMap::new();
    let mut previous = "0".repeat(64);
    let mut journal = Vec::new();
    for (position, mut record) in records.into_iter().enumerate() {
        let version = versions.entry(record["stream"].as_str().unwrap().to_owned()).or_default();
        *version += 1;
        record["position"] = json!(position);
        record["previous"] = json!(previous);
        record["version"] = json!(version);
        let record = to_canonical(&record).unwrap();
        previous = Hash::of(record.as_bytes()).to_string();
        let line = format!(r#"{{"hash":"{previous}","record":{record}}}"#);
        journal.push(line + "\n");
    }
    let segment = Segment(0);
    for old in segments(dir) {
        fs::remove_file(old).unwrap();
    }
    let tree = dir.join("tree");
    if tree.exists() {
        fs::remove_dir_all(tree).unwrap();
    }
    let text = journal.concat();
    fs::write(dir.join("journal").join(segment.to_string()), &text).unwrap();
    let hash = previous.parse().unwrap();
    let (length, position) = (text.len() as u64, journal.len() as u64 - 1);
    let head = Head { hash, length, position, segment };
    fs::write(dir.join("head"), head.to_slot()).unwrap();
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("journal")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
