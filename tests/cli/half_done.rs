//! Guards the fear that an export waits for ever, or leaves something unpublished beside the place
//! that it was to be put.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::site::{PROGRAM, Site};

/// What a pipe is named for would wait for whoever writes to it.
#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let site = Site::with_exampleshire();
    fs::create_dir(site.path("dir")).unwrap();
    for pipe in ["pipe", "dir/datapackage.json"] {
        let made = Command::new("mkfifo").arg(site.path(pipe)).status().unwrap();
        assert!(made.success());
    }
    for (words, code, said) in [
        (["sqlite", "pipe"], 5, "pipe is no file"),
        (["csv", "dir"], 1, "dir is there, and is not what an earlier export wrote"),
    ] {
        let mut command = assert_cmd::Command::new(PROGRAM);
        command.env_clear().current_dir(site.path("")).timeout(Duration::from_secs(60));
        let output = command.arg("export").args(words).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {err}");
        assert!(err.contains(said), "{err}");
    }
}

/// What is refused, or interrupted, leaves nothing that is not public beside its target.
#[test]
fn what_is_half_done_is_removed() {
    let site = Site::new();
    site.ok("demo tour");
    fs::rename(site.path("tour/ledger"), site.path("ledger")).unwrap();
    assert_eq!(site.run("export csv one/two/three --as-of 99999").code, 1);
    assert_eq!(site.run("export disclosure York --as-of 2020-01-01 one/two").code, 1);
    assert!(!site.path("one").exists());
    let before = beside(&site);
    let interrupted = (0..20).any(|_| interrupted(&site));
    assert!(interrupted, "every export was done before it could be interrupted");
    assert_eq!(beside(&site), before);
}

/// Whether an export that was interrupted while it wrote ended by that; one that was faster is
/// taken away.
fn interrupted(site: &Site) -> bool {
    // What runs the tests may let them ignore interruptions.
    let mut command = Command::new("env");
    command.args(["--ignore-environment", "--default-signal=INT", PROGRAM]);
    command.current_dir(site.path("")).args(["export", "sqlite", "one/new.db"]);
    let mut running = command.spawn().unwrap();
    let new = site.path(&format!("one/.new.db.{}.new", running.id()));
    while !new.exists() && running.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let signal = ["-INT", &running.id().to_string()];
    Command::new("kill").args(signal).status().unwrap();
    let status = running.wait().unwrap();
    if status.success() {
        fs::remove_dir_all(site.path("one")).unwrap();
        return false;
    }
    assert_eq!(status.code(), Some(130), "{status:?}");
    true
}

/// Whoever fixes the end of what is asked for need not wait for a quiet ledger.
#[test]
fn an_export_as_of_a_record_does_not_mind_what_comes_in() {
    let site = Site::with_exampleshire();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in (10..99).take_while(|_| !done.load(Ordering::Relaxed)) {
                site.register(
                    &format!("X990001{number}"),
                    &format!("Body {number}"),
                    "local_authority",
                );
            }
        });
        for dir in ["one", "two", "three"] {
            let ran = site.run(&format!("export csv {dir} --as-of 2"));
            if ran.code != 0 {
                done.store(true, Ordering::Relaxed);
                panic!("{ran:?}");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

fn beside(site: &Site) -> BTreeSet<OsString> {
    fs::read_dir(site.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}
