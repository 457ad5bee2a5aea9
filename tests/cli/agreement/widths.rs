//! Guards that what is printed for people can be read where no terminal tells how wide it is.

use super::{Judged, judged, read_blind, with};
use crate::site::Site;

/// What is piped goes into mails and files of 80 columns.
#[track_caller]
fn assert_fits(text: &str) {
    assert_eq!(text.lines().find(|line| line.chars().count() > 80), None);
}

/// Nothing may be lost by it: each pair is there, and above it who gave the second score, and when.
#[test]
fn pairs_fit_a_page() {
    let demo = Site::new();
    assert_eq!(demo.run("demo tour").code, 0);
    let site = with(&judged());
    read_blind(&site, 12, "p-301", &[1, 2, 3, 4]);
    for (site, line, pairs) in [
        (&demo, "agreement --ledger tour/ledger --pairs", 9),
        (&site, "agreement --pairs", 81),
        (&site, "agreement --between scorer-reader --pairs", 12),
    ] {
        let table = site.ok(line);
        assert_fits(&table);
        let rows = site.rows(line);
        assert_eq!(rows.len(), pairs);
        let (mut rows, mut above) = (rows.iter(), "");
        for line in table.lines().skip(1) {
            if !line.starts_with(' ') {
                above = line;
                continue;
            }
            let row = rows.next().unwrap();
            let columns = ["item", "statement", "assessor", "first", "second"];
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words, columns.map(|name| row[name].as_str()));
            let [assessment, by, on] = ["assessment", "by", "on"].map(|name| &row[name]);
            assert_eq!(above, format!("{assessment}, second by {by} on {on}"));
        }
        assert_eq!(rows.next(), None);
    }
}

/// A name may be long; what is said of it must not be cut off by whatever shows 80 columns.
#[test]
fn remarks_fit_a_page() {
    let said = |region| {
        let in_region = |it: Judged| Judged { region: Some(region), ..it };
        let site = with(&judged().into_iter().map(in_region).collect::<Vec<_>>());
        let said = site.run("agreement --by region --replicates 100").err;
        assert_fits(&said);
        said
    };
    assert!(said("North").contains("\nNorth: the panel marks down by 0.333 points on average ("));
    let long = said("Yorkshire and The Humber");
    assert!(
        long.contains("\nYorkshire and The Humber:\n  the panel marks down by 0.333"),
        "{long}"
    );
    let demo = Site::new();
    assert_eq!(demo.run("demo tour").code, 0);
    for line in ["agreement", "agreement --between scorer-reader"] {
        assert_fits(&demo.run(&format!("{line} --ledger tour/ledger")).err);
    }
}
