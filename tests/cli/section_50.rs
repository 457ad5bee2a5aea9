//! Guards that a failing that the law wants told stands on a list until it was told, to both, and
//! that nothing but a letter takes it off.

use crate::site::{Site, check};
use crate::story::{AUTHORITY, NEIGHBOUR};

/// Millbrook, with a 1 for safeguarding that its panel decided on 7 October 2025.
fn with_a_duty() -> Site {
    let site = Site::begun();
    let panel = AUTHORITY.panel();
    let steps = [AUTHORITY.begin(), AUTHORITY.evidence(), AUTHORITY.scores(), panel[..1].to_vec()];
    site.import(&steps.concat());
    site.ok("panel decide 2025-a Millbrook --date 2025-10-07 --adjust safeguarding=1 \
         --reason consistency --text 'Others scored 1.'");
    site.write("letter.txt", "Dear Secretary of State,\n");
    site
}

#[test]
fn a_duty_is_owed_until_both_letters_are_recorded() {
    let site = with_a_duty();
    let minister = "section-50 notify Millbrook --letter secretary_of_state --file letter.txt \
                    --sent-on 2025-10-09";
    let authority = "section-50 notify X99000011-2025-a --letter chief_executive_and_director \
                     --digest af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262 \
                     --sent-on 2025-10-08";
    let text = site.transcript(&[
        "section-50 list",
        "section-50 show Millbrook",
        &format!("{minister} --dry-run"),
        minister,
        minister,
        "section-50 list Millbrook",
        authority,
        "section-50 list",
        "section-50 list --format csv",
        "section-50 show Millbrook",
        "section-50 show X99000011-2025-a --format jsonl",
        "section-50 list --effective 2025-10-08",
        "section-50 list --effective 2025-10-06",
        "assessment show X99000011-2025-a",
        "log Millbrook --kind section_50_notified",
    ]);
    check("section_50_letters", &text);
    let record = site.rows("log --kind section_50_notified")[0]["position"].clone();
    let digest = blake3::hash(b"Dear Secretary of State,\n").to_hex();
    assert!(site.ok(&format!("show {record}")).contains(digest.as_str()));
    // The letter itself is nowhere in the ledger.
    for (path, (bytes, _)) in site.files().into_iter().filter(|(path, _)| path.is_file()) {
        let is_letter = path.ends_with("letter.txt");
        assert_eq!(bytes.windows(4).any(|part| part == b"Dear"), is_letter, "{}", path.display());
    }
}

/// A better score later takes nothing back, and another 1 is told too.
#[test]
fn a_later_judgement_never_erases_the_duty_and_a_further_1_is_owed_again() {
    let site = with_a_duty();
    site.ok("section-50 notify Millbrook --letter secretary_of_state --file letter.txt \
         --sent-on 2025-10-09");
    site.import(&[AUTHORITY.drafts(), AUTHORITY.check(), AUTHORITY.publish()].concat());
    for (statement, score) in [("safeguarding", 3), ("equity-in-experience-and-outcomes", 1)] {
        site.ok(&format!(
            "score review Millbrook --statement {statement} --score {score} \
             --reason ongoing_review --evidence X99000011-e1 --text 'As seen.' --date 2026-01-05"
        ));
    }
    // What is weak in Leadership is nothing to tell of.
    site.ok("score review Millbrook --statement learning-improvement-and-innovation --score 1 \
         --reason ongoing_review --evidence X99000011-e1 --text 'As seen.' --date 2026-01-05");
    let text = site.transcript(&[
        "section-50 list",
        "section-50 show Millbrook",
        "section-50 notify Millbrook --letter secretary_of_state --file letter.txt \
         --sent-on 2026-01-06",
        "section-50 notify Millbrook --letter chief_executive_and_director --file letter.txt \
         --sent-on 2026-01-06",
        "section-50 show Millbrook",
    ]);
    check("section_50_again", &text);
}

