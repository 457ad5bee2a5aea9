//! The way of one assessment from its opening to its publication, refusals on that way, and
//! examples of its commands and events.

use super::*;

/// An authority, its assessment here, and whoever scores it.
pub const TOWN: &str = "X99000007";
pub const ONE: &str = "X99000007-2026-a";
pub const SCORER: &str = "p-002";
/// A framework that scores evidence categories and is still in force.
pub const METHOD_A: &str = "la-example";

/// The file of a framework: a shipped one, or [`METHOD_A`].
pub fn file(framework_id: &str) -> Value {
    if framework_id != METHOD_A {
        return framework(framework_id);
    }
    let mut example = framework("la-2023");
    example["id"] = json!(METHOD_A);
    example.as_object_mut().expect("an object").remove("valid_to");
    example
}

/// The passages of a report on a local authority, by section, theme and statement.
pub fn passages(framework_id: &str) -> Vec<Value> {
    let known = file(framework_id);
    let mut all: Vec<Value> =
        ["summary", "peoples_experiences", "strengths", "improvements", "direction_of_travel"]
            .map(|section| json!({"section": section}))
            .into();
    let themes = known["scoring"]["themes"].as_array().expect("themes");
    all.extend(themes.iter().map(|it| json!({"section": "theme_findings", "theme": it["id"]})));
    let statements = cells(framework_id).into_iter().map(|(statement, _)| statement);
    let mut statements: Vec<String> = statements.collect();
    statements.dedup();
    all.extend(
        statements.iter().map(|it| json!({"section": "statement_findings", "statement": it})),
    );
    all
}

/// What a framework wants scored: statements, with the category under method A.
pub fn cells(framework_id: &str) -> Vec<(String, Option<String>)> {
    let known = file(framework_id);
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let mut all = Vec::new();
    for theme in known["scoring"]["themes"].as_array().expect("themes") {
        for statement in theme["statements"].as_array().expect("statements") {
            let required = statement["required_categories"]["value"].as_array().expect("a list");
            let id = text(&statement["id"]);
            match known["scoring"]["method"]["value"] == "category" {
                true => all.extend(required.iter().map(|it| (id.clone(), Some(text(it))))),
                false => all.push((id, None)),
            }
        }
    }
    all
}

/// An assessment of [`TOWN`] with a piece of evidence in each category.
pub fn begun(framework_id: &str) -> Vec<Command> {
    let known = file(framework_id);
    let categories = known["scoring"]["categories"].as_array().expect("categories").clone();
    let begin = json!({
        "framework": framework_id, "opened_on": "2026-02-02", "organisation": TOWN,
    });
    let mut commands = vec![adopt(known), authority(TOWN), open(begin)];
    let mut used = Vec::new();
    for (number, category) in (1..).zip(&categories) {
        let data = json!({
            "category": category["id"], "collected_on": "2026-01", "content": content(number),
            "method": "documents", "organisations": [TOWN], "origin": "held",
            "received_on": "2026-02-10", "setting": "off_site", "source": "assessed_body",
        });
        commands.push(command("submit_evidence", data, json!({})));
        used.push(format!("{TOWN}-e{number}"));
    }
    let data = json!({"assessment": ONE, "evidence": used, "used_on": "2026-02-16"});
    commands.push(command("use_evidence", data, json!({})));
    commands
}

/// A score of 3 for a cell of [`cells`], resting on the evidence of its category.
pub fn score((statement, category): &(String, Option<String>), further: Value) -> Command {
    let order = ["people-experience", "staff-and-leader-feedback", "partner-feedback", "processes"];
    let at = category.as_ref().and_then(|it| order.iter().position(|known| known == it));
    let mut data = json!({
        "assessment": ONE, "by": SCORER, "evidence": [format!("{TOWN}-e{}", at.unwrap_or(0) + 1)],
        "organisation": TOWN, "reason": "assessment", "reviewed_on": "2026-03-02", "score": 3,
        "statement": statement,
    });
    if let Some(category) = category {
        data["category"] = json!(category);
    }
    command("review_score", data, further)
}

/// The first statement under method B, scored otherwise or by somebody else.
pub fn rescore(further: Value) -> Command {
    score(&("assessing-needs".to_owned(), None), further)
}

