//! What the public sees.
//!
//! Guards against the fear that a page tells something of work that is not public: by a row, by a
//! date, or by being another page than it would be without that work.

use super::*;
use assessment::event::{PublicationImported, PublicationMade, ScoreReviewed};
use assessment::{CategoryId, FrameworkId, PublicationId, StatementId};
use attempts::attempts;
use projections::MAKES_PUBLIC;
use properties::lived;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;
use steps::Step;

/// A ledger, as the public sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Public {
    pub projections: Projections,
    pub rows: BTreeMap<OrganisationCode, MemoryRows>,
}

impl Public {
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut public = Self::default();
        events.into_iter().for_each(|event| {
            public.take_in(event);
        });
        public
    }

    /// Takes in a record; whether the public is told anything new of a review.
    fn take_in(&mut self, event: &Event) -> bool {
        let fact = Fact { position: 0, event };
        let effects = self.projections.apply_public(&fact);
        let told = !effects.is_empty();
        if let Some(code) = fact.organisation() {
            let rows = self.rows.entry(code).or_default();
            effects.into_iter().for_each(|effect| rows.keep(effect));
        }
        told
    }

    /// Every row of every view, of current and earlier assessments, as it is shown.
    pub fn shown(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for (code, body) in &self.projections.bodies {
            for standing in body.standings.values() {
                let framework = &self.projections.frameworks[&standing.framework].framework;
                all.extend(blank(projections::ratings(body, standing, framework)));
                all.extend(blank(projections::scores(body, standing, framework)));
            }
            let rows = self.rows.get(code).cloned().unwrap_or_default();
            all.extend(blank(rows.reviewed.iter().map(|review| review.row(body)).collect()));
            all.extend(blank(rows.transitions.iter().map(|moved| moved.row(body)).collect()));
            all.extend(blank(projections::history(body, &self.projections.frameworks)));
        }
        all
    }

    fn reviewed(&self, code: &str) -> Vec<Value> {
        let code: OrganisationCode = code.parse().expect("a code");
        let body = &self.projections.bodies[&code];
        let rows = self.rows.get(&code).into_iter().flat_map(|rows| &rows.reviewed);
        blank(rows.map(|review| review.row(body)).collect())
    }

    fn dates(&self, code: &str) -> Vec<String> {
        let rows = self.reviewed(code).into_iter();
        rows.map(|row| row["reviewed_on"].as_str().expect("a date").to_owned()).collect()
    }
}

/// Rows, as whoever shows them to the public does: without the position, which says nothing.
fn blank<T: serde::Serialize>(rows: Vec<T>) -> Vec<Value> {
    let row = |row: T| {
        let mut row = serde_json::to_value(row).expect("rows are JSON");
        assert_eq!(row["position"], json!(0));
        row["position"] = Value::Null;
        row
    };
    rows.into_iter().map(row).collect()
}

/// Which records make something public, worked out a second time.
#[derive(Default)]
struct Rule {
    required: BTreeMap<(FrameworkId, StatementId), Vec<CategoryId>>,
    published: BTreeMap<AssessmentId, (FrameworkId, BTreeMap<StatementId, u8>)>,
    categories: BTreeMap<(AssessmentId, StatementId), BTreeMap<CategoryId, u8>>,
    /// Ever published, withdrawn or not.
    known: BTreeSet<AssessmentId>,
    /// The assessments of which something was published here.
    here: BTreeSet<AssessmentId>,
    /// The publications that were withdrawn: a correction of one does not publish it again.
    withdrawn: BTreeSet<PublicationId>,
}

impl Rule {
    /// Whether a record makes something public after those that did.
    fn makes_public(&self, event: &Event) -> bool {
        match event {
            Event::ScoreReviewed(event) => self.is_public_by_date(event),
            Event::ProcessReviewRequested(event) => {
                event.declined.is_none() && self.known.contains(&event.publication.assessment())
            }
            Event::ConflictRecorded(event) => self.known.contains(&event.assessment),
            _ => MAKES_PUBLIC.iter().any(|(kind, _)| *kind == event.kind()),
        }
    }

