//! `evidence …`.

pub(super) mod list;
mod show;

use super::write::{seal, seal_needed};
use super::{Home, carry_out, frameworks, open, organisation, statement, told};
use crate::cli::{Evidence, EvidenceRequest, EvidenceSubmission, Writing};
use crate::exit::{Failure, Outcome};
use crate::render::count;
use crate::world;
use assessment::command::{
    EraseEvidence, RequestEvidence, SubmitEvidence, UseEvidence, WithdrawEvidence,
};
use assessment::event::{EvidenceRequested, EvidenceSubmitted};
use assessment::framework::{Framework, Method};
use assessment::{
    CategoryId, Event, EvidenceId, OrganisationCode, PartialDate, State, StatementId,
};
use ledger::{At, Ledger};
use std::collections::BTreeSet;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Evidence, out: &mut dyn Write) -> Outcome {
    match command {
        Evidence::Request(args) => request(home, args, out),
        Evidence::Submit(args) => submit(home, args, out),
        Evidence::Use { assessment: text, evidence, on, writing } => {
            let mut ledger = open(home)?;
            let assessment = super::assessment(&mut ledger, text)?;
            let command =
                UseEvidence { assessment, evidence: evidence.clone(), used_on: or_today(*on) };
            for event in carry_out(&mut ledger, writing, command, vec![], out)? {
                if let Event::EvidenceUsed(used) = event {
                    let uses = told(writing, "uses", "would use");
                    writeln!(out, "{assessment} {uses} {}", used.evidence)?;
                }
            }
            Ok(())
        }
        Evidence::Withdraw { evidence, reason, on, words, writing } => {
            let contents: Vec<_> = seal(words)?.into_iter().collect();
            let command = WithdrawEvidence {
                evidence: *evidence,
                reason: *reason,
                text: contents.first().map(|new| new.content.clone()),
                withdrawn_on: or_today(*on),
            };
            let mut ledger = open(home)?;
            let events = carry_out(&mut ledger, writing, command, contents, out)?;
            if events.is_empty() {
                return Ok(());
            }
            let stays = told(writing, "stays in the ledger", "would stay in the ledger");
            writeln!(out, "evidence {evidence} {stays}, and no score may rest on it any more")?;
            weakened(&mut ledger, *evidence, out)
        }
        Evidence::Erase { evidence, basis, authority, on, writing } => {
            let command = EraseEvidence {
                authority: *authority,
                erased_on: or_today(*on),
                evidence: *evidence,
                legal_basis: *basis,
            };
            let mut ledger = open(home)?;
            let events = carry_out(&mut ledger, writing, command, vec![], out)?;
            if events.is_empty() {
                return Ok(());
            }
            let is = told(writing, "is", "would be");
            let stay = told(writing, "stay and still", "would stay and still");
            writeln!(
                out,
                "evidence {evidence}: the key {is} destroyed; the sealed bytes {stay} verify"
            )?;
            weakened(&mut ledger, *evidence, out)
        }
        Evidence::List(args) => list::run(home, args, out),
        Evidence::Show(args) => show::run(home, args, out),
    }
}

fn request(home: &Home, args: &EvidenceRequest, out: &mut dyn Write) -> Outcome {
    let what = seal_needed(&args.words)?;
    let mut ledger = open(home)?;
    let now = At::default();
    let of = args.of.as_ref().map(|text| organisation(&mut ledger, now, text)).transpose()?;
    let command = RequestEvidence {
        category: args.category,
        collected_since: args.collected_since,
        due_on: args.due,
        method: args.method,
        of,
        organisation: organisation(&mut ledger, now, &args.organisation)?,
        requested_on: or_today(args.on),
        statements: statements(&mut ledger, &args.statements)?,
        what: what.content.clone(),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![what], out)? {
        if let Event::EvidenceRequested(event) = event {
            writeln!(out, "{}", answer(&args.writing, &event))?;
        }
    }
    Ok(())
}

/// Whether somebody has to be asked.
fn answer(writing: &Writing, event: &EvidenceRequested) -> String {
    let EvidenceRequested { request, of, due_on, .. } = event;
    match event.answered_by {
        Some(evidence) => {
            let answered = told(writing, "answered", "would be answered");
            format!("request {request}: {answered} with {evidence}, held already")
        }
        None => {
            let asked = told(writing, "asked", "would ask");
            format!("request {request}: {asked} {of} by {due_on}")
        }
    }
}

fn submit(home: &Home, args: &EvidenceSubmission, out: &mut dyn Write) -> Outcome {
    let content = seal_needed(&args.words)?;
    let mut ledger = open(home)?;
    let code = |text: &String| organisation(&mut ledger, At::default(), text);
    let organisations = args.organisations.iter().map(code).collect::<Result<_, _>>()?;
    let command = SubmitEvidence {
        category: args.category,
        collected_on: args.collected,
        content: content.content.clone(),
        method: args.method,
        organisations,
        origin: args.origin,
        received_on: or_today(args.received),
        request: args.request,
        sensitive: args.sensitive,
        setting: args.setting,
        source: args.source,
        statements: statements(&mut ledger, &args.statements)?,
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![content], out)? {
        if let Event::EvidenceSubmitted(event) = event {
            let state = ledger.state(At::default(), &|_| event.organisations.clone())?;
            arrived(&args.writing, &event, &state, out)?;
        }
    }
    Ok(())
}

