//! What the rules need to know: the state that decisions are made on, folded from the events.
//!
//! What a person is shown of work in progress is this very state, so that nothing is listed
//! otherwise than the rules see it.

mod samples;

pub use samples::Sample;

use crate::event::*;
use crate::framework::{Framework, Method, Passage, Process, Recipient, Step};
use crate::sample::Frame;
use crate::scoring::Score;
use crate::section_50::Duty;
use crate::text::LedgerKey;
use crate::{
    AssessmentId, Calendar, CategoryId, CommentId, Event, EvidenceId, FinancialYear, FrameworkId,
    NationalId, OrganisationCode, PanelId, PartialDate, PersonId, PublicationId, RequestId,
    SampleId, StatementId,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The state that decisions are made on; it may hold only the part that a decision needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The ledger's name in the world.
    pub origin: Option<String>,
    /// The public keys of its checkpoints, the one in force last.
    pub ledger_keys: Vec<LedgerKey>,
    /// The adopted frameworks.
    pub frameworks: BTreeMap<FrameworkId, Framework>,
    /// What their process parts were revised to, in order of recording.
    pub revisions: BTreeMap<FrameworkId, Vec<ProcessRevised>>,
    /// The bank holidays.
    pub calendar: Calendar,
    /// The bodies.
    pub organisations: BTreeMap<OrganisationCode, Organisation>,
    /// The assessments.
    pub assessments: BTreeMap<AssessmentId, Assessment>,
    /// The evidence.
    pub evidence: BTreeMap<EvidenceId, Evidence>,
    /// What was asked for.
    pub requests: BTreeMap<RequestId, EvidenceRequested>,
    /// The calibration panels.
    pub panels: BTreeMap<PanelId, PanelConvened>,
    /// The reports on all bodies together.
    pub national: BTreeMap<NationalId, NationalReportPublished>,
    /// The samples of quality assurance.
    pub samples: BTreeMap<SampleId, Sample>,
    /// Records by position, in force or not: given by whoever loads the state for a decision on
    /// records, for a strike-out those of the body, for an item of a sample the item's own.
    pub records: BTreeMap<u64, Event>,
    /// Who recorded the decision that an item of a sample is: given with its record.
    pub recorder: Option<PersonId>,
    /// The population of a sample that is committed to or drawn: given by whoever loads the state,
    /// unless its last record is not there yet.
    pub population: Option<Frame>,
}

/// A body.
#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    /// What is known of it.
    pub facts: OrganisationRegistered,
    /// What took its place, if it has ended.
    pub successor: Option<Successor>,
    /// Memberships of a system's area, in order of recording.
    pub area: Vec<Membership>,
    /// Evidence about it that was entered for another body first.
    pub attributed: BTreeSet<EvidenceId>,
    /// What was recorded last of each financial year.
    pub finance: BTreeMap<FinancialYear, FinanceRecorded>,
}

/// What took the place of a body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Successor {
    /// The new body.
    pub into: OrganisationCode,
    /// The first day of the new order.
    pub on: PartialDate,
}

/// The membership of an authority in a system's area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Membership {
    /// The authority.
    pub authority: OrganisationCode,
    /// Its first day.
    pub from: PartialDate,
    /// Its last day, if it has ended.
    pub to: Option<PartialDate>,
}

/// An assessment, from its opening to its publication and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The framework that it is made under.
    pub framework: FrameworkId,
    /// What kind of assessment it is.
    pub kind: AssessmentKind,
    /// When it was opened; nothing for one that was imported.
    pub opened_on: Option<PartialDate>,
    /// Its dates and its team, put together from all that was said of them.
    pub plan: Plan,
    /// That it was cancelled.
    pub cancelled: Option<AssessmentCancelled>,
    /// What was published of it before this ledger.
    pub import: Option<PublicationImported>,
    /// The latest judgement of each cell, by order of recording.
    pub judged: BTreeMap<Cell, Judged>,
    /// Who has ever scored each quality statement.
    pub scorers: BTreeMap<StatementId, BTreeSet<PersonId>>,
    /// The evidence that it uses.
    pub used: BTreeMap<EvidenceId, EvidenceUsed>,
    /// What a panel decided on it.
    pub panel: Option<Panel>,
    /// The latest version of each passage of its report.
    pub drafts: BTreeMap<Passage, DraftWritten>,
    /// The time for comments of each recipient that has the draft of the next publication.
    pub windows: BTreeMap<Recipient, Window>,
    /// The time for comments of each recipient that had the draft of an earlier one: comments that
    /// still arrive are judged by it.
    pub past_windows: BTreeMap<Recipient, Window>,
    /// The comments, in order of recording.
    pub comments: Vec<Comment>,
    /// What was published of it here, oldest first.
    pub publications: Vec<PublicationMade>,
    /// Those of its publications that took the place of another, with why.
    pub reissues: BTreeMap<PublicationId, PublicationReissued>,
    /// Those of its publications that were withdrawn.
    pub withdrawn: BTreeMap<PublicationId, PublicationWithdrawn>,
    /// Everybody who has ever had a part in it: in its team, scoring, on its panel, resolving a
    /// comment or releasing a publication of it.
    pub involved: BTreeSet<PersonId>,
    /// What was judged or written since the last publication.
    pub since: Since,
    /// What the regulator must tell under section 50, and what it told.
    pub duty: Duty,
    /// The requests for a review of the rating process, in order of recording.
    pub process_reviews: Vec<ProcessReviewState>,
    /// Where sources disagree about it: what was recorded last of each field.
    pub conflicts: BTreeMap<ConflictField, ConflictRecorded>,
}

