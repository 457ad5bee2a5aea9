//! Guards against the fear that a report says less or more than its facts, or that a text of others
//! does anything but be read.

use super::samples::{draft, financed, hostile, plain, published, withdrawn};
use super::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

#[test]
fn a_published_report_and_a_draft_read_well() {
    insta::assert_snapshot!("published.md", markdown(&published()));
    insta::assert_snapshot!("published.html", html(&published()));
    insta::assert_snapshot!("draft.md", markdown(&draft()));
    insta::assert_snapshot!("draft.html", html(&draft()));
    insta::assert_snapshot!("withdrawn.md", markdown(&withdrawn()));
    insta::assert_snapshot!("withdrawn.html", html(&withdrawn()));
}

#[test]
fn json_is_one_line_with_every_member() {
    let text = json(&draft());
    assert!(!text.contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let members: Vec<&String> = value.as_object().unwrap().keys().collect();
    let expected = "assessment assessment_kind code dates evidence fictional finance framework \
                    kind notices overall rules sections state status themes title";
    assert_eq!(members, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(value["overall"]["rating"], "Good");
    assert_eq!(value["state"]["draft"]["as_shared_on"], "2026-06-02");
    assert_eq!(value["overall"]["band_half"], "lower");
}

/// Whoever does not see that a report was withdrawn, or reads a figure as a ground of the rating,
/// is misled by the page.
#[test]
fn what_a_reader_must_not_miss_is_in_every_format() {
    let (kept, gone) = (financed(), withdrawn());
    for text in [markdown(&gone), html(&gone)] {
        assert!(text.to_lowercase().contains("withdrawn – no longer in force"));
        let why = "It was withdrawn on 1 July 2026, because a review found that the process was \
                   not followed.";
        assert!(text.contains(why) && text.contains("it is no rating of the body any more"));
    }
    assert!(html(&gone).contains("@top-center"), "each printed page says so");
    assert!(!html(&kept).contains("@top-center"));
    for text in [markdown(&kept), html(&kept)] {
        assert!(!text.to_lowercase().contains("withdrawn"));
        assert!(text.contains("no score and no rating depends on them"));
        for figure in ["£512,300,000", "£518,112,043.50", "+£5,812,043.50", "−£1,000,000", "34.9 %"]
        {
            assert!(text.contains(figure), "{figure}");
        }
    }
}

/// An empty table in public would say that somebody forgot.
#[test]
fn only_a_draft_tells_of_figures_that_are_missing() {
    let mut report = published();
    assert!(!markdown(&report).contains("Financial facts"));
    report.state = State::Draft { as_shared_on: None };
    report.finance = Some(ledger::report::Finance { years: vec![], change: None });
    for text in [markdown(&report), html(&report)] {
        assert!(text.contains("Financial facts") && text.contains("Not recorded yet."));
    }
}

/// A page that says "Not written yet." or "Draft" in public would say that nobody looked.
#[test]
fn only_a_draft_tells_of_missing_texts_and_says_that_it_is_one() {
    for (text, is_draft) in [
        (markdown(&published()), false),
        (html(&published()), false),
        (markdown(&draft()), true),
        (html(&draft()), true),
    ] {
        assert_eq!(text.contains(NOT_WRITTEN), is_draft);
        assert_eq!(text.to_lowercase().contains(&DRAFT.to_lowercase()), is_draft);
        assert!(text.contains("(fictional)"));
    }
    assert!(html(&draft()).contains("@top-center"), "each printed page says so");
}

#[test]
fn what_has_no_rating_says_so_in_words() {
    let mut report = published();
    report.overall = None;
    for (status, expected) in [
        (Status::Unrated, "Unrated"),
        (Status::Awarded, "No overall rating yet"),
        (Status::Indicative, "The rating will be indicative."),
    ] {
        report.status = status;
        assert!(markdown(&report).contains(expected));
        assert!(html(&report).contains(expected));
    }
    report.overall = draft().overall;
    assert!(markdown(&report).contains("This rating is indicative"));
}

#[test]
fn a_date_is_said_as_far_as_it_is_known() {
    for (when, expected) in
        [("2026", "in 2026"), ("2026-05", "in May 2026"), ("2026-05-07", "on 7 May 2026")]
    {
        assert_eq!(on(when.parse().unwrap()), expected);
    }
}

/// A text that runs, loads, follows or restyles anything would do so on the regulator's page.
#[test]
fn a_hostile_text_adds_nothing_to_a_page_but_text() {
    const TAGS: &str = "a blockquote body code dd div dl dt em footer h1 h2 h3 h4 h5 h6 head \
                        header html li main meta ol p pre section span strong style table \
                        tbody td th thead time title tr ul br";
    const ATTRIBUTES: &str = "class colspan content charset data-label datetime href \
                              http-equiv id lang name scope start aria-hidden";
    let page = html(&hostile());
    let (before, rest) = page.split_once("<style>").unwrap();
    let (style, after) = rest.split_once("</style>").unwrap();
    for loading in ["url(", "@import", "http", "expression"] {
        assert!(!style.contains(loading), "{loading}");
    }
    assert_eq!(page.matches("<meta").count(), 3);
    for tag in tags(before).chain(tags(after)).filter(|tag| *tag != "!DOCTYPE html") {
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(TAGS.split_whitespace().any(|allowed| allowed == name), "<{tag}>");
        for attribute in attributes(tag) {
            let known = ATTRIBUTES.split_whitespace().any(|allowed| allowed == attribute.0);
            assert!(known, "{}: <{tag}>", attribute.0);
            let web = ["http://", "https://", "#"].iter().any(|s| attribute.1.starts_with(s));
            assert!(attribute.0 != "href" || web, "<{tag}>");
        }
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "it is shown as text");
    assert!(page.contains("<p>g <a href=\"https://h.example\">h</a> i</p>"), "images are words");
}

/// A text that leaves a block of code open would swallow the rest; one with headings of its
/// own could say another rating.
#[test]
fn a_hostile_text_stays_in_its_place() {
    let tame = |mut report: Report| {
        for section in &mut report.sections {
            section.text = Some(plain("x"));
        }
        for theme in &mut report.themes {
            theme.findings = Some(plain("x"));
            theme.statements.iter_mut().for_each(|it| it.findings = Some(plain("x")));
        }
        report
    };
    let top = |text: &str| -> Vec<(usize, String)> {
        headings(text).into_iter().filter(|(level, _)| *level < 3).collect()
    };
    let (wild, tamed) = (markdown(&hostile()), markdown(&tame(hostile())));
    assert_eq!(top(&wild), top(&tamed));
    for event in Parser::new_ext(&wild, Options::ENABLE_TABLES) {
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) => panic!("{raw}"),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("{dest_url}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.to_lowercase().starts_with("http"), "{dest_url}");
            }
            _ => {}
        }
    }
    let count = |page: &str, tag: &str| page.matches(tag).count();
    let (wild, tamed) = (html(&hostile()), html(&tame(hostile())));
    for tag in ["<h1", "<h2", "<section", "</section", "<main", "<footer"] {
        assert_eq!(count(&wild, tag), count(&tamed, tag), "{tag}");
    }
    assert_eq!(count(&wild, "<div"), count(&wild, "</div"));
}

