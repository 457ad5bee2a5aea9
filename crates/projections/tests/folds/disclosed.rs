//! What a body is told beyond what is public.
//!
//! Guards against the fear that a body sees scores that are still being worked on, or learns from
//! its pages what is going on elsewhere; and that the draft it checked is not the one it is shown.

use super::*;
use assessment::Need;
use attempts::{BODIES, attempts};
use projections::{CategoryScoresRow, Disclosed, Disclosures, category_scores, disclosed_scores};
use properties::lived;
use proptest::prelude::*;
use steps::Step;

const STEP: Step<'_> = Step {
    body: COUNTY,
    framework: "la-2023",
    on: "2025-03-03",
    scores: &[2, 3, 3, 2],
    adjusted: Some(1),
};
const ID: &str = "X99000001-2025-a";

fn told<'a>(code: &str, events: impl IntoIterator<Item = &'a Event>) -> Disclosures {
    let mut disclosures = Disclosures::new(code.parse().expect("a code"));
    for (position, event) in (0..).zip(events) {
        disclosures.apply(&Fact { position, event });
    }
    disclosures
}

/// All that a body has been told, and when.
fn all(disclosures: &Disclosures) -> Vec<(AssessmentId, Option<Disclosed>, Option<Disclosed>)> {
    let all = disclosures.assessments();
    all.map(|(id, told)| (id, told.shared.clone(), told.published.clone())).collect()
}

fn shared(world: &World) -> Disclosed {
    let disclosures = told(COUNTY, &world.events);
    disclosures.told(id()).and_then(|told| told.shared.clone()).expect("it was shared")
}

fn id() -> AssessmentId {
    ID.parse().expect("an id")
}

fn until(step: Step<'_>, stop: fn(&Need) -> bool) -> World {
    let mut world = attempts::prepared();
    step.take_until(&mut world, stop);
    world
}

fn until_shared(step: Step<'_>) -> World {
    until(step, |need| matches!(need, Need::Window { .. }))
}

fn regulators(world: &World, code: &str) -> Vec<CategoryScoresRow> {
    let (body, standing) = world.current(code);
    let disclosures = told(code, &world.events);
    category_scores(body, standing, world.framework(standing), &world.state, &disclosures)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn only_a_draft_that_is_shared_or_a_publication_tells_a_body_anything(attempts in attempts()) {
        let world = lived(&attempts);
        for code in BODIES {
            let mut disclosures = Disclosures::new(code.parse().expect("a code"));
            for (position, event) in world.records() {
                let mut before = all(&disclosures);
                disclosures.apply(&Fact { position, event });
                let mut after = all(&disclosures);
                let own = event.organisation() == Some(code.parse().expect("a code"));
                match event {
                    Event::DraftShared(_)
                    | Event::PublicationMade(_)
                    | Event::PublicationReissued(_)
                        if own => continue,
                    Event::DraftExtended(_)
                    | Event::DraftConfirmed(_)
                    | Event::RecordStruckOut(_)
                        if own =>
                    {
                        for (_, shared, _) in before.iter_mut().chain(&mut after) {
                            shared.iter_mut().for_each(|it| it.due_on = None);
                        }
                    }
                    _ => {}
                }
                prop_assert_eq!(before, after, "{:?}", event);
            }
            let mut own = Disclosures::new(code.parse().expect("a code"));
            let concerns =
                |event: &Event| event.organisation().is_none_or(|it| it.as_str() == code);
            for (position, event) in world.records().filter(|(_, event)| concerns(event)) {
                own.apply(&Fact { position, event });
            }
            prop_assert_eq!(all(&own), all(&disclosures));
            for (id, _) in disclosures.assessments() {
                for row in disclosed_scores(&disclosures, id) {
                    let work = (row.score, row.scorer_score, row.reviewed_on, row.evidence);
                    prop_assert_eq!((work, row.position), ((None, None, None, None), None));
                }
            }
        }
    }

    /// At the moment in which it is told, a body is told what the regulator sees.
    #[test]
    fn what_a_body_is_told_is_what_there_was(attempts in attempts()) {
        let mut world = World::default();
        let mut bodies: Vec<Disclosures> = BODIES.iter().map(|code| told(code, [])).collect();
        for event in lived(&attempts).events {
            world.record(event.clone());
            let position = world.events.len() as u64 - 1;
            bodies.iter_mut().for_each(|body| body.apply(&Fact { position, event: &event }));
            let Some(id) = event.assessment() else { continue };
            // What was published on a basis that is void is not what is judged.
            if world.is_struck(id.organisation()) {
                continue;
            }
            let told = bodies.iter().find_map(|body| body.told(id));
            let disclosed = match (&event, told) {
                (Event::DraftShared(_), Some(told)) => told.shared.as_ref(),
                (Event::PublicationMade(_) | Event::PublicationReissued(_), Some(told)) => {
                    told.published.as_ref()
                }
                _ => continue,
            };
            let disclosed = disclosed.expect("told just now");
            let body = &world.projections.bodies[&id.organisation()];
            let standing = &body.standings[&id];
            let framework = world.framework(standing);
            for cell in &standing.cells {
                let score = disclosed.score(cell.statement, None);
                prop_assert_eq!(score, cell.score());
                // What was reviewed of an import waits until all categories of it are.
                let first = disclosed.on == event.occurred_on().expect("a day")
                    && standing.publications.len() <= 1
                    && world.state.assessments[&id].import.is_none();
                for (category, judgement) in cell.categories.iter().filter(|_| first) {
                    let score = disclosed.score(cell.statement, Some(*category));
                    prop_assert_eq!(score, Some(judgement.score));
                }
            }
            let rows = projections::ratings(body, standing, framework);
            let overall = disclosed.overall.map(|overall| (overall.rating, overall.score));
            if world.state.assessments[&id].import.is_none() {
                prop_assert_eq!(overall, rows[0].rating.zip(rows[0].score));
            }
            for theme in &disclosed.themes {
                let row = rows.iter().find(|row| row.subject == Some(theme.theme));
                let row = row.expect("a theme");
                prop_assert_eq!((row.rating, row.score), (Some(theme.rating), Some(theme.score)));
            }
        }
    }
}

