//! `assessment …`.

pub(super) mod list;
mod readiness;
mod show;

use super::write::seal;
use super::{Home, carry_out, open, organisation, told};
use crate::cli::{Assessment, Plan, Writing};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::count;
use crate::world;
use assessment::command::{AmendAssessment, CancelAssessment, OpenAssessment};
use assessment::event::{AssessmentAmended, OrganisationRegistered, Role, TeamMember};
use assessment::{AssessmentId, Event, PartialDate};
use ledger::At;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Assessment, out: &mut dyn Write) -> Outcome {
    match command {
        Assessment::Open { organisation: text, framework, kind, on, plan, writing } => {
            let mut ledger = open(home)?;
            let command = OpenAssessment {
                framework: *framework,
                information_return_on: plan.information_return_on,
                kind: *kind,
                notice_on: plan.notice_on,
                opened_on: or_today(*on),
                organisation: organisation(&mut ledger, At::default(), text)?,
                site_visit_on: plan.site_visit_on,
                team: plan.team.clone(),
            };
            tell(writing, &carry_out(&mut ledger, writing, command, vec![], out)?, out)
        }
        Assessment::Amend { assessment: text, plan, writing } => {
            let Plan { notice_on, information_return_on, site_visit_on, team } = plan.clone();
            let mut ledger = open(home)?;
            let assessment = super::assessment(&mut ledger, text)?;
            let command = AmendAssessment {
                assessment,
                information_return_on,
                notice_on,
                site_visit_on,
                team,
            };
            tell(writing, &carry_out(&mut ledger, writing, command, vec![], out)?, out)
        }
        Assessment::Cancel { assessment: text, reason, on, words, writing } => {
            let contents: Vec<_> = seal(words)?.into_iter().collect();
            let mut ledger = open(home)?;
            let assessment = super::assessment(&mut ledger, text)?;
            let command = CancelAssessment {
                assessment,
                cancelled_on: or_today(*on),
                reason: *reason,
                text: contents.first().map(|new| new.content.clone()),
            };
            if carry_out(&mut ledger, writing, command, contents, out)?.is_empty() {
                return Ok(());
            }
            let code = assessment.organisation();
            let state = ledger.state(At::default(), &|_| vec![code])?;
            let used = state.assessments.get(&assessment).map_or(0, |it| it.used.len() as u64);
            let is = told(writing, "is", "would be");
            let stays = told(writing, "its evidence stays", "its evidence would stay");
            Ok(writeln!(
                out,
                "{assessment} {is} cancelled; {stays} with {code} ({} used)",
                count(used, "piece")
            )?)
        }
        Assessment::Readiness { assessment, asking } => {
            readiness::run(home, assessment, asking, out)
        }
        Assessment::List { organisation, asking } => {
            list::run(home, organisation.as_deref(), asking, out)
        }
        Assessment::Show { assessment, asking } => show::run(home, *assessment, asking, out),
    }
}

/// There is no such assessment.
pub fn unknown(id: AssessmentId) -> Failure {
    Failure::new(REFUSED, format!("no assessment {id} is in the ledger"))
        .hint("`piperoll assessment list` shows them")
}

/// That an assessment is not one of a body: in the same words whether or not it is another's, as
/// not everybody may know of that.
pub fn not_of(body: &OrganisationRegistered, id: AssessmentId) -> Failure {
    Failure::new(REFUSED, format!("{id} is not an assessment of {}", body.name))
        .hint("`piperoll assessment list` shows those that there are")
}

/// Tells what is open, and what is planned for it.
fn tell(writing: &Writing, events: &[Event], out: &mut dyn Write) -> Outcome {
    for event in events {
        match event {
            Event::AssessmentOpened(event) => {
                let (id, is) = (event.assessment, told(writing, "is", "would be"));
                writeln!(out, "{id} {is} open under {}, {}", event.framework, event.kind)?;
            }
            Event::AssessmentAmended(event) => {
                let (id, be) = (event.assessment, told(writing, "", "would be "));
                writeln!(out, "{id}: {be}{}", planned(event))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What an amendment says, in words.
fn planned(event: &AssessmentAmended) -> String {
    let dates = [
        ("notice", event.notice_on),
        ("information return", event.information_return_on),
        ("site visit", event.site_visit_on),
    ];
    let dates = dates.iter().filter_map(|(what, on)| Some(format!("{what} {}", (*on)?)));
    let team = (!event.team.is_empty()).then(|| format!("team {}", named(&event.team)));
    dates.chain(team).collect::<Vec<_>>().join(", ")
}

/// A team in words, as it is typed.
fn named(team: &[TeamMember]) -> String {
    let member = |it: &TeamMember| format!("{}:{}", it.person, role(it));
    team.iter().map(member).collect::<Vec<_>>().join(" ")
}

fn role(member: &TeamMember) -> &'static str {
    match member.role {
        Role::Assessor => "assessor",
        Role::SpecialistAdvisor => "specialist_advisor",
    }
}

/// The day that was given, or today in London.
fn or_today(given: Option<PartialDate>) -> PartialDate {
    given.unwrap_or_else(|| world::now().day().into())
}
