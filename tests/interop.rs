//! Guards that only our own programs can check what we export: Go's packages for transparency
//! logs read the checkpoint, the tiles and the entries, and refuse what was changed.
//!
//! It needs `go` and its package `golang.org/x/mod`, on Debian
//! `apt-get install golang-go golang-golang-x-mod-dev`; where they are not, it says so.
#![allow(clippy::unwrap_used, reason = "what a test does not expect should stop it")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_piperoll");

/// A ledger, and the Go program that looks at what it exports.
struct Bench {
    dir: TempDir,
    go: PathBuf,
}

/// What a run of the Go program came to: what it found, or why it refused.
type Found = Result<String, String>;

impl Bench {
    /// Nothing, where the Go program cannot be built.
    fn new() -> Option<Self> {
        let dir = TempDir::new().unwrap();
        let go = dir.path().join("interop");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/interop/main.go");
        let mut build = Command::new("go");
        // Where Debian keeps the sources of its packages.
        build.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode");
        build.env("GOCACHE", dir.path().join("cache")).env("GOFLAGS", "");
        let built = build.arg("build").arg("-o").arg(&go).arg(source).output();
        let why = match built {
            Ok(built) if built.status.success() => return Some(Self { dir, go }),
            Ok(built) => String::from_utf8_lossy(&built.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        // What is wrong in the program itself must not pass for a missing one.
        let is_missing = why.contains("cannot find package") || why.contains("No such file");
        assert!(is_missing, "{why}");
        eprintln!("not checked with Go: {why}");
        None
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn piperoll(&self, line: &str) {
        let mut command = Command::new(PROGRAM);
        command.env_clear().env("PIPEROLL_ACTOR", "p-017").env("PIPEROLL_CONFIG", "config");
        command.current_dir(self.dir.path()).args(line.split_whitespace());
        let output = command.output().unwrap();
        assert!(output.status.success(), "piperoll {line}: {output:?}");
    }

    fn go(&self, line: &str) -> Found {
        let mut command = Command::new(&self.go);
        let output = command.current_dir(self.dir.path()).args(line.split(' ')).output().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stderr)) }
    }

    /// Adds so many records, signs a checkpoint, and exports it.
    fn grow(&self, bodies: std::ops::Range<u32>, export: &str) {
        let mut commands = String::new();
        for number in bodies {
            let code = format!("X99{number:06}");
            let data = serde_json::json!({
                "code": code, "fictional": true, "kind": "local_authority",
                "name": format!("Body {number}"),
            });
            let command = serde_json::json!({ "kind": "register_organisation", "data": data });
            writeln!(commands, "{command}").unwrap();
        }
        fs::write(self.path("commands.jsonl"), commands).unwrap();
        self.piperoll("import commands.jsonl");
        self.piperoll("checkpoint");
        self.piperoll(&format!("export tiles {export} --entries"));
    }

    /// What the Go program says where one bit in the middle of a file is another.
    fn with_a_flip(&self, file: &str, line: &str) -> Found {
        let whole = fs::read(self.path(file)).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        fs::write(self.path(file), flipped).unwrap();
        let found = self.go(line);
        fs::write(self.path(file), whole).unwrap();
        found
    }
}

fn size(dir: &Path) -> String {
    fs::read_to_string(dir.join("checkpoint")).unwrap().lines().nth(1).unwrap().to_owned()
}

#[test]
fn go_checks_every_entry_and_refuses_what_was_changed() {
    let Some(bench) = Bench::new() else { return };
    bench.piperoll("init --origin example.org/ledger");
    bench.grow(1..150, "older");
    bench.grow(150..700, "newer");
    let (older, newer) = (size(&bench.path("older")), size(&bench.path("newer")));
    assert_eq!(bench.go("tiles older"), Ok(format!("{older} entries are in the tree")));
    assert_eq!(bench.go("tiles newer"), Ok(format!("{newer} entries are in the tree")));
    let grew = format!("the tree grew from {older} to {newer} entries");
    assert_eq!(bench.go("tiles newer older"), Ok(grew));

    // The same, where the newer export went on in the directory of the older one.
    bench.piperoll("export tiles older --entries");
    assert_eq!(bench.go("tiles older"), Ok(format!("{newer} entries are in the tree")));

    bench.piperoll("proof inclusion 300");
    let proof = "proof record-300.tlog-proof newer/log.vkey";
    assert_eq!(bench.go(proof), Ok(format!("record 300 is one of {newer}")));

    for file in [
        "newer/checkpoint",
        "newer/log.vkey",
        "newer/tile/0/001",
        "newer/tile/1/000.p/2",
        "newer/tile/entries/000",
    ] {
        let found = bench.with_a_flip(file, "tiles newer");
        assert!(found.is_err(), "{file}: {found:?}");
    }
    let found = bench.with_a_flip("record-300.tlog-proof", proof);
    assert!(found.is_err(), "the proof: {found:?}");
}
