//! What a bundle shows, with nothing but the bundle.

mod signed;

use super::choice::{self, Choice, PublishedAs};
use super::rating::Published;
use super::{FORMAT, Files, Label, files};
use crate::time::Instant;
use crate::{Error, decode};
use assessment::{Event, EvidenceId};
use journal::policy::Policy;
use journal::proof::InclusionProof;
use journal::{Hash, Record, SignedCheckpoint, VerifierKey, record};
use std::collections::BTreeSet;

/// What somebody brings along to check a bundle with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// The log's key, or its keys, got elsewhere.
    pub keys: &'a [VerifierKey],
    /// The witnesses that are trusted.
    pub policy: Option<&'a Policy>,
}

/// What was looked at, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the bundle says that it is, if that can be read.
    pub label: Option<Label>,
    /// The key that the bundle says is the log's.
    pub key: Option<VerifierKey>,
    /// The checks in their order.
    pub checks: Vec<Checked>,
    /// What is shown; nothing unless every check holds.
    pub shown: Vec<String>,
    /// What it cannot show, or was not looked at.
    pub not_shown: Vec<String>,
}

/// A check, and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name.
    pub name: &'static str,
    /// What it found.
    pub finding: Finding,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It holds: what, in words.
    Holds(String),
    /// It does not: why.
    Fails(String),
    /// It could not be looked at: why.
    Unseen(String),
}

impl Report {
    /// Whether every check holds.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|it| matches!(it.finding, Finding::Holds(_)))
    }

    /// The checks that do not hold.
    pub fn failed(&self) -> impl Iterator<Item = &Checked> {
        self.checks.iter().filter(|it| matches!(it.finding, Finding::Fails(_)))
    }
}

/// A record of the bundle that is sound in itself.
struct Sound<'a> {
    record: Record<'a>,
    event: Event,
}

/// A bundle, as far as it could be read.
struct Bundle<'a> {
    files: &'a Files,
    label: Option<Label>,
    given: Given<'a>,
    /// The records in order; or why not all of them could be read.
    records: Result<Vec<Sound<'a>>, Finding>,
    choice: Option<Choice>,
    checkpoint: Result<SignedCheckpoint, String>,
    /// The policy of the bundle.
    policy: Option<Policy>,
}

/// Checks a bundle. It stops at nothing: every check is made that can be made.
pub fn check(files: &Files, given: &Given<'_>) -> Report {
    let label = files.get(files::LABEL);
    let label: Option<Label> = label.and_then(|bytes| serde_json::from_slice(bytes).ok());
    let sums = check_sums(files);
    if let (Ok(_), Some(format)) = (&sums, other_format(files)) {
        let why = format!("it is of format {format}, and this program knows {FORMAT}");
        let checks = vec![Checked { name: "format", finding: Finding::Unseen(why) }];
        return Report { label, key: None, checks, shown: vec![], not_shown: vec![] };
    }
    let bundle = Bundle::read(files, label, *given);
    let mut checks = vec![Checked { name: "files", finding: sums.into() }];
    let records = bundle.records.as_ref();
    checks.push(Checked {
        name: "records",
        finding: match records {
            Ok(records) => {
                Finding::Holds(format!("{} hash to what they say", count(records.len())))
            }
            Err(finding) => finding.clone(),
        },
    });
    let rest = [
        ("contents", bundle.contents()),
        ("inclusion", bundle.inclusion()),
        ("signature", bundle.signature()),
        ("witnesses", bundle.witnesses()),
        ("key", bundle.key()),
        ("streams", bundle.streams()),
        ("windows", bundle.windows()),
        ("rating", bundle.rating()),
        ("report", bundle.report()),
    ];
    checks.extend(rest.map(|(name, finding)| Checked { name, finding }));
    let (shown, not_shown) = (bundle.shown(), bundle.not_shown());
    let key = bundle.own_key().ok();
    let mut report = Report { label: bundle.label, key, checks, shown, not_shown };
    if !report.holds() {
        report.shown.clear();
    }
    report
}

/// The format that a bundle names, if it is another one.
fn other_format(files: &Files) -> Option<u64> {
    let label: serde_json::Value = serde_json::from_slice(files.get(files::LABEL)?).ok()?;
    label["format"].as_u64().filter(|format| *format != FORMAT)
}

