//! `bundle`: everything that a published rating rests on, in one directory or tar.

mod pack;

use super::key::given;
use super::witness::policy as read_policy;
use super::{Home, harmless, open};
use crate::cli::{Bundle, BundleFormat, MakeBundle, VerifyBundle};
use crate::exit::{DAMAGED, Failure, Outcome, REFUSED, UNABLE};
use crate::render::{count, facts};
use crate::world;
use journal::SignedCheckpoint;
use journal::policy::PolicyError;
use ledger::bundle::{BundleError, Checked, Files, Finding, Given, Report, check};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

/// Carries out a `bundle` command.
pub fn run(home: &Home, command: &Bundle, out: &mut dyn Write) -> Outcome {
    match command {
        Bundle::Make(args) => make(home, args, out),
        Bundle::Verify(args) => verify(args, out),
    }
}

fn make(home: &Home, args: &MakeBundle, out: &mut dyn Write) -> Outcome {
    let target = args.target.clone();
    let target = target.unwrap_or_else(|| PathBuf::from(args.publication.as_str()));
    let place = pack::place(&target)?;
    let policy = args.policy.as_deref().map(world::read).transpose()?;
    let policy = policy.as_deref().map(str::as_bytes);
    let mut ledger = open(home)?;
    let files = ledger.bundle(args.publication, policy)?;
    let left_out = left_out(ledger.latest_checkpoint()?.as_ref(), &files);
    pack::write(place, &target, &files)?;
    let of = files.keys().filter(|name| name.starts_with("records/")).count();
    let (of, files) = (count(of as u64, "record"), count(files.len() as u64, "file"));
    writeln!(out, "{}: {}, {of}, {files}", target.display(), args.publication)?;
    out.flush()?;
    world::say(
        "note: it holds whole records, also unpublished ones: it is for whomever the regulator \
         hands it to",
    );
    if left_out > 0 {
        let cosignatures = count(left_out as u64, "cosignature");
        let are = if left_out == 1 { "is" } else { "are" };
        world::say(format!(
            "note: {cosignatures} {are} left out: --policy FILE takes along those whose keys it has"
        ));
    }
    Ok(())
}

/// How many signatures of others than the log stand on its checkpoint and not in the bundle.
fn left_out(latest: Option<&SignedCheckpoint>, files: &Files) -> usize {
    let others = |signed: &SignedCheckpoint| {
        let origin = &signed.checkpoint().origin;
        signed.lines().iter().filter(|line| line.name() != origin).count()
    };
    let taken = files.get("checkpoint").and_then(|bytes| SignedCheckpoint::parse(bytes).ok());
    latest.map_or(0, others).saturating_sub(taken.as_ref().map_or(0, others))
}

fn verify(args: &VerifyBundle, out: &mut dyn Write) -> Outcome {
    let keys = args.keys.iter().map(given).collect::<Result<Vec<_>, _>>()?;
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let report = match pack::read(&args.bundle) {
        Ok(files) => check(&files, &Given { keys: &keys, policy: policy.as_ref() }),
        Err(failure) => {
            if args.format == BundleFormat::Json && failure.code == DAMAGED {
                writeln!(out, "{}", json!({ "holds": false, "why": failure.cause }))?;
            }
            return Err(failure);
        }
    };
    match args.format {
        BundleFormat::Table => print(&report, out)?,
        BundleFormat::Json => writeln!(out, "{}", as_json(&report))?,
    }
    let failed: Vec<&str> = report.failed().map(|it| it.name).collect();
    if !failed.is_empty() {
        let cause = format!("the bundle does not hold: {}", failed.join(", "));
        return Err(Failure::new(DAMAGED, cause).hint(
            "it shows nothing then: keep it as it is, and ask for it again from who made it",
        ));
    }
    match report.holds() {
        true => Ok(()),
        false => Err(Failure::new(UNABLE, "not all of the bundle could be looked at")
            .hint("check it with the version of piperoll that made it, or by its RECIPE.md")),
    }
}

/// A word for a finding, and what was found.
fn in_words(finding: &Finding) -> (&'static str, &str) {
    match finding {
        Finding::Holds(what) => ("holds", what),
        Finding::Fails(why) => ("does not hold", why),
        Finding::Unseen(why) => ("not looked at", why),
    }
}

fn print(report: &Report, out: &mut dyn Write) -> Outcome {
    let mut lines: Vec<(&str, String)> = Vec::new();
    if let Some(label) = &report.label {
        lines.push(("bundle", format!("{} of {}", label.publication, harmless(&label.origin))));
    }
    if let Some(key) = &report.key {
        lines.push(("key", harmless(&key.to_string())));
    }
    for Checked { name, finding } in &report.checks {
        let (word, what) = in_words(finding);
        lines.push((word, format!("{name:9}  {}", harmless(what))));
    }
    let named = |name| std::iter::once(name).chain(std::iter::repeat(""));
    lines.extend(named("shown").zip(report.shown.iter().map(|it| harmless(it))));
    lines.extend(named("not shown").zip(report.not_shown.iter().map(|it| harmless(it))));
    facts(out, &lines)
}

fn as_json(report: &Report) -> Value {
    let checks = report.checks.iter().map(|Checked { name, finding }| {
        let (word, what) = in_words(finding);
        json!({ "check": name, "finding": word, "what": what })
    });
    json!({
        "holds": report.holds(),
        "bundle": report.label,
        "key": report.key.as_ref().map(ToString::to_string),
        "checks": checks.collect::<Vec<_>>(),
        "shown": report.shown,
        "not_shown": report.not_shown,
    })
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        let cause = error.to_string();
        match error {
            BundleError::Unknown(_) => {
                Self::new(REFUSED, cause).hint("`piperoll publication list` lists them")
            }
            BundleError::NoCheckpoint | BundleError::NotCovered { .. } => {
                Self::new(REFUSED, cause).hint("`piperoll checkpoint` signs one of all records")
            }
            BundleError::Missed(_) => Self::new(REFUSED, cause)
                .hint("`piperoll checkpoint --policy FILE` asks the witnesses of a policy"),
            BundleError::Policy(PolicyError { line, why }) => {
                Self::new(REFUSED, format!("not a policy: {why}"))
                    .at(format!("line {line} of the policy"))
                    .hint("lines begin with `log`, `witness` or `group`, and one with `quorum`")
            }
            BundleError::TooLarge { .. } => {
                Self::new(REFUSED, cause).hint("`piperoll proof inclusion` proves single records")
            }
            BundleError::NotReleased(_) => Self::new(DAMAGED, cause)
                .hint("restore it from a copy; `piperoll verify` lists everything that is damaged"),
            BundleError::Ledger(error) => error.into(),
        }
    }
}
