//! Why a rating is what it is: the derivation of one assessment, as a tree from its ratings down to
//! the evidence, and what another rating would need.
//!
//! The numbers are those of the rows of `ratings` and `scores`; the records say where each came
//! from. What has no record here has no position, so that of the public view, which has none, no
//! position and no person can be told.

mod arithmetic;
mod records;
mod step;

pub use arithmetic::{Arithmetic, Decimals, Distance, Of, Part, Quotient};
pub use step::{
    Assessed, Evidence, Given, Import, Incomplete, Issued, Judged, Panel, Rated, Review, Rule,
    Rules, Scored, Step, Waiting,
};

use crate::body::Body;
use crate::cell::{Cell, Judgement, View};
use crate::fold::{Adopted, Fact};
use crate::ratings::{RatingsRow, ratings};
use crate::row::Flag;
use crate::scores::{ScoresRow, scores};
use crate::standing::{Standing, is_of};
use arithmetic::Way;
use assessment::framework::{Framework, LevelKind, RatingChanges, Sourced, Statement, Theme};
use assessment::{CategoryId, Event, StatementId};
use records::Records;
use serde::Serialize;
use std::collections::BTreeSet;

/// How what is said of an assessment came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Derivation {
    /// The assessment, and what is explained of it.
    pub root: Node,
}

/// A step of a derivation, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// What it says.
    pub step: Step,
    /// The records that state it, by position; of what is computed, those that state the scores
    /// that it is computed from. None in what is public.
    pub positions: Vec<u64>,
    /// What it rests on.
    pub from: Vec<Node>,
}

/// What a derivation may draw on.
#[derive(Debug, Clone, Copy)]
pub enum Grounds<'a> {
    /// The records in force, by position: of the body, of the owners of the evidence that is used,
    /// and the adoption of the framework.
    Records(&'a [Fact<'a>]),
    /// What was published, and nothing else.
    Published,
}

/// Explains an assessment: all of its levels, or the score of one statement.
pub fn explain(
    body: &Body,
    standing: &Standing,
    adopted: &Adopted,
    grounds: Grounds<'_>,
    statement: Option<StatementId>,
) -> Derivation {
    let facts = match grounds {
        Grounds::Records(facts) => facts,
        Grounds::Published => &[],
    };
    let explaining = Explaining {
        body,
        standing,
        adopted,
        grounds,
        records: Records::new(facts, standing.assessment, standing.position),
        scores: scores(body, standing, &adopted.framework),
    };
    Derivation { root: explaining.root(statement) }
}

impl Derivation {
    /// Every record that it rests on, by position.
    pub fn positions(&self) -> BTreeSet<u64> {
        self.root.nodes().into_iter().flat_map(|node| node.positions.iter().copied()).collect()
    }
}

impl Node {
    /// This node and all below it, each before what it rests on.
    pub fn nodes(&self) -> Vec<&Self> {
        let below = self.from.iter().flat_map(Self::nodes);
        std::iter::once(self).chain(below).collect()
    }

    /// What is computed: it rests on the records that the scores rest on.
    fn computed(step: Step, from: Vec<Self>) -> Self {
        Self { step, positions: stated_by(&from), from }
    }
}

/// What an explanation is made from.
struct Explaining<'a> {
    body: &'a Body,
    standing: &'a Standing,
    adopted: &'a Adopted,
    grounds: Grounds<'a>,
    records: Records<'a>,
    scores: Vec<ScoresRow>,
}

