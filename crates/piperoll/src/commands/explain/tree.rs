//! A derivation as a tree for people, eighty columns wide; the records that it names stand once
//! below it, each with what proves it.

use super::Explained;
use super::words::{self, Branch};
use std::fmt::Write;

/// How wide a line is at most.
const WIDTH: usize = 80;

/// The tree, and the records.
pub fn text(explained: &Explained) -> String {
    let mut text = String::new();
    let root = words::branch(explained);
    write(&mut text, &root.text, "", "");
    grow(&mut text, &root.below, "");
    if !explained.records.is_empty() {
        text.push('\n');
        records(&mut text, explained);
    }
    text
}

fn grow(text: &mut String, branches: &[Branch], indent: &str) {
    for (index, branch) in branches.iter().enumerate() {
        let is_last = index + 1 == branches.len();
        let (knot, bar) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let score = branch.score.map(|score| format!("{score}  ")).unwrap_or_default();
        let below = format!("{indent}{bar}");
        // Where something stands below it, the line goes on beside a long text.
        let hang =
            if branch.below.is_empty() { " ".repeat(score.len()) } else { "│  ".to_owned() };
        let rest = format!("{below}{hang}");
        write(text, &format!("{score}{}", branch.text), &format!("{indent}{knot}"), &rest);
        grow(text, &branch.below, &below);
    }
}

/// Writes a text in lines: what stands before the first, and before the others.
fn write(text: &mut String, words: &str, first: &str, rest: &str) {
    let room = |before: &str| WIDTH.saturating_sub(before.chars().count());
    let lines = words::broken(words, room(first), room(rest));
    for (index, line) in lines.iter().enumerate() {
        let before = if index == 0 { first } else { rest };
        text.push_str(before);
        text.push_str(line);
        text.push('\n');
    }
}

fn records(text: &mut String, explained: &Explained) {
    let widest = |length: fn(&super::Proof) -> usize| {
        explained.records.values().map(length).max().unwrap_or_default()
    };
    let position = widest(|proof| proof.stamp.position.to_string().len()).max("RECORD".len());
    let actor = widest(|proof| proof.stamp.actor.len());
    let _ = writeln!(
        text,
        "{:position$}  {:12}  {:actor$}  {:24}  WHAT",
        "RECORD", "HASH", "BY", "RECORDED"
    );
    for proof in explained.records.values() {
        let stamp = &proof.stamp;
        let first = format!(
            "{:position$}  {:12}  {:actor$}  {:24}  ",
            stamp.position,
            &stamp.hash.to_string()[..12],
            stamp.actor,
            stamp.recorded_at,
        );
        let rest = " ".repeat(first.chars().count());
        write(text, &proof.kind.replace('_', " "), &first, &rest);
    }
}
