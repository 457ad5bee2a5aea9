//! What a regulator owes, and by when: computed from the records, and kept nowhere.

use crate::event::{EvidenceRequested, Letter};
use crate::framework::{Framework, LevelKind, RatingChanges, Recipient, Theme};
use crate::readiness::counting_cells;
use crate::scoring::{Rating, Score};
use crate::state::{Assessment, Cell, State};
use crate::words::words;
use crate::{
    AssessmentId, CommentId, OrganisationCode, PartialDate, PublicationId, RequestId, StatementId,
    ThemeId,
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Something that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The body that it is about.
    pub organisation: OrganisationCode,
    /// What it is.
    pub matter: Matter,
    /// Since when it is owed.
    pub since: PartialDate,
    /// The last day for it, if there is one.
    pub due_on: Option<PartialDate>,
}

/// What is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    /// An update: published levels do not have the rating that they were published with, or what
    /// the publication rests on was struck out.
    Publication {
        /// The assessment.
        assessment: AssessmentId,
        /// Which levels, in the framework's order.
        levels: Vec<Level>,
    },
    /// A report in the place of one that was withdrawn.
    Reissue {
        /// The one that was withdrawn.
        publication: PublicationId,
    },
    /// A letter of a section 50 notification.
    Section50 {
        /// The assessment.
        assessment: AssessmentId,
        /// Which of the two letters.
        letter: Letter,
        /// The quality statements that it must name.
        statements: Vec<StatementId>,
    },
    /// A factual accuracy comment must be resolved.
    Comment {
        /// Which one.
        comment: CommentId,
    },
    /// The time for comments of a recipient is going to end.
    Window {
        /// The assessment.
        assessment: AssessmentId,
        /// Whose time.
        recipient: Recipient,
    },
    /// A review of the rating process must be decided.
    ProcessReview {
        /// The publication that it is about.
        publication: PublicationId,
    },
    /// Evidence was asked for and did not come in time.
    EvidenceRequest {
        /// Which request.
        request: RequestId,
        /// Who was asked.
        of: OrganisationCode,
    },
}

words! {
    /// A kind of thing that is owed.
    Kind {
        /// An update of what is published.
        Publication = "publication",
        /// A report in the place of one that was withdrawn.
        Reissue = "reissue",
        /// A letter of a section 50 notification.
        Section50 = "section_50",
        /// A comment to resolve.
        Comment = "comment",
        /// The end of somebody's time for comments.
        Window = "window",
        /// A review of the rating process to decide.
        ProcessReview = "process_review",
        /// Evidence that did not come in time.
        EvidenceRequest = "evidence_request",
    }
}

/// A level that has a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The body as a whole.
    Overall,
    /// A theme.
    Theme(ThemeId),
    /// A quality statement.
    Statement(StatementId),
}

/// Everything that is owed on a day: what has a last day first, the earliest first; then by since
/// when, by organisation and by kind.
///
/// The state must hold the organisations that are asked about as they were on that day, and for
/// their requests also those that the evidence may have been entered for.
pub fn owed(state: &State, on: NaiveDate) -> Vec<Owed> {
    let mut all = Vec::new();
    for organisation in state.organisations.keys() {
        all.extend(publication(state, *organisation));
    }
    for (id, assessment) in &state.assessments {
        all.extend(letters(*id, assessment));
        if assessment.cancelled.is_none() {
            all.extend(comments(assessment));
            all.extend(windows(*id, assessment, on));
        }
        all.extend(process_reviews(assessment));
    }
    all.extend(requests(state, on));
    all.sort_by_key(|it| (it.due_on.is_none(), it.due_on, it.since, it.organisation, it.kind()));
    all
}

impl Owed {
    /// What kind of thing it is.
    pub fn kind(&self) -> Kind {
        match self.matter {
            Matter::Publication { .. } => Kind::Publication,
            Matter::Reissue { .. } => Kind::Reissue,
            Matter::Section50 { .. } => Kind::Section50,
            Matter::Comment { .. } => Kind::Comment,
            Matter::Window { .. } => Kind::Window,
            Matter::ProcessReview { .. } => Kind::ProcessReview,
            Matter::EvidenceRequest { .. } => Kind::EvidenceRequest,
        }
    }

