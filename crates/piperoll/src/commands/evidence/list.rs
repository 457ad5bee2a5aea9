//! `evidence list`.

use super::{is_category_unused, listed, reach};
use crate::cli::{Asking, Audience, EvidenceList};
use crate::commands::assessment::unknown;
use crate::commands::{
    self, Home, ask, at, only_for_the_regulator, only_of_itself, open, organisation,
};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use assessment::event::{
    EvidenceMethod, EvidenceOrigin, EvidenceRequested, EvidenceSetting, EvidenceSource,
};
use assessment::state::Evidence;
use assessment::{
    AssessmentId, CategoryId, EvidenceId, InvalidId, OrganisationCode, PartialDate, RequestId,
    State,
};
use ledger::Ledger;
use projections::{Disclosed, Told, UsedEvidence};
use serde::Serialize;
use std::io::Write;

/// Lists evidence, or requests for it.
pub fn run(home: &Home, args: &EvidenceList, out: &mut dyn Write) -> Outcome {
    let asking = &args.asking;
    if let (Audience::Body(code), false) = (asking.audience, args.requests) {
        return render::rows(out, asking.format, &told(home, args, code)?);
    }
    only_for_the_regulator(asking.audience, "what evidence is held and asked for")?;
    let mut ledger = open(home)?;
    let code = args.organisation.as_ref();
    let code = code.map(|text| organisation(&mut ledger, at(asking), text)).transpose()?;
    let used_by = args.assessment.as_ref();
    let used_by = used_by.map(|text| commands::assessment(&mut ledger, text)).transpose()?;
    // Anybody may have asked a body for evidence.
    let holder = code.filter(|_| !args.requests);
    let state = state(&mut ledger, asking, holder, used_by)?;
    if args.requests {
        return render::rows(out, asking.format, &requests(&state, code));
    }
    if let Some(id) = used_by.filter(|id| !state.assessments.contains_key(id)) {
        return Err(unknown(id));
    }
    let is_wanted = |evidence: &&Evidence| {
        let id = &evidence.facts.evidence;
        code.is_none_or(|code| evidence.facts.organisations.contains(&code))
            && used_by.is_none_or(|by| state.assessments[&by].used.contains_key(id))
    };
    let evidence = state.organisations.keys().flat_map(|code| state.evidence_of(*code));
    let rows: Vec<_> = evidence.filter(is_wanted).map(|it| row(&state, it)).collect();
    render::rows(out, asking.format, &rows)
}

/// All that is needed to list the evidence of a body, of an assessment, or of everybody.
fn state(
    ledger: &mut Ledger,
    asking: &Asking,
    code: Option<OrganisationCode>,
    used_by: Option<AssessmentId>,
) -> Result<State, Failure> {
    let all: Vec<OrganisationCode> = match code {
        Some(code) => vec![code],
        None if used_by.is_some() => vec![],
        None => {
            let bodies = ask(ledger, at(asking), &|catalogue| catalogue.organisations())?;
            bodies.iter().map(|body| body.facts.code).collect()
        }
    };
    reach(ledger, at(asking), &|state| {
        let behind = used_by.map(|id| state.behind(id)).unwrap_or_default();
        [all.clone(), behind].concat()
    })
}

/// A piece of evidence, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(in crate::commands) struct EvidenceRow {
    pub(super) evidence: EvidenceId,
    pub(super) organisations: String,
    pub(super) category: CategoryId,
    pub(super) method: EvidenceMethod,
    pub(super) setting: EvidenceSetting,
    pub(super) origin: EvidenceOrigin,
    pub(super) source: EvidenceSource,
    pub(super) collected_on: PartialDate,
    pub(super) received_on: PartialDate,
    pub(super) statements: String,
    pub(super) sensitive: bool,
    pub(super) length: u64,
    pub(super) media_type: String,
    pub(super) request: Option<RequestId>,
    pub(super) state: String,
    pub(super) marks: String,
    pub(super) used_in: String,
}