/// Tells under which id evidence is held, and what speaks against relying on it.
fn arrived(
    writing: &Writing,
    event: &EvidenceSubmitted,
    state: &State,
    out: &mut dyn Write,
) -> Outcome {
    let EvidenceSubmitted { evidence, category, content, .. } = event;
    let about = listed(&event.organisations).replace(' ', ", ");
    let (is, length) = (told(writing, "is", "would be"), count(content.length, "byte"));
    writeln!(out, "evidence {evidence} {is} held about {about}: {length}, {}", content.media_type)?;
    if let Some(request) = event.request {
        let late = if event.late { ", late" } else { "" };
        writeln!(out, "it {} {request}{late}", told(writing, "answers", "would answer"))?;
    }
    if is_category_unused(state, event) {
        writeln!(
            out,
            "no framework of an assessment of {about} uses {category}: it is held all the same"
        )?;
    }
    Ok(())
}

/// Tells what rests on evidence that may not be relied on any more.
fn weakened(ledger: &mut Ledger, evidence: EvidenceId, out: &mut dyn Write) -> Outcome {
    let state = reach(ledger, At::default(), &|_| vec![evidence.organisation()])?;
    for (id, assessment) in &state.assessments {
        let judged = assessment.judged.values().filter(|it| it.evidence.contains(&evidence));
        let scores = judged.count() as u64;
        if scores > 0 {
            let (scores, rest) =
                (count(scores, "score"), if scores == 1 { "rests" } else { "rest" });
            writeln!(
                out,
                "in {id} {scores} {rest} on it: see `piperoll assessment readiness {id}`"
            )?;
        }
    }
    Ok(())
}

/// The day that was given, or today in London.
fn or_today(given: Option<PartialDate>) -> PartialDate {
    given.unwrap_or_else(|| world::now().day().into())
}

/// The quality statements that a person means; an id that no framework knows is the rules' to
/// refuse.
fn statements(ledger: &mut Ledger, texts: &[String]) -> Result<Vec<StatementId>, Failure> {
    let frameworks = frameworks(ledger, At::default())?;
    let meant = |text: &String| match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => statement(frameworks.values().map(|adopted| &adopted.framework), text),
    };
    texts.iter().map(meant).collect()
}

/// What the rules know of everybody who may hold or use evidence about these bodies: themselves,
/// whom it is about too, and the systems and authorities whose areas overlap.
fn reach(
    ledger: &mut Ledger,
    at: At,
    of: &dyn Fn(&State) -> Vec<OrganisationCode>,
) -> Result<State, Failure> {
    let bodies = super::ask(ledger, at, &|catalogue| catalogue.organisations())?;
    let areas: Vec<(OrganisationCode, OrganisationCode)> = bodies
        .iter()
        .flat_map(|body| body.area.iter().map(|member| (body.facts.code, member.authority)))
        .collect();
    let wanted = |state: &State| {
        let of = of(state);
        let known = of.iter().filter_map(|code| state.organisations.get(code));
        let owners = known.flat_map(|it| it.attributed.iter().map(EvidenceId::organisation));
        let about = state.evidence.values().map(|evidence| &evidence.facts.organisations);
        let about = about.filter(|about| about.iter().any(|code| of.contains(code))).flatten();
        let mut all: BTreeSet<OrganisationCode> =
            of.iter().copied().chain(owners).chain(about.copied()).collect();
        let touch = |(system, authority): &&(OrganisationCode, OrganisationCode)| {
            all.contains(system) || all.contains(authority)
        };
        let near: Vec<_> = areas.iter().filter(touch).flat_map(|(a, b)| [*a, *b]).collect();
        all.extend(near);
        all.into_iter().collect()
    };
    Ok(ledger.state(at, &wanted)?)
}

/// Whether there are assessments that evidence could count in, and none of their frameworks uses
/// its category.
fn is_category_unused(state: &State, evidence: &EvidenceSubmitted) -> bool {
    let about = evidence.organisations.iter().flat_map(|code| state.assessments_of(*code));
    let using = state.assessments.values().filter(|it| it.used.contains_key(&evidence.evidence));
    let mut frameworks = about
        .map(|(_, assessment)| assessment)
        .chain(using)
        .filter_map(|assessment| state.frameworks.get(&assessment.framework))
        .peekable();
    frameworks.peek().is_some() && !frameworks.any(|it| uses(it, evidence.category))
}

fn uses(framework: &Framework, category: CategoryId) -> bool {
    let scoring = &framework.scoring;
    match scoring.method.value {
        Method::Category => framework
            .statements()
            .any(|(_, statement)| statement.required_categories.value.contains(&category)),
        // A statement is scored on evidence of every category that there is.
        Method::Statement | Method::None => scoring.categories.iter().any(|it| it.id == category),
    }
}

/// Several things in one column or sentence.
fn listed<T: ToString>(things: &[T]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
