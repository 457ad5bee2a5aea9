//! The tables: the very rows that the questions print, each by the names of its columns.

mod beside;

use super::columns::{self, Column};
use super::happenings;
use crate::cli::{Asking, Audience};
use crate::commands::draft::all_state;
use crate::commands::{
    area, assessment, at, categories, comment, conflict, due, evidence, finance, framework,
    organisation, panel, process_review, sample, section_50,
};
use crate::exit::Failure;
use crate::render::Row;
use ::assessment::framework::Framework;
use ::assessment::{Event, OrganisationCode, State};
use chrono::NaiveDate;
use ledger::{Catalogue, Filter, Ledger, Question, Recorded, Scope, Unusable};
use projections::{
    Body, Counting, CoverageRow, Grouping, HistoryRow, Knowing, NationalRow, RatingsRow,
    ReviewedRow, ScoresRow, StaleRow, TransitionsRow,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A table with its rows.
#[derive(Debug)]
pub struct Table {
    /// Its name, and what it is.
    pub shape: &'static Shape,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its rows, by the names of the columns.
    pub rows: Vec<Map<String, Value>>,
}

/// What a table is.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its name, also that of its file.
    pub name: &'static str,
    /// What a row is.
    pub meaning: &'static str,
    /// The columns that tell one row from every other, where there are such.
    pub key: &'static [&'static str],
}

/// The tables that others refer to, by the column that does.
const PARENTS: [(&str, &str); 3] =
    [("organisation", "organisations"), ("framework", "frameworks"), ("assessment", "assessments")];

impl Table {
    fn of<R: Row>(name: &str, rows: &[R]) -> Self {
        let rows = rows.iter().map(|row| match serde_json::to_value(row) {
            Ok(Value::Object(row)) => row,
            other => unreachable!("a row has members: {other:?}"),
        });
        Self { rows: rows.collect(), ..Self::empty(name, R::HEADER) }
    }

