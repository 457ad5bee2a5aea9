//! Guards that what is exported is whole, is the ledger's, goes on where an earlier export ended,
//! and tells nothing of what is not published unless that is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use journal::SignedCheckpoint;

use crate::proofs::without_hashes;
use crate::site::{SEGMENT, Site, check};

const REVIEW: &str = "score review Exampleshire --statement safeguarding --score 3 \
                      --date 2026-01-05 --reason ongoing_review";

/// What is made of a file's bytes.
type Break = fn(&[u8]) -> Vec<u8>;

/// Registers so many bodies; `import` ends with a checkpoint.
fn register(site: &Site, bodies: std::ops::Range<u32>) {
    let command = |number: u32| {
        let data = serde_json::json!({
            "code": format!("X99{number:06}"), "fictional": true, "kind": "local_authority",
            "name": format!("Body {number}"),
        });
        format!("{}\n", serde_json::json!({ "kind": "register_organisation", "data": data }))
    };
    site.write("commands.jsonl", bodies.map(command).collect::<String>());
    site.ok("import commands.jsonl");
}

/// The files below a directory of the site, by their names in it.
fn files(site: &Site, dir: &str) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let root = site.path(dir);
    let name = |path: &Path| path.strip_prefix(&root).ok()?.to_str().map(str::to_owned);
    let all = site.files().into_iter().filter(|(path, _)| path.is_file());
    all.filter_map(|(path, file)| Some((name(&path)?, file))).collect()
}

fn names(site: &Site, dir: &str) -> Vec<String> {
    files(site, dir).into_keys().collect()
}

fn size(site: &Site, file: &str) -> u64 {
    SignedCheckpoint::parse(&site.read(file)).unwrap().checkpoint().size
}

/// The entries of a bundle.
fn entries(mut bundle: &[u8]) -> Vec<String> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk() {
        let (entry, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        entries.push(String::from_utf8(entry.to_vec()).unwrap());
        bundle = rest;
    }
    assert!(bundle.is_empty());
    entries
}

#[test]
fn what_is_exported_is_said_and_goes_on() {
    let site = Site::with_exampleshire();
    let first = site.transcript(&["export tiles public", "export tiles public"]);
    let before = files(&site, "public");
    site.ok(REVIEW);
    let uncovered = site.transcript(&["export tiles public"]);
    let after = files(&site, "public");
    let same = |name: &String| before[name].0 == after[name].0;
    assert!(before.keys().eq(after.keys()) && before.keys().all(same), "what is not signed for");
    site.ok("checkpoint");
    let second = site.transcript(&[
        "export tiles public",
        "export tiles audit --entries",
        "export tiles audit --entries",
        "export tiles audit",
        "export tiles ledger",
        "export tiles row.csv",
    ]);
    check("tiles_export", &without_hashes(&(first + &uncovered + &second)));
    let tree = size(&site, "ledger/checkpoint");
    let old = tree - 1;
    let public = ["checkpoint".to_owned(), "log.vkey".to_owned()];
    let tiles = [old, tree].map(|width| format!("tile/0/000.p/{width}"));
    assert_eq!(names(&site, "public"), [public.as_slice(), tiles.as_slice()].concat());
    assert_eq!(site.read("public/checkpoint"), site.read("ledger/checkpoint"));
    assert_eq!(site.read("public/log.vkey"), site.ok("key show").as_bytes());
    let bundle = site.read(&format!("audit/tile/entries/000.p/{tree}"));
    assert_eq!(entries(&bundle), site.lines());
}

#[test]
fn a_full_tile_is_written_once() {
    let site = Site::begun();
    register(&site, 1..400);
    site.ok("export tiles public --entries");
    let before = files(&site, "public");
    assert!(before.contains_key("tile/0/000") && before.contains_key("tile/entries/000"));
    register(&site, 400..700);
    let said = site.ok("export tiles public --entries");
    assert!(said.contains("3 tiles written, 1 there already, 2 bundles"), "{said}");
    let after = files(&site, "public");
    for name in ["tile/0/000", "tile/entries/000"] {
        assert_eq!(before[name], after[name], "{name}: neither its bytes nor its time changed");
    }
    // Whoever still has the older checkpoint finds what it needs.
    let promised = before.keys().filter(|name| name.starts_with("tile/"));
    promised.for_each(|name| assert_eq!(before[name].0, after[name].0, "{name}"));
    let lines: Vec<String> =
        ["tile/entries/000", "tile/entries/001"].map(|name| entries(&after[name].0)).concat();
    assert_eq!(lines, site.lines()[..512]);
    assert!(after.keys().all(|name| !name.ends_with(".new")));
}

