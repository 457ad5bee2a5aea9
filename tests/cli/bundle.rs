//! Decision bundles: what is handed to somebody who has neither the ledger nor our program.

use super::site::{BRENT, Site, check, row};
use journal::checkpoint::log_id;
use journal::note::Algorithm;
use journal::{SignedCheckpoint, SigningKey, VerifierKey};
use ledger::bundle::{Files, Given, check as look};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::thread::available_parallelism;

#[path = "bundle/recipe.rs"]
mod recipe;

use recipe::{recipe, tools};

/// A publication from before the ledger, and one that was made in it.
const YORK: &str = "E06000014-2025-a-p1";
const NORTHBROOK: &str = "X99000003-2025-a-p1";
const DEMO: &str = "--ledger piperoll-demo/ledger --config piperoll-demo/config";

/// The demo's ledger with both bundles: made once, and only read.
static MADE: LazyLock<Site> = LazyLock::new(|| {
    let site = Site::new();
    site.ok("demo");
    for (publication, name) in [(YORK, "york"), (NORTHBROOK, "northbrook")] {
        site.ok(&format!("{DEMO} bundle make {publication} {name}"));
        site.ok(&format!("{DEMO} bundle make {publication} {name}.tar"));
    }
    site
});

/// A guard against a bundle that its own maker cannot check, or that says more than it shows.
#[test]
fn a_bundle_holds_and_says_what_it_shows() {
    let site = &*MADE;
    for bundle in ["york", "york.tar", "northbrook", "northbrook.tar"] {
        let of = bundle.trim_end_matches(".tar");
        for key in [String::new(), format!(" --key @{of}/log.vkey")] {
            let out = site.ok(&format!("bundle verify {bundle}{key}"));
            assert_eq!(out.contains("--key names yours"), key.is_empty(), "{out}");
            assert!(!out.contains("does not hold"), "{out}");
        }
    }
    check("bundle_york", &site.ok("bundle verify york"));
    check("bundle_northbrook", &site.ok("bundle verify northbrook.tar --key @york/log.vkey"));
    let json: serde_json::Value =
        serde_json::from_str(&site.ok("bundle verify york --format json")).unwrap();
    assert_eq!((&json["holds"], &json["bundle"]["publication"]), (&true.into(), &YORK.into()));
    assert_eq!(json["checks"].as_array().unwrap().len(), 11);
}

/// Two people who compare bundles of one publication must not have to wonder.
#[test]
fn a_bundle_is_the_same_bytes_each_time() {
    let site = &*MADE;
    let said = site.run(&format!("{DEMO} bundle make {YORK} again.tar"));
    assert_eq!(said.out, format!("again.tar: {YORK}, 5 records, 19 files\n"));
    assert!(said.err.contains("it holds whole records, also unpublished ones"), "{said:?}");
    assert_eq!(site.read("again.tar"), site.read("york.tar"));
    site.ok(&format!("{DEMO} bundle make {NORTHBROOK}"));
    assert_eq!(files(&site.path(NORTHBROOK)), files(&site.path("northbrook")));
    let beside = fs::read_dir(site.path("")).unwrap();
    let names = beside.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.starts_with('.')));
}

