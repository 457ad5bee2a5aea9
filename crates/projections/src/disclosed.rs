//! What a body is told beyond what is public: the draft that was shared with it, and what its
//! publications rest on.
//!
//! Work goes on after a draft is shared; the body sees the draft as it was. So what is disclosed is
//! captured at the record that discloses it, and later work does not touch it, nor does it help
//! that a record behind it is struck out: it was told. It rests on the body's own records and on
//! those that are common to all, never on those of another body.

use crate::body::Body;
use crate::fold::Fact;
use crate::row::{Flag, Flags, in_words};
use crate::standing::Standing;
use assessment::event::{
    CategoryScore, DraftShared, DraftWritten, EvidenceMethod, PublicationMade, RatedScore,
    ThemeScore,
};
use assessment::framework::{Awards, Framework, LevelKind, RatingChanges, Recipient, Theme};
use assessment::scoring::Score;
use assessment::state::{Assessment, Cell as Scored};
use assessment::{
    AssessmentId, CategoryId, Event, EvidenceId, FrameworkId, Name, OrganisationCode, PartialDate,
    State, StatementId, evolve, replay, wanted_cells,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// All that one body has been told, folded from its own records and the common ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosures {
    organisation: OrganisationCode,
    /// Working memory, never shown: the body's own records and the common ones, by position.
    records: Vec<(u64, Event)>,
    /// What those in force come to; never shown either.
    state: State,
    told: BTreeMap<AssessmentId, Told>,
}

/// What a body has been told of one assessment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// With the draft that was shared last.
    pub shared: Option<Disclosed>,
    /// With the latest publication, also if that was withdrawn.
    pub published: Option<Disclosed>,
}

/// What is disclosed to a body at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosed {
    /// When.
    pub on: PartialDate,
    /// The last day for comments of those who may still make some.
    pub due_on: Option<PartialDate>,
    /// Who has the draft.
    pub recipients: Vec<Recipient>,
    /// The score of each quality statement, followed by those of its evidence categories.
    pub scores: Vec<DisclosedScore>,
    /// The overall score and rating; nothing where no ratings are awarded.
    pub overall: Option<RatedScore>,
    /// The score and rating of each theme, where the framework publishes them.
    pub themes: Vec<ThemeScore>,
    /// The passages of the report, in its order and in these versions.
    pub drafts: Vec<DraftWritten>,
    /// The evidence used, but for what is sensitive.
    pub evidence: Vec<UsedEvidence>,
    /// How many sensitive pieces of evidence of each category are used.
    pub sensitive: BTreeMap<CategoryId, u64>,
}

/// A score, of a quality statement or of one evidence category of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisclosedScore {
    /// The quality statement.
    pub statement: StatementId,
    /// The evidence category; none for the statement as a whole.
    pub category: Option<CategoryId>,
    /// The score.
    pub score: Score,
}

/// A piece of evidence, as it is listed to a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedEvidence {
    /// Its category.
    pub category: CategoryId,
    /// How it was gathered.
    pub method: EvidenceMethod,
    /// When it was collected.
    pub collected_on: PartialDate,
}

/// A row of `scores --categories`: one score that the framework wants from an assessor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CategoryScoresRow {
    /// Code of the body.
    pub organisation: OrganisationCode,
    /// Its name.
    pub name: Name,
    /// The framework of the assessment.
    pub framework: FrameworkId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The quality statement.
    pub statement: StatementId,
    /// The evidence category; none where statements are scored as a whole.
    pub category: Option<CategoryId>,
    /// The current score; for the regulator alone.
    pub score: Option<Score>,
    /// The scorer's own score, where a panel adjusted it; for the regulator alone.
    pub scorer_score: Option<Score>,
    /// The score in the draft that was shared last.
    pub draft_score: Option<Score>,
    /// The score in the latest publication.
    pub published_score: Option<Score>,
    /// When it was last reviewed; for the regulator alone.
    pub reviewed_on: Option<PartialDate>,
    /// On how many pieces of evidence it rests; for the regulator alone.
    pub evidence: Option<u64>,
    /// What a reader must know before relying on it.
    #[serde(serialize_with = "in_words")]
    pub flags: Flags,
    /// The record that gave the current score; for the regulator alone.
    pub position: Option<u64>,
}

