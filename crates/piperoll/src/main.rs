//! The command line of Piperoll: what people see of it.

mod cli;
mod commands;
mod exit;
mod place;
mod render;
mod report;
mod rows;
mod table;
mod world;

use crate::exit::{BUG, DONE, Failure, Outcome};
use clap::Parser;
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // A panic of the index is caught, and the index is rebuilt: nobody needs to see it.
        if !ledger::is_guarded() {
            world::say(format_args!("this is a bug in piperoll: {panic}"));
            world::say(" hint: what was acknowledged is safe; please report this with the command");
        }
    }));
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&cli::Cli::parse())));
    match outcome {
        Ok(Ok(())) => ExitCode::from(DONE),
        Ok(Err(failure)) => failure.report(),
        Err(_) => ExitCode::from(BUG),
    }
}

fn run(cli: &cli::Cli) -> Outcome {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let outcome = commands::run(cli, &mut out);
    // What is known is printed before what went wrong is said.
    let flushed = out.flush().map_err(Failure::from);
    outcome.and(flushed)
}
