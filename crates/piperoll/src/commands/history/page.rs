//! A history as a page of Markdown: what is known of the body, and a table for each assessment.

use super::HappeningRow;
use assessment::AssessmentId;
use assessment::framework::OrganisationKind;
use projections::{Course, Timeline};
use std::fmt::Write;

/// The page.
pub fn markdown(timeline: &Timeline, rows: &[HappeningRow]) -> String {
    let mut page = format!("# {}\n\n{}\n", escaped(timeline.facts.name.as_str()), known(timeline));
    let mut sections: Vec<Option<AssessmentId>> = Vec::new();
    for row in rows {
        if !sections.contains(&row.assessment) {
            sections.push(row.assessment);
        }
    }
    for section in sections {
        let own: Vec<&HappeningRow> = rows.iter().filter(|row| row.assessment == section).collect();
        let heading = section.map_or("The body".to_owned(), |id| id.to_string());
        let _ = write!(page, "\n## {}\n\n", escaped(&heading));
        let course = timeline.courses.iter().find(|course| Some(course.assessment) == section);
        if let Some(words) = course.and_then(course_words) {
            let _ = write!(page, "{words}\n\n");
        }
        page += &table(&own);
    }
    if rows.is_empty() {
        page += "\nNothing is known to have happened.\n";
    }
    page
}

/// What is known of the body, a line each.
fn known(timeline: &Timeline) -> String {
    let facts = &timeline.facts;
    let kind = match facts.kind {
        OrganisationKind::LocalAuthority => "Local authority",
        OrganisationKind::IntegratedCareSystem => "Integrated care system",
    };
    let mut lines = vec![format!("- {kind}, code {}", facts.code)];
    let name =
        facts.official_name.as_ref().map(|name| format!("- In law: {}", escaped(name.as_str())));
    let region = facts.region.as_ref().map(|it| format!("- Region: {}", escaped(it.as_str())));
    let fictional = facts.fictional.then(|| "- Fictional: it does not exist".to_owned());
    lines.extend(name.into_iter().chain(region).chain(fictional));
    lines.join("\n")
}

/// The framework of an assessment, and how its overall score moved.
fn course_words(course: &Course) -> Option<String> {
    let step = |step: &projections::Step| match step.percent {
        Some(percent) => format!("{percent} % from {}", step.on),
        None => format!("none from {}", step.on),
    };
    let steps: Vec<String> = course.steps.iter().map(step).collect();
    let framework = escaped(course.framework.as_str());
    (!steps.is_empty())
        .then(|| format!("Framework {framework}. Overall score in force: {}.", steps.join(", ")))
}

/// A table of what happened; its columns of records only where they may be told.
fn table(rows: &[&HappeningRow]) -> String {
    let proved = rows.iter().any(|row| row.position.is_some());
    let (more, rule) = match proved {
        true => (" By | Record | Hash |", " --- | ---: | --- |"),
        false => ("", ""),
    };
    let mut table =
        format!("| On | What | About | Detail |{more}\n| --- | --- | --- | --- |{rule}\n");
    for row in rows {
        let cells = [row.on.to_string(), row.what.to_owned(), row.about.clone(), row.marked()];
        let _ = write!(table, "| {} |", cells.map(|cell| escaped(&cell)).join(" | "));
        if let (Some(position), Some(hash)) = (row.position, &row.hash) {
            let _ = write!(table, " {} | {position} | `{}` |", escaped(&row.by), &hash[..HASH]);
        }
        table.push('\n');
    }
    table
}

/// How many digits of a hash a page shows: enough to find it, and the data have it whole.
const HASH: usize = 12;

/// Text in which nothing is markup, in a heading, a list or a cell of a table.
fn escaped(text: &str) -> String {
    const MARKUP: &[char] =
        &['\\', '`', '*', '_', '[', ']', '<', '>', '&', '#', '|', '~', '!', '$'];
    let mut out = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if MARKUP.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
