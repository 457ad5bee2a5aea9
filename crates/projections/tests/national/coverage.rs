//! Guards against a count that says all is done while somebody was never assessed, or that calls
//! an aim missed, or met, whose date nobody knows.

use super::*;
use projections::{AimState, Coverage, CoverageRow};

impl World {
    fn coverage(&self, on: &str) -> Vec<CoverageRow> {
        let mut coverage = Coverage::new(day(on), [].into());
        self.projections.bodies.values().for_each(|body| coverage.add(body));
        coverage.rows(&self.projections.frameworks)
    }

    /// A phase of the authorities: assessed, in progress, not started.
    fn phase(&self, phase: &str) -> (u64, u64, u64) {
        let row = self.row(phase, "2024-06-30");
        let [open, rest] = [row.in_progress, row.not_started].map(|it| it.expect("a count"));
        assert_eq!(row.assessed + open + rest, row.bodies);
        assert_eq!(row.not_assessed, open + rest);
        (row.assessed, open, rest)
    }

    fn row(&self, phase: &str, on: &str) -> CoverageRow {
        let is_meant = |row: &CoverageRow| {
            row.kind.as_str() == "local_authority"
                && serde_json::to_value(row.phase).expect("a word") == phase
        };
        self.coverage(on).into_iter().find(is_meant).expect("a phase")
    }

    fn open(&mut self, code: &str, letter: char, kind: &str) {
        let data = json!({
            "assessment": format!("{code}-2025-{letter}"), "framework": "la-2025", "kind": kind,
            "opened_on": "2025-01-06", "organisation": code,
        });
        self.record("assessment_opened", 1, data);
    }
}

#[test]
fn an_assessment_counts_to_the_phase_that_it_belongs_to() {
    let mut world = World::new();
    for code in [CITY, TOWN, "X99000004"] {
        world.register(code, json!({}));
    }
    world.register("X99000005", json!({ "fictional": true }));
    assert_eq!(world.phase("baseline"), (0, 0, 3));
    // A pilot is no baseline.
    world.import(CITY, &GOOD, json!({ "kind": "pilot", "programme": "pilot" }));
    assert_eq!((world.phase("pilot"), world.phase("baseline")), ((1, 0, 2), (0, 0, 3)));
    // Nor is a look at some statements.
    world.open(TOWN, 'a', "focused");
    assert_eq!((world.phase("baseline"), world.phase("ongoing")), ((0, 0, 3), (0, 0, 3)));
    world.open(TOWN, 'b', "comprehensive");
    assert_eq!((world.phase("baseline"), world.phase("ongoing")), ((0, 1, 2), (0, 0, 3)));
    // The first formal one is, whatever it was opened as.
    world.import(TOWN, &GOOD, json!({ "kind": "comprehensive" }));
    assert_eq!((world.phase("baseline"), world.phase("ongoing")), ((1, 0, 2), (0, 1, 2)));
    // What is opened after that is ongoing, also as a baseline or of some statements only.
    world.import(CITY, &GOOD, json!({ "assessment": "X99000001-2024-b", "month": "2024-06" }));
    world.open(CITY, 'c', "baseline");
    assert_eq!((world.phase("baseline"), world.phase("ongoing")), ((2, 0, 1), (0, 2, 1)));
    let later = json!({ "assessment": "X99000001-2024-d", "month": "2024-06" });
    world.import(CITY, &GOOD, later);
    assert_eq!((world.phase("baseline"), world.phase("ongoing")), ((2, 0, 1), (1, 1, 1)));
    let cancelled = json!({
        "assessment": "X99000002-2025-b", "cancelled_on": "2025-02", "reason": "postponed",
    });
    world.record("assessment_cancelled", 1, cancelled);
    assert_eq!(world.phase("ongoing"), (1, 1, 1), "the focused one is still open");
    let ended = json!({ "code": CITY, "into": TOWN, "on": "2024-06-01" });
    world.record("organisation_succeeded", 1, ended);
    assert_eq!((world.phase("baseline"), world.phase("ongoing")), ((1, 0, 1), (0, 1, 1)));
    // What was withdrawn is in progress until it is issued again.
    world.withdraw("X99000002-2024-a-p1");
    assert_eq!((world.phase("baseline"), world.phase("ongoing")), ((0, 1, 1), (0, 0, 2)));
}

#[test]
fn the_aim_is_judged_only_where_its_date_is_known() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.register(TOWN, json!({}));
    world.register(SYSTEM, json!({ "kind": "integrated_care_system" }));
    // The authorities' baseline began in December 2023, with an aim of 24 months.
    let aim = |world: &World, on| {
        let row = world.row("baseline", on);
        assert_eq!(row.aim_on.map(|on| on.to_string()).as_deref(), Some("2025-12"));
        assert_eq!(row.frameworks, "la-2023 la-2025");
        (row.percent, row.state, row.overdue_days)
    };
    assert_eq!(aim(&world, "2023-11-30"), (Some(0), Some(AimState::NotBegun), None));
    world.import(CITY, &GOOD, json!({}));
    assert_eq!(aim(&world, "2025-12-31"), (Some(50), Some(AimState::OnTheWay), None));
    assert_eq!(aim(&world, "2026-01-01"), (Some(50), Some(AimState::Overdue), Some(1)));
    world.import(TOWN, &GOOD, json!({ "assessment": "X99000002-2026-a", "month": "2026-01" }));
    assert_eq!(aim(&world, "2026-02-01"), (Some(100), Some(AimState::MetLate), None));
    world.record("organisation_succeeded", 1, json!({ "code": TOWN, "into": CITY, "on": "2026" }));
    assert_eq!(aim(&world, "2027-01-01"), (Some(100), Some(AimState::Met), None));

    let rows = world.coverage("2026-05-17");
    let known: Vec<_> = rows
        .iter()
        .filter(|row| row.kind.as_str() == "integrated_care_system")
        .map(|row| (row.bodies, row.aim_months, row.aim_on, row.state))
        .collect();
    let phases = [(1, None, None, None), (1, Some(24), None, None), (1, None, None, None)];
    assert_eq!(known, phases, "pilot, baseline, ongoing");
}

/// What is open is nobody's business but the regulator's.
#[test]
fn the_public_is_told_of_publications_only() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.open(CITY, 'a', "baseline");
    let row = world.row("baseline", "2025-06-30");
    assert_eq!((row.in_progress, row.not_started, row.not_assessed), (Some(1), Some(0), 1));
    let public = row.as_public();
    assert_eq!((public.in_progress, public.not_started, public.not_assessed), (None, None, 1));
}
