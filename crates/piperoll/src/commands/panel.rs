//! `panel …`.

use super::draft::{all_state, statement_of};
use super::write::seal_needed;
use super::{Home, at, carry_out, only_for_the_regulator, open, told};
use crate::cli::{Adjusted, Asking, ConfirmPanel, ConvenePanel, DecidePanel, Format, Panel};
use crate::exit::{Failure, Outcome, REFUSED, USAGE};
use crate::render::{self, Column, Row, known};
use crate::world;
use assessment::command::{self, Adjustment};
use assessment::event::{AdjustmentReason, PanelConvened, PanelScore};
use assessment::framework::{Awards, Framework, LevelKind};
use assessment::scoring::Score;
use assessment::state::Assessment;
use assessment::{
    AssessmentId, CategoryId, Content, Event, PanelId, PartialDate, PersonId, State, StatementId,
    evolve,
};
use ledger::{At, Ledger, NewContent};
use serde::Serialize;
use std::io::Write;
use std::ops::ControlFlow;

/// Carries out a command.
pub fn run(home: &Home, command: &Panel, out: &mut dyn Write) -> Outcome {
    match command {
        Panel::Convene(args) => convene(home, args, out),
        Panel::Decide(args) => decide(home, args, out),
        Panel::Confirm(args) => confirm(home, args, out),
        Panel::List(args) => list(home, &args.asking, out),
        Panel::Show { panel, asking } => show(home, *panel, asking, out),
    }
}

fn convene(home: &Home, args: &ConvenePanel, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let ids = args.assessments.iter().map(|text| super::assessment(&mut ledger, text));
    let command = command::ConvenePanel {
        assessments: ids.collect::<Result<_, _>>()?,
        convened_on: args.on.unwrap_or_else(|| world::now().day().into()),
        members: args.members.clone(),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        let Event::PanelConvened(convened) = event else { continue };
        let sits_on = joined(&convened.assessments, ", ");
        let sits = told(&args.writing, "sits", "would sit");
        writeln!(out, "panel {} {sits} on {sits_on}", convened.panel)?;
        for recusal in &convened.recused {
            let (person, id) = (recusal.person, recusal.assessment);
            writeln!(out, "{person} scored {id} and has no part in the decision on it")?;
        }
    }
    Ok(())
}

fn decide(home: &Home, args: &DecidePanel, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let id = super::assessment(&mut ledger, &args.assessment)?;
    let (adjustments, contents) = adjustments(&mut ledger, args)?;
    let command = command::DecidePanel {
        adjustments,
        assessment: id,
        decided_on: args.on.unwrap_or_else(|| world::now().day().into()),
        members: args.members.clone(),
        panel: args.panel,
    };
    let before = ledger.state(At::default(), &|_| vec![id.organisation()])?;
    for event in carry_out(&mut ledger, &args.writing, command, contents, out)? {
        let after = evolve(before.clone(), &event);
        let Event::PanelDecided(decided) = event else { continue };
        let done = told(&args.writing, "decided", "would be decided");
        who_decided(done, &decided.members, &decided.recused, out)?;
        tell_scores(&decided.scores, out)?;
        tell_ratings(id, &before, &after, out)?;
    }
    Ok(())
}

/// What the panel changes; one reason and one text hold for all that is changed at once.
fn adjustments(
    ledger: &mut Ledger,
    args: &DecidePanel,
) -> Result<(Vec<Adjustment>, Vec<NewContent>), Failure> {
    let Some(reason) = args.reason else {
        return match (&args.words.text, &args.words.file) {
            (None, None) => Ok((vec![], vec![])),
            _ => Err(Failure::new(USAGE, "a text goes with a score that is adjusted")
                .hint("name the score with --adjust; what a panel confirms needs no reason")),
        };
    };
    let content = seal_needed(&args.words)?;
    let mut adjustment = |adjusted: &Adjusted| {
        Ok(Adjustment {
            category: adjusted.category,
            reason,
            score: adjusted.score,
            statement: statement_of(ledger, &adjusted.statement)?,
            text: content.content.clone(),
        })
    };
    let adjustments = args.adjustments.iter().map(&mut adjustment);
    let adjustments = adjustments.collect::<Result<_, Failure>>()?;
    Ok((adjustments, vec![content]))
}