fn check_sums(files: &Files) -> Result<String, String> {
    let stated = files.get(files::SUMS).ok_or("SHA256SUMS is missing")?;
    let found = files::sums(files);
    if *stated == found {
        return Ok(format!("{} files, each as SHA256SUMS has it", files.len()));
    }
    let lines = |bytes: &[u8]| -> BTreeSet<String> {
        String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
    };
    let (stated, found) = (lines(stated), lines(&found));
    let differing = stated.symmetric_difference(&found).filter_map(|line| line.get(66..));
    let differing: BTreeSet<&str> = differing.collect();
    Err(match differing.first() {
        Some(first) => {
            format!("{} as SHA256SUMS has it: {}", others(differing.len()), quoted(first))
        }
        None => "SHA256SUMS is not in the form of one".to_owned(),
    })
}

impl<'a> Bundle<'a> {
    fn read(files: &'a Files, label: Option<Label>, given: Given<'a>) -> Self {
        let records = read_records(files);
        let choice = records.as_ref().ok().zip(label.as_ref()).and_then(|(records, label)| {
            let stream = format!("assessment/{}", label.publication.assessment());
            let own = records.iter().filter(|it| it.record.stream == stream);
            Choice::of(label.publication, own.map(|it| (it.record.position, &it.event)))
        });
        let checkpoint = files.get(files::CHECKPOINT).ok_or("checkpoint is missing".to_owned());
        let checkpoint = checkpoint
            .and_then(|bytes| SignedCheckpoint::parse(bytes).map_err(|error| error.to_string()));
        let policy = files.get(files::POLICY).and_then(|bytes| Policy::parse(bytes).ok());
        Self { files, label, given, records, choice, checkpoint, policy }
    }

    /// The records and the choice that they come to.
    fn whole(&self) -> Result<(&[Sound<'a>], &Choice, &Label), Finding> {
        let records = self.records.as_ref().map_err(|_| unseen("the records do not hold"))?;
        let label = self.label.as_ref().ok_or_else(|| unseen("bundle.json does not name one"))?;
        let choice = self.choice.as_ref();
        let choice = choice.ok_or_else(|| unseen("no record is of the publication"))?;
        Ok((records, choice, label))
    }

    /// Every file belongs there, none is missing, and those that are made of others are as made.
    fn contents(&self) -> Finding {
        let (records, choice, label) = match self.whole() {
            Ok(whole) => whole,
            Err(finding) => return finding,
        };
        let mut wanted = files::made(self.files, label.publication);
        let mut again = Choice::clone(choice);
        let strange = records.iter().find(|it| !again.takes(it.record.position, &it.event));
        if let Some(Sound { record, .. }) = strange {
            return fails(format!("record {} does not belong to it", record.position));
        }
        for (name, bytes) in &wanted {
            if self.files.get(name) != Some(bytes) {
                return fails(format!("{name} is not what is made of the records"));
            }
        }
        for Sound { record, event } in records {
            wanted.insert(files::proof(record.position), vec![]);
            wanted.insert(files::record(record.position), vec![]);
            if let (true, Some(PublishedAs::Made(made))) =
                (record.position == choice.position(), PublishedAs::of(event))
            {
                wanted.insert(files::released(made.released), vec![]);
            }
        }
        let fixed = [files::CHECKPOINT, files::SUMS].map(|name| (name.to_owned(), vec![]));
        wanted.extend(fixed);
        let is_missing = |name: &&String| !self.files.contains_key(*name);
        if let Some(missing) = wanted.keys().find(is_missing) {
            return fails(format!("{missing} is missing"));
        }
        let is_extra = |name: &&String| *name != files::POLICY && !wanted.contains_key(*name);
        let extra: Vec<&String> = self.files.keys().filter(is_extra).collect();
        match extra.as_slice() {
            [] => Finding::Holds("what belongs there, and nothing else".to_owned()),
            [first, ..] => {
                let number = extra.len();
                fails(format!("{number} more than belong there: {}", quoted(first)))
            }
        }
    }

    /// Each record's line and path lead to the root of the checkpoint.
    fn inclusion(&self) -> Finding {
        let signed = match &self.checkpoint {
            Ok(signed) => signed,
            Err(why) => return fails(why.clone()),
        };
        let mut number = 0;
        for (position, line) in files::records(self.files) {
            if let Err(why) = self.included(position, line) {
                return fails(format!("record {position}: {why}"));
            }
            number += 1;
        }
        let size = signed.checkpoint().size;
        match number {
            0 => fails("there are no records".to_owned()),
            _ => Finding::Holds(format!("{} lead to the root of the {size}", count(number))),
        }
    }

    fn included(&self, position: u64, line: &[u8]) -> Result<(), String> {
        let file = self.files.get(&files::proof(position)).ok_or("its proof is missing")?;
        let proof = InclusionProof::parse(file).map_err(|error| format!("its proof: {error}"))?;
        if proof.index != position || proof.extra.as_deref() != Some(line) {
            return Err("its proof is of another record".to_owned());
        }
        if Some(&proof.checkpoint.to_bytes()) != self.files.get(files::CHECKPOINT) {
            return Err("its proof leads to another checkpoint".to_owned());
        }
        if proof.to_bytes() != *file {
            return Err("its proof is not written as a proof is".to_owned());
        }
        proof.check(line).map_err(|_| "its path does not lead to the root".to_owned())
    }

    /// Nothing is left out of a stream that is there as a whole, nor what the records name.
    fn streams(&self) -> Finding {
        let (records, choice, label) = match self.whole() {
            Ok(whole) => whole,
            Err(finding) => return finding,
        };
        for stream in choice.whole_streams() {
            let of = records.iter().filter(|it| it.record.stream == stream);
            let mut number = 0;
            for (record, version) in of.map(|it| it.record).zip(1..) {
                if record.version != version {
                    return fails(format!("version {version} of {stream} is missing"));
                }
                number = version;
            }
            // A ledger may have no bank holidays of its own. Everything else always is there.
            if number == 0 && stream != choice::CALENDAR {
                return fails(format!("nothing of {stream} is there"));
            }
        }
        let is_there = |evidence: &&EvidenceId| {
            let mut submitted = records.iter().filter_map(|it| match &it.event {
                Event::EvidenceSubmitted(event) => Some(event.evidence),
                _ => None,
            });
            submitted.any(|it| it == **evidence)
        };
        if let Some(missing) = choice.evidence.iter().find(|it| !is_there(it)) {
            return fails(format!("the evidence {missing} is not there"));
        }
        let code = label.publication.organisation();
        let registers = |it: &Sound<'_>| match &it.event {
            Event::OrganisationRegistered(registered) => registered.code == code,
            _ => false,
        };
        if !records.iter().any(registers) {
            return fails(format!("the registration of {code} is not there"));
        }
        if choice.position() != label.position {
            return fails(format!("the publication is record {}", choice.position()));
        }
        let assessment = label.publication.assessment();
        let own = format!("assessment/{assessment}");
        let own = records.iter().filter(|it| it.record.stream == own).count();
        Finding::Holds(format!("{} of {assessment} without a gap", count(own)))
    }

