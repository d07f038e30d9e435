//! The line to explain: the text itself, or the place where it stands.

use std::fmt;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use crate::bytes::safe::Safe;
use crate::cli::args::common::SampleArgs;
use crate::cli::failure::Failure;
use crate::cli::inputs::{Found, Input, of_file, s3_address};
use crate::cli::network::Buckets;
use crate::cli::sample;
use crate::local::open_object::OpenObject;
use crate::map::compiled::CompiledSections;
use crate::report::ObjectReport;
use crate::trigger::ObjectKey;
use crate::trigger::object_ref::{LineRange, ObjectRef};

pub(super) enum Target {
    Line(String),
    /// The first line of standard input.
    Input,
    File(PathBuf, u64),
    /// A line of an object in S3.
    Object {
        bucket: String,
        key: String,
        line: u64,
    },
}

impl Target {
    /// Reads the argument. A text that names an existing file is taken for its name.
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
        for path in [Some(text), text.rsplit_once(':').map(|(path, _)| path)].into_iter().flatten() {
            if Path::new(path).exists() {
                return Err(Failure(format!("{}: which line? write {}:1", Safe(text), Safe(path))));
            }
        }
        // A log line has blanks, bars, braces or marks between its parts; a name of a file mostly has none.
        if !text.contains([' ', '\t', '|', '{', '=', ',', ';', '"', '%', '#']) {
            return Err(Failure(format!("{}: no such file", Safe(text))));
        }
        Ok(Self::Line(text.to_owned()))
    }

    /// The range of lines to load. The loader reads a file from its start all the same, because it counts equal lines.
    pub(super) fn lines(&self) -> Option<LineRange> {
        match self {
            Self::Line(_) | Self::Input => None,
            Self::File(_, line) | Self::Object { line, .. } => {
                Some(LineRange { start: *line, end: Some(*line) })
            }
        }
    }

    /// Opens what the line stands in.
    pub(super) fn open(&self, args: &SampleArgs, sections: &CompiledSections) -> Result<OpenObject, Failure> {
        let not_loaded = |report: Box<ObjectReport>| Failure(format!("{self}: {}", report.outcome.reason()));
        let (path, text): (_, Option<(&str, Box<dyn io::Read + Send>)>) = match self {
            Self::Line(line) => (PathBuf::new(), Some(("argument", Box::new(Cursor::new(line.clone()))))),
            Self::Input => (PathBuf::new(), Some(("standard input", Box::new(io::stdin())))),
            Self::File(path, _) => (path.clone(), None),
            Self::Object { bucket, key, .. } => {
                let buckets = Buckets::connect(args.region.clone())?;
                let input = Input::Object(Box::new(ObjectRef::new(bucket, ObjectKey::from_raw(key))));
                return sample::open(input, sections, Some(&buckets)).map_err(not_loaded);
            }
        };
        let input = of_file(path, Found::ByName, args.log_type.as_deref(), sections)?;
        match (input, text) {
            (Input::File { section, .. }, Some((name, reader))) => {
                Ok(OpenObject::without_file(name, reader, section))
            }
            (input, _) => sample::open(input, sections, None).map_err(not_loaded),
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
