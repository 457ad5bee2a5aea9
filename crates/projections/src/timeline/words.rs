//! What a record is called in a timeline, what it is about, and what it says, in words.

use crate::history::{Fate, HistoryRow, Note};
use crate::reviewed::Outcome;
use assessment::event::{
    CommentSubject, CommentSubmitted, ConflictField, ConflictRecorded, CorrectionReason,
    EvidenceRequested, EvidenceSubmitted, PanelScore, ReviewReason, ScoreReviewed,
};
use assessment::scoring::{Percent, Rating, Score};
use assessment::{AssessmentId, CategoryId, Event, OrganisationCode, PersonId, StatementId};
use std::fmt::Display;

/// A score was given where none was before.
pub(super) const SCORED: &str = "scored";
/// A score was reviewed.
pub(super) const REVIEWED: &str = "reviewed";
/// Something was published.
pub(super) const PUBLISHED: &str = "published";
/// Something took the place of a publication.
pub(super) const REISSUED: &str = "reissued";
/// A draft was shared.
pub(super) const SHARED: &str = "shared";
/// Something is not relied on, or published, any more.
pub(super) const WITHDRAWN: &str = "withdrawn";

/// What a record says.
pub(super) struct Words {
    pub(super) what: &'static str,
    pub(super) about: String,
    pub(super) detail: String,
    pub(super) by: Vec<PersonId>,
}

impl Words {
    /// What a record says by itself; nothing of one that is common to all bodies.
    pub(super) fn of(
        event: &Event,
        code: OrganisationCode,
        assessment: Option<AssessmentId>,
    ) -> Option<Self> {
        let (what, about, detail) = match event {
            Event::OrganisationRegistered(_)
            | Event::OrganisationAmended(_)
            | Event::OrganisationSucceeded(_)
            | Event::AreaMemberAdded(_)
            | Event::AreaMemberEnded(_)
            | Event::FinanceRecorded(_)
            | Event::RecordStruckOut(_) => of_the_body(event),
            Event::EvidenceRequested(_)
            | Event::EvidenceSubmitted(_)
            | Event::EvidenceAttributed(_)
            | Event::EvidenceUsed(_)
            | Event::EvidenceWithdrawn(_)
            | Event::EvidenceErased(_) => of_evidence(event, code),
            Event::PublicationImported(_)
            | Event::ImportedPublicationReplaced(_)
            | Event::PublicationMade(_)
            | Event::PublicationWithdrawn(_)
            | Event::PublicationReissued(_)
            | Event::Section50Notified(_)
            | Event::ProcessReviewRequested(_)
            | Event::ProcessReviewDecided(_)
            | Event::ConflictRecorded(_) => of_a_publication(event, code),
            Event::AssessmentOpened(_)
            | Event::AssessmentAmended(_)
            | Event::AssessmentCancelled(_)
            | Event::ScoreReviewed(_)
            | Event::PanelConvened(_)
            | Event::PanelDecided(_)
            | Event::PanelConfirmed(_) => of_a_judgement(event, code),
            Event::DraftWritten(_)
            | Event::DraftShared(_)
            | Event::DraftExtended(_)
            | Event::DraftConfirmed(_)
            | Event::CommentSubmitted(_)
            | Event::CommentResolved(_) => of_a_draft(event, code),
            Event::LedgerOpened(_)
            | Event::FrameworkAdopted(_)
            | Event::ProcessRevised(_)
            | Event::CalendarAdded(_)
            | Event::NationalReportPublished(_)
            | Event::SampleCommitted(_)
            | Event::SampleSeeded(_)
            | Event::SampleDrawn(_)
            | Event::SampleItemScored(_)
            | Event::SampleItemJudged(_)
            | Event::LedgerKeyRecorded(_)
            | Event::LedgerKeyRotated(_) => None,
        }?;
        // A panel belongs to nobody, and is told of where it sits on one of the body's.
        let is_own = event.organisation() == Some(code) || assessment.is_some();
        is_own.then(|| Self { what, about, detail: sentence(detail), by: who(event) })
    }

    /// A review in force, held against what was in force before it.
    pub(super) fn judged(
        self,
        event: &ScoreReviewed,
        before: Option<Score>,
        outcome: Outcome,
        waits: bool,
    ) -> Self {
        let what = if before.is_some() { REVIEWED } else { SCORED };
        let score = match (before, outcome) {
            (Some(before), Outcome::Changed) => format!("{before} -> {}", event.score),
            (_, Outcome::Unchanged) => format!("{}, unchanged", event.score),
            (None, Outcome::Changed) => event.score.to_string(),
        };
        let waits = waits.then(|| "waits".to_owned());
        let detail = [Some(score), Some(reason(event)), waits];
        Self { what, detail: sentence(detail.into_iter().flatten().collect()), ..self }
    }
}

