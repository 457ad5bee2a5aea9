//! A report, as Markdown, HTML or JSON: the same facts in each.
//!
//! Names, words and texts are data of others: whatever they hold, they are shown as text.

mod commonmark;
mod html;
mod markdown;
mod passage;
#[cfg(test)]
mod samples;

pub use html::html;
pub use markdown::markdown;

use assessment::event::{AssessmentKind, EvidenceMethod};
use assessment::framework::{Basis, OrganisationKind, ReportSection};
use assessment::scoring::{BandHalf, Rating, Score};
use assessment::{PartialDate, Precision};
use ledger::report::{Notice, Overall, Report, SensitiveCount, State, Theme};
use projections::Status;

/// The report as one line of JSON: every member always there, what is not known as `null`.
pub fn json(report: &Report) -> String {
    crate::render::json(report)
}

/// What every page of a draft says.
const DRAFT: &str = "Draft for the factual accuracy check – not for publication";

/// What stands where a text is missing; only a draft says so.
const NOT_WRITTEN: &str = "Not written yet.";

/// What a name carries that no source confirms.
const UNVERIFIED: &str = "name unverified";

/// What a mark is, for readers of the distance to the next rating.
const MARK: &str = "A mark is one point on the score of one quality statement.";

/// What stands above the scores of evidence categories.
const CATEGORIES: &str = "Evidence category scores:";

/// What stands in the place of a table without rows.
const NOTHING: &str = "None.";

/// The headings of the blocks that are not sections of the framework.
const RULES: &str = "How the ratings were computed";
const EVIDENCE: &str = "Evidence used";

/// The columns of the tables.
const THEME_COLUMNS: [&str; 4] = ["Theme", "Id", "Score", "Rating"];
const STATEMENT_COLUMNS: [&str; 5] = ["Quality statement", "Id", "Score", "Rating", "Reviewed on"];
const RULE_COLUMNS: [&str; 4] = ["Rule", "Value", "Basis", "Source"];
const EVIDENCE_COLUMNS: [&str; 3] = ["Evidence category", "Kind", "Collected"];

/// Under the table of rules, what its third column means.
const BASES: &str = "Stated: the source says so. Inferred: worked out from the source or from \
                     published figures. Assumed: no source confirms it.";

/// The last line.
const MADE_BY: &str = "Made with Piperoll.";

/// Whether a report is a draft: only that tells of what is missing.
fn is_draft(report: &Report) -> bool {
    matches!(report.state, State::Draft { .. })
}

/// Whether and how a report is a draft.
fn draft_words(state: State) -> Option<String> {
    match state {
        State::Draft { as_shared_on: Some(on) } => Some(format!("As shared {}.", self::on(on))),
        State::Draft { as_shared_on: None } => {
            Some("As it stands now; not shared in this form.".to_owned())
        }
        State::Published { .. } => None,
    }
}

/// What the report is about, in one line each.
fn subject(report: &Report) -> Vec<String> {
    let kind = match report.kind {
        OrganisationKind::LocalAuthority => "Local authority",
        OrganisationKind::IntegratedCareSystem => "Integrated care system",
    };
    let fictional = if report.fictional { " (fictional)" } else { "" };
    let assessment = match report.assessment_kind {
        AssessmentKind::Pilot => "Pilot assessment",
        AssessmentKind::Baseline => "Baseline assessment",
        AssessmentKind::Comprehensive => "Comprehensive assessment",
        AssessmentKind::Focused => "Focused assessment",
    };
    let published = match report.state {
        State::Published { published_on, .. } => format!(", published {}", on(published_on)),
        State::Draft { .. } => String::new(),
    };
    vec![format!("{kind}{fictional}"), format!("{assessment}{published}")]
}

/// The overall rating with its score, or why there is none.
fn overall_words(report: &Report) -> String {
    match (report.overall, report.status) {
        (Some(Overall { rating, score, band_half, .. }), _) => {
            let score = score.map(|score| format!(" · {score} %")).unwrap_or_default();
            let half = band_half.map(|half| format!(" · {}", half_words(half)));
            format!("{rating}{score}{}", half.unwrap_or_default())
        }
        (None, Status::Unrated) => "Unrated".to_owned(),
        (None, _) => "No overall rating yet".to_owned(),
    }
}

