//! `framework …`.

use super::write::{seal, submit_with};
use super::{Home, at, carry_out, frameworks, open, opened, placed, told};
use crate::cli::{Asking, Audience, Format, Framework as Args, Words, Writing};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::command::{AdoptFramework, ReviseProcess};
use assessment::event::{AdoptionReason, ProcessReason, ProcessRevised};
use assessment::framework::{Basis, Framework, Process, Sourced};
use assessment::{Event, FrameworkId, PartialDate, SampleId};
use journal::Store;
use ledger::{At, Ledger};
use projections::Adopted;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Args, out: &mut dyn Write) -> Outcome {
    match command {
        Args::Adopt { framework, on, reason, because, words, writing } => {
            let why = Why { reason: *reason, because: *because };
            adopt(home, framework, *on, why, words, writing, out)
        }
        Args::Check { framework } => check(framework, out),
        Args::Revise { framework, process, from, reason, on, words, writing } => {
            let decided = Decided { from: *from, on: *on, reason: *reason };
            revise(home, *framework, process, decided, words, writing, out)
        }
        Args::List(args) => list(home, &args.asking, out),
        Args::Show { framework, asking } => show(home, *framework, asking, out),
    }
}

/// The text of a shipped framework, by its id, or of a file.
fn text(framework: &str) -> Result<String, Failure> {
    let shipped = framework.parse().ok().and_then(Framework::shipped_text);
    let read = || {
        world::read(framework).map_err(|failure| {
            failure.hint("name a file, or a shipped framework: `piperoll framework list`")
        })
    };
    shipped.map_or_else(read, |text| Ok(text.to_owned()))
}

/// Why a framework is adopted.
#[derive(Clone, Copy)]
struct Why {
    reason: Option<AdoptionReason>,
    because: Option<SampleId>,
}

fn adopt(
    home: &Home,
    name: &str,
    on: Option<PartialDate>,
    why: Why,
    words: &Words,
    writing: &Writing,
    out: &mut dyn Write,
) -> Outcome {
    let framework = Framework::parse(&text(name)?).map_err(|error| {
        Failure::new(REFUSED, error.to_string())
            .at(name)
            .hint("`piperoll framework check` lists everything that is wrong with it")
    })?;
    let adopted_on = on.unwrap_or_else(|| world::now().day().into());
    let contents: Vec<_> = seal(words)?.into_iter().collect();
    let text = contents.first().map(|new| new.content.clone());
    let Why { reason, because } = why;
    let reason = reason.or(because.map(|_| AdoptionReason::QualityAssurance));
    let command =
        AdoptFramework { adopted_on, because, framework: Box::new(framework), reason, text };
    submit_with(&mut open(home)?, writing, command, contents, out).map(drop)
}

/// What a revision is, besides the process part.
struct Decided {
    from: PartialDate,
    on: Option<PartialDate>,
    reason: ProcessReason,
}

fn revise(
    home: &Home,
    id: FrameworkId,
    file: &str,
    decided: Decided,
    words: &Words,
    writing: &Writing,
    out: &mut dyn Write,
) -> Outcome {
    let process: Process = serde_json::from_str(&world::read(file)?).map_err(|error| {
        Failure::new(REFUSED, format!("no process part of a framework: {error}"))
            .at(file)
            .hint(format!("`piperoll framework show {id} --format json` has one as `process`"))
    })?;
    let contents: Vec<_> = seal(words)?.into_iter().collect();
    let mut ledger = open(home)?;
    let state = ledger.state(At::default(), &|_| vec![])?;
    let command = ReviseProcess {
        framework: id,
        from: decided.from,
        process: Box::new(process),
        reason: decided.reason,
        revised_on: decided.on.unwrap_or_else(|| world::now().day().into()),
        text: contents.first().map(|new| new.content.clone()),
    };
    for event in carry_out(&mut ledger, writing, command, contents, out)? {
        if let Event::ProcessRevised(event) = event {
            let before = state.process(&id, event.from.first_day());
            let changed = before.map(|before| changed(before, &event.process)).unwrap_or_default();
            let changes = told(writing, "changes", "would change");
            writeln!(out, "{id} {changes} from {} on: {changed}", event.from)?;
        }
    }
    Ok(())
}

/// Silence means that it is sound.
fn check(name: &str, out: &mut dyn Write) -> Outcome {
    let findings = assessment::framework::check(&text(name)?);
    let mut lines = findings.iter().map(|finding| writeln!(out, "{name}: {finding}"));
    let printed = lines.try_for_each(|line| line);
    if findings.is_empty() { Ok(printed?) } else { Err(Failure::said(REFUSED)) }
}

/// A framework, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FrameworkRow {
    framework: FrameworkId,
    name: String,
    kind: assessment::framework::OrganisationKind,
    method: assessment::framework::Method,
    statements: u64,
    valid_from: PartialDate,
    valid_to: Option<PartialDate>,
    adopted_on: Option<PartialDate>,
    scoring_digest: String,
    process_digest: String,
    position: Option<u64>,
}