    /// A table whose rows are written one by one.
    pub fn empty(name: &str, header: &[&'static str]) -> Self {
        let shape = SHAPES.iter().find(|shape| shape.name == name);
        let shape = shape.expect("every table has its shape: a test sees to it");
        let columns = header.iter().map(|column| columns::column(name, column)).collect();
        Self { shape, columns, rows: vec![] }
    }

    /// The columns whose values are the key of another table, with that table.
    pub fn references(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        // What happened to an assessment that is void is told, and the assessment is not.
        let tells_of_void = matches!(self.shape.name, "history" | "strike_outs" | "sample_items");
        let referring = move |column: &Column| {
            let parent = PARENTS.iter().find(|(name, _)| *name == column.name).copied();
            parent.filter(|(_, parent)| {
                *parent != self.shape.name && !(tells_of_void && *parent == "assessments")
            })
        };
        self.columns.iter().filter_map(referring)
    }
}

/// All tables of a view but the records, each as the question answers it; and the day that what is
/// due, stale and covered is told of, where none is given.
pub fn all(
    ledger: &mut Ledger,
    asking: &Asking,
    day: Option<NaiveDate>,
) -> Result<(Vec<Table>, NaiveDate), Failure> {
    let scope = Scope { reviewed: true, transitions: true, ..Scope::default() };
    let answer = |catalogue: &mut Catalogue| Folded::of(catalogue, day);
    let folded = ledger.ask(at(asking), &Question { scope, answer: &answer })?;
    let on = folded.on;
    let codes: BTreeSet<OrganisationCode> = folded.bodies.iter().map(|it| it.facts.code).collect();
    let state = all_state(ledger, at(asking))?;
    let adopted = crate::commands::frameworks(ledger, at(asking))?;
    let filter = Filter::default();

    let bodies: Vec<_> = folded.bodies.iter().map(|it| organisation::row(asking, it)).collect();
    let mut tables = vec![Table::of("organisations", &bodies)];
    tables.push(Table::of("areas", &area::rows_of(asking, &folded.bodies, None)));
    tables.push(Table::of("frameworks", &framework::rows(asking, &adopted)));
    let frameworks = adopted.into_values().map(|it| (it.framework.id, it.framework));
    let shipped = Framework::all_shipped().into_iter().map(|it| (it.id, it));
    // As adopted, where it is: that counts.
    let frameworks: BTreeMap<_, _> = shipped.chain(frameworks).collect();
    tables.extend(of_frameworks(frameworks.values()));
    let assessments = assessment::list::rows(ledger, &filter, asking)?;
    tables.push(Table::of("assessments", &assessments));
    tables.push(Table::of("ratings", &folded.ratings));
    tables.push(Table::of("scores", &folded.scores));
    tables.push(Table::of("transitions", &folded.transitions));
    tables.push(Table::of("reviewed", &folded.reviewed));
    tables.push(Table::of("publications", &folded.publications));
    tables.push(Table::of("national", &folded.national));
    tables.push(Table::of("coverage", &folded.coverage));
    let assessments = codes.iter().flat_map(|code| state.assessments_of(*code));
    let conflicts = assessments.flat_map(|(_, it)| it.conflicts.values());
    let conflicts: Vec<_> = conflicts.map(|it| conflict::row(&state, it)).collect();
    tables.push(Table::of("conflicts", &conflicts));
    let (is_regulator, about) = (asking.audience == Audience::Regulator, |event: &Event| {
        event.organisation().is_none_or(|code| codes.contains(&code))
    });
    let records = ledger.gather(at(asking), &about)?;
    let knowing = if is_regulator { Knowing::Everything } else { Knowing::WhatIsPublic };
    let each = codes.iter().copied();
    let happened = happenings::rows(&records, each, knowing, asking.effective)?;
    tables.push(Table::of("history", &happened));
    if is_regulator {
        tables.push(beside::strike_outs(&records));
        tables.push(beside::calendar(&state));
        tables.push(beside::drafts(&state));
        tables.push(Table::of("stale", &folded.stale));
        let scores = categories::of_all(ledger, at(asking), &filter)?;
        tables.push(Table::of("category_scores", &scores));
        tables.extend(of_work(ledger, asking, &state, on)?);
        tables.extend(of_samples(ledger, records)?);
        let errors = ledger.raised_in_error(at(asking))?;
        tables.push(Table::of("section_50", &section_50::all_rows(&state, &codes, &errors)));
    }
    Ok((tables, on))
}

/// What the projections hold.
struct Folded {
    on: NaiveDate,
    bodies: Vec<Body>,
    ratings: Vec<RatingsRow>,
    scores: Vec<ScoresRow>,
    transitions: Vec<TransitionsRow>,
    reviewed: Vec<ReviewedRow>,
    publications: Vec<HistoryRow>,
    national: Vec<NationalRow>,
    coverage: Vec<CoverageRow>,
    stale: Vec<StaleRow>,
}

impl Folded {
    fn of(catalogue: &mut Catalogue, day: Option<NaiveDate>) -> Result<Self, Unusable> {
        let filter = Filter::default();
        let bodies = catalogue.organisations()?;
        let mut publications = Vec::new();
        for body in &bodies {
            publications.extend(catalogue.publications(body.facts.code)?);
        }
        let on = day.unwrap_or_else(|| last_published(catalogue, &publications));
        Ok(Self {
            on,
            bodies,
            ratings: catalogue.ratings(&filter)?,
            scores: catalogue.scores(&filter)?,
            transitions: catalogue.moves(&filter)?,
            reviewed: catalogue.reviews(&filter)?,
            publications,
            national: catalogue.national_rows(counting(on), None)?,
            coverage: catalogue.coverage(None, on, &BTreeSet::new())?,
            stale: catalogue.evidence_ages(&filter, on)?,
        })
    }
}

/// The last day that anything was published on, and before that the first of the frameworks': what
/// the public may know of how far the ledger has come.
fn last_published(catalogue: &Catalogue, publications: &[HistoryRow]) -> NaiveDate {
    let published = publications.iter().map(|row| row.published_on.last_day());
    let adopted = catalogue.frameworks().values();
    let begun = adopted.map(|it| it.framework.valid_from.value.first_day());
    published.max().or(begun.min()).unwrap_or_default()
}

/// What `national` counts when nothing else is asked of it.
fn counting(on: NaiveDate) -> Counting {
    Counting {
        on,
        kind: None,
        region: None,
        statement: None,
        theme: None,
        grouping: Grouping::Together,
        include: BTreeSet::new(),
    }
}

/// What is recorded of work that need not be published.
fn of_work(
    ledger: &mut Ledger,
    asking: &Asking,
    state: &State,
    on: NaiveDate,
) -> Result<Vec<Table>, Failure> {
    let owed = ::assessment::due::owed(state, on);
    let owed: Vec<_> = owed.iter().map(|it| due::row(state, it, on)).collect();
    let pieces = state.organisations.keys().flat_map(|code| state.evidence_of(*code));
    let pieces: Vec<_> = pieces.map(|it| evidence::list::row(state, it)).collect();
    let mut convened: Vec<_> = state.panels.values().collect();
    convened.sort_by_key(|panel| panel.convened_on);
    let panels: Vec<_> = convened.iter().map(|it| panel::panel_row(it, state)).collect();
    let mut panel_scores = Vec::new();
    for convened in convened {
        panel_scores.extend(panel::score_rows(ledger, asking, convened)?);
    }
    let comments = state.assessments.values().flat_map(|it| it.comments.iter());
    let comments: Vec<_> = comments.map(comment::row).collect();
    let finance = state.organisations.values().flat_map(|body| {
        let years: Vec<_> = body.finance.values().collect();
        finance::year_rows(&body.facts.name, &years)
    });
    let finance: Vec<_> = finance.collect();
    let assessments = state.organisations.keys().flat_map(|code| state.assessments_of(*code));
    let reviews = assessments.flat_map(|(_, it)| it.process_reviews.iter());
    let reviews: Vec<_> = reviews.map(process_review::row).collect();
    Ok(vec![
        Table::of("due", &owed),
        Table::of("evidence", &pieces),
        Table::of("evidence_requests", &evidence::list::requests(state, None)),
        Table::of("panels", &panels),
        Table::of("panel_scores", &panel_scores),
        Table::of("comments", &comments),
        Table::of("finance", &finance),
        Table::of("process_reviews", &reviews),
    ])
}

/// What quality assurance sampled, and what it found.
fn of_samples(ledger: &mut Ledger, records: Vec<Recorded>) -> Result<[Table; 2], Failure> {
    let known = sample::list::Known::among(records);
    let mut items = Vec::new();
    for sample in known.samples.values() {
        items.extend(sample::items::rows(ledger, sample)?);
    }
    let samples = Table::of("samples", &sample::list::rows(&known));
    Ok([samples, Table::of("sample_items", &items)])
}

/// A theme of a framework, or a quality statement of it.
fn of_frameworks<'a>(frameworks: impl Iterator<Item = &'a Framework>) -> [Table; 2] {
    let mut themes = Table::empty("themes", &["framework", "theme", "name", "place", "statements"]);
    let header = ["framework", "statement", "name", "theme", "place", "required_categories"];
    let mut statements = Table::empty("statements", &header);
    for framework in frameworks {
        for (theme, place) in framework.scoring.themes.iter().zip(1_u64..) {
            themes.rows.push(object([
                ("framework", json(framework.id)),
                ("theme", json(theme.id)),
                ("name", json(&theme.name.value)),
                ("place", json(place)),
                ("statements", json(theme.statements.len())),
            ]));
        }
        for ((theme, statement), place) in framework.statements().zip(1_u64..) {
            let required = statement.required_categories.value.iter().map(ToString::to_string);
            statements.rows.push(object([
                ("framework", json(framework.id)),
                ("statement", json(statement.id)),
                ("name", json(&statement.name.value)),
                ("theme", json(theme.id)),
                ("place", json(place)),
                ("required_categories", json(required.collect::<Vec<_>>().join(" "))),
            ]));
        }
    }
    [themes, statements]
}

