//! Guards that damage is found, named and never repaired in silence, and that what was never
//! acknowledged is told from damage.

use std::fs;
use std::path::PathBuf;

use crate::site::{SEGMENT, Site, check};
use crate::story::AUTHORITY;

const REVIEW: &str = "score review Exampleshire --statement safeguarding --score 3 \
                      --date 2026-01-05 --reason ongoing_review";

#[test]
fn a_changed_byte_is_named_with_its_record_and_byte() {
    let site = Site::with_exampleshire();
    change(&site, 2, "Exampleshire", "Examplexhire");
    let before = site.files();
    let text = site.transcript(&[
        "verify",
        "show 2",
        "log",
        "ratings --as-of 4",
        "rebuild",
        "log --format jsonl",
        "show 4 --format plain",
    ]);
    let text = text.replace(&site.lines()[0], "(record 0)");
    let lines = text.lines().filter(|line| !line.starts_with("4\t"));
    check("damage_changed_byte", &lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(site.files()[&site.path(SEGMENT)], before[&site.path(SEGMENT)], "nothing changed");
}

#[test]
fn a_writer_stops_at_damage_that_it_meets() {
    let site = Site::with_exampleshire();
    change(&site, 2, "Exampleshire", "Examplexhire");
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
    assert_eq!((&summary["verdict"], &summary["records"]), (&"verified".into(), &5.into()));

    change(&site, 2, "Exampleshire", "Examplexhire");
    change(&site, 4, "formal", "pilot!");
    let ran = site.run("verify --format jsonl");
    assert_eq!(ran.code, 3);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, findings) = lines.split_last().unwrap();
    assert_eq!(summary["findings"], findings.len());
    assert!(findings.iter().all(|line| line["type"] == "finding"));
    for position in [2, 4] {
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
        "show 3",
        "verify",
        "ratings --as-of 3",
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

#[test]
fn damage_beside_the_journal_is_found_and_named() {
    let site = with_contents();
    let digest = sealed(&site);
    let (file, key) = (site.path("ledger/vault").join(&digest), key(&site, &digest));
    let (bytes, secrets) = (fs::read(&file).unwrap(), fs::read(&key).unwrap());
    let mut text = String::new();
    let mut changed = bytes.clone();
    changed[20] ^= 1;
    fs::write(&file, &changed).unwrap();
    text += &first_finding(&site);
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    text += &first_finding(&site);
    fs::remove_file(&file).unwrap();
    text += &first_finding(&site);
    fs::write(&file, &bytes).unwrap();
    fs::write(&key, "{}").unwrap();
    text += &first_finding(&site);
    fs::remove_file(&key).unwrap();
    text += &first_finding(&site);
    fs::write(&key, &secrets).unwrap();
    assert_eq!(site.run("verify").code, 0, "as it was");
    site.ok(
        "evidence erase X99000001-e1 --basis erasure_request --authority p-009 --date 2025-09-03",
    );
    let erased = site.ok("verify");
    assert!(erased.contains("1 erased, by record 6"), "{erased}");
    fs::write(&key, &secrets).unwrap();
    text += &first_finding(&site);
    fs::remove_file(&key).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(site.run("verify").code, 0, "whoever erases may remove the sealed file too");
    check("damage_contents", &text);
}

#[test]
fn a_released_report_that_is_another_one_is_found() {
    let site = Site::begun();
    site.import(&AUTHORITY.published());
    let released = &site.rows("publication show X99000011-2025-a-p1")[0]["released"];
    let file = site.path("ledger/publications").join(released);
    let bytes = fs::read(&file).unwrap();
    let mut text = String::new();
    fs::write(&file, &bytes[1..]).unwrap();
    text += &first_finding(&site);
    fs::remove_file(&file).unwrap();
    text += &first_finding(&site);
    fs::write(&file, &bytes).unwrap();
    assert_eq!(site.run("verify").code, 0);
    check("damage_publication", &text);
}

#[test]
fn a_copy_without_keys_verifies_and_opens_nothing() {
    let site = with_contents();
    let text = site.transcript(&[
        "--config nowhere verify",
        "--config nowhere evidence show X99000001-e1",
        "--config nowhere evidence show X99000001-e1 --content",
    ]);
    check("damage_without_keys", &text);
    // Damage shows without keys all the same.
    let file = site.path("ledger/vault").join(sealed(&site));
    fs::write(&file, "rubbish").unwrap();
    assert_eq!(site.run("--config nowhere verify").code, 3);
}

/// A command that failed, or was killed, after its contents were stored.
#[test]
fn what_no_record_names_is_told_and_is_no_damage() {
    let site = with_contents();
    let digest = blake3::hash(b"never recorded").to_hex();
    site.write(&format!("ledger/vault/{digest}"), "never recorded");
    site.write("ledger/vault/notes.txt", "not of this program");
    let text = site.transcript(&["verify"]);
    check("damage_unnamed", &text.lines().take(6).collect::<Vec<_>>().join("\n"));
}

/// What could not be looked at is neither sound nor damaged.
#[test]
fn a_sealed_file_that_cannot_be_read_is_not_called_damaged() {
    let site = with_contents();
    let file = site.path("ledger/vault").join(sealed(&site));
    fs::remove_file(&file).unwrap();
    // Root may read everything but a directory.
    fs::create_dir(&file).unwrap();
    let text = site.transcript(&["verify", "evidence show X99000001-e1 --content"]);
    check("damage_unreadable", &text);
    assert_eq!(site.run("verify").code, 5);
}

/// The one piece of evidence of [`with_contents`], whose digest names its file and its key.
fn sealed(site: &Site) -> String {
    let record = site.lines().into_iter().find(|line| line.contains("\"evidence_submitted\""));
    let record: serde_json::Value = serde_json::from_str(&record.unwrap()).unwrap();
    record["record"]["data"]["content"]["sealed"].as_str().unwrap().to_owned()
}

fn with_contents() -> Site {
    let site = Site::with_exampleshire();
    site.ok("evidence submit Exampleshire --category processes --origin held --setting off_site \
         --method documents --source assessed_body --collected 2025-08 --received 2025-09-02 \
         --text 'What we hold.'");
    site
}

/// The key of a content, wherever this ledger's keys lie.
fn key(site: &Site, sealed: &str) -> PathBuf {
    let keys = fs::read_dir(site.path("config/contents")).unwrap().next().unwrap().unwrap();
    keys.path().join(sealed)
}

/// What `verify` says first, on one line, with the path of the record made short.
fn first_finding(site: &Site) -> String {
    let ran = site.run("verify");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.ends_with("damaged: 1 finding\n"), "{}", ran.out);
    let more = ran.out.lines().skip(1).take_while(|line| line.starts_with(' '));
    let first = ran.out.lines().take(1).chain(more.map(str::trim_start));
    first.collect::<Vec<_>>().join(" ") + "\n"
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
