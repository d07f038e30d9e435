//! The configuration that a command works by, compiled.

use std::path::{Path, PathBuf};

use super::args::common::SectionArgs;
use super::failure::Failure;
use super::output;
use crate::local::settings::{self, DocumentIds};
use crate::map::compiled::CompiledSections;

/// The sections that the arguments name. Warnings about the user's files go to standard error.
pub(crate) fn compiled(args: &SectionArgs) -> Result<CompiledSections, Failure> {
    let sections = of(args.config.config.as_deref(), &args.exclude)?;
    for finding in sections.warnings() {
        output::notice(finding);
    }
    Ok(sections)
}

/// The sections of a configuration, with the rules `exclude`, or else those that stand beside it.
pub(super) fn of(config: Option<&Path>, exclude: &[PathBuf]) -> Result<CompiledSections, Failure> {
    let files = settings::config_files(config)?;
    Ok(settings::sections_excluding(&files, &settings::exclusion_files(exclude, config)?)?)
}

/// The same sections for documents that are sent. A warning says what it costs to send them without ids.
pub(crate) fn to_send(args: &SectionArgs, ids: DocumentIds) -> Result<CompiledSections, Failure> {
    let sections = compiled(args)?;
    if ids == DocumentIds::OpenSearch {
        output::notice(settings::WITHOUT_IDS);
    }
    Ok(ids.apply(sections))
}
