//! The decisions of a ledger that quality assurance samples, each with what divides a population.
//!
//! Which stratum a decision falls into is written into a digest that stands for ever, and so are
//! the texts here: none of them may change.

use crate::cell::View;
use crate::fold::{Fact, Projections};
use assessment::sample::{Frame, Item, Population, PopulationQuery, Stratifier, Unit, WHOLE};
use assessment::scoring::Rating;
use assessment::state::Cell;
use assessment::{AssessmentId, Event, FrameworkId, Name, OrganisationCode, PartialDate, PersonId};
use chrono::Datelike;
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// A decision, with what is known of it as of the last record that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What its record states.
    pub item: Item,
    /// The body that it is about.
    pub organisation: OrganisationCode,
    /// The assessment, where it is about one.
    pub assessment: Option<AssessmentId>,
    /// The framework of the assessment.
    pub framework: Option<FrameworkId>,
    /// The region of the body.
    pub region: Option<Name>,
    /// Who decided; of a panel's decision on a score, who had scored it last.
    pub assessor: Option<PersonId>,
    /// The overall rating of the assessment; none where none is awarded, or a score is missing.
    pub rating: Option<Rating>,
    /// How many marks its overall score is away from another rating: the fewest, up or down.
    pub marks: Option<u32>,
}

/// What stands for a value that is not known.
const NONE: &str = "none";

/// Decisions, gathered from the records in force as these come by.
#[derive(Debug)]
pub struct Decisions {
    query: PopulationQuery,
    projections: Projections,
    /// Who reviewed each cell last, which a panel's decision on it needs.
    scorers: BTreeMap<(AssessmentId, Cell), PersonId>,
    gathered: Vec<Gathered>,
}

/// A decision, as far as its record and those before it tell.
#[derive(Debug)]
struct Gathered {
    item: Item,
    organisation: OrganisationCode,
    assessment: Option<AssessmentId>,
    assessor: Option<PersonId>,
}

/// A population of decisions, each in its stratum.
pub fn frame(
    decisions: impl IntoIterator<Item = impl Borrow<Decision>>,
    strata: &[Stratifier],
) -> Frame {
    let unit = |it: &Decision| Unit { item: it.item.id, stratum: it.stratum(strata) };
    Frame(decisions.into_iter().map(|it| unit(it.borrow())).collect())
}

impl Decisions {
    /// None yet of those that are meant.
    pub fn new(query: &PopulationQuery) -> Self {
        Self {
            query: query.clone(),
            projections: Projections::default(),
            scorers: BTreeMap::new(),
            gathered: Vec::new(),
        }
    }

    /// Takes in the next record in force.
    pub fn take_in(&mut self, fact: &Fact<'_>) {
        let items = self.query.of.items(fact.position, fact.event);
        for item in items {
            self.gather(item, fact.event);
        }
        if let Event::ScoreReviewed(review) = fact.event
            && self.query.of == Population::PanelDecisions
        {
            let cell = (review.statement, review.category);
            self.scorers.insert((review.assessment, cell), review.by);
        }
        self.projections.apply(fact);
    }

    /// Those that are meant, in the order of their records, with what is known of them by now.
    pub fn known(self) -> impl Iterator<Item = Decision> {
        let Self { query, projections, gathered, .. } = self;
        let known = gathered.into_iter().map(move |it| it.known(&projections));
        known.filter(move |decision| {
            query.framework.is_none_or(|wanted| decision.framework == Some(wanted))
                && query.region.as_ref().is_none_or(|it| decision.region.as_ref() == Some(it))
        })
    }

