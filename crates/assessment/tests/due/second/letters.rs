//! The duty of section 50: a 1 outside Leadership that was decided, by the panel, without a panel
//! at publication, after publication with the review; until the letters are sent.

use super::*;

const BOTH: [Letter; 2] = [Letter::SecretaryOfState, Letter::ChiefExecutiveAndDirector];

/// Of each assessment the letters that are owed.
pub fn duties(events: &[Event], void: &BTreeMap<u64, u64>) -> BTreeMap<String, BTreeSet<Letter>> {
    let mut all: BTreeMap<String, BTreeSet<Letter>> = BTreeMap::new();
    let records: Vec<(u64, &Event)> =
        (0..).zip(events).filter(|(position, _)| !void.contains_key(position)).collect();
    for id in assessments(&records) {
        for (letter, _, _) in untold(&records, id) {
            all.entry(id.to_string()).or_default().insert(letter);
        }
    }
    all
}

pub fn owed(records: &Records<'_>, id: AssessmentId) -> Vec<Line> {
    let line = |(letter, statements, since): (Letter, Vec<StatementId>, _)| {
        let mut words = vec![letter.to_string()];
        words.extend(statements.iter().map(ToString::to_string));
        Line {
            kind: Kind::Section50,
            organisation: id.organisation().to_string(),
            assessment: Some(id.to_string()),
            subject: words.join(" "),
            since,
            due_on: None,
        }
    };
    untold(records, id).into_iter().map(line).collect()
}

/// The letters that do not name everything that was decided to be a 1.
fn untold(records: &Records<'_>, id: AssessmentId) -> Vec<(Letter, Vec<StatementId>, PartialDate)> {
    let raised = raised(records, id);
    let mut all = Vec::new();
    for letter in BOTH {
        let mut left = raised.clone();
        for (_, event) in records {
            if let Event::Section50Notified(sent) = event
                && (sent.assessment, sent.letter) == (id, letter)
            {
                left.retain(|statement, _| !sent.statements.contains(statement));
            }
        }
        if let Some(since) = left.values().min() {
            all.push((letter, left.keys().copied().collect(), *since));
        }
    }
    all
}

/// What was decided to be a 1, each with the day of the first time.
fn raised(records: &Records<'_>, id: AssessmentId) -> BTreeMap<StatementId, PartialDate> {
    let mut raised = BTreeMap::new();
    let framework = framework(records, id);
    if framework.id.as_str() == "ics-2023" || is_pilot(records, id) {
        return raised;
    }
    for (at, (_, event)) in records.iter().enumerate().filter(|(_, it)| of(it.1, id)) {
        let (before, until) = (&records[..at], &records[..=at]);
        let is_published = || release(before, id).is_some();
        let is_decision = match event {
            Event::PanelDecided(_) | Event::PanelConfirmed(_) => true,
            Event::ScoreReviewed(_) => is_published(),
            Event::PublicationMade(made) => !is_published() && !panel(before, made),
            _ => false,
        };
        if !is_decision {
            continue;
        }
        let (scores, given) = (current(until, id), given(until, id));
        let counts = |statement: StatementId, category: Option<CategoryId>| {
            counting(framework, &given, statement).contains(&(statement, category))
        };
        let decided: Vec<StatementId> = match event {
            Event::PanelDecided(PanelDecided { scores, .. })
            | Event::PanelConfirmed(PanelConfirmed { scores, .. }) => {
                let scores = scores.iter().filter(|it| counts(it.statement, it.category));
                scores.map(|it| it.statement).collect()
            }
            Event::ScoreReviewed(it) => Some(it.statement)
                .filter(|_| counts(it.statement, it.category))
                .into_iter()
                .collect(),
            Event::PublicationMade(it) => it.scores.iter().map(|it| it.statement).collect(),
            _ => continue,
        };
        let on = event.occurred_on().unwrap();
        for statement in decided.into_iter().filter(|it| scores.get(it) == Some(&1)) {
            let theme = framework.statement(statement).unwrap().0.id;
            if theme.as_str() != "leadership" {
                let first = raised.entry(statement).or_insert(on);
                *first = on.min(*first);
            }
        }
    }
    raised
}

fn is_pilot(records: &Records<'_>, id: AssessmentId) -> bool {
    records.iter().any(|(_, event)| match event {
        Event::AssessmentOpened(it) => it.assessment == id && it.kind == AssessmentKind::Pilot,
        Event::PublicationImported(it) => it.assessment == id && it.kind == AssessmentKind::Pilot,
        _ => false,
    })
}

/// Whether a panel sits on a first publication: unless the process was revised to have none.
fn panel(before: &Records<'_>, made: &PublicationMade) -> bool {
    let revised = before.iter().filter_map(|(_, event)| match event {
        Event::ProcessRevised(it) if it.framework == made.framework => Some(it),
        _ => None,
    });
    let applies = |it: &&ProcessRevised| it.from.happened_by(made.published_on.first_day());
    let process = revised.rev().find(applies).map(|it| &it.process.panel);
    process.is_none_or(|panel| panel.first_publication.value)
}
