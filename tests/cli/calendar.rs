//! Guards that deadlines are counted by the days that people were told, and that a temporary step
//! of the process ends when it was said to, and not before.

use serde_json::json;

use crate::site::{Site, check};
use crate::story::AUTHORITY;

#[test]
fn bank_holidays_are_listed_and_added_with_their_source() {
    let site = Site::begun();
    let add = "calendar add 2028 2028-01-03 2028-04-14 2028-04-17";
    let source = "--source https://example.org/bank-holidays";
    let text = site.transcript(&[
        "calendar list 2027",
        "calendar list 2028",
        &format!("{add} {source} --dry-run"),
        &format!("{add} {source}"),
        &format!("{add} {source}"),
        &format!("calendar add 2027 2027-07-09 2027-12-27 {source}"),
        "calendar list 2028",
        "calendar list 2027 --format csv",
        &format!("calendar add 2029 2028-05-01 {source}"),
        &format!("calendar add 2029 2029-05 {source}"),
        &format!("calendar add 2029 {source}"),
        &format!("calendar add next 2029-01-01 {source}"),
        "calendar add 2029 2029-01-01 --source somewhere",
        "calendar add 2029 2029-01-01",
        "calendar list 2028 --as-of 0",
        "calendar list --audience public",
    ]);
    check("calendar_days", &text);
    assert_eq!(site.rows("calendar list").len(), site.ok("calendar list").lines().count() - 1);
}

/// A due date that moved by itself would not be the one that people were told.
#[test]
fn a_bank_holiday_that_is_announced_later_counts_for_who_is_told_later() {
    let story = AUTHORITY;
    let site = Site::begun();
    let lines = [story.begin(), story.evidence(), story.scores(), story.panel(), story.drafts()];
    site.import(&lines.concat());
    let shared = site.ok("draft share Millbrook --date 2025-12-19");
    assert!(shared.contains("until the end of 2026-01-07"), "{shared}");
    site.ok("calendar add 2025 2025-12-29 --source https://example.org/bank-holidays");
    let rows = site.rows("assessment list Millbrook");
    assert!(rows[0]["windows"].contains("due 2026-01-07"), "{rows:?}");
    let shared = site.ok("draft share Millbrook --date 2025-12-19");
    assert!(shared.contains("until the end of 2026-01-08"), "{shared}");
}

/// All but the panel, and the draft shared after `from`.
fn without_panel() -> Site {
    let site = Site::begun();
    let story = AUTHORITY;
    let lines = [story.begin(), story.evidence(), story.scores(), story.drafts()];
    site.import(&lines.concat());
    let mut process = serde_json::to_value(story.framework().process).unwrap();
    process["panel"]["first_publication"]["value"] = json!(false);
    site.write("process.json", process.to_string());
    site
}

/// A temporary step that ended too early would let a score out that no panel saw; one that never
/// ended would hold up what nobody has to wait for.
#[test]
fn the_panel_is_not_waited_for_from_the_date_on_which_it_ends() {
    let site = without_panel();
    let revise = "framework revise la-2025 --process process.json --from 2025-11-05 \
                  --reason temporary_step_ended --date 2025-10-30";
    let ask = |line: &str| {
        let ran = site.run(line);
        (ran.code, ran.err.lines().next().unwrap_or_default().to_owned())
    };
    let waits = (1, "[panel_not_decided]");
    let is = |(code, said): (i32, String), (expected, because): (i32, &str)| {
        assert!(code == expected && said.ends_with(because), "{code}: {said}");
    };
    is(ask("draft share Millbrook --date 2025-11-06"), waits);
    let text = site.transcript(&[
        &format!("{revise} --text 'The view is consistent by now.' --dry-run"),
        &format!("{revise} --text 'The view is consistent by now.'"),
        revise,
        "assessment readiness Millbrook --effective 2025-11-04",
        "assessment readiness Millbrook --effective 2025-11-05",
        "framework show la-2025",
        "framework show la-2025 --audience public --format csv",
    ]);
    check("calendar_process", &text);
    is(ask("draft share Millbrook --date 2025-11-04"), waits);
    is(ask("draft share Millbrook --date 2025-11-05"), (0, ""));
    is(ask("publication make Millbrook --date 2025-11-19"), (1, "[window_open]"));
    is(ask("publication make Millbrook --date 2025-11-20"), (0, ""));
}

#[test]
fn a_revision_is_refused_with_what_is_wrong_with_it() {
    let site = without_panel();
    let framework = AUTHORITY.framework();
    let mut unsound = serde_json::to_value(&framework.process).unwrap();
    unsound["accuracy_working_days"]["value"] = json!(0);
    site.write("unsound.json", unsound.to_string());
    site.write("whole.json", serde_json::to_string(&framework).unwrap());
    site.write("broken.json", "{ \"panel\": ");
    let revise =
        |more: &str| format!("framework revise la-2025 --from 2025-11-05 --date 2025-10-30 {more}");
    let ended = "--reason temporary_step_ended";
    let text = site.transcript(&[
        &revise(&format!("--process unsound.json {ended}")),
        &revise(&format!("--process whole.json {ended}")),
        &revise(&format!("--process broken.json {ended}")),
        &revise(&format!("--process nothing.json {ended}")),
        &revise("--process process.json --reason because"),
        &revise(&format!("--process process.json {ended} --text a --file b")),
        &revise(&format!("--process process.json {ended}")).replace("la-2025", "ics-2023"),
        &revise(&format!("--process process.json {ended}")).replace("10-30", "99-99"),
    ]);
    check("calendar_refused", &text);
}
