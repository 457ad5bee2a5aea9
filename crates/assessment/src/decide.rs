//! Where it is decided what may happen: one file a command.

mod adopt_framework;
mod assessments;
mod calendar;
mod comments;
mod conflicts;
mod drafts;
mod evidence;
mod finance;
mod import_publication;
mod ledger_keys;
mod national;
mod organisations;
mod panels;
mod process_reviews;
mod publications;
mod review_score;
mod samples;
mod section_50;
mod strike_out;
mod withdrawals;

use crate::command::Command;
use crate::event::Event;
use crate::framework::{Framework, OrganisationKind};
use crate::rejection::{AfterRejection, EvidenceRejection, Rejection, StepRejection};
use crate::state::{Assessment, Organisation, State};
use crate::{
    AssessmentId, Digest, FrameworkId, OrganisationCode, PartialDate, PersonId, Precision,
};
use chrono::NaiveDate;
use serde_json::Value;

/// What a decision needs from outside, given to it so that it can be made again.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// Who asks.
    pub actor: PersonId,
    /// The day in London.
    pub today: NaiveDate,
    /// BLAKE3 of the report that a publication releases, once it has been put together: all zeros
    /// for a decision that is only tried, and for every other command.
    pub released: Digest,
}

/// What happens because of a command, or why it may not.
///
/// No event means that what is asked for is so already. The state must hold every organisation
/// that [`Command::organisations`] names, with its assessments, and every adopted framework.
pub fn decide(
    state: &State,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::AdoptFramework(command) => adopt_framework::decide(state, command, context),
        Command::RegisterOrganisation(command) => organisations::register(state, command, context),
        Command::AmendOrganisation(command) => organisations::amend(state, command),
        Command::SucceedOrganisations(command) => organisations::succeed(state, command, context),
        Command::AddAreaMember(command) => organisations::add_area_member(state, command, context),
        Command::EndAreaMember(command) => organisations::end_area_member(state, command, context),
        Command::OpenAssessment(command) => assessments::open(state, command, context),
        Command::ImportPublication(command) => import_publication::decide(state, command, context),
        Command::ReviewScore(command) => review_score::decide(state, command, context),
        Command::AmendAssessment(command) => assessments::amend(state, command),
        Command::CancelAssessment(command) => assessments::cancel(state, command, context),
        Command::RequestEvidence(command) => evidence::request(state, command, context),
        Command::SubmitEvidence(command) => evidence::submit(state, command, context),
        Command::UseEvidence(command) => evidence::take_into_use(state, command, context),
        Command::WithdrawEvidence(command) => evidence::withdraw(state, command, context),
        Command::EraseEvidence(command) => evidence::erase(state, command, context),
        Command::ReviseProcess(command) => calendar::revise_process(state, command, context),
        Command::AddCalendar(command) => calendar::add(state, command),
        Command::ConvenePanel(command) => panels::convene(state, command, context),
        Command::DecidePanel(command) => panels::decide(state, command, context),
        Command::ConfirmPanel(command) => panels::confirm(state, command, context),
        Command::WriteDraft(command) => drafts::write(state, command, context),
        Command::ShareDraft(command) => drafts::share(state, command, context),
        Command::ExtendDraft(command) => drafts::extend(state, command, context),
        Command::ConfirmDraft(command) => drafts::confirm(state, command, context),
        Command::SubmitComment(command) => comments::submit(state, command, context),
        Command::ResolveComment(command) => comments::resolve(state, command, context),
        Command::MakePublication(command) => publications::make(state, command, context),
        Command::WithdrawPublication(command) => withdrawals::withdraw(state, command, context),
        Command::ReissuePublication(command) => withdrawals::reissue(state, command, context),
        Command::NotifySection50(command) => section_50::notify(state, command, context),
        Command::RequestProcessReview(command) => process_reviews::request(state, command, context),
        Command::DecideProcessReview(command) => process_reviews::decide(state, command, context),
        Command::RecordFinance(command) => finance::record(state, command),
        Command::RecordConflict(command) => conflicts::record(state, command, context),
        Command::StrikeOut(command) => strike_out::decide(state, command, context),
        Command::PublishNationalReport(command) => national::publish(state, command, context),
        Command::RecordLedgerKey(command) => ledger_keys::record(state, command),
        Command::RotateLedgerKey(command) => ledger_keys::rotate(state, command),
        Command::CommitSample(command) => samples::commit(state, command, context),
        Command::SeedSample(command) => samples::seed(state, command, context),
        Command::DrawSample(command) => samples::draw(state, command, context),
        Command::ScoreSampleItem(command) => samples::score(state, command, context),
        Command::JudgeSampleItem(command) => samples::judge(state, command, context),
    }
}