#[test]
fn a_file_that_is_missing_or_cut_short_is_written_again() {
    let site = Site::begun();
    register(&site, 1..400);
    site.ok("export tiles public --entries");
    let whole = files(&site, "public");
    let same = |why: &str| {
        let now = files(&site, "public");
        assert!(whole.keys().eq(now.keys()), "{why}");
        whole.iter().for_each(|(name, file)| assert_eq!(file.0, now[name].0, "{why}: {name}"));
    };
    for name in whole.keys() {
        fs::remove_file(site.path(&format!("public/{name}"))).unwrap();
        site.ok("export tiles public --entries");
        same(&format!("without {name}"));
    }
    let broken: [Break; 5] = [
        |_| vec![],
        |bytes| bytes[..bytes.len() - 1].to_vec(),
        |bytes| vec![0; bytes.len()],
        |bytes| [bytes, &[7][..]].concat(),
        |bytes| {
            let (first, rest) = bytes.split_at(bytes.len() / 2);
            [first, &[rest[0] ^ 1][..], &rest[1..]].concat()
        },
    ];
    for (name, (bytes, _)) in whole.iter().filter(|(name, _)| name.starts_with("tile/")) {
        for (number, change) in broken.iter().enumerate() {
            site.write(&format!("public/{name}"), change(bytes));
            let said = site.ok("export tiles public --entries");
            assert_eq!(said.matches(", 1 mended").count(), 1, "{name} {number}: {said}");
            assert!(said.contains(" 0 tiles written") && said.contains(" 0 bundles"), "{said}");
            same(&format!("{name} {number}"));
        }
    }
    // An export that was interrupted left tiles that no checkpoint vouches for.
    fs::remove_file(site.path("public/checkpoint")).unwrap();
    site.write("public/tile/0/000", vec![7; 8_192]);
    site.write("public/tile/entries/000", "\0\u{4}what");
    site.write("public/tile/0/000.new", "half");
    site.ok("export tiles public --entries");
    same("after an interruption");
}

#[test]
fn entries_are_added_where_there_were_only_tiles() {
    let site = Site::begun();
    register(&site, 1..300);
    site.ok("export tiles audit");
    let before = files(&site, "audit");
    site.ok("export tiles audit --entries");
    let after = files(&site, "audit");
    let is_tile = |name: &&String| name.starts_with("tile/");
    before.keys().filter(is_tile).for_each(|name| assert_eq!(before[name], after[name], "{name}"));
    let bundles = after.iter().filter(|(name, _)| name.starts_with("tile/entries/"));
    let lines: Vec<String> = bundles.flat_map(|(_, file)| entries(&file.0)).collect();
    assert_eq!(lines, site.lines());
}

#[test]
fn tiles_without_entries_tell_nothing_of_a_record() {
    let site = Site::with_exampleshire();
    site.ok(REVIEW);
    site.ok("checkpoint");
    site.ok("export tiles public");
    const WIDTH: usize = 16;
    let all = files(&site, "public");
    let exported: BTreeSet<&[u8]> = all.values().flat_map(|file| file.0.windows(WIDTH)).collect();
    let key = site.ok("key show");
    let is_exported = |text: &[u8]| exported.contains(text);
    let mut windows = 0;
    for line in site.lines() {
        // The name and the key of the log are what everybody is to know.
        let line = line.replace(key.trim(), "(key)").replace("example.org/ledger", "(origin)");
        for window in line.as_bytes().windows(WIDTH) {
            assert!(!is_exported(window), "{}", String::from_utf8_lossy(window));
            windows += 1;
        }
    }
    assert!(windows > 1_000);
    // That would be seen: with entries, it is all there.
    site.ok("export tiles public --entries");
    let all = files(&site, "public");
    let exported: BTreeSet<&[u8]> = all.values().flat_map(|file| file.0.windows(WIDTH)).collect();
    assert!(site.lines()[1].as_bytes().windows(WIDTH).all(|window| exported.contains(window)));
}