pub fn convene(further: Value) -> Command {
    let data = json!({
        "assessments": [ONE], "convened_on": "2026-03-09",
        "members": [
            {"person": "p-101", "side": "internal"}, {"person": "p-102", "side": "external"},
            {"person": "p-103", "side": "internal"}, {"person": "p-104", "side": "external"},
        ],
    });
    command("convene_panel", data, further)
}

pub fn decide_panel(further: Value) -> Command {
    let data = json!({"assessment": ONE, "decided_on": "2026-03-16", "panel": "2026-a"});
    command("decide_panel", data, further)
}

pub fn confirm_panel(further: Value) -> Command {
    let data = json!({"assessment": ONE, "confirmed_on": "2026-04-28", "panel": "2026-a"});
    command("confirm_panel", data, further)
}

pub fn write(further: Value) -> Command {
    let data = json!({"assessment": ONE, "content": content(100), "written_on": "2026-03-20"});
    command("write_draft", data, further)
}

/// The draft, emailed on a Tuesday; ten working days later it is the 21st of April.
pub fn share(further: Value) -> Command {
    let data = json!({"assessment": ONE, "shared_on": "2026-04-07"});
    command("share_draft", data, further)
}

pub fn extend(further: Value) -> Command {
    let data = json!({
        "assessment": ONE, "due_on": "2026-04-28", "extended_on": "2026-04-20",
        "granted_by": "p-105", "reason": "exceptional", "recipient": "local_authority",
    });
    command("extend_draft", data, further)
}

pub fn confirm_draft(further: Value) -> Command {
    let data = json!({
        "assessment": ONE, "confirmed_on": "2026-04-15", "recipient": "local_authority",
    });
    command("confirm_draft", data, further)
}

/// A comment in time; by default on a slip of the pen.
pub fn comment(further: Value) -> Command {
    let data = json!({
        "about": {"statement": "assessing-needs"}, "assessment": ONE, "kind": "a",
        "received_on": "2026-04-14", "recipient": "local_authority", "text": content(120),
    });
    command("submit_comment", data, further)
}

pub fn resolve(further: Value) -> Command {
    let data = json!({
        "comment": format!("{ONE}-c1"), "outcome": "accepted", "reason": "draft_wrong",
        "resolved_on": "2026-04-22", "text": content(121),
    });
    command("resolve_comment", data, further)
}

pub fn publish(further: Value) -> Command {
    let data = json!({"assessment": ONE, "published_on": "2026-05-12"});
    command("make_publication", data, further)
}

pub fn cancel() -> Command {
    let data = json!({"assessment": ONE, "cancelled_on": "2026-05-11", "reason": "postponed"});
    command("cancel_assessment", data, json!({}))
}

pub fn add_calendar(further: Value) -> Command {
    let data = json!({
        "days": ["2028-04-14", "2028-01-03"], "source": "https://www.gov.uk/bank-holidays",
        "year": 2028,
    });
    command("add_calendar", data, further)
}

/// A revision of a framework's process part; each change is a pointer into it and a value.
pub fn revise(framework_id: &str, changes: &[(&str, Value)], further: Value) -> Command {
    let mut process = file(framework_id)["process"].clone();
    for (pointer, value) in changes {
        *process.pointer_mut(pointer).expect("a member of the process") = value.clone();
    }
    let data = json!({
        "framework": framework_id, "from": "2026-03-01", "process": process,
        "reason": "guidance_changed", "revised_on": "2026-02-20",
    });
    command("revise_process", data, further)
}

/// Without panel and accuracy check.
pub const NO_PANEL: (&str, Value) = ("/panel/first_publication/value", Value::Bool(false));
pub const NO_CHECK: (&str, Value) = ("/accuracy_check/first_publication/value", Value::Bool(false));

/// With every cell scored.
pub fn with_scores(given: Given, cells: &[(String, Option<String>)]) -> Given {
    cells.iter().fold(given, |given, cell| given.and(score(cell, json!({}))))
}

pub fn scored() -> Given {
    with_scores(given(begun("la-2025")), &cells("la-2025"))
}

pub fn calibrated() -> Given {
    scored().and(convene(json!({}))).and(decide_panel(json!({})))
}

