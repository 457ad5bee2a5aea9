//! Guards that nothing is published before its time, that a report says to each audience what that
//! audience may know and not a word more, and that what was published can be trusted as it lies.

use std::fs;

use serde_json::{Value, json};

use crate::site::{BRENT, HEADER, Site, check, row};
use crate::story::{AUTHORITY, MARK, SYSTEM, command};

/// With Millbrook and Vale published, and Exampleshire as published before.
fn published() -> Site {
    let site = Site::with_exampleshire();
    site.import(&AUTHORITY.published());
    site.import(&SYSTEM.published());
    site
}

/// With Millbrook's draft shared, and some of it written since.
fn shared() -> Site {
    let site = Site::begun();
    site.import(&AUTHORITY.unpublished());
    site
}

#[test]
fn a_publication_is_refused_for_each_thing_that_is_missing_and_then_made() {
    let site = Site::begun();
    site.import(&AUTHORITY.begin());
    let mut text = String::new();
    let mut try_to = |what: &str, day: &str| {
        text += &format!("# {what}\n\n");
        text += &site.transcript(&[&format!("publication make Millbrook --date {day}")]);
    };
    try_to("no evidence, no scores", "2025-12-01");
    site.import(&[AUTHORITY.evidence(), AUTHORITY.scores()].concat());
    try_to("no panel", "2025-12-01");
    site.import(&AUTHORITY.panel());
    site.ok("score review Millbrook --assessment X99000011-2025-a --statement safeguarding \
         --score 3 --reason new_evidence --evidence X99000011-e1 --by p-021 --date 2025-10-08 \
         --text 'Seen again.'");
    try_to("a score changed since the panel's decision", "2025-12-01");
    site.ok("panel confirm 2025-a Millbrook --date 2025-10-09");
    try_to("no draft", "2025-12-01");
    site.import(&AUTHORITY.drafts());
    try_to("not shared", "2025-12-01");
    site.import(&AUTHORITY.check()[..2]);
    try_to("the window is open", "2025-11-17");
    try_to("a comment is not resolved", "2025-11-18");
    site.import(&AUTHORITY.check()[2..]);
    site.ok("evidence withdraw X99000011-e1 --reason inaccurate --date 2025-11-18");
    try_to("what the scores rest on is withdrawn", "2025-11-18");
    check("reports_refused", &text);
}

#[test]
fn a_publication_is_made_once_and_a_dry_run_stores_nothing() {
    let site = shared();
    let index = site.path("ledger/index");
    let kept =
        || site.files().into_iter().filter(|it| !it.0.starts_with(&index)).collect::<Vec<_>>();
    let before = kept();
    let make = "publication make Millbrook --by p-040 --date 2025-11-20";
    let mut text = site.transcript(&[&format!("{make} --dry-run")]);
    assert!(kept() == before, "a dry run stored something");
    assert!(!site.path("ledger/publications").exists());
    text += &site.transcript(&[
        make,
        make,
        "publication make X99000011-2025-a --date 2025-11-21",
        "publication list",
        "publication show X99000011-2025-a-p1",
        "publication show X99000011-2025-a-p2",
        "publication show X99000011-2025-a-p1 --audience public",
    ]);
    check("reports_made", &text);
}

#[test]
fn a_publication_needs_the_keys_of_its_texts() {
    let site = shared();
    let before = site.lines().len();
    let text = site.transcript(&[
        "--config nowhere publication make Millbrook --date 2025-11-20",
        "--config nowhere report X99000011-2025-a --draft",
    ]);
    check("reports_without_keys", &text);
    assert_eq!(site.lines().len(), before);
    site.import(&AUTHORITY.publish());
    // What is published lies in the clear.
    let report = "report X99000011-2025-a --audience public";
    assert_eq!(site.ok(&format!("--config nowhere {report}")), site.ok(report));
}

#[test]
fn publications_made_here_and_taken_in_are_listed_together() {
    let site = published();
    let text = site.transcript(&[
        "publication list",
        "publication list --format csv",
        "publication list --audience public --format csv",
        "publication show X99000012-2025-a-p1",
        "publication show X99000001-2024-a-p1",
        "publication show X99000012-2025-a-p1 --format json",
    ]);
    check("reports_list", &text);
    for row in site.rows("publication list --audience public") {
        assert_eq!(row["position"], "", "{row:?}");
    }
}