/// Nobody is told of what was never judged; that it stood there is not hidden.
#[test]
fn a_duty_that_was_raised_in_error_is_closed_by_the_strike_out_and_comes_back_with_it() {
    let site = with_a_duty();
    let decided = site.rows("log Millbrook --kind panel_decided")[0]["position"].clone();
    site.ok(&format!("strike-out {decided} --reason wrong_entry --struck-on 2025-10-08 --yes"));
    let struck = site.rows("log Millbrook --kind record_struck_out")[0]["position"].clone();
    let mut text = site.transcript(&[
        "section-50 list",
        "section-50 list --format csv",
        "section-50 show X99000011-2025-a",
        "section-50 notify X99000011-2025-a --letter secretary_of_state --file letter.txt \
         --sent-on 2025-10-09",
    ]);
    site.ok(&format!("strike-out {struck} --reason wrong_entry --struck-on 2025-10-08 --yes"));
    text += &site.transcript(&["section-50 list", "section-50 list --as-of 25 --format csv"]);
    check("section_50_in_error", &text);
}

#[test]
fn what_was_published_before_this_ledger_stands_apart_and_is_never_owed() {
    let site = Site::with_all_published();
    let rows = site.rows("section-50 list");
    assert!(!rows.is_empty());
    for row in &rows {
        assert_eq!(row["status"], "before this ledger: not known", "{row:?}");
        assert_eq!((&*row["secretary_of_state"], &*row["decided_on"]), ("", ""), "{row:?}");
    }
    let of =
        |name: &str| rows.iter().find(|row| row["name"] == name).unwrap()["statements"].clone();
    assert_eq!(of("Warrington"), "safeguarding");
    let text = site.transcript(&[
        "section-50 list Warrington York",
        "section-50 show E06000007-2025-a",
        "section-50 show Warrington",
        "section-50 notify E06000007-2025-a --letter secretary_of_state --digest \
         af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262 --sent-on 2025-06-01",
    ]);
    check("section_50_before", &text);
}

#[test]
fn a_letter_that_cannot_be_is_refused() {
    let site = with_a_duty();
    site.import(&NEIGHBOUR.begin()[1..]);
    let notify = |who: &str, rest: &str| {
        format!("section-50 notify {who} --letter secretary_of_state {rest}")
    };
    site.ok(&notify("Millbrook", "--file letter.txt --sent-on 2025-10-09"));
    site.write("other.txt", "Another letter.");
    let text = site.transcript(&[
        &notify("Millbrook", "--file other.txt --sent-on 2025-10-10"),
        &notify("Millbrook", "--file letter.txt --sent-on 2025-10-06")
            .replace("secretary_of_state", "chief_executive_and_director"),
        &notify("Millbrook", "--file letter.txt --sent-on 2025-10")
            .replace("secretary_of_state", "chief_executive_and_director"),
        &notify("Millbrook", "--file letter.txt --sent-on 2999-01-01")
            .replace("secretary_of_state", "chief_executive_and_director"),
        &notify("Millbrook", "--file nowhere.txt --sent-on 2025-10-10"),
        &notify("Millbrook", "--digest 12 --sent-on 2025-10-10"),
        &notify("Millbrook", "--sent-on 2025-10-10"),
        &notify("Millbrook", "--file letter.txt").replace("secretary_of_state", "minister"),
        &notify("Northbrook", "--file letter.txt --sent-on 2025-10-10"),
        &notify("X99000013-2025-a", "--file letter.txt --sent-on 2025-10-10"),
        &notify("X99000013-2025-b", "--file letter.txt --sent-on 2025-10-10"),
        "section-50 show X99000013-2025-a",
        "section-50 show X99000013-2025-b",
        "section-50 list Northbrook",
        "section-50 list --audience public",
        "section-50 show Millbrook --audience body=X99000011",
    ]);
    check("section_50_refused", &text);
}
