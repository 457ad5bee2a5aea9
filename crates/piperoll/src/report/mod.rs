//! A report, as Markdown, HTML or JSON: the same facts in each.
//!
//! Names, words and texts are data of others: whatever they hold, they are shown as text.

mod commonmark;
mod finance;
mod html;
mod markdown;
pub mod national;
mod passage;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use html::html;
pub use markdown::markdown;

use assessment::event::{AssessmentKind, EvidenceMethod, PublicationWithdrawalReason};
use assessment::framework::{Basis, OrganisationKind, ReportSection};
use assessment::scoring::{BandHalf, Rating, Score};
use assessment::{PartialDate, Precision};
use ledger::report::{Notice, Overall, Report, SensitiveCount, State, Theme};
use projections::{Status, Withdrawal};

/// The report as one line of JSON: every member always there, what is not known as `null`.
pub fn json(report: &Report) -> String {
    crate::render::json(report)
}

/// What every page of a draft says.
const DRAFT: &str = "Draft for the factual accuracy check – not for publication";

/// What every page of a report says that was withdrawn.
const WITHDRAWN: &str = "Withdrawn – no longer in force";

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

/// That a report was withdrawn, if it was.
fn withdrawal(report: &Report) -> Option<Withdrawal> {
    match report.state {
        State::Published { withdrawn, .. } => withdrawn,
        State::Draft { .. } => None,
    }
}

/// When and why a report was withdrawn.
fn withdrawal_words(withdrawal: Withdrawal) -> String {
    let why = match withdrawal.reason {
        PublicationWithdrawalReason::PublishedInError => {
            "it should not have been published, or not then"
        }
        PublicationWithdrawalReason::NotToBePublic => "it says something that must not be public",
        PublicationWithdrawalReason::BasisStruckOut => "what it rests on was struck out",
        PublicationWithdrawalReason::ProcessReview => {
            "a review found that the process was not followed"
        }
        PublicationWithdrawalReason::Ordered => "a court, or another authority, ordered it",
    };
    format!("It was withdrawn {}, because {why}.", on(withdrawal.on))
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
    if withdrawal(report).is_some() && report.overall.is_some() {
        return Some("This was published and withdrawn: it is no rating of the body any more.");
    }
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