impl Row for FrameworkRow {
    const HEADER: &'static [&'static str] = &[
        "framework",
        "name",
        "kind",
        "method",
        "statements",
        "valid_from",
        "valid_to",
        "adopted_on",
        "scoring_digest",
        "process_digest",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("framework", |row| row.framework.to_string()),
            Column::left("kind", |row| row.kind.to_string()),
            Column::right("statements", |row| row.statements.to_string()),
            Column::left("valid from", |row| row.valid_from.to_string()),
            Column::left("to", |row| known(&row.valid_to)),
            Column::left("adopted", |row| {
                row.adopted_on.map_or("no, shipped".to_owned(), |on| on.to_string())
            }),
        ]
    }
}

fn row(asking: &Asking, framework: &Framework, adopted: Option<&Adopted>) -> FrameworkRow {
    FrameworkRow {
        framework: framework.id,
        name: framework.name.value.clone(),
        kind: framework.kind,
        method: framework.scoring.method.value,
        statements: framework.statements().count() as u64,
        valid_from: framework.valid_from.value,
        valid_to: framework.valid_to.as_ref().map(|to| to.value),
        adopted_on: adopted.map(|adopted| adopted.adopted_on),
        scoring_digest: framework.scoring_digest(),
        process_digest: framework.process_digest(),
        position: adopted.and_then(|adopted| placed(asking, adopted.position)),
    }
}

fn list(home: &Home, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let adopted = frameworks(&mut open(home)?, at(asking))?;
    render::rows(out, asking.format, &rows(asking, &adopted))
}

/// Those that were adopted, then the others that the program is shipped with.
pub(super) fn rows(asking: &Asking, adopted: &BTreeMap<FrameworkId, Adopted>) -> Vec<FrameworkRow> {
    let mut rows: Vec<FrameworkRow> =
        adopted.values().map(|adopted| row(asking, &adopted.framework, Some(adopted))).collect();
    let shipped = Framework::all_shipped();
    let others = shipped.iter().filter(|framework| !adopted.contains_key(&framework.id));
    rows.extend(others.map(|framework| row(asking, framework, None)));
    rows
}

fn show(home: &Home, id: FrameworkId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    // A shipped framework can be read about before there is any ledger.
    let mut ledger = match Ledger::open(&home.ledger) {
        Ok(_) => Some(open(home)?),
        Err(ledger::Error::Journal(journal::Error::NotALedger(_))) => None,
        Err(error) => return Err(error.into()),
    };
    let adopted = match &mut ledger {
        Some(ledger) => frameworks(ledger, at(asking))?.remove(&id),
        None => None,
    };
    let shipped = Framework::shipped(id);
    let Some(framework) = adopted.as_ref().map(|adopted| &adopted.framework).or(shipped.as_ref())
    else {
        return Err(unknown(id));
    };
    match asking.format {
        Format::Table => {
            let because = match (&ledger, &adopted) {
                (Some(ledger), Some(adopted)) => because(ledger, asking, adopted)?,
                _ => None,
            };
            print(out, asking, framework, adopted.as_ref(), because)?;
            match &mut ledger {
                Some(ledger) => print_revisions(out, ledger, asking, framework),
                None => Ok(()),
            }
        }
        Format::Json | Format::Jsonl => Ok(writeln!(out, "{}", render::json(framework))?),
        Format::Csv | Format::Plain => {
            render::rows(out, asking.format, &[row(asking, framework, adopted.as_ref())])
        }
    }
}

/// The sample in which an anomaly was found that its adoption answers.
fn because(
    ledger: &Ledger,
    asking: &Asking,
    adopted: &Adopted,
) -> Result<Option<SampleId>, Failure> {
    if asking.audience != Audience::Regulator {
        return Ok(None);
    }
    let stored = ledger.store().record_at(adopted.position, &ledger.end()?.head)?;
    Ok(match ledger::decode(&stored.record())? {
        Event::FrameworkAdopted(event) => event.because,
        _ => None,
    })
}

/// There is no such framework.
pub fn unknown(id: FrameworkId) -> Failure {
    Failure::new(REFUSED, format!("no framework {id} is adopted or shipped"))
        .hint("`piperoll framework list` shows them")
}

