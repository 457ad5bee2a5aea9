//! Scores, percentages and ratings, against a table that was made without this code.

use assessment::framework::{Framework, Sourced};
use assessment::scoring::{BandHalf, Distance, Level, Percent, Rating, RolledUp, Rounding, Score};
use std::collections::BTreeMap;

const LEVELS: &str = include_str!("tables/levels.csv");
const PUBLISHED: &str = include_str!("tables/published.csv");

/// Published overall scores that tell the roundings apart, with their sources:
/// authority, sum of nine, exact percentage in ten-thousandths, floor, half-up, published.
const ROUNDING_EVIDENCE: [(&str, u32, u32, u8, u8, u8); 6] = [
    ("Windsor and Maidenhead", 22, 611_111, 61, 61, 62), // windsormaidenhead-1124-summary, CQC
    ("Camden", 32, 888_889, 88, 89, 89),                 // Community Care
    ("Blackpool", 12, 333_333, 33, 33, 34),              // Yorkshire Post
    ("Kingston upon Hull", 18, 500_000, 50, 50, 50),     // livewellhull.org.uk/cqc-assessment
    ("Kirklees", 21, 583_333, 58, 58, 59),               // hellorayo.co.uk
    ("York", 14, 388_889, 38, 39, 39),                   // york-1225/summary, CQC
];

/// One line of the table.
struct Row {
    items: u32,
    points: u32,
    floor: Percent,
    half_up: Percent,
    ceiling: Percent,
    rating: Rating,
    score: Score,
    distance: Distance,
}

fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split(',').collect())
}

fn row(cells: &[&str]) -> Row {
    let number = |at: usize| cells[at].parse::<u32>().ok();
    let byte = |at: usize| cells[at].parse::<u8>().ok();
    let percent = |at: usize| Percent::try_from(byte(at).expect("a percentage")).expect("in range");
    Row {
        items: number(0).expect("items"),
        points: number(1).expect("points"),
        floor: percent(2),
        half_up: percent(3),
        ceiling: percent(4),
        rating: cells[5].parse().expect("a rating"),
        score: Score::try_from(byte(6).expect("a score")).expect("in range"),
        distance: Distance {
            percent_to_next_up: byte(7),
            percent_to_next_down: byte(8),
            marks_to_next_up: number(9),
            marks_to_next_down: number(10),
            band_half: match cells[11] {
                "upper" => BandHalf::Upper,
                "lower" => BandHalf::Lower,
                "midpoint" => BandHalf::Midpoint,
                other => panic!("no half: {other}"),
            },
        },
    }
}

/// The table by number of scores and their sum.
fn table() -> BTreeMap<(u32, u32), Row> {
    lines(LEVELS).map(|cells| row(&cells)).map(|row| ((row.items, row.points), row)).collect()
}

fn framework(id: &str) -> Framework {
    Framework::shipped(id.parse().expect("an id")).expect("shipped")
}

fn scores(digits: &str) -> Vec<Score> {
    let digits = digits.bytes().map(|digit| digit - b'0');
    digits.map(|digit| Score::try_from(digit).expect("1 to 4")).collect()
}

/// Scores of 1 to 4 with this sum, as unequal as they can be.
fn scores_with(items: u32, points: u32) -> Vec<Score> {
    let mut spare = points - items;
    let mut score = || {
        let more = spare.min(3);
        spare -= more;
        Score::try_from(1 + u8::try_from(more).expect("at most 3")).expect("1 to 4")
    };
    (0..items).map(|_| score()).collect()
}

#[test]
fn every_combination_of_category_scores_rolls_up_as_the_table_says() {
    let scoring = framework("la-2023").scoring;
    let table = table();
    let mut combinations = 0;
    for items in 1..=6 {
        for number in 0..4_u32.pow(items) {
            let digit = |place: u32| u8::try_from(number / 4_u32.pow(place) % 4).unwrap();
            let categories: Vec<Score> =
                (0..items).map(|place| Score::try_from(1 + digit(place)).unwrap()).collect();
            let points = categories.iter().map(|score| u32::from(score.get())).sum();
            let row = &table[&(items, points)];
            let expected = RolledUp { percent: row.ceiling, rating: row.rating, score: row.score };
            assert_eq!(scoring.roll_up(&categories), expected, "{categories:?}");
            combinations += 1;
        }
    }
    assert_eq!(combinations, 4 + 16 + 64 + 256 + 1024 + 4096);
}

#[test]
fn every_sum_of_statement_scores_has_the_level_of_the_table() {
    let table = table();
    for (id, statements) in [("la-2023", 9), ("la-2025", 9), ("ics-2023", 17)] {
        let framework = framework(id);
        assert_eq!(framework.statements().count(), statements);
        let items = u32::try_from(statements).unwrap();
        for points in items..=4 * items {
            let row = &table[&(items, points)];
            let expected = Level { points, items, percent: row.ceiling, rating: row.rating };
            assert_eq!(framework.scoring.level(&scores_with(items, points)), expected);
        }
    }
}

#[test]
fn every_theme_of_a_system_has_the_level_of_the_table() {
    let scoring = framework("ics-2023").scoring;
    let table = table();
    let sizes: Vec<usize> = scoring.themes.iter().map(|theme| theme.statements.len()).collect();
    assert_eq!(sizes, [6, 3, 8]);
    for items in [6, 3, 8] {
        for points in items..=4 * items {
            let level = scoring.level(&scores_with(items, points));
            let row = &table[&(items, points)];
            assert_eq!((level.percent, level.rating), (row.ceiling, row.rating));
        }
    }
}

