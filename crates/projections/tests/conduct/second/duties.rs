//! The duty of section 50, plainly: a 1 outside Leadership that was decided, and its two letters.

use super::*;

/// Letters that were sent once everybody could read of the 1, and letters that were not sent.
pub fn late(records: &Records<'_>, on: NaiveDate) -> Vec<Line> {
    let mut all = Vec::new();
    for id in assessments(records) {
        let decided = decided(records, id);
        for letter in [Letter::SecretaryOfState, Letter::ChiefExecutiveAndDirector] {
            let mut untold = decided.clone();
            for (at, event) in records {
                let Event::Section50Notified(sent) = event else { continue };
                if (sent.assessment, sent.letter) != (id, letter) {
                    continue;
                }
                let mut late = BTreeMap::new();
                for statement in &sent.statements {
                    let Some((day, by)) = untold.remove(statement) else { continue };
                    let Some((public_on, public)) = public(records, id, *statement) else {
                        continue;
                    };
                    if sent.sent_on.first_day() > public_on.last_day().max(day.last_day()) {
                        late.insert(*statement, (day, by, public));
                    }
                }
                let Some(first) = late.values().map(|(day, ..)| *day).min() else { continue };
                let mut positions: BTreeSet<u64> = BTreeSet::from([*at]);
                positions.extend(late.values().flat_map(|(_, by, public)| [*by, *public]));
                all.push(row(id, letter, (first, sent.sent_on.first_day()), positions));
            }
            untold.retain(|_, (day, _)| day.last_day() < on);
            if let Some(first) = untold.values().map(|(day, _)| *day).min() {
                let positions = untold.values().map(|(_, by)| *by).collect();
                all.push(row(id, letter, (first, on), positions));
            }
        }
    }
    all
}

fn row(
    id: AssessmentId,
    letter: Letter,
    (first, until): (PartialDate, NaiveDate),
    positions: BTreeSet<u64>,
) -> Line {
    let found = line(Check::Section50, id, letter, positions.into_iter().collect());
    let days = (until - first.last_day()).num_days();
    Line { days_late: u64::try_from(days).ok(), ..found }
}

/// When a 1 could first be read, and where.
fn public(
    records: &Records<'_>,
    id: AssessmentId,
    statement: StatementId,
) -> Option<(PartialDate, u64)> {
    let is_one = |scores: &[StatementScore]| {
        scores.iter().any(|it| it.statement == statement && it.score.get() == 1)
    };
    let mut all = Vec::new();
    for (at, event) in records {
        if let Some(report) = made(event)
            && report.assessment == id
            && is_one(&report.scores)
        {
            all.push((report.published_on, *at));
        }
    }
    if let Some((at, import)) = import(records, id).filter(|(_, it)| is_one(&it.scores)) {
        all.push((import.date.unwrap_or(import.month), at));
    }
    all.into_iter().min()
}

/// What was decided to be a 1: by the panel, without one with the first publication, and after
/// that by each review; the earliest day, and the record that says it.
fn decided(records: &Records<'_>, id: AssessmentId) -> BTreeMap<StatementId, (PartialDate, u64)> {
    let mut all: BTreeMap<StatementId, (PartialDate, u64)> = BTreeMap::new();
    let is_pilot = records.iter().any(|(_, event)| match event {
        Event::AssessmentOpened(it) => it.assessment == id && it.kind == AssessmentKind::Pilot,
        Event::PublicationImported(it) => it.assessment == id && it.kind == AssessmentKind::Pilot,
        _ => false,
    });
    let begun = records.iter().position(|(_, event)| match event {
        Event::AssessmentOpened(it) => it.assessment == id,
        Event::PublicationImported(it) => it.assessment == id,
        _ => false,
    });
    let Some(begun) = begun.filter(|_| !is_pilot) else { return all };
    let framework = framework(records, id);
    if framework.id.as_str() == "ics-2023" {
        return all;
    }
    for (index, (at, event)) in records.iter().enumerate().skip(begun) {
        if event.assessment() != Some(id) {
            continue;
        }
        let (before, until) = (&records[..index], &records[..=index]);
        let published = || {
            import(before, id).is_some()
                || before.iter().any(|(_, it)| made(it).is_some_and(|m| m.assessment == id))
        };
        let is_decision = match event {
            Event::PanelDecided(_) | Event::PanelConfirmed(_) => true,
            Event::ScoreReviewed(_) => published(),
            Event::PublicationMade(_) => !published(),
            _ => false,
        };
        if !is_decision {
            continue;
        }
        let (given, scores) = (given(until, id), current(until, id));
        let counts = |statement: StatementId, category: Option<CategoryId>| {
            counting(framework, &given, statement).contains(&(statement, category))
        };
        let on_panel = |scores: &[PanelScore]| {
            let counting = scores.iter().filter(|it| counts(it.statement, it.category));
            counting.map(|it| it.statement).collect::<Vec<_>>()
        };
        let decides: Vec<StatementId> = match event {
            Event::PanelDecided(it) => on_panel(&it.scores),
            Event::PanelConfirmed(it) => on_panel(&it.scores),
            Event::ScoreReviewed(it) if counts(it.statement, it.category) => {
                vec![it.statement]
            }
            Event::PublicationMade(_) => unsettled(before, id, framework),
            _ => continue,
        };
        let on = event.occurred_on().unwrap();
        for statement in decides {
            let theme = framework.statement(statement).unwrap().0.id;
            if scores.get(&statement) == Some(&1) && theme.as_str() != "leadership" {
                let known = all.entry(statement).or_insert((on, *at));
                if on < known.0 {
                    *known = (on, *at);
                }
            }
        }
    }
    all
}

/// The statements of which no panel stands by the score of some part.
fn unsettled(before: &Records<'_>, id: AssessmentId, framework: &Framework) -> Vec<StatementId> {
    let mut settled: BTreeMap<Cell, u8> = BTreeMap::new();
    for (_, event) in before {
        let scores = match event {
            Event::PanelDecided(it) if it.assessment == id => {
                settled.clear();
                &it.scores
            }
            Event::PanelConfirmed(it) if it.assessment == id => &it.scores,
            _ => continue,
        };
        settled.extend(scores.iter().map(|it| ((it.statement, it.category), it.score.get())));
    }
    let given = given(before, id);
    let mut all = Vec::new();
    for (_, statement) in framework.statements() {
        let cells = counting(framework, &given, statement.id);
        let stands_by =
            |cell: &Cell| settled.get(cell).copied() == given.get(cell).map(|known| known.0);
        if !cells.iter().all(stands_by) {
            all.push(statement.id);
        }
    }
    all
}
