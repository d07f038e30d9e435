//! Finds, reads and removes files of dead letters, in folders and in S3.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::deliver::dead_letter::letter::{DeadLetter, EXTENSION};
use crate::edge::aws::s3::{S3, S3Error};
use crate::local::files::files_under;
use crate::read::object::{Inflation, Lines};
use crate::trigger::ObjectKey;
use crate::trigger::object_ref::ObjectRef;

/// The longest record, in bytes: it holds a line of up to 16 MiB in two forms, both escaped.
const LONGEST_RECORD: usize = 256 << 20;

/// What goes wrong with a file of records.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error(transparent)]
    S3(#[from] S3Error),
}

/// A file of records.
#[derive(Clone, Debug)]
pub(crate) enum DeadLetterFile {
    Path(PathBuf),
    Object(S3, Box<ObjectRef>),
}

/// What tells a file from one that has taken its place since.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    File { bytes: u64, modified: Option<std::time::SystemTime> },
    Object { etag: Option<String> },
}

impl DeadLetterFile {
    /// The files in a folder, or the one file of that path.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read.
    pub(crate) fn in_folder(path: &Path) -> Result<Vec<Self>, Error> {
        let mut files = Vec::new();
        let named_itself = path.is_file();
        for found in files_under(path) {
            let path = found.map_err(|(path, error)| Error::File { path, error })?;
            if named_itself || path.to_string_lossy().ends_with(EXTENSION) {
                files.push(Self::Path(path));
            }
        }
        Ok(files)
    }

    /// The files under a prefix, which is a folder where it does not end in `/`, or the one file of that key.
    ///
    /// # Errors
    ///
    /// A bucket that cannot be listed.
    pub(crate) async fn in_bucket(s3: &S3, bucket: &str, prefix: &str) -> Result<Vec<Self>, Error> {
        let file = |object| Self::Object(s3.clone(), Box::new(object));
        if prefix.ends_with(EXTENSION) {
            return Ok(vec![file(ObjectRef::new(bucket, ObjectKey::from_raw(prefix)))]);
        }
        let folder = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let mut listing = s3.list(bucket, &folder);
        let mut files = Vec::new();
        while let Some(page) = listing.next_page().await {
            let found = page?.into_iter().filter(|object| object.key.as_str().ends_with(EXTENSION));
            files.extend(found.map(file));
        }
        Ok(files)
    }

    /// Its address.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Object(_, object) => format!("s3://{}/{}", object.bucket, object.key),
        }
    }

    /// Opens it: gives its bytes, as they are stored, and what it is now.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(crate) async fn open(&self) -> Result<(Box<dyn Read + Send>, State), Error> {
        match self {
            Self::Path(path) => {
                let opened = File::open(path).and_then(|file| Ok((state_of(&file)?, file)));
                let (state, file) = opened.map_err(|error| Error::File { path: path.clone(), error })?;
                Ok((Box::new(file), state))
            }
            Self::Object(s3, object) => {
                let stream = s3.get(object).await?;
                let state = State::Object { etag: stream.etag.clone() };
                Ok((Box::new(stream.into_reader()), state))
            }
        }
    }

    /// Removes the file if it has not changed since it was opened. Tells whether it was removed.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    pub(crate) async fn remove(&self, opened: &State) -> Result<bool, Error> {
        match (self, opened) {
            (Self::Path(path), state) => {
                let at = |error| Error::File { path: path.clone(), error };
                if File::open(path).and_then(|file| state_of(&file)).map_err(at)? != *state {
                    return Ok(false);
                }
                std::fs::remove_file(path).map_err(at)?;
                Ok(true)
            }
            (Self::Object(s3, object), State::Object { etag }) => {
                Ok(s3.delete(&object.bucket, object.key.as_str(), etag.as_deref()).await?)
            }
            (Self::Object(..), State::File { .. }) => Ok(false),
        }
    }
}

fn state_of(file: &File) -> io::Result<State> {
    let metadata = file.metadata()?;
    Ok(State::File { bytes: metadata.len(), modified: metadata.modified().ok() })
}

/// What was in a file of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Lines with something in them.
    pub(crate) records: u64,
    /// Of these: lines that are no records.
    pub(crate) unreadable: u64,
    /// Why the first of them is none, or where the file breaks off.
    pub(crate) fault: Option<String>,
}

/// Hands each record of a file to `each`, with the number of its line, until `each` gives `false`. Blocks.
pub(crate) fn read_records(reader: impl Read, each: &mut dyn FnMut(u64, DeadLetter) -> bool) -> Contents {
    let mut contents = Contents::default();
    let mut lines = Lines::new(reader, LONGEST_RECORD, Inflation::default());
    while let Some(line) = lines.next() {
        if line.bytes.trim_ascii().is_empty() {
            continue;
        }
        contents.records += 1;
        match DeadLetter::read(line.bytes) {
            Ok(letter) => {
                if !each(line.number.0, letter) {
                    return contents;
                }
            }
            Err(error) => {
                contents.unreadable += 1;
                contents.fault.get_or_insert_with(|| format!("line {}: {error}", line.number.0));
            }
        }
    }
    if let Some(broken) = lines.broken() {
        contents.fault.get_or_insert_with(|| broken.reason.clone());
    }
    contents
}
