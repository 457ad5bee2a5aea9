//! The duty of section 50 over random histories: of an import or from the opening on, with a panel
//! or without, of a pilot or a system. The fear: two ways to a 1 that each raise the duty, and
//! together lose or invent one.

use super::section_50::{TO_CHIEF, TO_STATE, duty, notify};
use super::step_cases::*;
use super::*;
use assessment::event::Letter;
use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::collections::BTreeSet;

/// How an assessment is made in a random history.
#[derive(Debug, Clone, Copy)]
struct Way {
    is_system: bool,
    by_category: bool,
    panel: bool,
    panel_for_updates: bool,
    is_pilot: bool,
    is_imported: bool,
}

/// A quality statement, or one category of it.
type Scored = (String, Option<String>);

/// What somebody tries, with which numbers.
#[derive(Debug, Clone)]
enum Try {
    ScoreAll(Vec<u8>),
    Review { cell: usize, whole: bool, score: u8, days_ago: u8 },
    Panel(Vec<(usize, u8)>),
    Confirm,
    Publish,
    Notify { letter: Letter, days_ago: u8 },
}

fn any_way() -> impl Strategy<Value = Way> {
    let is = any::<bool>;
    let seldom = || prop::bool::weighted(0.15);
    (seldom(), is(), is(), is(), seldom(), is()).prop_map(
        |(is_system, by_category, panel, panel_for_updates, is_pilot, is_imported)| Way {
            is_system,
            by_category: by_category && !is_system,
            panel,
            panel_for_updates,
            is_pilot,
            is_imported,
        },
    )
}

fn any_try() -> impl Strategy<Value = Try> {
    let low = || prop_oneof![3 => Just(1u8), 2 => 2..=4u8];
    let letter =
        prop_oneof![Just(Letter::SecretaryOfState), Just(Letter::ChiefExecutiveAndDirector)];
    prop_oneof![
        3 => prop::collection::vec(low(), 9).prop_map(Try::ScoreAll),
        8 => (0..68usize, any::<bool>(), low(), 0..4u8).prop_map(|(cell, whole, score, days_ago)| {
            Try::Review { cell, whole, score, days_ago }
        }),
        2 => prop::collection::vec((0..68usize, low()), 0..3).prop_map(Try::Panel),
        2 => Just(Try::Confirm),
        3 => Just(Try::Publish),
        3 => (letter, 0..3u8).prop_map(|(letter, days_ago)| Try::Notify { letter, days_ago }),
    ]
}

impl Way {
    /// A framework with no other step than a panel, and with that only where this way has one.
    fn file(self) -> Value {
        let mut file = file(match (self.is_system, self.by_category) {
            (true, _) => "ics-2023",
            (false, true) => METHOD_A,
            (false, false) => "la-2025",
        });
        file["id"] = json!("example");
        let method = if self.by_category { "category" } else { "statement" };
        file["scoring"]["method"]["value"] = json!(method);
        file["scoring"]["rating_changes"]["value"] = json!("at_any_review");
        file["process"]["report_sections"]["value"] = json!(["summary"]);
        for step in ["first_publication", "update"] {
            file["process"]["accuracy_check"][step]["value"] = json!(false);
        }
        file["process"]["panel"]["first_publication"]["value"] = json!(self.panel);
        file["process"]["panel"]["update"]["value"] = json!(self.panel_for_updates);
        file
    }

    fn cells(self) -> Vec<Scored> {
        let file = self.file();
        let mut all = Vec::new();
        for theme in file["scoring"]["themes"].as_array().expect("themes") {
            for statement in theme["statements"].as_array().expect("statements") {
                let id = statement["id"].as_str().expect("an id").to_owned();
                let required = statement["required_categories"]["value"].as_array();
                match self.by_category {
                    true => all.extend(
                        required
                            .expect("a list")
                            .iter()
                            .map(|category| (id.clone(), category.as_str().map(str::to_owned))),
                    ),
                    false => all.push((id, None)),
                }
            }
        }
        all
    }

