//! Guards that amounts are recorded and shown to the penny, that the later word on a year counts,
//! and that no figure ever touches a score.

use crate::site::{BRENT, Site, check};

/// Two years of Exampleshire.
const YEARS: [&str; 2] = [
    "finance record Exampleshire --year 2023-24 --total-budget 512,300,000 \
     --total-spend 520000000.05 --care-budget 150000000 --care-spend 151,200,000 \
     --precept not_full --long-term 4,210 --short-term 1900 --source https://example.org/2324",
    "finance record Exampleshire --year 2024-25 --total-budget 530000000 \
     --care-budget 160,000,000 --care-spend 158500000.50 --precept full --long-term 4300",
];

#[test]
fn years_are_recorded_and_stand_side_by_side() {
    let site = Site::with_exampleshire();
    let text = site.transcript(&[
        "finance list Exampleshire",
        &format!("{} --dry-run", YEARS[1]),
        YEARS[1],
        YEARS[1],
        "finance list Exampleshire",
        YEARS[0],
        "finance list Exampleshire",
        "finance list Exampleshire --format csv",
        "finance list Exampleshire --format jsonl",
        "finance record Exampleshire --year 2022-23 --long-term 0",
        "finance record Exampleshire --year 2024-25 --total-spend 0",
        "finance list Exampleshire",
        "finance list Exampleshire --format plain",
    ]);
    check("finance_years", &text);
    assert_eq!(site.rows("finance list Exampleshire --as-of 4").len(), 0);
}

#[test]
fn no_figure_moves_a_score() {
    let site = Site::with_exampleshire();
    let questions = ["scores", "ratings", "transitions", "reviewed", "publication list"];
    let answers = || {
        let all = questions.iter().flat_map(|question| {
            ["", " --audience public"].map(|it| site.ok(&format!("{question} --format csv{it}")))
        });
        all.collect::<Vec<_>>()
    };
    let before = answers();
    YEARS.iter().for_each(|line| drop(site.ok(line)));
    assert_eq!(answers(), before);
    assert!(before[0].contains("X99000001"), "{BRENT} was published");
}

#[test]
fn what_is_no_figure_of_an_authority_is_refused() {
    let site = Site::with_exampleshire();
    site.register("X99000002", "Vale", "integrated_care_system");
    let record = |rest: &str| format!("finance record Exampleshire --year 2024-25 {rest}");
    let text = site.transcript(&[
        &record(""),
        &record("--source https://example.org/"),
        "finance record Vale --year 2024-25 --total-budget 1",
        "finance record Nowhere --year 2024-25 --total-budget 1",
        &record("--total-budget 512.3m"),
        &record("--total-budget 1,00"),
        &record("--total-budget 90071992547409.92"),
        &record("--total-budget=-5"),
        &record("--long-term 4.5"),
        &record("--precept half"),
        &record("--total-budget 1").replace("2024-25", "2024-26"),
        &record("--total-budget 1").replace("2024-25", "2024"),
        "finance list Nowhere",
        "finance list Exampleshire --audience public",
        "finance list Exampleshire",
    ]);
    check("finance_refused", &text);
}
