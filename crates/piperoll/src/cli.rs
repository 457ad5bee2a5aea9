//! The command line's grammar: writes are noun then verb, questions are one word.

mod after;
mod aggregates;
mod agreement;
mod asking;
mod audit;
mod bundle;
mod checkpoint;
mod diff;
mod due;
mod evidence;
mod explain;
mod export;
mod history;
mod nouns;
mod proof;
mod questions;
mod sample;
mod steps;
mod values;
mod verify;
mod what_if;
mod witness;

pub use after::*;
pub use aggregates::*;
pub use agreement::*;
pub use asking::*;
pub use audit::*;
pub use bundle::*;
pub use checkpoint::*;
pub use diff::*;
pub use due::*;
pub use evidence::*;
pub use explain::*;
pub use export::*;
pub use history::*;
pub use nouns::*;
pub use proof::*;
pub use questions::*;
pub use sample::*;
pub use steps::*;
pub(crate) use values::*;
pub use verify::*;
pub use what_if::*;
pub use witness::*;

use assessment::PersonId;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// An assessment ledger that anyone can check.
#[derive(Debug, Parser)]
#[command(name = "piperoll", version, about, propagate_version = true, max_term_width = 100)]
#[command(before_help = "Example: piperoll demo")]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// The ledger's directory
    #[arg(long, global = true, env = "PIPEROLL_LEDGER", default_value = "ledger")]
    #[arg(value_name = "DIR", hide_env_values = true, help_heading = "Everywhere")]
    pub ledger: PathBuf,
    /// The directory of what is yours and not the ledger's: keys, and what was signed last
    #[arg(
        long,
        global = true,
        env = "PIPEROLL_CONFIG",
        value_name = "DIR",
        hide_env_values = true,
        help_heading = "Everywhere"
    )]
    pub config: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 refused by a rule, not found, or found by audit; 2 usage; 3 damage found;
4 version conflict; 5 could not be done or looked at; 70 a bug; 130 interrupted.
Data goes to the standard output, messages to the standard error.";

