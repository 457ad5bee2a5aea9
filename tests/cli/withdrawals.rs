//! Guards that what was published and taken back is never quietly replaced, that nothing of it
//! counts meanwhile, and that an update is judged on what has changed.

use assessment::framework::Framework;

use crate::site::{BRENT, Site, check, row};
use crate::story::AUTHORITY;

const P1: &str = "X99000011-2025-a-p1";

fn withdraw(on: &str, rest: &str) -> String {
    format!(
        "publication withdraw {P1} --reason published_in_error --text 'A day too early.' \
         --withdrawn-on {on} {rest}"
    )
}

fn reissue(on: &str, rest: &str) -> String {
    format!("publication reissue {P1} --reason after_withdrawal --published-on {on} {rest}")
}

#[test]
fn a_publication_is_withdrawn_and_issued_again_and_both_stay_in_the_list() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    let text = site.transcript(&[
        &withdraw("2025-11-21", "--dry-run"),
        &withdraw("2025-11-21", ""),
        &withdraw("2025-11-21", ""),
        "publication list",
        "ratings --level overall --audience public",
        "scores --statement safeguarding --audience public",
        "assessment list",
        "assessment show X99000011-2025-a",
        "assessment readiness X99000011-2025-a",
        "publication make X99000011-2025-a --date 2025-11-24",
        &reissue("2025-11-24", "--text 'As it was meant.' --by p-030 --dry-run"),
        &reissue("2025-11-24", "--text 'As it was meant.' --by p-030"),
        "publication list",
        "publication list --format csv",
        &format!("publication show {P1}"),
        "publication show X99000011-2025-a-p2",
        "publication show X99000011-2025-a-p2 --format jsonl --audience public",
        "ratings --level overall --audience public",
        "assessment list",
        "publication list --as-of 2999-01-01 --effective 2025-11-22",
    ]);
    check("withdrawals", &text);
    for audience in ["public", "body=X99000011"] {
        let rows = site.rows(&format!("publication list --audience {audience}"));
        let told: Vec<_> =
            rows.iter().map(|row| (&*row["withdrawn_on"], &*row["replaces"])).collect();
        assert_eq!(told, [("2025-11-21", ""), ("", P1)], "{audience}");
        let shown = site.ok(&format!("publication show {P1} --audience {audience}"));
        assert!(shown.contains("published_in_error") && !shown.contains("A day too early."));
    }
}

/// A rating that was taken back must not be counted on anywhere.
#[test]
fn nothing_of_what_was_withdrawn_is_a_published_rating() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    site.ok(&withdraw("2025-11-21", ""));
    for audience in ["regulator", "public", "body=X99000011"] {
        for row in site.rows(&format!("scores --audience {audience}")) {
            assert_eq!(row["published_score"], "", "{audience}: {row:?}");
            assert!(row["flags"].contains("withdrawn"), "{audience}: {row:?}");
        }
        let rows = site.rows(&format!("ratings --level overall --audience {audience}"));
        let row = &rows[0];
        assert_eq!((&*row["published_rating"], &*row["published_score"]), ("", ""), "{row:?}");
        assert_eq!(site.rows(&format!("publication list --audience {audience}")).len(), 1);
    }
    // It was published once: its work does not begin anew.
    assert_eq!(site.rows("assessment list")[0]["state"], "withdrawn");
    let open = site.run("assessment amend Millbrook --site-visit 2025-12-01");
    assert!(open.err.contains("has no open assessment"), "{open:?}");
}

#[test]
fn what_cannot_be_withdrawn_or_issued_again_is_refused() {
    let site = Site::begun();
    site.import(&AUTHORITY.unpublished());
    let early = withdraw("2025-11-21", "");
    let mut text = site.transcript(&[&early, &reissue("2025-11-24", "")]);
    site.import(&AUTHORITY.publish());
    text += &site.transcript(&[
        "publication make X99000011-2025-a --date 2025-11-24",
        &reissue("2025-11-24", "").replace("after_withdrawal", "error_in_text"),
        &reissue("2025-11-19", ""),
        &withdraw("2025-11-19", ""),
        &withdraw("2025-11", ""),
        &withdraw("2999-01-01", ""),
        &withdraw("2025-11-21", "").replace("published_in_error", "regret"),
        &withdraw("2025-11-21", "").replace("-p1", "-p7"),
        &withdraw("2025-11-21", "").replace("-p1", ""),
        &early,
        &withdraw("2025-11-22", ""),
        &reissue("2025-11-20", ""),
        &reissue("2025-11-24", ""),
        &withdraw("2025-11-25", ""),
        &reissue("2025-11-25", ""),
        "publication show X99000011-2025-a-p3",
    ]);
    check("withdrawals_refused", &text);
}

#[test]
fn what_was_published_before_this_ledger_can_be_withdrawn_too() {
    let site = Site::with_exampleshire();
    let text = site.transcript(&[
        "publication withdraw X99000001-2024-a-p1 --reason not_to_be_public \
         --withdrawn-on 2026-05-04",
        "publication list Exampleshire",
        "publication show X99000001-2024-a-p1",
        "ratings --level overall",
        "scores --statement safeguarding --format csv",
    ]);
    check("withdrawals_imported", &text);
}

/// An import, of which safeguarding is judged a 2 and was published as a 3.
fn moved() -> Site {
    let site = Site::with_exampleshire();
    let framework = Framework::shipped("la-2023".parse().unwrap()).unwrap();
    for (category, number) in framework.scoring.categories.iter().zip(1..) {
        let category = &category.id;
        site.ok(&format!(
            "evidence submit Exampleshire --category {category} --origin collected \
             --setting on_site --method interview --source partners --collected 2026-04 \
             --received 2026-05-01 --text 'What was said.'"
        ));
        site.ok(&format!("evidence use X99000001-2024-a X99000001-e{number} --date 2026-05-01"));
        site.ok(&format!(
            "score review Exampleshire --statement safeguarding --category {category} --score 2 \
             --evidence X99000001-e{number} --reason ongoing_review --text 'As said.' \
             --date 2026-05-04"
        ));
    }
    site
}

#[test]
fn an_update_is_judged_on_what_changed_since() {
    let site = moved();
    let make = "publication make X99000001-2024-a --date 2026-05-20";
    let text = site.transcript(&[
        "assessment readiness X99000001-2024-a",
        make,
        "draft write X99000001-2024-a --section statement_findings --statement safeguarding \
         --text 'Partners were clear.' --date 2026-05-05",
        "draft share X99000001-2024-a --date 2026-05-06",
        "draft confirm X99000001-2024-a --to local_authority --date 2026-05-11",
        "assessment readiness X99000001-2024-a",
        make,
        "publication list",
        "publication show X99000001-2024-a-p1",
        "ratings --level overall",
        "assessment readiness X99000001-2024-a",
    ]);
    check("withdrawals_update", &text);
}

/// What has become history is changed no more.
#[test]
fn of_two_published_assessments_the_earlier_is_history() {
    let site = moved();
    let later = row("X99000001", "Exampleshire", "Requires improvement", BRENT);
    site.publish(&later.replace("2024-08", "2026-05"));
    let text = site.transcript(&[
        "assessment readiness X99000001-2024-a",
        "publication make X99000001-2024-a --date 2026-05-20",
        "publication reissue X99000001-2024-a-p1 --reason error_in_text --published-on 2026-05-20",
    ]);
    check("withdrawals_superseded", &text);
}
