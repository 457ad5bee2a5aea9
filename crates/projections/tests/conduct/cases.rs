//! Each check with a counterexample that the rules would have refused, and with what only looks
//! like one. The events are made by hand: nobody was asked whether they may happen.

use crate::{Journal, TWO_YEARS};
use assessment::Event;
use assessment::event::FrameworkAdopted;
use assessment::framework::{Framework, Method};
use projections::{Check, Finding, Measure, audit};
use serde_json::{Value, json};

const BODY: &str = "X99000001";
pub const ID: &str = "X99000001-2025-a";
const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000001";

/// Records of one assessment, in order.
pub struct Case {
    pub journal: Journal,
}

impl Case {
    fn begun(framework: &str) -> Self {
        let mut case = Self { journal: vec![] };
        let framework = Framework::shipped(framework.parse().unwrap()).unwrap();
        case.journal.push((
            0,
            Event::FrameworkAdopted(FrameworkAdopted {
                because: None,
                adopted_on: "2025-01-01".parse().unwrap(),
                process_digest: String::new(),
                reason: None,
                scoring_digest: String::new(),
                text: None,
                framework: Box::new(framework),
            }),
        ));
        let name = json!({"code": BODY, "kind": "local_authority", "name": "Exampleshire",
            "name_basis": "stated"});
        case.add("organisation_registered", name);
        case
    }

    pub fn opened(framework: &str) -> Self {
        let mut case = Self::begun(framework);
        let data = json!({"framework": framework, "kind": "baseline", "opened_on": "2025-01-06",
            "organisation": BODY});
        case.within("assessment_opened", data);
        case
    }

    /// Published before the ledger with nine scores, and a rating that they need not give.
    pub fn imported(rating: &str, scores: [u8; 9]) -> Self {
        Self::imported_under("la-2023", rating, scores)
    }

    pub fn imported_under(framework: &str, rating: &str, scores: [u8; 9]) -> Self {
        let mut case = Self::begun(framework);
        let mut data = import(rating, &scores);
        data["framework"] = json!(framework);
        case.add("publication_imported", data);
        case
    }

    pub fn add(&mut self, kind: &str, data: Value) -> u64 {
        let position = self.journal.len() as u64;
        let schema = if kind == "score_reviewed" { 2 } else { 1 };
        let event = Event::decode(kind, schema, &data.to_string());
        self.journal.push((position, event.unwrap_or_else(|error| panic!("{kind}: {error}"))));
        position
    }

    /// A record about the assessment.
    fn within(&mut self, kind: &str, mut data: Value) -> u64 {
        data["assessment"] = json!(ID);
        self.add(kind, data)
    }

    pub fn score(&mut self, by: &str, statement: &str, score: u8, on: &str) -> u64 {
        self.score_on(by, (statement, score, on), &[])
    }

    pub fn score_on(&mut self, by: &str, what: (&str, u8, &str), evidence: &[&str]) -> u64 {
        let (statement, score, on) = what;
        self.within(
            "score_reviewed",
            json!({"basis": "statement", "by": by, "evidence": evidence, "reason": "assessment",
                "reviewed_on": on, "role": "assessor", "score": score, "statement": statement}),
        )
    }

    /// The whole assessment.
    pub fn all_scored(&mut self, score: u8) -> Vec<u64> {
        let each = statements().into_iter();
        each.map(|statement| self.score("p-017", statement, score, "2025-02-03")).collect()
    }

    fn panel(&mut self, members: &[&str], scores: &[(&str, u8)], on: &str) -> u64 {
        let score = |(statement, score): &(&str, u8)| -> Value {
            json!({"score": score, "scored": score, "statement": statement})
        };
        let scores: Vec<Value> = scores.iter().map(score).collect();
        let data = json!({"decided_on": on, "members": members, "panel": "2025-a",
            "recused": ["p-017"], "scores": scores});
        self.within("panel_decided", data)
    }

    fn comment(&mut self, about: Value) {
        let data = json!({"about": about, "comment": format!("{ID}-c1"), "kind": "a",
            "received_on": "2025-06-04", "recipient": "local_authority", "text": content()});
        self.within("comment_submitted", data);
    }

    fn resolve(&mut self, by: &str) -> u64 {
        let data = json!({"by": by, "comment": format!("{ID}-c1"), "outcome": "accepted",
            "reason": "draft_wrong", "resolved_on": "2025-06-05", "text": content()});
        self.add("comment_resolved", data)
    }

    fn share(&mut self, on: &str, due_on: &str) -> u64 {
        let data = json!({"due_on": due_on, "recipient": "local_authority", "shared_on": on});
        self.within("draft_shared", data)
    }

