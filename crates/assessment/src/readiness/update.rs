//! What an update needs: it is judged on what changed since the last publication, and what was
//! published, here or before this ledger, counts as met.

use super::{Need, counting_cells, unconfirmed, wanted_cells, windows};
use crate::StatementId;
use crate::event::{PublicationMade, ReissueReason};
use crate::framework::{Framework, Passage, Process, RatingChanges};
use crate::state::{Assessment, Cell, Since, State};
use chrono::NaiveDate;

/// On what occasion something is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// It is the first publication, or an update.
    Publication,
    /// It takes the place of a publication.
    Reissue(ReissueReason),
}

/// What an update would publish otherwise than it was published last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changes {
    /// The scores that were judged since, or differ from the published ones: a judgement that was
    /// struck out leaves the one before it, or none.
    cells: Vec<Cell>,
    /// The quality statements whose score differs from the published one.
    statements: Vec<StatementId>,
    /// Whether there is anything new to publish: a judgement, a passage, or a basis that is void.
    is_any: bool,
}

impl Occasion {
    /// Whether the scores and ratings of the last publication are published again, while what was
    /// judged since waits for a comprehensive assessment.
    ///
    /// What puts an error or an unfair process right is no change of a rating by a review.
    pub(crate) fn repeats_scores(self, framework: &Framework) -> bool {
        use ReissueReason::*;
        let corrects = matches!(self, Self::Reissue(BasisStruckOut | ProcessReview));
        let waits = RatingChanges::AtComprehensiveAssessment;
        framework.scoring.rating_changes.value == waits && !corrects
    }
}

impl Changes {
    /// What has changed in an assessment since its last publication. Where scores wait, none has:
    /// nothing is asked of what is not published.
    pub(crate) fn since_publication(
        assessment: &Assessment,
        framework: &Framework,
        occasion: Occasion,
    ) -> Self {
        if occasion.repeats_scores(framework) {
            let Since { passages, struck, .. } = &assessment.since;
            let is_any = !passages.is_empty() || !struck.is_empty();
            return Self { cells: vec![], statements: vec![], is_any };
        }
        let statements = || framework.statements().map(|(_, statement)| statement.id);
        let mut cells: Vec<Cell> =
            statements().flat_map(|it| counting_cells(assessment, framework, it)).collect();
        cells.retain(|cell| assessment.since.cells.contains(cell) || assessment.moved(*cell));
        let moved = |statement: &StatementId| {
            let now = assessment.statement_score(framework, *statement);
            assessment.published_score(*statement) != now
        };
        let statements: Vec<StatementId> = statements().filter(moved).collect();
        let is_any = assessment.since != Since::default() || !cells.is_empty();
        Self { is_any: is_any || !statements.is_empty(), cells, statements }
    }

    /// Whether nothing at all has changed.
    pub(crate) fn is_nothing(&self) -> bool {
        !self.is_any
    }

    /// Whether the body must be asked about it. An error in the text alone is put right without.
    fn is_to_be_checked(&self, assessment: &Assessment, occasion: Occasion) -> bool {
        let text = occasion != Occasion::Reissue(ReissueReason::ErrorInText);
        !self.statements.is_empty() || text && !assessment.since.passages.is_empty()
    }
}

/// What the next publication of a published assessment needs, but for its comments.
pub(super) fn needs(
    state: &State,
    assessment: &Assessment,
    (framework, process): (&Framework, &Process),
    on: NaiveDate,
    occasion: Occasion,
) -> Vec<Need> {
    let changes = Changes::since_publication(assessment, framework, occasion);
    let mut needs = scores(assessment, framework, occasion);
    needs.extend(evidence(state, assessment, &changes));
    let void = |kind: &str| assessment.since.struck.contains_key(kind);
    if process.panel.first_publication.value && void("panel_decided") && assessment.panel.is_none()
    {
        needs.push(Need::Panel);
    } else if process.panel.first_publication.value && void("panel_confirmed") {
        let cells = wanted_cells(framework);
        needs.extend(unconfirmed(assessment, &cells));
    } else if process.panel.update.value && !changes.cells.is_empty() {
        needs.extend(unconfirmed(assessment, &changes.cells));
    }
    let passages = process.passages(framework).into_iter();
    let missing = passages.filter(|passage| is_missing(assessment, passage, &changes));
    needs.extend(missing.map(|passage| Need::Draft { passage }));
    if process.accuracy_check.update.value && changes.is_to_be_checked(assessment, occasion) {
        needs.extend(windows(assessment, process, on));
    }
    needs
}

/// Every quality statement has a score to publish: an import of which only the overall rating is
/// known has none, nor has a statement whose only judgement was struck out.
fn scores(assessment: &Assessment, framework: &Framework, occasion: Occasion) -> Vec<Need> {
    let repeats = occasion.repeats_scores(framework);
    let is_missing = |cell: &Cell| match repeats {
        true => assessment.published_score(cell.0).is_none(),
        false => !assessment.judged.contains_key(cell),
    };
    let statements = framework.statements().map(|(_, statement)| statement.id);
    let counting = statements.flat_map(|it| counting_cells(assessment, framework, it));
    counting.filter(is_missing).map(|cell| Need::Score { cell }).collect()
}

/// What is published otherwise than before rests on evidence that may be relied on; what was
/// published counts as met, also where a review left it as it was.
fn evidence(state: &State, assessment: &Assessment, changes: &Changes) -> Vec<Need> {
    let rests_on_nothing = |cell: &&Cell| {
        let judged = assessment.judged.get(*cell);
        assessment.moved(**cell)
            && judged.is_some_and(|judged| !judged.imported && !state.supports(judged))
    };
    let cells = changes.cells.iter().filter(rests_on_nothing);
    cells.map(|cell| Need::Evidence { cell: *cell }).collect()
}

/// Whether a passage is not there that was published, or does not tell of a score that moved: an
/// imported report has no passages here, and a new section waits for the next assessment.
fn is_missing(assessment: &Assessment, passage: &Passage, changes: &Changes) -> bool {
    let released = |made: &PublicationMade| made.passages.iter().any(|it| it.passage == *passage);
    let was_published = assessment.publications.iter().any(released);
    // Only the findings on a quality statement name one.
    let moved = passage.statement.is_some_and(|it| changes.statements.contains(&it));
    was_published && !assessment.drafts.contains_key(passage)
        || moved && !assessment.since.passages.contains(passage)
}
