//! The commands, one file a noun or a question.

pub mod agreement;
pub mod area;
pub mod assessment;
pub mod audit;
pub mod bundle;
pub mod calendar;
pub mod categories;
pub mod chart;
pub mod checkpoint;
pub mod comment;
pub mod conflict;
pub mod coverage;
pub mod demo;
pub mod diff;
pub mod draft;
pub mod due;
pub mod evidence;
pub mod explain;
pub mod export;
pub mod finance;
pub mod framework;
pub mod history;
pub mod import;
pub mod key;
pub mod log;
pub mod manual;
pub mod national;
pub mod organisation;
pub mod panel;
pub mod process_review;
pub mod proof;
pub mod publication;
pub mod questions;
pub mod report;
pub mod sample;
pub mod score;
pub mod section_50;
pub mod stale;
pub mod state;
mod strike_out;
pub mod verify;
pub mod what_if;
pub mod witness;
pub mod write;

use crate::cli::{Asking, Audience, Cli, Command, Printed, Writing};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::world;
use ::assessment::framework::Framework;
use ::assessment::{
    AssessmentId, Content, Event, FrameworkId, OrganisationCode, State, StatementId,
};
use chrono::NaiveDate;
use ledger::{At, Catalogue, ContentError, Ledger, NewContent, Question, Scope, Unusable};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

/// Where the ledger lies, and what is kept outside of it.
#[derive(Debug)]
pub struct Home {
    /// The ledger's directory.
    pub ledger: PathBuf,
    /// The directory of what is the user's: keys, and what was signed last. None, if the system
    /// names no place for it.
    pub config: Option<PathBuf>,
}

/// Carries out a command.
pub fn run(cli: &Cli, out: &mut dyn Write) -> Outcome {
    let home = &Home { ledger: cli.ledger.clone(), config: world::config(cli.config.as_deref()) };
    match &cli.command {
        Command::Init(args) => state::init(home, args, out),
        Command::Status(args) => state::status(home, args, out),
        Command::Import(args) => import::run(home, args, out),
        Command::Verify(args) => verify::run(home, args, out),
        Command::Rebuild => state::rebuild(home, out),
        Command::Demo(args) => demo::run(args, out),
        Command::Schema(args) => manual::schema(args, out),
        Command::Completions(args) => manual::completions(args, out),
        Command::Man(args) => manual::man(args),
        Command::Framework(command) => framework::run(home, command, out),
        Command::Organisation(command) => organisation::run(home, command, out),
        Command::Area(command) => area::run(home, command, out),
        Command::Assessment(command) => assessment::run(home, command, out),
        Command::Evidence(command) => evidence::run(home, command, out),
        Command::Panel(command) => panel::run(home, command, out),
        Command::Draft(command) => draft::run(home, command, out),
        Command::Comment(command) => comment::run(home, command, out),
        Command::Calendar(command) => calendar::run(home, command, out),
        Command::Report(args) => report::run(home, args, out),
        Command::Score(command) => score::run(home, command, out),
        Command::Publication(command) => publication::run(home, command, out),
        Command::Section50(command) => section_50::run(home, command, out),
        Command::StrikeOut(args) => strike_out::run(home, args, out),
        Command::ProcessReview(command) => process_review::run(home, command, out),
        Command::Finance(command) => finance::run(home, command, out),
        Command::Conflict(command) => conflict::run(home, command, out),
        Command::Sample(command) => sample::run(home, command, out),
        Command::Key(command) => key::run(home, command, out),
        Command::Checkpoint(args) => checkpoint::run(home, args, out),
        Command::Proof(command) => proof::run(home, command, out),
        Command::Bundle(command) => bundle::run(home, command, out),
        Command::Export(command) => export::run(home, command, out),
        Command::Witness(command) => witness::run(home, command, out),
        Command::Scores(args) => questions::scores(home, args, out),
        Command::Ratings(args) => questions::ratings(home, args, out),
        Command::Transitions(args) => questions::transitions(home, args, out),
        Command::Reviewed(args) => questions::reviewed(home, args, out),
        Command::Due(args) => due::run(home, args, out),
        Command::History(args) => history::run(home, args, out),
        Command::Explain(args) => explain::run(home, args, out),
        Command::Diff(args) => diff::run(home, args, out),
        Command::WhatIf(args) => what_if::run(home, args, out),
        Command::Audit(args) => audit::run(home, args, out),
        Command::Agreement(args) => agreement::run(home, args, out),
        Command::National(args) => national::run(home, args, out),
        Command::Coverage(args) => coverage::run(home, args, out),
        Command::Stale(args) => stale::run(home, args, out),
        Command::Log(args) => log::run(home, args, out),
        Command::Show(args) => log::show(home, args, out),
    }
}