/// The rows of one assessment as the regulator sees them, in the framework's order: the scores in
/// force, what the state says of the reviews behind them, and what the body was told.
pub fn category_scores(
    body: &Body,
    standing: &Standing,
    framework: &Framework,
    state: &State,
    disclosures: &Disclosures,
) -> Vec<CategoryScoresRow> {
    let told = disclosures.told(standing.assessment);
    let shared = told.and_then(|told| told.shared.as_ref());
    let published = told.and_then(|told| told.published.as_ref());
    let published = published.filter(|_| !standing.is_withdrawn());
    let assessment = state.assessments.get(&standing.assessment);
    let row = |(statement, category): Scored| {
        let cell = standing.cells.iter().find(|cell| cell.statement == statement)?;
        let in_force = match category {
            None => cell.in_force,
            Some(category) => cell.categories.get(&category).copied(),
        };
        let published_score = match category {
            None => cell.published,
            Some(_) => published.and_then(|it| it.score(statement, category)),
        };
        let judged = assessment.and_then(|it| it.judged.get(&(statement, category)));
        Some(CategoryScoresRow {
            organisation: body.facts.code,
            name: body.facts.name.clone(),
            framework: framework.id,
            assessment: standing.assessment,
            statement,
            category,
            score: in_force.map(|judgement| judgement.score),
            scorer_score: in_force.and_then(|judgement| judgement.scorer_score()),
            draft_score: shared.and_then(|it| it.score(statement, category)),
            published_score,
            reviewed_on: judged.filter(|judged| !judged.imported).map(|judged| judged.on),
            evidence: judged.map(|judged| judged.evidence.len() as u64),
            flags: standing.flags(body).with(Flag::Waiting, cell.waits()),
            position: in_force.map(|judgement| judgement.position),
        })
    };
    wanted_cells(framework).into_iter().filter_map(row).collect()
}

/// The rows of one assessment as its body sees them, in the framework's order: what it was told,
/// and nothing of the work that goes on. There are none before it was told anything.
pub fn disclosed_scores(
    disclosures: &Disclosures,
    assessment: AssessmentId,
) -> Vec<CategoryScoresRow> {
    disclosures.rows(assessment).unwrap_or_default()
}

impl Disclosures {
    /// Those of a body that has been told nothing yet.
    pub fn new(organisation: OrganisationCode) -> Self {
        Self { organisation, records: vec![], state: State::default(), told: BTreeMap::new() }
    }

    /// What it was told of an assessment, if it was told anything.
    pub fn told(&self, assessment: AssessmentId) -> Option<&Told> {
        self.told.get(&assessment)
    }

    /// The assessments that it was told anything of, by id.
    pub fn assessments(&self) -> impl Iterator<Item = (AssessmentId, &Told)> {
        self.told.iter().map(|(assessment, told)| (*assessment, told))
    }

    fn rows(&self, id: AssessmentId) -> Option<Vec<CategoryScoresRow>> {
        let told = self.told(id)?;
        let facts = &self.state.organisations.get(&self.organisation)?.facts;
        let assessment = self.state.assessments.get(&id)?;
        let framework = self.state.frameworks.get(&assessment.framework)?;
        let published = told.published.as_ref().filter(|_| assessment.withdrawal().is_none());
        let row = |(statement, category): Scored| CategoryScoresRow {
            organisation: self.organisation,
            name: facts.name.clone(),
            framework: framework.id,
            assessment: id,
            statement,
            category,
            score: None,
            scorer_score: None,
            draft_score: told.shared.as_ref().and_then(|it| it.score(statement, category)),
            published_score: published.and_then(|it| it.score(statement, category)),
            reviewed_on: None,
            evidence: None,
            flags: Flags::default().with(Flag::Fictional, facts.fictional),
            position: None,
        };
        Some(wanted_cells(framework).into_iter().map(row).collect())
    }

