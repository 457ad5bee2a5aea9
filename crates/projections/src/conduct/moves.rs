//! Every publication states what was judged, and every move since is due or waits.

use super::{Check, Finding, Records, behind, in_force, publishes, released, walk};
use crate::transitions::Subject;
use assessment::due::{self, Level, Matter};
use assessment::event::{
    PublicationImported, PublicationMade, RatedScore, ReissueReason, StatementScore,
};
use assessment::framework::{Framework, RatingChanges, Theme};
use assessment::scoring::{Rating, Score};
use assessment::state::{Assessment, Cell};
use assessment::{
    AssessmentId, Event, OrganisationCode, PartialDate, PublicationId, State, StatementId, replay,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What is stated of each level: a record made by hand may state one twice.
type Stated = BTreeMap<Subject, Vec<Value>>;

/// What is stated of a level.
#[derive(Clone, Copy, PartialEq)]
enum Value {
    Score(Score),
    Level(RatedScore),
}

/// What a report has to state.
#[derive(Clone, Copy, PartialEq)]
enum Basis {
    /// What was judged by then.
    Judged,
    /// What was published before, as what was judged since waits.
    Published,
}

/// A report, with what was known when it was published.
struct Release<'a> {
    position: u64,
    event: &'a Event,
    made: &'a PublicationMade,
    assessment: &'a Assessment,
    framework: &'a Framework,
}

/// All records, with those that were in force only for a time.
struct Log<'a> {
    all: &'a Records<'a>,
    /// The void records of each body, each with the strike-out that makes it so.
    void: BTreeMap<OrganisationCode, Vec<(u64, u64)>>,
}

/// What was published of an assessment last.
struct Last {
    position: u64,
    publication: PublicationId,
    on: PartialDate,
    stated: Stated,
    /// What is judged of the whole is no move, as it came of what was imported.
    as_imported: bool,
}

/// What is listed as due of a body: levels to update, or the whole report.
#[derive(Default)]
struct Listed {
    levels: BTreeSet<Subject>,
    whole: bool,
}

/// One finding for each level that a report states otherwise than it was judged at that moment,
/// or, where later judgements wait, otherwise than it was published before; and one for each that
/// the last publication of a body states otherwise than it is judged now, and that is neither due
/// nor waits.
///
/// What an import states is no report of this ledger, so only what is judged since is held against
/// it. That its overall rating is another than that of its scores was accepted; it is no move as
/// long as the judgements come to what these scores do.
pub(super) fn check(all: &Records<'_>, on: NaiveDate) -> Vec<Finding> {
    let (log, records) = (Log::of(all), in_force(all));
    let (mut found, mut as_imported) = (Vec::new(), BTreeSet::new());
    let state = walk(&records, &mut |state, position, event| {
        let Some(made) = released(event) else { return };
        let then = log.known_then(position, made.organisation());
        let state = then.as_ref().unwrap_or(state);
        let Some(assessment) = state.assessments.get(&made.assessment) else { return };
        let Some(framework) = state.frameworks.get(&assessment.framework) else { return };
        let release = Release { position, event, made, assessment, framework };
        if release.repeats_import(&as_imported) {
            as_imported.insert(made.assessment);
        } else {
            as_imported.remove(&made.assessment);
        }
        found.extend(misstated(&log, &release, &as_imported));
    });
    let moved = moved(&records, &state, &as_imported, &listed(&state, on)).into_iter();
    // What a report stated wrongly from the start is told once.
    let is_known = |report: u64, it: &Finding| {
        found.iter().any(|known| known.subject == it.subject && known.positions.contains(&report))
    };
    let moved: Vec<Finding> =
        moved.filter(|(report, it)| !is_known(*report, it)).map(|(_, it)| it).collect();
    [found, moved].concat()
}

/// What a report states otherwise than it has to.
fn misstated(
    log: &Log<'_>,
    release: &Release<'_>,
    as_imported: &BTreeSet<AssessmentId>,
) -> Vec<Finding> {
    let Release { position, made, assessment, framework, .. } = *release;
    let (expected, basis) = release.expected();
    let stated = stated(made);
    let differs = |subject: &Subject| {
        // That an import gives another overall rating than its scores is no move, nor is it
        // where it was published again so.
        let is_excused = *subject == Subject::Overall && as_imported.contains(&made.assessment);
        expected.get(subject) != stated.get(subject) && !is_excused
    };
    let mut subjects: BTreeSet<Subject> = expected.keys().chain(stated.keys()).copied().collect();
    subjects.retain(differs);
    if subjects.is_empty() {
        return vec![];
    }
    let before = log.in_force_before(position);
    let finding = |subject: Subject| {
        let mut positions = match basis {
            Basis::Judged => sources(&before, (made.assessment, assessment), framework, subject),
            Basis::Published => last_published(&before, made.assessment).into_iter().collect(),
        };
        positions.insert(position);
        let was = in_words(expected.get(&subject));
        let was = match basis {
            Basis::Judged => format!("was judged {was}"),
            Basis::Published => format!("was published as {was}, what was judged since waits"),
        };
        let is = in_words(stated.get(&subject));
        let (name, publication, on) = (name(subject), made.publication, made.published_on);
        let what = format!("{name} {was}, and {publication} of {on} states {is}");
        finding(made.assessment, name, what, positions)
    };
    subjects.into_iter().map(finding).collect()
}

