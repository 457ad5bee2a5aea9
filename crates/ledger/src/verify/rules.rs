//! Whether what is recorded is what the rules come to: each command is decided again on the
//! records before it, and what comes of it is compared with what stands in the journal.
//!
//! So a score that was changed is found even where every hash after it was computed anew. There is
//! one version of the rules so far; a later one that refuses what this one allows must decide
//! again by the rules of the time. Data in an older schema are decided again as they are read
//! today: whoever forges a record chooses its schema too.

use super::bodies::Bodies;
use super::command::command_of;
use super::contents::{Stand, released_file};
use super::sample::{Picker, Sample};
use super::{Check, Damage};
use crate::contents::Contents;
use crate::error::Error;
use crate::national::{self, ReleasedNational};
use crate::time::Instant;
use assessment::event::NationalReportPublished;
use assessment::{Command, Context, Digest, Event, decide};
use journal::{Place, Record};
use projections::{Fact, National, Projections};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// How many commands were decided again, of those that are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rederived {
    /// How many are recorded.
    pub recorded: u64,
    /// How many of them were decided again.
    pub rederived: u64,
    /// How many are before the first record that was asked about.
    pub before: u64,
    /// How many are not in the sample.
    pub unsampled: u64,
    /// How many stand after a record that could not be taken in.
    pub after_halt: u64,
    /// That record, and why it could not be.
    pub halt: Option<(u64, &'static str)>,
}

/// The walk through the journal on which everything is decided again.
pub(super) struct Walk {
    checks: BTreeSet<Check>,
    bodies: Bodies,
    projections: Projections,
    released: Contents,
    /// The records so far of the command that is being read.
    open: Vec<Step>,
    halt: Option<(u64, &'static str)>,
    pub(super) pickers: [Picker; 2],
    /// Of publications, and of everything else.
    pub(super) tallies: [Rederived; 2],
    pub(super) findings: Vec<Damage>,
}

/// Whether a record is among those that were asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It stands before them.
    Before,
    /// It is.
    Asked,
}

/// A record, as far as its decision needs it.
struct Step {
    stand: Stand,
    actor: String,
    recorded_at: String,
    turn: Turn,
    event: Event,
}

impl Walk {
    pub(super) fn new(dir: &Path, checks: &BTreeSet<Check>, sample: Option<Sample>) -> Self {
        Self {
            checks: checks.clone(),
            bodies: Bodies::new(dir),
            projections: Projections::default(),
            released: Contents::of(dir),
            open: Vec::new(),
            halt: None,
            pickers: [Picker::new(sample), Picker::new(sample)],
            tallies: Default::default(),
            findings: Vec::new(),
        }
    }

    /// What to look at instead, where a sample was so small that nothing was in it.
    pub(super) fn missed(&self) -> Option<[Picker; 2]> {
        let [first, second] = &self.pickers;
        if first.missed().is_none() && second.missed().is_none() {
            return None;
        }
        Some([first, second].map(|it| it.missed().unwrap_or_else(|| it.anew())))
    }

    /// What rests on a record that cannot be taken in cannot be decided again.
    pub(super) fn halt(&mut self, position: u64, why: &'static str) {
        self.halt.get_or_insert((position, why));
    }

    /// Takes in the next record.
    pub(super) fn take_in(
        &mut self,
        place: Place,
        record: &Record<'_>,
        turn: Turn,
        event: Event,
    ) -> Result<(), Error> {
        if record.part == 1 {
            self.open.clear();
        }
        self.open.push(Step {
            stand: Stand { position: record.position, place },
            actor: record.actor.to_owned(),
            recorded_at: record.recorded_at.to_owned(),
            turn,
            event,
        });
        if record.part < record.parts {
            return Ok(());
        }
        let steps = std::mem::take(&mut self.open);
        self.settle(&steps)?;
        if self.halt.is_none() {
            steps.iter().try_for_each(|step| self.fold(step))?;
        }
        Ok(())
    }

    /// Decides a whole command again, unless there is a reason not to.
    fn settle(&mut self, steps: &[Step]) -> Result<(), Error> {
        let Some(last) = steps.last() else { return Ok(()) };
        let (nth, check) = match &last.event {
            Event::PublicationImported(_)
            | Event::ImportedPublicationReplaced(_)
            | Event::PublicationMade(_)
            | Event::PublicationReissued(_)
            | Event::NationalReportPublished(_) => (0, Check::Publications),
            Event::LedgerOpened(_) => return Ok(()),
            _ => (1, Check::Decisions),
        };
        if !self.checks.contains(&check) {
            return Ok(());
        }
        let tally = &mut self.tallies[nth];
        tally.recorded += 1;
        if self.halt.is_some() {
            (tally.after_halt, tally.halt) = (tally.after_halt + 1, self.halt);
        } else if last.turn == Turn::Before {
            tally.before += 1;
        } else if !self.pickers[nth].picks(last.stand.position) {
            tally.unsampled += 1;
        } else {
            tally.rederived += 1;
            self.rederive(steps, last)?;
        }
        Ok(())
    }

    fn rederive(&mut self, steps: &[Step], last: &Step) -> Result<(), Error> {
        let (command, context) = match self.question(steps, last) {
            Ok(question) => question,
            Err(why) => {
                self.report(last, why);
                return Ok(());
            }
        };
        let recorded = (last.stand.position, &last.event);
        let decided = self.bodies.with_state(&command, recorded, |state| {
            decide(state, &command, &context).map_err(Box::new)
        })?;
        match decided {
            Err(rejection) => {
                let code = rejection.code();
                self.report(last, format!("the rules refuse it ({code}): {rejection}"));
            }
            Ok(events) if events.is_empty() => {
                self.report(last, "what it says was so already: the rules record nothing".into());
            }
            Ok(events) => self.compare(steps, last, &events),
        }
        if let Event::NationalReportPublished(published) = &last.event {
            self.count_again(last, published)?;
        }
        Ok(())
    }

