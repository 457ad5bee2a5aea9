//! What each check looked at, in sentences and in JSON.

use crate::render::count;
use journal::TreeState;
use ledger::{Anchored, AsOf, Check, ContentSummary, IndexState, Options, Rederived, Verdict};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What no check sees without something outside the directory, one sentence each.
const NOT_ANCHORED: [&str; 2] = [
    "whether the whole chain was written anew, with all that lies beside it",
    "whether records were cut off the end",
];

/// What was asked for, and what came of it.
pub(super) struct Coverage<'a> {
    pub(super) verdict: &'a Verdict,
    pub(super) options: &'a Options<'a>,
}

impl Coverage<'_> {
    /// That only a part was asked for, and what chose it.
    pub(super) fn part(&self) -> Vec<(&'static str, String)> {
        let since = self.since().map(|since| {
            ("since", format!("{since}; the chain is checked from its beginning all the same"))
        });
        let sample = self.options.sample.as_ref().map(|sample| {
            ("sample", format!("{}, chosen by the seed {}", sample.share, sample.seed_in_hex()))
        });
        since.into_iter().chain(sample).collect()
    }

    /// From when on contents and decisions were looked at.
    pub(super) fn since(&self) -> Option<String> {
        self.options.since.as_ref().map(|since| match since {
            AsOf::Position(position) => format!("record {position}"),
            AsOf::Day(day) => day.to_string(),
            AsOf::Instant(instant) => instant.to_string(),
            AsOf::Checkpoint(covered) => format!("record {}", covered.size()),
        })
    }

    /// What was not asked for, and what cannot be seen.
    pub(super) fn not_checked(&self) -> Vec<String> {
        let asked = &self.options.checks;
        let others = Check::ALL.into_iter().filter(|check| !asked.contains(check));
        let others: Vec<&str> = others.map(Check::name).collect();
        let others = (!others.is_empty()).then(|| format!("{}: not asked for", others.join(", ")));
        others.into_iter().chain(self.not_anchored()).collect()
    }

    /// What nothing outside the directory vouches for.
    fn not_anchored(&self) -> Vec<String> {
        let Verdict { anchored, summary, .. } = self.verdict;
        match anchored.up_to() {
            None => NOT_ANCHORED.map(str::to_owned).to_vec(),
            Some(size) if size < summary.tree_size => {
                let records = count(summary.tree_size - size, "record");
                vec![format!(
                    "whether the last {records} were written anew, or had others after them"
                )]
            }
            Some(_) => vec!["whether there were records after the last".to_owned()],
        }
    }

    /// Each check that was made, with what it looked at.
    pub(super) fn lines(&self) -> Vec<(Check, Vec<String>)> {
        let Self { verdict, options } = self;
        let lines = options.checks.iter().map(|&check| {
            let lines = match check {
                Check::Chain => vec![self.chain()],
                Check::Tree => vec![tree(verdict)],
                Check::Checkpoints => self.checkpoints(),
                Check::Contents => self.contents(),
                Check::Publications => rederived(&verdict.publications),
                Check::Decisions => rederived(&verdict.decisions),
                Check::Index => vec![index(&verdict.index)],
            };
            (check, lines)
        });
        lines.collect()
    }

    /// The same for programs, by the names of the checks.
    pub(super) fn in_json(&self) -> Value {
        let Self { verdict, options } = self;
        let each = options.checks.iter().map(|&check| {
            let value = match check {
                Check::Chain => json!({ "records": verdict.summary.records }),
                Check::Tree => json!({ "state": tree(verdict) }),
                Check::Checkpoints => checkpoints_in_json(&verdict.anchored),
                Check::Contents => self.contents_in_json(),
                Check::Publications => rederived_in_json(&verdict.publications),
                Check::Decisions => rederived_in_json(&verdict.decisions),
                Check::Index => index_in_json(&verdict.index),
            };
            (check.name().to_owned(), value)
        });
        Value::Object(each.collect::<Map<_, _>>())
    }

    fn chain(&self) -> String {
        let summary = &self.verdict.summary;
        let (records, bytes) = (count(summary.records, "record"), count(summary.bytes, "byte"));
        format!("{records}, {bytes}, {}", count(summary.segments, "segment"))
    }

    fn checkpoints(&self) -> Vec<String> {
        let anchored = &self.verdict.anchored;
        let mut lines = match (anchored.latest, &anchored.key) {
            (None, _) => vec!["none in the directory".to_owned()],
            (Some(size), None) => {
                vec![format!("the latest is of {}, and does not count", count(size, "record"))]
            }
            (Some(size), Some(key)) => {
                let records = count(size, "record");
                vec![format!("the latest is of {records}, signed with"), key.clone()]
            }
        };
        let agrees = |(name, size)| format!("{name}, of {}: agrees", count(size, "record"));
        lines.extend(self.anchors().into_iter().map(agrees));
        lines.extend(anchored.missed.iter().chain(&anchored.notes).cloned());
        lines
    }

    /// What vouches for the ledger from outside: a checkpoint that was brought along twice is one.
    pub(super) fn anchors(&self) -> Vec<(String, u64)> {
        let is_brought = |name: &str| self.options.against.iter().any(|kept| kept.name == name);
        let (mut anchors, mut brought) = (Vec::new(), BTreeMap::<u64, BTreeSet<&str>>::new());
        for (name, size) in &self.verdict.anchored.anchors {
            // Of these records there is one root of each size.
            match is_brought(name) {
                true => drop(brought.entry(*size).or_default().insert(name)),
                false => anchors.push((name.clone(), *size)),
            }
        }
        let joined = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(" and ");
        anchors.extend(brought.into_iter().map(|(size, names)| (joined(names), size)));
        anchors
    }

    /// The same for programs.
    pub(super) fn anchors_in_json(&self) -> Value {
        let each = self.anchors().into_iter();
        each.map(|(name, size)| json!({ "name": name, "records": size })).collect()
    }

    /// The files that no record names; nothing where a record that could not be read may name them.
    pub(super) fn unnamed(&self) -> Option<&[PathBuf]> {
        let Verdict { contents, findings, unknown, .. } = self.verdict;
        (findings.is_empty() && unknown.is_empty()).then_some(&contents.unnamed)
    }

    fn contents(&self) -> Vec<String> {
        let contents = &self.verdict.contents;
        let ContentSummary { checked, opened, released, released_checked, .. } = *contents;
        let mut lines =
            vec![format!("{checked} of {} checked, {opened} opened", contents.contents)];
        if contents.without_keys > 0 {
            lines.push(format!("{} not opened: no keys here", contents.without_keys));
        }
        if !contents.erased.is_empty() {
            let by: Vec<String> = contents.erased.iter().map(|it| it.1.to_string()).collect();
            let records = if by.len() == 1 { "record" } else { "records" };
            lines.push(format!("{} erased, by {records} {}", by.len(), by.join(", ")));
        }
        if released > 0 {
            let reports = count(released, "released report");
            lines.push(format!("{released_checked} of {reports} compared with what was recorded"));
        }
        if !contents.unnamed.is_empty() {
            let files = count(contents.unnamed.len() as u64, "file");
            lines.push(match self.unnamed() {
                Some(_) => format!(
                    "{files} named by no record, of commands that were never recorded; while \
                     nobody writes, they may be deleted:"
                ),
                None => format!(
                    "{files} that no record names which could be read: leave them as they are"
                ),
            });
        }
        lines
    }

    fn contents_in_json(&self) -> Value {
        let contents = &self.verdict.contents;
        let erased = contents.erased.iter();
        let erased: Vec<_> =
            erased.map(|(id, record)| json!({ "evidence": id, "record": record })).collect();
        let mut all = json!({
            "recorded": contents.contents, "checked": contents.checked, "opened": contents.opened,
            "without_keys": contents.without_keys, "released": contents.released,
            "released_checked": contents.released_checked, "erased": erased,
        });
        if let Some(unnamed) = self.unnamed() {
            all["unnamed"] = json!(unnamed);
        }
        all
    }
}

