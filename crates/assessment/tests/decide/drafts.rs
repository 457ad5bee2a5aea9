//! The draft report and the time for comments on it. The fears: a body is asked to check half a
//! report; it gets less time than it was promised, or its time ends at another day than it was
//! told; a version of the text is lost; a draft goes to somebody whom nobody named.

use super::step_cases::*;
use super::*;

fn summary(further: Value) -> Command {
    let mut members = json!({"section": "summary"});
    for (name, value) in further.as_object().expect("members are an object") {
        members[name] = value.clone();
    }
    write(members)
}

fn ready() -> Given {
    with_drafts(calibrated())
}

/// A system, whose draft goes to two recipients, with everything done up to the draft.
fn system_ready() -> Given {
    let unscored = json!({
        "framework": "ics-2023", "opened_on": "2026-02-02", "organisation": TOWN,
    });
    let mut plain = framework("ics-2023");
    plain["scoring"]["method"]["value"] = json!("none");
    plain["scoring"]["bands"]["value"] = json!([]);
    plain["process"]["report_sections"]["value"] = json!(["summary"]);
    plain["process"]["panel"]["first_publication"]["value"] = json!(false);
    given([adopt(plain), system(TOWN), open(unscored), summary(json!({}))])
}

#[test]
fn a_passage_has_versions() {
    let first = json!({
        "assessment": ONE, "content": content(100), "passage": {"section": "summary"},
        "version": 1, "written_on": "2026-03-20",
    });
    let known = given(begun("la-2025"));
    let known = known.when(summary(json!({}))).then([event("draft_written", first)]);
    known.clone().when(summary(json!({}))).quiet();
    let second = json!({"content": content(101), "written_on": "2026-03-21"});
    let recorded = known.clone().when(summary(second.clone())).recorded();
    assert_eq!(recorded[0].1["version"], 2);
    // What was there before is another text than what is there now.
    let known = known.and(summary(second));
    let again = json!({"written_on": "2026-03-22"});
    assert_eq!(known.clone().when(summary(again)).recorded()[0].1["version"], 3);
    let earlier = json!({"content": content(102), "written_on": "2026-03-20"});
    known.when(summary(earlier)).refused("out_of_order");
}

#[test]
fn a_passage_belongs_to_the_report() {
    let known = given(begun("la-2025"));
    for passage in passages("la-2025") {
        assert_eq!(known.clone().when(write(passage)).recorded()[0].1["version"], 1);
    }
    for passage in [
        json!({"section": "progress"}),
        json!({"section": "overall_rating"}),
        json!({"section": "theme_findings"}),
        json!({"section": "theme_findings", "theme": "quality-and-safety"}),
        json!({"section": "statement_findings", "statement": "learning-culture"}),
        json!({"section": "statement_findings", "theme": "leadership"}),
        json!({"section": "summary", "statement": "assessing-needs"}),
    ] {
        known.clone().when(write(passage)).refused("passage_not_in_report");
    }
}

#[test]
fn the_process_of_the_day_says_what_belongs_to_the_report() {
    let sections = ("/report_sections/value", json!(["summary", "progress"]));
    let known = given(begun("la-2025")).and(revise("la-2025", &[sections], json!({})));
    known.clone().and(write(json!({"section": "progress"})));
    let before = json!({"section": "progress", "written_on": "2026-02-28"});
    known.clone().when(write(before)).refused("passage_not_in_report");
    known.when(write(json!({"section": "strengths"}))).refused("passage_not_in_report");
}

#[test]
fn a_passage_is_text_of_an_open_assessment() {
    let known = given(begun("la-2025"));
    let of_type = |media_type: &str| {
        let mut text = content(1);
        text["media_type"] = json!(media_type);
        summary(json!({"content": text}))
    };
    known.clone().and(of_type("text/markdown"));
    known.clone().when(summary(json!({"content": empty()}))).refused("draft_empty");
    let refusal = known.clone().when(of_type("text/html")).refused("draft_not_text");
    assert_eq!(refusal.to_string(), "a passage of a report cannot be text/html");
    known.clone().when(summary(json!({"written_on": "2026-05-18"}))).refused("date_in_future");
    known.clone().when(summary(json!({"written_on": "2026-02-01"}))).refused("out_of_order");
    let missing = json!({"assessment": "X99000007-2026-b"});
    known.when(summary(missing)).refused("assessment_unknown");
}

