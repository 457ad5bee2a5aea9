//! What is counted over all bodies, from events to rows.
//!
//! Guards against the fear that a national report states a number that the published ratings do
//! not give, or shows what is not published.

mod coverage;
mod oracle;
mod stale;

use assessment::event::Event;
use assessment::framework::Framework;
use chrono::NaiveDate;
use projections::{Counting, Extra, Fact, Grouping, National, NationalRow, Projections};
use serde_json::{Value, json};
use std::sync::LazyLock;

const CITY: &str = "X99000001";
const TOWN: &str = "X99000002";
const SYSTEM: &str = "X99000003";
/// Nine scores that make 23 of 36: 64 %, Good, one mark above Requires improvement.
const GOOD: [u8; 9] = [2, 3, 3, 3, 3, 2, 2, 3, 2];

/// Records, folded one by one.
#[derive(Default, Clone)]
struct World {
    projections: Projections,
    position: u64,
}

/// One that has adopted the shipped frameworks.
static BEGUN: LazyLock<World> = LazyLock::new(|| {
    let mut world = World::default();
    for framework in Framework::all_shipped() {
        let digests = (framework.process_digest(), framework.scoring_digest());
        let data = json!({
            "adopted_on": "2023-04", "framework": framework, "process_digest": digests.0,
            "scoring_digest": digests.1,
        });
        world.record("framework_adopted", 1, data);
    }
    world
});

impl World {
    fn new() -> Self {
        BEGUN.clone()
    }

    fn record(&mut self, kind: &str, schema: u64, data: Value) {
        let event = Event::decode(kind, schema, &data.to_string());
        let event = event.unwrap_or_else(|error| panic!("{kind}: {error}: {data}"));
        self.projections.apply(&Fact { position: self.position, event: &event });
        self.position += 1;
    }

    fn register(&mut self, code: &str, further: Value) {
        let data = json!({
            "code": code, "kind": "local_authority", "name": code, "name_basis": "stated",
        });
        self.record("organisation_registered", 1, with(data, further));
    }

    fn import(&mut self, code: &str, scores: &[u8], further: Value) {
        let data = with(
            json!({
                "assessment": format!("{code}-2024-a"), "framework": "la-2023",
                "framework_basis": "inferred", "kind": "baseline", "kind_basis": "inferred",
                "month": "2024-05", "organisation": code, "programme": "formal", "rating": "good",
            }),
            further,
        );
        let publication = format!("{}-p1", data["assessment"].as_str().expect("an id"));
        let scores = scored(&data, scores);
        let further = json!({ "publication": publication, "scores": scores });
        self.record("publication_imported", 1, with(data, further));
    }

    fn withdraw(&mut self, publication: &str) {
        let data = json!({
            "by": "p-041", "publication": publication, "reason": "published_in_error",
            "withdrawn_on": "2024-06-03",
        });
        self.record("publication_withdrawn", 1, data);
    }

    fn rows(&self, counting: &Counting) -> Vec<NationalRow> {
        self.count(counting).rows(None, &self.projections.frameworks)
    }

    fn count(&self, counting: &Counting) -> National {
        let mut national = National::new(counting.clone());
        for body in self.projections.bodies.values() {
            national.add(body, &self.projections.frameworks);
        }
        national
    }
}

/// The scores with the statements of the framework that is named, in its order.
fn scored(data: &Value, scores: &[u8]) -> Vec<Value> {
    let id = data["framework"].as_str().expect("a framework").parse().expect("an id");
    let framework = Framework::shipped(id).expect("a shipped framework");
    let pairs = framework.statements().zip(scores);
    pairs.map(|((_, it), score)| json!({ "score": score, "statement": it.id })).collect()
}

