//! `publication show`.

use super::list::{PublicationRow, rows};
use crate::cli::{Asking, Audience, Format};
use crate::commands::{Home, at, harmless, open, opened};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::render::{self, Column, Row, known};
use assessment::event::{
    AssessmentKind, PublicationImported, PublicationMade, PublicationWithdrawalReason,
    ReissueReason,
};
use assessment::scoring::Percent;
use assessment::{
    AssessmentId, Content, Digest, Event, FrameworkId, Name, OrganisationCode, PartialDate,
    PublicationId, SourceUrl,
};
use ledger::Ledger;
use serde::Serialize;
use std::io::Write;
use std::ops::ControlFlow;

/// Shows one publication.
pub fn run(home: &Home, wanted: PublicationId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let rows = rows(&mut ledger, None, asking)?;
    let Some(row) = rows.iter().find(|row| row.publication == wanted) else {
        return Err(Failure::new(REFUSED, format!("no publication {wanted} is in the ledger"))
            .hint("`piperoll publication list` shows them"));
    };
    let record = record(&mut ledger, row, asking)?;
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &[Whole::of(row, &record)]);
    }
    let position = row.position.map(|at| format!("{at} (`piperoll show {at}`)"));
    let score = row.published_score.map(|score| format!("{score} %"));
    let general = [
        ("publication", row.publication.to_string()),
        ("organisation", format!("{} ({})", row.name, row.organisation)),
        ("assessment", row.assessment.to_string()),
        ("framework", row.framework.to_string()),
        ("kind", row.kind.to_string()),
        ("published on", row.published_on.to_string()),
        ("rating", row.published_rating.to_owned()),
        ("score", score.unwrap_or_default()),
    ];
    let special = match &record {
        Record::None => vec![],
        Record::Imported(import) => imported(import),
        Record::Made(made) => self::made(made),
    };
    let after = after(&mut ledger, row, asking)?;
    let last = [("flags", row.flags.clone()), ("record", known(&position))];
    render::facts(out, &[&general[..], &special, &after, &last].concat())
}

/// What it took the place of, that it was withdrawn, and why; to the regulator in words too.
fn after(
    ledger: &mut Ledger,
    row: &PublicationRow,
    asking: &Asking,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let (mut reissued, mut withdrawn) = (String::new(), String::new());
    if asking.audience == Audience::Regulator && (row.replaces, row.withdrawn_on) != (None, None) {
        let state = ledger.state(at(asking), &|_| vec![row.organisation])?;
        if let Some(of) = state.assessments.get(&row.assessment) {
            let reissue = of.reissues.get(&row.publication);
            reissued = in_words(ledger, reissue.and_then(|it| it.text.as_ref()))?;
            let withdrawal = of.withdrawn.get(&row.publication);
            withdrawn = in_words(ledger, withdrawal.and_then(|it| it.text.as_ref()))?;
        }
    }
    let place = row.replaces.zip(row.reissue_reason);
    let place = place.map(|(replaces, reason)| format!("{replaces} ({reason})"));
    let taken_back = row.withdrawn_on.zip(row.withdrawal_reason);
    let taken_back = taken_back.map(|(on, reason)| format!("{on} ({reason})"));
    Ok(vec![
        ("in place of", known(&place)),
        ("because", reissued),
        ("withdrawn", known(&taken_back)),
        ("because", withdrawn),
    ])
}

fn in_words(ledger: &Ledger, text: Option<&Content>) -> Result<String, Failure> {
    text.map_or(Ok(String::new()), |text| Ok(harmless(&opened(ledger, text)?)))
}

/// What was recorded of a publication.
enum Record {
    None,
    Imported(Box<PublicationImported>),
    Made(Box<PublicationMade>),
}

/// The latest record of a publication; each kind that is looked for is public as a whole, and none
/// of them is ever struck out.
fn record(ledger: &mut Ledger, row: &PublicationRow, asking: &Asking) -> Result<Record, Failure> {
    const KINDS: [&str; 4] = [
        "publication_imported",
        "imported_publication_replaced",
        "publication_made",
        "publication_reissued",
    ];
    let end = ledger.end_at(at(asking))?;
    let mut events = Vec::new();
    ledger.read_history(row.organisation, 0, &end, &mut |entry| {
        if KINDS.contains(&entry.record.kind) {
            events.push(ledger::decode(&entry.record));
        }
        ControlFlow::Continue(())
    })?;
    let mut latest = Record::None;
    for event in events {
        let event = event?;
        let days = event.occurred_on().zip(asking.effective);
        if days.is_some_and(|(on, day)| !on.happened_by(day)) {
            continue;
        }
        let found = match event {
            Event::PublicationImported(import) => Record::Imported(Box::new(import)),
            Event::ImportedPublicationReplaced(event) => Record::Imported(Box::new(event.import)),
            Event::PublicationMade(made) => Record::Made(Box::new(made)),
            Event::PublicationReissued(event) => Record::Made(Box::new(event.made)),
            _ => continue,
        };
        if found.publication() == Some(row.publication) {
            latest = found;
        }
    }
    Ok(latest)
}

