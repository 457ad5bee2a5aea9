//! Guards the tour that a newcomer takes first, and what the program tells of itself.

use std::time::{Duration, Instant};

use crate::site::{Site, check};

#[test]
fn the_demo_shows_that_everything_adds_up() {
    let site = Site::new();
    let begun = Instant::now();
    let ran = site.run("demo tour");
    assert_eq!(ran.code, 0, "{}", ran.err);
    // Under five seconds as people build it; debug builds on busy machines get more.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    for expected in [
        "50 of 50 computed ratings equal the published rating",
        "Open Government",
        "fictional",
        "publication due",
        "waiting",
        "identical to the index that was there before",
    ] {
        assert!(ran.out.contains(expected), "{expected}: {}", ran.out);
    }
    assert!(ran.out.lines().any(|line| line.starts_with("verified")), "{}", ran.out);
    // Tables under the one shape that depends on when it is run.
    let tour: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("$ ")).collect();
    check("demo_commands", &tour.join("\n"));
    go_on_by_hand(&site);
}

/// Every body that something invented happened to says so.
fn go_on_by_hand(site: &Site) {
    let rows = site.rows("--ledger tour/ledger reviewed");
    assert_eq!(rows.len(), 12);
    assert!(rows.iter().all(|row| row["flags"].contains("fictional")), "{rows:?}");
    let transitions = site.rows("--ledger tour/ledger transitions");
    let moved = transitions.iter().filter(|row| !row["from"].is_empty());
    assert!(moved.clone().count() > 0);
    assert!(moved.clone().all(|row| row["flags"].contains("fictional")), "{transitions:?}");
    site.ok("--ledger tour/ledger --config tour/config verify");
}

#[test]
fn the_demo_takes_a_directory_of_its_own_each_time() {
    let site = Site::new();
    for dir in ["piperoll-demo", "piperoll-demo-2"] {
        assert!(!site.path(dir).exists());
        let out = site.ok("demo");
        assert!(out.contains(&format!("{dir}/ledger")), "{out}");
        assert!(site.path(dir).join("ledger/journal").is_dir());
        assert!(site.path(dir).join("config").is_dir());
    }
    check("demo_directory", &site.transcript(&["demo piperoll-demo"]));
}

#[test]
fn status_tells_what_is_here_and_what_to_do_next() {
    let site = Site::begun();
    let mut text = site.transcript(&["status"]);
    site.register("X99000001", "Exampleshire", "local_authority");
    text += &site.transcript(&["status"]);
    let published = crate::site::row("X99000001", "-", "Requires improvement", crate::site::BRENT);
    site.publish(&published);
    text += &site.transcript(&["status", "status --as-of 2"]);
    std::fs::remove_dir_all(site.path("ledger/index")).unwrap();
    text += &site.transcript(&["status", "rebuild", "rebuild", "status"]);
    check("demo_status", &text);
    let json: serde_json::Value = serde_json::from_str(&site.ok("status --format json")).unwrap();
    assert_eq!((&json["records"], &json["index"]), (&5.into(), &"in step".into()));
}

#[test]
fn the_program_tells_of_itself() {
    let site = Site::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(site.ok(&format!("completions {shell}")).contains("piperoll"), "{shell}");
    }
    site.ok("man pages");
    for page in ["piperoll.1", "piperoll-score-review.1", "piperoll-publication-import.1"] {
        let text = String::from_utf8(site.read(&format!("pages/{page}"))).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{page}: {text}");
    }
    let version = site.ok("--version");
    assert_eq!(version, format!("piperoll {}\n", env!("CARGO_PKG_VERSION")));
    assert!(site.ok("--help").starts_with("Example: piperoll demo"));
    assert_eq!(site.run("").code, 2, "nothing asked is usage");
}
