//! `es-loader check`: the configuration, with every error's place and way out.

use std::path::PathBuf;
use std::process::ExitCode;

use super::args::local::{CheckArgs, FindingFormat};
use super::failure::Failure;
use super::{findings, output};
use crate::local::settings;
use crate::local::settings::DocumentIds;

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let (files, exclusions) = if args.files.is_empty() {
        (settings::config_files(None)?, settings::exclusion_files(&[], None)?)
    } else {
        let (rules, configs): (Vec<PathBuf>, Vec<PathBuf>) = args.files.iter().cloned().partition(|path| {
            path.extension().is_some_and(|extension| extension == "csv" || extension == "json")
        });
        (settings::read_files(&configs)?, settings::read_files(&rules)?)
    };
    let format = if args.json { FindingFormat::Json } else { args.format };
    let sections = match settings::sections_excluding(&files, &exclusions) {
        Err(settings::Error::Config(findings)) => {
            findings::write(&findings, format)?;
            return Ok(ExitCode::from(1));
        }
        sections => sections?,
    };
    findings::write(sections.warnings(), format)?;
    if format != FindingFormat::Text {
        return Ok(ExitCode::SUCCESS);
    }
    for section in sections.iter() {
        let log_type = section.log_type();
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
