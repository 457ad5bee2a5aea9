//! Guards that nobody shares what is not whole, that a window closes on the day the rules say and
//! for each recipient by itself, and that what was written can be read again by who holds the keys.

use serde_json::Value;

use crate::site::{Site, check};
use crate::story::{AUTHORITY, SYSTEM, Story};

/// Scored and decided on; nothing is written.
fn decided(story: &Story) -> Site {
    let site = Site::begun();
    site.import(&[story.begin(), story.evidence(), story.scores(), story.panel()].concat());
    site
}

/// Written as a whole, and not shared.
fn written(story: &Story) -> Site {
    let site = decided(story);
    site.import(&story.drafts());
    site
}

/// The same lines half a year earlier, so that Easter comes after the draft.
fn in_spring(lines: Vec<Value>) -> Vec<Value> {
    let months = [("2025-08", "2025-01"), ("2025-09", "2025-02"), ("2025-10", "2025-03")];
    let earlier = |line: Value| {
        let text = months.iter().fold(line.to_string(), |text, (is, was)| text.replace(is, was));
        serde_json::from_str(&text).unwrap()
    };
    lines.into_iter().map(earlier).collect()
}

#[test]
fn a_passage_is_written_again_and_again_and_the_last_version_shows() {
    let site = decided(&AUTHORITY);
    site.write("summary.md", "Millbrook **knows** its people.\n\n- Some wait.\n");
    site.write("screen.txt", "Clear\u{1b}[2Jthe screen\r\n");
    let text = site.transcript(&[
        "draft list Millbrook",
        "draft write Millbrook --section summary --text 'A first try.' --date 2025-10-20 --dry-run",
        "draft write Millbrook --section summary --text 'A first try.' --date 2025-10-20",
        "draft write Millbrook --section summary summary.md --date 2025-10-21",
        "draft write Millbrook --section theme_findings --theme leadership screen.txt \
         --date 2025-10-21",
        "draft list Millbrook",
        "draft show Millbrook --section summary",
        "draft show Millbrook --section theme_findings --theme leadership",
        "draft show Millbrook --section strengths",
        "draft show X99000011-2024-a --section summary",
    ]);
    check("drafts_write", &text);
    let said = site.ok_with(
        "draft write Millbrook --section summary - --date 2025-10-22",
        "From the standard input.",
    );
    assert!(said.contains("version 3"), "{said}");
    let row = &site.rows("draft show Millbrook --section summary")[0];
    let of = |column: &str| row[column].as_str();
    assert_eq!((of("version"), of("text")), ("3", "From the standard input."));
    // An earlier version is what an earlier day had.
    let then = site.rows("draft show Millbrook --section summary --effective 2025-10-20");
    assert_eq!(then[0]["text"], "A first try.");
}

#[test]
fn a_passage_is_one_that_the_report_has_and_is_text() {
    let site = decided(&AUTHORITY);
    site.write("scan.pdf", "%PDF-1.7");
    site.write("latin.txt", b"caf\xe9");
    let text = site.transcript(&[
        "draft write Millbrook --section weather --text x",
        "draft write Millbrook --section summary",
        "draft write Millbrook --section summary nothing.md",
        "draft write Millbrook --section summary scan.pdf",
        "draft write Millbrook --section summary latin.txt",
        "draft write Millbrook --section overall_rating --text x --date 2025-10-20",
        "draft write Millbrook --section theme_findings --text x --date 2025-10-20",
        "draft write Millbrook --section summary --theme leadership --text x --date 2025-10-20",
        "draft write Millbrook --section statement_findings --statement weather --text x \
         --date 2025-10-20",
        "draft write Millbrook --section progress --text x --date 2025-10-20",
        "draft write Nowhere --section summary --text x",
    ]);
    check("drafts_refused", &text);
    let rows = site.rows("draft list Millbrook");
    assert!(rows.iter().all(|row| row["version"].is_empty()), "{rows:?}");
}

