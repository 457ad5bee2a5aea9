//! What reports state, against what was judged: with what the rules would have refused.

use crate::cases::{Case, ID, report, statements};
use projections::Check;
use serde_json::json;

/// 27 of 36 is Good; two marks on one statement lost, and three on others, make 22 and lower.
#[test]
fn a_moved_level_is_due_or_published_and_else_found() {
    let mut case = Case::imported("good", [3, 3, 3, 3, 3, 2, 2, 2, 2]);
    let moved = case.score("p-017", statements()[0], 2, "2025-05-01");
    assert!(case.found(Check::Moves).is_empty(), "it is due");
    let mut scores: Vec<(&str, u8)> =
        statements().into_iter().zip([2, 3, 3, 3, 3, 2, 2, 2, 2]).collect();
    let mut right = Case { journal: case.journal.clone() };
    right.publish(2, "2025-06-20", &scores, "requires_improvement");
    assert!(right.found(Check::Moves).is_empty(), "it is published");
    // The report shows the new scores, and the old rating.
    let made = case.publish(2, "2025-06-20", &scores, "good");
    let found = case.found(Check::Moves);
    assert_eq!(found.len(), 1);
    let positions = [2, moved, made];
    assert_eq!((found[0].subject.as_str(), &*found[0].positions), ("overall", &positions[..]));
    assert_eq!(
        found[0].what,
        format!(
            "overall was judged Requires improvement, 62 %, and {ID}-p2 of 2025-06-20 states \
             Good, 62 %"
        )
    );
    // That it was withdrawn, or corrected, does not undo that it was stated.
    let withdrawn = json!({"by": "p-900", "publication": format!("{ID}-p2"),
        "reason": "published_in_error", "withdrawn_on": "2025-06-21"});
    case.add("publication_withdrawn", withdrawn);
    case.publish(3, "2025-06-22", &scores, "requires_improvement");
    assert_eq!(case.positions(Check::Moves), [positions]);
    // Nor may a report leave a moved score as it was.
    let mut stale = Case { journal: case.journal[..4].to_vec() };
    scores[0].1 = 3;
    stale.publish(2, "2025-06-20", &scores, "good");
    let found = stale.found(Check::Moves);
    let subjects: Vec<&str> = found.iter().map(|it| it.subject.as_str()).collect();
    assert_eq!(subjects, ["assessing-needs"], "the whole is what was imported");
}

/// Nothing waits yet at a first publication, also where ratings change at an assessment only.
#[test]
fn a_first_publication_states_what_was_judged() {
    for framework in ["la-2023", "la-2025"] {
        let mut case = Case::opened(framework);
        let judged = case.all_scored(3);
        let found = |number: u8, rating: &str, percent: u8| {
            let mut case = Case { journal: case.journal.clone() };
            let scores: Vec<(&str, u8)> = statements().into_iter().map(|it| (it, number)).collect();
            let mut data = report(1, "2025-06-20", &scores, rating);
            data["overall"]["score"] = json!(percent);
            case.add("publication_made", data);
            case.found(Check::Moves)
        };
        assert!(found(3, "good", 75).is_empty());
        assert_eq!(found(4, "outstanding", 100).len(), 10, "every score, and the whole");
        let wrong = found(3, "good", 76);
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].positions, [judged.clone(), vec![judged[8] + 1]].concat());
        assert_eq!(
            wrong[0].what,
            format!("overall was judged Good, 75 %, and {ID}-p1 of 2025-06-20 states Good, 76 %")
        );
        assert_eq!(found(3, "outstanding", 75).len(), 1);
    }
}

#[test]
fn what_waits_is_not_stated_before_its_time_unless_it_puts_something_right() {
    let mut case = Case::opened("la-2025");
    case.all_scored(3);
    let scores = |first| -> Vec<(&'static str, u8)> {
        let each = statements().into_iter().enumerate();
        each.map(|(index, it)| (it, if index == 0 { first } else { 3 })).collect()
    };
    let before = case.publish(1, "2025-06-20", &scores(3), "good");
    case.score("p-017", statements()[0], 2, "2025-07-01");
    let mut repeated = Case { journal: case.journal.clone() };
    repeated.publish(2, "2025-08-01", &scores(3), "good");
    assert!(repeated.found(Check::Moves).is_empty());
    let mut right = Case { journal: case.journal.clone() };
    let reissued = json!({"made": report(2, "2025-08-01", &scores(2), "good"),
        "reason": "process_review", "replaces": format!("{ID}-p1")});
    right.add("publication_reissued", reissued);
    assert!(right.found(Check::Moves).is_empty());
    let early = case.publish(2, "2025-08-01", &scores(2), "good");
    assert_eq!(case.positions(Check::Moves), [[before, early], [before, early]]);
    assert_eq!(
        case.found(Check::Moves)[0].what,
        format!(
            "assessing-needs was published as 3, what was judged since waits, and {ID}-p2 of \
             2025-08-01 states 2"
        )
    );
}

/// A report told the truth of its day, whatever was struck out since.
#[test]
fn what_is_struck_out_later_counts_at_the_publication() {
    let mut case = Case::opened("la-2025");
    case.all_scored(3);
    let again = case.score("p-017", statements()[0], 2, "2025-05-01");
    let mut scores: Vec<(&str, u8)> = statements().into_iter().map(|it| (it, 3)).collect();
    scores[0].1 = 2;
    let mut void = Case { journal: case.journal.clone() };
    case.publish(1, "2025-06-20", &scores, "good");
    case.strike(again, "score_reviewed");
    assert!(case.found(Check::Moves).is_empty());
    void.strike(again, "score_reviewed");
    void.publish(1, "2025-06-20", &scores, "good");
    assert_eq!(void.found(Check::Moves).len(), 2, "it was void already");
}

#[test]
fn that_an_import_disagrees_with_itself_is_no_move() {
    let mut case = Case::imported("outstanding", [3; 9]);
    let same: Vec<(&str, u8)> = statements().into_iter().map(|it| (it, 3)).collect();
    case.publish(2, "2025-05-01", &same, "outstanding");
    assert!(case.found(Check::Moves).is_empty());
    assert_eq!(case.positions(Check::Disagreements), [[2]]);
}

/// Guards against a rating that nothing is judged for any more: no score of the missing statement
/// is published, so that the whole cannot be told to have moved, and none is listed.
#[test]
fn a_stated_level_whose_judgement_is_void_is_found() {
    let mut case = Case::opened("la-2023");
    let judged = case.all_scored(3);
    let eight: Vec<(&str, u8)> = statements().into_iter().skip(1).map(|it| (it, 3)).collect();
    let made = case.publish(1, "2025-06-20", &eight, "good");
    let subjects = |case: &Case| -> Vec<String> {
        case.found(Check::Moves).into_iter().map(|it| it.subject).collect()
    };
    assert_eq!(subjects(&case), [statements()[0]]);
    case.strike(judged[8], "score_reviewed");
    assert_eq!(subjects(&case), [statements()[0], "overall"]);
    let found = &case.found(Check::Moves)[1];
    assert_eq!(found.positions.last(), Some(&made));
    assert_eq!(
        found.what,
        format!(
            "overall is judged nothing, {ID}-p1 of 2025-06-20 states Good, 75 %, and no update is \
             listed as due"
        )
    );
}
