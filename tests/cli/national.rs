//! Guards against a national report that cannot be worked out again from what was published, or
//! that shows what is not.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::site::{BRENT, HEADER, Site, cell, check, row};
use crate::story::{AUTHORITY, SYSTEM};

/// The 48 formal rows of the published table: scores 4, 3, 2 and 1, and the mean, by statement.
/// Worked out without this program, by this and Python's `Fraction`, a half rounded up:
///
/// ```text
/// all = csv.DictReader(open('published_assessments.csv'))
/// s = [int(r['qs1']) for r in all if r['programme'] == 'formal']
/// print([s.count(k) for k in (4, 3, 2, 1)], Fraction(sum(s), len(s)))
/// ```
const STATEMENTS: [(&str, [u64; 4], &str); 9] = [
    ("assessing-needs", [0, 15, 30, 3], "2.25"),
    ("supporting-people-to-live-healthier-lives", [0, 27, 19, 2], "2.52"),
    ("equity-in-experience-and-outcomes", [1, 17, 29, 1], "2.38"),
    ("care-provision-integration-and-continuity", [0, 22, 25, 1], "2.44"),
    ("partnerships-and-communities", [3, 31, 14, 0], "2.77"),
    ("safe-systems-pathways-and-transitions", [1, 25, 21, 1], "2.54"),
    ("safeguarding", [0, 28, 17, 3], "2.52"),
    ("governance-management-and-sustainability", [1, 29, 17, 1], "2.63"),
    ("learning-improvement-and-innovation", [1, 36, 10, 1], "2.77"),
];

/// The overall ratings of the same rows, from Outstanding to Inadequate.
const OVERALL: [u64; 4] = [1, 29, 17, 1];
/// Of the sums of nine scores two are 22 (one mark below Good), none is 13 or 31; eleven are 23,
/// one is 14 and one is 32, the lowest of their bands. All give the rating that was published.
const NEAR: [&str; 3] = ["48", "2", "13"];
/// Six overall scores were found published: 39, 63, 63, 53, 52 and 63 per cent.
const OVERALL_MEAN: (&str, &str) = ("6", "55.5");

type Row = BTreeMap<String, String>;

fn counts(row: &Row) -> [u64; 4] {
    ["outstanding", "good", "requires_improvement", "inadequate"]
        .map(|name| row[name].parse().unwrap())
}

#[test]
fn the_published_table_gives_the_figures_that_it_gives_by_hand() {
    let site = Site::with_all_published();
    for audience in ["regulator", "public", "body=E09000005"] {
        let rows = site.rows(&format!("national --audience {audience}"));
        assert_eq!(rows.len(), 10);
        let overall = &rows[0];
        assert_eq!((overall["level"].as_str(), counts(overall)), ("overall", OVERALL));
        assert_eq!(["near_judged", "near_up", "near_down"].map(|name| &overall[name]), NEAR);
        assert_eq!((overall["scored"].as_str(), overall["mean"].as_str()), OVERALL_MEAN);
        for (row, (statement, expected, mean)) in rows[1..].iter().zip(STATEMENTS) {
            assert_eq!(row["subject"], statement);
            assert_eq!((counts(row), row["mean"].as_str()), (expected, mean), "{statement}");
            assert_eq!((row["bodies"].as_str(), row["scored"].as_str()), ("48", "48"));
        }
    }
    let pilots = site.rows("national --include indicative --statement safeguarding");
    assert_eq!((pilots[0]["bodies"].as_str(), pilots[0]["flags"].as_str()), ("50", "indicative"));
}

#[test]
fn a_change_is_told_beside_what_it_changed_from() {
    let site = Site::with_all_published();
    let earlier = site.rows("national --effective 2024-12-31");
    let now = site.rows("national --change-since 2024-12-31");
    for (now, earlier) in now.iter().zip(&earlier) {
        assert_eq!(now["before_bodies"], earlier["bodies"]);
        assert_eq!(now["before_mean"], earlier["mean"]);
        assert_eq!(now["before_on"], "2024-12-31");
        let names = ["bodies", "outstanding", "good", "requires_improvement", "inadequate"];
        for name in names {
            let [now, change, before] =
                [&now[name], &now[&format!("{name}_change")], &earlier[name]]
                    .map(|it| it.parse::<i64>().unwrap());
            assert_eq!(now - before, change, "{name}");
        }
    }
    let mut text = site.transcript(&[
        "national --change-since 2024-12-31 --theme Leadership",
        "national --change-since 2026-05-17 --effective 2026-05-17",
        "national --change-since yesterday",
    ]);
    // The same again, of which the mean of the whole is known as well.
    text += &site.transcript(&["national --effective 2025-06-30"]);
    check("national_change", &text);
}