#[test]
fn a_draft_is_disclosed_as_it_was_shared() {
    let mut world = until_shared(STEP);
    let draft = shared(&world);
    assert_eq!(draft.on.to_string(), "2025-03-03");
    assert_eq!(draft.due_on.map(|on| on.to_string()), Some("2025-03-17".to_owned()));
    assert_eq!(draft.recipients, [assessment::framework::Recipient::LocalAuthority]);
    assert_eq!(draft.scores.len(), 9 * (1 + 4));
    assert_eq!(draft.overall.map(|level| level.score.get()), Some(73));
    assert_eq!((draft.themes.len(), draft.drafts.len()), (0, 5 + 4 + 9));
    // Who spoke in confidence is counted, not listed.
    let listed: Vec<&str> = draft.evidence.iter().map(|it| it.category.as_str()).collect();
    assert_eq!(listed, ["partner-feedback", "processes", "staff-and-leader-feedback"]);
    let counted: Vec<_> = draft.sensitive.iter().map(|(id, n)| (id.as_str(), *n)).collect();
    assert_eq!(counted, [("people-experience", 1)]);

    world.ask(&review(json!({
        "assessment": ID, "by": "p-002", "category": "processes", "reviewed_on": "2025-03-04",
        "score": 4,
    })));
    world.ask(&command(
        "write_draft",
        json!({
            "assessment": ID, "content": steps::content(77), "section": "summary",
            "written_on": "2025-03-04",
        }),
        json!({}),
    ));
    assert_eq!(shared(&world), draft);
    // Sharing it again discloses the work that was done in between.
    while (Step { on: "2025-03-05", scores: &[4], ..STEP }).take(&mut world) {}
    world.ask(&command(
        "amend_organisation",
        json!({
            "code": COUNTY, "name": "Renamed", "reason": "renamed",
        }),
        json!({}),
    ));
    let published = told(COUNTY, &world.events).told(id()).cloned().expect("told").published;
    let published = published.expect("published");
    let processes = Some("processes".parse().expect("an id"));
    let healthier = HEALTHIER.parse().expect("an id");
    assert_eq!(published.score(healthier, processes).map(|score| score.get()), Some(4));
    assert_eq!(draft.score(healthier, processes).map(|score| score.get()), Some(2));
    let versions = |disclosed: &Disclosed| -> u64 {
        disclosed.drafts.iter().map(|draft| draft.version).max().expect("written")
    };
    assert_eq!((versions(&draft), versions(&published)), (1, 2));
    assert_eq!(published.due_on, None);
}

