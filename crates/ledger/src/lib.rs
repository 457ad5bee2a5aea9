//! Where the journal and the domain meet: commands are handled, projections caught up, questions
//! answered.
//!
//! No terminal and no clock: times, salts and keys are given to it.

mod aggregates;
pub mod bundle;
mod catalogue;
mod checkpoints;
mod contents;
mod decode;
mod error;
mod gather;
mod index;
mod keyring;
mod keys;
mod national;
mod preview;
mod questions;
mod rebuild;
mod records;
mod released;
pub mod report;
mod reporting;
mod samples;
mod streams;
mod struck;
mod submission;
mod time;
mod verify;
mod writer;

pub use catalogue::{Audience, Catalogue, Scope};
pub use checkpoints::{Comparison, LedgerKeys, Signed};
pub use contents::{ContentError, Contents, NewContent, Opened, seal};
pub use decode::decode;
pub use error::Error;
pub use gather::{Recorded, Stamp};
pub use index::{Bookmark, Unusable, is_guarded};
pub use keyring::{Keyring, KeyringError};
pub use national::{ReleasedNational, ReleasedWords};
pub use preview::Change;
pub use questions::{AsOf, At, Covered, Filter, NotFound, Question};
pub use rebuild::Rebuilt;
pub use released::{ReleasedReport, ReleasedText};
pub use reporting::Wanted;
pub use samples::{SampleCheck, SampleFinding, SampleStep};
pub use submission::{Intake, Outcome, Receipt, Submission, SubmissionError, media_type_of};
pub use time::Instant;
pub use verify::{
    Anchored, Check, ContentSummary, Damage, IndexState, Kept, NotACheck, NotAShare, Options,
    Rederived, Sample, Share, Unknown, Verdict, Word, verify,
};
pub use writer::Caller;

use crate::catalogue::Trouble;
use crate::index::Index;
use crate::writer::{Desk, Round};
use assessment::{Command, Event, OrganisationCode, State};
use journal::{Beyond, End, Entry, FileStore, Head, Record, Store};
use projections::{Disclosures, Fact};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often and how long to wait for another process to be done with the index.
const INDEX_ATTEMPTS: u32 = 10;
const INDEX_PAUSE: Duration = Duration::from_millis(50);

/// A ledger in a directory.
pub struct Ledger {
    store: FileStore,
    index_dir: PathBuf,
    catalogue: Option<Catalogue>,
    contents: Contents,
    keyring: Option<Keyring>,
    desk: Desk,
    /// The index failed in this process once: it is not tried a third time.
    failed: bool,
}

/// Whether a batch is recorded or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Record what the rules allow.
    Record,
    /// Record nothing, and tell what would come of it.
    DryRun,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Submitted {
    /// What became of each command, in order.
    pub outcomes: Vec<Outcome>,
    /// What was found after the last whole command, and set aside.
    pub set_aside: Option<Beyond>,
}

impl Ledger {
    /// Begins a ledger.
    pub fn init(dir: &Path, origin: &str, caller: &mut Caller<'_>) -> Result<Self, Error> {
        let opening = writer::opening(origin, caller)?;
        Ok(Self::over(FileStore::create(dir, &opening)?))
    }

