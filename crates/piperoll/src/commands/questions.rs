//! The questions: scores, ratings, transitions, reviewed.

use super::{Home, at, frameworks, open, organisation, statement};
use crate::cli::{Asking, Audience, Filters, Format, History, Ratings, RatingsLevel, Scores, Sort};
use crate::exit::{Failure, Outcome};
use crate::{render, world};
use assessment::framework::{Framework, LevelKind};
use assessment::{AssessmentId, FrameworkId};
use ledger::{At, Catalogue, Filter, Ledger, Question, Scope, Unusable};
use projections::RatingsRow;
use std::io::Write;

/// `scores`.
pub fn scores(home: &Home, args: &Scores, out: &mut dyn Write) -> Outcome {
    if args.categories {
        return super::categories::run(home, args, out);
    }
    let wanted = Wanted::from(args);
    let rows = ask(home, &wanted, super::BODIES, |catalogue, filter| catalogue.scores(filter))?;
    render::rows(out, args.asking.format, &rows)
}

/// Which rows of `scores --categories` are wanted. A body may name an assessment that is not
/// published; whether it was told of that one is for the caller to see.
pub fn scores_filter(ledger: &mut Ledger, args: &Scores) -> Result<Filter, Failure> {
    let regulator = args.asking.audience == Audience::Regulator;
    let assessment = args.assessment.filter(|_| regulator);
    filter(ledger, &Wanted { assessment, ..Wanted::from(args) })
}

/// `ratings`.
pub fn ratings(home: &Home, args: &Ratings, out: &mut dyn Write) -> Outcome {
    let wanted = Wanted {
        filters: &args.filters,
        asking: &args.asking,
        statement: None,
        assessment: args.assessment,
    };
    let mut rows =
        ask(home, &wanted, super::BODIES, |catalogue, filter| catalogue.ratings(filter))?;
    let level = args.level.map(|level| match level {
        RatingsLevel::Overall => LevelKind::Overall,
        RatingsLevel::Theme => LevelKind::Theme,
    });
    rows.retain(|row| level.is_none_or(|level| level == row.level));
    sort(&mut rows, args.sort);
    render::rows(out, args.asking.format, &rows)?;
    if args.asking.format == Format::Table && !rows.is_empty() {
        out.flush()?;
        world::say("up, down: per cent to the next rating (and marks on statements)");
    }
    Ok(())
}

/// Rows of one body stay together, the whole first; what has no score comes last.
fn sort(rows: &mut [RatingsRow], by: Sort) {
    match by {
        Sort::Code => {}
        Sort::Name => rows.sort_by(|a, b| a.name.cmp(&b.name)),
        Sort::Score => {
            rows.sort_by(|a, b| (b.score, &a.name, a.subject).cmp(&(a.score, &b.name, b.subject)));
        }
    }
}

/// `transitions`.
pub fn transitions(home: &Home, args: &History, out: &mut dyn Write) -> Outcome {
    let scope = Scope { transitions: true, ..super::BODIES };
    let rows = ask(home, &args.into(), scope, |catalogue, filter| catalogue.moves(filter))?;
    render::rows(out, args.asking.format, &rows)
}

/// `reviewed`.
pub fn reviewed(home: &Home, args: &History, out: &mut dyn Write) -> Outcome {
    let scope = Scope { reviewed: true, ..super::BODIES };
    let rows = ask(home, &args.into(), scope, |catalogue, filter| catalogue.reviews(filter))?;
    render::rows(out, args.asking.format, &rows)
}

/// What a person typed.
struct Wanted<'a> {
    filters: &'a Filters,
    asking: &'a Asking,
    statement: Option<&'a str>,
    assessment: Option<AssessmentId>,
}

impl<'a> From<&'a Scores> for Wanted<'a> {
    fn from(args: &'a Scores) -> Self {
        let (statement, assessment) = (args.statement.as_deref(), args.assessment);
        Self { filters: &args.filters, asking: &args.asking, statement, assessment }
    }
}

impl<'a> From<&'a History> for Wanted<'a> {
    fn from(args: &'a History) -> Self {
        let statement = args.statement.as_deref();
        Self { filters: &args.filters, asking: &args.asking, statement, assessment: None }
    }
}

fn ask<R>(
    home: &Home,
    wanted: &Wanted<'_>,
    scope: Scope,
    answer: impl Fn(&mut Catalogue, &Filter) -> Result<Vec<R>, Unusable>,
) -> Result<Vec<R>, Failure> {
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, wanted.asking)?;
    let filter = filter(&mut ledger, wanted)?;
    let answer = |catalogue: &mut Catalogue| answer(catalogue, &filter);
    Ok(ledger.ask(at(wanted.asking), &Question { scope, answer: &answer })?)
}

/// Turns what a person typed into what is meant.
fn filter(ledger: &mut Ledger, wanted: &Wanted<'_>) -> Result<Filter, Failure> {
    let (at, filters) = (at(wanted.asking), wanted.filters);
    let organisations = filters.organisations.iter();
    let organisations =
        organisations.map(|text| organisation(ledger, at, text)).collect::<Result<_, _>>()?;
    let statement = match wanted.statement {
        Some(text) => {
            let frameworks = frameworks(ledger, at)?;
            Some(statement(frameworks.values().map(|adopted| &adopted.framework), text)?)
        }
        None => None,
    };
    check_ids(ledger, filters.framework, wanted.assessment, at)?;
    Ok(Filter {
        organisations,
        kind: filters.kind,
        framework: filters.framework,
        assessment: wanted.assessment,
        statement,
        since: filters.since,
        until: filters.until,
    })
}

/// What is named by an id must be there, or an empty answer would mislead.
fn check_ids(
    ledger: &mut Ledger,
    framework: Option<FrameworkId>,
    assessment: Option<AssessmentId>,
    at: At,
) -> Outcome {
    if let Some(id) = framework
        && Framework::shipped(id).is_none()
        && !frameworks(ledger, at)?.contains_key(&id)
    {
        return Err(super::framework::unknown(id));
    }
    let Some(id) = assessment else { return Ok(()) };
    let body =
        super::ask(ledger, at, &|catalogue| Ok(catalogue.body(id.organisation())?.cloned()))?;
    match body {
        Some(body) if body.standings.contains_key(&id) => Ok(()),
        _ => Err(super::assessment::unknown(id)),
    }
}