#[test]
fn more_time_and_no_more_comments_change_the_last_day_alone() {
    let mut world = until_shared(STEP);
    let draft = shared(&world);
    let extend = json!({
        "assessment": ID, "due_on": "2025-03-20", "extended_on": "2025-03-04",
        "granted_by": "p-021", "reason": "exceptional", "recipient": "local_authority",
    });
    world.ask(&command("extend_draft", extend, json!({})));
    let later = shared(&world);
    assert_eq!(later.due_on.map(|on| on.to_string()), Some("2025-03-20".to_owned()));
    let confirm = json!({
        "assessment": ID, "confirmed_on": "2025-03-05", "recipient": "local_authority",
    });
    world.ask(&command("confirm_draft", confirm, json!({})));
    assert_eq!(shared(&world), Disclosed { due_on: None, ..draft });
}

#[test]
fn a_system_is_told_the_scores_of_its_themes() {
    let world = until_shared(Step { body: SYSTEM, framework: "ics-2023", scores: &[3], ..STEP });
    let disclosures = told(SYSTEM, &world.events);
    let (_, told) = disclosures.assessments().next().expect("told");
    let draft = told.shared.as_ref().expect("shared");
    assert_eq!((draft.themes.len(), draft.recipients.len()), (3, 2));
    assert_eq!(draft.scores.len(), 17 * (1 + 6));
    assert!(draft.themes.iter().all(|theme| theme.score.get() == 75));
}

/// Each recipient has a last day of its own; the draft may be spoken of until the latest.
#[test]
fn the_last_day_is_that_of_whoever_may_still_comment_longest() {
    let mut world = until_shared(Step { body: SYSTEM, framework: "ics-2023", ..STEP });
    let due_on = |world: &World| {
        let disclosures = told(SYSTEM, &world.events);
        let (_, told) = disclosures.assessments().next().expect("told");
        told.shared.as_ref().and_then(|draft| draft.due_on).map(|on| on.to_string())
    };
    let board = json!({"assessment": "X99000003-2025-a", "recipient": "integrated_care_board"});
    let extend = json!({
        "due_on": "2025-03-20", "extended_on": "2025-03-04", "granted_by": "p-021",
        "reason": "exceptional",
    });
    world.ask(&command("extend_draft", extend, board.clone()));
    assert_eq!(due_on(&world), Some("2025-03-20".to_owned()));
    world.ask(&command("confirm_draft", json!({"confirmed_on": "2025-03-05"}), board));
    assert_eq!(due_on(&world), Some("2025-03-17".to_owned()));
}

/// Evidence of the body itself that is not relied on any more is not listed as used.
#[test]
fn withdrawn_evidence_is_not_listed() {
    let mut world = until(STEP, |need| matches!(need, Need::Sharing { .. }));
    let own = world.state.evidence_of(COUNTY.parse().expect("a code"));
    let further = own.iter().find(|it| it.facts.category.as_str() == "processes");
    let evidence = further.expect("used").facts.evidence;
    let data = json!({
        "evidence": evidence, "reason": "duplicate", "withdrawn_on": "2025-03-03",
    });
    world.ask(&command("withdraw_evidence", data, json!({})));
    STEP.take_until(&mut world, |need| matches!(need, Need::Window { .. }));
    // The scores rest on another piece now, and only that one is listed.
    let processes = shared(&world).evidence;
    let processes = processes.iter().filter(|it| it.category.as_str() == "processes").count();
    assert_eq!(processes, 1);
}

