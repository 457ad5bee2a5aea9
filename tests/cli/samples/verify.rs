//! Guards that one forged or unreadable record hides nothing of the other samples, and that what is
//! found can be read by people and by programs.

use std::fs;

use serde_json::{Value, json};

use super::{FORMATS, demo, draw, of_year, transcript};
use crate::forge::{records, rewrite};
use crate::site::{Site, check};

/// The demo with two samples that were drawn, and its records changed around the rules.
fn forged(change: fn(&mut Vec<Value>)) -> Site {
    let site = demo();
    draw(&site, "score_reviews --size 4");
    draw(&site, "publications --each 1 --strata rating");
    let dir = site.path("ledger");
    let mut all = records(&dir);
    change(&mut all);
    rewrite(&dir, all);
    fs::remove_dir_all(dir.join("index")).unwrap();
    fs::remove_file(dir.join("checkpoint")).unwrap();
    fs::remove_dir_all(site.path("config")).unwrap();
    site
}

/// The data of the first record of a kind.
fn data<'a>(all: &'a mut [Value], kind: &str) -> &'a mut Value {
    &mut all.iter_mut().find(|record| record["kind"] == kind).unwrap()["data"]
}

/// A line of hundreds of columns is read by nobody; what is printed for programs stays whole.
#[test]
fn findings_stand_below_the_table_and_fit_a_page() {
    let site = forged(|all| {
        let committed = data(all, "sample_committed");
        committed["population_digest"] = json!("0".repeat(64));
        committed["committed_on"] = json!("2020-01-02");
        let items = &mut data(all, "sample_drawn")["items"];
        items.as_array_mut().unwrap().swap(0, 1);
        let committed = all.iter_mut().find(|record| record["kind"] == "sample_committed").unwrap();
        committed["occurred_on"] = json!("2020-01-02");
    });
    check("samples_verify", &transcript(&site, &["sample verify", "sample verify YEAR-b"]));
    let table = site.run("sample verify");
    assert!(table.out.lines().all(|line| line.chars().count() <= 80), "{table:?}");
    let told = table.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let of = |format: &str| {
        let ran = site.run(&format!("sample verify --format {format}"));
        assert_eq!((ran.code, ran.err), (3, table.err.clone()));
        ran.out
    };
    let json: Vec<Value> = serde_json::from_str(&of("json")).unwrap();
    let findings = json[0]["findings"].as_str().unwrap();
    assert_eq!(findings.split("; ").count(), 3);
    for finding in findings.split("; ") {
        assert!(told.contains(&of_year(&format!("YEAR-a, {finding}"))), "{finding}: {table:?}");
    }
    assert!(FORMATS[1..].iter().all(|format| of(format).contains(findings)));
    assert_eq!((&json[0]["holds"], &json[1]["holds"]), (&json!(false), &json!(true)));
    assert_eq!(json[1]["findings"], "");
}

/// Whoever spoils one record of a sample could keep all others from being looked at.
#[test]
fn a_record_that_cannot_be_read_is_told_and_the_other_samples_are_checked() {
    let site = forged(|all| {
        data(all, "sample_drawn").as_object_mut().unwrap().remove("items");
    });
    check("samples_verify_unreadable", &transcript(&site, &["sample verify"]));
    assert_eq!(site.run(&of_year("sample verify YEAR-a")).code, 3);
    assert_eq!(site.run(&of_year("sample verify YEAR-b")).code, 0);
}

/// Where what a population is counted from cannot be read, no sample of it can be said to hold.
#[test]
fn a_population_that_cannot_be_counted_is_told_of_each_sample() {
    let site = forged(|all| data(all, "score_reviewed")["score"] = json!(9));
    check("samples_verify_uncounted", &transcript(&site, &["sample verify"]));
}

/// A disk that fails says nothing about a sample.
#[test]
fn what_cannot_be_looked_at_is_no_finding() {
    let site = forged(|_| {});
    assert_eq!(site.run("sample verify").code, 0);
    fs::remove_file(site.path("ledger/head")).unwrap();
    fs::create_dir(site.path("ledger/head")).unwrap();
    let ran = site.run("sample verify");
    assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{ran:?}");
}
