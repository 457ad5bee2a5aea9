//! What is owed, a second time and plainly: read off the list of events, with bands and arithmetic
//! of its own, and nothing of the rules' state.

mod letters;

pub use letters::duties;

use assessment::due::Kind;
use assessment::event::*;
use assessment::framework::{Framework, Recipient};
use assessment::{AssessmentId, CategoryId, Event, PartialDate, PublicationId, StatementId};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Something that is owed, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub organisation: String,
    pub assessment: Option<String>,
    pub subject: String,
    pub since: PartialDate,
    pub due_on: Option<PartialDate>,
}

/// The records, oldest first, each with its position.
type Records<'a> = [(u64, &'a Event)];

pub fn owed(records: &Records<'_>, on: NaiveDate) -> Vec<Line> {
    let records = in_force(records);
    let records = begun(&records);
    let mut all = Vec::new();
    for id in assessments(&records) {
        all.extend(publication(&records, id));
        all.extend(letters::owed(&records, id));
        all.extend(comments(&records, id));
        all.extend(windows(&records, id, on));
        all.extend(process_reviews(&records, id));
    }
    all.extend(requests(&records, on));
    // Within an organisation and a kind, as they are numbered.
    all.sort_by_key(|line| (line.organisation.clone(), line.kind));
    all.sort_by_key(|line| line.since);
    all.sort_by_key(|line| (line.due_on.is_none(), line.due_on));
    all
}

/// Without what was struck out, unless the strike-out was struck out in its turn.
fn in_force<'a>(records: &Records<'a>) -> Vec<(u64, &'a Event)> {
    let mut kept: Vec<(u64, &Event)> = records.to_vec();
    for (_, event) in records.iter().rev() {
        if let Event::RecordStruckOut(strike) = event
            && kept.iter().any(|(_, it)| std::ptr::eq(*it, *event))
        {
            kept.retain(|(position, _)| *position != strike.position);
        }
    }
    kept
}

/// Without what is about an assessment of whose beginning nothing is known.
fn begun<'a>(records: &Records<'a>) -> Vec<(u64, &'a Event)> {
    let known = assessments(records);
    let is_known = |event: &Event| event.assessment().is_none_or(|id| known.contains(&id));
    records.iter().copied().filter(|(_, event)| is_known(event)).collect()
}

fn assessments(records: &Records<'_>) -> BTreeSet<AssessmentId> {
    let begins = |event: &Event| match event {
        Event::AssessmentOpened(event) => Some(event.assessment),
        Event::PublicationImported(event) => Some(event.assessment),
        _ => None,
    };
    records.iter().filter_map(|(_, event)| begins(event)).collect()
}