fn tree(verdict: &Verdict) -> String {
    match verdict.summary.tree {
        TreeState::Agrees => "every hash that is kept is that of its records".to_owned(),
        TreeState::Missing => "none is kept; the next write makes it anew".to_owned(),
        TreeState::Lags(records) => {
            format!("what is kept agrees, and lacks the last {}", count(records, "record"))
        }
        TreeState::Disagrees => "it is not the tree of these records".to_owned(),
    }
}

fn checkpoints_in_json(anchored: &Anchored) -> Value {
    json!({ "latest": anchored.latest, "key": anchored.key, "missed": anchored.missed,
        "notes": anchored.notes })
}

fn rederived(tally: &Rederived) -> Vec<String> {
    let mut lines = vec![format!("{} of {} re-derived", tally.rederived, tally.recorded)];
    let reasons = [
        (tally.before, "before what was asked about".to_owned()),
        (tally.unsampled, "not in the sample".to_owned()),
    ];
    let reasons = reasons.iter().filter(|(number, _)| *number > 0);
    lines.extend(reasons.map(|(number, why)| format!("{number} not re-derived: {why}")));
    if let Some((position, why)) = tally.halt {
        let number = tally.after_halt;
        lines.push(format!("{number} not re-derived: record {position}, before them, {why}"));
    }
    lines
}

fn index(state: &IndexState) -> String {
    match state {
        IndexState::NotLookedAt | IndexState::None => "there is none".to_owned(),
        IndexState::Agrees(position) => {
            format!("a copy of it holds what the journal gives, up to record {position}")
        }
        IndexState::Disagrees(position) => {
            format!("a copy of it holds something else than the journal, up to record {position}")
        }
        IndexState::NotCompared(why) => format!("not compared: {why}"),
    }
}

fn rederived_in_json(tally: &Rederived) -> Value {
    json!({
        "recorded": tally.recorded, "rederived": tally.rederived, "before": tally.before,
        "unsampled": tally.unsampled, "after_halt": tally.after_halt,
        "halt": tally.halt.map(|(position, _)| position),
    })
}

fn index_in_json(state: &IndexState) -> Value {
    match state {
        IndexState::NotLookedAt | IndexState::None => json!({ "state": "none" }),
        IndexState::Agrees(position) => json!({ "state": "agrees", "position": position }),
        IndexState::Disagrees(position) => json!({ "state": "disagrees", "position": position }),
        IndexState::NotCompared(why) => json!({ "state": "not_compared", "why": why }),
    }
}
