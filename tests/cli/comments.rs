//! Guards that every comment is kept, also one that came late or with nothing to support it, and
//! that only what can be relied on is accepted, by somebody who did not score the point.

use crate::site::{Site, check};
use crate::story::{AUTHORITY, SYSTEM, Story};

/// Millbrook or Vale with a whole draft, shared on 3 November 2025: in time until the 17th.
fn shared(story: &Story) -> Site {
    let site = Site::begun();
    let steps = [story.begin(), story.evidence(), story.scores(), story.panel(), story.drafts()];
    site.import(&steps.concat());
    site.ok(&format!("draft share {} --date 2025-11-03", story.name));
    site
}

/// A comment, so far as every one needs it.
fn comment(kind: &str, rest: &str) -> String {
    format!("comment submit Millbrook --from local_authority --kind {kind} {rest}")
}

#[test]
fn comments_of_each_kind_are_recorded_and_resolved() {
    let site = shared(&AUTHORITY);
    let text = site.transcript(&[
        "comment list Millbrook",
        &comment("a", "--page 12 --received 2025-11-05 --text 'It is 31, not 13.' --dry-run"),
        &comment("a", "--page 12 --received 2025-11-05 --text 'It is 31, not 13.'"),
        &comment(
            "b",
            "--statement safeguarding --received 2025-11-10 --evidence X99000011-e1 \
             --text 'The figure is that of 2022.'",
        ),
        &comment("b", "--theme leadership --received 2025-11-11 --text 'We do meet weekly.'"),
        &comment("c", "--statement safeguarding --received 2025-11-18 --text 'A new team.'"),
        "comment list Millbrook",
        "comment resolve X99000011-2025-a-c1 --outcome accepted --reason draft_wrong \
         --text 'Two digits were swapped.' --by p-031 --date 2025-11-12 --dry-run",
        "comment resolve X99000011-2025-a-c1 --outcome accepted --reason draft_wrong \
         --text 'Two digits were swapped.' --by p-031 --date 2025-11-12",
        "comment resolve X99000011-2025-a-c2 --outcome partly --reason evidence_supports \
         --text 'For one ward.' --by p-031 --date 2025-11-12",
        "comment resolve X99000011-2025-a-c3 --outcome not_accepted --reason unsupported \
         --text 'Nothing came.' --by p-031 --date 2025-11-12",
        "comment resolve X99000011-2025-a-c4 --outcome not_accepted --reason late \
         --text 'After the last day.' --by p-031 --date 2025-11-19",
        "comment list Millbrook",
        "comment show X99000011-2025-a-c2",
        "comment show X99000011-2025-a-c4",
    ]);
    check("comments_resolve", &text);
}

#[test]
fn nothing_is_accepted_that_cannot_be_relied_on_and_nobody_judges_themselves() {
    let site = shared(&AUTHORITY);
    for rest in [
        comment("b", "--statement safeguarding --received 2025-11-10 --text 'No.'"),
        comment("c", "--statement safeguarding --received 2025-11-18 --text 'More.'"),
        comment("a", "--statement safeguarding --received 2025-11-10 --text 'Typo.'"),
    ] {
        site.ok(&rest);
    }
    let resolve = |number: u8, outcome: &str, rest: &str| {
        format!(
            "comment resolve X99000011-2025-a-c{number} --outcome {outcome} --reason draft_wrong \
             --text 'So be it.' --date 2025-11-19 {rest}"
        )
    };
    let text = site.transcript(&[
        &resolve(1, "accepted", "--by p-031"),
        &resolve(1, "partly", "--by p-031"),
        &resolve(2, "accepted", "--by p-031"),
        &resolve(3, "accepted", "--by p-021"),
        &resolve(3, "not_accepted", "--actor p-021"),
        &resolve(9, "accepted", "--by p-031"),
        &resolve(3, "maybe", "--by p-031"),
        &resolve(3, "accepted", "--by p-031"),
        &resolve(3, "not_accepted", "--by p-031"),
        "comment show X99000011-2025-a-c9",
        "comment list X99000011-2024-a",
        "comment list X99000012",
    ]);
    check("comments_refused", &text);
}

