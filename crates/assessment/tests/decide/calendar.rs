//! What holds from a date on. The fears: a recipient loses a day of its time because of a holiday
//! that the program does not know or counts wrongly; a deadline is guessed where nobody knows the
//! holidays yet; a change of the process reaches back, or touches how scores are made.

use super::step_cases::{
    NO_PANEL, add_calendar, begun, calibrated, revise, scored, share, with_drafts,
};
use super::*;
use assessment::Calendar;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;

/// Emailed, the end of ten working days, and how one counts there by hand.
const TEN_WORKING_DAYS: [(&str, &str, &str); 20] = [
    ("2025-06-02", "2025-06-16", "a Monday: 3-6 June are 4, 9-13 are 9, the 16th is the tenth"),
    ("2024-03-22", "2024-04-09", "a Friday; 25-28 are 4, Good Friday and Easter Monday are out"),
    ("2024-03-28", "2024-04-15", "the Thursday before Easter: 2-5 April are 4, 8-12 are 9"),
    ("2025-04-10", "2025-04-28", "the 11th, 14-17 are 5; the 18th and 21st are out; 22-25 are 9"),
    ("2025-04-18", "2025-05-06", "on Good Friday: counts as if on the next three days"),
    ("2025-04-21", "2025-05-06", "on Easter Monday: 22-25 are 4, to 2 May 9, the 5th is out"),
    ("2026-03-27", "2026-04-14", "a Friday: 30 March to 2 April are 4; the 3rd and 6th are out"),
    ("2026-04-06", "2026-04-20", "on Easter Monday: 7-10 are 4, 13-17 are 9"),
    ("2025-12-19", "2026-01-07", "22-24 are 3, 29-31 are 6, 2 January is 7, then 5, 6, 7"),
    ("2026-12-18", "2027-01-06", "21-24 are 4; 25 and, for Boxing Day, Monday 28 are out; 29-31"),
    ("2026-12-24", "2027-01-12", "29-31 December are 3, 4-8 January are 8, then 11 and 12"),
    ("2023-12-29", "2024-01-15", "New Year's Day is out: 2-5 are 4, 8-12 are 9"),
    (
        "2023-04-28",
        "2023-05-16",
        "two Mondays out, the second for the coronation: 2-5, 9-12, 15, 16",
    ),
    (
        "2023-05-06",
        "2023-05-22",
        "a Saturday, then the coronation's Monday: 9-12 are 4, 15-19 are 9",
    ),
    ("2025-05-02", "2025-05-19", "a Friday before the early May holiday: 6-9 are 4, 12-16 are 9"),
    ("2025-05-16", "2025-06-02", "19-23 are 5, the 26th is out, 27-30 are 9"),
    ("2025-05-24", "2025-06-09", "a Saturday, then the late May holiday: 27-30 are 4, 2-6 June 9"),
    ("2026-08-28", "2026-09-14", "a Friday; Monday 31 August is out: 1-4 are 4, 7-11 are 9"),
    ("2024-02-22", "2024-03-07", "a leap year: the 23rd, 26 February to 1 March are 6, 4-7 March"),
    ("2027-12-15", "2027-12-31", "16, 17, 20-24 are 7; 27 and 28 stand for Christmas; 29-31"),
];

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn with_2028() -> Given {
    given([add_calendar(json!({}))])
}

#[test]
fn ten_working_days_are_those_that_a_person_counts() {
    let calendar = Calendar::shipped();
    for (emailed, last, reason) in TEN_WORKING_DAYS {
        assert_eq!(calendar.last_day(date(emailed), 10), Ok(date(last)), "{emailed}: {reason}");
    }
}

#[test]
fn a_window_that_reaches_into_an_unknown_year_has_no_end_until_the_year_is_known() {
    let emailed = date("2027-12-16");
    let unknown = Calendar::shipped().last_day(emailed, 10).expect_err("2028 is not known");
    assert_eq!(unknown.to_string(), "the bank holidays of 2028 are not known");
    // The first of January is a Saturday; the 17th, 20-24 and 29-31 December are nine days, Monday
    // stands for New Year's Day.
    assert_eq!(with_2028().state.calendar.last_day(emailed, 10), Ok(date("2028-01-04")));
    assert!(Calendar::shipped().last_day(date("2022-12-30"), 10).is_err(), "before 2023, too");
}

