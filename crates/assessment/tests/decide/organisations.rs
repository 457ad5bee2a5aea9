//! Bodies, mergers and areas: a list of bodies is loaded again and again, and must not multiply
//! facts, nor overwrite silently what somebody corrected.

use super::*;

fn amend(further: Value) -> Command {
    command("amend_organisation", json!({"code": COUNTY, "reason": "source_corrected"}), further)
}

fn succeed(further: Value) -> Command {
    let data = json!({"into": CITY, "old": [COUNTY], "on": "2023-04-01"});
    command("succeed_organisations", data, further)
}

fn join(further: Value) -> Command {
    let data = json!({"authority": COUNTY, "from": "2022-07-01", "system": SYSTEM});
    command("add_area_member", data, further)
}

fn leave(further: Value) -> Command {
    let data = json!({"authority": COUNTY, "system": SYSTEM, "to": "2024-03-31"});
    command("end_area_member", data, further)
}

#[test]
fn a_body_is_registered_once_with_what_is_known_of_it() {
    let further = json!({"aliases": ["99HH"], "as_at": "2025-05", "region": "North East"});
    let data = json!({"code": COUNTY, "kind": "local_authority", "name": "Exampleshire"});
    let county = || command("register_organisation", data.clone(), further.clone());
    let recorded = json!({
        "aliases": ["99HH"], "as_at": "2025-05", "code": COUNTY, "kind": "local_authority",
        "name": "Exampleshire", "name_basis": "stated", "region": "North East",
    });
    let known = given([]).when(county()).then([event("organisation_registered", recorded)]);
    let known = known.when(county()).quiet();
    let refusal = known.when(authority(COUNTY)).refused("organisation_exists").to_string();
    assert!(refusal.ends_with("its aliases is `99HH`, not nothing"), "{refusal}");
}

#[test]
fn what_is_fictional_stays_so() {
    let fictional = command(
        "register_organisation",
        json!({"code": "X99000009", "kind": "local_authority", "name": "Exampleshire"}),
        json!({"fictional": true, "name_basis": "derived"}),
    );
    let recorded = given([]).when(fictional).recorded();
    assert_eq!(recorded[0].1["fictional"], true);
    assert_eq!(recorded[0].1["name_basis"], "derived");
}

#[test]
fn an_amendment_records_what_is_new_and_nothing_else() {
    let region = json!({"region": "North East"});
    let recorded = json!({"code": COUNTY, "reason": "source_corrected", "region": "North East"});
    let known = given([authority(COUNTY)])
        .when(amend(region.clone()))
        .then([event("organisation_amended", recorded)]);
    let known = known.when(amend(region)).quiet();
    known.clone().when(amend(json!({}))).refused("nothing_to_amend");
    known.when(amend(json!({"code": CITY, "region": "x"}))).refused("organisation_unknown");
}

#[test]
fn a_stated_name_takes_the_place_of_a_derived_one() {
    let derived = json!({"name_basis": "derived"});
    let data = json!({"code": SYSTEM, "kind": "integrated_care_system", "name": "Mockshire"});
    let known = given([command("register_organisation", data.clone(), derived)]);
    let same = amend(json!({"code": SYSTEM, "name": "Mockshire"}));
    let known = known.and(same.clone());
    known.clone().when(same).quiet();
    known.when(command("register_organisation", data, json!({}))).quiet();
}

#[test]
fn a_merger_ends_every_body_that_is_named_once() {
    let old = json!({"old": [COUNTY, "X99000004", COUNTY]});
    let ended = |code: &str| {
        event("organisation_succeeded", json!({"code": code, "into": CITY, "on": "2023-04-01"}))
    };
    let known = given([authority(COUNTY), authority("X99000004"), authority(CITY)])
        .when(succeed(old.clone()))
        .then([ended(COUNTY), ended("X99000004")]);
    let known = known.when(succeed(old)).quiet();
    known.clone().when(succeed(json!({"on": "2023-05-01"}))).refused("organisation_ended");
    known.clone().when(succeed(json!({"old": []}))).refused("nothing_to_succeed");
    known.clone().when(succeed(json!({"old": [CITY]}))).refused("succeeds_itself");
    // What has ended cannot take the place of what took its own.
    let back = json!({"into": COUNTY, "old": [CITY]});
    known.when(succeed(back)).refused("organisation_ended");
}

#[test]
fn a_merger_is_among_bodies_of_one_kind() {
    let known = given([authority(COUNTY), system(SYSTEM)]);
    known.clone().when(succeed(json!({"into": SYSTEM}))).refused("wrong_kind");
    known.clone().when(succeed(json!({}))).refused("organisation_unknown");
    known.when(succeed(json!({"on": "2026-05-18"}))).refused("date_in_future");
}

#[test]
fn an_ended_body_is_assessed_no_more_but_its_past_still_comes_in() {
    let ended = given([authority(COUNTY), authority(CITY), adopt(framework("la-2023"))])
        .and(succeed(json!({"on": "2024-04-01"})));
    ended.clone().when(open(json!({"opened_on": "2024-04-01"}))).refused("organisation_ended");
    let ended = ended.and(open(json!({"opened_on": "2024-03-31"})));
    let recorded = ended.clone().when(import(json!({}))).recorded();
    assert_eq!(recorded[0].0, "publication_imported");
    let published = ended.and(import(json!({"month": "2023-05", "date": "2023-05-17"})));
    published.clone().when(review(json!({"reviewed_on": "2024-03-31"}))).recorded();
    published.when(review(json!({"reviewed_on": "2024-04-01"}))).refused("organisation_ended");
}

#[test]
fn membership_of_an_area_has_two_dates() {
    let joined = json!({"authority": COUNTY, "from": "2022-07-01", "system": SYSTEM});
    let left = json!({"authority": COUNTY, "system": SYSTEM, "to": "2024-03-31"});
    let known = given([authority(COUNTY), system(SYSTEM)])
        .when(join(json!({})))
        .then([event("area_member_added", joined)]);
    let known = known.when(join(json!({}))).quiet();
    known.clone().when(join(json!({"from": "2023"}))).refused("area_member_exists");
    let known = known.when(leave(json!({}))).then([event("area_member_ended", left)]);
    let known = known.when(leave(json!({}))).quiet();
    // As a list of members is loaded again after one has left.
    let known = known.when(join(json!({}))).quiet();
    known.clone().when(join(json!({"from": "2024-03-31"}))).refused("area_member_exists");
    known.clone().when(leave(json!({"to": "2024-04"}))).refused("area_member_unknown");
    known.and(join(json!({"from": "2024-04-01"})));
}

#[test]
fn a_membership_is_of_an_authority_in_a_system() {
    let known = given([authority(COUNTY), authority(CITY), system(SYSTEM)]);
    known.clone().when(join(json!({"system": CITY}))).refused("wrong_kind");
    known.clone().when(join(json!({"authority": SYSTEM}))).refused("wrong_kind");
    known.clone().when(join(json!({"from": "2027"}))).refused("date_in_future");
    known.clone().when(leave(json!({}))).refused("area_member_unknown");
    let known = known.and(join(json!({})));
    known.clone().when(leave(json!({"to": "2022-06"}))).refused("area_ends_before_start");
    known.when(leave(json!({"to": "2022-07"}))).recorded();
}
