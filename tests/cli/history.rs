//! Guards that nothing that was ever published of a body disappears from its history, and that
//! ratings of different methods are not shown as if they could be compared.

use crate::site::{HEADER, Site, check, row};

const P1: &str = "X99000001-2024-a-p1";

fn told() -> Site {
    let site = Site::with_exampleshire();
    site.ok(&format!(
        "publication withdraw {P1} --reason published_in_error --withdrawn-on 2024-09-02"
    ));
    site.ok(&format!(
        "publication reissue {P1} --reason after_withdrawal --published-on 2024-09-20"
    ));
    let later = row("X99000001", "-", "Good", "3,3,3,3,3,3,3,3,3");
    let later = later.replace("2024-08", "2025-08");
    site.write("later.csv", format!("{HEADER}\n{later}\n"));
    site.ok("publication import later.csv --framework la-2025");
    site
}

#[test]
fn a_history_shows_every_publication_with_what_became_of_it() {
    let site = told();
    let text = site.transcript(&[
        "history Exampleshire",
        "history Exampleshire --audience public",
        "history Exampleshire --effective 2024-09-10",
        "history Exampleshire --format csv",
        "history Exampleshire --format jsonl --audience public",
        "history Nowhere",
    ]);
    check("history", &text);
}

/// Another method is said in every format, and only where it changes.
#[test]
fn another_method_is_noted() {
    let site = told();
    let notes: Vec<String> =
        site.rows("history Exampleshire").into_iter().map(|row| row["note"].clone()).collect();
    assert_eq!(notes, ["", "", "another method: not to be compared"]);
}
