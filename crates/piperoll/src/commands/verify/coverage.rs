//! What each check looked at, in sentences and in JSON.

use crate::render::count;
use journal::TreeState;
use ledger::{Anchored, AsOf, Check, ContentSummary, IndexState, Options, Rederived, Verdict};
use serde_json::{Map, Value, json};

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
                Check::Checkpoints => checkpoints(&verdict.anchored),
                Check::Contents => contents(&verdict.contents),
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
                Check::Contents => contents_in_json(&verdict.contents),
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

fn checkpoints(anchored: &Anchored) -> Vec<String> {
    let mut lines = match (anchored.latest, &anchored.key) {
        (Some(size), Some(key)) => {
            vec![format!("the latest is of {}, signed with", count(size, "record")), key.clone()]
        }
        _ => vec!["none in the directory".to_owned()],
    };
    let agrees = |(name, size): &(String, u64)| format!("{name}, of {size} records: agrees");
    lines.extend(anchored.anchors.iter().map(agrees));
    lines.extend(anchored.notes.iter().cloned());
    lines
}

fn checkpoints_in_json(anchored: &Anchored) -> Value {
    json!({ "latest": anchored.latest, "key": anchored.key, "notes": anchored.notes })
}

/// What vouches for the ledger from outside, for programs.
pub(super) fn anchors_in_json(anchored: &Anchored) -> Value {
    let each = anchored.anchors.iter();
    each.map(|(name, size)| json!({ "name": name, "records": size })).collect()
}

fn contents(contents: &ContentSummary) -> Vec<String> {
    let ContentSummary { checked, opened, released, released_checked, .. } = *contents;
    let mut lines = vec![format!("{checked} of {} checked, {opened} opened", contents.contents)];
    if contents.without_keys > 0 {
        lines.push(format!("{} not opened: no keys here", contents.without_keys));
    }
    if !contents.erased.is_empty() {
        let by: Vec<String> = contents.erased.iter().map(|it| it.1.to_string()).collect();
        let records = if by.len() == 1 { "record" } else { "records" };
        lines.push(format!("{} erased, by {records} {}", by.len(), by.join(", ")));
    }
    if released > 0 {
        lines.push(format!(
            "{released_checked} of {} compared with what was recorded",
            count(released, "released report")
        ));
    }
    if !contents.unnamed.is_empty() {
        let files = count(contents.unnamed.len() as u64, "file");
        lines.push(format!(
            "{files} named by no record, of commands that were never recorded; while nobody \
             writes, they may be deleted:"
        ));
    }
    lines
}

fn rederived(tally: &Rederived) -> Vec<String> {
    let mut lines = vec![format!("{} of {} re-derived", tally.rederived, tally.recorded)];
    let reasons = [
        (tally.before, "before what was asked about".to_owned()),
        (tally.unsampled, "not in the sample".to_owned()),
        (tally.older, "in an older schema, by the rules of its time".to_owned()),
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

fn contents_in_json(contents: &ContentSummary) -> Value {
    let erased = contents.erased.iter();
    let erased: Vec<_> =
        erased.map(|(id, record)| json!({ "evidence": id, "record": record })).collect();
    json!({
        "recorded": contents.contents, "checked": contents.checked, "opened": contents.opened,
        "without_keys": contents.without_keys, "released": contents.released,
        "released_checked": contents.released_checked, "unnamed": contents.unnamed,
        "erased": erased,
    })
}

fn rederived_in_json(tally: &Rederived) -> Value {
    json!({
        "recorded": tally.recorded, "rederived": tally.rederived, "before": tally.before,
        "unsampled": tally.unsampled, "older": tally.older, "after_halt": tally.after_halt,
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
