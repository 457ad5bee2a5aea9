//! `draft …`.

use super::write::seal;
use super::{
    Home, ask, at, carry_out, frameworks, harmless, only_for_the_regulator, open, opened,
    statement, told,
};
use crate::cli::{
    Asking, ConfirmDraft, Draft, ExtendDraft, Format, PassageOf, ShareDraft, WriteDraft, Writing,
};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, count, known};
use crate::world;
use assessment::event::DraftWritten;
use assessment::framework::{Passage, Recipient, ReportSection};
use assessment::{
    AssessmentId, Content, Event, MediaType, PartialDate, Stage, State, StatementId, ThemeId,
    command, evolve, readiness,
};
use chrono::NaiveDate;
use ledger::{At, Ledger, NewContent};
use serde::Serialize;
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Draft, out: &mut dyn Write) -> Outcome {
    match command {
        Draft::Write(args) => write(home, args, out),
        Draft::Share(args) => share(home, args, out),
        Draft::Extend(args) => extend(home, args, out),
        Draft::Confirm(args) => confirm(home, args, out),
        Draft::List { assessment, asking } => list(home, assessment.as_deref(), asking, out),
        Draft::Show { assessment, passage, asking } => show(home, assessment, passage, asking, out),
    }
}

/// What the rules know of all bodies.
pub fn all_state(ledger: &mut Ledger, at: At) -> Result<State, Failure> {
    let bodies = ask(ledger, at, &|catalogue| catalogue.organisations())?;
    Ok(ledger.state(at, &|_| bodies.iter().map(|body| body.facts.code).collect())?)
}

/// A text as it was opened. People are told why it was not, where its key is not here; for a
/// program, that sentence would be the text.
pub fn text(ledger: &Ledger, content: &Content, format: Format) -> Result<String, Failure> {
    if format != Format::Table {
        ledger.contents().open(content).map_err(Failure::from)?;
    }
    Ok(harmless(&opened(ledger, content)?))
}

/// The quality statement that a person means, under any framework of the ledger.
pub fn statement_of(ledger: &mut Ledger, text: &str) -> Result<StatementId, Failure> {
    // An id that no framework knows is the rules' to refuse.
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => {
            let frameworks = frameworks(ledger, At::default())?;
            statement(frameworks.values().map(|adopted| &adopted.framework), text)
        }
    }
}

fn write(home: &Home, args: &WriteDraft, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let id = super::assessment(&mut ledger, &args.assessment)?;
    let content = passage_text(args)?;
    let Passage { section, statement, theme } = passage(&mut ledger, &args.passage)?;
    let command = command::WriteDraft {
        assessment: id,
        content: content.content.clone(),
        section,
        statement,
        theme,
        written_on: args.on.unwrap_or_else(|| world::now().day().into()),
    };
    let written_on = command.written_on.first_day();
    let events = carry_out(&mut ledger, &args.writing, command, vec![content], out)?;
    let mut state = ledger.state(At::default(), &|_| vec![id.organisation()])?;
    for event in &events {
        let Event::DraftWritten(written) = event else { continue };
        if args.writing.dry_run {
            state = evolve(state, event);
        }
        let needs = readiness(&state, id, written_on).map_or(vec![], |ready| ready.needs);
        let missing = needs.iter().filter(|need| need.stage() == Stage::Draft).count() as u64;
        let missing = match missing {
            0 => "every passage is written".to_owned(),
            missing => format!("{} still missing", count(missing, "passage")),
        };
        let is = told(&args.writing, "is", "would be");
        let (passage, version) = (written.passage, written.version);
        writeln!(out, "{passage} {is} there in version {version}; {missing}")?;
    }
    Ok(())
}

/// Seals the text of a passage. That it is text is looked at here, as no rule can see through a
/// seal and a report is put together from it.
fn passage_text(args: &WriteDraft) -> Result<NewContent, Failure> {
    let text = match (&args.words.text, &args.words.file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => world::read(file)?,
        (None, None) => String::new(),
    };
    let media_type = match args.words.file.as_deref() {
        None | Some("-") => "text/plain".to_owned(),
        Some(file) => ledger::media_type_of(file),
    };
    let media_type: MediaType = media_type.parse().expect("a guess among known types is one");
    let sealed = ledger::seal(text.as_bytes(), media_type, &mut world::random);
    Ok(sealed.map_err(ledger::Error::from)?)
}

