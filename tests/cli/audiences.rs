//! Who sees what: the same question, asked for the public and for a body.
//!
//! Guards against the fear that an answer tells something of what was not published: two ledgers
//! that differ only in records that make nothing public must answer alike, byte for byte.

use serde_json::{Value, json};

use crate::site::{Site, row};
use crate::story::{AUTHORITY, NEIGHBOUR, SYSTEM, Story, command, text};

/// Every question that the public may ask, with `{}` for the format.
const QUESTIONS: [&str; 22] = [
    "ratings",
    "ratings --sort score --level overall",
    "scores",
    "transitions",
    "what-if --all --set rounding=floor --set required_categories=processes",
    "reviewed",
    "organisation list",
    "organisation show Millbrook",
    "area list",
    "area show Vale",
    "framework list",
    "framework show la-2025",
    "assessment list",
    "assessment show X99000011-2025-a",
    "publication list",
    "publication show X99000011-2025-a-p1",
    "publication show X99000001-2024-a-p1",
    "publication show X99000011-2025-a-p2",
    "publication list Vale",
    "conflict list",
    "conflict list Millbrook Exampleshire",
    "conflict show X99000001-2024-a",
];

/// Questions about the log, or about work in progress.
const REFUSED: [&str; 17] = [
    "log",
    "show 2",
    "verify",
    "status",
    "assessment readiness X99000011-2025-a",
    "evidence show X99000011-e1",
    "panel list",
    "panel show 2025-a",
    "draft list X99000011-2025-a",
    "comment list X99000011-2025-a",
    "comment show X99000011-2025-a-c1",
    "draft show X99000011-2025-a --section summary",
    "section-50 list",
    "section-50 show X99000011-2025-a",
    "process-review list",
    "process-review show X99000011-2025-a-p1",
    "finance list Millbrook",
];

/// What the names of released reports stand for: their texts are proved with salts that are drawn,
/// so that the same report has another name in another ledger.
fn released(site: &Site) -> Vec<(String, String)> {
    let files = site
        .files()
        .into_iter()
        .filter(|(path, _)| path.parent().is_some_and(|parent| parent.ends_with("publications")));
    let named = files.map(|(path, (bytes, _))| {
        let report: Value = serde_json::from_slice(&bytes).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, format!("released as {}", report["publication"]))
    });
    named.collect()
}

fn answers(site: &Site, audience: &str, more: &[String]) -> Vec<(String, String, String, i32)> {
    let released = released(site);
    let mut all = Vec::new();
    let mut ask = |line: String| {
        let ran = site.run(&line);
        let known = |text: String| {
            released.iter().fold(text, |text, (name, meaning)| text.replace(name, meaning))
        };
        all.push((line, known(ran.out), known(ran.err), ran.code));
    };
    for question in QUESTIONS.iter().map(|it| (*it).to_owned()).chain(more.iter().cloned()) {
        for format in ["table", "plain", "json", "jsonl", "csv"] {
            ask(format!("{question} --audience {audience} --format {format}"));
        }
        let as_of = "--as-of 2099-12-31";
        ask(format!("{question} --audience {audience} --effective 2025-12-31 --format csv"));
        ask(format!("{question} --audience {audience} {as_of} --format csv"));
    }
    for assessment in ["X99000011-2025-a", "X99000012-2025-a", "X99000001-2024-a"] {
        for format in ["md", "html", "json"] {
            ask(format!("report {assessment} --audience {audience} --format {format}"));
        }
    }
    for body in ["Millbrook", "Vale", "Exampleshire"] {
        for format in ["tree", "json", "prov", "svg"] {
            ask(format!("explain {body} --audience {audience} --format {format}"));
        }
    }
    all
}

