//! Guards that evidence is asked for once, held once, told to whom it may be told, and that its
//! content can be opened by who holds the keys and by nobody else.

use serde_json::{Value, json};

use crate::site::{Site, check};
use crate::story::{AUTHORITY, MARK, NEIGHBOUR, SYSTEM, command, text};

/// An authority and a system with open assessments, a neighbour without, and the authority in the
/// system's area.
fn site() -> Site {
    let site = Site::begun();
    site.import(&[AUTHORITY.begin(), SYSTEM.begin(), NEIGHBOUR.begin()[1..2].to_vec()].concat());
    site.ok("area add Vale Millbrook --from 2025-04");
    site
}

/// `evidence submit` about Millbrook, which was collected in September.
fn submit(more: &str) -> String {
    format!(
        "evidence submit Millbrook --origin collected --setting on_site --source partners \
         --collected 2025-09 {more}"
    )
}

/// A body that is asked for what it has given already is asked once too often.
#[test]
fn what_is_held_already_answers_a_request() {
    let site = site();
    let request = "evidence request Millbrook --category processes --method documents \
                   --due 2025-09-26 --text 'The carers strategy'";
    let came = "--category processes --method documents --received";
    let text = site.transcript(&[
        &format!(
            "{request} --date 2025-09-03 --statement safeguarding --statement 'Assessing needs'"
        ),
        &submit(&format!("{came} 2025-09-29 --request X99000011-q1 --text 'The strategy.'")),
        &format!("{request} --date 2025-09-30"),
        &format!("{request} --date 2025-09-30 --collected-since 2025-10-01")
            .replace("09-26", "10-26"),
        &format!("{request} --date 2025-09-30 --of Vale").replace("09-26", "10-26"),
        &submit(&format!("{came} 2025-10-02 --request X99000011-q3 --text 'The new one.'"))
            .replace("2025-09 ", "2025-10-01 "),
        &format!("{request} --date 2025-10-03").replace("documents", "survey"),
        "evidence list --requests",
        "evidence list Vale --requests --format csv",
        "evidence list Northbrook --requests",
        "evidence show X99000011-q1",
        "evidence show X99000011-q2",
        "evidence show X99000011-q1 --content",
        "evidence show X99000011-q9",
    ]);
    check("evidence_requests", &text);
}

#[test]
fn a_request_that_makes_no_sense_is_refused() {
    let site = site();
    let request = "evidence request Millbrook --category processes --method documents \
                   --due 2025-09-26 --date 2025-09-03";
    let asked = format!("{request} --text 'What?'");
    let text = site.transcript(&[
        request,
        &asked.replace("09-26", "09-02"),
        &asked.replace("2025-09-03", "2999-01-01"),
        &asked.replace("Millbrook", "Nowhere"),
        &asked.replace("processes", "weather"),
        &asked.replace("documents", "gossip"),
        &format!("{asked} --statement weather"),
        &format!("{asked} --statement 'The weather'"),
        &format!("{asked} --of Nowhere"),
        &submit("--category processes --method documents --request X99000011-q7 --text 'No.'"),
    ]);
    check("evidence_requests_refused", &text);
    assert_eq!(site.rows("evidence list --requests").len(), 0);
}

/// What arrives is recorded, whatever may be held against it; that is told at once.
#[test]
fn what_arrives_is_held_with_what_speaks_against_relying_on_it() {
    let site = site();
    site.write("notes.pdf", b"%PDF-1.7\n\xff\xfe");
    site.write("minutes.md", "# Minutes\n");
    let on = "--received 2025-10-01";
    let file = submit(&format!("--category processes --method documents {on} --file"));
    let mut text = site.transcript(&[
        &format!("{file} notes.pdf --statement safeguarding"),
        &format!("{file} minutes.md").replace("Millbrook", "Millbrook Vale Northbrook"),
        &submit(&format!("--category outcomes --method data {on} --text 'By the way.'")),
        &submit(&format!(
            "--category people-experience --method interview {on} --sensitive --text 'In tears.'"
        )),
    ]);
    let piped = site.run_with(&format!("{file} -"), "From a pipe.\n");
    text += &format!("{}=> {}\n\n", piped.out, piped.code);
    text += &site.transcript(&[
        "evidence list",
        "evidence list --format csv",
        "evidence show X99000011-e1",
        "evidence show X99000011-e4",
        "evidence show X99000011-e5",
    ]);
    check("evidence_submit", &text);
}

