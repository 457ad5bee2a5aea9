//! What reports state, plainly: what was judged by then, or what was published before.

use super::*;
use assessment::OrganisationCode;

/// What a report says of a level: a score, or a percentage with its rating.
type Said = (Option<String>, u32);

/// Every level, by its name, with all that a report says of it.
type Page = BTreeMap<String, Vec<Said>>;

/// Levels that a report states otherwise than it should have, at the time or since.
pub fn misstated(journal: &Records<'_>) -> Vec<Line> {
    let records = in_force(journal);
    let mut all = Vec::new();
    for (at, event) in &records {
        let Some(report) = made(event) else { continue };
        let until_then: Vec<_> = journal.iter().copied().filter(|(it, _)| it < at).collect();
        let before = in_force(&until_then);
        let (is, was) = (page(report), page_wanted(&before, event, report));
        let levels: BTreeSet<&String> = is.keys().chain(was.keys()).collect();
        for level in levels {
            let excused = level == "overall" && repeats_import(&records, *at, report.assessment);
            if is.get(level) != was.get(level) && !excused {
                all.push(line(Check::Moves, report.assessment, level, vec![*at]));
            }
        }
    }
    for later in since(&records) {
        if !all.contains(&later) {
            all.push(later);
        }
    }
    all
}

fn page(report: &PublicationMade) -> Page {
    let mut all = Page::new();
    for it in &report.scores {
        let score = (None, u32::from(it.score.get()));
        all.entry(it.statement.to_string()).or_default().push(score);
    }
    for it in &report.themes {
        let said = (Some(it.rating.to_string()), u32::from(it.score.get()));
        all.entry(it.theme.to_string()).or_default().push(said);
    }
    if let Some(it) = report.overall {
        let said = (Some(it.rating.to_string()), u32::from(it.score.get()));
        all.insert("overall".to_owned(), vec![said]);
    }
    all
}

/// What the report should say: the last one again where the framework lets nothing change between
/// comprehensive assessments, unless an error or a review of the process is put right.
fn page_wanted(before: &Records<'_>, event: &Event, report: &PublicationMade) -> Page {
    let id = report.assessment;
    let framework = framework(before, id);
    let puts_right = match event {
        Event::PublicationReissued(it) => {
            matches!(it.reason, ReissueReason::BasisStruckOut | ReissueReason::ProcessReview)
        }
        _ => false,
    };
    if framework.id.as_str() == "la-2025" && !puts_right {
        let mut reports = before.iter().filter_map(|(_, event)| made(event));
        if let Some(last) = reports.rfind(|it| it.assessment == id) {
            return page(last);
        }
        if let Some((_, import)) = import(before, id) {
            let scores = import.scores.iter().map(|it| (it.statement, it.score.get())).collect();
            let mut page = page_of(framework, &scores);
            page.remove("overall");
            page.extend(imported(import).map(|said| ("overall".to_owned(), vec![said])));
            return page;
        }
    }
    page_of(framework, &current(before, id))
}

fn page_of(framework: &Framework, scores: &BTreeMap<StatementId, u8>) -> Page {
    let mut page = Page::new();
    for (statement, score) in scores {
        page.insert(statement.to_string(), vec![(None, u32::from(*score))]);
    }
    let mut say = |level: String, statements: Vec<StatementId>| {
        let own: Option<Vec<u8>> = statements.iter().map(|it| scores.get(it).copied()).collect();
        if let Some(own) = own {
            page.insert(level, vec![(Some(rating(&own).to_owned()), percent(&own))]);
        }
    };
    let mut whole = Vec::new();
    for theme in &framework.scoring.themes {
        let own: Vec<StatementId> = theme.statements.iter().map(|it| it.id).collect();
        whole.extend(own.clone());
        // Only systems are told of their themes.
        if framework.id.as_str() == "ics-2023" {
            say(theme.id.to_string(), own);
        }
    }
    say("overall".to_owned(), whole);
    page
}

