//! Handling commands: decide, append, catch the projections up.

use crate::catalogue::{Catalogue, Trouble};
use crate::contents::{ContentError, Contents, NewContent, Opened};
use crate::decode::decode;
use crate::error::Error;
use crate::submission::{Outcome, Receipt, Submission};
use crate::time::Instant;
use crate::{Mode, national, released};
use assessment::{
    Command, Content, Context, Digest, Event, EvidenceId, OrganisationCode, PersonId, State,
    decide, evolve,
};
use journal::canonical::to_canonical;
use journal::{Batch, Head, NewCommand, NewRecord, Place, Store};
use std::collections::{BTreeMap, BTreeSet};

/// What comes from outside: who writes, the clock, and randomness.
pub struct Caller<'a> {
    /// Who records.
    pub actor: PersonId,
    /// Reads the clock.
    pub now: &'a mut dyn FnMut() -> Instant,
    /// Draws the salt of a record.
    pub salt: &'a mut dyn FnMut() -> [u8; 16],
    /// Go on although the clock is more than a day behind the last record.
    pub accept_clock: bool,
}

/// What decisions in a batch are made on, beyond what is stored.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) state: State,
    loaded: BTreeSet<OrganisationCode>,
    /// Versions of streams that were written to and are not stored yet.
    versions: BTreeMap<String, u64>,
    /// Commands that are not stored yet, by key, with where they will stand.
    keys: BTreeMap<String, (journal::Hash, u64)>,
    /// Lines with texts that are not stored yet, with where they will stand.
    lines: BTreeMap<vault::Digest, u64>,
    /// Events that are not stored yet, with where they will stand.
    pub(crate) unstored: Vec<(u64, Event)>,
    /// The head that all of this is true for, and when its record was recorded.
    pub(crate) head: Option<(Head, Instant)>,
    /// When what is not stored yet is recorded.
    clock: Option<Instant>,
}

/// What is decided on and written together.
pub(crate) struct Round<'a> {
    /// Whether it is written, or only tried.
    mode: Mode,
    /// Where contents lie.
    pub(crate) contents: &'a Contents,
    /// The batch that is written.
    pub(crate) batch: Batch,
    /// Contents of what is in the batch, to be stored before it.
    pub(crate) new: Vec<&'a NewContent>,
    /// Reports that the batch releases, to be stored before it.
    pub(crate) released: Vec<Vec<u8>>,
    /// Contents whose erasure the ledger records, to be destroyed after it.
    pub(crate) erased: Vec<Digest>,
}

impl<'a> Round<'a> {
    pub(crate) fn after(head: &Head, mode: Mode, contents: &'a Contents) -> Self {
        let batch = Batch::after(head);
        Self { mode, contents, batch, new: Vec::new(), released: Vec::new(), erased: Vec::new() }
    }

    /// Whether this content is about to be stored.
    fn brings(&self, sealed: Digest) -> bool {
        self.new.iter().any(|new| new.content.sealed == sealed)
    }

    /// Opens content that is stored, or that is about to be.
    fn open(&self, content: &Content) -> Result<Opened, ContentError> {
        match self.new.iter().find(|new| new.content == *content) {
            Some(new) => new.open(),
            None => self.contents.open(content),
        }
    }
}

/// The times that a batch is recorded at.
struct Clock {
    recorded_at: Instant,
    reading: Option<Instant>,
}

impl Desk {
    /// Takes in what somebody else has written since, of what is decided about here.
    pub(crate) fn sit_down(
        &mut self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        head: Head,
    ) -> Result<(), Trouble> {
        let known = match self.head {
            Some((known, _)) if known == head => return Ok(()),
            Some((known, _)) if !self.is_ahead() => Some(known),
            _ => None,
        };
        let last = store.last(&head).map_err(Error::from)?;
        let recorded_at = Instant::parse(last.record().recorded_at)?;
        match known {
            Some(known) => self.follow(store, known, head)?,
            None => {
                *self = Self::default();
                for place in catalogue.common_places()? {
                    self.replay(store, place, &BTreeMap::new())?;
                }
            }
        }
        self.head = Some((head, recorded_at));
        Ok(())
    }

    fn follow(&mut self, store: &impl Store, known: Head, head: Head) -> Result<(), Trouble> {
        let mut records = store.records(known.position + 1, &head).map_err(Error::from)?;
        while let Some(entry) = records.next().map_err(Error::from)? {
            let event = decode(&entry.record)?;
            if let Event::RecordStruckOut(struck) = &event {
                self.state.forget(struck.organisation);
                self.loaded.remove(&struck.organisation);
            }
            // Of the others nothing is held yet: their whole history is replayed when needed.
            if event.organisation().is_none_or(|code| self.loaded.contains(&code)) {
                self.state = evolve(std::mem::take(&mut self.state), &event);
            }
        }
        Ok(())
    }