#[test]
fn a_comment_says_who_made_it_and_what_it_is_about() {
    let site = shared(&AUTHORITY);
    let text = site.transcript(&[
        &comment("a", "--received 2025-11-05 --text x"),
        &comment("a", "--page 1 --theme leadership --received 2025-11-05 --text x"),
        &comment("a", "--page 0 --received 2025-11-05 --text x"),
        &comment("d", "--page 1 --received 2025-11-05 --text x"),
        &comment("a", "--page 1 --received 2025-11-05"),
        &comment("a", "--statement weather --received 2025-11-05 --text x"),
        &comment("a", "--theme weather --received 2025-11-05 --text x"),
        &comment("b", "--page 1 --received 2025-11-05 --evidence X99000011-e9 --text x"),
        &comment("a", "--page 1 --received 2025-11-05 --text x").replace("local", "some"),
        &comment("a", "--page 1 --received 2025-11-05 --text x")
            .replace("local_authority", "integrated_care_board"),
        &comment("a", "--page 1 --received 2025-11-02 --text x"),
    ]);
    check("comments_unclear", &text);
    assert!(site.rows("comment list Millbrook").is_empty());
}

/// Lateness is judged by the window as it is when the comment is resolved.
#[test]
fn more_time_makes_a_late_comment_timely() {
    let site = shared(&AUTHORITY);
    site.ok(&comment("c", "--statement safeguarding --received 2025-11-19 --text 'A new team.'"));
    let accept = "comment resolve X99000011-2025-a-c1 --outcome accepted --reason draft_wrong \
                  --text 'Yes.' --by p-031 --date 2025-11-20";
    assert!(site.run(accept).err.contains("[comment_late]"));
    site.ok("draft extend Millbrook --to local_authority --until 2025-11-19 --granted-by p-009 \
         --reason shared_late --date 2025-11-20");
    site.ok(accept);
}

#[test]
fn an_accepted_comment_leads_to_a_review_that_names_it_and_goes_to_the_panel() {
    let site = shared(&AUTHORITY);
    for (rest, outcome) in [
        ("--statement safeguarding --evidence X99000011-e1", "accepted --reason evidence_supports"),
        ("--statement assessing-needs", "not_accepted --reason unsupported"),
    ] {
        let said = site.ok(&comment("b", &format!("{rest} --received 2025-11-10 --text 'Old.'")));
        let id = said.lines().find_map(|line| line.strip_prefix("comment ")).unwrap();
        site.ok(&format!(
            "comment resolve {id} --outcome {outcome} --text 'Looked at.' --by p-031 \
             --date 2025-11-11"
        ));
    }
    let review = |statement: &str, number: u8| {
        format!(
            "score review Millbrook --assessment X99000011-2025-a --statement {statement} \
             --score 3 --reason new_evidence --evidence X99000011-e1 --by p-021 \
             --comment X99000011-2025-a-c{number} --date 2025-11-12 --text 'As shown.'"
        )
    };
    let text = site.transcript(&[
        &review("assessing-needs", 2),
        &review("safeguarding", 9),
        &review("safeguarding", 1),
        "publication make Millbrook --date 2025-11-18",
        "panel confirm 2025-a Millbrook --date 2025-11-13",
        "publication make Millbrook --date 2025-11-18 --dry-run",
    ]);
    check("comments_review", &text);
}

/// Else who resolves a comment decides alone what comes of it.
#[test]
fn whoever_resolved_a_comment_does_not_score_what_it_is_about() {
    let site = shared(&AUTHORITY);
    site.ok(&comment(
        "b",
        "--statement safeguarding --evidence X99000011-e1 --received 2025-11-10 --text 'Old.'",
    ));
    site.ok("comment resolve X99000011-2025-a-c1 --outcome accepted --reason evidence_supports \
         --text 'Looked at.' --by p-031 --date 2025-11-11");
    let review = |who: &str| {
        format!(
            "score review Millbrook --assessment X99000011-2025-a --statement safeguarding \
             --score 3 --reason new_evidence --evidence X99000011-e1 --by {who} \
             --comment X99000011-2025-a-c1 --date 2025-11-12 --text 'As shown.'"
        )
    };
    let text =
        site.transcript(&[&review("p-031"), &review("p-021"), "assessment readiness Millbrook"]);
    check("comments_scored", &text);
}

#[test]
fn comments_of_all_bodies_are_listed_together_with_who_made_them() {
    let site = shared(&SYSTEM);
    for who in ["integrated_care_board", "integrated_care_partnership"] {
        site.ok(&format!(
            "comment submit Vale --from {who} --kind b --statement safeguarding \
             --received 2025-11-18 --text 'By {who}.'"
        ));
    }
    let text = site.transcript(&["comment list", "comment list --format csv"]);
    check("comments_list", &text);
}

#[test]
fn without_the_keys_a_comment_is_there_and_cannot_be_read() {
    let site = shared(&AUTHORITY);
    site.ok(&comment("a", "--page 12 --received 2025-11-05 --text 'It is 31, not 13.'"));
    let show = "--config nowhere comment show X99000011-2025-a-c1";
    let text = site.transcript(&[show, &format!("{show} --format jsonl")]);
    check("comments_without_keys", &text);
}