impl Row for EvidenceRow {
    const HEADER: &'static [&'static str] = &[
        "evidence",
        "organisations",
        "category",
        "method",
        "setting",
        "origin",
        "source",
        "collected_on",
        "received_on",
        "statements",
        "sensitive",
        "length",
        "media_type",
        "request",
        "state",
        "marks",
        "used_in",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("evidence", |row| row.evidence.to_string()),
            Column::id("category", |row| row.category.to_string()),
            Column::text("method", |row| row.method.as_str().replace('_', " ")),
            Column::left("collected", |row| row.collected_on.to_string()),
            Column::text("used in", |row| row.used_in.clone()),
            Column::text("state", |row| {
                let sensitive = row.sensitive.then_some("sensitive");
                let marks = row.marks.split_whitespace();
                // When, is for the other formats and for `evidence show`.
                let state = row.state.split(' ').take(1);
                let words = state.chain(sensitive).chain(marks);
                words.collect::<Vec<_>>().join(", ").replace('_', " ")
            }),
        ]
    }
}

pub(in crate::commands) fn row(state: &State, evidence: &Evidence) -> EvidenceRow {
    let facts = &evidence.facts;
    let using = state.assessments.iter().filter(|(_, it)| it.used.contains_key(&facts.evidence));
    let late = facts.late.then_some("late");
    let unused = is_category_unused(state, facts).then_some("unused_category");
    EvidenceRow {
        evidence: facts.evidence,
        organisations: listed(&facts.organisations),
        category: facts.category,
        method: facts.method,
        setting: facts.setting,
        origin: facts.origin,
        source: facts.source,
        collected_on: facts.collected_on,
        received_on: facts.received_on,
        statements: listed(&facts.statements),
        sensitive: facts.sensitive,
        length: facts.content.length,
        media_type: facts.content.media_type.to_string(),
        request: facts.request,
        state: match (&evidence.erased, &evidence.withdrawn) {
            (Some(erased), _) => format!("erased {}", erased.erased_on),
            (None, Some(withdrawn)) => format!("withdrawn {}", withdrawn.withdrawn_on),
            (None, None) => "held".to_owned(),
        },
        marks: listed(&late.into_iter().chain(unused).collect::<Vec<_>>()),
        used_in: listed(&using.map(|(id, _)| *id).collect::<Vec<_>>()),
    }
}

/// A request, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(in crate::commands) struct RequestRow {
    pub(super) request: RequestId,
    pub(super) organisation: OrganisationCode,
    pub(super) of: OrganisationCode,
    pub(super) category: CategoryId,
    pub(super) method: EvidenceMethod,
    pub(super) statements: String,
    pub(super) collected_since: Option<PartialDate>,
    pub(super) requested_on: PartialDate,
    pub(super) due_on: PartialDate,
    pub(super) state: &'static str,
    pub(super) answered_by: String,
}

impl Row for RequestRow {
    const HEADER: &'static [&'static str] = &[
        "request",
        "organisation",
        "of",
        "category",
        "method",
        "statements",
        "collected_since",
        "requested_on",
        "due_on",
        "state",
        "answered_by",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("request", |row| row.request.to_string()),
            Column::left("of", |row| row.of.to_string()),
            Column::id("category", |row| row.category.to_string()),
            Column::text("method", |row| row.method.as_str().replace('_', " ")),
            Column::left("due", |row| row.due_on.to_string()),
            Column::text("state", |row| format!("{} {}", row.state, row.answered_by)),
        ]
    }
}

/// Requests for or of a body, or of everybody, in the order of recording.
pub(in crate::commands) fn requests(
    state: &State,
    code: Option<OrganisationCode>,
) -> Vec<RequestRow> {
    let is_wanted =
        |it: &&EvidenceRequested| code.is_none_or(|code| [it.organisation, it.of].contains(&code));
    let mut requests: Vec<_> = state.requests.values().filter(is_wanted).collect();
    requests.sort_by_key(|it| (it.organisation, it.request.number()));
    requests.into_iter().map(|it| request_row(state, it)).collect()
}

