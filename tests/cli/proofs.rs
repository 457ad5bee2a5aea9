//! Guards that a proof convinces somebody who has the public key and nothing else, that it says
//! what it does not show, and that none that was tampered with convinces anybody.

use std::fs;

use journal::note::{Algorithm, SigningKey};
use journal::{InclusionProof, SignedCheckpoint};
use serde_json::Value;

use crate::site::{Ran, Site, check};

const REVIEW: &str = "score review Exampleshire --statement safeguarding --score 3 \
                      --date 2026-01-05 --reason ongoing_review";

/// A ledger with an older and the latest checkpoint of it.
fn grown() -> Site {
    let site = Site::with_exampleshire();
    site.write("old.checkpoint", site.ok("checkpoint"));
    site.write("log.vkey", site.ok("key show"));
    site.ok(REVIEW);
    site.write("new.checkpoint", site.ok("checkpoint"));
    site
}

/// Somebody who has the files of these names, and no ledger.
fn elsewhere(site: &Site, names: &[&str]) -> Site {
    let other = Site::new();
    for name in names {
        other.write(name, site.read(name));
    }
    other
}

/// Another ledger of the same name and key, as somebody makes it who rewrites history.
pub fn rewrite(site: &Site) {
    for entry in fs::read_dir(site.path("config/keys")).unwrap() {
        let from = entry.unwrap().path();
        let to = site.path("config2/keys").join(from.file_name().unwrap());
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(from).unwrap().map(|it| it.unwrap().path()) {
            if file.extension().is_some_and(|it| it == "key") {
                fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
            }
        }
    }
    for line in [
        "init --origin example.org/ledger",
        "organisation register X99000001 --name Exampleshire --kind local_authority --fictional",
        "organisation register X99000002 --name Otherton --kind local_authority --fictional",
        "organisation register X99000003 --name Elsewhere --kind local_authority --fictional",
        "organisation register X99000004 --name Nowhere --kind local_authority --fictional",
        "checkpoint",
    ] {
        site.ok(&format!("--ledger rewritten --config config2 {line}"));
    }
}