#[test]
fn what_cannot_be_held_is_refused_with_its_cause() {
    let site = site();
    site.write("notes.txt", "Noted.");
    let rest = "--category processes --method documents --received 2025-10-01";
    let given = submit(&format!("{rest} --text 'Something.'"));
    let before = site.lines();
    let text = site.transcript(&[
        &submit(rest),
        &submit(&format!("{rest} --file nothing.txt")),
        &submit(&format!("{rest} --file ledger")),
        &submit(&format!("{rest} --file notes.txt --text both")),
        &given.replace("processes", "weather"),
        &given.replace("documents", "gossip"),
        &given.replace("collected --setting", "found --setting"),
        &given.replace("on_site", "at_home"),
        &given.replace("partners", "Mrs-Smith"),
        &given.replace("2025-10-01", "2025-08-01"),
        &given.replace("2025-10-01", "2999-01-01"),
        &given.replace("Millbrook", "Millbrook Nowhere"),
        &given.replace("Millbrook", "X990000"),
        &given.replace("Millbrook", ""),
    ]);
    check("evidence_submit_refused", &text);
    assert_eq!(site.lines(), before);
    assert_eq!(site.rows("evidence list").len(), 0);
}

/// What an authority gave would have to be given again to its system, and anybody's to anybody.
#[test]
fn evidence_is_used_by_those_whom_it_is_about_and_by_their_system() {
    let site = site();
    site.ok(&submit("--category processes --method data --received 2025-09-05 --text One."));
    site.ok(&submit("--category processes --method data --received 2025-09-06 --text Two.")
        .replace("Millbrook", "Northbrook"));
    site.ok(&submit("--category outcomes --method data --received 2025-09-07 --text Three.")
        .replace("Millbrook", "Vale"));
    let used = "X99000011-2025-a X99000011-e1";
    let text = site.transcript(&[
        &format!("evidence use {used} --date 2025-09-04"),
        &format!("evidence use {used} --date 2025-08-31"),
        &format!("evidence use {used} --date 2025-09-10"),
        &format!("evidence use {used} --date 2025-09-11"),
        "evidence use Vale X99000011-e1 X99000012-e1 --date 2025-09-10",
        "evidence use Millbrook X99000012-e1 X99000011-e1 --date 2025-09-10",
        "evidence use Millbrook X99000013-e1 --date 2025-09-10",
        "evidence use Vale X99000013-e1 --date 2025-09-10",
        "evidence use Vale X99000011-e9 --date 2025-09-10",
        "evidence use Vale e1",
        "evidence use Vale",
        "evidence use Northbrook X99000013-e1",
        "evidence use X99000013-2025-a X99000013-e1",
        "evidence list",
        "evidence list --assessment Vale",
        "evidence list --assessment X99000011-2025-a",
        "evidence list Vale --assessment Vale",
        "evidence list Millbrook",
        "evidence list --assessment X99000099-2025-a",
    ]);
    check("evidence_use", &text);
}

/// Evidence that scores rest on, withdrawn and then erased.
#[test]
fn what_is_withdrawn_stays_and_what_is_erased_is_gone_for_good() {
    let site = Site::begun();
    site.import(&[AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores()].concat());
    let id = "X99000011-e1";
    let withdraw = format!("evidence withdraw {id} --reason consent_withdrawn --date 2025-10-02");
    let erase = format!("evidence erase {id} --basis erasure_request --authority p-003");
    let text = site.transcript(&[
        &format!("{withdraw} --text 'They took it back.'").replace("10-02", "09-01"),
        &format!("{withdraw} --text 'They took it back.'"),
        &withdraw,
        &withdraw.replace("consent_withdrawn", "duplicate"),
        &withdraw.replace("consent_withdrawn", "mood"),
        &format!("evidence use X99000011-2025-a {id}"),
        &format!("evidence show {id}"),
        &format!("{erase} --date 2025-10-03"),
        &format!("{erase} --date 2025-10-04"),
        &erase.replace("erasure_request", "wish"),
        &erase.replace("-e1", "-e9"),
        &format!("evidence show {id}"),
        &format!("evidence show {id} --content"),
        &format!("evidence show {id} --output lost.txt"),
        &format!("evidence show {id} --format csv"),
        "evidence list",
    ]);
    check("evidence_gone", &text);
    assert!(site.ok("verify").contains(" 1 erased, by record 24\n"));
    assert!(!site.path("lost.txt").exists());
    let erased_first = site.transcript(&[
        "evidence erase X99000011-e2 --basis retention_ended --authority p-003 --date 2025-10-03",
        "evidence use X99000011-2025-a X99000011-e2",
        "score review Millbrook --assessment X99000011-2025-a --statement safeguarding --score 3 \
         --reason assessment --evidence X99000011-e2 --date 2025-10-04",
        "evidence withdraw X99000011-e2 --reason duplicate --date 2025-10-04",
    ]);
    check("evidence_erased", &erased_first);
    assert!(site.ok("verify").contains("\nverified"));
}

