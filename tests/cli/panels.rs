//! Guards that a panel decides without those who scored, sees what comes of its decision before it
//! decides, and that no score changes after that without its word.

use serde_json::{Value, json};

use crate::site::{Site, check};
use crate::story::{AUTHORITY, NEIGHBOUR, SYSTEM, Story, command, text};

/// With every score of Millbrook given, all by p-021.
fn scored() -> Site {
    let site = Site::begun();
    site.import(&[AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores()].concat());
    site
}

/// The same, with a panel of two who may decide and one who may not.
fn convened() -> Site {
    let site = scored();
    site.ok("panel convene Millbrook --member p-101:internal --member p-021:internal \
         --member p-201:external --date 2025-10-06");
    site
}

/// A review of a score by somebody else than its scorer.
fn review(statement: &str, score: u8, on: &str) -> String {
    format!(
        "score review Millbrook --assessment X99000011-2025-a --statement {statement} \
         --score {score} --reason new_evidence --evidence X99000011-e1 --by p-022 --date {on} \
         --text 'Seen again.'"
    )
}

#[test]
fn a_panel_goes_from_its_members_to_its_decision() {
    let site = scored();
    let text = site.transcript(&[
        "panel list",
        "panel convene Millbrook --member p-101:internal --member p-021:internal \
         --member p-201:external --date 2025-10-06",
        "panel list",
        "panel show 2025-a",
        "panel decide 2025-a Millbrook --date 2025-10-07 --adjust safeguarding=2 \
         --reason consistency --text 'As in two like authorities.' --dry-run",
        "panel decide 2025-a Millbrook --date 2025-10-07 --adjust safeguarding=2 \
         --reason consistency --text 'As in two like authorities.'",
        "panel list",
        "panel show 2025-a",
    ]);
    check("panels_decide", &text);
}

#[test]
fn a_dry_run_shows_the_ratings_that_the_decision_gives_and_stores_nothing() {
    let site = convened();
    let decide = "panel decide 2025-a Millbrook --date 2025-10-07 --adjust safeguarding=1 \
                  --adjust assessing-needs=1 --adjust partnerships-and-communities=1 \
                  --adjust equity-in-experience-and-outcomes=1 \
                  --reason evidence --text 'Much is missing.'";
    // But for the index, which is derived and opened by whoever looks.
    let index = site.path("ledger/index");
    let kept =
        || site.files().into_iter().filter(|it| !it.0.starts_with(&index)).collect::<Vec<_>>();
    let before = kept();
    let tried = site.ok(&format!("{decide} --dry-run"));
    assert!(kept() == before, "a dry run stored something");
    let done = site.ok(decide);
    // Everything after the receipt and the sentence on who decided.
    let ratings = |said: &str| said.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(ratings(&tried), ratings(&done));
    assert_eq!(ratings(&tried)[0], "overall: Good, 75 % -> Requires improvement, 53 %");
    let row = &site.rows("scores --statement safeguarding")[0];
    assert_eq!(row["score"], "1");
}

#[test]
fn whoever_scored_has_no_part_and_no_side_decides_alone() {
    let site = scored();
    let text = site.transcript(&[
        "panel convene Millbrook --member p-101:inside",
        "panel convene Millbrook --member p-101:internal --member p-101:external",
        "panel convene X99000011-2024-a --member p-101:internal --member p-201:external",
        "panel convene Millbrook --member p-101:internal --date 2025-10-06",
        "panel convene Millbrook --member p-021:internal --member p-201:external --date 2025-10-06",
        "panel convene Millbrook --member p-101:internal --member p-102:internal \
         --member p-201:external --member p-021:external --date 2025-10-06",
        "panel decide 2025-a Millbrook --date 2025-10-07",
        "panel decide 2025-b Millbrook --member p-021 --member p-101 --date 2025-10-07",
        "panel decide 2025-b Millbrook --member p-101 --member p-102 --date 2025-10-07",
        "panel decide 2025-b Millbrook --member p-101 --member p-999 --date 2025-10-07",
        "panel decide 2025-z Millbrook --date 2025-10-07",
        "panel decide 2025-b Millbrook --date 2025-10-05",
        "panel decide 2025-b Millbrook --member p-101 --member p-201 --date 2025-10-07",
        "panel decide 2025-b Millbrook --date 2025-10-08",
    ]);
    check("panels_recused", &text);
    let shown = site.rows("panel show 2025-b");
    assert!(
        shown.len() == 9 && shown.iter().all(|row| row["members"] == "p-101 p-201"),
        "{shown:?}"
    );
}

#[test]
fn an_adjustment_names_a_score_and_a_reason() {
    let site = convened();
    let decide = "panel decide 2025-a Millbrook --date 2025-10-07";
    let because = "--reason consistency --text 'As elsewhere.'";
    let text = site.transcript(&[
        &format!("{decide} --adjust safeguarding=2"),
        &format!("{decide} --adjust safeguarding=2 --reason consistency"),
        &format!("{decide} --adjust safeguarding=2 --reason mood --text 'Why not.'"),
        &format!("{decide} --text 'Nothing is adjusted.'"),
        &format!("{decide} --adjust safeguarding {because}"),
        &format!("{decide} --adjust safeguarding=5 {because}"),
        &format!("{decide} --adjust weather=2 {because}"),
        &format!("{decide} --adjust 'The weather=2' {because}"),
        &format!("{decide} --adjust safeguarding/processes=2 {because}"),
        &format!("{decide} --adjust safeguarding=2 --adjust safeguarding=1 {because}"),
    ]);
    check("panels_adjustments", &text);
    assert!(site.rows("panel show 2025-a").is_empty(), "nothing was decided");
}

