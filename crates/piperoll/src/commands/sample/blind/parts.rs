//! The parts of what a second reader needs.

use super::super::items::Decided;
use crate::commands::harmless;
use crate::exit::Failure;
use crate::render::{Column, Row, known};
use assessment::event::{
    CommentSubject, CommentSubmitted, DraftWritten, EvidenceSubmitted, Section50Notified,
};
use assessment::framework::{Passage, ReportSection};
use assessment::state::Evidence;
use assessment::{
    CategoryId, CommentId, Content, Event, EvidenceId, ItemId, OrganisationCode, PartialDate,
    SampleId, State, StatementId,
};
use ledger::{AsOf, At, ContentError, Ledger};
use serde::Serialize;
use std::ops::ControlFlow;

/// A part of what a second reader needs.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    sample: SampleId,
    item: ItemId,
    /// What it is.
    pub part: &'static str,
    /// Its id.
    pub id: Option<String>,
    /// Its name, or what kind of it it is.
    pub name: Option<String>,
    /// The evidence category.
    pub category: Option<CategoryId>,
    /// When it was collected.
    pub collected_on: Option<PartialDate>,
    /// When it arrived.
    pub received_on: Option<PartialDate>,
    /// What is to be known of it.
    pub state: Option<String>,
    /// Its text.
    pub text: Option<String>,
}

impl Row for Part {
    const HEADER: &'static [&'static str] = &[
        "sample",
        "item",
        "part",
        "id",
        "name",
        "category",
        "collected_on",
        "received_on",
        "state",
        "text",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("part", |row| row.part.to_owned()),
            Column::id("id", |row| known(&row.id)),
            Column::text("name", |row| known(&row.name)),
            Column::text("state", |row| known(&row.state)),
            Column::text("text", |row| known(&row.text)),
        ]
    }
}

/// Everything that a second reader needs.
pub struct Reading {
    /// What is printed.
    pub parts: Vec<Part>,
    /// Contents that were opened, each with a name for its file.
    pub files: Vec<(String, Vec<u8>)>,
    sample: SampleId,
    item: ItemId,
}

impl Reading {
    /// Puts together what there is to read for a decision.
    pub fn of(ledger: &mut Ledger, sample: SampleId, decided: &Decided) -> Result<Self, Failure> {
        let item = decided.item.id;
        let mut reading = Self { parts: vec![], files: vec![], sample, item };
        let code = decided.event.organisation();
        let state = ledger.state(At::default(), &|_| code.into_iter().collect())?;
        reading.subject(&state, decided);
        match &decided.event {
            Event::ScoreReviewed(review) => reading.evidence(ledger, &review.evidence)?,
            Event::PanelDecided(_) | Event::PanelConfirmed(_) => {
                let evidence = evidence_then(ledger, decided)?;
                reading.evidence(ledger, &evidence)?;
            }
            Event::CommentResolved(resolved) => {
                reading.comment(ledger, &state, resolved.comment)?;
            }
            Event::EvidenceErased(erased) => reading.evidence(ledger, &[erased.evidence])?,
            Event::Section50Notified(notified) => reading.letter(notified),
            _ => reading.publication(ledger, decided)?,
        }
        Ok(reading)
    }

    /// Adds a part, of which nothing is known yet.
    pub(super) fn add(&mut self, part: &'static str) -> &mut Part {
        let (sample, item) = (self.sample, self.item);
        let (id, name, category, state, text) = (None, None, None, None, None);
        let (collected_on, received_on) = (None, None);
        let part =
            Part { sample, item, part, id, name, category, collected_on, received_on, state, text };
        self.parts.push(part);
        self.parts.last_mut().expect("it was just put there")
    }

    /// Whom and what it is about, as the framework of the assessment has it.
    fn subject(&mut self, state: &State, decided: &Decided) {
        if let Some(code) = decided.event.organisation() {
            let body = self.add("body");
            body.id = Some(code.to_string());
            body.name = state.organisations.get(&code).map(|it| it.facts.name.to_string());
        }
        let Some(id) = decided.event.assessment() else { return };
        self.add("assessment").id = Some(id.to_string());
        let framework = state.assessments.get(&id).map(|it| it.framework);
        let Some(framework) = framework.and_then(|id| state.frameworks.get(&id)) else { return };
        let part = self.add("framework");
        (part.id, part.name) = (Some(framework.id.to_string()), Some(framework.name.value.clone()));
        let Some((statement, category)) = decided.item.cell else { return };
        let part = self.add("statement");
        part.id = Some(statement.to_string());
        if let Some((_, stated)) = framework.statement(statement) {
            part.name = Some(stated.name.value.clone());
            part.text = stated.we_statement.as_ref().map(|it| it.value.clone());
        }
        if let Some(category) = category {
            let categories = &framework.scoring.categories;
            let name = categories.iter().find(|it| it.id == category);
            let part = self.add("category");
            part.id = Some(category.to_string());
            part.name = name.map(|it| it.name.value.clone());
        }
    }