pub fn site(with: &dyn Fn(&Site, u8)) -> Site {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.publish(&row("X99000001", "Exampleshire", "Requires improvement", "2,2,2,2,2,3,3,3,3"));
    with(&site, 0);
    site.import(&AUTHORITY.unpublished());
    with(&site, 1);
    site.import(&AUTHORITY.publish());
    site.import(&SYSTEM.published());
    site.ok("area add Vale Millbrook --from 2025-01-01");
    aftermath(&site);
    with(&site, 2);
    site
}

/// What happens to a publication in public: sources disagree about one, one is withdrawn and issued
/// again, and of one a review is asked for.
fn aftermath(site: &Site) {
    let lines = [
        "conflict record Exampleshire --field safeguarding --a 3 --source-a 'the report' --b 2 \
         --source-b 'a press release' --noted-on 2025-12-01",
        "publication withdraw X99000011-2025-a-p1 --reason ordered --text 'By a court.' \
         --withdrawn-on 2025-12-02 --by p-030",
        "publication reissue X99000011-2025-a-p1 --reason after_withdrawal --text 'As it was.' \
         --published-on 2025-12-03 --by p-030",
        "publication withdraw X99000012-2025-a-p1 --reason not_to_be_public \
         --withdrawn-on 2025-12-04",
        "process-review request X99000011-2025-a-p2 --ground process_not_followed \
         --text 'Nobody asked us.' --received-on 2025-12-05",
    ];
    lines.iter().for_each(|line| drop(site.ok(line)));
}

fn review(story: &Story, statement: &str, score: u8, on: &str) -> Value {
    command(
        "review_score",
        json!({
            "assessment": story.assessment(), "organisation": story.code,
            "reason": "ongoing_review", "reviewed_on": on, "score": score,
            "statement": statement, "text": text("later"),
        }),
    )
}

/// Records that make nothing public, at three places in the ledger.
pub fn busy(site: &Site, place: u8) {
    match place {
        0 => site.import(&[command(
            "add_calendar",
            json!({
                "days": ["2028-01-03"], "source": "https://example.org", "year": 2028,
            }),
        )]),
        1 => {
            // A body that nobody has heard of would be a public fact: it is registered in both.
            let neighbour = NEIGHBOUR.unpublished();
            site.import(&neighbour[2..]);
        }
        _ => {
            let evidence = &AUTHORITY.evidence()[0];
            site.import(&[
                evidence.clone(),
                // Moves that are not published, there and further.
                review(&AUTHORITY, "safeguarding", 1, "2026-01-05"),
                review(&AUTHORITY, "assessing-needs", 4, "2026-01-06"),
            ]);
            site.ok("evidence withdraw X99000011-e2 --reason inaccurate --date 2026-01-07");
            site.ok("evidence erase X99000011-e3 --basis retention_ended --authority p-009 \
                 --date 2026-01-07");
            told_to_nobody(site);
            reassess(site);
        }
    }
}

/// A letter, a request that is declined, figures, and a judgement that was none.
fn told_to_nobody(site: &Site) {
    site.write("letter.txt", "Dear Secretary of State");
    let struck = site.rows("log Millbrook --kind score_reviewed").pop().unwrap();
    let lines = [
        "section-50 notify Millbrook --letter secretary_of_state --file letter.txt \
         --sent-on 2026-01-08",
        "process-review request X99000011-2025-a-p2 --ground other --text 'It should be a 3.' \
         --received-on 2025-12-08",
        "finance record Millbrook --year 2024-25 --total-budget 512,300,000",
        &format!("strike-out {} --reason wrong_entry --yes", struck["position"]),
    ];
    lines.iter().for_each(|line| drop(site.ok(line)));
    assert_eq!(site.rows("section-50 list")[0]["status"], "owed");
}

