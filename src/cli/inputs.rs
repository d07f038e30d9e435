//! The objects that paths, addresses and events name.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::failure::Failure;
use crate::config::is_log_type;
use crate::local::files::files_under;
use crate::map::compiled::{Choice, CompiledSections};
use crate::report::{ObjectReport, Outcome};
use crate::trigger::object_ref::ObjectRef;
use crate::trigger::{self, ObjectKey};

/// The file that `-` stands for.
const STANDARD_INPUT: &str = "/dev/stdin";

#[derive(Clone)]
pub(crate) enum Input {
    /// A local file, and the name of the section that loads it.
    File {
        path: PathBuf,
        section: String,
    },
    Object(Box<ObjectRef>),
    /// All objects of a bucket whose keys begin so.
    Prefix {
        bucket: String,
        prefix: String,
    },
    /// What needs no loading, with its reason.
    NotLoaded(Box<ObjectReport>),
}

impl Input {
    /// An input that gives no object.
    fn not_loaded(name: String, outcome: Outcome) -> Self {
        Self::NotLoaded(Box::new(ObjectReport::not_loaded(name, outcome)))
    }

    /// An input that cannot be read. Another try does not help.
    pub(crate) fn failed(name: String, reason: impl ToString) -> Self {
        Self::NotLoaded(Box::new(ObjectReport::failed(name, reason)))
    }

    /// What the report calls it.
    #[cfg(feature = "edge")]
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Object(object) => object.to_string(),
            Self::Prefix { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
            Self::NotLoaded(report) => report.object.clone(),
        }
    }

    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, Self::Object(_) | Self::Prefix { .. })
    }

    /// Bytes to read, where they are known.
    pub(crate) fn bytes(&self) -> Option<u64> {
        match self {
            Self::File { path, .. } => std::fs::metadata(path).ok().map(|metadata| metadata.len()),
            Self::Object(object) => object.size,
            Self::Prefix { .. } => None,
            Self::NotLoaded(_) => Some(0),
        }
    }
}

/// Bytes to read from all inputs, where they are known.
pub(crate) fn total_bytes(inputs: &[Input]) -> Option<u64> {
    inputs.iter().map(Input::bytes).sum()
}

/// The objects of an event, as S3, SQS, SNS or EventBridge send it, that stands in a file.
pub(crate) fn of_event(file: &Path) -> Result<Vec<Input>, Failure> {
    let text = std::fs::read(file).map_err(Failure::at(file))?;
    let not_json = |error| Failure::at(file)(format_args!("not JSON: {error}"));
    let event = serde_json::from_slice(&text).map_err(not_json)?;
    let mut inputs = Vec::new();
    for message in trigger::parse(&event).messages {
        inputs.extend(message.objects.into_iter().map(|object| Input::Object(Box::new(object))));
        inputs.extend(
            message
                .skipped
                .into_iter()
                .map(|skipped| Input::not_loaded(skipped.what, Outcome::Skipped(skipped.reason.into()))),
        );
        let errors = message.errors.into_iter();
        inputs.extend(errors.map(|error| Input::failed(file.display().to_string(), error)));
    }
    Ok(inputs)
}

/// The first bytes of a file, so many at most, unpacked where it is gzipped.
pub(crate) fn text(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let (mut bytes, mut text) = (Vec::new(), Vec::new());
    let file = File::open(path).map_err(Failure::at(path))?;
    file.take(most).read_to_end(&mut bytes).map_err(Failure::at(path))?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    MultiGzDecoder::new(bytes.as_slice()).take(most).read_to_end(&mut text).map_err(Failure::at(path))?;
    Ok(text)
}

/// What paths and addresses name. The section `section` loads local files, where it is given.
pub(crate) fn of_paths(
    paths: &[PathBuf],
    section: Option<&str>,
    sections: &CompiledSections,
) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(of_file(STANDARD_INPUT.into(), Found::ByName, section, sections)?);
            continue;
        }
        if let Some((bucket, key)) = s3_address(path) {
            if bucket.is_empty() {
                return Err(Failure(format!("{}: no bucket is named", path.display())));
            }
            inputs.push(of_address(bucket, key));
            continue;
        }
        let files = files_under(path);
        if files.is_empty() {
            inputs.push(Input::failed(path.display().to_string(), "no files in this folder"));
        }
        for found in files {
            inputs.push(match found {
                Ok(file) => {
                    let found = if &file == path { Found::ByName } else { Found::InFolder };
                    of_file(file, found, section, sections)?
                }
                Err((path, error)) => Input::failed(path.display().to_string(), error),
            });
        }
    }
    Ok(inputs)
}

/// Bucket and key of an `s3://` address.
pub(crate) fn s3_address(path: &Path) -> Option<(&str, &str)> {
    let address = path.to_str()?.strip_prefix("s3://")?;
    Some(address.split_once('/').unwrap_or((address, "")))
}

/// One object, or all under a prefix: an address that ends in `/`, or names only a bucket, is a prefix.
fn of_address(bucket: &str, key: &str) -> Input {
    if key.is_empty() || key.ends_with('/') {
        return Input::Prefix { bucket: bucket.to_owned(), prefix: key.to_owned() };
    }
    Input::Object(Box::new(ObjectRef::new(bucket, ObjectKey::from_raw(key))))
}

/// How a file came to be an input.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    /// Somebody has named it.
    ByName,
    /// A folder may hold files that are no logs, as a prefix of a bucket does.
    InFolder,
}

/// A local file is loaded by the section whose `s3_key` matches its path; where there is only one section, by that one.
pub(crate) fn of_file(
    path: PathBuf,
    found: Found,
    section: Option<&str>,
    sections: &CompiledSections,
) -> Result<Input, Failure> {
    if let Some(name) = section {
        if sections.named(name).is_none() {
            let problem = if is_log_type(name) {
                format!("this built-in section is off; ES_LOADER_LOG_TYPES={name} turns it on")
            } else {
                format!("no such section; the sections are: {}", names(sections))
            };
            return Err(Failure(format!("--log-type {name}: {problem}")));
        }
        return Ok(Input::File { path, section: name.to_owned() });
    }
    let key = path.display().to_string();
    Ok(match (sections.for_key(&key), sections.iter().next(), sections.iter().nth(1)) {
        (Choice::Load(section), ..) | (Choice::Unknown, Some(section), None) => {
            Input::File { path, section: section.log_type().name.clone() }
        }
        (other @ (Choice::Ignored(_) | Choice::Faulty(_) | Choice::PassedOver(_)), ..) => {
            Input::not_loaded(key, Outcome::not_taken(&other))
        }
        (Choice::Unknown, ..) if matches!(found, Found::InFolder) => {
            Input::not_loaded(key, Outcome::not_taken(&Choice::Unknown))
        }
        (Choice::Unknown, ..) => {
            let names = names(sections);
            Input::failed(
                key,
                format!("no section's s3_key matches the path; name one with --log-type: {names}"),
            )
        }
    })
}

/// The names of the sections, for a message.
fn names(sections: &CompiledSections) -> String {
    let names: Vec<&str> = sections.iter().map(|section| section.log_type().name.as_str()).collect();
    names.join(", ")
}
