//! Striking out: an erroneous record is made void by a later one, and stays where it is.
//!
//! What the records add up to is what those in force add up to, in order: one that is struck out
//! counts as if it had never been, and one whose strike-out is struck out as if nothing had
//! happened to it. So nothing is taken back step by step; it is replayed.

use crate::event::{Event, RecordStruckOut};
use crate::state::State;
use crate::{AssessmentId, OrganisationCode, PartialDate, StatementId, evolve};
use std::collections::BTreeMap;

/// What corrects an erroneous record, by kind: striking it out, or something else.
///
/// Judgements and entries that no command corrects are struck out. What got an id or went out into
/// the world stays, and has a command of its own that ends or replaces it.
pub const CORRECTIONS: &[(&str, Correction)] = &[
    ("ledger_opened", Correction::Other("a ledger is opened once")),
    ("framework_adopted", Correction::Other("a framework that was adopted stays so")),
    ("organisation_registered", Correction::Other("`organisation amend` corrects it")),
    ("organisation_amended", Correction::Other("`organisation amend` corrects it")),
    ("organisation_succeeded", Correction::Other("a body that has ended stays so")),
    ("area_member_added", Correction::StrikeOut),
    ("area_member_ended", Correction::StrikeOut),
    ("assessment_opened", Correction::Other("`assessment cancel` ends it")),
    ("publication_imported", Correction::Other(IMPORT)),
    ("imported_publication_replaced", Correction::Other(IMPORT)),
    ("score_reviewed", Correction::StrikeOut),
    ("assessment_amended", Correction::Other("`assessment amend` corrects it")),
    ("assessment_cancelled", Correction::Other("`assessment open` opens another one")),
    ("evidence_requested", Correction::Other("a request that was sent stays")),
    ("evidence_submitted", Correction::Other("`evidence withdraw` ends its use")),
    ("evidence_attributed", Correction::StrikeOut),
    ("evidence_used", Correction::StrikeOut),
    ("evidence_withdrawn", Correction::StrikeOut),
    ("evidence_erased", Correction::Other("what is erased is gone")),
    ("process_revised", Correction::Other("`framework revise` revises it again")),
    ("panel_convened", Correction::Other("`panel convene` convenes another one")),
    ("panel_decided", Correction::StrikeOut),
    ("panel_confirmed", Correction::StrikeOut),
    ("draft_written", Correction::Other("`draft write` replaces it")),
    ("draft_shared", Correction::Other("what was sent was sent; `draft share` shares it again")),
    ("draft_extended", Correction::StrikeOut),
    ("draft_confirmed", Correction::StrikeOut),
    ("comment_submitted", Correction::Other("`comment resolve` decides on it")),
    ("comment_resolved", Correction::StrikeOut),
    ("calendar_added", Correction::Other("a bank holiday that was added stays")),
    ("publication_made", Correction::Other(PUBLICATION)),
    ("publication_withdrawn", Correction::Other("`publication reissue` replaces it")),
    ("publication_reissued", Correction::Other(PUBLICATION)),
    ("section_50_notified", Correction::StrikeOut),
    ("process_review_requested", Correction::StrikeOut),
    ("process_review_decided", Correction::StrikeOut),
    ("finance_recorded", Correction::StrikeOut),
    ("conflict_recorded", Correction::StrikeOut),
    ("record_struck_out", Correction::StrikeOut),
    ("national_report_published", Correction::Other("it stays; publish another one")),
    ("ledger_key_recorded", Correction::Other("`key rotate` puts another one in its place")),
    ("ledger_key_rotated", Correction::Other("`key rotate` puts another one in its place")),
    ("sample_committed", Correction::Other(SAMPLE)),
    ("sample_seeded", Correction::Other(SAMPLE)),
    ("sample_drawn", Correction::Other(SAMPLE)),
    ("sample_item_scored", Correction::Other("a blind score stays; the finding tells of it")),
    ("sample_item_judged", Correction::Other("`sample judge` records another finding")),
];

const SAMPLE: &str = "it stays, or samples could be chosen; `sample commit` begins another one";
const IMPORT: &str = "`publication import` with a replacing row corrects it";
const PUBLICATION: &str = "`publication withdraw` takes it back, `publication reissue` replaces it";

/// What corrects an erroneous record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// It is struck out.
    StrikeOut,
    /// Something else, in words.
    Other(&'static str),
}

/// The strike-outs of a ledger, or of one organisation: the position of each, and what it strikes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StrikeOuts(BTreeMap<u64, u64>);

impl StrikeOuts {
    /// Those among some records.
    pub fn among<'a>(records: impl IntoIterator<Item = (u64, &'a Event)>) -> Self {
        let mut all = Self::default();
        records.into_iter().for_each(|(position, event)| all.note(position, event));
        all
    }

    /// Takes in the next record.
    pub fn note(&mut self, position: u64, event: &Event) {
        if let Event::RecordStruckOut(RecordStruckOut { position: struck, .. }) = event {
            self.0.insert(position, *struck);
        }
    }

    /// Adds one: the position of the strike-out, and that of what it strikes.
    pub fn add(&mut self, position: u64, struck: u64) {
        self.0.insert(position, struck);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every strike-out with what it strikes, in force or not, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(position, struck)| (*position, *struck))
    }

    /// The records that are void, each with the strike-out that makes it so.
    ///
    /// A strike-out is in force unless a later one in force strikes it: so the last comes first.
    pub fn void(&self) -> BTreeMap<u64, u64> {
        let mut void = BTreeMap::new();
        for (position, struck) in self.0.iter().rev() {
            if !void.contains_key(position) {
                void.insert(*struck, *position);
            }
        }
        void
    }
}