/// Roots and keys differ from run to run.
pub fn without_hashes(text: &str) -> String {
    let (mut result, mut rest) = (String::new(), text);
    let mut in_word = false;
    while let Some(first) = rest.chars().next() {
        let word = &rest[..rest.find(|c| !is_base64(c)).unwrap_or(rest.len())];
        if !in_word && word.len() == 44 && word.ends_with('=') {
            result += "<root>";
            rest = &rest[44..];
        } else if let Some(after) = after_key(rest) {
            result += "<key>";
            rest = after;
        } else {
            result.push(first);
            rest = &rest[first.len_utf8()..];
            in_word = is_base64(first);
        }
    }
    result
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

/// What comes after the id, or the id and the bytes, of a key: `+1f2e3d4c+AbCd…`.
fn after_key(text: &str) -> Option<&str> {
    let id = text.strip_prefix('+')?;
    let (id, after) = id.split_at_checked(8)?;
    if !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let end = after.find(|c| !is_base64(c)).unwrap_or(after.len());
    matches!(end, 0 | 45).then_some(&after[end..])
}

fn refused(ran: &Ran, why: &str) {
    assert_eq!(ran.code, 3, "{why}: {ran:?}");
    assert!(!ran.out.contains("holds  "), "{why}: {ran:?}");
    assert!(ran.err.starts_with("error: the proof"), "{why}: {ran:?}");
    assert!(ran.err.contains("\n hint: "), "{why}: {ran:?}");
}

#[test]
fn a_record_is_proved_to_somebody_without_the_ledger() {
    let site = grown();
    let made = site.transcript(&["proof inclusion 3", "proof inclusion 0 first.tlog-proof"]);
    let other = elsewhere(&site, &["record-3.tlog-proof", "first.tlog-proof", "log.vkey"]);
    let before = other.files();
    let checked = other.transcript(&[
        "proof verify record-3.tlog-proof --key @log.vkey",
        "proof verify first.tlog-proof --key @log.vkey",
    ]);
    check("proofs_inclusion", &without_hashes(&(made + &checked)));
    let key = String::from_utf8(site.read("log.vkey")).unwrap();
    let line = format!("proof verify record-3.tlog-proof --format json --key {}", key.trim());
    let found: Value = serde_json::from_str(&other.ok(&line)).unwrap();
    let record: Value = serde_json::from_str(&site.lines()[3]).unwrap();
    assert_eq!(found["holds"], true);
    assert_eq!(found["record"]["hash"], record["hash"]);
    assert_eq!(found["record"]["kind"], record["record"]["kind"]);
    assert_eq!(found["key"], key.trim());
    assert_eq!(other.files(), before, "nothing is written, and no ledger begun");
    // The record in it is the line of the journal, to the byte.
    let proof = InclusionProof::parse(&site.read("record-3.tlog-proof")).unwrap();
    assert_eq!(proof.extra.unwrap(), site.lines()[3].as_bytes());
    assert_eq!(site.ok("proof inclusion 3 -").into_bytes(), site.read("record-3.tlog-proof"));
}

#[test]
fn an_older_checkpoint_will_do_if_it_covers_the_record() {
    let site = grown();
    site.ok("proof inclusion 3 old.tlog-proof --checkpoint old.checkpoint");
    let proof = InclusionProof::parse(&site.read("old.tlog-proof")).unwrap();
    assert_eq!(proof.checkpoint.to_bytes(), site.read("old.checkpoint"));
    site.ok("proof verify old.tlog-proof --key @log.vkey");
}

#[test]
fn what_cannot_be_proved_is_refused_with_a_hint() {
    let site = grown();
    site.ok(REVIEW.replace("--score 3", "--score 2").as_str());
    let last = site.lines().len() - 1;
    site.ok("--ledger other init --origin example.org/other");
    site.write("other.checkpoint", site.ok("--ledger other checkpoint"));
    site.write("text", "no checkpoint\n");
    let covered = last - 1;
    let text = site.transcript(&[
        &format!("proof inclusion {last}"),
        &format!("proof inclusion {covered} x --checkpoint old.checkpoint"),
        "proof inclusion 99",
        "proof inclusion 3 log.vkey",
        "proof inclusion 3 missing/x.tlog-proof",
        "proof inclusion 3 x --checkpoint other.checkpoint",
        "proof inclusion 3 x --checkpoint text",
        "proof inclusion 3 x --checkpoint missing",
        "proof consistency other.checkpoint",
        "proof consistency text",
        "proof consistency missing",
    ]);
    check("proofs_refused", &without_hashes(&text));
    assert!(!site.path("x").exists());
}

#[test]
fn growth_is_proved_to_who_kept_a_checkpoint() {
    let site = grown();
    let sizes = ["old.checkpoint", "new.checkpoint"]
        .map(|name| SignedCheckpoint::parse(&site.read(name)).unwrap().checkpoint().size);
    let file = format!("{}-{}.consistency", sizes[0], sizes[1]);
    let made = site.transcript(&["proof consistency old.checkpoint"]);
    let body = String::from_utf8(site.read(&file)).unwrap();
    assert!(body.starts_with(&format!("old {}\n", sizes[0])), "{body}");
    assert!(body.ends_with(&String::from_utf8(site.read("new.checkpoint")).unwrap()));
    site.write("proof.consistency", &body);
    let names = ["proof.consistency", "old.checkpoint", "new.checkpoint", "log.vkey"];
    let other = elsewhere(&site, &names);
    let checked = other.transcript(&[
        "proof verify proof.consistency --key @log.vkey --against old.checkpoint",
        "proof verify proof.consistency --key @log.vkey",
        "proof verify proof.consistency --key @log.vkey --against new.checkpoint",
    ]);
    check("proofs_consistency", &without_hashes(&(made + &checked)));
    let line = "proof verify proof.consistency --key @log.vkey --against old.checkpoint";
    let found: Value = serde_json::from_str(&other.ok(&format!("{line} --format json"))).unwrap();
    assert_eq!((&found["proof"], &found["holds"]), (&"consistency".into(), &true.into()));
    assert_eq!((&found["old"]["size"], &found["size"]), (&sizes[0].into(), &sizes[1].into()));
}

#[test]
fn a_ledger_that_does_not_begin_as_it_did_says_so_and_proves_nothing() {
    let site = grown();
    rewrite(&site);
    site.write("short.checkpoint", site.ok("checkpoint"));
    for _ in 0..3 {
        site.ok(REVIEW);
    }
    site.write("long.checkpoint", site.ok("checkpoint"));
    let here = "--ledger rewritten --config config2";
    let text = site.transcript(&[
        &format!("{here} proof consistency old.checkpoint x"),
        &format!("{here} proof consistency long.checkpoint x"),
        &format!("{here} proof inclusion 1 x --checkpoint old.checkpoint"),
    ]);
    check("proofs_rewritten", &without_hashes(&text));
    assert!(!site.path("x").exists());
}

#[test]
fn who_rewrote_history_cannot_prove_that_it_only_grew() {
    let site = grown();
    rewrite(&site);
    site.write("theirs", site.ok("--ledger rewritten --config config2 checkpoint"));
    site.ok("proof consistency old.checkpoint honest.consistency");
    // The checkpoint of the rewritten ledger, signed with the same key, after an honest proof.
    let honest = String::from_utf8(site.read("honest.consistency")).unwrap();
    let (proof, _) = honest.split_once("\n\n").unwrap();
    let theirs = String::from_utf8(site.read("theirs")).unwrap();
    site.write("forged.consistency", format!("{proof}\n\n{theirs}"));
    let line = "proof verify forged.consistency --key @log.vkey --against old.checkpoint";
    let ran = site.run(line);
    refused(&ran, "another history");
    assert!(ran.err.contains("does not show that the"), "{ran:?}");
    // And an honest proof says nothing about their older checkpoint.
    let line = "proof verify honest.consistency --key @log.vkey --against theirs";
    refused(&site.run(line), "their checkpoint");
    // Nor about another log's, whatever keys are given.
    site.ok("--ledger other init --origin example.org/other");
    site.write("other.vkey", site.ok("--ledger other key show"));
    site.write("other.checkpoint", site.ok("--ledger other checkpoint"));
    let keys = "--key @log.vkey --key @other.vkey";
    let line = format!("proof verify honest.consistency {keys} --against other.checkpoint");
    let ran = site.run(&line);
    refused(&ran, "another log's checkpoint");
    assert!(ran.err.contains("other.checkpoint of example.org/other"), "{ran:?}");
}

#[test]
fn a_damaged_tree_accuses_nobody_and_proves_nothing_false() {
    let site = grown();
    // Of eight records the root is one hash, and all others count for proofs alone.
    site.ok(REVIEW);
    site.ok(REVIEW);
    site.ok("checkpoint");
    let hashes = site.read("ledger/tree/hashes");
    assert_eq!(hashes.len() / 32, 15);
    let mut codes = [0, 0];
    for index in 0..hashes.len() / 32 {
        let mut damaged = hashes.clone();
        damaged[index * 32] ^= 1;
        site.write("ledger/tree/hashes", damaged);
        for line in ["proof inclusion 3", "proof consistency old.checkpoint"] {
            let ran = site.run(&format!("--config none {line} made"));
            codes[usize::from(ran.code == 3)] += 1;
            if ran.code == 3 {
                assert!(ran.err.contains("tree"), "hash {index}: {ran:?}");
                assert!(!ran.err.contains("does not begin"), "hash {index}: {ran:?}");
                assert!(!site.path("made").exists(), "hash {index}: {line}");
                continue;
            }
            // Not every hash is in every proof.
            let against = if line.contains("old") { "--against old.checkpoint" } else { "" };
            site.ok(&format!("proof verify made --key @log.vkey {against}"));
            fs::remove_file(site.path("made")).unwrap();
        }
    }
    assert!(codes[0] > 2 && codes[1] > 8, "{codes:?}");
}

#[test]
fn no_line_of_a_proof_can_be_changed() {
    let site = grown();
    site.ok("proof inclusion 3 a.proof");
    site.ok("proof consistency old.checkpoint b.proof");
    for (file, more) in [("a.proof", ""), ("b.proof", " --against old.checkpoint")] {
        let whole = site.read(file);
        let line = format!("proof verify changed --key @log.vkey{more}");
        site.write("changed", &whole);
        site.ok(&line);
        let mut start = 0;
        for text in whole.split_inclusive(|byte| *byte == b'\n') {
            // The first byte, one in the middle, the last, and the line end.
            let places = [0, text.len() / 2, text.len().saturating_sub(2), text.len() - 1];
            for at in places.map(|at| start + at) {
                let mut changed = whole.clone();
                changed[at] ^= 1;
                site.write("changed", &changed);
                let ran = site.run(&line);
                refused(&ran, &format!("{file} byte {at}"));
            }
            let without = [&whole[..start], &whole[start + text.len()..]].concat();
            site.write("changed", &without);
            refused(&site.run(&line), &format!("{file} without the line at {start}"));
            start += text.len();
        }
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            site.write("changed", &whole[..length]);
            refused(&site.run(&line), &format!("{length} bytes of {file}"));
        }
        site.write("changed", [whole.as_slice(), b"more\n"].concat());
        refused(&site.run(&line), &format!("{file} with a line more"));
    }
}