#[test]
fn the_shipped_years_are_whole() {
    let calendar = Calendar::shipped();
    assert!(calendar.years().eq(2023..=2027));
    for year in calendar.years() {
        let days = calendar.days().filter(|(day, _)| day.year() == year).count();
        assert_eq!(days, if year == 2023 { 9 } else { 8 }, "{year}");
    }
    for (day, name) in calendar.days() {
        assert!(day.weekday().number_from_monday() <= 5, "{day}, {name}");
        let is_monday = name.contains("Easter Monday") || name.ends_with("bank holiday");
        assert!(!is_monday || day.weekday() == Weekday::Mon, "{day}, {name}");
        assert!(name != "Good Friday" || day.weekday() == Weekday::Fri, "{day}");
    }
}

#[test]
fn a_year_becomes_known_as_a_whole() {
    let added = json!({
        "days": ["2028-01-03", "2028-04-14"], "source": "https://www.gov.uk/bank-holidays",
        "year": 2028,
    });
    let twice = json!({"days": ["2028-04-14", "2028-01-03", "2028-04-14"]});
    let known = given([]).when(add_calendar(twice)).then([event("calendar_added", added)]);
    assert!(known.state.calendar.years().any(|year| year == 2028));
    known.when(add_calendar(json!({}))).quiet();
}

#[test]
fn a_holiday_that_is_announced_later_is_added_to_a_known_year() {
    let funeral = json!({"days": ["2026-05-25", "2026-06-15"], "year": 2026});
    let recorded = given([]).when(add_calendar(funeral.clone())).recorded();
    assert_eq!(recorded[0].1["days"], json!(["2026-06-15"]));
    let known = given([add_calendar(funeral.clone())]);
    // 9-12 June are 4, the 15th is out, 16-19 are 8, 22 and 23.
    assert_eq!(known.state.calendar.last_day(date("2026-06-08"), 10), Ok(date("2026-06-23")));
    known.when(add_calendar(funeral)).quiet();
    given([]).when(add_calendar(json!({"days": ["2025-12-25"], "year": 2025}))).quiet();
}

#[test]
fn a_holiday_is_a_day_of_its_year() {
    for days in [json!(["2028-01"]), json!(["2028"]), json!(["2028-01-03", "2029-01-01"])] {
        given([]).when(add_calendar(json!({"days": days}))).refused("day_outside_year");
    }
    let refusal = given([]).when(add_calendar(json!({"year": 12028}))).refused("day_outside_year");
    assert_eq!(refusal.to_string(), "2028-04-14 is not a day of 12028");
    given([]).when(add_calendar(json!({"days": []}))).refused("no_bank_holidays");
    given([]).when(add_calendar(json!({"days": [], "year": 2026}))).refused("no_bank_holidays");
}

/// A holiday that becomes known after the email changes no date that was given, until the draft is
/// shared again.
#[test]
fn a_due_date_that_was_given_stays() {
    let known = with_drafts(calibrated()).and(share(json!({"shared_on": "2026-05-06"})));
    let windows = known.state.assessments.clone();
    let holiday = json!({"days": ["2026-05-18"], "year": 2026});
    let known = known.and(add_calendar(holiday));
    assert_eq!(known.state.assessments, windows);
    let recorded = known.when(share(json!({"shared_on": "2026-05-06"}))).recorded();
    assert_eq!(recorded[0].1["due_on"], "2026-05-21");
}

#[test]
fn a_revised_process_applies_from_its_date_also_to_open_assessments() {
    let command = revise("la-2025", &[NO_PANEL], json!({"text": content(9)}));
    let recorded = given(begun("la-2025")).when(command.clone()).recorded();
    assert_eq!(recorded[0].0, "process_revised");
    assert_eq!(recorded[0].1["text"], content(9));

    let known = given(begun("la-2025"));
    let scoring = known.state.frameworks.clone();
    let known = known.and(command.clone());
    assert_eq!(known.state.frameworks, scoring, "what is adopted never changes");
    let id = "la-2025".parse().expect("an id");
    let panel = |day: &str| {
        let process = known.state.process(&id, date(day)).expect("adopted");
        process.panel.first_publication.value
    };
    assert!(panel("2026-02-28"));
    assert!(!panel("2026-03-01"));
    known.when(command).quiet();
}