#[test]
fn what_cannot_be_made_is_refused_and_nothing_is_overwritten() {
    let site = Site::with_exampleshire();
    site.write("taken", "mine");
    site.write("taken.tar", "mine");
    fs::create_dir(site.path("full")).unwrap();
    site.write("full/notes.txt", "mine");
    let publication = "X99000001-2024-a-p1";
    for (line, code, what) in [
        (format!("{publication} taken"), 5, "taken is no directory"),
        (format!("{publication} taken.tar"), 1, "taken.tar is there, and is somebody's file"),
        (format!("{publication} full"), 1, "full is there, and is not empty"),
        (format!("{publication} taken/x.tar"), 5, "cannot make taken"),
        (format!("{publication} taken/x"), 5, "cannot make taken"),
        (format!("{publication} .."), 2, "`..` does not end in a name"),
        ("X99000001-2024-a-p2".to_owned(), 1, "there is no publication"),
        ("X99000009-2024-a-p1".to_owned(), 1, "there is no publication"),
        ("Exampleshire".to_owned(), 2, "Exampleshire"),
        ("'' x".to_owned(), 2, "invalid value ''"),
        (format!("{publication} x.tar.gz"), 2, "a directory or a tar, and `x.tar.gz` is neither"),
        (format!("{publication} taken/x.TAR"), 2, "`x.TAR` is neither"),
        (format!("{publication} x.zip"), 2, "`x.zip` is neither"),
        (format!("{publication} x --policy taken"), 1, "not a policy"),
        (format!("{publication} x --policy none"), 5, "cannot read none"),
    ] {
        let ran = site.run(&format!("bundle make {line}"));
        assert_eq!(ran.code, code, "{line}: {ran:?}");
        assert!(ran.err.contains(what), "{line}: {ran:?}");
    }
    for theirs in ["taken", "taken.tar", "full/notes.txt"] {
        assert_eq!(site.read(theirs), b"mine");
    }
    assert!(!site.path("x").exists() && !site.path("X99000001-2024-a-p2").exists());

    fs::remove_file(site.path("ledger/checkpoint")).unwrap();
    let ran = site.run(&format!("--config none bundle make {publication}"));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("no checkpoint of this ledger was signed yet"), "{ran:?}");
    assert!(ran.err.contains("`piperoll checkpoint`"), "{ran:?}");
}

/// One bit is enough to make another score of a 2. The sums may have been made again, too.
#[test]
fn a_changed_bit_is_found() {
    changed_bits_are_found("york", 1_499);
    changed_bits_are_found("northbrook", 99_991);
}

#[test]
#[ignore = "every bit of a whole bundle"]
fn every_changed_bit_is_found() {
    changed_bits_are_found("york", 1);
    changed_bits_are_found("northbrook", 997);
}

/// Changes one bit of so many, of all files one after the other, each processor its share.
fn changed_bits_are_found(bundle: &str, every: usize) {
    let good = files(&MADE.path(bundle));
    assert!(holds(&good));
    let shares = available_parallelism().unwrap().get();
    std::thread::scope(|scope| {
        for share in 0..shares {
            let good = &good;
            scope.spawn(move || share_is_found(good, share * every, shares * every));
        }
    });
}

fn share_is_found(good: &Files, first: usize, every: usize) {
    let (mut bit, mut changed) = (first, good.clone());
    for (name, bytes) in good {
        while bit < bytes.len() * 8 {
            let flip = |files: &mut Files| {
                files.get_mut(name).unwrap()[bit / 8] ^= 1 << (bit % 8);
            };
            flip(&mut changed);
            assert!(!holds(&changed), "{name}, bit {bit}");
            if name != "SHA256SUMS" {
                sum(&mut changed);
                assert!(!holds(&changed), "{name}, bit {bit}, with new sums");
                changed.insert("SHA256SUMS".to_owned(), good["SHA256SUMS"].clone());
            }
            flip(&mut changed);
            bit += every;
        }
        bit -= bytes.len() * 8;
    }
    assert_eq!(changed, *good);
}

/// What is left out could be what speaks against it.
#[test]
fn a_file_left_out_or_added_is_found() {
    for bundle in ["york", "northbrook"] {
        let good = files(&MADE.path(bundle));
        for name in good.keys() {
            let mut less = good.clone();
            less.remove(name);
            assert!(!holds(&less), "{bundle} without {name}");
            sum(&mut less);
            if name == "SHA256SUMS" {
                continue;
            }
            assert!(!holds(&less), "{bundle} without {name}, with new sums");
            // A record with its proof: each of the assessment's own, and what those name.
            if let Some(proof) = name.strip_prefix("records/") {
                less.remove(&format!("proofs/{}.tlog-proof", &proof[..20]));
                sum(&mut less);
                assert!(!holds(&less), "{bundle} without record {proof}");
            }
        }
        for name in ["x", "records/x", "records/00000000000000000009.json", "released/0", "policy"]
        {
            let mut more = good.clone();
            more.insert(name.to_owned(), b"x".to_vec());
            assert!(!holds(&more), "{bundle} with {name}");
            sum(&mut more);
            assert!(!holds(&more), "{bundle} with {name} and new sums");
        }
    }
}