fn print(
    out: &mut dyn Write,
    asking: &Asking,
    framework: &Framework,
    adopted: Option<&Adopted>,
    because: Option<SampleId>,
) -> Outcome {
    let (scoring, process) = (&framework.scoring, &framework.process);
    let adopted = adopted.map(|by| {
        let record = placed(asking, by.position).map(|at| format!(" by record {at}"));
        // That quality assurance found something is the regulator's to tell.
        let is_told = |reason: &AdoptionReason| {
            asking.audience == Audience::Regulator || *reason != AdoptionReason::QualityAssurance
        };
        let reason = by.reason.filter(is_told).map(|reason| format!(", {reason}"));
        let reason = reason.unwrap_or_default();
        let because = because.map(|id| format!(", because of sample {id}")).unwrap_or_default();
        format!("on {}{}{reason}{because}", by.adopted_on, record.unwrap_or_default())
    });
    let valid_to = framework.valid_to.as_ref().map(|to| format!(" to {}", to.value));
    render::facts(
        out,
        &[
            ("framework", format!("{}: {}", framework.id, framework.name.value)),
            ("kind", framework.kind.to_string()),
            ("status", rule(&framework.status)),
            ("valid", format!("{}{}", framework.valid_from.value, valid_to.unwrap_or_default())),
            ("adopted", adopted.unwrap_or("no; shipped with the program".to_owned())),
            ("method", rule(&scoring.method)),
            ("awards ratings", rule(&scoring.awards_ratings)),
            ("rating changes", rule(&scoring.rating_changes)),
            ("rounding", rule(&scoring.rounding)),
            ("overall from", rule(&scoring.overall_from)),
            ("limiters", rule(&scoring.limiters)),
            ("published", rule(&scoring.published_levels)),
            ("panel", rule(&process.panel.first_publication)),
            ("section 50", rule(&process.section_50)),
            ("recipients", rule(&process.recipients)),
            ("accuracy days", rule(&process.accuracy_working_days)),
            ("scoring digest", framework.scoring_digest()),
            ("process digest", framework.process_digest()),
        ],
    )?;
    print_scoring(out, framework)
}

/// What is scored, and how.
fn print_scoring(out: &mut dyn Write, framework: &Framework) -> Outcome {
    let scoring = &framework.scoring;
    writeln!(out, "\nbands ({})", basis(scoring.bands.basis))?;
    for band in &scoring.bands.value {
        let (from, to, score) = (band.from, band.to, band.score);
        writeln!(
            out,
            "  {:21}{from:>3} to {to:>3} %   stands for a score of {score}",
            band.rating
        )?;
    }
    writeln!(out, "\nevidence categories")?;
    for category in &scoring.categories {
        writeln!(out, "  {:27}{}", category.id, category.name.value)?;
    }
    for theme in &scoring.themes {
        writeln!(out, "\n{} ({})", theme.name.value, theme.id)?;
        for statement in &theme.statements {
            let unverified = if statement.is_unverified() { "  [name unverified]" } else { "" };
            writeln!(out, "  {}{unverified}", statement.name.value)?;
            writeln!(out, "      {}", statement.id)?;
            let required = &statement.required_categories.value;
            if (1..scoring.categories.len()).contains(&required.len()) {
                let required: Vec<_> = required.iter().map(ToString::to_string).collect();
                writeln!(out, "      needs {}", required.join(", "))?;
            }
        }
    }
    Ok(())
}

/// What its process part was revised to; only work in progress goes by that.
fn print_revisions(
    out: &mut dyn Write,
    ledger: &mut Ledger,
    asking: &Asking,
    framework: &Framework,
) -> Outcome {
    if asking.audience != Audience::Regulator {
        return Ok(());
    }
    let state = ledger.state(at(asking), &|_| vec![])?;
    let revisions = state.revisions.get(&framework.id).into_iter().flatten();
    for (index, revision) in revisions.enumerate() {
        if index == 0 {
            writeln!(out, "\nrevisions of the process part")?;
        }
        let ProcessRevised { from, revised_on, reason, .. } = revision;
        let changed = changed(&framework.process, &revision.process);
        writeln!(out, "  from {from}, decided on {revised_on}: {reason}")?;
        writeln!(out, "      other than adopted: {changed}")?;
        writeln!(out, "      process digest {}", revision.process_digest)?;
        if let Some(text) = &revision.text {
            let text = opened(ledger, text)?;
            text.lines().try_for_each(|line| writeln!(out, "      {line}"))?;
        }
    }
    Ok(())
}

/// The rules of a process part that another one has otherwise: by name, and from what to what.
fn changed(before: &Process, after: &Process) -> String {
    let value = |process| {
        serde_json::to_value(process).expect("a process part holds only texts, numbers and lists")
    };
    let mut found = Vec::new();
    differences("", &value(before), &value(after), &mut found);
    if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }
}

fn differences(name: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    let members = after.as_object().filter(|after| !after.contains_key("value"));
    if before == after {
        return;
    }
    if let Some(members) = members {
        for (member, after) in members {
            let name = format!("{name} {}", member.replace('_', " "));
            differences(name.trim(), &before[member], after, found);
        }
        return;
    }
    let value = |rule: &Value| render::json(&rule["value"]).replace('"', "");
    let (before, after) = (value(before), value(after));
    found.push(match before == after {
        true => format!("{name} from another source"),
        false => format!("{name} {before} -> {after}"),
    });
}

/// A rule with how well it is known.
fn rule<T: Serialize>(rule: &Sourced<T>) -> String {
    let value = render::json(&rule.value).replace('"', "");
    format!("{value} ({}, {})", basis(rule.basis), rule.source.as_str())
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "stated",
        Basis::Inferred => "inferred",
        Basis::Assumed => "assumed",
    }
}
