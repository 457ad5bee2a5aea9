//! Guards against evidence that is called older than it may be, or that goes unnoticed because
//! nobody knows how old it is.

use super::*;
use projections::{Age, StaleRow, Staleness, evidence_ages, stale};

impl World {
    fn review(&mut self, statement: &str, evidence_on: Option<&str>) {
        let data = json!({
            "assessment": "X99000001-2024-a", "basis": "statement", "by": "p-017", "previous": 3,
            "reason": "ongoing_review", "reviewed_on": "2026-02-03", "role": "assessor",
            "score": 3, "statement": statement,
        });
        self.record("score_reviewed", 2, with(data, json!({ "evidence_on": evidence_on })));
    }

    fn ages(&self, on: &str) -> Vec<StaleRow> {
        let body = &self.projections.bodies[&CITY.parse().expect("a code")];
        let standing = body.current().expect("an assessment");
        let framework = &self.projections.frameworks[&standing.framework].framework;
        evidence_ages(body, standing, framework, day(on))
    }
}

fn older_than(rows: &[StaleRow], months: u32, on: &str) -> Vec<String> {
    let wanted = Staleness::OlderThan(Age::Months(months));
    let rows = stale(rows.to_vec(), wanted, day(on));
    rows.iter().map(in_short).collect()
}

fn in_short(row: &StaleRow) -> String {
    let subject = row.statement.map_or("overall".to_owned(), |it| it.to_string());
    let [date, months] = [
        row.evidence_on.map(|date| date.to_string()),
        row.age_months.map(|months| months.to_string()),
    ]
    .map(Option::unwrap_or_default);
    format!("{subject} {date} {months} ({} undated)", row.undated)
}

fn reviewed() -> World {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &[3; 9], json!({}));
    world.review("assessing-needs", Some("2024-03"));
    world.review("safeguarding", Some("2024"));
    world.review("partnerships-and-communities", Some("2025-06-15"));
    world
}

#[test]
fn a_coarse_date_counts_by_its_last_day_and_the_oldest_comes_first() {
    let ages = reviewed().ages("2026-05-17");
    assert_eq!(
        older_than(&ages, 16, "2026-05-17"),
        [
            "overall 2024-03 25 (6 undated)",
            "assessing-needs 2024-03 25 (0 undated)",
            "safeguarding 2024 16 (0 undated)",
        ],
    );
    assert_eq!(older_than(&ages, 25, "2026-05-17").len(), 2, "25 whole months and some days");
    assert_eq!(older_than(&ages, 26, "2026-05-17"), [""; 0]);
}

#[test]
fn what_has_no_known_date_stands_apart() {
    let world = reviewed();
    let undated = stale(world.ages("2026-05-17"), Staleness::Undated, day("2026-05-17"));
    assert_eq!(undated.len(), 7);
    assert_eq!(in_short(&undated[0]), "overall 2024-03 25 (6 undated)");
    assert!(undated[1..].iter().all(|row| row.evidence_on.is_none() && row.undated == 1));
    // A rating whose scores are not known rests on evidence that nobody knows either.
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &[], json!({}));
    let undated = stale(world.ages("2026-05-17"), Staleness::Undated, day("2026-05-17"));
    assert_eq!(undated.iter().map(in_short).collect::<Vec<_>>(), ["overall   (9 undated)"]);
}

#[test]
fn only_what_is_rated_and_has_not_ended_has_an_age() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    let opened = json!({
        "assessment": "X99000001-2024-a", "framework": "la-2025", "kind": "baseline",
        "opened_on": "2024-01-08", "organisation": CITY,
    });
    world.record("assessment_opened", 1, opened);
    world.review("safeguarding", Some("2020"));
    assert!(world.ages("2026-05-17").is_empty(), "an assessment in progress has no rating");
    let mut world = reviewed();
    world.register(TOWN, json!({}));
    let ended = json!({ "code": CITY, "into": TOWN, "on": "2026-04-01" });
    world.record("organisation_succeeded", 1, ended);
    assert!(!world.ages("2026-03-31").is_empty());
    assert!(world.ages("2026-04-01").is_empty());
}
