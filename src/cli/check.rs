//! `es-loader check`: the configuration, with every error's place and way out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{CheckArgs, Ids};
use super::{Failure, output};
use crate::config;
use crate::config::diagnostic::Severity;
use crate::edge::settings;
use crate::edge::settings::DocumentIds;
use crate::map::compiled::CompiledSections;

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let (files, exclusions) = if args.files.is_empty() {
        (settings::config_files(None)?, settings::exclusion_files(&[], None)?)
    } else {
        let (rules, configs): (Vec<PathBuf>, Vec<PathBuf>) = args.files.iter().cloned().partition(|path| {
            path.extension().is_some_and(|extension| extension == "csv" || extension == "json")
        });
        (settings::read_files(&configs)?, settings::read_files(&rules)?)
    };
    let findings = config::check(&files);
    for finding in &findings {
        output::notice(finding);
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(ExitCode::from(1));
    }
    let plans = match settings::plans_excluding(&files, &exclusions) {
        Err(settings::Error::Config(findings)) => {
            findings.iter().for_each(output::notice);
            return Ok(ExitCode::from(1));
        }
        plans => plans?,
    };
    plans.warnings().iter().for_each(output::notice);
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
    let names: Vec<&str> = files.iter().chain(&exclusions).map(|file| file.name.as_str()).collect();
    let names = if names.is_empty() { "the built-in configuration".to_owned() } else { names.join(", ") };
    output::line(format_args!("no errors in {names}"));
    Ok(ExitCode::SUCCESS)
}

/// The configuration of this process, compiled; warnings about the user's files go to standard error.
pub(super) fn plans(given: Option<&Path>, exclude: &[PathBuf]) -> Result<CompiledSections, Failure> {
    let files = settings::config_files(given)?;
    let plans = settings::plans_excluding(&files, &settings::exclusion_files(exclude, given)?)?;
    for finding in config::check(&files).iter().chain(plans.warnings()) {
        output::notice(finding);
    }
    Ok(plans)
}

/// The same for documents that are sent: says what it costs to send them without ids.
pub(super) fn plans_to_send(
    given: Option<&Path>,
    exclude: &[PathBuf],
    ids: Ids,
) -> Result<CompiledSections, Failure> {
    let plans = plans(given, exclude)?;
    Ok(match ids {
        Ids::On => plans,
        Ids::Off => {
            output::notice(settings::WITHOUT_IDS);
            plans.without_ids()
        }
    })
}
