//! Guards that a second reader of a publication reads what was published, and not what stands now.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::draw;
use crate::forge::records;
use crate::site::{BRENT, HEADER, Site, row};
use crate::story::{AUTHORITY, MARK, SYSTEM, command, text};

type Part = BTreeMap<String, String>;

/// Samples every publication: the question for each, and its parts.
fn blind(site: &Site, size: usize) -> Vec<(String, Vec<Part>)> {
    let (id, mut items) = draw(site, &format!("publications --size {size}"));
    items.sort_by_key(|item| item.parse::<u64>().unwrap());
    let blind = |item: String| format!("sample blind {id} {item}");
    items.into_iter().map(blind).map(|line| (line.clone(), site.rows(&line))).collect()
}

fn all<'a>(parts: &'a [Part], part: &str) -> Vec<&'a Part> {
    parts.iter().filter(|row| row["part"] == part).collect()
}

/// The id, name and state of each part of a kind.
fn told(parts: &[Part], part: &str) -> Vec<String> {
    let of = |row: &&Part| format!("{}|{}|{}", row["id"], row["name"], row["state"]);
    all(parts, part).iter().map(of).collect()
}

/// A passage of Millbrook's report, in another version.
fn summary(what: &str, on: &str) -> Value {
    command(
        "write_draft",
        json!({
            "assessment": AUTHORITY.assessment(), "content": text(what), "section": "summary",
            "written_on": on,
        }),
    )
}

/// A review after the publication that finds a 1.
fn review(on: &str) -> Value {
    let mut review = AUTHORITY.scores().swap_remove(0);
    review["data"]["reviewed_on"] = json!(on);
    review["data"]["reason"] = json!("ongoing_review");
    review["data"]["score"] = json!(1);
    review
}

/// Millbrook's report, its summary written twice before it was published, and once more since; a
/// score and a comment came since, too.
fn rewritten() -> Site {
    let mut lines = [AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores()].concat();
    lines.extend([AUTHORITY.panel(), AUTHORITY.drafts()].concat());
    lines.push(summary("second version", "2025-10-21"));
    lines.extend([AUTHORITY.check(), AUTHORITY.publish()].concat());
    lines.push(summary("third version", "2025-11-24"));
    lines.push(review("2025-11-24"));
    let site = Site::begun();
    site.import(&lines);
    site.ok("comment submit X99000011-2025-a --from local_authority --kind a --page 2 \
             --received 2025-11-25 --text 'Too late for this report.'");
    site
}

/// Who reads another version than the one that was published, or another rating, judges a report
/// that nobody has ever seen. What was released lies in the clear, bound by the record.
#[test]
fn the_passages_are_those_that_were_published_and_so_is_all_that_is_told_beside_them() {
    let site = rewritten();
    let (line, parts) = blind(&site, 1).remove(0);
    let mut records = records(&site.path("ledger")).into_iter();
    let made = records.find(|record| record["kind"] == "publication_made").unwrap();
    let data = &made["data"];
    let released = format!("ledger/publications/{}", data["released"].as_str().unwrap());
    let released: Value = serde_json::from_slice(&site.read(&released)).unwrap();
    let texts: Vec<&str> = released["texts"].as_array().unwrap().iter().map(text_of).collect();
    let passages = all(&parts, "passage");
    let read: Vec<&str> = passages.iter().map(|row| &*row["text"]).collect();
    assert_eq!(read, texts);
    assert_eq!(read.len(), 18);
    assert!(read[0].starts_with(&format!("second version: {MARK}")), "{}", read[0]);
    assert_eq!((&*passages[0]["name"], &*passages[0]["state"]), ("summary", "version 2"));
    assert!(passages[1..].iter().all(|row| row["state"] == "version 1"));
    assert_eq!(told(&parts, "rating"), ["|Good, 73 %|"]);
    assert_eq!(told(&parts, "score")[0], "assessing-needs|Assessing needs|3");
    assert_eq!(told(&parts, "score")[6], "safeguarding|Safeguarding|2");
    assert_eq!(told(&parts, "panel"), ["||decided on 2025-10-07"]);
    let shared = "|for the local authority|shared on 2025-11-03, comments until 2025-11-17";
    assert_eq!(told(&parts, "draft"), [shared]);
    let comments = all(&parts, "comment");
    assert_eq!(comments.len(), 1, "what came since is about another draft: {comments:?}");
    let accepted = "on page 1 of the draft; accepted on 2025-11-12 (draft_wrong)";
    assert_eq!(comments[0]["state"], accepted);
    assert!(comments[0]["text"].starts_with(&format!("comment: {MARK}")));
    let printed = site.ok(&line);
    assert!(printed.contains("the report: `piperoll report X99000011-2025-a-p1`"), "{printed}");
    assert!(printed.contains(&format!("safeguarding: {MARK}")), "{printed}");
    assert!(site.ok("report X99000011-2025-a-p1").contains("second version"));
}

fn text_of(released: &Value) -> &str {
    released["text"].as_str().unwrap()
}

