//! Checks of conduct: whether what was recorded keeps to the rules, whatever allowed it to be
//! recorded.
//!
//! No check asks `decide` or `readiness` whether something may be done: a journal can have been
//! written by another program. Each reads off the records who did what and when, and names those
//! that contradict each other.
//!
//! What is shared with the rules is what they know, not what they allow: the state that records in
//! force add up to (`evolve`), with it the day on which a 1 was decided (`Assessment::duty`) and
//! the process of a day; the list of what is due (`due::owed`), as a move has to stand in it; and
//! the arithmetic of the framework and of the calendar.

mod comments;
mod conflicts;
mod disagreements;
mod evidence_age;
mod moves;
mod panels;
mod section_50;
mod windows;

use crate::stale::Age;
use assessment::event::{PublicationMade, ScoreReviewed};
use assessment::framework::{Framework, Method};
use assessment::state::{Assessment, Cell};
use assessment::{
    AssessmentId, Event, OrganisationCode, PartialDate, PersonId, State, StatementId, StrikeOuts,
    evolve,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A check, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Nobody judged as a member of a panel what they scored.
    Panels,
    /// Nobody resolved a comment on what they scored.
    Comments,
    /// Nothing was published before the accuracy check was over.
    Windows,
    /// Every publication states what was judged, and every move since is due or waits.
    Moves,
    /// Both section 50 letters were sent before the public read of it.
    #[serde(rename = "section_50")]
    Section50,
    /// Nothing was published on old evidence.
    EvidenceAge,
    /// No conflict between sources is open.
    Conflicts,
    /// Nothing was imported whose figures disagree.
    Disagreements,
}

/// What the checks measure by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// The day up to which what is not done counts as late.
    pub on: NaiveDate,
    /// How old evidence may be at a publication.
    pub older_than: Age,
}

/// A counterexample to a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check that does not hold.
    pub check: Check,
    /// The body that it is about.
    pub organisation: OrganisationCode,
    /// The assessment.
    pub assessment: AssessmentId,
    /// What in it: a panel, comment, recipient, level, letter, statement or field.
    pub subject: String,
    /// Who did what when, in one sentence.
    pub what: String,
    /// How many days too late, or too long ago.
    pub days_late: Option<u64>,
    /// The records that contradict each other, oldest first.
    pub positions: Vec<u64>,
}

/// The counterexamples to a check among some records, given oldest first with their positions and
/// with those that are void: by organisation, oldest first.
pub fn audit(check: Check, all: &[(u64, &Event)], measure: &Measure) -> Vec<Finding> {
    let records = &in_force(all);
    let mut found = match check {
        Check::Panels => panels::check(records),
        Check::Comments => comments::check(records),
        Check::Windows => windows::check(records),
        Check::Moves => moves::check(all, measure.on),
        Check::Section50 => section_50::check(records, measure.on),
        Check::EvidenceAge => evidence_age::check(records, measure.older_than),
        Check::Conflicts => conflicts::check(records),
        Check::Disagreements => disagreements::check(records),
    };
    found.sort_by(|a, b| {
        let key = |it: &Finding| (it.organisation, it.positions.last().copied());
        (key(a), &a.subject, &a.what).cmp(&(key(b), &b.subject, &b.what))
    });
    found
}

impl Check {
    /// Every check, in the order of the steps.
    pub const ALL: [Self; 8] = [
        Self::Panels,
        Self::Comments,
        Self::Windows,
        Self::Moves,
        Self::Section50,
        Self::EvidenceAge,
        Self::Conflicts,
        Self::Disagreements,
    ];

    /// Its name in data and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Panels => "panels",
            Self::Comments => "comments",
            Self::Windows => "windows",
            Self::Moves => "moves",
            Self::Section50 => "section_50",
            Self::EvidenceAge => "evidence_age",
            Self::Conflicts => "conflicts",
            Self::Disagreements => "disagreements",
        }
    }

    /// What must hold.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Panels => "nobody may judge as a member of a panel what they scored",
            Self::Comments => "nobody may resolve a comment on what they scored",
            Self::Windows => "an accuracy check must be over before the publication",
            Self::Moves => "a publication must state what was judged, a later move must be due",
            Self::Section50 => "section 50 letters must be sent before a 1 is public",
            Self::EvidenceAge => "nothing may be published on evidence that is too old",
            Self::Conflicts => "no conflict between sources may be open",
            Self::Disagreements => "an import must state what its scores add up to",
        }
    }

    /// Why it matters, and what exactly is looked at.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Panels => {
                "A panel is a second view. Whoever scored an assessment has no part in its \
                 panel's decisions, and a member who decided does not score it before it is \
                 published."
            }
            Self::Comments => {
                "Nobody judges a complaint about their own work: whoever ever scored what a \
                 comment is about does not resolve it, and whoever resolved it does not score \
                 that before it is published."
            }
            Self::Windows => {
                "Every recipient of a draft has the whole time for comments that the process \
                 gives, or says that there are none. Where the process wants no check, and for \
                 what was imported, there is none to be over."
            }
            Self::Moves => {
                "A report states scores, percentages and ratings as they were judged when it was \
                 published. What is judged later is listed as due; under a framework that changes \
                 ratings only at a comprehensive assessment it waits, and what was published is \
                 stated again. An overall rating that was imported may be stated again as it was."
            }
            Self::Section50 => {
                "Both are owed from the decision that a score is 1. The law sets no day, so a \
                 letter is late once the 1 that it tells of is public, and one that was not sent \
                 is late from the day after the decision. Days are calendar days since the \
                 decision."
            }
            Self::EvidenceAge => {
                "A rating is as current as what it rests on: the newest evidence behind each \
                 score, as far as it was still relied on. Evidence without a known date is no \
                 counterexample; `stale --undated` lists it."
            }
            Self::Conflicts => {
                "Two sources that state different values leave a reader with none until it is \
                 decided which is right."
            }
            Self::Disagreements => {
                "What was published is taken in as it was published, also where its scores give \
                 something else; a corrected import puts it right."
            }
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Records, oldest first.
type Records<'a> = [(u64, &'a Event)];