    fn beginning(self) -> Vec<Command> {
        let kind = if self.is_system { "integrated_care_system" } else { "local_authority" };
        let mut all = vec![adopt(self.file()), register(TOWN, kind)];
        let count = if self.is_system { 17 } else { 9 };
        if self.is_imported {
            let programme = if self.is_pilot { "pilot" } else { "formal" };
            all.push(import(json!({
                "accept_disagreement": "as_published", "date": "2026-01-05", "month": "2026-01",
                "framework": "example", "organisation": TOWN, "programme": programme,
                "scores": (0..count).map(|it| 1 + it % 3).collect::<Vec<u8>>(),
            })));
            return all;
        }
        let kind = if self.is_pilot { "pilot" } else { "comprehensive" };
        all.push(open(json!({
            "framework": "example", "kind": kind, "opened_on": "2026-01-05", "organisation": TOWN,
        })));
        let file = self.file();
        for (number, category) in (1..).zip(file["scoring"]["categories"].as_array().expect("some"))
        {
            all.push(submit(json!({
                "category": category["id"], "content": content(number), "organisations": [TOWN],
            })));
            let evidence = json!([format!("{TOWN}-e{number}")]);
            all.push(take(json!({
                "assessment": ONE, "evidence": evidence, "used_on": "2026-01-05",
            })));
        }
        all.push(write(json!({"section": "summary", "written_on": "2026-01-05"})));
        all
    }

    /// The commands of a try, on a day; some of them may be refused.
    fn commands(self, trial: &Try, day: NaiveDate) -> Vec<Command> {
        let cells = self.cells();
        let cell = |at: usize| &cells[at % cells.len()];
        let ago = |days: u8| (day - Days::new(u64::from(days))).to_string();
        let on = ago(0);
        match trial {
            Try::ScoreAll(scores) => (0..cells.len())
                .map(|at| self.review(cell(at), scores[at % scores.len()], &on))
                .collect(),
            Try::Review { cell: at, whole, score, days_ago } => {
                let (statement, category) = cell(*at).clone();
                let scored = (statement, category.filter(|_| !whole));
                vec![self.review(&scored, *score, &ago(*days_ago))]
            }
            Try::Panel(adjusted) => {
                let adjusted: BTreeMap<_, u8> =
                    adjusted.iter().map(|(at, score)| (cell(*at), *score)).collect();
                let adjustments: Vec<Value> =
                    adjusted.into_iter().map(|(cell, score)| adjustment(cell, score)).collect();
                let decision = json!({"adjustments": adjustments, "decided_on": on});
                vec![convene(json!({"convened_on": on})), decide_panel(decision)]
            }
            Try::Confirm => vec![confirm_panel(json!({"confirmed_on": on}))],
            Try::Publish => vec![publish(json!({"published_on": on}))],
            Try::Notify { letter, days_ago } => {
                let digest = format!("{:064x}", day.num_days_from_ce());
                vec![notify(json!({
                    "assessment": ONE, "digest": digest, "letter": letter,
                    "sent_on": ago(*days_ago),
                }))]
            }
        }
    }

    fn review(self, (statement, category): &Scored, score: u8, on: &str) -> Command {
        let number = category.as_ref().map_or(1, |category| self.number(category));
        let evidence = if self.is_imported { vec![] } else { vec![format!("{TOWN}-e{number}")] };
        let data = json!({
            "assessment": ONE, "by": SCORER, "correction": true, "evidence": evidence,
            "organisation": TOWN, "reason": "assessment", "reviewed_on": on, "score": score,
            "statement": statement,
        });
        let further = category.as_ref().map_or(json!({}), |it| json!({"category": it}));
        command("review_score", data, further)
    }

    fn number(self, category: &str) -> usize {
        let file = self.file();
        let all = file["scoring"]["categories"].as_array().expect("categories").clone();
        1 + all.iter().position(|known| known["id"] == category).expect("a known one")
    }
}

fn adjustment((statement, category): &Scored, score: u8) -> Value {
    let mut data = json!({
        "reason": "evidence", "score": score, "statement": statement, "text": content(score),
    });
    if let Some(category) = category {
        data["category"] = json!(category);
    }
    data
}

/// Which 1s were decided, when, and which letters named them: worked out from the records alone.
#[derive(Debug, Default)]
struct Plain {
    is_published: bool,
    scores: BTreeMap<(String, String), u64>,
    ones: BTreeMap<String, String>,
    letters: BTreeMap<String, BTreeSet<String>>,
}

impl Plain {
    fn see(&mut self, way: Way, kind: &str, data: &Value) {
        let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
        match kind {
            "publication_imported" => self.is_published = true,
            "score_reviewed" => {
                self.take(data);
                if self.is_published {
                    self.decide(way, data, &text("reviewed_on"));
                }
            }
            "panel_decided" | "panel_confirmed" => {
                let on = text(if kind == "panel_decided" { "decided_on" } else { "confirmed_on" });
                let scores = data["scores"].as_array().expect("scores");
                scores.iter().for_each(|score| self.take(score));
                scores.iter().for_each(|score| self.decide(way, score, &on));
            }
            "publication_made" => {
                let scores = data["scores"].as_array().expect("scores");
                if !self.is_published && !way.panel {
                    for cell in scores.iter().filter(|cell| cell["score"] == 1) {
                        self.raise(way, cell, &text("published_on"));
                    }
                }
                self.is_published = true;
            }
            "section_50_notified" => {
                let named = data["statements"].as_array().expect("statements").iter();
                let named = named.filter_map(|it| it.as_str().map(str::to_owned));
                self.letters.entry(text("letter")).or_default().extend(named);
            }
            _ => {}
        }
    }