#[test]
fn a_published_report_reads_well() {
    let site = published();
    check("reports_authority.md", &site.ok("report Millbrook"));
    check("reports_authority.html", &site.ok("report Millbrook --format html"));
    check("reports_system.md", &site.ok("report Vale"));
    check("reports_imported.md", &site.ok("report Exampleshire"));
}

#[test]
fn a_published_report_is_the_same_for_all_but_for_evidence_category_scores() {
    let site = published();
    let report = |id: &str, audience: &str, format: &str| {
        site.ok(&format!("report {id} --audience {audience} --format {format}"))
    };
    for format in ["md", "html", "json"] {
        // An authority's framework scores no categories.
        for audience in ["regulator", "body=X99000011", "body=X99000012"] {
            let id = "X99000011-2025-a";
            assert_eq!(report(id, audience, format), report(id, "public", format), "{audience}");
        }
        let id = "X99000012-2025-a";
        let public = report(id, "public", format);
        let own = report(id, "body=X99000012", format);
        assert_eq!(report(id, "body=X99000011", format), public);
        assert_eq!(report(id, "regulator", format), own);
        assert_ne!(own, public);
        for name in ["Feedback from partners", "p-0", "X99000012-e", "p-101"] {
            assert!(!public.contains(name), "{format}: {name}");
        }
        assert!(own.contains("Feedback from partners"));
    }
}

/// What a page loads, somebody else can watch or change.
#[test]
fn the_page_has_no_script_loads_nothing_and_keeps_its_order() {
    let site = published();
    for line in ["report Millbrook", "report Vale", "report Exampleshire"] {
        let page = site.ok(&format!("{line} --format html"));
        for what in [
            "<script", "<link", "<img", "<iframe", "src=", "url(", "@import", "onload=", "onclick=",
        ] {
            let tags = page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap());
            let found = format!("<{}>", tags.collect::<Vec<_>>().join("><")).contains(what);
            assert!(!found, "{line}: {what}");
        }
        assert!(page.contains("default-src 'none'"));
        assert!(page.contains("(fictional)"), "an invented body is marked");
    }
    let page = site.ok("report Millbrook --format html");
    let blocks = [
        "Overall rating",
        "Dates",
        "Summary",
        "People's experiences and how they were used",
        "Areas of strength and good practice",
        "Areas that need to improve",
        "Direction of travel",
        "How the local authority works with people",
        "Leadership",
        "Scores of the quality statements",
        "How the ratings were computed",
    ];
    let places = blocks.map(|block| page.find(&format!(">{block}</h2>")).expect(block));
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_draft_says_what_is_missing_and_that_it_is_one() {
    let site = Site::begun();
    site.import(&[AUTHORITY.begin(), AUTHORITY.evidence()].concat());
    site.ok("draft write Millbrook --section summary --text 'A first try.' --date 2025-10-20");
    check("reports_draft.md", &site.ok("report Millbrook --draft"));
    let text = site.transcript(&[
        "report Millbrook",
        "report X99000011-2025-a",
        "report X99000011-2025-b",
        "report X99000011-2025-b --draft",
        "report Nowhere",
        "report Nowhere --draft",
        "report X99000011-2025-a --draft --audience public",
        "report Millbrook --draft --audience public",
        "report X99000011-2025-a --draft --audience body=X99000013",
        "report Millbrook --draft --audience body=X99000013",
        "report X99000011-2025-a --draft --audience body=X99000011",
        "report Millbrook --draft --audience body=X99000011",
        "report X99000011-2025-a --audience public",
        "report X99000011-2025-a --as-of yesterday",
        "report X99000011-2025-a --format pdf",
    ]);
    check("reports_unpublished", &text);
}