#[test]
fn another_key_or_none_proves_nothing() {
    let site = grown();
    site.ok("--ledger other init --origin example.org/other");
    site.write("other.vkey", site.ok("--ledger other key show"));
    site.ok("proof inclusion 3 a.proof");
    let seed = SigningKey::new("example.org/ledger", Algorithm::Note, &[7; 32]).unwrap();
    site.write("same-name.vkey", seed.public().to_string());
    let witness = SigningKey::new("example.org/ledger", Algorithm::Cosignature, &[7; 32]).unwrap();
    site.write("witness.vkey", witness.public().to_string());
    site.write("text", "no key\n");
    let text = site.transcript(&[
        "proof verify a.proof --key @other.vkey",
        "proof verify a.proof --key @same-name.vkey",
        "proof verify a.proof --key @witness.vkey",
        "proof verify a.proof --key @same-name.vkey --format json",
        "proof verify a.proof --key example.org/ledger",
        "proof verify a.proof --key @text",
        "proof verify a.proof --key @missing",
        "proof verify missing --key @log.vkey",
        "proof verify text --key @log.vkey",
        "proof verify a.proof --key @log.vkey --against old.checkpoint",
        "proof verify a.proof",
    ]);
    check("proofs_keys", &without_hashes(&text));
    site.ok("proof verify a.proof --key @other.vkey --key @log.vkey");
}

