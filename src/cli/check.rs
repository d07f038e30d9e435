//! `es-loader check`: the configuration, with every error's place and way out.

use std::path::Path;
use std::process::ExitCode;

use super::Failure;
use super::args::CheckArgs;
use crate::config::{self, Severity};
use crate::edge::settings;
use crate::plan::Plans;

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let files = if args.files.is_empty() {
        settings::config_files(None)?
    } else {
        settings::read_files(&args.files)?
    };
    let findings = config::check(&files);
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(ExitCode::from(1));
    }
    for plan in settings::plans(&files)?.iter() {
        let log_type = plan.log_type();
        println!(
            "[{}] takes keys that match `{}`, maps {} fields, writes to {}",
            log_type.name,
            log_type.s3_key,
            log_type.mappings.len(),
            log_type.index.name
        );
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    println!(
        "no errors in {}",
        if names.is_empty() { "the built-in configuration".to_owned() } else { names.join(", ") }
    );
    Ok(ExitCode::SUCCESS)
}

/// The configuration of this process, compiled; warnings about the user's files go to standard error.
pub(super) fn plans(given: Option<&Path>) -> Result<Plans, Failure> {
    let files = settings::config_files(given)?;
    let plans = settings::plans(&files)?;
    for finding in config::check(&files) {
        eprintln!("{finding}");
    }
    Ok(plans)
}