    pub fn publish(&mut self, number: u64, on: &str, scores: &[(&str, u8)], rating: &str) -> u64 {
        let data = report(number, on, scores, rating);
        self.add("publication_made", data)
    }

    pub fn strike(&mut self, position: u64, kind: &str) {
        let data = json!({"by": "p-001", "organisation": BODY, "position": position,
            "reason": "wrong_entry", "struck": kind, "struck_on": "2025-12-01"});
        self.within("record_struck_out", data);
    }

    pub fn evidence(&mut self, number: u64, collected_on: &str) {
        let data = json!({"category": "processes", "collected_on": collected_on,
            "content": content(), "evidence": format!("{BODY}-e{number}"), "method": "data",
            "organisations": [BODY], "origin": "held", "received_on": "2025-01-10",
            "setting": "off_site", "source": "partners", "statements": []});
        self.add("evidence_submitted", data);
    }

    fn letter(&mut self, letter: &str, on: &str) -> u64 {
        let data = json!({"digest": DIGEST, "letter": letter, "sent_on": on,
            "statements": ["safeguarding"]});
        self.within("section_50_notified", data)
    }

    fn found_on(&self, check: Check, on: &str) -> Vec<Finding> {
        let measure = Measure { on: on.parse().unwrap(), older_than: TWO_YEARS };
        let all: Vec<(u64, &Event)> = self.journal.iter().map(|(at, it)| (*at, it)).collect();
        audit(check, &all, &measure)
    }

    pub fn found(&self, check: Check) -> Vec<Finding> {
        self.found_on(check, "2026-01-31")
    }

    /// The positions of each counterexample.
    pub fn positions(&self, check: Check) -> Vec<Vec<u64>> {
        self.found(check).into_iter().map(|finding| finding.positions).collect()
    }
}

fn content() -> Value {
    json!({"commitment": DIGEST, "length": 9, "media_type": "text/plain", "sealed": DIGEST})
}

pub fn report(number: u64, on: &str, scores: &[(&str, u8)], rating: &str) -> Value {
    let score = |(statement, score): &(&str, u8)| json!({"score": score, "statement": statement});
    let points: usize = scores.iter().map(|(_, score)| usize::from(*score)).sum();
    let percent = (25 * points).div_ceil(scores.len());
    let scores: Vec<Value> = scores.iter().map(score).collect();
    json!({"assessment": ID, "by": "p-900", "framework": "la-2023", "kind": "baseline",
        "overall": {"rating": rating, "score": percent}, "passages": [],
        "publication": format!("{ID}-p{number}"), "published_on": on, "released": DIGEST,
        "scores": scores})
}

pub fn statements() -> Vec<&'static str> {
    use std::sync::LazyLock;
    static LA: LazyLock<Framework> =
        LazyLock::new(|| Framework::shipped("la-2023".parse().unwrap()).unwrap());
    LA.statements().map(|(_, statement)| statement.id.as_str()).collect()
}

fn import(rating: &str, scores: &[u8]) -> Value {
    let scores: Vec<Value> = statements()
        .into_iter()
        .zip(scores)
        .map(|(statement, score)| json!({"score": score, "statement": statement}))
        .collect();
    json!({"assessment": ID, "framework": "la-2023", "framework_basis": "inferred",
        "kind": "baseline", "kind_basis": "stated", "month": "2025-03", "organisation": BODY,
        "programme": "formal", "publication": format!("{ID}-p1"), "rating": rating,
        "scores": scores})
}

#[test]
fn whoever_scored_has_no_part_in_the_panel_in_either_order() {
    let mut case = Case::opened("la-2023");
    let first = case.score("p-017", "safeguarding", 2, "2025-02-03");
    case.score("p-018", "assessing-needs", 2, "2025-02-04");
    let decided = case.panel(&["p-017", "p-101"], &[("safeguarding", 2)], "2025-03-03");
    assert_eq!(case.positions(Check::Panels), [[first, decided]]);
    let found = &case.found(Check::Panels)[0];
    assert_eq!((found.subject.as_str(), found.assessment), ("2025-a", ID.parse().unwrap()));
    assert_eq!(
        found.what,
        "p-017 scored safeguarding on 2025-02-03, and decided on 2025-03-03 as a member of panel \
         2025-a"
    );
    // A member who decided scores it afterwards: found too, until it is published.
    let after = case.score("p-101", "safeguarding", 3, "2025-03-04");
    assert_eq!(case.positions(Check::Panels), [vec![first, decided], vec![decided, after]]);
    case.strike(after, "score_reviewed");
    assert_eq!(case.positions(Check::Panels), [[first, decided]], "what is void is left out");
}