    /// Opens a ledger.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Ok(Self::over(FileStore::open(dir)?))
    }

    fn over(store: FileStore) -> Self {
        let index_dir = store.dir().join("index");
        let (contents, desk) = (Contents::of(store.dir()), Desk::default());
        let (catalogue, keyring) = (None, None);
        Self { store, index_dir, catalogue, contents, keyring, desk, failed: false }
    }

    /// Says which directory keys lie in, or will: outside the ledger, so that a copy of it opens
    /// and signs nothing. What this machine last signed of the ledger lies there too, and is
    /// compared with what is here.
    pub fn keep_keys_in(&mut self, config: &Path) -> Result<(), Error> {
        let end = self.store.head()?.head;
        let opening = self.store.record_at(0, &end)?;
        let record = opening.record();
        self.contents.keep_keys_in(config, record.hash);
        if let Event::LedgerOpened(opened) = decode(&record)? {
            self.keyring = Some(Keyring::of(config, &opened.origin));
        }
        self.check_seen()
    }

    /// The contents that lie sealed beside the journal.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Where it lies, and how it is read.
    pub fn store(&self) -> &FileStore {
        &self.store
    }

    /// The end that a reader may read to now.
    pub fn end(&self) -> Result<End, Error> {
        Ok(self.store.head()?)
    }

    /// Handles a batch of commands: one sync for all of them.
    ///
    /// Each is decided on what came of those before; a refused one does not stop the others.
    pub fn submit(
        &mut self,
        submissions: &[Submission],
        mode: Mode,
        caller: &mut Caller<'_>,
    ) -> Result<Submitted, Error> {
        // A report on all bodies counts what is stored, so what comes before it is stored first.
        let counts = |it: &Submission| matches!(it.command, Command::PublishNationalReport(_));
        let first = submissions.iter().skip(1).position(counts).map(|at| at + 1);
        let Some(first) = first.filter(|_| mode == Mode::Record) else {
            return self.submit_together(submissions, mode, caller);
        };
        let mut done = self.submit_together(&submissions[..first], mode, caller)?;
        let rest = self.submit(&submissions[first..], mode, caller)?;
        done.outcomes.extend(rest.outcomes);
        Ok(done)
    }

    fn submit_together(
        &mut self,
        submissions: &[Submission],
        mode: Mode,
        caller: &mut Caller<'_>,
    ) -> Result<Submitted, Error> {
        // What was only tried is no ground to record anything on.
        if mode == Mode::Record && self.desk.is_ahead() {
            self.desk = Desk::default();
        }
        let catalogue = self.catalogue_in_step()?;
        // Take the lock, then decide on the latest state: nobody can have written in between.
        let end = self.store.hold()?;
        let outcomes = self
            .check_seen()
            .and_then(|()| self.submit_held(catalogue, end.head, submissions, mode, caller));
        self.store.release();
        if outcomes.is_err() {
            self.desk = Desk::default();
        }
        Ok(Submitted { outcomes: outcomes?, set_aside: end.beyond })
    }

    fn submit_held(
        &mut self,
        mut catalogue: Catalogue,
        head: Head,
        submissions: &[Submission],
        mode: Mode,
        caller: &mut Caller<'_>,
    ) -> Result<Vec<Outcome>, Error> {
        let contents = self.contents.clone();
        let (outcomes, round) = loop {
            match self.decide(&mut catalogue, head, submissions, (mode, &contents), caller) {
                Ok(decided) => break decided,
                Err(Trouble::Ledger(error)) => return Err(error),
                Err(Trouble::Index(error)) => self.replace(&mut catalogue, error)?,
            }
            self.desk = Desk::default();
        };
        if mode == Mode::Record {
            let appended = self.write(&round, submissions, &outcomes)?;
            // Acknowledged: what follows is derived. If it fails, nothing is lost, and whoever
            // needs it next starts anew.
            if catalogue.catch_up(&self.store, &appended, &mut |_| {}).is_err() {
                return Ok(outcomes);
            }
        }
        self.catalogue = Some(catalogue);
        Ok(outcomes)
    }

    /// Writes what was decided: contents, records, and then what an erasure destroys.
    fn write(
        &mut self,
        round: &Round<'_>,
        submissions: &[Submission],
        outcomes: &[Outcome],
    ) -> Result<Head, Error> {
        let released: Vec<&[u8]> = round.released.iter().map(Vec::as_slice).collect();
        // If we crash after this, contents lie there that no record names, which harms nobody.
        self.contents.put(&round.new, &released)?;
        for (submission, outcome) in submissions.iter().zip(outcomes) {
            if let (Outcome::Recorded { .. }, Some((line, contents))) = (outcome, &submission.line)
            {
                self.contents.remember(line, contents)?;
            }
        }
        let appended = self.store.append(&round.batch)?;
        self.desk.stored(appended.head);
        // If we crash before this, `verify` finds the key, and erasing again destroys it.
        for sealed in &round.erased {
            self.contents.destroy(*sealed)?;
        }
        Ok(appended.head)
    }

    /// A catalogue to decide with, caught up before the lock is taken: under it, there is little
    /// left to take in.
    fn catalogue_in_step(&mut self) -> Result<Catalogue, Error> {
        let mut catalogue = match self.catalogue.take() {
            Some(catalogue) => catalogue,
            None => self.catalogue_to_write()?,
        };
        loop {
            let end = self.store.head()?;
            match catalogue.catch_up(&self.store, &end.head, &mut |_| {}) {
                Ok(()) => return Ok(catalogue),
                Err(Trouble::Ledger(error)) => return Err(error),
                Err(Trouble::Index(error)) => self.replace(&mut catalogue, error)?,
            }
        }
    }

    fn decide<'a>(
        &mut self,
        catalogue: &mut Catalogue,
        head: Head,
        submissions: &'a [Submission],
        (mode, contents): (Mode, &'a Contents),
        caller: &mut Caller<'_>,
    ) -> Result<(Vec<Outcome>, Round<'a>), Trouble> {
        catalogue.catch_up(&self.store, &head, &mut |_| {})?;
        self.desk.sit_down(&self.store, catalogue, head)?;
        let mut round = Round::after(&head, mode, contents);
        let outcomes = self.desk.decide(&self.store, catalogue, &mut round, submissions, caller)?;
        Ok((outcomes, round))
    }

    /// What the rules know of the organisations that are wanted, and of what every decision may
    /// need: what a list of work in progress shows is what a rule sees.
    pub fn state(
        &mut self,
        at: At,
        wanted: &dyn Fn(&State) -> Vec<OrganisationCode>,
    ) -> Result<State, Error> {
        if at == At::default()
            && let Some(state) = self.state_by_index(wanted)?
        {
            return Ok(state);
        }
        struck::fold_in_force(|visit| self.fold(at, visit))
    }

    /// What a body has been told of its own assessments: folded from the journal, of its own
    /// records and of those that belong to nobody.
    pub fn disclosures(&self, at: At, code: OrganisationCode) -> Result<Disclosures, Error> {
        let mut told = Disclosures::new(code);
        self.fold(at, &mut |position, event| {
            if event.organisation().is_none_or(|of| of == code) {
                told.apply(&Fact { position, event });
            }
        })?;
        Ok(told)
    }

    /// Every event that a question at a time may see with its position, oldest first, also those
    /// that are void.
    fn fold(&self, at: At, visit: &mut dyn FnMut(u64, &Event)) -> Result<(), Error> {
        self.each(at, &mut |record, event| visit(record.position, &event))
    }

    /// Every record that a question at a time may see with its event, oldest first, also those
    /// that are void.
    fn each(&self, at: At, visit: &mut dyn FnMut(&Record<'_>, Event)) -> Result<(), Error> {
        let end = self.end_at(at)?;
        let mut records = self.store.records(0, &end)?;
        while let Some(entry) = records.next()? {
            let event = decode(&entry.record)?;
            let dated = event.occurred_on().filter(|_| !event.is_reference());
            if dated.zip(at.effective).is_none_or(|(date, day)| date.happened_by(day)) {
                visit(&entry.record, event);
            }
        }
        Ok(())
    }

    fn state_by_index(
        &mut self,
        wanted: &dyn Fn(&State) -> Vec<OrganisationCode>,
    ) -> Result<Option<State>, Error> {
        let Some(mut catalogue) = self.kept_catalogue()? else { return Ok(None) };
        let head = self.store.head()?.head;
        let mut desk = Desk::default();
        let loaded = catalogue
            .catch_up(&self.store, &head, &mut |_| {})
            .and_then(|()| desk.sit_down(&self.store, &mut catalogue, head))
            .and_then(|()| desk.load(&self.store, &mut catalogue, wanted));
        match loaded {
            Ok(()) => {
                self.catalogue = Some(catalogue);
                Ok(Some(desk.into_state()))
            }
            Err(Trouble::Index(_)) => Ok(None),
            Err(Trouble::Ledger(error)) => Err(error),
        }
    }

    /// The index, made anew where it cannot be used, or one in memory where another process keeps
    /// it to itself.
    fn catalogue_to_write(&self) -> Result<Catalogue, Error> {
        for _ in 0..INDEX_ATTEMPTS {
            let opened = match Index::open(&self.index_dir) {
                Ok(index) if self.is_current(&index)? => Ok(index),
                Ok(old) => {
                    // Closed before it is made anew, or it would be in its own way.
                    drop(old);
                    Index::create(&self.index_dir)
                }
                Err(Unusable::Missing | Unusable::Broken) => Index::create(&self.index_dir),
                Err(Unusable::Busy) => Err(Unusable::Busy),
            };
            match opened {
                Ok(index) => return Ok(Catalogue::new(index, Scope::ALL)),
                Err(Unusable::Busy) => std::thread::sleep(INDEX_PAUSE),
                Err(Unusable::Missing | Unusable::Broken) => break,
            }
        }
        Ok(Catalogue::new(Index::in_memory(), Scope::ALL))
    }

    /// Whether the rows come from the projections as they are in this version of the program; if
    /// not, what they had come from must still be there before they are given up.
    fn is_current(&self, index: &Index) -> Result<bool, Error> {
        let Some(bookmark) = index.bookmark() else { return Ok(false) };
        if bookmark.versions == Catalogue::versions() {
            return Ok(true);
        }
        bookmark.check(&self.store, &self.store.head()?.head)?;
        Ok(false)
    }

    /// Replaces a catalogue whose index failed: by a new index the first time, then by memory,
    /// which has nothing to fail.
    fn replace(&mut self, catalogue: &mut Catalogue, error: Unusable) -> Result<(), Error> {
        if !catalogue.is_kept() {
            return Err(Error::Index(error));
        }
        // Closed before it is made anew, or it would be in its own way.
        *catalogue = Catalogue::new(Index::in_memory(), Scope::ALL);
        if !std::mem::replace(&mut self.failed, true)
            && let Ok(index) = Index::create(&self.index_dir)
        {
            *catalogue = Catalogue::new(index, Scope::ALL);
        }
        Ok(())
    }

    /// Answers a question about what the ledger knew, and what had happened, at a time.
    pub fn ask<T>(&mut self, at: At, question: &Question<'_, T>) -> Result<T, Error> {
        if at == At::default()
            && let Some(answer) = self.ask_index(question)?
        {
            return Ok(answer);
        }
        let end = self.end_at(at)?;
        let (effective, audience) = (at.effective, at.view());
        let scope = Scope { effective, audience, ..question.scope };
        let mut catalogue = Catalogue::new(Index::in_memory(), scope);
        let answer = catalogue
            .catch_up(&self.store, &end, &mut |_| {})
            .and_then(|()| (question.answer)(&mut catalogue).map_err(Trouble::from));
        match answer {
            Ok(answer) => Ok(answer),
            Err(Trouble::Ledger(error)) => Err(error),
            Err(Trouble::Index(error)) => Err(Error::Index(error)),
        }
    }

    /// The catalogue over the index, where that is there to be used.
    fn kept_catalogue(&mut self) -> Result<Option<Catalogue>, Error> {
        if let Some(catalogue) = self.catalogue.take() {
            return Ok(Some(catalogue));
        }
        match Index::open(&self.index_dir) {
            Ok(index) if self.is_current(&index)? => Ok(Some(Catalogue::new(index, Scope::ALL))),
            _ => Ok(None),
        }
    }

    /// Answers from the index; nothing if it cannot be used, so that the journal must be folded.
    fn ask_index<T>(&mut self, question: &Question<'_, T>) -> Result<Option<T>, Error> {
        // The index first, then the end: whatever it has taken in is acknowledged by then.
        let Some(mut catalogue) = self.kept_catalogue()? else { return Ok(None) };
        let end = self.store.head()?;
        let answer = catalogue
            .catch_up(&self.store, &end.head, &mut |_| {})
            .and_then(|()| (question.answer)(&mut catalogue).map_err(Trouble::from));
        match answer {
            Ok(answer) => {
                self.catalogue = Some(catalogue);
                Ok(Some(answer))
            }
            Err(Trouble::Index(_)) => Ok(None),
            Err(Trouble::Ledger(error)) => Err(error),
        }
    }

    /// Reads the journal, oldest first, from a position to the end.
    pub fn read(
        &self,
        from: u64,
        end: &Head,
        visit: &mut dyn FnMut(&Entry<'_>) -> std::ops::ControlFlow<()>,
    ) -> Result<(), Error> {
        let mut records = self.store.records(from, end)?;
        while let Some(entry) = records.next()? {
            if visit(&entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Reads the history of an organisation, oldest first: through the index where there is one,
    /// and else through the whole journal.
    pub fn read_history(
        &mut self,
        code: OrganisationCode,
        from: u64,
        end: &Head,
        visit: &mut dyn FnMut(&Entry<'_>) -> std::ops::ControlFlow<()>,
    ) -> Result<(), Error> {
        let places = self.ask_index(&Question {
            scope: Scope::ALL,
            answer: &|catalogue| catalogue.history(code),
        })?;
        // What is printed may wait for its reader; the index must not wait with it.
        self.catalogue = None;
        let Some(mut places) = places else { return self.read(from, end, visit) };
        places.sort_unstable();
        for place in places {
            let stored = self.store.line_at(place)?;
            let entry = Entry { place, line: stored.line(), record: stored.record() };
            let position = entry.record.position;
            if position > end.position || position >= from && visit(&entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How the index stands to the journal.
    pub fn index_state(&self) -> Result<Bookmark, Unusable> {
        let index = Index::open(&self.index_dir)?;
        index.bookmark().cloned().ok_or(Unusable::Broken)
    }
}
