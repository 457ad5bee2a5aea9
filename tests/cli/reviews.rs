//! Guards what happens to a score under review: what is recorded, what moves, what is told.

use crate::site::{BRENT, HEADER, Site, check, row};

fn review(statement: &str, score: u8, more: &str) -> String {
    format!(
        "score review Exampleshire --statement {statement} --score {score} \
         --reason ongoing_review {more}"
    )
}

#[test]
fn a_review_that_changes_nothing_is_still_a_review() {
    let site = Site::with_exampleshire();
    let text = site.transcript(&[
        &review("safeguarding", 3, "--date 2026-01-05 --by p-021 --role specialist_advisor"),
        "reviewed",
        "transitions --since 2026-01-01",
        "scores --statement safeguarding --format csv",
        "ratings --level overall",
        "show 5 --format plain",
    ]);
    // The record's own line ends in its hash and begins with its time.
    check("reviews_unchanged", &text);
}

#[test]
fn a_mark_more_moves_the_rating_and_a_publication_is_due() {
    let site = Site::with_exampleshire();
    let text = site.transcript(&[
        &review("assessing-needs", 3, "--date 2026-01-05"),
        "transitions --since 2026-01-01",
        "ratings",
        "scores --statement 'Assessing needs'",
        "ratings --level overall --as-of 4",
        "ratings --level overall --effective 2026-01-04",
        &review("'assessing needs'", 2, "--date 2026-01-06"),
        "transitions --since 2026-01-01",
        "ratings --level overall",
    ]);
    check("reviews_changed", &text);
}

#[test]
fn a_reviewer_is_told_what_came_in_between() {
    let site = Site::with_exampleshire();
    let text = site.transcript(&[
        &review("safeguarding", 2, "--date 2026-01-05 --was 2"),
        &review("safeguarding", 2, "--date 2026-01-05 --was 3"),
        &review("safeguarding", 4, "--date 2026-01-06 --was 3"),
        &review("safeguarding", 4, "--date 2026-01-04"),
        &review("safeguarding", 4, "--date 2026-01-04 --correction"),
        &review("safeguarding", 4, "--date 2999-01-01"),
        &review("safeguarding", 4, "--date 2026-01"),
        "reviewed",
        "transitions --since 2026-01-01",
    ]);
    check("reviews_order", &text);
}

#[test]
fn a_dry_run_of_a_review_records_nothing() {
    let site = Site::with_exampleshire();
    let before = site.lines();
    let text = site.transcript(&[&review("assessing-needs", 3, "--date 2026-01-05 --dry-run")]);
    check("reviews_dry_run", &text);
    assert_eq!(site.lines(), before);
}

#[test]
fn under_a_framework_that_holds_ratings_a_review_waits() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    let published = row("X99000001", "-", "Requires improvement", BRENT);
    site.write("row.csv", format!("{HEADER}\n{}\n", published.replace("2024-08", "2025-08")));
    site.ok("publication import row.csv --framework la-2025");
    let text = site.transcript(&[
        &review("assessing-needs", 3, "--date 2026-01-05"),
        "ratings --level overall",
        "transitions --since 2026-01-01",
        "reviewed",
        "scores --statement assessing-needs",
        &review("assessing-needs", 2, "--date 2026-01-06 --was 2"),
        &review("assessing-needs", 2, "--date 2026-01-06 --category processes"),
    ]);
    check("reviews_waiting", &text);
}

#[test]
fn categories_give_a_statement_once_all_of_them_are_scored() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.ok("framework adopt la-2023 --date 2024-01-01");
    let open = "assessment open Exampleshire --framework la-2023 --kind baseline --date";
    let on = "--date 2024-06-05 --assessment X99000001-2024-a --category";
    let text = site.transcript(&[
        &format!("{open} 2022-01-01"),
        &format!("{open} 2024-06-01"),
        &format!("{open} 2024-06-01"),
        &review("safeguarding", 3, "--date 2024-06-05"),
        &review("safeguarding", 3, "--date 2024-06-05 --assessment X99000001-2024-a"),
        &review("safeguarding", 3, &format!("{on} observation")),
        &review("safeguarding", 3, &format!("{on} processes").replace("06-05", "05-31")),
        &review("safeguarding", 3, &format!("{on} people-experience")),
        &review("safeguarding", 3, &format!("{on} staff-and-leader-feedback")),
        &review("safeguarding", 2, &format!("{on} partner-feedback")),
        &review("safeguarding", 2, &format!("{on} processes")),
        "scores Exampleshire --assessment X99000001-2024-a --statement safeguarding --format csv",
        "reviewed",
        "transitions",
        "assessment list",
        "assessment show X99000001-2024-a",
    ]);
    check("reviews_categories", &text);
}

#[test]
fn a_body_that_was_never_published_has_no_assessment_to_take() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.register("X99000002", "Samplebridge", "local_authority");
    site.publish(&row("X99000002", "-", "Requires improvement", BRENT));
    let text = site.transcript(&[
        &review("safeguarding", 3, "--date 2026-01-05"),
        &review("safeguarding", 3, "--date 2026-01-05 --assessment X99000002-2024-a"),
    ]);
    check("reviews_unpublished", &text);
}

#[test]
fn an_assessment_shows_what_was_published_of_it() {
    let site = Site::with_exampleshire();
    let text = site.transcript(&[
        "assessment list",
        "assessment show X99000001-2024-a",
        "publication list Exampleshire",
        "publication show X99000001-2024-a-p1",
        "organisation show Exampleshire",
        "log",
        "show 4",
    ]);
    check("reviews_published", &text);
}
