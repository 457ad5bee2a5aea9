//! Guards that a verification says what it looked at and what not, that its verdict is the same for
//! people, programs and the shell, and that a score changed with all its hashes is found.

use journal::note::{Algorithm, SigningKey};
use serde_json::{Value, json};

use crate::forge::{forge, records};
use crate::kinds::every_kind;
use crate::site::{PUBLISHED, SEGMENT, Site, check};

const WITH_ALL: &str = "--ledger ledger --config config";

/// A ledger with a record of every kind.
fn everything() -> Site {
    let site = Site::begun();
    let is_strike_out = |line: &Value| line["kind"] == "strike_out";
    let (strike_outs, others): (Vec<_>, Vec<_>) = every_kind().into_iter().partition(is_strike_out);
    site.import(&others);
    let all = records(&site.path("ledger"));
    let finance = all.iter().position(|record| record["kind"] == "finance_recorded").unwrap();
    for mut line in strike_outs {
        line["data"]["position"] = json!(finance);
        site.import(&[line]);
    }
    site
}

/// The summary of a verification, which always comes last.
fn summary(site: &Site, options: &str) -> Value {
    let ran = site.run(&format!("verify --format jsonl {options}"));
    serde_json::from_str(ran.out.lines().last().unwrap()).unwrap()
}

#[test]
fn a_verification_tells_what_it_looked_at() {
    let site = everything();
    let seed = "--seed 000102030405060708090a0b0c0d0e0f";
    let text = site.transcript(&[
        "verify",
        "verify --check publications",
        &format!("verify --check contents,decisions --sample 25% {seed}"),
        "verify --since 60 --check publications,decisions",
        "verify --require-anchor --check chain",
    ]);
    // A key is longer, and is not broken.
    let said = |line: &&str| !line.starts_with("$ ") && line.trim().contains(' ');
    assert!(text.lines().filter(said).all(|line| line.chars().count() <= 80), "{text}");
    let key = text.lines().find(|line| line.trim().starts_with("example.org/ledger+")).unwrap();
    check("verify", &text.replace(key.trim(), "<key>"));
}

#[test]
fn every_kind_of_record_is_decided_again() {
    let site = everything();
    let kinds: std::collections::BTreeSet<String> = records(&site.path("ledger"))
        .iter()
        .map(|record| record["kind"].as_str().unwrap().to_owned())
        .collect();
    assert!(kinds.len() > 35, "{kinds:?}");
    let summary = summary(&site, WITH_ALL);
    assert_eq!(summary["findings"], 0, "{summary}");
    for check in ["publications", "decisions"] {
        let of = &summary["coverage"][check];
        assert_eq!(of["rederived"], of["recorded"], "{summary}");
    }
}

/// What was really published is decided again row by row.
#[test]
fn everything_that_was_really_published_is_what_the_rules_give() {
    let site = Site::begun();
    site.write("published.csv", PUBLISHED);
    site.ok("publication import published.csv");
    let summary = summary(&site, "");
    assert_eq!(summary["coverage"]["publications"]["rederived"], 50, "{summary}");
    assert_eq!(summary["findings"], 0);
}

#[test]
fn a_score_that_was_changed_with_all_its_hashes_is_named() {
    let site = everything();
    let mut changed = 0;
    forge(&site.path("ledger"), |record| {
        if record["kind"] == "publication_made" {
            let score = &mut record["data"]["scores"][0]["score"];
            *score = json!(if *score == json!(4) { 3 } else { 4 });
            changed += 1;
        }
    });
    assert_eq!(changed, 1);
    std::fs::remove_dir_all(site.path("ledger/index")).unwrap();
    let text = site.transcript(&["verify --check publications,index", "verify --check chain"]);
    check("verify_forged", &text);
}

/// A program must be able to rely on the last object, whatever was found.
#[test]
fn the_array_is_the_lines() {
    let site = Site::with_exampleshire();
    for damaged in [false, true] {
        if damaged {
            let journal = String::from_utf8(site.read(SEGMENT)).unwrap();
            site.write(SEGMENT, journal.replace("\"formal\"", "\"pilot!\""));
        }
        let (array, lines) = (site.run("verify --format json"), site.run("verify --format jsonl"));
        assert_eq!((array.code, lines.code), if damaged { (3, 3) } else { (0, 0) });
        let array: Vec<Value> = serde_json::from_str(&array.out).unwrap();
        let lines: Vec<Value> =
            lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(array, lines);
        let (last, before) = array.split_last().unwrap();
        assert!(last["type"] == "summary" && last["anchors"].is_array(), "{last}");
        assert_eq!(last["findings"], before.len());
        assert_eq!(last["verdict"] == "damaged", damaged, "{last}");
        assert!(before.iter().all(|line| line["type"] == "finding"));
    }
}

/// A sample whose seed is not told could not be looked at again.
#[test]
fn a_sample_can_be_repeated_by_its_seed() {
    let site = everything();
    let drawn = summary(&site, "--sample 10%");
    let seed = drawn["sample"]["seed"].as_str().unwrap();
    let again = summary(&site, &format!("--sample 10% --seed {seed}"));
    assert_eq!(again, drawn);
    let other = summary(&site, "--sample 10%");
    assert_ne!(other["sample"]["seed"], drawn["sample"]["seed"], "drawn anew");
}