/// What was sent out while the panel was wanted needs one, whenever it is typed.
#[test]
fn a_draft_is_shared_under_the_process_of_that_day() {
    let from = json!({"from": "2026-05-08"});
    let known = with_drafts(scored()).and(revise("la-2025", &[NO_PANEL], from));
    let too_early = share(json!({"shared_on": "2026-05-07"}));
    known.clone().when(too_early).refused("panel_not_decided");
    known.when(share(json!({"shared_on": "2026-05-08"}))).recorded();
}

#[test]
fn the_digest_of_a_revision_is_that_of_the_process_part() {
    let recorded = given(begun("la-2025")).when(revise("la-2025", &[NO_PANEL], json!({})));
    let recorded = recorded.recorded();
    let mut revised = framework("la-2025");
    revised["process"] = recorded[0].1["process"].clone();
    let revised = assessment::framework::Framework::parse(&revised.to_string()).expect("sound");
    assert_eq!(recorded[0].1["process_digest"], revised.process_digest());
}

/// A temporary step can be planned to end, and the plan be taken back.
#[test]
fn a_revision_may_lie_ahead_and_be_taken_back() {
    let ahead = json!({"from": "2026-10-01", "reason": "temporary_step_ended"});
    let known = given(begun("la-2025")).and(revise("la-2025", &[NO_PANEL], ahead.clone()));
    known.clone().when(revise("la-2025", &[], json!({}))).quiet();
    let known = known.and(revise("la-2025", &[], ahead.clone()));
    let id = "la-2025".parse().expect("an id");
    let process = known.state.process(&id, date("2026-11-01")).expect("adopted");
    assert!(process.panel.first_publication.value);
    known.when(revise("la-2025", &[], ahead)).quiet();
}

#[test]
fn a_revision_that_makes_no_sense_is_refused() {
    let known = given(begun("la-2025"));
    let ahead = json!({"revised_on": "2026-05-18"});
    known.clone().when(revise("la-2025", &[NO_PANEL], ahead)).refused("date_in_future");
    let coarse = json!({"from": "2026"});
    known.clone().when(revise("la-2025", &[NO_PANEL], coarse)).refused("day_not_known");
    let other = json!({"framework": "la-2023"});
    known.clone().when(revise("la-2025", &[NO_PANEL], other)).refused("framework_unknown");
    let at_once = ("/accuracy_working_days/value", json!(0));
    let refusal = known.clone().when(revise("la-2025", &[at_once], json!({})));
    assert_eq!(
        refusal.refused("process_unsound").to_string(),
        "the process of la-2025 cannot be revised to this: process.accuracy_working_days.value: \
         0, where at least 1 is needed"
    );
    let hearsay = ("/panel/update/source", json!("hearsay"));
    known.when(revise("la-2025", &[hearsay], json!({}))).refused("process_unsound");
}

proptest! {
    /// Counted the other way round: between the email and the last day lie as many working days as
    /// were asked for, and the last day is one of them.
    #[test]
    fn a_window_holds_as_many_working_days_as_it_should(
        after in 0..1600u64, working_days in 1..60usize,
    ) {
        let calendar = Calendar::shipped();
        let emailed = date("2023-01-01") + Days::new(after);
        let last = calendar.last_day(emailed, working_days as u32).expect("all within 2023-2027");
        let is_free = |day: NaiveDate| calendar.days().any(|(holiday, _)| holiday == day);
        let works = |day: &NaiveDate| {
            day.format("%u").to_string().parse::<u8>().expect("1 to 7") < 6 && !is_free(*day)
        };
        let days = emailed.iter_days().skip(1).take_while(|day| *day <= last);
        prop_assert_eq!(days.filter(works).count(), working_days);
        prop_assert!(works(&last));
    }
}
