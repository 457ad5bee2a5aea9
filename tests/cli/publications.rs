//! Guards that what was published is taken in as it was published, once, and that whatever does not
//! add up is refused by name or carried with a flag.

use std::collections::BTreeMap;

use crate::site::{BRENT, HEADER, PUBLISHED, Site, check, row};

/// All nine scores lower by the seventh: 21 of 36.
const LOWER: &str = "2,2,2,2,2,3,2,3,3";

/// A table of one or more rows, in the nine columns of a local authority.
fn table(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn every_published_row_gives_the_published_rating_and_score() {
    let site = Site::with_all_published();
    let ratings: BTreeMap<String, BTreeMap<String, String>> = site
        .rows("ratings --level overall")
        .into_iter()
        .map(|row| (row["organisation"].clone(), row))
        .collect();
    assert_eq!(ratings.len(), 50);
    let mut stated = 0;
    let mut reader = csv::Reader::from_reader(PUBLISHED.as_bytes());
    for published in reader.deserialize::<BTreeMap<String, String>>() {
        let published = published.unwrap();
        let row = &ratings[&published["gss_code"]];
        assert_eq!(row["rating"], published["overall_rating"], "{row:?}");
        assert_eq!(row["published_rating"], published["overall_rating"], "{row:?}");
        assert_eq!(row["published_score"], published["overall_score_published"], "{row:?}");
        if !published["overall_score_published"].is_empty() {
            assert_eq!(row["score"], published["overall_score_published"], "{row:?}");
            stated += 1;
        }
        let exact = &published["publication_date"];
        let day = if exact.is_empty() { &published["publication_month"] } else { exact };
        assert_eq!(&row["published_on"], day, "a month stays a month");
        let pilot = published["programme"] == "pilot";
        assert_eq!(row["status"], if pilot { "indicative" } else { "awarded" });
        assert_eq!(row["flags"], "", "{row:?}");
    }
    assert_eq!(stated, 6);
    assert!(site.rows("transitions").iter().all(|row| row["from"].is_empty()));
    assert!(site.rows("reviewed").is_empty(), "what was published is no review of ours");
}

#[test]
fn the_same_file_again_is_already_there() {
    let site = Site::with_all_published();
    let before = site.lines();
    let again = site.run("publication import published.csv");
    assert_eq!((again.code, again.err.as_str()), (0, ""));
    assert_eq!(again.out, "published.csv: 0 recorded (0 records), 50 already there, 0 refused\n");
    // The same facts in another spelling of the table are still the same facts.
    let crlf = format!("\u{feff}{}", PUBLISHED.replace('\n', "\r\n"));
    site.write("again.csv", crlf);
    let again = site.ok("publication import again.csv");
    assert!(again.contains("50 already there, 0 refused"), "{again}");
    assert_eq!(site.lines(), before);
}

#[test]
fn another_content_under_the_same_key_is_refused_until_it_is_said_to_replace() {
    let site = Site::with_exampleshire();
    site.write("changed.csv", table(&[row("X99000001", "-", "Requires improvement", LOWER)]));
    let text = site.transcript(&[
        "publication import changed.csv",
        "publication import changed.csv --replace typing_error",
        "publication import changed.csv --replace typing_error",
        "publication import row.csv",
        "ratings --level overall",
        "scores --statement safeguarding",
        "scores --statement safeguarding --as-of 4",
        "transitions --statement safeguarding",
    ]);
    check("publications_replace", &text);
    let ran = site.run("publication import row.csv --replace 'I feel like it'");
    assert_eq!(ran.code, 2, "a reason is a code: {ran:?}");
}

/// The same correction a second time is another command, as something else stood there in between.
#[test]
fn a_correction_can_be_taken_back_and_made_again() {
    let site = Site::with_exampleshire();
    site.write("changed.csv", table(&[row("X99000001", "-", "Requires improvement", LOWER)]));
    for (file, score) in [("changed", "2"), ("row", "3"), ("changed", "2")] {
        site.ok(&format!("publication import {file}.csv --replace typing_error"));
        let rows = site.rows("scores --statement safeguarding");
        assert_eq!(rows[0]["score"], score, "after {file}.csv");
    }
}

#[test]
fn a_row_that_does_not_add_up_is_refused_with_both_figures_or_carried_with_a_flag() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.register("X99000002", "Samplebridge", "local_authority");
    site.register("X99000003", "Testford", "local_authority");
    let rows = [
        row("X99000001", "-", "Good", BRENT),
        row("X99000002", "-", "Requires improvement", BRENT).replace(",,2,2", ",61,2,2"),
        row("X99000003", "-", "Requires improvement", BRENT).replace(",,2,2", ",62,2,2"),
    ];
    site.write("rows.csv", table(&rows));
    let text = site.transcript(&[
        "publication import rows.csv",
        "publication import rows.csv --accept-disagreement as_published",
        "publication import rows.csv --accept-disagreement as_published",
        "publication import rows.csv --accept-disagreement sources_differ",
        "ratings --level overall",
        "transitions",
        "publication list",
        "assessment list",
    ]);
    check("publications_disagreement", &text);
    for row in site.rows("transitions") {
        assert_ne!(row["publication"], "due", "{row:?}");
    }
    let flags: Vec<String> =
        site.rows("ratings --level overall").iter().map(|row| row["flags"].clone()).collect();
    assert_eq!(flags, ["disagreement fictional", "disagreement fictional", "fictional"]);
}