/// What was published last and is judged otherwise now, and what is not listed as due: each with
/// the record that published it.
fn moved(
    records: &Records<'_>,
    state: &State,
    as_imported: &BTreeSet<AssessmentId>,
    listed: &BTreeMap<OrganisationCode, Listed>,
) -> Vec<(u64, Finding)> {
    let mut found = Vec::new();
    for organisation in state.organisations.keys() {
        let Some(id) = state.last_published(*organisation) else { continue };
        let assessment = &state.assessments[&id];
        let Some(framework) = state.frameworks.get(&assessment.framework) else { continue };
        let nothing = Listed::default();
        let listed = listed.get(organisation).unwrap_or(&nothing);
        if listed.whole || waits(framework) || !framework.awards_ratings() {
            continue;
        }
        let now = judged(assessment, framework);
        let last = match assessment.publications.last() {
            Some(made) => Last::report(records, made, as_imported),
            None => Last::import(records, assessment, framework, &now),
        };
        let Some(Last { position, publication, on, stated, as_imported }) = last else { continue };
        let subjects: BTreeSet<Subject> = now.keys().chain(stated.keys()).copied().collect();
        for subject in subjects {
            let is_published = framework.publishes(subject.level());
            let is_excused = subject == Subject::Overall && as_imported;
            let (is, was) = (now.get(&subject), stated.get(&subject));
            let is_moved = ratings(framework, is) != ratings(framework, was);
            if !is_published || !is_moved || is_excused || listed.levels.contains(&subject) {
                continue;
            }
            let mut positions = sources(records, (id, assessment), framework, subject);
            positions.insert(position);
            let (name, was, is) = (name(subject), in_words(was), in_words(is));
            let what = format!(
                "{name} is judged {is}, {publication} of {on} states {was}, and no update is \
                 listed as due"
            );
            found.push((position, finding(id, name, what, positions)));
        }
    }
    found
}

impl Last {
    fn report(
        records: &Records<'_>,
        made: &PublicationMade,
        as_imported: &BTreeSet<AssessmentId>,
    ) -> Option<Self> {
        Some(Self {
            position: last_published(records, made.assessment)?,
            publication: made.publication,
            on: made.published_on,
            stated: stated(made),
            as_imported: as_imported.contains(&made.assessment),
        })
    }

    /// An import, as it was corrected last.
    fn import(
        records: &Records<'_>,
        assessment: &Assessment,
        framework: &Framework,
        now: &Stated,
    ) -> Option<Self> {
        let import = assessment.import.as_ref()?;
        let gives = |event: &Event| match event {
            Event::PublicationImported(it) => it.assessment == import.assessment,
            Event::ImportedPublicationReplaced(it) => it.import.assessment == import.assessment,
            _ => false,
        };
        let of_scores = levels(framework, &by_statement(&import.scores));
        let rating = |all: &Stated| ratings(framework, all.get(&Subject::Overall));
        // Its rating stands also where no percentage is known that belongs to it.
        let is_same = rating(now) == [import.rating] || rating(now) == rating(&of_scores);
        Some(Self {
            position: records.iter().rfind(|(_, event)| gives(event))?.0,
            publication: import.publication,
            on: import.published_on(),
            stated: imported(import, framework),
            as_imported: is_same,
        })
    }
}

