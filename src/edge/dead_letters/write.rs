//! Where refused documents are kept: a folder, or a prefix in S3; one file for each part of an object that was loaded.
//!
//! Writes while the load goes on, so memory does not depend on how many are refused. Does not know why they were.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use crate::deliver::dead_letter::letter::{DeadLetter, Origin, Refused};
use crate::edge::aws::s3::{S3, S3Error};
use crate::edge::aws::upload::{PART_BYTES, Upload};

/// Why refused documents cannot be kept. They would be lost with the load, so it has to be done again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder.
    #[error("dead letters cannot be written to {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// S3.
    #[error("dead letters cannot be written: {0}")]
    S3(#[from] S3Error),
}

/// A place for refused documents. Cheap to clone.
#[derive(Clone, Debug)]
pub enum DeadLetters {
    /// A folder, which is made when it is needed.
    Folder(PathBuf),
    /// The keys of a bucket that begin with a prefix.
    S3 {
        /// The client.
        s3: S3,
        /// The bucket.
        bucket: String,
        /// What keys begin with.
        prefix: String,
    },
}

impl DeadLetters {
    /// A place in S3 for `s3://BUCKET/PREFIX`, or a folder for anything else. A prefix is a folder too: where it does not end in
    /// `/`, it is given one.
    ///
    /// `s3` gives the client where one is needed.
    pub fn parse<E>(place: &str, s3: impl FnOnce() -> Result<S3, E>) -> Result<Self, E> {
        let Some(address) = place.strip_prefix("s3://") else { return Ok(Self::Folder(place.into())) };
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        let prefix = match prefix {
            "" => String::new(),
            prefix => format!("{}/", prefix.trim_end_matches('/')),
        };
        Ok(Self::S3 { s3: s3()?, bucket: bucket.to_owned(), prefix })
    }

    /// A file for the refused documents of one load. Nothing is written where there are none.
    pub fn open(&self, origin: Origin) -> Letters {
        let name = origin.file_name();
        let sink = match self {
            Self::Folder(folder) => Sink::File { folder: folder.clone(), name, begun: None },
            Self::S3 { s3, bucket, prefix } => {
                let key = format!("{prefix}{name}");
                let address = format!("s3://{bucket}/{key}");
                Sink::Object { upload: Upload::new(s3, bucket, &key), address }
            }
        };
        Letters {
            origin,
            compressed: GzEncoder::new(Vec::new(), Compression::default()),
            count: 0,
            sink: Some(sink),
            failure: None,
        }
    }
}

/// The refused documents of one load, on their way to where they are kept.
#[derive(Debug)]
pub struct Letters {
    origin: Origin,
    /// What is not written yet.
    compressed: GzEncoder<Vec<u8>>,
    count: u64,
    sink: Option<Sink>,
    failure: Option<Error>,
}

#[derive(Debug)]
enum Sink {
    /// A file, under another name until it is whole.
    File {
        folder: PathBuf,
        name: String,
        begun: Option<File>,
    },
    Object {
        upload: Upload,
        address: String,
    },
}

impl Letters {
    /// Keeps documents. What goes wrong is told by [`Letters::finish`].
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

    /// Writes what is left, and gives the address of the file where there is one.
    ///
    /// # Errors
    ///
    /// Where documents could not be kept.
    pub async fn finish(mut self) -> Result<Option<String>, Error> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let Some(sink) = self.sink.take().filter(|_| self.count > 0) else { return Ok(None) };
        let last = self.compressed.finish().unwrap_or_default();
        match sink {
            Sink::Object { upload, address } => {
                upload.finish(last).await?;
                Ok(Some(address))
            }
            Sink::File { folder, name, begun } => {
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
        let written = match &mut self.sink {
            // After a failure what follows has nowhere to go; it will come again.
            _ if self.failure.is_some() => Ok(()),
            None => Ok(()),
            Some(Sink::Object { upload, .. }) => upload.add(part).await.map_err(Error::from),
            Some(Sink::File { folder, name, begun }) => {
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
    File::create(path)
}