#[test]
fn a_disagreement_is_due_only_when_a_later_review_moves_the_level() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.write(
        "row.csv",
        table(&[row("X99000001", "-", "Requires improvement", "3,3,3,3,3,3,3,3,3")]),
    );
    site.ok("publication import row.csv --accept-disagreement sources_differ");
    let review = |statement: &str, score: u8| {
        site.ok(&format!(
            "score review Exampleshire --statement {statement} --score {score} --date 2026-01-05 \
             --reason ongoing_review"
        ))
    };
    let overall = || -> Vec<(String, String)> {
        let rows = site.rows("transitions --since 2026-01-01");
        let rows = rows.into_iter().filter(|row| row["level"] == "overall");
        rows.map(|row| (row["to"].clone(), row["publication"].clone())).collect()
    };
    review("safeguarding", 2);
    assert_eq!(overall(), [], "75 and 73 per cent are both Good");
    for statement in ["assessing-needs", "partnerships-and-communities"] {
        review(statement, 1);
    }
    review("equity-in-experience-and-outcomes", 1);
    assert_eq!(site.rows("ratings --level overall")[0]["rating"], "Requires improvement");
    let moves = overall();
    assert_eq!(moves.len(), 1, "{moves:?}");
    assert_eq!(moves[0].0, "Requires improvement");
}

#[test]
fn rows_without_scores_are_taken_only_if_wanted() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.write("partial.csv", table(&[row("X99000001", "-", "Good", ",,,,,,,,")]));
    let text = site.transcript(&[
        "publication import partial.csv",
        "publication import partial.csv --partial",
        "publication import partial.csv --partial",
        "ratings",
        "ratings --level overall --format csv",
        "scores --statement safeguarding --format csv",
        "transitions --format csv",
    ]);
    check("publications_partial", &text);
}

/// Seventeen scores of a system, 48 of 68.
const SYSTEM: &str = "3,3,3,3,3,2,2,3,3,3,3,3,3,3,3,2,3";

#[test]
fn a_system_with_seventeen_scores_comes_under_its_own_framework() {
    let site = Site::begun();
    site.register("X99000003", "Sample System", "integrated_care_system");
    let columns: Vec<String> = (1..=17).map(|number| format!("qs{number}")).collect();
    let heading = format!(
        "gss_code,la_name,programme,overall_rating,overall_score_published,{},publication_month",
        columns.join(",")
    );
    let system = format!("X99000003,Sample System,formal,Good,71,{SYSTEM},2024-08");
    site.write("systems.csv", format!("{heading}\n{system}\n"));
    let text = site.transcript(&[
        "publication import systems.csv --framework la-2023",
        "publication import systems.csv",
        "publication import systems.csv",
        "ratings",
        "ratings --format csv",
        "framework list",
    ]);
    check("publications_system", &text);
    assert_eq!(site.rows("scores").len(), 17);
    assert_eq!(site.rows("ratings --level theme").len(), 3);
}

