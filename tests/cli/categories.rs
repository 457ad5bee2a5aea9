//! Guards what a score rests on and follows from, and what is told of the scores of evidence
//! categories, to whom.

use serde_json::json;

use crate::site::{Site, check};
use crate::story::{AUTHORITY, NEIGHBOUR, SYSTEM, command};

/// A score on evidence that is not used, bears on something else or is of another category would
/// rest on nothing.
#[test]
fn a_score_rests_on_evidence_that_bears_on_it() {
    let site = Site::begun();
    site.import(&[AUTHORITY.begin(), AUTHORITY.evidence()].concat());
    site.ok("evidence submit Millbrook --category processes --statement assessing-needs \
         --origin held --setting off_site --method data --source regulator --collected 2025-09 \
         --received 2025-09-05 --text Figures.");
    site.write("reason.md", "As *heard*.\n");
    let review = |statement: &str, evidence: &str, more: &str| {
        format!(
            "score review Millbrook --assessment X99000011-2025-a --statement {statement} \
             --score 3 --reason assessment --date 2025-10-01 --by p-021 --evidence {evidence} \
             {more}"
        )
    };
    let text = site.transcript(&[
        &review("safeguarding", "X99000011-e1", "--text 'As heard.' --dry-run"),
        &review("safeguarding", "X99000011-e1", "--evidence X99000011-e2 --text 'As heard.'"),
        &review("safeguarding", "X99000011-e5", ""),
        "evidence use Millbrook X99000011-e5 --date 2025-09-20",
        &review("safeguarding", "X99000011-e5", ""),
        &review("assessing-needs", "X99000011-e5", "--file reason.md"),
        &review("assessing-needs", "X99000011-e9", ""),
        &review("assessing-needs", "X99000011-e5", "--category processes"),
        &review("assessing-needs", "X99000011-e5", "--file nothing.md"),
        &review("assessing-needs", "X99000011-e5", "--comment X99000011-2025-a-c1"),
        &review("assessing-needs", "X99000011-e5", "").replace("--score 3", "--score 0"),
        "show 15 --format json",
        "scores --categories --assessment X99000011-2025-a",
    ]);
    check("categories_evidence", &text);
}

/// A score that follows from a comment names it, and only one that was accepted.
#[test]
fn a_score_can_follow_from_an_accepted_comment_only() {
    let site = Site::begun();
    site.import(&AUTHORITY.unpublished());
    let another = json!({
        "about": { "statement": "safeguarding" }, "assessment": AUTHORITY.assessment(),
        "kind": "c", "received_on": "2025-11-11", "recipient": "local_authority",
        "text": { "text": "Something is missing." },
    });
    site.import(&[command("submit_comment", another)]);
    let review = |comment: u8| {
        format!(
            "score review Millbrook --assessment X99000011-2025-a --statement safeguarding \
             --score 3 --reason new_evidence --evidence X99000011-e1 --date 2025-11-13 --by p-021 \
             --comment X99000011-2025-a-c{comment} --text 'They were right.'"
        )
    };
    let unresolved = site.transcript(&[&review(2)]);
    site.ok("comment resolve X99000011-2025-a-c2 --outcome not_accepted --reason out_of_scope \
         --text 'It is not.' --by p-031 --date 2025-11-12");
    let text = site.transcript(&[
        &review(2),
        &review(9),
        &review(1),
        "assessment readiness Millbrook --effective 2025-11-18",
        "scores --categories --assessment X99000011-2025-a --statement safeguarding --format csv",
    ]);
    check("categories_comment", &[unresolved, text].concat());
}

/// Half a set of new scores beside half a set of old ones would be a score that nobody gave.
#[test]
fn until_the_required_set_is_complete_a_cell_keeps_what_it_had() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.ok("framework adopt la-2023 --date 2024-01-01");
    site.ok("assessment open Exampleshire --framework la-2023 --kind baseline --date 2024-06-03");
    let review = |category: &str, score: u8, on: &str| {
        format!(
            "score review Exampleshire --assessment X99000001-2024-a --statement safeguarding \
             --category {category} --score {score} --reason assessment --date {on}"
        )
    };
    let scores = "scores --assessment X99000001-2024-a --statement safeguarding --format csv";
    let categories = "scores --categories --assessment X99000001-2024-a --statement safeguarding";
    let text = site.transcript(&[
        &review("people-experience", 2, "2024-06-05"),
        &review("staff-and-leader-feedback", 2, "2024-06-05"),
        &review("partner-feedback", 2, "2024-06-05"),
        scores,
        categories,
        &review("processes", 2, "2024-06-05"),
        scores,
        &review("processes", 4, "2024-06-06"),
        &review("outcomes", 4, "2024-06-06"),
        &review("weather", 4, "2024-06-06"),
        scores,
        categories,
        &format!("{categories} --format csv"),
        &format!("{scores} --effective 2024-06-05"),
        &format!("{categories} --effective 2024-06-05"),
    ]);
    check("categories_rolled_up", &text);
}