/// Bodies of both kinds and two methods, in and out of regions, one of them in progress.
fn mixed() -> Site {
    let site = Site::with_exampleshire();
    site.import(&AUTHORITY.published());
    site.import(&SYSTEM.published());
    site.register("X99000002", "Samplebridge", "local_authority");
    site.write(
        "later.csv",
        format!("{HEADER}\n{}\n", row("X99000002", "Samplebridge", "Good", "3,3,3,3,3,3,3,3,3")),
    );
    site.ok("publication import later.csv");
    site.ok("organisation amend Exampleshire --region 'North East' --reason completed");
    site.ok("organisation amend Millbrook --region 'South <West>' --reason completed");
    site
}

#[test]
fn what_is_counted_together_says_what_it_is() {
    let site = mixed();
    check(
        "national_mixed",
        &site.transcript(&[
            "national",
            "national --include fictional",
            "national --include fictional --theme leadership --format csv",
            "national --include fictional --by region --statement 'Assessing needs'",
            "national --include fictional --region 'north east' --kind local_authority \
             --statement safeguarding --format json",
            "national --region Nowhere",
            "national --theme Nothing",
            "national --statement Nothing",
            "national --statement safeguarding --theme leadership",
            "national --by statement",
        ]),
    );
    let site = Site::with_exampleshire();
    check("national_region", &site.transcript(&["national --region 'North East'"]));
}

/// A review that nobody outside knows of must change no figure, whoever asks.
#[test]
fn a_review_that_is_not_published_changes_nothing() {
    let site = Site::with_exampleshire();
    let before = site.ok("national --include fictional --format csv");
    site.ok("score review Exampleshire --statement safeguarding --score 1 --date 2026-01-05 \
         --reason ongoing_review");
    site.ok(
        "assessment open Exampleshire --kind comprehensive --framework la-2023 --date 2024-10-01",
    );
    for audience in ["regulator", "public"] {
        let line = format!("national --include fictional --format csv --audience {audience}");
        assert_eq!(site.ok(&line), before);
    }
    assert_eq!(BRENT.split(',').filter(|score| *score == "2").count(), 5);
}

#[test]
fn every_format_holds_the_same_figures() {
    let site = mixed();
    let line = "national --include fictional --change-since 2025-01-01";
    let rows = site.rows(line);
    let text = site.ok(&format!("{line} --format json"));
    let json: Vec<BTreeMap<String, Value>> = serde_json::from_str(&text).unwrap();
    let cells = |row: &BTreeMap<String, Value>| -> Row {
        row.iter().map(|(name, value)| (name.clone(), cell(value))).collect()
    };
    assert_eq!(json.iter().map(cells).collect::<Vec<_>>(), rows);
    let jsonl = site.ok(&format!("{line} --format jsonl"));
    let jsonl: Vec<Row> =
        jsonl.lines().map(|line| cells(&serde_json::from_str(line).unwrap())).collect();
    assert_eq!(jsonl, rows);
    let plain = site.ok(&format!("{line} --format plain"));
    assert_eq!(plain.lines().count(), rows.len());
    let heading = site.ok(&format!("{line} --format csv"));
    let heading: Vec<&str> = heading.lines().next().unwrap().split(',').collect();
    assert_eq!(plain.lines().next().unwrap().split('\t').count(), heading.len());
    let mut at = 0;
    for name in heading {
        at += text[at..].find(&format!("\"{name}\":")).expect(name);
    }
}

#[test]
fn the_chart_says_in_words_and_figures_what_it_draws() {
    let site = mixed();
    let line = "national --include fictional --by region --change-since 2025-01-01 \
                --theme leadership --format svg";
    let chart = site.ok(line);
    assert_eq!(chart, site.ok(line), "the same rows are drawn alike");
    check("national_chart", &chart.replace("><", ">\n<"));
    // A browser would show nothing of a drawing that is not well-formed.
    assert!(!chart.contains("<West>"), "a name is escaped");
    let opened = chart.matches('<').count() - chart.matches("</").count();
    assert_eq!(opened, chart.matches("</").count());
    let rows = site.rows(&line.replace(" --format svg", ""));
    for row in rows {
        let mean = row["mean"].as_str();
        assert!(chart.contains(&format!("; mean {mean}")), "{row:?}");
    }
    let none = site.ok("national --format svg");
    assert!(none.contains("Nothing is published that was asked for."), "{none}");
}