impl Release<'_> {
    /// What it has to state. What puts an error or an unfair process right waits for nothing.
    fn expected(&self) -> (Stated, Basis) {
        use ReissueReason::{BasisStruckOut, ProcessReview};
        let corrects = matches!(
            self.event,
            Event::PublicationReissued(it) if matches!(it.reason, BasisStruckOut | ProcessReview)
        );
        let (assessment, framework) = (self.assessment, self.framework);
        let repeats = waits(framework) && !corrects;
        let published = match (assessment.publications.last(), &assessment.import) {
            (Some(made), _) if repeats => Some(stated(made)),
            (None, Some(import)) if repeats => Some(imported(import, framework)),
            _ => None,
        };
        match published {
            Some(published) => (published, Basis::Published),
            None => (judged(assessment, framework), Basis::Judged),
        }
    }

    /// Whether it states what the import before it did, perhaps by way of other reports.
    fn repeats_import(&self, as_imported: &BTreeSet<AssessmentId>) -> bool {
        let now = (self.made.overall, by_statement(&self.made.scores));
        match (self.assessment.publications.last(), &self.assessment.import) {
            (Some(last), _) => {
                let same = (last.overall, by_statement(&last.scores)) == now;
                same && as_imported.contains(&self.made.assessment)
            }
            (None, Some(import)) => {
                (overall(import, self.framework), by_statement(&import.scores)) == now
            }
            (None, None) => false,
        }
    }
}

impl<'a> Log<'a> {
    fn of(all: &'a Records<'a>) -> Self {
        let mut void: BTreeMap<OrganisationCode, Vec<(u64, u64)>> = BTreeMap::new();
        let by = super::void(all);
        for (position, event) in all {
            if let (Some(by), Some(code)) = (by.get(position), event.organisation()) {
                void.entry(code).or_default().push((*position, *by));
            }
        }
        Self { all, void }
    }

    /// What was known of a body before a record, if something of it was void only later.
    fn known_then(&self, position: u64, code: OrganisationCode) -> Option<State> {
        let was_in_force = |(void, by): &(u64, u64)| *void < position && position < *by;
        self.void.get(&code)?.iter().find(|it| was_in_force(it))?;
        let before = self.all.iter().copied().take_while(|(at, _)| *at < position);
        Some(replay(before.filter(|(_, it)| it.organisation().is_none_or(|of| of == code))))
    }

    fn in_force_before(&self, position: u64) -> Vec<(u64, &'a Event)> {
        in_force(&self.all[..self.all.partition_point(|(at, _)| *at < position)])
    }
}

/// What a report states.
fn stated(made: &PublicationMade) -> Stated {
    let mut all = scores_of(made.scores.iter().map(|cell| (cell.statement, cell.score)));
    if let Some(overall) = made.overall {
        all.insert(Subject::Overall, vec![Value::Level(overall)]);
    }
    for theme in &made.themes {
        let value = Value::Level(RatedScore { rating: theme.rating, score: theme.score });
        all.entry(Subject::Theme(theme.theme)).or_default().push(value);
    }
    all
}

/// What the latest judgements come to.
fn judged(assessment: &Assessment, framework: &Framework) -> Stated {
    let score = |statement| Some((statement, assessment.statement_score(framework, statement)?));
    let scores = framework.statements().filter_map(|(_, it)| score(it.id));
    levels(framework, &scores.collect())
}

/// What an import states, and its themes as its scores give them.
fn imported(import: &PublicationImported, framework: &Framework) -> Stated {
    let mut all = levels(framework, &by_statement(&import.scores));
    let overall = overall(import, framework).map(Value::Level);
    all.extend(overall.map(|overall| (Subject::Overall, vec![overall])));
    all
}

/// The rating that an import states, with the percentage that it states or that its scores give.
fn overall(import: &PublicationImported, framework: &Framework) -> Option<RatedScore> {
    let scores = by_statement(&import.scores);
    let computed = level(framework, &scores, Subject::Overall).map(|level| level.score);
    let score = import.score.or(computed)?;
    Some(RatedScore { rating: import.rating, score })
}

/// Scores, with what they come to.
fn levels(framework: &Framework, scores: &BTreeMap<StatementId, Score>) -> Stated {
    let mut all = scores_of(scores.iter().map(|(statement, score)| (*statement, *score)));
    let themes = framework.scoring.themes.iter().map(|theme| Subject::Theme(theme.id));
    let themes = themes.filter(|it| framework.publishes(it.level()));
    for subject in themes.chain([Subject::Overall]) {
        let level = level(framework, scores, subject).map(Value::Level);
        all.extend(level.map(|level| (subject, vec![level])));
    }
    all
}

/// What the scores of a level come to, where every statement of it has one and ratings are given.
fn level(
    framework: &Framework,
    scores: &BTreeMap<StatementId, Score>,
    subject: Subject,
) -> Option<RatedScore> {
    let own = within(framework, subject).into_iter();
    let scores: Vec<Score> = own.map(|it| scores.get(&it).copied()).collect::<Option<_>>()?;
    if scores.is_empty() || !framework.awards_ratings() {
        return None;
    }
    let level = framework.scoring.level(&scores);
    Some(RatedScore { rating: level.rating, score: level.percent })
}

