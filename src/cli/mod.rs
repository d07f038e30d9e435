//! The command line: `es-loader load | explain | coverage | check | test | diff | setup | backfill | redrive | audit |
//! timeline | generate | playground | completions`.
//!
//! What needs the network is in `network`. In a build without the feature `edge`, `no_network` stands in its place.

mod failure;
#[cfg_attr(
    not(feature = "edge"),
    allow(dead_code, reason = "a build without the network reads all arguments, to say what it cannot do")
)]
mod args;
mod output;
mod progress;
mod sections;
mod inputs;
#[cfg(feature = "edge")]
mod network;
#[cfg(not(feature = "edge"))]
#[path = "no_network.rs"]
mod network;
mod interrupt;
mod load;
mod sample;
mod explain;
mod coverage;
mod findings;
mod check;
mod test;
mod diff;
mod iam;
mod setup;
mod generate;
#[cfg(feature = "playground")]
mod playground;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::args::{Args, Command};
use self::failure::Failure;

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let args = Args::parse();
    args.color.choose();
    let done = match args.command {
        Command::Load(load) => load::run(load),
        Command::Explain(explain) => explain::run(&explain),
        Command::Coverage(coverage) => coverage::run(&coverage),
        Command::Check(check) => check::run(&check),
        Command::Test(test) => test::run(&test),
        Command::Diff(diff) => diff::run(&diff),
        Command::Completions(completions) => {
            let mut text = Vec::new();
            clap_complete::generate(completions.shell, &mut Args::command(), "es-loader", &mut text);
            output::wrote(io::stdout().write_all(&text));
            Ok(ExitCode::SUCCESS)
        }
        Command::Setup(setup) => setup::run(&setup),
        Command::Redrive(redrive) => network::redrive(redrive),
        Command::Backfill(backfill) => network::backfill(backfill),
        Command::Audit(audit) => network::audit(audit),
        Command::Timeline(timeline) => network::timeline(&timeline),
        Command::Generate(generate) => generate::run(&generate),
        #[cfg(feature = "playground")]
        Command::Playground(playground) => playground::run(&playground),
    };
    match done.and_then(|code| output::end().map(|()| code)) {
        Ok(code) => code,
        Err(Failure(text)) => {
            output::notice(format_args!("es-loader: {text}"));
            ExitCode::from(2)
        }
    }
}