/// On a damaged journal the advice to delete what no record names would destroy the evidence whose
/// record could not be read.
#[test]
fn what_an_unreadable_record_may_name_is_not_called_deletable() {
    let site = Site::with_exampleshire();
    site.ok("evidence submit Exampleshire --category processes --origin held --setting off_site \
             --method documents --source assessed_body --collected 2025-08 --received 2025-09-02 \
             --text 'What we hold.'");
    let contents = |site: &Site| summary(site, "")["coverage"]["contents"].take();
    assert_eq!(contents(&site)["unnamed"], json!([]));
    let mut lines = site.lines();
    let (before, after) = lines[5].split_once("\"salt\":\"").unwrap();
    let flipped = if after.starts_with('0') { '1' } else { '0' };
    lines[5] = format!("{before}\"salt\":\"{flipped}{}", &after[1..]);
    assert!(lines[5].contains("\"evidence_submitted\""));
    site.write(SEGMENT, lines.join("\n") + "\n");
    let said = site.run("verify");
    assert_eq!(said.code, 3, "{said:?}");
    let advice = "2 files that no record names which could be read: leave them as\n";
    assert!(said.out.contains(advice), "{}", said.out);
    for word in ["deleted", "vault/", "contents/"] {
        assert!(!said.out.contains(word), "{word}: {}", said.out);
    }
    assert_eq!(contents(&site).get("unnamed"), None, "programs delete too");
}

/// A program that reads the last object would find nothing, and take that for well.
#[test]
fn a_verification_that_could_not_look_says_so_in_its_summary() {
    let site = Site::with_exampleshire();
    site.write("notes", "nothing\n");
    let brought = ["verify --against missing", "verify --against notes"];
    let mut text = site.transcript(&brought);
    std::fs::remove_file(site.path(SEGMENT)).unwrap();
    std::fs::create_dir(site.path(SEGMENT)).unwrap();
    text += &site.transcript(&["verify", "verify --format json", "verify --format jsonl"]);
    check("verify_could_not_look", &text);
    for options in ["", "--against missing"] {
        let said = summary(&site, options);
        assert_eq!(
            (&said["type"], &said["verdict"]),
            (&json!("summary"), &json!("could not check"))
        );
    }
}

/// A checkpoint that was brought along and never looked at would pass for one that agrees.
#[test]
fn what_is_brought_along_is_looked_at_whatever_was_asked_for() {
    let site = Site::with_exampleshire();
    site.write("kept", site.ok("checkpoint"));
    let other = Site::with_exampleshire();
    site.write("other", other.ok("checkpoint"));
    let (_, key) = witness();
    site.write("policy", format!("witness one {key}\nquorum one\n"));
    for (options, code) in [
        ("--against kept", 0),
        ("--against other", 3),
        ("--require-anchor", 0),
        ("--policy policy --require-anchor", 3),
    ] {
        let ran = site.run(&format!("verify --check contents --format jsonl {options}"));
        assert_eq!(ran.code, code, "{options}: {ran:?}");
        let summary: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
        let checks: Vec<&String> = summary["coverage"].as_object().unwrap().keys().collect();
        assert_eq!(checks, ["chain", "checkpoints", "contents"], "{options}");
    }
}

/// Whoever rewrites the ledger rewrites its own checkpoint with it; and one file under two names
/// is one opinion.
#[test]
fn a_checkpoint_vouches_once_and_from_outside_only() {
    let site = Site::with_exampleshire();
    let checkpoint = site.ok("checkpoint");
    site.write("kept", &checkpoint);
    site.write("again", &checkpoint);
    site.write("ledger/kept", &checkpoint);
    std::os::unix::fs::symlink(site.path("ledger/checkpoint"), site.path("linked")).unwrap();
    for inside in ["ledger/checkpoint", "ledger/kept", "./ledger/../ledger/checkpoint", "linked"] {
        let ran = site.run(&format!("--config nowhere verify --against {inside}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{inside}: {ran:?}");
    }
    let text = site.transcript(&[
        "--config nowhere verify --check chain --against ledger/checkpoint",
        "--config nowhere verify --check chain --against kept --against again",
    ]);
    check("verify_against", &text);
    let summary = summary(&site, "--config nowhere --against kept --against again");
    assert_eq!(summary["anchors"].as_array().unwrap().len(), 1, "{summary}");
}

/// A quorum that is missed must be told as that, not as if nothing had been brought along.
#[test]
fn what_a_policy_misses_is_said_in_the_verdict() {
    let site = Site::with_exampleshire();
    let (_, key) = witness();
    site.write("policy", format!("witness one {key}\nquorum one\n"));
    let text = site.transcript(&["verify --check chain --policy policy --require-anchor"]);
    check("verify_policy", &text);
    let latest = site.path("ledger/checkpoint");
    std::fs::remove_file(&latest).unwrap();
    let summary = summary(&site, "--config nowhere --policy policy");
    let missed = summary["coverage"]["checkpoints"]["missed"].as_str().unwrap().to_owned();
    assert_eq!(summary["sentence"], format!("verified, not anchored: {missed}"));
}

/// A witness that cosigned nothing here.
fn witness() -> (SigningKey, String) {
    let key = SigningKey::new("one", Algorithm::Cosignature, &[1; 32]).unwrap();
    let public = key.public().to_string();
    (key, public)
}

#[test]
fn what_is_not_understood_is_refused() {
    let site = Site::begun();
    let text = site.transcript(&[
        "verify --check chains",
        "verify --sample 0%",
        "verify --sample 5",
        "verify --seed 00",
        "verify --sample 5% --seed 00",
        "verify --since yesterday",
    ]);
    check("verify_refused", &text);
}
