//! The shipped frameworks: sound, pinned by digest, and saying what the sources say.

use assessment::framework::{
    Approval, Awards, Basis, Framework, LevelKind, Method, OrganisationKind, ProcessReview,
    RatingChanges, Recipient, Section50, check,
};
use assessment::scoring::Rounding;
use serde_json::Value;

const IDS: [&str; 3] = ["la-2023", "ics-2023", "la-2025"];

fn text(id: &str) -> &'static str {
    Framework::shipped_text(id.parse().expect("an id")).expect("shipped")
}

fn framework(id: &str) -> Framework {
    Framework::shipped(id.parse().expect("an id")).expect("shipped")
}

#[test]
fn the_shipped_frameworks_are_sound_and_fit_a_record() {
    let ids: Vec<String> = Framework::all_shipped().iter().map(|f| f.id.to_string()).collect();
    assert_eq!(ids, IDS);
    for id in IDS {
        assert_eq!(check(text(id)), [], "{id}");
        assert_eq!(Framework::parse(text(id)).unwrap(), framework(id));
        let compact = serde_json::to_string(&framework(id)).unwrap();
        assert!(compact.len() < 25_000, "{id}: {} bytes", compact.len());
    }
    assert_eq!(Framework::shipped("la-2099".parse().unwrap()), None);
}

/// So the digest of a part is that of the file's own member, with `jq -cjS` as with us.
#[test]
fn a_framework_is_written_as_it_was_read() {
    for id in IDS {
        let file: Value = serde_json::from_str(text(id)).unwrap();
        assert_eq!(serde_json::to_value(framework(id)).unwrap(), file, "{id}");
    }
}

/// A digest that changes is a framework that changed, or JSON whose names are no longer sorted.
#[test]
fn the_digests_are_those_of_jq_and_b3sum() {
    for (id, scoring, process) in [
        (
            "la-2023",
            "bb88b58fcd4dcc87b13d28f6731d8e14876f8e8ee3fe20222950eda24320672c",
            "036bacb868e5431380eac89559f9220f0353ba4a78869ddfcd69cfa856fa06be",
        ),
        (
            "ics-2023",
            "bdf68b01a6901c0a0352d870bab8beb53343b63b740f94ad8bcf1ad4f1d5099b",
            "fd819e6159ac0c201303667b68f53a157c1d3dcbdf94cd127ce364191df6ac6d",
        ),
        (
            "la-2025",
            "e251433e081f17ed092cde47cbf77e9f20043fdfc43dcc84b7b00f3e16ee2445",
            "036bacb868e5431380eac89559f9220f0353ba4a78869ddfcd69cfa856fa06be",
        ),
    ] {
        assert_eq!(framework(id).scoring_digest(), scoring, "{id}");
        assert_eq!(framework(id).process_digest(), process, "{id}");
    }
}

#[test]
fn the_parts_have_digests_of_their_own() {
    let before = framework("la-2023");
    let mut after = before.clone();
    after.process.panel.first_publication.value = false;
    assert_eq!(after.scoring_digest(), before.scoring_digest());
    assert_ne!(after.process_digest(), before.process_digest());
    after.scoring.rounding.value = Rounding::HalfUp;
    assert_ne!(after.scoring_digest(), before.scoring_digest());
}

#[test]
fn local_authorities_have_nine_statements_in_both_versions() {
    let expected = [
        ("working-with-people", "assessing-needs"),
        ("working-with-people", "supporting-people-to-live-healthier-lives"),
        ("working-with-people", "equity-in-experience-and-outcomes"),
        ("providing-support", "care-provision-integration-and-continuity"),
        ("providing-support", "partnerships-and-communities"),
        ("ensuring-safety", "safe-systems-pathways-and-transitions"),
        ("ensuring-safety", "safeguarding"),
        ("leadership", "governance-management-and-sustainability"),
        ("leadership", "learning-improvement-and-innovation"),
    ];
    for id in ["la-2023", "la-2025"] {
        let framework = framework(id);
        let ids = framework.statements().map(|(theme, own)| (theme.id.as_str(), own.id.as_str()));
        assert!(ids.eq(expected), "{id}");
        assert!(framework.statements().all(|(_, statement)| !statement.is_unverified()));
        assert_eq!(framework.statement("learning-culture".parse().unwrap()), None);
    }
}