#[test]
fn only_a_whole_draft_is_shared_and_only_with_those_whom_the_framework_names() {
    let site = decided(&AUTHORITY);
    let mut text = site.transcript(&["draft share Millbrook --date 2025-11-03"]);
    site.import(&AUTHORITY.drafts());
    text += &site.transcript(&[
        "draft share Millbrook --date 2025-10-01",
        "draft share Millbrook --date 2025-11",
        "draft share Millbrook --to integrated_care_board --date 2025-11-03",
        "draft share Millbrook --to somebody --date 2025-11-03",
        "draft confirm Millbrook --to local_authority --date 2025-11-03",
        "draft extend Millbrook --to local_authority --until 2025-11-20 --granted-by p-009 \
         --reason exceptional --date 2025-11-03",
        "draft share Millbrook --date 2025-11-03 --dry-run",
        "draft share Millbrook --date 2025-11-03",
        "assessment show X99000011-2025-a",
    ]);
    check("drafts_share", &text);
}

/// Emailed nine days before Good Friday: neither that nor Easter Monday is a working day.
#[test]
fn ten_working_days_leave_out_easter() {
    let site = Site::begun();
    let lines = [
        AUTHORITY.begin(),
        AUTHORITY.evidence(),
        AUTHORITY.scores(),
        AUTHORITY.panel(),
        AUTHORITY.drafts(),
    ];
    site.import(&in_spring(lines.concat()));
    for (emailed, due) in [
        ("2025-04-09", "2025-04-25"),
        // The bank holiday in May is the twelfth day after these.
        ("2025-04-17", "2025-05-06"),
        ("2025-04-18", "2025-05-06"),
        ("2025-04-19", "2025-05-06"),
        ("2025-06-02", "2025-06-16"),
    ] {
        let said = site.ok(&format!("draft share Millbrook --date {emailed} --dry-run"));
        let sentence = "local_authority: comments would be in time until the end of";
        assert!(said.ends_with(&format!("{sentence} {due}\n")), "{emailed}: {said}");
    }
}

#[test]
fn both_recipients_of_a_system_have_a_window_and_both_must_confirm() {
    let site = written(&SYSTEM);
    let text = site.transcript(&[
        "draft share Vale --to integrated_care_board --date 2025-11-03",
        "draft share Vale --to integrated_care_partnership --date 2025-11-05",
        "draft extend Vale --to integrated_care_board --until 2025-11-17 --granted-by p-009 \
         --reason exceptional --date 2025-11-06",
        "draft extend Vale --to integrated_care_board --until 2025-11-24 --granted-by p-009 \
         --reason exceptional --text 'The chair is ill.' --date 2025-11-06",
        "assessment show X99000012-2025-a",
        "draft confirm Vale --to integrated_care_board --date 2025-11-10 --dry-run",
        "draft confirm Vale --to integrated_care_board --date 2025-11-10",
        "publication make Vale --date 2025-11-11 --dry-run",
        "draft confirm Vale --to integrated_care_partnership --date 2025-11-11",
        "publication make Vale --date 2025-11-11 --dry-run",
    ]);
    check("drafts_system", &text);
}

/// Whoever gets a newer draft needs the time to read that one.
#[test]
fn sharing_again_starts_the_time_anew() {
    let site = written(&SYSTEM);
    let share = |day: &str| site.ok(&format!("draft share Vale --date {day}"));
    let due = |said: &str| -> Vec<String> {
        let lines = said.lines().filter_map(|line| line.split_once("until the end of "));
        lines.map(|(_, day)| day.to_owned()).collect()
    };
    assert_eq!(due(&share("2025-11-03")), ["2025-11-17"; 2]);
    site.ok("draft confirm Vale --to integrated_care_board --date 2025-11-04");
    site.ok("draft write Vale --section summary --text 'Another one.' --date 2025-11-05");
    assert_eq!(due(&share("2025-11-05")), ["2025-11-19"; 2]);
    let ran = site.run("publication make Vale --date 2025-11-18 --dry-run");
    assert!(ran.err.contains("[window_open]"), "the confirmation was of the older draft: {ran:?}");
}

#[test]
fn without_the_keys_a_passage_is_there_and_cannot_be_read() {
    let site = written(&AUTHORITY);
    let show = "--config nowhere draft show Millbrook --section summary";
    let text = site.transcript(&[
        show,
        &format!("{show} --format json"),
        "--config nowhere draft list Millbrook --format csv",
        "--config nowhere draft write Millbrook --section summary --text 'More.' --dry-run",
    ]);
    let listed = text.lines().filter(|line| !line.contains(",statement_findings,"));
    check("drafts_without_keys", &listed.collect::<Vec<_>>().join("\n"));
    assert_eq!(site.run(&format!("{show} --format csv")).code, 5);
}