impl Record {
    fn publication(&self) -> Option<PublicationId> {
        match self {
            Self::None => None,
            Self::Imported(import) => Some(import.publication),
            Self::Made(made) => Some(made.publication),
        }
    }
}

fn imported(import: &PublicationImported) -> Vec<(&'static str, String)> {
    vec![
        ("taken in", "as published before this ledger".to_owned()),
        ("source", known(&import.source)),
        ("statements", statements(import.scores.len())),
    ]
}

fn made(made: &PublicationMade) -> Vec<(&'static str, String)> {
    let themes = made.themes.iter();
    let themes = themes.map(|it| format!("{} {}, {} %", it.theme, it.rating, it.score));
    vec![
        ("themes", themes.collect::<Vec<_>>().join("; ")),
        ("statements", statements(made.scores.len())),
        ("assessed on", known(&made.assessed_on)),
        ("rated on", known(&made.rated_on)),
        ("passages", passages(made).len().to_string()),
        ("released", format!("publications/{}", made.released)),
        ("report", format!("`piperoll report {}`", made.publication)),
    ]
}

fn statements(scores: usize) -> String {
    if scores == 0 { "no scores known".to_owned() } else { format!("{scores} scores") }
}

fn passages(made: &PublicationMade) -> Vec<String> {
    // How many versions there were is nobody's business but the regulator's, who asks `draft list`.
    made.passages.iter().map(|it| it.passage.to_string()).collect()
}

/// A publication with all that is recorded of it, as it is shown to programs.
#[derive(Debug, Clone, Serialize)]
struct Whole {
    publication: PublicationId,
    organisation: OrganisationCode,
    name: Name,
    assessment: AssessmentId,
    framework: FrameworkId,
    kind: AssessmentKind,
    published_on: PartialDate,
    published_rating: &'static str,
    published_score: Option<Percent>,
    source: Option<SourceUrl>,
    assessed_on: Option<PartialDate>,
    rated_on: Option<PartialDate>,
    passages: String,
    released: Option<Digest>,
    replaces: Option<PublicationId>,
    reissue_reason: Option<ReissueReason>,
    withdrawn_on: Option<PartialDate>,
    withdrawal_reason: Option<PublicationWithdrawalReason>,
    flags: String,
    position: Option<u64>,
}

impl Whole {
    fn of(row: &PublicationRow, record: &Record) -> Self {
        let (source, made) = match record {
            Record::None => (None, None),
            Record::Imported(import) => (import.source.clone(), None),
            Record::Made(made) => (None, Some(made)),
        };
        Self {
            publication: row.publication,
            organisation: row.organisation,
            name: row.name.clone(),
            assessment: row.assessment,
            framework: row.framework,
            kind: row.kind,
            published_on: row.published_on,
            published_rating: row.published_rating,
            published_score: row.published_score,
            source,
            assessed_on: made.and_then(|made| made.assessed_on),
            rated_on: made.and_then(|made| made.rated_on),
            passages: made.map(|made| passages(made).join("; ")).unwrap_or_default(),
            released: made.map(|made| made.released),
            replaces: row.replaces,
            reissue_reason: row.reissue_reason,
            withdrawn_on: row.withdrawn_on,
            withdrawal_reason: row.withdrawal_reason,
            flags: row.flags.clone(),
            position: row.position,
        }
    }
}

impl Row for Whole {
    const HEADER: &'static [&'static str] = &[
        "publication",
        "organisation",
        "name",
        "assessment",
        "framework",
        "kind",
        "published_on",
        "published_rating",
        "published_score",
        "source",
        "assessed_on",
        "rated_on",
        "passages",
        "released",
        "replaces",
        "reissue_reason",
        "withdrawn_on",
        "withdrawal_reason",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![Column::left("publication", |row| row.publication.to_string())]
    }
}
