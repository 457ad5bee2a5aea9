//! Guards that how many are looked at is asked for in one way, and told at once.

use std::time::{Duration, Instant};

use super::demo;
use crate::site::Site;
use crate::story::command;
use serde_json::json;

/// A size that is not said, or said in two ways, is a slip of whoever typed it: nothing is looked
/// at for it, not even the ledger.
#[test]
fn a_size_that_is_not_said_in_one_way_is_not_understood() {
    let site = Site::new();
    for (size, why) in [
        ("", "required arguments were not provided"),
        ("--size 3 --each 3", "cannot be used with"),
        ("--size 3 --confidence 95", "cannot be used with"),
        ("--size 3 --tolerable-error 5", "cannot be used with"),
        ("--each 3 --confidence 95 --tolerable-error 5", "cannot be used with"),
        ("--confidence 95", "--tolerable-error <PERCENT>"),
        ("--tolerable-error 5", "--confidence <PERCENT>"),
    ] {
        let ran = site.run(&format!("sample commit score_reviews {size}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{size}: {ran:?}");
        assert!(ran.err.contains(why), "{size}: {ran:?}");
    }
}

/// What comes in a file is no slip on the command line: the rule refuses it.
#[test]
fn a_line_without_a_size_is_refused_by_the_rule() {
    let site = demo();
    let data = json!({ "as_of": 140, "population": { "of": "score_reviews" }, "strata": [] });
    for further in [json!({}), json!({ "size": 3, "each": 3 }), json!({ "confidence": 9_500 })] {
        let mut line = command("commit_sample", data.clone());
        line["data"].as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        let ran = site.run_with("import -", &line.to_string());
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains("[size_not_clear]"), "{ran:?}");
    }
    for size in ["--size 3", "--each 3", "--confidence 95 --tolerable-error 5"] {
        site.ok(&format!("sample commit score_reviews {size} --dry-run"));
    }
}

/// Whoever asks about a large register must not wait for minutes.
#[test]
fn the_largest_population_is_answered_at_once() {
    let site = Site::new();
    let begun = Instant::now();
    for population in ["1000000000", "9007199254740991", "18446744073709551615"] {
        let line = format!("--population {population} --confidence 99.99 --tolerable-error 0.01");
        let rows = site.rows(&format!("sample size {line}"));
        // So many of so large a population are as many as of one without end.
        let of = |name: &str| rows[0][name].parse::<u64>().unwrap();
        assert!((92_095..=92_099).contains(&of("hypergeometric")), "{rows:?}");
        assert_eq!(of("binomial"), 92_099);
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