fn confirm(home: &Home, args: &ConfirmPanel, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let id = super::assessment(&mut ledger, &args.assessment)?;
    let command = command::ConfirmPanel {
        assessment: id,
        confirmed_on: args.on.unwrap_or_else(|| world::now().day().into()),
        members: args.members.clone(),
        panel: args.panel,
    };
    let before = ledger.state(At::default(), &|_| vec![id.organisation()])?;
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        let after = evolve(before.clone(), &event);
        let Event::PanelConfirmed(confirmed) = event else { continue };
        let done = told(&args.writing, "confirmed", "would be confirmed");
        who_decided(done, &confirmed.members, &confirmed.recused, out)?;
        for score in &confirmed.scores {
            writeln!(out, "{}: {} {done}", Subject::of(score), score.score)?;
        }
        tell_ratings(id, &before, &after, out)?;
    }
    Ok(())
}

fn who_decided(
    done: &str,
    members: &[PersonId],
    recused: &[PersonId],
    out: &mut dyn Write,
) -> Outcome {
    let apart = match recused {
        [] => String::new(),
        recused => format!("; without {}, who scored", joined(recused, ", ")),
    };
    Ok(writeln!(out, "{done} by {}{apart}", joined(members, ", "))?)
}

/// Tells what became of category scores; statements come with the ratings.
fn tell_scores(scores: &[PanelScore], out: &mut dyn Write) -> Outcome {
    for score in scores.iter().filter(|score| score.category.is_some() && score.reason.is_some()) {
        let (scored, now) = (score.scored, score.score);
        writeln!(out, "{}: {scored} -> {now}", Subject::of(score))?;
    }
    Ok(())
}

/// Tells the ratings that result: of the whole, of each theme that has one, of each statement.
fn tell_ratings(id: AssessmentId, before: &State, after: &State, out: &mut dyn Write) -> Outcome {
    let (Some(was), Some(is)) = (before.assessments.get(&id), after.assessments.get(&id)) else {
        return Ok(());
    };
    let Some(framework) = after.frameworks.get(&is.framework) else { return Ok(()) };
    for ((subject, was), (_, is)) in levels(was, framework).into_iter().zip(levels(is, framework)) {
        match was == is {
            true => writeln!(out, "{subject}: {is}")?,
            false => writeln!(out, "{subject}: {was} -> {is}")?,
        }
    }
    Ok(())
}

/// Every level that has a rating, with it in words.
fn levels(assessment: &Assessment, framework: &Framework) -> Vec<(String, String)> {
    let scoring = &framework.scoring;
    let awards = scoring.awards_ratings.value != Awards::No;
    let score = |statement: StatementId| assessment.statement_score(framework, statement);
    let level = |statements: &mut dyn Iterator<Item = StatementId>| {
        let scores: Option<Vec<Score>> = statements.map(score).collect();
        let Some(scores) = scores.filter(|scores| !scores.is_empty()) else {
            return "not complete".to_owned();
        };
        let level = scoring.level(&scores);
        if awards {
            format!("{}, {} %", level.rating, level.percent)
        } else {
            format!("{} %", level.percent)
        }
    };
    let mut all = vec![(
        "overall".to_owned(),
        level(&mut framework.statements().map(|(_, statement)| statement.id)),
    )];
    if framework.publishes(LevelKind::Theme) {
        for theme in &scoring.themes {
            let statements = &mut theme.statements.iter().map(|statement| statement.id);
            all.push((theme.id.to_string(), level(statements)));
        }
    }
    for (_, statement) in framework.statements() {
        let words = match score(statement.id) {
            Some(score) if awards => format!("{score} {}", scoring.rating(score)),
            other => known(&other),
        };
        all.push((statement.id.to_string(), words));
    }
    all
}