    /// The assessment that it is about, if it is about one.
    pub fn assessment(&self) -> Option<AssessmentId> {
        match &self.matter {
            Matter::Publication { assessment, .. }
            | Matter::Section50 { assessment, .. }
            | Matter::Window { assessment, .. } => Some(*assessment),
            Matter::Comment { comment } => Some(comment.assessment()),
            Matter::Reissue { publication } | Matter::ProcessReview { publication } => {
                Some(publication.assessment())
            }
            Matter::EvidenceRequest { .. } => None,
        }
    }

    /// For how many days the last day has been over, if it is.
    pub fn days_overdue(&self, on: NaiveDate) -> Option<u64> {
        let days = on.signed_duration_since(self.due_on?.last_day()).num_days();
        u64::try_from(days).ok().filter(|days| *days > 0)
    }
}

/// What is owed of the assessment that was published last: an update, or what takes the place of
/// a report that was withdrawn. Before a first publication nothing is.
fn publication(state: &State, organisation: OrganisationCode) -> Option<Owed> {
    let assessment = state.last_published(organisation)?;
    let known = &state.assessments[&assessment];
    if let Some(withdrawn) = known.withdrawal() {
        let matter = Matter::Reissue { publication: withdrawn.publication };
        return Some(Owed { organisation, matter, since: withdrawn.withdrawn_on, due_on: None });
    }
    let framework = state.frameworks.get(&known.framework)?;
    let waits = RatingChanges::AtComprehensiveAssessment;
    let void_since = known.since.struck.values().min().copied();
    if framework.scoring.rating_changes.value == waits && void_since.is_none() {
        return None;
    }
    let levels = differing(known, framework);
    let since = [since(known, framework, &levels), void_since].into_iter().flatten().min()?;
    let matter = Matter::Publication { assessment, levels };
    Some(Owed { organisation, matter, since, due_on: None })
}

fn letters(id: AssessmentId, assessment: &Assessment) -> impl Iterator<Item = Owed> {
    assessment.duty.owed().into_iter().map(move |(letter, since)| {
        let statements = assessment.duty.untold(letter).into_keys().collect();
        let matter = Matter::Section50 { assessment: id, letter, statements };
        Owed { organisation: id.organisation(), matter, since, due_on: None }
    })
}

fn comments(assessment: &Assessment) -> impl Iterator<Item = Owed> {
    let open = assessment.comments.iter().filter(|comment| comment.resolved.is_none());
    open.map(|comment| {
        let facts = &comment.facts;
        let matter = Matter::Comment { comment: facts.comment };
        let organisation = facts.assessment.organisation();
        Owed { organisation, matter, since: facts.received_on, due_on: None }
    })
}

/// The windows that are still open on a day.
fn windows(id: AssessmentId, assessment: &Assessment, on: NaiveDate) -> impl Iterator<Item = Owed> {
    let open = assessment.windows.iter().filter(move |(_, window)| !window.is_closed(on));
    open.map(move |(recipient, window)| Owed {
        organisation: id.organisation(),
        matter: Matter::Window { assessment: id, recipient: *recipient },
        since: window.shared_on,
        due_on: Some(window.due_on),
    })
}

fn process_reviews(assessment: &Assessment) -> impl Iterator<Item = Owed> {
    assessment.process_reviews.iter().filter(|review| review.is_pending()).map(|review| {
        let publication = review.facts.publication;
        Owed {
            organisation: publication.organisation(),
            matter: Matter::ProcessReview { publication },
            since: review.facts.received_on,
            due_on: None,
        }
    })
}

/// The requests that nothing answers and whose last day is over.
fn requests(state: &State, on: NaiveDate) -> Vec<Owed> {
    let is_answered = |request: &EvidenceRequested| {
        let mut evidence = state.evidence.values().filter(|evidence| evidence.is_in_force());
        request.answered_by.is_some()
            || evidence.any(|evidence| evidence.facts.request == Some(request.request))
    };
    let late = |it: &&EvidenceRequested| it.due_on.last_day() < on && !is_answered(it);
    let mut late: Vec<&EvidenceRequested> = state.requests.values().filter(late).collect();
    late.sort_by_key(|request| (request.organisation, request.request.number()));
    let owed = |request: &EvidenceRequested| Owed {
        organisation: request.organisation,
        matter: Matter::EvidenceRequest { request: request.request, of: request.of },
        since: request.requested_on,
        due_on: Some(request.due_on),
    };
    late.into_iter().map(owed).collect()
}

