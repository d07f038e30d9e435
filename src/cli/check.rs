//! `es-loader check`: the configuration, with every error's place and way out.

use std::path::PathBuf;
use std::process::ExitCode;

use memchr::memmem;

use super::args::local::{CheckArgs, FindingFormat};
use super::failure::Failure;
use super::{findings, inputs, output};
use crate::config::log_type::{LogType, Redaction};
use crate::local::settings::{self, DocumentIds};
use crate::map::compiled::CompiledSections;

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let format = if args.json { FindingFormat::Json } else { args.format };
    let (names, mut sections) = match configuration(args) {
        Ok(found) => found,
        Err(settings::Error::Config(findings)) => {
            findings::write(&findings, format)?;
            return Ok(ExitCode::from(1));
        }
        Err(error) => return Err(error.into()),
    };
    if !args.sample.is_empty() {
        let samples =
            args.sample.iter().map(|path| inputs::text(path, u64::MAX)).collect::<Result<Vec<_>, _>>()?;
        sections = sections.knowing(|key| samples.iter().any(|sample| has_key(sample, key)));
    }
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
    not_written(sections.iter().map(|section| section.log_type()));
    if settings::document_ids()? == DocumentIds::OpenSearch {
        output::notice(settings::WITHOUT_IDS);
    }
    let names = if names.is_empty() { "the built-in configuration".to_owned() } else { names.join(", ") };
    output::line(format_args!("no errors in {names}"));
    Ok(ExitCode::SUCCESS)
}

/// The sections that the arguments name, and the names of the files that they stand in.
fn configuration(args: &CheckArgs) -> Result<(Vec<String>, CompiledSections), settings::Error> {
    let (files, exclusions) = if args.files.is_empty() {
        (settings::config_files(None)?, settings::exclusion_files(&[], None)?)
    } else {
        let (rules, configs): (Vec<PathBuf>, Vec<PathBuf>) = args.files.iter().cloned().partition(|path| {
            path.extension().is_some_and(|extension| extension == "csv" || extension == "json")
        });
        let config = configs.last().map(PathBuf::as_path).filter(|_| rules.is_empty());
        let beside = || settings::exclusion_files(&[], config);
        (
            settings::read_files(&configs)?,
            if rules.is_empty() { beside()? } else { settings::read_files(&rules)? },
        )
    };
    let sections = settings::sections_excluding(&files, &exclusions)?;
    Ok((files.into_iter().chain(exclusions).map(|file| file.name).collect(), sections))
}

/// Names the values that documents do not have, once for the sections that leave out the same.
fn not_written<'l>(log_types: impl Iterator<Item = &'l LogType>) {
    let mut sections_of: Vec<(String, Vec<String>)> = Vec::new();
    for log_type in log_types {
        let Redaction { params, keys, cards, .. } = &log_type.redaction;
        let lists = [
            ("headers", &log_type.redact_headers),
            ("parameters of URLs and forms", params),
            ("members of JSON", keys),
        ];
        let of_names = lists.into_iter().map(|(what, names)| {
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            format!("the values of these {what}: {names}")
        });
        for what in of_names.chain(cards.then(|| "card numbers".to_owned())) {
            let name = format!("[{}]", log_type.name);
            match sections_of.iter_mut().find(|(known, _)| *known == what) {
                Some((_, sections)) => sections.push(name),
                None => sections_of.push((what, vec![name])),
            }
        }
    }
    for (what, sections) in sections_of {
        let verb = if sections.len() == 1 { "does" } else { "do" };
        output::line(format_args!("{} {verb} not write {what}", sections.join(", ")));
    }
}

/// Whether lines have a key: `key=` behind no letter, or `"key":`.
pub(super) fn has_key(sample: &[u8], key: &str) -> bool {
    let quoted = format!("\"{key}\":");
    let bare = format!("{key}=");
    memmem::find(sample, quoted.as_bytes()).is_some()
        || memmem::find_iter(sample, bare.as_bytes()).any(|at| {
            let before = at.checked_sub(1).and_then(|before| sample.get(before));
            before.is_none_or(|before| {
                !before.is_ascii_alphanumeric() || sample.get(at.saturating_sub(2)..at) == Some(b"\\t")
            })
        })
}