    fn is_public_by_date(&self, event: &ScoreReviewed) -> bool {
        let Some((framework, scores)) = self.published.get(&event.assessment) else {
            return false;
        };
        let Some(published) = scores.get(&event.statement) else { return false };
        let Some(category) = event.category else { return event.score.get() == *published };
        let known = self.categories.get(&(event.assessment, event.statement));
        let mut known = known.cloned().unwrap_or_default();
        known.insert(category, event.score.get());
        let required = &self.required[&(*framework, event.statement)];
        let scores: Option<Vec<u8>> = required.iter().map(|id| known.get(id).copied()).collect();
        let word = |scores: &[u8]| oracle::rating_of(scores);
        // What a single score is worth is the rating that it stands for.
        scores.is_none_or(|scores| word(&scores) == word(&[*published]))
    }

    fn follow(&mut self, event: &Event) {
        match event {
            Event::FrameworkAdopted(event) => {
                for (_, statement) in event.framework.statements() {
                    let required = statement.required_categories.value.clone();
                    self.required.insert((event.framework.id, statement.id), required);
                }
            }
            Event::PublicationImported(event) => self.import(event),
            Event::ImportedPublicationReplaced(event) => self.import(&event.import),
            Event::PublicationMade(event) => self.publish(event),
            Event::PublicationReissued(event) => self.publish(&event.made),
            Event::PublicationWithdrawn(event) => {
                self.published.remove(&event.publication.assessment());
                self.withdrawn.insert(event.publication);
            }
            Event::ScoreReviewed(event) => {
                if let Some(category) = event.category {
                    let known = self.categories.entry((event.assessment, event.statement));
                    known.or_default().insert(category, event.score.get());
                }
            }
            _ => {}
        }
    }

    fn publish(&mut self, event: &PublicationMade) {
        let scores = event.scores.iter().map(|it| (it.statement, it.score.get()));
        self.published.insert(event.assessment, (event.framework, scores.collect()));
        self.known.insert(event.assessment);
        self.here.insert(event.assessment);
        for it in &event.categories {
            let known = self.categories.entry((event.assessment, it.statement));
            known.or_default().insert(it.category, it.score.get());
        }
    }

    fn import(&mut self, event: &PublicationImported) {
        self.known.insert(event.assessment);
        // What was published here since is not touched by a correction of what was before.
        let withdrawn = self.withdrawn.contains(&event.publication);
        if !self.here.contains(&event.assessment) && !withdrawn {
            let scores = event.scores.iter().map(|it| (it.statement, it.score.get())).collect();
            self.published.insert(event.assessment, (event.framework, scores));
        }
    }
}

/// The records that make something public.
fn core(events: &[Event]) -> Vec<&Event> {
    let mut rule = Rule::default();
    let mut core = Vec::new();
    for event in events {
        if rule.makes_public(event) {
            rule.follow(event);
            core.push(event);
        }
    }
    core
}

/// The records that make something public, with others in between that make nothing public there.
fn mixed(core: &[&Event], others: &[(Index, Index, u8)], from: &[Event]) -> Vec<Event> {
    let mut rule = Rule::default();
    let mut all = Vec::new();
    for (at, event) in core.iter().enumerate() {
        for (place, which, score) in others {
            if place.index(core.len()) != at {
                continue;
            }
            let mut other = which.get(from).clone();
            if let Event::ScoreReviewed(review) = &mut other {
                review.score = (*score).try_into().expect("a score");
            }
            if !rule.makes_public(&other) {
                all.push(other);
            }
        }
        rule.follow(event);
        all.push((*event).clone());
    }
    all
}