/// What a question about the present needs of the projections, and no list that grows.
const BODIES: Scope = Scope {
    effective: None,
    reviewed: false,
    transitions: false,
    lookups: false,
    audience: ledger::Audience::Regulator,
};

/// The two times of a question, and whose view it asks for.
fn at<F: Printed>(asking: &Asking<F>) -> At {
    let audience = match asking.audience {
        Audience::Regulator => ledger::Audience::Regulator,
        // What a body is told beyond the public's view is asked for where there is such a thing.
        Audience::Public | Audience::Body(_) => ledger::Audience::Public,
    };
    At { as_of: asking.as_of, effective: asking.effective, audience, view: None }
}

/// The day that a question is about: its own, or that of the moment that it is as of, or today.
fn day_of(ledger: &Ledger, at: At) -> Result<NaiveDate, Failure> {
    Ok(match at.effective {
        Some(day) => day,
        None => ledger.day_at(at)?.unwrap_or_else(|| world::now().day()),
    })
}

/// Whether a record may bear on these bodies, or on any if none is named: their own, those of no
/// body, and those of evidence, which one body's assessment or request may name of another; and
/// every strike-out, as it may be of such a record.
fn may_bear_on(event: &Event, named: &BTreeSet<OrganisationCode>) -> bool {
    let of_evidence = matches!(
        event,
        Event::EvidenceSubmitted(_)
            | Event::EvidenceWithdrawn(_)
            | Event::EvidenceErased(_)
            | Event::RecordStruckOut(_)
    );
    let of_named = event.organisation().is_none_or(|code| named.contains(&code));
    named.is_empty() || of_evidence || of_named
}

/// A record's position as it is shown: not to those to whom it would tell how much there is that
/// they do not see.
fn placed<F: Printed>(asking: &Asking<F>, position: u64) -> Option<u64> {
    (asking.audience == Audience::Regulator).then_some(position)
}

/// Says what lies after the last whole command: not to those to whom it would tell how long the
/// journal is.
fn say_set_aside<F: Printed>(ledger: &Ledger, asking: &Asking<F>) -> Outcome {
    if asking.audience == Audience::Regulator {
        write::say_set_aside(ledger.end()?.beyond.as_ref());
    }
    Ok(())
}

/// Refuses a question about the log itself, or about work in progress, to everybody but the
/// regulator.
fn only_for_the_regulator(audience: Audience, what: &str) -> Outcome {
    if audience == Audience::Regulator {
        return Ok(());
    }
    let cause = format!("refused: {what} tells of what is not published [not_for_audience]");
    Err(Failure::new(REFUSED, cause).hint(
        "`ratings`, `scores`, `transitions`, `reviewed`, `publication list` and `report` answer \
         the public and a body",
    ))
}

/// Refuses what somebody who is no body of this ledger asks, or a body about another one.
fn only_of_itself(
    ledger: &mut Ledger,
    at: At,
    code: OrganisationCode,
    asked: &[String],
) -> Outcome {
    organisation(ledger, at, code.as_str())?;
    for text in asked {
        let asked = organisation(ledger, at, text)?;
        if asked != code {
            let cause = format!("refused: {code} is told of itself, not of {asked}");
            return Err(Failure::new(REFUSED, format!("{cause} [not_for_audience]"))
                .hint("leave the organisation out, or name the same one"));
        }
    }
    Ok(())
}

/// Asks what needs bodies and frameworks only.
fn ask<T>(
    ledger: &mut Ledger,
    at: At,
    answer: &dyn Fn(&mut Catalogue) -> Result<T, Unusable>,
) -> Result<T, Failure> {
    Ok(ledger.ask(at, &Question { scope: BODIES, answer })?)
}

/// The organisation that a person means.
fn organisation(ledger: &mut Ledger, at: At, text: &str) -> Result<OrganisationCode, Failure> {
    Ok(ask(ledger, at, &|catalogue| catalogue.resolve(text))??)
}