fn half_words(half: BandHalf) -> &'static str {
    match half {
        BandHalf::Upper => "upper half of the band",
        BandHalf::Lower => "lower half of the band",
        BandHalf::Midpoint => "midpoint of the band",
    }
}

/// What a reader must know of the rating's worth; nothing of a formal one that is there.
fn status_words(report: &Report) -> Option<&'static str> {
    match (report.status, report.overall) {
        (Status::Awarded, Some(_)) => None,
        (Status::Indicative, Some(_)) => Some(
            "This rating is indicative: it says what the scores come to, and is no formal rating.",
        ),
        (Status::Awarded, None) => Some("Not every quality statement has a score."),
        (Status::Indicative, None) => {
            Some("Not every quality statement has a score. The rating will be indicative.")
        }
        (Status::Unrated, _) => Some("No rating is awarded in this assessment."),
    }
}

/// How far the ratings next to the overall one are, in one sentence each; the lower one first.
fn distance_words(overall: &Overall) -> Vec<String> {
    let at = Rating::ALL.iter().position(|rating| *rating == overall.rating);
    let at = at.expect("every rating is among all of them");
    let step = |neighbour: Option<usize>, percent: Option<u8>, marks: Option<u32>, way: &str| {
        let rating = Rating::ALL.get(neighbour?)?;
        let (percent, marks) = (percent?, marks?);
        let (points, unit) =
            (plural(percent.into(), "percentage point"), plural(marks.into(), "mark"));
        Some(format!("{rating} is {points} or {unit} {way}."))
    };
    let down =
        step(at.checked_sub(1), overall.percent_to_next_down, overall.marks_to_next_down, "below");
    let up = step(at.checked_add(1), overall.percent_to_next_up, overall.marks_to_next_up, "above");
    down.into_iter().chain(up).collect()
}

/// The dates that a report must be clear about, with what each is.
fn dates(report: &Report) -> Vec<(&'static str, Option<PartialDate>)> {
    let reviewed = report.dates.reviewed_on.map(|on| ("Latest review of a score", Some(on)));
    let always = [
        ("Evidence last assessed", report.dates.assessed_on),
        ("Ratings last updated", report.dates.rated_on),
    ];
    always.into_iter().chain(reviewed).collect()
}

/// The heading of a section.
fn section_words(section: ReportSection) -> &'static str {
    match section {
        ReportSection::Summary => "Summary",
        ReportSection::PeoplesExperiences => "People's experiences and how they were used",
        ReportSection::Strengths => "Areas of strength and good practice",
        ReportSection::Improvements => "Areas that need to improve",
        ReportSection::DirectionOfTravel => "Direction of travel",
        ReportSection::Progress => "Progress of the system",
        ReportSection::ThemeFindings => "Findings for the theme",
        ReportSection::StatementFindings => "Findings for the quality statement",
        ReportSection::OverallRating => "Overall rating",
        ReportSection::ThemeScores => "Scores of the themes",
        ReportSection::StatementScores => "Scores of the quality statements",
        ReportSection::Dates => "Dates",
        ReportSection::FinancialFacts => "Financial facts",
    }
}

/// The themes that have a score or a rating of their own.
fn scored_themes(report: &Report) -> impl Iterator<Item = &Theme> {
    report.themes.iter().filter(|theme| theme.score.is_some() || theme.rating.is_some())
}

/// The score and rating of a theme, where it has one.
fn theme_words(theme: &Theme) -> Option<String> {
    match (theme.score, theme.rating) {
        (Some(score), Some(rating)) => Some(format!("{rating} · {score} %")),
        (Some(score), None) => Some(format!("{score} %")),
        (None, rating) => rating.map(|rating| rating.to_string()),
    }
}

/// What a score stands for.
fn score_words(score: Score) -> &'static str {
    match score.get() {
        1 => "significant shortfalls",
        2 => "some shortfalls",
        3 => "good standard",
        _ => "exceptional standard",
    }
}