/// What became of a publication, and what a reader must know before comparing it.
pub(super) fn fate(row: &HistoryRow) -> String {
    let by = row.followed_by.map(|by| short(row.organisation, by));
    let by = by.unwrap_or_default();
    let is_own = row.followed_by.is_some_and(|by| by.assessment() == row.assessment);
    let words = match row.fate {
        Fate::Current => "current".to_owned(),
        Fate::Reissued => format!("{by} took its place"),
        Fate::Superseded => format!("{by} followed"),
        Fate::Withdrawn => {
            let on = row.withdrawn_on.map(|on| on.to_string()).unwrap_or_default();
            let reason = row.withdrawal_reason.map(|it| spaced(it.as_str()));
            let reason = reason.unwrap_or_default();
            // Within its assessment nothing can follow it but what takes its place.
            let place = match (by.is_empty(), is_own) {
                (true, _) => String::new(),
                (false, true) => format!("; {by} took its place"),
                (false, false) => format!("; {by} followed"),
            };
            format!("withdrawn {on} ({reason}){place}")
        }
    };
    sentence(
        [Some(words), row.note.map(|note| Note::as_str(note).to_owned())]
            .into_iter()
            .flatten()
            .collect(),
    )
}

/// A rating and a score, as far as they are known.
pub(super) fn rated(rating: Option<Rating>, score: Option<Percent>) -> Option<String> {
    let parts = [rating.map(|it| it.to_string()), score.map(|score| format!("{score} %"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// An id without the code of the body that it is told of.
pub(super) fn short(code: OrganisationCode, id: impl Display) -> String {
    let id = id.to_string();
    id.strip_prefix(&format!("{code}-")).map_or(id.clone(), str::to_owned)
}

/// A word of data as people write it.
pub(super) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// What a record is called, what it is about, and what it says.
type Said = Option<(&'static str, String, Vec<String>)>;

fn of_the_body(event: &Event) -> Said {
    Some(match event {
        Event::OrganisationRegistered(event) => {
            ("registered", event.code.to_string(), vec![event.name.to_string()])
        }
        Event::OrganisationAmended(event) => {
            let name = event.name.iter().chain(&event.official_name).map(ToString::to_string);
            let detail = name.chain([correction(event.reason).to_owned()]);
            ("amended", event.code.to_string(), detail.collect())
        }
        Event::OrganisationSucceeded(event) => ("succeeded", event.into.to_string(), vec![]),
        Event::AreaMemberAdded(event) => {
            ("area begun", event.authority.to_string(), vec![format!("from {}", event.from)])
        }
        Event::AreaMemberEnded(event) => {
            ("area ended", event.authority.to_string(), vec![format!("to {}", event.to)])
        }
        Event::FinanceRecorded(event) => ("recorded", format!("finance {}", event.year), vec![]),
        Event::RecordStruckOut(event) => {
            let detail = vec![spaced(&event.struck), spaced(event.reason.as_str())];
            ("struck out", format!("record {}", event.position), detail)
        }
        _ => return None,
    })
}

fn of_evidence(event: &Event, code: OrganisationCode) -> Said {
    Some(match event {
        Event::EvidenceRequested(event) => {
            ("asked", short(code, event.request), requested(event, code))
        }
        Event::EvidenceSubmitted(event) => {
            ("submitted", short(code, event.evidence), submitted(event, code))
        }
        Event::EvidenceAttributed(event) => ("attributed", event.evidence.to_string(), vec![]),
        Event::EvidenceUsed(event) => {
            let detail = vec![event.category.to_string(), spaced(event.method.as_str())];
            ("used", short(code, event.evidence), detail)
        }
        Event::EvidenceWithdrawn(event) => {
            (WITHDRAWN, short(code, event.evidence), vec![spaced(event.reason.as_str())])
        }
        Event::EvidenceErased(event) => {
            ("erased", short(code, event.evidence), vec![spaced(event.legal_basis.as_str())])
        }
        _ => return None,
    })
}

fn of_a_publication(event: &Event, code: OrganisationCode) -> Said {
    Some(match event {
        Event::PublicationImported(event) => {
            let rated = rated(Some(event.rating), event.score).into_iter();
            let detail = rated.chain(["imported".to_owned()]).collect();
            (PUBLISHED, short(code, event.publication), detail)
        }
        Event::ImportedPublicationReplaced(event) => {
            let rated = rated(Some(event.import.rating), event.import.score).into_iter();
            let detail = rated.chain([correction(event.reason).to_owned()]).collect();
            ("corrected", short(code, event.import.publication), detail)
        }
        Event::PublicationMade(event) => {
            let overall = event.overall.and_then(|it| rated(Some(it.rating), Some(it.score)));
            (PUBLISHED, short(code, event.publication), overall.into_iter().collect())
        }
        Event::PublicationReissued(event) => {
            let overall = event.made.overall.and_then(|it| rated(Some(it.rating), Some(it.score)));
            let detail = overall.into_iter().chain([spaced(event.reason.as_str())]).collect();
            (REISSUED, short(code, event.made.publication), detail)
        }
        Event::PublicationWithdrawn(event) => {
            (WITHDRAWN, short(code, event.publication), vec![spaced(event.reason.as_str())])
        }
        Event::Section50Notified(event) => {
            ("notified", event.letter.addressee().to_owned(), vec![listed(&event.statements)])
        }
        Event::ProcessReviewRequested(event) => {
            let declined = event.declined.map(|why| format!("declined: {}", spaced(why.as_str())));
            let detail = [spaced(event.ground.as_str())].into_iter().chain(declined).collect();
            ("challenged", short(code, event.publication), detail)
        }
        Event::ProcessReviewDecided(event) => {
            ("decided", short(code, event.publication), vec![spaced(event.outcome.as_str())])
        }
        Event::ConflictRecorded(event) => ("disputed", field(event.field), conflict(event)),
        _ => return None,
    })
}

fn of_a_judgement(event: &Event, code: OrganisationCode) -> Said {
    Some(match event {
        Event::AssessmentOpened(event) => {
            let detail = vec![event.kind.to_string(), event.framework.to_string()];
            ("opened", short(code, event.assessment), detail)
        }
        Event::AssessmentAmended(event) => {
            let dates = [
                ("notice", event.notice_on),
                ("information return", event.information_return_on),
                ("site visit", event.site_visit_on),
            ];
            let dates = dates.into_iter().filter_map(|(what, on)| Some(format!("{what} {}", on?)));
            let team = (!event.team.is_empty()).then(|| format!("team of {}", event.team.len()));
            ("planned", short(code, event.assessment), dates.chain(team).collect())
        }
        Event::AssessmentCancelled(event) => {
            ("cancelled", short(code, event.assessment), vec![spaced(event.reason.as_str())])
        }
        // By itself, it is held against what its scorer found.
        Event::ScoreReviewed(event) => {
            let score = match event.previous {
                Some(previous) => format!("{previous} -> {}", event.score),
                None => event.score.to_string(),
            };
            let what = if event.previous.is_some() { REVIEWED } else { SCORED };
            (what, cell(event.statement, event.category), vec![score, reason(event)])
        }
        Event::PanelConvened(event) => {
            let detail = vec![format!("{} members", event.members.len())];
            ("convened", format!("panel {}", event.panel), detail)
        }
        Event::PanelDecided(event) => {
            ("decided", format!("panel {}", event.panel), adjusted(&event.scores))
        }
        Event::PanelConfirmed(event) => {
            ("confirmed", format!("panel {}", event.panel), adjusted(&event.scores))
        }
        _ => return None,
    })
}

fn of_a_draft(event: &Event, code: OrganisationCode) -> Said {
    Some(match event {
        Event::DraftWritten(event) => (
            "drafted",
            spaced(&event.passage.to_string()),
            vec![format!("version {}", event.version)],
        ),
        Event::DraftShared(event) => {
            let detail = vec![format!("comments until {}", event.due_on)];
            (SHARED, spaced(event.recipient.as_str()), detail)
        }
        Event::DraftExtended(event) => {
            let until = format!("comments until {}", event.due_on);
            let detail = vec![until, spaced(event.reason.as_str())];
            ("extended", spaced(event.recipient.as_str()), detail)
        }
        Event::DraftConfirmed(event) => {
            let detail = vec!["no further comments".to_owned()];
            ("confirmed", spaced(event.recipient.as_str()), detail)
        }
        Event::CommentSubmitted(event) => ("commented", short(code, event.comment), comment(event)),
        Event::CommentResolved(event) => {
            let detail = vec![spaced(event.outcome.as_str()), spaced(event.reason.as_str())];
            ("resolved", short(code, event.comment), detail)
        }
        _ => return None,
    })
}

fn requested(event: &EvidenceRequested, code: OrganisationCode) -> Vec<String> {
    let of = (event.of != code).then(|| format!("of {}", event.of));
    let answer = event.answered_by.map(|by| format!("held already: {by}"));
    let due = format!("due {}", event.due_on);
    [event.category.to_string(), due].into_iter().chain(of).chain(answer).collect()
}

fn submitted(event: &EvidenceSubmitted, code: OrganisationCode) -> Vec<String> {
    let answers = event.request.map(|request| format!("for {}", short(code, request)));
    let late = event.late.then(|| "late".to_owned());
    let method = spaced(event.method.as_str());
    [event.category.to_string(), method].into_iter().chain(answers).chain(late).collect()
}

fn comment(event: &CommentSubmitted) -> Vec<String> {
    let mut detail = vec![format!("kind {}, on {}", event.kind, about_what(event.about))];
    detail.extend(event.late.then(|| "late".to_owned()));
    detail.extend(event.unsupported.then(|| "unsupported".to_owned()));
    detail
}

/// What a comment is about.
pub(crate) fn about_what(about: CommentSubject) -> String {
    match about {
        CommentSubject::Page(page) => format!("page {page}"),
        CommentSubject::Statement(statement) => statement.to_string(),
        CommentSubject::Theme(theme) => theme.to_string(),
    }
}

fn conflict(event: &ConflictRecorded) -> Vec<String> {
    let stated = format!("{} or {}", event.a.value, event.b.value);
    let used = match &event.used {
        Some(used) => format!("{} is used", used.value),
        None => "open".to_owned(),
    };
    vec![stated, used]
}

fn field(field: ConflictField) -> String {
    match field {
        ConflictField::OverallRating => "overall rating".to_owned(),
        ConflictField::OverallScore => "overall score".to_owned(),
        ConflictField::PublicationDate => "publication date".to_owned(),
        ConflictField::Statement(statement) => statement.to_string(),
    }
}

/// The scores that a panel changed, and how many it left.
fn adjusted(scores: &[PanelScore]) -> Vec<String> {
    let changed = |it: &&PanelScore| it.score != it.scored;
    let mut detail: Vec<String> = scores
        .iter()
        .filter(changed)
        .map(|it| format!("{} {} -> {}", cell(it.statement, it.category), it.scored, it.score))
        .collect();
    let left = scores.len() - detail.len();
    detail.extend((left > 0).then(|| format!("{left} confirmed")));
    detail
}

fn cell(statement: StatementId, category: Option<CategoryId>) -> String {
    match category {
        Some(category) => format!("{statement}: {category}"),
        None => statement.to_string(),
    }
}

fn reason(event: &ScoreReviewed) -> String {
    let words = match event.reason {
        ReviewReason::Assessment => "assessment",
        ReviewReason::OngoingReview => "ongoing review",
        ReviewReason::NewEvidence => "new evidence",
        ReviewReason::TypingError => "typing error",
        ReviewReason::SourceCorrected => "source corrected",
    };
    let correction = if event.correction { ", of one dated later" } else { "" };
    format!("{words}{correction}")
}

fn correction(reason: CorrectionReason) -> &'static str {
    match reason {
        CorrectionReason::TypingError => "typing error",
        CorrectionReason::SourceCorrected => "source corrected",
        CorrectionReason::SourcesDiffer => "sources differ",
        CorrectionReason::AsPublished => "as published",
        CorrectionReason::Renamed => "renamed",
        CorrectionReason::Completed => "completed",
    }
}

/// Who decided, where the record says so; else it is who recorded it.
fn who(event: &Event) -> Vec<PersonId> {
    match event {
        Event::ScoreReviewed(event) => vec![event.by],
        Event::PanelDecided(event) => event.members.clone(),
        Event::PanelConfirmed(event) => event.members.clone(),
        Event::DraftExtended(event) => vec![event.granted_by],
        Event::CommentResolved(event) => vec![event.by],
        Event::PublicationMade(event) => vec![event.by],
        Event::PublicationReissued(event) => vec![event.made.by],
        Event::PublicationWithdrawn(event) => vec![event.by],
        Event::ProcessReviewDecided(event) => vec![event.by],
        Event::EvidenceErased(event) => vec![event.authority],
        Event::RecordStruckOut(event) => vec![event.by],
        _ => vec![],
    }
}

fn listed(all: &[impl Display]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn sentence(parts: Vec<String>) -> String {
    parts.join("; ")
}