#[test]
fn a_score_that_changes_after_the_decision_needs_the_panel_again() {
    let site = convened();
    let text = site.transcript(&[
        "panel confirm 2025-a Millbrook --date 2025-10-08",
        "panel decide 2025-a Millbrook --date 2025-10-07",
        "panel confirm 2025-a Millbrook --date 2025-10-08",
        &review("safeguarding", 1, "2025-10-09"),
        "assessment readiness Millbrook",
        "panel confirm 2025-a Millbrook --member p-021 --member p-201 --date 2025-10-10",
        "panel confirm 2025-a Millbrook --date 2025-10-10 --dry-run",
        "panel confirm 2025-a Millbrook --date 2025-10-10",
        "panel confirm 2025-a Millbrook --date 2025-10-11",
        "panel show 2025-a",
    ]);
    check("panels_confirm", &text);
}

/// Whoever scores after the panel was convened may not decide either.
#[test]
fn a_member_who_scores_after_the_convening_is_recused_all_the_same() {
    let site = convened();
    site.ok(&review("safeguarding", 2, "2025-10-07").replace("p-022", "p-201"));
    let ran = site.run("panel decide 2025-a Millbrook --date 2025-10-07");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(ran.err.contains("[panel_one_sided]"), "{ran:?}");
}

/// Else a panel could mark as it likes, and confirm itself.
#[test]
fn whoever_decided_on_the_panel_cannot_score_afterwards() {
    let site = convened();
    site.ok("panel decide 2025-a Millbrook --date 2025-10-07");
    let text = site.transcript(&[
        &review("safeguarding", 2, "2025-10-08").replace("p-022", "p-201"),
        &review("safeguarding", 2, "2025-10-08"),
    ]);
    check("panels_scored", &text);
}

#[test]
fn one_panel_sits_on_several_assessments_and_is_recused_from_one() {
    let site = scored();
    let by_another = |line: Value| {
        serde_json::from_str::<Value>(&line.to_string().replace("p-021", "p-101")).unwrap()
    };
    let neighbour = [NEIGHBOUR.begin(), NEIGHBOUR.evidence(), NEIGHBOUR.scores()].concat();
    site.import(&neighbour.into_iter().map(by_another).collect::<Vec<_>>()[1..]);
    let text = site.transcript(&[
        "panel convene Millbrook Northbrook --member p-101:internal --member p-102:internal \
         --member p-201:external --date 2025-10-06",
        "panel show 2025-a",
        "panel decide 2025-a Millbrook --date 2025-10-07",
        "panel list",
        "panel decide 2025-a Northbrook --date 2025-10-08",
        "panel decide 2025-a X99000012-2025-a --date 2025-10-08",
        "panel list",
    ]);
    check("panels_several", &text);
    let who = |assessment: &str| {
        let rows = site.rows("panel show 2025-a");
        let row = rows.into_iter().find(|row| row["assessment"] == assessment).unwrap();
        (row["members"].clone(), row["recused"].clone())
    };
    let all = "p-101 p-102 p-201".to_owned();
    assert_eq!(who("X99000011-2025-a"), (all, String::new()));
    assert_eq!(who("X99000013-2025-a"), ("p-102 p-201".to_owned(), "p-101".to_owned()));
}

#[test]
fn a_panel_adjusts_categories_where_categories_are_scored() {
    let site = Site::begun();
    site.import(&[SYSTEM.begin(), SYSTEM.evidence(), SYSTEM.scores()].concat());
    site.ok("panel convene Vale --member p-101:internal --member p-201:external --date 2025-10-06");
    let decide = "panel decide 2025-a Vale --date 2025-10-07 --reason consistency \
                  --text 'As elsewhere.' --adjust";
    let whole = site.run(&format!("{decide} safeguarding=2"));
    assert!(whole.err.contains("[adjustment_unclear]") && whole.code == 1, "{whole:?}");
    let said = site.ok(&format!("{decide} safeguarding/outcomes=1"));
    assert!(said.contains("safeguarding, outcomes: 3 -> 1"), "{said}");
    let rows = site.rows("scores --categories --assessment X99000012-2025-a");
    let row = rows
        .iter()
        .find(|row| row["statement"] == "safeguarding" && row["category"] == "outcomes")
        .unwrap();
    // The scorer's own stays beside what counts now.
    assert_eq!((row["score"].as_str(), row["scorer_score"].as_str()), ("1", "3"));
}

/// Another one's adjustments, each with its own reason, as a line has them.
#[test]
fn each_adjustment_of_a_line_has_its_own_reason() {
    let site = convened();
    let adjust = |statement: &str, score: u8, reason: &str| {
        let why = text("why");
        json!({ "reason": reason, "score": score, "statement": statement, "text": why })
    };
    let decide = |story: &Story| {
        command(
            "decide_panel",
            json!({
                "adjustments": [
                    adjust("safeguarding", 2, "consistency"),
                    adjust("assessing-needs", 4, "evidence"),
                ],
                "assessment": story.assessment(), "decided_on": "2025-10-07", "panel": "2025-a",
            }),
        )
    };
    site.import(&[decide(&AUTHORITY)]);
    let rows = site.rows("panel show 2025-a");
    let reason = |statement: &str| {
        let row = rows.iter().find(|row| row["statement"] == statement).unwrap();
        (row["scored"].clone(), row["score"].clone(), row["reason"].clone())
    };
    assert_eq!(reason("safeguarding"), ("3".into(), "2".into(), "consistency".into()));
    assert_eq!(reason("assessing-needs"), ("3".into(), "4".into(), "evidence".into()));
    let others = rows.iter().filter(|row| row["reason"].is_empty()).count();
    assert_eq!(others, 7, "what is confirmed has no reason: {rows:?}");
}
