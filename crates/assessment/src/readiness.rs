//! What is missing for a publication.

mod update;

pub(crate) use update::{Changes, Occasion};

use crate::framework::{Framework, Method, Passage, Process, Recipient, Statement};
use crate::rejection::{Rejection, StepRejection};
use crate::section_50;
use crate::state::{Assessment, Cell, Judged, Membership, State};
use crate::{AssessmentId, CommentId, OrganisationCode, PartialDate, PublicationId, StatementId};
use chrono::NaiveDate;
use std::fmt;

/// What a publication of an assessment still needs, and what whoever decides on it should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// What is missing, in the order of the steps; nothing if it may be published.
    pub needs: Vec<Need>,
    /// What is no hindrance and should be known.
    pub warnings: Vec<Warning>,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A quality statement, or a required evidence category of it, has no score.
    Score {
        /// What is to be scored.
        cell: Cell,
    },
    /// A score rests on no evidence that may be relied on.
    Evidence {
        /// What was scored.
        cell: Cell,
    },
    /// No panel has decided.
    Panel,
    /// The panel has not confirmed a score that changed since.
    Confirmation {
        /// The score that changed.
        cell: Cell,
    },
    /// A passage of the report is not written.
    Draft {
        /// Which one.
        passage: Passage,
    },
    /// The draft was not shared with a recipient.
    Sharing {
        /// With whom.
        recipient: Recipient,
    },
    /// The time for comments is not over.
    Window {
        /// Whose time.
        recipient: Recipient,
        /// The last day.
        due_on: PartialDate,
    },
    /// A comment is not resolved.
    Comment {
        /// Which one.
        comment: CommentId,
    },
}

/// Something that is no hindrance and should be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A score of 1 that would raise the duty of section 50 once it is decided.
    Section50 {
        /// The quality statement.
        statement: StatementId,
    },
    /// Nothing has changed since the last publication: there is nothing to publish.
    NothingNew {
        /// That publication.
        publication: PublicationId,
    },
    /// What a recipient was given to check is not what stands now.
    ChangedSinceSharing {
        /// The recipient.
        recipient: Recipient,
    },
    /// An authority of the system's area has no completed assessment.
    AuthorityNotAssessed {
        /// The authority.
        organisation: OrganisationCode,
    },
    /// An authority of the system's area has a completed assessment.
    AuthorityAssessed {
        /// The authority.
        organisation: OrganisationCode,
        /// When it was published.
        on: PartialDate,
    },
}

/// A step on the way to a publication, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Enough evidence.
    Evidence,
    /// The panel's decision.
    Panel,
    /// A whole draft.
    Draft,
    /// The factual accuracy check.
    Check,
}

/// What the next publication of an assessment on a day still needs, be it the first one or an
/// update; nothing is said of an assessment that the state does not hold. The state must hold what
/// [`State::behind`] names.
pub fn readiness(state: &State, id: AssessmentId, on: NaiveDate) -> Option<Readiness> {
    readiness_for(state, id, on, Occasion::Publication)
}

/// What a publication on some occasion still needs.
pub(crate) fn readiness_for(
    state: &State,
    id: AssessmentId,
    on: NaiveDate,
    occasion: Occasion,
) -> Option<Readiness> {
    let assessment = state.assessments.get(&id)?;
    let framework = state.frameworks.get(&assessment.framework)?;
    let process = state.process(&assessment.framework, on)?;
    let is_first = assessment.published_on().is_none();
    let mut needs = match is_first {
        true => first_needs(state, assessment, (framework, process), on),
        false => update::needs(state, assessment, (framework, process), on, occasion),
    };
    let open = assessment.comments.iter().filter(|comment| comment.resolved.is_none());
    needs.extend(open.map(|comment| Need::Comment { comment: comment.facts.comment }));
    // After the first publication a 1 is decided, and the duty there, with the review itself.
    let ones = section_50::ones(assessment, framework).into_iter().filter(|_| is_first);
    let mut warnings: Vec<Warning> =
        ones.map(|statement| Warning::Section50 { statement }).collect();
    let changed = assessment.windows.iter().filter(|(_, window)| window.changed_since);
    warnings.extend(changed.map(|(it, _)| Warning::ChangedSinceSharing { recipient: *it }));
    warnings.extend(area(state, id.organisation(), on));
    let latest = assessment.last_publication().filter(|_| assessment.withdrawal().is_none());
    let is_nothing = || Changes::since_publication(assessment, framework, occasion).is_nothing();
    warnings.extend(
        latest.filter(|_| is_nothing()).map(|publication| Warning::NothingNew { publication }),
    );
    Some(Readiness { needs, warnings })
}