/// What was judged or written since the last publication.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Since {
    /// What was reviewed or calibrated.
    pub cells: BTreeSet<Cell>,
    /// What was written.
    pub passages: BTreeSet<Passage>,
    /// The kinds of records behind that publication that were struck out, with the day of the
    /// first.
    pub struck: BTreeMap<String, PartialDate>,
}

/// A request for a review of the rating process.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessReviewState {
    /// As it arrived.
    pub facts: ProcessReviewRequested,
    /// What was decided.
    pub decided: Option<ProcessReviewDecided>,
}

/// What is scored: a quality statement, or one evidence category of it.
pub type Cell = (StatementId, Option<CategoryId>);

/// The dates of an assessment, and its team.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// When the body was told, or will be.
    pub notice_on: Option<PartialDate>,
    /// When the information return is due or came.
    pub information_return_on: Option<PartialDate>,
    /// When the visit is or was.
    pub site_visit_on: Option<PartialDate>,
    /// Who makes it.
    pub team: Vec<TeamMember>,
}

/// The latest judgement of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The score that counts.
    pub score: Score,
    /// The scorer's own, which stays visible where a panel adjusted it.
    pub scored: Score,
    /// When it was decided.
    pub on: PartialDate,
    /// Who scored it; nobody where it was imported.
    pub by: Option<PersonId>,
    /// It came with the import, so that a corrected import takes its place.
    pub imported: bool,
    /// The evidence that it rests on.
    pub evidence: Vec<EvidenceId>,
    /// When the newest of it was collected.
    pub evidence_on: Option<PartialDate>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What is known of it.
    pub facts: EvidenceSubmitted,
    /// That it is not relied on any more.
    pub withdrawn: Option<EvidenceWithdrawn>,
    /// That its content was erased.
    pub erased: Option<EvidenceErased>,
}

/// What a panel decided on an assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The panel.
    pub panel: PanelId,
    /// When it decided.
    pub decided_on: PartialDate,
    /// When it last confirmed scores that had changed, or else when it decided.
    pub settled_on: PartialDate,
    /// The members who decided, and those who confirmed since.
    pub members: Vec<PersonId>,
    /// The score of each cell that it stands by.
    pub scores: BTreeMap<Cell, Score>,
}

/// The time for comments of one recipient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The date of the first email: a comment may answer any of them.
    pub first_shared_on: PartialDate,
    /// The date of the last email.
    pub shared_on: PartialDate,
    /// The last day on which comments are in time.
    pub due_on: PartialDate,
    /// When the recipient said that there are no (further) comments.
    pub confirmed_on: Option<PartialDate>,
    /// A score or a passage has changed since the draft was shared.
    pub changed_since: bool,
}

/// A factual accuracy comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// As it arrived.
    pub facts: CommentSubmitted,
    /// What was decided.
    pub resolved: Option<CommentResolved>,
}

impl State {
    /// The assessment of an organisation that was published last, which a review is about unless
    /// it says otherwise. Of two published at the same time the one recorded later counts.
    pub fn last_published(&self, organisation: OrganisationCode) -> Option<AssessmentId> {
        self.assessments_of(organisation)
            .filter_map(|(id, assessment)| Some((assessment.published_on()?, id)))
            .max_by(|(on, id), (other_on, other)| {
                (on, id.recording_order()).cmp(&(other_on, other.recording_order()))
            })
            .map(|(_, id)| id)
    }

    /// The id that the next assessment of an organisation gets in a year.
    pub(crate) fn next_assessment(
        &self,
        organisation: OrganisationCode,
        year: i32,
    ) -> AssessmentId {
        let so_far = self.assessments_of(organisation).filter(|(id, _)| id.year() == year).count();
        AssessmentId::derive(organisation, year, so_far)
    }

