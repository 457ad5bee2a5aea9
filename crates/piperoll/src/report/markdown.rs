//! A report as Markdown: CommonMark, with tables as everybody writes them.

use super::commonmark::{escaped, written};
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
use assessment::scoring::Rating;
use ledger::report::{
    CategoryScore, EvidenceItem, EvidenceList, Finance, Report, Rule, Statement, Text, Theme,
};
use pulldown_cmark::HeadingLevel;

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut out = Blocks::default();
    head(&mut out, report);
    overall(&mut out, report);
    for section in &report.sections {
        let heading = section_words(section.section);
        out.findings(report, HeadingLevel::H2, heading, section.text.as_ref());
    }
    for theme in &report.themes {
        self::theme(&mut out, report, theme);
    }
    scores(&mut out, report);
    if let Some(finance) = &report.finance {
        self::finance(&mut out, finance);
    }
    rules(&mut out, report);
    if let Some(list) = &report.evidence {
        evidence(&mut out, list);
    }
    out.block("***");
    let line = |(what, which): &(&str, String)| format!("{what}: {}", escaped(which));
    let identity: Vec<String> = identity(report).iter().map(line).collect();
    out.block(&format!("{}  \n{MADE_BY}", identity.join("  \n")));
    out.text + "\n"
}

fn head(out: &mut Blocks, report: &Report) {
    if let Some(words) = draft_words(report.state) {
        out.block(&format!("> **{}**\n>\n> {words}", DRAFT.to_uppercase()));
    }
    if let Some(withdrawal) = withdrawal(report) {
        let words = withdrawal_words(withdrawal);
        out.block(&format!("> **{}**\n>\n> {words}", WITHDRAWN.to_uppercase()));
    }
    out.heading(HeadingLevel::H1, &escaped(report.title.as_str()));
    out.block(&subject(report).join("  \n"));
    for notice in &report.notices {
        out.block(&format!("> **Notice.** {}", escaped(&notice_words(notice))));
    }
}

fn overall(out: &mut Blocks, report: &Report) {
    out.heading(HeadingLevel::H2, section_words(ReportSection::OverallRating));
    out.block(&format!("**{}**", overall_words(report)));
    if let Some(words) = status_words(report) {
        out.block(words);
    }
    if let Some(overall) = &report.overall {
        let distances = distance_words(overall);
        let items: Vec<String> = distances.iter().map(|words| format!("- {words}")).collect();
        if !items.is_empty() {
            out.block(&items.join("\n"));
            out.block(MARK);
        }
    }
    out.heading(HeadingLevel::H2, section_words(ReportSection::Dates));
    let date = |(what, on): (&str, Option<PartialDate>)| format!("- {what}: {}", known(on));
    let dates: Vec<String> = dates(report).into_iter().map(date).collect();
    out.block(&dates.join("\n"));
}

fn theme(out: &mut Blocks, report: &Report, theme: &Theme) {
    out.heading(HeadingLevel::H2, &named(&theme.name, theme.unverified));
    if let Some(words) = theme_words(theme) {
        out.block(&format!("**{words}**"));
    }
    let heading = section_words(ReportSection::ThemeFindings);
    out.findings(report, HeadingLevel::H3, heading, theme.findings.as_ref());
    for statement in &theme.statements {
        self::statement(out, report, statement);
    }
}

fn statement(out: &mut Blocks, report: &Report, statement: &Statement) {
    out.heading(HeadingLevel::H3, &named(&statement.name, statement.unverified));
    let reviewed = statement.reviewed_on.map(|on| format!("  \nReviewed on {}", date(on)));
    let score = scored_or_not(report, statement.score);
    out.block(&format!("**{score}**{}", reviewed.unwrap_or_default()));
    let category = |category: &CategoryScore| {
        format!("- {}: {}", escaped(&category.name), scored(category.score))
    };
    let categories: Vec<String> = statement.categories.iter().map(category).collect();
    if !categories.is_empty() {
        out.block(CATEGORIES);
        out.block(&categories.join("\n"));
    }
    out.text(report, HeadingLevel::H3, statement.findings.as_ref());
}

