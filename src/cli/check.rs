//! `es-loader check`: the configuration, with every error's place and way out.

use std::path::Path;
use std::process::ExitCode;

use super::args::CheckArgs;
use super::{Failure, output};
use crate::config::{self, Severity};
use crate::edge::settings::{self, DocumentIds};
use crate::plan::Plans;

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let files = if args.files.is_empty() {
        settings::config_files(None)?
    } else {
        settings::read_files(&args.files)?
    };
    let findings = config::check(&files);
    for finding in &findings {
        output::notice(finding);
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(ExitCode::from(1));
    }
    let plans = match settings::plans(&files) {
        Err(settings::Error::Config(findings)) => {
            findings.iter().for_each(|finding| eprintln!("{finding}"));
            return Ok(ExitCode::from(1));
        }
        plans => plans?,
    };
    for plan in plans.iter() {
        let log_type = plan.log_type();
        output::line(format_args!(
            "[{}] takes keys that match `{}`, maps {} fields, writes to {}",
            log_type.name,
            log_type.s3_key,
            log_type.mappings.len(),
            log_type.index.name
        ));
    }
    if settings::document_ids()? == DocumentIds::OpenSearch {
        output::notice(settings::WITHOUT_IDS);
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let names = if names.is_empty() { "the built-in configuration".to_owned() } else { names.join(", ") };
    output::line(format_args!("no errors in {names}"));
    Ok(ExitCode::SUCCESS)
}

/// The configuration of this process, compiled; warnings about the user's files go to standard error.
pub(super) fn plans(given: Option<&Path>) -> Result<Plans, Failure> {
    let files = settings::config_files(given)?;
    let plans = settings::plans(&files)?;
    for finding in config::check(&files) {
        output::notice(finding);
    }
    Ok(plans)
}