pub(super) fn request_row(state: &State, request: &EvidenceRequested) -> RequestRow {
    let evidence = state.evidence.values().map(|evidence| &evidence.facts);
    let came = evidence.filter(|facts| facts.request == Some(request.request));
    let came: Vec<EvidenceId> = came.map(|facts| facts.evidence).collect();
    RequestRow {
        request: request.request,
        organisation: request.organisation,
        of: request.of,
        category: request.category,
        method: request.method,
        statements: listed(&request.statements),
        collected_since: request.collected_since,
        requested_on: request.requested_on,
        due_on: request.due_on,
        state: match (request.answered_by, came.is_empty()) {
            (Some(_), _) => "held",
            (None, false) => "received",
            (None, true) => "open",
        },
        answered_by: listed(&request.answered_by.into_iter().chain(came).collect::<Vec<_>>()),
    }
}

/// Evidence, as it is listed to the body that it is about: sensitive items are only counted.
#[derive(Debug, Clone, Serialize)]
struct ToldRow {
    organisation: OrganisationCode,
    assessment: AssessmentId,
    /// Whether it stood so in the draft or in the publication.
    told_in: &'static str,
    told_on: PartialDate,
    category: CategoryId,
    method: Option<EvidenceMethod>,
    collected_on: Option<PartialDate>,
    sensitive: bool,
    pieces: u64,
}

impl Row for ToldRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "assessment",
        "told_in",
        "told_on",
        "category",
        "method",
        "collected_on",
        "sensitive",
        "pieces",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("category", |row| row.category.to_string()),
            Column::text("method", |row| match row.method {
                Some(method) => method.as_str().replace('_', " "),
                None => "sensitive".to_owned(),
            }),
            Column::left("collected", |row| known(&row.collected_on)),
            Column::right("pieces", |row| row.pieces.to_string()),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, as in the {} of {}", self.assessment, self.told_in, self.told_on))
    }
}

/// The evidence that a body has been told of: its own, as in the publication or, before there is
/// one, in the draft that was shared with it.
fn told(home: &Home, args: &EvidenceList, code: OrganisationCode) -> Result<Vec<ToldRow>, Failure> {
    let mut ledger = open(home)?;
    let at = at(&args.asking);
    only_of_itself(&mut ledger, at, code, args.organisation.as_slice())?;
    let disclosures = ledger.disclosures(at, code)?;
    let wanted: Option<AssessmentId> =
        args.assessment.as_ref().map(|text| text.parse()).transpose().map_err(
            |error: InvalidId| {
                Failure::new(REFUSED, error.to_string())
                    .hint("`piperoll assessment list` shows them")
            },
        )?;
    if let Some(id) = wanted.filter(|id| disclosures.told(*id).is_none()) {
        return Err(unknown(id));
    }
    let told = disclosures.assessments().filter(|(id, _)| wanted.is_none_or(|it| it == *id));
    Ok(told.flat_map(|(id, told)| told_rows(id, told)).collect())
}

fn told_rows(assessment: AssessmentId, told: &Told) -> Vec<ToldRow> {
    let (told_in, disclosed): (_, &Disclosed) = match (&told.published, &told.shared) {
        (Some(published), _) => ("publication", published),
        (None, Some(shared)) => ("draft", shared),
        (None, None) => return vec![],
    };
    let row = |category, used: Option<&UsedEvidence>, pieces| ToldRow {
        organisation: assessment.organisation(),
        assessment,
        told_in,
        told_on: disclosed.on,
        category,
        method: used.map(|used| used.method),
        collected_on: used.map(|used| used.collected_on),
        sensitive: used.is_none(),
        pieces,
    };
    let plain = disclosed.evidence.iter().map(|used| row(used.category, Some(used), 1));
    let sensitive =
        disclosed.sensitive.iter().map(|(category, pieces)| row(*category, None, *pieces));
    plain.chain(sensitive).collect()
}