/// A true record with a true proof is no record of this bundle.
#[test]
fn records_of_another_bundle_do_not_belong() {
    let (york, northbrook) = (files(&MADE.path("york")), files(&MADE.path("northbrook")));
    for (mut good, other) in [(york.clone(), &northbrook), (northbrook.clone(), &york)] {
        let own = good.clone();
        for (name, bytes) in other.iter().filter(|it| it.0.contains('/')) {
            good.entry(name.clone()).or_insert_with(|| bytes.clone());
        }
        assert_ne!(own, good);
        sum(&mut good);
        assert!(!holds(&good));
    }
    // The framework's record in the place of the other one's, with the other's name.
    let mut mixed = york.clone();
    let of = |files: &Files| files.keys().filter(|it| it.starts_with("records/")).nth(2).cloned();
    let (here, there) = (of(&york).unwrap(), of(&northbrook).unwrap());
    mixed.insert(here, northbrook[&there].clone());
    sum(&mut mixed);
    assert!(!holds(&mixed));
}

/// Whoever has the program can make a whole bundle of any scores: only the key tells.
#[test]
fn a_bundle_that_is_forged_whole_does_not_hold_with_the_logs_key() {
    let site = Site::with_exampleshire();
    site.ok("bundle make X99000001-2024-a-p1 true");
    let forger = Site::begun();
    forger.register("X99000001", "Exampleshire", "local_authority");
    let good = BRENT.replacen('2', "3", 1);
    forger.publish(&row("X99000001", "Exampleshire", "Good", &good));
    forger.ok("bundle make X99000001-2024-a-p1 forged.tar");
    site.write("forged.tar", forger.read("forged.tar"));

    let ran = site.run("bundle verify forged.tar");
    assert!(ran.code == 0 && ran.out.contains("Good, 64 %"), "{ran:?}");
    assert!(ran.out.contains("the key is the bundle's own (--key names yours)"), "{ran:?}");
    let ran = site.run("bundle verify forged.tar --key @true/log.vkey");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("the bundle does not hold: signature"), "{ran:?}");
    assert!(!ran.out.contains("the log signed"), "{ran:?}");
    let key: VerifierKey =
        fs::read_to_string(site.path("true/log.vkey")).unwrap().trim().parse().unwrap();
    assert_eq!(site.run(&format!("bundle verify true --key {key}")).code, 0);
}

/// A bundle of a later program is no damage.
#[test]
fn another_format_is_said_and_not_called_damage() {
    let site = Site::new();
    let mut newer = files(&MADE.path("york"));
    let label = String::from_utf8(newer["bundle.json"].clone()).unwrap();
    newer.insert("bundle.json".into(), label.replace("\"format\":1", "\"format\":2").into());
    write(&site.path("damaged"), &newer);
    sum(&mut newer);
    write(&site.path("newer"), &newer);
    let ran = site.run("bundle verify newer");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.out.contains("it is of format 2, and this program knows 1"), "{ran:?}");
    assert_eq!(site.run("bundle verify damaged").code, 3);
}

/// A window that was counted with a bank holiday must not seem to hold without it.
#[test]
fn bank_holidays_that_a_window_rests_on_are_missed() {
    let site = Site::begun();
    site.register("X99000003", "Northbrook", "local_authority");
    site.ok("framework adopt la-2025");
    site.ok("calendar add 2025 2025-11-05 --source https://example.org/holidays");
    site.ok_with(
        "import -",
        &String::from_utf8(MADE.read("piperoll-demo/northbrook.jsonl")).unwrap(),
    );
    site.ok("finance record Northbrook --year 2024-25 --total-budget 530000000");
    site.ok("comment resolve X99000003-2025-a-c1 --outcome accepted --reason draft_wrong \
         --text 'It is 2025.' --date 2025-11-17");
    site.ok("publication make Northbrook --date 2025-11-19");
    site.ok(&format!("bundle make {NORTHBROOK} whole"));
    let out = site.ok("bundle verify whole");
    assert!(out.contains("windows    1 is as long as the bank holidays make it"), "{out}");
    assert!(out.contains("that no bank holidays are missing"), "{out}");

    let mut less = files(&site.path("whole"));
    drop_record(&mut less, "calendar_added");
    write(&site.path("less"), &less);
    let ran = site.run("bundle verify less");
    assert_eq!(ran.code, 5, "{ran:?}");
    let said = "says 2025-11-18, the days here 2025-11-17";
    assert!(ran.out.contains(said) && !ran.out.contains("the log signed for"), "{ran:?}");
}

