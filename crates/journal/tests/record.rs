//! One line: pinned, taken apart, and refused for each thing that can be wrong with it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod common;

use common::{command, frame, opening, record_text};
use journal::{Batch, Check, EncodeError, Hash, Head, NewCommand, Segment, parse};

/// Record 0 of the tests' ledger. It changes only if the format does.
const GOLDEN: &str = concat!(
    r#"{"hash":"1b4222ef68244f70d79ad6f7a46a8b025880c6da2dc5c4017baafa5f93b7cb24","record":{"acto"#,
    r#"r":"p-000","command":"init","data":{"created":"2026-05-17T09:00:00.000Z","format":1,"origi"#,
    r#"n":"example.org/ledger"},"kind":"ledger_opened","occurred_on":"2026-05-17","part":1,"parts"#,
    r#"":1,"position":0,"previous":"0000000000000000000000000000000000000000000000000000000000000"#,
    r#"000","recorded_at":"2026-05-17T09:00:00.000Z","request":"de0e98532eede823a11e25349c508bac8"#,
    r#"4fd6cf0b0e1996bb7f1c3498fbdfeb1","salt":"07070707070707070707070707070707","schema":1,"str"#,
    r#"eam":"ledger","version":1}}"#,
);

fn line() -> Vec<u8> {
    let mut batch = Batch::opening();
    batch.push(&opening(common::ORIGIN)).unwrap();
    batch.lines().strip_suffix(b"\n").unwrap().to_vec()
}

fn signed_line() -> Vec<u8> {
    let mut command = command("k-9", 9, &[("a", 3)]);
    command.clock = Some("2026-05-17T08:00:00.000Z".to_owned());
    command.signature = Some("c2ln".to_owned());
    let mut batch = after(41);
    batch.push(&command).unwrap();
    batch.lines().strip_suffix(b"\n").unwrap().to_vec()
}

fn after(position: u64) -> Batch {
    Batch::after(&Head { hash: Hash::of(b"41"), length: 9, position, segment: Segment(0) })
}

#[test]
fn record_0_has_the_bytes_that_it_always_had() {
    assert_eq!(String::from_utf8(line()).unwrap(), GOLDEN);
    let hash = blake3::hash(&GOLDEN.as_bytes()[84..GOLDEN.len() - 1]);
    assert_eq!(&GOLDEN[9..73], hash.to_hex().as_str());
}