    /// Decides on a batch of commands, one after the other, each on what came of those before.
    pub(crate) fn decide<'a>(
        &mut self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        round: &mut Round<'a>,
        submissions: &'a [Submission],
        caller: &mut Caller<'_>,
    ) -> Result<Vec<Outcome>, Trouble> {
        let (_, last) = self.head.expect("a desk is sat down at before it is decided at");
        let clock = clock(last, caller)?;
        self.clock = Some(clock.recorded_at);
        let mut outcomes = Vec::with_capacity(submissions.len());
        for submission in submissions {
            let outcome = match self.seen(store, catalogue, submission)? {
                Some(outcome) => outcome,
                None => self.consider(store, catalogue, round, submission, &clock, caller)?,
            };
            self.note_erasure(store, catalogue, round, submission, &outcome)?;
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Whether something was decided that is not stored.
    pub(crate) fn is_ahead(&self) -> bool {
        !self.keys.is_empty()
    }

    /// What is decided is stored, and known from the catalogue from now on.
    pub(crate) fn stored(&mut self, head: Head) {
        self.versions.clear();
        self.unstored.clear();
        self.keys.clear();
        self.lines.clear();
        if let Some((known, recorded_at)) = &mut self.head
            && *known != head
        {
            *known = head;
            *recorded_at = self.clock.unwrap_or(*recorded_at);
        }
    }

    /// The outcome of a command whose key is known.
    fn seen(
        &self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        submission: &Submission,
    ) -> Result<Option<Outcome>, Trouble> {
        let Submission { key, request, .. } = submission;
        let outcome = |known: journal::Hash, position: Option<u64>| match known == *request {
            true => Outcome::AlreadyThere { position },
            false => Outcome::KeyReused { key: key.clone(), position },
        };
        // The same line in the same batch: it was sealed twice, and is recorded once.
        if let Some(position) = submission.line.as_ref().and_then(|line| self.lines.get(&line.0)) {
            return Ok(Some(Outcome::AlreadyThere { position: Some(*position) }));
        }
        if let Some((known, position)) = self.keys.get(key) {
            return Ok(Some(outcome(*known, Some(*position))));
        }
        for place in catalogue.command(key)? {
            let stored = store.line_at(place).map_err(Error::from)?;
            let record = stored.record();
            if record.command == key {
                return Ok(Some(outcome(record.request, Some(record.position))));
            }
        }
        Ok(None)
    }

    fn consider<'a>(
        &mut self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        round: &mut Round<'a>,
        submission: &'a Submission,
        clock: &Clock,
        caller: &mut Caller<'_>,
    ) -> Result<Outcome, Trouble> {
        let command = &submission.command;
        self.take_up_records(store, catalogue, command)?;
        self.load(store, catalogue, &|state| command.organisations(state))?;
        if let Some(expected) = submission.expected_version {
            let stream = command.stream(&self.state);
            let found = self.version(catalogue, &stream)?;
            if found != expected {
                return Ok(Outcome::Conflict { stream, expected, found });
            }
        }
        let context = Context {
            actor: caller.actor,
            today: clock.recorded_at.day(),
            released: Digest::from([0; 32]),
        };
        if let Some(rejection) = self.told_too_early(round.mode, command) {
            return Ok(Outcome::Refused(rejection));
        }
        let events = match decide(&self.state, command, &context) {
            Err(rejection) => return Ok(Outcome::Refused(rejection)),
            Ok(events) if events.is_empty() => {
                return Ok(Outcome::AlreadyThere { position: None });
            }
            Ok(events) => events,
        };
        let brings =
            |content: &&Content| submission.contents.iter().any(|it| it.content == **content);
        let mut contents = events.iter().flat_map(Event::contents);
        if let Some(content) = contents.find(|content| !brings(content)) {
            return Ok(Outcome::ContentMissing { sealed: content.sealed });
        }
        if let Some(evidence) = nothing_to_erase(round, submission, &self.state)? {
            // Recording an erasure that did not happen would be a lie.
            return Ok(Outcome::NotHere { why: format!("the key of {evidence} is not here") });
        }
        let report = self.release(catalogue, round, submission, context, events);
        let (events, released) = match report {
            Ok(released) => released,
            // Damage is another matter, and stops everything.
            Err(Trouble::Ledger(
                error @ (Error::Content(ContentError::NoKeys | ContentError::KeyMissing { .. })
                | Error::NotText { .. }
                | Error::NationalNotText { .. }),
            )) => return Ok(Outcome::NotHere { why: error.to_string() }),
            Err(error) => return Err(error),
        };
        let new = self.new_command(catalogue, submission, &events, clock, caller)?;
        let positions = match round.batch.push(&new) {
            Ok(positions) => positions,
            Err(error) => return Ok(Outcome::Unrecordable(error)),
        };
        // What the rules left out, such as why a score was adjusted to what it was, is not kept.
        let named = |new: &&NewContent| {
            events.iter().flat_map(Event::contents).any(|content| *content == new.content)
        };
        round.new.extend(submission.contents.iter().filter(named));
        round.released.extend(released);
        let receipts = self.accept(submission, events, new, positions.start);
        self.follow_strike_out(store, catalogue)?;
        Ok(Outcome::Recorded { positions, records: receipts })
    }

    /// Puts together the report that a publication releases. That it may be published has been
    /// decided; it is decided again with the digest of what is released.
    fn release(
        &self,
        catalogue: &mut Catalogue,
        round: &Round<'_>,
        submission: &Submission,
        context: Context,
        events: Vec<Event>,
    ) -> Result<(Vec<Event>, Option<Vec<u8>>), Trouble> {
        let open = |content: &Content| {
            let brought = submission.contents.iter().find(|new| new.content == *content);
            brought.map_or_else(|| round.open(content), NewContent::open)
        };
        let report = match events.as_slice() {
            [Event::PublicationMade(made)] => released::put_together(&self.state, made, &open)?,
            [Event::PublicationReissued(reissued)] => {
                released::put_together(&self.state, &reissued.made, &open)?
            }
            [Event::NationalReportPublished(published)] => {
                let rows = catalogue.national_rows(national::counting(published), None)?;
                national::put_together(published, &rows, &open)?
            }
            _ => return Ok((events, None)),
        };
        let released = (*vault::Digest::of(&report).as_bytes()).into();
        let context = Context { released, ..context };
        let events = decide(&self.state, &submission.command, &context);
        Ok((events.expect("it was decided just now"), Some(report)))
    }

    /// Notes which key is to be destroyed once the batch is stored: also of an erasure that was
    /// recorded before, as that may have been all that was done then.
    fn note_erasure(
        &mut self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        round: &mut Round<'_>,
        submission: &Submission,
        outcome: &Outcome,
    ) -> Result<(), Trouble> {
        let Command::EraseEvidence(erase) = &submission.command else { return Ok(()) };
        if !matches!(outcome, Outcome::Recorded { .. } | Outcome::AlreadyThere { .. }) {
            return Ok(());
        }
        self.load(store, catalogue, &|_| vec![erase.evidence.organisation()])?;
        let evidence = self.state.evidence.get(&erase.evidence);
        let Some(sealed) = evidence.map(|it| it.facts.content.sealed) else { return Ok(()) };
        let is_here =
            round.brings(sealed) || round.contents.has_key(sealed).map_err(Error::from)?;
        round.erased.extend(is_here.then_some(sealed));
        Ok(())
    }

    fn new_command(
        &self,
        catalogue: &mut Catalogue,
        submission: &Submission,
        events: &[Event],
        clock: &Clock,
        caller: &mut Caller<'_>,
    ) -> Result<NewCommand, Trouble> {
        let mut versions: BTreeMap<String, u64> = BTreeMap::new();
        let mut records = Vec::with_capacity(events.len());
        for event in events {
            let stream = event.stream();
            let version = match versions.get(&stream) {
                Some(version) => *version,
                None => self.version(catalogue, &stream)?,
            } + 1;
            versions.insert(stream.clone(), version);
            let occurred_on = event.occurred_on().unwrap_or(clock.recorded_at.day().into());
            let data = to_canonical(&event.encode());
            records.push(NewRecord {
                data: data.expect("events have names, texts and integers that may be recorded"),
                kind: event.kind().to_owned(),
                occurred_on: occurred_on.to_string(),
                salt: (caller.salt)(),
                schema: event.schema(),
                stream,
                version,
            });
        }
        Ok(NewCommand {
            actor: caller.actor.to_string(),
            clock: clock.reading.map(|reading| reading.to_string()),
            command: submission.key.clone(),
            recorded_at: clock.recorded_at.to_string(),
            request: submission.request,
            signature: submission.signature.clone(),
            records,
        })
    }

    /// Takes over what was decided, so that the next decision is made on it.
    fn accept(
        &mut self,
        submission: &Submission,
        events: Vec<Event>,
        new: NewCommand,
        position: u64,
    ) -> Vec<Receipt> {
        self.keys.insert(submission.key.clone(), (submission.request, position));
        self.lines.extend(submission.line.as_ref().map(|line| (line.0, position)));
        let mut receipts = Vec::with_capacity(events.len());
        for ((at, event), record) in (position..).zip(events).zip(new.records) {
            self.state = evolve(std::mem::take(&mut self.state), &event);
            self.unstored.push((at, event.clone()));
            let (stream, version) = (record.stream, record.version);
            self.versions.insert(stream.clone(), version);
            receipts.push(Receipt { event, stream, version });
        }
        receipts
    }

    /// Replays the histories of the organisations that are wanted, once each: what is known of
    /// some may tell which others are wanted too.
    pub(crate) fn load(
        &mut self,
        store: &impl Store,
        catalogue: &mut Catalogue,
        wanted: &dyn Fn(&State) -> Vec<OrganisationCode>,
    ) -> Result<(), Trouble> {
        loop {
            let mut codes = wanted(&self.state);
            codes.retain(|code| self.loaded.insert(*code));
            if codes.is_empty() {
                return Ok(());
            }
            let void = catalogue.strike_outs()?.void();
            for code in codes {
                for place in catalogue.history(code)? {
                    self.replay(store, place, &void)?;
                }
            }
        }
    }

    fn replay(
        &mut self,
        store: &impl Store,
        place: Place,
        void: &BTreeMap<u64, u64>,
    ) -> Result<(), Trouble> {
        let stored = store.line_at(place).map_err(Error::from)?;
        if !void.contains_key(&stored.record().position) {
            let event = decode(&stored.record())?;
            self.state = evolve(std::mem::take(&mut self.state), &event);
        }
        Ok(())
    }

    fn version(&self, catalogue: &mut Catalogue, stream: &str) -> Result<u64, Trouble> {
        match self.versions.get(stream) {
            Some(version) => Ok(*version),
            None => Ok(catalogue.version(stream)?),
        }
    }
}