    /// Takes in the next record, also one that is void by now; one of another body changes nothing.
    pub fn apply(&mut self, fact: &Fact<'_>) {
        let event = fact.event;
        if event.organisation().is_some_and(|organisation| organisation != self.organisation) {
            return;
        }
        self.records.push((fact.position, event.clone()));
        self.state = evolve(std::mem::take(&mut self.state), event);
        match event {
            Event::DraftShared(event) => {
                if let Some(shared) = self.draft(event) {
                    self.told.entry(event.assessment).or_default().shared = Some(shared);
                }
            }
            Event::DraftExtended(event) => self.date(event.assessment),
            Event::DraftConfirmed(event) => self.date(event.assessment),
            Event::PublicationMade(event) => self.tell(event),
            Event::PublicationReissued(event) => self.tell(&event.made),
            Event::RecordStruckOut(_) => self.replay(),
            _ => {}
        }
    }

    fn tell(&mut self, made: &PublicationMade) {
        if let Some(published) = self.publication(made) {
            self.told.entry(made.assessment).or_default().published = Some(published);
        }
    }

    /// What was told stays told; how long it may be commented on is looked up anew.
    fn replay(&mut self) {
        self.state = replay(self.records.iter().map(|(position, event)| (*position, event)));
        let told: Vec<AssessmentId> = self.told.keys().copied().collect();
        told.into_iter().for_each(|assessment| self.date(assessment));
    }

    /// What the draft discloses at the moment in which it is shared.
    fn draft(&self, event: &DraftShared) -> Option<Disclosed> {
        let assessment = self.state.assessments.get(&event.assessment)?;
        let framework = self.state.frameworks.get(&assessment.framework)?;
        let process = self.state.process(&framework.id, event.shared_on.first_day())?;
        let passages = process.passages(framework).into_iter();
        let waits = waits(assessment, framework);
        let statement_score = |statement: StatementId| {
            if waits {
                return assessment.published_score(statement);
            }
            assessment.statement_score(framework, statement)
        };
        let published = assessment.publications.last();
        let category_score = |cell: Scored| {
            if waits {
                return published.and_then(|made| published_category(made, cell));
            }
            assessment.judged.get(&cell).map(|judged| judged.score)
        };
        let (evidence, sensitive) = self.evidence(assessment);
        Some(Disclosed {
            on: event.shared_on,
            due_on: due_on(assessment),
            recipients: assessment.windows.keys().copied().collect(),
            scores: scores(framework, statement_score, category_score),
            overall: level(framework, None, statement_score),
            themes: themes(framework, statement_score),
            drafts: passages
                .filter_map(|passage| assessment.drafts.get(&passage).cloned())
                .collect(),
            evidence,
            sensitive,
        })
    }

    /// What a publication discloses: scores and levels as its record has them.
    fn publication(&self, event: &PublicationMade) -> Option<Disclosed> {
        let assessment = self.state.assessments.get(&event.assessment)?;
        let framework = self.state.frameworks.get(&event.framework)?;
        let statement_score = |statement: StatementId| {
            let mut scores = event.scores.iter();
            scores.find(|scored| scored.statement == statement).map(|scored| scored.score)
        };
        let category_score = |cell: Scored| published_category(event, cell);
        let released = event.passages.iter().filter_map(|released| {
            let draft = assessment.drafts.get(&released.passage)?;
            (draft.version == released.version).then(|| draft.clone())
        });
        let (evidence, sensitive) = self.evidence(assessment);
        Some(Disclosed {
            on: event.published_on,
            due_on: None,
            recipients: assessment.windows.keys().copied().collect(),
            scores: scores(framework, statement_score, category_score),
            overall: event.overall,
            themes: event.themes.clone(),
            drafts: released.collect(),
            evidence,
            sensitive,
        })
    }

    /// The evidence that an assessment uses, but for what the body's own records say is not relied
    /// on any more. Of what belongs to another body that is not known here.
    fn evidence(&self, assessment: &Assessment) -> (Vec<UsedEvidence>, BTreeMap<CategoryId, u64>) {
        let relied_on =
            |id: &EvidenceId| self.state.evidence.get(id).is_none_or(|it| it.is_in_force());
        let (mut listed, mut counted) = (Vec::new(), BTreeMap::new());
        for used in assessment.used.values().filter(|used| relied_on(&used.evidence)) {
            let (category, method, collected_on) = (used.category, used.method, used.collected_on);
            if used.sensitive {
                *counted.entry(category).or_insert(0) += 1;
            } else {
                listed.push(UsedEvidence { category, method, collected_on });
            }
        }
        listed.sort();
        (listed, counted)
    }