    /// Each piece of evidence, opened.
    fn evidence(&mut self, ledger: &mut Ledger, ids: &[EvidenceId]) -> Result<(), Failure> {
        let owners: Vec<OrganisationCode> = ids.iter().map(EvidenceId::organisation).collect();
        let state = ledger.state(At::default(), &|_| owners.clone())?;
        if ids.is_empty() {
            self.add("evidence").state = Some("the decision names none".to_owned());
        }
        for id in ids {
            let Some(evidence) = state.evidence.get(id) else {
                let part = self.add("evidence");
                part.id = Some(id.to_string());
                part.state = Some("not in the ledger, or struck out".to_owned());
                continue;
            };
            self.piece(ledger, evidence)?;
        }
        Ok(())
    }

    fn piece(&mut self, ledger: &Ledger, evidence: &Evidence) -> Result<(), Failure> {
        let facts: &EvidenceSubmitted = &evidence.facts;
        let mut states = Vec::new();
        if facts.sensitive {
            states.push("sensitive".to_owned());
        }
        if let Some(withdrawn) = &evidence.withdrawn {
            states.push(format!("withdrawn on {}", withdrawn.withdrawn_on));
        }
        let text = match &evidence.erased {
            Some(erased) => {
                states.push(format!("erased on {}: {}", erased.erased_on, erased.legal_basis));
                None
            }
            None => match self.open(ledger, &facts.evidence.to_string(), &facts.content)? {
                Ok(text) => Some(text),
                Err(why) => {
                    states.push(why);
                    None
                }
            },
        };
        let part = self.add("evidence");
        part.id = Some(facts.evidence.to_string());
        part.name = Some(format!("{} from {}", facts.method, facts.source).replace('_', " "));
        part.category = Some(facts.category);
        part.collected_on = Some(facts.collected_on);
        part.received_on = Some(facts.received_on);
        part.state = (!states.is_empty()).then(|| states.join("; "));
        part.text = text;
        Ok(())
    }

    /// A text, or why there is none to print; what was opened is kept for a file.
    fn open(
        &mut self,
        ledger: &Ledger,
        name: &str,
        content: &Content,
    ) -> Result<Result<String, String>, Failure> {
        let clear = match ledger.contents().open(content) {
            Ok(opened) => opened.clear,
            Err(
                error @ (ContentError::NoKeys
                | ContentError::KeyMissing { .. }
                | ContentError::Missing { .. }),
            ) => return Ok(Err(format!("not opened: {error}"))),
            Err(error) => return Err(error.into()),
        };
        let media_type = content.media_type.as_str();
        let ending = match media_type {
            "text/plain" => "txt",
            "text/markdown" => "md",
            "text/csv" => "csv",
            "application/pdf" => "pdf",
            _ => "bin",
        };
        let text = String::from_utf8(clear.clone()).ok();
        let text = text.filter(|_| media_type.starts_with("text/"));
        let file = format!("{name}.{ending}");
        if self.files.iter().all(|(known, _)| *known != file) {
            self.files.push((file, clear));
        }
        let length = content.length;
        let no_text = || format!("no text: {media_type}, {length} bytes; --out has it as a file");
        Ok(text.map(|text| harmless(text.trim_end())).ok_or_else(no_text))
    }

    /// What somebody said of the draft, and the passage that it is about.
    fn comment(
        &mut self,
        ledger: &mut Ledger,
        state: &State,
        id: CommentId,
    ) -> Result<(), Failure> {
        let comments = state.assessments.get(&id.assessment()).map(|it| &it.comments);
        let comment = comments.and_then(|all| all.iter().find(|it| it.facts.comment == id));
        let Some(facts) = comment.map(|it| &it.facts) else { return Ok(()) };
        self.said(ledger, facts, None)?;
        self.passage(ledger, id, facts.about)?;
        if facts.evidence.is_empty() { Ok(()) } else { self.evidence(ledger, &facts.evidence) }
    }

