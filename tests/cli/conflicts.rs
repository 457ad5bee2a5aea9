//! Guards that where two sources state different values, both are kept with where they stand, and
//! that nobody relies on a value that is in doubt without being told.

use crate::site::{Site, check};
use crate::story::AUTHORITY;

/// The four rows of what was found that are about an assessment; the fifth is about a threshold.
const FOUND: [&str; 4] = [
    "conflict record 'Windsor and Maidenhead' --field learning-improvement-and-innovation \
     --a 3 --source-a 'cqc.org.uk windsormaidenhead-1124-summary' \
     --b 2 --source-b 'cqc.org.uk press release' \
     --use a --reason figures_agree --noted-on 2026-05-01",
    "conflict record Warrington --field 'Care provision, integration and continuity' \
     --a 2 --source-a 'alxtrnr league table, scraped from the CQC report 2025-10-03' \
     --b 3 --source-b 'londonhomecare.net copy of CQC press release 2025-05-22' \
     --noted-on 2026-05-01",
    "conflict record 'County Durham' --field overall_rating \
     --a Good --source-a 'cqc.org.uk press release' \
     --b not_stated --source-b 'alxtrnr league table' \
     --use a --reason copy_wrong --noted-on 2026-05-01",
    "conflict record Kent --field publication_date \
     --a 2025-05-16 --source-a opencouncil.network/meetings/73647 \
     --b 2025-05-23 --source-b 'londonhomecare.net copy of CQC press release' \
     --use a --reason in_report --noted-on 2026-05-01",
];

#[test]
fn what_was_found_in_the_published_data_is_recorded_and_shown() {
    let site = Site::with_all_published();
    let mut lines = vec![
        "conflict record Warrington --field overall_score --a 53 --source-a 'the sum of one' \
         --b 56 --source-b 'the sum of the other' --noted-on 2026-05-01 --dry-run",
    ];
    lines.extend(FOUND);
    lines.extend([
        FOUND[0],
        "conflict list",
        "conflict list Kent Warrington --format csv",
        "conflict show Warrington",
        "conflict show E06000040-2024-a --format jsonl",
        "conflict show York",
        "scores Warrington",
        "ratings --level overall Warrington Kent 'County Durham'",
        "assessment show E06000007-2025-a",
    ]);
    check("conflicts_found", &site.transcript(&lines));
}

#[test]
fn the_flag_stands_where_it_is_open_and_goes_once_it_is_decided() {
    let site = Site::with_all_published();
    let flagged = |question: &str| -> Vec<String> {
        let rows = site.rows(question).into_iter();
        let rows = rows.filter(|row| row["flags"].contains("conflict"));
        rows.map(|row| row.get("statement").or(row.get("organisation")).unwrap().clone()).collect()
    };
    assert!(flagged("scores").is_empty());
    FOUND.iter().for_each(|line| drop(site.ok(line)));
    for audience in ["", " --audience public", " --audience body=E06000007"] {
        let scores = flagged(&format!("scores{audience}"));
        assert_eq!(scores, ["care-provision-integration-and-continuity"], "{audience}");
        assert_eq!(flagged(&format!("ratings{audience}")), ["E06000007"], "{audience}");
        let known = site.rows(&format!("conflict list{audience}"));
        assert_eq!(known.len(), 4, "{audience}");
    }
    let decided = format!("{} --use a --reason confirmed", FOUND[1]);
    site.ok(&decided.replace("2026-05-01", "2026-05-08"));
    assert!(flagged("scores").is_empty() && flagged("ratings --audience public").is_empty());
    let known = site.rows("conflict list Warrington");
    assert_eq!((known.len(), known[0]["used"].as_str()), (1, "a"), "the later word counts");
    // What was known on a day is what had been found by then.
    assert_eq!(site.rows("conflict list --effective 2026-04-30").len(), 0);
    assert_eq!(site.rows("conflict list Warrington --effective 2026-05-01")[0]["used"], "");
    // No value was changed by any of it.
    assert_eq!(site.rows("scores Warrington")[3]["score"], "2");
}

#[test]
fn what_is_no_conflict_or_not_used_is_refused() {
    let site = Site::with_all_published();
    site.import(&AUTHORITY.unpublished());
    let record = |who: &str, field: &str, a: &str, b: &str, rest: &str| {
        format!(
            "conflict record {who} --field {field} --a {a} --source-a one --b {b} --source-b two \
             --noted-on 2026-05-01 {rest}"
        )
    };
    let text = site.transcript(&[
        &record("Warrington", "overall_rating", "Good", "Good", ""),
        &record("Warrington", "safeguarding", "1", "2", "--use b --reason in_report"),
        &record("Warrington", "publication_date", "2025-05", "2025-05-22", ""),
        &record("Warrington", "overall_rating", "3", "2", ""),
        &record("Warrington", "safeguarding", "Good", "2", ""),
        &record("Warrington", "overall_score", "101", "2", ""),
        &record("Warrington", "publication_date", "soon", "2", ""),
        &record("Warrington", "weather", "1", "2", ""),
        &record("Warrington", "Weather", "1", "2", ""),
        &record("Warrington", "safeguarding", "1", "2", "--use a"),
        &record("Warrington", "safeguarding", "1", "2", "--use c --reason in_report"),
        &record("Millbrook", "safeguarding", "1", "2", ""),
        &record("X99000011-2025-a", "safeguarding", "1", "2", ""),
        &record("E06000007-2025-b", "safeguarding", "1", "2", ""),
        &record("Nowhere", "safeguarding", "1", "2", ""),
        &record("Warrington", "safeguarding", "1", "2", "").replace("2026-05-01", "2025-04-30"),
        "conflict show X99000011-2025-a",
        "conflict show X99000011-2025-a --audience public",
        "conflict list Nowhere",
        "conflict list",
    ]);
    check("conflicts_refused", &text);
}