    /// The publication's record with those before it.
    fn published(&self) -> Result<(Published<'_>, PublishedAs<'_>), Finding> {
        let (records, choice, _) = self.whole()?;
        let own = records.iter().find(|it| it.record.position == choice.position());
        let own = own.ok_or_else(|| unseen("the publication is not there"))?;
        let as_what = PublishedAs::of(&own.event);
        let as_what = as_what.ok_or_else(|| unseen("the publication is not there"))?;
        let before = records.iter().map(|it| (it.record.position, &it.event));
        let recorded_at = Instant::parse(own.record.recorded_at);
        let published = Published {
            event: &own.event,
            actor: own.record.actor,
            today: recorded_at.map_err(|error| fails(error.to_string()))?.day(),
            before: before.take_while(|(position, _)| *position < choice.position()).collect(),
        };
        Ok((published, as_what))
    }

    /// The time for comments on each draft is as long as the bank holidays that are there make it.
    /// Where it is longer, some are missing that this program does not know either.
    fn windows(&self) -> Finding {
        match self.published().map(|(published, _)| published.count_windows()) {
            Ok(Ok(0)) => Finding::Holds("no draft was shared".to_owned()),
            Ok(Ok(1)) => Finding::Holds("1 is as long as the bank holidays make it".to_owned()),
            Ok(Ok(number)) => {
                Finding::Holds(format!("{number} are as long as the bank holidays make them"))
            }
            Ok(Err(why)) => Finding::Unseen(format!("bank holidays are missing: {why}")),
            Err(finding) => finding,
        }
    }

    /// What was published is what the records before it come to.
    fn rating(&self) -> Finding {
        match self.published() {
            Ok((published, _)) => published.derive().into(),
            Err(finding) => finding,
        }
    }