#[test]
fn distances_are_those_of_the_table() {
    let scoring = framework("la-2023").scoring;
    for row in table().values() {
        let distance = scoring.distance(&scores_with(row.items, row.points));
        assert_eq!(distance, row.distance, "{} of {} scores", row.points, row.items);
    }
}

#[test]
fn from_62_percent_of_nine_one_mark_more_is_good_though_63_cannot_occur() {
    let scoring = framework("la-2023").scoring;
    let distance = scoring.distance(&scores("332223223"));
    assert_eq!(
        distance,
        Distance {
            percent_to_next_up: Some(1),
            percent_to_next_down: Some(24),
            marks_to_next_up: Some(1),
            marks_to_next_down: Some(9),
            band_half: BandHalf::Upper,
        }
    );
    assert_eq!(scoring.percent(23, 9).get(), 64);
}

#[test]
fn the_ends_of_the_scale_have_nothing_beyond() {
    let scoring = framework("la-2023").scoring;
    let top = scoring.distance(&scores("444444444"));
    assert_eq!((top.percent_to_next_up, top.marks_to_next_up), (None, None));
    assert_eq!((top.percent_to_next_down, top.marks_to_next_down), (Some(13), Some(5)));
    let bottom = scoring.distance(&scores("111111111"));
    assert_eq!((bottom.percent_to_next_down, bottom.marks_to_next_down), (None, None));
    assert_eq!((bottom.percent_to_next_up, bottom.marks_to_next_up), (Some(14), Some(5)));
}

#[test]
fn each_rounding_is_that_of_the_table() {
    let mut scoring = framework("la-2023").scoring;
    for row in table().values() {
        for (rounding, expected) in [
            (Rounding::Floor, row.floor),
            (Rounding::HalfUp, row.half_up),
            (Rounding::Ceiling, row.ceiling),
        ] {
            scoring.rounding = Sourced { value: rounding, ..scoring.rounding };
            assert_eq!(scoring.percent(row.points, row.items), expected, "{rounding:?}");
        }
    }
}

#[test]
fn ceiling_alone_gives_the_overall_scores_that_were_published() {
    let mut scoring = framework("la-2023").scoring;
    for (authority, points, exact, floor, half_up, published) in ROUNDING_EVIDENCE {
        assert_eq!((points * 1_000_000 + 18) / 36, exact, "{authority}");
        for (rounding, expected) in
            [(Rounding::Floor, floor), (Rounding::HalfUp, half_up), (Rounding::Ceiling, published)]
        {
            scoring.rounding = Sourced { value: rounding, ..scoring.rounding };
            assert_eq!(scoring.percent(points, 9).get(), expected, "{authority} {rounding:?}");
        }
    }
}

#[test]
fn every_published_assessment_has_the_rating_and_score_that_its_statements_give() {
    let mut rows = 0;
    for id in ["la-2023", "la-2025"] {
        let scoring = framework(id).scoring;
        for cells in lines(PUBLISHED) {
            let [code, rating, overall, digits] = cells[..] else { panic!("{cells:?}") };
            let level = scoring.level(&scores(digits));
            assert_eq!(level.rating.as_str(), rating, "{code}");
            assert!(overall.is_empty() || overall == level.percent.to_string(), "{code}");
            rows += 1;
        }
    }
    assert_eq!(rows, 2 * 50);
}

#[test]
fn a_score_stands_for_the_rating_of_its_band() {
    let scoring = framework("la-2025").scoring;
    let ratings = scores("1234").into_iter().map(|score| scoring.rating(score));
    assert!(ratings.eq(Rating::ALL));
}

#[test]
#[should_panic(expected = "0 of 0 scores")]
fn no_scores_have_no_percentage() {
    framework("la-2023").scoring.percent(0, 0);
}

#[test]
fn scores_percentages_and_ratings_are_checked_where_they_come_in() {
    for wrong in [0, 5, 255] {
        assert_eq!(
            Score::try_from(wrong).unwrap_err().to_string(),
            format!("`{wrong}` is not a score (1, 2, 3 or 4)")
        );
    }
    for wrong in [0, 24, 101] {
        assert_eq!(
            Percent::try_from(wrong).unwrap_err().to_string(),
            format!("`{wrong}` is not a percentage of scores (25 to 100)")
        );
    }
    for wrong in ["", "good", "Requires Improvement", "requires_improvement", "Not rated"] {
        assert_eq!(
            wrong.parse::<Rating>().unwrap_err().to_string(),
            format!(
                "`{wrong}` is not a rating (Outstanding, Good, Requires improvement or Inadequate)"
            )
        );
    }
    for text in ["0", "5", "-1", "2.0", "\"2\""] {
        assert!(serde_json::from_str::<Score>(text).is_err(), "{text}");
    }
}

#[test]
fn scores_and_ratings_read_back_what_they_wrote() {
    for (rating, words) in Rating::ALL.into_iter().zip(["inadequate", "requires_improvement"]) {
        assert_eq!(serde_json::to_string(&rating).unwrap(), format!("\"{words}\""));
        assert_eq!(rating.to_string().parse::<Rating>().unwrap(), rating);
    }
    let four = scores("4")[0];
    assert_eq!(serde_json::to_string(&four).unwrap(), "4");
    assert_eq!(serde_json::from_str::<Score>("4").unwrap(), four);
    assert!(Rating::Outstanding > Rating::Good && Rating::RequiresImprovement < Rating::Good);
}