#[test]
fn a_whole_draft_is_shared_with_everybody_whom_the_process_names() {
    let to_authority = json!({
        "assessment": ONE, "due_on": "2026-04-21", "recipient": "local_authority",
        "shared_on": "2026-04-07",
    });
    let known = ready().when(share(json!({}))).then([event("draft_shared", to_authority)]);
    // What was written anew on the same day goes out as well.
    assert_eq!(known.when(share(json!({}))).recorded().len(), 1);

    let known = system_ready();
    let recorded = known.clone().when(share(json!({}))).recorded();
    let recipients: Vec<&Value> = recorded.iter().map(|(_, data)| &data["recipient"]).collect();
    assert_eq!(recipients, ["integrated_care_board", "integrated_care_partnership"]);
    // Each has a date of its own.
    let board = json!({"recipients": ["integrated_care_board", "integrated_care_board"]});
    let known = known.and(share(board));
    let partnership = json!({"recipients": ["integrated_care_partnership"]});
    let recorded = known.when(share(partnership)).recorded();
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0].1["recipient"], "integrated_care_partnership");
}

#[test]
fn half_a_report_is_not_shared() {
    let known = calibrated().and(summary(json!({})));
    let refusal = known.when(share(json!({}))).refused("draft_incomplete");
    assert_eq!(
        refusal.to_string(),
        "the report on X99000007-2026-a lacks 17 of its passages, first peoples_experiences"
    );
    given(begun("la-2025")).when(share(json!({}))).refused("evidence_insufficient");
    with_drafts(scored()).when(share(json!({}))).refused("panel_not_decided");
    let changed = rescore(json!({"reviewed_on": "2026-03-17", "score": 2}));
    ready().and(changed).when(share(json!({}))).refused("panel_not_confirmed");
    with_drafts(scored()).and(revise("la-2025", &[NO_PANEL], json!({}))).and(share(json!({})));
    // A framework that wants no check does not forbid one.
    ready().and(revise("la-2025", &[NO_CHECK], json!({}))).and(share(json!({})));
}

#[test]
fn a_draft_goes_to_nobody_else() {
    let to = |recipients: Value| share(json!({"recipients": recipients}));
    ready()
        .when(to(json!(["local_authority", "integrated_care_board"])))
        .refused("recipient_not_named");
    let nobody = [
        NO_CHECK,
        ("/accuracy_check/update/value", json!(false)),
        ("/recipients/value", json!([])),
    ];
    let known = ready().and(revise("la-2025", &nobody, json!({})));
    known.clone().when(to(json!([]))).refused("no_recipients");
    known.when(to(json!(["local_authority"]))).refused("no_recipients");
}

#[test]
fn a_deadline_is_counted_from_a_day_that_has_come() {
    let on = |date: &str| share(json!({"shared_on": date}));
    ready().when(on("2026-04")).refused("day_not_known");
    ready().when(on("2026-05-18")).refused("date_in_future");
    // Before it was written, or before the panel decided, it was no draft.
    ready().when(on("2026-03-19")).refused("out_of_order");
    let rescored = rescore(json!({"reviewed_on": "2026-03-18", "score": 2}));
    let confirmed = ready().and(rescored).and(confirm_panel(json!({})));
    confirmed.clone().when(on("2026-04-27")).refused("out_of_order");
    confirmed.when(on("2026-04-28")).recorded();
    let slow = ("/accuracy_working_days/value", json!(450));
    let known = ready().and(revise("la-2025", &[slow], json!({})));
    let refusal = known.clone().when(on("2026-04-07")).refused("calendar_unknown");
    assert_eq!(refusal.to_string(), "the bank holidays of 2028 are not known");
    let recorded = known.and(add_calendar(json!({}))).when(on("2026-04-07")).recorded();
    assert_eq!(recorded[0].1["due_on"], "2028-01-17");
}

#[test]
fn sharing_again_starts_the_time_anew_and_takes_none_away() {
    let again = |date: &str| share(json!({"shared_on": date}));
    let known = shared().and(confirm_draft(json!({})));
    let recorded = known.clone().when(again("2026-05-06")).recorded();
    assert_eq!(recorded[0].1["due_on"], "2026-05-20");
    let known = known.and(again("2026-05-06"));
    let id = ONE.parse().expect("an id");
    let windows = |given: &Given| given.state.assessments[&id].windows.clone();
    let window = windows(&known).into_values().next().expect("one");
    assert_eq!(window.confirmed_on, None);
    assert_eq!(window.first_shared_on.to_string(), "2026-04-07");
    known.when(again("2026-04-07")).refused("out_of_order");

    let granted = shared().and(extend(json!({"due_on": "2026-06-30"})));
    let recorded = granted.clone().when(again("2026-04-07")).recorded();
    assert_eq!(recorded[0].1["due_on"], "2026-06-30");
    let recorded = granted.when(again("2026-04-08")).recorded();
    assert_eq!(recorded[0].1["due_on"], "2026-06-30");
}

