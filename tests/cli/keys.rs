//! Guards that a key is made only where it is recorded, that whoever cannot sign is told what
//! helps, and that nobody is accused of another history where a ledger merely went on.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread;

use journal::checkpoint::log_id;
use journal::note::{Algorithm, SigningKey};

use crate::site::{Ran, Site};

/// Every signing key that lies with this site's configuration.
fn keys(site: &Site) -> Vec<PathBuf> {
    let files = site.files().into_keys();
    files.filter(|path| path.extension().is_some_and(|it| it == "key")).collect()
}

/// A ledger that has no key, as what lay in a key's place kept it from being begun whole.
fn keyless() -> Site {
    let site = Site::new();
    let place = format!("config/keys/{}", log_id("example.org/ledger"));
    fs::create_dir_all(site.path(&place)).unwrap();
    site.write(&format!("{place}/00000000.key"), "");
    fs::set_permissions(&keys(&site)[0], fs::Permissions::from_mode(0o600)).unwrap();
    let ran = site.run("init --origin example.org/ledger");
    assert_eq!(ran.code, 5, "{ran:?}");
    fs::remove_file(&keys(&site)[0]).unwrap();
    site
}

fn expose(site: &Site, mode: u32) {
    fs::set_permissions(&keys(site)[0], fs::Permissions::from_mode(mode)).unwrap();
}

/// The fear: keys that count for nothing pile up, until none can be told from the others.
#[test]
fn a_refused_command_leaves_no_key_behind() {
    let site = keyless();
    for line in ["key init --expect-version 7", "key init --expect-version 8", "key init --dry-run"]
    {
        let ran = site.run(line);
        assert_eq!(ran.code, if line.contains("dry") { 0 } else { 4 }, "{line}: {ran:?}");
        assert_eq!(keys(&site), Vec::<PathBuf>::new(), "{line}");
    }
    let ran = site.run("key rotate --lost");
    assert_eq!(ran.code, 1, "there is none to replace: {ran:?}");
    assert_eq!(keys(&site), Vec::<PathBuf>::new());
    site.ok("key init");
    let first = keys(&site);
    assert_eq!(first.len(), 1);
    for line in ["key rotate --expect-version 7", "key rotate --lost --expect-version 7"] {
        let ran = site.run(line);
        assert_eq!((ran.code, keys(&site)), (4, first.clone()), "{line}: {ran:?}");
    }
    site.ok("key rotate");
    assert_eq!(keys(&site).len(), 2);
    site.ok("verify");
}

/// The fear: somebody whose key was readable is sent to record a replacement that nobody signed.
#[test]
fn an_exposed_key_can_still_sign_its_successor() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    expose(&site, 0o644);
    for line in ["checkpoint", "key rotate", "key init"] {
        let ran = site.run(line);
        assert_eq!(ran.code, 5, "{line}: {ran:?}");
        assert!(ran.err.contains("chmod 600") && ran.err.contains("key rotate"), "{ran:?}");
        assert!(!ran.err.contains("--lost"), "{line}: {ran:?}");
        assert_eq!(keys(&site).len(), 1, "{line}");
    }
    // What the hint says leads on.
    expose(&site, 0o600);
    site.ok("key rotate");
    site.ok("verify");
    assert!(site.lines().last().unwrap().contains(r#""signature":"#));

    fs::rename(site.path("config"), site.path("elsewhere")).unwrap();
    let ran = site.run("key rotate");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("--lost"), "only of one that is not here: {ran:?}");
}

/// The fear: on a terminal a key is broken where nobody can copy it.
#[test]
fn a_list_of_keys_fits_a_terminal_and_loses_nothing() {
    let site = Site::begun();
    let old = site.ok("key show");
    site.ok("key rotate");
    let new = site.ok("key show");
    let list = site.ok("key list");
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    assert!(list.contains(old.trim()) && list.contains(new.trim()), "{list}");
    let csv = format!("key,in_force,here\n{},false,true\n{},true,true\n", old.trim(), new.trim());
    assert_eq!(site.ok("key list --format csv"), csv);
}

/// A policy with one witness, who is at this address.
fn policy(site: &Site, log: &str, address: &str) {
    let witness = SigningKey::new("example.net/w", Algorithm::Cosignature, &[1; 32]).unwrap();
    let (log, witness) = (log.trim(), witness.public());
    let text = format!("log {log}\nwitness w {witness} http://{address}\nquorum w\n");
    site.write("policy", text);
}

/// The fear: after an honest rotation the policy's old line reads like damage.
#[test]
fn a_policy_with_a_key_of_before_is_to_be_changed_and_accuses_nobody() {
    let site = Site::with_exampleshire();
    let old = site.ok("key show");
    // Nobody listens there.
    policy(&site, &old, "127.0.0.1:9");
    let ran = site.run("checkpoint --policy policy");
    assert_eq!(ran.code, 5, "{ran:?}");
    site.ok("key rotate");
    let new = site.ok("key show");
    let ran = site.run("checkpoint --policy policy");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains(old.trim()), "{ran:?}");
    assert!(ran.err.contains(&format!("`log {}`", new.trim())), "{ran:?}");
    // Done as it says; and both may stand there, for older checkpoints.
    for logs in [new.clone(), format!("{old}log {new}")] {
        policy(&site, &logs, "127.0.0.1:9");
        let ran = site.run("checkpoint --policy policy");
        assert_eq!(ran.code, 5, "{ran:?}");
    }
    let foreign = SigningKey::new("example.org/ledger", Algorithm::Note, &[9; 32]).unwrap();
    policy(&site, &foreign.public().to_string(), "127.0.0.1:9");
    let ran = site.run("checkpoint --policy policy");
    assert_eq!(ran.code, 3, "a key that this ledger never had: {ran:?}");
}

/// The fear: of two who ask a witness at a time, the slower one reads that history was rewritten.
#[test]
fn a_witness_that_is_ahead_of_a_checkpoint_only_objects_to_nothing() {
    let site = Site::with_exampleshire();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    policy(&site, &site.ok("key show"), &listener.local_addr().unwrap().to_string());
    let asked = |meanwhile: &dyn Fn() -> u64| -> Ran {
        thread::scope(|scope| {
            let asking = scope.spawn(|| site.run("checkpoint --policy policy"));
            let (mut stream, _) = listener.accept().unwrap();
            take_request(&mut stream);
            let body = format!("{}\n", meanwhile());
            let head = "HTTP/1.1 409 Conflict\r\ncontent-type: text/x.tlog.size\r\n";
            let length = format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{length}{body}").as_bytes()).unwrap();
            drop(stream);
            asking.join().unwrap()
        })
    };
    let ran = asked(&|| {
        site.register("X99000009", "Newshire", "local_authority");
        site.lines().len() as u64
    });
    assert_eq!(ran.code, 5, "one cosignature is missing, and no more: {ran:?}");
    assert!(ran.err.contains("w: cosigned a later checkpoint meanwhile"), "{ran:?}");
    assert!(!ran.err.contains("another history"), "{ran:?}");
    let ran = asked(&|| site.lines().len() as u64 + 1);
    assert_eq!(ran.code, 3, "that many records there never were: {ran:?}");
    assert!(ran.err.contains("another history"), "{ran:?}");
}

/// Reads a request to its end, as whoever sends it waits for that.
fn take_request(stream: &mut TcpStream) {
    let mut taken = Vec::new();
    let mut byte = [0];
    while !taken.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        taken.push(byte[0].to_ascii_lowercase());
    }
    let head = String::from_utf8(taken).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.expect("ureq says how long a body is").parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
}