#[test]
fn a_body_sees_its_draft_as_it_was_shared() {
    let site = shared();
    let own = "report Millbrook --draft --audience body=X99000011";
    let before = site.ok(own);
    check("reports_shared.md", &before);
    site.ok("draft write Millbrook --section summary --text 'Not yet shared.' --date 2025-11-06");
    site.ok("score review Millbrook --assessment X99000011-2025-a --statement safeguarding \
         --score 1 --reason new_evidence --evidence X99000011-e1 --by p-021 --date 2025-11-06 \
         --text 'Seen again.'");
    assert_eq!(site.ok(own), before);
    assert_eq!(site.ok("report X99000011-2025-a --draft --audience body=X99000011"), before);
    let regulators = site.ok("report Millbrook --draft");
    assert!(regulators.contains("Not yet shared."), "{regulators}");
    assert_eq!(site.run("panel confirm 2025-a Millbrook --date 2025-11-07").code, 0);
    site.ok("draft share Millbrook --date 2025-11-10");
    assert!(site.ok(own).contains("Not yet shared."));
}

/// A later review that moved no published level is public by its date alone.
#[test]
fn a_later_review_shows_by_its_date_and_an_unpublished_move_does_not() {
    let site = published();
    let review = |score: u8, on: &str| {
        site.import(&[command(
            "review_score",
            serde_json::json!({
                "assessment": "X99000011-2025-a", "organisation": "X99000011",
                "reason": "ongoing_review", "reviewed_on": on, "score": score,
                "statement": "assessing-needs",
            }),
        )]);
    };
    let report = || site.ok("report Millbrook --audience public");
    let before = report();
    review(1, "2026-01-05");
    assert_eq!(report(), before);
    review(3, "2026-01-06");
    let after = report();
    assert!(after.contains("Reviewed on 6 January 2026"), "{after}");
    assert!(!after.contains("5 January"), "{after}");
}

#[test]
fn a_released_file_that_is_not_what_was_published_is_damage_and_no_report() {
    let site = published();
    let made = site.rows("publication show X99000011-2025-a-p1");
    let file = site.path("ledger/publications").join(&made[0]["released"]);
    let bytes = fs::read(&file).unwrap();
    let ask = ["report Millbrook --audience public", "verify --format jsonl"];
    let mut text = String::new();
    let mut look = |what: &str| {
        let said = site.run(ask[0]);
        let verified = site.run(ask[1]);
        assert_eq!((said.code, verified.code), (3, 3), "{what}: {said:?} {verified:?}");
        assert!(!said.err.contains("record "), "no position for the public: {said:?}");
        let dir = site.path("");
        let err = said.err.replace(dir.to_str().unwrap(), "");
        text += &format!("# {what}\n\n{err}{}\n\n", verified.out.lines().next().unwrap());
    };
    fs::remove_file(&file).unwrap();
    look("the file is gone");
    fs::write(&file, String::from_utf8(bytes).unwrap().replace(MARK, "Mistakes")).unwrap();
    look("a word is another one");
    check("reports_damaged", &text);
}

#[test]
fn a_report_as_json_is_one_object_with_every_member() {
    let site = published();
    let report: Value = serde_json::from_str(&site.ok("report Vale --format json")).unwrap();
    assert_eq!(report["fictional"], true);
    assert_eq!(report["overall"]["rating"], "Good");
    let statements = report["themes"].as_array().unwrap().iter();
    let statements = statements.flat_map(|theme| theme["statements"].as_array().unwrap());
    assert_eq!(statements.filter(|it| it["findings"]["text"].is_string()).count(), 17);
}

#[test]
fn what_was_known_of_an_imported_publication_is_said_and_what_was_not_is_not_made_up() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    let rows = row("X99000001", "-", "Good", ",,,,,,,,")
        .replace(",2024-08,,", ",2024-08,2024-08-09,https://example.org/r");
    site.write("partial.csv", format!("{HEADER}\n{rows}\n"));
    site.ok("publication import partial.csv --partial");
    check("reports_partial.md", &site.ok("report Exampleshire"));
    let ran = site.run("report X99000001-2024-a --draft");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("it has no draft"), "{ran:?}");
    assert!(!ran.err.contains(BRENT));
}

/// A line that says in public what became of a report, or what is open about it.
fn notices(page: &str) -> Vec<&str> {
    page.lines().filter_map(|line| line.strip_prefix("> **Notice.** ")).collect()
}

/// The lines of a report from a heading on, up to the next.
fn block(page: &str, heading: &str) -> String {
    let lines = page.lines().skip_while(|line| *line != format!("## {heading}"));
    let rest = lines.skip(1).take_while(|line| !line.starts_with("## "));
    rest.map(|line| format!("{line}\n")).collect()
}