#[test]
fn more_time_is_more_and_says_who_granted_it() {
    let extended = json!({
        "assessment": ONE, "due_on": "2026-04-28", "extended_on": "2026-04-20",
        "granted_by": "p-105", "previous_due_on": "2026-04-21", "reason": "exceptional",
        "recipient": "local_authority",
    });
    let known = shared().when(extend(json!({}))).then([event("draft_extended", extended)]);
    known.clone().when(extend(json!({}))).refused("extension_not_later");
    known.when(extend(json!({"due_on": "2026-04-29"}))).recorded();
    let because = |due_on: &str| shared().when(extend(json!({"due_on": due_on})));
    let refusal = because("2026-04-21").refused("extension_not_later");
    assert_eq!(
        refusal.to_string(),
        "comments are in time until 2026-04-21 already, and 2026-04-21 is not later"
    );
    because("2026-05").refused("day_not_known");
    let on = |date: &str| shared().when(extend(json!({"extended_on": date})));
    on("2026-04-06").refused("out_of_order");
    on("2026-05-18").refused("date_in_future");
    ready().when(extend(json!({}))).refused("draft_not_shared");
    let other = json!({"recipient": "integrated_care_board"});
    shared().when(extend(other)).refused("draft_not_shared");
}

/// A granted extension may come after the last day, and opens what was closed.
#[test]
fn more_time_reopens_what_was_closed() {
    let known = shared().and(confirm_draft(json!({})));
    let later = json!({"due_on": "2026-06-30", "extended_on": "2026-05-01"});
    let known = known.and(extend(later.clone()));
    known.clone().when(publish(json!({}))).refused("window_open");
    // Once it is published, that time is over; the next draft has a time of its own.
    let published = shared().and(publish(json!({})));
    published.when(extend(later)).refused("draft_not_shared");
}

#[test]
fn a_recipient_confirms_that_there_are_no_further_comments() {
    let confirmed = json!({
        "assessment": ONE, "confirmed_on": "2026-04-15", "recipient": "local_authority",
    });
    let known = shared().when(confirm_draft(json!({}))).then([event("draft_confirmed", confirmed)]);
    known.clone().when(confirm_draft(json!({}))).quiet();
    known.when(confirm_draft(json!({"confirmed_on": "2026-04-16"}))).quiet();
    // Also one that has commented.
    shared().and(comment(json!({}))).when(confirm_draft(json!({}))).recorded();

    ready().when(confirm_draft(json!({}))).refused("draft_not_shared");
    let on = |date: &str| shared().when(confirm_draft(json!({"confirmed_on": date})));
    on("2026-04-06").refused("out_of_order");
    on("2026-05-18").refused("date_in_future");
}

#[test]
fn a_draft_is_over_with_its_assessment() {
    let cancelled = shared().and(cancel());
    for command in [share(json!({})), extend(json!({})), confirm_draft(json!({}))] {
        cancelled.clone().when(command).refused("assessment_cancelled");
    }
}

/// What a recipient says of the published draft is still recorded, and once.
#[test]
fn a_recipient_confirms_also_after_the_publication() {
    let published = shared().and(publish(json!({})));
    let known = published.and(confirm_draft(json!({})));
    known.clone().when(confirm_draft(json!({}))).quiet();
    known.when(confirm_draft(json!({"confirmed_on": "2026-04-06"}))).refused("out_of_order");
}

/// A word on the next draft closes the time of that one, and a word on the last one does not.
#[test]
fn the_draft_of_an_update_has_a_time_of_its_own() {
    let on = |date: &str| confirm_draft(json!({"confirmed_on": date}));
    let known = updates::moved();
    let id = ONE.parse().expect("an id");
    let window = |given: &Given| {
        let windows = &given.state.assessments[&id].windows;
        *windows.values().next().expect("one")
    };
    assert_eq!(window(&known).due_on.to_string(), "2026-05-12");
    let earlier = known.clone().and(on("2026-04-26"));
    assert_eq!(window(&earlier).confirmed_on, None);
    earlier.when(publish(json!({"published_on": "2026-05-06"}))).refused("window_open");
    let known = known.and(extend(json!({"due_on": "2026-06-30", "extended_on": "2026-04-28"})));
    known.clone().when(updates::update()).refused("window_open");
    let known = known.and(on("2026-05-05"));
    known.when(publish(json!({"published_on": "2026-05-06"}))).recorded();
}
