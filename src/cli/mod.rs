//! The command line: `es-loader load | explain | coverage | check | setup | backfill | redrive | audit | generate`.
//!
//! Takes arguments, gives an exit status. Does not know how objects are loaded.

mod args;
mod audit;
mod backfill;
mod check;
mod checkpoint;
mod connect;
mod coverage;
mod dashboards;
mod enqueue;
mod explain;
mod generate;
mod iam;
mod interrupt;
mod load;
mod output;
mod progress;
mod redrive;
mod redrive_queue;
mod sample;
mod selection;
mod setup;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Args, Command};

/// What ends a command before its work: printed as `es-loader: …`, exit status 2.
#[derive(Debug)]
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text = format!("{text}: {cause_text}");
            }
            source = cause.source();
        }
        Self(text)
    }
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let done = match args.command {
        Command::Load(load) => load::run(load),
        Command::Explain(explain) => explain::run(&explain),
        Command::Coverage(coverage) => coverage::run(&coverage),
        Command::Check(check) => check::run(&check),
        Command::Setup(setup) => setup::run(&setup),
        Command::Redrive(redrive) => redrive::run(redrive),
        Command::Backfill(backfill) => backfill::run(backfill),
        Command::Audit(audit) => audit::run(audit),
        Command::Generate(generate) => generate::run(&generate),
    };
    match done {
        Ok(code) => code,
        Err(Failure(text)) => {
            output::notice(format_args!("es-loader: {text}"));
            ExitCode::from(2)
        }
    }
}