/// Every passage written.
pub fn with_drafts(given: Given) -> Given {
    passages("la-2025").into_iter().fold(given, |given, passage| given.and(write(passage)))
}

pub fn shared() -> Given {
    with_drafts(calibrated()).and(share(json!({})))
}

fn of_processes_and_calendar() -> Vec<When> {
    let known = given([adopt(framework("la-2025"))]);
    let nobody = ("/recipients/value", json!([]));
    let check_never = ("/accuracy_check/update/value", json!(false));
    let unchecked = [NO_CHECK, check_never, nobody.clone()];
    let slow = ("/accuracy_working_days/value", json!(450));
    let ready = with_drafts(calibrated());
    vec![
        known.when(revise("la-2025", &[nobody], json!({}))),
        ready.clone().and(revise("la-2025", &unchecked, json!({}))).when(share(json!({}))),
        ready.clone().and(revise("la-2025", &[slow], json!({}))).when(share(json!({}))),
        ready.when(share(json!({"shared_on": "2026-04"}))),
        given([]).when(add_calendar(json!({"days": []}))),
        given([]).when(add_calendar(json!({"days": ["2027-12-31"]}))),
    ]
}

fn of_panels() -> Vec<When> {
    let known = scored();
    let convened = known.clone().and(convene(json!({})));
    let internal = json!([{"person": "p-101", "side": "internal"}]);
    let twice = json!([
        {"person": "p-101", "side": "internal"}, {"person": "p-101", "side": "external"},
    ]);
    let scorer = json!([
        {"person": SCORER, "side": "internal"}, {"person": "p-102", "side": "external"},
    ]);
    let unscored = given(begun("la-2025")).and(convene(json!({})));
    let elsewhere = json!({"framework": "la-2025", "opened_on": "2026-02-01"});
    let elsewhere = convened.clone().and(authority(COUNTY)).and(open(elsewhere));
    let nothing = json!({
        "reason": "evidence", "score": 2, "statement": "learning-culture", "text": content(1),
    });
    vec![
        known.clone().when(convene(json!({"assessments": []}))),
        known.clone().when(convene(json!({"members": internal}))),
        known.clone().when(convene(json!({"members": twice}))),
        convened.clone().when(decide_panel(json!({"panel": "2026-b"}))),
        elsewhere.when(decide_panel(json!({"assessment": "X99000001-2026-a"}))),
        convened.clone().when(decide_panel(json!({"members": ["p-105"]}))),
        known
            .and(convene(json!({"members": scorer})))
            .when(decide_panel(json!({"members": [SCORER]}))),
        convened.clone().when(decide_panel(json!({"adjustments": [nothing]}))),
        unscored.when(decide_panel(json!({}))),
        calibrated().when(decide_panel(json!({}))),
        convened.when(confirm_panel(json!({}))),
        calibrated().when(confirm_panel(json!({}))),
    ]
}

fn of_drafts() -> Vec<When> {
    let known = calibrated();
    let image = json!({
        "commitment": "00".repeat(32), "length": 1, "media_type": "image/png",
        "sealed": "11".repeat(32),
    });
    let changed = json!({"reviewed_on": "2026-03-18", "score": 2});
    vec![
        known.clone().when(write(json!({"section": "progress"}))),
        known.clone().when(write(json!({"section": "summary", "content": image}))),
        known.clone().when(write(json!({"section": "summary", "content": empty()}))),
        known.clone().and(write(json!({"section": "summary"}))).when(share(json!({}))),
        with_drafts(known.clone()).when(share(json!({"recipients": ["integrated_care_board"]}))),
        with_drafts(scored()).when(share(json!({}))),
        with_drafts(known.clone()).and(rescore(changed)).when(share(json!({}))),
        given(begun("la-2025")).when(share(json!({}))),
        known.when(confirm_draft(json!({}))),
        shared().when(extend(json!({"due_on": "2026-04-21"}))),
    ]
}