    /// What somebody said of the draft, and what is to be told of that.
    pub(super) fn said(
        &mut self,
        ledger: &Ledger,
        facts: &CommentSubmitted,
        outcome: Option<String>,
    ) -> Result<(), Failure> {
        let text = self.open(ledger, facts.comment.as_str(), &facts.text)?;
        let part = self.add("comment");
        part.id = Some(facts.comment.to_string());
        let from = facts.recipient.as_str().replace('_', " ");
        part.name = Some(format!("kind {}, from the {from}", facts.kind));
        part.received_on = Some(facts.received_on);
        let marks = [(facts.late, "late"), (facts.unsupported, "names no evidence")];
        let marks = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark.to_owned());
        let why = text.as_ref().err().cloned();
        let states: Vec<String> = marks.chain(outcome).chain(why).collect();
        part.state = (!states.is_empty()).then(|| states.join("; "));
        part.text = text.ok();
        Ok(())
    }

    /// The passage as it stood when the comment came.
    fn passage(
        &mut self,
        ledger: &mut Ledger,
        id: CommentId,
        about: CommentSubject,
    ) -> Result<(), Failure> {
        let findings = |section, statement: Option<StatementId>, theme| {
            Some(Passage { section, statement, theme })
        };
        let passage = match about {
            CommentSubject::Page(page) => {
                let part = self.add("passage");
                part.name = Some(format!("page {page} of the draft"));
                return Ok(());
            }
            CommentSubject::Statement(id) => {
                findings(ReportSection::StatementFindings, Some(id), None)
            }
            CommentSubject::Theme(id) => findings(ReportSection::ThemeFindings, None, Some(id)),
        };
        let (mut written, mut failed) = (None, None);
        let end = ledger.end()?.head;
        ledger.read_history(id.assessment().organisation(), 0, &end, &mut |entry| {
            match ledger::decode(&entry.record) {
                Ok(Event::DraftWritten(draft))
                    if draft.assessment == id.assessment() && Some(draft.passage) == passage =>
                {
                    written = Some(draft);
                }
                Ok(Event::CommentSubmitted(comment)) if comment.comment == id => {
                    return ControlFlow::Break(());
                }
                Ok(_) => {}
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        if let Some(draft) = &written {
            return self.written(ledger, "passage", draft);
        }
        let part = self.add("passage");
        part.name = passage.map(|passage| passage.to_string());
        part.state = Some("not written when the comment came".to_owned());
        Ok(())
    }

    /// A passage in the version that was written; its file gets this name.
    pub(super) fn written(
        &mut self,
        ledger: &Ledger,
        file: &str,
        draft: &DraftWritten,
    ) -> Result<(), Failure> {
        let text = self.open(ledger, file, &draft.content)?;
        let part = self.add("passage");
        part.name = Some(draft.passage.to_string());
        let why = text.as_ref().err().map(|why| format!("; {why}")).unwrap_or_default();
        part.state = Some(format!("version {}{why}", draft.version));
        part.text = text.ok();
        Ok(())
    }

    /// A letter, of which the ledger has no more than its digest.
    fn letter(&mut self, notified: &Section50Notified) {
        let part = self.add("letter");
        part.name = Some(format!("to the {}", notified.letter.addressee()));
        part.state = Some(format!("sent on {}", notified.sent_on));
        part.text = Some(format!("BLAKE3 {}", notified.digest));
        for statement in &notified.statements {
            self.add("statement").id = Some(statement.to_string());
        }
    }
}

/// The evidence that a score rested on when a panel decided on it.
fn evidence_then(ledger: &mut Ledger, decided: &Decided) -> Result<Vec<EvidenceId>, Failure> {
    let (Some(id), Some(cell)) = (decided.event.assessment(), decided.item.cell) else {
        return Ok(vec![]);
    };
    let as_of = Some(AsOf::Position(decided.item.id.position()));
    let then = ledger.state(At { as_of, ..At::default() }, &|_| vec![id.organisation()])?;
    let judged = then.assessments.get(&id).and_then(|it| it.judged.get(&cell));
    Ok(judged.map(|it| it.evidence.clone()).unwrap_or_default())
}
