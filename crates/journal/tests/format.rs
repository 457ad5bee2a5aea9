//! The examples of `docs/format.md` are real: made by this code, and checked by its rules.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

use std::process::{Command, Stdio};

use journal::canonical::to_canonical;
use journal::head::{Slot, Slots};
use journal::{Batch, Chain, Hash, Head, NewCommand, NewRecord, Segment, parse};

const FORMAT: &str = include_str!("../../../docs/format.md");

const CREATED: &str = "2026-05-17T09:00:00.000Z";

fn example() -> Batch {
    let record = |kind: &str, stream: &str, data: &str, salt: [u8; 16]| NewRecord {
        data: data.to_owned(),
        kind: kind.to_owned(),
        occurred_on: "2026-05-17".to_owned(),
        salt,
        schema: 1,
        stream: stream.to_owned(),
        version: 1,
    };
    let command = |key: &str, recorded_at: &str, request: Hash, record: NewRecord| NewCommand {
        actor: "p-017".to_owned(),
        clock: None,
        command: key.to_owned(),
        recorded_at: recorded_at.to_owned(),
        request,
        signature: None,
        records: vec![record],
    };
    let opened = format!(r#"{{"created":"{CREATED}","format":1,"origin":"example.org/ledger"}}"#);
    let registered = concat!(
        r#"{"code":"X99000001","fictional":true,"kind":"local_authority","#,
        r#""name":"Exampleshire","name_basis":"stated"}"#
    );
    let salt = |record: &str| {
        let hash = Hash::of(record.as_bytes());
        *hash.as_bytes().first_chunk().expect("a hash has more than 16 bytes")
    };
    let key = "0f5c1e9a7b3d48266a90d1c4e2b8f713";
    let init = record("ledger_opened", "ledger", &opened, salt("record 0"));
    let register =
        record("organisation_registered", "organisation/X99000001", registered, salt("record 1"));
    let mut batch = Batch::opening();
    batch.push(&command("init", CREATED, Hash::of(opened.as_bytes()), init)).unwrap();
    let request = Hash::of(submitted().as_bytes());
    batch.push(&command(key, "2026-05-17T09:30:00.000Z", request, register)).unwrap();
    batch
}

/// The lines of the document that begin so.
fn examples(prefix: &str) -> Vec<&'static str> {
    FORMAT.lines().filter(|line| line.starts_with(prefix)).collect()
}

/// The canonical form of the submitted command in the document, without its key.
fn submitted() -> String {
    let lines = examples("{\"command\":");
    let [line] = lines[..] else { panic!("one submitted command in the document: {lines:?}") };
    let mut object: serde_json::Value = serde_json::from_str(line).unwrap();
    object.as_object_mut().unwrap().remove("command").unwrap();
    to_canonical(&object).unwrap()
}

#[test]
fn the_example_lines_are_what_is_written_for_them() {
    let written = String::from_utf8(example().lines().to_vec()).unwrap();
    assert_eq!(examples("{\"hash\":").join("\n") + "\n", written);
}

#[test]
fn every_example_line_verifies_and_follows_the_one_before() {
    let mut chain = Chain::start();
    for line in examples("{\"hash\":") {
        chain.take(&parse(line.as_bytes()).unwrap()).unwrap();
    }
    assert_eq!(chain.next(), 2);
}

#[test]
fn the_example_request_is_the_hash_of_the_example_command() {
    let line = examples("{\"hash\":")[1];
    assert_eq!(parse(line.as_bytes()).unwrap().request, Hash::of(submitted().as_bytes()));
    assert!(FORMAT.contains(&submitted()), "{}", submitted());
}

#[test]
fn the_example_of_ledger_json_is_what_record_0_says() {
    let lines = examples("{\"created\":");
    assert_eq!(lines, [parse(examples("{\"hash\":")[0].as_bytes()).unwrap().data]);
}

#[test]
fn the_example_head_names_the_last_example_line() {
    let batch = example();
    let last = batch.records().last().unwrap();
    let length = batch.lines().len() as u64;
    let head = Head { hash: last.hash, length, position: last.position, segment: Segment(0) };
    let slot = head.to_slot();
    let text = String::from_utf8(slot.to_vec()).unwrap();
    assert_eq!(examples("{\"checksum\":"), [text.trim_end()]);
    assert_eq!(Slots::parse(&slot).0, [Slot::Valid(head), Slot::Empty]);
}

/// The check that needs no program of ours, where jq and b3sum are installed.
#[test]
fn jq_and_b3sum_come_to_the_same_hash() {
    let run = |script: &str, line: &str| {
        let mut child = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    for line in examples("{\"hash\":") {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let oracle = serde_json_canonicalizer::to_string(&value["record"]).unwrap();
        assert_eq!(oracle, line[84..line.len() - 1]);
        if has("jq") {
            assert_eq!(run("jq -cj .record", line), oracle);
        }
        if has("jq") && has("b3sum") {
            let hash = run("jq -cj .record | b3sum --no-names", line);
            assert_eq!(hash.trim_end(), &line[9..73]);
        }
    }
}