#[test]
fn a_recused_member_and_one_who_scores_after_publication_did_nothing_wrong() {
    let mut case = Case::opened("la-2023");
    case.score("p-017", "safeguarding", 2, "2025-02-03");
    // Of the panel, and named as recused.
    case.panel(&["p-101", "p-201"], &[("safeguarding", 2)], "2025-03-03");
    case.publish(1, "2025-06-20", &[("safeguarding", 2)], "good");
    case.score("p-101", "safeguarding", 3, "2025-07-01");
    assert!(case.found(Check::Panels).is_empty());
}

#[test]
fn whoever_scored_the_point_does_not_resolve_the_comment_in_either_order() {
    let mut case = Case::opened("la-2023");
    let scored = case.score("p-017", "safeguarding", 2, "2025-02-03");
    case.comment(json!({"statement": "safeguarding"}));
    let resolved = case.resolve("p-017");
    assert_eq!(case.positions(Check::Comments), [[scored, resolved]]);
    let found = &case.found(Check::Comments)[0];
    assert_eq!(found.subject, format!("{ID}-c1"));
    for about in [json!({"theme": "ensuring-safety"}), json!({"page": 3})] {
        let mut case = Case::opened("la-2023");
        case.comment(about.clone());
        let resolved = case.resolve("p-017");
        let scored = case.score("p-017", "safeguarding", 2, "2025-06-06");
        assert_eq!(case.positions(Check::Comments), [[resolved, scored]], "{about}");
    }
}

#[test]
fn a_resolver_who_scored_another_statement_did_nothing_wrong() {
    let mut case = Case::opened("la-2023");
    case.score("p-017", "assessing-needs", 2, "2025-02-03");
    case.score("p-018", "safeguarding", 2, "2025-02-03");
    case.comment(json!({"statement": "safeguarding"}));
    case.resolve("p-017");
    assert!(case.found(Check::Comments).is_empty());
    let mut case = Case::opened("la-2023");
    case.score("p-017", "assessing-needs", 2, "2025-02-03");
    case.comment(json!({"theme": "ensuring-safety"}));
    case.resolve("p-017");
    assert!(case.found(Check::Comments).is_empty());
}

/// From Monday 2 June 2025 ten working days end with Monday 16 June.
#[test]
fn a_publication_comes_the_day_after_the_window_or_is_found() {
    let windows = |shared_until: &str, on: &str, more: &dyn Fn(&mut Case)| {
        let mut case = Case::opened("la-2023");
        case.share("2025-06-02", shared_until);
        more(&mut case);
        case.publish(1, on, &[("safeguarding", 2)], "good");
        case.positions(Check::Windows)
    };
    let nothing = |_: &mut Case| {};
    assert_eq!(windows("2025-06-16", "2025-06-16", &nothing), [[3, 4]]);
    assert!(windows("2025-06-16", "2025-06-17", &nothing).is_empty());
    // A record that states a shorter time than the process gives takes none of it away.
    assert_eq!(windows("2025-06-04", "2025-06-10", &nothing), [[3, 4]]);
    let confirm = |on: &'static str| {
        move |case: &mut Case| {
            let data = json!({"confirmed_on": on, "recipient": "local_authority"});
            case.within("draft_confirmed", data);
        }
    };
    assert!(windows("2025-06-16", "2025-06-11", &confirm("2025-06-11")).is_empty());
    assert_eq!(windows("2025-06-16", "2025-06-11", &confirm("2025-06-12")), [[3, 5]]);
    let extend = |case: &mut Case| {
        let data = json!({"due_on": "2025-06-20", "extended_on": "2025-06-10",
            "granted_by": "p-900", "previous_due_on": "2025-06-16", "reason": "exceptional",
            "recipient": "local_authority"});
        case.within("draft_extended", data);
    };
    assert_eq!(windows("2025-06-16", "2025-06-17", &extend), [[3, 4, 5]]);
    assert!(windows("2025-06-16", "2025-06-21", &extend).is_empty());
}