/// The assessment that a person means: by its id, or by an organisation that has one open.
fn assessment(ledger: &mut Ledger, text: &str) -> Result<AssessmentId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let hint = "give an assessment's id (`piperoll assessment list`), or an organisation that has \
                one open";
    let code = match organisation(ledger, At::default(), text) {
        Err(failure) if failure.code == REFUSED => return Err(failure.hint(hint)),
        code => code?,
    };
    let state = ledger.state(At::default(), &|_| vec![code])?;
    let open = state.assessments_of(code).filter(|(_, assessment)| assessment.is_open());
    let open: Vec<AssessmentId> = open.map(|(id, _)| id).collect();
    match open.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(REFUSED, format!("{code} has no open assessment")).hint(hint)),
        several => {
            let several: Vec<_> = several.iter().map(AssessmentId::as_str).collect();
            Err(Failure::new(REFUSED, format!("`{text}` could be {}", several.join(", ")))
                .hint("give the id of one"))
        }
    }
}

/// What the rules know of the bodies that a person names, or of all; and which these are, as there
/// may be more in it.
fn state_of(
    ledger: &mut Ledger,
    at: At,
    named: &[String],
) -> Result<(State, BTreeSet<OrganisationCode>), Failure> {
    let codes: BTreeSet<OrganisationCode> = match named {
        [] => {
            let bodies = ask(ledger, at, &|catalogue| catalogue.organisations())?;
            bodies.iter().map(|body| body.facts.code).collect()
        }
        named => {
            named.iter().map(|text| organisation(ledger, at, text)).collect::<Result<_, _>>()?
        }
    };
    Ok((ledger.state(at, &|_| codes.iter().copied().collect())?, codes))
}

/// Submits a command with its new contents, prints what was recorded, and gives what came of it,
/// or would.
fn carry_out(
    ledger: &mut Ledger,
    writing: &Writing,
    command: impl Into<::assessment::Command>,
    contents: Vec<NewContent>,
    out: &mut dyn Write,
) -> Result<Vec<Event>, Failure> {
    match write::submit_with(ledger, writing, command, contents, out)? {
        ledger::Outcome::Recorded { records, .. } => {
            Ok(records.into_iter().map(|record| record.event).collect())
        }
        _ => Ok(vec![]),
    }
}

/// What is said of something that is done, or only tried.
fn told<'a>(writing: &Writing, done: &'a str, would: &'a str) -> &'a str {
    if writing.dry_run { would } else { done }
}

/// A text that is sealed, opened; or why it is not, where its key is not here.
fn opened(ledger: &Ledger, content: &Content) -> Result<String, Failure> {
    match ledger.contents().open(content) {
        Ok(opened) => Ok(String::from_utf8_lossy(&opened.clear).into_owned()),
        Err(error @ (ContentError::NoKeys | ContentError::KeyMissing { .. })) => {
            Ok(format!("(not opened: {error})"))
        }
        Err(error) => Err(error.into()),
    }
}

/// A text from elsewhere as a terminal may have it: only line ends and tabs may control that.
fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

/// The quality statement that a person means, in any of these frameworks.
fn statement<'a>(
    mut frameworks: impl Iterator<Item = &'a Framework>,
    text: &str,
) -> Result<StatementId, Failure> {
    frameworks.find_map(|framework| framework.find_statement(text)).ok_or_else(|| {
        Failure::new(REFUSED, format!("no quality statement is called `{text}`"))
            .hint("`piperoll framework show la-2023` lists ids and names")
    })
}

/// All frameworks that the ledger has adopted.
fn frameworks(
    ledger: &mut Ledger,
    at: At,
) -> Result<std::collections::BTreeMap<FrameworkId, projections::Adopted>, Failure> {
    ask(ledger, at, &|catalogue| Ok(catalogue.frameworks().clone()))
}

/// Opens the ledger.
fn open(home: &Home) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::open(&home.ledger)?;
    if let Some(config) = &home.config {
        ledger.keep_keys_in(config)?;
    }
    Ok(ledger)
}

#[cfg(test)]
mod tests {
    use super::harmless;

    /// A text comes from anybody; shown as it is, it could rewrite what stands on the screen.
    #[test]
    fn a_text_from_elsewhere_cannot_steer_a_terminal() {
        let shown = harmless("one\ttwo\r\n\u{1b}[2J\r\u{9b}0m\u{7}");
        assert_eq!(shown, "one\ttwo\n\u{fffd}[2J\u{fffd}\u{fffd}0m\u{fffd}");
    }
}
