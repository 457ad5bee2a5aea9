//! `publication make --national`: a report on all bodies together.

use crate::cli::MakePublication;
use crate::commands::write::seal;
use crate::commands::{Home, carry_out, frameworks, open, statement, told};
use crate::exit::{Failure, Outcome, USAGE};
use assessment::{Event, command};
use ledger::At;
use std::io::Write;

/// Publishes what was published of all bodies of a kind, counted.
pub fn make(home: &Home, args: &MakePublication, out: &mut dyn Write) -> Outcome {
    let (Some(kind), Some(title)) = (args.kind, args.title.clone()) else {
        return Err(Failure::new(USAGE, "a national report needs --kind and --title")
            .hint("piperoll publication make --national --kind local_authority --title TITLE"));
    };
    let contents: Vec<_> = seal(&args.words)?.into_iter().collect();
    let mut ledger = open(home)?;
    let known = frameworks(&mut ledger, At::default())?;
    let known = || known.values().map(|adopted| &adopted.framework);
    let theme = args.theme.as_deref();
    let command = command::PublishNationalReport {
        by: args.by,
        kind,
        statement: args.statement.as_deref().map(|it| statement(known(), it)).transpose()?,
        text: contents.first().map(|new| new.content.clone()),
        theme: theme.map(|it| crate::commands::national::theme(known(), it)).transpose()?,
        title,
    };
    for event in carry_out(&mut ledger, &args.writing, command, contents, out)? {
        let Event::NationalReportPublished(published) = event else { continue };
        let done = told(&args.writing, "published", "would be published");
        let id = published.national;
        writeln!(out, "national/{id}: {done} on {}", published.published_on)?;
        if !args.writing.dry_run {
            writeln!(out, "released as publications/{}", published.released)?;
            writeln!(out, "`piperoll report national/{id}` prints the report")?;
        }
    }
    Ok(())
}
