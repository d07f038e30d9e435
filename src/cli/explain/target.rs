//! The line that is meant: itself, or where it stands.

use std::fmt;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bytes::safe::Safe;
use crate::cli::args::SampleArgs;
use crate::cli::load::{Input, file_input, s3_address};
use crate::cli::sample::Sample;
use crate::cli::{Failure, connect};
use crate::map::compiled::CompiledSections;
use crate::report::Outcome;
use crate::trigger::ObjectKey;
use crate::trigger::object_ref::{LineRange, ObjectRef};

/// A line.
pub(super) enum Target {
    /// This one.
    Line(String),
    /// The first of standard input.
    Input,
    /// One of a file.
    File(PathBuf, u64),
    /// One of an object.
    Object { bucket: String, key: String, line: u64 },
}

impl Target {
    /// Reads the argument. What names a file that is there is its name, whatever else it could be.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        if text == "-" {
            return Ok(Self::Input);
        }
        if let Some((bucket, key)) = s3_address(Path::new(text)) {
            let Some((key, line)) = key.rsplit_once('#').and_then(|(key, line)| numbered(key, line)) else {
                return Err(Failure(format!("{}: which line? write {}#1", Safe(text), Safe(text))));
            };
            return Ok(Self::Object { bucket: bucket.to_owned(), key: key.to_owned(), line });
        }
        if let Some((path, line)) = text.rsplit_once(':').and_then(|(path, line)| numbered(path, line)) {
            let looks_like_path = !path.contains([' ', '\t', '|', '{']);
            if looks_like_path || Path::new(path).exists() {
                return Ok(Self::File(path.into(), line));
            }
        }
        if Path::new(text).exists() {
            return Err(Failure(format!("{}: which line? write {}:1", Safe(text), Safe(text))));
        }
        Ok(Self::Line(text.to_owned()))
    }

    /// The lines to read: a file's are read from its start, because equal lines are counted.
    pub(super) fn lines(&self) -> Option<LineRange> {
        match self {
            Self::Line(_) | Self::Input => None,
            Self::File(_, line) | Self::Object { line, .. } => {
                Some(LineRange { start: *line, end: Some(*line) })
            }
        }
    }

    /// Opens what the line stands in.
    pub(super) async fn open(
        &self,
        args: &SampleArgs,
        plans: &Arc<CompiledSections>,
    ) -> Result<Sample, Failure> {
        let at = |reason: &dyn fmt::Display| Failure(format!("{self}: {reason}"));
        let path = match self {
            Self::Object { bucket, key, .. } => {
                let (_, s3) = connect::aws(args.region.clone()).await?;
                let object = ObjectRef::new(bucket, ObjectKey::from_raw(key));
                return Sample::object(&object, plans, &s3).await?.map_err(|reason| at(&reason));
            }
            Self::File(path, _) => path.clone(),
            Self::Line(_) | Self::Input => PathBuf::new(),
        };
        let log_type = match file_input(path, args.log_type.as_deref(), plans)? {
            Input::File { log_type, .. } => log_type,
            Input::Object(_) => String::new(),
            Input::NotLoaded(report) => {
                return Err(match report.outcome {
                    Outcome::Skipped(reason) | Outcome::Failed { reason, .. } => at(&reason),
                    Outcome::Loaded => at(&"not loaded"),
                });
            }
        };
        match self {
            Self::Line(line) => Ok(Sample::text(Cursor::new(line.clone()), "argument", log_type)),
            Self::File(path, _) => Sample::file(path, log_type).map_err(|error| at(&error)),
            Self::Input | Self::Object { .. } => Ok(Sample::text(io::stdin(), "standard input", log_type)),
        }
    }
}

/// A place and the number of a line in it.
fn numbered<'t>(place: &'t str, line: &str) -> Option<(&'t str, u64)> {
    let is_number = line.bytes().all(|byte| byte.is_ascii_digit()) && !place.is_empty();
    line.parse().ok().filter(|line| is_number && *line > 0).map(|line| (place, line))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(_) => f.write_str("the line given"),
            Self::Input => f.write_str("standard input"),
            Self::File(path, line) => write!(f, "{}:{line}", Safe(&path.display().to_string())),
            Self::Object { bucket, key, line } => write!(f, "s3://{}/{}#{line}", Safe(bucket), Safe(key)),
        }
    }
}