/// The rating of an import, with its percentage, or else that of its scores.
fn imported(import: &PublicationImported) -> Option<Said> {
    let scores: Vec<u8> = import.scores.iter().map(|it| it.score.get()).collect();
    let percent = match import.score {
        Some(stated) => u32::from(stated.get()),
        None if scores.is_empty() => return None,
        None => percent(&scores),
    };
    Some((Some(import.rating.to_string()), percent))
}

/// Whether all reports up to one state what was imported before the first of them.
fn repeats_import(records: &Records<'_>, until: u64, id: AssessmentId) -> bool {
    let mut first = None;
    for (index, (at, event)) in records.iter().enumerate() {
        let Some(report) = made(event).filter(|made| made.assessment == id) else { continue };
        let first = *first.get_or_insert(index);
        let Some((_, import)) = import(&records[..first], id) else { return false };
        let same = page(report).get("overall") == imported(import).map(|it| vec![it]).as_ref()
            && scores(&report.scores) == scores(&import.scores);
        if *at <= until && !same {
            return false;
        }
    }
    first.is_some()
}

fn scores(all: &[StatementScore]) -> BTreeMap<StatementId, u8> {
    all.iter().map(|it| (it.statement, it.score.get())).collect()
}

/// What a body published last, while it stands: ratings that its judgements do not come to any
/// more, although what it shows of them does, so that no update is listed. Of an import there are
/// none: it states what its scores give, or else a rating of the whole that was accepted so.
fn since(records: &Records<'_>) -> Vec<Line> {
    let mut all = Vec::new();
    for (_, id) in last_published(records) {
        let Some((at, report)) = records.iter().rev().find_map(|(at, event)| {
            made(event).filter(|made| made.assessment == id).map(|made| (*at, made))
        }) else {
            continue;
        };
        let is_withdrawn = |event: &Event| match event {
            Event::PublicationWithdrawn(it) => it.publication == report.publication,
            _ => false,
        };
        let framework = framework(records, id);
        let withdrawn = records.iter().any(|(_, event)| is_withdrawn(event));
        if withdrawn || framework.id.as_str() == "la-2025" {
            continue;
        }
        let (now, stated) = (page_of(framework, &current(records, id)), page(report));
        let levels: BTreeSet<&String> = now.keys().chain(stated.keys()).collect();
        let shown = page_of(framework, &scores(&report.scores));
        let rating = |page: &Page, level: &str| -> Vec<String> {
            let said = page.get(level).into_iter().flatten();
            said.filter_map(|(rating, _)| rating.clone()).collect()
        };
        for level in levels {
            let is = rating(&now, level);
            let excused = level == "overall" && repeats_import(records, at, id);
            if is == rating(&shown, level) && is != rating(&stated, level) && !excused {
                all.push(line(Check::Moves, id, level, vec![at]));
            }
        }
    }
    all
}

/// The assessment of each body that was published last: of two on one day, the later one.
fn last_published(records: &Records<'_>) -> BTreeMap<OrganisationCode, AssessmentId> {
    let mut last: BTreeMap<_, (PartialDate, (i32, u64), AssessmentId)> = BTreeMap::new();
    for id in assessments(records) {
        let here = records.iter().rev().find_map(|(_, event)| {
            made(event).filter(|made| made.assessment == id).map(|made| made.published_on)
        });
        let imported = import(records, id).map(|(_, it)| it.date.unwrap_or(it.month));
        let Some(on) = here.or(imported) else { continue };
        let text = id.to_string();
        let suffix = text.rsplit('-').next().unwrap();
        let order = suffix.bytes().fold(0, |sum, b| 26 * sum + u64::from(b - b'a') + 1);
        let key = (on, (id.year(), order), id);
        let known = last.entry(id.organisation()).or_insert(key);
        *known = key.max(*known);
    }
    last.into_iter().map(|(body, (_, _, id))| (body, id)).collect()
}