fn framework(records: &Records<'_>, id: AssessmentId) -> &'static Framework {
    let mut named = records.iter().filter_map(|(_, event)| match event {
        Event::AssessmentOpened(event) if event.assessment == id => Some(event.framework),
        Event::PublicationImported(event) if event.assessment == id => Some(event.framework),
        Event::ImportedPublicationReplaced(event) if event.import.assessment == id => {
            Some(event.import.framework)
        }
        _ => None,
    });
    static ALL: LazyLock<Vec<Framework>> = LazyLock::new(Framework::all_shipped);
    let id = named.next_back().unwrap();
    ALL.iter().find(|framework| framework.id == id).unwrap()
}

/// What was published last of an assessment.
struct Release {
    publication: PublicationId,
    on: PartialDate,
    overall: Option<String>,
    scores: BTreeMap<StatementId, u8>,
    categories: BTreeMap<(StatementId, CategoryId), u8>,
    /// Where in the list it was made; an import is older than everything.
    at: usize,
}

fn release(records: &Records<'_>, id: AssessmentId) -> Option<Release> {
    let scores = |scores: &[StatementScore]| {
        scores.iter().map(|it| (it.statement, it.score.get())).collect::<BTreeMap<_, _>>()
    };
    let mut imported = None;
    let mut here = None;
    for (at, (_, event)) in records.iter().enumerate() {
        let import = match event {
            Event::PublicationImported(event) => Some(event),
            Event::ImportedPublicationReplaced(event) => Some(&event.import),
            _ => None,
        };
        if let Some(import) = import.filter(|import| import.assessment == id) {
            imported = Some(Release {
                publication: import.publication,
                on: import.date.unwrap_or(import.month),
                overall: Some(import.rating.to_string()),
                scores: scores(&import.scores),
                categories: BTreeMap::new(),
                at: 0,
            });
        }
        let made = match event {
            Event::PublicationMade(event) => Some(event),
            Event::PublicationReissued(event) => Some(&event.made),
            _ => None,
        };
        if let Some(made) = made.filter(|made| made.assessment == id) {
            let categories = made.categories.iter();
            here = Some(Release {
                publication: made.publication,
                on: made.published_on,
                overall: made.overall.map(|overall| overall.rating.to_string()),
                scores: scores(&made.scores),
                categories: categories
                    .map(|it| ((it.statement, it.category), it.score.get()))
                    .collect(),
                at,
            });
        }
    }
    here.or(imported)
}

/// A score that somebody gave: of a category or of the whole, when, and where in the list.
#[derive(Clone, Copy)]
struct Given {
    score: u8,
    on: PartialDate,
    at: usize,
}

/// The latest score of everything that was scored here in an assessment.
fn given(
    records: &Records<'_>,
    id: AssessmentId,
) -> BTreeMap<(StatementId, Option<CategoryId>), Given> {
    let mut all: BTreeMap<(StatementId, Option<CategoryId>), Given> = BTreeMap::new();
    for (at, (_, event)) in records.iter().enumerate().filter(|(_, it)| of(it.1, id)) {
        let (scores, on) = match event {
            Event::ScoreReviewed(it) => {
                let given = Given { score: it.score.get(), on: it.reviewed_on, at };
                all.insert((it.statement, it.category), given);
                continue;
            }
            Event::PanelDecided(event) => (&event.scores, event.decided_on),
            Event::PanelConfirmed(event) => (&event.scores, event.confirmed_on),
            _ => continue,
        };
        for decided in scores {
            let Some(known) = all.get_mut(&(decided.statement, decided.category)) else { continue };
            if known.score != decided.score.get() {
                *known = Given { score: decided.score.get(), on, at };
            }
        }
    }
    all
}

/// The scores of the statements as they are by the latest judgements.
fn current(records: &Records<'_>, id: AssessmentId) -> BTreeMap<StatementId, u8> {
    let framework = framework(records, id);
    let mut scores = BTreeMap::new();
    for (_, event) in records {
        let import = match event {
            Event::PublicationImported(event) => event,
            Event::ImportedPublicationReplaced(event) => &event.import,
            _ => continue,
        };
        if import.assessment == id {
            scores = import.scores.iter().map(|it| (it.statement, it.score.get())).collect();
        }
    }
    let given = given(records, id);
    for (_, statement) in framework.statements() {
        let whole = given.get(&(statement.id, None)).map(|given| given.score);
        let categories = parts(framework, statement.id);
        let parts: Option<Vec<u32>> =
            categories.iter().map(|it| Some(u32::from(given.get(it)?.score))).collect();
        let rolled_up = parts.filter(|parts| !parts.is_empty()).map(|parts| match rating(&parts) {
            "Inadequate" => 1,
            "Requires improvement" => 2,
            "Good" => 3,
            _ => 4,
        });
        if let Some(score) = rolled_up.or(whole) {
            scores.insert(statement.id, score);
        }
    }
    scores
}

/// What the score of a statement is rolled up from, where it is.
fn parts(framework: &Framework, statement: StatementId) -> Vec<(StatementId, Option<CategoryId>)> {
    if framework.id.as_str() == "la-2025" {
        return vec![];
    }
    let known = framework.statement(statement).unwrap().1;
    known.required_categories.value.iter().map(|it| (statement, Some(*it))).collect()
}

/// What the score of a statement is made from: its categories, once they all have a score.
fn counting(
    framework: &Framework,
    given: &BTreeMap<(StatementId, Option<CategoryId>), Given>,
    statement: StatementId,
) -> Vec<(StatementId, Option<CategoryId>)> {
    let parts = parts(framework, statement);
    let complete = !parts.is_empty() && parts.iter().all(|part| given.contains_key(part));
    if complete { parts } else { vec![(statement, None)] }
}

/// The smallest whole percentage that is not less than the marks, in the bands of the regulator.
fn rating(scores: &[u32]) -> &'static str {
    let (points, items) = (scores.iter().sum::<u32>(), scores.len() as u32);
    match (25..=100).find(|whole| whole * items >= 25 * points).unwrap() {
        0..39 => "Inadequate",
        39..63 => "Requires improvement",
        63..88 => "Good",
        _ => "Outstanding",
    }
}

/// A level by its name, with its statements.
fn levels(framework: &Framework) -> Vec<(String, Vec<StatementId>)> {
    let all: Vec<StatementId> = framework.statements().map(|(_, it)| it.id).collect();
    let mut levels = vec![("overall".to_owned(), all.clone())];
    if framework.id.as_str() == "ics-2023" {
        levels.extend(framework.scoring.themes.iter().map(|theme| {
            (theme.id.to_string(), theme.statements.iter().map(|it| it.id).collect())
        }));
    }
    levels.extend(all.into_iter().map(|id| (id.to_string(), vec![id])));
    levels
}

