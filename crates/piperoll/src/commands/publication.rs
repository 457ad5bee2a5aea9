//! `publication …`.

mod import;
mod list;
mod national;
mod show;

use super::write::seal;
use super::{Home, carry_out, checkpoint, open, told};
use crate::cli::{MakePublication, Publication, ReissuePublication, WithdrawPublication, Writing};
use crate::exit::{Failure, Outcome, USAGE};
use crate::world;
use assessment::event::PublicationMade;
use assessment::{Event, PartialDate, command};
use std::io::Write;

/// Carries out a command.
pub fn run(home: &Home, command: &Publication, out: &mut dyn Write) -> Outcome {
    match command {
        Publication::Import(args) => import::run(home, args, out),
        Publication::Make(args) => {
            let make = if args.national { national::make } else { make };
            make(home, args, out)?;
            sign(home, &args.writing, out)
        }
        Publication::Withdraw(args) => {
            withdraw(home, args, out)?;
            sign(home, &args.writing, out)
        }
        Publication::Reissue(args) => {
            reissue(home, args, out)?;
            sign(home, &args.writing, out)
        }
        Publication::List { organisation, asking } => {
            list::run(home, organisation.as_deref(), asking, out)
        }
        Publication::Show { publication, asking } => show::run(home, *publication, asking, out),
    }
}

/// What the public was told is covered by a checkpoint from then on.
fn sign(home: &Home, writing: &Writing, out: &mut dyn Write) -> Outcome {
    if writing.dry_run { Ok(()) } else { checkpoint::after(&mut open(home)?, out) }
}

fn make(home: &Home, args: &MakePublication, out: &mut dyn Write) -> Outcome {
    if args.words.text.is_some() || args.words.file.is_some() {
        return Err(Failure::new(USAGE, "the words of a report on one body are its draft")
            .hint("`draft write` writes them; --text and --file are for --national"));
    }
    let mut ledger = open(home)?;
    let assessment = args.assessment.as_deref().expect("it is needed but for a national report");
    let command = command::MakePublication {
        assessment: super::assessment(&mut ledger, assessment)?,
        by: args.by,
        published_on: or_today(args.on),
    };
    for event in carry_out(&mut ledger, &args.writing, command, vec![], out)? {
        if let Event::PublicationMade(made) = event {
            tell(&made, &args.writing, out)?;
        }
    }
    Ok(())
}

/// Tells what is published, and where it lies.
fn tell(made: &PublicationMade, writing: &Writing, out: &mut dyn Write) -> Outcome {
    let rated = made.overall.map(|it| format!("{}, {} %", it.rating, it.score));
    let rated = rated.unwrap_or("no rating is awarded".to_owned());
    let done = told(writing, "published", "would be published");
    writeln!(out, "{}: {rated}; {done} on {}", made.publication, made.published_on)?;
    if !writing.dry_run {
        writeln!(out, "released as publications/{}", made.released)?;
        writeln!(out, "`piperoll report {}` prints the report", made.assessment)?;
    }
    Ok(())
}

fn withdraw(home: &Home, args: &WithdrawPublication, out: &mut dyn Write) -> Outcome {
    let contents: Vec<_> = seal(&args.words)?.into_iter().collect();
    let command = command::WithdrawPublication {
        by: args.by,
        publication: args.publication,
        reason: args.reason,
        text: contents.first().map(|new| new.content.clone()),
        withdrawn_on: or_today(args.withdrawn_on),
    };
    for event in carry_out(&mut open(home)?, &args.writing, command, contents, out)? {
        let Event::PublicationWithdrawn(withdrawn) = event else { continue };
        let (id, on) = (withdrawn.publication, withdrawn.withdrawn_on);
        let is = told(&args.writing, "is", "would be");
        writeln!(out, "{id} {is} withdrawn on {on}; nothing of it {is} a published rating")?;
        writeln!(out, "`piperoll publication reissue {id}` publishes what takes its place")?;
    }
    Ok(())
}

fn reissue(home: &Home, args: &ReissuePublication, out: &mut dyn Write) -> Outcome {
    let contents: Vec<_> = seal(&args.words)?.into_iter().collect();
    let command = command::ReissuePublication {
        by: args.by,
        publication: args.publication,
        published_on: or_today(args.published_on),
        reason: args.reason,
        text: contents.first().map(|new| new.content.clone()),
    };
    for event in carry_out(&mut open(home)?, &args.writing, command, contents, out)? {
        let Event::PublicationReissued(reissued) = event else { continue };
        tell(&reissued.made, &args.writing, out)?;
        let takes = told(&args.writing, "takes", "would take");
        writeln!(out, "it {takes} the place of {}: {}", reissued.replaces, reissued.reason)?;
    }
    Ok(())
}

/// The day that was given, or today in London.
fn or_today(given: Option<PartialDate>) -> PartialDate {
    given.unwrap_or_else(|| world::now().day().into())
}
