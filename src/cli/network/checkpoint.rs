//! The file by which a backfill goes on where it was stopped: the objects that are done, by key and ETag.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bytes::hex::hex;
use crate::bytes::slice;
use crate::cli::failure::Failure;
use crate::trigger::object_ref::ObjectRef;

/// The version of the format that is written.
const FORMAT: u32 = 1;

/// How often the file is written while objects are done: what was done since is loaded again after a crash, which doubles nothing.
const EVERY: Duration = Duration::from_secs(5);

/// What a checkpoint is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    /// `s3://BUCKET/PREFIX`
    pub(super) source: String,
    /// The endpoint, or the queue.
    pub(super) target: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    format: u32,
    #[serde(flatten)]
    job: Job,
    /// SHA-256 of the configuration.
    config: String,
    /// How quick it was: stored bytes of objects.
    bytes_per_second: Option<u64>,
    /// Keys, with ETags.
    done: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(super) struct Checkpoint {
    pub(super) path: PathBuf,
    contents: Contents,
    saved: Instant,
    /// It was made by another configuration.
    pub(super) other_config: bool,
}

impl Job {
    /// The name of its file where no other is given.
    fn file_name(&self) -> PathBuf {
        let hash =
            Sha256::new().chain_update(&self.source).chain_update([0]).chain_update(&self.target).finalize();
        let hash = hex(slice::bytes(&hash, ..4));
        format!("es-loader-backfill-{hash}.json").into()
    }
}

impl Checkpoint {
    /// Reads the file, or begins with nothing where there is none.
    pub(super) fn open(path: Option<&Path>, job: Job, config: String) -> Result<Self, Failure> {
        let path = path.map_or_else(|| job.file_name(), Path::to_owned);
        let wrong = |what: String| {
            Failure(format!(
                "checkpoint {}: {what}; name another file with --checkpoint, or delete this one",
                path.display()
            ))
        };
        let contents = match fs::read(&path) {
            Ok(text) => {
                let contents: Contents = serde_json::from_slice(&text)
                    .map_err(|error| wrong(format!("not a checkpoint: {error}")))?;
                if contents.format != FORMAT {
                    return Err(wrong(format!("format {} is not known", contents.format)));
                }
                if contents.job != job {
                    return Err(wrong(format!(
                        "it is about {} into {}",
                        contents.job.source, contents.job.target
                    )));
                }
                contents
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Contents {
                format: FORMAT,
                job,
                config: config.clone(),
                bytes_per_second: None,
                done: BTreeMap::new(),
            },
            Err(error) => return Err(wrong(error.to_string())),
        };
        let other_config = contents.config != config;
        Ok(Self { path, contents, saved: Instant::now(), other_config })
    }

    /// The object, as it is now, is done.
    pub(super) fn has(&self, object: &ObjectRef) -> bool {
        self.contents.done.get(object.key.as_str()).map(String::as_str)
            == Some(object.etag.as_deref().unwrap_or_default())
    }

    /// Remembers that an object is done.
    pub(super) fn add(&mut self, object: &ObjectRef) {
        let etag = object.etag.clone().unwrap_or_default();
        self.contents.done.insert(object.key.as_str().to_owned(), etag);
    }

    /// How quick it was, where that is known.
    pub(super) fn bytes_per_second(&self) -> Option<u64> {
        self.contents.bytes_per_second
    }

    /// Remembers how quick it was.
    pub(super) fn measured(&mut self, bytes: u64, time: Duration) {
        if let (Ok(milliseconds @ 1..), 1..) = (u64::try_from(time.as_millis()), bytes) {
            self.contents.bytes_per_second = Some((bytes.saturating_mul(1_000) / milliseconds).max(1));
        }
    }

    /// Writes the file, if that was long ago.
    pub(super) fn save_sometimes(&mut self) -> Result<(), Failure> {
        if self.saved.elapsed() >= EVERY { self.save() } else { Ok(()) }
    }

    /// Writes the file: whoever reads it sees the old or the new one, never a part.
    pub(super) fn save(&mut self) -> Result<(), Failure> {
        let mut unfinished = self.path.clone().into_os_string();
        unfinished.push(".part");
        let written = serde_json::to_vec(&self.contents).map_err(io::Error::other).and_then(|text| {
            let mut file = File::create(&unfinished)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&unfinished, &self.path)
        });
        self.saved = Instant::now();
        written.map_err(|error| Failure(format!("checkpoint {}: {error}", self.path.display())))
    }
}