fn passage(ledger: &mut Ledger, named: &PassageOf) -> Result<Passage, Failure> {
    let statement = named.statement.as_deref();
    let statement = statement.map(|text| statement_of(ledger, text)).transpose()?;
    Ok(Passage { section: named.section, statement, theme: named.theme })
}

fn share(home: &Home, args: &ShareDraft, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let command = command::ShareDraft {
        assessment: super::assessment(&mut ledger, &args.assessment)?,
        recipients: args.recipients.clone(),
        shared_on: args.on.unwrap_or_else(|| world::now().day().into()),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        if let Event::DraftShared(shared) = event {
            in_time(&args.writing, shared.recipient, shared.due_on, out)?;
        }
    }
    Ok(())
}

fn in_time(
    writing: &Writing,
    recipient: Recipient,
    due_on: PartialDate,
    out: &mut dyn Write,
) -> Outcome {
    let are = told(writing, "are", "would be");
    Ok(writeln!(out, "{recipient}: comments {are} in time until the end of {due_on}")?)
}

fn extend(home: &Home, args: &ExtendDraft, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let content = seal(&args.words)?;
    let command = command::ExtendDraft {
        assessment: super::assessment(&mut ledger, &args.assessment)?,
        due_on: args.until,
        extended_on: args.on.unwrap_or_else(|| world::now().day().into()),
        granted_by: args.granted_by,
        reason: args.reason,
        recipient: args.recipient,
        text: content.as_ref().map(|content| content.content.clone()),
    };
    let contents = content.into_iter().collect();
    for event in carry_out(&mut ledger, &args.writing, command, contents, out)? {
        if let Event::DraftExtended(extended) = event {
            in_time(&args.writing, extended.recipient, extended.due_on, out)?;
        }
    }
    Ok(())
}

fn confirm(home: &Home, args: &ConfirmDraft, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let id = super::assessment(&mut ledger, &args.assessment)?;
    let command = command::ConfirmDraft {
        assessment: id,
        confirmed_on: args.on.unwrap_or_else(|| world::now().day().into()),
        recipient: args.recipient,
    };
    let events = carry_out(&mut ledger, &args.writing, command, vec![], out)?;
    let mut state = ledger.state(At::default(), &|_| vec![id.organisation()])?;
    for event in &events {
        let Event::DraftConfirmed(confirmed) = event else { continue };
        if args.writing.dry_run {
            state = evolve(state, event);
        }
        let has = told(&args.writing, "has", "would have");
        writeln!(out, "{} {has} no (further) comments", confirmed.recipient)?;
        let windows = state.assessments.get(&id).map(|it| it.windows.clone()).unwrap_or_default();
        let waiting = windows.iter().filter(|(_, window)| window.confirmed_on.is_none());
        for (recipient, window) in waiting {
            in_time(&args.writing, *recipient, window.due_on, out)?;
        }
    }
    Ok(())
}

/// A passage of a report, written or missing.
#[derive(Debug, Clone, Serialize)]
struct PassageRow {
    assessment: AssessmentId,
    section: ReportSection,
    theme: Option<ThemeId>,
    statement: Option<StatementId>,
    version: Option<u64>,
    written_on: Option<PartialDate>,
    length: Option<u64>,
    media_type: Option<MediaType>,
}

impl Row for PassageRow {
    const HEADER: &'static [&'static str] = &[
        "assessment",
        "section",
        "theme",
        "statement",
        "version",
        "written_on",
        "length",
        "media_type",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("passage", |row| match (row.theme, row.statement) {
                (Some(theme), _) => format!("theme {theme}"),
                (None, Some(statement)) => statement.to_string(),
                (None, None) => row.section.to_string(),
            }),
            Column::left("version", |row| {
                row.version.map_or("missing".to_owned(), |v| v.to_string())
            }),
            Column::left("written", |row| known(&row.written_on)),
            Column::right("bytes", |row| known(&row.length)),
            Column::left("type", |row| known(&row.media_type)),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(self.assessment.to_string())
    }
}

