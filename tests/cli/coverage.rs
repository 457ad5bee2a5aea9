//! Guards against a claim that all bodies have been assessed, or in time, that the records do not
//! give; and against telling the public which assessments are open.

use crate::site::{Site, check};
use crate::story::{AUTHORITY, NEIGHBOUR, SYSTEM};

#[test]
fn every_body_stands_somewhere_in_every_phase() {
    let site = Site::with_all_published();
    site.import(&AUTHORITY.published());
    site.import(&NEIGHBOUR.unpublished());
    site.import(&SYSTEM.begin());
    for line in ["coverage", "coverage --include fictional", "coverage --on 2024-06-30"] {
        for row in site.rows(line) {
            let [bodies, assessed, open, rest, not_assessed] =
                ["bodies", "assessed", "in_progress", "not_started", "not_assessed"]
                    .map(|name| row[name].parse::<u64>().unwrap());
            assert_eq!((assessed + open + rest, open + rest), (bodies, not_assessed), "{row:?}");
        }
    }
    check(
        "coverage",
        &site.transcript(&[
            "coverage --on 2025-11-30",
            "coverage --on 2026-05-17 --include fictional",
            "coverage --on 2026-05-17 --include fictional --audience public",
            "coverage --on 2026-05-17 --include fictional --audience public --format csv",
            "coverage --on 2026-05-17 --include fictional --kind integrated_care_system \
             --format json",
            "coverage --on tomorrow",
            "coverage --include indicative",
        ]),
    );
}

/// What is open is not public, in no way at all: neither a column nor a sum may tell it.
#[test]
fn the_public_is_told_the_same_whether_or_not_an_assessment_is_open() {
    let site = Site::with_exampleshire();
    site.register("X99000002", "Samplebridge", "local_authority");
    let line = "coverage --include fictional --format csv --audience public";
    let before = site.ok(line);
    site.ok("assessment open Samplebridge --kind baseline --framework la-2023 --date 2024-10-01");
    assert_eq!(site.ok(line), before);
    let regulator = site.rows("coverage --include fictional");
    assert_eq!(regulator[1]["in_progress"], "1");
}
