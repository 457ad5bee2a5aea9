//! What people may try, in any order: steps of an assessment among imports, reviews and the rest.

use super::*;
use after::{After, after};
use assessment::framework::Recipient;
use oracle::rating_of;
use proptest::prelude::*;
use std::sync::LazyLock;
use steps::{Step, content};

pub const BODIES: [&str; 3] = [COUNTY, CITY, SYSTEM];

/// Something that somebody tries; the rules may refuse it.
#[derive(Debug, Clone)]
pub enum Attempt {
    Import {
        body: usize,
        direct: bool,
        month: u8,
        day: Option<u8>,
        programme: &'static str,
        scores: Vec<u8>,
        stated: Option<&'static str>,
        partial: bool,
        replace: bool,
    },
    Review {
        body: usize,
        assessment: Option<(u16, char)>,
        statement: usize,
        score: u8,
        category: Option<u8>,
    },
    Open {
        body: usize,
        direct: bool,
    },
    /// The next step of an open assessment, or the first of one.
    Step {
        body: usize,
        direct: bool,
        scores: Vec<u8>,
        adjusted: Option<u8>,
    },
    Cancel {
        body: usize,
    },
    /// The next step of an update of what was published last.
    Update {
        body: usize,
        scores: Vec<u8>,
    },
    /// Something that comes after a publication.
    After(After),
    /// Something that moves no score.
    Aside {
        body: usize,
        what: u8,
    },
}

fn score() -> impl Strategy<Value = u8> {
    prop_oneof![4 => Just(2u8), 4 => Just(3u8), 1 => Just(1u8), 1 => Just(4u8)]
}

fn an_import() -> impl Strategy<Value = Attempt> {
    let day = proptest::option::of(1..=28u8);
    let programme = prop_oneof![3 => Just("formal"), 1 => Just("pilot")];
    let ratings = ["inadequate", "requires_improvement", "good", "outstanding"];
    let stated = proptest::option::weighted(0.1, proptest::sample::select(ratings.to_vec()));
    let scores = proptest::collection::vec(score(), 17);
    let rare = || proptest::bool::weighted(0.1);
    (0..3usize, any::<bool>(), 1..=3u8, day, programme, scores, stated, rare(), any::<bool>())
        .prop_map(|(body, direct, month, day, programme, scores, stated, partial, replace)| {
            Attempt::Import {
                body,
                direct,
                month,
                day,
                programme,
                scores,
                stated,
                partial,
                replace,
            }
        })
}

/// Reviews keep to a few statements, so that moves are taken back and made again.
fn a_review() -> impl Strategy<Value = Attempt> {
    let assessment =
        proptest::option::weighted(0.2, (2024..=2025u16, proptest::char::range('a', 'c')));
    let category = proptest::option::weighted(0.4, 0..6u8);
    (0..3usize, assessment, 0..3usize, score(), category).prop_map(
        |(body, assessment, statement, score, category)| Attempt::Review {
            body,
            assessment,
            statement,
            score,
            category,
        },
    )
}

fn a_step() -> impl Strategy<Value = Attempt> {
    let scores = proptest::collection::vec(score(), 1..8);
    let adjusted = proptest::option::of(score());
    (0..3usize, proptest::bool::weighted(0.2), scores, adjusted).prop_map(
        |(body, direct, scores, adjusted)| Attempt::Step { body, direct, scores, adjusted },
    )
}

pub fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let opened =
        (0..3usize, any::<bool>()).prop_map(|(body, direct)| Attempt::Open { body, direct });
    let cancelled = (0..3usize).prop_map(|body| Attempt::Cancel { body });
    let scores = proptest::collection::vec(score(), 1..8);
    let updated = (0..3usize, scores).prop_map(|(body, scores)| Attempt::Update { body, scores });
    let aside = (0..3usize, 0..7u8).prop_map(|(body, what)| Attempt::Aside { body, what });
    let any = prop_oneof![
        3 => an_import(), 12 => a_review(), 1 => opened,
        16 => a_step(), 12 => updated, 1 => cancelled, 4 => aside,
        6 => after::after_a_publication().prop_map(Attempt::After),
    ];
    proptest::collection::vec(any, 1..70)
}

fn framework_of(body: usize, direct: bool) -> &'static str {
    match (BODIES[body], direct) {
        (SYSTEM, _) => "ics-2023",
        (_, true) => "la-2025",
        (_, false) => "la-2023",
    }
}

/// Tries something. A refusal is an answer like any other: nothing happens. The turn dates it, so
/// that what comes later is dated later.
pub fn attempt(world: &mut World, attempt: &Attempt, turn: usize) {
    let on = day(turn);
    match attempt {
        Attempt::Step { body, direct, scores, adjusted } => {
            let (body, framework) = (BODIES[*body], framework_of(*body, *direct));
            Step { body, framework, on: &on, scores, adjusted: *adjusted }.take(world);
        }
        Attempt::Cancel { body } => {
            if let Some(id) = latest(world, BODIES[*body]) {
                let data = json!({"assessment": id, "cancelled_on": on, "reason": "postponed"});
                let _ = world.refusal(&command("cancel_assessment", data, json!({})));
            }
        }
        Attempt::Update { body, scores } => {
            if let Some(id) = last_published(world, BODIES[*body]) {
                let step =
                    Step { body: BODIES[*body], framework: "", on: &on, scores, adjusted: None };
                step.go_on(world, id);
            }
        }
        Attempt::After(what) => after(world, what, &on),
        Attempt::Aside { body, what } => aside(world, BODIES[*body], *what, &on),
        _ => {
            let _ = world.refusal(&of(attempt, &on));
        }
    }
}