fn row(assessment: AssessmentId, passage: Passage, draft: Option<&DraftWritten>) -> PassageRow {
    PassageRow {
        assessment,
        section: passage.section,
        theme: passage.theme,
        statement: passage.statement,
        version: draft.map(|draft| draft.version),
        written_on: draft.map(|draft| draft.written_on),
        length: draft.map(|draft| draft.content.length),
        media_type: draft.map(|draft| draft.content.media_type.clone()),
    }
}

/// The passages of a report in its order, as the process has them on a day.
fn rows(state: &State, id: AssessmentId, on: NaiveDate) -> Vec<PassageRow> {
    let Some(assessment) = state.assessments.get(&id) else { return vec![] };
    let framework = state.frameworks.get(&assessment.framework);
    let process = state.process(&assessment.framework, on);
    let Some((framework, process)) = framework.zip(process) else { return vec![] };
    let passages = process.passages(framework).into_iter();
    passages.map(|passage| row(id, passage, assessment.drafts.get(&passage))).collect()
}

fn list(home: &Home, wanted: Option<&str>, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a draft")?;
    let mut ledger = open(home)?;
    let at = at(asking);
    let on = asking.effective.unwrap_or_else(|| world::now().day());
    let rows = match wanted {
        Some(text) => {
            let id = super::assessment(&mut ledger, text)?;
            let state = ledger.state(at, &|_| vec![id.organisation()])?;
            if !state.assessments.contains_key(&id) {
                return Err(super::assessment::unknown(id));
            }
            rows(&state, id, on)
        }
        None => {
            let state = all_state(&mut ledger, at)?;
            let open = state.assessments.iter().filter(|(_, assessment)| assessment.is_open());
            open.flat_map(|(id, _)| rows(&state, *id, on)).collect()
        }
    };
    render::rows(out, asking.format, &rows)
}

/// The text of a passage.
#[derive(Debug, Clone, Serialize)]
struct TextRow {
    assessment: AssessmentId,
    section: ReportSection,
    theme: Option<ThemeId>,
    statement: Option<StatementId>,
    version: u64,
    written_on: PartialDate,
    media_type: MediaType,
    text: String,
}

impl Row for TextRow {
    const HEADER: &'static [&'static str] = &[
        "assessment",
        "section",
        "theme",
        "statement",
        "version",
        "written_on",
        "media_type",
        "text",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![Column::text("text", |row| row.text.clone())]
    }
}

fn show(
    home: &Home,
    wanted: &str,
    named: &PassageOf,
    asking: &Asking,
    out: &mut dyn Write,
) -> Outcome {
    only_for_the_regulator(asking.audience, "a draft")?;
    let mut ledger = open(home)?;
    let id = super::assessment(&mut ledger, wanted)?;
    let passage = passage(&mut ledger, named)?;
    let state = ledger.state(at(asking), &|_| vec![id.organisation()])?;
    let Some(assessment) = state.assessments.get(&id) else {
        return Err(super::assessment::unknown(id));
    };
    let Some(draft) = assessment.drafts.get(&passage) else {
        return Err(Failure::new(REFUSED, format!("{passage} of {id} is not written"))
            .hint(format!("`piperoll draft list {id}` lists the passages, written or missing")));
    };
    if asking.format == Format::Table {
        render::facts(
            out,
            &[
                ("assessment", id.to_string()),
                ("passage", passage.to_string()),
                ("version", draft.version.to_string()),
                ("written on", draft.written_on.to_string()),
                ("length", format!("{} bytes, {}", draft.content.length, draft.content.media_type)),
            ],
        )?;
    }
    let text = text(&ledger, &draft.content, asking.format)?;
    if asking.format == Format::Table {
        return Ok(writeln!(out, "\n{}", text.trim_end())?);
    }
    let row = TextRow {
        assessment: id,
        section: passage.section,
        theme: passage.theme,
        statement: passage.statement,
        version: draft.version,
        written_on: draft.written_on,
        media_type: draft.content.media_type.clone(),
        text,
    };
    render::rows(out, asking.format, &[row])
}
