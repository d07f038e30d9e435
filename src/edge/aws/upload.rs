//! Writes an object to S3 part by part, because its size is not known beforehand.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::http::{UPLOAD, each_within};
use super::s3::{S3, S3Error};
use crate::local::settings::filled_variable;

/// The least size of a part in bytes, except for the last part (Amazon S3 User Guide, "Multipart upload limits").
pub(crate) const PART_BYTES: usize = 5 << 20;

const PERMISSION: &str = "s3:PutObject";

/// An object that is written. It appears in S3 only when it is finished.
#[derive(Debug)]
pub(crate) struct Upload {
    s3: S3,
    client: Client,
    bucket: String,
    key: String,
    /// The account that the bucket has to belong to, by `ES_LOADER_DEAD_LETTER_OWNER`: a bucket of this name may be another's by now.
    owner: Option<String>,
    /// The multipart upload and its parts, once there is more than one.
    parts: Option<(String, Vec<CompletedPart>)>,
}

impl Upload {
    pub(crate) fn new(s3: &S3, bucket: &str, key: &str) -> Self {
        let config = s3.client().config().to_builder().timeout_config(each_within(UPLOAD));
        Self {
            s3: s3.clone(),
            client: Client::from_conf(config.build()),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            owner: filled_variable("ES_LOADER_DEAD_LETTER_OWNER"),
            parts: None,
        }
    }

    /// Adds a part of at least [`PART_BYTES`].
    pub(crate) async fn add(&mut self, bytes: Vec<u8>) -> Result<(), S3Error> {
        let (id, mut parts) = match self.parts.take() {
            Some(begun) => begun,
            None => {
                let request = self.client.create_multipart_upload().bucket(&self.bucket).key(&self.key);
                let begun = request.set_expected_bucket_owner(self.owner.clone()).send().await;
                let begun = begun.map_err(|error| self.failure(&error))?;
                (begun.upload_id().unwrap_or_default().to_owned(), Vec::new())
            }
        };
        let number = i32::try_from(parts.len() + 1).unwrap_or(i32::MAX);
        let request = self.client.upload_part().bucket(&self.bucket).key(&self.key).upload_id(&id);
        let request = request.set_expected_bucket_owner(self.owner.clone());
        let sent = request.part_number(number).body(ByteStream::from(bytes)).send().await;
        let sent = match sent {
            Ok(sent) => sent,
            Err(error) => {
                self.abort(&id).await;
                return Err(self.failure(&error));
            }
        };
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(sent.e_tag().map(ToOwned::to_owned))
            .set_checksum_crc32(sent.checksum_crc32().map(ToOwned::to_owned))
            .set_checksum_crc64_nvme(sent.checksum_crc64_nvme().map(ToOwned::to_owned));
        parts.push(part.build());
        self.parts = Some((id, parts));
        Ok(())
    }

    /// Adds the last part, of any size, and finishes the object.
    pub(crate) async fn finish(mut self, last: Vec<u8>) -> Result<(), S3Error> {
        if self.parts.is_none() {
            let request = self.client.put_object().bucket(&self.bucket).key(&self.key);
            let request = request.set_expected_bucket_owner(self.owner.clone());
            let sent = request.body(ByteStream::from(last)).send().await;
            return sent.map(drop).map_err(|error| self.failure(&error));
        }
        self.add(last).await?;
        let Some((id, parts)) = self.parts.take() else { return Ok(()) };
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(&self.key);
        let request = request.set_expected_bucket_owner(self.owner.clone());
        let sent = request.upload_id(&id).multipart_upload(whole).send().await;
        if let Err(error) = sent {
            self.abort(&id).await;
            return Err(self.failure(&error));
        }
        Ok(())
    }

    /// Gives an upload up: S3 charges for its parts until then.
    async fn abort(&self, id: &str) {
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(&self.key);
        // What stays is a matter of the bucket's lifecycle rules.
        let _ = request.upload_id(id).set_expected_bucket_owner(self.owner.clone()).send().await;
    }

    fn failure<E>(&self, error: &aws_sdk_s3::error::SdkError<E>) -> S3Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.s3.classify(format!("s3://{}/{}", self.bucket, self.key), PERMISSION, error)
    }
}
