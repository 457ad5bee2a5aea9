//! `log` and `show`: the records themselves.

use super::{Home, at, harmless, open, opened, organisation};
use crate::cli::{Format, Log, ShowRecord};
use crate::exit::{Failure, Outcome};
use crate::render::facts;
use assessment::{Content, OrganisationCode, PartialDate};
use journal::{Entry, Head, Record, Store};
use ledger::{At, Ledger};
use serde_json::{Value, json};
use std::io::Write;
use std::ops::ControlFlow;

/// `log`: streams, whatever the length of the journal.
pub fn run(home: &Home, args: &Log, out: &mut dyn Write) -> Outcome {
    super::only_for_the_regulator(args.asking.audience, "the log")?;
    let mut ledger = open(home)?;
    let at = at(&args.asking);
    let wanted = match &args.organisation {
        Some(text) => Some(organisation(&mut ledger, at, text)?),
        None => None,
    };
    let end = ledger.end_at(at)?;
    if wanted.is_none() && args.from > end.position {
        let (position, end) = (args.from, end.position);
        return Err(journal::Error::NoSuchRecord { position, end }.into());
    }
    let mut printer = Printer { out, format: args.asking.format, printed: 0 };
    printer.begin()?;
    let mut failure = None;
    visit(&mut ledger, args.from, &end, wanted, &mut |entry| {
        if !matches(&entry.record, args, wanted) {
            return ControlFlow::Continue(());
        }
        match printer.print(entry.line, &entry.record) {
            Ok(()) if args.limit == Some(printer.printed) => ControlFlow::Break(()),
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    match failure {
        Some(failure) => Err(failure),
        None => printer.end(),
    }
}

/// Every record that may be wanted: all of them, or the history of one organisation.
fn visit(
    ledger: &mut Ledger,
    from: u64,
    end: &Head,
    wanted: Option<OrganisationCode>,
    visit: &mut dyn FnMut(&Entry<'_>) -> ControlFlow<()>,
) -> Result<(), Failure> {
    match wanted {
        Some(code) => ledger.read_history(code, from, end, visit)?,
        None => ledger.read(from, end, visit)?,
    }
    Ok(())
}

fn matches(record: &Record<'_>, args: &Log, wanted: Option<OrganisationCode>) -> bool {
    let dated = record.occurred_on.parse::<PartialDate>().ok();
    let by = args.asking.effective.into_iter().chain(args.until).min();
    let is_about = |code: OrganisationCode| {
        let (kind, id) = record.stream.split_once('/').unwrap_or_default();
        let id = if kind == "assessment" { id.split('-').next().unwrap_or_default() } else { id };
        matches!(kind, "organisation" | "assessment") && id == code.as_str()
    };
    args.kind.as_ref().is_none_or(|kind| kind == record.kind)
        && args.since.is_none_or(|since| dated.is_some_and(|date| date.last_day() >= since))
        && by.is_none_or(|until| dated.is_some_and(|date| date.happened_by(until)))
        && wanted.is_none_or(is_about)
}

struct Printer<'a> {
    out: &'a mut dyn Write,
    format: Format,
    printed: u64,
}

const COLUMNS: [&str; 9] = [
    "position",
    "recorded_at",
    "occurred_on",
    "kind",
    "stream",
    "version",
    "actor",
    "command",
    "hash",
];

impl Printer<'_> {
    fn begin(&mut self) -> Outcome {
        match self.format {
            Format::Table => {
                let (recorded, occurred) = ("RECORDED", "OCCURRED");
                writeln!(
                    self.out,
                    "{:>6} {recorded:10} {occurred:10} {:23} STREAM",
                    "RECORD", "KIND"
                )?;
            }
            Format::Csv => writeln!(self.out, "{}", COLUMNS.join(","))?,
            Format::Json => write!(self.out, "[")?,
            Format::Plain | Format::Jsonl => {}
        }
        Ok(())
    }

    fn print(&mut self, line: &[u8], record: &Record<'_>) -> Outcome {
        let comma = if self.printed > 0 { "," } else { "" };
        self.printed += 1;
        match self.format {
            Format::Table => {
                let Record { position, recorded_at, occurred_on, kind, stream, .. } = record;
                let day = recorded_at.get(..10).unwrap_or_default();
                writeln!(self.out, "{position:>6} {day:10} {occurred_on:10} {kind:23} {stream}")?;
            }
            // No member of these has a comma, a quote or a tab in it.
            Format::Csv => writeln!(self.out, "{}", cells(record).join(","))?,
            Format::Plain => writeln!(self.out, "{}", cells(record).join("\t"))?,
            Format::Json => {
                writeln!(self.out, "{comma}")?;
                self.out.write_all(line)?;
            }
            Format::Jsonl => {
                self.out.write_all(line)?;
                self.out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Outcome {
        if self.format == Format::Json {
            writeln!(self.out, "{}]", if self.printed > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

fn cells(record: &Record<'_>) -> [String; 9] {
    [
        record.position.to_string(),
        record.recorded_at.to_owned(),
        record.occurred_on.to_owned(),
        record.kind.to_owned(),
        record.stream.to_owned(),
        record.version.to_string(),
        record.actor.to_owned(),
        record.command.to_owned(),
        record.hash.to_string(),
    ]
}

/// `show`.
pub fn show(home: &Home, args: &ShowRecord, out: &mut dyn Write) -> Outcome {
    super::only_for_the_regulator(args.audience, "a record")?;
    let mut ledger = open(home)?;
    let stored = ledger.store().record_at(args.position, &ledger.end()?.head)?;
    let record = stored.record();
    match args.format {
        Format::Table => {
            // A newer kind of record elsewhere is no reason not to show this one.
            let void = ledger.strike_outs(At::default()).unwrap_or_default().void();
            print_record(out, &record, void.get(&args.position).copied())?;
            if args.texts { print_texts(&ledger, &record, out) } else { Ok(()) }
        }
        Format::Json | Format::Jsonl => {
            out.write_all(stored.line())?;
            out.write_all(b"\n")?;
            Ok(())
        }
        Format::Csv | Format::Plain => {
            let mut printer = Printer { out, format: args.format, printed: 0 };
            printer.begin()?;
            printer.print(stored.line(), &record)
        }
    }
}

/// Prints the texts that a record refers to, such as why a score is what it is.
fn print_texts(ledger: &Ledger, record: &Record<'_>, out: &mut dyn Write) -> Outcome {
    let event = ledger::decode(record)?;
    let is_text = |content: &&Content| content.media_type.as_str().starts_with("text/");
    for content in event.contents().into_iter().filter(is_text) {
        writeln!(out, "\n{}", harmless(&opened(ledger, content)?))?;
    }
    Ok(())
}

fn print_record(out: &mut dyn Write, record: &Record<'_>, struck_out_by: Option<u64>) -> Outcome {
    let mut data: Value = serde_json::from_str(record.data).expect("a record's data is JSON");
    // Whole, a framework is some hundred lines: it has a command of its own.
    if let Some(framework) = data.get_mut("framework").filter(|framework| framework.is_object()) {
        let id = framework["id"].as_str().unwrap_or_default().to_owned();
        *framework = json!(format!("(whole; `piperoll framework show {id}`)"));
    }
    let clock = record.clock.map(|clock| format!("(the clock said {clock})")).unwrap_or_default();
    facts(
        out,
        &[
            ("position", record.position.to_string()),
            ("struck out", struck_out_by.map(|by| format!("by record {by}")).unwrap_or_default()),
            ("kind", record.kind.to_owned()),
            ("stream", format!("{}, version {}", record.stream, record.version)),
            ("occurred on", record.occurred_on.to_owned()),
            ("recorded at", format!("{} {clock}", record.recorded_at)),
            ("actor", record.actor.to_owned()),
            ("command", format!("{}, part {} of {}", record.command, record.part, record.parts)),
            ("request", record.request.to_string()),
            ("previous", record.previous.to_string()),
            ("hash", record.hash.to_string()),
            ("schema", record.schema.to_string()),
            ("salt", record.salt.to_owned()),
        ],
    )?;
    writeln!(out, "{}", serde_json::to_string_pretty(&data).expect("it has just been read"))?;
    let position = record.position;
    writeln!(out, "\ncheck: piperoll show {position} --format jsonl | jq -cj .record | b3sum")?;
    Ok(())
}