fn level(statements: &[StatementId], scores: &BTreeMap<StatementId, u8>) -> Option<&'static str> {
    let scores = statements.iter().map(|it| scores.get(it).map(|score| u32::from(*score)));
    scores.collect::<Option<Vec<u32>>>().map(|scores| rating(&scores))
}

/// A publication is due while the current rating differs from the last published one; of a body's
/// last published assessment, and not where ratings wait for a comprehensive one.
fn publication(records: &Records<'_>, id: AssessmentId) -> Option<Line> {
    let own = release(records, id)?;
    let newer = |other: AssessmentId| {
        other.organisation() == id.organisation()
            && release(records, other)
                .is_some_and(|it| (it.on, other.recording_order()) > (own.on, id.recording_order()))
    };
    let own_body = |other: &AssessmentId| other.organisation() == id.organisation();
    if assessments(records).into_iter().filter(own_body).any(newer) {
        return None;
    }
    let line = |kind, subject, since| Line {
        kind,
        organisation: id.organisation().to_string(),
        assessment: Some(id.to_string()),
        subject,
        since,
        due_on: None,
    };
    let withdrawn = records.iter().find_map(|(_, event)| match event {
        Event::PublicationWithdrawn(it) if it.publication == own.publication => {
            Some(it.withdrawn_on)
        }
        _ => None,
    });
    if let Some(on) = withdrawn {
        return Some(line(Kind::Reissue, own.publication.to_string(), on));
    }
    let framework = framework(records, id);
    let void_since = void_since(records, id, &own);
    if framework.id.as_str() == "la-2025" && void_since.is_none() {
        return None;
    }
    let now = current(records, id);
    let differs = |(name, statements): &&(String, Vec<StatementId>)| {
        let (now, then) = (level(statements, &now), level(statements, &own.scores));
        let stated = own.overall.as_deref().filter(|_| name == "overall");
        // What the published scores give is no move, nor is what was stated beside them.
        now != then && (stated.is_none() || now != stated)
    };
    let all = levels(framework);
    let differing: Vec<_> = all.iter().filter(differs).collect();
    let behind = differing.iter().flat_map(|(_, statements)| statements);
    let behind: BTreeSet<StatementId> =
        behind.copied().filter(|it| now.get(it) != own.scores.get(it)).collect();
    let since = behind.into_iter().map(|it| since(records, id, &own, it));
    let since = since.chain(void_since).min()?;
    let names: Vec<String> = differing.iter().map(|(name, _)| name.clone()).collect();
    Some(line(Kind::Publication, names.join(" "), since))
}

/// Since when something is void that the last publication rests on: a score, its calibration or the
/// accuracy check, recorded before the publication and struck out after it.
fn void_since(records: &Records<'_>, id: AssessmentId, own: &Release) -> Option<PartialDate> {
    let (made, event) = records[own.at];
    let is_release = matches!(event, Event::PublicationMade(_) | Event::PublicationReissued(_));
    let struck = records.iter().filter_map(|(at, event)| match event {
        Event::RecordStruckOut(strike) if strike.assessment == Some(id) => Some((*at, strike)),
        _ => None,
    });
    let behind = struck.filter(|(at, strike)| {
        let between = strike.position < made && made < *at;
        let named = strike.publication == Some(own.publication);
        assert!(!named || !is_release || between, "{at} names {}", own.publication);
        is_release && between && named
    });
    behind.map(|(_, strike)| strike.struck_on).min()
}

/// The earliest of the latest reviews since the publication that gave a score which differs; where
/// there is none, something was struck out, and the publication stands without its basis.
fn since(
    records: &Records<'_>,
    id: AssessmentId,
    own: &Release,
    statement: StatementId,
) -> PartialDate {
    let given = given(records, id);
    let counting = counting(framework(records, id), &given, statement);
    let mut dates = Vec::new();
    for cell in counting {
        let Some(latest) = given.get(&cell) else { continue };
        let published = match cell {
            (statement, None) => own.scores.get(&statement),
            (statement, Some(category)) => own.categories.get(&(statement, category)),
        };
        if latest.at >= own.at && published != Some(&latest.score) {
            dates.push(latest.on.max(own.on));
        }
    }
    dates.into_iter().min().unwrap_or(own.on)
}

fn of(event: &Event, id: AssessmentId) -> bool {
    event.assessment() == Some(id)
}

fn is_cancelled(records: &Records<'_>, id: AssessmentId) -> bool {
    let cancels = |event: &Event| matches!(event, Event::AssessmentCancelled(_)) && of(event, id);
    records.iter().any(|(_, event)| cancels(event))
}