    /// The assessments of an organisation, by id.
    pub fn assessments_of(
        &self,
        organisation: OrganisationCode,
    ) -> impl Iterator<Item = (AssessmentId, &Assessment)> {
        let first = AssessmentId::derive(organisation, 1000, 0);
        self.assessments
            .range(first..)
            .take_while(move |(id, _)| id.organisation() == organisation)
            .map(|(id, assessment)| (*id, assessment))
    }

    /// The evidence that was first entered for an organisation, oldest first.
    pub fn evidence_of(&self, organisation: OrganisationCode) -> Vec<&Evidence> {
        let mut all: Vec<&Evidence> =
            self.evidence.values().filter(|it| it.owner() == organisation).collect();
        all.sort_by_key(|evidence| evidence.facts.evidence.number());
        all
    }

    /// The process part that applies to an assessment under a framework on a day: that of the
    /// framework, or the revision recorded last among those that apply from then or earlier.
    pub fn process(&self, framework: &FrameworkId, on: NaiveDate) -> Option<&Process> {
        let mut revisions = self.revisions.get(framework).into_iter().flatten();
        let revised = revisions.rfind(|revision| revision.from.happened_by(on));
        match revised {
            Some(revision) => Some(&revision.process),
            None => self.frameworks.get(framework).map(|framework| &framework.process),
        }
    }

    /// The organisation of a record that was given.
    pub(crate) fn body_of(&self, position: u64) -> Vec<OrganisationCode> {
        let record = self.records.get(&position);
        record.and_then(Event::organisation).into_iter().collect()
    }

    /// These organisations, and those whose evidence is about them too.
    pub(crate) fn with_evidence_of(&self, codes: &[OrganisationCode]) -> Vec<OrganisationCode> {
        let known = codes.iter().filter_map(|code| self.organisations.get(code));
        let owners = known.flat_map(|it| it.attributed.iter().map(EvidenceId::organisation));
        codes.iter().copied().chain(owners).collect()
    }

    /// The organisations that this evidence was entered for, and all that it is about.
    pub(crate) fn with_whom_it_is_about(&self, evidence: &[EvidenceId]) -> Vec<OrganisationCode> {
        let known = evidence.iter().filter_map(|id| self.evidence.get(id));
        let about = known.flat_map(|it| it.facts.organisations.iter().copied());
        evidence.iter().map(EvidenceId::organisation).chain(about).collect()
    }

    /// A factual accuracy comment.
    pub fn comment(&self, id: CommentId) -> Option<&Comment> {
        let comments = &self.assessments.get(&id.assessment())?.comments;
        comments.iter().find(|comment| comment.facts.comment == id)
    }

    /// The organisations that a publication of an assessment rests on: its own, those whose
    /// evidence it uses, and the authorities of a system's area.
    pub fn behind(&self, assessment: AssessmentId) -> Vec<OrganisationCode> {
        let own = assessment.organisation();
        let used = self.assessments.get(&assessment).into_iter().flat_map(|it| it.used.keys());
        let area = self.organisations.get(&own).into_iter().flat_map(|it| &it.area);
        let owners = used.map(EvidenceId::organisation);
        [own].into_iter().chain(owners).chain(area.map(|member| member.authority)).collect()
    }
}

impl Assessment {
    pub(crate) fn new(
        framework: FrameworkId,
        kind: AssessmentKind,
        opened_on: Option<PartialDate>,
    ) -> Self {
        Self {
            framework,
            kind,
            opened_on,
            plan: Plan::default(),
            cancelled: None,
            import: None,
            judged: BTreeMap::new(),
            scorers: BTreeMap::new(),
            used: BTreeMap::new(),
            panel: None,
            drafts: BTreeMap::new(),
            windows: BTreeMap::new(),
            past_windows: BTreeMap::new(),
            comments: Vec::new(),
            publications: Vec::new(),
            reissues: BTreeMap::new(),
            withdrawn: BTreeMap::new(),
            involved: BTreeSet::new(),
            since: Since::default(),
            duty: Duty::default(),
            process_reviews: Vec::new(),
            conflicts: BTreeMap::new(),
        }
    }

    /// The publication that was made last, here or before this ledger, also if it was withdrawn.
    pub fn last_publication(&self) -> Option<PublicationId> {
        let here = self.publications.last().map(|made| made.publication);
        here.or(self.import.as_ref().map(|import| import.publication))
    }

    /// That its last publication was withdrawn, and nothing took its place.
    pub fn withdrawal(&self) -> Option<&PublicationWithdrawn> {
        self.withdrawn.get(&self.last_publication()?)
    }

