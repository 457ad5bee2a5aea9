//! Guards that damage is found, named and never repaired in silence, and that what was never
//! acknowledged is told from damage.

use std::fs;

use crate::site::{SEGMENT, Site, check};

const REVIEW: &str = "score review Exampleshire --statement safeguarding --score 3 \
                      --date 2026-01-05 --reason ongoing_review";

#[test]
fn a_changed_byte_is_named_with_its_record_and_byte() {
    let site = Site::with_exampleshire();
    change(&site, 1, "Exampleshire", "Examplexhire");
    let before = site.files();
    let text = site.transcript(&[
        "verify",
        "show 1",
        "log",
        "ratings --as-of 3",
        "rebuild",
        "log --format jsonl",
        "show 3 --format plain",
    ]);
    let text = text.replace(&site.lines()[0], "(record 0)");
    let lines = text.lines().filter(|line| !line.starts_with("3\t"));
    check("damage_changed_byte", &lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(site.files()[&site.path(SEGMENT)], before[&site.path(SEGMENT)], "nothing changed");
}

#[test]
fn a_writer_stops_at_damage_that_it_meets() {
    let site = Site::with_exampleshire();
    change(&site, 1, "Exampleshire", "Examplexhire");
    let before = site.read(SEGMENT);
    let ran = site.run(REVIEW);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(site.read(SEGMENT), before);
}

#[test]
fn verify_gives_programs_what_it_gives_people() {
    let site = Site::with_exampleshire();
    let sound = site.run("verify --format jsonl");
    assert_eq!(sound.code, 0);
    let summary: serde_json::Value = serde_json::from_str(sound.out.trim()).unwrap();
    assert_eq!((&summary["verdict"], &summary["records"]), (&"verified".into(), &4.into()));

    change(&site, 1, "Exampleshire", "Examplexhire");
    change(&site, 3, "formal", "pilot!");
    let ran = site.run("verify --format jsonl");
    assert_eq!(ran.code, 3);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, findings) = lines.split_last().unwrap();
    assert_eq!(summary["findings"], findings.len());
    assert!(findings.iter().all(|line| line["type"] == "finding"));
    for position in [1, 3] {
        let names = |line: &serde_json::Value| line["position"] == position;
        assert!(findings.iter().any(names), "{position}: {}", ran.out);
    }
}

#[test]
fn a_journal_cut_below_its_head_is_damaged() {
    let site = Site::with_exampleshire();
    let whole = site.read(SEGMENT);
    let last = site.lines().last().unwrap().len() + 1;
    let mut text = String::new();
    for (name, length) in [("the last newline", 1), ("the last record", last), ("all", whole.len())]
    {
        site.write(SEGMENT, &whole[..whole.len() - length]);
        text += &format!("# {name} is gone\n\n");
        text += &site.transcript(&["verify", "ratings", "status", REVIEW]);
    }
    check("damage_cut", &text);
    fs::remove_file(site.path(SEGMENT)).unwrap();
    for line in ["verify", "ratings", "status", "rebuild", REVIEW] {
        let ran = site.run(line);
        assert_eq!(ran.code, 3, "{line}: {ran:?}");
    }
}

#[test]
fn an_older_copy_under_a_newer_index_is_noticed() {
    let site = Site::with_exampleshire();
    let (journal, head) = (site.read(SEGMENT), site.read("ledger/head"));
    site.ok(REVIEW);
    site.write(SEGMENT, journal);
    site.write("ledger/head", head);
    let text = site.transcript(&["ratings", REVIEW, "status", "verify", "rebuild", "ratings"]);
    check("damage_older_copy", &text);
}

#[test]
fn what_was_never_acknowledged_is_set_aside_and_said() {
    let site = Site::with_exampleshire();
    let mut journal = site.read(SEGMENT);
    journal.extend_from_slice(b"{\"hash\":\"half a line");
    site.write(SEGMENT, &journal);
    let text = site.transcript(&[
        "verify",
        "status",
        "reviewed",
        "scores --statement safeguarding --format plain",
        REVIEW,
        "verify",
        "reviewed --format plain",
    ]);
    check("damage_beyond_head", &text);
    let torn = fs::read_dir(site.path("ledger/torn")).unwrap().next().unwrap().unwrap();
    assert_eq!(fs::read(torn.path()).unwrap(), b"{\"hash\":\"half a line");
}

