//! Guards that a ledger gets a key that nobody else can read or replace in silence, that what is
//! recorded is signed for, and that a ledger that is not what it was is refused and says why.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use journal::SignedCheckpoint;
use serde_json::Value;

use crate::site::{BRENT, HEADER, PUBLISHED, Site, check, row};

fn find(site: &Site, ending: &str) -> Vec<PathBuf> {
    let files = site.files().into_keys();
    files.filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn size(site: &Site) -> u64 {
    let signed = SignedCheckpoint::parse(&site.read("ledger/checkpoint")).unwrap();
    signed.checkpoint().size
}

/// Writes the journal of another day in the place of today's, with all that lies beside it.
fn put_back(site: &Site, backup: &str) {
    fs::remove_dir_all(site.path("ledger")).unwrap();
    copy(&site.path(backup), &site.path("ledger"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { fs::copy(&path, &to).map(drop).unwrap() }
    }
}

#[test]
fn a_new_ledger_has_a_key_that_only_its_owner_can_read() {
    let site = Site::new();
    check("checkpoints_init", &site.transcript(&["init --origin example.org/ledger", "status"]));
    let [key] = find(&site, ".key").try_into().unwrap();
    assert_eq!((mode(&key), mode(key.parent().unwrap())), (0o600, 0o700));
    let shown = site.ok("key show");
    let recorded: Value = serde_json::from_str(&site.lines()[1]).unwrap();
    assert_eq!(recorded["record"]["data"]["key"], shown.trim());
    let ledger: Value = serde_json::from_slice(&site.read("ledger/ledger.json")).unwrap();
    assert_eq!(ledger["key"], shown.trim());
    // The secret is in no byte of the ledger.
    let secret = fs::read_to_string(&key).unwrap();
    // PRIVATE+KEY+name+id+secret; what is secret may hold a plus itself.
    let secret = secret.trim().splitn(5, '+').last().unwrap().as_bytes();
    assert_eq!(secret.len(), 44, "33 bytes in base64");
    let ledger = site.path("ledger");
    for (path, (bytes, _)) in site.files().iter().filter(|(path, _)| path.starts_with(&ledger)) {
        assert!(!bytes.windows(secret.len()).any(|it| it == secret), "{}", path.display());
    }
    assert_eq!(size(&site), 2);
}

/// A key that is made anew each time would leave nobody able to check what was signed before.
#[test]
fn a_key_that_is_here_is_used_and_never_overwritten() {
    let site = Site::begun();
    let [key] = find(&site, ".key").try_into().unwrap();
    let secret = fs::read(&key).unwrap();
    let shown = site.ok("key show");
    site.ok("key init");
    assert_eq!((fs::read(&key).unwrap(), site.ok("key show")), (secret.clone(), shown));
    assert_eq!(site.lines().len(), 2, "it was recorded already");
    // Begun anew under the same name, it would tell another story under the same key.
    fs::remove_dir_all(site.path("ledger")).unwrap();
    let text = site.transcript(&["init --origin example.org/ledger"]);
    let keys = key.parent().unwrap().display().to_string();
    check("checkpoints_second_log", &text.replace(&keys, "KEYS"));
    assert_eq!(fs::read(&key).unwrap(), secret);
}

#[test]
fn a_rotation_is_signed_by_the_old_key_unless_that_is_lost() {
    let site = Site::with_exampleshire();
    site.ok("key rotate");
    let rotated: Value = serde_json::from_str(site.lines().last().unwrap()).unwrap();
    assert_eq!(rotated["record"]["kind"], "ledger_key_rotated");
    assert!(rotated["record"]["signature"].is_string());
    let verified = site.ok("verify --check checkpoints");
    assert!(!verified.contains("did not sign it"), "{verified}");
    assert_eq!(site.rows("key list").len(), 2);

    for key in find(&site, ".key") {
        fs::rename(&key, key.with_extension("gone")).unwrap();
    }
    let lost = site.run("key rotate");
    assert_eq!(lost.code, 5, "{lost:?}");
    assert!(lost.err.contains("--lost"), "{lost:?}");
    site.ok("key rotate --lost");
    let rotated: Value = serde_json::from_str(site.lines().last().unwrap()).unwrap();
    assert_eq!(rotated["record"].get("signature"), None);
    let verified = site.ok("verify --check checkpoints");
    assert!(verified.contains("did not"), "it says so ever after: {verified}");
}

/// What is taken in must not be lost because somebody cannot sign for it.
#[test]
fn where_the_key_is_not_here_it_is_recorded_all_the_same_and_said() {
    let site = Site::begun();
    let [key] = find(&site, ".key").try_into().unwrap();
    fs::rename(&key, key.with_extension("gone")).unwrap();
    site.register("X99000001", "Exampleshire", "local_authority");
    let row = row("X99000001", "Exampleshire", "Requires improvement", BRENT);
    let ran = site.run_with("publication import -", &format!("{HEADER}\n{row}\n"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("note: no checkpoint: the signing key of "), "{ran:?}");
    assert_eq!((size(&site), site.lines().len()), (2, 5));
    let refused = site.run("checkpoint");
    assert_eq!((refused.code, refused.out.as_str()), (5, ""), "{refused:?}");
}

/// A backup of yesterday in the place of the ledger: whole, sound, and without today.
#[test]
fn a_restored_backup_is_refused_before_anything_is_read_or_added() {
    let site = Site::with_exampleshire();
    copy(&site.path("ledger"), &site.path("backup"));
    site.ok_with("publication import -", PUBLISHED);
    put_back(&site, "backup");
    let before = site.files();
    let text = site.transcript(&[
        "status",
        "ratings",
        "organisation register X99000002 --name Elsewhere --kind local_authority",
    ]);
    check("checkpoints_restored", &text);
    assert_eq!(site.files(), before);
    assert_eq!(site.run("verify").code, 3);
    // Elsewhere nobody has seen more of it.
    assert_eq!(site.run("--config nowhere verify").code, 0);
}

#[test]
fn what_is_signed_is_printed_to_be_kept_and_signed_once() {
    let site = Site::with_exampleshire();
    let kept = site.ok("checkpoint");
    assert_eq!(kept.as_bytes(), site.read("ledger/checkpoint"));
    assert_eq!(site.ok("checkpoint"), kept);
    site.write("kept", &kept);
    let ran = site.run("--config nowhere verify --against kept --require-anchor");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(site.run("--config nowhere verify --require-anchor").code, 3);
}