/// Everything that can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin a ledger
    #[command(before_help = "Example: piperoll init --origin example.org/ledger --actor p-001")]
    Init(Init),
    /// Tell what is here, and what to do next
    #[command(before_help = "Example: piperoll status")]
    Status(Show),
    /// Take in commands, one JSON object a line, or a spreadsheet of one kind of command
    #[command(before_help = "Example: piperoll import commands.jsonl --actor p-017")]
    Import(Import),
    /// Check every byte of the journal, and change nothing
    #[command(before_help = "Example: piperoll verify")]
    Verify(Verify),
    /// Throw the index away and build it from the journal
    #[command(before_help = "Example: piperoll rebuild")]
    Rebuild,
    /// Build a ledger from published assessments and show what it can do
    #[command(before_help = "Example: piperoll demo")]
    Demo(Demo),
    /// Print schemas
    #[command(before_help = "Example: piperoll schema commands > commands.schema.json")]
    Schema(Schema),
    /// Print a completion script for a shell
    #[command(before_help = "Example: piperoll completions bash > piperoll.bash")]
    Completions(Completions),
    /// Write a manual page for every command
    #[command(before_help = "Example: piperoll man ./man")]
    Man(Man),

    /// Frameworks: adopt, check, list, show
    #[command(subcommand, before_help = "Example: piperoll framework list")]
    Framework(Framework),
    /// Organisations: import, register, amend, succeed, list, show
    #[command(subcommand, before_help = "Example: piperoll organisation show York")]
    Organisation(Organisation),
    /// The areas of systems: import, add, end, list, show
    #[command(subcommand, before_help = "Example: piperoll area show Dorset")]
    Area(Area),
    /// Assessments: open, amend, cancel, readiness, list, show
    #[command(subcommand, before_help = "Example: piperoll assessment list York")]
    Assessment(Assessment),
    /// Evidence: request, submit, use, withdraw, erase, list, show
    #[command(subcommand, before_help = "Example: piperoll evidence list Exampleshire")]
    Evidence(Evidence),
    /// Scores: review
    #[command(
        subcommand,
        before_help = "Example: piperoll score review Exampleshire --statement safeguarding \
            --score 3 --reason ongoing_review"
    )]
    Score(ScoreCommand),
    /// Calibration panels: convene, decide, confirm, list, show
    #[command(subcommand, before_help = "Example: piperoll panel list")]
    Panel(Panel),
    /// The draft report: write, share, extend, confirm, list, show
    #[command(subcommand, before_help = "Example: piperoll draft list X99000001-2026-a")]
    Draft(Draft),
    /// Factual accuracy comments: submit, resolve, list, show
    #[command(subcommand, before_help = "Example: piperoll comment list X99000001-2026-a")]
    Comment(Comment),
    /// The bank holidays: add, list
    #[command(subcommand, before_help = "Example: piperoll calendar list 2026")]
    Calendar(Calendar),
    /// Publications: import, make, withdraw, reissue, list, show
    #[command(subcommand, before_help = "Example: piperoll publication import published.csv")]
    Publication(Publication),
    /// The duty to tell of failings (Health and Social Care Act 2008, section 50): notify, list,
    /// show
    #[command(name = "section-50", subcommand)]
    #[command(before_help = "Example: piperoll section-50 list")]
    Section50(Section50),
    /// Reviews of the rating process: request, decide, list, show
    #[command(subcommand, before_help = "Example: piperoll process-review list")]
    ProcessReview(ProcessReview),
    /// Financial facts of local authorities, for information only: record, list
    #[command(subcommand, before_help = "Example: piperoll finance list York")]
    Finance(Finance),
    /// Where sources state different values: record, list, show
    #[command(subcommand, before_help = "Example: piperoll conflict list")]
    Conflict(Conflict),

    /// Samples of decisions that nobody can steer: commit, seed, draw, blind, judge, summary,
    /// verify, size, list, show
    #[command(subcommand, before_help = "Example: piperoll sample list")]
    Sample(SampleCommand),

    /// The key that checkpoints are signed with: init, rotate, list, show
    #[command(subcommand, before_help = "Example: piperoll key show")]
    Key(Key),
    /// Sign a checkpoint of all records, to be kept elsewhere and compared later
    #[command(before_help = "Example: piperoll checkpoint > 2026-05-17.checkpoint")]
    Checkpoint(SignCheckpoint),
    /// Proofs as files: inclusion, consistency, verify
    #[command(subcommand, before_help = "Example: piperoll proof inclusion 41")]
    Proof(Proof),
    /// Everything that a published rating rests on, to be checked with no ledger and none of our
    /// programs: make, verify
    #[command(subcommand, before_help = "Example: piperoll bundle verify york.tar")]
    Bundle(Bundle),
    /// What leaves the ledger as files: tiles, csv, sqlite, jsonl, disclosure
    #[command(subcommand, before_help = "Example: piperoll export tiles ./public")]
    Export(Export),
    /// A witness of other logs, who cosigns what only grows: serve, list, show
    #[command(subcommand, before_help = "Example: piperoll witness list")]
    Witness(WitnessCommand),

    /// Make an erroneous record void by a later one, once it is listed what that changes
    #[command(before_help = "Example: piperoll strike-out 41 --reason wrong_body --actor p-001")]
    StrikeOut(StrikeOut),

    /// Scores of quality statements, current and published, with their dates
    #[command(before_help = "Example: piperoll scores York")]
    Scores(Scores),
    /// Ratings of bodies and their themes, with the distance to the next one
    #[command(before_help = "Example: piperoll ratings --level overall --sort score")]
    Ratings(Ratings),
    /// Moves from one rating to another, oldest first, and whether they are published
    #[command(before_help = "Example: piperoll transitions York --format csv")]
    Transitions(History),
    /// Reviews of scores, oldest first, changed or not
    #[command(before_help = "Example: piperoll reviewed --since 2026-01-01")]
    Reviewed(History),
    /// What is owed, and by when: publications, letters, comments, reviews, evidence
    #[command(before_help = "Example: piperoll due --only section_50,publication")]
    Due(Due),
    /// All that happened to a body, in order of time: a table, a page, or a drawing of its score
    #[command(before_help = "Example: piperoll history York")]
    History(BodyHistory),
    /// How a rating or score comes about, down to the records that it rests on, and what would
    /// make it another
    #[command(before_help = "Example: piperoll explain York")]
    Explain(Explain),
    /// What differs between two points of the ledger's knowledge, and which records caused it
    #[command(before_help = "Example: piperoll diff 2026-01-31 2026-02-28")]
    Diff(Diff),
    /// Which ratings another framework, or other rules of it, would change; never recorded
    #[command(before_help = "Example: piperoll what-if --set rounding=floor")]
    WhatIf(WhatIf),
    /// Checks of conduct over all records, by name; silence when all hold
    #[command(before_help = "Example: piperoll audit --check windows,panels")]
    Audit(Audit),
    /// How far scorer and panel, or scorer and second reader, agree, and who marks up
    #[command(before_help = "Example: piperoll agreement --by assessor")]
    Agreement(Agreement),
    /// Published ratings and scores of all bodies, counted by statement, theme and region
    #[command(before_help = "Example: piperoll national --statement safeguarding")]
    National(National),
    /// How many bodies are assessed in each phase, in progress or not, against its aim
    #[command(before_help = "Example: piperoll coverage --kind local_authority")]
    Coverage(Coverage),
    /// Ratings and scores by the age of the evidence that they rest on, oldest first
    #[command(before_help = "Example: piperoll stale --older-than 24m")]
    Stale(Stale),
    /// The report of an assessment, published or in draft
    #[command(
        before_help = "Example: piperoll report X99000001-2026-a --format html > report.html"
    )]
    Report(Report),
    /// Records, oldest first
    #[command(before_help = "Example: piperoll log York --format jsonl")]
    Log(Log),
    /// One record, whole
    #[command(before_help = "Example: piperoll show 41")]
    Show(ShowRecord),
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The ledger's name in the world, usable as the origin of a transparency log
    #[arg(long, value_name = "NAME")]
    pub origin: String,
    /// Who records: a pseudonym such as p-017
    #[arg(long, env = "PIPEROLL_ACTOR", value_name = "PERSON", hide_env_values = true)]
    pub actor: PersonId,
}