/// Bytes that come back as others, or over a file that somebody still needs, are worse than none.
#[test]
fn content_comes_back_byte_for_byte_and_over_nothing() {
    let site = site();
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    site.write("scan.bin", &bytes);
    site.ok(&submit(
        "--category processes --method documents --received 2025-10-01 --file scan.bin",
    ));
    site.ok(&submit("--category processes --method documents --received 2025-10-01 --text")
        .replace("--text", "--text 'No line at its end'"));
    assert_eq!(site.ok("evidence show X99000011-e2 --content"), "No line at its end");
    let text = site.transcript(&[
        "evidence show X99000011-e1",
        "evidence show X99000011-e1 --output back.bin",
        "evidence show X99000011-e1 --output scan.bin",
        "evidence show X99000011-e1 --output missing/back.bin",
        "evidence show X99000011-e1 --output other.bin --content",
        "evidence show X99000011-e9",
        "evidence show X99000011",
        "evidence show X99000011-e1 --audience body=X99000011",
    ]);
    check("evidence_content", &text);
    assert_eq!(site.read("back.bin"), bytes);
    assert_eq!(site.read("scan.bin"), bytes);
}

/// A copy of the ledger is given away; the key directory is not.
#[test]
fn without_the_keys_there_are_facts_and_no_content() {
    let site = site();
    let secret = format!("--text 'What {MARK} said.'");
    site.ok(&submit(&format!("--category processes --method data --received 2025-10-01 {secret}")));
    site.ok("evidence request Millbrook --category outcomes --method data --due 2025-11-01 \
         --date 2025-10-01 --text 'How many wait'");
    let text = site.transcript(&[
        "evidence show X99000011-e1 --config nowhere",
        "evidence show X99000011-e1 --config nowhere --content",
        "evidence show X99000011-e1 --config nowhere --output back.txt",
        "evidence show X99000011-q1 --config nowhere",
        "evidence show X99000011-q1 --config nowhere --content",
        "evidence list --config nowhere",
        "evidence erase X99000011-e1 --basis court_order --authority p-003 --config nowhere",
        "evidence withdraw X99000011-e1 --reason duplicate --date 2025-10-02 --config nowhere",
        "show 12",
    ]);
    check("evidence_without_keys", &text);
    let verified = site.ok("verify --config nowhere");
    assert!(verified.contains(" 2 not opened: no keys here\n"), "{verified}");
    assert!(verified.contains("\nverified"), "{verified}");
    assert!(!text.contains(MARK) && !text.contains("How many wait"), "{text}");
    assert!(!site.path("back.txt").exists());
}

/// The list that a body checks for completeness, and nothing that was not in it.
#[test]
fn a_body_is_told_of_its_evidence_as_it_stood_in_the_draft() {
    let site = Site::begun();
    let later = command(
        "submit_evidence",
        json!({
            "category": "processes", "collected_on": "2025-11", "content": text("later"),
            "method": "documents", "organisations": [AUTHORITY.code], "origin": "held",
            "received_on": "2025-11-15", "setting": "off_site", "source": "regulator",
        }),
    );
    let (unshared, check_of) = (AUTHORITY.unpublished(), AUTHORITY.check());
    let (before, shared): (Vec<Value>, Vec<Value>) =
        unshared.into_iter().partition(|line| !check_of.contains(line));
    site.import(&before);
    site.import(&NEIGHBOUR.begin()[1..]);
    let own = "--audience body=X99000011";
    let mut all = site.transcript(&[&format!("evidence list {own}")]);
    site.import(&shared);
    site.import(&[later]);
    all += &site.transcript(&[
        &format!("evidence list {own}"),
        &format!("evidence list Millbrook {own} --format csv"),
        &format!("evidence list --assessment X99000011-2025-a {own}"),
        &format!("evidence list --assessment X99000013-2025-a {own}"),
        &format!("evidence list --assessment Millbrook {own}"),
        &format!("evidence list Northbrook {own}"),
        &format!("evidence list --requests {own}"),
        "evidence list --audience body=X99000013",
        "evidence list --audience body=X99000099",
        "evidence list --audience public",
    ]);
    site.import(&AUTHORITY.publish());
    all += &site.transcript(&[&format!("evidence list {own}")]);
    check("evidence_of_a_body", &all);
}

/// A record that shows more than a reference would show it for ever.
#[test]
fn a_record_shows_the_reference_and_never_the_content() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    let lines = site.lines();
    let with_content = lines.iter().enumerate().filter(|(_, line)| line.contains("\"commitment\""));
    let positions: Vec<usize> = with_content.map(|(position, _)| position).collect();
    assert!(positions.len() > 20, "{positions:?}");
    for position in &positions {
        for format in ["table", "json"] {
            let shown = site.ok(&format!("show {position} --format {format}"));
            assert!(shown.contains("sealed") && !shown.contains(MARK), "{shown}");
        }
    }
    check("evidence_record", &site.transcript(&[&format!("show {}", positions[0])]));
}
