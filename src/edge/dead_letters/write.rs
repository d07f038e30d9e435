//! Writes the documents that a cluster refuses for good into a folder, or beneath a prefix in S3: one file for each load of an object
//! or of a part of it.
//!
//! The file is written while the load goes on, so memory does not depend on the number of documents.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use crate::deliver::dead_letter::letter::{DeadLetter, LetterOrigin, Refused};
use crate::edge::aws::s3::{S3, S3Error};
use crate::edge::aws::upload::{PART_BYTES, Upload};

/// Why refused documents cannot be kept. They would be lost with the load, so the load has to be repeated.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("dead letters cannot be written to {}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("dead letters cannot be written: {0}")]
    S3(#[from] S3Error),
}

/// A place for refused documents. Cheap to clone.
#[derive(Clone, Debug)]
pub enum DeadLetters {
    /// A folder, which is made with its first file.
    Folder(PathBuf),
    /// A prefix in a bucket.
    S3 {
        /// The client.
        s3: S3,
        /// The bucket.
        bucket: String,
        /// What the keys begin with.
        prefix: String,
    },
}

impl DeadLetters {
    /// The place in S3 for `s3://BUCKET/PREFIX`, and the folder of that name for anything else. A prefix that does not end in `/`
    /// gets one. `None` means that a place in S3 is without its client.
    pub fn parse(place: &str, s3: Option<&S3>) -> Option<Self> {
        let Some(address) = place.strip_prefix("s3://") else { return Some(Self::Folder(place.into())) };
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        let prefix = match prefix {
            "" => String::new(),
            prefix => format!("{}/", prefix.trim_end_matches('/')),
        };
        Some(Self::S3 { s3: s3?.clone(), bucket: bucket.to_owned(), prefix })
    }

    /// A writer for the refused documents of one load. Without documents it writes no file.
    pub(crate) fn open(&self, origin: LetterOrigin) -> DeadLetterWriter {
        let name = origin.file_name();
        let file = match self {
            Self::Folder(folder) => LetterFile::Local { folder: folder.clone(), name, begun: None },
            Self::S3 { s3, bucket, prefix } => {
                let key = format!("{prefix}{name}");
                let address = format!("s3://{bucket}/{key}");
                LetterFile::Object { upload: Upload::new(s3, bucket, &key), address }
            }
        };
        DeadLetterWriter {
            origin,
            compressed: GzEncoder::new(Vec::new(), Compression::default()),
            count: 0,
            file: Some(file),
            failure: None,
        }
    }
}

/// Writes the refused documents of one load.
#[derive(Debug)]
pub struct DeadLetterWriter {
    origin: LetterOrigin,
    /// The records that are not written yet.
    compressed: GzEncoder<Vec<u8>>,
    count: u64,
    file: Option<LetterFile>,
    failure: Option<Error>,
}

/// The file that the documents are written into.
#[derive(Debug)]
enum LetterFile {
    /// It has another name until it is complete.
    Local {
        folder: PathBuf,
        name: String,
        begun: Option<File>,
    },
    Object {
        upload: Upload,
        address: String,
    },
}

impl DeadLetterWriter {
    /// Adds documents. [`DeadLetterWriter::finish`] tells what goes wrong.
    pub(crate) async fn add(&mut self, refused: Vec<Refused>) {
        let mut line = Vec::new();
        for refused in refused {
            line.clear();
            DeadLetter::new(refused, &self.origin, Timestamp::now()).write(&mut line);
            // Writing to memory cannot fail.
            let _ = self.compressed.write_all(&line);
            self.count += 1;
            if self.compressed.get_ref().len() >= PART_BYTES {
                let part = std::mem::take(self.compressed.get_mut());
                self.write(part).await;
            }
        }
    }

    /// Writes the rest, and gives the address of the file, if there is one.
    ///
    /// # Errors
    ///
    /// Documents could not be kept.
    pub(crate) async fn finish(mut self) -> Result<Option<String>, Error> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let Some(file) = self.file.take().filter(|_| self.count > 0) else { return Ok(None) };
        let last = self.compressed.finish().unwrap_or_default();
        match file {
            LetterFile::Object { upload, address } => {
                upload.finish(last).await?;
                Ok(Some(address))
            }
            LetterFile::Local { folder, name, begun } => {
                let path = folder.join(&name);
                let unfinished = folder.join(format!("{name}.part"));
                let written = begun.map_or_else(|| begin(&folder, &unfinished), Ok).and_then(|mut file| {
                    file.write_all(&last)?;
                    file.sync_all()?;
                    fs::rename(&unfinished, &path)
                });
                match written {
                    Ok(()) => Ok(Some(path.display().to_string())),
                    Err(error) => Err(Error::File { path, error }),
                }
            }
        }
    }

    async fn write(&mut self, part: Vec<u8>) {
        let written = match &mut self.file {
            // After a failure the load fails, and is repeated.
            _ if self.failure.is_some() => Ok(()),
            None => Ok(()),
            Some(LetterFile::Object { upload, .. }) => upload.add(part).await.map_err(Error::from),
            Some(LetterFile::Local { folder, name, begun }) => {
                let path = folder.join(format!("{name}.part"));
                let file = begun.take().map_or_else(|| begin(folder, &path), Ok);
                let written = file.and_then(|mut file| {
                    file.write_all(&part)?;
                    Ok(file)
                });
                written.map(|file| *begun = Some(file)).map_err(|error| Error::File { path, error })
            }
        };
        self.failure = written.err().or(self.failure.take());
    }
}

fn begin(folder: &std::path::Path, path: &std::path::Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    // What an earlier try left, or a link that somebody put there, goes: it is never written through.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