/// The cells that a framework wants a score for, in its order.
pub fn wanted_cells(framework: &Framework) -> Vec<Cell> {
    let statements = framework.statements();
    statements.flat_map(|(_, statement)| wanted_of(framework, statement)).collect()
}

/// The cells of a quality statement that its score comes from: those that the framework wants; of
/// an import, the whole statement until all its categories are scored.
pub(crate) fn counting_cells(
    assessment: &Assessment,
    framework: &Framework,
    statement: StatementId,
) -> Vec<Cell> {
    let known = framework.statement(statement);
    let wanted = known.map_or(vec![], |(_, known)| wanted_of(framework, known));
    let rolls_up = || wanted.iter().all(|cell| assessment.judged.contains_key(cell));
    match assessment.import.is_none() || rolls_up() {
        true => wanted,
        false => vec![(statement, None)],
    }
}

fn wanted_of(framework: &Framework, statement: &Statement) -> Vec<Cell> {
    match framework.scoring.method.value {
        Method::None => vec![],
        Method::Statement => vec![(statement.id, None)],
        Method::Category => {
            let required = statement.required_categories.value.iter();
            required.map(|category| (statement.id, Some(*category))).collect()
        }
    }
}

/// What a first publication needs, but for its comments.
fn first_needs(
    state: &State,
    assessment: &Assessment,
    (framework, process): (&Framework, &Process),
    on: NaiveDate,
) -> Vec<Need> {
    let mut needs = scores_and_evidence(state, assessment, framework);
    if process.panel.first_publication.value {
        needs.extend(unconfirmed(assessment, &wanted_cells(framework)));
    }
    let passages = process.passages(framework).into_iter();
    let missing = passages.filter(|passage| !assessment.drafts.contains_key(passage));
    needs.extend(missing.map(|passage| Need::Draft { passage }));
    if process.accuracy_check.first_publication.value {
        needs.extend(windows(assessment, process, on));
    }
    needs
}

/// Enough evidence: every score that the framework wants is there and rests on evidence that may be
/// relied on. (Source: the regulator publishes "when we have gathered enough evidence".)
fn scores_and_evidence(state: &State, assessment: &Assessment, framework: &Framework) -> Vec<Need> {
    let need = |cell: Cell| match assessment.judged.get(&cell) {
        None => Some(Need::Score { cell }),
        Some(judged) if state.supports(judged) => None,
        Some(_) => Some(Need::Evidence { cell }),
    };
    wanted_cells(framework).into_iter().filter_map(need).collect()
}

/// Of some cells, those whose score no panel stands by.
fn unconfirmed(assessment: &Assessment, cells: &[Cell]) -> Vec<Need> {
    if assessment.panel.is_none() {
        return vec![Need::Panel];
    }
    let changed = assessment.unconfirmed();
    let cells = cells.iter().filter(|cell| changed.contains(cell));
    cells.map(|cell| Need::Confirmation { cell: *cell }).collect()
}

fn windows(assessment: &Assessment, process: &Process, on: NaiveDate) -> Vec<Need> {
    let need = |recipient: &Recipient| match assessment.windows.get(recipient) {
        None => Some(Need::Sharing { recipient: *recipient }),
        Some(window) if window.is_closed(on) => None,
        Some(window) => Some(Need::Window { recipient: *recipient, due_on: window.due_on }),
    };
    process.recipients.value.iter().filter_map(need).collect()
}

impl State {
    /// Whether some of the evidence behind a judgement may be relied on.
    fn supports(&self, judged: &Judged) -> bool {
        let known = judged.evidence.iter().filter_map(|id| self.evidence.get(id));
        known.into_iter().any(|evidence| evidence.is_in_force())
    }
}

