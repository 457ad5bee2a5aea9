//! Guards how an assessment is opened, planned, cancelled and listed, and that what is missing for
//! a publication is told statement by statement.

use serde_json::{Value, json};

use crate::site::{Site, check};
use crate::story::{AUTHORITY, NEIGHBOUR, SYSTEM, Story, command};

const OPEN: &str = "assessment open Millbrook --framework la-2025 --kind baseline";

/// A ledger that knows Millbrook and the framework, and no assessment.
fn site() -> Site {
    let site = Site::begun();
    site.import(&AUTHORITY.begin()[..2]);
    site
}

/// Whoever opens twice would spread the evidence and the scores of one assessment over two.
#[test]
fn a_body_has_one_open_assessment_under_a_framework() {
    let site = site();
    let text = site.transcript(&[
        &format!(
            "{OPEN} --date 2025-09-01 --notice 2025-09-01 --information-return 2025-09-19 \
             --site-visit 2025-10-13 --team p-021:assessor --team p-022:specialist_advisor"
        ),
        &format!("{OPEN} --date 2025-09-02"),
        "assessment open Millbrook --framework ics-2023 --kind baseline --date 2025-09-02",
        "framework adopt ics-2023 --date 2025-01-01",
        "assessment open Millbrook --framework ics-2023 --kind baseline --date 2025-09-02",
        "assessment open Nowhere --framework la-2025 --kind baseline",
        "assessment open Millbrook --framework la-2025 --kind yearly",
        "assessment open Millbrook --framework la-2025 --kind baseline --team p-021",
        "assessment open Millbrook --framework la-2025 --kind baseline --team p-021:chair",
        "assessment open Millbrook --framework la-2025 --kind baseline --notice soon",
        "assessment list",
        "assessment show X99000011-2025-a",
    ]);
    check("assessments_open", &text);
}

/// A plan that is said again in part must not lose what was not said.
#[test]
fn an_amendment_changes_what_it_names_and_nothing_else() {
    let site = site();
    site.ok(&format!("{OPEN} --date 2025-09-01 --notice 2025-09-01 --team p-021:assessor"));
    let text = site.transcript(&[
        "assessment amend Millbrook --site-visit 2025-10-13",
        "assessment amend X99000011-2025-a --team p-021:assessor --team p-022:assessor",
        "assessment amend Millbrook --team p-021:assessor --team p-021:specialist_advisor",
        "assessment amend Millbrook --notice 2025-08-25 --information-return 2025-09",
        "assessment amend Millbrook --site-visit 2025-10-13",
        "assessment amend Millbrook",
        "assessment amend Millbrook --site-visit 2025-08-01",
        "assessment amend X99000011-2025-b --site-visit 2025-10-14",
        "assessment amend Nowhere --site-visit 2025-10-14",
        "assessment list Millbrook --format csv",
    ]);
    check("assessments_amend", &text);
}

/// What was gathered for a cancelled assessment would have to be gathered again.
#[test]
fn a_cancelled_assessment_leaves_its_evidence_with_the_body() {
    let site = site();
    site.import(&[AUTHORITY.begin()[2..].to_vec(), AUTHORITY.evidence()].concat());
    let cancel = "assessment cancel X99000011-2025-a --reason postponed";
    let text = site.transcript(&[
        &format!("{cancel} --text 'Two inquiries at once.' --date 2025-08-31"),
        &format!("{cancel} --text 'Two inquiries at once.' --date 2025-10-01"),
        &cancel.replace("postponed", "rained"),
        &cancel.replace("postponed", "body_changed"),
        "assessment amend X99000011-2025-a --site-visit 2025-10-13",
        "assessment cancel Millbrook --reason postponed",
        "evidence use X99000011-2025-a X99000011-e1",
        "assessment readiness X99000011-2025-a",
        "assessment show X99000011-2025-a",
        "evidence list Millbrook",
        &format!("{OPEN} --date 2025-11-03"),
        "evidence use Millbrook X99000011-e1 --date 2025-11-03",
        "assessment list",
    ]);
    check("assessments_cancel", &text);
}

/// How far each of several assessments is, seen from the list.
#[test]
fn every_state_of_an_assessment_can_be_seen() {
    let site = Site::begun();
    let story = |code, name, panel| Story { code, name, panel, ..AUTHORITY };
    let cut = |lines: Vec<Value>| lines[1..].to_vec();
    site.import(&AUTHORITY.begin()[..1]);
    site.import(&cut(AUTHORITY.published()));
    let other = story("X99000021", "Oakley", "2025-b");
    site.import(&[cut(other.begin()), other.evidence(), other.scores(), other.panel()].concat());
    let other = story("X99000022", "Ashford Test", "2025-c");
    site.import(&cut(other.unpublished()));
    let other = story("X99000023", "Elmwood", "");
    site.import(&cut(other.begin()));
    site.ok("assessment cancel Elmwood --reason opened_in_error --date 2025-09-02");
    site.publish(&crate::site::row("X99000011", "Millbrook", "Good", "3,3,3,3,3,3,3,3,3"));
    let text = site.transcript(&[
        "assessment list",
        "assessment list --format csv",
        "assessment list Oakley --as-of 2020-01-01",
        "assessment list --audience public",
        "assessment show X99000011-2025-a",
        "assessment show X99000011-2025-a --audience public",
        "assessment show X99000021-2025-a",
        "assessment show X99000022-2025-a",
        "assessment show X99000022-2025-a --audience public",
        "assessment show X99000099-2025-a",
        "assessment show X99000022",
        "assessment list Nowhere",
    ]);
    check("assessments_states", &text);
}