/// The records that are not void.
fn in_force<'a>(records: &Records<'a>) -> Vec<(u64, &'a Event)> {
    let void = void(records);
    records.iter().filter(|(position, _)| !void.contains_key(position)).copied().collect()
}

/// The void records, each with the strike-out that makes it so.
fn void(records: &Records<'_>) -> BTreeMap<u64, u64> {
    StrikeOuts::among(records.iter().copied()).void()
}

/// Shows each record with what was known before it; what is known after all of them.
fn walk(records: &Records<'_>, visit: &mut dyn FnMut(&State, u64, &Event)) -> State {
    let mut state = State::default();
    for (position, event) in records {
        visit(&state, *position, event);
        state = evolve(state, event);
    }
    state
}

/// The report that a record publishes.
fn released(event: &Event) -> Option<&PublicationMade> {
    match event {
        Event::PublicationMade(made) => Some(made),
        Event::PublicationReissued(reissued) => Some(&reissued.made),
        _ => None,
    }
}

/// Whether a record publishes something of an assessment.
fn publishes(event: &Event) -> Option<AssessmentId> {
    match event {
        Event::PublicationImported(import) => Some(import.assessment),
        event => released(event).map(|made| made.assessment),
    }
}

/// The framework of an assessment, as far as both are known.
fn framework(state: &State, id: AssessmentId) -> Option<&Framework> {
    state.frameworks.get(&state.assessments.get(&id)?.framework)
}

/// The cells that the score of a statement comes from: the required categories where all of them
/// have a score, or else the statement itself.
fn behind(assessment: &Assessment, framework: &Framework, statement: StatementId) -> Vec<Cell> {
    let known = framework.statement(statement).map(|(_, known)| &known.required_categories.value);
    let categories = known.into_iter().flatten().map(|category| (statement, Some(*category)));
    let cells: Vec<Cell> = match framework.scoring.method.value {
        Method::Category => categories.collect(),
        Method::Statement | Method::None => vec![],
    };
    let rolls_up = cells.iter().all(|cell| assessment.judged.contains_key(cell));
    if cells.is_empty() || !rolls_up { vec![(statement, None)] } else { cells }
}

/// A review of a score, where it stands, and whether something of the assessment was published by
/// then.
struct Scored<'a> {
    position: u64,
    review: &'a ScoreReviewed,
    is_published: bool,
}

/// Every review of a score, oldest first.
fn reviews<'a>(records: &Records<'a>) -> Vec<Scored<'a>> {
    let (mut all, mut published) = (Vec::new(), BTreeSet::new());
    for (position, event) in records {
        published.extend(publishes(event));
        if let Event::ScoreReviewed(review) = event {
            let is_published = published.contains(&review.assessment);
            all.push(Scored { position: *position, review, is_published });
        }
    }
    all
}

/// What somebody scored of an assessment before they judged it, and after it as long as nothing
/// of it was published: nobody judges what they scored, in either order.
fn own_work<'a>(
    reviews: &'a [Scored<'a>],
    (person, id): (PersonId, AssessmentId),
    judged_at: u64,
    is_meant: impl Fn(StatementId) -> bool,
) -> Vec<&'a Scored<'a>> {
    let own = reviews.iter().filter(|it| (it.review.by, it.review.assessment) == (person, id));
    own.filter(|it| is_meant(it.review.statement))
        .filter(|it| it.position < judged_at || !it.is_published)
        .collect()
}

/// Who scored what, in words: the first of it with its day.
fn scored_in_words(person: PersonId, own: &[&Scored<'_>]) -> String {
    let first = own[0].review;
    let more = match own.len() - 1 {
        0 => String::new(),
        1 => " and once more".to_owned(),
        several => format!(" and {several} times more"),
    };
    format!("{person} scored {} on {}{more}", first.statement, first.reviewed_on)
}

/// The positions of some reviews and of the record that judges them, oldest first.
fn with_reviews(own: &[&Scored<'_>], judged_at: u64) -> Vec<u64> {
    let mut positions: Vec<u64> = own.iter().map(|it| it.position).collect();
    positions.push(judged_at);
    positions.sort_unstable();
    positions
}

/// How many days lie between two, if the second is later.
fn days_after(until: NaiveDate, on: NaiveDate) -> Option<u64> {
    u64::try_from(on.signed_duration_since(until).num_days()).ok().filter(|days| *days > 0)
}

/// `1 day`, `2 days`.
fn days_in_words(days: u64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// Ids with a comma between.
fn listed(ids: impl IntoIterator<Item = impl fmt::Display>) -> String {
    ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

/// The earlier of two things with a date.
fn earlier<T: Copy>(known: Option<(PartialDate, T)>, other: (PartialDate, T)) -> (PartialDate, T) {
    known.filter(|known| known.0 <= other.0).unwrap_or(other)
}
