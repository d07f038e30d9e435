//! The configuration that a command works by, compiled.

use super::args::common::SectionArgs;
use super::failure::Failure;
use super::output;
use crate::local::settings::{self, DocumentIds};
use crate::map::compiled::CompiledSections;

/// The sections that the arguments name. Warnings about the user's files go to standard error.
pub(crate) fn compiled(args: &SectionArgs) -> Result<CompiledSections, Failure> {
    let config = args.config.config.as_deref();
    let files = settings::config_files(config)?;
    let exclusions = settings::exclusion_files(&args.exclude, config)?;
    let sections = settings::sections_excluding(&files, &exclusions)?;
    for finding in sections.warnings() {
        output::notice(finding);
    }
    Ok(sections)
}

/// The same sections for documents that are sent. A warning says what it costs to send them without ids.
pub(crate) fn to_send(args: &SectionArgs, ids: DocumentIds) -> Result<CompiledSections, Failure> {
    let sections = compiled(args)?;
    if ids == DocumentIds::OpenSearch {
        output::notice(settings::WITHOUT_IDS);
    }
    Ok(ids.apply(sections))
}