/// Another assessment of the same body, as far as its draft.
fn reassess(site: &Site) {
    let next = "X99000011-2026-a";
    let lines = [
        "assessment open Millbrook --framework la-2025 --kind comprehensive --date 2026-02-02 \
         --team p-021:assessor --site-visit 2026-03-02",
        "evidence use Millbrook X99000011-e1 --date 2026-02-03",
        "evidence request Millbrook --category processes --method documents --due 2026-02-20 \
         --collected-since 2026-01-01 --date 2026-02-03 --text 'All that is new.'",
        "score review Millbrook --assessment X99000011-2026-a --statement safeguarding --score 1 \
         --reason assessment --evidence X99000011-e1 --by p-021 --date 2026-03-09 --text 'Bad.'",
        "panel convene Millbrook --member p-101:internal --member p-201:external \
         --date 2026-03-10",
        "draft write Millbrook --section summary --text 'Nobody knows.' --date 2026-03-11",
    ];
    lines.iter().for_each(|line| drop(site.ok(line)));
    assert_eq!(site.rows("scores --statement safeguarding --assessment X99000011-2026-a").len(), 1);
    assert!(site.ok(&format!("report {next} --draft")).contains("Nobody knows."));
}

pub fn quiet(site: &Site, place: u8) {
    if place == 0 {
        site.import(&NEIGHBOUR.begin()[..2]);
    }
}

#[test]
fn what_makes_nothing_public_changes_no_byte_of_a_public_answer() {
    let bare = site(&quiet);
    let full = site(&|site, place| {
        quiet(site, place);
        busy(site, place);
    });
    let (bare, full) = (answers(&bare, "public", &[]), answers(&full, "public", &[]));
    for (bare, full) in bare.iter().zip(&full) {
        assert_eq!(bare, full);
        assert_eq!(bare.3, 0, "{bare:?}");
        assert!(!bare.1.contains("p-0"), "nobody is named: {bare:?}");
    }
    // It is not that nothing is said.
    assert!(bare.iter().any(|answer| answer.1.contains("Millbrook")));
}

#[test]
fn what_is_not_its_own_changes_no_byte_of_what_a_body_is_told() {
    let more: Vec<String> = ["scores --categories", "evidence list Millbrook"]
        .iter()
        .map(|question| (*question).to_owned())
        .collect();
    let bare = site(&quiet);
    let full = site(&|site, place| {
        quiet(site, place);
        if place < 2 {
            busy(site, place);
        }
    });
    let draft = "report X99000011-2025-a --draft --audience body=X99000011 --format";
    for format in ["md", "html", "json"] {
        let line = format!("{draft} {format}");
        let (bare, full) = (bare.run(&line), full.run(&line));
        assert_eq!((bare.code, &bare.out), (0, &full.out), "{line}: {bare:?}");
        assert!(bare.out.contains("Marigold"));
    }
    let told = answers(&bare, "body=X99000011", &more);
    for (bare, full) in told.iter().zip(&answers(&full, "body=X99000011", &more)) {
        assert_eq!(bare, full);
        assert_eq!(bare.3, 0, "{bare:?}");
    }
}

#[test]
fn the_log_and_work_in_progress_are_the_regulators() {
    let site = site(&quiet);
    for audience in ["public", "body=X99000011"] {
        for question in REFUSED {
            let ran = site.run(&format!("{question} --audience {audience}"));
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{question}: {ran:?}");
            assert!(ran.err.contains("[not_for_audience]"), "{question}: {ran:?}");
        }
    }
    for question in ["ratings", "scores", "assessment list"] {
        for as_of in ["3", "2026-05-17T09:30:00.000Z"] {
            let ran = site.run(&format!("{question} --audience public --as-of {as_of}"));
            assert_eq!(ran.code, 2, "{question}: {ran:?}");
        }
    }
}

#[test]
fn an_unpublished_assessment_is_to_the_public_as_one_that_does_not_exist() {
    let site = Site::begun();
    site.import(&AUTHORITY.unpublished());
    let of = |id: &str| {
        ["report", "assessment show"].map(|question| {
            let ran = site.run(&format!("{question} {id} --audience public"));
            assert_eq!(ran.code, 1, "{ran:?}");
            (ran.out, ran.err.replace(id, "ID"))
        })
    };
    assert_eq!(of("X99000011-2025-a"), of("X99000011-2025-b"));
    let rows = site.rows("scores --audience public");
    assert!(rows.is_empty(), "{rows:?}");
}