    /// The time for comments changed; what they are about did not.
    fn date(&mut self, id: AssessmentId) {
        let assessment = self.state.assessments.get(&id);
        let shared = self.told.get_mut(&id).and_then(|told| told.shared.as_mut());
        if let (Some(assessment), Some(shared)) = (assessment, shared) {
            shared.due_on = due_on(assessment);
        }
    }
}

impl Disclosed {
    /// The score of a quality statement, or of one evidence category of it.
    pub fn score(&self, statement: StatementId, category: Option<CategoryId>) -> Option<Score> {
        let mut scores = self.scores.iter();
        let is_meant = |it: &&DisclosedScore| (it.statement, it.category) == (statement, category);
        scores.find(is_meant).map(|it| it.score)
    }
}

/// Whether a draft says again what was published last, as what is judged since waits for another
/// assessment.
fn waits(assessment: &Assessment, framework: &Framework) -> bool {
    framework.scoring.rating_changes.value == RatingChanges::AtComprehensiveAssessment
        && assessment.published_on().is_some()
}

/// The score of an evidence category in a publication.
fn published_category(made: &PublicationMade, (statement, category): Scored) -> Option<Score> {
    let mut scores = made.categories.iter();
    let is_meant = |scored: &&CategoryScore| {
        (scored.statement, Some(scored.category)) == (statement, category)
    };
    scores.find(is_meant).map(|scored| scored.score)
}

/// The last day of those who have not said that they have no (further) comments.
fn due_on(assessment: &Assessment) -> Option<PartialDate> {
    let open = assessment.windows.values().filter(|window| window.confirmed_on.is_none());
    open.map(|window| window.due_on).max()
}

/// Each statement's score with those of its categories, as far as they exist.
fn scores(
    framework: &Framework,
    statement_score: impl Fn(StatementId) -> Option<Score>,
    category_score: impl Fn(Scored) -> Option<Score>,
) -> Vec<DisclosedScore> {
    let cells = wanted_cells(framework);
    let mut all = Vec::new();
    for (_, statement) in framework.statements() {
        let statement = statement.id;
        let whole = statement_score(statement);
        all.extend(whole.map(|score| DisclosedScore { statement, category: None, score }));
        for &(_, category) in cells.iter().filter(|cell| cell.0 == statement && cell.1.is_some()) {
            let score = category_score((statement, category));
            all.extend(score.map(|score| DisclosedScore { statement, category, score }));
        }
    }
    all
}

/// The level of a theme, or of the whole; none where no ratings are awarded or a score is missing.
fn level(
    framework: &Framework,
    theme: Option<&Theme>,
    statement_score: impl Fn(StatementId) -> Option<Score>,
) -> Option<RatedScore> {
    if framework.scoring.awards_ratings.value == Awards::No {
        return None;
    }
    let statements =
        framework.statements().filter(|(known, _)| theme.is_none_or(|theme| theme.id == known.id));
    let scores: Vec<Score> =
        statements.map(|(_, statement)| statement_score(statement.id)).collect::<Option<_>>()?;
    let level = (!scores.is_empty()).then(|| framework.scoring.level(&scores))?;
    Some(RatedScore { rating: level.rating, score: level.percent })
}

fn themes(
    framework: &Framework,
    statement_score: impl Fn(StatementId) -> Option<Score>,
) -> Vec<ThemeScore> {
    if !framework.publishes(LevelKind::Theme) {
        return vec![];
    }
    let rated = |theme: &Theme| {
        let RatedScore { rating, score } = level(framework, Some(theme), &statement_score)?;
        Some(ThemeScore { rating, score, theme: theme.id })
    };
    framework.scoring.themes.iter().filter_map(rated).collect()
}