/// A row from its cells.
pub fn object<const N: usize>(cells: [(&str, Value); N]) -> Map<String, Value> {
    cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A cell.
pub fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("cells are texts and numbers")
}

const fn shape(name: &'static str, meaning: &'static str, key: &'static [&'static str]) -> Shape {
    Shape { name, meaning, key }
}

/// Every table that there is.
pub const SHAPES: &[Shape] = &[
    shape("organisations", "The bodies that are assessed", &["organisation"]),
    shape("areas", "Which local authorities the area of a system has", &[]),
    shape("frameworks", "The assessment frameworks, adopted or shipped", &["framework"]),
    shape("themes", "The themes of the frameworks", &["framework", "theme"]),
    shape("statements", "The quality statements", &["framework", "statement"]),
    shape("assessments", "The assessments, and how far each is", &["assessment"]),
    shape("ratings", "The ratings of bodies and of their themes", &[]),
    shape("scores", "The scores of quality statements", &["assessment", "statement"]),
    shape("transitions", "The moves from one rating to another, oldest first", &[]),
    shape("reviewed", "The reviews of scores, oldest first, changed or not", &[]),
    shape("publications", "The publications, and what became of each", &["publication"]),
    shape("national", "The published results of all bodies, counted", &[]),
    shape("coverage", "How many bodies are assessed in each phase", &["kind", "phase"]),
    shape("conflicts", "Where sources state different values", &["assessment", "field"]),
    shape("history", "All that happened to bodies, by the dates on which it did", &[]),
    shape("strike_outs", "The records that make others void", &["position"]),
    shape("calendar", "The bank holidays that deadlines are counted by", &["day"]),
    shape("drafts", "The passages of drafts as last written, without their texts", &[]),
    shape("stale", "Ratings and scores with the age of their evidence", &[]),
    shape("category_scores", "The scores of evidence categories", &[]),
    shape("due", "What is owed, and by when", &[]),
    shape("evidence", "The evidence, without its contents", &["evidence"]),
    shape("evidence_requests", "What evidence was asked for", &["request"]),
    shape("panels", "The calibration panels", &["panel"]),
    shape("panel_scores", "What panels left of scores", &[]),
    shape("comments", "The comments on factual accuracy, without their texts", &["comment"]),
    shape("finance", "Financial facts, for information only", &["organisation", "year"]),
    shape("process_reviews", "The requests to review the rating process", &[]),
    shape("samples", "The samples of quality assurance, and how far each is", &["sample"]),
    shape("sample_items", "The decisions that were drawn, and what was found", &["sample", "item"]),
    shape("section_50", "The duties to tell of failings", &[]),
    shape(RECORDS, "The records, as they are stored", &["position"]),
];

/// The table of the records themselves, which is for the regulator alone.
pub const RECORDS: &str = "records";