/// One event, or none where there is nothing to record.
fn event(event: impl Into<Event>) -> Vec<Event> {
    vec![event.into()]
}

fn has_come(date: PartialDate, context: &Context) -> Result<(), Rejection> {
    if date.first_day() > context.today {
        return Err(Rejection::DateInFuture { date, today: context.today });
    }
    Ok(())
}

fn organisation(state: &State, code: OrganisationCode) -> Result<&Organisation, Rejection> {
    state.organisations.get(&code).ok_or(Rejection::OrganisationUnknown { code })
}

fn organisation_of_kind(
    state: &State,
    code: OrganisationCode,
    needed: OrganisationKind,
) -> Result<&Organisation, Rejection> {
    let organisation = organisation(state, code)?;
    let found = organisation.facts.kind;
    if found != needed {
        return Err(Rejection::WrongKind { code, found, needed });
    }
    Ok(organisation)
}

/// An assessment that has neither been cancelled nor published.
fn open_assessment(state: &State, id: AssessmentId) -> Result<&Assessment, Rejection> {
    let assessment = live_assessment(state, id)?;
    match assessment.published_on() {
        Some(on) => Err(EvidenceRejection::AssessmentPublished { assessment: id, on }.into()),
        None => Ok(assessment),
    }
}

/// An assessment that may lead to a publication: one that is open, or the one of its body that was
/// published last.
fn current_assessment(state: &State, id: AssessmentId) -> Result<&Assessment, Rejection> {
    let assessment = live_assessment(state, id)?;
    match state.last_published(id.organisation()).filter(|_| !assessment.is_open()) {
        Some(by) if by != id => {
            Err(AfterRejection::AssessmentSuperseded { assessment: id, by }.into())
        }
        _ => Ok(assessment),
    }
}

/// An assessment that has not been cancelled.
fn live_assessment(state: &State, id: AssessmentId) -> Result<&Assessment, Rejection> {
    let organisation = id.organisation();
    let unknown = Rejection::AssessmentUnknown { assessment: id, organisation };
    let assessment = state.assessments.get(&id).ok_or(unknown)?;
    match &assessment.cancelled {
        Some(cancelled) => {
            let on = cancelled.cancelled_on;
            Err(EvidenceRejection::AssessmentCancelled { assessment: id, on }.into())
        }
        None => Ok(assessment),
    }
}

fn day(date: PartialDate) -> Result<NaiveDate, Rejection> {
    match date.precision() {
        Precision::Day => Ok(date.first_day()),
        Precision::Month | Precision::Year => Err(StepRejection::DayNotKnown { date }.into()),
    }
}

/// What follows something is not dated before it, as far as the dates are known.
fn in_order(
    (what, date): (&'static str, PartialDate),
    (after, earlier): (&'static str, PartialDate),
) -> Result<(), Rejection> {
    if date.last_day() < earlier.first_day() {
        return Err(EvidenceRejection::OutOfOrder { what, date, after, earlier }.into());
    }
    Ok(())
}

fn framework(state: &State, framework: FrameworkId) -> Result<&Framework, Rejection> {
    state.frameworks.get(&framework).ok_or(Rejection::FrameworkUnknown { framework })
}

/// The first member in which two objects differ, in words with both values.
fn difference(known: &Value, given: &Value) -> Option<String> {
    let (known, given) = (known.as_object()?, given.as_object()?);
    let member = known.keys().chain(given.keys()).find(|key| known.get(*key) != given.get(*key))?;
    let (there, here) = (known.get(member), given.get(member));
    let within = there.zip(here).and_then(|(there, here)| difference(there, here));
    Some(match within {
        Some(within) => format!("{within} ({member})"),
        None => format!("its {member} is {}, not {}", in_words(there), in_words(here)),
    })
}

fn in_words(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let items = items.iter().map(|item| in_words(Some(item)));
            items.collect::<Vec<_>>().join(", ")
        }
        Some(Value::Array(items)) => format!("a list of {}", items.len()),
        Some(Value::Object(members)) => {
            let members = members.iter();
            let members = members.map(|(name, value)| format!("{name} {}", in_words(Some(value))));
            members.collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}