#[test]
fn a_body_sees_its_category_scores_in_the_draft_and_as_published() {
    let mut world = until(STEP, |need| matches!(need, Need::Draft { .. }));
    assert_eq!(disclosed_scores(&told(COUNTY, &world.events), id()), []);
    let row = &regulators(&world, COUNTY)[0];
    let number = |score: Option<assessment::scoring::Score>| score.map(|score| score.get());
    assert_eq!((number(row.score), number(row.scorer_score)), (Some(1), Some(2)));
    assert_eq!((row.draft_score, row.evidence), (None, Some(1)));
    assert_eq!(row.reviewed_on.map(|on| on.to_string()), Some("2025-03-03".to_owned()));
    assert!(row.position.is_some());

    while STEP.take(&mut world) {}
    world.ask(&of_processes(4));
    let rows = disclosed_scores(&told(COUNTY, &world.events), id());
    assert_eq!(rows.len(), 36);
    assert_eq!(rows[0].category.map(|id| id.to_string()), Some("people-experience".to_owned()));
    let numbers = |row: &CategoryScoresRow| {
        (number(row.score), number(row.draft_score), number(row.published_score))
    };
    assert_eq!(numbers(&rows[0]), (None, Some(1), Some(1)));
    // The review after the publication is the regulator's to see: the second statement's last.
    assert_eq!(numbers(&rows[7]), (None, Some(2), Some(2)));
    assert_eq!(numbers(&regulators(&world, COUNTY)[7]), (Some(4), Some(2), Some(2)));
}

fn of_processes(score: u8) -> Command {
    review(json!({"category": "processes", "reviewed_on": "2025-06-02", "score": score}))
}

#[test]
fn where_statements_are_scored_a_row_is_a_statement() {
    let step = Step { framework: "la-2025", scores: &[3], adjusted: None, ..STEP };
    let mut world = attempts::prepared();
    while step.take(&mut world) {}
    world.ask(&review(json!({"reviewed_on": "2025-06-02", "score": 2})));
    let rows = regulators(&world, COUNTY);
    assert_eq!((rows.len(), rows[1].category), (9, None));
    // As in `scores`: what waits is not shown as the score.
    assert_eq!(rows[1].score, world.score(COUNTY, HEALTHIER).score);
    assert_eq!(rows[1].flags.to_string(), "waiting");
    let told = disclosed_scores(&told(COUNTY, &world.events), id());
    assert!(told.iter().all(|row| row.draft_score == row.published_score));
    assert!(told.iter().all(|row| row.flags.to_string().is_empty()));
}

/// The body has the draft: that a record behind it is void now takes nothing of it back.
#[test]
fn what_was_told_stays_told_when_a_record_behind_it_is_struck_out() {
    let mut world = until_shared(STEP);
    let draft = shared(&world);
    let extend = json!({
        "assessment": ID, "due_on": "2025-03-20", "extended_on": "2025-03-04",
        "granted_by": "p-021", "reason": "exceptional", "recipient": "local_authority",
    });
    world.ask(&command("extend_draft", extend, json!({})));
    assert_ne!(shared(&world), draft);
    let last = |world: &World, kind: &str| {
        let of_kind = world.in_force().into_iter().rev().find(|(_, event)| event.kind() == kind);
        of_kind.expect("recorded").0
    };
    for kind in ["draft_extended", "panel_decided", "score_reviewed"] {
        world.ask(&struck::strike(last(&world, kind)));
        assert_eq!(shared(&world), draft, "with the last day of before the extension");
    }
    assert!(regulators(&world, COUNTY).iter().any(|row| row.score.is_none()));
}

/// A withdrawn score is no published score, for a body neither; what it was told is kept.
#[test]
fn a_withdrawn_publication_is_still_what_was_told_last() {
    let mut world = attempts::prepared();
    while STEP.take(&mut world) {}
    let before = told(COUNTY, &world.events).told(id()).cloned();
    let withdraw = json!({
        "publication": format!("{ID}-p1"), "reason": "published_in_error",
        "withdrawn_on": "2025-03-10",
    });
    world.ask(&command("withdraw_publication", withdraw, json!({})));
    let now = told(COUNTY, &world.events);
    assert_eq!(now.told(id()).cloned(), before);
    assert!(disclosed_scores(&now, id()).iter().all(|row| row.published_score.is_none()));
    assert!(regulators(&world, COUNTY).iter().all(|row| row.published_score.is_none()));
    let reissue = json!({
        "publication": format!("{ID}-p1"), "published_on": "2025-03-11",
        "reason": "after_withdrawal",
    });
    world.ask(&command("reissue_publication", reissue, json!({})));
    let now = told(COUNTY, &world.events);
    let published = now.told(id()).and_then(|told| told.published.clone()).expect("published");
    assert_eq!(published.on.to_string(), "2025-03-11");
    assert!(disclosed_scores(&now, id()).iter().all(|row| row.published_score.is_some()));
}