/// Files in another order than that of the report, or two under one name, would be another report.
#[test]
fn each_passage_gets_a_file_that_tells_which_it_is() {
    let site = rewritten();
    let (line, parts) = blind(&site, 1).remove(0);
    site.ok(&format!("{line} --out to-read"));
    let mut files: Vec<String> = fs::read_dir(site.path("to-read"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files[0], "01-summary.txt");
    assert_eq!(files[6], "07-theme-findings-providing-support.txt");
    assert_eq!(files[15], "16-statement-findings-safeguarding.txt");
    assert_eq!(files[18..], ["X99000011-2025-a-c1.txt", "item.txt"]);
    for (file, part) in files.iter().zip(all(&parts, "passage")) {
        let sealed = String::from_utf8(site.read(&format!("to-read/{file}"))).unwrap();
        assert_eq!(sealed.trim_end(), part["text"], "{file}");
    }
}

/// A text that is lost must not be taken for a passage that says nothing.
#[test]
fn a_passage_that_cannot_be_opened_says_why() {
    let site = rewritten();
    let (line, parts) = blind(&site, 1).remove(0);
    let lost = |rows: &[Part]| {
        let all = all(rows, "passage");
        assert_eq!(all.len(), 18);
        assert!(all[0]["state"].starts_with("version 2; not opened: "), "{:?}", all[0]);
        assert!(all.iter().all(|row| row["text"].is_empty()));
        assert_eq!(told(rows, "rating"), told(&parts, "rating"));
    };
    lost(&site.rows(&format!("{line} --config nowhere")));
    for sealed in fs::read_dir(site.path("ledger/vault")).unwrap() {
        fs::remove_file(sealed.unwrap().path()).unwrap();
    }
    lost(&site.rows(&line));
}

/// Of what took the place of another the reader must know that it did, and that what was repeated
/// in it had been found to be otherwise by then.
#[test]
fn what_was_published_again_is_told_with_what_it_replaces() {
    let site = Site::begun();
    let mut lines = AUTHORITY.published();
    lines.push(review("2025-11-20"));
    let publication = format!("{}-p1", AUTHORITY.assessment());
    lines.push(command(
        "withdraw_publication",
        json!({
            "by": "p-030", "publication": publication, "reason": "not_to_be_public",
            "text": text("order"), "withdrawn_on": "2025-11-21",
        }),
    ));
    lines.push(summary("without the name", "2025-11-22"));
    lines.extend(AUTHORITY.check().into_iter().take(1).map(|mut share| {
        share["data"]["shared_on"] = json!("2025-11-24");
        share
    }));
    lines.push(command(
        "confirm_draft",
        json!({
            "assessment": AUTHORITY.assessment(), "confirmed_on": "2025-11-25",
            "recipient": "local_authority",
        }),
    ));
    lines.push(command(
        "reissue_publication",
        json!({
            "by": "p-030", "publication": publication, "published_on": "2025-11-26",
            "reason": "after_withdrawal", "text": text("repair"),
        }),
    ));
    site.import(&lines);
    let both = blind(&site, 2);
    let of = |number: usize| told(&both[number].1, "publication").remove(0);
    assert!(
        of(0).ends_with(
            "-p1|of a baseline assessment|evidence assessed 2025-10-01; rated \
                             2025-10-07"
        ),
        "{}",
        of(0)
    );
    assert!(
        of(1).contains(
            "-p2|of a baseline assessment|in place of X99000011-2025-a-p1 \
                            (after_withdrawal); evidence assessed"
        ),
        "{}",
        of(1)
    );
    let summary = |number: usize| all(&both[number].1, "passage")[0]["text"].clone();
    assert!(summary(0).starts_with("summary: "), "the regulator reads what must not be public");
    assert!(summary(1).starts_with("without the name: "));
    let score = |number: usize| told(&both[number].1, "score").remove(0);
    assert_eq!(score(0), "assessing-needs|Assessing needs|3");
    assert_eq!(score(1), "assessing-needs|Assessing needs|3; the score in force was 1");
    let draft = told(&both[1].1, "draft").remove(0);
    assert!(draft.ends_with("no further ones, as said on 2025-11-25"), "{draft}");
    assert!(both[1].1.iter().all(|row| !row["text"].contains("repair")), "reasons are sealed");
}

/// Scores of categories are what the ratings of a system rest on.
#[test]
fn a_system_is_told_with_the_scores_of_its_categories() {
    let site = Site::begun();
    site.import(&SYSTEM.published());
    let (line, parts) = blind(&site, 1).remove(0);
    let framework = SYSTEM.framework();
    let categories = framework.scoring.categories.len() * framework.statements().count();
    assert_eq!(all(&parts, "category").len(), categories);
    assert!(told(&parts, "category").iter().all(|it| it.ends_with("|3")));
    assert_eq!(all(&parts, "draft").len(), 2, "each of the two has a time of its own");
    assert_eq!(told(&parts, "panel"), ["||none decided"]);
    assert!(site.ok(&line).contains("draft "));
}

/// Whether a row was taken in as it was published can only be said beside the page it is from.
#[test]
fn what_was_taken_in_is_told_with_its_source() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    let page = "https://example.org/reports/1";
    let published = |rating: &str| {
        let row = row("X99000001", "Exampleshire", rating, BRENT);
        format!("{HEADER}\n{}{page}\n", row)
    };
    site.write("first.csv", published("Requires improvement"));
    site.ok("publication import first.csv");
    site.write("second.csv", published("Good"));
    site.ok("publication import second.csv --replace typing_error --accept-disagreement \
             as_published");
    let both = blind(&site, 2);
    assert_eq!(told(&both[0].1, "rating"), ["|Requires improvement|"]);
    let taken_in = "|of a baseline assessment|taken in from before this ledger";
    assert_eq!(told(&both[0].1, "publication"), [format!("X99000001-2024-a-p1{taken_in}")]);
    let state = "the scores give Requires improvement, 62 %; taken in as published";
    assert_eq!(told(&both[1].1, "rating"), [format!("|Good|{state}")]);
    let replaced = format!("{taken_in}; in place of what was taken in before");
    assert_eq!(told(&both[1].1, "publication"), [format!("X99000001-2024-a-p1{replaced}")]);
    for (_, parts) in &both {
        assert_eq!(told(parts, "source"), [format!("|{page}|")]);
        assert_eq!(all(parts, "score").len(), 9);
    }
}