#[test]
fn a_draft_that_was_not_shared_is_found_and_an_import_needs_none() {
    let mut case = Case::opened("la-2023");
    let made = case.publish(1, "2025-06-16", &[("safeguarding", 2)], "good");
    let found = case.found(Check::Windows);
    assert_eq!(found[0].positions, [made]);
    assert!(found[0].what.ends_with("its draft was not shared with the local authority"));

    let mut case = Case::imported("good", [3; 9]);
    assert!(case.found(Check::Windows).is_empty());
    let same: Vec<(&str, u8)> = statements().into_iter().map(|it| (it, 3)).collect();
    // An update that says nothing new has nothing to be checked.
    case.publish(2, "2025-05-01", &same, "good");
    assert!(case.found(Check::Windows).is_empty());
    let mut other = same.clone();
    other[0].1 = 2;
    let made = case.publish(3, "2025-06-01", &other, "good");
    assert_eq!(case.positions(Check::Windows), [[made]]);
    // An error in the text is put right without; its reason says so.
    let reissued = json!({"made": report(4, "2025-06-02", &other, "good"),
        "reason": "error_in_text", "replaces": format!("{ID}-p3")});
    case.add("publication_reissued", reissued);
    assert_eq!(case.positions(Check::Windows), [[made]]);
}

#[test]
fn a_process_without_an_accuracy_check_has_no_windows() {
    let mut case = Case::opened("la-2023");
    let mut process = Framework::shipped("la-2023".parse().unwrap()).unwrap().process;
    process.accuracy_check.first_publication.value = false;
    let data = json!({"framework": "la-2023", "from": "2025-06-01", "process": process,
        "process_digest": DIGEST, "reason": "guidance_changed", "revised_on": "2025-05-20"});
    case.add("process_revised", data);
    let early = case.publish(1, "2025-05-31", &[("safeguarding", 2)], "good");
    assert_eq!(case.positions(Check::Windows), [[early]], "the revision is of the next day");
    let mut later = Case { journal: case.journal[..4].to_vec() };
    later.publish(1, "2025-06-01", &[("safeguarding", 2)], "good");
    assert!(later.found(Check::Windows).is_empty());
}

#[test]
fn a_letter_is_owed_from_the_day_after_and_late_once_the_public_knows() {
    let mut case = Case::opened("la-2025");
    case.score("p-017", "safeguarding", 1, "2025-02-03");
    let days = |case: &Case, on: &str| -> Vec<Option<u64>> {
        case.found_on(Check::Section50, on).iter().map(|it| it.days_late).collect()
    };
    assert!(days(&case, "2026-01-01").is_empty(), "a provisional score raises no duty");
    let decided = case.panel(&["p-101"], &[("safeguarding", 1)], "2025-03-03");
    assert!(days(&case, "2025-03-03").is_empty());
    assert_eq!(days(&case, "2025-03-04"), [Some(1), Some(1)], "two letters");
    let public = case.publish(1, "2025-06-20", &[("safeguarding", 1)], "good");
    case.letter("secretary_of_state", "2025-06-20");
    assert_eq!(days(&case, "2025-06-30"), [Some(119)], "the other one");
    let late = case.letter("chief_executive_and_director", "2025-06-21");
    let found = case.found(Check::Section50);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].days_late, &*found[0].positions),
        (Some(110), &[decided, public, late][..])
    );
    assert_eq!(
        found[0].what,
        "the letter to the chief executive and the director about safeguarding was sent on \
         2025-06-21, 110 days after the decision of 2025-03-03; it was public on 2025-06-20"
    );
    case.strike(late, "section_50_notified");
    assert_eq!(days(&case, "2026-01-31"), [Some(334)], "a void letter told nobody");
}

/// What leadership is judged and what was imported raise no duty; a review that confirms it does.
#[test]
fn an_imported_1_is_told_of_on_the_day_that_it_is_confirmed() {
    let mut case = Case::imported("good", [3, 3, 3, 3, 3, 3, 1, 1, 3]);
    assert!(case.found(Check::Section50).is_empty());
    let confirmed = case.score("p-017", "safeguarding", 1, "2025-05-01");
    case.letter("secretary_of_state", "2025-05-01");
    let late = case.letter("chief_executive_and_director", "2025-05-02");
    assert_eq!(case.positions(Check::Section50), [[2, confirmed, late]]);
    assert_eq!(case.found(Check::Section50)[0].days_late, Some(1));
}

