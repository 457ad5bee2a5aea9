//! A report as one HTML page: no script, nothing loaded, and good to print.

use super::finance::{self, NOT_RECORDED};
use super::passage;
use super::{
    BASES, CATEGORIES, DRAFT, EVIDENCE, EVIDENCE_COLUMNS, MADE_BY, MARK, NOT_WRITTEN, NOTHING,
    RULE_COLUMNS, RULES, STATEMENT_COLUMNS, THEME_COLUMNS, UNVERIFIED, WITHDRAWN,
};
use super::{
    basis_words, date, dates, distance_words, draft_words, identity, is_draft, known, method_words,
    notice_words, overall_words, scored, scored_or_not, scored_themes, section_words,
    sensitive_words, status_words, subject, theme_words, withdrawal, withdrawal_words,
};
use assessment::PartialDate;
use assessment::framework::ReportSection;
use ledger::report::{EvidenceList, Finance, Report, Section, Statement, Text, Theme};
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use pulldown_cmark::HeadingLevel;

/// How the page looks; nothing of it is data.
const STYLE: &str = include_str!("report.css");

/// What a report adds that is marked on each printed page: across it, and on top of it.
const MARKED_STYLE: &str = include_str!("marked.css");
const DRAFT_STYLE: &str = include_str!("draft.css");
const WITHDRAWN_STYLE: &str = include_str!("withdrawn.css");