/// A system's assessment should be informed by completed ones of its authorities; that one is
/// missing is no hindrance.
fn area(state: &State, system: OrganisationCode, on: NaiveDate) -> Vec<Warning> {
    let members = state.organisations.get(&system).into_iter().flat_map(|it| &it.area);
    let belongs = |member: &&Membership| {
        member.from.first_day() <= on && member.to.is_none_or(|to| to.last_day() >= on)
    };
    let now = members.filter(belongs).map(|member| member.authority);
    now.map(|organisation| {
        let published = state.last_published(organisation);
        match published.and_then(|id| state.assessments[&id].published_on()) {
            Some(on) => Warning::AuthorityAssessed { organisation, on },
            None => Warning::AuthorityNotAssessed { organisation },
        }
    })
    .collect()
}

impl Readiness {
    /// Why a step that comes after `stage` may not be taken, if it may not.
    pub fn refusal(&self, assessment: AssessmentId, stage: Stage) -> Option<Rejection> {
        let first = self.needs.iter().find(|need| need.stage() <= stage)?;
        let count = |stage| self.needs.iter().filter(|need| need.stage() == stage).count() as u64;
        Some(
            match *first {
                Need::Score { .. } | Need::Evidence { .. } => StepRejection::EvidenceInsufficient {
                    assessment,
                    missing: count(Stage::Evidence),
                    first: first.to_string(),
                },
                Need::Panel => StepRejection::PanelNotDecided { assessment },
                Need::Confirmation { cell: (statement, _) } => {
                    StepRejection::PanelNotConfirmed { assessment, statement }
                }
                Need::Draft { passage } => StepRejection::DraftIncomplete {
                    assessment,
                    missing: count(Stage::Draft),
                    first: passage,
                },
                Need::Sharing { recipient } => {
                    StepRejection::DraftNotShared { assessment, recipient }
                }
                Need::Window { recipient, due_on } => {
                    StepRejection::WindowOpen { recipient, due_on }
                }
                Need::Comment { comment } => StepRejection::CommentOpen { comment },
            }
            .into(),
        )
    }
}

impl Need {
    /// The step that it belongs to.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Score { .. } | Self::Evidence { .. } => Stage::Evidence,
            Self::Panel | Self::Confirmation { .. } => Stage::Panel,
            Self::Draft { .. } => Stage::Draft,
            Self::Sharing { .. } | Self::Window { .. } | Self::Comment { .. } => Stage::Check,
        }
    }

    /// The quality statement that it is about, if it is about one.
    pub fn statement(&self) -> Option<StatementId> {
        match self {
            Self::Score { cell } | Self::Evidence { cell } | Self::Confirmation { cell } => {
                Some(cell.0)
            }
            Self::Draft { passage } => passage.statement,
            Self::Panel | Self::Sharing { .. } | Self::Window { .. } | Self::Comment { .. } => None,
        }
    }
}

/// A cell in words.
struct Words<'a>(&'a Cell);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            (statement, Some(category)) => write!(f, "{statement}, {category}"),
            (statement, None) => write!(f, "{statement}"),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Score { cell } => write!(f, "no score for {}", Words(cell)),
            Self::Evidence { cell } => {
                write!(f, "no evidence behind the score for {}", Words(cell))
            }
            Self::Panel => write!(f, "no panel has decided"),
            Self::Confirmation { cell } => {
                write!(f, "the panel has not confirmed the changed score for {}", Words(cell))
            }
            Self::Draft { passage } => write!(f, "{passage} is not written"),
            Self::Sharing { recipient } => write!(f, "the draft was not shared with {recipient}"),
            Self::Window { recipient, due_on } => {
                write!(f, "{recipient} may comment until the end of {due_on}")
            }
            Self::Comment { comment } => write!(f, "{comment} is not resolved"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section50 { statement } => {
                write!(f, "a 1 for {statement} raises a section 50 notification once it is decided")
            }
            Self::NothingNew { publication } => {
                write!(f, "nothing has changed since {publication}: there is nothing to publish")
            }
            Self::ChangedSinceSharing { recipient } => {
                write!(f, "the draft has changed since it was shared with {recipient}")
            }
            Self::AuthorityNotAssessed { organisation } => {
                write!(f, "{organisation} has no completed assessment")
            }
            Self::AuthorityAssessed { organisation, on } => {
                write!(f, "{organisation} has a completed assessment, published {on}")
            }
        }
    }
}
