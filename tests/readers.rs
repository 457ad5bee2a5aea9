//! Guards the fear that what we export is read by our own program only: packages from PyPI that
//! others wrote read it, and refuse it once it is broken.
//!
//! With `CI` or `PIPEROLL_LONG` set they are installed, once, into the build directory; where they
//! are not and cannot be had, it says so.
#![allow(clippy::unwrap_used, reason = "what a test does not expect should stop it")]

mod venv;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use venv::Venv;

const PROGRAM: &str = env!("CARGO_BIN_EXE_piperoll");

/// What reads the exports, in versions that were tried.
static PACKAGES: Venv = Venv::new(
    "readers",
    &["csvw==4.1.1", "datasette==0.65.5", "frictionless==5.21.0", "prov==3.2.3"],
);

/// Loads a PROV-JSON document, and again what it writes of it.
const ROUND_TRIP: &str = "\
import sys
from prov.model import ProvDocument
first = ProvDocument.deserialize(content=sys.stdin.read(), format='json')
second = ProvDocument.deserialize(content=first.serialize(format='json'), format='json')
assert first == second, 'a round trip changes it'
records = list(first.get_records())
assert records, 'it is empty'
print(len(records))
";

/// The demo's ledger, and a Python with the packages.
struct Desk {
    dir: TempDir,
    venv: &'static Path,
}

/// How a program ended, and what it said.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
}

impl Desk {
    /// Nothing, where there are no packages to read with.
    fn new() -> Option<Self> {
        let desk = Self { dir: TempDir::new().unwrap(), venv: PACKAGES.path()? };
        let mut demo = Command::new(PROGRAM);
        demo.env_clear().current_dir(desk.dir.path()).args(["demo", "demo"]);
        assert!(demo.output().unwrap().status.success(), "the demo fails");
        Some(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What our own program prints, in the ledger of the demo.
    fn piperoll(&self, line: &str) -> String {
        let mut command = Command::new(PROGRAM);
        command.env_clear().current_dir(self.dir.path());
        command.env("PIPEROLL_LEDGER", "demo/ledger").env("PIPEROLL_CONFIG", "demo/config");
        let output = command.args(line.split_whitespace()).output().unwrap();
        assert!(output.status.success(), "piperoll {line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a program of the packages.
    fn run(&self, program: &str, line: &str) -> Ran {
        let mut command = Command::new(self.venv.join("bin").join(program));
        command.current_dir(self.dir.path()).args(line.split_whitespace());
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        Ran { code: output.status.code(), out: String::from_utf8_lossy(&said).into_owned() }
    }

    /// Replaces the first of such words in a file.
    fn break_in(&self, file: &str, word: &str, by: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(word), "{file} has no {word}");
        fs::write(self.path(file), text.replacen(word, by, 1)).unwrap();
    }
}

#[test]
fn frictionless_accepts_the_data_package_and_finds_what_is_broken() {
    let Some(desk) = Desk::new() else { return };
    for line in [
        "export csv csv",
        "export csv safe --excel-safe",
        "export csv public --audience public",
        "export csv then --effective 2025-09-01",
        "export csv early --as-of 60",
    ] {
        desk.piperoll(line);
        let dir = line.split(' ').nth(2).unwrap();
        let ran = desk.run("frictionless", &format!("validate {dir}/datapackage.json"));
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.out);
    }
    for (file, word, by) in [
        ("organisations.csv", "local_authority", "parish"),
        ("publications.csv", "2025-07-04", "4 July 2025"),
        ("scores.csv", "E06000003", "E96000003"),
        ("records.csv", "recorded_at", "recorded"),
    ] {
        desk.piperoll("export csv csv");
        desk.break_in(&format!("csv/{file}"), word, by);
        let ran = desk.run("frictionless", "validate csv/datapackage.json");
        assert_eq!(ran.code, Some(1), "{file}: {}", ran.out);
    }
}

#[test]
fn csvw_accepts_the_metadata_and_finds_what_is_broken() {
    let Some(desk) = Desk::new() else { return };
    for line in ["export csv csv", "export csv public --audience public"] {
        desk.piperoll(line);
        let dir = line.split(' ').nth(2).unwrap();
        let ran = desk.run("csvwvalidate", &format!("{dir}/csv-metadata.json"));
        assert_eq!((ran.code, ran.out.contains("OK")), (Some(0), true), "{line}: {}", ran.out);
    }
    for (file, word, by) in [
        ("publications.csv", "2025-07-04", "4 July 2025"),
        ("scores.csv", "E06000003", "E96000003"),
    ] {
        desk.piperoll("export csv csv");
        desk.break_in(&format!("csv/{file}"), word, by);
        let ran = desk.run("csvwvalidate", "csv/csv-metadata.json");
        assert_ne!(ran.code, Some(0), "{file}: {}", ran.out);
    }
}

#[test]
fn datasette_opens_the_database_and_answers() {
    let Some(desk) = Desk::new() else { return };
    desk.piperoll("export sqlite ledger.db");
    let get = |url: &str| -> Value {
        let ran = desk.run("datasette", &format!("ledger.db --get {url}"));
        assert_eq!(ran.code, Some(0), "{url}: {}", ran.out);
        let json = ran.out.lines().find(|line| line.starts_with(['[', '{']));
        serde_json::from_str(json.unwrap_or_else(|| panic!("{url}: {}", ran.out))).unwrap()
    };
    let rows = get("/ledger/ratings.json?_shape=array&name=York&level=overall");
    assert_eq!(
        (&rows[0]["rating"], &rows[0]["score"]),
        (&"Requires improvement".into(), &39.into())
    );
    // The rows that another table refers to, and a question of one's own over the records.
    let row = get("/ledger/organisations/E06000014.json?_shape=array");
    assert!(row.to_string().contains("York"), "{row}");
    let sql =
        "select+count(*)+as+n+from+records+where+json_extract(data,'$.organisation')='E06000014'";
    let counted = get(&format!("/ledger.json?_shape=array&sql={sql}"));
    assert!(counted[0]["n"].as_u64().unwrap() > 0, "{counted}");
}

#[test]
fn prov_loads_what_explain_says_and_a_round_trip_keeps_it() {
    let Some(desk) = Desk::new() else { return };
    for body in ["York", "Exampleshire"] {
        let document = desk.piperoll(&format!("explain {body} --format prov"));
        let python = desk.venv.join("bin/python3");
        let output = assert_cmd::Command::new(python)
            .args(["-c", ROUND_TRIP])
            .write_stdin(document)
            .output()
            .unwrap();
        assert!(output.status.success(), "{body}: {}", String::from_utf8_lossy(&output.stderr));
        let records: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        assert!(records > 10, "{body}: {records} statements");
    }
}