/// What a panel scored: a quality statement, or one evidence category of it.
struct Subject(StatementId, Option<CategoryId>);

impl Subject {
    fn of(score: &PanelScore) -> Self {
        Self(score.statement, score.category)
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.1 {
            Some(category) => write!(f, "{}, {category}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// A panel, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PanelRow {
    panel: PanelId,
    convened_on: PartialDate,
    assessments: String,
    members: String,
    recused: String,
    decided: String,
}

impl Row for PanelRow {
    const HEADER: &'static [&'static str] =
        &["panel", "convened_on", "assessments", "members", "recused", "decided"];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("panel", |row| row.panel.to_string()),
            Column::left("convened", |row| row.convened_on.to_string()),
            Column::text("members", |row| row.members.clone()),
            Column::text("assessments", |row| row.assessments.clone()),
            Column::text("decided", |row| match row.decided.as_str() {
                "" => "none yet".to_owned(),
                decided if decided == row.assessments => "all".to_owned(),
                decided => decided.to_owned(),
            }),
        ]
    }
}

pub(super) fn panel_row(panel: &PanelConvened, state: &State) -> PanelRow {
    let decided = |id: &&AssessmentId| {
        let assessment = state.assessments.get(*id);
        assessment.and_then(|it| it.panel.as_ref()).is_some_and(|it| it.panel == panel.panel)
    };
    let members = panel.members.iter().map(|it| format!("{}:{}", it.person, it.side));
    let recused = panel.recused.iter().map(|it| format!("{}:{}", it.person, it.assessment));
    PanelRow {
        panel: panel.panel,
        convened_on: panel.convened_on,
        assessments: joined(&panel.assessments, " "),
        members: members.collect::<Vec<_>>().join(" "),
        recused: recused.collect::<Vec<_>>().join(" "),
        decided: joined(panel.assessments.iter().filter(decided), " "),
    }
}

fn list(home: &Home, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a panel")?;
    let state = all_state(&mut open(home)?, at(asking))?;
    let mut rows: Vec<PanelRow> =
        state.panels.values().map(|panel| panel_row(panel, &state)).collect();
    rows.sort_by_key(|row| row.convened_on);
    render::rows(out, asking.format, &rows)
}

/// What a panel left of a score.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PanelScoreRow {
    panel: PanelId,
    assessment: AssessmentId,
    statement: StatementId,
    category: Option<CategoryId>,
    scored: Score,
    score: Score,
    reason: Option<AdjustmentReason>,
    decided_on: PartialDate,
    members: String,
    recused: String,
    /// Shown to people under the scores.
    #[serde(skip)]
    text: Option<Content>,
}

impl Row for PanelScoreRow {
    const HEADER: &'static [&'static str] = &[
        "panel",
        "assessment",
        "statement",
        "category",
        "scored",
        "score",
        "reason",
        "decided_on",
        "members",
        "recused",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::id("statement", |row| row.statement.to_string()),
            Column::id("category", |row| known(&row.category)),
            Column::right("scored", |row| row.scored.to_string()),
            Column::right("panel", |row| row.score.to_string()),
            Column::left("reason", |row| known(&row.reason)),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, {}, by {}", self.assessment, self.decided_on, self.members))
    }
}