    /// What was asked of the rules, or why nothing can have been.
    fn question(&self, steps: &[Step], last: &Step) -> Result<(Command, Context), String> {
        let recorded: Vec<Event> = steps.iter().map(|step| step.event.clone()).collect();
        let command = command_of(&recorded, |code| self.bodies.facts(code))
            .unwrap_or_else(|| Err("none is known".to_owned()))
            .map_err(|why| format!("no command gives it: {why}"))?;
        let actor = last.actor.parse();
        let actor = actor.map_err(|_| format!("its actor `{}` is no person", last.actor))?;
        let recorded_at = Instant::parse(&last.recorded_at).map_err(|error| error.to_string())?;
        let (today, released) = (recorded_at.day(), released(&last.event));
        Ok((command, Context { actor, today, released }))
    }

    /// Reports the first difference between what is recorded and what the rules come to.
    fn compare(&mut self, steps: &[Step], last: &Step, derived: &[Event]) {
        for (step, derived) in steps.iter().zip(derived) {
            if step.event == *derived {
                continue;
            }
            let kind = derived.kind();
            if step.event.kind() != kind {
                return self.report(step, format!("the rules give `{kind}`"));
            }
            let why = difference("", &step.event.encode(), &derived.encode());
            return self.report(step, why.unwrap_or_else(|| "the rules give another one".into()));
        }
        if steps.len() != derived.len() {
            let (recorded, given) = (steps.len(), derived.len());
            self.report(
                last,
                format!("its command has {recorded} records, the rules give {given}"),
            );
        }
    }

    /// Counts the bodies of a national report again, and compares that with what was released.
    fn count_again(
        &mut self,
        step: &Step,
        published: &NationalReportPublished,
    ) -> Result<(), Error> {
        let bytes = match released_file(published.released, &self.released)? {
            Ok(bytes) => bytes,
            Err(why) => {
                self.findings.push(step.stand.damage("publication", why));
                return Ok(());
            }
        };
        // Whether it is the report of its record is looked at with the contents.
        let Ok(report) = serde_json::from_slice::<ReleasedNational>(&bytes) else { return Ok(()) };
        let mut count = National::new(national::counting(published));
        for body in self.projections.bodies.values() {
            count.add(body, &self.projections.frameworks);
        }
        let rows = count.rows(None, &self.projections.frameworks);
        let shown: Vec<_> = rows.into_iter().filter(|row| row.bodies > 1).collect();
        // As they are written down: a row has more in memory than what is shown of it.
        let rows = |rows| serde_json::to_value(rows).expect("rows are texts and numbers");
        if let Some(why) = difference("rows", &rows(&report.rows), &rows(&shown)) {
            self.report(step, format!("publications/{}: {why}", published.released));
        }
        Ok(())
    }

    fn report(&mut self, step: &Step, why: String) {
        let why = format!("`{}`: {why}", step.event.kind());
        self.findings.push(step.stand.damage("rules", why));
    }

    /// Takes in what is recorded, whatever the rules say of it: what comes later rests on that.
    fn fold(&mut self, step: &Step) -> Result<(), Error> {
        let position = step.stand.position;
        match self.bodies.take_in(step.stand, &step.event)? {
            None => {
                self.projections.apply(&Fact { position, event: &step.event });
            }
            Some(in_force) => {
                let code = step.event.organisation();
                code.into_iter().for_each(|code| self.projections.forget(code));
                for (position, event) in &in_force {
                    self.projections.apply(&Fact { position: *position, event });
                }
            }
        }
        Ok(())
    }
}

/// The digest of what a record released, which comes from outside the rules.
fn released(event: &Event) -> Digest {
    match event {
        Event::PublicationMade(made) => made.released,
        Event::PublicationReissued(reissued) => reissued.made.released,
        Event::NationalReportPublished(published) => published.released,
        _ => Digest::from([0; 32]),
    }
}

/// The first member in which what is recorded differs from what the rules give, with both values.
pub(crate) fn difference(path: &str, recorded: &Value, derived: &Value) -> Option<String> {
    match (recorded, derived) {
        (Value::Object(here), Value::Object(there)) => {
            let names: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
            names.into_iter().find_map(|name| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let member = |of: &serde_json::Map<_, Value>| of.get(name).cloned();
                difference(
                    &path,
                    &member(here).unwrap_or(Value::Null),
                    &member(there).unwrap_or(Value::Null),
                )
            })
        }
        (Value::Array(here), Value::Array(there)) => {
            let mut pairs = here.iter().zip(there).enumerate();
            let within = pairs.find_map(|(at, (here, there))| {
                difference(&format!("{path}[{}]", item(at, here, there)), here, there)
            });
            let lengths = || {
                let (here, there) = (here.len(), there.len());
                let differ = || format!("{path} has {here} items, and the rules give {there}");
                (here != there).then(differ)
            };
            within.or_else(lengths)
        }
        _ if recorded == derived => None,
        _ => Some(format!("{path} is {}, and the rules give {}", word(recorded), word(derived))),
    }
}

/// What two items are about, if that is the same, or else the place that they stand at.
fn item(at: usize, here: &Value, there: &Value) -> String {
    let about = ["statement", "theme"].iter().find_map(|name| {
        let about = here.get(name)?.as_str()?;
        (there.get(name)?.as_str() == Some(about)).then_some(about)
    });
    about.map_or_else(|| at.to_string(), str::to_owned)
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other => other.to_string(),
    }
}