impl Explaining<'_> {
    fn root(&self, statement: Option<StatementId>) -> Node {
        let (body, standing) = (self.body, self.standing);
        let rows = ratings(body, standing, self.framework());
        let mut from = Vec::new();
        match statement {
            Some(statement) => from.extend(self.statement(statement)),
            None => from.extend(rows.iter().filter(|row| self.tells(row.level)).map(|row| {
                let theme = self.framework().scoring.themes.iter();
                self.level(row, theme.into_iter().find(|theme| Some(theme.id) == row.subject))
            })),
        }
        from.extend(self.publication());
        from.push(self.rules());
        let mut positions = self.records.stated(standing.position);
        positions.extend(standing.cancelled_on.and_then(|_| self.cancelled()));
        let step = Step::Assessment(Assessed {
            organisation: body.facts.code,
            name: body.facts.name.clone(),
            assessment: standing.assessment,
            assessment_kind: standing.kind,
            framework: standing.framework,
            status: standing.status(self.framework()),
            opened_on: standing.opened_on,
            cancelled_on: standing.cancelled_on,
            flags: rows.into_iter().next().map(|row| row.flags).unwrap_or_default(),
        });
        Node { step, positions, from }
    }

    fn framework(&self) -> &Framework {
        &self.adopted.framework
    }

    /// Whether a level is told of: the public is told of those that the framework publishes.
    fn tells(&self, level: LevelKind) -> bool {
        matches!(self.grounds, Grounds::Records(_)) || self.framework().publishes(level)
    }

    fn cancelled(&self) -> Option<u64> {
        let assessment = Some(self.standing.assessment);
        let is_meant = |event: &Event| {
            matches!(event, Event::AssessmentCancelled(_)) && event.assessment() == assessment
        };
        self.records.last(is_meant).map(|(position, _)| position)
    }

    /// The rating of the whole, or of a theme. The statements stand below the whole; a theme only
    /// names its own.
    fn level(&self, row: &RatingsRow, theme: Option<&Theme>) -> Node {
        let cells = self.standing.cells.iter().filter(|cell| is_of(theme, cell.statement));
        let cells: Vec<&Cell> = cells.collect();
        let nodes: Vec<Node> =
            cells.iter().filter_map(|cell| self.statement(cell.statement)).collect();
        let given: Vec<Part> = cells.iter().filter_map(|cell| part(cell)).collect();
        let complete = given.len() == cells.len() && !given.is_empty();
        let scoring = &self.framework().scoring;
        let arithmetic = complete.then(|| Arithmetic::new(scoring, Of::Statements, given.clone()));
        let distance = |way| {
            let rated = arithmetic.as_ref().filter(|_| row.rating.is_some());
            rated.and_then(|arithmetic| arithmetic.distance(scoring, way, self.changes()))
        };
        let (up, down) = (distance(Way::Up), distance(Way::Down));
        let positions = stated_by(&nodes);
        let judged = self.judged(theme, &nodes);
        let below = if theme.is_none() { nodes } else { vec![] };
        let step = match arithmetic {
            Some(arithmetic) => Step::Percentage(arithmetic),
            None => Step::Incomplete(Incomplete {
                scored: count(given.len()),
                statements: count(cells.len()),
                missing: cells
                    .iter()
                    .filter(|it| it.score().is_none())
                    .map(|it| it.statement)
                    .collect(),
            }),
        };
        let mut from = vec![Node { step, positions: positions.clone(), from: below }];
        from.extend(judged);
        let step = Step::Rating(Rated {
            level: row.level,
            subject: row.subject,
            name: theme.map(|theme| theme.name.value.clone()),
            rating: row.rating,
            score: row.score,
            band_half: row.band_half,
            published_rating: row.published_rating,
            published_score: row.published_score,
            up,
            down,
        });
        Node { step, positions, from }
    }

    /// What the latest judgements come to, where some of them wait: nothing that the public learns.
    fn judged(&self, theme: Option<&Theme>, statements: &[Node]) -> Option<Node> {
        let is_waiting = |node: &&Node| matches!(node.step, Step::Waiting(_));
        let waiting = statements.iter().flat_map(|node| &node.from).filter(is_waiting);
        let positions: BTreeSet<u64> =
            waiting.flat_map(|node| node.positions.iter().copied()).collect();
        if positions.is_empty() {
            return None;
        }
        let scores = self.standing.complete(theme, View::Judged)?;
        let level = self.framework().scoring.level(&scores);
        let rating = Some(level.rating).filter(|_| self.framework().awards_ratings());
        let step = Step::Judged(Judged { points: level.points, percent: level.percent, rating });
        Some(Node { step, positions: positions.into_iter().collect(), from: vec![] })
    }

    /// When another score would be in force.
    fn changes(&self) -> RatingChanges {
        match self.standing.waits(self.framework()) {
            true => RatingChanges::AtComprehensiveAssessment,
            false => RatingChanges::AtAnyReview,
        }
    }

    /// The score of a statement.
    fn statement(&self, id: StatementId) -> Option<Node> {
        let (theme, statement) = self.framework().statement(id)?;
        let cell = self.standing.cells.iter().find(|cell| cell.statement == id)?;
        let row = self.scores.iter().find(|row| row.statement == id)?;
        let mut scored = Scored {
            statement: id,
            category: None,
            name: statement.name.value.clone(),
            theme: Some(theme.id),
            score: row.score,
            rating: row.rating,
            given: None,
            published_score: row.published_score,
            reviewed_on: row.reviewed_on,
            evidence_on: row.evidence_on,
            missing: vec![],
            up: None,
            down: None,
            flags: row.flags.clone().without(Flag::Fictional),
        };
        let (positions, mut from);
        match cell.in_force {
            Some(judgement) => {
                let ground = self.ground(statement, judgement);
                scored.given = Some(ground.given);
                (positions, from) = (ground.positions, ground.from);
            }
            None => {
                (scored.missing, from) = self.unscored(statement, cell);
                positions = stated_by(&from);
            }
        }
        if let [Node { step: Step::Percentage(arithmetic), .. }] = from.as_slice() {
            let scoring = &self.framework().scoring;
            scored.up = arithmetic.distance(scoring, Way::Up, self.changes());
            scored.down = arithmetic.distance(scoring, Way::Down, self.changes());
        }
        if let Some(judged) = cell.judged.filter(|_| cell.waits()) {
            let waiting = Waiting { score: judged.score, in_force: cell.score() };
            let ground = self.ground(statement, judged);
            let step = Step::Waiting(waiting);
            from.push(Node { step, positions: ground.positions, from: ground.from });
        }
        Some(Node { step: Step::Score(scored), positions, from })
    }

    /// What the judgement of a statement rests on: one record, or the scores of its categories.
    fn ground(&self, statement: &Statement, judgement: Judgement) -> records::Ground {
        if matches!(self.grounds, Grounds::Published) {
            return records::Ground { given: Given::Published, positions: vec![], from: vec![] };
        }
        let computed = judgement.percent.and_then(|_| self.categories(statement, judgement));
        let direct = || self.records.ground((statement.id, None), judgement);
        computed.or_else(direct).unwrap_or(records::Ground {
            given: Given::Computed,
            positions: self.records.stated(judgement.position),
            from: vec![],
        })
    }

    /// The scores of the categories that a statement's score was computed from.
    fn categories(&self, statement: &Statement, judgement: Judgement) -> Option<records::Ground> {
        let required = statement.required_categories.value.iter();
        let scored = required.map(|category| {
            let cell = (statement.id, Some(*category));
            Some((cell, self.records.judged_at(cell, judgement.position)?))
        });
        let scored: Vec<(records::Cell, Judgement)> = scored.collect::<Option<_>>()?;
        let nodes: Vec<Node> =
            scored.iter().map(|(cell, judged)| self.category(*cell, *judged)).collect();
        let parts = scored.iter().map(|((_, category), judged)| Part {
            of: category.map(|category| category.to_string()).unwrap_or_default(),
            score: judged.score,
        });
        let scoring = &self.framework().scoring;
        let arithmetic = Arithmetic::new(scoring, Of::Categories, parts.collect());
        if Some(arithmetic.percent) != judgement.percent || arithmetic.score != judgement.score {
            return None;
        }
        let node = Node::computed(Step::Percentage(arithmetic), nodes);
        let positions = node.positions.clone();
        Some(records::Ground { given: Given::Computed, positions, from: vec![node] })
    }

    fn category(&self, cell: records::Cell, judgement: Judgement) -> Node {
        let ground = self.records.ground(cell, judgement);
        let (given, positions, from) =
            ground.map_or((None, vec![], vec![]), |it| (Some(it.given), it.positions, it.from));
        let categories = &self.framework().scoring.categories;
        let named = categories.iter().find(|known| Some(known.id) == cell.1);
        let step = Step::Score(Scored {
            statement: cell.0,
            category: cell.1,
            name: named.map(|known| known.name.value.clone()).unwrap_or_default(),
            theme: None,
            score: Some(judgement.score),
            rating: None,
            given,
            published_score: None,
            reviewed_on: None,
            evidence_on: judgement.evidence_on,
            missing: vec![],
            up: None,
            down: None,
            flags: crate::row::Flags::default(),
        });
        Node { step, positions, from }
    }

    /// The categories that a statement without a score still needs, and those that have one.
    fn unscored(&self, statement: &Statement, cell: &Cell) -> (Vec<CategoryId>, Vec<Node>) {
        let (mut missing, mut scored) = (Vec::new(), Vec::new());
        if matches!(self.grounds, Grounds::Published) {
            return (missing, scored);
        }
        for category in &statement.required_categories.value {
            match cell.categories.get(category) {
                Some(judged) => {
                    scored.push(self.category((statement.id, Some(*category)), *judged));
                }
                None => missing.push(*category),
            }
        }
        (missing, scored)
    }

    /// What was published last, also if it was withdrawn.
    fn publication(&self) -> Option<Node> {
        let published = self.standing.publication.as_ref()?;
        let mut issues = self.standing.publications.iter();
        let issue = issues.rfind(|issue| issue.publication == published.publication)?;
        let mut issued = Issued::new(issue);
        let mut positions = self.records.stated(issue.position);
        if published.disagreement
            && let Some(scores) = self.standing.complete(None, View::Published)
        {
            let computed = self.framework().scoring.level(&scores);
            issued.computed_rating = Some(computed.rating);
            issued.computed_score = Some(computed.percent);
        }
        match self.records.event(issue.position) {
            Some(Event::PublicationMade(made)) => issued.note(made),
            Some(Event::PublicationReissued(event)) => issued.note(&event.made),
            Some(Event::PublicationImported(import)) => issued.import = Some(import.into()),
            Some(Event::ImportedPublicationReplaced(event)) => {
                let corrected = Some(event.reason);
                issued.import = Some(Import { corrected, ..(&event.import).into() });
            }
            _ => {}
        }
        let is_withdrawal = |event: &Event| match event {
            Event::PublicationWithdrawn(event) => event.publication == issue.publication,
            _ => false,
        };
        if issue.withdrawn.is_some() {
            positions.extend(self.records.last(is_withdrawal).map(|(position, _)| position));
        }
        Some(Node { step: Step::Publication(issued), positions, from: vec![] })
    }

    fn rules(&self) -> Node {
        let framework = self.framework();
        let scoring = &framework.scoring;
        let step = Step::Framework(Rules {
            framework: framework.id,
            name: framework.name.value.clone(),
            adopted_on: self.adopted.adopted_on,
            scoring_digest: self.adopted.scoring_digest.clone(),
            method: rule(framework, &scoring.method),
            awards_ratings: rule(framework, &scoring.awards_ratings),
            rounding: rule(framework, &scoring.rounding),
            rating_changes: rule(framework, &scoring.rating_changes),
            overall_from: rule(framework, &scoring.overall_from),
            bands: rule(framework, &scoring.bands),
        });
        Node { step, positions: self.records.stated(self.adopted.position), from: vec![] }
    }
}

fn rule<T: Clone>(framework: &Framework, sourced: &Sourced<T>) -> Rule<T> {
    Rule {
        value: sourced.value.clone(),
        basis: sourced.basis,
        source: sourced.source.as_str().to_owned(),
        title: framework.sources.get(&sourced.source).map(|source| source.title.clone()),
    }
}

/// The score of a statement, as a part of a sum.
fn part(cell: &Cell) -> Option<Part> {
    Some(Part { of: cell.statement.to_string(), score: cell.score()? })
}

/// The records that state some scores.
fn stated_by(scores: &[Node]) -> Vec<u64> {
    let positions: BTreeSet<u64> =
        scores.iter().flat_map(|node| node.positions.iter().copied()).collect();
    positions.into_iter().collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a framework has far fewer statements")
}