fn finance(year: &str, facts: Value) -> Value {
    let data = json!({
        "facts": facts, "organisation": AUTHORITY.code, "source": "https://example.org/accounts",
        "year": year,
    });
    command("record_finance", data)
}

/// Another summary, shared with the authority, which has nothing to say.
fn rewritten(what: &str, on: [&str; 2]) -> Vec<Value> {
    let assessment = AUTHORITY.assessment();
    let draft = json!({
        "assessment": assessment, "content": { "text": what }, "section": "summary",
        "written_on": on[0],
    });
    let confirmed = json!({
        "assessment": assessment, "confirmed_on": on[1], "recipient": AUTHORITY.recipients[0],
    });
    vec![
        command("write_draft", draft),
        command("share_draft", json!({ "assessment": assessment, "shared_on": on[0] })),
        command("confirm_draft", confirmed),
    ]
}

fn make(on: &str) -> Value {
    let data = json!({ "assessment": AUTHORITY.assessment(), "published_on": on });
    command("make_publication", data)
}

/// A figure that moves after it was published is worse than none.
#[test]
fn financial_facts_are_shown_as_they_were_known_at_the_publication() {
    let site = shared();
    let draft = || block(&site.ok("report X99000011-2025-a --draft"), "Financial facts");
    assert_eq!(draft().trim(), "*Not recorded yet.*");
    let full = json!({
        "care_budget_pence": 18_200_000_000_u64, "care_spend_pence": 18_100_000_000_u64,
        "people_long_term": 5120, "people_short_term": 990, "precept": "full",
        "total_budget_pence": 51_230_000_000_u64, "total_spend_pence": 51_811_204_350_u64,
    });
    site.import(&[
        finance("2022-23", json!({ "people_long_term": 1 })),
        finance(
            "2024-25",
            json!({ "care_spend_pence": 18_300_000_000_u64, "precept": "not_full" }),
        ),
        finance("2023-24", full),
    ]);
    let drafted = draft();
    site.import(&AUTHORITY.publish());
    let report = |format: &str| site.ok(&format!("report Millbrook --audience public {format}"));
    let published = block(&report(""), "Financial facts");
    assert_eq!(published, drafted);
    check("reports_finance.md", &published);
    let page = report("--format html");
    for line in published.lines().filter(|line| line.starts_with("| ")).skip(2) {
        for cell in line.trim_matches('|').split('|').map(str::trim).filter(|it| !it.is_empty()) {
            assert!(page.contains(&format!(">{cell}<")), "{cell}");
        }
    }
    site.import(&[finance("2024-25", json!({ "people_long_term": 7 }))]);
    assert_eq!(block(&report(""), "Financial facts"), published);
    assert_ne!(draft(), drafted);
    assert!(site.ok("verify").contains("\nverified"));
}

/// Whoever asks for one publication must not be given another.
#[test]
fn every_publication_of_an_assessment_can_be_read() {
    let site = published();
    let report = |what: &str| site.ok(&format!("report {what} --audience public"));
    let first = report("Millbrook");
    assert_eq!(report("X99000011-2025-a-p1"), first);
    site.import(&rewritten("It was rewritten.", ["2026-01-05", "2026-01-06"]));
    let draft = "report Millbrook --draft";
    let own = format!("{draft} --audience body=X99000011");
    assert!(site.ok(draft).contains("It was rewritten."));
    assert!(site.ok(&own).contains("It was rewritten."));
    site.import(&[make("2026-01-07")]);
    let (old, new) = (report("X99000011-2025-a-p1"), report("X99000011-2025-a-p2"));
    assert_eq!((report("Millbrook"), report("X99000011-2025-a")), (new.clone(), new.clone()));
    let later = "7 January 2026: A later report was published: X99000011-2025-a-p2.";
    assert_eq!((notices(&old), notices(&new)), (vec![later], vec![]));
    for heading in ["Overall rating", "Summary", "Direction of travel", "Leadership"] {
        assert_eq!(block(&old, heading), block(&first, heading), "{heading}");
        assert_eq!(block(&new, heading) == block(&first, heading), heading != "Summary");
    }
    check(
        "reports_publications",
        &site.transcript(&[
            "report X99000011-2025-a-p3",
            "report X99000011-2025-a-p3 --audience public",
            "report X99000013-2025-a-p1 --audience public",
            "report X99000011-2025-a-p1 --draft",
            draft,
            &own,
        ]),
    );
}