fn comments(records: &Records<'_>, id: AssessmentId) -> Vec<Line> {
    let resolved: BTreeSet<_> = records
        .iter()
        .filter_map(|(_, event)| match event {
            Event::CommentResolved(event) => Some(event.comment),
            _ => None,
        })
        .collect();
    let open = records.iter().filter_map(|(_, event)| match event {
        Event::CommentSubmitted(event) => Some(event),
        _ => None,
    });
    let open = open.filter(|it| it.assessment == id && !resolved.contains(&it.comment));
    let line = |comment: &CommentSubmitted| Line {
        kind: Kind::Comment,
        organisation: id.organisation().to_string(),
        assessment: Some(id.to_string()),
        subject: comment.comment.to_string(),
        since: comment.received_on,
        due_on: None,
    };
    if is_cancelled(records, id) { vec![] } else { open.map(line).collect() }
}

/// Of each recipient: when the draft was shared last, until when there is time, and since when
/// there are no comments.
type Times = BTreeMap<Recipient, (PartialDate, PartialDate, Option<PartialDate>)>;

fn windows(records: &Records<'_>, id: AssessmentId, on: NaiveDate) -> Vec<Line> {
    let mut times = Times::new();
    for (_, event) in records.iter().filter(|(_, event)| of(event, id)) {
        match event {
            Event::DraftShared(it) => {
                times.insert(it.recipient, (it.shared_on, it.due_on, None));
            }
            Event::DraftExtended(it) => {
                times.entry(it.recipient).and_modify(|time| (time.1, time.2) = (it.due_on, None));
            }
            Event::DraftConfirmed(it) => {
                times.entry(it.recipient).and_modify(|time| time.2 = Some(it.confirmed_on));
            }
            // What is published is checked no more.
            Event::PublicationMade(_) | Event::PublicationReissued(_) => times.clear(),
            _ => {}
        }
    }
    let open = |(_, due_on, confirmed): &(PartialDate, PartialDate, Option<PartialDate>)| {
        due_on.last_day() >= on && confirmed.is_none_or(|confirmed| confirmed.last_day() > on)
    };
    times.retain(|_, time| open(time) && !is_cancelled(records, id));
    let line = |(recipient, (shared_on, due_on, _)): (Recipient, (_, PartialDate, _))| Line {
        kind: Kind::Window,
        organisation: id.organisation().to_string(),
        assessment: Some(id.to_string()),
        subject: recipient.to_string(),
        since: shared_on,
        due_on: Some(due_on),
    };
    times.into_iter().map(line).collect()
}

fn process_reviews(records: &Records<'_>, id: AssessmentId) -> Vec<Line> {
    let is_decided = |publication: PublicationId| {
        records.iter().any(|(_, event)| {
            matches!(event, Event::ProcessReviewDecided(it) if it.publication == publication)
        })
    };
    let waiting = records.iter().filter_map(|(_, event)| match event {
        Event::ProcessReviewRequested(it) if it.declined.is_none() => Some(it),
        _ => None,
    });
    let waiting =
        waiting.filter(|it| it.publication.assessment() == id && !is_decided(it.publication));
    waiting
        .map(|it| Line {
            kind: Kind::ProcessReview,
            organisation: id.organisation().to_string(),
            assessment: Some(id.to_string()),
            subject: it.publication.to_string(),
            since: it.received_on,
            due_on: None,
        })
        .collect()
}

/// Requests that nothing answered, held or sent, and whose last day is over.
fn requests(records: &Records<'_>, on: NaiveDate) -> Vec<Line> {
    let is_void = |evidence| {
        records.iter().any(|(_, event)| match event {
            Event::EvidenceWithdrawn(event) => event.evidence == evidence,
            Event::EvidenceErased(event) => event.evidence == evidence,
            _ => false,
        })
    };
    let is_answered = |request| {
        records.iter().any(|(_, event)| match event {
            Event::EvidenceSubmitted(it) => it.request == Some(request) && !is_void(it.evidence),
            _ => false,
        })
    };
    let mut lines = Vec::new();
    for (_, event) in records {
        let Event::EvidenceRequested(it) = event else { continue };
        let over = it.due_on.last_day() < on;
        if over && it.answered_by.is_none() && !is_answered(it.request) {
            lines.push(Line {
                kind: Kind::EvidenceRequest,
                organisation: it.organisation.to_string(),
                assessment: None,
                subject: format!("{} of {}", it.request, it.of),
                since: it.requested_on,
                due_on: Some(it.due_on),
            });
        }
    }
    lines
}
