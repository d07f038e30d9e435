//! Objects of S3, for commands that read them without sending their documents.

use std::io::{self, Read};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::connect;
use crate::cli::failure::Failure;
use crate::cli::inputs::Input;
use crate::edge::aws::s3::S3;
use crate::local::open_object::OpenObject;
use crate::trigger::object_ref::ObjectRef;

/// Why nothing is read where a prefix names no object.
pub(super) const NO_OBJECTS: &str = "no objects under this prefix";

/// A connection to S3, and the thread that fetches its objects.
pub(crate) struct Buckets {
    runtime: Arc<Runtime>,
    s3: S3,
}

/// The bytes of an object, which end early without the runtime that fetches them.
struct Fetched {
    reader: Box<dyn Read + Send>,
    _runtime: Arc<Runtime>,
}

impl Read for Fetched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Buckets {
    /// A connection in this AWS region, or else in the one that all AWS tools find.
    pub(crate) fn connect(region: Option<String>) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (_, s3) = runtime.block_on(connect::aws(region))?;
        Ok(Self { runtime: Arc::new(runtime), s3 })
    }

    /// The inputs, with all objects under a prefix in its place.
    pub(crate) fn expand(&self, inputs: Vec<Input>) -> Result<Vec<Input>, Failure> {
        self.runtime.block_on(expand(&self.s3, inputs))
    }

    /// Opens an object, which the section `section` takes.
    pub(crate) fn open(&self, object: &ObjectRef, section: String) -> Result<OpenObject, Failure> {
        let mut open = self.runtime.block_on(async {
            let stream = self.s3.get(object).await?;
            Ok::<_, Failure>(stream.into_open_object(object, section, Timestamp::now()))
        })?;
        open.reader = Box::new(Fetched { reader: open.reader, _runtime: Arc::clone(&self.runtime) });
        Ok(open)
    }
}

/// The inputs, with all objects under a prefix in its place.
pub(super) async fn expand(s3: &S3, inputs: Vec<Input>) -> Result<Vec<Input>, Failure> {
    let mut expanded = Vec::new();
    for input in inputs {
        let Input::Prefix { bucket, prefix } = input else {
            expanded.push(input);
            continue;
        };
        let before = expanded.len();
        let mut listing = s3.list(&bucket, &prefix);
        while let Some(page) = listing.next_page().await {
            expanded.extend(page?.into_iter().map(|object| Input::Object(Box::new(object))));
        }
        if expanded.len() == before {
            expanded.push(Input::failed(format!("s3://{bucket}/{prefix}"), NO_OBJECTS));
        }
    }
    Ok(expanded)
}