    fn take(&mut self, cell: &Value) {
        let of = |name: &str| cell.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let score = cell["score"].as_u64().expect("a score");
        self.scores.insert((of("statement"), of("category")), score);
    }

    /// A statement is a 1 if it was given one, or if its four categories have at most 6 of 16
    /// marks: 37.5 %, which makes 38; seven marks are 43.75 %.
    fn decide(&mut self, way: Way, cell: &Value, on: &str) {
        let statement = cell["statement"].as_str().expect("a statement");
        let is_one = if cell.get("category").is_none() {
            cell["score"] == 1
        } else {
            let categories = self
                .scores
                .iter()
                .filter(|((of, category), _)| of == statement && !category.is_empty());
            let scores: Vec<u64> = categories.map(|(_, score)| *score).collect();
            scores.len() == 4 && scores.iter().sum::<u64>() <= 6
        };
        if is_one {
            self.raise(way, cell, on);
        }
    }

    fn raise(&mut self, way: Way, cell: &Value, on: &str) {
        let statement = cell["statement"].as_str().expect("a statement").to_owned();
        let of_leadership =
            ["governance-management-and-sustainability", "learning-improvement-and-innovation"];
        if way.is_system || way.is_pilot || of_leadership.contains(&statement.as_str()) {
            return;
        }
        let first = self.ones.entry(statement).or_insert_with(|| on.to_owned());
        if on < first.as_str() {
            *first = on.to_owned();
        }
    }

    fn owed(&self) -> BTreeMap<String, String> {
        let since = |letter: &str| {
            let told = self.letters.get(letter);
            let untold =
                self.ones.iter().filter(|(it, _)| !told.is_some_and(|all| all.contains(*it)));
            Some((letter.to_owned(), untold.map(|(_, on)| on.clone()).min()?))
        };
        [TO_STATE, TO_CHIEF].into_iter().filter_map(since).collect()
    }
}

/// One random history; what it came to: duties, letters, and publications here.
fn live(way: Way, tries: &[Try]) -> Result<[u32; 3], TestCaseError> {
    let mut known = given(way.beginning());
    let mut plain = Plain::default();
    known.events.iter().for_each(|event| plain.see(way, event.kind(), &event.encode()));
    let mut day: NaiveDate = "2026-01-12".parse().expect("a day");
    let mut reached = [0; 3];
    for trial in tries {
        day = day + Days::new(2);
        for command in way.commands(trial, day) {
            let Ok(events) = decide(&known.state, &command, &context()) else { continue };
            for event in events {
                let before = duty(&known, ONE).statements;
                plain.see(way, event.kind(), &event.encode());
                known = known.and_then(event);
                let now = duty(&known, ONE);
                prop_assert!(before.keys().all(|it| now.statements.contains_key(it)));
                let ones = now.statements.iter().map(|(it, on)| (it.to_string(), on.to_string()));
                prop_assert_eq!(ones.collect::<BTreeMap<_, _>>(), plain.ones.clone());
                let owed = now.owed().into_iter();
                let owed = owed.map(|(letter, on)| (letter.to_string(), on.to_string()));
                prop_assert_eq!(owed.collect::<BTreeMap<_, _>>(), plain.owed());
            }
        }
    }
    let assessment = &known.state.assessments[&ONE.parse().expect("an id")];
    reached[0] = u32::from(!plain.ones.is_empty());
    reached[1] = u32::try_from(assessment.duty.letters.len()).expect("few");
    reached[2] = u32::try_from(assessment.publications.len()).expect("few");
    Ok(reached)
}

#[test]
fn every_duty_stands_until_it_is_notified() {
    let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
    let all: [Cell<u32>; 3] = Default::default();
    let histories = (any_way(), prop::collection::vec(any_try(), 1..24));
    let outcome = TestRunner::new(config).run(&histories, |(way, tries)| {
        for (all, of_one) in all.iter().zip(live(way, &tries)?) {
            all.set(all.get() + of_one);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    // Histories in which nothing is reached show nothing.
    assert!(all[0].get() >= 20 && all[1].get() >= 20 && all[2].get() >= 5, "{all:?}");
}