fn of_comments() -> Vec<When> {
    let known = shared();
    let declined = known.clone().and(comment(json!({}))).and(resolve(json!({
        "outcome": "not_accepted", "reason": "out_of_scope",
    })));
    let following = json!({"comment": format!("{ONE}-c1"), "reviewed_on": "2026-04-23"});
    let late = json!({"received_on": "2026-04-22"});
    vec![
        known.clone().when(comment(json!({"about": {"theme": "quality-and-safety"}}))),
        known.clone().when(comment(json!({"about": {"page": 0}}))),
        known.clone().when(resolve(json!({}))),
        declined.clone().when(resolve(json!({}))),
        known.clone().and(comment(json!({"kind": "b"}))).when(resolve(json!({}))),
        known.clone().and(comment(late)).when(resolve(json!({}))),
        known.clone().and(comment(json!({}))).when(resolve(json!({"by": SCORER}))),
        declined.clone().when(rescore(following)),
        declined.when(rescore(json!({"by": "p-001", "reviewed_on": "2026-04-23"}))),
        known.clone().when(rescore(json!({"by": "p-101", "reviewed_on": "2026-04-23"}))),
        with_drafts(calibrated())
            .and(share(json!({"shared_on": "2026-05-06"})))
            .when(publish(json!({}))),
        known.and(comment(json!({}))).when(publish(json!({}))),
    ]
}

/// A case of every refusal of a step.
pub fn cases() -> Vec<When> {
    let all = [of_processes_and_calendar(), of_panels(), of_drafts(), of_comments()];
    all.into_iter().flatten().collect()
}

/// A command of every kind of step, each in the state that those before it made.
pub fn commands() -> Vec<Command> {
    let all = cells(METHOD_A);
    let adjustment = json!({
        "category": "processes", "reason": "consistency", "score": 2,
        "statement": "assessing-needs", "text": content(130),
    });
    let inaccurate = json!({
        "about": {"theme": "leadership"}, "evidence": [format!("{TOWN}-e2")], "kind": "b",
    });
    let late = json!({
        "about": {"page": 7}, "kind": "b", "received_on": "2026-05-01", "text": content(122),
    });
    let accepted = json!({
        "by": "p-106", "outcome": "partly", "reason": "evidence_supports",
        "resolved_on": "2026-04-24",
    });
    let declined = json!({
        "by": "p-106", "comment": format!("{ONE}-c2"), "outcome": "not_accepted",
        "reason": "unsupported", "resolved_on": "2026-05-05",
    });
    let following = json!({
        "comment": format!("{ONE}-c1"), "reviewed_on": "2026-04-27", "score": 4,
        "text": content(131),
    });
    let everybody = json!({"members": ["p-101", "p-102"]});
    let mut commands = begun(METHOD_A);
    commands.push(add_calendar(json!({})));
    commands.push(revise(METHOD_A, &[NO_PANEL], json!({"text": content(132)})));
    commands.extend(all.iter().map(|cell| score(cell, json!({}))));
    commands.push(convene(json!({})));
    commands.push(decide_panel(json!({
        "adjustments": [adjustment], "members": ["p-102", "p-103"],
    })));
    commands.extend(passages(METHOD_A).into_iter().map(write));
    commands.extend([
        share(json!({"recipients": ["local_authority"]})),
        comment(inaccurate),
        extend(json!({"text": content(133)})),
        confirm_draft(json!({"confirmed_on": "2026-04-25"})),
        comment(late),
        resolve(accepted),
        resolve(declined),
        score(&all[0], following),
        confirm_panel(everybody),
        publish(json!({"by": "p-107"})),
    ]);
    commands
}

/// Events of the steps that no command of [`commands`] brings about.
pub fn events() -> Vec<Event> {
    let of_a_system = json!({
        "assessed_on": "2026-03", "assessment": "X99000003-2026-a", "by": "p-107",
        "framework": "ics-2023", "kind": "pilot", "overall": {"rating": "good", "score": 64},
        "passages": [
            {"passage": {"section": "summary"}, "version": 2},
            {"passage": {"section": "theme_findings", "theme": "leadership"}, "version": 1},
        ],
        "publication": "X99000003-2026-a-p1", "published_on": "2026-05-12",
        "rated_on": "2026-03-16", "released": "9a".repeat(32),
        "scores": [{"score": 2, "statement": "learning-culture"}],
        "themes": [{"rating": "outstanding", "score": 88, "theme": "quality-and-safety"}],
    });
    vec![event("publication_made", of_a_system)]
}