/// Scores of statements: a 1 is warned of where the duty applies, and nowhere else.
#[test]
fn readiness_tells_what_is_missing_under_a_framework_that_scores_statements() {
    let site = site();
    site.import(&[AUTHORITY.begin()[2..].to_vec(), AUTHORITY.evidence()].concat());
    let ready = "assessment readiness Millbrook";
    let empty = site.transcript(&[ready]);
    let review = |statement: &str, more: &str| {
        site.ok(&format!(
            "score review Millbrook --assessment X99000011-2025-a --statement {statement} \
             --score 1 --reason assessment --date 2025-10-01 --by p-021 {more}"
        ));
    };
    review("safeguarding", "");
    review("assessing-needs", "--evidence X99000011-e2");
    review("learning-improvement-and-innovation", "--evidence X99000011-e1");
    let ones = site.transcript(&[ready, &format!("{ready} --format csv")]);
    site.ok("evidence withdraw X99000011-e2 --reason inaccurate --date 2025-10-02");
    let withdrawn = site.transcript(&[ready]);
    let others = site.transcript(&[
        "assessment readiness Millbrook --audience public",
        "assessment readiness Millbrook --audience body=X99000011",
        "assessment readiness X99000011-2025-z",
        "assessment readiness Nowhere",
    ]);
    check("assessments_readiness", &[empty, ones, withdrawn, others].concat());
}

/// A pilot's ratings are indicative, and no duty follows from them.
#[test]
fn a_pilot_is_warned_of_no_notification() {
    let warned = |kind: &str| {
        let site = site();
        site.ok(&format!("{OPEN} --date 2025-09-01").replace("baseline", kind));
        site.ok("score review Millbrook --assessment X99000011-2025-a --statement safeguarding \
             --score 1 --reason assessment --date 2025-10-01");
        let rows = site.rows("assessment readiness Millbrook");
        rows.iter().filter(|row| row["state"] == "warning").count()
    };
    assert_eq!(warned("pilot"), 0);
    for kind in ["baseline", "comprehensive", "focused"] {
        assert_eq!(warned(kind), 1, "{kind}");
    }
}

/// Six scores for each of seventeen statements; and who of the area is assessed, as a warning.
#[test]
fn readiness_of_a_system_counts_categories_and_tells_of_its_authorities() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.import(&NEIGHBOUR.begin()[1..]);
    site.import(&[SYSTEM.begin(), SYSTEM.evidence()].concat());
    site.ok("area add Vale Millbrook --from 2025-04");
    site.ok("area add Vale Northbrook --from 2025-04");
    let rows = site.rows("assessment readiness Vale");
    let missing = |stage: &str| rows.iter().filter(|row| row["stage"] == stage).count();
    assert_eq!((missing("evidence"), missing("panel"), missing("check")), (17 * 6, 0, 2));
    site.import(&SYSTEM.scores()[3..]);
    site.import(&SYSTEM.drafts());
    let text =
        site.transcript(&["assessment readiness Vale", "assessment readiness Vale --format jsonl"]);
    site.import(&SYSTEM.scores()[..3]);
    site.import(&SYSTEM.check());
    let shared = site.transcript(&[
        "assessment readiness Vale --effective 2025-11-17",
        "assessment readiness Vale --effective 2025-11-18",
    ]);
    site.import(&SYSTEM.publish());
    let published = site.transcript(&["assessment readiness X99000012-2025-a"]);
    check("assessments_readiness_system", &[text, shared, published].concat());
}

/// A second open assessment, under another framework, makes the body's name ambiguous.
#[test]
fn a_name_stands_for_its_one_open_assessment() {
    let site = site();
    let old = json!({
        "framework": "la-2023", "kind": "focused", "opened_on": "2025-02-03",
        "organisation": "X99000011",
    });
    site.ok("framework adopt la-2023 --date 2025-01-01");
    let before = site.transcript(&["assessment readiness Millbrook"]);
    site.import(&[command("open_assessment", old), AUTHORITY.begin()[2].clone()]);
    let text = site.transcript(&[
        "assessment readiness Millbrook",
        "assessment cancel Millbrook --reason opened_in_error",
        "assessment cancel X99000011-2025-a --reason opened_in_error --date 2025-09-05",
        "assessment amend Millbrook --site-visit 2025-10-13",
    ]);
    check("assessments_name", &[before, text].concat());
}