fn scores(out: &mut Blocks, report: &Report) {
    let rating = |rating: Option<Rating>| rating.map(|rating| rating.to_string());
    let theme = |theme: &Theme| {
        vec![
            named(&theme.name, theme.unverified),
            format!("`{}`", theme.id),
            theme.score.map(|score| format!("{score} %")).unwrap_or_default(),
            rating(theme.rating).unwrap_or_default(),
        ]
    };
    let themes: Vec<_> = scored_themes(report).map(theme).collect();
    if !themes.is_empty() {
        out.heading(HeadingLevel::H2, section_words(ReportSection::ThemeScores));
        out.table(&THEME_COLUMNS, themes);
    }
    let statement = |statement: &Statement| {
        vec![
            named(&statement.name, statement.unverified),
            format!("`{}`", statement.id),
            scored_or_not(report, statement.score),
            rating(statement.rating).unwrap_or_default(),
            statement.reviewed_on.map(date).unwrap_or_default(),
        ]
    };
    let statements = report.themes.iter().flat_map(|theme| &theme.statements);
    out.heading(HeadingLevel::H2, section_words(ReportSection::StatementScores));
    out.table(&STATEMENT_COLUMNS, statements.map(statement).collect());
}

fn finance(out: &mut Blocks, finance: &Finance) {
    out.heading(HeadingLevel::H2, section_words(ReportSection::FinancialFacts));
    if finance.years.is_empty() {
        return out.block(&format!("*{NOT_RECORDED}*"));
    }
    let table = finance::table(finance);
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let row = |(what, cells): (&str, Vec<String>)| [vec![what.to_owned()], cells].concat();
    out.table(&columns, table.rows.into_iter().map(row).collect());
    out.block(&finance::NOTES.join(" "));
    let sources: Vec<String> =
        finance::sources(finance).iter().map(|source| format!("- {}", escaped(source))).collect();
    out.block(&sources.join("\n"));
}

fn rules(out: &mut Blocks, report: &Report) {
    let rule = |rule: &Rule| {
        let basis = basis_words(rule.basis).to_owned();
        vec![escaped(&rule.rule), escaped(&rule.value), basis, escaped(&rule.source)]
    };
    out.heading(HeadingLevel::H2, RULES);
    out.table(&RULE_COLUMNS, report.rules.iter().map(rule).collect());
    out.block(BASES);
}

fn evidence(out: &mut Blocks, list: &EvidenceList) {
    out.heading(HeadingLevel::H2, EVIDENCE);
    let row = |item: &EvidenceItem| {
        vec![escaped(&item.name), method_words(item.method), date(item.collected_on)]
    };
    out.table(&EVIDENCE_COLUMNS, list.items.iter().map(row).collect());
    let counted: Vec<String> =
        list.sensitive.iter().map(|s| format!("- {}", escaped(&sensitive_words(s)))).collect();
    out.block(&counted.join("\n"));
}

/// A name as text, with what a reader must know of it.
fn named(name: &str, unverified: bool) -> String {
    let name = escaped(name);
    if unverified { format!("{name} ({UNVERIFIED})") } else { name }
}

/// Blocks of Markdown with an empty line between.
#[derive(Default)]
struct Blocks {
    text: String,
}

impl Blocks {
    fn block(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }

    fn heading(&mut self, level: HeadingLevel, text: &str) {
        self.block(&format!("{} {text}", "#".repeat(level as usize)));
    }

    fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>) {
        if rows.is_empty() {
            return self.block(NOTHING);
        }
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
        let dashes = vec!["---".to_owned(); header.len()];
        let rows = rows.iter().map(|row| line(row));
        let lines: Vec<String> = [line(&header), line(&dashes)].into_iter().chain(rows).collect();
        self.block(&lines.join("\n"));
    }

    /// A heading with a text, unless the text is missing where nobody is told so.
    fn findings(&mut self, report: &Report, level: HeadingLevel, title: &str, text: Option<&Text>) {
        if text.is_some() || is_draft(report) {
            self.heading(level, title);
            self.text(report, level, text);
        }
    }

    fn text(&mut self, report: &Report, under: HeadingLevel, text: Option<&Text>) {
        match text {
            Some(text) => self.block(&written(&passage::events(text, under))),
            None if is_draft(report) => self.block(&format!("*{NOT_WRITTEN}*")),
            None => {}
        }
    }
}
