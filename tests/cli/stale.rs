//! Guards against evidence that nobody notices is old, and against telling anybody but the
//! regulator what a rating rests on.

use crate::site::{Site, check};
use crate::story::{AUTHORITY, SYSTEM};

/// An authority and a system whose evidence is of August 2025, and one imported without any.
fn site() -> Site {
    let site = Site::with_exampleshire();
    site.import(&AUTHORITY.published());
    site.import(&SYSTEM.begin());
    site
}

#[test]
fn ratings_and_scores_are_listed_by_the_age_of_their_evidence() {
    let site = site();
    let count = |line: &str| site.rows(line).len();
    // The evidence may be of the last day of August.
    assert_eq!(count("stale --older-than 6m --on 2026-02-28"), 0);
    assert_eq!(count("stale --older-than 6m --on 2026-03-01"), 10);
    assert_eq!(count("stale --older-than 180d --on 2026-02-27"), 0);
    assert_eq!(count("stale --older-than 180d --on 2026-02-28"), 10);
    assert_eq!(count("stale --older-than 1y --on 2026-08-31"), 0);
    assert_eq!(count("stale --older-than 1y --on 2026-09-01"), 10);
    assert_eq!(count("stale --older-than 6m --effective 2026-03-01"), 10);
    assert_eq!(count("stale --older-than 6m --on 2026-03-01 --framework la-2023"), 0);
    assert_eq!(count("stale --undated --framework la-2023"), 10);
    // Before it was published it was no rating.
    assert_eq!(count("stale --older-than 1d --on 2025-11-19 Millbrook"), 0);
    check(
        "stale",
        &site.transcript(&[
            "stale --older-than 6m --on 2026-03-01",
            "stale --older-than 6m --on 2026-03-01 Millbrook --format csv",
            "stale --older-than 2y --on 2026-03-01 --format json",
            "stale --undated --on 2026-03-01",
        ]),
    );
}

#[test]
fn what_is_not_understood_is_not_answered() {
    let site = site();
    check(
        "stale_refused",
        &site.transcript(&[
            "stale",
            "stale --older-than 24",
            "stale --older-than 0m",
            "stale --older-than 24m --undated",
            "stale --older-than 24m Nowhere",
            "stale --older-than 24m --framework la-1999",
            "stale --older-than 24m --audience public",
            "stale --undated --audience body=X99000011",
        ]),
    );
}
