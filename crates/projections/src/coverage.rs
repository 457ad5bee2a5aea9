//! Coverage: how many bodies have been assessed in each phase of a framework's use.
//!
//! Which phase an assessment belongs to is read so:
//!
//! - a pilot belongs to the pilot, whenever it is made;
//! - the first published assessment of the whole body (baseline or comprehensive) is its baseline,
//!   whatever it was opened as;
//! - whatever is published after that, also of some statements only, is ongoing assessment;
//! - a focused assessment before that belongs to neither, as most of the body is still unseen.
//!
//! A body counts once in a phase: as assessed from its first publication there on, before that as
//! in progress while an assessment that would count is open. One whose publication was withdrawn
//! is in progress until it is issued again. A body that has ended is not counted; one that took
//! its place is, and begins anew.
//!
//! In the preparation nobody is assessed, so it has no row. Several frameworks of a kind share a
//! phase: each of its dates, and its aim, is what the newest of them says of it.

use crate::body::Body;
use crate::fold::Adopted;
use crate::national::{Extra, goes_on, newest_first};
use crate::standing::Standing;
use assessment::event::AssessmentKind;
use assessment::framework::{Framework, OrganisationKind, Phase, PhaseId};
use assessment::{FrameworkId, PartialDate, Precision};
use chrono::{Months, NaiveDate};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// A row of `coverage`: one phase of one kind of body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoverageRow {
    /// What the bodies are.
    pub kind: OrganisationKind,
    /// The phase.
    pub phase: PhaseId,
    /// What people call it.
    pub name: String,
    /// The frameworks that have it.
    pub frameworks: String,
    /// When it began, where known.
    pub from: Option<PartialDate>,
    /// When it ended, where known.
    pub to: Option<PartialDate>,
    /// How many bodies there are.
    pub bodies: u64,
    /// How many have been assessed in this phase.
    pub assessed: u64,
    /// Of how many others an assessment of this phase is open; not public.
    pub in_progress: Option<u64>,
    /// Of how many neither is so; not public.
    pub not_started: Option<u64>,
    /// How many have not been assessed in this phase, in progress or not.
    pub not_assessed: u64,
    /// The share that has been assessed, in whole per cent, rounded down.
    pub percent: Option<u64>,
    /// Within how many months of the phase's start every body is to be assessed.
    pub aim_months: Option<u32>,
    /// By when that is, where the start is known.
    pub aim_on: Option<PartialDate>,
    /// How it stands with the aim, where its date is known.
    pub state: Option<AimState>,
    /// For how many days the aim has been missed, counted from the last day that it may mean.
    pub overdue_days: Option<i64>,
}

/// How it stands with the aim of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AimState {
    /// The phase has not begun.
    NotBegun,
    /// There is time left.
    OnTheWay,
    /// Every body was assessed in time.
    Met,
    /// Every body has been assessed, the last one after the aim's date.
    MetLate,
    /// Its date is past, and some bodies have not been assessed.
    Overdue,
}

/// Bodies with how far each has come, and the day that they are counted for.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    on: NaiveDate,
    include: BTreeSet<Extra>,
    bodies: BTreeMap<OrganisationKind, Vec<Progress>>,
}

/// How far a body has come in each phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Progress {
    pilot: Step,
    baseline: Step,
    ongoing: Step,
}

/// How far a body has come in one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    NotStarted,
    InProgress,
    Assessed(PartialDate),
}

/// How far a body has come in one of the phases.
type StepIn = fn(&Progress) -> Step;

/// The phases that have rows, each with how far a body has come in it.
const PHASES: [(PhaseId, StepIn); 3] = [
    (PhaseId::Pilot, |progress| progress.pilot),
    (PhaseId::Baseline, |progress| progress.baseline),
    (PhaseId::Ongoing, |progress| progress.ongoing),
];

impl Coverage {
    /// A count of nothing yet, for a day.
    pub fn new(on: NaiveDate, include: BTreeSet<Extra>) -> Self {
        Self { on, include, bodies: BTreeMap::new() }
    }

    /// Counts a body, if it has not ended, and is not invented or such are asked for.
    pub fn add(&mut self, body: &Body) {
        let wanted = !body.facts.fictional || self.include.contains(&Extra::Fictional);
        if wanted && goes_on(body, self.on) {
            self.bodies.entry(body.facts.kind).or_default().push(Progress::of(body));
        }
    }

    /// The rows, by kind and phase.
    pub fn rows(&self, frameworks: &BTreeMap<FrameworkId, Adopted>) -> Vec<CoverageRow> {
        let newest_first = newest_first(frameworks);
        let kinds: BTreeSet<OrganisationKind> = newest_first.iter().map(|it| it.kind).collect();
        let mut rows = Vec::new();
        for kind in kinds {
            for (phase, step) in PHASES {
                let of_kind = newest_first.iter().filter(|framework| framework.kind == kind);
                let said: Vec<(&Framework, &Phase)> = of_kind
                    .flat_map(|it| it.phases.iter().map(move |phase| (*it, &phase.value)))
                    .filter(|(_, said)| said.id == phase)
                    .collect();
                let steps = self.bodies.get(&kind).into_iter().flatten().map(step).collect();
                rows.extend(self.row(kind, steps, &said));
            }
        }
        rows
    }