fn another() -> impl Strategy<Value = (Index, Index, u8)> {
    (any::<Index>(), any::<Index>(), 1..=4u8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_public_sees_the_same_whatever_is_not_public(
        attempts in attempts(),
        kept in proptest::collection::vec(any::<bool>(), 1..40),
        others in proptest::collection::vec(another(), 0..60),
    ) {
        let world = lived(&attempts);
        let events: Vec<Event> =
            world.in_force().into_iter().map(|(_, event)| event.clone()).collect();
        let core = core(&events);
        let public = Public::of(core.iter().copied());
        let shown = public.shown();
        prop_assert_eq!(&Public::of(&events).shown(), &shown);
        // Some of what is not public is dropped...
        let is_kept = |(at, event): &(usize, &Event)| {
            core.iter().any(|of_core| std::ptr::eq(*of_core, *event)) || kept[at % kept.len()]
        };
        let some = events.iter().enumerate().filter(is_kept).map(|(_, event)| event);
        prop_assert_eq!(&Public::of(some).shown(), &shown);
        // ... or something is put in, wherever it makes nothing public.
        let mixed = mixed(&core, &others, &events);
        let mixed = Public::of(&mixed);
        prop_assert_eq!(&mixed.shown(), &shown);
        prop_assert_eq!(mixed, public);
    }

    /// The same publications, whoever looks; and of reviews what the rule says, which is a date.
    #[test]
    fn the_public_sees_what_was_published_and_dates_of_reviews(attempts in attempts()) {
        let world = lived(&attempts);
        let mut rule = Rule::default();
        let mut public = Public::default();
        let mut dates: BTreeMap<OrganisationCode, Vec<Value>> = BTreeMap::new();
        for (_, event) in world.in_force() {
            let expected = rule.makes_public(event);
            let told = public.take_in(event);
            if let Event::ScoreReviewed(event) = event {
                prop_assert_eq!(told, expected, "{:?}", event);
                if expected {
                    let code = event.assessment.organisation();
                    dates.entry(code).or_default().push(json!(event.reviewed_on));
                }
            }
            if expected {
                rule.follow(event);
            }
        }
        for (code, body) in &public.projections.bodies {
            let rows = public.reviewed(code.as_str());
            let shown: Vec<Value> = rows.iter().map(|row| row["reviewed_on"].clone()).collect();
            prop_assert_eq!(shown, dates.remove(code).unwrap_or_default());
            let is_bare = |row: &Value| {
                ["position", "score", "outcome", "by"].iter().all(|name| row[name].is_null())
            };
            prop_assert!(rows.iter().all(is_bare), "{rows:?}");
            let Some(seen) = body.current() else { continue };
            let (_, known) = world.current(code.as_str());
            prop_assert_eq!(seen.assessment, known.assessment);
            prop_assert_eq!(
                seen.publication.as_ref().map(|it| (it.publication, it.on, it.rating)),
                known.publication.as_ref().map(|it| (it.publication, it.on, it.rating))
            );
            prop_assert_eq!(&seen.conflicts, &known.conflicts);
            prop_assert_eq!(&seen.process_reviews, &known.process_reviews);
            prop_assert_eq!(
                seen.publication.as_ref().map(|it| (it.withdrawn_on, it.replaces)),
                known.publication.as_ref().map(|it| (it.withdrawn_on, it.replaces))
            );
            let framework = &public.projections.frameworks[&seen.framework].framework;
            for row in projections::scores(body, seen, framework) {
                prop_assert_eq!(row.score, row.published_score);
                let judged = (row.percent, row.scorer_score, row.evidence_on, row.changed_on);
                prop_assert_eq!(judged, (None, None, None, None));
                prop_assert!(!row.flags.contains(projections::Flag::Waiting));
            }
        }
        let moves = public.rows.values().flat_map(|rows| &rows.transitions);
        for moved in moves {
            let shown = public.projections.frameworks[&moved.framework].framework
                .publishes(moved.subject.level());
            prop_assert_eq!(moved.publication == projections::Publication::Made, shown);
        }
    }
}

/// Whoever adds a kind must say here whether it makes something public.
#[test]
fn every_kind_that_makes_something_public_is_known_and_listed_once() {
    let mut kinds: Vec<&str> = MAKES_PUBLIC.iter().map(|(kind, _)| *kind).collect();
    assert!(kinds.iter().all(|kind| Event::KINDS.contains(kind)));
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), MAKES_PUBLIC.len());
    let silent = Event::KINDS.iter().filter(|kind| !kinds.contains(kind)).count();
    assert_eq!((kinds.len(), silent), (17, 30));
}

/// An authority under method A with every category at 3, published: 12 of 16, Good.
fn scored_by_category() -> World {
    let step =
        Step { body: COUNTY, framework: "la-2023", on: "2025-03-03", scores: &[3], adjusted: None };
    let mut world = attempts::prepared();
    while step.take(&mut world) {}
    world
}

fn of(category: &str, score: u8, on: &str) -> Command {
    review(json!({"category": category, "reviewed_on": on, "score": score}))
}