#[test]
fn headings_never_skip_a_level() {
    for report in [published(), draft(), hostile(), withdrawn()] {
        let of_page: Vec<usize> = tags(&html(&report))
            .filter_map(|tag| tag.strip_prefix('h')?.split(' ').next()?.parse().ok())
            .collect();
        let of_text: Vec<usize> =
            headings(&markdown(&report)).into_iter().map(|(level, _)| level).collect();
        assert_eq!(of_page, of_text, "both formats have the same outline");
        assert_eq!(of_page[0], 1);
        assert_eq!(of_page.iter().filter(|level| **level == 1).count(), 1);
        assert!(of_page.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{of_page:?}");
    }
}

/// The tags of a page, without what brackets them.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap())
}

/// The attributes of a tag; every one has a value between quotation marks.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = tag.split('"').collect();
    let pairs = parts
        .chunks_exact(2)
        .map(|pair| (pair[0].trim_end_matches('=').rsplit(' ').next().unwrap(), pair[1]));
    pairs.collect()
}

/// The headings of a text, each with its level.
fn headings(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                found.push((level as usize, String::new()));
                inside = true;
            }
            Event::End(TagEnd::Heading(_)) => inside = false,
            Event::Text(text) if inside => found.last_mut().unwrap().1.push_str(&text),
            _ => {}
        }
    }
    found
}