/// Members replace those of `data`; `null` removes one.
fn with(mut data: Value, further: Value) -> Value {
    let members = data.as_object_mut().expect("data are an object");
    for (name, value) in further.as_object().expect("members are an object") {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    data
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn everything() -> Counting {
    Counting {
        on: day("2026-05-17"),
        kind: None,
        region: None,
        statement: None,
        theme: None,
        grouping: Grouping::Together,
        include: [].into(),
    }
}

/// A row in one line: its subject, the bodies, the four counts, the mean, and the cautions.
fn line(row: &NationalRow) -> String {
    let counts = [row.outstanding, row.good, row.requires_improvement, row.inadequate];
    let counts = counts.map(|count| count.to_string()).join("/");
    let mean = row.mean.map(|mean| format!(" {mean}")).unwrap_or_default();
    let subject = row.subject.as_deref().unwrap_or("overall");
    format!("{subject}: {} {counts}{mean} {}", row.bodies, row.flags).trim_end().to_owned()
}

fn lines(rows: &[NationalRow]) -> Vec<String> {
    rows.iter().map(line).collect()
}

/// What is only tried, or of nobody, must not stand in a national report unless it says so.
#[test]
fn pilots_and_invented_bodies_are_counted_only_if_asked_for() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &GOOD, json!({}));
    world.register(TOWN, json!({ "fictional": true }));
    world.import(TOWN, &[4; 9], json!({ "rating": "outstanding" }));
    world.register("X99000004", json!({}));
    let pilot = json!({ "kind": "pilot", "programme": "pilot", "rating": "outstanding" });
    world.import("X99000004", &[4; 9], pilot);
    let first = |include: &[Extra]| {
        let include = include.iter().copied().collect();
        line(&world.rows(&Counting { include, ..everything() })[0])
    };
    assert_eq!(first(&[]), "overall: 1 0/1/0/0");
    assert_eq!(first(&[Extra::Fictional]), "overall: 2 1/1/0/0 fictional");
    assert_eq!(first(&[Extra::Indicative]), "overall: 2 1/1/0/0 indicative");
    let all = [Extra::Indicative, Extra::Fictional];
    assert_eq!(first(&all), "overall: 3 2/1/0/0 fictional indicative");
}

/// A body that is no more would be counted beside the one that took its place.
#[test]
fn a_body_that_has_ended_is_left_out_from_the_day_of_its_successor() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &GOOD, json!({}));
    world.register(TOWN, json!({}));
    let ended = json!({ "code": CITY, "into": TOWN, "on": "2026-04-01" });
    world.record("organisation_succeeded", 1, ended);
    let bodies = |on: &str| {
        world.rows(&Counting { on: day(on), ..everything() }).first().map(|it| it.bodies)
    };
    assert_eq!(bodies("2026-03-31"), Some(1));
    assert_eq!(bodies("2026-04-01"), None);
}

/// A score on somebody's desk is not what the public saw.
#[test]
fn work_in_progress_is_not_counted() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    let opened = |assessment: &str| {
        json!({
            "assessment": assessment, "framework": "la-2025", "kind": "comprehensive",
            "opened_on": "2025-01-06", "organisation": CITY,
        })
    };
    world.record("assessment_opened", 1, opened("X99000001-2025-a"));
    assert_eq!(lines(&world.rows(&everything())), [""; 0]);
    world.import(CITY, &GOOD, json!({}));
    let published = lines(&world.rows(&everything()));
    let review = json!({
        "assessment": "X99000001-2024-a", "basis": "statement", "by": "p-017", "previous": 2,
        "reason": "ongoing_review", "reviewed_on": "2025-02-03", "role": "assessor", "score": 1,
        "statement": "assessing-needs",
    });
    world.record("score_reviewed", 2, review);
    world.record("assessment_opened", 1, opened("X99000001-2025-b"));
    assert_eq!(lines(&world.rows(&everything())), published);
}

/// What was withdrawn is published no more, however it was rated.
#[test]
fn a_publication_that_was_withdrawn_is_not_counted() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &GOOD, json!({}));
    world.withdraw("X99000001-2024-a-p1");
    assert_eq!(lines(&world.rows(&everything())), [""; 0]);
}

/// A rating without scores must not be taken for scores, nor judged by any.
#[test]
fn a_rating_alone_counts_only_as_a_rating() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &[], json!({ "score": 64 }));
    let rows = world.rows(&everything());
    assert_eq!(lines(&rows), ["overall: 1 0/1/0/0 64.0"]);
    assert_eq!((rows[0].scored, rows[0].near_judged), (1, Some(0)));
}

/// Where the scores give another rating than the published one, nobody knows how near it is.
#[test]
fn a_rating_that_its_scores_do_not_give_is_not_judged_near() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &GOOD, json!({ "rating": "requires_improvement" }));
    let row = &world.rows(&everything())[0];
    assert_eq!((row.near_judged, row.near_up, row.near_down), (Some(0), Some(0), Some(0)));
}