    fn row(
        &self,
        kind: OrganisationKind,
        steps: Vec<Step>,
        said: &[(&Framework, &Phase)],
    ) -> Option<CoverageRow> {
        let (_, newest) = said.first()?;
        let from = said.iter().find_map(|(_, phase)| phase.from);
        let aim_months = said.iter().find_map(|(_, phase)| phase.aim_months);
        let aim_on = from.zip(aim_months).and_then(|(from, months)| aim(from, months));
        let count = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count() as u64;
        let assessed = count(|step| matches!(step, Step::Assessed(_)));
        let all = steps.len() as u64;
        let state = aim_on.filter(|_| all > 0).map(|aim| self.state(from, aim, &steps));
        let mut ids: Vec<&str> = said.iter().map(|(framework, _)| framework.id.as_str()).collect();
        ids.sort_unstable();
        Some(CoverageRow {
            kind,
            phase: newest.id,
            name: newest.name.clone(),
            frameworks: ids.join(" "),
            from,
            to: said.iter().find_map(|(_, phase)| phase.to),
            bodies: all,
            assessed,
            in_progress: Some(count(|step| *step == Step::InProgress)),
            not_started: Some(count(|step| *step == Step::NotStarted)),
            not_assessed: all - assessed,
            percent: (100 * assessed).checked_div(all),
            aim_months,
            aim_on,
            state,
            overdue_days: aim_on
                .filter(|_| state == Some(AimState::Overdue))
                .map(|aim| (self.on - aim.last_day()).num_days()),
        })
    }

    fn state(&self, from: Option<PartialDate>, aim: PartialDate, steps: &[Step]) -> AimState {
        let assessed: Option<Vec<PartialDate>> = steps.iter().map(|step| step.assessed()).collect();
        match assessed {
            Some(dates) if dates.iter().all(|on| on.happened_by(aim.last_day())) => AimState::Met,
            Some(_) => AimState::MetLate,
            None if from.is_some_and(|from| self.on < from.first_day()) => AimState::NotBegun,
            None if self.on <= aim.last_day() => AimState::OnTheWay,
            None => AimState::Overdue,
        }
    }
}

impl CoverageRow {
    /// The row as the public is told it: that an assessment is open is not public.
    pub fn as_public(self) -> Self {
        Self { in_progress: None, not_started: None, ..self }
    }
}

impl Progress {
    fn of(body: &Body) -> Self {
        let standings = || body.standings.values().filter(|it| it.cancelled_on.is_none());
        let open = || standings().filter(|standing| published_on(standing).is_none());
        let step = |assessed, counts: &dyn Fn(&Standing) -> bool| match assessed {
            Some(on) => Step::Assessed(on),
            None if open().any(counts) => Step::InProgress,
            None => Step::NotStarted,
        };
        let pilots = standings().filter(|standing| is_pilot(standing));
        let formal = formal_publications(body);
        let mut since_baseline = formal.iter().skip_while(|(_, standing)| !is_whole(standing));
        let baseline = since_baseline.next().map(|(on, _)| *on);
        let ongoing = since_baseline.next().map(|(on, _)| *on);
        let counts_as_ongoing = |it: &Standing| baseline.is_some() && !is_pilot(it);
        Self {
            pilot: step(pilots.filter_map(published_on).min(), &is_pilot),
            baseline: step(baseline, &|it| !is_pilot(it) && is_whole(it)),
            ongoing: step(ongoing, &counts_as_ongoing),
        }
    }
}

/// The published assessments that are no pilots, oldest first.
fn formal_publications(body: &Body) -> Vec<(PartialDate, &Standing)> {
    let formal = body.standings.values();
    let formal = formal.filter(|it| it.cancelled_on.is_none() && !is_pilot(it));
    let mut dated: Vec<_> = formal.filter_map(|it| Some((published_on(it)?, it))).collect();
    dated.sort_by(|(on, it), (other_on, other)| {
        let (order, other_order) =
            (it.assessment.recording_order(), other.assessment.recording_order());
        (on, order).cmp(&(other_on, other_order))
    });
    dated
}

/// When something was first published of an assessment, if what was published last still is.
fn published_on(standing: &Standing) -> Option<PartialDate> {
    standing.publication.as_ref().filter(|published| published.withdrawn_on.is_none())?;
    standing.publications.iter().map(|issue| issue.on).min()
}

fn is_pilot(standing: &Standing) -> bool {
    standing.kind == AssessmentKind::Pilot
}

fn is_whole(standing: &Standing) -> bool {
    standing.kind != AssessmentKind::Focused
}

impl Step {
    fn assessed(self) -> Option<PartialDate> {
        match self {
            Self::Assessed(on) => Some(on),
            Self::NotStarted | Self::InProgress => None,
        }
    }
}

impl AimState {
    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotBegun => "not_begun",
            Self::OnTheWay => "on_the_way",
            Self::Met => "met",
            Self::MetLate => "met_late",
            Self::Overdue => "overdue",
        }
    }
}

impl Serialize for AimState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// So many months after a date, known as well as that; none if it cannot be.
fn aim(from: PartialDate, months: u32) -> Option<PartialDate> {
    let after = from.first_day().checked_add_months(Months::new(months))?;
    match from.precision() {
        Precision::Day => Some(after.into()),
        Precision::Month => after.format("%Y-%m").to_string().parse().ok(),
        Precision::Year if months.is_multiple_of(12) => after.format("%Y").to_string().parse().ok(),
        Precision::Year => None,
    }
}

#[cfg(test)]
mod tests {
    use super::aim;

    /// An aim that is more exact than the start that it is counted from would be missed, or met,
    /// by a day that nobody stated.
    #[test]
    fn an_aim_is_known_as_well_as_its_start() {
        let aim = |from: &str, months| {
            aim(from.parse().unwrap(), months).map(|on| on.to_string()).unwrap_or_default()
        };
        assert_eq!(aim("2023-12", 24), "2025-12");
        assert_eq!(aim("2023-12-31", 2), "2024-02-29");
        assert_eq!(aim("2023", 24), "2025");
        assert_eq!(aim("2023", 18), "");
    }
}