/// The statements of a level.
fn within(framework: &Framework, subject: Subject) -> Vec<StatementId> {
    let is_within = |theme: &Theme, statement| match subject {
        Subject::Overall => true,
        Subject::Theme(id) => theme.id == id,
        Subject::Statement(id) => statement == id,
    };
    let all = framework.statements().map(|(theme, it)| (theme, it.id));
    all.filter(|(theme, id)| is_within(theme, *id)).map(|(_, id)| id).collect()
}

fn scores_of(scores: impl Iterator<Item = (StatementId, Score)>) -> Stated {
    let mut all = Stated::new();
    for (statement, score) in scores {
        all.entry(Subject::Statement(statement)).or_default().push(Value::Score(score));
    }
    all
}

fn by_statement(scores: &[StatementScore]) -> BTreeMap<StatementId, Score> {
    scores.iter().map(|cell| (cell.statement, cell.score)).collect()
}

fn ratings(framework: &Framework, values: Option<&Vec<Value>>) -> Vec<Rating> {
    let rating = |value: &Value| match value {
        Value::Score(score) => framework.scoring.rating(*score),
        Value::Level(level) => level.rating,
    };
    values.into_iter().flatten().map(rating).collect()
}

fn waits(framework: &Framework) -> bool {
    framework.scoring.rating_changes.value == RatingChanges::AtComprehensiveAssessment
}

/// The records that the score of each statement of a level comes from: the last that judged it.
fn sources(
    records: &Records<'_>,
    (id, assessment): (AssessmentId, &Assessment),
    framework: &Framework,
    subject: Subject,
) -> BTreeSet<u64> {
    let mut last: BTreeMap<Cell, u64> = BTreeMap::new();
    for (position, event) in records.iter().filter(|(_, event)| event.assessment() == Some(id)) {
        let cells: Vec<Cell> = match event {
            Event::ScoreReviewed(it) => vec![(it.statement, it.category)],
            Event::PanelDecided(it) => {
                it.scores.iter().map(|cell| (cell.statement, cell.category)).collect()
            }
            Event::PanelConfirmed(it) => {
                it.scores.iter().map(|cell| (cell.statement, cell.category)).collect()
            }
            Event::PublicationImported(it) => {
                it.scores.iter().map(|cell| (cell.statement, None)).collect()
            }
            _ => vec![],
        };
        last.extend(cells.into_iter().map(|cell| (cell, *position)));
        if let Event::ImportedPublicationReplaced(it) = event {
            // It takes the place of what was imported, and of no review.
            let imported = it.import.scores.iter().map(|cell| (cell.statement, None));
            let judged = |cell: &Cell| assessment.judged.get(cell).is_some_and(|it| it.imported);
            last.extend(imported.filter(judged).map(|cell| (cell, *position)));
        }
    }
    let own = within(framework, subject).into_iter();
    let cells = own.flat_map(|statement| behind(assessment, framework, statement));
    cells.filter_map(|cell| last.get(&cell).copied()).collect()
}

fn last_published(records: &Records<'_>, id: AssessmentId) -> Option<u64> {
    let found = records.iter().rev().find(|(_, event)| publishes(event) == Some(id));
    found.map(|(position, _)| *position)
}

/// What stands in the list of what is due.
fn listed(state: &State, on: NaiveDate) -> BTreeMap<OrganisationCode, Listed> {
    let mut all: BTreeMap<OrganisationCode, Listed> = BTreeMap::new();
    for owed in due::owed(state, on) {
        let own = all.entry(owed.organisation).or_default();
        match owed.matter {
            Matter::Publication { levels, .. } => {
                own.levels.extend(levels.iter().map(|level| match level {
                    Level::Overall => Subject::Overall,
                    Level::Theme(theme) => Subject::Theme(*theme),
                    Level::Statement(statement) => Subject::Statement(*statement),
                }));
            }
            Matter::Reissue { .. } => own.whole = true,
            _ => {}
        }
    }
    all
}

fn name(subject: Subject) -> String {
    subject.id().unwrap_or_else(|| "overall".to_owned())
}

fn in_words(values: Option<&Vec<Value>>) -> String {
    let all: Vec<String> = values.into_iter().flatten().map(Value::to_string).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(" and ") }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Score(score) => write!(f, "{score}"),
            Self::Level(level) => write!(f, "{}, {} %", level.rating, level.score),
        }
    }
}

fn finding(
    assessment: AssessmentId,
    subject: String,
    what: String,
    positions: BTreeSet<u64>,
) -> Finding {
    Finding {
        check: Check::Moves,
        organisation: assessment.organisation(),
        assessment,
        subject,
        what,
        days_late: None,
        positions: positions.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests;