#[test]
fn after_a_rotation_both_keys_check_what_grew() {
    let site = grown();
    site.ok("key rotate");
    site.write("new.vkey", site.ok("key show"));
    site.ok("proof consistency old.checkpoint a.proof");
    let line = "proof verify a.proof --against old.checkpoint --key @new.vkey";
    let ran = site.run(line);
    refused(&ran, "the older checkpoint is signed with the older key");
    assert!(ran.err.contains("the older key too"), "{ran:?}");
    site.ok(&format!("{line} --key @log.vkey"));
}

#[test]
fn a_record_that_is_not_what_its_hash_says_is_no_sound_one() {
    // A log can sign whatever it likes: the proof holds, and the record in it is none.
    let site = Site::new();
    let key = SigningKey::new("example.org/ledger", Algorithm::Note, &[7; 32]).unwrap();
    site.write("log.vkey", key.public().to_string());
    let sound = grown().lines()[3].clone();
    let unsound = sound.replace("formal", "pilot!");
    for (name, line, why) in [
        ("unsound", unsound.as_str(), "hash"),
        ("elsewhere", sound.as_str(), "it says that it is record 3"),
        ("nothing", "", "line"),
    ] {
        let root = journal::tree::leaf(line.as_bytes());
        let tree = journal::Checkpoint { origin: key.public().name().into(), size: 1, root };
        let (extra, checkpoint) = (Some(line.as_bytes().to_vec()), tree.sign(&key));
        let proof = InclusionProof { extra, index: 0, hashes: vec![], checkpoint };
        site.write(name, proof.to_bytes());
        let ran = site.run(&format!("proof verify {name} --key @log.vkey"));
        refused(&ran, name);
        assert!(ran.err.contains("the proof holds, but line 0"), "{ran:?}");
        assert!(ran.err.contains(why), "{ran:?}");
    }
}

#[test]
fn a_policy_says_whether_enough_witnesses_have_looked() {
    let site = grown();
    site.ok("proof inclusion 3 a.proof");
    let mut proof = InclusionProof::parse(&site.read("a.proof")).unwrap();
    let witness =
        |name: &str, seed: u8| SigningKey::new(name, Algorithm::Cosignature, &[seed; 32]).unwrap();
    let (one, two) = (witness("one.example", 1), witness("two.example", 2));
    let cosigned = proof.checkpoint.cosign(&one, 1_780_000_000);
    proof.checkpoint = proof.checkpoint.with(&[cosigned]);
    site.write("a.proof", proof.to_bytes());
    let policy = |quorum: &str| {
        let (one, two) = (one.public(), two.public());
        format!("witness one {one}\nwitness two {two}\ngroup both {quorum} one two\nquorum both\n")
    };
    site.write("any", policy("any"));
    site.write("all", policy("all"));
    site.write("none", policy("all").replace("quorum both", "quorum none"));
    let key = String::from_utf8(site.read("log.vkey")).unwrap();
    let other = SigningKey::new("example.org/other", Algorithm::Note, &[3; 32]).unwrap();
    site.write("log", format!("log {key}{}", policy("any")));
    site.write("other-log", format!("log {}\n{}", other.public(), policy("any")));
    site.write("wrong", "witness one\n");
    let line = "proof verify a.proof --key @log.vkey --policy";
    let lines = ["any", "all", "none", "log", "other-log", "wrong", "missing"];
    let lines = lines.map(|policy| format!("{line} {policy}"));
    let text = site.transcript(&lines.each_ref().map(String::as_str));
    check("proofs_policy", &without_hashes(&text));
    let found: Value =
        serde_json::from_str(&site.ok(&format!("{line} any --format json"))).unwrap();
    assert_eq!(found["witnesses"]["cosigned"][0]["time"], "2026-05-28T20:26:40Z");

    // A line that says it is the witness's and is not.
    let text = String::from_utf8(site.read("a.proof")).unwrap();
    let at = text.rfind('=').map_or(text.len() - 8, |at| at - 8);
    let mut forged = text.into_bytes();
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    site.write("a.proof", forged);
    refused(&site.run(&format!("{line} any")), "a forged cosignature");
    site.ok("proof verify a.proof --key @log.vkey");
}
