//! `evidence show`.

use super::list::{request_row, row};
use super::reach;
use crate::cli::{Asking, EvidenceShow, Format, Held};
use crate::commands::{Home, at, harmless, only_for_the_regulator, open, opened};
use crate::exit::{Failure, Outcome, REFUSED, UNABLE};
use crate::render::{self, count, known};
use crate::world;
use assessment::state::Evidence;
use assessment::{Content, Event, EvidenceId, RequestId, State};
use ledger::{ContentError, Ledger};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// Shows a piece of evidence with its content, or a request with its text.
pub fn run(home: &Home, args: &EvidenceShow, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(args.asking.audience, "what evidence is held and asked for")?;
    let mut ledger = open(home)?;
    let code = match &args.held {
        Held::Evidence(id) => id.organisation(),
        Held::Request(id) => id.organisation(),
    };
    let state = reach(&mut ledger, at(&args.asking), &|_| vec![code])?;
    match args.held {
        Held::Evidence(id) => evidence(&mut ledger, &state, id, args, out),
        Held::Request(id) => request(&ledger, &state, id, args, out),
    }
}

fn evidence(
    ledger: &mut Ledger,
    state: &State,
    id: EvidenceId,
    args: &EvidenceShow,
    out: &mut dyn Write,
) -> Outcome {
    let evidence = state.evidence.get(&id).ok_or_else(|| {
        Failure::new(REFUSED, format!("no evidence {id} is in the ledger"))
            .hint("`piperoll evidence list` shows what is there")
    })?;
    let records = Records::of(ledger, &args.asking, id)?;
    if args.content || args.output.is_some() {
        return hand_over(args, &clear(ledger, evidence, &records)?, out);
    }
    if args.asking.format != Format::Table {
        return render::rows(out, args.asking.format, &[row(state, evidence)]);
    }
    facts(ledger, state, evidence, &records, out)?;
    match evidence.erased {
        Some(_) => Ok(()),
        None => print(ledger, &evidence.facts.content, id, out),
    }
}

/// The records that began and ended it.
struct Records {
    submitted: Option<u64>,
    withdrawn: Option<u64>,
    erased: Option<u64>,
}

impl Records {
    fn of(ledger: &mut Ledger, asking: &Asking, id: EvidenceId) -> Result<Self, Failure> {
        let end = ledger.end_at(at(asking))?;
        let mut found = Self { submitted: None, withdrawn: None, erased: None };
        let mut failed = None;
        ledger.read_history(id.organisation(), 0, &end, &mut |entry| {
            let position = Some(entry.record.position);
            match ledger::decode(&entry.record) {
                Ok(Event::EvidenceSubmitted(it)) if it.evidence == id => found.submitted = position,
                Ok(Event::EvidenceWithdrawn(it)) if it.evidence == id => found.withdrawn = position,
                Ok(Event::EvidenceErased(it)) if it.evidence == id => found.erased = position,
                Ok(_) => {}
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        failed.map_or(Ok(found), |error| Err(error.into()))
    }
}

/// The content, or why there is none to have.
fn clear(ledger: &Ledger, evidence: &Evidence, records: &Records) -> Result<Vec<u8>, Failure> {
    if evidence.erased.is_some() {
        let (id, place) = (evidence.facts.evidence, by_record(records.erased));
        let hint = "the sealed bytes stay and still verify; nobody can open them any more";
        return Err(
            Failure::new(UNABLE, format!("the content of {id} was erased{place}")).hint(hint)
        );
    }
    Ok(ledger.contents().open(&evidence.facts.content)?.clear)
}

/// Gives the clear bytes away: as they are, or into a new file.
fn hand_over(args: &EvidenceShow, clear: &[u8], out: &mut dyn Write) -> Outcome {
    let Some(file) = &args.output else { return Ok(out.write_all(clear)?) };
    write_new(file, clear)?;
    let length = count(clear.len() as u64, "byte");
    Ok(writeln!(out, "{}: {length}, opened and checked", file.display())?)
}

/// Never over something that is there.
fn write_new(file: &Path, clear: &[u8]) -> Outcome {
    let written = OpenOptions::new().write(true).create_new(true).open(file);
    written.and_then(|mut opened| opened.write_all(clear)).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AlreadyExists => "name a file that is not there yet: nothing is overwritten",
            _ => "name a file in a directory that can be written to",
        };
        Failure::new(UNABLE, format!("cannot write {}: {error}", file.display())).hint(hint)
    })
}

