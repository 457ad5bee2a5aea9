//! A small ledger and the means to damage it, shared by the tests.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use journal::{
    Asked, Batch, FileStore, Finding, Hash, Head, NewCommand, NewRecord, Options, Store, Summary,
    verify,
};
use tempfile::TempDir;

pub const ORIGIN: &str = "example.org/ledger";

/// Three commands' records or so to a segment.
pub const SMALL: Options = Options { segment_bytes: 2_600 };

pub fn opening(origin: &str) -> NewCommand {
    let created = "2026-05-17T09:00:00.000Z";
    let data = format!(r#"{{"created":"{created}","format":1,"origin":"{origin}"}}"#);
    NewCommand {
        actor: "p-000".to_owned(),
        clock: None,
        command: "init".to_owned(),
        recorded_at: created.to_owned(),
        request: Hash::of(origin.as_bytes()),
        signature: None,
        records: vec![NewRecord {
            data,
            kind: "ledger_opened".to_owned(),
            occurred_on: "2026-05-17".to_owned(),
            salt: [7; 16],
            schema: 1,
            stream: "ledger".to_owned(),
            version: 1,
        }],
    }
}

/// A command with a record in each of these streams, at these versions.
pub fn command(key: &str, second: u32, streams: &[(&str, u64)]) -> NewCommand {
    let record = |(stream, version): &(&str, u64)| NewRecord {
        data: format!(r#"{{"note":"€ \"{key}\"\n","number":{version}}}"#),
        kind: "thing_noted".to_owned(),
        occurred_on: "2024-05".to_owned(),
        salt: [second.to_be_bytes()[3]; 16],
        schema: 1,
        stream: format!("thing/{stream}"),
        version: *version,
    };
    NewCommand {
        actor: "p-017".to_owned(),
        clock: None,
        command: key.to_owned(),
        recorded_at: format!("2026-05-17T09:{:02}:{:02}.000Z", second / 60, second % 60),
        request: Hash::of(key.as_bytes()),
        signature: None,
        records: streams.iter().map(record).collect(),
    }
}

/// The commands that the small ledger holds after its opening: 9 records.
pub fn small_commands() -> Vec<NewCommand> {
    let mut late = command("k-3", 3, &[("b", 2)]);
    late.clock = Some("2026-05-17T08:00:00.000Z".to_owned());
    let mut signed = command("k-4", 4, &[("a", 3), ("c", 1)]);
    signed.signature = Some("c2lnbmF0dXJl".to_owned());
    vec![
        command("k-1", 1, &[("a", 1)]),
        command("k-2", 2, &[("a", 2), ("b", 1)]),
        late,
        signed,
        command("k-5", 5, &[("b", 3), ("c", 2), ("a", 4)]),
    ]
}

pub fn create(dir: &Path, origin: &str, options: Options) -> FileStore {
    let mut batch = Batch::opening();
    batch.push(&opening(origin)).unwrap();
    FileStore::create(dir, &batch).unwrap();
    FileStore::open_with(dir, options).unwrap()
}

/// Appends each command in a batch of its own, and returns the head.
pub fn append<S: Store>(store: &mut S, commands: &[NewCommand]) -> Head {
    let mut head = store.hold().unwrap().head;
    for command in commands {
        let mut batch = Batch::after(&head);
        batch.push(command).unwrap();
        head = store.append(&batch).unwrap().head;
    }
    store.release();
    head
}

/// The small ledger: records 0 to 9 in four segments or more, some commands of several parts.
pub fn small() -> TempDir {
    // Made once, as making it takes a dozen syncs.
    static FILES: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    copy_of(FILES.get_or_init(|| files(small_of(ORIGIN).path())))
}

pub fn small_of(origin: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    append(&mut create(dir.path(), origin, SMALL), &small_commands());
    dir
}

/// Writes a directory's files anew, unsynced.
fn copy_of(files: &BTreeMap<String, Vec<u8>>) -> TempDir {
    let dir = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

/// Each file of a directory with its bytes, by its path from there.
pub fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The segments of a ledger in order, with their bytes.
pub fn segments(dir: &Path) -> Vec<(String, Vec<u8>)> {
    files(dir).into_iter().filter(|(name, _)| name.starts_with("journal/")).collect()
}

/// Every record's line in order, without its newline.
pub fn lines(dir: &Path) -> Vec<Vec<u8>> {
    let bytes: Vec<u8> = segments(dir).into_iter().flat_map(|(_, bytes)| bytes).collect();
    let mut lines: Vec<_> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    assert_eq!(lines.pop(), Some(Vec::new()), "the journal ends in a newline");
    lines
}

/// Makes a ledger's whole journal out of these lines, in one segment, with a head that fits.
///
/// The tree is removed with it: whoever rewrites a journal can, and the other checks must do
/// without it.
pub fn rewrite(dir: &Path, lines: &[Vec<u8>]) {
    fs::remove_dir_all(dir.join("tree")).unwrap();
    for (name, _) in segments(dir) {
        fs::remove_file(dir.join(name)).unwrap();
    }
    let bytes: Vec<u8> = lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
    let segment = journal::Segment(0);
    fs::write(dir.join("journal").join(segment.to_string()), &bytes).unwrap();
    let last = String::from_utf8_lossy(lines.last().unwrap()).into_owned();
    let hash = last[9..73].parse().unwrap();
    let position = number_after(&last, "\"position\":");
    let head = Head { hash, length: bytes.len() as u64, position, segment };
    fs::write(dir.join("head"), head.to_slot()).unwrap();
}

fn number_after(line: &str, name: &str) -> u64 {
    let digits = &line[line.find(name).unwrap() + name.len()..];
    digits[..digits.find(',').unwrap()].parse().unwrap()
}

/// Frames a record's text with its right hash.
pub fn frame(record: &str) -> Vec<u8> {
    format!("{{\"hash\":\"{}\",\"record\":{record}}}", Hash::of(record.as_bytes())).into_bytes()
}

/// The text of a line's record.
pub fn record_text(line: &[u8]) -> String {
    String::from_utf8(line[84..line.len() - 1].to_vec()).unwrap()
}

/// Gives these records their right `previous` and hash from the first one on.
pub fn rechain(records: &[String]) -> Vec<Vec<u8>> {
    let mut previous = Hash::ZERO.to_string();
    let rechain = |record: &String| {
        let at = record.find("\"previous\":\"").unwrap() + 12;
        let line = frame(&format!("{}{previous}{}", &record[..at], &record[at + 64..]));
        previous = String::from_utf8_lossy(&line[9..73]).into_owned();
        line
    };
    records.iter().map(rechain).collect()
}

pub fn verified(dir: &Path) -> (Summary, Vec<Finding>) {
    let mut findings = Vec::new();
    let summary = verify(dir, &Asked::default(), &mut findings).unwrap();
    assert_eq!(summary.findings, findings.len() as u64);
    (summary, findings)
}

pub fn assert_sound(dir: &Path) -> Summary {
    let (summary, findings) = verified(dir);
    assert_eq!(findings, [], "a sound ledger");
    summary
}
