//! An object that is open for reading, with what is known of it: a local file, or whatever else gives its bytes.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;

use super::progress::Progress;
use crate::map::compiled::CompiledSection;
use crate::map::event::ObjectFacts;
use crate::parse::time::{self, Surroundings, Zone};
use crate::trigger::owner;

/// The text of the error by which the reader of an object ends whose documents are no longer wanted.
pub(crate) const NOT_WANTED: &str = "the delivery is over";

/// The text of the error by which an object ends that somebody no longer wants to load.
const STOPPED: &str = "the load was stopped here; what was read before is loaded";

/// An object that is open for reading.
pub struct OpenObject {
    /// `s3://BUCKET/KEY`, or the file's path.
    pub name: String,
    /// Gives the object's bytes, as they are stored.
    pub reader: Box<dyn Read + Send>,
    /// The object's stored size in bytes; a pipe has none.
    pub size: Option<u64>,
    /// The name of the section that loads it.
    pub section: String,
    /// What else is known of it.
    pub facts: Facts,
}

/// What is known of an object before its section is.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The bucket; nothing for a local file.
    pub bucket: Option<String>,
    /// The key, or the file's path.
    pub key: String,
    /// The object's version, where an event names one.
    pub version: Option<String>,
    /// Its ETag, where it is known.
    pub etag: Option<String>,
    /// The bucket's region, where it is known.
    pub region: Option<String>,
    /// The account that the event of the object names.
    pub account: Option<String>,
    /// When the object was last changed, where it is known.
    pub modified: Option<Timestamp>,
    /// When it is loaded.
    pub now: Timestamp,
}

impl OpenObject {
    /// Opens a local file, which the section `section` loads.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn file(path: &Path, section: &str, now: Timestamp) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let name = path.display().to_string();
        let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        Ok(Self {
            facts: Facts { modified, ..Facts::local(name.clone(), now) },
            name,
            reader: Box::new(file),
            size: metadata.is_file().then_some(metadata.len()),
            section: section.to_owned(),
        })
    }

    /// What `reader` gives, which lies in no file; the section `section` loads it now.
    pub fn without_file(name: &str, reader: Box<dyn Read + Send>, section: String) -> Self {
        let facts = Facts::local(name.to_owned(), Timestamp::now());
        Self { name: name.to_owned(), reader, size: None, section, facts }
    }

    /// The same object, which adds what is read to `progress`, and ends with the error [`NOT_WANTED`] once `is_over` is set, or at
    /// `until`.
    pub fn monitored(
        mut self,
        progress: Arc<Progress>,
        is_over: Arc<AtomicBool>,
        until: Option<Instant>,
    ) -> Self {
        let is_wanted = move || {
            let is_late = until.is_some_and(|until| until <= Instant::now());
            if is_late || is_over.load(Ordering::Relaxed) { Err(NOT_WANTED) } else { Ok(()) }
        };
        self.reader = Box::new(Checked { reader: self.reader, check: is_wanted, progress });
        self
    }

    /// The same object, which breaks off once `stop` is set.
    pub fn stopped_by(mut self, stop: Arc<AtomicBool>) -> Self {
        let check = move || if stop.load(Ordering::Relaxed) { Err(STOPPED) } else { Ok(()) };
        self.reader = Box::new(Checked { reader: self.reader, check, progress: Arc::default() });
        self
    }
}

impl Facts {
    /// The facts of something that lies in no bucket.
    pub fn local(key: String, now: Timestamp) -> Self {
        Self {
            bucket: None,
            key,
            version: None,
            etag: None,
            region: None,
            account: None,
            modified: None,
            now,
        }
    }

    /// The same with what the section says of times.
    pub fn complete(self, section: &CompiledSection) -> ObjectFacts {
        let zone = section.log_type().event_time.tz.as_ref().unwrap_or(&Zone::UTC);
        let by_pattern = section.log_type().file_time.as_ref();
        let by_pattern = by_pattern.and_then(|pattern| time::by_pattern(&self.key, pattern, zone));
        let by_key = by_pattern.or_else(|| time::in_key(&self.key, zone));
        let around = Surroundings::new(by_key, self.modified, self.now);
        let region = owner::region(&self.key).map(ToOwned::to_owned).or(self.region);
        let account = owner::account(&self.key).map(ToOwned::to_owned).or(self.account);
        ObjectFacts { bucket: self.bucket, key: self.key, region, account, around }
    }
}

/// A reader that counts its bytes, and ends with the error that `check` gives.
struct Checked<C> {
    reader: Box<dyn Read + Send>,
    check: C,
    progress: Arc<Progress>,
}

impl<C: FnMut() -> Result<(), &'static str>> Read for Checked<C> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.check)().map_err(io::Error::other)?;
        let read = self.reader.read(buffer)?;
        self.progress.add_bytes(read);
        Ok(read)
    }
}