/// The published levels whose rating, by the latest judgements, is not the one that was published:
/// another one, or none as what it rested on was struck out.
fn differing(assessment: &Assessment, framework: &Framework) -> Vec<Level> {
    let current = ratings(framework, |id| assessment.statement_score(framework, id));
    let published = ratings(framework, |id| assessment.published_score(id));
    let stated = match (assessment.publications.last(), &assessment.import) {
        (Some(made), _) => made.overall.map(|overall| overall.rating),
        (None, import) => import.as_ref().map(|import| import.rating),
    };
    let differs = |level: &Level| {
        let (now, then) = (current.get(level), published.get(level));
        // That an imported rating is another than its own scores give is no difference.
        now != then && (*level != Level::Overall || now != stated.as_ref())
    };
    levels(framework).into_iter().filter(differs).collect()
}

/// Every level that a framework publishes with a rating, in its order.
fn levels(framework: &Framework) -> Vec<Level> {
    if !framework.awards_ratings() {
        return vec![];
    }
    let themes = framework.scoring.themes.iter().map(|theme| Level::Theme(theme.id));
    let statements = framework.statements().map(|(_, it)| Level::Statement(it.id));
    let all = [Level::Overall].into_iter().chain(themes).chain(statements);
    let kind = |level: &Level| match level {
        Level::Overall => LevelKind::Overall,
        Level::Theme(_) => LevelKind::Theme,
        Level::Statement(_) => LevelKind::Statement,
    };
    all.filter(|level| framework.publishes(kind(level))).collect()
}

/// The rating of every level whose statements all have a score.
fn ratings(
    framework: &Framework,
    score: impl Fn(StatementId) -> Option<Score>,
) -> BTreeMap<Level, Rating> {
    let within = |level: Level| {
        let own = framework.statements().filter(|(theme, it)| level.holds(theme, it.id));
        own.map(|(_, statement)| score(statement.id)).collect::<Option<Vec<Score>>>()
    };
    let rating = |level: Level| match level {
        Level::Statement(statement) => Some(framework.scoring.rating(score(statement)?)),
        Level::Overall | Level::Theme(_) => {
            let scores = within(level).filter(|scores| !scores.is_empty())?;
            Some(framework.scoring.level(&scores).rating)
        }
    };
    levels(framework).into_iter().filter_map(|level| Some((level, rating(level)?))).collect()
}

/// Since when levels differ: the earliest of the judgements behind it, and for what was struck
/// out, the publication that is left without it. Nothing, if no level differs.
fn since(assessment: &Assessment, framework: &Framework, levels: &[Level]) -> Option<PartialDate> {
    let published_on = assessment.published_on()?;
    let differs = |statement| {
        assessment.statement_score(framework, statement) != assessment.published_score(statement)
    };
    let behind = framework.statements().filter(|(theme, statement)| {
        differs(statement.id) && levels.iter().any(|level| level.holds(theme, statement.id))
    });
    behind.map(|(_, it)| since_of(assessment, framework, it.id, published_on)).min()
}

/// Since when the score of a statement differs from the one that was published.
fn since_of(
    assessment: &Assessment,
    framework: &Framework,
    statement: StatementId,
    published_on: PartialDate,
) -> PartialDate {
    let is_new = |cell: &Cell| assessment.since.cells.contains(cell) && assessment.moved(*cell);
    let mut cells = counting_cells(assessment, framework, statement);
    cells.retain(|cell| assessment.statement_score(framework, statement).is_some() && is_new(cell));
    let dates = cells.into_iter().filter_map(|cell| judged_on(assessment, cell));
    // A judgement that was entered late is no older than what it differs from.
    dates.min().map_or(published_on, |on| on.max(published_on))
}

/// When a cell got the score that it has: from its scorer, or from a panel that adjusted it.
fn judged_on(assessment: &Assessment, cell: Cell) -> Option<PartialDate> {
    let judged = assessment.judged.get(&cell)?;
    let adjusted = judged.score != judged.scored;
    let panel = assessment.panel.as_ref().filter(|_| adjusted);
    Some(panel.map_or(judged.on, |panel| panel.decided_on))
}

impl Level {
    /// Whether a statement of a theme belongs to it.
    fn holds(self, theme: &Theme, statement: StatementId) -> bool {
        match self {
            Self::Overall => true,
            Self::Theme(id) => theme.id == id,
            Self::Statement(id) => statement == id,
        }
    }
}