/// What every write takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Every write")]
pub struct Writing {
    /// Who records: a pseudonym such as p-017
    #[arg(long, env = "PIPEROLL_ACTOR", value_name = "PERSON", hide_env_values = true)]
    pub actor: PersonId,
    /// Record nothing; tell what would be recorded
    #[arg(long)]
    pub dry_run: bool,
    /// Refuse unless the stream has this version
    #[arg(long, value_name = "N")]
    pub expect_version: Option<u64>,
    /// Record although the clock is more than a day behind the last record
    #[arg(long)]
    pub accept_clock: bool,
}

/// What every import takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Every import")]
pub struct Importing {
    /// Who records: a pseudonym such as p-017
    #[arg(long, env = "PIPEROLL_ACTOR", value_name = "PERSON", hide_env_values = true)]
    pub actor: PersonId,
    /// Record nothing; tell what would be recorded
    #[arg(long)]
    pub dry_run: bool,
    /// Stop at the first refusal; what came before it is recorded
    #[arg(long)]
    pub stop_on_refusal: bool,
    /// Record although the clock is more than a day behind the last record
    #[arg(long)]
    pub accept_clock: bool,
}

/// A text that is sealed, such as a reason.
#[derive(Debug, Clone, Args)]
pub struct Words {
    /// In words; sealed, and never part of a record
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub text: Option<String>,
    /// The same from a file, or - for the standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
}

/// A list or a thing to show, as of now or then.
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub asking: Asking,
}

/// `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// A file of JSON lines, a CSV file, or - for JSON lines on the standard input
    pub file: String,
    /// The command that each row of a CSV file is; its columns are the members of `data`
    #[arg(long, value_name = "COMMAND")]
    pub kind: Option<String>,
    #[command(flatten)]
    pub importing: Importing,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The directory to build it in; by default a new one named piperoll-demo
    pub dir: Option<PathBuf>,
}

/// `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Which schema
    #[arg(value_enum)]
    pub what: SchemaOf,
}

/// What there are schemas of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The JSON Schema of every command that `import` takes
    Commands,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The directory to write to
    pub dir: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;
    use std::fmt::Write;
    use std::fs;
    use std::path::Path;

    const INTRODUCTION: &str = "\
# The command line

What `piperoll COMMAND --help` says of every command. This page is written by a test from the
program itself: `UPDATE_DOCS=1 cargo test -p piperoll` takes over a change.
";

    #[test]
    fn the_grammar_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_of_every_command_starts_with_an_example() {
        walk("", &mut built(), &mut |path, command| {
            let example = command.get_before_help().unwrap_or_default().to_string();
            assert!(example.starts_with("Example: piperoll"), "{path}: {example:?}");
        });
    }

    /// An example that is not understood would be worse than none.
    #[test]
    fn every_example_is_understood_and_is_of_its_own_command() {
        walk("", &mut built(), &mut |path, command| {
            let example = command.get_before_help().unwrap_or_default().to_string();
            let line = example.strip_prefix("Example: ").unwrap_or_default();
            assert!(line.starts_with(path), "{path}: {line}");
            let line = line.split(" > ").next().unwrap_or_default();
            let parts = line.split('\'').enumerate();
            let words = parts.flat_map(|(index, part)| match index % 2 {
                1 => vec![part],
                _ => part.split_whitespace().collect(),
            });
            let mut words: Vec<&str> = words.collect();
            // Short examples leave out who writes, as the environment may say it.
            if Cli::command().try_get_matches_from(&words).is_err() {
                words.extend(["--actor", "p-001"]);
            }
            let parsed = Cli::command().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{path}: {line}: {}", parsed.unwrap_err());
        });
    }

    #[test]
    fn the_reference_is_what_the_program_says() {
        let mut text = INTRODUCTION.to_owned();
        walk("", &mut built(), &mut |path, command| {
            let help = command.render_long_help().to_string();
            let help: Vec<&str> = help.lines().map(str::trim_end).collect();
            write!(text, "\n## {path}\n\n```text\n{}\n```\n", help.join("\n").trim()).unwrap();
        });
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&file, &text).unwrap();
        }
        let known = fs::read_to_string(&file).unwrap_or_default();
        let differing = known.lines().zip(text.lines()).find(|(known, said)| known != said);
        assert!(known == text, "docs/cli.md is not what the program says, first at {differing:?}");
    }

    fn built() -> clap::Command {
        let mut command = Cli::command().term_width(80).disable_help_subcommand(true);
        command.build();
        command
    }

    /// Every command and subcommand with the words that call it, the whole program first.
    fn walk(
        before: &str,
        command: &mut clap::Command,
        visit: &mut dyn FnMut(&str, &mut clap::Command),
    ) {
        let path = format!("{before} {}", command.get_name()).trim().to_owned();
        visit(&path, command);
        for subcommand in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
            walk(&path, subcommand, visit);
        }
    }
}
