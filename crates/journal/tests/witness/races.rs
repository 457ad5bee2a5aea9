//! The fear: of two requests at a time both are checked before either is stored.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use tempfile::TempDir;

use crate::log::{Log, ORIGIN, held, status, witness};

/// The fear: two histories are cosigned at a time.
#[test]
fn of_two_histories_at_a_time_one_is_cosigned() {
    let dir = TempDir::new().unwrap();
    let rounds = 40;
    let mut log = Log::new(ORIGIN, "true", 1);
    assert_eq!(status(&witness(dir.path(), &[&log]), &log.request(0, 1)), 200);
    for round in 0..rounds {
        let size = log.tree.size();
        let barrier = Barrier::new(4);
        let statuses: Vec<(u16, Log)> = thread::scope(|scope| {
            let threads = (0..4).map(|thread| {
                let mut fork = Log::new(ORIGIN, "true", 0);
                (fork.tree, fork.hashes) = (log.tree.clone(), log.hashes.clone());
                fork.grow(&format!("{round} {thread}"), 1);
                let (dir, barrier) = (dir.path(), &barrier);
                scope.spawn(move || {
                    let witness = witness(dir, &[&fork]);
                    let request = fork.request(size, size + 1);
                    barrier.wait();
                    (status(&witness, &request), fork)
                })
            });
            let threads: Vec<_> = threads.collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = statuses.into_iter().partition(|it| it.0 == 200);
        assert_eq!(won.len(), 1);
        assert!(lost.iter().all(|it| it.0 == 409));
        log = won.into_iter().next().unwrap().1;
        assert_eq!(held(&witness(dir.path(), &[&log]), ORIGIN), Some((size + 1, log.tree.root())));
    }
}

/// Set for a child: the witness's directory, and the history that it offers.
const ROLE: &str = "PIPEROLL_WITNESS_CHILD";
const HISTORIES: [&str; 3] = ["a", "b", "c"];
const LOGS: u64 = 60;

fn numbered(number: u64, history: &str) -> Log {
    Log::new(&format!("example.org/{number}"), history, 1)
}

/// Not a test: what runs in a child.
#[test]
fn child() {
    let Ok(role) = env::var(ROLE) else { return };
    let (dir, history) = role.split_once('\n').unwrap();
    let dir = PathBuf::from(dir);
    let begun = Instant::now();
    for number in 0..LOGS {
        let log = numbered(number, history);
        let (witness, request) = (witness(&dir, &[&log]), log.request(0, 1));
        // All ask about the same log at the same time.
        let ready = |history: &str| dir.join(format!("ready-{history}-{number}"));
        fs::write(ready(history), "").unwrap();
        while !HISTORIES.iter().all(|history| ready(history).exists()) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the others do not come");
        }
        println!("status {}", status(&witness, &request));
    }
}

/// The fear: what holds between threads does not hold between processes.
#[test]
fn of_three_processes_one_cosigns() {
    let dir = TempDir::new().unwrap();
    let child = |history: &&str| {
        Command::new(env::current_exe().unwrap())
            .args(["races::child", "--exact", "--nocapture"])
            .env(ROLE, format!("{}\n{history}", dir.path().display()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = HISTORIES.iter().map(child).collect();
    let statuses = children.into_iter().map(|child| {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().filter_map(|line| Some(line.split_once("status ")?.1));
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    let statuses: Vec<Vec<String>> = statuses.collect();
    for number in 0..LOGS {
        let index = usize::try_from(number).unwrap();
        let mut of_log: Vec<&str> = statuses.iter().map(|it| it[index].as_str()).collect();
        let won = of_log.iter().position(|status| *status == "200").unwrap();
        let log = numbered(number, HISTORIES[won]);
        let origin = log.key.public().name();
        assert_eq!(held(&witness(dir.path(), &[&log]), origin), Some((1, log.tree.root())));
        of_log.sort_unstable();
        assert_eq!(of_log, ["200", "409", "409"]);
    }
}