#[test]
fn a_category_that_leaves_its_statement_where_it_is_shows_the_date() {
    let mut world = scored_by_category();
    world.ask(&of("processes", 1, "2025-06-02"));
    let public = Public::of(&world.events);
    assert_eq!(public.dates(COUNTY), ["2025-06-02"], "and none from before the publication");
    // The next one is judged together with it: 9 of 16 is Requires improvement.
    world.ask(&of("partner-feedback", 2, "2025-06-03"));
    assert_eq!(Public::of(&world.events).dates(COUNTY), ["2025-06-02"]);
    // Taken back, it shows its date; what was in between does not.
    world.ask(&of("partner-feedback", 3, "2025-06-04"));
    let public = Public::of(&world.events);
    assert_eq!(public.dates(COUNTY), ["2025-06-02", "2025-06-04"]);
    let body = &public.projections.bodies[&COUNTY.parse().expect("a code")];
    let standing = body.current().expect("published");
    let rows = projections::scores(
        body,
        standing,
        &public.projections.frameworks[&standing.framework].framework,
    );
    let row = rows.iter().find(|row| row.statement.as_str() == HEALTHIER).expect("a statement");
    assert_eq!(row.reviewed_on.map(|on| on.to_string()), Some("2025-06-04".to_owned()));
    assert_eq!((row.percent, row.changed_on), (None, None));
    assert_eq!(rows.iter().filter(|row| row.reviewed_on.is_some()).count(), 1);
}

#[test]
fn a_category_of_an_import_shows_its_date_until_the_set_is_complete() {
    let mut world = World::after([import(json!({}))]);
    let categories =
        ["people-experience", "staff-and-leader-feedback", "partner-feedback", "processes"];
    for (category, day) in categories.iter().zip(3..) {
        world.ask(&of(category, 2, &format!("2024-06-{day:02}")));
    }
    // The fourth makes 2 of what was published as 3.
    let dates = ["2024-06-03", "2024-06-04", "2024-06-05"];
    assert_eq!(Public::of(&world.events).dates(COUNTY), dates);
    // 10 of 16 would do; 9 does not.
    world.ask(&of("processes", 3, "2024-06-07"));
    assert_eq!(Public::of(&world.events).dates(COUNTY), dates);
    world.ask(&of("processes", 4, "2024-06-08"));
    assert_eq!(Public::of(&world.events).dates(COUNTY).len(), 4);
}

#[test]
fn a_statement_that_is_scored_directly_shows_the_date_of_a_confirmation_alone() {
    for framework in ["la-2023", "la-2025"] {
        let mut world = World::after([import(json!({"framework": framework}))]);
        for (score, on) in [(2, "2024-06-03"), (3, "2024-06-04"), (4, "2024-06-05")] {
            world.ask(&review(json!({"score": score, "reviewed_on": on})));
        }
        let public = Public::of(&world.events);
        assert_eq!(public.dates(COUNTY), ["2024-06-04"], "{framework}");
        let flags = |row: &Value| row["flags"].as_str().is_some_and(|flags| flags.is_empty());
        assert!(public.shown().iter().all(flags), "nothing waits that the public knows of");
    }
}

#[test]
fn a_later_date_stays_unless_it_is_corrected() {
    let mut world = World::after([import(json!({"framework": "la-2025"}))]);
    world.ask(&review(json!({"score": 3, "reviewed_on": "2024-06-30"})));
    let earlier = json!({"score": 3, "reviewed_on": "2024-06-03", "correction": true});
    world.ask(&review(earlier));
    let public = Public::of(&world.events);
    let current = public.projections.bodies[&COUNTY.parse().expect("a code")].current();
    let cell = &current.expect("published").cells[1];
    assert_eq!(cell.reviewed_on.map(|on| on.to_string()), Some("2024-06-03".to_owned()));
}

#[test]
fn nothing_is_public_of_what_was_never_published() {
    let partial = World::after([
        import(json!({"partial": true, "scores": null})),
        review(json!({"score": 3})),
    ]);
    assert_eq!(Public::of(&partial.events).dates(COUNTY), [""; 0]);
    let mut open = attempts::prepared();
    let step = Step {
        body: CITY,
        framework: "la-2025",
        on: "2025-03-03",
        scores: &[3],
        adjusted: Some(2),
    };
    step.take_until(&mut open, |need| matches!(need, assessment::Need::Window { .. }));
    let public = Public::of(&open.events);
    assert_eq!(public.shown(), [Value::Null; 0]);
    assert_eq!(public, Public::of(&attempts::prepared().events));
}