/// A cosignature that nobody can check would be a line that anybody can change.
#[test]
fn cosignatures_come_with_the_policy_by_which_they_are_checked() {
    let site = Site::with_exampleshire();
    let witness = |seed| SigningKey::new("example.net/w", Algorithm::Cosignature, &[seed; 32]);
    let (key, other) = (witness(7).unwrap(), witness(8).unwrap());
    for (name, key) in [("policy", &key), ("other", &other)] {
        let log = site.ok("key show");
        let key = key.public();
        site.write(name, format!("log {log}\nwitness one {key} http://127.0.0.1:1\nquorum one\n"));
    }
    let make = "bundle make X99000001-2024-a-p1";
    let ran = site.run(&format!("{make} early --policy policy"));
    assert!(ran.code == 1 && ran.err.contains("cosigned by 0 of 1 witness"), "{ran:?}");

    let signed = SignedCheckpoint::parse(&site.read("ledger/checkpoint")).unwrap();
    let lines = [&key, &other].map(|key| signed.cosign(key, 1_700_000_000));
    site.write("ledger/checkpoint", signed.with(&lines).to_bytes());
    let ran = site.run(&format!("{make} alone"));
    assert!(ran.err.contains("note: 2 cosignatures are left out: --policy FILE"), "{ran:?}");
    assert_eq!(site.read("alone/checkpoint"), signed.to_bytes());
    let ran = site.run(&format!("{make} seen --policy policy"));
    assert!(ran.err.contains("note: 1 cosignature is left out"), "{ran:?}");
    assert_eq!(site.read("seen/checkpoint"), signed.with(&lines[..1]).to_bytes());

    let out = site.ok("bundle verify seen");
    assert!(out.contains("cosigned by 1 of 1 witness, which is enough"), "{out}");
    assert!(out.contains("the bundle names them"), "{out}");
    assert!(!site.ok("bundle verify seen --policy policy").contains("the bundle names them"));
    let ran = site.run("bundle verify seen --policy other");
    assert!(ran.code == 3 && ran.err.contains("does not hold: witnesses"), "{ran:?}");

    // The other's line in the place of the first, with proofs to match: nobody could check it.
    let good = files(&site.path("seen"));
    let mut strange = good.clone();
    let (old, new) = (signed.with(&lines[..1]).to_bytes(), signed.with(&lines).to_bytes());
    for bytes in strange.values_mut().filter(|bytes| bytes.ends_with(&old)) {
        bytes.truncate(bytes.len() - old.len());
        bytes.extend(&new);
    }
    sum(&mut strange);
    assert!(holds(&good) && !holds(&strange));
    if tools() {
        let ran = recipe(&site.path("seen"));
        assert_eq!(ran.code, 0, "{ran:?}");
        let said = "one (example.net/w) saw it at 2023-11-14T22:13:20Z";
        assert!(ran.out.contains(said), "{ran:?}");
        let two = witness(9).unwrap().public().to_string();
        for rest in ["any one two", "all one two", "2 one two", "1 two", "all one"] {
            let mut files = good.clone();
            let policy = String::from_utf8(files["policy"].clone()).unwrap();
            let group = format!("witness two {two}\ngroup g {rest}\nquorum g\n");
            let policy = policy.replace("quorum one\n", &group);
            files.insert("policy".to_owned(), policy.into_bytes());
            sum(&mut files);
            let changed = Site::new();
            write(&changed.path("bundle"), &files);
            let ran = recipe(&changed.path("bundle"));
            assert_eq!(ran.code == 0, holds(&files), "{rest}: {ran:?}");
        }
    }
}