#[test]
fn evidence_may_be_two_years_old_to_the_day() {
    let found = |collected: &[&str], withdrawn: Option<u64>, on: &str| {
        let mut case = Case::opened("la-2025");
        for (number, collected) in (1..).zip(collected) {
            case.evidence(number, collected);
        }
        let names: Vec<String> = (1..=collected.len()).map(|it| format!("{BODY}-e{it}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        case.score_on("p-017", ("safeguarding", 3, "2025-02-03"), &names);
        if let Some(number) = withdrawn {
            let data = json!({"evidence": format!("{BODY}-e{number}"), "reason": "inaccurate",
                "withdrawn_on": "2025-03-01"});
            case.add("evidence_withdrawn", data);
        }
        case.publish(1, on, &[("safeguarding", 3)], "good");
        let found = case.found(Check::EvidenceAge);
        found.into_iter().map(|it| (it.days_late, it.positions)).collect::<Vec<_>>()
    };
    assert!(found(&["2023-06-20"], None, "2025-06-20").is_empty());
    assert_eq!(found(&["2023-06-20"], None, "2025-06-21"), [(Some(1), vec![3, 4, 5])]);
    // What is known by its month may be of its last day.
    assert!(found(&["2023-06"], None, "2025-06-30").is_empty());
    // The newest counts, unless nobody relies on it any more.
    assert!(found(&["2020", "2025-01-31"], None, "2025-06-21").is_empty());
    assert_eq!(found(&["2020", "2025-01-31"], Some(2), "2025-06-21")[0].1, [3, 5, 7]);
    assert!(found(&["2020"], Some(1), "2025-06-21").is_empty(), "its age is not known");
    assert!(found(&[], None, "2025-06-21").is_empty(), "nor is that of none");
}

#[test]
fn a_conflict_is_open_until_it_is_decided_or_void() {
    let mut case = Case::imported("good", [3; 9]);
    let conflict = |used: Option<Value>| {
        let mut data = json!({"a": {"source": "report", "value": {"rating": "good"}},
            "b": {"source": "page", "value": "not_stated"}, "field": "overall_rating",
            "noted_on": "2025-05-01"});
        if let Some(used) = used {
            data["used"] = used;
        }
        data
    };
    let open = case.within("conflict_recorded", conflict(None));
    assert_eq!(case.positions(Check::Conflicts), [[open]]);
    let found = &case.found(Check::Conflicts)[0];
    assert_eq!(found.what, "Good (report) or not stated (page) is open since 2025-05-01");
    let mut void = Case { journal: case.journal.clone() };
    void.strike(open, "conflict_recorded");
    assert!(void.found(Check::Conflicts).is_empty());
    case.within("conflict_recorded", conflict(Some(json!({"reason": "in_report", "value": "a"}))));
    assert!(case.found(Check::Conflicts).is_empty());
    let again = case.within("conflict_recorded", conflict(None));
    assert_eq!(case.positions(Check::Conflicts), [[again]]);
}

#[test]
fn a_disagreement_is_found_unmarked_too_and_until_it_is_corrected() {
    let mut case = Case::imported("good", [3, 3, 3, 3, 2, 2, 2, 2, 2]);
    assert_eq!(case.positions(Check::Disagreements), [[2]]);
    let corrected = json!({"import": import("requires_improvement", &[3, 3, 3, 3, 2, 2, 2, 2, 2]),
        "reason": "typing_error"});
    case.add("imported_publication_replaced", corrected);
    assert!(case.found(Check::Disagreements).is_empty());
    let mut score = import("requires_improvement", &[3, 3, 3, 3, 2, 2, 2, 2, 2]);
    score["score"] = json!(61);
    let data = json!({"import": score, "reason": "source_corrected"});
    let other = case.add("imported_publication_replaced", data);
    let found = case.found(Check::Disagreements);
    assert_eq!((found[0].subject.as_str(), &*found[0].positions), ("overall_score", &[other][..]));
    // Without scores nothing can disagree.
    let partial = json!({"import": import("good", &[]), "reason": "completed"});
    case.add("imported_publication_replaced", partial);
    assert!(case.found(Check::Disagreements).is_empty());
}

/// Nor must an import with scores under a framework that gives none, and has no bands for them.
#[test]
fn what_states_scores_where_none_are_given_disagrees_with_nothing() {
    let mut case = Case::imported("outstanding", [3; 9]);
    assert_eq!(case.found(Check::Disagreements).len(), 1);
    let Event::FrameworkAdopted(adopted) = &mut case.journal[0].1 else { panic!("no framework") };
    adopted.framework.scoring.method.value = Method::None;
    adopted.framework.scoring.bands.value.clear();
    assert!(case.found(Check::Disagreements).is_empty());
}

/// A record about nothing that is known must stop no audit.
#[test]
fn records_about_what_is_unknown_are_no_counterexamples() {
    let whole = Case::opened("la-2023");
    let mut case = Case { journal: vec![] };
    case.score("p-017", "safeguarding", 1, "2025-02-03");
    case.resolve("p-017");
    case.share("2025-06-02", "2025-06-16");
    case.publish(1, "2025-06-03", &[("safeguarding", 1)], "good");
    case.letter("secretary_of_state", "2025-07-01");
    for check in Check::ALL {
        assert!(case.found(check).is_empty(), "{check}");
        assert!(whole.found(check).is_empty(), "{check}");
    }
}