    /// The released report is the one of the record.
    fn report(&self) -> Finding {
        let (published, made) = match self.published() {
            Ok((published, PublishedAs::Made(made))) => (published, made),
            Ok((_, PublishedAs::Imported(_))) => {
                return Finding::Holds("it was released elsewhere, before this ledger".to_owned());
            }
            Err(finding) => return finding,
        };
        let name = files::released(made.released);
        let Some(bytes) = self.files.get(&name) else { return fails(format!("{name} is missing")) };
        if Hash::of(bytes).to_string() != made.released.to_string() {
            return fails(format!("{name} has another digest"));
        }
        let checked = published.check_report(bytes, made);
        checked
            .map(|()| {
                format!("{} are the drafts that were recorded", passages(made.passages.len()))
            })
            .into()
    }

    fn shown(&self) -> Vec<String> {
        let (Ok(records), Ok(signed), Some(label)) = (&self.records, &self.checkpoint, &self.label)
        else {
            return vec![];
        };
        let size = signed.checkpoint().size;
        let (records, assessment) = (count(records.len()), label.publication.assessment());
        let mut shown = vec![
            format!("the log signed for these {records}, whole, among its first {size}"),
            format!("nothing of {assessment} is left out before {}", label.publication),
        ];
        if self.has_scores() {
            shown.push("the published scores and rating follow from them".to_owned());
        }
        shown
    }

    /// Whether there are scores that a rating can be derived from.
    fn has_scores(&self) -> bool {
        match self.published() {
            Ok((_, PublishedAs::Made(_))) => true,
            Ok((_, PublishedAs::Imported(import))) => !import.scores.is_empty(),
            Err(_) => false,
        }
    }

    fn not_shown(&self) -> Vec<String> {
        let mut not = vec![
            "that there is no other record, say a later correction or strike-out".to_owned(),
            "that nothing of other streams is missing, say evidence withdrawn".to_owned(),
            "that what the records say is true; what is sealed is not in it".to_owned(),
        ];
        if self.choice.as_ref().is_some_and(|it| it.has_deadline) {
            not.push(
                "that no bank holidays are missing that would make a window longer".to_owned(),
            );
        }
        if !self.has_scores() {
            not.push("how the rating comes about: no scores were published".to_owned());
        }
        if self.given.keys.is_empty() {
            not.push("whose key it is: the key is the bundle's own (--key names yours)".to_owned());
        }
        match (&self.policy, self.given.policy) {
            (_, Some(_)) => {}
            (Some(_), None) => not.push(
                "who the witnesses are: the bundle names them (--policy names yours)".to_owned(),
            ),
            (None, None) => {
                not.push("that the log shows everybody the same records under its name".to_owned());
            }
        }
        let unsigned = self.records.iter().flatten().filter(|it| {
            matches!(it.event, Event::LedgerKeyRotated(_)) && it.record.signature.is_none()
        });
        not.extend(unsigned.map(|it| {
            let position = it.record.position;
            format!("why record {position} replaces the key without the key before: ask")
        }));
        not
    }
}

/// The records in order, or the first that is not sound.
fn read_records(files: &Files) -> Result<Vec<Sound<'_>>, Finding> {
    let mut sound = Vec::new();
    for (position, line) in files::records(files) {
        let of = |why: String| format!("record {position}: {}", quoted(&why));
        let record = record::parse(line).map_err(|fault| fails(of(fault.to_string())))?;
        if record.position != position {
            return Err(fails(of(format!("it says that it is record {}", record.position))));
        }
        let event = decode(&record).map_err(|error| match error {
            Error::NewerRecord { .. } => Finding::Unseen(error.to_string()),
            error => fails(of(error.to_string())),
        })?;
        sound.push(Sound { record, event });
    }
    Ok(sound)
}

impl From<Result<String, String>> for Finding {
    fn from(result: Result<String, String>) -> Self {
        result.map_or_else(fails, Self::Holds)
    }
}

fn fails(why: String) -> Finding {
    Finding::Fails(why)
}

fn unseen(why: &str) -> Finding {
    Finding::Unseen(why.to_owned())
}

fn count(records: usize) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}

fn passages(number: usize) -> String {
    if number == 1 { "its 1 passage".to_owned() } else { format!("its {number} passages") }
}

fn others(number: usize) -> String {
    if number == 1 { "1 file is not".to_owned() } else { format!("{number} files are not") }
}

/// A text of the bundle as a terminal may have it.
fn quoted(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
