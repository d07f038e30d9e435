//! `es-loader completions`: what a shell needs to complete commands and options.

use std::io;
use std::process::ExitCode;

use clap::CommandFactory;

use super::args::Args;
use super::args::local::CompletionsArgs;
use super::failure::Failure;

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "es-loader", &mut text);
    // A reader that has gone has seen enough.
    let _ = io::Write::write_all(&mut io::stdout(), &text);
    Ok(ExitCode::SUCCESS)
}