    /// Notes a decision, unless its record says that it is not meant. A date that is not known to
    /// the day counts as within where all of it is.
    fn gather(&mut self, item: Item, event: &Event) {
        let Some(organisation) = event.organisation() else { return };
        let assessment = event.assessment();
        let scorer = |(assessment, cell)| self.scorers.get(&(assessment, cell)).copied();
        let assessor = match self.query.of {
            Population::PanelDecisions => assessment.zip(item.cell).and_then(scorer),
            _ => item.by.first().copied(),
        };
        let query = &self.query;
        let is_meant = query.assessor.is_none_or(|wanted| assessor == Some(wanted))
            && query.statement.is_none_or(|wanted| item.cell.is_some_and(|it| it.0 == wanted))
            && query.from.is_none_or(|from| from.first_day() <= item.on.first_day())
            && query.to.is_none_or(|to| item.on.last_day() <= to.last_day());
        if is_meant {
            self.gathered.push(Gathered { item, organisation, assessment, assessor });
        }
    }
}

impl Gathered {
    fn known(self, projections: &Projections) -> Decision {
        let Self { item, organisation, assessment, assessor } = self;
        let body = projections.bodies.get(&organisation);
        let standing = body.zip(assessment).and_then(|(body, id)| body.standings.get(&id));
        let adopted = standing.and_then(|it| projections.frameworks.get(&it.framework));
        let framework = adopted.map(|adopted| &adopted.framework);
        let scores = standing.and_then(|standing| standing.complete(None, View::InForce));
        let scored = framework.filter(|it| it.awards_ratings()).zip(scores);
        let distance = scored.as_ref().map(|(it, scores)| it.scoring.distance(scores));
        let marks = |it: assessment::scoring::Distance| {
            it.marks_to_next_up.into_iter().chain(it.marks_to_next_down).min()
        };
        Decision {
            item,
            organisation,
            assessment,
            framework: standing.map(|standing| standing.framework),
            region: body.and_then(|body| body.facts.region.clone()),
            assessor,
            rating: scored.as_ref().map(|(it, scores)| it.scoring.level(scores).rating),
            marks: distance.and_then(marks),
        }
    }
}

impl Decision {
    /// The stratum that it belongs to: its values in the order that was asked for, joined by ` / `;
    /// `all` where nothing divides the population, and `none` for a value that is not known.
    ///
    /// A rating is written in the regulator's words (`Requires improvement`); the distance to a
    /// threshold as `1 mark`, `2 marks`, or `3 marks or more`; a quarter of the calendar as
    /// `2025-Q2`, or as its year (`2025`) where the date does not tell which; a region by its name;
    /// statement, assessor and framework by their ids.
    pub fn stratum(&self, strata: &[Stratifier]) -> String {
        if strata.is_empty() {
            return WHOLE.to_owned();
        }
        let value = |by: &Stratifier| self.value(*by).unwrap_or_else(|| NONE.to_owned());
        strata.iter().map(value).collect::<Vec<_>>().join(" / ")
    }

    fn value(&self, by: Stratifier) -> Option<String> {
        match by {
            Stratifier::Rating => self.rating.map(|rating| rating.to_string()),
            Stratifier::ThresholdDistance => self.marks.map(distance_in_words),
            Stratifier::Statement => self.item.cell.map(|(statement, _)| statement.to_string()),
            Stratifier::Assessor => self.assessor.map(|person| person.to_string()),
            Stratifier::Region => self.region.as_ref().map(|region| region.as_str().to_owned()),
            Stratifier::Framework => self.framework.map(|framework| framework.to_string()),
            Stratifier::Quarter => Some(quarter(self.item.on)),
        }
    }
}

/// A single mark is the least by which a rating can be missed; beyond three, classes would be thin.
fn distance_in_words(marks: u32) -> String {
    match marks {
        0 | 1 => "1 mark",
        2 => "2 marks",
        _ => "3 marks or more",
    }
    .to_owned()
}

fn quarter(on: PartialDate) -> String {
    let of = |month: u32| (month - 1) / 3 + 1;
    let (first, last) = (of(on.first_day().month()), of(on.last_day().month()));
    let year = on.year();
    if first == last { format!("{year}-Q{first}") } else { year.to_string() }
}