/// A score with what it stands for.
fn scored(score: Score) -> String {
    format!("{score} – {}", score_words(score))
}

/// The score of a quality statement, or that there is none. What is published had one, even where
/// it is not known here.
fn scored_or_not(report: &Report, score: Option<Score>) -> String {
    match score {
        Some(score) => scored(score),
        None if is_draft(report) => "No score".to_owned(),
        None => "Score not known".to_owned(),
    }
}

fn method_words(method: EvidenceMethod) -> String {
    sentence(method.as_str())
}

fn basis_words(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "stated",
        Basis::Inferred => "inferred",
        Basis::Assumed => "assumed",
    }
}

/// What is used and only counted.
fn sensitive_words(sensitive: &SensitiveCount) -> String {
    let pieces = plural(sensitive.count, "piece");
    format!(
        "{}: {pieces} not listed, which may hold what people said in confidence",
        sensitive.name
    )
}

/// A notice with its date.
fn notice_words(notice: &Notice) -> String {
    match notice.on {
        Some(on) => format!("{}: {}", date(on), notice.text),
        None => notice.text.clone(),
    }
}

/// What identifies the report, with what each is.
fn identity(report: &Report) -> Vec<(&'static str, String)> {
    let framework = format!("{} ({})", report.framework.name, report.framework.id);
    let mut all = vec![
        ("Organisation", report.code.to_string()),
        ("Assessment", report.assessment.to_string()),
        ("Framework", framework),
    ];
    if let State::Published { publication, released, .. } = report.state {
        all.push(("Publication", publication.to_string()));
        all.extend(released.map(|it| ("Released text (BLAKE3)", it.to_string())));
    }
    all
}

/// A date in words, at the precision that is known.
fn date(date: PartialDate) -> String {
    let first = date.first_day();
    match date.precision() {
        Precision::Year => first.format("%Y").to_string(),
        Precision::Month => first.format("%B %Y").to_string(),
        Precision::Day => first.format("%-d %B %Y").to_string(),
    }
}

/// When something was, in words: `in 2026`, `in May 2026`, `on 7 May 2026`.
fn on(when: PartialDate) -> String {
    match when.precision() {
        Precision::Year | Precision::Month => format!("in {}", date(when)),
        Precision::Day => format!("on {}", date(when)),
    }
}

/// A date in words, or that there is none.
fn known(on: Option<PartialDate>) -> String {
    on.map_or_else(|| "not known".to_owned(), date)
}

/// A word of a closed list, as the beginning of a sentence.
fn sentence(word: &str) -> String {
    let spaced = word.replace('_', " ");
    let mut letters = spaced.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A number of things: `1 mark`, `2 marks`.
fn plural(number: u64, thing: &str) -> String {
    crate::render::count(number, thing)
}

#[cfg(test)]
mod tests {
    use super::samples::{draft, hostile, plain, published};
    use super::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    #[test]
    fn a_published_report_and_a_draft_read_well() {
        insta::assert_snapshot!("published.md", markdown(&published()));
        insta::assert_snapshot!("published.html", html(&published()));
        insta::assert_snapshot!("draft.md", markdown(&draft()));
        insta::assert_snapshot!("draft.html", html(&draft()));
    }

    #[test]
    fn json_is_one_line_with_every_member() {
        let text = json(&draft());
        assert!(!text.contains('\n'));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let members: Vec<&String> = value.as_object().unwrap().keys().collect();
        let expected = "assessment assessment_kind code dates evidence fictional framework kind \
                        notices overall rules sections state status themes title";
        assert_eq!(members, expected.split_whitespace().collect::<Vec<_>>());
        assert_eq!(value["overall"]["rating"], "Good");
        assert_eq!(value["state"]["draft"]["as_shared_on"], "2026-06-02");
        assert_eq!(value["overall"]["band_half"], "lower");
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
        assert!(
            page.contains("<p>g <a href=\"https://h.example\">h</a> i</p>"),
            "images are words"
        );
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
        for report in [published(), draft(), hostile()] {
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
}