fn facts(
    ledger: &Ledger,
    state: &State,
    evidence: &Evidence,
    records: &Records,
    out: &mut dyn Write,
) -> Outcome {
    let row = row(state, evidence);
    let sealed = |text: &Option<Content>| text.as_ref().map(|it| opened(ledger, it)).transpose();
    let withdrawn = evidence.withdrawn.as_ref();
    let why = withdrawn.map(|it| sealed(&it.text)).transpose()?.flatten();
    let withdrawn = withdrawn
        .map(|it| format!("{}, {}{}", it.withdrawn_on, it.reason, by_record(records.withdrawn)));
    let erased = evidence.erased.as_ref().map(|it| {
        let (on, basis, authority) = (it.erased_on, it.legal_basis, it.authority);
        format!("{on}, {basis}, ordered by {authority}{}", by_record(records.erased))
    });
    let request = row.request.map(|id| format!(", answers {id}"));
    let length = count(row.length, "byte");
    render::facts(
        out,
        &[
            ("evidence", row.evidence.to_string()),
            ("about", row.organisations),
            ("category", row.category.to_string()),
            ("statements", if row.statements.is_empty() { "any".into() } else { row.statements }),
            ("method", row.method.to_string()),
            ("setting", row.setting.to_string()),
            ("origin", format!("{}{}", row.origin, known(&request))),
            ("source", row.source.to_string()),
            ("collected on", row.collected_on.to_string()),
            ("received on", row.received_on.to_string()),
            ("sensitive", if row.sensitive { "yes".into() } else { String::new() }),
            ("marks", row.marks),
            ("used in", row.used_in),
            ("withdrawn", known(&withdrawn)),
            ("because", known(&why)),
            ("erased", known(&erased)),
            ("content", format!("{length}, {}", row.media_type)),
            ("sealed as", evidence.facts.content.sealed.to_string()),
            (
                "record",
                records
                    .submitted
                    .map(|at| format!("{at} (`piperoll show {at}`)"))
                    .unwrap_or_default(),
            ),
        ],
    )
}

fn by_record(position: Option<u64>) -> String {
    position.map(|at| format!(", by record {at}")).unwrap_or_default()
}

/// Opens and checks a content, and prints it if it is a text.
fn print(ledger: &Ledger, content: &Content, id: EvidenceId, out: &mut dyn Write) -> Outcome {
    let clear = match ledger.contents().open(content) {
        Ok(opened) => opened.clear,
        Err(error @ (ContentError::NoKeys | ContentError::KeyMissing { .. })) => {
            out.flush()?;
            world::say(format_args!("not opened: {error}"));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let is_text = content.media_type.as_str().starts_with("text/");
    match String::from_utf8(clear) {
        Ok(text) if is_text => Ok(writeln!(out, "\n{}", harmless(text.trim_end()))?),
        _ => {
            out.flush()?;
            world::say(format_args!(
                "opened and checked; no text: `piperoll evidence show {id} --output FILE` writes \
                 it to a file"
            ));
            Ok(())
        }
    }
}

fn request(
    ledger: &Ledger,
    state: &State,
    id: RequestId,
    args: &EvidenceShow,
    out: &mut dyn Write,
) -> Outcome {
    let request = state.requests.get(&id).ok_or_else(|| {
        Failure::new(REFUSED, format!("no request {id} is in the ledger"))
            .hint("`piperoll evidence list --requests` shows what was asked for")
    })?;
    if args.content || args.output.is_some() {
        return hand_over(args, &ledger.contents().open(&request.what)?.clear, out);
    }
    let row = request_row(state, request);
    if args.asking.format != Format::Table {
        return render::rows(out, args.asking.format, &[row]);
    }
    render::facts(
        out,
        &[
            ("request", row.request.to_string()),
            ("for", row.organisation.to_string()),
            ("of", row.of.to_string()),
            ("category", row.category.to_string()),
            ("statements", if row.statements.is_empty() { "any".into() } else { row.statements }),
            ("method", row.method.to_string()),
            ("collected since", known(&row.collected_since)),
            ("requested on", row.requested_on.to_string()),
            ("due on", row.due_on.to_string()),
            ("state", format!("{} {}", row.state, row.answered_by).trim().to_owned()),
        ],
    )?;
    Ok(writeln!(out, "\n{}", harmless(opened(ledger, &request.what)?.trim_end()))?)
}