/// A ledger in which every body and every framework is known, and nothing has happened yet.
pub fn prepared() -> World {
    static PREPARED: LazyLock<World> = LazyLock::new(|| {
        let ids = ["la-2023", "la-2025", "ics-2023"];
        World::after(ids.map(adopt).into_iter().chain(BODIES.map(register)))
    });
    PREPARED.clone()
}

fn adopt(id: &str) -> Command {
    let text = Framework::shipped_text(id.parse().expect("an id")).expect("shipped");
    let framework: Value = serde_json::from_str(text).expect("JSON");
    let data = json!({"adopted_on": "2023-12", "framework": framework});
    command("adopt_framework", data, json!({}))
}

fn register(code: &str) -> Command {
    let kind = if code == SYSTEM { "integrated_care_system" } else { "local_authority" };
    let data = json!({"code": code, "kind": kind, "name": format!("Body {code}")});
    command("register_organisation", data, json!({}))
}

fn day(turn: usize) -> String {
    format!("2025-{:02}-{:02}", 1 + turn / 28, 1 + turn % 28)
}

fn latest(world: &World, body: &str) -> Option<AssessmentId> {
    world.state.assessments_of(body.parse().expect("a code")).last().map(|(id, _)| id)
}

pub fn last_published(world: &World, body: &str) -> Option<AssessmentId> {
    world.state.last_published(body.parse().expect("a code"))
}

fn aside(world: &mut World, body: &str, what: u8, on: &str) {
    let Some(id) = latest(world, body) else { return };
    let recipients = &world.state.assessments[&id].windows;
    let recipient = recipients.keys().next().copied().unwrap_or(Recipient::LocalAuthority);
    let evidence = world.state.evidence_of(body.parse().expect("a code"));
    let evidence = evidence.last().map(|it| it.facts.evidence);
    let (kind, data) = match what {
        0 => ("amend_assessment", json!({"assessment": id, "site_visit_on": on})),
        1 => (
            "request_evidence",
            json!({
                "category": "outcomes", "due_on": "2025-12-01", "method": "data",
                "organisation": body, "requested_on": on, "what": content(1),
            }),
        ),
        2 if evidence.is_some() => (
            "withdraw_evidence",
            json!({
                "evidence": evidence, "reason": "duplicate", "withdrawn_on": on,
            }),
        ),
        3 if evidence.is_some() => (
            "erase_evidence",
            json!({
                "authority": "p-020", "erased_on": on, "evidence": evidence,
                "legal_basis": "court_order",
            }),
        ),
        4 => (
            "submit_comment",
            json!({
                "about": {"page": 1}, "assessment": id, "kind": "a", "received_on": on,
                "recipient": recipient, "text": content(2),
            }),
        ),
        5 => (
            "extend_draft",
            json!({
                "assessment": id, "due_on": "2025-12-12", "extended_on": on, "granted_by": "p-021",
                "reason": "exceptional", "recipient": recipient,
            }),
        ),
        _ => (
            "amend_organisation",
            json!({
                "code": body, "name": format!("Body of {on}"), "reason": "renamed",
            }),
        ),
    };
    let _ = world.refusal(&command(kind, data, json!({})));
}

/// The command of an attempt.
fn of(attempt: &Attempt, on: &str) -> Command {
    match attempt {
        Attempt::Import {
            body,
            direct,
            month,
            day,
            programme,
            scores,
            stated,
            partial,
            replace,
        } => {
            let count = if BODIES[*body] == SYSTEM { 17 } else { 9 };
            let computed = rating_of(&scores[..count]).to_lowercase().replace(' ', "_");
            let month = format!("2024-{month:02}");
            let mut members = json!({
                "date": day.map(|day| format!("{month}-{day:02}")),
                "framework": framework_of(*body, *direct), "month": month,
                "organisation": BODIES[*body], "programme": programme,
                "rating": stated.map_or(computed, str::to_owned), "scores": scores[..count],
            });
            if stated.is_some() {
                members["accept_disagreement"] = json!("as_published");
            }
            if *partial {
                (members["partial"], members["scores"]) = (json!(true), Value::Null);
            }
            if *replace {
                members["replace"] = json!("typing_error");
            }
            import(members)
        }
        Attempt::Review { body, assessment, statement, score, category } => {
            // Of one theme in both kinds of framework, as far as both have them.
            let statements =
                [HEALTHIER, "equity-in-experience-and-outcomes", "partnerships-and-communities"];
            let categories = [
                "people-experience",
                "staff-and-leader-feedback",
                "partner-feedback",
                "processes",
                "observation",
                "outcomes",
            ];
            review(json!({
                "assessment": assessment
                    .map(|(year, letter)| format!("{}-{year}-{letter}", BODIES[*body])),
                "category": category.map(|category| categories[usize::from(category)]),
                "organisation": BODIES[*body], "score": score, "statement": statements[*statement],
                "reviewed_on": on,
            }))
        }
        Attempt::Open { body, direct } => command(
            "open_assessment",
            json!({
                "framework": framework_of(*body, *direct), "kind": "baseline",
                "opened_on": "2025", "organisation": BODIES[*body],
            }),
            json!({}),
        ),
        Attempt::Step { .. }
        | Attempt::Update { .. }
        | Attempt::Cancel { .. }
        | Attempt::After(_)
        | Attempt::Aside { .. } => unreachable!("these are more than a command"),
    }
}