#[test]
fn another_log_or_another_past_is_not_mixed_in() {
    let site = Site::with_exampleshire();
    site.ok("export tiles public");
    site.ok("--ledger other init --origin example.org/other");
    crate::proofs::rewrite(&site);
    fs::create_dir_all(site.path("strange")).unwrap();
    site.write("strange/checkpoint", "something else\n");
    let before = files(&site, "public");
    let rewritten = "--ledger rewritten --config config2 export tiles public";
    let text = site.transcript(&[
        "--ledger other export tiles public",
        rewritten,
        &format!("{rewritten} --entries"),
        "export tiles strange",
    ]);
    check("tiles_foreign", &without_hashes(&text));
    assert_eq!(files(&site, "public"), before, "nothing was written");
}

#[test]
fn an_older_copy_does_not_take_a_newer_export_back() {
    let site = Site::with_exampleshire();
    let older = site.read("ledger/checkpoint");
    site.ok(REVIEW);
    site.ok("checkpoint");
    site.ok("export tiles public");
    site.write("ledger/checkpoint", older);
    let ran = site.run("export tiles public");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("newer checkpoint") && ran.err.contains("hint"), "{ran:?}");
    assert_eq!(size(&site, "public/checkpoint"), size(&site, "ledger/checkpoint") + 1);
}

#[test]
fn a_ledger_without_a_checkpoint_has_nothing_to_export() {
    let site = Site::with_exampleshire();
    fs::remove_file(site.path("ledger/checkpoint")).unwrap();
    let ran = site.run("export tiles public");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("piperoll checkpoint"), "{ran:?}");
    assert!(!site.path("public").exists());
}

#[test]
fn damage_is_never_exported() {
    let site = Site::begun();
    register(&site, 1..600);
    let hashes = site.read("ledger/tree/hashes");
    // A leaf in a full tile, one in the last tile, and the hash that stands for a full tile.
    let leaf = |n: u64| n * 2 - u64::from(n.count_ones());
    for index in [leaf(3), leaf(598), leaf(256) - 1] {
        let mut damaged = hashes.clone();
        damaged[usize::try_from(index).unwrap() * 32 + 5] ^= 1;
        site.write("ledger/tree/hashes", damaged);
        let ran = site.run("--config none export tiles public");
        assert_eq!(ran.code, 3, "hash {index}: {ran:?}");
        assert!(!site.path("public/checkpoint").exists(), "hash {index}");
    }
    site.write("ledger/tree/hashes", &hashes);

    let journal = String::from_utf8(site.read(SEGMENT)).unwrap();
    site.write(SEGMENT, journal.replacen("Body 7\"", "Body 8\"", 1));
    let ran = site.run("export tiles audit --entries");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(!site.path("audit/checkpoint").exists());
}

#[test]
fn the_checkpoint_comes_last() {
    // A directory in the way of a file is as good as a full disk.
    let site = Site::begun();
    register(&site, 1..300);
    for in_the_way in ["tile/1/000.p/1", "tile/entries/001.p/45", "log.vkey"] {
        fs::create_dir_all(site.path("public").join(in_the_way)).unwrap();
        let ran = site.run("export tiles public --entries");
        assert_eq!(ran.code, 5, "{in_the_way}: {ran:?}");
        assert!(!site.path("public/checkpoint").exists(), "{in_the_way}");
        fs::remove_dir(site.path("public").join(in_the_way)).unwrap();
    }
    site.ok("export tiles public --entries");
    let before = site.read("public/checkpoint");
    register(&site, 300..600);
    fs::create_dir_all(site.path("public/tile/1/000.p/2")).unwrap();
    let ran = site.run("export tiles public --entries");
    assert_eq!((ran.code, site.read("public/checkpoint")), (5, before), "{ran:?}");
}

#[test]
fn one_export_at_a_time_writes_to_a_directory() {
    let site = Site::with_exampleshire();
    site.ok("export tiles public");
    let held = fs::File::open(site.path("public")).unwrap();
    held.lock().unwrap();
    let ran = site.run("export tiles public");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("another export"), "{ran:?}");
    drop(held);
    site.ok("export tiles public");
}