    /// Whether a step is needed for its next publication.
    pub fn step(&self, step: &Step) -> bool {
        if self.published_on().is_some() { step.update.value } else { step.first_publication.value }
    }

    /// The score of a quality statement as it was published last.
    pub fn published_score(&self, statement: StatementId) -> Option<Score> {
        let scores = match (self.publications.last(), &self.import) {
            (Some(made), _) => &made.scores,
            (None, Some(import)) => &import.scores,
            (None, None) => return None,
        };
        scores.iter().find(|cell| cell.statement == statement).map(|cell| cell.score)
    }

    /// When it was last published, if it was: also if that was withdrawn since.
    pub fn published_on(&self) -> Option<PartialDate> {
        let here = self.publications.last().map(|publication| publication.published_on);
        here.or(self.import.as_ref().map(PublicationImported::published_on))
    }

    /// The time for comments of a recipient that something of a day belongs to: before the draft of
    /// the next publication was first shared, that of an earlier one.
    pub fn window(&self, recipient: Recipient, on: PartialDate) -> Option<&Window> {
        let now = self.windows.get(&recipient);
        let begun = now.filter(|window| window.has_begun(on));
        begun.or(self.past_windows.get(&recipient)).or(now)
    }

    /// Whether it is still on its way to a first publication.
    pub fn is_open(&self) -> bool {
        self.cancelled.is_none() && self.published_on().is_none()
    }

    /// The cells whose score is not the one that the panel stands by.
    pub fn unconfirmed(&self) -> Vec<Cell> {
        let Some(panel) = &self.panel else { return vec![] };
        let differs = |(cell, judged): &(&Cell, &Judged)| {
            panel.scores.get(*cell).is_none_or(|score| *score != judged.score)
        };
        self.judged.iter().filter(differs).map(|(cell, _)| *cell).collect()
    }

    /// The score of a quality statement as it counts now: as judged, or rolled up from the required
    /// categories once they all have one; until then what it had.
    pub fn statement_score(&self, framework: &Framework, statement: StatementId) -> Option<Score> {
        let given = || self.judged.get(&(statement, None)).map(|judged| judged.score);
        if framework.scoring.method.value != Method::Category {
            return given();
        }
        let required = &framework.statement(statement)?.1.required_categories.value;
        let category = |id: &CategoryId| Some(self.judged.get(&(statement, Some(*id)))?.score);
        let scores: Option<Vec<Score>> = required.iter().map(category).collect();
        match scores.filter(|scores| !scores.is_empty()) {
            Some(scores) => Some(framework.scoring.roll_up(&scores).score),
            None => given(),
        }
    }

    /// Whether a cell has another score than the last publication gave it, as far as it gave one.
    pub(crate) fn moved(&self, cell: Cell) -> bool {
        let published = match cell {
            (statement, None) => self.published_score(statement),
            (statement, Some(category)) => self.publications.last().and_then(|made| {
                let mut scores = made.categories.iter();
                let found = scores.find(|it| (it.statement, it.category) == (statement, category));
                found.map(|it| it.score)
            }),
        };
        self.judged.get(&cell).map(|judged| judged.score) != published
    }

    /// Everybody who has scored something in it.
    pub fn all_scorers(&self) -> BTreeSet<PersonId> {
        self.scorers.values().flatten().copied().collect()
    }
}

impl ProcessReviewState {
    /// Whether it waits for a decision: a notice says so in what is public.
    pub fn is_pending(&self) -> bool {
        self.facts.declined.is_none() && self.decided.is_none()
    }
}

impl Evidence {
    /// The organisation that it was first entered for.
    pub fn owner(&self) -> OrganisationCode {
        self.facts.evidence.organisation()
    }

    /// Whether a judgement may rest on it.
    pub fn is_in_force(&self) -> bool {
        self.withdrawn.is_none() && self.erased.is_none()
    }

    /// Whether it bears on a quality statement; one that names none bears on any.
    pub fn bears_on(&self, statement: StatementId) -> bool {
        self.facts.statements.is_empty() || self.facts.statements.contains(&statement)
    }
}

impl Window {
    /// Whether the draft may have been shared by a date.
    pub(crate) fn has_begun(&self, on: PartialDate) -> bool {
        self.first_shared_on.first_day() <= on.last_day()
    }

    /// Whether comments are over on a day: the last day has passed, or there are none.
    pub fn is_closed(&self, today: NaiveDate) -> bool {
        let confirmed = self.confirmed_on.is_some_and(|on| on.last_day() <= today);
        confirmed || self.due_on.last_day() < today
    }
}