/// What is checked came from somebody, who chose every name in it.
#[test]
fn hostile_bundles_are_refused() {
    let site = Site::new();
    let good = files(&MADE.path("york"));
    let (link, dir, many, deep) = ("link", "dir", "many", "deep");
    for name in [link, dir, many, deep] {
        write(&site.path(name), &good);
    }
    fs::remove_file(site.path("link/log.pem")).unwrap();
    std::os::unix::fs::symlink(MADE.path("york/log.pem"), site.path("link/log.pem")).unwrap();
    fs::create_dir(site.path("dir/policy")).unwrap();
    (0..3000).for_each(|number| site.write(&format!("many/x{number}"), ""));
    fs::create_dir_all(site.path("deep/records/more/x")).unwrap();
    site.write("large.tar", "");
    fs::File::options().write(true).open(site.path("large.tar")).unwrap().set_len(1 << 40).unwrap();
    site.write("text.tar", "not a tar\n".repeat(1000));
    let tar = MADE.read("york.tar");
    // Nobody's file is shown to whoever names it as a bundle.
    site.write("secrets", "secret:".repeat(200));
    site.write("cut.tar", &tar[..tar.len() / 2]);
    site.write("empty.tar", "");
    fs::create_dir(site.path("nothing")).unwrap();
    for (bundle, code, what) in [
        ("link", 3, "log.pem is no file"),
        ("dir", 3, "policy is no file"),
        ("many", 3, "the bundle does not hold: files, contents"),
        ("deep", 3, "records/more is no file"),
        ("large.tar", 3, "not a bundle: it has more than"),
        ("text.tar", 3, "not a bundle: it is no tar"),
        ("secrets", 3, "not a bundle: it is no tar or directory of one"),
        ("cut.tar", 3, "not a bundle: "),
        ("empty.tar", 3, "not a bundle: "),
        ("nothing", 3, "the bundle does not hold: files"),
        ("nowhere", 5, "cannot read nowhere"),
        ("/dev/null", 5, "is no file or directory"),
        ("", 2, "a value is required"),
    ] {
        let ran = site.run(&format!("bundle verify '{bundle}'"));
        assert_eq!(ran.code, code, "{bundle}: {ran:?}");
        assert!(ran.err.contains(what), "{bundle}: {ran:?}");
        assert!(!ran.err.contains("secret:") && !ran.out.contains("secret:"), "{ran:?}");
        assert!(ran.err.contains(" hint: ") || code == 2, "{bundle}: {ran:?}");
    }
    let ran = site.run("bundle verify text.tar --format json");
    assert!(ran.out.starts_with("{\"holds\":false,"), "{ran:?}");
    assert_eq!(site.run("bundle verify link --key no-key").code, 2);
    assert_eq!(site.run("bundle verify link --key @text.tar").code, 1);
}

fn holds(files: &Files) -> bool {
    look(files, &Given::default()).holds()
}

/// Leaves out the first record of a kind, with its proof, and makes the sums again.
fn drop_record(files: &mut Files, kind: &str) {
    let of_kind = format!("\"kind\":\"{kind}\"");
    let is_one = |(name, bytes): &(&String, &Vec<u8>)| {
        name.starts_with("records/") && String::from_utf8_lossy(bytes).contains(&of_kind)
    };
    let record = files.iter().find(is_one).unwrap().0.clone();
    files.remove(&format!("proofs/{}.tlog-proof", &record["records/".len()..][..20]));
    files.remove(&record);
    sum(files);
}

/// Makes the sums again, as whoever changes a file can.
fn sum(files: &mut Files) {
    let sums = files.iter().filter(|(name, _)| *name != "SHA256SUMS").map(|(name, bytes)| {
        // The name of a log is the SHA-256 of its text, and all files are text.
        format!("{}  {name}\n", log_id(&String::from_utf8_lossy(bytes)))
    });
    let sums: String = sums.collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
}

/// The files of a bundle in a directory.
fn files(dir: &Path) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let within = self::files(&path).into_iter();
            files.extend(within.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
    files
}

fn write(dir: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
