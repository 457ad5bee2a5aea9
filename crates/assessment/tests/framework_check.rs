//! What `framework check` finds: a reproducing case for each finding, with its place.

use assessment::framework::{Framework, Method, check};
use serde_json::{Value, json};

fn text(id: &str) -> &'static str {
    Framework::shipped_text(id.parse().expect("an id")).expect("shipped")
}

fn framework(id: &str) -> Framework {
    Framework::shipped(id.parse().expect("an id")).expect("shipped")
}

fn findings(text: &str) -> Vec<String> {
    check(text).iter().map(ToString::to_string).collect()
}

fn shown(framework: &Framework) -> Vec<String> {
    framework.findings().iter().map(ToString::to_string).collect()
}

/// What is found in `la-2023` once the value at a JSON pointer is another.
fn with(pointer: &str, value: Value) -> Vec<String> {
    let mut framework: Value = serde_json::from_str(text("la-2023")).expect("JSON");
    *framework.pointer_mut(pointer).expect("a place in the framework") = value;
    findings(&framework.to_string())
}

/// A band: rating, lowest and highest percentage, score.
type Band = (&'static str, u8, u8, u8);

const INADEQUATE: Band = ("inadequate", 25, 38, 1);
const REQUIRES_IMPROVEMENT: Band = ("requires_improvement", 39, 62, 2);
const GOOD: Band = ("good", 63, 87, 3);
const OUTSTANDING: Band = ("outstanding", 88, 100, 4);

/// What is found in `la-2023` with other bands.
fn with_bands(bands: &[Band]) -> Vec<String> {
    let band = |&(rating, from, to, score): &Band| -> Value {
        json!({"rating": rating, "from": from, "to": to, "score": score})
    };
    with("/scoring/bands/value", bands.iter().map(band).collect())
}

#[test]
fn what_is_not_json_is_found_with_line_and_column() {
    assert_eq!(findings(""), ["line 1 column 0: EOF while parsing a value"]);
    assert_eq!(findings("{\n  \"id\": \"la-2023\",\n}"), ["line 3 column 1: trailing comma"]);
    assert_eq!(
        findings("{\"name\": {\"value\": 'x'"),
        ["line 1 column 20 (name.value): expected value"]
    );
}

/// What stands in the shipped file, what is put in its place, and what is found then.
const BROKEN: [(&str, &str, &str); 15] = [
    ("  \"kind\": \"local_authority\",\n", "", "line 394 column 1: missing field `kind`"),
    (
        r#""id": "safeguarding","#,
        "",
        "line 258 column 11 (scoring.themes[2].statements[1]): \
            missing field `id`",
    ),
    (
        "\"id\": \"safeguarding\",",
        "\"id\": \"\",",
        "line 244 column 20 (scoring.themes[2].statements[1].id): `` is not a quality \
             statement's id (lower-case letters, digits and hyphens, a letter first)",
    ),
    (
        "\"value\": \"ceiling\"",
        "\"value\": \"bankers\"",
        "line 34 column 86 (scoring.rounding.value): unknown variant `bankers`, expected one \
             of `ceiling`, `floor`, `half_up`",
    ),
    (
        "\"source\": \"published_ratings\", \"value\": []",
        "\"source\": \"published_ratings\", \"value\": [\"cap\"]",
        "line 46 column 84 (scoring.limiters.value[0]): invalid type: string \"cap\", expected \
             struct Limiter",
    ),
    (
        "\"source\": \"published_ratings\", \"value\": []",
        "\"source\": \"published_ratings\", \"value\": [{\"at_most\": \"outstanding\", \
             \"score\": 1}]",
        "line 46 column 104 (scoring.limiters.value[0].at_most): outstanding is no cap: nothing \
             is rated better",
    ),
    (
        "\"source\": \"published_ratings\", \"value\": []",
        "\"source\": \"published_ratings\", \"value\": [{\"at_most\": \"good\", \"score\": 4}]",
        "line 46 column 110 (scoring.limiters.value[0]): every score is 4 or less, so the \
             limiter would always act",
    ),
    (
        "\"source\": \"published_ratings\", \"value\": []",
        "\"source\": \"published_ratings\", \"value\": [{\"at_most\": \"good\"}]",
        "line 46 column 98 (scoring.limiters.value[0]): missing field `score`",
    ),
    (
        "\"from\": 39",
        "\"from\": 38.5",
        "line 41 column 55 (scoring.bands.value[1].from): invalid type: floating point \
             `38.5`, expected u8",
    ),
    (
        "\"from\": 25",
        "\"from\": 0",
        "line 40 column 42 (scoring.bands.value[0].from): `0` is not a percentage of scores \
             (25 to 100)",
    ),
    (
        "\"value\": \"2025\"",
        "\"value\": \"early 2025\"",
        "line 11 column 87 (valid_to.value): `early 2025` is not a date (YYYY, YYYY-MM or \
             YYYY-MM-DD)",
    ),
    (
        "{\"basis\": \"inferred\", \"source\": \"how_we_rate_2025\", \"value\": \"2025\"}",
        "null",
        "line 11 column 18 (valid_to): invalid type: null, expected struct Sourced",
    ),
    (
        "\"aim_months\": 24",
        "\"aim\": 24",
        "line 26 column 13 (phases[1].value.aim): unknown field `aim`, expected one of `id`, \
             `name`, `from`, `to`, `aim_months`",
    ),
    (
        "    \"ours\":",
        "    \"Ours\":",
        "line 378 column 10 (sources.Ours): `Ours` is not a source's key (a-z, 0-9 and _, a \
             letter first)",
    ),
    (
        "    \"ours\":",
        "    \"accuracy\":",
        "line 378 column 14 (sources.accuracy): duplicate key `accuracy`",
    ),
];

#[test]
fn what_has_not_the_shape_of_a_framework_is_found_with_its_path() {
    for (from, to, expected) in BROKEN {
        assert_eq!(text("la-2023").matches(from).count(), 1, "{from}");
        assert_eq!(findings(&text("la-2023").replace(from, to)), [expected]);
    }
}

#[test]
fn holes_and_overlaps_of_the_bands_are_found() {
    let (first, second, third, fourth) = (INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING);
    for (bands, expected) in [
        ([("inadequate", 25, 37, 1), second, third, fourth], "[1]: no band holds 38"),
        ([first, second, ("good", 70, 87, 3), fourth], "[2]: no band holds 63 to 69"),
        ([("inadequate", 26, 38, 1), second, third, fourth], "[0]: no band holds 25"),
        ([first, second, third, ("outstanding", 88, 98, 4)], ": no band holds 99 to 100"),
        ([first, second, ("good", 60, 87, 3), fourth], "[2]: 60 to 62 also in another band"),
        ([first, second, third, ("outstanding", 87, 100, 4)], "[3]: 87 also in another band"),
    ] {
        assert_eq!(with_bands(&bands), [format!("scoring.bands.value{expected}")]);
    }
}

#[test]
fn bands_ratings_and_scores_must_rise_together() {
    let (first, second, third, fourth) = (INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING);
    let lists: [(&[Band], &[&str]); 5] = [
        (
            &[first, ("requires_improvement", 62, 39, 2), third, fourth],
            &[
                "[1]: the band runs from 62 to 39",
                "[1]: no band holds 39 to 61",
                "[2]: no band holds 62",
            ],
        ),
        (
            &[first, third, second, fourth],
            &[
                "[1]: a band for Good where the one for Requires improvement belongs",
                "[1]: score 3 where 2 belongs",
                "[2]: a band for Requires improvement where the one for Good belongs",
                "[2]: score 2 where 3 belongs",
                "[2]: the band begins at 39, no higher than the one before, at 63",
            ],
        ),
        (
            &[("inadequate", 25, 38, 2), ("requires_improvement", 39, 62, 1), third, fourth],
            &["[0]: score 2 where 1 belongs", "[1]: score 1 where 2 belongs"],
        ),
        (&[first, second, ("good", 63, 100, 3)], &[": no band for Outstanding"]),
        (
            &[first, second, third, fourth, fourth],
            &["[4]: a band too many", "[4]: 88 to 100 also in another band"],
        ),
    ];
    for (bands, expected) in lists {
        let expected: Vec<_> =
            expected.iter().map(|rest| format!("scoring.bands.value{rest}")).collect();
        assert_eq!(with_bands(bands), expected);
    }
}

#[test]
fn a_framework_without_scores_needs_no_bands() {
    let mut framework = framework("la-2025");
    framework.scoring.bands.value.clear();
    assert_eq!(framework.findings().len(), 5);
    framework.scoring.method.value = Method::None;
    assert_eq!(framework.findings(), []);
}

#[test]
fn names_and_sources_are_checked_wherever_they_stand() {
    for (pointer, value, expected) in [
        ("/name/value", " ", "name.value: empty"),
        (
            "/name/value",
            "a\u{7}b",
            "name.value: control character U+0007, which records do not hold",
        ),
        ("/name/source", "hearsay", "name.source: no source has the key `hearsay`"),
        (
            "/scoring/themes/2/statements/1/placement/source",
            "hearsay",
            "scoring.themes[2].statements[1].placement.source: no source has the key `hearsay`",
        ),
    ] {
        assert_eq!(with(pointer, json!(value)), [expected]);
    }
    assert_eq!(
        with("/name/value", json!("x".repeat(50_000))),
        ["framework: 59517 bytes as canonical JSON, more than the 55000 that fit a record"]
    );
}

#[test]
fn an_id_or_a_name_means_one_thing() {
    for (pointer, value, expected) in [
        ("/phases/1/value/id", "pilot", "phases[1]: id `pilot` a second time"),
        (
            "/scoring/themes/1/id",
            "ensuring-safety",
            "scoring.themes[2]: id `ensuring-safety` a second time",
        ),
        (
            "/scoring/themes/0/statements/1/id",
            "assessing-needs",
            "scoring.themes[0].statements[1]: id `assessing-needs` a second time",
        ),
        (
            "/scoring/themes/0/statements/1/id",
            "safeguarding",
            "scoring.themes[2].statements[1]: id `safeguarding` a second time",
        ),
        (
            "/scoring/themes/0/statements/0/name/value",
            "SAFEGUARDING",
            "scoring.themes[2].statements[1]: `safeguarding` already means assessing-needs",
        ),
    ] {
        assert_eq!(with(pointer, json!(value)), [expected]);
    }
    let mut twice = framework("la-2025");
    let category = twice.scoring.categories[0].clone();
    twice.scoring.categories.push(category);
    assert_eq!(shown(&twice), ["scoring.categories[4]: id `people-experience` a second time"]);
}

#[test]
fn rules_that_cannot_be_followed_are_found() {
    let required = "/scoring/themes/0/statements/0/required_categories/value";
    let required_at = "scoring.themes[0].statements[0].required_categories.value";
    for (pointer, value, expected) in [
        (
            "/scoring/published_levels/value",
            json!(["overall", "overall"]),
            "scoring.published_levels.value[1]: `overall` a second time".to_owned(),
        ),
        (
            required,
            json!([]),
            format!("{required_at}: no category is required, though the method scores categories"),
        ),
        (
            required,
            json!(["outcomes"]),
            format!("{required_at}[0]: category `outcomes` is not among the categories"),
        ),
        (
            "/scoring/themes/0/statements",
            json!([]),
            "scoring.themes[0].statements: empty".to_owned(),
        ),
        (
            "/valid_to/value",
            json!("2023-03"),
            "valid_to: ends 2023-03, before it begins 2023-04".to_owned(),
        ),
        (
            "/phases/1/value/to",
            json!("2023-11-30"),
            "phases[1].value.to: ends 2023-11-30, before it begins 2023-12".to_owned(),
        ),
        (
            "/process/accuracy_working_days/value",
            json!(0),
            "process.accuracy_working_days.value: 0, where at least 1 is needed".to_owned(),
        ),
        ("/process/recipients/value", json!([]), "process.recipients.value: empty".to_owned()),
        (
            "/process/process_review/value/offered/max_words",
            json!(0),
            "process.process_review.value.offered.max_words: 0, where at least 1 is needed"
                .to_owned(),
        ),
        (
            "/process/section_50/value/applies/exempt_themes",
            json!(["leaders"]),
            "process.section_50.value.applies.exempt_themes[0]: theme `leaders` is not among the \
             themes"
                .to_owned(),
        ),
    ] {
        assert_eq!(with(pointer, value), [expected]);
    }
    let mut without_themes = framework("ics-2023");
    without_themes.scoring.themes.clear();
    assert_eq!(shown(&without_themes), ["scoring.themes: empty"]);
}

#[test]
fn parsing_refuses_with_every_finding() {
    let mut broken = framework("la-2023");
    broken.name.value.clear();
    broken.process.recipients.value.clear();
    let error = Framework::parse(&serde_json::to_string(&broken).unwrap()).unwrap_err();
    assert_eq!(error.findings, broken.findings());
    assert_eq!(
        error.to_string(),
        "not a sound framework: name.value: empty; process.recipients.value: empty"
    );
}