#[test]
fn a_body_sees_its_own_draft_and_nobody_elses() {
    let site = Site::begun();
    site.import(&AUTHORITY.unpublished());
    let draft = |audience: &str| {
        site.run(&format!("report X99000011-2025-a --draft --audience {audience} --format json"))
    };
    let own: Value = serde_json::from_str(&draft("body=X99000011").out).unwrap();
    // Sensitive items as counts, the panel's score, and the texts as they were shared.
    assert_eq!(own["evidence"]["sensitive"][0]["count"], 1);
    assert!(own.to_string().contains("Marigold"));
    for audience in ["public", "body=X99000012"] {
        let ran = draft(audience);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    }
    let scores = site.rows("scores --categories --audience body=X99000011");
    let safeguarding = scores.iter().find(|row| row["statement"] == "safeguarding").unwrap();
    assert_eq!((safeguarding["draft_score"].as_str(), safeguarding["score"].as_str()), ("2", ""));
    // What is worked on after the draft was shared is not told.
    site.import(&[review(&AUTHORITY, "safeguarding", 4, "2025-11-13")]);
    assert_eq!(site.rows("scores --categories --audience body=X99000011"), scores);
    site.import(&SYSTEM.begin()[..2]);
    assert!(site.rows("scores --categories --audience body=X99000012").is_empty());
}

/// Every way to ask about one thing, of one that is there and unpublished and of one that is not.
#[test]
fn nobody_finds_out_by_its_refusals_what_is_there() {
    let site = Site::begun();
    site.import(&AUTHORITY.unpublished());
    let of = |id: &str, audience: &str| -> Vec<(i32, String, String)> {
        let questions = [
            format!("report {id}"),
            format!("report {id} --as-of 2099-12-31"),
            format!("assessment show {id}"),
            format!("publication show {id}-p1"),
            format!("ratings --assessment {id}"),
            format!("scores --assessment {id}"),
            format!("transitions --assessment {id}"),
            format!("reviewed --assessment {id}"),
            format!("assessment readiness {id}"),
            format!("draft list {id}"),
            format!("draft show {id} --section summary"),
            format!("comment list {id}"),
            format!("comment show {id}-c1"),
            format!("evidence list --assessment {id}"),
        ];
        let said = questions.map(|question| {
            let ran = site.run(&format!("{question} --audience {audience}"));
            (ran.code, ran.out.replace(id, "ID"), ran.err.replace(id, "ID"))
        });
        said.to_vec()
    };
    for audience in ["public", "body=X99000011"] {
        let (there, not) = (of("X99000011-2025-a", audience), of("X99000011-2025-b", audience));
        for (there, not) in there.iter().zip(&not).filter(|_| audience == "public") {
            assert_eq!(there, not);
        }
        let names = |said: &(i32, String, String)| said.1.contains("p-0") || said.2.contains("p-0");
        assert!(!there.iter().any(names), "{audience}: {there:?}");
    }
}

/// When the ledger was begun, and how much is in it, is nobody's but the regulator's.
#[test]
fn no_audience_but_the_regulator_is_told_of_the_first_record() {
    let site = site(&quiet);
    for audience in ["public", "body=X99000011"] {
        for question in [
            "ratings",
            "scores",
            "assessment list",
            "publication list",
            "report Millbrook",
            "report X99000011-2025-a",
            "report Millbrook --draft",
            "report X99000011-2025-a --draft",
            "scores --categories",
            "evidence list Millbrook",
        ] {
            let ran = site.run(&format!("{question} --audience {audience} --as-of 2020-01-01"));
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{question}: {ran:?}");
            assert!(!ran.err.contains("record"), "{question}, {audience}: {ran:?}");
        }
    }
}
