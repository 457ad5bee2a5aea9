//! Guards that a sample can be drawn again by nothing but the page that describes it: the programs
//! that stand there are run as they stand.

use super::{demo, draw, of_year};
use crate::forge::records;
use serde_json::json;
use std::io::Write;
use std::process::{Command, Stdio};

const FORMAT: &str = include_str!("../../../docs/format.md");

/// The block of the page that begins with this line.
fn block(first: &str) -> &'static str {
    let (_, rest) = FORMAT.split_once(&format!("```{first}\n")).expect("the block is there");
    rest.split("```").next().expect("it ends")
}

#[test]
fn the_program_in_the_format_draws_the_same() {
    let site = demo();
    let (id, items) = draw(&site, "score_reviews --each 2 --strata framework,quarter");
    assert_eq!(id, of_year("YEAR-a"));
    site.write("file", site.ok(&format!("sample show {id} --population")));
    let lines: Vec<String> = records(&site.path("ledger"))
        .into_iter()
        .map(|record| json!({ "record": record }).to_string())
        .collect();
    let program = block("python\n# cat journal/*.jsonl | python3 redraw.py POPULATION_FILE 2026-a");
    let redraw = |journal: &str| {
        let mut python = Command::new("python3");
        python.args(["-c", program, "file", &id]).current_dir(site.path(""));
        python.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = match python.spawn() {
            Ok(running) => running,
            Err(why) => {
                eprintln!("not drawn again: python3: {why}");
                return None;
            }
        };
        running.stdin.take().unwrap().write_all(journal.as_bytes()).unwrap();
        let output = running.wait_with_output().unwrap();
        Some(String::from_utf8(output.stdout).unwrap())
    };
    let journal = lines.join("\n");
    let Some(drawn) = redraw(&journal) else { return };
    assert_eq!(drawn.trim_end(), format!("as drawn {}", items.join(" ")));
    let other = redraw(&journal.replace("\"seed\":\"27182818", "\"seed\":\"27182819"));
    assert!(other.unwrap().starts_with("NOT as drawn"));
}