#[test]
fn a_record_is_what_was_encoded() {
    let line = signed_line();
    let record = parse(&line).unwrap();
    assert_eq!(record.actor, "p-017");
    assert_eq!(record.clock, Some("2026-05-17T08:00:00.000Z"));
    assert_eq!(record.command, "k-9");
    assert_eq!(record.data, r#"{"note":"€ \"k-9\"\n","number":3}"#);
    assert_eq!((record.kind, record.schema), ("thing_noted", 1));
    assert_eq!(record.occurred_on, "2024-05");
    assert_eq!((record.part, record.parts), (1, 1));
    assert_eq!((record.position, record.previous), (42, Hash::of(b"41")));
    assert_eq!(record.recorded_at, "2026-05-17T09:00:09.000Z");
    assert_eq!(record.request, Hash::of(b"k-9"));
    assert_eq!(record.salt, "09".repeat(16));
    assert_eq!(record.signature, Some("c2ln"));
    assert_eq!((record.stream, record.version), ("thing/a", 3));
    assert_eq!(record.hash, Hash::of(record_text(&line).as_bytes()));
}

#[test]
fn every_changed_byte_is_found_in_the_line_itself() {
    for line in [line(), signed_line()] {
        for at in 0..line.len() {
            for value in [line[at] ^ 1, line[at] ^ 0x80, b' ', b'\n', b'0'] {
                let mut changed = line.clone();
                changed[at] = value;
                assert_eq!(parse(&changed).is_ok(), changed == line, "byte {at} to {value}");
            }
            assert!(parse(&line[..at]).is_err(), "cut at {at}");
        }
    }
}

#[test]
fn with_a_right_hash_each_member_is_still_checked() {
    let text = record_text(&signed_line());
    let cases = [
        (r#""actor":"p-017""#, r#""actor":"P-017""#, Check::Members),
        (r#""actor":"p-017","#, "", Check::Members),
        (r#""actor":"#, r#""aactor":"#, Check::Members),
        (r#""actor":"p-017""#, r#""actor":17"#, Check::Members),
        (r#""actor":"p-017""#, r#""actor":"p-017","actor":"p-017""#, Check::Canonical),
        (r#""actor":"p-017""#, r#""actor": "p-017""#, Check::Canonical),
        (r#""actor":"p-017""#, r#""actor":null"#, Check::Canonical),
        (r#""clock":"2026-05-17T08:00:00.000Z""#, r#""clock":"08:00""#, Check::Members),
        (r#""command":"k-9""#, r#""command":"k 9""#, Check::Members),
        (r#""number":3"#, r#""number":3.0"#, Check::Canonical),
        (r#""number":3"#, r#""NUMBER":3"#, Check::Canonical),
        (r#""kind":"thing_noted""#, r#""kind":"thingNoted""#, Check::Members),
        (r#""occurred_on":"2024-05""#, r#""occurred_on":"2024-13""#, Check::Members),
        (r#""part":1"#, r#""part":0"#, Check::Members),
        (r#""part":1"#, r#""part":"1""#, Check::Members),
        (r#""position":42"#, r#""position":-42"#, Check::Members),
        (r#""recorded_at":"2026"#, r#""recorded_at":"0a26"#, Check::Members),
        (r#""salt":"09"#, r#""salt":"0"#, Check::Members),
        (r#""schema":1"#, r#""schema":0"#, Check::Members),
        (r#""signature":"c2ln""#, r#""signature":"""#, Check::Members),
        (r#""stream":"thing/a""#, r#""stream":"thing""#, Check::Members),
        (r#""version":3"#, r#""version":3,"zone":1"#, Check::Members),
        (r#""version":3"#, r#""version":true"#, Check::Members),
    ];
    assert!(parse(&frame(&text)).is_ok());
    for (from, to, check) in cases {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is there");
        let fault = parse(&frame(&changed)).expect_err(to);
        assert_eq!(fault.check, check, "{to}: {fault}");
        assert!(fault.offset >= 84, "{to}: {fault}");
    }
    let no_data = text.replacen(r#""data":{"#, r#""data":[{"#, 1).replacen("},", "}],", 1);
    assert_eq!(parse(&frame(&no_data)).unwrap_err().check, Check::Members);
    assert_eq!(parse(&frame("[]")).unwrap_err().check, Check::Members);
}

#[test]
fn a_command_that_would_not_verify_is_refused_and_leaves_the_batch_as_it_was() {
    let good = command("k-1", 1, &[("a", 1), ("b", 1)]);
    let refused = |change: &dyn Fn(&mut NewCommand)| {
        let mut batch = after(0);
        batch.push(&good).unwrap();
        let before = batch.lines().to_vec();
        let mut bad = command("k-2", 2, &[("a", 2), ("b", 2)]);
        change(&mut bad);
        let error = batch.push(&bad).unwrap_err();
        assert_eq!(batch.lines(), before);
        assert_eq!(batch.records().len(), 2);
        assert_eq!(batch.push(&command("k-2", 2, &[("a", 2)])), Ok(3..4));
        error
    };
    assert_eq!(refused(&|c| c.records.clear()), EncodeError::Empty);
    let second = |change: fn(&mut journal::NewRecord)| {
        let error = refused(&|c| change(&mut c.records[1]));
        assert!(!matches!(error, EncodeError::Fault { part: 1, .. }), "{error}");
        error.to_string()
    };
    second(|r| r.data = "[]".to_owned());
    second(|r| r.data = r#"{"a": 1}"#.to_owned());
    second(|r| r.data = String::new());
    let two = second(|r| r.data = r#"{"a":1},"kind":"other"#.to_owned());
    assert!(two.contains("canonical"), "{two}");
    second(|r| r.kind = "x\",\"kind".to_owned());
    second(|r| r.occurred_on = "2024-02-30".to_owned());
    second(|r| r.stream = "Thing".to_owned());
    second(|r| r.version = 0);
    second(|r| r.schema = 1 << 53);
    let long = second(|r| r.data = format!(r#"{{"a":"{}"}}"#, "x".repeat(65_536)));
    assert_eq!(long, "part 2: line: longer than 65535 bytes");
    refused(&|c| c.recorded_at = "2026-05-17T09:00:00.000Z".to_owned());
    refused(&|c| c.actor = r#"p-1","clock":"2026-05-17T09:00:00.000Z"#.to_owned());
    refused(&|c| c.actor = "p-1\u{7}".to_owned());
}

#[test]
fn the_longest_line_fits_and_one_byte_more_does_not() {
    let with = |length: usize| {
        let mut command = command("k", 1, &[("a", 1)]);
        command.records[0].data = format!(r#"{{"a":"{}"}}"#, "x".repeat(length));
        let mut batch = after(0);
        batch.push(&command).map(|_| batch.lines().len())
    };
    let overhead = with(0).unwrap();
    assert_eq!(with(65_536 - overhead), Ok(65_536));
    assert!(with(65_537 - overhead).is_err());
}