#[test]
fn a_statement_of_the_same_name_has_the_same_id_in_every_framework() {
    let all = Framework::all_shipped();
    let named: Vec<_> = all.iter().flat_map(Framework::statements).map(|(_, own)| own).collect();
    for one in &named {
        for other in &named {
            assert_eq!(one.id == other.id, one.name.value == other.name.value, "{}", one.id);
        }
    }
}

#[test]
fn eight_names_and_ten_places_of_a_systems_statements_are_unverified() {
    let framework = framework("ics-2023");
    assert_eq!(framework.statements().count(), 17);
    let unverified = framework.statements().filter(|(_, statement)| statement.is_unverified());
    let names: Vec<&str> = unverified.map(|(_, statement)| statement.name.value.as_str()).collect();
    assert_eq!(
        names,
        [
            "Safe and effective staffing",
            "Shared direction and culture",
            "Capable, compassionate and inclusive leaders",
            "Governance, management and sustainability",
            "Partnerships and communities",
            "Learning, improvement and innovation",
            "Environmental sustainability",
            "Freedom to speak up",
        ]
    );
    let places = framework.statements().filter(|(_, own)| own.placement.basis == Basis::Assumed);
    assert_eq!(places.count(), 10);
}

#[test]
fn a_statement_is_found_by_id_name_or_known_spelling() {
    let framework = framework("la-2023");
    for (text, id) in [
        ("assessing-needs", "assessing-needs"),
        ("ASSESSING NEEDS ", "assessing-needs"),
        ("Supporting people to lead healthier lives", "supporting-people-to-live-healthier-lives"),
        ("Safe pathways, systems and transitions", "safe-systems-pathways-and-transitions"),
        ("equity in experiences and outcomes", "equity-in-experience-and-outcomes"),
    ] {
        assert_eq!(framework.find_statement(text), Some(id.parse().unwrap()), "{text}");
    }
    for text in ["", "assessing", "Learning culture"] {
        assert_eq!(framework.find_statement(text), None, "{text}");
    }
}

#[test]
fn the_versions_differ_where_the_regulator_changed_its_method() {
    let (before, after) = (framework("la-2023").scoring, framework("la-2025").scoring);
    assert_eq!(before.method.value, Method::Category);
    assert_eq!(before.rating_changes.value, RatingChanges::AtAnyReview);
    assert_eq!(after.method.value, Method::Statement);
    assert_eq!(after.rating_changes.value, RatingChanges::AtComprehensiveAssessment);
    assert_eq!(before.bands.value, after.bands.value);
    for (scoring, required) in [(&before, 4), (&after, 0), (&framework("ics-2023").scoring, 6)] {
        let mut statements = scoring.themes.iter().flat_map(|theme| &theme.statements);
        assert!(statements.all(|own| own.required_categories.value.len() == required));
    }
    assert_eq!(framework("la-2023").process, framework("la-2025").process);
}

#[test]
fn a_system_differs_from_an_authority_where_the_sources_say_so() {
    let (authority, system) = (framework("la-2023"), framework("ics-2023"));
    assert_eq!(authority.kind, OrganisationKind::LocalAuthority);
    assert_eq!(system.kind, OrganisationKind::IntegratedCareSystem);
    assert_eq!(system.status.value.state, Approval::Interim);
    for (rule, basis) in [
        (authority.scoring.awards_ratings, Basis::Stated),
        (system.scoring.awards_ratings, Basis::Assumed),
    ] {
        assert_eq!((rule.value, rule.basis), (Awards::Yes, basis));
    }
    assert!(!authority.scoring.published_levels.value.contains(&LevelKind::Theme));
    assert!(system.scoring.published_levels.value.contains(&LevelKind::Theme));
    assert!(authority.process.panel.first_publication.value);
    assert!(!system.process.panel.first_publication.value);
    assert_eq!(authority.process.recipients.value, [Recipient::LocalAuthority]);
    assert_eq!(
        system.process.recipients.value,
        [Recipient::IntegratedCareBoard, Recipient::IntegratedCarePartnership]
    );
    assert_eq!(authority.process.accuracy_working_days.basis, Basis::Stated);
    assert_eq!(system.process.accuracy_working_days.basis, Basis::Inferred);
    assert_eq!(
        authority.process.process_review.value,
        ProcessReview::Offered { working_days: 15, max_words: 500 }
    );
    assert_eq!(system.process.process_review.value, ProcessReview::NotOffered);
    assert_eq!(system.process.section_50.value, Section50::NotApplicable);
    let exempt_themes = vec![authority.scoring.themes[3].id];
    assert_eq!(authority.process.section_50.value, Section50::Applies { exempt_themes });
}
