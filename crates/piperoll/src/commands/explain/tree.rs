//! A derivation as a tree for people, eighty columns wide; the records that it names stand once
//! below it, each with what proves it.

use super::words::{self, Branch};
use super::{Explained, RECORD};

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
    let (rows, widths) = explained.records();
    let headings = RECORD.map(str::to_owned);
    for row in std::iter::once(&headings).chain(&rows) {
        let [position, hash, by, recorded, what] = row;
        let first = format!(
            "{position:>0$}  {hash:1$}  {by:2$}  {recorded:3$}  ",
            widths[0], widths[1], widths[2], widths[3]
        );
        let rest = " ".repeat(first.chars().count());
        write(text, what, &first, &rest);
    }
}