/// The evidence whose content is to be erased where its key is not.
fn nothing_to_erase(
    round: &Round<'_>,
    submission: &Submission,
    state: &State,
) -> Result<Option<EvidenceId>, Error> {
    let Command::EraseEvidence(erase) = &submission.command else { return Ok(None) };
    let Some(evidence) = state.evidence.get(&erase.evidence) else { return Ok(None) };
    let sealed = evidence.facts.content.sealed;
    let is_here = round.brings(sealed) || round.contents.has_key(sealed)?;
    Ok((!is_here).then_some(erase.evidence))
}

/// Reads the clock once for a batch. One that runs backwards is raised to the last record's time,
/// as no record may be earlier than the one before; its reading is kept.
fn clock(last: Instant, caller: &mut Caller<'_>) -> Result<Clock, Error> {
    let now = (caller.now)();
    if now >= last {
        return Ok(Clock { recorded_at: now, reading: None });
    }
    if now.is_a_day_before(last) && !caller.accept_clock {
        return Err(Error::ClockBehind { now: now.to_string(), last: last.to_string() });
    }
    Ok(Clock { recorded_at: last, reading: Some(now) })
}

/// The command that a ledger begins with.
pub(crate) fn opening(origin: &str, caller: &mut Caller<'_>) -> Result<Batch, Error> {
    if !journal::chain::is_origin(origin) {
        return Err(Error::NotAnOrigin(origin.to_owned()));
    }
    let created = (caller.now)();
    let event = Event::from(assessment::event::LedgerOpened {
        created: created.to_string(),
        format: journal::record::FORMAT,
        origin: origin.to_owned(),
    });
    let data = to_canonical(&event.encode());
    let data = data.map_err(|_| Error::NotAnOrigin(origin.to_owned()))?;
    let request = format!(r#"{{"data":{data},"kind":"open_ledger"}}"#);
    let request = journal::Hash::of(request.as_bytes());
    let mut batch = Batch::opening();
    let new = NewCommand {
        actor: caller.actor.to_string(),
        clock: None,
        command: request.to_string(),
        recorded_at: created.to_string(),
        request,
        signature: None,
        records: vec![NewRecord {
            data,
            kind: event.kind().to_owned(),
            occurred_on: created.day().to_string(),
            salt: (caller.salt)(),
            schema: event.schema(),
            stream: event.stream(),
            version: 1,
        }],
    };
    batch.push(&new).map_err(|_| Error::NotAnOrigin(origin.to_owned()))?;
    Ok(batch)
}
