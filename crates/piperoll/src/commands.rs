//! The commands, one file a noun or a question.

pub mod area;
pub mod assessment;
pub mod demo;
pub mod framework;
pub mod import;
pub mod log;
pub mod manual;
pub mod organisation;
pub mod publication;
pub mod questions;
pub mod score;
pub mod state;
pub mod verify;
pub mod write;

use crate::cli::{Asking, Cli, Command};
use crate::exit::{Failure, Outcome};
use ::assessment::framework::Framework;
use ::assessment::{FrameworkId, OrganisationCode, StatementId};
use ledger::{At, Catalogue, Ledger, Question, Scope, Unusable};
use std::io::Write;
use std::path::Path;

/// Carries out a command.
pub fn run(cli: &Cli, out: &mut dyn Write) -> Outcome {
    let dir = &cli.ledger;
    match &cli.command {
        Command::Init(args) => state::init(dir, args, out),
        Command::Status(args) => state::status(dir, args, out),
        Command::Import(args) => import::run(dir, args, out),
        Command::Verify(args) => verify::run(dir, args, out),
        Command::Rebuild => state::rebuild(dir, out),
        Command::Demo(args) => demo::run(args, out),
        Command::Schema(args) => manual::schema(args, out),
        Command::Completions(args) => manual::completions(args, out),
        Command::Man(args) => manual::man(args),
        Command::Framework(command) => framework::run(dir, command, out),
        Command::Organisation(command) => organisation::run(dir, command, out),
        Command::Area(command) => area::run(dir, command, out),
        Command::Assessment(command) => assessment::run(dir, command, out),
        Command::Score(command) => score::run(dir, command, out),
        Command::Publication(command) => publication::run(dir, command, out),
        Command::Scores(args) => questions::scores(dir, args, out),
        Command::Ratings(args) => questions::ratings(dir, args, out),
        Command::Transitions(args) => questions::transitions(dir, args, out),
        Command::Reviewed(args) => questions::reviewed(dir, args, out),
        Command::Log(args) => log::run(dir, args, out),
        Command::Show(args) => log::show(dir, args, out),
    }
}

/// What a question about the present needs of the projections, and no list that grows.
const BODIES: Scope =
    Scope { effective: None, reviewed: false, transitions: false, lookups: false };

/// The two times of a question.
fn at(asking: &Asking) -> At {
    At { as_of: asking.as_of, effective: asking.effective }
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

/// The quality statement that a person means, in any of these frameworks.
fn statement<'a>(
    mut frameworks: impl Iterator<Item = &'a Framework>,
    text: &str,
) -> Result<StatementId, Failure> {
    frameworks.find_map(|framework| framework.find_statement(text)).ok_or_else(|| {
        Failure::new(crate::exit::REFUSED, format!("no quality statement is called `{text}`"))
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
fn open(dir: &Path) -> Result<Ledger, Failure> {
    Ok(Ledger::open(dir)?)
}