#[test]
fn a_lost_head_is_said_and_is_no_damage() {
    let site = Site::with_exampleshire();
    fs::remove_file(site.path("ledger/head")).unwrap();
    let ran = site.run("verify");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("`head` is lost"), "{}", ran.out);
    site.ok(REVIEW);
}

#[test]
fn another_ledgers_name_is_damage_and_a_newer_format_is_not() {
    let site = Site::with_exampleshire();
    let other = Site::new();
    other.ok("init --origin example.org/other");
    site.write("ledger/ledger.json", other.read("ledger/ledger.json"));
    let mut text = "# the ledger.json of another ledger\n\n".to_owned();
    text += &site.transcript(&["verify", "ratings", "framework show la-2023", REVIEW]);

    let newer = newer_format();
    text += "# a later format, in ledger.json and in record 0\n\n";
    text += &newer.transcript(&["verify", "status", "log", "rebuild", "import -"]);
    check("damage_ledger_json", &text);
}

#[test]
fn questions_change_no_byte_and_no_time() {
    // A directory without write permission stops nobody who is root, as tests often are; what
    // permissions would have stopped shows in the files.
    let site = Site::with_exampleshire();
    fs::remove_dir_all(site.path("ledger/index")).unwrap();
    let before = site.files();
    for line in [
        "status",
        "scores",
        "ratings",
        "transitions",
        "reviewed",
        "log Exampleshire",
        "show 2",
        "verify",
        "ratings --as-of 2",
        "ratings --effective 2025-01-01",
        "framework list",
        "framework show la-2023",
        "organisation list",
        "organisation show Exampleshire",
        "area list",
        "assessment list",
        "assessment show X99000001-2024-a",
        "publication list",
        "publication show X99000001-2024-a-p1",
    ] {
        site.ok(line);
        assert_eq!(site.files(), before, "{line}");
    }
}

#[test]
fn without_an_index_the_answers_are_the_same() {
    let site = Site::with_exampleshire();
    site.ok(REVIEW);
    let questions = ["scores", "ratings", "transitions", "reviewed", "log Exampleshire"];
    let ask = || questions.map(|line| site.ok(&format!("{line} --format csv")));
    let answers = ask();
    fs::remove_dir_all(site.path("ledger/index")).unwrap();
    assert_eq!(ask(), answers);
    assert!(!site.path("ledger/index").exists());
    site.ok("rebuild");
    assert_eq!(ask(), answers);
    let rows = fs::read_dir(site.path("ledger/index/rows")).unwrap();
    let files = rows.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let spoiled = files.map(|path| fs::write(path, "rubbish").unwrap()).count();
    assert!(spoiled > 0, "sled has no files");
    assert_eq!(ask(), answers);
}

/// Changes a word in a record to another of the same length.
fn change(site: &Site, position: usize, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let mut lines = site.lines();
    assert!(lines[position].contains(from), "{}", lines[position]);
    lines[position] = lines[position].replacen(from, to, 1);
    site.write(SEGMENT, lines.join("\n") + "\n");
}

/// A ledger of one record, as a later version of the program may begin it.
fn newer_format() -> Site {
    let site = Site::begun();
    let line = site.lines()[0].replace("\"format\":1", "\"format\":2");
    let record = &line[84..line.len() - 1];
    let hash = blake3::hash(record.as_bytes()).to_hex();
    site.write(SEGMENT, format!("{{\"hash\":\"{hash}\",\"record\":{record}}}\n"));
    let ledger = String::from_utf8(site.read("ledger/ledger.json")).unwrap();
    assert!(ledger.contains("\"format\": 1") || ledger.contains("\"format\":1"), "{ledger}");
    let ledger = ledger.replace("\"format\": 1", "\"format\": 2");
    site.write("ledger/ledger.json", ledger.replace("\"format\":1", "\"format\":2"));
    fs::remove_file(site.path("ledger/head")).unwrap();
    site
}