/// A system's themes are published, an authority's are not, and both have one called leadership.
#[test]
fn themes_are_counted_where_they_are_published() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &GOOD, json!({}));
    world.register(SYSTEM, json!({ "kind": "integrated_care_system" }));
    // Leadership is the last eight: 20 of 32 is 63 %, just Good.
    let scores: Vec<u8> = [vec![3; 9], vec![2, 2, 2, 2, 3, 3, 3, 3]].concat();
    let made = json!({
        "assessment": "X99000003-2025-a", "by": "p-041", "framework": "ics-2023",
        "kind": "baseline", "overall": { "rating": "good", "score": 70 }, "passages": [],
        "publication": "X99000003-2025-a-p1", "published_on": "2025-11-20",
        "released": "0".repeat(64),
        "themes": [{ "rating": "good", "score": 63, "theme": "leadership" }],
    });
    let scores = scored(&made, &scores);
    world.record("publication_made", 1, with(made, json!({ "scores": scores })));
    let theme = Some("leadership".parse().expect("an id"));
    let rows = world.rows(&Counting { theme, ..everything() });
    let of = |kind: &str| -> Vec<&NationalRow> {
        rows.iter().filter(|row| row.kind.as_str() == kind).collect()
    };
    assert_eq!(of("local_authority").len(), 2, "two statements, and no theme");
    let system = of("integrated_care_system");
    assert_eq!(system.len(), 9, "the theme and its eight statements");
    assert_eq!(line(system[0]), "leadership: 1 0/1/0/0 63.0");
    assert_eq!((system[0].near_judged, system[0].near_down), (Some(1), Some(1)));
    assert_eq!(line(system[1]), "shared-direction-and-culture: 1 0/0/1/0 2.00");
    let statement = Some("safeguarding".parse().expect("an id"));
    let rows = world.rows(&Counting { statement, ..everything() });
    assert_eq!(lines(&rows), ["safeguarding: 1 0/0/1/0 2.00", "safeguarding: 1 0/1/0/0 3.00"]);
}

/// Two methods in one mean, or a change that is only a change of method, must not go unsaid.
#[test]
fn what_is_compared_says_when_methods_differ() {
    let mut world = World::new();
    world.register(CITY, json!({ "region": "North" }));
    world.import(CITY, &GOOD, json!({}));
    world.register(TOWN, json!({}));
    world.import(TOWN, &[3; 9], json!({}));
    let early = Counting { on: day("2024-12-31"), ..everything() };
    let before = world.count(&early);
    let assessment = json!({
        "assessment": "X99000001-2026-a", "framework": "la-2025", "kind": "comprehensive",
        "month": "2026-01", "rating": "outstanding",
    });
    world.import(CITY, &[4; 9], assessment);
    let rows = world.count(&everything()).rows(Some(&before), &world.projections.frameworks);
    let row = &rows[0];
    assert_eq!(line(row), "overall: 2 1/1/0/0 methods_changed mixed_methods");
    assert_eq!((row.methods.as_str(), row.other_method), ("category,statement", Some(1)));
    assert_eq!((row.outstanding_change, row.good_change), (Some(1), Some(-1)));
    assert_eq!((row.bodies_change, row.before_bodies), (Some(0), Some(2)));
    let before_mean = rows[1].before_mean.map(|mean| mean.to_string());
    assert_eq!(before_mean.as_deref(), Some("2.50"));
    let by_region = Counting { grouping: Grouping::ByRegion, ..everything() };
    let before = world.count(&Counting { on: early.on, ..by_region.clone() });
    let rows = world.count(&by_region).rows(Some(&before), &world.projections.frameworks);
    let overall = rows.iter().filter(|row| row.subject.is_none());
    let regions: Vec<Value> =
        overall.map(|row| serde_json::to_value(&row.region).expect("a word")).collect();
    assert_eq!(regions, [json!("North"), json!("unknown")], "the unknown region is last");
}

/// What was there before and is no more would silently be no change.
#[test]
fn a_row_that_has_become_empty_still_tells_the_change() {
    let mut world = World::new();
    world.register(CITY, json!({}));
    world.import(CITY, &GOOD, json!({}));
    world.register(TOWN, json!({}));
    let before = world.count(&Counting { on: day("2026-03-31"), ..everything() });
    let ended = json!({ "code": CITY, "into": TOWN, "on": "2026-04-01" });
    world.record("organisation_succeeded", 1, ended);
    let rows = world.count(&everything()).rows(Some(&before), &world.projections.frameworks);
    assert_eq!(line(&rows[0]), "overall: 0 0/0/0/0");
    assert_eq!((rows[0].good_change, rows[0].bodies_change), (Some(-1), Some(-1)));
    assert_eq!(rows[0].before_on, Some(day("2026-03-31").into()));
}
