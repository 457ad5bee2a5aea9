//! Guards what happens to a record made in error: what is told before, what is gone after, and what
//! cannot be struck out.

use crate::site::{Site, check};

/// Exampleshire with a review of its first statement, which moved its rating.
fn moved() -> Site {
    let site = Site::with_exampleshire();
    site.ok(
        "score review Exampleshire --statement assessing-needs --score 3 --reason ongoing_review \
         --date 2026-01-05",
    );
    site
}

#[test]
fn what_a_strike_out_changes_is_told_and_then_gone() {
    let site = moved();
    let before = site.lines().len();
    let text = site.transcript(&[
        "strike-out 5 --reason wrong_body --dry-run",
        "strike-out 5 --reason wrong_body --struck-on 2026-01-07 --by p-031",
        "ratings --level overall",
        "transitions --since 2026-01-01",
        "reviewed",
        "due --on 2026-01-08",
        "scores --statement assessing-needs --as-of 5",
    ]);
    check("strike_outs_struck", &text);
    assert_eq!(site.lines().len(), before + 1, "a dry run records nothing");
    assert!(site.ok("show 5").contains("struck out   by record 6"));
    assert!(site.lines()[5].contains("score_reviewed"), "the original stays");
    assert!(site.ok("verify").contains("verified"));
}

#[test]
fn a_strike_out_of_a_strike_out_brings_everything_back() {
    let site = moved();
    let questions = ["ratings --format json", "scores --format json", "transitions --format json"];
    let answers = || questions.map(|question| site.ok(question));
    let before = answers();
    site.ok("strike-out 5 --reason wrong_entry --struck-on 2026-01-07");
    assert_ne!(answers(), before);
    let told = site.ok("strike-out 6 --reason quality_assurance --struck-on 2026-01-08");
    let rating = told.lines().find(|line| line.contains("overall in X99000001-2024-a")).unwrap();
    assert!(rating.contains("Requires improvement 62 %") && rating.contains("Good 64 %"), "{told}");
    assert_eq!(answers(), before);
    assert!(site.ok("show 6").contains("struck out   by record 7"));
    let public = ["ratings --audience public", "reviewed --audience public"];
    let untouched = Site::with_exampleshire();
    for question in public {
        assert_eq!(site.ok(question), untouched.ok(question), "{question}");
    }
}

#[test]
fn a_duty_raised_in_error_is_closed_and_says_by_what() {
    let site = Site::with_exampleshire();
    site.ok(
        "score review Exampleshire --statement safeguarding --score 1 --reason ongoing_review \
         --date 2026-01-05",
    );
    let text = site.transcript(&[
        "section-50 list",
        "strike-out 5 --reason wrong_body --struck-on 2026-01-06",
        "section-50 list",
        "due --on 2026-01-08",
        "strike-out 6 --reason wrong_entry --struck-on 2026-01-07",
        "section-50 list",
    ]);
    check("strike_outs_duty", &text);
}

#[test]
fn what_cannot_be_struck_out_says_why() {
    let site = moved();
    site.ok("organisation register X99000002 --name Vale --kind integrated_care_system");
    site.ok("area add Vale Exampleshire --from 2025-01-01");
    site.ok("area end Vale Exampleshire --to 2025-12-31");
    let text = site.transcript(&[
        "strike-out 99 --reason wrong_entry",
        "strike-out 0 --reason wrong_entry",
        "strike-out 4 --reason wrong_entry",
        "strike-out 7 --reason wrong_entry",
        "strike-out 8 --reason wrong_entry --struck-on 2999-01-01",
        "strike-out 8 --reason wrong_entry --struck-on 2025-01-01",
        "strike-out 8 --reason wrong_entry --struck-on 2026-01-01 --yes",
        "strike-out 5 --reason because",
    ]);
    check("strike_outs_refused", &text);
}