fn show(home: &Home, id: PanelId, asking: &Asking, out: &mut dyn Write) -> Outcome {
    only_for_the_regulator(asking.audience, "a panel")?;
    let mut ledger = open(home)?;
    let state = all_state(&mut ledger, at(asking))?;
    let Some(panel) = state.panels.get(&id) else {
        return Err(Failure::new(REFUSED, format!("no panel {id} is in the ledger"))
            .hint("`piperoll panel list` shows them"));
    };
    let rows = score_rows(&mut ledger, asking, panel)?;
    if asking.format != Format::Table {
        return render::rows(out, asking.format, &rows);
    }
    let row = panel_row(panel, &state);
    render::facts(
        out,
        &[
            ("panel", id.to_string()),
            ("convened on", row.convened_on.to_string()),
            ("members", row.members.replace(' ', ", ")),
            ("sits on", row.assessments.replace(' ', ", ")),
            ("recused", row.recused.replace(' ', ", ").replace(':', " from ")),
            ("decided", if row.decided.is_empty() { "nothing yet" } else { "" }.to_owned()),
        ],
    )?;
    if !rows.is_empty() {
        writeln!(out)?;
        render::rows(out, Format::Table, &rows)?;
    }
    reasons(&ledger, &rows, out)
}

/// Tells in the panel's own words why it adjusted scores: each text once, for all that it is about.
fn reasons(ledger: &Ledger, rows: &[PanelScoreRow], out: &mut dyn Write) -> Outcome {
    let mut told: Vec<(&Content, Vec<String>)> = Vec::new();
    for row in rows {
        let Some(text) = &row.text else { continue };
        let subject = Subject(row.statement, row.category).to_string();
        match told.iter_mut().find(|(other, _)| *other == text) {
            Some((_, subjects)) => subjects.push(subject),
            None => told.push((text, vec![subject])),
        }
    }
    for (text, subjects) in told {
        let text = super::draft::text(ledger, text, Format::Table)?;
        writeln!(out, "\n{}:\n{}", subjects.join("; "), text.trim_end())?;
    }
    Ok(())
}

/// Every score that a panel decided on, with what it confirmed later on after that.
pub(super) fn score_rows(
    ledger: &mut Ledger,
    asking: &Asking,
    panel: &PanelConvened,
) -> Result<Vec<PanelScoreRow>, Failure> {
    let mut rows = Vec::new();
    for id in &panel.assessments {
        for event in history(ledger, asking, *id)? {
            let (scores, on, members, recused) = match &event {
                Event::PanelDecided(it) if (it.panel, it.assessment) == (panel.panel, *id) => {
                    (&it.scores, it.decided_on, &it.members, &it.recused)
                }
                Event::PanelConfirmed(it) if (it.panel, it.assessment) == (panel.panel, *id) => {
                    (&it.scores, it.confirmed_on, &it.members, &it.recused)
                }
                _ => continue,
            };
            rows.extend(scores.iter().map(|score| PanelScoreRow {
                panel: panel.panel,
                assessment: *id,
                statement: score.statement,
                category: score.category,
                scored: score.scored,
                score: score.score,
                reason: score.reason,
                decided_on: on,
                members: joined(members, " "),
                recused: joined(recused, " "),
                text: score.text.clone(),
            }));
        }
    }
    Ok(rows)
}

/// What panels did about an assessment, oldest first.
fn history(ledger: &mut Ledger, asking: &Asking, id: AssessmentId) -> Result<Vec<Event>, Failure> {
    let end = ledger.end_at(at(asking))?;
    let mut events = Vec::new();
    ledger.read_history(id.organisation(), 0, &end, &mut |entry| {
        if matches!(entry.record.kind, "panel_decided" | "panel_confirmed") {
            events.push(ledger::decode(&entry.record));
        }
        ControlFlow::Continue(())
    })?;
    let events: Vec<Event> = events.into_iter().collect::<Result<_, _>>()?;
    let had_happened = |event: &Event| {
        let days = event.occurred_on().zip(asking.effective);
        days.is_none_or(|(on, day)| on.happened_by(day))
    };
    Ok(events.into_iter().filter(had_happened).collect())
}

fn joined<T: ToString>(items: impl IntoIterator<Item = T>, between: &str) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(between)
}