/// Nothing may be loaded or run, whatever a text would ask for.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The report as an HTML page.
pub fn html(report: &Report) -> String {
    let (draft, withdrawn) = (is_draft(report), withdrawal(report).is_some());
    let title = report.title.as_str();
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title {
                    (title) " – " (report.assessment)
                    @if draft { " – draft" }
                    @if withdrawn { " – withdrawn" }
                }
                style {
                    (PreEscaped(STYLE))
                    @if draft || withdrawn { (PreEscaped(MARKED_STYLE)) }
                    @if draft { (PreEscaped(DRAFT_STYLE)) }
                    @if withdrawn { (PreEscaped(WITHDRAWN_STYLE)) }
                }
            }
            body {
                @if draft { p.watermark aria-hidden="true" { "DRAFT" } }
                @if withdrawn { p.watermark aria-hidden="true" { "WITHDRAWN" } }
                (head(report))
                main {
                    (overall(report))
                    @for section in &report.sections { (self::section(report, section)) }
                    @for theme in &report.themes { (self::theme(report, theme)) }
                    (scores(report))
                    @if let Some(finance) = &report.finance { (self::finance(finance)) }
                    (rules(report))
                    @if let Some(list) = &report.evidence { (evidence(list)) }
                }
                footer {
                    dl {
                        @for (what, which) in identity(report) { dt { (what) } dd { (which) } }
                    }
                    p { (MADE_BY) }
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn head(report: &Report) -> Markup {
    html! {
        header {
            @if let Some(words) = draft_words(report.state) {
                p.banner { strong { (DRAFT) } " " span { (words) } }
            }
            @if let Some(withdrawal) = withdrawal(report) {
                p.banner { strong { (WITHDRAWN) } " " span { (withdrawal_words(withdrawal)) } }
            }
            h1 { (report.title.as_str()) }
            @for line in subject(report) { p.subject { (line) } }
            @for notice in &report.notices {
                p.notice { strong { "Notice." } " " (notice_words(notice)) }
            }
        }
    }
}

fn overall(report: &Report) -> Markup {
    let distances = report.overall.as_ref().map(distance_words).unwrap_or_default();
    html! {
        section.overall {
            h2 { (section_words(ReportSection::OverallRating)) }
            p.rating { (overall_words(report)) }
            @if let Some(words) = status_words(report) { p { strong { (words) } } }
            @if !distances.is_empty() {
                ul { @for words in &distances { li { (words) } } }
                p.small { (MARK) }
            }
        }
        section {
            h2 { (section_words(ReportSection::Dates)) }
            dl { @for (what, on) in dates(report) { dt { (what) } dd { (time(on)) } } }
        }
    }
}

fn section(report: &Report, section: &Section) -> Markup {
    let heading = section_words(section.section);
    html! {
        @if section.text.is_some() || is_draft(report) {
            section {
                h2 { (heading) }
                (text(report, HeadingLevel::H2, section.text.as_ref()))
            }
        }
    }
}

fn theme(report: &Report, theme: &Theme) -> Markup {
    html! {
        section.theme {
            h2 id=(theme.id) { (named(&theme.name, theme.unverified)) }
            @if let Some(words) = theme_words(theme) { p.score { (words) } }
            @if theme.findings.is_some() || is_draft(report) {
                h3 { (section_words(ReportSection::ThemeFindings)) }
                (text(report, HeadingLevel::H3, theme.findings.as_ref()))
            }
            @for statement in &theme.statements { (self::statement(report, statement)) }
        }
    }
}

fn statement(report: &Report, statement: &Statement) -> Markup {
    html! {
        section.statement {
            h3 id=(statement.id) { (named(&statement.name, statement.unverified)) }
            p.score { (scored_or_not(report, statement.score)) }
            @if let Some(on) = statement.reviewed_on {
                p.reviewed { "Reviewed on " (time(Some(on))) }
            }
            @if !statement.categories.is_empty() {
                p.categories { (CATEGORIES) }
                ul.categories {
                    @for category in &statement.categories {
                        li { (category.name) ": " (scored(category.score)) }
                    }
                }
            }
            (text(report, HeadingLevel::H3, statement.findings.as_ref()))
        }
    }
}

/// A text, in the one place where markup of others is let through: as what is left of its events.
fn text(report: &Report, under: HeadingLevel, text: Option<&Text>) -> Markup {
    match text {
        Some(text) => {
            let mut markup = String::new();
            let events = passage::events(text, under);
            pulldown_cmark::html::push_html(&mut markup, events.into_iter());
            // What was typed is escaped, so a tag can only be the writer's own.
            let markup = markup.replace("<th>", "<th scope=\"col\">");
            html! { div.text { (PreEscaped(markup)) } }
        }
        None if is_draft(report) => html! { p.missing { (NOT_WRITTEN) } },
        None => html! {},
    }
}

fn scores(report: &Report) -> Markup {
    html! {
        @if scored_themes(report).next().is_some() {
            section {
                h2 { (section_words(ReportSection::ThemeScores)) }
                table {
                    (header(&THEME_COLUMNS))
                    tbody {
                        @for theme in scored_themes(report) {
                            tr {
                                th scope="row" {
                                    a href={ "#" (theme.id) } { (theme.name) }
                                    (mark(theme.unverified))
                                }
                                td data-label=(THEME_COLUMNS[1]) { code { (theme.id) } }
                                td data-label=(THEME_COLUMNS[2]) {
                                    @if let Some(score) = theme.score { (score) " %" }
                                }
                                td data-label=(THEME_COLUMNS[3]) {
                                    @if let Some(rating) = theme.rating { (rating) }
                                }
                            }
                        }
                    }
                }
            }
        }
        section {
            h2 { (section_words(ReportSection::StatementScores)) }
            table {
                (header(&STATEMENT_COLUMNS))
                @for theme in &report.themes { (scores_of(report, theme)) }
            }
        }
    }
}

fn scores_of(report: &Report, theme: &Theme) -> Markup {
    html! {
        tbody {
            tr { th.group colspan="5" scope="rowgroup" { (theme.name) } }
            @for statement in &theme.statements {
                tr {
                    th scope="row" {
                        a href={ "#" (statement.id) } { (statement.name) }
                        (mark(statement.unverified))
                    }
                    td data-label=(STATEMENT_COLUMNS[1]) { code { (statement.id) } }
                    td data-label=(STATEMENT_COLUMNS[2]) {
                        (scored_or_not(report, statement.score))
                    }
                    td data-label=(STATEMENT_COLUMNS[3]) {
                        @if let Some(rating) = statement.rating { (rating) }
                    }
                    td data-label=(STATEMENT_COLUMNS[4]) {
                        @if let Some(on) = statement.reviewed_on { (time(Some(on))) }
                    }
                }
            }
        }
    }
}

fn finance(finance: &Finance) -> Markup {
    let finance::Table { columns, rows } = finance::table(finance);
    html! {
        section.finance {
            h2 { (section_words(ReportSection::FinancialFacts)) }
            @if finance.years.is_empty() {
                p.missing { (NOT_RECORDED) }
            } @else {
                table {
                    (header(&columns))
                    tbody {
                        @for (what, cells) in &rows {
                            tr {
                                th scope="row" { (what) }
                                @for (column, cell) in columns[1..].iter().zip(cells) {
                                    td data-label=(column) { (cell) }
                                }
                            }
                        }
                    }
                }
                p.small { (finance::NOTES.join(" ")) }
                ul.small { @for source in finance::sources(finance) { li { (source) } } }
            }
        }
    }
}

fn rules(report: &Report) -> Markup {
    html! {
        section {
            h2 { (RULES) }
            table {
                (header(&RULE_COLUMNS))
                tbody {
                    @for rule in &report.rules {
                        tr {
                            th scope="row" { (rule.rule) }
                            td data-label=(RULE_COLUMNS[1]) { (rule.value) }
                            td data-label=(RULE_COLUMNS[2]) { (basis_words(rule.basis)) }
                            td data-label=(RULE_COLUMNS[3]) { (rule.source) }
                        }
                    }
                }
            }
            p.small { (BASES) }
        }
    }
}

fn evidence(list: &EvidenceList) -> Markup {
    html! {
        section {
            h2 { (EVIDENCE) }
            @if list.items.is_empty() {
                p { (NOTHING) }
            } @else {
                table {
                    (header(&EVIDENCE_COLUMNS))
                    tbody {
                        @for item in &list.items {
                            tr {
                                th scope="row" { (item.name) }
                                td data-label=(EVIDENCE_COLUMNS[1]) {
                                    (method_words(item.method))
                                }
                                td data-label=(EVIDENCE_COLUMNS[2]) {
                                    (time(Some(item.collected_on)))
                                }
                            }
                        }
                    }
                }
            }
            @if !list.sensitive.is_empty() {
                ul { @for count in &list.sensitive { li { (sensitive_words(count)) } } }
            }
        }
    }
}

fn header(columns: &[impl Render]) -> Markup {
    html! { thead { tr { @for column in columns { th scope="col" { (column) } } } } }
}

fn named(name: &str, unverified: bool) -> Markup {
    html! { (name) (mark(unverified)) }
}

fn mark(unverified: bool) -> Markup {
    html! { @if unverified { " " span.unverified { "(" (UNVERIFIED) ")" } } }
}

fn time(on: Option<PartialDate>) -> Markup {
    match on {
        Some(on) => html! { time datetime=(on) { (date(on)) } },
        None => html! { (known(None)) },
    }
}