/// The state that some records add up to, oldest first: those in force, in order.
pub fn replay<'a>(records: impl IntoIterator<Item = (u64, &'a Event)> + Clone) -> State {
    let void = StrikeOuts::among(records.clone()).void();
    fold(records.into_iter().filter(|(position, _)| !void.contains_key(position)))
}

/// A duty of section 50 that was raised in error: the record that decided a 1 was struck out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaisedInError {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The quality statement that was not decided to be a 1 after all.
    pub statement: StatementId,
    /// When it had been decided.
    pub decided_on: PartialDate,
    /// The strike-out.
    pub by: u64,
}

/// The duties that some records of one organisation, and those that every decision may need, raised
/// in error: what each strike-out in force took from the duty as it stood when it was recorded, and
/// what nothing has raised since.
pub fn raised_in_error<'a>(
    records: impl IntoIterator<Item = (u64, &'a Event)> + Clone,
) -> Vec<RaisedInError> {
    let statements = |state: State| {
        let duties = state.assessments.into_iter().map(|(id, it)| (id, it.duty.statements));
        let each = |(id, statements): (AssessmentId, BTreeMap<StatementId, PartialDate>)| {
            statements.into_iter().map(move |(statement, on)| ((id, statement), on))
        };
        duties.flat_map(each).collect::<BTreeMap<_, _>>()
    };
    let strike_outs = StrikeOuts::among(records.clone());
    let void = strike_outs.void();
    let now = statements(replay(records.clone()));
    let mut all = BTreeMap::new();
    for (by, _) in strike_outs.iter().filter(|(by, _)| !void.contains_key(by)) {
        let known = |end: u64| records.clone().into_iter().filter(move |(at, _)| *at < end);
        let before = statements(replay(known(by).collect::<Vec<_>>()));
        let after = statements(replay(known(by + 1).collect::<Vec<_>>()));
        for ((assessment, statement), decided_on) in before {
            let key = (assessment, statement);
            if !after.contains_key(&key) && !now.contains_key(&key) {
                let found = RaisedInError { assessment, statement, decided_on, by };
                all.insert(key, found);
            }
        }
    }
    all.into_values().collect()
}

fn fold<'a>(records: impl Iterator<Item = (u64, &'a Event)>) -> State {
    records.fold(State::default(), |state, (_, event)| evolve(state, event))
}

/// The state of one organisation that is followed record by record, through strike-outs as well:
/// it keeps what it was given, since what is void is replayed without.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replay {
    state: State,
    records: Vec<(u64, Event)>,
}

impl Replay {
    /// Takes in the next record.
    pub fn apply(&mut self, position: u64, event: &Event) {
        self.records.push((position, event.clone()));
        self.state = match event {
            Event::RecordStruckOut(_) => replay(self.records.iter().map(|(at, it)| (*at, it))),
            _ => evolve(std::mem::take(&mut self.state), event),
        };
    }

    /// What the records add up to.
    pub fn state(&self) -> &State {
        &self.state
    }
}

impl State {
    /// The organisation whose records it holds, with these of them void, and what every decision
    /// may need.
    pub(crate) fn replayed(&self, void: &BTreeMap<u64, u64>) -> Self {
        let common = Self {
            frameworks: self.frameworks.clone(),
            revisions: self.revisions.clone(),
            calendar: self.calendar.clone(),
            national: self.national.clone(),
            ..Self::default()
        };
        let in_force = self.records.iter().filter(|(position, _)| !void.contains_key(position));
        in_force.fold(common, |state, (_, event)| evolve(state, event))
    }

    /// Forgets everything about an organisation, so that it can be replayed.
    pub fn forget(&mut self, code: OrganisationCode) {
        self.organisations.remove(&code);
        self.assessments.retain(|id, _| id.organisation() != code);
        self.evidence.retain(|id, _| id.organisation() != code);
        self.requests.retain(|id, _| id.organisation() != code);
    }
}

impl Event {
    /// What there is only one of at a time, so that a void record cannot come back once another
    /// has taken its place: its kind, and what it is about.
    pub(crate) fn slot(&self) -> Option<(&'static str, String)> {
        let about = match self {
            Self::PanelDecided(event) => event.assessment.to_string(),
            Self::CommentResolved(event) => event.comment.to_string(),
            Self::Section50Notified(event) => format!("{} {}", event.assessment, event.letter),
            Self::ProcessReviewRequested(event) if event.declined.is_none() => {
                event.publication.to_string()
            }
            Self::ProcessReviewDecided(event) => event.publication.to_string(),
            Self::AreaMemberAdded(event) => format!("{} {}", event.system, event.authority),
            Self::AreaMemberEnded(event) => format!("{} {}", event.system, event.authority),
            _ => return None,
        };
        Some((self.kind(), about))
    }
}