#[test]
fn bad_rows_are_named_and_the_others_go_in() {
    let site = Site::begun();
    let good =
        |code: &str| row(code, "\"Sample, the \"\"Test\"\"\"", "Requires improvement", BRENT);
    for number in 1..=9 {
        site.register(&format!("X9900000{number}"), &format!("Body {number}"), "local_authority");
    }
    let rows = [
        good("X99000001"),
        good("X99000002").replace(BRENT, "2,2,2,2,2,3,3,3,5"),
        good("X99000003").replace(BRENT, "2,2,2,2,2,3,,3,3"),
        good("X99000004").replace("2024-08", "August 2024"),
        good("X99000005").replace("2024-08", "2024-08-01"),
        good("X99000006").replace("formal", "trial"),
        good("X99000007") + ",one,too,many",
        good("X99000008").replace("Requires improvement", "Needs work"),
        good("x9900000a"),
        good("X99000009").replace(",2024-08,", ",2024-08,2024-09-01"),
        good("X99000009"),
    ];
    let text = format!("\u{feff}{}", table(&rows).replace('\n', "\r\n"));
    site.write("rows.csv", text);
    let text = site.transcript(&[
        "publication import rows.csv --dry-run",
        "organisation show X99000001",
        "publication import rows.csv",
        "publication list",
        "publication import rows.csv",
    ]);
    check("publications_bad_rows", &text);
}

#[test]
fn a_dry_run_records_nothing() {
    let site = Site::begun();
    site.write("published.csv", PUBLISHED);
    let before = (site.read("ledger/head"), site.lines());
    let said = site.ok("publication import published.csv --dry-run");
    assert_eq!(
        said,
        "published.csv: 50 would be recorded (101 records), 0 already there, 0 refused\n"
    );
    assert_eq!((site.read("ledger/head"), site.lines()), before);
    assert_eq!(site.ok("ratings --format jsonl"), "");
}

#[test]
fn an_import_can_stop_at_the_first_refusal() {
    let site = Site::begun();
    let codes = ["X99000001", "X99000002", "X99000003"];
    let rows = codes.map(|code| row(code, "Sample", "Requires improvement", BRENT));
    let [first, second, third] = rows;
    let second = second.replace("Requires improvement", "Good");
    site.write("rows.csv", table(&[first, second, third]));
    let stopped = site.run("publication import rows.csv --stop-on-refusal");
    assert_eq!(stopped.code, 1);
    let told = "rows.csv: 1 recorded (3 records), 0 already there, 1 refused\n";
    assert_eq!(stopped.out, format!("{told}signed a checkpoint of 5 records\n"));
    assert!(stopped.err.starts_with("rows.csv:3: refused [rating_disagrees]"), "{}", stopped.err);
    let on = site.run("publication import rows.csv");
    assert_eq!(
        (on.code, on.out.as_str()),
        (
            1,
            "rows.csv: 1 recorded (2 records), 1 already there, 1 refused\n\
             signed a checkpoint of 7 records\n"
        )
    );
}

#[test]
fn a_table_without_a_needed_column_is_not_understood() {
    let site = Site::begun();
    site.write("rows.csv", "gss_code,la_name,programme\nX99000001,Sample,formal\n");
    site.write("empty.csv", "");
    let text = site.transcript(&["publication import rows.csv", "publication import empty.csv"]);
    check("publications_columns", &text);
}

#[test]
fn a_table_can_come_on_the_standard_input() {
    let site = Site::begun();
    let ran = site.run_with("publication import -", PUBLISHED);
    let told = "-: 50 recorded (101 records), 0 already there, 0 refused\n";
    assert_eq!(ran.out, format!("{told}signed a checkpoint of 103 records\n"));
}