/// A body's own scores are its own, as they were told to it; nobody else's, and never before.
#[test]
fn a_body_is_told_its_category_scores_as_shared_and_as_published() {
    let site = Site::begun();
    let shared = SYSTEM.check()[..2].to_vec();
    site.import(&[SYSTEM.begin(), SYSTEM.evidence(), SYSTEM.scores(), SYSTEM.drafts()].concat());
    site.import(&[AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores()].concat());
    let statement = "--statement safeguarding";
    let own = format!("{statement} --audience body=X99000012");
    let mut text = site.transcript(&[
        &format!("scores --categories {own}"),
        &format!("scores Vale --categories --assessment X99000012-2025-a {statement}"),
    ]);
    site.import(&shared);
    site.ok("score review Vale --assessment X99000012-2025-a --statement safeguarding \
         --category outcomes --score 2 --reason new_evidence --evidence X99000012-e6 \
         --date 2025-11-12");
    text += &site.transcript(&[
        &format!("scores --categories {own}"),
        &format!("scores --categories {own} --format csv"),
        &format!("scores Vale --categories --assessment X99000012-2025-a {statement}"),
        &format!("scores Millbrook --categories {own}"),
        &format!("scores --categories --assessment X99000011-2025-a {own}"),
        &format!("scores --categories {statement} --audience body=X99000011"),
        &format!("scores --categories {statement} --audience public"),
        &format!("scores --categories {statement} --since 2025-01-01"),
    ]);
    site.import(&SYSTEM.check()[2..]);
    site.import(&SYSTEM.publish());
    text += &site.transcript(&[
        &format!("scores --categories {own}"),
        &format!("scores Vale --categories {statement}"),
    ]);
    check("categories_of_a_system", &text);
}

/// Where statements are scored, the scorer's own score stays beside the panel's.
#[test]
fn what_the_panel_changed_is_told_beside_what_was_scored() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.import(&[NEIGHBOUR.begin()[1..].to_vec(), NEIGHBOUR.evidence()].concat());
    site.import(&NEIGHBOUR.scores()[..2]);
    let text = site.transcript(&[
        "scores Millbrook --categories",
        "scores --categories --assessment X99000013-2025-a",
        "scores Millbrook --categories --audience body=X99000011",
        "scores Millbrook --format csv --statement safeguarding",
        "scores Millbrook --format csv --statement safeguarding --audience body=X99000011",
        "scores Millbrook --format csv --statement safeguarding --audience public",
    ]);
    check("categories_of_an_authority", &text);
}

/// A first review in a category must not wipe out what was published of the statement as a whole.
#[test]
fn what_was_published_as_a_whole_stands_until_every_category_is_scored() {
    let site = Site::with_exampleshire();
    let of = || {
        let rows = site.rows("scores --statement safeguarding");
        (rows[0]["score"].clone(), rows[0]["published_score"].clone())
    };
    let categories = ["people-experience", "staff-and-leader-feedback", "partner-feedback"];
    for (number, category) in (5..).zip(categories) {
        site.ok(&format!(
            "score review Exampleshire --statement safeguarding --category {category} --score 1 \
             --reason ongoing_review --date 2026-01-0{number}"
        ));
        assert_eq!(of(), ("3".into(), "3".into()), "{category}");
    }
    site.ok("score review Exampleshire --statement safeguarding --category processes --score 1 \
         --reason ongoing_review --date 2026-01-08");
    assert_eq!(of(), ("1".into(), "3".into()));
    let moved = site.rows("transitions --since 2026-01-01 --statement safeguarding");
    assert_eq!((moved.len(), moved[0]["publication"].as_str()), (1, "due"), "{moved:?}");
}