/// What was taken back must say so wherever it is read; what must not be public must not be.
#[test]
fn a_withdrawn_report_is_marked_and_what_must_not_be_public_is_not_shown() {
    let withdrawn = |reason: &str| {
        let site = published();
        let data = json!({
            "publication": "X99000011-2025-a-p1", "reason": reason, "withdrawn_on": "2025-12-01",
        });
        site.import(&[command("withdraw_publication", data)]);
        site
    };
    let site = withdrawn("published_in_error");
    let page = site.ok("report Millbrook --audience public");
    check("reports_withdrawn.md", &page);
    assert_eq!(site.ok("report Millbrook"), page);
    assert!(site.ok("report Millbrook --format html").contains("Withdrawn – no longer in force"));
    let json: Value = serde_json::from_str(&site.ok("report Millbrook --format json")).unwrap();
    let expected = json!({ "on": "2025-12-01", "reason": "published_in_error" });
    assert_eq!(json["state"]["published"]["withdrawn"], expected);

    let site = withdrawn("not_to_be_public");
    for audience in ["public", "body=X99000011", "body=X99000012"] {
        for format in ["md", "html", "json"] {
            let ask = format!("report Millbrook --audience {audience} --format {format}");
            let page = site.ok(&ask);
            assert!(!page.contains(MARK), "{ask}");
            assert!(page.contains("must not be public"), "{ask}");
        }
    }
    assert!(site.ok("report Millbrook").contains(MARK));
    site.import(&rewritten("It is harmless.", ["2025-12-02", "2025-12-03"]));
    let reissue = json!({
        "publication": "X99000011-2025-a-p1", "published_on": "2025-12-04",
        "reason": "after_withdrawal",
    });
    site.import(&[command("reissue_publication", reissue)]);
    let (old, new) = (site.ok("report X99000011-2025-a-p1"), site.ok("report Millbrook"));
    assert_eq!(notices(&old), ["4 December 2025: X99000011-2025-a-p2 took its place."]);
    let place = "This takes the place of X99000011-2025-a-p1, because that was withdrawn and is \
                 put right.";
    assert_eq!(notices(&new), [place]);
    assert!(new.contains("It is harmless."));
    assert!(site.ok("verify").contains("\nverified"));
}

/// A rating that may change, or that sources disagree about, must not be read as settled.
#[test]
fn what_is_open_about_a_report_is_said_in_public() {
    let site = published();
    let public = || site.ok("report Millbrook --audience public");
    let request = json!({
        "ground": "process_not_followed", "publication": "X99000011-2025-a-p1",
        "received_on": "2025-11-25", "text": { "text": "No one heard us." }, "words": 4,
    });
    let conflict = json!({
        "a": { "source": "Report", "value": { "score": 2 } },
        "assessment": "X99000011-2025-a",
        "b": { "source": "Press release", "value": { "score": 3 } },
        "field": { "statement": "safeguarding" }, "noted_on": "2025-11-26",
    });
    site.import(&[
        command("request_process_review", request),
        command("record_conflict", conflict.clone()),
    ]);
    let page = public();
    assert_eq!(site.ok("report Millbrook"), page);
    assert_eq!(
        notices(&page),
        [
            "25 November 2025: A review of the rating process behind X99000011-2025-a-p1 was \
             requested. The rating may change, either way.",
            "26 November 2025: Two sources differ about the score of \"Safeguarding\": 2 (Report), \
             and 3 (Press release). Which is right is open.",
        ]
    );
    let decision = json!({
        "by": "p-070", "decided_on": "2025-12-01", "outcome": "not_upheld",
        "publication": "X99000011-2025-a-p1", "text": { "text": "It was followed." },
    });
    let mut used = conflict;
    used["used"] = json!({ "reason": "in_report", "value": "a" });
    site.import(&[command("decide_process_review", decision), command("record_conflict", used)]);
    assert_eq!(notices(&public()), [""; 0]);
}
